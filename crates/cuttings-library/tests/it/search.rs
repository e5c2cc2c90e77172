//! Searching: the same hits on both databases.

use cuttings_library::complete::complete;
use cuttings_library::search::{SearchError, search};
use cuttings_library::{highlights, shelf, tags};
use cuttings_model::{Anchor, ArticleId, Colour, HighlightId, TagName};
use cuttings_store::TagChange;

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
            ("site:lantern.example OR author:babbage", vec![1, 2, 3]),
            ("publication:lantern", vec![1, 2, 3]),
            ("publication:\"the lantern\" babbage", vec![3]),
            ("publication:gazette.example", vec![3]),
            ("publication:nobody", vec![]),
            ("language:en", vec![1, 2, 3]),
            ("-language:en", vec![]),
            ("language:de OR author:babbage", vec![3]),
            ("published:2024", vec![1, 2]),
            ("published:2022-01-10", vec![3]),
            ("-published:2024-05", vec![3]),
            ("published:2022..2023", vec![3]),
            ("published:<=2022", vec![3]),
            ("saved:>=2024", vec![1, 2, 3]),
            ("saved:<2024", vec![]),
            ("minutes:<3", vec![1, 2, 3]),
            ("minutes:>=3", vec![]),
            ("-minutes:<3", vec![]),
            ("is:failed", vec![]),
            ("-is:failed ferry", vec![1, 2]),
            ("is:highlighted", vec![]),
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

/// Puts a tag on an article.
async fn tag(rig: &Rig, id: i64, name: &str) {
    let name = TagName::parse(name).expect("a tag");
    tags::change(
        &rig.library,
        rig.user.id,
        ArticleId(id),
        TagChange::Add(&[name]),
    )
    .await
    .expect("a tag is put on");
}

async fn mark(rig: &Rig, id: i64, words: &str, note: &str) {
    let anchor = Anchor::of_words(words);
    highlights::add(
        &rig.library,
        rig.user.id,
        ArticleId(id),
        &anchor,
        Colour::Green,
        note,
    )
    .await
    .expect("the words stand there");
}

#[test]
fn tags_and_highlights_are_filters() {
    on_both(|rig| async move {
        stocked(&rig).await;
        tag(&rig, 1, "Sea walls").await;
        tag(&rig, 2, "sea walls").await;
        tag(&rig, 2, "Fares").await;
        mark(
            &rig,
            2,
            "engineers who had walked",
            "Ask the harbour master",
        )
        .await;
        for (query, wanted) in [
            ("tag:\"SEA walls\"", vec![1, 2]),
            ("tag:\"sea walls\" tag:fares", vec![2]),
            ("tag:fares OR author:babbage", vec![2, 3]),
            ("-tag:fares", vec![1, 3]),
            ("-tag:fares ferry", vec![1]),
            ("tag:sea", vec![]),
            ("is:highlighted", vec![2]),
            ("-is:highlighted", vec![1, 3]),
            ("highlight:\"harbour mast\"", vec![2]),
            ("highlight:engineers", vec![2]),
            ("highlight:laughter", vec![]),
        ] {
            assert_eq!(hits(&rig, query).await, wanted, "{query}");
        }
    });
}

/// The facets of a search, one a line.
async fn facets(rig: &Rig, query: &str) -> Vec<String> {
    let found = search(&rig.library, rig.user.id, query, 1).await.unwrap();
    found
        .facets
        .iter()
        .map(|(facet, values)| {
            let values: Vec<String> = values
                .iter()
                .map(|value| format!("{} {}", value.value, value.article_count))
                .collect();
            format!("{facet:?}: {}", values.join(", "))
        })
        .collect()
}

#[test]
fn facets_follow_every_change_of_what_was_counted_before() {
    on_both(|rig| async move {
        let (library, user) = (&rig.library, rig.user.id);
        stocked(&rig).await;
        tag(&rig, 1, "harbour").await;
        mark(&rig, 1, "engineers who had walked", "").await;
        let line = async |of: &str| {
            let lines = facets(&rig, "council").await;
            lines.into_iter().find(|line| line.starts_with(of))
        };
        assert_eq!(line("Tag").await.as_deref(), Some("Tag: harbour 1"));
        assert_eq!(
            line("State").await.as_deref(),
            Some("State: unread 3, highlighted 1")
        );

        let known = library.store.tags(user).await.unwrap();
        let port = TagName::parse("port").unwrap();
        tags::rename(library, user, known[0].id, &port)
            .await
            .expect("renamed");
        assert_eq!(line("Tag").await.as_deref(), Some("Tag: port 1"));
        tag(&rig, 2, "port").await;
        assert_eq!(line("Tag").await.as_deref(), Some("Tag: port 2"));
        tags::delete(library, user, known[0].id)
            .await
            .expect("deleted");
        assert_eq!(line("Tag").await, None);

        highlights::remove(library, user, HighlightId(1))
            .await
            .expect("removed");
        shelf::star(library, user, ArticleId(3), true)
            .await
            .expect("starred");
        assert_eq!(
            line("State").await.as_deref(),
            Some("State: unread 3, starred 1")
        );
        shelf::delete(library, user, ArticleId(3))
            .await
            .expect("deleted");
        assert_eq!(line("State").await.as_deref(), Some("State: unread 2"));
        assert_eq!(line("Author").await.as_deref(), Some("Author: Ada Byron 2"));
    });
}

#[test]
fn facets_count_what_the_hits_have_in_common() {
    on_both(|rig| async move {
        stocked(&rig).await;
        tag(&rig, 1, "harbour").await;
        tag(&rig, 3, "harbour").await;
        tag(&rig, 3, "boats").await;
        mark(&rig, 1, "engineers who had walked", "").await;
        shelf::archive(&rig.library, rig.user.id, ArticleId(1), true)
            .await
            .expect("archived");
        let counted = async |query: &str| facets(&rig, query).await;
        assert_eq!(
            counted("council").await,
            [
                "Publication: The Lantern 3",
                "Author: Ada Byron 2, Charles Babbage 1",
                "Tag: harbour 2, boats 1",
                "Language: en 3",
                "Year: 2024 2, 2022 1",
                "Length: short 3",
                "State: unread 2, archived 1, highlighted 1",
            ]
        );
        assert_eq!(
            counted("ferry tag:harbour").await,
            [
                "Publication: The Lantern 1",
                "Author: Ada Byron 1",
                "Tag: harbour 1",
                "Language: en 1",
                "Year: 2024 1",
                "Length: short 1",
                "State: archived 1, highlighted 1",
            ]
        );
        assert!(counted("nowhere").await.is_empty());
    });
}

#[test]
fn highlights_and_notes_are_found_by_the_rules_of_the_words() {
    on_both(|rig| async move {
        stocked(&rig).await;
        mark(&rig, 1, "engineers who had walked", "They ferried us over").await;
        mark(&rig, 2, "keeps a boat in the harbour", "").await;
        let found = async |query: &str| -> Vec<String> {
            let found = search(&rig.library, rig.user.id, query, 1).await.unwrap();
            found
                .highlights
                .iter()
                .map(|hit| {
                    let marked = hit.words.iter().chain(&hit.note);
                    let marked: Vec<&str> = marked
                        .filter(|piece| piece.marked)
                        .map(|piece| piece.text.as_str())
                        .collect();
                    format!("{} {}", hit.found.article.id, marked.join(","))
                })
                .collect()
        };
        for (query, wanted) in [
            ("engineer", vec!["1 engineers"]),
            ("boats harbour", vec!["2 boat,harbour"]),
            ("\"had walked\"", vec!["1 had walked"]),
            ("\"walked had\"", vec![]),
            ("ferrying", vec!["1 ferried"]),
            ("engin*", vec!["1 engineers"]),
            ("engineer OR boat", vec!["2 boat", "1 engineers"]),
            ("engineer -ferry", vec![]),
            ("engineer site:gazette.example", vec![]),
            ("engineer site:lantern.example", vec!["1 engineers"]),
            ("is:highlighted", vec![]),
            ("laughter", vec![]),
        ] {
            assert_eq!(found(query).await, wanted, "{query}");
        }
        let other = rig.other_user().await;
        let none = search(&rig.library, other.id, "engineer", 1).await.unwrap();
        assert!(none.highlights.is_empty());
    });
}

#[test]
fn a_highlight_is_found_behind_many_that_only_begin_like_the_word() {
    on_both(|rig| async move {
        stocked(&rig).await;
        let loads: Vec<String> = (100..145)
            .map(|number| format!("load {number} of ferrous metal"))
            .collect();
        let text = page(
            "Ore week",
            &format!("The crane lifted {}.", loads.join(", ")),
        );
        rig.upload("https://lantern.example/ore", &text).await;
        mark(&rig, 1, "engineers who had walked", "They ferried us over").await;
        for load in &loads {
            mark(&rig, 4, load, "").await;
        }
        let found = search(&rig.library, rig.user.id, "ferry", 1).await.unwrap();
        let notes: Vec<&str> = found
            .highlights
            .iter()
            .map(|hit| hit.found.highlight.note.as_str())
            .collect();
        assert_eq!(notes, ["They ferried us over"]);
    });
}

#[test]
fn a_word_spelt_wrongly_is_answered_with_a_query_that_finds_more() {
    on_both(|rig| async move {
        stocked(&rig).await;
        for (query, wanted) in [
            ("harbuor", Some("harbour")),
            ("hxrbour", Some("harbour")),
            ("engneers", Some("engineers")),
            ("Councl laugher", Some("council laughter")),
            ("\"sea wal\"", None),
            ("\"town coucil\" -ferry", Some("\"town council\" -ferry")),
            ("feries tag:none", None),
            ("harbour", None),
            ("xylophone", None),
            ("elektricity", None),
            ("regoin", Some("région")),
        ] {
            let found = search(&rig.library, rig.user.id, query, 1).await.unwrap();
            let suggested = found.suggestion.map(|suggestion| suggestion.query);
            assert_eq!(suggested.as_deref(), wanted, "{query}");
        }
        let found = search(&rig.library, rig.user.id, "harbuor", 1)
            .await
            .unwrap();
        assert!(found.hits.is_empty(), "what was typed is what was searched");
        let other = rig.other_user().await;
        let found = search(&rig.library, other.id, "harbuor", 1).await.unwrap();
        assert_eq!(found.suggestion, None, "words of others are not told");
    });
}

#[test]
fn what_is_typed_is_completed_from_the_library() {
    on_both(|rig| async move {
        stocked(&rig).await;
        tag(&rig, 1, "Sea walls").await;
        tag(&rig, 2, "Sea walls").await;
        tag(&rig, 3, "seals").await;
        let choices = async |typed: &str| -> Vec<String> {
            let caret = typed.chars().count();
            let found = complete(&rig.library, rig.user.id, typed, caret)
                .await
                .unwrap();
            found.map_or_else(Vec::new, |found| {
                found
                    .choices
                    .into_iter()
                    .map(|choice| match choice.article_count {
                        Some(count) => format!("{} {count}", choice.text),
                        None => choice.text,
                    })
                    .collect()
            })
        };
        for (typed, wanted) in [
            ("ferry tag:se", vec!["tag:\"Sea walls\" 2", "tag:seals 1"]),
            ("tag:wal", vec!["tag:\"Sea walls\" 2"]),
            ("tag:\"sea w", vec!["tag:\"Sea walls\" 2"]),
            ("-tag:\"SEA ", vec!["tag:\"Sea walls\" 2"]),
            ("au", vec!["author:"]),
            (
                "author:b",
                vec!["author:\"Ada Byron\" 2", "author:\"Charles Babbage\" 1"],
            ),
            ("author:charles b", vec!["before:"]),
            ("author:\"charles b", vec!["author:\"Charles Babbage\" 1"]),
            ("byr", vec!["author:\"Ada Byron\" 2"]),
            ("publication:lan", vec!["publication:\"The Lantern\""]),
            ("language:", vec!["language:en"]),
            ("is:un", vec!["is:unread"]),
            ("is:unread", vec![]),
            (
                "minutes:",
                vec!["minutes:<5", "minutes:5..15", "minutes:>15"],
            ),
            ("se", vec!["tag:\"Sea walls\" 2", "tag:seals 1"]),
            ("\"se", vec![]),
            ("", vec![]),
            ("tag:%", vec![]),
        ] {
            assert_eq!(choices(typed).await, wanted, "{typed}");
        }
        let other = rig.other_user().await;
        let none = complete(&rig.library, other.id, "tag:se", 6).await.unwrap();
        assert_eq!(none, None, "names of others are not told");
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
fn a_word_as_it_was_typed_ranks_before_other_forms_of_it() {
    on_both(|rig| async move {
        for (id, word) in [(1, "sailing"), (2, "sails"), (3, "sailed")] {
            let text = format!("The boat {word} on.");
            rig.upload(
                &format!("https://a.example/{id}"),
                &page("Quiet week", &text),
            )
            .await;
        }
        for (typed, first) in [("sailing", 1), ("sails", 2), ("sailed -rain", 3)] {
            let found = search(&rig.library, rig.user.id, typed, 1).await.unwrap();
            let ids: Vec<i64> = found.hits.iter().map(|hit| hit.article.id.0).collect();
            assert_eq!((ids.len(), ids[0]), (3, first), "{typed}: {ids:?}");
        }
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
