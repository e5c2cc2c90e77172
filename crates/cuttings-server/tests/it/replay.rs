//! Replay: who may look at what, and with which headers.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use cuttings_model::CaptureId;
use cuttings_server::{Answers, Policy};

use crate::app::{Answer, Browser, TestApp, on_each_database};

const FRAME: &str = "/articles/1/captures/1/replay";

/// The path of the kept page in the frame of `browser`, without its last part.
pub async fn ticket(browser: &Browser<'_>) -> String {
    let page = browser.get(FRAME).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    let (_, rest) = text.split_once("<iframe src=\"").expect("a frame");
    let path = rest.split('"').next().expect("a path");
    path.strip_suffix("/page").expect("a page").to_owned()
}

/// The address of the picture of the story, as the kept page asks for it.
fn picture(app: &TestApp) -> String {
    let url: String =
        form_urlencoded::byte_serialize(app.origin.url("/picture.png").as_bytes()).collect();
    format!("resource?url={url}")
}

async fn ask(someone: &Browser<'_>, method: Method, path: &str, known: &str) -> Answer {
    let request = someone
        .request(method, path)
        .header(header::IF_NONE_MATCH, known)
        .header(header::RANGE, "bytes=0-3")
        .body(Body::empty())
        .expect("a request");
    someone.send(request).await
}

#[tokio::test]
async fn a_kept_page_is_shown_in_a_frame_that_only_its_own_page_may_have() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let page = browser.get(FRAME).await;
        let policy = page.header("content-security-policy");
        assert!(policy.ends_with("; frame-src 'self'"), "{policy}");
        assert!(policy.contains("script-src 'self'"), "{policy}");
        let text = page.text();
        assert!(
            text.contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\""),
            "{text}"
        );
        for elsewhere in ["/", "/articles/1", "/articles/1/captures"] {
            let answer = browser.get(elsewhere).await;
            let policy = answer.header("content-security-policy");
            assert!(!policy.contains("frame-src"), "{elsewhere}: {policy}");
        }
        let inside = browser
            .get(&format!("{}/page", ticket(&browser).await))
            .await;
        assert_eq!(inside.header("content-type"), "text/html; charset=utf-8");
        let text = inside.text();
        assert!(text.contains("Paragraph 6 of the story"), "{text}");
        assert!(!text.contains("<script"), "{text}");
        assert!(
            text.contains(&format!("src=\"{}\"", picture(&app))),
            "{text}"
        );
        for nothing in [
            "/articles/1/captures/9/replay",
            "/articles/2/captures/1/replay",
            "/articles/x/captures/1/replay",
        ] {
            assert_eq!(
                browser.get(nothing).await.status,
                StatusCode::NOT_FOUND,
                "{nothing}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn v11_replay_has_the_same_policy_whatever_the_answer() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let ticket = ticket(&browser).await;
        let nobody = app.nobody();
        let picture = format!("{ticket}/{}", picture(&app));
        let tag = nobody.get(&picture).await.header("etag").to_owned();
        assert_ne!(tag, "");
        let routes = app.routes();
        let replay: Vec<_> = routes
            .iter()
            .filter(|route| route.answers == Answers::Replay)
            .collect();
        assert!(replay.iter().all(|route| route.policy == Policy::Ticket));
        assert_eq!(
            replay.iter().map(|route| route.path).collect::<Vec<_>>(),
            ["/replay/{ticket}/page", "/replay/{ticket}/resource"],
            "a new one belongs below"
        );
        let page = format!("{ticket}/page");
        let gone = format!("{ticket}/resource?url=https%3A%2F%2Fa.example%2F");
        let forged = format!("{}0/page", &ticket[..ticket.len() - 1]);
        for (path, known, status) in [
            (page.as_str(), "", 200),
            (&picture, "", 206),
            (&picture, &tag, 304),
            (&gone, "", 404),
            (&format!("{ticket}/resource"), "", 400),
            (&format!("{ticket}/nothing"), "", 404),
            (&forged, "", 404),
            ("/replay/1/page", "", 404),
            ("/replay", "", 404),
        ] {
            for method in [Method::GET, Method::HEAD] {
                let what = format!("{method} {path}");
                let answer = ask(&nobody, method, path, known).await;
                if path == forged && answer.status == StatusCode::OK {
                    continue; // The last digit was 0 already.
                }
                assert_eq!(answer.status.as_u16(), status, "{what}");
                let policy = answer.header("content-security-policy");
                if path != "/replay" {
                    assert!(
                        policy.starts_with("sandbox allow-popups "),
                        "{what}: {policy}"
                    );
                }
                assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
                assert_eq!(answer.header("set-cookie"), "", "{what}");
                if status >= 400 && path != "/replay" {
                    let kind = answer.header("content-type");
                    assert!(kind.starts_with("text/plain"), "{what}: {kind}");
                }
            }
        }
        // Bytes that are not what their name says are an error of ours.
        app.damage_blobs();
        for path in [&page, &picture] {
            let answer = nobody.get(path).await;
            assert_eq!(answer.status, StatusCode::GONE);
            let policy = answer.header("content-security-policy");
            assert!(policy.starts_with("sandbox allow-popups "), "{policy}");
            assert!(answer.header("content-type").starts_with("text/plain"));
        }
    })
    .await;
}

#[tokio::test]
async fn v11_a_part_of_what_belongs_to_a_page_is_given_out() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let path = format!("{}/{}", ticket(&browser).await, picture(&app));
        let nobody = app.nobody();
        let whole = nobody.get(&path).await;
        assert_eq!(whole.status, StatusCode::OK);
        assert_eq!(whole.header("accept-ranges"), "bytes");
        let length = whole.body.len();
        let tag = whole.header("etag").to_owned();
        let part = async |range: &str, known: &str| {
            let request = nobody
                .request(Method::GET, &path)
                .header(header::RANGE, range)
                .header(header::IF_RANGE, known)
                .body(Body::empty())
                .expect("a request");
            nobody.send(request).await
        };
        let middle = part("bytes=2-9", &tag).await;
        assert_eq!(middle.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(
            middle.header("content-range"),
            format!("bytes 2-9/{length}")
        );
        assert_eq!(middle.header("content-length"), "8");
        assert_eq!(middle.header("content-type"), whole.header("content-type"));
        assert_eq!(middle.body[..], whole.body[2..10]);
        let end = part("bytes=-5", &tag).await;
        assert_eq!(end.body[..], whole.body[length - 5..]);
        // A part of what was there before fits to nothing that is here now.
        let other = part("bytes=2-9", "\"another\"").await;
        assert_eq!((other.status, other.body.len()), (StatusCode::OK, length));
        let beyond = part(&format!("bytes={length}-"), &tag).await;
        assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(beyond.header("content-range"), format!("bytes */{length}"));
        assert!(beyond.body.is_empty());
    })
    .await;
}

#[tokio::test]
async fn v10_i01_a_ticket_is_for_one_capture_and_ends_with_its_session() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let ben = app.signed_in("ben").await;
        ada.save_and_capture(&app.origin.url("/story/one")).await;
        ada.save_and_capture(&app.origin.url("/story/two")).await;
        assert_eq!(ben.get(FRAME).await.status, StatusCode::NOT_FOUND);
        let ticket = ticket(&ada).await;
        let nobody = app.nobody();
        let page = format!("{ticket}/page");
        assert!(nobody.get(&page).await.text().contains("story called one"));
        // Each number in it, changed.
        let digits = ticket.strip_prefix("/replay/").expect("a ticket");
        let parts: Vec<&str> = digits.split('-').collect();
        let next = |at: usize| (parts[at].parse::<i64>().expect("a number") + 1).to_string();
        // The second story is the second capture.
        for places in [&[0][..], &[1], &[2], &[3], &[1, 2]] {
            let others: Vec<String> = (0..4).map(next).collect();
            let mut changed = parts.clone();
            for at in places {
                changed[*at] = &others[*at];
            }
            let path = format!("/replay/{}/page", changed.join("-"));
            assert_eq!(
                nobody.get(&path).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        // It opens nothing else, whoever shows it.
        for path in ["/articles/1", "/api/v1/articles"] {
            let answer = nobody.get(&format!("{path}?ticket={digits}")).await;
            assert_ne!(answer.status, StatusCode::OK, "{path}");
        }
        ada.post("/articles/1/delete", &[]).await;
        assert_eq!(nobody.get(&page).await.status, StatusCode::NOT_FOUND);
        ada.post("/articles/1/undelete", &[]).await;
        assert_eq!(nobody.get(&page).await.status, StatusCode::OK);
        ada.post("/signout", &[]).await;
        assert_eq!(nobody.get(&page).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn p03_what_is_missing_is_counted_and_named() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let page = browser.get(FRAME).await.text();
        assert!(page.contains("1 script was taken out."), "{page}");
        let round = app
            .library
            .store
            .resource_round(browser.user_id(), CaptureId(1))
            .await
            .expect("the store works");
        assert!(round.is_some());
    })
    .await;
}
