//! What articles are counted by is kept in memory. After every change it is what a
//! store would say that knows nothing yet.

use cuttings_library::{again, edit, highlights, save, shelf, tags};
use cuttings_model::{Anchor, ArticleId, Colour, Field, HighlightId, TagName};
use cuttings_store::{BulkAction, BulkOutcome, Chosen, EditChange, Store, TagChange};

use crate::rig::{Answer, Origin, Rig, on_both, page};

/// Counts before the change are known, so that those after it could be stale.
async fn is_counted_anew(rig: &Rig, change: &str) {
    let ids: Vec<ArticleId> = (1..=6).map(ArticleId).collect();
    let fresh = Store::open(&rig.places).await.unwrap();
    let known = rig.library.store.facets(rig.user.id, &ids).await.unwrap();
    let anew = fresh.facets(rig.user.id, &ids).await.unwrap();
    assert_eq!(known, anew, "after {change}");
    assert!(!known.is_empty());
    fresh.close().await;
}

#[test]
fn what_is_counted_follows_every_kind_of_change() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let (library, user) = (&rig.library, rig.user.id);
        let counted = async |change: &str| is_counted_anew(&rig, change).await;
        let story = |author: &str| page("Sea walls", "Forty.").replace("Ada Byron", author);
        origin.put("/one", Answer::html(story("Ada Byron")));
        origin.put("/short", Answer::redirect("/one"));
        let one = rig.capture(&origin.url("/one")).await.id;
        let two = rig
            .upload("https://lantern.example/2", &story("Grace Hopper"))
            .await
            .id;
        counted("saves").await;
        rig.capture(&origin.url("/missing")).await;
        counted("a capture that failed").await;
        let twin = rig.capture(&origin.url("/short")).await.id;
        counted("another address of a page").await;

        shelf::star(library, user, one, true).await.unwrap();
        counted("a star").await;
        shelf::archive(library, user, two, true).await.unwrap();
        counted("archiving").await;
        let name = |text: &str| TagName::parse(text).unwrap();
        for (id, text) in [(one, "sea"), (two, "wall")] {
            tags::change(library, user, id, TagChange::Add(&[name(text)]))
                .await
                .unwrap();
        }
        counted("tags").await;
        let known = library.store.tags(user).await.unwrap();
        tags::rename(library, user, known[0].id, &name("harbour"))
            .await
            .unwrap();
        counted("a tag renamed").await;
        tags::merge(library, user, known[0].id, known[1].id)
            .await
            .unwrap();
        counted("tags merged").await;
        tags::delete(library, user, known[1].id).await.unwrap();
        counted("a tag deleted").await;

        let anchor = Anchor::of_words("engineers who had walked");
        highlights::add(library, user, two, &anchor, Colour::Green, "")
            .await
            .unwrap();
        counted("a highlight").await;
        highlights::remove(library, user, HighlightId(1))
            .await
            .unwrap();
        counted("a highlight removed").await;
        highlights::restore(library, user, HighlightId(1))
            .await
            .unwrap();
        counted("a highlight restored").await;

        for (field, value) in [
            (Field::Publication, "The Quay"),
            (Field::Authors, "Carla Babbage\nThe Desk"),
            (Field::Language, "de"),
            (Field::Published, "2019-02-03"),
        ] {
            let say = [(field, EditChange::Say(Some(value.to_owned())))];
            edit::edit(library, user, two, &say).await.unwrap();
            counted(value).await;
        }
        edit::edit(library, user, two, &[(Field::Language, EditChange::Reset)])
            .await
            .unwrap();
        counted("an edit taken back").await;

        let many = [one, two];
        let done = shelf::change_many(library, user, Chosen::These(&many), &BulkAction::Star)
            .await
            .unwrap();
        counted("many starred").await;
        let BulkOutcome::Done { id, .. } = done else {
            panic!("{done:?}")
        };
        shelf::undo(library, user, id).await.unwrap();
        counted("that undone").await;
        let tagged = BulkAction::Tag(name("many"));
        shelf::change_many(library, user, Chosen::These(&many), &tagged)
            .await
            .unwrap();
        counted("many tagged").await;
        shelf::delete(library, user, two).await.unwrap();
        shelf::undelete(library, user, two).await.unwrap();
        counted("back from the bin").await;

        let first = rig.article(one).await.capture_id.unwrap();
        origin.put(
            "/one",
            Answer::html(story("Charles Babbage").replace("Forty.", "Fifty.")),
        );
        again::capture_again(library, user, one).await.unwrap();
        rig.work_on(one).await;
        counted("a further capture").await;
        again::show_capture(library, user, one, first)
            .await
            .unwrap();
        counted("an older capture chosen").await;
        save::join_twin(library, user, twin).await.unwrap();
        counted("two joined").await;
    });
}
