//! What is to be read: files, folders, archives and standard input, one page
//! after the other and always in the same order.
//!
//! One thread runs [`Inputs::read`]. It does as little as it can: HTML files
//! are only found here and read by whoever extracts them.
//!
//! Every page comes with the [`Position`] that is reached once it is done. To go
//! on from one, archives are read again from their start and their records
//! passed over, since few can be entered in the middle; that costs a small part
//! of what extracting them does.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use cuttings_extract::MAX_HTML_BYTES;
use cuttings_formats::warc::{self, Damage};
use cuttings_formats::{answer, is_gzip, tar};
use serde::{Deserialize, Serialize};
use url::Url;

use super::page::{Content, Page};
use super::queue::{Found, Item};
use super::tally::{Failed, Kind};
use crate::args::InputFormat;

/// What is looked at to tell the format of a file.
const START_BYTES: usize = 16 * 1024;

/// The largest record that is read: a page and the head of its answer.
const MOST_RECORD_BYTES: u64 = MAX_HTML_BYTES as u64 + 64 * 1024;

/// How far reading has come: everything before it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Index of the input that comes next or is being read.
    pub input: usize,
    /// In a folder, the file that was read last.
    pub path: Option<String>,
    /// In an archive, the record that was read last; without it the whole file
    /// `path` was.
    pub record: Option<u64>,
}

/// The inputs of a run.
pub struct Inputs {
    pub given: Vec<String>,
    /// The format of all of them; told by name and first bytes otherwise.
    pub format: Option<InputFormat>,
    /// What an earlier run has reached.
    pub from: Position,
}

/// Takes what was found; false when no more is wanted.
type Emit<'e> = &'e mut dyn FnMut(Item) -> bool;

/// A file or standard input, with its format.
pub struct Opened {
    name: String,
    pub format: InputFormat,
    /// Where it is, unless it is standard input.
    path: Option<PathBuf>,
    reader: Box<dyn Read + Send>,
}

impl Opened {
    /// Opens a file, or standard input for `-`, and tells its format by its
    /// name or its first bytes.
    pub fn open(name: &str, format: Option<InputFormat>) -> Result<Self, Failed> {
        let unreadable =
            |error| Failed::new(name, Kind::Unreadable, format!("cannot read it: {error}"));
        let path = (name != "-").then(|| PathBuf::from(name));
        let mut reader: Box<dyn Read + Send> = match &path {
            Some(path) => Box::new(File::open(path).map_err(unreadable)?),
            None => Box::new(std::io::stdin()),
        };
        let known = format.or_else(|| path.as_deref().and_then(format_by_name));
        let mut start = Vec::new();
        let format = if let Some(format) = known {
            format
        } else {
            reader
                .by_ref()
                .take(START_BYTES as u64)
                .read_to_end(&mut start)
                .map_err(unreadable)?;
            format_by_content(&start).ok_or_else(|| {
                Failed::new(
                    name,
                    Kind::UnknownFormat,
                    "its first bytes are not those of HTML, a tar or a WARC file; \
                     say --input-format html, tar or warc if it is one of them",
                )
            })?
        };
        Ok(Self {
            name: name.to_owned(),
            format,
            path,
            reader: Box::new(Cursor::new(start).chain(reader)),
        })
    }

    /// The whole of it as one page.
    pub fn into_page(self) -> Result<Page, Failed> {
        let content = if let Some(path) = self.path {
            file_content(path)
        } else {
            let mut bytes = Vec::new();
            self.reader
                .take(MAX_HTML_BYTES as u64 + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| {
                    Failed::new("-", Kind::Unreadable, format!("cannot read it: {error}"))
                })?;
            Content::Bytes(bytes)
        };
        Ok(Page {
            id: self.name.clone(),
            name: self.name,
            url: None,
            content,
        })
    }
}

fn file_content(path: PathBuf) -> Content {
    // Whether it can be read at all is found out when it is.
    let bytes = path.metadata().map_or(0, |metadata| metadata.len());
    Content::File(path, bytes)
}

/// The format that a file's name tells.
fn format_by_name(path: &Path) -> Option<InputFormat> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    match name.rsplit_once('.')?.1 {
        "html" | "htm" | "xhtml" => Some(InputFormat::Html),
        "tar" | "tgz" => Some(InputFormat::Tar),
        "warc" => Some(InputFormat::Warc),
        _ => None,
    }
}

/// The format that the first bytes tell. Text of any kind passes for HTML.
fn format_by_content(start: &[u8]) -> Option<InputFormat> {
    let mut unpacked = Vec::new();
    let start = if is_gzip(start) {
        // The rest of the file is missing, so the end cannot be right.
        let _ = flate2::read::GzDecoder::new(start)
            .take(START_BYTES as u64)
            .read_to_end(&mut unpacked);
        &unpacked[..]
    } else {
        start
    };
    let is_utf16 = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
    if warc::is_warc(start) {
        Some(InputFormat::Warc)
    } else if tar::is_tar(start) {
        Some(InputFormat::Tar)
    } else if start.starts_with(b"%PDF-") || (start.contains(&0) && !is_utf16) {
        None
    } else {
        Some(InputFormat::Html)
    }
}

/// Whether a file in a folder is read.
fn is_wanted_in_folder(path: &Path) -> bool {
    matches!(
        format_by_name(path),
        Some(InputFormat::Html | InputFormat::Warc)
    )
}

/// Whether a file in a tar archive is read.
fn is_wanted_in_tar(path: &str) -> bool {
    format_by_name(Path::new(path)) == Some(InputFormat::Html)
}

impl Inputs {
    /// Reads all inputs from where an earlier run was. `first` is the first of
    /// them, if it was opened already.
    pub fn read(&self, mut first: Option<Opened>, emit: Emit<'_>) {
        for (index, given) in self.given.iter().enumerate().skip(self.from.input) {
            let start = Position {
                input: index,
                ..Position::default()
            };
            let from = if index == self.from.input {
                self.from.clone()
            } else {
                start
            };
            let goes_on = if given != "-" && Path::new(given).is_dir() {
                self.folder(Path::new(given), &from, emit)
            } else {
                self.file(given, first.take(), &from, emit)
            };
            let done = Item {
                reached: Position {
                    input: index + 1,
                    ..Position::default()
                },
                others: 0,
                found: Found::Nothing,
            };
            if !goes_on || !emit(done) {
                return;
            }
        }
    }

    /// Reads what is in a folder and the folders below, ordered by path.
    fn folder(&self, folder: &Path, from: &Position, emit: Emit<'_>) -> bool {
        let mut reached = from.clone();
        let mut ahead = vec![(folder.to_owned(), true)];
        while let Some((path, is_folder)) = ahead.pop() {
            let shown = path.display().to_string();
            let known = from.path.as_ref().map(Path::new);
            if is_folder {
                let was_done =
                    known.is_some_and(|known| path < *known && !known.starts_with(&path));
                match entries(&path) {
                    _ if was_done => {}
                    Ok(entries) => ahead.extend(entries.into_iter().rev()),
                    Err(error) => {
                        let reason = format!("cannot read the folder: {error}");
                        let failed = Failed::new(shown, Kind::Unreadable, reason);
                        if !emit(Item {
                            reached: reached.clone(),
                            others: 0,
                            found: Found::Failure(failed),
                        }) {
                            return false;
                        }
                    }
                }
                continue;
            }
            if !is_wanted_in_folder(&path) {
                continue;
            }
            let file_from = match known.map(|known| path.as_path().cmp(known)) {
                Some(Ordering::Less) => continue,
                Some(Ordering::Equal) if from.record.is_none() => continue,
                Some(Ordering::Equal) => from.clone(),
                Some(Ordering::Greater) | None => Position {
                    input: from.input,
                    path: Some(shown.clone()),
                    record: None,
                },
            };
            if !self.file(&shown, None, &file_from, emit) {
                return false;
            }
            reached = Position {
                record: None,
                ..file_from
            };
            let done = Item {
                reached: reached.clone(),
                others: 0,
                found: Found::Nothing,
            };
            if !emit(done) {
                return false;
            }
        }
        true
    }

    /// Reads one file or standard input.
    fn file(&self, given: &str, first: Option<Opened>, from: &Position, emit: Emit<'_>) -> bool {
        // Of a file that is only one page nothing was read before.
        let whole = |found| Item {
            reached: match &from.path {
                Some(_) => Position {
                    record: None,
                    ..from.clone()
                },
                None => Position {
                    input: from.input + 1,
                    ..Position::default()
                },
            },
            others: 0,
            found,
        };
        let is_html =
            self.format.or_else(|| format_by_name(Path::new(given))) == Some(InputFormat::Html);
        if is_html && given != "-" {
            return emit(whole(Found::Page(Page {
                id: given.to_owned(),
                name: given.to_owned(),
                url: None,
                content: file_content(PathBuf::from(given)),
            })));
        }
        let opened = match first.map_or_else(|| Opened::open(given, self.format), Ok) {
            Ok(opened) => opened,
            Err(failed) => return emit(whole(Found::Failure(failed))),
        };
        match opened.format {
            InputFormat::Html => emit(whole(match opened.into_page() {
                Ok(page) => Found::Page(page),
                Err(failed) => Found::Failure(failed),
            })),
            InputFormat::Tar => read_tar(opened, from, emit),
            InputFormat::Warc => read_warc(opened, from, emit),
        }
    }
}

/// Files and folders in a folder, ordered by name; true stands for a folder.
fn entries(folder: &Path) -> std::io::Result<Vec<(PathBuf, bool)>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        entries.push((entry.path(), entry.file_type()?.is_dir()));
    }
    entries.sort();
    Ok(entries)
}

/// Tells the records of an archive apart: those of an earlier run, those that
/// are no pages, and the others.
struct Records<'r> {
    from: &'r Position,
    /// Other records that have been told of.
    told: u64,
}

impl Records<'_> {
    /// Whether an earlier run has done this record. `others` are all before it.
    fn was_done(&mut self, number: u64, others: u64) -> bool {
        let was_done = self.from.record.is_some_and(|done| number <= done);
        if was_done {
            self.told = others;
        }
        was_done
    }

    fn item(&mut self, number: u64, others: u64, found: Found) -> Item {
        let item = Item {
            reached: Position {
                record: Some(number),
                ..self.from.clone()
            },
            others: others - self.told,
            found,
        };
        self.told = others;
        item
    }
}

fn read_tar(opened: Opened, from: &Position, emit: Emit<'_>) -> bool {
    let name = opened.name;
    let mut reader = tar::Reader::new(opened.reader, MAX_HTML_BYTES as u64, is_wanted_in_tar);
    let mut records = Records { from, told: 0 };
    while let Some(entry) = reader.next() {
        let (number, others) = (reader.number(), reader.others());
        if records.was_done(number, others) {
            continue;
        }
        let found = match entry {
            Ok(entry) => Found::Page(Page {
                name: format!("{name}: {}", entry.path),
                id: entry.path,
                url: None,
                content: Content::Bytes(entry.content),
            }),
            Err(damaged) => {
                let kind = match damaged.reason {
                    tar::Damage::TooLarge { .. } => Kind::TooLarge,
                    tar::Damage::Unreadable(_) => Kind::Unreadable,
                    _ => Kind::Damaged,
                };
                let what = match &damaged.path {
                    Some(path) => format!("{name}: {path}"),
                    None => name.clone(),
                };
                let reason = with_cause(&damaged, &damaged.reason);
                Found::Failure(Failed::new(what, kind, reason))
            }
        };
        if !emit(records.item(number, others, found)) {
            return false;
        }
    }
    let (number, others) = (reader.number(), reader.others());
    emit(records.item(number, others, Found::Nothing))
}

fn read_warc(opened: Opened, from: &Position, emit: Emit<'_>) -> bool {
    let name = opened.name;
    let mut reader = warc::Reader::new(opened.reader, MOST_RECORD_BYTES);
    let mut records = Records { from, told: 0 };
    // Responses and resources that are no pages.
    let mut no_pages = 0;
    while let Some(record) = reader.next() {
        let number = reader.number();
        if records.was_done(number, reader.others() + no_pages) {
            no_pages += u64::from(record.is_ok_and(|record| page_content(&record).is_none()));
            records.told = reader.others() + no_pages;
            continue;
        }
        let found = match record {
            Ok(record) => {
                let Some(content) = page_content(&record) else {
                    no_pages += 1;
                    continue;
                };
                let target = record.target.unwrap_or_default();
                let what = format!("{name}: record {number} at byte {}", record.offset);
                Found::Page(Page {
                    url: Url::parse(&target).ok(),
                    name: if target.is_empty() {
                        what
                    } else {
                        format!("{what}, {target}")
                    },
                    id: target,
                    content: content(record.block, record.content_type),
                })
            }
            Err(damaged) => {
                let kind = match damaged.reason {
                    Damage::TooLarge { .. } => Kind::TooLarge,
                    Damage::Unreadable(_) => Kind::Unreadable,
                    _ => Kind::Damaged,
                };
                let reason = with_cause(&damaged, &damaged.reason);
                Found::Failure(Failed::new(&name, kind, reason))
            }
        };
        if !emit(records.item(number, reader.others() + no_pages, found)) {
            return false;
        }
    }
    let others = reader.others() + no_pages;
    emit(records.item(reader.number(), others, Found::Nothing))
}

/// A message, and the system's own where there is one.
fn with_cause(message: &dyn std::error::Error, reason: &dyn std::error::Error) -> String {
    match reason.source() {
        Some(cause) => format!("{message}: {cause}"),
        None => message.to_string(),
    }
}

/// Makes the content of a page of a block and its media type.
type IntoContent = fn(Vec<u8>, Option<String>) -> Content;

/// How to make the content of a page of a record; nothing when it is no page.
///
/// Answers other than 2xx are no pages, nor is what says that it is something
/// else than HTML, or says nothing and does not begin like it. An answer
/// without a head that makes sense is left to fail by its name.
fn page_content(record: &warc::Record) -> Option<IntoContent> {
    let declared = record.content_type.as_deref().unwrap_or_default();
    match record.kind {
        warc::Kind::Response => {
            if !declared.is_empty() && !declared.to_ascii_lowercase().contains("http") {
                return None;
            }
            let is_page = answer::read(&record.block).is_ok_and(|answer| {
                (200..300).contains(&answer.status)
                    && is_html(answer.header("content-type"), answer.raw_body)
            });
            let is_broken = answer::read(&record.block).is_err();
            (is_page || is_broken).then_some(|block, _| Content::Answer(block))
        }
        warc::Kind::Resource => {
            is_html(record.content_type.as_deref(), &record.block).then_some(Content::Typed)
        }
    }
}

fn is_html(content_type: Option<&str>, body: &[u8]) -> bool {
    match content_type.map(str::to_ascii_lowercase).as_deref() {
        None | Some("") => {
            let start = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
            start.trim_ascii_start().starts_with(b"<")
        }
        Some(declared) => declared.contains("html"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_name() {
        for (name, format) in [
            ("a.html", Some(InputFormat::Html)),
            ("a.HTM.gz", Some(InputFormat::Html)),
            ("a/b.xhtml", Some(InputFormat::Html)),
            ("a.tgz", Some(InputFormat::Tar)),
            ("a.tar.gz", Some(InputFormat::Tar)),
            ("a.warc", Some(InputFormat::Warc)),
            ("CC-1.warc.gz", Some(InputFormat::Warc)),
            ("a.gz", None),
            ("warc", None),
            ("a.txt", None),
        ] {
            assert_eq!(format_by_name(Path::new(name)), format, "{name}");
        }
    }

    #[test]
    fn formats_are_told_by_first_bytes() {
        for (start, format) in [
            (&b"<!doctype html>"[..], Some(InputFormat::Html)),
            (b"", Some(InputFormat::Html)),
            (b"\xff\xfe<\0p\0", Some(InputFormat::Html)),
            (b"WARC/1.0\r\n", Some(InputFormat::Warc)),
            (b"%PDF-1.7", None),
            (b"PK\x03\x04\0\0", None),
        ] {
            assert_eq!(format_by_content(start), format, "{start:?}");
        }
    }

    /// What is found, as position and name.
    fn read(given: &[&Path], from: Position) -> Vec<(Position, String)> {
        let inputs = Inputs {
            given: given
                .iter()
                .map(|path| path.display().to_string())
                .collect(),
            format: None,
            from,
        };
        let mut found = Vec::new();
        inputs.read(None, &mut |item| {
            if let Found::Page(page) = item.found {
                found.push((item.reached, page.id));
            }
            true
        });
        found
    }

    #[test]
    fn from_any_position_exactly_the_rest_is_read() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b/2.html", "b.html", "b-c.html", "a.html", "b/1/x.html"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "<p>").unwrap();
        }
        let mut records = String::new();
        for number in 1..=4 {
            records += "WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/html\r\n";
            records += &format!("WARC-Target-URI: https://e.org/{number}\r\n");
            records += "Content-Length: 3\r\n\r\n<p>\r\n\r\n";
        }
        let archive = folder.path().join("b/3.warc");
        std::fs::write(&archive, records).unwrap();
        let inputs = [folder.path(), &archive];
        let all = read(&inputs, Position::default());
        assert_eq!(all.len(), 13);
        for (index, (position, name)) in all.iter().enumerate() {
            let rest = read(&inputs, position.clone());
            assert_eq!(rest, all[index + 1..], "after {name}");
        }
    }
}
