//! Lists: views, paging, archive, star, delete and its undoing.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::app::{Browser, on_each_database};

async fn save_many(browser: &Browser<'_>, count: usize) {
    for number in 0..count {
        let body = json!({ "url": format!("https://e.org/{number}") });
        let saved = browser
            .api(Method::POST, "/api/v1/articles", Some(body))
            .await;
        assert_eq!(saved.status, StatusCode::CREATED);
    }
}

/// Numbers of the articles on a page, in order.
fn numbers(page: &str) -> Vec<i64> {
    page.split("<article class=\"card\" id=\"a")
        .skip(1)
        .map(|rest| {
            rest.split('"')
                .next()
                .and_then(|number| number.parse().ok())
                .expect("a number")
        })
        .collect()
}

fn link<'a>(page: &'a str, rel: &str) -> Option<String> {
    let (before, _) = page.split_once(&format!("\" rel=\"{rel}\""))?;
    let path: &'a str = before.rsplit("href=\"").next()?;
    Some(path.replace("&#38;", "&").replace("&amp;", "&"))
}

#[tokio::test]
async fn every_article_is_on_one_page_while_others_come_in() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        save_many(&browser, 30).await;
        let first = browser.get("/").await.text();
        let mut seen = numbers(&first);
        assert_eq!(seen.first(), Some(&30));
        browser
            .api(
                Method::POST,
                "/api/v1/articles",
                Some(json!({"url": "https://e.org/late"})),
            )
            .await;
        let mut next = link(&first, "next");
        while let Some(path) = next {
            let page = browser.get(&path).await.text();
            seen.extend(numbers(&page));
            next = link(&page, "next");
        }
        assert_eq!(seen, (1..=30).rev().collect::<Vec<i64>>());

        // W04: what makes no sense is the first page, not an error.
        for path in [
            "/?after=x",
            "/?after=-1.5",
            "/?view=nothing",
            "/?after=9.9.9",
            "/?deleted=x&here=-1",
            "/?unknown=1",
        ] {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert_eq!(numbers(&page.text()).first(), Some(&31), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_api_lists_each_article_once_and_clamps_its_limit() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        save_many(&browser, 10).await;
        let mut seen = Vec::new();
        let mut path = "/api/v1/articles?view=unread&limit=4".to_owned();
        loop {
            let list = browser.get(&path).await.json();
            seen.extend(
                list["articles"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(|article| article["id"].as_i64()),
            );
            let Some(cursor) = list["next"].as_str() else {
                break;
            };
            path = format!("/api/v1/articles?view=unread&limit=4&cursor={cursor}");
        }
        assert_eq!(seen, (1..=10).rev().map(Some).collect::<Vec<_>>());
        for (limit, expected) in [("0", 1), ("-5", 1), ("99999999999999999999", 10)] {
            let list = browser
                .get(&format!("/api/v1/articles?limit={limit}"))
                .await
                .json();
            assert_eq!(
                list["articles"].as_array().map(Vec::len),
                Some(expected),
                "{limit}"
            );
        }
        for query in ["limit=ten", "cursor=forged", "view=nothing"] {
            assert_eq!(
                browser
                    .get(&format!("/api/v1/articles?{query}"))
                    .await
                    .problem(),
                "bad-request",
                "{query}"
            );
        }
        assert_eq!(
            browser.get("/api/v1/articles?user_id=2").await.problem(),
            "bad-field"
        );
    })
    .await;
}

#[tokio::test]
async fn an_article_moves_between_the_views_by_its_buttons() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        save_many(&browser, 1).await;
        let listed = async || {
            let mut views = Vec::new();
            for view in ["unread", "archived", "starred", "all"] {
                views.push(numbers(&browser.get(&format!("/?view={view}")).await.text()).len());
            }
            views
        };
        assert_eq!(listed().await, [1, 0, 0, 1]);
        for (action, expected) in [
            ("archive", [0, 1, 0, 1]),
            ("archive", [0, 1, 0, 1]),
            ("star", [0, 1, 1, 1]),
            ("unarchive", [1, 0, 1, 1]),
            ("unstar", [1, 0, 0, 1]),
        ] {
            let answer = browser
                .post(&format!("/articles/1/{action}"), &[("back", "/?view=all")])
                .await;
            assert_eq!(answer.location(), "/?view=all", "{action}");
            assert_eq!(listed().await, expected, "{action}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_deleted_article_is_gone_until_it_is_brought_back() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let deleted = browser
            .post("/articles/1/delete", &[("back", "/?view=all")])
            .await;
        assert_eq!(deleted.location(), "/?view=all&deleted=1");
        let page = browser.get(deleted.location()).await.text();
        assert!(
            page.contains("Deleted: <bdi>The one story") && page.contains("/articles/1/undelete"),
            "{page}"
        );
        assert_eq!(numbers(&page), Vec::<i64>::new());
        for path in [
            "/articles/1",
            "/articles/1/captures",
            "/articles/1/captures/1/original",
            "/api/v1/articles/1",
        ] {
            assert_eq!(
                browser.get(path).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        assert_eq!(
            browser.post("/articles/1/star", &[]).await.status,
            StatusCode::NOT_FOUND
        );

        let back = browser
            .post("/articles/1/undelete", &[("back", "/?view=all")])
            .await;
        assert_eq!(back.location(), "/?view=all");
        assert_eq!(browser.get("/articles/1").await.status, StatusCode::OK);
        assert!(!browser.get("/?deleted=1").await.text().contains("Undo"));
    })
    .await;
}

#[tokio::test]
async fn a_full_page_of_long_articles_stays_under_sixty_kilobytes() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        for number in 0..26 {
            let name = format!("{number}-{}", "very-long-".repeat(40));
            browser
                .save_and_capture(&app.origin.url(&format!("/story/{name}")))
                .await;
        }
        let page = browser.get("/").await;
        assert_eq!(numbers(&page.text()).len(), 24);
        assert!(page.body.len() < 60_000, "{} bytes", page.body.len());
    })
    .await;
}
