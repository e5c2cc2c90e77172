//! Texts into blocks, sentences and tokens.

use cuttings_reference::frame::Frame;
use cuttings_reference::{Document, Part, Span};
use proptest::prelude::*;

fn frame(text: &str) -> Frame {
    Frame::untagged(&Document {
        text,
        ..Document::default()
    })
}

fn words(text: &str) -> Vec<String> {
    let frame = frame(text);
    (0..frame.tokens.len())
        .map(|token| frame.word(token).to_owned())
        .collect()
}

fn sentences(text: &str) -> Vec<String> {
    let frame = frame(text);
    frame
        .sentences
        .iter()
        .map(|one| frame.slice(one.start, one.end).to_owned())
        .collect()
}

#[test]
fn tokens_are_those_of_the_treebank() {
    for (text, expected) in [
        ("NATO's next leader.", "NATO|'s|next|leader|."),
        ("It’s 3.5% of $1,000.", "It|’s|3.5|%|of|$|1,000|."),
        (
            "He didn't, can’t and cannot.",
            "He|did|n't|,|ca|n’t|and|can|not|.",
        ),
        ("the 31-member alliance", "the|31|-|member|alliance"),
        (
            "“making progress,” Mr. Smith said",
            "“|making|progress|,|”|Mr.|Smith|said",
        ),
        ("''Stop,'' she said.", "''|Stop|,|''|she|said|."),
        (
            "in the U.S. on Jan. 6 at 8:30 p.m. today",
            "in|the|U.S.|on|Jan.|6|at|8:30|p.m.|today",
        ),
        ("since the ’90s...", "since|the|’90s|..."),
        ("on 2023-06-13 and 12/06", "on|2023-06-13|and|12/06"),
        ("the leaders' meeting", "the|leaders|'|meeting"),
        (
            "mail ada@lantern.example, or https://lantern.example/a.",
            "mail|ada@lantern.example|,|or|https://lantern.example/a|.",
        ),
        ("wait -- no — never", "wait|--|no|—|never"),
    ] {
        assert_eq!(words(text).join("|"), expected);
    }
}

#[test]
fn sentences_end_where_a_reader_stops() {
    for text in [
        "He left. | She stayed.",
        "“Where is it?” he asked. | Nobody knew.",
        "“It is late,” Mr. J. K. Smith said. | “Because of rain.” | He added, “Go.”",
        "She was born in the U.S. | The army took her on Jan. 6.",
        "The U.S. Army left at 8 p.m. | It came back.",
        "Acme Inc. said so. | No. 5 did not. | ‘Yes.’",
        "It cost 3.5 million (or so). | 40 people came!",
        "He said: ''It is over.'' | ''Never,'' she said.",
        "Really? | Yes! | Well… | He left",
    ] {
        let expected: Vec<&str> = text.split(" | ").collect();
        assert_eq!(sentences(&text.replace(" | ", " ")), expected, "{text}");
    }
}

#[test]
fn a_block_is_a_line_and_offsets_count_from_the_text_it_is_in() {
    let frame = Frame::untagged(&Document {
        headline: "Ça va",
        dek: "Über alles.",
        text: "Été. Déjà vu.\n\n  naïve  \n",
        ..Document::default()
    });
    let parts: Vec<Part> = frame.blocks.iter().map(|block| block.part).collect();
    assert_eq!(parts, [Part::Headline, Part::Dek, Part::Text, Part::Text]);
    let last = frame.tokens.last().copied().expect("tokens");
    let span = frame.span(last.start, last.end);
    let expected = Span {
        part: Part::Text,
        start: 17,
        end: 22,
    };
    assert_eq!(span, expected);
    assert_eq!(frame.bytes(span), Some((last.start, last.end)));
    let outside = Span { end: 40, ..span };
    assert_eq!(frame.bytes(outside), None);
}

proptest! {
    #[test]
    fn every_token_is_in_its_text_and_comes_back(
        headline in "\\PC{0,30}", text in "([a-zA-Z0-9 .,'’“”\"?!éß漢🙂\n-]|\\PC){0,300}",
    ) {
        let document = Document { headline: &headline, text: &text, ..Document::default() };
        let frame = Frame::new(&document);
        let mut before = 0;
        for token in &frame.tokens {
            prop_assert!(token.start < token.end && token.start >= before);
            before = token.end;
            let span = frame.span(token.start, token.end);
            let whole = if span.part == Part::Headline { &headline } else { &text };
            let characters: String = whole
                .chars()
                .skip(span.start as usize)
                .take((span.end - span.start) as usize)
                .collect();
            prop_assert_eq!(&characters, frame.slice(token.start, token.end));
            prop_assert_eq!(frame.bytes(span), Some((token.start, token.end)));
        }
        let letters = |text: &str| text.chars().filter(|one| one.is_alphanumeric()).count();
        let tokens: usize = (0..frame.tokens.len()).map(|at| letters(frame.word(at))).sum();
        prop_assert_eq!(tokens, letters(&headline) + letters(&text));
        let mut token = 0;
        for sentence in &frame.sentences {
            prop_assert_eq!(sentence.tokens.0, token);
            prop_assert!(sentence.tokens.1 > token);
            token = sentence.tokens.1;
        }
        prop_assert_eq!(token as usize, frame.tokens.len());
    }
}
