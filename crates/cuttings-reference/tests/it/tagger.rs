//! Parts of speech and names, by the weights in the binary.

use cuttings_reference::Document;
use cuttings_reference::frame::Frame;
use cuttings_reference::tagger::gazetteer::{PlaceKind, known, place};
use cuttings_reference::tagger::{NameKind, NameTag};

fn tagged(text: &str) -> Frame {
    Frame::new(&Document {
        text,
        ..Document::default()
    })
}

/// The names of a text with their kinds.
fn names(text: &str) -> Vec<(String, NameKind)> {
    let frame = tagged(text);
    let mut found: Vec<(String, NameKind)> = Vec::new();
    for (at, token) in frame.tokens.iter().enumerate() {
        match token.name {
            NameTag::Begins(kind) => found.push((frame.word(at).to_owned(), kind)),
            NameTag::Inside(_) => {
                if let Some((name, _)) = found.last_mut() {
                    name.push(' ');
                    name.push_str(frame.word(at));
                }
            }
            NameTag::Outside => {}
        }
    }
    found
}

#[test]
fn parts_of_speech_of_a_plain_sentence() {
    let frame = tagged("The ministers have said that they will meet in Oslo on Monday.");
    let tags: Vec<&str> = frame.tokens.iter().map(|token| token.tag.name()).collect();
    assert_eq!(
        tags.join(" "),
        "DT NNS VBP VBN IN PRP MD VB IN NNP IN NNP ."
    );
}

#[test]
fn names_of_people_organisations_and_places() {
    let found = names(
        "Angela Merkel met Emmanuel Macron in Berlin on Tuesday. \
         The United Nations and Microsoft had asked for it.",
    );
    for expected in [
        ("Angela Merkel", NameKind::Person),
        ("Emmanuel Macron", NameKind::Person),
        ("Berlin", NameKind::Place),
        ("United Nations", NameKind::Organisation),
        ("Microsoft", NameKind::Organisation),
    ] {
        let is_there = found
            .iter()
            .any(|(name, kind)| (name.as_str(), *kind) == expected);
        assert!(is_there, "{expected:?} in {found:?}");
    }
}

#[test]
fn the_same_text_has_the_same_tags() {
    let text = "Biden met Stoltenberg. “We agree,” Biden said in the White House.";
    assert_eq!(tagged(text).tokens, tagged(text).tokens);
}

#[test]
fn lists_know_first_names_surnames_and_places() {
    assert!(known("Mary").is_woman() && !known("Mary").is_man());
    assert!(known("JOHN").is_first_name() && known("Smith").is_surname());
    assert!(
        !known("mary").is_first_name(),
        "a name begins with a capital"
    );
    assert_eq!(place("Lithuania"), Some(PlaceKind::Country));
    assert_eq!(place("New York City"), Some(PlaceKind::Town));
    assert_eq!(place("Stoltenberg"), None);
}

#[test]
fn no_text_is_no_tokens() {
    assert!(tagged("").tokens.is_empty());
    assert!(tagged("\n \n").blocks.is_empty());
}
