//! Signing in and out: cookies, guessing, where it leads.

use std::net::{IpAddr, Ipv4Addr};

use axum::body::Body;
use axum::http::{Method, StatusCode, header};

use crate::app::{Answer, Browser, PASSWORD, on_each_database};

fn form<'a>(name: &'a str, password: &'a str, next: &'a str) -> [(&'a str, &'a str); 3] {
    [("name", name), ("password", password), ("next", next)]
}

fn with_cookie<'a>(browser: &Browser<'a>, answer: &Answer) -> Browser<'a> {
    let cookie = answer
        .header("set-cookie")
        .split(';')
        .next()
        .expect("a cookie")
        .to_owned();
    Browser {
        cookie: Some(cookie),
        ..browser.clone()
    }
}

#[tokio::test]
async fn a04_there_is_no_cookie_before_signing_in_and_then_one_that_scripts_cannot_read() {
    on_each_database(async |app| {
        app.add_user("ada").await;
        let browser = app.nobody();
        for path in ["/", "/signin", "/static/keys.js", "/nowhere"] {
            assert_eq!(browser.get(path).await.header("set-cookie"), "", "{path}");
        }
        let answer = browser.post("/signin", &form("ada", PASSWORD, "/")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("cuttings_session="), "{cookie}");
        for flag in ["; Path=/", "; HttpOnly", "; SameSite=Lax"] {
            assert!(cookie.contains(flag), "{cookie}");
        }
        assert!(
            !cookie.contains("Domain") && !cookie.contains("Secure"),
            "{cookie}"
        );
        assert_eq!(
            with_cookie(&browser, &answer).get("/").await.status,
            StatusCode::OK
        );

        let app = app.reached_at("https://cuttings.example/");
        let answer = app
            .nobody()
            .post("/signin", &form("ada", PASSWORD, "/"))
            .await;
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("__Host-cuttings="), "{cookie}");
        assert!(
            cookie.contains("; Secure") && cookie.contains("; HttpOnly"),
            "{cookie}"
        );
    })
    .await;
}

#[tokio::test]
async fn a01_signing_in_takes_over_no_cookie_and_ends_the_one_before() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let planted = Browser {
            cookie: Some("cuttings_session=planted".to_owned()),
            ..app.nobody()
        };
        let answer = planted.post("/signin", &form("ada", PASSWORD, "/")).await;
        assert!(!answer.header("set-cookie").contains("planted"));
        assert_eq!(planted.get("/").await.location(), "/signin?next=%2F");

        let again = Browser {
            csrf: String::new(),
            ..browser.clone()
        };
        let answer = again.post("/signin", &form("ada", PASSWORD, "/")).await;
        let new = with_cookie(&browser, &answer);
        assert_ne!(new.cookie, browser.cookie);
        assert_eq!(new.get("/").await.status, StatusCode::OK);
        assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn a02_after_signing_out_the_cookie_is_worth_nothing() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let answer = browser.post("/signout", &[]).await;
        assert_eq!(answer.location(), "/signin");
        assert!(
            answer.header("set-cookie").contains("Max-Age=0"),
            "{}",
            answer.header("set-cookie")
        );
        assert_eq!(
            browser.get("/api/v1/articles").await.problem(),
            "not-signed-in"
        );
        assert_eq!(browser.get("/").await.location(), "/signin?next=%2F");
    })
    .await;
}

#[tokio::test]
async fn a05_guessing_is_slowed_by_name_and_by_address_whatever_the_headers_claim() {
    on_each_database(async |app| {
        app.add_user("ada").await;
        let browser = app.nobody();
        let mut answers = Vec::new();
        for attempt in 0..7 {
            let elsewhere = Browser {
                client: IpAddr::V4(Ipv4Addr::new(198, 51, 100, attempt)),
                ..browser.clone()
            };
            answers.push(
                elsewhere
                    .post("/signin", &form("ada", "wrong wrong", "/"))
                    .await,
            );
        }
        assert_eq!(answers[0].status, StatusCode::FORBIDDEN);
        let last = answers.last().expect("answers");
        assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
        let seconds: u64 = last.header("retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert!(last.text().contains("Wait"), "{}", last.text());

        // A06: by address, and the address is the connection's own.
        let mut status = StatusCode::FORBIDDEN;
        for attempt in 0..22 {
            let request = browser
                .request(Method::POST, "/signin")
                .header("x-forwarded-for", format!("203.0.113.{attempt}"))
                .header("forwarded", format!("for=203.0.113.{attempt}"))
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(format!("name=user{attempt}&password=wrong")))
                .expect("a request");
            status = browser.send(request).await.status;
        }
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    })
    .await;
}

#[tokio::test]
async fn a07_known_and_unknown_names_get_the_same_answer() {
    on_each_database(async |app| {
        app.add_user("ada").await;
        let browser = app.nobody();
        let known = browser
            .post("/signin", &form("ada", "wrong wrong", "/"))
            .await;
        let unknown = browser
            .post("/signin", &form("eve", "wrong wrong", "/"))
            .await;
        assert_eq!(known.status, unknown.status);
        assert_eq!(known.text().replace("ada", "eve"), unknown.text());
    })
    .await;
}

#[tokio::test]
async fn a19_signing_in_leads_only_to_our_own_pages() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        for next in [
            "//h",
            "/\\h",
            "\\\\h",
            "/\t/h",
            "https:h",
            "/..//h",
            "javascript:alert(1)",
            "https://h/",
            "",
        ] {
            let signed_in = app
                .nobody()
                .post("/signin", &form("ada", PASSWORD, next))
                .await;
            assert_eq!(signed_in.location(), "/", "{next:?}");
            let id = browser
                .api(
                    Method::POST,
                    "/api/v1/articles",
                    Some(serde_json::json!({"url": "e.org"})),
                )
                .await
                .json()["id"]
                .to_string();
            let acted = browser
                .post(&format!("/articles/{id}/star"), &[("back", next)])
                .await;
            assert_eq!(acted.location(), "/", "{next:?}");
            let deleted = browser
                .post(&format!("/articles/{id}/delete"), &[("back", next)])
                .await;
            assert_eq!(deleted.location(), format!("/?deleted={id}"), "{next:?}");
        }
        let signed_in = app
            .nobody()
            .post("/signin", &form("ada", PASSWORD, "/search?q=a+b"))
            .await;
        assert_eq!(signed_in.location(), "/search?q=a+b");
        assert_eq!(
            app.nobody().get("/search?q=a+b").await.location(),
            "/signin?next=%2Fsearch%3Fq%3Da%2Bb"
        );
    })
    .await;
}

#[tokio::test]
async fn a08_an_overlong_password_is_refused_quickly() {
    on_each_database(async |app| {
        app.add_user("ada").await;
        let long = "a".repeat(1024 * 1024);
        let answer = app.nobody().post("/signin", &form("ada", &long, "/")).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        let answer = app
            .nobody()
            .post("/signin", &form("ada", &"a".repeat(2000), "/"))
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let answer = app
            .nobody()
            .post("/signin", &form("a\0da", PASSWORD, "/"))
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    })
    .await;
}
