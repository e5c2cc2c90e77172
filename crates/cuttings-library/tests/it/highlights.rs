//! Highlights and what becomes of them when an article is captured again.

use cuttings_library::highlights;
use cuttings_model::{Anchor, Colour};

use crate::rig::{on_both, page};

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
