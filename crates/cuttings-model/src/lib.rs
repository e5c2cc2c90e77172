//! The nouns of Cuttings and their rules.
//!
//! Everything above this crate speaks in these types: an [`Article`] in one
//! user's library, the [`Capture`]s it was made from, the [`Job`] that makes
//! one, the [`Digest`] that names stored bytes. Nothing here knows a database,
//! a socket or the time of day: instants come in as milliseconds since 1970
//! (UTC) and carry `_ms` in their name.

pub mod address;
pub mod anchor;
pub mod article;
pub mod capture;
pub mod digest;
pub mod edit;
pub mod feed;
pub mod filter;
pub mod highlight;
pub mod job;
pub mod resource;
pub mod schedule;
pub mod settings;
pub mod tag;
pub mod text_fragment;
pub mod user;

pub use address::{AddressError, PageAddress};
pub use anchor::{Anchor, Letters, Placed};
pub use article::{
    Article, ArticleBody, ArticleId, ArticleState, Dated, EditKind, ReadPosition, Reason, Stopped,
    StoryEdit, View,
};
pub use capture::{Capture, CaptureId, Origin, Picture, PictureRole};
pub use digest::Digest;
pub use edit::Field;
pub use feed::{Entry, EntryId, Feed, FeedId, FeedRule, FeedRuleId, FeedSave, FeedState};
pub use filter::{EditedWhich, Filter, FilterError, FilterId, Length, Sort};
pub use highlight::{Colour, Highlight, HighlightId};
pub use job::{Job, JobKind};
pub use resource::{Resource, ResourceKind, ResourceRound};
pub use schedule::{Every, Schedule};
pub use settings::{Setting, Settings};
pub use tag::{Tag, TagError, TagId, TagName};
pub use user::{NameError, PasswordError, Role, Scope, User, UserId};

/// Largest id a row may get: the apps people use hold ids in signed 32 bits.
pub const MAX_ID: i64 = i32::MAX as i64;

/// Declares a newtype for an id that is counted per user (or, for users
/// themselves, per library) and stays below 2^31.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}
pub(crate) use id;
