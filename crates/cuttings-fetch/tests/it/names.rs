//! Names, and where they lead.

use std::sync::Arc;
use std::time::Duration;

use cuttings_fetch::{Answer, FetchConfig, FetchError, Fetcher, Lookup, Stage, Surroundings, Want};
use url::Url;

use crate::origin::{Names, Origin, config, fetcher_with, ok, redirect};

fn shared(config: FetchConfig, lookup: Arc<dyn Lookup>) -> Fetcher {
    let roots = Vec::new();
    Fetcher::in_surroundings(config, Surroundings { lookup, roots }).unwrap()
}

#[tokio::test]
async fn f03_names_that_lead_to_private_addresses_are_refused() {
    let canary = Origin::canary("127.0.0.1:0").await;
    for name in [
        "evil.example",
        "localhost",
        "x.localhost",
        "db.internal",
        "intranet",
    ] {
        let names = Names::default().with(name, &[&["127.0.0.1", "::1"]]);
        let url = Url::parse(&format!("http://{name}:{}/", canary.port())).unwrap();
        let error = fetcher_with(config(&[]), names)
            .get(&url, Want::Page)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "private_address", "{name}");
        assert!(
            !error.explain().contains("127.0.0.1"),
            "{}",
            error.explain()
        );
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn f03_the_systems_own_localhost_is_refused() {
    let canary = Origin::canary("127.0.0.1:0").await;
    let url = Url::parse(&format!("http://localhost:{}/", canary.port())).unwrap();
    let error = Fetcher::new(config(&[]))
        .unwrap()
        .get(&url, Want::Page)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "private_address");
    assert_eq!(canary.connections(), 0);

    let open = Fetcher::new(config(&["127.0.0.0/8"])).unwrap();
    open.get(&url, Want::Page).await.unwrap();
}

#[tokio::test]
async fn f03_in_a_mixed_answer_the_denied_address_is_never_tried() {
    let origin = Origin::start(|_| ok("", b"open")).await;
    let canary = Origin::canary(&format!("127.0.0.2:{}", origin.port())).await;
    let mixed: &[&str] = &["127.0.0.2", "10.0.0.1", "127.0.0.1", "::ffff:127.0.0.2"];
    let names = Names::default().with("mixed.example", &[mixed]);
    let url = Url::parse(&format!("http://mixed.example:{}/", origin.port())).unwrap();
    let fetched = fetcher_with(config(&["127.0.0.1/32"]), names)
        .get(&url, Want::Page)
        .await
        .unwrap();
    assert_eq!(&fetched.body[..], b"open");
    assert_eq!(fetched.peer.to_string(), "127.0.0.1");
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn f04_a_name_is_looked_up_once_a_connection_and_judged_each_time() {
    let origin = Origin::start(|_| ok("Connection: close\r\n", b"first")).await;
    let canary = Origin::canary(&format!("127.0.0.2:{}", origin.port())).await;
    let names =
        Arc::new(Names::default().with("rebind.example", &[&["127.0.0.1"], &["127.0.0.2"]]));
    let fetcher = shared(config(&["127.0.0.1/32"]), names.clone());
    let url = Url::parse(&format!("http://rebind.example:{}/", origin.port())).unwrap();

    let fetched = fetcher.get(&url, Want::Page).await.unwrap();
    assert_eq!(fetched.peer.to_string(), "127.0.0.1");
    assert_eq!(names.asked(), ["rebind.example"]);

    let error = fetcher.get(&url, Want::Picture).await.unwrap_err();
    assert_eq!(error.code(), "private_address");
    assert_eq!(names.asked().len(), 2);
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn f04_a_name_that_changes_between_two_hops_is_refused_at_the_second() {
    let origin = Origin::start(|path| match path {
        "/" => redirect(302, "/next"),
        _ => ok("", b"next"),
    })
    .await;
    let canary = Origin::canary(&format!("127.0.0.2:{}", origin.port())).await;
    let names = Names::default().with("rebind.example", &[&["127.0.0.1"], &["127.0.0.2"]]);
    let url = Url::parse(&format!("http://rebind.example:{}/", origin.port())).unwrap();
    let error = fetcher_with(config(&["127.0.0.1/32"]), names)
        .get(&url, Want::Page)
        .await
        .unwrap_err();
    let FetchError::PrivateAddress { url, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(url.path(), "/next");
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_dead_address_is_passed_over_for_the_next() {
    let origin = Origin::start(|_| ok("", b"alive")).await;
    // Nothing listens on the first.
    let names = Names::default().with("two.example", &[&["127.0.0.3", "127.0.0.1"]]);
    let url = Url::parse(&format!("http://two.example:{}/", origin.port())).unwrap();
    let fetched = fetcher_with(config(&["127.0.0.0/8"]), names)
        .get(&url, Want::Page)
        .await
        .unwrap();
    assert_eq!(fetched.peer.to_string(), "127.0.0.1");
}

#[tokio::test]
async fn an_unknown_name_says_so_and_is_not_tried_again() {
    let url = Url::parse("http://nowhere.example/").unwrap();
    let error = fetcher_with(config(&[]), Names::default())
        .get(&url, Want::Page)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "name_not_found");
    assert!(!error.is_temporary());
    assert!(error.explain().contains("nowhere.example"));
}

/// A name service that never answers.
struct Mute;

impl Lookup for Mute {
    fn addresses(&self, _name: &str) -> Answer {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn r03_a_silent_name_service_is_given_up() {
    let mut config = config(&[]);
    config.limits.dns = Duration::from_millis(100);
    let url = Url::parse("http://slow.example/").unwrap();
    let error = shared(config, Arc::new(Mute))
        .get(&url, Want::Page)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            FetchError::Timeout {
                what: Stage::Name,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.is_temporary());
}
