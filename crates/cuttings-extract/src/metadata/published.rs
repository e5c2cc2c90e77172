//! When a story was published and last changed.
//!
//! [`super::gather`] asks. Declared dates come first: linked data, meta tags,
//! microdata. Then what is printed beside the headline, then the address. A
//! page that shows no date near its headline has none: a date from a comment
//! or a teaser is worse.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use cuttings_html::{Attr, Tag};

use super::dates::{self, Order, Stamp};
use super::head::Head;
use super::jsonld::LinkedData;
use super::place;
use super::source::{Source, Sourced};
use crate::page::Page;
use crate::traits::Traits;

/// How far from the headline an element stands beside it, in nodes.
const NODES_BESIDE: usize = 40;

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
    is_front: bool,
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
        .or_else(|| marked_date(page, order, |prop| prop == "dateModified"))
        .or_else(|| {
            let stamp = labelled_date(page, order, &CHANGES)?;
            Some((stamp, Source::VisibleText))
        });
    let declares_website = head
        .meta(&["og:type"])
        .is_some_and(|kind| kind.eq_ignore_ascii_case("website"));
    let in_address = address.and_then(dates::from_address);
    let shown = |stamp: Stamp| (stamp, Source::VisibleText);
    if is_front {
        // Every date on it is that of something else, or of the site.
        return (None, modified);
    }
    let declared = from_data(&linked.published)
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
        .map(|declared| set_right(page, order, declared, in_address, heading));
    let published = declared
        .or_else(|| date_beside(page, order, heading).map(shown))
        .or_else(|| printed_date(page, order, in_address, heading).map(shown))
        .or_else(|| in_address.map(|stamp| (stamp, Source::Address)))
        .or_else(|| labelled_date(page, order, &DATES).map(shown))
        .or_else(|| {
            let stamp = if declares_website {
                // Sites declare it of their stories too, and then only a dateline
                // over a whole paragraph is sure.
                dateline_date(page, order, LEAST_PARAGRAPH)
            } else {
                only_date(page, order)
                    .or_else(|| dateline_date(page, order, 0))
                    .or_else(|| dates::from_text(&page.text_in(heading?), order))
            };
            stamp.map(shown)
        });
    (published, modified)
}

/// A declared date, set right by what the page shows beside its headline or in
/// its address: the day on the outlet's own clock where the declared moment is
/// in UTC, and the day the story ran where the declared one is later, which is
/// when its page was made anew.
fn set_right(
    page: &Page<'_>,
    order: Order,
    declared: Sourced<Stamp>,
    in_address: Option<Stamp>,
    heading: Option<usize>,
) -> Sourced<Stamp> {
    let (stamp, source) = declared;
    let beside = date_beside(page, order, heading).map(|stamp| (stamp, Source::VisibleText));
    let local = in_address
        .map(|stamp| (stamp, Source::Address))
        .into_iter()
        .chain(beside)
        .find(|(shown, _)| stamp.may_be(shown));
    if let Some(local) = local {
        return local;
    }
    // An address is often older than its story by the days of writing it.
    let in_old_address = in_address
        .filter(|old| old.days_before(&stamp) > 30)
        .map(|stamp| (stamp, Source::Address));
    let earlier = beside
        .filter(|(shown, _)| shown.day() < stamp.day() && !shown.is_misread(&stamp))
        .or(in_old_address);
    // A plain meta tag may tell of anything that happened to the file.
    let stated = beside.filter(|_| source == Source::MetaTag);
    earlier.or(stated).unwrap_or(declared)
}

/// The date of an element that is called one, or of a short line, right beside
/// the headline.
fn date_beside(page: &Page<'_>, order: Order, heading: Option<usize>) -> Option<Stamp> {
    let heading = heading?;
    page.marked
        .iter()
        .map(|at| *at as usize)
        .filter(|at| at.abs_diff(heading) < NODES_BESIDE)
        .filter(|at| page.node(*at).tag == Tag::Time || page.node(*at).traits.has(Traits::DATE))
        .filter(|at| !place::is_elsewhere(page, *at, Some(heading)) && !is_of_release(page, *at))
        .find_map(|at| date_in(page, at, order))
        .or_else(|| line_beside(page, order, Some(heading)))
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
        if (!is_time && !node.traits.has(Traits::DATE)) || is_of_release(page, at) {
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
    best.filter(|(trust, ..)| *trust >= 1)
        .map(|(_, _, date)| *date)
}

/// Whether a date is that on which something else came out: a game, a film.
fn is_of_release(page: &Page<'_>, index: usize) -> bool {
    page.upward(index).take(3).any(|at| {
        let names = page
            .attr(at, Attr::Class)
            .unwrap_or("")
            .to_ascii_lowercase();
        ["release-date", "release_date", "releasedate"]
            .iter()
            .any(|name| names.contains(name))
    })
}

/// How lines say that the date in them is that of the page.
#[rustfmt::skip]
const DATE_LABELS: &[&str] = &[
    "published", "posted", "veröffentlicht", "veröffentlichung", "erschienen", "datum:", "date:", "publié",
    "publicado", "pubblicato", "mise en ligne", "aktualisiert:", "stand:", "stand - ", "erstellt",
    "dieser artikel wurde", "dieser beitrag wurde", "written on", "تم نشره",
];

/// How lines say that the date in them is that of the last change.
#[rustfmt::skip]
const CHANGE_LABELS: &[&str] = &[
    "letzte änderung", "zuletzt geändert", "zuletzt aktualisiert", "zuletzt bearbeitet",
    "last edited", "last modified", "last updated", "last changed", "dernière modification",
    "dernière mise à jour", "última modificación", "última actualización", "ultima modifica",
    "ultimo aggiornamento", "laatst gewijzigd", "laatst bijgewerkt", "последнее изменение",
];

/// The date of a short line beside the headline.
fn line_beside(page: &Page<'_>, order: Order, headline: Option<usize>) -> Option<Stamp> {
    let headline = headline?;
    let place = page
        .lines
        .iter()
        .position(|line| line.start as usize >= headline)?;
    page.lines[place.saturating_sub(4)..(place + 8).min(page.lines.len())]
        .iter()
        .filter(|line| line.size <= 64 && !is_of_release(page, line.block as usize))
        .find_map(|line| dates::from_text(&page.line_text(line), order))
}

static DATES: LazyLock<AhoCorasick> = LazyLock::new(|| automaton(DATE_LABELS));
static CHANGES: LazyLock<AhoCorasick> = LazyLock::new(|| automaton(CHANGE_LABELS));

fn automaton(labels: &[&str]) -> AhoCorasick {
    AhoCorasick::new(labels).expect("the lists above are far below the automaton's limits")
}

/// A date whose line, or the line before it, says that it is that of the page.
fn labelled_date(page: &Page<'_>, order: Order, labels: &AhoCorasick) -> Option<Stamp> {
    let is_label = |lower: &str| labels.find(lower).map(|found| found.start());
    page.lines.iter().enumerate().find_map(|(at, line)| {
        if line.size > 400 || !place::has_text(page, line, place::has_digit) {
            return None;
        }
        let text = page.line_text(line);
        let lower = text.to_lowercase();
        if lower.contains("copyright") {
            return None;
        }
        // In a line of many notes it is the label, a colon and the date.
        let is_led = |label: usize| {
            lower[label..].split_once(':').is_some_and(|(label, date)| {
                label.chars().count() <= 16
                    && date.trim_start().starts_with(|c: char| c.is_ascii_digit())
            })
        };
        if let Some(label) =
            is_label(&lower).filter(|label| line.size <= 140 || *label < 12 || is_led(*label))
        {
            let behind = text.get(label..).unwrap_or(&text);
            return dates::from_text(behind, order).or_else(|| dates::from_text(&text, order));
        }
        let before = at.checked_sub(1).map(|before| &page.lines[before])?;
        let is_behind_label = line.size <= 40
            && before.size <= 24
            && is_label(&page.line_text(before).to_lowercase()).is_some();
        is_behind_label
            .then(|| dates::from_text(&text, order))
            .flatten()
    })
}

/// The least size of a line that is a paragraph with a dateline and no label.
const LEAST_PARAGRAPH: u32 = 80;

/// The date in the dateline that opens a text: `Hamburg, den 2. Dezember 2022`,
/// `Karlsruhe (12.11.2021).` Lines of less than `least` are not looked at.
fn dateline_date(page: &Page<'_>, order: Order, least: u32) -> Option<Stamp> {
    page.lines.iter().take(200).find_map(|line| {
        if line.size < least {
            return None;
        }
        let text = page.line_text(line);
        let opening: String = text.chars().take(48).collect();
        let (place, rest) = opening.split_once([',', '('])?;
        let is_place = place.starts_with(char::is_uppercase)
            && place.chars().count() <= 24
            && place.split_whitespace().count() <= 3
            && !place.chars().any(|c| c.is_ascii_digit());
        is_place.then(|| dates::from_text(rest, order)).flatten()
    })
}

/// The one date that stands alone on a line. Where lines give more than one,
/// they are those of teasers or comments, and none is taken.
fn only_date(page: &Page<'_>, order: Order) -> Option<Stamp> {
    let mut only: Option<Stamp> = None;
    for line in page
        .lines
        .iter()
        .filter(|line| (8..=36).contains(&line.size) && !is_of_release(page, line.block as usize))
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
    fn a_dateline_tells_the_date_of_a_story_on_a_page_that_calls_itself_a_website() {
        let html = |opening: &str| {
            format!(
                "<meta property=og:type content=website><h1>Rain</h1><p>{opening} It rained for a
                third day, and the river rose over its banks in the night.</p>"
            )
        };
        assert_eq!(
            published(&html("Karlsruhe, (12.11.2021).")).as_deref(),
            Some("2021-11-12")
        );
        assert_eq!(published(&html("Nobody knew why.")), None);
    }

    #[test]
    fn a_label_with_a_colon_tells_the_date_in_a_line_of_many_notes() {
        let html = "<h1>Rain</h1><p>It rained for a third day.</p><p>Read by many and written in
            the house by the river, as all of ours are.<br>Erschienen am: 01.11.2023<br>Lesungen: 61
            <br>© by the author and by us, and not to be printed elsewhere without asking</p>";
        assert_eq!(published(html).as_deref(), Some("2023-11-01"));
    }

    #[test]
    fn a_moment_in_utc_is_given_as_the_day_that_the_page_shows() {
        let html = |shown: &str| {
            format!(
                "<meta property=article:published_time content=2022-05-04T02:41:00Z>
                <h1>Rain</h1><time>{shown}</time><p>It rained."
            )
        };
        assert_eq!(
            published(&html("3 May 2022")).as_deref(),
            Some("2022-05-03")
        );
        assert_eq!(
            published(&html("4 May 2022")).as_deref(),
            Some("2022-05-04T02:41:00Z")
        );
        // No clock shows a day two days before.
        assert_eq!(
            published(&html("6 May 2022")).as_deref(),
            Some("2022-05-04T02:41:00Z")
        );
    }

    #[test]
    fn the_earlier_day_beside_the_headline_wins_over_one_that_is_declared() {
        let page = |shown: &str| {
            format!(
                "<meta property=article:published_time content=2024-08-07>
                <h1>Rain</h1><span class=date>{shown}</span><p>It rained."
            )
        };
        assert_eq!(
            published(&page("30 December 2013")).as_deref(),
            Some("2013-12-30")
        );
        assert_eq!(
            published(&page("30 December 2024")).as_deref(),
            Some("2024-08-07")
        );
        // Day and month exchanged.
        assert_eq!(
            published(&page("08.07.2024")).as_deref(),
            Some("2024-08-07")
        );
    }

    #[test]
    fn what_came_out_on_a_date_is_not_the_page() {
        let html = "<h1>Rain, the game</h1><div class=release_date><div class=date>21 Aug, 2012
            </div></div><p>It rains.";
        assert_eq!(published(html), None);
    }

    #[test]
    fn a_line_that_says_what_its_date_is_may_stand_anywhere() {
        let far = "<p>One of many lines of text that stand between the two.</p>".repeat(12);
        let html = |foot: &str| format!("<h1>Rain</h1>{far}{foot}<p>1 May 2001<p>2 May 2001");
        let posted = html("<p>This post was Posted on 14 June 2023 by Ada.</p>");
        assert_eq!(published(&posted).as_deref(), Some("2023-06-14"));
        let parted = html("<p>Published:</p><p>14 June 2023</p>");
        assert_eq!(published(&parted).as_deref(), Some("2023-06-14"));
        let edited = html("<p>This page was last edited on 14 June 2023, at 10:00.</p>");
        let found = crate::extract(&edited, None).unwrap();
        assert_eq!(
            (found.published, found.modified.as_deref()),
            (None, Some("2023-06-14"))
        );
    }

    #[test]
    fn the_dateline_gives_the_date_of_a_release() {
        let far = "<p>One of many lines of text that stand between the two.</p>".repeat(12);
        let html = format!("<h1>Rain</h1>{far}<p>Hamburg, den 2. Dezember 2022 – It rained.");
        assert_eq!(published(&html).as_deref(), Some("2022-12-02"));
    }

    #[test]
    fn a_front_page_has_no_date_of_its_own() {
        let html = "<meta property=article:published_time content=2022-05-04><h1>The Paper</h1>";
        let at = |address: &str| {
            let address = url::Url::parse(address).unwrap();
            crate::extract(html, Some(&address)).unwrap().published
        };
        assert_eq!(at("https://example.org/"), None);
        assert_eq!(
            at("https://example.org/?p=1").as_deref(),
            Some("2022-05-04")
        );
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
