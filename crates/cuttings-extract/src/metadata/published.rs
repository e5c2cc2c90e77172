//! When a story was published and last changed.
//!
//! [`super::gather`] asks. Declared dates come first: linked data, meta tags,
//! microdata. Then what is printed beside the headline, then the address. A
//! page that shows no date near its headline has none: a date from a comment
//! or a teaser is worse.

use cuttings_html::{Attr, Tag};

use super::dates::{self, Order, Stamp};
use super::head::Head;
use super::jsonld::LinkedData;
use super::source::{Source, Sourced};
use crate::page::Page;
use crate::traits::Traits;

#[rustfmt::skip]
const PUBLISHED: &[&str] = &[
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "parsely-pub-date", "sailthru.date", "article.published", "published-date", "publishdate",
    "publish-date", "pubdate", "dc.date.issued", "dcterms.issued", "dcterms.created",
    "dc.date.created", "dcterms.date", "dc.date", "dc:date", "citation_publication_date",
    "citation_date", "citation_online_date", "article:published", "article_date_original",
    "originalpublicationdate", "article.created", "cxenseparse:recs:publishtime",
    "rnews:datepublished", "bt:pubdate", "publication_date", "date_published", "dateposted",
    "ptime", "datecreated", "displaydate", "pub_date", "article:post_date",
    "shareaholic:article_published_time", "publisheddate", "published_time_telegram",
    "creationdatetime", "publication-date", "cdate", "blogpost:published", "date",
];

#[rustfmt::skip]
const MODIFIED: &[&str] = &[
    "article:modified_time", "og:article:modified_time", "og:updated_time", "og:modified_time",
    "datemodified", "last-modified", "dcterms.modified", "dc.date.modified", "lastmod",
    "article:updated_time", "revised", "modified", "article.updated", "utime", "modificationdate",
];

/// The date of publication and that of the last change.
pub fn dates_of(
    page: &Page<'_>,
    head: &Head,
    linked: &LinkedData,
    order: Order,
    address: Option<&str>,
    heading: Option<usize>,
) -> (Option<Sourced<Stamp>>, Option<Sourced<Stamp>>) {
    let from_data = |text: &Option<String>| {
        let stamp = dates::from_value(text.as_deref()?, order)?;
        Some((stamp, Source::LinkedData))
    };
    let from_metas = |names: &[&str]| {
        names.iter().find_map(|name| {
            head.all(name)
                .find_map(|(value, source)| Some((dates::from_value(&value, order)?, source)))
        })
    };
    let modified = from_data(&linked.modified)
        .or_else(|| from_metas(MODIFIED))
        .or_else(|| marked_date(page, order, |prop| prop == "dateModified"));
    let declares_website = head
        .meta(&["og:type"])
        .is_some_and(|kind| kind.eq_ignore_ascii_case("website"));
    let in_address = address.and_then(dates::from_address);
    let is_front = address == Some("/");
    let shown = |stamp: Stamp| (stamp, Source::VisibleText);
    let published = from_data(&linked.published)
        .filter(|_| linked.is_article)
        .or_else(|| from_metas(PUBLISHED))
        .or_else(|| {
            // What is declared to be no article has a date of publication.
            from_data(&linked.published).filter(|_| !declares_website)
        })
        .or_else(|| {
            marked_date(page, order, |prop| {
                prop == "datePublished" || prop == "dateCreated"
            })
        })
        .or_else(|| {
            // On a front page every printed date is that of something else.
            let stamp = (!is_front).then(|| printed_date(page, order, in_address, heading))??;
            Some(shown(stamp))
        })
        .or_else(|| in_address.map(|stamp| (stamp, Source::Address)))
        .or_else(|| {
            let stamp = (!is_front && !declares_website).then(|| only_date(page, order))??;
            Some(shown(stamp))
        });
    (published, modified)
}

/// The date of an element whose `itemprop` is asked for.
fn marked_date(
    page: &Page<'_>,
    order: Order,
    wanted: impl Fn(&str) -> bool,
) -> Option<Sourced<Stamp>> {
    let stamp = page.marked.iter().find_map(|at| {
        let at = *at as usize;
        let prop = page.attr(at, Attr::Itemprop)?;
        prop.split_whitespace()
            .any(&wanted)
            .then(|| date_in(page, at, order))
            .flatten()
    })?;
    Some((stamp, Source::Microdata))
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
fn printed_date(
    page: &Page<'_>,
    order: Order,
    in_address: Option<Stamp>,
    headline: Option<usize>,
) -> Option<Stamp> {
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
#[rustfmt::skip]
const DATE_LABELS: &[&str] = &[
    "published", "posted", "veröffentlicht", "erschienen", "datum:", "date:", "publié",
    "publicado", "pubblicato", "mise en ligne", "aktualisiert:", "stand:", "erstellt",
    "dieser artikel wurde", "dieser beitrag wurde", "written on",
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
        let near = place.saturating_sub(4)..(place + 8).min(page.lines.len());
        page.lines[near]
            .iter()
            .filter(|line| line.size <= 64)
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

/// The one date that stands alone on a line. Where lines give more than one,
/// they are those of teasers or comments, and none is taken.
fn only_date(page: &Page<'_>, order: Order) -> Option<Stamp> {
    let mut only: Option<Stamp> = None;
    for line in page
        .lines
        .iter()
        .filter(|line| (8..=36).contains(&line.size))
    {
        let Some(date) = dates::from_text(&page.line_text(line), order) else {
            continue;
        };
        if only.is_some_and(|other| other.day() != date.day()) {
            return None;
        }
        only = Some(date);
    }
    only
}

#[cfg(test)]
mod tests {
    fn published(html: &str) -> Option<String> {
        crate::extract(html, None).unwrap().published
    }

    #[test]
    fn a_date_alone_on_a_line_counts_only_where_no_other_does() {
        let far = "<p>One of many lines of text that stand between the two.</p>".repeat(12);
        let one = format!("<h1>Rain</h1>{far}<p>14 June 2023</p>");
        assert_eq!(published(&one).as_deref(), Some("2023-06-14"));
        let two = format!("{one}<p>15 June 2023</p>");
        assert_eq!(published(&two), None);
    }
}
