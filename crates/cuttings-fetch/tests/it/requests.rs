//! What a site sees of us: nothing but an honest program.

use cuttings_fetch::{FetchConfig, FetchError, Fetcher, Want};
use url::Url;

use crate::origin::{Names, Origin, Step, config, fetcher, fetcher_with, ok, redirect, send};

#[tokio::test]
async fn a_request_carries_these_header_lines_and_no_other() {
    let origin = Origin::start(|_| ok("", b"hello")).await;
    fetcher()
        .get(&origin.url("/a?b=c#d"), Want::Page)
        .await
        .unwrap();
    let request = origin.requests().remove(0);
    assert!(request.starts_with("GET /a?b=c HTTP/1.1\r\n"), "{request}");
    let mut names: Vec<String> = request
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    names.sort();
    assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
    assert!(request.contains("Cuttings/"), "{request}");
    assert!(request.contains("gzip, deflate, br, zstd"), "{request}");
}

#[tokio::test]
async fn a_picture_is_asked_for_as_a_picture() {
    let origin = Origin::start(|_| ok("", b"hello")).await;
    fetcher()
        .get(&origin.url("/"), Want::Picture)
        .await
        .unwrap();
    assert!(origin.requests()[0].contains("image/webp"));
}

#[tokio::test]
async fn f12_user_name_and_password_are_neither_sent_nor_kept() {
    let other = Origin::start(|_| ok("", b"other")).await;
    let target = other
        .url("/")
        .to_string()
        .replace("http://", "http://someone:else@");
    let origin = Origin::start(move |_| redirect(302, &target)).await;
    let mut url = origin.url("/");
    url.set_username("user").unwrap();
    url.set_password(Some("hunter2")).unwrap();

    let fetched = fetcher().get(&url, Want::Page).await.unwrap();
    for request in [origin.requests(), other.requests()].concat() {
        assert!(
            !request.to_lowercase().contains("authorization"),
            "{request}"
        );
        assert!(!request.contains("hunter2"), "{request}");
    }
    let kept = format!("{fetched:?}");
    assert!(
        !kept.contains("hunter2") && !kept.contains("someone"),
        "{kept}"
    );
}

#[tokio::test]
async fn f12_a_failure_names_no_password() {
    let origin =
        Origin::start(|_| send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")).await;
    let mut url = origin.url("/");
    url.set_password(Some("hunter2")).unwrap();
    let error = fetcher().get(&url, Want::Page).await.unwrap_err();
    assert!(!format!("{error:?}{error}{}", error.explain()).contains("hunter2"));
}

#[tokio::test]
async fn f13_a_second_fetch_carries_nothing_from_the_first() {
    let origin = Origin::start(|path| match path {
        "/challenge" => send(
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
        ),
        _ => ok("Set-Cookie: id=1; Path=/\r\nETag: \"v1\"\r\n", b"hello"),
    })
    .await;
    let fetcher = fetcher();
    fetcher.get(&origin.url("/"), Want::Page).await.unwrap();
    fetcher
        .get(&origin.url("/challenge"), Want::Page)
        .await
        .unwrap_err();
    fetcher.get(&origin.url("/"), Want::Page).await.unwrap();
    let requests = origin.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[0], requests[2]);
    for request in &requests {
        let low = request.to_lowercase();
        for header in [
            "cookie",
            "referer",
            "authorization",
            "if-none-match",
            "if-modified",
        ] {
            assert!(!low.contains(header), "{request}");
        }
    }
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let origin = Origin::start(|_| {
        let mut steps = ok("", b"hello");
        steps.push(Step::KeepOpen);
        steps
    })
    .await;
    let fetcher = fetcher();
    for _ in 0..5 {
        fetcher.get(&origin.url("/"), Want::Page).await.unwrap();
    }
    assert_eq!(origin.requests().len(), 5);
    assert!(origin.connections() < 5, "{}", origin.connections());
}

#[tokio::test]
async fn f15_control_characters_in_a_url_make_no_header_and_no_second_request() {
    let origin = Origin::start(|_| ok("", b"hello")).await;
    let base = origin.url("/");
    let evil = [
        "%0d%0aX-Evil:%201%0d%0a%0d%0aGET%20/second",
        "\r\nX-Evil: 1\r\n\r\nGET /second",
        "a\0b\tc d\u{85}\u{2028}X-Evil: 1",
        "?q=\r\nX-Evil: 1&r=%0aX-Evil: 2",
        "#\r\nX-Evil: 1",
    ];
    for text in evil {
        let url = Url::parse(&format!("{base}{text}")).unwrap();
        fetcher().get(&url, Want::Page).await.unwrap();
    }
    let requests = origin.requests();
    assert_eq!(requests.len(), evil.len());
    for request in requests {
        assert!(
            !request.lines().any(|line| line.starts_with("X-Evil")),
            "{request}"
        );
        assert_eq!(
            request
                .lines()
                .filter(|line| line.contains("HTTP/1.1"))
                .count(),
            1
        );
    }
}

#[tokio::test]
async fn f19_a_proxy_in_the_environment_is_not_used() {
    // The environment belongs to the whole process, so another one runs a test
    // that must reach its own server, with every variable pointing at a canary.
    let canary = Origin::canary("127.0.0.1:0").await;
    let proxy = format!("http://{}", canary.addr);
    let mut other = tokio::process::Command::new(std::env::current_exe().unwrap());
    other.args(["--exact", "requests::a_picture_is_asked_for_as_a_picture"]);
    for name in [
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ] {
        other.env(name, &proxy);
    }
    let done = other.output().await.unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{told}");
    assert!(told.contains("1 passed"), "{told}");
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn an_address_longer_than_a_request_can_carry_is_told() {
    let url = Url::parse(&format!("http://127.0.0.1/{}", "a".repeat(70_000))).unwrap();
    let error = fetcher().get(&url, Want::Page).await.unwrap_err();
    assert_eq!(error.code(), "bad_url");
}

#[test]
fn a_user_agent_that_would_break_the_header_is_refused() {
    let config = FetchConfig {
        user_agent: "Evil\r\nX-Evil: 1".to_owned(),
        ..config(&[])
    };
    let made = Fetcher::new(config);
    assert!(matches!(made, Err(FetchError::Config { .. })));
}

#[test]
fn a_fetcher_can_be_made_without_runtime_and_without_root_certificates() {
    fetcher_with(config(&[]), Names::default());
}
