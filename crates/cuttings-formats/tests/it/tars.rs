//! Tar archives as they are and as they should not be.

use std::io::Write as _;

use cuttings_formats::tar::{Damage, Damaged, Entry, Reader, is_tar};
use proptest::prelude::*;

/// A header; `kind` is `b'0'` for a file.
fn header(path: &str, size: usize, kind: u8) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..path.len().min(100)].copy_from_slice(&path.as_bytes()[..path.len().min(100)]);
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    seal(&mut header);
    header
}

fn seal(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

fn entry(path: &str, content: &[u8], kind: u8) -> Vec<u8> {
    let filling = vec![0; (512 - content.len() % 512) % 512];
    [header(path, content.len(), kind), content.to_vec(), filling].concat()
}

fn pages() -> Vec<Vec<u8>> {
    let long = format!("{}/long.html", "folder".repeat(30));
    let pax = "path=pax/é.html\n";
    let pax = format!("{} {pax}", pax.len() + 3);
    vec![
        entry("site/", b"", b'5'),
        entry("site/a.html", b"<p>A", b'0'),
        entry("site/picture.png", &[7; 3000], b'0'),
        entry("././@LongLink", format!("{long}\0").as_bytes(), b'L'),
        entry(&long, b"<p>Long", b'0'),
        entry("PaxHeaders/é", pax.as_bytes(), b'x'),
        entry("pax", &[b'p'; 512], b'0'),
        entry("site/b.html", b"<p>B", 0),
    ]
}

fn ended(entries: &[Vec<u8>]) -> Vec<u8> {
    [entries.concat(), vec![0; 1024]].concat()
}

fn read(file: &[u8]) -> Vec<Result<Entry, Damaged>> {
    Reader::new(file, 10_000, |path: &str| {
        std::path::Path::new(path)
            .extension()
            .is_none_or(|e| e != "png")
    })
    .collect()
}

fn told(items: &[Result<Entry, Damaged>]) -> Vec<String> {
    items
        .iter()
        .map(|item| match item {
            Ok(entry) => entry.path.clone(),
            Err(damaged) => damaged.to_string(),
        })
        .collect()
}

#[test]
fn files_come_with_long_names_from_plain_and_packed_archives() {
    let plain = ended(&pages());
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let in_pieces: Vec<u8> = plain.chunks(700).flat_map(gzip).collect();
    for file in [&plain, &gzip(&plain), &in_pieces] {
        let items = read(file);
        let long = format!("{}/long.html", "folder".repeat(30));
        assert_eq!(
            told(&items),
            ["site/a.html", &long, "pax/é.html", "site/b.html"]
        );
        assert_eq!(items[3].as_ref().unwrap().content, b"<p>B");
    }
    assert!(is_tar(&plain));
    assert!(!is_tar(&[b'<'; 512]));
}

#[test]
fn a_broken_header_costs_one_file() {
    let mut entries = pages();
    entries[1][3] ^= 0x20;
    let items = read(&ended(&entries));
    assert_eq!(items.len(), 4);
    let damaged = items[0].as_ref().unwrap_err();
    assert_eq!((damaged.number, damaged.offset), (2, 512));
    assert!(matches!(damaged.reason, Damage::Header));
    assert_eq!(told(&items)[3], "site/b.html");
}

#[test]
fn missing_bytes_cost_one_or_two_files() {
    let mut entries = pages();
    entries[2].drain(700..1000);
    let items = read(&ended(&entries));
    assert_eq!(told(&items)[0], "site/a.html");
    assert!(items[1].is_err());
    assert_eq!(told(&items).last().unwrap(), "site/b.html");
}

#[test]
fn a_truncated_archive_gives_what_is_whole_and_names_the_rest() {
    let plain = pages().concat();
    let items = read(&plain[..plain.len() - 510]);
    assert_eq!(items.len(), 4);
    let damaged = items[3].as_ref().unwrap_err();
    assert!(matches!(damaged.reason, Damage::CutOff));
    assert_eq!(damaged.path.as_deref(), Some("site/b.html"));
}

#[test]
fn a_file_over_the_limit_is_passed_over_and_named() {
    let mut entries = pages();
    entries.insert(1, entry("huge.html", &vec![b'x'; 20_000], b'0'));
    let items = read(&ended(&entries));
    assert_eq!(items.len(), 5);
    let damaged = items[0].as_ref().unwrap_err();
    assert!(matches!(
        damaged.reason,
        Damage::TooLarge { bytes: 20_000, .. }
    ));
    assert_eq!(damaged.path.as_deref(), Some("huge.html"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end(
        bytes in prop::collection::vec(any::<u8>(), 0..3000),
        size in any::<usize>(),
        kind in prop::sample::select(b"0L5xgKS".to_vec()),
    ) {
        for start in [vec![], header("a.html", size % (1 << 33), kind)] {
            let file = [&start[..], &bytes].concat();
            prop_assert!(read(&file).len() <= file.len() + 1);
        }
    }

    #[test]
    fn any_change_ends(at in 0_usize..8000, byte in any::<u8>()) {
        let mut file = ended(&pages());
        let at = at % file.len();
        file[at] = byte;
        prop_assert!(read(&file).len() <= 8);
    }
}
