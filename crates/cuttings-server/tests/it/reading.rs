//! The reader: the story, safe, with our own copies of its pictures.

use axum::http::{Method, StatusCode};
use serde_json::json;

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

#[tokio::test]
async fn the_blocks_of_the_page_are_those_of_the_text() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let article = browser
            .get(&format!("/api/v1/articles/{id}?include=text"))
            .await
            .json();
        let text = article["text"].as_str().expect("text");
        let page = browser.get(&format!("/articles/{id}")).await.text();
        for (number, block) in text.split("\n\n").enumerate() {
            let (_, rest) = page
                .split_once(&format!(" id=\"b{number}\">"))
                .unwrap_or_else(|| panic!("block {number} is not in {page}"));
            assert!(rest.starts_with(&block[..20]), "{number}: {block}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_position_is_kept_shown_in_lists_and_led_to_in_the_reader() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let path = format!("/api/v1/articles/{id}");
        let before = browser.get(&path).await.json();
        assert!(before["position"].is_null());
        assert!(!browser.get("/").await.text().contains("card-read"));

        let put = async |body| {
            browser
                .api(Method::PUT, &format!("{path}/position"), Some(body))
                .await
        };
        let answer = put(json!({"block": 3, "percent": 40})).await;
        assert_eq!(answer.status, StatusCode::OK);
        let after = browser.get(&path).await.json();
        assert_eq!(after["position"]["block"], 3);
        assert_eq!(after["position"]["percent"], 40);
        assert_ne!(after["updated_at"], before["updated_at"]);
        assert_eq!(answer.json(), after);
        let list = browser.get("/").await.text();
        assert!(
            list.contains("<progress value=\"40\" max=\"100\""),
            "{list}"
        );
        let page = browser.get(&format!("/articles/{id}")).await.text();
        assert!(page.contains("href=\"#b3\""), "{page}");
        assert!(page.contains("data-block=\"3\""), "{page}");

        // Beyond the end of the story it is the last block there is.
        put(json!({"block": 4000, "percent": 40})).await;
        let page = browser.get(&format!("/articles/{id}")).await.text();
        assert!(
            !page.contains("#b4000") && page.contains("href=\"#b"),
            "{page}"
        );
        // At its end nothing is left to go on with.
        put(json!({"block": 5, "percent": 100})).await;
        let page = browser.get(&format!("/articles/{id}")).await.text();
        assert!(!page.contains("class=\"stopped\""), "{page}");

        for wrong in [
            json!({"block": -1, "percent": 40}),
            json!({"block": 1, "percent": 101}),
            json!({"block": 1}),
            json!({"block": 1, "percent": 1, "user_id": 2}),
        ] {
            assert_eq!(put(wrong).await.problem(), "bad-field");
        }
        let other = app.signed_in("ben").await;
        let stolen = other
            .api(
                Method::PUT,
                &format!("{path}/position"),
                Some(json!({"block": 1, "percent": 1})),
            )
            .await;
        assert_eq!(stolen.problem(), "not-found");
    })
    .await;
}

#[tokio::test]
async fn the_reader_leads_on_in_the_list_it_was_opened_from() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        for number in 1..=3 {
            let body = json!({ "url": format!("https://e.org/{number}") });
            browser
                .api(Method::POST, "/api/v1/articles", Some(body))
                .await;
        }
        let list = browser.get("/?view=all").await.text();
        assert!(
            list.contains("href=\"/articles/2?in=view%3Dall\""),
            "{list}"
        );
        let page = browser.get("/articles/2?in=view%3Dall").await.text();
        for link in [
            "<a href=\"/?view=all\"",
            "<a href=\"/articles/3?in=view%3Dall\" rel=\"prev\"",
            "<a href=\"/articles/1?in=view%3Dall\" rel=\"next\"",
        ] {
            assert!(page.contains(link), "{link} is not in {page}");
        }
        // The archive holds none of them, and broken words find none.
        for path in [
            "/articles/2?in=view%3Darchived",
            "/articles/2?in=q%3D%22",
            "/articles/2",
        ] {
            let page = browser.get(path).await.text();
            assert!(!page.contains("rel=\"next\""), "{path}: {page}");
        }
    })
    .await;
}
