//! Where on a page the story's own metadata stands, and where that of others.
//!
//! [`super::author`] and [`super::published`] look beside the headline first,
//! and not at all at what is printed in comments, sidebars and footers. A name
//! such as "sidebar" on an element that holds the headline itself is one about
//! the layout of the page, and says nothing.

use cuttings_html::Tag;

use crate::page::{Line, Page};
use crate::phrases::fold;
use crate::traits::Traits;

/// The heading that shows the headline: of any level where its words are those,
/// else the first of the first level.
pub fn heading_of(page: &Page<'_>, headline: Option<&str>) -> Option<usize> {
    let headline = headline.map(fold).unwrap_or_default();
    let all =
        |level: fn(Tag) -> bool| (0..page.nodes.len()).filter(move |at| level(page.node(*at).tag));
    let is_it = |at: &usize| !headline.is_empty() && fold(&page.text_in(*at)) == headline;
    let holds_it = |at: &usize| headline.len() > 12 && fold(&page.text_in(*at)).contains(&headline);
    all(|tag| tag == Tag::H1)
        .find(is_it)
        .or_else(|| all(|tag| tag == Tag::H1).find(holds_it))
        .or_else(|| {
            all(|tag| matches!(tag, Tag::H2 | Tag::H3))
                .take(40)
                .find(is_it)
        })
        .or_else(|| all(|tag| tag == Tag::H1).next())
}

/// Whether an element stands in a part of the page that is about something
/// else. `heading` is that of the story.
pub fn is_elsewhere(page: &Page<'_>, index: usize, heading: Option<usize>) -> bool {
    around(page, index, heading).any(|at| {
        let node = page.node(at);
        node.traits
            .has(Traits::COMMENTS | Traits::RELATED | Traits::SIDEBAR)
            || matches!(node.tag, Tag::Aside | Tag::Footer | Tag::Nav)
    })
}

/// Whether an element stands among comments or teasers.
pub fn is_of_others(page: &Page<'_>, index: usize, heading: Option<usize>) -> bool {
    around(page, index, heading).any(|at| {
        let node = page.node(at);
        node.traits.has(Traits::COMMENTS | Traits::RELATED) || node.tag == Tag::Nav
    })
}

/// Whether a piece of text in a line passes a test. It costs less than putting
/// the line together, which is only done for lines that pass.
pub fn has_text(page: &Page<'_>, line: &Line, test: impl Fn(&str) -> bool) -> bool {
    page.nodes[line.start as usize..line.end as usize]
        .iter()
        .any(|node| node.tag == Tag::None && test(page.doc.text(node.id)))
}

/// Whether there is a digit of any script in a text.
pub fn has_digit(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
        || (!text.is_ascii() && text.chars().any(char::is_numeric))
}

/// The element and those around it, up to the one that holds the headline too.
fn around<'p>(
    page: &'p Page<'_>,
    index: usize,
    heading: Option<usize>,
) -> impl Iterator<Item = usize> + 'p {
    page.upward(index).take_while(move |at| {
        page.node(*at).tag != Tag::Body
            && !heading.is_some_and(|heading| heading != *at && page.is_inside(heading, *at))
    })
}
