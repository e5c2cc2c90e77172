//! Writing ZIP files whose entries are stored as they are, so that programs can
//! read a part of one by its place.
//!
//! [`crate::wacz`] writes with it. Each entry's head is written first and filled in
//! when the entry ends, so nothing is held in memory and an entry may be larger
//! than 4 GiB.
//!
//! # Source
//!
//! APPNOTE.TXT 6.3.10, PKWARE.

use std::io::{self, Seek, SeekFrom, Write};

use flate2::Crc;
use sha2::{Digest as _, Sha256};

/// What an entry came to.
#[derive(Debug, Clone)]
pub struct Packed {
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

/// A ZIP file between two entries.
pub struct Writer<W> {
    out: W,
    at: u64,
    directory: Vec<Listed>,
}

struct Listed {
    name: String,
    offset: u64,
    bytes: u64,
    crc: u32,
}

/// An entry that is being written.
pub struct Entry<W> {
    zip: Writer<W>,
    name: String,
    bytes: u64,
    crc: Crc,
    sha256: Sha256,
}

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
/// Version needed for sizes of 64 bits.
const VERSION: u16 = 45;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
/// 1 January 1980: packages say when they were made themselves.
const DATE: u16 = (1 << 5) | 1;
const ZIP64: u16 = 1;

impl<W: Write + Seek> Writer<W> {
    /// Begins a file; `out` stands at its start.
    pub fn new(out: W) -> Self {
        Self {
            out,
            at: 0,
            directory: Vec::new(),
        }
    }

    /// Begins an entry.
    pub fn begin(mut self, name: &str) -> io::Result<Entry<W>> {
        let head = local_head(name, 0, 0);
        self.out.write_all(&head)?;
        self.directory.push(Listed {
            name: name.to_owned(),
            offset: self.at,
            bytes: 0,
            crc: 0,
        });
        self.at += head.len() as u64;
        Ok(Entry {
            zip: self,
            name: name.to_owned(),
            bytes: 0,
            crc: Crc::new(),
            sha256: Sha256::new(),
        })
    }

    /// Writes the directory.
    pub fn finish(mut self) -> io::Result<W> {
        let mut directory = Vec::new();
        for listed in &self.directory {
            central_head(&mut directory, listed);
        }
        let (count, size) = (self.directory.len() as u64, directory.len() as u64);
        self.out.write_all(&directory)?;
        let mut end = Vec::new();
        if self.at + size > u64::from(u32::MAX) || count > u64::from(u16::MAX) {
            u32s(&mut end, &[END_64]);
            u64s(&mut end, &[44]);
            u16s(&mut end, &[VERSION, VERSION]);
            u32s(&mut end, &[0, 0]);
            u64s(&mut end, &[count, count, size, self.at]);
            u32s(&mut end, &[LOCATOR_64, 0]);
            u64s(&mut end, &[self.at + size]);
            u32s(&mut end, &[1]);
        }
        u32s(&mut end, &[END]);
        u16s(&mut end, &[0, 0, short(count), short(count)]);
        u32s(&mut end, &[word(size), word(self.at)]);
        u16s(&mut end, &[0]);
        self.out.write_all(&end)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write + Seek> Entry<W> {
    /// Ends the entry.
    pub fn end(self) -> io::Result<(Writer<W>, Packed)> {
        let Self {
            mut zip,
            name,
            bytes,
            crc,
            sha256,
        } = self;
        let (start, end) = match zip.directory.last_mut() {
            Some(listed) => {
                listed.bytes = bytes;
                listed.crc = crc.sum();
                (listed.offset, zip.at + bytes)
            }
            None => return Err(io::ErrorKind::InvalidInput.into()),
        };
        zip.out.seek(SeekFrom::Start(start))?;
        zip.out.write_all(&local_head(&name, bytes, crc.sum()))?;
        zip.out.seek(SeekFrom::Start(end))?;
        zip.at = end;
        let sha256 = sha256.finalize().into();
        Ok((zip, Packed { bytes, sha256 }))
    }
}

impl<W: Write> Write for Entry<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.zip.out.write(bytes)?;
        self.crc.update(&bytes[..written]);
        self.sha256.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.out.flush()
    }
}

/// Always with room for sizes of 64 bits, since it is written before they are
/// known.
fn local_head(name: &str, bytes: u64, crc: u32) -> Vec<u8> {
    let mut head = Vec::new();
    u32s(&mut head, &[LOCAL]);
    u16s(&mut head, &[VERSION, FLAGS, 0, 0, DATE]);
    u32s(&mut head, &[crc, u32::MAX, u32::MAX]);
    u16s(&mut head, &[name.len() as u16, 20]);
    head.extend_from_slice(name.as_bytes());
    u16s(&mut head, &[ZIP64, 16]);
    u64s(&mut head, &[bytes, bytes]);
    head
}

/// With sizes of 64 bits like the local head, whether they need them or not:
/// readers of packages take it that what is empty here is empty there, and would
/// begin to read 20 bytes too early.
fn central_head(directory: &mut Vec<u8>, listed: &Listed) {
    let mut wide = vec![listed.bytes, listed.bytes];
    if listed.offset >= u64::from(u32::MAX) {
        wide.push(listed.offset);
    }
    u32s(directory, &[CENTRAL]);
    u16s(directory, &[VERSION, VERSION, FLAGS, 0, 0, DATE]);
    u32s(directory, &[listed.crc, u32::MAX, u32::MAX]);
    let extra = 4 + wide.len() * 8;
    u16s(
        directory,
        &[listed.name.len() as u16, extra as u16, 0, 0, 0],
    );
    u32s(directory, &[0, word(listed.offset)]);
    directory.extend_from_slice(listed.name.as_bytes());
    u16s(directory, &[ZIP64, (wide.len() * 8) as u16]);
    u64s(directory, &wide);
}

/// The number, or all ones where it stands in a wider field.
fn word(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn short(number: u64) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

fn u16s(out: &mut Vec<u8>, numbers: &[u16]) {
    for number in numbers {
        out.extend(number.to_le_bytes());
    }
}

fn u32s(out: &mut Vec<u8>, numbers: &[u32]) {
    for number in numbers {
        out.extend(number.to_le_bytes());
    }
}

fn u64s(out: &mut Vec<u8>, numbers: &[u64]) {
    for number in numbers {
        out.extend(number.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn an_entry_is_described_alike_before_it_and_in_the_directory() {
        let mut entry = Writer::new(Cursor::new(Vec::new())).begin("a.txt").unwrap();
        entry.write_all(b"stored as it is").unwrap();
        let zip = entry.end().unwrap().0.finish().unwrap().into_inner();
        let at = |start: usize| u16::from_le_bytes([zip[start], zip[start + 1]]);
        let (name, extra) = (usize::from(at(26)), usize::from(at(28)));
        let content = 30 + name + extra;
        assert_eq!(&zip[content..content + 15], b"stored as it is");
        let directory = content + 15;
        assert_eq!(zip[directory..directory + 4], CENTRAL.to_le_bytes());
        // Method, date, checksum, sizes, and how long name and extra field are.
        assert_eq!(zip[4..30], zip[directory + 6..directory + 32]);
        assert_eq!(
            zip[30..content],
            zip[directory + 46..directory + 46 + name + extra]
        );
    }
}
