//! Capturing again: what a further visit may change, and what it never does.

use cuttings_library::{again, schedule};
use cuttings_model::{
    Anchor, Article, ArticleId, ArticleState, Capture, EditKind, EditedWhich, Every, Field, Filter,
    Schedule, View,
};
use cuttings_store::EditChange;

use crate::rig::{Answer, Origin, Rig, on_both, page};

const WORDS: &str = "Engineers said the wall must grow by a metre before the winter storms.";

async fn again(rig: &Rig, id: ArticleId) -> Article {
    again::capture_again(&rig.library, rig.user.id, id)
        .await
        .expect("a visit can be queued");
    rig.work_on(id).await
}

async fn captures(rig: &Rig, id: ArticleId) -> Vec<Capture> {
    rig.library.store.captures(rig.user.id, id).await.unwrap()
}

fn with(mut answer: Answer, name: &str, value: &str) -> Answer {
    answer.headers.push((name.to_owned(), value.to_owned()));
    answer
}

#[test]
fn d24_a_poorer_visit_is_kept_with_its_reason_and_changes_nothing_that_is_shown() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/wall", Answer::html(page("Sea wall to be raised", WORDS)));
        let first = rig.capture(&origin.url("/wall")).await;
        assert_eq!(first.state, ArticleState::Ready, "{:?}", first.reason);
        let (shown, text) = (first.capture_id, rig.text(first.id).await);
        let wall = "<html><head><title>Sign in - The Lantern</title></head><body><main>\
            <h1>Sign in to continue</h1><p>Please log in or create an account to continue reading.</p>\
            <form action=/login method=post><label>E-mail <input type=email name=email></label>\
            <label>Password <input type=password name=password></label><button>Log in</button></form>\
            </main></body></html>";
        let shorter = "<html lang=en><head><title>Sea wall to be raised - The Lantern</title></head>\
            <body><article><h1>Sea wall to be raised</h1><p>The town council met on Thursday \
            evening to hear from the engineers who had walked the length of the sea wall, and the \
            hall was full before the doors had been closed.</p></article></body></html>";
        let german = "<html lang=de><head><title>Die Mauer am Hafen wird erhöht - Laterne</title></head>\
            <body><article><h1>Die Mauer am Hafen wird erhöht</h1><p>Der Stadtrat beschloss am \
            Donnerstag, die Mauer am Hafen um einen Meter zu erhöhen, nachdem Fachleute vor den \
            kommenden Winterstürmen gewarnt und den Zustand der Steine beklagt hatten.</p>\
            <p>Anwohner fragten, wie lange die Arbeiten dauern und wer dafür bezahlen wird, und der \
            Vorsitzende versprach eine schriftliche Antwort noch vor dem Ende des Monats.</p>\
            <p>Die nächste Sitzung ist für die erste Woche im Juni geplant und steht allen offen, \
            die an der Küste wohnen oder ein Boot im Hafen liegen haben.</p></article></body></html>";
        let other = page("Bakers strike again", "Flour is dear.").replace(
            "The town council met on Thursday evening to hear from the engineers who had walked the",
            "Bakeries across three counties stayed closed while negotiators argued about",
        );
        let other = other
            .replace("length of the sea wall, and the hall was full before the doors had been closed.", "wages, night shifts, apprentices and the price of flour.")
            .replace("Residents asked how long the work would take and who would pay for it, and the chair", "Customers queued outside supermarkets instead; pastry chefs marched through")
            .replace("promised an answer in writing before the end of the month, to some laughter.", "capital cities waving rolling pins and singing loudly.")
            .replace("The next meeting is planned for the first week of June, in the same hall, and will be", "Mediators expect an agreement within several days, union leaders")
            .replace("open to everyone who lives along the shore or keeps a boat in the harbour.", "announced yesterday afternoon after lengthy telephone conversations.");
        let visits = [
            ("404", Answer::status(404), "404"),
            ("410", Answer::status(410), "410"),
            ("500", Answer::status(500), "500"),
            ("a bot wall", Answer::status(403), "403"),
            ("a wall with the status 200", Answer::html(wall), "sign in"),
            ("empty", Answer::html(""), "no whole story"),
            ("shorter", Answer::html(shorter), "less to read"),
            ("other language", Answer::html(german), "another language"),
            ("something else", Answer::html(other), "something else"),
            (
                "a PDF",
                Answer::typed("application/pdf", "%PDF-1.7 x"),
                "PDF",
            ),
            ("silence", Answer::redirect("http://10.0.0.1/"), "public"),
        ];
        for (count, (name, answer, word)) in visits.into_iter().enumerate() {
            origin.put("/wall", answer);
            let now = again(&rig, first.id).await;
            assert_eq!(
                (now.state, now.capture_id, now.reason, now.headline),
                (ArticleState::Ready, shown, None, first.headline.clone()),
                "{name}"
            );
            assert_eq!(rig.text(first.id).await, text, "{name}");
            assert_eq!(now.edited, None, "{name}");
            let kept = captures(&rig, first.id).await;
            assert_eq!(kept.len(), count + 2, "{name} is recorded");
            let why = kept[0].failure.as_ref().or(kept[0].not_shown.as_ref());
            let why = why.unwrap_or_else(|| panic!("{name} has a reason"));
            assert!(why.contains(word), "{name}: {why}");
            // What may pass is tried again by itself; here it is not waited for.
            rig.forget_jobs(first.id).await;
        }
    });
}

#[test]
fn a_page_that_has_not_changed_is_a_visit_without_bytes() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let html = page("Sea wall to be raised", WORDS);
        origin.put("/wall", with(Answer::html(html.clone()), "ETag", "\"7\""));
        let first = rig.capture(&origin.url("/wall")).await;
        origin.put("/wall", with(Answer::status(304), "ETag", "\"7\""));
        again(&rig, first.id).await;
        assert!(
            origin.last_request().contains("if-none-match: \"7\""),
            "{}",
            origin.last_request()
        );
        // The same bytes again, from a site that knows no conditions.
        origin.put("/wall", Answer::html(html.clone()));
        again(&rig, first.id).await;
        // The same words in other bytes.
        origin.put(
            "/wall",
            Answer::html(html.replace("<nav>", "<nav><!-- 17 -->")),
        );
        let now = again(&rig, first.id).await;
        let kept = captures(&rig, first.id).await;
        assert_eq!(now.capture_id, first.capture_id);
        assert_eq!(kept.len(), 4);
        assert_eq!(
            (kept[2].status, kept[2].body, kept[2].same_as),
            (Some(304), None, first.capture_id)
        );
        assert!(kept[2].exchange.is_some(), "the site's word for it is kept");
        assert_eq!(
            (kept[1].body, kept[1].same_as),
            (kept[3].body, first.capture_id)
        );
        assert!(
            kept[0]
                .not_shown
                .as_deref()
                .unwrap()
                .contains("word for word")
        );
        assert_eq!(now.edited, None);
    });
}

#[test]
fn f13_what_a_page_is_known_by_is_told_to_nobody_but_its_own_address() {
    on_both(|rig| async move {
        // Two ports are two sites.
        let (short, outlet) = (Origin::start().await, Origin::start().await);
        let html = page("Sea wall to be raised", WORDS);
        let story = with(Answer::html(html), "ETag", "\"theirs\"");
        outlet.put(
            "/wall",
            with(story, "Last-Modified", "Fri, 03 May 2024 08:00:00 GMT"),
        );
        short.put("/1", Answer::redirect(&outlet.url("/wall")));
        let first = rig.capture(&short.url("/1")).await;
        assert_eq!(first.state, ArticleState::Ready, "{:?}", first.reason);
        outlet.put("/wall", Answer::status(304));
        again(&rig, first.id).await;
        let request = short.last_request();
        assert!(
            !request.contains("theirs") && !request.contains("if-"),
            "{request}"
        );
        // Where it comes from it is asked for by what is known of it.
        let request = outlet.last_request();
        assert!(request.contains("if-none-match: \"theirs\""), "{request}");
        let kept = captures(&rig, first.id).await;
        assert_eq!(
            (kept[0].status, kept[0].same_as),
            (Some(304), first.capture_id)
        );

        // Another page that has not changed either says nothing about this one.
        outlet.put("/wall", Answer::redirect("/login"));
        outlet.put("/login", Answer::status(304));
        again(&rig, first.id).await;
        assert!(
            !outlet.last_request().contains("if-"),
            "{}",
            outlet.last_request()
        );
        let kept = captures(&rig, first.id).await;
        assert_eq!(kept[0].same_as, None);
        assert!(kept[0].failure.is_some(), "{:?}", kept[0]);
    });
}

#[test]
fn an_edit_shows_in_the_library_until_it_was_seen() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let html = page("Sea wall to be raised", WORDS);
        origin.put("/wall", Answer::html(html.clone()));
        let first = rig.capture(&origin.url("/wall")).await;
        let clock = html.replace("</article>", "<p>Updated 10:15</p></article>");
        origin.put("/wall", Answer::html(clock));
        let now = again(&rig, first.id).await;
        assert_eq!(now.edited, None, "a clock is no edit");

        let edited = html.replace("grow by a metre", "grow by two metres");
        origin.put("/wall", Answer::html(edited.clone()));
        let before = now.capture_id;
        let now = again(&rig, first.id).await;
        let edit = now.edited.expect("an edit");
        assert_eq!(
            (edit.kind, Some(edit.from), Some(edit.to)),
            (EditKind::Silent, before, now.capture_id)
        );
        assert!(rig.text(first.id).await.contains("two metres"));

        let listed = |which: EditedWhich| {
            let filter = Filter {
                edited: Some(which),
                ..Filter::from(View::All)
            };
            let (store, user) = (rig.library.store.clone(), rig.user.id);
            async move { store.count(user, &filter, None).await.unwrap() }
        };
        assert_eq!(listed(EditedWhich::Unseen).await, 1);
        assert_eq!(listed(EditedWhich::Silent).await, 1);
        let words = Filter {
            words: Some("is:edited".to_owned()),
            ..Filter::from(View::All)
        };
        assert_eq!(
            rig.library
                .store
                .count(rig.user.id, &words, None)
                .await
                .unwrap(),
            1
        );

        // A second edit before anybody looked: the comparison begins at the first.
        let noted = edited.replace(
            "</article>",
            "<p>Correction: an earlier version of this article gave another height.</p></article>",
        ).replace("Residents asked", "Nobody asked");
        origin.put("/wall", Answer::html(noted.clone()));
        let now = again(&rig, first.id).await;
        let both = now.edited.expect("an edit");
        assert_eq!((Some(both.from), both.kind), (before, EditKind::Silent));

        again::mark_edit_seen(&rig.library, rig.user.id, first.id, true)
            .await
            .unwrap();
        assert_eq!(listed(EditedWhich::Unseen).await, 0);
        assert_eq!(listed(EditedWhich::All).await, 1);

        let dated = noted.replace("Nobody asked", "Somebody asked").replace(
            "<meta name=author",
            "<meta property='article:modified_time' content='2024-05-04T08:00:00Z'><meta name=author",
        );
        origin.put("/wall", Answer::html(dated));
        let third = again(&rig, first.id).await.edited.expect("an edit");
        assert_eq!(
            (third.from, third.kind, third.seen_at_ms),
            (both.to, EditKind::Dated, None)
        );
    });
}

#[test]
fn a_capture_chosen_by_hand_stays_until_the_newest_is_chosen() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let html = page("Sea wall to be raised", WORDS);
        origin.put("/wall", Answer::html(html.clone()));
        let first = rig.capture(&origin.url("/wall")).await;
        let old = first.capture_id.unwrap();
        origin.put("/wall", Answer::html(html.replace("a metre", "two metres")));
        let second = again(&rig, first.id).await;
        let new = second.capture_id.unwrap();
        assert_ne!(old, new);

        let chosen = again::show_capture(&rig.library, rig.user.id, first.id, old)
            .await
            .unwrap();
        assert_eq!(
            (chosen.article.capture_id, chosen.before),
            (Some(old), Some(new))
        );
        assert!(chosen.article.is_capture_chosen);
        assert!(rig.text(first.id).await.contains("by a metre"));
        origin.put(
            "/wall",
            Answer::html(html.replace("a metre", "three metres")),
        );
        let now = again(&rig, first.id).await;
        assert_eq!(now.capture_id, Some(old), "what was chosen stays");
        assert!(now.edited.is_some(), "and the edit is told all the same");
        let newest = captures(&rig, first.id).await[0].clone();
        assert!(newest.not_shown.as_deref().unwrap().contains("You chose"));

        let undone = again::show_capture(&rig.library, rig.user.id, first.id, newest.id)
            .await
            .unwrap();
        assert!(!undone.article.is_capture_chosen);
        assert!(rig.text(first.id).await.contains("three metres"));
        for wrong in [999, 0] {
            let wrong = cuttings_model::CaptureId(wrong);
            assert!(
                again::show_capture(&rig.library, rig.user.id, first.id, wrong)
                    .await
                    .is_err()
            );
        }
        let other = rig.other_user().await;
        assert!(
            again::show_capture(&rig.library, other.id, first.id, old)
                .await
                .is_err()
        );
    });
}

#[test]
fn d25_highlights_survive_a_further_capture_or_are_listed_as_orphans() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let html = page("Sea wall to be raised", WORDS);
        origin.put("/wall", Answer::html(html.clone()));
        let first = rig.capture(&origin.url("/wall")).await;
        for words in [
            "walked the length of the sea wall",
            "must grow by a metre",
            "who would pay for it",
        ] {
            let text = rig.text(first.id).await;
            let place = text.find(words).map(|at| text[..at].chars().count());
            let start = place.unwrap_or_else(|| panic!("{words} in {text}"));
            let anchor = Anchor::of(&text, start..start + words.chars().count()).unwrap();
            cuttings_library::highlights::add(
                &rig.library,
                rig.user.id,
                first.id,
                &anchor,
                cuttings_model::Colour::Yellow,
                "",
            )
            .await
            .unwrap();
        }
        // The second is reworded, the others stand in moved paragraphs.
        let edited = html.replace("must grow by a metre", "must be rebuilt").replace(
            "<h1>Sea wall to be raised</h1>",
            "<h1>Sea wall to be raised</h1><p>The mayor spoke first, and spoke for a long time about money.</p>",
        );
        origin.put("/wall", Answer::html(edited));
        again(&rig, first.id).await;
        let now = rig
            .library
            .store
            .highlights_of(rig.user.id, first.id)
            .await
            .unwrap();
        assert_eq!(now.len(), 3, "none vanished");
        let orphans: Vec<&str> = now
            .iter()
            .filter(|one| one.is_orphan)
            .map(|one| one.anchor.exact.as_str())
            .collect();
        assert_eq!(orphans, ["must grow by a metre"]);
    });
}

#[test]
fn f09_an_edited_address_is_never_asked() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/wall", Answer::html(page("Sea wall to be raised", WORDS)));
        let first = rig.capture(&origin.url("/wall")).await;
        let inside = "http://10.0.0.1/inside".to_owned();
        cuttings_library::edit::edit(
            &rig.library,
            rig.user.id,
            first.id,
            &[(Field::FinalUrl, EditChange::Say(Some(inside)))],
        )
        .await
        .unwrap();
        again(&rig, first.id).await;
        let kept = captures(&rig, first.id).await;
        assert_eq!(kept[0].requested_url, first.given_url);
        assert_eq!(kept[0].failure, None);
        // And where the address itself leads inside, it is refused as ever.
        origin.put("/wall", Answer::redirect("http://169.254.169.254/latest"));
        again(&rig, first.id).await;
        assert!(
            captures(&rig, first.id).await[0]
                .failure
                .as_deref()
                .unwrap()
                .contains("public")
        );
    });
}

#[test]
fn j10_after_downtime_each_due_visit_is_made_once_and_spread_out() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let mut ids = Vec::new();
        for at in 0..5 {
            let path = format!("/wall-{at}");
            let html = page(&format!("Sea wall {at} to be raised"), WORDS);
            origin.put(&path, Answer::html(html));
            ids.push(rig.capture(&origin.url(&path)).await.id);
        }
        for id in &ids {
            schedule::set(&rig.library, rig.user.id, *id, Every::Day, Some(4))
                .await
                .unwrap();
        }
        let store = &rig.library.store;
        let scheduled = Filter {
            scheduled: true,
            ..Filter::from(View::All)
        };
        assert_eq!(store.count(rig.user.id, &scheduled, None).await.unwrap(), 5);
        let now = cuttings_library::now_ms();
        assert_eq!(schedule::queue_due(&rig.library, now).await.unwrap(), 0);
        assert_eq!(store.open_jobs().await.unwrap(), 0);

        // A week later all of them are overdue seven times.
        let later = now + 8 * Every::Day.interval_ms();
        assert_eq!(schedule::queue_due(&rig.library, later).await.unwrap(), 5);
        assert_eq!(store.open_jobs().await.unwrap(), 5, "each due visit once");
        assert_eq!(schedule::queue_due(&rig.library, later).await.unwrap(), 0);
        let mut runs = rig.run_times().await;
        runs.sort_unstable();
        runs.dedup();
        assert!(runs.len() > 1, "spread out: {runs:?}");
        assert!(
            runs.iter()
                .all(|run| (later..later + 11 * 60_000).contains(run))
        );

        // Those under way are not queued a second time.
        let next = later + 2 * Every::Day.interval_ms();
        schedule::queue_due(&rig.library, next).await.unwrap();
        assert_eq!(store.open_jobs().await.unwrap(), 5);

        // After its weeks a schedule ends by itself.
        let end = now + 29 * Every::Day.interval_ms();
        schedule::queue_due(&rig.library, end).await.unwrap();
        assert_eq!(store.count(rig.user.id, &scheduled, None).await.unwrap(), 0);
    });
}

#[test]
fn f22_a_scheduled_visit_that_fails_waits_longer_and_as_long_as_it_is_asked() {
    on_both(|mut rig| async move {
        let origin = Origin::start().await;
        origin.put("/wall", Answer::html(page("Sea wall to be raised", WORDS)));
        let id = rig.capture(&origin.url("/wall")).await.id;
        schedule::set(&rig.library, rig.user.id, id, Every::Day, None)
            .await
            .unwrap();
        let store = &rig.library.store;
        let next = || async { store.schedule(rig.user.id, id).await.unwrap().unwrap() };
        origin.put("/wall", with(Answer::status(503), "Retry-After", "7200"));
        again(&rig, id).await;
        let failed = next().await;
        let wait = failed.next_at_ms - cuttings_library::now_ms();
        assert_eq!(failed.failures, 1);
        assert!(wait > 47 * 60 * 60 * 1_000, "{wait}");
        assert_eq!(
            store.open_jobs().await.unwrap(),
            0,
            "the schedule is the next try"
        );
        let other = rig.other_user().await;
        let foreign = Schedule {
            user_id: other.id,
            ..failed
        };
        assert!(
            !store
                .put_schedule(other.id, id, Some(&foreign), 5)
                .await
                .unwrap()
        );

        // Another program has not been asked to leave the site alone.
        rig.library.fetcher = std::sync::Arc::new(crate::rig::fetcher());
        origin.put("/wall", Answer::html(page("Sea wall to be raised", WORDS)));
        again(&rig, id).await;
        let store = &rig.library.store;
        let mended = store.schedule(rig.user.id, id).await.unwrap().unwrap();
        assert_eq!(mended.failures, 0);
        schedule::end(&rig.library, rig.user.id, id).await.unwrap();
        assert_eq!(store.schedule(rig.user.id, id).await.unwrap(), None);
        let wrong = schedule::set(&rig.library, rig.user.id, id, Every::Day, Some(0)).await;
        assert!(wrong.is_err());
    });
}
