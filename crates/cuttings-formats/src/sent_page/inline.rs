//! What a page holds as `data:` addresses: taken out of it, and put right in the
//! tags that show pictures.
//!
//! [`take_out`] looks at bytes, not at markup: a long run of base64 behind
//! `;base64,` is a `data:` address wherever it stands, in a tag or in a style
//! sheet. [`settle`] then looks at the `img` tags: what the browser showed stands
//! in `src`, so attributes by which a script would load something else go.

use std::collections::HashMap;
use std::io::{self, Read};

use flate2::Crc;
use memchr::memmem;

use super::{INSIDE, Purpose};

/// What stands between the type and the bytes.
const MARK: &[u8] = b";base64,";
/// How much stands before [`MARK`] at most: `data:` and a type.
const MAX_TYPE_BYTES: usize = 100;
/// Shorter ones stay where they are: they stand in for pictures to come.
const MIN_TEXT_BYTES: usize = 1024;

/// Types of pictures that are kept.
const PICTURES: [&str; 6] = [
    "image/jpeg",
    "image/jpg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
];

/// A picture or another thing inside the text: where its base64 stands, and its CRC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Inline {
    pub start: u64,
    pub len: u64,
    pub crc: u32,
}

impl Inline {
    /// Its address: of any file the same for the same bytes.
    pub fn address(&self) -> String {
        format!("{INSIDE}{}-{:08x}", self.len, self.crc)
    }
}

/// Reads a page without its long `data:` addresses. Pictures get an address below
/// [`INSIDE`] in their place; other things too for replay, else an empty one. Stops one byte behind
/// `max_html`.
pub(super) fn take_out(
    mut reader: impl Read,
    max_html: usize,
    max_taken: usize,
    purpose: Purpose,
) -> io::Result<(Vec<u8>, Vec<Inline>)> {
    let mut html = Vec::new();
    let mut taken = Vec::new();
    // Bytes that were read and not yet written, and where they stand in the file.
    let mut window: Vec<u8> = Vec::new();
    let mut window_start = 0_u64;
    let mut ended = false;
    while html.len() <= max_html {
        if !ended {
            ended = fill(&mut reader, &mut window)?;
        }
        let Some(mark) = memmem::find(&window, MARK) else {
            // A mark, and the type before it, may go on in what is not read yet.
            let keep = if ended {
                0
            } else {
                MAX_TYPE_BYTES + MARK.len()
            };
            let done = window.len().saturating_sub(keep);
            html.extend(window.drain(..done));
            window_start += done as u64;
            if ended {
                break;
            }
            continue;
        };
        let text_start = mark + MARK.len();
        // How far the run goes; the window is read on while it does.
        let mut kept_text = run_in(&window[text_start..]);
        if text_start + kept_text < window.len() || ended || kept_text >= MIN_TEXT_BYTES {
            let kind = kind_before(&window[..mark]);
            match kind.filter(|_| kept_text >= MIN_TEXT_BYTES) {
                None => {
                    let done = text_start + kept_text;
                    html.extend(window.drain(..done));
                    window_start += done as u64;
                }
                Some((data_start, is_picture)) => {
                    html.extend(window.drain(..data_start));
                    window_start += data_start as u64;
                    let text_start = text_start - data_start;
                    let start = window_start + text_start as u64;
                    window.drain(..text_start);
                    let mut len = 0_u64;
                    let mut crc = Crc::new();
                    loop {
                        crc.update(&window[..kept_text]);
                        window.drain(..kept_text);
                        len += kept_text as u64;
                        if !window.is_empty() || ended {
                            break;
                        }
                        ended = fill(&mut reader, &mut window)?;
                        kept_text = run_in(&window);
                    }
                    window_start = start + len;
                    let is_wanted = is_picture || purpose == Purpose::Replay;
                    if is_wanted && taken.len() < max_taken {
                        let crc = crc.sum();
                        let one = Inline { start, len, crc };
                        html.extend(one.address().bytes());
                        taken.push(one);
                    } else {
                        html.extend(b"data:,");
                    }
                }
            }
        }
    }
    html.truncate(max_html + 1);
    Ok((html, taken))
}

/// Reads on; true at the end.
fn fill(reader: &mut impl Read, window: &mut Vec<u8>) -> io::Result<bool> {
    const STEP: u64 = 1 << 16;
    let read = reader.by_ref().take(STEP).read_to_end(window)?;
    Ok((read as u64) < STEP)
}

/// How many bytes of base64 stand at the start.
fn run_in(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')))
        .unwrap_or(bytes.len())
}

/// Where the `data:` before a mark begins, and whether it names a picture.
fn kind_before(bytes: &[u8]) -> Option<(usize, bool)> {
    let from = bytes.len().saturating_sub(MAX_TYPE_BYTES);
    let at = from + memmem::rfind(&bytes[from..], b"data:")?;
    let kind = std::str::from_utf8(&bytes[at + 5..]).ok()?;
    let is_type = kind
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/+-.;=_ ".contains(&byte));
    let name = kind.split(';').next()?.trim().to_ascii_lowercase();
    is_type.then(|| (at, PICTURES.contains(&name.as_str())))
}

/// Decodes base64; `None` when it is none.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.strip_suffix(b"=").unwrap_or(text);
    let digits = digits.strip_suffix(b"=").unwrap_or(digits);
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 3);
    for four in digits.chunks(4) {
        let mut bits = 0_u32;
        for byte in four {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
        }
        match four.len() {
            4 => bytes.extend_from_slice(&bits.to_be_bytes()[1..]),
            3 => bytes.extend_from_slice(&(bits >> 2).to_be_bytes()[2..]),
            2 => bytes.push((bits >> 4) as u8),
            _ => return None,
        }
    }
    Some(bytes)
}

/// Attributes by which a page names other addresses for a picture.
const OTHERS: [&str; 9] = [
    "srcset",
    "sizes",
    "data-src",
    "data-srcset",
    "data-original",
    "data-lazy-src",
    "data-lazy-srcset",
    "data-url",
    "loading",
];

/// How SingleFile names a picture that the page shows more than once: a variable
/// of its style sheet, which the `style` of the tag asks for. `src` then holds an
/// empty drawing of the same size.
const SHARED: &str = "--sf-img-";

/// Rewrites the `img` tags of a page so that `src` alone says what was shown.
pub(super) fn settle(html: &[u8]) -> Vec<u8> {
    let shared = shared(html);
    let mut out = Vec::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = memchr::memchr(b'<', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let is_picture = rest.len() > 5
            && rest[1..4].eq_ignore_ascii_case(b"img")
            && (rest[4].is_ascii_whitespace() || rest[4] == b'/');
        let tag = is_picture.then(|| Tag::read(rest)).flatten();
        if let Some(tag) = tag {
            tag.write(&rest[..tag.len], &shared, &mut out);
            rest = &rest[tag.len..];
        } else {
            out.push(b'<');
            rest = &rest[1..];
        }
    }
    out.extend_from_slice(rest);
    out
}

/// What the variables of SingleFile's style sheet hold, by their numbers.
fn shared(html: &[u8]) -> HashMap<&[u8], &[u8]> {
    let mut found = HashMap::new();
    let inside = INSIDE.as_bytes();
    for at in memmem::find_iter(html, SHARED.as_bytes()) {
        let rest = &html[at + SHARED.len()..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        // `: url("` stands between.
        let value = &rest[digits..rest.len().min(digits + 16)];
        let Some(begin) = value.iter().position(|byte| *byte == b'h') else {
            continue;
        };
        let address = &rest[digits + begin..];
        if value.starts_with(b":") && address.starts_with(inside) {
            let number = address[inside.len()..]
                .iter()
                .take_while(|byte| byte.is_ascii_hexdigit() || **byte == b'-')
                .count();
            found.insert(&rest[..digits], &address[..inside.len() + number]);
        }
    }
    found
}

/// An `img` tag: the ranges of its attributes' names and values.
struct Tag {
    len: usize,
    attributes: Vec<Attribute>,
}

struct Attribute {
    whole: std::ops::Range<usize>,
    name: String,
    value: std::ops::Range<usize>,
}

impl Tag {
    /// Reads the tag at the start; `None` when it does not end.
    fn read(html: &[u8]) -> Option<Self> {
        let mut at = 4;
        let mut attributes = Vec::new();
        loop {
            let byte = *html.get(at)?;
            if byte == b'>' {
                let len = at + 1;
                return Some(Self { len, attributes });
            }
            if byte.is_ascii_whitespace() || byte == b'/' {
                at += 1;
                continue;
            }
            let start = at;
            // A name may begin with `=`.
            at += 1;
            while !matches!(*html.get(at)?, b'=' | b'>' | b'/') && !html[at].is_ascii_whitespace() {
                at += 1;
            }
            let name = String::from_utf8_lossy(&html[start..at]).to_ascii_lowercase();
            let mut end = at;
            let mut value = at..at;
            while html.get(at)?.is_ascii_whitespace() {
                at += 1;
            }
            if html[at] == b'=' {
                at += 1;
                while html.get(at)?.is_ascii_whitespace() {
                    at += 1;
                }
                let quote = html[at];
                if matches!(quote, b'"' | b'\'') {
                    let length = memchr::memchr(quote, &html[at + 1..])?;
                    value = at + 1..at + 1 + length;
                    at = value.end + 1;
                } else {
                    let from = at;
                    while *html.get(at)? != b'>' && !html[at].is_ascii_whitespace() {
                        at += 1;
                    }
                    value = from..at;
                }
                end = at;
            }
            attributes.push(Attribute {
                whole: start..end,
                name,
                value,
            });
        }
    }

    /// Writes the tag anew when it is known what it showed, else as it was.
    fn write(&self, html: &[u8], shared: &HashMap<&[u8], &[u8]>, out: &mut Vec<u8>) {
        let value = |name: &str| {
            self.attributes
                .iter()
                .find(|attribute| attribute.name == name)
                .map_or(&b""[..], |attribute| &html[attribute.value.clone()])
        };
        let style = value("style");
        let by_style = memmem::find(style, SHARED.as_bytes()).and_then(|at| {
            let rest = &style[at + SHARED.len()..];
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            shared.get(&rest[..digits]).copied()
        });
        let src = value("src");
        let was_shown = !src.is_empty() && !src.starts_with(b"data:") && !src.contains(&b'"');
        let Some(shown) = by_style.or(was_shown.then_some(src)) else {
            out.extend_from_slice(html);
            return;
        };
        out.extend_from_slice(b"<img src=\"");
        out.extend_from_slice(shown);
        out.push(b'"');
        for attribute in &self.attributes {
            if attribute.name != "src" && !OTHERS.contains(&attribute.name.as_str()) {
                out.push(b' ');
                out.extend_from_slice(&html[attribute.whole.clone()]);
            }
        }
        out.push(b'>');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(html: &str) -> (String, Vec<Inline>) {
        let (html, pictures) = take_out(html.as_bytes(), 1 << 24, 3, Purpose::Reading).unwrap();
        (String::from_utf8(html).unwrap(), pictures)
    }

    #[test]
    fn a_run_is_found_wherever_the_reading_is_cut() {
        // The window is read in steps of 65,536 bytes.
        for before in 65_400..65_560 {
            let text = "QUJD".repeat(700);
            let html = format!("{}data:image/png;base64,{text}\"!", "x".repeat(before));
            let (html, pictures) = taken(&html);
            assert_eq!(pictures.len(), 1);
            let address = pictures[0].address();
            assert_eq!(html, format!("{}{address}\"!", "x".repeat(before)));
            assert_eq!(
                (pictures[0].start, pictures[0].len),
                (before as u64 + 22, 2800)
            );
        }
    }

    #[test]
    fn what_is_short_or_no_data_address_stays() {
        for html in [
            "<p>;base64,</p>",
            "a;base64,QUJD",
            "<img src=data:image/png;base64,QUJD>",
            "data:<b>;base64,QUJD",
        ] {
            assert_eq!(taken(html), (html.to_owned(), vec![]));
        }
        let long = format!("see ;base64,{} there", "QUJD".repeat(9000));
        assert_eq!(taken(&long), (long.clone(), vec![]));
    }

    #[test]
    fn only_so_many_pictures_are_taken() {
        let one = format!("data:image/png;base64,{} ", "QUJD".repeat(600));
        let (html, pictures) = taken(&one.repeat(5));
        assert_eq!(pictures.len(), 3);
        assert!(html.ends_with("data:, data:, "));
    }

    #[test]
    fn tags_say_what_was_shown() {
        let settled = |html: &str| String::from_utf8(settle(html.as_bytes())).unwrap();
        for (html, expected) in [
            (
                "<IMG data-src=/later.png  src = 'https://inside.invalid/3' alt=\"a>b\" srcset='x 2x'/>",
                "<img src=\"https://inside.invalid/3\" alt=\"a>b\">",
            ),
            // Not loaded yet: the page says where it is.
            (
                "<img data-src=/later.png src=data:,x>",
                "<img data-src=/later.png src=data:,x>",
            ),
            ("<img", "<img"),
            ("<img src='", "<img src='"),
            ("<image><imgx src=a>", "<image><imgx src=a>"),
            (
                "<style>:root{--sf-img-12: url(\"https://inside.invalid/7\")}</style><img \
                 src='data:image/svg+xml,<svg>' style=\"background-image:var(--sf-img-12)!important\">",
                "<style>:root{--sf-img-12: url(\"https://inside.invalid/7\")}</style><img \
                 src=\"https://inside.invalid/7\" style=\"background-image:var(--sf-img-12)!important\">",
            ),
        ] {
            assert_eq!(settled(html), expected);
        }
    }

    #[test]
    fn base64_is_read_as_everybody_writes_it() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("Zg==", b"f"),
            ("Zm8=", b"fo"),
            ("Zm9v", b"foo"),
            ("Zm9vYg", b"foob"),
            ("+/+/", &[0xfb, 0xff, 0xbf]),
        ] {
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes), "{text}");
        }
        for wrong in ["Z", "Zg=a", "Z g="] {
            assert_eq!(decode(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
