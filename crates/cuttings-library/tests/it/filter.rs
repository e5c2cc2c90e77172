//! Filters: each condition, all of them together, every order page by page, and
//! filters under a name.

use cuttings_library::{LibraryError, filters, save, shelf, tags};
use cuttings_model::{ArticleId, Filter, FilterId, Sort, TagName, address};
use cuttings_store::{StoreError, TagChange};

use crate::rig::{Rig, on_both, page};

/// Ids of what a query lets through, in its order; the count must agree.
async fn ids(rig: &Rig, query: &str) -> Vec<i64> {
    let filter = Filter::read(query);
    let store = &rig.library.store;
    let list = store.list(rig.user.id, &filter, None, 100).await.unwrap();
    let count = store.count(rig.user.id, &filter, None).await.unwrap();
    assert_eq!(list.articles.len() as i64, count, "{query}");
    assert!(list.next.is_none());
    list.articles.iter().map(|article| article.id.0).collect()
}

async fn tag(rig: &Rig, id: i64, typed: &str) {
    let names = TagName::parse_list(typed).unwrap();
    tags::change(
        &rig.library,
        rig.user.id,
        ArticleId(id),
        TagChange::Set(&names),
    )
    .await
    .unwrap();
}

/// Four articles: two of The Lantern, one of another outlet in French, one
/// that is still queued.
async fn shelf_of_four(rig: &Rig) {
    rig.upload(
        "https://lantern.example/walls",
        &page("Sea walls", "Forty bicycles stood there."),
    )
    .await;
    let long = page(
        "Ästhetik of harbours",
        &"The harbour master spoke. ".repeat(600),
    );
    let long = long.replace("2024-05-03T08:00:00Z", "2020-01-31T23:30:00Z");
    rig.upload("https://lantern.example/harbours", &long).await;
    let french = "<!DOCTYPE html><html lang=fr-CA><head><title>Les digues - Le Phare</title>
        <meta property='og:site_name' content='Le Phare'><meta name=author content='Anne Dupont'></head>
        <body><article><h1>Les digues</h1>"
        .to_owned()
        + &"<p>Le conseil s’est réuni jeudi soir pour entendre les ingénieurs qui avaient parcouru
            toute la digue, et la salle était pleine avant la fermeture des portes.</p>"
            .repeat(5)
        + "</article></body></html>";
    rig.upload("https://phare.example/digues", &french).await;
    let address = address::parse("https://www.quay.example/queued").unwrap();
    save::save(&rig.library, rig.user.id, &address, None)
        .await
        .unwrap();
}

#[test]
fn every_condition_lets_through_what_its_name_says() {
    on_both(|rig| async move {
        shelf_of_four(&rig).await;
        tag(&rig, 1, "sea, Money").await;
        tag(&rig, 2, "sea").await;
        let (library, user_id) = (&rig.library, rig.user.id);
        shelf::archive(library, user_id, ArticleId(1), true)
            .await
            .unwrap();
        shelf::star(library, user_id, ArticleId(2), true)
            .await
            .unwrap();
        let french = rig.article(ArticleId(3)).await;
        assert_eq!(french.language.as_deref(), Some("fr-CA"));
        assert!(rig.article(ArticleId(2)).await.reading_minutes > 5);

        for (query, expected) in [
            ("", &[4, 3, 2][..]),
            ("view=archived", &[1]),
            ("view=starred", &[2]),
            ("view=all", &[4, 3, 2, 1]),
            ("state=queued", &[4]),
            ("state=ready", &[3, 2, 1]),
            ("state=failed", &[]),
            ("view=unread&state=ready", &[3, 2]),
            ("tag=SEA", &[2]),
            ("view=all&tag=sea", &[2, 1]),
            ("view=all&tag=sea&tag=money", &[1]),
            ("view=all&tag=nothing", &[]),
            ("view=all&publication=The+Lantern", &[2, 1]),
            ("view=all&publication=the+lantern", &[2, 1]),
            ("view=all&publication=lantern.example", &[2, 1]),
            ("view=all&publication=www.quay.example", &[4]),
            ("view=all&publication=Lan", &[]),
            ("view=all&author=byron", &[2, 1]),
            ("view=all&author=Ann", &[]),
            ("view=all&author=Dupont", &[3]),
            ("view=all&language=fr", &[3]),
            ("view=all&length=short", &[3, 1]),
            ("view=all&length=medium", &[2]),
            ("view=all&length=long", &[]),
            ("view=all&min_minutes=6&max_minutes=60", &[2]),
            ("view=all&max_minutes=0", &[4]),
            ("view=all&published_to=2020-01-31", &[2]),
            ("view=all&published_to=2020-01-30", &[]),
            (
                "view=all&published_from=2024-05-03&published_to=2024-05-03",
                &[1],
            ),
            ("view=all&saved_from=2024-01-01", &[4, 3, 2, 1]),
            ("view=all&saved_to=2024-01-01", &[]),
            ("view=all&highlights=yes", &[]),
            ("view=all&q=bicycles", &[1]),
            ("view=all&q=-bicycles+is:unread", &[4, 3, 2]),
            ("view=all&q=master+site:lantern.example&tag=sea", &[2]),
            (
                "view=all&author=byron&tag=sea&length=medium&language=en&q=harbour",
                &[2],
            ),
        ] {
            assert_eq!(ids(&rig, query).await, expected, "{query}");
        }
    });
}

#[test]
fn every_order_shows_each_article_once_page_by_page() {
    on_both(|rig| async move {
        shelf_of_four(&rig).await;
        for path in ["x", "y", "z"] {
            let address = address::parse(&format!("https://quay.example/{path}")).unwrap();
            save::save(&rig.library, rig.user.id, &address, None)
                .await
                .unwrap();
        }
        let store = &rig.library.store;
        for sort in Sort::ALL {
            let whole = ids(&rig, &format!("view=all&sort={}", sort.as_str())).await;
            assert_eq!(whole.len(), 7);
            let filter = Filter::read(&format!("view=all&sort={}", sort.as_str()));
            let mut seen = Vec::new();
            let mut after = None;
            loop {
                let list = store
                    .list(rig.user.id, &filter, after.as_ref(), 2)
                    .await
                    .unwrap();
                seen.extend(list.articles.iter().map(|article| article.id.0));
                after = list.next.map(|next| {
                    let printed = next.to_string();
                    cuttings_store::ListPosition::parse(&printed, sort).expect("reads back")
                });
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, whole, "{sort:?}");
            match sort {
                Sort::Newest | Sort::Read => assert_eq!(whole, [7, 6, 5, 4, 3, 2, 1]),
                Sort::Oldest => assert_eq!(whole, [1, 2, 3, 4, 5, 6, 7]),
                Sort::Published => assert_eq!(whole[5..], [1, 2]),
                Sort::PublishedOldest => assert_eq!(whole[..2], [2, 1]),
                Sort::Shortest => assert!(whole[2] == 2 && whole[3..] == [4, 5, 6, 7], "{whole:?}"),
                Sort::Longest => assert!(whole[0] == 2 && whole[3..] == [7, 6, 5, 4], "{whole:?}"),
                // Folded: Ästhetik stands before https and Les.
                Sort::Title => assert_eq!(whole, [2, 5, 6, 7, 4, 3, 1]),
            }
        }
    });
}

#[test]
fn words_that_are_no_query_are_an_error_and_counts_can_be_capped() {
    on_both(|rig| async move {
        shelf_of_four(&rig).await;
        let store = &rig.library.store;
        let wrong = store
            .list(rig.user.id, &Filter::read("q=is:nothing"), None, 10)
            .await;
        assert!(matches!(wrong, Err(StoreError::Query(_))), "{wrong:?}");
        let all = Filter::read("view=all");
        assert_eq!(store.count(rig.user.id, &all, Some(3)).await.unwrap(), 3);
        assert_eq!(store.count(rig.user.id, &all, Some(9)).await.unwrap(), 4);
    });
}

#[test]
fn a_filter_under_a_name_stays_live() {
    on_both(|rig| async move {
        shelf_of_four(&rig).await;
        let (library, user_id) = (&rig.library, rig.user.id);
        let filter = Filter::read("view=all&tag=sea&sort=title");
        let id = filters::save(library, user_id, "  By  the sea ", &filter)
            .await
            .unwrap();
        let saved = library.store.filters(user_id).await.unwrap();
        assert_eq!((saved[0].id, saved[0].name.as_str()), (id, "By the sea"));
        assert_eq!(Filter::read(&saved[0].query), filter);
        assert!(ids(&rig, &saved[0].query).await.is_empty());
        tag(&rig, 1, "Sea").await;
        assert_eq!(ids(&rig, &saved[0].query).await, [1]);

        filters::rename(library, user_id, id, "Shore")
            .await
            .unwrap();
        assert_eq!(
            library.store.filters(user_id).await.unwrap()[0].name,
            "Shore"
        );
        let other = rig.other_user().await;
        for outcome in [
            filters::rename(library, other.id, id, "Mine").await,
            filters::delete(library, other.id, id).await,
            filters::delete(library, user_id, FilterId(9)).await,
        ] {
            assert!(
                matches!(outcome, Err(LibraryError::NoSuchFilter)),
                "{outcome:?}"
            );
        }
        for name in ["", "  ", &"x".repeat(61)] {
            let refused = filters::save(library, user_id, name, &filter).await;
            assert!(matches!(refused, Err(LibraryError::FilterName)), "{name}");
        }
        filters::delete(library, user_id, id).await.unwrap();
        assert!(library.store.filters(user_id).await.unwrap().is_empty());
    });
}
