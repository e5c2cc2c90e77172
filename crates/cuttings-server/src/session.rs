//! Who is asking: the session cookie, the bearer token, and the CSRF proof
//! that belongs to a session.
//!
//! [`crate::policy`] calls [`identify`] once a request; handlers take the
//! [`Caller`] it found as an argument, so the right a handler needs can be seen.
//!
//! There is one session cookie and no cookie before somebody has signed in.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use cuttings_library::accounts;
use cuttings_model::{Scope, Settings, User, UserId};

use crate::app::{App, ServerSettings};
use crate::error::HttpError;
use crate::policy::Answers;
use crate::problems;

/// Browsers keep no cookie longer than this; the session itself ends earlier,
/// and that is decided on our side.
const COOKIE_SECONDS: u64 = 400 * 24 * 60 * 60;

/// Somebody with a right to ask.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Who.
    pub user: User,
    /// What they may do; everything, with the cookie.
    pub scope: Scope,
    /// How they proved it.
    pub by: Credential,
    /// How they want to read. Only pages are told; to programs it is as
    /// Cuttings comes.
    pub settings: Settings,
}

/// What a caller came with.
#[derive(Debug, Clone)]
pub(crate) enum Credential {
    /// The session cookie, and the proof its changes need.
    Cookie { csrf: CsrfProof },
    /// A bearer token. Browsers never send one by themselves, so it is proof
    /// enough.
    Token,
}

impl Caller {
    /// Whose library.
    pub fn user_id(&self) -> UserId {
        self.user.id
    }

    /// What forms of this caller's pages carry; empty for a token.
    pub fn csrf(&self) -> String {
        match &self.by {
            Credential::Cookie { csrf } => csrf.to_string(),
            Credential::Token => String::new(),
        }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, HttpError> {
        // The policy of every route whose handler asks for a caller has put
        // one here; on a public route there is none.
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(not_signed_in)
    }
}

/// Proof that a change comes from a page made for this session: a keyed hash of
/// the session's secret, 64 hexadecimal digits. Nothing to store, and it tells
/// nothing about the secret.
#[derive(Debug, Clone)]
pub(crate) struct CsrfProof(blake3::Hash);

impl CsrfProof {
    fn of_session(token: &str) -> Self {
        let key = blake3::derive_key("cuttings 2026 csrf proof of a session", token.as_bytes());
        Self(blake3::keyed_hash(&key, b"change"))
    }

    /// Whether `given` is this proof. Takes the same time for any wrong one.
    pub fn matches(&self, given: &str) -> bool {
        blake3::Hash::from_hex(given).is_ok_and(|given| given == self.0)
    }
}

impl std::fmt::Display for CsrfProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_hex())
    }
}

pub(crate) fn not_signed_in() -> HttpError {
    HttpError::new(
        problems::NOT_SIGNED_IN,
        "Sign in to go on. If you were signed in, the session has ended; nothing you saved is lost.",
    )
}

/// Finds who is asking, if anybody.
///
/// Programs come with a bearer token, to the API and to kept bytes; when one is
/// sent, the cookie is not looked at. Pages know the cookie only.
pub(crate) async fn identify(
    app: &App,
    headers: &HeaderMap,
    answers: Answers,
) -> Result<Option<Caller>, HttpError> {
    if answers != Answers::Page
        && let Some(authorization) = headers.get(header::AUTHORIZATION)
    {
        let Some(token) = bearer(authorization) else {
            return Ok(None);
        };
        let found = accounts::token_user(&app.library, token).await?;
        return Ok(found.map(|(user, scope)| Caller {
            user,
            scope,
            by: Credential::Token,
            settings: Settings::default(),
        }));
    }
    let Some(token) = cookie(&app.settings, headers) else {
        return Ok(None);
    };
    let Some(user) = accounts::session(&app.library, token).await? else {
        return Ok(None);
    };
    let settings = if answers == Answers::Page {
        app.library.store.settings(user.id).await?
    } else {
        Settings::default()
    };
    Ok(Some(Caller {
        user,
        scope: Scope::Full,
        by: Credential::Cookie {
            csrf: CsrfProof::of_session(token),
        },
        settings,
    }))
}

fn bearer(authorization: &HeaderValue) -> Option<&str> {
    let (scheme, token) = authorization.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The cookie's name. With `__Host-` browsers take it only over https, from
/// this very host, so no neighbour can plant one.
fn cookie_name(settings: &ServerSettings) -> &'static str {
    if settings.is_secure() {
        "__Host-cuttings"
    } else {
        "cuttings_session"
    }
}

/// The session's secret as the browser sent it.
pub(crate) fn cookie<'h>(settings: &ServerSettings, headers: &'h HeaderMap) -> Option<&'h str> {
    let wanted = cookie_name(settings);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == wanted && !value.is_empty())
        .map(|(_, value)| value)
}

/// `Set-Cookie` for a new session.
pub(crate) fn set_cookie(settings: &ServerSettings, token: &str) -> HeaderValue {
    cookie_line(settings, token, COOKIE_SECONDS)
}

/// `Set-Cookie` that ends the session in the browser.
pub(crate) fn clear_cookie(settings: &ServerSettings) -> HeaderValue {
    cookie_line(settings, "", 0)
}

fn cookie_line(settings: &ServerSettings, token: &str, seconds: u64) -> HeaderValue {
    let name = cookie_name(settings);
    let secure = if settings.is_secure() { "; Secure" } else { "" };
    let line = format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    // Session tokens are url-safe by contract, so the line is a header value.
    HeaderValue::from_str(&line).expect("a session token is url-safe text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_belongs_to_one_session() {
        let proof = CsrfProof::of_session("one");
        assert!(proof.matches(&proof.to_string()));
        assert!(!proof.matches(&CsrfProof::of_session("two").to_string()));
        for wrong in ["", "one", "é", &"0".repeat(64)] {
            assert!(!proof.matches(wrong), "{wrong}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others_and_malformed_ones() {
        let settings = ServerSettings::default();
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("a=b; ;=; cuttings_session; x"),
        );
        assert_eq!(cookie(&settings, &headers), None);
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("z=1; cuttings_session=secret"),
        );
        assert_eq!(cookie(&settings, &headers), Some("secret"));
    }
}
