//! What goes in, and how a place in it is told.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// An article, clean: nothing in it that is not the story.
#[derive(Debug, Clone, Copy, Default)]
pub struct Document<'a> {
    /// The headline; empty when it is the first line of `text`, or unknown.
    pub headline: &'a str,
    /// The sentence or two below the headline; empty when there are none.
    pub dek: &'a str,
    /// The body, one block a line; empty lines do not count.
    pub text: &'a str,
    /// Language as a BCP 47 tag. English when it is not known.
    pub language: Option<&'a str>,
    /// When it was published, by the clock of the outlet as far as known.
    pub published: Option<DateTime>,
}

/// Which text of a [`Document`] an offset counts in.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// [`Document::headline`].
    Headline,
    /// [`Document::dek`].
    Dek,
    /// [`Document::text`].
    #[default]
    Text,
}

impl Part {
    /// Whether this is the body, which needs no mention.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "made for serde")]
    fn is_text(&self) -> bool {
        *self == Self::Text
    }
}

/// A stretch of a [`Document`], in code points, end exclusive. Never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The text it is in.
    #[serde(default, skip_serializing_if = "Part::is_text")]
    pub part: Part,
    /// Where it begins.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}
