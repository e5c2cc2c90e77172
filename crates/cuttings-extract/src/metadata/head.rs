//! What the head of a page says: meta tags, links, linked data.
//!
//! [`super::gather`] reads it once. Meta tags anywhere on the page count, since
//! pages put them anywhere; the first of a name wins.

use cuttings_html::{Attr, Document, Tag};

use super::source::{Source, Sourced};
use crate::page::Page;

/// The head of a page as written, in order.
#[derive(Default)]
pub struct Head {
    /// Name in lower case (of `name`, `property` or `itemprop`), content, and
    /// what kind of tag it is.
    metas: Vec<(String, String, Source)>,
    pub title: Option<String>,
    pub canonical: Option<String>,
    pub amp: Option<String>,
    /// Where a `rel="license"` link leads, in the head or on the page.
    pub licence: Option<String>,
    pub base: Option<String>,
    pub language: Option<String>,
    pub direction: Option<String>,
    /// The scripts of type `application/ld+json`.
    pub linked_data: Vec<String>,
    /// How many scripts there are.
    pub scripts: usize,
}

impl Head {
    /// Reads the head of `page`.
    pub fn read(page: &Page<'_>) -> Self {
        let doc = page.doc;
        let mut head = Self::default();
        for (index, node) in page.nodes.iter().enumerate() {
            match node.tag {
                Tag::Meta => head.take_meta(page, index),
                Tag::Title if head.title.is_none() => {
                    head.title = some(super::plain(&doc.text_content(node.id)));
                }
                Tag::Link | Tag::A => head.take_link(page, index),
                Tag::Base if head.base.is_none() => {
                    head.base = page.attr(index, Attr::Href).map(str::to_owned);
                }
                Tag::Html => {
                    head.language = language_of(page, index);
                    head.direction = page.attr(index, Attr::Dir).map(str::to_owned);
                }
                Tag::Body => {
                    head.language = head.language.take().or_else(|| language_of(page, index));
                    head.direction = head
                        .direction
                        .take()
                        .or_else(|| page.attr(index, Attr::Dir).map(str::to_owned));
                }
                Tag::Script => head.take_script(doc, page, index),
                _ => {}
            }
        }
        head
    }

    fn take_meta(&mut self, page: &Page<'_>, index: usize) {
        let content = page
            .attr(index, Attr::Content)
            .or_else(|| page.attr(index, Attr::Value));
        let Some(content) = content.filter(|content| !content.trim().is_empty()) else {
            return;
        };
        for attr in [Attr::Property, Attr::Name, Attr::Itemprop, Attr::HttpEquiv] {
            if let Some(names) = page.attr(index, attr) {
                for name in names.split_whitespace() {
                    let name = name.to_ascii_lowercase();
                    let source = match attr {
                        Attr::Itemprop => Source::Microdata,
                        _ if name.starts_with("og:") || name.starts_with("article:") => {
                            Source::OpenGraph
                        }
                        _ => Source::MetaTag,
                    };
                    self.metas.push((name, content.to_owned(), source));
                }
            }
        }
    }

    fn take_link(&mut self, page: &Page<'_>, index: usize) {
        let (Some(rel), Some(href)) = (page.attr(index, Attr::Rel), page.attr(index, Attr::Href))
        else {
            return;
        };
        let rel = rel.to_ascii_lowercase();
        let is_licence = rel.split_ascii_whitespace().any(|word| word == "license");
        if is_licence && self.licence.is_none() {
            self.licence = some(href.trim().to_owned());
        }
        if page.node(index).tag != Tag::Link {
            return;
        }
        if rel == "canonical" && self.canonical.is_none() {
            self.canonical = some(href.trim().to_owned());
        } else if rel == "amphtml" && self.amp.is_none() {
            self.amp = some(href.trim().to_owned());
        }
    }

    fn take_script(&mut self, doc: &Document, page: &Page<'_>, index: usize) {
        self.scripts += 1;
        let linked = page
            .attr(index, Attr::Type)
            .is_some_and(|kind| kind.to_ascii_lowercase().contains("ld+json"));
        if linked && self.linked_data.len() < 50 {
            self.linked_data
                .push(doc.text_content(page.node(index).id).clone());
        }
    }

    /// The content of the first meta tag with one of these names, names in
    /// order of trust.
    pub fn meta(&self, names: &[&str]) -> Option<String> {
        self.sourced(names).map(|(content, _)| content)
    }

    /// The same, with what kind of tag it was.
    pub fn sourced(&self, names: &[&str]) -> Option<Sourced<String>> {
        names
            .iter()
            .find_map(|name| self.all(name).find(|(content, _)| !content.is_empty()))
    }

    /// All contents under one name.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = Sourced<String>> + 'h {
        self.metas
            .iter()
            .filter(move |(key, ..)| key == name)
            .map(|(_, content, source)| (super::plain(content), *source))
    }
}

fn language_of(page: &Page<'_>, index: usize) -> Option<String> {
    page.attr(index, Attr::Lang)
        .or_else(|| page.doc.attr_named(page.node(index).id, "xml:lang"))
        .and_then(|tag| some(tag.trim().to_owned()))
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use url::Url;

    #[test]
    fn licence_and_amp_version_are_given_as_absolute_addresses() {
        let html = "<link rel=amphtml href=/amp/rain><h1>Rain</h1><p>It rained.</p>
            <a rel='license noopener' href='//creativecommons.org/licenses/by/4.0/'>CC BY</a>";
        let base = Url::parse("https://example.org/rain").unwrap();
        let found = crate::extract(html, Some(&base)).unwrap();
        assert_eq!(
            found.amp_url.as_deref(),
            Some("https://example.org/amp/rain")
        );
        assert_eq!(
            found.licence.as_deref(),
            Some("https://creativecommons.org/licenses/by/4.0/")
        );
    }
}
