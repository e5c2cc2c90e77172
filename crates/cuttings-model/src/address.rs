//! Addresses: what the user typed, and when two addresses mean one page.
//!
//! Saving goes through [`parse`]; the store keys an article by
//! [`PageAddress::page_key`], so that one user never holds one page twice.
//! The two SHA-1 hashes are not for us: wallabag's apps ask "is this address
//! saved?" with the SHA-1 of the address as they spell it, raw or decoded.

use percent_encoding::percent_decode_str;
use sha1::{Digest as _, Sha1};
use url::Url;

/// Longest address we keep, in bytes. Browsers stop at about the same length.
pub const MAX_URL_BYTES: usize = 8_192;

/// Query parameters that only say where a click came from. They never choose
/// the page, so they do not make two addresses differ.
const TRACKING: &[&str] = &[
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "mc_cid", "mc_eid", "igshid",
    "yclid", "twclid", "ttclid", "_ga", "_gl", "ref_src", "s_cid", "cmpid", "xtor",
];

/// Why what was typed is not an address we can save.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Nothing was typed.
    #[error("no address was given")]
    Empty,

    /// Not an address at all, such as `two words`.
    #[error("“{typed}” is not a web address")]
    NotAnAddress {
        /// What was typed, cut at 200 characters.
        typed: String,
    },

    /// An address of another kind, such as `ftp:` or `javascript:`.
    #[error("“{scheme}:” addresses cannot be saved, only http and https")]
    Scheme {
        /// The scheme, without the colon.
        scheme: String,
    },

    /// Longer than [`MAX_URL_BYTES`].
    #[error("the address is longer than {MAX_URL_BYTES} bytes")]
    TooLong,
}

impl AddressError {
    /// What the person can do next, as one sentence.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Empty | Self::NotAnAddress { .. } => {
                "Copy the address of the page from your browser's address bar; it starts with https://."
            }
            Self::Scheme { .. } => {
                "Open the page in a browser and copy the address that starts with https://."
            }
            Self::TooLong => "Shorten the address, for example by leaving out what follows the ?.",
        }
    }
}

/// An address that may be saved: http or https, with a host, without user
/// name, password or fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAddress(Url);

/// Reads an address as a person types it.
///
/// Blanks around it are dropped, and a missing scheme is taken as https:
/// `example.org/news` is read as `https://example.org/news`. A user name and
/// password in the address are dropped at once, so they are never stored,
/// shown or sent. The fragment is dropped: it names a place on the page.
///
/// # Errors
///
/// See [`AddressError`]; nothing is stored or fetched.
pub fn parse(typed: &str) -> Result<PageAddress, AddressError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(AddressError::Empty);
    }
    if typed.len() > MAX_URL_BYTES {
        return Err(AddressError::TooLong);
    }
    let not_an_address = || AddressError::NotAnAddress {
        typed: typed.chars().take(200).collect(),
    };
    let url = match Url::parse(typed) {
        // `localhost:8080/x` and `example.org:81` parse as a scheme and a path.
        Ok(url) if url.cannot_be_a_base() && looks_like_host_and_port(typed) => {
            Url::parse(&format!("https://{typed}")).map_err(|_| not_an_address())?
        }
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) if looks_like_host(typed) => {
            Url::parse(&format!("https://{}", typed.trim_start_matches('/')))
                .map_err(|_| not_an_address())?
        }
        Err(_) => return Err(not_an_address()),
    };
    PageAddress::new(url).map_err(|error| match error {
        AddressError::NotAnAddress { .. } => not_an_address(),
        other => other,
    })
}

/// `example.org`, `example.org/path`, `//example.org`: a dot inside the first
/// segment and no white space anywhere.
fn looks_like_host(typed: &str) -> bool {
    let host = typed
        .trim_start_matches('/')
        .split(['/', '?', '#'])
        .next()
        .unwrap_or("");
    !typed.contains(char::is_whitespace)
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
}

fn looks_like_host_and_port(typed: &str) -> bool {
    let Some((host, rest)) = typed.split_once(':') else {
        return false;
    };
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (host.contains('.') || host == "localhost")
        && !port.is_empty()
        && rest[port.len()..]
            .chars()
            .next()
            .is_none_or(|next| "/?#".contains(next))
}

impl PageAddress {
    /// Takes a parsed URL, under the same rules as [`parse`].
    pub fn new(mut url: Url) -> Result<Self, AddressError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressError::Scheme {
                scheme: url.scheme().to_owned(),
            });
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(AddressError::NotAnAddress {
                typed: url.to_string(),
            });
        }
        // Neither can fail: http and https addresses have a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_fragment(None);
        if url.as_str().len() > MAX_URL_BYTES {
            return Err(AddressError::TooLong);
        }
        Ok(Self(url))
    }

    /// The address as a URL.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// A key that is equal for addresses that name one page: without scheme,
    /// `www.`, a trailing slash, and parameters that only track clicks.
    ///
    /// Forty hexadecimal digits.
    pub fn page_key(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        let host = host.strip_prefix("www.").unwrap_or(host);
        let mut page = host.to_owned();
        if let Some(port) = self.0.port() {
            page.push(':');
            page.push_str(&port.to_string());
        }
        page.push_str(self.0.path().trim_end_matches('/'));
        let kept: Vec<&str> = self
            .0
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !is_tracking(pair))
            .collect();
        if kept.iter().any(|pair| !pair.is_empty()) {
            page.push('?');
            page.push_str(&kept.join("&"));
        }
        sha1_hex(page.as_bytes())
    }
}

impl std::fmt::Display for PageAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    name.starts_with("utm_") || TRACKING.contains(&name)
}

/// SHA-1 of the address as spelled, forty hexadecimal digits.
pub fn sha1_raw(url: &str) -> String {
    sha1_hex(url.as_bytes())
}

/// SHA-1 of the percent-decoded address, forty hexadecimal digits.
pub fn sha1_decoded(url: &str) -> String {
    sha1_hex(&percent_decode_str(url).collect::<Vec<u8>>())
}

fn sha1_hex(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(40);
    for byte in Sha1::digest(bytes) {
        for digit in [byte >> 4, byte & 15] {
            hex.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(typed: &str) -> String {
        parse(typed).expect(typed).page_key()
    }

    #[test]
    fn a_host_without_scheme_is_read_as_https() {
        assert_eq!(
            parse(" example.org/news ").unwrap().as_str(),
            "https://example.org/news"
        );
        assert_eq!(
            parse("//example.org/a").unwrap().as_str(),
            "https://example.org/a"
        );
        assert_eq!(
            parse("example.org:8443/a").unwrap().as_str(),
            "https://example.org:8443/a"
        );
        assert_eq!(
            parse("localhost:8080/a").unwrap().as_str(),
            "https://localhost:8080/a"
        );
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_reason() {
        assert_eq!(parse("  "), Err(AddressError::Empty));
        for typed in [
            "two words",
            "news",
            "http://",
            "https://?",
            "http://[::1",
            "...",
            "/news",
        ] {
            assert!(
                matches!(parse(typed), Err(AddressError::NotAnAddress { .. })),
                "{typed} gave {:?}",
                parse(typed)
            );
        }
        assert_eq!(
            parse(&format!("https://e.org/{}", "a".repeat(9000))),
            Err(AddressError::TooLong)
        );
    }

    #[test]
    fn f06_other_schemes_are_refused_by_name() {
        for (typed, scheme) in [
            ("ftp://example.org/a", "ftp"),
            ("file:///etc/passwd", "file"),
            ("javascript:alert(1)", "javascript"),
            ("data:text/html,x", "data"),
            ("mailto:a@example.org", "mailto"),
            ("view-source:https://example.org/", "view-source"),
        ] {
            assert_eq!(
                parse(typed),
                Err(AddressError::Scheme {
                    scheme: scheme.into()
                }),
                "{typed}"
            );
        }
    }

    #[test]
    fn a_password_in_the_address_is_dropped_at_once() {
        let address = parse("https://ada:secret@example.org/a#part").unwrap();
        assert_eq!(address.as_str(), "https://example.org/a");
    }

    #[test]
    fn addresses_of_one_page_have_one_key() {
        let page = key("https://www.example.org/news/a?id=7");
        assert_eq!(
            page,
            key("http://example.org/news/a/?id=7&utm_source=x&fbclid=y#top")
        );
        assert_ne!(page, key("https://example.org/news/a?id=8"));
        assert_ne!(page, key("https://example.org/news/A?id=7"));
        assert_ne!(page, key("https://example.org:81/news/a?id=7"));
        assert_ne!(key("https://example.org/a?b"), key("https://example.org/a"));
    }

    #[test]
    fn hashes_are_those_that_wallabag_clients_send() {
        // Reference values from `printf %s URL | sha1sum`.
        assert_eq!(
            sha1_raw("http://a.example/x"),
            "cf64c9922479e5e84aecdc95953bab627c78c9ee".to_owned()
        );
        assert_eq!(
            sha1_decoded("http://a.example/%C3%A9"),
            sha1_raw("http://a.example/é")
        );
    }
}
