//! Server-sent events: a change is told, and only to those it belongs to.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use http_body_util::BodyExt as _;
use serde_json::json;
use tokio::time::timeout;

use crate::app::{Browser, on_each_database};

/// Longer than the server takes to look at clock and session.
const SOON: Duration = Duration::from_secs(20);

async fn open(browser: &Browser<'_>) -> Body {
    let request = browser
        .request(Method::GET, "/api/v1/events")
        .body(Body::empty())
        .expect("a request");
    browser.app.stream(request).await
}

/// The next event that is not there to keep the line open; `None` at the end.
async fn next(body: &mut Body) -> Option<String> {
    loop {
        let frame = timeout(SOON, body.frame()).await.expect("not silent")?;
        let data = frame
            .expect("a whole event")
            .into_data()
            .unwrap_or_default();
        let text = String::from_utf8_lossy(&data).into_owned();
        if text.contains("event: clock") {
            return Some(text);
        }
    }
}

#[tokio::test]
async fn a_save_is_told_to_its_owner_and_to_nobody_else() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let bela = app.signed_in("bela").await;
        let mut to_ada = open(&ada).await;
        let mut to_bela = open(&bela).await;
        let before = next(&mut to_ada).await.expect("the clock");
        next(&mut to_bela).await.expect("the clock");
        let body = json!({ "url": "https://e.org/1" });
        ada.api(Method::POST, "/api/v1/articles", Some(body)).await;
        assert_ne!(next(&mut to_ada).await.expect("a change"), before);
        let told = timeout(Duration::from_secs(3), next(&mut to_bela)).await;
        assert!(told.is_err(), "bela was told of ada's save: {told:?}");
    })
    .await;
}

#[tokio::test]
async fn who_signs_out_hears_nothing_more() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let mut events = open(&ada).await;
        next(&mut events).await.expect("the clock");
        ada.post("/signout", &[]).await;
        assert_eq!(next(&mut events).await, None);
    })
    .await;
}
