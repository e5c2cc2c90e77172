//! The reader: the story, safe, with our own copies of its pictures.

use axum::http::StatusCode;

use crate::app::on_each_database;

#[tokio::test]
async fn the_reader_shows_the_story_and_loads_nothing_from_elsewhere() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let answer = browser.get(&format!("/articles/{id}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        let page = answer.text();
        for shown in [
            "<h1 class=\"story-headline\" dir=\"auto\">The one story</h1>",
            "Harbour Gazette",
            "Ruth Ellery",
            "13 June 2023",
            "Paragraph 6 of the story",
            "The wall at low water.",
            "lang=\"en\"",
        ] {
            assert!(page.contains(shown), "{shown} is missing in {page}");
        }
        assert!(page.contains("<p"), "the story is printed as HTML");
        assert!(!page.contains("alert(1)"), "{page}");
        // P01: every source is a path of ours.
        for source in page.split(" src=\"").skip(1) {
            assert!(
                source.starts_with('/'),
                "{}",
                source.split('"').next().unwrap_or_default()
            );
        }
        // P05: links out tell nobody where they come from.
        for link in page.split("<a ").skip(1) {
            let tag = link.split('>').next().unwrap_or_default();
            if tag.contains("href=\"http") {
                assert!(
                    tag.contains("noopener") && tag.contains("noreferrer"),
                    "{tag}"
                );
            }
        }
        // Everything works without script, and nothing is inline.
        assert!(
            !page.contains("<style") && !page.contains(" style=") && !page.contains(" onclick"),
            "{page}"
        );
        assert_eq!(
            page.matches("<script").count(),
            page.matches("<script type=\"module\" src=\"/static/")
                .count()
        );
    })
    .await;
}

#[tokio::test]
async fn the_api_gives_the_words_when_they_are_asked_for() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let path = format!("/api/v1/articles/{id}");
        assert!(browser.get(&path).await.json().get("text").is_none());
        let article = browser
            .get(&format!("{path}?include=text,html"))
            .await
            .json();
        assert!(
            article["text"]
                .as_str()
                .expect("text")
                .contains("Paragraph 1")
        );
        assert!(article["html"].as_str().expect("html").contains("<p"));
        assert_eq!(
            browser
                .get(&format!("{path}?include=bytes"))
                .await
                .problem(),
            "bad-request"
        );
        assert_eq!(
            browser
                .get("/api/v1/articles/99999999999999999999")
                .await
                .problem(),
            "not-found"
        );
    })
    .await;
}
