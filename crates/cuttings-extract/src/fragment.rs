//! A piece of HTML that is all story: what a feed says of an entry.
//!
//! The library reads the entries of feeds by it. Nothing is left out as
//! boilerplate, since nothing stands around it; the rest is as for a page: text
//! in blocks, safe HTML, addresses made absolute.

use cuttings_html::Limits;
use url::Url;

use crate::lines::{self, Surroundings};
use crate::page::Page;
use crate::pictures::{self, Addresses};
use crate::{SafeHtml, rules, write};

/// What [`fragment`] made of a piece of HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragment {
    /// The text, blocks joined by a blank line.
    pub text: String,
    /// The text with its structure, links and pictures.
    pub html: SafeHtml,
}

/// Reads a piece of HTML whole.
///
/// - `html`: any markup; a tree that goes too deep is cut.
/// - `base`: what its addresses are relative to.
///
/// ```
/// let base = url::Url::parse("https://courier.example/news/")?;
/// let read = cuttings_extract::fragment("<p>It <a href=rain>rained</a>.<script>x()</script>", Some(&base));
/// assert_eq!(read.text, "It rained.");
/// assert!(read.html.as_str().contains("href=\"https://courier.example/news/rain\""));
/// # Ok::<(), url::ParseError>(())
/// ```
pub fn fragment(html: &str, base: Option<&Url>) -> Fragment {
    let document = cuttings_html::parse(html, &Limits::default());
    let page = Page::lay(&document);
    let around = Surroundings {
        headline: None,
        dek: None,
        authors: &[],
        captions: pictures::captions(&page),
        is_discussion: false,
        is_story: false,
    };
    let mut lines = lines::judge(&page, page.body, &around);
    rules::keep_all(&mut lines);
    let written = write::write(
        &page,
        page.body,
        &lines,
        &[],
        &Addresses::new(base.cloned()),
    );
    Fragment {
        html: SafeHtml::sanitize(&written.html),
        text: written.text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_be_read_is_kept_and_nothing_else() {
        let base = Url::parse("https://courier.example/news/").unwrap();
        let read = fragment(
            "<p>Read more: <a href='javascript:alert(1)'>here</a></p>\
             <img src=/river.jpg alt='The river'><ul><li>One<li>Two</ul>\
             <iframe src=x></iframe><p onclick=x()>Share this</p>",
            Some(&base),
        );
        assert!(read.text.contains("Share this"), "{read:?}");
        assert!(read.text.contains("One"), "{read:?}");
        let html = read.html.as_str();
        assert!(
            html.contains("src=\"https://courier.example/river.jpg\""),
            "{html}"
        );
        for dangerous in ["javascript", "onclick", "iframe"] {
            assert!(!html.contains(dangerous), "{html}");
        }
    }

    #[test]
    fn bare_text_and_nothing_are_read() {
        assert_eq!(
            fragment("It rained & it <3 rained", None).text,
            "It rained & it <3 rained"
        );
        assert_eq!(fragment("", None), Fragment::default());
        assert_eq!(fragment("<p> </p>", None).text, "");
    }
}
