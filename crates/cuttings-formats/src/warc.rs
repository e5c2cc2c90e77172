//! Web archives: the pages in a WARC file, one after the other.
//!
//! `cuttings extract` reads them. The format is ISO 28500, WARC 1.0 and 1.1;
//! a file may be packed with gzip, each record on its own or all of it at once.
//!
//! Pages are `response` records whose HTTP answer has a 2xx status and is
//! HTML, and `resource` records that are HTML. All others are passed over
//! without being held. Crawlers crash and disks fill up, so a record is
//! believed only when another one, or the end, follows it; after one that is
//! broken the reader looks for the next line that starts a record.

use std::io::Read;

use memchr::memmem;

use crate::archive::{Entry, Fault, Page, Place};
use crate::stream::Stream;

/// The longest head of a record or of an HTTP answer that is read, in bytes.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// How a line starts that starts a record.
const RECORD: &[u8] = b"WARC/1.";

/// The pages in a WARC file.
///
/// ```
/// use cuttings_formats::archive::Entry;
/// use cuttings_formats::warc::Warc;
///
/// let file = b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/html\r\n\
///     WARC-Target-URI: https://example.com/\r\nContent-Length: 5\r\n\r\n<p>Hi\r\n\r\n";
/// let entries: Vec<Entry> = Warc::new(&file[..], 1024).collect();
/// assert!(matches!(&entries[..], [Entry::Page(page)] if page.bytes == b"<p>Hi"));
/// ```
#[derive(Debug)]
pub struct Warc<R: Read> {
    stream: Stream<R>,
    max_page_bytes: usize,
    number: u64,
    /// Whether nothing good was found since something broken was told.
    is_lost: bool,
    has_ended: bool,
    /// Up to here bytes were given back once and are not given back again.
    given_back_to: u64,
    /// Trouble that was met behind a record that is whole; told with the next.
    pending: Option<Fault>,
}

/// What a record's head says, as far as it matters here.
#[derive(Debug, Default)]
struct Head {
    kind: String,
    target: Option<String>,
    content_type: Option<String>,
    length: Option<u64>,
    is_cut: bool,
}

/// What the head of an HTTP answer says, as far as it matters here.
#[derive(Debug, Default)]
struct Answer {
    status: u16,
    content_type: Option<String>,
    is_chunked: bool,
    codings: Vec<String>,
}

impl<R: Read> Warc<R> {
    /// Reads `source`; pages of more than `max_page_bytes` as stored are told
    /// as [`Entry::TooLarge`].
    pub fn new(source: R, max_page_bytes: usize) -> Self {
        Self {
            stream: Stream::new(source, true),
            max_page_bytes,
            number: 0,
            is_lost: false,
            has_ended: false,
            given_back_to: 0,
            pending: None,
        }
    }

    /// Reads one record. `Ok(None)`: nothing to tell of it.
    fn record(&mut self, place: &mut Place) -> Result<Option<Entry>, Fault> {
        place.number = self.number + 1;
        place.offset = self.stream.offset();
        let start = self.fill(RECORD.len())?;
        if start.is_empty() {
            self.has_ended = true;
            return Ok(None);
        }
        place.offset = self.stream.offset();
        if !self.fill(RECORD.len())?.starts_with(RECORD) {
            return Err(Fault::NoRecord);
        }
        self.number += 1;
        // The version is never read twice, so every record is a step forward.
        self.stream.consume(RECORD.len());
        let head = self.head(MAX_HEAD_BYTES)?;
        let head = Head::parse(&head);
        place.name.clone_from(&head.target);
        let length = head.length.ok_or(Fault::Head("it has no Content-Length"))?;
        let found = match head.kind.as_str() {
            "response" => self.response(&head, length, place)?,
            "resource" => self.resource(head, length, place)?,
            _ => {
                self.pass(length)?;
                None
            }
        };
        if self.is_followed_well()? {
            return Ok(found);
        }
        if let Some(Entry::Page(page)) = &found {
            self.give_back_swallowed(&page.bytes);
        }
        Err(Fault::Length)
    }

    fn response(
        &mut self,
        head: &Head,
        length: u64,
        place: &Place,
    ) -> Result<Option<Entry>, Fault> {
        let kind = head.content_type.as_deref().unwrap_or("application/http");
        if !kind.to_ascii_lowercase().starts_with("application/http") {
            self.pass(length)?;
            return Ok(None);
        }
        let limit =
            usize::try_from(length).map_or(MAX_HEAD_BYTES, |length| length.min(MAX_HEAD_BYTES));
        let before = self.stream.taken();
        let bytes = match self.head(limit) {
            Ok(bytes) => bytes,
            // No answer, but the record may be in order all the same.
            Err(Fault::Head(_)) => {
                let taken = self.stream.taken() - before;
                self.pass(length.saturating_sub(taken))?;
                return Ok(None);
            }
            Err(fault) => return Err(fault),
        };
        let left = length - (self.stream.taken() - before);
        let answer = Answer::parse(&bytes);
        let is_page = (200..300).contains(&answer.status)
            && if let Some(kind) = &answer.content_type {
                is_html(kind)
            } else {
                let start = self.fill(64)?;
                start.trim_ascii_start().starts_with(b"<")
            };
        if !is_page || head.target.is_none() {
            self.pass(left)?;
            return Ok(None);
        }
        self.page(left, place, answer, head.is_cut)
    }

    fn resource(&mut self, head: Head, length: u64, place: &Place) -> Result<Option<Entry>, Fault> {
        if head.target.is_none() || !head.content_type.as_deref().is_some_and(is_html) {
            self.pass(length)?;
            return Ok(None);
        }
        let answer = Answer {
            content_type: head.content_type,
            ..Answer::default()
        };
        self.page(length, place, answer, head.is_cut)
    }

    fn page(
        &mut self,
        length: u64,
        place: &Place,
        answer: Answer,
        is_cut: bool,
    ) -> Result<Option<Entry>, Fault> {
        if length > self.max_page_bytes as u64 {
            self.pass(length)?;
            return Ok(Some(Entry::TooLarge {
                place: place.clone(),
                bytes: length,
            }));
        }
        let mut bytes = Vec::new();
        let result = self.stream.take(length, &mut bytes);
        let taken = self.told(result)?;
        if taken < length {
            self.give_back_swallowed(&bytes);
            return Err(Fault::EndsEarly);
        }
        Ok(Some(Entry::Page(Page {
            place: place.clone(),
            content_type: answer.content_type,
            is_chunked: answer.is_chunked,
            codings: answer.codings,
            is_cut,
            bytes,
        })))
    }

    /// Lines up to an empty one, which is taken too.
    fn head(&mut self, limit: usize) -> Result<Vec<u8>, Fault> {
        let mut want = 1;
        loop {
            let bytes = self.fill(want)?;
            let held = bytes.len();
            let seen = &bytes[..held.min(limit)];
            if let Some(end) = head_end(seen) {
                let head = seen[..end].to_vec();
                self.stream.consume(end);
                return Ok(head);
            }
            if held >= limit {
                self.stream.consume(limit);
                return Err(Fault::Head("no empty line ends it"));
            }
            if held < want {
                self.stream.consume(held);
                return Err(Fault::EndsEarly);
            }
            want = (held * 2).clamp(512, limit.max(512));
        }
    }

    fn pass(&mut self, length: u64) -> Result<(), Fault> {
        let result = self.stream.skip(length);
        if self.told(result)? < length {
            return Err(Fault::EndsEarly);
        }
        Ok(())
    }

    /// Takes what ends a record; whether that, another record or the end is
    /// what follows.
    fn is_followed_well(&mut self) -> Result<bool, Fault> {
        let bytes = self.fill(4)?;
        for end in [&b"\r\n\r\n"[..], b"\n\n"] {
            if bytes.starts_with(end) {
                self.stream.consume(end.len());
                return self.is_whole();
            }
        }
        self.pass_empty_lines()?;
        let bytes = self.fill(RECORD.len())?;
        Ok(bytes.is_empty() || bytes.starts_with(RECORD))
    }

    /// Whether the gzip member that a record ends in is sound, as far as can be
    /// told here: its checksum comes last. Damage can put bytes behind the
    /// record, so some more are read before it is believed; trouble in the next
    /// member, or of the source, is told when the next record is read.
    fn is_whole(&mut self) -> Result<bool, Fault> {
        const FURTHER: usize = 64 * 1024;
        let member = self.stream.offset();
        let looked = match self.fill(RECORD.len()) {
            Ok(bytes) if bytes.is_empty() || bytes.starts_with(RECORD) => return Ok(true),
            Ok(_) => self.fill(FURTHER).map(|_| ()),
            Err(fault) => Err(fault),
        };
        match looked {
            Err(fault @ Fault::Gzip(_)) if self.stream.offset() == member => Err(fault),
            Err(fault) => {
                self.pending = Some(fault);
                Ok(true)
            }
            Ok(()) => Ok(true),
        }
    }

    fn pass_empty_lines(&mut self) -> Result<(), Fault> {
        loop {
            let bytes = self.fill(RECORD.len())?;
            let is_empty = |byte: &&u8| matches!(byte, b'\r' | b'\n');
            let empty = bytes.iter().take_while(is_empty).count();
            if empty == 0 {
                return Ok(());
            }
            self.stream.consume(empty);
        }
    }

    /// Lets records that a wrong length made part of a page be read after all.
    fn give_back_swallowed(&mut self, bytes: &[u8]) {
        if self.stream.taken() <= self.given_back_to {
            return;
        }
        if let Some(at) = memmem::find(bytes, b"\nWARC/1.") {
            self.given_back_to = self.stream.taken();
            self.stream.give_back(&bytes[at + 1..]);
        }
    }

    fn fill(&mut self, want: usize) -> Result<&[u8], Fault> {
        if let Some(fault) = self.pending.take() {
            return Err(fault);
        }
        // Asked twice, since the borrow of a failed fill would outlive it.
        if let Err(error) = self.stream.fill(want) {
            return Err(self.fault(error));
        }
        self.stream.fill(0).map_err(Fault::Source)
    }

    fn told(&self, result: std::io::Result<u64>) -> Result<u64, Fault> {
        result.map_err(|error| self.fault(error))
    }

    fn fault(&self, error: std::io::Error) -> Fault {
        if self.stream.is_damaged() {
            Fault::Gzip(error)
        } else {
            Fault::Source(error)
        }
    }

    /// After something broken: goes to the next line that starts a record.
    fn resume(&mut self, fault: &Fault) {
        let mut is_source = matches!(fault, Fault::Source(_));
        let mut is_gzip = matches!(fault, Fault::Gzip(_));
        let mut is_lost = self.is_lost;
        loop {
            if is_source || (is_gzip && !matches!(self.stream.recover(is_lost), Ok(true))) {
                self.has_ended = true;
                return;
            }
            match self.next_start() {
                Ok(found) => {
                    self.has_ended = !found;
                    return;
                }
                Err(fault) => {
                    is_source = matches!(fault, Fault::Source(_));
                    is_gzip = matches!(fault, Fault::Gzip(_));
                    is_lost = true;
                }
            }
        }
    }

    fn next_start(&mut self) -> Result<bool, Fault> {
        loop {
            let bytes = self.fill(8 * 1024)?;
            if bytes.starts_with(RECORD) {
                return Ok(true);
            }
            let (length, found) = (bytes.len(), memmem::find(bytes, b"\nWARC/1."));
            if let Some(at) = found {
                self.stream.consume(at + 1);
                return Ok(true);
            }
            if length <= RECORD.len() {
                self.stream.consume(length);
                if !self.stream.next_piece() {
                    return Ok(false);
                }
            } else {
                // What may be the start of a line like that stays.
                self.stream.consume(length - RECORD.len());
            }
        }
    }
}

impl<R: Read> Iterator for Warc<R> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        while !self.has_ended {
            let mut place = Place::default();
            let read = match self.pass_empty_lines() {
                Ok(()) => {
                    // A piece that was not entered yet comes before the end.
                    self.stream.next_piece();
                    self.record(&mut place)
                }
                Err(fault) => {
                    place.number = self.number + 1;
                    place.offset = self.stream.offset();
                    Err(fault)
                }
            };
            match read {
                Ok(None) => {
                    if !self.has_ended {
                        self.is_lost = false;
                    }
                }
                Ok(Some(entry)) => {
                    self.is_lost = false;
                    return Some(entry);
                }
                Err(fault) => {
                    self.resume(&fault);
                    let was_lost = std::mem::replace(&mut self.is_lost, true);
                    // A read error is the end, and never only an echo.
                    if !was_lost || matches!(fault, Fault::Source(_)) {
                        return Some(Entry::Broken { place, fault });
                    }
                }
            }
        }
        None
    }
}

impl Head {
    fn parse(bytes: &[u8]) -> Self {
        let mut head = Self::default();
        for (name, value) in fields(bytes) {
            match name.as_str() {
                "warc-type" => head.kind = value.to_ascii_lowercase(),
                "warc-target-uri" => {
                    // WARC 1.0 prints the address in angle brackets.
                    let address = value.trim_start_matches('<').trim_end_matches('>');
                    head.target = Some(address.to_owned());
                }
                "content-type" => head.content_type = Some(value),
                "content-length" => head.length = value.parse().ok(),
                "warc-truncated" => head.is_cut = true,
                _ => {}
            }
        }
        head
    }
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let mut answer = Self::default();
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes);
        let line = String::from_utf8_lossy(line);
        if line.starts_with("HTTP/") {
            let status = line.split_ascii_whitespace().nth(1);
            answer.status = status.and_then(|status| status.parse().ok()).unwrap_or(0);
        }
        for (name, value) in fields(bytes) {
            let words = || {
                let words = value
                    .split(',')
                    .map(|word| word.trim().to_ascii_lowercase());
                words.filter(|word| !word.is_empty())
            };
            match name.as_str() {
                "content-type" => answer.content_type = Some(value.clone()),
                "content-encoding" => answer.codings.extend(words()),
                "transfer-encoding" => {
                    for word in words() {
                        if word == "chunked" {
                            answer.is_chunked = true;
                        } else {
                            answer.codings.push(word);
                        }
                    }
                }
                _ => {}
            }
        }
        answer
    }
}

/// The fields below the first line: names in lower case, values joined over
/// continuation lines.
fn fields(bytes: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(bytes);
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().skip(1) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

/// Where the head that `bytes` start with ends, its empty line included.
fn head_end(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', bytes).find_map(|at| {
        let after = &bytes[at + 1..];
        if after.starts_with(b"\n") {
            Some(at + 2)
        } else if after.starts_with(b"\r\n") {
            Some(at + 3)
        } else {
            None
        }
    })
}

fn is_html(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or("").trim();
    ["text/html", "application/xhtml+xml"]
        .iter()
        .any(|html| kind.eq_ignore_ascii_case(html))
}
