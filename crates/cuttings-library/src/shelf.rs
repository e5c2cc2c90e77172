//! Putting articles where they belong: archive, star, delete and back.
//!
//! Doing a thing twice is the same as doing it once.

use cuttings_model::{Article, ArticleId, UserId};

use crate::{Library, LibraryError, now_ms};

/// Archives an article, or takes it out of the archive.
pub async fn archive(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    on: bool,
) -> Result<Article, LibraryError> {
    let article = library
        .store
        .set_archived(user_id, id, on, now_ms())
        .await?;
    still_here(article, id)
}

/// Stars an article, or takes the star away.
pub async fn star(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    on: bool,
) -> Result<Article, LibraryError> {
    let article = library.store.set_starred(user_id, id, on, now_ms()).await?;
    still_here(article, id)
}

/// Deletes an article. It can be brought back for 30 days.
pub async fn delete(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
) -> Result<Article, LibraryError> {
    let article = library
        .store
        .set_deleted(user_id, id, true, now_ms())
        .await?;
    article.ok_or(LibraryError::NoSuchArticle(id))
}

/// Brings a deleted article back, as it was.
pub async fn undelete(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
) -> Result<Article, LibraryError> {
    let article = library
        .store
        .set_deleted(user_id, id, false, now_ms())
        .await?;
    article.ok_or(LibraryError::NoSuchArticle(id))
}

/// Tries a failed capture again, now.
pub async fn retry(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
) -> Result<Article, LibraryError> {
    let article = library.store.retry(user_id, id, now_ms()).await?;
    let article = still_here(article, id)?;
    library.saved.notify_one();
    Ok(article)
}

/// An article that exists and is not deleted; a deleted one takes no change but
/// coming back.
pub(crate) fn still_here(article: Option<Article>, id: ArticleId) -> Result<Article, LibraryError> {
    article
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or(LibraryError::NoSuchArticle(id))
}
