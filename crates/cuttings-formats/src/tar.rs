//! Tape archives: the pages in a tar file, one after the other.
//!
//! `cuttings extract` reads them. Known are POSIX ustar with pax headers, GNU
//! long names, and the old form without a magic; the file may be packed with
//! gzip. Pages are plain files whose name says HTML; all others are passed
//! over without being held.
//!
//! After a broken header the reader looks for the next block whose checksum is
//! right. Zero blocks are passed, so archives joined end to end are read whole.

use std::io::Read;

use crate::archive::{Entry, Fault, Page, Place, is_page_name};
use crate::stream::Stream;

const BLOCK: usize = 512;

/// The longest pax header or long name that is read, in bytes.
const MAX_EXTENSION_BYTES: u64 = 1024 * 1024;

/// The pages in a tar file.
#[derive(Debug)]
pub struct Tar<R: Read> {
    stream: Stream<R>,
    max_page_bytes: usize,
    number: u64,
    is_lost: bool,
    has_ended: bool,
}

/// What extension headers say about the file that follows them.
#[derive(Debug, Default)]
struct Said {
    name: Option<String>,
    bytes: Option<u64>,
}

impl<R: Read> Tar<R> {
    /// Reads `source`; pages of more than `max_page_bytes` as stored are told
    /// as [`Entry::TooLarge`].
    pub fn new(source: R, max_page_bytes: usize) -> Self {
        Self {
            stream: Stream::new(source, false),
            max_page_bytes,
            number: 0,
            is_lost: false,
            has_ended: false,
        }
    }

    /// Reads one file with the extension headers before it.
    fn file(&mut self, place: &mut Place) -> Result<Option<Entry>, Fault> {
        let mut said = Said::default();
        place.number = self.number + 1;
        loop {
            let offset = self.stream.offset();
            if said.name.is_none() && said.bytes.is_none() {
                place.offset = offset;
            }
            let Some(header) = self.header()? else {
                return Ok(None);
            };
            let bytes = number(&header[124..136]).ok_or(Fault::Head("its size is no number"))?;
            match header[156] {
                b'L' => {
                    let name = self.extension(bytes)?;
                    said.name = Some(text(&name));
                }
                b'x' => {
                    let records = self.extension(bytes)?;
                    said.read_pax(&records);
                }
                b'K' | b'g' => self.pass(bytes)?,
                kind => {
                    self.number += 1;
                    let bytes = said.bytes.unwrap_or(bytes);
                    let name = said.name.unwrap_or_else(|| name_of(&header));
                    place.name = Some(name.clone());
                    let is_file = matches!(kind, b'0' | 0 | b'7');
                    if !is_file || !is_page_name(&name) {
                        // Links and folders have no content, whatever they say.
                        let has_content = !matches!(kind, b'1'..=b'6');
                        self.pass(if has_content { bytes } else { 0 })?;
                        return Ok(None);
                    }
                    return self.page(&name, bytes, place).map(Some);
                }
            }
        }
    }

    fn page(&mut self, name: &str, bytes: u64, place: &Place) -> Result<Entry, Fault> {
        if bytes > self.max_page_bytes as u64 {
            self.pass(bytes)?;
            return Ok(Entry::TooLarge {
                place: place.clone(),
                bytes,
            });
        }
        let content = self.extension(bytes)?;
        let is_packed = name.to_ascii_lowercase().ends_with(".gz");
        Ok(Entry::Page(Page {
            place: place.clone(),
            content_type: None,
            is_chunked: false,
            codings: is_packed.then(|| "gzip".to_owned()).into_iter().collect(),
            is_cut: false,
            bytes: content,
        }))
    }

    /// The next block that is not zero; `None` at the end.
    fn header(&mut self) -> Result<Option<[u8; BLOCK]>, Fault> {
        loop {
            let block = self.fill(BLOCK)?;
            if block.iter().take(BLOCK).all(|byte| *byte == 0) {
                let count = block.len().min(BLOCK);
                if count == 0 {
                    self.has_ended = true;
                    return Ok(None);
                }
                self.stream.consume(count);
                continue;
            }
            let Some(block) = block.first_chunk::<BLOCK>().copied() else {
                let count = block.len();
                self.stream.consume(count);
                return Err(Fault::EndsEarly);
            };
            // Never read twice, so every header is a step forward.
            self.stream.consume(BLOCK);
            if !has_right_sum(&block) {
                return Err(Fault::NoRecord);
            }
            return Ok(Some(block));
        }
    }

    /// Content of at most [`MAX_EXTENSION_BYTES`] or a page's limit, with the
    /// bytes that fill up its last block taken.
    fn extension(&mut self, bytes: u64) -> Result<Vec<u8>, Fault> {
        if bytes > MAX_EXTENSION_BYTES.max(self.max_page_bytes as u64) {
            return Err(Fault::Head("an extension of it is too long"));
        }
        let mut content = Vec::new();
        let taken = self.stream.take(bytes, &mut content);
        if self.told(taken)? < bytes {
            return Err(Fault::EndsEarly);
        }
        // The last file of an archive that was cut may lack them.
        let filled = self.stream.skip(filling(bytes));
        self.told(filled)?;
        Ok(content)
    }

    fn pass(&mut self, bytes: u64) -> Result<(), Fault> {
        let passed = self.stream.skip(bytes);
        if self.told(passed)? < bytes {
            return Err(Fault::EndsEarly);
        }
        let filled = self.stream.skip(filling(bytes));
        self.told(filled)?;
        Ok(())
    }

    fn fill(&mut self, want: usize) -> Result<&[u8], Fault> {
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
}

impl<R: Read> Iterator for Tar<R> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        while !self.has_ended {
            let mut place = Place::default();
            match self.file(&mut place) {
                Ok(None) => self.is_lost &= self.has_ended,
                Ok(Some(entry)) => {
                    self.is_lost = false;
                    return Some(entry);
                }
                Err(fault) => {
                    let was_lost = std::mem::replace(&mut self.is_lost, true);
                    match fault {
                        Fault::Source(_) => self.has_ended = true,
                        Fault::Gzip(_) => {
                            let found = self.stream.recover(was_lost);
                            self.has_ended = !matches!(found, Ok(true));
                        }
                        _ => {}
                    }
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

impl Said {
    /// Reads records of the form `LENGTH KEY=VALUE\n`.
    fn read_pax(&mut self, mut rest: &[u8]) {
        while let Some(space) = rest.iter().position(|byte| *byte == b' ') {
            let length = std::str::from_utf8(&rest[..space]).ok();
            let length = length.and_then(|digits| digits.parse::<usize>().ok());
            let Some(record) = length.and_then(|length| rest.get(space + 1..length)) else {
                return;
            };
            rest = &rest[space + 1 + record.len()..];
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            if let Some(path) = record.strip_prefix(b"path=") {
                self.name = Some(String::from_utf8_lossy(path).into_owned());
            } else if let Some(size) = record.strip_prefix(b"size=") {
                let size = std::str::from_utf8(size).ok();
                self.bytes = size.and_then(|size| size.parse().ok()).or(self.bytes);
            }
        }
    }
}

fn filling(bytes: u64) -> u64 {
    bytes.wrapping_neg() % BLOCK as u64
}

fn name_of(header: &[u8; BLOCK]) -> String {
    let name = text(&header[..100]);
    let prefix = text(&header[345..500]);
    // GNU's own form keeps other things where POSIX has the prefix.
    if header[257..].starts_with(b"ustar\0") && !prefix.is_empty() {
        format!("{prefix}/{name}")
    } else {
        name
    }
}

/// Up to the first zero byte.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0);
    String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]).into_owned()
}

/// Octal digits, or GNU's big-endian bytes with the first bit set.
fn number(field: &[u8]) -> Option<u64> {
    if let [first, rest @ ..] = field
        && first & 0x80 != 0
    {
        return rest.iter().try_fold(u64::from(first & 0x3f), |sum, byte| {
            sum.checked_mul(256)?.checked_add(u64::from(*byte))
        });
    }
    let digits = field.split(|byte| *byte == 0).next().unwrap_or(field);
    let digits = std::str::from_utf8(digits).ok()?.trim();
    if digits.is_empty() {
        return Some(0);
    }
    u64::from_str_radix(digits, 8).ok()
}

/// Whether the sum of the block's bytes is the one it names, its own field
/// counted as spaces; some old writers added the bytes as signed.
fn has_right_sum(block: &[u8; BLOCK]) -> bool {
    let Some(named) = number(&block[148..156]) else {
        return false;
    };
    let counted = |at: usize, byte: u8| if (148..156).contains(&at) { b' ' } else { byte };
    let bytes = || {
        block
            .iter()
            .enumerate()
            .map(|(at, byte)| counted(at, *byte))
    };
    let unsigned: u64 = bytes().map(u64::from).sum();
    let signed: i64 = bytes().map(|byte| i64::from(byte.cast_signed())).sum();
    unsigned == named || u64::try_from(signed) == Ok(named)
}
