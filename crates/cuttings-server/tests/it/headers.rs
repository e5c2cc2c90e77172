//! Security headers stand on every answer of every route.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use cuttings_server::Answers;

use crate::app::{Answer, on_each_database};

/// A saved page as it looked: a sandbox, what is its own to load, and style.
fn check_replay(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy");
    let sandbox = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; ";
    assert!(policy.starts_with(sandbox), "{what}: {policy}");
    for directive in [
        "img-src 'self' data:",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    ] {
        assert!(
            policy.split("; ").any(|found| found == directive),
            "{what}: {policy}"
        );
    }
    for never in ["allow-scripts", "allow-same-origin", "script-src", "*"] {
        assert!(!policy.contains(never), "{what}: {policy}");
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", ""),
        ("cross-origin-resource-policy", "cross-origin"),
        ("set-cookie", ""),
        ("access-control-allow-credentials", ""),
    ] {
        assert_eq!(answer.header(name), value, "{what}");
    }
    assert_ne!(answer.header("cache-control"), "", "{what}");
}

fn check(answer: &Answer, answers: Answers, what: &str) {
    if answers == Answers::Replay {
        return check_replay(answer, what);
    }
    let policy = answer.header("content-security-policy");
    if answers == Answers::Bytes {
        assert!(
            policy.starts_with("sandbox; default-src 'none'"),
            "{what}: {policy}"
        );
    } else {
        for directive in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "require-trusted-types-for 'script'",
            "trusted-types service-worker",
        ] {
            assert!(
                policy.split("; ").any(|found| found == directive),
                "{what}: {policy}"
            );
        }
    }
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(answer.header(name), value, "{what}");
    }
    assert!(
        answer
            .header("permissions-policy")
            .contains("geolocation=()"),
        "{what}"
    );
    assert_eq!(answer.header("access-control-allow-origin"), "", "{what}");
    assert_ne!(answer.header("cache-control"), "", "{what}");
}

#[tokio::test]
async fn v21_every_answer_has_the_strict_policy() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        for route in app.routes() {
            let path = route
                .path
                .replace("{id}", "1")
                .replace("{capture}", "1")
                .replace("{digest}", &"0".repeat(64))
                .replace("{name}", "internal")
                .replace("{file}", "keys.js");
            for someone in [&app.nobody(), &browser] {
                for method in [route.method.clone(), Method::HEAD, Method::OPTIONS] {
                    let request = someone
                        .request(method.clone(), &path)
                        .header("origin", "https://elsewhere.example")
                        .body(Body::empty())
                        .expect("a request");
                    let answer = someone.send(request).await;
                    // A method without a route is answered by its path.
                    let answers = match route.answers {
                        Answers::Bytes if method == Method::OPTIONS => Answers::Page,
                        answers => answers,
                    };
                    check(&answer, answers, &format!("{method} {}", route.path));
                }
            }
        }
        for path in [
            "/nowhere",
            "/articles/x",
            "/api/v1/nowhere",
            "/static/nothing.css",
            "/problems/nothing",
        ] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            check(&answer, Answers::Page, path);
        }
    })
    .await;
}

#[tokio::test]
async fn a23_private_pages_stay_out_of_every_cache() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        for path in [
            "/",
            &format!("/articles/{id}"),
            "/search?q=x",
            "/api/v1/articles",
            "/nowhere",
        ] {
            assert_eq!(
                browser.get(path).await.header("cache-control"),
                "private, no-store",
                "{path}"
            );
        }
        let page = browser.get("/").await.text();
        let (_, style) = page
            .split_once("stylesheet\" href=\"")
            .expect("a style sheet");
        let style = browser.get(style.split('"').next().expect("a path")).await;
        assert_eq!(style.status, StatusCode::OK);
        assert_eq!(
            style.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
    })
    .await;
}

#[tokio::test]
async fn errors_have_our_form_for_people_and_for_programs() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let page = browser.get("/nowhere").await;
        assert!(
            page.text().contains("There is nothing here"),
            "{}",
            page.text()
        );
        assert!(page.header("content-type").starts_with("text/html"));
        assert_eq!(browser.get("/api/v1/nowhere").await.problem(), "not-found");

        let put = browser
            .request(Method::PUT, "/api/v1/articles")
            .body(Body::empty())
            .expect("a request");
        let answer = browser.send(put).await;
        assert_eq!(answer.problem(), "method-not-allowed");
        assert!(
            answer.header("allow").contains("POST"),
            "{}",
            answer.header("allow")
        );
        let put = browser
            .request(Method::PUT, "/")
            .body(Body::empty())
            .expect("a request");
        assert!(
            browser
                .send(put)
                .await
                .text()
                .contains("That cannot be done here")
        );

        let send = async |kind: &str, body: Vec<u8>| {
            let request = browser
                .request(Method::POST, "/api/v1/articles")
                .header("x-csrf-token", &browser.csrf)
                .header(header::CONTENT_TYPE, kind)
                .body(Body::from(body))
                .expect("a request");
            browser.send(request).await
        };
        assert_eq!(
            send("application/xml", b"<url/>".to_vec()).await.problem(),
            "unsupported-type"
        );
        assert_eq!(
            send("application/json", b"{\"url\":".to_vec())
                .await
                .problem(),
            "bad-request"
        );
        assert_eq!(
            send("application/json", b"{}".to_vec()).await.problem(),
            "bad-field"
        );
        // W03: sizes and depth.
        let large = format!("{{\"url\":\"{}\"}}", "a".repeat(2 * 1024 * 1024));
        assert_eq!(
            send("application/json", large.into_bytes()).await.problem(),
            "too-large"
        );
        assert_eq!(
            send("application/json", "[".repeat(100_000).into_bytes())
                .await
                .problem(),
            "bad-field"
        );
        let wide = browser
            .post("/articles", &[("url", &"a".repeat(70_000))])
            .await;
        assert_eq!(wide.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(wide.text().contains("64 KiB"), "{}", wide.text());
    })
    .await;
}

#[tokio::test]
async fn every_problem_type_has_its_page() {
    on_each_database(async |app| {
        let browser = app.nobody();
        for problem in cuttings_server::PROBLEM_TYPES {
            let page = browser.get(&format!("/problems/{}", problem.name)).await;
            assert_eq!(page.status, StatusCode::OK, "{}", problem.name);
            assert!(
                page.text().contains(&problem.status.as_u16().to_string()),
                "{}",
                problem.name
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_failure_of_ours_has_a_number_and_no_cause() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        assert_eq!(
            browser.get("/readyz").await.text(),
            "ready\nnever verified\n"
        );
        app.library.store.close().await;
        let problem = browser.get("/api/v1/articles").await;
        assert_eq!(problem.problem(), "unavailable");
        let number = problem.json()["instance"]
            .as_str()
            .expect("a number")
            .to_owned();
        assert!(number.starts_with("urn:cuttings:failure:"), "{number}");
        let page = browser.get("/").await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
        for text in [
            problem.text(),
            page.text(),
            browser.get("/readyz").await.text(),
        ] {
            assert!(
                !text.to_lowercase().contains("pool") && !text.contains("SELECT"),
                "{text}"
            );
        }
        assert_eq!(
            browser.get("/readyz").await.status,
            StatusCode::SERVICE_UNAVAILABLE
        );
        assert_eq!(browser.get("/healthz").await.text(), "alive\n");
    })
    .await;
}

#[tokio::test]
async fn a20_links_are_made_with_the_configured_address_only() {
    on_each_database(async |app| {
        let app = app.reached_at("https://cuttings.example/");
        let user = app.add_user("ada").await;
        let token = app.token(user.id, cuttings_model::Scope::Full).await;
        let browser = app.nobody();
        let request = browser
            .request(Method::POST, "/api/v1/articles")
            .header("x-forwarded-host", "evil.example")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from("{\"url\": \"https://e.org/\"}"))
            .expect("a request");
        let answer = browser.send(request).await;
        assert_eq!(
            answer.location(),
            "https://cuttings.example/api/v1/articles/1"
        );
        let problem = browser.get("/api/v1/articles/1").await;
        assert_eq!(
            problem.json()["type"],
            "https://cuttings.example/problems/not-signed-in"
        );
    })
    .await;
}
