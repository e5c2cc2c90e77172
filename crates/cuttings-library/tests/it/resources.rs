//! Resources: what a captured page looks like with.

use cuttings_library::{now_ms, save};
use cuttings_model::{ResourceKind, ResourceRound, address};
use cuttings_store::{NewResource, ResourcesResult, StoreError};

use crate::rig::{on_both, page};

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
