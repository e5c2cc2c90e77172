//! What went well and what did not: counted, named, and told on the terminal.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Kinds of failure, for the count at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Damaged,
    TooLarge,
    Unreadable,
    UnknownFormat,
    /// The extractor broke on it.
    Fault,
}

impl Kind {
    fn words(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::TooLarge => "too large",
            Self::Unreadable => "unreadable",
            Self::UnknownFormat => "of unknown format",
            Self::Fault => "that the extractor broke on",
        }
    }
}

/// Something that gave no article, and why. Printed as one line.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The file, and the record in it.
    pub what: String,
    pub kind: Kind,
    pub reason: String,
}

impl Failed {
    pub fn new(what: impl Into<String>, kind: Kind, reason: impl fmt::Display) -> Self {
        Self {
            what: what.into(),
            kind,
            reason: reason.to_string(),
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.what, self.reason)
    }
}

/// The counts of a run, and of those it goes on from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub pages: u64,
    pub failed: BTreeMap<Kind, u64>,
    /// Records and files in archives that are no pages.
    pub others: u64,
}

impl Tally {
    pub fn count(&mut self, failed: &Failed) {
        *self.failed.entry(failed.kind).or_default() += 1;
    }

    pub fn has_failures(&self) -> bool {
        !self.failed.is_empty()
    }

    fn failures(&self) -> u64 {
        self.failed.values().sum()
    }
}

impl fmt::Display for Tally {
    /// `1200 pages, 3 failed (2 damaged, 1 too large), 400 other records`
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pages = if self.pages == 1 { "page" } else { "pages" };
        write!(out, "{} {pages}, {} failed", self.pages, self.failures())?;
        if self.has_failures() {
            let kinds: Vec<String> = self
                .failed
                .iter()
                .map(|(kind, count)| format!("{count} {}", kind.words()))
                .collect();
            write!(out, " ({})", kinds.join(", "))?;
        }
        match self.others {
            0 => Ok(()),
            1 => write!(out, ", 1 other record"),
            others => write!(out, ", {others} other records"),
        }
    }
}

/// The line on the terminal that tells how it goes; silent elsewhere.
pub struct Teller {
    is_terminal: bool,
    started: Instant,
    told: Instant,
    pages_before: Option<u64>,
    bytes: u64,
    is_shown: bool,
}

impl Teller {
    pub fn new() -> Self {
        let now = Instant::now();
        Self {
            is_terminal: std::io::stderr().is_terminal(),
            started: now,
            told: now,
            pages_before: None,
            bytes: 0,
            is_shown: false,
        }
    }

    /// Counts `bytes` more and tells, if it is time to.
    pub fn tell(&mut self, tally: &Tally, bytes: u64) {
        self.bytes += bytes;
        let before = *self
            .pages_before
            .get_or_insert(tally.pages.saturating_sub(u64::from(bytes > 0)));
        if !self.is_terminal || self.told.elapsed() < Duration::from_millis(250) {
            return;
        }
        self.told = Instant::now();
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        let speed = (tally.pages - before) as f64 / seconds;
        let megabytes = self.bytes as f64 / seconds / 1e6;
        let line = format!(
            "{} pages, {speed:.0} pages/s, {megabytes:.1} MB/s, {} failed",
            tally.pages,
            tally.failures()
        );
        self.show(&format!("\r\x1b[K{line}"));
        self.is_shown = true;
    }

    /// Makes room for other lines.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            self.show("\r\x1b[K");
        }
    }

    #[expect(
        clippy::unused_self,
        reason = "only whoever has the teller may write over its line"
    )]
    fn show(&mut self, text: &str) {
        let mut err = std::io::stderr().lock();
        // A terminal that has gone needs no progress.
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_reads_as_a_sentence() {
        let mut tally = Tally {
            pages: 1,
            ..Tally::default()
        };
        assert_eq!(tally.to_string(), "1 page, 0 failed");
        for kind in [Kind::TooLarge, Kind::Damaged, Kind::Damaged] {
            tally.count(&Failed::new("a", kind, "b"));
        }
        tally.others = 7;
        assert_eq!(
            tally.to_string(),
            "1 page, 3 failed (2 damaged, 1 too large), 7 other records"
        );
    }
}
