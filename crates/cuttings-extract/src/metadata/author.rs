//! Who wrote a story, by what the page declares and shows.
//!
//! [`super::gather`] asks. Linked data and meta tags come first; then the
//! element that is marked as the author, a line that begins with "By", and a
//! link to a person's page. What stands in comments, sidebars and footers is
//! not asked.

use cuttings_html::{Attr, Tag};

use super::byline::authors;
use super::head::Head;
use super::jsonld::LinkedData;
use crate::page::Page;
use crate::traits::Traits;

#[rustfmt::skip]
const AUTHORS: &[&str] = &[
    "author", "article:author", "og:article:author", "og:author", "parsely-author",
    "sailthru.author", "dc.creator", "dc:creator", "dcterms.creator", "byl", "citation_author",
    "article:author_name", "cxenseparse:author", "authors", "dc.contributor", "rbauthors",
    "creator", "article.author", "shareaholic:article_author_name", "twitter:data1",
];

/// The byline as printed or declared, and the people in it.
pub fn byline_of(
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
