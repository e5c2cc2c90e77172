//! The headline: the story's own, without the name of the site.
//!
//! [`super::gather`] asks. A page says it up to five times, in linked data,
//! Open Graph, `<title>` and headings; two of them agreeing is worth more than
//! any one. What the site is called is cut away, and a first-level heading that
//! leads to the front page is the name of the site and no headline.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use cuttings_html::{Attr, Tag};
use url::Url;

use super::Head;
use super::jsonld::LinkedData;
use super::source::{Source, Sourced};
use crate::page::Page;
use crate::phrases::fold;

/// What parts the story from the site in a `<title>`.
const PARTS: &[&str] = &[
    " | ", " - ", " – ", " — ", " :: ", " » ", " · ", " • ", " « ", " // ", " : ", " ‹ ", " ❘ ",
    " ¦ ", "｜", " / ", " > ", "│",
];

static PART: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::new(PARTS).expect("the list above is fixed and far below the automaton's limits")
});

/// Labels that programs and readers for the blind put before a headline.
const LABELS: &[&str] = &[
    "view topic - ",
    "view topic: ",
    "title:",
    "headline:",
    "thread: ",
];

/// What the page calls itself, each without the name of the site.
struct Names {
    /// The first-level headings, in order.
    headings: Vec<String>,
    /// From linked data, Open Graph and `<title>`.
    declared: Vec<Sourced<String>>,
    /// The whole `<title>`.
    whole: String,
}

/// The headline of the page, by agreement of its sources.
pub fn headline(
    page: &Page<'_>,
    head: &Head,
    linked: &LinkedData,
    site: Option<&str>,
    base: Option<&Url>,
) -> Option<Sourced<String>> {
    let (masthead, headings) = headings(page, base);
    let sites: Vec<&str> = [site, base.and_then(Url::host_str), masthead.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let clean = |text: &str| {
        let text = without_site(without_label(text), &sites);
        let text = masthead
            .as_deref()
            .and_then(|name| text.strip_prefix(name)?.strip_prefix(": "))
            .unwrap_or(&text);
        text.trim().to_owned()
    };
    // Where a heading shows something, a title that is only the site's name says
    // nothing about the page.
    let is_shown = !headings.is_empty() && !super::is_front(base);
    let is_only_site = |text: &str| {
        let name: String = fold(text).split(' ').collect();
        sites.iter().any(|site| {
            fold(site).split(' ').any(|word| word == name)
                || fold(site).split(' ').collect::<String>() == name
        })
    };
    let names = Names {
        headings: headings
            .iter()
            .map(|text| clean(text))
            .filter(|text| !text.is_empty())
            .collect(),
        declared: [
            linked
                .headline
                .clone()
                .filter(|_| linked.is_article)
                .map(|text| (text, Source::LinkedData)),
            head.sourced(&[
                "og:title",
                "twitter:title",
                "dc.title",
                "parsely-title",
                "sailthru.title",
            ]),
            head.title.clone().map(|text| (text, Source::TitleElement)),
        ]
        .into_iter()
        .flatten()
        .map(|(text, source)| (clean(&text), source))
        .filter(|(text, _)| !text.is_empty())
        .filter(|(text, _)| !is_shown || !is_only_site(text))
        .collect(),
        whole: head.title.clone().unwrap_or_default(),
    };
    let is_article = linked.is_article
        || head
            .meta(&["og:type"])
            .is_some_and(|kind| kind.eq_ignore_ascii_case("article"));
    let is_front = super::is_front(base);
    let front = || {
        let (name, _) = first_part(&names.whole)?;
        let is_named = [" - ", " – ", " — "]
            .iter()
            .any(|dash| names.whole[name.len()..].starts_with(dash))
            && (is_site(name, &sites) || is_generic(name));
        (is_front && is_named).then(|| (names.whole.clone(), Source::TitleElement))
    };
    // On a front page the name of the site, a dash and what it does are one name.
    front()
        .or_else(|| agreed(page, &names))
        .or_else(|| {
            // What is no article may greet its reader in the heading; its name
            // is in the title.
            let (title, source) = names.declared.last()?;
            (!is_article && *source == Source::TitleElement)
                .then(|| (without_short_tail(title).to_owned(), *source))
        })
        .or_else(|| {
            (masthead.is_none() && is_one_in_full(&names.headings))
                .then(|| (names.headings[0].clone(), Source::Heading))
        })
        .or_else(|| names.declared.first().cloned())
        .or_else(|| Some((names.headings.first()?.clone(), Source::Heading)))
        .or_else(|| Some((head.title.clone()?, Source::TitleElement)))
        .or_else(|| masthead.clone().map(|name| (name, Source::Heading)))
}

/// A heading that the page repeats elsewhere, or what two of its names agree on.
fn agreed(page: &Page<'_>, names: &Names) -> Option<Sourced<String>> {
    let headings = &names.headings;
    let as_heading = |text: &String| (text.clone(), Source::Heading);
    // A first-level heading that the title, the graph or the data repeats.
    let repeated = headings.iter().find(|heading| {
        let folded = fold(heading);
        folded.len() > 3 && names.declared.iter().any(|(name, _)| fold(name) == folded)
    });
    if let Some(repeated) = repeated {
        return Some(shorter_in_data(repeated, names).unwrap_or_else(|| as_heading(repeated)));
    }
    // A heading that begins with a kicker or the section, which the title, the
    // graph or the data leave away, or goes on with a subtitle, which the data do.
    let within = headings.iter().find_map(|heading| {
        let folded = fold(heading);
        names.declared.iter().find(|(name, source)| {
            let name = fold(name);
            name.split(' ').count() >= 3
                && (folded
                    .strip_suffix(name.as_str())
                    .is_some_and(|kicker| kicker.ends_with(' '))
                    // Titles and graphs are made short for search engines.
                    || (*source == Source::LinkedData
                        && folded
                            .strip_prefix(name.as_str())
                            .is_some_and(|subtitle| subtitle.starts_with(' '))))
        })
    });
    if let Some(within) = within {
        return Some(within.clone());
    }
    let first = first_part(&names.whole)
        .or_else(|| names.whole.split_once(" ["))
        .map(|(first, _)| first);
    let last = last_part(&names.whole).map(|(_, last)| last);
    let same = |text: &str, part: Option<&str>| part.is_some_and(|part| fold(part) == fold(text));
    let is_last_longer = last.map_or(0, str::len) > first.map_or(0, str::len);
    // A lower heading that is one part of the title, while no first-level
    // heading is, or only one where the site is named.
    let lower = || {
        lower_headings(page).find(|heading| {
            heading.split_whitespace().count() >= 2
                && (same(heading, first) || (same(heading, last) && is_last_longer))
        })
    };
    let is_named_last = |heading: &str| same(heading, last) && !same(heading, first);
    // A heading of any length that is the first part of the title.
    if let Some(led) = headings.iter().find(|heading| same(heading, first)) {
        return Some(as_heading(led));
    }
    let whole = fold(&names.whole);
    let contained = headings.iter().find(|heading| {
        let folded = fold(heading);
        folded.split(' ').count() >= 3 && whole.contains(&folded)
    });
    match contained {
        Some(contained) if !is_named_last(contained) => Some(as_heading(contained)),
        Some(contained) => lower()
            .map(|heading| (heading, Source::Heading))
            .or_else(|| Some(as_heading(contained))),
        None if is_one_in_full(headings) => None,
        None => lower().map(|heading| (heading, Source::Heading)),
    }
}

/// Whether there is one heading, and it is long enough to say something.
fn is_one_in_full(headings: &[String]) -> bool {
    matches!(headings, [only] if fold(only).split(' ').count() >= 3)
}

/// The headline of the linked data where it is the heading without the prefix
/// that a forum puts before it ("News", "Solved").
fn shorter_in_data(heading: &str, names: &Names) -> Option<Sourced<String>> {
    let folded = fold(heading);
    let first = first_part(&names.whole).map(|(first, _)| fold(first))?;
    names
        .declared
        .iter()
        .find(|(name, source)| {
            let name = fold(name);
            *source == Source::LinkedData
                && name.split(' ').count() >= 2
                && folded
                    .strip_suffix(name.as_str())
                    .is_some_and(|prefix| prefix.ends_with(' ') && prefix.trim() == first)
        })
        .cloned()
}

/// Cuts a last part of few words, which is a site that is not named elsewhere.
fn without_short_tail(title: &str) -> &str {
    match last_part(title) {
        Some((before, after))
            if before.split_whitespace().count() >= 2 && after.split_whitespace().count() <= 4 =>
        {
            before.trim()
        }
        _ => title,
    }
}

/// The text of the first-level heading that leads to the front page, and those
/// of the others, in order.
fn headings(page: &Page<'_>, base: Option<&Url>) -> (Option<String>, Vec<String>) {
    let mut masthead = None;
    let mut headings = Vec::new();
    for at in page.marked.iter().map(|at| *at as usize) {
        if page.node(at).tag != Tag::H1 {
            continue;
        }
        let text = text_of(page, at);
        if text.is_empty() || text.chars().count() > 300 {
            continue;
        }
        if is_masthead(page, at, &text, base) {
            masthead.get_or_insert(text);
        } else if headings.len() < 12 {
            headings.push(text);
        }
    }
    (masthead, headings)
}

/// The texts of second- and third-level headings, in order.
fn lower_headings<'p>(page: &'p Page<'_>) -> impl Iterator<Item = String> + 'p {
    (0..page.nodes.len())
        .filter(|at| matches!(page.node(*at).tag, Tag::H2 | Tag::H3))
        .take(60)
        .map(|at| text_of(page, at))
}

fn text_of(page: &Page<'_>, index: usize) -> String {
    let text = page.text_in(index);
    // The sign of a link to the heading itself.
    text.trim_end_matches(['¶', '#', '§', '\u{f0c1}', ' '])
        .to_owned()
}

/// Whether a heading is a link to the front page, or stands in one.
fn is_masthead(page: &Page<'_>, index: usize, text: &str, base: Option<&Url>) -> bool {
    let leads_home = |at: usize| {
        if page.node(at).tag != Tag::A {
            return false;
        }
        let is_home = page
            .attr(at, Attr::Rel)
            .is_some_and(|rel| rel.split_whitespace().any(|word| word == "home"));
        is_home
            || page.attr(at, Attr::Href).is_some_and(|href| {
                let href = href.trim();
                let address = match base {
                    Some(base) => base.join(href).ok(),
                    None => Url::parse(href).ok(),
                };
                href == "/"
                    || address.is_some_and(|address| {
                        address.path() == "/"
                            && address.query().is_none()
                            && address.fragment().is_none()
                            && base.is_none_or(|base| base.path() != "/")
                    })
            })
    };
    let range = index + 1..page.node(index).end as usize;
    page.upward(index).skip(1).take(2).any(leads_home)
        || range
            .into_iter()
            .any(|at| leads_home(at) && page.text_in(at).len() >= text.len())
}

/// Whether a name is one that every site has.
fn is_generic(name: &str) -> bool {
    matches!(
        fold(name).as_str(),
        "home"
            | "homepage"
            | "home page"
            | "welcome"
            | "index"
            | "startseite"
            | "accueil"
            | "inicio"
    )
}

/// Cuts a label from the front of a title.
fn without_label(title: &str) -> &str {
    let title = title.trim();
    LABELS
        .iter()
        .find(|label| {
            title
                .get(..label.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(label))
        })
        .map_or(title, |label| title[label.len()..].trim_start())
}

/// Cuts the name of the site from either end of a title.
pub fn without_site(title: &str, sites: &[&str]) -> String {
    let mut title = title.trim();
    let may_part = |b: u8| !b.is_ascii() || matches!(b, b'|' | b'-' | b':' | b'/' | b'>');
    if !title.bytes().any(may_part) {
        return title.to_owned();
    }
    for _ in 0..3 {
        let Some((before, after)) = last_part(title) else {
            break;
        };
        if is_site(after, sites) && !before.trim().is_empty() {
            title = before.trim();
            continue;
        }
        break;
    }
    if let Some((before, after)) = first_part(title)
        && is_site(before, sites)
        && after.split_whitespace().count() >= 2
    {
        title = after.trim();
    }
    title.to_owned()
}

fn last_part(title: &str) -> Option<(&str, &str)> {
    let mark = PART
        .find_overlapping_iter(title)
        .max_by_key(aho_corasick::Match::start)?;
    Some((&title[..mark.start()], &title[mark.end()..]))
}

fn first_part(title: &str) -> Option<(&str, &str)> {
    let mark = PART
        .find_overlapping_iter(title)
        .min_by_key(aho_corasick::Match::start)?;
    Some((&title[..mark.start()], &title[mark.end()..]))
}

/// Whether a part of a title is the name of the site: it says so, or it looks
/// like an address.
fn is_site(part: &str, sites: &[&str]) -> bool {
    let folded = fold(part);
    if folded.is_empty() {
        return true;
    }
    let squeezed: String = folded.split(' ').collect();
    for site in sites {
        let site = fold(site);
        let site_squeezed: String = site.split(' ').collect();
        if !site.is_empty()
            && (site_squeezed == squeezed
                || (squeezed.len() > 3 && site_squeezed.contains(&squeezed))
                || (site_squeezed.len() > 3
                    && squeezed.contains(&site_squeezed)
                    && folded.split(' ').count() <= site.split(' ').count() + 3))
        {
            return true;
        }
        if is_spelled_out(part, &site) {
            return true;
        }
    }
    let part = part.trim();
    !part.contains(' ')
        && part.contains('.')
        && part.rsplit('.').next().is_some_and(|end| {
            (2..=5).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_alphabetic())
        })
}

/// Whether the capital letters of a part are what the site goes by: "Occupational
/// Safety and Health Administration" of `osha gov`.
fn is_spelled_out(part: &str, site: &str) -> bool {
    let initials: String = part
        .split_whitespace()
        .filter_map(|word| word.chars().next())
        .filter(|c| c.is_uppercase())
        .flat_map(char::to_lowercase)
        .collect();
    initials.len() >= 3
        && site.split(' ').any(|word| {
            word == initials || (initials.len() >= 4 && word.starts_with(initials.as_str()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_site_is_cut_from_either_end() {
        assert_eq!(
            without_site("The story | The Paper", &["The Paper"]),
            "The story"
        );
        assert_eq!(
            without_site("The Paper: x - The story - thepaper.com", &[]),
            "The Paper: x - The story"
        );
        assert_eq!(
            without_site("Paper | The long story", &["Paper"]),
            "The long story"
        );
        assert_eq!(
            without_site("Left - and right", &["Paper"]),
            "Left - and right"
        );
        assert_eq!(
            without_site("Rain | Royal Office of Rain", &["www.ror.example"]),
            "Rain"
        );
    }

    #[test]
    fn a_kicker_before_the_headline_is_left_away() {
        let html = "<title>Rain floods the old town - Paper</title>
            <h1><span>Weather</span> Rain floods the old town</h1><p>It rained.</p>";
        let found = crate::extract(html, None).unwrap();
        assert_eq!(found.headline.as_deref(), Some("Rain floods the old town"));
    }

    fn headline(html: &str) -> Option<String> {
        let address = url::Url::parse("https://example.org/2024/rain").unwrap();
        crate::extract(html, Some(&address)).unwrap().headline
    }

    #[test]
    fn a_heading_that_leads_to_the_front_page_is_the_name_of_the_site() {
        for title in [
            "Rain Diary: Floods in town",
            "Floods in town | Rain Diary",
            "Rain Diary » Floods in town",
        ] {
            for home in ["/", "https://example.org/", "https://example.org"] {
                let html = format!(
                    "<title>{title}</title><h1><a href={home}>Rain Diary</a></h1><h2>Floods in town</h2>"
                );
                assert_eq!(headline(&html).as_deref(), Some("Floods in town"), "{html}");
            }
        }
    }

    #[test]
    fn a_lower_heading_wins_over_a_first_one_where_the_title_names_the_site() {
        let html = "<title>Traits and types - The Rain Language</title>
            <h1>The Rain Language</h1><h2>Traits and types</h2>";
        assert_eq!(headline(html).as_deref(), Some("Traits and types"));
    }

    #[test]
    fn what_a_forum_or_a_subtitle_adds_to_a_heading_is_left_away() {
        let forum = r#"<title>Solved - Rain in my tent | Campers</title><h1><b>Solved</b> Rain in my tent</h1>
            <script type="application/ld+json">{"@type":"DiscussionForumPosting","headline":"Rain in my tent"}</script>"#;
        assert_eq!(headline(forum).as_deref(), Some("Rain in my tent"));
        let subtitle = r#"<title>Rain in my tent</title><script type="application/ld+json">
            {"@type":"BlogPosting","headline":"Rain in my tent"}</script>
            <h1>Rain in my tent <small>A summer of mud</small></h1>"#;
        assert_eq!(headline(subtitle).as_deref(), Some("Rain in my tent"));
    }

    #[test]
    fn a_front_page_keeps_the_name_before_its_slogan() {
        let address = url::Url::parse("https://rainapp.example/").unwrap();
        let html = "<title>RainApp - Know when it pours</title><h1>Know when it pours</h1>";
        let found = crate::extract(html, Some(&address)).unwrap();
        assert_eq!(
            found.headline.as_deref(),
            Some("RainApp - Know when it pours")
        );
    }
}
