//! `cuttings verify`: whether everything kept is whole, and mending what can be.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cuttings_library::Library;
use cuttings_library::verify::{self, Finding, Progress, Touches};
use serde_json::json;

use crate::args::Verify;
use crate::config::Config;
use crate::{Failure, open, print};

/// Prints each fault and what `--repair` would do about it; with `--repair`,
/// does it.
pub async fn run(config: &Config, asked: &Verify, json: bool) -> Result<(), Failure> {
    if config.places.database.is_none() && !config.places.data.join("cuttings.db").is_file() {
        return Err(Failure::Library(anyhow::anyhow!(
            "there is no library in {}",
            config.places.data.display()
        )));
    }
    let library = open::library(config).await?;
    let (findings, seen) = look(&library, json).await?;
    let curable = findings
        .iter()
        .filter(|finding| finding.fault.cure.is_some())
        .count();
    summary(&seen, curable, json)?;
    if !asked.repair || curable == 0 {
        if curable > 0 {
            eprintln!("{curable} can be mended with --repair, which deletes nothing");
        }
        return ended(&seen);
    }
    let faults: Vec<_> = findings
        .iter()
        .map(|finding| finding.fault.clone())
        .collect();
    let failed = verify::repair(&library, &faults)
        .await
        .context("the library cannot be repaired")?;
    for (cure, error) in &failed {
        eprintln!("cuttings: not mended ({}): {error}", cure.words());
    }
    eprintln!("repaired; looking again");
    let (_, left) = look(&library, json).await?;
    summary(&left, 0, json)?;
    ended(&left)
}

fn ended(seen: &Progress) -> Result<(), Failure> {
    if seen.faults > 0 {
        Err(Failure::SomeFailed)
    } else {
        Ok(())
    }
}

/// Looks at everything and prints what is wrong.
async fn look(library: &Library, json: bool) -> Result<(Vec<Finding>, Progress), Failure> {
    let mut line = Line::new();
    let mut findings = Vec::new();
    let seen = verify::verify(
        library,
        &mut |progress| line.tell(progress),
        &mut |finding| findings.push(finding),
    )
    .await;
    line.clear();
    let seen = seen
        .context("the library cannot be read")
        .map_err(Failure::Library)?;
    for finding in &findings {
        if json {
            print::line(as_json(finding))?;
        } else {
            print::line(as_text(finding))?;
        }
    }
    Ok((findings, seen))
}

fn summary(seen: &Progress, curable: usize, json: bool) -> anyhow::Result<()> {
    let Progress {
        articles,
        blobs,
        faults,
        ..
    } = seen;
    if json {
        return print::line(json!({
            "articles": articles, "blobs": blobs.blobs, "bytes": blobs.bytes, "faults": faults,
            "curable": curable, "spare": blobs.spare, "strangers": blobs.strangers,
            "set_aside": blobs.set_aside,
        }));
    }
    let plural = |count: u64, one: &str, more: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {more}"),
    };
    let mut notes = String::new();
    for (count, one, more) in [
        (blobs.spare, "spare blob", "spare blobs"),
        (
            blobs.strangers,
            "file that is no blob",
            "files that are no blobs",
        ),
        (blobs.set_aside, "blob in damaged/", "blobs in damaged/"),
    ] {
        if count > 0 {
            notes += ", ";
            notes += &plural(count, one, more);
        }
    }
    print::line(format_args!(
        "{} and {} ({:.1} MB) looked at: {}{notes}",
        plural(*articles, "article", "articles"),
        plural(blobs.blobs, "blob", "blobs"),
        blobs.bytes as f64 / 1e6,
        match *faults {
            0 => "all whole".to_owned(),
            faults => plural(faults, "fault", "faults"),
        },
    ))
}

fn as_json(finding: &Finding) -> serde_json::Value {
    let fault = &finding.fault;
    let touches: Vec<_> = finding
        .touches
        .iter()
        .map(|touched| {
            json!({
                "user": touched.user, "article": touched.article, "headline": touched.headline,
                "capture": touched.capture,
            })
        })
        .collect();
    json!({
        "fault": fault.kind.as_str(), "what": fault.what, "digest": fault.digest,
        "touches": touches,
        "repair": fault.cure.as_ref().map(cuttings_store::Cure::words),
    })
}

fn as_text(finding: &Finding) -> String {
    let fault = &finding.fault;
    let mut text = format!("{}: {}", fault.kind.as_str().replace('_', " "), fault.what);
    for touched in &finding.touches {
        let Touches {
            user,
            article,
            headline,
            capture,
        } = touched;
        text += &match (article, headline) {
            (Some(article), Some(headline)) => {
                format!("\n    article {article} of {user}: {headline}")
            }
            (Some(article), None) => format!("\n    article {article} of {user}"),
            (None, _) => format!("\n    library of {user}"),
        };
        if let Some(capture) = capture {
            text += &format!(" (capture {capture})");
        }
    }
    if let Some(cure) = &fault.cure {
        text += &format!("\n    --repair {}", cure.words());
    }
    text
}

/// The line on the terminal that tells how far it is; silent elsewhere.
struct Line {
    is_terminal: bool,
    told: Instant,
    is_shown: bool,
}

impl Line {
    fn new() -> Self {
        Self {
            is_terminal: std::io::stderr().is_terminal(),
            told: Instant::now(),
            is_shown: false,
        }
    }

    fn tell(&mut self, progress: &Progress) {
        if !self.is_terminal || self.told.elapsed() < Duration::from_millis(250) {
            return;
        }
        self.told = Instant::now();
        self.is_shown = true;
        show(&format!(
            "\r\x1b[K{} articles, {} of {} blobs, {:.1} MB, {} faults",
            progress.articles,
            progress.blobs.blobs,
            progress.blobs_in_all,
            progress.blobs.bytes as f64 / 1e6,
            progress.faults
        ));
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            show("\r\x1b[K");
        }
    }
}

fn show(text: &str) {
    let mut err = std::io::stderr().lock();
    // A terminal that has gone needs no progress.
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
