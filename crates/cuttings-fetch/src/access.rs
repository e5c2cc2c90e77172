//! What a user has given us to show to single sites: headers and a cookie, for
//! instance of a subscription.
//!
//! [`Fetcher::with_access`](crate::Fetcher::with_access) takes a list of them for
//! the fetches of one user. Nobody else's fetches see it.
//!
//! A secret goes to the host it was given for and to no other, whatever redirects
//! say, over https unless the user has said otherwise, and only to the usual port
//! unless another was named. [`header`] refuses everything that is not the user's
//! to say: how a message is framed, and who a proxy claims to have signed in.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::header::{HeaderName, HeaderValue};
use url::{Host, Url};

/// Longest value of a header.
pub const MAX_HEADER_BYTES: usize = 8 * 1024;
/// Shorter pieces of a secret say nothing, and would be found by chance.
const MIN_TELLING_BYTES: usize = 6;

/// A place that secrets are given for: a host, and a port if it is not the usual
/// one. Two spellings of one host are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    host: String,
    port: Option<u16>,
}

impl Site {
    /// Reads `news.example`, `news.example:8443` or a whole address. `None` when
    /// there is no host in it.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        let (url, was_http) = if typed.contains("://") {
            (Url::parse(typed).ok()?, typed.starts_with("http://"))
        } else {
            (Url::parse(&format!("https://{typed}")).ok()?, false)
        };
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        // An address typed with http and its usual port means no special port.
        let port = url.port().filter(|port| !(was_http && *port == 80));
        let host = host_of(&url)?;
        (!host.is_empty()).then_some(Self { host, port })
    }

    /// Its host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether `url` is at this site, or below it if `subdomains`.
    pub fn covers(&self, url: &Url, subdomains: bool) -> bool {
        if url.port() != self.port {
            return false;
        }
        let Some(host) = host_of(url) else {
            return false;
        };
        host == self.host
            || (subdomains
                && matches!(url.host(), Some(Host::Domain(_)))
                && self.host.parse::<IpAddr>().is_err()
                && host
                    .strip_suffix(&self.host)
                    .is_some_and(|rest| rest.ends_with('.')))
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// The host in its one form: as the URL standard writes it, without final dot.
pub(crate) fn host_of(url: &Url) -> Option<String> {
    Some(url.host_str()?.trim_end_matches('.').to_owned())
}

/// What one site is shown. Cloning shares whether it was used.
#[derive(Clone)]
pub struct SiteAccess {
    /// Where.
    pub site: Site,
    /// Whether hosts below it are shown it too.
    pub subdomains: bool,
    /// Whether it may go over http, where everybody on the way can read it.
    pub plain_http: bool,
    headers: Headers,
    used: Arc<AtomicBool>,
}

#[derive(Clone)]
enum Headers {
    Open(Vec<(HeaderName, HeaderValue)>),
    /// There are some, and they cannot be read at the moment.
    Locked,
}

impl SiteAccess {
    /// Access by these headers, each as [`header`] gave it.
    pub fn new(
        site: Site,
        subdomains: bool,
        plain_http: bool,
        mut headers: Vec<(HeaderName, HeaderValue)>,
    ) -> Self {
        for (_, value) in &mut headers {
            // Neither printed nor put into tables of header compression.
            value.set_sensitive(true);
        }
        Self {
            site,
            subdomains,
            plain_http,
            headers: Headers::Open(headers),
            used: Arc::default(),
        }
    }

    /// Access that is there but cannot be read. Fetches from the site say so,
    /// rather than bring what anybody would get.
    pub fn locked(site: Site, subdomains: bool, plain_http: bool) -> Self {
        Self {
            site,
            subdomains,
            plain_http,
            headers: Headers::Locked,
            used: Arc::default(),
        }
    }

    /// Whether it was sent since it was made.
    pub fn is_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    fn covers(&self, url: &Url) -> bool {
        let over_enough = url.scheme() == "https" || self.plain_http;
        over_enough && self.site.covers(url, self.subdomains)
    }
}

impl fmt::Debug for SiteAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SiteAccess for {}", self.site)
    }
}

/// What goes with one request.
pub(crate) enum Shown<'a> {
    Nothing,
    Headers(&'a [(HeaderName, HeaderValue)]),
    Locked,
}

/// The access of one user.
#[derive(Clone, Debug, Default)]
pub(crate) struct Access(pub(crate) Arc<[SiteAccess]>);

impl Access {
    /// What is shown to `url`. Of several that cover it the most exact counts.
    pub(crate) fn shown_to(&self, url: &Url) -> Shown<'_> {
        let most_exact = self
            .0
            .iter()
            .filter(|access| access.covers(url))
            .max_by_key(|access| access.site.host.len());
        match most_exact {
            None => Shown::Nothing,
            Some(access) => match &access.headers {
                Headers::Locked => Shown::Locked,
                Headers::Open(headers) => {
                    access.used.store(true, Ordering::Relaxed);
                    Shown::Headers(headers)
                }
            },
        }
    }

    /// Whether something is given for the site of `url`, over whatever scheme.
    pub(crate) fn knows(&self, url: &Url) -> bool {
        self.0
            .iter()
            .any(|access| access.site.covers(url, access.subdomains))
    }

    /// Only what the page at `url` is shown itself: no page can make us show a
    /// secret to a site that is not its own.
    pub(crate) fn of_page(&self, url: &Url) -> Self {
        Self(
            self.0
                .iter()
                .filter(|access| access.covers(url))
                .cloned()
                .collect(),
        )
    }
}

/// Whether a header of an answer repeats a secret, or is a new one.
pub(crate) fn tells(name: &str, value: &str, secrets: &[(HeaderName, HeaderValue)]) -> bool {
    if matches!(name, "set-cookie" | "set-cookie2") {
        return true;
    }
    secrets
        .iter()
        .filter_map(|(_, secret)| secret.to_str().ok())
        .flat_map(|secret| secret.split([';', ' ', ',']))
        .map(|piece| piece.split_once('=').map_or(piece, |(_, value)| value))
        .any(|piece| piece.len() >= MIN_TELLING_BYTES && value.contains(piece))
}

/// Why a header is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The name has characters that no name may hold.
    #[error("“{0}” cannot be the name of a header")]
    Name(String),
    /// The value has characters that no value may hold, or is too long.
    #[error("the value of {0} must be at most 8 KiB of plain characters on one line")]
    Value(String),
    /// The header says how the message is sent, or what we ask for.
    #[error("{0} is set by Cuttings itself")]
    Ours(String),
    /// The header tells a server behind a proxy who is asking.
    #[error("{0} is for a proxy to say, since servers believe it about who has signed in")]
    Proxy(String),
}

/// A header that a user may have sent, from its name and value as typed.
///
/// # Errors
///
/// [`HeaderError`] for what is no header, and for those that are not the user's
/// to set.
///
/// ```
/// # use cuttings_fetch::{HeaderError, header};
/// assert!(header("Authorization", "Bearer abc").is_ok());
/// assert!(matches!(header("Remote-User", "ada"), Err(HeaderError::Proxy(_))));
/// assert!(matches!(header("Content-Length", "5"), Err(HeaderError::Ours(_))));
/// ```
pub fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), HeaderError> {
    let typed = || name.trim().chars().take(60).collect::<String>();
    let lower = name.trim().to_ascii_lowercase();
    let known = HeaderName::try_from(&lower).map_err(|_| HeaderError::Name(typed()))?;
    if OURS.contains(&lower.as_str()) || OUR_KINDS.iter().any(|kind| lower.starts_with(kind)) {
        return Err(HeaderError::Ours(typed()));
    }
    // Servers of the CGI family read `Remote_User` as `Remote-User`.
    if lower.contains('_') {
        return Err(HeaderError::Name(typed()));
    }
    if PROXY.contains(&lower.as_str()) || PROXY_KINDS.iter().any(|kind| lower.starts_with(kind)) {
        return Err(HeaderError::Proxy(typed()));
    }
    let value = value.trim();
    let is_plain = !value.is_empty()
        && value.len() <= MAX_HEADER_BYTES
        && value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let value = HeaderValue::from_str(value)
        .ok()
        .filter(|_| is_plain)
        .ok_or_else(|| HeaderError::Value(typed()))?;
    Ok((known, value))
}

/// Headers that say how a message is sent, what is asked for, or what we are.
const OURS: &[&str] = &[
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "range",
    "set-cookie",
    "set-cookie2",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// And beginnings of such.
const OUR_KINDS: &[&str] = &["access-control-", "content-", "if-", "sec-"];

/// Headers by which a proxy tells a server who asks and for what.
const PROXY: &[&str] = &[
    "client-ip",
    "fastly-client-ip",
    "forwarded",
    "forwarded-for",
    "from",
    "true-client-ip",
    "via",
    "x-client-cert",
    "x-client-dn",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-email",
    "x-groups",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-url",
    "x-originating-ip",
    "x-real-ip",
    "x-rewrite-url",
    "x-user",
    "x-username",
];

/// And beginnings of such.
const PROXY_KINDS: &[&str] = &[
    "auth-user",
    "cf-",
    "oidc-",
    "proxy-",
    "remote-",
    "ssl-",
    "tailscale-",
    "x-amzn-oidc-",
    "x-auth-request-",
    "x-auth-user",
    "x-authentik-",
    "x-authenticated-",
    "x-forwarded",
    "x-goog-authenticated-",
    "x-ms-client-principal",
    "x-proxy-",
    "x-remote-",
    "x-ssl-",
    "x-user-",
    "x-webauth-",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn covers(site: &str, subdomains: bool, text: &str) -> bool {
        Site::parse(site).unwrap().covers(&url(text), subdomains)
    }

    #[test]
    fn f17_a_site_is_compared_in_one_canonical_form() {
        for typed in [
            "news.example",
            "NEWS.Example.",
            " https://news.example/a?b ",
            "news.example:443",
            "http://news.example:80/",
            "ｎews.example",
        ] {
            let site = Site::parse(typed).expect(typed);
            assert_eq!(site.to_string(), "news.example", "{typed}");
            assert!(site.covers(&url("https://news.example./x"), false));
        }
        assert_eq!(
            Site::parse("bücher.example"),
            Site::parse("xn--bcher-kva.example")
        );
        assert_eq!(Site::parse("0x7f.1"), Site::parse("127.0.0.1"));
        for nothing in ["", " ", "ftp://news.example/", "a b", "https://"] {
            assert_eq!(Site::parse(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn f18_a_secret_is_for_its_host_and_port_and_below_it_only_if_so_said() {
        let site = "news.example";
        assert!(covers(site, false, "https://news.example/a"));
        assert!(covers(site, true, "https://www.news.example/a"));
        for (subdomains, other) in [
            (false, "https://www.news.example/"),
            (true, "https://evilnews.example/"),
            (true, "https://news.example.evil/"),
            (true, "https://news.example:8443/"),
            (true, "https://example/"),
            (true, "https://user@evil.example/news.example"),
        ] {
            assert!(!covers(site, subdomains, other), "{other}");
        }
        assert!(covers(
            "news.example:8443",
            false,
            "https://news.example:8443/"
        ));
        assert!(!covers("news.example:8443", true, "https://news.example/"));
        assert!(!covers("0.0.1", true, "https://127.0.0.1/"));
    }

    #[test]
    fn f11_headers_that_are_not_the_users_to_set_are_refused_with_the_reason() {
        for name in [
            "Host",
            "CONTENT-LENGTH",
            "Connection",
            "Transfer-Encoding",
            "TE",
            "Upgrade",
            "Keep-Alive",
            "Expect",
            "If-None-Match",
            "User-Agent",
            "Sec-Fetch-Site",
        ] {
            assert!(
                matches!(header(name, "x"), Err(HeaderError::Ours(_))),
                "{name}"
            );
        }
        for name in [
            "Forwarded",
            "X-Forwarded-For",
            "x-forwarded-user",
            "X-Real-IP",
            "Remote-User",
            "Remote-Email",
            "X-Remote-User",
            "X-WebAuth-User",
            "X-Auth-Request-Email",
            "Proxy-Authorization",
            "Tailscale-User-Login",
            "CF-Access-Jwt-Assertion",
            "X-Original-URL",
        ] {
            assert!(
                matches!(header(name, "x"), Err(HeaderError::Proxy(_))),
                "{name}"
            );
        }
        for name in [
            "Remote_User",
            "Bad Name",
            "",
            "X:Y",
            ":authority",
            "X-A\r\nB",
        ] {
            assert!(
                matches!(header(name, "x"), Err(HeaderError::Name(_))),
                "{name}"
            );
        }
        for value in ["", "a\r\nHost: b", "a\nb", "é", "a\0b"] {
            assert!(
                matches!(header("X-Key", value), Err(HeaderError::Value(_))),
                "{value:?}"
            );
        }
        let long = "a".repeat(MAX_HEADER_BYTES + 1);
        assert!(header("X-Key", &long).is_err());
        for name in [
            "Authorization",
            "Cookie",
            "X-Api-Key",
            "Accept-Language",
            "Referer",
        ] {
            assert!(header(name, "x").is_ok(), "{name}");
        }
    }

    #[test]
    fn a04_a_secret_stands_in_no_debug_text() {
        let site = Site::parse("news.example").unwrap();
        let secret = header("Cookie", "id=hunter2hunter2").unwrap();
        let list = Access(Arc::new([SiteAccess::new(
            site,
            false,
            false,
            vec![secret],
        )]));
        assert!(!format!("{list:?}").contains("hunter2"));
        let Shown::Headers(headers) = list.shown_to(&url("https://news.example/")) else {
            panic!("nothing is shown")
        };
        assert!(!format!("{headers:?}").contains("hunter2"));
        assert!(list.0[0].is_used());
        assert!(matches!(
            list.shown_to(&url("http://news.example/")),
            Shown::Nothing
        ));
    }

    #[test]
    fn what_repeats_a_secret_is_noticed_and_a_short_value_is_not() {
        let secrets = [header("Cookie", "id=hunter2hunter2; lang=en").unwrap()];
        assert!(tells("x-echo", "you said hunter2hunter2", &secrets));
        assert!(tells("set-cookie", "anything=1", &secrets));
        assert!(!tells("content-language", "en", &secrets));
    }
}
