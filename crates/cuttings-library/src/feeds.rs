//! Feeds: subscribing to them, their settings, and giving them up.
//!
//! | File | Its sentence |
//! |---|---|
//! | [`discover`] | from the address of any page to the feeds it names |
//! | [`poll`] | from a feed whose turn it is to what it brought |
//! | [`worker`] | polling what is due, until told to stop |
//! | `read` | from a feed's document to entries |
//! | [`entries`] | marking entries as seen, and saving them |
//! | [`rules`] | saving by rule what matches |
//! | [`lists`] | OPML in and out |

pub mod discover;
pub mod entries;
pub mod error;
pub mod lists;
pub mod poll;
mod read;
pub mod rules;
pub mod worker;

use cuttings_model::feed::MAX_NAME_CHARS;
use cuttings_model::{Feed, FeedId, PageAddress, UserId};
use cuttings_store::{FeedChange, NewFeed};

pub use error::FeedError;
use poll::Polled;

use crate::{Library, now_ms};

/// Most feeds a user may be subscribed to.
pub const MAX_FEEDS: usize = 5_000;
/// How long a feed that was given up can be taken back.
pub const KEPT_AFTER_LEAVING_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// What [`subscribe`] did.
#[derive(Debug, Clone)]
pub struct Subscribed {
    /// The feed, new or found.
    pub feed: Feed,
    /// Whether the user was subscribed before.
    pub already: bool,
}

/// Subscribes a user to the feed at `address` and reads it at once.
///
/// # Errors
///
/// [`FeedError::Unreadable`] when there is no feed at that address; then the
/// user is not subscribed.
pub async fn subscribe(
    library: &Library,
    user_id: UserId,
    address: &PageAddress,
    title: &str,
    folder: &str,
) -> Result<Subscribed, FeedError> {
    let before = library.store.feeds(user_id).await?;
    if before.len() >= MAX_FEEDS {
        return Err(FeedError::TooMany);
    }
    let title = name(title);
    let put = library
        .store
        .put_feed(NewFeed {
            user_id,
            address,
            site_url: None,
            title: "",
            own_title: Some(title.as_str()).filter(|title| !title.is_empty()),
            folder: &name(folder),
            // The poll below leases it; should this program stop before, a
            // worker takes it up.
            poll_at_ms: now_ms() + poll::LEASE_MS,
            now_ms: now_ms(),
        })
        .await?;
    if put.already {
        return Ok(Subscribed {
            feed: put.feed,
            already: true,
        });
    }
    if let Polled::Failed(reason) = poll::poll_now(library, user_id, put.feed.id).await? {
        library
            .store
            .set_feed_deleted(user_id, put.feed.id, true, now_ms())
            .await?;
        return Err(FeedError::Unreadable(reason));
    }
    let feed = library
        .store
        .feed(user_id, put.feed.id)
        .await?
        .ok_or(FeedError::NoSuchFeed)?;
    Ok(Subscribed {
        feed,
        already: false,
    })
}

/// Changes the settings of a feed.
pub async fn change(
    library: &Library,
    user_id: UserId,
    id: FeedId,
    change: FeedChange<'_>,
) -> Result<Feed, FeedError> {
    let own_title = change.own_title.map(name);
    let folder = change.folder.map(name);
    let change = FeedChange {
        own_title: own_title.as_deref(),
        folder: folder.as_deref(),
        paused: change.paused,
    };
    library
        .store
        .change_feed(user_id, id, change, now_ms())
        .await?
        .ok_or(FeedError::NoSuchFeed)
}

/// Gives a feed up. For 30 days it can be taken back, with all its entries.
pub async fn unsubscribe(
    library: &Library,
    user_id: UserId,
    id: FeedId,
) -> Result<Feed, FeedError> {
    library
        .store
        .set_feed_deleted(user_id, id, true, now_ms())
        .await?
        .ok_or(FeedError::NoSuchFeed)
}

/// Takes back that a feed was given up.
pub async fn resubscribe(
    library: &Library,
    user_id: UserId,
    id: FeedId,
) -> Result<Feed, FeedError> {
    library
        .store
        .set_feed_deleted(user_id, id, false, now_ms())
        .await?
        .ok_or(FeedError::NoSuchFeed)
}

/// A title or the name of a folder as it is kept: one line, not too long.
pub(crate) fn name(typed: &str) -> String {
    let line = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars()
        .filter(|c| !c.is_control())
        .take(MAX_NAME_CHARS)
        .collect()
}
