//! Highlights: by form without script, by the API, and on their pages.

use axum::http::{Method, StatusCode};
use cuttings_model::{ArticleId, ArticleState, Origin};
use cuttings_store::{CaptureResult, NewCapture, ShownArticle};
use serde_json::json;

use crate::app::on_each_database;

const WORDS: &str = "Paragraph 2 of the story called one.";

#[tokio::test]
async fn pasted_words_are_marked_in_the_story_and_can_be_changed_removed_and_brought_back() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let add = format!("/articles/{id}/highlights");
        let fields = [("words", WORDS), ("colour", "green"), ("note", "Why two?")];
        let answer = browser.post(&add, &fields).await;
        assert_eq!(answer.location(), format!("/articles/{id}#h1"));
        let page = browser.get(&format!("/articles/{id}")).await.text();
        let mark = format!(
            "<mark class=\"hl hl-green hl-noted\" id=\"h1\" data-highlight=\"1\">{WORDS}</mark>"
        );
        assert!(page.contains(&mark), "{page}");
        assert!(page.contains("Why two?"));

        let ambiguous = browser
            .post(&add, &[("words", "The council met"), ("colour", "red")])
            .await;
        assert_eq!(ambiguous.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            ambiguous.text().contains("6 places"),
            "{}",
            ambiguous.text()
        );

        browser
            .post("/highlights/1", &[("colour", "blue"), ("note", "")])
            .await;
        let found = browser.get("/highlights?colour=blue").await.text();
        assert!(
            found.contains(WORDS) && !found.contains("Why two?"),
            "{found}"
        );
        let gone = browser.post("/highlights/1/remove", &[]).await;
        assert_eq!(gone.location(), format!("/articles/{id}?removed=1#margin"));
        let page = browser
            .get(&format!("/articles/{id}?removed=1"))
            .await
            .text();
        assert!(!page.contains("<mark class") && page.contains("/highlights/1/restore"));
        browser.post("/highlights/1/restore", &[]).await;
        let page = browser.get(&format!("/articles/{id}")).await.text();
        assert!(page.contains("<mark class=\"hl hl-blue\""), "{page}");
    })
    .await;
}

#[tokio::test]
async fn the_api_keeps_finds_and_removes_highlights_of_ones_own() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let article = format!("/api/v1/articles/{id}");
        let before = browser.get(&article).await.json()["updated_at"].clone();
        let path = format!("{article}/highlights");
        let body = json!({"exact": WORDS, "note": "Über harbours", "colour": "purple"});
        let made = browser.api(Method::POST, &path, Some(body)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        assert_eq!(made.json()["exact"], WORDS);
        assert_ne!(browser.get(&article).await.json()["updated_at"], before);
        for (query, count) in [
            ("", 1),
            ("?q=uber+paragr", 1),
            ("?q=raph", 0),
            ("?noted=false", 0),
            ("?orphan=true", 0),
            ("?colour=purple", 1),
        ] {
            let list = browser
                .get(&format!("/api/v1/highlights{query}"))
                .await
                .json();
            assert_eq!(
                list["highlights"].as_array().map(Vec::len),
                Some(count),
                "{query}"
            );
        }
        let nowhere = json!({"exact": "Words that nobody wrote"});
        let refused = browser.api(Method::POST, &path, Some(nowhere)).await;
        assert_eq!(refused.problem(), "bad-field");
        assert_eq!(refused.json()["code"], "not_in_text");

        let other = app.signed_in("charles").await;
        assert_eq!(
            other.get("/api/v1/highlights/1").await.problem(),
            "not-found"
        );
        let removed = other
            .api(Method::DELETE, "/api/v1/highlights/1", None)
            .await;
        assert_eq!(removed.problem(), "not-found");
        let removed = browser
            .api(Method::DELETE, "/api/v1/highlights/1", None)
            .await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT);
        assert_eq!(
            browser.get("/api/v1/highlights/1").await.problem(),
            "not-found"
        );
    })
    .await;
}

#[tokio::test]
async fn a_highlight_whose_words_the_page_lacks_in_part_is_listed_and_says_so() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let url = app.origin.url("/story/one");
        let saved = browser
            .api(
                Method::POST,
                "/api/v1/articles",
                Some(json!({ "url": url })),
            )
            .await;
        let id = saved.json()["id"].as_i64().expect("a number");
        // A story as some pages lay it out: a line of the text is another in
        // the HTML.
        let shown = ShownArticle {
            final_url: url.clone(),
            canonical_url: None,
            headline: Some("Balm".to_owned()),
            dek: None,
            byline: None,
            authors: Vec::new(),
            publication: None,
            section: None,
            language: None,
            right_to_left: false,
            published: None,
            modified: None,
            word_count: 12,
            reading_minutes: 1,
            text: "The first line of it.\n\n49,95 now and 57,95 before.".to_owned(),
            html: "<p>The first line of it.</p><p>Price 49,95 now and 57,95 before.</p>".to_owned(),
        };
        let result = CaptureResult {
            new_capture: Some(NewCapture {
                origin: Origin::Fetched,
                captured_at_ms: 1,
                requested_url: url,
                final_url: None,
                status: None,
                content_type: None,
                body: None,
                exchange: None,
                same_as: None,
            }),
            earlier_capture: None,
            parts: Vec::new(),
            pictures: Vec::new(),
            extractor_version: 1,
            details: "{}".to_owned(),
            shown: Some(shown),
            state: ArticleState::Ready,
            reason: None,
            not_shown: None,
            edit: None,
        };
        let store = &app.library.store;
        let articles = [ArticleId(id)];
        let job = store
            .lease_job(
                "test",
                i64::MAX,
                i64::MAX,
                Some((browser.user_id(), &articles)),
            )
            .await
            .expect("the store works")
            .expect("the save made a job");
        store
            .finish_capture(&job, result, 2)
            .await
            .expect("the store works");

        let add = format!("/articles/{id}/highlights");
        for words in ["line of it.", "it. 49,95 now"] {
            browser
                .post(&add, &[("words", words), ("colour", "red")])
                .await;
        }
        let page = browser.get(&format!("/articles/{id}")).await.text();
        assert!(page.contains("<p id=\"b0\">The first <mark"), "{page}");
        assert!(
            !page.contains("data-highlight=\"2\""),
            "no part of it: {page}"
        );
        let listed = page.split("data-item=\"2\"").nth(1).expect("it is listed");
        assert!(listed.contains("not shown on this page"), "{listed}");
        assert_eq!(page.matches("not shown on this page").count(), 1);
    })
    .await;
}
