//! Resources: what a page looks like with, kept with a capture of it.
//!
//! The pictures of the *story* are [`crate::Picture`]s. Resources are everything
//! else that replay needs: style sheets, the fonts and pictures these name, and
//! the pictures that stand around the story.

use crate::{CaptureId, Digest};

/// What a page uses a resource as.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum ResourceKind {
    /// A style sheet.
    Style,
    /// A font.
    Font,
    /// A picture, an icon, the still picture of a film.
    Picture,
    /// A page in a frame.
    Frame,
    /// Anything else.
    Other,
}

impl ResourceKind {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Style => "style",
            Self::Font => "font",
            Self::Picture => "picture",
            Self::Frame => "frame",
            Self::Other => "other",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Style,
            Self::Font,
            Self::Picture,
            Self::Frame,
            Self::Other,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == word)
    }
}

/// One address that a captured page looks like something with: kept, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The capture it was asked for with.
    pub capture_id: CaptureId,
    /// The address the page or style sheet names, whole, without fragment.
    pub url: String,
    /// The address that answered, after redirects.
    pub final_url: Option<String>,
    /// What the page uses it as.
    pub kind: ResourceKind,
    /// HTTP status.
    pub status: Option<i64>,
    /// What it is: of fonts and pictures by their first bytes, of style sheets
    /// as declared.
    pub content_type: Option<String>,
    /// The bytes as they came; none when it is not kept.
    pub digest: Option<Digest>,
    /// Size of the bytes.
    pub size: i64,
    /// The exchange, in the form of `cuttings_formats::exchange`.
    pub exchange: Option<Digest>,
    /// Why it is not kept, for people.
    pub failure: Option<String>,
}

/// That the resources of a capture were gone for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceRound {
    /// When that was done.
    pub ended_at_ms: i64,
    /// Addresses past the largest number that is listed.
    pub unlisted: i64,
    /// Why there are none at all, for people.
    pub failure: Option<String>,
}
