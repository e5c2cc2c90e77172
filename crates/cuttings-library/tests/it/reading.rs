//! Settings of a user, where a reader stopped, and what lies beside an article.

use cuttings_library::{LibraryError, reading, save, settings, shelf};
use cuttings_model::settings::{Theme, Typeface};
use cuttings_model::{Article, ArticleId, Filter, ReadPosition, Setting, Settings, View, address};
use cuttings_store::StoreError;

use crate::rig::{Rig, on_both};

async fn keep(rig: &Rig, path: &str) -> Article {
    let address = address::parse(&format!("https://example.org/{path}")).unwrap();
    save::save(&rig.library, rig.user.id, &address, None)
        .await
        .unwrap()
        .article
}

fn at(block: i64, percent: i64) -> ReadPosition {
    ReadPosition::new(block, percent).unwrap()
}

#[test]
fn settings_are_kept_for_one_user_and_can_be_put_back() {
    on_both(|rig| async move {
        let other = rig.other_user().await;
        let (library, user_id) = (&rig.library, rig.user.id);
        let store = &library.store;
        assert_eq!(store.settings(user_id).await.unwrap(), Settings::default());

        let dark = Setting::Theme(Theme::Dark);
        let sans = Setting::Typeface(Typeface::Sans);
        let set = settings::change(library, user_id, &[dark, sans])
            .await
            .unwrap();
        assert_eq!((set.theme, set.typeface), (Theme::Dark, Typeface::Sans));
        assert_eq!(store.settings(user_id).await.unwrap(), set);
        assert_eq!(store.settings(other.id).await.unwrap(), Settings::default());

        // One change leaves the others.
        let set = settings::change(library, user_id, &[Setting::Theme(Theme::Sepia)])
            .await
            .unwrap();
        assert_eq!((set.theme, set.typeface), (Theme::Sepia, Typeface::Sans));
        let back = Settings::default().all();
        let set = settings::change(library, user_id, &back).await.unwrap();
        assert_eq!(set, Settings::default());
    });
}

#[test]
fn a_position_is_kept_and_moves_the_update_only_when_it_changes() {
    on_both(|rig| async move {
        let (library, user_id) = (&rig.library, rig.user.id);
        let article = keep(&rig, "a").await;
        assert_eq!(article.stopped, None);
        let first = reading::stop_at(library, user_id, article.id, at(7, 40))
            .await
            .unwrap();
        assert_eq!(first.stopped.unwrap().position, at(7, 40));
        assert!(first.updated_at_ms > article.updated_at_ms);
        let again = reading::stop_at(library, user_id, article.id, at(7, 40))
            .await
            .unwrap();
        assert_eq!(again, first);
        let up = reading::stop_at(library, user_id, article.id, at(2, 10))
            .await
            .unwrap();
        assert_eq!(up.stopped.unwrap().position, at(2, 10));
        assert!(up.updated_at_ms > first.updated_at_ms);
        let listed = library
            .store
            .list(user_id, &View::All.into(), None, 10)
            .await
            .unwrap();
        assert_eq!(listed.articles[0].stopped, up.stopped);
    });
}

#[test]
fn nobody_stops_in_an_article_that_is_deleted_or_of_another_library() {
    on_both(|rig| async move {
        let other = rig.other_user().await;
        let (library, user_id) = (&rig.library, rig.user.id);
        let article = keep(&rig, "a").await;
        let stolen = reading::stop_at(library, other.id, article.id, at(1, 1)).await;
        assert!(matches!(stolen, Err(LibraryError::NoSuchArticle(_))));
        shelf::delete(library, user_id, article.id).await.unwrap();
        let deleted = reading::stop_at(library, user_id, article.id, at(1, 1)).await;
        assert!(matches!(deleted, Err(LibraryError::NoSuchArticle(_))));
        let kept = rig.article(article.id).await;
        assert_eq!(kept.stopped, None);
    });
}

#[test]
fn neighbours_are_those_of_the_list_and_stay_when_the_article_leaves_it() {
    on_both(|rig| async move {
        let other = rig.other_user().await;
        let (library, user_id) = (&rig.library, rig.user.id);
        let mut articles = Vec::new();
        for path in ["a", "b", "c", "d"] {
            articles.push(keep(&rig, path).await);
        }
        // Of the same instant, and nobody's business.
        let address = address::parse("https://example.org/x").unwrap();
        save::save(library, other.id, &address, None).await.unwrap();
        let beside = async |filter: &str, article: &Article| {
            let found = library
                .store
                .neighbours(user_id, &Filter::read(filter), article.id)
                .await
                .unwrap();
            (
                found.previous.map(|neighbour| neighbour.id.0),
                found.next.map(|neighbour| neighbour.id.0),
            )
        };
        assert_eq!(beside("", &articles[3]).await, (None, Some(3)));
        assert_eq!(beside("", &articles[1]).await, (Some(3), Some(1)));
        assert_eq!(beside("", &articles[0]).await, (Some(2), None));
        for number in [2, 3] {
            shelf::archive(library, user_id, ArticleId(number), true)
                .await
                .unwrap();
        }
        assert_eq!(beside("", &articles[2]).await, (Some(4), Some(1)));
        assert_eq!(beside("view=archived", &articles[2]).await, (None, Some(2)));
        let found = library
            .store
            .neighbours(user_id, &Filter::default(), articles[2].id)
            .await
            .unwrap();
        assert_eq!(found.next.unwrap().title, "https://example.org/a");
        shelf::delete(library, user_id, ArticleId(1)).await.unwrap();
        assert_eq!(beside("", &articles[2]).await, (Some(4), None));
        assert_eq!(beside("view=starred", &articles[2]).await, (None, None));
        // In another order, and by words.
        let oldest = "view=all&sort=oldest";
        assert_eq!(beside(oldest, &articles[2]).await, (Some(2), Some(4)));
        let titled = "view=all&sort=title";
        assert_eq!(beside(titled, &articles[2]).await, (Some(2), Some(4)));
        let broken = library
            .store
            .neighbours(user_id, &Filter::read("q=%22open"), articles[2].id)
            .await;
        assert!(matches!(broken, Err(StoreError::Query(_))), "{broken:?}");
    });
}
