//! Resources: what a captured page looks like with.

use cuttings_library::{capture, now_ms, resources, save, shelf};
use cuttings_model::{ArticleState, JobKind, ResourceKind, ResourceRound, address};
use cuttings_store::{NewResource, ResourcesResult, StoreError};

use crate::rig::{Answer, Origin, on_both, page, png};

fn resource(url: &str, kind: ResourceKind) -> NewResource {
    NewResource {
        url: url.to_owned(),
        final_url: None,
        kind,
        status: None,
        content_type: None,
        body: None,
        exchange: None,
        failure: None,
    }
}

#[test]
fn resources_are_written_with_the_end_of_their_job_or_not_at_all() {
    on_both(|rig| async move {
        let address = address::parse("https://news.example/a").unwrap();
        let upload = save::Upload {
            body: page("Kept", "Words that stay.").into(),
            content_type: None,
            pictures: Vec::new(),
        };
        let saved = save::save(&rig.library, rig.user.id, &address, Some(upload))
            .await
            .unwrap();
        let store = &rig.library.store;
        let captures = store.captures(rig.user.id, saved.article.id).await.unwrap();
        let capture_id = captures[0].id;
        let blobs = store.blobs();
        let sheet = blobs.put("p { color: red }".into()).await.unwrap();
        let heads = blobs
            .put("GET https://news.example/s.css".into())
            .await
            .unwrap();
        let result = || ResourcesResult {
            resources: vec![
                NewResource {
                    final_url: Some("https://cdn.example/s.css".to_owned()),
                    status: Some(200),
                    content_type: Some("text/css".to_owned()),
                    body: Some(sheet),
                    exchange: Some(heads),
                    ..resource("https://news.example/s.css", ResourceKind::Style)
                },
                NewResource {
                    failure: Some("not there".to_owned()),
                    ..resource("https://news.example/a.woff2", ResourceKind::Font)
                },
            ],
            unlisted: 3,
            failure: None,
        };
        assert_eq!(
            store.resource_round(rig.user.id, capture_id).await.unwrap(),
            None
        );

        let now = now_ms();
        let job = store
            .lease_job("one", now, now + 60_000, None)
            .await
            .unwrap()
            .unwrap();
        let stale = cuttings_model::Job {
            fence: job.fence - 1,
            ..job.clone()
        };
        let outcome = store
            .finish_resources(&stale, capture_id, result(), now)
            .await;
        assert!(
            matches!(outcome, Err(StoreError::LostLease { .. })),
            "{outcome:?}"
        );
        assert!(
            store
                .resources(rig.user.id, capture_id)
                .await
                .unwrap()
                .is_empty()
        );

        store
            .finish_resources(&job, capture_id, result(), now)
            .await
            .unwrap();
        let kept = store.resources(rig.user.id, capture_id).await.unwrap();
        assert_eq!(kept.len(), 2);
        assert_eq!(kept[0].failure.as_deref(), Some("not there"));
        assert_eq!((kept[0].digest, kept[0].size), (None, 0));
        assert_eq!(
            (kept[1].digest, kept[1].size, kept[1].exchange),
            (Some(sheet.digest()), sheet.size(), Some(heads.digest()))
        );
        assert_eq!(
            store
                .resource(rig.user.id, capture_id, "https://news.example/s.css")
                .await
                .unwrap()
                .as_ref(),
            Some(&kept[1])
        );
        assert_eq!(
            store.resource_round(rig.user.id, capture_id).await.unwrap(),
            Some(ResourceRound {
                ended_at_ms: now,
                unlisted: 3,
                failure: None
            })
        );
        let other = rig.other_user().await;
        assert!(
            store
                .resources(other.id, capture_id)
                .await
                .unwrap()
                .is_empty()
        );
    });
}

/// The page with `more` in its head.
fn page_with(more: &str) -> String {
    page("The wall", "Words that stay.").replace("</head>", &format!("{more}</head>"))
}

const FONT: &[u8] = b"wOF2 and then some";

#[test]
fn what_a_page_looks_like_with_is_kept_with_its_exchange() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put(
            "/a",
            Answer::html(page_with(
                "<link rel=stylesheet href=/main.css><link rel=icon href=/i.svg>\
                 <link rel=preload as=font href=/never.woff2><script src=/never.js></script>\
                 <style>nav{background:url(/nav.png)}</style>",
            )),
        );
        origin.put("/main.css", Answer::redirect("/v2/main.css"));
        origin.put(
            "/v2/main.css",
            Answer::typed(
                "text/css",
                "@import 'more.css';@font-face{src:url(f.woff2) format('woff2'),url(f.ttf)}\
                 @font-face{src:url(greek.woff2);unicode-range:U+370-3FF}",
            ),
        );
        origin.put(
            "/v2/more.css",
            Answer::typed("text/css", "a{cursor:url(gone.png)}"),
        );
        origin.put("/v2/f.woff2", Answer::typed("text/plain", FONT));
        origin.put("/nav.png", Answer::typed("image/png", png(8, 8, 7)));
        origin.put("/i.svg", Answer::typed("image/svg+xml", "<svg/>"));
        let article = rig.capture(&origin.url("/a")).await;
        let capture_id = article.capture_id.unwrap();
        let store = &rig.library.store;
        let kept = store.resources(rig.user.id, capture_id).await.unwrap();
        let line = |path: &str| {
            let url = origin.url(path);
            kept.iter()
                .find(|one| one.url == url)
                .unwrap_or_else(|| panic!("{path}"))
        };
        let sheet = line("/main.css");
        assert_eq!(sheet.kind, ResourceKind::Style);
        assert_eq!(sheet.final_url, Some(origin.url("/v2/main.css")));
        let exchange = store.blobs().get(&sheet.exchange.unwrap()).await.unwrap();
        let exchange = String::from_utf8_lossy(&exchange).into_owned();
        assert!(
            exchange.contains("302") && exchange.contains("text/css"),
            "{exchange}"
        );
        assert_eq!(
            line("/v2/f.woff2").content_type.as_deref(),
            Some("font/woff2")
        );
        assert_eq!(line("/nav.png").content_type.as_deref(), Some("image/png"));
        assert_eq!(
            line("/i.svg").content_type.as_deref(),
            Some("image/svg+xml")
        );
        assert_eq!(
            store
                .blobs()
                .get(&line("/v2/f.woff2").digest.unwrap())
                .await
                .unwrap(),
            FONT
        );
        let gone = line("/v2/gone.png");
        assert_eq!((gone.digest, gone.kind), (None, ResourceKind::Picture));
        assert!(gone.failure.as_ref().unwrap().contains("404"), "{gone:?}");
        assert_eq!(kept.len(), 6, "{kept:?}");
        assert_eq!(
            origin
                .asked()
                .iter()
                .filter(|path| path.contains("never"))
                .count(),
            0
        );
        let round = store
            .resource_round(rig.user.id, capture_id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((round.unlisted, round.failure), (0, None));
    });
}

#[test]
fn d20_the_story_does_not_wait_and_a_crash_in_between_loses_nothing() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put(
            "/a",
            Answer::html(page_with("<link rel=stylesheet href=/main.css>")),
        );
        origin.put("/main.css", Answer::typed("text/css", "a{}"));
        let address = address::parse(&origin.url("/a")).unwrap();
        let id = save::save(&rig.library, rig.user.id, &address, None)
            .await
            .unwrap()
            .article
            .id;
        let store = &rig.library.store;
        let now = now_ms();
        let job = store
            .lease_job("one", now, now + 60_000, None)
            .await
            .unwrap()
            .unwrap();
        capture::capture(&rig.library, &job).await.unwrap();
        let article = rig.article(id).await;
        let capture_id = article.capture_id.unwrap();
        assert_eq!(article.state, ArticleState::Ready);
        assert!(!origin.asked().contains(&"/main.css".to_owned()));
        let awaits = || store.awaits_resources(rig.user.id, id, capture_id);
        assert!(awaits().await.unwrap());

        // A worker takes the job and dies; it comes due again.
        let now = now_ms();
        let first = store
            .lease_job("dies", now, now, None)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (first.kind, first.capture_id),
            (JobKind::Resources, Some(capture_id))
        );
        assert!(
            store
                .lease_job_but("two", now + 1, now + 2, JobKind::Resources)
                .await
                .unwrap()
                .is_none()
        );
        rig.work_on(id).await;
        assert!(!awaits().await.unwrap());
        assert_eq!(
            store
                .resources(rig.user.id, capture_id)
                .await
                .unwrap()
                .len(),
            1
        );
    });
}

#[test]
fn for_a_deleted_article_nothing_is_gone_for_until_it_may_be_back() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put(
            "/a",
            Answer::html(page_with("<link rel=stylesheet href=/main.css>")),
        );
        let address = address::parse(&origin.url("/a")).unwrap();
        let id = save::save(&rig.library, rig.user.id, &address, None)
            .await
            .unwrap()
            .article
            .id;
        let store = &rig.library.store;
        let now = now_ms();
        let job = store
            .lease_job("one", now, now + 60_000, None)
            .await
            .unwrap()
            .unwrap();
        capture::capture(&rig.library, &job).await.unwrap();
        let capture_id = rig.article(id).await.capture_id.unwrap();
        shelf::delete(&rig.library, rig.user.id, id).await.unwrap();
        let now = now_ms();
        let job = store
            .lease_job("one", now, now + 60_000, None)
            .await
            .unwrap()
            .unwrap();
        resources::keep(&rig.library, &job).await.unwrap();
        assert!(!origin.asked().contains(&"/main.css".to_owned()));
        assert!(
            store
                .awaits_resources(rig.user.id, id, capture_id)
                .await
                .unwrap()
        );
        let now = now_ms();
        assert!(
            store
                .lease_job("one", now, now + 1, None)
                .await
                .unwrap()
                .is_none()
        );
    });
}

#[test]
fn r17_imports_end_where_they_go_too_deep_or_in_circles() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put(
            "/a",
            Answer::html(page_with("<link rel=stylesheet href=/0.css>")),
        );
        for level in 0..40 {
            origin.put(
                &format!("/{level}.css"),
                Answer::typed(
                    "text/css",
                    format!("@import '/0.css';@import '/{}.css';", level + 1),
                ),
            );
        }
        let article = rig.capture(&origin.url("/a")).await;
        let kept = rig
            .library
            .store
            .resources(rig.user.id, article.capture_id.unwrap())
            .await
            .unwrap();
        assert_eq!(kept.iter().filter(|one| one.digest.is_some()).count(), 9);
        let refused: Vec<_> = kept.iter().filter_map(|one| one.failure.as_ref()).collect();
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert!(refused[0].contains("too many others"), "{refused:?}");
    });
}

#[test]
fn r18_f07_of_a_storm_of_pictures_the_first_are_asked_for_and_the_rest_is_listed() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let storm = (0..3_500).fold(String::new(), |all, at| {
            all + "<p style='background:url(http://10.1.2.3/" + &at.to_string() + ".png)'></p>"
        });
        origin.put(
            "/a",
            Answer::html(page_with("").replace("<footer>", &format!("<footer>{storm}"))),
        );
        let article = rig.capture(&origin.url("/a")).await;
        let store = &rig.library.store;
        let capture_id = article.capture_id.unwrap();
        let kept = store.resources(rig.user.id, capture_id).await.unwrap();
        assert_eq!(kept.len(), 2_000);
        assert!(kept.iter().all(|one| one.digest.is_none()));
        let refused = |word: &str| {
            kept.iter()
                .filter(|one| one.failure.as_ref().is_some_and(|why| why.contains(word)))
                .count()
        };
        assert_eq!(refused("not public") + refused("at most 1,000"), 2_000);
        let round = store
            .resource_round(rig.user.id, capture_id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(round.unlisted, 1_500);
    });
}

#[test]
fn v17_for_an_upload_nothing_further_is_asked_for() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let sheet = origin.url("/main.css");
        let html = page_with(&format!("<link rel=stylesheet href={sheet}>"));
        rig.upload("https://news.example/a", &html).await;
        assert!(origin.asked().is_empty());
    });
}
