//! What is printed around a story: headline, byline, dates, publication.
//!
//! [`crate::extract`] calls [`gather`]. Each field has its sources in order of
//! trust: linked data, Open Graph, microdata, meta tags, what the page shows.
//! A source may only fill a field when its value reads as one (a date that is
//! a date, an author that is a name).

mod agency;
pub mod author;
pub mod byline;
pub mod dates;
pub mod head;
pub mod jsonld;
pub mod language;
mod licence;
mod place;
pub mod published;
mod section;
pub mod source;
pub mod title;

use cuttings_html::Tag;
use url::Url;

use crate::page::Page;
use crate::traits::Traits;
use author::byline_of;
use dates::{Order, Stamp};
pub use head::Head;
use jsonld::LinkedData;
use published::dates_of;
use source::{Source, Sourced, Sources};

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
    pub amp: Option<String>,
    pub licence: Option<String>,
    pub is_free: Option<bool>,
    pub tier: Option<String>,
    /// Whether the page calls itself an article.
    pub is_article: bool,
    /// The type the linked data names, or empty.
    pub kind: String,
    /// Where each of these was taken from.
    pub sources: Sources,
}

impl Metadata {
    /// Whether its authors were seen on the page only, and not declared by it.
    pub fn has_seen_authors(&self) -> bool {
        matches!(
            self.sources.authors,
            Some(Source::VisibleText | Source::Microdata)
        )
    }

    /// Takes the authors back.
    pub fn forget_authors(&mut self) {
        self.authors.clear();
        self.byline = None;
        self.sources.authors = None;
        self.sources.byline = None;
    }
}

/// Reads the metadata of a page. `base` is the address it was read from.
pub fn gather(page: &Page<'_>, head: &Head, base: Option<&Url>) -> Metadata {
    let linked = jsonld::read(&head.linked_data);
    let from_data = |value: &Option<String>| value.clone().map(|value| (value, Source::LinkedData));
    let publication = head
        .sourced(&["og:site_name"])
        .or_else(|| from_data(&linked.publication))
        .or_else(|| from_data(&linked.site))
        .or_else(|| {
            head.sourced(&[
                "application-name",
                "dc.publisher",
                "publisher",
                "cre",
                "al:android:app_name",
                "apple-mobile-web-app-title",
            ])
        })
        .filter(|(name, _)| name.chars().count() <= 80 && !name.contains("://"));
    let site = publication
        .as_ref()
        .map(|(name, _)| name.clone())
        .or_else(|| base.and_then(|base| base.host_str().map(str::to_owned)));
    let language = language_of(head, &linked);
    let headline = title::headline(page, head, &linked, site.as_deref(), base);
    let heading = place::heading_of(page, headline.as_ref().map(|(text, _)| text.as_str()));
    let order = Order::of_language(language.as_ref().map(|(tag, _)| tag.as_str()));
    let canonical = head
        .canonical
        .clone()
        .map(|address| (address, Source::Link))
        .or_else(|| head.sourced(&["og:url"]));
    let path = base
        .map(|base| base.path().to_owned())
        .or_else(|| canonical.as_ref().map(|(address, _)| address.clone()));
    let (published, modified) = dates_of(
        page,
        head,
        &linked,
        order,
        path.as_deref(),
        is_front(base),
        heading,
    );
    let byline = byline_of(
        page,
        head,
        &linked,
        &author::Sites::new(&linked, site.as_deref(), base),
        heading,
    );
    let section = from_data(&linked.section)
        .or_else(|| head.sourced(&["article:section", "section", "parsely-section"]))
        .or_else(|| {
            let headline = headline.as_ref().map(|(text, _)| text.as_str());
            let shown = section::shown(page, heading, headline, base)?;
            Some((shown, Source::VisibleText))
        });
    let lead_image = head
        .sourced(&["og:image", "og:image:url", "og:image:secure_url"])
        .or_else(|| from_data(&linked.image))
        .or_else(|| {
            head.sourced(&[
                "twitter:image",
                "twitter:image:src",
                "thumbnail",
                "parsely-image-url",
            ])
        });
    let licence = from_data(&linked.licence)
        .or_else(|| head.licence.clone().map(|address| (address, Source::Link)))
        .or_else(|| head.sourced(&["dc.rights.license", "dcterms.license", "licence", "license"]))
        .or_else(|| licence::shown(page).map(|address| (address, Source::VisibleText)));
    let kind = head.meta(&["og:type"]).unwrap_or_default().to_lowercase();
    let mut sources = Sources::default();
    let (headline, source) = headline.unzip();
    sources.headline = source;
    let (dek, source) = dek_of(page, head, &linked, headline.as_deref()).unzip();
    sources.dek = source;
    let (byline, source) = byline.unzip();
    (sources.byline, sources.authors) = (source, source);
    let (byline, authors) = byline.unzip();
    let (published, source) = published.unzip();
    sources.published = source;
    let (modified, source) = modified.unzip();
    sources.modified = source;
    let (publication, source) = publication.unzip();
    sources.publication = source;
    let (section, source) = section.unzip();
    sources.section = source;
    let (language, source) = language.unzip();
    sources.language = source;
    let (canonical, source) = canonical.unzip();
    sources.canonical_url = source;
    let (lead_image, source) = lead_image.unzip();
    sources.lead_image = source;
    let (licence, source) = licence.unzip();
    sources.licence = source;
    sources.amp_url = head.amp.as_ref().map(|_| Source::Link);
    Metadata {
        headline,
        dek,
        byline,
        authors: authors.unwrap_or_default(),
        published,
        modified,
        publication,
        section,
        language,
        canonical,
        lead_image,
        amp: head.amp.clone(),
        licence,
        is_free: linked.is_free,
        tier: head.meta(&["article:content_tier", "og:article:content_tier"]),
        is_article: linked.is_article
            || kind == "article"
            || kind.ends_with(":article")
            || kind == "blog"
            || kind == "news",
        kind: linked.kind,
        sources,
    }
}

/// Whether an address is that of a site and not of a page on it.
pub(crate) fn is_front(base: Option<&Url>) -> bool {
    base.is_some_and(|base| base.path() == "/" && base.query().is_none())
}

/// The language the page declares.
fn language_of(head: &Head, linked: &LinkedData) -> Option<Sourced<String>> {
    let tag = |(declared, source): Sourced<String>| Some((language::tag(&declared)?, source));
    head.language
        .clone()
        .map(|tag| (tag, Source::Attribute))
        .and_then(tag)
        .or_else(|| {
            linked
                .language
                .clone()
                .map(|tag| (tag, Source::LinkedData))
                .and_then(tag)
        })
        .or_else(|| {
            head.sourced(&["og:locale", "content-language", "dc.language", "language"])
                .and_then(tag)
        })
}

/// Text without tags and character references, white space folded.
pub fn plain(text: &str) -> String {
    let text = if text.contains('&') {
        unescape(text)
    } else {
        text.to_owned()
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        if c == '<'
            && let Some(length) = markup_length(rest)
        {
            rest = &rest[length..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
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

/// Elements that stand in titles and descriptions where none should. Another
/// name in angle brackets is something that is written about.
#[rustfmt::skip]
const MARKUP: &[&str] = &[
    "a", "abbr", "b", "big", "br", "cite", "code", "div", "em", "font", "h1", "h2", "h3", "i",
    "img", "li", "mark", "p", "q", "small", "span", "strong", "sub", "sup", "u", "ul", "wbr",
];

/// The length of the tag that `text` begins with, if it is markup.
fn markup_length(text: &str) -> Option<usize> {
    let end = text.find('>')?;
    let name = text[1..end].trim_start_matches('/');
    let name = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or("")
        .to_ascii_lowercase();
    MARKUP.contains(&name.as_str()).then_some(end + 1)
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

/// The line under the headline: shown, else declared.
fn dek_of(
    page: &Page<'_>,
    head: &Head,
    linked: &LinkedData,
    headline: Option<&str>,
) -> Option<Sourced<String>> {
    let fits = |text: &String| {
        (20..=600).contains(&text.chars().count())
            && !headline.is_some_and(|headline| crate::phrases::same_words(headline, text))
    };
    let declared = head
        .sourced(&[
            "og:description",
            "description",
            "twitter:description",
            "dc.description",
        ])
        .or_else(|| {
            linked
                .description
                .clone()
                .map(|text| (text, Source::LinkedData))
        })
        .filter(|(text, _)| fits(text));
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
    shown.map(|text| (text, Source::VisibleText)).or(declared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_taken_out_and_what_is_written_about_stays() {
        assert_eq!(
            plain("Rain <b>and</b>&nbsp;wind &amp; <br/>snow"),
            "Rain and wind & snow"
        );
        assert_eq!(
            plain("<table>: the table element"),
            "<table>: the table element"
        );
        assert_eq!(plain("a < b and c > d"), "a < b and c > d");
    }
}
