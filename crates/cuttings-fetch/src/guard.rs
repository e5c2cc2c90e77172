//! What can be refused by looking at a URL alone: scheme, port, and a host
//! written as an address.
//!
//! Saving asks [`check_url`] before anything is queued, and
//! [`Fetcher::get`](crate::Fetcher::get) asks it again at every hop.
//!
//! Disguises such as `0x7f.1` or full-width digits need no code here: the URL
//! parser has already turned them into the address they mean.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use crate::address::may_reach;
use crate::error::FetchError;

/// Ports that browsers refuse, because what listens there is no web server and
/// might take a request for commands of its own.
///
/// Source: the "bad port" list of the WHATWG Fetch standard.
pub const BAD_PORTS: &[u16] = &[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
];

/// Ports of databases, caches and control services, several of which speak HTTP
/// and obey whoever reaches them.
pub const STORE_PORTS: &[u16] = &[
    1433,  // SQL Server
    1521,  // Oracle
    2375,  // Docker
    2376,  // Docker
    2379,  // etcd
    2380,  // etcd
    3306,  // MySQL
    5432,  // PostgreSQL
    5984,  // CouchDB
    6379,  // Redis
    6380,  // Redis
    9042,  // Cassandra
    9200,  // Elasticsearch
    9300,  // Elasticsearch
    10250, // Kubernetes node
    11211, // memcached
    26379, // Redis sentinel
    27017, // MongoDB
    27018, // MongoDB
    27019, // MongoDB
];

/// Checks everything about `url` that needs no network: usable at save time,
/// before anything is queued.
///
/// - `allow`: the operator's networks, as in
///   [`FetchConfig::allow_private`](crate::FetchConfig::allow_private).
///
/// User name and password are no reason to refuse: they are dropped before the
/// URL is used and stand in no error.
///
/// # Errors
///
/// - [`FetchError::Scheme`] for anything but http and https.
/// - [`FetchError::NoHost`] when there is no host.
/// - [`FetchError::Port`] for a port where no web server belongs.
/// - [`FetchError::PrivateAddress`] when the host is written as an address that
///   is not public. A name is judged later, by the addresses it leads to.
///
/// ```
/// # use cuttings_fetch::check_url;
/// # use url::Url;
/// let check = |text: &str| check_url(&Url::parse(text).unwrap(), &[]).map_err(|e| e.code());
/// assert_eq!(check("https://example.org/a"), Ok(()));
/// assert_eq!(check("http://0x7f.1/"), Err("private_address"));
/// assert_eq!(check("file:///etc/passwd"), Err("scheme"));
/// ```
pub fn check_url(url: &Url, allow: &[IpNet]) -> Result<(), FetchError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::Scheme {
            scheme: url.scheme().to_owned(),
        });
    }
    let host = url.host().ok_or(FetchError::NoHost)?;
    let port = url.port_or_known_default().unwrap_or(0);
    if BAD_PORTS.contains(&port) || STORE_PORTS.contains(&port) {
        return Err(FetchError::Port {
            url: without_user_info(url),
            port,
        });
    }
    let addr = match host {
        Host::Ipv4(four) => IpAddr::V4(four),
        Host::Ipv6(six) => IpAddr::V6(six),
        Host::Domain(_) => return Ok(()),
    };
    if may_reach(addr, allow) {
        Ok(())
    } else {
        Err(FetchError::PrivateAddress {
            url: without_user_info(url),
            addr,
        })
    }
}

/// `url` without user name and password, so that they are never sent, shown or
/// logged.
pub fn without_user_info(url: &Url) -> Url {
    let mut clean = url.clone();
    // Both fail only for URLs that cannot hold user information.
    let _ = clean.set_password(None);
    let _ = clean.set_username("");
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Result<(), &'static str> {
        check_url(&Url::parse(text).unwrap(), &[]).map_err(|e| e.code())
    }

    #[test]
    fn f06_only_http_and_https_pass() {
        for text in [
            "file:///etc/passwd",
            "ftp://example.org/",
            "gopher://example.org/",
            "data:text/html,hello",
            "javascript:alert(1)",
            "blob:https://example.org/1",
            "chrome://settings/",
            "view-source:http://example.org/",
            "jar:http://example.org/a!/b",
            "unix:/run/socket",
            "ws://example.org/",
        ] {
            assert_eq!(code(text), Err("scheme"), "{text}");
        }
        assert_eq!(code("http://example.org/"), Ok(()));
        assert_eq!(code("HTTPS://example.org/"), Ok(()));
    }

    #[test]
    fn f14_ports_of_other_services_are_refused() {
        for port in [1, 22, 25, 5432, 6379, 11211, 6000, 27017, 0] {
            assert_eq!(
                code(&format!("http://example.org:{port}/")),
                Err("port"),
                "{port}"
            );
        }
        for port in [80, 443, 3000, 8000, 8080, 8443, 8888] {
            assert_eq!(
                code(&format!("https://example.org:{port}/")),
                Ok(()),
                "{port}"
            );
        }
    }

    #[test]
    fn f12_user_information_stands_in_no_error() {
        let url = Url::parse("http://user:hunter2@127.0.0.1/").unwrap();
        let error = check_url(&url, &[]).unwrap_err();
        for text in [error.to_string(), format!("{error:?}"), error.explain()] {
            assert!(
                !text.contains("hunter2") && !text.contains("user:"),
                "{text}"
            );
        }
    }
}
