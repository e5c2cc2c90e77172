//! Anchors under edits: words are found again where they were marked, or not
//! at all.
//!
//! A text here is a list of words, each with a number of its own, so that
//! after any edits it is known which word of the new text is which of the old.

use std::ops::Range;

use cuttings_model::{Anchor, Letters, Placed};
use proptest::prelude::*;

/// A word, and which word of the first text it is; none if it is new.
type Word = (String, Option<usize>);

const WORDS: [&str; 24] = [
    "the", "harbour", "wall", "boat", "and", "mayor", "of", "council", "storm", "said", "in",
    "water", "old", "no", "a", "night", "über", "море", "to", "long", "was", "stone", "light",
    "day",
];

/// Sentences of words from a small stock, some of them said again later.
fn sentences() -> impl Strategy<Value = Vec<Vec<&'static str>>> {
    let sentence = prop::collection::vec(prop::sample::select(&WORDS[..]), 3..12);
    let text = prop::collection::vec(sentence, 4..24);
    let again = prop::collection::vec(
        (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        0..4,
    );
    (text, again).prop_map(|(mut text, again)| {
        for (from, to) in again {
            let copy = text[from.index(text.len())].clone();
            let to = to.index(text.len() + 1);
            text.insert(to, copy);
        }
        text
    })
}

fn numbered(sentences: &[Vec<&str>]) -> Vec<Word> {
    let mut words = Vec::new();
    for sentence in sentences {
        for (at, word) in sentence.iter().enumerate() {
            let stop = if at + 1 == sentence.len() { "." } else { "" };
            words.push((format!("{word}{stop}"), Some(words.len())));
        }
    }
    words
}

fn joined(words: &[Word]) -> String {
    words
        .iter()
        .map(|(word, _)| word.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The code points that a range of words takes.
fn range_of(words: &[Word], range: Range<usize>) -> Range<usize> {
    let before = joined(&words[..range.start]).chars().count();
    let start = if range.start == 0 { 0 } else { before + 1 };
    start..start + joined(&words[range]).chars().count()
}

/// One edit: at a place, drop some words and put some new ones.
#[derive(Debug, Clone)]
struct Edit {
    at: prop::sample::Index,
    dropped: usize,
    put: usize,
}

fn edit() -> impl Strategy<Value = Edit> {
    (any::<prop::sample::Index>(), 0..14_usize, 0..5_usize).prop_map(|(at, dropped, put)| Edit {
        at,
        dropped,
        put,
    })
}

/// The text after the edits; words inside `kept` (numbers) are left alone.
fn edited(mut words: Vec<Word>, edits: &[Edit], kept: &Range<usize>) -> Vec<Word> {
    let is_kept = |word: &Word| word.1.is_some_and(|number| kept.contains(&number));
    for (nth, edit) in edits.iter().enumerate() {
        let at = edit.at.index(words.len() + 1);
        let is_inside =
            at > 0 && at < words.len() && is_kept(&words[at - 1]) && is_kept(&words[at]);
        if is_inside {
            continue;
        }
        let mut left = edit.dropped;
        while left > 0 && at < words.len() && !is_kept(&words[at]) {
            words.remove(at);
            left -= 1;
        }
        for number in 0..edit.put {
            words.insert(at, (format!("new{nth}x{number}"), None));
        }
    }
    words
}

/// Whether `range` of `new` is made of exactly these words of the first text.
fn is_of(new: &[Word], range: &Range<usize>, marked: &Range<usize>) -> bool {
    let Some(first) = new.iter().position(|word| word.1 == Some(marked.start)) else {
        return false;
    };
    let end = first + marked.len();
    end <= new.len()
        && new[first..end]
            .iter()
            .map(|word| word.1)
            .eq(marked.clone().map(Some))
        && range_of(new, first..end) == *range
}

/// How many words two lists have in common, in the same order.
fn in_common(old: &[Word], new: &[Word]) -> usize {
    let mut row = vec![0; new.len() + 1];
    for (word, _) in old {
        let mut diagonal = 0;
        for (at, (other, _)) in new.iter().enumerate() {
            let through = diagonal + usize::from(word == other);
            diagonal = row[at + 1];
            row[at + 1] = through.max(diagonal).max(row[at]);
        }
    }
    row[new.len()]
}

prop_compose! {
    fn marked_text()(text in sentences())(
        start in any::<prop::sample::Index>(),
        length in 1..20_usize,
        text in Just(text),
    ) -> (Vec<Word>, Range<usize>) {
        let words = numbered(&text);
        let start = start.index(words.len());
        let end = words.len().min(start + length);
        (words, start..end)
    }
}

proptest! {

    #[test]
    fn edits_anywhere_never_lead_to_other_words(
        (words, marked) in marked_text(),
        edits in prop::collection::vec(edit(), 0..8),
    ) {
        let old = joined(&words);
        let anchor = Anchor::of(&old, range_of(&words, marked.clone())).expect("words");
        let new = edited(words.clone(), &edits, &(0..0));
        if let Some(found) = anchor.carry(&Letters::of(&old), &Letters::of(&joined(&new))) {
            prop_assert_eq!(&found.exact, &anchor.exact);
            let at = (0..new.len())
                .find(|at| range_of(&new, *at..at + marked.len()).start == found.start)
                .expect("words begin where words begin");
            // What is said twice in a row can lose either: the texts are the
            // same, so whoever keeps as many words as the edits did is right.
            let before = in_common(&words[..marked.start], &new[..at]);
            let behind = in_common(&words[marked.end..], &new[at + marked.len()..]);
            let kept = new.iter().filter(|word| word.1.is_some()).count();
            prop_assert!(
                before + marked.len() + behind >= kept,
                "{:?} of\n{}\nwas found at {} in\n{}", anchor.exact, old, found.start, joined(&new)
            );
        }
    }

    #[test]
    fn words_whose_surroundings_are_untouched_are_found(
        (words, marked) in marked_text(),
        edits in prop::collection::vec(edit(), 0..8),
    ) {
        let old = joined(&words);
        let anchor = Anchor::of(&old, range_of(&words, marked.clone())).expect("words");
        let around = marked.start.saturating_sub(40)..marked.end + 40;
        let new = edited(words, &edits, &around);
        let found = anchor.carry(&Letters::of(&old), &Letters::of(&joined(&new)));
        let Some(found) = found else {
            return Err(TestCaseError::fail(format!("{:?} of\n{old}\nis lost in\n{}", anchor.exact, joined(&new))));
        };
        prop_assert!(is_of(&new, &(found.start..found.end), &marked));
    }

    #[test]
    fn words_that_stand_once_survive_edits_right_beside_them(
        (words, marked) in marked_text(),
        before in 0..3_usize,
        behind in 0..3_usize,
    ) {
        let old = joined(&words);
        let anchor = Anchor::of(&old, range_of(&words, marked.clone())).expect("words");
        let is_alone = Anchor::of_words(&anchor.exact).place(&Letters::of(&old)) == Placed::At(anchor.start..anchor.end);
        let is_long = anchor.exact.chars().count() >= 24;
        if !is_alone || !is_long || marked.start < 12 || marked.end + 12 > words.len() {
            return Ok(());
        }
        let mut new = words;
        new.drain(marked.end..marked.end + behind);
        new.drain(marked.start - before..marked.start);
        let found = anchor.carry(&Letters::of(&old), &Letters::of(&joined(&new)));
        prop_assert!(found.is_some_and(|found| is_of(&new, &(found.start..found.end), &marked)));
    }

    #[test]
    fn any_range_of_any_text_is_placed_where_it_was(text in "(?s).{0,300}", start in 0..300_usize, length in 1..80_usize) {
        if let Some(anchor) = Anchor::of(&text, start..start + length) {
            let letters = Letters::of(&text);
            prop_assert_eq!(anchor.place(&letters), Placed::At(anchor.start..anchor.end));
            prop_assert_eq!(anchor.carry(&letters, &letters), Some(anchor));
        }
    }
}

#[test]
fn a_million_letters_that_are_all_alike_take_no_longer_than_their_number() {
    let text = "a".repeat(1_000_000);
    let anchor = Anchor::of(&text, 500_000..500_040).expect("letters");
    let old = Letters::of(&text);
    let new = Letters::of(&text[1..]);
    let started = std::time::Instant::now();
    assert_eq!(anchor.carry(&old, &new), None);
    assert_eq!(anchor.place(&old), Placed::At(500_000..500_040));
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
