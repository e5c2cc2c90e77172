//! Where a request comes from: proof that a change was asked for by a page of
//! ours, and addresses that stay on our site.
//!
//! [`crate::policy`] asks before every change made with a cookie, and before
//! signing in and first run, where there is no session to prove anything with.

use axum::http::{HeaderMap, header};
use url::Url;

use crate::app::App;

/// Whether a browser may have sent this request from somewhere else.
///
/// `Sec-Fetch-Site` decides where it is sent: only `same-origin` and `none`
/// (typed, or a bookmark) are ours. Browsers leave it out over plain http
/// except to this machine; then `Origin` decides, which must be our own: the
/// configured address, or the host the browser itself names. A request with
/// neither comes from a program, which carries no one else's cookies.
pub(crate) fn is_foreign(app: &App, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return false;
    };
    let Some(origin) = origin.to_str().ok().and_then(|text| Url::parse(text).ok()) else {
        return true;
    };
    if let Some(public) = &app.settings.public_url {
        return origin.origin() != public.origin();
    }
    let named = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    authority(&origin).is_none_or(|own| !own.eq_ignore_ascii_case(named))
}

fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// `wanted` if following it stays on our site, as a path with its query.
///
/// Resolved as a browser would: `//host`, `/\host`, tabs inside, other schemes
/// all lead elsewhere and give `None`.
pub(crate) fn local_path(wanted: &str) -> Option<String> {
    if !wanted.starts_with('/') || wanted.contains('\\') || wanted.chars().any(char::is_control) {
        return None;
    }
    let here = Url::parse("http://here.invalid/").ok()?;
    let there = here.join(wanted).ok()?;
    if there.origin() != here.origin() || there.path().starts_with("//") {
        return None;
    }
    Some(match there.query() {
        Some(query) => format!("{}?{query}", there.path()),
        None => there.path().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a19_addresses_that_lead_elsewhere_are_not_followed() {
        for wanted in [
            "//h",
            "/\\h",
            "\\\\h",
            "/%09/h",
            "/\t/h",
            "https:h",
            "/..//h",
            "/.//h",
            "javascript:alert(1)",
            "https://h/",
            "///h",
            "h",
            "",
            "/\n/h",
            "http:/h",
            "/./\\h",
        ] {
            let path = local_path(wanted);
            // What is given may only be a path of ours, never `//host`.
            if let Some(path) = path {
                assert!(
                    path.starts_with('/') && !path.starts_with("//"),
                    "{wanted:?} gave {path:?}"
                );
                assert_eq!(wanted, "/%09/h");
            }
        }
        assert_eq!(
            local_path("/?view=all&after=1.2").as_deref(),
            Some("/?view=all&after=1.2")
        );
        assert_eq!(local_path("/articles/7#x").as_deref(), Some("/articles/7"));
    }
}
