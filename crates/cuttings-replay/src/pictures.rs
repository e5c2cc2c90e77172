//! Where a picture on a page may be had: all its addresses, the best first.
//!
//! Pages name a picture in several sizes and formats, and often hide it from
//! browsers until a script has looked where the reader is. No script will look
//! here, so a hidden address goes before the shown one.

use cuttings_html::srcset::candidates;
use cuttings_html::{Attr, Document, NodeId, Tag};

use crate::media;

/// Attributes in which scripts look for a picture's address.
const LAZY: &[&str] = &[
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazy",
    "data-hi-res-src",
    "data-full-src",
];
const LAZY_SETS: &[&str] = &["data-srcset", "data-lazy-srcset", "data-lazyset"];
/// Most children of a `picture` that are looked at.
const MAX_SOURCES: usize = 50;
/// Formats no current browser shows everywhere.
const NOT_SHOWN: &[&str] = &["image/jxl", "image/heic", "image/heif", "image/jp2"];

/// The addresses of an `img`, as they are written.
pub fn of_image(document: &Document, img: NodeId) -> Vec<&str> {
    let mut found = Vec::new();
    let parent = document.parent(img);
    if let Some(picture) = parent.filter(|parent| document.tag(*parent) == Tag::Picture) {
        for source in document.children(picture).take(MAX_SOURCES) {
            if source == img {
                break;
            }
            if document.tag(source) == Tag::Source && may_be_shown(document, source) {
                add_sets(document, source, &mut found);
            }
        }
    }
    add_sets(document, img, &mut found);
    found.extend(
        LAZY.iter()
            .filter_map(|name| document.attr_named(img, name)),
    );
    found.extend(document.attr(img, Attr::Src));
    found.retain(|address| !address.trim().is_empty());
    found
}

fn add_sets<'d>(document: &'d Document, node: NodeId, found: &mut Vec<&'d str>) {
    let lazy = LAZY_SETS
        .iter()
        .filter_map(|name| document.attr_named(node, name));
    for set in lazy.chain(document.attr(node, Attr::Srcset)) {
        found.extend(candidates(set).iter().map(|one| one.address));
    }
}

fn may_be_shown(document: &Document, source: NodeId) -> bool {
    let kind = document.attr(source, Attr::Type).unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    !NOT_SHOWN.contains(&kind.as_str())
        && document
            .attr(source, Attr::Media)
            .is_none_or(media::may_hold)
}

/// Whether a script would fetch the picture, and the page holds it once more
/// for browsers without script, right after it.
pub fn is_said_again(document: &Document, img: NodeId) -> bool {
    let is_lazy = LAZY
        .iter()
        .chain(LAZY_SETS)
        .any(|name| document.attr_named(img, name).is_some());
    let mut after = std::iter::successors(document.next_sibling(img), |node| {
        document.next_sibling(*node)
    });
    is_lazy
        && after
            .find(|node| document.is_element(*node))
            .is_some_and(|next| {
                document.tag(next) == Tag::Noscript
                    && document
                        .descendants(next)
                        .any(|node| document.tag(node) == Tag::Img)
            })
}

#[cfg(test)]
mod tests {
    use cuttings_html::{Limits, parse};

    use super::*;

    fn of_first(page: &str) -> Vec<String> {
        let document = parse(page, &Limits::default());
        let img = document
            .descendants(document.root())
            .find(|node| document.tag(*node) == Tag::Img)
            .unwrap();
        of_image(&document, img)
            .into_iter()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn hidden_addresses_go_before_the_shown_one() {
        assert_eq!(
            of_first("<img src=grey.gif data-src=a.jpg>"),
            ["a.jpg", "grey.gif"]
        );
        assert_eq!(
            of_first("<img src=s.jpg srcset='s.jpg 300w, l.jpg 1300w'>"),
            ["l.jpg", "s.jpg", "s.jpg"]
        );
    }

    #[test]
    fn the_sources_of_a_picture_are_looked_at_for_a_wide_light_window() {
        assert_eq!(
            of_first(
                "<picture><source media='(max-width:600px)' srcset=phone.jpg>\
                 <source type=image/jxl srcset=new.jxl><source srcset=wide.webp>\
                 <img src=a.jpg></picture>"
            ),
            ["wide.webp", "a.jpg"]
        );
    }
}
