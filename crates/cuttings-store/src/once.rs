//! Changes under a key: begun once, their answer kept for who asks again.
//!
//! `cuttings-library/src/once.rs` says how long; here is what two requests at
//! the same moment see. The row is written before the change and completed
//! after it, so a second request finds it whatever it comes upon.

use cuttings_model::UserId;

use crate::db::args;
use crate::{Store, StoreError};

/// The answer to a change, to be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// HTTP status.
    pub status: i64,
    /// Its media type, unless it has no body.
    pub content_type: Option<String>,
    /// Where the new thing is, if one was made.
    pub location: Option<String>,
    /// The body, as text.
    pub body: String,
}

/// What [`Store::begin_change`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nobody has begun this change; it is the caller's now. Holds when, by
    /// which the caller ends it.
    Yours(i64),
    /// It was done; this was the answer.
    Done(KeptAnswer),
    /// Somebody else is at it.
    UnderWay,
    /// The key names another change.
    Other,
}

impl Store {
    /// Begins the change called `key`, if nobody has; one that was begun before
    /// `abandoned_before_ms` and never ended is taken over. What was begun
    /// before `forget_before_ms` is forgotten.
    pub async fn begin_change(
        &self,
        user_id: UserId,
        key: &str,
        fingerprint: &str,
        now_ms: i64,
        abandoned_before_ms: i64,
        forget_before_ms: i64,
    ) -> Result<Begun, StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "DELETE FROM keyed_changes WHERE user_id = $1 AND begun_at < $2",
            args![user_id.0, forget_before_ms],
        )
        .await?;
        let begun = tx
            .run(
                "INSERT INTO keyed_changes (user_id, change_key, fingerprint, begun_at)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (user_id, change_key) DO UPDATE SET begun_at = excluded.begun_at
                 WHERE keyed_changes.status IS NULL AND keyed_changes.begun_at < $5
                   AND keyed_changes.fingerprint = excluded.fingerprint",
                args![user_id.0, key, fingerprint, now_ms, abandoned_before_ms],
            )
            .await?;
        let found = if begun > 0 {
            Begun::Yours(now_ms)
        } else {
            let row = tx
                .one(
                    "SELECT fingerprint, status, content_type, location, body FROM keyed_changes
                     WHERE user_id = $1 AND change_key = $2",
                    args![user_id.0, key],
                )
                .await?;
            let status: Option<i64> = row.get("status")?;
            if row.get::<String>("fingerprint")? != fingerprint {
                Begun::Other
            } else if let Some(status) = status {
                Begun::Done(KeptAnswer {
                    status,
                    content_type: row.get("content_type")?,
                    location: row.get("location")?,
                    body: row.get::<Option<String>>("body")?.unwrap_or_default(),
                })
            } else {
                Begun::UnderWay
            }
        };
        tx.commit().await?;
        Ok(found)
    }

    /// Keeps the answer to the change that was begun at `begun_at_ms`.
    pub async fn end_change(
        &self,
        user_id: UserId,
        key: &str,
        begun_at_ms: i64,
        answer: &KeptAnswer,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "UPDATE keyed_changes
             SET status = $4, content_type = $5, location = $6, body = $7
             WHERE user_id = $1 AND change_key = $2 AND begun_at = $3 AND status IS NULL",
            args![
                user_id.0,
                key,
                begun_at_ms,
                answer.status,
                &answer.content_type,
                &answer.location,
                &answer.body
            ],
        )
        .await?;
        tx.commit().await
    }

    /// Forgets a change that was refused and so changed nothing; its key is
    /// free again.
    pub async fn drop_change(
        &self,
        user_id: UserId,
        key: &str,
        begun_at_ms: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "DELETE FROM keyed_changes
             WHERE user_id = $1 AND change_key = $2 AND begun_at = $3 AND status IS NULL",
            args![user_id.0, key, begun_at_ms],
        )
        .await?;
        tx.commit().await
    }
}
