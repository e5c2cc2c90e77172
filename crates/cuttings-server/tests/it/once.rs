//! `Idempotency-Key`: a change that is sent again is made once.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use cuttings_library::once::under_key;
use cuttings_library::{LibraryError, now_ms, shelf};
use cuttings_model::{ArticleId, Scope};
use cuttings_store::{Begun, KeyedChange, StoreError};
use serde_json::{Value, json};

use crate::app::{Answer, Browser, TestApp, on_each_database};

async fn keyed(
    browser: &Browser<'_>,
    method: Method,
    path: &str,
    key: &str,
    body: &Value,
) -> Answer {
    let request = browser
        .request(method, path)
        .header("x-csrf-token", &browser.csrf)
        .header("idempotency-key", key)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .expect("a request");
    browser.send(request).await
}

#[tokio::test]
async fn the_same_key_is_one_change_and_the_same_answer() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let id = ada.save_and_capture(&app.origin.url("/story/wall")).await;
        let path = format!("/api/v1/articles/{id}");
        let star = json!({"starred": true});
        let first = keyed(&ada, Method::PATCH, &path, "a", &star).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.text());
        assert_eq!(first.header("idempotent-replayed"), "");

        // Another device takes the star away; the repeated change is old news.
        ada.api(Method::PATCH, &path, Some(json!({"starred": false})))
            .await;
        let again = keyed(&ada, Method::PATCH, &path, "a", &star).await;
        assert_eq!(again.status, StatusCode::OK);
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(again.header("content-type"), "application/json");
        assert_eq!(again.text(), first.text());
        let now = ada.get(&path).await.json();
        assert_eq!(now["starred_at"], Value::Null);

        // Another key is another change.
        keyed(&ada, Method::PATCH, &path, "b", &star).await;
        assert_ne!(ada.get(&path).await.json()["starred_at"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn what_was_made_is_told_again_with_its_place_and_status() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let body = json!({"url": app.origin.url("/story/wall")});
        let path = "/api/v1/articles";
        let first = keyed(&ada, Method::POST, path, "a", &body).await;
        let again = keyed(&ada, Method::POST, path, "a", &body).await;
        assert_eq!(first.status, StatusCode::CREATED);
        assert_eq!(again.status, StatusCode::CREATED);
        assert_eq!(again.location(), first.location());
        assert_eq!(again.json(), first.json());

        let one = format!("{path}/{}", first.json()["id"]);
        for _ in 0..2 {
            let gone = keyed(&ada, Method::DELETE, &one, "b", &json!({})).await;
            assert_eq!(gone.status, StatusCode::NO_CONTENT);
            assert_eq!(gone.text(), "");
            assert_eq!(gone.header("content-type"), "");
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_with_another_change_is_refused() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let id = ada.save_and_capture(&app.origin.url("/story/wall")).await;
        let path = format!("/api/v1/articles/{id}");
        keyed(&ada, Method::PATCH, &path, "a", &json!({"starred": true})).await;
        for (method, path, body) in [
            (Method::PATCH, path.as_str(), json!({"archived": true})),
            (
                Method::PATCH,
                "/api/v1/articles/9",
                json!({"starred": true}),
            ),
            (Method::DELETE, path.as_str(), json!({"starred": true})),
        ] {
            let answer = keyed(&ada, method, path, "a", &body).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(answer.problem(), "key-used");
        }
        assert_eq!(ada.get(&path).await.json()["archived_at"], Value::Null);
        for key in ["", &"k".repeat(201)] {
            let answer = keyed(&ada, Method::PATCH, &path, key, &json!({"starred": true})).await;
            assert_eq!(answer.problem(), "bad-request");
        }
    })
    .await;
}

#[tokio::test]
async fn a_refused_change_leaves_its_key_free() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let path = "/api/v1/articles/1";
        let star = json!({"starred": true});
        let refused = keyed(&ada, Method::PATCH, path, "a", &star).await;
        assert_eq!(refused.problem(), "not-found");
        ada.save_and_capture(&app.origin.url("/story/wall")).await;
        let made = keyed(&ada, Method::PATCH, path, "a", &star).await;
        assert_eq!(made.status, StatusCode::OK);
        assert_eq!(made.header("idempotent-replayed"), "");
    })
    .await;
}

#[tokio::test]
async fn two_at_once_are_one_change() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let id = ada.save_and_capture(&app.origin.url("/story/wall")).await;
        let path = format!("/api/v1/articles/{id}/highlights");
        let body = json!({"exact": "Paragraph 1 of the story"});
        for round in 0..5 {
            let key = format!("round {round}");
            let (one, two, three) = tokio::join!(
                keyed(&ada, Method::POST, &path, &key, &body),
                keyed(&ada, Method::POST, &path, &key, &body),
                keyed(&ada, Method::POST, &path, &key, &body),
            );
            let answers = [one, two, three];
            let made = answers
                .iter()
                .filter(|answer| answer.header("idempotent-replayed").is_empty())
                .count();
            assert_eq!(made, 1, "round {round}");
            for answer in &answers {
                assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
                assert_eq!(answer.json(), answers[0].json());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn keys_belong_to_their_user_and_tokens_use_them_too() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let ben = app.signed_in("ben").await;
        let body = json!({"url": app.origin.url("/story/wall")});
        let first = keyed(&ada, Method::POST, "/api/v1/articles", "a", &body).await;
        let other = keyed(&ben, Method::POST, "/api/v1/articles", "a", &body).await;
        assert_eq!(other.status, StatusCode::CREATED);
        assert_eq!(other.header("idempotent-replayed"), "");

        let token = app.token(ada.user_id(), Scope::Save).await;
        let request = app
            .nobody()
            .request(Method::POST, "/api/v1/articles")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header("idempotency-key", "a")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .expect("a request");
        let again = app.nobody().send(request).await;
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(again.text(), first.text());
    })
    .await;
}

#[tokio::test]
async fn a_change_goes_on_when_its_client_has_hung_up() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let id = ada.save_and_capture(&app.origin.url("/story/wall")).await;
        let path = format!("/api/v1/articles/{id}");
        // Dropped after so many milliseconds, at whatever point it is then.
        for wait_ms in 0..24 {
            let key = format!("after {wait_ms} ms");
            let body = json!({"archived": wait_ms % 2 == 0});
            {
                let change = keyed(&ada, Method::PATCH, &path, &key, &body);
                let mut change = std::pin::pin!(change);
                let wait = Duration::from_millis(wait_ms);
                let _ = tokio::time::timeout(wait, &mut change).await;
            }
            let again = keyed(&ada, Method::PATCH, &path, &key, &body).await;
            assert_eq!(again.status, StatusCode::OK, "{key}: {}", again.text());
            let archived_at = &again.json()["archived_at"];
            assert_eq!(archived_at.is_string(), wait_ms % 2 == 0, "{key}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_session_says_who_and_with_which_proof() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let session = ada.get("/api/v1/session").await;
        assert_eq!(session.json()["user"]["name"], "ada");
        assert_eq!(session.json()["csrf"], ada.csrf);
        assert_eq!(session.header("cuttings-user"), ada.user_id().0.to_string());
        assert_eq!(ada.get("/").await.header("cuttings-user"), "1");
        assert_eq!(
            app.nobody().get("/api/v1/session").await.problem(),
            "not-signed-in"
        );
        let token = app.token(ada.user_id(), Scope::Read).await;
        let request = app
            .nobody()
            .request(Method::GET, "/api/v1/session")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty())
            .expect("a request");
        assert_eq!(app.nobody().send(request).await.json()["csrf"], "");
    })
    .await;
}

/// Begins a change as a server did that died three minutes ago.
async fn begun_long_ago(
    app: &TestApp,
    ada: &Browser<'_>,
    path: &str,
    key: &str,
    body: &Value,
) -> KeyedChange {
    let mut hasher = blake3::Hasher::new();
    for part in ["PATCH", path] {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    hasher.update(body.to_string().as_bytes());
    let fingerprint = hasher.finalize().to_hex();
    let begun_at_ms = now_ms() - 3 * 60 * 1000;
    match app
        .library
        .store
        .begin_change(ada.user_id(), key, &fingerprint, begun_at_ms, 0, 0)
        .await
    {
        Ok(Begun::Yours(change)) => change,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_change_whose_answer_died_with_the_server_is_not_made_again() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let id = ada.save_and_capture(&app.origin.url("/story/wall")).await;
        let path = format!("/api/v1/articles/{id}");
        let star = json!({"starred": true});
        let change = begun_long_ago(&app, &ada, &path, "a", &star).await;
        under_key(
            change,
            shelf::star(&app.library, ada.user_id(), ArticleId(id), true),
        )
        .await
        .expect("the change is made");

        // Another device takes the star away; then the first one asks again.
        let off = json!({"starred": false});
        ada.api(Method::PATCH, &path, Some(off)).await;
        let before = ada.get(&path).await.json();
        let again = keyed(&ada, Method::PATCH, &path, "a", &star).await;
        assert_eq!(again.status, StatusCode::OK, "{}", again.text());
        assert_eq!(again.json()["id"], id);
        assert_eq!(ada.get(&path).await.json(), before);
        // Now its answer is kept.
        let third = keyed(&ada, Method::PATCH, &path, "a", &star).await;
        assert_eq!(third.header("idempotent-replayed"), "true");
        assert_eq!(third.text(), again.text());

        // One that died before its change is made now.
        begun_long_ago(&app, &ada, &path, "b", &star).await;
        keyed(&ada, Method::PATCH, &path, "b", &star).await;
        assert!(ada.get(&path).await.json()["starred_at"].is_string());
    })
    .await;
}

#[tokio::test]
async fn of_a_change_that_was_half_made_the_other_half_is_made() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let id = ada.save_and_capture(&app.origin.url("/story/wall")).await;
        let path = format!("/api/v1/articles/{id}");
        let both = json!({"archived": true, "starred": true});
        let change = begun_long_ago(&app, &ada, &path, "a", &both).await;
        under_key(
            change,
            shelf::archive(&app.library, ada.user_id(), ArticleId(id), true),
        )
        .await
        .expect("half of it is made");
        let back = json!({"archived": false});
        ada.api(Method::PATCH, &path, Some(back)).await;
        keyed(&ada, Method::PATCH, &path, "a", &both).await;
        let now = ada.get(&path).await.json();
        assert!(now["starred_at"].is_string());
        assert_eq!(now["archived_at"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn a_change_that_was_taken_over_writes_nothing_more() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let id = ada.save_and_capture(&app.origin.url("/story/wall")).await;
        let path = format!("/api/v1/articles/{id}");
        let star = json!({"starred": true});
        let slow = begun_long_ago(&app, &ada, &path, "a", &star).await;
        keyed(&ada, Method::PATCH, &path, "a", &star).await;
        let off = json!({"starred": false});
        ada.api(Method::PATCH, &path, Some(off)).await;
        let late = under_key(
            slow,
            shelf::star(&app.library, ada.user_id(), ArticleId(id), true),
        )
        .await;
        assert!(
            matches!(late, Err(LibraryError::Store(StoreError::TakenOver))),
            "{late:?}"
        );
        assert_eq!(ada.get(&path).await.json()["starred_at"], Value::Null);
    })
    .await;
}
