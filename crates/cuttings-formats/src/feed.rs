//! Reading feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed.
//!
//! The library calls [`read`] with what a feed's address answered, decoded to
//! text. What comes out is what the feed says, in one form for all kinds;
//! nothing of it is judged, resolved or cleaned here.
//!
//! Read by hand instead of with a strict parser: feeds in the wild have stray
//! ampersands, undeclared entities and cut ends, and one bad entry must not
//! cost the others (catalogue M06).

mod date;
mod json;
mod markup;

pub use date::instant_ms;

/// Entries taken from one document: the newest ones. A feed that offers more
/// says so in [`Feed::left_out`].
pub const MAX_ENTRIES: usize = 300;
/// Longest field in bytes; what is behind is cut off.
pub const MAX_FIELD_BYTES: usize = 256 * 1024;

/// A feed as it stands in its document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    /// What it calls itself.
    pub title: Option<Words>,
    /// The page it belongs to, as written.
    pub site: Option<String>,
    /// What addresses in it are relative to, as written.
    pub base: Option<String>,
    /// The language it says it is in.
    pub language: Option<String>,
    /// How long it asks to be left alone, in minutes.
    pub ttl_minutes: Option<i64>,
    /// Its entries in the order of the document, at most [`MAX_ENTRIES`].
    pub entries: Vec<Entry>,
    /// How many entries were left out because there were more.
    pub left_out: usize,
    /// Whether the document ends before the feed does.
    pub is_cut: bool,
}

/// One entry of a feed. Addresses are as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What the feed names it by: `guid`, `id`, `rdf:about`.
    pub id: Option<String>,
    /// The page it is about.
    pub link: Option<String>,
    /// Its headline.
    pub title: Option<Words>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The short text.
    pub summary: Option<Words>,
    /// The whole text.
    pub content: Option<Words>,
    /// What addresses in it are relative to.
    pub base: Option<String>,
    /// When it was published, in milliseconds since 1970.
    pub published_at_ms: Option<i64>,
    /// When it was last changed.
    pub updated_at_ms: Option<i64>,
}

impl Entry {
    /// Whether there is anything in it to show.
    fn says_something(&self) -> bool {
        [&self.title, &self.summary, &self.content]
            .into_iter()
            .flatten()
            .any(|words| !words.text.trim().is_empty())
            || self.link.is_some()
    }
}

/// A text of a feed, which may be HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The text.
    pub text: String,
    /// Whether it is to be read as HTML.
    pub is_html: bool,
}

/// Why a document is no feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAFeed {
    /// There is nothing in it.
    #[error("the document is empty")]
    Empty,
    /// It is a page for people.
    #[error("the document is a web page")]
    Page,
    /// It is something else.
    #[error("the document is not RSS, Atom or JSON Feed")]
    Other,
}

/// Reads a feed of any kind.
///
/// # Errors
///
/// Only when the document is no feed at all. A damaged feed gives what can be
/// read of it.
///
/// ```
/// let feed = cuttings_formats::feed::read(
///     "<rss><channel><title>The Lantern</title>
///      <item><title>Ferry & harbour</title><link>/ferry</link></item>",
/// )?;
/// assert_eq!(feed.entries[0].title.as_ref().unwrap().text, "Ferry & harbour");
/// assert!(feed.is_cut);
/// # Ok::<(), cuttings_formats::feed::NotAFeed>(())
/// ```
pub fn read(text: &str) -> Result<Feed, NotAFeed> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() {
        Err(NotAFeed::Empty)
    } else if text.starts_with('{') {
        json::read(text)
    } else {
        markup::read(text)
    }
}

/// Entries as they come in, of which only the newest are kept.
#[derive(Default)]
struct Newest {
    /// Each with its place in the document and the date it counts for.
    kept: Vec<(usize, i64, Entry)>,
    seen: usize,
}

impl Newest {
    fn push(&mut self, entry: Entry) {
        if !entry.says_something() {
            return;
        }
        // One without a date stands where its neighbour does.
        let date = entry
            .published_at_ms
            .or(entry.updated_at_ms)
            .or(self.kept.last().map(|(_, date, _)| *date))
            .unwrap_or(i64::MAX);
        self.kept.push((self.seen, date, entry));
        self.seen += 1;
        if self.kept.len() >= 2 * MAX_ENTRIES {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        if self.kept.len() > MAX_ENTRIES {
            self.kept
                .sort_by_key(|(place, date, _)| (std::cmp::Reverse(*date), *place));
            self.kept.truncate(MAX_ENTRIES);
            self.kept.sort_by_key(|(place, ..)| *place);
        }
    }

    /// The entries in the order of the document, and how many were left out.
    fn finish(mut self) -> (Vec<Entry>, usize) {
        self.shorten();
        let left_out = self.seen - self.kept.len();
        let entries = self.kept.into_iter().map(|(.., entry)| entry).collect();
        (entries, left_out)
    }
}

/// Appends as much of `more` as a field may hold.
fn push_bounded(field: &mut String, more: &str) {
    let room = MAX_FIELD_BYTES.saturating_sub(field.len());
    field.push_str(&more[..more.floor_char_boundary(room)]);
}

/// A line of text: trimmed, `None` when nothing is left.
fn line(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text[..text.floor_char_boundary(MAX_FIELD_BYTES)].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m03_of_too_many_entries_the_newest_are_kept() {
        let mut newest = Newest::default();
        for number in 0..5_000 {
            newest.push(Entry {
                id: Some(number.to_string()),
                link: Some("/".to_owned()),
                published_at_ms: Some(number),
                ..Entry::default()
            });
        }
        let (entries, left_out) = newest.finish();
        assert_eq!(entries.len(), MAX_ENTRIES);
        assert_eq!(left_out, 5_000 - MAX_ENTRIES);
        assert_eq!(entries[0].id.as_deref(), Some("4700"));
        assert_eq!(entries.last().unwrap().id.as_deref(), Some("4999"));
    }

    #[test]
    fn m04_what_is_no_feed_is_told_apart() {
        assert_eq!(read("  "), Err(NotAFeed::Empty));
        assert_eq!(
            read("<!DOCTYPE html><html><p>Sign in</html>"),
            Err(NotAFeed::Page)
        );
        assert_eq!(read("{\"a\": 1}"), Err(NotAFeed::Other));
        assert_eq!(read("hello"), Err(NotAFeed::Other));
        assert_eq!(read("<svg/>"), Err(NotAFeed::Other));
    }
}
