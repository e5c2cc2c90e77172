//! What users give for single sites: sealed, shown to that site alone, and not to
//! be found anywhere else.

use cuttings_library::again;
use cuttings_library::site_access::{self, NewAccess, SiteAccessError};
use cuttings_model::{ArticleState, UserId};
use sqlx::{Connection as _, Row as _};

use crate::rig::{Answer, Origin, Rig, on_both, page, png};

const CANARY: &str = "canary-4c1f77e0";

fn given(site: &str) -> NewAccess {
    NewAccess {
        site: site.to_owned(),
        plain_http: true,
        headers: vec![("X-Reader".to_owned(), format!("{CANARY}-key"))],
        cookie: format!("Cookie: session={CANARY}; theme=dark"),
        ..NewAccess::default()
    }
}

async fn give(rig: &Rig, user: UserId, new: &NewAccess) {
    site_access::give(&rig.library, user, new, None)
        .await
        .expect("it is taken");
}

#[test]
fn a_captures_page_and_pictures_are_shown_what_was_given_and_the_other_user_is_not() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let html = page("Behind the counter", "Only subscribers read this.").replace(
            "<article>",
            "<article><img src=/p.png width=400 height=300>",
        );
        origin.put("/story", Answer::html(html));
        origin.put("/p.png", Answer::typed("image/png", png(400, 300, 90)));
        give(&rig, rig.user.id, &given(&origin.url("/anything"))).await;
        let other = rig.other_user().await;

        let article = rig.capture(&origin.url("/story")).await;
        assert_eq!(article.state, ArticleState::Ready, "{:?}", article.reason);
        let requests = origin.requests();
        assert_eq!(origin.asked(), ["/story", "/p.png"]);
        for request in &requests {
            assert!(request.contains(&format!("cookie: session={CANARY}; theme=dark")));
            assert!(request.contains(&format!("x-reader: {CANARY}-key")));
        }
        let list = site_access::list(&rig.library, rig.user.id).await.unwrap();
        assert_eq!(list.len(), 1);
        assert!(list[0].used_at_ms.is_some() && list[0].opens);
        assert_eq!(list[0].names, ["x-reader", "cookie"]);

        assert_eq!(site_access::list(&rig.library, other.id).await.unwrap(), []);
        let theirs = Rig {
            user: other,
            library: rig.library.clone(),
            places: rig.places.clone(),
        };
        theirs.capture(&origin.url("/story")).await;
        assert!(!origin.last_request().contains(CANARY));
        assert_eq!(origin.requests().len(), requests.len() + 2);

        site_access::take_back(&rig.library, rig.user.id, &origin.url("/"))
            .await
            .unwrap();
        origin.put("/again", Answer::html(page("Again", "For everybody.")));
        rig.capture(&origin.url("/again")).await;
        assert!(!origin.last_request().contains(CANARY));
    });
}

#[test]
fn a_page_is_fetched_whole_after_something_was_given_for_its_site() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        // The same mark for what everybody and for what a subscriber is shown.
        let marked = |words: &str| {
            let mut answer = Answer::html(page("Behind the counter", words));
            answer.headers.push(("ETag".into(), "\"7\"".into()));
            answer
        };
        origin.put("/story", marked("The first words, for everybody."));
        let article = rig.capture(&origin.url("/story")).await;
        give(&rig, rig.user.id, &given(&origin.url("/"))).await;
        origin.put("/story", marked("All words, for subscribers."));
        again::capture_again(&rig.library, rig.user.id, article.id)
            .await
            .unwrap();
        rig.work_on(article.id).await;
        let request = origin.last_request();
        assert!(request.contains(CANARY), "{request}");
        assert!(!request.contains("if-none-match"), "{request}");
        // And by what is known from then on.
        again::capture_again(&rig.library, rig.user.id, article.id)
            .await
            .unwrap();
        rig.work_on(article.id).await;
        let request = origin.last_request();
        assert!(request.contains("if-none-match: \"7\""), "{request}");
    });
}

#[test]
fn a_feed_of_the_user_is_shown_what_was_given() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let feed = "<rss version=\"2.0\"><channel><title>News</title></channel></rss>";
        origin.put("/feed", Answer::typed("application/rss+xml", feed));
        give(&rig, rig.user.id, &given(&origin.url("/"))).await;
        let address = cuttings_library::feeds::discover::address_of(&origin.url("/feed")).unwrap();
        cuttings_library::feeds::subscribe(&rig.library, rig.user.id, &address, "", "")
            .await
            .unwrap();
        assert!(origin.last_request().contains(CANARY));
    });
}

#[test]
fn a09_the_secret_is_nowhere_in_database_blobs_or_data_folder() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let mut answer = Answer::html(page("Behind the counter", "Only subscribers."));
        // A site that says the secret back in its headers.
        for name in ["Set-Cookie", "X-You-Said"] {
            let value = format!("session={CANARY}; theme=dark");
            answer.headers.push((name.to_owned(), value));
        }
        origin.put("/story", answer);
        origin.put("/gone", Answer::status(404));
        give(&rig, rig.user.id, &given(&origin.url("/"))).await;
        rig.capture(&origin.url("/story")).await;
        rig.capture(&origin.url("/gone")).await;
        assert!(origin.requests().iter().all(|one| one.contains(CANARY)));

        let mut searched = 0;
        let mut folders = vec![rig.places.data.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let bytes = std::fs::read(&path).unwrap();
                let found = bytes
                    .windows(CANARY.len())
                    .any(|window| window == CANARY.as_bytes());
                assert!(!found, "{}", path.display());
                searched += 1;
            }
        }
        assert!(searched >= 3, "{searched} files");
        for text in all_text(&rig).await {
            assert!(!text.contains(CANARY), "{text}");
        }
        // Blobs are compressed on disk, so they are read through the program.
        for article in [1, 2] {
            let id = cuttings_model::ArticleId(article);
            for capture in rig.library.store.captures(rig.user.id, id).await.unwrap() {
                for digest in [capture.body, capture.exchange].into_iter().flatten() {
                    let bytes = rig.library.store.blobs().get(&digest).await.unwrap();
                    assert!(!String::from_utf8_lossy(&bytes).contains(CANARY));
                }
            }
        }
    });
}

/// Every row of the tables that could hold it, as text.
async fn all_text(rig: &Rig) -> Vec<String> {
    let tables = ["site_access", "captures", "articles", "jobs", "meta"];
    let mut texts = Vec::new();
    for table in tables {
        // PostgreSQL writes a whole row as text; SQLite's file was searched above.
        if let Some(url) = &rig.places.database {
            let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
            let sql = sqlx::AssertSqlSafe(format!("SELECT t::text AS line FROM {table} t"));
            for row in sqlx::query(sql).fetch_all(&mut connection).await.unwrap() {
                texts.push(row.get("line"));
            }
        }
    }
    texts
}

#[test]
fn b08_a_lost_key_costs_its_site_alone_and_says_so_and_a_key_put_back_works() {
    on_both(|rig| async move {
        let (origin, other) = (Origin::start().await, Origin::start().await);
        origin.put("/story", Answer::html(page("Behind", "For subscribers.")));
        other.put("/open", Answer::html(page("Open", "For everybody.")));
        give(&rig, rig.user.id, &given(&origin.url("/"))).await;
        let key = rig.places.data.join("instance.key");
        let away = rig.places.data.join("away");
        std::fs::rename(&key, &away).unwrap();

        let article = rig.capture(&origin.url("/story")).await;
        let reason = article.reason.expect("a reason");
        assert_eq!(reason.code, "access_locked");
        assert!(reason.text.contains("key"), "{}", reason.text);
        assert!(origin.asked().is_empty());
        let open = rig.capture(&other.url("/open")).await;
        assert_eq!(open.state, ArticleState::Ready, "{:?}", open.reason);
        assert!(!site_access::list(&rig.library, rig.user.id).await.unwrap()[0].opens);

        // Another key does not open it either, and does not pretend to.
        give(&rig, rig.user.id, &given("https://third.example")).await;
        assert!(key.exists());
        let opens: Vec<bool> = site_access::list(&rig.library, rig.user.id)
            .await
            .unwrap()
            .iter()
            .map(|one| one.opens)
            .collect();
        assert_eq!(opens, [false, true]);

        std::fs::rename(&away, &key).unwrap();
        cuttings_library::shelf::retry(&rig.library, rig.user.id, article.id)
            .await
            .unwrap();
        let article = rig.work_on(article.id).await;
        assert_eq!(article.state, ArticleState::Ready, "{:?}", article.reason);
        assert!(origin.last_request().contains(CANARY));
    });
}

#[test]
fn f11_what_is_not_the_users_to_set_is_refused_and_what_was_there_stays() {
    on_both(|rig| async move {
        let user = rig.user.id;
        give(&rig, user, &given("news.example")).await;
        let with = |name: &str, value: &str| NewAccess {
            site: "news.example".to_owned(),
            headers: vec![(name.to_owned(), value.to_owned())],
            ..NewAccess::default()
        };
        for (new, code) in [
            (with("Remote-User", "admin"), "header_not_allowed"),
            (with("X-Forwarded-For", "127.0.0.1"), "header_not_allowed"),
            (with("Content-Length", "0"), "header_not_allowed"),
            (with("X-Key", "a\r\nHost: b"), "header"),
            (with("Remote_User", "admin"), "header"),
            (NewAccess::default(), "site"),
            (
                NewAccess {
                    site: "news.example".to_owned(),
                    ..NewAccess::default()
                },
                "nothing",
            ),
            (
                NewAccess {
                    cookie: "a=b".to_owned(),
                    ..with("Cookie", "c=d")
                },
                "twice",
            ),
            (
                NewAccess {
                    site: "Library.example.".to_owned(),
                    ..given("")
                },
                "ourselves",
            ),
        ] {
            let refused = site_access::give(&rig.library, user, &new, Some("library.example"))
                .await
                .unwrap_err();
            assert_eq!(refused.code(), code, "{refused}");
            assert!(!refused.explain().contains(CANARY));
        }
        let list = site_access::list(&rig.library, user).await.unwrap();
        assert_eq!(list.len(), 1);
        assert_eq!(list[0].names, ["x-reader", "cookie"]);
        let gone = site_access::take_back(&rig.library, user, "other.example").await;
        assert!(matches!(gone, Err(SiteAccessError::NoSuchSite(_))));
    });
}
