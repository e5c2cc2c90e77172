//! Jobs: leases, fencing, and that nothing waits forever.

use cuttings_library::{capture, now_ms, save};
use cuttings_model::{ArticleState, address};
use cuttings_store::StoreError;

use crate::rig::{Answer, Origin, Rig, on_both, page};

async fn queued(rig: &Rig, path: &str) {
    let address = address::parse(&format!("https://news.example/{path}")).unwrap();
    let upload = save::Upload {
        body: page("Queued", "Words in line.").into(),
        content_type: None,
        pictures: Vec::new(),
    };
    save::save(&rig.library, rig.user.id, &address, Some(upload))
        .await
        .unwrap();
}

#[test]
fn j02_a_job_whose_worker_died_is_done_by_another() {
    on_both(|rig| async move {
        queued(&rig, "a").await;
        let store = &rig.library.store;
        let now = now_ms();
        let first = store
            .lease_job("one", now, now + 1000, None)
            .await
            .unwrap()
            .unwrap();
        assert!(
            store
                .lease_job("two", now, now + 1000, None)
                .await
                .unwrap()
                .is_none()
        );
        let later = now + 2000;
        let second = store
            .lease_job("two", later, later + 1000, None)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((second.id, second.attempt), (first.id, 2));
        assert!(second.fence > first.fence);
    });
}

#[test]
fn c02_a_worker_that_lost_its_lease_writes_nothing() {
    on_both(|rig| async move {
        queued(&rig, "a").await;
        let store = &rig.library.store;
        let now = now_ms();
        let stale = store
            .lease_job("one", now, now, None)
            .await
            .unwrap()
            .unwrap();
        let fresh = store
            .lease_job("two", now + 1, now + 60_000, None)
            .await
            .unwrap()
            .unwrap();
        let outcome = capture::capture(&rig.library, &stale).await;
        assert!(
            matches!(outcome, Err(StoreError::LostLease { .. })),
            "{outcome:?}"
        );
        assert_eq!(
            rig.article(fresh.article_id).await.state,
            ArticleState::Queued
        );
        assert!(!store.extend_lease(&stale, now + 90_000).await.unwrap());
        capture::capture(&rig.library, &fresh).await.unwrap();
        assert_eq!(
            rig.article(fresh.article_id).await.state,
            ArticleState::Ready
        );
        assert_eq!(store.open_jobs().await.unwrap(), 0);
    });
}

#[test]
fn j03_a_job_that_always_kills_its_worker_is_parked_with_a_reason() {
    on_both(|rig| async move {
        queued(&rig, "a").await;
        queued(&rig, "b").await;
        let store = &rig.library.store;
        let mut now = now_ms();
        let only = Some((rig.user.id, [cuttings_model::ArticleId(1)]));
        let job = loop {
            now += 1000;
            let only = only
                .as_ref()
                .map(|(user_id, ids)| (*user_id, ids.as_slice()));
            let job = store
                .lease_job("dies", now, now, only)
                .await
                .unwrap()
                .unwrap();
            if job.attempt > 6 {
                break job;
            }
        };
        capture::capture(&rig.library, &job).await.unwrap();
        let article = rig.article(job.article_id).await;
        assert_eq!(article.state, ArticleState::Failed);
        assert_eq!(article.reason.unwrap().code, "worn_out");
        assert_eq!(store.open_jobs().await.unwrap(), 1, "the other job goes on");
    });
}

#[test]
fn two_workers_never_lease_the_same_job() {
    on_both(|rig| async move {
        for number in 0..20 {
            queued(&rig, &number.to_string()).await;
        }
        let now = now_ms();
        let workers: Vec<_> = (0..4)
            .map(|worker| {
                let store = rig.library.store.clone();
                tokio::spawn(async move {
                    let mut leased = Vec::new();
                    let owner = worker.to_string();
                    while let Some(job) = store
                        .lease_job(&owner, now, now + 60_000, None)
                        .await
                        .unwrap()
                    {
                        leased.push(job.id);
                    }
                    leased
                })
            })
            .collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.unwrap());
        }
        all.sort_unstable();
        let doubled = all.windows(2).any(|pair| pair[0] == pair[1]);
        assert!(!doubled, "{all:?}");
        assert_eq!(
            rig.library
                .store
                .lease_job("x", now, now, None)
                .await
                .unwrap(),
            None
        );
    });
}

#[test]
fn f22_a_page_whose_site_asks_to_be_left_alone_waits_without_a_failed_try() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let mut busy = Answer::status(429);
        busy.headers.push(("Retry-After".into(), "6".into()));
        origin.put("/first", busy);
        origin.put("/second", Answer::html(page("Second", "Words of it.")));
        let began = std::time::Instant::now();
        let first = rig.capture(&origin.url("/first")).await;
        assert_eq!(first.reason.expect("a reason").code, "too_many_requests");
        let second = rig.capture(&origin.url("/second")).await;
        assert_eq!(second.state, ArticleState::Ready, "{:?}", second.reason);
        assert!(began.elapsed().as_secs() >= 6, "{:?}", began.elapsed());
        assert_eq!(origin.asked(), ["/first", "/second"]);
        let captures = rig.library.store.captures(rig.user.id, second.id).await;
        assert_eq!(captures.unwrap().len(), 1);
    });
}
