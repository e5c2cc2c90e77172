//! What holds for every page.

use cuttings_extract::{
    ALLOWED_ATTRIBUTES, ALLOWED_CLASSES, ALLOWED_ELEMENTS, ExtractError, MAX_HTML_BYTES, SafeHtml,
    extract,
};
use cuttings_html::{Document, Limits, Tag, parse_fragment};
use proptest::prelude::*;

/// Markup made of what pages are made of, in any order.
fn markup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<p>".to_owned()),
        Just("</p>".to_owned()),
        Just("<div class=\"article-body\">".to_owned()),
        Just("<div class=\"comments ad\" id=related>".to_owned()),
        Just("</div>".to_owned()),
        Just("<article><h1>A headline of some length</h1>".to_owned()),
        Just("</article>".to_owned()),
        Just("<ul><li>one<li><a href=/x>two</a></ul>".to_owned()),
        Just("<table><tr><th>a<td>b<tr><td>c<td>d</table>".to_owned()),
        Just("<img src=/a.jpg alt='x<y' onerror=z()>".to_owned()),
        Just("<figure><img data-src=//b.example/b.jpg><figcaption>Caption</figcaption></figure>".to_owned()),
        Just("<a href=\"javascript:x()\" onclick=y()>link</a>".to_owned()),
        Just("<script>x()</script><style>p{}</style><svg><p>s</svg>".to_owned()),
        Just("<iframe src=https://v.example/embed/1></iframe>".to_owned()),
        Just("<b><i>".to_owned()),
        Just("<br><br>".to_owned()),
        Just("<blockquote>".to_owned()),
        Just("<pre>  code\n</pre>".to_owned()),
        Just("<template><p>t".to_owned()),
        Just("<svg><title><style><img src=x onerror=x()></style></title></svg>".to_owned()),
        Just("The council met on Tuesday and put the question off, its chair said after the meeting had ended. ".to_owned()),
        "[a-z <>&\"'=/]{0,24}",
        "\\PC{0,12}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn check_allowed(doc: &Document) -> Result<(), TestCaseError> {
    for node in doc.descendants(doc.root()) {
        if !doc.is_element(node) || matches!(doc.tag(node), Tag::Html | Tag::Body) {
            continue;
        }
        let name = doc.name(node);
        prop_assert!(ALLOWED_ELEMENTS.contains(&name), "<{name}>");
        for (attribute, value) in doc.attrs(node) {
            let allowed = ALLOWED_ATTRIBUTES.iter().any(|(element, names)| {
                (*element == "*" || *element == name) && names.contains(&attribute)
            });
            let relation = name == "a" && attribute == "rel" && value == "noopener noreferrer";
            prop_assert!(allowed || relation, "{attribute} on <{name}>");
            match attribute {
                "class" => prop_assert!(
                    value
                        .split_whitespace()
                        .all(|class| ALLOWED_CLASSES.contains(&class)),
                    "{value}"
                ),
                "src" => prop_assert!(
                    value.starts_with("https://") || value.starts_with("http://"),
                    "{value}"
                ),
                "href" => prop_assert!(
                    ["https://", "http://", "mailto:", "#c-", "#b"]
                        .iter()
                        .any(|start| value.starts_with(start)),
                    "{value}"
                ),
                _ => {}
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn output_holds_only_what_the_allow_list_names(html in markup()) {
        let base = url::Url::parse("https://a.example/dir/page").unwrap();
        let found = extract(&html, Some(&base)).unwrap();
        check_allowed(&parse_fragment(found.html.as_str(), Tag::Body, &Limits::none()))?;
        check_allowed(&parse_fragment(SafeHtml::sanitize(&html).as_str(), Tag::Body, &Limits::none()))?;
    }

    #[test]
    fn cleaning_what_is_clean_changes_nothing(html in markup()) {
        let once = SafeHtml::sanitize(&html);
        let twice = SafeHtml::sanitize(once.as_str());
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn no_remote_picture_is_left_once_pictures_are_replaced(html in markup()) {
        let found = extract(&html, None).unwrap();
        for shown in [found.html, SafeHtml::sanitize(&html)] {
            let local = shown.with_pictures(|source| source.contains('a').then(|| "/kept/1".to_owned()));
            let doc = parse_fragment(local.as_str(), Tag::Body, &Limits::none());
            for node in doc.descendants(doc.root()).filter(|node| doc.tag(*node) == Tag::Img) {
                prop_assert_eq!(doc.attr(node, cuttings_html::Attr::Src), Some("/kept/1"));
            }
        }
    }

    #[test]
    fn any_bytes_give_an_extraction(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let page = cuttings_html::decode::decode(&bytes, None);
        prop_assert!(extract(&page.text, None).is_ok());
    }

    #[test]
    fn equal_pages_give_equal_extractions(html in markup()) {
        let (first, second) = (extract(&html, None).unwrap(), extract(&html, None).unwrap());
        prop_assert_eq!(serde_json::to_string(&first).unwrap(), serde_json::to_string(&second).unwrap());
    }
}

#[test]
fn a_story_extracted_again_from_its_own_output_keeps_its_text() {
    let body = "<p>The council met on Tuesday and put the question off until the summer, its chair said.</p>\
        <h2>What is next</h2><p>The parties will meet again in June, when the budget of the year is due.</p>\
        <ul><li>The bridge is to be closed for two weeks.</li><li>The ferry runs at night as well.</li></ul>\
        <blockquote><p>“We have time,” the chair said, “and we shall take it.”</p></blockquote>\
        <p>Neither side would say what it wants to pay, but both said that talks were friendly.</p>";
    let page = format!(
        "<title>The vote</title><article><h1>The vote</h1><div class=story-body>{body}</div></article>"
    );
    let first = extract(&page, None).unwrap();
    assert_eq!(first.text.split("\n\n").count(), 6, "{}", first.text);
    let second = extract(&format!("<h1>The vote</h1>{}", first.html), None).unwrap();
    assert_eq!(first.text, second.text);
}

#[test]
fn a_page_over_the_limit_is_refused_before_it_is_parsed() {
    let page = " ".repeat(MAX_HTML_BYTES + 1);
    let refused = extract(&page, None).unwrap_err();
    assert_eq!(
        refused,
        ExtractError::TooLarge {
            bytes: MAX_HTML_BYTES + 1,
            limit: MAX_HTML_BYTES
        }
    );
}

#[test]
fn a_deeply_nested_page_ends_and_is_told_of() {
    let page = format!(
        "{}<p>{}</p>",
        "<div>".repeat(30_000),
        "A sentence that can be read. ".repeat(20)
    );
    let found = extract(&page, None).unwrap();
    assert!(found.text.contains("A sentence that can be read."));
    assert!(!found.warnings.is_empty());
}
