//! Scores of stories, and what adding an article to many takes.
//!
//! Scores are printed for two halves of the stories; both were seen while the
//! causes in `cuttings_reference::stories` were settled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use cuttings_reference::Document;
use cuttings_reference::frame::Frame;
use cuttings_reference::stories::{Index, Relation, Sketch, compare};
use serde::Deserialize;

use crate::corpora;

/// Articles that are in the index before time is taken.
const MANY: u32 = 100_000;
/// Articles that are added then.
const TIMED: u32 = 1_000;

/// A line of the file.
#[derive(Deserialize)]
struct Item {
    id: String,
    /// None for a round-up.
    story: Option<String>,
    title: String,
    text: String,
}

/// Prints all scores.
pub fn evaluate(folder: &Path) -> Result<(), String> {
    let path = folder.join("syndication.dev.jsonl");
    let items: Vec<Item> = corpora::read(&path)?
        .lines()
        .map(|line| {
            serde_json::from_str(line).map_err(|error| format!("{}: {error}", path.display()))
        })
        .collect::<Result<_, _>>()?;
    let sketches: Vec<Sketch> = items.iter().map(sketch).collect();
    let is_settled_on = |item: &Item| {
        let name = item.id.split('#').next().unwrap_or_default();
        name.bytes().map(u32::from).sum::<u32>() % 2 == 0
    };
    let all = |_: &Item| true;
    score("one half", &items, &sketches, is_settled_on);
    score("other half", &items, &sketches, |item| !is_settled_on(item));
    score("all", &items, &sketches, all);
    let words: usize = items
        .iter()
        .map(|item| item.text.split_whitespace().count())
        .sum();
    let numbers: usize = sketches.iter().map(Sketch::size).sum();
    println!(
        "a sketch of 600 words: {} numbers",
        numbers * 600 / words.max(1)
    );
    time();
    Ok(())
}

fn sketch(item: &Item) -> Sketch {
    Sketch::new(&Frame::new(&Document {
        headline: &item.title,
        text: &item.text,
        ..Document::default()
    }))
}

/// Pairs of items.
type Pairs = BTreeSet<(u32, u32)>;

fn score(name: &str, items: &[Item], sketches: &[Sketch], is_in: impl Fn(&Item) -> bool) {
    let chosen: Vec<u32> = (0..)
        .zip(items)
        .filter(|(_, item)| is_in(item))
        .map(|(number, _)| number)
        .collect();
    let pairs = |is_pair: &dyn Fn(u32, u32) -> bool| -> Pairs {
        let mut found = Pairs::new();
        for (at, first) in chosen.iter().enumerate() {
            for second in &chosen[at + 1..] {
                if is_pair(*first, *second) {
                    found.insert((*first, *second));
                }
            }
        }
        found
    };
    let story = |number: u32| items[number as usize].story.as_deref();
    let wanted = pairs(&|a, b| story(a).is_some() && story(a) == story(b));
    let compared = pairs(&|a, b| {
        compare(&sketches[a as usize], &sketches[b as usize]).relation == Relation::Same
    });
    let mut index = Index::new();
    for number in &chosen {
        index.add(*number, sketches[*number as usize].clone());
    }
    let mut story_of = BTreeMap::new();
    for (at, story) in index.stories().iter().enumerate() {
        story_of.extend(story.articles.iter().map(|number| (*number, at)));
    }
    let united = pairs(&|a, b| story_of.get(&a) == story_of.get(&b));
    let roundups = chosen.iter().filter(|number| story(**number).is_none());
    let merged = roundups
        .clone()
        .filter(|number| united.iter().any(|(a, b)| a == *number || b == *number))
        .count();
    println!("{name}: {} items", chosen.len());
    print_scores("pairs compared", &compared, &wanted);
    print_scores("stories united", &united, &wanted);
    println!("  round-ups merged: {merged} of {}", roundups.count());
    if std::env::var_os("CUTTINGS_ERRORS").is_some() {
        for (label, found) in [("compared", &compared), ("united", &united)] {
            for (a, b) in found.symmetric_difference(&wanted) {
                let kind = if wanted.contains(&(*a, *b)) {
                    "missed"
                } else {
                    "wrong"
                };
                println!(
                    "    {label}, {kind}: {} {} {:?}",
                    items[*a as usize].id,
                    items[*b as usize].id,
                    compare(&sketches[*a as usize], &sketches[*b as usize])
                );
            }
        }
    }
}

fn print_scores(name: &str, found: &Pairs, wanted: &Pairs) {
    let right = found.intersection(wanted).count();
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    println!(
        "  {name}: precision {:.2}, recall {:.2}, F1 {:.2} ({} pairs, {right} of {} right)",
        share(right, found.len()),
        share(right, wanted.len()),
        share(2 * right, found.len() + wanted.len()),
        wanted.len(),
        found.len(),
    );
}

/// Fills an index with made-up articles and takes the time of adding more, every
/// other one a copy of one that is there, cut.
fn time() {
    let made_up = |number: u32| {
        let mut text = String::new();
        // As in any language: few words are common, most are rare.
        let mut state = u64::from(number) * 2 + 1;
        for at in 0..600_u32 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let share = (state >> 40) as f64 / f64::from(1 << 24);
            let word = (40_000_f64.powf(share)) as u32;
            let end = if at % 20 == 19 { ".\n" } else { " " };
            let capital = if word.is_multiple_of(5) { "W" } else { "w" };
            text.push_str(&format!("{capital}ord{word}{end}"));
        }
        text
    };
    let sketch = |text: &str| {
        Sketch::new(&Frame::untagged(&Document {
            text,
            ..Document::default()
        }))
    };
    let mut index = Index::new();
    let begun = Instant::now();
    let mut filling = Duration::ZERO;
    for number in 0..MANY {
        let sketch = sketch(&made_up(number));
        let begun = Instant::now();
        index.add(number, sketch);
        filling += begun.elapsed();
    }
    println!(
        "index of {MANY} articles: filled in {:.1} s, {:.1} s of it adding",
        begun.elapsed().as_secs_f64(),
        filling.as_secs_f64()
    );
    let mut taken: Vec<Duration> = (0..TIMED)
        .map(|number| {
            let text = if number % 2 == 0 {
                let whole = made_up(number * 50);
                whole[..whole.len() / 2].to_owned()
            } else {
                made_up(MANY + number)
            };
            let sketch = sketch(&text);
            let begun = Instant::now();
            index.add(MANY + number, sketch);
            let taken = begun.elapsed();
            if number % 2 == 0 {
                assert!(
                    index
                        .story(MANY + number)
                        .is_some_and(|story| story.articles.len() > 1),
                    "a copy was not found again"
                );
            }
            taken
        })
        .collect();
    taken.sort_unstable();
    let at = |place: usize| taken[place].as_secs_f64() * 1_000.0;
    println!(
        "adding one more: median {:.3} ms, worst {:.3} ms",
        at(taken.len() / 2),
        at(taken.len() - 1)
    );
}
