//! The first run: a library without users asks for one, once.

use axum::http::StatusCode;

use crate::app::{Browser, PASSWORD, on_each_database};

const FORM: &[(&str, &str)] = &[
    ("name", "ada"),
    ("password", PASSWORD),
    ("password_again", PASSWORD),
];

#[tokio::test]
async fn everything_leads_to_the_first_run_until_it_is_done() {
    on_each_database(async |app| {
        let browser = app.nobody();
        for path in ["/", "/search?q=x", "/articles/1", "/signin"] {
            let answer = browser.get(path).await;
            assert_eq!(
                (answer.status, answer.location()),
                (StatusCode::SEE_OTHER, "/setup"),
                "{path}"
            );
        }
        assert_eq!(
            browser.get("/api/v1/articles").await.problem(),
            "not-set-up"
        );
        assert_eq!(browser.get("/setup").await.status, StatusCode::OK);

        let opened = browser.post("/setup", FORM).await;
        assert_eq!(
            (opened.status, opened.location()),
            (StatusCode::SEE_OTHER, "/")
        );
        let signed_in = Browser {
            cookie: Some(cookie_of(opened.header("set-cookie"))),
            ..browser.clone()
        };
        assert!(
            signed_in
                .get("/")
                .await
                .text()
                .contains("Your library is empty")
        );

        let closed = browser.get("/setup").await;
        assert_eq!(
            (closed.status, closed.location()),
            (StatusCode::SEE_OTHER, "/")
        );
        assert_eq!(
            browser.post("/setup", FORM).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            signed_in.post("/setup", FORM).await.status,
            StatusCode::NOT_FOUND
        );
    })
    .await;
}

fn cookie_of(set_cookie: &str) -> String {
    set_cookie.split(';').next().expect("a cookie").to_owned()
}

#[tokio::test]
async fn a12_of_two_first_runs_at_once_one_wins() {
    on_each_database(async |app| {
        let browser = app.nobody();
        let other = &[
            ("name", "ben"),
            ("password", PASSWORD),
            ("password_again", PASSWORD),
        ];
        let (one, two) = tokio::join!(browser.post("/setup", FORM), browser.post("/setup", other));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 404]);
        let loser = if one.status == StatusCode::NOT_FOUND {
            one
        } else {
            two
        };
        assert_eq!(loser.header("set-cookie"), "");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_first_run_comes_back_with_what_was_typed_and_why() {
    on_each_database(async |app| {
        let browser = app.nobody();
        for (name, password, again, wrong) in [
            (
                "ada",
                "difference engine",
                "difference engin",
                "not the same",
            ),
            ("ada", "abc1x", "abc1x", "shorter than 8"),
            ("a b", PASSWORD, PASSWORD, "use letters"),
            ("", PASSWORD, PASSWORD, "empty"),
            ("<b>\"", PASSWORD, PASSWORD, "use letters"),
        ] {
            let form = [
                ("name", name),
                ("password", password),
                ("password_again", again),
            ];
            let answer = browser.post("/setup", &form).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert!(answer.text().contains(wrong), "{name}: {}", answer.text());
            assert!(!answer.text().contains("<b>"), "{name}");
            assert!(
                !answer.text().contains(password),
                "{name}: the password came back"
            );
        }
        assert_eq!(browser.get("/").await.location(), "/setup");
        // A13: what the form does not have is refused, not ignored.
        let more = [FORM, &[("role", "admin")]].concat();
        assert_eq!(
            browser.post("/setup", &more).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(browser.get("/").await.location(), "/setup");
    })
    .await;
}
