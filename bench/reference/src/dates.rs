//! Scores of time expressions, as TempEval-3 counts them, and of their days.

use std::fmt;
use std::path::Path;

use cuttings_reference::Document;
use cuttings_reference::dates::{Date, dates};
use cuttings_reference::frame::Frame;
use jiff::civil;
use serde_json::Value;

/// Hits of one measure.
#[derive(Default)]
struct Measure {
    right: usize,
    found: usize,
    wanted: usize,
}

impl fmt::Display for Measure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |whole: usize| 100.0 * self.right as f64 / whole.max(1) as f64;
        let f1 = 200.0 * self.right as f64 / (self.found + self.wanted).max(1) as f64;
        let (precision, recall) = (share(self.found), share(self.wanted));
        write!(
            out,
            "F1 {f1:.1} (precision {precision:.1}, recall {recall:.1})"
        )
    }
}

/// Prints the scores on both corpora.
pub fn evaluate(folder: &Path) -> Result<(), String> {
    let file = folder.join("meantime.dev.jsonl");
    let mut measures = [(); 3].map(|()| Measure::default());
    for line in crate::corpora::read(&file)?.lines() {
        let document = parse(line)?;
        let until = number(&document["annotated_until"]);
        let wanted: Vec<&Value> = list(&document["timex"])
            .filter(|one| number(&one["start"]) < until)
            .collect();
        let found: Vec<Date> = read(&document)
            .into_iter()
            .filter(|date| u64::from(date.span.start) < until)
            .collect();
        count(&mut measures, &found, &wanted, |date, gold| {
            gold["value"].as_str() == Some(date.value.as_str())
        });
    }
    for (name, measure) in ["relaxed", "strict", "value"].iter().zip(&measures) {
        println!("meantime, {name}: {measure}");
    }
    let file = folder.join("gum_news.dev.jsonl");
    let mut measures = [(); 3].map(|()| Measure::default());
    for line in crate::corpora::read(&file)?.lines() {
        let document = parse(line)?;
        let wanted: Vec<&Value> = list(&document["dates"])
            .filter(|gold| days(gold).is_some())
            .collect();
        let mut found = read(&document);
        found.retain(|date| date.from.is_some());
        count(&mut measures, &found, &wanted, |date, gold| {
            days(gold) == date.from.zip(date.to)
        });
    }
    println!("gum news, first and last day: {}", measures[2]);
    Ok(())
}

fn parse(line: &str) -> Result<Value, String> {
    serde_json::from_str(line).map_err(|error| error.to_string())
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(u64::MAX)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn read(document: &Value) -> Vec<Date> {
    let frame = Frame::new(&Document {
        text: document["text"].as_str().unwrap_or_default(),
        ..Document::default()
    });
    let published = document["published"].as_str();
    let published = published.and_then(|day| day.parse::<civil::Date>().ok());
    dates(&frame, published.map(|day| day.at(0, 0, 0, 0)))
}

/// Adds to relaxed, strict, and what `is_right` says of those that overlap.
fn count(
    measures: &mut [Measure; 3],
    found: &[Date],
    wanted: &[&Value],
    is_right: impl Fn(&Date, &Value) -> bool,
) {
    for measure in measures.iter_mut() {
        measure.found += found.len();
        measure.wanted += wanted.len();
    }
    let mut free: Vec<&Date> = found.iter().collect();
    for gold in wanted {
        let (start, end) = (number(&gold["start"]), number(&gold["end"]));
        let Some(at) = free
            .iter()
            .position(|date| u64::from(date.span.start) < end && u64::from(date.span.end) > start)
        else {
            continue;
        };
        let date = free.remove(at);
        let exact = (u64::from(date.span.start), u64::from(date.span.end)) == (start, end);
        measures[0].right += 1;
        measures[1].right += usize::from(exact);
        measures[2].right += usize::from(is_right(date, gold));
    }
}

/// The first and the last day of a gold date that has both: `when` may be a day, a
/// month or a year.
fn days(gold: &Value) -> Option<(civil::Date, civil::Date)> {
    let day = |key: &str| gold[key].as_str().and_then(|day| day.parse().ok());
    if let (Some(from), Some(to)) = (day("from"), day("to")) {
        return Some((from, to));
    }
    let when = gold["when"].as_str()?;
    if let Ok(day) = when.parse() {
        return Some((day, day));
    }
    let mut parts = when.split('-').map(|part| part.parse::<i16>().ok());
    let year = parts.next().flatten()?;
    match parts.next() {
        Some(month) => {
            let first = civil::Date::new(year, month? as i8, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        None => Some((
            civil::Date::new(year, 1, 1).ok()?,
            civil::Date::new(year, 12, 31).ok()?,
        )),
    }
}
