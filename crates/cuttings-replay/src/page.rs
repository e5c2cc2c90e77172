//! Pages: all that acts taken out, every address asked for.
//!
//! The page is read into a tree as browsers read it, and the tree is written
//! again. What a tag or attribute may do decides [`fate`] and [`Page::attribute`];
//! what neither knows stays, unless its name is not a plain one.

use cuttings_html::{Attr, Document, Edge, Limits, Namespace, NodeId, NodeKind, QuirksMode, Tag};
use cuttings_model::ResourceKind;
use url::Url;

use crate::letters::Letters;
use crate::{Find, data, media, pictures, style, web_address};

/// A page as it may be shown, and what it lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// The page.
    pub html: String,
    /// Scripts taken out.
    pub scripts: usize,
    /// Frames and embedded things taken out.
    pub frames: usize,
    /// Addresses of style sheets, fonts and pictures for which nothing was
    /// found, each time they are named.
    pub not_found: usize,
}

/// How much of a page is read. A page saved from a browser holds its pictures
/// in its attributes, so these may be long.
fn limits() -> Limits {
    Limits {
        max_input_bytes: 256 << 20,
        max_tag_bytes: 64 << 20,
        ..Limits::default()
    }
}

/// Rewrites a page that was read from `base`.
pub fn page(html: &str, base: &Url, find: &mut Find<'_>) -> Rewritten {
    let document = cuttings_html::parse(html, &limits());
    let base = base_of(&document, base);
    let mut page = Page {
        document: &document,
        base,
        letters: Letters::of(html),
        find,
        has_icon: false,
        done: Rewritten::default(),
    };
    page.write();
    page.done
}

/// What relative addresses are relative to: the first `<base>` that has an
/// address, if it is one of the web.
fn base_of(document: &Document, address: &Url) -> Url {
    document
        .descendants(document.root())
        .filter(|node| document.tag(*node) == Tag::Base)
        .find_map(|node| document.attr(node, Attr::Href))
        .and_then(|href| address.join(href.trim()).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .unwrap_or_else(|| address.clone())
}

struct Page<'p, 'f> {
    document: &'p Document,
    base: Url,
    letters: Letters,
    find: &'p mut Find<'f>,
    has_icon: bool,
    done: Rewritten,
}

/// What becomes of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Written, with the attributes that may stay.
    Stays,
    /// Written under another name.
    Becomes(&'static str),
    /// Gone; what it holds stays.
    Opened,
    /// Gone, with all it holds.
    Gone,
    /// Gone; a link to what was in it stands there.
    Framed,
}

impl Page<'_, '_> {
    fn write(&mut self) {
        self.done.html.push_str(match self.document.quirks_mode() {
            QuirksMode::NoQuirks => "<!DOCTYPE html>",
            QuirksMode::LimitedQuirks => {
                "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \
                 \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">"
            }
            QuirksMode::Quirks => "",
        });
        let root = self.document.root();
        let mut skipped: Option<NodeId> = None;
        for edge in self.document.traverse(root) {
            match edge {
                Edge::Open(node) if skipped.is_none() && !self.open(node) => skipped = Some(node),
                Edge::Close(node) if skipped == Some(node) => skipped = None,
                Edge::Close(node) if skipped.is_none() => self.close(node),
                _ => {}
            }
        }
    }

    /// Writes the beginning of a node; false when what it holds is passed over.
    fn open(&mut self, node: NodeId) -> bool {
        match self.document.kind(node) {
            NodeKind::Element => {}
            NodeKind::Text => {
                let text = self.document.text(node);
                escape(text, &mut self.done.html);
                return true;
            }
            NodeKind::Document => return true,
            NodeKind::Doctype | NodeKind::Comment | NodeKind::ProcessingInstruction => {
                return false;
            }
        }
        match fate(self.document, node) {
            Fate::Gone => {
                self.count_gone(node);
                return false;
            }
            Fate::Framed => {
                self.count_gone(node);
                self.frame(node);
                return false;
            }
            Fate::Opened => {
                self.count_gone(node);
                return true;
            }
            Fate::Becomes(_) | Fate::Stays => {}
        }
        match (self.document.namespace(node), self.document.name(node)) {
            (Namespace::Html, "link") => {
                self.link(node);
                return false;
            }
            (Namespace::Html, "style") => {
                self.style(node);
                return false;
            }
            (Namespace::Html, "img") if pictures::is_said_again(self.document, node) => {
                return false;
            }
            (Namespace::Svg, "style") => {
                let css = self.sheet(&self.document.text_content(node));
                self.start(node);
                escape(&css, &mut self.done.html);
                self.done.html.push_str("</style>");
                return false;
            }
            _ => self.start(node),
        }
        true
    }

    fn close(&mut self, node: NodeId) {
        if self.document.kind(node) != NodeKind::Element || self.document.tag(node).is_void() {
            return;
        }
        let name = match fate(self.document, node) {
            Fate::Stays => self.document.name(node),
            Fate::Becomes(name) => name,
            Fate::Opened | Fate::Gone | Fate::Framed => return,
        };
        self.done.html.push_str("</");
        self.done.html.push_str(name);
        self.done.html.push('>');
    }

    fn count_gone(&mut self, node: NodeId) {
        match self.document.name(node).to_ascii_lowercase().as_str() {
            "script" => self.done.scripts += 1,
            "iframe" | "frame" | "object" | "embed" | "applet" | "portal" | "fencedframe" => {
                self.done.frames += 1;
            }
            _ => {}
        }
    }

    /// A start tag with the attributes that may stay.
    fn start(&mut self, node: NodeId) {
        let name = match fate(self.document, node) {
            Fate::Becomes(name) => name,
            _ => self.document.name(node),
        };
        self.done.html.push('<');
        self.done.html.push_str(name);
        let attributes: Vec<(&str, &str)> = self.document.attrs(node).collect();
        for (name, value) in attributes {
            if let Some(value) = self.attribute(node, name, value) {
                self.write_attribute(name, &value);
            }
        }
        self.addresses(node);
        self.done.html.push('>');
        if matches!(
            self.document.tag(node),
            Tag::Pre | Tag::Textarea | Tag::Listing
        ) && self
            .document
            .first_child(node)
            .is_some_and(|first| self.document.text(first).starts_with('\n'))
        {
            self.done.html.push('\n');
        }
    }

    fn write_attribute(&mut self, name: &str, value: &str) {
        let out = &mut self.done.html;
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        escape(value, out);
        out.push('"');
    }

    /// What an attribute says from now on; `None` when it goes. Those with an
    /// address are written by [`Page::addresses`].
    fn attribute(&mut self, node: NodeId, name: &str, value: &str) -> Option<String> {
        if !is_plain_name(name) || name.len() > 100 {
            return None;
        }
        let lower = name.to_ascii_lowercase();
        if lower.starts_with("on") || lower.starts_with("xml") || GONE.contains(&lower.as_str()) {
            return None;
        }
        if lower == "style" {
            return Some(self.declarations(value));
        }
        if self.document.namespace(node) == Namespace::Html {
            return Some(value.to_owned());
        }
        // In SVG any attribute may be a property of style.
        let says_more = value.contains(['(', '\\', '@']);
        Some(if says_more {
            self.declarations(value)
        } else {
            value.to_owned()
        })
    }

    /// Writes the addresses of an element: what they lead to is kept, or they
    /// lead out of the page on a click.
    fn addresses(&mut self, node: NodeId) {
        let document = self.document;
        let value = |name: &str| document.attr_named(node, name);
        match (document.namespace(node), document.name(node)) {
            (Namespace::Html, "img") => {
                let written = pictures::of_image(document, node);
                if let Some(src) = self.picture(&written) {
                    self.write_attribute("src", &src);
                }
            }
            (Namespace::Html, "input") if is_word(value("type"), "image") => {
                self.picture_in("src", value("src"));
            }
            (Namespace::Html, "video") => {
                self.picture_in("poster", value("poster"));
                self.medium(value("src"));
            }
            (Namespace::Html, "audio" | "source") => self.medium(value("src")),
            (
                Namespace::Html,
                "body" | "table" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th",
            ) => {
                self.picture_in("background", value("background"));
            }
            (Namespace::Html, "a" | "area") | (Namespace::Svg, "a") => {
                if let Some(href) = value("href").or_else(|| value("xlink:href")) {
                    self.leads_out(href);
                }
            }
            (Namespace::Svg, "image" | "feImage") => {
                self.picture_in("href", value("href").or_else(|| value("xlink:href")));
            }
            (Namespace::Svg | Namespace::MathMl, _) => {
                // A gradient or a shape of the same drawing.
                if let Some(href) = value("href").or_else(|| value("xlink:href"))
                    && href.starts_with('#')
                {
                    self.write_attribute("href", href);
                }
            }
            _ => {}
        }
    }

    fn picture_in(&mut self, name: &str, written: Option<&str>) {
        if let Some(found) = written.and_then(|written| self.picture(&[written])) {
            self.write_attribute(name, &found);
        }
    }

    /// What stands for a picture that may be had at these addresses.
    fn picture(&mut self, written: &[&str]) -> Option<String> {
        let addresses: Vec<Url> = written
            .iter()
            .filter_map(|written| web_address(&self.base, written))
            .collect();
        let found = (!addresses.is_empty())
            .then(|| (self.find)(ResourceKind::Picture, &addresses))
            .flatten();
        if found.is_some() {
            return found;
        }
        let inline = written.iter().find(|written| data::is_picture(written));
        if inline.is_none() && !addresses.is_empty() {
            self.done.not_found += 1;
        }
        inline.map(|inline| inline.trim().to_owned())
    }

    /// Sound and film are kept when they are part of the page itself.
    fn medium(&mut self, written: Option<&str>) {
        if let Some(src) = written.filter(|src| data::is_medium(src)) {
            self.write_attribute("src", src.trim());
            self.write_attribute("controls", "");
        }
    }

    /// A link: to a place on the page, or out of it, into a tab of its own that
    /// learns nothing of us.
    fn leads_out(&mut self, href: &str) {
        let Ok(url) = self.base.join(href.trim()) else {
            return;
        };
        let mut bare = url.clone();
        bare.set_fragment(None);
        let mut own = self.base.clone();
        own.set_fragment(None);
        if bare == own
            && let Some(fragment) = url.fragment()
        {
            self.write_attribute("href", &format!("#{fragment}"));
        } else if matches!(url.scheme(), "http" | "https") {
            self.write_attribute("href", url.as_str());
            self.write_attribute("target", "_blank");
            self.write_attribute("rel", "noopener noreferrer");
        }
    }

    /// A box that says which page was in a frame.
    fn frame(&mut self, node: NodeId) {
        let document = self.document;
        let src = document
            .attr(node, Attr::Src)
            .or_else(|| document.attr(node, Attr::DataSrc))
            .unwrap_or_default();
        let Some(url) = web_address(&self.base, src) else {
            return;
        };
        let hidden = |name: &str| {
            document
                .attr_named(node, name)
                .and_then(|size| size.trim().parse::<u32>().ok())
                .is_some_and(|size| size < 10)
        };
        if hidden("width") || hidden("height") || document.has_attr(node, Attr::Hidden) {
            return;
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        self.done.html.push_str("<a");
        self.leads_out(url.as_str());
        self.write_attribute(
            "style",
            "display:inline-block;padding:.5em 1em;border:1px dashed currentColor",
        );
        self.done.html.push('>');
        escape(&host, &mut self.done.html);
        self.done.html.push_str("</a>");
    }

    fn link(&mut self, node: NodeId) {
        let document = self.document;
        let rel = document
            .attr(node, Attr::Rel)
            .unwrap_or_default()
            .to_ascii_lowercase();
        let says = |word: &str| rel.split_ascii_whitespace().any(|found| found == word);
        let href = document.attr(node, Attr::Href).unwrap_or_default();
        let media = document.attr(node, Attr::Media).unwrap_or_default();
        if says("stylesheet") && !says("alternate") && !document.has_attr(node, Attr::Disabled) {
            // Some sheets are for no medium until a script says otherwise.
            let waits = media.trim() == "print"
                && document
                    .attr_named(node, "onload")
                    .is_some_and(|script| script.contains("media"));
            let media = if waits { "all" } else { media };
            if !media::may_hold(media) {
                return;
            }
            if let Some(css) = data::sheet(href) {
                let css = self.sheet(&css);
                self.write_style(media, &css);
            } else if let Some(url) = web_address(&self.base, href) {
                match (self.find)(ResourceKind::Style, &[url]) {
                    Some(found) => {
                        self.done.html.push_str("<link");
                        self.write_attribute("rel", "stylesheet");
                        self.write_attribute("href", &found);
                        if !media.is_empty() {
                            self.write_attribute("media", media);
                        }
                        self.done.html.push('>');
                    }
                    None => self.done.not_found += 1,
                }
            }
        } else if says("icon") && !self.has_icon {
            let before = self.done.not_found;
            let icon = self.picture(&[href]);
            self.done.not_found = before;
            if let Some(icon) = icon {
                self.has_icon = true;
                self.done.html.push_str("<link");
                self.write_attribute("rel", "icon");
                self.write_attribute("href", &icon);
                self.done.html.push('>');
            }
        }
    }

    fn style(&mut self, node: NodeId) {
        let kind = self.document.attr(node, Attr::Type).unwrap_or_default();
        if !kind.trim().is_empty() && !kind.trim().eq_ignore_ascii_case("text/css") {
            return;
        }
        let media = self.document.attr(node, Attr::Media).unwrap_or_default();
        if !media::may_hold(media) {
            return;
        }
        let css = self.sheet(&self.document.text_content(node));
        self.write_style(media, &css);
    }

    fn write_style(&mut self, media: &str, css: &str) {
        self.done.html.push_str("<style");
        if !media.is_empty() {
            self.write_attribute("media", media);
        }
        self.done.html.push('>');
        // In a style sheet `<\/` says the same, and does not end the element.
        self.done.html.push_str(&css.replace("</", "<\\/"));
        self.done.html.push_str("</style>");
    }

    fn sheet(&mut self, css: &str) -> String {
        let mut missed = 0;
        let css = style::sheet(css, &self.base, Some(&self.letters), &mut |kind, urls| {
            let found = (self.find)(kind, urls);
            missed += usize::from(found.is_none());
            found
        });
        self.done.not_found += missed;
        css
    }

    fn declarations(&mut self, css: &str) -> String {
        let mut missed = 0;
        let css = style::declarations(css, &self.base, &mut |kind, urls| {
            let found = (self.find)(kind, urls);
            missed += usize::from(found.is_none());
            found
        });
        self.done.not_found += missed;
        css
    }
}

/// Attributes that make a browser ask, send, run or go somewhere. Those that
/// name a picture or a link are written anew.
const GONE: &[&str] = &[
    "action",
    "allow",
    "archive",
    "attributiondestination",
    "attributionsourceid",
    "attributionsrc",
    "autofocus",
    "autoplay",
    "background",
    "browsingtopics",
    "cite",
    "classid",
    "code",
    "codebase",
    "crossorigin",
    "csp",
    "data",
    "download",
    "dynsrc",
    "form",
    "formaction",
    "formenctype",
    "formmethod",
    "formtarget",
    "href",
    "http-equiv",
    "icon",
    "imagesizes",
    "imagesrcset",
    "integrity",
    "is",
    "ismap",
    "longdesc",
    "lowsrc",
    "manifest",
    "method",
    "nonce",
    "ping",
    "poster",
    "profile",
    "referrerpolicy",
    "rel",
    "sandbox",
    "sharedstoragewritable",
    "sizes",
    "src",
    "srcdoc",
    "srcset",
    "target",
    "xlink:href",
];

fn fate(document: &Document, node: NodeId) -> Fate {
    let name = document.name(node);
    if !is_plain_name(name) {
        return Fate::Opened;
    }
    match document.namespace(node) {
        Namespace::Html => match name {
            "script" | "base" | "embed" | "param" | "portal" | "fencedframe" | "bgsound"
            | "noembed" | "noframes" | "track" => Fate::Gone,
            "meta" => match document.attr(node, Attr::Name) {
                Some(name)
                    if ["viewport", "color-scheme"]
                        .contains(&name.trim().to_ascii_lowercase().as_str()) =>
                {
                    Fate::Stays
                }
                _ => Fate::Gone,
            },
            "template" if !document.has_attr(node, Attr::Shadowrootmode) => Fate::Gone,
            "iframe" | "frame" => Fate::Framed,
            "frameset" => Fate::Becomes("body"),
            "object" | "applet" => Fate::Opened,
            // A picture's sources are looked at with the picture.
            "source"
                if document.parent(node).map(|parent| document.tag(parent))
                    == Some(Tag::Picture) =>
            {
                Fate::Gone
            }
            // Their text would be read differently the second time.
            "xmp" | "listing" | "plaintext" => Fate::Becomes("pre"),
            _ => Fate::Stays,
        },
        Namespace::Svg => match name {
            "script" | "handler" | "listener" | "discard" => Fate::Gone,
            // What moves an address could lead somewhere else.
            "animate" | "set" | "animateTransform" | "animateMotion"
                if document
                    .attr_named(node, "attributeName")
                    .is_some_and(|name| name.trim().to_ascii_lowercase().ends_with("href")) =>
            {
                Fate::Gone
            }
            _ => Fate::Stays,
        },
        Namespace::MathMl => Fate::Stays,
    }
}

/// Whether a name of a tag or attribute is one that stays what it is when it is
/// written and read again.
fn is_plain_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.'))
}

fn is_word(value: Option<&str>, word: &str) -> bool {
    value.is_some_and(|value| value.trim().eq_ignore_ascii_case(word))
}

/// Writes text as it may stand between tags and in an attribute.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
