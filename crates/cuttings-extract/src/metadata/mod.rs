//! What is printed around a story: headline, byline, dates, publication.
//!
//! [`crate::extract`] calls [`gather`]. Each field has its sources in order of
//! trust: linked data, Open Graph, microdata, meta tags, what the page shows.
//! A source may only fill a field when its value reads as one (a date that is
//! a date, an author that is a name).

pub mod byline;
pub mod dates;
pub mod head;
pub mod jsonld;
pub mod language;
pub mod title;

use cuttings_html::{Attr, Tag};
use url::Url;

use crate::page::Page;
use crate::traits::Traits;
use byline::authors;
use dates::{Order, Stamp};
pub use head::Head;
use jsonld::LinkedData;

/// The metadata of a page.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    pub headline: Option<String>,
    pub dek: Option<String>,
    pub byline: Option<String>,
    pub authors: Vec<String>,
    pub published: Option<Stamp>,
    pub modified: Option<Stamp>,
    pub publication: Option<String>,
    pub section: Option<String>,
    pub language: Option<String>,
    pub canonical: Option<String>,
    pub lead_image: Option<String>,
    pub is_free: Option<bool>,
    pub tier: Option<String>,
    /// Whether the page calls itself an article.
    pub is_article: bool,
    /// The type the linked data names, or empty.
    pub kind: String,
}

/// Reads the metadata of a page. `base` is the address it was read from.
pub fn gather(page: &Page<'_>, head: &Head, base: Option<&Url>) -> Metadata {
    let linked = jsonld::read(&head.linked_data);
    let publication = head
        .meta(&["og:site_name"])
        .or_else(|| linked.publication.clone())
        .or_else(|| linked.site.clone())
        .or_else(|| {
            head.meta(&[
                "application-name",
                "dc.publisher",
                "publisher",
                "cre",
                "al:android:app_name",
                "apple-mobile-web-app-title",
            ])
        })
        .filter(|name| name.chars().count() <= 80 && !name.contains("://"));
    let site = publication
        .clone()
        .or_else(|| base.and_then(|base| base.host_str().map(str::to_owned)));
    let language = head
        .language
        .as_deref()
        .and_then(language::tag)
        .or_else(|| linked.language.as_deref().and_then(language::tag))
        .or_else(|| {
            head.meta(&["og:locale", "content-language", "dc.language", "language"])
                .as_deref()
                .and_then(language::tag)
        });
    let headline = title::headline(page, head, &linked, site.as_deref());
    let order = Order::of_language(language.as_deref());
    let canonical = head.canonical.clone().or_else(|| head.meta(&["og:url"]));
    let path = base
        .map(|base| base.path().to_owned())
        .or_else(|| canonical.clone());
    let (published, modified) = dates_of(page, head, &linked, order, path.as_deref());
    let (byline, authors) = byline_of(page, head, &linked, site.as_deref());
    let kind = head.meta(&["og:type"]).unwrap_or_default().to_lowercase();
    Metadata {
        dek: dek_of(page, head, &linked, headline.as_deref()),
        headline,
        byline,
        authors,
        published,
        modified,
        publication,
        section: linked
            .section
            .clone()
            .or_else(|| head.meta(&["article:section", "section", "parsely-section"])),
        language,
        canonical,
        lead_image: head
            .meta(&["og:image", "og:image:url", "og:image:secure_url"])
            .or_else(|| linked.image.clone())
            .or_else(|| {
                head.meta(&[
                    "twitter:image",
                    "twitter:image:src",
                    "thumbnail",
                    "parsely-image-url",
                ])
            }),
        is_free: linked.is_free,
        tier: head.meta(&["article:content_tier", "og:article:content_tier"]),
        is_article: linked.is_article
            || kind == "article"
            || kind.ends_with(":article")
            || kind == "blog"
            || kind == "news",
        kind: linked.kind,
    }
}

/// Text without tags and character references, white space folded.
pub fn plain(text: &str) -> String {
    let text = if text.contains('&') {
        unescape(text)
    } else {
        text.to_owned()
    };
    let mut out = String::with_capacity(text.len());
    let mut in_tag = false;
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if c == '<'
            && text[at + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || next == '/')
        {
            in_tag = text[at..].contains('>');
        }
        if in_tag {
            in_tag = c != '>';
            continue;
        }
        if c.is_whitespace() || c.is_control() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
    out.trim_end().to_owned()
}

/// Named references that titles and descriptions hold, escaped once too often.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("rsquo", '’'),
    ("lsquo", '‘'),
    ("rdquo", '”'),
    ("ldquo", '“'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("iacute", 'í'),
    ("oacute", 'ó'),
    ("uacute", 'ú'),
    ("ntilde", 'ñ'),
    ("ccedil", 'ç'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("shy", '\u{ad}'),
    ("ecirc", 'ê'),
    ("bdquo", '„'),
    ("euro", '€'),
    ("deg", '°'),
    ("middot", '·'),
    ("bull", '•'),
];

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(end) = rest.bytes().take(10).position(|b| b == b';') else {
            out.push('&');
            continue;
        };
        let name = &rest[..end];
        let found = if let Some(number) = name.strip_prefix('#') {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            };
            code.and_then(char::from_u32)
        } else {
            NAMED
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, c)| *c)
        };
        if let Some(c) = found {
            out.push(c);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
        }
    }
    out.push_str(rest);
    out
}

const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "article.published",
    "published-date",
    "publishdate",
    "publish-date",
    "pubdate",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "dc:date",
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "article:published",
    "article_date_original",
    "originalpublicationdate",
    "article.created",
    "cxenseparse:recs:publishtime",
    "rnews:datepublished",
    "bt:pubdate",
    "publication_date",
    "date_published",
    "dateposted",
    "ptime",
    "datecreated",
    "displaydate",
    "pub_date",
    "article:post_date",
    "shareaholic:article_published_time",
    "publisheddate",
    "published_time_telegram",
    "creationdatetime",
    "publication-date",
    "cdate",
    "blogpost:published",
    "date",
];

const MODIFIED: &[&str] = &[
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "og:modified_time",
    "datemodified",
    "last-modified",
    "dcterms.modified",
    "dc.date.modified",
    "lastmod",
    "article:updated_time",
    "revised",
    "modified",
    "article.updated",
    "utime",
    "modificationdate",
];

fn dates_of(
    page: &Page<'_>,
    head: &Head,
    linked: &LinkedData,
    order: Order,
    address: Option<&str>,
) -> (Option<Stamp>, Option<Stamp>) {
    let read = |text: &str| dates::from_value(text, order);
    let modified = linked
        .modified
        .as_deref()
        .and_then(read)
        .or_else(|| {
            MODIFIED
                .iter()
                .find_map(|name| head.all(name).find_map(|value| read(&value)))
        })
        .or_else(|| marked_date(page, order, |prop| prop == "dateModified"));
    let in_address = address.and_then(dates::from_address);
    let published = linked
        .published
        .as_deref()
        .filter(|_| linked.is_article)
        .and_then(read)
        .or_else(|| {
            PUBLISHED
                .iter()
                .find_map(|name| head.all(name).find_map(|value| read(&value)))
        })
        .or_else(|| linked.published.as_deref().and_then(read))
        .or_else(|| {
            marked_date(page, order, |prop| {
                prop == "datePublished" || prop == "dateCreated"
            })
        })
        .or_else(|| printed_date(page, order, in_address))
        .or(in_address);
    (published, modified)
}

/// The date of an element whose `itemprop` is asked for.
fn marked_date(page: &Page<'_>, order: Order, wanted: impl Fn(&str) -> bool) -> Option<Stamp> {
    page.marked.iter().find_map(|at| {
        let at = *at as usize;
        let prop = page.attr(at, Attr::Itemprop)?;
        prop.split_whitespace()
            .any(&wanted)
            .then(|| date_in(page, at, order))
            .flatten()
    })
}

/// The date an element holds: in its attributes, else in its text.
fn date_in(page: &Page<'_>, index: usize, order: Order) -> Option<Stamp> {
    [Attr::Datetime, Attr::Content, Attr::Title]
        .into_iter()
        .filter_map(|attr| page.attr(index, attr))
        .find_map(|value| dates::from_value(value, order))
        .or_else(|| {
            let text = page.text_in(index);
            (text.len() <= 160)
                .then(|| dates::from_text(&text, order))
                .flatten()
        })
}

/// The date the page shows near its headline.
fn printed_date(page: &Page<'_>, order: Order, in_address: Option<Stamp>) -> Option<Stamp> {
    let headline = page
        .marked
        .iter()
        .map(|at| *at as usize)
        .find(|at| page.node(*at).tag == Tag::H1);
    let mut found: Vec<(i32, usize, Stamp)> = Vec::new();
    for at in page.marked.iter().map(|at| *at as usize) {
        let node = page.node(at);
        let is_time = node.tag == Tag::Time;
        if !is_time && !node.traits.has(Traits::DATE) {
            continue;
        }
        let Some(date) = date_in(page, at, order) else {
            continue;
        };
        let mut trust = 0;
        if is_time {
            trust += 2;
        }
        if page.attr(at, Attr::Pubdate).is_some() {
            trust += 4;
        }
        if node.traits.has(Traits::DATE) {
            trust += 1;
        }
        if Some(date.day()) == in_address.map(|address| address.day()) {
            trust += 4;
        }
        for around in page.upward(at).skip(1) {
            let node = page.node(around);
            if node
                .traits
                .has(Traits::COMMENTS | Traits::RELATED | Traits::SIDEBAR)
                || matches!(node.tag, Tag::Aside | Tag::Nav | Tag::Footer)
            {
                trust -= 4;
                break;
            }
        }
        if let Some(headline) = headline {
            let apart = at.abs_diff(headline);
            if apart < 40 {
                trust += 3;
            } else if apart < 120 {
                trust += 1;
            }
        }
        found.push((trust, at, date));
    }
    let best = found
        .iter()
        .max_by_key(|(trust, at, _)| (*trust, std::cmp::Reverse(*at)));
    if let Some((trust, _, date)) = best
        && *trust >= 1
    {
        return Some(*date);
    }
    in_address.or_else(|| date_line(page, order, headline))
}

/// How lines say that the date in them is that of the page.
const DATE_LABELS: &[&str] = &[
    "published",
    "posted",
    "veröffentlicht",
    "erschienen",
    "datum:",
    "date:",
    "publié",
    "publicado",
    "pubblicato",
    "mise en ligne",
    "aktualisiert:",
    "stand:",
    "erstellt",
    "dieser artikel wurde",
    "dieser beitrag wurde",
    "written on",
];

/// A short line beside the headline that has a date, or one anywhere that says
/// what its date is.
fn date_line(page: &Page<'_>, order: Order, headline: Option<usize>) -> Option<Stamp> {
    let place = headline.and_then(|headline| {
        page.lines
            .iter()
            .position(|line| line.start as usize >= headline)
    });
    let beside = place.and_then(|place| {
        let near = place.saturating_sub(6)..(place + 12).min(page.lines.len());
        page.lines[near]
            .iter()
            .filter(|line| line.size <= 120)
            .find_map(|line| dates::from_text(&page.line_text(line), order))
    });
    beside.or_else(|| {
        page.lines
            .iter()
            .filter(|line| line.size <= 140)
            .find_map(|line| {
                let text = page.line_text(line);
                let lower = text.to_lowercase();
                if lower.contains("copyright")
                    || !DATE_LABELS.iter().any(|label| lower.contains(label))
                {
                    return None;
                }
                dates::from_text(&text, order)
            })
    })
}

const AUTHORS: &[&str] = &[
    "author",
    "article:author",
    "og:article:author",
    "og:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dc:creator",
    "dcterms.creator",
    "byl",
    "citation_author",
    "article:author_name",
    "cxenseparse:author",
    "authors",
    "dc.contributor",
    "rbauthors",
    "creator",
    "article.author",
    "shareaholic:article_author_name",
    "twitter:data1",
];

/// The byline as printed or declared, and the people in it.
fn byline_of(
    page: &Page<'_>,
    head: &Head,
    linked: &LinkedData,
    site: Option<&str>,
) -> (Option<String>, Vec<String>) {
    let whole = |names: &[String]| {
        let mut found: Vec<String> = Vec::new();
        for name in names {
            for author in authors(name) {
                if !found.contains(&author) {
                    found.push(author);
                }
            }
        }
        found
    };
    let is_site = |names: &[String]| {
        names.len() == 1 && site.is_some_and(|site| crate::phrases::same_words(&names[0], site))
    };
    let declared = whole(&linked.authors);
    if linked.is_article && !declared.is_empty() && !is_site(&declared) {
        return (Some(linked.authors.join(", ")), declared);
    }
    for name in AUTHORS {
        if *name == "twitter:data1"
            && !head
                .meta(&["twitter:label1"])
                .is_some_and(|label| label.to_lowercase().contains("written by"))
        {
            continue;
        }
        let values: Vec<String> = head
            .all(name)
            .filter(|value| !value.contains("://"))
            .collect();
        let named = whole(&values);
        if !named.is_empty() && !is_site(&named) {
            return (Some(values.join(", ")), named);
        }
    }
    if let Some(found) = marked_author(page) {
        return found;
    }
    if !declared.is_empty() {
        return (Some(linked.authors.join(", ")), declared);
    }
    (None, Vec::new())
}

/// The author an element names: by microdata, by `rel`, by its class, or in a
/// line that begins with "By" below the headline.
fn marked_author(page: &Page<'_>) -> Option<(Option<String>, Vec<String>)> {
    let elsewhere = |at: usize| {
        page.upward(at).any(|around| {
            let node = page.node(around);
            node.traits
                .has(Traits::COMMENTS | Traits::RELATED | Traits::SIDEBAR)
                || matches!(node.tag, Tag::Aside | Tag::Footer | Tag::Nav)
        })
    };
    let read = |at: usize| names_in(page, at);
    let nodes: Vec<usize> = page
        .marked
        .iter()
        .map(|at| *at as usize)
        .filter(|at| !elsewhere(*at))
        .collect();
    for at in &nodes {
        if page.attr(*at, Attr::Itemprop).is_some_and(|prop| {
            prop.split_whitespace()
                .any(|word| word == "author" || word == "creator")
        }) {
            let named = (*at + 1..page.node(*at).end as usize)
                .find(|inner| page.attr(*inner, Attr::Itemprop) == Some("name"));
            if let Some(content) = named
                .or(Some(*at))
                .and_then(|at| page.attr(at, Attr::Content))
            {
                let names = authors(content);
                if !names.is_empty() {
                    return Some((Some(content.to_owned()), names));
                }
            }
            if let Some(found) = named.and_then(read).or_else(|| read(*at)) {
                return Some(found);
            }
        }
    }
    for at in &nodes {
        let is_link = page.node(*at).tag == Tag::A;
        let by_rel = page
            .attr(*at, Attr::Rel)
            .is_some_and(|rel| rel.split_whitespace().any(|word| word == "author"));
        if is_link
            && by_rel
            && let Some(found) = read(*at)
        {
            return Some(found);
        }
    }
    for at in &nodes {
        let node = page.node(*at);
        if node.traits.has(Traits::BYLINE)
            && !node.traits.has(Traits::DATE)
            && let Some(found) = read(*at)
        {
            return Some(found);
        }
    }
    if let Some(found) = led_line(page) {
        return Some(found);
    }
    nodes
        .iter()
        .filter(|at| {
            page.node(**at).tag == Tag::A
                && page
                    .attr(**at, Attr::Href)
                    .is_some_and(crate::page::is_author_page)
        })
        .find_map(|at| read(*at))
}

/// The names in an element: those of its links to people's pages, else the
/// first piece of its text that is a name, else all of it.
fn names_in(page: &Page<'_>, index: usize) -> Option<(Option<String>, Vec<String>)> {
    let text = page.text_in(index);
    let length = text.chars().count();
    if length == 0 || length > 300 {
        return None;
    }
    let range = index + 1..page.node(index).end as usize;
    let linked: Vec<String> = range
        .clone()
        .filter(|at| page.node(*at).tag == Tag::A && page.attr(*at, Attr::Href).is_some())
        .map(|at| page.text_in(at))
        .filter(|text| text.chars().count() <= 60)
        .flat_map(|text| authors(&text))
        .filter(|name| {
            let words = name.split_whitespace().count();
            (2..=4).contains(&words)
                && name.split_whitespace().all(|word| {
                    word.chars()
                        .next()
                        .is_some_and(|c| !c.is_lowercase() || word.len() <= 3)
                })
        })
        .take(8)
        .collect();
    if !linked.is_empty() {
        let mut names: Vec<String> = Vec::new();
        for name in linked {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        return Some((Some(text), names));
    }
    let pieces: Vec<String> = range
        .filter(|at| page.node(*at).tag == Tag::None)
        .map(|at| {
            page.doc
                .text(page.node(at).id)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .filter(|piece| piece.chars().any(char::is_alphanumeric))
        .collect();
    if pieces.len() > 1
        && let Some(names) = pieces
            .iter()
            .take(3)
            .map(|piece| authors(piece))
            .find(|names| !names.is_empty())
    {
        return Some((Some(text), names));
    }
    let names = if length <= 120 {
        authors(&text)
    } else {
        Vec::new()
    };
    (!names.is_empty() && names.len() <= 6).then_some((Some(text), names))
}

/// A line beside the headline that begins with "By", or the one after "By".
fn led_line(page: &Page<'_>) -> Option<(Option<String>, Vec<String>)> {
    let headline = page
        .marked
        .iter()
        .map(|at| *at as usize)
        .find(|at| page.node(*at).tag == Tag::H1)?;
    let place = page
        .lines
        .iter()
        .position(|line| line.start as usize >= headline)?;
    let near = place.saturating_sub(3)..(place + 14).min(page.lines.len());
    let mut led = false;
    for line in page.lines[near].iter().filter(|line| line.size <= 120) {
        let text = page.line_text(line);
        let lower = text.to_lowercase();
        let lead = [
            "by ",
            "von ",
            "par ",
            "por ",
            "written by",
            "posted by",
            "by: ",
            "author: ",
            "autor: ",
            "authored by ",
        ]
        .iter()
        .any(|lead| lower.starts_with(lead));
        if led || lead {
            let names = authors(&text);
            if !names.is_empty()
                && names.len() <= 5
                && (lead || text.split_whitespace().count() <= 5)
            {
                return Some((Some(text), names));
            }
        }
        led = matches!(
            lower.trim_end_matches(':'),
            "by" | "written by" | "author" | "von" | "autor" | "posted by" | "words by"
        );
    }
    None
}

/// The line under the headline: shown, else declared.
fn dek_of(
    page: &Page<'_>,
    head: &Head,
    linked: &LinkedData,
    headline: Option<&str>,
) -> Option<String> {
    let fits = |text: &String| {
        (20..=600).contains(&text.chars().count())
            && !headline.is_some_and(|headline| crate::phrases::same_words(headline, text))
    };
    let declared = head
        .meta(&[
            "og:description",
            "description",
            "twitter:description",
            "dc.description",
        ])
        .or_else(|| linked.description.clone())
        .filter(fits);
    let title = page
        .marked
        .iter()
        .map(|at| *at as usize)
        .find(|at| page.node(*at).tag == Tag::H1);
    let shown = title.and_then(|title| {
        page.marked
            .iter()
            .map(|at| *at as usize)
            .filter(|at| {
                *at > title
                    && *at < title + 40
                    && page.node(*at).traits.has(Traits::DEK)
                    && page.node(*at).tag != Tag::H1
            })
            .filter(|at| page.lines_in(*at).len() <= 2)
            .map(|at| page.text_in(at))
            .find(fits)
    });
    shown.or(declared)
}
