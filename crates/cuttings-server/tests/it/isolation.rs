//! Two users of one library do not see each other's things, nor that they are
//! there.

use axum::body::Body;
use axum::http::{StatusCode, header};
use cuttings_model::{ArticleId, Scope};
use cuttings_server::Answers;

use crate::app::on_each_database;

#[tokio::test]
async fn i01_i02_anothers_article_is_answered_like_one_that_is_not_there() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let ben = app.signed_in("ben").await;
        ada.save_and_capture(&app.origin.url("/story/secret")).await;
        let pictures = app
            .library
            .store
            .pictures(ada.user_id(), ArticleId(1))
            .await
            .expect("pictures");
        let digest = pictures
            .first()
            .expect("a picture was kept")
            .digest
            .to_string();
        let before = app.everything_of(ada.user_id()).await;
        let token = app.token(ben.user_id(), Scope::Full).await;

        for route in app
            .routes()
            .iter()
            .filter(|route| route.path.contains("{id}"))
        {
            let path = |id: &str| {
                route
                    .path
                    .replace("{id}", id)
                    .replace("{capture}", "1")
                    .replace("{digest}", &digest)
            };
            let mut answers = Vec::new();
            for id in ["1", "777"] {
                let answer = if route.answers == Answers::Page && route.method != "GET" {
                    let fields: &[_] = if route.path.ends_with("{id}/highlights") {
                        &[("words", "The council"), ("colour", "red")]
                    } else {
                        &[]
                    };
                    ben.post(&path(id), fields).await
                } else {
                    let body = if route.path.ends_with("{id}/highlights") {
                        "{\"exact\": \"The council\"}"
                    } else if route.path.contains("/highlights/") {
                        "{\"colour\": \"red\"}"
                    } else if route.path.ends_with("/schedule") {
                        "{\"every\": \"day\"}"
                    } else if route.path.ends_with("/position") {
                        "{\"block\": 1, \"percent\": 1}"
                    } else {
                        "{\"starred\": true}"
                    };
                    let request = ben
                        .request(route.method.clone(), &path(id))
                        .header(header::AUTHORIZATION, format!("Bearer {token}"))
                        .header(header::CONTENT_TYPE, "application/json")
                        .body(Body::from(body))
                        .expect("a request");
                    ben.send(request).await
                };
                assert_eq!(
                    answer.status,
                    StatusCode::NOT_FOUND,
                    "{} {}",
                    route.method,
                    path(id)
                );
                assert!(!answer.text().contains("secret"), "{}", answer.text());
                answers.push(answer.text());
            }
            assert_eq!(answers[0], answers[1], "{} {}", route.method, route.path);
        }
        assert_eq!(app.everything_of(ada.user_id()).await, before);

        let found = ben.get("/api/v1/search?q=council").await.json();
        assert_eq!(found["hits"].as_array().map(Vec::len), Some(0));
        assert_eq!(
            ada.get("/api/v1/search?q=council").await.json()["hits"]
                .as_array()
                .map(Vec::len),
            Some(1)
        );
        for path in ["/?view=all", "/?deleted=1", "/?here=1", "/api/v1/articles"] {
            assert!(!ben.get(path).await.text().contains("secret"), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn two_users_may_keep_the_same_page() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let ben = app.signed_in("ben").await;
        let url = app.origin.url("/story/shared");
        ada.save_and_capture(&url).await;
        assert_eq!(ben.save_and_capture(&url).await, 1);
        ben.post("/articles/1/delete", &[]).await;
        assert_eq!(ada.get("/articles/1").await.status, StatusCode::OK);
        assert_eq!(ben.get("/articles/1").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}
