//! Looking for damage: every row against the rules between rows, the search
//! index against the articles, every blob against its name.
//!
//! The verb is `cuttings_library::verify`; it puts names to the numbers in a
//! [`Fault`] and decides whether to apply its [`Cure`].
//!
//! | File | What it looks at |
//! |---|---|
//! | `tables` | what the engine says of its file; tables, indexes and references |
//! | `rules` | what must hold between rows |
//! | `articles` | each article with its words, seals, index and highlights |
//! | `spellings` | the words that are proposed |
//! | `bytes` | the blobs |
//! | `cures` | mends what can be made again, sets aside the rest |
//!
//! Rows are read from one snapshot, so that a library in use is not taken for a
//! damaged one. A part that cannot be read is a fault like any other: looking at
//! damage must not end the look.

mod articles;
mod bytes;
mod cures;
mod rules;
mod spellings;
mod tables;

use cuttings_model::{ArticleId, CaptureId, Digest, UserId};

pub use bytes::{BlobTally, SPARE_GRACE_MS};

use crate::snapshot::Snapshot;
use crate::{Engine, Store, StoreError};

/// What is wrong with something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A blob is not there.
    MissingBlob,
    /// A blob is a file without bytes.
    EmptyBlob,
    /// A blob ends before its end.
    TruncatedBlob,
    /// A blob's bytes are not what its name says.
    DamagedBlob,
    /// A blob holds the bytes of another one.
    SwappedBlob,
    /// A blob is not there, but its bytes are, under another name.
    RenamedBlob,
    /// A blob was damaged and has been set aside.
    SetAside,
    /// A blob cannot be read: the disk or its rights.
    UnreadableBlob,
    /// The engine finds its own file or tables damaged.
    Database,
    /// A table, column or index is not as this version makes it.
    Table,
    /// A row names another one that is not there.
    Reference,
    /// A row breaks a rule of the library.
    Row,
    /// A row says something else than when it was written.
    Seal,
    /// The search index does not hold the words of an article.
    Index,
}

impl FaultKind {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingBlob => "missing_blob",
            Self::EmptyBlob => "empty_blob",
            Self::TruncatedBlob => "truncated_blob",
            Self::DamagedBlob => "damaged_blob",
            Self::SwappedBlob => "swapped_blob",
            Self::RenamedBlob => "renamed_blob",
            Self::SetAside => "set_aside",
            Self::UnreadableBlob => "unreadable_blob",
            Self::Database => "database",
            Self::Table => "table",
            Self::Reference => "reference",
            Self::Row => "row",
            Self::Seal => "seal",
            Self::Index => "index",
        }
    }
}

/// Whose things a fault touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touched {
    /// Whose library.
    pub user_id: UserId,
    /// Which article.
    pub article_id: Option<ArticleId>,
    /// Which capture of it.
    pub capture_id: Option<CaptureId>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of damage.
    pub kind: FaultKind,
    /// What was found, in a sentence without its stop.
    pub what: String,
    /// The bytes, when it is about a blob.
    pub digest: Option<Digest>,
    /// Whose things it touches.
    pub touched: Vec<Touched>,
    /// What would mend it.
    pub cure: Option<Cure>,
}

impl Fault {
    fn new(kind: FaultKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            digest: None,
            touched: Vec::new(),
            cure: None,
        }
    }

    fn of(mut self, user_id: UserId, article_id: Option<ArticleId>) -> Self {
        self.touched.push(Touched {
            user_id,
            article_id,
            capture_id: None,
        });
        self
    }

    fn with(self, cure: Cure) -> Self {
        Self {
            cure: Some(cure),
            ..self
        }
    }
}

/// What mends a fault without losing anything: what is derived is made again,
/// damaged bytes are set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cure {
    /// Put the words of an article into the search index anew.
    Index(UserId, ArticleId),
    /// Take words out of the index that belong to no article.
    Unindex(UserId, ArticleId),
    /// Drop the search index, make it and fill it anew.
    RebuildIndex,
    /// Make an index of the database that is missing or wrong.
    MakeIndex {
        /// Its name.
        name: String,
        /// The statement that makes it.
        sql: String,
    },
    /// Make the engine's indexes anew from their tables.
    Reindex,
    /// Raise a counter that is behind the numbers given out.
    RaiseCounter {
        /// Whose.
        user_id: UserId,
        /// The column of `counters`.
        counter: &'static str,
        /// Its least right value.
        to: i64,
    },
    /// Say rightly whether an article has a thumbnail.
    ThumbnailFlag(UserId, ArticleId),
    /// Put an article that waits for nothing in line again.
    Queue(UserId, ArticleId),
    /// Note a highlight's words for searching anew.
    HighlightWords(UserId, i64),
    /// Note anew how a word is looked up by its end.
    Backwards(UserId, String),
    /// Set a damaged blob aside; made again later if it is a thumbnail.
    SetAside(Digest),
    /// Set the file aside and give its bytes their right name.
    GiveBack {
        /// The file, named by this digest.
        file: String,
        /// What its bytes are.
        holds: Digest,
    },
}

impl Cure {
    /// What it does, for people: "repair …".
    pub fn words(&self) -> String {
        match self {
            Self::Index(..) => "puts its words into the search index anew".to_owned(),
            Self::Unindex(..) => "takes the words out of the search index".to_owned(),
            Self::RebuildIndex => "drops the search index and makes it anew".to_owned(),
            Self::MakeIndex { name, .. } => format!("makes the index {name} anew"),
            Self::Reindex => "makes the indexes of the database anew".to_owned(),
            Self::RaiseCounter { counter, to, .. } => format!("raises {counter} to {to}"),
            Self::ThumbnailFlag(..) => "corrects the note about the thumbnail".to_owned(),
            Self::Queue(..) => "puts the article in line to be captured".to_owned(),
            Self::HighlightWords(..) => "notes the words of the highlight anew".to_owned(),
            Self::Backwards(_, word) => format!("notes the word {word:?} backwards anew"),
            Self::SetAside(_) => {
                "sets the damaged bytes aside; a thumbnail is made again from its picture"
                    .to_owned()
            }
            Self::GiveBack { holds, .. } => {
                format!("sets the file aside and stores its bytes as {holds}")
            }
        }
    }
}

/// Statements that let a snapshot look into the search index of SQLite.
const INDEX_VIEW: &[&str] = &["CREATE VIRTUAL TABLE IF NOT EXISTS temp.indexed_words
     USING fts5vocab('main', 'search_index', 'instance')"];

/// What a look at the rows came upon so far.
struct Look<'a> {
    snapshot: Snapshot,
    tell: &'a mut (dyn FnMut(Fault) + Send),
}

impl Look<'_> {
    fn tell(&mut self, fault: Fault) {
        (self.tell)(fault);
    }

    /// Turns what a part of the look failed of into a fault, unless it says
    /// nothing about the library.
    fn part(&mut self, part: &str, outcome: Result<(), StoreError>) -> Result<(), StoreError> {
        match outcome {
            Ok(()) => Ok(()),
            Err(error) if says_nothing(&error, self.snapshot.engine()) => Err(error),
            Err(error) => {
                let fault = Fault::new(
                    FaultKind::Database,
                    format!("{part} cannot be read: {}", with_source(&error)),
                );
                self.tell(fault);
                Ok(())
            }
        }
    }
}

/// Whether a failure is about the way to the database, not about what is in it.
fn says_nothing(error: &StoreError, engine: Engine) -> bool {
    match error {
        StoreError::Database { source, .. } => match source {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
            sqlx::Error::Io(_) => engine == Engine::Postgres,
            sqlx::Error::Database(database) => match engine {
                // Busy and locked, by their last byte.
                Engine::Sqlite => database
                    .code()
                    .and_then(|code| code.parse::<i64>().ok())
                    .is_some_and(|code| matches!(code & 0xff, 5 | 6)),
                Engine::Postgres => error.is_temporary(),
            },
            _ => false,
        },
        _ => false,
    }
}

fn with_source(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

impl Store {
    /// Looks at all rows and at the search index, and tells each fault as it is
    /// found; `each_article` is told of progress.
    ///
    /// # Errors
    ///
    /// Only when the database cannot be reached any more. What is damaged in it
    /// is told as a fault.
    pub async fn examine_rows(
        &self,
        now_ms: i64,
        each_article: &mut (dyn FnMut() + Send),
        tell: &mut (dyn FnMut(Fault) + Send),
    ) -> Result<(), StoreError> {
        let (snapshot, has_view) = match self.db.snapshot(INDEX_VIEW).await {
            Ok(snapshot) => (snapshot, true),
            Err(error) if says_nothing(&error, self.engine()) => return Err(error),
            // The index is too far gone to be looked into.
            Err(_) => (self.db.snapshot(&[]).await?, false),
        };
        let mut look = Look { snapshot, tell };
        let missing = look.tables(&self.db).await?;
        look.references().await?;
        look.rules(now_ms).await?;
        if missing
            .iter()
            .any(|table| table.starts_with("search_index"))
            || !has_view
        {
            look.tell(
                Fault::new(FaultKind::Index, "the search index cannot be looked into")
                    .with(Cure::RebuildIndex),
            );
            return look.articles(false, each_article).await;
        }
        look.articles(true, each_article).await
    }
}
