//! A query as somebody is typing it: the piece at the caret, to be completed,
//! and the words in it, to be spelt better.
//!
//! Called by the library's completion and its "did you mean". Unlike the parser
//! nothing here refuses: a query is rarely whole while it is typed.

use std::ops::Range;

use super::lex::{Kind, ends_word, is_quote, is_space, negates, tokens};
use super::operator::Operator;
use crate::scan::scan;

/// A single word that a query looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedWord {
    /// The characters it takes in the query.
    pub at: Range<usize>,
    /// The word folded, as the index holds it.
    pub exact: String,
}

/// The words a query looks for, bare or in a phrase, in order: each typed as one
/// word and one term. What is left out, starts of words and filters are none.
/// Nothing for a query that cannot be read.
pub fn typed_words(input: &str) -> Vec<TypedWord> {
    let characters: Vec<char> = input.chars().collect();
    let Ok(tokens) = tokens(&characters) else {
        return Vec::new();
    };
    let mut words = Vec::new();
    let mut depth = 0_usize;
    // Depth of the outermost parentheses that are left out.
    let mut left_out = None;
    let mut negated = false;
    for token in &tokens {
        match &token.kind {
            Kind::Not => {
                negated = !negated;
                continue;
            }
            Kind::Open => {
                depth += 1;
                if negated && left_out.is_none() {
                    left_out = Some(depth);
                }
            }
            Kind::Close => {
                if left_out == Some(depth) {
                    left_out = None;
                }
                depth = depth.saturating_sub(1);
            }
            Kind::Word(text) if !text.contains('*') && !negated && left_out.is_none() => {
                collect(text, token.at.start, &mut words);
            }
            Kind::Phrase(text) if !negated && left_out.is_none() => {
                // Behind the quotation mark.
                collect(text, token.at.start + 1, &mut words);
            }
            _ => {}
        }
        negated = false;
    }
    words
}

/// Adds the terms of `text`, which starts at a character of the query.
fn collect(text: &str, start: usize, words: &mut Vec<TypedWord>) {
    scan(text, |word| {
        let before = text[..word.start].chars().count();
        let length = text[word.start..word.end].chars().count();
        words.push(TypedWord {
            at: start + before..start + before + length,
            exact: word.exact.to_owned(),
        });
    });
}

/// The piece of a query at the caret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// A bare word, or the name of an operator.
    Word {
        /// The characters of the whole piece.
        at: Range<usize>,
        /// What stands before the caret.
        start: String,
    },
    /// The value of an operator.
    Value {
        /// The characters of the whole piece, operator and quotation marks
        /// included.
        at: Range<usize>,
        /// The operator.
        operator: Operator,
        /// What stands of the value before the caret, without quotation marks.
        start: String,
    },
}

/// The piece of a query that ends at, or goes on behind, the caret, which stands
/// before the character of that number. `None` between pieces and in a phrase.
///
/// ```
/// use cuttings_text::query::{Operator, Unfinished, unfinished};
///
/// let typed = "ferry -tag:\"sea w";
/// let Some(Unfinished::Value { at, operator, start }) = unfinished(typed, 17) else {
///     panic!("a value is being typed");
/// };
/// assert_eq!((at, operator, start.as_str()), (7..17, Operator::Tag, "sea w"));
/// ```
pub fn unfinished(input: &str, caret: usize) -> Option<Unfinished> {
    let input: Vec<char> = input.chars().collect();
    let mut at = 0;
    while at < input.len() && at < caret {
        let character = input[at];
        if is_space(character) || matches!(character, '(' | ')') {
            at += 1;
        } else if is_quote(character) {
            let end = close(&input, at + 1);
            if caret < end || end > input.len() {
                return None;
            }
            at = end;
        } else if character == '-' && negates(&input, at) {
            at += 1;
        } else {
            let (piece, end) = piece(&input, at, caret);
            if caret <= end || end >= input.len() {
                return piece;
            }
            at = end;
        }
    }
    None
}

/// Behind the quotation mark that closes what starts at `inside`; beyond the
/// end when there is none.
fn close(input: &[char], inside: usize) -> usize {
    input[inside..]
        .iter()
        .position(|&character| is_quote(character))
        .map_or(input.len() + 1, |length| inside + length + 1)
}

/// A word or filter that starts at `start`, and where it ends.
fn piece(input: &[char], start: usize, caret: usize) -> (Option<Unfinished>, usize) {
    let mut end = start;
    while end < input.len() && !ends_word(input, end) {
        end += 1;
    }
    let colon = input[start..end]
        .iter()
        .position(|&character| character == ':')
        .map(|length| start + length);
    let operator = colon.and_then(|colon| {
        let name: String = input[start..colon].iter().collect();
        Operator::named(&name)
    });
    let text = |from: usize, to: usize| input[from..to.max(from)].iter().collect::<String>();
    let (Some(colon), Some(operator)) = (colon, operator) else {
        let start_of = text(start, caret.min(end));
        let piece = (caret > start).then_some(Unfinished::Word {
            at: start..end,
            start: start_of,
        });
        return (piece, end);
    };
    let mut value = colon + 1;
    if end == value && input.get(end).is_some_and(|&character| is_quote(character)) {
        value += 1;
        end = close(input, value).min(input.len());
    }
    let typed = text(value, caret.min(end));
    let piece = (caret > colon).then(|| Unfinished::Value {
        at: start..end,
        operator,
        start: typed.trim_end_matches(is_quote).to_owned(),
    });
    (piece, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(query: &str) -> Vec<String> {
        let characters: Vec<char> = query.chars().collect();
        typed_words(query)
            .into_iter()
            .map(|word| characters[word.at].iter().collect())
            .collect()
    }

    #[test]
    fn only_words_that_are_looked_for_are_given() {
        for (query, expected) in [
            ("Harbour ferry", vec!["Harbour", "ferry"]),
            ("é \"old wall\" x", vec!["é", "old", "wall", "x"]),
            ("port -ferry NOT quay", vec!["port"]),
            ("port -(ferry (a OR b)) quay", vec!["port", "quay"]),
            ("econ* tag:harbour mole", vec!["mole"]),
            ("well-being", vec!["well", "being"]),
            ("\"open", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(words(query), expected, "{query}");
        }
    }

    #[test]
    fn the_piece_at_the_caret_is_found() {
        let show = |piece: Option<Unfinished>| match piece {
            None => "-".to_owned(),
            Some(Unfinished::Word { at, start }) => format!("{}..{} {start}", at.start, at.end),
            Some(Unfinished::Value {
                at,
                operator,
                start,
            }) => format!("{}..{} {}={start}", at.start, at.end, operator.name()),
        };
        for (query, caret, expected) in [
            ("", 0, "-"),
            ("fer", 3, "0..3 fer"),
            ("ferry", 2, "0..5 fe"),
            ("ferry ", 6, "-"),
            ("ferry ta", 8, "6..8 ta"),
            ("(ta", 3, "1..3 ta"),
            ("-ta", 3, "1..3 ta"),
            ("tag:", 4, "0..4 tag="),
            ("tag:har x", 6, "0..7 tag=ha"),
            ("tag:\"sea wa", 11, "0..11 tag=sea wa"),
            ("tag:\"sea wall\" x", 7, "0..14 tag=se"),
            ("tag:\"sea wall\"", 14, "0..14 tag=sea wall"),
            ("\"old ta", 7, "-"),
            ("\"old\" ta", 8, "6..8 ta"),
            ("foo:ba", 6, "0..6 foo:ba"),
            ("é tag:ü", 7, "2..7 tag=ü"),
            ("tag:a", 99, "0..5 tag=a"),
        ] {
            assert_eq!(show(unfinished(query, caret)), expected, "{query} {caret}");
        }
    }
}
