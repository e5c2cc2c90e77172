//! Asking again for what was fetched before, and feeds that are too long.

use cuttings_fetch::{Validators, Want};

use crate::origin::{Names, Origin, config, fetcher, fetcher_with, ok, redirect, send};

fn known() -> Validators {
    Validators {
        etag: Some("\"abc\"".to_owned()),
        last_modified: Some("Fri, 03 May 2024 08:00:00 GMT".to_owned()),
    }
}

#[tokio::test]
async fn m09_what_has_not_changed_is_not_sent_again() {
    let origin = Origin::start(|_| {
        send("HTTP/1.1 304 Not Modified\r\nETag: \"abc\"\r\nContent-Encoding: gzip\r\n\r\n")
    })
    .await;
    let answer = fetcher()
        .get_if_changed(&origin.url("/feed"), Want::Feed, &known())
        .await
        .expect("an answer");
    assert_eq!((answer.status, answer.body.len()), (304, 0));
    let request = origin.requests().join("\n").to_lowercase();
    assert!(request.contains("if-none-match: \"abc\""), "{request}");
    assert!(
        request.contains("if-modified-since: fri, 03 may 2024"),
        "{request}"
    );
}

#[tokio::test]
async fn m09_not_changed_is_no_answer_to_who_has_nothing() {
    let origin = Origin::start(|_| send("HTTP/1.1 304 Not Modified\r\n\r\n")).await;
    let error = fetcher()
        .get(&origin.url("/feed"), Want::Feed)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "status");
}

#[tokio::test]
async fn what_is_known_is_not_told_to_another_host() {
    let other = Origin::start(|_| ok("", b"feed")).await;
    let there = other.url("/feed").to_string();
    let origin = Origin::start(move |_| redirect(301, &there)).await;
    let answer = fetcher()
        .get_if_changed(&origin.url("/feed"), Want::Feed, &known())
        .await
        .expect("an answer");
    assert_eq!((answer.status, &answer.body[..]), (200, &b"feed"[..]));
    let request = other.requests().join("\n").to_lowercase();
    assert!(!request.contains("abc"), "{request}");
}

#[tokio::test]
async fn m03_of_a_feed_that_is_too_long_the_beginning_is_taken() {
    let origin = Origin::start(|_| ok("", &vec![b'x'; 50_000])).await;
    let mut config = config(&["127.0.0.0/8"]);
    config.limits.page_bytes = 20_000;
    let fetcher = fetcher_with(config, Names::default());
    let answer = fetcher
        .get(&origin.url("/feed"), Want::Feed)
        .await
        .expect("the beginning");
    assert!(answer.is_cut);
    assert!(answer.body.len() <= 20_000, "{}", answer.body.len());
    let error = fetcher
        .get(&origin.url("/feed"), Want::Page)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "too_large");
}
