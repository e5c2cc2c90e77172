//! Tokens of a block into sentences.

use super::Token;
use super::tokens::{is_short_form, is_title};

/// Tokens after which a sentence is over, whatever stands there: nobody writes
/// longer ones, and what looks for words in a sentence must not take long.
const MOST_TOKENS: usize = 300;

/// Finds where the sentences of a block end: its tokens are those from `first`
/// on. Calls `push` with the tokens of each sentence.
pub(super) fn read(
    text: &str,
    first: usize,
    tokens: &mut [Token],
    mut push: impl FnMut((u32, u32)),
) {
    let word = |index: usize| {
        tokens
            .get(index)
            .map_or("", |token| &text[token.start as usize..token.end as usize])
    };
    let mut begin = first;
    let mut at = first;
    while at < tokens.len() {
        if at - begin >= MOST_TOKENS {
            push((begin as u32, at as u32));
            begin = at;
        }
        if !may_end(word(at)) {
            at += 1;
            continue;
        }
        // Marks that close what the sentence opened belong to it.
        let mut end = at + 1;
        while end < tokens.len() && touches(tokens, end) && closes(word(end)) {
            end += 1;
        }
        let ends = if end >= tokens.len() {
            true
        } else {
            begins(word(end), word(end + 1))
                && is_over(word(at), word(at.wrapping_sub(1)), word(end))
        };
        if ends {
            push((begin as u32, end as u32));
            begin = end;
        }
        at = end;
    }
    if begin < tokens.len() {
        push((begin as u32, tokens.len() as u32));
    }
}

/// Whether a token stands against the one before it.
fn touches(tokens: &[Token], index: usize) -> bool {
    tokens[index].start == tokens[index - 1].end
}

fn may_end(word: &str) -> bool {
    matches!(word, "." | "!" | "?" | "…")
        || word.len() > 2 && word.bytes().all(|byte| byte == b'.')
        || word.len() > 1 && word.ends_with('.')
}

fn closes(word: &str) -> bool {
    matches!(
        word,
        "\"" | "”" | "’" | "'" | "''" | "’’" | ")" | "]" | "»" | "." | "!" | "?" | "“"
    )
}

/// Whether a sentence may begin with these words.
fn begins(word: &str, next: &str) -> bool {
    let first = word.chars().next().unwrap_or(' ');
    if first.is_uppercase() || first.is_numeric() {
        return true;
    }
    if matches!(
        word,
        "\"" | "“"
            | "‘"
            | "„"
            | "'"
            | "''"
            | "‘‘"
            | "("
            | "["
            | "«"
            | "—"
            | "–"
            | "-"
            | "•"
            | "*"
    ) {
        let after = next.chars().next().unwrap_or(' ');
        return after.is_uppercase()
            || after.is_numeric()
            || matches!(after, '"' | '“' | '‘' | '\'');
    }
    // Scripts without capital letters, and words like iPhone.
    first.is_alphabetic() && !first.is_lowercase()
        || first.is_lowercase() && word.chars().nth(1).is_some_and(char::is_uppercase)
}

/// Whether a sentence is over at `end`, which follows `before` and is followed
/// by `next`.
fn is_over(end: &str, before: &str, next: &str) -> bool {
    if matches!(end, "." | "!" | "?") {
        // “Where is it?” He left; but: Yahoo! Inc.
        return !(end == "!" && before == "Yahoo");
    }
    if end == "…" || end.bytes().all(|byte| byte == b'.') {
        return true;
    }
    let word = &end[..end.len() - 1];
    if is_title(word) {
        return false;
    }
    let is_initial = word.chars().count() == 1;
    if is_initial {
        // J. K. Rowling; but: Vitamin C. It helps.
        return is_opener(next) && !before.chars().next().is_some_and(char::is_uppercase);
    }
    if word.contains('.') || is_short_form(word) {
        // The U.S. The army; but: the U.S. Army, Jan. 6, Acme Inc. Chairman.
        return is_opener(next);
    }
    true
}

/// Words that begin a sentence and are seldom part of a name.
fn is_opener(word: &str) -> bool {
    matches!(
        word,
        "The"
            | "A"
            | "An"
            | "He"
            | "She"
            | "It"
            | "They"
            | "We"
            | "I"
            | "In"
            | "On"
            | "At"
            | "But"
            | "And"
            | "For"
            | "This"
            | "That"
            | "These"
            | "Those"
            | "His"
            | "Her"
            | "Their"
            | "Its"
            | "After"
            | "Before"
            | "While"
            | "When"
            | "As"
            | "If"
            | "So"
            | "There"
            | "However"
            | "Earlier"
            | "Later"
            | "Meanwhile"
            | "Although"
            | "Since"
            | "According"
            | "Some"
            | "Many"
            | "Most"
            | "More"
            | "One"
            | "Two"
            | "No"
            | "Not"
            | "You"
            | "What"
            | "Who"
            | "Both"
            | "Under"
            | "With"
            | "From"
            | "By"
            | "\""
            | "“"
            | "‘"
            | "''"
    )
}
