//! Bodies that never end, crawl, fall silent or break off.

use std::time::{Duration, Instant};

use cuttings_fetch::{FetchError, Fetcher, Stage, Want};

use crate::origin::{Names, Origin, Step, config, fetcher, fetcher_with, ok};

const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

async fn failure(fetcher: &Fetcher, steps: Vec<Step>) -> FetchError {
    let silent = steps.iter().any(|step| matches!(step, Step::Silence));
    let origin = Origin::start(move |_| steps.clone()).await;
    let error = fetcher.get(&origin.url("/"), Want::Page).await.unwrap_err();
    // A server that writes notices at once that nobody listens.
    assert!(
        silent || origin.is_let_go().await,
        "{error}: connection kept"
    );
    error
}

fn small(page_bytes: u64, resource_bytes: u64) -> Fetcher {
    let mut config = config(&["127.0.0.0/8"]);
    config.limits.page_bytes = page_bytes;
    config.limits.resource_bytes = resource_bytes;
    fetcher_with(config, Names::default())
}

#[tokio::test]
async fn r02_an_endless_body_stops_at_the_cap() {
    let mut chunk = b"10000\r\n".to_vec();
    chunk.extend(vec![b'x'; 0x10000]);
    chunk.extend(b"\r\n");
    let chunked = vec![Step::Send(CHUNKED.to_vec()), Step::Endless(chunk)];
    let until_closed = vec![
        Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
        Step::Endless(vec![b'x'; 0x10000]),
    ];
    for steps in [chunked, until_closed] {
        let error = failure(&fetcher(), steps).await;
        let FetchError::TooLarge { limit, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(limit, 20 * 1024 * 1024);
    }
}

#[tokio::test]
async fn a_length_over_the_cap_is_refused_before_the_body() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n".to_vec();
    // Reading on would end in a timeout instead.
    let error = failure(&fetcher(), vec![Step::Send(head), Step::Silence]).await;
    assert_eq!(error.code(), "too_large");
}

#[tokio::test]
async fn the_cap_is_exact_and_depends_on_what_is_wanted() {
    let origin = Origin::start(|path| ok("", &vec![b'x'; path[1..].parse().unwrap()])).await;
    let fetcher = small(1000, 2000);
    for (size, want, fits) in [
        (1000, Want::Page, true),
        (1001, Want::Page, false),
        (2000, Want::Picture, true),
        (2001, Want::Picture, false),
    ] {
        let url = origin.url(&format!("/{size}"));
        assert_eq!(
            fetcher.get(&url, want).await.is_ok(),
            fits,
            "{size} {want:?}"
        );
    }
}

#[tokio::test]
async fn r03_a_slow_drip_ends_at_the_total_deadline() {
    let mut config = config(&["127.0.0.0/8"]);
    config.limits.total_page = Duration::from_secs(1);
    // Never silent for as long as the idle limit.
    let drip = vec![
        Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
        Step::Drip(vec![b'x'; 200], Duration::from_millis(100)),
    ];
    let started = Instant::now();
    let error = failure(&fetcher_with(config, Names::default()), drip).await;
    assert!(
        matches!(
            error,
            FetchError::Timeout {
                what: Stage::Whole,
                ..
            }
        ),
        "{error}"
    );
    assert!(started.elapsed() < Duration::from_secs(3));
    assert!(error.is_temporary());
}

#[tokio::test]
async fn r04_silence_within_the_body_ends_at_the_idle_limit() {
    let steps = vec![
        Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec()),
        Step::Silence,
    ];
    let error = failure(&fetcher(), steps).await;
    assert!(
        matches!(
            error,
            FetchError::Timeout {
                what: Stage::Body,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn r06_a_body_that_is_cut_off_is_incomplete() {
    let bytes = |rest: &[u8]| [CHUNKED, rest].concat();
    for (sent, name) in [
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort".to_vec(),
            "short body",
        ),
        (bytes(b"5\r\nhello\r\n"), "no last chunk"),
        (bytes(b"ff\r\nhello"), "cut within a chunk"),
        (bytes(b"zz\r\nhello\r\n0\r\n\r\n"), "bad chunk size"),
    ] {
        let error = failure(&fetcher(), vec![Step::Send(sent)]).await;
        assert_eq!(error.code(), "incomplete", "{name}");
        assert!(error.is_temporary(), "{name}");
    }
    let error = failure(
        &fetcher(),
        vec![
            Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort".to_vec()),
            Step::Drip(vec![b'x'], Duration::from_millis(100)),
            Step::Reset,
        ],
    )
    .await;
    assert_eq!(error.code(), "incomplete", "reset");
}

#[tokio::test]
async fn a_body_without_length_is_whole_when_the_connection_closes() {
    let origin = Origin::start(|_| {
        vec![
            Step::Send(b"HTTP/1.0 200 OK\r\n\r\nold ".to_vec()),
            Step::Send(b"style".to_vec()),
        ]
    })
    .await;
    let fetched = fetcher().get(&origin.url("/"), Want::Page).await.unwrap();
    assert_eq!(&fetched.body[..], b"old style");
    assert_eq!(fetched.version, "HTTP/1.0");
}
