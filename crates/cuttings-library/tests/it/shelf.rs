//! Archive, star, delete and back; lists and their pages.

use cuttings_library::{LibraryError, save, shelf};
use cuttings_model::{Article, ArticleId, View, address};

use crate::rig::{Rig, on_both};

async fn keep(rig: &Rig, path: &str) -> Article {
    let address = address::parse(&format!("https://example.org/{path}")).unwrap();
    save::save(&rig.library, rig.user.id, &address, None)
        .await
        .unwrap()
        .article
}

async fn ids(rig: &Rig, view: View) -> Vec<i64> {
    let list = rig
        .library
        .store
        .list(rig.user.id, &view.into(), None, 100)
        .await
        .unwrap();
    list.articles.iter().map(|article| article.id.0).collect()
}

#[test]
fn each_view_shows_what_its_name_says() {
    on_both(|rig| async move {
        for path in ["a", "b", "c", "d"] {
            keep(&rig, path).await;
        }
        let (library, user_id) = (&rig.library, rig.user.id);
        shelf::archive(library, user_id, ArticleId(1), true)
            .await
            .unwrap();
        shelf::star(library, user_id, ArticleId(1), true)
            .await
            .unwrap();
        shelf::star(library, user_id, ArticleId(2), true)
            .await
            .unwrap();
        shelf::delete(library, user_id, ArticleId(3)).await.unwrap();
        assert_eq!(ids(&rig, View::Unread).await, [4, 2]);
        assert_eq!(ids(&rig, View::Archived).await, [1]);
        assert_eq!(ids(&rig, View::Starred).await, [2, 1]);
        assert_eq!(ids(&rig, View::All).await, [4, 2, 1]);
        shelf::archive(library, user_id, ArticleId(1), false)
            .await
            .unwrap();
        shelf::star(library, user_id, ArticleId(1), false)
            .await
            .unwrap();
        shelf::undelete(library, user_id, ArticleId(3))
            .await
            .unwrap();
        assert_eq!(ids(&rig, View::Unread).await, [4, 3, 2, 1]);
        assert_eq!(ids(&rig, View::Starred).await, [2]);
    });
}

#[test]
fn d22_delete_and_undo_give_back_all_of_it() {
    on_both(|rig| async move {
        let article = rig
            .upload(
                "https://news.example/a",
                &crate::rig::page("Kept", "Every word of it."),
            )
            .await;
        let (library, user_id) = (&rig.library, rig.user.id);
        shelf::star(library, user_id, article.id, true)
            .await
            .unwrap();
        let before = rig.article(article.id).await;
        let first = shelf::delete(library, user_id, article.id).await.unwrap();
        let second = shelf::delete(library, user_id, article.id).await.unwrap();
        assert_eq!(
            first.deleted_at_ms, second.deleted_at_ms,
            "the first deletion counts"
        );
        let back = shelf::undelete(library, user_id, article.id).await.unwrap();
        assert_eq!(
            Article {
                updated_at_ms: 0,
                ..back
            },
            Article {
                updated_at_ms: 0,
                ..before
            }
        );
        assert!(rig.text(article.id).await.contains("Every word of it"));
    });
}

#[test]
fn a_deleted_article_takes_no_change_but_coming_back() {
    on_both(|rig| async move {
        let article = keep(&rig, "a").await;
        shelf::delete(&rig.library, rig.user.id, article.id)
            .await
            .unwrap();
        let starred = shelf::star(&rig.library, rig.user.id, article.id, true).await;
        assert!(
            matches!(starred, Err(LibraryError::NoSuchArticle(_))),
            "{starred:?}"
        );
        let back = shelf::undelete(&rig.library, rig.user.id, article.id)
            .await
            .unwrap();
        assert_eq!(back.starred_at_ms, None);
    });
}

#[test]
fn i04_another_users_article_is_as_if_it_were_not_there() {
    on_both(|rig| async move {
        let article = keep(&rig, "a").await;
        let other = rig.other_user().await;
        for outcome in [
            shelf::archive(&rig.library, other.id, article.id, true).await,
            shelf::star(&rig.library, other.id, article.id, true).await,
            shelf::delete(&rig.library, other.id, article.id).await,
            shelf::retry(&rig.library, other.id, article.id).await,
        ] {
            assert!(
                matches!(outcome, Err(LibraryError::NoSuchArticle(_))),
                "{outcome:?}"
            );
        }
        assert_eq!(rig.article(article.id).await, article);
    });
}

#[test]
fn w04_paging_shows_each_article_once_while_others_are_added() {
    on_both(|rig| async move {
        for number in 0..25 {
            keep(&rig, &number.to_string()).await;
        }
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = rig
                .library
                .store
                .list(rig.user.id, &View::All.into(), after.as_ref(), 10)
                .await
                .unwrap();
            seen.extend(page.articles.iter().map(|article| article.id.0));
            keep(&rig, &format!("late-{}", seen.len())).await;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, (1..=25).rev().collect::<Vec<_>>());
    });
}
