//! Asking again for what was fetched before, and feeds that are too long.

use cuttings_fetch::{Validators, Want};
use url::Url;

use crate::origin::{Names, Origin, config, fetcher, fetcher_with, ok, redirect, send};

fn known(url: Url) -> Validators {
    Validators {
        url: Some(url),
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
        .get_if_changed(
            &origin.url("/feed"),
            Want::Feed,
            &known(origin.url("/feed#top")),
        )
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
    let unmarked = Validators {
        url: Some(origin.url("/feed")),
        ..Validators::default()
    };
    let error = fetcher()
        .get_if_changed(&origin.url("/feed"), Want::Feed, &unmarked)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "status");
}

#[tokio::test]
async fn f13_what_is_known_is_told_to_the_address_it_is_known_of_and_to_no_other() {
    let other = Origin::start(|path| match path {
        "/feed" => send("HTTP/1.1 304 Not Modified\r\n\r\n"),
        _ => ok("", b"another page"),
    })
    .await;
    let there = other.url("/feed").to_string();
    let origin = Origin::start(move |_| redirect(302, &there)).await;
    let get = async |known: Url| {
        fetcher()
            .get_if_changed(&origin.url("/feed"), Want::Feed, &self::known(known))
            .await
    };
    // Told where it comes from, though not asked first.
    assert_eq!(get(other.url("/feed")).await.unwrap().status, 304);
    let told = other.requests().join("\n").to_lowercase();
    assert!(told.contains("if-none-match: \"abc\""), "{told}");
    // Not to another page of the same host, nor to whoever leads there.
    assert_eq!(get(other.url("/page")).await.unwrap_err().code(), "status");
    assert_eq!(
        get(origin.url("/feed?2")).await.unwrap_err().code(),
        "status"
    );
    assert_eq!(other.requests().join("\n").matches("abc").count(), 1);
    assert!(!origin.requests().join("\n").contains("abc"));
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
