//! Capturing again, comparing captures, choosing one, schedules: pages and API.

use axum::http::{Method, StatusCode};
use cuttings_library::save::{self, Upload};
use cuttings_model::address;
use serde_json::json;

use crate::app::{Browser, TestApp, on_each_database};

const URL: &str = "https://news.example/wall";

fn page(headline: &str, words: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=en><head><title>{headline} - The Lantern</title>
        <meta property='og:site_name' content='The Lantern'></head>
        <body><article><h1>{headline}</h1>
        <p>The town council met on Thursday evening to hear from the engineers who had walked the
        length of the sea wall, and the hall was full before the doors had been closed.</p>
        <p>{words}</p>
        <p>Residents asked how long the work would take and who would pay for it, and the chair
        promised an answer in writing before the end of the month, to some laughter.</p>
        <p>The next meeting is planned for the first week of June, in the same hall, and will be
        open to everyone who lives along the shore or keeps a boat in the harbour.</p>
        <p>Nobody has counted the boats since the storm of the winter before last, said the warden
        of the harbour, who keeps a list of those that were lost and of those that came back.</p>
        <p>The old wall was built of granite from the quarry behind the church, and took eleven
        years and two bankrupt contractors before the last stone of it was set in place.</p>
        <p>A petition for a ferry to the islands was handed in at the same meeting and put aside
        until the autumn, when the budget of the county is going to be read for the second time.</p>
        </article></body></html>"
    )
}

async fn hand_over(app: &TestApp, browser: &Browser<'_>, html: String) -> i64 {
    let address = address::parse(URL).expect("an address");
    let upload = Upload {
        body: html.into(),
        content_type: None,
        pictures: Vec::new(),
    };
    let saved = save::save(&app.library, browser.user_id(), &address, Some(upload))
        .await
        .expect("a save");
    app.capture(browser.user_id(), &[saved.article.id.0]).await;
    saved.article.id.0
}

/// An article with two captures, the later one edited.
async fn edited(app: &TestApp, browser: &Browser<'_>) -> i64 {
    hand_over(
        app,
        browser,
        page(
            "Sea wall to be raised",
            "The wall must grow by <b>one</b> metre & more, they said.",
        ),
    )
    .await;
    hand_over(
        app,
        browser,
        page(
            "Sea wall to be torn down",
            "The wall must grow by three metres &lt;b>, they said.",
        ),
    )
    .await
}

#[tokio::test]
async fn a_comparison_marks_what_changed_and_nothing_of_a_page_gets_through_as_markup() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = edited(&app, &browser).await;
        let path = format!("/articles/{id}/captures/compare?from=1&to=2");
        let shown = browser.get(&path).await;
        assert_eq!(shown.status, StatusCode::OK);
        let html = shown.text();
        assert!(html.len() < 60_000, "{}", html.len());
        for part in [
            "torn down</ins>",
            "raised</del>",
            "Reworded",
            "1 of 1",
            "unchanged paragraphs",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(
            html.contains("three metres &#60;b&#62;") || html.contains("three metres &lt;b&gt;"),
            "{html}"
        );

        let api = format!("/api/v1/articles/{id}/captures/compare");
        let found = browser.get(&api).await.json();
        assert_eq!(
            (&found["from"]["id"], &found["to"]["id"]),
            (&json!(1), &json!(2))
        );
        assert_eq!(found["heads"][0]["field"], "headline");
        let kinds: Vec<&str> = found["passages"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|passage| passage["kind"].as_str())
            .collect();
        assert_eq!(
            kinds,
            ["same", "reworded", "same", "same", "same", "same", "same"]
        );
        // Between a capture and itself there is nothing.
        let same = browser
            .get(&format!("/articles/{id}/captures/compare?from=2&to=2"))
            .await;
        assert!(same.text().contains("say the same"));
        for wrong in ["from=1&to=99", "from=x", "to=0", "from=-1"] {
            let answer = browser
                .get(&format!("/articles/{id}/captures/compare?{wrong}"))
                .await;
            assert!(
                answer.status.is_client_error(),
                "{wrong}: {}",
                answer.status
            );
        }
        let charles = app.signed_in("charles").await;
        assert_eq!(charles.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(charles.get(&api).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn an_edited_story_is_marked_in_every_list_until_it_was_seen() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = edited(&app, &browser).await;
        let compare = format!("/articles/{id}/captures/compare?from=1&#38;to=2");
        for path in [
            "/".to_owned(),
            "/?layout=dense".to_owned(),
            "/?edited=unseen".to_owned(),
            "/?edited=silent".to_owned(),
            "/search?q=is%3Aedited".to_owned(),
            format!("/articles/{id}"),
        ] {
            let html = browser.get(&path).await.text();
            assert!(html.contains("edited since you saved it"), "{path}: {html}");
            assert!(html.contains(&compare), "{path}: {html}");
        }
        let article = browser.get(&format!("/api/v1/articles/{id}")).await.json();
        assert_eq!(article["edited"]["kind"], "silent");
        assert_eq!(article["edited"]["seen_at"], json!(null));
        let seen = browser
            .post(
                &format!("/articles/{id}/edit-seen"),
                &[("back", "/?edited=yes")],
            )
            .await;
        assert_eq!(seen.location(), "/?edited=yes");
        let list = browser.get("/?edited=yes").await.text();
        assert!(
            list.contains("torn down") && !list.contains("edited since you saved it"),
            "{list}"
        );
        let unseen = browser.get("/?edited=unseen").await.text();
        assert!(!unseen.contains("torn down"), "{unseen}");
        let reader = browser.get(&format!("/articles/{id}")).await.text();
        assert!(reader.contains("Edit found"), "the fact stays: {reader}");
        let back = browser
            .api(
                Method::PATCH,
                &format!("/api/v1/articles/{id}"),
                Some(json!({"edit_seen": false})),
            )
            .await;
        assert_eq!(back.json()["edited"]["seen_at"], json!(null));
    })
    .await;
}

#[tokio::test]
async fn another_capture_is_shown_by_hand_and_that_is_undone() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = edited(&app, &browser).await;
        let captures = format!("/articles/{id}/captures");
        let list = browser.get(&captures).await.text();
        let compare = format!("{captures}/compare?from=1&#38;to=2");
        assert!(list.contains(&compare), "{list}");
        assert!(list.contains(&format!("{captures}/1/show")), "{list}");
        let chosen = browser.post(&format!("{captures}/1/show"), &[]).await;
        assert_eq!(chosen.location(), format!("{captures}?before=2"));
        let told = browser.get(&format!("{captures}?before=2")).await.text();
        assert!(
            told.contains(&format!("{captures}/2/show")),
            "undo is offered: {told}"
        );
        assert!(told.contains("You chose the capture"), "{told}");
        let reader = browser.get(&format!("/articles/{id}")).await.text();
        assert!(reader.contains("more, they said"), "{reader}");
        browser.post(&format!("{captures}/2/show"), &[]).await;
        let reader = browser.get(&format!("/articles/{id}")).await.text();
        assert!(reader.contains("three metres"), "{reader}");

        let api = format!("/api/v1/articles/{id}/captures");
        let listed = browser.get(&api).await.json();
        assert_eq!(listed["captures"][0]["shown"], true);
        assert_eq!(listed["captures"].as_array().map(Vec::len), Some(2));
        let by_api = browser
            .api(Method::POST, &format!("{api}/1/show"), None)
            .await
            .json();
        assert_eq!(
            (&by_api["capture_id"], &by_api["capture_chosen"]),
            (&json!(1), &json!(true))
        );
        let charles = app.signed_in("charles").await;
        let foreign = charles.post(&format!("{captures}/2/show"), &[]).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_page_is_captured_again_by_button_api_and_schedule() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let captures = format!("/articles/{id}/captures");
        assert_eq!(browser.post(&captures, &[]).await.location(), captures);
        assert!(
            browser
                .get(&captures)
                .await
                .text()
                .contains("being visited again")
        );
        app.capture(browser.user_id(), &[id]).await;
        let api = format!("/api/v1/articles/{id}/captures");
        let again = browser.api(Method::POST, &api, None).await;
        assert_eq!(again.status, StatusCode::ACCEPTED, "{}", again.text());
        app.capture(browser.user_id(), &[id]).await;
        let listed = browser.get(&api).await.json();
        assert_eq!(listed["captures"].as_array().map(Vec::len), Some(3));
        assert_eq!(listed["captures"][0]["same_as"], 1);
        assert!(
            browser
                .get(&captures)
                .await
                .text()
                .contains("The same bytes as capture 1.")
        );

        let schedule = format!("/api/v1/articles/{id}/schedule");
        assert_eq!(browser.get(&schedule).await.json(), json!(null));
        let set = browser
            .post(
                &format!("/articles/{id}/schedule"),
                &[("every", "week"), ("weeks", "4")],
            )
            .await;
        assert_eq!(set.location(), captures);
        assert!(
            browser
                .get(&captures)
                .await
                .text()
                .contains("Captured every week until")
        );
        assert!(
            browser
                .get("/?scheduled=yes")
                .await
                .text()
                .contains("The one story")
        );
        assert!(
            browser
                .get("/search?q=is%3Ascheduled")
                .await
                .text()
                .contains("The one story")
        );
        let put = browser
            .api(Method::PUT, &schedule, Some(json!({"every": "day"})))
            .await;
        assert_eq!(
            (&put.json()["every"], &put.json()["until"]),
            (&json!("day"), &json!(null))
        );
        for wrong in [
            json!({"every": "hour"}),
            json!({"every": "day", "weeks": 0}),
            json!({}),
        ] {
            let answer = browser.api(Method::PUT, &schedule, Some(wrong)).await;
            assert!(answer.status.is_client_error(), "{}", answer.text());
        }
        let charles = app.signed_in("charles").await;
        let foreign = charles
            .api(Method::PUT, &schedule, Some(json!({"every": "day"})))
            .await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        let ended = browser.api(Method::DELETE, &schedule, None).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        assert_eq!(browser.get(&schedule).await.json(), json!(null));
    })
    .await;
}
