//! Site rules: how the pages of one site are read, as data.
//!
//! [`Rules::read_folder`] reads a folder of rule files once, [`Rules::for_host`]
//! finds the one for a page, and [`crate::extract_with`] applies it. The files
//! have the format of FiveFilters' Full-Text RSS ("site config"), so that their
//! public collection can be dropped into the folder.
//!
//! A rule never has the last word on safety: what it chooses is cleaned like
//! any other text. Where it finds nothing, the page is read the ordinary way.
//!
//! ```
//! use cuttings_extract::rules::SiteRule;
//! use cuttings_extract::{Options, extract_with};
//!
//! let (rule, errors) = SiteRule::parse(
//!     "example.org",
//!     "body: //div[@id = 'text']\nstrip_id_or_class: offer\ntitle: //h2",
//! );
//! assert!(errors.is_empty());
//! let page = "<h2>Rain</h2><div id=text><p>It rained for days.</p>
//!     <p class=offer>Buy an umbrella.</p></div><p>Elsewhere.</p>";
//! let found = extract_with(page, None, &Options { rule: Some(&rule) })?;
//! assert_eq!(found.headline.as_deref(), Some("Rain"));
//! assert_eq!(found.text, "It rained for days.");
//! # Ok::<(), cuttings_extract::ExtractError>(())
//! ```

mod apply;
mod check;
mod parse;
mod rewrite;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};
use url::Url;

pub(crate) use self::apply::{Story, apply, keep_all, replace};
pub use self::check::{CheckedDirective, CheckedPage, Report, check};
pub use self::parse::{MAX_RULE_BYTES, RuleError, SiteRule};

/// Other pages the story goes on or stands on, as its rule found them. Nothing
/// is fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherPages {
    /// The page with the whole story: `single_page_link`.
    pub single_page: Option<Url>,
    /// The page with the next part: `next_page_link`.
    pub next_page: Option<Url>,
}

impl OtherPages {
    /// Whether the rule found none.
    pub fn is_empty(&self) -> bool {
        self.single_page.is_none() && self.next_page.is_none()
    }
}

/// What is wrong with a rule file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {message}", file.display())]
pub struct RuleFault {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; 0 when it is about the file as a whole.
    pub line: usize,
    /// What is wrong, in plain words.
    pub message: String,
}

/// The name of the file whose rules hold for all sites.
const GLOBAL: &str = "global";

/// The rules of a folder.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// By host in lower case, without `www.`; one that starts with a point is
    /// for the hosts below it.
    by_host: HashMap<String, SiteRule>,
    global: Option<SiteRule>,
}

impl Rules {
    /// Reads every `.txt` file that lies in a folder, not those in folders
    /// below. `example.org.txt` is for `example.org` and `www.example.org`,
    /// `.example.org.txt` for all other hosts below it, `global.txt` is added
    /// to every rule that does not say `autodetect_on_failure: no`.
    ///
    /// What is wrong with files and lines comes back beside the rules; the rest
    /// of them works.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn read_folder(folder: &Path) -> io::Result<(Self, Vec<RuleFault>)> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "txt") && path.is_file() {
                files.push(path);
            }
        }
        files.sort();
        let mut rules = Self::default();
        let mut faults = Vec::new();
        for file in files {
            let mut fault = |line, message: String| {
                faults.push(RuleFault {
                    file: file.clone(),
                    line,
                    message,
                });
            };
            let Some(name) = file.file_stem().and_then(|name| name.to_str()) else {
                fault(0, "the name of the file is not UTF-8".to_owned());
                continue;
            };
            let text = match fs::read(&file).map(String::from_utf8) {
                Ok(Ok(text)) => text,
                Ok(Err(_)) => {
                    fault(0, "the file is not UTF-8; it is left out".to_owned());
                    continue;
                }
                Err(error) => {
                    fault(0, format!("the file cannot be read: {error}"));
                    continue;
                }
            };
            let host = host_key(name);
            let (rule, errors) = SiteRule::parse(&host, &text);
            for error in errors {
                fault(error.line, error.message);
            }
            if !rules.add(rule) {
                fault(
                    0,
                    format!("there is a rule for {host} already; this one is left out"),
                );
            }
        }
        rules.merge_global();
        Ok((rules, faults))
    }

    /// Makes a set of rules of single ones, by their names; of two with one
    /// name the first stays.
    pub fn of(rules: impl IntoIterator<Item = SiteRule>) -> Self {
        let mut all = Self::default();
        for rule in rules {
            all.add(rule);
        }
        all.merge_global();
        all
    }

    fn add(&mut self, rule: SiteRule) -> bool {
        let host = host_key(rule.name());
        if host == GLOBAL {
            let is_first = self.global.is_none();
            self.global.get_or_insert(rule);
            return is_first;
        }
        let is_first = !self.by_host.contains_key(&host);
        self.by_host.entry(host).or_insert(rule);
        is_first
    }

    fn merge_global(&mut self) {
        if let Some(global) = &self.global {
            for rule in self.by_host.values_mut().filter(|rule| rule.autodetects()) {
                rule.take_over(global);
            }
        }
    }

    /// The rule for a host: its own, without `www.`, else that of the nearest
    /// domain above whose file starts with a point, else the global one.
    ///
    /// ```
    /// use cuttings_extract::rules::{Rules, SiteRule};
    ///
    /// let rules = Rules::of([
    ///     SiteRule::parse("example.org", "body: //main").0,
    ///     SiteRule::parse(".example.org", "body: //article").0,
    /// ]);
    /// let name = |host| rules.for_host(host).map(SiteRule::name);
    /// assert_eq!(name("www.Example.org"), Some("example.org"));
    /// assert_eq!(name("a.b.example.org"), Some(".example.org"));
    /// assert_eq!(name("example.net"), None);
    /// ```
    pub fn for_host(&self, host: &str) -> Option<&SiteRule> {
        let host = host_key(host.trim_end_matches('.'));
        if let Some(rule) = self.by_host.get(&host) {
            return Some(rule);
        }
        let above = host
            .match_indices('.')
            .find_map(|(at, _)| self.by_host.get(&host[at..]));
        above.or(self.global.as_ref())
    }

    /// How many hosts there are rules for.
    pub fn len(&self) -> usize {
        self.by_host.len()
    }

    /// Whether there is no rule at all.
    pub fn is_empty(&self) -> bool {
        self.by_host.is_empty() && self.global.is_none()
    }
}

fn host_key(host: &str) -> String {
    let host = host.to_lowercase();
    host.strip_prefix("www.").unwrap_or(&host).to_owned()
}
