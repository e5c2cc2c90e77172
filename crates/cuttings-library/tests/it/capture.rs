//! Capturing: what is kept, what is shown, and what bad input gets.

use std::time::Duration;

use cuttings_library::save::{self, Upload};
use cuttings_model::{ArticleState, Origin as CameBy, PictureRole, address};

use crate::rig::{Answer, Origin, Rig, on_both, page, png};

#[test]
fn a_saved_page_can_be_read_and_its_original_bytes_are_kept() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let html = page(
            "Sea wall to be raised",
            "Engineers said the wall must grow by a metre.",
        );
        origin.put("/wall", Answer::html(html.clone()));
        let article = rig.capture(&origin.url("/wall")).await;

        assert_eq!(article.state, ArticleState::Ready, "{:?}", article.reason);
        assert_eq!(article.headline.as_deref(), Some("Sea wall to be raised"));
        assert_eq!(article.publication.as_deref(), Some("The Lantern"));
        assert_eq!(article.authors, ["Ada Byron"]);
        assert_eq!(
            article.published.expect("a date").text,
            "2024-05-03T08:00:00Z"
        );
        let text = rig.text(article.id).await;
        assert!(
            text.contains("must grow by a metre") && !text.contains("About us"),
            "{text}"
        );

        let captures = rig
            .library
            .store
            .captures(rig.user.id, article.id)
            .await
            .unwrap();
        let [capture] = captures.as_slice() else {
            panic!("one capture, not {captures:?}")
        };
        assert_eq!(
            (capture.origin, capture.status),
            (CameBy::Fetched, Some(200))
        );
        let body = rig
            .library
            .store
            .blobs()
            .get(&capture.body.unwrap())
            .await
            .unwrap();
        assert_eq!(body, html.as_bytes());
        let exchange = rig
            .library
            .store
            .blobs()
            .get(&capture.exchange.unwrap())
            .await
            .unwrap();
        let exchange = String::from_utf8_lossy(&exchange).to_lowercase();
        assert!(exchange.contains("content-type: text/html"), "{exchange}");
    });
}

#[test]
fn pictures_are_served_from_kept_copies_and_one_becomes_the_thumbnail() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let html = page("Picture story", "See the wall.").replace(
            "<p>See",
            "<figure><img src='/wall.png' alt='The wall'><figcaption>The wall at dusk</figcaption></figure>\
             <figure><img src='/gone.png' alt='Lost'><figcaption>A lost one</figcaption></figure><p>See",
        );
        origin.put("/story", Answer::html(html));
        origin.put("/wall.png", Answer::typed("text/html", png(800, 400, 200)));
        let article = rig.capture(&origin.url("/story")).await;

        let pictures = rig
            .library
            .store
            .pictures(rig.user.id, article.id)
            .await
            .unwrap();
        let kept = pictures
            .iter()
            .find(|picture| picture.role == PictureRole::Story)
            .unwrap();
        assert_eq!(
            (kept.content_type.as_str(), kept.width),
            ("image/png", Some(800))
        );
        assert!(article.has_thumbnail);
        let thumbnail = rig
            .library
            .store
            .thumbnail(rig.user.id, article.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((thumbnail.width, thumbnail.height), (Some(320), Some(160)));
        let body = rig
            .library
            .store
            .article_body(rig.user.id, article.id)
            .await
            .unwrap()
            .unwrap();
        let path = format!("/articles/{}/pictures/{}", article.id, kept.digest);
        assert!(body.html.contains(&path), "{}", body.html);
        assert!(!body.html.contains("gone.png"), "{}", body.html);
        assert!(
            body.html.contains("A lost one"),
            "the caption of a lost picture stays"
        );
    });
}

#[test]
fn a_page_on_disk_goes_the_same_way_and_brings_its_pictures() {
    on_both(|rig| async move {
        let html = page("From disk", "Kept from a file.").replace(
            "<p>Kept",
            "<figure><img src='pics/a.png'><figcaption>A</figcaption></figure><p>Kept",
        );
        let address = address::parse("https://news.example/story.html").unwrap();
        let upload = Upload {
            body: html.clone().into(),
            content_type: None,
            pictures: vec![
                (
                    "https://news.example/pics/a.png".into(),
                    png(640, 480, 10).into(),
                ),
                (
                    "https://news.example/evil.svg".into(),
                    "<svg onload=x>".into(),
                ),
            ],
        };
        let saved = save::save(&rig.library, rig.user.id, &address, Some(upload))
            .await
            .unwrap();
        let article = rig.work_on(saved.article.id).await;
        assert_eq!(article.state, ArticleState::Ready, "{:?}", article.reason);
        assert_eq!(article.source_url(), "https://news.example/story.html");
        let captures = rig
            .library
            .store
            .captures(rig.user.id, article.id)
            .await
            .unwrap();
        assert_eq!(captures.len(), 1);
        assert_eq!(captures[0].origin, CameBy::Uploaded);
        let body = rig
            .library
            .store
            .article_body(rig.user.id, article.id)
            .await
            .unwrap()
            .unwrap();
        assert!(body.html.contains("/pictures/"), "{}", body.html);
        assert!(article.has_thumbnail);
        let pictures = rig
            .library
            .store
            .pictures(rig.user.id, article.id)
            .await
            .unwrap();
        assert!(
            pictures
                .iter()
                .all(|picture| picture.content_type != "image/svg+xml")
        );
    });
}

/// Saves what the origin answers with and gives back the article's reason.
async fn reason(rig: &Rig, origin: &Origin, path: &str, answer: Answer) -> (String, String) {
    origin.put(path, answer);
    let article = rig.capture(&origin.url(path)).await;
    assert_eq!(article.state, ArticleState::Failed, "{path} should fail");
    assert_eq!(article.given_url, origin.url(path), "the address is kept");
    let reason = article.reason.expect("a reason");
    (reason.code, reason.text)
}

#[test]
fn every_kind_of_bad_answer_is_told_apart_in_plain_words() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        for (path, answer, code, word) in [
            ("/404", Answer::status(404), "not_found", "404"),
            ("/500", Answer::status(500), "server_error", "500"),
            ("/silent", Answer::status(0), "timeout", "second"),
            (
                "/loop",
                Answer::redirect("/loop"),
                "redirect_loop",
                "back to itself",
            ),
            (
                "/ftp",
                Answer::redirect("ftp://example.org/x"),
                "scheme",
                "http",
            ),
            (
                "/inside",
                Answer::redirect("http://10.0.0.1/"),
                "private_address",
                "public",
            ),
            (
                "/pdf",
                Answer::typed("application/pdf", "%PDF-1.7 x"),
                "not_html",
                "PDF",
            ),
            (
                "/png",
                Answer::typed("image/png", png(2, 2, 1)),
                "not_html",
                "picture",
            ),
            (
                "/json",
                Answer::typed("application/json", "{}"),
                "not_html",
                "application/json",
            ),
            ("/empty", Answer::html(""), "empty", "kept"),
            (
                "/huge",
                Answer::html(vec![b'a'; 50 << 20]),
                "too_large",
                "MiB",
            ),
        ] {
            let (found, text) = reason(&rig, &origin, path, answer).await;
            assert_eq!(found, code, "{path}: {text}");
            assert!(text.contains(word), "{path}: “{text}” should say {word}");
            assert!(
                text.contains("http"),
                "{path}: “{text}” should name the address"
            );
        }
    });
}

#[test]
fn f01_a_private_address_is_kept_but_never_asked() {
    on_both(|rig| async move {
        for url in [
            "http://10.0.0.1/",
            "http://169.254.169.254/latest",
            "http://[::1]/",
            "http://0x0a000001/",
        ] {
            let article = rig.capture(url).await;
            assert_eq!(article.state, ArticleState::Failed);
            assert_eq!(article.reason.unwrap().code, "private_address", "{url}");
            assert_eq!(article.retry_at_ms, None);
        }
    });
}

#[test]
fn a_login_wall_says_so_and_its_page_is_kept() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let wall = "<html><head><title>Sign in - The Lantern</title></head><body><main>\
            <h1>Sign in to continue</h1><p>Please log in or create an account to continue reading.</p>\
            <form action=/login method=post><label>E-mail <input type=email name=email></label>\
            <label>Password <input type=password name=password></label><button>Log in</button></form>\
            </main></body></html>";
        let (code, text) = reason(&rig, &origin, "/wall", Answer::html(wall)).await;
        assert_eq!(code, "login_wall", "{text}");
        let article = rig.capture(&origin.url("/wall")).await;
        let captures = rig
            .library
            .store
            .captures(rig.user.id, article.id)
            .await
            .unwrap();
        assert!(captures.iter().all(|capture| capture.body.is_some()));
    });
}

#[test]
fn r12_a_wrong_charset_label_does_not_garble_the_story() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let words = "Müller said naïve façades cost €5 — “enough”.";
        let html = page("Charset", words);
        origin.put(
            "/utf8-as-latin1",
            Answer::typed("text/html; charset=iso-8859-1", html.clone()),
        );
        let latin: Vec<u8> = page("Charset", "M\u{fc}ller said na\u{ef}ve fa\u{e7}ades.")
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
            .collect();
        origin.put("/latin1-unlabelled", Answer::typed("text/html", latin));
        let article = rig.capture(&origin.url("/utf8-as-latin1")).await;
        assert!(rig.text(article.id).await.contains(words));
        let article = rig.capture(&origin.url("/latin1-unlabelled")).await;
        assert!(
            rig.text(article.id)
                .await
                .contains("Müller said naïve façades")
        );
    });
}

#[test]
fn what_may_pass_is_tried_again_by_itself_and_what_cannot_is_not() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/busy", Answer::status(503));
        let article = rig.capture(&origin.url("/busy")).await;
        let wait_ms = article.retry_at_ms.expect("a next try") - cuttings_library::now_ms();
        assert!((30_000..=61_000).contains(&wait_ms), "{wait_ms}");
        assert_eq!(rig.library.store.open_jobs().await.unwrap(), 1);
        let article = rig.capture(&origin.url("/gone")).await;
        assert_eq!(article.retry_at_ms, None);
    });
}

#[test]
fn d24_a_poorer_visit_is_kept_but_not_shown() {
    on_both(|rig| async move {
        let html = page("Whole story", "With all of its words.");
        let article = rig.upload("https://news.example/a", &html).await;
        let words = article.word_count;
        let poor = "<html><body><h1>Sorry</h1><p>Page not found.</p></body></html>";
        let article = rig.upload("https://news.example/a", poor).await;
        assert_eq!(
            (article.state, article.word_count),
            (ArticleState::Ready, words)
        );
        assert!(rig.text(article.id).await.contains("all of its words"));
        assert_eq!(
            rig.library
                .store
                .captures(rig.user.id, article.id)
                .await
                .unwrap()
                .len(),
            2
        );
    });
}

#[test]
fn hostile_nesting_costs_one_page_a_moment_not_the_program_an_hour() {
    on_both(|rig| async move {
        let deep = format!(
            "<html><body>{}{}",
            "<div>".repeat(100_000),
            "x</b>".repeat(2_000)
        );
        let captured = tokio::time::timeout(
            Duration::from_secs(20),
            rig.upload("https://news.example/d", &deep),
        );
        let article = captured.await.expect("an end within the limit");
        assert_ne!(article.state, ArticleState::Queued);
    });
}

#[test]
fn nothing_is_asked_of_an_origin_beyond_what_the_page_shows() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let html = page("Quiet", "Nothing else is fetched.").replace(
            "</head>",
            "<script src=/t.js></script><link rel=stylesheet href=/s.css>\
             <link rel=preload href=/p.woff2></head>",
        );
        origin.put("/quiet", Answer::html(html));
        rig.capture(&origin.url("/quiet")).await;
        assert_eq!(origin.asked(), ["/quiet", "/s.css"]);
    });
}
