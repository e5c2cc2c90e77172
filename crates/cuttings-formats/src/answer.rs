//! A server's answer as archives keep it: head, transfer and content encoding.
//!
//! `cuttings extract` reads the blocks of WARC responses with it.
//!
//! Archives are not all true to the wire: many keep the body as it was after
//! unpacking and leave the headers as they were before. So a header that the
//! body does not bear out is not believed.

use std::borrow::Cow;
use std::io::{self, Read};

/// Encodings on top of each other before a body is refused.
const MOST_ENCODINGS: usize = 3;

/// A server's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// Status code.
    pub status: u16,
    /// Names in lower case and values, in the order they came.
    pub headers: Vec<(String, String)>,
    /// What follows the head, as it came.
    pub raw_body: &'a [u8],
}

/// Why an answer or its body cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// There is no status line.
    #[error("it does not begin like an HTTP answer")]
    NoAnswer,
    /// The body is in an encoding we cannot undo, or in too many.
    #[error("its content encoding “{0}” is not known")]
    Encoding(String),
    /// The encoded body breaks off or makes no sense.
    #[error("its {0} body is damaged")]
    Damaged(&'static str),
    /// The body is over the limit after decoding.
    #[error("its body has more than {0} bytes")]
    TooLarge(usize),
}

/// Reads the head of an answer. Line ends may be `\n` alone.
///
/// ```
/// let answer = cuttings_formats::answer::read(
///     b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Rain",
/// )?;
/// assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html")));
/// assert_eq!(&*answer.body(1000)?, b"<p>Rain");
/// # Ok::<(), cuttings_formats::answer::AnswerError>(())
/// ```
///
/// # Errors
///
/// [`AnswerError::NoAnswer`].
pub fn read(block: &[u8]) -> Result<Answer<'_>, AnswerError> {
    let mut rest = block;
    let first = line(&mut rest);
    let status = std::str::from_utf8(first)
        .ok()
        .and_then(|line| line.strip_prefix("HTTP/"))
        .and_then(|line| line.split_ascii_whitespace().nth(1))
        .filter(|code| code.len() == 3)
        .and_then(|code| code.parse().ok())
        .ok_or(AnswerError::NoAnswer)?;
    let mut headers: Vec<(String, String)> = Vec::new();
    while !rest.is_empty() {
        let field = line(&mut rest);
        if field.is_empty() {
            break;
        }
        let field = String::from_utf8_lossy(field);
        match (field.split_once(':'), headers.last_mut()) {
            (_, Some((_, value))) if field.starts_with([' ', '\t']) => {
                value.push(' ');
                value.push_str(field.trim());
            }
            (Some((name, value)), _) => {
                headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
            (None, _) => {}
        }
    }
    Ok(Answer {
        status,
        headers,
        raw_body: rest,
    })
}

/// Takes the next line off, without its end.
fn line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let (line, after) = match memchr::memchr(b'\n', rest) {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (*rest, &rest[rest.len()..]),
    };
    *rest = after;
    line.strip_suffix(b"\r").unwrap_or(line)
}

impl<'a> Answer<'a> {
    /// The first header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as the page's author wrote it: chunks joined; gzip, deflate and
    /// brotli unpacked.
    ///
    /// # Errors
    ///
    /// All of [`AnswerError`] but the first; `limit` is in bytes.
    pub fn body(&self, limit: usize) -> Result<Cow<'a, [u8]>, AnswerError> {
        let mut body = Cow::Borrowed(self.raw_body);
        let is_chunked = self
            .header("transfer-encoding")
            .is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
        if is_chunked && let Some(joined) = join_chunks(self.raw_body) {
            body = Cow::Owned(joined);
        }
        let encodings: Vec<String> = self
            .headers
            .iter()
            .filter(|(name, _)| name == "content-encoding")
            .flat_map(|(_, value)| value.split(','))
            .map(|one| one.trim().to_ascii_lowercase())
            .filter(|one| !one.is_empty() && one != "identity")
            .collect();
        if encodings.len() > MOST_ENCODINGS {
            return Err(AnswerError::Encoding(encodings.join(", ")));
        }
        for encoding in encodings.iter().rev() {
            if let Some(plain) = decode(&body, encoding, limit)? {
                body = Cow::Owned(plain);
            }
        }
        if body.len() > limit {
            return Err(AnswerError::TooLarge(limit));
        }
        Ok(body)
    }
}

/// Joins the chunks of a body. Nothing when it does not begin like a chunk; a
/// body that breaks off gives what is there.
fn join_chunks(body: &[u8]) -> Option<Vec<u8>> {
    let mut rest = body;
    let mut joined = Vec::with_capacity(body.len());
    let mut is_first = true;
    while !rest.is_empty() {
        let head = line(&mut rest);
        let size = std::str::from_utf8(head)
            .ok()
            .map(|head| head.split(';').next().unwrap_or(head).trim())
            .and_then(|size| usize::from_str_radix(size, 16).ok());
        let Some(size) = size else {
            return (!is_first).then_some(joined);
        };
        if size == 0 {
            break;
        }
        is_first = false;
        joined.extend_from_slice(&rest[..size.min(rest.len())]);
        rest = &rest[size.min(rest.len())..];
        line(&mut rest);
    }
    Some(joined)
}

/// Undoes one encoding; nothing when the body is not in it.
fn decode(body: &[u8], encoding: &str, limit: usize) -> Result<Option<Vec<u8>>, AnswerError> {
    // What begins with a tag was unpacked before it was kept.
    let is_plain = body.trim_ascii_start().starts_with(b"<");
    match encoding {
        "gzip" | "x-gzip" if crate::is_gzip(body) => gunzip(body, limit).map(Some),
        "gzip" | "x-gzip" => Ok(None),
        "deflate" if is_plain => Ok(None),
        "deflate" => {
            let is_wrapped = matches!(body, [method, flags, ..]
                if method & 0x0f == 8 && u16::from_be_bytes([*method, *flags]) % 31 == 0);
            let decoded = if is_wrapped {
                read_all(flate2::read::ZlibDecoder::new(body), limit, "deflate")
            } else {
                read_all(flate2::read::DeflateDecoder::new(body), limit, "deflate")
            };
            decoded.map(Some)
        }
        "br" if is_plain || body.is_empty() => Ok(None),
        "br" => {
            let decoder = brotli_decompressor::Decompressor::new(body, 16 * 1024);
            read_all(decoder, limit, "brotli").map(Some)
        }
        other => Err(AnswerError::Encoding(other.chars().take(60).collect())),
    }
}

/// Unpacks gzip, all members.
///
/// # Errors
///
/// [`AnswerError::Damaged`] and [`AnswerError::TooLarge`].
pub fn gunzip(packed: &[u8], limit: usize) -> Result<Vec<u8>, AnswerError> {
    let mut decoder = flate2::bufread::GzDecoder::new(packed);
    let mut plain = Vec::new();
    loop {
        read_into(&mut decoder, &mut plain, limit, "gzip")?;
        let rest = decoder.into_inner();
        // Stray bytes behind the last member are ignored, as browsers do.
        if !crate::is_gzip(rest) {
            return Ok(plain);
        }
        decoder = flate2::bufread::GzDecoder::new(rest);
    }
}

fn read_all(mut from: impl Read, limit: usize, what: &'static str) -> Result<Vec<u8>, AnswerError> {
    let mut plain = Vec::new();
    read_into(&mut from, &mut plain, limit, what)?;
    Ok(plain)
}

fn read_into(
    from: &mut impl Read,
    into: &mut Vec<u8>,
    limit: usize,
    what: &'static str,
) -> Result<(), AnswerError> {
    let left = (limit + 1).saturating_sub(into.len()) as u64;
    from.take(left)
        .read_to_end(into)
        .map_err(|_: io::Error| AnswerError::Damaged(what))?;
    if into.len() > limit {
        return Err(AnswerError::TooLarge(limit));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn block(headers: &str, body: &[u8]) -> Vec<u8> {
        [format!("HTTP/1.1 200 OK\r\n{headers}\r\n").as_bytes(), body].concat()
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn body(block: &[u8]) -> Result<Vec<u8>, AnswerError> {
        read(block)?.body(1000).map(Cow::into_owned)
    }

    #[test]
    fn chunks_are_joined_and_a_header_without_chunks_is_not_believed() {
        let chunked = "Transfer-Encoding: chunked\r\n";
        let wire = b"4;name=value\r\n<p>I\r\n8\r\nt rained\r\n0\r\n\r\n";
        assert_eq!(body(&block(chunked, wire)).unwrap(), b"<p>It rained");
        assert_eq!(body(&block(chunked, b"<p>Rain")).unwrap(), b"<p>Rain");
        assert_eq!(body(&block(chunked, b"ff\r\n<p>R")).unwrap(), b"<p>R");
    }

    #[test]
    fn packed_bodies_are_unpacked_and_unpacked_ones_left() {
        let page = b"<p>It rained";
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(page).unwrap();
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        raw.write_all(page).unwrap();
        // A brotli stream of one stored block.
        let brotli = [&[0x8b, 0x05, 0x80][..], page, &[0x03]].concat();
        for (encoding, wire) in [
            ("gzip", gzip(page)),
            ("GZIP", page.to_vec()),
            ("gzip, gzip", gzip(&gzip(page))),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
            ("br", brotli),
            ("br", page.to_vec()),
        ] {
            let headers = format!("content-encoding: {encoding}\r\n");
            assert_eq!(body(&block(&headers, &wire)).unwrap(), page, "{encoding}");
        }
    }

    #[test]
    fn damage_bombs_and_unknown_encodings_are_told_apart() {
        let packed = gzip(&[b'x'; 5000]);
        let gzipped = "Content-Encoding: gzip\r\n";
        let outcome = body(&block(gzipped, &packed));
        assert!(matches!(outcome, Err(AnswerError::TooLarge(1000))));
        let outcome = body(&block(gzipped, &gzip(b"<p>It rained")[..20]));
        assert!(matches!(outcome, Err(AnswerError::Damaged("gzip"))));
        let outcome = body(&block("Content-Encoding: rot13\r\n", b"x"));
        assert!(matches!(outcome, Err(AnswerError::Encoding(_))));
        assert!(matches!(read(b"<p>Rain"), Err(AnswerError::NoAnswer)));
    }
}
