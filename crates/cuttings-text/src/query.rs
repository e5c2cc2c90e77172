//! The query language: what a person types in the search box, as a [`Query`].
//!
//! The library calls [`parse`]; the store prints the words with [`Query::fts5`]
//! or [`Query::tsquery`] and turns each [`AnyOf`] into a condition of its own. The
//! user's page on it is `docs/guide/search.md`.
//!
//! What a newcomer would not guess: text can never reach a search engine as
//! syntax. Printers write only terms of [`crate::analyse`] between quotes, so
//! `NEAR(`, `^` or `{body}` in a query are words or nothing.
//!
//! # The language
//!
//! | Typed | Finds articles |
//! |---|---|
//! | `harbour ferry` | with both words, in any inflection |
//! | `"harbour ferry"` | with exactly these words in this order |
//! | `econ*` | with a word that starts so |
//! | `-ferry` or `NOT ferry` | without the word |
//! | `harbour OR port` | with one of them; `OR` binds looser than standing side by side, or `AND` |
//! | `(…)` | grouped |
//! | `site:bbc.co.uk`, `is:unread`, … | that pass the filter; see [`Operator`] |
//! | `(tag:a OR is:starred)` | that pass one of the filters |
//!
//! A word of several terms (`well-being`, `l'homme`, `東京都`) is found where its
//! terms stand side by side.

mod lex;
mod operator;
mod parse;
mod print;
mod typed;

pub use operator::{Operator, with_filter, without_filter};
pub(crate) use print::Sought;
pub use typed::{TypedWord, Unfinished, typed_words, unfinished};

use std::ops::Range;

use jiff::civil::Date;

/// Most terms a query may have, after analysis: a Han character is about one.
pub const MAX_TERMS: usize = 64;

/// Deepest nesting of parentheses.
pub const MAX_DEPTH: usize = 16;

/// Longest query in characters.
pub const MAX_CHARS: usize = 4_000;

/// A parsed query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The words; `None` when only filters were given, or nothing.
    pub expression: Option<Expression>,
    /// The filters; each must hold beside the words.
    pub filters: Vec<AnyOf>,
}

/// A filter: at least one of these must hold. Most have only one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyOf(pub Vec<Test>);

/// Something that is asked of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// What must be true of it.
    pub condition: Condition,
    /// False when it must not be true.
    pub wanted: bool,
}

/// What can be true of an article besides its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Its host is this one, or ends in `.` and this one (`bbc.co.uk` takes
    /// `www.bbc.co.uk` and `news.bbc.co.uk`). Lower-cased, without scheme, port,
    /// path and leading `www.`.
    Site(String),
    /// These words stand in its publication's name. As typed; compare by
    /// [`crate::analyse::key`], which is never empty here.
    Publication(String),
    /// These words stand among its authors. As typed, like a publication.
    Author(String),
    /// It has this tag, whatever the capitals.
    Tag(String),
    /// It is in this language: a primary tag such as `en`, in small letters.
    Language(String),
    /// Its date lies in these days; without a date, that on which it was saved.
    Published(Days),
    /// It was saved in these days.
    Saved(Days),
    /// It takes so long to read.
    Minutes(Minutes),
    /// These words stand in one of its highlights or in a note.
    Highlight(String),
    /// It is in this state.
    Is(State),
}

/// A span of days, open at an end that is not given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// The first day in it.
    pub from: Option<Date>,
    /// The first day after it.
    pub before: Option<Date>,
}

/// A span of reading time, both ends in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minutes {
    /// At least so many.
    pub least: Option<i64>,
    /// At most so many.
    pub most: Option<i64>,
}

/// What `is:` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Still to be read: not archived.
    Unread,
    /// Read and put away.
    Archived,
    /// Marked with a star.
    Starred,
    /// Words in it are highlighted.
    Highlighted,
    /// Its page could not be read.
    Failed,
    /// The outlet edited it since it was saved.
    Edited,
    /// It is captured again by itself.
    Scheduled,
}

impl State {
    /// All states, in the order they are offered.
    pub const ALL: [Self; 7] = [
        Self::Unread,
        Self::Archived,
        Self::Starred,
        Self::Highlighted,
        Self::Failed,
        Self::Edited,
        Self::Scheduled,
    ];

    /// The word behind `is:`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::Archived => "archived",
            Self::Starred => "starred",
            Self::Highlighted => "highlighted",
            Self::Failed => "failed",
            Self::Edited => "edited",
            Self::Scheduled => "scheduled",
        }
    }
}

/// The words of a query. The texts are kept as typed and hold at least one term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// A bare word: matches by its exact form or by its stem.
    Term(String),
    /// The start of a word, without the star.
    Prefix(String),
    /// The inside of quotes: matches by exact forms, in order.
    Phrase(String),
    /// All of them.
    And(Vec<Expression>),
    /// At least one of them.
    Or(Vec<Expression>),
    /// Not this.
    Not(Box<Expression>),
}

/// What is wrong with a query, where, and what to do about it. Made for the
/// person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// The characters (code points, not bytes) at fault; never past the end.
    pub at: Range<usize>,
    /// What is wrong, as a sentence without its final stop.
    pub message: String,
    /// What to type instead, where there is something to say.
    pub hint: Option<String>,
}

/// Reads a query.
///
/// Blank input is a query that asks nothing ([`Query::is_empty`]). Anything else
/// asks something: input without a single letter or digit is an error.
///
/// # Errors
///
/// One [`QueryError`] for the first fault found. Text is never a fault merely
/// because a search engine has a meaning for it.
///
/// ```
/// use cuttings_text::query::{Expression, parse};
///
/// let query = parse("harbour site:bbc.co.uk before:2024")?;
/// assert_eq!(query.expression, Some(Expression::Term("harbour".into())));
/// assert_eq!(query.filters.len(), 2);
///
/// let error = parse("ships auhtor:Conrad").unwrap_err();
/// assert_eq!(error.at, 6..12);
/// assert_eq!(error.hint.as_deref(), Some("did you mean author:?"));
/// # Ok::<(), cuttings_text::query::QueryError>(())
/// ```
pub fn parse(input: &str) -> Result<Query, QueryError> {
    parse::parse(input)
}

impl Query {
    /// Whether the query asks nothing at all.
    pub fn is_empty(&self) -> bool {
        self.expression.is_none() && self.filters.is_empty()
    }

    /// Whether the words only say what must not be there (`-ferry is:unread`).
    ///
    /// Then [`Query::fts5`] and [`Query::tsquery`] print what to leave out, and
    /// the store must ask for articles that are *not* among the matches. [`parse`]
    /// lets such a query through only when it has a filter.
    pub fn negative_only(&self) -> bool {
        print::is_negative(self.expression.as_ref())
    }

    /// The words as an FTS5 `MATCH` string for the table that [`crate::index`]
    /// describes; `None` when there are none.
    ///
    /// `languages` are the languages of the articles searched: a word also matches
    /// by its stem in each of them.
    ///
    /// ```
    /// use cuttings_text::query::{Forms, parse};
    ///
    /// let query = parse("harbours").unwrap();
    /// assert_eq!(
    ///     query.fts5(Forms::Both, &["en"]).unwrap(),
    ///     "({headline_exact about_exact body_exact} : \"harbours\" \
    ///      OR {headline_stem about_stem body_stem} : \"harbour\")"
    /// );
    /// ```
    pub fn fts5(&self, forms: Forms, languages: &[&str]) -> Option<String> {
        print::print(&print::Fts5, self.expression.as_ref(), forms, languages)
    }

    /// The words as the text of a PostgreSQL `tsquery`, to be cast, for vectors
    /// made by [`crate::index::tsvector`]; `None` when there are none. It matches
    /// what [`Query::fts5`] matches.
    ///
    /// ```
    /// use cuttings_text::query::{Forms, parse};
    ///
    /// let query = parse("harbours -\"old wall\"").unwrap();
    /// assert_eq!(
    ///     query.tsquery(Forms::Both, &["en"]).unwrap(),
    ///     "(('eharbours/' | 'sharbour/') & !('eold/':* <-> 'ewall/':*))"
    /// );
    /// ```
    pub fn tsquery(&self, forms: Forms, languages: &[&str]) -> Option<String> {
        print::print(&print::TsQuery, self.expression.as_ref(), forms, languages)
    }
}

/// The forms of a word by which a query is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forms {
    /// By stems alone: the fewest lists that find all there is to find.
    Stems,
    /// As it was typed: part of what [`Forms::Stems`] finds.
    Exact,
    /// By both, so that ranking counts an article that has the word as it was
    /// typed twice. Finds what [`Forms::Stems`] finds.
    Both,
}
