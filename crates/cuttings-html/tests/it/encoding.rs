//! The public encoding-sniffing cases of html5lib.
//!
//! Left out are: cases without a declaration, where windows-1252 is expected and
//! we look at the bytes instead; cases that declare the encoding further in than
//! we look; and `test-yahoo-jp.dat`, which declares EUC-JP over bytes that have
//! become UTF-8.

use cuttings_html::decode::decode;

use crate::corpus;

/// How far into a page its label is looked for.
const PRESCAN_BYTES: usize = 4096;

#[test]
fn declared_encodings_are_those_of_the_public_cases() {
    let Some(folder) = corpus("html5lib/encoding") else {
        return;
    };
    let mut ran = 0;
    let mut failures = Vec::new();
    for name in ["tests1.dat", "tests2.dat"] {
        let file = std::fs::read(folder.join(name)).expect("the cases can be read");
        // The cases are bytes; as Latin-1 every byte stands for itself.
        let text: String = file.iter().map(|&byte| char::from(byte)).collect();
        for case in format!("\n{text}").split("\n#data\n").skip(1) {
            let Some((data, expected)) = case.split_once("\n#encoding\n") else {
                panic!("a case of {name} has no encoding:\n{case}");
            };
            let expected = expected.trim();
            let is_too_far_in = data.len() > PRESCAN_BYTES;
            if expected.eq_ignore_ascii_case("windows-1252") || is_too_far_in {
                continue;
            }
            let bytes: Vec<u8> = data.chars().map(|character| character as u8).collect();
            ran += 1;
            let page = decode(&bytes, None);
            if !page.encoding.eq_ignore_ascii_case(expected) {
                failures.push(format!(
                    "{name}: {data}\ngave {}, not {expected}",
                    page.encoding
                ));
            }
        }
    }
    println!("html5lib encoding: {ran} ran, {} failed", failures.len());
    assert!(ran > 20);
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
