//! Where the story begins and ends among the lines of its place.
//!
//! [`crate::lines::judge`] calls these on stories, after each line was judged
//! by itself. What they have in common: a line is dropped for where it stands
//! and not for what it says alone.

use cuttings_html::Tag;

use crate::disclaimers::is_disclaimer;
use crate::lines::{Candidate, Kind};
use crate::page::Page;
use crate::phrases::{fold, opens_boilerplate, opens_contact};
use crate::prune::Reason;

/// What stands before the headline is not the story, unless most of it does;
/// the headline again, after the story, begins something else. Where the page
/// has the headline as its `h1`, the same words in a lesser heading open a
/// section.
pub fn drop_before_headline(page: &Page<'_>, lines: &mut [Candidate], headline: &str) {
    if headline.len() < 8 {
        return;
    }
    let has_main = has_main_headline(page, headline);
    let is_headline = |candidate: &Candidate| match candidate.kind {
        Kind::Heading(level) => (level == 1 || !has_main) && candidate.folded == headline,
        _ => false,
    };
    let size = |lines: &[Candidate]| -> usize {
        lines
            .iter()
            .filter(|c| c.fate.is_none())
            .map(|c| c.text.len())
            .sum()
    };
    let whole = size(lines);
    if let Some(first) = lines.iter().position(is_headline) {
        let is_list = lines[..first]
            .iter()
            .all(|c| c.fate.is_some() || c.kind != Kind::Paragraph || c.text.len() < 80);
        // Below a lede, in one element with it, the headline heads what follows.
        let place = |c: &Candidate| page.node(page.lines[c.line].block as usize).parent;
        let has_lede = lines[..first].iter().any(|c| {
            let line = &page.lines[c.line];
            c.fate.is_none()
                && line.size >= 140
                && line.ends_sentence
                && line.link_share() < 0.2
                && page.node(line.block as usize).tag == Tag::P
                && place(c) == place(&lines[first])
        });
        if !has_lede
            && (size(&lines[..first]) * 2 < whole || (is_list && size(&lines[first..]) > 500))
        {
            for candidate in &mut lines[..first] {
                candidate.fate.get_or_insert(Reason::Header);
            }
        }
        if let Some(again) = lines[first + 1..].iter().position(is_headline) {
            let again = first + 1 + again;
            // Right among the paragraphs of the story it heads a section of it.
            let goes_on = lines[first..again]
                .iter()
                .rfind(|c| c.kind == Kind::Paragraph && c.fate.is_none())
                .is_some_and(|before| place(before) == place(&lines[again]));
            if !goes_on && size(&lines[first..again]) > 300 {
                for candidate in &mut lines[again..] {
                    candidate.fate.get_or_insert(Reason::Outside);
                }
            }
        }
    }
}

/// Whether an `h1` of the page says the same as its (folded) headline.
pub fn has_main_headline(page: &Page<'_>, headline: &str) -> bool {
    page.marked
        .iter()
        .map(|at| *at as usize)
        .any(|at| page.node(at).tag == Tag::H1 && fold(&page.text_in_whole(at)) == headline)
}

/// Three or more linked headings at the end, with little below each, are the
/// teasers of other stories.
pub fn drop_closing_teasers(page: &Page<'_>, lines: &mut [Candidate]) {
    const MOST_BELOW: usize = 4;
    let live: Vec<usize> = (0..lines.len())
        .filter(|at| lines[*at].fate.is_none())
        .collect();
    let is_heading = |place: &usize| matches!(lines[live[*place]].kind, Kind::Heading(_));
    let leads = |place: usize| page.lines[lines[live[place]].line].link_share() > 0.9;
    let (mut start, mut count, mut below, mut paragraphs) = (live.len(), 0, 0, 0);
    for place in (0..live.len()).rev() {
        let line = &page.lines[lines[live[place]].line];
        if is_heading(&place) && leads(place) {
            (start, below, paragraphs) = (place, 0, 0);
            count += 1;
            continue;
        }
        below += 1;
        paragraphs += usize::from(line.size >= 140 && line.ends_sentence);
        if below > MOST_BELOW || paragraphs > 1 || is_heading(&place) {
            break;
        }
    }
    // Linked headings all the way up, with more below them, are the story.
    if (0..start).rev().find(is_heading).is_some_and(leads) {
        return;
    }
    let whole: usize = live.iter().map(|at| lines[*at].text.len()).sum();
    let told: usize = live[..start].iter().map(|at| lines[*at].text.len()).sum();
    if count >= 3 && told >= 1200 && told * 4 >= whole {
        for at in &live[start..] {
            lines[*at].fate = Some(Reason::Related);
        }
    }
}

/// A heading, or a short line set in bold that stands for one.
fn is_heading_like(page: &Page<'_>, candidate: &Candidate) -> bool {
    let line = &page.lines[candidate.line];
    matches!(candidate.kind, Kind::Heading(_))
        || (line.size < 60 && line.strong_size * 10 >= line.size * 9)
}

/// The address block at the end, or what a company says of itself, with the line that opens it: what follows
/// is short and a small part of the whole.
pub fn drop_contacts(page: &Page<'_>, lines: &mut [Candidate]) {
    const LONGEST: usize = 1500;
    let live: Vec<usize> = (0..lines.len())
        .filter(|at| lines[*at].fate.is_none())
        .collect();
    let whole: usize = live.iter().map(|at| lines[*at].text.len()).sum();
    let (mut after, mut start) = (0, live.len());
    for place in (0..live.len()).rev() {
        let candidate = &lines[live[place]];
        after += candidate.text.len();
        if after > LONGEST || after * 3 > whole {
            break;
        }
        if matches!(candidate.kind, Kind::Paragraph | Kind::Heading(_))
            && (opens_contact(&candidate.text)
                || (is_heading_like(page, candidate) && opens_boilerplate(&candidate.text)))
        {
            start = place;
        }
    }
    for at in &live[start..] {
        lines[*at].fate = Some(Reason::Footer);
    }
}

/// Before the first and after the last sentence of a story stand labels,
/// names, dates and rights.
pub fn drop_edges(page: &Page<'_>, lines: &mut [Candidate]) {
    let is_prose = |candidate: &Candidate| {
        let line = &page.lines[candidate.line];
        candidate.fate.is_none()
            && (line.size >= 70
                || (line.size >= 30 && line.ends_sentence)
                || matches!(
                    candidate.kind,
                    Kind::Cell | Kind::Code | Kind::Item | Kind::Quote
                ))
            && line.link_share() < 0.6
    };
    let Some(first) = lines.iter().position(is_prose) else {
        return;
    };
    let last = lines.iter().rposition(is_prose).unwrap_or(first);
    for candidate in &mut lines[..first] {
        let line = &page.lines[candidate.line];
        let is_links = line.size < 200 && line.link_share() > 0.5;
        if candidate.kind == Kind::Paragraph && (line.size < 40 || is_links) {
            candidate.fate.get_or_insert(Reason::Header);
        }
    }
    let end = page
        .node(page.lines[lines[last].line].block as usize)
        .parent;
    for candidate in &mut lines[last + 1..] {
        // A closing word in a paragraph of the text itself stays.
        let line = &page.lines[candidate.line];
        let block = page.node(line.block as usize);
        if !(block.tag == Tag::P && block.parent == end && line.link_size == 0) {
            candidate.fate.get_or_insert(Reason::Footer);
        }
    }
    // Upward from the end: who wrote it, whose it is, where to follow.
    for candidate in lines[..=last]
        .iter_mut()
        .rev()
        .filter(|c| c.fate.is_none())
        .take(6)
    {
        let is_plain = matches!(candidate.kind, Kind::Paragraph | Kind::Item);
        if is_plain && is_closing(&candidate.text) {
            candidate.fate = Some(Reason::AuthorBio);
        } else if is_plain && is_disclaimer(&candidate.text) {
            candidate.fate = Some(Reason::Rights);
        } else if page.lines[candidate.line].size > 150 {
            break;
        }
    }
}

fn is_closing(text: &str) -> bool {
    if text.len() > 500 {
        return false;
    }
    let lower = text.to_lowercase();
    [
        " is a reporter",
        " is a writer",
        " is a freelance",
        " is a staff writer",
        " is a contributing",
        " is a senior writer",
        " is a journalist",
        " is an editor",
        " is the editor",
        " is a correspondent",
        " is a contributor",
        " is the founder",
        " is the author of",
        "is not responsible for the opinions",
        "follow him",
        "follow her",
        "follow them on",
        "on twitter @",
        "on twitter at",
        "on twitter:",
        "can be reached at",
        "contributed to this report",
        "contributed reporting",
        "contributed to this story",
        "reporting by ",
        "editing by ",
        "all rights reserved",
        "©",
        "may not be published, broadcast",
        "views expressed",
        "opinions expressed",
        "this material may not",
        "ist freie journalistin",
        "ist freier journalist",
        "ist redakteur",
    ]
    .iter()
    .any(|phrase| lower.contains(phrase))
}
