//! The head of an answer: status, floods, silence, and what is no HTTP.

use std::time::{Duration, Instant};

use cuttings_fetch::{FetchError, MAX_RETRY_AFTER, Stage, Want};
use url::Url;

use crate::origin::{Names, Origin, Step, config, fetcher, fetcher_with, ok, send};

async fn failure(steps: Vec<Step>) -> FetchError {
    let origin = Origin::start(move |_| steps.clone()).await;
    let url = origin.url("/page");
    let error = fetcher().get(&url, Want::Page).await.unwrap_err();
    assert!(
        error.explain().contains("127.0.0.1"),
        "says to which address: {}",
        error.explain()
    );
    error
}

#[tokio::test]
async fn statuses_other_than_2xx_are_errors_with_a_code() {
    for (status, code, temporary) in [
        (400, "status", false),
        (401, "not_allowed", false),
        (403, "not_allowed", false),
        (404, "not_found", false),
        (410, "gone", false),
        (429, "too_many_requests", true),
        (500, "server_error", true),
        (503, "server_error", true),
        (304, "status", false),
        (300, "status", false),
    ] {
        let error = failure(send(&format!(
            "HTTP/1.1 {status} X\r\nContent-Length: 4\r\n\r\nbody"
        )))
        .await;
        assert_eq!(error.code(), code, "{status}");
        assert_eq!(error.is_temporary(), temporary, "{status}");
    }
}

#[tokio::test]
async fn f22_retry_after_travels_in_the_error_and_is_bounded() {
    for (text, wait) in [
        ("30", Some(Duration::from_secs(30))),
        ("4000000000", Some(MAX_RETRY_AFTER)),
        ("-1", None),
        ("garbage", None),
    ] {
        let error = failure(send(&format!(
            "HTTP/1.1 429 Slow down\r\nRetry-After: {text}\r\nContent-Length: 0\r\n\r\n"
        )))
        .await;
        let FetchError::Status { retry_after, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(retry_after, wait, "{text}");
    }
}

#[tokio::test]
async fn r04_silence_after_the_request_is_given_up_at_the_first_byte_limit() {
    let started = Instant::now();
    let error = failure(vec![Step::Silence]).await;
    assert!(
        matches!(
            error,
            FetchError::Timeout {
                what: Stage::Head,
                ..
            }
        ),
        "{error}"
    );
    assert!(started.elapsed() < Duration::from_secs(6));
}

#[tokio::test]
async fn r03_a_head_that_drips_is_given_up_at_the_first_byte_limit() {
    let drip = Step::Drip(
        b"HTTP/1.1 200 OK\r\n".repeat(20),
        Duration::from_millis(100),
    );
    let started = Instant::now();
    let error = failure(vec![drip]).await;
    assert!(
        matches!(
            error,
            FetchError::Timeout {
                what: Stage::Head,
                ..
            }
        ),
        "{error}"
    );
    assert!(started.elapsed() < Duration::from_secs(6));
}

#[tokio::test]
async fn r04_a_connection_closed_or_reset_without_an_answer_is_temporary() {
    for steps in [
        vec![],
        vec![Step::Reset],
        send("HTTP/1.1 200 OK\r\nContent-"),
    ] {
        let error = failure(steps).await;
        assert_eq!(error.code(), "unreachable");
        assert!(error.is_temporary());
    }
}

#[tokio::test]
async fn nothing_listening_is_unreachable_and_temporary() {
    let addr = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let url = Url::parse(&format!("http://{addr}/")).unwrap();
    let error = fetcher().get(&url, Want::Page).await.unwrap_err();
    assert_eq!(error.code(), "unreachable");
    assert!(error.is_temporary());
}

#[tokio::test]
async fn r04_a_connection_that_never_stands_is_given_up() {
    // A queue of one that is full: the kernel drops what else knocks.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let addr = listener.local_addr().unwrap();
    let knocking: Vec<_> = (0..4)
        .map(|_| tokio::spawn(tokio::net::TcpStream::connect(addr)))
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;

    let mut config = config(&["127.0.0.0/8"]);
    config.limits.connect = Duration::from_millis(300);
    let url = Url::parse(&format!("http://{addr}/")).unwrap();
    let error = fetcher_with(config, Names::default())
        .get(&url, Want::Page)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            FetchError::Timeout {
                what: Stage::Connection,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.is_temporary());
    drop(knocking);
}

#[tokio::test]
async fn what_is_no_http_is_told_as_such() {
    for text in [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "220 mail.example ESMTP\r\n\r\n",
        "<html>no head</html>\r\n\r\n",
    ] {
        assert_eq!(failure(send(text)).await.code(), "not_http", "{text}");
    }
}

#[tokio::test]
async fn r05_header_floods_are_capped() {
    let long_line = vec![
        Step::Send(b"HTTP/1.1 200 OK\r\nX: ".to_vec()),
        Step::Endless(vec![b'a'; 4096]),
    ];
    let many_lines = vec![
        Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()),
        Step::Endless(b"X: y\r\n".repeat(100)),
    ];
    let no_newline = vec![
        Step::Send(b"HTTP/1.1 200 ".to_vec()),
        Step::Endless(vec![b'a'; 4096]),
    ];
    let too_many = send(&format!(
        "HTTP/1.1 200 OK\r\n{}Content-Length: 0\r\n\r\n",
        "X: y\r\n".repeat(200)
    ));
    let too_long = send(&format!(
        "HTTP/1.1 200 OK\r\nX: {}\r\nContent-Length: 0\r\n\r\n",
        "a".repeat(66_000)
    ));
    for (steps, name) in [
        (long_line, "an endless line"),
        (many_lines, "endless lines"),
        (no_newline, "an endless reason"),
        (too_many, "201 lines"),
        (too_long, "66 kB"),
    ] {
        assert_eq!(failure(steps).await.code(), "headers_too_large", "{name}");
    }
}

#[tokio::test]
async fn r05_as_many_headers_as_allowed_are_read() {
    let lines = "X: y\r\n".repeat(199);
    let origin = Origin::start(move |_| ok(&lines, b"fine")).await;
    let fetched = fetcher().get(&origin.url("/"), Want::Page).await.unwrap();
    assert_eq!(fetched.headers.len(), 200);
    assert_eq!(fetched.version, "HTTP/1.1");
}

#[tokio::test]
async fn r05_header_bytes_that_are_no_text_are_kept_as_latin1() {
    let origin = Origin::start(|_| {
        vec![Step::Send(
            b"HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\nbad line\r\nContent-Length: 2\r\n\r\nok"
                .to_vec(),
        )]
    })
    .await;
    let fetched = fetcher().get(&origin.url("/"), Want::Page).await.unwrap();
    assert_eq!(fetched.header("x-NAME"), Some("café"));
    assert_eq!(&fetched.body[..], b"ok");
}

#[tokio::test]
async fn an_interim_answer_is_not_the_answer() {
    let origin = Origin::start(|_| {
        send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    })
    .await;
    let fetched = fetcher().get(&origin.url("/"), Want::Page).await.unwrap();
    assert_eq!(fetched.status, 200);
}

#[tokio::test]
async fn a_part_that_nobody_asked_for_is_no_page() {
    let origin = Origin::start(|_| {
        send(
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/900\r\nContent-Length: 5\r\n\r\n\
             <html",
        )
    })
    .await;
    let error = fetcher()
        .get(&origin.url("/"), Want::Page)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "status", "{error}");
}
