//! What single sites are shown: given on a page or through the API, and never
//! seen again on either.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::app::on_each_database;

const CANARY: &str = "canary-93ab10";

#[tokio::test]
async fn a_cookie_is_given_replaced_and_taken_back_on_the_page_and_never_shown() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let cookie = format!("id={CANARY}");
        let form = [
            ("site", "https://www.Courier.example/story?x=1"),
            ("cookie", cookie.as_str()),
            ("headers", "X-One: first\n\nX-Two: second"),
            ("subdomains", "1"),
        ];
        let given = ada.post("/settings/sites", &form).await;
        assert_eq!(given.location(), "/settings/sites?done=given");
        for path in [given.location(), "/settings/sites?site=www.courier.example"] {
            let page = ada.get(path).await.text();
            assert!(page.contains("www.courier.example"), "{page}");
            assert!(page.contains("x-one, x-two, cookie"), "{page}");
            for secret in [CANARY, "first", "second"] {
                assert!(!page.contains(secret), "{page}");
            }
        }
        let charles = app.signed_in("charles").await;
        let theirs = charles.get("/settings/sites").await.text();
        assert!(!theirs.contains("www.courier.example"), "{theirs}");

        let one = [
            ("site", "www.courier.example"),
            ("headers", "X-Three: third"),
        ];
        ada.post("/settings/sites", &one).await;
        let page = ada.get("/settings/sites").await.text();
        assert!(
            page.contains("x-three") && !page.contains("x-one"),
            "{page}"
        );

        let gone = [("site", "www.courier.example")];
        ada.post("/settings/sites/remove", &gone).await;
        let page = ada.get("/settings/sites").await.text();
        assert!(!page.contains("www.courier.example"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn f11_what_is_refused_says_why_without_saying_the_value() {
    on_each_database(async |app| {
        let app = app.reached_at("http://library.example");
        let ada = app.signed_in("ada").await;
        for (site, headers, why) in [
            (
                "news.example",
                format!("Remote-User: {CANARY}"),
                "for a proxy to say",
            ),
            (
                "news.example",
                format!("Host: {CANARY}"),
                "set by Cuttings itself",
            ),
            ("news.example", CANARY.to_owned(), "Line 1 of the headers"),
            (
                "library.example",
                format!("X-Key: {CANARY}"),
                "this library itself",
            ),
            // With all hosts below it.
            ("example", format!("X-Key: {CANARY}"), "this library itself"),
            ("", format!("X-Key: {CANARY}"), "names no site"),
        ] {
            let subdomains = if site == "example" { "on" } else { "" };
            let form = [
                ("site", site),
                ("headers", headers.as_str()),
                ("subdomains", subdomains),
            ];
            let answer = ada.post("/settings/sites", &form).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{headers}");
            let page = answer.text();
            assert!(page.contains(why), "{page}");
            assert!(!page.contains(CANARY), "{page}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_api_takes_secrets_and_gives_only_their_names() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let path = "/api/v1/site-access";
        let body = json!({
            "site": "news.example",
            "cookie": format!("id={CANARY}"),
            "headers": [{"name": "Authorization", "value": format!("Bearer {CANARY}")}],
        });
        let given = ada.api(Method::PUT, path, Some(body)).await;
        assert_eq!(given.status, StatusCode::OK, "{}", given.text());
        let listed = ada.api(Method::GET, path, None).await;
        for answer in [&given, &listed] {
            assert!(!answer.text().contains(CANARY), "{}", answer.text());
        }
        let site = &listed.json()["sites"][0];
        assert_eq!(site["site"], "news.example");
        assert_eq!(site["header_names"], json!(["authorization", "cookie"]));
        assert_eq!(site["used_at"], json!(null));
        assert_eq!(site["opens"], json!(true));

        let bad =
            json!({"site": "news.example", "headers": [{"name": "X-Forwarded-For", "value": "1"}]});
        let refused = ada.api(Method::PUT, path, Some(bad)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.json()["code"], "header_not_allowed");

        let gone = format!("{path}?site=news.example");
        let removed = ada.api(Method::DELETE, &gone, None).await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT);
        let again = ada.api(Method::DELETE, &gone, None).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
    })
    .await;
}
