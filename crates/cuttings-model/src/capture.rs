//! Captures: dated visits to a page, or uploads of one. Append-only.
//!
//! A failed visit is a capture too: it says when we tried and what came back,
//! and it never changes what is shown.

use crate::{ArticleId, Digest};

crate::id! {
    /// Number of a capture within its user's library, counted from 1.
    CaptureId
}

/// How a capture came to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// We fetched the address.
    Fetched,
    /// Somebody handed us the page as a file.
    Uploaded,
    /// A browser sent the page as one complete file, as SingleFile makes them.
    Sent,
    /// Our browser extension sent the page as it stood. Pictures that a page of
    /// their site may not read are left to us.
    Extension,
}

impl Origin {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fetched => "fetched",
            Self::Uploaded => "uploaded",
            Self::Sent => "sent",
            Self::Extension => "extension",
        }
    }

    /// Whether the page was given to us, rather than fetched by us.
    pub fn is_handed_over(self) -> bool {
        self != Self::Fetched
    }

    /// Whether a browser gave it to us, as its reader saw it.
    pub fn is_from_browser(self) -> bool {
        matches!(self, Self::Sent | Self::Extension)
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Fetched, Self::Uploaded, Self::Sent, Self::Extension]
            .into_iter()
            .find(|origin| origin.as_str() == word)
    }
}

/// One dated visit or upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// Number within the user's library.
    pub id: CaptureId,
    /// The article it belongs to.
    pub article_id: ArticleId,
    /// How it came.
    pub origin: Origin,
    /// When; of a page from a browser, when its reader saw it.
    pub captured_at_ms: i64,
    /// The address that was asked for.
    pub requested_url: String,
    /// The address that answered, after redirects.
    pub final_url: Option<String>,
    /// HTTP status; none for uploads and for visits that got no answer.
    pub status: Option<i64>,
    /// The declared type, such as `text/html; charset=utf-8`.
    pub content_type: Option<String>,
    /// The original bytes, before charset decoding.
    pub body: Option<Digest>,
    /// Size of the original bytes.
    pub body_size: i64,
    /// The exchange: request line, redirects, status line and header fields,
    /// in the form of `cuttings_formats::exchange`.
    pub exchange: Option<Digest>,
    /// Why the visit failed; none when the page was kept.
    pub failure: Option<String>,
    /// The capture this page belongs to, when the story stands on several
    /// pages: a further page of it, or the one that led to it.
    pub part_of: Option<CaptureId>,
    /// The capture whose page this visit found unchanged: the site said so
    /// (status 304, no bytes), or sent the same bytes again.
    pub same_as: Option<CaptureId>,
    /// Why it is kept but not shown, for people.
    pub not_shown: Option<String>,
}

impl Capture {
    /// Whether it holds a page of its own that can be shown and compared.
    pub fn is_whole(&self) -> bool {
        self.body.is_some() && self.failure.is_none() && self.part_of.is_none()
    }
}

/// What a kept picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureRole {
    /// Stands in the story or leads it.
    Story,
    /// Scaled down for lists; made by us.
    Thumbnail,
}

impl PictureRole {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Story => "story",
            Self::Thumbnail => "thumbnail",
        }
    }
}

/// A picture kept with a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The capture it was kept with.
    pub capture_id: CaptureId,
    /// The address it came from; for a thumbnail, of the picture it shows.
    pub url: String,
    /// What it is for.
    pub role: PictureRole,
    /// The bytes.
    pub digest: Digest,
    /// The type its first bytes show, such as `image/jpeg`; never the type a
    /// server merely claimed.
    pub content_type: String,
    /// Size in bytes.
    pub size: i64,
    /// Width in pixels, if the format tells.
    pub width: Option<i64>,
    /// Height in pixels, if the format tells.
    pub height: Option<i64>,
}
