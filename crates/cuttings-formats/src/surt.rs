//! SURT keys: addresses turned around, so that an index sorted by them holds the
//! pages of a site side by side.
//!
//! [`crate::wacz`] writes its index by them, and replay programs make the same
//! key of the address they look for. The rules are those of the Python package
//! `surt` as pywb uses it, except that session numbers are left in.

/// The key of an address.
///
/// ```
/// # use cuttings_formats::surt::surt;
/// assert_eq!(
///     surt("https://www.news.example.org/2026/Flood-Plan/?b=2&a=1#top"),
///     "org,example,news)/2026/flood-plan?a=1&b=2"
/// );
/// assert_eq!(surt("http://127.0.0.1:8080/"), "1,0,0,127:8080)/");
/// ```
pub fn surt(url: &str) -> String {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let authority = authority.to_ascii_lowercase();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit()) => {
            (host, Some(port))
        }
        _ => (authority.trim_end_matches(':'), None),
    };
    let default_port = if scheme.eq_ignore_ascii_case("https") {
        "443"
    } else {
        "80"
    };
    let mut key = turned(without_www(host));
    if let Some(port) = port.filter(|port| *port != default_port) {
        key.push(':');
        key += port;
    }
    key.push(')');
    let (path, query) = path
        .split_once('?')
        .map_or((path, None), |(p, q)| (p, Some(q)));
    key += &straight(&plain(path).to_ascii_lowercase());
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        let query = plain(query).to_ascii_lowercase();
        let mut parts: Vec<&str> = query.split('&').collect();
        parts.sort_by_key(|part| part.split_once('=').unwrap_or((part, "")));
        key.push('?');
        key += &parts.join("&");
    }
    key
}

/// The host without `www.` or `www2.` in front.
fn without_www(host: &str) -> &str {
    host.strip_prefix("www")
        .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()))
        .and_then(|rest| rest.strip_prefix('.'))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(host)
}

/// `news.example.org` as `org,example,news`, numbers too; version 6 as it is.
fn turned(host: &str) -> String {
    if let Some(address) = host.strip_prefix('[') {
        return address.trim_end_matches(']').to_owned();
    }
    let mut labels: Vec<&str> = host.split('.').filter(|label| !label.is_empty()).collect();
    labels.reverse();
    labels.join(",")
}

/// The path without empty steps and those that lead nowhere or back.
fn straight(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    format!("/{}", steps.join("/"))
}

/// Percent signs undone as often as they were done, and then done once where an
/// address needs them.
fn plain(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    loop {
        let undone = unescaped(&bytes);
        if undone == bytes {
            break;
        }
        bytes = undone;
    }
    let mut plain = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte <= 0x20 || byte >= 0x7f || byte == b'#' || byte == b'%' {
            plain.push('%');
            plain += &crate::warc_writer::hex(&[byte]);
        } else {
            plain.push(char::from(byte));
        }
    }
    plain
}

fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut undone = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if let (b'%', Some(high), Some(low)) = (
            bytes[at],
            digit(bytes.get(at + 1)),
            digit(bytes.get(at + 2)),
        ) {
            undone.push((high * 16 + low) as u8);
            at += 3;
        } else {
            undone.push(bytes[at]);
            at += 1;
        }
    }
    undone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_that_replay_programs_look_for() {
        // As the Python package `surt` 0.3.1 has them.
        for (url, key) in [
            ("http://example.com", "com,example)/"),
            ("https://EXAMPLE.com:443/A/", "com,example)/a"),
            ("https://example.com:8443/a", "com,example:8443)/a"),
            ("http://www2.example.com/?", "com,example)/"),
            ("http://example.com/a%20b/%7Ec", "com,example)/a%20b/~c"),
            ("http://example.com/caf%C3%A9", "com,example)/caf%c3%a9"),
            ("http://example.com/a?z=1&B=2&a", "com,example)/a?a&b=2&z=1"),
            ("http://example.com/a//b/./c", "com,example)/a/b/c"),
            (
                "http://example.com/?b=1&b=0&a=1",
                "com,example)/?a=1&b=0&b=1",
            ),
            ("http://[::1]:8080/a", "::1:8080)/a"),
            ("http://user:secret@example.com/", "com,example)/"),
        ] {
            assert_eq!(surt(url), key, "{url}");
        }
    }
}
