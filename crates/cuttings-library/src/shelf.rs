//! Putting articles where they belong: archive, star, delete and back, one by
//! one or many at once.
//!
//! Doing a thing twice is the same as doing it once.

use cuttings_model::{Article, ArticleId, UserId};
use cuttings_store::{BulkAction, BulkOutcome, Chosen, DoneAction, Mark};

use crate::{Library, LibraryError, now_ms};

/// Archives an article, or takes it out of the archive.
pub async fn archive(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    on: bool,
) -> Result<Article, LibraryError> {
    mark(library, user_id, id, Mark::Archived, on).await
}

/// Stars an article, or takes the star away.
pub async fn star(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    on: bool,
) -> Result<Article, LibraryError> {
    mark(library, user_id, id, Mark::Starred, on).await
}

/// Deletes an article. It can be brought back for 30 days.
pub async fn delete(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
) -> Result<Article, LibraryError> {
    mark(library, user_id, id, Mark::Deleted, true).await
}

/// Brings a deleted article back, as it was.
pub async fn undelete(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
) -> Result<Article, LibraryError> {
    mark(library, user_id, id, Mark::Deleted, false).await
}

async fn mark(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    mark: Mark,
    on: bool,
) -> Result<Article, LibraryError> {
    let store = &library.store;
    let article = store.set_mark(user_id, id, mark, on, now_ms()).await?;
    if mark == Mark::Deleted {
        article.ok_or(LibraryError::NoSuchArticle(id))
    } else {
        still_here(article, id)
    }
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

/// Does one thing to many articles: all of it or nothing.
///
/// # Errors
///
/// [`LibraryError::Store`] when the store could not write, or cannot read the
/// words of a filter. Nothing is changed then.
pub async fn change_many(
    library: &Library,
    user_id: UserId,
    chosen: Chosen<'_>,
    action: &BulkAction,
) -> Result<BulkOutcome, LibraryError> {
    let outcome = library
        .store
        .change_many(user_id, chosen, action, now_ms())
        .await?;
    if *action == BulkAction::Retry {
        library.saved.notify_one();
    }
    Ok(outcome)
}

/// Undoes what [`change_many`] did, as a whole.
///
/// # Errors
///
/// [`LibraryError::NothingToUndo`] when it was undone before or is too old.
pub async fn undo(library: &Library, user_id: UserId, id: i64) -> Result<DoneAction, LibraryError> {
    library
        .store
        .undo(user_id, id, now_ms())
        .await?
        .ok_or(LibraryError::NothingToUndo)
}

/// An article that exists and is not deleted; a deleted one takes no change but
/// coming back.
pub(crate) fn still_here(article: Option<Article>, id: ArticleId) -> Result<Article, LibraryError> {
    article
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or(LibraryError::NoSuchArticle(id))
}
