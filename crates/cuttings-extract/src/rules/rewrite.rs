//! The story's page written anew, with the edits of a rule.
//!
//! [`super::apply`] collects the edits. A parsed page cannot be changed, so what
//! is left of it is written as HTML and parsed once more; only pages on which a
//! rule finds something pay for that. Scripts and styles are left behind.

use std::collections::{HashMap, HashSet};

use cuttings_html::{Document, Namespace, NodeId, NodeKind, QuirksMode, Tag};

use crate::xpath::{Item, Tree};

/// What a rule changes on one page.
#[derive(Default)]
pub(super) struct Edits {
    pub(super) dropped: HashSet<NodeId>,
    /// Elements whose tags go and whose content stays.
    pub(super) dissolved: HashSet<NodeId>,
    /// The elements put around a node, innermost first.
    pub(super) wrapped: HashMap<NodeId, Vec<String>>,
    /// Attributes that go, by name.
    pub(super) stripped: HashSet<(NodeId, String)>,
    /// New `src` of pictures.
    pub(super) sources: HashMap<NodeId, String>,
    /// What is put at the end of an element, and the same nodes as a set.
    pub(super) moved_into: HashMap<NodeId, Vec<NodeId>>,
    pub(super) moved: HashSet<NodeId>,
}

impl Edits {
    pub(super) fn is_empty(&self) -> bool {
        self.dropped.is_empty()
            && self.dissolved.is_empty()
            && self.wrapped.is_empty()
            && self.stripped.is_empty()
            && self.sources.is_empty()
            && self.moved.is_empty()
    }
}

enum Task {
    /// Write this node, though it was moved away from where it stood.
    Moved(NodeId),
    Node(NodeId),
    /// Write the end tag of this element.
    End(String),
}

/// The whole page with its edits.
pub(super) fn whole(doc: &Document, edits: &Edits) -> String {
    let mut out = String::new();
    if doc.quirks_mode() != QuirksMode::Quirks {
        out.push_str("<!DOCTYPE html>");
    }
    write(doc, edits, doc.root(), false, &mut out);
    out
}

/// A page with the chosen nodes only, one after the other.
pub(super) fn chosen(tree: &Tree<'_>, edits: &Edits, items: &[Item]) -> String {
    let doc = tree.document();
    let mut out = String::from("<!DOCTYPE html><body>");
    let mut taken: HashSet<NodeId> = HashSet::new();
    for item in items {
        let id = tree.id(*item);
        if let Some((_, value)) = tree.attribute(*item) {
            out.push_str("<p>");
            escape(value, false, &mut out);
            out.push_str("</p>");
            continue;
        }
        let is_inside = doc.ancestors(id).any(|above| taken.contains(&above));
        if !is_inside && taken.insert(id) {
            write(doc, edits, id, true, &mut out);
        }
    }
    out
}

/// Writes `from` and what is inside it. The top one loses its name where that
/// says nothing about the text: the rule has said what it is.
fn write(doc: &Document, edits: &Edits, from: NodeId, as_top: bool, out: &mut String) {
    let mut tasks = vec![Task::Moved(from)];
    while let Some(task) = tasks.pop() {
        let id = match task {
            Task::End(name) => {
                out.push_str("</");
                out.push_str(&name);
                out.push('>');
                continue;
            }
            Task::Node(id) if edits.moved.contains(&id) => continue,
            Task::Node(id) | Task::Moved(id) => id,
        };
        if edits.dropped.contains(&id) {
            continue;
        }
        for name in edits.wrapped.get(&id).into_iter().flatten().rev() {
            out.push('<');
            out.push_str(name);
            out.push('>');
        }
        for name in edits.wrapped.get(&id).into_iter().flatten().rev() {
            tasks.push(Task::End(name.clone()));
        }
        match doc.kind(id) {
            NodeKind::Text => escape(doc.text(id), false, out),
            NodeKind::Element => {
                open(doc, edits, id, as_top && id == from, &mut tasks, out);
            }
            NodeKind::Document => descend(doc, edits, id, &mut tasks),
            NodeKind::Doctype | NodeKind::Comment | NodeKind::ProcessingInstruction => {}
        }
    }
}

fn descend(doc: &Document, edits: &Edits, id: NodeId, tasks: &mut Vec<Task>) {
    let moved = edits.moved_into.get(&id).into_iter().flatten();
    tasks.extend(moved.rev().map(|moved| Task::Moved(*moved)));
    let mut child = doc.last_child(id);
    while let Some(id) = child {
        tasks.push(Task::Node(id));
        child = doc.previous_sibling(id);
    }
}

fn open(
    doc: &Document,
    edits: &Edits,
    id: NodeId,
    is_top: bool,
    tasks: &mut Vec<Task>,
    out: &mut String,
) {
    let tag = doc.tag(id);
    if matches!(tag, Tag::Script | Tag::Style) {
        return;
    }
    // Their content is not markup to the parser, or not HTML.
    let is_closed = matches!(
        tag,
        Tag::Iframe | Tag::Noembed | Tag::Noframes | Tag::Xmp | Tag::Textarea | Tag::Template
    ) || doc.namespace(id) != Namespace::Html;
    let is_raw_noscript = tag == Tag::Noscript && doc.children(id).all(|child| doc.is_text(child));
    if is_closed || is_raw_noscript {
        out.push_str(&doc.to_html(id));
        return;
    }
    if edits.dissolved.contains(&id) {
        descend(doc, edits, id, tasks);
        return;
    }
    let is_plain_box = matches!(
        tag,
        Tag::Div
            | Tag::Section
            | Tag::Article
            | Tag::Main
            | Tag::Aside
            | Tag::Header
            | Tag::Footer
            | Tag::Nav
            | Tag::Form
            | Tag::Body
            | Tag::Html
            | Tag::Td
            | Tag::Th
    );
    let row = matches!(tag, Tag::Tr | Tag::Tbody | Tag::Thead | Tag::Tfoot);
    if is_top && is_plain_box {
        out.push_str("<div>");
        tasks.push(Task::End("div".to_owned()));
        descend(doc, edits, id, tasks);
        return;
    }
    if is_top && row {
        out.push_str("<table>");
        tasks.push(Task::End("table".to_owned()));
    }
    let name = if tag == Tag::Plaintext {
        "pre"
    } else {
        doc.name(id)
    };
    out.push('<');
    out.push_str(name);
    let source = edits.sources.get(&id);
    for (attribute, value) in doc.attrs(id) {
        let is_replaced = attribute == "src" && source.is_some();
        if !is_replaced && !edits.stripped.contains(&(id, attribute.to_owned())) {
            write_attribute(attribute, value, out);
        }
    }
    if let Some(source) = source {
        write_attribute("src", source, out);
    }
    out.push('>');
    if tag.is_void() {
        return;
    }
    // The parser drops one line break here.
    if matches!(tag, Tag::Pre | Tag::Listing) {
        out.push('\n');
    }
    tasks.push(Task::End(name.to_owned()));
    descend(doc, edits, id, tasks);
}

fn write_attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(value, true, out);
    out.push('"');
}

fn escape(text: &str, in_attribute: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' if !in_attribute => out.push_str("&lt;"),
            '>' if !in_attribute => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
}
