//! Tags: putting them on articles, renaming, merging and deleting them.

use cuttings_model::{Article, ArticleId, TagId, TagName, UserId};
use cuttings_store::{Renamed, TagChange};

use crate::shelf::still_here;
use crate::{Library, LibraryError, now_ms};

/// Changes the tags of an article.
pub async fn change(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    change: TagChange<'_>,
) -> Result<Article, LibraryError> {
    let article = library
        .store
        .change_tags(user_id, id, change, now_ms())
        .await?;
    still_here(article, id)
}

/// Gives a tag another name.
///
/// # Errors
///
/// [`LibraryError::TagTaken`] when another tag has that name; the two can be
/// merged.
pub async fn rename(
    library: &Library,
    user_id: UserId,
    id: TagId,
    name: &TagName,
) -> Result<(), LibraryError> {
    match library
        .store
        .rename_tag(user_id, id, name, now_ms())
        .await?
    {
        Renamed::Done => Ok(()),
        Renamed::Taken(other) => Err(LibraryError::TagTaken {
            name: name.as_str().to_owned(),
            other,
        }),
        Renamed::NoSuchTag => Err(LibraryError::NoSuchTag),
    }
}

/// Gives all articles of one tag another instead, and deletes the one.
pub async fn merge(
    library: &Library,
    user_id: UserId,
    from: TagId,
    into: TagId,
) -> Result<(), LibraryError> {
    let done = library
        .store
        .merge_tags(user_id, from, into, now_ms())
        .await?;
    done.then_some(()).ok_or(LibraryError::NoSuchTag)
}

/// Deletes a tag. Its articles stay.
pub async fn delete(library: &Library, user_id: UserId, id: TagId) -> Result<(), LibraryError> {
    let done = library.store.delete_tag(user_id, id, now_ms()).await?;
    done.then_some(()).ok_or(LibraryError::NoSuchTag)
}
