//! What can go wrong with a verb, in words for programs and for people.

use cuttings_fetch::FetchError;
use cuttings_model::{
    AddressError, ArticleId, CaptureId, Field, HighlightId, Reason, TagError, TagId,
};
use cuttings_store::StoreError;

/// Why a verb was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// The user's library holds no such article.
    #[error("there is no article {0} in this library")]
    NoSuchArticle(ArticleId),

    /// The article has no such capture, or none that holds a page.
    #[error("there is no page kept under capture {0} of this article")]
    NoSuchCapture(CaptureId),

    /// A capture cannot be shown or compared. Why, for people.
    #[error("the capture cannot be read: {0}")]
    NothingToShow(String),

    /// A schedule cannot be what was given.
    #[error("a schedule lasts 1 to {} weeks", cuttings_model::schedule::MAX_WEEKS)]
    Weeks,

    /// The user's library holds no such tag.
    #[error("there is no such tag in this library")]
    NoSuchTag,

    /// The name is that of another tag.
    #[error("there is a tag “{name}” already")]
    TagTaken {
        /// The name.
        name: String,
        /// The tag that has it.
        other: TagId,
    },

    /// What was given cannot be a tag.
    #[error(transparent)]
    Tag(#[from] TagError),

    /// There is no such saved filter.
    #[error("there is no such filter")]
    NoSuchFilter,

    /// What was given cannot be the name of a filter.
    #[error(
        "a filter needs a name of at most {} characters",
        crate::filters::MAX_NAME_CHARS
    )]
    FilterName,

    /// As many filters are saved as there is room for.
    #[error("there are {} saved filters already", crate::filters::MAX_FILTERS)]
    TooManyFilters,

    /// A field of an article cannot be what was given.
    #[error("{} must be {expected}", field.as_str())]
    Field {
        /// Which.
        field: Field,
        /// What it may be.
        expected: &'static str,
    },

    /// The action was undone before, or is too old.
    #[error("there is nothing to undo any more")]
    NothingToUndo,

    /// The article repeats no older one.
    #[error("there is no such article, or it repeats no other")]
    NoTwin,

    /// What was given is no address that can be saved.
    #[error(transparent)]
    Address(#[from] AddressError),

    /// The page that was handed over cannot be taken.
    #[error("{0}")]
    Upload(String),

    /// The user's library holds no such highlight.
    #[error("there is no highlight {0} in this library")]
    NoSuchHighlight(HighlightId),

    /// The words to be marked do not stand in the article.
    #[error("these words do not stand in the article")]
    NotInText,

    /// The words to be marked stand in several places.
    #[error("these words stand in {0} places of the article")]
    Ambiguous(usize),

    /// A text is longer than what is kept.
    #[error("the {what} has more than {limit} characters")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Its limit.
        limit: usize,
    },

    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LibraryError {
    /// A short stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchArticle(_) => "no_such_article",
            Self::NoSuchCapture(_) => "no_such_capture",
            Self::NothingToShow(_) => "nothing_to_show",
            Self::Weeks => "weeks",
            Self::NoSuchTag => "no_such_tag",
            Self::TagTaken { .. } => "tag_taken",
            Self::Tag(_) => "tag",
            Self::NoSuchFilter => "no_such_filter",
            Self::FilterName => "filter_name",
            Self::TooManyFilters => "too_many_filters",
            Self::Field { .. } => "field",
            Self::NothingToUndo => "nothing_to_undo",
            Self::NoTwin => "no_twin",
            Self::Address(AddressError::Scheme { .. }) => "scheme",
            Self::Address(_) => "not_an_address",
            Self::Upload(_) => "upload",
            Self::NoSuchHighlight(_) => "no_such_highlight",
            Self::NotInText => "not_in_text",
            Self::Ambiguous(_) => "ambiguous",
            Self::TooLong { .. } => "too_long",
            Self::Store(store) if store.is_disk_full() => "disk_full",
            Self::Store(_) => "store",
        }
    }

    /// What happened and what to do next, for people.
    pub fn explain(&self) -> String {
        match self {
            Self::NoSuchArticle(id) => {
                format!("There is no article {id} in this library. It may have been deleted for good.")
            }
            Self::NoSuchCapture(id) => {
                format!("There is no page kept under capture {id} of this article.")
            }
            Self::NothingToShow(why) => {
                format!("This capture cannot be read, so nothing was changed. {why}")
            }
            Self::Weeks => format!("{}. Nothing was changed.", sentence(&self.to_string())),
            Self::NoSuchTag | Self::NoSuchFilter | Self::NoTwin => {
                format!("{}. It may have gone meanwhile.", sentence(&self.to_string()))
            }
            Self::TagTaken { .. } => {
                format!("{}. Merge the two, or choose another name.", sentence(&self.to_string()))
            }
            Self::Tag(_) | Self::FilterName | Self::Field { .. } => {
                format!("{}. Nothing was changed.", sentence(&self.to_string()))
            }
            Self::TooManyFilters => {
                format!("{}. Delete one to make room.", sentence(&self.to_string()))
            }
            Self::NothingToUndo => {
                "There is nothing to undo any more: it was undone before, or is more than a week old."
                    .to_owned()
            }
            Self::Address(error) => format!("{}. {}", sentence(&error.to_string()), error.advice()),
            Self::Upload(what) => sentence(what) + ".",
            Self::NoSuchHighlight(id) => {
                format!("There is no highlight {id} in this library. It may have been removed.")
            }
            Self::NotInText => "These words do not stand in the article as it is shown. Copy them \
                 from the article itself, without leaving anything out."
                .to_owned(),
            Self::Ambiguous(places) => format!(
                "These words stand in {places} places of the article. Take some more of the words \
                 around them, so that it is clear which place is meant."
            ),
            Self::TooLong { what, limit } => {
                format!("The {what} is longer than {limit} characters. Make it shorter.")
            }
            Self::Store(store) if store.is_disk_full() => {
                "The disk is full, so nothing was saved. Everything kept before is still there; \
                 free some space and try again."
                    .to_owned()
            }
            Self::Store(store) if store.is_temporary() => {
                "The library could not write just now, so nothing was changed. Try again in a moment."
                    .to_owned()
            }
            Self::Store(_) => {
                "Something is wrong with the library itself, so nothing was changed. \
                 The server's log says more."
                    .to_owned()
            }
        }
    }
}

/// A fetch that failed, as the reason an article shows.
pub(crate) fn reason_of(error: &FetchError) -> Reason {
    Reason {
        code: error.code().to_owned(),
        text: error.explain(),
    }
}

/// The same words with a capital at the start.
fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}
