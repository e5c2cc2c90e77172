//! Writing a tree as HTML again.
//!
//! Follows "Serialising HTML fragments" of the HTML standard, with one
//! addition from its earlier editions: a `<pre>`, `<textarea>` or `<listing>`
//! whose text starts with a line break is written with one more, because the
//! parser takes the first one away.
//!
//! The output is not sanitised: what the page said, it says again.

use memchr::memchr3;

use crate::document::{Document, Namespace, NodeId, NodeKind};
use crate::tag::Tag;
use crate::walk::Edge;

impl Document {
    /// `node` and everything below it as HTML ("outer HTML"). For the root
    /// this is the whole page.
    ///
    /// ```
    /// # use cuttings_html::{Limits, parse};
    /// let document = parse("<p title='a\"b'>1 &lt; 2<br>", &Limits::default());
    /// let body = document.body().unwrap();
    /// assert_eq!(
    ///     document.to_html(body),
    ///     "<body><p title=\"a&quot;b\">1 &lt; 2<br></p></body>"
    /// );
    /// ```
    pub fn to_html(&self, node: NodeId) -> String {
        let mut html = String::new();
        for edge in self.traverse(node) {
            self.write_edge(edge, &mut html);
        }
        html
    }

    /// The children of `node` as HTML ("inner HTML").
    pub fn inner_html(&self, node: NodeId) -> String {
        let mut html = String::new();
        for child in self.children(node) {
            for edge in self.traverse(child) {
                self.write_edge(edge, &mut html);
            }
        }
        html
    }

    fn write_edge(&self, edge: Edge, html: &mut String) {
        match edge {
            Edge::Open(node) => match self.kind(node) {
                NodeKind::Element => self.write_start_tag(node, html),
                NodeKind::Text => self.write_text(node, html),
                NodeKind::Comment => {
                    html.push_str("<!--");
                    html.push_str(self.text(node));
                    html.push_str("-->");
                }
                NodeKind::Doctype => {
                    html.push_str("<!DOCTYPE ");
                    html.push_str(self.name(node));
                    html.push('>');
                }
                NodeKind::ProcessingInstruction => {
                    html.push_str("<?");
                    html.push_str(self.name(node));
                    html.push(' ');
                    html.push_str(self.text(node));
                    html.push('>');
                }
                NodeKind::Document => {}
            },
            Edge::Close(node) => {
                if self.kind(node) == NodeKind::Element && !self.tag(node).is_void() {
                    html.push_str("</");
                    html.push_str(self.name(node));
                    html.push('>');
                }
            }
        }
    }

    fn write_start_tag(&self, node: NodeId, html: &mut String) {
        html.push('<');
        html.push_str(self.name(node));
        for (name, value) in self.attrs(node) {
            html.push(' ');
            html.push_str(name);
            html.push_str("=\"");
            push_escaped(value, b'"', html);
            html.push('"');
        }
        html.push('>');
        if matches!(self.tag(node), Tag::Pre | Tag::Textarea | Tag::Listing)
            && let Some(first) = self.first_child(node)
            && self.text(first).starts_with('\n')
            && self.is_text(first)
        {
            html.push('\n');
        }
    }

    fn write_text(&self, node: NodeId, html: &mut String) {
        let text = self.text(node);
        let parent = self.parent(node);
        let is_literal = parent.is_some_and(|parent| {
            self.namespace(parent) == Namespace::Html
                && match self.tag(parent) {
                    Tag::Style
                    | Tag::Script
                    | Tag::Xmp
                    | Tag::Iframe
                    | Tag::Noembed
                    | Tag::Noframes
                    | Tag::Plaintext => true,
                    Tag::Noscript => self.scripting,
                    _ => false,
                }
        });
        if is_literal {
            html.push_str(text);
        } else {
            push_escaped(text, b'<', html);
        }
    }
}

/// Appends `text` with `&`, `<`, `>`, no-break spaces and, when `also` is a
/// quote, that quote as entities.
fn push_escaped(text: &str, also: u8, html: &mut String) {
    // A no-break space is 0xC2 0xA0 in UTF-8, and 0xA0 alone cannot be searched
    // for as part of a character, so 0xC2 is and its successor is looked at.
    let bytes = text.as_bytes();
    let mut written = 0;
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let special = memchr3(b'&', b'<', b'>', rest).unwrap_or(rest.len());
        let found = memchr::memchr2(also, 0xC2, &rest[..special]).unwrap_or(special);
        at += found;
        let (entity, length) = match bytes.get(at) {
            None => break,
            Some(b'&') => ("&amp;", 1),
            Some(b'<') => ("&lt;", 1),
            Some(b'>') => ("&gt;", 1),
            Some(b'"') => ("&quot;", 1),
            Some(_) if bytes.get(at + 1) == Some(&0xA0) => ("&nbsp;", 2),
            Some(_) => {
                at += 1;
                continue;
            }
        };
        html.push_str(&text[written..at]);
        html.push_str(entity);
        at += length;
        written = at;
    }
    html.push_str(&text[written..]);
}

#[cfg(test)]
mod tests {
    use crate::{Limits, parse};

    fn body_again(page: &str) -> String {
        let document = parse(page, &Limits::default());
        document.inner_html(document.body().expect("a parsed page has a body"))
    }

    #[test]
    fn text_and_attribute_values_are_escaped() {
        assert_eq!(
            body_again("<p title='<\"&amp;\u{a0}>'>a&lt;b&amp;c\u{a0}d\"e\u{a9}"),
            "<p title=\"&lt;&quot;&amp;&nbsp;&gt;\">a&lt;b&amp;c&nbsp;d\"e\u{a9}</p>"
        );
    }

    #[test]
    fn scripts_and_styles_are_written_as_they_stand() {
        let page = "<script>if (a < b && c) {}</script><style>a > b {}</style>";
        assert_eq!(
            body_again(&format!("<p></p>{page}")),
            format!("<p></p>{page}")
        );
    }

    #[test]
    fn a_leading_line_break_of_preformatted_text_survives() {
        let once = body_again("<pre>\n\nx</pre>");
        assert_eq!(once, "<pre>\n\nx</pre>");
        assert_eq!(body_again(&once), once);
    }

    #[test]
    fn the_whole_page_keeps_its_doctype_and_comments() {
        let page = "<!DOCTYPE html><!--a--><html><head></head><body>b</body></html><!--c-->";
        let document = parse(page, &Limits::default());
        assert_eq!(document.to_html(document.root()), page);
    }

    #[test]
    fn void_elements_have_no_end_tag() {
        assert_eq!(body_again("a<br>b<img src=c>"), "a<br>b<img src=\"c\">");
    }
}
