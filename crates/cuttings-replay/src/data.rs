//! `data:` addresses: which may stay, and what is in one that holds a style
//! sheet.
//!
//! They ask nobody for anything. Pages saved from a browser hold all their
//! pictures and fonts in them.

/// The type a `data:` address declares, in lower case, and what comes after the
/// comma. `None` for other addresses.
fn split(address: &str) -> Option<(String, &str)> {
    let scheme = address.get(..5)?;
    if !scheme.eq_ignore_ascii_case("data:") {
        return None;
    }
    let (head, body) = address[5..].split_once(',')?;
    Some((head.trim().to_ascii_lowercase(), body))
}

fn has_type(address: &str, is_fine: impl Fn(&str) -> bool) -> bool {
    split(address.trim()).is_some_and(|(head, _)| is_fine(head.split(';').next().unwrap_or("")))
}

/// Whether an address is a picture in itself.
pub fn is_picture(address: &str) -> bool {
    has_type(address, |kind| kind.starts_with("image/"))
}

/// Whether an address is a font in itself.
pub fn is_font(address: &str) -> bool {
    has_type(address, |kind| {
        kind.starts_with("font/")
            || kind.starts_with("application/font")
            || kind.starts_with("application/x-font")
            || kind == "application/octet-stream"
            || kind == "application/vnd.ms-fontobject"
    })
}

/// Whether an address is sound or film in itself.
pub fn is_medium(address: &str) -> bool {
    has_type(address, |kind| {
        kind.starts_with("audio/") || kind.starts_with("video/")
    })
}

/// The style sheet that is in an address; `None` when it is something else.
pub fn sheet(address: &str) -> Option<String> {
    let (head, body) = split(address.trim())?;
    if head.split(';').next() != Some("text/css") {
        return None;
    }
    let bytes = unescape(body);
    let bytes = if head.split(';').any(|part| part.trim() == "base64") {
        base64(&bytes)?
    } else {
        bytes
    };
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Resolves `%41` and the like.
fn unescape(text: &str) -> Vec<u8> {
    let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                plain.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    plain
}

/// Reads base64 as browsers do in `data:` addresses: blanks are skipped,
/// padding may be missing. `None` when a character does not belong.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            byte if byte.is_ascii_whitespace() => continue,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            plain.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_address_is_told_by_its_declared_type() {
        assert!(is_picture(" data:image/png;base64,AAAA"));
        assert!(is_picture("DATA:Image/SVG+xml;utf8,<svg/>"));
        assert!(!is_picture("data:text/html,<script>"));
        assert!(!is_picture("data:,x"));
        assert!(is_font("data:font/woff2;base64,AAAA"));
        assert!(is_medium("data:audio/mpeg;base64,AAAA"));
        assert!(!is_font("https://a.example/data:font/woff2,"));
    }

    #[test]
    fn a_style_sheet_in_an_address_is_read() {
        let expected = Some("p { color: red }".to_owned());
        assert_eq!(sheet("data:text/css,p%20{ color: red }"), expected);
        assert_eq!(
            sheet("data:text/css;charset=utf-8;base64,cCB7IGNvbG9yOiBy%0AZWQgfQ"),
            expected
        );
        assert_eq!(sheet("data:text/css;base64,!!"), None);
        assert_eq!(sheet("data:text/plain,p{}"), None);
    }
}
