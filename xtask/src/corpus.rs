//! `cargo xtask corpus [SET…]`: the extractor over the public page sets.
//!
//! Called by hand while working on extraction, and by the step `corpus` of
//! `cargo xtask test`. The sets stand in the folder `extraction` of
//! `CUTTINGS_CORPORA` (default `../shared`) and come with their own scorer, which
//! is run on what we extract; both the pages and the scores stay out of the
//! repository. The scores are held against [`crate::floors`]. Run it with
//! `--profile ci` or `--release`.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use url::Url;

use crate::floors::{self, Score};

/// A set of pages: its name, its truth, and what to ask the scorer for.
struct Set {
    name: &'static str,
    truth: &'static str,
    options: &'static [&'static str],
}

const SETS: &[Set] = &[
    Set {
        name: "scrapinghub",
        truth: "ground-truth.json",
        options: &[],
    },
    Set {
        name: "wcxb",
        truth: "ground-truth.json.gz",
        options: &["--by-type", "--meta"],
    },
    Set {
        name: "trafilatura",
        truth: "ground-truth.json",
        options: &["--meta"],
    },
    Set {
        name: "htmldate",
        truth: "ground-truth.json",
        options: &["--meta"],
    },
    Set {
        name: "mozilla",
        truth: "ground-truth.json",
        options: &["--meta"],
    },
];

/// Runs the sets named in `args`, or all of them. `--worst N` shows the worst
/// pages of each; `--raise` raises the floors that can go up. Gives whether every
/// floor of these sets held.
///
/// # Errors
///
/// A sentence that says what is missing: the folder, a set, or Python.
pub fn run(args: &[String]) -> Result<bool, String> {
    let corpora = std::env::var_os("CUTTINGS_CORPORA")
        .map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let root = corpora.join("extraction");
    if !root.join("score.py").exists() {
        return Err(format!(
            "no page sets in {}: set CUTTINGS_CORPORA to the folder that has them",
            root.display()
        ));
    }
    let mut worst = "0".to_owned();
    let mut raise = false;
    let mut wanted = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--worst" {
            worst.clone_from(args.next().ok_or("--worst wants a number")?);
        } else if arg == "--raise" {
            raise = true;
        } else if let Some(set) = SETS.iter().find(|set| set.name == arg) {
            wanted.push(set);
        } else {
            return Err(format!(
                "no set {arg}; there are scrapinghub, wcxb, trafilatura, htmldate and mozilla"
            ));
        }
    }
    if wanted.is_empty() {
        wanted = SETS.iter().collect();
    }
    let out = PathBuf::from("target/corpus");
    fs::create_dir_all(&out)
        .map_err(|source| format!("could not make {}: {source}", out.display()))?;
    let mut summary = Vec::new();
    for set in wanted {
        summary.extend(run_set(set, &root, &out, &worst)?);
    }
    println!("\nset           measure                 value");
    for Score {
        set,
        measure,
        value,
    } in &summary
    {
        // Shares are from 0 to 1; speeds are not.
        let digits = if *value <= 1.0 { 4 } else { 0 };
        println!("{set:<13} {measure:<22} {value:>6.digits$}");
    }
    floors::hold(&summary, raise)
}

fn run_set(set: &Set, root: &Path, out: &Path, worst: &str) -> Result<Vec<Score>, String> {
    let folder = root.join(set.name);
    let truth_path = folder.join(set.truth);
    // Python writes an unknown number as NaN, which JSON does not have.
    let truth = String::from_utf8_lossy(&read(&truth_path)?).replace(": NaN", ": null");
    let truth: Map<String, Value> = serde_json::from_str(&truth)
        .map_err(|source| format!("{} is not JSON: {source}", truth_path.display()))?;
    let pages: Vec<(&String, PathBuf, Option<Url>)> = truth
        .iter()
        .map(|(id, fields)| {
            (
                id,
                page_path(set.name, &folder, id, fields),
                address(set.name, id, fields),
            )
        })
        .collect();
    let (predictions, spent, bytes) = predict(&pages)?;
    let path = out.join(format!("{}.json", set.name));
    fs::write(
        &path,
        serde_json::to_vec_pretty(&predictions).map_err(|source| source.to_string())?,
    )
    .map_err(|source| format!("could not write {}: {source}", path.display()))?;
    let scores = out.join(format!("{}.scores.json", set.name));
    println!("\n== {} ==", set.name);
    let status = Command::new("python3")
        .arg(root.join("score.py"))
        .arg(&truth_path)
        .arg(&path)
        .args(set.options)
        .args(["--boot", "0", "--worst", worst, "--json"])
        .arg(&scores)
        .status()
        .map_err(|source| format!("could not run python3: {source}"))?;
    if !status.success() {
        return Err(format!("the scorer failed on {}", set.name));
    }
    let seconds = spent.as_secs_f64();
    let mut rows = summarise(set.name, &scores)?;
    // Highlights are drawn by counting letters, so both must have the same.
    let differ: Vec<&String> = predictions
        .iter()
        .filter(|(_, found)| found["is_text_of_html"] == false)
        .map(|(id, _)| id)
        .collect();
    for id in &differ {
        println!("{id}: the text is not what its HTML says");
    }
    rows.push(Score::new(
        set.name,
        "text unlike HTML",
        differ.len() as f64 / pages.len() as f64,
    ));
    rows.push(Score::new(
        set.name,
        "pages/s and core",
        pages.len() as f64 / seconds,
    ));
    rows.push(Score::new(
        set.name,
        "MB/s and core",
        bytes as f64 / 1e6 / seconds,
    ));
    Ok(rows)
}

/// What one thread did: predictions by id, time spent extracting, bytes read.
type Part = (Vec<(String, Value)>, Duration, usize);

/// Extracts every page, on all cores; gives the predictions, the time the
/// extractions took together, and the bytes they read.
fn predict(
    pages: &[(&String, PathBuf, Option<Url>)],
) -> Result<(Map<String, Value>, Duration, usize), String> {
    let next = AtomicUsize::new(0);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let work = || -> Result<Part, String> {
        let (mut done, mut spent, mut bytes) = (Vec::new(), Duration::ZERO, 0);
        while let Some((id, path, base)) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
            let raw = read(path)?;
            let html = cuttings_html::decode::decode(&raw, Some("text/html; charset=utf-8")).text;
            let started = Instant::now();
            let found = cuttings_extract::extract(&html, base.as_ref())
                .map_err(|error| format!("{id}: {error}"))?;
            spent += started.elapsed();
            bytes += html.len();
            done.push((
                (*id).clone(),
                json!({
                    "articleBody": found.text,
                    "title": found.headline,
                    "author": (!found.authors.is_empty()).then(|| found.authors.join("; ")),
                    "date": found.published,
                    "no_article": found.no_article,
                    "is_text_of_html": cuttings_extract::marks::is_text_of(&found.html, &found.text),
                }),
            ));
        }
        Ok((done, spent, bytes))
    };
    let parts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .map_err(|_| "an extraction panicked".to_owned())?
            })
            .collect::<Result<Vec<_>, String>>()
    })?;
    let (mut predictions, mut spent, mut bytes) = (Map::new(), Duration::ZERO, 0);
    for (done, time, size) in parts {
        predictions.extend(done);
        spent += time;
        bytes += size;
    }
    Ok((predictions, spent, bytes))
}

fn page_path(set: &str, folder: &Path, id: &str, fields: &Value) -> PathBuf {
    let file = || fields["file"].as_str().unwrap_or_default();
    match set {
        "trafilatura" => folder.join("html").join(file()),
        "htmldate" => folder.join(file()),
        "mozilla" => folder.join(id).join("source.html.gz"),
        _ => folder.join("html").join(format!("{id}.html.gz")),
    }
}

fn address(set: &str, id: &str, fields: &Value) -> Option<Url> {
    let given = fields["url"].as_str().unwrap_or(id);
    match set {
        "scrapinghub" | "wcxb" | "mozilla" => Url::parse(fields["url"].as_str()?).ok(),
        _ => Url::parse(given)
            .ok()
            .filter(|url| url.scheme().starts_with("http")),
    }
}

/// The bytes of a file, unpacked where its name ends in `.gz`.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let raw =
        fs::read(path).map_err(|source| format!("could not read {}: {source}", path.display()))?;
    if path.extension().is_none_or(|end| end != "gz") {
        return Ok(raw);
    }
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(raw.as_slice())
        .read_to_end(&mut unpacked)
        .map_err(|source| format!("could not unpack {}: {source}", path.display()))?;
    Ok(unpacked)
}

fn summarise(set: &str, scores: &Path) -> Result<Vec<Score>, String> {
    let all: Value = serde_json::from_slice(&read(scores)?).map_err(|source| source.to_string())?;
    let mut rows = Vec::new();
    let mut add = |measure: &str, value: &Value| {
        if let Some(value) = value.as_f64() {
            rows.push(Score::new(set, measure, value));
        }
    };
    add("shingle F1", &all["shingle"]["f1"]);
    add("exact", &all["shingle"]["accuracy"]);
    add("bag F1", &all["bag"]["f1"]);
    add("article bag F1", &all["by_type"]["article"]["bag"]["f1"]);
    add("snippets F1", &all["snippets"]["f1"]);
    for field in ["title", "author", "date"] {
        let scores = &all["meta"][field];
        add(field, &scores["right"]);
        let (given, none) = (scores["spurious"].as_f64(), scores["rightly_none"].as_f64());
        if let (Some(given), Some(none)) = (given, none)
            && given + none > 0.0
        {
            add(&format!("{field} invented"), &json!(given / (given + none)));
        }
    }
    Ok(rows)
}
