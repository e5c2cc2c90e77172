//! How much memory reading a page takes: the bound the crate's documentation
//! states, held against pages that are built to take much of it.
//!
//! A program of its own, because it counts every byte that is allocated.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes for each byte of a page, and what comes on top, where no formatting is
/// opened again. As told in the crate's documentation under "What holds".
const MULTIPLE: usize = 100;
const ON_TOP: usize = 64 * 1024;

/// The same for every page: a tree ends at 300,000 nodes, however it is made.
const MULTIPLE_OF_TEXT: usize = 16;
const LARGEST_TREE: usize = 160 * 1024 * 1024;

/// The system's allocator, counting.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn take(bytes: usize) {
    let held = HELD.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(held, Ordering::Relaxed);
}

#[allow(unsafe_code, reason = "nothing else can stand in for the allocator")]
// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(at, layout) }
    }

    // Both may be held while what is in one is moved to the other.
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        take(size);
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most that is held at once while `page` is read, beyond what was held.
fn peak_of(page: &str) -> usize {
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let found = cuttings_extract::extract(page, None).expect("no page here is too large");
    drop(found);
    PEAK.load(Ordering::Relaxed) - before
}

/// `piece` over and over, `bytes` long.
fn many(piece: &str, bytes: usize) -> String {
    piece.repeat(bytes / piece.len())
}

/// Pages of about `bytes` that make a tree larger than their text: formatting
/// that is left open is opened again in each paragraph and cell.
fn reopening(bytes: usize) -> Vec<(&'static str, String)> {
    let marks: String = [
        "b", "i", "u", "s", "tt", "em", "big", "code", "font", "small", "strong",
    ]
    .map(|name| format!("<{name}><{name}><{name}>"))
    .concat();
    vec![
        ("formatting opened again", many("<b><i><u><s>a<p>", bytes)),
        (
            "all formatting opened again",
            format!("<p>{marks}{}", many("<p>a", bytes)),
        ),
        ("foster parents", many("<table>a<b>", bytes)),
    ]
}

/// Pages of about `bytes` that make much out of little, by what they are made of.
fn costly(bytes: usize) -> Vec<(&'static str, String)> {
    let sentence = "<p>It rained for a third day, and the river rose over its banks again.</p>";
    vec![
        ("one text", many("word ", bytes)),
        ("one word", many("a", bytes)),
        ("signs of three bytes", many("あ", bytes)),
        ("references", many("&amp;", bytes)),
        ("open paragraphs", many("<p>", bytes)),
        ("short paragraphs", many("<p>a", bytes)),
        ("deep nesting", many("<div>", bytes)),
        ("closed formatting", many("<b>a</b>", bytes)),
        ("links", many("<a href=x>a</a>", bytes)),
        ("headings with dates", many("<h1>1 May 2020</h1>", bytes)),
        ("bylines", many("<p class=byline>By Ada Byron</p>", bytes)),
        ("attributes", many("<p a b c d e f g h i j k l>", bytes)),
        ("unknown elements", many("<x-y>a</x-y>", bytes)),
        ("cells", many("<table><tr><td>a", bytes)),
        ("lists", many("<ul><li>a", bytes)),
        ("pictures", many("<img src=a alt=b>", bytes)),
        (
            "figures",
            many("<figure><img src=a><figcaption>a</figure>", bytes),
        ),
        ("breaks", many("a<br><br>", bytes)),
        ("comments", many("<!---->", bytes)),
        ("templates", many("<template>", bytes)),
        ("selects", many("<select><option>a", bytes)),
        ("marks", many("<meta name=author content=a>", bytes)),
        (
            "story",
            format!("<article><h1>Rain</h1>{}</article>", many(sentence, bytes)),
        ),
        (
            "linked data",
            format!(
                "<script type=application/ld+json>[{}0]</script>",
                many("{\"@type\":\"Article\"},", bytes)
            ),
        ),
        (
            "brackets of linked data",
            format!(
                "<script type=application/ld+json>{}</script>",
                many("[", bytes)
            ),
        ),
        (
            "numbers of linked data",
            format!(
                "<script type=application/ld+json>[{}0]</script>",
                many("0,", bytes)
            ),
        ),
    ]
}

/// Pages that are also read at a length at which limits are reached: those that
/// take most for each node, and those of text alone.
const LARGE: &[&str] = &[
    "short paragraphs",
    "headings with dates",
    "story",
    "one word",
    "numbers of linked data",
];

/// Reads the pages and gives those that take more than `most` says for their
/// length. What each took is printed.
fn over(pages: &[(String, String)], most: impl Fn(usize) -> usize) -> Vec<String> {
    let mut over = Vec::new();
    for (name, page) in pages {
        let peak = peak_of(page);
        let times = peak as f64 / page.len() as f64;
        println!("{times:6.1} times, {peak:9} bytes: {name}");
        if peak > most(page.len()) {
            over.push(format!("{name}: {peak} bytes for {}", page.len()));
        }
    }
    over
}

fn named(kilobytes: usize, pages: Vec<(&'static str, String)>) -> Vec<(String, String)> {
    pages
        .into_iter()
        .map(|(name, page)| (format!("{kilobytes} KiB of {name}"), page))
        .collect()
}

/// One test, because what other threads allocate would be counted too.
#[test]
fn memory_stays_below_the_stated_multiple_of_the_page() {
    // Lists of phrases are made ready once for all pages.
    let first = peak_of("<article><h1>Rain</h1><p>It rained for a third day.</p></article>");
    assert!(first > 0, "the allocator does not count");

    let mut pages = named(32, costly(32 * 1024));
    pages.extend(named(128, costly(128 * 1024)));
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for folder in fs::read_dir(golden).expect("the golden pages are in the crate") {
        let path = folder.expect("a folder").path().join("source.html");
        let page = fs::read_to_string(&path).expect("a golden page is UTF-8");
        pages.push((path.display().to_string(), page));
    }
    let found = over(&pages, |bytes| MULTIPLE * bytes + ON_TOP);
    assert!(found.is_empty(), "{found:#?}");

    // Long enough for the tree to end before the page does.
    let mut pages = named(128, reopening(128 * 1024));
    pages.extend(
        named(1024, costly(1024 * 1024))
            .into_iter()
            .filter(|(name, _)| LARGE.iter().any(|kind| name.ends_with(kind))),
    );
    let found = over(&pages, |bytes| MULTIPLE_OF_TEXT * bytes + LARGEST_TREE);
    assert!(found.is_empty(), "{found:#?}");
}
