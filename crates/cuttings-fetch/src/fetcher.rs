//! Fetching one address: ask, follow redirects by hand, read what comes.
//!
//! Captures, pictures, feeds and everything else that goes out call
//! [`Fetcher::get`].
//!
//! Every hop is a fetch of its own, judged from the start. Nothing is carried
//! from one to the next or from one user to another: no cookie, no referrer,
//! no credentials. What a user has given for a site is looked up anew at each hop
//! and goes over connections that nobody else uses.

use std::error::Error;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LOCATION, RETRY_AFTER, USER_AGENT,
};
use http::{Request, Response, StatusCode, Uri, Version};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::capture_connection;
use rustls::pki_types::CertificateDer;
use tokio::time::{Instant, timeout};
use url::Url;

use crate::access::{Access, Shown, SiteAccess, host_of, tells};
use crate::body::{BodyError, Progress, arriving, read_up_to};
use crate::clients::{Clients, HttpClient, open_hosts};
use crate::config::{FetchConfig, Want};
use crate::connect::{ConnectError, Peer, Rules};
use crate::decode::{self, PastLimit};
use crate::error::{FetchError, Stage};
use crate::gate::{Gate, Step};
use crate::guard::{check_url, without_user_info};
use crate::lookup::{Lookup, SystemLookup};
use crate::tls;

/// The longest wait we take from a `Retry-After` header; more is shortened.
pub const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// Fetches addresses that others name, within the operator's rules.
///
/// Cloning is cheap and shares open connections, and the count of what each host
/// is asked at present. There is nothing else to share, so one fetcher serves all
/// users; [`Fetcher::with_access`] makes one that serves one of them.
#[derive(Clone)]
pub struct Fetcher {
    clients: Clients,
    rules: Arc<Rules>,
    open_hosts: Arc<[String]>,
    access: Access,
    /// For requests that carry what the user has given, and no other. Present
    /// when there is some.
    own_clients: Option<Clients>,
    /// The host of the page that names what is fetched; none for what a user
    /// asked for.
    page_host: Option<String>,
    config: Arc<FetchConfig>,
    gate: Arc<Gate>,
    user_agent: HeaderValue,
}

/// What a fetcher takes from the machine it runs on. A test scripts both.
pub struct Surroundings {
    /// How names become addresses.
    pub lookup: Arc<dyn Lookup>,
    /// The certificates trusted for https.
    pub roots: Vec<CertificateDer<'static>>,
}

impl Surroundings {
    /// The system's name look-up and its root certificates.
    pub fn system() -> Self {
        Self {
            lookup: Arc::new(SystemLookup),
            roots: tls::system_roots(),
        }
    }
}

/// What an earlier answer was told apart by, as its headers `ETag` and
/// `Last-Modified` said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// The address that answered, behind all redirects. No other is told: it is
    /// none of its business, and that it has not changed would say nothing.
    pub url: Option<Url>,
    /// `ETag`, as it was written.
    pub etag: Option<String>,
    /// `Last-Modified`, as it was written.
    pub last_modified: Option<String>,
}

/// One redirect that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The address that redirects.
    pub url: Url,
    /// 301, 302, 303, 307 or 308.
    pub status: u16,
    /// Where it leads, made absolute.
    pub location: Url,
}

/// A page or picture as it came.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The address after redirects, with the fragment a browser would show.
    pub final_url: Url,
    /// The HTTP status, 200 to 299; 304 when nothing has changed since the
    /// answer that [`Validators`] stand for.
    pub status: u16,
    /// The protocol, for instance `HTTP/1.1`.
    pub version: String,
    /// The header lines, names in lower case, values read as Latin-1.
    pub headers: Vec<(String, String)>,
    /// The body as the page's author wrote it: compression undone, character
    /// encoding untouched.
    pub body: Bytes,
    /// Whether the body is only the beginning: more was not wanted.
    pub is_cut: bool,
    /// The redirects on the way, in order.
    pub redirects: Vec<Hop>,
    /// The address it was read from.
    pub peer: IpAddr,
}

impl Fetched {
    /// The `Content-Type` header, whole.
    pub fn content_type(&self) -> Option<&str> {
        self.header("content-type")
    }

    /// The first header line called `name`, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl Fetcher {
    /// A fetcher that asks this machine for names and root certificates.
    ///
    /// # Errors
    ///
    /// [`FetchError::Config`] when the user agent cannot be a header. A machine
    /// without root certificates is no error here.
    pub fn new(config: FetchConfig) -> Result<Self, FetchError> {
        Self::in_surroundings(config, Surroundings::system())
    }

    /// A fetcher that takes names and root certificates from `surroundings`.
    /// What they answer is judged as always.
    ///
    /// # Errors
    ///
    /// As [`Fetcher::new`].
    pub fn in_surroundings(
        config: FetchConfig,
        surroundings: Surroundings,
    ) -> Result<Self, FetchError> {
        let user_agent =
            HeaderValue::from_str(&config.user_agent).map_err(|_| FetchError::Config {
                why: "the user agent has characters that no header may hold".to_owned(),
            })?;
        let limits = &config.limits;
        let rules = Arc::new(Rules {
            allow: config.allow_private.clone(),
            allow_hosts: Vec::new(),
            proxy: config.proxy.clone(),
            lookup: surroundings.lookup,
            tls: tls::client_config(&surroundings.roots)?,
            no_roots: surroundings.roots.is_empty(),
            dns_limit: limits.dns,
            connect_limit: limits.connect,
        });
        let open_hosts = open_hosts(&config.allow_private_hosts)?;
        Ok(Self {
            clients: Clients::new(limits, &rules, &open_hosts),
            rules,
            open_hosts: open_hosts.into(),
            access: Access::default(),
            own_clients: None,
            page_host: None,
            config: Arc::new(config),
            gate: Arc::new(Gate::new()),
            user_agent,
        })
    }

    /// The same fetcher for one user, who has given `access` to sites. Whether it
    /// was used, the items that were handed in tell afterwards.
    ///
    /// Requests that carry some of it go over connections of this fetcher and its
    /// clones alone; all others share connections with everybody.
    #[must_use]
    pub fn with_access(&self, access: Vec<SiteAccess>) -> Self {
        Self {
            own_clients: (!access.is_empty())
                .then(|| Clients::new(&self.config.limits, &self.rules, &self.open_hosts)),
            access: Access(access.into()),
            ..self.clone()
        }
    }

    /// The same fetcher for what the page at `page` names: its pictures and
    /// further parts. A site is shown what it is given only if the page is its own,
    /// and a host that is open by its name is reached only from its own pages.
    #[must_use]
    pub fn on_page(&self, page: &Url) -> Self {
        Self {
            access: self.access.of_page(page),
            page_host: Some(host_of(page).unwrap_or_default()),
            ..self.clone()
        }
    }

    /// Whether what is at `from` may have `to` fetched as if a user had asked for
    /// it. It may not where `to` is a host that is open by its name, unless it is
    /// there itself.
    pub fn may_lead(&self, from: &Url, to: &Url) -> bool {
        let to = host_of(to);
        let is_open = to.as_ref().is_some_and(|to| self.open_hosts.contains(to));
        !is_open || host_of(from) == to
    }

    /// Fetches `url`, following redirects.
    ///
    /// - `want`: what it is for; decides what we say we accept, and the size
    ///   limit.
    ///
    /// User name and password in `url` are dropped: they are neither sent nor
    /// found in anything that comes back.
    ///
    /// # Errors
    ///
    /// Anything but a whole 2xx answer within all limits is a [`FetchError`],
    /// which tells whether trying again makes sense.
    pub async fn get(&self, url: &Url, want: Want) -> Result<Fetched, FetchError> {
        self.get_if_changed(url, want, &Validators::default()).await
    }

    /// As [`Fetcher::get`], unless nothing has changed since the answer that
    /// `known` comes from: then the status is 304 and the body empty.
    ///
    /// What is known is told to the address it is known of alone, wherever on the
    /// way that comes.
    ///
    /// # Errors
    ///
    /// As [`Fetcher::get`].
    pub async fn get_if_changed(
        &self,
        url: &Url,
        want: Want,
        known: &Validators,
    ) -> Result<Fetched, FetchError> {
        let start = without_user_info(url);
        let limits = &self.config.limits;
        let mut time = Allowance {
            url: start.clone(),
            left: limits.total_page,
            whole: limits.total_page,
        };
        let nothing = Validators::default();
        // Who may open a host by its name: whoever asked for it, and its own pages.
        let from = self.page_host.clone().or_else(|| host_of(&start));
        let mut is_direct = true;
        let mut is_home = true;
        let mut url = start;
        let mut step = match want {
            Want::Page | Want::Feed => Step::Page,
            Want::Picture | Want::Style | Want::Font => Step::Onward,
        };
        let mut redirects: Vec<Hop> = Vec::new();
        loop {
            check_url(&url, &self.config.allow_private)?;
            let known = match &known.url {
                Some(of) if same_page(of, &url) => known,
                _ => &nothing,
            };
            let is_marked = known.etag.is_some() || known.last_modified.is_some();
            // Held until the answer is read, and given back before the next hop,
            // so that no fetch waits for a host while it keeps another busy.
            let _pass = self
                .gate
                .enter(&url, step, want, limits)
                .await
                .map_err(|turned_away| FetchError::Wait {
                    url: url.clone(),
                    wait: turned_away.wait,
                })?;
            step = Step::Onward;
            // Nor can what a page names elsewhere lead back to its site with a login.
            is_home &= self.page_host.is_none() || self.access.knows(&url);
            let shown = if is_home {
                self.access.shown_to(&url)
            } else {
                Shown::Nothing
            };
            let secrets = match shown {
                Shown::Nothing => &[],
                Shown::Headers(headers) => headers,
                Shown::Locked => return Err(FetchError::AccessLocked { url }),
            };
            // A chain that has left the host cannot lead back into it.
            is_direct &= host_of(&url) == from;
            let clients = match &self.own_clients {
                Some(own) if !secrets.is_empty() => own,
                _ => &self.clients,
            };
            let client = match &clients.direct {
                Some(direct) if is_direct => direct,
                _ => &clients.usual,
            };
            let answer = time
                .spend(self.ask(client, &url, want, known, secrets))
                .await?;
            let status = answer.status().as_u16();
            if matches!(status, 301 | 302 | 303 | 307 | 308) {
                let location = redirect_target(&url, answer.headers())?;
                redirects.push(Hop {
                    url,
                    status,
                    location: location.clone(),
                });
                if redirects.iter().any(|hop| same_page(&hop.url, &location)) {
                    return Err(FetchError::RedirectLoop { chain: redirects });
                }
                if redirects.len() > self.config.limits.redirects {
                    return Err(FetchError::TooManyRedirects { chain: redirects });
                }
                url = location;
                continue;
            }
            // Nobody who was told nothing may say that it has not changed.
            let is_unchanged = status == 304 && is_marked;
            // Nor is a part a page: none was asked for.
            let is_whole = answer.status().is_success() && status != 206;
            if !is_whole && !is_unchanged {
                let retry_after = retry_after(answer.headers(), SystemTime::now());
                if status == 429 || (status == 503 && retry_after.is_some()) {
                    self.gate.hold(&url, retry_after, limits);
                }
                return Err(FetchError::Status {
                    url,
                    status,
                    retry_after,
                });
            }
            let mut fetched = time.spend(self.read(url, answer, want, redirects)).await?;
            if !secrets.is_empty() {
                fetched
                    .headers
                    .retain(|(name, value)| !tells(name, value, secrets));
            }
            return Ok(fetched);
        }
    }

    /// Sends one request and waits for the head of its answer.
    async fn ask(
        &self,
        client: &HttpClient,
        url: &Url,
        want: Want,
        known: &Validators,
        secrets: &[(HeaderName, HeaderValue)],
    ) -> Result<Response<Incoming>, FetchError> {
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = request_uri(url)?;
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers.insert(ACCEPT, HeaderValue::from_static(want.accept()));
        headers.insert(
            ACCEPT_ENCODING,
            HeaderValue::from_static(decode::ACCEPT_ENCODING),
        );
        for (name, value) in [
            (IF_NONE_MATCH, &known.etag),
            (IF_MODIFIED_SINCE, &known.last_modified),
        ] {
            // What was kept of a header is a header still, but for what was
            // read of it as Latin-1: then everything is fetched anew.
            if let Some(value) = value.as_deref().and_then(|text| text.parse().ok()) {
                headers.insert(name, value);
            }
        }

        for (name, value) in secrets {
            headers.insert(name.clone(), value.clone());
        }

        // Connecting has limits of its own; the wait for the answer is counted
        // from when the connection stands.
        let limit = self.config.limits.first_byte;
        let mut connection = capture_connection(&mut request);
        let mut answer = pin!(client.request(request));
        let early = tokio::select! {
            biased;
            early = &mut answer => Some(early),
            () = async { connection.wait_for_connection_metadata().await; } => None,
        };
        let answer = match early {
            Some(answer) => answer,
            None => timeout(limit, answer)
                .await
                .map_err(|_| FetchError::Timeout {
                    url: url.clone(),
                    what: Stage::Head,
                    after: limit,
                })?,
        }
        .map_err(|error| no_answer(&error, url))?;

        let bytes: usize = answer
            .headers()
            .iter()
            // A line is its name, a colon, a space, its value and the line end.
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        let limits = &self.config.limits;
        if bytes > limits.header_bytes || answer.headers().len() > limits.header_count {
            return Err(FetchError::HeadersTooLarge { url: url.clone() });
        }
        Ok(answer)
    }

    /// Reads the body of an answer that is to be kept.
    async fn read(
        &self,
        url: Url,
        answer: Response<Incoming>,
        want: Want,
        redirects: Vec<Hop>,
    ) -> Result<Fetched, FetchError> {
        let limits = &self.config.limits;
        let limit = want.limit(limits);
        let (head, incoming) = answer.into_parts();
        let too_large = || FetchError::TooLarge {
            url: url.clone(),
            limit,
        };
        let bad_encoding = |encoding| FetchError::BadEncoding {
            url: url.clone(),
            encoding,
        };
        // Told beforehand is soonest refused.
        let takes_the_beginning = want.takes_the_beginning();
        if content_length(&head.headers).is_some_and(|length| length > limit)
            && !takes_the_beginning
        {
            return Err(too_large());
        }
        let encodings = if head.status == StatusCode::NOT_MODIFIED {
            // Its headers may name what the earlier answer was packed with.
            Vec::new()
        } else {
            decode::encodings(&head.headers).map_err(bad_encoding)?
        };
        // The connector puts it into every answer.
        let Some(Peer(peer)) = head.extensions.get::<Peer>().copied() else {
            return Err(FetchError::NotHttp { url });
        };

        let progress = Arc::new(Progress::default());
        let body = arriving(incoming, limits.idle, limit, Arc::clone(&progress));
        let read = read_up_to(body, &encodings, limit, takes_the_beginning).await;
        let (body, is_cut) = read.map_err(|error| {
            let inner = error.get_ref();
            if inner
                .and_then(|inner| inner.downcast_ref::<PastLimit>())
                .is_some()
            {
                return too_large();
            }
            let cut_off = match inner.and_then(|inner| inner.downcast_ref::<BodyError>()) {
                Some(BodyError::Silent) => {
                    return FetchError::Timeout {
                        url: url.clone(),
                        what: Stage::Body,
                        after: limits.idle,
                    };
                }
                Some(BodyError::Cut) => true,
                // The decoder wanted more than there was.
                None => progress.ended.load(Ordering::Relaxed),
            };
            if cut_off {
                FetchError::Incomplete {
                    url: url.clone(),
                    received: progress.received.load(Ordering::Relaxed),
                }
            } else {
                tracing::debug!(%error, "a body could not be decoded");
                bad_encoding(decode::encoding_header(&head.headers))
            }
        })?;

        Ok(Fetched {
            final_url: url,
            status: head.status.as_u16(),
            version: version(head.version).to_owned(),
            headers: readable(&head.headers),
            body,
            is_cut,
            redirects,
            peer,
        })
    }
}

/// The time that one fetch may still take. Only what is spent with the site counts,
/// not the wait for a turn.
struct Allowance {
    url: Url,
    left: Duration,
    whole: Duration,
}

impl Allowance {
    /// Does `work` in what is left, and takes off what it took.
    async fn spend<T>(
        &mut self,
        work: impl Future<Output = Result<T, FetchError>>,
    ) -> Result<T, FetchError> {
        let began = Instant::now();
        let done = timeout(self.left, work).await;
        self.left = self.left.saturating_sub(began.elapsed());
        done.unwrap_or_else(|_| {
            Err(FetchError::Timeout {
                url: self.url.clone(),
                what: Stage::Whole,
                after: self.whole,
            })
        })
    }
}

/// The URL as a request names it: without fragment.
fn request_uri(url: &Url) -> Result<Uri, FetchError> {
    let mut target = url.clone();
    target.set_fragment(None);
    Uri::try_from(target.as_str()).map_err(|_| FetchError::BadUrl { url: url.clone() })
}

/// Where a redirect leads, without user information. A target without fragment
/// keeps the one we came with, as in browsers.
fn redirect_target(from: &Url, headers: &HeaderMap) -> Result<Url, FetchError> {
    let location = headers.get(LOCATION).map(|value| {
        std::str::from_utf8(value.as_bytes())
            .map_or_else(|_| latin1(value.as_bytes()), str::to_owned)
    });
    let target = location.as_deref().and_then(|text| from.join(text).ok());
    let Some(mut target) = target else {
        return Err(FetchError::BadRedirect {
            url: from.clone(),
            location: location.map(|text| text.chars().take(200).collect()),
        });
    };
    if target.fragment().is_none() {
        target.set_fragment(from.fragment());
    }
    Ok(without_user_info(&target))
}

/// Whether two addresses are the same for a server: the fragment is not sent.
fn same_page(one: &Url, other: &Url) -> bool {
    one[..url::Position::AfterQuery] == other[..url::Position::AfterQuery]
}

/// The wait a site asks for, in seconds or as a date, at most
/// [`MAX_RETRY_AFTER`]. A date in the past is no wait; nonsense is `None`.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are a very long wait.
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let until = httpdate::parse_http_date(text).ok()?;
        until.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Why there was no answer, from the chain of causes in `error`.
fn no_answer(error: &(dyn Error + 'static), url: &Url) -> FetchError {
    let unreachable = |why: &str| FetchError::Unreachable {
        url: url.clone(),
        why: why.to_owned(),
    };
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(connect) = cause.downcast_ref::<ConnectError>() {
            return connect.clone().about(url.clone());
        }
        if let Some(http) = cause.downcast_ref::<hyper::Error>() {
            if http.is_parse_too_large() {
                return FetchError::HeadersTooLarge { url: url.clone() };
            }
            if http.is_parse() {
                return FetchError::NotHttp { url: url.clone() };
            }
        }
        // Our side broke it off: the other does not keep to the protocol.
        if let Some(two) = cause.downcast_ref::<h2::Error>()
            && two.is_library()
        {
            return FetchError::NotHttp { url: url.clone() };
        }
        next = cause.source();
    }
    tracing::debug!(%error, "a request had no answer");
    unreachable("it closed the connection without an answer")
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_3 => "HTTP/3",
        _ => "HTTP/1.1",
    }
}

fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), latin1(value.as_bytes())))
        .collect()
}

/// Every byte as the character of its number.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(text: &str) -> Option<Duration> {
        let now = httpdate::parse_http_date("Tue, 10 Nov 2026 10:00:00 GMT").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(text).unwrap());
        retry_after(&headers, now)
    }

    #[test]
    fn f22_a_wait_is_read_in_every_form_and_bounded() {
        assert_eq!(wait("120"), Some(Duration::from_mins(2)));
        assert_eq!(
            wait("Tue, 10 Nov 2026 10:05:00 GMT"),
            Some(Duration::from_mins(5))
        );
        assert_eq!(wait("Tue, 10 Nov 2020 10:05:00 GMT"), Some(Duration::ZERO));
        assert_eq!(wait("99999999999"), Some(MAX_RETRY_AFTER));
        assert_eq!(wait("99999999999999999999999999"), Some(MAX_RETRY_AFTER));
        for nonsense in ["-5", "soon", "", "1.5", "+3"] {
            assert_eq!(wait(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_redirect_keeps_the_fragment_unless_it_brings_its_own() {
        let from = Url::parse("http://example.org/a#here").unwrap();
        let to = |location: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(LOCATION, HeaderValue::from_static(location));
            redirect_target(&from, &headers).unwrap().to_string()
        };
        assert_eq!(to("b"), "http://example.org/b#here");
        assert_eq!(to("b#there"), "http://example.org/b#there");
        assert_eq!(to("//user:pass@example.com/"), "http://example.com/#here");
    }
}
