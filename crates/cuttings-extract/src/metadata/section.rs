//! The part of the outlet a story ran in, where only the page shows it.
//!
//! [`super::gather`] asks when nothing declared names one. A link that says that
//! it leads to the story's category comes first, then the path of links above
//! the headline ("Home › Town › Harbour"), then a single link beside the headline
//! to a part of the site that the story's own address lies in. A word above the
//! headline that leads nowhere is as often its topic, and is not taken.

use cuttings_html::{Attr, Tag};
use url::Url;

use super::place;
use crate::page::Page;
use crate::phrases::same_words;

/// The longest name of a section, in characters.
const LONGEST: usize = 40;
/// How far above the headline, in nodes, a link to the section stands.
const NEAR: usize = 40;

/// The section the page shows. `heading` is that of the story.
pub fn shown(
    page: &Page<'_>,
    heading: Option<usize>,
    headline: Option<&str>,
    base: Option<&Url>,
) -> Option<String> {
    let heading = heading?;
    let end = page.node(heading).end as usize;
    let last = (end + NEAR).min(page.nodes.len());
    let links: Vec<usize> = (page.body..last)
        .filter(|at| page.node(*at).tag == Tag::A && page.attr(*at, Attr::Href).is_some())
        .collect();
    let name = |at: usize| {
        let text = page.text_in(at);
        let length = text.chars().count();
        let is_name = (2..=LONGEST).contains(&length)
            && text.chars().any(char::is_alphabetic)
            && !text.chars().any(|c| c.is_ascii_digit())
            && !headline.is_some_and(|headline| same_words(headline, &text));
        is_name.then_some(text)
    };
    let is_category = |at: &usize| {
        page.attr(*at, Attr::Rel)
            .is_some_and(|rel| rel.split_whitespace().any(|word| word == "category"))
            && !place::is_of_others(page, *at, Some(heading))
    };
    let in_path = |at: &usize| {
        *at < heading
            && !leads_home(page.attr(*at, Attr::Href).unwrap_or(""), base)
            && page.upward(*at).take(6).any(|around| is_path(page, around))
    };
    let is_around = |at: &usize| {
        at.abs_diff(heading) <= NEAR
            && !page.is_inside(*at, heading)
            && page
                .attr(*at, Attr::Href)
                .is_some_and(|to| holds_the_page(to, base))
            && !place::is_elsewhere(page, *at, Some(heading))
    };
    links
        .iter()
        .filter(|at| is_category(at))
        .find_map(|at| name(*at))
        .or_else(|| {
            links
                .iter()
                .rev()
                .filter(|at| in_path(at))
                .find_map(|at| name(*at))
        })
        .or_else(|| {
            links
                .iter()
                .filter(|at| is_around(at))
                .find_map(|at| name(*at))
        })
}

/// Whether an element holds the path of links to the page.
fn is_path(page: &Page<'_>, index: usize) -> bool {
    let names = |value: &str| {
        let value = value.to_ascii_lowercase();
        value.contains("breadcrumb") || value.contains("bread-crumb")
    };
    [Attr::Class, Attr::Id, Attr::Itemtype, Attr::AriaLabel]
        .into_iter()
        .any(|attribute| page.attr(index, attribute).is_some_and(names))
}

fn path_of(address: &str, base: Option<&Url>) -> Option<(Url, String)> {
    let url = base?.join(address).ok()?;
    let path = url.path().trim_end_matches('/').to_owned();
    Some((url, path))
}

/// Whether a link leads to the front page, of the site or in one language.
fn leads_home(address: &str, base: Option<&Url>) -> bool {
    match path_of(address, base) {
        Some((_, path)) => path.len() <= 3 || path.starts_with("/index."),
        None => address == "/",
    }
}

/// Whether the page's address lies below that of a link on the same site.
fn holds_the_page(address: &str, base: Option<&Url>) -> bool {
    path_of(address, base).is_some_and(|(url, path)| {
        base.is_some_and(|base| {
            url.host() == base.host()
                && url.query().is_none()
                && path.len() > 3
                && base
                    .path()
                    .strip_prefix(path.as_str())
                    .is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'))
        })
    })
}
