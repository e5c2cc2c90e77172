//! The pieces of a query: words, phrases, parentheses, operators with values.
//!
//! Called by [`super::parse`]. Positions are counted in characters from here on.
//!
//! Whether `name:value` is an operator is decided in [`super::operator`]; here
//! it is only cut.

use std::ops::Range;

use super::QueryError;
use super::operator::{self, Operator};

/// One piece of a query and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare word, stars included.
    Word(String),
    /// The inside of quotes.
    Phrase(String),
    /// An operator with its value, quotes taken off.
    Filter(Operator, String),
    Open,
    Close,
    And,
    Or,
    /// `-` before something, or `NOT`.
    Not,
}

/// Cuts a query into tokens.
pub(super) fn tokens(input: &[char]) -> Result<Vec<Token>, QueryError> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < input.len() {
        let start = at;
        let kind = match input[at] {
            character if is_space(character) => {
                at += 1;
                continue;
            }
            '(' => {
                at += 1;
                Kind::Open
            }
            ')' => {
                at += 1;
                Kind::Close
            }
            character if is_quote(character) => {
                let (text, end) = quoted(input, at)?;
                at = end;
                Kind::Phrase(text)
            }
            '-' if negates(input, at) => {
                at += 1;
                Kind::Not
            }
            _ => {
                let (kind, end) = word(input, at)?;
                at = end;
                kind
            }
        };
        found.push(Token {
            kind,
            at: start..at,
        });
    }
    Ok(found)
}

/// A hyphen takes back what follows when it stands right before it; two hyphens
/// or a lone one are just text.
pub(super) fn negates(input: &[char], at: usize) -> bool {
    input
        .get(at + 1)
        .is_some_and(|&next| !is_space(next) && next != '-' && next != ')')
}

/// Reads a word, or an operator with its value, from `start`.
fn word(input: &[char], start: usize) -> Result<(Kind, usize), QueryError> {
    let mut end = start;
    while end < input.len() && !ends_word(input, end) {
        end += 1;
    }
    let text: String = input[start..end].iter().collect();
    if let Some(colon) = text.find(':')
        && text[..colon].bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        let name = start..start + colon;
        let value_start = start + colon + 1;
        let follows_quote =
            value_start == end && input.get(end).is_some_and(|&character| is_quote(character));
        let value = &text[colon + 1..];
        if follows_quote || !value.is_empty() {
            if let Some(operator) = Operator::named(&text[..colon]) {
                return if follows_quote {
                    let (value, after) = quoted(input, end)?;
                    Ok((Kind::Filter(operator, value), after))
                } else {
                    Ok((Kind::Filter(operator, value.to_owned()), end))
                };
            }
            if !value.starts_with("//")
                && let Some(meant) = operator::nearest(&text[..colon])
            {
                return Err(QueryError {
                    at: name,
                    message: format!("there is no operator \"{}:\"", &text[..colon]),
                    hint: Some(format!("did you mean {meant}:?")),
                });
            }
        }
    }
    let kind = match text.as_str() {
        "AND" => Kind::And,
        "OR" => Kind::Or,
        "NOT" => Kind::Not,
        _ => Kind::Word(text),
    };
    Ok((kind, end))
}

pub(super) fn ends_word(input: &[char], at: usize) -> bool {
    let character = input[at];
    if is_quote(character) {
        // A quote inside a Hebrew acronym belongs to it.
        let hebrew = |at: Option<&char>| at.is_some_and(|c| matches!(c, '\u{5D0}'..='\u{5EA}'));
        let before = at.checked_sub(1).and_then(|before| input.get(before));
        return !(character == '"' && hebrew(before) && hebrew(input.get(at + 1)));
    }
    is_space(character) || matches!(character, '(' | ')')
}

/// Reads what stands in quotes from `start`, where the opening one is.
fn quoted(input: &[char], start: usize) -> Result<(String, usize), QueryError> {
    let inside = start + 1;
    let length = input[inside..]
        .iter()
        .position(|&character| is_quote(character));
    let Some(length) = length else {
        return Err(QueryError {
            at: start..input.len(),
            message: "this quotation mark is never closed".to_owned(),
            hint: Some("add a closing quotation mark, or remove this one".to_owned()),
        });
    };
    let end = inside + length;
    Ok((input[inside..end].iter().collect(), end + 1))
}

pub(super) fn is_quote(character: char) -> bool {
    matches!(
        character,
        '"' | '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '«' | '»' | '\u{FF02}'
    )
}

pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}
