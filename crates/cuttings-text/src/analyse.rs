//! The analyser: a text in, the terms that both search engines store out.
//!
//! [`crate::index`] lays the terms out for the store, [`crate::query`] makes the
//! words of a query the same way, and [`crate::highlight`] finds them again in
//! the text.
//!
//! Every word gives one term with two faces: `exact`, for quoted phrases, and
//! `stem`, for everything else. Their positions are the same.
//!
//! # How a text becomes terms
//!
//! 1. Words are runs of letters, digits and marks, as in UAX 29, with these
//!    changes, none of which depends on the language: an apostrophe inside a word
//!    is dropped (`don't` → `dont`) unless an elided article stands before it
//!    (`l'homme` → `l`, `homme`); single letters with stops are joined (`U.S.` →
//!    `us`); a comma that groups thousands is dropped (`1,000` → `1000`); all other
//!    punctuation, underscore included, parts words (`3.14` → `3`, `14`); soft
//!    hyphens and joiners vanish; raised figures stand alone.
//! 2. Han, kana, Hangul, Thai, Lao, Khmer and Burmese run without spaces: each two
//!    neighbours are a term, and the last character of a run is one more
//!    (`東京都` → `東京`, `京都`, `都`).
//! 3. Each word is brought to NFKC and lower case; that form goes to the Snowball
//!    stemmer of the language. Then word and stem lose their diacritics.
//! 4. A term longer than 200 bytes is cut there.
//!
//! Every ASCII character of a term is a lower-case letter or a digit, so terms
//! can be joined by spaces and quoted without escaping.

use crate::scan::scan;
use crate::stem::Stemmer;

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The word folded: lower case, without diacritics.
    pub exact: String,
    /// Its stem in the language of the text, folded too.
    pub stem: String,
    /// Where the word starts in the text: a byte offset at a character.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
}

/// The terms of `text`, in order.
///
/// `language` is a BCP 47 tag, of which the first part counts; without one, or
/// with one that has no stemmer, each word is its own stem.
///
/// ```
/// use cuttings_text::analyse::terms;
///
/// let found = terms("Élections: the harbours", Some("en"));
/// assert_eq!(found[0].exact, "elections");
/// assert_eq!(found[0].stem, "elect");
/// assert_eq!((found[0].start, found[0].end), (0, 10));
/// assert_eq!(found[2].stem, "harbour");
/// assert!(terms("—", None).is_empty());
/// ```
pub fn terms(text: &str, language: Option<&str>) -> Vec<Term> {
    let mut stemmer = Stemmer::new(language);
    let mut found = Vec::with_capacity(text.len() / 6);
    scan(text, |word| {
        found.push(Term {
            exact: word.exact.to_owned(),
            stem: stemmer.stem(word.lower, word.exact).to_owned(),
            start: word.start,
            end: word.end,
        });
    });
    found
}

/// The folded words of `text` joined by single spaces: a key by which names are
/// compared, such as the author of `author:` with an article's authors.
///
/// A stored key `k` holds the words of a wanted key `w` in their order when
/// `" k "` contains `" w "`.
///
/// ```
/// use cuttings_text::analyse::key;
///
/// assert_eq!(key("Ana-María O’Brien"), "ana maria obrien");
/// assert_eq!(key("***"), "");
/// ```
pub fn key(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    scan(text, |word| {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(word.exact);
    });
    joined
}
