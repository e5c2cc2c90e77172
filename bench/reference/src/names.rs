//! Scores of tags and of names.

use std::collections::BTreeSet;
use std::fmt;

use cuttings_reference::tagger::{NameKind, NameTag, Tag};

/// How many were right.
#[derive(Default)]
pub struct Scores {
    words: usize,
    right_tags: usize,
    found: usize,
    wanted: usize,
    right_names: usize,
}

impl Scores {
    /// Adds the words of a document: what was given, and what is right.
    pub fn add(&mut self, given: &[(Tag, NameTag)], tags: &[Tag], names: &[NameTag]) {
        self.words += tags.len();
        self.right_tags += given
            .iter()
            .zip(tags)
            .filter(|((given, _), right)| given == *right)
            .count();
        let given = stretches(given.iter().map(|(_, name)| *name));
        let wanted = stretches(names.iter().copied());
        self.found += given.len();
        self.wanted += wanted.len();
        self.right_names += given.intersection(&wanted).count();
    }
}

/// The names among tags: first word, behind the last one, kind.
fn stretches(names: impl Iterator<Item = NameTag>) -> BTreeSet<(usize, usize, NameKind)> {
    let mut all = BTreeSet::new();
    let mut open: Option<(usize, NameKind)> = None;
    let mut count = 0;
    for (at, name) in names.enumerate() {
        count = at + 1;
        if !matches!(name, NameTag::Inside(_))
            && let Some((begun, kind)) = open.take()
        {
            all.insert((begun, at, kind));
        }
        if let NameTag::Begins(kind) = name {
            open = Some((at, kind));
        }
    }
    if let Some((begun, kind)) = open {
        all.insert((begun, count, kind));
    }
    all
}

impl fmt::Display for Scores {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        let (precision, recall) = (
            share(self.right_names, self.found),
            share(self.right_names, self.wanted),
        );
        write!(
            out,
            "{} words, tags {:.2} %, names F1 {:.1} (precision {precision:.1}, recall {recall:.1})",
            self.words,
            share(self.right_tags, self.words),
            share(2 * self.right_names, self.found + self.wanted),
        )
    }
}
