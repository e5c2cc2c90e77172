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
mod marks;
mod names;
mod statements;
pub mod stories;
pub mod tagger;

use serde::{Deserialize, Serialize};

pub use document::{Document, Part, Span};
pub use names::{How, Mention, Name};
pub use statements::{Kind, Speaker, Statement};

/// Raised when the same text gives other results.
pub const ENGINE_VERSION: u32 = 1;

/// What was found in an article.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// Who said what, in the order of the article.
    pub statements: Vec<Statement>,
    /// What is said of days and times, in order.
    pub dates: Vec<dates::Date>,
    /// Who and what is named, in the order they appear.
    pub names: Vec<Name>,
}

/// Reads an article. Takes time linear in its length, and never panics.
///
/// ```
/// use cuttings_reference::{Document, analyse};
///
/// let found = analyse(&Document {
///     text: "“It will rain,” said Ada Byron.",
///     ..Document::default()
/// });
/// let statement = &found.statements[0];
/// assert_eq!(statement.speaker.as_ref().unwrap().name, "Ada Byron");
/// ```
pub fn analyse(document: &Document<'_>) -> Analysis {
    let frame = frame::Frame::new(document);
    let quotations = marks::quotations(&frame);
    let mut names = names::gather(&frame, &quotations);
    Analysis {
        statements: statements::statements(&frame, &quotations, &mut names),
        dates: dates::dates(&frame, document.published),
        names: names.finish(&frame),
    }
}
