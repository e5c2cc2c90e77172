//! What is printed around a story: headline, byline, dates, publication.
//!
//! [`crate::extract`] calls [`gather`]. Each field has its sources in order of
//! trust: linked data, Open Graph, microdata, meta tags, what the page shows.
//! A source may only fill a field when its value reads as one (a date that is
//! a date, an author that is a name).

pub mod author;
pub mod byline;
pub mod dates;
pub mod head;
pub mod jsonld;
pub mod language;
pub mod published;
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
    let headline = title::headline(
        page,
        head,
        &linked,
        site.as_deref(),
        base.and_then(Url::host_str),
    );
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
        amp: head.amp.clone(),
        licence: linked
            .licence
            .clone()
            .or_else(|| head.licence.clone())
            .or_else(|| head.meta(&["dc.rights.license", "dcterms.license", "licence", "license"])),
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
    for (at, c) in text.char_indices() {
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
