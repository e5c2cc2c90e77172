//! What stands between the lines: pull quotes, embedded media, and captions of
//! what is no picture. All of it is in the HTML and not in the text.

use cuttings_html::{Attr, Tag};

use super::Writer;
use crate::page::Line;
use crate::phrases::is_label;
use crate::safe::escape_text;

/// Elements that players and posts are embedded with, the attribute that names
/// what they show, and what comes before it in an address.
const NAMED_EMBEDS: &[(&str, &str, &str)] = &[
    (
        "amp-youtube",
        "data-videoid",
        "https://www.youtube.com/watch?v=",
    ),
    (
        "lite-youtube",
        "videoid",
        "https://www.youtube.com/watch?v=",
    ),
    ("amp-vimeo", "data-videoid", "https://vimeo.com/"),
    ("lite-vimeo", "videoid", "https://vimeo.com/"),
    (
        "amp-dailymotion",
        "data-videoid",
        "https://www.dailymotion.com/video/",
    ),
    (
        "amp-twitter",
        "data-tweetid",
        "https://twitter.com/i/status/",
    ),
    (
        "amp-instagram",
        "data-shortcode",
        "https://www.instagram.com/p/",
    ),
    ("amp-facebook", "data-href", ""),
    ("amp-iframe", "src", ""),
    ("amp-video", "src", ""),
    ("amp-video-iframe", "src", ""),
    ("amp-audio", "src", ""),
];

impl Writer<'_, '_> {
    /// Makes ready for something that is no line: inside a list or table that
    /// has begun, its cell or item is opened. Whether it stands at the top.
    pub(super) fn open_for_aside(&mut self) -> bool {
        let outermost = !self.open.iter().any(|container| container.opened);
        if !outermost {
            self.open_all();
        }
        outermost
    }

    /// A pull quote, which is in the HTML and not in the text: what it says is
    /// a sentence of the story again. Not written inside a list or a table.
    pub(super) fn pull_quote(&mut self, index: usize) {
        if self.open.iter().any(|container| container.opened) {
            return;
        }
        let end = self.page.node(index).end;
        let lines: Vec<String> = self.page.lines[self.page.lines_in(index)]
            .iter()
            .filter(|line| line.end <= end)
            .map(|line| self.page.line_text(line))
            .filter(|text| !text.is_empty() && !is_label(text))
            .collect();
        if lines.is_empty() {
            return;
        }
        self.blocks += 1;
        self.out.html.push_str("<blockquote id=\"b");
        self.out.html.push_str(&self.blocks.to_string());
        self.out.html.push_str("\" class=\"pull-quote\">");
        for line in lines {
            self.out.html.push_str("<p>");
            escape_text(&mut self.out.html, &line);
            self.out.html.push_str("</p>");
        }
        self.out.html.push_str("</blockquote>\n");
    }

    /// An embedded video, player or post becomes a link to it.
    pub(super) fn embed(&mut self, index: usize) {
        let Some(address) = self.embedded(index) else {
            return;
        };
        if !self.seen.insert(address.clone()) {
            return;
        }
        let label = self.embed_label(index, &address);
        if self.open_for_aside() {
            self.blocks += 1;
            self.out.html.push_str("<p id=\"b");
            self.out.html.push_str(&self.blocks.to_string());
            self.out.html.push('"');
        } else {
            self.out.html.push_str("<p");
        }
        self.out.html.push_str(" class=\"embed\"><a");
        self.attribute("href", &address);
        self.out.html.push('>');
        escape_text(&mut self.out.html, &label);
        self.out.html.push_str("</a></p>");
        if !self.open.iter().any(|container| container.opened) {
            self.out.html.push('\n');
        }
    }

    /// The address of what an element embeds.
    fn embedded(&self, index: usize) -> Option<String> {
        let source = |at: usize| {
            [Attr::Src, Attr::DataSrc]
                .into_iter()
                .find_map(|attr| self.page.attr(at, attr))
                .and_then(|src| self.addresses.web(src))
        };
        let node = self.page.node(index);
        match node.tag {
            Tag::Video | Tag::Audio => {
                (index..node.end as usize).find_map(|at| match self.page.node(at).tag {
                    Tag::Video | Tag::Audio | Tag::Source => source(at),
                    _ => None,
                })
            }
            Tag::Iframe => source(index).filter(|address| is_media(address)),
            _ => {
                let name = self.page.doc.name(node.id);
                let (_, attribute, before) =
                    NAMED_EMBEDS.iter().find(|(embed, _, _)| *embed == name)?;
                let value = self.page.doc.attr_named(node.id, attribute)?.trim();
                if value.is_empty() {
                    return None;
                }
                self.addresses.web(&format!("{before}{value}"))
            }
        }
    }

    /// What an embed calls itself; else the file's name or the host.
    fn embed_label(&self, index: usize, address: &str) -> String {
        let node = self.page.node(index);
        let title = [
            self.page.attr(index, Attr::Title),
            self.page.doc.attr_named(node.id, "aria-label"),
        ];
        if let Some(title) = title
            .into_iter()
            .flatten()
            .map(str::trim)
            .find(|title| !title.is_empty())
        {
            return title.to_owned();
        }
        let path = address.split(['?', '#']).next().unwrap_or(address);
        let part = if matches!(node.tag, Tag::Video | Tag::Audio) {
            path.rsplit('/').find(|part| !part.is_empty())
        } else {
            path.split('/').nth(2)
        };
        part.unwrap_or(address)
            .trim_start_matches("www.")
            .to_owned()
    }

    /// The caption of a figure that holds no picture: of a table, a listing, a
    /// quotation or a video that was written.
    pub(super) fn caption_alone(&mut self, index: usize, next_line: usize) {
        let Some((figure, before)) = self.figure.take() else {
            return;
        };
        let end = self.page.node(figure).end as usize;
        let is_inside = self.page.is_inside(index, figure);
        let holds_picture = (figure..end).any(|at| {
            self.page.node(at).tag == Tag::Img
                || self.page.doc.name(self.page.node(at).id) == "amp-img"
        });
        let holds_more = self.out.html.len() > before || next_line < end;
        if !is_inside || holds_picture || !holds_more {
            return;
        }
        let text = self.page.text_in(index);
        if text.is_empty() || is_label(&text) {
            return;
        }
        let outermost = self.open_for_aside();
        self.start_tag("figure", outermost, None);
        self.out.html.push_str("<figcaption>");
        escape_text(&mut self.out.html, &text);
        self.out.html.push_str("</figcaption></figure>");
        if outermost {
            self.out.html.push('\n');
        }
    }

    /// The link that goes around a whole block, where one does.
    pub(super) fn link_around(&self, line: &Line) -> Option<usize> {
        self.page
            .upward(line.block as usize)
            .take(4)
            .take_while(|at| *at != self.root)
            .find(|at| self.page.node(*at).tag == Tag::A)
    }
}

/// Whether an address is that of a player or a post rather than of an
/// advertisement or a counter.
fn is_media(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    [
        "embed",
        "player",
        "video",
        "podcast",
        "/watch",
        "/plugins/post",
    ]
    .iter()
    .any(|word| lower.contains(word))
}
