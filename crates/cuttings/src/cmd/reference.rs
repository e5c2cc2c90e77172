//! `cuttings reference`: articles in, who said what out. Opens no library.
//!
//! Articles are read in groups of a bounded size, on all cores, and printed in
//! the order they were given.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use cuttings_extract::extract;
use cuttings_html::decode::decode;
use cuttings_reference::{Document, analyse};
use jiff::civil::DateTime;
use serde_json::Value;

use crate::Failure;
use crate::args::Reference;

/// Articles that are in memory at the same time, for each core.
const GROUP: usize = 64;
/// Longest text that is read, in bytes.
const MAX_BYTES: u64 = 20 << 20;

/// Reads the articles and prints what is found in them: an object for one, a line
/// each for several.
pub fn run(reference: &Reference) -> Result<(), Failure> {
    let published = reference
        .published
        .as_deref()
        .map(instant)
        .transpose()
        .map_err(Failure::Use)?;
    let mut inputs = Vec::new();
    for given in &reference.articles {
        list(given, &mut inputs)?;
    }
    let is_one = matches!(reference.articles.as_slice(), [only] if !Path::new(only).is_dir());
    let jobs = reference.jobs.map_or_else(
        || std::thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    );
    let mut out = std::io::stdout().lock();
    let mut failed = false;
    for group in inputs.chunks(jobs * GROUP) {
        for (input, result) in group
            .iter()
            .zip(read_all(group, jobs, reference, published))
        {
            match result {
                Ok(Value::Object(mut found)) if !is_one => {
                    found.insert("id".to_owned(), input.as_str().into());
                    writeln!(out, "{}", Value::Object(found))
                }
                Ok(found) => writeln!(out, "{found:#}"),
                Err(error) => {
                    failed = true;
                    eprintln!("cuttings: {input}: {error:#}");
                    Ok(())
                }
            }
            .map_err(|error| Failure::Other(error.into()))?;
        }
    }
    if failed {
        Err(Failure::SomeFailed)
    } else {
        Ok(())
    }
}

/// A day, or a day and a time.
fn instant(written: &str) -> anyhow::Result<DateTime> {
    // The day by the outlet's own clock; what its clock is set to does not matter.
    written
        .trim_end_matches('Z')
        .parse::<DateTime>()
        .with_context(|| {
            format!("--published: “{written}” is neither a day such as 2026-11-24 nor an instant such as 2026-11-24T20:15")
        })
}

/// Adds a file, or all files of a folder in the order of their names.
fn list(given: &str, inputs: &mut Vec<String>) -> Result<(), Failure> {
    let path = Path::new(given);
    if given == "-" || !path.is_dir() {
        inputs.push(given.to_owned());
        return Ok(());
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect()
        })
        .with_context(|| format!("{given} could not be listed"))
        .map_err(Failure::Other)?;
    entries.sort();
    for entry in entries {
        list(&entry.to_string_lossy(), inputs)?;
    }
    Ok(())
}

/// Reads a group, on several cores.
fn read_all(
    group: &[String],
    jobs: usize,
    reference: &Reference,
    published: Option<DateTime>,
) -> Vec<anyhow::Result<Value>> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<anyhow::Result<Value>>>> =
        Mutex::new(group.iter().map(|_| None).collect());
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(group.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(input) = group.get(at) else { return };
                    let found = read(input, reference, published);
                    done.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(found);
                }
            });
        }
    });
    done.into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .into_iter()
        .map(|one| one.unwrap_or_else(|| Err(anyhow::anyhow!("it was not read"))))
        .collect()
}

fn read(input: &str, reference: &Reference, published: Option<DateTime>) -> anyhow::Result<Value> {
    let mut bytes = Vec::new();
    if input == "-" {
        std::io::stdin()
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(input)
            .context("it could not be opened")?
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)?;
    }
    anyhow::ensure!(bytes.len() as u64 <= MAX_BYTES, "it is longer than 20 MiB");
    if !reference.html {
        let text = decode(&bytes, Some("text/plain")).text;
        return found(
            &Document {
                text: &text,
                language: reference.language.as_deref(),
                published,
                ..Document::default()
            },
            reference.explain,
        );
    }
    let page = decode(&bytes, Some("text/html")).text;
    let article = extract(&page, None).map_err(|error| anyhow::anyhow!("{error}"))?;
    let written = article.published.as_ref().filter(|_| reference.meta);
    let from_page = written.and_then(|one| instant(one).ok());
    let told = |text: &Option<String>| text.clone().filter(|_| reference.meta).unwrap_or_default();
    let (headline, dek) = (told(&article.headline), told(&article.dek));
    let language = reference
        .language
        .clone()
        .or_else(|| article.language.clone().filter(|_| reference.meta));
    found(
        &Document {
            headline: &headline,
            dek: &dek,
            text: &article.text,
            language: language.as_deref(),
            published: published.or(from_page),
        },
        reference.explain,
    )
}

fn found(document: &Document<'_>, explain: bool) -> anyhow::Result<Value> {
    let mut found = serde_json::to_value(analyse(document))?;
    if !explain && let Value::Object(kinds) = &mut found {
        for result in kinds.values_mut().filter_map(Value::as_array_mut).flatten() {
            if let Value::Object(result) = result {
                result.remove("explanation");
            }
        }
    }
    Ok(found)
}
