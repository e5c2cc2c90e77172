//! What can go wrong in the store.

use std::path::PathBuf;

use cuttings_model::Digest;
use cuttings_text::query::QueryError;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The data folder cannot be made or used.
    #[error("cannot use the data folder {}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },

    /// The database cannot be opened or reached.
    #[error("cannot open the database {what}")]
    Open {
        /// File or address, without its password.
        what: String,
        /// What the driver said.
        #[source]
        source: sqlx::Error,
    },

    /// A database or blob address we cannot use.
    #[error("cannot use {what}: {advice}")]
    Address {
        /// The address, without its password.
        what: String,
        /// What to write instead.
        advice: &'static str,
    },

    /// The engine could lose or damage what it acknowledges.
    #[error("refusing to open the library: {what}")]
    Unsafe {
        /// What is wrong with it.
        what: String,
    },

    /// A newer Cuttings has written this library.
    #[error(
        "the library was written by a newer Cuttings (tables version {found}, this program knows {known}); \
         nothing was changed, start the newer program"
    )]
    TooNew {
        /// Version found in the library.
        found: i64,
        /// Newest version this program knows.
        known: i64,
    },

    /// The database refused or failed.
    #[error("could not {doing} in the database")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the driver said.
        #[source]
        source: sqlx::Error,
    },

    /// The words of a filter are no query.
    #[error("the words of a filter cannot be read: {0}")]
    Query(QueryError),

    /// Stored bytes could not be written or read.
    #[error("could not {doing} the blob {digest}")]
    Blob {
        /// What was being done.
        doing: &'static str,
        /// Which bytes.
        digest: Digest,
        /// What the object store said.
        #[source]
        source: object_store::Error,
    },

    /// Stored bytes are not what their name says.
    #[error("the blob {digest} is damaged")]
    Damaged {
        /// Which bytes.
        digest: Digest,
    },

    /// A row holds what no version of this program writes.
    #[error("the library holds a row that makes no sense: {what}")]
    Nonsense {
        /// Which column holds what.
        what: String,
    },

    /// Another worker has taken over the job; nothing was written.
    #[error("another worker has taken over job {job}")]
    LostLease {
        /// The job's number.
        job: i64,
    },

    /// A change under a key took so long that the same change, sent again, was
    /// begun in its place; nothing was written.
    #[error("the same change was sent again and is made in place of this one")]
    TakenOver,

    /// The user's ids have reached 2^31 − 1.
    #[error("this library is full: it holds as many items as its numbers allow")]
    Full,
}

impl StoreError {
    pub(crate) fn database(doing: &'static str, source: sqlx::Error) -> Self {
        Self::Database { doing, source }
    }

    /// Whether the disk or the quota is full, which the user can mend.
    pub fn is_disk_full(&self) -> bool {
        let mut error: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(current) = error {
            if current.downcast_ref::<std::io::Error>().is_some_and(|io| {
                matches!(
                    io.kind(),
                    std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
                )
            }) {
                return true;
            }
            // SQLITE_FULL; disk_full in PostgreSQL.
            if let Some(sqlx::Error::Database(database)) = current.downcast_ref::<sqlx::Error>()
                && matches!(database.code().as_deref(), Some("13" | "53100"))
            {
                return true;
            }
            error = current.source();
        }
        false
    }

    /// Whether the same call may well succeed later.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Database { source, .. } | Self::Open { source, .. } => match source {
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
                sqlx::Error::Database(database) => matches!(
                    database.code().as_deref(),
                    // busy, full, I/O; serialization, deadlock, shutdown, disk full
                    Some("5" | "10" | "13" | "40001" | "40P01" | "57P01" | "57P03" | "53100")
                ),
                _ => false,
            },
            Self::Blob { .. } | Self::Folder { .. } => true,
            _ => false,
        }
    }
}
