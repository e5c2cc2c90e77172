//! Highlights: marked words of an article, in one of five colours, with a note.

use crate::{Anchor, ArticleId, CaptureId, Letters, Placed};

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

impl Highlight {
    /// The highlight as it stands in `new`, the text of `capture_id` that takes
    /// the place of `old`. When its words are gone it is an orphan and keeps its
    /// anchor; an orphan whose words are back is none any more.
    #[must_use]
    pub fn carried(self, old: &Letters, new: &Letters, capture_id: Option<CaptureId>) -> Self {
        let anchor = if self.is_orphan {
            match self.anchor.place(new) {
                Placed::At(range) => new.anchor(range),
                Placed::Nowhere | Placed::Ambiguous(_) => None,
            }
        } else {
            self.anchor.carry(old, new)
        };
        match anchor {
            Some(anchor) => Self {
                anchor,
                capture_id,
                is_orphan: false,
                ..self
            },
            None => Self {
                is_orphan: true,
                ..self
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A story of four paragraphs, and what an editor may do to one of them.
    const PARAGRAPHS: [&str; 4] = [
        "The council voted on Thursday to raise the sea wall by one metre.",
        "Work on the wall begins in May, the engineers told a full hall.",
        "Nobody could say who would pay for the work, or when it would end.",
        "The council meets again in June, in the same hall as before.",
    ];

    fn edited(paragraph: &str, how: u8) -> Option<String> {
        match how {
            0 => None,
            1 => Some(paragraph.replace("the", "all of the")),
            2 => Some(paragraph.replacen("council", "mayor", 1)),
            3 => Some(format!("{paragraph} {paragraph}")),
            _ => Some(paragraph.to_owned()),
        }
    }

    proptest! {
        /// Moved, edited, removed and doubled paragraphs: no highlight vanishes,
        /// and one that is anchored still holds its own words.
        #[test]
        fn d25_highlights_are_anchored_or_orphans(
            order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(),
            hows in prop::collection::vec(0_u8..8, 4),
            marks in prop::collection::vec((0_usize..240, 1_usize..60), 1..6),
        ) {
            let old = PARAGRAPHS.join("\n\n");
            let new: Vec<String> = order
                .iter()
                .filter_map(|at| edited(PARAGRAPHS[*at], hows[*at]))
                .collect();
            let new = new.join("\n\n");
            let (old_letters, new_letters) = (Letters::of(&old), Letters::of(&new));
            for (start, length) in marks {
                let Some(anchor) = Anchor::of(&old, start..start + length) else {
                    continue;
                };
                let highlight = Highlight {
                    id: HighlightId(1),
                    article_id: ArticleId(1),
                    capture_id: Some(CaptureId(1)),
                    anchor,
                    is_orphan: false,
                    colour: Colour::Yellow,
                    note: String::new(),
                    created_at_ms: 1,
                    updated_at_ms: 1,
                    deleted_at_ms: None,
                };
                let now = highlight.clone().carried(&old_letters, &new_letters, Some(CaptureId(2)));
                if now.is_orphan {
                    prop_assert_eq!(&now.anchor, &highlight.anchor);
                } else {
                    let letters = |text: &str| -> String {
                        text.chars().filter(|sign| !sign.is_whitespace()).collect()
                    };
                    let found: String = new
                        .chars()
                        .skip(now.anchor.start)
                        .take(now.anchor.end - now.anchor.start)
                        .collect();
                    prop_assert_eq!(letters(&found), letters(&highlight.anchor.exact));
                    prop_assert_eq!(now.capture_id, Some(CaptureId(2)));
                }
            }
        }
    }

    #[test]
    fn colours_read_back_what_they_print() {
        for colour in Colour::ALL {
            assert_eq!(Colour::parse(colour.as_str()), Some(colour));
        }
        assert_eq!(Colour::parse("Yellow"), None);
    }
}
