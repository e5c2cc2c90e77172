//! Highlights: marked words of an article, in one of five colours, with a note.

use crate::{Anchor, ArticleId, CaptureId};

crate::id! {
    /// Number of a highlight within its user's library, counted from 1.
    HighlightId
}

/// Longest words of a highlight, in characters. The longest clean texts have
/// more; nobody marks all of one.
pub const MAX_WORDS_CHARS: usize = 20_000;
/// Longest note, in characters.
pub const MAX_NOTE_CHARS: usize = 10_000;

/// What colour a highlight has. Each goes with a kind of underline, so that
/// they can be told apart without seeing colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    /// Without an underline.
    #[default]
    Yellow,
    /// Underlined twice.
    Red,
    /// Underlined with dashes.
    Green,
    /// Underlined with dots.
    Blue,
    /// Underlined with a wave.
    Purple,
}

impl Colour {
    /// All five, in the order they are offered.
    pub const ALL: [Self; 5] = [
        Self::Yellow,
        Self::Red,
        Self::Green,
        Self::Blue,
        Self::Purple,
    ];

    /// The word in the database, in JSON and in class names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yellow => "yellow",
            Self::Red => "red",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Purple => "purple",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|colour| colour.as_str() == word)
    }
}

/// Marked words of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlight {
    /// Number within the user's library.
    pub id: HighlightId,
    /// The article.
    pub article_id: ArticleId,
    /// The capture whose text it was last anchored in.
    pub capture_id: Option<CaptureId>,
    /// The words, and where they stand. An orphan's are those of the text it
    /// was last found in.
    pub anchor: Anchor,
    /// Whether its words are gone from the text that is shown.
    pub is_orphan: bool,
    /// Its colour.
    pub colour: Colour,
    /// What was noted on it; empty when nothing was.
    pub note: String,
    /// When it was made.
    pub created_at_ms: i64,
    /// When it was last changed.
    pub updated_at_ms: i64,
    /// When it was removed, if it is. It can be brought back for 30 days.
    pub deleted_at_ms: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_read_back_what_they_print() {
        for colour in Colour::ALL {
            assert_eq!(Colour::parse(colour.as_str()), Some(colour));
        }
        assert_eq!(Colour::parse("Yellow"), None);
    }
}
