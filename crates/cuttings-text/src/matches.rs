//! Whether one text answers a query, without a search engine.
//!
//! The rules of feeds ask here for every entry that arrives. The words mean what
//! they mean in a search: the text is analysed by the same rules, so a rule
//! saves what a search for the same words would find.

use crate::analyse;
use crate::highlight;
use crate::query::{Expression, Filters, Query};
use jiff::civil::Date;

/// A text and what is known about it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    /// The fields words are looked for in: headline, text and so on. A phrase
    /// must stand in one of them.
    pub fields: &'a [&'a str],
    /// Language of the fields as a BCP 47 tag.
    pub language: Option<&'a str>,
    /// The host of its page, in lower case and without a leading `www.`.
    pub site: &'a str,
    /// Its author, or authors.
    pub author: &'a str,
    /// The day it was published, or came in.
    pub day: Option<Date>,
}

/// Whether a query asks for what only an article in a library has: a state.
pub fn asks_about_articles(query: &Query) -> bool {
    !query.filters.states.is_empty() || !query.filters.not_states.is_empty()
}

/// Whether `subject` answers `query`. A query that asks nothing is answered by
/// everything. What [asks about articles](asks_about_articles) is true of nothing
/// else.
///
/// ```
/// use cuttings_text::matches::{Subject, matches};
/// use cuttings_text::query::parse;
///
/// let subject = Subject {
///     fields: &["Two harbours reopen", "The ferry left at dawn."],
///     language: Some("en"),
///     ..Subject::default()
/// };
/// assert!(matches(&parse("harbour ferry -storm")?, &subject));
/// assert!(!matches(&parse("\"reopen the ferry\"")?, &subject));
/// # Ok::<(), cuttings_text::query::QueryError>(())
/// ```
pub fn matches(query: &Query, subject: &Subject<'_>) -> bool {
    passes(&query.filters, subject)
        && query
            .expression
            .as_ref()
            .is_none_or(|expression| holds(expression, subject))
}

fn holds(expression: &Expression, subject: &Subject<'_>) -> bool {
    match expression {
        Expression::And(parts) => parts.iter().all(|part| holds(part, subject)),
        Expression::Or(parts) => parts.iter().any(|part| holds(part, subject)),
        Expression::Not(inner) => !holds(inner, subject),
        Expression::Term(_) | Expression::Prefix(_) | Expression::Phrase(_) => {
            highlight::is_in_any(subject.fields, subject.language, expression)
        }
    }
}

fn passes(filters: &Filters, subject: &Subject<'_>) -> bool {
    let is_of = |site: &String| {
        subject
            .site
            .strip_suffix(site.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let author = format!(" {} ", analyse::key(subject.author));
    let is_by = |name: &String| author.contains(&format!(" {} ", analyse::key(name)));
    (filters.sites.is_empty() || filters.sites.iter().any(is_of))
        && !filters.not_sites.iter().any(is_of)
        && filters.authors.iter().all(is_by)
        && !filters.not_authors.iter().any(is_by)
        && filters
            .before
            .is_none_or(|before| subject.day.is_some_and(|day| day < before))
        && filters
            .after
            .is_none_or(|after| subject.day.is_some_and(|day| day >= after))
        && filters.states.is_empty()
        && filters.not_states.is_empty()
}
