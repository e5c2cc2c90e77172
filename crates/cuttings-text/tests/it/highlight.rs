//! Marks and snippets.

use cuttings_text::highlight::{Piece, mark, snippet};
use cuttings_text::query::parse;

fn marked(text: &str, language: &str, query: &str) -> Vec<String> {
    mark(text, Some(language), &parse(query).expect("a sound query"))
        .into_iter()
        .filter(|piece| piece.marked)
        .map(|piece| piece.text)
        .collect()
}

fn shown(pieces: &[Piece]) -> String {
    pieces.iter().fold(String::new(), |shown, piece| {
        shown
            + &if piece.marked {
                format!("[{}]", piece.text)
            } else {
                piece.text.clone()
            }
    })
}

fn cut(text: &str, query: &str, max_chars: usize) -> String {
    let query = parse(query).expect("a sound query");
    let pieces = snippet(text, Some("en"), &query, max_chars);
    let length: usize = pieces.iter().map(|piece| piece.text.chars().count()).sum();
    assert!(length <= max_chars, "{length} characters");
    shown(&pieces)
}

#[test]
fn every_form_of_a_bare_word_is_marked() {
    assert_eq!(
        marked(
            "Harbours, harbour’s and HARBOUR; harbouring",
            "en",
            "harbour"
        ),
        ["Harbours", "harbour’s", "HARBOUR", "harbouring"]
    );
}

#[test]
fn a_phrase_is_marked_only_where_it_stands_exactly() {
    let text = "The old harbour. Old harbours. An old, harbour!";
    assert_eq!(
        marked(text, "en", "\"old harbour\""),
        ["old harbour", "old, harbour"]
    );
}

#[test]
fn words_of_several_terms_are_marked_as_a_whole() {
    assert_eq!(
        marked("a well-being and well being, well", "en", "well-being"),
        ["well-being", "well being"]
    );
    assert_eq!(marked("L’homme et l'eau", "fr", "l'homme"), ["L’homme"]);
}

#[test]
fn prefixes_mark_the_whole_word() {
    assert_eq!(
        marked("Économie, economists, eco", "fr", "econ*"),
        ["Économie", "economists"]
    );
}

#[test]
fn characters_of_unspaced_scripts_are_marked_alone_or_in_runs() {
    assert_eq!(
        marked("新しい東京都の東京タワー", "ja", "東京"),
        ["東京", "東京"]
    );
    assert_eq!(marked("東京都", "ja", "東京都"), ["東京都"]);
    assert_eq!(marked("黒猫と猫舌", "ja", "猫"), ["猫", "猫"]);
    assert_eq!(marked("서울에서", "ko", "서울"), ["서울"]);
}

#[test]
fn what_is_left_out_is_not_marked() {
    assert_eq!(
        marked("ferry and harbour", "en", "harbour -ferry"),
        ["harbour"]
    );
    assert_eq!(
        marked("ferry and harbour", "en", "-(harbour -ferry) ferry"),
        ["ferry"]
    );
    assert!(marked("ferry", "en", "is:unread").is_empty());
}

#[test]
fn touching_and_overlapping_marks_become_one() {
    assert_eq!(
        marked("old harbour wall", "en", "\"old harbour\" \"harbour wall\""),
        ["old harbour wall"]
    );
}

#[test]
fn the_passage_with_most_different_words_is_shown() {
    let text = "A ferry. Another ferry, and one more ferry came by that day without any trouble at all. \
                Much later in the story the ferry did reach the harbour in the fog. The end came soon after that.";
    assert_eq!(
        cut(text, "harbour ferry", 60),
        "…story the [ferry] did reach the [harbour] in the fog. The end…"
    );
}

#[test]
fn a_text_that_fits_is_shown_whole_with_its_spaces_tidied() {
    assert_eq!(
        cut("  Two\n\n harbours \u{a0}reopen ", "harbour", 100),
        "Two [harbours] reopen"
    );
}

#[test]
fn without_a_hit_the_beginning_is_shown() {
    assert_eq!(
        cut("The council met on Monday evening.", "zebra", 20),
        "The council met on…"
    );
    assert_eq!(cut("", "zebra", 20), "");
    assert_eq!(cut("   ", "zebra", 20), "");
    assert_eq!(cut("zebra", "zebra", 0), "");
}

#[test]
fn a_hit_at_the_end_is_shown_with_what_comes_before_it() {
    let text = "One two three four five six seven eight nine ten eleven twelve zebra";
    assert_eq!(cut(text, "zebra", 30), "…nine ten eleven twelve [zebra]");
}

#[test]
fn snippets_keep_their_length_even_inside_endless_words() {
    let text = "x".repeat(500);
    assert!(!cut(&text, &"x".repeat(500), 40).is_empty());
    assert_eq!(cut("abcdefghij klm", "zebra", 1).chars().count(), 1);
    let han = "東京都の新しい港が開かれました".repeat(20);
    assert!(cut(&han, "新しい", 20).contains("[新しい]"));
}
