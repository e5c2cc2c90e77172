//! Who said what, in sentences of our own.

use cuttings_reference::tagger::NameKind;
use cuttings_reference::{Analysis, Document, How, Kind, Span, Statement, analyse};
use proptest::prelude::*;

fn read(text: &str) -> Analysis {
    analyse(&Document {
        text,
        ..Document::default()
    })
}

fn said(text: &str, span: Span) -> String {
    text.chars()
        .skip(span.start as usize)
        .take((span.end - span.start) as usize)
        .collect()
}

/// A statement as a line: kind, speaker, parts.
fn line(text: &str, one: &Statement) -> String {
    let speaker = one.speaker.as_ref().map_or("?", |one| one.name.as_str());
    let parts: Vec<String> = one.content.iter().map(|span| said(text, *span)).collect();
    format!("{:?} {speaker}: {}", one.kind, parts.join(" | "))
}

fn lines(text: &str) -> Vec<String> {
    read(text)
        .statements
        .iter()
        .map(|one| line(text, one))
        .collect()
}

#[test]
fn one_statement_a_sentence() {
    for (text, expected) in [
        (
            "“The bridge holds,” said Maria Keller on Friday.",
            "Direct Maria Keller: “The bridge holds,”",
        ),
        (
            "\"The bridge holds,” Maria Keller told reporters.",
            "Direct Maria Keller: \"The bridge holds,”",
        ),
        (
            "”The bridge holds,“ Maria Keller said.",
            "Direct Maria Keller: ”The bridge holds,“",
        ),
        (
            "“The bridge holds,“ Maria Keller said.",
            "Direct Maria Keller: “The bridge holds,“",
        ),
        (
            "''The bridge holds,'' Maria Keller said.",
            "Direct Maria Keller: ''The bridge holds,''",
        ),
        (
            "Maria Keller said, “The bridge holds.”",
            "Direct Maria Keller: “The bridge holds.”",
        ),
        (
            "Maria Keller: “The bridge holds.”",
            "Direct Maria Keller: “The bridge holds.”",
        ),
        (
            "Maria Keller has said that the bridge holds.",
            "Indirect Maria Keller: the bridge holds",
        ),
        (
            "Maria Keller said the bridge holds.",
            "Indirect Maria Keller: the bridge holds",
        ),
        (
            "The bridge holds, Maria Keller said.",
            "Indirect Maria Keller: The bridge holds",
        ),
        (
            "According to Maria Keller, the bridge holds.",
            "Indirect Maria Keller: the bridge holds",
        ),
        (
            "The bridge holds, according to Maria Keller.",
            "Indirect Maria Keller: The bridge holds",
        ),
        (
            "Maria Keller said the bridge was “as firm as ever” after the storm.",
            "Mixed Maria Keller: the bridge was “as firm as ever” after the storm",
        ),
        (
            "Maria Keller expressed hope that the bridge would hold.",
            "Indirect Maria Keller: the bridge would hold",
        ),
        (
            "“The bridge,” Maria Keller said, “will hold.”",
            "Direct Maria Keller: “The bridge,” | “will hold.”",
        ),
    ] {
        assert_eq!(lines(text), [expected], "{text}");
    }
}

#[test]
fn what_goes_on_behind_the_attribution_is_one_statement() {
    let text = "“We had no time,” Maria Keller said. “The water rose.”\n\
                She added, “Nobody was hurt.”\n\
                “We were lucky.”";
    assert_eq!(
        lines(text),
        [
            "Direct Maria Keller: “We had no time,” | “The water rose.”",
            "Direct Maria Keller: “Nobody was hurt.”",
            "Direct Maria Keller: “We were lucky.”",
        ]
    );
}

#[test]
fn a_pronoun_is_who_can_be_meant() {
    let text = "Maria Keller met Paul Weber on Monday. “It was short,” he said.\n\
                She said the talks would go on.";
    assert_eq!(
        lines(text),
        [
            "Direct Paul Weber: “It was short,”",
            "Indirect Maria Keller: the talks would go on",
        ]
    );
    let names = read(text).names;
    let maria = names.iter().find(|name| name.name == "Maria Keller");
    let mentions: Vec<(String, How)> = maria
        .into_iter()
        .flat_map(|name| &name.mentions)
        .map(|one| (said(text, one.span), one.how))
        .collect();
    let expected = [
        ("Maria Keller".to_owned(), How::Name),
        ("She".to_owned(), How::Pronoun),
    ];
    assert_eq!(mentions, expected);
}

#[test]
fn a_surname_of_two_is_the_first_and_a_full_name_is_itself() {
    let text = "President Paul Weber spoke in Bonn. Weber said taxes would fall.\n\
                “He slept badly,” his wife Anna Weber said.";
    assert_eq!(
        lines(text),
        [
            "Indirect Paul Weber: taxes would fall",
            "Direct Anna Weber: “He slept badly,”",
        ]
    );
}

#[test]
fn the_one_who_is_told_is_not_who_says_it() {
    let text = "Foreign Minister Maria Keller told Chancellor Paul Weber at a meeting in Bonn \
                on Tuesday that the treaty is “nearly done” and could be signed.";
    let found = read(text);
    assert_eq!(
        line(text, &found.statements[0]),
        "Mixed Maria Keller: the treaty is “nearly done” and could be signed"
    );
    let one = &found.statements[0];
    let speaker = one.speaker.as_ref().expect("a speaker");
    assert_eq!(speaker.role.as_deref(), Some("Foreign Minister"));
    assert_eq!(
        one.addressee.map(|span| said(text, span)).as_deref(),
        Some("Chancellor Paul Weber")
    );
    assert_eq!(said(text, one.verbatim[0]), "nearly done");
}

#[test]
fn two_joined_cues_are_two_statements() {
    let text = "Maria Keller said the bridge was safe and warned that the road was not.";
    assert_eq!(
        lines(text),
        [
            "Indirect Maria Keller: the bridge was safe",
            "Indirect Maria Keller: the road was not",
        ]
    );
}

#[test]
fn what_somebody_means_to_do_is_a_position() {
    let text = "Maria Keller, a former mayor of Bonn, plans to leave the party in May.";
    let found = read(text);
    assert_eq!(found.statements[0].kind, Kind::Position);
    assert_eq!(
        line(text, &found.statements[0]),
        "Position Maria Keller: to leave the party in May"
    );
    assert_eq!(found.names[0].roles, ["former mayor of Bonn"]);
}

#[test]
fn an_organisation_is_meant_by_its_letters_and_by_they() {
    let text = "The Danish Harbour Authority (DHA) closed the port.\n\
                The DHA said the quay was unsafe. They added that divers were on their way.";
    let found = read(text);
    let speakers: Vec<Option<&str>> = found
        .statements
        .iter()
        .map(|one| one.speaker.as_ref().map(|one| one.name.as_str()))
        .collect();
    assert_eq!(speakers.len(), 2);
    for speaker in speakers {
        assert!(
            speaker.is_some_and(|one| one.contains("Harbour Authority")),
            "{:?}",
            found.names
        );
    }
}

#[test]
fn a_country_is_a_place_by_its_letters_too() {
    let text = "The U.K. Defence Minister Maria Keller said the UK would pay.";
    for name in read(text).names {
        let is_country = name.name.starts_with('U');
        assert_eq!(is_country, name.kind == NameKind::Place, "{name:?}");
    }
}

#[test]
fn plain_sentences_say_nothing_of_anybody() {
    for text in [
        "The bridge over the river was closed on Monday.",
        "The storm required the mayor to stay at home.",
        "The “old” bridge has stood for two hundred years.",
        "Nobody has agreed over who will pay.",
    ] {
        assert_eq!(lines(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_quotation_over_several_paragraphs_is_one_speakers() {
    let text = "Maria Keller said: “It began at night.\n\
                “By morning the road was gone.”";
    let found = lines(text);
    assert!(
        found.iter().all(|one| one.contains("Maria Keller")),
        "{found:?}"
    );
    assert!(found.concat().contains("By morning"), "{found:?}");
}

proptest! {
    #[test]
    fn spans_are_in_the_text_and_the_answer_is_always_the_same(
        text in "((“|”|\"|''|said|says|told|that|according to|He|She|Ada Byron|Bonn|the bridge|holds|,|\\.|\n|and|but|who|:|plans to|é|漢)[ ]?){0,60}",
    ) {
        let found = read(&text);
        prop_assert_eq!(&found, &read(&text));
        let length = text.chars().count() as u32;
        for one in &found.statements {
            prop_assert!(!one.content.is_empty());
            let spans = one.content.iter().chain(&one.verbatim).chain(&one.source);
            for span in spans.chain(&one.cue).chain(&one.addressee) {
                prop_assert!(span.start < span.end && span.end <= length, "{:?}", span);
            }
        }
        for name in &found.names {
            prop_assert!(!name.mentions.is_empty() && !name.name.is_empty());
        }
    }
}

/// Texts built to make somebody walk through everything for every word.
#[test]
fn hostile_texts_are_read_to_their_end() {
    let mut names = String::new();
    for number in 0..3_000 {
        names += &format!("President A{number}b Smith met the president. Smith said it rained.\n");
    }
    for text in [
        names,
        "“ ".repeat(20_000),
        "said the man, a minister, ".repeat(8_000),
        "he said that ".repeat(10_000),
        "“It rained,” he said. ".repeat(5_000),
        "Ada Byron, ".repeat(10_000) + "said it rained.",
        "According to ".repeat(10_000),
    ] {
        let length = text.chars().count() as u32;
        let found = read(&text);
        let spans = found.statements.iter().flat_map(|one| &one.content);
        assert!(spans.into_iter().all(|span| span.end <= length));
    }
}
