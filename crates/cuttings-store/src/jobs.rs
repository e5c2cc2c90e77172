//! Jobs: leased from the database, ended under their fencing number.
//!
//! An open job is due when `run_at` has come. Leasing one moves `run_at` to the
//! end of the lease, so a worker that dies needs no sweeper: its job simply
//! comes due again.

use cuttings_model::job::MAX_ATTEMPTS;
use cuttings_model::{ArticleId, ArticleState, CaptureId, Job, JobKind, UserId};
use sqlx::AssertSqlSafe;

use crate::db::{Tx, args};
use crate::users::{Counted, next_id};
use crate::{Store, StoreError, dialect};

/// Puts a job in line, due now; it may be about one capture of its article.
pub(crate) async fn insert(
    tx: &mut Tx,
    user_id: UserId,
    article_id: ArticleId,
    kind: JobKind,
    capture_id: Option<CaptureId>,
    now_ms: i64,
) -> Result<(), StoreError> {
    let id = next_id(tx, user_id, Counted::Job).await?;
    tx.run(
        "INSERT INTO jobs
             (user_id, id, kind, article_id, capture_id, state, attempt, run_at, fence,
              created_at)
         VALUES ($1, $2, $3, $4, $6, 'open', 0, $5, 0, $5)",
        args![
            user_id.0,
            id,
            kind.as_str(),
            article_id.0,
            now_ms,
            capture_id.map(|capture| capture.0)
        ],
    )
    .await
    .map(|_| ())
}

/// Whether a capture of an article waits or is under way.
pub(crate) async fn is_open(
    tx: &mut Tx,
    user_id: UserId,
    article_id: ArticleId,
) -> Result<bool, StoreError> {
    Ok(tx
        .optional(
            "SELECT 1 AS one FROM jobs
             WHERE user_id = $1 AND article_id = $2 AND state = 'open' AND kind <> 'resources'
             LIMIT 1",
            args![user_id.0, article_id.0],
        )
        .await?
        .is_some())
}

/// Has an article's page fetched now: a job that waits for a later time comes
/// due, one under way is left alone, and without any there is a new one.
pub(crate) async fn hurry(
    tx: &mut Tx,
    user_id: UserId,
    article_id: ArticleId,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.run(
        "UPDATE jobs SET run_at = $3
         WHERE user_id = $1 AND article_id = $2 AND state = 'open' AND kind <> 'resources'
           AND lease_owner IS NULL AND run_at > $3",
        args![user_id.0, article_id.0, now_ms],
    )
    .await?;
    if is_open(tx, user_id, article_id).await? {
        return Ok(());
    }
    insert(tx, user_id, article_id, JobKind::Fetch, None, now_ms).await
}

/// Ends a job under its fencing number.
pub(crate) async fn end(tx: &mut Tx, job: &Job) -> Result<(), StoreError> {
    let gone = tx
        .run(
            "DELETE FROM jobs WHERE user_id = $1 AND id = $2 AND fence = $3",
            args![job.user_id.0, job.id, job.fence],
        )
        .await?;
    if gone == 1 {
        Ok(())
    } else {
        Err(StoreError::LostLease { job: job.id })
    }
}

/// Puts a job off until `run_at_ms`, under its fencing number.
pub(crate) async fn put_off(
    tx: &mut Tx,
    job: &Job,
    run_at_ms: i64,
    reason: &str,
) -> Result<(), StoreError> {
    let moved = tx
        .run(
            "UPDATE jobs SET run_at = $4, lease_owner = NULL, reason = $5
             WHERE user_id = $1 AND id = $2 AND fence = $3",
            args![job.user_id.0, job.id, job.fence, run_at_ms, reason],
        )
        .await?;
    if moved == 1 {
        Ok(())
    } else {
        Err(StoreError::LostLease { job: job.id })
    }
}

impl Store {
    /// Leases the job that has been due longest; `None` when none is due.
    ///
    /// With `only`, leases a job of one of these articles of that user.
    pub async fn lease_job(
        &self,
        owner: &str,
        now_ms: i64,
        lease_until_ms: i64,
        only: Option<(UserId, &[ArticleId])>,
    ) -> Result<Option<Job>, StoreError> {
        let chosen = match only {
            None => String::new(),
            Some((user_id, ids)) => {
                // Numbers only: nothing here comes from outside.
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                format!(
                    "AND user_id = {user_id} AND article_id IN ({})",
                    ids.join(", ")
                )
            }
        };
        self.lease(owner, now_ms, lease_until_ms, &chosen).await
    }

    /// As [`Store::lease_job`], passing jobs of one kind by.
    pub async fn lease_job_but(
        &self,
        owner: &str,
        now_ms: i64,
        lease_until_ms: i64,
        kind: JobKind,
    ) -> Result<Option<Job>, StoreError> {
        let chosen = format!("AND kind <> '{}'", kind.as_str());
        self.lease(owner, now_ms, lease_until_ms, &chosen).await
    }

    async fn lease(
        &self,
        owner: &str,
        now_ms: i64,
        lease_until_ms: i64,
        chosen: &str,
    ) -> Result<Option<Job>, StoreError> {
        // Most looks find nothing; they should not take the write lock.
        if self
            .db
            .optional(
                "SELECT 1 AS one FROM jobs WHERE state = 'open' AND run_at <= $1 LIMIT 1",
                args![now_ms],
            )
            .await?
            .is_none()
        {
            return Ok(None);
        }
        let mut tx = self.db.begin().await?;
        let sql = format!(
            "UPDATE jobs
             SET lease_owner = $1, run_at = $3, fence = fence + 1, attempt = attempt + 1
             WHERE (user_id, id) = (
                 SELECT user_id, id FROM jobs
                 WHERE state = 'open' AND run_at <= $2 {chosen}
                 ORDER BY run_at LIMIT 1 {}
             )
             RETURNING user_id, id, kind, article_id, capture_id, attempt, fence",
            dialect::skip_locked(tx.engine())
        );
        let row = tx
            .optional(AssertSqlSafe(sql), args![owner, now_ms, lease_until_ms])
            .await?;
        tx.commit().await?;
        let Some(row) = row else { return Ok(None) };
        let kind: String = row.get("kind")?;
        Ok(Some(Job {
            user_id: UserId(row.get("user_id")?),
            id: row.get("id")?,
            kind: JobKind::parse(&kind).ok_or_else(|| StoreError::Nonsense {
                what: format!("jobs.kind is {kind:?}"),
            })?,
            article_id: ArticleId(row.get("article_id")?),
            capture_id: row.get::<Option<i64>>("capture_id")?.map(CaptureId),
            attempt: row.get("attempt")?,
            fence: row.get("fence")?,
        }))
    }

    /// Lengthens a lease; false when another worker has the job now.
    pub async fn extend_lease(&self, job: &Job, until_ms: i64) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let held = tx
            .run(
                "UPDATE jobs SET run_at = $4 WHERE user_id = $1 AND id = $2 AND fence = $3",
                args![job.user_id.0, job.id, job.fence, until_ms],
            )
            .await?;
        tx.commit().await?;
        Ok(held == 1)
    }

    /// Gives a job back that was not begun, to be due at `run_at_ms`. The attempt
    /// does not count. A job that another worker has by now is left alone.
    pub async fn hand_back(&self, job: &Job, run_at_ms: i64) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "UPDATE jobs SET run_at = $4, lease_owner = NULL, attempt = attempt - 1
             WHERE user_id = $1 AND id = $2 AND fence = $3",
            args![job.user_id.0, job.id, job.fence, run_at_ms],
        )
        .await?;
        tx.commit().await
    }

    /// Puts a job off until `run_at_ms`; its article stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::LostLease`] when another worker has the job now.
    pub async fn put_off_job(
        &self,
        job: &Job,
        run_at_ms: i64,
        reason: &str,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        put_off(&mut tx, job, run_at_ms, reason).await?;
        tx.commit().await
    }

    /// Parks a job that took its worker down [`MAX_ATTEMPTS`] times (catalogue
    /// J03): it is not tried again by itself, and its article says why.
    ///
    /// Returns whether this job was parked.
    pub async fn park_if_spent(
        &self,
        job: &Job,
        code: &str,
        text: &str,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        if job.attempt <= MAX_ATTEMPTS {
            return Ok(false);
        }
        let mut tx = self.db.begin().await?;
        let tick_ms = crate::users::tick(&mut tx, job.user_id, now_ms).await?;
        end(&mut tx, job).await?;
        tx.run(
            "UPDATE articles
             SET state = $3, reason_code = $4, reason_text = $5, retry_at = NULL, updated_at = $6
             WHERE user_id = $1 AND id = $2 AND state <> 'ready'",
            args![
                job.user_id.0,
                job.article_id.0,
                ArticleState::Failed.as_str(),
                code,
                text,
                tick_ms
            ],
        )
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Whether a capture of an article is due or under way.
    pub async fn has_work(
        &self,
        user_id: UserId,
        article_id: ArticleId,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        Ok(self
            .db
            .optional(
                "SELECT 1 AS one FROM jobs
                 WHERE user_id = $1 AND article_id = $2 AND state = 'open'
                   AND kind <> 'resources' AND (run_at <= $3 OR lease_owner IS NOT NULL)
                 LIMIT 1",
                args![user_id.0, article_id.0, now_ms],
            )
            .await?
            .is_some())
    }

    /// How many jobs wait or are under way.
    pub async fn open_jobs(&self) -> Result<i64, StoreError> {
        self.db
            .one(
                "SELECT count(*) AS jobs FROM jobs WHERE state = 'open'",
                args![],
            )
            .await?
            .get("jobs")
    }
}
