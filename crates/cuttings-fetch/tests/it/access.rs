//! What a user has given for a site: where it goes, and where it does not.

use cuttings_fetch::{FetchError, Fetcher, Site, SiteAccess, Want, header};
use url::Url;

use crate::origin::{Names, Origin, Step, config, fetcher, fetcher_with, ok, redirect};

const SECRET: &str = "session=canary-7f3e9a";

/// Access to one site, as users give it.
fn access(site: &str, plain_http: bool) -> SiteAccess {
    let headers = vec![
        header("Cookie", SECRET).unwrap(),
        header("X-Api-Key", "canary-key-51").unwrap(),
    ];
    SiteAccess::new(Site::parse(site).unwrap(), false, plain_http, headers)
}

fn of(origin: &Origin) -> SiteAccess {
    access(&origin.addr.to_string(), true)
}

fn carries(request: &str) -> bool {
    request.contains("canary")
}

#[tokio::test]
async fn f12_what_is_given_for_a_site_goes_to_it_and_not_where_it_redirects() {
    let other = Origin::start(|_| ok("", b"other")).await;
    let away = other.url("/").to_string();
    let origin = Origin::start(move |path| match path {
        "/away" => redirect(302, &away),
        "/within" => redirect(302, "/page"),
        _ => ok("", b"hello"),
    })
    .await;
    let given = of(&origin);
    let fetcher = fetcher().with_access(vec![given.clone()]);
    assert!(!given.is_used());
    for path in ["/away", "/within"] {
        fetcher.get(&origin.url(path), Want::Page).await.unwrap();
    }
    assert!(given.is_used());
    let asked = origin.requests();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|request| carries(request)), "{asked:?}");
    assert_eq!(asked[0].matches(SECRET).count(), 1);
    assert!(!carries(&other.requests()[0]));
}

#[tokio::test]
async fn f13_what_one_user_gave_is_sent_for_nobody_else_nor_over_a_shared_connection() {
    let keep_open = |_: &str| {
        let mut steps = ok("", b"hello");
        steps.push(Step::KeepOpen);
        steps
    };
    let origin = Origin::start(keep_open).await;
    let shared = fetcher();
    let ada = shared.with_access(vec![of(&origin)]);
    let charles = shared.with_access(vec![of(&origin)]);
    for fetcher in [&ada, &ada.clone(), &charles, &shared, &shared] {
        fetcher.get(&origin.url("/"), Want::Page).await.unwrap();
    }
    let carried: Vec<bool> = origin.requests().iter().map(|one| carries(one)).collect();
    assert_eq!(carried, [true, true, true, false, false]);
    assert_eq!(origin.connections(), 3, "one for each of them");
}

#[tokio::test]
async fn a_secret_does_not_go_over_http_unless_it_was_given_for_that() {
    let origin = Origin::start(|_| ok("", b"hello")).await;
    let fetcher = fetcher().with_access(vec![access(&origin.addr.to_string(), false)]);
    fetcher.get(&origin.url("/"), Want::Page).await.unwrap();
    assert!(!carries(&origin.requests()[0]));
}

#[tokio::test]
async fn pictures_are_shown_it_only_for_a_page_of_the_same_site() {
    let origin = Origin::start(|_| ok("", b"picture")).await;
    let fetcher = fetcher().with_access(vec![of(&origin)]);
    let elsewhere = Url::parse("https://elsewhere.example/page").unwrap();
    for page in [&elsewhere, &origin.url("/page")] {
        let on_page = fetcher.on_page(page);
        on_page
            .get(&origin.url("/p.png"), Want::Picture)
            .await
            .unwrap();
    }
    let carried: Vec<bool> = origin.requests().iter().map(|one| carries(one)).collect();
    assert_eq!(carried, [false, true]);
}

#[tokio::test]
async fn what_a_page_names_elsewhere_is_shown_nothing_when_it_leads_back() {
    let origin = Origin::start(|path| match path {
        "/moved.png" => redirect(302, "/p.png"),
        _ => ok("", b"picture"),
    })
    .await;
    let back = origin.url("/account/close").to_string();
    let elsewhere = Origin::start(move |_| redirect(302, &back)).await;
    let fetcher = fetcher().with_access(vec![of(&origin)]);
    let on_page = fetcher.on_page(&origin.url("/page"));
    for picture in [origin.url("/moved.png"), elsewhere.url("/ad.png")] {
        on_page.get(&picture, Want::Picture).await.unwrap();
    }
    let carried: Vec<bool> = origin.requests().iter().map(|one| carries(one)).collect();
    assert_eq!(carried, [true, true, false]);
    // A page that a user asked for is another thing: it is they who went there.
    fetcher.get(&elsewhere.url("/"), Want::Page).await.unwrap();
    assert!(carries(origin.requests().last().unwrap()));
}

#[tokio::test]
async fn hosts_below_a_site_are_shown_it_only_if_the_user_said_so() {
    let origin = Origin::start(|_| ok("", b"hello")).await;
    let names = ["news.example", "www.news.example", "evilnews.example"];
    let with = |subdomains| -> Fetcher {
        let known = names.iter().fold(Names::default(), |known, name| {
            known.with(name, &[&["127.0.0.1"]])
        });
        let mut given = access(&format!("news.example:{}", origin.port()), true);
        given.subdomains = subdomains;
        fetcher_with(config(&["127.0.0.0/8"]), known).with_access(vec![given])
    };
    for subdomains in [false, true] {
        let fetcher = with(subdomains);
        for name in names {
            let url = Url::parse(&format!("http://{name}:{}/", origin.port())).unwrap();
            fetcher.get(&url, Want::Page).await.unwrap();
        }
    }
    let carried: Vec<bool> = origin.requests().iter().map(|one| carries(one)).collect();
    assert_eq!(carried, [true, false, false, true, true, false]);
}

#[tokio::test]
async fn what_an_answer_repeats_of_a_secret_is_not_kept() {
    let origin = Origin::start(|_| {
        ok(
            "Set-Cookie: session=fresh; Path=/\r\nX-Echo: you are canary-7f3e9a\r\nX-Fine: yes\r\n",
            b"hello",
        )
    })
    .await;
    let fetched = fetcher()
        .with_access(vec![of(&origin)])
        .get(&origin.url("/"), Want::Page)
        .await
        .unwrap();
    assert_eq!(fetched.header("x-fine"), Some("yes"));
    assert!(!format!("{fetched:?}").contains("canary"), "{fetched:?}");
    assert_eq!(fetched.header("set-cookie"), None);
}

#[tokio::test]
async fn access_that_cannot_be_opened_is_said_and_nothing_is_asked() {
    let origin = Origin::start(|_| ok("", b"hello")).await;
    let other = Origin::start(|_| ok("", b"hello")).await;
    let site = Site::parse(&origin.addr.to_string()).unwrap();
    let fetcher = fetcher().with_access(vec![SiteAccess::locked(site, false, true)]);
    let error = fetcher.get(&origin.url("/"), Want::Page).await.unwrap_err();
    assert!(matches!(error, FetchError::AccessLocked { .. }), "{error}");
    assert!(origin.requests().is_empty());
    fetcher.get(&other.url("/"), Want::Page).await.unwrap();
}
