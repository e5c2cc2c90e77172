//! The words inside two passages that belong together.

use std::collections::HashMap;

use super::{BREAK, Piece, PieceKind, align};
use crate::scan::is_unspaced;

/// Words longer than this are cut, so that one without end is no exception.
const MAX_TOKEN_CHARS: usize = 200;

/// Numbers for equal texts.
#[derive(Default)]
pub(super) struct Numbers {
    known: HashMap<String, u32>,
}

impl Numbers {
    /// The number of a text.
    pub(super) fn of(&mut self, text: &str) -> u32 {
        if let Some(number) = self.known.get(text) {
            return *number;
        }
        let number = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        self.known.insert(text.to_owned(), number);
        number
    }
}

/// A text cut into what is changed as a whole: words, characters of scripts
/// without spaces, blanks, signs. Nothing is lost.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with(BREAK) {
            BREAK.len()
        } else if first.is_alphanumeric() && !is_unspaced(first) {
            word_length(rest)
        } else {
            // A sign with what combines with it.
            first.len_utf8() + marks_length(&rest[first.len_utf8()..])
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after;
    }
    tokens
}

fn marks_length(text: &str) -> usize {
    text.chars()
        .take_while(|sign| unicode_normalization::char::is_combining_mark(*sign))
        .take(8)
        .map(char::len_utf8)
        .sum()
}

/// Length of the word a text begins with. An apostrophe, a point or a comma
/// between letters or digits is part of it: `don't`, `1,200`.
fn word_length(text: &str) -> usize {
    let mut signs = text.char_indices().peekable();
    let mut count = 0;
    while let Some((at, sign)) = signs.next() {
        let is_inside = |sign: char| {
            (sign.is_alphanumeric() && !is_unspaced(sign))
                || unicode_normalization::char::is_combining_mark(sign)
        };
        let joins = matches!(sign, '\'' | '’' | '.' | ',')
            && signs
                .peek()
                .is_some_and(|(_, next)| next.is_alphanumeric() && !is_unspaced(*next));
        if count >= MAX_TOKEN_CHARS || !(is_inside(sign) || joins) {
            return at;
        }
        count += 1;
    }
    text.len()
}

/// What agreement on a token is worth: a word says more than a sign, a sign more
/// than a blank.
fn worth(token: &str) -> u32 {
    match token.chars().next() {
        Some(sign) if is_unspaced(sign) => 3,
        Some(sign) if sign.is_alphanumeric() => 4,
        Some(sign) if sign.is_whitespace() => 1,
        _ => 2,
    }
}

/// The words of both texts, in reading order, with what happened to them.
pub(super) fn pieces(old: &str, new: &str, budget: &mut usize) -> Vec<Piece> {
    if old == new {
        return whole(PieceKind::Same, old);
    }
    let (old, new) = (tokens(old), tokens(new));
    let mut numbers = Numbers::default();
    let mut worths: Vec<u32> = Vec::new();
    let mut keys = |tokens: &[&str]| -> Vec<u32> {
        tokens
            .iter()
            .map(|token| {
                let number = numbers.of(token);
                if number as usize == worths.len() {
                    worths.push(worth(token));
                }
                number
            })
            .collect()
    };
    let (old_keys, new_keys) = (keys(&old), keys(&new));
    let aligned = align::align(
        &old_keys,
        &new_keys,
        |number| worths.get(number as usize).copied().unwrap_or(1),
        budget,
    );
    smooth(runs(&old, &new, &aligned))
}

fn whole(kind: PieceKind, text: &str) -> Vec<Piece> {
    if text.is_empty() {
        return Vec::new();
    }
    vec![Piece {
        kind,
        text: text.to_owned(),
    }]
}

/// A stretch of both texts: what was cut, what was added, and what follows
/// unchanged.
#[derive(Default)]
struct Run {
    cut: String,
    added: String,
    same: String,
}

impl Run {
    fn is_change(&self) -> bool {
        !self.cut.is_empty() || !self.added.is_empty()
    }
}

fn runs(old: &[&str], new: &[&str], aligned: &[(usize, usize)]) -> Vec<Run> {
    let mut runs = vec![Run::default()];
    let (mut from, mut to) = (0, 0);
    let end = (old.len(), new.len());
    for (at, there) in aligned.iter().copied().chain([end]) {
        if from < at || to < there {
            let mut run = Run::default();
            run.cut.extend(old[from..at].iter().copied());
            run.added.extend(new[to..there].iter().copied());
            runs.push(run);
        }
        if at < old.len()
            && let Some(run) = runs.last_mut()
        {
            run.same.push_str(old[at]);
        }
        (from, to) = (at + 1, there + 1);
    }
    runs
}

/// Takes unchanged words into the changes around them where there are so few of
/// them that they agree by chance and only chop a sentence up.
fn smooth(runs: Vec<Run>) -> Vec<Piece> {
    let mut smoothed: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs {
        match smoothed.last_mut() {
            Some(last) if last.is_change() && is_by_chance(last, &run) => {
                let between = std::mem::take(&mut last.same);
                last.cut.push_str(&between);
                last.added.push_str(&between);
                last.cut.push_str(&run.cut);
                last.added.push_str(&run.added);
                last.same = run.same;
            }
            _ => smoothed.push(run),
        }
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut put = |kind, text: &str| {
        if text.is_empty() {
            return;
        }
        match pieces.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(text),
            _ => pieces.extend(whole(kind, text)),
        }
    };
    for run in smoothed {
        let (cut, added, tail) = without_common_ends(&run.cut, &run.added);
        put(PieceKind::Same, &run.cut[..cut.start]);
        put(PieceKind::Cut, &run.cut[cut]);
        put(PieceKind::Added, &run.added[added]);
        put(PieceKind::Same, tail);
        put(PieceKind::Same, &run.same);
    }
    pieces
}

/// Whether what stands between two changes is too little to be kept apart. A
/// paragraph's end never is.
fn is_by_chance(before: &Run, after: &Run) -> bool {
    let letters = |text: &str| {
        text.chars()
            .filter(|sign| sign.is_alphanumeric())
            .map(|sign| if is_unspaced(sign) { 3 } else { 1 })
            .sum::<usize>()
    };
    if before.same.contains(BREAK) {
        return false;
    }
    let between = letters(&before.same);
    let least = |run: &Run| letters(&run.cut).max(letters(&run.added));
    between == 0 || (between <= 8 && between * 2 <= least(before).min(least(after)))
}

/// What really differs: smoothing puts the same words at the ends of both.
fn without_common_ends<'r>(
    cut: &'r str,
    added: &str,
) -> (std::ops::Range<usize>, std::ops::Range<usize>, &'r str) {
    let (old, new) = (tokens(cut), tokens(added));
    if old.is_empty() || new.is_empty() {
        return (0..cut.len(), 0..added.len(), "");
    }
    let head: usize = old
        .iter()
        .zip(&new)
        .take_while(|(a, b)| a == b)
        .map(|(token, _)| token.len())
        .sum();
    let (cut_rest, added_rest) = (&cut[head..], &added[head..]);
    let tail: usize = tokens(cut_rest)
        .iter()
        .rev()
        .zip(tokens(added_rest).iter().rev())
        .take_while(|(a, b)| a == b)
        .map(|(token, _)| token.len())
        .sum();
    (
        head..cut.len() - tail,
        head..added.len() - tail,
        &cut[cut.len() - tail..],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_words_signs_and_single_characters_of_scripts_without_spaces() {
        assert_eq!(
            tokens("Don't pay 1,200.50, \n\n東京 e\u{301}."),
            [
                "Don't", " ", "pay", " ", "1,200.50", ",", " ", "\n\n", "東", "京", " ",
                "e\u{301}", "."
            ]
        );
        assert_eq!(tokens("").len(), 0);
    }

    #[test]
    fn blanks_alone_do_not_hold_a_change_apart() {
        let pieces = pieces("one two three", "four five three", &mut 1_000);
        assert_eq!(
            pieces
                .iter()
                .map(|piece| piece.text.as_str())
                .collect::<Vec<_>>(),
            ["one two", "four five", " three"]
        );
    }
}
