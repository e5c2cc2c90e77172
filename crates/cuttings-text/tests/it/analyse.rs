//! Terms and stems.

use cuttings_text::analyse::{key, terms};
use cuttings_text::count::{reading_minutes, words};

fn stem(word: &str, language: &str) -> String {
    terms(word, Some(language)).remove(0).stem
}

#[test]
fn inflections_share_a_stem_in_their_language() {
    for (language, one, other) in [
        ("en", "harbours", "harbour"),
        ("en", "reopening", "reopened"),
        ("en", "résumés", "resume"),
        ("en-GB", "economies", "economy"),
        ("fr", "élections", "élection"),
        ("fr", "parlées", "parler"),
        ("de", "Häuser", "Haus"),
        ("de", "Häusern", "hauses"),
        ("es", "organizaciones", "organización"),
        ("ru", "новости", "новостями"),
        ("ru", "новый", "новая"),
        ("sv", "hamnarna", "hamn"),
        ("it", "porti", "porto"),
        ("nl", "regeringen", "regering"),
        ("pt", "portos", "porto"),
        ("fi", "satamassa", "satama"),
        ("tr", "evler", "evlerde"),
    ] {
        assert_eq!(
            stem(one, language),
            stem(other, language),
            "{language}: {one}, {other}"
        );
    }
}

#[test]
fn accents_do_not_matter_to_the_exact_form() {
    for (one, other) in [
        ("Élysée", "elysee"),
        ("naïve", "naive"),
        ("Ёлка", "елка"),
        ("Ærø", "aeroe"),
    ] {
        let same = key(one) == key(other);
        assert_eq!(same, other != "aeroe", "{one}, {other}");
    }
}

#[test]
fn numbers_and_short_words_are_their_own_stem() {
    for word in ["2024", "1990s", "is", "B52"] {
        let term = terms(word, Some("en")).remove(0);
        assert_eq!(term.exact, term.stem);
    }
}

#[test]
fn without_a_known_language_words_are_their_own_stems() {
    for language in [None, Some("xx"), Some(""), Some("vi"), Some("-")] {
        let term = terms("harbours", language).remove(0);
        assert_eq!(term.stem, "harbours");
    }
}

#[test]
fn the_language_never_changes_where_words_are_cut() {
    let text = "L'homme d'État, rock'n'roll; U.S. 1,000 Straße 東京都 iPhone";
    let exact = |language| -> Vec<_> {
        terms(text, language)
            .into_iter()
            .map(|term| (term.exact, term.start, term.end))
            .collect()
    };
    for language in ["en", "fr", "de", "tr", "ja", "el"] {
        assert_eq!(exact(Some(language)), exact(None), "{language}");
    }
}

#[test]
fn words_are_counted_as_a_reader_would() {
    assert_eq!(words("The ferry, at last, left."), 5);
    assert_eq!(words("新しい港が開かれた。"), 5);
    assert_eq!(words("한국어는 띄어쓰기를 한다"), 3);
    assert_eq!(words("港 and harbour"), 3);
    assert_eq!(words("… — !"), 0);
}

#[test]
fn slower_languages_take_longer() {
    assert_eq!(reading_minutes(2_000, Some("en")), 8);
    assert!(reading_minutes(2_000, Some("ar")) > reading_minutes(2_000, Some("es")));
    assert_eq!(reading_minutes(1, Some("zh")), 1);
    assert_eq!(reading_minutes(usize::MAX, None), u32::MAX);
}
