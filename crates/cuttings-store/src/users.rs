//! Users and the counters that number everything they own.

use cuttings_model::{MAX_ID, Role, User, UserId};

use crate::db::{Row, Tx, args};
use crate::{Store, StoreError};

/// What the next id of is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Counted {
    Article,
    Capture,
    Job,
    Token,
    Tag,
    Filter,
    Undo,
    Feed,
    Entry,
    FeedRule,
    Highlight,
}

/// The user's next id of its kind. It also locks the user's counter row, so
/// that writes of one user follow one another in PostgreSQL as in SQLite.
pub(crate) async fn next_id(
    tx: &mut Tx,
    user_id: UserId,
    counted: Counted,
) -> Result<i64, StoreError> {
    let sql = match counted {
        Counted::Article => {
            "UPDATE counters SET next_article = next_article + 1 WHERE user_id = $1
             RETURNING next_article - 1 AS id"
        }
        Counted::Capture => {
            "UPDATE counters SET next_capture = next_capture + 1 WHERE user_id = $1
             RETURNING next_capture - 1 AS id"
        }
        Counted::Job => {
            "UPDATE counters SET next_job = next_job + 1 WHERE user_id = $1
             RETURNING next_job - 1 AS id"
        }
        Counted::Token => {
            "UPDATE counters SET next_token = next_token + 1 WHERE user_id = $1
             RETURNING next_token - 1 AS id"
        }
        Counted::Feed => {
            "UPDATE counters SET next_feed = next_feed + 1 WHERE user_id = $1
             RETURNING next_feed - 1 AS id"
        }
        Counted::Entry => {
            "UPDATE counters SET next_entry = next_entry + 1 WHERE user_id = $1
             RETURNING next_entry - 1 AS id"
        }
        Counted::FeedRule => {
            "UPDATE counters SET next_feed_rule = next_feed_rule + 1 WHERE user_id = $1
             RETURNING next_feed_rule - 1 AS id"
        }
        Counted::Tag => {
            "UPDATE counters SET next_tag = next_tag + 1 WHERE user_id = $1
             RETURNING next_tag - 1 AS id"
        }
        Counted::Filter => {
            "UPDATE counters SET next_filter = next_filter + 1 WHERE user_id = $1
             RETURNING next_filter - 1 AS id"
        }
        Counted::Undo => {
            "UPDATE counters SET next_undo = next_undo + 1 WHERE user_id = $1
             RETURNING next_undo - 1 AS id"
        }
        Counted::Highlight => {
            "UPDATE counters SET next_highlight = next_highlight + 1 WHERE user_id = $1
             RETURNING next_highlight - 1 AS id"
        }
    };
    let id: i64 = tx.one(sql, args![user_id.0]).await?.get("id")?;
    if id > MAX_ID {
        Err(StoreError::Full)
    } else {
        Ok(id)
    }
}

/// Moves the user's clock: the wall clock, but never back and never twice the
/// same. Every change that a client can see takes a tick of it as the
/// article's `updated_at`. Locks the counter row as [`next_id`] does.
pub(crate) async fn tick(tx: &mut Tx, user_id: UserId, now_ms: i64) -> Result<i64, StoreError> {
    tx.one(
        "UPDATE counters
         SET updated_at = CASE WHEN updated_at < $2 THEN $2 ELSE updated_at + 1 END
         WHERE user_id = $1
         RETURNING updated_at",
        args![user_id.0, now_ms],
    )
    .await?
    .get("updated_at")
}

/// Moves the user's clock by `many` ticks and gives the first of them.
pub(crate) async fn ticks(
    tx: &mut Tx,
    user_id: UserId,
    many: i64,
    now_ms: i64,
) -> Result<i64, StoreError> {
    let first = tick(tx, user_id, now_ms).await?;
    tx.run(
        "UPDATE counters SET updated_at = updated_at + $2 WHERE user_id = $1",
        args![user_id.0, many - 1],
    )
    .await?;
    Ok(first)
}

fn user(row: &Row) -> Result<User, StoreError> {
    let role: String = row.get("role")?;
    Ok(User {
        id: UserId(row.get("id")?),
        name: row.get("name")?,
        role: Role::parse(&role).ok_or_else(|| StoreError::Nonsense {
            what: format!("users.role is {role:?}"),
        })?,
        created_at_ms: row.get("created_at")?,
    })
}

impl Store {
    /// Whether anybody has an account.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        Ok(self
            .db
            .optional("SELECT id FROM users LIMIT 1", args![])
            .await?
            .is_some())
    }

    /// The clock of a library: it has moved when anything a client can see has
    /// changed, and never goes back.
    pub async fn clock_ms(&self, user_id: UserId) -> Result<i64, StoreError> {
        self.db
            .one(
                "SELECT updated_at FROM counters WHERE user_id = $1",
                args![user_id.0],
            )
            .await?
            .get("updated_at")
    }

    /// All users, by number.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        self.db
            .all(
                "SELECT id, name, role, created_at FROM users ORDER BY id",
                args![],
            )
            .await?
            .iter()
            .map(user)
            .collect()
    }

    /// Adds a user. `None` when the name is taken, or when `only_first` is set
    /// and somebody was first.
    pub async fn put_user(
        &self,
        name: &str,
        password_hash: &str,
        role: Role,
        only_first: bool,
        now_ms: i64,
    ) -> Result<Option<User>, StoreError> {
        let mut tx = self.db.begin().await?;
        // PostgreSQL lets two transactions see the same highest number; the
        // meta row makes them follow one another.
        tx.run(
            "INSERT INTO meta (name, value) VALUES ('users_lock', '') ON CONFLICT (name)
             DO UPDATE SET value = excluded.value",
            args![],
        )
        .await?;
        let id: i64 = tx
            .one("SELECT coalesce(max(id), 0) + 1 AS id FROM users", args![])
            .await?
            .get("id")?;
        if only_first && id > 1 {
            return Ok(None);
        }
        let added = tx
            .run(
                "INSERT INTO users (id, name, name_key, password_hash, role, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (name_key) DO NOTHING",
                args![
                    id,
                    name,
                    name.to_lowercase(),
                    password_hash,
                    role.as_str(),
                    now_ms
                ],
            )
            .await?;
        if added == 0 {
            return Ok(None);
        }
        tx.run(
            "INSERT INTO counters
                 (user_id, next_article, next_capture, next_job, next_token, updated_at)
             VALUES ($1, 1, 1, 1, 1, $2)",
            args![id, now_ms],
        )
        .await?;
        tx.commit().await?;
        Ok(Some(User {
            id: UserId(id),
            name: name.to_owned(),
            role,
            created_at_ms: now_ms,
        }))
    }

    /// The user called `name`, in any spelling of case, with the password hash.
    pub async fn user_by_name(&self, name: &str) -> Result<Option<(User, String)>, StoreError> {
        let row = self
            .db
            .optional(
                "SELECT id, name, role, created_at, password_hash FROM users WHERE name_key = $1",
                args![name.to_lowercase()],
            )
            .await?;
        row.map(|row| Ok((user(&row)?, row.get("password_hash")?)))
            .transpose()
    }

    /// The user with this number.
    pub async fn user(&self, user_id: UserId) -> Result<Option<User>, StoreError> {
        self.db
            .optional(
                "SELECT id, name, role, created_at FROM users WHERE id = $1",
                args![user_id.0],
            )
            .await?
            .as_ref()
            .map(user)
            .transpose()
    }

    /// Sets a new password hash and ends all sessions of the user.
    pub async fn put_password(&self, user_id: UserId, hash: &str) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "UPDATE users SET password_hash = $2 WHERE id = $1",
            args![user_id.0, hash],
        )
        .await?;
        tx.run("DELETE FROM sessions WHERE user_id = $1", args![user_id.0])
            .await?;
        tx.commit().await
    }
}
