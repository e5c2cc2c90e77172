//! The page and API of a capture, and archives of it.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use cuttings_model::ArticleId;

use crate::app::{Answer, Browser, on_each_database};

/// Asks for a part of what stands at `path`.
async fn part(browser: &Browser<'_>, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = browser.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser
        .send(request.body(Body::empty()).expect("a request"))
        .await
}

#[tokio::test]
async fn a_capture_has_a_page_of_its_own_with_what_proves_it() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let api = browser
            .api(Method::GET, "/api/v1/articles/1/captures/1", None)
            .await
            .json();
        let original = browser.get("/articles/1/captures/1/original").await;
        let blake3 = cuttings_model::Digest::of(&original.body).to_string();
        assert_eq!(api["digest"], blake3);
        assert_eq!(api["damaged"], false);
        let sha256 = api["sha256"].as_str().expect("a digest").to_owned();
        assert_eq!(sha256.len(), 64);
        assert_eq!(api["steps"][0]["status"], 200);
        assert!(
            !api["steps"][0]["headers"]
                .as_array()
                .expect("a list")
                .is_empty()
        );
        assert!(api["extractor_version"].as_i64().is_some());

        let page = browser.get("/articles/1/captures/1").await;
        assert_eq!(page.status, StatusCode::OK);
        let page = page.text();
        for wanted in [
            blake3.as_str(),
            sha256.as_str(),
            "sha256sum cutting-1-1.txt",
            "content-type",
            "fetched from the web",
            "/articles/1/captures/1/original",
            "/articles/1/captures.wacz",
        ] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }

        // Somebody else's, and none at all, look the same.
        let other = app.signed_in("charles").await;
        for path in ["/articles/1/captures/1", "/articles/1/captures.wacz"] {
            assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND);
        }
        let none = browser.get("/articles/1/captures/9").await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn w16_an_archive_has_a_length_and_is_given_in_parts() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        for (path, kind, start) in [
            (
                "/articles/1/captures.wacz",
                "application/wacz",
                &b"PK\x03\x04"[..],
            ),
            (
                "/api/v1/articles/1/captures.wacz",
                "application/wacz",
                b"PK\x03\x04",
            ),
            (
                "/api/v1/captures.wacz?q=story",
                "application/wacz",
                b"PK\x03\x04",
            ),
            (
                "/articles/1/captures.warc.gz",
                "application/gzip",
                b"\x1f\x8b",
            ),
            ("/api/v1/captures.warc.gz", "application/gzip", b"\x1f\x8b"),
        ] {
            let whole = browser.get(path).await;
            assert_eq!(whole.status, StatusCode::OK, "{path}");
            assert_eq!(whole.header("content-type"), kind);
            assert_eq!(whole.header("accept-ranges"), "bytes");
            assert_eq!(whole.header("content-length"), whole.body.len().to_string());
            assert!(whole.body.starts_with(start), "{path}");
            let tag = whole.header("etag").to_owned();
            let end = part(
                &browser,
                path,
                &[("range", "bytes=-22"), ("if-range", &tag)],
            )
            .await;
            assert_eq!(end.status, StatusCode::PARTIAL_CONTENT);
            assert_eq!(end.body[..], whole.body[whole.body.len() - 22..]);
            assert_eq!(
                end.header("content-range"),
                format!(
                    "bytes {}-{}/{2}",
                    whole.body.len() - 22,
                    whole.body.len() - 1,
                    whole.body.len()
                )
            );
            let old = part(
                &browser,
                path,
                &[("range", "bytes=0-3"), ("if-range", "\"old\"")],
            )
            .await;
            assert_eq!(old.status, StatusCode::OK);
            let beyond = part(&browser, path, &[("range", "bytes=999999999-")]).await;
            assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
        }
        let wrong = browser.get("/api/v1/captures.wacz?q=auhtor:x").await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    })
    .await;
}

#[tokio::test]
async fn n01_damaged_bytes_are_said_to_be_damaged_and_never_served() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let captures = app
            .library
            .store
            .captures(browser.user_id(), ArticleId(1))
            .await
            .expect("captures");
        let hex = captures[0].body.expect("a body").to_string();
        let file = app
            .data()
            .join("blobs/blake3")
            .join(&hex[..2])
            .join(format!("{hex}.zst"));
        let mut bytes = std::fs::read(&file).expect("a blob");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, bytes).expect("a blob");

        let page = browser.get("/articles/1/captures/1").await.text();
        assert!(page.contains("These bytes are damaged."), "{page}");
        let api = browser
            .api(Method::GET, "/api/v1/articles/1/captures/1", None)
            .await
            .json();
        assert_eq!(api["damaged"], true);
        assert!(api["sha256"].is_null());
        let original = browser.get("/articles/1/captures/1/original").await;
        assert_eq!(original.status, StatusCode::GONE);
        assert!(original.text().contains("damaged"), "{}", original.text());
        let archive = browser.get("/articles/1/captures.warc.gz").await;
        assert_eq!(archive.status, StatusCode::OK, "what is whole is given");
    })
    .await;
}
