//! The kept lines as clean text and as HTML.
//!
//! [`crate::extract`] calls [`write`] last. The HTML is written new, element by
//! element, from what is kept, and passes the sanitizer after that. A
//! container such as a list is opened only when the first line in it is
//! written, so nothing empty is left behind. Every block at the top gets an id
//! `b1`, `b2` …, in order.

mod anchors;
mod asides;
mod code;

use std::collections::{HashMap, HashSet};

use cuttings_html::{Attr, Tag};

use self::anchors::Anchors;
use crate::letters::{is_alphanumeric, is_wide};
use crate::lines::{Candidate, Kind};
use crate::page::{Line, Page, is_block, is_data_table, push_folded};
use crate::pictures::{self, Addresses, Picture};
use crate::prune::Reason;
use crate::safe::{escape_attribute, escape_text};

/// What became of the kept lines.
#[derive(Default)]
pub struct Written {
    pub text: String,
    pub html: String,
    pub pictures: Vec<Picture>,
}

/// Writes the kept lines of `root`, with its pictures; the pictures of `lead`
/// (indices of nodes before the story) stand first.
pub fn write(
    page: &Page<'_>,
    root: usize,
    lines: &[Candidate],
    lead: &[usize],
    addresses: &Addresses,
) -> Written {
    let mut writer = Writer {
        page,
        root,
        addresses,
        out: Written::default(),
        open: Vec::new(),
        blocks: 0,
        seen: HashSet::new(),
        anchors: Anchors::of(page, lines, addresses),
        last: None,
        tables: HashMap::new(),
        figure: None,
    };
    for index in lead {
        writer.picture(*index);
    }
    writer.walk(root, lines);
    writer.end_links();
    writer.out
}

/// The number of words in a text; in scripts without spaces, two signs count
/// as one.
pub fn word_count(text: &str) -> usize {
    let (mut count, mut wide, mut has_letter) = (0, 0_usize, false);
    for c in text.chars().chain([' ']) {
        if c.is_whitespace() {
            count += if wide > 0 {
                wide.div_ceil(2)
            } else {
                usize::from(has_letter)
            };
            (wide, has_letter) = (0, false);
        } else {
            wide += usize::from(is_wide(c));
            has_letter = has_letter || is_alphanumeric(c);
        }
    }
    count
}

struct Container {
    end: usize,
    name: &'static str,
    opened: bool,
    /// Index of the element it stands for.
    node: usize,
    /// Whether a line was written straight into it.
    filled: bool,
}

struct Writer<'w, 'd> {
    page: &'w Page<'d>,
    root: usize,
    addresses: &'w Addresses,
    out: Written,
    open: Vec<Container>,
    blocks: usize,
    seen: HashSet<String>,
    anchors: Anchors<'d>,
    /// The list, row and table the last line stood in.
    last: Option<Place>,
    tables: HashMap<usize, bool>,
    /// The figure that was entered last, and how much was written before it.
    figure: Option<(usize, usize)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    list: Option<usize>,
    row: Option<usize>,
    table: Option<usize>,
}

impl Writer<'_, '_> {
    fn walk(&mut self, root: usize, lines: &[Candidate]) {
        let mut kept = lines
            .iter()
            .filter(|candidate| candidate.fate.is_none())
            .peekable();
        let end = self.page.node(root).end as usize;
        let mut at = root;
        while at < end {
            self.close_until(at);
            let node = self.page.node(at);
            if let Some(candidate) = kept.peek() {
                let line = self.page.lines[candidate.line];
                if at >= line.start as usize && node.tag == Tag::None {
                    let code = (candidate.kind == Kind::Code).then(|| self.code_around(&line));
                    if let Some(code) = code.flatten() {
                        let end = self.page.node(code).end as usize;
                        self.code(code);
                        while kept
                            .next_if(|next| (self.page.lines[next.line].start as usize) < end)
                            .is_some()
                        {}
                        at = end.max(at + 1);
                        continue;
                    }
                    self.line(candidate, &line);
                    self.pictures_in_line(&line);
                    kept.next();
                    at = (line.end as usize).max(at + 1);
                    continue;
                }
            }
            if node.dropped.is_some() && node.tag != Tag::None {
                // Between blocks of the text only, not before or after it.
                if node.dropped == Some(Reason::PullQuote)
                    && self.blocks > 0
                    && kept.peek().is_some()
                {
                    self.pull_quote(at);
                }
                at = node.end as usize;
                continue;
            }
            let next_line = kept
                .peek()
                .map_or(usize::MAX, |next| self.page.lines[next.line].start as usize);
            self.anchors.pass(self.page, at, next_line);
            match node.tag {
                Tag::Img => self.picture(at),
                Tag::Other if self.page.doc.name(node.id) == "amp-img" => self.picture(at),
                Tag::Iframe | Tag::Video | Tag::Audio | Tag::Other => self.embed(at),
                Tag::Figure => self.figure = Some((at, self.out.html.len())),
                Tag::Figcaption => self.caption_alone(at, next_line),
                Tag::Hr if self.blocks > 0 => {
                    if self.open.iter().all(|container| !container.opened) {
                        self.out.html.push_str("<hr>\n");
                    }
                }
                tag => {
                    if let Some(name) = self.container(at, tag) {
                        self.open.push(Container {
                            end: node.end as usize,
                            name,
                            opened: false,
                            node: at,
                            filled: false,
                        });
                    }
                }
            }
            at += 1;
        }
        self.close_until(usize::MAX);
    }

    /// The element that is written for a container of the page.
    fn container(&mut self, index: usize, tag: Tag) -> Option<&'static str> {
        Some(match tag {
            Tag::Ul | Tag::Menu | Tag::Dir => "ul",
            Tag::Ol => "ol",
            Tag::Li => {
                let listed = self
                    .open
                    .iter()
                    .any(|container| matches!(container.name, "ul" | "ol"));
                if !listed {
                    return None;
                }
                "li"
            }
            Tag::Dl => "dl",
            Tag::Dt | Tag::Dd => {
                if !self.open.iter().any(|container| container.name == "dl") {
                    return None;
                }
                if tag == Tag::Dt { "dt" } else { "dd" }
            }
            Tag::Blockquote => "blockquote",
            Tag::Table if self.is_data_table(index) => "table",
            Tag::Thead | Tag::Tbody | Tag::Tfoot | Tag::Tr | Tag::Td | Tag::Th | Tag::Caption => {
                let table = self
                    .page
                    .upward(index)
                    .find(|at| self.page.node(*at).tag == Tag::Table)?;
                if !self.is_data_table(table) || !self.open.iter().any(|open| open.node == table) {
                    return None;
                }
                match tag {
                    Tag::Thead => "thead",
                    Tag::Tbody => "tbody",
                    Tag::Tfoot => "tfoot",
                    Tag::Tr => "tr",
                    Tag::Td => "td",
                    Tag::Th => "th",
                    _ => "caption",
                }
            }
            _ => return None,
        })
    }

    /// Whether a table holds data and does not only lay out the page.
    fn is_data_table(&mut self, index: usize) -> bool {
        if let Some(known) = self.tables.get(&index) {
            return *known;
        }
        let data = is_data_table(self.page, index);
        self.tables.insert(index, data);
        data
    }

    fn close_until(&mut self, at: usize) {
        while let Some(last) = self.open.last() {
            if last.end > at {
                break;
            }
            if last.opened {
                self.out.html.push_str("</");
                self.out.html.push_str(last.name);
                self.out.html.push('>');
                if !self.open[..self.open.len() - 1]
                    .iter()
                    .any(|container| container.opened)
                {
                    self.out.html.push('\n');
                }
            }
            self.open.pop();
        }
    }

    fn open_all(&mut self) {
        for at in 0..self.open.len() {
            if self.open[at].opened {
                continue;
            }
            let (name, node) = (self.open[at].name, self.open[at].node);
            let outermost = !self.open[..at].iter().any(|container| container.opened);
            self.open[at].opened = true;
            self.start_tag(name, outermost, Some(node));
        }
    }

    fn start_tag(&mut self, name: &str, outermost: bool, node: Option<usize>) {
        self.out.html.push('<');
        self.out.html.push_str(name);
        let own_id = node.and_then(|node| self.page.attr(node, Attr::Id));
        if outermost {
            self.blocks += 1;
            self.out.html.push_str(" id=\"b");
            self.out.html.push_str(&self.blocks.to_string());
            self.out.html.push('"');
        } else if let Some(id) = own_id.filter(|id| self.anchors.print(id)) {
            self.attribute("id", id);
        }
        if let Some(node) = node {
            let told: &[(Attr, &str)] = match name {
                "td" | "th" => &[(Attr::Colspan, "colspan"), (Attr::Rowspan, "rowspan")],
                "ol" => &[(Attr::Start, "start")],
                _ => &[],
            };
            for (attr, key) in told
                .iter()
                .chain(&[(Attr::Dir, "dir"), (Attr::Lang, "lang")])
            {
                if let Some(value) = self.page.attr(node, *attr) {
                    self.attribute(key, value);
                }
            }
        }
        self.out.html.push('>');
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.html.push(' ');
        self.out.html.push_str(name);
        self.out.html.push_str("=\"");
        escape_attribute(&mut self.out.html, value);
        self.out.html.push('"');
    }

    fn line(&mut self, candidate: &Candidate, line: &Line) {
        self.add_text(candidate, line);
        if let Kind::Heading(_) | Kind::Paragraph = candidate.kind {
            // A stray list around a heading or a paragraph stays closed.
            let at_top = !self.open.iter().any(|container| container.opened);
            if at_top {
                self.open.retain(|container| {
                    container.end > line.end as usize && container.name == "blockquote"
                });
            }
        }
        self.open_all();
        let outermost = !self.open.iter().any(|container| container.opened);
        let block = line.block as usize;
        let in_cell = self
            .open
            .iter()
            .rev()
            .find(|container| container.opened)
            .is_some_and(|container| {
                matches!(container.name, "li" | "td" | "th" | "dt" | "dd" | "caption")
            });
        let name = match candidate.kind {
            Kind::Heading(1 | 2) => "h2",
            Kind::Heading(3) => "h3",
            Kind::Heading(_) => "h4",
            _ if in_cell && self.page.node(block).tag != Tag::P => "",
            _ => "p",
        };
        // A block that is written as a list or a quotation has told its own.
        let is_open = self.open.iter().any(|container| container.node == block);
        let told = (!is_open && block > self.root).then_some(block);
        if name.is_empty() {
            let again = self
                .open
                .last_mut()
                .is_some_and(|container| std::mem::replace(&mut container.filled, true));
            if again {
                self.out.html.push_str("<br>");
            }
            self.waiting_anchors(line.start as usize);
            self.inline(line, candidate.from);
            return;
        }
        self.start_tag(name, outermost, told);
        self.waiting_anchors(line.start as usize);
        self.inline(line, candidate.from);
        self.out.html.push_str("</");
        self.out.html.push_str(name);
        self.out.html.push('>');
        if outermost {
            self.out.html.push('\n');
        }
    }

    /// Writes what stands in a line, with the inline elements around it.
    fn inline(&mut self, line: &Line, from: usize) {
        let mut open: Vec<(usize, &'static str)> = Vec::new();
        let around: Vec<usize> = self
            .page
            .upward(from)
            .skip(1)
            .take_while(|at| *at != line.block as usize && !is_block(self.page.node(*at).tag))
            .collect();
        if let Some(link) = self.link_around(line) {
            self.open_inline(link, &mut open);
        }
        for at in around.into_iter().rev() {
            self.open_inline(at, &mut open);
        }
        let mut at = from;
        let mut space = false;
        let mut started = false;
        while at < line.end as usize {
            while let Some((end, name)) = open.last() {
                if *end > at {
                    break;
                }
                self.out.html.push_str("</");
                self.out.html.push_str(name);
                self.out.html.push('>');
                open.pop();
            }
            let node = self.page.node(at);
            if node.dropped.is_some() && node.tag != Tag::None {
                at = node.end as usize;
                continue;
            }
            match node.tag {
                Tag::None => {
                    let text = self.page.doc.text(node.id);
                    self.folded(text, &mut space, &mut started);
                }
                Tag::Br => {
                    self.out.html.push_str("<br>");
                    space = false;
                    started = false;
                }
                _ => {
                    if space && started {
                        self.out.html.push(' ');
                        space = false;
                        started = false;
                    }
                    self.open_inline(at, &mut open);
                }
            }
            at += 1;
        }
        while let Some((_, name)) = open.pop() {
            self.out.html.push_str("</");
            self.out.html.push_str(name);
            self.out.html.push('>');
        }
    }

    fn folded(&mut self, text: &str, space: &mut bool, started: &mut bool) {
        let mut plain = String::with_capacity(text.len());
        push_folded(&mut plain, text, space, *started);
        *started = *started || !plain.is_empty();
        escape_text(&mut self.out.html, &plain);
    }

    fn open_inline(&mut self, at: usize, open: &mut Vec<(usize, &'static str)>) {
        let node = self.page.node(at);
        let end = node.end as usize;
        let id = anchors::name_of(self.page, at).filter(|id| self.anchors.print(id));
        let is_turned = node.tag == Tag::Span
            && (self.page.attr(at, Attr::Dir).is_some()
                || self.page.attr(at, Attr::Lang).is_some());
        let name = match node.tag {
            Tag::A => {
                if open.iter().any(|(_, name)| *name == "a") {
                    return;
                }
                let href = self.page.attr(at, Attr::Href);
                if href.is_none() && id.is_none() {
                    return;
                }
                self.out.html.push_str("<a");
                if let Some(id) = id {
                    self.attribute("id", id);
                }
                if let Some(href) = href {
                    self.link_to(href);
                }
                self.out.html.push('>');
                open.push((end, "a"));
                return;
            }
            Tag::B | Tag::Strong => "strong",
            Tag::I | Tag::Em => "em",
            Tag::Code => "code",
            Tag::Kbd => "kbd",
            Tag::Samp | Tag::Tt => "samp",
            Tag::Var => "var",
            Tag::Sub => "sub",
            Tag::Sup => "sup",
            Tag::S | Tag::Strike => "s",
            Tag::Del => "del",
            Tag::Ins => "ins",
            Tag::Q => "q",
            Tag::Cite => "cite",
            Tag::Abbr | Tag::Acronym => "abbr",
            Tag::Mark => "mark",
            Tag::Small => "small",
            Tag::U => "u",
            Tag::Ruby => "ruby",
            Tag::Rt => "rt",
            Tag::Rp => "rp",
            Tag::Bdi => "bdi",
            Tag::Dfn => "dfn",
            Tag::Span if id.is_some() || is_turned => "span",
            _ => return,
        };
        self.out.html.push('<');
        self.out.html.push_str(name);
        if let Some(id) = id {
            self.attribute("id", id);
        }
        for (attr, key) in [(Attr::Dir, "dir"), (Attr::Lang, "lang")] {
            if let Some(value) = self.page.attr(at, attr) {
                self.attribute(key, value);
            }
        }
        self.out.html.push('>');
        open.push((end, name));
    }

    fn add_text(&mut self, candidate: &Candidate, line: &Line) {
        let block = line.block as usize;
        let nearest = |wanted: &[Tag]| {
            self.page
                .upward(block)
                .find(|at| wanted.contains(&self.page.node(*at).tag))
        };
        let place = match candidate.kind {
            Kind::Item => Place {
                list: nearest(&[Tag::Ul, Tag::Ol, Tag::Dl]),
                row: None,
                table: None,
            },
            Kind::Cell => Place {
                list: None,
                row: nearest(&[Tag::Tr]),
                table: nearest(&[Tag::Table]),
            },
            _ => Place {
                list: None,
                row: None,
                table: None,
            },
        };
        if !self.out.text.is_empty() {
            let between = match self.last {
                Some(last) if last.row.is_some() && last.row == place.row => "\t",
                Some(last) if last.table.is_some() && last.table == place.table => "\n",
                Some(last) if last.list.is_some() && last.list == place.list => "\n",
                _ => "\n\n",
            };
            self.out.text.push_str(between);
        }
        self.last = Some(place);
        self.out.text.push_str(&candidate.text);
    }

    fn pictures_in_line(&mut self, line: &Line) {
        for at in line.start as usize..line.end as usize {
            if self.page.node(at).tag == Tag::Img {
                self.picture(at);
            }
        }
    }

    fn picture(&mut self, index: usize) {
        let Some(picture) = pictures::read(self.page, index, self.addresses) else {
            return;
        };
        if !self.seen.insert(picture.src.clone()) {
            return;
        }
        let outermost = self.open_for_aside();
        self.start_tag("figure", outermost, None);
        self.out.html.push_str("<img");
        self.attribute("src", &picture.src);
        self.attribute("alt", picture.alt.as_deref().unwrap_or(""));
        for (name, side) in [("width", picture.width), ("height", picture.height)] {
            if let Some(side) = side {
                self.attribute(name, &side.to_string());
            }
        }
        self.out.html.push('>');
        if picture.caption.is_some() || picture.credit.is_some() {
            self.out.html.push_str("<figcaption>");
            escape_text(&mut self.out.html, picture.caption.as_deref().unwrap_or(""));
            if let Some(credit) = &picture.credit {
                self.out.html.push_str(" <span class=\"credit\">");
                escape_text(&mut self.out.html, credit);
                self.out.html.push_str("</span>");
            }
            self.out.html.push_str("</figcaption>");
        }
        self.out.html.push_str("</figure>");
        if outermost {
            self.out.html.push('\n');
        }
        self.out.pictures.push(picture);
    }
}
