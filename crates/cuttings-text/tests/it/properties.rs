//! What holds for every text and every query.

use cuttings_text::analyse::{key, terms};
use cuttings_text::highlight::{mark, snippet};
use cuttings_text::index::{IndexFields, fts5_row, tsvector};
use cuttings_text::query::{Forms, Unfinished, parse, typed_words, unfinished};
use cuttings_text::{count, language};
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

const LANGUAGES: [&str; 37] = [
    "ar", "ca", "cs", "da", "de", "el", "en", "eo", "es", "et", "eu", "fa", "fi", "fr", "ga", "hi",
    "hu", "hy", "id", "it", "lt", "ne", "nl", "no", "pl", "pt", "ro", "ru", "sr", "st", "sv", "ta",
    "tr", "uk", "yi", "ja", "vi",
];

/// Text with everything in it that the scanner has a rule for.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Z0-9 .,'’\"\n-]{0,80}",
        "(L'|d’|U\\.S\\.|1,000|½|²|\u{AD}|\u{200C}|\u{301}|ｶﾞ|東京|서울|ไทย|صَلاة|שָׁלוֹם|İ|ß|ﬁ|é|ё|й|हिन्दी| |-|a|Z|9|\"|ה){0,40}",
    ]
}

fn any_query() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(a1|harbours|東京| | |\\(|\\)|\"|“|-|OR |AND |NOT |\\*|site:|before:2024|is:unread|tag:a|minutes:<5|saved:2024..|:|'|\\\\|\\{|\\^|NEAR|l'x|/|&|!){0,24}",
        // Queries that are mostly sound.
        "(-?(\"[a-c ]{1,5}\"|[a-c]{2,4}\\*?|\\([a-c]{1,3}( OR -?[a-c]{1,3})?\\)|is:unread) (OR )?){1,6}[a-c]",
    ]
}

/// What is left of a printed query when its quoted terms are taken out.
fn outside_quotes(printed: &str, quote: char) -> (String, Vec<String>) {
    let parts: Vec<&str> = printed.split(quote).collect();
    assert!(parts.len() % 2 == 1, "unbalanced quotes in {printed}");
    let outside = parts.iter().step_by(2).copied().collect();
    let inside = parts
        .iter()
        .skip(1)
        .step_by(2)
        .map(|part| (*part).to_owned())
        .collect();
    (outside, inside)
}

fn assert_balanced(printed: &str) {
    let mut depth = 0_i32;
    for character in printed.chars() {
        depth += i32::from(character == '(') - i32::from(character == ')');
        assert!(depth >= 0, "{printed}");
    }
    assert_eq!(depth, 0, "{printed}");
}

proptest! {
    #[test]
    fn what_is_being_typed_lies_within_the_query(query in any_query(), caret in 0..90_usize) {
        let length = query.chars().count();
        for word in typed_words(&query) {
            prop_assert!(word.at.start < word.at.end && word.at.end <= length, "{word:?}");
        }
        if let Some(Unfinished::Word { at, .. } | Unfinished::Value { at, .. }) =
            unfinished(&query, caret)
        {
            prop_assert!(at.start < caret && at.start < at.end && at.end <= length, "{at:?}");
        }
    }

    #[test]
    fn offsets_are_at_characters_in_rising_order_and_terms_hold_only_words(
        text in any_text(),
        language in prop::sample::select(&LANGUAGES[..]),
    ) {
        let found = terms(&text, Some(language));
        let mut last = 0;
        for term in &found {
            prop_assert!(text.get(term.start..term.end).is_some_and(|word| !word.is_empty()));
            prop_assert!(term.start >= last);
            last = term.start;
            for face in [&term.exact, &term.stem] {
                prop_assert!(!face.is_empty() && face.len() <= 400);
                prop_assert!(face.chars().all(|letter| {
                    !letter.is_whitespace()
                        && (!letter.is_ascii() || letter.is_ascii_lowercase() || letter.is_ascii_digit())
                }), "{face:?}");
            }
        }
        let row = fts5_row(&IndexFields { body: &text, language: Some(language), ..IndexFields::default() });
        prop_assert_eq!(row.body_exact.split_whitespace().count(), found.len());
        prop_assert_eq!(row.body_stem.split_whitespace().count(), found.len());
    }

    #[test]
    fn analysing_a_term_again_changes_nothing(text in any_text()) {
        // From Thai on there are scripts whose terms are pairs, runs by themselves.
        let spaced = |term: &str| term.chars().all(|letter| letter < '\u{E00}');
        for term in terms(&text, None) {
            if spaced(&term.exact) {
                prop_assert_eq!(key(&term.exact), term.exact);
            }
        }
    }

    #[test]
    fn ordinary_words_are_those_of_uax_29(text in "([a-zA-ZäöüéñøÀа-яё]{1,6}|[0-9]{1,4}|[ !?()\n-]{1,3}){0,20}") {
        let ours: Vec<String> = terms(&text, None)
            .into_iter()
            .map(|term| text[term.start..term.end].to_owned())
            .collect();
        let theirs: Vec<&str> = text.unicode_words().collect();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn vectors_keep_the_limits_of_postgres(text in any_text(), times in 1_usize..600) {
        let body = format!("{text} ").repeat(times.min(60_000 / (text.len() + 1)).max(1));
        let vector = tsvector(&IndexFields { body: &body, language: Some("en"), ..IndexFields::default() });
        let (outside, inside) = outside_quotes(&vector.literal, '\'');
        prop_assert!(outside.chars().all(|character| character.is_ascii_digit() || " :,ABD".contains(character)));
        for lexeme in inside {
            prop_assert!(lexeme.len() < 2_000 && !lexeme.contains('\\'));
        }
        for places in outside.split(' ') {
            let positions: Vec<u32> = places
                .split([':', ','])
                .filter_map(|place| place.trim_end_matches(char::is_alphabetic).parse().ok())
                .collect();
            prop_assert!(positions.len() <= 256);
            prop_assert!(positions.iter().all(|&position| (1..=16_383).contains(&position)));
            prop_assert!(positions.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    #[test]
    fn parsing_never_fails_without_a_place_and_printing_stays_in_its_quotes(input in any_query()) {
        match parse(&input) {
            Err(error) => {
                let length = input.chars().count();
                prop_assert!(error.at.start < error.at.end && error.at.end <= length, "{:?}", error);
                prop_assert!(!error.message.is_empty() && !error.message.ends_with('.'));
            }
            Ok(query) => {
                prop_assert_eq!(query.is_empty(), input.chars().all(|c| c.is_whitespace() || c.is_control()));
                prop_assert_eq!(query.fts5(Forms::Both, &["en", "fr"]).is_some(), query.expression.is_some());
                if let (Some(fts5), Some(tsquery)) = (query.fts5(Forms::Both, &["en", "fr"]), query.tsquery(Forms::Both, &["en", "fr"])) {
                    let (outside, inside) = outside_quotes(&fts5, '"');
                    assert_balanced(&outside);
                    let known = |word: &str| ["AND", "OR", "NOT", ":", "*", ""].contains(&word)
                        || word.ends_with("_exact") || word.ends_with("_stem");
                    prop_assert!(outside.split([' ', '(', ')', '{', '}']).all(known), "{}", outside);
                    prop_assert!(inside.iter().all(|term| !term.contains('\'')));

                    let (outside, inside) = outside_quotes(&tsquery, '\'');
                    assert_balanced(&outside);
                    prop_assert!(outside.chars().all(|character| "()|&!<->:* ".contains(character)), "{}", outside);
                    prop_assert!(inside.iter().all(|term| !term.contains('\\') && term.len() > 1));
                }
            }
        }
    }

    #[test]
    fn marked_pieces_together_are_the_text(text in any_text(), input in any_query()) {
        if let Ok(query) = parse(&input) {
            let pieces = mark(&text, Some("en"), &query);
            prop_assert!(pieces.iter().all(|piece| !piece.text.is_empty()));
            prop_assert!(pieces.windows(2).all(|pair| pair[0].marked != pair[1].marked));
            let whole: String = pieces.into_iter().map(|piece| piece.text).collect();
            prop_assert_eq!(whole, text);
        }
    }

    #[test]
    fn a_word_of_the_text_is_marked_and_shown(text in any_text(), pick in any::<prop::sample::Index>(), max_chars in 1_usize..60) {
        let found = terms(&text, Some("en"));
        if found.is_empty() {
            return Ok(());
        }
        let word = &text[found[pick.index(found.len())].start..found[pick.index(found.len())].end];
        let quoted = format!("\"{}\"", word.replace('"', ""));
        let Ok(query) = parse(&quoted) else { return Ok(()) };
        prop_assert!(mark(&text, Some("en"), &query).iter().any(|piece| piece.marked), "{}", quoted);
        let pieces = snippet(&text, Some("en"), &query, max_chars);
        let length: usize = pieces.iter().map(|piece| piece.text.chars().count()).sum();
        prop_assert!(length <= max_chars, "{} of {}", length, max_chars);
        if max_chars > 2 {
            prop_assert!(pieces.iter().any(|piece| piece.marked), "{:?} in {:?}", quoted, pieces);
        }
    }

    #[test]
    fn any_text_has_a_length_and_at_most_one_language(text in any_text(), declared in any::<String>()) {
        let words = count::words(&text);
        prop_assert!(words <= terms(&text, None).len());
        let _ = count::reading_minutes(words, Some(&declared));
        let _ = language::detect(&text);
        if let Some(tag) = language::choose(Some(&declared), &text) {
            prop_assert!(tag.len() >= 2 && tag.is_ascii());
        }
    }
}
