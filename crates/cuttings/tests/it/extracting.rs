//! `cuttings extract` on many pages: archives, formats, broken records.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::rig::{Rig, page};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).expect("memory takes bytes");
    packed.finish().expect("memory takes bytes")
}

fn record(url: &str, html: &[u8]) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n".to_vec();
    answer.extend_from_slice(html);
    let mut record = format!(
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n\
         Content-Type: application/http\r\nContent-Length: {}\r\n\r\n",
        answer.len()
    )
    .into_bytes();
    record.extend(answer);
    record.extend_from_slice(b"\r\n\r\n");
    record
}

/// A tar of one file.
fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    let mut head = [0_u8; 512];
    head[..name.len()].copy_from_slice(name.as_bytes());
    head[100..107].copy_from_slice(b"0000644");
    head[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    head[156] = b'0';
    head[257..263].copy_from_slice(b"ustar\0");
    head[148..156].fill(b' ');
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    head[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let mut archive = head.to_vec();
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(512) + 1024, 0);
    archive
}

#[test]
fn a_packed_warc_gives_a_line_a_page_named_by_its_address() {
    let rig = Rig::empty();
    let warc: Vec<u8> = ["One", "Two", "Three"]
        .iter()
        .flat_map(|name| {
            gzip(&record(
                &format!("https://lantern.example/{name}"),
                &page(name),
            ))
        })
        .collect();
    let file = rig.file("pages.warc.gz", warc);
    let ran = rig.run(&["extract", &file]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut found: Vec<(String, String)> = ran
        .json()
        .iter()
        .map(|line| {
            (
                line["id"].as_str().unwrap().into(),
                line["headline"].as_str().unwrap().into(),
            )
        })
        .collect();
    found.sort();
    let wanted = ["One", "Three", "Two"]
        .map(|name| (format!("https://lantern.example/{name}"), name.to_owned()));
    assert_eq!(found, wanted);
}

#[test]
fn a_broken_record_is_named_and_costs_only_itself() {
    let rig = Rig::empty();
    let mut members = ["a", "b", "c"]
        .map(|name| gzip(&record(&format!("https://x.example/{name}"), &page(name))));
    let middle = members[1].len() / 2;
    members[1][middle] ^= 0x55;
    let file = rig.file("pages.warc.gz", members.concat());
    let ran = rig.run(&["extract", &file]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.json().len(), 2, "{}", ran.err);
    assert!(ran.err.contains("record 2 at byte"), "{}", ran.err);
    assert!(ran.err.contains("2 pages, 1 failed"), "{}", ran.err);
}

#[test]
fn tars_and_packed_files_are_read_like_folders() {
    let rig = Rig::empty();
    let packed = rig.file("pages/a.html.gz", gzip(&page("Packed")));
    let archive = rig.file("more.tar.gz", gzip(&tar("news/b.html", &page("Archived"))));
    let folder = std::path::Path::new(&packed)
        .parent()
        .unwrap()
        .display()
        .to_string();
    let ran = rig.run(&["extract", &folder, &archive, "--jobs", "1"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ids: Vec<String> = ran
        .json()
        .iter()
        .map(|line| line["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, [packed, format!("{archive}/news/b.html")]);
}

#[test]
fn a_page_is_printed_as_markdown_html_or_text() {
    let rig = Rig::empty();
    let file = rig.file("a.html", page("Boat *bought* back"));
    let print = |format: &str| rig.run(&["extract", &file, "--format", format]).out;
    assert!(
        print("markdown").starts_with("# Boat \\*bought\\* back"),
        "{}",
        print("markdown")
    );
    assert!(print("html").contains("<p"));
    assert!(print("text").starts_with("The ferry company") && !print("text").contains('<'));
    assert_eq!(print("jsonl").lines().count(), 1);
    assert_eq!(rig.run(&["extract", &file, "--format", "pdf"]).code, 2);
}
