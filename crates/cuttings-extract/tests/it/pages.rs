//! Pages that are no story: what a firm offers, what a list holds, what a forum says.

fn text(head: &str, body: &str) -> String {
    let page = format!("<title>The lake</title>{head}<body><main>{body}</main></body>");
    cuttings_extract::extract(&page, None)
        .expect("a small page")
        .text
}

const OFFER: &str = "<h1>Boats for every lake</h1><p>We build ferries, punts and barges of oak and \
    larch, and bring them to the water wherever there is a road that a team of eight can take.</p>";

#[test]
fn a_banner_with_a_heading_is_what_a_firm_offers() {
    let banner = "<section class=\"promo-banner\"><h2>The winter service</h2>\
        <p>Tar, oakum and new ropes.</p></section>";
    assert!(text("", &format!("{OFFER}{banner}")).contains("oakum"));
    let story = "<meta property=\"og:type\" content=\"article\">\
        <meta name=\"author\" content=\"Ada Byron\">";
    assert!(!text(story, &format!("{OFFER}{banner}")).contains("oakum"));
}

#[test]
fn boxes_that_hold_much_of_a_page_together_are_what_it_lists() {
    let cards = ["punt", "barge", "ferry", "raft", "skiff"]
        .map(|name| {
            format!(
                "<div class=\"item-meta\"><a href=\"/{name}\">The {name} of larch</a> \
                 <b>{name}, four oars, to be had in spring</b></div>"
            )
        })
        .concat();
    let text = text("", &format!("<h1>Boats for every lake</h1>{cards}"));
    assert!(text.contains("skiff, four oars"), "{text}");
}

#[test]
fn what_a_forum_says_of_a_person_is_not_part_of_the_posts() {
    let post = |name: &str, said: &str| {
        format!(
            "<div class=\"message\"><b class=\"username\">{name}</b>\
             <dl class=\"message-user-extras\"><dt>Joined</dt><dd>in spring</dd></dl>\
             <div class=\"message-body\"><p>{said}</p></div>\
             <div class=\"message-signature\">All boats go down in the end.</div></div>"
        )
    };
    let head = "<script type=\"application/ld+json\">\
        {\"@type\": \"DiscussionForumPosting\", \"headline\": \"The lake\"}</script>";
    let text = text(
        head,
        &format!(
            "{}{}",
            post(
                "Ada",
                "Does anybody know why the ferry does not sail on Tuesdays any more?"
            ),
            post(
                "Charles",
                "The ferryman goes to the market on that day, and his son is at sea."
            )
        ),
    );
    assert!(text.contains("goes to the market"), "{text}");
    assert!(text.contains("Charles"), "{text}");
    assert!(!text.contains("go down in the end"), "{text}");
    assert!(!text.contains("Joined"), "{text}");
}

#[test]
fn a_box_named_for_captions_is_read_in_a_list_of_goods() {
    let goods = ["punt", "barge", "ferry", "raft"]
        .map(|name| {
            format!(
                "<div class=\"thumbnail\"><img src=\"/{name}.jpg\"><div class=\"caption\">\
                 <div>The {name} of larch</div><div>Twelve crowns</div></div></div>"
            )
        })
        .concat();
    let text = text("", &format!("<h1>Boats for every lake</h1>{goods}"));
    assert!(text.contains("The raft of larch"), "{text}");
}

#[test]
fn the_button_that_unfolds_a_quotation_is_not_quoted() {
    let text = text(
        "",
        "<article><h1>Boats</h1><blockquote><p>The ferry lay in the reeds until the water fell, \
         and nobody went to look for it.</p><div>Click to expand...</div></blockquote>\
         <p>I went to look for it on the second day, and found it where you say it was, with a \
         good deal of the pier inside, and an oar.</p></article>",
    );
    assert!(text.contains("in the reeds"), "{text}");
    assert!(!text.contains("expand"), "{text}");
}
