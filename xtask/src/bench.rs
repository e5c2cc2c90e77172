//! `cargo xtask bench extraction`: our extractor and others', on the same pages
//! in one run.
//!
//! Called by hand; no test depends on a time. Each peer is a process of its own
//! that reads the list of pages written here and answers with what it extracted
//! and how long each page took (`bench/extraction/README.md`). The scorer of the
//! page sets judges all of them. What is installed and built stays under
//! `target/bench`; only the pinned versions are in the repository.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};

use crate::tools;

/// How often each peer goes over the list; the best time of a page counts.
const PASSES: &str = "3";

/// Lowest Node the peers run on.
const NODE_FLOOR: u32 = 20;

/// What runs a peer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Runner {
    Rust,
    Python,
    Node,
}

/// Name for `--peers`, what runs it, and a word on how it is set.
struct Peer {
    name: &'static str,
    runner: Runner,
    about: &'static str,
}

/// Ours comes first: all ratios are to it. The second is the parser alone.
const PEERS: &[Peer] = &[
    Peer {
        name: "cuttings",
        runner: Runner::Rust,
        about: "all metadata, text, safe HTML",
    },
    Peer {
        name: "cuttings-html",
        runner: Runner::Rust,
        about: "our tree alone, nothing extracted",
    },
    Peer {
        name: "dom_smoothie",
        runner: Runner::Rust,
        about: "Rust, Readability's way",
    },
    Peer {
        name: "libreadability",
        runner: Runner::Rust,
        about: "Rust, Readability's way",
    },
    Peer {
        name: "resiliparse",
        runner: Runner::Python,
        about: "C++ from Python, no alt text or bullets",
    },
    Peer {
        name: "trafilatura",
        runner: Runner::Python,
        about: "default, without comments",
    },
    Peer {
        name: "trafilatura-fast",
        runner: Runner::Python,
        about: "fast",
    },
    Peer {
        name: "trafilatura-precision",
        runner: Runner::Python,
        about: "favor_precision",
    },
    Peer {
        name: "trafilatura-metadata",
        runner: Runner::Python,
        about: "with_metadata, as ours always is",
    },
    Peer {
        name: "readability-js",
        runner: Runner::Node,
        about: "Readability.js on linkedom",
    },
];

/// How many of [`PEERS`] are always run.
const OURS: usize = 2;

/// Where things lie for one run.
struct Place {
    /// `bench/extraction` of the workspace.
    source: PathBuf,
    /// `target/bench` of the workspace.
    out: PathBuf,
    /// The page set.
    set: PathBuf,
    /// Its scorer.
    scorer: PathBuf,
}

/// What a peer did: its times, its memory and its score.
struct Measured {
    peer: &'static Peer,
    version: String,
    clock: String,
    peak_bytes: Option<u64>,
    failed: Map<String, Value>,
    /// Size of each page in bytes and its best time in seconds, shortest time
    /// first.
    pages: Vec<(u64, f64)>,
    /// Shingle F1 and share of exact pages; none for the parser.
    score: Option<(f64, f64)>,
}

/// Runs what follows `bench` on the command line.
///
/// # Errors
///
/// A sentence that says what is missing or went wrong.
pub fn run(args: &[String]) -> Result<(), String> {
    let (most, peers) = wanted(args)?;
    let place = place()?;
    ready(&place, &peers)?;
    let (list, truth) = lay_out_pages(&place, most)?;
    let mut all = Vec::new();
    for peer in peers {
        eprintln!("running {}", peer.name);
        all.push(measure(&place, peer, &list, &truth)?);
    }
    let table = table(&all);
    print!("{table}");
    let report = place.out.join("extraction.json");
    write(&report, report_json(&all).to_string().as_bytes())?;
    eprintln!("written to {}", report.display());
    Ok(())
}

/// Reads `extraction [--pages N] [--peers NAME,NAME]`.
fn wanted(args: &[String]) -> Result<(Option<usize>, Vec<&'static Peer>), String> {
    const USE: &str = "cargo xtask bench extraction [--pages N] [--peers NAME,NAME]";
    let Some((what, rest)) = args.split_first() else {
        return Err(USE.to_owned());
    };
    if what != "extraction" {
        return Err(format!("no bench {what}; {USE}"));
    }
    let mut most = None;
    let mut peers: Vec<&Peer> = PEERS.iter().collect();
    let mut rest = rest.iter();
    while let Some(arg) = rest.next() {
        let value = rest
            .next()
            .ok_or_else(|| format!("{arg} wants a value; {USE}"))?;
        match arg.as_str() {
            "--pages" => match value.parse() {
                Ok(number) if number > 0 => most = Some(number),
                _ => return Err(format!("--pages wants a number above 0, not {value}")),
            },
            "--peers" => {
                let names: Vec<&str> = value.split(',').collect();
                if let Some(name) = names.iter().find(|name| !is_peer(name)) {
                    let known: Vec<&str> = PEERS.iter().map(|peer| peer.name).collect();
                    return Err(format!("no peer {name}; there are {}", known.join(", ")));
                }
                peers = PEERS
                    .iter()
                    .enumerate()
                    .filter(|(at, peer)| *at < OURS || names.contains(&peer.name))
                    .map(|(_, peer)| peer)
                    .collect();
            }
            _ => return Err(format!("{arg} is not known; {USE}")),
        }
    }
    Ok((most, peers))
}

fn is_peer(name: &str) -> bool {
    PEERS.iter().any(|peer| peer.name == name)
}

fn place() -> Result<Place, String> {
    let root = xtask::workspace::root();
    let corpora = std::env::var_os("CUTTINGS_CORPORA")
        .map_or_else(|| root.join("../shared"), |folder| root.join(folder));
    let sets = corpora.join("extraction");
    let place = Place {
        source: root.join("bench/extraction"),
        out: root.join("target/bench"),
        set: sets.join("scrapinghub"),
        scorer: sets.join("score.py"),
    };
    if !place.scorer.is_file() || !place.set.is_dir() {
        return Err(format!(
            "no page set in {}: set CUTTINGS_CORPORA to the folder that has extraction/scrapinghub",
            corpora.display()
        ));
    }
    fs::create_dir_all(&place.out)
        .map_err(|error| format!("{} could not be made: {error}", place.out.display()))?;
    Ok(place)
}

/// Installs and builds what the peers need, so far as it is not there.
fn ready(place: &Place, peers: &[&Peer]) -> Result<(), String> {
    let uses = |runner: Runner| peers.iter().any(|peer| peer.runner == runner);
    let mut missing = Vec::new();
    // Python is needed whatever the peers are: it scores them.
    if tools::answers("python3", &["-c", "import venv, ensurepip"]).is_none() {
        missing.push("python3 with venv (Debian: apt-get install python3 python3-venv)".to_owned());
    }
    if uses(Runner::Node) {
        let node = tools::answers("node", &["--version"]);
        let is_new = node
            .as_deref()
            .and_then(tools::first_number)
            .is_some_and(|major| major >= NODE_FLOOR);
        if !is_new || tools::answers("npm", &["--version"]).is_none() {
            missing.push(format!(
                "Node {NODE_FLOOR} or newer with npm, for readability-js"
            ));
        }
    }
    if !missing.is_empty() {
        return Err(format!("missing: {}", missing.join("; ")));
    }

    install_python(place)?;
    if uses(Runner::Node) {
        install_node(place)?;
    }
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build
        .args(["build", "--quiet", "--release", "--manifest-path"])
        .arg(place.source.join("peers-rs/Cargo.toml"))
        .arg("--target-dir")
        .arg(place.out.join("peers-rs"));
    succeed(
        build,
        "building the Rust peers (their packages come from the Rust registry)",
    )
}

fn install_python(place: &Place) -> Result<(), String> {
    let wanted = read_text(&place.source.join("requirements.txt"))?;
    let venv = place.out.join("venv");
    let stamp = venv.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(&venv);
    succeed(make, "making a Python environment")?;
    let mut install = Command::new(venv.join("bin/pip"));
    install
        .args(["install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(place.source.join("requirements.txt"));
    succeed(
        install,
        "installing bench/extraction/requirements.txt (pip has to reach the Python registry)",
    )?;
    write(&stamp, wanted.as_bytes())
}

fn install_node(place: &Place) -> Result<(), String> {
    let folder = place.out.join("node");
    fs::create_dir_all(&folder)
        .map_err(|error| format!("{} could not be made: {error}", folder.display()))?;
    let mut wanted = String::new();
    // The script goes along, because Node looks for packages beside it.
    for name in ["package.json", "package-lock.json", ".npmrc", "peer.mjs"] {
        let text = read_text(&place.source.join(name))?;
        write(&folder.join(name), text.as_bytes())?;
        if name != "peer.mjs" {
            wanted.push_str(&text);
        }
    }
    let stamp = folder.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut install = Command::new("npm");
    install
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder);
    succeed(
        install,
        "installing bench/extraction/package-lock.json (npm has to reach the Node registry)",
    )?;
    write(&stamp, wanted.as_bytes())
}

/// Writes every page as plain UTF-8, the list of them, and their part of the
/// truth. Gives the paths of list and truth.
fn lay_out_pages(place: &Place, most: Option<usize>) -> Result<(PathBuf, PathBuf), String> {
    let path = place.set.join("ground-truth.json");
    let all: Map<String, Value> = serde_json::from_str(&read_text(&path)?)
        .map_err(|error| format!("{} is not JSON: {error}", path.display()))?;
    let folder = place.out.join("pages");
    fs::create_dir_all(&folder)
        .map_err(|error| format!("{} could not be made: {error}", folder.display()))?;
    let mut list = String::new();
    let mut truth = Map::new();
    // The ids are digests, so the first of them are a fair sample.
    for (id, fields) in all.into_iter().take(most.unwrap_or(usize::MAX)) {
        let packed = place.set.join("html").join(format!("{id}.html.gz"));
        let raw = fs::read(&packed)
            .map_err(|error| format!("{} cannot be read: {error}", packed.display()))?;
        let mut bytes = Vec::new();
        flate2::read::MultiGzDecoder::new(raw.as_slice())
            .read_to_end(&mut bytes)
            .map_err(|error| format!("{} cannot be unpacked: {error}", packed.display()))?;
        let page = cuttings_html::decode::decode(&bytes, Some("text/html; charset=utf-8"));
        let path = folder.join(format!("{id}.html"));
        write(&path, page.text.as_bytes())?;
        let address = fields["url"].as_str().unwrap_or_default();
        list.push_str(&format!("{id}\t{address}\t{}\n", path.display()));
        truth.insert(id, fields);
    }
    let list_path = place.out.join("pages.tsv");
    let truth_path = place.out.join("truth.json");
    write(&list_path, list.as_bytes())?;
    write(&truth_path, Value::from(truth).to_string().as_bytes())?;
    Ok((list_path, truth_path))
}

/// Runs one peer over the list and scores what it gave.
fn measure(
    place: &Place,
    peer: &'static Peer,
    list: &Path,
    truth: &Path,
) -> Result<Measured, String> {
    let out = place.out.join(format!("{}.jsonl", peer.name));
    let mut command = match peer.runner {
        Runner::Rust => Command::new(place.out.join("peers-rs/release/extraction-peers")),
        Runner::Python => {
            let mut command = Command::new(place.out.join("venv/bin/python"));
            command.arg(place.source.join("peer.py"));
            command
        }
        Runner::Node => {
            let mut command = Command::new("node");
            command.arg(place.out.join("node/peer.mjs"));
            command
        }
    };
    command.arg(peer.name).arg(list).arg(&out).arg(PASSES);
    succeed(command, peer.name)?;
    let said = read_text(&out)?;
    let end: Value = said
        .lines()
        .last()
        .and_then(|line| serde_json::from_str(line).ok())
        .ok_or_else(|| format!("{} left no times in {}", peer.name, out.display()))?;
    let mut measured = read_end(peer, &end)?;
    if peer.name != "cuttings-html" {
        measured.score = Some(score(place, peer, &out, truth)?);
    }
    Ok(measured)
}

/// Reads the closing line of a peer's answer.
fn read_end(peer: &'static Peer, end: &Value) -> Result<Measured, String> {
    let lacks = |what: &str| format!("{} does not tell its {what}", peer.name);
    let mut pages = end["pages"]
        .as_array()
        .ok_or_else(|| lacks("times"))?
        .iter()
        .map(|page| Some((page["bytes"].as_u64()?, page["seconds"].as_f64()?)))
        .collect::<Option<Vec<(u64, f64)>>>()
        .filter(|pages| !pages.is_empty())
        .ok_or_else(|| lacks("times"))?;
    pages.sort_by(|a, b| a.1.total_cmp(&b.1));
    Ok(Measured {
        peer,
        version: end["version"]
            .as_str()
            .ok_or_else(|| lacks("version"))?
            .to_owned(),
        clock: end["clock"]
            .as_str()
            .ok_or_else(|| lacks("clock"))?
            .to_owned(),
        peak_bytes: end["peak_bytes"].as_u64(),
        failed: end["failed"].as_object().cloned().unwrap_or_default(),
        pages,
        score: None,
    })
}

/// Shingle F1 and share of exact pages of what a peer gave.
fn score(place: &Place, peer: &Peer, out: &Path, truth: &Path) -> Result<(f64, f64), String> {
    let predictions = place.out.join(format!("{}.predictions.json", peer.name));
    let scores = place.out.join(format!("{}.scores.json", peer.name));
    let mut convert = Command::new(place.out.join("venv/bin/python"));
    convert
        .arg(place.source.join("to_text.py"))
        .arg(out)
        .arg(&predictions);
    succeed(
        convert,
        &format!("turning what {} gave into text", peer.name),
    )?;
    let mut scorer = Command::new("python3");
    scorer
        .arg(&place.scorer)
        .arg(truth)
        .arg(&predictions)
        .args(["--metric", "shingle", "--boot", "0", "--worst", "0"])
        .arg("--json")
        .arg(&scores)
        .stdout(std::process::Stdio::null());
    succeed(scorer, &format!("scoring {}", peer.name))?;
    let all: Value = serde_json::from_str(&read_text(&scores)?)
        .map_err(|error| format!("{} is not JSON: {error}", scores.display()))?;
    let shingle = &all["shingle"];
    match (shingle["f1"].as_f64(), shingle["accuracy"].as_f64()) {
        (Some(f1), Some(exact)) => Ok((f1, exact)),
        _ => Err(format!("the scorer gave no shingle F1 for {}", peer.name)),
    }
}

impl Measured {
    fn seconds(&self) -> f64 {
        self.pages.iter().map(|page| page.1).sum()
    }

    fn pages_per_second(&self) -> f64 {
        self.pages.len() as f64 / self.seconds()
    }

    /// Millions of bytes of page text in a second.
    fn megabytes_per_second(&self) -> f64 {
        let bytes: u64 = self.pages.iter().map(|page| page.0).sum();
        bytes as f64 / 1e6 / self.seconds()
    }

    /// The time in milliseconds that `percent` of the pages stay within: the
    /// nearest rank, so always the time of a page.
    fn percentile_ms(&self, percent: usize) -> f64 {
        let rank = (self.pages.len() * percent).div_ceil(100).max(1);
        self.pages[rank - 1].1 * 1e3
    }
}

/// The table for people, with a line on the parser's share and one for each
/// peer that failed on pages.
fn table(all: &[Measured]) -> String {
    let ours = &all[0];
    let pages = ours.pages.len();
    let mut text = format!(
        "{pages} pages, one thread each, best of {PASSES} passes a page; \
         ours/its: how many times as fast we are\n\n\
         {:<22} {:>8} {:>8} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8} {:>8}\n",
        "peer",
        "version",
        "pages/s",
        "MB/s",
        "p50 ms",
        "p99 ms",
        "max ms",
        "peak MB",
        "F1",
        "exact",
        "ours/its",
        "F1 diff"
    );
    for one in all {
        let peak = one.peak_bytes.map_or_else(
            || "-".to_owned(),
            |bytes| format!("{:.0}", bytes as f64 / 1e6),
        );
        let (f1, exact, difference) = match (one.score, ours.score) {
            (Some((f1, exact)), Some((our_f1, _))) => (
                format!("{f1:.4}"),
                format!("{exact:.3}"),
                format!("{:+.4}", our_f1 - f1),
            ),
            _ => ("-".to_owned(), "-".to_owned(), "-".to_owned()),
        };
        text.push_str(&format!(
            "{:<22} {:>8} {:>8.0} {:>7.1} {:>7.2} {:>7.2} {:>7.2} {:>7} {:>7} {:>7} {:>8.2} {:>8}\n",
            one.peer.name,
            one.version,
            one.pages_per_second(),
            one.megabytes_per_second(),
            one.percentile_ms(50),
            one.percentile_ms(99),
            one.percentile_ms(100),
            peak,
            f1,
            exact,
            ours.pages_per_second() / one.pages_per_second(),
            difference,
        ));
    }
    if let Some(ratio) = whole_to_parsing(all) {
        text.push_str(&format!("\nwhole extraction / parsing alone: {ratio:.2}\n"));
    }
    for one in all.iter().filter(|one| one.clock != "cpu") {
        text.push_str(&format!("{}: by the {} clock\n", one.peer.name, one.clock));
    }
    for one in all.iter().filter(|one| !one.failed.is_empty()) {
        let (id, reason) = one
            .failed
            .iter()
            .next()
            .unwrap_or((&one.version, &Value::Null));
        text.push_str(&format!(
            "{} gave up on {} pages, scored as empty: {id}: {reason}\n",
            one.peer.name,
            one.failed.len()
        ));
    }
    text
}

/// What a whole extraction costs in times of its parsing, over all pages.
fn whole_to_parsing(all: &[Measured]) -> Option<f64> {
    let seconds = |name: &str| {
        all.iter()
            .find(|one| one.peer.name == name)
            .map(Measured::seconds)
    };
    Some(seconds("cuttings")? / seconds("cuttings-html")?)
}

/// The same as the table, for programs.
fn report_json(all: &[Measured]) -> Value {
    let ours = &all[0];
    let peers: Vec<Value> = all
        .iter()
        .map(|one| {
            json!({
                "name": one.peer.name,
                "about": one.peer.about,
                "version": one.version,
                "clock": one.clock,
                "pages_per_second": one.pages_per_second(),
                "megabytes_per_second": one.megabytes_per_second(),
                "p50_ms": one.percentile_ms(50),
                "p99_ms": one.percentile_ms(99),
                "worst_ms": one.percentile_ms(100),
                "peak_bytes": one.peak_bytes,
                "shingle_f1": one.score.map(|score| score.0),
                "exact": one.score.map(|score| score.1),
                "failed": one.failed,
                "ours_times_as_fast": ours.pages_per_second() / one.pages_per_second(),
                "f1_difference": match (ours.score, one.score) {
                    (Some(ours), Some(its)) => Some(ours.0 - its.0),
                    _ => None,
                },
            })
        })
        .collect();
    json!({
        "pages": ours.pages.len(),
        "passes": PASSES.parse::<u32>().unwrap_or_default(),
        "whole_to_parsing": whole_to_parsing(all),
        "peers": peers,
    })
}

fn read_text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

fn succeed(mut command: Command, what: &str) -> Result<(), String> {
    let status = command
        .stdin(std::process::Stdio::null())
        .status()
        .map_err(|error| format!("{what} could not be started: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{what} ended with {status}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(args: &[&str]) -> Result<(Option<usize>, Vec<&'static str>), String> {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        let (most, peers) = wanted(&args)?;
        Ok((most, peers.iter().map(|peer| peer.name).collect()))
    }

    fn measured(at: usize, milliseconds: &[u32], score: Option<(f64, f64)>) -> Measured {
        let pages: Vec<Value> = milliseconds
            .iter()
            .map(|ms| json!({ "bytes": 100_000, "seconds": f64::from(*ms) / 1e3 }))
            .collect();
        let end = json!({ "version": "1.0", "clock": "cpu", "peak_bytes": null, "pages": pages });
        Measured {
            score,
            ..read_end(&PEERS[at], &end).unwrap()
        }
    }

    #[test]
    fn ours_and_the_parser_run_whatever_peers_are_asked_for() {
        let (most, peers) =
            asked(&["extraction", "--peers", "resiliparse", "--pages", "9"]).unwrap();
        assert_eq!(most, Some(9));
        assert_eq!(peers, ["cuttings", "cuttings-html", "resiliparse"]);
        assert_eq!(asked(&["extraction"]).unwrap().1.len(), PEERS.len());
    }

    #[test]
    fn an_unknown_bench_peer_or_option_is_refused() {
        assert!(asked(&[]).is_err());
        assert!(
            asked(&["parsing"])
                .unwrap_err()
                .contains("no bench parsing")
        );
        assert!(
            asked(&["extraction", "--peers", "nobody"])
                .unwrap_err()
                .contains("no peer nobody")
        );
        assert!(asked(&["extraction", "--pages", "0"]).is_err());
        assert!(asked(&["extraction", "--pages"]).is_err());
        assert!(asked(&["extraction", "--fast", "1"]).is_err());
    }

    #[test]
    fn a_percentile_is_the_time_of_a_page() {
        let one = measured(0, &[4, 1, 3, 2], None);
        let times: Vec<f64> = [50, 99, 100]
            .map(|percent| one.percentile_ms(percent))
            .into();
        assert_eq!(times, [2.0, 4.0, 4.0]);
        assert!((one.pages_per_second() - 400.0).abs() < 1e-6);
        assert!((one.megabytes_per_second() - 40.0).abs() < 1e-6);
    }

    #[test]
    fn ratios_are_to_ours() {
        let all = [
            measured(0, &[3, 3], Some((0.98, 0.5))),
            measured(1, &[2, 2], None),
            measured(2, &[6, 6], Some((0.95, 0.2))),
        ];
        let report = report_json(&all);
        assert!((report["whole_to_parsing"].as_f64().unwrap() - 1.5).abs() < 1e-9);
        let its = &report["peers"][2];
        assert!((its["ours_times_as_fast"].as_f64().unwrap() - 2.0).abs() < 1e-9);
        assert!((its["f1_difference"].as_f64().unwrap() - 0.03).abs() < 1e-9);
        let table = table(&all);
        assert!(table.contains("whole extraction / parsing alone: 1.50"));
        assert!(table.contains("+0.0300"));
    }

    #[test]
    fn an_answer_without_times_is_no_measurement() {
        let end = json!({ "version": "1.0", "clock": "cpu", "pages": [] });
        assert!(read_end(&PEERS[0], &end).err().unwrap().contains("times"));
    }
}
