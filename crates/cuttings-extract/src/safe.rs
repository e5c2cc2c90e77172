//! HTML that may be shown: [`SafeHtml`], and the only ways to make one.
//!
//! The extractor makes it from a page, the store hands back what it kept, and
//! the reader page shows it. A template prints a `SafeHtml` and nothing else
//! unescaped.
//!
//! The allow-list is the whole rule. What is not named here does not pass, so
//! nothing a page can write runs, loads, frames, styles or submits.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::LazyLock;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::orderly;

/// Elements that pass. Anything else loses its tag and keeps its text, except
/// for scripts, styles, embedded media and form controls, whose text goes too.
pub const ALLOWED_ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "u",
    "ul",
    "var",
    "wbr",
];

/// Attributes that pass, by element; `*` stands for all of them.
pub const ALLOWED_ATTRIBUTES: &[(&str, &[&str])] = &[
    ("*", &["id", "class", "dir", "lang"]),
    ("a", &["href", "title"]),
    ("img", &["src", "alt", "width", "height"]),
    ("ol", &["start", "reversed"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan", "scope"]),
    ("time", &["datetime"]),
    ("abbr", &["title"]),
    ("bdo", &["dir"]),
];

/// The only class names that pass; all of them are ours.
pub const ALLOWED_CLASSES: &[&str] = &[
    "pull-quote",
    "credit",
    "embed",
    "footnotes",
    "missing-picture",
    "verse",
];

/// Elements whose text goes with them.
const DROPPED_WITH_CONTENT: &[&str] = &[
    "script", "style", "svg", "math", "iframe", "object", "embed", "template", "noscript", "title",
    "textarea", "select", "button", "audio", "video", "canvas", "head",
];

/// What an id from a page is given in front, so that it can name nothing of
/// ours.
const ID_PREFIX: &str = "c-";

/// HTML that holds only what [`ALLOWED_ELEMENTS`] and [`ALLOWED_ATTRIBUTES`]
/// name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// Cleans any HTML. Cleaning what is clean changes nothing.
    ///
    /// Links keep `http`, `https` and `mailto` addresses and in-page
    /// references; pictures keep `http` and `https` addresses. Ids get the
    /// prefix `c-`, except for `b1`, `b2` and so on, which mark blocks.
    ///
    /// Meant for fragments that came out of a guarded tree: the time taken on
    /// hostile markup is that of the parser behind it.
    pub fn sanitize(html: &str) -> Self {
        Self(orderly::clean(html).unwrap_or_else(|| parse_and_clean(html)))
    }

    /// Takes back what [`SafeHtml::as_str`] gave and the store kept. Must not
    /// be called with anything else: it checks nothing.
    pub fn from_kept(kept: String) -> Self {
        Self(kept)
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same HTML with every picture's address replaced by what `local`
    /// gives for it, such as the path of a kept copy.
    ///
    /// Where `local` gives `None` the picture goes and its alternative text
    /// stands in its place; captions stay. No address that `local` did not
    /// return is left in any `src`.
    #[must_use]
    pub fn with_pictures(&self, mut local: impl FnMut(&str) -> Option<String>) -> Self {
        let mut out = String::with_capacity(self.0.len());
        let mut rest = self.0.as_str();
        while let Some(open) = rest.find('<') {
            let (before, tag) = rest.split_at(open);
            out.push_str(before);
            let end = tag_end(tag);
            let (tag, after) = tag.split_at(end);
            if is_picture(tag) {
                put_picture(&mut out, tag, &mut local);
            } else {
                out.push_str(tag);
            }
            rest = after;
        }
        out.push_str(rest);
        Self(out)
    }
}

impl SafeHtml {
    /// This HTML and then another, whose blocks are numbered on from the last
    /// one here and whose other ids, and the links to them, carry `part`.
    pub(crate) fn followed_by(&self, next: &Self, part: usize) -> Self {
        let is_block = |id: &str| {
            id.strip_prefix('b')
                .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let blocks_before = self
            .0
            .split(" id=\"b")
            .skip(1)
            .filter_map(|rest| rest.split('"').next()?.parse().ok())
            .max()
            .unwrap_or(0_usize);
        let renamed = |id: &str| match id.strip_prefix(ID_PREFIX) {
            Some(own) => format!("{ID_PREFIX}{part}-{own}"),
            None if is_block(id) => {
                let number: usize = id[1..].parse().unwrap_or(0);
                format!("b{}", blocks_before + number)
            }
            None => id.to_owned(),
        };
        let mut out = self.0.clone();
        let mut rest = next.0.as_str();
        while let Some(open) = rest.find('<') {
            out.push_str(&rest[..open]);
            let (mut tag, after) = rest[open..].split_at(tag_end(&rest[open..]));
            // Quotes inside a value are escaped, so these begin attributes.
            while let Some(at) = [" id=\"", " href=\"#"]
                .into_iter()
                .filter_map(|mark| Some(tag.find(mark)? + mark.len()))
                .min()
            {
                let (before, value) = tag.split_at(at);
                let end = value.find('"').unwrap_or(value.len());
                out.push_str(before);
                out.push_str(&renamed(&value[..end]));
                tag = &value[end..];
            }
            out.push_str(tag);
            rest = after;
        }
        out.push_str(rest);
        Self(out)
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Serialize for SafeHtml {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SafeHtml {
    /// Reads back what was serialised. Anything that could not have been is
    /// refused: nothing that comes in this way says more than the allow-list.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let html = String::deserialize(deserializer)?;
        if !says_only_what_is_allowed(&html) {
            return Err(D::Error::custom(
                "the HTML is not what the sanitizer writes",
            ));
        }
        Ok(Self(html))
    }
}

/// Whether all tags of `html` are on the allow-list and written as the sanitizer
/// writes them. A look at each tag, in one pass; how they nest is not asked.
fn says_only_what_is_allowed(html: &str) -> bool {
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<') {
        match behind_allowed_tag(tag) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    true
}

/// What follows the tag that begins before `tag`, if it is an allowed one.
fn behind_allowed_tag(tag: &str) -> Option<&str> {
    if let Some(closing) = tag.strip_prefix('/') {
        let (name, after) = closing.split_once('>')?;
        return ALLOWED_ELEMENTS.contains(&name).then_some(after);
    }
    let (name, mut rest) = tag.split_at(tag.find([' ', '>'])?);
    ALLOWED_ELEMENTS.contains(&name).then_some(())?;
    while let Some(attribute) = rest.strip_prefix(' ') {
        let (key, value) = attribute.split_once("=\"")?;
        let (value, after) = value.split_once('"')?;
        rest = after;
        if name == "a" && key == "rel" && value == "noopener noreferrer" {
            continue;
        }
        ALLOWED_ATTRIBUTES
            .iter()
            .any(|(owner, keys)| (*owner == "*" || *owner == name) && keys.contains(&key))
            .then_some(())?;
        let plain = unescape(value);
        let is_kept = if key == "class" {
            plain
                .split(' ')
                .all(|class| ALLOWED_CLASSES.contains(&class))
        } else {
            filter_attribute(name, key, &plain)? == plain
        };
        is_kept.then_some(())?;
    }
    rest.strip_prefix('>')
}

fn is_picture(tag: &str) -> bool {
    tag.get(1..4)
        .is_some_and(|name| name.eq_ignore_ascii_case("img"))
        && tag[4..].starts_with([' ', '>', '/', '\n', '\t'])
}

/// The length of the tag that `text` starts with, quotes respected.
pub(crate) fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn put_picture(out: &mut String, tag: &str, local: &mut impl FnMut(&str) -> Option<String>) {
    let attributes = attributes(tag);
    let value = |name: &str| {
        attributes
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, v)| *v)
    };
    let source = value("src").map(unescape);
    let Some(path) = source.and_then(|source| local(&source)) else {
        if let Some(alt) = value("alt").filter(|alt| !alt.trim().is_empty()) {
            out.push_str("<span class=\"missing-picture\">");
            // A quoted value may hold these two bare; text may not.
            out.push_str(&alt.replace('<', "&lt;").replace('>', "&gt;"));
            out.push_str("</span>");
        }
        return;
    };
    out.push_str("<img src=\"");
    escape_attribute(out, &path);
    out.push('"');
    for (key, value) in &attributes {
        if *key != "src" {
            out.push(' ');
            out.push_str(key);
            out.push_str("=\"");
            out.push_str(&value.replace('"', "&quot;"));
            out.push('"');
        }
    }
    out.push('>');
}

/// The attributes of a tag as written, values still escaped.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let inner = tag
        .trim_start_matches('<')
        .trim_end_matches('>')
        .trim_end_matches('/');
    let mut rest = inner
        .find(char::is_whitespace)
        .map_or("", |at| &inner[at..]);
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return found;
        }
        let name_end = rest
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(name_end);
        let Some(value) = after.strip_prefix('=') else {
            rest = if name.is_empty() {
                &rest[rest.len().min(1)..]
            } else {
                after
            };
            continue;
        };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, after) = match quote {
            Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        found.push((name, value));
        rest = after;
    }
}

fn unescape(value: &str) -> String {
    value
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&")
}

/// Writes `text` so that it can stand between tags.
pub(crate) fn escape_text(out: &mut String, text: &str) {
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(escaped);
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
}

/// Writes `text` so that it can stand between double quotes.
pub(crate) fn escape_attribute(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
}

/// Cleans what may be in any disorder.
pub(crate) fn parse_and_clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut by_element = HashMap::new();
    let mut everywhere = HashSet::new();
    for (element, names) in ALLOWED_ATTRIBUTES {
        if *element == "*" {
            everywhere.extend(names.iter().copied().filter(|name| *name != "class"));
        } else {
            by_element.insert(*element, names.iter().copied().collect::<HashSet<_>>());
        }
    }
    let classes: HashMap<_, HashSet<_>> = ALLOWED_ELEMENTS
        .iter()
        .map(|element| (*element, ALLOWED_CLASSES.iter().copied().collect()))
        .collect();
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(ALLOWED_ELEMENTS.iter().copied().collect())
        .clean_content_tags(DROPPED_WITH_CONTENT.iter().copied().collect())
        .generic_attributes(everywhere)
        .tag_attributes(by_element)
        .allowed_classes(classes)
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer"))
        .attribute_filter(filter_attribute)
        .strip_comments(true);
    builder
});

pub(crate) fn filter_attribute<'v>(
    element: &str,
    name: &str,
    value: &'v str,
) -> Option<Cow<'v, str>> {
    match (element, name) {
        ("img", "src") => is_web(value).then_some(Cow::Borrowed(value)),
        (_, "href") => {
            if let Some(fragment) = value.strip_prefix('#') {
                let id = own_id(fragment)?;
                return Some(Cow::Owned(format!("#{id}")));
            }
            let mail = value
                .get(..7)
                .is_some_and(|s| s.eq_ignore_ascii_case("mailto:"));
            (mail || is_web(value)).then_some(Cow::Borrowed(value))
        }
        (_, "id") => own_id(value),
        (_, "dir") => matches!(value, "ltr" | "rtl" | "auto").then_some(Cow::Borrowed(value)),
        (_, "lang") => value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            .then_some(Cow::Borrowed(value)),
        (_, "colspan" | "rowspan" | "width" | "height" | "start") => (value.len() <= 5
            && value.bytes().all(|b| b.is_ascii_digit()))
        .then_some(Cow::Borrowed(value)),
        _ => Some(Cow::Borrowed(value)),
    }
}

fn is_web(value: &str) -> bool {
    let starts = |scheme: &str| {
        value
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    starts("http://") || starts("https://")
}

/// An id as it may stand in our pages, or `None` when it is no usable name.
fn own_id(id: &str) -> Option<Cow<'_, str>> {
    let usable = !id.is_empty()
        && id.len() <= 80
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.'));
    let block = id
        .strip_prefix('b')
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    if !usable {
        None
    } else if block || id.starts_with(ID_PREFIX) {
        Some(Cow::Borrowed(id))
    } else {
        Some(Cow::Owned(format!("{ID_PREFIX}{id}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_runs_or_loads_passes() {
        let dirty = r#"<p onclick="x()" style="color:red">a<script>b()</script><svg><p>c</svg>
            <iframe src="https://x.example"></iframe><a href="javascript:x()">d</a>
            <img src="data:image/png;base64,xx" onerror="x()"><form><input></form></p>"#;
        let clean = SafeHtml::sanitize(dirty).to_string();
        for gone in [
            "script",
            "onclick",
            "style",
            "svg",
            "iframe",
            "javascript",
            "data:",
            "form",
        ] {
            assert!(!clean.contains(gone), "{gone} in {clean}");
        }
        assert!(clean.contains('a') && clean.contains('d'));
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        let once = SafeHtml::sanitize(
            "<p id=\"x\" class=\"credit evil\">a &amp; b<a href=\"#x\">c</a><a href=https://e.example>d</a>",
        );
        assert_eq!(SafeHtml::sanitize(once.as_str()), once);
        assert!(once.as_str().contains("id=\"c-x\""));
        assert!(once.as_str().contains("class=\"credit\""));
        assert!(once.as_str().contains("href=\"#c-x\""));
    }

    #[test]
    fn what_was_serialised_is_read_back_and_nothing_else() {
        let read = |html: &str| serde_json::from_value::<SafeHtml>(html.into()).ok();
        let kept = SafeHtml::sanitize(
            "<p id=x class=credit title='a > b'>a &lt; b > c<br><a href='#x'>d</a> \
             <a href='https://e.example/?a=1&amp;b=\"2\"'>e</a><img src=https://f.example/ alt='<b>'>",
        );
        assert_eq!(read(kept.as_str()), Some(kept));
        for dirty in [
            "<script>a</script>",
            "<p onclick=\"a\">b",
            "<p style=\"a\">b",
            "<a href=\"javascript:a\">b</a>",
            "<a href=\"java&#115;cript:a\">b</a>",
            "<img src=\"data:a\">",
            "<img src=\"/a\">",
            "<p id=\"main\">a",
            "<p class=\"masthead\">a",
            "<p id='c-x'>a",
            "<p id=\"c-x\"onclick=\"a\">b",
            "<p/onclick=\"a\">b",
            "<P>a",
            "<!-- a -->",
            "<svg>",
            "</style>",
            "a <",
            "<p",
        ] {
            assert_eq!(read(dirty), None, "{dirty}");
        }
    }

    #[test]
    fn only_addresses_that_were_given_back_remain_in_pictures() {
        let html = SafeHtml::sanitize(
            r#"<figure><img src="https://a.example/1?a=1&amp;b=2" alt="one > two"><figcaption>cap</figcaption></figure>
               <img src="https://a.example/2" alt="the second">"#,
        );
        let mut asked = Vec::new();
        let shown = html.with_pictures(|source| {
            asked.push(source.to_owned());
            source.contains("/1").then(|| "/kept/\"1\"".to_owned())
        });
        assert_eq!(
            asked,
            ["https://a.example/1?a=1&b=2", "https://a.example/2"]
        );
        assert!(!shown.as_str().contains("https://"), "{shown}");
        assert!(
            shown.as_str().contains("src=\"/kept/&quot;1&quot;\""),
            "{shown}"
        );
        assert!(shown.as_str().contains("cap"));
        assert!(
            shown
                .as_str()
                .contains("<span class=\"missing-picture\">the second</span>")
        );
    }
}
