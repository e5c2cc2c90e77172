//! Why a fetch gave nothing, said three ways: a stable code for programs
//! ([`FetchError::code`]), sentences for the user ([`FetchError::explain`]) and
//! a line for the operator's log (`Display`).
//!
//! Only the operator's line may name the address a host led to. The user's text
//! is the same for every address we refuse, so that it tells nobody what is
//! inside the network.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use url::Url;

use crate::Hop;

/// The part of a fetch that took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Looking up the host's name.
    Name,
    /// Opening the connection.
    Connection,
    /// The TLS handshake.
    Tls,
    /// From the connection standing to the end of the answer's head.
    Head,
    /// Silence within the body.
    Body,
    /// Everything together, redirects included.
    Whole,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "looking up its name",
            Self::Connection => "connecting to it",
            Self::Tls => "agreeing on encryption with it",
            Self::Head => "waiting for it to answer",
            Self::Body => "waiting for the next part of it",
            Self::Whole => "fetching all of it",
        })
    }
}

/// Why an address could not be fetched. Every URL in it is the hop that failed,
/// without user name and password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The fetcher's own settings cannot be used.
    #[error("the fetch settings are not usable: {why}")]
    Config {
        /// What is wrong with them.
        why: String,
    },

    /// Something other than http or https.
    #[error("“{scheme}” is not fetched, only http and https")]
    Scheme {
        /// The scheme that was asked for, without the colon.
        scheme: String,
    },

    /// The URL names no host.
    #[error("the address names no host")]
    NoHost,

    /// An address that no request can carry, such as one over 64 KiB.
    #[error("{} cannot be asked for", short(url))]
    BadUrl {
        /// The address.
        url: Url,
    },

    /// A port where other services than web servers listen.
    #[error("port {port} of {} is not used for pages", short(url))]
    Port {
        /// The address.
        url: Url,
        /// The refused port.
        port: u16,
    },

    /// The host is, or leads to, an address that is not public, such as
    /// 127.0.0.1 or a cloud metadata service. Nothing was sent there.
    #[error("{} leads to {addr}, which is not a public address", short(url))]
    PrivateAddress {
        /// The address that was asked for.
        url: Url,
        /// Where it leads. For the operator only.
        addr: IpAddr,
    },

    /// No such name, or a name without addresses.
    #[error("the host name of {} was not found", short(url))]
    NameNotFound {
        /// The address.
        url: Url,
    },

    /// No connection, or it broke before an answer came.
    #[error("could not reach {}: {why}", short(url))]
    Unreachable {
        /// The address.
        url: Url,
        /// What happened, as half a sentence.
        why: String,
    },

    /// The operator's proxy could not be used. Nothing was asked without it.
    #[error("could not reach {} through the proxy: {why}", short(url))]
    Proxy {
        /// The address.
        url: Url,
        /// What is wrong with the proxy, as half a sentence.
        why: String,
    },

    /// The operator's proxy does not connect to this address.
    #[error("the proxy refuses to connect to {} (status {status})", short(url))]
    ProxyRefused {
        /// The address.
        url: Url,
        /// What the proxy answered.
        status: u16,
    },

    /// No trustworthy encrypted connection.
    #[error("no secure connection to {}: {why}", short(url))]
    Tls {
        /// The address.
        url: Url,
        /// What is wrong, as half a sentence.
        why: String,
    },

    /// A time limit was reached.
    #[error("{} took longer than {} for {what}", short(url), seconds(*after))]
    Timeout {
        /// The address.
        url: Url,
        /// What took so long.
        what: Stage,
        /// The limit that was reached.
        after: Duration,
    },

    /// More redirects than the limit.
    #[error("gave up after {} redirects, from {}", chain.len(), first(chain))]
    TooManyRedirects {
        /// The redirects followed, and the one that was too many.
        chain: Vec<Hop>,
    },

    /// A redirect to an address already visited in this fetch.
    #[error("redirects in a circle, from {}", first(chain))]
    RedirectLoop {
        /// The redirects; the last one leads back.
        chain: Vec<Hop>,
    },

    /// A redirect without a target, or with one that is no URL.
    #[error("{} redirects to nowhere", short(url))]
    BadRedirect {
        /// The address that redirects.
        url: Url,
        /// What stood in `Location`, if anything.
        location: Option<String>,
    },

    /// The body went past `limit`, counted after decompression, or in transit.
    #[error("{} is larger than {limit} bytes", short(url))]
    TooLarge {
        /// The address.
        url: Url,
        /// The limit in bytes.
        limit: u64,
    },

    /// The answer's head went past its limit of bytes or lines.
    #[error("the answer of {} has too many or too long headers", short(url))]
    HeadersTooLarge {
        /// The address.
        url: Url,
    },

    /// An answer other than 2xx, after redirects.
    #[error("{} answered {status}", short(url))]
    Status {
        /// The address.
        url: Url,
        /// The HTTP status.
        status: u16,
        /// How long the site asks us to stay away, at most
        /// [`MAX_RETRY_AFTER`](crate::MAX_RETRY_AFTER). Absent when it does not
        /// say, or says nonsense.
        retry_after: Option<Duration>,
    },

    /// Nothing was asked: the host has as many requests of ours as it should, or
    /// it wants to be left alone.
    #[error("{} is not asked for another {}", host(url), seconds(*wait))]
    Wait {
        /// The address.
        url: Url,
        /// When to come back.
        wait: Duration,
    },

    /// The user has given us something to show to this site, and it cannot be
    /// read at the moment.
    #[error("the access given for {} cannot be opened", host(url))]
    AccessLocked {
        /// The address.
        url: Url,
    },

    /// A content encoding we do not know, too many on top of each other, or
    /// data that is not what it says it is.
    #[error("the {encoding} encoding of {} could not be undone", short(url))]
    BadEncoding {
        /// The address.
        url: Url,
        /// The `Content-Encoding` header.
        encoding: String,
    },

    /// The connection ended before the body did.
    #[error("{} broke off after {received} bytes", short(url))]
    Incomplete {
        /// The address.
        url: Url,
        /// Bytes that came, in transit.
        received: u64,
    },

    /// What came back is not HTTP.
    #[error("{} did not answer in HTTP", short(url))]
    NotHttp {
        /// The address.
        url: Url,
    },
}

impl FetchError {
    /// Whether the same request may well succeed later. The capture worker
    /// retries these and gives up on the rest.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Proxy { .. }
            | Self::Timeout { .. }
            | Self::Incomplete { .. }
            | Self::Wait { .. } => true,
            // 501 and 505 say that the server will never do this.
            Self::Status { status, .. } => {
                matches!(status, 408 | 425 | 429)
                    || (*status >= 500 && !matches!(status, 501 | 505))
            }
            Self::Config { .. }
            | Self::Scheme { .. }
            | Self::NoHost
            | Self::BadUrl { .. }
            | Self::Port { .. }
            | Self::PrivateAddress { .. }
            | Self::NameNotFound { .. }
            | Self::ProxyRefused { .. }
            | Self::Tls { .. }
            | Self::TooManyRedirects { .. }
            | Self::RedirectLoop { .. }
            | Self::BadRedirect { .. }
            | Self::TooLarge { .. }
            | Self::HeadersTooLarge { .. }
            | Self::AccessLocked { .. }
            | Self::BadEncoding { .. }
            | Self::NotHttp { .. } => false,
        }
    }

    /// A stable reason in `snake_case`, for the API, the database and scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Config { .. } => "fetch_settings",
            Self::Scheme { .. } => "scheme",
            Self::NoHost => "no_host",
            Self::BadUrl { .. } => "bad_url",
            Self::Port { .. } => "port",
            Self::PrivateAddress { .. } => "private_address",
            Self::NameNotFound { .. } => "name_not_found",
            Self::Unreachable { .. } => "unreachable",
            Self::Proxy { .. } => "proxy",
            Self::ProxyRefused { .. } => "proxy_refused",
            Self::Tls { .. } => "tls",
            Self::Timeout { .. } => "timeout",
            Self::TooManyRedirects { .. } => "too_many_redirects",
            Self::RedirectLoop { .. } => "redirect_loop",
            Self::BadRedirect { .. } => "bad_redirect",
            Self::TooLarge { .. } => "too_large",
            Self::HeadersTooLarge { .. } => "headers_too_large",
            Self::Status { status, .. } => match status {
                401 | 402 | 403 | 407 | 451 => "not_allowed",
                404 => "not_found",
                410 => "gone",
                429 => "too_many_requests",
                500..=599 => "server_error",
                _ => "status",
            },
            Self::Wait { .. } => "wait",
            Self::AccessLocked { .. } => "access_locked",
            Self::BadEncoding { .. } => "bad_encoding",
            Self::Incomplete { .. } => "incomplete",
            Self::NotHttp { .. } => "not_http",
        }
    }

    /// One or two plain sentences for the user: what happened, to which
    /// address, and what to do next.
    pub fn explain(&self) -> String {
        match self {
            Self::Config { why } => {
                format!("Cuttings cannot fetch anything with its present settings: {why}.")
            }
            Self::Scheme { scheme } => format!(
                "The address starts with “{scheme}:”, and Cuttings fetches only http and https. \
                 A page on your disk can be saved with “cuttings save FILE”."
            ),
            Self::NoHost => "The address names no site. Check that it was copied whole.".to_owned(),
            Self::BadUrl { url } => format!(
                "{} is too long for an address. Check that it was copied alone.",
                short(url)
            ),
            Self::Port { url, port } => format!(
                "{} names port {port}, where no web pages are served. Check the address.",
                short(url)
            ),
            // No address, no hint at what listens there: see the module header.
            Self::PrivateAddress { url, .. } => format!(
                "{} leads into a network that is not public, so it was not fetched. If it is \
                 yours, the operator can open it with --allow-private-host or \
                 --allow-private-network.",
                short(url)
            ),
            Self::NameNotFound { url } => format!(
                "There is no site named {}. Check the spelling of the address.",
                host(url)
            ),
            Self::Unreachable { url, why } => format!(
                "{} could not be reached: {why}. It will be tried again.",
                short(url)
            ),
            Self::Tls { url, why } => format!(
                "There is no secure connection to {}: {why}. Open the page in a browser to see \
                 whether the site is at fault.",
                host(url)
            ),
            Self::Proxy { url, why } => format!(
                "{} was not asked for, because the proxy that this installation goes out by does \
                 not work: {why}. The operator has to mend that; it will be tried again.",
                short(url)
            ),
            Self::ProxyRefused { url, status } => format!(
                "{} was not asked for, because the proxy that this installation goes out by does \
                 not lead there (status {status}). The operator can say whether it should.",
                short(url)
            ),
            Self::Timeout { url, what, after } => format!(
                "{} was given up: {what} took more than {}. It will be tried again.",
                short(url),
                seconds(*after)
            ),
            Self::TooManyRedirects { chain } => format!(
                "{} leads from address to address, and after {} redirects there was still no \
                 page. Open it in a browser and save the address where it ends.",
                first(chain),
                chain.len()
            ),
            Self::RedirectLoop { chain } => format!(
                "{} leads back to itself, as sites do that want a cookie or a login first. Open \
                 it in a browser and save the page from there.",
                first(chain)
            ),
            Self::BadRedirect { url, .. } => format!(
                "{} says the page has moved but not where to. Open it in a browser and save the \
                 address where it ends.",
                short(url)
            ),
            Self::TooLarge { url, limit } => format!(
                "{} is larger than {}, the most that is fetched. If you need it, save it from \
                 the browser and add the file.",
                short(url),
                size(*limit)
            ),
            Self::HeadersTooLarge { url } => format!(
                "{} answered with more header lines than any page needs, so it was given up.",
                short(url)
            ),
            Self::Status {
                url,
                status,
                retry_after,
            } => explain_status(url, *status, *retry_after),
            Self::Wait { url, wait } => format!(
                "{} is left alone for now, because it asked for that or has other requests of \
                 ours to answer. It will be asked after {}.",
                host(url),
                seconds(*wait)
            ),
            Self::AccessLocked { url } => format!(
                "You gave headers or a cookie for {}, and they cannot be opened, because the key \
                 of this installation is missing or another one. Nothing was fetched. Ask the \
                 operator to put the key back, or enter them anew under Settings, Sites.",
                host(url)
            ),
            Self::BadEncoding { url, encoding } => format!(
                "{} was sent compressed in a way that could not be undone (“{encoding}”). Save \
                 it from the browser and add the file.",
                short(url)
            ),
            Self::Incomplete { url, .. } => format!(
                "{} broke off before the end, so it was not kept. It will be tried again.",
                short(url)
            ),
            Self::NotHttp { url } => format!(
                "What answered at {} is not a web server. Check the address.",
                short(url)
            ),
        }
    }
}

fn explain_status(url: &Url, status: u16, retry_after: Option<Duration>) -> String {
    let url = short(url);
    match status {
        401 | 402 | 403 | 407 => format!(
            "{url} is not shown to us (status {status}): it wants a login, or turns programs \
             away. Save it from the browser, where you can see it."
        ),
        404 => format!("{url} does not exist (status 404). Check the address."),
        410 => format!("{url} was taken down by its site (status 410)."),
        451 => format!("{url} is withheld for legal reasons (status 451)."),
        429 => match retry_after {
            Some(wait) => format!(
                "{url} asks us to come back later (status 429). It will be tried again after {}.",
                seconds(wait)
            ),
            None => {
                format!("{url} asks us to come back later (status 429). It will be tried again.")
            }
        },
        500..=599 => format!(
            "{url} has trouble on its own side (status {status}). {}",
            if matches!(status, 501 | 505) {
                "Try it in a browser."
            } else {
                "It will be tried again."
            }
        ),
        _ => format!("{url} answered with status {status} instead of a page. Try it in a browser."),
    }
}

/// `url` for people: at most 200 characters, so that no message is flooded.
fn short(url: &Url) -> String {
    const LONGEST: usize = 200;
    let text = url.as_str();
    // A serialised URL is ASCII, apart from fragments of foreign schemes.
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("this address")
}

fn first(chain: &[Hop]) -> String {
    chain
        .first()
        .map_or_else(|| "the address".to_owned(), |hop| short(&hop.url))
}

fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        1 => "1 second".to_owned(),
        more => format!("{more} seconds"),
    }
}

fn size(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    if bytes >= MIB {
        format!("{} MiB", bytes / MIB)
    } else {
        format!("{bytes} bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_text_does_not_name_the_address_a_host_led_to() {
        let error = FetchError::PrivateAddress {
            url: Url::parse("http://intranet.example/").unwrap(),
            addr: "10.20.30.40".parse().unwrap(),
        };
        assert!(!error.explain().contains("10.20.30.40"));
        assert!(error.to_string().contains("10.20.30.40"));
    }

    #[test]
    fn a_long_address_is_cut_in_messages() {
        let url = Url::parse(&format!("http://example.org/{}", "a".repeat(60_000))).unwrap();
        let error = FetchError::NotHttp { url };
        assert!(error.explain().len() < 400);
        assert!(error.to_string().len() < 400);
    }

    #[test]
    fn what_may_pass_is_temporary_and_what_will_not_is_not() {
        let status = |status| FetchError::Status {
            url: Url::parse("http://example.org/").unwrap(),
            status,
            retry_after: None,
        };
        for code in [408, 425, 429, 500, 502, 503, 504, 520] {
            assert!(status(code).is_temporary(), "{code}");
        }
        for code in [400, 401, 403, 404, 410, 451, 501, 505] {
            assert!(!status(code).is_temporary(), "{code}");
        }
    }
}
