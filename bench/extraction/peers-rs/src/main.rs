//! Runs one Rust extractor, ours or another, over a list of pages and times it.
//!
//! Called by `cargo xtask bench extraction`: `extraction-peers PEER LIST OUT
//! PASSES`, one process for each peer. LIST has a line `id TAB address TAB path`
//! for each page; OUT gets JSON lines, in the form told in
//! `bench/extraction/README.md`.
//!
//! A page is read before its clock starts, its result is written and freed after
//! the clock has stopped, and passes go over the whole list: no peer finds the
//! processor's caches warm from the page before.
//!
//! `extraction-peers share LIST OUT PASSES` tells what a whole extraction costs
//! in times of its parsing; see [`measure_share`].

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufWriter, Write};

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Map, Value, json};
use url::Url;

/// What a peer makes of a page.
enum Found {
    Text(String),
    Html(String),
    /// A tree alone; there is nothing to score.
    Tree(Box<cuttings_html::Document>),
}

/// Takes a page's text and its address.
type Run = fn(&str, Option<&str>) -> Result<Found, String>;

/// Name on the command line, package that gives the version, and what runs it.
const PEERS: &[(&str, &str, Run)] = &[
    ("cuttings", "cuttings-extract", cuttings),
    ("cuttings-html", "cuttings-html", parse_alone),
    ("dom_smoothie", "dom_smoothie", dom_smoothie),
    ("libreadability", "libreadability", libreadability),
];

fn cuttings(html: &str, address: Option<&str>) -> Result<Found, String> {
    let base = address.and_then(|address| Url::parse(address).ok());
    cuttings_extract::extract(html, base.as_ref())
        .map(|found| Found::Text(found.text))
        .map_err(|error| error.to_string())
}

/// The tree alone: what every extraction on it has to pay.
#[allow(clippy::unnecessary_wraps, reason = "one signature for all peers")]
fn parse_alone(html: &str, _: Option<&str>) -> Result<Found, String> {
    let tree = cuttings_html::parse(html, &cuttings_html::Limits::default());
    Ok(Found::Tree(Box::new(tree)))
}

fn dom_smoothie(html: &str, address: Option<&str>) -> Result<Found, String> {
    let mut reader =
        dom_smoothie::Readability::new(html, address, None).map_err(|error| error.to_string())?;
    let article = reader.parse().map_err(|error| error.to_string())?;
    Ok(Found::Html(article.content.to_string()))
}

fn libreadability(html: &str, address: Option<&str>) -> Result<Found, String> {
    libreadability::extract(html, address)
        .map(|article| Found::Html(article.content))
        .map_err(|error| error.to_string())
}

struct Page {
    id: String,
    address: Option<String>,
    path: String,
    /// Size of its text in UTF-8.
    bytes: usize,
    /// Shortest time of all passes, in seconds of this process on a processor.
    seconds: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [peer, list, out, passes] = args.as_slice() else {
        return Err("extraction-peers PEER LIST OUT PASSES".into());
    };
    let passes: usize = passes.parse()?;
    let mut pages = read_list(list)?;
    if peer == "share" {
        return measure_share(&pages, out, passes);
    }
    let (_, package, run) = PEERS
        .iter()
        .find(|(name, ..)| name == peer)
        .ok_or_else(|| format!("no peer {peer}"))?;
    let mut failed = Map::new();
    let mut out = BufWriter::new(File::create(out)?);
    for pass in 0..passes {
        for page in &mut pages {
            let html = fs::read_to_string(&page.path)?;
            let started = cpu_seconds();
            let found = run(&html, page.address.as_deref());
            let spent = cpu_seconds() - started;
            page.seconds = page.seconds.min(spent);
            if pass > 0 {
                continue;
            }
            page.bytes = html.len();
            let line = match &found {
                Ok(Found::Text(text)) => json!({ "id": page.id, "text": text }),
                Ok(Found::Html(html)) => json!({ "id": page.id, "html": html }),
                Ok(Found::Tree(tree)) => json!({ "id": page.id, "nodes": tree.len() }),
                Err(error) => {
                    failed.insert(page.id.clone(), json!(error));
                    json!({ "id": page.id, "text": "" })
                }
            };
            writeln!(out, "{line}")?;
        }
    }
    let pages: Vec<Value> = pages
        .iter()
        .map(|page| json!({ "id": page.id, "bytes": page.bytes, "seconds": page.seconds }))
        .collect();
    let end = json!({
        "version": version(package),
        "clock": "cpu",
        "peak_bytes": peak_bytes(),
        "failed": failed,
        "pages": pages,
    });
    writeln!(out, "{end}")?;
    out.flush()?;
    Ok(())
}

/// Goes over the list with extraction and with parsing in turn, in one process,
/// and writes the sums of the best times of each. Whatever slows the machine
/// down for a while slows both, both free their tree before the clock stops, and
/// neither finds the caches warm from the other's work on the same page.
fn measure_share(pages: &[Page], out: &str, passes: usize) -> Result<(), Box<dyn Error>> {
    let runs: [Run; 2] = [cuttings, parse_alone];
    let mut best = runs.map(|_| vec![f64::INFINITY; pages.len()]);
    for _ in 0..passes {
        for (run, best) in runs.iter().zip(&mut best) {
            for (page, best) in pages.iter().zip(best) {
                let html = fs::read_to_string(&page.path)?;
                let started = cpu_seconds();
                drop(black_box(run(&html, page.address.as_deref())));
                *best = best.min(cpu_seconds() - started);
            }
        }
    }
    let [whole, parsing]: [f64; 2] = best.map(|times| times.iter().sum());
    fs::write(
        out,
        json!({ "whole": whole, "parsing": parsing }).to_string(),
    )?;
    Ok(())
}

fn read_list(path: &str) -> Result<Vec<Page>, Box<dyn Error>> {
    fs::read_to_string(path)?
        .lines()
        .map(|line| {
            let mut fields = line.split('\t').map(str::to_owned);
            let (Some(id), Some(address), Some(path)) =
                (fields.next(), fields.next(), fields.next())
            else {
                return Err(format!("not an id, an address and a path: {line}").into());
            };
            Ok(Page {
                id,
                address: Some(address).filter(|address| !address.is_empty()),
                path,
                bytes: 0,
                seconds: f64::INFINITY,
            })
        })
        .collect()
}

/// Seconds this process has spent on a processor so far.
#[allow(
    clippy::cast_precision_loss,
    reason = "microseconds are exact for years"
)]
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The most memory this process ever held; none where the system does not tell.
fn peak_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// The version of a package in this workspace's lock file.
fn version(package: &str) -> &'static str {
    let lock: BTreeMap<&str, &str> = include_str!("../Cargo.lock")
        .split("[[package]]")
        .filter_map(|entry| {
            let value = |key: &str| {
                entry
                    .lines()
                    .find_map(|line| line.strip_prefix(key)?.strip_suffix('"'))
            };
            Some((value("name = \"")?, value("version = \"")?))
        })
        .collect();
    lock.get(package).copied().unwrap_or("unknown")
}
