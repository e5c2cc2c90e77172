//! Saving: one page, one article, and nothing lost on the way.

use cuttings_library::save::{self, Saved};
use cuttings_model::{Article, ArticleState, PageAddress, UserId, View, address};

use crate::rig::{Origin, Rig, on_both, page};

fn at(url: &str) -> PageAddress {
    address::parse(url).expect("an address")
}

async fn keep(rig: &Rig, user_id: UserId, url: &str) -> Saved {
    save::save(&rig.library, user_id, &at(url), None)
        .await
        .expect("a save")
}

async fn all(rig: &Rig, user_id: UserId) -> Vec<Article> {
    rig.library
        .store
        .list(user_id, &View::All.into(), None, 1000)
        .await
        .expect("a list")
        .articles
}

#[test]
fn saving_the_same_page_twice_keeps_one_article() {
    on_both(|rig| async move {
        let first = keep(&rig, rig.user.id, "https://example.org/a").await;
        let again = keep(&rig, rig.user.id, "http://www.example.org/a/?utm_source=x").await;
        assert!(!first.already && again.already);
        assert_eq!(first.article.id, again.article.id);
        assert_eq!(all(&rig, rig.user.id).await.len(), 1);
    });
}

#[test]
fn w07_twenty_saves_at_once_of_one_page_keep_one_article() {
    on_both(|rig| async move {
        let saves = (0..20).map(|_| {
            let (library, user_id) = (rig.library.clone(), rig.user.id);
            tokio::spawn(async move {
                save::save(&library, user_id, &at("https://example.org/a"), None).await
            })
        });
        let mut new = 0;
        for save in saves.collect::<Vec<_>>() {
            new += usize::from(!save.await.expect("no panic").expect("a save").already);
        }
        assert_eq!(new, 1);
        assert_eq!(all(&rig, rig.user.id).await.len(), 1);
    });
}

#[test]
fn fifty_saves_at_once_are_numbered_from_one_without_a_gap() {
    on_both(|rig| async move {
        let saves: Vec<_> = (0..50)
            .map(|number| {
                let (library, user_id) = (rig.library.clone(), rig.user.id);
                tokio::spawn(async move {
                    let url = format!("https://example.org/{number}");
                    save::save(&library, user_id, &at(&url), None).await
                })
            })
            .collect();
        let mut ids = Vec::new();
        for save in saves {
            ids.push(save.await.expect("no panic").expect("a save").article.id.0);
        }
        ids.sort_unstable();
        assert_eq!(ids, (1..=50).collect::<Vec<_>>());
    });
}

#[test]
fn two_users_hold_the_same_page_apart() {
    on_both(|rig| async move {
        let other = rig.other_user().await;
        let mine = keep(&rig, rig.user.id, "https://example.org/a").await;
        let theirs = keep(&rig, other.id, "https://example.org/a").await;
        assert!(!theirs.already);
        assert_eq!((mine.article.id.0, theirs.article.id.0), (1, 1));
        assert_eq!(theirs.article.user_id, other.id);
        assert_eq!(all(&rig, rig.user.id).await.len(), 1);
    });
}

#[test]
fn saving_a_deleted_page_brings_it_back_to_the_top() {
    on_both(|rig| async move {
        let first = keep(&rig, rig.user.id, "https://example.org/a")
            .await
            .article;
        keep(&rig, rig.user.id, "https://example.org/b").await;
        cuttings_library::shelf::delete(&rig.library, rig.user.id, first.id)
            .await
            .expect("deleted");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        let again = keep(&rig, rig.user.id, "https://example.org/a").await;
        assert_eq!(again.article.id, first.id);
        assert!(!again.already && again.article.deleted_at_ms.is_none());
        assert_eq!(all(&rig, rig.user.id).await[0].id, first.id);
    });
}

#[test]
fn saving_a_failed_page_again_tries_it_again() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let failed = rig.capture(&origin.url("/late")).await;
        assert_eq!(failed.state, ArticleState::Failed);
        origin.put(
            "/late",
            crate::rig::Answer::html(page("Late", "It is here after all.")),
        );
        let article = rig.capture(&origin.url("/late")).await;
        assert_eq!(
            (article.id, article.state),
            (failed.id, ArticleState::Ready)
        );
        assert_eq!(article.reason, None);
    });
}

#[test]
fn the_address_a_redirect_leads_to_is_the_same_page() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/short", crate::rig::Answer::redirect("/news/long"));
        origin.put(
            "/news/long",
            crate::rig::Answer::html(page("Long", "Words.")),
        );
        let article = rig.capture(&origin.url("/short")).await;
        assert_eq!(article.final_url, Some(origin.url("/news/long")));
        let again = keep(&rig, rig.user.id, &origin.url("/news/long")).await;
        assert!(again.already);
        assert_eq!(again.article.id, article.id);
    });
}

#[test]
fn every_change_moves_the_clock_of_the_library_forward() {
    on_both(|rig| async move {
        let mut last = 0;
        for number in 0..20 {
            let saved = keep(&rig, rig.user.id, &format!("https://example.org/{number}")).await;
            assert!(saved.article.updated_at_ms > last);
            let starred =
                cuttings_library::shelf::star(&rig.library, rig.user.id, saved.article.id, true)
                    .await
                    .expect("starred");
            assert!(starred.updated_at_ms > saved.article.updated_at_ms);
            last = starred.updated_at_ms;
        }
    });
}
