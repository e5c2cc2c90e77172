//! The catalogue: every word the interface says, one file a page.
//!
//! Templates reach it through the shell, `{{ shell.text.frame.library }}`, and
//! code through [`ENGLISH`]. A text that holds a value is a function field:
//! `{{ (shell.text.list.minutes)(card.minutes) }}` in a template. Each language is one
//! value of [`Texts`], so that a text without its translation does not
//! compile. `cargo xtask house` finds words in templates that stand outside.

mod capture;
mod captures;
mod compare;
mod connect;
mod edit;
mod feeds;
mod frame;
mod highlights;
mod keys;
mod library;
mod list;
mod offline;
mod reader;
mod replay;
mod save;
mod search;
mod settings;
mod sites;
mod tags;

pub(crate) use capture::Capture;
pub(crate) use captures::Captures;
pub(crate) use compare::Compare;
pub(crate) use connect::Connect;
pub(crate) use edit::Edit;
pub(crate) use feeds::Feeds;
pub(crate) use frame::Frame;
pub(crate) use highlights::Highlights;
pub(crate) use keys::Keys;
pub(crate) use library::Library;
pub(crate) use list::List;
pub(crate) use offline::Offline;
pub(crate) use reader::Reader;
pub(crate) use replay::Replay;
pub(crate) use save::Save;
pub(crate) use search::Search;
pub(crate) use settings::Settings;
pub(crate) use sites::Sites;
pub(crate) use tags::Tags;

/// All texts, in one language.
#[derive(Debug)]
pub(crate) struct Texts {
    /// The frame of every page, and the pages of a visitor.
    pub frame: Frame,
    /// The reader.
    pub reader: Reader,
    /// The settings.
    pub settings: Settings,
    /// What single sites are shown.
    pub sites: Sites,
    /// The library page.
    pub library: Library,
    /// Cards in lists.
    pub list: List,
    /// Tags and saved filters.
    pub tags: Tags,
    /// Correcting an article's metadata.
    pub edit: Edit,
    /// Feeds, entries and rules.
    pub feeds: Feeds,
    /// Highlights and notes.
    pub highlights: Highlights,
    /// The search page.
    pub search: Search,
    /// What a device keeps, and what waits on it.
    pub offline: Offline,
    /// The list of keys.
    pub keys: Keys,
    /// One capture.
    pub capture: Capture,
    /// What was kept of a page.
    pub captures: Captures,
    /// A kept page as it looked.
    pub replay: Replay,
    /// What connects other programs.
    pub connect: Connect,
    /// Saving from another page.
    pub save: Save,
    /// Two captures held against each other.
    pub compare: Compare,
}

/// The interface in English.
pub(crate) static ENGLISH: Texts = Texts {
    frame: frame::ENGLISH,
    reader: reader::ENGLISH,
    settings: settings::ENGLISH,
    sites: sites::ENGLISH,
    library: library::ENGLISH,
    list: list::ENGLISH,
    tags: tags::ENGLISH,
    edit: edit::ENGLISH,
    feeds: feeds::ENGLISH,
    highlights: highlights::ENGLISH,
    search: search::ENGLISH,
    offline: offline::ENGLISH,
    keys: keys::ENGLISH,
    capture: capture::ENGLISH,
    captures: captures::ENGLISH,
    replay: replay::ENGLISH,
    connect: connect::ENGLISH,
    save: save::ENGLISH,
    compare: compare::ENGLISH,
};

/// Declares the texts of a page and their English side by side: first the plain
/// ones, `name: "text",`, then behind a `;` those that hold values,
/// `fn name(value: Type) => expression,`.
macro_rules! texts {
    (
        $(#[$about:meta])*
        $group:ident {
            $( $name:ident: $text:literal ),* $(,)?
            $( ; $( fn $function:ident($($value:ident: $type:ty),+) => $body:expr ),+ $(,)? )?
        }
    ) => {
        $(#[$about])*
        #[derive(Debug)]
        #[allow(missing_docs, reason = "the text says what it is for")]
        pub(crate) struct $group {
            $( pub $name: &'static str, )*
            $( $( pub $function: fn($($type),+) -> String, )+ )?
        }

        /// In English.
        pub(crate) const ENGLISH: $group = $group {
            $( $name: $text, )*
            $( $( $function: |$($value),+| $body, )+ )?
        };
    };
}
use texts;
