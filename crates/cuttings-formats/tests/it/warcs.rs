//! WARC files as they are and as they should not be.

use std::io::Write as _;

use cuttings_formats::warc::{Damage, Damaged, Kind, Reader, Record};
use proptest::prelude::*;

const LIMIT: u64 = 1 << 20;

/// A record of any type.
fn record(kind: &str, target: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: <{target}>\r\n\
         Content-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n",
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

/// The answer with page `number`.
fn page(number: usize) -> Vec<u8> {
    let body = format!("HTTP/1.1 200 OK\r\n\r\n<p>Page {number}\r\n\r\nwith an empty line");
    record(
        "response",
        &format!("https://example.org/{number}"),
        body.as_bytes(),
    )
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn read(file: &[u8]) -> Vec<Result<Record, Damaged>> {
    Reader::new(file, LIMIT).collect()
}

/// What was read: the last part of the target, or the reason.
fn told(items: &[Result<Record, Damaged>]) -> Vec<String> {
    items
        .iter()
        .map(|item| match item {
            Ok(record) => record
                .target
                .clone()
                .unwrap_or_default()
                .replace("https://example.org/", ""),
            Err(damaged) => format!("{}: {}", damaged.number, damaged.reason),
        })
        .collect()
}

/// A file of a warcinfo, pages 1 to 4 with a request before each, joined by
/// `pack` from its records.
fn records() -> Vec<Vec<u8>> {
    let mut records = vec![record("warcinfo", "", b"software: test\r\n")];
    for number in 1..=4 {
        records.push(record(
            "request",
            "https://example.org/",
            b"GET / HTTP/1.1\r\n\r\n",
        ));
        records.push(page(number));
    }
    records
}

fn packed_each(records: &[Vec<u8>]) -> Vec<u8> {
    records.iter().flat_map(|record| gzip(record)).collect()
}

#[test]
fn pages_come_the_same_from_plain_whole_and_record_wise_packed_files() {
    let plain = records().concat();
    // Members that end anywhere, as parallel packers write them.
    let in_pieces: Vec<u8> = plain.chunks(100).flat_map(gzip).collect();
    for file in [
        plain.clone(),
        gzip(&plain),
        packed_each(&records()),
        in_pieces,
    ] {
        let mut reader = Reader::new(&file[..], LIMIT);
        let items: Vec<_> = reader.by_ref().collect();
        assert_eq!(told(&items), ["1", "2", "3", "4"]);
        assert_eq!((reader.number(), reader.others()), (9, 5));
        let second = items[1].as_ref().unwrap();
        assert_eq!((second.number, second.kind), (5, Kind::Response));
        assert!(
            second
                .block
                .ends_with(b"<p>Page 2\r\n\r\nwith an empty line")
        );
    }
}

#[test]
fn heads_may_have_folded_fields_bare_line_ends_and_no_empty_lines_behind() {
    let file = b"WARC/1.0\nwarc-type:resource\nWARC-Target-URI: https://example.org/\n  a\n\
        content-length: 4\n\nRain";
    let items = read(file);
    let record = items[0].as_ref().unwrap();
    assert_eq!(record.target.as_deref(), Some("https://example.org/ a"));
    assert_eq!(record.kind, Kind::Resource);
    assert_eq!(record.block, b"Rain");
    assert_eq!(items.len(), 1);
}

/// Breaks record `at` of the file and says what is read then.
fn broken(at: usize, change: impl Fn(&mut Vec<u8>)) -> (Vec<String>, Vec<String>) {
    let mut records = records();
    change(&mut records[at]);
    (
        told(&read(&records.concat())),
        told(&read(&packed_each(&records))),
    )
}

fn replace(record: &mut Vec<u8>, from: &str, to: &str) {
    let text = String::from_utf8(record.clone()).unwrap();
    assert!(text.contains(from));
    *record = text.replace(from, to).into_bytes();
}

#[test]
fn a_broken_head_costs_one_record() {
    for (from, to, reason) in [
        ("WARC/1.1", "WRAC/1.1", "does not begin like a WARC record"),
        ("WARC/1.1", "WARC/9", "does not begin like a WARC record"),
        ("WARC-Type: r", "r", "has a head that makes no sense"),
        (
            "Content-Length: ",
            "Content-Length: x",
            "does not say how long it is",
        ),
        (
            "Content-Length: ",
            "Length: ",
            "does not say how long it is",
        ),
        (
            "Content-Length: ",
            "Content-Length: 1",
            "is not as long as it says",
        ),
        (
            "Content-Length: 5",
            "Content-Length: 4",
            "is not as long as it says",
        ),
        (
            "Content-Length: ",
            "Content-Length: 999999999999",
            "is not as long as it says",
        ),
    ] {
        let (plain, packed) = broken(4, |record| replace(record, from, to));
        let expected = ["1", &format!("5: {reason}"), "3", "4"];
        // A file that ends in a block was to be longer, as far as can be told.
        let plain: Vec<String> = plain
            .iter()
            .map(|told| {
                told.replace(
                    "is cut off by the end of the file",
                    "is not as long as it says",
                )
            })
            .collect();
        assert_eq!(plain, expected, "{from} to {to}");
        assert_eq!(packed, expected, "{from} to {to}, packed");
    }
}

#[test]
fn damage_inside_a_gzip_member_costs_that_record() {
    let packed: Vec<Vec<u8>> = records().iter().map(|record| gzip(record)).collect();
    let intact = packed.concat();
    let start: usize = packed[..4].iter().map(Vec::len).sum();
    let length = packed[4].len();
    let damaged = "5: has damaged gzip data";
    for at in [0, 10, length / 2, length - 6] {
        let mut file = intact.clone();
        file[start + at] ^= 0x55;
        file[start + at + 1] ^= 0x55;
        assert_eq!(told(&read(&file)), ["1", damaged, "3", "4"], "at {at}");
    }
    // Bytes in the middle are missing: the next member begins inside.
    let file = [&intact[..start + length / 2], &intact[start + length..]].concat();
    assert_eq!(told(&read(&file)), ["1", damaged, "3", "4"]);
    // So is a whole stretch with several heads.
    let file = [
        &intact[..start + length / 2],
        &[7; 5000],
        &intact[start + length..],
    ]
    .concat();
    assert_eq!(told(&read(&file)), ["1", damaged, "3", "4"]);
}

#[test]
fn damage_in_a_whole_stream_ends_it_and_says_so() {
    let mut file = gzip(&records().concat());
    let middle = file.len() / 2;
    file[middle..middle + 20].fill(0x55);
    let items = read(&file);
    let last = items.last().unwrap().as_ref().unwrap_err();
    assert!(matches!(last.reason, Damage::GzipToEnd), "{last}");
    assert_eq!(items.iter().filter(|item| item.is_err()).count(), 1);
}

#[test]
fn a_truncated_file_gives_what_is_whole_and_names_the_rest() {
    let plain = records().concat();
    let items = read(&plain[..plain.len() - 20]);
    assert_eq!(
        told(&items),
        ["1", "2", "3", "9: is cut off by the end of the file"]
    );
    let packed = packed_each(&records());
    let items = read(&packed[..packed.len() - 20]);
    assert_eq!(
        told(&items),
        [
            "1",
            "2",
            "3",
            "9: has damaged gzip data, and nothing behind it can be read"
        ]
    );
    let packed = gzip(&plain);
    let items = read(&packed[..packed.len() - 20]);
    assert!(matches!(items.last(), Some(Err(_))));
}

#[test]
fn a_record_over_the_limit_is_passed_over_and_named() {
    let mut records = records();
    let huge = vec![b'x'; 30 << 20];
    records.insert(3, record("response", "https://example.org/huge", &huge));
    for file in [
        records.concat(),
        gzip(&records.concat()),
        packed_each(&records),
    ] {
        let items = read(&file);
        assert_eq!(
            told(&items),
            [
                "1",
                "4: has 31457280 bytes and at most 1048576 are read",
                "2",
                "3",
                "4"
            ]
        );
    }
}

#[test]
fn a_length_far_beyond_the_file_hides_no_later_record() {
    let mut records = records();
    replace(
        &mut records[2],
        "Content-Length: ",
        "Content-Length: 99999999",
    );
    // More than is searched again.
    records.insert(4, record("metadata", "", &vec![b'x'; 40 << 20]));
    let items = read(&records.concat());
    assert_eq!(
        told(&items),
        ["3: is not as long as it says", "2", "3", "4"]
    );
}

#[test]
fn garbage_between_records_is_named_and_passed() {
    let (first, second) = (page(1), page(2));
    let file = [&first[..], b"some\nlines of\ngarbage\n\n", &second].concat();
    assert_eq!(
        told(&read(&file)),
        ["1", "2: does not begin like a WARC record", "2"]
    );
    let file = [&gzip(&first)[..], b"garbage", &gzip(&second)].concat();
    assert_eq!(told(&read(&file)), ["1", "2: has damaged gzip data", "2"]);
}

#[test]
fn a_packed_file_whose_first_bytes_are_damaged_is_read_from_its_next_member() {
    let file = packed_each(&records());
    for file in [file[1..].to_vec(), [b"junk", &file[10..]].concat()] {
        assert_eq!(
            told(&read(&file)),
            ["1: does not begin like a WARC record", "1", "2", "3", "4"]
        );
    }
}

#[test]
fn offsets_are_those_of_the_file() {
    let packed: Vec<Vec<u8>> = records().iter().map(|record| gzip(record)).collect();
    let start: usize = packed[..4].iter().map(Vec::len).sum();
    assert_eq!(
        read(&packed.concat())[1].as_ref().unwrap().offset,
        start as u64
    );
    let start: usize = records()[..4].iter().map(Vec::len).sum();
    assert_eq!(
        read(&records().concat())[1].as_ref().unwrap().offset,
        start as u64
    );
}

#[test]
fn nested_lies_about_length_take_linear_time() {
    let head = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 1000000\r\n\r\n";
    let file = head.repeat(100_000);
    // Quadratic would be many minutes, and the runner ends a test before that.
    assert!(read(&file).len() > 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        for start in [&b""[..], b"WARC/1.0\r\n", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"] {
            let file = [start, &bytes].concat();
            prop_assert!(read(&file).len() <= file.len() + 1);
        }
    }

    #[test]
    fn any_damage_leaves_most_records(
        at in 0_usize..3000, length in 0_usize..400, fill in any::<Option<u8>>(), packed: bool,
    ) {
        let mut records = records();
        records.extend((5..40).map(page));
        let mut file = if packed { packed_each(&records) } else { records.concat() };
        let at = at.min(file.len() - 1000);
        match fill {
            Some(byte) => file[at..at + length].fill(byte),
            None => drop(file.drain(at..at + length)),
        }
        let items = read(&file);
        let good = items.iter().filter(|item| item.is_ok()).count();
        prop_assert!(good >= 30, "{:?}", told(&items));
        prop_assert_eq!(told(&items).pop(), Some("39".to_owned()));
    }
}
