//! `cuttings extract`: HTML in, JSON out. Opens no library.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::Context as _;
use cuttings_extract::Options;
use cuttings_extract::rules::{Rules, SiteRule};
use serde_json::Value;
use url::Url;

use crate::Failure;
use crate::args::Extract;

/// Prints an object for one page, a line each with `id` for several.
pub fn run(extract: &Extract) -> Result<(), Failure> {
    let base = match &extract.url {
        Some(url) => Some(
            Url::parse(url)
                .with_context(|| format!("--url: “{url}” is not an address"))
                .map_err(Failure::Use)?,
        ),
        None => None,
    };
    let one = match extract.pages.as_slice() {
        [page] => page == "-" || !Path::new(page).is_dir(),
        _ => false,
    };
    let rules = match &extract.rules {
        Some(folder) => super::rules::read_folder(folder)?.0,
        None => Rules::default(),
    };
    let from = From {
        base: base.as_ref(),
        rule: base
            .as_ref()
            .and_then(Url::host_str)
            .and_then(|host| rules.for_host(host)),
    };
    if extract.explain {
        if !one {
            return Err(Failure::wrong_use("--explain takes one page"));
        }
        let html = html(&extract.pages[0])?;
        let explained = cuttings_extract::explain(&html, from.base)
            .with_context(|| format!("cannot extract {}", extract.pages[0]))?;
        return crate::print::line(explained.trim_end()).map_err(Failure::Other);
    }
    if one {
        let value = page(&extract.pages[0], from)?;
        let text = serde_json::to_string_pretty(&value).context("cannot write JSON")?;
        return crate::print::line(text).map_err(Failure::Other);
    }
    several(&extract.pages, from)
}

/// Reads pages on all cores; lines come in the order they are done.
fn several(given: &[String], from: From<'_>) -> Result<(), Failure> {
    let mut pages = Vec::new();
    for path in given {
        if Path::new(path).is_dir() {
            pages_below(Path::new(path), &mut pages)
                .with_context(|| format!("cannot read the folder {path}"))?;
        } else {
            pages.push(path.clone());
        }
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let out = Mutex::new(std::io::BufWriter::new(std::io::stdout()));
    let written: Mutex<Result<(), std::io::Error>> = Mutex::new(Ok(()));
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(path) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match page(path, from) {
                        Ok(mut value) => {
                            value["id"] = path.as_str().into();
                            let mut out = out.lock().expect("no writer panics");
                            if let Err(error) = writeln!(out, "{value}") {
                                *written.lock().expect("no writer panics") = Err(error);
                                return;
                            }
                        }
                        Err(error) => {
                            failed.store(true, Ordering::Relaxed);
                            eprintln!("cuttings: {path}: {error:#}");
                        }
                    }
                }
            });
        }
    });
    written
        .into_inner()
        .expect("no writer panics")
        .context("cannot write")?;
    out.into_inner()
        .expect("no writer panics")
        .flush()
        .context("cannot write")?;
    if failed.into_inner() {
        Err(Failure::SomeFailed)
    } else {
        Ok(())
    }
}

/// HTML files below `folder`, by path.
fn pages_below(folder: &Path, pages: &mut Vec<String>) -> std::io::Result<()> {
    let mut folders = vec![folder.to_owned()];
    let mut found: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let path = entry.path();
            let is_page = path.extension().is_some_and(|extension| {
                ["html", "htm", "xhtml"]
                    .iter()
                    .any(|known| extension.eq_ignore_ascii_case(known))
            });
            if kind.is_dir() {
                folders.push(path);
            } else if is_page {
                found.push(path);
            }
        }
    }
    found.sort();
    pages.extend(found.into_iter().map(|path| path.display().to_string()));
    Ok(())
}

/// What is known of where pages are from.
#[derive(Clone, Copy)]
struct From<'a> {
    base: Option<&'a Url>,
    rule: Option<&'a SiteRule>,
}

fn html(path: &str) -> anyhow::Result<String> {
    let bytes = if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .context("cannot read standard input")?;
        bytes
    } else {
        std::fs::read(path).with_context(|| format!("cannot read {path}"))?
    };
    Ok(cuttings_html::decode::decode(&bytes, None).text)
}

fn page(path: &str, from: From<'_>) -> anyhow::Result<Value> {
    let options = Options { rule: from.rule };
    let extraction = cuttings_extract::extract_with(&html(path)?, from.base, &options)
        .with_context(|| format!("cannot extract {path}"))?;
    Ok(serde_json::to_value(extraction)?)
}
