//! Entries of feeds: what a poll brought, the stream they make, what was seen
//! and what was saved.

use std::collections::HashMap;

use cuttings_model::feed::ENTRIES_KEPT;
use cuttings_model::{
    ArticleId, Entry, EntryId, Feed, FeedId, FeedRule, FeedRuleId, FeedSave, PageAddress, UserId,
};
use sqlx::AssertSqlSafe;

use crate::db::{Row, Tx, Value, args};
use crate::users::{Counted, next_id};
use crate::{Store, StoreError};

/// Characters of an entry's text that a list needs.
const LISTED_CHARS: i64 = 400;

/// What was read of a feed whole.
#[derive(Debug, Default)]
pub struct FeedRead {
    /// What it calls itself.
    pub title: String,
    /// The page it belongs to.
    pub site_url: Option<String>,
    /// Headers to ask for changes by.
    pub etag: Option<String>,
    /// See `etag`.
    pub last_modified: Option<String>,
    /// Entries that are not known yet, oldest first.
    pub new: Vec<NewEntry>,
    /// Known ones that say something else now, or are named otherwise.
    pub changed: Vec<(EntryId, NewEntry)>,
    /// Known ones that are offered still, changed or not.
    pub offered: Vec<EntryId>,
}

/// An entry as it came.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// What the feed names it by.
    pub entry_key: String,
    /// What it says.
    pub print_key: String,
    /// The page it is about.
    pub url: Option<String>,
    /// Its headline.
    pub title: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// The language of its text.
    pub language: Option<String>,
    /// Safe HTML.
    pub html: String,
    /// The same as clean text.
    pub text: String,
    /// Words in `text`.
    pub word_count: i64,
    /// When it says it was published.
    pub published_at_ms: Option<i64>,
    /// Its place in the stream.
    pub sort_at_ms: i64,
    /// Whether it comes in as seen.
    pub is_seen: bool,
    /// The rule that is to save it.
    pub rule_id: Option<FeedRuleId>,
}

/// What is known of an entry, to recognise it by.
#[derive(Debug, Clone)]
pub struct KnownEntry {
    /// Its number.
    pub id: EntryId,
    /// See [`NewEntry::entry_key`].
    pub entry_key: String,
    /// See [`NewEntry::print_key`].
    pub print_key: String,
}

/// Which entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EntryView {
    /// Those not marked as seen.
    #[default]
    Unseen,
    /// All.
    All,
    /// Those that were saved to the library.
    Saved,
}

/// Part of the stream: one feed, one folder, or all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stream {
    /// Of this feed alone.
    pub feed_id: Option<FeedId>,
    /// Of the feeds in this folder; empty for those in none.
    pub folder: Option<String>,
}

/// A place in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryPosition {
    /// Where the last entry shown stands.
    pub sort_at_ms: i64,
    /// Its number.
    pub id: i64,
}

fn entry(row: &Row) -> Result<Entry, StoreError> {
    let own: Option<String> = row.get("own_title")?;
    let feed_title: String = row.get("feed_title")?;
    let feed_url: String = row.get("feed_url")?;
    Ok(Entry {
        id: EntryId(row.get("id")?),
        feed_id: FeedId(row.get("feed_id")?),
        feed_name: own
            .or(Some(feed_title))
            .filter(|title| !title.is_empty())
            .unwrap_or(feed_url),
        url: row.get("url")?,
        title: row.get("title")?,
        author: row.get("author")?,
        language: row.get("language")?,
        text: row.get("text")?,
        word_count: row.get("word_count")?,
        published_at_ms: row.get("published_at")?,
        received_at_ms: row.get("received_at")?,
        sort_at_ms: row.get("sort_at")?,
        seen_at_ms: row.get("seen_at")?,
        article_id: row.get::<Option<i64>>("article_id")?.map(ArticleId),
        rule_id: row.get::<Option<i64>>("rule_id")?.map(FeedRuleId),
    })
}

/// The columns that make an [`Entry`], with `text` as the text.
fn columns(text: &str) -> String {
    format!(
        "e.id, e.feed_id, f.title AS feed_title, f.own_title, f.url AS feed_url, e.url, e.title, \
         e.author, e.language, {text} AS text, e.word_count, e.published_at, e.received_at, \
         e.sort_at, e.seen_at, e.article_id, e.rule_id"
    )
}

/// Entries with the feeds they are of, as long as those were not given up.
const FROM: &str = "FROM entries e
    JOIN feeds f ON f.user_id = e.user_id AND f.id = e.feed_id AND f.deleted_at IS NULL";

/// The conditions that a part of the stream puts on `e` and `f`.
fn within(stream: &Stream, values: &mut Vec<Value>) -> String {
    let mut sql = String::new();
    if let Some(feed_id) = stream.feed_id {
        values.push(feed_id.0.into());
        sql += &format!(" AND e.feed_id = ${}", values.len());
    }
    if let Some(folder) = &stream.folder {
        values.push(folder.into());
        sql += &format!(" AND f.folder = ${}", values.len());
    }
    sql
}

/// Writes what was read of a feed and drops what is too much.
pub(crate) async fn write(
    tx: &mut Tx,
    feed: &Feed,
    read: FeedRead,
    now_ms: i64,
) -> Result<(), StoreError> {
    let user_id = feed.user_id;
    for (id, changed) in read.changed {
        tx.run(
            "UPDATE entries
             SET entry_key = $4, print_key = $5, url = $6, title = $7, author = $8, language = $9,
                 html = $10, text = $11, word_count = $12, published_at = $13
             WHERE user_id = $1 AND feed_id = $2 AND id = $3",
            args![
                user_id.0,
                feed.id.0,
                id.0,
                changed.entry_key,
                changed.print_key,
                changed.url,
                changed.title,
                changed.author,
                changed.language,
                changed.html,
                changed.text,
                changed.word_count,
                changed.published_at_ms
            ],
        )
        .await?;
    }
    if !read.offered.is_empty() {
        // Numbers only: nothing here comes from outside.
        let ids: Vec<String> = read.offered.iter().map(ToString::to_string).collect();
        tx.run(
            AssertSqlSafe(format!(
                "UPDATE entries SET offered_at = $3
                 WHERE user_id = $1 AND feed_id = $2 AND id IN ({})",
                ids.join(", ")
            )),
            args![user_id.0, feed.id.0, now_ms],
        )
        .await?;
    }
    for new in read.new {
        let id = next_id(tx, user_id, Counted::Entry).await?;
        tx.run(
            "INSERT INTO entries
                 (user_id, id, feed_id, entry_key, print_key, url, title, author, language, html,
                  text, word_count, published_at, received_at, sort_at, offered_at, seen_at,
                  rule_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $14, $16,
                     $17)
             ON CONFLICT (user_id, feed_id, entry_key) DO NOTHING",
            args![
                user_id.0,
                id,
                feed.id.0,
                new.entry_key,
                new.print_key,
                new.url,
                new.title,
                new.author,
                new.language,
                new.html,
                new.text,
                new.word_count,
                new.published_at_ms,
                now_ms,
                new.sort_at_ms,
                new.is_seen.then_some(now_ms),
                new.rule_id.map(|rule| rule.0)
            ],
        )
        .await?;
    }
    // What the feed offers now is the last to go, or it would come in anew.
    tx.run(
        "DELETE FROM entries
         WHERE user_id = $1 AND feed_id = $2 AND id IN (
             SELECT e.id FROM entries e WHERE e.user_id = $1 AND e.feed_id = $2
             ORDER BY e.offered_at DESC, e.id DESC LIMIT 1000000 OFFSET $3)",
        args![user_id.0, feed.id.0, ENTRIES_KEPT],
    )
    .await
    .map(|_| ())
}

impl Store {
    /// What is known of the entries of a feed.
    pub async fn known_entries(
        &self,
        user_id: UserId,
        feed_id: FeedId,
    ) -> Result<Vec<KnownEntry>, StoreError> {
        self.db
            .all(
                "SELECT id, entry_key, print_key FROM entries
                 WHERE user_id = $1 AND feed_id = $2",
                args![user_id.0, feed_id.0],
            )
            .await?
            .iter()
            .map(|row| {
                Ok(KnownEntry {
                    id: EntryId(row.get("id")?),
                    entry_key: row.get("entry_key")?,
                    print_key: row.get("print_key")?,
                })
            })
            .collect()
    }

    /// Up to `limit` entries of a part of the stream, newest first, after
    /// `after`. Of their texts only the beginning comes along.
    pub async fn entries(
        &self,
        user_id: UserId,
        stream: &Stream,
        view: EntryView,
        after: Option<EntryPosition>,
        limit: i64,
    ) -> Result<Vec<Entry>, StoreError> {
        let after = after.unwrap_or(EntryPosition {
            sort_at_ms: i64::MAX,
            id: i64::MAX,
        });
        let mut values = args![user_id.0, after.sort_at_ms, after.id, limit, LISTED_CHARS];
        let within = within(stream, &mut values);
        let condition = match view {
            EntryView::Unseen => "AND e.seen_at IS NULL",
            EntryView::All => "",
            EntryView::Saved => "AND e.article_id IS NOT NULL",
        };
        let columns = columns("substr(e.text, 1, CAST($5 AS INTEGER))");
        self.db
            .all(
                AssertSqlSafe(format!(
                    "SELECT {columns} {FROM}
                     WHERE e.user_id = $1 AND (e.sort_at, e.id) < ($2, $3) {condition} {within}
                     ORDER BY e.sort_at DESC, e.id DESC LIMIT $4"
                )),
                values,
            )
            .await?
            .iter()
            .map(entry)
            .collect()
    }

    /// An entry with its whole text, and its safe HTML.
    pub async fn entry(
        &self,
        user_id: UserId,
        id: EntryId,
    ) -> Result<Option<(Entry, String)>, StoreError> {
        let columns = columns("e.text");
        self.db
            .optional(
                AssertSqlSafe(format!(
                    "SELECT {columns}, e.html {FROM} WHERE e.user_id = $1 AND e.id = $2"
                )),
                args![user_id.0, id.0],
            )
            .await?
            .map(|row| Ok((entry(&row)?, row.get("html")?)))
            .transpose()
    }

    /// How many entries of each folder are still to be seen; `""` stands for
    /// feeds in none.
    pub async fn unseen_by_folder(
        &self,
        user_id: UserId,
    ) -> Result<HashMap<String, i64>, StoreError> {
        self.db
            .all(
                AssertSqlSafe(format!(
                    "SELECT f.folder, count(*) AS many {FROM}
                     WHERE e.user_id = $1 AND e.seen_at IS NULL GROUP BY f.folder"
                )),
                args![user_id.0],
            )
            .await?
            .iter()
            .map(|row| Ok((row.get("folder")?, row.get("many")?)))
            .collect()
    }

    /// Marks an entry as seen, or takes the mark away; gives whether there is
    /// such an entry.
    pub async fn set_seen(
        &self,
        user_id: UserId,
        id: EntryId,
        on: bool,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let found = tx
            .run(
                "UPDATE entries
                 SET seen_at = CASE WHEN $3 IS NULL THEN NULL ELSE coalesce(seen_at, $3) END
                 WHERE user_id = $1 AND id = $2",
                args![user_id.0, id.0, on.then_some(now_ms)],
            )
            .await?;
        tx.commit().await?;
        Ok(found == 1)
    }

    /// Marks everything in a part of the stream as seen that had come in by
    /// `until_ms`; gives how much that was.
    pub async fn set_all_seen(
        &self,
        user_id: UserId,
        stream: &Stream,
        until_ms: i64,
        now_ms: i64,
    ) -> Result<u64, StoreError> {
        let mut values = args![user_id.0, now_ms, until_ms];
        let within = within(stream, &mut values);
        let mut tx = self.db.begin().await?;
        let marked = tx
            .run(
                AssertSqlSafe(format!(
                    "UPDATE entries SET seen_at = $2
                     WHERE user_id = $1 AND seen_at IS NULL AND id IN (
                         SELECT e.id {FROM}
                         WHERE e.user_id = $1 AND e.seen_at IS NULL AND e.received_at <= $3
                         {within})"
                )),
                values,
            )
            .await?;
        tx.commit().await?;
        Ok(marked)
    }

    /// Takes back what [`Store::set_all_seen`] did at `seen_at_ms`.
    pub async fn unset_all_seen(
        &self,
        user_id: UserId,
        seen_at_ms: i64,
    ) -> Result<u64, StoreError> {
        let mut tx = self.db.begin().await?;
        let taken_back = tx
            .run(
                "UPDATE entries SET seen_at = NULL WHERE user_id = $1 AND seen_at = $2",
                args![user_id.0, seen_at_ms],
            )
            .await?;
        tx.commit().await?;
        Ok(taken_back)
    }

    /// Up to `limit` entries that a rule could save still, newest first, with
    /// their whole texts, after `after`.
    pub async fn unsaved_entries(
        &self,
        user_id: UserId,
        feed_id: Option<FeedId>,
        after: Option<EntryPosition>,
        limit: i64,
    ) -> Result<Vec<Entry>, StoreError> {
        let after = after.unwrap_or(EntryPosition {
            sort_at_ms: i64::MAX,
            id: i64::MAX,
        });
        let mut values = args![user_id.0, after.sort_at_ms, after.id, limit];
        let stream = Stream {
            feed_id,
            folder: None,
        };
        let within = within(&stream, &mut values);
        let columns = columns("e.text");
        self.db
            .all(
                AssertSqlSafe(format!(
                    "SELECT {columns} {FROM}
                     WHERE e.user_id = $1 AND (e.sort_at, e.id) < ($2, $3)
                       AND e.article_id IS NULL AND e.rule_id IS NULL AND e.url IS NOT NULL {within}
                     ORDER BY e.sort_at DESC, e.id DESC LIMIT $4"
                )),
                values,
            )
            .await?
            .iter()
            .map(entry)
            .collect()
    }

    /// Gives entries to the rule that is to save them.
    pub async fn give_to_rule(
        &self,
        user_id: UserId,
        rule: FeedRuleId,
        entries: &[EntryId],
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        for id in entries {
            tx.run(
                "UPDATE entries SET rule_id = $3
                 WHERE user_id = $1 AND id = $2 AND article_id IS NULL",
                args![user_id.0, id.0, rule.0],
            )
            .await?;
        }
        tx.commit().await
    }

    /// Entries that a rule is to save and that were not saved yet: of one feed,
    /// or of all. With their whole text, by which other rules match them too.
    pub async fn entries_to_save(
        &self,
        user_id: UserId,
        feed_id: Option<FeedId>,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut values = args![user_id.0];
        let stream = Stream {
            feed_id,
            folder: None,
        };
        let within = within(&stream, &mut values);
        let columns = columns("e.text");
        self.db
            .all(
                AssertSqlSafe(format!(
                    "SELECT {columns} {FROM}
                     WHERE e.user_id = $1 AND e.rule_id IS NOT NULL AND e.article_id IS NULL {within}
                     ORDER BY e.id"
                )),
                values,
            )
            .await?
            .iter()
            .map(entry)
            .collect()
    }

    /// Writes down that an entry was saved as an article, by a rule or by hand.
    pub async fn set_entry_saved(
        &self,
        user_id: UserId,
        entry: &Entry,
        article: ArticleId,
        rule: Option<&FeedRule>,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "UPDATE entries SET article_id = $3, rule_id = $4 WHERE user_id = $1 AND id = $2",
            args![user_id.0, entry.id.0, article.0, rule.map(|rule| rule.id.0)],
        )
        .await?;
        tx.run(
            "INSERT INTO feed_saves
                 (user_id, article_id, feed_id, feed_title, rule_id, rule_query, saved_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (user_id, article_id) DO NOTHING",
            args![
                user_id.0,
                article.0,
                entry.feed_id.0,
                &entry.feed_name,
                rule.map(|rule| rule.id.0),
                rule.map(|rule| rule.query.clone()),
                now_ms
            ],
        )
        .await?;
        tx.commit().await
    }

    /// Takes an entry from the rule that was to save it.
    pub async fn release_entry(&self, user_id: UserId, id: EntryId) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "UPDATE entries SET rule_id = NULL
             WHERE user_id = $1 AND id = $2 AND article_id IS NULL",
            args![user_id.0, id.0],
        )
        .await?;
        tx.commit().await
    }

    /// Whether the user has deleted the article of this page: what was thrown
    /// away by hand does not come back by rule.
    pub async fn is_deleted_page(
        &self,
        user_id: UserId,
        page: &PageAddress,
    ) -> Result<bool, StoreError> {
        Ok(self
            .db
            .optional(
                "SELECT 1 AS one FROM articles
                 WHERE user_id = $1 AND page_key = $2 AND deleted_at IS NOT NULL",
                args![user_id.0, page.page_key()],
            )
            .await?
            .is_some())
    }

    /// How an article came from a feed, if it did.
    pub async fn feed_save(
        &self,
        user_id: UserId,
        article: ArticleId,
    ) -> Result<Option<FeedSave>, StoreError> {
        self.db
            .optional(
                "SELECT feed_id, feed_title, rule_query FROM feed_saves
                 WHERE user_id = $1 AND article_id = $2",
                args![user_id.0, article.0],
            )
            .await?
            .map(|row| {
                Ok(FeedSave {
                    feed_id: FeedId(row.get("feed_id")?),
                    feed_title: row.get("feed_title")?,
                    rule_query: row.get("rule_query")?,
                })
            })
            .transpose()
    }
}
