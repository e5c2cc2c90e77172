//! A rule tried on pages.
//!
//! `cuttings rules test` calls [`check`] and prints the [`Report`]. Pages are
//! those the user has kept; nothing is fetched.

use std::fmt;

use url::Url;

use super::parse::Action;
use super::{OtherPages, SiteRule, Story, apply, replace};
use crate::{MAX_HTML_BYTES, Options, extract_with};

/// What a rule did on some pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The lines of the rule that do something on a page, in order.
    pub directives: Vec<CheckedDirective>,
    /// The pages, in the order given.
    pub pages: Vec<CheckedPage>,
}

/// A line of a rule, and how often it was of use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedDirective {
    /// The rule the line is from; `global` when taken over.
    pub rule: String,
    /// The line, from 1.
    pub line: usize,
    /// The directive, such as `body`.
    pub name: String,
    /// What stands after the colon.
    pub value: String,
    /// On how many pages it matched.
    pub pages: usize,
}

/// What came out of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedPage {
    /// Its address.
    pub url: String,
    /// Whether a `body` of the rule matched.
    pub body_matched: bool,
    /// Words of the story.
    pub words: usize,
    /// Texts that `test_contains` asks for on this page and that are not in the
    /// story.
    pub missing: Vec<String>,
    /// Where else the story stands, as the rule found it.
    pub other_pages: OtherPages,
    /// Why the page could not be read, or what its reader should know.
    pub notes: Vec<String>,
}

impl Report {
    /// Whether every page gave words and holds what `test_contains` asks for.
    pub fn is_good(&self) -> bool {
        self.pages
            .iter()
            .all(|page| page.words > 0 && page.missing.is_empty())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.pages.len();
        for line in &self.directives {
            writeln!(
                f,
                "{} of {count} pages: {}:{} {}: {}",
                line.pages, line.rule, line.line, line.name, line.value
            )?;
        }
        for page in &self.pages {
            let body = if page.body_matched {
                "by rule"
            } else {
                "by guess"
            };
            writeln!(f, "{} words {body}: {}", page.words, page.url)?;
            if let Some(address) = &page.other_pages.single_page {
                writeln!(f, "  the whole story: {address}")?;
            }
            if let Some(address) = &page.other_pages.next_page {
                writeln!(f, "  the next part: {address}")?;
            }
            for text in &page.missing {
                writeln!(f, "  missing: {text}")?;
            }
            for note in &page.notes {
                writeln!(f, "  {note}")?;
            }
        }
        Ok(())
    }
}

/// Tries a rule on pages, each an address and its HTML. The texts that stand
/// after a `test_url` in the rule are looked for on the page of that address.
pub fn check<U: AsRef<str>, H: AsRef<str>>(
    rule: &SiteRule,
    pages: impl IntoIterator<Item = (U, H)>,
) -> Report {
    let mut used = vec![0; rule.directives.len()];
    let mut report = Report::default();
    for (address, html) in pages {
        let (address, html) = (address.as_ref(), html.as_ref());
        let base = Url::parse(address).ok();
        let mut page = CheckedPage {
            url: address.to_owned(),
            body_matched: false,
            words: 0,
            missing: Vec::new(),
            other_pages: OtherPages::default(),
            notes: Vec::new(),
        };
        match extract_with(html, base.as_ref(), &Options { rule: Some(rule) }) {
            Ok(found) => {
                page.words = found.word_count;
                page.notes = found.warnings;
                page.other_pages = found.other_pages;
                if let Some(reason) = found.no_article {
                    page.notes.push(reason.explain());
                }
                let text = folded(&found.text);
                page.missing = wanted(rule, address)
                    .filter(|wanted| !text.contains(&folded(wanted)))
                    .map(str::to_owned)
                    .collect();
            }
            Err(error) => page.notes.push(error.to_string()),
        }
        if html.len() <= MAX_HTML_BYTES {
            let (html, counts) = replace(rule, html);
            let doc = cuttings_html::parse(&html, &cuttings_html::Limits::default());
            let applied = apply(rule, &doc, counts, base.as_ref());
            page.body_matched = matches!(applied.story, Story::Chosen(_));
            for (pages, matches) in used.iter_mut().zip(&applied.matches) {
                *pages += usize::from(*matches > 0);
            }
        }
        report.pages.push(page);
    }
    report.directives = rule
        .directives
        .iter()
        .zip(used)
        .filter(|(line, _)| line.action.is_about_the_page())
        .map(|(line, pages)| CheckedDirective {
            rule: line.rule.clone(),
            line: line.line,
            name: line.name.clone(),
            value: line.value.clone(),
            pages,
        })
        .collect();
    report
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The texts that the rule wants on the page of an address.
fn wanted<'r>(rule: &'r SiteRule, address: &'r str) -> impl Iterator<Item = &'r str> {
    let mut is_here = false;
    rule.directives
        .iter()
        .filter_map(move |line| match &line.action {
            Action::TestAddress(test) => {
                is_here = test.trim_end_matches('/') == address.trim_end_matches('/');
                None
            }
            Action::TestContains(text) if is_here => Some(text.as_str()),
            _ => None,
        })
}
