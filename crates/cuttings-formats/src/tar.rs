//! Tar archives: the files in them, one after the other.
//!
//! `cuttings extract` reads them. [`Reader`] takes ustar, GNU and pax archives
//! with long names and large sizes, plain or in gzip, and keeps no more than
//! one file in memory. A damaged header is given as [`Damaged`], and the reader
//! goes on with the next header that can be believed.
//!
//! Nothing is ever written to disk, so names such as `../../x` are only names.

use std::io::{self, Read};

use crate::retain::Retained;
use crate::unpack::{Next, Unpacked, is_damage};

const BLOCK: usize = 512;

/// Long names and pax headers may have this many bytes.
const EXTENSION_BYTES: u64 = 256 * 1024;

/// Whether these first 512 bytes are the header of a tar archive that is not
/// packed.
pub fn is_tar(start: &[u8]) -> bool {
    start.len() >= BLOCK && !start[..BLOCK].iter().all(|b| *b == 0) && checksum_holds(start)
}

/// A file of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the archive, from 1; entries of all kinds are counted.
    pub number: u64,
    /// The path as it stands there, `/` between its parts. Bytes that are not
    /// UTF-8 became U+FFFD.
    pub path: String,
    /// The file.
    pub content: Vec<u8>,
}

/// An entry that could not be read. The next ones may well be.
#[derive(Debug, thiserror::Error)]
#[error("entry {number} at byte {offset} {reason}")]
pub struct Damaged {
    /// Its number in the archive, from 1.
    pub number: u64,
    /// Where its header begins in the archive, in bytes, after unpacking.
    pub offset: u64,
    /// The path, where it was still to be read.
    pub path: Option<String>,
    /// What is wrong.
    #[source]
    pub reason: Damage,
}

/// What can be wrong with an entry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The header's checksum does not hold.
    #[error("has no header that makes sense")]
    Header,
    /// The archive ends inside it.
    #[error("is cut off by the end of the archive")]
    CutOff,
    /// The file is over the limit and was passed over.
    #[error("has {bytes} bytes and at most {limit} are read")]
    TooLarge {
        /// Its length.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The compressed bytes are damaged. Nothing comes after this.
    #[error("has damaged gzip data, and nothing behind it can be read")]
    Gzip,
    /// The archive could not be read on. Nothing comes after this.
    #[error("cannot be read")]
    Unreadable(#[source] io::Error),
}

/// Reads the files of a tar archive; see the module.
///
/// An iterator over the files that `wants` chooses by their path; the others
/// are passed over and counted by [`Reader::others`].
pub struct Reader<R: Read, F> {
    content: Retained<Unpacked<R>>,
    limit: u64,
    wants: F,
    number: u64,
    others: u64,
    ended: bool,
    /// What extension headers said about the next entry.
    next_path: Option<String>,
    next_size: Option<u64>,
}

impl<R: Read, F: Fn(&str) -> bool> Reader<R, F> {
    /// Reads from `input`. Wanted files of more than `limit` bytes are passed
    /// over and given as [`Damage::TooLarge`].
    pub fn new(input: R, limit: u64, wants: F) -> Self {
        Self {
            content: Retained::new(Unpacked::new(input), 0),
            limit,
            wants,
            number: 0,
            others: 0,
            ended: false,
            next_path: None,
            next_size: None,
        }
    }

    /// How many other files there were so far. Folders, links and devices do
    /// not count.
    pub fn others(&self) -> u64 {
        self.others
    }

    /// How many entries there were so far, damaged ones included.
    pub fn number(&self) -> u64 {
        self.number
    }

    fn read_file(&mut self) -> Option<Result<Entry, Damaged>> {
        loop {
            let offset = self.content.position();
            let outcome = match self.read_header() {
                Ok(Some(header)) => self.read_entry(&header),
                Ok(None) => return None,
                Err(reason) => {
                    self.number += 1;
                    Err((None, reason))
                }
            };
            match outcome {
                Ok(Some(entry)) => return Some(Ok(entry)),
                Ok(None) => {}
                Err((path, reason)) => return Some(Err(self.damaged(offset, path, reason))),
            }
        }
    }

    fn damaged(&mut self, offset: u64, path: Option<String>, reason: Damage) -> Damaged {
        let reason = match reason {
            Damage::TooLarge { .. } => reason,
            Damage::Header => match self.find_header() {
                Ok(()) => reason,
                Err(worse) => worse,
            },
            Damage::CutOff | Damage::Gzip | Damage::Unreadable(_) => {
                self.ended = true;
                reason
            }
        };
        Damaged {
            number: self.number,
            offset,
            path,
            reason,
        }
    }

    /// At least `wanted` bytes, across gzip members, or all there are.
    fn fill_to(&mut self, wanted: usize) -> Result<&[u8], Damage> {
        while self.content.fill_to(wanted).map_err(of_io)?.len() < wanted {
            match self.content.inner.next_member().map_err(of_io)? {
                Next::Member => {}
                Next::End => break,
                Next::Garbage => return Err(Damage::Gzip),
            }
        }
        self.content.set_mark();
        Ok(self.content.available())
    }

    /// The next header; nothing at the end of the archive, which is two blocks
    /// of zeros or simply the end of the file.
    fn read_header(&mut self) -> Result<Option<[u8; BLOCK]>, Damage> {
        let mut zeros = 0;
        loop {
            let bytes = self.fill_to(BLOCK)?;
            let Some(header) = bytes.first_chunk::<BLOCK>() else {
                let is_end = bytes.iter().all(|byte| *byte == 0);
                return if is_end {
                    Ok(None)
                } else {
                    Err(Damage::CutOff)
                };
            };
            let header = *header;
            if header.iter().all(|byte| *byte == 0) {
                zeros += 1;
                if zeros == 2 {
                    return Ok(None);
                }
            } else if !checksum_holds(&header) {
                return Err(Damage::Header);
            } else {
                self.content.consume(BLOCK);
                return Ok(Some(header));
            }
            self.content.consume(BLOCK);
        }
    }

    /// Reads what belongs to a header. Nothing when it is no wanted file.
    fn read_entry(&mut self, header: &[u8]) -> Result<Option<Entry>, (Option<String>, Damage)> {
        let kind = header[156];
        let given_size = number(&header[124..136]);
        if matches!(kind, b'x' | b'L' | b'g' | b'K') {
            let read = self.read_extension(kind, given_size);
            return read.map(|()| None).map_err(|reason| (None, reason));
        }
        self.number += 1;
        let size = self.next_size.take().or(given_size);
        let path = self.next_path.take().unwrap_or_else(|| path(header));
        let Some(size) = size else {
            return Err((Some(path), Damage::Header));
        };
        let is_file = matches!(kind, b'0' | 0 | b'7') && !path.ends_with('/');
        let outcome = if !is_file {
            self.skip(size).map(|()| None)
        } else if !(self.wants)(&path) {
            self.others += 1;
            self.skip(size).map(|()| None)
        } else if size > self.limit {
            self.skip(size).and(Err(Damage::TooLarge {
                bytes: size,
                limit: self.limit,
            }))
        } else {
            self.read_content(size).map(Some)
        };
        match outcome {
            Ok(content) => Ok(content.map(|content| Entry {
                number: self.number,
                path,
                content,
            })),
            Err(reason) => Err((Some(path), reason)),
        }
    }

    /// Reads what is said about the next entry.
    fn read_extension(&mut self, kind: u8, size: Option<u64>) -> Result<(), Damage> {
        let size = size.ok_or(Damage::Header)?;
        if size > EXTENSION_BYTES || matches!(kind, b'g' | b'K') {
            return self.skip(size);
        }
        let content = self.read_content(size)?;
        if kind == b'L' {
            self.next_path = Some(text(&content));
            return Ok(());
        }
        // Records of pax: `length key=value\n`, the length counting itself.
        let mut rest = &content[..];
        while let Some(space) = memchr::memchr(b' ', rest) {
            let length = std::str::from_utf8(&rest[..space])
                .ok()
                .and_then(|length| length.parse::<usize>().ok())
                .filter(|length| (space + 1..=rest.len()).contains(length))
                .ok_or(Damage::Header)?;
            let record = rest[space + 1..length].trim_ascii_end();
            if let Some(value) = record.strip_prefix(b"path=") {
                self.next_path = Some(text(value));
            } else if let Some(value) = record.strip_prefix(b"size=") {
                self.next_size = std::str::from_utf8(value).ok().and_then(|n| n.parse().ok());
            }
            rest = &rest[length..];
        }
        Ok(())
    }

    fn read_content(&mut self, size: u64) -> Result<Vec<u8>, Damage> {
        // The size is believed only as far as bytes arrive.
        let mut content = Vec::with_capacity(size.min(1 << 20) as usize);
        self.pass(size, |bytes| content.extend_from_slice(bytes))?;
        Ok(content)
    }

    fn skip(&mut self, size: u64) -> Result<(), Damage> {
        self.pass(size, |_| {})
    }

    /// Goes through `size` bytes and the filling behind them.
    fn pass(&mut self, size: u64, mut seen: impl FnMut(&[u8])) -> Result<(), Damage> {
        let filling = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
        for (length, is_content) in [(size, true), (filling, false)] {
            let mut left = length;
            while left > 0 {
                let bytes = self.fill_to(1)?;
                if bytes.is_empty() {
                    // Some writers leave out the last filling.
                    return if is_content {
                        Err(Damage::CutOff)
                    } else {
                        Ok(())
                    };
                }
                let taken = left.min(bytes.len() as u64) as usize;
                if is_content {
                    seen(&bytes[..taken]);
                }
                self.content.consume(taken);
                left -= taken as u64;
            }
        }
        Ok(())
    }

    /// Goes to the next header that can be believed, wherever it begins: bytes
    /// may be missing from the file.
    fn find_header(&mut self) -> Result<(), Damage> {
        const NAME: &[u8] = b"ustar";
        const NAME_AT: usize = 257;
        loop {
            let bytes = self.fill_to(BLOCK)?;
            if bytes.len() < BLOCK {
                self.ended = true;
                return Ok(());
            }
            let taken = match memchr::memmem::find(&bytes[NAME_AT..], NAME) {
                Some(0) if checksum_holds(bytes) => return Ok(()),
                Some(at) => at.max(1),
                None => bytes.len() - NAME_AT - (NAME.len() - 1),
            };
            self.content.consume(taken);
        }
    }
}

impl<R: Read, F: Fn(&str) -> bool> Iterator for Reader<R, F> {
    type Item = Result<Entry, Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let item = self.read_file();
        self.ended |= item.is_none();
        item
    }
}

/// Whether the checksum of a header holds. Old writers summed signed bytes.
fn checksum_holds(header: &[u8]) -> bool {
    let Some(expected) = number(&header[148..156]) else {
        return false;
    };
    let bytes = || {
        header[..BLOCK].iter().enumerate().map(|(at, byte)| {
            if (148..156).contains(&at) {
                b' '
            } else {
                *byte
            }
        })
    };
    let unsigned: i64 = bytes().map(i64::from).sum();
    let signed: i64 = bytes().map(|byte| i64::from(byte as i8)).sum();
    i64::try_from(expected).is_ok_and(|expected| expected == unsigned || expected == signed)
}

/// A number field: octal digits, or base 256 when the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        return field[1..]
            .iter()
            .try_fold(u64::from(field[0] & 0x3f), |sum, byte| {
                Some(sum.checked_mul(256)? + u64::from(*byte))
            });
    }
    let text = std::str::from_utf8(field).ok()?;
    let text = text.trim_matches(|c: char| c == '\0' || c == ' ');
    if text.is_empty() {
        return Some(0);
    }
    u64::from_str_radix(text, 8).ok()
}

/// The path in a header, with the prefix that ustar keeps apart.
fn path(header: &[u8]) -> String {
    let name = text(&header[..100]);
    let is_posix = header[257..263] == *b"ustar\0";
    let prefix = if is_posix {
        text(&header[345..500])
    } else {
        String::new()
    };
    if prefix.is_empty() {
        name
    } else {
        format!("{prefix}/{name}")
    }
}

/// Text up to the first zero byte.
fn text(field: &[u8]) -> String {
    let end = memchr::memchr(0, field).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

fn of_io(error: io::Error) -> Damage {
    if is_damage(&error) {
        Damage::Gzip
    } else {
        Damage::Unreadable(error)
    }
}
