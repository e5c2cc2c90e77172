//! Whether one text answers a query, without a search engine.
//!
//! The rules of feeds ask here for every entry that arrives. The words mean what
//! they mean in a search: the text is analysed by the same rules, so a rule
//! saves what a search for the same words would find.

use crate::analyse;
use crate::highlight;
use crate::query::{AnyOf, Condition, Days, Expression, Operator, Query};
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

/// The first thing a query asks for that only an article in a library has: a
/// state, a tag, a highlight, a time to read, the name of its publication.
pub fn asks_about_articles(query: &Query) -> Option<Operator> {
    query
        .filters
        .iter()
        .flat_map(|AnyOf(tests)| tests)
        .find_map(|test| match test.condition {
            Condition::Is(_) => Some(Operator::Is),
            Condition::Tag(_) => Some(Operator::Tag),
            Condition::Highlight(_) => Some(Operator::Highlight),
            Condition::Minutes(_) => Some(Operator::Minutes),
            Condition::Publication(_) => Some(Operator::Publication),
            Condition::Site(_)
            | Condition::Author(_)
            | Condition::Language(_)
            | Condition::Published(_)
            | Condition::Saved(_) => None,
        })
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
    query.filters.iter().all(|AnyOf(tests)| {
        tests
            .iter()
            .any(|test| is_true(&test.condition, subject) == test.wanted)
    }) && query
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

/// What a text that is no article cannot be (`is:`, `tag:` and so on) is not
/// true of it.
fn is_true(condition: &Condition, subject: &Subject<'_>) -> bool {
    let among = |words: &String, names: &str| {
        format!(" {} ", analyse::key(names)).contains(&format!(" {} ", analyse::key(words)))
    };
    let within = |days: &Days| {
        subject.day.is_some_and(|day| {
            days.from.is_none_or(|from| day >= from)
                && days.before.is_none_or(|before| day < before)
        })
    };
    match condition {
        Condition::Site(site) => subject
            .site
            .strip_suffix(site.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with('.')),
        Condition::Author(words) => among(words, subject.author),
        Condition::Language(language) => subject
            .language
            .and_then(|tag| tag.split('-').next())
            .is_some_and(|primary| primary.eq_ignore_ascii_case(language)),
        Condition::Published(days) | Condition::Saved(days) => within(days),
        Condition::Tag(_)
        | Condition::Minutes(_)
        | Condition::Highlight(_)
        | Condition::Publication(_)
        | Condition::Is(_) => false,
    }
}
