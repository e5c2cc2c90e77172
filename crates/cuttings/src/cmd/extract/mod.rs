//! `cuttings extract`: HTML in, JSON (or Markdown, HTML, text) out. Opens no
//! library.
//!
//! One page is read and printed whole. Several go through a bounded queue from
//! one thread that reads ([`sources`]) to one that extracts a core, so memory
//! stays the same however large an archive is.

mod sources;

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, mpsc};

use anyhow::Context as _;
use cuttings_extract::rules::Rules;
use cuttings_extract::{Extraction, MAX_HTML_BYTES, Options};
use url::Url;

use crate::Failure;
use crate::args::{Extract, Print};
use sources::{Found, Source};

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
    let rules = match &extract.rules {
        Some(folder) => super::rules::read_folder(folder)?.0,
        None => Rules::default(),
    };
    let one = match extract.pages.as_slice() {
        [page] if sources::is_one_page(page) => Some(page),
        _ => None,
    };
    if let Some(page) = one {
        let html = html(page)?;
        if extract.explain {
            let explained = cuttings_extract::explain(&html, base.as_ref())
                .with_context(|| format!("cannot extract {page}"))?;
            return crate::print::line(explained.trim_end()).map_err(Failure::Other);
        }
        let extraction = extracted(&html, base.as_ref(), &rules)
            .with_context(|| format!("cannot extract {page}"))?;
        let written = if extract.format == Print::Json {
            serde_json::to_string_pretty(&extraction).context("cannot write JSON")?
        } else {
            written(&extraction, extract.format, None)?
        };
        return crate::print::line(written.trim_end()).map_err(Failure::Other);
    }
    if extract.explain {
        return Err(Failure::wrong_use("--explain takes one page"));
    }
    several(extract, base.as_ref(), &rules)
}

/// Reads pages on all cores; they come out in the order they are done.
fn several(extract: &Extract, base: Option<&Url>, rules: &Rules) -> Result<(), Failure> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = extract.jobs.map_or(cores, usize::from);
    let (done, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    let out = Mutex::new(std::io::BufWriter::new(std::io::stdout()));
    let trouble: Mutex<Option<std::io::Error>> = Mutex::new(None);
    let (send, receive) = mpsc::sync_channel::<Source>(jobs * 2);
    let receive = Mutex::new(receive);
    let fail = |id: &str, why: &dyn std::fmt::Display| {
        failed.fetch_add(1, Ordering::Relaxed);
        eprintln!("cuttings: {id}: {why}");
    };
    let work = || {
        loop {
            let next = receive.lock().expect("no worker panics").recv();
            let Ok(source) = next else { return };
            let id = source.id.clone();
            match print_one(source, base, rules, extract.format) {
                Ok(text) => {
                    done.fetch_add(1, Ordering::Relaxed);
                    let mut out = out.lock().expect("no worker panics");
                    if let Err(error) = writeln!(out, "{text}") {
                        *trouble.lock().expect("no worker panics") = Some(error);
                        return;
                    }
                }
                Err(error) => fail(&id, &format_args!("{error:#}")),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(work);
        }
        for given in &extract.pages {
            sources::read(given, MAX_HTML_BYTES, &mut |found| match found {
                // Workers are gone only when standard output is.
                Found::Page(source) => send.send(source).is_ok(),
                Found::Fault { id, why } => {
                    fail(&id, &why);
                    trouble.lock().expect("no worker panics").is_none()
                }
            });
        }
        drop(send);
    });
    if let Some(error) = trouble.into_inner().expect("no worker panics") {
        return Err(Failure::Other(
            anyhow::Error::new(error).context("cannot write"),
        ));
    }
    out.into_inner()
        .expect("no worker panics")
        .flush()
        .context("cannot write")?;
    let (done, failed) = (done.into_inner(), failed.into_inner());
    if failed > 0 {
        eprintln!("cuttings: {done} pages, {failed} failed");
        return Err(Failure::SomeFailed);
    }
    Ok(())
}

fn print_one(
    source: Source,
    base: Option<&Url>,
    rules: &Rules,
    format: Print,
) -> anyhow::Result<String> {
    let Source {
        id,
        url,
        content_type,
        bytes,
    } = source;
    let bytes = bytes.read()?;
    let html = cuttings_html::decode::decode(&bytes, content_type.as_deref()).text;
    let extraction = extracted(&html, url.as_ref().or(base), rules)?;
    written(&extraction, format, Some(&id))
}

fn extracted(html: &str, base: Option<&Url>, rules: &Rules) -> anyhow::Result<Extraction> {
    let rule = base
        .and_then(Url::host_str)
        .and_then(|host| rules.for_host(host));
    Ok(cuttings_extract::extract_with(
        html,
        base,
        &Options { rule },
    )?)
}

fn written(extraction: &Extraction, format: Print, id: Option<&str>) -> anyhow::Result<String> {
    Ok(match format {
        Print::Json | Print::Jsonl => {
            let mut value = serde_json::to_value(extraction)?;
            if let Some(id) = id {
                value["id"] = id.into();
            }
            value.to_string()
        }
        Print::Markdown => cuttings_extract::markdown(extraction),
        Print::Html => extraction.html.as_str().to_owned(),
        Print::Text => extraction.text.clone(),
    })
}

/// The text of one page: a file, or `-` for standard input.
fn html(path: &str) -> anyhow::Result<String> {
    let bytes = if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .context("cannot read standard input")?;
        bytes
    } else {
        sources::file(Path::new(path))?
    };
    Ok(cuttings_html::decode::decode(&bytes, None).text)
}
