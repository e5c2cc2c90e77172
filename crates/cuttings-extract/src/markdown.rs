//! An extraction as Markdown, for `cuttings extract --format markdown`.
//!
//! The dialect is CommonMark with GitHub's pipe tables. It is made from the
//! allow-listed HTML, so nothing in it that was not shown; characters that
//! would mean something in Markdown are escaped.

use cuttings_html::{Attr, Document, Edge, Limits, NodeId, Tag, parse_fragment};

use crate::Extraction;

/// The article as Markdown: the headline as heading, dek and byline as
/// paragraphs, then the story. Ends with one line feed unless it is empty.
///
/// ```
/// # use cuttings_extract::{extract, markdown};
/// let page = "<article><h1>Rain</h1><p>It rained for a <b>third</b> day, and the \
///     river rose over its banks.</p><p>Nobody was hurt, said the mayor.</p></article>";
/// let text = markdown(&extract(page, None)?);
/// assert!(text.starts_with("# Rain\n\nIt rained for a **third** day"));
/// # Ok::<(), cuttings_extract::ExtractError>(())
/// ```
pub fn markdown(extraction: &Extraction) -> String {
    let mut writer = Writer::default();
    if let Some(headline) = &extraction.headline {
        writer.paragraph("# ", headline);
    }
    if let Some(dek) = &extraction.dek {
        writer.paragraph("", dek);
    }
    if let Some(byline) = &extraction.byline {
        writer.paragraph("", byline);
    }
    let document = parse_fragment(extraction.html.as_str(), Tag::Div, &Limits::default());
    if let Some(holder) = document.document_element() {
        writer.story(&document, holder);
    }
    writer.end_block();
    let mut text = writer.out;
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// The lists and quotes a block is in, and the block being written.
#[derive(Default)]
struct Writer {
    out: String,
    line: String,
    /// What stands before the next block's first line, such as `## `.
    lead: String,
    frames: Vec<Frame>,
    cells: Option<Table>,
    code: Option<String>,
}

enum Frame {
    Quote,
    /// The number of the next item; none for bullets.
    List(Option<u64>),
    /// The mark, until it is printed, and its width.
    Item {
        mark: Option<String>,
        width: usize,
    },
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
}

impl Writer {
    fn paragraph(&mut self, lead: &str, text: &str) {
        lead.clone_into(&mut self.lead);
        self.text(text);
        self.end_block();
    }

    fn story(&mut self, document: &Document, root: NodeId) {
        for edge in document.traverse(root) {
            match edge {
                Edge::Open(node) if document.is_text(node) => match &mut self.code {
                    Some(code) => code.push_str(document.text(node)),
                    None => self.text(document.text(node)),
                },
                Edge::Open(node) => self.open(document, node),
                Edge::Close(node) if document.is_element(node) => self.close(document, node),
                Edge::Close(_) => {}
            }
        }
    }

    fn open(&mut self, document: &Document, node: NodeId) {
        let tag = document.tag(node);
        if let Some(code) = &mut self.code {
            if tag == Tag::Br {
                code.push('\n');
            }
            return;
        }
        match tag {
            Tag::Pre => {
                self.end_block();
                self.code = Some(String::new());
            }
            Tag::Code | Tag::Kbd | Tag::Samp => self.code = Some(String::new()),
            Tag::Strong | Tag::B => self.line.push_str("**"),
            Tag::Em | Tag::I => self.line.push('*'),
            Tag::A if document.has_attr(node, Attr::Href) => self.line.push('['),
            Tag::Img => {
                let alt = document.attr(node, Attr::Alt).unwrap_or("");
                if let Some(src) = document.attr(node, Attr::Src) {
                    self.line.push_str("![");
                    self.text(alt);
                    self.line.push_str("](");
                    self.line.push_str(&address(src));
                    self.line.push(')');
                } else {
                    self.text(alt);
                }
            }
            Tag::Br if self.cells.is_some() => self.line.push(' '),
            Tag::Br => {
                let kept = self.line.trim_end_matches(' ').len();
                self.line.truncate(kept);
                if !self.line.is_empty() {
                    self.line.push_str("\\\n");
                }
            }
            _ if self.cells.is_some() => self.open_in_table(tag),
            Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6 => {
                self.end_block();
                let level = match tag {
                    Tag::H1 => 1,
                    Tag::H2 => 2,
                    Tag::H3 => 3,
                    Tag::H4 => 4,
                    Tag::H5 => 5,
                    _ => 6,
                };
                self.lead = format!("{} ", "#".repeat(level));
            }
            Tag::Blockquote => self.enter(Frame::Quote),
            Tag::Ul => self.enter(Frame::List(None)),
            Tag::Ol => {
                let start = document.attr_named(node, "start");
                let start = start.and_then(|start| start.parse().ok()).unwrap_or(1);
                self.enter(Frame::List(Some(start)));
            }
            Tag::Li => {
                let mark = match self.frames.last_mut() {
                    Some(Frame::List(Some(number))) => {
                        let mark = format!("{number}. ");
                        *number = number.saturating_add(1);
                        mark
                    }
                    _ => "- ".to_owned(),
                };
                let width = mark.len();
                self.enter(Frame::Item {
                    mark: Some(mark),
                    width,
                });
            }
            Tag::Hr => {
                self.end_block();
                self.line.push_str("---");
                self.end_block();
            }
            Tag::Table => {
                self.end_block();
                self.cells = Some(Table::default());
            }
            _ if is_block(tag) => self.end_block(),
            _ => {}
        }
    }

    fn open_in_table(&mut self, tag: Tag) {
        let Some(table) = &mut self.cells else {
            return;
        };
        match tag {
            Tag::Tr => table.rows.push(Vec::new()),
            Tag::Td | Tag::Th => self.line.clear(),
            _ if is_block(tag) && !self.line.is_empty() => self.line.push(' '),
            _ => {}
        }
    }

    fn close(&mut self, document: &Document, node: NodeId) {
        let tag = document.tag(node);
        if self.code.is_some() {
            match tag {
                Tag::Pre => self.close_pre(),
                Tag::Code | Tag::Kbd | Tag::Samp if !is_in_pre(document, node) => {
                    let code = self.code.take().unwrap_or_default();
                    self.line.push_str(&code_span(&code));
                }
                _ => {}
            }
            return;
        }
        match tag {
            Tag::Strong | Tag::B => self.close_mark("**"),
            Tag::Em | Tag::I => self.close_mark("*"),
            Tag::A => {
                if let Some(href) = document.attr(node, Attr::Href) {
                    self.line.push_str("](");
                    self.line.push_str(&address(href));
                    self.line.push(')');
                }
            }
            Tag::Td | Tag::Th => {
                let cell = std::mem::take(&mut self.line);
                let cell = cell.replace('|', "\\|").replace('\n', " ");
                if let Some(row) = self.cells.as_mut().and_then(|table| table.rows.last_mut()) {
                    row.push(cell.trim().to_owned());
                }
            }
            Tag::Table => {
                if let Some(table) = self.cells.take() {
                    self.line = table.lines();
                    self.end_block();
                }
            }
            _ if self.cells.is_some() => {}
            Tag::Blockquote | Tag::Ul | Tag::Ol | Tag::Li => {
                self.end_block();
                self.frames.pop();
            }
            _ if is_block(tag) => self.end_block(),
            _ => {}
        }
    }

    /// Emphasis with a space inside its marks is none, so the space moves out.
    fn close_mark(&mut self, mark: &str) {
        let kept = self.line.trim_end_matches(' ').len();
        let had_space = kept < self.line.len();
        self.line.truncate(kept);
        if self.line.ends_with(mark) {
            self.line.truncate(kept - mark.len());
        } else {
            self.line.push_str(mark);
        }
        if had_space {
            self.line.push(' ');
        }
    }

    fn close_pre(&mut self) {
        let code = self.code.take().unwrap_or_default();
        let fence = "`".repeat(longest_run(&code).max(2) + 1);
        self.line = format!("{fence}\n{}\n{fence}", code.trim_end_matches('\n'));
        self.end_block();
    }

    fn enter(&mut self, frame: Frame) {
        self.end_block();
        self.frames.push(frame);
    }

    fn text(&mut self, text: &str) {
        for character in text.chars() {
            if character.is_whitespace() && character != '\u{a0}' {
                if !self.line.is_empty() && !self.line.ends_with([' ', '\n']) {
                    self.line.push(' ');
                }
                continue;
            }
            let starts_line = self.line.is_empty() || self.line.ends_with('\n');
            let after_digits = !starts_line && {
                let line = self.line.rsplit('\n').next().unwrap_or("");
                line.bytes().all(|byte| byte.is_ascii_digit())
            };
            let is_special = match character {
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '~' => true,
                '#' | '>' | '+' | '-' | '=' | '|' => starts_line,
                '.' | ')' => after_digits,
                _ => false,
            };
            if is_special {
                self.line.push('\\');
            }
            self.line.push(character);
        }
    }

    /// Writes the block begun, if it has anything in it.
    fn end_block(&mut self) {
        if self.cells.is_some() {
            return;
        }
        let line = std::mem::take(&mut self.line);
        let block = line.trim_end_matches([' ', '\n']);
        let block = block
            .strip_suffix('\\')
            .filter(|_| line.ends_with("\\\n"))
            .unwrap_or(block);
        let lead = std::mem::take(&mut self.lead);
        if block.is_empty() {
            return;
        }
        if !self.out.is_empty() {
            let rest: String = self
                .frames
                .iter()
                .map(|frame| match frame {
                    Frame::Quote => "> ".to_owned(),
                    Frame::Item { mark: None, width } => " ".repeat(*width),
                    _ => String::new(),
                })
                .collect();
            self.out.push('\n');
            self.out.push_str(rest.trim_end());
            self.out.push('\n');
        }
        for (number, text) in format!("{lead}{block}").lines().enumerate() {
            if number > 0 {
                self.out.push('\n');
            }
            let mut before = String::new();
            for frame in &mut self.frames {
                match frame {
                    Frame::Quote => before.push_str("> "),
                    Frame::List(_) => {}
                    Frame::Item { mark, width } => match mark.take() {
                        Some(mark) => before.push_str(&mark),
                        None => before.push_str(&" ".repeat(*width)),
                    },
                }
            }
            self.out.push_str(if text.is_empty() {
                before.trim_end()
            } else {
                &before
            });
            self.out.push_str(text);
        }
    }
}

impl Table {
    /// A pipe table; its first row is the head, which Markdown cannot lack.
    fn lines(&self) -> String {
        let rows: Vec<&Vec<String>> = self.rows.iter().filter(|row| !row.is_empty()).collect();
        let width = rows.iter().map(|row| row.len()).max().unwrap_or(0);
        let mut lines = Vec::new();
        for (number, row) in rows.iter().enumerate() {
            let cells = (0..width).map(|at| row.get(at).map_or("", String::as_str));
            lines.push(format!("| {} |", cells.collect::<Vec<_>>().join(" | ")));
            if number == 0 {
                lines.push(format!("|{}", " --- |".repeat(width)));
            }
        }
        lines.join("\n")
    }
}

fn is_block(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::P
            | Tag::Div
            | Tag::Figure
            | Tag::Figcaption
            | Tag::Caption
            | Tag::Dl
            | Tag::Dt
            | Tag::Dd
            | Tag::Details
            | Tag::Summary
            | Tag::H1
            | Tag::H2
            | Tag::H3
            | Tag::H4
            | Tag::H5
            | Tag::H6
    )
}

fn is_in_pre(document: &Document, node: NodeId) -> bool {
    document.ancestors(node).any(|ancestor| {
        matches!(
            document.tag(ancestor),
            Tag::Pre | Tag::Code | Tag::Kbd | Tag::Samp
        )
    })
}

/// Between as many backticks as it needs.
fn code_span(code: &str) -> String {
    let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
    if code.is_empty() {
        return code;
    }
    let fence = "`".repeat(longest_run(&code) + 1);
    let space = if code.starts_with('`') || code.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{code}{space}{fence}")
}

/// The length of the longest run of backticks.
fn longest_run(code: &str) -> usize {
    code.split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0)
}

/// An address that cannot end its link early.
fn address(url: &str) -> String {
    let mut safe = String::with_capacity(url.len());
    for character in url.chars() {
        match character {
            '(' => safe.push_str("%28"),
            ')' => safe.push_str("%29"),
            '<' => safe.push_str("%3C"),
            '>' => safe.push_str("%3E"),
            '\\' => safe.push_str("%5C"),
            _ if character.is_whitespace() => safe.push_str("%20"),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SafeHtml;

    fn of(html: &str) -> String {
        markdown(&Extraction {
            html: SafeHtml::sanitize(html),
            ..Extraction::default()
        })
    }

    #[test]
    fn blocks_of_every_kind_are_written() {
        assert_eq!(
            of("<h2>Part *one*</h2><p>a<br>b"),
            "## Part \\*one\\*\n\na\\\nb\n"
        );
        assert_eq!(
            of("<blockquote><p>a</p><p>b</p></blockquote>"),
            "> a\n>\n> b\n"
        );
        assert_eq!(
            of("<ol start=3><li>a<ul><li>b</li></ul></li><li><p>c</p><p>d</p></li></ol>"),
            "3. a\n\n   - b\n\n4. c\n\n   d\n"
        );
        assert_eq!(
            of("<table><tr><th>a<th>b</tr><tr><td>1|2</td></tr></table>"),
            "| a | b |\n| --- | --- |\n| 1\\|2 |  |\n"
        );
        assert_eq!(
            of("<pre><code>a *b*\n\n```</code></pre>"),
            "````\na *b*\n\n```\n````\n"
        );
    }

    #[test]
    fn what_stands_in_a_line_is_written_and_escaped() {
        assert_eq!(
            of("<p><a href='https://x.example/(a) b'>x</a> <b>bold </b>and <code>a`b</code></p>"),
            "[x](https://x.example/%28a%29%20b) **bold** and ``a`b``\n"
        );
        assert_eq!(
            of(
                "<figure><img src='https://x.example/i.png' alt='a [b]'><figcaption>c</figcaption></figure>"
            ),
            "![a \\[b\\]](https://x.example/i.png)\n\nc\n"
        );
        assert_eq!(
            of("<p>1. no list</p><p># no heading &lt;b></p>"),
            "1\\. no list\n\n\\# no heading \\<b>\n"
        );
    }
}
