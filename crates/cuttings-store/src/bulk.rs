//! One action on many articles: all of them or none, and undone as a whole.
//!
//! What an action changes, and how that was before, goes into `undo_articles`
//! first; the change is then made from there, in the same transaction. So what
//! is changed and what can be undone are the same rows.

use cuttings_model::{ArticleId, ArticleState, Filter, JobKind, TagId, TagName, UserId};
use sqlx::AssertSqlSafe;

use crate::db::{Row, Tx, Value, args};
use crate::list::{Conditions, numbers};
use crate::tags::put_tag;
use crate::users::{Counted, next_id, ticks};
use crate::{Store, StoreError};

/// How long an action can be undone.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkAction {
    /// Into the archive.
    Archive,
    /// Out of it.
    Unarchive,
    /// Star.
    Star,
    /// Take the star away.
    Unstar,
    /// Delete, to be brought back for 30 days.
    Delete,
    /// Put a tag on.
    Tag(TagName),
    /// Take a tag off.
    Untag(TagName),
    /// Try failed captures again. Cannot be undone.
    Retry,
}

impl BulkAction {
    /// The word in forms and in the database.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Unarchive => "unarchive",
            Self::Star => "star",
            Self::Unstar => "unstar",
            Self::Delete => "delete",
            Self::Tag(_) => "tag",
            Self::Untag(_) => "untag",
            Self::Retry => "retry",
        }
    }
}

/// Which articles.
#[derive(Debug, Clone, Copy)]
pub enum Chosen<'a> {
    /// These.
    These(&'a [ArticleId]),
    /// All that a filter lets through, which were this many when the user saw
    /// the number.
    Matching(&'a Filter, i64),
}

/// What [`Store::change_many`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkOutcome {
    /// It is done, under this number.
    Done {
        /// Number of the action, for its notice and for undoing it.
        id: i64,
        /// Articles that were changed; others were so already.
        changed: i64,
    },
    /// Nothing needed to be done.
    Nothing,
    /// Nothing was done: another number of articles matches now.
    Moved(i64),
}

/// An action that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneAction {
    /// Its number.
    pub id: i64,
    /// What was done: [`BulkAction::as_str`].
    pub action: String,
    /// Name of the tag, if it was about one that is still there.
    pub tag: Option<String>,
    /// Articles that were changed.
    pub article_count: i64,
    /// Whether it was undone.
    pub undone: bool,
}

impl DoneAction {
    /// Whether it can be undone.
    pub fn can_be_undone(&self) -> bool {
        !self.undone && self.action != "retry"
    }
}

impl Store {
    /// Does one thing to many articles, in one transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError::Query`] when the filter's words cannot be read.
    pub async fn change_many(
        &self,
        user_id: UserId,
        chosen: Chosen<'_>,
        action: &BulkAction,
        now_ms: i64,
    ) -> Result<BulkOutcome, StoreError> {
        let conditions = match chosen {
            Chosen::These([]) => return Ok(BulkOutcome::Nothing),
            Chosen::These(ids) => Conditions {
                sql: format!(" AND a.id IN ({})", numbers(ids)),
                values: args![user_id.0],
            },
            Chosen::Matching(filter, _) => self.conditions(user_id, filter).await?,
        };
        let mut tx = self.db.begin().await?;
        if let Chosen::Matching(_, expected) = chosen {
            let many: i64 = tx
                .one(
                    AssertSqlSafe(format!(
                        "SELECT count(*) AS many FROM articles a
                         WHERE a.user_id = $1 AND a.deleted_at IS NULL {}",
                        conditions.sql
                    )),
                    conditions.values.clone(),
                )
                .await?
                .get("many")?;
            if many != expected {
                return Ok(BulkOutcome::Moved(many));
            }
        }
        forget_old(&mut tx, user_id, now_ms).await?;
        let tag = match action {
            BulkAction::Tag(name) | BulkAction::Untag(name) => {
                Some(put_tag(&mut tx, user_id, name, now_ms).await?)
            }
            _ => None,
        };
        let id = next_id(&mut tx, user_id, Counted::Undo).await?;
        let changed = note(&mut tx, id, action, tag, conditions, now_ms).await?;
        if changed == 0 {
            return Ok(BulkOutcome::Nothing);
        }
        let change = Change {
            user_id,
            id,
            first_tick_ms: ticks(&mut tx, user_id, changed, now_ms).await?,
            now_ms,
        };
        match action {
            BulkAction::Archive => {
                change
                    .set(&mut tx, &format!("archived_at = {now_ms}"))
                    .await?;
            }
            BulkAction::Unarchive => change.set(&mut tx, "archived_at = NULL").await?,
            BulkAction::Star => {
                change
                    .set(&mut tx, &format!("starred_at = {now_ms}"))
                    .await?;
            }
            BulkAction::Unstar => change.set(&mut tx, "starred_at = NULL").await?,
            BulkAction::Delete => {
                change
                    .set(&mut tx, &format!("deleted_at = {now_ms}"))
                    .await?;
            }
            BulkAction::Tag(_) => change.tag(&mut tx, tag, true).await?,
            BulkAction::Untag(_) => change.tag(&mut tx, tag, false).await?,
            BulkAction::Retry => {
                change.queue(&mut tx, changed).await?;
                forget_articles(&mut tx, user_id, id).await?;
            }
        }
        tx.run(
            "UPDATE undos SET article_count = $3 WHERE user_id = $1 AND id = $2",
            args![user_id.0, id, changed],
        )
        .await?;
        tx.commit().await?;
        Ok(BulkOutcome::Done { id, changed })
    }

    /// An action, while it is kept.
    pub async fn done_action(
        &self,
        user_id: UserId,
        id: i64,
    ) -> Result<Option<DoneAction>, StoreError> {
        self.db
            .optional(DONE, args![user_id.0, id])
            .await?
            .as_ref()
            .map(|row| done(row).map(|(action, _)| action))
            .transpose()
    }

    /// Undoes an action as a whole: every article it changed is as it was.
    /// `None` when there is no such action, or it cannot be undone any more.
    pub async fn undo(
        &self,
        user_id: UserId,
        id: i64,
        now_ms: i64,
    ) -> Result<Option<DoneAction>, StoreError> {
        let mut tx = self.db.begin().await?;
        // Taken before the action is read: it makes two changes of one user
        // follow one another.
        ticks(&mut tx, user_id, 1, now_ms).await?;
        let Some(row) = tx.optional(DONE, args![user_id.0, id]).await? else {
            return Ok(None);
        };
        let (action, tag) = done(&row)?;
        let tag_is_gone = tag.is_some() && action.tag.is_none();
        if !action.can_be_undone() || tag_is_gone {
            return Ok(None);
        }
        let change = Change {
            user_id,
            id,
            first_tick_ms: ticks(&mut tx, user_id, action.article_count, now_ms).await?,
            now_ms,
        };
        match action.action.as_str() {
            "archive" | "unarchive" => change.set(&mut tx, "archived_at = u.archived_at").await?,
            "star" | "unstar" => change.set(&mut tx, "starred_at = u.starred_at").await?,
            "delete" => change.set(&mut tx, "deleted_at = NULL").await?,
            "tag" => change.tag(&mut tx, tag, false).await?,
            "untag" => change.tag(&mut tx, tag, true).await?,
            other => {
                return Err(StoreError::Nonsense {
                    what: format!("undos.action is {other:?}"),
                });
            }
        }
        forget_articles(&mut tx, user_id, id).await?;
        tx.run(
            "UPDATE undos SET undone_at = $3 WHERE user_id = $1 AND id = $2",
            args![user_id.0, id, now_ms],
        )
        .await?;
        tx.commit().await?;
        Ok(Some(DoneAction {
            undone: true,
            ..action
        }))
    }
}

const DONE: &str = "SELECT u.id, u.action, u.tag_id, u.article_count, u.undone_at, t.name AS tag
    FROM undos u LEFT JOIN tags t ON t.user_id = u.user_id AND t.id = u.tag_id
    WHERE u.user_id = $1 AND u.id = $2";

fn done(row: &Row) -> Result<(DoneAction, Option<TagId>), StoreError> {
    let action = DoneAction {
        id: row.get("id")?,
        action: row.get("action")?,
        tag: row.get("tag")?,
        article_count: row.get("article_count")?,
        undone: row.get::<Option<i64>>("undone_at")?.is_some(),
    };
    Ok((action, row.get::<Option<i64>>("tag_id")?.map(TagId)))
}

/// Notes the action and the articles it will change; gives how many those are.
async fn note(
    tx: &mut Tx,
    id: i64,
    action: &BulkAction,
    tag: Option<TagId>,
    mut conditions: Conditions,
    now_ms: i64,
) -> Result<i64, StoreError> {
    let user = conditions.values[0].clone();
    tx.run(
        "INSERT INTO undos (user_id, id, action, tag_id, article_count, done_at)
         VALUES ($1, $2, $3, $4, 0, $5)",
        vec![
            user,
            Value::from(id),
            Value::from(action.as_str()),
            Value::from(tag.map(|tag| tag.0)),
            Value::from(now_ms),
        ],
    )
    .await?;
    let undo = conditions.bind(id);
    let tagged = |conditions: &mut Conditions| {
        let tag = conditions.bind(tag.map(|tag| tag.0));
        format!(
            "EXISTS (SELECT 1 FROM article_tags y
             WHERE y.user_id = $1 AND y.article_id = a.id AND y.tag_id = {tag})"
        )
    };
    let changes = match action {
        BulkAction::Archive => "a.archived_at IS NULL".to_owned(),
        BulkAction::Unarchive => "a.archived_at IS NOT NULL".to_owned(),
        BulkAction::Star => "a.starred_at IS NULL".to_owned(),
        BulkAction::Unstar => "a.starred_at IS NOT NULL".to_owned(),
        BulkAction::Delete => "a.deleted_at IS NULL".to_owned(),
        BulkAction::Tag(_) => format!("NOT {}", tagged(&mut conditions)),
        BulkAction::Untag(_) => tagged(&mut conditions),
        BulkAction::Retry => "a.state = 'failed' AND a.state <> 'ready'".to_owned(),
    };
    let noted = tx
        .run(
            AssertSqlSafe(format!(
                "INSERT INTO undo_articles
                     (user_id, undo_id, article_id, place, archived_at, starred_at)
                 SELECT a.user_id, {undo}, a.id, row_number() OVER (ORDER BY a.id) - 1,
                        a.archived_at, a.starred_at
                 FROM articles a
                 WHERE a.user_id = $1 AND a.deleted_at IS NULL AND {changes} {}",
                conditions.sql
            )),
            conditions.values,
        )
        .await?;
    Ok(noted as i64)
}

/// The articles of an action, to be changed.
struct Change {
    user_id: UserId,
    id: i64,
    first_tick_ms: i64,
    now_ms: i64,
}

impl Change {
    /// Sets a column of the articles; `u` is how they were before.
    async fn set(&self, tx: &mut Tx, what: &str) -> Result<(), StoreError> {
        tx.run(
            AssertSqlSafe(format!(
                "UPDATE articles
                 SET {what}, updated_at = $3 + u.place
                 FROM undo_articles u
                 WHERE articles.user_id = $1 AND u.user_id = $1 AND u.undo_id = $2
                   AND articles.id = u.article_id"
            )),
            args![self.user_id.0, self.id, self.first_tick_ms],
        )
        .await
        .map(|_| ())
    }

    /// Puts a tag on the articles or takes it off.
    async fn tag(&self, tx: &mut Tx, tag: Option<TagId>, on: bool) -> Result<(), StoreError> {
        let sql = if on {
            "INSERT INTO article_tags (user_id, article_id, tag_id)
             SELECT u.user_id, u.article_id, $3 FROM undo_articles u
             WHERE u.user_id = $1 AND u.undo_id = $2
             ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM article_tags WHERE user_id = $1 AND tag_id = $3
               AND article_id IN (SELECT u.article_id FROM undo_articles u
                                  WHERE u.user_id = $1 AND u.undo_id = $2)"
        };
        tx.run(sql, args![self.user_id.0, self.id, tag.map(|tag| tag.0)])
            .await?;
        self.set(tx, "deleted_at = deleted_at").await
    }

    /// Queues the articles' captures again, due now.
    async fn queue(&self, tx: &mut Tx, many: i64) -> Result<(), StoreError> {
        tx.run(
            "DELETE FROM jobs WHERE user_id = $1 AND kind <> 'resources'
               AND article_id IN (SELECT u.article_id FROM undo_articles u
                                  WHERE u.user_id = $1 AND u.undo_id = $2)",
            args![self.user_id.0, self.id],
        )
        .await?;
        let first_job: i64 = tx
            .one(
                "UPDATE counters SET next_job = next_job + $2 WHERE user_id = $1
                 RETURNING next_job - $2 AS id",
                args![self.user_id.0, many],
            )
            .await?
            .get("id")?;
        if first_job + many > cuttings_model::MAX_ID {
            return Err(StoreError::Full);
        }
        tx.run(
            "INSERT INTO jobs
                 (user_id, id, kind, article_id, state, attempt, run_at, fence, created_at)
             SELECT u.user_id, $3 + u.place, $4, u.article_id, 'open', 0, $5, 0, $5
             FROM undo_articles u WHERE u.user_id = $1 AND u.undo_id = $2",
            args![
                self.user_id.0,
                self.id,
                first_job,
                JobKind::Fetch.as_str(),
                self.now_ms
            ],
        )
        .await?;
        let queued = format!(
            "state = '{}', reason_code = NULL, reason_text = NULL, retry_at = NULL",
            ArticleState::Queued.as_str()
        );
        self.set(tx, &queued).await
    }
}

async fn forget_articles(tx: &mut Tx, user_id: UserId, id: i64) -> Result<(), StoreError> {
    tx.run(
        "DELETE FROM undo_articles WHERE user_id = $1 AND undo_id = $2",
        args![user_id.0, id],
    )
    .await
    .map(|_| ())
}

/// Drops what is too old to be undone.
async fn forget_old(tx: &mut Tx, user_id: UserId, now_ms: i64) -> Result<(), StoreError> {
    let before = now_ms - KEPT_MS;
    tx.run(
        "DELETE FROM undo_articles WHERE user_id = $1 AND undo_id IN
             (SELECT u.id FROM undos u WHERE u.user_id = $1 AND u.done_at < $2)",
        args![user_id.0, before],
    )
    .await?;
    tx.run(
        "DELETE FROM undos WHERE user_id = $1 AND done_at < $2",
        args![user_id.0, before],
    )
    .await
    .map(|_| ())
}
