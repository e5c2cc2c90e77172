//! `cuttings reextract`: kept pages read again by the extractor of today.
//!
//! No socket is opened besides that of the database. Without `--apply` nothing
//! is written: what would change is shown, article by article.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use cuttings_library::reextract::{self, Fate, Report, Wanted};
use cuttings_model::ArticleId;
use serde_json::json;

use crate::args::Reextract;
use crate::config::Config;
use crate::{Failure, open, print};

/// How often the progress is told on a terminal, in articles.
const TELL_EVERY: usize = 100;

/// What became of all articles.
#[derive(Default)]
struct Tally {
    read: usize,
    same: usize,
    changed: usize,
    readable_now: usize,
    emptier: usize,
    unreadable: usize,
    written: usize,
    anchored: usize,
    orphaned: usize,
}

/// Reads what is asked for, shows what is different, and sums it up.
pub async fn run(config: &Config, asked: &Reextract, json: bool) -> Result<(), Failure> {
    let library = open::library(config).await?;
    let user = open::user(&library, asked.whose.user.as_deref()).await?;
    let wanted = Wanted {
        article: asked.article.map(ArticleId),
        since: asked.since_version,
        after: asked.after.map(ArticleId),
        apply: asked.apply,
        even_emptier: asked.emptier,
    };
    let mut tally = Tally::default();
    let mut printing = Ok(());
    let tells = std::io::stderr().is_terminal() && !json;
    reextract::run(&library, user.id, wanted, |report| {
        tally.count(&report);
        if tells && tally.read.is_multiple_of(TELL_EVERY) {
            eprintln!("… {} read", tally.read);
        }
        if printing.is_ok() {
            printing = show(&report, json);
        }
    })
    .await
    .context("reading again stopped; what was written before is complete")?;
    library.store.close().await;
    printing?;
    if json {
        return Ok(());
    }
    eprintln!("{}", tally.summary());
    let would = tally.changed + tally.readable_now;
    if !asked.apply && would > 0 {
        eprintln!("Nothing was written. To write it: cuttings reextract --apply");
    }
    if tally.emptier > 0 && !asked.emptier {
        eprintln!(
            "{} would lose much of their text and are left as they are; --emptier replaces them too, with a mark.",
            tally.emptier
        );
    }
    Ok(())
}

impl Tally {
    fn count(&mut self, report: &Report) {
        self.read += 1;
        self.written += usize::from(report.written && report.fate != Fate::Same);
        match &report.fate {
            Fate::Same => self.same += 1,
            Fate::Changed => self.changed += 1,
            Fate::ReadableNow => self.readable_now += 1,
            Fate::Emptier => self.emptier += 1,
            Fate::Unreadable(_) => self.unreadable += 1,
        }
        if matches!(report.fate, Fate::Changed | Fate::ReadableNow) || report.written {
            self.anchored += report.anchored;
            self.orphaned += report.orphaned.len();
        }
    }

    fn summary(&self) -> String {
        format!(
            "{} read: {} the same, {} changed, {} readable now, {} emptier, {} unreadable; {} written. \
             Highlights: {} in place, {} without their words.",
            self.read,
            self.same,
            self.changed,
            self.readable_now,
            self.emptier,
            self.unreadable,
            self.written,
            self.anchored,
            self.orphaned
        )
    }
}

/// Prints an article that is not the same, its orphans below.
fn show(report: &Report, json: bool) -> anyhow::Result<()> {
    if json {
        let why = match &report.fate {
            Fate::Unreadable(why) => Some(why),
            _ => None,
        };
        return print::line(json!({
            "id": report.article.id,
            "outcome": report.fate.as_str(),
            "reason": why,
            "words_before": report.words_before,
            "words_after": report.words_after,
            "words_added": report.counts.words_added,
            "words_cut": report.counts.words_cut,
            "headline": report.headline,
            "highlights": report.anchored,
            "orphaned": report.orphaned,
            "written": report.written,
        }));
    }
    let what = match &report.fate {
        Fate::Same => return Ok(()),
        Fate::Unreadable(why) => {
            return print::line(format_args!("{:>6}  unreadable  {why}", report.article.id));
        }
        Fate::Changed => "changed",
        Fate::ReadableNow => "readable now",
        Fate::Emptier => "emptier",
    };
    print::line(format_args!(
        "{:>6}  {what}  {} → {} words (+{} −{})  {}",
        report.article.id,
        report.words_before,
        report.words_after,
        report.counts.words_added,
        report.counts.words_cut,
        report.article.title()
    ))?;
    if let Some(headline) = &report.headline {
        print::line(format_args!("        headline: {headline}"))?;
    }
    for words in &report.orphaned {
        let words: Vec<&str> = words.split_whitespace().collect();
        print::line(format_args!("        orphan: “{}”", words.join(" ")))?;
    }
    Ok(())
}
