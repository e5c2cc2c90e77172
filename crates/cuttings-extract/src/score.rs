//! Where on the page the story is.
//!
//! [`crate::extract`] asks once, after [`crate::prune`]. The answer is one
//! element. From `<body>` the search steps into the child that holds nearly
//! all of the prose, until no child does; what the page itself names as its
//! text counts more than what the numbers say.
//!
//! Not guessed: the search stops early rather than late. Too wide a place is
//! mended line by line in [`crate::lines`]; text outside of it is lost.

use cuttings_html::{Attr, Tag};

use crate::lines_edges::has_main_headline;
use crate::page::{Line, Page};
use crate::phrases::{fold, same_words};
use crate::prune::Prose;
use crate::traits::Traits;

/// Share of the prose that a child must hold for the search to step into it.
const STEP_SHARE: f32 = 0.82;
/// The same for an element that is named as the text of the article.
const NAMED_SHARE: f32 = 0.55;
/// The same for the one post of several that carries the page's headline.
const HEADLINE_SHARE: f32 = 0.12;

/// Weighs the lines that are left after pruning: by how much of a story each
/// is, or, for pages that are none (`all`), by its length alone.
pub fn weigh(page: &Page<'_>, all: bool) -> Prose {
    let mut kept = vec![false; page.lines.len()];
    let mut at = page.body;
    let end = page.node(page.body).end as usize;
    for line in page.lines_in(page.body) {
        kept[line] = true;
    }
    while at < end {
        let node = page.node(at);
        if node.dropped.is_some() && node.tag != Tag::None {
            for line in page.lines_in(at) {
                // A line that only begins in a dropped part of a sentence stays.
                kept[line] = page.lines[line].end > node.end;
            }
            at = node.end as usize;
        } else {
            at += 1;
        }
    }
    Prose::of(
        page.lines
            .iter()
            .zip(kept)
            .map(|(line, kept)| match (kept, all) {
                (false, _) => 0.0,
                (true, true) => line.size as f32,
                (true, false) => weight(page, line),
            }),
    )
}

/// What a line counts for in the search, by its length and kind.
fn weight(page: &Page<'_>, line: &Line) -> f32 {
    let plain = (line.size - line.link_size) as f32;
    if line.size < 25 || line.link_share() > 0.5 {
        return 0.0;
    }
    let by_kind = match page.node(line.block as usize).tag {
        Tag::P | Tag::Pre | Tag::Blockquote => 1.0,
        Tag::Li | Tag::Td | Tag::Dd => 0.6,
        Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::Figcaption | Tag::Caption => 0.1,
        _ => 0.8,
    };
    let by_length = if line.size >= 80 {
        1.0
    } else if line.ends_sentence {
        0.7
    } else {
        0.25
    };
    plain * by_kind * by_length
}

/// The element that holds the story, as narrow as is safe. `None` when the
/// page has no prose at all.
pub fn find(page: &Page<'_>, prose: &Prose, headline: Option<&str>) -> Option<usize> {
    let mut at = page.body;
    if prose.between(&page.lines_in(at)) < 1.0 {
        return None;
    }
    loop {
        let whole = prose.between(&page.lines_in(at));
        let mut best: Option<(usize, f32)> = None;
        let mut named: Option<(usize, f32)> = None;
        for child in children(page, at) {
            let held = prose.between(&page.lines_in(child));
            if best.is_none_or(|(_, most)| held > most) {
                best = Some((child, held));
            }
            if is_named(page, child)
                && !is_text_level(page.node(child).tag)
                && named.is_none_or(|(_, most)| held > most)
            {
                named = Some((child, held));
            }
        }
        if let Some((child, held)) = named
            && held >= NAMED_SHARE * whole
            && !has_lede_before(page, prose, at, child)
        {
            at = child;
            continue;
        }
        match best {
            Some((child, held))
                if held >= STEP_SHARE * whole
                    && !is_text_level(page.node(child).tag)
                    && !has_lede_before(page, prose, at, child) =>
            {
                at = child;
            }
            _ => break,
        }
    }
    if let Some(post) = post_with_headline(page, prose, at, headline) {
        return Some(post);
    }
    Some(with_other_parts(page, prose, at))
}

/// Up how many levels from the place found another part of the text is looked
/// for: page builders wrap each part several times.
const PART_LEVELS: usize = 6;

/// Where a text is cut into parts of one name, with a picture or a form between
/// them, the element that holds all of them; else `root` again.
fn with_other_parts(page: &Page<'_>, prose: &Prose, root: usize) -> usize {
    let mut widest = root;
    for at in page.upward(root).take(PART_LEVELS) {
        let outer = page.node(at).parent as usize;
        if matches!(page.node(at).tag, Tag::Body | Tag::Main | Tag::Article) || outer == at {
            break;
        }
        let is_split = children(page, outer).any(|other| {
            other < at
                && (page.node(other).tag == Tag::P || is_part_like(page, at, other))
                && page
                    .lines_in(other)
                    .any(|line| is_paragraph(page, prose, line))
        });
        if is_split {
            widest = outer;
        }
    }
    widest
}

/// Whether two siblings have a class name in common and the other is no post
/// or teaser with a heading that leads elsewhere.
fn is_part_like(page: &Page<'_>, one: usize, other: usize) -> bool {
    if page.node(one).tag != page.node(other).tag || page.node(other).tag == Tag::Article {
        return false;
    }
    let (Some(ours), Some(theirs)) = (page.attr(one, Attr::Class), page.attr(other, Attr::Class))
    else {
        return false;
    };
    ours.split_whitespace()
        .any(|name| theirs.split_whitespace().any(|their| their == name))
        && !headings(page, other).any(|heading| {
            page.lines_in(heading)
                .any(|line| page.lines[line].link_share() > 0.9)
        })
}

/// Whether a line is a whole paragraph of a text.
fn is_paragraph(page: &Page<'_>, prose: &Prose, at: usize) -> bool {
    let line = &page.lines[at];
    prose.between(&(at..at + 1)) > 0.0
        && line.size >= 140
        && line.ends_sentence
        && line.link_share() < 0.2
        && page.node(line.block as usize).tag == Tag::P
}

/// Whether a whole paragraph stands after the headline and before `child`: the
/// text is then split, and `outer` holds all of it.
fn has_lede_before(page: &Page<'_>, prose: &Prose, outer: usize, child: usize) -> bool {
    let outer_lines = page.lines_in(outer);
    let lines = outer_lines.start..page.lines_in(child).start;
    let headline = page
        .marked
        .iter()
        .map(|at| *at as usize)
        .rfind(|at| page.node(*at).tag == Tag::H1 && *at < child);
    let Some(headline) = headline else {
        return false;
    };
    lines
        .filter(|at| page.lines[*at].start as usize > headline)
        .filter(|at| prose.between(&(*at..*at + 1)) > 0.0)
        .any(|at| {
            let line = &page.lines[at];
            let block = page.node(line.block as usize);
            let least = if block.tag == Tag::P || block.traits.has(Traits::DEK) {
                140
            } else {
                200
            };
            line.size >= least
                && line.ends_sentence
                && line.link_share() < 0.2
                && !matches!(block.tag, Tag::Li | Tag::Td | Tag::Dd | Tag::Figcaption)
                && !page
                    .upward(line.block as usize)
                    .take(3)
                    .any(|at| page.node(at).traits.has(Traits::CAPTION))
        })
}

/// Share of all text that a child must hold on pages that are no story.
const WIDE_STEP_SHARE: f32 = 0.9;

/// The element that holds the content of a page that is no story: what the
/// page calls its main part, else nearly all of its text.
pub fn find_wide(page: &Page<'_>, weights: &Prose) -> Option<usize> {
    let mut at = page.body;
    let whole = weights.between(&page.lines_in(at));
    if whole < 1.0 {
        return None;
    }
    let main = (page.body..page.nodes.len()).find(|at| {
        let node = page.node(*at);
        (node.tag == Tag::Main || page.attr(*at, Attr::Role) == Some("main"))
            && !page.is_dropped(*at)
            && weights.between(&page.lines_in(*at)) > 0.4 * whole
    });
    if let Some(main) = main {
        at = main;
    }
    loop {
        let whole = weights.between(&page.lines_in(at));
        let step = children(page, at).find(|child| {
            !is_text_level(page.node(*child).tag)
                && weights.between(&page.lines_in(*child)) >= WIDE_STEP_SHARE * whole
        });
        match step {
            Some(child) => at = child,
            None => return Some(at),
        }
    }
}

/// Elements in which the search does not end: a paragraph is no story.
fn is_text_level(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::P
            | Tag::Pre
            | Tag::Ul
            | Tag::Ol
            | Tag::Dl
            | Tag::Blockquote
            | Tag::H1
            | Tag::H2
            | Tag::H3
            | Tag::H4
            | Tag::H5
            | Tag::H6
            | Tag::Li
            | Tag::Table
            | Tag::Tbody
            | Tag::Tr
            | Tag::Figure
    ) || !crate::page::is_block(tag)
}

/// The elements right inside `index` that are not left out.
pub fn children<'p>(page: &'p Page<'_>, index: usize) -> impl Iterator<Item = usize> + 'p {
    let end = page.node(index).end as usize;
    let mut at = index + 1;
    std::iter::from_fn(move || {
        while at < end {
            let here = at;
            let node = page.node(here);
            at = node.end as usize;
            if node.tag != Tag::None && node.dropped.is_none() {
                return Some(here);
            }
        }
        None
    })
}

fn is_named(page: &Page<'_>, index: usize) -> bool {
    let node = page.node(index);
    node.traits.has(Traits::BODY)
        || node.tag == Tag::Article
        || page.attr(index, Attr::Itemprop).is_some_and(|prop| {
            prop.split_whitespace()
                .any(|word| matches!(word, "articleBody" | "text"))
        })
}

/// Where several posts stand below each other, the one whose heading is the
/// headline of the page.
///
/// A post is an element that has a sibling of the same name: one post has
/// nothing to be told apart from.
fn post_with_headline(
    page: &Page<'_>,
    prose: &Prose,
    root: usize,
    headline: Option<&str>,
) -> Option<usize> {
    let headline = headline?;
    let whole = prose.between(&page.lines_in(root));
    let has_main = has_main_headline(page, &fold(headline));
    let heading = (root..page.node(root).end as usize).find(|at| {
        matches!(page.node(*at).tag, Tag::H1 | Tag::H2 | Tag::H3)
            && (page.node(*at).tag == Tag::H1 || !has_main)
            && !page.is_dropped(*at)
            && same_words(&page.text_in(*at), headline)
    })?;
    page.upward(heading)
        .skip(1)
        .take_while(|at| *at != root)
        .find(|post| {
            let held = prose.between(&page.lines_in(*post));
            held > HEADLINE_SHARE * whole && held > 200.0 && has_twin(page, prose, *post)
        })
}

/// Whether an element has a sibling with the same tag and class, a heading
/// and text.
fn has_twin(page: &Page<'_>, prose: &Prose, index: usize) -> bool {
    let node = page.node(index);
    let class = page.attr(index, Attr::Class).map(first_name);
    if node.tag != Tag::Article && !node.traits.has(Traits::CONTENT | Traits::BODY) {
        return false;
    }
    children(page, node.parent as usize).any(|other| {
        other != index
            && page.node(other).tag == node.tag
            && page.attr(other, Attr::Class).map(first_name) == class
            && prose.between(&page.lines_in(other)) > 100.0
            && headings(page, other).next().is_some()
    })
}

fn first_name(class: &str) -> &str {
    class.split_whitespace().next().unwrap_or("")
}

fn headings<'p>(page: &'p Page<'_>, index: usize) -> impl Iterator<Item = usize> + 'p {
    (index..page.node(index).end as usize)
        .filter(|at| matches!(page.node(*at).tag, Tag::H1 | Tag::H2 | Tag::H3))
}
