//! Pages made to be expensive: each parses to a tree of bounded size.
//!
//! The sizes are checked, not the times, because a time limit fails on a busy
//! machine. `cargo test --release -- hostile --nocapture` prints the times.

use std::time::Instant;

use cuttings_html::{Attr, Document, LimitHit, Limits, Tag, parse};

/// The size of most pages here: a mebibyte where it counts, less where nothing
/// is optimised.
const SIZE: usize = if cfg!(debug_assertions) {
    1 << 16
} else {
    1 << 20
};

/// Parses with the product's limits, prints what it took and checks the bounds
/// that hold for every page.
fn parse_hostile(name: &str, page: &str) -> Document {
    let start = Instant::now();
    let document = parse(page, &Limits::default());
    let parsed = start.elapsed();
    let html = document.to_html(document.root());
    println!(
        "{name}: {} bytes, {} nodes, depth {}, {} bytes again, {parsed:?}, {:?}",
        page.len(),
        document.len(),
        depth(&document),
        html.len(),
        document.limits_hit()
    );
    let limits = Limits::default();
    assert!(document.len() <= limits.max_nodes + 1000);
    assert!(depth(&document) <= limits.max_open_elements + 100);
    assert!(html.len() <= 10 * page.len() + 10_000);
    document
}

fn depth(document: &Document) -> usize {
    let mut depths = vec![0; document.len()];
    let mut deepest = 0;
    for node in document.descendants(document.root()) {
        let parent = document.parent(node).expect("a descendant has a parent");
        depths[node.index()] = depths[parent.index()] + 1;
        deepest = deepest.max(depths[node.index()]);
    }
    deepest
}

fn count(document: &Document, tag: Tag) -> usize {
    document
        .descendants(document.root())
        .filter(|&node| document.tag(node) == tag)
        .count()
}

/// `unit` repeated to at least `bytes`.
fn fill(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len() + 1)
}

#[test]
fn a_hundred_thousand_nested_divs_end_at_the_depth_limit() {
    let page = "<div>".repeat(100_000) + "x";
    let document = parse_hostile("nested divs", &page);
    // The root and the document's html and body elements stand above.
    assert_eq!(count(&document, Tag::Div), 510);
    assert_eq!(document.limits_hit(), [LimitHit::OpenElements]);
    assert_eq!(document.text_content(document.root()), "x");
}

#[test]
fn what_follows_deeply_nested_elements_is_outside_of_them() {
    let page = "<div>".repeat(600) + "deep" + &"</div>".repeat(600) + "<p>after</p>";
    let document = parse(&page, &Limits::default());
    let body = document.body().expect("a body");
    let last = document.last_child(body).expect("the paragraph");
    assert_eq!(document.tag(last), Tag::P);
    assert_eq!(document.text_content(last), "after");
}

#[test]
fn scripts_below_the_depth_limit_do_not_become_text() {
    let page = "<div>".repeat(600) + "<script>var a = '<p>';</script><img src=x>text";
    let document = parse(&page, &Limits::default());
    assert_eq!(count(&document, Tag::Script), 1);
    assert_eq!(count(&document, Tag::Img), 1);
    assert_eq!(count(&document, Tag::P), 0);
}

#[test]
fn paragraphs_below_the_depth_limit_stay_apart() {
    let page = "<div>".repeat(600) + &"<p>x</p>".repeat(50);
    let document = parse(&page, &Limits::default());
    assert_eq!(count(&document, Tag::P), 50);
}

#[test]
fn a_tag_keeps_its_first_attributes_and_the_page_goes_on() {
    use std::fmt::Write as _;
    let mut page = "<div".to_owned();
    for index in 0..20_000 {
        let _ = write!(page, " a{index}=b");
    }
    page.push_str("><p>after");
    let document = parse_hostile("20,000 attributes", &page);
    let body = document.body().expect("a body");
    let div = document.first_child(body).expect("the div");
    assert_eq!(document.attrs(div).count(), 256);
    assert_eq!(document.attr_named(div, "a255"), Some("b"));
    assert_eq!(count(&document, Tag::P), 1);
    assert_eq!(document.limits_hit(), [LimitHit::Attributes]);
}

#[test]
fn attributes_by_the_thousand_are_cut_in_every_place_a_tag_can_be() {
    use std::fmt::Write as _;
    let mut attrs = String::new();
    let mut index = 0;
    while attrs.len() < SIZE {
        let _ = write!(attrs, " a{index}");
        index += 1;
    }
    for (place, page) in [
        ("a start tag", format!("<p{attrs}>x")),
        ("an end tag", format!("<p>x</p{attrs}>")),
        ("the end of a script", format!("<script>a</script{attrs}>x")),
        ("a title in svg", format!("<svg><title><p{attrs}>x")),
        (
            "after a section",
            format!("<svg><![CDATA[<!--]]><p{attrs}>x"),
        ),
        ("after a comment", format!("<![CDATA[<!-- > <p{attrs}>x")),
        ("a self-closing tag", format!("<br{attrs}/>x")),
        ("a tag without end", format!("x<p{attrs}")),
    ] {
        let document = parse_hostile(place, &page);
        for node in document.descendants(document.root()) {
            assert!(document.attrs(node).count() <= 256, "{place}");
        }
        assert!(
            document.text_content(document.root()).contains('x'),
            "{place}"
        );
        assert_eq!(document.limits_hit(), [LimitHit::Attributes], "{place}");
    }
}

#[test]
fn an_attribute_too_long_is_dropped_and_the_others_stay() {
    let page = format!("<img id=a src='data:{}' alt=b><p>after", "x".repeat(SIZE));
    let document = parse_hostile("long value", &page);
    let body = document.body().expect("a body");
    let image = document.first_child(body).expect("the image");
    let attrs: Vec<_> = document.attrs(image).collect();
    assert_eq!(attrs, [("id", "a"), ("alt", "b")]);
    assert_eq!(document.limits_hit(), [LimitHit::TagBytes]);

    let page = format!("<{}>x", "é".repeat(SIZE).replacen('é', "a", 1));
    let document = parse_hostile("long name", &page);
    assert_eq!(document.limits_hit(), [LimitHit::TagBytes]);
}

#[test]
fn unclosed_formatting_is_not_multiplied() {
    use std::fmt::Write as _;
    for count in [500, 1000, 2000] {
        let mut page = String::new();
        for index in 0..count {
            let _ = write!(page, "<b i={index}><i i={index}>");
        }
        for _ in 0..count {
            page.push_str("x</b>");
        }
        let document = parse_hostile("re-opened formatting", &page);
        assert!(document.len() < 100 + 40 * 2 * count);
        assert!(document.limits_hit().contains(&LimitHit::Formatting));
    }
}

#[test]
fn links_survive_unclosed_fonts() {
    let page = "<font>".repeat(100) + &"<a href=/x>link</a> ".repeat(20);
    let document = parse(&page, &Limits::default());
    assert_eq!(count(&document, Tag::A), 20);
    assert_eq!(count(&document, Tag::Font), 32);
}

#[test]
fn a_long_attribute_of_a_reopened_element_is_kept_once() {
    let page = format!("<p><b title='{}'>", "x".repeat(60_000)) + &"<p>y".repeat(20_000);
    let document = parse(&page, &Limits::default());
    let mut addresses: Vec<_> = document
        .descendants(document.root())
        .filter_map(|node| document.attr(node, Attr::Title))
        .map(|value| (value.as_ptr(), value.len()))
        .collect();
    assert_eq!(addresses.len(), 20_001);
    addresses.dedup();
    assert_eq!(addresses.len(), 1);
}

#[test]
fn deep_and_wide_shapes_stay_within_bounds() {
    let tables = "<table><tr><td>".repeat(20_000);
    let items = fill("<ul><li>", SIZE);
    for (name, page) in [
        ("nested tables", tables),
        ("nested lists", items),
        ("<b><p>", fill("<b><p>", SIZE)),
        ("<a>x<i>y</a>", fill("<a>x<i>y</a>", SIZE)),
        ("<a><div>", fill("<a href=x><div>", SIZE)),
        ("<a><i><p></a>", fill("<a><i><p>x</a>", SIZE)),
        ("<font><table>", fill("<font><table>x", SIZE)),
        (
            "<table>x<tr a>",
            "<table>".to_owned() + &fill("x<tr a>", SIZE),
        ),
        ("nested svg", fill("<svg>", SIZE)),
        ("nested foreignObject", fill("<svg><foreignObject>", SIZE)),
        ("nested math", fill("<math><mi>", SIZE)),
        ("nested templates", fill("<template>", SIZE)),
        ("nested buttons", fill("<button>", SIZE)),
        ("nested select", fill("<select><option>", SIZE)),
        (
            "nested spans, rulers",
            "<span>".repeat(509) + &fill("<hr>", SIZE),
        ),
        (
            "nested spans, end tags",
            "<span>".repeat(509) + &fill("</x>", SIZE),
        ),
        (
            "nested spans, divs",
            "<span>".repeat(509) + &fill("<div></div>", SIZE),
        ),
        (
            "end tags below the limit",
            "<div>".repeat(600) + &fill("<i></i>", SIZE),
        ),
        ("paragraph ends", fill("</p>", SIZE)),
        ("bodies", fill("<body a=b>", SIZE)),
        ("frames", "<frameset>".to_owned() + &fill("<frame>", SIZE)),
        ("formatting tags", fill("<b></b>", SIZE)),
        ("tags without name", fill("<>", SIZE)),
        ("tag openings", fill("<a", SIZE)),
        ("end tag openings", fill("</", SIZE)),
        ("quotes", "<a ".to_owned() + &fill("b='\"'", SIZE)),
        ("comment openings", fill("<!--", SIZE)),
        ("comments", fill("<!---->", SIZE)),
        (
            "sections",
            "<svg>".to_owned() + &fill("<![CDATA[x]]>", SIZE),
        ),
        ("script openings", fill("<script>", SIZE)),
        (
            "escaped scripts",
            "<script>".to_owned() + &fill("<!--<script></script>-->", SIZE),
        ),
        ("scripts", fill("<script></script>", SIZE)),
        ("titles", fill("<title></title>", SIZE)),
        ("nul characters", "\0".repeat(SIZE)),
    ] {
        parse_hostile(name, &page);
    }
}

#[test]
fn a_page_that_keeps_the_parser_looking_is_stopped_and_says_so() {
    let page = "<span>".repeat(509) + &"</x>".repeat(400_000) + "<p>never seen";
    let document = parse_hostile("end tags without end", &page);
    assert_eq!(document.limits_hit(), [LimitHit::LookUps]);
    assert_eq!(count(&document, Tag::P), 0);
}

#[test]
fn a_million_entities_are_one_text() {
    let page = "<p>".to_owned() + &"&amp;".repeat(1_000_000);
    let document = parse_hostile("entities", &page);
    assert_eq!(document.text_content(document.root()).len(), 1_000_000);
    assert!(document.len() < 10);
}

#[test]
fn an_open_comment_takes_the_rest_of_the_page() {
    let page = format!("<p>a<!--{}", "x <b> ".repeat(200_000));
    let document = parse_hostile("open comment", &page);
    assert_eq!(document.text_content(document.root()), "a");
    assert!(document.len() < 10);
}

#[test]
fn ten_mebibytes_of_text_are_one_node() {
    let page = format!("<p>{}", "word ".repeat(2 << 20));
    let document = parse_hostile("long text", &page);
    assert_eq!(document.text_content(document.root()).len(), 10 << 20);
    assert!(document.len() < 10);
}

#[test]
fn the_node_budget_stops_the_parse_and_says_so() {
    let document = parse_hostile("many nodes", &"<br>".repeat(400_000));
    assert_eq!(document.limits_hit(), [LimitHit::Nodes]);
    assert!(count(&document, Tag::Br) > 299_000);
}

#[test]
fn input_past_the_limit_is_not_parsed() {
    let limits = Limits {
        max_input_bytes: 10,
        ..Limits::default()
    };
    let document = parse("<p>éééééé<p>", &limits);
    assert_eq!(document.text_content(document.root()), "ééé");
    assert_eq!(document.limits_hit(), [LimitHit::InputBytes]);
}
