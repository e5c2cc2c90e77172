//! Whether a text answers a query, as the rules of feeds ask.

use cuttings_text::matches::{Subject, matches};
use cuttings_text::query::parse;
use jiff::civil::date;

const FERRY: Subject<'static> = Subject {
    fields: &[
        "Ferries return to the old harbour",
        "The first ferry sailed on Monday. Élise Durand was on the quay.",
    ],
    language: Some("en"),
    site: "news.lantern.example",
    publication: "The Lantern",
    author: "Ada Byron, Élise Durand",
    day: Some(date(2024, 5, 3)),
};

#[test]
fn words_are_found_as_a_search_finds_them() {
    for (query, expected) in [
        ("ferry", true),
        ("sailing", true),
        ("elise", true),
        ("harbour bridge", false),
        ("bridge OR quay", true),
        ("ferry -monday", false),
        ("ferry -tuesday", true),
        ("(bridge OR ferry) (quay OR pier)", true),
        ("\"old harbour\"", true),
        ("\"old harbours\"", false),
        // The end of one field and the start of the next are no phrase.
        ("\"harbour the first\"", false),
        ("harb*", true),
        ("", true),
    ] {
        let parsed = parse(query).unwrap();
        assert_eq!(matches(&parsed, &FERRY), expected, "{query}");
    }
}

#[test]
fn filters_ask_for_site_author_and_day() {
    for (query, expected) in [
        ("site:lantern.example", true),
        ("site:tern.example", false),
        ("-site:lantern.example ferry", false),
        ("author:byron", true),
        ("author:\"elise durand\"", true),
        ("author:\"byron elise\"", true),
        ("author:babbage", false),
        ("ferry -author:byron", false),
        ("before:2024-05-03", false),
        ("after:2024-05-03", true),
        ("ferry is:unread", false),
        ("ferry -is:archived", true),
        ("publication:lantern", true),
        ("publication:lamp", false),
        ("language:en", true),
        ("-language:en", false),
        ("(site:other.example OR author:byron)", true),
    ] {
        let parsed = parse(query).unwrap();
        assert_eq!(matches(&parsed, &FERRY), expected, "{query}");
    }
    let undated = Subject { day: None, ..FERRY };
    assert!(!matches(&parse("after:2024").unwrap(), &undated));
}
