//! The JSON API: shapes, changes, what it refuses.

use std::net::Ipv4Addr;

use axum::http::{Method, StatusCode};
use cuttings_server::{App, ServerSettings, serve};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::app::on_each_database;

#[tokio::test]
async fn an_article_has_the_documented_members() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let article = browser.get(&format!("/api/v1/articles/{id}")).await.json();
        let names: Vec<&String> = article.as_object().expect("an object").keys().collect();
        let mut expected = vec![
            "id",
            "url",
            "final_url",
            "canonical_url",
            "state",
            "tags",
            "twin_of",
            "capture_id",
            "capture_chosen",
            "edited",
            "reason",
            "headline",
            "dek",
            "byline",
            "authors",
            "publication",
            "section",
            "language",
            "published",
            "modified",
            "word_count",
            "reading_minutes",
            "saved_at",
            "updated_at",
            "archived_at",
            "starred_at",
            "position",
        ];
        expected.sort_unstable();
        let mut found = names.clone();
        found.sort_unstable();
        assert_eq!(found, expected);
        assert_eq!(article["state"], "ready");
        assert_eq!(article["reason"], json!(null));
        assert_eq!(article["authors"], json!(["Ruth Ellery"]));
        assert_eq!(article["published"], "2023-06-13T16:42:00+01:00");
        assert!(
            article["saved_at"]
                .as_str()
                .is_some_and(|at| at.ends_with('Z')),
            "{article}"
        );
    })
    .await;
}

#[tokio::test]
async fn changes_are_made_and_shown_and_unknown_fields_refused() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .api(
                Method::POST,
                "/api/v1/articles",
                Some(json!({"url": "https://e.org/"})),
            )
            .await;
        let path = "/api/v1/articles/1";
        let changed = browser
            .api(
                Method::PATCH,
                path,
                Some(json!({"archived": true, "starred": true})),
            )
            .await
            .json();
        assert!(
            changed["archived_at"].is_string() && changed["starred_at"].is_string(),
            "{changed}"
        );
        let changed = browser
            .api(Method::PATCH, path, Some(json!({"archived": false})))
            .await
            .json();
        assert!(
            changed["archived_at"].is_null() && changed["starred_at"].is_string(),
            "{changed}"
        );

        // W02: mass assignment.
        for name in ["id", "user_id", "is_admin", "role", "saved_at", "quota"] {
            let answer = browser
                .api(
                    Method::PATCH,
                    path,
                    Some(json!({"starred": false, name: 1})),
                )
                .await;
            assert_eq!(answer.problem(), "bad-field", "{name}");
            let answer = browser
                .api(
                    Method::POST,
                    "/api/v1/articles",
                    Some(json!({"url": "e.org/2", name: 1})),
                )
                .await;
            assert_eq!(answer.problem(), "bad-field", "{name}");
        }
        for body in [json!({}), json!({"starred": "yes"}), json!([])] {
            assert_eq!(
                browser
                    .api(Method::PATCH, path, Some(body.clone()))
                    .await
                    .problem(),
                "bad-field",
                "{body}"
            );
        }
        assert!(browser.get(path).await.json()["starred_at"].is_string());

        assert_eq!(
            browser.api(Method::DELETE, path, None).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(browser.get(path).await.problem(), "not-found");
        assert_eq!(
            browser
                .api(Method::POST, &format!("{path}/undelete"), None)
                .await
                .json()["id"],
            1
        );
        assert_eq!(browser.get(path).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn the_server_answers_on_a_socket_and_stops_when_told() {
    on_each_database(async |app| {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = App {
            library: app.library.clone(),
            settings: ServerSettings::default(),
            stopping: tokio_util::sync::CancellationToken::new(),
        };
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = tokio::spawn(serve(listener, state, async {
            let _ = stopped.await;
        }));
        let mut stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("it listens");
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await
            .expect("it reads");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .await
            .expect("it answers");
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("alive\n"),
            "{answer}"
        );
        stop.send(()).expect("it is running");
        server.await.expect("it stops").expect("without an error");
    })
    .await;
}
