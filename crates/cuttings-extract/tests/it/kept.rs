//! What looks like something beside the story and is a part of it.

const FIRST: &str = "The ferry did not sail on Tuesday, because the lake stood a metre above the \
    pier, and those who wanted to cross had to take the road around it, three hours by cart.";
const SECOND: &str = "By the evening the water had fallen by a hand, and the ferryman went down \
    to look at his boat, which lay where he had left it, with some of the pier inside.";
const THIRD: &str = "The council will meet on Friday, he heard, to talk about a longer pier, as it \
    had done each spring since the flood, and it would decide to meet again next year.";

fn text(body: &str) -> String {
    let page = format!(
        "<title>The ferry on the lake</title><meta property=\"og:type\" content=\"article\">\
         <body>{body}</body>"
    );
    cuttings_extract::extract(&page, None)
        .expect("a small page")
        .text
}

fn paragraphs(times: usize) -> String {
    (1..=times)
        .map(|number| format!("<p>On day {number} nothing happened. {FIRST} {SECOND}</p>"))
        .collect::<Vec<_>>()
        .concat()
}

#[test]
fn the_headline_once_more_as_a_section_heading_ends_nothing() {
    for heading in ["h1", "h2"] {
        let text = text(&format!(
            "<article><h1>The ferry on the lake</h1>{}\
             <{heading}>The ferry on the lake</{heading}><p>{THIRD}</p></article>",
            paragraphs(3)
        ));
        assert!(text.contains("council"), "{heading}: {text}");
    }
}

#[test]
fn the_headline_over_another_block_after_the_story_ends_it() {
    let text = text(&format!(
        "<main><h1>The ferry on the lake</h1><div>{}</div>\
         <section><h1>The ferry on the lake</h1><p>{THIRD}</p></section></main>",
        paragraphs(3)
    ));
    assert!(!text.contains("council"), "{text}");
}

#[test]
fn what_stands_before_a_section_that_repeats_the_headline_stays() {
    let text = text(&format!(
        "<header><h1>The ferry on the lake</h1></header><article><p>{THIRD}</p>\
         <h2>The ferry on the lake</h2>{}</article>",
        paragraphs(4)
    ));
    assert!(text.contains("council"), "{text}");
}

#[test]
fn a_text_cut_in_two_by_a_form_is_read_from_its_first_part() {
    let text = text(&format!(
        "<main><h1>The ferry on the lake</h1><div class=\"wrap\">\
         <div class=\"part one\"><p>{THIRD}</p></div><form><input></form>\
         <div class=\"part two\">{}</div></div></main>",
        paragraphs(8)
    ));
    assert!(text.contains("council"), "{text}");
}

#[test]
fn linked_headings_with_whole_paragraphs_below_are_sections_of_the_story() {
    let section = |name: &str| {
        format!(
            "<h3><a href=\"/{name}\">The {name} by the lake</a></h3><p>{SECOND}</p><p>{THIRD}</p>"
        )
    };
    let text = text(&format!(
        "<article><h1>The ferry on the lake</h1>{}{}{}{}</article>",
        paragraphs(6),
        section("inn"),
        section("mill"),
        section("forge")
    ));
    assert!(text.contains("The mill by the lake"), "{text}");
}

#[test]
fn headings_in_a_list_are_items_of_it() {
    let text = text(&format!(
        "<article><h1>The ferry on the lake</h1>{}<h2>What the boat carries</h2>\
         <ul><li><h3>carts and coaches</h3></li><li><h3>sheep</h3></li></ul>\
         <h2>What comes next</h2><p>{THIRD}</p></article>",
        paragraphs(3)
    ));
    assert!(text.contains("carts and coaches"), "{text}");
    assert!(text.contains("What the boat carries"), "{text}");
}

#[test]
fn a_story_about_newsletters_keeps_what_it_says_of_them() {
    let judged = "lets you send as many emails as you want, but you pay for each subscriber, and \
        once your newsletter is read by more than a thousand of them it is no longer cheap, \
        whatever the price list says about its exclusive updates and its free trial.";
    let text = text(&format!(
        "<article><h1>The ferry on the lake</h1>{}<p>The first {judged}</p><p>{FIRST}</p>\
         <p>The second {judged}</p><p>The third {judged}</p><p>{SECOND}</p>\
         <p>The fourth {judged}</p>{}</article>",
        paragraphs(3),
        paragraphs(3)
    ));
    for name in ["first", "second", "third", "fourth"] {
        assert!(
            text.contains(&format!("The {name} lets you")),
            "{name}: {text}"
        );
    }
}

#[test]
fn a_drawer_that_holds_an_answer_is_read() {
    let text = text(&format!(
        "<article><h1>The ferry on the lake</h1>{}<div class=\"drawer\"><h2>Who may cross?</h2>\
         <p>{THIRD}</p></div></article>",
        paragraphs(3)
    ));
    assert!(text.contains("council"), "{text}");
}

#[test]
fn an_answer_that_is_folded_away_by_its_class_is_read() {
    let text = text(&format!(
        "<article><h1>The ferry on the lake</h1>{}<h2>Who may cross?</h2>\
         <div class=\"accordion-content hidden\"><p>{THIRD}</p></div></article>",
        paragraphs(6)
    ));
    assert!(text.contains("council"), "{text}");
}

#[test]
fn plain_headings_right_below_each_other_are_a_list() {
    let text = text(&format!(
        "{}<h3>Oars</h3><h3>Rope</h3><h3>A lamp</h3>{}",
        paragraphs(3),
        paragraphs(2)
    ));
    for word in ["Oars", "Rope", "A lamp"] {
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn a_long_paragraph_that_speaks_of_signing_up_is_told_and_not_asked() {
    let long = "I had signed up for the newsletter of the rowing club in my first week here, \
        because our neighbour said that it was free and that you never had to read it, and he was \
        right in that: for two years it lay in my inbox with the updates of the harbour office, \
        and it was only when the pier went under that we opened one, and found that the club had \
        asked everybody for help with the boats on the very day on which we had gone to the city.";
    let text = text(&format!("<p>{long}</p>{}", paragraphs(6)));
    assert!(text.contains("rowing club in my first week"), "{text}");
}

#[test]
fn a_lede_above_the_headline_in_one_element_with_it_stays() {
    let lede = "Every autumn the lake rises above the pier for a week or two, and every autumn \
        the town is as surprised as if it had never seen water before, which it has.";
    let page = format!(
        "<title>The pier</title><meta property=\"og:type\" content=\"article\"><body>\
         <article><div><p>{lede}</p><h1>The pier</h1>{}</div></article></body>",
        paragraphs(5)
    );
    let text = cuttings_extract::extract(&page, None)
        .expect("a small page")
        .text;
    assert!(text.starts_with("Every autumn"), "{text}");
}
