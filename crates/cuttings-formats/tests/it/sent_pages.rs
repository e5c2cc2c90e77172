//! A page as `single-file` 2.0.83 saved it from Chromium: `singlefile.html`. It
//! shows one picture twice, so the file holds it once, in its style sheet.

use std::fs::File;
use std::path::Path;

use cuttings_formats::sent_page::{INSIDE, Purpose, head, open};

#[test]
fn v17_a_page_of_singlefile_gives_its_pictures_address_and_time() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/singlefile.html");
    let file = || File::open(&path).expect("the page is there");
    let said = head(&file()).expect("a page");
    assert_eq!(said.url.as_deref(), Some("http://127.0.0.1:8099/story"));
    assert_eq!(said.saved_at_ms, Some(1_795_552_950_000));

    let mut page = open(file(), 1 << 20, Purpose::Reading).expect("a page");
    let addresses = page.addresses();
    // In the style sheet as the background of the page, too: the same address.
    assert_eq!(addresses.len(), 2);
    assert_eq!(addresses[0], addresses[1]);
    let picture = page.bytes_at(&addresses[0]).expect("read").expect("whole");
    assert!(picture.starts_with(b"\x89PNG"), "a PNG");
    assert_eq!(picture.len(), 1436);
    let html = String::from_utf8(page.html).expect("UTF-8");
    let shown = format!("<img src=\"{}\"", addresses[0]);
    assert!(addresses[0].starts_with(INSIDE));
    assert_eq!(html.matches(&shown).count(), 2, "{html}");
    assert!(!html.contains("lazy.png"), "{html}");
}
