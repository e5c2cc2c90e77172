//! Hosts that the operator opened by their names.

use cuttings_fetch::{FetchConfig, Fetcher, Surroundings, Want};
use std::sync::Arc;
use url::Url;

use crate::origin::{Names, Origin, Step, config, ok, redirect};

const NAMES: [&str; 5] = [
    "intranet.example",
    "evilintranet.example",
    "intranet.example.evil",
    "www.intranet.example",
    "other.example",
];

/// A fetcher to which only `intranet.example` is open; all names lead to loopback.
fn fetcher(open: &[&str]) -> Fetcher {
    let config = FetchConfig {
        allow_private_hosts: vec!["Intranet.Example.".to_owned()],
        ..config(open)
    };
    let lookup = NAMES.iter().fold(Names::default(), |known, name| {
        known.with(name, &[&["127.0.0.1"]])
    });
    let lookup = lookup.with("intranet.example.", &[&["127.0.0.1"]]);
    let surroundings = Surroundings {
        lookup: Arc::new(lookup),
        roots: Vec::new(),
    };
    Fetcher::in_surroundings(config, surroundings).unwrap()
}

fn at(host: &str, origin: &Origin, path: &str) -> Url {
    Url::parse(&format!("http://{host}:{}{path}", origin.port())).unwrap()
}

#[tokio::test]
async fn f18_exactly_the_named_host_is_open() {
    let origin = Origin::start(|_| ok("", b"hello")).await;
    let fetcher = fetcher(&[]);
    for host in ["intranet.example", "INTRANET.example."] {
        let url = at(host, &origin, "/");
        fetcher.get(&url, Want::Page).await.unwrap();
    }
    assert_eq!(origin.requests().len(), 2);
    for host in &NAMES[1..] {
        let error = fetcher
            .get(&at(host, &origin, "/"), Want::Page)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "private_address", "{host}");
    }
    let literal = origin.url("/");
    let error = fetcher.get(&literal, Want::Page).await.unwrap_err();
    assert_eq!(error.code(), "private_address");
    assert_eq!(origin.requests().len(), 2);
}

#[tokio::test]
async fn f18_it_leads_to_no_other_private_host_and_may_redirect_within_itself() {
    let origin = Origin::start(|path| match path {
        "/away" => redirect(302, "http://other.example:1234/"),
        "/within" => redirect(302, "/page"),
        _ => ok("", b"hello"),
    })
    .await;
    let fetcher = fetcher(&[]);
    let within = at("intranet.example", &origin, "/within");
    fetcher.get(&within, Want::Page).await.unwrap();
    let away = at("intranet.example", &origin, "/away");
    let error = fetcher.get(&away, Want::Page).await.unwrap_err();
    assert_eq!(error.code(), "private_address");
}

#[tokio::test]
async fn f18_no_other_site_leads_to_it_even_over_a_connection_that_stands() {
    let intranet = Origin::start(|_| {
        let mut steps = ok("", b"secret");
        steps.push(Step::KeepOpen);
        steps
    })
    .await;
    let target = at("intranet.example", &intranet, "/");
    let to = target.to_string();
    let outside = Origin::start_on("127.0.0.2:0", move |_| redirect(302, &to)).await;
    let fetcher = fetcher(&["127.0.0.2/32"]);
    fetcher.get(&target, Want::Page).await.unwrap();
    let error = fetcher
        .get(&outside.url("/"), Want::Page)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "private_address");
    // Nor do the pictures of another page; those of its own do.
    let picture = fetcher
        .on_page(&outside.url("/"))
        .get(&target, Want::Picture)
        .await;
    assert_eq!(picture.unwrap_err().code(), "private_address");
    assert_eq!(intranet.requests().len(), 1);
    let own = fetcher.on_page(&target).get(&target, Want::Picture).await;
    assert!(own.is_ok());
}

#[test]
fn f18_what_is_no_name_of_a_host_cannot_be_opened() {
    for name in [
        "10.0.0.1",
        "a.example:80",
        "a.example/x",
        "",
        "http://a.example",
    ] {
        let config = FetchConfig {
            allow_private_hosts: vec![name.to_owned()],
            ..config(&[])
        };
        assert!(Fetcher::new(config).is_err(), "{name}");
    }
}
