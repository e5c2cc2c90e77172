//! Parts of a page that its server sent late.
//!
//! React streams a page: where a part is not ready yet stands
//! `<template id="B:0">`, with a stand-in after it; the part itself follows at
//! the end of the page as `<div hidden id="S:0">`, and a line of script moves it
//! to its place. No script runs here, so [`crate::page::Page::lay`] asks for each
//! template whether a part belongs there, and reads it there.
//!
//! Parts have holes of their own, with `P:` for `B:`. A page without such
//! templates pays nothing.

use std::collections::{HashMap, HashSet};

use cuttings_html::{Attr, Document, NodeId, NodeKind};

/// How deep parts may stand in parts: real pages need two or three, and a page
/// made to be deep must not get deeper than its tree may be.
pub const MAX_NESTED: usize = 32;

/// The late parts of one page.
#[derive(Default)]
pub struct Streamed<'d> {
    /// The parts by their ids without the `S:`, once a template asked for one.
    waiting: Option<HashMap<&'d str, NodeId>>,
    placed: HashSet<NodeId>,
}

impl<'d> Streamed<'d> {
    /// The part that belongs in the place of `template`. Each is given once, and
    /// only to a template that stands before it, so that no part is in itself.
    pub fn take_part(&mut self, doc: &'d Document, template: NodeId) -> Option<NodeId> {
        let id = doc.attr(template, Attr::Id)?;
        let name = id.strip_prefix("B:").or_else(|| id.strip_prefix("P:"))?;
        let waiting = self.waiting.get_or_insert_with(|| {
            doc.descendants(doc.root())
                .filter_map(|node| Some((doc.attr(node, Attr::Id)?.strip_prefix("S:")?, node)))
                .collect()
        });
        let part = *waiting.get(name)?;
        if part.index() < template.index() {
            return None;
        }
        waiting.remove(name);
        self.placed.insert(part);
        Some(part)
    }

    /// Whether a node was read in the place of a template, and not where it is.
    pub fn is_placed(&self, node: NodeId) -> bool {
        !self.placed.is_empty() && self.placed.contains(&node)
    }
}

/// The last of the nodes that stand in for a part: those from its template up to
/// the comment `/$`. The template itself where there is no such comment, and
/// where it is a hole (`P:`), which nothing stands in for.
pub fn end_of_stand_in(doc: &Document, template: NodeId) -> NodeId {
    if !doc
        .attr(template, Attr::Id)
        .is_some_and(|id| id.starts_with("B:"))
    {
        return template;
    }
    let mut at = template;
    while let Some(next) = doc.next_sibling(at) {
        if doc.kind(next) == NodeKind::Comment && doc.text(next) == "/$" {
            return next;
        }
        at = next;
    }
    template
}

#[cfg(test)]
mod tests {
    fn text(html: &str) -> String {
        crate::extract(html, None)
            .expect("the page is not too large")
            .text
    }

    const FIRST: &str =
        "It rained for a third day, and the river rose over its banks in the night.";
    const SECOND: &str = "Nobody was hurt, said the mayor, who had come by boat to see the bridge.";

    #[test]
    fn a_late_part_is_read_in_its_place() {
        let page = format!(
            "<article><h1>Rain</h1><p>{FIRST}</p><!--$?--><template id=B:0></template>
             <p>Please wait a moment until we have the rest of this story for you.</p><!--/$-->
             <p>The road to the mill is closed until Friday, and the school with it.</p></article>
             <div hidden id=S:0><p>{SECOND}</p><template id=P:1></template></div>
             <div hidden id=S:1><p>The boats were lent by the rowing club, which has nine of them.</p></div>"
        );
        assert_eq!(
            text(&page),
            format!(
                "{FIRST}\n\n{SECOND}\n\n\
                 The boats were lent by the rowing club, which has nine of them.\n\n\
                 The road to the mill is closed until Friday, and the school with it."
            )
        );
    }

    #[test]
    fn parts_that_ask_for_each_other_end() {
        let page = format!(
            "<article><p>{FIRST}</p><p>{SECOND}</p><template id=B:0></template></article>
             <div hidden id=S:0>one <template id=B:1></template><template id=B:0></template></div>
             <div hidden id=S:1>two <template id=B:0></template><template id=B:1></template></div>"
        );
        assert!(text(&page).starts_with(FIRST));
    }
}
