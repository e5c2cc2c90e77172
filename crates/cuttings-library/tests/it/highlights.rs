//! Highlights and what becomes of them when an article is captured again.

use cuttings_library::{highlights, save};
use cuttings_model::{Anchor, ArticleId, Colour, Highlight, HighlightId, address};

use crate::rig::{Answer, Origin, Rig, on_both, page};

const URL: &str = "https://news.example/wall";

#[test]
fn highlights_follow_their_words_and_become_orphans_when_these_are_gone() {
    on_both(|rig| async move {
        let first = page("Wall", "The wall is old, said the engineer, and it leaks.");
        let article = rig.upload(URL, &first).await;
        let (library, user) = (&rig.library, rig.user.id);
        let mark = async |words: &str| {
            let anchor = Anchor::of_words(words);
            highlights::add(library, user, article.id, &anchor, Colour::Green, "")
                .await
                .expect("the words stand there")
        };
        let kept = mark("open to everyone who lives along the shore").await;
        let lost = mark("said the engineer").await;
        let updated = rig.article(article.id).await.updated_at_ms;

        let second = page(
            "Wall",
            "Since last winter nobody has been allowed to walk on it at all, by order of the town.",
        );
        rig.upload(URL, &second).await;
        let text = rig.text(article.id).await;
        let read = async |id| {
            let found = library
                .store
                .highlight(user, id)
                .await
                .expect("the store works");
            found.expect("nothing is thrown away")
        };
        let (kept, lost_now) = (read(kept.id).await, read(lost.id).await);
        let stands: String = text
            .chars()
            .skip(kept.anchor.start)
            .take(kept.anchor.end - kept.anchor.start)
            .collect();
        assert!(!kept.is_orphan);
        assert_eq!(stands, kept.anchor.exact);
        assert!(lost_now.is_orphan);
        assert_eq!(lost_now.anchor, lost.anchor, "an orphan keeps its words");
        assert!(rig.article(article.id).await.updated_at_ms > updated);

        rig.upload(URL, &first).await;
        assert!(!read(lost.id).await.is_orphan, "its words are back");
    });
}

#[test]
fn words_chosen_on_a_page_are_marked_when_it_is_read() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put(
            "/wall",
            Answer::html(page(
                "Wall",
                "The wall is old, said the engineer, and it leaks.",
            )),
        );
        let (library, user) = (&rig.library, rig.user.id);
        let address = address::parse(&origin.url("/wall")).expect("an address");
        let article = save::save(library, user, &address, None)
            .await
            .expect("it is saved")
            .article
            .id;
        let choose = async |words: &str| {
            highlights::chosen_on_page(library, user, article, words)
                .await
                .expect("they are kept");
        };
        let kept = async || {
            let kept = library.store.highlights_of(user, article).await;
            let mut kept: Vec<(String, bool)> = kept
                .expect("the store works")
                .into_iter()
                .map(|one| (one.anchor.exact, one.is_orphan))
                .collect();
            kept.sort_unstable();
            kept
        };
        // Nothing is read yet; pressing twice keeps them once.
        for _ in 0..2 {
            choose("said the\nengineer").await;
        }
        choose("Words of a box beside it").await;
        assert_eq!(
            kept().await,
            [
                ("Words of a box beside it".to_owned(), true),
                ("said the\nengineer".to_owned(), true),
            ]
        );
        rig.work_on(article).await;
        choose("it leaks").await;
        assert_eq!(
            kept().await,
            [
                ("Words of a box beside it".to_owned(), true),
                ("it leaks".to_owned(), false),
                ("said the engineer".to_owned(), false),
            ]
        );
    });
}

async fn mark(rig: &Rig, article: ArticleId, words: &str) -> HighlightId {
    let anchor = Anchor::of_words(words);
    highlights::add(&rig.library, rig.user.id, article, &anchor, Colour::Red, "")
        .await
        .expect("the words stand there")
        .id
}

/// The highlights of an article, each checked against the text that is shown.
async fn of_article(rig: &Rig, article: ArticleId) -> Vec<Highlight> {
    let text: Vec<char> = rig.text(article).await.chars().collect();
    let found = rig.library.store.highlights_of(rig.user.id, article).await;
    let found = found.expect("the store works");
    for highlight in found.iter().filter(|highlight| !highlight.is_orphan) {
        let anchor = &highlight.anchor;
        let stands: String = text[anchor.start..anchor.end].iter().collect();
        assert_eq!(stands, anchor.exact);
    }
    found
}

#[test]
fn when_two_articles_are_joined_the_highlights_of_both_stand_in_the_text_that_is_shown() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let shared = "open to everyone who lives along the shore";
        // Once the newer text is shown in the end, once the older one, which is
        // much longer.
        for (place, is_newer_shown) in [("/walls", true), ("/dunes", false)] {
            let older = if is_newer_shown {
                "Forty bicycles stood there.".to_owned()
            } else {
                format!(
                    "Forty bicycles stood there. {}",
                    "A word of the engineers. ".repeat(200)
                )
            };
            origin.put(place, Answer::html(page("Sea walls", &older)));
            let short = format!("/short{place}");
            origin.put(&short, Answer::redirect(&origin.url(place)));
            let older = rig.capture(&origin.url(place)).await.id;
            let newer = "By a later count they were forty-one, and one was blue.";
            origin.put(place, Answer::html(page("Sea walls", newer)));
            let newer = rig.capture(&origin.url(&short)).await.id;
            let old_words = mark(&rig, older, "Forty bicycles").await;
            let new_words = mark(&rig, newer, "one was blue").await;
            let both = [
                mark(&rig, older, shared).await,
                mark(&rig, newer, shared).await,
            ];

            let joined = save::join_twin(&rig.library, rig.user.id, newer).await;
            let joined = joined.expect("they are joined");
            assert_eq!(joined.id, older);
            let found = of_article(&rig, older).await;
            assert_eq!(found.len(), 4, "{found:?}");
            let (shown, gone) = if is_newer_shown {
                (new_words, old_words)
            } else {
                (old_words, new_words)
            };
            for highlight in found {
                assert_eq!(highlight.article_id, older);
                assert_eq!(highlight.is_orphan, highlight.id == gone, "{highlight:?}");
                let is_known =
                    [shown, gone].contains(&highlight.id) || both.contains(&highlight.id);
                assert!(is_known);
                assert!(highlight.is_orphan || highlight.capture_id == joined.capture_id);
            }
            assert_eq!(of_article(&rig, newer).await.len(), 0);
        }
    });
}
