//! Taking turns at a host: spacing, how many at once, and being asked to stay
//! away.

use std::time::{Duration, Instant};

use cuttings_fetch::{FetchConfig, FetchError, FetchLimits, Fetcher, Want};
use futures_util::StreamExt as _;
use futures_util::stream::{self, FuturesUnordered};

use crate::origin::{Names, Origin, Step, config, fetcher_with, ok, redirect, send};

/// The spacing that is in force when nothing is set.
fn polite() -> FetchConfig {
    let mut config = config(&["127.0.0.0/8"]);
    let usual = FetchLimits::default();
    config.limits.spacing = usual.spacing;
    config.limits.page_spacing = usual.page_spacing;
    config
}

/// One request at a time and no spacing, with time for a second in all.
fn narrow() -> Fetcher {
    let mut config = config(&["127.0.0.0/8"]);
    config.limits.host_at_once = 1;
    config.limits.total_page = Duration::from_secs(1);
    fetcher_with(config, Names::default())
}

#[tokio::test]
async fn f22_a_page_with_thirty_pictures_on_one_host_takes_seconds() {
    let origin = Origin::start(|_| {
        let mut steps = ok("", b"hello");
        steps.push(Step::KeepOpen);
        steps
    })
    .await;
    let fetcher = fetcher_with(polite(), Names::default());
    let began = Instant::now();
    fetcher.get(&origin.url("/"), Want::Page).await.unwrap();
    let pictures: Vec<_> = (0..30)
        .map(|number| origin.url(&format!("/{number}.jpg")))
        .collect();
    let came = stream::iter(&pictures)
        .map(|url| fetcher.get(url, Want::Picture))
        .buffer_unordered(4)
        .filter(|fetched| std::future::ready(fetched.is_ok()))
        .count()
        .await;
    let took = began.elapsed();
    assert_eq!(came, 30);
    let spacing = FetchLimits::default().spacing;
    assert!(took >= spacing * 30, "{took:?}");
    assert!(took < Duration::from_secs(6), "{took:?}");
    assert!(origin.connections() <= 4, "{}", origin.connections());
}

#[tokio::test]
async fn f22_a_host_that_asks_to_be_left_alone_is_left_alone_by_all_clones() {
    let origin = Origin::start(|path| match path {
        "/busy" => send("HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n"),
        _ => ok("", b"hello"),
    })
    .await;
    let other = Origin::start_on("127.0.0.2:0", |_| ok("", b"other")).await;
    let mut config = polite();
    config.limits.page_patience = Duration::from_millis(500);
    let fetcher = fetcher_with(config, Names::default());
    fetcher
        .get(&origin.url("/busy"), Want::Page)
        .await
        .unwrap_err();

    let error = fetcher
        .clone()
        .get(&origin.url("/"), Want::Page)
        .await
        .unwrap_err();
    let FetchError::Wait { wait, .. } = &error else {
        panic!("{error}");
    };
    assert!(*wait >= Duration::from_secs(1) && *wait < Duration::from_secs(4));
    assert!(error.is_temporary());
    assert_eq!(origin.requests().len(), 1, "nothing was asked");
    // Nobody else has to wait for it.
    fetcher.get(&other.url("/"), Want::Page).await.unwrap();

    tokio::time::sleep(*wait).await;
    fetcher.get(&origin.url("/"), Want::Page).await.unwrap();
    assert_eq!(origin.requests().len(), 2);
}

#[tokio::test]
async fn f22_a_flood_for_one_host_delays_no_other() {
    let slow = Origin::start(|_| vec![Step::Silence]).await;
    let quick = Origin::start_on("127.0.0.2:0", |_| ok("", b"quick")).await;
    let mut config = polite();
    config.limits.page_patience = Duration::from_secs(1);
    let fetcher = fetcher_with(config, Names::default());
    let mut flood: FuturesUnordered<_> = (0..50)
        .map(|number| {
            let (fetcher, url) = (fetcher.clone(), slow.url(&format!("/{number}")));
            tokio::spawn(async move { fetcher.get(&url, Want::Page).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let began = Instant::now();
    fetcher.get(&quick.url("/"), Want::Page).await.unwrap();
    assert!(began.elapsed() < Duration::from_millis(500));
    let (mut asked, mut turned_away) = (0, 0);
    while let Some(ended) = flood.next().await {
        match ended.unwrap().unwrap_err() {
            FetchError::Wait { .. } => turned_away += 1,
            FetchError::Timeout { .. } => asked += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!(slow.requests().len(), asked);
    assert!(turned_away > 30, "{turned_away} turned away, {asked} asked");
}

#[tokio::test]
async fn waiting_for_a_turn_takes_nothing_off_the_time_for_the_fetch() {
    let origin = Origin::start(|_| {
        vec![
            Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
            Step::Drip(vec![b'x'; 4], Duration::from_millis(100)),
        ]
    })
    .await;
    let fetcher = narrow();
    let urls: Vec<_> = (0..4).map(|n| origin.url(&format!("/{n}"))).collect();
    let began = Instant::now();
    let came: Vec<_> = stream::iter(&urls)
        .map(|url| fetcher.get(url, Want::Page))
        .buffer_unordered(4)
        .collect()
        .await;
    assert!(came.iter().all(Result::is_ok), "{came:?}");
    // Together they took longer than any one of them may.
    assert!(began.elapsed() > Duration::from_millis(1500));
}

#[tokio::test]
async fn r03_a_slow_sender_gives_its_place_back_at_the_total_deadline() {
    let origin = Origin::start(|path| match path {
        "/drip" => vec![
            Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
            Step::Drip(vec![b'x'; 100], Duration::from_millis(300)),
        ],
        _ => ok("", b"hello"),
    })
    .await;
    let fetcher = narrow();
    let slow = tokio::spawn({
        let (fetcher, url) = (fetcher.clone(), origin.url("/drip"));
        async move { fetcher.get(&url, Want::Page).await }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let began = Instant::now();
    fetcher.get(&origin.url("/"), Want::Page).await.unwrap();
    assert!(began.elapsed() > Duration::from_millis(500));
    assert!(began.elapsed() < Duration::from_secs(2));
    assert_eq!(slow.await.unwrap().unwrap_err().code(), "timeout");
    assert!(origin.is_let_go().await);
}

#[tokio::test]
async fn a_redirect_within_one_host_needs_no_second_place() {
    let origin = Origin::start(|path| match path {
        "/" => redirect(302, "/there"),
        _ => ok("", b"hello"),
    })
    .await;
    narrow().get(&origin.url("/"), Want::Page).await.unwrap();
}
