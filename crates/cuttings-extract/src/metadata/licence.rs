//! The licence a page shows by a link to Creative Commons.
//!
//! [`super::gather`] asks when nothing declares one (`rel="license"` and the
//! like). A page may link to licences of its pictures or write about them; so a
//! link counts only where nothing else on the page names another licence, and
//! where it is a badge or stands in a line that speaks of licensing.

use cuttings_html::{Attr, Tag};

use crate::page::Page;
use crate::traits::Traits;

/// How lines say that something is licensed, lower case.
const WORDS: &[&str] = &[
    "licen",
    "lizenz",
    "unless otherwise",
    "cc by",
    "cc-by",
    "cc0",
    "public domain",
    "creative commons",
];

/// The longest line that can be a note on the licence, in letters and spaces.
const LONGEST_NOTE: u32 = 400;

/// The address of the licence the page shows for itself.
pub fn shown(page: &Page<'_>) -> Option<String> {
    let mut found: Option<(&str, &str)> = None;
    let mut is_clear = false;
    for at in 0..page.nodes.len() {
        if page.node(at).tag != Tag::A {
            continue;
        }
        let Some((name, address)) = page
            .attr(at, Attr::Href)
            .map(str::trim)
            .and_then(|address| Some((licence_name(address)?, address)))
        else {
            continue;
        };
        if is_for_a_part(page, at) {
            continue;
        }
        if found.is_some_and(|(other, _)| other != name) {
            return None;
        }
        found.get_or_insert((name, address));
        is_clear |= is_badge(page, at) || is_note(page, at);
    }
    found
        .filter(|_| is_clear)
        .map(|(_, address)| address.to_owned())
}

/// `by-sa/4.0` of an address of a licence.
fn licence_name(address: &str) -> Option<&str> {
    const SITE: &str = "creativecommons.org/";
    // Splitting costs a set-up that hardly any address is worth.
    if !address.contains(SITE) {
        return None;
    }
    let (_, path) = address.split_once(SITE)?;
    let name = path
        .strip_prefix("licenses/")
        .or_else(|| path.strip_prefix("publicdomain/"))?;
    let name = name.split(['?', '#']).next()?;
    let version = name
        .match_indices('/')
        .nth(1)
        .map_or(name.len(), |(at, _)| at);
    let name = name[..version].trim_end_matches('/');
    (!name.is_empty()).then_some(name)
}

/// Whether a link stands with a picture, in a comment, or with another story.
fn is_for_a_part(page: &Page<'_>, index: usize) -> bool {
    page.upward(index).any(|at| {
        let node = page.node(at);
        matches!(node.tag, Tag::Figure | Tag::Figcaption)
            || (node.tag != Tag::Body
                && node.traits.has(
                    Traits::CAPTION
                        | Traits::CREDIT
                        | Traits::COMMENTS
                        | Traits::RELATED
                        | Traits::GALLERY,
                ))
    })
}

/// Whether a link is only a picture.
fn is_badge(page: &Page<'_>, index: usize) -> bool {
    page.text_in(index).is_empty()
        && (index + 1..page.node(index).end as usize).any(|at| page.node(at).tag == Tag::Img)
}

/// Whether a link stands in a short line that speaks of licensing.
fn is_note(page: &Page<'_>, index: usize) -> bool {
    let inside = index..page.node(index).end as usize;
    page.lines
        .iter()
        .filter(|line| {
            let line = line.start as usize..line.end as usize;
            inside.contains(&line.start) || line.contains(&index)
        })
        .any(|line| {
            line.size <= LONGEST_NOTE && {
                let text = page.line_text(line).to_lowercase();
                WORDS.iter().any(|word| text.contains(word))
            }
        })
}

#[cfg(test)]
mod tests {
    fn licence(body: &str) -> Option<String> {
        let html = format!("<h1>Rain</h1><p>It rained for a third day.</p>{body}");
        crate::extract(&html, None).unwrap().licence
    }

    const BY: &str = "https://creativecommons.org/licenses/by/4.0/";

    #[test]
    fn a_note_or_a_badge_with_a_link_licenses_the_page() {
        for body in [
            format!("<footer><p>Text under the licence <a href='{BY}'>CC BY 4.0</a>.</p></footer>"),
            format!("<a href='{BY}'><img src=/by.png></a>"),
            format!("<p><a href='{BY}deed.de'>Creative Commons</a></p>"),
        ] {
            let found = licence(&body).unwrap_or_default();
            assert!(found.starts_with(BY), "{body}: {found}");
        }
    }

    #[test]
    fn a_licence_of_a_picture_or_one_of_several_is_not_that_of_the_page() {
        for body in [
            format!(
                "<figure><img src=/a.png><figcaption>Licence <a href='{BY}'>CC BY</a></figcaption></figure>"
            ),
            format!(
                "<p>Licences: <a href='{BY}'>CC BY</a>, <a href='https://creativecommons.org/licenses/by-sa/4.0/'>CC BY-SA</a></p>"
            ),
            format!("<p>The group met <a href='{BY}'>its lawyers</a> again.</p>"),
            "<p>Licence: <a href='https://creativecommons.org/about'>more</a></p>".to_owned(),
        ] {
            assert_eq!(licence(&body), None, "{body}");
        }
    }
}
