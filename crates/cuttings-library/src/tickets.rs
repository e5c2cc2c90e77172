//! Tickets: for some hours, whoever holds one may look at one capture, and at
//! nothing else.
//!
//! A replayed page has an origin of its own, so browsers send no cookie with
//! what it asks for; and it should not have one. Instead the path of everything
//! in a replay carries a ticket: which capture, until when, and a keyed hash of
//! both. The key is made from the session it was issued in, so that a ticket
//! ends with its session, on every node, and there is no secret to keep.

use cuttings_model::{ArticleId, CaptureId, UserId};

use crate::accounts::{AccountError, hash_of};
use crate::{Library, now_ms};

/// Tickets end at full hours, so that a page looked at twice in one hour has the
/// same addresses and browsers need not ask for its pictures again.
const HOUR_MS: i64 = 3_600_000;

/// What a ticket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// Whose library.
    pub user_id: UserId,
    /// The article.
    pub article_id: ArticleId,
    /// The capture of it.
    pub capture_id: CaptureId,
}

/// Issues a ticket in the session with this secret: letters, digits and `-`.
/// It holds for one to two hours.
pub fn issue(ticket: Ticket, session: &str) -> String {
    let until_ms = (now_ms() / HOUR_MS + 2) * HOUR_MS;
    sign(ticket, until_ms, &hash_of(session))
}

/// What a ticket is for; `None` when it is none, has run out, or its session
/// has ended.
///
/// # Errors
///
/// Only of the store.
pub async fn check(library: &Library, ticket: &str) -> Result<Option<Ticket>, AccountError> {
    let Some((read, until_ms)) = read(ticket) else {
        return Ok(None);
    };
    let now = now_ms();
    if until_ms <= now {
        return Ok(None);
    }
    let sessions = library.store.sessions_of(read.user_id, now).await?;
    let is_genuine = sessions
        .iter()
        .any(|session| is_same(&sign(read, until_ms, session), ticket));
    Ok(is_genuine.then_some(read))
}

fn sign(ticket: Ticket, until_ms: i64, session_hash: &str) -> String {
    let says = format!(
        "{}-{}-{}-{}",
        ticket.user_id, ticket.article_id, ticket.capture_id, until_ms
    );
    let key = blake3::derive_key("cuttings 2026 replay ticket", session_hash.as_bytes());
    let mark = blake3::keyed_hash(&key, says.as_bytes()).to_hex();
    format!("{says}-{mark}")
}

fn read(ticket: &str) -> Option<(Ticket, i64)> {
    let mut numbers = ticket.split('-').take(4).map(|part| {
        let is_plain = part.len() < 17 && part.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| part.parse::<i64>().ok()).flatten()
    });
    let mut next = || numbers.next().flatten();
    let ticket = Ticket {
        user_id: UserId(next()?),
        article_id: ArticleId(next()?),
        capture_id: CaptureId(next()?),
    };
    Some((ticket, next()?))
}

/// Compares in the same time for any two of the same length.
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one
            .bytes()
            .zip(other.bytes())
            .fold(0, |different, (one, other)| different | (one ^ other))
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICKET: Ticket = Ticket {
        user_id: UserId(1),
        article_id: ArticleId(2),
        capture_id: CaptureId(3),
    };

    #[test]
    fn a_ticket_says_what_it_is_for_and_cannot_be_made_to_say_more() {
        let signed = sign(TICKET, 5_000, "session");
        assert_eq!(read(&signed), Some((TICKET, 5_000)));
        let other = Ticket {
            capture_id: CaptureId(4),
            ..TICKET
        };
        assert_ne!(signed, sign(other, 5_000, "session"));
        for changed in [
            sign(other, 5_000, "session"),
            sign(TICKET, 5_001, "session"),
            sign(TICKET, 5_000, "another"),
        ] {
            assert_ne!(
                changed.rsplit('-').next().unwrap(),
                signed.rsplit('-').next().unwrap()
            );
            assert!(!is_same(&changed, &signed));
        }
        assert!(is_same(&signed, &signed.clone()));
    }

    #[test]
    fn what_is_no_ticket_is_none() {
        for wrong in [
            "",
            "1-2-3",
            "1-2-x-4-f",
            "-1-2-3-4-f",
            "1-2-3-99999999999999999999-f",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
