//! Saving: what good and bad input gets, on the page and in the API.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::app::on_each_database;

#[tokio::test]
async fn a_saved_page_stands_on_top_and_becomes_readable() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/old"))
            .await;
        let url = app.origin.url("/story/new");
        let answer = browser.post("/articles", &[("url", &url)]).await;
        assert_eq!(
            (answer.status, answer.location()),
            (StatusCode::SEE_OTHER, "/")
        );
        let page = browser.get("/").await.text();
        let (waiting, old) = (
            page.find(&url).expect("it is listed"),
            page.find("The old story").expect("so is it"),
        );
        assert!(
            waiting < old && page.contains("data-queued=\"2\""),
            "{page}"
        );
        assert!(
            browser
                .get("/articles/2")
                .await
                .text()
                .contains("The page is being fetched")
        );

        app.capture(browser.user_id(), &[2]).await;
        let page = browser.get("/").await.text();
        for shown in [
            "The new story",
            "Harbour Gazette",
            "Ruth Ellery",
            "13 June 2023",
            "min read",
            "/articles/2/thumbnail",
        ] {
            assert!(page.contains(shown), "{shown} is missing in {page}");
        }
        assert!(!page.contains("data-queued"));
    })
    .await;
}

#[tokio::test]
async fn what_is_no_address_comes_back_with_what_was_typed_and_why() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let long = format!("https://e.org/{}", "a".repeat(9000));
        for (typed, wrong) in [
            ("", "no address was given"),
            ("two words", "is not a web address"),
            ("ftp://example.org/a", "only http and https"),
            ("javascript:alert(1)", "only http and https"),
            ("<script>x</script>", "is not a web address"),
            (long.as_str(), "longer than 8192 bytes"),
        ] {
            let page = browser.post("/articles", &[("url", typed)]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            assert!(
                page.text().contains("Not saved:") && page.text().contains(wrong),
                "{typed}: {}",
                page.text()
            );
            assert!(!page.text().contains("<script>x"), "{typed}");
            if !typed.contains('<') {
                assert!(
                    page.text().contains(&format!("value=\"{typed}\"")),
                    "{typed} was not kept"
                );
            }
            let problem = browser
                .api(
                    Method::POST,
                    "/api/v1/articles",
                    Some(json!({ "url": typed })),
                )
                .await;
            assert_eq!(problem.problem(), "bad-address", "{typed}");
            assert!(
                problem.json()["detail"]
                    .as_str()
                    .expect("a detail")
                    .contains(' '),
                "{typed}"
            );
            assert!(problem.json()["code"].is_string(), "{typed}");
        }
        assert_eq!(
            browser.get("/api/v1/articles").await.json()["articles"],
            json!([])
        );
    })
    .await;
}

#[tokio::test]
async fn a_page_that_cannot_be_read_says_so_everywhere_and_can_be_tried_again() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let mut private = vec![
            "http://10.1.2.3/story".to_owned(),
            "http://[::ffff:10.0.0.1]/".to_owned(),
        ];
        let mut urls: Vec<String> = [
            "/missing",
            "/broken",
            "/report.pdf",
            "/picture.png",
            "/empty",
            "/loop",
            "/huge",
            "/wall",
            "/silent",
        ]
        .map(|path| app.origin.url(path))
        .into();
        urls.append(&mut private);
        for url in urls {
            let id = browser.save_and_capture(&url).await;
            let article = browser.get(&format!("/api/v1/articles/{id}")).await.json();
            assert_eq!(article["state"], "failed", "{url}: {article}");
            let reason = article["reason"]["text"]
                .as_str()
                .expect("a reason")
                .to_owned();
            assert!(reason.len() > 20, "{url}: {reason}");
            assert!(
                article["reason"]["code"]
                    .as_str()
                    .is_some_and(|code| !code.contains(' ')),
                "{url}"
            );
            if url.contains("10.") {
                assert_eq!(article["reason"]["code"], "private_address", "{url}");
            }

            let list = browser.get("/").await.text();
            let reader = browser.get(&format!("/articles/{id}")).await;
            assert_eq!(reader.status, StatusCode::OK);
            for page in [&list, &reader.text()] {
                let shown = page
                    .replace("&#38;", "&")
                    .replace("&#39;", "'")
                    .replace("&#34;", "\"");
                assert!(shown.contains(&reason), "{url}: {reason} is not on {shown}");
                assert!(page.contains(&format!("/articles/{id}/retry")), "{url}");
                assert!(page.contains("rel=\"noopener noreferrer\""), "{url}");
            }
            let retried = browser
                .post(&format!("/articles/{id}/retry"), &[("back", "/?view=all")])
                .await;
            assert_eq!(retried.location(), "/?view=all");
            assert_eq!(
                browser.get(&format!("/api/v1/articles/{id}")).await.json()["state"],
                "queued",
                "{url}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_same_page_twice_is_one_article_and_says_so() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let url = app.origin.url("/story/one");
        browser.save_and_capture(&url).await;
        let again = browser
            .api(
                Method::POST,
                "/api/v1/articles",
                Some(json!({ "url": format!("{url}?utm_source=x") })),
            )
            .await;
        assert_eq!(
            (again.status, again.json()["id"].as_i64()),
            (StatusCode::OK, Some(1))
        );
        let form = browser.post("/articles", &[("url", &url)]).await;
        assert_eq!(form.location(), "/?here=1");
        let page = browser.get("/?here=1").await.text();
        assert!(
            page.contains("This page is already in your library"),
            "{page}"
        );
        assert_eq!(
            browser.get("/api/v1/articles").await.json()["articles"]
                .as_array()
                .map(Vec::len),
            Some(1)
        );
    })
    .await;
}

#[tokio::test]
async fn r12_a_page_under_a_wrong_charset_reads_right_on_the_page_and_in_the_api() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = browser
            .save_and_capture(&app.origin.url("/mislabelled"))
            .await;
        let article = browser
            .get(&format!("/api/v1/articles/{id}?include=text"))
            .await
            .json();
        assert_eq!(article["state"], "ready", "{article}");
        assert!(
            article["text"]
                .as_str()
                .expect("a text")
                .contains("naïve café"),
            "{article}"
        );
        assert!(
            browser
                .get(&format!("/articles/{id}"))
                .await
                .text()
                .contains("naïve café")
        );
    })
    .await;
}
