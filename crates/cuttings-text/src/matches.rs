//! Whether one text answers a query, without a search engine.
//!
//! The rules of feeds ask here for every entry that arrives. The words mean what
//! they mean in a search: the text is analysed by the same rules, so a rule
//! saves what a search for the same words would find.

use crate::analyse;
use crate::highlight;
use crate::query::{Condition, Days, Expression, Query};
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
    /// What it was published in.
    pub publication: &'a str,
    /// Its author, or authors.
    pub author: &'a str,
    /// The day it was published.
    pub published: Option<Date>,
    /// The day it came in.
    pub arrived: Option<Date>,
    /// How long it takes to read.
    pub minutes: i64,
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
    query.filters.iter().all(|filter| {
        let mut tests = filter.0.iter();
        tests.any(|test| is_true(&test.condition, subject) == Some(test.wanted))
    }) && query
        .expression
        .as_ref()
        .is_none_or(|expression| holds(expression, subject))
}

/// Whether a query asks for what only an article in a library has: a tag, a
/// highlight, a state.
pub fn asks_about_articles(query: &Query) -> bool {
    let mut tests = query.filters.iter().flat_map(|filter| &filter.0);
    tests.any(|test| {
        matches!(
            test.condition,
            Condition::Tag(_) | Condition::Highlight(_) | Condition::Is(_)
        )
    })
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

/// Whether a condition is true; `None` when it is about something else.
fn is_true(condition: &Condition, subject: &Subject<'_>) -> Option<bool> {
    let stands_in = |words: &str, text: &str| {
        format!(" {} ", analyse::key(text)).contains(&format!(" {} ", analyse::key(words)))
    };
    let is_within = |days: &Days, day: Option<Date>| {
        day.is_some_and(|day| {
            days.from.is_none_or(|from| day >= from)
                && days.before.is_none_or(|before| day < before)
        })
    };
    Some(match condition {
        Condition::Site(site) => subject
            .site
            .strip_suffix(site.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with('.')),
        Condition::Publication(words) => stands_in(words, subject.publication),
        Condition::Author(words) => stands_in(words, subject.author),
        Condition::Language(tag) => subject
            .language
            .and_then(|language| language.split('-').next())
            .is_some_and(|language| language.eq_ignore_ascii_case(tag)),
        Condition::Published(days) => is_within(days, subject.published.or(subject.arrived)),
        Condition::Saved(days) => is_within(days, subject.arrived),
        Condition::Minutes(minutes) => {
            minutes.least.is_none_or(|least| subject.minutes >= least)
                && minutes.most.is_none_or(|most| subject.minutes <= most)
        }
        Condition::Tag(_) | Condition::Highlight(_) | Condition::Is(_) => return None,
    })
}
