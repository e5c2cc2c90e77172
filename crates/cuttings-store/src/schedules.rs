//! Schedules: which pages are captured again by themselves, and when.
//!
//! [`Store::queue_due`] makes a job of each schedule that is due and moves it on
//! from now, not from when it was due: what was missed while nobody worked is
//! made up for once.

use cuttings_model::{ArticleId, ArticleState, Every, JobKind, Schedule, UserId};

use crate::articles::by_id;
use crate::db::{Row, Tx, args};
use crate::users::tick;
use crate::{Store, StoreError, dialect, jobs};
use sqlx::AssertSqlSafe;

const COLUMNS: &str = "user_id, article_id, every, until_at, next_at, failures";

impl Store {
    /// The schedule of an article.
    pub async fn schedule(
        &self,
        user_id: UserId,
        id: ArticleId,
    ) -> Result<Option<Schedule>, StoreError> {
        self.db
            .optional(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS} FROM schedules WHERE user_id = $1 AND article_id = $2"
                )),
                args![user_id.0, id.0],
            )
            .await?
            .as_ref()
            .map(schedule)
            .transpose()
    }

    /// Sets the schedule of an article, or takes it away. `false` when the
    /// article is not there.
    pub async fn put_schedule(
        &self,
        user_id: UserId,
        id: ArticleId,
        new: Option<&Schedule>,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        let is_here = by_id(&mut tx, user_id, id)
            .await?
            .is_some_and(|article| article.deleted_at_ms.is_none());
        if !is_here {
            return Ok(false);
        }
        match new {
            None => {
                end(&mut tx, user_id, id).await?;
            }
            Some(new) => {
                tx.run(
                    "INSERT INTO schedules
                         (user_id, article_id, every, until_at, next_at, failures, created_at)
                     VALUES ($1, $2, $3, $4, $5, 0, $6)
                     ON CONFLICT (user_id, article_id) DO UPDATE
                     SET every = excluded.every, until_at = excluded.until_at,
                         next_at = excluded.next_at, failures = 0",
                    args![
                        user_id.0,
                        id.0,
                        new.every.as_str(),
                        new.until_ms,
                        new.next_at_ms,
                        now_ms
                    ],
                )
                .await?;
            }
        }
        tx.run(
            "UPDATE articles SET updated_at = $3 WHERE user_id = $1 AND id = $2",
            args![user_id.0, id.0, tick_ms],
        )
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Queues the visits that are due, `limit` at most, each to run at the time
    /// `run_at_ms` gives for it, and moves their schedules on by `wait_ms`. A
    /// schedule whose time is over ends.
    ///
    /// Gives how many were looked at.
    pub async fn queue_due(
        &self,
        now_ms: i64,
        limit: i64,
        run_at_ms: impl Fn(&Schedule) -> i64 + Send,
        wait_ms: impl Fn(&Schedule) -> i64 + Send,
    ) -> Result<usize, StoreError> {
        // Most looks find nothing; they should not take the write lock.
        if self
            .db
            .optional(
                "SELECT 1 AS one FROM schedules WHERE next_at <= $1 LIMIT 1",
                args![now_ms],
            )
            .await?
            .is_none()
        {
            return Ok(0);
        }
        let mut tx = self.db.begin().await?;
        let skip_locked = dialect::skip_locked(tx.engine());
        let due = tx
            .all(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS} FROM schedules WHERE next_at <= $1
                     ORDER BY next_at, user_id, article_id LIMIT $2 {skip_locked}"
                )),
                args![now_ms, limit],
            )
            .await?
            .iter()
            .map(schedule)
            .collect::<Result<Vec<_>, _>>()?;
        for due in &due {
            let (user_id, id) = (due.user_id, due.article_id);
            let article = by_id(&mut tx, user_id, id).await?;
            let is_over = due.until_ms.is_some_and(|until_ms| until_ms <= now_ms);
            let is_gone = article
                .as_ref()
                .is_none_or(|article| article.deleted_at_ms.is_some());
            if is_over {
                let tick_ms = tick(&mut tx, user_id, now_ms).await?;
                end(&mut tx, user_id, id).await?;
                tx.run(
                    "UPDATE articles SET updated_at = $3 WHERE user_id = $1 AND id = $2",
                    args![user_id.0, id.0, tick_ms],
                )
                .await?;
                continue;
            }
            tx.run(
                "UPDATE schedules SET next_at = $3 WHERE user_id = $1 AND article_id = $2",
                args![user_id.0, id.0, now_ms.saturating_add(wait_ms(due))],
            )
            .await?;
            // A deleted article keeps its schedule for when it comes back.
            if !is_gone
                && article.is_some_and(|article| article.state == ArticleState::Ready)
                && !jobs::is_open(&mut tx, user_id, id).await?
            {
                jobs::insert(&mut tx, user_id, id, JobKind::Fetch, None, run_at_ms(due)).await?;
            }
        }
        tx.commit().await?;
        Ok(due.len())
    }
}

async fn end(tx: &mut Tx, user_id: UserId, id: ArticleId) -> Result<(), StoreError> {
    tx.run(
        "DELETE FROM schedules WHERE user_id = $1 AND article_id = $2",
        args![user_id.0, id.0],
    )
    .await
    .map(|_| ())
}

/// Notes that a visit brought an answer.
pub(crate) async fn visited(tx: &mut Tx, user_id: UserId, id: ArticleId) -> Result<(), StoreError> {
    tx.run(
        "UPDATE schedules SET failures = 0
         WHERE user_id = $1 AND article_id = $2 AND failures > 0",
        args![user_id.0, id.0],
    )
    .await
    .map(|_| ())
}

/// Notes that a visit failed: the next one waits longer, and as long as the site
/// asked for.
pub(crate) async fn failed(
    tx: &mut Tx,
    user_id: UserId,
    id: ArticleId,
    wait_until_ms: Option<i64>,
    now_ms: i64,
) -> Result<(), StoreError> {
    let found = tx
        .optional(
            AssertSqlSafe(format!(
                "SELECT {COLUMNS} FROM schedules WHERE user_id = $1 AND article_id = $2"
            )),
            args![user_id.0, id.0],
        )
        .await?;
    let Some(schedule) = found.as_ref().map(schedule).transpose()? else {
        return Ok(());
    };
    let failures = schedule.failures.saturating_add(1);
    let next_at = schedule
        .next_at_ms
        .max(now_ms.saturating_add(schedule.every.wait_ms(failures)))
        .max(wait_until_ms.unwrap_or(0));
    tx.run(
        "UPDATE schedules SET failures = $3, next_at = $4
         WHERE user_id = $1 AND article_id = $2",
        args![user_id.0, id.0, failures, next_at],
    )
    .await
    .map(|_| ())
}

fn schedule(row: &Row) -> Result<Schedule, StoreError> {
    let every: String = row.get("every")?;
    Ok(Schedule {
        user_id: UserId(row.get("user_id")?),
        article_id: ArticleId(row.get("article_id")?),
        every: Every::parse(&every).ok_or_else(|| StoreError::Nonsense {
            what: format!("schedules.every is {every:?}"),
        })?,
        until_ms: row.get("until_at")?,
        next_at_ms: row.get("next_at")?,
        failures: row.get("failures")?,
    })
}
