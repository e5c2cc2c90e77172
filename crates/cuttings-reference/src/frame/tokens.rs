//! A block into tokens.

use super::Token;
use crate::tagger::{NameTag, Tag};

/// Short forms that keep their full stop. Lower case, without it.
const SHORT_FORMS: &[&str] = &[
    "adm", "apr", "assn", "aug", "ave", "bros", "brig", "capt", "cmdr", "co", "col", "corp", "dec",
    "dept", "det", "dr", "esq", "etc", "feb", "fr", "ft", "gen", "gov", "hon", "inc", "insp",
    "jan", "jr", "jul", "jun", "lt", "ltd", "maj", "mar", "messrs", "mr", "mrs", "ms", "mt", "no",
    "nos", "nov", "oct", "ph.d", "plc", "pres", "prof", "pvt", "rep", "reps", "rev", "sec", "sen",
    "sens", "sept", "sep", "sgt", "spc", "sr", "st", "supt", "treas", "univ", "vs",
];

/// Short forms that are followed by what they belong to, so that no sentence
/// ends with them.
const TITLES: &[&str] = &[
    "adm", "brig", "capt", "cmdr", "col", "det", "dr", "fr", "gen", "gov", "hon", "insp", "lt",
    "maj", "messrs", "mr", "mrs", "ms", "mt", "prof", "pvt", "rep", "reps", "rev", "sen", "sens",
    "sgt", "spc", "st", "supt", "vs", "pres", "no", "nos",
];

/// Endings that stand as tokens of their own.
const ENDINGS: &[&str] = &[
    "'s", "’s", "'re", "’re", "'ve", "’ve", "'ll", "’ll", "'d", "’d", "'m", "’m",
];

/// Whether a word without its full stop is a short form.
pub(super) fn is_short_form(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    SHORT_FORMS.contains(&lower.as_str())
}

/// Whether what follows a short form belongs to it.
pub(super) fn is_title(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    TITLES.contains(&lower.as_str())
}

/// Appends the tokens between two byte offsets of a text.
pub(super) fn read(text: &str, start: usize, end: usize, tokens: &mut Vec<Token>) {
    let mut at = start;
    for run in text[start..end].split(char::is_whitespace) {
        if !run.is_empty() {
            split(text, at, at + run.len(), tokens);
        }
        at += run.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
    }
}

fn push(tokens: &mut Vec<Token>, start: usize, end: usize) {
    if start < end {
        tokens.push(Token {
            start: start as u32,
            end: end as u32,
            sentence: 0,
            tag: Tag::default(),
            name: NameTag::default(),
        });
    }
}

/// Whether a character is a token by itself wherever it stands.
fn stands_alone(character: char) -> bool {
    matches!(
        character,
        '"' | '“'
            | '”'
            | '„'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '('
            | ')'
            | '['
            | ']'
            | '{'
            | '}'
            | ';'
            | '?'
            | '!'
            | '…'
            | '—'
            | '–'
            | '‘'
            | '-'
            | '%'
            | '$'
            | '£'
            | '€'
            | '/'
            | '*'
            | '#'
            | '='
            | '+'
            | '<'
            | '>'
            | '|'
            | '~'
    )
}

/// Splits a run without white space.
fn split(text: &str, start: usize, end: usize, tokens: &mut Vec<Token>) {
    let run = &text[start..end];
    if run.contains("://") || (run.contains('@') && run.contains('.')) || run.starts_with("www.") {
        let trimmed = run.trim_end_matches(['.', ',', ';', ')', '”', '"', '’', '\'']);
        push(tokens, start, start + trimmed.len());
        let mut at = start + trimmed.len();
        for character in text[at..end].chars() {
            push(tokens, at, at + character.len_utf8());
            at += character.len_utf8();
        }
        return;
    }
    let mut word = start;
    let mut characters = run.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        let at = start + offset;
        let next = at + character.len_utf8();
        let before = text[word..at].chars().next_back();
        let after = text[next..end].chars().next();
        let between_digits = before.is_some_and(|one| one.is_ascii_digit())
            && after.is_some_and(|one| one.is_ascii_digit());
        let in_word =
            before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
        match character {
            // 1,000 and 8:30 and 1/2.
            ',' | ':' | '/' if between_digits => {}
            ',' | ':' => {
                push_word(text, tokens, word, at);
                push(tokens, at, next);
                word = next;
            }
            '.' => {
                // An ellipsis is one token.
                let dots = text[at..end]
                    .bytes()
                    .take_while(|byte| *byte == b'.')
                    .count();
                if dots > 1 {
                    push_word(text, tokens, word, at);
                    push(tokens, at, at + dots);
                    for _ in 1..dots {
                        characters.next();
                    }
                    word = at + dots;
                } else if ends_word(&text[word..at], &text[next..end]) {
                    push_word(text, tokens, word, at);
                    push(tokens, at, next);
                    word = next;
                }
            }
            '\'' | '’' => {
                let rest = &text[at..end];
                let two = two_marks(rest);
                if two > 0 {
                    push_word(text, tokens, word, at);
                    push(tokens, at, at + two);
                    while characters
                        .peek()
                        .is_some_and(|(one, _)| start + one < at + two)
                    {
                        characters.next();
                    }
                    word = at + two;
                    continue;
                }
                // Endings are split off when the whole word is known; the ’90s stay.
                let is_of_decade = at == word && after.is_some_and(|one| one.is_ascii_digit());
                if !(in_word || is_of_decade || at > word && is_ending(rest)) {
                    push_word(text, tokens, word, at);
                    push(tokens, at, next);
                    word = next;
                }
            }
            // 2023-06-13 and -5 stay whole; years and scores do not.
            '-' if between_digits && is_numeric_date(run) => {}
            '-' if !in_word && after.is_some_and(|one| one.is_ascii_digit()) && at == word => {}
            _ if stands_alone(character) => {
                push_word(text, tokens, word, at);
                let mut until = next;
                // -- is a dash.
                if character == '-' {
                    while let Some((one, '-')) = characters.peek().copied() {
                        until = start + one + 1;
                        characters.next();
                    }
                }
                push(tokens, at, until);
                word = until;
            }
            _ => {}
        }
    }
    push_word(text, tokens, word, end);
}

/// Two single marks that stand for a double one, in bytes; 0 for anything else.
fn two_marks(rest: &str) -> usize {
    ["''", "’’", "‘‘"]
        .iter()
        .find(|marks| rest.starts_with(**marks))
        .map_or(0, |marks| marks.len())
}

fn is_ending(rest: &str) -> bool {
    ENDINGS.iter().any(|ending| {
        rest.get(..ending.len())
            .is_some_and(|one| one.eq_ignore_ascii_case(ending))
    })
}

fn is_numeric_date(run: &str) -> bool {
    let parts: Vec<&str> = run
        .trim_matches(|one: char| !one.is_ascii_digit())
        .split('-')
        .collect();
    parts.len() == 3
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Pushes a word, its ending apart: `do` `n't`, `NATO` `'s`.
fn push_word(text: &str, tokens: &mut Vec<Token>, start: usize, end: usize) {
    let word = &text[start..end];
    if word.is_empty() {
        return;
    }
    for not in ["n't", "n’t"] {
        if word.len() > not.len()
            && word
                .get(word.len() - not.len()..)
                .is_some_and(|one| one.eq_ignore_ascii_case(not))
        {
            push(tokens, start, end - not.len());
            push(tokens, end - not.len(), end);
            return;
        }
    }
    for ending in ENDINGS {
        if word.len() > ending.len()
            && word
                .get(word.len() - ending.len()..)
                .is_some_and(|one| one.eq_ignore_ascii_case(ending))
        {
            push(tokens, start, end - ending.len());
            push(tokens, end - ending.len(), end);
            return;
        }
    }
    if word.eq_ignore_ascii_case("cannot") {
        push(tokens, start, start + 3);
        push(tokens, start + 3, end);
        return;
    }
    push(tokens, start, end);
}

/// Whether a full stop behind `word` and before `rest` is a mark rather than part
/// of the word.
fn ends_word(word: &str, rest: &str) -> bool {
    // U.S. and 3.5 and example.com.
    let goes_on = rest.chars().next().is_some_and(char::is_alphanumeric);
    if goes_on {
        let is_lower_case = word.chars().next_back().is_some_and(char::is_lowercase);
        let sentence_begins = rest.chars().next().is_some_and(char::is_uppercase)
            && rest.chars().nth(1).is_some_and(char::is_lowercase);
        // A space was forgotten.
        return is_lower_case && sentence_begins && word.len() > 2;
    }
    if word.is_empty() {
        return true;
    }
    let letters = word.trim_start_matches(|one: char| !one.is_alphanumeric());
    let is_initials = letters.len() == 1 && letters.chars().all(char::is_uppercase)
        || letters.contains('.')
            && letters
                .split('.')
                .all(|part| part.chars().count() <= 2 && part.chars().all(char::is_alphabetic));
    !(is_initials || is_short_form(letters))
}
