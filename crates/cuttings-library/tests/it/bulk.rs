//! Actions on many articles: all or none, with the count that was stated, and
//! undone as a whole.

use cuttings_library::{LibraryError, save, shelf, tags};
use cuttings_model::{Article, ArticleId, ArticleState, Filter, TagId, TagName, address};
use cuttings_store::{BulkAction, BulkOutcome, Chosen, TagChange};

use crate::rig::{Rig, on_both};

async fn shelf_of(rig: &Rig, many: i64) -> Vec<Article> {
    for number in 1..=many {
        let address = address::parse(&format!("https://example.org/{number}")).unwrap();
        save::save(&rig.library, rig.user.id, &address, None)
            .await
            .unwrap();
    }
    articles(rig, many).await
}

async fn articles(rig: &Rig, many: i64) -> Vec<Article> {
    let mut all = Vec::new();
    for id in 1..=many {
        all.push(rig.article(ArticleId(id)).await);
    }
    all
}

/// Without the clock, which every change moves.
fn timeless(articles: &[Article]) -> Vec<Article> {
    let timeless = |article: &Article| Article {
        updated_at_ms: 0,
        ..article.clone()
    };
    articles.iter().map(timeless).collect()
}

async fn change(rig: &Rig, chosen: Chosen<'_>, action: &BulkAction) -> BulkOutcome {
    shelf::change_many(&rig.library, rig.user.id, chosen, action)
        .await
        .unwrap()
}

fn tag(name: &str) -> TagName {
    TagName::parse(name).unwrap()
}

#[test]
fn every_action_is_undone_as_a_whole() {
    on_both(|rig| async move {
        shelf_of(&rig, 6).await;
        let (library, user_id) = (&rig.library, rig.user.id);
        // Two are so already; undoing must leave them so.
        shelf::archive(library, user_id, ArticleId(1), true)
            .await
            .unwrap();
        shelf::star(library, user_id, ArticleId(2), true)
            .await
            .unwrap();
        tags::change(
            library,
            user_id,
            ArticleId(3),
            TagChange::Set(&[tag("sea")]),
        )
        .await
        .unwrap();
        let ids = [1, 2, 3, 4].map(ArticleId);
        for (action, changed) in [
            (BulkAction::Archive, 3),
            (BulkAction::Unarchive, 1),
            (BulkAction::Star, 3),
            (BulkAction::Unstar, 1),
            (BulkAction::Tag(tag("Sea")), 3),
            (BulkAction::Untag(tag("SEA")), 1),
            (BulkAction::Delete, 4),
        ] {
            let before = articles(&rig, 6).await;
            let outcome = change(&rig, Chosen::These(&ids), &action).await;
            let BulkOutcome::Done { id, changed: found } = outcome else {
                panic!("{action:?}: {outcome:?}");
            };
            assert_eq!(found, changed, "{action:?}");
            let during = articles(&rig, 6).await;
            assert_ne!(timeless(&during), timeless(&before), "{action:?}");
            assert_eq!(during[4..], before[4..], "others are left alone");
            let mut ticks: Vec<i64> = during.iter().map(|article| article.updated_at_ms).collect();
            ticks.sort_unstable();
            ticks.dedup();
            assert_eq!(ticks.len(), 6, "{action:?}: each has a tick of its own");

            let again = change(&rig, Chosen::These(&ids), &action).await;
            assert_eq!(again, BulkOutcome::Nothing, "{action:?}");
            let undone = shelf::undo(library, user_id, id).await.unwrap();
            assert_eq!((undone.article_count, undone.undone), (changed, true));
            let after = articles(&rig, 6).await;
            assert_eq!(timeless(&after), timeless(&before), "{action:?}");
            let twice = shelf::undo(library, user_id, id).await;
            assert!(
                matches!(twice, Err(LibraryError::NothingToUndo)),
                "{twice:?}"
            );
        }
    });
}

#[test]
fn all_that_match_are_changed_only_while_their_number_is_the_one_stated() {
    on_both(|rig| async move {
        shelf_of(&rig, 30).await;
        let filter = Filter::default();
        let stated = Chosen::Matching(&filter, 29);
        assert_eq!(
            change(&rig, stated, &BulkAction::Delete).await,
            BulkOutcome::Moved(30)
        );
        assert_eq!(
            rig.library
                .store
                .count(rig.user.id, &filter, None)
                .await
                .unwrap(),
            30
        );
        let stated = Chosen::Matching(&filter, 30);
        let outcome = change(&rig, stated, &BulkAction::Archive).await;
        let BulkOutcome::Done { id, changed: 30 } = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(
            rig.library
                .store
                .count(rig.user.id, &filter, None)
                .await
                .unwrap(),
            0
        );
        let done = rig
            .library
            .store
            .done_action(rig.user.id, id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((done.action.as_str(), done.article_count), ("archive", 30));
        assert!(done.can_be_undone());
        let tagged = Filter::read("view=archived&tag=x");
        let none = change(&rig, Chosen::Matching(&tagged, 0), &BulkAction::Delete).await;
        assert_eq!(none, BulkOutcome::Nothing);
    });
}

#[test]
fn failed_captures_are_queued_again_together() {
    on_both(|rig| async move {
        let origin = crate::rig::Origin::start().await;
        for path in ["/a", "/b"] {
            rig.capture(&origin.url(path)).await;
        }
        shelf_of(&rig, 1).await;
        let groups = rig.library.store.failure_groups(rig.user.id).await.unwrap();
        assert_eq!((groups.len(), groups[0].article_count), (1, 2));
        let filter = Filter::read(&format!("state=failed&reason={}", groups[0].code));
        let outcome = change(&rig, Chosen::Matching(&filter, 2), &BulkAction::Retry).await;
        let BulkOutcome::Done { id, changed: 2 } = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(rig.article(ArticleId(1)).await.state, ArticleState::Queued);
        assert_eq!(rig.article(ArticleId(1)).await.reason, None);
        assert_eq!(rig.library.store.open_jobs().await.unwrap(), 3);
        let undone = shelf::undo(&rig.library, rig.user.id, id).await;
        assert!(
            matches!(undone, Err(LibraryError::NothingToUndo)),
            "{undone:?}"
        );

        origin.put(
            "/a",
            crate::rig::Answer::html(crate::rig::page("Back", "Again.")),
        );
        assert_eq!(rig.work_on(ArticleId(1)).await.state, ArticleState::Ready);
    });
}

#[test]
fn a_tag_that_was_deleted_meanwhile_is_not_put_back_by_undoing() {
    on_both(|rig| async move {
        shelf_of(&rig, 2).await;
        let (library, user_id) = (&rig.library, rig.user.id);
        let ids = [ArticleId(1), ArticleId(2)];
        change(&rig, Chosen::These(&ids), &BulkAction::Tag(tag("sea"))).await;
        let outcome = change(&rig, Chosen::These(&ids), &BulkAction::Untag(tag("sea"))).await;
        let BulkOutcome::Done { id, .. } = outcome else {
            panic!("{outcome:?}");
        };
        tags::delete(library, user_id, TagId(1)).await.unwrap();
        let undone = shelf::undo(library, user_id, id).await;
        assert!(
            matches!(undone, Err(LibraryError::NothingToUndo)),
            "{undone:?}"
        );
    });
}

#[test]
fn i04_another_users_articles_are_never_among_those_chosen() {
    on_both(|rig| async move {
        let before = shelf_of(&rig, 2).await;
        let other = rig.other_user().await;
        let ids = [ArticleId(1), ArticleId(2)];
        let outcome = shelf::change_many(
            &rig.library,
            other.id,
            Chosen::These(&ids),
            &BulkAction::Delete,
        )
        .await
        .unwrap();
        assert_eq!(outcome, BulkOutcome::Nothing);
        let done = change(&rig, Chosen::These(&ids), &BulkAction::Star).await;
        let BulkOutcome::Done { id, .. } = done else {
            panic!("{done:?}");
        };
        assert!(shelf::undo(&rig.library, other.id, id).await.is_err());
        assert!(rig.article(ArticleId(1)).await.starred_at_ms.is_some());
        assert_eq!(before.len(), 2);
    });
}
