//! Polling: from a feed whose turn it is to what it brought.
//!
//! The worker, "read now" and a new subscription come through here. A poll is
//! leased: what it brought is written under its fencing number or not at all,
//! so any number of machines can poll from one database.
//!
//! Sites are asked no oftener than they like: only for what has changed, not
//! before the time they name, and ever more seldom while they fail.

use std::time::Duration;

use cuttings_fetch::{FetchError, Fetched, Validators, Want};
use cuttings_model::{Feed, FeedId, FeedState, PageAddress, Reason, UserId, address};
use cuttings_store::{FeedRead, PollEnd, StoreError};
use cuttings_text::query;
use url::Url;

use super::{FeedError, read, rules};
use crate::error::reason_of;
use crate::site_access::{UserFetcher, fetcher_for};
use crate::{Library, now_ms};

/// How long a poll may take before another worker may do it.
pub const LEASE_MS: i64 = 3 * MINUTE_MS;
/// How long a feed is left alone that asks for nothing else.
pub const INTERVAL_MS: i64 = 60 * MINUTE_MS;
/// The longest a feed is left alone, whatever it asks for and however often it
/// failed.
pub const MAX_INTERVAL_MS: i64 = 24 * 60 * MINUTE_MS;
/// How soon a feed that could not be read is tried again; the wait doubles with
/// each failure up to [`MAX_INTERVAL_MS`].
const RETRY_MS: i64 = 15 * MINUTE_MS;
/// After this long a feed is read whole, even if it says that nothing has
/// changed: some say so wrongly.
const BELIEVED_MS: i64 = 24 * 60 * MINUTE_MS;

const MINUTE_MS: i64 = 60_000;

/// How a poll ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Polled {
    /// The feed was read: this many entries are new, and this many of them were
    /// saved by rules.
    Read {
        /// New entries.
        new: usize,
        /// Saved by rules.
        saved: usize,
    },
    /// Nothing has changed since the last time.
    Unchanged,
    /// The feed could not be read.
    Failed(Reason),
    /// The feed was not asked: its site has other requests of ours to answer, or
    /// wants to be left alone. It is read as soon as its turn comes.
    Waits(Reason),
    /// Somebody else polled it meanwhile, or its user changed it.
    Lost,
}

/// Polls a feed now, due or not.
///
/// # Errors
///
/// [`FeedError::NoSuchFeed`]; a feed that cannot be read is [`Polled::Failed`].
pub async fn poll_now(library: &Library, user_id: UserId, id: FeedId) -> Result<Polled, FeedError> {
    let now = now_ms();
    // The lease writes over it.
    let due_ms = library.store.feed(user_id, id).await?;
    let due_ms = due_ms.map_or(now, |feed| feed.poll_at_ms);
    let feed = library
        .store
        .lease_feed(now, now + LEASE_MS, Some((user_id, id)))
        .await?
        .ok_or(FeedError::NoSuchFeed)?;
    Ok(poll_due(library, &feed, due_ms).await?)
}

/// Polls a feed under lease to its end.
///
/// # Errors
///
/// Only of the store: then the feed comes due again when its lease runs out.
pub async fn poll(library: &Library, feed: &Feed) -> Result<Polled, StoreError> {
    poll_due(library, feed, now_ms()).await
}

/// The same for a feed that was due at `due_ms`.
async fn poll_due(library: &Library, feed: &Feed, due_ms: i64) -> Result<Polled, StoreError> {
    let ours = fetcher_for(library, feed.user_id).await?;
    let answer = ask(&ours, feed).await;
    ours.note_used(library).await?;
    let now = now_ms();
    let answer = match answer {
        Ok(answer) => answer,
        Err(NotRead::Waits { reason, wait }) => {
            let turn_ms = now.saturating_add(millis(wait));
            // A site that had trouble, or asked for time, gets what it was given.
            let until_ms = match feed.failures {
                0 => turn_ms,
                _ => turn_ms.max(due_ms),
            };
            let is_ours = library.store.put_back_poll(feed, until_ms).await?;
            return Ok(if is_ours {
                Polled::Waits(reason)
            } else {
                Polled::Lost
            });
        }
        Err(NotRead::Failed { reason, wait, gone }) => {
            let state = if gone { FeedState::Gone } else { feed.state };
            return fail(library, feed, state, reason, wait).await;
        }
    };
    let mut end = PollEnd {
        state: match feed.state {
            FeedState::Gone => FeedState::Active,
            state => state,
        },
        next_poll_at_ms: now + jittered(rest_ms(&answer, None)),
        reason: None,
        failed: false,
        moved_to: None,
        read: None,
        now_ms: now,
    };
    if answer.status == 304 {
        // What was to be known about the feed is so still.
        end.reason
            .clone_from(&feed.reason.clone().filter(|_| feed.failures == 0));
        let written = library.store.end_poll(feed, end).await?;
        let saved = rules::save_chosen(library, feed.user_id, Some(feed.id)).await?;
        return Ok(match (written, saved) {
            (None, _) => Polled::Lost,
            (Some(_), 0) => Polled::Unchanged,
            (Some(new), saved) => Polled::Read { new, saved },
        });
    }
    let moved = moved_to(&answer);
    let known = library.store.known_entries(feed.user_id, feed.id).await?;
    // They are kept as those of the feed's own address. One that is led to from there
    // may be anybody's, and is read whole.
    let header = |name| {
        let header = answer.header(name).map(str::to_owned);
        header.filter(|_| answer.redirects.is_empty())
    };
    let (etag, last_modified) = (header("etag"), header("last-modified"));
    let (base, body, is_cut) = (answer.final_url.clone(), answer.body.clone(), answer.is_cut);
    let content_type = answer.content_type().map(str::to_owned);
    let place = library.extracting.acquire().await;
    let prepared = tokio::task::spawn_blocking(move || {
        let text = cuttings_html::decode::decode(&body, content_type.as_deref()).text;
        read::prepare(&text, &base, &known, is_cut, now)
            .map_err(|error| read::reason_of(error, &base))
    })
    .await;
    drop(place);
    let mut prepared = match prepared {
        Ok(Ok(prepared)) => prepared,
        Ok(Err(reason)) => return fail(library, feed, feed.state, reason, None).await,
        // A document that breaks the reader costs that feed alone.
        Err(_) => {
            let reason = Reason {
                code: "unreadable".to_owned(),
                text: "Something in the feed stopped the reader. It will be tried again."
                    .to_owned(),
            };
            return fail(library, feed, feed.state, reason, None).await;
        }
    };
    end.moved_to = moved.as_ref();
    choose(library, feed, &mut prepared.read).await?;
    end.next_poll_at_ms = now + jittered(rest_ms(&answer, prepared.ttl_minutes));
    end.reason = prepared.note;
    end.read = Some(FeedRead {
        etag,
        last_modified,
        ..prepared.read
    });
    let Some(new) = library.store.end_poll(feed, end).await? else {
        return Ok(Polled::Lost);
    };
    let saved = rules::save_chosen(library, feed.user_id, Some(feed.id)).await?;
    Ok(Polled::Read { new, saved })
}

/// Gives new entries to the first rule of their user that they match. It is named
/// as what saved them; the others give their tags, see [`rules::save_chosen`].
async fn choose(library: &Library, feed: &Feed, read: &mut FeedRead) -> Result<(), StoreError> {
    if read.new.is_empty() {
        return Ok(());
    }
    let rules: Vec<_> = library
        .store
        .feed_rules(feed.user_id)
        .await?
        .into_iter()
        .filter(|rule| rule.feed_id.is_none_or(|id| id == feed.id))
        .filter_map(|rule| Some((rule.id, query::parse(&rule.query).ok()?)))
        .collect();
    for entry in &mut read.new {
        entry.rule_id = rules
            .iter()
            .find(|(_, query)| rules::is_for_new(query, entry))
            .map(|(id, _)| *id);
    }
    Ok(())
}

/// Why a feed was not read, and what that means for the next time.
enum NotRead {
    /// It was not asked.
    Waits { reason: Reason, wait: Duration },
    Failed {
        reason: Reason,
        wait: Option<Duration>,
        gone: bool,
    },
}

async fn ask(ours: &UserFetcher, feed: &Feed) -> Result<Fetched, NotRead> {
    let url = Url::parse(&feed.url).map_err(|_| NotRead::Failed {
        reason: Reason {
            code: "bad_url".to_owned(),
            text: "The address of this feed cannot be read. Subscribe to it anew.".to_owned(),
        },
        wait: None,
        gone: false,
    })?;
    let was_read = feed
        .read_at_ms
        .is_some_and(|read| now_ms() - read < BELIEVED_MS && !ours.shows_more_since(&url, read));
    let known = if was_read {
        Validators {
            url: Some(url.clone()),
            etag: feed.etag.clone(),
            last_modified: feed.last_modified.clone(),
        }
    } else {
        Validators::default()
    };
    ours.fetcher
        .get_if_changed(&url, Want::Feed, &known)
        .await
        .map_err(|error| {
            let reason = reason_of(&error);
            match error {
                FetchError::Wait { wait, .. } => NotRead::Waits { reason, wait },
                FetchError::Status {
                    status,
                    retry_after: wait,
                    ..
                } => NotRead::Failed {
                    reason,
                    wait,
                    gone: status == 410,
                },
                _ => NotRead::Failed {
                    reason,
                    wait: None,
                    gone: false,
                },
            }
        })
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

async fn fail(
    library: &Library,
    feed: &Feed,
    state: FeedState,
    reason: Reason,
    wait: Option<Duration>,
) -> Result<Polled, StoreError> {
    let now = now_ms();
    // Not shortened by chance: the site has named a time.
    let asked_ms = wait.map_or(0, millis);
    let own_ms = jittered(backoff_ms(feed.failures));
    let written = library
        .store
        .end_poll(
            feed,
            PollEnd {
                state,
                next_poll_at_ms: now.saturating_add(own_ms.max(asked_ms)),
                reason: Some(reason.clone()),
                failed: true,
                moved_to: None,
                read: None,
                now_ms: now,
            },
        )
        .await?;
    tracing::info!(
        feed.id = feed.id.0,
        user.id = feed.user_id.0,
        reason = reason.code,
        "a feed could not be read"
    );
    Ok(match written {
        Some(_) => Polled::Failed(reason),
        None => Polled::Lost,
    })
}

/// How long to leave a feed alone that has failed `failures` times before.
fn backoff_ms(failures: i64) -> i64 {
    let doublings = u32::try_from(failures.clamp(0, 10)).unwrap_or(0);
    (RETRY_MS << doublings).min(MAX_INTERVAL_MS)
}

/// How long to leave a feed alone that was read: our own interval, or longer if
/// it asks for that.
fn rest_ms(answer: &Fetched, ttl_minutes: Option<i64>) -> i64 {
    let max_age_ms = answer
        .header("cache-control")
        .and_then(max_age_seconds)
        .map_or(0, |seconds| seconds.saturating_mul(1_000));
    let ttl_ms = ttl_minutes.map_or(0, |minutes| minutes.saturating_mul(MINUTE_MS));
    INTERVAL_MS.max(max_age_ms).max(ttl_ms).min(MAX_INTERVAL_MS)
}

fn max_age_seconds(header: &str) -> Option<i64> {
    header.split(',').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("max-age")
            .then(|| value.trim().trim_matches('"').parse().ok())?
    })
}

/// Up to a tenth longer, so that feeds which were added together are not asked
/// together for ever.
pub(crate) fn jittered(ms: i64) -> i64 {
    let mut random = [0; 2];
    getrandom::fill(&mut random).expect("the system gives random bytes");
    let share = i64::from(u16::from_le_bytes(random));
    ms + ms / 10 * share / i64::from(u16::MAX)
}

/// Where the feed has moved for good: behind the redirects that say so, as far
/// as they follow one another from the start.
fn moved_to(answer: &Fetched) -> Option<PageAddress> {
    let last = answer
        .redirects
        .iter()
        .take_while(|hop| matches!(hop.status, 301 | 308))
        .last()?;
    address::parse(last.location.as_str()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_day() {
        let waits: Vec<i64> = (0..9)
            .map(|failures| backoff_ms(failures) / MINUTE_MS)
            .collect();
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
        assert_eq!(backoff_ms(i64::MAX), MAX_INTERVAL_MS);
        for _ in 0..100 {
            let wait = jittered(INTERVAL_MS);
            assert!(
                (INTERVAL_MS..=INTERVAL_MS * 11 / 10).contains(&wait),
                "{wait}"
            );
        }
    }

    #[test]
    fn max_age_is_found_among_its_neighbours() {
        assert_eq!(max_age_seconds("public, max-age=7200"), Some(7200));
        assert_eq!(max_age_seconds("Max-Age = \"60\", private"), Some(60));
        assert_eq!(max_age_seconds("no-cache"), None);
        assert_eq!(max_age_seconds("max-age=soon"), None);
    }
}
