//! Writing WARC 1.1: what was kept of visits, one gzip member a record.
//!
//! Exports write with it, alone or inside of a WACZ ([`crate::wacz`]); the other
//! half, reading, is [`crate::warc`].
//!
//! What is kept of a visit is its body with the compression of the transfer
//! undone, so `Content-Encoding` and `Transfer-Encoding` are left out of the
//! header lines and `Content-Length` is that of the body: the record is true of
//! itself. The `warcinfo` record says so. No request line carries a cookie or a
//! credential, because none is kept, and `Set-Cookie` is left out of answers: an
//! archive may be given to others.
//!
//! Equal input gives equal bytes: record ids are made from what is in a record.
//!
//! # Source
//!
//! ISO 28500:2017, as published by the IIPC (WARC 1.1).

use std::collections::HashMap;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::exchange::Exchange;

/// Where a record stands in the archive, and what an index says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `WARC-Target-URI`.
    pub url: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// The media type alone, or `warc/revisit`.
    pub mime: String,
    /// HTTP status; none for a `resource`.
    pub status: Option<u16>,
    /// `sha256:…` of the payload.
    pub digest: String,
    /// Where its gzip member begins.
    pub offset: u64,
    /// How long its gzip member is.
    pub length: u64,
}

/// Writes an archive, record by record.
pub struct Writer<W> {
    out: W,
    written: u64,
    /// The record of each payload of the pages that belong together, by address
    /// and digest.
    seen: HashMap<(String, String), Seen>,
}

struct Seen {
    id: String,
    at_ms: i64,
}

impl Seen {
    /// What a `revisit` says of the record it refers to, which is of `url`.
    fn referred(&self, profile: &str, url: &str) -> Vec<(&'static str, String)> {
        vec![
            (
                "WARC-Profile",
                format!("http://netpreserve.org/warc/1.1/revisit/{profile}"),
            ),
            ("WARC-Refers-To", self.id.clone()),
            ("WARC-Refers-To-Target-URI", one_line(url)),
            ("WARC-Refers-To-Date", warc_date(self.at_ms)),
        ]
    }
}

/// A record before it is packed.
struct Record<'a> {
    kind: &'static str,
    url: Option<&'a str>,
    at_ms: i64,
    content_type: &'a str,
    more: Vec<(&'static str, String)>,
    head: Vec<u8>,
    payload: &'a [u8],
}

impl<W: Write> Writer<W> {
    /// Begins an archive with its `warcinfo` record; `software` is our name and
    /// version.
    ///
    /// # Errors
    ///
    /// Those of `out`, as for all that follows.
    pub fn new(out: W, software: &str, at_ms: i64) -> io::Result<Self> {
        let mut writer = Self {
            out,
            written: 0,
            seen: HashMap::new(),
        };
        let fields = format!(
            "software: {}\r\nformat: WARC File Format 1.1\r\n\
             conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n\
             description: Bodies are kept with the compression of the transfer undone; \
             Content-Encoding and Transfer-Encoding are left out and Content-Length is that of the \
             body. Request header lines other than Host are not kept, Set-Cookie is left out.\r\n",
            one_line(software)
        );
        writer.put(&Record {
            kind: "warcinfo",
            url: None,
            at_ms,
            content_type: "application/warc-fields",
            more: Vec::new(),
            head: Vec::new(),
            payload: fields.as_bytes(),
        })?;
        Ok(writer)
    }

    /// Forgets which payloads were written. What follows is no repeat of what
    /// came before; called between articles, it bounds the memory.
    pub fn forget(&mut self) {
        self.seen.clear();
    }

    /// Writes what a fetch brought: a pair of `response` and `request` for each
    /// step, the last of which had `body`. Gives an entry a response.
    ///
    /// A body that was written before for the same address becomes a `revisit`.
    pub fn fetch(&mut self, at_ms: i64, steps: &[Exchange], body: &[u8]) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for (number, step) in steps.iter().enumerate() {
            let body = if number + 1 == steps.len() { body } else { &[] };
            entries.push(self.step(at_ms, step, body)?);
        }
        Ok(entries)
    }

    fn step(&mut self, at_ms: i64, step: &Exchange, body: &[u8]) -> io::Result<Entry> {
        let url = without_fragment(&step.url);
        let digest = sha256(&[body]);
        let known = (url.to_owned(), digest.clone());
        let mut record = Record {
            kind: "response",
            url: Some(url),
            at_ms,
            content_type: "application/http; msgtype=response",
            more: Vec::new(),
            head: response_head(step, body.len()),
            payload: body,
        };
        let mut mime = media_type(header(step, "content-type"));
        if let Some(first) = self.seen.get(&known).filter(|_| !body.is_empty()) {
            record.kind = "revisit";
            record.more = first.referred("identical-payload-digest", url);
            record.payload = &[];
            "warc/revisit".clone_into(&mut mime);
        }
        let (entry, id) = self.answer(step, record, mime, digest)?;
        self.seen.entry(known).or_insert(Seen { id, at_ms });
        Ok(entry)
    }

    /// Writes a visit to which the site said that nothing has changed since the
    /// one whose entry is `first`, whose bytes stand for it: its last step becomes
    /// a `revisit`. Gives an entry an answer.
    ///
    /// The head of the last answer is in a `metadata` record behind it. Programs
    /// for replay take a head that a `revisit` holds for what they shall answer
    /// with, and nobody wants to see a page that says "304 Not Modified".
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::NotFound`] when `first` was not written since the last
    /// [`Self::forget`].
    pub fn not_modified(
        &mut self,
        at_ms: i64,
        steps: &[Exchange],
        first: &Entry,
    ) -> io::Result<Vec<Entry>> {
        let known = (first.url.clone(), first.digest.clone());
        let more = self
            .seen
            .get(&known)
            .map(|seen| seen.referred("server-not-modified", &first.url))
            .ok_or(io::ErrorKind::NotFound)?;
        let Some((last, before)) = steps.split_last() else {
            return Ok(Vec::new());
        };
        let mut entries = self.fetch(at_ms, before, &[])?;
        let record = Record {
            kind: "revisit",
            url: None,
            at_ms,
            content_type: "application/http; msgtype=response",
            more,
            head: Vec::new(),
            payload: &[],
        };
        let mime = "warc/revisit".to_owned();
        let (mut entry, id) = self.answer(last, record, mime, first.digest.clone())?;
        entry.status = first.status;
        self.put(&Record {
            kind: "metadata",
            url: Some(without_fragment(&last.url)),
            at_ms,
            content_type: "application/http; msgtype=response",
            more: vec![("WARC-Concurrent-To", id)],
            head: response_head(last, 0),
            payload: &[],
        })?;
        entries.push(entry);
        Ok(entries)
    }

    /// Writes an answer, and what was asked. Gives its entry and its record's id.
    fn answer<'a>(
        &mut self,
        step: &'a Exchange,
        mut record: Record<'a>,
        mime: String,
        digest: String,
    ) -> io::Result<(Entry, String)> {
        let url = without_fragment(&step.url);
        record.more.push(("WARC-Payload-Digest", digest.clone()));
        if let Some(protocol) = protocol(&step.version) {
            record.more.push(("WARC-Protocol", protocol.to_owned()));
        }
        record.url = Some(url);
        let (id, offset, length) = self.put(&record)?;
        self.put(&Record {
            kind: "request",
            url: Some(url),
            at_ms: record.at_ms,
            content_type: "application/http; msgtype=request",
            more: vec![("WARC-Concurrent-To", id.clone())],
            head: request_head(url),
            payload: &[],
        })?;
        let entry = Entry {
            url: url.to_owned(),
            at_ms: record.at_ms,
            mime,
            status: Some(step.status),
            digest,
            offset,
            length,
        };
        Ok((entry, id))
    }

    /// Writes bytes that no server answered with: a page a browser sent, or a
    /// picture whose answer was not kept.
    pub fn resource(
        &mut self,
        at_ms: i64,
        url: &str,
        content_type: &str,
        body: &[u8],
    ) -> io::Result<Entry> {
        let url = without_fragment(url);
        let digest = sha256(&[body]);
        let content_type = one_line(content_type);
        let (id, offset, length) = self.put(&Record {
            kind: "resource",
            url: Some(url),
            at_ms,
            content_type: &content_type,
            more: vec![("WARC-Payload-Digest", digest.clone())],
            head: Vec::new(),
            payload: body,
        })?;
        let known = (url.to_owned(), digest.clone());
        self.seen.entry(known).or_insert(Seen { id, at_ms });
        Ok(Entry {
            url: url.to_owned(),
            at_ms,
            mime: media_type(Some(&content_type)),
            status: None,
            digest,
            offset,
            length,
        })
    }

    /// Writes the clean text that was made of a page, whose entry is `page`.
    pub fn clean_text(&mut self, at_ms: i64, page: &Entry, text: &str) -> io::Result<()> {
        let mut more = vec![("WARC-Payload-Digest", sha256(&[text.as_bytes()]))];
        if let Some(seen) = self.seen.get(&(page.url.clone(), page.digest.clone())) {
            more.push(("WARC-Refers-To", seen.id.clone()));
        }
        self.put(&Record {
            kind: "conversion",
            url: Some(&page.url),
            at_ms,
            content_type: "text/plain; charset=utf-8",
            more,
            head: Vec::new(),
            payload: text.as_bytes(),
        })
        .map(|_| ())
    }

    /// Ends the archive and gives back what it was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    /// Packs and writes a record. Gives its id, where it begins, and its length.
    fn put(&mut self, record: &Record) -> io::Result<(String, u64, u64)> {
        let block = sha256(&[&record.head, record.payload]);
        let id = record_id(record, self.written);
        let mut head = format!(
            "WARC/1.1\r\nWARC-Type: {}\r\nWARC-Record-ID: {id}\r\nWARC-Date: {}\r\n",
            record.kind,
            warc_date(record.at_ms)
        );
        if let Some(url) = record.url {
            head += &format!("WARC-Target-URI: {}\r\n", one_line(url));
        }
        for (name, value) in &record.more {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!(
            "WARC-Block-Digest: {block}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
            record.content_type,
            record.head.len() + record.payload.len()
        );
        let mut packed = GzEncoder::new(
            Counted {
                out: &mut self.out,
                written: 0,
            },
            Compression::default(),
        );
        packed.write_all(head.as_bytes())?;
        packed.write_all(&record.head)?;
        packed.write_all(record.payload)?;
        packed.write_all(b"\r\n\r\n")?;
        let length = packed.finish()?.written;
        let offset = self.written;
        self.written += length;
        Ok((id, offset, length))
    }
}

/// Counts what goes through.
struct Counted<'a, W> {
    out: &'a mut W,
    written: u64,
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The head of an answer, true of a body of `length` bytes.
fn response_head(step: &Exchange, length: usize) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", step.status, phrase(step.status));
    for (name, value) in &step.headers {
        let is_left_out = [
            "content-encoding",
            "content-length",
            "connection",
            "keep-alive",
            "set-cookie",
            "set-cookie2",
            "transfer-encoding",
        ]
        .iter()
        .any(|left_out| name.eq_ignore_ascii_case(left_out));
        if !is_left_out {
            head += &format!("{}: {}\r\n", one_line(name), one_line(value));
        }
    }
    head += &format!("Content-Length: {length}\r\n\r\n");
    head.into_bytes()
}

fn request_head(url: &str) -> Vec<u8> {
    let (host, path) = host_and_path(url);
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes()
}

/// The authority of an address without a name in front of it, and what is behind
/// it.
pub(crate) fn host_and_path(url: &str) -> (&str, String) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end]
        .rsplit_once('@')
        .map_or(&rest[..end], |(_, host)| host);
    let path = one_line(&rest[end..]);
    if path.starts_with('/') {
        (host, path)
    } else {
        (host, format!("/{path}"))
    }
}

fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(url, _)| url)
}

fn header<'a>(step: &'a Exchange, name: &str) -> Option<&'a str> {
    step.headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// The media type without its parameters, fit for an index.
fn media_type(content_type: Option<&str>) -> String {
    let kind = content_type
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let is_one = kind.contains('/') && kind.bytes().all(|c| c.is_ascii_graphic() && c != b'"');
    if is_one { kind } else { "unk".to_owned() }
}

/// What `WARC-Protocol` calls a version; none where the record says it itself.
fn protocol(version: &str) -> Option<&'static str> {
    match version {
        "HTTP/2" | "HTTP/2.0" => Some("h2"),
        "HTTP/3" | "HTTP/3.0" => Some("h3"),
        _ => None,
    }
}

/// The words behind a status code; they mean nothing, but readers expect some.
fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        410 => "Gone",
        other => match other / 100 {
            2 => "Success",
            3 => "Redirect",
            4 => "Client Error",
            _ => "Server Error",
        },
    }
}

/// `urn:uuid:…` (version 8) made of what is in a record and where it stands.
fn record_id(record: &Record, offset: u64) -> String {
    let hash = Sha256::new()
        .chain_update(record.kind)
        .chain_update([0])
        .chain_update(record.url.unwrap_or_default())
        .chain_update([0])
        .chain_update(record.at_ms.to_be_bytes())
        .chain_update(offset.to_be_bytes())
        .chain_update(&record.head)
        .chain_update(record.payload)
        .finalize();
    let mut id: [u8; 16] = hash[..16].try_into().expect("a digest has 32 bytes");
    id[6] = 0x80 | (id[6] & 0x0f);
    id[8] = 0x80 | (id[8] & 0x3f);
    let hex = hex(&id);
    format!(
        "<urn:uuid:{}-{}-{}-{}-{}>",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// The SHA-256 of bytes in hexadecimal digits, as `sha256sum` prints it.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// `sha256:` and the digest of several pieces as one.
pub(crate) fn sha256(pieces: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update(piece);
    }
    format!("sha256:{}", hex(&hash.finalize()))
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// `2026-11-02T08:00:00Z`. Whole seconds, since readers of version 1.0 know no
/// others.
pub fn warc_date(at_ms: i64) -> String {
    jiff::Timestamp::from_second(at_ms.div_euclid(1000))
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warc::{Kind, Reader};

    fn step(url: &str, status: u16, headers: &[(&str, &str)]) -> Exchange {
        Exchange {
            url: url.into(),
            version: "HTTP/2".into(),
            status,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        }
    }

    #[test]
    fn what_is_written_reads_back_record_by_record() {
        let mut writer = Writer::new(Vec::new(), "Cuttings test", 1_762_070_400_123).unwrap();
        let steps = [
            step(
                "http://news.example/a#top",
                301,
                &[("location", "https://news.example/a")],
            ),
            step(
                "https://news.example/a",
                200,
                &[
                    ("content-type", "text/html; charset=utf-8"),
                    ("content-encoding", "br"),
                    ("content-length", "17"),
                    ("set-cookie", "session=secret"),
                    ("etag", "\"x\""),
                ],
            ),
        ];
        let body = b"<html>The whole story.</html>";
        let entries = writer.fetch(1_762_070_400_123, &steps, body).unwrap();
        let again = writer.fetch(1_762_070_500_000, &steps[1..], body).unwrap();
        writer
            .clean_text(1_762_070_400_123, &entries[1], "The whole story.")
            .unwrap();
        let upload = writer
            .resource(
                1_762_070_600_000,
                "https://news.example/b",
                "text/html",
                b"<p>Mine",
            )
            .unwrap();
        let bytes = writer.finish().unwrap();

        let pages: Vec<_> = Reader::new(&bytes[..], 1 << 20)
            .map(Result::unwrap)
            .collect();
        assert_eq!(pages.len(), 3, "two responses and a resource");
        assert_eq!(pages[0].target.as_deref(), Some("http://news.example/a"));
        assert_eq!(pages[2].kind, Kind::Resource);
        let text = String::from_utf8(pages[1].block.clone()).unwrap();
        assert_eq!(
            text,
            "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\netag: \"x\"\r\n\
             Content-Length: 29\r\n\r\n<html>The whole story.</html>"
        );
        assert_eq!(again[0].mime, "warc/revisit");
        assert_eq!((upload.status, upload.mime.as_str()), (None, "text/html"));
        // Each entry names one gzip member of that address.
        for entry in entries.iter().chain(&again).chain([&upload]) {
            let member = &bytes[entry.offset as usize..(entry.offset + entry.length) as usize];
            let mut unpacked = String::new();
            let mut decoder = flate2::bufread::GzDecoder::new(member);
            std::io::Read::read_to_string(&mut decoder, &mut unpacked).unwrap();
            assert!(decoder.into_inner().is_empty(), "one member and no more");
            assert!(unpacked.contains(&format!("WARC-Target-URI: {}\r\n", entry.url)));
        }
        let mut all = String::new();
        std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(&bytes[..]), &mut all)
            .unwrap();
        assert!(!all.contains("secret"), "no cookie leaves");
        assert!(all.contains("WARC-Date: 2025-11-02T08:00:00Z"));
        assert!(all.contains("WARC-Protocol: h2"));
        assert!(all.contains("WARC-Refers-To-Date: 2025-11-02T08:00:00Z"));
    }

    #[test]
    fn a_visit_that_found_nothing_new_refers_to_the_record_with_the_bytes() {
        let mut writer = Writer::new(Vec::new(), "x", 5).unwrap();
        let url = "https://news.example/a";
        let first = writer
            .fetch(1_762_070_400_000, &[step(url, 200, &[])], b"The story.")
            .unwrap()
            .remove(0);
        let steps = [
            step("http://news.example/a", 301, &[("location", url)]),
            step(url, 304, &[("etag", "\"x\"")]),
        ];
        let entries = writer
            .not_modified(1_762_070_500_000, &steps, &first)
            .unwrap();
        assert_eq!(entries[0].status, Some(301));
        let last = &entries[1];
        assert_eq!(
            (last.status, last.mime.as_str()),
            (Some(200), "warc/revisit")
        );
        assert_eq!(last.digest, first.digest);
        writer.forget();
        let error = writer.not_modified(6, &steps, &first).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);

        let bytes = writer.finish().unwrap();
        let mut record = String::new();
        let member = &bytes[last.offset as usize..(last.offset + last.length) as usize];
        std::io::Read::read_to_string(&mut flate2::bufread::GzDecoder::new(member), &mut record)
            .unwrap();
        let mut all = String::new();
        std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(&bytes[..]), &mut all)
            .unwrap();
        assert!(all.contains("WARC-Type: metadata"));
        assert!(all.contains("HTTP/1.1 304 Not Modified\r\netag: \"x\"\r\n"));
        for line in [
            "WARC-Type: revisit",
            "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/server-not-modified",
            "WARC-Refers-To-Target-URI: https://news.example/a",
            "WARC-Refers-To-Date: 2025-11-02T08:00:00Z",
            "WARC-Date: 2025-11-02T08:01:40Z",
            "Content-Length: 0",
        ] {
            assert!(record.contains(&format!("{line}\r\n")), "{line}: {record}");
        }
    }

    #[test]
    fn equal_visits_give_equal_bytes_and_ids_of_their_own() {
        let write = || {
            let mut writer = Writer::new(Vec::new(), "x", 5).unwrap();
            let steps = [step("https://a.example/", 200, &[])];
            writer.fetch(7, &steps, b"one").unwrap();
            writer.forget();
            writer.fetch(7, &steps, b"one").unwrap();
            writer.finish().unwrap()
        };
        assert_eq!(write(), write());
        let mut all = String::new();
        std::io::Read::read_to_string(
            &mut flate2::read::MultiGzDecoder::new(&write()[..]),
            &mut all,
        )
        .unwrap();
        let ids: std::collections::BTreeSet<_> = all
            .lines()
            .filter(|line| line.starts_with("WARC-Record-ID"))
            .collect();
        assert_eq!(ids.len(), 5);
    }
}
