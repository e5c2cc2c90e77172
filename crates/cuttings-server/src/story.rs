//! From the kept story to what the reader prints: blocks with stable ids,
//! tables that scroll inside themselves, pictures that open large.
//!
//! [`print`] is pure. It adds tags around and attributes inside of what the
//! extractor wrote and moves no word, so it can follow anything else that works
//! on the words, such as drawing highlights.
//!
//! `id="b7"` names the element in which block 7 of the clean text begins. The
//! blocks of the clean text are parted by blank lines and counted from 0; what
//! stands in the HTML alone, such as captions and pull quotes, has no number.
//! So a place in a story means the same to every reader of the API, whether it
//! reads the text or the HTML.

use std::collections::HashMap;
use std::fmt::Write as _;

use cuttings_extract::SafeHtml;

/// What the reader says in a story.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    /// Name of a table that scrolls.
    pub table: &'static str,
    /// Name of the link on a picture that describes nothing.
    pub enlarge: &'static str,
    /// The same for one with a description.
    pub enlarge_named: fn(&str) -> String,
}

/// A story, ready to be printed.
#[derive(Debug)]
pub(crate) struct Printed {
    /// The story.
    pub html: SafeHtml,
    /// The blocks that have an id in it, in order.
    pub blocks: Vec<usize>,
}

/// Elements in which a block of the text may begin.
const BLOCKS: &[&str] = &[
    "p", "h2", "h3", "h4", "h5", "h6", "pre", "ul", "ol", "dl", "table", "li", "dt", "dd", "tr",
];
/// Those in which another tag may stand in front of the words.
const HOLDS_WORDS: &[&str] = &["p", "h2", "h3", "h4", "h5", "h6", "pre", "li", "dt", "dd"];
/// Characters by which a block is known again, blanks left out.
const KNOWN_BY: usize = 48;
/// The same for a block that is not the next one.
const KNOWN_FAR_OFF_BY: usize = 8;

/// The widest a page may say that a picture is.
const MOST_PIXELS: i64 = 10_000;

/// Width and height of pictures in pixels, by their addresses.
pub(crate) type Sizes = HashMap<String, (i64, i64)>;

/// Prints a story. `text` is its clean text. Pictures get the `sizes` they have,
/// so that their room is there before they are.
pub(crate) fn print(kept: &SafeHtml, text: &str, words: Words, sizes: &Sizes) -> Printed {
    let pieces = pieces(kept.as_str());
    let numbers = numbers(&pieces, text);
    let mut out = String::with_capacity(kept.as_str().len() + 1024);
    let mut blocks = Vec::new();
    let (mut tables, mut links) = (0, 0);
    for (piece, number) in pieces.iter().zip(numbers) {
        let Piece::Tag { raw, name, closes } = *piece else {
            out.push_str(piece.raw());
            continue;
        };
        match (name, closes) {
            ("table", false) => {
                if tables == 0 {
                    out.push_str(
                        "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"",
                    );
                    escape(&mut out, words.table);
                    out.push_str("\">");
                }
                tables += 1;
            }
            ("a", _) => links += if closes { -1 } else { 1 },
            _ => {}
        }
        if let Some(number) = number {
            blocks.push(number);
        }
        let picture = attribute(raw, "src").filter(|_| name == "img" && links == 0);
        if let Some(path) = picture {
            enlarging(&mut out, path, attribute(raw, "alt").unwrap_or(""), words);
        }
        let sized = (name == "img")
            .then(|| attribute(raw, "src").and_then(|path| sizes.get(path)))
            .flatten()
            .map(|size| with_size(raw, *size));
        tag(&mut out, sized.as_deref().unwrap_or(raw), name, number);
        if picture.is_some() {
            out.push_str("</a>");
        }
        if (name, closes) == ("table", true) {
            tables -= 1;
            if tables == 0 {
                out.push_str("</div>");
            }
        }
    }
    Printed {
        html: SafeHtml::from_kept(out),
        blocks,
    }
}

/// A tag, with the id of its block in place of the one the extractor gave. An
/// id that links of the story point to is kept: inside, on an element of its
/// own, because an element has only one.
fn tag(out: &mut String, raw: &str, name: &str, number: Option<usize>) {
    let own = attribute(raw, "id");
    let rest = match own {
        Some(id) if number.is_some() || is_block_id(id) => {
            let pair = format!(" id=\"{id}\"");
            raw.replacen(&pair, "", 1)
        }
        _ => raw.to_owned(),
    };
    let Some(number) = number else {
        out.push_str(&rest);
        return;
    };
    let (start, end) = rest.split_at(name.len() + 1);
    out.push_str(start);
    let _ = write!(out, " id=\"b{number}\"");
    out.push_str(end);
    if let Some(id) = own.filter(|id| !is_block_id(id)) {
        let _ = write!(out, "<span id=\"{id}\"></span>");
    }
}

/// A picture's tag with its size. It is as wide as its page said, and as high as
/// that makes it.
fn with_size(raw: &str, (width, height): (i64, i64)) -> String {
    let shown = attribute(raw, "width")
        .and_then(|said| said.parse::<i64>().ok())
        .filter(|said| (1..=MOST_PIXELS).contains(said))
        .unwrap_or(width);
    let (width, height) = (shown, (height * shown / width.max(1)).max(1));
    let mut bare = raw.to_owned();
    for name in ["width", "height"] {
        if let Some(said) = attribute(raw, name) {
            bare = bare.replacen(&format!(" {name}=\"{said}\""), "", 1);
        }
    }
    let (start, end) = bare.split_at("<img".len());
    format!("{start} width=\"{width}\" height=\"{height}\"{end}")
}

/// The link around a picture: without script it shows the picture alone, with
/// it the gallery opens.
fn enlarging(out: &mut String, path: &str, alt: &str, words: Words) {
    out.push_str("<a class=\"enlarge\" href=\"");
    out.push_str(path);
    out.push_str("\" aria-label=\"");
    if alt.trim().is_empty() {
        escape(out, words.enlarge);
    } else {
        // The description is escaped already; what is put around it is ours.
        out.push_str(&(words.enlarge_named)(alt));
    }
    out.push_str("\">");
}

/// For each piece the number of the block that begins in it.
fn numbers(pieces: &[Piece<'_>], text: &str) -> Vec<Option<usize>> {
    let blocks: Vec<Vec<char>> = text
        .split("\n\n")
        .map(|block| block.chars().filter(|c| !c.is_whitespace()).collect())
        .collect();
    let (plain, starts) = plain(pieces);
    let begins = |number: usize, start: usize| {
        let words: &[char] = &blocks[number];
        !words.is_empty() && plain[start..].starts_with(&words[..words.len().min(KNOWN_BY)])
    };
    let mut numbers = vec![None; pieces.len()];
    // The next block, and where it begins if all is as it should be.
    let (mut next, mut expected) = (0, 0);
    let mut last_start = None;
    for (at, start) in starts.into_iter().enumerate() {
        let Some(start) = start else { continue };
        // The outermost element that begins there has it.
        if last_start == Some(start) {
            continue;
        }
        // A block may begin where no element does, as in code with a blank line.
        while next < blocks.len() && expected < start && begins(next, expected) {
            expected += blocks[next].len();
            next += 1;
        }
        let found = (next..blocks.len()).find(|number| {
            // Others are left out only for one that cannot be mistaken.
            (*number == next || blocks[*number].len() >= KNOWN_FAR_OFF_BY) && begins(*number, start)
        });
        if let Some(number) = found {
            numbers[at] = Some(number);
            next = number + 1;
            expected = start + blocks[number].len();
            last_start = Some(start);
        }
    }
    numbers
}

/// The words of the text that stand in the HTML, without blanks, and for each
/// piece that may begin a block where its words begin.
fn plain(pieces: &[Piece<'_>]) -> (Vec<char>, Vec<Option<usize>>) {
    let mut plain = Vec::new();
    let mut starts = vec![None; pieces.len()];
    // The element that is left out with all in it, and how deep in it we are.
    let mut left_out: Option<(&str, usize)> = None;
    for (at, piece) in pieces.iter().enumerate() {
        match *piece {
            Piece::Text(words) if left_out.is_none() => {
                plain.extend(unescaped(words).chars().filter(|c| !c.is_whitespace()));
            }
            Piece::Text(_) => {}
            Piece::Tag { raw, name, closes } => match &mut left_out {
                Some((outer, depth)) if *outer == name => {
                    *depth = if closes { *depth - 1 } else { *depth + 1 };
                    if *depth == 0 {
                        left_out = None;
                    }
                }
                Some(_) => {}
                None if !closes && is_not_in_the_text(raw, name) => left_out = Some((name, 1)),
                None => {
                    if !closes && BLOCKS.contains(&name) && can_be_named(raw, name) {
                        starts[at] = Some(plain.len());
                    }
                }
            },
        }
    }
    (plain, starts)
}

/// Captions, pull quotes, embedded media and missing pictures stand in the
/// HTML alone.
fn is_not_in_the_text(raw: &str, name: &str) -> bool {
    name == "figure"
        || attribute(raw, "class").is_some_and(|classes| {
            classes
                .split(' ')
                .any(|class| matches!(class, "pull-quote" | "embed" | "missing-picture"))
        })
}

/// A list or a table that links point to keeps its own id: nothing may stand
/// between it and its items.
fn can_be_named(raw: &str, name: &str) -> bool {
    HOLDS_WORDS.contains(&name) || attribute(raw, "id").is_none_or(is_block_id)
}

/// Whether the extractor gave this id.
fn is_block_id(id: &str) -> bool {
    id.strip_prefix('b')
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// A piece of HTML.
#[derive(Debug, Clone, Copy)]
enum Piece<'h> {
    Text(&'h str),
    Tag {
        raw: &'h str,
        name: &'h str,
        closes: bool,
    },
}

impl<'h> Piece<'h> {
    fn raw(&self) -> &'h str {
        match self {
            Self::Text(raw) | Self::Tag { raw, .. } => raw,
        }
    }
}

/// HTML as the sanitizer writes it, cut at its tags: names in small letters,
/// values between double quotes.
fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let (before, from) = rest.split_at(open);
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        let (raw, after) = from.split_at(tag_end(from));
        let inner = raw.trim_start_matches('<').trim_end_matches('>');
        let closes = inner.starts_with('/');
        let inner = inner.trim_start_matches('/');
        let name = inner.split([' ', '/', '\n', '\t']).next().unwrap_or("");
        pieces.push(Piece::Tag { raw, name, closes });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// The length of the tag that `text` starts with, quotes respected.
fn tag_end(text: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The value of an attribute, still escaped.
fn attribute<'t>(raw: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = raw;
    while let Some(at) = rest.find("=\"") {
        let (before, value) = (&rest[..at], &rest[at + 2..]);
        let (value, after) = value.split_once('"')?;
        if before.rsplit([' ', '\n', '\t']).next() == Some(name) {
            return Some(value);
        }
        rest = after;
    }
    None
}

fn unescaped(words: &str) -> std::borrow::Cow<'_, str> {
    if words.contains('&') {
        words
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&nbsp;", "\u{a0}")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
            .into()
    } else {
        words.into()
    }
}

fn escape(out: &mut String, words: &str) {
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(html: &str, text: &str) -> (String, Vec<usize>) {
        let words = Words {
            table: "Table",
            enlarge: "Enlarge",
            enlarge_named: |alt| format!("Enlarge: {alt}"),
        };
        let printed = print(
            &SafeHtml::from_kept(html.to_owned()),
            text,
            words,
            &Sizes::from([("/articles/1/pictures/ab".to_owned(), (640, 480))]),
        );
        (printed.html.as_str().to_owned(), printed.blocks)
    }

    #[test]
    fn each_block_of_the_text_is_named_where_it_begins() {
        let (html, blocks) = printed(
            "<p id=\"b1\">One &amp; one.</p>\n<blockquote id=\"b2\"><p>Two.</p><p>Three.</p>\
             </blockquote><ul id=\"b3\"><li>Four</li><li>five</li></ul><p id=\"b4\">Six</p>",
            "One & one.\n\nTwo.\n\nThree.\n\nFour\nfive\n\nSix",
        );
        assert_eq!(
            html,
            "<p id=\"b0\">One &amp; one.</p>\n<blockquote><p id=\"b1\">Two.</p>\
             <p id=\"b2\">Three.</p></blockquote><ul id=\"b3\"><li>Four</li><li>five</li></ul>\
             <p id=\"b4\">Six</p>"
        );
        assert_eq!(blocks, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_is_not_in_the_text_has_no_number_and_shifts_none() {
        let (html, blocks) = printed(
            "<figure id=\"b1\"><img src=\"/p\" alt=\"\"><figcaption>Two</figcaption></figure>\
             <p id=\"b2\">One</p><blockquote class=\"pull-quote\" id=\"b3\"><p>Two</p></blockquote>\
             <p class=\"embed\" id=\"b4\"><a href=\"https://x.example\">Two</a></p>\
             <p id=\"b5\">Two</p>",
            "One\n\nTwo",
        );
        assert!(html.contains("<p id=\"b0\">One</p>"), "{html}");
        assert!(html.ends_with("<p id=\"b1\">Two</p>"), "{html}");
        assert_eq!(html.matches(" id=\"").count(), 2, "{html}");
        assert_eq!(blocks, [0, 1]);
    }

    #[test]
    fn a_block_whose_words_differ_costs_its_own_number_only() {
        let (_, blocks) = printed(
            "<p>One</p><p>Changed</p><p>Three and more</p><p>Four</p>",
            "One\n\nTwo\n\nThree and more\n\nFour",
        );
        assert_eq!(blocks, [0, 2, 3]);
    }

    #[test]
    fn pictures_have_the_shape_they_have_before_they_come() {
        for (said, expected) in [
            ("", "width=\"640\" height=\"480\""),
            (" width=\"320\"", "width=\"320\" height=\"240\""),
            (
                " width=\"320\" height=\"9\"",
                "width=\"320\" height=\"240\"",
            ),
            (" width=\"0\" height=\"9\"", "width=\"640\" height=\"480\""),
            (
                " width=\"9223372036854775807\"",
                "width=\"640\" height=\"480\"",
            ),
        ] {
            let (html, _) = printed(
                &format!("<img src=\"/articles/1/pictures/ab\" alt=\"A\"{said}>"),
                "",
            );
            let wanted = format!("<img {expected} src=\"/articles/1/pictures/ab\" alt=\"A\">");
            assert!(html.contains(&wanted), "{said}: {html}");
        }
        let (html, _) = printed("<img src=\"/articles/1/pictures/cd\" alt=\"A\">", "");
        assert!(!html.contains("width"), "{html}");
    }

    #[test]
    fn ids_that_links_point_to_stay() {
        let (html, _) = printed(
            "<p id=\"c-n1\">A note</p><ol id=\"c-notes\"><li id=\"c-n2\">Another</li></ol>",
            "A note\n\nAnother",
        );
        assert_eq!(
            html,
            "<p id=\"b0\"><span id=\"c-n1\"></span>A note</p><ol id=\"c-notes\">\
             <li id=\"b1\"><span id=\"c-n2\"></span>Another</li></ol>"
        );
    }

    #[test]
    fn code_with_blank_lines_and_nested_lists_are_counted_as_the_text_has_them() {
        let (html, blocks) = printed(
            "<pre><code>a = 1\n\nb = 2</code></pre><ul><li>One<ul><li>Two</li></ul></li>\
             <li>Three</li></ul>",
            "a = 1\n\nb = 2\n\nOne\n\nTwo\n\nThree",
        );
        assert_eq!(blocks, [0, 2, 3, 4]);
        assert!(
            html.contains("<ul id=\"b2\"><li>One<ul id=\"b3\">"),
            "{html}"
        );
        assert!(html.contains("<li id=\"b4\">Three"), "{html}");
    }

    #[test]
    fn tables_scroll_in_a_frame_and_pictures_open() {
        let (html, _) = printed(
            "<table><tbody><tr><td>1</td></tr></tbody></table>\
             <figure><img src=\"/a?b&amp;c\" alt=\"A &quot;quay&quot;\"></figure>\
             <p><a href=\"https://x.example/\"><img src=\"/d\" alt=\"\"></a></p>",
            "1",
        );
        assert!(
            html.starts_with(
                "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"Table\">\
                 <table id=\"b0\">"
            ),
            "{html}"
        );
        assert!(html.contains("</table></div><figure>"), "{html}");
        assert!(
            html.contains(
                "<a class=\"enlarge\" href=\"/a?b&amp;c\" \
                 aria-label=\"Enlarge: A &quot;quay&quot;\"><img src=\"/a?b&amp;c\""
            ),
            "{html}"
        );
        assert_eq!(html.matches("<a ").count(), 2, "no link in a link: {html}");
    }

    #[test]
    fn an_empty_story_and_broken_markup_come_through() {
        assert_eq!(printed("", ""), (String::new(), Vec::new()));
        let (html, blocks) = printed("a < b <p", "x\n\n\n\ny");
        assert_eq!(html, "a < b <p");
        assert!(blocks.is_empty());
    }
}
