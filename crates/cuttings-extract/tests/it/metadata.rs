//! Every metadata field from every place it may stand in, and the source that
//! is told with it.

use cuttings_extract::{Access, Direction, Extraction, Source, explain, extract};
use url::Url;

const STORY: &str = "<p>It rained for a third day, and the river rose over its banks, so that the
    mill had to be left. Nobody was hurt, said the mayor, who had come by boat from the town.</p>";

/// A page with this in its head and its body.
fn read(head: &str, body: &str) -> Extraction {
    let html = format!("<!doctype html><head>{head}</head><body>{body}{STORY}</body>");
    let address = Url::parse("https://rain.example/2024/flood").unwrap();
    extract(&html, Some(&address)).unwrap()
}

fn linked_data(fields: &str) -> String {
    format!(r#"<script type="application/ld+json">{{"@type":"NewsArticle",{fields}}}</script>"#)
}

type Field = fn(&Extraction) -> (Option<String>, Option<Source>);

/// Checks what is found in a head and a body, and where.
fn check(field: Field, cases: &[(&str, &str, &str, Source)]) {
    for (head, body, value, source) in cases {
        let found = read(head, body);
        assert_eq!(
            field(&found),
            (Some((*value).to_owned()), Some(*source)),
            "{head} {body}"
        );
    }
}

#[test]
fn the_headline_and_the_line_below_it_are_told_with_their_source() {
    check(
        |found| (found.headline.clone(), found.sources.headline),
        &[
            (
                "<title>The river rose - Rain</title>",
                "<h1>The river rose</h1>",
                "The river rose",
                Source::Heading,
            ),
            (
                "<meta property=og:title content='The river rose'>",
                "",
                "The river rose",
                Source::OpenGraph,
            ),
            (
                &linked_data(r#""headline":"The river rose""#),
                "",
                "The river rose",
                Source::LinkedData,
            ),
            (
                "<title>The river rose</title>",
                "",
                "The river rose",
                Source::TitleElement,
            ),
        ],
    );
    check(
        |found| (found.dek.clone(), found.sources.dek),
        &[
            (
                "<meta name=description content='The mill had to be left.'>",
                "",
                "The mill had to be left.",
                Source::MetaTag,
            ),
            (
                "<meta name=description content='The mill had to be left.'>",
                "<h1>Rain</h1><p class=standfirst>Nobody was hurt in the flood.</p>",
                "Nobody was hurt in the flood.",
                Source::VisibleText,
            ),
        ],
    );
}

#[test]
fn the_author_is_told_with_its_source() {
    let author: Field = |found| (found.authors.first().cloned(), found.sources.authors);
    let data = linked_data(r#""author":{"@type":"Person","name":"Ada Byron"}"#);
    check(
        author,
        &[
            (&data, "", "Ada Byron", Source::LinkedData),
            (
                "<meta property=article:author content='Ada Byron'>",
                "",
                "Ada Byron",
                Source::OpenGraph,
            ),
            (
                "<meta name=author content='Ada Byron'>",
                "",
                "Ada Byron",
                Source::MetaTag,
            ),
            (
                "",
                "<span itemprop=author>Ada Byron</span>",
                "Ada Byron",
                Source::Microdata,
            ),
            (
                "",
                "<h1>Rain</h1><p>By Ada Byron</p>",
                "Ada Byron",
                Source::VisibleText,
            ),
        ],
    );
}

#[test]
fn the_dates_are_told_with_their_source() {
    let published: Field = |found| (found.published.clone(), found.sources.published);
    let data = linked_data(r#""datePublished":"2024-05-06T07:08:00+02:00""#);
    check(
        published,
        &[
            (&data, "", "2024-05-06T07:08:00+02:00", Source::LinkedData),
            (
                "<meta property=article:published_time content=2024-05-06>",
                "",
                "2024-05-06",
                Source::OpenGraph,
            ),
            (
                "<meta name=pubdate content=20240506>",
                "",
                "2024-05-06",
                Source::MetaTag,
            ),
            (
                "",
                "<time itemprop=datePublished datetime=2024-05-06></time>",
                "2024-05-06",
                Source::Microdata,
            ),
            (
                "",
                "<h1>Rain</h1><time>6 May 2024</time>",
                "2024-05-06",
                Source::VisibleText,
            ),
        ],
    );
    let address = Url::parse("https://rain.example/2024/05/06/flood").unwrap();
    let found = extract(STORY, Some(&address)).unwrap();
    assert_eq!(found.published.as_deref(), Some("2024-05-06"));
    assert_eq!(found.sources.published, Some(Source::Address));
    check(
        |found| (found.modified.clone(), found.sources.modified),
        &[
            (
                "<meta property=article:modified_time content=2024-05-07>",
                "",
                "2024-05-07",
                Source::OpenGraph,
            ),
            (
                "",
                "<p>Letzte Änderung: 7. Mai 2024</p>",
                "2024-05-07",
                Source::VisibleText,
            ),
        ],
    );
}

#[test]
fn what_else_is_declared_is_told_with_its_source() {
    let data = linked_data(r#""articleSection":"Weather","license":"https://example.org/terms""#);
    check(
        |found| (found.publication.clone(), found.sources.publication),
        &[
            (
                "<meta property=og:site_name content='The Rain'>",
                "",
                "The Rain",
                Source::OpenGraph,
            ),
            (
                "<meta name=application-name content='The Rain'>",
                "",
                "The Rain",
                Source::MetaTag,
            ),
        ],
    );
    check(
        |found| (found.section.clone(), found.sources.section),
        &[
            (&data, "", "Weather", Source::LinkedData),
            (
                "<meta property=article:section content=Weather>",
                "",
                "Weather",
                Source::OpenGraph,
            ),
        ],
    );
    check(
        |found| (found.licence.clone(), found.sources.licence),
        &[
            (&data, "", "https://example.org/terms", Source::LinkedData),
            (
                "<link rel=license href=/terms>",
                "",
                "https://rain.example/terms",
                Source::Link,
            ),
            (
                "",
                "<p>Licence: <a href=https://creativecommons.org/licenses/by/4.0/>CC BY</a></p>",
                "https://creativecommons.org/licenses/by/4.0/",
                Source::VisibleText,
            ),
        ],
    );
    check(
        |found| {
            let address = found.canonical_url.as_ref().map(ToString::to_string);
            (address, found.sources.canonical_url)
        },
        &[
            (
                "<link rel=canonical href=/flood>",
                "",
                "https://rain.example/flood",
                Source::Link,
            ),
            (
                "<meta property=og:url content=https://rain.example/flood>",
                "",
                "https://rain.example/flood",
                Source::OpenGraph,
            ),
        ],
    );
    check(
        |found| (found.amp_url.clone(), found.sources.amp_url),
        &[(
            "<link rel=amphtml href=/amp/flood>",
            "",
            "https://rain.example/amp/flood",
            Source::Link,
        )],
    );
    check(
        |found| (found.lead_image.clone(), found.sources.lead_image),
        &[
            (
                "<meta property=og:image content=/a.jpg>",
                "",
                "https://rain.example/a.jpg",
                Source::OpenGraph,
            ),
            (
                "<meta name=twitter:image content=/a.jpg>",
                "",
                "https://rain.example/a.jpg",
                Source::MetaTag,
            ),
        ],
    );
}

#[test]
fn the_language_is_declared_or_recognised() {
    let language: Field = |found| (found.language.clone(), found.sources.language);
    check(
        language,
        &[
            (
                "<meta property=og:locale content=en_GB>",
                "",
                "en-GB",
                Source::OpenGraph,
            ),
            (
                "<meta http-equiv=content-language content=en>",
                "",
                "en",
                Source::MetaTag,
            ),
            ("", "", "en", Source::StoryText),
        ],
    );
    let html = format!("<html lang=de-AT dir=rtl>{STORY}");
    let found = extract(&html, None).unwrap();
    assert_eq!(
        language(&found),
        (Some("de-AT".to_owned()), Some(Source::Attribute))
    );
    assert_eq!(found.direction, Direction::Rtl);
    assert_eq!(found.sources.direction, Some(Source::Attribute));
}

#[test]
fn access_is_free_metered_or_walled_and_unknown_without_a_word() {
    let tier = |tier: &str| format!("<meta property=article:content_tier content={tier}>");
    let free = |free: &str| linked_data(&format!(r#""isAccessibleForFree":{free}"#));
    for (head, access, source) in [
        (tier("free"), Access::Free, Some(Source::OpenGraph)),
        (tier("metered"), Access::Metered, Some(Source::OpenGraph)),
        (tier("locked"), Access::Walled, Some(Source::OpenGraph)),
        (free("true"), Access::Free, Some(Source::LinkedData)),
        (free("\"False\""), Access::Walled, Some(Source::LinkedData)),
        (String::new(), Access::Unknown, None),
    ] {
        let found = read(&head, "");
        assert_eq!(
            (found.access, found.sources.access),
            (access, source),
            "{head}"
        );
    }
    let wall = "<div class=paywall><p>To continue reading, subscribe to The Rain.</p></div>";
    let found = read("", wall);
    assert_eq!(found.access, Access::Walled);
    assert_eq!(found.sources.access, Some(Source::VisibleText));
}

#[test]
fn a_page_that_only_says_what_to_do_to_read_it_is_a_wall() {
    let page = |body: &str| extract(&format!("<title>Rain</title><h1>Rain</h1>{body}"), None);
    for walled in [
        "<p>Subscribe to read this article.</p>",
        "<p>It rained all night in the valley.</p><p>To continue reading, log in.</p>",
        "<p>Abonnez-vous pour lire la suite.</p>",
    ] {
        let found = page(walled).unwrap();
        let reason = found.no_article.map(|reason| reason.reason());
        assert_eq!(reason, Some("paywall"), "{walled}");
    }
    // A piece of news in a line, and an offer that keeps nothing back.
    for free in [
        "<p>The mayor of the valley has resigned. More follows.</p>",
        "<p>The mayor of the valley has resigned.</p><p>Subscribe to our letter.</p>",
    ] {
        assert_eq!(page(free).unwrap().no_article, None, "{free}");
    }
}

#[test]
fn the_words_of_the_text_are_counted() {
    let found = read("", "");
    assert_eq!(found.word_count, found.text.split_whitespace().count());
    assert!(found.word_count > 30);
}

#[test]
fn the_explanation_begins_with_the_sources() {
    let html = format!("<title>Rain</title><html lang=en><h1>Rain</h1>{STORY}");
    let log = explain(&html, None).unwrap();
    let lines: Vec<&str> = log.lines().take(3).collect();
    assert_eq!(
        lines,
        [
            "headline from heading",
            "language from attribute",
            "direction from story text"
        ]
    );
}

#[test]
fn whoever_is_quoted_on_a_page_of_offers_is_not_its_author() {
    let offers = (1..=12)
        .map(|number| {
            format!(
                "<li><a href=/{number}>Boat number {number} for the lake and the river</a></li>"
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let reviews = "<p>By Ada Byron</p><p>They brought the boat on the day.</p>";
    let page = |what: &str| {
        read(
            "<title>Boats</title>",
            &format!("<h1>Boats</h1>{what}<ul>{offers}</ul><ul>{offers}</ul>"),
        )
    };
    assert!(page(reviews).authors.is_empty());
    let story = "<p>The ferry did not sail on Tuesday, because the lake stood a metre above the \
        pier, and those who wanted to cross had to take the road around it, which is long.</p>";
    assert_eq!(
        page(&format!("{reviews}{}", story.repeat(12))).authors,
        ["Ada Byron"]
    );
}

/// The path of links to a page.
const CRUMBS: &str = "<ol class=breadcrumbs><li><a href=/>Home</a><li><a href=/town/>Town</a>\
    <li><a href=/town/harbour/>Harbour</a><li><a href=/town/harbour/rain-at-last>Rain at last</a></ol>";

#[test]
fn the_section_is_read_where_the_page_shows_it_and_nowhere_else() {
    let base = url::Url::parse("https://rain.example/town/harbour/rain-at-last").unwrap();
    let read = |head: &str, before: &str, after: &str| {
        let html = format!(
            "<title>Rain at last</title>{head}<nav><a href=/town/>Town</a></nav>{before}\
             <article><h1>Rain at last</h1>{after}{STORY}</article>"
        );
        extract(&html, Some(&base)).unwrap()
    };
    for (before, after, section) in [
        (CRUMBS, "", Some("Harbour")),
        (
            "",
            "<p>In <a rel='category tag' href=/c/weather>Weather</a></p>",
            Some("Weather"),
        ),
        ("<p><a href=/town/>Town Hall</a></p>", "", Some("Town Hall")),
        ("<p><a href=/elsewhere/>Elsewhere</a></p>", "", None),
        ("<p class=kicker>A wet week</p>", "", None),
        ("", "", None),
    ] {
        let found = read("", before, after);
        assert_eq!(found.section.as_deref(), section, "{before}{after}");
        let source = section.map(|_| Source::VisibleText);
        assert_eq!(found.sources.section, source, "{before}{after}");
    }
    let declared = "<meta property=article:section content=News>";
    assert_eq!(read(declared, CRUMBS, "").section.as_deref(), Some("News"));
}

#[test]
fn the_agency_in_a_dateline_stays_in_the_text_and_out_of_the_names() {
    let story = STORY.replacen("<p>", "<p>LONDON (Reuters) — ", 1);
    let html = format!("<title>Rain</title><h1>Rain</h1><p>By Ada Byron</p>{story}");
    let found = extract(&html, None).unwrap();
    assert_eq!(found.authors, ["Ada Byron"]);
    assert!(
        found.text.contains("LONDON (Reuters) — It rained"),
        "{}",
        found.text
    );
}
