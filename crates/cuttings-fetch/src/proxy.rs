//! The operator's way out: a proxy that every connection is made through.
//!
//! [`crate::connect`] asks [`Proxy::connect`] instead of the network when one is
//! configured. There is no other way then: what the proxy does not do is not done.
//! Proxies that the environment names are none of ours.
//!
//! The proxy is told an address and not a name, for http as for https: the address
//! that was looked up and judged here. A name would be looked up a second time, by
//! somebody who judges by other rules or by none.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use percent_encoding::percent_decode_str;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use crate::access::host_of;
use crate::connect::{ConnectError, MOST_TRIED, Rules, first_to_answer};
use crate::error::{FetchError, Stage};

/// Longest head of an answer that a proxy gives.
const MAX_HEAD_BYTES: usize = 8 * 1024;

/// An HTTP proxy that makes connections for us (`CONNECT`), and what it is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    host: String,
    port: u16,
    /// The value of `Proxy-Authorization`.
    authorization: Option<String>,
}

impl Proxy {
    /// Reads `http://host:port`, with `user:password@` before the host where the
    /// proxy wants them.
    ///
    /// # Errors
    ///
    /// [`FetchError::Config`], which does not repeat what was typed: there may be a
    /// password in it.
    ///
    /// ```
    /// # use cuttings_fetch::Proxy;
    /// let proxy = Proxy::parse("http://ada:secret@proxy.example:3128").unwrap();
    /// assert_eq!(proxy.to_string(), "proxy.example:3128");
    /// assert!(Proxy::parse("socks5://proxy.example:1080").is_err());
    /// ```
    pub fn parse(typed: &str) -> Result<Self, FetchError> {
        let url = Url::parse(typed.trim()).ok();
        let read = url.as_ref().and_then(|url| {
            let is_bare =
                matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
            let host = host_of(url).filter(|host| !host.is_empty())?;
            (url.scheme() == "http" && is_bare).then(|| Self {
                host: host.trim_matches(['[', ']']).to_owned(),
                port: url.port_or_known_default().unwrap_or(80),
                authorization: authorization(url),
            })
        });
        read.ok_or_else(|| FetchError::Config {
            why: "a proxy is written as http://host:port or http://user:password@host:port"
                .to_owned(),
        })
    }

    /// A connection to `port` of one of `addresses`, and of which. The next address
    /// is tried when the proxy cannot reach one.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Proxy`] when it is the proxy that fails us,
    /// [`ConnectError::ProxyRefused`] when it does not want to connect,
    /// [`ConnectError::Refused`] when it cannot.
    pub(crate) async fn connect(
        &self,
        rules: &Rules,
        addresses: &[IpAddr],
        port: u16,
    ) -> Result<(TcpStream, IpAddr), ConnectError> {
        let deadline = Instant::now() + rules.connect_limit;
        let mut last = ConnectError::NoSuchName;
        for addr in addresses.iter().take(MOST_TRIED) {
            let mut stream = self.reach(rules).await?;
            let asked = self.ask(&mut stream, SocketAddr::new(*addr, port));
            let status = timeout_at(deadline, asked)
                .await
                .map_err(|_| ConnectError::Slow {
                    what: Stage::Connection,
                    after: rules.connect_limit,
                })??;
            last = match status {
                200..=299 => return Ok((stream, *addr)),
                407 => return Err(fails("it wants another user name and password")),
                500..=599 => ConnectError::Refused {
                    why: format!("the proxy could not connect to it (status {status})"),
                },
                _ => return Err(ConnectError::ProxyRefused { status }),
            };
        }
        Err(last)
    }

    /// A connection to the proxy itself. Its address is the operator's to say, so
    /// nobody judges it.
    async fn reach(&self, rules: &Rules) -> Result<TcpStream, ConnectError> {
        let addresses = match self.host.parse::<IpAddr>() {
            Ok(addr) => vec![addr],
            Err(_) => timeout(rules.dns_limit, rules.lookup.addresses(&self.host))
                .await
                .map_err(|_| fails("its name could not be looked up in time"))?
                .ok()
                .filter(|found| !found.is_empty())
                .ok_or_else(|| fails("its name is not known"))?,
        };
        let stream = timeout(rules.connect_limit, first_to_answer(&addresses, self.port)).await;
        match stream {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => {
                tracing::warn!(proxy = %self, %error, "the proxy cannot be reached");
                Err(fails("nothing answers where it should be"))
            }
            Err(_) => {
                tracing::warn!(proxy = %self, "the proxy does not answer");
                Err(fails("it did not answer in time"))
            }
        }
    }

    /// Asks for a connection to `target`. The status says whether it stands.
    async fn ask(&self, stream: &mut TcpStream, target: SocketAddr) -> Result<u16, ConnectError> {
        let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
        if let Some(authorization) = &self.authorization {
            request += &format!("Proxy-Authorization: {authorization}\r\n");
        }
        request += "\r\n";
        let broke_off = |_| fails("it closed the connection without an answer");
        stream
            .write_all(request.as_bytes())
            .await
            .map_err(broke_off)?;
        // Byte by byte: what comes after the head is the site's already.
        let mut head = Vec::with_capacity(256);
        while !head.ends_with(b"\r\n\r\n") {
            if head.len() == MAX_HEAD_BYTES {
                return Err(fails("its answer does not end"));
            }
            head.push(stream.read_u8().await.map_err(broke_off)?);
        }
        status(&head).ok_or_else(|| fails("what answers there is no proxy"))
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy at {self}")
    }
}

fn fails(why: &str) -> ConnectError {
    ConnectError::Proxy {
        why: why.to_owned(),
    }
}

/// The status in the first line of an answer.
fn status(head: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(head.split(|byte| *byte == b'\r').next()?).ok()?;
    let mut words = line.split(' ');
    let version = words.next()?;
    let status = words.next()?.parse().ok()?;
    (version.starts_with("HTTP/1.") && (200..600).contains(&status)).then_some(status)
}

/// `Basic` authorization by the user name and password in `url` (RFC 7617).
fn authorization(url: &Url) -> Option<String> {
    let password = url.password().unwrap_or_default();
    if url.username().is_empty() && password.is_empty() {
        return None;
    }
    let mut pair: Vec<u8> = percent_decode_str(url.username()).collect();
    pair.push(b':');
    pair.extend(percent_decode_str(password));
    Some(format!("Basic {}", base64(&pair)))
}

/// `bytes` in base 64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = three
            .iter()
            .chain([0; 2].iter())
            .take(3)
            .fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
        for place in 0..4 {
            let digit = DIGITS[number >> (18 - 6 * place) & 63];
            text.push(if place > three.len() {
                '='
            } else {
                char::from(digit)
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_64_is_that_of_the_standard() {
        // RFC 4648, section 10.
        for (plain, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), text);
        }
    }

    #[test]
    fn f19_a_proxy_is_read_and_its_password_stands_in_no_text() {
        let proxy = Proxy::parse("http://ada:hunter%32%3A@proxy.example:3128/").unwrap();
        assert_eq!(proxy.to_string(), "proxy.example:3128");
        let expected = format!("Basic {}", base64(b"ada:hunter2:"));
        assert_eq!(proxy.authorization.as_ref(), Some(&expected));
        assert_eq!(format!("{proxy:?}"), "Proxy at proxy.example:3128");
        assert_eq!(
            Proxy::parse("http://[fd00::1]:8080").unwrap().host,
            "fd00::1"
        );
        for wrong in [
            "",
            "proxy.example:3128",
            "https://proxy.example",
            "socks5://ada:hunter2@proxy.example",
            "http://ada:hunter2@proxy.example/path",
            "http://proxy.example?q",
            "direct",
        ] {
            let told = Proxy::parse(wrong).unwrap_err().to_string();
            assert!(told.contains("http://host:port"), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn the_status_is_that_of_the_first_line() {
        assert_eq!(
            status(b"HTTP/1.1 200 Connection established\r\n\r\n"),
            Some(200)
        );
        assert_eq!(status(b"HTTP/1.0 407\r\nA: b\r\n\r\n"), Some(407));
        for wrong in [
            "SSH-2.0-x\r\n\r\n",
            "HTTP/1.1 20\r\n\r\n",
            "HTTP/1.1\r\n\r\n",
            "\r\n\r\n",
        ] {
            assert_eq!(status(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
