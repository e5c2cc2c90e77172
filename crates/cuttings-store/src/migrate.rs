//! Bringing the tables to the version this program knows.
//!
//! Each migration is one transaction and raises the version in it, so an
//! interrupted one leaves the old library and can simply be started again.
//! Released migrations are not edited.

use sqlx::AssertSqlSafe;

use crate::db::{Db, args};
use crate::{Engine, StoreError, dialect};

struct Migration {
    shared: &'static str,
    /// What differs between the engines; often nothing.
    sqlite: &'static str,
    postgres: &'static str,
}

impl Migration {
    const fn shared(sql: &'static str) -> Self {
        Self {
            shared: sql,
            sqlite: "",
            postgres: "",
        }
    }
}

/// All migrations; the first one brings an empty database to version 1.
const MIGRATIONS: &[Migration] = &[
    Migration {
        shared: include_str!("../migrations/0001_first_edition.sql"),
        sqlite: include_str!("../migrations/0001_search.sqlite.sql"),
        postgres: include_str!("../migrations/0001_search.postgres.sql"),
    },
    Migration::shared(include_str!("../migrations/0002_reading.sql")),
    Migration::shared(include_str!("../migrations/0003_tags.sql")),
    Migration::shared(include_str!("../migrations/0004_highlights.sql")),
    Migration::shared(include_str!("../migrations/0005_feeds.sql")),
    Migration::shared(include_str!("../migrations/0006_offline.sql")),
    Migration::shared(include_str!("../migrations/0007_words.sql")),
    Migration::shared(include_str!("../migrations/0008_counting.sql")),
    Migration::shared(include_str!("../migrations/0009_parts.sql")),
    Migration {
        shared: include_str!("../migrations/0010_highlight_words.sql"),
        sqlite: include_str!("../migrations/0010_highlight_words.sqlite.sql"),
        postgres: include_str!("../migrations/0010_highlight_words.postgres.sql"),
    },
    Migration::shared(include_str!("../migrations/0011_steps.sql")),
    Migration::shared(include_str!("../migrations/0012_resources.sql")),
    Migration::shared(include_str!("../migrations/0013_captures_again.sql")),
    Migration::shared(include_str!("../migrations/0014_seals.sql")),
    Migration::shared(include_str!("../migrations/0015_site_access.sql")),
];

/// Runs what is due.
///
/// # Errors
///
/// [`StoreError::TooNew`] when the library is ahead of this program; then
/// nothing is written.
pub(crate) async fn migrate(db: &Db) -> Result<(), StoreError> {
    make_meta(db).await?;
    loop {
        let mut tx = db.begin().await?;
        if let Some(lock) = dialect::lock_for_migration(tx.engine()) {
            tx.run(lock, args![]).await?;
        }
        let version: i64 = match tx
            .optional(
                "SELECT value FROM meta WHERE name = 'tables_version'",
                args![],
            )
            .await?
        {
            Some(row) => {
                let text: String = row.get("value")?;
                text.parse().map_err(|_| StoreError::Nonsense {
                    what: format!("meta.tables_version is {text:?}"),
                })?
            }
            None => 0,
        };
        let known = MIGRATIONS.len() as i64;
        if version > known {
            return Err(StoreError::TooNew {
                found: version,
                known,
            });
        }
        let Some(migration) = MIGRATIONS.get(version as usize) else {
            return Ok(());
        };

        let engine = tx.engine();
        tx.script(AssertSqlSafe(dialect::migration(engine, migration.shared)))
            .await?;
        tx.script(match engine {
            Engine::Sqlite => migration.sqlite,
            Engine::Postgres => migration.postgres,
        })
        .await?;
        tx.run(
            "INSERT INTO meta (name, value) VALUES ('tables_version', $1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            args![(version + 1).to_string()],
        )
        .await?;
        tx.commit().await?;
        tracing::info!(
            tables.version = version + 1,
            "the library's tables were brought up to date"
        );
    }
}

/// The table that holds the version.
const MAKE_META: &str =
    "CREATE TABLE IF NOT EXISTS meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)";

/// All statements that make the tables of an empty library, in their order.
pub(crate) fn all_statements(engine: Engine) -> String {
    let mut statements = format!("{MAKE_META};\n");
    for migration in MIGRATIONS {
        statements += &dialect::migration(engine, migration.shared);
        statements += match engine {
            Engine::Sqlite => migration.sqlite,
            Engine::Postgres => migration.postgres,
        };
    }
    statements
}

/// Makes the table that holds the version. PostgreSQL lets two starters race
/// here and refuses one of them; the table is there all the same.
async fn make_meta(db: &Db) -> Result<(), StoreError> {
    if db
        .all(
            "SELECT value FROM meta WHERE name = 'tables_version'",
            args![],
        )
        .await
        .is_ok()
    {
        return Ok(());
    }
    for attempt in 0.. {
        let mut tx = db.begin().await?;
        match tx.run(MAKE_META, args![]).await {
            Ok(_) => return tx.commit().await,
            Err(_) if attempt == 0 => {}
            Err(error) => return Err(error),
        }
    }
    unreachable!("the loop returns at its second turn")
}
