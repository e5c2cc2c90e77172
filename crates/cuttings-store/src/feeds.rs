//! Feeds: subscribing, asking whose turn it is, and writing down what a poll
//! brought.
//!
//! A poll is leased like a job: it moves `poll_at` on and raises `fence`, and its
//! result is written under that number or not at all. What the entries of a feed
//! are is in [`crate::entries`].

use cuttings_model::{Feed, FeedId, FeedState, PageAddress, Reason, UserId};
use sqlx::AssertSqlSafe;

use crate::db::{Row, Tx, args};
use crate::entries::{self, FeedRead};
use crate::users::{Counted, next_id};
use crate::{Store, StoreError, dialect};

/// The columns that make a [`Feed`], in the table called `f`.
const COLUMNS: &str = "f.user_id, f.id, f.url, f.site_url, f.title, f.own_title, f.folder, \
    f.state, f.etag, f.last_modified, f.poll_at, f.fence, f.polled_at, f.read_at, f.changed_at, \
    f.failures, f.reason_code, f.reason_text, f.created_at, f.deleted_at";

fn feed(row: &Row) -> Result<Feed, StoreError> {
    let state: String = row.get("state")?;
    let code: Option<String> = row.get("reason_code")?;
    let text: Option<String> = row.get("reason_text")?;
    Ok(Feed {
        user_id: UserId(row.get("user_id")?),
        id: FeedId(row.get("id")?),
        url: row.get("url")?,
        site_url: row.get("site_url")?,
        title: row.get("title")?,
        own_title: row.get("own_title")?,
        folder: row.get("folder")?,
        state: FeedState::parse(&state).ok_or_else(|| StoreError::Nonsense {
            what: format!("feeds.state is {state:?}"),
        })?,
        etag: row.get("etag")?,
        last_modified: row.get("last_modified")?,
        poll_at_ms: row.get("poll_at")?,
        fence: row.get("fence")?,
        polled_at_ms: row.get("polled_at")?,
        read_at_ms: row.get("read_at")?,
        changed_at_ms: row.get("changed_at")?,
        failures: row.get("failures")?,
        reason: code.zip(text).map(|(code, text)| Reason { code, text }),
        created_at_ms: row.get("created_at")?,
        deleted_at_ms: row.get("deleted_at")?,
    })
}

/// A feed to subscribe to.
#[derive(Debug)]
pub struct NewFeed<'a> {
    /// Who subscribes.
    pub user_id: UserId,
    /// Where it is read.
    pub address: &'a PageAddress,
    /// The page it belongs to, as far as that is known.
    pub site_url: Option<&'a str>,
    /// What it calls itself; empty while that is not known.
    pub title: &'a str,
    /// What its user calls it.
    pub own_title: Option<&'a str>,
    /// The folder it goes into; empty for none.
    pub folder: &'a str,
    /// When it is asked first.
    pub poll_at_ms: i64,
    /// Now.
    pub now_ms: i64,
}

/// What [`Store::put_feed`] did.
#[derive(Debug)]
pub struct PutFeed {
    /// The feed, new or found.
    pub feed: Feed,
    /// Whether the user was subscribed before.
    pub already: bool,
}

/// A feed and how much of it is still to be seen.
#[derive(Debug, Clone)]
pub struct ListedFeed {
    /// The feed.
    pub feed: Feed,
    /// Entries that are not marked as seen.
    pub unseen_count: i64,
}

/// Settings of a feed; what is `None` stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct FeedChange<'a> {
    /// What its user calls it; empty for what it calls itself.
    pub own_title: Option<&'a str>,
    /// The folder it is in; empty for none.
    pub folder: Option<&'a str>,
    /// Whether it is left alone.
    pub paused: Option<bool>,
}

/// How a poll ended.
#[derive(Debug)]
pub struct PollEnd<'a> {
    /// What is to be done with the feed from now on.
    pub state: FeedState,
    /// When it is asked next.
    pub next_poll_at_ms: i64,
    /// What is wrong, if anything is.
    pub reason: Option<Reason>,
    /// Whether it could not be read at all.
    pub failed: bool,
    /// Where it has moved for good.
    pub moved_to: Option<&'a PageAddress>,
    /// What it brought; none when it has not changed or could not be read.
    pub read: Option<FeedRead>,
    /// Now.
    pub now_ms: i64,
}

impl Store {
    /// Subscribes a user to a feed, or finds the subscription. One that was
    /// given up comes back, into the folder named now.
    pub async fn put_feed(&self, new: NewFeed<'_>) -> Result<PutFeed, StoreError> {
        let mut tx = self.db.begin().await?;
        // Locks the user's counters, so that nobody subscribes in between.
        let id = next_id(&mut tx, new.user_id, Counted::Feed).await?;
        let key = new.address.page_key();
        let found = tx
            .optional(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS} FROM feeds f WHERE f.user_id = $1 AND f.url_key = $2"
                )),
                args![new.user_id.0, &key],
            )
            .await?
            .as_ref()
            .map(feed)
            .transpose()?;
        let (id, already) = match found {
            Some(found) if found.deleted_at_ms.is_none() => {
                return Ok(PutFeed {
                    feed: found,
                    already: true,
                });
            }
            Some(found) => {
                tx.run(
                    "UPDATE feeds
                     SET deleted_at = NULL, state = 'active', folder = $3, poll_at = $4,
                         fence = fence + 1, failures = 0, reason_code = NULL, reason_text = NULL
                     WHERE user_id = $1 AND id = $2",
                    args![new.user_id.0, found.id.0, new.folder, new.poll_at_ms],
                )
                .await?;
                (found.id.0, false)
            }
            None => {
                tx.run(
                    "INSERT INTO feeds
                         (user_id, id, url, url_key, site_url, title, own_title, folder, state,
                          poll_at, fence, failures, created_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, 0, 0, $10)",
                    args![
                        new.user_id.0,
                        id,
                        new.address.as_str(),
                        &key,
                        new.site_url.map(str::to_owned),
                        new.title,
                        new.own_title.map(str::to_owned),
                        new.folder,
                        new.poll_at_ms,
                        new.now_ms
                    ],
                )
                .await?;
                (id, false)
            }
        };
        let feed = by_id(&mut tx, new.user_id, FeedId(id)).await?;
        tx.commit().await?;
        Ok(PutFeed {
            feed: feed.ok_or_else(|| StoreError::Nonsense {
                what: format!("feed {id} vanished in its own transaction"),
            })?,
            already,
        })
    }

    /// A feed, given up or not.
    pub async fn feed(&self, user_id: UserId, id: FeedId) -> Result<Option<Feed>, StoreError> {
        self.db
            .optional(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS} FROM feeds f WHERE f.user_id = $1 AND f.id = $2"
                )),
                args![user_id.0, id.0],
            )
            .await?
            .as_ref()
            .map(feed)
            .transpose()
    }

    /// The feeds a user is subscribed to, by folder and name.
    pub async fn feeds(&self, user_id: UserId) -> Result<Vec<ListedFeed>, StoreError> {
        let mut feeds = self
            .db
            .all(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS},
                            (SELECT count(*) FROM entries e
                             WHERE e.user_id = $1 AND e.feed_id = f.id AND e.seen_at IS NULL)
                                AS unseen
                     FROM feeds f WHERE f.user_id = $1 AND f.deleted_at IS NULL"
                )),
                args![user_id.0],
            )
            .await?
            .iter()
            .map(|row| {
                Ok(ListedFeed {
                    feed: feed(row)?,
                    unseen_count: row.get("unseen")?,
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        // Without a folder first, then by name as a person sorts.
        feeds.sort_by_cached_key(|listed| {
            (
                listed.feed.folder.to_lowercase(),
                listed.feed.folder.clone(),
                listed.feed.name().to_lowercase(),
                listed.feed.id,
            )
        });
        Ok(feeds)
    }

    /// Changes the settings of a feed that the user is subscribed to.
    pub async fn change_feed(
        &self,
        user_id: UserId,
        id: FeedId,
        change: FeedChange<'_>,
        now_ms: i64,
    ) -> Result<Option<Feed>, StoreError> {
        let mut tx = self.db.begin().await?;
        if let Some(own_title) = change.own_title {
            let own_title = Some(own_title.to_owned()).filter(|title| !title.is_empty());
            tx.run(
                "UPDATE feeds SET own_title = $3
                 WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL",
                args![user_id.0, id.0, own_title],
            )
            .await?;
        }
        if let Some(folder) = change.folder {
            tx.run(
                "UPDATE feeds SET folder = $3
                 WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL",
                args![user_id.0, id.0, folder],
            )
            .await?;
        }
        if let Some(paused) = change.paused {
            // A feed that goes on is asked at once; a poll under way that began
            // before is not written any more.
            let (from, to) = if paused {
                ("state = 'active'", FeedState::Paused)
            } else {
                ("state <> 'active'", FeedState::Active)
            };
            tx.run(
                AssertSqlSafe(format!(
                    "UPDATE feeds SET state = $3, poll_at = $4, fence = fence + 1
                     WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL AND {from}"
                )),
                args![user_id.0, id.0, to.as_str(), now_ms],
            )
            .await?;
        }
        let feed = by_id(&mut tx, user_id, id).await?;
        tx.commit().await?;
        Ok(feed.filter(|feed| feed.deleted_at_ms.is_none()))
    }

    /// Gives a feed up, or takes that back. Its entries stay until it is
    /// [purged](Store::purge_feeds).
    pub async fn set_feed_deleted(
        &self,
        user_id: UserId,
        id: FeedId,
        on: bool,
        now_ms: i64,
    ) -> Result<Option<Feed>, StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "UPDATE feeds
             SET deleted_at = CASE WHEN $3 IS NULL THEN NULL ELSE coalesce(deleted_at, $3) END,
                 fence = fence + 1
             WHERE user_id = $1 AND id = $2",
            args![user_id.0, id.0, on.then_some(now_ms)],
        )
        .await?;
        let feed = by_id(&mut tx, user_id, id).await?;
        tx.commit().await?;
        Ok(feed)
    }

    /// Puts a feed first in line: it is asked as soon as a worker looks.
    pub async fn poll_soon(
        &self,
        user_id: UserId,
        id: FeedId,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "UPDATE feeds SET poll_at = $3
             WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL AND poll_at > $3",
            args![user_id.0, id.0, now_ms],
        )
        .await?;
        tx.commit().await
    }

    /// Leases the feed that has been due longest; `None` when none is due.
    ///
    /// With `only`, leases that feed, due or not, unless its user gave it up.
    pub async fn lease_feed(
        &self,
        now_ms: i64,
        until_ms: i64,
        only: Option<(UserId, FeedId)>,
    ) -> Result<Option<Feed>, StoreError> {
        if let Some((user_id, id)) = only {
            let mut tx = self.db.begin().await?;
            tx.run(
                "UPDATE feeds SET poll_at = $3, fence = fence + 1
                 WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL",
                args![user_id.0, id.0, until_ms],
            )
            .await?;
            let feed = by_id(&mut tx, user_id, id).await?;
            tx.commit().await?;
            return Ok(feed.filter(|feed| feed.deleted_at_ms.is_none()));
        }
        // Most looks find nothing; they should not take the write lock.
        let due = self
            .db
            .optional(
                "SELECT 1 AS one FROM feeds
                 WHERE state = 'active' AND deleted_at IS NULL AND poll_at <= $1 LIMIT 1",
                args![now_ms],
            )
            .await?;
        if due.is_none() {
            return Ok(None);
        }
        let mut tx = self.db.begin().await?;
        let sql = format!(
            "UPDATE feeds SET poll_at = $2, fence = fence + 1
             WHERE (user_id, id) = (
                 SELECT user_id, id FROM feeds
                 WHERE state = 'active' AND deleted_at IS NULL AND poll_at <= $1
                 ORDER BY poll_at LIMIT 1 {}
             )
             RETURNING user_id, id",
            dialect::skip_locked(tx.engine())
        );
        let leased = match tx
            .optional(AssertSqlSafe(sql), args![now_ms, until_ms])
            .await?
        {
            Some(row) => {
                by_id(&mut tx, UserId(row.get("user_id")?), FeedId(row.get("id")?)).await?
            }
            None => None,
        };
        tx.commit().await?;
        Ok(leased)
    }

    /// Puts a poll back to `until_ms`, under its fencing number: the feed was not
    /// asked, so all that is known of it stays. Whether it was still ours.
    pub async fn put_back_poll(&self, feed: &Feed, until_ms: i64) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let held = tx
            .run(
                "UPDATE feeds SET poll_at = $4 WHERE user_id = $1 AND id = $2 AND fence = $3",
                args![feed.user_id.0, feed.id.0, feed.fence, until_ms],
            )
            .await?;
        tx.commit().await?;
        Ok(held > 0)
    }

    /// Writes down how a poll ended, under its fencing number; gives how many
    /// entries are new, or `None` when the feed is somebody else's turn by now
    /// and nothing was written.
    pub async fn end_poll(
        &self,
        feed: &Feed,
        end: PollEnd<'_>,
    ) -> Result<Option<usize>, StoreError> {
        let mut tx = self.db.begin().await?;
        let (code, text) = end.reason.map(|reason| (reason.code, reason.text)).unzip();
        let held = tx
            .run(
                "UPDATE feeds
                 SET state = $4, poll_at = $5, polled_at = $6, reason_code = $7, reason_text = $8,
                     failures = CASE WHEN $9 = 1 THEN failures + 1 ELSE 0 END
                 WHERE user_id = $1 AND id = $2 AND fence = $3",
                args![
                    feed.user_id.0,
                    feed.id.0,
                    feed.fence,
                    end.state.as_str(),
                    end.next_poll_at_ms,
                    end.now_ms,
                    code,
                    text,
                    end.failed
                ],
            )
            .await?;
        if held == 0 {
            return Ok(None);
        }
        if let Some(address) = end.moved_to {
            // Somebody who is subscribed to both addresses keeps both.
            tx.run(
                "UPDATE feeds SET url = $3, url_key = $4
                 WHERE user_id = $1 AND id = $2 AND NOT EXISTS (
                     SELECT 1 FROM feeds o
                     WHERE o.user_id = $1 AND o.url_key = $4 AND o.id <> $2)",
                args![
                    feed.user_id.0,
                    feed.id.0,
                    address.as_str(),
                    address.page_key()
                ],
            )
            .await?;
        }
        let mut new_count = 0;
        if let Some(read) = end.read {
            new_count = read.new.len();
            tx.run(
                "UPDATE feeds
                 SET title = $3, site_url = $4, etag = $5, last_modified = $6, read_at = $7,
                     changed_at = CASE WHEN $8 = 1 THEN $7 ELSE changed_at END
                 WHERE user_id = $1 AND id = $2",
                args![
                    feed.user_id.0,
                    feed.id.0,
                    &read.title,
                    &read.site_url,
                    &read.etag,
                    &read.last_modified,
                    end.now_ms,
                    new_count > 0
                ],
            )
            .await?;
            entries::write(&mut tx, feed, read, end.now_ms).await?;
        }
        tx.commit().await?;
        Ok(Some(new_count))
    }

    /// Deletes for good what was given up before `before_ms`, with its entries
    /// and the rules that were for it alone; gives how many feeds that were.
    pub async fn purge_feeds(&self, before_ms: i64) -> Result<usize, StoreError> {
        let mut tx = self.db.begin().await?;
        let gone = tx
            .all(
                "SELECT user_id, id FROM feeds WHERE deleted_at IS NOT NULL AND deleted_at < $1",
                args![before_ms],
            )
            .await?;
        for row in &gone {
            let (user_id, id): (i64, i64) = (row.get("user_id")?, row.get("id")?);
            for sql in [
                "DELETE FROM entries WHERE user_id = $1 AND feed_id = $2",
                "DELETE FROM feed_rules WHERE user_id = $1 AND feed_id = $2",
                "DELETE FROM feeds WHERE user_id = $1 AND id = $2",
            ] {
                tx.run(sql, args![user_id, id]).await?;
            }
        }
        tx.commit().await?;
        Ok(gone.len())
    }
}

async fn by_id(tx: &mut Tx, user_id: UserId, id: FeedId) -> Result<Option<Feed>, StoreError> {
    tx.optional(
        AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM feeds f WHERE f.user_id = $1 AND f.id = $2"
        )),
        args![user_id.0, id.0],
    )
    .await?
    .as_ref()
    .map(feed)
    .transpose()
}
