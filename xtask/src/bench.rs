//! `cargo xtask bench`: `pages` is in [`pages`], `parser` in [`parser`]; `extraction` is here, our
//! extractor and others' on the same pages in one run.
//!
//! Called by hand; no test depends on a time. Each peer is a process of its own
//! that reads the list of pages written here and answers with what it extracted
//! and how long each page took (`bench/extraction/README.md`). The scorer of the
//! page sets judges all of them. What is installed and built stays under
//! `target/bench`; only the pinned versions are in the repository.

mod pages;
mod parser;
mod report;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value};

use crate::tools;
use report::{Measured, read_end, report_json, table};

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

/// Runs what follows `bench` on the command line.
///
/// # Errors
///
/// A sentence that says what is missing or went wrong.
pub fn run(args: &[String]) -> Result<(), String> {
    if let Some(("pages", rest)) = args.split_first().map(|(what, rest)| (what.as_str(), rest)) {
        return pages::run(rest);
    }
    if let [only] = args
        && only == "parser"
    {
        return parser::run();
    }
    let (most, peers) = wanted(args)?;
    let place = place()?;
    ready(&place, &peers)?;
    let (list, truth) = lay_out_pages(&place, most)?;
    let mut all = Vec::new();
    for peer in peers {
        eprintln!("running {}", peer.name);
        all.push(measure(&place, peer, &list, &truth)?);
    }
    let share = measure_share(&place, &list)?;
    let table = table(&all, share);
    print!("{table}");
    let report = place.out.join("extraction.json");
    write(&report, report_json(&all, share).to_string().as_bytes())?;
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

    tools::python_environment(
        &place.out.join("venv"),
        &place.source.join("requirements.txt"),
    )?;
    if uses(Runner::Node) {
        install_node(place)?;
    }
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build
        .args(["build", "--quiet", "--release", "--manifest-path"])
        .arg(place.source.join("peers-rs/Cargo.toml"))
        .arg("--target-dir")
        .arg(place.out.join("peers-rs"));
    tools::succeed(
        build,
        "building the Rust peers (their packages come from the Rust registry)",
    )
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
    tools::succeed(
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
    tools::succeed(command, peer.name)?;
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

/// What a whole extraction costs in times of its parsing, over all pages: both
/// in turn, page by page, in one process of its own.
fn measure_share(place: &Place, list: &Path) -> Result<f64, String> {
    eprintln!("running extraction and parsing in turn");
    let out = place.out.join("share.json");
    let mut command = Command::new(place.out.join("peers-rs/release/extraction-peers"));
    command.arg("share").arg(list).arg(&out).arg(PASSES);
    tools::succeed(command, "extraction and parsing in turn")?;
    let said: Value = serde_json::from_str(&read_text(&out)?)
        .map_err(|error| format!("{} is not JSON: {error}", out.display()))?;
    match (said["whole"].as_f64(), said["parsing"].as_f64()) {
        (Some(whole), Some(parsing)) if parsing > 0.0 => Ok(whole / parsing),
        _ => Err(format!("no times in {}", out.display())),
    }
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
    tools::succeed(
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
    tools::succeed(scorer, &format!("scoring {}", peer.name))?;
    let all: Value = serde_json::from_str(&read_text(&scores)?)
        .map_err(|error| format!("{} is not JSON: {error}", scores.display()))?;
    let shingle = &all["shingle"];
    match (shingle["f1"].as_f64(), shingle["accuracy"].as_f64()) {
        (Some(f1), Some(exact)) => Ok((f1, exact)),
        _ => Err(format!("the scorer gave no shingle F1 for {}", peer.name)),
    }
}

fn read_text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(args: &[&str]) -> Result<(Option<usize>, Vec<&'static str>), String> {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        let (most, peers) = wanted(&args)?;
        Ok((most, peers.iter().map(|peer| peer.name).collect()))
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
}
