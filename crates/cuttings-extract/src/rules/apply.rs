//! What a rule says about one page.
//!
//! [`crate::extract_with`] asks before it looks for the story: the headline,
//! the people and the date the rule names, other pages, and the page that is
//! left when its edits are made. All expressions of a rule share the steps of
//! one tree, so a rule cannot hold up a page for long.

use std::borrow::Cow;

use cuttings_html::{Attr, Document, NodeId, Tag};
use url::Url;

use super::parse::{Action, Directive};
use super::rewrite::{self, Edits};
use super::{OtherPages, SiteRule};
use crate::MAX_HTML_BYTES;
use crate::lines::Candidate;
use crate::metadata::dates::{Order, from_text, from_value};
use crate::metadata::source::Source;
use crate::prune::Reason;
use crate::xpath::{Item, OutOfSteps, Tree, Value, XPath};

/// What a rule found on a page.
#[derive(Default)]
pub(crate) struct Applied {
    pub(crate) title: Option<String>,
    /// Each author as printed.
    pub(crate) authors: Vec<String>,
    /// Texts that may be the date, best first.
    pub(crate) dates: Vec<String>,
    pub(crate) story: Story,
    pub(crate) pages: OtherPages,
    /// For people.
    pub(crate) warnings: Vec<String>,
    /// On how many nodes each directive of the rule matched.
    pub(crate) matches: Vec<usize>,
}

impl Applied {
    /// What each line of the rule did on the page, for people.
    pub(crate) fn told(&self, rule: &SiteRule) -> Vec<String> {
        let counts = rule.directives.iter().zip(&self.matches);
        let pages = [
            ("the whole story is at", &self.pages.single_page),
            ("the story goes on at", &self.pages.next_page),
        ];
        counts
            .filter(|(line, _)| line.action.is_about_the_page())
            .map(|(line, count)| {
                let matched = match count {
                    0 => "nothing".to_owned(),
                    1 => "1 time".to_owned(),
                    more => format!("{more} times"),
                };
                format!(
                    "site rule {}:{} {}: {} (matches {matched})",
                    line.rule, line.line, line.name, line.value
                )
            })
            .chain(pages.into_iter().filter_map(|(what, address)| {
                let address = address.as_ref()?;
                Some(format!("{what} {address}"))
            }))
            .chain(self.warnings.iter().cloned())
            .collect()
    }
}

/// The page the story is read from.
#[derive(Default)]
pub(crate) enum Story {
    /// The page as it is.
    #[default]
    Page,
    /// This page, in the ordinary way.
    Edited(String),
    /// This page, all of which is the story.
    Chosen(String),
    /// None: no `body` matches and the rule wants no guess.
    None,
}

/// Makes the text replacements of a rule, in order; counts of them for each
/// directive come with the text. A replacement that would make the page longer
/// than is read is not made.
pub(crate) fn replace<'h>(rule: &SiteRule, html: &'h str) -> (Cow<'h, str>, Vec<usize>) {
    let mut html = Cow::Borrowed(html);
    let mut counts = vec![0; rule.directives.len()];
    for (at, line) in rule.directives.iter().enumerate() {
        let Action::Replace { find, replacement } = &line.action else {
            continue;
        };
        let count = html.matches(find.as_str()).count();
        let growth = replacement.len().saturating_sub(find.len());
        let length = count.saturating_mul(growth).saturating_add(html.len());
        if count > 0 && length <= MAX_HTML_BYTES {
            html = Cow::Owned(html.replace(find.as_str(), replacement));
            counts[at] = count;
        }
    }
    (html, counts)
}

/// Reads a page by a rule. `counts` are those of [`replace`], `base` is what
/// links are relative to.
pub(crate) fn apply(
    rule: &SiteRule,
    doc: &Document,
    counts: Vec<usize>,
    base: Option<&Url>,
) -> Applied {
    let mut reading = Reading {
        tree: Tree::new(doc),
        base,
        edits: Edits::default(),
        chosen: None,
        found: Applied {
            matches: counts,
            ..Applied::default()
        },
    };
    // What is stripped must be known before the story is chosen.
    for is_body in [false, true] {
        for (at, line) in rule.directives.iter().enumerate() {
            if matches!(line.action, Action::Body(_)) != is_body {
                continue;
            }
            match reading.follow(line) {
                Ok(count) => reading.found.matches[at] += count,
                Err(OutOfSteps) => reading
                    .found
                    .warnings
                    .push(format!("{} was left out: {OutOfSteps}", place_of(line))),
            }
        }
    }
    let Reading {
        tree,
        edits,
        chosen,
        mut found,
        ..
    } = reading;
    found.story = match chosen {
        Some(items) => Story::Chosen(rewrite::chosen(&tree, &edits, &items)),
        None if rule.has_body() && !rule.autodetects() => Story::None,
        None if edits.is_empty() => Story::Page,
        None => Story::Edited(rewrite::whole(doc, &edits)),
    };
    if rule.has_body() && !matches!(found.story, Story::Chosen(_)) {
        found.warnings.push(format!(
            "no `body` of the site rule for {} matches this page",
            rule.name()
        ));
    }
    found
}

fn place_of(line: &Directive) -> String {
    format!(
        "`{}` of the site rule for {}, line {},",
        line.name, line.rule, line.line
    )
}

struct Reading<'t, 'd> {
    tree: Tree<'d>,
    base: Option<&'t Url>,
    edits: Edits,
    chosen: Option<Vec<Item>>,
    found: Applied,
}

impl Reading<'_, '_> {
    /// Does what a line says; on how many nodes it matched.
    fn follow(&mut self, line: &Directive) -> Result<usize, OutOfSteps> {
        let doc = self.tree.document();
        match &line.action {
            Action::Title(path) => {
                let texts = self.texts(path)?;
                if self.found.title.is_none()
                    && let Some(title) = texts.first()
                {
                    self.found.title = Some(title.clone());
                    self.say_source("headline", line);
                }
                Ok(texts.len())
            }
            Action::Author(path) => {
                let texts = self.texts(path)?;
                if self.found.authors.is_empty() && !texts.is_empty() {
                    self.found.authors.clone_from(&texts);
                    self.say_source("byline", line);
                }
                Ok(texts.len())
            }
            Action::Date(path) => {
                let texts = self.texts(path)?;
                let values = self.date_values(path)?;
                if self.found.dates.is_empty() && !texts.is_empty() {
                    self.found.dates = values.into_iter().chain(texts.iter().cloned()).collect();
                }
                Ok(texts.len())
            }
            Action::Body(path) => {
                let items = path.select(&self.tree)?;
                let shown: Vec<Item> = items
                    .into_iter()
                    .filter(|item| self.is_shown(*item))
                    .collect();
                if self.chosen.is_none() && !shown.is_empty() {
                    self.chosen = Some(shown.clone());
                    self.say_source("text", line);
                }
                Ok(shown.len())
            }
            Action::Strip(path) => {
                let items = path.select(&self.tree)?;
                for item in &items {
                    match self.tree.attribute(*item) {
                        Some((name, _)) => {
                            self.edits
                                .stripped
                                .insert((self.tree.id(*item), name.to_owned()));
                        }
                        None => self.drop(self.tree.id(*item)),
                    }
                }
                Ok(items.len())
            }
            Action::StripIdOrClass(part) => {
                let named = |id: NodeId| {
                    [Attr::Id, Attr::Class].iter().any(|name| {
                        doc.attr(id, *name)
                            .is_some_and(|v| v.contains(part.as_str()))
                    })
                };
                Ok(self.drop_where(named))
            }
            Action::StripImageSource(part) => {
                let named = |id: NodeId| {
                    doc.tag(id) == Tag::Img
                        && doc
                            .attr(id, Attr::Src)
                            .is_some_and(|source| source.contains(part.as_str()))
                };
                Ok(self.drop_where(named))
            }
            Action::StripAttribute(path) => {
                let items = path.select(&self.tree)?;
                for item in &items {
                    if let Some((name, _)) = self.tree.attribute(*item) {
                        self.edits
                            .stripped
                            .insert((self.tree.id(*item), name.to_owned()));
                    }
                }
                Ok(items.len())
            }
            Action::Dissolve(path) => {
                let ids = self.elements(path)?;
                self.edits.dissolved.extend(&ids);
                Ok(ids.len())
            }
            Action::WrapIn { element, path } => {
                let ids = self.elements(path)?;
                for id in &ids {
                    let around = self.edits.wrapped.entry(*id).or_default();
                    around.push(element.clone());
                }
                Ok(ids.len())
            }
            Action::MoveInto { target, path } => {
                let Some(target) = self.elements(target)?.first().copied() else {
                    return Ok(0);
                };
                let ids = self.elements(path)?;
                let around: Vec<NodeId> = doc.ancestors(target).chain([target]).collect();
                let mut count = 0;
                for id in ids {
                    // What holds the target cannot be put into it.
                    if !around.contains(&id) && self.edits.moved.insert(id) {
                        self.edits.moved_into.entry(target).or_default().push(id);
                        count += 1;
                    }
                }
                Ok(count)
            }
            Action::LazySource(attribute) => {
                let found: Vec<(NodeId, String)> = doc
                    .descendants(doc.root())
                    .filter(|id| doc.tag(*id) == Tag::Img)
                    .filter_map(|id| Some((id, doc.attr_named(id, attribute)?.to_owned())))
                    .collect();
                let count = found.len();
                self.edits.sources.extend(found);
                Ok(count)
            }
            Action::SinglePage { path, only_if } => {
                let address = self.address(path, only_if.as_ref())?;
                let count = usize::from(address.is_some());
                let pages = &mut self.found.pages;
                pages.single_page = pages.single_page.take().or(address);
                Ok(count)
            }
            Action::NextPage { path, only_if } => {
                let address = self.address(path, only_if.as_ref())?;
                let count = usize::from(address.is_some());
                let pages = &mut self.found.pages;
                pages.next_page = pages.next_page.take().or(address);
                Ok(count)
            }
            Action::AdvertisementClue(path) => {
                let is_paid = path.evaluate(&self.tree)?.is_true();
                if is_paid {
                    self.found
                        .warnings
                        .push("the site marks this page as paid for by an advertiser".to_owned());
                }
                Ok(usize::from(is_paid))
            }
            // Made before the page was parsed, or not about the page.
            Action::Replace { .. }
            | Action::Header { .. }
            | Action::TestAddress(_)
            | Action::TestContains(_) => Ok(0),
        }
    }

    fn say_source(&mut self, what: &str, line: &Directive) {
        self.found.warnings.push(format!(
            "the {what} is what {} names",
            place_of(line).trim_end_matches(',')
        ));
    }

    /// The texts a path comes to, space folded, without empty ones.
    fn texts(&self, path: &XPath) -> Result<Vec<String>, OutOfSteps> {
        let texts = match path.evaluate(&self.tree)? {
            Value::Nodes(items) => items.iter().map(|item| self.tree.text(*item)).collect(),
            Value::Boolean(_) => Vec::new(),
            other => vec![other.to_text(&self.tree)],
        };
        Ok(texts
            .iter()
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|text| !text.is_empty())
            .collect())
    }

    /// The dates machines are meant to read on the elements of a path.
    fn date_values(&self, path: &XPath) -> Result<Vec<String>, OutOfSteps> {
        let doc = self.tree.document();
        Ok(self
            .elements(path)?
            .iter()
            .filter_map(|id| {
                doc.attr_named(*id, "datetime")
                    .or_else(|| doc.attr_named(*id, "content"))
            })
            .map(str::to_owned)
            .collect())
    }

    /// The nodes of a path that are no attributes.
    fn elements(&self, path: &XPath) -> Result<Vec<NodeId>, OutOfSteps> {
        Ok(path
            .select(&self.tree)?
            .into_iter()
            .filter(|item| !item.is_attribute())
            .map(|item| self.tree.id(item))
            .collect())
    }

    /// Whether there is something to read, or a picture, that is not dropped.
    fn is_shown(&self, item: Item) -> bool {
        let doc = self.tree.document();
        let id = self.tree.id(item);
        if let Some((_, value)) = self.tree.attribute(item) {
            return !value.trim().is_empty();
        }
        if doc
            .ancestors(id)
            .any(|above| self.edits.dropped.contains(&above))
        {
            return false;
        }
        let mut next = Some(id);
        while let Some(at) = next {
            if self.edits.dropped.contains(&at) || matches!(doc.tag(at), Tag::Script | Tag::Style) {
                next = doc.next_after(at, id);
                continue;
            }
            let is_picture = matches!(
                doc.tag(at),
                Tag::Img | Tag::Picture | Tag::Iframe | Tag::Video
            );
            if is_picture || (doc.is_text(at) && !doc.text(at).trim().is_empty()) {
                return true;
            }
            next = doc.next_in_order(at, id);
        }
        false
    }

    /// Takes a node out; the page itself stays.
    fn drop(&mut self, id: NodeId) {
        let doc = self.tree.document();
        if id != doc.root() && !matches!(doc.tag(id), Tag::Html | Tag::Body | Tag::Head) {
            self.edits.dropped.insert(id);
        }
    }

    fn drop_where(&mut self, wanted: impl Fn(NodeId) -> bool) -> usize {
        let doc = self.tree.document();
        let found: Vec<NodeId> = doc
            .descendants(doc.root())
            .filter(|id| wanted(*id))
            .collect();
        for id in &found {
            self.drop(*id);
        }
        found.len()
    }

    /// The address a path names: a text, an attribute, or a link.
    fn address(&self, path: &XPath, only_if: Option<&XPath>) -> Result<Option<Url>, OutOfSteps> {
        if let Some(condition) = only_if
            && !condition.evaluate(&self.tree)?.is_true()
        {
            return Ok(None);
        }
        let doc = self.tree.document();
        let texts = match path.evaluate(&self.tree)? {
            Value::Nodes(items) => items
                .iter()
                .map(|item| {
                    let href = doc.attr(self.tree.id(*item), Attr::Href);
                    match href {
                        Some(href) if !item.is_attribute() => href.to_owned(),
                        _ => self.tree.text(*item),
                    }
                })
                .collect(),
            other => vec![other.to_text(&self.tree)],
        };
        Ok(texts.iter().find_map(|text| {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                return None;
            }
            let address = match self.base {
                Some(base) => base.join(text).ok()?,
                None => Url::parse(text).ok()?,
            };
            let is_web = matches!(address.scheme(), "http" | "https");
            (is_web && Some(&address) != self.base).then_some(address)
        }))
    }
}

impl crate::metadata::Metadata {
    /// Puts what a rule names in the place of what was found. A date that
    /// cannot be read is told in the rule's warnings.
    pub(crate) fn correct(&mut self, by: &mut Applied) {
        if let Some(title) = by.title.take() {
            self.headline = Some(title);
            self.sources.headline = Some(Source::SiteRule);
        }
        if !by.authors.is_empty() {
            let byline = by.authors.join(", ");
            let names: Vec<String> = by
                .authors
                .iter()
                .flat_map(|line| crate::metadata::byline::authors(line))
                .collect();
            self.authors = if names.is_empty() {
                std::mem::take(&mut by.authors)
            } else {
                names
            };
            self.byline = Some(byline);
            self.sources.byline = Some(Source::SiteRule);
            self.sources.authors = Some(Source::SiteRule);
        }
        if by.dates.is_empty() {
            return;
        }
        let order = Order::of_language(self.language.as_deref());
        let stamp = by
            .dates
            .iter()
            .find_map(|text| from_value(text, order).or_else(|| from_text(text, order)));
        by.warnings.push(match &stamp {
            Some(_) => "the date is what the site rule names".to_owned(),
            None => format!(
                "the date the site rule names cannot be read: {}",
                by.dates[0]
            ),
        });
        if stamp.is_some() {
            self.published = stamp;
            self.sources.published = Some(Source::SiteRule);
        }
    }
}

/// Keeps every line but those that are printed around the story anyway.
pub(crate) fn keep_all(lines: &mut [Candidate]) {
    for line in lines {
        if !matches!(
            line.fate,
            Some(Reason::Caption | Reason::RepeatedHeadline | Reason::Repeated)
        ) {
            line.fate = None;
        }
    }
}
