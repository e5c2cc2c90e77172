//! The headline: the story's own, without the name of the site.
//!
//! [`super::gather`] asks. A page says it up to five times, in linked data,
//! Open Graph, `<title>` and headings; two of them agreeing is worth more than
//! any one.

use super::Head;
use super::jsonld::LinkedData;
use crate::page::Page;
use crate::phrases::fold;
use cuttings_html::Tag;

/// What parts the story from the site in a `<title>`.
const PARTS: &[&str] = &[
    " | ", " - ", " – ", " — ", " :: ", " » ", " · ", " • ", " « ", " // ", " : ", " ‹ ", " ❘ ",
    " ¦ ", "｜", " / ", " > ",
];

/// The headline of the page, by agreement of its sources.
pub fn headline(
    page: &Page<'_>,
    head: &Head,
    linked: &LinkedData,
    site: Option<&str>,
    host: Option<&str>,
) -> Option<String> {
    let clean = |text: Option<String>| {
        text.map(|text| without_site(&without_site(&text, site), host))
            .filter(|text| !text.is_empty())
    };
    let linked_headline = clean(linked.headline.clone().filter(|_| linked.is_article));
    let graph = clean(head.meta(&[
        "og:title",
        "twitter:title",
        "dc.title",
        "parsely-title",
        "sailthru.title",
    ]));
    let title = clean(head.title.clone());
    let headings = headings(page);
    let whole_title = head.title.as_deref().map(fold).unwrap_or_default();

    // A first-level heading that the title, the graph or the data repeats.
    let repeated = headings.iter().find(|heading| {
        let folded = fold(heading);
        folded.len() > 3
            && [&linked_headline, &graph, &title]
                .into_iter()
                .flatten()
                .any(|other| fold(other) == folded)
    });
    if let Some(repeated) = repeated {
        return Some(repeated.clone());
    }
    // A heading that begins with a kicker or the section, which the title, the
    // graph and the data leave away.
    let after_kicker = headings.iter().find_map(|heading| {
        let folded = fold(heading);
        [&linked_headline, &graph, &title]
            .into_iter()
            .flatten()
            .find(|other| {
                let other = fold(other);
                other.split(' ').count() >= 3
                    && folded
                        .strip_suffix(other.as_str())
                        .is_some_and(|kicker| kicker.ends_with(' '))
            })
    });
    if let Some(after_kicker) = after_kicker {
        return Some(after_kicker.clone());
    }
    // A heading of any length that is the first part of the title.
    let leading = head
        .title
        .as_deref()
        .and_then(first_part)
        .map(|(first, _)| fold(first));
    let led = headings
        .iter()
        .find(|heading| leading.as_deref() == Some(fold(heading).as_str()));
    if let Some(led) = led {
        return Some(led.clone());
    }
    let contained = headings.iter().find(|heading| {
        let folded = fold(heading);
        folded.split(' ').count() >= 3 && whole_title.contains(&folded)
    });
    if let Some(contained) = contained {
        return Some(contained.clone());
    }
    // What is no article may greet its reader in the heading; its name is in
    // the title.
    let is_article = linked.is_article
        || head
            .meta(&["og:type"])
            .is_some_and(|kind| kind.eq_ignore_ascii_case("article"));
    if !is_article && let Some(title) = &title {
        return Some(without_short_tail(title).to_owned());
    }
    if headings.len() == 1 && headings[0].split_whitespace().count() >= 3 {
        return Some(headings[0].clone());
    }
    linked_headline
        .or(graph)
        .or(title)
        .or_else(|| headings.into_iter().next())
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

/// The texts of the first-level headings, in order, the site's name aside.
fn headings(page: &Page<'_>) -> Vec<String> {
    page.marked
        .iter()
        .map(|at| *at as usize)
        .filter(|at| page.node(*at).tag == Tag::H1)
        .map(|at| {
            let text = page.text_in(at);
            // The sign of a link to the heading itself.
            text.trim_end_matches(['¶', '#', '§', '\u{f0c1}', ' '])
                .to_owned()
        })
        .filter(|text| !text.is_empty() && text.chars().count() <= 300)
        .take(12)
        .collect()
}

/// Cuts the name of the site from either end of a title.
pub fn without_site(title: &str, site: Option<&str>) -> String {
    let mut title = title.trim();
    for _ in 0..3 {
        let Some((before, after)) = last_part(title) else {
            break;
        };
        if is_site(after, site) && !before.trim().is_empty() {
            title = before.trim();
            continue;
        }
        break;
    }
    if let Some((before, after)) = first_part(title)
        && is_site(before, site)
        && after.split_whitespace().count() >= 2
    {
        title = after.trim();
    }
    title.to_owned()
}

fn last_part(title: &str) -> Option<(&str, &str)> {
    let (at, mark) = PARTS
        .iter()
        .filter_map(|mark| title.rfind(mark).map(|at| (at, *mark)))
        .max()?;
    Some((&title[..at], &title[at + mark.len()..]))
}

fn first_part(title: &str) -> Option<(&str, &str)> {
    let (at, mark) = PARTS
        .iter()
        .filter_map(|mark| title.find(mark).map(|at| (at, *mark)))
        .min()?;
    Some((&title[..at], &title[at + mark.len()..]))
}

/// Whether a part of a title is the name of the site: it says so, or it looks
/// like an address.
fn is_site(part: &str, site: Option<&str>) -> bool {
    let folded = fold(part);
    if folded.is_empty() {
        return true;
    }
    let squeezed: String = folded.split(' ').collect();
    if let Some(site) = site {
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
    }
    let part = part.trim();
    !part.contains(' ')
        && part.contains('.')
        && part.rsplit('.').next().is_some_and(|end| {
            (2..=5).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_alphabetic())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_site_is_cut_from_either_end() {
        assert_eq!(
            without_site("The story | The Paper", Some("The Paper")),
            "The story"
        );
        assert_eq!(
            without_site("The Paper: x - The story - thepaper.com", None),
            "The Paper: x - The story"
        );
        assert_eq!(
            without_site("Paper | The long story", Some("Paper")),
            "The long story"
        );
        assert_eq!(
            without_site("Left - and right", Some("Paper")),
            "Left - and right"
        );
    }

    #[test]
    fn a_kicker_before_the_headline_is_left_away() {
        let html = "<title>Rain floods the old town - Paper</title>
            <h1><span>Weather</span> Rain floods the old town</h1><p>It rained.</p>";
        let found = crate::extract(html, None).unwrap();
        assert_eq!(found.headline.as_deref(), Some("Rain floods the old town"));
    }
}
