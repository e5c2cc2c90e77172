//! Which parts of a page are not its story, whatever they say.
//!
//! [`crate::extract`] runs this before it looks for the story. A verdict is on
//! an element and takes everything inside it. Two things decide: what the
//! element is or is called ([`verdict`]), and how much of the page's prose it
//! holds: a name such as `has-sidebar` on a box with half the text in it is
//! about the layout, so every rule has a share above which it stands back.

use std::collections::{HashMap, HashSet};

use cuttings_html::{Attr, Tag};

use crate::page::{Node, Page, is_block};
use crate::phrases::same_words;
use crate::shape::{Claim, Discussion};
use crate::traits::Traits;

/// Why something is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    Advertisement,
    Appeal,
    AuthorBio,
    Byline,
    Caption,
    Comments,
    ContentsList,
    Control,
    Footer,
    Header,
    Hidden,
    Layer,
    LinkList,
    Metadata,
    Navigation,
    Outside,
    Promotion,
    PullQuote,
    Related,
    Repeated,
    RepeatedHeadline,
    Rights,
    Share,
    Sidebar,
    Wall,
}

/// How much prose each stretch of lines holds.
pub struct Prose {
    sums: Vec<f32>,
}

impl Prose {
    /// Weighs every line of `page`.
    pub fn weigh(page: &Page<'_>) -> Self {
        Self::of(page.lines.iter().map(|line| {
            if line.link_share() > 0.5 || line.size < 60 {
                0.0
            } else {
                (line.size - line.link_size) as f32
            }
        }))
    }

    /// Sums up the given weights, one for each line.
    pub fn of(weights: impl Iterator<Item = f32>) -> Self {
        let mut sums = vec![0.0];
        let mut total = 0.0;
        for weight in weights {
            total += weight;
            sums.push(total);
        }
        Self { sums }
    }

    /// The weight of a stretch of lines.
    pub fn between(&self, lines: &std::ops::Range<usize>) -> f32 {
        let last = self.sums.len() - 1;
        self.sums[lines.end.min(last)] - self.sums[lines.start.min(last)]
    }

    /// The weight of the whole page.
    pub fn total(&self) -> f32 {
        self.sums[self.sums.len() - 1]
    }
}

/// Marks what is not the story. In a discussion, posts and their authors stay.
///
/// `headline` is that of the story: what holds it is no layer over the page,
/// whatever it is called.
pub fn prune(
    page: &mut Page<'_>,
    prose: &Prose,
    discussion: Discussion,
    claim: Claim,
    headline: Option<&str>,
) {
    let headline = headline.and_then(|words| {
        page.marked
            .iter()
            .map(|at| *at as usize)
            .find(|at| page.node(*at).tag == Tag::H1 && same_words(&page.text_in(*at), words))
    });
    let lede = lede_named_teaser(page);
    let total = prose.total().max(1.0);
    let sizes = Prose::of(page.lines.iter().map(|line| line.size as f32));
    let whole = sizes.total().max(1.0);
    let cards = match claim {
        Claim::Story => HashSet::new(),
        Claim::Text | Claim::Nothing => cards(page),
    };
    let mut at = page.body;
    let end = page.node(page.body).end as usize;
    while at < end {
        let node = *page.node(at);
        if node.tag == Tag::None {
            at += 1;
            continue;
        }
        let lines = page.lines_in(at);
        // On a page of short lines, a few long ones in its footer are most of the
        // prose and little of the text.
        let share = (prose.between(&lines) / total).min(sizes.between(&lines) * 3.0 / whole);
        let is_card = page
            .attr(at, Attr::Class)
            .is_some_and(|class| cards.contains(class));
        if at != page.body
            && !is_card
            && let Some(reason) = verdict(page, at, share, discussion, claim)
            && !(reason == Reason::Promotion && lede.is_some_and(|lede| page.is_inside(at, lede)))
            && !(reason == Reason::Layer && headline.is_some_and(|inner| page.is_inside(inner, at)))
        {
            page.nodes[at].dropped = Some(reason);
            at = node.end as usize;
            if reason == Reason::Related && heading_level(node.tag).is_some() {
                at = drop_headed(page, at, &node);
            }
        } else {
            at += 1;
        }
    }
}

/// Share of all text of a page that boxes of one class hold together before they
/// are what the page shows, whatever they are called.
const MIN_CARD_SHARE: f32 = 0.2;

/// Class attributes that many boxes have, which hold much of the page's text
/// together: the cards of a list.
fn cards<'d>(page: &Page<'d>) -> HashSet<&'d str> {
    let size = |index: usize| -> u32 {
        page.lines[page.lines_in(index)]
            .iter()
            .map(|line| line.size)
            .sum()
    };
    let mut classes: HashMap<&'d str, (u32, u32)> = HashMap::new();
    for at in page.body..page.nodes.len() {
        let node = page.node(at);
        if node.tag != Tag::None
            && node.end_line > node.first_line
            && !node.traits.has(Traits::LAYER | Traits::COMMENTS)
            && NAME_RULES.iter().any(|(hint, ..)| node.traits.has(*hint))
            && let Some(class) = page.attr(at, Attr::Class)
        {
            let held = classes.entry(class).or_default();
            held.0 += 1;
            held.1 += size(at);
        }
    }
    let whole = size(page.body) as f32;
    classes
        .into_iter()
        .filter(|(_, (count, held))| *count >= 4 && *held as f32 >= MIN_CARD_SHARE * whole)
        .map(|(class, _)| class)
        .collect()
}

/// What stands below a heading that is named for other stories goes with it,
/// up to the next heading of its rank or a plain paragraph. Returns the index
/// after it; `at` is the index after the heading.
fn drop_headed(page: &mut Page<'_>, mut at: usize, heading: &Node) -> usize {
    let end = page.node(heading.parent as usize).end as usize;
    while at < end {
        let node = *page.node(at);
        let rank = heading_level(node.tag);
        if node.tag == Tag::P || rank.is_some_and(|rank| Some(rank) <= heading_level(heading.tag)) {
            break;
        }
        if node.tag != Tag::None {
            page.nodes[at].dropped = Some(Reason::Related);
        }
        at = node.end as usize;
    }
    at
}

/// The lede, where a page calls it the teaser of the article: the first element
/// of such a name after the headline, with a whole sentence and no link.
fn lede_named_teaser(page: &Page<'_>) -> Option<usize> {
    let headline = page
        .marked
        .iter()
        .map(|at| *at as usize)
        .find(|at| page.node(*at).tag == Tag::H1)?;
    let first = (headline..page.nodes.len()).find(|at| {
        let traits = page.node(*at).traits;
        traits.has(Traits::DEK) && traits.has(Traits::PROMOTION)
    })?;
    let lines = &page.lines[page.lines_in(first)];
    let tells = lines
        .iter()
        .any(|line| line.size >= 120 && line.ends_sentence);
    (tells && lines.iter().all(|line| line.link_size == 0)).then_some(first)
}

fn heading_level(tag: Tag) -> Option<u8> {
    match tag {
        Tag::H2 => Some(2),
        Tag::H3 => Some(3),
        Tag::H4 => Some(4),
        Tag::H5 => Some(5),
        Tag::H6 => Some(6),
        _ => None,
    }
}

/// Names that speak against an element: the hint, the reason, and the share of
/// the page's prose above which the name is not believed.
const NAME_RULES: &[(Traits, Reason, f32)] = &[
    (Traits::LAYER, Reason::Layer, 0.25),
    (Traits::AD, Reason::Advertisement, 0.2),
    (Traits::RELATED, Reason::Related, 0.25),
    (Traits::SHARE, Reason::Share, 0.15),
    (Traits::COMMENTS, Reason::Comments, 0.9),
    (Traits::NAVIGATION, Reason::Navigation, 0.3),
    (Traits::AUTHOR_BIO, Reason::AuthorBio, 0.2),
    (Traits::APPEAL, Reason::Appeal, 0.2),
    (Traits::PAYWALL, Reason::Wall, 0.2),
    (Traits::FOOTER, Reason::Footer, 0.25),
    (Traits::SIDEBAR, Reason::Sidebar, 0.45),
    (Traits::CONTENTS_LIST, Reason::ContentsList, 0.3),
    (Traits::BUTTONS, Reason::Control, 0.05),
    (Traits::META, Reason::Metadata, 0.15),
    (Traits::PROMOTION, Reason::Promotion, 0.15),
    (Traits::BYLINE, Reason::Byline, 0.05),
    (Traits::DATE, Reason::Metadata, 0.02),
];

/// The part of a discussion's prose that is told of one author at most.
const MAX_PROFILE_SHARE: f32 = 0.15;

/// The part of a page's prose that a pull quote holds at most.
const MAX_PULL_QUOTE_SHARE: f32 = 0.15;

/// Whether, and why, the element at `index` is not the story; `share` is the
/// part of the page's prose that it holds.
fn verdict(
    page: &Page<'_>,
    index: usize,
    share: f32,
    discussion: Discussion,
    claim: Claim,
) -> Option<Reason> {
    let node = page.node(index);
    // Printed beside the text, whatever element holds it; the HTML shows it.
    if node.traits.has(Traits::PULL_QUOTE)
        && !node.traits.has(Traits::HIDDEN)
        && is_block(node.tag)
        && node.tag != Tag::Body
        && !matches!(node.tag, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4)
        && share <= MAX_PULL_QUOTE_SHARE
        && !is_long(page, index)
    {
        return Some(Reason::PullQuote);
    }
    let by_tag = match node.tag {
        Tag::Script
        | Tag::Style
        | Tag::Template
        | Tag::Object
        | Tag::Svg
        | Tag::Canvas
        | Tag::Map
        | Tag::Button
        | Tag::Select
        | Tag::Textarea
        | Tag::Input
        | Tag::Datalist
        | Tag::Progress
        | Tag::Meter
        | Tag::Applet => return Some(Reason::Control),
        Tag::Dialog => Some((Reason::Layer, 0.3)),
        // Some pages keep their whole text here for those without scripts.
        Tag::Noscript => Some((Reason::Control, 0.4)),
        Tag::Nav | Tag::Menu | Tag::Search => Some((Reason::Navigation, 0.4)),
        // By tag and by name, beside the headline: it is one however long.
        Tag::Aside if node.traits.has(Traits::SIDEBAR) && headline_is_outside(page, index) => {
            Some((Reason::Sidebar, 1.0))
        }
        Tag::Aside => Some((Reason::Sidebar, 0.6)),
        Tag::Footer => {
            let quoted = page.node(node.parent as usize).tag == Tag::Blockquote;
            (!quoted).then_some((Reason::Footer, 0.3))
        }
        Tag::Form => Some((Reason::Control, 0.1)),
        Tag::A if is_heading_mark(page, index) => return Some(Reason::Control),
        // The source text of a formula, beside the formula.
        Tag::Other if page.doc.name(node.id) == "annotation" => return Some(Reason::Control),
        _ => None,
    };
    if let Some((reason, most)) = by_tag
        && share <= most
    {
        return Some(reason);
    }
    if let Some(role) = page.attr(index, Attr::Role) {
        let by_role = match role {
            "navigation" | "menu" | "menubar" | "search" | "tablist" | "toolbar" => {
                Some(Reason::Navigation)
            }
            "dialog" | "alertdialog" | "alert" | "tooltip" => Some(Reason::Layer),
            "contentinfo" => Some(Reason::Footer),
            "complementary" => Some(Reason::Sidebar),
            _ => None,
        };
        if by_role.is_some() && share <= 0.3 {
            return by_role;
        }
    }
    if is_hidden(page, index) && share <= 0.3 && !is_folded(page, index) {
        return Some(Reason::Hidden);
    }
    let is_frame = matches!(
        node.tag,
        Tag::Html | Tag::Body | Tag::Main | Tag::Tr | Tag::Td | Tag::Th | Tag::Tbody
    );
    if node.tag == Tag::Span && is_card_in_sentence(page, index) {
        return Some(Reason::Layer);
    }
    if is_frame || node.traits == Traits::NONE {
        return None;
    }
    if !is_block(node.tag) && !stands_alone(page, index) {
        return node.traits.has(Traits::HIDDEN).then_some(Reason::Hidden);
    }
    // A heading is judged by its words; pages name them in every way.
    let is_heading = matches!(node.tag, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4);
    let named_body = (node.traits.has(Traits::BODY) || node.tag == Tag::Article) && share > 0.1;
    if node.traits.has(Traits::HIDDEN)
        && share <= 0.1
        && !matches!(node.tag, Tag::Figure | Tag::Img | Tag::Picture)
        && !is_drawer(page, index)
    {
        return Some(Reason::Hidden);
    }
    if discussion != Discussion::No
        && node.traits.has(Traits::PROFILE)
        && share <= MAX_PROFILE_SHARE
        && !named_body
    {
        return Some(Reason::AuthorBio);
    }
    for (hint, reason, most) in NAME_RULES {
        if !node.traits.has(*hint) || share > *most || named_body {
            continue;
        }
        let spared = match *reason {
            Reason::Comments => discussion == Discussion::OfComments,
            Reason::Byline => is_long(page, index) || discussion != Discussion::No,
            Reason::Metadata | Reason::Promotion => {
                // Where nothing claims to be a story, the page may be made of these.
                is_heading
                    || is_long(page, index)
                    || (claim == Claim::Nothing && has_heading(page, index))
            }
            // A list of contents is links, and an advertisement has no long text.
            Reason::ContentsList => !is_linked(page, index),
            // What is behind the wall is the story, and long; the wall is short.
            Reason::Advertisement | Reason::Wall => is_long(page, index) || node.tag == Tag::P,
            // An embedded post is a quotation.
            Reason::Share => {
                is_heading
                    || page.nodes[index..node.end as usize]
                        .iter()
                        .any(|node| node.tag == Tag::Blockquote)
            }
            Reason::Layer | Reason::Related => false,
            _ => is_heading,
        };
        if !spared {
            return Some(*reason);
        }
    }
    None
}

/// Share of the plain text in the story's place that a row of teasers may hold.
const MAX_TEASER_SHARE: f32 = 0.12;
/// Plain text, in characters, that is a story by itself, however many teasers
/// stand around it.
const STORY_SIZE: u32 = 1600;

/// Marks rows of teasers inside the story's place: three or more siblings of
/// one name, each a linked heading with at most a few lines below it. Where
/// they are much of the text they are what the page is about, and stay. A
/// gallery with a heading goes where it follows the story.
pub fn prune_teasers(page: &mut Page<'_>, root: usize) {
    let end = page.node(root).end as usize;
    let size = |page: &Page<'_>, index: usize| -> u32 {
        page.lines[page.lines_in(index)]
            .iter()
            .map(|line| line.size - line.link_size)
            .sum()
    };
    let mut rows = Vec::new();
    let mut galleries = Vec::new();
    let mut at = root + 1;
    while at < end {
        let node = *page.node(at);
        if node.tag == Tag::None {
            at += 1;
        } else if node.dropped.is_some() {
            at = node.end as usize;
        } else if page.lines_in(at).len() >= 3 && is_row_of_teasers(page, at) {
            rows.push((at, size(page, at)));
            at = node.end as usize;
        } else if node.traits.has(Traits::GALLERY) && is_titled_gallery(page, at) {
            galleries.push(at);
            rows.push((at, size(page, at)));
            at = node.end as usize;
        } else {
            at += 1;
        }
    }
    let whole = size(page, root);
    let teased: u32 = rows.iter().map(|(_, size)| *size).sum();
    let last = page.lines_in(root).end;
    for (row, held) in &rows {
        let after: u32 = (page.lines_in(*row).end..last)
            .filter(|at| {
                !rows
                    .iter()
                    .any(|(other, _)| page.lines_in(*other).contains(at))
            })
            .map(|at| &page.lines[at])
            .filter(|line| line.size >= 80 && line.link_share() < 0.3)
            .map(|line| line.size)
            .sum();
        let is_small = (*held as f32) < whole as f32 * MAX_TEASER_SHARE && !galleries.contains(row);
        let is_after_story = whole - teased >= STORY_SIZE && after < (whole - teased) / 4;
        if is_small || is_after_story {
            page.nodes[*row].dropped = Some(Reason::Related);
        }
    }
}

/// Whether an element is a set of pictures with a heading of its own: another
/// story told in pictures. Those of this story stand without one.
fn is_titled_gallery(page: &Page<'_>, index: usize) -> bool {
    const LEAST_LINES: usize = 6;
    // A carousel may turn over parts of this story: quotations, features.
    let is_of_pictures = page
        .attr(index, Attr::Class)
        .is_some_and(|names| names.contains("gallery") || names.contains("slideshow"));
    let lines = page.lines_in(index);
    is_of_pictures
        && lines.len() >= LEAST_LINES
        && heading_level(page.node(page.lines[lines.start].block as usize).tag).is_some()
}

fn is_row_of_teasers(page: &Page<'_>, index: usize) -> bool {
    let mut names: Vec<(Tag, &str, usize)> = Vec::new();
    let (mut teasers, mut others) = (0, 0);
    for child in crate::score::children(page, index) {
        let lines = page.lines_in(child);
        if lines.is_empty() {
            continue;
        }
        if is_teaser(page, child) {
            teasers += 1;
            let tag = page.node(child).tag;
            let class = page
                .attr(child, Attr::Class)
                .and_then(|class| class.split_whitespace().next())
                .unwrap_or("");
            match names.iter_mut().find(|(t, c, _)| *t == tag && *c == class) {
                Some((_, _, count)) => *count += 1,
                None => names.push((tag, class, 1)),
            }
        } else if lines.len() > 1 || page.lines[lines.start].size > 60 {
            others += 1;
        }
    }
    let most = names.iter().map(|(_, _, count)| *count).max().unwrap_or(0);
    most >= 3 && teasers > 3 * others && !is_bare_list(page, index)
}

/// Whether an element is a list of lines without pictures or headings. Links in it
/// are judged as a list by [`crate::lines`], which knows what leads to it.
fn is_bare_list(page: &Page<'_>, index: usize) -> bool {
    matches!(page.node(index).tag, Tag::Ul | Tag::Ol)
        && page.lines[page.lines_in(index)]
            .iter()
            .all(|line| page.node(line.block as usize).tag == Tag::Li)
        && !page.nodes[index..page.node(index).end as usize]
            .iter()
            .any(|node| node.tag == Tag::Img)
}

/// A linked heading, or a link around everything, and little more.
fn is_teaser(page: &Page<'_>, index: usize) -> bool {
    if matches!(
        page.node(index).tag,
        Tag::P | Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::Tr | Tag::Td
    ) {
        return false;
    }
    let lines = &page.lines[page.lines_in(index)];
    let size: u32 = lines.iter().map(|line| line.size).sum();
    let plain: u32 = lines.iter().map(|line| line.size - line.link_size).sum();
    let titled = lines
        .iter()
        .take(3)
        .any(|line| line.size >= 15 && line.size <= 200 && line.link_share() > 0.9);
    // Items that are a link and nothing else are a list of links.
    let is_bare = page.node(index).tag == Tag::Li && lines.len() == 1;
    titled && !is_bare && lines.len() <= 8 && plain <= 400 && size <= 700
}

/// Whether a link is the sign beside a heading that leads to the heading
/// itself: "#", "¶", or nothing that can be seen.
fn is_heading_mark(page: &Page<'_>, index: usize) -> bool {
    page.attr(index, Attr::Href)
        .is_some_and(|href| href.contains('#'))
        && page
            .upward(index)
            .skip(1)
            .take(3)
            .any(|at| heading_level(page.node(at).tag).is_some() || page.node(at).tag == Tag::H1)
        && !page.text_in(index).chars().any(char::is_alphanumeric)
}

/// Whether the page has a main headline, and none of them in this element.
fn headline_is_outside(page: &Page<'_>, index: usize) -> bool {
    let mut headlines = page
        .marked
        .iter()
        .map(|at| *at as usize)
        .filter(|at| page.node(*at).tag == Tag::H1)
        .peekable();
    headlines.peek().is_some() && headlines.all(|at| !page.is_inside(at, index))
}

/// Whether a part of the page has a heading of its own.
fn has_heading(page: &Page<'_>, index: usize) -> bool {
    let node = page.node(index);
    (index..node.end as usize).any(|at| {
        let inner = page.node(at);
        matches!(inner.tag, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4)
            && inner.end_line > inner.first_line
    })
}

/// Whether an element holds more text than a byline or a row of tags does.
fn is_long(page: &Page<'_>, index: usize) -> bool {
    let size: u32 = page.lines[page.lines_in(index)]
        .iter()
        .map(|line| line.size - line.link_size)
        .sum();
    size > 300
}

/// Whether an inline element is whole lines by itself and not a part of a
/// sentence.
fn stands_alone(page: &Page<'_>, index: usize) -> bool {
    let lines = page.lines_in(index);
    lines.start < lines.end
        && page.lines[lines]
            .iter()
            .all(|line| line.end <= page.node(index).end)
}

/// Whether an inline element inside a sentence is a card that opens over it: a
/// picture and a few links beside each other, with no words of its own.
fn is_card_in_sentence(page: &Page<'_>, index: usize) -> bool {
    const MOST_NODES: usize = 100;
    let end = page.node(index).end as usize;
    if end - index > MOST_NODES {
        return false;
    }
    let (mut links, mut has_picture) = (0, false);
    for at in index + 1..end {
        let node = page.node(at);
        let is_right_inside = node.parent as usize == index;
        match node.tag {
            Tag::A if is_right_inside => links += 1,
            Tag::Img if is_right_inside => has_picture = true,
            Tag::None if is_right_inside && !page.doc.text(node.id).trim().is_empty() => {
                return false;
            }
            _ => {}
        }
    }
    has_picture && links >= 3
}

/// Whether a hidden element is a part of the text that a reader may unfold: it
/// has long lines, and no name that speaks against it.
fn is_folded(page: &Page<'_>, index: usize) -> bool {
    let against = Traits::LAYER
        | Traits::NAVIGATION
        | Traits::COMMENTS
        | Traits::SHARE
        | Traits::AD
        | Traits::APPEAL
        | Traits::HIDDEN;
    let named = page
        .upward(index)
        .take(3)
        .any(|at| page.node(at).traits.has(against));
    if named {
        return false;
    }
    // Of the line an inline element stands in, it may be a word.
    if !is_block(page.node(index).tag) && !stands_alone(page, index) {
        let text = page.text_in(index);
        return text.len() >= 120 && text.ends_with(['.', '!', '?', '…', '”', '"']);
    }
    let lines = &page.lines[page.lines_in(index)];
    lines
        .iter()
        .any(|line| line.size >= 120 && line.link_share() < 0.3)
        && !is_linked(page, index)
}

/// Whether an element named as hidden is a drawer with text in it, which the
/// reader pulls open: the answer below a question.
fn is_drawer(page: &Page<'_>, index: usize) -> bool {
    let is_named = [Attr::Class, Attr::Id].iter().any(|attr| {
        page.attr(index, *attr).is_some_and(|names| {
            let names = names.to_ascii_lowercase();
            ["accordion", "collaps", "faq", "answer", "toggle"]
                .iter()
                .any(|name| names.contains(name))
        })
    });
    is_named
        && !is_linked(page, index)
        && page.lines[page.lines_in(index)]
            .iter()
            .any(|line| line.size >= 80 && line.ends_sentence)
}

/// Whether most of an element's text is links.
fn is_linked(page: &Page<'_>, index: usize) -> bool {
    let lines = &page.lines[page.lines_in(index)];
    let size: u32 = lines.iter().map(|line| line.size).sum();
    let linked: u32 = lines.iter().map(|line| line.link_size).sum();
    linked * 2 > size
}

fn is_hidden(page: &Page<'_>, index: usize) -> bool {
    if page.attr(index, Attr::Hidden).is_some() {
        return true;
    }
    let picture = matches!(page.node(index).tag, Tag::Figure | Tag::Img | Tag::Picture);
    if !picture && page.attr(index, Attr::AriaHidden) == Some("true") {
        return true;
    }
    page.attr(index, Attr::Style).is_some_and(|style| {
        let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
        let style = style.to_ascii_lowercase();
        style.contains("display:none") || style.contains("visibility:hidden")
    })
}
