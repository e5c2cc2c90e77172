//! HTML into an arena tree: bytes to text, text to nodes, within limits.
//!
//! [`decode`](decode::decode) finds the encoding of a page and turns its bytes
//! into text, [`parse()`] turns the text into a [`Document`] as browsers do, and
//! the document is read by walking it. Any input gives a document, without
//! panic and without recursion; [`Limits`] keep the work linear, and
//! [`Document::limits_hit`] tells when something was left out.
//!
//! ```
//! use cuttings_html::decode::decode;
//! use cuttings_html::{Attr, Limits, Tag, parse};
//!
//! let bytes = b"<title>Rain</title><p>It rained in <a href='/cologne'>K\xc3\xb6ln</a>.";
//! let page = decode(bytes, Some("text/html; charset=utf-8"));
//! let document = parse(&page.text, &Limits::default());
//!
//! let link = document
//!     .descendants(document.root())
//!     .find(|&node| document.tag(node) == Tag::A)
//!     .unwrap();
//! assert_eq!(document.attr(link, Attr::Href), Some("/cologne"));
//! assert_eq!(document.text_content(link), "Köln");
//! assert!(document.limits_hit().is_empty());
//! ```
#![forbid(unsafe_code)]

mod attr;
mod build;
pub mod decode;
mod document;
mod feed;
mod guard;
mod label;
mod limits;
mod names;
mod parse;
mod serialize;
pub mod srcset;
mod tag;
mod walk;

pub use attr::Attr;
pub use document::{Document, Namespace, NodeId, NodeKind, QuirksMode};
pub use limits::{LimitHit, Limits};
pub use parse::{ParseOptions, parse, parse_fragment, parse_fragment_with, parse_with};
pub use tag::Tag;
pub use walk::Edge;
