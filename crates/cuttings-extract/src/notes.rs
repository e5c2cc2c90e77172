//! Footnotes: a line that a mark in the text leads to is a part of the story,
//! however short it is and wherever it stands.
//!
//! [`take_in`] brings the notes back that stand in a footer or beside the text,
//! before lines are judged; [`crate::lines::judge`] asks last, and takes back what
//! was dropped of them.

use std::collections::HashSet;

use cuttings_html::{Attr, Tag};

use crate::lines::Candidate;
use crate::page::{Page, is_block};
use crate::prune::Reason;

/// The longest mark, in characters: "1", "[12]", "†", "note".
const LONGEST_MARK: usize = 5;

/// Most lines of one note that stands outside the story.
const MOST_LINES: usize = 6;
/// Plain text, in characters, beside which a number is a mark and not a count.
const SENTENCE: u32 = 40;

/// Brings back the notes that marks in the story at `root` lead to, where they
/// were left out with a footer or a sidebar or stand beside the story. Gives the
/// place that holds both; of what lies between, only they stay.
pub fn take_in(page: &mut Page<'_>, root: usize) -> usize {
    let end = page.node(root).end as usize;
    let mut wanted: HashSet<&str> = HashSet::new();
    for line in &page.lines[page.lines_in(root)] {
        for at in (line.start as usize).saturating_sub(1)..line.end as usize {
            if page.node(at).tag == Tag::A
                && let Some(name) = page.attr(at, Attr::Href).and_then(|to| to.split_once('#'))
                && !name.1.is_empty()
                && is_mark(page, at)
                && (line.size - line.link_size >= SENTENCE || is_raised(page, at))
                && !page.is_dropped(at)
            {
                wanted.insert(name.1);
            }
        }
    }
    if wanted.is_empty() {
        return root;
    }
    let notes: Vec<usize> = (page.body..page.nodes.len())
        .filter(|at| {
            let name = page.attr(*at, Attr::Id).or_else(|| {
                let is_link = page.node(*at).tag == Tag::A;
                page.attr(*at, Attr::Name).filter(|_| is_link)
            });
            name.is_some_and(|name| wanted.contains(name))
        })
        .filter_map(|at| page.upward(at).find(|at| is_block(page.node(*at).tag)))
        .filter(|at| (1..=MOST_LINES).contains(&page.lines_in(*at).len()))
        .filter(|at| !page.is_inside(root, *at))
        .filter(|at| {
            let reasons = page.upward(*at).filter_map(|at| page.node(at).dropped);
            let is_edge = |reason| matches!(reason, Reason::Footer | Reason::Sidebar);
            let dropped: Vec<Reason> = reasons.collect();
            dropped.iter().all(|reason| is_edge(*reason)) && (!dropped.is_empty() || *at >= end)
        })
        .collect();
    let Some(last) = notes.iter().copied().max() else {
        return root;
    };
    let place = page
        .upward(root)
        .find(|at| page.is_inside(last, *at) && notes.iter().all(|note| page.is_inside(*note, *at)))
        .unwrap_or(page.body);
    let mut kept: Vec<usize> = notes.iter().copied().chain([root]).collect();
    kept.sort_unstable();
    let holds_any = |page: &Page<'_>, at: usize| {
        let first = kept.partition_point(|kept| *kept < at);
        kept.get(first)
            .is_some_and(|kept| page.is_inside(*kept, at))
    };
    // Down to the notes and the story, everything beside the way goes.
    let mut ways = vec![place];
    while let Some(way) = ways.pop() {
        if way == root {
            // Notes may stand inside the story, in what was left out there.
            restore(page, root, &notes);
            continue;
        }
        page.nodes[way].dropped = None;
        if kept.binary_search(&way).is_ok() {
            continue;
        }
        for child in elements_of(page, way) {
            if holds_any(page, child) {
                ways.push(child);
            } else {
                page.nodes[child].dropped.get_or_insert(Reason::Footer);
            }
        }
    }
    place
}

/// Opens what was left out inside `root` for the notes in it, and nothing else.
fn restore(page: &mut Page<'_>, root: usize, notes: &[usize]) {
    for note in notes {
        if !page.is_inside(*note, root) {
            continue;
        }
        let path: Vec<usize> = page.upward(*note).take_while(|at| *at != root).collect();
        let Some(top) = path.iter().rposition(|at| page.node(*at).dropped.is_some()) else {
            continue;
        };
        for at in path[..=top].iter().rev() {
            let Some(reason) = page.nodes[*at].dropped.take() else {
                continue;
            };
            if at != note {
                for child in elements_of(page, *at) {
                    page.nodes[child].dropped.get_or_insert(reason);
                }
            }
        }
    }
}

/// The elements right inside one, those that are left out among them.
fn elements_of(page: &Page<'_>, index: usize) -> Vec<usize> {
    let end = page.node(index).end as usize;
    let inside = |at: usize| (at < end).then_some(at);
    std::iter::successors(inside(index + 1), |at| inside(page.node(*at).end as usize))
        .filter(|at| page.node(*at).tag != Tag::None)
        .collect()
}

fn is_mark(page: &Page<'_>, link: usize) -> bool {
    let mark = page.text_in(link);
    !mark.is_empty() && mark.chars().count() <= LONGEST_MARK
}

/// Whether a link is raised above the line, as marks are.
fn is_raised(page: &Page<'_>, link: usize) -> bool {
    let inside = link..page.node(link).end as usize;
    inside
        .chain(page.upward(link).take(3))
        .any(|at| page.node(at).tag == Tag::Sup)
}

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
                && is_mark(page, at)
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
