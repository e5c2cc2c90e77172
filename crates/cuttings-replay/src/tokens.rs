//! CSS into tokens, as far as addresses are concerned.
//!
//! Follows "CSS Syntax Module Level 3", section 4, for strings, names, `url()`
//! and comments, escapes included: a browser reads `\75 rl(…)` as `url(…)` and
//! so do we. What cannot hold an address is a token of no kind.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `/* … */`
    Comment,
    /// Blanks.
    Blank,
    /// `"…"` or `'…'`, closed by its quote or the end of the text.
    Text,
    /// A string that ends with its line.
    BadText,
    /// `url(…)` without quotes.
    Url,
    /// One with characters that do not belong.
    BadUrl,
    /// A name and the parenthesis after it.
    Function,
    /// `@` and a name.
    At,
    /// A name.
    Name,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// `;`
    Semicolon,
    /// Anything else.
    Other,
}

/// A piece of a style sheet: bytes `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
}

impl Token {
    /// The piece as it stands in `css`.
    pub fn source<'c>(&self, css: &'c str) -> &'c str {
        &css[self.start as usize..self.end as usize]
    }

    /// What the piece says: a string without its quotes, an address without
    /// `url(` and `)`, a name without `@` or `(` and in lower case; escapes
    /// resolved.
    pub fn value(&self, css: &str) -> String {
        let source = self.source(css);
        match self.kind {
            Kind::Text => {
                let quote = &source[..1];
                let inner = &source[1..];
                unescape(inner.strip_suffix(quote).unwrap_or(inner))
            }
            Kind::Url => {
                let (_, inner) = source.split_once('(').unwrap_or_default();
                unescape(
                    inner
                        .strip_suffix(')')
                        .unwrap_or(inner)
                        .trim_matches(is_blank),
                )
            }
            Kind::Function => unescape(&source[..source.len() - 1]).to_ascii_lowercase(),
            Kind::At => unescape(&source[1..]).to_ascii_lowercase(),
            Kind::Name => unescape(source).to_ascii_lowercase(),
            _ => source.to_owned(),
        }
    }
}

/// Cuts `css` into tokens. Together they are all of it. `css` is below 4 GiB.
pub fn tokens(css: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < css.len() {
        let (kind, end) = next(css, at);
        found.push(Token {
            kind,
            start: at as u32,
            end: end as u32,
        });
        at = end;
    }
    found
}

fn next(css: &str, at: usize) -> (Kind, usize) {
    let rest = &css[at..];
    let bytes = rest.as_bytes();
    match bytes[0] {
        b'/' if bytes.get(1) == Some(&b'*') => {
            let end = rest[2..].find("*/").map_or(rest.len(), |end| end + 4);
            (Kind::Comment, at + end)
        }
        // It would be read as the beginning of a name.
        b'<' if rest.starts_with("<!--") => (Kind::Other, at + 4),
        b'"' | b'\'' => text(css, at),
        b'(' | b'[' | b'{' => (Kind::Open, at + 1),
        b')' | b']' | b'}' => (Kind::Close, at + 1),
        b';' => (Kind::Semicolon, at + 1),
        b'@' => match name_end(css, at + 1) {
            Some(end) => (Kind::At, end),
            None => (Kind::Other, at + 1),
        },
        // `#url(` is a hash and a parenthesis, whatever it is called.
        b'#' => (Kind::Other, run_end(css, at + 1)),
        byte if is_blank(char::from(byte)) => {
            let end = rest.find(|c| !is_blank(c)).unwrap_or(rest.len());
            (Kind::Blank, at + end)
        }
        byte if byte.is_ascii_digit() => (Kind::Other, run_end(css, at + 1)),
        _ => match name_end(css, at) {
            Some(end) if css[end..].starts_with('(') => function(css, at, end),
            Some(end) => (Kind::Name, end),
            None => {
                let first = rest.chars().next().map_or(1, char::len_utf8);
                (Kind::Other, at + first)
            }
        },
    }
}

/// A string that begins with a quote at `at`.
fn text(css: &str, at: usize) -> (Kind, usize) {
    let bytes = css.as_bytes();
    let quote = bytes[at];
    let mut here = at + 1;
    while here < bytes.len() {
        match bytes[here] {
            byte if byte == quote => return (Kind::Text, here + 1),
            b'\n' | b'\r' | 0x0c => return (Kind::BadText, here),
            // At the end of a line it says that the string goes on.
            b'\\' => here = escape_end(css, here).unwrap_or(here + 2),
            _ => here += 1,
        }
    }
    (Kind::Text, bytes.len())
}

/// A function whose name is `css[at..end]`, or an address without quotes.
fn function(css: &str, at: usize, end: usize) -> (Kind, usize) {
    let open = end + 1;
    if !unescape(&css[at..end]).eq_ignore_ascii_case("url") {
        return (Kind::Function, open);
    }
    let bytes = css.as_bytes();
    let mut here = open + css[open..].len() - css[open..].trim_start_matches(is_blank).len();
    if matches!(bytes.get(here), Some(b'"' | b'\'')) {
        return (Kind::Function, open);
    }
    let mut kind = Kind::Url;
    while here < bytes.len() {
        match bytes[here] {
            b')' => return (kind, here + 1),
            b'"' | b'\'' | b'(' | 0..=8 | 0x0b | 0x0e..=0x1f | 0x7f => {
                kind = Kind::BadUrl;
                here += 1;
            }
            byte if is_blank(char::from(byte)) => {
                let after = css[here..].trim_start_matches(is_blank);
                here = css.len() - after.len();
                if !after.is_empty() && !after.starts_with(')') {
                    kind = Kind::BadUrl;
                }
            }
            b'\\' => {
                if let Some(end) = escape_end(css, here) {
                    here = end;
                } else {
                    kind = Kind::BadUrl;
                    here += 1;
                }
            }
            _ => here += 1,
        }
    }
    (kind, bytes.len())
}

/// The end of the name that begins at `at`; `None` when none does.
fn name_end(css: &str, at: usize) -> Option<usize> {
    let bytes = css.as_bytes();
    let starts = |here: usize| match bytes.get(here) {
        Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0 | 0x80..) => true,
        Some(b'\\') => escape_end(css, here).is_some(),
        _ => false,
    };
    let begins = match bytes.get(at) {
        Some(b'-') => bytes.get(at + 1) == Some(&b'-') || starts(at + 1),
        _ => starts(at),
    };
    begins.then(|| run_end(css, at))
}

/// The end of the characters a name may hold, from `at`.
fn run_end(css: &str, at: usize) -> usize {
    let bytes = css.as_bytes();
    let mut here = at;
    loop {
        match bytes.get(here) {
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | 0 | 0x80..) => here += 1,
            Some(b'\\') => match escape_end(css, here) {
                Some(end) => here = end,
                None => return here,
            },
            _ => return here,
        }
    }
}

/// The end of the escape whose backslash is at `at`; `None` when a line ends
/// there, or the text.
fn escape_end(css: &str, at: usize) -> Option<usize> {
    let rest = &css[at + 1..];
    let first = rest.chars().next()?;
    if matches!(first, '\n' | '\r' | '\x0c') {
        return None;
    }
    if !first.is_ascii_hexdigit() {
        return Some(at + 1 + first.len_utf8());
    }
    let digits = rest
        .bytes()
        .take(6)
        .take_while(u8::is_ascii_hexdigit)
        .count();
    let blank = match rest.as_bytes().get(digits..) {
        Some([b'\r', b'\n', ..]) => 2,
        Some([byte, ..]) if is_blank(char::from(*byte)) => 1,
        _ => 0,
    };
    Some(at + 1 + digits + blank)
}

/// Resolves escapes. A line that ends in a backslash goes on in the next, as
/// strings do.
pub fn unescape(css: &str) -> String {
    let mut plain = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        match escape_end(rest, at) {
            None => {
                let after = &rest[at + 1..];
                rest = after
                    .strip_prefix("\r\n")
                    .or_else(|| after.strip_prefix(['\n', '\r', '\x0c']))
                    .unwrap_or(after);
            }
            Some(end) => {
                let escaped = rest[at + 1..end].trim_end_matches(is_blank);
                match u32::from_str_radix(escaped, 16) {
                    Ok(point) if escaped.bytes().all(|byte| byte.is_ascii_hexdigit()) => plain
                        .push(
                            char::from_u32(point)
                                .filter(|c| *c != '\0')
                                .unwrap_or('\u{fffd}'),
                        ),
                    _ => plain.push_str(&rest[at + 1..end]),
                }
                rest = &rest[end..];
            }
        }
    }
    plain + rest
}

pub fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(css: &str) -> Vec<(Kind, String)> {
        tokens(css)
            .into_iter()
            .filter(|token| !matches!(token.kind, Kind::Blank | Kind::Other | Kind::Close))
            .map(|token| (token.kind, token.value(css)))
            .collect()
    }

    #[test]
    fn escapes_hide_nothing() {
        for url in [
            "url(a.png)",
            "URL( a.png )",
            r"\75\72\6c(a.png)",
            r"u\000072L(a.png)",
            r"\u\r\l(a.png)",
            "<!--url(a.png)",
            r"url(\61.png)",
            r"url(a\.png",
        ] {
            assert_eq!(named(url), [(Kind::Url, "a.png".to_owned())], "{url}");
        }
        assert_eq!(named(r"@im\70 ort"), [(Kind::At, "import".to_owned())]);
    }

    #[test]
    fn strings_are_read_as_browsers_do() {
        assert_eq!(named(r#""a\"b""#), [(Kind::Text, "a\"b".to_owned())]);
        assert_eq!(named("'a\\\nb'"), [(Kind::Text, "ab".to_owned())]);
        assert_eq!(named("'open"), [(Kind::Text, "open".to_owned())]);
        assert_eq!(named(r"'\68ttp'"), [(Kind::Text, "http".to_owned())]);
        assert_eq!(named(r"'\0'"), [(Kind::Text, "\u{fffd}".to_owned())]);
        assert_eq!(named("'a\nurl(b)")[1], (Kind::Url, "b".to_owned()));
    }

    #[test]
    fn an_address_that_is_none_ends_where_browsers_end_it() {
        assert_eq!(tokens("url(a b)c")[0].kind, Kind::BadUrl);
        assert_eq!(tokens("url(a'b\\)c)d").len(), 2);
        assert_eq!(
            named("url( 'a' )"),
            [
                (Kind::Function, "url".to_owned()),
                (Kind::Text, "a".to_owned())
            ]
        );
    }

    #[test]
    fn a_comment_is_one_token_and_may_be_open() {
        assert_eq!(named("/* url(a) */")[0].0, Kind::Comment);
        assert_eq!(tokens("/* url(a)").len(), 1);
        assert_eq!(tokens("/*/ url(a) */").len(), 1);
    }

    #[test]
    fn the_tokens_are_the_whole_text() {
        for css in [
            "a{b:c}é\\",
            "\\\n",
            "--x:\\7f;",
            "@",
            "#\\",
            "-",
            "5px\u{0}",
        ] {
            let whole: String = tokens(css).iter().map(|token| token.source(css)).collect();
            assert_eq!(whole, css);
        }
    }
}
