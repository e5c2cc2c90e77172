//! Links inside the story, such as those between a mark and its footnote.
//!
//! Only names that a kept link points to are written. An element that is not
//! written as itself leaves its name to an empty `<span>` at the start of the
//! next line; a link whose goal is not in the story leads to the page's own.

use std::collections::HashSet;
use std::ops::Range;

use cuttings_html::{Attr, Tag};

use super::Writer;
use crate::lines::Candidate;
use crate::page::{Page, is_block};
use crate::pictures::Addresses;

/// The names on the page, and what became of them.
pub(super) struct Anchors<'d> {
    /// What kept links point to.
    wanted: HashSet<&'d str>,
    /// What was written.
    printed: HashSet<&'d str>,
    /// Names of elements that were passed, with the end of each.
    waiting: Vec<(&'d str, usize)>,
    /// Where ` href="#name"` stands in the HTML, with the name.
    links: Vec<(Range<usize>, &'d str)>,
}

impl<'d> Anchors<'d> {
    /// Finds what the links in kept lines point to.
    pub(super) fn of(page: &Page<'d>, lines: &[Candidate], addresses: &Addresses) -> Self {
        let mut wanted = HashSet::new();
        for candidate in lines.iter().filter(|candidate| candidate.fate.is_none()) {
            let line = &page.lines[candidate.line];
            let start = line.start as usize;
            let around = page
                .upward(start)
                .skip(1)
                .take_while(|at| !is_block(page.node(*at).tag));
            for at in around.chain(start..line.end as usize) {
                let node = page.node(at);
                if node.tag == Tag::A
                    && node.dropped.is_none()
                    && let Some(href) = page.attr(at, Attr::Href)
                    && let Some(name) = addresses.own_fragment(href)
                {
                    wanted.insert(name);
                }
            }
        }
        Self {
            wanted,
            printed: HashSet::new(),
            waiting: Vec::new(),
            links: Vec::new(),
        }
    }

    /// Notes an element that is passed on the way to the next line.
    pub(super) fn pass(&mut self, page: &Page<'d>, index: usize, next_line: usize) {
        if self.wanted.is_empty() {
            return;
        }
        let node = page.node(index);
        let end = node.end as usize;
        // Inline elements around the line's start are written with it.
        if (is_block(node.tag) || end <= next_line)
            && let Some(name) = name_of(page, index)
            && self.wanted.contains(name)
        {
            let is_empty = node.first_line == node.end_line || !is_block(node.tag);
            self.waiting
                .push((name, if is_empty { usize::MAX } else { end }));
        }
    }

    /// Whether a name is to be written now; it is once.
    pub(super) fn print(&mut self, name: &'d str) -> bool {
        self.wanted.contains(name) && self.printed.insert(name)
    }
}

/// The name by which an element can be linked to.
pub(super) fn name_of<'d>(page: &Page<'d>, index: usize) -> Option<&'d str> {
    page.attr(index, Attr::Id)
        .or_else(|| (page.node(index).tag == Tag::A).then(|| page.attr(index, Attr::Name))?)
        .filter(|name| !name.is_empty())
}

impl<'d> Writer<'_, 'd> {
    /// Writes the names of elements around or before a line that starts at
    /// `start` and were not written with an element.
    pub(super) fn waiting_anchors(&mut self, start: usize) {
        for (name, end) in std::mem::take(&mut self.anchors.waiting) {
            if end > start && self.anchors.print(name) {
                self.out.html.push_str("<span");
                self.attribute("id", name);
                self.out.html.push_str("></span>");
            }
        }
    }

    /// Writes the address of a link.
    pub(super) fn link_to(&mut self, href: &'d str) {
        if let Some(name) = self.addresses.own_fragment(href) {
            let from = self.out.html.len();
            self.attribute("href", &format!("#{name}"));
            self.anchors.links.push((from..self.out.html.len(), name));
        } else if let Some(href) = self.addresses.absolute(href) {
            self.attribute("href", &href);
        }
    }

    /// Leads links whose goal was not written to the page they are from.
    pub(super) fn end_links(&mut self) {
        let links = std::mem::take(&mut self.anchors.links);
        if links
            .iter()
            .all(|(_, name)| self.anchors.printed.contains(name))
        {
            return;
        }
        let written = std::mem::take(&mut self.out.html);
        let mut from = 0;
        for (place, name) in links {
            if self.anchors.printed.contains(name) {
                continue;
            }
            self.out.html.push_str(&written[from..place.start]);
            if let Some(address) = self.addresses.absolute(&format!("#{name}")) {
                self.attribute("href", &address);
            }
            from = place.end;
        }
        self.out.html.push_str(&written[from..]);
    }
}
