//! The open database: one face for SQLite and PostgreSQL.
//!
//! Every query of this crate goes through [`Db`] (reads) or [`Tx`] (reads and
//! writes that happen whole or not at all), with [`args!`] to bind values and
//! [`Row::get`] to read columns by name. The SQL text is the same for both
//! engines; where it cannot be, [`crate::dialect`] holds both pieces.
//!
//! SQLite has one writer connection and a few readers, because that is how it
//! is fastest; a write transaction takes the lock at its start, so it can
//! never fail half-way for want of it.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteRow, SqliteSynchronous,
};
use sqlx::{Arguments, Decode, Postgres, Row as _, SqlSafeStr, Sqlite, Transaction, Type};

use crate::StoreError;
use crate::once::{self, Step};

/// Which engine is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, bundled.
    Sqlite,
    /// PostgreSQL 15 or newer.
    Postgres,
}

/// An open database.
#[derive(Debug, Clone)]
pub(crate) enum Db {
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// A write transaction. Dropped without [`Tx::commit`], it leaves no trace.
pub(crate) struct Tx {
    open: Open,
    /// Which step of a change under a key it is, if it is one.
    step: Option<Step>,
}

enum Open {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A value to bind.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
}

/// Binds values in the order of `$1`, `$2`, …
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Value::from($value)),*] };
}
pub(crate) use args;

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}
impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}
impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(Some(value.clone()))
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}
impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}
impl From<&Option<String>> for Value {
    fn from(value: &Option<String>) -> Self {
        Self::Text(value.clone())
    }
}

/// Binds `values` for one engine. PostgreSQL text may not hold NUL; a page's
/// text can, so it is replaced for both engines alike.
pub(crate) fn bind<A: Arguments>(values: Vec<Value>) -> Result<A, sqlx::Error>
where
    Option<i64>: for<'q> sqlx::Encode<'q, A::Database> + Type<A::Database>,
    Option<String>: for<'q> sqlx::Encode<'q, A::Database> + Type<A::Database>,
{
    let mut arguments = A::default();
    for value in values {
        match value {
            Value::Int(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value.map(|text| {
                if text.contains('\0') {
                    text.replace('\0', "\u{fffd}")
                } else {
                    text
                }
            })),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// A row of an answer.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The column called `name`, as `i64`, `String` or an `Option` of one.
    pub fn get<'r, T>(&'r self, name: &str) -> Result<T, StoreError>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        match self {
            Self::Sqlite(row) => row.try_get(name),
            Self::Postgres(row) => row.try_get(name),
        }
        .map_err(|source| StoreError::database("read a column", source))
    }
}

/// How long a connection waits for another program's lock.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// A pool of at most `most` connections.
///
/// The change to WAL that the first program makes in a new library is outside
/// of SQLite's busy timeout: whoever opens it in that moment is refused at
/// once, so the wait is here.
async fn connect_sqlite(
    most: u32,
    options: SqliteConnectOptions,
) -> Result<SqlitePool, sqlx::Error> {
    const SQLITE_BUSY: i64 = 5;
    let until = Instant::now() + LOCK_WAIT;
    loop {
        let pool = SqlitePoolOptions::new()
            .max_connections(most)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.clone())
            .await;
        // The lower byte is the kind; what stands above it says more exactly why.
        let is_busy = matches!(&pool, Err(sqlx::Error::Database(error))
            if error.code().and_then(|code| code.parse::<i64>().ok())
                .is_some_and(|code| code & 0xff == SQLITE_BUSY));
        if !is_busy || Instant::now() >= until {
            return pool;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

impl Db {
    /// Opens the SQLite file at `path`, made if it is missing.
    pub async fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        let open = |source| StoreError::Open {
            what: path.display().to_string(),
            source,
        };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(LOCK_WAIT)
            .pragma("mmap_size", "0")
            .pragma("temp_store", "MEMORY")
            .pragma("journal_size_limit", "67108864");
        let writer = connect_sqlite(1, options.clone()).await.map_err(open)?;
        let readers = connect_sqlite(
            4,
            options
                .pragma("query_only", "ON")
                .pragma("cache_size", "-8000"),
        )
        .await
        .map_err(open)?;
        let db = Self::Sqlite { writer, readers };
        db.assert_sqlite_is_safe(path).await?;
        Ok(db)
    }

    /// Refuses an SQLite that could lose or damage what it acknowledged
    /// (catalogue D17): too old, or not in the mode that was asked for.
    async fn assert_sqlite_is_safe(&self, path: &Path) -> Result<(), StoreError> {
        const FLOOR: (u32, u32, u32) = (3, 51, 3);
        let version: String = self
            .one("SELECT sqlite_version() AS version", args![])
            .await?
            .get("version")?;
        let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
        let found = (
            numbers.next().unwrap_or(0),
            numbers.next().unwrap_or(0),
            numbers.next().unwrap_or(0),
        );
        if found < FLOOR {
            return Err(StoreError::Unsafe {
                what: format!("SQLite {version} is older than 3.51.3, which can damage a library"),
            });
        }
        let mut tx = self.begin().await?;
        for (pragma, column, wanted) in [
            ("PRAGMA journal_mode", "journal_mode", "wal"),
            ("PRAGMA synchronous", "synchronous", "2"),
            ("PRAGMA foreign_keys", "foreign_keys", "1"),
        ] {
            let row = tx.one(pragma, args![]).await?;
            let value = match row.get::<String>(column) {
                Ok(text) => text,
                Err(_) => row.get::<i64>(column)?.to_string(),
            };
            if value != wanted {
                return Err(StoreError::Unsafe {
                    what: format!(
                        "{} has {column} = {value}, not {wanted}; is it on a network drive?",
                        path.display()
                    ),
                });
            }
        }
        Ok(())
    }

    /// Connects to PostgreSQL at `url` (`postgres://user@host/database`).
    pub async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        let shown = || without_password(url);
        let options: PgConnectOptions = url.parse().map_err(|source| StoreError::Open {
            what: shown(),
            source,
        })?;
        let options = options.options([("synchronous_commit", "on"), ("TimeZone", "UTC")]);
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options)
            .await
            .map_err(|source| StoreError::Open {
                what: shown(),
                source,
            })?;
        Ok(Self::Postgres(pool))
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a write transaction.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let open = match self {
            Self::Sqlite { writer, .. } => {
                writer.begin_with("BEGIN IMMEDIATE").await.map(Open::Sqlite)
            }
            Self::Postgres(pool) => pool.begin().await.map(Open::Postgres),
        }
        .map_err(|source| StoreError::database("begin a transaction", source))?;
        let step = once::next_step();
        Ok(Tx { open, step })
    }

    /// All rows of a read.
    pub async fn all(
        &self,
        sql: impl SqlSafeStr,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite { readers, .. } => match bind::<SqliteArguments>(values) {
                Ok(arguments) => sqlx::query_with(sql, arguments)
                    .fetch_all(readers)
                    .await
                    .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
                Err(error) => Err(error),
            },
            Self::Postgres(pool) => match bind::<PgArguments>(values) {
                Ok(arguments) => sqlx::query_with(sql, arguments)
                    .fetch_all(pool)
                    .await
                    .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
                Err(error) => Err(error),
            },
        }
        .map_err(|source| StoreError::database("read", source))
    }

    /// The first row of a read, if there is one.
    pub async fn optional(
        &self,
        sql: impl SqlSafeStr,
        values: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.all(sql, values).await?.into_iter().next())
    }

    /// The one row of a read that always has one.
    pub async fn one(&self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<Row, StoreError> {
        self.optional(sql, values)
            .await?
            .ok_or_else(|| StoreError::database("read", sqlx::Error::RowNotFound))
    }

    /// Waits for what is under way and closes all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                // Leaves one file behind instead of three. Not a loss if it
                // fails: the log is read at the next start.
                let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
                    .execute(writer)
                    .await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match &self.open {
            Open::Sqlite(_) => Engine::Sqlite,
            Open::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs a statement; gives the number of rows it touched.
    pub async fn run(
        &mut self,
        sql: impl SqlSafeStr,
        values: Vec<Value>,
    ) -> Result<u64, StoreError> {
        match &mut self.open {
            Open::Sqlite(tx) => match bind::<SqliteArguments>(values) {
                Ok(arguments) => sqlx::query_with(sql, arguments)
                    .execute(&mut **tx)
                    .await
                    .map(|done| done.rows_affected()),
                Err(error) => Err(error),
            },
            Open::Postgres(tx) => match bind::<PgArguments>(values) {
                Ok(arguments) => sqlx::query_with(sql, arguments)
                    .execute(&mut **tx)
                    .await
                    .map(|done| done.rows_affected()),
                Err(error) => Err(error),
            },
        }
        .map_err(|source| StoreError::database("write", source))
    }

    /// Runs several statements that bind nothing.
    pub async fn script(&mut self, sql: impl SqlSafeStr) -> Result<(), StoreError> {
        match &mut self.open {
            Open::Sqlite(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(|_| ()),
            Open::Postgres(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(|_| ()),
        }
        .map_err(|source| StoreError::database("change the tables", source))
    }

    /// All rows of a statement, `RETURNING` included.
    pub async fn all(
        &mut self,
        sql: impl SqlSafeStr,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        match &mut self.open {
            Open::Sqlite(tx) => match bind::<SqliteArguments>(values) {
                Ok(arguments) => sqlx::query_with(sql, arguments)
                    .fetch_all(&mut **tx)
                    .await
                    .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
                Err(error) => Err(error),
            },
            Open::Postgres(tx) => match bind::<PgArguments>(values) {
                Ok(arguments) => sqlx::query_with(sql, arguments)
                    .fetch_all(&mut **tx)
                    .await
                    .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
                Err(error) => Err(error),
            },
        }
        .map_err(|source| StoreError::database("write", source))
    }

    /// The first row, if there is one.
    pub async fn optional(
        &mut self,
        sql: impl SqlSafeStr,
        values: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.all(sql, values).await?.into_iter().next())
    }

    /// The one row of a statement that always gives one.
    pub async fn one(
        &mut self,
        sql: impl SqlSafeStr,
        values: Vec<Value>,
    ) -> Result<Row, StoreError> {
        self.optional(sql, values)
            .await?
            .ok_or_else(|| StoreError::database("write", sqlx::Error::RowNotFound))
    }

    /// Makes it last: when this returns, the change survives a power cut.
    ///
    /// A step of a change under a key is noted with it. One that was made
    /// before, by a server that died, is not made again.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if let Some(step) = self.step.take()
            && !step.is_new(&mut self).await?
        {
            return Ok(());
        }
        match self.open {
            Open::Sqlite(tx) => tx.commit().await,
            Open::Postgres(tx) => tx.commit().await,
        }
        .map_err(|source| StoreError::database("commit", source))
    }
}

/// A database address fit for messages.
pub(crate) fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut url) => {
            // Fails only for addresses that cannot hold a password.
            let _ = url.set_password(None);
            url.set_query(None);
            url.to_string()
        }
        Err(_) => "the database address".to_owned(),
    }
}
