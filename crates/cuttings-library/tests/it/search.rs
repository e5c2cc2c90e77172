//! Searching: the same hits on both databases.

use cuttings_library::search::{SearchError, search};
use cuttings_library::shelf;
use cuttings_model::ArticleId;

use crate::rig::{Rig, on_both, page};

async fn hits(rig: &Rig, query: &str) -> Vec<i64> {
    let found = search(&rig.library, rig.user.id, query, 1)
        .await
        .unwrap_or_else(|error| panic!("{query}: {error}"));
    let mut ids: Vec<i64> = found.hits.iter().map(|hit| hit.article.id.0).collect();
    ids.sort_unstable();
    ids
}

async fn stocked(rig: &Rig) {
    for (url, html) in [
        (
            "https://www.lantern.example/1",
            page("Harbour walls", "Ferries run late again, don’t they?"),
        ),
        (
            "https://lantern.example/2",
            page("Ferry fares", "The fare rises; économie de la région."),
        ),
        (
            "https://news.gazette.example/3",
            page(
                "Quiet week",
                "東京都の港湾が再開した。 Nothing about boats.",
            )
            .replace("Ada Byron", "Charles Babbage")
            .replace("2024-05-03", "2022-01-10"),
        ),
    ] {
        let article = rig.upload(url, &html).await;
        assert_eq!(article.state.as_str(), "ready", "{:?}", article.reason);
    }
}

#[test]
fn c16_both_databases_find_the_same() {
    on_both(|rig| async move {
        stocked(&rig).await;
        for (query, wanted) in [
            ("ferry", vec![1, 2]),
            ("Ferries", vec![1, 2]),
            ("\"ferry fares\"", vec![2]),
            ("\"fares ferry\"", vec![]),
            ("“run late”", vec![1]),
            ("econom*", vec![2]),
            ("economie", vec![2]),
            ("dont", vec![1]),
            ("don't", vec![1]),
            ("ferry -fares", vec![1]),
            ("late OR fares", vec![1, 2]),
            ("(late OR fares) rises", vec![2]),
            (
                "site:lantern.example OR site:gazette.example",
                vec![1, 2, 3],
            ),
            ("港湾", vec![3]),
            ("council", vec![1, 2, 3]),
            ("site:lantern.example", vec![1, 2]),
            ("site:gazette.example council", vec![3]),
            ("-site:lantern.example council", vec![3]),
            ("author:byron", vec![1, 2]),
            ("author:\"charles babbage\"", vec![3]),
            ("author:babb", vec![]),
            ("before:2023", vec![3]),
            ("after:2024-05-03", vec![1, 2]),
            ("after:2024-05-04", vec![]),
            ("-ferry is:unread", vec![3]),
            ("is:unread", vec![1, 2, 3]),
            ("NEAR(ferry fares)", vec![]),
            ("babbage", vec![3]),
            ("nowhere", vec![]),
        ] {
            assert_eq!(hits(&rig, query).await, wanted, "{query}");
        }
    });
}

#[test]
fn states_are_searched_and_deleted_articles_are_not_found() {
    on_both(|rig| async move {
        stocked(&rig).await;
        let (library, user_id) = (&rig.library, rig.user.id);
        shelf::archive(library, user_id, ArticleId(1), true)
            .await
            .unwrap();
        shelf::star(library, user_id, ArticleId(2), true)
            .await
            .unwrap();
        shelf::delete(library, user_id, ArticleId(3)).await.unwrap();
        assert_eq!(hits(&rig, "is:archived").await, [1]);
        assert_eq!(hits(&rig, "council is:starred").await, [2]);
        assert_eq!(hits(&rig, "-is:starred").await, [1]);
        assert_eq!(hits(&rig, "council").await, [1, 2]);
        shelf::undelete(library, user_id, ArticleId(3))
            .await
            .unwrap();
        assert_eq!(hits(&rig, "council").await, [1, 2, 3]);
    });
}

#[test]
fn a_word_in_the_headline_ranks_before_one_in_the_text() {
    on_both(|rig| async move {
        stocked(&rig).await;
        let found = search(&rig.library, rig.user.id, "ferry", 1).await.unwrap();
        assert_eq!(found.hits[0].article.id, ArticleId(2));
        let marked: Vec<&str> = found.hits[0]
            .headline
            .iter()
            .filter(|piece| piece.marked)
            .map(|piece| piece.text.as_str())
            .collect();
        assert_eq!(marked, ["Ferry"]);
        assert!(
            found.hits[1]
                .snippet
                .iter()
                .any(|piece| piece.marked && piece.text == "Ferries")
        );
    });
}

#[test]
fn i09_nothing_of_another_user_is_found() {
    on_both(|rig| async move {
        stocked(&rig).await;
        let other = rig.other_user().await;
        for query in [
            "ferry",
            "is:unread",
            "-ferry is:unread",
            "site:lantern.example",
        ] {
            let found = search(&rig.library, other.id, query, 1).await.unwrap();
            assert!(found.hits.is_empty(), "{query}");
        }
    });
}

#[test]
fn w05_a_bad_query_is_answered_with_its_place() {
    on_both(|rig| async move {
        let error = search(&rig.library, rig.user.id, "ferry \"open", 1)
            .await
            .unwrap_err();
        let SearchError::Query(error) = error else {
            panic!("{error}")
        };
        assert_eq!(error.at.start, 6);
        for odd in [
            "'; DROP TABLE articles; --",
            "a\0b",
            "NEAR/2",
            "{headline} : x",
            "^x ferry:*",
            "\\",
            "%_",
        ] {
            let outcome = search(&rig.library, rig.user.id, odd, 1).await;
            assert!(
                !matches!(outcome, Err(SearchError::Store(_))),
                "{odd}: {outcome:?}"
            );
        }
    });
}

#[test]
fn a_page_captured_again_is_found_by_its_new_words_only() {
    on_both(|rig| async move {
        let url = "https://lantern.example/1";
        rig.upload(url, &page("First", "The word is heliotrope."))
            .await;
        rig.upload(url, &page("Second", "The word is now periwinkle."))
            .await;
        assert_eq!(hits(&rig, "periwinkle").await, [1]);
        assert_eq!(hits(&rig, "heliotrope").await, Vec::<i64>::new());
    });
}
