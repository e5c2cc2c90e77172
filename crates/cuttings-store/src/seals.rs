//! Seals: the digest of what a row said when it was written.
//!
//! A database notices when its own structure breaks, not when a letter inside of
//! a row becomes another one. What a capture says of the visit is evidence, and
//! the words that are shown are what people cite, so both carry a seal, which
//! [`crate::verify`] breaks open again. Captures are append-only; the one thing
//! that may change is the article they belong to, which is not sealed.

use cuttings_model::{Capture, CaptureId, Digest, UserId};

/// The seal of a capture.
pub(crate) fn of_capture(user_id: UserId, capture: &Capture) -> String {
    let Capture {
        id,
        article_id: _,
        origin,
        captured_at_ms,
        requested_url,
        final_url,
        status,
        content_type,
        body,
        body_size,
        exchange,
        failure,
        part_of,
        same_as,
        // Of the extraction, which may be made again.
        not_shown: _,
    } = capture;
    let said = serde_json::json!([
        user_id.0,
        id.0,
        origin.as_str(),
        captured_at_ms,
        stored(requested_url),
        final_url.as_deref().map(stored),
        status,
        content_type.as_deref().map(stored),
        body,
        body_size,
        exchange,
        failure.as_deref().map(stored),
        part_of.map(|CaptureId(id)| id),
        same_as.map(|CaptureId(id)| id),
    ]);
    Digest::of(said.to_string().as_bytes()).to_string()
}

/// The seal of the words of an article.
pub(crate) fn of_body(text: &str, html: &str) -> String {
    let said = format!("{}\0{}", stored(text), stored(html));
    Digest::of(said.as_bytes()).to_string()
}

/// A text as the database gives it back: PostgreSQL holds no NUL, so
/// [`crate::db`] writes another sign for it.
fn stored(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use cuttings_model::{ArticleId, Origin};

    #[test]
    fn a_seal_breaks_with_each_thing_a_capture_says_but_not_with_its_article() {
        let capture = Capture {
            id: CaptureId(4),
            article_id: ArticleId(7),
            origin: Origin::Fetched,
            captured_at_ms: 1_700_000_000_000,
            requested_url: "https://news.example/a".into(),
            final_url: Some("https://news.example/b".into()),
            status: Some(200),
            content_type: Some("text/html".into()),
            body: Some(Digest::of(b"page")),
            body_size: 4,
            exchange: Some(Digest::of(b"exchange")),
            failure: None,
            part_of: None,
            same_as: None,
            not_shown: None,
        };
        let seal = of_capture(UserId(1), &capture);
        let moved = Capture {
            article_id: ArticleId(8),
            ..capture.clone()
        };
        assert_eq!(of_capture(UserId(1), &moved), seal);
        let changes: [fn(&mut Capture); 12] = [
            |c| c.id = CaptureId(5),
            |c| c.origin = Origin::Uploaded,
            |c| c.captured_at_ms += 1,
            |c| c.requested_url.push('x'),
            |c| c.final_url = None,
            |c| c.status = Some(404),
            |c| c.content_type = None,
            |c| c.body = None,
            |c| c.body_size = 5,
            |c| c.exchange = None,
            |c| c.same_as = Some(CaptureId(3)),
            |c| c.failure = Some(String::new()),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut changed = capture.clone();
            change(&mut changed);
            assert_ne!(of_capture(UserId(1), &changed), seal, "change {number}");
        }
        assert_ne!(of_capture(UserId(2), &capture), seal);
    }

    #[test]
    fn text_cannot_move_between_words_and_html() {
        assert_ne!(of_body("ab", "c"), of_body("a", "bc"));
        assert_eq!(of_body("a\0", ""), of_body("a\u{fffd}", ""));
    }
}
