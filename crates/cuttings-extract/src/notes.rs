//! Footnotes: a line that a mark in the text leads to is a part of the story,
//! however short it is and wherever it stands.
//!
//! [`crate::lines::judge`] asks last, and takes back what was dropped of them.

use std::collections::HashSet;

use cuttings_html::{Attr, Tag};

use crate::lines::Candidate;
use crate::page::Page;
use crate::prune::Reason;

/// The longest mark, in characters: "1", "[12]", "†", "note".
const LONGEST_MARK: usize = 5;

/// Keeps the lines that marks in kept lines lead to.
pub fn keep(page: &Page<'_>, lines: &mut [Candidate]) {
    let mut wanted: HashSet<&str> = HashSet::new();
    for candidate in lines.iter().filter(|candidate| candidate.fate.is_none()) {
        let line = &page.lines[candidate.line];
        // The text's own start may be inside the link.
        let first = (line.start as usize).saturating_sub(1);
        for at in first..line.end as usize {
            if page.node(at).tag == Tag::A
                && let Some(name) = page.attr(at, Attr::Href).and_then(|to| to.split_once('#'))
                && !name.1.is_empty()
                && page.text_in(at).chars().count() <= LONGEST_MARK
            {
                wanted.insert(name.1);
            }
        }
    }
    if wanted.is_empty() {
        return;
    }
    for candidate in lines {
        let is_edge = matches!(
            candidate.fate,
            Some(Reason::Footer | Reason::LinkList | Reason::AuthorBio | Reason::Related)
        );
        if is_edge && names_around(page, candidate.line).any(|name| wanted.contains(name)) {
            candidate.fate = None;
        }
    }
}

/// The names by which a line can be linked to: of its block, of one around
/// that, and of elements in it.
fn names_around<'p>(page: &'p Page<'_>, line: usize) -> impl Iterator<Item = &'p str> {
    let line = &page.lines[line];
    let block = line.block as usize;
    let around = page
        .upward(block)
        .take(3)
        .take_while(|at| page.lines_in(*at).len() <= 4);
    let inside = block + 1..line.end as usize;
    around.chain(inside).filter_map(|at| {
        let is_link = page.node(at).tag == Tag::A;
        page.attr(at, Attr::Id)
            .or_else(|| page.attr(at, Attr::Name).filter(|_| is_link))
    })
}
