//! Pull quotes that no name gives away: a short block of its own that says a
//! part of a longer paragraph again.
//!
//! [`crate::extract`] asks once the place of the story is known. What is named
//! a pull quote was marked by [`crate::prune`] before.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use cuttings_html::Tag;

use crate::page::{Line, Page};
use crate::phrases::fold;
use crate::prune::Reason;

/// How long a line is that may be a pull quote, in characters.
const SIZES: std::ops::RangeInclusive<u32> = 20..=300;
/// How many are looked for on one page.
const MOST: usize = 64;

/// Marks pull quotes among the lines of `root`.
pub fn mark(page: &mut Page<'_>, root: usize) {
    let mut quotes: Vec<usize> = Vec::new();
    let mut patterns: Vec<String> = Vec::new();
    for at in page.lines_in(root) {
        let line = page.lines[at];
        if !SIZES.contains(&line.size) || line.link_size > 0 || quotes.len() >= MOST {
            continue;
        }
        if let Some(element) = element_of(page, at, &line, root)
            && !quotes.contains(&element)
        {
            let words = fold(&page.line_text(&line));
            // Two words are said again by chance.
            if words.chars().filter(|c| *c == ' ').count() >= 3 {
                quotes.push(element);
                patterns.push(format!(" {words} "));
            }
        }
    }
    if quotes.is_empty() {
        return;
    }
    // Used for one page, so what counts is how soon it is built.
    let Ok(finder) = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::NoncontiguousNFA))
        .build(&patterns)
    else {
        return;
    };
    for at in page.lines_in(root) {
        let line = page.lines[at];
        if line.size < 2 * SIZES.start() || page.is_dropped(line.block as usize) {
            continue;
        }
        let text = format!(" {} ", fold(&page.line_text(&line)));
        for hit in finder.find_overlapping_iter(&text) {
            let pattern = hit.pattern().as_usize();
            let element = quotes[pattern];
            let is_own = page.is_inside(line.start as usize, element);
            if !is_own && text.len() > patterns[pattern].len() + 10 {
                page.nodes[element].dropped = Some(Reason::PullQuote);
            }
        }
    }
}

/// The element that would be the pull quote: a quotation or box with little
/// else in it, or a block that is neither paragraph, heading, item nor cell.
fn element_of(page: &Page<'_>, at: usize, line: &Line, root: usize) -> Option<usize> {
    let block = line.block as usize;
    let mut named = None;
    for around in page.upward(block).take_while(|around| *around != root) {
        let node = page.node(around);
        // A box beside the text was left out; it may be shown all the same.
        if node.dropped.is_some_and(|reason| reason != Reason::Sidebar) {
            return None;
        }
        match node.tag {
            Tag::Blockquote | Tag::Aside if page.lines_in(around).len() <= 3 => {
                named = Some(around);
            }
            // The box around a quotation and who said it.
            Tag::Div | Tag::Figure if named.is_some() && page.lines_in(around).len() <= 3 => {
                named = Some(around);
            }
            Tag::Li | Tag::Td | Tag::Th | Tag::Dd | Tag::Dt | Tag::Pre | Tag::Figcaption => {
                return None;
            }
            _ => {}
        }
    }
    // One that stands right among the paragraphs; in a box with a line or two
    // more it may be anything.
    let parent = page.node(block).parent as usize;
    let is_alone = page.lines_in(block) == (at..at + 1) && page.lines_in(parent).len() > 3;
    named
        .or_else(|| (page.node(block).tag == Tag::Div && block > root && is_alone).then_some(block))
}
