//! Walking the tree: iterators and single steps.
//!
//! All of them follow links between nodes, so none recurses and none
//! allocates. A walk that leaves out parts of the tree uses
//! [`Document::next_in_order`] and [`Document::next_after`], one that has to
//! know where an element ends uses [`Document::traverse`].

use crate::document::{Document, NodeId, NodeKind};

/// A step of [`Document::traverse`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The walk arrives at this node; its children come next.
    Open(NodeId),
    /// The walk leaves this node; all its descendants have been visited. Comes
    /// for every node, text included.
    Close(NodeId),
}

impl Document {
    /// The children of `node`, first to last.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.first_child(node), |&child| self.next_sibling(child))
    }

    /// Everything below `node` in document order, without `node`.
    pub fn descendants(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.next_in_order(node, node), move |&current| {
            self.next_in_order(current, node)
        })
    }

    /// The parent of `node`, its parent, and so on up to the root.
    pub fn ancestors(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.parent(node), |&current| self.parent(current))
    }

    /// Visits `node` and everything below it, on the way in and on the way out.
    pub fn traverse(&self, node: NodeId) -> impl Iterator<Item = Edge> {
        std::iter::successors(Some(Edge::Open(node)), move |edge| match *edge {
            Edge::Open(current) => Some(match self.first_child(current) {
                Some(child) => Edge::Open(child),
                None => Edge::Close(current),
            }),
            Edge::Close(current) if current == node => None,
            Edge::Close(current) => match self.next_sibling(current) {
                Some(sibling) => Some(Edge::Open(sibling)),
                None => self.parent(current).map(Edge::Close),
            },
        })
    }

    /// The node after `node` in document order, as long as it is below
    /// `within`: the first child if there is one, else as [`Document::next_after`].
    pub fn next_in_order(&self, node: NodeId, within: NodeId) -> Option<NodeId> {
        self.first_child(node)
            .or_else(|| self.next_after(node, within))
    }

    /// The node after `node` and all its descendants in document order, as long
    /// as it is below `within`: the step that leaves out a subtree.
    ///
    /// ```
    /// # use cuttings_html::{Limits, Tag, parse};
    /// // The text of a page without its navigation.
    /// let document = parse("<nav>Home</nav><p>Rain</p>", &Limits::default());
    /// let mut text = String::new();
    /// let mut next = Some(document.root());
    /// while let Some(node) = next {
    ///     text.push_str(document.text(node));
    ///     next = if document.tag(node) == Tag::Nav {
    ///         document.next_after(node, document.root())
    ///     } else {
    ///         document.next_in_order(node, document.root())
    ///     };
    /// }
    /// assert_eq!(text, "Rain");
    /// ```
    pub fn next_after(&self, node: NodeId, within: NodeId) -> Option<NodeId> {
        let mut current = node;
        while current != within {
            if let Some(sibling) = self.next_sibling(current) {
                return Some(sibling);
            }
            current = self.parent(current)?;
        }
        None
    }

    /// All text below `node`, or of it, run together as it stands in the tree:
    /// scripts, styles and templates included, nothing added between blocks.
    pub fn text_content(&self, node: NodeId) -> String {
        if self.is_text(node) {
            return self.text(node).to_owned();
        }
        let mut content = String::new();
        for below in self.descendants(node) {
            if self.kind(below) == NodeKind::Text {
                content.push_str(self.text(below));
            }
        }
        content
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Tag, parse};

    fn body_of(page: &str) -> (Document, NodeId) {
        let document = parse(page, &Limits::default());
        let body = document.body().expect("a parsed page has a body");
        (document, body)
    }

    #[test]
    fn descendants_come_in_document_order_and_stay_below() {
        let (document, body) = body_of("<body><ul><li>a<li>b</ul><p>c</p>");
        let list = document.first_child(body).expect("the list");
        let names: Vec<_> = document
            .descendants(list)
            .map(|node| match document.kind(node) {
                NodeKind::Text => document.text(node),
                _ => document.name(node),
            })
            .collect();
        assert_eq!(names, ["li", "a", "li", "b"]);
        assert_eq!(document.descendants(list).count(), 4);
        assert_eq!(document.text_content(body), "abc");
    }

    #[test]
    fn a_leaf_has_no_descendants() {
        let (document, body) = body_of("<body><br><p>");
        let br = document.first_child(body).expect("the br");
        assert_eq!(document.descendants(br).count(), 0);
        assert_eq!(document.next_in_order(br, br), None);
    }

    #[test]
    fn traverse_opens_and_closes_every_node_once() {
        let (document, body) = body_of("<body><p>a<b></b></p>c");
        let mut open = Vec::new();
        let mut visited = 0;
        for edge in document.traverse(body) {
            match edge {
                Edge::Open(node) => {
                    open.push(node);
                    visited += 1;
                }
                Edge::Close(node) => assert_eq!(open.pop(), Some(node)),
            }
        }
        assert!(open.is_empty());
        assert_eq!(visited, 1 + document.descendants(body).count());
    }

    #[test]
    fn ancestors_end_at_the_root() {
        let (document, body) = body_of("<body><p><i>x");
        let deepest = document.descendants(body).last().expect("the text");
        let tags: Vec<_> = document
            .ancestors(deepest)
            .map(|node| document.tag(node))
            .collect();
        assert_eq!(tags, [Tag::I, Tag::P, Tag::Body, Tag::Html, Tag::None]);
    }
}
