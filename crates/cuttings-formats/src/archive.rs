//! What the archive readers give: pages, and what kept them from being pages.
//!
//! [`crate::warc`] and [`crate::tar`] both give [`Entry`]s. A [`Page`] comes as
//! it lies in the archive; [`Page::content`] undoes its codings, so that the
//! one thread that reads does not do the work of those that extract.

use std::io::{self, Read};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Something found in an archive, in its order.
#[derive(Debug)]
pub enum Entry {
    /// A page.
    Page(Page),
    /// A page over the limit on its size; it was passed over unread.
    TooLarge {
        /// Where it is.
        place: Place,
        /// Its length as stored, in bytes.
        bytes: u64,
    },
    /// A record that could not be read. The reader goes on with the next that
    /// can be found; several broken ones in a row may be told as one.
    Broken {
        /// Where the trouble starts.
        place: Place,
        /// What is wrong.
        fault: Fault,
    },
}

/// Where in an archive something is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The number of the record, from 1, counting every kind of record.
    pub number: u64,
    /// The byte at which it starts; in a gzip file the start of its member.
    pub offset: u64,
    /// The path in the archive or the address, when it could be read.
    pub name: Option<String>,
}

/// A page as it lies in an archive.
#[derive(Debug)]
pub struct Page {
    /// Where it is; the name is always there.
    pub place: Place,
    /// The value of its `Content-Type`, if it came with one.
    pub content_type: Option<String>,
    /// Whether its bytes are an HTTP chunked body (RFC 9112, 7.1).
    pub is_chunked: bool,
    /// Names of codings in the order they were applied, lower case.
    pub codings: Vec<String>,
    /// Whether the archive says that the page was cut off when it was kept.
    pub is_cut: bool,
    /// The bytes, still coded.
    pub bytes: Vec<u8>,
}

/// Why a record gave no page.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The file could not be read; nothing after it can be.
    #[error("cannot read on")]
    Source(#[source] io::Error),
    /// The gzip packing is broken.
    #[error("the gzip data is damaged")]
    Gzip(#[source] io::Error),
    /// The archive ends, or the next record starts, in the middle of this one.
    #[error("the record ends early")]
    EndsEarly,
    /// There is something else where a record should start.
    #[error("no record starts here")]
    NoRecord,
    /// The record's head is not one.
    #[error("the head of the record cannot be read: {0}")]
    Head(&'static str),
    /// What follows the record shows that its length is not true.
    #[error("the record is not as long as it says")]
    Length,
    /// A coding of the page is broken.
    #[error("the page's {coding} coding is broken")]
    Coding {
        /// The coding's name.
        coding: String,
    },
    /// A coding that is not known here.
    #[error("the page has the coding “{0}”, which is not known")]
    UnknownCoding(String),
    /// The page is over the limit once its codings are undone.
    #[error("the page unpacks to more than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
}

impl Page {
    /// The page's own bytes, at most `limit` of them.
    ///
    /// Many archives keep the head of an answer and store its body decoded, so
    /// a body that does not start like its coding is taken as it is.
    ///
    /// # Errors
    ///
    /// [`Fault::Coding`], [`Fault::UnknownCoding`], [`Fault::TooLarge`].
    pub fn content(self, limit: usize) -> Result<Vec<u8>, Fault> {
        let mut bytes = self.bytes;
        if self.is_chunked {
            bytes = joined_chunks(bytes, self.is_cut)?;
        }
        for coding in self.codings.iter().rev() {
            let mut out = Vec::new();
            let limited = limit as u64 + 1;
            let undone = match coding.as_str() {
                "gzip" | "x-gzip" if bytes.starts_with(&[0x1f, 0x8b]) => {
                    MultiGzDecoder::new(bytes.as_slice())
                        .take(limited)
                        .read_to_end(&mut out)
                }
                "deflate" if is_zlib(&bytes) => ZlibDecoder::new(bytes.as_slice())
                    .take(limited)
                    .read_to_end(&mut out),
                "deflate" if !starts_like_markup(&bytes) => DeflateDecoder::new(bytes.as_slice())
                    .take(limited)
                    .read_to_end(&mut out),
                "br" if !starts_like_markup(&bytes) => {
                    brotli_decompressor::Decompressor::new(bytes.as_slice(), 4096)
                        .take(limited)
                        .read_to_end(&mut out)
                }
                "gzip" | "x-gzip" | "deflate" | "br" | "identity" | "" => continue,
                other => return Err(Fault::UnknownCoding(other.to_owned())),
            };
            let may_be_cut = self.is_cut && !out.is_empty();
            if undone.is_err() && !may_be_cut {
                return Err(Fault::Coding {
                    coding: coding.clone(),
                });
            }
            if out.len() > limit {
                return Err(Fault::TooLarge { limit });
            }
            bytes = out;
        }
        if bytes.len() > limit {
            return Err(Fault::TooLarge { limit });
        }
        Ok(bytes)
    }
}

/// Whether a file of this name is an HTML page, packed with gzip or not.
///
/// ```
/// # use cuttings_formats::archive::is_page_name;
/// assert!(is_page_name("a/b.HTM"));
/// assert!(is_page_name("page.html.gz"));
/// assert!(!is_page_name("html"));
/// ```
pub fn is_page_name(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    [".html", ".htm", ".xhtml"]
        .iter()
        .any(|ending| name.len() > ending.len() && name.ends_with(ending))
}

fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [method, flags, ..]
        if method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0)
}

fn starts_like_markup(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    text.trim_ascii_start().starts_with(b"<")
}

/// Joins the chunks of a chunked body; gives the body back if it is not one.
fn joined_chunks(bytes: Vec<u8>, is_cut: bool) -> Result<Vec<u8>, Fault> {
    let broken = || Fault::Coding {
        coding: "chunked".to_owned(),
    };
    let mut joined = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    let mut is_first = true;
    loop {
        let Some((size, line)) = chunk_size(rest) else {
            return match (is_first, is_cut) {
                (true, _) => Ok(bytes),
                (false, true) => Ok(joined),
                (false, false) => Err(broken()),
            };
        };
        is_first = false;
        rest = &rest[line..];
        if size == 0 {
            return Ok(joined);
        }
        let Some(chunk) = rest.get(..size) else {
            joined.extend_from_slice(rest);
            return if is_cut { Ok(joined) } else { Err(broken()) };
        };
        joined.extend_from_slice(chunk);
        rest = &rest[size..];
        rest = rest.strip_prefix(b"\r").unwrap_or(rest);
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
}

/// The size in the chunk line that `bytes` start with, and the line's length.
fn chunk_size(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = bytes.iter().take(1024).position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&bytes[..end]).ok()?;
    let digits = line.split(';').next()?.trim();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((usize::from_str_radix(digits, 16).ok()?, end + 1))
}
