//! Reading kept pages again: what is shown first, what is written, what is left.

use cuttings_extract::rules::{Rules, SiteRule};
use cuttings_library::reextract::{self, Fate, Report, Wanted};
use cuttings_model::{Anchor, ArticleId, Colour, Field};
use cuttings_store::EditChange;

use crate::rig::{Answer, Origin, Rig, on_both, page};

const OLD_WORDS: &str = "An older extractor took this line of a newsletter for the story.";

async fn run(rig: &Rig, wanted: Wanted) -> Vec<Report> {
    let mut reports = Vec::new();
    reextract::run(&rig.library, rig.user.id, wanted, |report| {
        reports.push(report);
    })
    .await
    .expect("the store works");
    reports.sort_by_key(|report| report.article.id);
    reports
}

/// Makes an article look as an older extractor left it.
async fn age(rig: &Rig, id: ArticleId, text: &str) {
    rig.read(&format!(
        "UPDATE article_bodies SET text = '{text}' WHERE id = {id} RETURNING id"
    ))
    .await;
    rig.read(&format!(
        "UPDATE articles SET word_count = {} WHERE id = {id} RETURNING id",
        cuttings_text::count::words(text)
    ))
    .await;
    rig.read("UPDATE extractions SET extractor_version = 1 RETURNING capture_id")
        .await;
}

async fn mark(rig: &Rig, id: ArticleId, words: &str) {
    let text = rig.text(id).await;
    let at = text
        .find(words)
        .unwrap_or_else(|| panic!("{words} in {text}"));
    let start = text[..at].chars().count();
    let anchor = Anchor::of(&text, start..start + words.chars().count()).unwrap();
    cuttings_library::highlights::add(&rig.library, rig.user.id, id, &anchor, Colour::Yellow, "")
        .await
        .unwrap();
}

#[test]
fn u10_what_would_change_is_shown_first_and_no_highlight_vanishes() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put(
            "/wall",
            Answer::html(page("Sea wall to be raised", "It must grow.")),
        );
        let id = rig.capture(&origin.url("/wall")).await.id;
        let good = rig.text(id).await;
        age(&rig, id, &format!("{OLD_WORDS}\n\n{good}")).await;
        mark(&rig, id, "for the story").await;
        mark(&rig, id, "length of the sea wall").await;
        let headline = EditChange::Say(Some("My own headline".to_owned()));
        cuttings_library::edit::edit(
            &rig.library,
            rig.user.id,
            id,
            &[(Field::Headline, headline)],
        )
        .await
        .unwrap();
        let asked = origin.asked().len();

        let reports = run(&rig, Wanted::default()).await;
        let [report] = reports.as_slice() else {
            panic!("one article, not {reports:?}")
        };
        assert_eq!(report.fate, Fate::Changed);
        assert_eq!((report.counts.cut, report.anchored), (1, 1));
        assert_eq!(report.orphaned, ["for the story"]);
        assert_eq!(report.headline, None, "the user's own is above it");
        assert!(
            rig.text(id).await.starts_with(OLD_WORDS),
            "nothing is written"
        );

        let apply = Wanted {
            apply: true,
            ..Wanted::default()
        };
        assert!(run(&rig, apply).await[0].written);
        assert_eq!(rig.text(id).await, good);
        let article = rig.article(id).await;
        assert_eq!(article.headline.as_deref(), Some("My own headline"));
        let now = rig
            .library
            .store
            .highlights_of(rig.user.id, id)
            .await
            .unwrap();
        assert_eq!(now.len(), 2, "none vanished");
        assert_eq!(now.iter().filter(|one| one.is_orphan).count(), 1);
        assert_eq!(origin.asked().len(), asked, "nobody was asked");

        // What is done is not done again, and everything can be on demand.
        assert!(run(&rig, apply).await.is_empty());
        let all = Wanted {
            since: Some(1),
            ..Wanted::default()
        };
        assert_eq!(run(&rig, all).await[0].fate, Fate::Same);
        let behind = Wanted {
            after: Some(id),
            ..all
        };
        assert!(run(&rig, behind).await.is_empty());
    });
}

#[test]
fn u10_a_text_is_not_replaced_by_an_emptier_one_without_being_asked_and_marked() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put(
            "/wall",
            Answer::html(page("Sea wall to be raised", "It must grow.")),
        );
        let id = rig.capture(&origin.url("/wall")).await.id;
        let good = rig.text(id).await;
        let fuller = [good.as_str(); 3].join("\n\n");
        age(&rig, id, &fuller).await;
        let apply = Wanted {
            apply: true,
            ..Wanted::default()
        };
        let reports = run(&rig, apply).await;
        assert_eq!(
            (reports[0].fate.clone(), reports[0].written),
            (Fate::Emptier, false)
        );
        assert_eq!(rig.text(id).await, fuller);
        let asked = Wanted {
            even_emptier: true,
            ..apply
        };
        assert!(run(&rig, asked).await[0].written);
        assert_eq!(rig.text(id).await, good);
        assert_eq!(
            rig.article(id).await.reason.expect("a mark").code,
            "emptier"
        );
    });
}

#[test]
fn a_story_on_several_pages_is_read_again_from_the_pages_that_were_kept() {
    on_both(|rig| async move {
        let (rule, errors) = SiteRule::parse(
            "127.0.0.1",
            "single_page_link: //a[@class='all']\nnext_page_link: //a[@class='next']",
        );
        assert!(errors.is_empty(), "{errors:?}");
        let mut rig = rig;
        rig.library = rig.library.clone().with_rules(Rules::of([rule]));
        let origin = Origin::start().await;
        let part = |words: &str, link: &str| {
            let html = page("The long flood", words);
            Answer::html(html.replace("</article>", &format!("</article>{link}")))
        };
        origin.put(
            "/flood",
            part("The river rose.", "<a class=next href=/flood/2>2</a>"),
        );
        origin.put("/flood/2", part("The mill stood still.", ""));
        let long = rig.capture(&origin.url("/flood")).await;
        origin.put(
            "/storm",
            part("The wind rose.", "<a class=all href=/storm/print>All</a>"),
        );
        origin.put("/storm/print", part("It rose, blew and fell.", ""));
        let whole = rig.capture(&origin.url("/storm")).await;
        let texts = [rig.text(long.id).await, rig.text(whole.id).await];
        assert!(texts[0].contains("stood still") && texts[1].contains("blew and fell"));
        let asked = origin.asked().len();
        for id in [long.id, whole.id] {
            let wanted = Wanted {
                article: Some(id),
                ..Wanted::default()
            };
            let reports = run(&rig, wanted).await;
            assert_eq!(reports[0].fate, Fate::Same, "{:?}", reports[0]);
        }
        assert_eq!(origin.asked().len(), asked);
    });
}

#[test]
fn what_could_not_be_read_before_can_be_read_now() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put(
            "/wall",
            Answer::html(page("Sea wall to be raised", "It must grow.")),
        );
        let id = rig.capture(&origin.url("/wall")).await.id;
        rig.read(&format!(
            "UPDATE articles SET state = 'failed', reason_code = 'extractor', reason_text = 'x',
                 capture_id = NULL WHERE id = {id} RETURNING id"
        ))
        .await;
        let apply = Wanted {
            apply: true,
            ..Wanted::default()
        };
        let reports = run(&rig, apply).await;
        assert_eq!(
            (reports[0].fate.clone(), reports[0].written),
            (Fate::ReadableNow, true)
        );
        let article = rig.article(id).await;
        assert_eq!((article.state.as_str(), article.reason), ("ready", None));
        origin.put("/pdf", Answer::typed("application/pdf", "%PDF-1.7 x"));
        let pdf = rig.capture(&origin.url("/pdf")).await.id;
        let reports = run(
            &rig,
            Wanted {
                article: Some(pdf),
                ..apply
            },
        )
        .await;
        assert!(matches!(&reports[0].fate, Fate::Unreadable(why) if why.contains("PDF")));
    });
}
