//! Who said what, when, about whom: found in the clean text of an article.
//!
//! One pass over a [`Document`] reads it into a frame of blocks, sentences and
//! tagged tokens, and everything else reads that frame. Pure and linear: no
//! clock, no files, no panic, the same answer every time.
//!
//! All offsets are code points of the text they are in, end exclusive.
#![forbid(unsafe_code)]

pub mod dates;
mod document;
pub mod frame;
pub mod tagger;

pub use document::{Document, Part, Span};
