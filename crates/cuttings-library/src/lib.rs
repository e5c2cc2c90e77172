//! The verbs of Cuttings: what people do with a library.
//!
//! Pages, the API and the command line all end up here, so that a save is a
//! save wherever it comes from. One file holds one verb, or one family:
//!
//! | File | Its sentence |
//! |---|---|
//! | [`save`] | from an address to a queued article, acknowledged |
//! | [`sent`] | a page that a browser sent, kept and opened again |
//! | [`capture`] | from a queued article to one that can be read and found |
//! | `parts` | a story on several pages, by its site's rule |
//! | [`again`] | a page captured again, and which capture is shown |
//! | [`compare`] | two captures held against each other |
//! | `judge` | whether a further capture may change what is shown |
//! | `reread` | a kept page read again, offline |
//! | [`reextract`] | all kept pages read again by a later extractor |
//! | [`parser`] | reading pages and pictures in a process that can do nothing else |
//! | [`pictures`] | fetching, checking and keeping an article's pictures |
//! | [`resources`] | what a captured page looks like with: found, fetched, kept |
//! | [`replay`] | a kept page as it looked, from kept bytes only |
//! | [`worker`] | leasing jobs and capturing, until told to stop |
//! | [`reading`] | where a reader stopped |
//! | [`settings`] | how a user wants to read |
//! | [`shelf`] | archive, star, delete, undelete, retry, one by one or many at once |
//! | [`tags`] | tags on articles; renaming and merging them |
//! | [`filters`] | filters under a name |
//! | [`edit`] | correcting what a page says of itself |
//! | [`feeds`] | subscribing, polling, entries, rules, OPML |
//! | [`highlights`] | mark words of an article, note, remove, bring back |
//! | [`schedule`] | pages captured again by themselves |
//! | [`search`] | a typed query to hits, facets, highlights and what else was meant |
//! | [`complete`] | what the piece of a query at the caret can become |
//! | [`evidence`] | everything that is known of a capture, with digests |
//! | [`export`] | what was kept, as a web archive: WARC or WACZ |
//! | [`verify`] | every byte and row looked at; what can be mended, mended |
//! | [`site_access`] | headers and cookies that a user gives for single sites |
//! | [`seal`] | sealing what must not be read from the database |
//! | [`once`] | a change that is sent twice is made once |
//! | [`tickets`] | who may look at one capture for some hours |
//! | [`accounts`] | users, passwords, sessions, app tokens |

pub mod accounts;
pub mod again;
pub mod capture;
pub mod compare;
pub mod complete;
pub mod edit;
pub mod error;
pub mod evidence;
pub mod export;
pub mod feeds;
pub mod filters;
pub mod highlights;
pub mod judge;
pub mod once;
pub mod parser;
mod parts;
pub mod pictures;
pub mod reading;
pub mod reextract;
pub mod replay;
mod reread;
pub mod resources;
pub mod save;
pub mod schedule;
pub mod seal;
pub mod search;
pub mod sent;
pub mod settings;
pub mod shelf;
pub mod site_access;
pub mod tags;
pub mod tickets;
pub mod verify;
pub mod worker;

use std::sync::Arc;

use cuttings_extract::rules::Rules;
use cuttings_fetch::Fetcher;
use cuttings_store::Store;
use tokio::sync::{Notify, Semaphore};

pub use error::LibraryError;
pub use parser::Parser;

/// How many feeds are read at the same time. This keeps a processor busy, so more
/// would only make all of them slower.
const READS_AT_ONCE: usize = 2;
/// How many passwords are hashed at the same time: each takes 19 MiB.
const HASHES_AT_ONCE: usize = 2;

/// An open library and the way out to the web. Cheap to clone.
#[derive(Clone)]
pub struct Library {
    /// Database and blobs, for reading. Writing goes through the verbs.
    pub store: Store,
    /// The guarded way to addresses that others name.
    pub fetcher: Arc<Fetcher>,
    /// Reads pages and pictures.
    pub parser: Parser,
    rules: Arc<Rules>,
    instance_key: seal::InstanceKey,
    saved: Arc<Notify>,
    shown: Arc<sent::Shown>,
    extracting: Arc<Semaphore>,
    hashing: Arc<Semaphore>,
}

impl Library {
    /// Puts a store and a fetcher together.
    pub fn new(store: Store, fetcher: Fetcher) -> Self {
        Self {
            store,
            fetcher: Arc::new(fetcher),
            parser: Parser::here(Arc::default()),
            rules: Arc::default(),
            instance_key: seal::InstanceKey::default(),
            saved: Arc::new(Notify::new()),
            shown: Arc::default(),
            extracting: Arc::new(Semaphore::new(READS_AT_ONCE)),
            hashing: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
        }
    }

    /// Seals under this key from now on. Without one nothing can be sealed.
    #[must_use]
    pub fn with_instance_key(self, instance_key: seal::InstanceKey) -> Self {
        Self {
            instance_key,
            ..self
        }
    }

    /// Reads pages by these site rules from now on.
    #[must_use]
    pub fn with_rules(self, rules: Rules) -> Self {
        let rules = Arc::new(rules);
        Self {
            parser: Parser::here(Arc::clone(&rules)),
            rules,
            ..self
        }
    }

    /// Reads pages and pictures with `parser` from now on, not in this process.
    #[must_use]
    pub fn with_parser(self, parser: Parser) -> Self {
        Self { parser, ..self }
    }
}

/// The wall clock, in milliseconds since 1970 (UTC).
pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
