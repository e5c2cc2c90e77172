//! Any bytes at all give a document, and writing a document loses nothing.

use cuttings_html::decode::decode;
use cuttings_html::{Document, Edge, Limits, Tag, parse, parse_fragment};
use proptest::prelude::*;

/// Checks that the links between nodes agree with each other.
fn assert_sound(document: &Document) {
    let mut visited = 0;
    for edge in document.traverse(document.root()) {
        let Edge::Open(node) = edge else { continue };
        visited += 1;
        let mut previous = None;
        for child in document.children(node) {
            assert_eq!(document.parent(child), Some(node));
            assert_eq!(document.previous_sibling(child), previous);
            previous = Some(child);
        }
        assert_eq!(document.last_child(node), previous);
    }
    assert!(visited <= document.len());
}

/// Names and texts of all nodes in document order, without attributes.
fn outline(document: &Document) -> Vec<String> {
    document
        .descendants(document.root())
        .map(|node| format!("{}{}", document.name(node), document.text(node)))
        .collect()
}

/// Pieces of markup that touch every part of the parser, in any order.
fn markup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "<p>", "</p>", "<div class=a>", "</div>", "<b>", "</b>", "<i id='x'>", "</i>",
            "<a href=\"/x?a=1&amp;b=2\">", "</a>", "<table>", "<tr>", "<td>", "</table>",
            "<ul>", "<li>", "</ul>", "<br>", "<br/>", "</br>", "<svg>", "<path d='M0'/>",
            "<foreignObject>", "</svg>", "<math>", "<mi>", "<annotation-xml encoding=text/html>",
            "</math>", "<template>", "</template>", "<select>", "<option>", "</select>",
            "<script>", "</script>", "<style>", "</style>", "<title>", "</title>",
            "<textarea>", "</textarea>", "<noscript>", "</noscript>", "<frameset>", "<body id=b>",
            "<html lang=en>", "<head>", "</head>", "</body>", "</html>", "<form>", "</form>",
            "<!--", "-->", "<!-- <script>", "<!DOCTYPE html>", "<![CDATA[", "]]>", "<?php ?>",
            "&amp;", "&lt", "&#0;", "&notin;", "\0", "\r\n", "<pre>\n", "</pre>", "<h1>", "</h2>",
            "<plaintext>", "<", "</", "<a b='", "<p class=a ID=b c/", "<svg a b", "</p a b='>' c", "\"", "'", "=", "/", ">", "<nobr>", "<button>",
        ]).prop_map(str::to_owned),
        1 => "[a-z é\u{a0}]{0,8}",
        1 => prop::collection::vec(any::<char>(), 0..4).prop_map(String::from_iter),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// A page as an author with an editor would write it.
fn ordinary_page() -> impl Strategy<Value = String> {
    let words = "[a-zA-Zé .,&;<>\"'\u{a0}]{1,20}".prop_map(|text| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    });
    let inline = prop_oneof![
        words.clone(),
        words.clone().prop_map(|text| format!("<em>{text}</em>")),
        words.clone().prop_map(|text| format!(
            "<a href=\"/x\" title=\"{}\">{text}</a>",
            text.replace('"', "&quot;")
        )),
        Just("<br><img src=a.png alt=\"\">".to_owned()),
    ];
    let line = prop::collection::vec(inline, 1..5).prop_map(|parts| parts.concat());
    let block = prop_oneof![
        line.clone()
            .prop_map(|line| format!("<p class=\"a b\">{line}</p>")),
        line.clone().prop_map(|line| format!("<h2>{line}</h2>")),
        line.clone()
            .prop_map(|line| format!("<pre>\n\n{line}</pre>")),
        line.clone()
            .prop_map(|line| format!("<ul><li>{line}</li><li>x</li></ul>")),
        line.prop_map(|line| format!("<table><tr><td>{line}</td></tr></table>")),
        Just("<script>if (a < b && c) { d(\"</p>\"); }</script>".to_owned()),
        Just("<!-- a comment --><svg viewBox=\"0 0 1 1\"><path d=\"M0\"/></svg>".to_owned()),
    ];
    prop::collection::vec(block, 0..12)
        .prop_map(|blocks| format!("<!DOCTYPE html><title>T</title><body>{}", blocks.concat()))
}

fn small_limits() -> Limits {
    Limits {
        max_input_bytes: 300,
        max_open_elements: 8,
        max_formatting: 2,
        max_attributes: 1,
        max_tag_bytes: 20,
        max_nodes: 40,
    }
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_and_parsed(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        content_type in prop::option::of("text/html; ?charset=(utf-8|utf-16|gbk|x|iso-2022-jp|\"latin1)?"),
    ) {
        let page = decode(&bytes, content_type.as_deref());
        assert_sound(&parse(&page.text, &Limits::default()));
    }

    #[test]
    fn any_markup_gives_a_sound_tree_under_any_limits(page in markup()) {
        let tags = [Tag::Body, Tag::Tr, Tag::Select, Tag::Template, Tag::Textarea, Tag::Other];
        for limits in [Limits::none(), Limits::default(), small_limits()] {
            let document = parse(&page, &limits);
            assert_sound(&document);
            document.to_html(document.root());
            for context in tags {
                assert_sound(&parse_fragment(&page, context, &limits));
            }
        }
    }

    #[test]
    fn limits_do_not_show_where_none_is_hit(page in markup()) {
        let document = parse(&page, &Limits::default());
        prop_assert!(document.limits_hit().is_empty());
        let unlimited = parse(&page, &Limits::none());
        prop_assert_eq!(
            document.to_html(document.root()),
            unlimited.to_html(unlimited.root())
        );
    }

    #[test]
    fn cutting_attributes_changes_nothing_else(page in markup()) {
        let limits = Limits {
            max_attributes: 1,
            ..Limits::none()
        };
        let cut = parse(&page, &limits);
        let whole = parse(&page, &Limits::none());
        prop_assert_eq!(outline(&cut), outline(&whole));
        for node in cut.descendants(cut.root()) {
            prop_assert!(cut.attrs(node).count() <= 1);
        }
    }

    #[test]
    fn writing_and_parsing_an_ordinary_page_again_changes_nothing(page in ordinary_page()) {
        let document = parse(&page, &Limits::default());
        let once = document.to_html(document.root());
        let again = parse(&once, &Limits::default());
        prop_assert_eq!(&again.to_html(again.root()), &once);
        prop_assert_eq!(
            again.text_content(again.root()),
            document.text_content(document.root())
        );
    }
}
