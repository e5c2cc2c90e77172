//! Who wrote a story, by what the page declares and shows.
//!
//! [`super::gather`] asks. People that linked data and meta tags name come
//! first; then the element that is marked as the author, a line that begins
//! with "By", and a link to a person's page. What stands in comments, sidebars
//! and footers is asked last. Where the site names itself as the author, it is
//! believed only when the page shows nobody else.

use std::ops::Range;

use cuttings_html::{Attr, Tag};
use url::Url;

use super::byline::{self, authors};
use super::head::Head;
use super::jsonld::LinkedData;
use super::place;
use super::source::{Source, Sourced};
use crate::page::{Line, Page};
use crate::traits::Traits;

#[rustfmt::skip]
const AUTHORS: &[&str] = &[
    "author", "article:author", "og:article:author", "og:author", "parsely-author",
    "sailthru.author", "dc.creator", "dc:creator", "dcterms.creator", "byl", "citation_author",
    "article:author_name", "cxenseparse:author", "authors", "dc.contributor", "rbauthors",
    "creator", "article.author", "shareaholic:article_author_name", "twitter:data1",
];

/// A byline as printed, and the people in it.
type Byline = (String, Vec<String>);

/// What the site is called, to tell it from a person.
pub struct Sites {
    names: Vec<String>,
}

impl Sites {
    /// The names of the site, its publisher and its host.
    pub fn new(linked: &LinkedData, site: Option<&str>, base: Option<&Url>) -> Self {
        let host = base
            .and_then(Url::host_str)
            .map(|host| host.trim_start_matches("www."));
        // "elcolombiano" of "elcolombiano.com", "planetary" of "the.planetary.co.uk".
        let label = host.and_then(|host| {
            host.split('.')
                .filter(|part| part.len() > 3)
                .max_by_key(|part| part.len())
        });
        let names = [
            site,
            linked.publication.as_deref(),
            linked.site.as_deref(),
            host,
            label,
        ];
        let organisations = linked
            .authors
            .iter()
            .filter(|_| linked.is_by_organisation)
            .map(String::as_str);
        Self {
            names: names
                .into_iter()
                .flatten()
                .chain(organisations)
                .map(squeeze)
                .filter(|name| !name.is_empty())
                .collect(),
        }
    }

    fn has(&self, name: &str) -> bool {
        let name = squeeze(name);
        self.names.contains(&name)
    }
}

/// Letters and digits alone: `El País` and `elpaís` are one name.
fn squeeze(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The byline as printed or declared, and the people in it.
pub fn byline_of(
    page: &Page<'_>,
    head: &Head,
    linked: &LinkedData,
    sites: &Sites,
    heading: Option<usize>,
) -> Option<Sourced<Byline>> {
    let is_site = |((byline, names), _): &Sourced<Byline>| {
        sites.has(byline)
            || (names.len() == 1 && sites.has(&names[0]))
            || byline
                .split(',')
                .next()
                .is_some_and(|first| sites.has(first))
    };
    let data = || (linked.authors.clone(), Source::LinkedData);
    let metas = AUTHORS.iter().filter_map(|name| {
        if *name == "twitter:data1"
            && !head
                .meta(&["twitter:label1"])
                .is_some_and(|label| label.to_lowercase().contains("written by"))
        {
            return None;
        }
        let mut values = head
            .all(name)
            .filter(|(value, _)| !value.contains("://"))
            .peekable();
        let source = values.peek()?.1;
        Some((values.map(|(value, _)| value).collect(), source))
    });
    let declared = linked
        .is_article
        .then(data)
        .into_iter()
        .chain(metas)
        .chain((!linked.is_article).then(data));
    let mut by_people = None;
    let mut by_site = None;
    for (values, source) in declared {
        let names = whole(&values, sites);
        if names.is_empty() {
            continue;
        }
        let found = ((values.join(", "), names), source);
        if !is_site(&found) {
            by_people = Some(found);
            break;
        }
        by_site.get_or_insert(found);
    }
    let shown = || {
        marked_author(page, heading)
            .or_else(|| {
                let found = led_line(page, heading, sites)?;
                Some((found, Source::VisibleText))
            })
            .or_else(|| linked_person(page, heading))
    };
    if let Some(found) = by_people {
        let in_full = match found.0.1.as_slice() {
            [name] if !name.contains(' ') => shown().filter(
                |((_, names), _)| matches!(names.as_slice(), [full] if is_in_full(full, name)),
            ),
            _ => None,
        };
        return Some(in_full.unwrap_or(found));
    }
    shown()
        .filter(|((_, names), _)| by_site.is_none() || !names.iter().all(|name| sites.has(name)))
        .or(by_site)
}

/// Whether a full name is that of an account or of a given name: "Ada Byron" of
/// "adabyron" and of "Ada".
fn is_in_full(full: &str, name: &str) -> bool {
    byline::is_personal(full)
        && (squeeze(full) == squeeze(name)
            || full
                .split(' ')
                .next()
                .is_some_and(|given| squeeze(given) == squeeze(name)))
}

/// The people in some declared values; without the site, if there is anybody
/// else.
fn whole(values: &[String], sites: &Sites) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for value in values {
        for author in authors(value) {
            if !found.contains(&author) {
                found.push(author);
            }
        }
    }
    if found.iter().any(|name| !sites.has(name)) {
        found.retain(|name| !sites.has(name));
    }
    found
}

/// The author an element names: by microdata, by `rel`, or by its class.
fn marked_author(page: &Page<'_>, heading: Option<usize>) -> Option<Sourced<Byline>> {
    let nodes: Vec<usize> = page
        .marked
        .iter()
        .map(|at| *at as usize)
        .filter(|at| !place::is_elsewhere(page, *at, heading))
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
                    return Some(((content.to_owned(), names), Source::Microdata));
                }
            }
            if let Some(found) = named
                .and_then(|at| names_in(page, at))
                .or_else(|| names_in(page, *at))
            {
                return Some((found, Source::Microdata));
            }
        }
    }
    nodes
        .iter()
        .filter(|at| is_author_link(page, **at))
        .find_map(|at| names_in(page, *at))
        .or_else(|| {
            nodes
                .iter()
                .filter(|at| {
                    let traits = page.node(**at).traits;
                    traits.has(Traits::BYLINE) && !traits.has(Traits::DATE)
                })
                .find_map(|at| names_in(page, *at))
        })
        .map(|found| (found, Source::VisibleText))
}

fn is_author_link(page: &Page<'_>, index: usize) -> bool {
    page.node(index).tag == Tag::A
        && page
            .attr(index, Attr::Rel)
            .is_some_and(|rel| rel.split_whitespace().any(|word| word == "author"))
}

/// The person a link leads to: one to a page of people, or, in sidebars and
/// footers, one that says that it is about the author.
fn linked_person(page: &Page<'_>, heading: Option<usize>) -> Option<Sourced<Byline>> {
    let nodes = page.marked.iter().map(|at| *at as usize);
    nodes
        .clone()
        .filter(|at| !place::is_elsewhere(page, *at, heading))
        .filter(|at| {
            page.node(*at).tag == Tag::A
                && page
                    .attr(*at, Attr::Href)
                    .is_some_and(crate::page::is_author_page)
        })
        .find_map(|at| names_in(page, at))
        .or_else(|| {
            nodes
                .filter(|at| !place::is_of_others(page, *at, heading))
                .find_map(|at| {
                    let traits = page.node(at).traits;
                    let is_link = is_author_link(page, at);
                    (is_link || traits.has(Traits::BYLINE | Traits::AUTHOR_BIO))
                        .then(|| names_in(page, at))
                        .flatten()
                        .filter(|(_, names)| {
                            is_link || names.iter().all(|name| byline::is_personal(name))
                        })
                })
        })
        .map(|found| (found, Source::VisibleText))
}

/// The names in an element: those of its links to people's pages, else the
/// first piece of its text that is a name, else all of it.
fn names_in(page: &Page<'_>, index: usize) -> Option<Byline> {
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
        return Some((text, names));
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
        return Some((text, names));
    }
    let names = if length <= 120 {
        authors(&text)
    } else {
        Vec::new()
    };
    (!names.is_empty() && names.len() <= 6).then_some((text, names))
}

/// How far before and behind the headline its byline is looked for, in lines.
const LINES_BEFORE: usize = 4;
const LINES_BEHIND: usize = 14;

/// The longest line that is read as a byline, in letters and spaces.
const LONGEST_BYLINE: u32 = 120;

/// A line that says who wrote the story: one that begins with "By" beside the
/// headline, the one after "By", one that has "by" behind its date; else one
/// anywhere that begins with a label such as "Author:"; else a full name in the
/// line of the date.
fn led_line(page: &Page<'_>, heading: Option<usize>, sites: &Sites) -> Option<Byline> {
    let is_byline = |names: &[String]| (1..=5).contains(&names.len());
    let near = near_heading(page, heading).unwrap_or(0..0);
    let short = |line: &&Line| line.size <= LONGEST_BYLINE;
    let mut led = false;
    for line in page.lines[near.clone()].iter().filter(short) {
        if is_heading_line(page, line) {
            continue;
        }
        let text = page.line_text(line);
        let names = if led && text.split_whitespace().count() <= 5 {
            authors(&text)
        } else {
            byline::of_line(&spaced(page, line, &text)).unwrap_or_default()
        };
        if is_byline(&names) {
            return Some((text, names));
        }
        led = byline::is_lead(&text);
    }
    let mut led = false;
    for line in page.lines.iter().filter(short) {
        let may_say = line.size <= byline::LONGEST_LEAD
            || place::has_text(page, line, byline::may_be_labelled);
        if !may_say {
            led = false;
            continue;
        }
        let text = page.line_text(line);
        let names = if led {
            let names = authors(&text);
            let are_full = names.iter().all(|name| byline::is_personal(name));
            are_full.then_some(names)
        } else {
            byline::of_labelled_line(&text)
        };
        if let Some(names) = names
            && is_byline(&names)
            && !sites.has(&names[0])
            && !place::is_elsewhere(page, line.start as usize, heading)
        {
            return Some((text, names));
        }
        led = byline::is_lead(&text);
    }
    page.lines[near]
        .iter()
        .filter(short)
        .filter(|line| !is_heading_line(page, line))
        .find_map(|line| {
            let text = page.line_text(line);
            let name = byline::beside_date(&text)?;
            Some((text, vec![name]))
        })
}

/// The lines in which a byline is looked for first.
fn near_heading(page: &Page<'_>, heading: Option<usize>) -> Option<Range<usize>> {
    let heading = heading?;
    let place = page
        .lines
        .iter()
        .position(|line| line.start as usize >= heading)?;
    Some(place.saturating_sub(LINES_BEFORE)..(place + LINES_BEHIND).min(page.lines.len()))
}

fn is_heading_line(page: &Page<'_>, line: &Line) -> bool {
    page.upward(line.block as usize)
        .take(3)
        .any(|at| matches!(page.node(at).tag, Tag::H1 | Tag::H2))
}

/// The text of a line, with a space behind its first word where markup and no
/// space parts it from the rest.
fn spaced(page: &Page<'_>, line: &Line, text: &str) -> String {
    let first = page.doc.text(page.node(line.start as usize).id).trim();
    match text.strip_prefix(first) {
        Some(rest) if byline::is_lead(first) && rest.starts_with(char::is_alphabetic) => {
            format!("{first} {rest}")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    fn authors(html: &str) -> Vec<String> {
        let address = url::Url::parse("https://www.rainpost.example/2024/rain").unwrap();
        crate::extract(html, Some(&address)).unwrap().authors
    }

    #[test]
    fn whom_the_page_shows_wins_over_the_site_that_names_itself() {
        for declared in ["The Rain Post", "RainPost", "rainpost.example"] {
            let html = |shown: &str| {
                format!(
                    "<meta property=og:site_name content='The Rain Post'>
                    <meta name=author content='{declared}'><h1>Rain</h1>{shown}<p>It rained."
                )
            };
            assert_eq!(
                authors(&html("<p>By Ada Byron</p>")),
                ["Ada Byron"],
                "{declared}"
            );
            assert_eq!(authors(&html("")), [declared]);
        }
    }

    #[test]
    fn a_layout_named_after_its_sidebar_hides_no_author() {
        let html = "<div class=one-sidebar><h1>Rain</h1>
            <p><a rel=author href=/author/ada>Ada</a></p><p>It rained.</p></div>";
        assert_eq!(authors(html), ["Ada"]);
        let aside = "<h1>Rain</h1><p>It rained.</p><div class=comments><a rel=author>Bob</a></div>";
        assert!(authors(aside).is_empty());
    }

    #[test]
    fn a_byline_without_a_space_behind_by_is_read() {
        let html = "<h1>Rain</h1><div><span>By</span><span>Daryl Austin</span></div><p>It rained.";
        assert_eq!(authors(html), ["Daryl Austin"]);
    }
}
