//! XPath 1.0 over a parsed page.
//!
//! [`crate::rules`] finds what a site rule names with it; it serves anybody who
//! has a [`Document`]. An expression is read once ([`XPath::parse`]) and
//! evaluated on any number of pages, each numbered once ([`Tree::new`]).
//!
//! Node ids of a document are not in document order, which XPath needs at every
//! turn, so everything here works on *places*: the position of a node in a walk
//! through the tree. A subtree is a range of places.
//!
//! Names of elements and attributes are compared without regard to case, and a
//! prefix (`og:title`) is part of the name, as HTML has no namespaces. There
//! are no variables, no `namespace` axis and no `lang()` or `namespace-uri()`.

mod evaluate;
mod functions;
mod parse;
mod values;

use std::cell::Cell;

use cuttings_html::{Document, NodeId, NodeKind};

use self::evaluate::{Context, evaluate};
use self::parse::Expression;

pub use self::values::Value;

/// The longest expression that is read, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 16 * 1024;

/// How deep parentheses, predicates and calls may be nested.
pub const MAX_EXPRESSION_DEPTH: usize = 32;

/// Steps that all expressions together may take on one [`Tree`]; a step looks
/// at a node, or at some characters. About half a second's work.
pub const DEFAULT_STEPS: u64 = 20_000_000;

/// Why an expression cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {message}")]
pub struct XPathError {
    /// Where, in characters from 1.
    pub at: usize,
    /// What is wrong there, in plain words.
    pub message: String,
}

/// The steps of a [`Tree`] are used up; the expression was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the expressions take too long on this page")]
pub struct OutOfSteps;

/// An expression that has been read.
///
/// ```
/// use cuttings_extract::xpath::{Tree, XPath};
/// use cuttings_html::{Limits, parse};
///
/// let document = parse("<div class='story big'><p>One</p><p>Two</p></div>", &Limits::default());
/// let tree = Tree::new(&document);
///
/// let second = XPath::parse("//div[contains(@class, 'story')]/p[2]")?;
/// assert_eq!(second.evaluate(&tree)?.to_text(&tree), "Two");
///
/// let error = XPath::parse("//div[@class").unwrap_err();
/// assert_eq!(error.to_string(), "at character 13: a `]` is missing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct XPath {
    source: String,
    expression: Expression,
}

impl XPath {
    /// Reads an expression of at most [`MAX_EXPRESSION_BYTES`].
    ///
    /// # Errors
    ///
    /// [`XPathError`] with the place of the first thing that is wrong.
    pub fn parse(source: &str) -> Result<Self, XPathError> {
        Ok(Self {
            source: source.to_owned(),
            expression: parse::parse(source)?,
        })
    }

    /// The text it was read from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its value, seen from the root of the page.
    ///
    /// # Errors
    ///
    /// [`OutOfSteps`] when the tree has no steps left for it.
    pub fn evaluate<'a>(&'a self, tree: &'a Tree<'_>) -> Result<Value<'a>, OutOfSteps> {
        evaluate(tree, &self.expression, Context::of_root())
    }

    /// The nodes it selects, in document order and each once; none when its
    /// value is a text, a number or a truth value.
    ///
    /// # Errors
    ///
    /// As [`XPath::evaluate`].
    pub fn select(&self, tree: &Tree<'_>) -> Result<Vec<Item>, OutOfSteps> {
        Ok(match self.evaluate(tree)? {
            Value::Nodes(items) => items,
            Value::Text(_) | Value::Number(_) | Value::Boolean(_) => Vec::new(),
        })
    }
}

/// A node or an attribute of one [`Tree`]. Items sort in document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item {
    place: u32,
    /// 0 for the node itself, else the number of its attribute, from 1.
    attribute: u32,
}

impl Item {
    const fn node(place: u32) -> Self {
        Self {
            place,
            attribute: 0,
        }
    }

    /// Whether it is an attribute and not a node.
    pub fn is_attribute(self) -> bool {
        self.attribute > 0
    }
}

/// A page numbered in document order, with the steps that may be taken on it.
pub struct Tree<'d> {
    doc: &'d Document,
    /// The id at each place.
    ids: Vec<NodeId>,
    /// One past the last place inside the node at each place.
    ends: Vec<u32>,
    /// The place of the parent; the root is its own.
    parents: Vec<u32>,
    steps: Cell<u64>,
}

impl<'d> Tree<'d> {
    /// Numbers a page, with [`DEFAULT_STEPS`].
    pub fn new(doc: &'d Document) -> Self {
        Self::with_steps(doc, DEFAULT_STEPS)
    }

    /// Numbers a page; the expressions on it may take so many steps in all.
    pub fn with_steps(doc: &'d Document, steps: u64) -> Self {
        let mut tree = Self {
            doc,
            ids: Vec::with_capacity(doc.len()),
            ends: Vec::with_capacity(doc.len()),
            parents: Vec::with_capacity(doc.len()),
            steps: Cell::new(steps),
        };
        let mut open: Vec<u32> = Vec::new();
        for edge in doc.traverse(doc.root()) {
            match edge {
                cuttings_html::Edge::Open(id) => {
                    let place = tree.ids.len() as u32;
                    // A doctype is no node of XPath's.
                    if doc.kind(id) != NodeKind::Doctype {
                        tree.ids.push(id);
                        tree.ends.push(place + 1);
                        tree.parents.push(open.last().copied().unwrap_or(place));
                        open.push(place);
                    }
                }
                cuttings_html::Edge::Close(id) => {
                    if doc.kind(id) != NodeKind::Doctype
                        && let Some(place) = open.pop()
                    {
                        tree.ends[place as usize] = tree.ids.len() as u32;
                    }
                }
            }
        }
        tree
    }

    /// The page.
    pub fn document(&self) -> &'d Document {
        self.doc
    }

    /// The node of an item; for an attribute the element that has it.
    pub fn id(&self, item: Item) -> NodeId {
        self.ids[item.place as usize]
    }

    /// The text of an item: what is in an attribute, all text below a node.
    pub fn text(&self, item: Item) -> String {
        match self.attribute(item) {
            Some((_, value)) => value.to_owned(),
            None if self.doc.kind(self.id(item)) == NodeKind::Comment => {
                self.doc.text(self.id(item)).to_owned()
            }
            None => self.doc.text_content(self.id(item)),
        }
    }

    /// Name and value, if the item is an attribute.
    pub fn attribute(&self, item: Item) -> Option<(&'d str, &'d str)> {
        let number = (item.attribute as usize).checked_sub(1)?;
        self.doc.attrs(self.id(item)).nth(number)
    }

    /// Steps that may still be taken.
    pub fn steps_left(&self) -> u64 {
        self.steps.get()
    }

    fn charge(&self, steps: usize) -> Result<(), OutOfSteps> {
        let left = self.steps.get().checked_sub(steps as u64);
        self.steps.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or(OutOfSteps)
    }
}
