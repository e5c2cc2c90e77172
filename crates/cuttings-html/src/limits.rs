//! How much of a page is looked at, and what was left out.
//!
//! [`crate::parse()`] takes [`Limits`]; [`Document::limits_hit`](crate::Document::limits_hit)
//! tells which of them the page reached. The product runs with
//! [`Limits::default`]; conformance runs with [`Limits::none`].
//!
//! The limits are what makes parsing linear: nested elements and re-opened
//! formatting elements make the standard algorithm quadratic or worse, and
//! anybody can publish such a page.

/// The bounds of one parse. A page over a bound still gives a document, with
/// the rest left out and a [`LimitHit`] that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text that are parsed; what follows is not looked at.
    pub max_input_bytes: usize,
    /// Elements open at once. Start tags past it are dropped with their end
    /// tags and their content stays, as in browsers. Void elements and the
    /// elements that close their own kind (`p`, `td`, …) may stand a little
    /// deeper.
    pub max_open_elements: usize,
    /// Formatting elements (`b`, `a`, `font`, …) that are open or waiting to
    /// be opened again. Start tags past it are dropped with their end tags.
    pub max_formatting: usize,
    /// Attributes of one tag; the ones past it are dropped.
    pub max_attributes: usize,
    /// Bytes of one tag, from `<` to `>`. Attributes that do not fit any more
    /// are dropped, later ones that fit are kept.
    pub max_tag_bytes: usize,
    /// Nodes of the tree. Parsing stops when it is reached.
    pub max_nodes: usize,
}

impl Default for Limits {
    /// What the product parses: 20 MiB, 512 open elements, 32 formatting
    /// elements, 256 attributes and 64 KiB a tag, 300,000 nodes.
    fn default() -> Self {
        Self {
            max_input_bytes: 20 * 1024 * 1024,
            max_open_elements: 512,
            max_formatting: 32,
            max_attributes: 256,
            max_tag_bytes: 64 * 1024,
            max_nodes: 300_000,
        }
    }
}

impl Limits {
    /// No bounds at all, for input that is trusted and for conformance tests.
    ///
    /// One bound remains, because positions are 32 bits wide: the characters
    /// of a document end at 4 GiB.
    pub fn none() -> Self {
        Self {
            max_input_bytes: usize::MAX,
            max_open_elements: usize::MAX,
            max_formatting: usize::MAX,
            max_attributes: usize::MAX,
            max_tag_bytes: usize::MAX,
            max_nodes: usize::MAX,
        }
    }
}

/// A bound that a page reached; each is reported once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LimitHit {
    /// The page is longer than [`Limits::max_input_bytes`]: its end is missing.
    InputBytes,
    /// Elements nested deeper than [`Limits::max_open_elements`] lost their tags.
    OpenElements,
    /// Formatting past [`Limits::max_formatting`] lost its tags.
    Formatting,
    /// A tag lost attributes past [`Limits::max_attributes`].
    Attributes,
    /// A tag lost attributes, or the end of its name, past [`Limits::max_tag_bytes`].
    TagBytes,
    /// Tags at the bottom of deep nesting, in such numbers that looking up what
    /// is open around each of them takes too long: the rest of the page is
    /// missing.
    LookUps,
    /// The tree reached [`Limits::max_nodes`]: the rest of the page is missing.
    Nodes,
}
