//! What stands around a story without markup that says so.

const STORY: &str = "<p>The ferry did not sail on Tuesday, because the lake stood a metre above \
    the pier, and those who wanted to cross had to take the road around it.</p>\
    <p>It took them three hours, the carter reckoned, and he had seen worse years than this one, \
    though not many, and none in which the post came late on four days out of five.</p>\
    <p>By the evening the water had fallen by a hand, and the ferryman went down to look at his \
    boat, which lay where he had left it, with a good deal of the pier inside.</p>";

fn text(body: &str) -> String {
    let page = format!(
        "<title>Ferry</title><meta property=\"og:type\" content=\"article\">\
         <body><article><h1>Ferry</h1>{body}</article></body>"
    );
    cuttings_extract::extract(&page, None)
        .expect("a small page")
        .text
}

#[test]
fn the_address_block_after_a_story_is_left_out() {
    let text = text(&format!(
        "{STORY}<p><b>Kontakt:</b></p><p>Ada Byron, Seestraße 4, erreichbar an jedem Werktag.</p>"
    ));
    assert!(text.ends_with("inside."), "{text}");
}

#[test]
fn a_part_about_contacts_in_the_middle_of_a_story_stays() {
    let text = text(&format!(
        "<h2>Contact</h2><p>The lake touches the town at one place only, the old pier.</p>{STORY}"
    ));
    assert!(text.contains("touches the town"), "{text}");
}

#[test]
fn a_notice_about_cookies_is_left_out_and_a_sentence_on_them_stays() {
    let text = text(&format!(
        "{STORY}<p>He had eaten two cookies since the morning, he remembered, and no more.</p>\
         <p>This website uses cookies to improve your experience while you read.</p>"
    ));
    assert!(text.contains("two cookies"), "{text}");
    assert!(!text.contains("improve your experience"), "{text}");
}

#[test]
fn posts_below_a_heading_named_related_go_with_it() {
    let text = text(&format!(
        "{STORY}<h3 class=\"related-posts-title\">You may like</h3>\
         <div>{}</div>",
        "<p>A pedlar came through with needles, and left with two hens and a bad opinion of the \
         inn, which he told to everybody who would listen and to some who would not.</p>"
    ));
    assert!(!text.contains("pedlar"), "{text}");
}

#[test]
fn a_pull_quote_is_marked_in_the_html_and_is_not_in_the_text() {
    let (first, rest) = STORY.split_at(STORY.find("</p>").expect("a paragraph") + 4);
    let page = format!(
        "<title>Ferry</title><body><article><h1>Ferry</h1>{first}\
         <aside class=\"pull-quote\"><p>He had seen worse years</p></aside>{rest}</article></body>"
    );
    let found = cuttings_extract::extract(&page, None).expect("a small page");
    assert!(
        found
            .html
            .as_str()
            .contains("class=\"pull-quote\"><p>He had seen worse years</p></blockquote>"),
        "{}",
        found.html.as_str()
    );
    assert!(
        !found.text.contains("He had seen worse years"),
        "{}",
        found.text
    );
}

#[test]
fn what_a_text_disclaims_at_its_end_is_left_out() {
    let text = text(&format!(
        "<p>Readers pay nothing; we may earn a commission on what is bought by our links.</p>{STORY}\
         <p>This text is for informational purposes only and is no advice to anybody who wants to \
         cross a lake, whatever the weather and the boat, or to a person who builds piers.</p>\
         <p>Neither the ferryman nor the inn is a registered trademark of the town.</p>"
    ));
    assert!(text.starts_with("The ferry did not sail"), "{text}");
    assert!(text.ends_with("inside."), "{text}");
}
