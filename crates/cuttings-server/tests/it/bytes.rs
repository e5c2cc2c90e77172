//! Routes that hand out saved bytes: in a sandbox, never as a page of ours.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use cuttings_model::ArticleId;

use crate::app::on_each_database;

#[tokio::test]
async fn v11_saved_bytes_come_in_a_sandbox_whatever_the_answer() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let pictures = app
            .library
            .store
            .pictures(browser.user_id(), ArticleId(1))
            .await
            .expect("pictures");
        let digest = pictures.first().expect("a picture was kept").digest;
        let picture = format!("/articles/1/pictures/{digest}");
        for (path, status) in [
            (picture.as_str(), 200),
            ("/articles/1/thumbnail", 200),
            ("/articles/1/captures/1/original", 200),
            ("/articles/1/pictures/nothing", 404),
            ("/articles/2/thumbnail", 404),
            ("/articles/1/captures/9/original", 404),
            ("/articles/x/thumbnail", 404),
        ] {
            for method in [Method::GET, Method::HEAD] {
                let request = browser
                    .request(method, path)
                    .body(Body::empty())
                    .expect("a request");
                let answer = browser.send(request).await;
                assert_eq!(answer.status.as_u16(), status, "{path}");
                assert!(
                    answer
                        .header("content-security-policy")
                        .starts_with("sandbox;"),
                    "{path}"
                );
                assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
                assert_eq!(answer.header("set-cookie"), "", "{path}");
                let kind = answer.header("content-type");
                let known = [
                    "image/png",
                    "image/jpeg",
                    "image/webp",
                    "text/plain",
                    "application/octet-stream",
                ];
                assert!(
                    known.iter().any(|known| kind.starts_with(known)),
                    "{path}: {kind}"
                );
            }
        }
        let anonymous = app.nobody().get(&picture).await;
        assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED);
        assert!(
            anonymous
                .header("content-security-policy")
                .starts_with("sandbox;")
        );
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_has_the_picture_is_not_sent_it_again() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let first = browser.get("/articles/1/thumbnail").await;
        assert!(!first.body.is_empty());
        assert!(
            first.header("cache-control").starts_with("private"),
            "{}",
            first.header("cache-control")
        );
        assert!(first.header("vary").contains("Cookie"));
        let request = browser
            .request(Method::GET, "/articles/1/thumbnail")
            .header(header::IF_NONE_MATCH, first.header("etag"))
            .body(Body::empty())
            .expect("a request");
        let again = browser.send(request).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        assert!(again.body.is_empty());
        assert!(
            again
                .header("content-security-policy")
                .starts_with("sandbox;")
        );
    })
    .await;
}

#[tokio::test]
async fn v13_the_original_is_downloaded_byte_for_byte_and_never_shown() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let answer = browser.get("/articles/1/captures/1/original").await;
        assert_eq!(answer.header("content-type"), "text/plain");
        assert!(
            answer
                .header("content-disposition")
                .starts_with("attachment;")
        );
        assert!(answer.text().contains("<script>alert(1)</script>"));
        let captures = app
            .library
            .store
            .captures(browser.user_id(), ArticleId(1))
            .await
            .expect("captures");
        let kept = captures[0].body.expect("a body was kept");
        assert_eq!(cuttings_model::Digest::of(&answer.body), kept);

        let page = browser.get("/articles/1/captures").await.text();
        assert!(page.contains("fetched from the web"), "{page}");
        assert!(page.contains("/articles/1/captures/1\""), "{page}");
    })
    .await;
}
