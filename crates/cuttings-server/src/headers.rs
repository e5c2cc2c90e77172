//! Security headers: on every answer, errors and redirects included.
//!
//! Pages get a policy under which nothing runs that is not a file of ours, and
//! script cannot turn text into markup (Trusted Types; the one policy allowed is
//! that of static/offline.js, which names the service worker). Routes that hand out
//! saved bytes get a sandbox, so that even a saved page opened by itself is in
//! no origin of ours. `no-referrer` would be the obvious referrer policy, but
//! it makes browsers send `Origin: null` with our own forms, which is what
//! [`crate::origin`] goes by over plain http; `same-origin` tells other sites
//! just as little.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::policy::Answers;

const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types service-worker";

/// For bytes that came from the web.
pub(crate) const BYTES_POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

const CROSS_ORIGIN: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

static FIXED: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (CROSS_ORIGIN, "same-origin"),
    (HeaderName::from_static("x-dns-prefetch-control"), "off"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), \
         browsing-topics=()",
    ),
];

/// For saved pages as they looked. No script, no form, no way out but a click on
/// a link, which opens a tab that knows nothing of us; and nothing is loaded but
/// from here, where only what is kept with the page is given out.
pub(crate) const REPLAY_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
    default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
    font-src 'self' data:; media-src data:; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'self'";

/// In an answer's extensions: the page shows a replay in a frame.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FramesReplay;

/// Adds the headers. Sits outside of [`crate::error::present`].
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let answers = response
        .extensions()
        .get::<Answers>()
        .copied()
        .unwrap_or(Answers::Page);
    let policy = match answers {
        Answers::Page | Answers::Api => PAGE_POLICY,
        Answers::Bytes => BYTES_POLICY,
        Answers::Replay => REPLAY_POLICY,
    };
    let policy = match response.extensions().get::<FramesReplay>() {
        Some(FramesReplay) if answers == Answers::Page => {
            HeaderValue::try_from(format!("{policy}; frame-src 'self'"))
                .expect("both parts are header values")
        }
        _ => HeaderValue::from_static(policy),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in &FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if answers == Answers::Replay {
        // A replayed page has an origin of its own, to which we are another site:
        // what belongs to it must be given to one. The ticket in the path decides
        // to whom.
        headers.insert(CROSS_ORIGIN, HeaderValue::from_static("cross-origin"));
        headers.insert(
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        );
        // What the policy says of frames, in a form that knows only all or none.
        headers.remove(header::X_FRAME_OPTIONS);
    }
    // What is private stays out of every cache, unless the route said how.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("private, no-store"));
    response
}
