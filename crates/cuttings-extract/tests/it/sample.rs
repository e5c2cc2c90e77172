//! The acceptance pages, as a news site serves them.
//!
//! They stand outside of the repository, in the folder `sample` of
//! `CUTTINGS_CORPORA`. Where they are missing the tests say so; in CI that is
//! a failure.

use std::fs;
use std::path::{Path, PathBuf};

use cuttings_extract::{Access, Extraction, extract};

fn page(name: &str) -> Option<Extraction> {
    let corpora = std::env::var_os("CUTTINGS_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = corpora.join("sample/site").join(name);
    match fs::read_to_string(&path) {
        Ok(html) => Some(extract(&html, None).expect("a small page")),
        Err(error) => {
            assert!(
                std::env::var_os("CI").is_none(),
                "{} is missing in CI: {error}",
                path.display()
            );
            println!(
                "not run: {} is missing ({error}); set CUTTINGS_CORPORA",
                path.display()
            );
            None
        }
    }
}

/// How the thirteen paragraphs of the story begin.
const PARAGRAPHS: [&str; 13] = [
    "NATO Secretary-General Jens Stoltenberg told President",
    "“The support that we are providing together",
    "He added, “It's still early days",
    "Biden said NATO has grown more unified",
    "The White House meeting, the fourth",
    "Ukraine, armed with Western weapons",
    "Russian President Vladimir Putin has claimed",
    "In addition, no consensus has emerged",
    "Last week, British Prime Minister Rishi Sunak",
    "NATO has expanded since Russia's invasion",
    "However, Biden has expressed confidence",
    "The meeting with Stoltenberg was delayed",
    "The night before the root canal",
];

fn is_the_story(found: &Extraction) {
    let headline =
        "NATO leader says Ukrainians are making progress and advancing against Russian forces";
    assert_eq!(found.headline.as_deref(), Some(headline));
    let dek = found.dek.as_deref().unwrap_or_default();
    assert!(
        dek.starts_with("NATO Secretary-General Jens Stoltenberg says Ukrainians"),
        "{dek}"
    );
    assert_eq!(found.published.as_deref(), Some("2023-06-13T19:05:47Z"));
    assert_eq!(found.publication.as_deref(), Some("The Independent"));
    assert_eq!(found.language.as_deref(), Some("en-GB"));
    assert_eq!(found.access, Access::Free);
    assert_eq!(found.no_article, None);
    let blocks: Vec<&str> = found.text.split("\n\n").collect();
    assert_eq!(blocks.len(), PARAGRAPHS.len(), "{}", found.text);
    for (block, start) in blocks.iter().zip(PARAGRAPHS) {
        assert!(block.starts_with(start), "{block}");
    }
    assert!(found.text.ends_with("on Monday evening."));
    let captions: Vec<&str> = found
        .images
        .iter()
        .filter_map(|image| image.caption.as_deref())
        .collect();
    assert_eq!(
        captions,
        [
            "Jens Stoltenberg and Joe Biden in the Oval Office",
            "The two leaders met on Tuesday",
            "NATO's annual summit is to be held in Vilnius",
        ]
    );
    assert_eq!(found.html.as_str().matches("<img").count(), 3);
    for not_the_story in [
        "Trump",
        "Show all",
        "Subscribe",
        "Recommended",
        "commenting",
        "Read more",
        headline,
    ] {
        assert!(
            !found.html.as_str().contains(not_the_story),
            "{not_the_story}"
        );
    }
}

#[test]
fn the_story_is_read_from_the_page_as_a_site_serves_it() {
    if let Some(found) = page("article.html") {
        is_the_story(&found);
    }
}

#[test]
fn the_story_is_read_from_a_page_that_hides_its_structure() {
    if let Some(found) = page("article-hard.html") {
        is_the_story(&found);
    }
}

#[test]
fn the_same_copy_is_read_from_another_outlet() {
    if let Some(found) = page("gazette.html") {
        let headline = "Biden and Stoltenberg meet as Ukraine presses its counteroffensive";
        assert_eq!(found.headline.as_deref(), Some(headline));
        assert_eq!(found.publication.as_deref(), Some("The Morning Gazette"));
        assert_eq!(found.published.as_deref(), Some("2023-06-14T06:30:00Z"));
        assert_eq!(found.text.split("\n\n").count(), 8, "{}", found.text);
        assert!(found.text.ends_with("another potential contender."));
    }
}
