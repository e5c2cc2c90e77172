//! The operators of the query language and their values.
//!
//! Called by [`super::lex`] to tell an operator from a word with a colon in it,
//! and by [`super::parse`] to make a [`Test`] of its value. Pages write filters
//! into a query, and take them out, with [`with_filter`] and [`without_filter`].
//!
//! A name that is no operator is an error only when it is near to one, or means
//! one elsewhere; `Note:this` or `10:30` are words.

use std::ops::Range;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::lex::{Kind, is_quote, tokens};
use super::{Condition, Days, Minutes, QueryError, State, Test};
use crate::analyse;
use crate::spelling::slips;

/// What stands before the colon of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// `tag:harbour`
    Tag,
    /// `publication:lantern`
    Publication,
    /// `site:bbc.co.uk`
    Site,
    /// `author:austen`
    Author,
    /// `language:en`
    Language,
    /// `is:unread`, a [`State`]
    Is,
    /// `minutes:<5`
    Minutes,
    /// `published:2024-05`
    Published,
    /// `before:2024`, published before it
    Before,
    /// `after:2024-05`, published in it or later
    After,
    /// `saved:2024`
    Saved,
    /// `highlight:pier`, words of a highlight or note
    Highlight,
}

/// What other search boxes call our operators.
const ELSEWHERE: [(&str, Operator); 17] = [
    ("by", Operator::Author),
    ("byline", Operator::Author),
    ("writer", Operator::Author),
    ("domain", Operator::Site),
    ("host", Operator::Site),
    ("url", Operator::Site),
    ("inurl", Operator::Site),
    ("source", Operator::Publication),
    ("outlet", Operator::Publication),
    ("since", Operator::After),
    ("until", Operator::Before),
    ("state", Operator::Is),
    ("status", Operator::Is),
    ("in", Operator::Is),
    ("lang", Operator::Language),
    ("label", Operator::Tag),
    ("tags", Operator::Tag),
];

impl Operator {
    /// All operators, in the order they are offered.
    pub const ALL: [Self; 12] = [
        Self::Tag,
        Self::Publication,
        Self::Site,
        Self::Author,
        Self::Language,
        Self::Is,
        Self::Minutes,
        Self::Published,
        Self::Before,
        Self::After,
        Self::Saved,
        Self::Highlight,
    ];

    /// The name before the colon.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Publication => "publication",
            Self::Site => "site",
            Self::Author => "author",
            Self::Language => "language",
            Self::Is => "is",
            Self::Minutes => "minutes",
            Self::Published => "published",
            Self::Before => "before",
            Self::After => "after",
            Self::Saved => "saved",
            Self::Highlight => "highlight",
        }
    }

    /// The operator of this name, upper or lower case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operator| operator.name().eq_ignore_ascii_case(name))
    }

    /// The filter as it is typed, in quotation marks where it needs them. `None`
    /// for a value that no query can name, because it holds such a mark.
    ///
    /// ```
    /// use cuttings_text::query::Operator;
    ///
    /// assert_eq!(Operator::Tag.with("Sea walls").unwrap(), "tag:\"Sea walls\"");
    /// assert_eq!(Operator::Tag.with("harbour").unwrap(), "tag:harbour");
    /// assert_eq!(Operator::Tag.with("the \"wall\""), None);
    /// ```
    pub fn with(self, value: &str) -> Option<String> {
        if value.chars().any(is_quote) {
            return None;
        }
        let plain = !value.is_empty()
            && !value
                .chars()
                .any(|character| character.is_whitespace() || "()".contains(character));
        Some(if plain {
            format!("{}:{value}", self.name())
        } else {
            format!("{}:\"{value}\"", self.name())
        })
    }
}

/// The operator that a name like this one was probably meant to be.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let elsewhere = ELSEWHERE.iter().find(|(theirs, _)| *theirs == name);
    if let Some((_, ours)) = elsewhere {
        return Some(ours.name());
    }
    Operator::ALL
        .iter()
        .map(|operator| operator.name())
        // `as:` or `it:` are too short to be a slip of `is:`.
        .filter(|own| own.len() >= 4)
        .map(|own| (slips(&name, own), own))
        .filter(|&(slips, own)| slips <= own.len() / 4)
        .min()
        .map(|(_, own)| own)
}

/// A query with one more filter, which must hold beside all of it.
pub fn with_filter(typed: &str, filter: &str) -> String {
    let typed = typed.trim();
    let characters: Vec<char> = typed.chars().collect();
    let mut depth = 0_usize;
    let has_or = tokens(&characters).is_ok_and(|tokens| {
        tokens.iter().any(|token| {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && token.kind == Kind::Or
        })
    });
    match (typed.is_empty(), has_or) {
        (true, _) => filter.to_owned(),
        (false, true) => format!("({typed}) {filter}"),
        (false, false) => format!("{typed} {filter}"),
    }
}

/// A query without a filter of this value; `None` when it is not in it, or only
/// as one of several joined by `OR`, or negated.
pub fn without_filter(typed: &str, operator: Operator, value: &str) -> Option<String> {
    let characters: Vec<char> = typed.chars().collect();
    let tokens = tokens(&characters).ok()?;
    let wanted = value.trim().to_lowercase();
    let place = tokens.iter().position(|token| {
        matches!(&token.kind, Kind::Filter(found, value)
            if *found == operator && value.trim().to_lowercase() == wanted)
    })?;
    let joined = |token: Option<&super::lex::Token>| {
        token.is_some_and(|token| matches!(token.kind, Kind::Or | Kind::Not | Kind::And))
    };
    let before = place.checked_sub(1).and_then(|before| tokens.get(before));
    if joined(before) || joined(tokens.get(place + 1)) {
        return None;
    }
    let at = &tokens[place].at;
    let first: String = characters[..at.start].iter().collect();
    let rest: String = characters[at.end..].iter().collect();
    Some(
        format!("{} {}", first.trim_end(), rest.trim_start())
            .trim()
            .to_owned(),
    )
}

/// What to write for a date.
const DATE: &str = "write a year, month or day: 2024, 2024-05 or 2024-05-03";

/// What an operator with its value asks.
///
/// - `at`: where the operator and its value stand.
/// - `wanted`: false when it is negated.
pub(super) fn test(
    operator: Operator,
    value: &str,
    wanted: bool,
    at: &Range<usize>,
) -> Result<Test, QueryError> {
    let value = value.trim();
    let refused = |message: String, hint: &str| QueryError {
        at: at.clone(),
        message,
        hint: Some(hint.to_owned()),
    };
    let name = |hint| {
        if analyse::key(value).is_empty() {
            return Err(refused(format!("{}: needs a name", operator.name()), hint));
        }
        Ok(value.to_owned())
    };
    let condition = match operator {
        Operator::Site => Condition::Site(host(value).ok_or_else(|| {
            refused(
                format!("\"{value}\" is not the name of a site"),
                "write a host name, such as site:bbc.co.uk",
            )
        })?),
        Operator::Publication => Condition::Publication(name(
            "write publication:lantern, or publication:\"the lantern\"",
        )?),
        Operator::Author => {
            Condition::Author(name("write author:austen, or author:\"jane austen\"")?)
        }
        Operator::Highlight => {
            Condition::Highlight(name("write highlight:pier, or highlight:\"old pier\"")?)
        }
        Operator::Tag if value.is_empty() => {
            return Err(refused(
                "tag: needs the name of a tag".to_owned(),
                "write tag:harbour, or tag:\"sea walls\"",
            ));
        }
        Operator::Tag => Condition::Tag(value.to_owned()),
        Operator::Language => Condition::Language(language(value).ok_or_else(|| {
            refused(
                format!("\"{value}\" is not the tag of a language"),
                "write two or three letters, such as language:en",
            )
        })?),
        Operator::Is => Condition::Is(state(value, at)?),
        Operator::Minutes => Condition::Minutes(minutes(value).ok_or_else(|| {
            refused(
                format!("\"{value}\" is not a number of minutes"),
                "write minutes:<5, minutes:>=10 or minutes:5..15",
            )
        })?),
        Operator::Before | Operator::After => {
            let day = first_day(value)
                .ok_or_else(|| refused(format!("\"{value}\" is not a date"), DATE))?;
            // Not before a day is from that day on, and the other way round.
            let days = if (operator == Operator::Before) == wanted {
                Days {
                    before: Some(day),
                    ..Days::default()
                }
            } else {
                Days {
                    from: Some(day),
                    ..Days::default()
                }
            };
            return Ok(Test {
                condition: Condition::Published(days),
                wanted: true,
            });
        }
        Operator::Published | Operator::Saved => {
            let days = days(value).ok_or_else(|| {
                refused(
                    format!("\"{value}\" is neither a date nor a span of dates"),
                    "write 2024, 2024-05, 2024-05-03, <2024, >=2024-05 or 2023..2024",
                )
            })?;
            if operator == Operator::Saved {
                Condition::Saved(days)
            } else {
                Condition::Published(days)
            }
        }
    };
    Ok(Test { condition, wanted })
}

fn state(value: &str, at: &Range<usize>) -> Result<State, QueryError> {
    let lower = value.to_lowercase();
    let known = State::ALL.into_iter().find(|state| state.as_str() == lower);
    if let Some(state) = known {
        return Ok(state);
    }
    // Others call read what we call archived, and it is near to unread.
    let read = (lower == "read").then_some((0, State::Archived.as_str()));
    let nearest = read.or_else(|| {
        State::ALL
            .iter()
            .map(|state| (slips(&lower, state.as_str()), state.as_str()))
            .filter(|&(slips, _)| slips <= 2)
            .min()
    });
    Err(QueryError {
        at: at.clone(),
        message: format!("\"{value}\" is no state of an article"),
        hint: Some(match nearest {
            Some((_, name)) => format!("did you mean is:{name}?"),
            None => {
                "write is:unread, is:archived, is:starred, is:highlighted, is:edited, is:scheduled or is:failed".to_owned()
            }
        }),
    })
}

/// The primary tag of a language, in small letters.
fn language(value: &str) -> Option<String> {
    let primary = value.split(['-', '_']).next()?;
    let sound =
        (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    sound.then(|| primary.to_ascii_lowercase())
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

/// A comparison or a span in front of values: what it starts with and up to
/// where it goes. `None` on a side is open.
enum Span<'a> {
    /// Exactly this.
    One(&'a str),
    Below(&'a str),
    UpTo(&'a str),
    Above(&'a str),
    From(&'a str),
    Between(&'a str, &'a str),
}

fn span(value: &str) -> Span<'_> {
    if let Some((least, most)) = value.split_once("..") {
        return match (least, most) {
            ("", most) => Span::UpTo(most),
            (least, "") => Span::From(least),
            (least, most) => Span::Between(least, most),
        };
    }
    for (sign, make) in [
        ("<=", Span::UpTo as fn(_) -> _),
        ("≤", Span::UpTo),
        (">=", Span::From),
        ("≥", Span::From),
        ("<", Span::Below),
        (">", Span::Above),
    ] {
        if let Some(rest) = value.strip_prefix(sign) {
            return make(rest);
        }
    }
    Span::One(value)
}

/// `2024`, `<2024-05`, `>=2024-05-03` or `2023..2024`.
fn days(value: &str) -> Option<Days> {
    let (from, before) = match span(value) {
        Span::One(one) => (Some(first_day(one)?), Some(day_after(one)?)),
        Span::Below(end) => (None, Some(first_day(end)?)),
        Span::UpTo(end) => (None, Some(day_after(end)?)),
        Span::Above(start) => (Some(day_after(start)?), None),
        Span::From(start) => (Some(first_day(start)?), None),
        Span::Between(start, end) => (Some(first_day(start)?), Some(day_after(end)?)),
    };
    (from.zip(before).is_none_or(|(from, before)| from < before)).then_some(Days { from, before })
}

/// `5`, `<5`, `>=10` or `5..15`.
fn minutes(value: &str) -> Option<Minutes> {
    let count = |text: &str| -> Option<i64> {
        let text = text.trim();
        let sound = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if sound { text.parse().ok() } else { None }
    };
    let (least, most) = match span(value) {
        Span::One(one) => (Some(count(one)?), Some(count(one)?)),
        Span::Below(end) => (None, Some(count(end)? - 1)),
        Span::UpTo(end) => (None, Some(count(end)?)),
        Span::Above(start) => (Some(count(start)? + 1), None),
        Span::From(start) => (Some(count(start)?), None),
        Span::Between(start, end) => (Some(count(start)?), Some(count(end)?)),
    };
    (least.zip(most).is_none_or(|(least, most)| least <= most)).then_some(Minutes { least, most })
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

/// The first day after a year, month or day.
fn day_after(value: &str) -> Option<Date> {
    let first = first_day(value)?;
    let length = match value.matches('-').count() {
        0 => 1.year(),
        1 => 1.month(),
        _ => 1.day(),
    };
    first.checked_add(length).ok()
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
            ("publicaton", Some("publication")),
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
            ("2024", Some(("2024-01-01", "2025-01-01"))),
            ("2024-05", Some(("2024-05-01", "2024-06-01"))),
            ("2024-5-3", Some(("2024-05-03", "2024-05-04"))),
            ("2024-02-29", Some(("2024-02-29", "2024-03-01"))),
            ("2023-02-29", None),
            ("2024-13", None),
            ("24", None),
            ("2024-", None),
            ("2024-05-03-01", None),
            ("+024", None),
            ("yesterday", None),
        ] {
            let found = first_day(value).zip(day_after(value));
            let found = found.map(|(first, after)| (first.to_string(), after.to_string()));
            let found = found.as_ref().map(|(first, after)| (&**first, &**after));
            assert_eq!(found, expected, "{value}");
        }
    }

    #[test]
    fn spans_take_both_ends_in() {
        for (value, expected) in [
            ("2024", Some("2024-01-01 2025-01-01")),
            ("<2024", Some("- 2024-01-01")),
            ("<=2024", Some("- 2025-01-01")),
            (">2024-05", Some("2024-06-01 -")),
            (">=2024-05", Some("2024-05-01 -")),
            ("2023..2024-05", Some("2023-01-01 2024-06-01")),
            ("..2024", Some("- 2025-01-01")),
            ("2024..", Some("2024-01-01 -")),
            ("2024..2023", None),
            ("..", None),
            ("<", None),
            ("2024..soon", None),
            ("9999", None),
        ] {
            let side = |day: Option<Date>| day.map_or("-".to_owned(), |day| day.to_string());
            let found =
                days(value).map(|days| format!("{} {}", side(days.from), side(days.before)));
            assert_eq!(found.as_deref(), expected, "{value}");
        }
        for (value, expected) in [
            ("5", Some((Some(5), Some(5)))),
            ("<5", Some((None, Some(4)))),
            ("≤5", Some((None, Some(5)))),
            (">10", Some((Some(11), None))),
            ("5..15", Some((Some(5), Some(15)))),
            ("15..5", None),
            ("-3", None),
            ("five", None),
            ("999999", None),
            ("", None),
        ] {
            let found = minutes(value).map(|minutes| (minutes.least, minutes.most));
            assert_eq!(found, expected, "{value}");
        }
    }

    #[test]
    fn a_filter_is_added_to_all_of_a_query_and_taken_out_again() {
        for (typed, added) in [
            ("", "tag:a"),
            ("harbour", "harbour tag:a"),
            ("harbour OR port", "(harbour OR port) tag:a"),
            ("(harbour OR port) quay", "(harbour OR port) quay tag:a"),
            ("\"x OR y\"", "\"x OR y\" tag:a"),
        ] {
            assert_eq!(with_filter(typed, "tag:a"), added);
            super::super::parse(added).expect("a sound query");
        }
        for (typed, rest) in [
            ("harbour tag:a", Some("harbour")),
            ("tag:\"A\" harbour", Some("harbour")),
            ("x tag:a y", Some("x y")),
            ("tag:a", Some("")),
            ("tag:ab", None),
            ("-tag:a x", None),
            ("tag:a OR tag:b", None),
            ("author:a", None),
        ] {
            let found = without_filter(typed, Operator::Tag, "a");
            assert_eq!(found.as_deref(), rest, "{typed}");
        }
    }
}
