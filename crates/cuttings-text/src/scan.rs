//! The scanner: where the words of a text are.
//!
//! Everything that reads words comes through [`scan`]: [`crate::analyse`],
//! [`crate::index`], [`crate::highlight`] and [`crate::count`].
//!
//! Word borders must not depend on the language, because the words of a query
//! are cut without knowing which article they will meet. The language only
//! decides the stem, afterwards.

use unicode_normalization::char::is_combining_mark;

use crate::fold;

/// Longest term in bytes; a longer word (encoded data, mostly) is cut here, in
/// the index and in the query alike.
pub(crate) const MAX_TERM_BYTES: usize = 200;

/// What a scanned word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word as written between spaces.
    Word,
    /// Two neighbouring characters of a script written without spaces.
    Pair,
    /// The last character of such a run, once more by itself, so that every
    /// single character can be found as the start of a pair or as this.
    Last,
    /// A run of one character.
    Single,
}

/// One word of a text, borrowed while [`scan`] shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word<'a> {
    /// Folded: what a quoted phrase compares.
    pub(crate) exact: &'a str,
    /// Lower-cased with diacritics: what a stemmer wants.
    pub(crate) lower: &'a str,
    /// Byte offsets in the scanned text.
    pub(crate) start: usize,
    /// Exclusive.
    pub(crate) end: usize,
    pub(crate) kind: Kind,
}

/// Shows `each` the words of `text` in order.
pub(crate) fn scan(text: &str, mut each: impl FnMut(Word<'_>)) {
    let bytes = text.as_bytes();
    let mut desk = Desk::default();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii_alphanumeric() {
            let length = bytes[at..]
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric())
                .count();
            let end = at + length;
            if ends_plainly(bytes, at, end) {
                desk.show_ascii(&text[at..end], at, end, &mut each);
                at = end;
            } else {
                at = word(text, at, &mut desk, &mut each);
            }
        } else if byte.is_ascii() {
            at += 1;
        } else {
            let character = first(&text[at..]);
            at = match class(character) {
                Class::Letter => word(text, at, &mut desk, &mut each),
                Class::Raised => raised(text, at, &mut desk, &mut each),
                Class::Unspaced => run(text, at, &mut desk, &mut each),
                Class::Mark | Class::Ignored | Class::Border => at + character.len_utf8(),
            };
        }
    }
}

/// Whether the ASCII letters and digits from `start` to `end` are a whole word,
/// so that the slow way round is not needed.
fn ends_plainly(bytes: &[u8], start: usize, end: usize) -> bool {
    match bytes.get(end) {
        None => true,
        Some(b'\'') => !bytes
            .get(end + 1)
            .is_some_and(|next| next.is_ascii_alphanumeric() || !next.is_ascii()),
        Some(b'.') => end - start > 1,
        Some(b',') => !bytes[end - 1].is_ascii_digit(),
        Some(next) => next.is_ascii(),
    }
}

/// The buffers a scan works on.
#[derive(Default)]
struct Desk {
    raw: String,
    lower: String,
    exact: String,
    pair: String,
    previous: String,
}

impl Desk {
    fn show_ascii(&mut self, word: &str, start: usize, end: usize, each: &mut impl FnMut(Word)) {
        let shown = &word[..word.len().min(MAX_TERM_BYTES)];
        if shown.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.lower.clear();
            self.lower.push_str(shown);
            self.lower.make_ascii_lowercase();
            each(Word {
                exact: &self.lower,
                lower: &self.lower,
                start,
                end,
                kind: Kind::Word,
            });
        } else {
            each(Word {
                exact: shown,
                lower: shown,
                start,
                end,
                kind: Kind::Word,
            });
        }
    }

    /// Shows the word collected in `raw`, and empties it.
    fn show_raw(&mut self, start: usize, end: usize, each: &mut impl FnMut(Word)) {
        fold::lower_case(&self.raw, &mut self.lower);
        cut(&mut self.lower);
        fold::drop_diacritics(&self.lower, &mut self.exact);
        cut(&mut self.exact);
        self.raw.clear();
        if !self.exact.is_empty() {
            each(Word {
                exact: &self.exact,
                lower: &self.lower,
                start,
                end,
                kind: Kind::Word,
            });
        }
    }
}

/// Reads a word from `start`, where a letter or digit stands, and returns where
/// to read on. An elided article (`l'homme`) is shown as a word of its own.
fn word(text: &str, start: usize, desk: &mut Desk, each: &mut impl FnMut(Word)) -> usize {
    desk.raw.clear();
    if let Some(end) = acronym(text, start, &mut desk.raw) {
        desk.show_raw(start, end, each);
        return end;
    }
    let (mut word_start, mut end, mut at) = (start, start, start);
    let mut before = '\0';
    while let Some(character) = text[at..].chars().next() {
        let next = at + character.len_utf8();
        match class(character) {
            Class::Letter | Class::Mark => {
                // A word may hold no more than a mark after an elision was cut off.
                if desk.raw.is_empty() {
                    word_start = at;
                }
                desk.raw.push(character);
                before = character;
                end = next;
            }
            Class::Ignored => {}
            Class::Border if is_apostrophe(character) => {
                if !follows_letter(text, next) {
                    break;
                }
                if is_elided(&desk.raw) {
                    desk.show_raw(word_start, end, each);
                    word_start = next;
                }
            }
            Class::Border if matches!(character, '"' | '״') => {
                let hebrew_next = text[next..].chars().next().is_some_and(is_hebrew_letter);
                if !(is_hebrew_letter(before) && hebrew_next) {
                    break;
                }
            }
            Class::Border if character == ',' => {
                if !splits_thousands(&desk.raw, &text[next..]) {
                    break;
                }
            }
            Class::Border | Class::Unspaced | Class::Raised => break,
        }
        at = next;
    }
    desk.show_raw(word_start, end, each);
    at
}

/// Raised figures are a word of their own: most are note marks (`harbour²`).
fn raised(text: &str, start: usize, desk: &mut Desk, each: &mut impl FnMut(Word)) -> usize {
    desk.raw.clear();
    let mut end = start;
    for character in text[start..].chars() {
        if class(character) != Class::Raised {
            break;
        }
        desk.raw.push(character);
        end += character.len_utf8();
    }
    desk.show_raw(start, end, each);
    end
}

/// Reads a run of a script without spaces from `start`, as overlapping pairs.
fn run(text: &str, start: usize, desk: &mut Desk, each: &mut impl FnMut(Word)) -> usize {
    let mut at = start;
    let mut units = 0;
    let mut previous_span = (start, start);
    desk.previous.clear();
    while at < text.len() {
        let character = first(&text[at..]);
        match class(character) {
            Class::Ignored => {
                at += character.len_utf8();
                continue;
            }
            Class::Unspaced => {}
            _ => break,
        }
        let end = at + unit_length(&text[at..]);
        fold::lower_case(&text[at..end], &mut desk.lower);
        fold::drop_diacritics(&desk.lower, &mut desk.exact);
        if desk.exact.is_empty() {
            at = end;
            continue;
        }
        cut(&mut desk.exact);
        if units > 0 {
            desk.pair.clear();
            desk.pair.push_str(&desk.previous);
            desk.pair.push_str(&desk.exact);
            cut(&mut desk.pair);
            each(Word {
                exact: &desk.pair,
                lower: &desk.pair,
                start: previous_span.0,
                end,
                kind: Kind::Pair,
            });
        }
        std::mem::swap(&mut desk.previous, &mut desk.exact);
        previous_span = (at, end);
        units += 1;
        at = end;
    }
    if units > 0 {
        each(Word {
            exact: &desk.previous,
            lower: &desk.previous,
            start: previous_span.0,
            end: previous_span.1,
            kind: if units == 1 { Kind::Single } else { Kind::Last },
        });
    }
    at
}

/// Bytes of the first character of `text` together with the marks on it.
pub(crate) fn unit_length(text: &str) -> usize {
    let mut length = 0;
    for character in text.chars() {
        if length > 0 && !is_attached(character) {
            break;
        }
        length += character.len_utf8();
    }
    length
}

/// Whether a character belongs to the one before it: a mark, a half-width
/// voicing mark, or the vowel or final of a Hangul syllable written apart.
fn is_attached(character: char) -> bool {
    is_combining_mark(character)
        || matches!(character, '\u{FF9E}' | '\u{FF9F}' | '\u{1160}'..='\u{11FF}')
}

/// Single letters with a stop between them, from `start`: `U.S.`, `e.g.`. Puts
/// the letters into `raw` and returns where they end, or leaves it empty.
fn acronym(text: &str, start: usize, raw: &mut String) -> Option<usize> {
    let mut at = start;
    let mut end = None;
    loop {
        let mut rest = text[at..].chars();
        let letter = rest.next().filter(|letter| letter.is_alphabetic())?;
        if class(letter) != Class::Letter {
            break;
        }
        let following = rest.next();
        if following.is_some_and(|next| !matches!(class(next), Class::Border | Class::Unspaced)) {
            break;
        }
        raw.push(letter);
        at += letter.len_utf8();
        if raw.chars().nth(1).is_some() {
            end = Some(at);
        }
        let stop = following == Some('.');
        let more = rest.next().is_some_and(char::is_alphabetic);
        if !(stop && more) {
            break;
        }
        at += 1;
    }
    if end.is_none() {
        raw.clear();
    }
    end
}

/// Articles and short words that French, Italian, Catalan and Irish join to the
/// next word with an apostrophe.
const ELIDED: [&str; 28] = [
    "l", "d", "j", "m", "t", "s", "n", "c", "b", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "un",
    "dell", "all", "dall", "nell", "sull", "coll", "quell", "quest", "bell", "sant", "gl", "com",
    "dov",
];

fn is_elided(raw: &str) -> bool {
    raw.len() <= 6 && ELIDED.iter().any(|elided| raw.eq_ignore_ascii_case(elided))
}

/// Whether a letter or digit stands at `at`.
fn follows_letter(text: &str, at: usize) -> bool {
    text[at..]
        .chars()
        .next()
        .is_some_and(|next| class(next) == Class::Letter)
}

/// Whether a comma between `before` and `after` groups digits: `1,000,000`.
fn splits_thousands(before: &str, after: &str) -> bool {
    let digits = after.bytes().take_while(u8::is_ascii_digit).take(4).count();
    digits == 3
        && !before.is_empty()
        && before.bytes().all(|byte| byte.is_ascii_digit())
        && !after[digits..]
            .chars()
            .map(class)
            .find(|&class| class != Class::Ignored)
            .is_some_and(|class| matches!(class, Class::Letter | Class::Mark))
}

fn is_apostrophe(character: char) -> bool {
    matches!(
        character,
        '\'' | '\u{2019}' | '\u{2018}' | '\u{2BC}' | '\u{2BB}' | '\u{FF07}' | '\u{5F3}'
    )
}

fn is_hebrew_letter(character: char) -> bool {
    matches!(character, '\u{5D0}'..='\u{5EA}')
}

/// What a character does in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Mark,
    Raised,
    Unspaced,
    Ignored,
    Border,
}

fn class(character: char) -> Class {
    if character.is_ascii() {
        return if character.is_ascii_alphanumeric() {
            Class::Letter
        } else {
            Class::Border
        };
    }
    match character {
        character if is_apostrophe(character) => Class::Border,
        // Soft hyphen, joiners, direction marks, variation selectors.
        '\u{AD}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{180E}'
        | '\u{200C}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'
        | '\u{2066}'..='\u{2069}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' => Class::Ignored,
        '²' | '³' | '¹' | '\u{2070}' | '\u{2074}'..='\u{2079}' => Class::Raised,
        character if is_combining_mark(character) => Class::Mark,
        // Half-width voicing marks, which are letters to Unicode.
        '\u{FF9E}' | '\u{FF9F}' => Class::Mark,
        character if !character.is_alphanumeric() => Class::Border,
        character if is_unspaced(character) => Class::Unspaced,
        _ => Class::Letter,
    }
}

/// Whether a term is written in a script that [`scan`] reads in pairs.
pub(crate) fn is_paired(exact: &str) -> bool {
    exact.chars().next().is_some_and(is_unspaced)
}

/// Letters of scripts that put no space between words, and Hangul, whose words
/// carry their particles with them.
pub(crate) fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{E01}'..='\u{E4E}'        // Thai
        | '\u{E81}'..='\u{ECD}'      // Lao
        | '\u{EDC}'..='\u{EDF}'
        | '\u{1000}'..='\u{103F}'    // Myanmar
        | '\u{1050}'..='\u{108F}'
        | '\u{1100}'..='\u{11FF}'    // Hangul
        | '\u{1780}'..='\u{17D3}'    // Khmer
        | '\u{3005}'..='\u{3007}'
        | '\u{3021}'..='\u{3029}'
        | '\u{3031}'..='\u{3035}'
        | '\u{3041}'..='\u{318E}'    // kana, bopomofo, Hangul
        | '\u{3190}'..='\u{33FF}'
        | '\u{3400}'..='\u{4DBF}'    // Han
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{A960}'..='\u{A97F}'
        | '\u{AC00}'..='\u{D7FB}'    // Hangul
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF66}'..='\u{FFDC}'    // half width
        | '\u{1B000}'..='\u{1B16F}'
        | '\u{20000}'..='\u{323AF}')
}

fn first(text: &str) -> char {
    text.chars().next().unwrap_or('\0')
}

/// Cuts a term to [`MAX_TERM_BYTES`], at a character.
fn cut(term: &mut String) {
    if term.len() > MAX_TERM_BYTES {
        term.truncate(term.floor_char_boundary(MAX_TERM_BYTES));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        scan(text, |word| found.push(word.exact.to_owned()));
        found
    }

    #[test]
    fn words_are_cut_at_punctuation_and_apostrophes_fold() {
        for (text, expected) in [
            (
                "Don't panic: well-being, snake_case.",
                "dont panic well being snake case",
            ),
            ("the harbour’s ‘old’ wall", "the harbours old wall"),
            (
                "rock'n'roll O'Brien 'tis dogs'",
                "rocknroll obrien tis dogs",
            ),
            ("3.14 and 10:30 and 1/2", "3 14 and 10 30 and 1 2"),
            ("", ""),
            ("--- !!! …", ""),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn elided_articles_are_words_of_their_own() {
        assert_eq!(
            words("L'homme qu’il aujourd'hui"),
            ["l", "homme", "qu", "il", "aujourdhui"]
        );
        assert_eq!(words("dell'arte l'État"), ["dell", "arte", "l", "etat"]);
    }

    #[test]
    fn acronyms_with_stops_are_one_word() {
        assert_eq!(
            words("The U.S. and the U.S.A., e.g. at 5 p.m."),
            ["the", "us", "and", "the", "usa", "eg", "at", "5", "pm"]
        );
        assert_eq!(
            words("Plan B. Next a.com é.à."),
            ["plan", "b", "next", "a", "com", "ea"]
        );
    }

    #[test]
    fn grouped_thousands_are_one_number() {
        assert_eq!(
            words("1,000 1,250,000 12,34 5,0000 a,100 2,000é"),
            [
                "1000", "1250000", "12", "34", "5", "0000", "a", "100", "2", "000e"
            ]
        );
    }

    #[test]
    fn invisible_characters_do_not_cut_words() {
        assert_eq!(
            words("har\u{AD}bour می\u{200C}خواهم"),
            ["harbour", "ميخواهم"]
        );
        assert_eq!(words("צה\"ל אמר \"כן\""), ["צהל", "אמר", "כן"]);
    }

    #[test]
    fn unspaced_scripts_become_pairs_and_a_last_character() {
        assert_eq!(
            words("東京都です iPhoneを 猫"),
            ["東京", "京都", "都で", "です", "す", "iphone", "を", "猫"]
        );
        assert_eq!(words("서울에서"), ["서울", "울에", "에서", "서"]);
        assert_eq!(words("ｶﾞｯｺｳ"), words("ガッコウ"));
        assert_eq!(
            words("\u{1109}\u{1165}\u{110B}\u{116E}\u{11AF}"),
            words("서울")
        );
    }

    #[test]
    fn raised_figures_do_not_stick_to_words() {
        assert_eq!(words("harbour² CO₂"), ["harbour", "2", "co2"]);
    }

    #[test]
    fn offsets_point_at_the_word_as_written() {
        let text = "«L’Été» de 1,000 東京 U.S.";
        let mut seen = Vec::new();
        scan(text, |word| {
            seen.push(text[word.start..word.end].to_owned());
        });
        assert_eq!(seen, ["L", "Été", "de", "1,000", "東京", "京", "U.S"]);
    }

    #[test]
    fn endless_words_are_cut() {
        for text in [
            "a".repeat(100_000),
            "é".repeat(100_000),
            "漢\u{301}".repeat(9),
        ] {
            assert!(words(&text).iter().all(|word| word.len() <= MAX_TERM_BYTES));
        }
        assert_eq!(words(&"a".repeat(100_000)).len(), 1);
    }
}
