//! Database and blobs: one SQL text for SQLite and PostgreSQL, a folder or an
//! object store for bytes.
//!
//! [`Store`] is all there is to hold. Reads are methods on it and every one
//! takes the user whose things are asked for; writes are methods too, each one
//! transaction, and are called by the verbs in `cuttings-library`.
//!
//! The order that keeps promise P1: [`Blobs::put`] makes bytes last, then one
//! transaction writes the rows that name them, then the caller answers.

mod again;
mod articles;
mod blobs;
mod bulk;
mod captures;
mod completion;
mod db;
mod dialect;
mod edits;
mod entries;
mod error;
mod facets;
mod feed_rules;
mod feeds;
mod filters;
mod highlights;
mod jobs;
mod list;
mod migrate;
mod once;
mod reading;
mod resources;
mod schedules;
mod seals;
mod search;
mod sessions;
mod settings;
mod shown;
mod site_access;
mod snapshot;
mod tags;
mod twins;
mod users;
mod verify;
mod words;

use std::path::{Path, PathBuf};

pub use again::Reread;
pub use articles::{Mark, NewArticle, NewUpload, PutArticle};
pub use blobs::{Blobs, Stored};
pub use bulk::{BulkAction, BulkOutcome, Chosen, DoneAction};
pub use captures::{CaptureResult, FailedVisit, NewCapture, NewPart, NewPicture};
pub use db::Engine;
pub use edits::{Edit, EditChange};
pub use entries::{EntryPosition, EntryView, FeedRead, KnownEntry, NewEntry, Stream};
pub use error::StoreError;
pub use facets::{Facet, FacetValue, Facets};
pub use feed_rules::RuleWords;
pub use feeds::{FeedChange, ListedFeed, NewFeed, PollEnd, PutFeed};
pub use filters::SavedFilter;
pub use highlights::{
    FoundHighlight, HighlightFilter, HighlightPosition, NewHighlight, PutHighlight,
};
pub use list::{FailureGroup, ListPage, ListPosition, SortKey};
pub use once::{Begun, KeptAnswer, KeyedChange, under_key};
pub use reading::{Neighbour, Neighbours};
pub use resources::{NewResource, ResourcesResult};
pub use search::SearchHit;
pub use sessions::AppToken;
pub use shown::ShownArticle;
pub use site_access::SealedAccess;
pub use tags::{Renamed, TagChange};
pub use verify::{BlobTally, Cure, Fault, FaultKind, SPARE_GRACE_MS, Touched};
pub use words::WordLike;

use db::Db;

/// An open library: its database and its blobs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    db: Db,
    blobs: Blobs,
    counts: list::Counts,
    known: facets::Known,
}

/// Where a library is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The data folder: `cuttings.db`, `blobs/` and `lock` stand in it.
    pub data: PathBuf,
    /// `postgres://…`; none for SQLite in the data folder.
    pub database: Option<String>,
    /// `file:///…`; none for `blobs/` in the data folder.
    pub blobs: Option<String>,
}

impl Places {
    /// A library that is a folder and nothing else.
    pub fn folder(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            database: None,
            blobs: None,
        }
    }

    fn database_file(&self) -> PathBuf {
        self.data.join("cuttings.db")
    }
}

impl Store {
    /// Opens the library at `places`; an empty place becomes an empty library.
    ///
    /// The data folder is made readable by its owner alone. Migrations that
    /// are due are run, each whole or not at all.
    ///
    /// # Errors
    ///
    /// - [`StoreError::Open`] when the folder or database cannot be opened.
    /// - [`StoreError::Unsafe`] when the engine could lose what it acknowledges.
    /// - [`StoreError::TooNew`] when a newer Cuttings has written the library.
    pub async fn open(places: &Places) -> Result<Self, StoreError> {
        make_private_folder(&places.data)?;
        let db = match places.database.as_deref() {
            None => {
                let db = Db::open_sqlite(&places.database_file()).await?;
                make_private_file(&places.database_file())?;
                db
            }
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Db::open_postgres(url).await?
            }
            Some(other) => {
                return Err(StoreError::Address {
                    what: db::without_password(other),
                    advice: "a database address starts with postgres://; leave it out for SQLite",
                });
            }
        };
        migrate::migrate(&db).await?;
        let blobs = Blobs::open(places, db.clone())?;
        Ok(Self {
            db,
            blobs,
            counts: list::Counts::default(),
            known: facets::Known::default(),
        })
    }

    /// Which engine is open.
    pub fn engine(&self) -> Engine {
        self.db.engine()
    }

    /// The stored bytes.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Asks the database for an answer, for health checks.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.db
            .one("SELECT 1 AS one", db::args![])
            .await
            .map(|_| ())
    }

    /// Waits for what is under way and closes the database.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

/// Makes `folder` and gives it to its owner alone (catalogue S06).
fn make_private_folder(folder: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::Folder {
        folder: folder.to_owned(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    set_mode(folder, 0o700).map_err(failed)
}

/// Gives a file to its owner alone.
fn make_private_file(file: &Path) -> Result<(), StoreError> {
    set_mode(file, 0o600).map_err(|source| StoreError::Folder {
        folder: file.to_owned(),
        source,
    })
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

/// Elsewhere the folder's own rights are what the system gives it.
#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) -> std::io::Result<()> {
    Ok(())
}
