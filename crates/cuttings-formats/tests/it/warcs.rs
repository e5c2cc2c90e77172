//! The WARC reader.

use std::io::{Read, Write as _};

use cuttings_formats::archive::{Entry, Fault};
use cuttings_formats::warc::Warc;
use proptest::prelude::*;

use crate::made::{gzip, page, record, response, told};

fn read(bytes: &[u8]) -> Vec<String> {
    told(Warc::new(bytes, 1 << 20))
}

fn three() -> [Vec<u8>; 3] {
    ["a", "b", "c"].map(|name| page(&format!("https://x.example/{name}"), name))
}

const ALL: [&str; 3] = [
    "https://x.example/a: <p>a",
    "https://x.example/b: <p>b",
    "https://x.example/c: <p>c",
];

#[test]
fn plain_packed_by_record_and_packed_whole_give_the_same_pages() {
    let plain = three().concat();
    assert_eq!(read(&plain), ALL);
    assert_eq!(read(&gzip(&plain)), ALL);
    assert_eq!(read(&three().map(|record| gzip(&record)).concat()), ALL);
}

#[test]
fn only_html_answers_that_went_well_are_pages() {
    let mut missing = record(
        "response",
        "https://x.example/404",
        "application/http",
        b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>no",
    );
    missing.extend(record(
        "request",
        "https://x.example/",
        "application/http",
        b"GET / HTTP/1.1\r\n\r\n",
    ));
    missing.extend(record(
        "warcinfo",
        "",
        "application/warc-fields",
        b"software: x\r\n",
    ));
    missing.extend(response(
        "https://x.example/i",
        "Content-Type: image/png\r\n",
        b"\x89PNG",
    ));
    missing.extend(record("response", "dns:x.example", "text/dns", b"x 1 IN A"));
    missing.extend(record(
        "resource",
        "<https://x.example/r>",
        "text/html",
        b"<p>r",
    ));
    missing.extend(response("https://x.example/untyped", "", b" <p>u"));
    assert_eq!(
        read(&missing),
        [
            "https://x.example/r: <p>r",
            "https://x.example/untyped:  <p>u"
        ]
    );
}

#[test]
fn codings_of_the_answer_are_undone_and_its_type_is_kept() {
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    deflate.write_all(b"<p>raw deflate").unwrap();
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(b"<p>zlib").unwrap();
    let packed = gzip(b"<p>both");
    let mut chunked = format!("{:x};a=b\r\n", 5).into_bytes();
    chunked.extend(&packed[..5]);
    chunked.extend(format!("\r\n{:X}\r\n", packed.len() - 5).into_bytes());
    chunked.extend(&packed[5..]);
    chunked.extend(b"\r\n0\r\n\r\n");
    let kind = "Content-Type: text/html; charset=koi8-r\r\n";
    let archive = [
        response(
            "u:1",
            &format!("{kind}Content-Encoding: deflate\r\n"),
            &deflate.finish().unwrap(),
        ),
        response(
            "u:2",
            &format!("{kind}Content-Encoding: deflate\r\n"),
            &zlib.finish().unwrap(),
        ),
        response(
            "u:3",
            &format!("{kind}content-encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
            &chunked,
        ),
        // Stored decoded, with the head as it came.
        response(
            "u:4",
            &format!("{kind}Content-Encoding: br\r\nTransfer-Encoding: chunked\r\n"),
            b"<p>plain",
        ),
        response(
            "u:5",
            &format!("{kind}Content-Encoding: odd\r\n"),
            b"<p>odd",
        ),
        response(
            "u:6",
            &format!("{kind}Transfer-Encoding: chunked\r\n"),
            b"5\r\n<p>ab\r\n9\r\ncut",
        ),
    ]
    .concat();
    assert_eq!(
        read(&archive),
        [
            "u:1: <p>raw deflate",
            "u:2: <p>zlib",
            "u:3: <p>both",
            "u:4: <p>plain",
            "u:5: the page has the coding “odd”, which is not known",
            "u:6: the page's chunked coding is broken",
        ]
    );
    let first = Warc::new(&archive[..], 1 << 20).next();
    let Some(Entry::Page(page)) = first else {
        panic!("{first:?}")
    };
    assert_eq!(
        page.content_type.as_deref(),
        Some("text/html; charset=koi8-r")
    );
}

#[test]
fn a_brotli_page_is_unpacked() {
    let body = [
        0x0b, 0x0b, 0x80, 0x3c, 0x70, 0x3e, 0x62, 0x72, 0x6f, 0x74, 0x6c, 0x69, 0x20, 0x62, 0x72,
        0x6f, 0x74, 0x6c, 0x69, 0x20, 0x62, 0x72, 0x6f, 0x74, 0x6c, 0x69, 0x03,
    ];
    let archive = response(
        "u:br",
        "Content-Type: text/html\r\nContent-Encoding: br\r\n",
        &body,
    );
    assert_eq!(read(&archive), ["u:br: <p>brotli brotli brotli"]);
}

#[test]
fn a_page_that_unpacks_past_the_limit_is_no_page() {
    let bomb = gzip(&vec![b' '; 3 << 20]);
    let archive = response(
        "u:bomb",
        "Content-Type: text/html\r\nContent-Encoding: gzip\r\n",
        &bomb,
    );
    assert_eq!(
        read(&archive),
        ["u:bomb: the page unpacks to more than 1048576 bytes"]
    );
}

#[test]
fn a_huge_page_is_passed_over_and_the_next_is_read() {
    let [first, _, last] = three();
    let huge = page("https://x.example/huge", &"x".repeat(3 << 20));
    let expected = [ALL[0], "https://x.example/huge: too large", ALL[2]];
    assert_eq!(
        read(&[first.clone(), huge.clone(), last.clone()].concat()),
        expected
    );
    let packed = [gzip(&first), gzip(&huge), gzip(&last)].concat();
    assert_eq!(read(&packed), expected);
}

#[test]
fn after_a_broken_record_the_next_is_read() {
    let [first, mut broken, last] = three();
    broken[..7].copy_from_slice(b"BROKEN!");
    let expected = [ALL[0], "2: no record starts here", ALL[2]];
    assert_eq!(
        read(&[first.clone(), broken.clone(), last.clone()].concat()),
        expected
    );
    assert_eq!(
        read(&[gzip(&first), gzip(&broken), gzip(&last)].concat()),
        expected
    );
}

#[test]
fn a_length_that_is_too_long_swallows_no_record() {
    let [first, second, last] = three();
    let text = String::from_utf8(second).unwrap();
    let at = text.find("Content-Length: ").unwrap() + 16;
    let long = format!("{}9{}", &text[..at], &text[at..]).into_bytes();
    let expected = [ALL[0], "2: the record ends early", ALL[2]];
    assert_eq!(
        read(&[first.clone(), long.clone(), last.clone()].concat()),
        expected
    );
    let packed = [gzip(&first), gzip(&long), gzip(&last)].concat();
    assert_eq!(read(&packed), expected);
}

#[test]
fn a_length_that_is_too_short_costs_one_page() {
    let [first, second, last] = three();
    let text = String::from_utf8(second).unwrap();
    let at = text.find("Content-Length: ").unwrap() + 16;
    let short = format!("{}{}", &text[..at], &text[at + 1..]).into_bytes();
    let told = read(&[first, short, last].concat());
    assert_eq!(
        told,
        [ALL[0], "2: the record is not as long as it says", ALL[2]]
    );
}

#[test]
fn damage_in_one_gzip_member_costs_one_page() {
    let members = three().map(|record| gzip(&record));
    for at in 12..members[1].len() {
        let mut damaged = members.clone();
        damaged[1][at] ^= 0x55;
        let told = read(&damaged.concat());
        assert_eq!(
            (told.len(), told[0].as_str()),
            (3, ALL[0]),
            "byte {at}: {told:?}"
        );
        assert!(told[1].starts_with("2: "), "byte {at}: {told:?}");
        assert_eq!(told[2], ALL[2], "byte {at}");
    }
    for keep in 1..members[1].len() {
        let cut = [&members[0], &members[1][..keep], &members[2]].map(<[u8]>::to_vec);
        let told = read(&cut.concat());
        assert_eq!(
            (told.len(), told[0].as_str()),
            (3, ALL[0]),
            "kept {keep}: {told:?}"
        );
        assert_eq!(told[2], ALL[2], "kept {keep}: {told:?}");
    }
}

#[test]
fn a_truncated_gzip_file_gives_what_came_before_and_says_so() {
    let noise: String = (0..200_000_u64)
        .map(|at| {
            char::from(b'a' + (at.wrapping_mul(at).wrapping_mul(2_654_435_761) >> 13) as u8 % 26)
        })
        .collect();
    let archive = [three().to_vec(), vec![page("u:long", &noise)]]
        .concat()
        .concat();
    let packed = gzip(&archive);
    let told = read(&packed[..packed.len() - 1000]);
    assert_eq!(told[..3], ALL);
    assert_eq!(told[3..], ["4: the gzip data is damaged"]);
}

#[test]
fn a_cut_page_is_read_as_far_as_it_goes_when_the_archive_says_so() {
    let mut packed = gzip("<p>long enough to be cut ".repeat(20).as_bytes());
    packed.truncate(packed.len() - 10);
    let whole = response(
        "u:cut",
        "Content-Type: text/html\r\nContent-Encoding: gzip\r\n",
        &packed,
    );
    let at = whole.windows(2).position(|two| two == b"\r\n").unwrap();
    let cut = [&whole[..at], b"\r\nWARC-Truncated: length", &whole[at..]].concat();
    assert_eq!(read(&whole), ["u:cut: the page's gzip coding is broken"]);
    assert!(
        read(&cut)[0].starts_with("u:cut: <p>long enough"),
        "{:?}",
        read(&cut)
    );
}

struct Fails;

impl Read for Fails {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the disk is gone"))
    }
}

#[test]
fn a_source_that_fails_is_told_once_and_ends_the_reading() {
    let archive = three().concat();
    let entries: Vec<Entry> = Warc::new(archive.chain(Fails), 1 << 20).collect();
    assert!(
        matches!(
            entries.last(),
            Some(Entry::Broken {
                fault: Fault::Source(_),
                ..
            })
        ),
        "{entries:?}"
    );
    assert_eq!(entries.len(), 4);
}

/// A source that gives a few bytes at a time.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = out.len().min(7).min(self.0.len());
        out[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

trait Chain: Sized {
    fn chain(self, after: Fails) -> std::io::Chain<std::io::Cursor<Self>, Fails>
    where
        Self: AsRef<[u8]>,
    {
        Read::chain(std::io::Cursor::new(self), after)
    }
}

impl Chain for Vec<u8> {}

#[test]
fn a_slow_source_changes_nothing() {
    let packed = three().map(|record| gzip(&record)).concat();
    assert_eq!(told(Warc::new(Drops(&packed), 1 << 20)), ALL);
    assert_eq!(told(Warc::new(Drops(&three().concat()), 1 << 20)), ALL);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_end_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        for entry in Warc::new(&bytes[..], 500) {
            if let Entry::Page(page) = entry {
                let _ = page.content(500);
            }
        }
    }

    #[test]
    fn damaged_archives_end_without_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        packing in 0..3,
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = match packing {
            0 => three().concat(),
            1 => gzip(&three().concat()),
            _ => three().map(|record| gzip(&record)).concat(),
        };
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len()) + bytes.len() / 2);
        let count = Warc::new(&bytes[..], 500).count();
        prop_assert!(count <= 10);
    }
}
