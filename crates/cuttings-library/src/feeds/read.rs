//! From a feed's document to entries: cleaned, resolved, recognised.
//!
//! [`crate::feeds::poll`] calls [`prepare`] away from the async threads.
//!
//! What a newcomer would not guess: a feed's ids cannot be trusted. Some give
//! all entries the same, some give each a new one at every visit. So an entry is
//! known by the first of id, link and content that is its own in the document,
//! and by what it says if that is new.

use std::collections::{HashMap, HashSet};

use cuttings_formats::feed::{self as format, NotAFeed, Words};
use cuttings_html::Limits;
use cuttings_model::{Digest, EntryId, Reason, address};
use cuttings_store::{FeedRead, KnownEntry, NewEntry};
use url::Url;

/// Entries of a feed read for the first time that are to be seen; older ones
/// come in as seen, so that a new subscription does not bury the others.
const UNSEEN_AT_FIRST: usize = 30;
/// Longest headline that is kept, in characters.
const MAX_TITLE_CHARS: usize = 300;
/// Longest list of authors, in characters.
const MAX_AUTHOR_CHARS: usize = 200;
/// The earliest date that is believed: the first of 1995, before there were
/// feeds. Earlier ones stand for "not set".
const EARLIEST_MS: i64 = 788_918_400_000;

/// What a document says, and what was wrong with it.
pub(super) struct Prepared {
    pub read: FeedRead,
    /// How long the feed asks to be left alone, in minutes.
    pub ttl_minutes: Option<i64>,
    /// What the user should know about a feed that was read all the same.
    pub note: Option<Reason>,
}

/// Reads a document.
///
/// - `base`: the address it came from.
/// - `known`: the entries of this feed that are kept.
/// - `is_cut`: whether it is only the beginning of a longer one.
pub(super) fn prepare(
    text: &str,
    base: &Url,
    known: &[KnownEntry],
    is_cut: bool,
    now_ms: i64,
) -> Result<Prepared, NotAFeed> {
    let feed = format::read(text)?;
    let base = joined(base, feed.base.as_deref());
    let mut read = FeedRead {
        title: feed
            .title
            .as_ref()
            .map(|title| line(title, MAX_TITLE_CHARS))
            .unwrap_or_default(),
        site_url: feed
            .site
            .as_deref()
            .and_then(|site| base.join(site).ok())
            .filter(|site| matches!(site.scheme(), "http" | "https"))
            .map(String::from),
        ..FeedRead::default()
    };
    let language = feed.language.clone().or_else(|| spoken(&feed.entries));
    let source = Source {
        base: &base,
        language: language.as_deref(),
        now_ms,
    };
    let named = named(&feed.entries);
    let own_keys: HashSet<&str> = named.iter().map(|entry| entry.key.as_str()).collect();
    let by_key: HashMap<&str, &KnownEntry> = known
        .iter()
        .map(|entry| (entry.entry_key.as_str(), entry))
        .collect();
    // Those that are named in the document are themselves, not to be taken for
    // another entry that says the same.
    let mut by_print: HashMap<&str, EntryId> = known
        .iter()
        .filter(|entry| !own_keys.contains(entry.entry_key.as_str()))
        .map(|entry| (entry.print_key.as_str(), entry.id))
        .collect();
    let mut taken = HashSet::new();
    for named in &named {
        if !taken.insert(&named.key) {
            continue;
        }
        if let Some(known) = by_key.get(named.key.as_str()) {
            read.offered.push(known.id);
            if known.print_key != named.print {
                read.changed.push((known.id, named.clean(&source)));
            }
        } else if let Some(id) = by_print.remove(named.print.as_str()) {
            read.offered.push(id);
            read.changed.push((id, named.clean(&source)));
        } else {
            read.new.push(named.clean(&source));
        }
    }
    // Oldest first, so that numbers go up with time: feeds begin with the newest.
    read.new.reverse();
    if known.is_empty() {
        mark_old_as_seen(&mut read.new);
    }
    Ok(Prepared {
        read,
        ttl_minutes: feed.ttl_minutes,
        note: note(&feed, is_cut),
    })
}

fn mark_old_as_seen(new: &mut [NewEntry]) {
    let mut places: Vec<(i64, usize)> = new
        .iter()
        .enumerate()
        .map(|(at, entry)| (entry.sort_at_ms, at))
        .collect();
    places.sort_unstable_by(|one, other| other.cmp(one));
    for (_, at) in places.into_iter().skip(UNSEEN_AT_FIRST) {
        new[at].is_seen = true;
    }
}

fn note(feed: &format::Feed, is_cut: bool) -> Option<Reason> {
    let (code, text) = if is_cut {
        (
            "cut",
            "The feed is longer than what is fetched, so only its beginning was read.".to_owned(),
        )
    } else if feed.left_out > 0 {
        (
            "left_out",
            format!(
                "The feed offers {} entries at once; the newest {} were taken.",
                feed.left_out + feed.entries.len(),
                feed.entries.len()
            ),
        )
    } else if feed.is_cut {
        (
            "damaged",
            "The feed breaks off before its end; what came before was read.".to_owned(),
        )
    } else {
        return None;
    };
    Some(Reason {
        code: code.to_owned(),
        text,
    })
}

/// Why a document is no feed, for people.
pub(super) fn reason_of(error: NotAFeed, url: &Url) -> Reason {
    let shown: String = url.as_str().chars().take(200).collect();
    let (code, text) = match error {
        NotAFeed::Empty => (
            "empty",
            format!("{shown} answered with nothing. It will be tried again."),
        ),
        NotAFeed::Page => (
            "not_a_feed",
            format!(
                "{shown} answered with a web page instead of a feed. Open it in a browser to see \
                 whether it wants a login, or has moved."
            ),
        ),
        NotAFeed::Other => (
            "not_a_feed",
            format!("What is at {shown} is no feed. Look for another address on the site."),
        ),
    };
    Reason {
        code: code.to_owned(),
        text,
    }
}

/// What the entries of a feed have in common.
struct Source<'f> {
    base: &'f Url,
    /// The language of the feed.
    language: Option<&'f str>,
    now_ms: i64,
}

/// The language of a feed that does not say: that of all its headlines and
/// short texts together, each of which is too little to tell.
fn spoken(entries: &[format::Entry]) -> Option<String> {
    const MOST: usize = 4_000;
    let mut all = String::new();
    for words in entries
        .iter()
        .flat_map(|entry| [&entry.title, &entry.summary])
        .flatten()
    {
        all.push_str(&line(words, MAX_TITLE_CHARS));
        all.push('\n');
        if all.len() > MOST {
            break;
        }
    }
    cuttings_text::language::detect(&all).map(str::to_owned)
}

/// An entry with the keys it is recognised by.
struct Named<'f> {
    entry: &'f format::Entry,
    key: String,
    print: String,
}

fn named(entries: &[format::Entry]) -> Vec<Named<'_>> {
    let mut ids: HashMap<&str, usize> = HashMap::new();
    let mut links: HashMap<&str, usize> = HashMap::new();
    for entry in entries {
        if let Some(id) = &entry.id {
            *ids.entry(id).or_default() += 1;
        }
        if let Some(link) = &entry.link {
            *links.entry(link).or_default() += 1;
        }
    }
    let is_own = |counts: &HashMap<&str, usize>, text: &Option<String>| {
        text.as_deref().is_some_and(|text| counts[text] == 1)
    };
    entries
        .iter()
        .map(|entry| {
            let words = |words: &Option<Words>| {
                words
                    .as_ref()
                    .map(|words| words.text.clone())
                    .unwrap_or_default()
            };
            let print = digest(&[
                entry.link.as_deref().unwrap_or_default(),
                &words(&entry.title),
                &words(&entry.summary),
                &words(&entry.content),
            ]);
            let key = if is_own(&ids, &entry.id) {
                digest(&["id", entry.id.as_deref().unwrap_or_default()])
            } else if is_own(&links, &entry.link) {
                digest(&["link", entry.link.as_deref().unwrap_or_default()])
            } else {
                digest(&["content", &print])
            };
            Named { entry, key, print }
        })
        .collect()
}

/// Forty digits that stand for these texts in this order.
fn digest(texts: &[&str]) -> String {
    let mut all = Vec::new();
    for text in texts {
        all.extend_from_slice(&(text.len() as u64).to_le_bytes());
        all.extend_from_slice(text.as_bytes());
    }
    Digest::of(&all).to_string()[..40].to_owned()
}

impl Named<'_> {
    /// The entry as it is kept.
    fn clean(&self, source: &Source<'_>) -> NewEntry {
        let entry = self.entry;
        let now_ms = source.now_ms;
        let base = joined(source.base, entry.base.as_deref());
        let url = entry
            .link
            .as_deref()
            .and_then(|link| base.join(link.trim()).ok())
            .and_then(|url| address::parse(url.as_str()).ok())
            .map(|address| address.as_str().to_owned());
        let words = [&entry.content, &entry.summary]
            .into_iter()
            .flatten()
            .find(|words| !words.text.trim().is_empty());
        // What an entry says is relative to its page, as browsers would have it.
        let around = url
            .as_deref()
            .and_then(|url| Url::parse(url).ok())
            .unwrap_or(base);
        let body = words
            .map(|words| cuttings_extract::fragment(&html_of(words), Some(&around)))
            .unwrap_or_default();
        let published = entry.published_at_ms.or(entry.updated_at_ms);
        let believed = published.filter(|at| (EARLIEST_MS..=now_ms).contains(at));
        NewEntry {
            entry_key: self.key.clone(),
            print_key: self.print.clone(),
            url,
            title: entry
                .title
                .as_ref()
                .map(|title| line(title, MAX_TITLE_CHARS))
                .unwrap_or_default(),
            author: entry
                .author
                .as_deref()
                .map(|author| shortened(author, MAX_AUTHOR_CHARS))
                .filter(|author| !author.is_empty()),
            language: cuttings_text::language::choose(source.language, &body.text),
            word_count: cuttings_text::count::words(&body.text) as i64,
            html: body.html.as_str().to_owned(),
            text: body.text,
            published_at_ms: published,
            sort_at_ms: believed.unwrap_or(now_ms),
            is_seen: false,
            rule_id: None,
        }
    }
}

/// A text as HTML; plain text keeps its paragraphs.
fn html_of(words: &Words) -> String {
    if words.is_html {
        return words.text.clone();
    }
    let escaped = words
        .text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let paragraphs: Vec<&str> = escaped
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .collect();
    format!("<p>{}</p>", paragraphs.join("</p><p>"))
}

/// A text as one line without markup.
fn line(words: &Words, most_chars: usize) -> String {
    if words.is_html && words.text.contains(['<', '&']) {
        let document = cuttings_html::parse(&words.text, &Limits::default());
        let text = document
            .body()
            .map(|body| document.text_content(body))
            .unwrap_or_default();
        shortened(&text, most_chars)
    } else {
        shortened(&words.text, most_chars)
    }
}

fn shortened(text: &str, most_chars: usize) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().filter(|c| !c.is_control()));
        if let Some((end, _)) = out.char_indices().nth(most_chars) {
            out.truncate(end);
            out.push('…');
            break;
        }
    }
    out
}

fn joined(base: &Url, relative: Option<&str>) -> Url {
    relative
        .and_then(|relative| base.join(relative).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .unwrap_or_else(|| base.clone())
}
