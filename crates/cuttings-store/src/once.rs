//! Changes under a key: begun once, their answer kept for who asks again.
//!
//! `cuttings-library/src/once.rs` says how long; here is what two requests at
//! the same moment see. The row is written before the change and completed
//! after it, so a second request finds it whatever it comes upon.
//!
//! Between a change and its kept answer the server may die. So the
//! transactions of a change, run by [`under_key`], are its steps: each notes
//! its number in the row of the key as it is committed. Whoever takes the change
//! over runs all of it again for its answer, and the steps that were made are
//! rolled back where they were committed before.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use cuttings_model::UserId;

use crate::db::{Tx, args};
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
    /// The change is the caller's now, to be made by [`under_key`].
    Yours(KeyedChange),
    /// It was done; this was the answer.
    Done(KeptAnswer),
    /// Somebody else is at it.
    UnderWay,
    /// The key names another change.
    Other,
}

/// A change under a key that its caller has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedChange {
    /// Whose change.
    pub user_id: UserId,
    /// Its key.
    pub key: String,
    /// When it was begun; who takes it over begins it anew.
    pub begun_at_ms: i64,
    /// Steps that were made already, by a server that died.
    pub steps_made: i64,
}

tokio::task_local! {
    /// The change under a key that this task makes, and the steps it has begun.
    static CHANGE: (Arc<KeyedChange>, AtomicI64);
}

/// Runs the whole of a change. Its transactions are its steps; they are counted
/// as they begin, so a change begins the same ones whenever it is run.
pub async fn under_key<F: Future>(change: KeyedChange, run: F) -> F::Output {
    CHANGE
        .scope((Arc::new(change), AtomicI64::new(0)), run)
        .await
}

/// The step that begins now, if this task makes a change under a key.
pub(crate) fn next_step() -> Option<Step> {
    let next = CHANGE.try_with(|(change, begun)| Step {
        change: Arc::clone(change),
        number: begun.fetch_add(1, Ordering::Relaxed) + 1,
    });
    // Most transactions are no such step.
    next.ok()
}

/// One transaction of a change under a key.
pub(crate) struct Step {
    change: Arc<KeyedChange>,
    number: i64,
}

impl Step {
    /// Notes in `tx` that it is made; false when it was made before.
    pub async fn is_new(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let KeyedChange {
            user_id,
            key,
            begun_at_ms,
            steps_made,
        } = &*self.change;
        if self.number <= *steps_made {
            return Ok(false);
        }
        let noted = tx
            .run(
                "UPDATE keyed_changes SET steps = $4
                 WHERE user_id = $1 AND change_key = $2 AND begun_at = $3 AND status IS NULL",
                args![user_id.0, key, *begun_at_ms, self.number],
            )
            .await?;
        if noted == 0 {
            return Err(StoreError::TakenOver);
        }
        Ok(true)
    }
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
            .optional(
                "INSERT INTO keyed_changes (user_id, change_key, fingerprint, begun_at)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (user_id, change_key) DO UPDATE SET begun_at = excluded.begun_at
                 WHERE keyed_changes.status IS NULL AND keyed_changes.begun_at < $5
                   AND keyed_changes.fingerprint = excluded.fingerprint
                 RETURNING steps",
                args![user_id.0, key, fingerprint, now_ms, abandoned_before_ms],
            )
            .await?;
        let found = if let Some(begun) = begun {
            Begun::Yours(KeyedChange {
                user_id,
                key: key.to_owned(),
                begun_at_ms: now_ms,
                steps_made: begun.get("steps")?,
            })
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

    /// Keeps the answer to a change.
    pub async fn end_change(
        &self,
        change: &KeyedChange,
        answer: &KeptAnswer,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "UPDATE keyed_changes
             SET status = $4, content_type = $5, location = $6, body = $7
             WHERE user_id = $1 AND change_key = $2 AND begun_at = $3 AND status IS NULL",
            args![
                change.user_id.0,
                &change.key,
                change.begun_at_ms,
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
    pub async fn drop_change(&self, change: &KeyedChange) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "DELETE FROM keyed_changes
             WHERE user_id = $1 AND change_key = $2 AND begun_at = $3 AND status IS NULL",
            args![change.user_id.0, &change.key, change.begun_at_ms],
        )
        .await?;
        tx.commit().await
    }
}
