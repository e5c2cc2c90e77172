//! Sessions, app tokens, and the count of failed attempts to sign in.
//!
//! Only hashes of tokens are stored. The caller makes the tokens and hashes
//! them; here they are opaque text.

use cuttings_model::{Scope, User, UserId};

use crate::db::args;
use crate::users::{Counted, next_id};
use crate::{Store, StoreError};

/// An app token as its owner sees it; the token itself is shown only once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppToken {
    /// Number within the user's tokens.
    pub id: i64,
    /// What the user called it.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// When it was made.
    pub created_at_ms: i64,
    /// When it was last used, to within an hour.
    pub seen_at_ms: Option<i64>,
}

impl Store {
    /// Begins a session, and clears away sessions that have run out.
    pub async fn put_session(
        &self,
        token_hash: &str,
        user_id: UserId,
        now_ms: i64,
        expires_at_ms: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run("DELETE FROM sessions WHERE expires_at < $1", args![now_ms])
            .await?;
        tx.run(
            "INSERT INTO sessions (token_hash, user_id, created_at, seen_at, expires_at)
             VALUES ($1, $2, $3, $3, $4)",
            args![token_hash, user_id.0, now_ms, expires_at_ms],
        )
        .await?;
        tx.commit().await
    }

    /// The user of a session that has not run out, and when it was last noted
    /// as seen.
    pub async fn session(
        &self,
        token_hash: &str,
        now_ms: i64,
    ) -> Result<Option<(User, i64)>, StoreError> {
        let row = self
            .db
            .optional(
                "SELECT user_id, seen_at FROM sessions WHERE token_hash = $1 AND expires_at > $2",
                args![token_hash, now_ms],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let seen_at_ms = row.get("seen_at")?;
        Ok(self
            .user(UserId(row.get("user_id")?))
            .await?
            .map(|user| (user, seen_at_ms)))
    }

    /// The token hashes of a user's sessions that have not run out.
    pub async fn sessions_of(
        &self,
        user_id: UserId,
        now_ms: i64,
    ) -> Result<Vec<String>, StoreError> {
        self.db
            .all(
                "SELECT token_hash FROM sessions WHERE user_id = $1 AND expires_at > $2",
                args![user_id.0, now_ms],
            )
            .await?
            .iter()
            .map(|row| row.get("token_hash"))
            .collect()
    }

    /// Notes that a session is in use and lets it run on.
    pub async fn renew_session(
        &self,
        token_hash: &str,
        now_ms: i64,
        expires_at_ms: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "UPDATE sessions SET seen_at = $2, expires_at = $3 WHERE token_hash = $1",
            args![token_hash, now_ms, expires_at_ms],
        )
        .await?;
        tx.commit().await
    }

    /// Ends a session.
    pub async fn delete_session(&self, token_hash: &str) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "DELETE FROM sessions WHERE token_hash = $1",
            args![token_hash],
        )
        .await?;
        tx.commit().await
    }

    /// Keeps an app token's hash.
    pub async fn put_token(
        &self,
        user_id: UserId,
        name: &str,
        scope: Scope,
        token_hash: &str,
        now_ms: i64,
    ) -> Result<AppToken, StoreError> {
        let mut tx = self.db.begin().await?;
        let id = next_id(&mut tx, user_id, Counted::Token).await?;
        tx.run(
            "INSERT INTO tokens (user_id, id, name, scope, token_hash, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            args![user_id.0, id, name, scope.as_str(), token_hash, now_ms],
        )
        .await?;
        tx.commit().await?;
        Ok(AppToken {
            id,
            name: name.to_owned(),
            scope,
            created_at_ms: now_ms,
            seen_at_ms: None,
        })
    }

    /// The user of an app token and what it may do; notes the use once an hour.
    pub async fn token(
        &self,
        token_hash: &str,
        now_ms: i64,
    ) -> Result<Option<(User, Scope)>, StoreError> {
        const HOUR_MS: i64 = 3_600_000;
        let row = self
            .db
            .optional(
                "SELECT user_id, scope, seen_at FROM tokens WHERE token_hash = $1",
                args![token_hash],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let scope = scope(&row.get::<String>("scope")?)?;
        let seen_at: Option<i64> = row.get("seen_at")?;
        if seen_at.is_none_or(|seen_at| now_ms - seen_at > HOUR_MS) {
            let mut tx = self.db.begin().await?;
            tx.run(
                "UPDATE tokens SET seen_at = $2 WHERE token_hash = $1",
                args![token_hash, now_ms],
            )
            .await?;
            tx.commit().await?;
        }
        Ok(self
            .user(UserId(row.get("user_id")?))
            .await?
            .map(|user| (user, scope)))
    }

    /// The user's app tokens, by number.
    pub async fn tokens(&self, user_id: UserId) -> Result<Vec<AppToken>, StoreError> {
        self.db
            .all(
                "SELECT id, name, scope, created_at, seen_at FROM tokens
                 WHERE user_id = $1 ORDER BY id",
                args![user_id.0],
            )
            .await?
            .iter()
            .map(|row| {
                Ok(AppToken {
                    id: row.get("id")?,
                    name: row.get("name")?,
                    scope: scope(&row.get::<String>("scope")?)?,
                    created_at_ms: row.get("created_at")?,
                    seen_at_ms: row.get("seen_at")?,
                })
            })
            .collect()
    }

    /// Revokes an app token; false when the user has none with this number.
    pub async fn delete_token(&self, user_id: UserId, id: i64) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let gone = tx
            .run(
                "DELETE FROM tokens WHERE user_id = $1 AND id = $2",
                args![user_id.0, id],
            )
            .await?;
        tx.commit().await?;
        Ok(gone > 0)
    }

    /// Failed attempts noted for `subject` (a name or an address), and when the
    /// last one was.
    pub async fn attempts(&self, subject: &str) -> Result<Option<(i64, i64)>, StoreError> {
        let row = self
            .db
            .optional(
                "SELECT failures, last_failed_at FROM attempts WHERE subject = $1",
                args![subject],
            )
            .await?;
        row.map(|row| Ok((row.get("failures")?, row.get("last_failed_at")?)))
            .transpose()
    }

    /// Notes a failed attempt for each of `subjects`; counts that rested since
    /// `forget_before_ms` begin anew.
    pub async fn note_failed_attempt(
        &self,
        subjects: &[&str],
        now_ms: i64,
        forget_before_ms: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "DELETE FROM attempts WHERE last_failed_at < $1",
            args![forget_before_ms],
        )
        .await?;
        for subject in subjects {
            tx.run(
                "INSERT INTO attempts (subject, failures, last_failed_at) VALUES ($1, 1, $2)
                 ON CONFLICT (subject) DO UPDATE
                 SET failures = attempts.failures + 1, last_failed_at = excluded.last_failed_at",
                args![*subject, now_ms],
            )
            .await?;
        }
        tx.commit().await
    }

    /// Forgets the failed attempts of `subject`, after a success.
    pub async fn forget_attempts(&self, subject: &str) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run("DELETE FROM attempts WHERE subject = $1", args![subject])
            .await?;
        tx.commit().await
    }
}

fn scope(word: &str) -> Result<Scope, StoreError> {
    Scope::parse(word).ok_or_else(|| StoreError::Nonsense {
        what: format!("tokens.scope is {word:?}"),
    })
}
