//! Quality floors: what the extractor may not fall below on the page sets.
//!
//! [`crate::corpus`] hands its scores to [`hold`], which holds them against
//! `corpus/floors.toml`. Floors go up by themselves (`--raise`), never down: who
//! lowers one by hand leaves `best` alone and writes a `reason` beside it, or the
//! file is refused.
//!
//! For a share of mistakes the floor is a ceiling: `highest` in place of `lowest`.

use std::fs;
use std::path::Path;

use toml::Table;

use crate::tally::Tally;

/// The file, from the root of the workspace.
const PATH: &str = "corpus/floors.toml";

/// What is allowed for in comparing numbers that went through decimal text.
const ALMOST_NOTHING: f64 = 1e-9;

/// One value that was measured on one set of pages.
pub struct Score {
    /// Name of the set.
    pub set: String,
    /// Name of the measure, as the file has it.
    pub measure: String,
    /// A share from 0 to 1; for a speed, what a second brings.
    pub value: f64,
}

impl Score {
    /// A score from its parts.
    pub fn new(set: &str, measure: &str, value: f64) -> Self {
        Self {
            set: set.to_owned(),
            measure: measure.to_owned(),
            value,
        }
    }
}

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// A floor: more is better.
    Lowest,
    /// A ceiling: less is better.
    Highest,
}

/// One entry of the file.
#[derive(Debug)]
struct Floor {
    set: String,
    measure: String,
    side: Side,
    /// The value that still passes.
    limit: f64,
    /// The best that was ever held. `limit` is worse only with a reason.
    best: f64,
}

/// What a set of scores means to the floors.
#[derive(Debug, Default)]
struct Verdict {
    held: usize,
    /// A sentence for each floor that broke.
    broken: Vec<String>,
    /// Entries that can be made stricter, by place in the list, and to what.
    better: Vec<(usize, f64)>,
}

/// Holds `scores` against the file, prints what comes of it, and raises floors
/// if asked to and none is broken. Gives whether all held. Floors of sets that
/// are not among the scores are left alone.
///
/// # Errors
///
/// A sentence, when the file cannot be read or written, or is no list of floors.
pub fn hold(scores: &[Score], raise: bool) -> Result<bool, String> {
    let path = xtask::workspace::root().join(PATH);
    let text =
        fs::read_to_string(&path).map_err(|error| format!("{PATH} cannot be read: {error}"))?;
    let floors = read(&text)?;
    let verdict = judge(&floors, scores);
    println!();
    for sentence in &verdict.broken {
        println!("{sentence}");
    }
    if verdict.broken.is_empty() && !verdict.better.is_empty() {
        for (at, limit) in &verdict.better {
            let floor = &floors[*at];
            println!(
                "{} {}: {} can be {limit:.3}",
                floor.set, floor.measure, floor.limit
            );
        }
        if raise {
            write(&path, &raised(&text, &floors, &verdict.better))?;
            println!("raised in {PATH}: commit it with what made it better");
        } else {
            println!("raise with: cargo xtask corpus --raise");
        }
    }
    println!(
        "floors: {} held, {} broken",
        verdict.held,
        verdict.broken.len()
    );
    Ok(verdict.broken.is_empty())
}

/// Reads the closing line that [`hold`] prints. None without it, or when no
/// floor was looked at.
pub fn tally(output: &str) -> Option<Tally> {
    let counts = output
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("floors: "))?;
    let (held, broken) = counts.split_once(" held, ")?;
    let tally = Tally {
        passed: held.parse().ok()?,
        failed: broken.strip_suffix(" broken")?.parse().ok()?,
        ..Tally::default()
    };
    (tally.passed + tally.failed > 0).then_some(tally)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{PATH} cannot be written: {error}"))
}

/// Reads the text of the file: a table for each set, in it one for each measure.
fn read(text: &str) -> Result<Vec<Floor>, String> {
    let all: Table = text
        .parse()
        .map_err(|error| format!("{PATH} is no TOML: {error}"))?;
    let mut floors = Vec::new();
    for (set, measures) in &all {
        let measures = measures
            .as_table()
            .ok_or_else(|| format!("{PATH}: {set} holds no measures"))?;
        for (measure, entry) in measures {
            floors.push(
                floor(set, measure, entry)
                    .map_err(|reason| format!("{PATH}: {set} {measure} {reason}"))?,
            );
        }
    }
    if floors.is_empty() {
        return Err(format!("{PATH} holds no floor"));
    }
    Ok(floors)
}

fn floor(set: &str, measure: &str, entry: &toml::Value) -> Result<Floor, String> {
    let entry = entry.as_table().ok_or("is no table")?;
    for key in entry.keys() {
        if !["lowest", "highest", "best", "reason"].contains(&key.as_str()) {
            return Err(format!("has a key `{key}` that nobody reads"));
        }
    }
    let number = |key: &str| entry.get(key).and_then(toml::Value::as_float);
    let (side, limit) = match (number("lowest"), number("highest")) {
        (Some(lowest), None) => (Side::Lowest, lowest),
        (None, Some(highest)) => (Side::Highest, highest),
        _ => return Err("wants either `lowest` or `highest`, a number such as 0.5".to_owned()),
    };
    let best = number("best").ok_or("wants `best`, a number such as 0.5")?;
    let floor = Floor {
        set: set.to_owned(),
        measure: measure.to_owned(),
        side,
        limit,
        best,
    };
    let reason = entry.get("reason").and_then(toml::Value::as_str);
    if worse(side, limit, best) && reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err("was lowered without a `reason`".to_owned());
    }
    Ok(floor)
}

/// Whether `value` is worse than `than`.
fn worse(side: Side, value: f64, than: f64) -> bool {
    match side {
        Side::Lowest => value < than - ALMOST_NOTHING,
        Side::Highest => value > than + ALMOST_NOTHING,
    }
}

/// The strictest limit of three digits that `value` still passes.
fn rounded(side: Side, value: f64) -> f64 {
    match side {
        Side::Lowest => (value * 1e3 + ALMOST_NOTHING).floor() / 1e3,
        Side::Highest => (value * 1e3 - ALMOST_NOTHING).ceil() / 1e3,
    }
}

fn judge(floors: &[Floor], scores: &[Score]) -> Verdict {
    let mut verdict = Verdict::default();
    for (at, floor) in floors.iter().enumerate() {
        if !scores.iter().any(|score| score.set == floor.set) {
            continue;
        }
        let score = scores
            .iter()
            .find(|score| score.set == floor.set && score.measure == floor.measure);
        let Some(Score { value, .. }) = score else {
            verdict
                .broken
                .push(format!("{} {}: was not measured", floor.set, floor.measure));
            continue;
        };
        if worse(floor.side, *value, floor.limit) {
            let side = match floor.side {
                Side::Lowest => "below its floor",
                Side::Highest => "above its ceiling",
            };
            verdict.broken.push(format!(
                "{} {}: {value:.4} is {side} of {:.3}",
                floor.set, floor.measure, floor.limit
            ));
            continue;
        }
        verdict.held += 1;
        let limit = rounded(floor.side, *value);
        if worse(floor.side, floor.limit, limit) {
            verdict.better.push((at, limit));
        }
    }
    verdict
}

/// The text of the file with stricter limits. Comments and order stay; a reason
/// goes when the limit is back at the best.
fn raised(text: &str, floors: &[Floor], better: &[(usize, f64)]) -> String {
    let mut section: Option<(&Floor, f64)> = None;
    let mut out = String::new();
    for line in text.lines() {
        let plain = line.trim_start();
        if plain.starts_with('[') {
            section = better
                .iter()
                .map(|(at, limit)| (&floors[*at], *limit))
                .find(|(floor, _)| header(floor) == plain.trim_end());
        }
        let key = plain.split(['=', ' ']).next().unwrap_or_default();
        match (section, key) {
            (Some((_, limit)), "lowest" | "highest") => {
                out.push_str(&format!("{key} = {limit:.3}\n"));
            }
            (Some((floor, limit)), "best") => {
                let best = if worse(floor.side, floor.best, limit) {
                    limit
                } else {
                    floor.best
                };
                out.push_str(&format!("best = {best:.3}\n"));
            }
            (Some((floor, limit)), "reason") if !worse(floor.side, limit, floor.best) => {}
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}

/// The line that opens a floor's entry.
fn header(floor: &Floor) -> String {
    format!("[{}.\"{}\"]", floor.set, floor.measure)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
# Why.
[news.\"shingle F1\"]
lowest = 0.970
best = 0.970

[news.\"date invented\"]
highest = 0.250
best = 0.250

[blogs.author] # not a header that is written so
lowest = 0.700
best = 0.700
";

    fn scores(f1: f64, invented: f64) -> Vec<Score> {
        vec![
            Score::new("news", "shingle F1", f1),
            Score::new("news", "date invented", invented),
            Score::new("news", "pages/s and core", 900.0),
        ]
    }

    #[test]
    fn a_value_below_its_floor_or_above_its_ceiling_breaks_it() {
        let floors = read(FILE).unwrap();
        let verdict = judge(&floors, &scores(0.9699, 0.2501));
        assert_eq!(verdict.held, 0);
        assert_eq!(
            verdict.broken,
            [
                "news date invented: 0.2501 is above its ceiling of 0.250",
                "news shingle F1: 0.9699 is below its floor of 0.970",
            ]
        );
    }

    #[test]
    fn a_value_at_its_floor_holds_and_raises_nothing() {
        let verdict = judge(&read(FILE).unwrap(), &scores(0.9709, 0.2491));
        assert_eq!((verdict.held, verdict.broken.len()), (2, 0));
        assert!(verdict.better.is_empty());
    }

    #[test]
    fn a_floor_whose_measure_is_missing_is_broken() {
        let verdict = judge(&read(FILE).unwrap(), &scores(0.98, 0.2)[..1]);
        assert_eq!(verdict.broken, ["news date invented: was not measured"]);
    }

    #[test]
    fn sets_that_did_not_run_are_left_alone() {
        let verdict = judge(&read(FILE).unwrap(), &[Score::new("blogs", "author", 0.71)]);
        assert_eq!((verdict.held, verdict.broken.len()), (1, 0));
    }

    #[test]
    fn raising_changes_the_numbers_and_nothing_else() {
        let floors = read(FILE).unwrap();
        let better = judge(&floors, &scores(0.98276, 0.2009)).better;
        let expected = FILE.replace("0.970", "0.982").replace("0.250", "0.201");
        assert_eq!(raised(FILE, &floors, &better), expected);
    }

    #[test]
    fn a_floor_is_lowered_with_a_reason_only() {
        let lowered = FILE.replacen("lowest = 0.970", "lowest = 0.960", 1);
        assert!(read(&lowered).unwrap_err().contains("without a `reason`"));
        let empty = lowered.replacen("best", "reason = \" \"\nbest", 1);
        assert!(read(&empty).unwrap_err().contains("without a `reason`"));
        let told = lowered.replacen("best", "reason = \"fewer wrong articles\"\nbest", 1);
        assert_eq!(judge(&read(&told).unwrap(), &scores(0.965, 0.25)).held, 2);
    }

    #[test]
    fn a_reason_goes_when_the_floor_is_back_at_its_best() {
        let told = FILE
            .replacen("lowest = 0.970", "lowest = 0.960", 1)
            .replacen("best", "reason = \"fewer wrong articles\"\nbest", 1);
        let floors = read(&told).unwrap();
        let up = |f1| raised(&told, &floors, &judge(&floors, &scores(f1, 0.25)).better);
        let half = up(0.9652);
        assert!(half.contains("lowest = 0.965\nreason = \"fewer wrong articles\"\nbest = 0.970"));
        assert_eq!(up(0.9704), FILE);
    }

    #[test]
    fn an_entry_with_a_key_that_nobody_reads_is_refused() {
        let wrong = FILE.replacen("best", "bset", 1);
        assert!(read(&wrong).unwrap_err().contains("`bset`"));
        assert!(read("").is_err());
        assert!(read("[news]\nf1 = 0.9").is_err());
    }

    #[test]
    fn every_entry_of_the_real_file_is_headed_so_that_it_can_be_raised() {
        let text = fs::read_to_string(xtask::workspace::root().join(PATH)).unwrap();
        for floor in read(&text).unwrap() {
            let header = header(&floor);
            assert!(text.lines().any(|line| line == header), "{header}");
        }
    }

    #[test]
    fn the_closing_line_is_counted_and_nothing_looked_at_counts_for_nothing() {
        let counted = tally("news …\nfloors: 3 held, 1 broken\n").unwrap();
        assert_eq!((counted.passed, counted.failed), (3, 1));
        assert_eq!(tally("floors: 0 held, 0 broken"), None);
        assert_eq!(tally("error: could not compile"), None);
    }
}
