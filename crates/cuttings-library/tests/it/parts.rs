//! Stories on several pages: what is asked for, joined, kept, and said to be
//! missing.

use cuttings_extract::rules::{Rules, SiteRule};
use cuttings_library::Library;
use cuttings_model::{Article, ArticleState, Capture};

use crate::rig::{Answer, Origin, Rig, on_both, page};

/// The rig's library with one rule for the origin.
fn with_rule(mut rig: Rig, rule: &str) -> Rig {
    let (rule, errors) = SiteRule::parse("127.0.0.1", rule);
    assert!(errors.is_empty(), "{errors:?}");
    let library: Library = rig.library.clone();
    rig.library = library.with_rules(Rules::of([rule]));
    rig
}

const NEXT: &str = "next_page_link: //a[@class='next']";

/// A page of a story that names another one.
fn part(words: &str, links: &str) -> Answer {
    Answer::html(page("The long flood", words).replace("</article>", &format!("</article>{links}")))
}

async fn captures(rig: &Rig, article: &Article) -> Vec<Capture> {
    let mut captures = rig
        .library
        .store
        .captures(rig.user.id, article.id)
        .await
        .unwrap();
    captures.reverse();
    captures
}

#[test]
fn next_pages_are_joined_in_order_and_each_is_kept() {
    on_both(|rig| async move {
        let rig = with_rule(rig, NEXT);
        let origin = Origin::start().await;
        origin.put(
            "/flood",
            part("The river rose.", "<a class=next href=/flood/2>2</a>"),
        );
        origin.put(
            "/flood/2",
            part("The mill stood still.", "<a class=next href=/flood/3>3</a>"),
        );
        // The last one leads back to the first.
        origin.put(
            "/flood/3",
            part("The river fell.", "<a class=next href=/flood#top>1</a>"),
        );
        let article = rig.capture(&origin.url("/flood")).await;

        assert_eq!(article.state, ArticleState::Ready);
        assert!(article.reason.is_none(), "{:?}", article.reason);
        assert_eq!(origin.asked(), ["/flood", "/flood/2", "/flood/3"]);
        assert_eq!(article.source_url(), origin.url("/flood"));
        let text = rig.text(article.id).await;
        let places: Vec<usize> = [
            "The river rose.",
            "The mill stood still.",
            "The river fell.",
        ]
        .iter()
        .map(|words| text.find(words).expect("every part is in the story"))
        .collect();
        assert!(places.is_sorted(), "{text}");
        let body = rig
            .library
            .store
            .article_body(rig.user.id, article.id)
            .await
            .unwrap()
            .unwrap();
        let numbers: Vec<usize> = body
            .html
            .split(" id=\"b")
            .skip(1)
            .filter_map(|rest| rest.split('"').next()?.parse().ok())
            .collect();
        assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
        let found =
            cuttings_library::search::search(&rig.library, rig.user.id, "\"the river fell\"", 1)
                .await
                .unwrap();
        assert_eq!(found.hits.len(), 1, "the last part is found, too");

        let kept = captures(&rig, &article).await;
        let [first, second, third] = kept.as_slice() else {
            panic!("three captures, not {kept:?}");
        };
        assert_eq!(article.capture_id, Some(first.id));
        assert_eq!((first.part_of, second.part_of), (None, Some(first.id)));
        assert_eq!(third.requested_url, origin.url("/flood/3"));
        for capture in [first, second, third] {
            assert_eq!((capture.status, &capture.failure), (Some(200), &None));
            let bytes = rig
                .library
                .store
                .blobs()
                .get(&capture.body.expect("its bytes are kept"))
                .await
                .unwrap();
            assert_eq!(bytes.len() as i64, capture.body_size);
            assert!(capture.exchange.is_some());
        }
    });
}

#[test]
fn a_part_that_fails_costs_that_part_and_the_article_says_which() {
    on_both(|rig| async move {
        let rig = with_rule(rig, NEXT);
        let origin = Origin::start().await;
        let wall = "<html><head><title>Sign in - The Lantern</title></head><body><main>\
            <h1>Sign in to continue</h1><p>Please log in or create an account to continue reading.</p>\
            <form action=/login method=post><label>E-mail <input type=email name=email></label>\
            <label>Password <input type=password name=password></label><button>Log in</button></form>\
            </main></body></html>";
        for (path, answer, word) in [
            ("/gone/3", Answer::status(404), "404"),
            ("/busy/3", Answer::status(503), "503"),
            ("/silent/3", Answer::status(0), "second"),
            ("/wall/3", Answer::html(wall), "/wall/3"),
            (
                "/pdf/3",
                Answer::typed("application/pdf", "%PDF-1.7 x"),
                "PDF",
            ),
            ("/inside/3", Answer::redirect("http://10.0.0.1/"), "public"),
        ] {
            let (first, second) = (path.replace("/3", ""), path.replace('3', "2"));
            origin.put(
                &first,
                part(
                    "The river rose.",
                    &format!("<a class=next href={second}>2</a>"),
                ),
            );
            origin.put(
                &second,
                part(
                    "The mill stood still.",
                    &format!("<a class=next href={path}>3</a>"),
                ),
            );
            origin.put(path, answer);
            let article = rig.capture(&origin.url(&first)).await;

            assert_eq!(article.state, ArticleState::Ready, "{path}");
            assert_eq!(article.retry_at_ms, None, "{path}");
            let text = rig.text(article.id).await;
            assert!(text.contains("The river rose.") && text.contains("The mill stood still."));
            let reason = article.reason.clone().expect("it says what is missing");
            assert_eq!(reason.code, "part_missing");
            assert!(
                reason.text.contains("page 3") && reason.text.contains(word),
                "{path}: {}",
                reason.text
            );
            let kept = captures(&rig, &article).await;
            assert_eq!(kept.len(), 3, "a failed visit is a capture too");
            assert!(kept[1].failure.is_none());
            let failure = kept[2].failure.as_deref().expect("why it failed");
            assert!(failure.contains(word), "{failure}");
            assert_eq!(kept[2].part_of, article.capture_id);
        }
    });
}

#[test]
fn the_page_with_the_whole_story_takes_the_place_of_the_one_that_led_to_it() {
    on_both(|rig| async move {
        let rig = with_rule(
            rig,
            "single_page_link: //a[@class='all']\nnext_page_link: //a[@class='next']",
        );
        let origin = Origin::start().await;
        origin.put(
            "/flood",
            part(
                "The river rose.",
                "<a class=all href=/flood/print>All</a><a class=next href=/flood/2>2</a>",
            ),
        );
        let printed = page("The long flood", "It rose, stood and fell.")
            .replace("<meta name=author content='Ada Byron'>", "");
        origin.put("/flood/print", Answer::html(printed.clone()));
        let article = rig.capture(&origin.url("/flood")).await;

        assert_eq!(origin.asked(), ["/flood", "/flood/print"]);
        assert_eq!(
            article.authors,
            ["Ada Byron"],
            "taken from the page that led to it"
        );
        assert_eq!(article.source_url(), origin.url("/flood"));
        let text = rig.text(article.id).await;
        assert!(text.contains("It rose, stood and fell.") && !text.contains("The river rose."));
        let kept = captures(&rig, &article).await;
        let [shown, led_here] = kept.as_slice() else {
            panic!("two captures, not {kept:?}");
        };
        assert_eq!(article.capture_id, Some(shown.id));
        assert_eq!(shown.requested_url, origin.url("/flood/print"));
        assert_eq!(shown.body_size, printed.len() as i64);
        assert_eq!(led_here.requested_url, origin.url("/flood"));
        assert_eq!(
            (led_here.part_of, &led_here.failure),
            (Some(shown.id), &None)
        );
        let tried = rig
            .library
            .store
            .pages_of_site(rig.user.id, "127.0.0.1", 9)
            .await
            .unwrap();
        assert_eq!(
            tried[0].0,
            origin.url("/flood/print"),
            "the address of the bytes"
        );

        // Without it, the story is what its pages hold.
        origin.put(
            "/storm",
            part(
                "The storm came.",
                "<a class=all href=/gone>All</a><a class=next href=/storm/2>2</a>",
            ),
        );
        origin.put("/storm/2", part("The storm went.", ""));
        let article = rig.capture(&origin.url("/storm")).await;
        let text = rig.text(article.id).await;
        assert!(text.contains("The storm came.") && text.contains("The storm went."));
        let reason = article.reason.expect("it says what could not be read");
        assert!(
            reason.text.contains("/gone") && reason.text.contains("404"),
            "{}",
            reason.text
        );
    });
}

#[test]
fn pages_without_end_and_pages_of_other_sites_are_not_followed() {
    on_both(|rig| async move {
        let rig = with_rule(rig, NEXT);
        let origin = Origin::start().await;
        for number in 1..=30 {
            let link = format!("<a class=next href=/long/{}>next</a>", number + 1);
            origin.put(
                &format!("/long/{number}"),
                part(&format!("Part {number} of it."), &link),
            );
        }
        let article = rig.capture(&origin.url("/long/1")).await;
        assert_eq!(origin.asked().len(), 21);
        let text = rig.text(article.id).await;
        assert!(text.contains("Part 21 of it.") && !text.contains("Part 22 of it."));
        let reason = article.reason.expect("it says that there is more");
        assert!(reason.text.contains("/long/22"), "{}", reason.text);

        // The address after the last is answered with a page there was.
        origin.put(
            "/same",
            part("The river rose.", "<a class=next href=/same?page=2>2</a>"),
        );
        origin.put(
            "/same?page=2",
            part("The river rose.", "<a class=next href=/same?page=3>3</a>"),
        );
        let article = rig.capture(&origin.url("/same")).await;
        assert!(article.reason.is_none(), "{:?}", article.reason);
        assert_eq!(
            rig.text(article.id)
                .await
                .matches("The river rose.")
                .count(),
            1
        );

        let other = Origin::start().await;
        other.put("/2", part("Somebody else's words.", ""));
        let elsewhere = other.url("/2").replace("127.0.0.1", "127.0.0.2");
        origin.put(
            "/lure",
            part(
                "The river rose.",
                &format!("<a class=next href={elsewhere}>2</a>"),
            ),
        );
        origin.put(
            "/sent",
            part("The river rose.", "<a class=next href=/sent/2>2</a>"),
        );
        origin.put("/sent/2", Answer::redirect("http://127.0.0.2:1/"));
        let article = rig.capture(&origin.url("/lure")).await;
        assert!(!rig.text(article.id).await.contains("Somebody else"));
        let reason = article.reason.expect("it says that another site was named");
        assert!(reason.text.contains("127.0.0.2"), "{}", reason.text);
        assert!(other.asked().is_empty());
        let article = rig.capture(&origin.url("/sent")).await;
        assert_eq!(article.reason.expect("a reason").code, "part_missing");
    });
}

#[test]
fn a_page_that_was_handed_over_is_not_followed_but_says_where_the_story_goes_on() {
    on_both(|rig| async move {
        let rig = with_rule(rig, NEXT);
        let origin = Origin::start().await;
        let html = page("The long flood", "The river rose.")
            .replace("</article>", "</article><a class=next href=/flood/2>2</a>");
        let article = rig.upload(&origin.url("/flood"), &html).await;
        assert!(origin.asked().is_empty());
        assert_eq!(article.state, ArticleState::Ready);
        let reason = article.reason.expect("it says where the story goes on");
        assert!(
            reason.text.contains(&origin.url("/flood/2")),
            "{}",
            reason.text
        );
    });
}
