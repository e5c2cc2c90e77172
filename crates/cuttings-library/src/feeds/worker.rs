//! The worker for feeds: polls what is due, several at a time, until it is told
//! to stop.
//!
//! `cuttings serve` runs one; any number may run beside each other on one
//! database. A feed that hangs holds one place for a minute at most; the others
//! go on.

use std::sync::Arc;
use std::time::Duration;

use cuttings_model::Feed;
use cuttings_store::StoreError;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::{KEPT_AFTER_LEAVING_MS, poll};
use crate::{Library, now_ms};

/// Feeds asked at the same time; most of the time they are waited for.
const POLLS_AT_ONCE: usize = 6;
/// How often to look whose turn it is.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often to delete what was given up long ago.
const PURGE_EVERY_MS: i64 = 60 * 60 * 1_000;

/// Polls until `stop` says true. Polls under way are dropped then: their feeds
/// come due again when the leases run out.
pub async fn run(library: Library, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(POLLS_AT_ONCE));
    let mut under_way = JoinSet::new();
    let mut purged_at = 0;
    while !*stop.borrow() {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => {
                place.expect("the semaphore is never closed")
            }
            _ = stop.changed() => break,
        };
        while under_way.try_join_next().is_some() {}
        let now = now_ms();
        if now - purged_at >= PURGE_EVERY_MS {
            purged_at = now;
            if let Err(error) = library.store.purge_feeds(now - KEPT_AFTER_LEAVING_MS).await {
                log(&error, "feeds that were given up could not be deleted");
            }
        }
        match library
            .store
            .lease_feed(now, now + poll::LEASE_MS, None)
            .await
        {
            Ok(Some(feed)) => {
                let library = library.clone();
                under_way.spawn(async move {
                    work(&library, &feed).await;
                    drop(place);
                });
            }
            nothing => {
                drop(place);
                if let Err(error) = nothing {
                    log(&error, "the worker cannot look for feeds");
                }
                tokio::select! {
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    _ = stop.changed() => break,
                }
            }
        }
    }
    under_way.shutdown().await;
}

async fn work(library: &Library, feed: &Feed) {
    let limit = Duration::from_millis(poll::LEASE_MS.unsigned_abs());
    match tokio::time::timeout(limit, poll::poll(library, feed)).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => log(&error, "what a feed brought could not be written"),
        Err(_) => tracing::warn!(feed.id = feed.id.0, "a poll took longer than its lease"),
    }
}

fn log(error: &StoreError, what: &str) {
    let cause = std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default();
    tracing::error!(error = %error, cause = %cause, "{what}");
}
