//! The pictures of a story, with what is printed below them.
//!
//! [`crate::write`] places them; [`crate::extract`] lists them. Pages hide the
//! address of a picture in many attributes, because scripts load it late, and in
//! many sizes; the most useful one that can be read without a script is taken.

use std::collections::HashSet;

use cuttings_html::srcset::{Candidate, Size, candidates};
use cuttings_html::{Attr, Tag};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::page::{Page, is_block};
use crate::phrases::{fold, is_label};
use crate::traits::Traits;

/// A picture of the story.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Absolute address.
    pub src: String,
    /// Alternative text.
    pub alt: Option<String>,
    /// What is printed below it, without the credit.
    pub caption: Option<String>,
    /// Who made it.
    pub credit: Option<String>,
    /// In pixels, as the page declares it.
    pub width: Option<u32>,
    /// In pixels, as the page declares it.
    pub height: Option<u32>,
}

/// Declared sides below this many pixels are icons and trackers.
const MIN_SIDE: u32 = 60;

/// Resolves addresses against the page's own.
pub struct Addresses {
    base: Option<Url>,
}

impl Addresses {
    /// Takes the address links are relative to, where there is one.
    pub fn new(base: Option<Url>) -> Self {
        Self { base }
    }

    /// An absolute `http`, `https` or `mailto` address.
    pub fn absolute(&self, address: &str) -> Option<String> {
        let address = address.trim();
        if address.is_empty() {
            return None;
        }
        let url = match &self.base {
            Some(base) => base.join(address).ok()?,
            None => Url::parse(address).ok()?,
        };
        matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.to_string())
    }

    /// The name of a place on the page itself that an address leads to.
    pub fn own_fragment<'a>(&self, address: &'a str) -> Option<&'a str> {
        let (page, name) = address.trim().split_once('#')?;
        let is_own = page.is_empty()
            || self.base.as_ref().is_some_and(|base| {
                base.join(page).is_ok_and(|page| {
                    page.as_str() == base.as_str().split('#').next().unwrap_or_default()
                })
            });
        (is_own && !name.is_empty()).then_some(name)
    }

    /// An absolute `http` or `https` address.
    pub fn web(&self, address: &str) -> Option<String> {
        self.absolute(address).filter(|url| url.starts_with("http"))
    }
}

/// Captions of the whole page, folded, so that they are not taken for text.
pub fn captions(page: &Page<'_>) -> HashSet<String> {
    let mut found = HashSet::new();
    for (index, node) in page.nodes.iter().enumerate() {
        if node.tag == Tag::Figcaption
            || (node.traits.has(Traits::CAPTION) && page.lines_in(index).len() <= 3)
        {
            let text = fold(&page.text_in(index));
            if text.len() > 3 {
                found.insert(text);
            }
        }
    }
    found
}

/// Reads the picture at `index`: an `img` or an `amp-img`. `None` when it has no address or is too small to be of the story.
pub fn read(page: &Page<'_>, index: usize, addresses: &Addresses) -> Option<Picture> {
    let node = page.node(index);
    if node.tag == Tag::Noscript {
        return None;
    }
    let number = |attr| {
        page.attr(index, attr)
            .and_then(|value| value.trim_end_matches("px").parse::<u32>().ok())
    };
    let (width, height) = (number(Attr::Width), number(Attr::Height));
    if width.is_some_and(|side| side < MIN_SIDE) || height.is_some_and(|side| side < MIN_SIDE) {
        return None;
    }
    // The shape of banners.
    if let (Some(width), Some(height)) = (width, height)
        && height <= 120
        && width >= 5 * height
    {
        return None;
    }
    let src = address(page, index)
        .or_else(|| address(page, without_script(page, index)?))
        .and_then(|address| addresses.web(address))?;
    if is_decoration(&src) {
        return None;
    }
    let alt = page
        .attr(index, Attr::Alt)
        .map(str::trim)
        .filter(|alt| !alt.is_empty())
        .map(str::to_owned);
    let mut picture = Picture {
        src,
        alt,
        width,
        height,
        ..Picture::default()
    };
    if let Some(frame) = frame(page, index) {
        read_caption(page, frame, &mut picture);
    }
    Some(picture)
}

/// The `figure`, or what stands for one, around a picture.
pub fn frame(page: &Page<'_>, index: usize) -> Option<usize> {
    let mut named = None;
    for at in page.upward(index).skip(1).take(7) {
        let node = page.node(at);
        if node.tag == Tag::Figure {
            return Some(at);
        }
        if matches!(
            node.tag,
            Tag::Body | Tag::Article | Tag::Main | Tag::Section
        ) {
            break;
        }
        if named.is_none() && page.lines_in(at).len() <= 4 && caption_in(page, at).is_some() {
            named = Some(at);
        }
    }
    named
}

fn caption_in(page: &Page<'_>, frame: usize) -> Option<usize> {
    let range = frame + 1..page.node(frame).end as usize;
    range
        .clone()
        .find(|at| page.node(*at).tag == Tag::Figcaption)
        .or_else(|| {
            range.into_iter().find(|at| {
                let node = page.node(*at);
                node.traits.has(Traits::CAPTION) && node.tag != Tag::Img && node.tag != Tag::None
            })
        })
        .or_else(|| {
            let first = page.lines[page.lines_in(frame)].first()?;
            is_box(page, frame).then_some(first.block as usize)
        })
}

/// Whether an element is named as the box of a picture, and holds one with at
/// most a caption and a credit below it.
pub fn is_box(page: &Page<'_>, index: usize) -> bool {
    let node = page.node(index);
    node.traits.has(Traits::PICTURE)
        && is_block(node.tag)
        && (1..=2).contains(&page.lines_in(index).len())
        && page.lines[page.lines_in(index)]
            .iter()
            .all(|line| line.start < node.end && line.size <= 400)
        && {
            let first = page.lines[page.lines_in(index).start].start as usize;
            let is_heading = |at: usize| {
                matches!(
                    page.node(at).tag,
                    Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6
                )
            };
            (index..first).any(|at| page.node(at).tag == Tag::Img)
                && !(index..node.end as usize).any(is_heading)
        }
}

fn read_caption(page: &Page<'_>, frame: usize, picture: &mut Picture) {
    let Some(caption) = caption_in(page, frame) else {
        return;
    };
    let end = page.node(caption).end as usize;
    let credit = (caption + 1..page.node(frame).end as usize)
        .find(|at| page.node(*at).traits.has(Traits::CREDIT) && page.node(*at).tag != Tag::None);
    let mut text = page.text_in(caption);
    if let Some(at) = credit {
        let credit = page.text_in(at);
        if at < end
            && let Some(place) = text.rfind(&credit)
        {
            text.truncate(place);
        }
        picture.credit = Some(credit).filter(|credit| !credit.is_empty());
    }
    let mut text = text.trim();
    if picture.credit.is_none()
        && let Some((caption, credit)) = split_credit(text)
    {
        picture.credit = Some(credit.to_owned());
        text = caption;
    }
    if !is_label(text) {
        picture.caption = Some(text.to_owned());
    }
}

/// How the credit at the end of a caption begins.
const CREDIT_MARKS: &[&str] = &[
    "©",
    "Photo:",
    "Photograph:",
    "Photo by ",
    "Foto:",
    "Fotos:",
    "Picture:",
    "Image:",
    "Credit:",
    "Bild:",
    "Fotografía:",
    "Photo credit:",
    "Source:",
    "Quelle:",
    "摄影：",
    "写真：",
    "写真提供：",
    "تصوير:",
];

/// The longest credit that is told from its caption by such a mark, in bytes.
const MOST_CREDIT_BYTES: usize = 100;

/// A caption that ends with a credit, as the two.
fn split_credit(text: &str) -> Option<(&str, &str)> {
    let at = CREDIT_MARKS
        .iter()
        .filter_map(|mark| text.rfind(mark))
        .filter(|at| {
            text[..*at]
                .chars()
                .next_back()
                .is_none_or(|before| !before.is_alphanumeric())
        })
        .min_by_key(|at| text.len() - at)?;
    let (caption, credit) = text.split_at(at);
    let caption = caption.trim_end_matches(|c: char| c.is_whitespace() || "([|/–—-•".contains(c));
    let credit = if text[..at].ends_with(['(', '[']) {
        credit.trim_end_matches([')', ']'])
    } else {
        credit
    };
    (credit.len() <= MOST_CREDIT_BYTES).then_some((caption, credit.trim()))
}

fn address<'d>(page: &Page<'d>, index: usize) -> Option<&'d str> {
    let usable = |value: &&str| {
        let value = value.trim();
        !value.is_empty()
            && !value.starts_with("data:")
            && !value.starts_with("blob:")
            && !is_placeholder(value)
    };
    let plain = [
        Attr::DataSrc,
        Attr::DataOriginal,
        Attr::DataLazySrc,
        Attr::DataUrl,
        Attr::Src,
    ];
    let plain = plain
        .into_iter()
        .filter_map(|attr| page.attr(index, attr))
        .find(|value| usable(value));
    // A set says how large its pictures are; an address alone may be a blurred
    // stand-in, or the size of a print.
    let sets = [Attr::DataSrcset, Attr::DataLazySrcset, Attr::Srcset];
    let best = sets
        .into_iter()
        .filter_map(|attr| page.attr(index, attr))
        .find_map(|set| most_useful(set, usable));
    match (best, plain) {
        (Some(best), Some(plain)) if is_narrow(best.size) => return Some(plain),
        (Some(best), _) => return Some(best.address),
        (None, Some(plain)) => return Some(plain),
        (None, None) => {}
    }
    let parent = page.node(index).parent as usize;
    if page.node(parent).tag == Tag::Picture {
        for at in parent + 1..page.node(parent).end as usize {
            if page.node(at).tag == Tag::Source {
                for attr in [Attr::Srcset, Attr::DataSrcset] {
                    if let Some(best) = page.attr(at, attr).and_then(|set| most_useful(set, usable))
                    {
                        return Some(best.address);
                    }
                }
            }
        }
    }
    None
}

/// The same picture once more, for browsers without script: in a `noscript` right
/// after it.
fn without_script(page: &Page<'_>, index: usize) -> Option<usize> {
    let end = page.node(page.node(index).parent as usize).end as usize;
    let after = (page.node(index).end as usize..end).find(|at| page.node(*at).tag != Tag::None)?;
    let is_fallback = page.node(after).tag == Tag::Noscript;
    (after + 1..page.node(after).end as usize)
        .find(|at| is_fallback && page.node(*at).tag == Tag::Img)
}

fn is_placeholder(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    [
        "placeholder",
        "blank.gif",
        "spacer.gif",
        "transparent.",
        "1x1.",
        "pixel.gif",
        "grey.gif",
        "lazyload.",
        "loading.gif",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

fn is_decoration(address: &str) -> bool {
    let path = address
        .split(['?', '#'])
        .next()
        .unwrap_or(address)
        .to_ascii_lowercase();
    path.rsplit('.').next() == Some("svg")
        || [
            "/pixel",
            "gravatar.com",
            "/emoji/",
            "/smilies/",
            "/icons/",
            "doubleclick",
            "/beacon",
            "/avatar",
        ]
        .iter()
        .any(|word| path.contains(word))
}

/// The most useful candidate of a `srcset` that can be used.
fn most_useful(srcset: &str, usable: impl Fn(&&str) -> bool) -> Option<Candidate<'_>> {
    candidates(srcset)
        .into_iter()
        .find(|candidate| usable(&candidate.address))
}

/// Whether the best of a set is smaller than a column of text, so that what the
/// page names beside it is likely to be larger.
fn is_narrow(size: Size) -> bool {
    match size {
        Size::Width(width) => width < 480.0,
        Size::Density(density) => density <= 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_at_the_end_of_a_caption_is_told_from_it() {
        assert_eq!(
            split_credit("The gate at noon (Photo: A. Reyes)"),
            Some(("The gate at noon", "Photo: A. Reyes"))
        );
        assert_eq!(
            split_credit("The gate. © A. Reyes/Courier"),
            Some(("The gate.", "© A. Reyes/Courier"))
        );
        assert_eq!(split_credit("A photo by the gate shows the king."), None);
        let long = format!("Photo: {}", "a long story about the gate ".repeat(8));
        assert_eq!(split_credit(&long), None);
    }

    #[test]
    fn an_address_without_a_base_must_be_absolute() {
        let none = Addresses::new(None);
        assert_eq!(none.web("a.jpg"), None);
        assert_eq!(
            none.web("https://a.example/b").as_deref(),
            Some("https://a.example/b")
        );
        assert_eq!(none.absolute("javascript:alert(1)"), None);
    }
}
