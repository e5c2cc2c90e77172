//! HTML in, article out: text, safe HTML, metadata.
//!
//! # Start here
//!
//! [`extract`] is the whole of it. It wants the page as text (`cuttings-html`
//! decodes bytes) and the address it was read from, and gives an
//! [`Extraction`]:
//!
//! ```
//! let page = "<title>Rain - The Courier</title><article><h1>Rain</h1>
//!     <p>It rained for a third day, and the river rose over its banks.</p>
//!     <p>Nobody was hurt, said the <a href=/mayor>mayor</a>, who had come by boat.</p></article>";
//! let address = url::Url::parse("https://courier.example/rain")?;
//! let found = cuttings_extract::extract(page, Some(&address))?;
//!
//! assert_eq!(found.headline.as_deref(), Some("Rain"));
//! // For search and counting: blocks, a blank line between them.
//! assert_eq!(found.text.split("\n\n").count(), 2);
//! // For showing: only listed elements and attributes, links absolute.
//! assert!(found.html.as_str().contains("href=\"https://courier.example/mayor\""));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A page that is no article is no error. It says why, and a text that would be
//! wrong is not given:
//!
//! ```
//! let page = "<title>404 Not found</title><h1>Not found</h1><p>There is no such page.</p>";
//! let found = cuttings_extract::extract(page, None)?;
//! let reason = found.no_article.expect("an error page is no article");
//! assert_eq!(reason.reason(), "error_page");
//! assert!(found.text.is_empty());
//! # Ok::<(), cuttings_extract::ExtractError>(())
//! ```
//!
//! | For | there is |
//! |---|---|
//! | a site that is read wrongly | [`rules`], [`extract_with`] |
//! | a story that stands on several pages | [`Extraction::join`] |
//! | knowing why a paragraph is kept or dropped | [`explain`], [`explain_with`] |
//! | a piece of HTML that is all story | [`fragment()`] |
//! | a Markdown file | [`markdown`] |
//! | showing HTML from elsewhere, and pictures from a copy | [`SafeHtml`] |
//!
//! `examples/` has programs to start from: `page` prints what is found in a
//! file, `folder` reads many files on all cores, `rule` mends a site.
//!
//! # What holds
//!
//! - Pure: equal input gives equal output; no socket, clock, file or database
//!   is touched, but for [`rules::Rules::read_folder`].
//! - No page makes it panic, or run longer than its length allows. Pages over
//!   [`MAX_HTML_BYTES`] are refused, trees are cut at a depth.
//! - Memory stays below 100 times the page and 64 KiB, mostly far below: 10 to
//!   25 times for an article. A page that makes the parser open formatting
//!   again, as `<b>` left open does in each new paragraph, gets a tree larger
//!   than its text; since trees end at 300,000 nodes, it and every other page
//!   stay below 16 times the page and 160 MiB. `tests/memory` holds both.
//! - The HTML holds only [`ALLOWED_ELEMENTS`], [`ALLOWED_ATTRIBUTES`] and
//!   [`ALLOWED_CLASSES`].
//!
//! # Versions
//!
//! The crate follows semantic versioning: what is public here, but for what is
//! hidden from this documentation, changes only with the major version (the
//! minor one below 1.0). Two things are not part of that promise. *What* is
//! found on a page gets better with any version; [`EXTRACTOR_VERSION`] goes up
//! when it changes. And enums marked `non_exhaustive`, as well as the JSON
//! made of an [`Extraction`], may gain members.
//!
//! # How it works
//!
//! In order: `page` lays the tree flat; [`metadata`] reads what is printed
//! around the story; `prune` takes out what is called something else; `score`
//! finds where the story is; `lines` decides on each line in it; `wall` says
//! when there is no article; `write` writes what is kept.

#[doc(hidden)]
pub mod metadata;
pub mod rules;
pub mod xpath;

mod disclaimers;
mod fragment;
mod join;
mod letters;
mod lines;
mod lines_edges;
mod markdown;
pub mod marks;
mod notes;
mod orderly;
mod page;
mod phrases;
mod pictures;
mod prune;
mod pull_quotes;
mod safe;
mod score;
mod shape;
mod streamed;
mod traits;
mod wall;
mod write;

use cuttings_html::{Limits, Tag};
use serde::{Deserialize, Serialize};
use url::Url;

pub use fragment::{Fragment, fragment};
pub use markdown::markdown;
pub use metadata::byline::authors;
pub use metadata::language::Direction;
pub use metadata::source::{Source, Sources};
pub use pictures::Picture;
pub use safe::{ALLOWED_ATTRIBUTES, ALLOWED_CLASSES, ALLOWED_ELEMENTS, SafeHtml};
pub use wall::{Access, NoArticle};

use crate::lines::Surroundings;
use crate::metadata::{Head, language};
use crate::page::Page;
use crate::pictures::Addresses;
use crate::prune::Prose;
use crate::rules::{OtherPages, SiteRule, Story};
use crate::shape::{Claim, Discussion, Shape};

/// Goes up when the same page would give another extraction, so that what was
/// kept can be made anew.
pub const EXTRACTOR_VERSION: u32 = 3;

/// The longest page that is read, in bytes: 20 MiB.
pub const MAX_HTML_BYTES: usize = 20 * 1024 * 1024;

/// Why nothing could be extracted. A poor page is no error.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ExtractError {
    /// The page is over [`MAX_HTML_BYTES`]; nothing of it was parsed.
    #[error("the page has {bytes} bytes and at most {limit} are read")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
}

/// An article, as it was found on its page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extraction {
    /// The story's own headline, without the name of the site.
    pub headline: Option<String>,
    /// The line under the headline.
    pub dek: Option<String>,
    /// Who wrote it, as printed or declared.
    pub byline: Option<String>,
    /// The people in the byline, in order.
    pub authors: Vec<String>,
    /// RFC 3339: a date-time where the page gives time and offset, else a
    /// full date.
    pub published: Option<String>,
    /// The same for the last change.
    pub modified: Option<String>,
    /// The name of the outlet.
    pub publication: Option<String>,
    /// The part of the outlet it ran in.
    pub section: Option<String>,
    /// A BCP 47 tag, declared or recognised.
    pub language: Option<String>,
    /// The direction the text is read in.
    pub direction: Direction,
    /// The address the page gives itself.
    pub canonical_url: Option<Url>,
    /// Absolute address of the page's AMP version.
    pub amp_url: Option<String>,
    /// The licence the page declares: an absolute address, else its name.
    pub licence: Option<String>,
    /// Absolute address of the picture the page puts first.
    pub lead_image: Option<String>,
    /// The story, blocks joined by a blank line. Headline, dek, byline, date
    /// and captions are not in it.
    pub text: String,
    /// The story with its structure and pictures. Blocks have ids `b1`, `b2` …
    pub html: SafeHtml,
    /// The pictures of the story, in order.
    pub images: Vec<Picture>,
    /// Words in `text`.
    pub word_count: usize,
    /// Who may read it on the outlet's page.
    pub access: Access,
    /// From which place on the page each field above was taken.
    pub sources: Sources,
    /// Why there is no article, if there is none. After a paywall or on a
    /// front page, `text` holds what could be read all the same.
    pub no_article: Option<NoArticle>,
    /// What the reader of this extraction should know.
    pub warnings: Vec<String>,
    /// Where else the story stands, if the site's rule says so.
    #[serde(default, skip_serializing_if = "OtherPages::is_empty")]
    pub other_pages: OtherPages,
}

/// Finds the article on a page, and the metadata printed around it.
///
/// - `html`: the page as UTF-8 text, at most [`MAX_HTML_BYTES`] bytes.
/// - `base`: the address it was read from, after redirects. Relative links in
///   the result are made absolute against it; without it, against the address
///   the page gives itself, and where there is none they are left out.
///
/// Equal input gives equal output: no socket, clock or database is touched.
///
/// # Errors
///
/// [`ExtractError::TooLarge`] when `html` is over the limit. Nothing is parsed.
///
/// ```
/// let page = "<title>Rain</title><article><h1>Rain</h1>
///     <p>It rained for a third day, and the river rose over its banks.</p>
///     <p>Nobody was hurt, said the mayor, who had come by boat.</p></article>";
/// let found = cuttings_extract::extract(page, None)?;
/// assert_eq!(found.headline.as_deref(), Some("Rain"));
/// assert!(found.text.starts_with("It rained"));
/// # Ok::<(), cuttings_extract::ExtractError>(())
/// ```
pub fn extract(html: &str, base: Option<&Url>) -> Result<Extraction, ExtractError> {
    extract_with(html, base, &Options::default())
}

/// How a page is read, besides the ordinary way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'r> {
    /// What the site's rule says ([`rules::Rules::for_host`]).
    pub rule: Option<&'r SiteRule>,
}

/// As [`extract`], by the rule of the page's site if one is given.
///
/// # Errors
///
/// As [`extract`].
pub fn extract_with(
    html: &str,
    base: Option<&Url>,
    options: &Options<'_>,
) -> Result<Extraction, ExtractError> {
    read(html, base, *options, &mut |_| {})
}

/// What [`extract`] does with each part of a page, as lines of text for
/// somebody who wants to know why a paragraph is kept or dropped.
///
/// # Errors
///
/// As [`extract`].
pub fn explain(html: &str, base: Option<&Url>) -> Result<String, ExtractError> {
    explain_with(html, base, &Options::default())
}

/// As [`explain`], by the rule of the page's site if one is given. What the
/// rule did comes first.
///
/// # Errors
///
/// As [`extract`].
pub fn explain_with(
    html: &str,
    base: Option<&Url>,
    options: &Options<'_>,
) -> Result<String, ExtractError> {
    let mut steps = String::new();
    let found = read(html, base, *options, &mut |step| {
        step.write(&mut steps);
    })?;
    let mut log = String::new();
    for (field, source) in found.sources.iter() {
        log.push_str(&format!("{field} from {}\n", source.name()));
    }
    log.push_str(&steps);
    Ok(log)
}

/// The state after lines are judged, for [`explain`].
struct Step<'s, 'd> {
    page: &'s Page<'d>,
    root: usize,
    shape: Shape,
    lines: &'s [lines::Candidate],
    /// What the site's rule did.
    by_rule: &'s [String],
}

impl Step<'_, '_> {
    fn write(&self, log: &mut String) {
        use std::fmt::Write as _;
        let name = |at: usize| {
            let node = self.page.node(at);
            let class = self.page.attr(at, cuttings_html::Attr::Class).unwrap_or("");
            let id = self.page.attr(at, cuttings_html::Attr::Id).unwrap_or("");
            format!(
                "<{} class=\"{class}\" id=\"{id}\">",
                self.page.doc.name(node.id)
            )
        };
        let cut = |text: String| text.chars().take(100).collect::<String>();
        // Writing to a string does not fail.
        for line in self.by_rule {
            let _ = writeln!(log, "{line}");
        }
        let _ = writeln!(log, "page read as {:?}", self.shape);
        let mut at = self.page.body;
        while at < self.page.nodes.len() {
            let node = self.page.node(at);
            if let Some(reason) = node.dropped
                && node.tag != Tag::None
            {
                if node.end_line > node.first_line && reason != prune::Reason::Control {
                    let text = cut(self.page.text_in_whole(at));
                    let _ = writeln!(log, "left out as {reason:?}: {} {text}", name(at));
                }
                at = node.end as usize;
            } else {
                at += 1;
            }
        }
        let path: Vec<String> = self.page.upward(self.root).take(6).map(name).collect();
        let _ = writeln!(log, "the story is in {}", path.join(" in "));
        for line in self.lines {
            let fate = line.fate.map_or_else(
                || "kept".to_owned(),
                |reason| format!("dropped as {reason:?}"),
            );
            let _ = writeln!(log, "{fate}, {:?}: {}", line.kind, cut(line.text.clone()));
        }
    }
}

fn read(
    html: &str,
    base: Option<&Url>,
    options: Options<'_>,
    told: &mut dyn FnMut(&Step<'_, '_>),
) -> Result<Extraction, ExtractError> {
    if html.len() > MAX_HTML_BYTES {
        return Err(ExtractError::TooLarge {
            bytes: html.len(),
            limit: MAX_HTML_BYTES,
        });
    }
    let (html, counts) = match options.rule {
        Some(rule) => rules::replace(rule, html),
        None => (html.into(), Vec::new()),
    };
    let doc = cuttings_html::parse(&html, &Limits::default());
    let mut page = Page::lay(&doc);
    let mut head = Head::read(&page);
    if options.rule.is_some_and(SiteRule::skips_linked_data) {
        head.linked_data.clear();
    }
    let mut found = metadata::gather(&page, &head, base);
    let declared = found.canonical.as_deref().and_then(|address| match base {
        Some(base) => base.join(address).ok(),
        None => Url::parse(address).ok(),
    });
    let declared = declared.filter(|url| matches!(url.scheme(), "http" | "https"));
    let own = base.cloned().or_else(|| declared.clone());
    let relative_to = match (&head.base, &own) {
        (Some(given), Some(own)) => own.join(given).ok().or_else(|| Some(own.clone())),
        (Some(given), None) => Url::parse(given).ok(),
        (None, own) => own.clone(),
    };
    let mut applied = options
        .rule
        .map(|rule| rules::apply(rule, &doc, counts, relative_to.as_ref()))
        .unwrap_or_default();
    let addresses = Addresses::new(relative_to);
    found.correct(&mut applied);
    let (access, access_source) = wall::access(&page, found.is_free, found.tier.as_deref());
    let by_rule = options
        .rule
        .map(|rule| applied.told(rule))
        .unwrap_or_default();
    let story_doc;
    let is_chosen = matches!(applied.story, Story::Chosen(_) | Story::None);
    let story = match applied.story {
        Story::Page => None,
        Story::Edited(html) | Story::Chosen(html) => Some(html),
        Story::None => Some(String::new()),
    };
    if let Some(html) = story {
        story_doc = cuttings_html::parse(&html, &Limits::default());
        page = Page::lay(&story_doc);
    }
    let prunes = !is_chosen || options.rule.is_none_or(SiteRule::prunes);

    let prose = Prose::weigh(&page);
    let claim = shape::claim(&found);
    let discussion = if is_chosen {
        Discussion::No
    } else {
        shape::discussion(&page, &found, own.as_ref(), &prose)
    };
    if prunes {
        prune::prune(
            &mut page,
            &prose,
            discussion,
            claim,
            found.headline.as_deref(),
        );
    }
    let narrow = if is_chosen {
        Some(page.body)
    } else {
        let weights = score::weigh(&page, false);
        score::find(&page, &weights, found.headline.as_deref())
    };
    let shape = match discussion {
        Discussion::No if is_chosen => Shape::Story,
        Discussion::No => shape::of(&page, &found, narrow),
        Discussion::OfPosts | Discussion::OfComments => Shape::Discussion,
    };
    if discussion == Discussion::No
        && !is_chosen
        && shape::has_stray_authors(&page, &found, narrow, metadata::is_front(base))
    {
        found.forget_authors();
    }
    let root = if shape == Shape::Story {
        narrow
    } else {
        score::find_wide(&page, &score::weigh(&page, true))
    };
    if let (Shape::Story, Some(root), true) = (shape, root, prunes && claim != Claim::Nothing) {
        prune::prune_teasers(&mut page, root);
        pull_quotes::mark(&mut page, root);
    }
    let captions = pictures::captions(&page);
    let around = Surroundings {
        headline: found.headline.as_deref(),
        dek: found.dek.as_deref(),
        authors: &found.authors,
        captions,
        is_discussion: shape == Shape::Discussion,
        is_story: shape == Shape::Story,
    };
    let mut place = root.unwrap_or(page.body);
    let lead = lead_pictures(&page, place);
    if prunes && shape == Shape::Story {
        place = notes::take_in(&mut page, place);
    }
    let mut lines = lines::judge(&page, place, &around);
    if !prunes {
        rules::keep_all(&mut lines);
    }
    told(&Step {
        page: &page,
        root: place,
        shape,
        lines: &lines,
        by_rule: &by_rule,
    });
    let written = write::write(&page, place, &lines, &lead, &addresses);

    let word_count = write::word_count(&written.text);
    // What a rule chose is the story, as long as there is something in it.
    let is_settled = is_chosen && word_count > 0;
    let no_article = (!is_settled)
        .then(|| {
            wall::judge(
                &page,
                &wall::Evidence {
                    title: head.title.as_deref(),
                    headline: found.headline.as_deref(),
                    words: word_count,
                    access,
                    is_article: found.is_article,
                    has_root_address: own.as_ref().is_some_and(|url| url.path() == "/"),
                    scripts: head.scripts,
                },
            )
        })
        .flatten();
    let (written, word_count) = if no_article.as_ref().is_some_and(NoArticle::hides_text) {
        Default::default()
    } else {
        (written, word_count)
    };
    let mut sources = found.sources;
    sources.access = access_source;
    let language = found.language.or_else(|| {
        let recognised = language::guess(&written.text)?;
        sources.language = Some(Source::StoryText);
        Some(recognised.to_owned())
    });
    let (direction, source) = language::direction(
        head.direction.as_deref(),
        language.as_deref(),
        &written.text,
    );
    sources.direction = source.or(sources.language);
    sources.canonical_url = sources.canonical_url.filter(|_| declared.is_some());
    let amp_url = found
        .amp
        .as_deref()
        .and_then(|address| addresses.web(address));
    sources.amp_url = sources.amp_url.filter(|_| amp_url.is_some());
    let declared_image = found
        .lead_image
        .as_deref()
        .and_then(|address| addresses.web(address));
    if declared_image.is_none() {
        let is_in_story = !written.pictures.is_empty();
        sources.lead_image = is_in_story.then_some(Source::StoryPicture);
    }
    let lead_image =
        declared_image.or_else(|| written.pictures.first().map(|picture| picture.src.clone()));
    Ok(Extraction {
        headline: found.headline,
        dek: found.dek,
        byline: found.byline,
        authors: found.authors,
        published: found.published.map(|stamp| stamp.to_string()),
        modified: found.modified.map(|stamp| stamp.to_string()),
        publication: found.publication,
        section: found.section,
        language,
        direction,
        canonical_url: declared,
        amp_url,
        licence: found.licence.map(|licence| {
            if licence.contains('/') {
                addresses.web(&licence).unwrap_or(licence)
            } else {
                licence
            }
        }),
        lead_image,
        word_count,
        text: written.text,
        html: SafeHtml::sanitize(&written.html),
        images: written.pictures,
        access,
        sources,
        warnings: [
            applied.warnings,
            warnings(&doc, access, no_article.as_ref()),
        ]
        .concat(),
        other_pages: applied.pages,
        no_article,
    })
}

/// Pictures between the start of the article and the start of its text.
fn lead_pictures(page: &Page<'_>, root: usize) -> Vec<usize> {
    let headline = page
        .marked
        .iter()
        .map(|at| *at as usize)
        .rfind(|at| *at < root && page.node(*at).tag == Tag::H1);
    let frame = page.upward(root).skip(1).find(|at| {
        let node = page.node(*at);
        matches!(node.tag, Tag::Article | Tag::Main)
            || headline.is_some_and(|headline| page.is_inside(headline, *at))
    });
    let Some(frame) = frame else {
        return Vec::new();
    };
    if page.node(frame).tag == Tag::Body && headline.is_none() {
        return Vec::new();
    }
    let start = match headline {
        Some(headline) if page.node(frame).tag == Tag::Body => headline,
        _ => frame,
    };
    page.pictures
        .iter()
        .map(|at| *at as usize)
        .filter(|at| (start..root).contains(at) && !page.is_dropped(*at))
        .collect()
}

fn warnings(
    doc: &cuttings_html::Document,
    access: Access,
    no_article: Option<&NoArticle>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    if !doc.limits_hit().is_empty() {
        warnings.push(
            "the page is larger or deeper than what is read; its end may be missing".to_owned(),
        );
    }
    if access == Access::Walled && no_article.is_none() {
        warnings
            .push("the page says that it is for subscribers; the text may be cut short".to_owned());
    }
    warnings
}
