//! Every time expression of an article, with its days.
//!
//! [`read`] finds expressions as they are written, [`clause`] tells where their
//! clause looks and what happens in it, [`calendar`] gives them days, counted from
//! publication or, for "the night before …", from the date of the event named.

mod calendar;
mod clause;
mod read;
mod words;

use jiff::civil::{Date as Day, DateTime};
use serde::{Deserialize, Serialize};

use crate::document::Span;
use crate::frame::Frame;
use read::{Found, Reader, Written};

/// What an expression is, as TIMEX3 has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    /// A day or more of the calendar.
    Date,
    /// A time of a day.
    Time,
    /// A length.
    Duration,
    /// What comes again.
    Set,
}

/// What narrows an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Modifier {
    /// The beginning of it.
    Start,
    /// The middle of it.
    Mid,
    /// The end of it.
    End,
    /// Nearly so long.
    LessThan,
    /// Over so long.
    MoreThan,
    /// About so long.
    Approx,
}

/// Where a date lies, seen from publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// It has been.
    Past,
    /// It is to come.
    Future,
    /// Neither: a length, or what comes again.
    None,
}

/// What happens at a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The words of the clause, without the date.
    pub text: String,
    /// The place named behind "in" or "at".
    pub place: Option<String>,
}

/// A time expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Date {
    /// Its words.
    #[serde(flatten)]
    pub span: Span,
    /// Its value as TIMEX3 writes it.
    pub value: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The first day; lengths have none.
    pub from: Option<Day>,
    /// The last day.
    pub to: Option<Day>,
    /// Whether the days are no more than about right.
    pub approximate: bool,
    /// What narrows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modifier: Option<Modifier>,
    /// Where it lies, seen from publication.
    pub direction: Direction,
    /// What happens then.
    pub event: Option<Event>,
    /// How the value was found.
    pub explanation: String,
    /// From 0 to 1.
    pub confidence: f32,
}

/// How many dates back "the night before …" looks for its event.
const BACK: usize = 20;

/// The time expressions of an article, in order.
pub fn dates(frame: &Frame, published: Option<DateTime>) -> Vec<Date> {
    let published = published.map(DateTime::date);
    let mut all = Vec::new();
    let mut days: Vec<(Day, usize)> = Vec::new();
    for sentence in 0..frame.sentences.len() {
        for found in Reader::new(frame, sentence).read() {
            if let Some(date) = resolve(frame, &found, published, &days) {
                if let (Some(from), true) = (date.from, date.from == date.to) {
                    days.push((from, sentence));
                }
                all.push(date);
            }
        }
    }
    all
}

fn resolve(
    frame: &Frame,
    found: &Found,
    published: Option<Day>,
    days: &[(Day, usize)],
) -> Option<Date> {
    let clause = clause::around(frame, found.first, found.behind);
    let present_may = matches!(
        found.written,
        Written::Day { .. } | Written::Month { .. } | Written::Weekday { .. }
    );
    let ahead = clause.looks_ahead(frame, present_may);
    let event_day = matches!(found.written, Written::NightBefore)
        .then(|| day_of(frame, found, days))
        .flatten();
    let (anchor, anchored_on) = match (&found.written, event_day) {
        (Written::NightBefore, day) => (day, "the date of the event it names"),
        _ if published.is_some() => (published, "publication"),
        _ => (days.last().map(|(day, _)| *day), "the date read before"),
    };
    let mut placed = calendar::place(&found.written, found.modifier, ahead, anchor)?;
    if let (Some(modifier), Some(found)) = (found.modifier, placed.days) {
        placed.days = Some(calendar::narrowed(found, modifier));
    }
    if let Some(part) = found.part {
        placed.value.push('T');
        placed.value.push_str(part);
        placed.kind = Kind::Time;
    }
    let direction = match (placed.days, published) {
        (Some(days), Some(published)) => calendar::side(days, published, ahead),
        _ => Direction::None,
    };
    let has_days = placed.days.is_some();
    let half = matches!(found.written, Written::Away { half: true, .. });
    let tense = if ahead {
        "the clause looks ahead"
    } else {
        "the clause looks back"
    };
    Some(Date {
        span: frame.span(
            frame.tokens[found.first].start,
            frame.tokens[found.behind - 1].end,
        ),
        value: placed.value,
        kind: placed.kind,
        from: placed.days.map(|days| days.0),
        to: placed.days.map(|days| days.1),
        approximate: found.modifier.is_some() || half,
        modifier: found.modifier,
        direction,
        event: if has_days {
            clause.event(frame, found.first, found.behind)
        } else {
            None
        },
        explanation: format!("counted from {anchored_on}; {tense}"),
        confidence: if found.modifier.is_some() { 0.7 } else { 0.9 },
    })
}

/// The day of the event whose last word an expression ends with, as told before.
fn day_of(frame: &Frame, found: &Found, days: &[(Day, usize)]) -> Option<Day> {
    let name = frame.word(found.behind - 1);
    days.iter()
        .rev()
        .take(BACK)
        .find(|(_, sentence)| {
            let mut words = frame.tokens_of(*sentence).take(200);
            words.any(|at| frame.word(at).eq_ignore_ascii_case(name))
        })
        .map(|(day, _)| *day)
}
