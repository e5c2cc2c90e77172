//! Whether a story was edited: which differences are news, and which come by
//! themselves.
//!
//! A page shows other things at each visit: the time of its last change, how
//! many comments there are, what else to read. [`is_edit`] looks past them. An
//! edit that comes with a note ([`says_corrected`]) was made openly.

use std::collections::HashSet;

use super::{Change, Comparison, Passage, PieceKind, words};
use crate::count;
use crate::scan::is_unspaced;

/// A line of up to so many words that does not end as a sentence does is a
/// label: a date, a counter, the headline of another story.
const LABEL_WORDS: usize = 12;

/// Whether the text was edited. A paragraph that was only moved is no edit, nor
/// are marks, blanks and capitals, nor what comes and goes by itself.
pub fn is_edit(found: &Comparison) -> bool {
    found.passages.iter().any(|passage| match passage.kind {
        Change::Same | Change::MovedAway => false,
        Change::Added | Change::Cut => !is_label(&text(passage)),
        Change::Reworded | Change::MovedHere => is_reworded(passage),
    })
}

/// Whether two lines say something else: headlines, deks.
pub fn are_different(old: Option<&str>, new: Option<&str>) -> bool {
    bare(old.unwrap_or_default()) != bare(new.unwrap_or_default())
}

/// Whether the text now holds a correction, a clarification or a note of the
/// editor that it did not hold before.
pub fn says_corrected(found: &Comparison) -> bool {
    found
        .passages
        .iter()
        .filter(|passage| passage.kind != Change::MovedHere)
        .flat_map(|passage| &passage.pieces)
        .any(|piece| piece.kind == PieceKind::Added && is_note(&piece.text))
}

/// How many of their longer words two texts share, in thousandths of those of
/// the one that has fewer. `None` when one has too few to tell.
pub fn shared_words(old: &str, new: &str) -> Option<usize> {
    /// Shorter words are in every text of a language.
    const LETTERS: usize = 5;
    const ENOUGH: usize = 3;
    let longer = |text: &str| -> HashSet<String> {
        let mut found = HashSet::new();
        let mut before: Option<&str> = None;
        for token in words::tokens(text) {
            if token.chars().next().is_some_and(is_unspaced) {
                if let Some(before) = before {
                    found.insert(format!("{before}{token}"));
                }
                before = Some(token);
            } else {
                before = None;
                if token.chars().filter(|sign| sign.is_alphabetic()).count() >= LETTERS {
                    found.insert(token.to_lowercase());
                }
            }
        }
        found
    };
    let (old, new) = (longer(old), longer(new));
    let fewer = old.len().min(new.len());
    (fewer >= ENOUGH).then(|| old.intersection(&new).count() * 1_000 / fewer)
}

fn text(passage: &Passage) -> String {
    passage
        .pieces
        .iter()
        .map(|piece| piece.text.as_str())
        .collect()
}

fn is_reworded(passage: &Passage) -> bool {
    let side = |own: PieceKind| -> String {
        passage
            .pieces
            .iter()
            .filter(|piece| piece.kind == PieceKind::Same || piece.kind == own)
            .map(|piece| piece.text.as_str())
            .collect()
    };
    let (before, after) = (side(PieceKind::Cut), side(PieceKind::Added));
    if is_label(&before) && is_label(&after) {
        // A clock or a counter: only its digits are others.
        let still = |text: &str| -> String {
            bare(text)
                .chars()
                .filter(|sign| !sign.is_numeric())
                .collect()
        };
        return still(&before) != still(&after);
    }
    bare(&before) != bare(&after)
}

/// Letters and digits alone, in small letters: typographers may change the rest.
fn bare(text: &str) -> String {
    text.chars()
        .filter(|sign| sign.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn is_label(text: &str) -> bool {
    let end = text
        .trim_end_matches(|sign: char| {
            sign.is_whitespace() || matches!(sign, '"' | '”' | '’' | '»' | '」' | '』' | ')' | '）')
        })
        .chars()
        .next_back();
    let is_sentence = matches!(
        end,
        Some('.' | '!' | '?' | '…' | '。' | '！' | '？' | '।' | '؟' | '۔' | '։' | '።')
    ) || (end.is_some_and(is_unspaced) && is_thai(end));
    count::words(text) <= LABEL_WORDS && !is_sentence
}

/// Scripts that end no sentence with a sign.
fn is_thai(sign: Option<char>) -> bool {
    sign.is_some_and(|sign| ('\u{E01}'..='\u{E4E}').contains(&sign))
}

/// What a note on a correction begins with or says, in small letters.
const NOTES: [&str; 34] = [
    "correction:",
    "corrections:",
    "correction (",
    "clarification",
    "editor's note",
    "editors' note",
    "this article was amended",
    "this article has been amended",
    "this article was corrected",
    "this article has been corrected",
    "this story has been corrected",
    "this story was corrected",
    "this article has been updated",
    "this article was updated",
    "this story has been updated",
    "an earlier version of this",
    "a previous version of this",
    "korrektur",
    "anmerkung der redaktion",
    "in einer früheren version",
    "in einer früheren fassung",
    "rectificatif",
    "correctif",
    "une version précédente",
    "note de la rédaction",
    "fe de errores",
    "fe de erratas",
    "nota de la redacción",
    "una versión anterior",
    "errata corrige",
    "correção",
    "rectificatie",
    "rättelse",
    "rettelse",
];

/// The same in scripts without capitals.
const NOTES_UNSPACED: [&str; 4] = ["訂正", "更正", "勘误", "정정"];

fn is_note(added: &str) -> bool {
    let lower = added.to_lowercase().replace('’', "'");
    NOTES.iter().any(|note| lower.contains(note))
        || NOTES_UNSPACED.iter().any(|note| lower.contains(note))
}

#[cfg(test)]
mod tests {
    use super::super::compare;
    use super::*;

    const STORY: &str = "The council voted to raise the sea wall by one metre.\n\n\
        Work begins in May, the engineers said.\n\nUpdated 3 May, 10:15\n\n142 comments";

    fn edited(new: &str) -> bool {
        is_edit(&compare(STORY, new))
    }

    #[test]
    fn what_comes_and_goes_by_itself_is_no_edit() {
        for (from, to) in [
            ("10:15", "11:40"),
            ("142 comments", "158 comments"),
            ("142 comments", "Read more: five walls to visit"),
            ("\n\nUpdated 3 May, 10:15", ""),
            ("one metre.", "one  metre ."),
            ("engineers said", "Engineers said"),
            ("The council", "“The council”"),
        ] {
            assert!(!edited(&STORY.replace(from, to)), "{from} -> {to}");
        }
        assert!(!edited(STORY));
    }

    #[test]
    fn one_word_or_one_figure_in_a_sentence_is_an_edit() {
        for (from, to) in [
            ("one metre", "two metres"),
            ("May, the", "June, the"),
            ("Work begins in May, the engineers said.\n\n", ""),
            ("142 comments", "The mayor has resigned."),
        ] {
            assert!(edited(&STORY.replace(from, to)), "{from} -> {to}");
        }
        assert!(is_edit(&compare("死者は3人。", "死者は5人。")));
    }

    #[test]
    fn a_heading_that_says_something_else_is_an_edit() {
        let old = "Heavy rain in the valley\n\nIt rained all day long.";
        assert!(is_edit(&compare(
            old,
            &old.replace("Heavy rain", "Deadly floods")
        )));
    }

    #[test]
    fn a_note_counts_for_the_change_it_came_with() {
        let noted = format!(
            "{}\n\nCorrection: an earlier version of this article gave another height.",
            STORY.replace("one metre", "two metres")
        );
        assert!(says_corrected(&compare(STORY, &noted)));
        let silent = STORY.replace("one metre", "two metres");
        assert!(!says_corrected(&compare(STORY, &silent)));
        // A note that was there before says nothing of this change.
        let again = noted.replace("May, the", "June, the");
        assert!(!says_corrected(&compare(&noted, &again)));
    }
}
