//! Markup that is in order already, cleaned in one pass.
//!
//! [`crate::safe::SafeHtml::sanitize`] asks here first. What [`crate::write`]
//! writes nests as the standard wants it, so a parser would build the tree that
//! its tags show, and cleaning it is a look at each tag. At the first thing that
//! is not plainly in order this gives up, and the sanitizer parses the whole.
//!
//! Never laxer than the sanitizer: what is answered here is, byte for byte, what
//! it would have answered, and tests hold the two together.

use std::borrow::Cow;

use url::Url;

use crate::safe::{ALLOWED_ATTRIBUTES, ALLOWED_CLASSES, filter_attribute};

/// Cleans `html`, or gives `None` for what only a parser can tell.
pub fn clean(html: &str) -> Option<String> {
    // A parser takes a mark in front away, and reads these two as others.
    if html.starts_with('\u{feff}') || html.bytes().any(|b| matches!(b, b'\0' | b'\r')) {
        return None;
    }
    let mut out = String::with_capacity(html.len() + html.len() / 4);
    let mut open: Vec<(&str, Role)> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        put_text(&mut out, text, &open)?;
        rest = if let Some(tag) = tag.strip_prefix("</") {
            let (name, after) = tag.split_once('>')?;
            (open.pop()?.0 == name).then_some(())?;
            out.push_str("</");
            out.push_str(name);
            out.push('>');
            after
        } else {
            put_start_tag(&mut out, &tag[1..], &mut open)?
        };
    }
    put_text(&mut out, rest, &open)?;
    open.is_empty().then_some(out)
}

/// What an element may stand in and hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Stands in a line and holds what stands in one.
    Inline,
    /// The same without an inside.
    Mark,
    /// The reading of a ruby.
    Gloss,
    /// Holds a line.
    Paragraph,
    /// Without an inside, where a paragraph may stand.
    Rule,
    /// Holds paragraphs or a line.
    Frame,
    List,
    Item,
    Terms,
    Term,
    Table,
    Caption,
    Rows,
    Row,
    Cell,
}

impl Role {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "a" | "abbr" | "b" | "bdi" | "bdo" | "cite" | "code" | "del" | "dfn" | "em" | "i"
            | "ins" | "kbd" | "mark" | "q" | "ruby" | "s" | "samp" | "small" | "span"
            | "strong" | "sub" | "sup" | "time" | "u" | "var" => Self::Inline,
            "br" | "img" | "wbr" => Self::Mark,
            "rp" | "rt" => Self::Gloss,
            "h2" | "h3" | "h4" | "h5" | "h6" | "p" | "pre" => Self::Paragraph,
            "hr" => Self::Rule,
            "blockquote" | "details" | "div" | "figcaption" | "figure" | "summary" => Self::Frame,
            "ol" | "ul" => Self::List,
            "li" => Self::Item,
            "dl" => Self::Terms,
            "dd" | "dt" => Self::Term,
            "table" => Self::Table,
            "caption" => Self::Caption,
            "tbody" | "tfoot" | "thead" => Self::Rows,
            "tr" => Self::Row,
            "td" | "th" => Self::Cell,
            _ => return None,
        })
    }

    fn holds_paragraphs(self) -> bool {
        matches!(
            self,
            Self::Frame | Self::Item | Self::Term | Self::Caption | Self::Cell
        )
    }

    fn holds_a_line(self) -> bool {
        matches!(self, Self::Inline | Self::Gloss | Self::Paragraph) || self.holds_paragraphs()
    }
}

/// Whether a parser leaves `name` where its tag stands, inside of `open`.
fn fits(name: &str, role: Role, open: &[(&str, Role)]) -> bool {
    let Some((outer_name, outer)) = open.last() else {
        return matches!(
            role,
            Role::Inline
                | Role::Mark
                | Role::Paragraph
                | Role::Rule
                | Role::Frame
                | Role::List
                | Role::Terms
                | Role::Table
        );
    };
    let is_open = |wanted: &str| open.iter().any(|(name, _)| *name == wanted);
    match role {
        // A link in a link, and bold in bold, are parted.
        Role::Inline => outer.holds_a_line() && !is_open(name),
        Role::Mark => outer.holds_a_line(),
        Role::Gloss => *outer_name == "ruby",
        Role::Paragraph | Role::Rule | Role::Frame | Role::List | Role::Terms => {
            outer.holds_paragraphs()
        }
        Role::Table => outer.holds_paragraphs() && !is_open(name),
        Role::Item => *outer == Role::List,
        Role::Term => *outer == Role::Terms,
        Role::Caption | Role::Rows => *outer == Role::Table,
        Role::Row => *outer == Role::Rows,
        Role::Cell => *outer == Role::Row,
    }
}

/// Writes a start tag, of which `tag` is all after the `<`, and gives what
/// follows it.
fn put_start_tag<'h>(
    out: &mut String,
    tag: &'h str,
    open: &mut Vec<(&'h str, Role)>,
) -> Option<&'h str> {
    let end = tag
        .bytes()
        .position(|b| !b.is_ascii_lowercase() && !b.is_ascii_digit())?;
    let (name, mut rest) = tag.split_at(end);
    let role = Role::of(name)?;
    fits(name, role, open).then_some(())?;
    out.push('<');
    out.push_str(name);
    let mut seen: [&str; 4] = [""; 4];
    let mut count = 0;
    while let Some(attribute) = rest.strip_prefix(' ') {
        let (key, value) = attribute.split_once("=\"")?;
        let (value, after) = value.split_once('"')?;
        let is_name = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase());
        (is_name && !seen.contains(&key)).then_some(())?;
        *seen.get_mut(count)? = key;
        count += 1;
        put_attribute(out, name, key, value)?;
        rest = after;
    }
    rest = rest.strip_prefix('>')?;
    if name == "a" {
        out.push_str(" rel=\"noopener noreferrer\"");
    }
    out.push('>');
    if !matches!(role, Role::Mark | Role::Rule) {
        // The first line end in it is not part of the text.
        (name != "pre" || !rest.starts_with('\n')).then_some(())?;
        open.push((name, role));
    }
    Some(rest)
}

fn put_attribute(out: &mut String, element: &str, key: &str, value: &str) -> Option<()> {
    let is_allowed = ALLOWED_ATTRIBUTES
        .iter()
        .any(|(owner, keys)| (*owner == "*" || *owner == element) && keys.contains(&key));
    if !is_allowed {
        return Some(());
    }
    let plain = unescape(value)?;
    let kept = match key {
        "class" => ALLOWED_CLASSES
            .contains(&value)
            .then_some(Cow::Borrowed(value))?,
        "href" | "src" if !value.starts_with('#') => {
            is_address(&plain).then_some(())?;
            filter_attribute(element, key, &plain)?
        }
        _ => filter_attribute(element, key, &plain)?,
    };
    out.push(' ');
    out.push_str(key);
    out.push_str("=\"");
    if kept == plain {
        put_escaped(out, value);
    } else {
        // Ours in front of an id; there is nothing in it to escape.
        out.push_str(&kept);
    }
    out.push('"');
    Some(())
}

/// Whether an address can be read as one; quickly so where its host has an
/// ordinary name.
fn is_address(address: &str) -> bool {
    let host = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .unwrap_or("");
    let is_ordinary = host.rsplit('.').all(|label| {
        label.starts_with(|c: char| c.is_ascii_lowercase())
            && !label.starts_with("xn--")
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    });
    is_ordinary
        || Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "mailto"))
}

/// The text of an attribute's value; `None` where it is not escaped as ours are.
fn unescape(value: &str) -> Option<Cow<'_, str>> {
    if value.bytes().any(|b| matches!(b, b'<' | b'>')) {
        return None;
    }
    if !value.contains('&') {
        return Some(Cow::Borrowed(value));
    }
    let mut plain = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let (sign, after) = reference(after)?;
        plain.push(sign);
        rest = after;
    }
    plain.push_str(rest);
    Some(Cow::Owned(plain))
}

/// The sign that a character reference stands for, and what follows it.
fn reference(text: &str) -> Option<(char, &str)> {
    let (name, after) = text.split_once(';')?;
    let sign = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "nbsp" => '\u{a0}',
        _ => return None,
    };
    Some((sign, after))
}

/// Writes what stands between two tags.
fn put_text(out: &mut String, text: &str, open: &[(&str, Role)]) -> Option<()> {
    if text.is_empty() {
        return Some(());
    }
    let fits = open.last().is_none_or(|(_, role)| role.holds_a_line());
    (fits && !text.contains('>')).then_some(())?;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        put_escaped(out, before);
        let (sign, after) = reference(after)?;
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            other => out.push(other),
        }
        rest = after;
    }
    put_escaped(out, rest);
    Some(())
}

/// Writes what is escaped but for spaces that hold words together.
fn put_escaped(out: &mut String, text: &str) {
    let mut pieces = text.split('\u{a0}');
    out.push_str(pieces.next().unwrap_or(""));
    for piece in pieces {
        out.push_str("&nbsp;");
        out.push_str(piece);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::safe::{ALLOWED_ELEMENTS, parse_and_clean};

    #[test]
    fn what_the_extractor_writes_is_in_order() {
        for html in [
            "<figure id=\"b1\"><img src=\"https://a.example/1?a=1&amp;b=2\" alt=\"one &gt; two\" \
             width=\"640\"><figcaption>cap <span class=\"credit\">who</span></figcaption></figure>\n",
            "<p id=\"b2\">a\u{a0}b &amp; \"c\" <strong>d <em>e</em></strong><br>f <a id=\"n\" \
             href=\"#fn-1\"><sup>1</sup></a> <a href=\"mailto:a@b.example\">g</a></p>\n",
            "<ol id=\"b3\" start=\"3\"><li>one<ul><li><p>two</p></li></ul></li></ol>\n<h2 id=\"b4\">h</h2>",
            "<table id=\"b5\"><thead><tr><th>a</th></tr></thead><tbody><tr><td colspan=\"2\">b<br>c\
             </td></tr></tbody></table><blockquote id=\"b6\" class=\"pull-quote\"><p>q</p></blockquote>",
            "<pre id=\"b7\"><code>x &lt; y\n</code></pre><dl><dt>t</dt><dd>d</dd></dl><hr>\n",
            "<p id=\"b8\" class=\"embed\"><a href=\"https://v.example:8080/embed/1\">v</a></p>\n",
        ] {
            assert_eq!(clean(html), Some(parse_and_clean(html)), "{html}");
        }
    }

    #[test]
    fn what_a_parser_would_move_is_left_to_it() {
        for html in [
            "<p>a<p>b</p></p>",
            "<a href=\"https://a.example/\">a<a href=\"https://b.example/\">b</a></a>",
            "<table><tr><td>a</td></tr></table>",
            "<table>a</table>",
            "<b><p>a</p></b>",
            "<p>a</b></p>",
            "<p>a",
            "<script>a</script>",
            "<p onclick=\"a\" onclick=\"b\">c</p>",
            "<a href=\"javascript:a\">b</a>",
            "<p>&nbsp</p>",
            "a > b",
            "<!-- a -->",
        ] {
            assert_eq!(clean(html), None, "{html}");
        }
    }

    /// Elements in each other as their tags say, with attributes of all kinds.
    fn nested() -> impl Strategy<Value = String> {
        let names: Vec<&str> = ALLOWED_ELEMENTS
            .iter()
            .copied()
            .chain(["script", "svg", "font"])
            .collect();
        let attributes = prop::sample::select(vec![
            "",
            "",
            " id=\"b1\"",
            " id=\"x\" class=\"credit\"",
            " class=\"credit other\"",
            " href=\"https://a.example/?a&amp;b\" title=\"&quot;\u{a0}&nbsp;\"",
            " href=\"#x\" rel=\"nofollow\"",
            " href=\"http://[\"",
            " href=\"http://1.2.3\"",
            " href=\"https://b.example:x/\"",
            " href=\"/a\"",
            " src=\"https://xn--a.example/\" alt=\"\" height=\"1\"",
            " src=\"data:a\" alt=\"a\"",
            " colspan=\"2\" dir=\"rtl\" onclick=\"a\"",
            " dir=\"up\" title=\"a\" lang=\"de\"",
        ]);
        let text = prop::sample::select(vec![
            "a",
            " ",
            "\n",
            "&amp;",
            "&lt;b&gt;",
            "&quot;\u{a0}",
            "&nbsp;",
            "&x",
            "é",
            "\u{c}",
            "\0",
            "\r\n",
        ]);
        text.prop_map(str::to_owned)
            .prop_recursive(6, 40, 5, move |inside| {
                let inside = prop::collection::vec(inside, 0..5).prop_map(|parts| parts.concat());
                (
                    prop::sample::select(names.clone()),
                    attributes.clone(),
                    inside,
                )
                    .prop_map(|(name, attributes, inside)| match name {
                        "br" | "hr" | "img" | "wbr" | "col" => {
                            format!("<{name}{attributes}>{inside}")
                        }
                        _ => format!("<{name}{attributes}>{inside}</{name}>"),
                    })
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn an_answer_is_that_of_the_sanitizer(html in nested()) {
            if let Some(clean) = clean(&html) {
                prop_assert_eq!(clean, parse_and_clean(&html));
            }
        }
    }
}
