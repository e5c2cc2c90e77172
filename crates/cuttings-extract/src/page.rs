//! The page laid flat: elements in document order, and the lines of its text.
//!
//! [`crate::extract`] lays a page once; everything after works on these two
//! lists. A subtree is a stretch of the first list (`start..end`), and the
//! lines of a subtree are a stretch of the second, so every count is a sum
//! over a range and nothing walks the tree again.
//!
//! A *line* is what a reader would call one: the text between two breaks that
//! block elements, or two `<br>` in a row, make.

use std::ops::Range;

use cuttings_html::{Attr, Document, NodeId, NodeKind, Tag};

use crate::letters::is_wide;
use crate::prune::Reason;
use crate::streamed::{self, Streamed};
use crate::traits::{Known, Traits};

/// An element, or a piece of text, in document order.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    pub id: NodeId,
    /// [`Tag::None`] for text.
    pub tag: Tag,
    /// Index of the parent; the root is its own.
    pub parent: u32,
    /// One past the last node inside.
    pub end: u32,
    pub traits: Traits,
    /// The lines that start inside, as a range.
    pub first_line: u32,
    pub end_line: u32,
    /// Why this node and all inside it is left out, if it is.
    pub dropped: Option<Reason>,
}

/// One line of visible text.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Index of its first text node, and one past its last.
    pub start: u32,
    pub end: u32,
    /// The block element it stands in.
    pub block: u32,
    /// Letters, signs and single spaces; a CJK sign counts for two.
    pub size: u32,
    /// Of these, inside links.
    pub link_size: u32,
    /// Of these, inside `<b>`, `<strong>` or `<em>`.
    pub strong_size: u32,
    /// Whether it ends as a sentence does.
    pub ends_sentence: bool,
}

impl Line {
    /// The share of it that is link, 0.0 to 1.0.
    pub fn link_share(&self) -> f32 {
        if self.size == 0 {
            0.0
        } else {
            self.link_size as f32 / self.size as f32
        }
    }
}

/// A page laid flat.
pub struct Page<'d> {
    pub doc: &'d Document,
    pub nodes: Vec<Node>,
    pub lines: Vec<Line>,
    /// Index of `<body>`, or of the root where there is none.
    pub body: usize,
    /// Elements with metadata in them: `h1`, `time`, `itemprop`, and those
    /// whose names hint at a byline or a date.
    pub marked: Vec<u32>,
    pub pictures: Vec<u32>,
}

/// Whether a table holds data and does not only lay out the page.
pub fn is_data_table(page: &Page<'_>, index: usize) -> bool {
    if matches!(page.attr(index, Attr::Role), Some("presentation" | "none")) {
        return false;
    }
    let (mut rows, mut cells, mut heads, mut texts) = (0, 0, 0, 0);
    for (at, node) in (index + 1..).zip(&page.nodes[index + 1..page.nodes[index].end as usize]) {
        match node.tag {
            Tag::Tr => rows += 1,
            Tag::Td => {
                cells += 1;
                texts += usize::from(holds_a_text(page, at));
            }
            Tag::Th => heads += 1,
            Tag::Table => return false,
            _ => {}
        }
    }
    heads > 0 || (rows >= 2 && cells > rows && texts == 0)
}

/// Whether a cell holds several paragraphs, as no datum does.
fn holds_a_text(page: &Page<'_>, cell: usize) -> bool {
    page.lines[page.lines_in(cell)]
        .iter()
        .filter(|line| line.size >= 80 && line.ends_sentence && line.link_share() < 0.3)
        .count()
        >= 3
}

/// Elements that break a line.
pub fn is_block(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Address
            | Tag::Article
            | Tag::Aside
            | Tag::Blockquote
            | Tag::Body
            | Tag::Caption
            | Tag::Center
            | Tag::Dd
            | Tag::Details
            | Tag::Dialog
            | Tag::Dir
            | Tag::Div
            | Tag::Dl
            | Tag::Dt
            | Tag::Fieldset
            | Tag::Figcaption
            | Tag::Figure
            | Tag::Footer
            | Tag::Form
            | Tag::H1
            | Tag::H2
            | Tag::H3
            | Tag::H4
            | Tag::H5
            | Tag::H6
            | Tag::Header
            | Tag::Hgroup
            | Tag::Hr
            | Tag::Html
            | Tag::Legend
            | Tag::Li
            | Tag::Listing
            | Tag::Main
            | Tag::Menu
            | Tag::Nav
            | Tag::Ol
            | Tag::Option
            | Tag::P
            | Tag::Pre
            | Tag::Search
            | Tag::Section
            | Tag::Summary
            | Tag::Table
            | Tag::Tbody
            | Tag::Td
            | Tag::Tfoot
            | Tag::Th
            | Tag::Thead
            | Tag::Tr
            | Tag::Ul
            | Tag::Xmp
            | Tag::Video
            | Tag::Audio
            | Tag::Iframe
    )
}

/// The tag by which an element is read. A template that holds the inside of the
/// element around it (a declarative shadow root) is shown, as a box.
fn tag_as_read(doc: &Document, id: NodeId) -> Tag {
    match doc.tag(id) {
        Tag::Template if doc.attr(id, Attr::Shadowrootmode).is_some() => Tag::Div,
        tag => tag,
    }
}

/// Elements whose content is never text of the page.
pub fn is_unread(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Script
            | Tag::Style
            | Tag::Template
            | Tag::Iframe
            | Tag::Object
            | Tag::Svg
            | Tag::Canvas
            | Tag::Audio
            | Tag::Video
            | Tag::Map
            | Tag::Select
            | Tag::Textarea
            | Tag::Input
            | Tag::Datalist
            | Tag::Noembed
            | Tag::Noframes
            | Tag::Applet
            | Tag::Head
            | Tag::Button
            | Tag::Progress
            | Tag::Meter
    )
}

/// What the attributes of an element say, read in one go.
#[derive(Default)]
struct Told<'d> {
    class: &'d str,
    id: &'d str,
    rel: &'d str,
    href: Option<&'d str>,
    is_property: bool,
    is_hidden: bool,
}

impl<'d> Told<'d> {
    fn of(doc: &'d Document, element: NodeId) -> Self {
        let mut told = Self::default();
        for (attr, value) in doc.known_attrs(element) {
            match attr {
                Attr::Class => told.class = value,
                Attr::Id => told.id = value,
                Attr::Rel => told.rel = value,
                Attr::Href => told.href = Some(value),
                Attr::Itemprop => told.is_property = true,
                Attr::Hidden => told.is_hidden = value != "until-found",
                _ => {}
            }
        }
        told
    }
}

/// The line being gathered.
#[derive(Default)]
struct Gather {
    open: Option<Line>,
    space: bool,
    breaks: u8,
    last_sign: char,
}

impl<'d> Page<'d> {
    /// Lays `doc` flat.
    pub fn lay(doc: &'d Document) -> Self {
        let mut page = Self {
            doc,
            nodes: Vec::with_capacity(doc.len()),
            lines: Vec::with_capacity(512),
            body: 0,
            marked: Vec::new(),
            pictures: Vec::new(),
        };
        let mut known = Known::new();
        let mut gather = Gather::default();
        // (index, whether it is a block, links open, strong open, unread)
        let mut open: Vec<Open> = Vec::new();
        let mut streamed = Streamed::default();
        // Parts that are being read, each with the template whose place it takes.
        let mut moved: Vec<(NodeId, NodeId)> = Vec::new();
        let mut next = Some(doc.root());
        while let Some(id) = next {
            let above = open.last().copied();
            if doc.tag(id) == Tag::Template
                && moved.len() < streamed::MAX_NESTED
                && let Some(part) = streamed.take_part(doc, id)
                && let Some(child) = doc.first_child(part)
            {
                moved.push((part, id));
                next = Some(child);
                continue;
            }
            if !streamed.is_placed(id)
                && let Some(entered) = page.enter(id, above, &mut gather, &mut known)
            {
                open.push(entered);
                if let Some(child) = doc.first_child(id) {
                    next = Some(child);
                    continue;
                }
                page.leave(&mut open, &mut gather);
            }
            next = None;
            let mut at = id;
            loop {
                if let Some(sibling) = doc.next_sibling(at) {
                    next = Some(sibling);
                    break;
                }
                let Some(parent) = doc.parent(at) else { break };
                if let Some((_, template)) = moved.pop_if(|(part, _)| *part == parent) {
                    at = streamed::end_of_stand_in(doc, template);
                } else {
                    at = parent;
                    page.leave(&mut open, &mut gather);
                }
            }
        }
        page.close_line(&mut gather);
        while !open.is_empty() {
            page.leave(&mut open, &mut gather);
        }
        page
    }

    /// Takes a node into the list; `None` when it has no inside to walk.
    fn enter(
        &mut self,
        id: NodeId,
        above: Option<Open>,
        gather: &mut Gather,
        known: &mut Known<'d>,
    ) -> Option<Open> {
        let index = self.nodes.len() as u32;
        let parent = above.map_or(0, |above| above.index);
        let mut node = Node {
            id,
            tag: tag_as_read(self.doc, id),
            parent,
            end: index + 1,
            traits: Traits::NONE,
            first_line: self.lines.len() as u32,
            end_line: self.lines.len() as u32,
            dropped: None,
        };
        match self.doc.kind(id) {
            NodeKind::Text => {
                if !above.is_some_and(|above| above.unread) {
                    self.nodes.push(node);
                    self.add_text(index, above, gather);
                }
                None
            }
            NodeKind::Element => {
                let told = Told::of(self.doc, id);
                node.traits = known.of_names(told.class) | known.of_names(told.id);
                let block = is_block(node.tag);
                if block {
                    self.close_line(gather);
                    node.first_line = self.lines.len() as u32;
                }
                self.note(index, node, &told);
                if node.tag == Tag::Body {
                    self.body = index as usize;
                }
                if node.tag == Tag::Br {
                    gather.breaks += 1;
                    gather.space = true;
                    if gather.breaks >= 2 {
                        self.close_line(gather);
                    }
                }
                self.nodes.push(node);
                let above_unread = above.is_some_and(|above| above.unread);
                Some(Open {
                    index,
                    block,
                    nearest_block: if block {
                        index
                    } else {
                        above.map_or(0, |a| a.nearest_block)
                    },
                    link: above.is_some_and(|above| above.link)
                        || (node.tag == Tag::A
                            && told.href.is_some_and(|href| {
                                // A heading's link to itself leads nowhere, but a
                                // list of links into the page is its contents.
                                !href.starts_with('#')
                                    || above.is_some_and(|a| {
                                        self.nodes[a.nearest_block as usize].tag == Tag::Li
                                    })
                            })),
                    strong: above.is_some_and(|above| above.strong)
                        || matches!(node.tag, Tag::B | Tag::Strong | Tag::Em | Tag::I),
                    unread: above_unread || is_unread(node.tag) || told.is_hidden,
                })
            }
            _ if above.is_none() => {
                self.nodes.push(node);
                Some(Open {
                    index,
                    ..Open::default()
                })
            }
            _ => None,
        }
    }

    fn note(&mut self, index: u32, node: Node, told: &Told<'_>) {
        let hinted = node
            .traits
            .has(Traits::BYLINE | Traits::DATE | Traits::DEK | Traits::AUTHOR_BIO);
        if hinted
            || matches!(node.tag, Tag::H1 | Tag::Time | Tag::Address)
            || told.is_property
            || told.rel.contains("author")
            || (node.tag == Tag::A && told.href.is_some_and(is_author_page))
        {
            self.marked.push(index);
        }
        if matches!(node.tag, Tag::Img | Tag::Noscript)
            || (node.tag == Tag::Other && self.doc.name(node.id) == "amp-img")
        {
            self.pictures.push(index);
        }
    }

    fn leave(&mut self, open: &mut Vec<Open>, gather: &mut Gather) {
        let Some(left) = open.pop() else { return };
        if left.block {
            self.close_line(gather);
        }
        // A line still open belongs to those who hold its start.
        let lines = self.lines.len() + usize::from(gather.open.is_some());
        let end = self.nodes.len() as u32;
        let node = &mut self.nodes[left.index as usize];
        node.end = end;
        node.end_line = lines as u32;
    }

    fn add_text(&mut self, index: u32, above: Option<Open>, gather: &mut Gather) {
        let text = self.doc.text(self.nodes[index as usize].id);
        let Some(above) = above else { return };
        let words = text.trim_start();
        gather.space = gather.space || words.len() < text.len();
        if words.is_empty() {
            return;
        }
        let mut size = u32::from(gather.space && gather.open.is_some());
        gather.breaks = 0;
        gather.space = false;
        for c in words.chars() {
            if c.is_whitespace() {
                gather.space = true;
                continue;
            }
            size += 1 + u32::from(gather.space) + u32::from(is_wide(c));
            gather.space = false;
        }
        let is_closing =
            |c: char| matches!(c, '"' | '”' | '’' | '\'' | ')' | '»' | '」' | '』' | ']');
        if let Some(last) = text
            .chars()
            .rfind(|c| !c.is_whitespace() && !is_closing(*c))
        {
            gather.last_sign = last;
        }
        let line = gather.open.get_or_insert(Line {
            start: index,
            end: index + 1,
            block: above.nearest_block,
            size: 0,
            link_size: 0,
            strong_size: 0,
            ends_sentence: false,
        });
        line.end = index + 1;
        line.size += size;
        if above.link {
            line.link_size += size;
        }
        if above.strong {
            line.strong_size += size;
        }
    }

    fn close_line(&mut self, gather: &mut Gather) {
        if let Some(mut line) = gather.open.take() {
            line.ends_sentence = matches!(
                gather.last_sign,
                '.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '।' | '۔'
            );
            self.lines.push(line);
        }
        gather.space = false;
        gather.breaks = 0;
    }

    /// The node at `index`.
    pub fn node(&self, index: usize) -> &Node {
        &self.nodes[index]
    }

    /// The value of an attribute of the element at `index`.
    pub fn attr(&self, index: usize, attr: Attr) -> Option<&'d str> {
        self.doc.attr(self.nodes[index].id, attr)
    }

    /// The lines that start inside the element at `index`.
    pub fn lines_in(&self, index: usize) -> Range<usize> {
        let node = &self.nodes[index];
        node.first_line as usize..(node.end_line as usize).min(self.lines.len())
    }

    /// The element at `index` and those around it, inside out.
    pub fn upward(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let mut next = Some(index);
        std::iter::from_fn(move || {
            let at = next?;
            let parent = self.nodes[at].parent as usize;
            next = (parent != at).then_some(parent);
            Some(at)
        })
    }

    /// Whether `inner` is `outer` or inside it.
    pub fn is_inside(&self, inner: usize, outer: usize) -> bool {
        inner >= outer && inner < self.nodes[outer].end as usize
    }

    /// Whether the node, or one around it, is left out.
    pub fn is_dropped(&self, index: usize) -> bool {
        self.upward(index)
            .any(|at| self.nodes[at].dropped.is_some())
    }

    /// The text of a line, white space folded, what is left out in it skipped.
    pub fn line_text(&self, line: &Line) -> String {
        self.text_between(line.start as usize, line.end as usize)
    }

    /// The same from the node at `from` on.
    pub fn line_text_from(&self, line: &Line, from: usize) -> String {
        self.text_between(from, line.end as usize)
    }

    /// The text inside the element at `index`, white space folded.
    pub fn text_in(&self, index: usize) -> String {
        self.text_between(index, self.nodes[index].end as usize)
    }

    /// The text inside an element, what is left out included.
    pub fn text_in_whole(&self, index: usize) -> String {
        let mut out = String::new();
        for node in &self.nodes[index..self.nodes[index].end as usize] {
            if node.tag == Tag::None {
                let text = self
                    .doc
                    .text(node.id)
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ");
                if !text.is_empty() {
                    if !out.is_empty() {
                        out.push(' ');
                    }
                    out.push_str(&text);
                }
            }
        }
        out
    }

    fn text_between(&self, start: usize, end: usize) -> String {
        let mut out = String::new();
        let mut space = false;
        let mut at = start;
        while at < end {
            let node = &self.nodes[at];
            if node.dropped.is_some() && node.tag != Tag::None {
                at = node.end as usize;
                continue;
            }
            if node.tag == Tag::None {
                push_folded(&mut out, self.doc.text(node.id), &mut space, false);
            } else if node.tag == Tag::Br || is_block(node.tag) {
                space = true;
            }
            at += 1;
        }
        out
    }
}

/// Appends `text` with white space folded to single signs. `space` says whether
/// some stood before it, and then whether some stood at its end. At the start
/// of `out` it is written only if the text `goes_on` from elsewhere.
pub fn push_folded(out: &mut String, text: &str, space: &mut bool, goes_on: bool) {
    out.reserve(text.len());
    let mut rest = text;
    loop {
        let word = rest.trim_start();
        *space = *space || word.len() < rest.len();
        if word.is_empty() {
            return;
        }
        if *space && (goes_on || !out.is_empty()) {
            out.push(' ');
        }
        *space = false;
        let end = word_end(word);
        out.push_str(&word[..end]);
        rest = &word[end..];
    }
}

/// The length of the word that `text` begins with.
fn word_end(text: &str) -> usize {
    text.bytes()
        .enumerate()
        .position(|(at, byte)| match byte {
            b' ' | b'\t'..=b'\r' => true,
            // What the white space beyond ASCII begins with.
            0xc2 | 0xe1..=0xe3 => text[at..].starts_with(char::is_whitespace),
            _ => false,
        })
        .unwrap_or(text.len())
}

/// Whether an address is that of a person's page on the site.
pub fn is_author_page(address: &str) -> bool {
    let mut parts = address.as_bytes().split(|byte| *byte == b'/');
    // The last part is the page, not what it is in.
    parts.next();
    parts.next_back();
    parts.any(|part| {
        matches!(
            part,
            b"author"
                | b"authors"
                | b"autor"
                | b"autoren"
                | b"auteur"
                | b"contributor"
                | b"contributors"
                | b"staff"
                | b"journalist"
                | b"reporters"
                | b"by"
        )
    })
}

/// What is known of an element while its inside is walked.
#[derive(Clone, Copy, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "four independent facts about one place"
)]
struct Open {
    index: u32,
    block: bool,
    nearest_block: u32,
    link: bool,
    strong: bool,
    unread: bool,
}
