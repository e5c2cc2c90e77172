//! Which articles are one story.

use cuttings_reference::Document;
use cuttings_reference::frame::Frame;
use cuttings_reference::stories::{Index, Likeness, Relation, Sketch, compare};
use proptest::prelude::*;

const FERRY: [&str; 6] = [
    "The night ferry between Ostrava Sound and the Carrow Isles ran aground on Monday with 214 passengers aboard, and tugs worked until dawn to bring it off the rocks.",
    "Nobody was hurt, said harbour master Ingrid Solheim, who had sent out two lifeboats within minutes of the first call for help from the bridge.",
    "“The captain did everything that could be done in such a wind,” Solheim told reporters on the quay as the last passengers were led ashore in blankets.",
    "The ship, built in 1987, had been due to leave service in the autumn, when a larger one from a yard in Gdansk is to take its place on the route.",
    "Islanders have long complained about the ageing fleet, and a petition with four thousand names was handed to the transport committee in March.",
    "Sailings are expected to begin again on Thursday, though freight will be carried from the southern harbour for at least another week.",
];

const ORCHARD: [&str; 6] = [
    "Apple growers in the Lenham valley expect their smallest harvest for thirty years after three nights of late frost in May killed the blossom on most of the older trees.",
    "Marta Wieland, who farms ninety hectares near Tarrow Bridge, counted fewer than one fruit on every fourth branch when she walked her rows last weekend.",
    "“We lit candles between the trees, we ran the sprinklers, and by the third night there was simply no water left in the pond,” Wieland said.",
    "The growers’ union has asked the regional government for 12 million euros, which would cover about half of what its members believe they have lost.",
    "Cider makers have begun to buy fruit abroad, and one of them, Pellow and Daughters, said it would not press a vintage at all this year.",
    "A spokesman for the agriculture ministry said that an answer would be given once assessors had visited every district in the valley.",
];

const NOTICE: &str = "Sign up for our free morning letter and never miss a story from our reporters around the world.";

fn sketch(headline: &str, paragraphs: &[&str]) -> Sketch {
    Sketch::new(&Frame::new(&Document {
        headline,
        text: &paragraphs.join("\n"),
        ..Document::default()
    }))
}

fn relation(first: &Sketch, second: &Sketch) -> Relation {
    compare(first, second).relation
}

fn ferry() -> Sketch {
    sketch("Ferry runs aground off the Carrow Isles", &FERRY)
}

fn orchard() -> Sketch {
    sketch("Frost leaves apple growers with little", &ORCHARD)
}

#[test]
fn a_copy_with_another_headline_and_other_lines_around_it_is_the_same_story() {
    let mut copy = vec![NOTICE];
    copy.extend(FERRY);
    copy.push(NOTICE);
    let found = compare(
        &ferry(),
        &sketch("Passengers safe after night on rocks", &copy),
    );
    assert_eq!(found.relation, Relation::Same);
    assert!(found.first_in_second > 0.95, "{found:?}");
    assert!(found.second_in_first > 0.8, "{found:?}");
    assert!(found.in_order > 0.99, "{found:?}");
}

#[test]
fn a_text_cut_to_half_is_in_the_whole_one_and_not_the_other_way_round() {
    let found = compare(&ferry(), &sketch("", &FERRY[..3]));
    assert_eq!(found.relation, Relation::Same);
    assert!(found.second_in_first > 0.95, "{found:?}");
    assert!(found.first_in_second < 0.65, "{found:?}");
}

#[test]
fn an_edited_text_is_the_same_story() {
    let edited: Vec<String> = FERRY
        .iter()
        .map(|paragraph| {
            paragraph
                .replace(['“', '”'], "\"")
                .replace("Nobody was hurt", "There were no injuries")
                .replace("worked until dawn to bring", "spent the night bringing")
                .replace("at least another week", "some days more")
        })
        .collect();
    let edited: Vec<&str> = edited.iter().map(String::as_str).collect();
    assert_eq!(relation(&ferry(), &sketch("", &edited)), Relation::Same);
}

#[test]
fn another_story_with_the_same_line_below_it_is_another_story() {
    let with = |paragraphs: &[&str]| {
        let mut all = paragraphs.to_vec();
        all.push(NOTICE);
        sketch("", &all)
    };
    assert_eq!(relation(&with(&FERRY), &with(&ORCHARD)), Relation::None);
    assert_eq!(
        relation(&with(&FERRY[..1]), &with(&ORCHARD[..1])),
        Relation::None
    );
}

#[test]
fn another_report_about_the_same_people_and_places_is_related() {
    let later = [
        "Ingrid Solheim, the harbour master who led the rescue, asked the transport committee yesterday for a second lifeboat station in the Carrow Isles.",
        "It took Solheim’s crews forty minutes to reach the ship off Ostrava Sound, which was built in 1987 and carried 214 people.",
    ];
    assert_eq!(relation(&ferry(), &sketch("", &later)), Relation::Related);
    assert_eq!(relation(&ferry(), &orchard()), Relation::None);
}

/// Parts of two stories in turn.
fn roundup(first: &[&'static str], second: &[&'static str]) -> Vec<&'static str> {
    first
        .iter()
        .zip(second)
        .flat_map(|(one, other)| [*one, *other])
        .collect()
}

#[test]
fn a_round_up_holds_both_stories_and_is_neither() {
    let both = sketch("The week in brief", &roundup(&FERRY[..3], &ORCHARD[..3]));
    let found = compare(&ferry(), &both);
    assert_eq!(found.relation, Relation::Related);
    assert!(
        found.own_of_first > 0.3 && found.own_of_second > 0.3,
        "{found:?}"
    );
    assert_eq!(relation(&orchard(), &both), Relation::Related);
}

#[test]
fn round_ups_of_the_same_stories_in_another_order_are_not_one_text() {
    let one = sketch("", &roundup(&FERRY[..3], &ORCHARD[..3]));
    let other = sketch("", &roundup(&ORCHARD[..3], &FERRY[..3]));
    let found = compare(&one, &other);
    assert!(found.first_in_second > 0.8, "{found:?}");
    assert_eq!(found.relation, Relation::Related, "{found:?}");
}

#[test]
fn two_stories_joined_as_they_are_do_not_become_one() {
    // The pair alone says that one is in the other as a whole, and so it may be
    // a longer version.
    let joined = sketch("", &[&FERRY[..], &ORCHARD[..]].concat());
    let mut index = Index::new();
    index.add(1, ferry());
    index.add(2, joined);
    index.add(3, orchard());
    index.add(4, sketch("", &FERRY[..3]));
    let stories: Vec<Vec<u32>> = index
        .stories()
        .into_iter()
        .map(|one| one.articles)
        .collect();
    assert_eq!(stories, [vec![1, 4], vec![2], vec![3]]);
    let found = index.roundup(2).expect("a round-up");
    assert_eq!((found.one, found.other), (1, 3));
    assert!(
        index
            .links(1)
            .iter()
            .all(|(other, likeness)| { *other == 4 || likeness.relation != Relation::Same })
    );
}

#[test]
fn two_halves_are_one_story_by_the_whole_and_the_index_says_so() {
    let mut index = Index::new();
    index.add(7, sketch("", &FERRY[..4]));
    index.add(8, ferry());
    index.add(9, orchard());
    let story = index.story(7).expect("known");
    assert_eq!(story.articles, [7, 8]);
    assert_eq!((story.joins[0].first, story.joins[0].second), (7, 8));
    assert_eq!(story.joins[0].likeness.relation, Relation::Same);
    assert!(index.remove(8));
    assert!(!index.remove(8));
    assert_eq!(index.story(7).expect("known").articles, [7]);
    assert_eq!(index.story(8), None);
    assert_eq!((index.len(), index.links(7)), (2, Vec::new()));
}

#[test]
fn a_number_that_is_used_again_stands_for_the_new_text_alone() {
    let mut index = Index::new();
    index.add(1, ferry());
    index.add(2, ferry());
    index.add(2, orchard());
    assert_eq!(index.story(1).expect("known").articles, [1]);
    index.add(3, orchard());
    assert_eq!(index.story(2).expect("known").articles, [2, 3]);
}

#[test]
fn a_sketch_is_small_however_long_the_article() {
    let words: Vec<String> = (0..20_000).map(|number| format!("word{number}")).collect();
    let sketch = sketch("", &[&words.join(" ")]);
    assert!(sketch.size() <= 440, "{}", sketch.size());
    assert_eq!(relation(&sketch, &sketch), Relation::Same);
}

#[test]
fn texts_of_no_or_few_words_can_be_compared() {
    let sketches = ["", "Rain", "Rain.", "No comment", "…"].map(|text| sketch("", &[text]));
    assert_eq!(relation(&sketches[0], &sketches[0]), Relation::None);
    assert_eq!(relation(&sketches[1], &sketches[2]), Relation::Same);
    assert_eq!(relation(&sketches[1], &sketches[3]), Relation::None);
    let mut index = Index::new();
    for (number, sketch) in (0..).zip(sketches) {
        index.add(number, sketch);
    }
    assert_eq!(index.stories().len(), 4);
}

/// Texts of some of the same paragraphs.
fn mixed() -> impl Strategy<Value = Vec<String>> {
    let paragraphs: Vec<&str> = FERRY.into_iter().chain(ORCHARD).chain([NOTICE]).collect();
    prop::collection::vec(
        prop::collection::vec(prop::sample::select(paragraphs), 0..8)
            .prop_map(|chosen| chosen.join("\n")),
        1..7,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_has_one_sketch_and_likeness_has_no_direction(
        one in "\\PC{0,60}", other in "([a-d]{1,2}[ \n]){0,80}",
    ) {
        let (first, second) = (sketch("", &[&one]), sketch("", &[&other]));
        prop_assert_eq!(&first, &sketch("", &[&one]));
        prop_assert_eq!(compare(&first, &second), compare(&second, &first).exchanged());
        let itself: Likeness = compare(&second, &second);
        prop_assert!(itself.in_order > 0.999 || itself.shared == 0);
    }

    #[test]
    fn stories_do_not_depend_on_what_came_first(
        texts in mixed(), by in any::<prop::sample::Index>(), gone in any::<prop::sample::Index>(),
    ) {
        let sketches: Vec<(u32, Sketch)> =
            (0..).zip(texts.iter().map(|text| sketch("", &[text]))).collect();
        for (_, one) in &sketches {
            for (_, other) in &sketches {
                prop_assert_eq!(compare(one, other), compare(other, one).exchanged());
            }
        }
        let filled = |order: &[(u32, Sketch)]| {
            let mut index = Index::new();
            for (number, sketch) in order {
                index.add(*number, sketch.clone());
            }
            index
        };
        let index = filled(&sketches);
        let mut turned = sketches.clone();
        turned.rotate_left(by.index(sketches.len()));
        prop_assert_eq!(index.stories(), filled(&turned).stories());
        turned.reverse();
        let mut other = filled(&turned);
        prop_assert_eq!(index.stories(), other.stories());
        // What is taken out and put back leaves no trace.
        let (number, sketch) = sketches[gone.index(sketches.len())].clone();
        other.remove(number);
        other.add(number, sketch);
        prop_assert_eq!(index.stories(), other.stories());
    }
}
