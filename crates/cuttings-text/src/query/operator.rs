//! The operators of the query language and their values.
//!
//! Called by [`super::lex`] to tell an operator from a word with a colon in it,
//! and by [`super::parse`] to put its value into [`Filters`].
//!
//! A name that is no operator is an error only when it is near to one, or means
//! one elsewhere; `Note:this` or `10:30` are words.

use std::ops::Range;

use jiff::civil::Date;

use super::{Filters, QueryError, State};
use crate::analyse;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Site,
    Author,
    Before,
    After,
    Is,
}

const OPERATORS: [(&str, Operator); 5] = [
    ("site", Operator::Site),
    ("author", Operator::Author),
    ("before", Operator::Before),
    ("after", Operator::After),
    ("is", Operator::Is),
];

/// What other search boxes call our operators.
const ELSEWHERE: [(&str, &str); 13] = [
    ("by", "author"),
    ("byline", "author"),
    ("writer", "author"),
    ("domain", "site"),
    ("host", "site"),
    ("url", "site"),
    ("inurl", "site"),
    ("source", "site"),
    ("since", "after"),
    ("until", "before"),
    ("state", "is"),
    ("status", "is"),
    ("in", "is"),
];

const STATES: [(&str, State); 3] = [
    ("unread", State::Unread),
    ("archived", State::Archived),
    ("starred", State::Starred),
];

/// The operator of this name, upper or lower case.
pub(super) fn known(name: &str) -> Option<Operator> {
    OPERATORS
        .iter()
        .find(|(own, _)| own.eq_ignore_ascii_case(name))
        .map(|&(_, operator)| operator)
}

/// The operator that a name like this one was probably meant to be.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let elsewhere = ELSEWHERE.iter().find(|(theirs, _)| *theirs == name);
    if let Some(&(_, ours)) = elsewhere {
        return Some(ours);
    }
    OPERATORS
        .iter()
        // `as:` or `it:` are too short to be a slip of `is:`.
        .filter(|(own, _)| own.len() >= 4)
        .map(|(own, _)| (slips(&name, own), *own))
        .filter(|&(slips, own)| slips <= own.len() / 4)
        .min()
        .map(|(_, own)| own)
}

/// Slips between two ASCII words: letters added, left out, changed, or swapped
/// with their neighbour (optimal string alignment).
fn slips(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len().abs_diff(other.len()) > 2 {
        return usize::MAX;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let changed = usize::from(one[i - 1] != other[j - 1]);
            let mut least = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + changed);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(before_last[j - 2] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[other.len()]
}

/// Puts an operator with its value into the filters.
///
/// - `at`: where the operator and its value stand.
/// - `wanted`: false when it is negated.
pub(super) fn apply(
    filters: &mut Filters,
    operator: Operator,
    value: &str,
    wanted: bool,
    at: &Range<usize>,
) -> Result<(), QueryError> {
    let value = value.trim();
    match operator {
        Operator::Site => {
            let site = host(value).ok_or_else(|| QueryError {
                at: at.clone(),
                message: format!("\"{value}\" is not the name of a site"),
                hint: Some("write a host name, such as site:bbc.co.uk".to_owned()),
            })?;
            let sites = if wanted {
                &mut filters.sites
            } else {
                &mut filters.not_sites
            };
            push_new(sites, site);
        }
        Operator::Author => {
            if analyse::key(value).is_empty() {
                return Err(QueryError {
                    at: at.clone(),
                    message: "author: needs a name".to_owned(),
                    hint: Some("write author:austen, or author:\"jane austen\"".to_owned()),
                });
            }
            let authors = if wanted {
                &mut filters.authors
            } else {
                &mut filters.not_authors
            };
            push_new(authors, value.to_owned());
        }
        Operator::Is => {
            let states = if wanted {
                &mut filters.states
            } else {
                &mut filters.not_states
            };
            push_new(states, state(value, at)?);
        }
        Operator::Before | Operator::After => {
            let day = first_day(value).ok_or_else(|| QueryError {
                at: at.clone(),
                message: format!("\"{value}\" is not a date"),
                hint: Some("write a year, month or day: 2024, 2024-05 or 2024-05-03".to_owned()),
            })?;
            // Not before a day is from that day on, and the other way round.
            if (operator == Operator::Before) == wanted {
                filters.before = Some(filters.before.map_or(day, |before| before.min(day)));
            } else {
                filters.after = Some(filters.after.map_or(day, |after| after.max(day)));
            }
            if let (Some(after), Some(before)) = (filters.after, filters.before)
                && after >= before
            {
                return Err(QueryError {
                    at: at.clone(),
                    message: format!("no day is from {after} on and before {before}"),
                    hint: Some("change one of the two dates".to_owned()),
                });
            }
        }
    }
    Ok(())
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

fn state(value: &str, at: &Range<usize>) -> Result<State, QueryError> {
    let lower = value.to_ascii_lowercase();
    if let Some(&(_, state)) = STATES.iter().find(|(name, _)| *name == lower) {
        return Ok(state);
    }
    let nearest = STATES
        .iter()
        .map(|(name, _)| (slips(&lower, name), *name))
        .filter(|&(slips, _)| slips <= 2)
        .min();
    Err(QueryError {
        at: at.clone(),
        message: format!("\"{value}\" is no state of an article"),
        hint: Some(match nearest {
            Some((_, name)) => format!("did you mean is:{name}?"),
            None => "write is:unread, is:archived or is:starred".to_owned(),
        }),
    })
}

/// The host in what follows `site:`, which may be a whole address.
fn host(value: &str) -> Option<String> {
    let lower = value.to_lowercase();
    let rest = lower
        .strip_prefix("https://")
        .or_else(|| lower.strip_prefix("http://"))
        .unwrap_or(&lower);
    let rest = rest.split(['/', '?', '#']).next()?;
    let rest = match rest.split_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) => return None,
        None => rest,
    };
    let rest = rest.strip_prefix("*.").unwrap_or(rest);
    let rest = rest.trim_matches('.');
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let sound = !rest.is_empty()
        && rest.len() <= 253
        && rest.split('.').all(|label| {
            !label.is_empty()
                && label
                    .chars()
                    .all(|character| character.is_alphanumeric() || matches!(character, '-' | '_'))
        });
    sound.then(|| rest.to_owned())
}

/// The first day of `2024`, `2024-05` or `2024-05-03`.
fn first_day(value: &str) -> Option<Date> {
    let mut parts = value.split('-');
    let year = number(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |month| number(month, 2))?;
    let day = parts.next().map_or(Some(1), |day| number(day, 2))?;
    if parts.next().is_some() {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A number of one to `digits` digits; a year has all of them.
fn number(text: &str, digits: usize) -> Option<i16> {
    let sound = !text.is_empty()
        && text.len() <= digits
        && (digits < 4 || text.len() == digits)
        && text.bytes().all(|byte| byte.is_ascii_digit());
    if sound { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_recognised_and_far_ones_are_not() {
        for (name, meant) in [
            ("sites", Some("site")),
            ("stie", Some("site")),
            ("autor", Some("author")),
            ("befor", Some("before")),
            ("aftre", Some("after")),
            ("since", Some("after")),
            ("Domain", Some("site")),
            ("note", None),
            ("foo", None),
            ("https", None),
            ("it", None),
            ("mailto", None),
        ] {
            assert_eq!(nearest(name), meant, "{name}");
        }
    }

    #[test]
    fn a_site_may_be_pasted_as_an_address() {
        for (value, expected) in [
            ("bbc.co.uk", Some("bbc.co.uk")),
            ("https://www.BBC.co.uk/news?x=1", Some("bbc.co.uk")),
            ("localhost:8080", Some("localhost")),
            ("*.example.org.", Some("example.org")),
            ("bücher.example", Some("bücher.example")),
            ("a..b", None),
            ("%", None),
            ("x'; DROP", None),
            ("a:b", None),
            ("www.", Some("www")),
        ] {
            assert_eq!(host(value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn dates_are_years_months_or_days_that_exist() {
        for (value, expected) in [
            ("2024", Some("2024-01-01")),
            ("2024-05", Some("2024-05-01")),
            ("2024-5-3", Some("2024-05-03")),
            ("2024-02-29", Some("2024-02-29")),
            ("2023-02-29", None),
            ("2024-13", None),
            ("24", None),
            ("2024-", None),
            ("2024-05-03-01", None),
            ("+024", None),
            ("yesterday", None),
        ] {
            assert_eq!(
                first_day(value).map(|day| day.to_string()).as_deref(),
                expected,
                "{value}"
            );
        }
    }
}
