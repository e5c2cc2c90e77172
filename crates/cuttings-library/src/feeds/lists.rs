//! OPML in and out: lists of feeds, to and from other readers.
//!
//! An import subscribes without asking the sites first; workers do that one
//! after the other. It can be repeated: what is there already stays as it is.

use bytes::Bytes;
use cuttings_formats::opml::{self, Outline};
use cuttings_model::{FeedId, UserId};
use cuttings_store::NewFeed;

use super::{FeedError, MAX_FEEDS, discover, name};
use crate::{Library, now_ms};

/// Largest file that is read, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

/// What became of one feed of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The user is subscribed to it now.
    Added(FeedId),
    /// The user was subscribed before.
    Already(FeedId),
    /// It was refused, for this reason.
    Refused(String),
}

/// One feed of a file, as written, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its address as written.
    pub url: String,
    /// What it is called.
    pub title: Option<String>,
    /// What became of it.
    pub verdict: Verdict,
}

/// What an import did, feed by feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Every feed of the file, in its order.
    pub rows: Vec<Row>,
    /// How many more there were than are read of one file.
    pub left_out: usize,
}

impl Imported {
    /// How many were added, were there already, and were refused.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |wanted: fn(&Verdict) -> bool| {
            self.rows.iter().filter(|row| wanted(&row.verdict)).count()
        };
        (
            count(|verdict| matches!(verdict, Verdict::Added(_))),
            count(|verdict| matches!(verdict, Verdict::Already(_))),
            count(|verdict| matches!(verdict, Verdict::Refused(_))),
        )
    }
}

/// Subscribes a user to the feeds of an OPML file.
///
/// # Errors
///
/// Only of the store; what was added before stays, and the import can be made
/// again. A file without feeds gives no rows.
pub async fn import(
    library: &Library,
    user_id: UserId,
    file: Bytes,
) -> Result<Imported, FeedError> {
    if file.len() > MAX_BYTES {
        return Err(FeedError::Words("The file is larger than 10 MB"));
    }
    let list = tokio::task::spawn_blocking(move || {
        opml::read(&cuttings_html::decode::decode(&file, None).text)
    })
    .await
    .map_err(|_| FeedError::Words("The file cannot be read"))?;
    let mut room = MAX_FEEDS.saturating_sub(library.store.feeds(user_id).await?.len());
    let mut imported = Imported {
        left_out: list.left_out,
        ..Imported::default()
    };
    for outline in list.feeds {
        let verdict = put(library, user_id, &outline, room).await?;
        room -= usize::from(matches!(verdict, Verdict::Added(_)));
        imported.rows.push(Row {
            url: outline.feed_url.chars().take(500).collect(),
            title: outline.title,
            verdict,
        });
    }
    Ok(imported)
}

async fn put(
    library: &Library,
    user_id: UserId,
    outline: &Outline,
    room: usize,
) -> Result<Verdict, FeedError> {
    let address = match discover::address_of(&outline.feed_url) {
        Ok(address) => address,
        Err(error) => return Ok(Verdict::Refused(error.explain())),
    };
    if room == 0 {
        return Ok(Verdict::Refused(FeedError::TooMany.explain()));
    }
    let now = now_ms();
    let put = library
        .store
        .put_feed(NewFeed {
            user_id,
            address: &address,
            site_url: outline
                .site_url
                .as_deref()
                .filter(|site| site.starts_with("http")),
            title: &name(outline.title.as_deref().unwrap_or_default()),
            own_title: None,
            folder: &name(&outline.folder),
            poll_at_ms: now,
            now_ms: now,
        })
        .await?;
    Ok(if put.already {
        Verdict::Already(put.feed.id)
    } else {
        Verdict::Added(put.feed.id)
    })
}

/// A user's subscriptions as OPML.
pub async fn export(library: &Library, user_id: UserId) -> Result<String, FeedError> {
    let outlines: Vec<Outline> = library
        .store
        .feeds(user_id)
        .await?
        .into_iter()
        .map(|listed| Outline {
            title: Some(listed.feed.name().to_owned()),
            feed_url: listed.feed.url,
            site_url: listed.feed.site_url,
            folder: listed.feed.folder,
        })
        .collect();
    Ok(opml::write("Feeds in Cuttings", &outlines))
}
