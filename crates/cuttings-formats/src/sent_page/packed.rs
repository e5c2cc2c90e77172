//! The members of a page that is a ZIP as well.
//!
//! Names are looked up, never made into files, so a hostile name does no harm.
//! Every member is read up to a limit of its own and checked against its CRC.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};

use flate2::read::DeflateDecoder;
use rawzip::{
    CompressionMethod, FileReader, RECOMMENDED_BUFFER_SIZE, ZipArchive, ZipArchiveEntryWayfinder,
    ZipLocator,
};

use super::SentPageError;

/// Most members that are looked at.
const MAX_MEMBERS: usize = 10_000;

/// How far from the end of a file the directory's end may be: itself, and the
/// longest comment there can be.
const END_BYTES: u64 = 22 + 65_535;

/// The name of the page among the members.
const INDEX: &str = "index.html";

/// A ZIP that was opened.
#[derive(Debug)]
pub(super) struct Packed {
    archive: ZipArchive<FileReader>,
    members: HashMap<String, Member>,
}

#[derive(Debug, Clone, Copy)]
struct Member {
    at: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    is_locked: bool,
}

impl Packed {
    /// Opens a file; `None` when it is no ZIP.
    pub fn open(file: &File) -> Result<Option<Self>, SentPageError> {
        let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
        let located = ZipLocator::new()
            .max_search_space(END_BYTES)
            .locate_in_file(file.try_clone()?, &mut buffer);
        let Ok(archive) = located else {
            return Ok(None);
        };
        let mut members = HashMap::new();
        let mut entries = archive.entries(&mut buffer);
        let damaged = |error: rawzip::Error| SentPageError::Damaged(error.to_string());
        while let Some(entry) = entries.next_entry().map_err(damaged)? {
            if members.len() >= MAX_MEMBERS {
                break;
            }
            let path = entry.file_path();
            let Ok(name) = std::str::from_utf8(path.as_ref()) else {
                continue;
            };
            members.entry(name.to_owned()).or_insert(Member {
                at: entry.wayfinder(),
                method: entry.compression_method(),
                is_locked: entry.flags().is_encrypted(),
            });
        }
        Ok(Some(Self { archive, members }))
    }

    /// The names of all members but the page.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members
            .keys()
            .map(String::as_str)
            .filter(|name| *name != INDEX)
    }

    /// The page, cut behind `max` bytes.
    pub fn index(&self, max: u64) -> Result<Vec<u8>, SentPageError> {
        let member = self.members.get(INDEX).ok_or(SentPageError::NoIndex)?;
        if member.is_locked {
            return Err(SentPageError::Locked);
        }
        let damaged = |error: io::Error| SentPageError::Damaged(error.to_string());
        let mut page = Vec::new();
        self.reader(member)
            .map_err(damaged)?
            .take(max + 1)
            .read_to_end(&mut page)
            .map_err(damaged)?;
        Ok(page)
    }

    /// A member of at most `max` bytes; `None` when there is none, or it is
    /// larger, damaged or locked.
    pub fn member(&self, name: &str, max: u64) -> Option<Vec<u8>> {
        let member = self.members.get(name).filter(|member| !member.is_locked)?;
        let mut bytes = Vec::new();
        let read = self
            .reader(member)
            .and_then(|reader| reader.take(max + 1).read_to_end(&mut bytes));
        (read.is_ok() && bytes.len() as u64 <= max).then_some(bytes)
    }

    fn reader(&self, member: &Member) -> io::Result<Box<dyn Read + '_>> {
        let entry = self
            .archive
            .get_entry(member.at)
            .map_err(io::Error::other)?;
        match member.method {
            CompressionMethod::STORE => Ok(Box::new(entry.verifying_reader(entry.reader()))),
            CompressionMethod::DEFLATE => Ok(Box::new(
                entry.verifying_reader(DeflateDecoder::new(entry.reader())),
            )),
            other => Err(io::Error::other(format!("packed by {other:?}"))),
        }
    }
}
