//! Web archives: the records of a WARC file, one after the other.
//!
//! `cuttings extract` reads them. [`Reader`] takes WARC 1.0 and 1.1, plain, as
//! one gzip stream, or with a gzip member for each record, and keeps no more
//! than one record in memory. What is in a record is told by [`crate::answer`].
//!
//! Large archives hold damage. A damaged record is given as [`Damaged`] and
//! the reader goes on with the next record it can find, beginning where the
//! damage may have begun (but at most 24 MiB, in gzip 4 MiB, before the place
//! where it was noticed). Any bytes at all can be read, in time linear in their
//! number.
//!
//! # Source
//!
//! ISO 28500:2017, as published by the IIPC (WARC 1.1).

use std::io::{self, Read};

use crate::retain::Retained;
use crate::unpack::{Next, Unpacked, is_damage};

/// The head of a record may have this many bytes.
const HEAD_BYTES: usize = 64 * 1024;

/// How far the search for the next record goes back from where damage was
/// noticed.
const RETAINED_BYTES: usize = 24 * 1024 * 1024;

/// Every record begins so.
const MAGIC: &[u8] = b"WARC/";

/// Whether these first bytes are those of a WARC file that is not packed.
pub fn is_warc(start: &[u8]) -> bool {
    start.starts_with(MAGIC)
}

/// A record of a page: a `response`, or a `resource`, which is a page without
/// an HTTP head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number in the file, from 1; records of all types are counted.
    pub number: u64,
    /// Where it begins: see [`Damaged::offset`].
    pub offset: u64,
    /// What it is.
    pub kind: Kind,
    /// `WARC-Target-URI`, as it stands there without angle brackets.
    pub target: Option<String>,
    /// `Content-Type` of the block.
    pub content_type: Option<String>,
    /// The block: the HTTP answer of a response.
    pub block: Vec<u8>,
}

/// The types of record that hold a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The answer of a server.
    Response,
    /// A file without the answer that brought it.
    Resource,
}

/// A record that could not be read. The next ones may well be.
#[derive(Debug, thiserror::Error)]
#[error("record {number} at byte {offset} {reason}")]
pub struct Damaged {
    /// Its number in the file, from 1.
    pub number: u64,
    /// Where it begins, in bytes: in the file, when the file is plain or the
    /// record has a gzip member of its own; else in the unpacked stream.
    pub offset: u64,
    /// What is wrong.
    #[source]
    pub reason: Damage,
}

/// What can be wrong with a record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The bytes there are no head of a record.
    #[error("does not begin like a WARC record")]
    NoRecord,
    /// The head has no end, or a line that is no field.
    #[error("has a head that makes no sense")]
    Head,
    /// The length of the block is missing or no number.
    #[error("does not say how long it is")]
    NoLength,
    /// The block has not the length that the head says.
    #[error("is not as long as it says")]
    WrongLength,
    /// The file ends inside it.
    #[error("is cut off by the end of the file")]
    CutOff,
    /// The page is one of several segments.
    #[error("is split into segments, which are not joined")]
    Segment,
    /// The block is over the limit and was passed over.
    #[error("has {bytes} bytes and at most {limit} are read")]
    TooLarge {
        /// Its length as the head says.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The compressed bytes are damaged.
    #[error("has damaged gzip data")]
    Gzip,
    /// The same, and no gzip member with a record follows.
    #[error("has damaged gzip data, and nothing behind it can be read")]
    GzipToEnd,
    /// The file could not be read on. Nothing comes after this.
    #[error("cannot be read")]
    Unreadable(#[source] io::Error),
}

/// Reads the records of a WARC file; see the module.
///
/// An iterator over the pages; records of other types (requests, metadata,
/// revisits, …) are passed over and counted by [`Reader::others`].
///
/// ```
/// let archive = b"WARC/1.1\r\nWARC-Type: resource\r\n\
///     WARC-Target-URI: https://example.org/\r\nContent-Type: text/html\r\n\
///     Content-Length: 12\r\n\r\n<p>It rained\r\n\r\n";
/// let mut records = cuttings_formats::warc::Reader::new(&archive[..], 1 << 20);
/// let record = records.next().unwrap()?;
/// assert_eq!(record.target.as_deref(), Some("https://example.org/"));
/// assert_eq!(record.block, b"<p>It rained");
/// assert!(records.next().is_none());
/// # Ok::<(), cuttings_formats::warc::Damaged>(())
/// ```
pub struct Reader<R: Read> {
    content: Retained<Unpacked<R>>,
    limit: u64,
    number: u64,
    others: u64,
    /// Damaged records that begin before this were searched already.
    searched_to: u64,
    /// Whether a record begins here for sure, so that there is no searching.
    at_record: bool,
    ended: bool,
}

/// What a head says.
#[derive(Default)]
struct Head {
    kind: Option<Kind>,
    target: Option<String>,
    content_type: Option<String>,
    length: Option<u64>,
    is_segment: bool,
}

/// How reading inside of a record went on.
enum More {
    /// There are bytes.
    Bytes,
    /// A new member starts with a new record.
    NextRecord,
    End,
}

impl<R: Read> Reader<R> {
    /// Reads from `input`. Blocks of more than `limit` bytes are passed over
    /// and given as [`Damage::TooLarge`].
    pub fn new(input: R, limit: u64) -> Self {
        Self {
            content: Retained::new(Unpacked::new(input), RETAINED_BYTES),
            limit,
            number: 0,
            others: 0,
            searched_to: 0,
            at_record: false,
            ended: false,
        }
    }

    /// How many records of other types there were so far.
    pub fn others(&self) -> u64 {
        self.others
    }

    /// How many records there were so far, damaged ones included.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next page; nothing at the end of the file.
    fn read_page(&mut self) -> Option<Result<Record, Damaged>> {
        loop {
            match self.skip_line_ends() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.number += 1;
                    let offset = self.offset();
                    return Some(Err(self.damaged(offset, self.number, of_io(error))));
                }
            }
            self.number += 1;
            let (offset, number) = (self.offset(), self.number);
            match self.read_record() {
                Ok(Some((head, kind, block))) => {
                    return Some(Ok(Record {
                        number,
                        offset,
                        kind,
                        target: head.target,
                        content_type: head.content_type,
                        block,
                    }));
                }
                Ok(None) => self.others += 1,
                Err(reason) => return Some(Err(self.damaged(offset, number, reason))),
            }
        }
    }

    /// Finds the way to the next record and tells what was wrong with this one.
    fn damaged(&mut self, offset: u64, number: u64, reason: Damage) -> Damaged {
        let found = match reason {
            // The reader stands where the next record should.
            Damage::TooLarge { .. } | Damage::Segment => Ok(true),
            Damage::Unreadable(_) => Ok(false),
            Damage::Gzip => self.find_member(),
            Damage::NoRecord if number == 1 && self.content.inner.find_packed_start(MAGIC) => {
                self.forget();
                Ok(true)
            }
            _ => match self.find_record() {
                Err(error) if is_damage(&error) => self.find_member(),
                other => other.map(|()| true),
            },
        };
        let reason = match (found, reason) {
            (Ok(true), reason) => reason,
            (Ok(false), Damage::Unreadable(error)) | (Err(error), _) => {
                self.ended = true;
                Damage::Unreadable(error)
            }
            (Ok(false), _) => {
                self.ended = true;
                Damage::GzipToEnd
            }
        };
        Damaged {
            number,
            offset,
            reason,
        }
    }

    /// Goes back to the mark and from there to the next line that begins like
    /// a record.
    fn find_record(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.at_record) {
            return Ok(());
        }
        let noticed = self.content.position();
        if noticed > self.searched_to {
            // Each byte is searched once and read as a record once more.
            self.content.back_to_mark(0);
            if self.content.position() < self.searched_to {
                let known = self.searched_to - self.content.position();
                self.content.consume(known as usize);
            }
            self.searched_to = noticed;
        }
        while self.next_line_start()? && !self.is_at_magic()? {}
        Ok(())
    }

    /// Goes behind the next line end, or to the start of the next member.
    fn next_line_start(&mut self) -> io::Result<bool> {
        loop {
            let bytes = self.content.fill()?;
            if bytes.is_empty() {
                return Ok(match self.more_after_member()? {
                    More::NextRecord => true,
                    More::Bytes => continue,
                    More::End => false,
                });
            }
            let end = memchr::memchr(b'\n', bytes);
            let seen = end.map_or(bytes.len(), |at| at + 1);
            self.content.consume(seen);
            if end.is_some() {
                return Ok(true);
            }
        }
    }

    /// Goes to the next gzip member that holds a record; false where there is
    /// none.
    fn find_member(&mut self) -> io::Result<bool> {
        self.forget();
        self.content.inner.find_member(MAGIC)
    }

    /// Forgets what was unpacked and not read.
    fn forget(&mut self) {
        let left = self.content.available().len();
        self.content.consume(left);
        self.content.set_mark();
    }

    /// Passes over line ends between records; false at the end of the file.
    fn skip_line_ends(&mut self) -> io::Result<bool> {
        loop {
            let bytes = self.content.fill()?;
            if bytes.is_empty() {
                match self.more_after_member()? {
                    More::End => return Ok(false),
                    More::Bytes | More::NextRecord => continue,
                }
            }
            let ends = bytes
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                .count();
            let is_record = ends < bytes.len();
            self.content.consume(ends);
            if is_record {
                self.content.set_mark();
                return Ok(true);
            }
        }
    }

    /// Whether a record begins here, even if a gzip member ends right in its
    /// first bytes.
    fn is_at_magic(&mut self) -> io::Result<bool> {
        loop {
            let bytes = self.content.fill_to(MAGIC.len())?;
            if bytes.len() >= MAGIC.len() || bytes.is_empty() || !MAGIC.starts_with(bytes) {
                return Ok(is_warc(bytes));
            }
            if self.content.inner.next_member()? != Next::Member {
                return Ok(false);
            }
        }
    }

    /// Called where a part of the stream has ended.
    fn more_after_member(&mut self) -> io::Result<More> {
        match self.content.inner.next_member()? {
            Next::End => Ok(More::End),
            Next::Garbage => Err(io::ErrorKind::InvalidData.into()),
            Next::Member => Ok(if is_warc(self.content.fill_to(MAGIC.len())?) {
                More::NextRecord
            } else {
                More::Bytes
            }),
        }
    }

    /// Where the record that starts here begins; see [`Damaged::offset`].
    fn offset(&self) -> u64 {
        let unpacked = &self.content.inner;
        if unpacked.is_packed() && unpacked.member_start() > 0 {
            unpacked.member_start()
        } else {
            self.content.position()
        }
    }

    /// Reads one record. Nothing for records of other types.
    fn read_record(&mut self) -> Result<Option<(Head, Kind, Vec<u8>)>, Damage> {
        // Whatever is wrong with the first line: the search begins behind it.
        self.at_record = false;
        if !self.is_at_magic().map_err(of_io)? {
            return Err(Damage::NoRecord);
        }
        let head = self.read_head()?;
        self.content.set_mark();
        let length = head.length.ok_or(Damage::NoLength)?;
        let wanted = head.kind.filter(|_| length <= self.limit);
        let mut block = Vec::new();
        if wanted.is_some() {
            block = self.read_block(length)?;
        } else {
            self.skip_block(length, length > self.limit)?;
        }
        self.expect_end()?;
        if head.kind.is_some() && length > self.limit {
            return Err(Damage::TooLarge {
                bytes: length,
                limit: self.limit,
            });
        }
        if head.kind.is_some() && head.is_segment {
            return Err(Damage::Segment);
        }
        Ok(wanted.map(|kind| (head, kind, block)))
    }

    fn read_head(&mut self) -> Result<Head, Damage> {
        let mut left = HEAD_BYTES;
        let mut line = Vec::new();
        self.read_line(&mut line, &mut left)?;
        let is_known = std::str::from_utf8(&line)
            .ok()
            .and_then(|line| line.strip_prefix("WARC/"))
            .is_some_and(|version| version.starts_with("1.") || version.starts_with("0."));
        if !is_known {
            return Err(Damage::NoRecord);
        }
        let mut head = Head::default();
        let mut field = String::new();
        loop {
            self.read_line(&mut line, &mut left)?;
            let text = String::from_utf8_lossy(&line);
            if text.starts_with([' ', '\t']) && !text.trim().is_empty() {
                // A field may go on in the next line.
                field.push(' ');
                field.push_str(text.trim());
                continue;
            }
            if !field.is_empty() {
                head.read_field(&field)?;
            }
            if text.trim().is_empty() {
                return Ok(head);
            }
            text.trim_end().clone_into(&mut field);
        }
    }

    /// Reads a line of the head, without its end. `left` is what the head may
    /// still have.
    fn read_line(&mut self, line: &mut Vec<u8>, left: &mut usize) -> Result<(), Damage> {
        line.clear();
        loop {
            let bytes = self.content.fill().map_err(of_io)?;
            if bytes.is_empty() {
                self.need_more()?;
                continue;
            }
            let end = memchr::memchr(b'\n', bytes);
            let taken = end.map_or(bytes.len(), |at| at + 1);
            if taken > *left {
                return Err(Damage::Head);
            }
            *left -= taken;
            line.extend_from_slice(&bytes[..taken]);
            self.content.consume(taken);
            if end.is_some() {
                while line
                    .last()
                    .is_some_and(|last| matches!(last, b'\r' | b'\n'))
                {
                    line.pop();
                }
                return Ok(());
            }
        }
    }

    fn read_block(&mut self, length: u64) -> Result<Vec<u8>, Damage> {
        // The length is believed only as far as bytes arrive.
        let mut block = Vec::with_capacity(length.min(1 << 20) as usize);
        while (block.len() as u64) < length {
            let bytes = self.content.fill().map_err(of_io)?;
            if bytes.is_empty() {
                self.need_more()?;
                continue;
            }
            let taken = (length - block.len() as u64).min(bytes.len() as u64) as usize;
            block.extend_from_slice(&bytes[..taken]);
            self.content.consume(taken);
        }
        Ok(block)
    }

    /// Passes over a block. With `in_doubt` a head inside of it means that the
    /// length is wrong: nothing that long could be searched again.
    fn skip_block(&mut self, length: u64, in_doubt: bool) -> Result<(), Damage> {
        const NEXT: &[u8] = b"\r\n\r\nWARC/1.";
        let mut left = length;
        while left > 0 {
            let wanted = if in_doubt { NEXT.len() } else { 1 };
            let bytes = self.content.fill_to(wanted).map_err(of_io)?;
            if bytes.is_empty() {
                self.need_more()?;
                continue;
            }
            let mut taken = left.min(bytes.len() as u64) as usize;
            if in_doubt {
                if let Some(at) = memchr::memmem::find(&bytes[..taken], NEXT) {
                    self.content.consume(at + 4);
                    self.at_record = true;
                    return Err(Damage::WrongLength);
                }
                // The first part of a head may stand at the end.
                if bytes.len() >= NEXT.len() && left > bytes.len() as u64 {
                    taken -= NEXT.len() - 1;
                }
            }
            self.content.consume(taken);
            left -= taken as u64;
            if in_doubt {
                self.content.set_mark();
            }
        }
        Ok(())
    }

    /// Called where a part of the stream ended inside of a record.
    fn need_more(&mut self) -> Result<(), Damage> {
        match self.more_after_member().map_err(of_io)? {
            More::Bytes => Ok(()),
            More::NextRecord => {
                self.at_record = true;
                Err(Damage::WrongLength)
            }
            More::End => Err(Damage::CutOff),
        }
    }

    /// The empty lines behind a block. Without them the length was wrong. Goes
    /// to the end of the gzip member, where its checksum is.
    fn expect_end(&mut self) -> Result<(), Damage> {
        let mut seen = 0;
        loop {
            let bytes = self.content.fill().map_err(of_io)?;
            let ends = bytes
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                .count();
            seen += ends;
            // Some writers leave the lines out at the end of a member or file.
            if bytes.is_empty() || (ends < bytes.len() && seen > 0) {
                self.content.consume(ends);
                return Ok(());
            }
            if ends < bytes.len() {
                return Err(Damage::WrongLength);
            }
            self.content.consume(ends);
        }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Record, Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let item = self.read_page();
        self.ended |= item.is_none();
        item
    }
}

impl Head {
    fn read_field(&mut self, field: &str) -> Result<(), Damage> {
        let (name, value) = field.split_once(':').ok_or(Damage::Head)?;
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "warc-type" => {
                self.kind = match value.to_ascii_lowercase().as_str() {
                    "response" => Some(Kind::Response),
                    "resource" => Some(Kind::Resource),
                    _ => None,
                };
            }
            "warc-target-uri" => {
                // The grammar of version 1.0 put angle brackets around it.
                let target = value.trim_start_matches('<').trim_end_matches('>');
                self.target = Some(target.to_owned());
            }
            "content-type" => self.content_type = Some(value.to_owned()),
            "content-length" => {
                self.length = Some(value.parse().map_err(|_| Damage::NoLength)?);
            }
            "warc-segment-number" => self.is_segment = true,
            _ => {}
        }
        Ok(())
    }
}

fn of_io(error: io::Error) -> Damage {
    if is_damage(&error) {
        Damage::Gzip
    } else {
        Damage::Unreadable(error)
    }
}
