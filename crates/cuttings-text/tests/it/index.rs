//! What goes into the search indexes.

use std::fmt::Write;

use cuttings_text::analyse::terms;
use cuttings_text::index::{IndexFields, LAST_POSITION, fts5_row, tsvector};

/// Lexemes with their positions and weights, read back from a literal.
fn lexemes(literal: &str) -> Vec<(String, Vec<(u32, char)>)> {
    literal
        .split(' ')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, places) = part.rsplit_once(':').expect("every lexeme has positions");
            let name = name
                .strip_prefix('\'')
                .and_then(|name| name.strip_suffix('\''))
                .expect("every lexeme is quoted");
            let places = places
                .split(',')
                .map(|place| {
                    let weight = place.chars().last().filter(char::is_ascii_alphabetic);
                    let number = place.trim_end_matches(char::is_alphabetic);
                    (number.parse().expect("a position"), weight.unwrap_or('D'))
                })
                .collect();
            (name.to_owned(), places)
        })
        .collect()
}

fn places(literal: &str, name: &str) -> Vec<(u32, char)> {
    lexemes(literal)
        .into_iter()
        .find(|(lexeme, _)| lexeme == name)
        .map(|(_, places)| places)
        .unwrap_or_default()
}

#[test]
fn exact_terms_and_stems_keep_step_in_a_row() {
    let body = "The ferries of L'Île, 東京都 and the U.S. — 1,000 harbours’ walls.";
    let row = fts5_row(&IndexFields {
        headline: "Élections!",
        about: "By Ana O'Brien\nThe Courier",
        body,
        language: Some("en"),
    });
    assert_eq!(row.headline_exact, "elections");
    assert_eq!(row.headline_stem, "elect");
    assert_eq!(row.about_exact, "by ana obrien the courier");
    let expected = terms(body, Some("en"));
    assert!(
        row.body_exact
            .split(' ')
            .eq(expected.iter().map(|term| term.exact.as_str()))
    );
    assert!(
        row.body_stem
            .split(' ')
            .eq(expected.iter().map(|term| term.stem.as_str()))
    );
}

#[test]
fn an_empty_article_gives_an_empty_row_and_vector() {
    let fields = IndexFields::default();
    assert_eq!(fts5_row(&fields).body_exact, "");
    assert_eq!(tsvector(&fields).literal, "");
}

#[test]
fn weights_tell_the_fields_apart_and_fields_are_not_neighbours() {
    let vector = tsvector(&IndexFields {
        headline: "old harbour",
        about: "harbour news",
        body: "news harbour",
        language: None,
    });
    let harbour = places(&vector.literal, "eharbour/");
    assert_eq!(
        harbour.iter().map(|place| place.1).collect::<String>(),
        "ABD"
    );
    let news = places(&vector.literal, "enews/");
    assert_eq!(news[0].0 - harbour[1].0, 1);
    assert!(harbour[1].0 - harbour[0].0 > 1);
    assert!(news[1].0 - news[0].0 > 1);
}

#[test]
fn a_frequent_word_goes_on_in_further_lexemes() {
    let body = "the ferry ".repeat(600);
    let vector = tsvector(&IndexFields {
        body: &body,
        ..IndexFields::default()
    });
    assert!(!vector.truncated);
    let parts = ["ethe/", "ethe/1", "ethe/2"].map(|name| places(&vector.literal, name));
    assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 600);
    assert!(parts.iter().all(|part| part.len() < 256));
    let all: Vec<u32> = parts.iter().flatten().map(|place| place.0).collect();
    assert!(all.windows(2).all(|pair| pair[0] + 2 == pair[1]));
}

#[test]
fn words_beyond_the_last_position_are_kept_without_becoming_neighbours() {
    let mut body = "word ".repeat(LAST_POSITION as usize);
    body.push_str("harbour ferry harbour");
    let vector = tsvector(&IndexFields {
        body: &body,
        ..IndexFields::default()
    });
    assert!(vector.truncated);
    let harbour = places(&vector.literal, "eharbour/");
    let ferry = places(&vector.literal, "eferry/");
    assert_eq!(harbour.len(), 1);
    assert_eq!(harbour[0].0, ferry[0].0);
    let last_word = lexemes(&vector.literal)
        .into_iter()
        .filter(|(name, _)| name.starts_with("eword/"))
        .flat_map(|(_, places)| places)
        .map(|place| place.0)
        .max();
    assert!(harbour[0].0 - last_word.expect("word is there") > 1);
}

#[test]
fn a_huge_article_stays_within_what_postgres_takes() {
    let mut body = String::new();
    for number in 0..200_000 {
        write!(body, "wörd{number:x}q ").expect("a string takes everything");
    }
    let vector = tsvector(&IndexFields {
        body: &body,
        language: Some("de"),
        ..IndexFields::default()
    });
    assert!(vector.truncated);
    // PostgreSQL counts a lexeme's bytes, and for its positions two each and two more.
    let counted: usize = lexemes(&vector.literal)
        .iter()
        .map(|(name, places)| name.len() + 1 + 2 + 2 * places.len())
        .sum();
    assert!((900_000..1_048_575).contains(&counted), "{counted}");
}
