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

#[test]
fn of_passages_with_as_many_words_the_one_with_the_rarest_is_shown() {
    let text = "The harbour office opens at nine. The harbour master is in the harbour by ten, and \
                by noon the harbour is full of boats that nobody has been waiting for at all. \
                Nobody speaks of the lighthouse, which has been dark since the winter of the storm.";
    assert!(
        cut(text, "harbour OR lighthouse", 60).contains("[lighthouse]"),
        "{}",
        cut(text, "harbour OR lighthouse", 60)
    );
}

#[test]
fn of_passages_with_all_words_the_one_that_has_them_closest_is_shown() {
    let text = "The ferry was late on Monday morning, said the council, because of fog in the harbour. \
                Much later that week nothing had changed and nobody seemed to mind it any more. \
                The harbour ferry is to be replaced in the spring by a bridge that everybody fears.";
    assert!(
        cut(text, "ferry harbour", 90).contains("[harbour ferry]")
            || cut(text, "ferry harbour", 90).contains("[harbour] [ferry]"),
        "{}",
        cut(text, "ferry harbour", 90)
    );
}

#[test]
fn a_short_text_fits_a_query_by_the_rules_of_the_index() {
    for (query, expected) in [
        ("ferries", true),
        ("\"ferries\"", false),
        ("\"old ferry\"", true),
        ("harb*", true),
        ("ferry -harbour", false),
        ("ferry OR bridge", true),
        ("ferry bridge", false),
        ("is:unread", true),
    ] {
        let parsed = parse(query).expect("a sound query");
        let text = "The old ferry in the harbour";
        assert_eq!(
            cuttings_text::highlight::fits(text, Some("en"), &parsed),
            expected,
            "{query}"
        );
    }
}

/// The golden stories of the extractor as plain text, each with its name.
fn stories() -> Vec<(String, String)> {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../cuttings-extract/corpus");
    let mut stories = Vec::new();
    for folder in std::fs::read_dir(corpus).expect("the golden pages are there") {
        let folder = folder.expect("a folder");
        let name = folder.file_name().to_string_lossy().into_owned();
        let Ok(html) = std::fs::read_to_string(folder.path().join("expected.html")) else {
            continue;
        };
        let mut text = String::new();
        for part in html.split('<') {
            text.push_str(part.split_once('>').map_or("", |(_, shown)| shown));
        }
        if text.chars().count() > 1_000 {
            stories.push((name, text));
        }
    }
    assert!(stories.len() > 10, "{} stories", stories.len());
    stories.sort();
    stories
}

#[test]
fn in_every_golden_story_the_passage_is_that_of_the_words_asked_for() {
    for (name, text) in stories() {
        let terms = cuttings_text::analyse::terms(&text, None);
        let count = |exact: &str| terms.iter().filter(|term| term.exact == exact).count();
        // Every seventh place, so that a story is asked about from end to end.
        for three in terms.windows(3).step_by(7) {
            let words: Vec<&str> = three
                .iter()
                .map(|term| &text[term.start..term.end])
                .collect();
            let plain = words
                .iter()
                .all(|word| word.chars().all(char::is_alphabetic) && word.is_ascii());
            if !plain {
                continue;
            }
            let place = text[three[0].start..three[2].end].split_whitespace();
            let phrase = place.collect::<Vec<_>>().join(" ");
            let quoted = format!("\"{}\"", words.join(" "));
            let query = parse(&quoted).expect("a sound query");
            let found = shown(&snippet(&text, None, &query, 200));
            assert!(
                found.contains('[') && found.to_lowercase().contains(&words[1].to_lowercase()),
                "{name}: {quoted} gives {found}"
            );
            // A word that stands once is shown, whatever stands beside it in the query.
            if count(&three[1].exact) == 1 && words[1].len() > 4 {
                let query = parse(&format!("{} OR the OR a OR {}*", words[1], &words[1][..4]))
                    .expect("a sound query");
                let found = shown(&snippet(&text, None, &query, 200));
                assert!(
                    found.contains(words[1]),
                    "{name}: {} gives {found}",
                    words[1]
                );
                let query = parse(&format!("\"{}\" \"{}\"", words[1], words[0])).expect("sound");
                let found = shown(&snippet(&text, None, &query, 200)).replace(['[', ']'], "");
                assert!(found.contains(words[1]), "{name}: {phrase} gives {found}");
            }
        }
    }
}
