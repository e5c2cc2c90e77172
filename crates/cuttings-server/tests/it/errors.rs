//! Pages that say what went wrong, to whom they know and to whom they do not.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};

use crate::app::on_each_database;

#[tokio::test]
async fn error_pages_keep_the_way_around_for_whoever_is_signed_in() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let ben = app.signed_in("ben").await;
        ada.post("/settings", &[("theme", "sepia"), ("back", "/")])
            .await;
        let of_ben = ben.save_and_capture(&app.origin.url("/story/wall")).await;
        ben.save_and_capture(&app.origin.url("/story/sea")).await;
        let theirs = format!("/articles/{}", of_ben + 1);
        for (path, status) in [
            ("/nowhere", StatusCode::NOT_FOUND),
            ("/articles/none", StatusCode::NOT_FOUND),
            (theirs.as_str(), StatusCode::NOT_FOUND),
            ("/problems/nothing", StatusCode::NOT_FOUND),
            ("/problems/bad-request", StatusCode::OK),
        ] {
            let page = ada.get(path).await;
            assert_eq!(page.status, status, "{path}");
            let text = page.text();
            assert!(text.contains("data-theme=\"sepia\""), "{path}");
            assert!(text.contains("<bdi>ada</bdi>"), "{path}: {text}");
            assert!(text.contains("href=\"/highlights\""), "{path}");
            assert!(!text.contains("<bdi>ben</bdi>"), "{path}");
            assert!(!text.contains("wall"), "{path} tells of another's article");
            assert_eq!(page.header("cache-control"), "private, no-store", "{path}");
        }
        // A form that comes without its proof.
        let request = ada
            .request(Method::POST, "/articles")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("url=x"))
            .expect("a request");
        let refused = ada.send(request).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.text().contains("<bdi>ada</bdi>"));
        let out = refused.csrf();
        assert_eq!(out, ada.csrf, "one can go on from the page");
    })
    .await;
}

#[tokio::test]
async fn error_pages_are_plain_for_everybody_else() {
    on_each_database(async |app| {
        app.signed_in("ada").await;
        let nobody = app.nobody();
        for path in ["/nowhere", "/problems/nothing", "/problems/bad-request"] {
            let text = nobody.get(path).await.text();
            assert!(!text.contains("/signout"), "{path}");
            assert!(!text.contains("ada"), "{path}");
            assert!(!text.contains("name=\"csrf\""), "{path}");
        }
    })
    .await;
}
