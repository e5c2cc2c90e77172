//! Feeds and lists of feeds, whole and broken: whatever comes in is read to its
//! end, within bounds.

use std::time::{Duration, Instant};

use cuttings_formats::feed::{self, MAX_ENTRIES, MAX_FIELD_BYTES};
use cuttings_formats::opml;
use proptest::prelude::*;

/// Pieces that feeds are made of, to be put together in any order.
const PIECES: [&str; 28] = [
    "<rss><channel>",
    "<feed xmlns='http://www.w3.org/2005/Atom'>",
    "<rdf:RDF>",
    "<item>",
    "</item>",
    "<entry>",
    "</entry>",
    "<title>",
    "</title>",
    "<title type='xhtml'>",
    "<description>",
    "<content:encoded>",
    "</content:encoded>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    "<?x",
    "&amp;",
    "&b;",
    "&#x110000;",
    "<link href='/a'/>",
    "<link>/b</link>",
    "<guid>",
    "<pubDate>Fri, 03 May 2024 08:00:00 GMT</pubDate>",
    "</channel></rss>",
    "é\u{301}\u{0}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_to_its_end(text in "\\PC{0,400}") {
        for start in ["", "<rss><channel><item>", "<feed><entry><title ", "{\"items\": ["] {
            let document = format!("{start}{text}");
            if let Ok(found) = feed::read(&document) {
                prop_assert!(found.entries.len() <= MAX_ENTRIES);
            }
            prop_assert!(opml::read(&document).feeds.len() <= opml::MAX_OUTLINES);
        }
    }

    #[test]
    fn any_order_of_pieces_is_read_to_its_end(
        pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..60),
    ) {
        if let Ok(found) = feed::read(&pieces.concat()) {
            let items = pieces.iter().filter(|piece| ["<item>", "<entry>"].contains(piece)).count();
            prop_assert!(found.entries.len() <= items);
        }
    }

    #[test]
    fn any_list_is_read_back_as_it_was_written(
        names in prop::collection::vec(("[^\\x00-\\x1f\\x7f-\\x9f]{1,12}", "[a-z&<>\" ]{0,6}"), 0..12),
    ) {
        let mut feeds: Vec<opml::Outline> = names
            .iter()
            .map(|(title, folder)| opml::Outline {
                feed_url: format!("https://l.example/?{}", title.trim()),
                site_url: None,
                title: Some(title.trim().to_owned()).filter(|title| !title.is_empty()),
                folder: folder.trim().to_owned(),
            })
            .collect();
        feeds.sort_by(|one, other| one.folder.cmp(&other.folder));
        let read = opml::read(&opml::write("All", &feeds)).feeds;
        prop_assert_eq!(read.len(), feeds.len());
        for (read, written) in read.iter().zip(&feeds) {
            prop_assert_eq!(&read.feed_url, &written.feed_url);
            prop_assert_eq!(&read.folder, &written.folder);
            let title = written.title.as_ref().unwrap_or(&written.feed_url);
            prop_assert_eq!(read.title.as_ref(), Some(title));
        }
    }
}

#[test]
fn r20_m03_what_is_built_to_exhaust_is_read_in_linear_time() {
    const SIZE: usize = 4_000_000;
    let repeated = |piece: &str| piece.repeat(SIZE / piece.len());
    for (what, inside) in [
        ("entries", repeated("<item><title>a</title></item>")),
        ("open entries", repeated("<item>")),
        ("depth", repeated("<a>")),
        ("unclosed names", repeated("<a></b>")),
        ("references", repeated("&lol;")),
        ("open references", repeated("&")),
        ("open comments", repeated("<!--")),
        ("open types", repeated("<!a \"")),
        ("open data", repeated("<![CDATA[")),
        ("one field", format!("<item><title>{}", repeated("long "))),
        ("one tag", format!("<item {}", repeated("a='b' "))),
        ("less than", repeated("< ")),
        (
            "nested markup",
            format!("<item><description>{}", repeated("<b>")),
        ),
    ] {
        let started = Instant::now();
        let found = feed::read(&format!("<rss><channel>{inside}")).expect("a feed");
        let spent = started.elapsed();
        assert!(spent < Duration::from_secs(20), "{what}: {spent:?}");
        assert!(found.entries.len() <= MAX_ENTRIES, "{what}");
        for entry in &found.entries {
            for words in [&entry.title, &entry.summary, &entry.content]
                .into_iter()
                .flatten()
            {
                assert!(words.text.len() <= MAX_FIELD_BYTES + 64, "{what}");
            }
        }
    }
}
