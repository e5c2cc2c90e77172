//! Feeding the tokenizer, with over-long tags cut down on the way.
//!
//! [`crate::parse()`] calls [`feed`]. The tokenizer compares every attribute of a
//! tag with all earlier ones, so what is over the limits has to go before it
//! sees the tag, and that takes knowing where tags are: the same bytes are a
//! tag in one place and text in a script. The scan here finds the constructs
//! of the HTML standard's tokenizer by their outlines, and asks the guard what
//! the tree builder made of a start tag, so the two never disagree.

use html5ever::TokenizerResult;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{TokenSink, Tokenizer};
use memchr::{memchr, memchr2, memmem};

use crate::guard::{Guard, Mode};
use crate::limits::{LimitHit, Limits};

/// How much text the tokenizer gets at a time. Between pieces the node budget
/// is looked at.
const PIECE_BYTES: usize = 32 * 1024;

/// Gives all of `html` to the tokenizer, except for what is over the limits.
pub(crate) fn feed(tokenizer: &Tokenizer<Guard>, html: &str, limits: &Limits) {
    let mut feeder = Feeder {
        tokenizer,
        html,
        queue: BufferQueue::default(),
        given: 0,
    };
    if limits.max_attributes == usize::MAX && limits.max_tag_bytes == usize::MAX {
        feeder.give_until(html.len());
        return;
    }
    let mut at = 0;
    while !tokenizer.sink.has_stopped() {
        let next = match tokenizer.sink.mode() {
            Mode::Plaintext => None,
            Mode::Raw { name, is_script } => feeder.pass_raw_text(at, &name, is_script, limits),
            Mode::Data => feeder.pass_markup(at, limits),
        };
        match next {
            Some(position) => at = position,
            None => break,
        }
    }
    feeder.give_until(html.len());
}

struct Feeder<'a> {
    tokenizer: &'a Tokenizer<Guard>,
    html: &'a str,
    queue: BufferQueue,
    /// Everything before this position was given to the tokenizer or cut.
    given: usize,
}

impl Feeder<'_> {
    /// Gives what comes before `end` and was not given yet.
    fn give_until(&mut self, end: usize) {
        while self.given < end && !self.tokenizer.sink.has_stopped() {
            let limit = end.min(self.given + PIECE_BYTES);
            let mut piece_end = self.html.floor_char_boundary(limit);
            if piece_end <= self.given {
                piece_end = end;
            }
            let piece = &self.html[self.given..piece_end];
            self.queue.push_back(StrTendril::from_slice(piece));
            while !matches!(self.tokenizer.feed(&self.queue), TokenizerResult::Done) {}
            self.given = piece_end;
        }
    }

    /// Passes markup from `at` on, until the tokenizer's mode may have changed
    /// or a piece is full. Gives the position after it; none at the end.
    fn pass_markup(&mut self, at: usize, limits: &Limits) -> Option<usize> {
        let bytes = self.html.as_bytes();
        let mut at = at;
        while at - self.given.min(at) < PIECE_BYTES {
            at += memchr(b'<', &bytes[at..])?;
            let rest = &bytes[at..];
            match rest.get(1)? {
                b'!' if rest.starts_with(b"<!--") => at = comment_end(bytes, at)?,
                b'!' if rest.starts_with(b"<![CDATA[") => {
                    // A section of text in SVG and MathML, a comment in HTML.
                    self.give_until(at);
                    let is_section = self
                        .tokenizer
                        .sink
                        .adjusted_current_node_present_but_not_in_html_namespace();
                    at += if is_section {
                        memmem::find(rest, b"]]>")? + 3
                    } else {
                        memchr(b'>', rest)? + 1
                    };
                }
                b'!' | b'?' => at += memchr(b'>', rest)? + 1,
                b'/' if !rest.get(2)?.is_ascii_alphabetic() => at += memchr(b'>', rest)? + 1,
                b'/' => at = self.pass_tag(at, limits)?,
                letter if letter.is_ascii_alphabetic() => {
                    let end = self.pass_tag(at, limits)?;
                    if may_switch_mode(&rest[1..]) {
                        self.give_until(end);
                        return Some(end);
                    }
                    at = end;
                }
                _ => at += 1,
            }
        }
        self.give_until(at);
        Some(at)
    }

    /// Passes the content of an element that holds text alone, and its end tag.
    fn pass_raw_text(
        &mut self,
        at: usize,
        name: &str,
        is_script: bool,
        limits: &Limits,
    ) -> Option<usize> {
        let bytes = self.html.as_bytes();
        let end_tag = if is_script {
            script_end(bytes, at)?
        } else {
            raw_text_end(bytes, at, name.as_bytes())?
        };
        let end = self.pass_tag(end_tag, limits)?;
        self.give_until(end);
        Some(end)
    }

    /// Finds the end of the tag at `at` and cuts what is over the limits. None
    /// when the input ends inside, in which case the tokenizer drops the tag
    /// and nothing of it is given.
    fn pass_tag(&mut self, at: usize, limits: &Limits) -> Option<usize> {
        let bytes = self.html.as_bytes();
        let mut scan = TagScan::new(bytes, at);
        let name_limit = at.saturating_add(limits.max_tag_bytes);
        if scan.at > name_limit {
            self.cut(self.html.floor_char_boundary(name_limit), scan.at);
            self.tokenizer.sink.sink().report(LimitHit::TagBytes);
        }
        let mut kept_bytes = (scan.at - at).min(limits.max_tag_bytes);
        let mut count = 0;
        loop {
            match scan.next_attribute() {
                Scanned::Attribute { start, end } => {
                    count += 1;
                    let has_room = kept_bytes + (end - start) <= limits.max_tag_bytes;
                    if count <= limits.max_attributes && has_room {
                        kept_bytes += end - start;
                        continue;
                    }
                    // A slash before the attribute would close the tag once the
                    // attribute is gone.
                    let slashes = bytes[..start].iter().rev();
                    let slashes = slashes.take_while(|byte| **byte == b'/').count();
                    self.cut(start - slashes, end);
                    self.tokenizer.sink.sink().report(if has_room {
                        LimitHit::Attributes
                    } else {
                        LimitHit::TagBytes
                    });
                }
                Scanned::End(end) => return Some(end),
                Scanned::EndOfInput => {
                    self.give_until(at);
                    self.given = self.html.len();
                    return None;
                }
            }
        }
    }

    fn cut(&mut self, start: usize, end: usize) {
        self.give_until(start);
        self.given = end;
    }
}

/// Walks over one tag, from the end of its name.
struct TagScan<'a> {
    bytes: &'a [u8],
    at: usize,
}

enum Scanned {
    Attribute {
        start: usize,
        end: usize,
    },
    /// The position after the `>`.
    End(usize),
    EndOfInput,
}

impl<'a> TagScan<'a> {
    /// `start` is the position of a `<` before a letter, or before a slash and
    /// a letter.
    fn new(bytes: &'a [u8], start: usize) -> Self {
        let mut scan = Self {
            bytes,
            at: start + 2,
        };
        scan.skip(|byte| !ends_name(byte));
        scan
    }

    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) {
        let rest = &self.bytes[self.at..];
        self.at += rest
            .iter()
            .position(|byte| !is_skipped(*byte))
            .unwrap_or(rest.len());
    }

    fn next_attribute(&mut self) -> Scanned {
        self.skip(|byte| is_space(byte) || byte == b'/');
        let start = self.at;
        match self.bytes.get(start) {
            None => return Scanned::EndOfInput,
            Some(b'>') => return Scanned::End(start + 1),
            // Whatever comes first belongs to the name, an equals sign too.
            Some(_) => self.at += 1,
        }
        self.skip(|byte| !ends_name(byte) && byte != b'=');
        let mut end = self.at;
        self.skip(is_space);
        if self.bytes.get(self.at) == Some(&b'=') {
            self.at += 1;
            self.skip(is_space);
            match self.bytes.get(self.at) {
                Some(quote @ (b'"' | b'\'')) => {
                    let value = self.at + 1;
                    match memchr(*quote, &self.bytes[value..]) {
                        Some(length) => self.at = value + length + 1,
                        None => return Scanned::EndOfInput,
                    }
                }
                Some(_) => self.skip(|byte| !is_space(byte) && byte != b'>'),
                None => return Scanned::EndOfInput,
            }
            end = self.at;
        }
        Scanned::Attribute { start, end }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r' | 0x0C)
}

fn ends_name(byte: u8) -> bool {
    is_space(byte) || byte == b'/' || byte == b'>'
}

/// Whether `bytes` start with this name in any case, and the name ends there.
fn starts_with_name(bytes: &[u8], name: &[u8]) -> bool {
    bytes.len() > name.len()
        && bytes[..name.len()].eq_ignore_ascii_case(name)
        && ends_name(bytes[name.len()])
}

/// Whether a start tag with the name at the start of `bytes` may make the
/// tokenizer take what follows for text.
fn may_switch_mode(bytes: &[u8]) -> bool {
    const NAMES: [&[u8]; 10] = [
        b"script",
        b"style",
        b"title",
        b"textarea",
        b"noscript",
        b"iframe",
        b"noembed",
        b"noframes",
        b"xmp",
        b"plaintext",
    ];
    matches!(bytes[0] | 0x20, b's' | b't' | b'n' | b'i' | b'x' | b'p')
        && NAMES.iter().any(|name| starts_with_name(bytes, name))
}

/// The position after the comment whose `<!--` is at `start`.
fn comment_end(bytes: &[u8], start: usize) -> Option<usize> {
    let content = start + 4;
    if bytes[content..].starts_with(b">") {
        return Some(content + 1);
    }
    if bytes[content..].starts_with(b"->") {
        return Some(content + 2);
    }
    let mut at = content;
    loop {
        at += memmem::find(&bytes[at..], b"--")? + 2;
        while bytes.get(at) == Some(&b'-') {
            at += 1;
        }
        match &bytes[at..] {
            [b'>', ..] => return Some(at + 1),
            [b'!', b'>', ..] => return Some(at + 2),
            _ => {}
        }
    }
}

/// The position of the `</name` that ends raw text.
fn raw_text_end(bytes: &[u8], from: usize, name: &[u8]) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr(b'<', &bytes[at..])?;
        if bytes.get(at + 1) == Some(&b'/') && starts_with_name(&bytes[at + 2..], name) {
            return Some(at);
        }
        at += 1;
    }
}

/// The position of the `</script` that ends a script: not the one in
/// `<!-- <script> </script>`, as old pages hid scripts in comments.
fn script_end(bytes: &[u8], from: usize) -> Option<usize> {
    #[derive(PartialEq)]
    enum Escape {
        None,
        Comment,
        ScriptInComment,
    }
    let mut escape = Escape::None;
    let mut at = from;
    loop {
        at += match escape {
            Escape::None => memchr(b'<', &bytes[at..])?,
            Escape::Comment | Escape::ScriptInComment => memchr2(b'<', b'-', &bytes[at..])?,
        };
        let rest = &bytes[at..];
        let is_end = rest.starts_with(b"</") && starts_with_name(&rest[2..], b"script");
        if rest.starts_with(b"-->") {
            escape = Escape::None;
        } else if is_end && escape != Escape::ScriptInComment {
            return Some(at);
        } else if is_end {
            escape = Escape::Comment;
        } else if escape == Escape::None && rest.starts_with(b"<!--") {
            escape = Escape::Comment;
            // Its dashes may already be those of the end: `<!-->`.
            at += 1;
        } else if escape == Escape::Comment && starts_with_name(&rest[1..], b"script") {
            escape = Escape::ScriptInComment;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(tag: &str) -> Option<Vec<&str>> {
        let mut scan = TagScan::new(tag.as_bytes(), 0);
        let mut found = Vec::new();
        loop {
            match scan.next_attribute() {
                Scanned::Attribute { start, end } => found.push(&tag[start..end]),
                Scanned::End(end) => {
                    assert_eq!(end, tag.len(), "the tag ends with the text");
                    return Some(found);
                }
                Scanned::EndOfInput => return None,
            }
        }
    }

    #[test]
    fn the_attributes_of_a_tag_are_told_apart() {
        let cases: [(&str, &[&str]); 9] = [
            ("<a>", &[]),
            ("<a/>", &[]),
            ("<a b c=d e='>' f=\">\">", &["b", "c=d", "e='>'", "f=\">\""]),
            ("<a b=1/c>", &["b=1/c"]),
            ("<a b = 1 c>", &["b = 1", "c"]),
            ("<a b='1'c='2'/d>", &["b='1'", "c='2'", "d"]),
            ("<a =b c==d>", &["=b", "c==d"]),
            ("<a b=>", &["b="]),
            ("</a b='\n'>", &["b='\n'"]),
        ];
        for (tag, expected) in cases {
            assert_eq!(attributes(tag).as_deref(), Some(expected), "{tag}");
        }
        for cut_off in ["<a", "<a b", "<a b=", "<a b='>"] {
            assert_eq!(attributes(cut_off), None, "{cut_off}");
        }
    }

    #[test]
    fn comments_end_where_the_standard_says() {
        for (comment, length) in [
            ("<!---->x", 7),
            ("<!-->x-->", 5),
            ("<!--->x-->", 6),
            ("<!--a--->x", 9),
            ("<!--a--!>x", 9),
            ("<!--a-- >-->x", 12),
            ("<!--<!--a-->x", 12),
        ] {
            assert_eq!(
                comment_end(comment.as_bytes(), 0),
                Some(length),
                "{comment}"
            );
        }
        assert_eq!(comment_end(b"<!--a->", 0), None);
    }

    #[test]
    fn scripts_end_where_the_standard_says() {
        for script in [
            "a</script>",
            "a < b </scripts> </SCRIPT >",
            "<!-- a </script>",
            "<!-- <script> </script> --> </script>",
            "<!-- <script> </script> </script>",
            "<!--> <script> </script>",
            "<!-- <script> --> </script>",
        ] {
            let expected = script.to_ascii_lowercase().rfind("</script");
            assert_eq!(script_end(script.as_bytes(), 0), expected, "{script}");
        }
        assert_eq!(script_end(b"<!-- <script> </script", 0), None);
    }
}
