//! Every change needs proof that it comes from a page of ours, and GET changes
//! nothing. Both are walked over the list of routes.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use cuttings_server::{Answers, Policy, Route};

use crate::app::{Browser, on_each_database};

/// The route's path with the numbers and digests of things that are there.
fn filled(route: &Route, digest: &str) -> String {
    route
        .path
        .replace("{id}", "1")
        .replace("{feed}", "1")
        .replace("{entry}", "1")
        .replace("{rule}", "1")
        .replace("{capture}", "1")
        .replace("{digest}", digest)
        .replace("{name}", "internal")
        .replace("{file}", "keys.js")
}

fn is_change(route: &Route) -> bool {
    matches!(route.policy, Policy::Save | Policy::Change)
}

/// Headers and body of one attempt to change something from elsewhere.
struct Attempt {
    what: &'static str,
    headers: Vec<(&'static str, String)>,
    body: String,
}

fn attempts(browser: &Browser<'_>, foreign_proof: &str) -> Vec<Attempt> {
    let form = (
        "content-type",
        "application/x-www-form-urlencoded".to_owned(),
    );
    let json = ("content-type", "application/json".to_owned());
    let proof = ("x-csrf-token", browser.csrf.clone());
    let own_form = format!("url=e.org&csrf={}", browser.csrf);
    let attempt = |what, headers: Vec<(&'static str, String)>, body: &str| Attempt {
        what,
        headers,
        body: body.to_owned(),
    };
    vec![
        attempt("a form without proof", vec![form.clone()], "url=e.org"),
        attempt(
            "a form with an empty proof",
            vec![form.clone()],
            "url=e.org&csrf=",
        ),
        attempt(
            "a form with another session's proof",
            vec![form.clone()],
            &format!("url=e.org&csrf={foreign_proof}"),
        ),
        attempt(
            "JSON without proof",
            vec![json.clone()],
            "{\"url\":\"e.org\"}",
        ),
        attempt(
            "JSON as plain text",
            vec![("content-type", "text/plain".to_owned())],
            "{\"url\":\"e.org\"}",
        ),
        attempt(
            "a wrong header",
            vec![json.clone(), ("x-csrf-token", foreign_proof.to_owned())],
            "{\"url\":\"e.org\"}",
        ),
        attempt(
            "proof sent from another site",
            vec![form.clone(), ("sec-fetch-site", "cross-site".to_owned())],
            &own_form,
        ),
        attempt(
            "proof sent from a neighbour",
            vec![form.clone(), ("sec-fetch-site", "same-site".to_owned())],
            &own_form,
        ),
        attempt(
            "proof with a foreign origin",
            vec![
                form.clone(),
                ("origin", "https://elsewhere.example".to_owned()),
            ],
            &own_form,
        ),
        attempt(
            "a header with a foreign origin",
            vec![
                json,
                proof,
                ("origin", "http://cuttings.test:81".to_owned()),
            ],
            "{\"url\":\"e.org\"}",
        ),
    ]
}

#[tokio::test]
async fn a17_no_change_is_made_without_proof() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let other = app.signed_in("ben").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let before = app.everything_of(browser.user_id()).await;
        let routes = app.routes();
        assert!(routes.iter().filter(|route| is_change(route)).count() >= 14);

        for route in routes.iter().filter(|route| is_change(route)) {
            for attempt in attempts(&browser, &other.csrf) {
                let mut request = browser.request(route.method.clone(), &filled(route, ""));
                for (name, value) in &attempt.headers {
                    request = request.header(*name, value);
                }
                let answer = browser
                    .send(request.body(Body::from(attempt.body)).expect("a request"))
                    .await;
                let what = format!("{} {} with {}", route.method, route.path, attempt.what);
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
                if route.answers == Answers::Api {
                    assert_eq!(answer.problem(), "no-proof", "{what}");
                }
                assert_eq!(
                    app.everything_of(browser.user_id()).await,
                    before,
                    "{what} changed something"
                );
            }
            assert_eq!(
                browser.get("/").await.status,
                StatusCode::OK,
                "{} ended the session",
                route.path
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_with_proof_is_made_with_every_route() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let feed = app.origin.url("/feed");
        for route in app
            .routes()
            .iter()
            .filter(|route| is_change(route) && route.path != "/signout")
            // These take a file; feeds.rs and sent.rs send one.
            .filter(|route| !["/feeds/lists", "/api/v1/feeds/opml"].contains(&route.path))
            .filter(|route| !route.path.contains("singlefile") && route.path != "/api/v1/pages")
        {
            browser.post("/articles/1/undelete", &[]).await;
            let path = match (route.method.as_str(), route.path) {
                ("DELETE", "/api/v1/site-access") => format!("{}?site=e.org", route.path),
                _ => filled(route, ""),
            };
            let answer = if route.answers == Answers::Api {
                let body = match (route.method.as_str(), route.path) {
                    ("POST", "/api/v1/articles") => Some(serde_json::json!({"url": "e.org"})),
                    ("POST", "/api/v1/feeds" | "/api/v1/feeds/discover") => {
                        Some(serde_json::json!({"url": feed}))
                    }
                    ("POST", "/api/v1/entries/seen") => Some(serde_json::json!({})),
                    ("POST", "/api/v1/feed-rules") | ("PUT", "/api/v1/feed-rules/{rule}") => {
                        Some(serde_json::json!({"query": "harbour"}))
                    }
                    ("PATCH", "/api/v1/feeds/{feed}") => Some(serde_json::json!({"folder": "a"})),
                    ("PATCH", "/api/v1/entries/{entry}") => Some(serde_json::json!({"seen": true})),
                    ("PUT", "/api/v1/site-access") => {
                        Some(serde_json::json!({"site": "e.org", "cookie": "a=b"}))
                    }
                    ("PUT", "/api/v1/articles/{id}/schedule") => {
                        Some(serde_json::json!({"every": "day"}))
                    }
                    ("PUT", _) => Some(serde_json::json!({"block": 1, "percent": 1})),
                    ("POST", "/api/v1/bulk") => {
                        Some(serde_json::json!({"action": "star", "ids": [1]}))
                    }
                    ("POST", "/api/v1/articles/{id}/highlights") => {
                        Some(serde_json::json!({"exact": "Paragraph 1"}))
                    }
                    ("PATCH", "/api/v1/highlights/{id}") => {
                        Some(serde_json::json!({"colour": "red"}))
                    }
                    ("PATCH", _) => Some(serde_json::json!({"starred": true})),
                    _ => None,
                };
                browser.api(route.method.clone(), &path, body).await
            } else {
                let fields: &[_] = match route.path {
                    "/articles" => &[("url", "e.org/2")],
                    "/bulk" => &[("action", "star"), ("id", "1")],
                    "/save" => &[("url", "e.org/3")],
                    "/connect/tokens" => &[("name", "Desk"), ("scope", "read")],
                    "/filters" => &[("name", "All")],
                    "/feeds" | "/feeds/add" => &[("url", &feed)],
                    "/feeds/rules" | "/feeds/rules/{rule}" => &[("query", "harbour")],
                    "/settings/sites" => &[("site", "e.org"), ("cookie", "a=b")],
                    "/settings/sites/remove" => &[("site", "e.org")],
                    "/entries/seen" => &[("until", "1")],
                    "/articles/{id}/highlights" => &[("words", "Paragraph 1"), ("colour", "red")],
                    _ => &[],
                };
                browser.post(&path, fields).await
            };
            // There is no tag, filter, action or twin to change, which shows
            // only to who may look.
            let is_about_nothing = [
                "{tag}", "{filter}", "{action}", "/join", "{feed}", "{entry}", "{rule}", "{token}",
            ]
            .iter()
            .any(|part| route.path.contains(part));
            assert!(
                answer.status.is_success()
                    || answer.status == StatusCode::SEE_OTHER
                    || (is_about_nothing && answer.status == StatusCode::NOT_FOUND),
                "{path}: {}",
                answer.text()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a17_signing_in_and_first_run_are_refused_from_elsewhere() {
    on_each_database(async |app| {
        for path in ["/setup", "/signin"] {
            for (name, value) in [
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
                ("origin", "https://elsewhere.example"),
                ("origin", "null"),
            ] {
                let browser = app.nobody();
                let request = browser
                    .request(Method::POST, path)
                    .header(name, value)
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .body(Body::from(
                        "name=ada&password=difference+engine&password_again=difference+engine",
                    ))
                    .expect("a request");
                let answer = browser.send(request).await;
                assert_eq!(
                    answer.status,
                    StatusCode::FORBIDDEN,
                    "{path} with {name}: {value}"
                );
                assert_eq!(answer.header("set-cookie"), "");
            }
            if path == "/setup" {
                assert_eq!(app.nobody().get("/").await.location(), "/setup");
                app.add_user("ada").await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn over_plain_http_our_own_forms_are_known_by_their_origin() {
    on_each_database(async |app| {
        app.add_user("ada").await;
        let browser = app.nobody();
        let signed_in = async |origin: &str| {
            let request = browser
                .request(Method::POST, "/signin")
                .header("origin", origin)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from("name=ada&password=difference+engine"))
                .expect("a request");
            browser.send(request).await.status
        };
        assert_eq!(
            signed_in("http://cuttings.test").await,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            signed_in("http://cuttings.test:8090").await,
            StatusCode::FORBIDDEN
        );
    })
    .await;
}

#[tokio::test]
async fn a17_getting_changes_nothing() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        browser.save_and_capture(&app.origin.url("/missing")).await;
        let before = app.everything_of(browser.user_id()).await;
        for route in app
            .routes()
            .iter()
            .filter(|route| route.method == Method::GET)
        {
            let path = filled(route, &"0".repeat(64));
            for _ in 0..2 {
                browser.get(&path).await;
            }
            let head = browser
                .request(Method::HEAD, &path)
                .body(Body::empty())
                .expect("a request");
            browser.send(head).await;
        }
        assert_eq!(app.everything_of(browser.user_id()).await, before);
        assert_eq!(browser.get("/").await.status, StatusCode::OK);
    })
    .await;
}
