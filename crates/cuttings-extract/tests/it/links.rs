//! Links that lead from one place of a story to another.

const PARAGRAPH: &str = "The ferry did not sail on Tuesday, because the lake stood a metre above \
    the pier, and those who wanted to cross had to take the road around it";

fn html(body: &str) -> String {
    let page = format!(
        "<title>Ferry</title><meta property=\"og:type\" content=\"article\">\
         <body><article><h1>Ferry</h1>{body}</article></body>"
    );
    cuttings_extract::extract(&page, None)
        .expect("a small page")
        .html
        .to_string()
}

#[test]
fn every_note_that_a_call_leads_to_is_there_however_it_is_marked() {
    let html = html(&format!(
        "<p>{PARAGRAPH}.<a href=\"#n1\">[1]</a></p><p>{PARAGRAPH}, said one.<a href=\"#n2\">2</a></p>\
         <p>{PARAGRAPH}, said another.<sup><a href=\"#n3\">3</a></sup></p>\
         <p id=\"n1\">[1] The pier was built in 1902, and has been mended four times since.</p>\
         <div id=\"n2\"><p>2 The road is eleven miles long.</p><p>It has been closed twice.</p></div>\
         <ol><li id=\"n3\">That is what the carter said.</li></ol>"
    ));
    for note in ["c-n1", "c-n2", "c-n3"] {
        assert!(
            html.contains(&format!("href=\"#{note}\"")),
            "{note}: {html}"
        );
        assert_eq!(
            html.matches(&format!("id=\"{note}\"")).count(),
            1,
            "{note}: {html}"
        );
    }
    assert!(
        html.contains("<span id=\"c-n1\"></span>[1] The pier"),
        "{html}"
    );
    assert!(
        html.contains("<span id=\"c-n2\"></span>2 The road"),
        "{html}"
    );
}

#[test]
fn ids_that_nothing_leads_to_are_left_out() {
    let html = html(&format!(
        "<p id=\"first\">{PARAGRAPH}.</p><p>{PARAGRAPH}, said one.</p>"
    ));
    assert!(!html.contains("first"), "{html}");
    assert!(html.contains("<p id=\"b1\">"), "{html}");
}
