//! One plain function for each target: it takes any bytes and panics where
//! something is wrong with what comes of them.
//!
//! Called by fuzzers with inputs of their own and by a test with the seeds in
//! `fuzz/corpus`. A check states what holds for *every* input, so nothing here
//! knows what a good extraction of a page would be.

use std::io::Read;
use std::time::{Duration, Instant};

use cuttings_extract::rules::{SiteRule, check};
use cuttings_extract::{
    ALLOWED_ATTRIBUTES, ALLOWED_ELEMENTS, Extraction, Options, explain_with, extract, extract_with,
};
use cuttings_formats::{answer, feed, opml, tar, warc};
use cuttings_html::{Limits, Tag, decode::decode, parse, parse_fragment};
use url::Url;

/// Takes the bytes of one input.
pub type Check = fn(&[u8]);

/// The targets by name. Each has seeds in `fuzz/corpus/NAME`.
pub const TARGETS: &[(&str, Check)] = &[
    ("feed", feed),
    ("html", html),
    ("metadata", metadata),
    ("rules", rules),
    ("warc", warc),
];

/// How long an extraction may take whatever the page is like: linear time with
/// a wide margin, for an unoptimised build on a busy machine.
fn time_limit(bytes: usize) -> Duration {
    Duration::from_secs(5) + Duration::from_micros(50) * u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// A page as a server might send it: bytes of any encoding.
///
/// # Panics
///
/// When something is wrong with what comes of it.
pub fn html(bytes: &[u8]) {
    let page = decode(bytes, None).text;
    let limits = Limits::default();
    let document = parse(&page, &limits);
    assert!(
        document.document_element().is_some(),
        "a document without <html>"
    );
    // Writing the tree out and reading it again must end as well.
    parse(&document.to_html(document.root()), &limits);

    let base = Url::parse("https://paper.example/2024/05/story.html").expect("an address");
    let found = timely(&page, Some(&base));
    hold(&found);
    let again = extract(&page, Some(&base)).expect("extracted once already");
    assert_eq!(found.text, again.text, "equal pages, unequal text");
    assert_eq!(
        found.html.as_str(),
        again.html.as_str(),
        "equal pages, unequal HTML"
    );
    hold(&timely(&page, None));
}

/// A value that a site wrote for machines: linked data, a date, a byline, an
/// address. The same text stands in every place that is read for metadata.
///
/// # Panics
///
/// When something is wrong with what comes of it.
pub fn metadata(bytes: &[u8]) {
    let value = String::from_utf8_lossy(bytes);
    for author in cuttings_extract::authors(&value) {
        assert!(!author.trim().is_empty(), "an author without a name");
    }
    let quoted = value.replace('&', "&amp;").replace('"', "&quot;");
    let shown = value.replace('&', "&amp;").replace('<', "&lt;");
    let linked = format!(
        "<html lang=\"{quoted}\"><title>{shown}</title>\
         <script type=\"application/ld+json\">{value}</script>{STORY}"
    );
    let tagged = format!(
        "<html lang=\"{quoted}\" dir=\"{quoted}\"><head>\
         <base href=\"{quoted}\"><link rel=canonical href=\"{quoted}\">\
         <meta property=\"og:title\" content=\"{quoted}\">\
         <meta property=\"og:site_name\" content=\"{quoted}\">\
         <meta property=\"og:image\" content=\"{quoted}\">\
         <meta name=author content=\"{quoted}\">\
         <meta property=\"article:published_time\" content=\"{quoted}\">\
         <meta property=\"article:modified_time\" content=\"{quoted}\"></head>{STORY}"
    );
    let visible = format!(
        "<article itemscope itemtype=\"https://schema.org/NewsArticle\">\
         <h1 itemprop=headline>{shown}</h1><p class=byline>{shown}</p>\
         <time datetime=\"{quoted}\">{shown}</time>{STORY}</article>"
    );
    let address = Url::parse(&value).ok();
    for page in [linked, tagged, visible] {
        hold(&timely(&page, None));
        hold(&timely(&page, address.as_ref()));
    }
}

/// The line between a rule and the page it is tried on, in an input of [`rules`].
const PAGE_FOLLOWS: &str = "\n%%%\n";

/// A site rule as somebody wrote it; after a line `%%%`, a page to try it on.
///
/// # Panics
///
/// When something is wrong with what comes of it.
pub fn rules(bytes: &[u8]) {
    let input = String::from_utf8_lossy(bytes);
    let (text, page) = match input.split_once(PAGE_FOLLOWS) {
        Some((text, page)) => (text, page.to_owned()),
        None => (
            &*input,
            format!("<h1>The river</h1><div id=text class=a>{STORY}</div><a href=/2>2</a>"),
        ),
    };
    let (rule, errors) = SiteRule::parse("paper.example", text);
    let lines = text.lines().count();
    for error in &errors {
        assert!(
            (1..=lines.max(1)).contains(&error.line),
            "line {} of {lines}",
            error.line
        );
        assert!(!error.message.is_empty(), "an error that says nothing");
    }
    let base = Url::parse("https://paper.example/2024/05/story.html").expect("an address");
    let options = Options { rule: Some(&rule) };
    let started = Instant::now();
    let found = extract_with(&page, Some(&base), &options);
    let spent = started.elapsed();
    // Replacements may lengthen a page to the most that is read; expressions
    // stop after so many steps.
    assert!(
        spent < time_limit(cuttings_extract::MAX_HTML_BYTES / 16),
        "a rule of {} bytes on {} bytes took {spent:?}",
        text.len(),
        page.len()
    );
    let found = found.expect("inputs are shorter than the longest page");
    hold(&found);
    for address in [&found.other_pages.single_page, &found.other_pages.next_page]
        .into_iter()
        .flatten()
    {
        assert!(is_web(address.as_str()), "another page at {address}");
    }
    explain_with(&page, Some(&base), &options).expect("extracted once already");
    let report = check(&rule, [(base.as_str(), page.as_str())]);
    assert_eq!(report.pages.len(), 1, "one page was tried");
    assert_eq!(
        report.pages[0].words, found.word_count,
        "equal pages, unequal words"
    );
}

/// The largest record that is read of an input of [`warc`], in bytes.
const MOST_RECORD_BYTES: usize = 64 * 1024;

/// An archive, plain or packed: what [`warc`] and `tar` files are read by.
///
/// # Panics
///
/// When something is wrong with what comes of it.
pub fn warc(bytes: &[u8]) {
    let started = Instant::now();
    let whole = records(bytes);
    // However the bytes come in, the records are the same.
    let in_pieces = records(Pieces {
        rest: bytes,
        size: 7,
    });
    assert_eq!(whole, in_pieces, "read in pieces, it is another archive");
    let mut entries = tar::Reader::new(bytes, MOST_RECORD_BYTES as u64, |_| true);
    let mut last = 0;
    for entry in entries.by_ref() {
        let number = match &entry {
            Ok(entry) => entry.number,
            Err(damaged) => damaged.number,
        };
        assert!(number >= last, "entry {number} after {last}");
        last = number;
        if let Ok(entry) = entry {
            assert!(entry.content.len() <= MOST_RECORD_BYTES, "a long entry");
        }
    }
    let (spent, limit) = (started.elapsed(), time_limit(16 * bytes.len()));
    assert!(spent < limit, "{} bytes took {spent:?}", bytes.len());
}

/// What the address of a feed answered: a feed of any kind, or a list of feeds.
///
/// # Panics
///
/// When something is wrong with what comes of it.
pub fn feed(bytes: &[u8]) {
    let started = Instant::now();
    let document = decode(bytes, None).text;
    if let Ok(found) = feed::read(&document) {
        assert!(found.entries.len() <= feed::MAX_ENTRIES, "too many entries");
        let again = feed::read(&document).expect("read once already");
        assert_eq!(found, again, "equal documents, unequal feeds");
        for entry in &found.entries {
            for words in [&entry.title, &entry.summary, &entry.content]
                .into_iter()
                .flatten()
            {
                assert!(
                    words.text.len() <= feed::MAX_FIELD_BYTES + 64,
                    "a field of {} bytes",
                    words.text.len()
                );
            }
        }
    }
    let list = opml::read(&document);
    assert!(list.feeds.len() <= opml::MAX_OUTLINES, "too many feeds");
    let written = opml::write("Feeds", &list.feeds);
    assert_eq!(
        opml::read(&written).feeds.len(),
        list.feeds.len(),
        "a list that is not read back"
    );
    let (spent, limit) = (started.elapsed(), time_limit(4 * bytes.len()));
    assert!(spent < limit, "{} bytes took {spent:?}", bytes.len());
}

/// What the records of an archive are, as lines of text.
fn records(input: impl Read) -> Vec<String> {
    let mut found = Vec::new();
    let mut last = 0;
    for record in warc::Reader::new(input, MOST_RECORD_BYTES as u64) {
        let number = match &record {
            Ok(record) => record.number,
            Err(damaged) => damaged.number,
        };
        assert!(
            number >= 1 && number >= last,
            "record {number} after {last}"
        );
        last = number;
        found.push(match record {
            Ok(record) => {
                assert!(record.block.len() <= MOST_RECORD_BYTES, "a long record");
                let page = answer::read(&record.block).and_then(|answer| {
                    answer
                        .body(MOST_RECORD_BYTES)
                        .map(std::borrow::Cow::into_owned)
                });
                if let Ok(page) = &page {
                    assert!(page.len() <= MOST_RECORD_BYTES, "a long page");
                }
                format!("{record:?} {page:?}")
            }
            Err(damaged) => format!("{damaged}"),
        });
    }
    found
}

/// Bytes that come in pieces, as from a slow disk.
struct Pieces<'b> {
    rest: &'b [u8],
    size: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = into.len().min(self.size);
        self.rest.read(&mut into[..most])
    }
}

/// Prose enough to be an article.
const STORY: &str = "<p>The river rose for a third day and went over its banks at noon.</p>\
     <p>Nobody was hurt, the mayor said, who had come to the hall by boat with the council.</p>";

fn timely(page: &str, base: Option<&Url>) -> Extraction {
    let started = Instant::now();
    let found = extract(page, base);
    let (spent, limit) = (started.elapsed(), time_limit(page.len()));
    assert!(
        spent < limit,
        "{} bytes took {spent:?}, more than {limit:?}",
        page.len()
    );
    found.expect("inputs are shorter than the longest page")
}

/// What is true of an extraction from any page.
fn hold(found: &Extraction) {
    for stamp in [&found.published, &found.modified].into_iter().flatten() {
        assert!(is_stamp(stamp), "not RFC 3339: {stamp}");
    }
    for author in &found.authors {
        assert!(!author.trim().is_empty(), "an author without a name");
    }
    for text in [
        &found.headline,
        &found.dek,
        &found.byline,
        &found.publication,
    ]
    .into_iter()
    .flatten()
    {
        assert!(!text.trim().is_empty(), "a field that is there and empty");
    }
    if let Some(url) = &found.canonical_url {
        assert!(is_web(url.as_str()), "a canonical address that is {url}");
    }
    for source in found
        .lead_image
        .iter()
        .chain(found.images.iter().map(|picture| &picture.src))
    {
        assert!(is_web(source), "a picture at {source}");
    }
    hold_html(found.html.as_str());
}

fn hold_html(html: &str) {
    let document = parse_fragment(html, Tag::Body, &Limits::none());
    for node in document.descendants(document.root()) {
        if !document.is_element(node) || document.tag(node) == Tag::Html {
            continue;
        }
        let name = document.name(node);
        assert!(ALLOWED_ELEMENTS.contains(&name), "<{name}> in what is safe");
        for (attribute, value) in document.attrs(node) {
            let is_listed = ALLOWED_ATTRIBUTES.iter().any(|(element, names)| {
                (*element == "*" || *element == name) && names.contains(&attribute)
            });
            // The one attribute that is set on every link and asked of none.
            let is_relation = name == "a" && attribute == "rel";
            assert!(is_listed || is_relation, "{attribute} on <{name}>");
            match attribute {
                "src" => assert!(is_web(value), "a picture at {value}"),
                "href" => assert!(
                    is_web(value) || value.starts_with("mailto:") || value.starts_with('#'),
                    "a link to {value}"
                ),
                _ => {}
            }
        }
    }
}

fn is_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// Whether a text is a full date, or a date and time with an offset.
fn is_stamp(text: &str) -> bool {
    let shaped = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(byte, wanted)| {
                if wanted == b'0' {
                    byte.is_ascii_digit()
                } else {
                    byte == wanted
                }
            })
    };
    let Some((date, time)) = text.split_once('T') else {
        return shaped(text, "0000-00-00");
    };
    let (clock, offset) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => return false,
    };
    let (seconds, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    shaped(date, "0000-00-00")
        && shaped(seconds, "00:00:00")
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && (offset == "Z" || shaped(&offset[1..], "00:00"))
}
