//! The fate of each line inside the story's place.
//!
//! [`crate::extract`] calls [`judge`] after [`crate::score`] has found where
//! the story is. This is where a paragraph is kept or dropped: first each line
//! by itself ([`by_itself`]), then appeals by the company they keep, then the
//! edges of the story, then headings that have lost what they headed.

use std::collections::{HashMap, HashSet};

use cuttings_html::Tag;

use crate::disclaimers::is_commission_notice;
use crate::lines_edges::{drop_before_headline, drop_closing_teasers, drop_contacts, drop_edges};
use crate::notes;
use crate::page::{Page, is_data_table};
use crate::phrases::{
    appeal, ends_with_credit, fold, is_break, is_cookie_notice, is_label, is_note, leads_away,
    names_its_post, opens_other_part, unfolds,
};
use crate::pictures;
use crate::prune::Reason;
use crate::traits::Traits;

/// A line that may become part of the text.
pub struct Candidate {
    /// Index into the lines of the page.
    pub line: usize,
    /// The node its text begins at: the line's first, unless that is left out.
    pub from: usize,
    pub text: String,
    /// Its words alone, as [`fold`] gives them.
    pub folded: String,
    pub kind: Kind,
    /// `None` while it is kept.
    pub fate: Option<Reason>,
}

/// What a line is, by the elements around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Heading(u8),
    Paragraph,
    Item,
    Cell,
    Quote,
    Code,
    Caption,
}

/// What is printed around the story and must not be printed in it again.
pub struct Surroundings<'a> {
    pub headline: Option<&'a str>,
    pub dek: Option<&'a str>,
    pub authors: &'a [String],
    pub captions: HashSet<String>,
    /// Whether posts quote each other, so that what is repeated is a quotation.
    pub is_discussion: bool,
    /// Whether the page is a story rather than a list, a product or a forum:
    /// rules for the edges of a story apply.
    pub is_story: bool,
}

/// Gathers the lines inside `root` that are not pruned, and decides on each.
pub fn judge(page: &Page<'_>, root: usize, around: &Surroundings<'_>) -> Vec<Candidate> {
    let mut lines = gather(page, root, around.is_story);
    let headline = around.headline.map(fold).unwrap_or_default();
    let dek = around.dek.map(fold).unwrap_or_default();
    for (place, candidate) in lines.iter_mut().enumerate() {
        candidate.fate = by_itself(page, candidate, place, &headline, &dek, around);
    }
    drop_repeated(&mut lines, if around.is_discussion { 1 } else { 3 });
    drop_appeals(&mut lines);
    if around.is_story {
        drop_appeal_leads(page, &mut lines);
        drop_link_lists(page, &mut lines);
        drop_other_parts(page, &mut lines);
        drop_closing_teasers(page, &mut lines);
        drop_before_headline(page, &mut lines, &headline);
        drop_contacts(page, &mut lines);
        drop_edges(page, &mut lines);
        notes::keep(page, &mut lines);
        drop_bare_headings(page, &mut lines);
    }
    lines
}

fn gather(page: &Page<'_>, root: usize, is_story: bool) -> Vec<Candidate> {
    let end = page.node(root).end as usize;
    let mut kept = Vec::new();
    let mut tables = HashMap::new();
    let range = page.lines_in(root);
    let mut line = range.start;
    let mut at = root;
    while line < range.end {
        let start = page.lines[line].start as usize;
        // Walk to the line, stepping over what is dropped.
        let mut skipped = false;
        while at < start {
            let node = page.node(at);
            if node.dropped.is_some() && node.tag != Tag::None {
                let over = node.end as usize;
                if over > start {
                    skipped = true;
                    break;
                }
                at = over;
            } else {
                at += 1;
            }
        }
        if skipped {
            let over = page.node(at).end as usize;
            while line < range.end && (page.lines[line].end as usize) <= over {
                line += 1;
            }
            // A line that goes on after the dropped part keeps its rest.
            if line >= range.end || page.lines[line].start as usize >= over {
                at = over;
                continue;
            }
            at = over;
        }
        if start >= end {
            break;
        }
        let from = if skipped { at } else { start };
        let text = page.line_text_from(&page.lines[line], from);
        if !text.is_empty() {
            kept.push(Candidate {
                line,
                from,
                folded: fold(&text),
                text,
                kind: kind_of(page, line, root, is_story, &mut tables),
                fate: None,
            });
        }
        line += 1;
    }
    kept
}

fn kind_of(
    page: &Page<'_>,
    line: usize,
    root: usize,
    is_story: bool,
    tables: &mut HashMap<usize, bool>,
) -> Kind {
    let mut in_cell = false;
    let block = page.lines[line].block as usize;
    for at in page.upward(block) {
        let node = page.node(at);
        match node.tag {
            Tag::H1 => return Kind::Heading(1),
            Tag::H2 => return Kind::Heading(2),
            Tag::H3 => return Kind::Heading(3),
            Tag::H4 | Tag::H5 | Tag::H6 => return Kind::Heading(4),
            Tag::Li | Tag::Dd | Tag::Dt => return Kind::Item,
            Tag::Td | Tag::Th | Tag::Caption => in_cell = true,
            Tag::Table if in_cell => {
                if *tables.entry(at).or_insert_with(|| is_data_table(page, at)) {
                    return Kind::Cell;
                }
                in_cell = false;
            }
            Tag::Blockquote => return Kind::Quote,
            Tag::Pre | Tag::Listing | Tag::Xmp => return Kind::Code,
            Tag::Figcaption => return Kind::Caption,
            _ => {}
        }
        // In a list of products it names the box with the name and the price.
        if (is_story && node.traits.has(Traits::CAPTION) && page.lines_in(at).len() <= 4)
            || pictures::is_box(page, at)
        {
            return Kind::Caption;
        }
        if at == root {
            break;
        }
    }
    Kind::Paragraph
}

fn by_itself(
    page: &Page<'_>,
    candidate: &Candidate,
    place: usize,
    headline: &str,
    dek: &str,
    around: &Surroundings<'_>,
) -> Option<Reason> {
    let line = &page.lines[candidate.line];
    let text = candidate.text.as_str();
    match candidate.kind {
        Kind::Caption => return Some(Reason::Caption),
        // The numbers beside a listing, in a column of their own.
        Kind::Code
            if text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b' ') =>
        {
            return Some(Reason::Control);
        }
        // A quotation may say anything, and embedded posts are links; but "read
        // also" is set as a quotation too.
        Kind::Quote
            if line.link_share() > 0.45
                && line.size < 260
                && leads_away(text)
                && !names_its_post(text) =>
        {
            return Some(Reason::Related);
        }
        Kind::Quote if unfolds(text) => return Some(Reason::Control),
        Kind::Code | Kind::Cell | Kind::Quote => return None,
        Kind::Heading(1) if around.is_story && place < 12 => return Some(Reason::RepeatedHeadline),
        _ => {}
    }
    let folded = candidate.folded.as_str();
    if folded.is_empty() {
        return (!is_break(text)).then_some(Reason::Control);
    }
    if !headline.is_empty() && place < 12 && folded == headline {
        return Some(Reason::RepeatedHeadline);
    }
    if !dek.is_empty()
        && place < 6
        && folded == dek
        && around.is_story
        && is_dek(page, candidate.kind, line)
    {
        return Some(Reason::RepeatedHeadline);
    }
    if around.captions.contains(folded) {
        return Some(Reason::Caption);
    }
    if is_label(text) {
        return Some(Reason::Control);
    }
    if around.is_story && line.size < 600 && is_cookie_notice(text) {
        return Some(Reason::Layer);
    }
    if around.is_story && place < 8 && line.size < 400 && is_commission_notice(text) {
        return Some(Reason::Promotion);
    }
    if line.size < 300 && around.is_story && ends_with_credit(text) {
        return Some(Reason::Caption);
    }
    if line.size < 600 && around.is_story && is_note(text) {
        return Some(Reason::Metadata);
    }
    if line.size < 260 && around.is_story && leads_away(text) {
        let short = line.size < 90;
        let linked = line.link_share() > 0.45;
        if short || linked {
            return Some(Reason::Related);
        }
    }
    if line.size < 200
        && line.link_share() > 0.9
        && candidate.kind == Kind::Paragraph
        && around.is_story
        && !line.ends_sentence
    {
        return Some(Reason::Related);
    }
    if place < 10 && around.is_story && line.size < 120 && is_byline_or_date(text, folded, around) {
        return Some(Reason::Byline);
    }
    None
}

/// Whether a line stands where a dek does: as a heading, or in the header. In
/// a paragraph of the text it is the lede.
fn is_dek(page: &Page<'_>, kind: Kind, line: &crate::page::Line) -> bool {
    matches!(kind, Kind::Heading(_))
        || page
            .upward(line.block as usize)
            .take(4)
            .any(|at| page.node(at).tag == Tag::Header)
}

/// "By Ada Byron", "3 May 2023, 10:15", "Ada Byron | Updated 3 May 2023".
fn is_byline_or_date(text: &str, folded: &str, around: &Surroundings<'_>) -> bool {
    use crate::metadata::dates::{Order, from_text};
    let words = folded.split(' ').count();
    if words <= 12 && from_text(text, Order::DayFirst).is_some() && !text.trim_end().ends_with('.')
    {
        return true;
    }
    if words > 12 {
        return false;
    }
    let named = around.authors.iter().any(|author| {
        let author = fold(author);
        !author.is_empty() && folded.contains(&author)
    });
    if named && (words <= 6 || folded.starts_with("by ") || folded.starts_with("von ")) {
        return true;
    }
    words <= 6
        && ["by ", "von ", "par ", "por ", "written by "]
            .iter()
            .any(|lead| folded.starts_with(lead))
        && !text.ends_with(['.', '!', '?'])
        && text
            .split_whitespace()
            .skip(1)
            .take(2)
            .all(|word| word.chars().next().is_some_and(char::is_uppercase))
}

/// A stretch of lines that stands on the page twice, as templates for other
/// screens do, is read once. A single line may be repeated for effect.
/// `least` is the number of long lines that make a stretch.
fn drop_repeated(lines: &mut [Candidate], least: usize) {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut earlier: Vec<Option<usize>> = Vec::with_capacity(lines.len());
    for (at, candidate) in lines.iter().enumerate() {
        let plain =
            candidate.text.len() >= 30 && !matches!(candidate.kind, Kind::Cell | Kind::Code);
        earlier.push(if plain {
            let before = *first.entry(&candidate.folded).or_insert(at);
            (before < at).then_some(before)
        } else {
            None
        });
    }
    let mut start = 0;
    while start < lines.len() {
        let Some(before) = earlier[start] else {
            start += 1;
            continue;
        };
        // Labels between the long lines may differ.
        let (mut end, mut last, mut long) = (start + 1, before, 1);
        while end < lines.len() {
            match earlier[end] {
                Some(next) if next > last && next <= last + 4 => {
                    last = next;
                    long += 1;
                }
                None if lines[end].text.len() < 30 => {}
                _ => break,
            }
            end += 1;
        }
        if long >= least {
            for candidate in &mut lines[start..end] {
                candidate.fate.get_or_insert(Reason::Repeated);
            }
        }
        start = end;
    }
}

/// A heading such as "More from this section" takes with it what it heads.
fn drop_other_parts(page: &Page<'_>, lines: &mut [Candidate]) {
    let size = |lines: &[Candidate]| -> usize {
        lines
            .iter()
            .filter(|candidate| candidate.fate.is_none())
            .map(|candidate| candidate.text.len())
            .sum()
    };
    let whole = size(lines);
    let mut open: Option<u8> = None;
    let mut list_open = false;
    for at in 0..lines.len() {
        // The same as a plain line: it heads the links right below it.
        match lines[at].kind {
            Kind::Paragraph if opens_other_part(&lines[at].text) => list_open = true,
            Kind::Item | Kind::Paragraph if list_open => {
                let line = &page.lines[lines[at].line];
                list_open = line.link_share() > 0.3 || line.size < 40;
            }
            _ => list_open = false,
        }
        if list_open {
            lines[at].fate.get_or_insert(Reason::Related);
        }
        // With much of the text still ahead, any heading ends the other part.
        let ahead = if open.is_some() || matches!(lines[at].kind, Kind::Heading(_)) {
            size(&lines[at..])
        } else {
            0
        };
        let candidate = &mut lines[at];
        if let Kind::Heading(level) = candidate.kind {
            if opens_other_part(&candidate.text) {
                open = Some(open.map_or(level, |outer| outer.min(level)));
            } else if open.is_some_and(|outer| level <= outer || ahead * 3 > whole) {
                open = None;
            }
        }
        if open.is_some() {
            candidate.fate.get_or_insert(Reason::Related);
        }
    }
}

/// Lists whose items are links and little else lead away from the story,
/// unless they are most of it: a collection of links.
fn drop_link_lists(page: &Page<'_>, lines: &mut [Candidate]) {
    let mut lists = Vec::new();
    let mut start = 0;
    while start < lines.len() {
        if lines[start].kind != Kind::Item {
            start += 1;
            continue;
        }
        let list = list_of(page, lines[start].line);
        let mut end = start;
        while end < lines.len()
            && lines[end].kind == Kind::Item
            && list_of(page, lines[end].line) == list
        {
            end += 1;
        }
        let (mut size, mut linked) = (0, 0);
        for candidate in &lines[start..end] {
            size += page.lines[candidate.line].size;
            linked += page.lines[candidate.line].link_size;
        }
        let announced = start > 0
            && lines[start - 1].fate.is_none()
            && lines[start - 1].text.ends_with([':', '：']);
        if linked as f32 > 0.75 * size as f32 && !announced {
            lists.push(start..end);
        }
        start = end.max(start + 1);
    }
    let live = |lines: &[Candidate]| -> usize {
        lines
            .iter()
            .filter(|candidate| candidate.fate.is_none())
            .map(|candidate| candidate.text.len())
            .sum()
    };
    let listed: usize = lists.iter().map(|list| live(&lines[list.clone()])).sum();
    if listed * 10 > live(lines) * 8 {
        return;
    }
    for list in lists {
        for candidate in &mut lines[list] {
            candidate.fate.get_or_insert(Reason::LinkList);
        }
    }
}

/// The outermost list a line stands in.
fn list_of(page: &Page<'_>, line: usize) -> Option<usize> {
    page.upward(page.lines[line].block as usize)
        .filter(|at| matches!(page.node(*at).tag, Tag::Ul | Tag::Ol | Tag::Dl))
        .last()
}

/// An appeal in the middle of a story is shorter than this, in bytes, unless
/// others stand beside it.
const SHORT_APPEAL: usize = 160;

/// A line longer than this, in bytes, is an appeal only beside a sure one: who
/// asks does not tell at length.
const LONGEST_APPEAL: usize = 400;

/// The same for a line at the start that stands alone.
const LONGEST_FIRST_APPEAL: usize = 250;

/// What is left without appeals, in bytes, that is a story though the appeals are
/// more.
const LEAST_STORY: usize = 400;

/// Appeals stand together. A line that could be one is dropped when it has
/// company or stands at either end of the story; one that surely is goes
/// wherever it stands, and takes along what is shut in between two of them.
fn drop_appeals(lines: &mut [Candidate]) {
    let strength: Vec<u8> = lines
        .iter()
        .map(|candidate| match candidate.kind {
            _ if candidate.fate.is_some() => 0,
            Kind::Paragraph | Kind::Heading(_) | Kind::Quote | Kind::Item => {
                appeal(&candidate.text)
            }
            _ => 0,
        })
        .collect();
    let live: Vec<usize> = (0..lines.len())
        .filter(|at| lines[*at].fate.is_none())
        .collect();
    if live.is_empty() {
        return;
    }
    let words: usize = live.iter().map(|at| lines[*at].text.len()).sum();
    // Long lines of this kind all over are what the story is about.
    let is_subject = live
        .iter()
        .filter(|at| strength[**at] == 2 && lines[**at].text.len() >= SHORT_APPEAL)
        .count()
        >= 4;
    let mut dropped = Vec::new();
    for (place, at) in live.iter().enumerate() {
        let near = |by: isize| {
            let other = place as isize + by;
            usize::try_from(other)
                .ok()
                .and_then(|other| live.get(other))
                .map_or(0, |other| strength[*other])
        };
        let company = near(-1).max(near(1)).max(near(-2)).max(near(2));
        let size = lines[*at].text.len();
        // At the start stand ledes, which are long; at the end whole appeals.
        let edge = (place < 4 && size < LONGEST_FIRST_APPEAL) || place + 5 > live.len();
        match strength[*at] {
            _ if size > LONGEST_APPEAL && company < 2 => {}
            2 if edge || size < SHORT_APPEAL || (company > 0 && !is_subject) => {
                dropped.push(*at);
            }
            1 if (edge && size < 300) || (company == 2 && !is_subject) => dropped.push(*at),
            0 if near(-1) > 0 && near(1) > 0 && near(-1) + near(1) >= 3 && !is_subject => {
                dropped.push(*at);
            }
            _ => {}
        }
    }
    // A page that is all appeal is about appeals.
    let gone: usize = dropped.iter().map(|at| lines[*at].text.len()).sum();
    if gone * 2 > words && words - gone < LEAST_STORY {
        return;
    }
    for at in dropped {
        lines[at].fate = Some(Reason::Appeal);
    }
}

/// The short line that opens a box of appeals goes with them: "Enjoying this?"
fn drop_appeal_leads(page: &Page<'_>, lines: &mut [Candidate]) {
    for at in 1..lines.len() {
        let lead = page.lines[lines[at - 1].line];
        let is_lead = matches!(lines[at].fate, Some(Reason::Appeal | Reason::Related))
            && lines[at - 1].fate.is_none()
            && lead.size < 60
            && lines[at - 1].kind == Kind::Paragraph;
        if !is_lead {
            continue;
        }
        let start = page.lines[lines[at].line].start as usize;
        let a_box = page
            .upward(lead.block as usize)
            .take(4)
            .find(|around| page.is_inside(start, *around));
        let Some(held) = a_box.map(|a_box| page.lines_in(a_box)) else {
            continue;
        };
        let all_else_goes = held.len() <= 5
            && lines[at.saturating_sub(5)..(at + 5).min(lines.len())]
                .iter()
                .filter(|other| held.contains(&other.line))
                .all(|other| other.fate.is_some() || other.line == lines[at - 1].line);
        if all_else_goes {
            lines[at - 1].fate = Some(Reason::Appeal);
        }
    }
}

/// A heading whose part of the page is gone goes too. One in a list that leads
/// nowhere is an item of it, and plain headings right below each other are a
/// list of their own.
fn drop_bare_headings(page: &Page<'_>, lines: &mut [Candidate]) {
    let mut has_text = false;
    let mut below: Option<u8> = None;
    // The first kept line below, among all lines of the page.
    let mut next = usize::MAX;
    for candidate in lines
        .iter_mut()
        .rev()
        .filter(|candidate| candidate.fate.is_none())
    {
        let lost_nothing =
            candidate.line + 1 == next && page.lines[candidate.line].link_share() < 0.5;
        let Kind::Heading(level) = candidate.kind else {
            (has_text, below, next) = (true, None, candidate.line);
            continue;
        };
        if list_of(page, candidate.line).is_some() && page.lines[candidate.line].link_share() < 0.5
        {
            (has_text, below, next) = (true, None, candidate.line);
            continue;
        }
        if has_text || lost_nothing || below.is_some_and(|other| other > level) {
            below = Some(below.map_or(level, |other| other.min(level)));
            next = candidate.line;
        } else {
            candidate.fate = Some(Reason::Header);
        }
        has_text = false;
    }
}
