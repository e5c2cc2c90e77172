//! Reading encoding labels: from the HTTP header and from the page's first bytes.
//!
//! [`crate::decode`] asks here and then checks the answer against the bytes.
//!
//! The scan of the page follows "prescan a byte stream to determine its
//! encoding" of the HTML standard, but reads 4,096 bytes instead of 1,024 and
//! knows XML declarations.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How far into a page its label is looked for.
const PRESCAN_BYTES: usize = 4096;

/// The encoding that a `Content-Type` header names.
pub(crate) fn in_content_type(content_type: &str) -> Option<&'static Encoding> {
    Encoding::for_label(charset_value(content_type.as_bytes())?)
}

/// The encoding that the page itself names. UTF-16 is taken for UTF-8, as a
/// label that can be read as ASCII is not in UTF-16.
pub(crate) fn in_page(bytes: &[u8]) -> Option<&'static Encoding> {
    let bytes = &bytes[..bytes.len().min(PRESCAN_BYTES)];
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
        at += found;
        let rest = &bytes[at..];
        if rest.starts_with(b"<!--") {
            // The dashes of `<!-->` serve twice.
            at += match memchr::memmem::find(&rest[2..], b"-->") {
                Some(end) => 2 + end + 3,
                None => return None,
            };
        } else if rest.starts_with(b"<?xml") {
            let end = memchr::memchr(b'>', rest)?;
            if let Some(encoding) = in_xml_declaration(&rest[..end]) {
                return Some(encoding);
            }
            at += end + 1;
        } else if let Some(attributes) = meta_attributes(rest) {
            let (encoding, length) = in_meta(attributes);
            if encoding.is_some() {
                return encoding;
            }
            at += rest.len() - attributes.len() + length;
        } else if is_tag(rest) {
            let name = rest
                .iter()
                .position(|&byte| byte.is_ascii_whitespace() || byte == b'>')?;
            let mut attributes = Attributes {
                bytes: rest,
                at: name,
            };
            while attributes.next().is_some() {}
            at += attributes.at.max(1);
        } else if matches!(rest.get(1), Some(b'!' | b'/' | b'?')) {
            at += memchr::memchr(b'>', rest)? + 1;
        } else {
            at += 1;
        }
    }
    None
}

fn is_tag(rest: &[u8]) -> bool {
    match rest {
        [b'<', b'/', letter, ..] | [b'<', letter, ..] => letter.is_ascii_alphabetic(),
        _ => false,
    }
}

fn meta_attributes(rest: &[u8]) -> Option<&[u8]> {
    let (name, attributes) = rest.split_at_checked(5)?;
    let is_meta = name.eq_ignore_ascii_case(b"<meta")
        && matches!(attributes.first(), Some(byte) if byte.is_ascii_whitespace() || *byte == b'/');
    is_meta.then_some(attributes)
}

/// The encoding that one `<meta>` names, and the length of its attributes.
fn in_meta(bytes: &[u8]) -> (Option<&'static Encoding>, usize) {
    let mut attributes = Attributes { bytes, at: 0 };
    let mut charset = None;
    let mut content = None;
    let mut is_content_type = false;
    while let Some((name, value)) = attributes.next() {
        match name.to_ascii_lowercase().as_slice() {
            b"charset" if charset.is_none() => charset = Some(value),
            b"content" if content.is_none() => content = charset_value(value),
            b"http-equiv" => is_content_type |= value.eq_ignore_ascii_case(b"content-type"),
            _ => {}
        }
    }
    let label = charset.or(content.filter(|_| is_content_type));
    let encoding = label.and_then(Encoding::for_label).map(readable_as_ascii);
    (encoding, attributes.at)
}

fn in_xml_declaration(declaration: &[u8]) -> Option<&'static Encoding> {
    let start = memchr::memmem::find(declaration, b"encoding")? + b"encoding".len();
    let label = value_after_equals(&declaration[start..])?;
    Encoding::for_label(label).map(readable_as_ascii)
}

fn readable_as_ascii(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        UTF_8
    } else if encoding == encoding_rs::X_USER_DEFINED {
        WINDOWS_1252
    } else {
        encoding
    }
}

/// The value of `charset=` in a content type.
fn charset_value(content_type: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"charset";
    let mut rest = content_type;
    loop {
        let start = rest
            .windows(NAME.len())
            .position(|window| window.eq_ignore_ascii_case(NAME))?;
        rest = &rest[start + NAME.len()..];
        if let Some(value) = value_after_equals(rest) {
            return Some(value);
        }
    }
}

/// In ` = "value" …`, the value; quotes may be missing.
fn value_after_equals(bytes: &[u8]) -> Option<&[u8]> {
    let value = bytes
        .trim_ascii_start()
        .strip_prefix(b"=")?
        .trim_ascii_start();
    let quote = *value.first()?;
    if quote == b'"' || quote == b'\'' {
        let value = &value[1..];
        return memchr::memchr(quote, value).map(|end| &value[..end]);
    }
    let end = value
        .iter()
        .position(|&byte| byte.is_ascii_whitespace() || byte == b';' || byte == b',')
        .unwrap_or(value.len());
    Some(&value[..end])
}

/// The attributes of a tag, up to and with its `>`.
struct Attributes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Attributes<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&is_skipped) {
            self.at += 1;
        }
    }

    fn take(&mut self, is_taken: impl Fn(u8) -> bool) -> &'a [u8] {
        let start = self.at;
        self.skip(is_taken);
        &self.bytes[start..self.at]
    }

    /// The next name and value; none when the tag or the bytes are at an end.
    fn next(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        self.skip(|byte| byte.is_ascii_whitespace() || byte == b'/');
        if self.peek()? == b'>' {
            self.at += 1;
            return None;
        }
        let start = self.at;
        // An equals sign in the first place belongs to the name.
        self.at += 1;
        self.skip(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'>' | b'='));
        let name = &self.bytes[start..self.at];
        self.skip(|byte| byte.is_ascii_whitespace());
        if self.peek() != Some(b'=') {
            return Some((name, b""));
        }
        self.at += 1;
        self.skip(|byte| byte.is_ascii_whitespace());
        let value = match self.peek()? {
            quote @ (b'"' | b'\'') => {
                self.at += 1;
                let value = self.take(|byte| byte != quote);
                // Without its end quote the value is cut off and worth nothing.
                self.peek()?;
                self.at += 1;
                value
            }
            _ => self.take(|byte| !byte.is_ascii_whitespace() && byte != b'>'),
        };
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_in_page(page: &str) -> Option<&'static str> {
        in_page(page.as_bytes()).map(Encoding::name)
    }

    #[test]
    fn headers_are_read_with_all_their_habits() {
        for header in [
            "text/html; charset=windows-1251",
            "text/html;charset=\"windows-1251\"",
            "text/html; Charset = 'WINDOWS-1251' ; boundary=x",
            "text/html; charset=cp1251,text/html",
            "text/html; charset charset=windows-1251",
        ] {
            let name = in_content_type(header).map(Encoding::name);
            assert_eq!(name, Some("windows-1251"), "{header}");
        }
        assert_eq!(in_content_type("text/html"), None);
        assert_eq!(in_content_type("text/html; charset="), None);
        assert_eq!(in_content_type("text/html; charset=utf-7"), None);
    }

    #[test]
    fn labels_in_the_page_are_found() {
        for page in [
            "<meta charset=euc-jp>",
            "<html><head><META CHARSET='EUC-JP'/>",
            "<meta http-equiv=Content-Type content='text/html; charset=euc-jp'>",
            "<meta content='text/html; charset=euc-jp' http-equiv=\"content-type\">",
            "<!-- <meta charset=utf-8> --><meta charset=euc-jp>",
            "<!--><meta charset=euc-jp>",
            "<p title='<meta charset=utf-8>'><meta name=a><meta charset=euc-jp>",
            "<?xml version=\"1.0\" encoding=\"euc-jp\"?><html>",
            "< <meta/charset=euc-jp>",
        ] {
            assert_eq!(name_in_page(page), Some("EUC-JP"), "{page}");
        }
    }

    #[test]
    fn what_is_no_label_is_not_found() {
        for page in [
            "",
            "<",
            "<meta",
            "<meta charset",
            "<meta charset=\"euc-jp",
            "<metal charset=euc-jp>",
            "<meta content='text/html; charset=euc-jp'>",
            "<!-- <meta charset=euc-jp>",
            "</ <meta charset=euc-jp>",
        ] {
            assert_eq!(name_in_page(page), None, "{page}");
        }
    }

    #[test]
    fn a_utf_16_label_in_the_page_means_utf_8() {
        assert_eq!(name_in_page("<meta charset=utf-16>"), Some("UTF-8"));
    }

    #[test]
    fn labels_past_the_first_bytes_do_not_count() {
        let page = format!("{}<meta charset=euc-jp>", " ".repeat(PRESCAN_BYTES));
        assert_eq!(name_in_page(&page), None);
    }
}
