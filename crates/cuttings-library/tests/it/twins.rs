//! One page saved under two addresses: noted after the capture, joined or kept
//! as the user says.

use cuttings_library::{LibraryError, save, shelf, tags};
use cuttings_model::{Article, ArticleId, Filter, TagName, address};
use cuttings_store::TagChange;

use crate::rig::{Answer, Origin, Rig, on_both, page};

/// Two articles of one page: the second address leads to the first.
async fn twins(rig: &Rig, origin: &Origin) -> (Article, Article) {
    origin.put("/walls", Answer::html(page("Sea walls", "Forty bicycles.")));
    origin.put("/short/1", Answer::redirect(&origin.url("/walls")));
    let older = rig.capture(&origin.url("/walls")).await;
    origin.put(
        "/walls",
        Answer::html(page(
            "Sea walls",
            "Forty-one bicycles, by a later count, stood there.",
        )),
    );
    let newer = rig.capture(&origin.url("/short/1")).await;
    (older, newer)
}

#[test]
fn an_address_that_leads_to_a_page_that_is_here_is_noted_and_joined() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let (older, newer) = twins(&rig, &origin).await;
        assert_eq!(newer.twin_of, Some(older.id));
        assert_eq!(rig.article(older.id).await.twin_of, None);
        let (library, user_id) = (&rig.library, rig.user.id);
        shelf::star(library, user_id, newer.id, true).await.unwrap();
        shelf::archive(library, user_id, older.id, true)
            .await
            .unwrap();
        let name = [TagName::parse("sea").unwrap()];
        tags::change(library, user_id, newer.id, TagChange::Add(&name))
            .await
            .unwrap();

        let joined = save::join_twin(library, user_id, newer.id).await.unwrap();
        assert_eq!(joined.id, older.id);
        assert_eq!(joined.tags, ["sea"]);
        assert!(joined.starred_at_ms.is_some() && joined.archived_at_ms.is_none());
        assert!(joined.updated_at_ms > older.updated_at_ms);
        assert_eq!(joined.capture_id, newer.capture_id);
        assert!(rig.text(older.id).await.contains("Forty-one"));
        let captures = library.store.captures(user_id, older.id).await.unwrap();
        assert_eq!(captures.len(), 2, "both captures are kept");

        let gone = rig.article(newer.id).await;
        assert!(gone.deleted_at_ms.is_some(), "a tombstone for apps");
        let all = Filter::read("view=all");
        assert_eq!(library.store.count(user_id, &all, None).await.unwrap(), 1);
        let found = Filter::read("view=all&q=bicycles");
        assert_eq!(library.store.count(user_id, &found, None).await.unwrap(), 1);

        // Both addresses lead to the one article from now on.
        let address = address::parse(&origin.url("/short/1")).unwrap();
        let again = save::save(library, user_id, &address, None).await.unwrap();
        assert!(again.already && again.article.id == older.id);
        let twice = save::join_twin(library, user_id, newer.id).await;
        assert!(matches!(twice, Err(LibraryError::NoTwin)), "{twice:?}");
    });
}

#[test]
fn a_claimed_address_is_noted_but_a_claim_to_be_the_front_page_is_not() {
    on_both(|rig| async move {
        let claim = |canonical: &str, headline: &str| {
            page(headline, "Forty bicycles stood there.").replace(
                "<meta name=author",
                &format!("<link rel=canonical href='{canonical}'><meta name=author"),
            )
        };
        rig.upload(
            "https://lantern.example/walls",
            &claim("https://lantern.example/", "One"),
        )
        .await;
        let other = rig
            .upload(
                "https://lantern.example/other",
                &claim("https://lantern.example/", "Two"),
            )
            .await;
        assert_eq!(other.twin_of, None);
        let amp = rig
            .upload(
                "https://lantern.example/amp/walls",
                &claim("https://lantern.example/walls", "One"),
            )
            .await;
        assert_eq!(amp.twin_of, Some(ArticleId(1)));
    });
}

#[test]
fn two_that_are_to_be_kept_are_not_noted_again() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let (older, newer) = twins(&rig, &origin).await;
        let (library, user_id) = (&rig.library, rig.user.id);
        let kept = save::keep_twin(library, user_id, newer.id).await.unwrap();
        assert_eq!(kept.twin_of, None);
        assert!(kept.updated_at_ms > newer.updated_at_ms);
        rig.upload(&newer.given_url, &page("Sea walls", "Forty-two bicycles."))
            .await;
        assert_eq!(rig.article(newer.id).await.twin_of, None);
        let refused = save::join_twin(library, user_id, newer.id).await;
        assert!(matches!(refused, Err(LibraryError::NoTwin)), "{refused:?}");
        let all = Filter::read("view=all");
        assert_eq!(library.store.count(user_id, &all, None).await.unwrap(), 2);
        assert!(rig.article(older.id).await.deleted_at_ms.is_none());
    });
}

#[test]
fn a_poorer_page_joins_without_taking_the_text_away() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let long = page("Sea walls", &"A word of the engineers. ".repeat(200));
        origin.put("/walls", Answer::html(long));
        let older = rig.capture(&origin.url("/walls")).await;
        origin.put("/walls", Answer::html(page("Sea walls", "Forty bicycles.")));
        origin.put("/short/1", Answer::redirect(&origin.url("/walls")));
        let newer = rig.capture(&origin.url("/short/1")).await;
        let joined = save::join_twin(&rig.library, rig.user.id, newer.id)
            .await
            .unwrap();
        assert_eq!(joined.capture_id, older.capture_id);
        assert_eq!(joined.word_count, older.word_count);
        let captures = rig
            .library
            .store
            .captures(rig.user.id, older.id)
            .await
            .unwrap();
        assert_eq!(captures.len(), 2);
    });
}

#[test]
fn i04_another_users_page_is_no_twin() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let (_, newer) = twins(&rig, &origin).await;
        let other = rig.other_user().await;
        assert!(
            save::join_twin(&rig.library, other.id, newer.id)
                .await
                .is_err()
        );
        assert!(
            save::keep_twin(&rig.library, other.id, newer.id)
                .await
                .is_err()
        );
        assert_eq!(rig.article(newer.id).await, newer);
    });
}

#[test]
fn f23_a_claim_to_be_a_page_of_another_host_joins_nothing_and_reaches_no_other_user() {
    on_both(|rig| async move {
        const TRUE: &str = "https://lantern.example/report";
        let origin = Origin::start().await;
        let false_page = page("Report", "The false report.").replace(
            "<meta name=author",
            &format!("<link rel=canonical href='{TRUE}'><meta name=author"),
        );
        for path in ["/lies", "/again"] {
            origin.put(path, Answer::html(false_page.clone()));
        }
        let (library, ben) = (&rig.library, rig.other_user().await);
        let true_page = page("Report", "The true report.");
        let address = address::parse(TRUE).unwrap();
        let upload = save::Upload {
            body: true_page.clone().into(),
            content_type: None,
            pictures: Vec::new(),
        };
        let his = save::save(library, ben.id, &address, Some(upload))
            .await
            .unwrap()
            .article;

        let lying = rig.capture(&origin.url("/lies")).await;
        assert_eq!(lying.twin_of, None, "only her own articles are looked at");
        assert_eq!(lying.given_url, origin.url("/lies"));
        assert_eq!(lying.final_url.as_deref(), Some(lying.given_url.as_str()));
        assert_eq!(lying.canonical_url.as_deref(), Some(TRUE));
        // The true page is not taken for saved because another claims to be it.
        let mine = rig.upload(TRUE, &true_page).await;
        assert_ne!(mine.id, lying.id);
        assert!(rig.text(mine.id).await.contains("The true report"));
        assert!(rig.text(lying.id).await.contains("The false report"));
        // A later claim is a note to the user and changes neither text.
        let again = rig.capture(&origin.url("/again")).await;
        assert!(again.deleted_at_ms.is_none() && again.id != mine.id);
        assert!(rig.text(mine.id).await.contains("The true report"));
        let after = library
            .store
            .article(ben.id, his.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(after.updated_at_ms, his.updated_at_ms);
        let kept = library.store.captures(rig.user.id, mine.id).await.unwrap();
        assert_eq!(kept.len(), 1);
    });
}
