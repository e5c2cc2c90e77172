//! Quotation marks, paired.
//!
//! One article in six mixes straight and curly marks, and many use two single
//! ones. So a mark is judged by where it stands, not by its shape: an opening one
//! stands behind a space and before a word, a closing one the other way round.
//! Its shape only decides where its place does not.

use crate::frame::Frame;

/// Something between marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quotation {
    /// The opening mark.
    pub open: usize,
    /// The first token inside.
    pub first: usize,
    /// Behind the last token inside.
    pub last: usize,
    /// Behind the closing mark, or behind the last token where there is none.
    pub end: usize,
    /// Whether it goes on in the next block, which opens with a mark again.
    pub goes_on: bool,
}

/// What a mark does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Open,
    Close,
    Either,
}

/// Finds all quotations, in order. They do not overlap; what is quoted within one
/// belongs to it.
pub(crate) fn quotations(frame: &Frame) -> Vec<Quotation> {
    let mut found: Vec<Quotation> = Vec::new();
    let mut left_open = false;
    for (index, block) in frame.blocks.iter().enumerate() {
        let (from, to) = tokens_of(frame, block.sentences);
        let has_double = (from..to).any(|at| is_double(frame.word(at)));
        let is_mark = |at: usize| {
            let word = frame.word(at);
            is_double(word) || !has_double && matches!(word, "‘" | "’" | "'" | "‹" | "›")
        };
        let mut open: Option<usize> = None;
        // What the block before opened and this one closes without opening it again.
        let first_mark = (from..to).find(|at| is_mark(*at));
        if left_open
            && let Some(mark) = first_mark
            && does(frame, mark, from, to) == Does::Close
            && mark > from
        {
            found.push(Quotation {
                open: from,
                first: from,
                last: mark,
                end: mark + 1,
                goes_on: false,
            });
        }
        left_open = false;
        for at in (from..to).filter(|at| is_mark(*at)) {
            match (open, does(frame, at, from, to)) {
                (None, Does::Open | Does::Either) => open = Some(at),
                (Some(opened), Does::Close | Does::Either) => {
                    if opened + 1 < at {
                        found.push(Quotation {
                            open: opened,
                            first: opened + 1,
                            last: at,
                            end: at + 1,
                            goes_on: false,
                        });
                    }
                    open = None;
                }
                // Quoted within what is quoted, or one that nobody opened.
                (Some(_), Does::Open) | (None, Does::Close) => {}
            }
        }
        if let Some(opened) = open {
            let goes_on = frame.blocks.get(index + 1).is_some_and(|next| {
                let (first, last) = tokens_of(frame, next.sentences);
                is_mark_that_opens(frame, first, last)
            });
            // A mark that nothing closes says nothing, but where a quotation begins:
            // with a sentence, or behind a comma or colon.
            let begins_sentence = opened == from
                || frame.tokens[opened].sentence != frame.tokens[opened - 1].sentence
                || matches!(frame.word(opened - 1), "," | ":");
            let is_closed_next = frame.blocks.get(index + 1).is_some_and(|next| {
                let (first, last) = tokens_of(frame, next.sentences);
                let mark = (first..last).find(|at| is_double(frame.word(*at)));
                mark.is_some_and(|mark| {
                    mark > first && does(frame, mark, first, last) == Does::Close
                })
            });
            left_open = is_closed_next;
            let goes_on = goes_on || is_closed_next;
            if opened + 1 < to && (goes_on || begins_sentence) {
                found.push(Quotation {
                    open: opened,
                    first: opened + 1,
                    last: to,
                    end: to,
                    goes_on,
                });
            }
        }
    }
    found
}

/// The quotation that a token is in or a mark of.
pub(crate) fn around(quotations: &[Quotation], token: usize) -> Option<&Quotation> {
    let behind = quotations.partition_point(|one| one.open <= token);
    let one = &quotations[behind.checked_sub(1)?];
    (token < one.end).then_some(one)
}

fn tokens_of(frame: &Frame, sentences: (u32, u32)) -> (usize, usize) {
    let first = frame.sentences[sentences.0 as usize].tokens.0;
    let last = frame.sentences[sentences.1 as usize - 1].tokens.1;
    (first as usize, last as usize)
}

fn is_mark_that_opens(frame: &Frame, first: usize, last: usize) -> bool {
    first < last && is_double(frame.word(first)) && does(frame, first, first, last) != Does::Close
}

/// Whether a token is a double mark, or two single ones.
pub(crate) fn is_double(word: &str) -> bool {
    matches!(
        word,
        "\"" | "“" | "”" | "„" | "«" | "»" | "''" | "’’" | "‘‘" | "``"
    )
}

/// What a mark does, by its surroundings, then by its shape. `from` and `to` are
/// the borders of its block.
fn does(frame: &Frame, at: usize, from: usize, to: usize) -> Does {
    let touches_before = at > from && frame.tokens[at - 1].end == frame.tokens[at].start;
    let touches_after = at + 1 < to && frame.tokens[at + 1].start == frame.tokens[at].end;
    let after = frame.word(at + 1);
    let before = if at > from { frame.word(at - 1) } else { "" };
    let opens_something = |word: &str| matches!(word, "(" | "[" | "—" | "–" | "-" | "‘" | "'");
    match (touches_before, touches_after) {
        (false, true) => return Does::Open,
        (true, false) => return Does::Close,
        (true, true) if opens_something(before) => return Does::Open,
        (true, true)
            if matches!(
                after,
                "," | "." | ";" | ":" | "?" | "!" | ")" | "]" | "’" | "'"
            ) =>
        {
            return Does::Close;
        }
        (true, true) | (false, false) => {}
    }
    match frame.word(at) {
        "“" | "„" | "‘‘" | "‘" | "``" => Does::Open,
        "”" | "’’" | "’" => Does::Close,
        _ => Does::Either,
    }
}
