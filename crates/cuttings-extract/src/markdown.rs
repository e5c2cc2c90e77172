//! An extraction as Markdown (CommonMark, with the tables and the strike-out of
//! GitHub's).
//!
//! `cuttings extract --format markdown` prints it. The kept HTML is parsed once
//! more and written block by block; what Markdown has no sign for keeps its
//! text alone, or its tag where the meaning hangs on it (`<sup>`).
//!
//! Text of a page never becomes markup: a line that begins with `1.` or `#` is
//! escaped like any star or bracket.

use cuttings_html::{Attr, Document, Edge, Limits, NodeId, Tag, parse_fragment};

use crate::Extraction;

mod escape;

use escape::{Mark, destination, escape, escaped, longest_run, starts_plain, wrapped};

/// The whole article: headline, dek, a line with byline, date, outlet and
/// address, then the text. Ends with a line end; empty when nothing was found.
///
/// Where there is no article, a quoted line says why.
///
/// ```
/// let page = "<title>Rain</title><article><h1>Rain</h1>
///     <p>It rained for a <b>third</b> day, and the river rose over its banks.</p>
///     <p>Nobody was hurt, said the mayor, who had come by boat.</p></article>";
/// let found = cuttings_extract::extract(page, None)?;
/// let text = cuttings_extract::markdown(&found);
/// assert!(text.starts_with("# Rain\n\nIt rained for a **third** day,"), "{text}");
/// # Ok::<(), cuttings_extract::ExtractError>(())
/// ```
pub fn markdown(extraction: &Extraction) -> String {
    let mut blocks: Vec<String> = Vec::new();
    if let Some(headline) = &extraction.headline {
        blocks.push(format!("# {}", escaped(headline)));
    }
    if let Some(dek) = &extraction.dek {
        blocks.push(wrapped(&escaped(dek), Mark::Emphasis, None, None));
    }
    let mut about: Vec<String> = [
        &extraction.byline,
        &extraction.published,
        &extraction.publication,
    ]
    .into_iter()
    .flatten()
    .map(|text| escaped(text))
    .collect();
    about.extend(
        extraction
            .canonical_url
            .as_ref()
            .map(|url| format!("<{url}>")),
    );
    if !about.is_empty() {
        blocks.push(starts_plain(&about.join(" · ")));
    }
    if let Some(reason) = &extraction.no_article {
        blocks.push(format!("> {}", escaped(&reason.explain())));
    }
    let body = body(extraction.html.as_str());
    if !body.is_empty() {
        blocks.push(body);
    }
    let mut text = blocks.join("\n\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// A piece of HTML as Markdown, without a line end behind it. Meant for what
/// the extractor keeps; of other elements only the text is written.
fn body(html: &str) -> String {
    let document = parse_fragment(html, Tag::Body, &Limits::default());
    let mut writer = Writer::new(&document, false);
    if let Some(root) = document.document_element() {
        writer.walk(root);
    }
    writer.out
}

/// Something that stands in front of the lines of the blocks inside it.
struct Prefix {
    /// In front of the first line; taken when it was written.
    first: Option<String>,
    rest: String,
}

struct List {
    /// The next number, for numbered lists.
    number: Option<u64>,
    /// Whether its sign differs from the usual one, so that it does not run
    /// into the list right before it.
    is_other: bool,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact about what was written last"
)]
struct Writer<'d> {
    document: &'d Document,
    out: String,
    /// The block that is being written, without prefixes.
    line: String,
    prefixes: Vec<Prefix>,
    lists: Vec<List>,
    /// Marks that are open and where they begin in `line`.
    marks: Vec<(Mark, usize)>,
    /// Where the text of the open link begins in `line`.
    link: Option<usize>,
    /// Signs in front of the block, such as those of a heading.
    lead: &'static str,
    /// Whether a space is due before the next text.
    space: bool,
    /// Whether the next block is the first one of a list item.
    is_item_start: bool,
    /// Whether the last block was the first one of a list item.
    last_was_item: bool,
    /// The kind of the last thing at this place, if it was a list.
    last_list: Option<(bool, bool)>,
    in_cell: bool,
}

impl<'d> Writer<'d> {
    fn new(document: &'d Document, in_cell: bool) -> Self {
        Self {
            document,
            out: String::new(),
            line: String::new(),
            prefixes: Vec::new(),
            lists: Vec::new(),
            marks: Vec::new(),
            link: None,
            lead: "",
            space: false,
            is_item_start: false,
            last_was_item: false,
            last_list: None,
            in_cell,
        }
    }

    fn walk(&mut self, root: NodeId) {
        let document = self.document;
        let mut skipped = None;
        for edge in document.traverse(root) {
            if let Some(until) = skipped {
                if edge == Edge::Close(until) {
                    skipped = None;
                }
                continue;
            }
            match edge {
                Edge::Open(node) if document.is_text(node) => self.text(document.text(node)),
                Edge::Open(node) if node != root && !self.open(node) => skipped = Some(node),
                Edge::Close(node) if node != root => self.close(node),
                Edge::Open(_) | Edge::Close(_) => {}
            }
        }
        self.end_block();
    }

    /// Starts an element. False when all of it has been written.
    fn open(&mut self, node: NodeId) -> bool {
        let tag = self.document.tag(node);
        if let Some(mark) = Mark::of(tag) {
            self.put_space();
            self.marks.push((mark, self.line.len()));
            return true;
        }
        match tag {
            Tag::Br => {
                if self.in_cell {
                    self.line.push_str("<br>");
                } else if !self.line.is_empty() {
                    self.line.push_str("\\\n");
                }
                self.space = false;
                return false;
            }
            Tag::Img => {
                self.picture(node);
                return false;
            }
            Tag::Code | Tag::Kbd | Tag::Samp | Tag::Var => {
                self.code(node);
                return false;
            }
            Tag::A => {
                self.put_space();
                self.link = Some(self.line.len());
            }
            Tag::Q => self.raw("“"),
            Tag::Rt => {
                let has_own = self
                    .document
                    .previous_sibling(node)
                    .is_some_and(|before| self.document.tag(before) == Tag::Rp);
                if !has_own {
                    self.raw("(");
                }
            }
            Tag::Sup => self.raw("<sup>"),
            Tag::Sub => self.raw("<sub>"),
            _ if self.in_cell && is_block(tag) => self.cell_break(),
            _ if self.in_cell => {}
            Tag::Pre => {
                self.fenced(node);
                return false;
            }
            Tag::Table => {
                self.table(node);
                return false;
            }
            Tag::Hr => {
                self.end_block();
                self.block("* * *");
                return false;
            }
            _ if is_block(tag) => self.open_block(node, tag),
            _ => {}
        }
        true
    }

    fn open_block(&mut self, node: NodeId, tag: Tag) {
        self.end_block();
        match tag {
            Tag::H1 | Tag::H2 => self.lead = "## ",
            Tag::H3 => self.lead = "### ",
            Tag::H4 => self.lead = "#### ",
            Tag::H5 => self.lead = "##### ",
            Tag::H6 => self.lead = "###### ",
            Tag::Dt | Tag::Summary => self.marks.push((Mark::Strong, 0)),
            Tag::Blockquote => self.prefixes.push(Prefix {
                first: Some("> ".to_owned()),
                rest: "> ".to_owned(),
            }),
            Tag::Ul | Tag::Ol => {
                let is_numbered = tag == Tag::Ol;
                let is_other = self.last_list == Some((is_numbered, false));
                let start = self
                    .document
                    .attr_named(node, "start")
                    .and_then(|start| start.parse().ok())
                    .unwrap_or(1);
                // Only a list from 1 may stand right below a line of text.
                self.last_was_item &= start == 1;
                self.lists.push(List {
                    number: is_numbered.then_some(start),
                    is_other,
                });
                self.last_list = None;
            }
            Tag::Li => {
                let sign = match self.lists.last_mut() {
                    Some(List {
                        number: Some(number),
                        is_other,
                    }) => {
                        let sign = format!("{number}{} ", if *is_other { ')' } else { '.' });
                        *number = number.saturating_add(1);
                        sign
                    }
                    Some(List { is_other: true, .. }) => "* ".to_owned(),
                    _ => "- ".to_owned(),
                };
                self.prefixes.push(Prefix {
                    rest: " ".repeat(sign.len()),
                    first: Some(sign),
                });
                self.is_item_start = true;
            }
            _ => {}
        }
    }

    fn close(&mut self, node: NodeId) {
        let tag = self.document.tag(node);
        if let Some(mark) = Mark::of(tag) {
            self.close_mark(mark, self.next_char(node));
            return;
        }
        match tag {
            Tag::A => self.close_link(node),
            Tag::Q => self.line.push('”'),
            Tag::Rt => {
                let has_own = self
                    .document
                    .next_sibling(node)
                    .is_some_and(|after| self.document.tag(after) == Tag::Rp);
                if !has_own {
                    self.line.push(')');
                }
            }
            Tag::Sup => self.line.push_str("</sup>"),
            Tag::Sub => self.line.push_str("</sub>"),
            _ if self.in_cell && is_block(tag) => self.cell_break(),
            _ if self.in_cell => {}
            _ if is_block(tag) => {
                if matches!(tag, Tag::Dt | Tag::Summary) {
                    self.close_mark(Mark::Strong, None);
                }
                self.end_block();
                match tag {
                    Tag::Blockquote => {
                        self.prefixes.pop();
                        self.last_list = None;
                    }
                    Tag::Li => {
                        // An empty item leaves its sign behind it unwritten.
                        self.prefixes.pop();
                        self.is_item_start = false;
                        self.last_list = None;
                    }
                    Tag::Ul | Tag::Ol => {
                        if let Some(list) = self.lists.pop() {
                            self.last_list = Some((list.number.is_some(), list.is_other));
                            self.last_was_item &= !self.lists.is_empty();
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let word_at = rest.find(|c: char| !c.is_ascii_whitespace());
            let Some(word_at) = word_at else {
                self.space = true;
                return;
            };
            self.space |= word_at > 0;
            rest = &rest[word_at..];
            let end = rest
                .find(|c: char| c.is_ascii_whitespace())
                .unwrap_or(rest.len());
            self.put_space();
            escape(&mut self.line, &rest[..end], self.in_cell);
            rest = &rest[end..];
        }
    }

    /// Writes the space that is due, except where a line begins.
    fn put_space(&mut self) {
        if std::mem::take(&mut self.space)
            && !self.line.is_empty()
            && !self.line.ends_with([' ', '\n'])
            && !self.line.ends_with("<br>")
        {
            self.line.push(' ');
        }
    }

    fn raw(&mut self, signs: &str) {
        self.put_space();
        self.line.push_str(signs);
    }

    /// Puts the signs around what was written since the mark was opened.
    fn close_mark(&mut self, mark: Mark, after: Option<char>) {
        let Some(at) = self.marks.iter().rposition(|(open, _)| *open == mark) else {
            return;
        };
        let (_, start) = self.marks.remove(at);
        let is_inside_same = self.marks.iter().any(|(open, _)| *open == mark);
        if start > self.line.len() || is_inside_same {
            return;
        }
        let inner = self.line.split_off(start);
        let before = self.line.chars().next_back();
        let after = if self.space { Some(' ') } else { after };
        self.line.push_str(&wrapped(&inner, mark, before, after));
    }

    fn close_link(&mut self, node: NodeId) {
        let Some(start) = self.link.take() else {
            return;
        };
        let address = self.document.attr(node, Attr::Href).unwrap_or_default();
        // A place inside of the page has no name in Markdown.
        if start > self.line.len() || address.is_empty() || address.starts_with('#') {
            return;
        }
        let text = self.line.split_off(start);
        if text.trim().is_empty() {
            self.line.push_str(&text);
            return;
        }
        if text.starts_with(' ') {
            self.line.push(' ');
        }
        if self.line.ends_with('!') {
            self.line.insert(self.line.len() - 1, '\\');
        }
        self.line
            .push_str(&format!("[{}]({})", text.trim(), destination(address)));
    }

    fn picture(&mut self, node: NodeId) {
        let source = self.document.attr(node, Attr::Src).unwrap_or_default();
        if source.is_empty() {
            return;
        }
        let alt = self.document.attr(node, Attr::Alt).unwrap_or_default();
        self.put_space();
        self.line.push_str("![");
        let words: Vec<&str> = alt.split_ascii_whitespace().collect();
        escape(&mut self.line, &words.join(" "), self.in_cell);
        self.line.push_str(&format!("]({})", destination(source)));
    }

    fn code(&mut self, node: NodeId) {
        let text = self.document.text_content(node);
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let mut text = words.join(" ");
        if text.is_empty() {
            return;
        }
        self.put_space();
        if self.in_cell {
            text = text.replace('|', "\\|");
        }
        let fence = "`".repeat(longest_run(&text, '`') + 1);
        let pad = if text.starts_with('`') || text.ends_with('`') {
            " "
        } else {
            ""
        };
        self.line
            .push_str(&format!("{fence}{pad}{text}{pad}{fence}"));
    }

    fn fenced(&mut self, node: NodeId) {
        self.end_block();
        let document = self.document;
        let mut text = String::new();
        for below in document.descendants(node) {
            if document.tag(below) == Tag::Br {
                text.push('\n');
            } else {
                text.push_str(document.text(below));
            }
        }
        if text.trim().is_empty() {
            return;
        }
        let fence = "`".repeat(longest_run(&text, '`').max(2) + 1);
        let text = text.trim_matches('\n');
        self.block(&format!("{fence}\n{text}\n{fence}"));
    }

    /// Writes a table; its cells hold one line each.
    fn table(&mut self, node: NodeId) {
        self.end_block();
        let document = self.document;
        let mut rows: Vec<(bool, Vec<String>)> = Vec::new();
        let mut next = document.first_child(node);
        while let Some(current) = next {
            next = match document.tag(current) {
                Tag::Caption => {
                    let caption = in_one_line(document, current);
                    self.block(&starts_plain(&caption));
                    document.next_after(current, node)
                }
                Tag::Tr => {
                    rows.push(row(document, current));
                    document.next_after(current, node)
                }
                _ => document.next_in_order(current, node),
            };
        }
        let columns = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        if columns == 0 {
            return;
        }
        if !rows.first().is_some_and(|(is_head, _)| *is_head) {
            rows.insert(0, (true, Vec::new()));
        }
        // The first row says how many columns there are; later ones may be
        // shorter.
        rows[0].1.resize(columns, String::new());
        let mut lines: Vec<String> = rows
            .iter()
            .map(|(_, cells)| format!("| {} |", cells.join(" | ")))
            .collect();
        lines.insert(1, format!("|{}", " --- |".repeat(columns)));
        self.block(&lines.join("\n"));
    }

    /// A line break between blocks of a cell.
    fn cell_break(&mut self) {
        let written = self.line.trim_end().len();
        if written > 0 && !self.line[..written].ends_with("<br>") {
            self.line.push_str("<br>");
        }
        self.space = false;
    }

    /// Writes the block that was gathered.
    fn end_block(&mut self) {
        self.space = false;
        // Marks do not reach across blocks.
        while let Some((mark, _)) = self.marks.last() {
            self.close_mark(*mark, None);
        }
        self.link = None;
        let lead = std::mem::take(&mut self.lead);
        let line = std::mem::take(&mut self.line);
        if self.in_cell {
            self.out = line;
            return;
        }
        let line = line.trim();
        let line = line.strip_suffix('\\').map_or(line, str::trim_end);
        if line.is_empty() {
            return;
        }
        if lead.is_empty() {
            self.block(&starts_plain(line));
        } else {
            let mut line = line.replace("\\\n", " ");
            if line.ends_with('#') {
                line.insert(line.len() - 1, '\\');
            }
            self.block(&format!("{lead}{line}"));
        }
    }

    /// Writes a block with what stands in front of its lines.
    fn block(&mut self, text: &str) {
        let is_item_start = std::mem::take(&mut self.is_item_start);
        if !self.out.is_empty() {
            self.out.push('\n');
            // Items follow each other closely; everything else stands apart.
            if !(is_item_start && self.last_was_item) {
                // The empty line belongs to what both blocks stand in.
                let shared: String = self
                    .prefixes
                    .iter()
                    .take_while(|prefix| prefix.first.is_none())
                    .map(|prefix| prefix.rest.as_str())
                    .collect();
                self.out.push_str(shared.trim_end());
                self.out.push('\n');
            }
        }
        for (index, line) in text.lines().enumerate() {
            if index > 0 {
                self.out.push('\n');
            }
            let mut in_front = String::new();
            for prefix in &mut self.prefixes {
                match prefix.first.take() {
                    Some(first) => in_front.push_str(&first),
                    None => in_front.push_str(&prefix.rest),
                }
            }
            let whole = format!("{in_front}{line}");
            self.out.push_str(whole.trim_end());
        }
        self.last_was_item = is_item_start;
        self.last_list = None;
    }

    /// The character that will follow the element, as far as it is text.
    fn next_char(&self, node: NodeId) -> Option<char> {
        let next = self.document.next_sibling(node)?;
        self.document.text(next).chars().next()
    }
}

/// Whether the element starts a block of its own.
fn is_block(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::P
            | Tag::Div
            | Tag::H1
            | Tag::H2
            | Tag::H3
            | Tag::H4
            | Tag::H5
            | Tag::H6
            | Tag::Ul
            | Tag::Ol
            | Tag::Li
            | Tag::Dl
            | Tag::Dt
            | Tag::Dd
            | Tag::Blockquote
            | Tag::Pre
            | Tag::Figure
            | Tag::Figcaption
            | Tag::Table
            | Tag::Caption
            | Tag::Tr
            | Tag::Td
            | Tag::Th
            | Tag::Details
            | Tag::Summary
            | Tag::Hr
    )
}

/// Most columns that one cell may span; pages write 1000 to mean all.
const MOST_SPANNED: usize = 20;

/// The cells of a row, and whether all of them are headings.
fn row(document: &Document, tr: NodeId) -> (bool, Vec<String>) {
    let mut cells = Vec::new();
    let mut is_head = true;
    for cell in document.children(tr) {
        let tag = document.tag(cell);
        if !matches!(tag, Tag::Td | Tag::Th) {
            continue;
        }
        is_head &= tag == Tag::Th;
        cells.push(in_one_line(document, cell));
        let spanned = document
            .attr_named(cell, "colspan")
            .and_then(|columns| columns.parse().ok())
            .unwrap_or(1_usize);
        cells.extend((1..spanned.min(MOST_SPANNED)).map(|_| String::new()));
    }
    (is_head && !cells.is_empty(), cells)
}

/// What is in a node, without line ends.
fn in_one_line(document: &Document, node: NodeId) -> String {
    let mut writer = Writer::new(document, true);
    writer.walk(node);
    let mut text = writer.out.trim();
    while let Some(before) = text.strip_suffix("<br>") {
        text = before.trim_end();
    }
    text.to_owned()
}

#[cfg(test)]
mod tests;
