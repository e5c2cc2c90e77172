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

const LEDE: &str = "The lake rose above the pier in the night, and whoever wanted to cross on \
    Tuesday had to go around it. The carters did not mind, since they are paid by the hour and \
    the road is long and in good repair.";

/// A page on which headline, lede and text stand in boxes of their own.
fn page_in_boxes(lede: &str) -> String {
    let page = format!(
        "<title>Ferry</title><meta property=\"og:type\" content=\"article\"><body>\
         <header><h1>Ferry</h1></header><main><div>{lede}</div>\
         <div class=\"article-body\">{STORY}{STORY}</div></main></body>"
    );
    cuttings_extract::extract(&page, None)
        .expect("a small page")
        .text
}

#[test]
fn a_lede_in_a_box_of_its_own_between_headline_and_text_is_kept() {
    for lede in [
        format!("<p>{LEDE}</p>"),
        format!("<div>{LEDE}</div>"),
        format!("<p class=\"article-teaser\">{LEDE}</p>"),
    ] {
        let text = page_in_boxes(&lede);
        assert!(text.starts_with("The lake rose"), "{lede}: {text}");
    }
}

#[test]
fn a_caption_or_a_linked_teaser_between_headline_and_text_is_not_a_lede() {
    for other in [
        format!("<div class=\"image-caption\">{LEDE}</div>"),
        format!("<p class=\"article-teaser\"><a href=\"/other\">{LEDE}</a></p>"),
    ] {
        let text = page_in_boxes(&other);
        assert!(
            text.starts_with("The ferry did not sail"),
            "{other}: {text}"
        );
    }
}

#[test]
fn a_card_that_opens_over_a_name_in_a_sentence_is_left_out() {
    let text = text(&format!(
        "<p>On Monday <span><a href=\"/ada\">Ada Byron</a><span><img src=\"/ada.jpg\">\
         <a href=\"/ada\">Ada Byron</a><a href=\"/1\">The mill is sold</a>\
         <a href=\"/2\">No news from the mill</a></span></span> went down to the pier with the \
         mayor, to see what the water had left of it.</p>{STORY}"
    ));
    assert!(text.starts_with("On Monday Ada Byron went down"), "{text}");
}

#[test]
fn a_break_set_by_the_author_stays() {
    let (first, rest) = STORY.split_at(STORY.find("</p>").expect("a paragraph") + 4);
    let text = text(&format!("{first}<p>___</p>{rest}"));
    assert!(text.contains("around it.\n\n___\n\nIt took"), "{text}");
}

#[test]
fn what_a_page_notes_on_itself_is_left_out() {
    for note in [
        "Citation: The ferry and the lake (2019, November 18), read on 20 November 2019 from \
         https://ferry.example/news/2019-11-the-ferry-and-the-lake.html",
        "Dieser Beitrag wurde am Montag, den 4. März 2019 um 15:21 Uhr veröffentlicht.",
        "[button link=\"https://ferry.example/kit\" type=\"big\"]Send us your kit[/button]",
        "<a href=\"/other\">PUEDES VER: Lo que dejó el agua en el muelle</a>",
    ] {
        let text = text(&format!("{STORY}<p>{note}</p>"));
        assert!(text.ends_with("inside."), "{note}: {text}");
    }
}

#[test]
fn what_stands_below_a_picture_in_its_box_is_its_caption() {
    let page = format!(
        "<title>Ferry</title><meta property=\"og:type\" content=\"article\"><body><article>\
         <h1>Ferry</h1><div class=\"image top\"><img src=\"https://ferry.example/pier.jpg\">\
         <p>The pier on Tuesday, seen from the road that goes around the lake.</p></div>\
         {STORY}</article></body>"
    );
    let found = cuttings_extract::extract(&page, None).expect("a small page");
    assert!(
        found.text.starts_with("The ferry did not sail"),
        "{}",
        found.text
    );
    assert_eq!(
        found.images[0].caption.as_deref(),
        Some("The pier on Tuesday, seen from the road that goes around the lake.")
    );
}

#[test]
fn of_a_picture_in_several_sizes_the_most_useful_is_shown() {
    for (picture, expected) in [
        (
            "<img src=s.jpg srcset='s.jpg 320w, m.jpg 1400w, l.jpg 6000w'>",
            "m.jpg",
        ),
        (
            "<img src=m.jpg srcset='m.jpg 1x, l.jpg 2x, xl.jpg 4x'>",
            "l.jpg",
        ),
        (
            "<img src=blur.jpg?w=20 data-srcset='s.jpg 640w, m.jpg 1280w'>",
            "m.jpg",
        ),
        (
            "<img src=m.jpg srcset='tiny.jpg 80w, small.jpg 200w'>",
            "m.jpg",
        ),
        ("<img src=data:image/gif;base64,AA data-src=m.jpg>", "m.jpg"),
        (
            "<img src=1x1.gif srcset='data:image/gif;base64,AA 2000w, s.jpg 900w'>",
            "s.jpg",
        ),
        (
            "<picture><source srcset='s.webp 640w, m.webp 1300w'><img alt=x></picture>",
            "m.webp",
        ),
        (
            "<img src=data:image/gif;base64,AA class=lazy><noscript><img src=m.jpg></noscript>",
            "m.jpg",
        ),
        ("<img src=m.jpg srcset=''>", "m.jpg"),
    ] {
        let page = format!(
            "<title>Ferry</title><meta property=\"og:type\" content=\"article\"><body><article>\
             <h1>Ferry</h1><figure>{picture}<figcaption>The pier.</figcaption></figure>{STORY}\
             </article></body>"
        );
        let base = url::Url::parse("https://ferry.example/").expect("an address");
        let found = cuttings_extract::extract(&page, Some(&base)).expect("a small page");
        let shown: Vec<&str> = found
            .images
            .iter()
            .map(|image| image.src.as_str())
            .collect();
        assert_eq!(
            shown,
            [format!("https://ferry.example/{expected}")],
            "{picture}"
        );
        assert_eq!(
            found.images[0].caption.as_deref(),
            Some("The pier."),
            "{picture}"
        );
    }
}

#[test]
fn what_holds_the_headline_is_no_layer_over_the_page() {
    let page = format!(
        "<title>Ferry | The Pier</title><meta property=\"og:title\" content=\"Ferry\">\
         <body><div class=\"b-offcanvas-wrap\"><h1>Ferry</h1>{STORY}</div>\
         <div>{}</div></body>",
        STORY.repeat(4).replace("ferry", "barge")
    );
    let found = cuttings_extract::extract(&page, None).expect("a small page");
    assert!(
        found.text.contains("The ferry did not sail"),
        "{}",
        found.text
    );
}

#[test]
fn a_list_of_links_that_a_sentence_leads_to_stays() {
    let text = text(&format!(
        "{STORY}{STORY}<p>Three boats were damaged, and their owners have told of it:</p><ul>\
         <li><a href=\"/1\">The barge of the miller at the ford</a></li>\
         <li><a href=\"/2\">The punt of the two brothers Byron</a></li>\
         <li><a href=\"/3\">The boat of the ferryman himself</a></li></ul>\
         <p>All of them lie on the bank, where whoever comes by may look at them for nothing.</p>"
    ));
    assert!(text.contains("two brothers"), "{text}");
}

#[test]
fn pictures_of_another_story_with_a_heading_of_their_own_go() {
    let pictures = (1..=8)
        .map(|number| {
            format!(
                "<li><h2>{number}/8 Mill</h2><p>The mill in year {number}, with the wheel that \
                 the brothers built from the wood of the old bridge.</p></li>"
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let text = text(&format!(
        "{STORY}{STORY}{STORY}{STORY}{STORY}<div class=\"photo-gallery\"><h2>Mills in pictures</h2>\
         <ul>{pictures}</ul></div>"
    ));
    assert!(!text.contains("brothers"), "{text}");
    assert!(text.contains("ferryman"), "{text}");
}

#[test]
fn a_formula_is_read_once_and_not_by_its_source_or_its_hidden_copy() {
    let text = text(&format!(
        "{STORY}<p>The water rises by <span><math><mi>h</mi><annotation>\\displaystyle h\
         </annotation></math></span> in a day, and <span aria-hidden=\"true\">h again</span> so \
         the ferryman reckoned with a second pier, longer than the first and higher by a hand.</p>"
    ));
    assert!(
        text.contains("rises by h in a day, and so the ferryman"),
        "{text}"
    );
}
