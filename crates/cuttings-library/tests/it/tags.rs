//! Tags: on articles, renamed, merged, deleted, and what clients see of it.

use cuttings_library::{LibraryError, save, shelf, tags};
use cuttings_model::{ArticleId, Filter, TagId, TagName, address};
use cuttings_store::TagChange;

use crate::rig::{Rig, on_both};

async fn keep(rig: &Rig, path: &str) -> ArticleId {
    let address = address::parse(&format!("https://example.org/{path}")).unwrap();
    save::save(&rig.library, rig.user.id, &address, None)
        .await
        .unwrap()
        .article
        .id
}

fn names(typed: &str) -> Vec<TagName> {
    TagName::parse_list(typed).unwrap()
}

async fn put(rig: &Rig, id: ArticleId, typed: &str) -> Vec<String> {
    let names = names(typed);
    tags::change(&rig.library, rig.user.id, id, TagChange::Set(&names))
        .await
        .unwrap()
        .tags
}

async fn all(rig: &Rig) -> Vec<(i64, String, i64)> {
    let tags = rig.library.store.tags(rig.user.id).await.unwrap();
    tags.into_iter()
        .map(|tag| (tag.id.0, tag.name, tag.article_count))
        .collect()
}

#[test]
fn tags_are_put_on_and_taken_off_and_keep_their_first_spelling() {
    on_both(|rig| async move {
        let id = keep(&rig, "a").await;
        let other = keep(&rig, "b").await;
        assert_eq!(
            put(&rig, id, "Sea walls, harbour").await,
            ["harbour", "Sea walls"]
        );
        assert_eq!(put(&rig, other, "SEA WALLS").await, ["Sea walls"]);
        assert_eq!(
            all(&rig).await,
            [(2, "harbour".to_owned(), 1), (1, "Sea walls".to_owned(), 2)]
        );
        let add = names("money");
        let article = tags::change(&rig.library, rig.user.id, id, TagChange::Add(&add))
            .await
            .unwrap();
        assert_eq!(article.tags, ["harbour", "money", "Sea walls"]);
        let remove = names("HARBOUR, nothing");
        let article = tags::change(&rig.library, rig.user.id, id, TagChange::Remove(&remove))
            .await
            .unwrap();
        assert_eq!(article.tags, ["money", "Sea walls"]);
        assert_eq!(put(&rig, id, "").await, [""; 0]);
    });
}

#[test]
fn a_change_of_tags_moves_the_clock_and_no_change_does_not() {
    on_both(|rig| async move {
        let id = keep(&rig, "a").await;
        let before = rig.article(id).await.updated_at_ms;
        put(&rig, id, "harbour").await;
        let tagged = rig.article(id).await.updated_at_ms;
        assert!(tagged > before);
        put(&rig, id, "HARBOUR").await;
        assert_eq!(rig.article(id).await.updated_at_ms, tagged);
    });
}

#[test]
fn renaming_a_tag_moves_each_of_its_articles_by_a_tick_of_its_own() {
    on_both(|rig| async move {
        for path in ["a", "b", "c"] {
            let id = keep(&rig, path).await;
            if path != "c" {
                put(&rig, id, "harbour").await;
            }
        }
        let untouched = rig.article(ArticleId(3)).await;
        tags::rename(&rig.library, rig.user.id, TagId(1), &names("Ports")[0])
            .await
            .unwrap();
        let (a, b) = (
            rig.article(ArticleId(1)).await,
            rig.article(ArticleId(2)).await,
        );
        assert_eq!(
            (a.tags.as_slice(), &b.tags),
            (&["Ports".to_owned()][..], &a.tags)
        );
        assert!(a.updated_at_ms != b.updated_at_ms && a.updated_at_ms > untouched.updated_at_ms);
        assert_eq!(rig.article(ArticleId(3)).await, untouched);
        // A change of capitals alone is a new name too.
        tags::rename(&rig.library, rig.user.id, TagId(1), &names("ports")[0])
            .await
            .unwrap();
        assert_eq!(rig.article(ArticleId(1)).await.tags, ["ports"]);
        // The clock goes on from the last of them.
        let saved = keep(&rig, "d").await;
        assert!(
            rig.article(saved).await.updated_at_ms > rig.article(ArticleId(2)).await.updated_at_ms
        );
    });
}

#[test]
fn a_taken_name_offers_the_other_tag_and_merging_leaves_one() {
    on_both(|rig| async move {
        let (a, b) = (keep(&rig, "a").await, keep(&rig, "b").await);
        put(&rig, a, "harbour").await;
        put(&rig, b, "harbour, ports").await;
        let taken = tags::rename(&rig.library, rig.user.id, TagId(1), &names("PORTS")[0]).await;
        assert!(
            matches!(
                taken,
                Err(LibraryError::TagTaken {
                    other: TagId(2),
                    ..
                })
            ),
            "{taken:?}"
        );
        tags::merge(&rig.library, rig.user.id, TagId(1), TagId(2))
            .await
            .unwrap();
        assert_eq!(all(&rig).await, [(2, "ports".to_owned(), 2)]);
        assert_eq!(rig.article(b).await.tags, ["ports"]);
        for (from, into) in [(2, 2), (1, 2), (2, 7)] {
            let merged = tags::merge(&rig.library, rig.user.id, TagId(from), TagId(into)).await;
            assert!(
                matches!(merged, Err(LibraryError::NoSuchTag)),
                "{from} {into}"
            );
        }
    });
}

#[test]
fn a_deleted_tag_leaves_its_articles_and_deleted_articles_are_not_counted() {
    on_both(|rig| async move {
        let (a, b) = (keep(&rig, "a").await, keep(&rig, "b").await);
        put(&rig, a, "harbour").await;
        put(&rig, b, "harbour").await;
        shelf::delete(&rig.library, rig.user.id, b).await.unwrap();
        assert_eq!(all(&rig).await, [(1, "harbour".to_owned(), 1)]);
        shelf::undelete(&rig.library, rig.user.id, b).await.unwrap();
        assert_eq!(rig.article(b).await.tags, ["harbour"]);
        tags::delete(&rig.library, rig.user.id, TagId(1))
            .await
            .unwrap();
        assert!(all(&rig).await.is_empty());
        assert_eq!(rig.article(a).await.tags, [""; 0]);
    });
}

#[test]
fn i04_another_users_tags_are_as_if_they_were_not_there() {
    on_both(|rig| async move {
        let id = keep(&rig, "a").await;
        put(&rig, id, "harbour").await;
        let before = rig.article(id).await;
        let other = rig.other_user().await;
        let library = &rig.library;
        let name = names("mine");
        assert!(
            tags::change(library, other.id, id, TagChange::Add(&name))
                .await
                .is_err()
        );
        assert!(
            tags::rename(library, other.id, TagId(1), &name[0])
                .await
                .is_err()
        );
        assert!(tags::delete(library, other.id, TagId(1)).await.is_err());
        assert!(library.store.tags(other.id).await.unwrap().is_empty());
        let filter = Filter::read("view=all&tag=harbour");
        assert_eq!(
            library.store.count(other.id, &filter, None).await.unwrap(),
            0
        );
        assert_eq!(rig.article(id).await, before);
    });
}
