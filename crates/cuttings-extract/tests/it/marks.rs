//! Highlights drawn into stories: on the golden pages and on anything.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use cuttings_extract::marks::{Mark, draw};
use cuttings_extract::{SafeHtml, extract};
use proptest::prelude::*;

/// The text of all pieces of a highlight.
fn marked(html: &SafeHtml, id: i64) -> String {
    let start = format!("data-highlight=\"{id}\">");
    let mut pieces = String::new();
    for piece in html.as_str().split(&start).skip(1) {
        // Pieces of other highlights may be inside.
        let mut open = 1;
        for part in piece.split_inclusive('<') {
            let text = part.trim_end_matches('<');
            let (tag, text) = text.split_once('>').unwrap_or(("", text));
            open += i32::from(tag.starts_with("mark")) - i32::from(tag.starts_with("/mark"));
            if open == 0 {
                break;
            }
            pieces.push_str(text);
        }
    }
    letters(&plain(&pieces))
}

fn plain(escaped: &str) -> String {
    escaped
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&")
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// `html` without the marks that were drawn into it.
fn without_marks(html: &SafeHtml) -> String {
    let mut out = String::new();
    let mut drawn = Vec::new();
    let mut rest = html.as_str();
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('>').expect("tags end") + at + 1;
        let tag = &rest[at..end];
        if tag.starts_with("<mark") {
            drawn.push(tag.contains("class=\"hl "));
        }
        let is_ours = match tag {
            "</mark>" => drawn.pop().expect("marks are balanced"),
            tag => tag.starts_with("<mark class=\"hl "),
        };
        if !is_ours {
            out.push_str(tag);
        }
        rest = &rest[end..];
    }
    out + rest
}

fn check(html: &SafeHtml, text: &str, ranges: &[(usize, usize)]) -> Result<(), TestCaseError> {
    let signs: Vec<char> = text.chars().collect();
    let marks: Vec<Mark> = (1..)
        .zip(ranges)
        .map(|(id, (start, end))| Mark {
            id,
            start: *start,
            end: *end,
            classes: "hl-yellow",
        })
        .collect();
    let drawn = draw(html, text, &marks);
    prop_assert_eq!(&drawn.left_out, &[0_i64; 0]);
    let drawn = drawn.html;
    prop_assert_eq!(without_marks(&drawn), html.as_str());
    for mark in &marks {
        let exact: String = signs[mark.start..mark.end].iter().collect();
        prop_assert_eq!(marked(&drawn, mark.id), letters(&exact), "{}", drawn);
    }
    Ok(())
}

#[test]
fn on_every_golden_page_the_marked_words_are_those_of_the_text() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut pages = 0;
    for entry in fs::read_dir(folder).expect("the golden pages") {
        let source = entry.expect("a folder").path().join("source.html");
        let page = fs::read_to_string(&source).expect("a page");
        let found = extract(&page, None).expect("a small page");
        let count = found.text.chars().count();
        let ranges: Vec<(usize, usize)> = (0..count)
            .step_by((count / 12).max(1))
            .map(|start| (start, (start + 90).min(count)))
            .chain([(0, count)])
            .collect();
        if let Err(error) = check(&found.html, &found.text, &ranges) {
            panic!("{}: {error}", source.display());
        }
        pages += 1;
    }
    assert!(pages > 10, "only {pages} pages were looked at");
}

/// Real pages, every 16th of the public corpora, which stand outside of the
/// repository.
#[test]
fn in_real_articles_a_mark_is_drawn_with_its_words_alone_or_left_out() {
    let corpora = std::env::var_os("CUTTINGS_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let mut files: Vec<PathBuf> = ["wcxb", "scrapinghub", "trafilatura"]
        .iter()
        .filter_map(|name| fs::read_dir(corpora.join("extraction").join(name).join("html")).ok())
        .flatten()
        .map(|entry| entry.expect("a page").path())
        .filter(|path| path.extension().is_some_and(|end| end == "gz"))
        .collect();
    if files.is_empty() {
        assert!(std::env::var_os("CI").is_none(), "the corpora are missing");
        println!("skipped: no real pages under {}", corpora.display());
        return;
    }
    files.sort();
    let (mut drawn_marks, mut left_out) = (0, 0);
    for file in files.iter().step_by(16) {
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(fs::File::open(file).expect("a page"))
            .read_to_end(&mut bytes)
            .expect("a packed page");
        let page = cuttings_html::decode::decode(&bytes, None);
        let Ok(found) = extract(&page.text, None) else {
            continue;
        };
        let count = found.text.chars().count();
        let signs: Vec<char> = found.text.chars().collect();
        let marks: Vec<Mark> = (0..count)
            .step_by((count / 40).max(1))
            .zip(1..)
            .map(|(start, id)| Mark {
                id,
                start,
                end: (start + 120).min(count),
                classes: "hl-yellow",
            })
            .collect();
        let drawn = draw(&found.html, &found.text, &marks);
        assert_eq!(without_marks(&drawn.html), found.html.as_str());
        for mark in &marks {
            let exact: String = signs[mark.start..mark.end].iter().collect();
            let shown = marked(&drawn.html, mark.id);
            if drawn.left_out.contains(&mark.id) {
                assert_eq!(shown, "", "{}", file.display());
                left_out += 1;
            } else {
                assert_eq!(shown, letters(&exact), "{}", file.display());
                drawn_marks += 1;
            }
        }
    }
    println!("{drawn_marks} marks drawn, {left_out} left out");
    assert!(
        left_out * 50 <= drawn_marks,
        "{left_out} of {drawn_marks} left out"
    );
}

/// A story of lines with inline elements, as text and as HTML.
fn story() -> impl Strategy<Value = (String, String)> {
    let word = prop_oneof![
        "[a-zé&<>]{1,6}",
        Just("море".to_owned()),
        Just("😀".to_owned())
    ];
    let inline = prop::sample::select(vec!["", "em", "strong", "a", "code", "mark"]);
    let line = prop::collection::vec((inline, word), 1..12);
    let block = prop::sample::select(vec![
        "p",
        "h2",
        "li",
        "td",
        "pre",
        "blockquote",
        "figcaption",
    ]);
    prop::collection::vec((block, line), 1..10).prop_map(|lines| {
        let (mut text, mut html) = (String::new(), String::new());
        for (block, line) in lines {
            let mut inside = String::new();
            for (at, (inline, word)) in line.iter().enumerate() {
                let escaped = word
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;");
                let space = if at == 0 { "" } else { " " };
                inside += &match *inline {
                    "" => format!("{space}{escaped}"),
                    name => format!("<{name}>{space}{escaped}</{name}>"),
                };
            }
            html += &match block {
                "li" => format!("<ul><li>{inside}</li></ul>\n"),
                "td" => format!("<table><tbody><tr><td>{inside}</td></tr></tbody></table>\n"),
                "figcaption" => format!("<figure><figcaption>{inside}</figcaption></figure>\n"),
                name => format!("<{name}>{inside}</{name}>\n"),
            };
            if block != "figcaption" {
                if !text.is_empty() {
                    text += "\n\n";
                }
                text += &line
                    .into_iter()
                    .map(|(_, word)| word)
                    .collect::<Vec<_>>()
                    .join(" ");
            }
        }
        (text, html)
    })
}

proptest! {
    #[test]
    fn marked_pieces_are_the_words_and_all_else_is_as_it_was(
        (text, html) in story(),
        ranges in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..6),
    ) {
        let count = text.chars().count();
        let ranges: Vec<(usize, usize)> = ranges
            .into_iter()
            .map(|(a, b)| (a.index(count + 1), b.index(count + 1)))
            .map(|(a, b)| (a.min(b), a.max(b)))
            .collect();
        check(&SafeHtml::sanitize(&html), &text, &ranges)?;
    }

    #[test]
    fn a_text_that_does_not_belong_to_the_html_breaks_nothing(
        text in "(?s).{0,120}", html in "(?s)[a-z<>/&;p \"=']{0,120}", start in 0..100_usize, length in 0..100_usize,
    ) {
        let html = SafeHtml::sanitize(&html);
        let mark = Mark { id: 1, start, end: start + length, classes: "hl-blue" };
        let exact: String = text.chars().skip(start).take(length).collect();
        let drawn = draw(&html, &text, &[mark]);
        prop_assert_eq!(without_marks(&drawn.html), html.as_str());
        let shown = marked(&drawn.html, 1);
        if drawn.left_out.is_empty() {
            prop_assert_eq!(shown, letters(&exact));
        } else {
            prop_assert_eq!(shown, "");
        }
    }
}
