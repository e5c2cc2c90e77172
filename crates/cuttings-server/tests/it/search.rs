//! Search: hits with marks, and queries that say what is wrong with them.

use axum::http::StatusCode;
use serde_json::json;

use crate::app::on_each_database;

#[tokio::test]
async fn a_hit_shows_why_it_was_found() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/ferry"))
            .await;
        browser
            .save_and_capture(&app.origin.url("/story/tram"))
            .await;
        let page = browser.get("/search?q=ferry").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            page.text().contains("<mark>ferry</mark>"),
            "{}",
            page.text()
        );
        assert!(!page.text().contains("tram"), "{}", page.text());
        let found = browser.get("/api/v1/search?q=ferry").await.json();
        assert_eq!(found["hits"][0]["article"]["headline"], "The ferry story");
        let marked = found["hits"][0]["headline"]
            .as_array()
            .expect("pieces")
            .iter()
            .any(|piece| piece["marked"] == json!(true) && piece["text"] == json!("ferry"));
        assert!(marked, "{found}");
        assert_eq!(found["has_more"], json!(false));

        let nothing = browser.get("/search?q=zeppelin").await.text();
        assert!(nothing.contains("Nothing found"), "{nothing}");
        let wide = browser
            .get("/search?q=story&page=99999999999999999999")
            .await;
        assert_eq!(wide.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_bad_query_says_what_is_wrong_and_where() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let page = browser.get("/search?q=ships+auhtor%3AConrad").await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        let text = page.text();
        assert!(
            text.contains("ships <mark>auhtor</mark>:Conrad")
                || text.contains("ships <mark>auhtor:"),
            "{text}"
        );
        assert!(text.contains("Did you mean author:"), "{text}");
        assert!(text.contains("value=\"ships auhtor:Conrad\""), "{text}");
        let problem = browser.get("/api/v1/search?q=ships+auhtor%3AConrad").await;
        assert_eq!(problem.problem(), "bad-query");
        assert_eq!(problem.json()["at"][0], 6);
        assert!(problem.json()["hint"].is_string());
        for query in ["%22open", "before%3Ayesterday", "%3Cscript%3E(", "%2A"] {
            let page = browser.get(&format!("/search?q={query}")).await;
            assert_ne!(page.status, StatusCode::INTERNAL_SERVER_ERROR, "{query}");
            assert!(!page.text().contains("<script>("), "{query}");
        }
        assert_eq!(browser.get("/api/v1/search").await.problem(), "bad-field");
    })
    .await;
}
