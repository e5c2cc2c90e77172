//! What can go wrong with feeds, in words for programs and for people.

use cuttings_model::{AddressError, Reason, TagError};
use cuttings_store::StoreError;
use cuttings_text::query::QueryError;

use crate::LibraryError;

/// Why something was not done with a feed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeedError {
    /// The user is subscribed to no such feed.
    #[error("there is no such feed")]
    NoSuchFeed,

    /// There is no such entry.
    #[error("there is no such entry")]
    NoSuchEntry,

    /// There is no such rule.
    #[error("there is no such rule")]
    NoSuchRule,

    /// There is no feed at an address, or it cannot be read.
    #[error("{}", .0.text)]
    Unreadable(Reason),

    /// The entry names no page that could be saved.
    #[error("this entry names no page")]
    NoPage,

    /// As many subscriptions as there is room for.
    #[error("there are {} feeds already", super::MAX_FEEDS)]
    TooMany,

    /// As many rules as there is room for.
    #[error("there are {} rules already", super::rules::MAX_RULES)]
    TooManyRules,

    /// The words of a rule are no query.
    #[error("{}", .0.message)]
    Query(QueryError),

    /// The words of a rule ask nothing, or ask about articles.
    #[error("{0}")]
    Words(&'static str),

    /// What was given cannot be a tag.
    #[error(transparent)]
    Tag(#[from] TagError),

    /// What was given is no address.
    #[error(transparent)]
    Address(#[from] AddressError),

    /// An entry could not be saved.
    #[error(transparent)]
    Save(#[from] LibraryError),

    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FeedError {
    /// A short stable word for programs.
    pub fn code(&self) -> &str {
        match self {
            Self::NoSuchFeed => "no_such_feed",
            Self::NoSuchEntry => "no_such_entry",
            Self::NoSuchRule => "no_such_feed_rule",
            Self::Unreadable(reason) => &reason.code,
            Self::NoPage => "no_page",
            Self::TooMany => "too_many_feeds",
            Self::TooManyRules => "too_many_rules",
            Self::Query(_) | Self::Words(_) => "query",
            Self::Tag(_) => "tag",
            Self::Address(_) => "not_an_address",
            Self::Save(error) => error.code(),
            Self::Store(_) => "store",
        }
    }

    /// What happened and what to do next, for people.
    pub fn explain(&self) -> String {
        match self {
            Self::NoSuchFeed => {
                "There is no such feed among your subscriptions. You may have given it up.".to_owned()
            }
            Self::NoSuchEntry => {
                "There is no such entry. Feeds keep their newest entries only.".to_owned()
            }
            Self::NoSuchRule => "There is no such rule. It may have been deleted.".to_owned(),
            Self::Unreadable(reason) => reason.text.clone(),
            Self::NoPage => {
                "This entry names no page that could be saved; what it says is all there is."
                    .to_owned()
            }
            Self::TooMany => format!(
                "There are {} feeds already, as many as there is room for. Give one up first.",
                super::MAX_FEEDS
            ),
            Self::TooManyRules => format!(
                "There are {} rules already, as many as there is room for. Delete one first.",
                super::rules::MAX_RULES
            ),
            Self::Query(error) => match &error.hint {
                Some(hint) => format!("{}: {hint}", error.message),
                None => format!("{}.", error.message),
            },
            Self::Words(what) => format!("{what}."),
            Self::Tag(error) => format!("The tags cannot be taken: {error}."),
            Self::Address(error) => LibraryError::Address(error.clone()).explain(),
            Self::Save(error) => error.explain(),
            Self::Store(_) => {
                "The library could not write just now, so nothing was changed. Try again in a moment."
                    .to_owned()
            }
        }
    }
}
