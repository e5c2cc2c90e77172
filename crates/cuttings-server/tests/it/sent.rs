//! Pages that browsers send: the addresses, the form, and what becomes of it.

use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode, header};
use cuttings_model::{ArticleId, ArticleState, Origin, Scope};
use serde_json::Value;

use crate::app::{Answer, TestApp, on_each_database};

const BOUNDARY: &str = "----WebKitFormBoundary7MA4YWxk";
const STORY: &str = "https://news.example/valley?id=7";

/// A form as SingleFile sends it: the file first, the address behind it.
fn form(file: &[u8], fields: &[(&str, &str)]) -> Vec<u8> {
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"Rain \
         (24_11_2026, 03：00).html\"\r\nContent-Type: text/html\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    for (name, value) in fields {
        body.extend_from_slice(
            format!(
                "\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}"
            )
            .as_bytes(),
        );
    }
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    body
}

async fn post(app: &TestApp, path: &str, token: &str, body: impl Into<Body>) -> Answer {
    post_keyed(app, path, token, None, body).await
}

async fn post_keyed(
    app: &TestApp,
    path: &str,
    token: &str,
    key: Option<&str>,
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::ACCEPT, "application/json")
        .header(
            header::CONTENT_TYPE,
            format!("multipart/form-data; boundary={BOUNDARY}"),
        );
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let request = request.body(body.into()).expect("a request");
    app.send(request, [192, 0, 2, 1].into()).await
}

/// A story as SingleFile keeps it, with a picture in it.
fn story(app: &TestApp, sentence: &str) -> String {
    let live = app.origin.url("/picture.png");
    let picture: String = include_bytes!("picture.png")
        .chunks(3)
        .flat_map(|three| {
            const DIGITS: &[u8; 64] =
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            let bits = three
                .iter()
                .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
                << (8 * (3 - three.len()));
            (0..4).map(move |place| {
                if place > three.len() {
                    '='
                } else {
                    char::from(DIGITS[(bits >> (18 - 6 * place) & 63) as usize])
                }
            })
        })
        .collect();
    let padding = "A".repeat(3000);
    format!(
        "<!DOCTYPE html> <html lang=en><!--\n Page saved with SingleFile \n url: {STORY} \n \
         saved date: Sun Nov 22 2026 03:01:36 GMT+0000 (Coordinated Universal Time)\n-->\
         <meta charset=utf-8><title>Rain in the valley</title>\
         <meta property=og:image content={live}>\
         <style>@font-face{{font-family:F;src:url(\"data:font/woff2;base64,d09GMgAB{padding}\")}}\
         body{{font-family:F}}</style>\
         <body><article><h1>Rain in the valley</h1>\
         <p>The river rose by a hand in the night, and those who live along it had carried their \
         chairs and their clocks up to the first floor before anybody asked them to.</p>\
         <figure><img data-src={live} src=\"data:image/png;base64,{picture}\" \
         alt=River width=640 height=480><figcaption>The river</figcaption></figure>\
         <p>{sentence} The bridge held, as it has for two hundred years, and by noon the water \
         had gone down enough for the baker to open his door to the street again.</p>\
         <p>Nobody was hurt, the mayor said, and the school is to open on Monday, if the cellar is \
         dry by then and somebody finds the key.</p></article></body></html>"
    )
}

async fn text(app: &TestApp, user: cuttings_model::UserId, id: i64) -> String {
    app.library
        .store
        .article_body(user, ArticleId(id))
        .await
        .expect("the store answers")
        .map(|body| format!("{}\n{}", body.text, body.html))
        .unwrap_or_default()
}

#[tokio::test]
async fn v17_a_page_sent_by_singlefile_is_read_from_its_file_and_nothing_is_asked_for() {
    on_each_database(async |app| {
        let ada = app.add_user("ada").await;
        let token = app.token(ada.id, Scope::Save).await;
        let body = form(
            story(&app, "One.").as_bytes(),
            &[("url", "https://news.example/valley?id=7#top")],
        );
        let answer = post(&app, "/api/v1/singlefile", &token, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        let json: Value = answer.json();
        assert_eq!(
            (&json["id"], &json["already"], &json["kept"]),
            (&1.into(), &false.into(), &true.into())
        );
        assert_eq!(json["url"], STORY);
        app.capture(ada.id, &[1]).await;

        let article = app
            .library
            .store
            .article(ada.id, ArticleId(1))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(article.state, ArticleState::Ready, "{:?}", article.reason);
        assert_eq!(article.headline.as_deref(), Some("Rain in the valley"));
        let read = text(&app, ada.id, 1).await;
        assert!(
            read.contains("The bridge held") && read.contains("/articles/1/pictures/"),
            "{read}"
        );
        assert!(
            !read.contains("picture.png") && !read.contains("inside.invalid"),
            "{read}"
        );
        assert!(article.has_thumbnail);

        let captures = app
            .library
            .store
            .captures(ada.id, ArticleId(1))
            .await
            .unwrap();
        assert_eq!(captures.len(), 1);
        let capture = &captures[0];
        assert_eq!(capture.origin, Origin::Sent);
        assert_eq!(
            capture.captured_at_ms, 1_795_316_496_000,
            "when its reader saw it"
        );
        assert_eq!(capture.final_url.as_deref(), Some(STORY));
        let kept = app
            .library
            .store
            .blobs()
            .get(&capture.body.unwrap())
            .await
            .unwrap();
        assert_eq!(
            kept,
            story(&app, "One.").as_bytes(),
            "the bytes are kept as they came"
        );
        let pictures = app
            .library
            .store
            .pictures(ada.id, ArticleId(1))
            .await
            .unwrap();
        let story_picture = pictures.iter().find(|picture| picture.size == 1436);
        assert!(story_picture.is_some(), "{pictures:?}");

        assert_eq!(app.origin.asked(), 0, "nothing is asked for");
    })
    .await;
}

#[tokio::test]
async fn v17_a_page_sent_by_singlefile_looks_as_it_did_from_its_file_alone() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let token = app
            .token(browser.user.expect("somebody"), Scope::Save)
            .await;
        let body = form(story(&app, "One.").as_bytes(), &[("url", STORY)]);
        post(&app, "/api/v1/singlefile", &token, body).await;
        app.capture(browser.user.expect("somebody"), &[1]).await;
        let asked = app.origin.asked();

        let frame = browser.get("/articles/1/captures/1/replay").await.text();
        let (_, rest) = frame.split_once("<iframe src=\"").expect("a frame");
        let page = rest.split('"').next().expect("a path");
        let ticket = page.strip_suffix("/page").expect("a page");
        let html = browser.get(page).await.text();
        assert!(html.contains("The bridge held"), "{html}");
        assert!(!html.contains("base64"), "{html}");
        let found: Vec<&str> = html
            .split('"')
            .filter(|part| part.starts_with("resource?url=https%3A%2F%2Finside.invalid%2F"))
            .collect();
        assert_eq!(found.len(), 2, "{html}");
        for (path, content_type, start) in [
            (found[0], "font/woff2", &b"wOF2\0\x01"[..]),
            (found[1], "image/png", include_bytes!("picture.png")),
        ] {
            let answer = browser.get(&format!("{ticket}/{path}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(answer.header("content-type"), content_type);
            assert!(answer.body.starts_with(start), "{path}");
        }
        let other = browser
            .get(&format!(
                "{ticket}/resource?url=https%3A%2F%2Finside.invalid%2F9-00000000"
            ))
            .await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
        assert_eq!(app.origin.asked(), asked);
    })
    .await;
}

#[tokio::test]
async fn all_addresses_take_a_page_and_answer_with_json() {
    on_each_database(async |app| {
        let ada = app.add_user("ada").await;
        let token = app.token(ada.id, Scope::Save).await;
        for (number, path) in [
            "/api/v1/singlefile",
            "/api/bookmarks/singlefile/",
            "/linkding/api/bookmarks/singlefile/",
            "/api/v1/bookmarks/singlefile?ifexists=skip",
            "/api/v1/pages",
        ]
        .into_iter()
        .enumerate()
        {
            let url = format!("https://news.example/{number}");
            let answer = post(&app, path, &token, form(b"<p>x", &[("url", &url)])).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{path}");
            assert_eq!(answer.json()["url"], url);
        }
        let read_only = app.token(ada.id, Scope::Read).await;
        for (token, status) in [
            ("nobody's", StatusCode::UNAUTHORIZED),
            (&read_only, StatusCode::FORBIDDEN),
        ] {
            let body = form(b"<p>x", &[("url", STORY)]);
            assert_eq!(
                post(&app, "/api/v1/singlefile", token, body).await.status,
                status
            );
        }
    })
    .await;
}

#[tokio::test]
async fn ifexists_skips_what_can_be_read_and_adds_a_capture_otherwise() {
    on_each_database(async |app| {
        let ada = app.add_user("ada").await;
        let token = app.token(ada.id, Scope::Save).await;
        let send = async |query: &str, sentence: &str| {
            let path = format!("/api/v1/bookmarks/singlefile{query}");
            let answer = post(
                &app,
                &path,
                &token,
                form(story(&app, sentence).as_bytes(), &[]),
            )
            .await;
            app.capture(ada.id, &[1]).await;
            answer.status
        };
        // Without an address in the form, the file's own is taken.
        assert_eq!(send("", "First.").await, StatusCode::CREATED);
        assert_eq!(send("", "Second.").await, StatusCode::OK);
        assert_eq!(send("?ifexists=skip", "Third.").await, StatusCode::OK);
        assert!(text(&app, ada.id, 1).await.contains("First."));
        for (number, word) in ["append", "append-recrawl", "overwrite", "overwrite-recrawl"]
            .into_iter()
            .enumerate()
        {
            let sentence = format!("Number {number}.");
            assert_eq!(
                send(&format!("?ifexists={word}"), &sentence).await,
                StatusCode::ACCEPTED
            );
            assert!(text(&app, ada.id, 1).await.contains(&sentence));
        }
        let captures = app
            .library
            .store
            .captures(ada.id, ArticleId(1))
            .await
            .unwrap();
        assert_eq!(captures.len(), 5, "none was overwritten");
        assert_eq!(
            send("?ifexists=perhaps", "x").await,
            StatusCode::BAD_REQUEST
        );

        // A poorer one is kept and not shown.
        let poor = form(
            b"<title>Rain</title><p>Please sign in.</p>",
            &[("url", STORY)],
        );
        let answer = post(&app, "/api/v1/singlefile?ifexists=append", &token, poor).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED);
        app.capture(ada.id, &[1]).await;
        assert!(text(&app, ada.id, 1).await.contains("Number 3."));
        let captures = app
            .library
            .store
            .captures(ada.id, ArticleId(1))
            .await
            .unwrap();
        assert_eq!(captures.len(), 6);
    })
    .await;
}

#[tokio::test]
async fn a_fetched_article_is_shown_as_its_reader_saw_it() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let user = browser.user.expect("somebody");
        let url = app.origin.url("/story/short");
        assert_eq!(browser.save_and_capture(&url).await, 1);
        let token = app.token(user, Scope::Save).await;
        let body = form(story(&app, "Seen.").as_bytes(), &[("url", &url)]);
        let sent = async || post(&app, "/api/v1/singlefile", &token, body.clone()).await;
        assert_eq!(sent().await.status, StatusCode::ACCEPTED);
        app.capture(user, &[1]).await;
        assert_eq!(sent().await.status, StatusCode::OK, "sent before");
        let captures = app
            .library
            .store
            .captures(user, ArticleId(1))
            .await
            .unwrap();
        assert_eq!(captures.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn an_article_that_failed_at_a_wall_becomes_readable() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let user = browser.user.expect("somebody");
        let url = app.origin.url("/wall");
        browser.save_and_capture(&url).await;
        let before = app
            .library
            .store
            .article(user, ArticleId(1))
            .await
            .unwrap()
            .unwrap();
        assert_ne!(
            (before.state, before.reason.is_none()),
            (ArticleState::Ready, true)
        );
        let token = app.token(user, Scope::Save).await;
        let asked = app.origin.asked();
        let answer = post(
            &app,
            "/api/v1/singlefile",
            &token,
            form(story(&app, "Whole.").as_bytes(), &[("url", &url)]),
        )
        .await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        app.capture(user, &[1]).await;
        let after = app
            .library
            .store
            .article(user, ArticleId(1))
            .await
            .unwrap()
            .unwrap();
        assert_eq!((after.state, after.reason), (ArticleState::Ready, None));
        assert!(text(&app, user, 1).await.contains("Whole."));
        assert_eq!(app.origin.asked(), asked, "the page is not fetched again");
        let page = browser.get("/articles/1/captures").await.text();
        assert!(
            page.contains("sent by a browser as a complete page"),
            "{page}"
        );
    })
    .await;
}

#[tokio::test]
async fn d23_a_page_sent_again_under_its_key_is_kept_once() {
    on_each_database(async |app| {
        let ada = app.add_user("ada").await;
        let token = app.token(ada.id, Scope::Save).await;
        let fields = [
            ("url", STORY),
            ("tags", "rain, Rivers"),
            ("seen_at", "2026-11-20T10:00:00Z"),
        ];
        let body = form(story(&app, "One.").as_bytes(), &fields);
        let first = post_keyed(&app, "/api/v1/pages", &token, Some("k1"), body.clone()).await;
        let again = post_keyed(&app, "/api/v1/pages", &token, Some("k1"), body.clone()).await;
        assert_eq!(
            (first.status, again.status),
            (StatusCode::CREATED, StatusCode::CREATED)
        );
        assert_eq!(first.text(), again.text());
        assert_eq!(first.json()["tags"], serde_json::json!(["rain", "Rivers"]));
        let captures = app
            .library
            .store
            .captures(ada.id, ArticleId(1))
            .await
            .unwrap();
        assert_eq!(captures.len(), 1);
        assert_eq!(
            (captures[0].origin, captures[0].captured_at_ms),
            (Origin::Extension, 1_795_168_800_000)
        );
        let other = form(story(&app, "Two.").as_bytes(), &fields);
        let other = post_keyed(&app, "/api/v1/pages", &token, Some("k1"), other).await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn w11_what_cannot_be_taken_is_refused_in_words_and_leaves_nothing() {
    on_each_database(async |app| {
        let app = app.taking(2_000_000);
        let ada = app.add_user("ada").await;
        let token = app.token(ada.id, Scope::Save).await;
        let part = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n1\r\n"
        );
        let many = part.repeat(10_000);
        let whole = form(story(&app, "One.").as_bytes(), &[("url", STORY)]);
        let huge_name = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\r\nx\r\n--{BOUNDARY}--",
            "n".repeat(1_000_000)
        );
        let far_future = form(b"<p>x", &[("url", STORY), ("seen_at", "tomorrow")]);
        let files = app.files();
        let cases: Vec<(&str, Vec<u8>, u16)> = vec![
            ("10,000 parts", many.into_bytes(), 400),
            ("a huge name", huge_name.into_bytes(), 400),
            ("cut off", whole[..whole.len() / 2].to_vec(), 400),
            ("cut off behind the file", whole[..whole.len() - 20].to_vec(), 400),
            ("empty", Vec::new(), 400),
            ("too large", form(&vec![b'x'; 2_100_000], &[("url", STORY)]), 413),
            ("no file", form(b"", &[]), 422),
            ("an empty file", form(b"", &[("url", STORY)]), 422),
            ("no address", form(b"<p>x", &[]), 422),
            ("an address of another kind", form(b"<p>x", &[("url", "javascript:alert(1)")]), 422),
            ("a time that is none", far_future, 422),
        ];
        for (what, body, status) in cases {
            // As it comes over a wire, in pieces and without a length.
            let pieces: Vec<Result<Bytes, std::io::Error>> =
                body.chunks(9000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
            let stream = Body::from_stream(futures_util::stream::iter(pieces));
            let answer = post(&app, "/api/v1/singlefile", &token, stream).await;
            assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text());
            assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{what}");
        }
        let no_boundary = Request::builder()
            .method(Method::POST)
            .uri("/api/v1/singlefile")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "multipart/form-data")
            .body(Body::from("--x"))
            .unwrap();
        let answer = app.send(no_boundary, [192, 0, 2, 1].into()).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let list = app.library.store.list(ada.id, &cuttings_model::View::All.into(), None, 10).await.unwrap();
        assert!(list.articles.is_empty());
        assert_eq!(app.files(), files);    })
    .await;
}

#[tokio::test]
async fn whether_a_page_is_kept_is_told_to_its_owner_alone() {
    on_each_database(async |app| {
        let ada = app.add_user("ada").await;
        let charles = app.add_user("charles").await;
        let token = app.token(ada.id, Scope::Save).await;
        let answer = post(
            &app,
            "/api/v1/pages",
            &token,
            form(b"<p>x", &[("url", STORY)]),
        )
        .await;
        assert_eq!(answer.status, StatusCode::CREATED);
        let ask = async |token: String, url: &str| {
            let request = Request::builder()
                .uri(format!("/api/v1/pages?url={url}"))
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .body(Body::empty())
                .unwrap();
            app.send(request, [192, 0, 2, 1].into()).await
        };
        let same = "http://www.news.example/valley/?utm_source=x%26id=7";
        assert_eq!(
            ask(token.clone(), "https://news.example/valley?id=7%23top")
                .await
                .json()["article"]["id"],
            1
        );
        let same = ask(token.clone(), same).await;
        assert_eq!(same.json()["article"]["id"], 1, "{}", same.text());
        let others = app.token(charles.id, Scope::Full).await;
        for (token, url) in [
            (others, STORY),
            (token.clone(), "https://news.example/hill"),
        ] {
            assert_eq!(ask(token, url).await.json()["article"], Value::Null);
        }
        let wrong = ask(token, "javascript:x").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn a17_the_form_for_other_pages_saves_by_its_button_alone() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let empty = app.everything_of(browser.user.expect("somebody")).await;
        let path = "/save?url=https%3A%2F%2Fnews.example%2Frain&title=Rain%20%3Cb%3E&text=x";
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("value=\"https://news.example/rain\""));
        assert!(page.text().contains("name=\"words\"") && page.text().contains(">x</textarea>"));
        assert!(!page.text().contains("<b>"));
        // A share from the phone leads to the form and saves nothing.
        let share = |site: &str| {
            let body = form(
                b"",
                &[
                    ("title", "Rain"),
                    ("text", "Look: https://news.example/rain!"),
                ],
            );
            browser
                .request(Method::POST, "/share")
                .header("sec-fetch-site", site)
                .header(
                    header::CONTENT_TYPE,
                    format!("multipart/form-data; boundary={BOUNDARY}"),
                )
                .body(Body::from(body))
                .unwrap()
        };
        let shared = browser.send(share("none")).await;
        assert_eq!(shared.status, StatusCode::SEE_OTHER);
        assert_eq!(
            shared.location(),
            "/save?url=https%3A%2F%2Fnews.example%2Frain&title=Rain"
        );
        let foreign = browser.send(share("cross-site")).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
        assert_eq!(
            app.everything_of(browser.user.expect("somebody")).await,
            empty
        );

        let fields = [
            ("url", "https://news.example/rain"),
            ("tags", "rain, River"),
            ("words", " over the hills\r\n"),
        ];
        let saved = browser.post("/save", &fields).await;
        assert_eq!(
            (saved.status, saved.location()),
            (StatusCode::SEE_OTHER, "/save?saved=1")
        );
        let user = browser.user.expect("somebody");
        let marked = app.library.store.highlights_of(user, ArticleId(1)).await;
        let marked = marked.expect("the store answers");
        assert_eq!(marked.len(), 1);
        assert_eq!(marked[0].anchor.exact, "over the hills");
        let done = browser.get("/save?saved=1").await.text();
        assert!(done.contains("Saved.") && done.contains("River"), "{done}");
        let again = browser.get(path).await.text();
        assert!(
            again.contains("Already kept on") && again.contains("/articles/1"),
            "{again}"
        );
        let wrong = browser.post("/save", &[("url", "two words")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("is not a web address"));
        let long = "x".repeat(61);
        let wrong = browser
            .post(
                "/save",
                &[("url", "https://news.example/"), ("tags", &long)],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn app_tokens_are_made_shown_once_and_revoked_on_their_page() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let page = browser.get("/connect").await.text();
        assert!(
            page.contains("http://cuttings.test/api/v1/singlefile"),
            "{page}"
        );
        assert!(page.contains("href=\"javascript:(()=&#62;"), "{page}");
        let made = browser
            .post("/connect/tokens", &[("name", "Desk"), ("scope", "save")])
            .await;
        assert_eq!(made.status, StatusCode::OK);
        let text = made.text();
        let (_, rest) = text.split_once("id=\"secret\">").expect("a secret");
        let secret = rest.split('<').next().unwrap().to_owned();
        assert!(!browser.get("/connect").await.text().contains(&secret));
        let body = form(b"<p>x", &[("url", STORY)]);
        let sent = post(&app, "/api/v1/singlefile", &secret, body.clone()).await;
        assert_eq!(sent.status, StatusCode::CREATED);
        // Somebody else cannot take it away.
        let charles = app.signed_in("charles").await;
        let other = charles.post("/connect/tokens/1/revoke", &[]).await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
        let gone = browser.post("/connect/tokens/1/revoke", &[]).await;
        assert_eq!(gone.status, StatusCode::SEE_OTHER);
        let sent = post(&app, "/api/v1/singlefile", &secret, body).await;
        assert_eq!(sent.status, StatusCode::UNAUTHORIZED);
        for fields in [
            [("name", " "), ("scope", "save")],
            [("name", "x"), ("scope", "all")],
        ] {
            let wrong = browser.post("/connect/tokens", &fields).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    })
    .await;
}
