//! What a person does with entries: marks them as seen, saves them.

use cuttings_model::{Article, EntryId, UserId, address};
use cuttings_store::Stream;

use super::FeedError;
use crate::{Library, now_ms, save};

/// Saves the page of an entry to the library, marks the entry as seen, and
/// links the two.
pub async fn save(library: &Library, user_id: UserId, id: EntryId) -> Result<Article, FeedError> {
    let (entry, _) = library
        .store
        .entry(user_id, id)
        .await?
        .ok_or(FeedError::NoSuchEntry)?;
    let url = entry.url.as_deref().ok_or(FeedError::NoPage)?;
    let page = address::parse(url)?;
    let saved = save::save(library, user_id, &page, None).await?;
    library
        .store
        .set_entry_saved(user_id, &entry, saved.article.id, None, now_ms())
        .await?;
    library.store.set_seen(user_id, id, true, now_ms()).await?;
    Ok(saved.article)
}

/// Marks an entry as seen, or takes the mark away.
pub async fn set_seen(
    library: &Library,
    user_id: UserId,
    id: EntryId,
    on: bool,
) -> Result<(), FeedError> {
    let found = library.store.set_seen(user_id, id, on, now_ms()).await?;
    found.then_some(()).ok_or(FeedError::NoSuchEntry)
}

/// What [`set_all_seen`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marked {
    /// How many entries were marked.
    pub count: u64,
    /// What [`take_back`] undoes it by.
    pub at_ms: i64,
}

/// Marks everything in a part of the stream as seen that was there by
/// `until_ms`: what has come in since somebody looked stays.
pub async fn set_all_seen(
    library: &Library,
    user_id: UserId,
    stream: &Stream,
    until_ms: i64,
) -> Result<Marked, FeedError> {
    let at_ms = now_ms();
    let count = library
        .store
        .set_all_seen(user_id, stream, until_ms, at_ms)
        .await?;
    Ok(Marked { count, at_ms })
}

/// Takes back what [`set_all_seen`] did; gives how many entries that were.
pub async fn take_back(library: &Library, user_id: UserId, at_ms: i64) -> Result<u64, FeedError> {
    Ok(library.store.unset_all_seen(user_id, at_ms).await?)
}
