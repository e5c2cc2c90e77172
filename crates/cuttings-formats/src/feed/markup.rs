//! RSS and Atom: one walk over the document for all of them.
//!
//! The kinds differ in names, not in shape: a channel with fields, entries with
//! fields. What a field is called in one kind is not something else in another,
//! so the walk does not ask which kind it reads.

use std::borrow::Cow;

use super::{Entry, Feed, Newest, NotAFeed, Words, instant_ms, line, push_bounded};
use crate::xml::{self, Reader, Token, attribute, local_name};

/// Elements inside each other that are told apart; deeper ones are read as if
/// they stood here.
const MAX_DEPTH: usize = 128;

type Attributes<'a> = [(&'a str, Cow<'a, str>)];

pub(super) fn read(text: &str) -> Result<Feed, NotAFeed> {
    let mut reader = Reader::new(text);
    let root = reader.by_ref().find_map(|token| match token {
        Token::Start { name, attributes } => Some((name, attributes)),
        _ => None,
    });
    let (root, attributes) = root.ok_or(NotAFeed::Other)?;
    match local_name(root).to_ascii_lowercase().as_str() {
        "rss" | "rdf" | "feed" | "channel" => {}
        "html" | "head" | "body" | "title" | "meta" | "link" | "script" | "style" | "p" | "div" => {
            return Err(NotAFeed::Page);
        }
        _ => return Err(NotAFeed::Other),
    }
    let mut walk = Walk {
        path: vec![root],
        ..Walk::default()
    };
    walk.feed.base = based(&attributes);
    walk.feed.language = attributes
        .iter()
        .find(|(name, _)| *name == "xml:lang")
        .and_then(|(_, value)| line(value));
    for token in reader {
        walk.take(token);
    }
    walk.feed.is_cut = !walk.path.is_empty();
    walk.end_field();
    walk.end_entry();
    let (entries, left_out) = walk.newest.finish();
    Ok(Feed {
        entries,
        left_out,
        ..walk.feed
    })
}

/// What a field is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Title,
    Link,
    Id,
    /// An `id` that is also the link, unless there is another.
    PermanentId,
    Author,
    Summary,
    Content,
    Published,
    Updated,
    Language,
    Ttl,
    Period,
    Frequency,
}

/// A field that is being read.
struct Open<'a> {
    field: Field,
    name: &'a str,
    /// How many elements of its own name are open inside it.
    same_inside: usize,
    /// Its text with references resolved.
    text: String,
    /// Its inside as markup.
    markup: String,
    has_markup: bool,
    kind: Kind,
}

/// What a field declares itself to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Html,
    Xhtml,
}

#[derive(Default)]
struct Walk<'a> {
    feed: Feed,
    newest: Newest,
    /// Names of the open elements.
    path: Vec<&'a str>,
    /// The open entry, and how long the path was when it began.
    entry: Option<(Entry, usize)>,
    field: Option<Open<'a>>,
    /// How often the feed is made anew in a period: `sy:updateFrequency`.
    frequency: Option<i64>,
    period_minutes: Option<i64>,
}

impl<'a> Walk<'a> {
    fn take(&mut self, token: Token<'a>) {
        match token {
            Token::Start { name, attributes } => self.start(name, &attributes),
            Token::End { name } => self.end(name),
            Token::Text(text) => {
                if let Some(open) = &mut self.field {
                    push_bounded(&mut open.text, &text);
                    let mut escaped = String::new();
                    escape_text(&mut escaped, &text);
                    push_bounded(&mut open.markup, &escaped);
                }
            }
            Token::Data(text) => {
                if let Some(open) = &mut self.field {
                    push_bounded(&mut open.text, text);
                    let mut escaped = String::new();
                    escape_text(&mut escaped, text);
                    push_bounded(&mut open.markup, &escaped);
                }
            }
        }
    }

    fn start(&mut self, name: &'a str, attributes: &Attributes<'a>) {
        let local = local_name(name);
        let is_entry = matches!(local, "item" | "entry");
        if let Some(open) = &mut self.field
            && !is_entry
        {
            open.has_markup = true;
            open.same_inside += usize::from(name == open.name);
            let mut tag = String::new();
            write_tag(&mut tag, local, attributes);
            push_bounded(&mut open.markup, &tag);
            return;
        }
        if is_entry {
            // One that was never closed ends here.
            self.end_field();
            self.end_entry();
            self.entry = Some((
                Entry {
                    id: about(attributes),
                    base: based(attributes),
                    ..Entry::default()
                },
                self.path.len(),
            ));
        } else if let Some((field, kind)) = self.field_of(name, attributes) {
            self.field = Some(Open {
                field,
                name,
                same_inside: 0,
                text: String::new(),
                markup: String::new(),
                has_markup: false,
                kind,
            });
            return;
        } else if matches!(local, "channel" | "feed") && self.feed.base.is_none() {
            self.feed.base = based(attributes);
        }
        if self.path.len() < MAX_DEPTH {
            self.path.push(name);
        }
    }

    fn end(&mut self, name: &'a str) {
        if let Some(open) = &mut self.field {
            if name == open.name {
                if open.same_inside == 0 {
                    self.end_field();
                } else {
                    open.same_inside -= 1;
                    open.markup.push_str("</");
                    open.markup.push_str(local_name(name));
                    open.markup.push('>');
                }
                return;
            }
            if !matches!(local_name(name), "item" | "entry") {
                let local = local_name(name);
                if !is_void(local) {
                    push_bounded(&mut open.markup, &format!("</{local}>"));
                }
                return;
            }
            self.end_field();
        }
        let Some(at) = self.path.iter().rposition(|open| *open == name) else {
            return;
        };
        self.path.truncate(at);
        if self
            .entry
            .as_ref()
            .is_some_and(|(_, depth)| *depth >= self.path.len())
        {
            self.end_entry();
        }
    }

    /// Which field an element is, where it stands now; links that are whole in
    /// their attributes are taken at once.
    fn field_of(&mut self, name: &str, attributes: &Attributes<'a>) -> Option<(Field, Kind)> {
        let parent = self.path.last().map_or("", |name| local_name(name));
        let in_entry = self
            .entry
            .as_ref()
            .is_some_and(|(_, depth)| self.path.len() == depth + 1);
        let in_author = parent == "author"
            && self
                .entry
                .as_ref()
                .is_some_and(|(_, depth)| self.path.len() == depth + 2);
        let in_channel = self.entry.is_none() && matches!(parent, "channel" | "feed");
        if !(in_entry || in_author || in_channel) {
            return None;
        }
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        // Extensions whose names mean something else.
        if matches!(
            prefix,
            "media" | "itunes" | "googleplay" | "podcast" | "image"
        ) {
            return None;
        }
        let declared = match attribute(attributes, "type") {
            Some("xhtml" | "application/xhtml+xml") => Some(Kind::Xhtml),
            Some("html" | "text/html") => Some(Kind::Html),
            Some("text" | "text/plain") => Some(Kind::Text),
            _ => None,
        };
        let is_atom = self.path.iter().any(|name| local_name(name) == "feed");
        // RSS means HTML wherever it has text; Atom says when it does.
        let kind = declared.unwrap_or(if is_atom { Kind::Text } else { Kind::Html });
        let plain = |field| Some((field, Kind::Text));
        if in_author {
            return (local == "name").then_some((Field::Author, Kind::Text));
        }
        match local {
            "title" => Some((Field::Title, kind)),
            "link" | "origLink" => {
                if let Some(address) = attribute(attributes, "href") {
                    self.link(address, attributes);
                    return None;
                }
                plain(Field::Link)
            }
            "language" if in_channel => plain(Field::Language),
            "ttl" if in_channel => plain(Field::Ttl),
            "updatePeriod" if in_channel => plain(Field::Period),
            "updateFrequency" if in_channel => plain(Field::Frequency),
            _ if in_channel => None,
            "guid" if attribute(attributes, "isPermaLink") != Some("false") => {
                plain(Field::PermanentId)
            }
            "guid" | "id" => plain(Field::Id),
            "creator" => plain(Field::Author),
            // In Atom its name is an element of its own.
            "author" if !is_atom => plain(Field::Author),
            "description" | "summary" => Some((Field::Summary, kind)),
            "encoded" => Some((Field::Content, Kind::Html)),
            // Content elsewhere, or of another kind, is not text to be read.
            "content" if attribute(attributes, "src").is_none() => Some((Field::Content, kind)),
            "pubDate" | "published" | "issued" | "date" | "created" => plain(Field::Published),
            "updated" | "modified" => plain(Field::Updated),
            _ => None,
        }
    }

    /// A link with its address in an attribute.
    fn link(&mut self, address: &str, attributes: &Attributes<'a>) {
        let relation = attribute(attributes, "rel").unwrap_or("alternate");
        if relation != "alternate" {
            return;
        }
        let place = match &mut self.entry {
            Some((entry, _)) => &mut entry.link,
            None => &mut self.feed.site,
        };
        let is_page = attribute(attributes, "type").is_none_or(|kind| kind.contains("html"));
        if place.is_none() || is_page {
            *place = line(address);
        }
    }

    fn end_field(&mut self) {
        let Some(open) = self.field.take() else {
            return;
        };
        let is_html = open.kind != Kind::Text || open.has_markup;
        let text = if open.kind == Kind::Xhtml || open.has_markup {
            open.markup
        } else {
            open.text
        };
        let words = || line(&text).map(|text| Words { text, is_html });
        let Some((entry, _)) = &mut self.entry else {
            match open.field {
                Field::Title if self.feed.title.is_none() => self.feed.title = words(),
                Field::Link if self.feed.site.is_none() => self.feed.site = line(&text),
                Field::Language if self.feed.language.is_none() => {
                    self.feed.language = line(&text);
                }
                Field::Ttl => self.feed.ttl_minutes = minutes(&text),
                Field::Period => {
                    self.period_minutes = Some(match text.trim() {
                        "hourly" => 60,
                        "weekly" => 7 * 24 * 60,
                        "monthly" => 30 * 24 * 60,
                        "yearly" => 365 * 24 * 60,
                        _ => 24 * 60,
                    });
                    self.pace();
                }
                Field::Frequency => {
                    self.frequency = minutes(&text);
                    self.pace();
                }
                _ => {}
            }
            return;
        };
        match open.field {
            Field::Title if entry.title.is_none() => entry.title = words(),
            // A second link is one past a counter: the address it really has.
            Field::Link => entry.link = line(&text).or(entry.link.take()),
            Field::Id => entry.id = line(&text),
            Field::PermanentId => {
                entry.id = line(&text);
                if entry.link.is_none() && text.trim_start().starts_with("http") {
                    entry.link = line(&text);
                }
            }
            Field::Author => add_author(&mut entry.author, &text),
            Field::Summary => entry.summary = words().or(entry.summary.take()),
            Field::Content => entry.content = words().or(entry.content.take()),
            Field::Published => {
                entry.published_at_ms = instant_ms(&text).or(entry.published_at_ms);
            }
            Field::Updated => entry.updated_at_ms = instant_ms(&text).or(entry.updated_at_ms),
            _ => {}
        }
    }

    fn pace(&mut self) {
        if self.feed.ttl_minutes.is_none() {
            let times = self.frequency.unwrap_or(1).max(1);
            self.feed.ttl_minutes = self.period_minutes.map(|minutes| minutes / times);
        }
    }

    fn end_entry(&mut self) {
        if let Some((entry, _)) = self.entry.take() {
            self.newest.push(entry);
        }
    }
}

fn minutes(text: &str) -> Option<i64> {
    text.trim().parse().ok().filter(|minutes| *minutes > 0)
}

fn based(attributes: &Attributes<'_>) -> Option<String> {
    attributes
        .iter()
        .find(|(name, _)| *name == "xml:base")
        .and_then(|(_, value)| line(value))
}

fn about(attributes: &Attributes<'_>) -> Option<String> {
    attributes
        .iter()
        .find(|(name, _)| name.ends_with(":about"))
        .and_then(|(_, value)| line(value))
}

/// One more author. RSS writes `mail (Name)`; the name is what is printed.
fn add_author(authors: &mut Option<String>, text: &str) {
    let text = text.trim();
    let name = text
        .split_once('(')
        .filter(|(mail, _)| mail.contains('@'))
        .and_then(|(_, name)| name.strip_suffix(')'))
        .unwrap_or(text);
    let Some(name) = line(name) else { return };
    match authors {
        Some(known) if known.split(", ").any(|known| known == name) => {}
        Some(known) => push_bounded(known, &format!(", {name}")),
        None => *authors = Some(name),
    }
}

fn is_void(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}

fn write_tag(out: &mut String, name: &str, attributes: &Attributes<'_>) {
    out.push('<');
    out.push_str(name);
    for (name, value) in attributes {
        out.push(' ');
        out.push_str(local_name(name));
        out.push_str("=\"");
        xml::escape(out, value);
        out.push('"');
    }
    out.push('>');
}

fn escape_text(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: Option<&Words>) -> &str {
        words.map_or("", |words| words.text.as_str())
    }

    #[test]
    fn rss_2_is_read() {
        let feed = read(
            "<?xml version='1.0'?><rss version='2.0' xmlns:content='c' xmlns:atom='a'><channel>
             <atom:link href='https://l.example/feed' rel='self'/>
             <title>The Lantern</title><link>https://l.example/</link><language>en-gb</language><ttl>90</ttl>
             <image><title>Logo</title><link>https://l.example/logo</link></image>
             <item><title>Ferry &amp;amp; harbour</title><link>https://l.example/1</link>
               <guid isPermaLink='false'>tag:1</guid><author>a@l.example (Ada Byron)</author>
               <description>Short</description>
               <content:encoded><![CDATA[<p>Whole <b>text</b></p>]]></content:encoded>
               <media:title>Not this</media:title>
               <pubDate>Fri, 03 May 2024 08:00:00 GMT</pubDate></item>
             <item><guid>https://l.example/2</guid><title>Two</title></item>
             </channel></rss>",
        )
        .unwrap();
        assert_eq!(words(feed.title.as_ref()), "The Lantern");
        assert_eq!(feed.site.as_deref(), Some("https://l.example/"));
        assert_eq!(feed.ttl_minutes, Some(90));
        assert_eq!(feed.language.as_deref(), Some("en-gb"));
        assert!(!feed.is_cut);
        let [first, second] = feed.entries.as_slice() else {
            panic!("{:?}", feed.entries)
        };
        assert_eq!(words(first.title.as_ref()), "Ferry &amp; harbour");
        assert_eq!(first.id.as_deref(), Some("tag:1"));
        assert_eq!(first.author.as_deref(), Some("Ada Byron"));
        assert_eq!(words(first.content.as_ref()), "<p>Whole <b>text</b></p>");
        assert_eq!(first.published_at_ms, Some(1_714_723_200_000));
        assert_eq!(second.link.as_deref(), Some("https://l.example/2"));
    }

    #[test]
    fn rss_1_is_read() {
        let feed = read(
            "<rdf:RDF xmlns='http://purl.org/rss/1.0/'><channel rdf:about='x'><title>Old</title>
             <link>https://o.example/</link><sy:updatePeriod>daily</sy:updatePeriod>
             <sy:updateFrequency>4</sy:updateFrequency></channel>
             <item rdf:about='https://o.example/1'><title>One</title>
             <link>https://o.example/1</link><dc:creator>Ada</dc:creator>
             <dc:date>2024-05-03T08:00:00Z</dc:date></item></rdf:RDF>",
        )
        .unwrap();
        assert_eq!(words(feed.title.as_ref()), "Old");
        assert_eq!(feed.entries[0].id.as_deref(), Some("https://o.example/1"));
        assert_eq!(feed.entries[0].author.as_deref(), Some("Ada"));
        assert_eq!(feed.entries[0].published_at_ms, Some(1_714_723_200_000));
    }

    #[test]
    fn atom_is_read_with_its_three_kinds_of_text() {
        let feed = read(
            "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://a.example/'>
             <title type='html'>A &amp;lt;b&amp;gt; c</title>
             <link href='/' /><link rel='self' href='/feed'/>
             <entry xml:base='/one/'><title>1 &lt; 2</title><id>urn:1</id>
               <link rel='enclosure' href='/sound.mp3'/><link href='story'/>
               <author><name>Ada</name><uri>x</uri></author><author><name>Ben</name></author>
               <source><title>Elsewhere</title><id>urn:else</id></source>
               <content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a<br/>b &amp; c
                 <div>d</div></div></content>
               <updated>2024-05-03T08:00:00Z</updated></entry></feed>",
        )
        .unwrap();
        assert_eq!(feed.site.as_deref(), Some("/"));
        assert_eq!(feed.base.as_deref(), Some("https://a.example/"));
        let entry = &feed.entries[0];
        assert_eq!(entry.title.as_ref().unwrap().text, "1 < 2");
        assert!(!entry.title.as_ref().unwrap().is_html);
        assert_eq!(entry.id.as_deref(), Some("urn:1"));
        assert_eq!(entry.link.as_deref(), Some("story"));
        assert_eq!(entry.author.as_deref(), Some("Ada, Ben"));
        assert_eq!(entry.base.as_deref(), Some("/one/"));
        let content = words(entry.content.as_ref());
        assert!(content.contains("a<br>b &amp; c"), "{content}");
        assert!(content.ends_with("<div>d</div></div>"), "{content}");
        assert_eq!(entry.updated_at_ms, Some(1_714_723_200_000));
    }

    #[test]
    fn m06_a_broken_entry_leaves_the_others_whole() {
        let feed = read(
            "<rss><channel><item><title>One</title></item>
             <item><title>Two <b>never closed<description>lost &nope; <item><title>Three</title></item>
             <item><title>Four</title><link>/4</link></item></channel></rss>",
        )
        .unwrap();
        let titles: Vec<&str> = feed
            .entries
            .iter()
            .map(|entry| words(entry.title.as_ref()))
            .collect();
        assert_eq!(titles.len(), 4, "{titles:?}");
        assert_eq!((titles[0], titles[2], titles[3]), ("One", "Three", "Four"));
    }
}
