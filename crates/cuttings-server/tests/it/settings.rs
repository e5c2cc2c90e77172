//! Settings: on every page before anything is drawn, kept for one user.

use axum::http::StatusCode;

use crate::app::on_each_database;

/// The tag of the root element.
fn root(page: &str) -> &str {
    let (_, rest) = page.split_once("<html").expect("a page");
    rest.split('>').next().unwrap_or_default()
}

#[tokio::test]
async fn a_setting_stands_on_the_root_of_every_page_of_its_user_alone() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let ben = app.signed_in("ben").await;
        assert!(root(&ada.get("/").await.text()).contains("data-theme=\"system\""));
        let answer = ada
            .post("/settings", &[("theme", "black"), ("typeface", "legible")])
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.location(), "/settings");
        for path in ["/", "/search", "/settings"] {
            let page = ada.get(path).await.text();
            let root = root(&page);
            assert!(root.contains("data-theme=\"black\""), "{path}: {root}");
            assert!(root.contains("data-typeface=\"legible\""), "{path}: {root}");
            assert!(root.contains("data-measure=\"usual\""), "{path}: {root}");
            assert!(
                page.contains("<meta name=\"color-scheme\" content=\"dark\">"),
                "{path}"
            );
            assert!(page.contains("content=\"#000000\""), "{path}");
        }
        let missing = ada.get("/articles/99").await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        assert!(root(&missing.text()).contains("data-theme=\"black\""));
        assert!(root(&ben.get("/").await.text()).contains("data-theme=\"system\""));
        let page = ada.get("/settings").await.text();
        assert!(
            page.contains("name=\"theme\" value=\"black\" checked"),
            "{page}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_form_changes_what_it_holds_and_goes_back_where_it_was() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        ada.post("/settings", &[("alignment", "justified")]).await;
        let answer = ada
            .post(
                "/settings",
                &[("text_size", "125"), ("back", "/articles/7?in=unread")],
            )
            .await;
        assert_eq!(answer.location(), "/articles/7?in=unread");
        let page = ada.get("/").await.text();
        assert!(root(&page).contains("data-alignment=\"justified\""));
        assert!(root(&page).contains("data-text_size=\"125\""));
        let elsewhere = ada
            .post(
                "/settings",
                &[("text_size", "100"), ("back", "https://elsewhere.example/")],
            )
            .await;
        assert_eq!(elsewhere.location(), "/settings");
    })
    .await;
}

#[tokio::test]
async fn a_choice_that_does_not_exist_is_refused_and_nothing_is_changed() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        for (name, value) in [("theme", "pink"), ("colour", "dark"), ("role", "admin")] {
            let answer = ada
                .post("/settings", &[("typeface", "sans"), (name, value)])
                .await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        }
        let page = ada.get("/").await.text();
        assert!(root(&page).contains("data-typeface=\"serif\""));
    })
    .await;
}
