//! The tar reader.

use cuttings_formats::tar::Tar;
use proptest::prelude::*;

use crate::made::{entry, file, gzip, told};

fn read(bytes: &[u8]) -> Vec<String> {
    told(Tar::new(bytes, 1 << 20))
}

fn end() -> Vec<u8> {
    vec![0; 1024]
}

#[test]
fn pages_are_read_and_all_else_is_passed_over() {
    let archive = [
        entry("a/", b'5', b""),
        file("a/one.html", b"<p>one"),
        file("a/notes.txt", &[b'x'; 1500]),
        entry("link.html", b'2', b""),
        file("two.HTM.gz", &gzip(b"<p>two")),
        end(),
    ]
    .concat();
    let expected = ["a/one.html: <p>one", "two.HTM.gz: <p>two"];
    assert_eq!(read(&archive), expected);
    assert_eq!(read(&gzip(&archive)), expected);
    let twice = [archive.clone(), archive].concat();
    assert_eq!(read(&twice).len(), 4, "joined archives are read whole");
}

#[test]
fn long_names_are_read_in_both_forms() {
    let long = format!("{}/page.html", "folder/".repeat(40));
    let gnu = [
        entry("././@LongLink", b'L', format!("{long}\0").as_bytes()),
        file(&long, b"<p>gnu"),
    ];
    let body = format!("path={long}\n");
    let mut length = body.len() + 4;
    assert!(length >= 100);
    length = body.len() + length.to_string().len() + 1;
    let pax = [
        entry("PaxHeaders/x", b'x', format!("{length} {body}").as_bytes()),
        file("short", b"<p>pax"),
    ];
    let archive = [gnu.concat(), pax.concat(), end()].concat();
    assert_eq!(
        read(&archive),
        [format!("{long}: <p>gnu"), format!("{long}: <p>pax")]
    );
}

#[test]
fn after_a_broken_header_the_next_file_is_read() {
    let mut broken = file("broken.html", b"<p>broken");
    broken[3] ^= 1;
    let archive = [
        file("a.html", b"<p>a"),
        broken,
        file("c.html", b"<p>c"),
        end(),
    ]
    .concat();
    let expected = ["a.html: <p>a", "2: no record starts here", "c.html: <p>c"];
    assert_eq!(read(&archive), expected);
}

#[test]
fn a_huge_page_is_passed_over_and_the_next_is_read() {
    let archive = [
        file("huge.html", &vec![b'x'; 2 << 20]),
        file("c.html", b"<p>c"),
        end(),
    ]
    .concat();
    assert_eq!(read(&archive), ["huge.html: too large", "c.html: <p>c"]);
}

#[test]
fn an_archive_that_is_cut_says_so() {
    let archive = [file("a.html", b"<p>a"), file("b.html", &[b'b'; 3000])].concat();
    let told = read(&archive[..2000]);
    assert_eq!(told, ["a.html: <p>a", "2: the record ends early"]);
    let packed = gzip(&archive);
    let told = read(&packed[..packed.len() - 12]);
    assert_eq!(told.last().unwrap(), "2: the gzip data is damaged");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_end_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
        Tar::new(&bytes[..], 500).for_each(drop);
    }

    #[test]
    fn damaged_archives_end_without_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        is_packed: bool,
    ) {
        let mut bytes = [file("a.html", b"<p>a"), entry("x", b'x', b"12 size=99\n"), file("b.html", b"b")].concat();
        if is_packed {
            bytes = gzip(&bytes);
        }
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        prop_assert!(Tar::new(&bytes[..], 500).count() <= 10);
    }
}
