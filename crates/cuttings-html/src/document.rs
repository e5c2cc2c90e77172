//! The parsed page: an arena of nodes and the ways to read it.
//!
//! [`crate::parse()`] makes a [`Document`]; the extractor walks it. Nothing here
//! changes a tree. Walking is in [`crate::walk`], writing in [`crate::serialize`].
//!
//! A node is a number, its properties are columns. Ids count up in the order
//! nodes were made, which is *not* always their order in the tree: the parser
//! moves misplaced content (text inside `<table>`, blocks inside `<b>`), and a
//! moved node keeps its id. Some nodes may hang below no root at all.

use crate::attr::Attr;
use crate::limits::LimitHit;
use crate::tag::Tag;

/// A node of one [`Document`]. Using it with another document gives another
/// node or a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// A number below [`Document::len`], for tables kept beside the document.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The id in a column where there is no node.
pub(crate) const NO_NODE: u32 = u32::MAX;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum NodeKind {
    /// The root of the tree.
    Document,
    /// `<!DOCTYPE …>`
    Doctype,
    /// An element in any namespace.
    Element,
    /// A run of characters. Neighbours are joined as they are parsed; two may
    /// still stand side by side where a misplaced element was moved away.
    Text,
    /// `<!-- … -->`
    Comment,
    /// `<? … ?>`: never made from HTML, where such a thing is a comment.
    ProcessingInstruction,
}

/// The vocabulary an element belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Namespace {
    /// HTML, and every node that is not an element.
    Html,
    /// SVG, from `<svg>` down.
    Svg,
    /// MathML, from `<math>` down.
    MathMl,
}

/// How closely the page asked browsers to follow standards; set by its doctype.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuirksMode {
    /// A current doctype.
    NoQuirks,
    /// A transitional doctype.
    LimitedQuirks,
    /// No doctype, or one of the last century.
    Quirks,
}

/// Bytes `start..end` of [`Document::buffer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// One attribute of one element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttrRecord {
    pub(crate) name: AttrName,
    pub(crate) value: Span,
}

/// A common attribute, or an index into [`Document::attr_names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttrName {
    Common(Attr),
    Other(u32),
}

/// The public and system identifiers of a doctype.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DoctypeIds {
    pub(crate) public: Span,
    pub(crate) system: Span,
}

/// A parsed page.
///
/// Columns indexed by [`NodeId`], one buffer for all characters. A template's
/// contents are its ordinary children: a walk that collects what a reader sees
/// steps over [`Tag::Template`].
#[derive(Debug)]
pub struct Document {
    pub(crate) kinds: Vec<NodeKind>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) namespaces: Vec<Namespace>,
    pub(crate) parents: Vec<u32>,
    pub(crate) first_children: Vec<u32>,
    pub(crate) last_children: Vec<u32>,
    pub(crate) next_siblings: Vec<u32>,
    pub(crate) previous_siblings: Vec<u32>,
    /// Text, comment: its characters. Doctype: its name. Element: its
    /// attributes as a range of [`Document::attributes`].
    pub(crate) spans: Vec<Span>,
    /// Element called [`Tag::Other`]: index into `element_names`. Doctype:
    /// index into `doctypes`. Processing instruction: its target, likewise in
    /// `element_names`. Anything else: 0.
    pub(crate) extras: Vec<u32>,
    pub(crate) attributes: Vec<AttrRecord>,
    pub(crate) element_names: Vec<Box<str>>,
    pub(crate) attr_names: Vec<Box<str>>,
    pub(crate) doctypes: Vec<DoctypeIds>,
    pub(crate) buffer: String,
    pub(crate) limits_hit: Vec<LimitHit>,
    pub(crate) quirks_mode: QuirksMode,
    pub(crate) scripting: bool,
}

impl Document {
    /// The document node, above everything.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// How many nodes there are, counting the root and those that the parser
    /// made and then left out of the tree. At least 1.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// The limits this page reached, each once; empty for nearly all pages.
    pub fn limits_hit(&self) -> &[LimitHit] {
        &self.limits_hit
    }

    /// What the doctype asked for.
    pub fn quirks_mode(&self) -> QuirksMode {
        self.quirks_mode
    }

    /// The `<html>` element. A parsed document always has one.
    pub fn document_element(&self) -> Option<NodeId> {
        self.children(self.root())
            .find(|&node| self.is_element(node))
    }

    /// The `<head>` element.
    pub fn head(&self) -> Option<NodeId> {
        self.child_with_tag(self.document_element()?, Tag::Head)
    }

    /// The `<body>` element, or the `<frameset>` in its place.
    pub fn body(&self) -> Option<NodeId> {
        self.children(self.document_element()?)
            .find(|&node| matches!(self.tag(node), Tag::Body | Tag::Frameset))
    }

    /// The first child element of `node` with this tag.
    pub fn child_with_tag(&self, node: NodeId, tag: Tag) -> Option<NodeId> {
        self.children(node).find(|&child| self.tag(child) == tag)
    }

    /// What `node` is.
    pub fn kind(&self, node: NodeId) -> NodeKind {
        self.kinds[node.index()]
    }

    /// Whether `node` is an element.
    pub fn is_element(&self, node: NodeId) -> bool {
        self.kind(node) == NodeKind::Element
    }

    /// Whether `node` is text.
    pub fn is_text(&self, node: NodeId) -> bool {
        self.kind(node) == NodeKind::Text
    }

    /// The name of `node` as a [`Tag`]: [`Tag::None`] when it is not an
    /// element, [`Tag::Other`] when its name is not an HTML one.
    pub fn tag(&self, node: NodeId) -> Tag {
        self.tags[node.index()]
    }

    /// The name of an element (`div`, `foreignObject`, `amp-img`), of a doctype
    /// (`html`) or the target of a processing instruction; else empty.
    pub fn name(&self, node: NodeId) -> &str {
        match self.kind(node) {
            NodeKind::Element if self.tag(node) != Tag::Other => self.tag(node).name(),
            NodeKind::Element | NodeKind::ProcessingInstruction => {
                &self.element_names[self.extras[node.index()] as usize]
            }
            NodeKind::Doctype => self.slice(self.spans[node.index()]),
            NodeKind::Document | NodeKind::Text | NodeKind::Comment => "",
        }
    }

    /// The vocabulary of an element; HTML for everything else.
    pub fn namespace(&self, node: NodeId) -> Namespace {
        self.namespaces[node.index()]
    }

    /// The characters of a text or comment node, with entities resolved; empty
    /// for other nodes. [`Document::text_content`] gives an element's text.
    pub fn text(&self, node: NodeId) -> &str {
        match self.kind(node) {
            NodeKind::Text | NodeKind::Comment | NodeKind::ProcessingInstruction => {
                self.slice(self.spans[node.index()])
            }
            NodeKind::Document | NodeKind::Doctype | NodeKind::Element => "",
        }
    }

    /// The public and system identifier of a doctype; empty when absent or when
    /// `node` is something else.
    pub fn doctype_ids(&self, node: NodeId) -> (&str, &str) {
        if self.kind(node) != NodeKind::Doctype {
            return ("", "");
        }
        let ids = self.doctypes[self.extras[node.index()] as usize];
        (self.slice(ids.public), self.slice(ids.system))
    }

    /// The value of a common attribute; `Some("")` when it is there without one.
    pub fn attr(&self, node: NodeId, name: Attr) -> Option<&str> {
        self.attr_records(node)
            .iter()
            .find(|record| record.name == AttrName::Common(name))
            .map(|record| self.slice(record.value))
    }

    /// Whether the attribute is there, with a value or without.
    pub fn has_attr(&self, node: NodeId, name: Attr) -> bool {
        self.attr(node, name).is_some()
    }

    /// The value of the attribute with this name, which is in lower case unless
    /// SVG or MathML spell it otherwise (`viewBox`, `xlink:href`).
    pub fn attr_named(&self, node: NodeId, name: &str) -> Option<&str> {
        if let Some(common) = Attr::from_name(name) {
            return self.attr(node, common);
        }
        self.attrs(node)
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
    }

    /// The attributes of an element that have a name in [`Attr`], in order.
    pub fn known_attrs(&self, node: NodeId) -> impl Iterator<Item = (Attr, &str)> {
        self.attr_records(node)
            .iter()
            .filter_map(|record| match record.name {
                AttrName::Common(attr) => Some((attr, self.slice(record.value))),
                AttrName::Other(_) => None,
            })
    }

    /// Names and values of all attributes, in the order of the page.
    pub fn attrs(&self, node: NodeId) -> impl Iterator<Item = (&str, &str)> {
        self.attr_records(node).iter().map(|record| {
            let name = match record.name {
                AttrName::Common(attr) => attr.name(),
                AttrName::Other(index) => &self.attr_names[index as usize],
            };
            (name, self.slice(record.value))
        })
    }

    /// The node that holds `node`; none for the root and nodes outside the tree.
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        some_node(self.parents[node.index()])
    }

    /// The first child.
    pub fn first_child(&self, node: NodeId) -> Option<NodeId> {
        some_node(self.first_children[node.index()])
    }

    /// The last child.
    pub fn last_child(&self, node: NodeId) -> Option<NodeId> {
        some_node(self.last_children[node.index()])
    }

    /// The next child of the same parent.
    pub fn next_sibling(&self, node: NodeId) -> Option<NodeId> {
        some_node(self.next_siblings[node.index()])
    }

    /// The previous child of the same parent.
    pub fn previous_sibling(&self, node: NodeId) -> Option<NodeId> {
        some_node(self.previous_siblings[node.index()])
    }

    pub(crate) fn slice(&self, span: Span) -> &str {
        &self.buffer[span.start as usize..span.end as usize]
    }

    fn attr_records(&self, node: NodeId) -> &[AttrRecord] {
        if self.kind(node) != NodeKind::Element {
            return &[];
        }
        let span = self.spans[node.index()];
        &self.attributes[span.start as usize..span.end as usize]
    }
}

fn some_node(raw: u32) -> Option<NodeId> {
    (raw != NO_NODE).then_some(NodeId(raw))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, parse};

    fn first(document: &Document, tag: Tag) -> NodeId {
        document
            .descendants(document.root())
            .find(|&node| document.tag(node) == tag)
            .expect("the page has this element")
    }

    #[test]
    fn common_and_other_attributes_are_found_by_name() {
        let page = "<p class=lede data-kind='x &amp; y' hidden>Text";
        let document = parse(page, &Limits::default());
        let p = first(&document, Tag::P);
        assert_eq!(document.attr(p, Attr::Class), Some("lede"));
        assert_eq!(document.attr(p, Attr::Hidden), Some(""));
        assert_eq!(document.attr(p, Attr::Id), None);
        assert_eq!(document.attr_named(p, "class"), Some("lede"));
        assert_eq!(document.attr_named(p, "data-kind"), Some("x & y"));
        assert_eq!(
            document.attrs(p).collect::<Vec<_>>(),
            [("class", "lede"), ("data-kind", "x & y"), ("hidden", "")]
        );
    }

    #[test]
    fn foreign_elements_never_carry_the_tag_of_an_html_element() {
        let page = "<svg viewBox='0 0 1 1'><title>Icon</title><a xlink:href=x></a></svg><title>Page</title>";
        let document = parse(page, &Limits::default());
        let svg = first(&document, Tag::Svg);
        assert_eq!(document.namespace(svg), Namespace::Svg);
        assert_eq!(document.attr_named(svg, "viewBox"), Some("0 0 1 1"));
        let inside: Vec<_> = document
            .descendants(svg)
            .filter(|&node| document.is_element(node))
            .map(|node| (document.name(node), document.tag(node)))
            .collect();
        assert_eq!(inside, [("title", Tag::Other), ("a", Tag::Other)]);
        let a = document.last_child(svg).expect("the link");
        assert_eq!(document.attr_named(a, "xlink:href"), Some("x"));
    }

    #[test]
    fn a_document_has_a_doctype_an_html_element_a_head_and_a_body() {
        let page = "<!DOCTYPE html PUBLIC 'public' 'system'><title>T</title><p>Text";
        let document = parse(page, &Limits::default());
        let doctype = document.first_child(document.root()).expect("a doctype");
        assert_eq!(document.kind(doctype), NodeKind::Doctype);
        assert_eq!(document.name(doctype), "html");
        assert_eq!(document.doctype_ids(doctype), ("public", "system"));
        assert!(document.head().is_some());
        assert!(document.body().is_some());
        assert_eq!(document.tag(document.root()), Tag::None);
    }

    #[test]
    fn text_split_by_entities_and_moved_out_of_a_table_is_one_node() {
        let page = "<body>a&amp;b<table>c<tr d=e>f<tr>g</table>";
        let document = parse(page, &Limits::default());
        let body = document.body().expect("a body");
        let text = document.first_child(body).expect("the text");
        assert_eq!(document.text(text), "a&bcfg");
        let table = document.next_sibling(text).expect("the table");
        assert_eq!(document.tag(table), Tag::Table);
    }
}
