//! Time expressions and their days.

use cuttings_reference::dates::{Date, Direction, dates};
use cuttings_reference::frame::Frame;
use cuttings_reference::{Document, Part};
use jiff::civil::{DateTime, date};
use proptest::prelude::*;

fn published() -> DateTime {
    date(2024, 3, 20).at(9, 0, 0, 0)
}

fn read(text: &str) -> Vec<Date> {
    let document = Document {
        text,
        ..Document::default()
    };
    dates(&Frame::new(&document), Some(published()))
}

/// The words of a date, its value, and its first and last day.
fn told(text: &str, date: &Date) -> String {
    let words: String = text
        .chars()
        .skip(date.span.start as usize)
        .take((date.span.end - date.span.start) as usize)
        .collect();
    let day = |day: Option<jiff::civil::Date>| day.map_or("-".to_owned(), |day| day.to_string());
    format!(
        "{words} | {} | {} | {}",
        date.value,
        day(date.from),
        day(date.to)
    )
}

#[test]
fn dates_are_counted_from_publication_on_a_wednesday() {
    for (text, expected) in [
        (
            "The mayor met farmers on Monday.",
            "Monday | 2024-03-18 | 2024-03-18 | 2024-03-18",
        ),
        (
            "The mayor will meet farmers on Monday.",
            "Monday | 2024-03-25 | 2024-03-25 | 2024-03-25",
        ),
        (
            "The port opened on Wednesday.",
            "Wednesday | 2024-03-20 | 2024-03-20 | 2024-03-20",
        ),
        (
            "The club holds its fair in Turin on May 4 and 5.",
            "May 4 and 5 | 2024-05-04/2024-05-05 | 2024-05-04 | 2024-05-05",
        ),
        (
            "She plans to leave the board at the end of June.",
            "the end of June | 2024-06 | 2024-06-21 | 2024-06-30",
        ),
        (
            "He has run the firm since 2011.",
            "2011 | 2011 | 2011-01-01 | 2011-12-31",
        ),
        (
            "Last week, the council made a plea.",
            "Last week | 2024-W11 | 2024-03-11 | 2024-03-17",
        ),
        (
            "He felt ill over the weekend.",
            "the weekend | 2024-W11-WE | 2024-03-16 | 2024-03-17",
        ),
        (
            "She spoke at a dinner on Tuesday evening.",
            "Tuesday evening | 2024-03-19TEV | 2024-03-19 | 2024-03-19",
        ),
        (
            "The strike began nearly a year and a half ago.",
            "nearly a year and a half ago | 2022-09 | 2022-09-20 | 2022-12-31",
        ),
        (
            "Sales rose in the third quarter of last year.",
            "the third quarter of last year | 2023-Q3 | 2023-07-01 | 2023-09-30",
        ),
        (
            "It was signed on Friday, March 1, 2019.",
            "Friday, March 1, 2019 | 2019-03-01 | 2019-03-01 | 2019-03-01",
        ),
        ("The trip took two days.", "two days | P2D | - | -"),
    ] {
        let found: Vec<String> = read(text).iter().map(|date| told(text, date)).collect();
        assert_eq!(found, [expected], "{text}");
    }
}

#[test]
fn ages_sums_and_ranks_are_no_dates() {
    for text in [
        "A 31-member choir sang for a 12-year-old boy.",
        "The stadium sold 1950 tickets at $2000 each.",
        "It is still early days for the 32nd member.",
    ] {
        assert!(read(text).is_empty(), "{text}: {:?}", read(text));
    }
}

#[test]
fn the_night_before_is_counted_from_the_event_it_names() {
    let text = "The singer had surgery on Monday. The night before the surgery, she slept badly.";
    let found = read(text);
    let last = found.last().expect("a date");
    assert_eq!(
        told(text, last),
        "The night before the surgery | 2024-03-17TNI | 2024-03-17 | 2024-03-17"
    );
}

#[test]
fn an_event_is_told_without_its_date_and_with_its_place() {
    let found = read("The club holds its annual fair in Lithuania on May 4 and 5.");
    let fair = found.last().expect("a date");
    assert_eq!(fair.direction, Direction::Future);
    let event = fair.event.as_ref().expect("an event");
    assert_eq!(event.text, "The club holds its annual fair in Lithuania");
    assert_eq!(event.place.as_deref(), Some("Lithuania"));
}

proptest! {
    #[test]
    fn spans_are_inside_and_answers_the_same_every_time(
        text in "((Monday|May|last|week|the|2019|11|and|night before|a|year|ago|quarter of|é|third|,|-|30|February|day)? ?){0,40}",
    ) {
        let found = read(&text);
        prop_assert_eq!(&found, &read(&text));
        let length = text.chars().count() as u32;
        for date in &found {
            prop_assert_eq!(date.span.part, Part::Text);
            prop_assert!(date.span.start < date.span.end && date.span.end <= length);
            prop_assert!(date.from <= date.to);
        }
    }
}

/// The rows of the shared acceptance article that must hold: offsets, first and
/// last day, direction. Where the article is missing the test says so; in CI that
/// is a failure.
#[test]
fn the_acceptance_article_has_its_dates() {
    let corpora = std::env::var_os("CUTTINGS_CORPORA").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        std::path::PathBuf::from,
    );
    let file = |name: &str| std::fs::read_to_string(corpora.join("sample").join(name));
    let (Ok(text), Ok(expected)) = (file("article.txt"), file("expected.md")) else {
        println!("not run: the sample is missing; set CUTTINGS_CORPORA");
        assert!(std::env::var_os("CI").is_none(), "the sample is missing");
        return;
    };
    let document = Document {
        text: &text,
        ..Document::default()
    };
    let found = dates(
        &Frame::new(&document),
        Some(date(2023, 6, 13).at(19, 5, 47, 0)),
    );
    let mut rows = 0;
    let mut wrong = Vec::new();
    for line in expected.lines().filter(|line| line.starts_with("| D")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if cells[2] != "**must**" {
            continue;
        }
        rows += 1;
        let (start, end) = cells[4].split_once('–').expect("two offsets");
        let held = found.iter().any(|date| {
            let direction = format!("{:?}", date.direction).to_lowercase();
            date.span.start.to_string() == start
                && date.span.end.to_string() == end
                && date.from.is_some_and(|day| day.to_string() == cells[6])
                && date.to.is_some_and(|day| day.to_string() == cells[7])
                && cells[5].starts_with(&date.value)
                && direction == cells[9]
        });
        if !held {
            wrong.push(line);
        }
    }
    assert!(rows > 5, "the table has {rows} rows that must hold");
    assert!(wrong.is_empty(), "{wrong:#?}\n{found:#?}");
}
