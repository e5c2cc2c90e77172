//! Golden pages: `corpus/<kind>--<slug>/` with `source.html` and what is
//! expected of it.
//!
//! After a change that is meant, write the expectations anew and read the
//! difference before it is committed:
//!
//! ```text
//! UPDATE_GOLDEN=1 cargo test -p cuttings-extract golden
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use cuttings_extract::NoArticle;
use url::Url;

fn folders() -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut folders: Vec<PathBuf> = fs::read_dir(corpus)
        .expect("the corpus is a part of the crate")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// The address a golden page is read from.
fn address(folder: &Path) -> Url {
    let slug = folder
        .file_name()
        .and_then(|name| name.to_str())
        .expect("an ASCII name");
    Url::parse(&format!("https://pages.example/2024/{slug}")).expect("a plain address")
}

#[test]
fn every_golden_page_gives_what_is_expected_of_it() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = Vec::new();
    for folder in folders() {
        let source = fs::read_to_string(folder.join("source.html")).expect("source.html");
        let found =
            cuttings_extract::extract(&source, Some(&address(&folder))).expect("a small page");
        let mut data = serde_json::to_value(&found).expect("an extraction is JSON");
        let html = format!("{}\n", found.html.as_str().trim_end());
        data.as_object_mut().expect("an object").remove("html");
        let json = format!("{}\n", serde_json::to_string_pretty(&data).expect("JSON"));
        for (name, got) in [("expected.html", html), ("expected.json", json)] {
            let path = folder.join(name);
            if update {
                fs::write(&path, &got).expect("a writable corpus");
            }
            let wanted = fs::read_to_string(&path).unwrap_or_default();
            if wanted != got {
                wrong.push(format!(
                    "{}\n--- wanted\n{wanted}\n--- got\n{got}",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// An extraction can go through a pipe and come out as it went in.
#[test]
fn an_extraction_is_read_back_from_its_json() {
    for folder in folders() {
        let source = fs::read_to_string(folder.join("source.html")).expect("source.html");
        let found =
            cuttings_extract::extract(&source, Some(&address(&folder))).expect("a small page");
        let json = serde_json::to_string(&found).expect("an extraction is JSON");
        let mut back: cuttings_extract::Extraction =
            serde_json::from_str(&json).expect("and JSON is an extraction");
        // The one thing that JSON does not say.
        if let Some(NoArticle::Paywall { readable_words }) = &mut back.no_article {
            *readable_words = back.word_count;
        }
        assert_eq!(back, found, "{}", folder.display());
    }
}

/// What was taken out is a story, and nothing around it: taking it out again
/// finds the same.
#[test]
fn extracting_what_was_extracted_changes_nothing() {
    let mut wrong = Vec::new();
    for folder in folders() {
        let source = fs::read_to_string(folder.join("source.html")).expect("source.html");
        let address = address(&folder);
        let first = cuttings_extract::extract(&source, Some(&address)).expect("a small page");
        if first.no_article.is_some() {
            continue;
        }
        // A thread that calls itself an article would be read as one.
        let is_thread = folder.to_string_lossy().contains("/forum--");
        let kind = if is_thread { "website" } else { "article" };
        let page = format!(
            "<html lang=\"{}\"><title>{title}</title><meta property=\"og:type\" content=\"{kind}\">\
             <article><h1>{title}</h1>{}</article>",
            first.language.as_deref().unwrap_or("en"),
            first.html,
            title = first.headline.as_deref().unwrap_or("Untitled"),
        );
        let second = cuttings_extract::extract(&page, Some(&address)).expect("a small page");
        if second.text != first.text {
            wrong.push(format!(
                "{}\n--- first\n{}\n--- second\n{}",
                folder.display(),
                first.text,
                second.text
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn there_is_a_golden_page_of_every_kind() {
    let kinds: Vec<String> = folders()
        .iter()
        .filter_map(|path| {
            path.file_name()?
                .to_str()?
                .split("--")
                .next()
                .map(str::to_owned)
        })
        .collect();
    for kind in [
        "news",
        "live",
        "recipe",
        "blog",
        "longread",
        "gallery",
        "rtl",
        "cjk",
        "login",
        "error",
        "front",
        "paywall",
        "script",
        "consent",
        "forum",
        "amp",
        "arabic",
        "breaks",
        "chinese",
        "comments",
        "docs",
        "embeds",
        "german",
        "interview",
        "metered",
        "press",
        "review",
        "utility",
        "wiki",
    ] {
        assert!(
            kinds.iter().any(|known| known == kind),
            "no golden page of the kind {kind}"
        );
    }
}
