//! Listings: one `<pre>` whatever a page's highlighter made of it.
//!
//! Highlighters put every line into an element of its own, or end it with
//! `<br>`. Both are line breaks here; colours and buttons go.

use cuttings_html::{Attr, Tag};

use super::{Place, Writer};
use crate::page::{Line, is_block};
use crate::safe::escape_text;

impl Writer<'_, '_> {
    /// The element that holds the whole listing a line belongs to.
    pub(super) fn code_around(&self, line: &Line) -> Option<usize> {
        self.page
            .upward(line.block as usize)
            .filter(|at| matches!(self.page.node(*at).tag, Tag::Pre | Tag::Listing | Tag::Xmp))
            .last()
            .filter(|at| *at >= self.root)
    }

    /// Writes a listing, to the HTML and to the text.
    pub(super) fn code(&mut self, index: usize) {
        let (text, links) = self.listing(index);
        if !self.out.text.is_empty() {
            self.out.text.push_str("\n\n");
        }
        self.out.text.push_str(&text);
        self.last = Some(Place {
            list: None,
            row: None,
            table: None,
        });
        self.open_all();
        let outermost = !self.open.iter().any(|container| container.opened);
        self.start_tag("pre", outermost, Some(index));
        self.waiting_anchors(index + 1);
        self.out.html.push_str("<code>");
        let mut from = 0;
        for (start, end, href) in links {
            escape_text(&mut self.out.html, &text[from..start]);
            self.out.html.push_str("<a");
            self.attribute("href", &href);
            self.out.html.push('>');
            escape_text(&mut self.out.html, &text[start..end]);
            self.out.html.push_str("</a>");
            from = end;
        }
        escape_text(&mut self.out.html, &text[from..]);
        self.out.html.push_str("</code></pre>");
        if outermost {
            self.out.html.push('\n');
        }
    }

    /// The text of a listing, and where in it links stand.
    fn listing(&self, index: usize) -> (String, Vec<(usize, usize, String)>) {
        let end = self.page.node(index).end as usize;
        let mut text = String::new();
        let mut links: Vec<(usize, usize, String)> = Vec::new();
        // The innermost link that is open: the end of its node, where its text
        // begins, and its address.
        let mut link: Option<(usize, usize, String)> = None;
        let mut lines: Vec<usize> = Vec::new();
        let mut at = index + 1;
        while at < end {
            if let Some((_, start, href)) = link.take_if(|(end, _, _)| *end <= at)
                && text.len() > start
            {
                links.push((start, text.len(), href));
            }
            while lines.last().is_some_and(|end| *end <= at) {
                lines.pop();
                break_line(&mut text);
            }
            let node = self.page.node(at);
            if node.dropped.is_some() && node.tag != Tag::None {
                at = node.end as usize;
                continue;
            }
            match node.tag {
                Tag::None => text.push_str(self.page.doc.text(node.id)),
                Tag::Br => text.push('\n'),
                Tag::A if link.is_none() => {
                    let href = self.page.attr(at, Attr::Href);
                    link = href
                        .and_then(|href| self.addresses.absolute(href))
                        .map(|href| (node.end as usize, text.len(), href));
                }
                tag if is_block(tag) => {
                    break_line(&mut text);
                    lines.push(node.end as usize);
                }
                _ => {}
            }
            at += 1;
        }
        if let Some((_, start, href)) = link {
            links.push((start, text.len(), href));
        }
        let kept = text.trim_end().len();
        text.truncate(kept);
        let opening = text.len() - text.trim_start_matches('\n').len();
        text.drain(..opening);
        links.retain_mut(|(start, end, _)| {
            *start = start.saturating_sub(opening).min(text.len());
            *end = end.saturating_sub(opening).min(text.len());
            start < end
        });
        (text, links)
    }
}

/// Ends a line that an element of its own holds.
fn break_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}
