//! Parsing what strangers wrote, in a process that can do nothing else.
//!
//! Pages and pictures are read by a process of our own program that was started
//! for it (`cuttings parser`): it gets bytes on a pipe and gives an answer back.
//! It may open no file, no socket and no other program, its memory and time are
//! limited, and it is ended and replaced when it does not answer. So a page that
//! is built to break a parser costs its own article and nothing else.
//!
//! | File | Its sentence |
//! |---|---|
//! | `work` | what is asked and answered, and doing it |
//! | `wire` | the same as bytes on a pipe |
//! | `pool` | starting, asking, ending and replacing processes |
//! | `child` | the life of such a process |
//! | `walls` | what it gives up before it reads anything |

pub mod child;
mod pool;
mod walls;
mod wire;
mod work;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cuttings_extract::rules::Rules;
use cuttings_extract::{ExtractError, Extraction};
use cuttings_model::Reason;
use cuttings_replay::Letters;
use tokio::sync::Semaphore;
use url::Url;

use self::pool::Pool;
use self::work::{Answer, Request};
pub use self::work::{Size, Thumbnail};
use crate::replay::{Lost, Needs};

/// How much one page or picture may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParserLimits {
    /// Address space of the process, in MiB. The system's limit, so on Linux
    /// alone.
    pub memory_mib: u64,
    /// Longest wait for an answer, in seconds.
    pub seconds: u64,
}

impl Default for ParserLimits {
    fn default() -> Self {
        Self {
            memory_mib: 1024,
            seconds: 30,
        }
    }
}

/// How a parser process is started.
#[derive(Debug, Clone)]
pub struct Program {
    /// The program that runs [`child::run`] when it is given `arguments`.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<std::ffi::OsString>,
    /// What one page or picture may cost. The program has to be told the same.
    pub limits: ParserLimits,
}

/// Why nothing came of parsing. None of these says anything about the library.
#[derive(Debug, thiserror::Error)]
pub enum ParseFailure {
    /// No process could be started; the page is not to blame.
    #[error("the program that reads pages could not be started: {0}")]
    NoProcess(std::io::Error),
    /// It took longer than allowed.
    #[error("reading it took longer than {seconds} seconds")]
    TooLong {
        /// The limit.
        seconds: u64,
    },
    /// It needed more memory than allowed.
    #[error("reading it needed more than {mib} MiB of memory")]
    TooMuchMemory {
        /// The limit.
        mib: u64,
    },
    /// The process ended, or the code in it panicked.
    #[error("reading it broke the program that reads pages ({how})")]
    Broken {
        /// What is known of it, for the operator and for a report of the bug.
        how: String,
    },
}

impl ParseFailure {
    /// What to tell the user of the page at `address`, and whether the same
    /// page may be read at another time.
    pub(crate) fn reason(&self, address: &Url) -> (Reason, bool) {
        let (code, may_pass, advice) = match self {
            Self::NoProcess(_) => (
                "no_parser",
                true,
                "It will be tried again. If it stays so, the operator finds the cause in the log.",
            ),
            Self::TooLong { .. } | Self::TooMuchMemory { .. } => (
                "too_costly",
                false,
                "Its original is kept. The operator can allow more and try again.",
            ),
            Self::Broken { .. } => (
                "extractor",
                false,
                "That is our fault. Its original is kept and can be read once this is mended.",
            ),
        };
        let reason = Reason {
            code: code.to_owned(),
            text: format!("{address} could not be read: {self}. {advice}"),
        };
        (reason, may_pass)
    }
}

/// Reads pages and pictures. Cheap to clone.
#[derive(Clone)]
pub struct Parser(Arc<Inside>);

enum Inside {
    /// In processes of their own: what the product does.
    Apart(Pool),
    /// In this one: for tests, and for programs that have no second one.
    Here {
        rules: Arc<Rules>,
        places: Arc<Semaphore>,
    },
}

impl Parser {
    /// One that reads in processes started by `program`, as many at a time as
    /// there are processors. Nothing is started before there is work.
    pub fn apart(program: Program) -> Self {
        Self(Arc::new(Inside::Apart(Pool::new(program, at_once()))))
    }

    /// One that reads in this process, by these site rules. Only a panic is
    /// caught; the limits do not hold.
    pub fn here(rules: Arc<Rules>) -> Self {
        Self(Arc::new(Inside::Here {
            rules,
            places: Arc::new(Semaphore::new(at_once())),
        }))
    }

    /// Decodes a page and takes its article out, by the rule of its site.
    ///
    /// # Errors
    ///
    /// [`ParseFailure`]; what the extractor refuses is in the inner result.
    pub async fn extract(
        &self,
        page: Bytes,
        content_type: Option<String>,
        base: Url,
    ) -> Result<Result<Extraction, ExtractError>, ParseFailure> {
        let request = Request::Extract { content_type, base };
        match self.ask(request, page).await?.0 {
            Answer::Extracted(extraction) => Ok(Ok(*extraction)),
            Answer::Refused(error) => Ok(Err(error)),
            other => Err(other.out_of_place()),
        }
    }

    /// The size of a picture in pixels; `None` where its header cannot be read.
    ///
    /// # Errors
    ///
    /// [`ParseFailure`].
    pub async fn size(&self, picture: Bytes) -> Result<Option<Size>, ParseFailure> {
        match self.ask(Request::Size, picture).await?.0 {
            Answer::Sized(size) => Ok(size),
            other => Err(other.out_of_place()),
        }
    }

    /// Scales a picture down for lists; `None` for what is too small, too large
    /// or no picture.
    ///
    /// # Errors
    ///
    /// [`ParseFailure`].
    pub async fn thumbnail(&self, picture: Bytes) -> Result<Option<Thumbnail>, ParseFailure> {
        match self.ask(Request::Thumbnail, picture).await? {
            (Answer::Scaled(Some(size)), jpeg) => Ok(Some(Thumbnail { size, jpeg })),
            (Answer::Scaled(None), _) => Ok(None),
            (other, _) => Err(other.out_of_place()),
        }
    }

    /// Finds what a page looks like with.
    ///
    /// # Errors
    ///
    /// [`ParseFailure`].
    pub(crate) async fn page_needs(
        &self,
        page: Bytes,
        content_type: Option<String>,
        base: Url,
    ) -> Result<Needs, ParseFailure> {
        let request = Request::PageNeeds { content_type, base };
        match self.ask(request, page).await?.0 {
            Answer::Needs(needs) => Ok(needs),
            other => Err(other.out_of_place()),
        }
    }

    /// Finds what a style sheet names, for a page written in `letters`.
    ///
    /// # Errors
    ///
    /// [`ParseFailure`].
    pub(crate) async fn sheet_needs(
        &self,
        sheet: Bytes,
        content_type: Option<String>,
        base: Url,
        letters: Letters,
    ) -> Result<Needs, ParseFailure> {
        let request = Request::SheetNeeds {
            content_type,
            base,
            letters,
        };
        match self.ask(request, sheet).await?.0 {
            Answer::Needs(needs) => Ok(needs),
            other => Err(other.out_of_place()),
        }
    }

    /// Rewrites a page for replay; `kept` are the addresses that are kept.
    ///
    /// # Errors
    ///
    /// [`ParseFailure`].
    pub(crate) async fn replay_page(
        &self,
        page: Bytes,
        content_type: Option<String>,
        base: Url,
        kept: HashSet<String>,
    ) -> Result<(Lost, Bytes), ParseFailure> {
        let request = Request::ReplayPage {
            content_type,
            base,
            kept,
        };
        match self.ask(request, page).await? {
            (Answer::Rewritten(lost), html) => Ok((lost, html)),
            (other, _) => Err(other.out_of_place()),
        }
    }

    /// Rewrites a style sheet for replay.
    ///
    /// # Errors
    ///
    /// [`ParseFailure`].
    pub(crate) async fn replay_sheet(
        &self,
        sheet: Bytes,
        content_type: Option<String>,
        base: Url,
        kept: HashSet<String>,
    ) -> Result<Bytes, ParseFailure> {
        let request = Request::ReplaySheet {
            content_type,
            base,
            kept,
        };
        match self.ask(request, sheet).await? {
            (Answer::Rewritten(_), css) => Ok(css),
            (other, _) => Err(other.out_of_place()),
        }
    }

    async fn ask(&self, request: Request, body: Bytes) -> Result<(Answer, Bytes), ParseFailure> {
        match &*self.0 {
            Inside::Apart(pool) => pool.ask(&request, &body).await,
            Inside::Here { rules, places } => {
                let _place = places.acquire().await.expect("it is never closed");
                let rules = Arc::clone(rules);
                tokio::task::spawn_blocking(move || work::answer(&rules, &request, &body))
                    .await
                    .map_err(|error| ParseFailure::Broken {
                        how: error.to_string(),
                    })
            }
        }
    }
}

/// These keep a processor busy, so more would only make all of them slower.
fn at_once() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// For how long a process without work is kept.
const IDLE: Duration = Duration::from_mins(1);
