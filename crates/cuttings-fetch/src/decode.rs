//! From the bytes on the wire to the bytes the page's author wrote.
//!
//! [`crate::fetcher`] hands each body here with its `Content-Encoding`.
//!
//! The size limit holds for the bytes in transit, for the result, and for every
//! step between stacked encodings, so a body that grows enormous only to shrink
//! again is stopped too.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use async_compression::zstd::DParameter;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader, ReadBuf};

/// What we ask for, and can undo.
pub(crate) const ACCEPT_ENCODING: &str = "gzip, deflate, br, zstd";

/// Encodings on top of each other before a body is refused. Honest servers use
/// one; a few proxies add a second.
const MOST_ENCODINGS: usize = 3;

/// Largest zstd window as a power of two: 8 MiB, what RFC 9659 lets a server
/// use. Larger ones would let a small body claim much memory.
const ZSTD_WINDOW_LOG: u32 = 23;

/// One way of compressing a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Gzip,
    /// Zlib by the standard, raw deflate from some servers; told apart by the
    /// first two bytes.
    Deflate,
    Brotli,
    Zstd,
}

/// A body on its way, compressed or not.
pub(crate) type Body = Box<dyn AsyncBufRead + Send + Unpin>;

/// The encodings of a body in the order they were applied.
///
/// # Errors
///
/// The header as it stands, when it names an encoding we cannot undo or more
/// than [`MOST_ENCODINGS`].
pub(crate) fn encodings(headers: &HeaderMap) -> Result<Vec<Encoding>, String> {
    let header = whole_header(headers);
    let mut found = Vec::new();
    for name in header.split(',').map(str::trim) {
        found.push(match name {
            "" | "identity" => continue,
            "gzip" | "x-gzip" => Encoding::Gzip,
            "deflate" => Encoding::Deflate,
            "br" => Encoding::Brotli,
            "zstd" => Encoding::Zstd,
            _ => return Err(encoding_header(headers)),
        });
    }
    if found.len() > MOST_ENCODINGS {
        return Err(encoding_header(headers));
    }
    Ok(found)
}

/// The `Content-Encoding` header for messages: at most 100 characters.
pub(crate) fn encoding_header(headers: &HeaderMap) -> String {
    whole_header(headers).chars().take(100).collect()
}

/// All `Content-Encoding` lines as one, in lower case.
fn whole_header(headers: &HeaderMap) -> String {
    let lines: Vec<String> = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase())
        .collect();
    lines.join(", ")
}

/// The error inside an [`io::Error`] of a body that goes past its limit.
#[derive(Debug, thiserror::Error)]
#[error("larger than the limit")]
pub(crate) struct PastLimit;

/// Undoes `encodings` (given in the order they were applied) around `body`.
/// Reading more than `limit` bytes of any step gives [`PastLimit`].
///
/// An empty body stays empty whatever its encoding says; servers send such.
pub(crate) async fn decode(mut body: Body, encodings: &[Encoding], limit: u64) -> io::Result<Body> {
    if body.fill_buf().await?.is_empty() {
        return Ok(body);
    }
    for encoding in encodings.iter().rev() {
        let plain: Box<dyn AsyncRead + Send + Unpin> = match encoding {
            Encoding::Gzip => Box::new(GzipMembers::new(body)),
            Encoding::Brotli => Box::new(BrotliDecoder::new(body)),
            Encoding::Zstd => Box::new(ZstdDecoder::with_params(
                body,
                &[DParameter::window_log_max(ZSTD_WINDOW_LOG)],
            )),
            Encoding::Deflate => inflate(body).await?,
        };
        body = Box::new(BufReader::new(Capped { plain, left: limit }));
    }
    Ok(body)
}

/// Undoes deflate with or without its zlib wrapping.
async fn inflate(mut body: Body) -> io::Result<Box<dyn AsyncRead + Send + Unpin>> {
    let mut start = Vec::with_capacity(2);
    (&mut body).take(2).read_to_end(&mut start).await?;
    let wrapped = matches!(start[..], [method, flags]
        if method & 0x0f == 8 && method >> 4 <= 7 && u16::from_be_bytes([method, flags]) % 31 == 0);
    let whole = io::Cursor::new(start).chain(body);
    Ok(if wrapped {
        Box::new(ZlibDecoder::new(whole))
    } else {
        Box::new(DeflateDecoder::new(whole))
    })
}

/// Stops with [`PastLimit`] when more than `left` bytes come out.
struct Capped<R> {
    plain: R,
    left: u64,
}

impl<R: AsyncRead + Unpin> AsyncRead for Capped<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        ready!(Pin::new(&mut self.plain).poll_read(context, into))?;
        let came = (into.filled().len() - before) as u64;
        Poll::Ready(match self.left.checked_sub(came) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(io::Error::other(PastLimit)),
        })
    }
}

/// Gzip as it is met on the web: one member after the other, and sometimes
/// stray bytes behind the last, which browsers ignore and so do we.
struct GzipMembers {
    /// `None` once the last member is read.
    member: Option<GzipDecoder<Body>>,
    /// The rest of the body between two members.
    between: Option<Body>,
}

impl GzipMembers {
    fn new(body: Body) -> Self {
        Self {
            member: Some(GzipDecoder::new(body)),
            between: None,
        }
    }
}

impl AsyncRead for GzipMembers {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            if let Some(member) = &mut self.member {
                let before = into.filled().len();
                ready!(Pin::new(member).poll_read(context, into))?;
                if into.filled().len() > before || into.remaining() == 0 {
                    return Poll::Ready(Ok(()));
                }
                self.between = self.member.take().map(GzipDecoder::into_inner);
            }
            let Some(rest) = &mut self.between else {
                return Poll::Ready(Ok(()));
            };
            let next = ready!(Pin::new(rest).poll_fill_buf(context))?;
            // A member starts with 1f 8b; the second byte may not be here yet.
            let another = next.first() == Some(&0x1f) && next.get(1).is_none_or(|b| *b == 0x8b);
            let rest = self.between.take();
            if !another {
                return Poll::Ready(Ok(()));
            }
            self.member = rest.map(GzipDecoder::new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(CONTENT_ENCODING, line.parse().unwrap());
        }
        headers
    }

    #[test]
    fn encodings_are_read_across_lines_and_in_any_case() {
        assert_eq!(encodings(&header(&[])), Ok(vec![]));
        assert_eq!(
            encodings(&header(&["GZIP , identity", "br"])),
            Ok(vec![Encoding::Gzip, Encoding::Brotli])
        );
        assert_eq!(encodings(&header(&["x-gzip"])), Ok(vec![Encoding::Gzip]));
    }

    #[test]
    fn unknown_and_too_many_encodings_are_refused() {
        assert_eq!(encodings(&header(&["rot13"])), Err("rot13".to_owned()));
        assert!(encodings(&header(&["gzip, gzip, gzip, gzip"])).is_err());
    }
}
