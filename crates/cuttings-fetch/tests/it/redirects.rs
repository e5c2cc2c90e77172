//! Redirects, followed by hand.

use cuttings_fetch::{FetchError, Want};

use crate::origin::{Names, Origin, config, fetcher, fetcher_with, ok, redirect, send};

#[tokio::test]
async fn f05_a_redirect_to_a_denied_address_is_refused_at_the_hop() {
    let canary = Origin::canary("127.0.0.2:0").await;
    let port = canary.port();
    for status in [301, 302, 303, 307, 308] {
        for location in [
            format!("http://127.0.0.2:{port}/secret"),
            format!("//127.0.0.2:{port}/secret"),
            format!("http://user:hunter2@127.0.0.2:{port}/secret"),
            format!("http://2130706434:{port}/secret"),
            format!("http:\\\\127.0.0.2:{port}\\secret"),
            format!("https://127.0.0.2:{port}/secret"),
            format!("http://[::ffff:127.0.0.2]:{port}/secret"),
        ] {
            let target = location.clone();
            let origin = Origin::start(move |path| match path {
                "/" => redirect(status, "/inner"),
                _ => redirect(status, &target),
            })
            .await;
            let error = fetcher_with(config(&["127.0.0.1/32"]), Names::default())
                .get(&origin.url("/"), Want::Page)
                .await
                .unwrap_err();
            let FetchError::PrivateAddress { url, .. } = &error else {
                panic!("{status} {location}: {error}")
            };
            assert_eq!(url.path(), "/secret");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn f06_a_redirect_to_another_scheme_is_refused() {
    for location in [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "data:text/html,hello",
        "javascript:alert(1)",
        "blob:http://127.0.0.1/1",
        "chrome://settings/",
        "view-source:http://127.0.0.1/",
        "jar:http://127.0.0.1/a!/b",
        "unix:/run/socket",
    ] {
        let origin = Origin::start(move |_| redirect(302, location)).await;
        let error = fetcher()
            .get(&origin.url("/"), Want::Page)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "scheme", "{location}");
        assert!(error.explain().contains("http"), "{}", error.explain());
    }
}

#[tokio::test]
async fn f14_a_redirect_to_an_unusual_port_is_refused() {
    let origin = Origin::start(|_| redirect(301, "http://127.0.0.1:6379/")).await;
    let error = fetcher()
        .get(&origin.url("/"), Want::Page)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "port");
}

#[tokio::test]
async fn redirects_are_followed_and_remembered() {
    let origin = Origin::start(|path| match path {
        "/a?x=1" => redirect(301, "b/"),
        "/b/" => redirect(307, "../c"),
        "/c" => ok("Content-Type: text/html; charset=utf-8\r\n", b"here"),
        _ => send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
    })
    .await;
    let fetched = fetcher()
        .get(&origin.url("/a?x=1#part"), Want::Page)
        .await
        .unwrap();
    assert_eq!(&fetched.body[..], b"here");
    assert_eq!(fetched.final_url, origin.url("/c#part"));
    assert_eq!(fetched.content_type(), Some("text/html; charset=utf-8"));
    let hops: Vec<(u16, &str)> = fetched
        .redirects
        .iter()
        .map(|hop| (hop.status, hop.location.path()))
        .collect();
    assert_eq!(hops, [(301, "/b/"), (307, "/c")]);
}

#[tokio::test]
async fn f21_a_loop_of_two_is_seen_at_once() {
    let origin = Origin::start(|path| match path {
        "/a" => redirect(302, "/b"),
        _ => redirect(302, "/a#elsewhere"),
    })
    .await;
    let error = fetcher()
        .get(&origin.url("/a"), Want::Page)
        .await
        .unwrap_err();
    let FetchError::RedirectLoop { chain } = &error else {
        panic!("{error}")
    };
    assert_eq!(chain.len(), 2);
    assert_eq!(origin.requests().len(), 2);
    assert_eq!(error.code(), "redirect_loop");
}

#[tokio::test]
async fn f21_the_same_address_with_a_changing_cookie_is_a_loop() {
    let origin = Origin::start(|_| {
        send("HTTP/1.1 302 Found\r\nSet-Cookie: n=1\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
    })
    .await;
    let error = fetcher()
        .get(&origin.url("/"), Want::Page)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "redirect_loop");
}

#[tokio::test]
async fn f21_a_chain_of_a_hundred_stops_after_ten() {
    let origin = Origin::start(|path| {
        let number: usize = path[1..].parse().unwrap();
        if number == 100 {
            ok("", b"the end")
        } else {
            redirect(302, &format!("/{}", number + 1))
        }
    })
    .await;
    let error = fetcher()
        .get(&origin.url("/0"), Want::Page)
        .await
        .unwrap_err();
    let FetchError::TooManyRedirects { chain } = &error else {
        panic!("{error}")
    };
    assert_eq!(chain.len(), 11);
    assert_eq!(chain[10].url, origin.url("/10"));
    assert_eq!(origin.requests().len(), 11);

    // Ten are allowed.
    let fetched = fetcher().get(&origin.url("/90"), Want::Page).await.unwrap();
    assert_eq!(fetched.redirects.len(), 10);
}

#[tokio::test]
async fn a_redirect_without_a_usable_target_is_told() {
    for head in [
        "HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 301 Moved\r\nLocation: http://\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 301 Moved\r\nLocation: http://[fe80::1%25eth0]/\r\nContent-Length: 0\r\n\r\n",
    ] {
        let origin = Origin::start(move |_| send(head)).await;
        let error = fetcher()
            .get(&origin.url("/"), Want::Page)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "bad_redirect", "{head}");
    }
}
