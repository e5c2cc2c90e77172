//! Makes archives, byte by byte, so that every part of them can be wrong.

use std::io::Write as _;

use cuttings_formats::archive::Entry;
use flate2::Compression;
use flate2::write::GzEncoder;

/// One gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A WARC record.
pub fn record(kind: &str, url: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let mut record = format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n\
         Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    record.extend_from_slice(body);
    record.extend_from_slice(b"\r\n\r\n");
    record
}

/// A response record with an HTTP head of these lines.
pub fn response(url: &str, lines: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\n{lines}\r\n").into_bytes();
    answer.extend_from_slice(body);
    record(
        "response",
        url,
        "application/http; msgtype=response",
        &answer,
    )
}

/// A response record that is a page of this text.
pub fn page(url: &str, text: &str) -> Vec<u8> {
    response(
        url,
        "Content-Type: text/html; charset=utf-8\r\n",
        format!("<p>{text}").as_bytes(),
    )
}

/// A file in a tar archive.
pub fn file(name: &str, content: &[u8]) -> Vec<u8> {
    entry(name, b'0', content)
}

/// An entry of any kind in a tar archive.
pub fn entry(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 512];
    let name = &name.as_bytes()[..name.len().min(100)];
    block[..name.len()].copy_from_slice(name);
    block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    block[156] = kind;
    block[257..263].copy_from_slice(b"ustar\0");
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let mut file = block.to_vec();
    file.extend_from_slice(content);
    file.resize(file.len().next_multiple_of(512), 0);
    file
}

/// A line an entry: `name: content`, `name: too large`, `number: fault`.
pub fn told(entries: impl Iterator<Item = Entry>) -> Vec<String> {
    entries
        .map(|entry| match entry {
            Entry::Page(page) => {
                let name = page.place.name.clone().unwrap();
                match page.content(1 << 20) {
                    Ok(bytes) => format!("{name}: {}", String::from_utf8_lossy(&bytes)),
                    Err(fault) => format!("{name}: {fault}"),
                }
            }
            Entry::TooLarge { place, .. } => format!("{}: too large", place.name.unwrap()),
            Entry::Broken { place, fault } => format!("{}: {fault}", place.number),
        })
        .collect()
}
