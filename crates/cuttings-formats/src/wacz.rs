//! Writing WACZ 1.1.1: a WARC archive with its index and its pages in a ZIP that
//! can be replayed without unpacking it.
//!
//! Exports write it. [`Writer`] takes visits as [`crate::warc_writer`] does, and
//! files of our own, and makes of them `archive/data.warc.gz`, a sorted index,
//! the list of pages and `datapackage.json`. Index and pages wait in scratch
//! files until the archive is done, so memory does not grow with the export.
//!
//! # Source
//!
//! WACZ 1.1.1 and CDXJ, as published by the Webrecorder project.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader, Read, Seek, SeekFrom, Write};

use serde_json::json;

use crate::exchange::Exchange;
use crate::surt::surt;
use crate::warc_writer::{self, Entry, hex, sha256, warc_date};
use crate::zip::{self, Packed};

/// The archive in the package.
const ARCHIVE: &str = "archive/data.warc.gz";

/// Index lines that are sorted in memory at once: about 30 MB.
const LINES_AT_ONCE: usize = 100_000;

/// A file to write to and read again, gone when it is dropped.
pub trait Scratch: Read + Write + Seek + Send {}
impl<T: Read + Write + Seek + Send> Scratch for T {}

/// Makes a scratch file.
pub type NewScratch = Box<dyn FnMut() -> io::Result<Box<dyn Scratch>> + Send>;

/// What a package says of itself.
#[derive(Debug, Clone)]
pub struct About {
    /// What it is called.
    pub title: String,
    /// What is in it.
    pub description: String,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: i64,
    /// Our name and version.
    pub software: String,
}

/// A page in the list of pages.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its address.
    pub url: String,
    /// When it was captured, in milliseconds since 1970.
    pub at_ms: i64,
    /// Its headline.
    pub title: String,
    /// Its clean text.
    pub text: String,
}

/// Writes a package.
pub struct Writer<W: Write + Seek> {
    about: About,
    warc: warc_writer::Writer<zip::Entry<W>>,
    new_scratch: NewScratch,
    lines: Vec<String>,
    runs: Vec<Box<dyn Scratch>>,
    pages: Box<dyn Scratch>,
    first_page: Option<(String, i64)>,
    page_count: u64,
}

impl<W: Write + Seek> Writer<W> {
    /// Begins a package.
    ///
    /// # Errors
    ///
    /// Those of `out` and of scratch files, as for all that follows.
    pub fn new(out: W, about: About, mut new_scratch: NewScratch) -> io::Result<Self> {
        let entry = zip::Writer::new(out).begin(ARCHIVE)?;
        let warc = warc_writer::Writer::new(entry, &about.software, about.created_ms)?;
        let mut pages = new_scratch()?;
        let header = json!({
            "format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": true,
        });
        writeln!(pages, "{header}")?;
        Ok(Self {
            about,
            warc,
            new_scratch,
            lines: Vec::new(),
            runs: Vec::new(),
            pages,
            first_page: None,
            page_count: 0,
        })
    }

    /// See [`warc_writer::Writer::fetch`].
    pub fn fetch(&mut self, at_ms: i64, steps: &[Exchange], body: &[u8]) -> io::Result<Vec<Entry>> {
        let entries = self.warc.fetch(at_ms, steps, body)?;
        for entry in &entries {
            self.index(entry)?;
        }
        Ok(entries)
    }

    /// See [`warc_writer::Writer::not_modified`].
    pub fn not_modified(
        &mut self,
        at_ms: i64,
        steps: &[Exchange],
        first: &Entry,
    ) -> io::Result<Vec<Entry>> {
        let entries = self.warc.not_modified(at_ms, steps, first)?;
        for entry in &entries {
            self.index(entry)?;
        }
        Ok(entries)
    }

    /// See [`warc_writer::Writer::resource`].
    pub fn resource(
        &mut self,
        at_ms: i64,
        url: &str,
        content_type: &str,
        body: &[u8],
    ) -> io::Result<Entry> {
        let entry = self.warc.resource(at_ms, url, content_type, body)?;
        self.index(&entry)?;
        Ok(entry)
    }

    /// See [`warc_writer::Writer::clean_text`].
    pub fn clean_text(&mut self, at_ms: i64, page: &Entry, text: &str) -> io::Result<()> {
        self.warc.clean_text(at_ms, page, text)
    }

    /// See [`warc_writer::Writer::forget`].
    pub fn forget(&mut self) {
        self.warc.forget();
    }

    /// Lists a page whose visit was written.
    pub fn page(&mut self, page: &Page) -> io::Result<()> {
        self.page_count += 1;
        self.first_page
            .get_or_insert_with(|| (page.url.clone(), page.at_ms));
        let line = json!({
            "id": format!("page-{}", self.page_count), "url": page.url,
            "ts": warc_date(page.at_ms), "title": page.title, "text": page.text,
        });
        writeln!(self.pages, "{line}")
    }

    fn index(&mut self, entry: &Entry) -> io::Result<()> {
        self.lines.push(cdxj(entry));
        if self.lines.len() >= LINES_AT_ONCE {
            self.spill()?;
        }
        Ok(())
    }

    /// Writes the lines at hand into a sorted run of their own.
    fn spill(&mut self) -> io::Result<()> {
        self.lines.sort_unstable();
        let mut run = (self.new_scratch)()?;
        let mut text = String::new();
        for line in self.lines.drain(..) {
            text += &line;
            text.push('\n');
            if text.len() > 1 << 20 {
                run.write_all(text.as_bytes())?;
                text.clear();
            }
        }
        run.write_all(text.as_bytes())?;
        run.seek(SeekFrom::Start(0))?;
        self.runs.push(run);
        Ok(())
    }

    /// Ends the package with `extras`, files of our own (`cuttings/…`), and gives
    /// back what it was written to.
    pub fn finish(mut self, extras: &mut [(&str, &mut dyn Read)]) -> io::Result<W> {
        let mut resources = Vec::new();
        if !self.runs.is_empty() {
            self.spill()?;
        }
        let (mut out, packed) = self.warc.finish()?.end()?;
        note(&mut resources, ARCHIVE, &packed);

        let mut entry = out.begin("indexes/index.cdx")?;
        if self.runs.is_empty() {
            self.lines.sort_unstable();
            for line in &self.lines {
                writeln!(entry, "{line}")?;
            }
        } else {
            merge(self.runs, &mut entry)?;
        }
        let (next, packed) = entry.end()?;
        out = next;
        note(&mut resources, "indexes/index.cdx", &packed);

        self.pages.seek(SeekFrom::Start(0))?;
        let mut files: Vec<(&str, &mut dyn Read)> = vec![("pages/pages.jsonl", &mut self.pages)];
        for (name, content) in extras.iter_mut() {
            files.push((name, *content));
        }
        for (name, content) in files {
            let mut entry = out.begin(name)?;
            io::copy(content, &mut entry)?;
            let (next, packed) = entry.end()?;
            out = next;
            note(&mut resources, name, &packed);
        }

        let mut package = json!({
            "profile": "data-package", "wacz_version": "1.1.1", "title": self.about.title,
            "description": self.about.description, "created": warc_date(self.about.created_ms),
            "software": self.about.software, "resources": resources,
        });
        if let Some((url, at_ms)) = self.first_page.filter(|_| self.page_count == 1) {
            package["mainPageUrl"] = url.into();
            package["mainPageDate"] = warc_date(at_ms).into();
        }
        let package = serde_json::to_vec_pretty(&package).map_err(io::Error::other)?;
        let digest = json!({ "path": "datapackage.json", "hash": sha256(&[&package]) });
        for (name, content) in [
            ("datapackage.json", package),
            ("datapackage-digest.json", digest.to_string().into_bytes()),
        ] {
            let mut entry = out.begin(name)?;
            entry.write_all(&content)?;
            out = entry.end()?.0;
        }
        out.finish()
    }
}

fn note(resources: &mut Vec<serde_json::Value>, path: &str, packed: &Packed) {
    let name = path.rsplit('/').next().unwrap_or(path);
    resources.push(json!({
        "name": name, "path": path, "hash": format!("sha256:{}", hex(&packed.sha256)),
        "bytes": packed.bytes,
    }));
}

/// One line of the index.
fn cdxj(entry: &Entry) -> String {
    let stamp: String = warc_date(entry.at_ms)
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let mut said = json!({
        "url": entry.url, "mime": entry.mime, "digest": entry.digest,
        "length": entry.length.to_string(), "offset": entry.offset.to_string(),
        "filename": "data.warc.gz",
    });
    if let Some(status) = entry.status {
        said["status"] = status.to_string().into();
    }
    format!("{} {stamp} {said}", surt(&entry.url))
}

/// Merges sorted runs of lines into one.
fn merge(runs: Vec<Box<dyn Scratch>>, out: &mut impl Write) -> io::Result<()> {
    let mut runs: Vec<_> = runs.into_iter().map(BufReader::new).collect();
    // The next line of each run, the least first.
    let mut heads = BTreeSet::new();
    for (number, run) in runs.iter_mut().enumerate() {
        if let Some(line) = next_line(run)? {
            heads.insert((line, number));
        }
    }
    while let Some((line, number)) = heads.pop_first() {
        writeln!(out, "{line}")?;
        if let Some(line) = next_line(&mut runs[number])? {
            heads.insert((line, number));
        }
    }
    Ok(())
}

fn next_line(run: &mut BufReader<Box<dyn Scratch>>) -> io::Result<Option<String>> {
    let mut line = String::new();
    let is_there = run.read_line(&mut line)? > 0;
    line.truncate(line.trim_end_matches('\n').len());
    Ok(is_there.then_some(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn scratch() -> NewScratch {
        Box::new(|| Ok(Box::new(Cursor::new(Vec::new()))))
    }

    fn about() -> About {
        About {
            title: "Two stories".into(),
            description: "A test".into(),
            created_ms: 1_762_070_400_000,
            software: "Cuttings test".into(),
        }
    }

    fn visit(url: &str) -> [Exchange; 1] {
        [Exchange {
            url: url.into(),
            version: "HTTP/1.1".into(),
            status: 200,
            headers: vec![("content-type".into(), "text/html".into())],
        }]
    }

    #[test]
    fn runs_are_merged_into_one_sorted_index() {
        let mut writer = Writer::new(Cursor::new(Vec::new()), about(), scratch()).unwrap();
        for number in [5, 3, 9, 1, 7, 3] {
            let steps = visit(&format!("https://news.example/{number}"));
            writer.fetch(1_762_070_400_000, &steps, b"<p>x").unwrap();
            if number > 4 {
                writer.spill().unwrap();
            }
        }
        let zip = writer.finish(&mut []).unwrap().into_inner();
        // Stored, so the index stands in the file as it is.
        let text = String::from_utf8_lossy(&zip);
        let keys: Vec<&str> = text
            .lines()
            .filter_map(|line| line.split_once(" 20251102080000 {"))
            .filter_map(|(key, _)| key.get(key.find("example,news)")?..))
            .collect();
        assert_eq!(
            keys,
            ["1", "3", "3", "5", "7", "9"].map(|number| format!("example,news)/{number}"))
        );
        assert!(text.contains("\"wacz_version\": \"1.1.1\""));
        assert!(text.contains("warc/revisit"));
    }
}
