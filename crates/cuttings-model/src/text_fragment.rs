//! Text fragments: a link that opens a page at some words of it.
//!
//! `https://example.org/story#:~:text=a%20long%20day` as the browsers have it
//! (WICG, "Text Fragments"). The original page holds more than the story, and
//! other elements between its blocks, so a term never runs across a line break
//! of the clean text, and context is only given to words that need it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Anchor;

/// Everything but letters, digits and signs that mean nothing in an address or
/// in a text fragment: `-`, `,` and `&` part its terms.
const IN_A_TERM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'_').remove(b'~');

/// Words up to this many characters are given whole; of longer ones the start
/// and the end.
const WHOLE_CHARS: usize = 120;
/// Characters of a start or an end, at least; it goes on to the end of a word.
const PART_CHARS: usize = 32;
/// The same for context.
const CONTEXT_CHARS: usize = 16;

/// `address` with a text fragment for the words of `anchor`.
///
/// `is_unique`: whether the words stand once in the story; without context, a
/// browser goes to the first place it finds. A fragment that `address` has
/// stays in front, another text fragment goes.
///
/// ```
/// # use cuttings_model::{Anchor, text_fragment};
/// let anchor = Anchor::of("Well-known, and dear.", 0..11).unwrap();
/// assert_eq!(
///     text_fragment::address("https://example.org/a#top", &anchor, true),
///     "https://example.org/a#top:~:text=Well%2Dknown%2C"
/// );
/// ```
pub fn address(address: &str, anchor: &Anchor, is_unique: bool) -> String {
    let base = address.split_once(":~:").map_or(address, |(base, _)| base);
    let joint = if base.contains('#') { "" } else { "#" };
    format!("{base}{joint}:~:text={}", directive(anchor, is_unique))
}

/// The terms: `[before-,]start[,end][,-behind]`.
fn directive(anchor: &Anchor, is_unique: bool) -> String {
    let (before, words, behind) = by_whole_words(anchor);
    let lines: Vec<&str> = lines(&words).collect();
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return String::new();
    };
    let mut terms = Vec::new();
    let before = lines_last(before).filter(|_| !is_unique);
    terms.extend(before.map(|line| format!("{}-", encoded(end_of(line, CONTEXT_CHARS)))));
    if lines.len() == 1 && first.chars().count() <= WHOLE_CHARS {
        terms.push(encoded(first));
    } else {
        terms.push(encoded(start_of(first, PART_CHARS)));
        terms.push(encoded(end_of(last, PART_CHARS)));
    }
    let behind = self::lines(behind).next().filter(|_| !is_unique);
    terms.extend(behind.map(|line| format!("-{}", encoded(start_of(line, CONTEXT_CHARS)))));
    terms.join(",")
}

/// The anchor's three parts, moved apart so that none ends inside a word:
/// browsers look for whole words only.
fn by_whole_words(anchor: &Anchor) -> (&str, String, &str) {
    let is_cut = |before: Option<char>, behind: Option<char>| {
        before.is_some_and(char::is_alphanumeric) && behind.is_some_and(char::is_alphanumeric)
    };
    let exact = anchor.exact.as_str();
    let (mut before, mut head) = (anchor.prefix.as_str(), "");
    if is_cut(before.chars().next_back(), exact.chars().next()) {
        (before, head) = before.split_at(before.trim_end_matches(char::is_alphanumeric).len());
    }
    let (mut behind, mut tail) = (anchor.suffix.as_str(), "");
    if is_cut(exact.chars().next_back(), behind.chars().next()) {
        let rest = behind.trim_start_matches(char::is_alphanumeric);
        (tail, behind) = behind.split_at(behind.len() - rest.len());
    }
    (before, format!("{head}{exact}{tail}"), behind)
}

/// The lines of a clean text, cells of a table by themselves.
fn lines(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(['\n', '\t'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
}

fn lines_last(text: &str) -> Option<&str> {
    lines(text).next_back()
}

/// The first `chars` characters, and on to the end of a word.
fn start_of(line: &str, chars: usize) -> &str {
    let end = line
        .char_indices()
        .skip(chars)
        .find(|(_, c)| !c.is_alphanumeric());
    line[..end.map_or(line.len(), |(at, _)| at)].trim_end()
}

/// The last `chars` characters, from the start of a word on.
fn end_of(line: &str, chars: usize) -> &str {
    let start = line
        .char_indices()
        .rev()
        .skip(chars)
        .find(|(_, c)| !c.is_alphanumeric());
    line[start.map_or(0, |(at, c)| at + c.len_utf8())..].trim_start()
}

fn encoded(term: &str) -> String {
    utf8_percent_encode(term, IN_A_TERM).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(text: &str, words: &str, is_unique: bool) -> String {
        let (start, _) = text
            .match_indices(words)
            .next()
            .expect("the words are there");
        let start = text[..start].chars().count();
        let anchor = Anchor::of(text, start..start + words.chars().count()).expect("words");
        let link = address("https://e.org/", &anchor, is_unique);
        link.strip_prefix("https://e.org/#:~:text=")
            .expect("a text fragment")
            .to_owned()
    }

    #[test]
    fn signs_that_part_terms_are_encoded_inside_them() {
        assert_eq!(
            link(
                "Salt & pepper, half-ground.",
                "Salt & pepper, half-ground",
                true
            ),
            "Salt%20%26%20pepper%2C%20half%2Dground"
        );
        assert_eq!(
            link("100 % 😀 #1?", "100 % 😀 #1?", true),
            "100%20%25%20%F0%9F%98%80%20%231%3F"
        );
    }

    #[test]
    fn words_that_stand_more_than_once_get_their_neighbours() {
        let text = "At noon the old man said no to all of them, and left.";
        assert_eq!(
            link(text, " no ", false),
            "the%20old%20man%20said-,no,-to%20all%20of%20them%2C%20and"
        );
        assert_eq!(link(text, " no ", true), "no");
        assert_eq!(
            link("One line.\n\nNo.\n\nThe next line.", "No.", false),
            "One%20line.-,No.,-The%20next%20line."
        );
    }

    #[test]
    fn a_term_never_ends_inside_a_word() {
        let text = "The lighthouse keepers wrote.";
        assert_eq!(
            link(text, "house keep", false),
            "The-,lighthouse%20keepers,-wrote."
        );
    }

    #[test]
    fn long_words_and_words_across_lines_are_given_by_start_and_end() {
        let text = format!(
            "Once there {} ever after.",
            ["was a long tale"; 12].join(" ")
        );
        assert_eq!(
            link(&text, text.as_str(), true),
            "Once%20there%20was%20a%20long%20tale%20was%20a,tale%20was%20a%20long%20tale%20ever%20after."
        );
        assert_eq!(
            link(
                "First line.\n\nThe\tlast.",
                "First line.\n\nThe\tlast.",
                true
            ),
            "First%20line.,last."
        );
    }

    #[test]
    fn a_fragment_of_the_address_stays_and_a_text_fragment_goes() {
        let anchor = Anchor::of_words("words");
        for (base, expected) in [
            ("https://e.org/a", "https://e.org/a#:~:text=words"),
            ("https://e.org/a#top", "https://e.org/a#top:~:text=words"),
            (
                "https://e.org/a#top:~:text=old",
                "https://e.org/a#top:~:text=words",
            ),
            (
                "https://e.org/a#:~:text=old",
                "https://e.org/a#:~:text=words",
            ),
        ] {
            assert_eq!(address(base, &anchor, true), expected);
        }
    }
}
