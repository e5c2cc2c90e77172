//! A snapshot: reads that all see the library as it was at one moment, however
//! much is written meanwhile.
//!
//! Made for [`crate::verify`] and for exports, which read for minutes and
//! compare tables with each other.

use futures_util::TryStreamExt as _;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Postgres, SqlSafeStr, Sqlite, Transaction};

use crate::db::{Db, Row, Value, args, bind};
use crate::{Engine, StoreError};

/// An open read transaction; ends when it is dropped.
pub(crate) enum Snapshot {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Begins a snapshot. `prepare` are statements for SQLite that come before
    /// it and may make temporary tables.
    pub async fn snapshot(&self, prepare: &[&'static str]) -> Result<Snapshot, StoreError> {
        let failed = |source| StoreError::database("begin to read", source);
        match self {
            Self::Sqlite { readers, .. } => {
                let mut connection = readers.acquire().await.map_err(failed)?;
                // It has temporary tables and an open transaction, so it is not
                // used again.
                connection.close_on_drop();
                let mut snapshot = Snapshot::Sqlite(connection);
                if !prepare.is_empty() {
                    snapshot.all("PRAGMA query_only = OFF", args![]).await?;
                    for statement in prepare {
                        snapshot.all(*statement, args![]).await?;
                    }
                    snapshot.all("PRAGMA query_only = ON", args![]).await?;
                }
                snapshot.all("BEGIN", args![]).await?;
                Ok(snapshot)
            }
            Self::Postgres(pool) => pool
                .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await
                .map(Snapshot::Postgres)
                .map_err(failed),
        }
    }
}

impl Snapshot {
    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// All rows of a read.
    pub async fn all(
        &mut self,
        sql: impl SqlSafeStr,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.each(sql, values, |row| {
            rows.push(row);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// Gives each row of a read to `take` as it comes.
    pub async fn each(
        &mut self,
        sql: impl SqlSafeStr,
        values: Vec<Value>,
        mut take: impl FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let failed = |source| StoreError::database("read", source);
        match self {
            Self::Sqlite(connection) => {
                let arguments = bind::<SqliteArguments>(values).map_err(failed)?;
                let mut rows = sqlx::query_with(sql, arguments).fetch(&mut **connection);
                while let Some(row) = rows.try_next().await.map_err(failed)? {
                    take(Row::Sqlite(row))?;
                }
            }
            Self::Postgres(tx) => {
                let arguments = bind::<PgArguments>(values).map_err(failed)?;
                let mut rows = sqlx::query_with(sql, arguments).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await.map_err(failed)? {
                    take(Row::Postgres(row))?;
                }
            }
        }
        Ok(())
    }
}
