//! Corrections: kept over every further capture, taken back, and found.

use cuttings_library::{LibraryError, edit};
use cuttings_model::{Article, ArticleId, Field, Filter};
use cuttings_store::EditChange;

use crate::rig::{Rig, on_both, page};

const URL: &str = "https://lantern.example/walls";

async fn say(rig: &Rig, id: ArticleId, field: Field, value: &str) -> Article {
    let change = EditChange::Say(Some(value.to_owned()));
    edit::edit(&rig.library, rig.user.id, id, &[(field, change)])
        .await
        .unwrap()
}

async fn found(rig: &Rig, words: &str) -> i64 {
    let mut filter = Filter::read("view=all");
    filter.words = Some(words.to_owned());
    rig.library
        .store
        .count(rig.user.id, &filter, None)
        .await
        .unwrap()
}

#[test]
fn a_correction_survives_a_further_capture_and_shows_what_the_page_says() {
    on_both(|rig| async move {
        let article = rig.upload(URL, &page("Sea wals", "Forty bicycles.")).await;
        let before = article.updated_at_ms;
        let article = say(&rig, article.id, Field::Headline, "Sea walls").await;
        assert_eq!(article.headline.as_deref(), Some("Sea walls"));
        assert!(article.updated_at_ms > before);
        assert_eq!(
            (found(&rig, "walls").await, found(&rig, "wals").await),
            (1, 0)
        );

        rig.upload(
            URL,
            &page("Sea wals, again", "Forty-one bicycles stood there."),
        )
        .await;
        let article = rig.article(article.id).await;
        assert_eq!(article.headline.as_deref(), Some("Sea walls"));
        assert_eq!(
            (found(&rig, "walls").await, found(&rig, "again").await),
            (1, 0)
        );
        assert!(rig.text(article.id).await.contains("Forty-one"));
        let edits = rig
            .library
            .store
            .edits(rig.user.id, article.id)
            .await
            .unwrap();
        assert_eq!(edits.len(), 1);
        assert_eq!(edits[0].extracted.as_deref(), Some("Sea wals, again"));

        let reset = [(Field::Headline, EditChange::Reset)];
        let article = edit::edit(&rig.library, rig.user.id, article.id, &reset)
            .await
            .unwrap();
        assert_eq!(article.headline.as_deref(), Some("Sea wals, again"));
        assert_eq!(found(&rig, "again").await, 1);
        assert!(
            rig.library
                .store
                .edits(rig.user.id, article.id)
                .await
                .unwrap()
                .is_empty()
        );
    });
}

#[test]
fn every_field_is_corrected_and_goes_back_to_what_the_page_says() {
    on_both(|rig| async move {
        let before = rig.upload(URL, &page("Sea walls", "Forty bicycles.")).await;
        let values = [
            (Field::Headline, "Walls"),
            (Field::Dek, "What stood there."),
            (Field::Byline, "Von Carla Babbage"),
            (Field::Authors, "Carla Babbage\nThe Desk"),
            (Field::Publication, "The Quay"),
            (Field::Section, "Coast"),
            (Field::Published, "2021-02-03"),
            (Field::Modified, "2021-02-04T05:06:07Z"),
            (Field::Language, "he"),
            (Field::Direction, "rtl"),
            (Field::FinalUrl, "https://quay.example/walls"),
            (Field::CanonicalUrl, "https://quay.example/canonical"),
        ];
        assert_eq!(values.len(), Field::ALL.len());
        for (field, value) in values {
            say(&rig, before.id, field, value).await;
        }
        let article = rig.article(before.id).await;
        assert_eq!(article.authors, ["Carla Babbage", "The Desk"]);
        assert_eq!(article.published.as_ref().unwrap().at_ms, 1_612_310_400_000);
        assert!(article.right_to_left);
        assert_eq!(article.source_url(), "https://quay.example/walls");
        for query in [
            "view=all&publication=the+quay&author=babbage&language=he",
            "view=all&published_from=2021-02-03&published_to=2021-02-03&q=site:quay.example",
        ] {
            let filter = Filter::read(query);
            let count = rig.library.store.count(rig.user.id, &filter, None).await;
            assert_eq!(count.unwrap(), 1, "{query}");
        }
        let edits = rig
            .library
            .store
            .edits(rig.user.id, before.id)
            .await
            .unwrap();
        assert_eq!(edits.len(), Field::ALL.len());

        let resets = Field::ALL.map(|field| (field, EditChange::Reset));
        let after = edit::edit(&rig.library, rig.user.id, before.id, &resets)
            .await
            .unwrap();
        let timeless = |article: Article| Article {
            updated_at_ms: 0,
            ..article
        };
        assert_eq!(timeless(after), timeless(before));
    });
}

#[test]
fn saying_what_the_page_says_is_no_correction_and_nothing_can_be_said_too() {
    on_both(|rig| async move {
        let article = rig.upload(URL, &page("Sea walls", "Forty bicycles.")).await;
        say(&rig, article.id, Field::Headline, "Sea walls").await;
        assert!(
            rig.library
                .store
                .edits(rig.user.id, article.id)
                .await
                .unwrap()
                .is_empty()
        );
        let nothing = [(Field::Publication, EditChange::Say(None))];
        let article = edit::edit(&rig.library, rig.user.id, article.id, &nothing)
            .await
            .unwrap();
        assert_eq!(article.publication, None);
        assert_eq!(article.outlet(), "lantern.example");
    });
}

#[test]
fn an_article_that_was_never_captured_can_be_corrected_and_found() {
    on_both(|rig| async move {
        let address = cuttings_model::address::parse("https://quay.example/x").unwrap();
        let saved = cuttings_library::save::save(&rig.library, rig.user.id, &address, None)
            .await
            .unwrap();
        let article = say(
            &rig,
            saved.article.id,
            Field::Headline,
            "Zeppelins over the quay",
        )
        .await;
        assert_eq!(article.final_url, None);
        assert_eq!(found(&rig, "zeppelins").await, 1);
    });
}

#[test]
fn a_wrong_value_is_refused_by_name_and_another_users_article_is_not_there() {
    on_both(|rig| async move {
        let article = rig.upload(URL, &page("Sea walls", "Forty bicycles.")).await;
        let changes = [
            (Field::Headline, EditChange::Say(Some("New".to_owned()))),
            (Field::Published, EditChange::Say(Some("soon".to_owned()))),
        ];
        let refused = edit::edit(&rig.library, rig.user.id, article.id, &changes).await;
        assert!(
            matches!(
                refused,
                Err(LibraryError::Field {
                    field: Field::Published,
                    ..
                })
            ),
            "{refused:?}"
        );
        let other = rig.other_user().await;
        let refused = edit::edit(&rig.library, other.id, article.id, &changes[..1]).await;
        assert!(
            matches!(refused, Err(LibraryError::NoSuchArticle(_))),
            "{refused:?}"
        );
        assert_eq!(rig.article(article.id).await, article);
    });
}
