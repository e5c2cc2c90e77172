//! Building the arena from what the tree builder says.
//!
//! [`crate::parse()`] hands a [`Sink`] to html5ever's tree builder and takes the
//! finished [`Document`] out of it. Nothing else sees html5ever's types.
//!
//! Two things keep this linear. Text that is appended to a node which is no
//! longer last in the buffer (content moved out of a table) waits in a string
//! of its own until the end. And an element that the tree builder re-opens
//! shares the attributes of the first one instead of copying them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::LazyLock;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode as BuilderQuirks, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, QualName, ns};

use crate::attr::Attr;
use crate::document::{
    AttrName, AttrRecord, DoctypeIds, Document, NO_NODE, Namespace, NodeId, NodeKind, QuirksMode,
    Span,
};
use crate::limits::{LimitHit, Limits};
use crate::tag::Tag;

/// How many formatting elements are remembered for sharing their attributes;
/// above the default of [`crate::Limits::max_formatting`].
const REMEMBERED_FORMATTING: usize = 64;

/// The names of all HTML elements that have a [`Tag`], as the tree builder
/// wants them; at the index of the tag.
static HTML_NAMES: LazyLock<Vec<QualName>> = LazyLock::new(|| {
    Tag::all()
        .map(|tag| QualName::new(None, ns!(html), LocalName::from(tag.name())))
        .collect()
});

/// A node as the tree builder holds it. It carries the element's name, because
/// the tree builder asks for that far more often than for anything else.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    pub(crate) node: NodeId,
    pub(crate) tag: Tag,
    /// The name, where the tag does not say it.
    name: Option<Rc<QualName>>,
}

impl Handle {
    fn unnamed(node: NodeId) -> Self {
        Self {
            node,
            tag: Tag::None,
            name: None,
        }
    }
}

/// Receives tree operations and applies them to a document.
pub(crate) struct Sink {
    html_names: &'static [QualName],
    builder: RefCell<Builder>,
}

struct Builder {
    document: Document,
    max_nodes: usize,
    max_attributes: usize,
    /// Text that could not be appended in place, by node.
    waiting_text: HashMap<u32, String>,
    element_name_ids: HashMap<LocalName, u32>,
    attr_name_ids: HashMap<Box<str>, u32>,
    formatting: VecDeque<(Vec<Attribute>, Span)>,
    /// `annotation-xml` elements whose content is HTML.
    integration_points: Vec<NodeId>,
}

impl Sink {
    /// An empty document with room for as many nodes as the limits say.
    pub(crate) fn new(limits: &Limits, scripting: bool) -> Self {
        let document = Document {
            kinds: Vec::new(),
            tags: Vec::new(),
            namespaces: Vec::new(),
            parents: Vec::new(),
            first_children: Vec::new(),
            last_children: Vec::new(),
            next_siblings: Vec::new(),
            previous_siblings: Vec::new(),
            spans: Vec::new(),
            extras: Vec::new(),
            attributes: Vec::new(),
            element_names: Vec::new(),
            attr_names: Vec::new(),
            doctypes: Vec::new(),
            buffer: String::new(),
            limits_hit: Vec::new(),
            quirks_mode: QuirksMode::NoQuirks,
            scripting,
        };
        let mut builder = Builder {
            document,
            // One id is kept for "no node".
            max_nodes: limits.max_nodes.min(NO_NODE as usize - 1024),
            max_attributes: limits.max_attributes,
            waiting_text: HashMap::new(),
            element_name_ids: HashMap::new(),
            attr_name_ids: HashMap::new(),
            formatting: VecDeque::new(),
            integration_points: Vec::new(),
        };
        builder.push(
            NodeKind::Document,
            Tag::None,
            Namespace::Html,
            Span::default(),
            0,
        );
        Self {
            html_names: &HTML_NAMES,
            builder: RefCell::new(builder),
        }
    }

    /// Whether the node budget is spent, so that parsing has to stop.
    pub(crate) fn is_full(&self) -> bool {
        let builder = self.builder.borrow();
        builder.document.len() >= builder.max_nodes
    }

    /// Notes that a limit was reached.
    pub(crate) fn report(&self, hit: LimitHit) {
        self.builder.borrow_mut().report(hit);
    }
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Document;
    type ElemName<'a> = &'a QualName;

    fn finish(self) -> Document {
        self.builder.into_inner().finish()
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle::unnamed(NodeId(0))
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> &'a QualName {
        match &target.name {
            Some(name) => name,
            None => &self.html_names[target.tag as usize],
        }
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Handle {
        let mut builder = self.builder.borrow_mut();
        let node = builder.push_element(&name, attrs);
        if flags.mathml_annotation_xml_integration_point {
            builder.integration_points.push(node);
        }
        let tag = builder.document.tag(node);
        let is_known = tag != Tag::Other && name.ns == ns!(html);
        Handle {
            node,
            tag,
            name: (!is_known).then(|| Rc::new(name)),
        }
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        let mut builder = self.builder.borrow_mut();
        let span = builder.store(&text);
        let node = builder.push(NodeKind::Comment, Tag::None, Namespace::Html, span, 0);
        Handle::unnamed(node)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        let mut builder = self.builder.borrow_mut();
        let span = builder.store(&data);
        let name = builder.element_name_id(&LocalName::from(&*target));
        let kind = NodeKind::ProcessingInstruction;
        let node = builder.push(kind, Tag::None, Namespace::Html, span, name);
        Handle::unnamed(node)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        let mut builder = self.builder.borrow_mut();
        match child {
            NodeOrText::AppendNode(child) => builder.insert(parent.node.0, NO_NODE, child.node.0),
            NodeOrText::AppendText(text) => builder.insert_text(parent.node.0, NO_NODE, &text),
        }
    }

    fn append_based_on_parent_node(
        &self,
        element: &Handle,
        previous_element: &Handle,
        child: NodeOrText<Handle>,
    ) {
        let has_parent = self
            .builder
            .borrow()
            .document
            .parent(element.node)
            .is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous_element, child);
        }
    }

    fn append_doctype_to_document(
        &self,
        name: StrTendril,
        public_id: StrTendril,
        system_id: StrTendril,
    ) {
        let mut builder = self.builder.borrow_mut();
        let span = builder.store(&name);
        let ids = DoctypeIds {
            public: builder.store(&public_id),
            system: builder.store(&system_id),
        };
        let index = builder.document.doctypes.len() as u32;
        builder.document.doctypes.push(ids);
        let node = builder.push(NodeKind::Doctype, Tag::None, Namespace::Html, span, index);
        builder.insert(0, NO_NODE, node.0);
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        x.node == y.node
    }

    fn set_quirks_mode(&self, mode: BuilderQuirks) {
        self.builder.borrow_mut().document.quirks_mode = match mode {
            BuilderQuirks::Quirks => QuirksMode::Quirks,
            BuilderQuirks::LimitedQuirks => QuirksMode::LimitedQuirks,
            BuilderQuirks::NoQuirks => QuirksMode::NoQuirks,
        };
    }

    fn append_before_sibling(&self, sibling: &Handle, new_node: NodeOrText<Handle>) {
        let mut builder = self.builder.borrow_mut();
        let before = sibling.node.0;
        let parent = builder.document.parents[sibling.node.index()];
        if parent == NO_NODE {
            return;
        }
        match new_node {
            NodeOrText::AppendNode(node) => builder.insert(parent, before, node.node.0),
            NodeOrText::AppendText(text) => builder.insert_text(parent, before, &text),
        }
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        self.builder.borrow_mut().add_attrs(target.node, &attrs);
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.builder.borrow_mut().detach(target.node.0);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        self.builder
            .borrow_mut()
            .move_children(node.node.0, new_parent.node.0);
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &Handle) -> bool {
        self.builder
            .borrow()
            .integration_points
            .binary_search(&handle.node)
            .is_ok()
    }

    fn allow_declarative_shadow_roots(&self, _intended_parent: &Handle) -> bool {
        false
    }
}

impl Builder {
    fn report(&mut self, hit: LimitHit) {
        if !self.document.limits_hit.contains(&hit) {
            self.document.limits_hit.push(hit);
        }
    }

    fn push(
        &mut self,
        kind: NodeKind,
        tag: Tag,
        namespace: Namespace,
        span: Span,
        extra: u32,
    ) -> NodeId {
        let document = &mut self.document;
        let node = NodeId(document.kinds.len() as u32);
        document.kinds.push(kind);
        document.tags.push(tag);
        document.namespaces.push(namespace);
        document.parents.push(NO_NODE);
        document.first_children.push(NO_NODE);
        document.last_children.push(NO_NODE);
        document.next_siblings.push(NO_NODE);
        document.previous_siblings.push(NO_NODE);
        document.spans.push(span);
        document.extras.push(extra);
        node
    }

    fn push_element(&mut self, name: &QualName, attrs: Vec<Attribute>) -> NodeId {
        let namespace = if name.ns == ns!(svg) {
            Namespace::Svg
        } else if name.ns == ns!(mathml) {
            Namespace::MathMl
        } else {
            Namespace::Html
        };
        let tag = match (namespace, &*name.local) {
            (Namespace::Html, local) => Tag::from_name(local),
            (Namespace::Svg, "svg") => Tag::Svg,
            (Namespace::MathMl, "math") => Tag::Math,
            (Namespace::Svg | Namespace::MathMl, _) => Tag::Other,
        };
        let extra = if tag == Tag::Other {
            self.element_name_id(&name.local)
        } else {
            0
        };
        let span = if tag.is_formatting() {
            self.store_shared_attrs(attrs)
        } else {
            self.store_attrs(&attrs)
        };
        self.push(NodeKind::Element, tag, namespace, span, extra)
    }

    fn element_name_id(&mut self, name: &LocalName) -> u32 {
        if let Some(&id) = self.element_name_ids.get(name) {
            return id;
        }
        let id = self.document.element_names.len() as u32;
        self.document.element_names.push((**name).into());
        self.element_name_ids.insert(name.clone(), id);
        id
    }

    /// Keeps `attrs` behind all others and gives their range.
    fn store_attrs(&mut self, attrs: &[Attribute]) -> Span {
        let start = self.document.attributes.len() as u32;
        for attr in attrs {
            let record = self.attr_record(attr);
            self.document.attributes.push(record);
        }
        Span {
            start,
            end: self.document.attributes.len() as u32,
        }
    }

    /// As [`Builder::store_attrs`], but finds the range again when the tree
    /// builder makes another element from the same tag.
    fn store_shared_attrs(&mut self, attrs: Vec<Attribute>) -> Span {
        if attrs.is_empty() {
            return Span::default();
        }
        let known = self
            .formatting
            .iter()
            .find(|(known, _)| are_from_one_tag(known, &attrs));
        if let Some((_, span)) = known {
            return *span;
        }
        let span = self.store_attrs(&attrs);
        if self.formatting.len() == REMEMBERED_FORMATTING {
            self.formatting.pop_front();
        }
        self.formatting.push_back((attrs, span));
        span
    }

    fn attr_record(&mut self, attr: &Attribute) -> AttrRecord {
        AttrRecord {
            name: self.attr_name(attr),
            value: self.store(&attr.value),
        }
    }

    fn attr_name(&mut self, attr: &Attribute) -> AttrName {
        match &attr.name.prefix {
            Some(prefix) if !prefix.is_empty() => {
                self.other_attr_name(&format!("{prefix}:{}", attr.name.local))
            }
            _ => match Attr::from_name(&attr.name.local) {
                Some(common) => AttrName::Common(common),
                None => self.other_attr_name(&attr.name.local),
            },
        }
    }

    fn other_attr_name(&mut self, name: &str) -> AttrName {
        if let Some(&id) = self.attr_name_ids.get(name) {
            return AttrName::Other(id);
        }
        let id = self.document.attr_names.len() as u32;
        self.document.attr_names.push(name.into());
        self.attr_name_ids.insert(name.into(), id);
        AttrName::Other(id)
    }

    /// Gives `node` those of `attrs` that it does not have yet.
    fn add_attrs(&mut self, node: NodeId, attrs: &[Attribute]) {
        let own = self.document.spans[node.index()];
        let own = own.start as usize..own.end as usize;
        let mut missing = Vec::new();
        for attr in attrs {
            let name = self.attr_name(attr);
            let mut owned = self.document.attributes[own.clone()].iter();
            if owned.any(|record| record.name == name) {
                continue;
            }
            // A page may repeat `<body>` with ever new attributes.
            if own.len() + missing.len() >= self.max_attributes {
                self.report(LimitHit::Attributes);
                break;
            }
            let value = self.store(&attr.value);
            missing.push(AttrRecord { name, value });
        }
        if missing.is_empty() {
            return;
        }
        let start = self.document.attributes.len() as u32;
        self.document.attributes.extend_from_within(own);
        self.document.attributes.extend(missing);
        self.document.spans[node.index()] = Span {
            start,
            end: self.document.attributes.len() as u32,
        };
    }

    /// Appends `text` to the buffer. Characters past 4 GiB are left out.
    fn store(&mut self, text: &str) -> Span {
        let start = self.document.buffer.len();
        if start + text.len() > u32::MAX as usize {
            self.report(LimitHit::InputBytes);
            return Span::default();
        }
        self.document.buffer.push_str(text);
        Span {
            start: start as u32,
            end: self.document.buffer.len() as u32,
        }
    }

    /// Puts `text` before `before`, or last in `parent`, joined to the text
    /// that already ends there.
    fn insert_text(&mut self, parent: u32, before: u32, text: &str) {
        let previous = match before {
            NO_NODE => self.document.last_children[parent as usize],
            sibling => self.document.previous_siblings[sibling as usize],
        };
        if previous != NO_NODE && self.document.kinds[previous as usize] == NodeKind::Text {
            self.append_to_text(previous, text);
            return;
        }
        let span = self.store(text);
        let node = self.push(NodeKind::Text, Tag::None, Namespace::Html, span, 0);
        self.insert(parent, before, node.0);
    }

    fn append_to_text(&mut self, node: u32, text: &str) {
        if let Some(waiting) = self.waiting_text.get_mut(&node) {
            waiting.push_str(text);
            return;
        }
        let span = self.document.spans[node as usize];
        if span.end as usize == self.document.buffer.len() {
            let added = self.store(text);
            if added.end > span.end {
                self.document.spans[node as usize].end = added.end;
            }
        } else {
            let mut waiting = self.document.slice(span).to_owned();
            waiting.push_str(text);
            self.waiting_text.insert(node, waiting);
        }
    }

    /// Moves `node` to `parent`, before `before` or last.
    fn insert(&mut self, parent: u32, before: u32, node: u32) {
        self.detach(node);
        let document = &mut self.document;
        let previous = match before {
            NO_NODE => document.last_children[parent as usize],
            sibling => document.previous_siblings[sibling as usize],
        };
        document.parents[node as usize] = parent;
        document.previous_siblings[node as usize] = previous;
        document.next_siblings[node as usize] = before;
        match previous {
            NO_NODE => document.first_children[parent as usize] = node,
            sibling => document.next_siblings[sibling as usize] = node,
        }
        match before {
            NO_NODE => document.last_children[parent as usize] = node,
            sibling => document.previous_siblings[sibling as usize] = node,
        }
    }

    fn detach(&mut self, node: u32) {
        let document = &mut self.document;
        let parent = std::mem::replace(&mut document.parents[node as usize], NO_NODE);
        if parent == NO_NODE {
            return;
        }
        let previous = std::mem::replace(&mut document.previous_siblings[node as usize], NO_NODE);
        let next = std::mem::replace(&mut document.next_siblings[node as usize], NO_NODE);
        match previous {
            NO_NODE => document.first_children[parent as usize] = next,
            sibling => document.next_siblings[sibling as usize] = next,
        }
        match next {
            NO_NODE => document.last_children[parent as usize] = previous,
            sibling => document.previous_siblings[sibling as usize] = previous,
        }
    }

    fn move_children(&mut self, from: u32, to: u32) {
        let document = &mut self.document;
        let first = std::mem::replace(&mut document.first_children[from as usize], NO_NODE);
        let last = std::mem::replace(&mut document.last_children[from as usize], NO_NODE);
        if first == NO_NODE {
            return;
        }
        let mut child = first;
        while child != NO_NODE {
            document.parents[child as usize] = to;
            child = document.next_siblings[child as usize];
        }
        let old_last = std::mem::replace(&mut document.last_children[to as usize], last);
        document.previous_siblings[first as usize] = old_last;
        match old_last {
            NO_NODE => document.first_children[to as usize] = first,
            sibling => document.next_siblings[sibling as usize] = first,
        }
    }

    fn finish(mut self) -> Document {
        let mut waiting: Vec<(u32, String)> = self.waiting_text.drain().collect();
        waiting.sort_unstable_by_key(|(node, _)| *node);
        for (node, text) in waiting {
            let span = self.store(&text);
            self.document.spans[node as usize] = span;
        }
        self.document.limits_hit.sort_unstable();
        self.document
    }
}

/// Whether two attribute lists were cloned from one tag. The clones share their
/// values' memory, so nothing long is compared.
fn are_from_one_tag(a: &[Attribute], b: &[Attribute]) -> bool {
    /// Up to here a value is stored without memory to share.
    const INLINE_BYTES: usize = 8;
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            a.name == b.name
                && a.value.len() == b.value.len()
                && if a.value.len() <= INLINE_BYTES {
                    a.value == b.value
                } else {
                    a.value.as_ptr() == b.value.as_ptr()
                }
        })
}
