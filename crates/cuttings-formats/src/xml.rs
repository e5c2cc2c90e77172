//! Reading XML as it is found in the wild, token by token.
//!
//! [`crate::feed`] and [`crate::opml`] read through [`Reader`]. It never fails:
//! what is broken is read as browsers read broken HTML, because a stray `&` in
//! one headline must not cost a whole feed.
//!
//! What a newcomer would not guess: a document type is skipped unread. No
//! entity is ever declared, expanded or fetched, so there is no bomb to set off;
//! `&lol9;` is the text `&lol9;`.

use std::borrow::Cow;

/// Attributes of one element that are read; the others are passed over.
const MAX_ATTRIBUTES: usize = 64;

/// A piece of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// `<name …>`; `<name/>` is followed by its end.
    Start {
        name: &'a str,
        attributes: Vec<(&'a str, Cow<'a, str>)>,
    },
    /// `</name>`
    End { name: &'a str },
    /// Text with references resolved.
    Text(Cow<'a, str>),
    /// The inside of `<![CDATA[…]]>`.
    Data(&'a str),
}

/// Reads a document from its start to its end.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// The end of an empty element, still to be told.
    pending_end: Option<&'a str>,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text: text.trim_start_matches('\u{feff}'),
            at: 0,
            pending_end: None,
        }
    }

    /// A comment, an instruction or a document type: skipped. Gives whether
    /// there was one.
    fn skip_unread(&mut self, rest: &str) -> bool {
        let length = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.find("-->").map(|end| 4 + end + 3)
        } else if rest.starts_with("<?") {
            rest.find("?>").map(|end| end + 2)
        } else if rest.starts_with("<!") {
            document_type_length(rest)
        } else {
            return false;
        };
        // What does not end takes the rest along.
        self.at += length.unwrap_or(rest.len());
        true
    }

    fn tag(&mut self, rest: &'a str) -> Option<Token<'a>> {
        let is_end = rest[1..].starts_with('/');
        let from = if is_end { 2 } else { 1 };
        let inside = &rest[from..];
        let name_length = inside
            .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<' | '=' | '"' | '\''))
            .unwrap_or(inside.len());
        let name = &inside[..name_length];
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        if is_end {
            let length = inside.find('>').map_or(rest.len(), |end| from + end + 1);
            self.at += length;
            return Some(Token::End { name });
        }
        let (attributes, length, is_empty) = attributes(&inside[name_length..]);
        self.at += from + name_length + length;
        if is_empty {
            self.pending_end = Some(name);
        }
        Some(Token::Start { name, attributes })
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.pending_end.take() {
            return Some(Token::End { name });
        }
        loop {
            let rest = &self.text[self.at..];
            if rest.is_empty() {
                return None;
            }
            if let Some(data) = rest.strip_prefix("<![CDATA[") {
                let (data, length) = match data.find("]]>") {
                    Some(end) => (&data[..end], 9 + end + 3),
                    None => (data, rest.len()),
                };
                self.at += length;
                return Some(Token::Data(data));
            }
            if rest.starts_with('<') {
                if self.skip_unread(rest) {
                    continue;
                }
                if let Some(token) = self.tag(rest) {
                    return Some(token);
                }
            }
            // A `<` that begins nothing is text.
            let first = rest.chars().next().map_or(0, char::len_utf8);
            let length = rest[first..]
                .find('<')
                .map_or(rest.len(), |end| end + first);
            self.at += length;
            return Some(Token::Text(resolve(&rest[..length])));
        }
    }
}

/// How long a document type is, its inner declarations included.
fn document_type_length(rest: &str) -> Option<usize> {
    let mut depth = 0_i32;
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        if let Some(open) = quote {
            quote = (open != byte).then_some(open);
            continue;
        }
        match byte {
            b'"' | b'\'' => quote = Some(byte),
            b'[' => depth += 1,
            b']' => depth -= 1,
            b'>' if depth <= 0 => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The attributes of a start tag, how many bytes they and its end take, and
/// whether the element is empty.
fn attributes(text: &str) -> (Vec<(&str, Cow<'_, str>)>, usize, bool) {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let used = text.len() - rest.len();
        if rest.is_empty() || rest.starts_with('<') {
            return (found, used, false);
        }
        if rest.starts_with("/>") {
            return (found, used + 2, true);
        }
        if rest.starts_with('>') {
            return (found, used + 1, false);
        }
        let length = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<'))
            .unwrap_or(rest.len());
        if length == 0 {
            // A stray `=` or `/`.
            rest = &rest[1..];
            continue;
        }
        let (name, after) = rest.split_at(length);
        let Some(value) = after.trim_start().strip_prefix('=') else {
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            None => value.split_at(
                value
                    .find(|c: char| c.is_whitespace() || matches!(c, '>' | '<'))
                    .unwrap_or(value.len()),
            ),
        };
        rest = after;
        if found.len() < MAX_ATTRIBUTES {
            found.push((name, resolve(value)));
        }
    }
}

/// The value of an attribute, by its name without prefix.
pub(crate) fn attribute<'t>(attributes: &'t [(&str, Cow<'_, str>)], name: &str) -> Option<&'t str> {
    attributes
        .iter()
        .find(|(found, _)| local_name(found).eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
        .filter(|value| !value.is_empty())
}

/// A name without its prefix.
pub(crate) fn local_name(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Text with the references of XML resolved, and those of HTML that feeds use
/// without declaring them. Others stay as they are written.
pub(crate) fn resolve(text: &str) -> Cow<'_, str> {
    /// No reference we know is longer.
    const MAX_REFERENCE: usize = 12;
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let name_end = rest
            .char_indices()
            .take(MAX_REFERENCE)
            .find(|(_, c)| *c == ';')
            .map(|(end, _)| end);
        if let Some((end, character)) =
            name_end.and_then(|end| Some((end, character(&rest[1..end])?)))
        {
            out.push(character);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c == '\n' || *c == '\t' || !c.is_control());
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "bdquo" => '„',
        "laquo" => '«',
        "raquo" => '»',
        "hellip" => '…',
        "bull" => '•',
        "middot" => '·',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "euro" => '€',
        "pound" => '£',
        "deg" => '°',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "egrave" => 'è',
        "ecirc" => 'ê',
        "agrave" => 'à',
        "aacute" => 'á',
        "acirc" => 'â',
        "ccedil" => 'ç',
        "iacute" => 'í',
        "oacute" => 'ó',
        "uacute" => 'ú',
        "ntilde" => 'ñ',
        "aring" => 'å',
        "oslash" => 'ø',
        "aelig" => 'æ',
        _ => return None,
    })
}

/// Writes `text` so that it can stand in XML, between tags and in attributes.
/// What XML may not hold is left out.
pub(crate) fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        Reader::new(text)
            .map(|token| match token {
                Token::Start { name, attributes } => {
                    let mut shown = format!("<{name}");
                    for (name, value) in attributes {
                        shown += &format!(" {name}={value}");
                    }
                    shown + ">"
                }
                Token::End { name } => format!("</{name}>"),
                Token::Text(text) => text.into_owned(),
                Token::Data(data) => format!("[{data}]"),
            })
            .collect()
    }

    #[test]
    fn a_document_is_read_in_order() {
        assert_eq!(
            tokens(
                "<?xml version='1.0'?><!-- no --><a b=\"1 &amp; 2\" c='x'>t&#233;<d/><![CDATA[<e>]]></a>"
            ),
            ["<a b=1 & 2 c=x>", "té", "<d>", "</d>", "[<e>]", "</a>"]
        );
    }

    #[test]
    fn r20_no_entity_is_declared_or_expanded() {
        let bomb = "<!DOCTYPE lolz [<!ENTITY lol \"lol>\"><!ENTITY lol2 \"&lol;&lol;\">\
            <!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss>&lol2;&x;</rss>";
        assert_eq!(tokens(bomb), ["<rss>", "&lol2;&x;", "</rss>"]);
    }

    #[test]
    fn what_is_broken_is_read_as_far_as_it_goes() {
        assert_eq!(
            tokens("<a b=c d>R&D < 3 &bogus; <1><e f='g"),
            ["<a b=c>", "R&D ", "< 3 &bogus; ", "<1>", "<e f=g>"]
        );
        assert_eq!(tokens("<a><![CDATA[cut"), ["<a>", "[cut]"]);
        assert_eq!(tokens("<a =/ >x"), ["<a>", "x"]);
        assert!(tokens("<!-- never ends").is_empty());
        assert_eq!(tokens("<é"), ["<é>"]);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut out = String::from("<a b=\"");
        escape(&mut out, "\"<R&D>\"\n\u{1}é");
        out.push_str("\"/>");
        assert_eq!(tokens(&out), ["<a b=\"<R&D>\"\né>", "</a>"]);
    }
}
