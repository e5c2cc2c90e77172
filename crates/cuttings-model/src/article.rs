//! Articles: one saved piece in one user's library.
//!
//! An [`Article`] is the row: what was asked for, what it turned out to be and
//! where it stands. The words themselves are a [`ArticleBody`], kept apart so that a
//! list of articles stays cheap to read.

use crate::{CaptureId, UserId};

crate::id! {
    /// Number of an article within its user's library, counted from 1.
    ArticleId
}

/// Where an article stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ArticleState {
    /// Acknowledged and safe; its first capture has not been made yet.
    Queued,
    /// Can be read and found.
    Ready,
    /// The capture did not work; the article says why and what to do next.
    Failed,
}

impl ArticleState {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Queued, Self::Ready, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// Why an article failed, or what to know about one that is ready.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reason {
    /// A short stable word for programs, such as `private_address`.
    pub code: String,
    /// One or two sentences for people: what happened, to which address, and
    /// what to do next.
    pub text: String,
}

/// A publication date as the page gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    /// RFC 3339: a date-time with its offset, or a date if the page gives only
    /// the day.
    pub text: String,
    /// The instant, for sorting and searching; midnight UTC for a bare day.
    pub at_ms: i64,
}

impl Dated {
    /// Reads an RFC 3339 date-time or date; a bare day is taken at midnight
    /// UTC. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let at_ms = if let Ok(instant) = text.parse::<jiff::Timestamp>() {
            instant.as_millisecond()
        } else {
            let day: jiff::civil::Date = text.parse().ok()?;
            let midnight = jiff::tz::TimeZone::UTC
                .to_timestamp(day.at(0, 0, 0, 0))
                .ok()?;
            midnight.as_millisecond()
        };
        Some(Self {
            text: text.to_owned(),
            at_ms,
        })
    }
}

/// What an outlet says of an edit it made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EditKind {
    /// The text holds a correction, a clarification or a note of the editor.
    Noted,
    /// The page gives a later date of its last change.
    Dated,
    /// Nothing.
    Silent,
}

impl EditKind {
    /// The word in the database, in addresses and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Noted => "noted",
            Self::Dated => "dated",
            Self::Silent => "silent",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Noted, Self::Dated, Self::Silent]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// That a story was edited since it was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoryEdit {
    /// When the capture that shows it was made.
    pub at_ms: i64,
    /// The last capture before it; of several edits nobody has looked at, the
    /// one before the first.
    pub from: CaptureId,
    /// The capture that shows it.
    pub to: CaptureId,
    /// What the outlet says of it.
    pub kind: EditKind,
    /// Since when the user knows, if they do.
    pub seen_at_ms: Option<i64>,
}

/// One saved piece in one user's library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Whose library.
    pub user_id: UserId,
    /// Number within that library.
    pub id: ArticleId,
    /// The address as it was saved.
    pub given_url: String,
    /// The address the page was read from, after redirects.
    pub final_url: Option<String>,
    /// The address the page calls its own. A claim, not a fact.
    pub canonical_url: Option<String>,
    /// Headline; before the first capture there is none.
    pub headline: Option<String>,
    /// The sentence under the headline.
    pub dek: Option<String>,
    /// The line that names the writers, as printed.
    pub byline: Option<String>,
    /// The writers, in printed order.
    pub authors: Vec<String>,
    /// The outlet.
    pub publication: Option<String>,
    /// The part of the outlet, such as "Politics".
    pub section: Option<String>,
    /// BCP 47 tag, such as `en-GB`.
    pub language: Option<String>,
    /// Whether the text runs from right to left.
    pub right_to_left: bool,
    /// When the outlet published it.
    pub published: Option<Dated>,
    /// When the outlet last changed it.
    pub modified: Option<Dated>,
    /// Words of the story, as [`ArticleBody::text`] holds them.
    pub word_count: i64,
    /// Minutes to read it, at least 1 for a story with words.
    pub reading_minutes: i64,
    /// Where it stands.
    pub state: ArticleState,
    /// Why it failed, or what to know about it.
    pub reason: Option<Reason>,
    /// When a failed capture is tried again by itself.
    pub retry_at_ms: Option<i64>,
    /// The capture that is shown.
    pub capture_id: Option<CaptureId>,
    /// When it was saved.
    pub saved_at_ms: i64,
    /// Moves forward on every change a client can see; never twice the same
    /// within one library.
    pub updated_at_ms: i64,
    /// When it was archived, if it is.
    pub archived_at_ms: Option<i64>,
    /// When it was starred, if it is.
    pub starred_at_ms: Option<i64>,
    /// When it was deleted, if it is. It can be brought back for 30 days.
    pub deleted_at_ms: Option<i64>,
    /// Whether a thumbnail is kept for it.
    pub has_thumbnail: bool,
    /// Where its reader stopped, if they have begun.
    pub stopped: Option<Stopped>,
    /// Its tags, by name.
    pub tags: Vec<String>,
    /// The older article that seems to hold the same page, until the user has
    /// joined the two or said that both are to be kept.
    pub twin_of: Option<ArticleId>,
    /// Whether the user chose the capture that is shown. No visit changes it
    /// then.
    pub is_capture_chosen: bool,
    /// That the story was edited since it was saved, if it was.
    pub edited: Option<StoryEdit>,
}

/// A place in a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadPosition {
    /// The block at the top of the window: blocks of the clean text are parted
    /// by blank lines and counted from 0.
    pub block: i64,
    /// How much of the story is read, 0 to 100.
    pub percent: i64,
}

impl ReadPosition {
    /// A position, unless it lies outside of any story.
    pub fn new(block: i64, percent: i64) -> Option<Self> {
        ((0..=crate::MAX_ID).contains(&block) && (0..=100).contains(&percent))
            .then_some(Self { block, percent })
    }

    /// Whether the end has been reached. The last line is seldom at the top of
    /// a window, so the last hundredths do not count.
    pub fn is_end(self) -> bool {
        self.percent >= 98
    }
}

/// Where and when a reader stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// The place.
    pub position: ReadPosition,
    /// When the reader was there.
    pub at_ms: i64,
}

impl Article {
    /// The headline, or the address while there is no headline.
    pub fn title(&self) -> &str {
        self.headline.as_deref().unwrap_or(&self.given_url)
    }

    /// The address a reader would open: final if known, else given.
    pub fn source_url(&self) -> &str {
        self.final_url.as_deref().unwrap_or(&self.given_url)
    }

    /// The dek, unless the story opens with the same words: many outlets put
    /// their first paragraph there, and nobody wants to read it twice.
    pub fn dek_above(&self, text: &str) -> Option<&str> {
        self.dek.as_deref().filter(|dek| {
            text.split("\n\n")
                .next()
                .is_none_or(|first| first.trim() != dek.trim())
        })
    }

    /// The outlet's name, or the host of the address.
    pub fn outlet(&self) -> String {
        self.publication.clone().unwrap_or_else(|| {
            url::Url::parse(self.source_url())
                .ok()
                .and_then(|url| {
                    url.host_str()
                        .map(|host| host.trim_start_matches("www.").to_owned())
                })
                .unwrap_or_default()
        })
    }
}

/// The words of an article, as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleBody {
    /// Clean text, blocks joined by a blank line. Positions of highlights and
    /// statements count its code points.
    pub text: String,
    /// The same as allow-listed HTML; pictures point to our own kept copies.
    pub html: String,
}

/// Which articles a list shows. Deleted ones are in none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// Not archived.
    #[default]
    Unread,
    /// Archived.
    Archived,
    /// Starred, archived or not.
    Starred,
    /// All of them.
    All,
}

impl View {
    /// All views, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Unread, Self::Archived, Self::Starred, Self::All];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::Archived => "archived",
            Self::Starred => "starred",
            Self::All => "all",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_outside_of_any_story_are_none() {
        assert!(ReadPosition::new(0, 0).is_some());
        assert!(ReadPosition::new(7, 100).is_some_and(ReadPosition::is_end));
        for (block, percent) in [(-1, 0), (0, -1), (0, 101), (i64::MAX, 50)] {
            assert_eq!(ReadPosition::new(block, percent), None);
        }
    }

    #[test]
    fn t05_dates_of_every_kind_have_an_instant_or_none() {
        for (text, at_ms) in [
            ("2023-06-13T19:05:47Z", 1_686_683_147_000),
            ("2023-06-13T19:05:47+02:00", 1_686_675_947_000),
            ("1970-01-02", 86_400_000),
        ] {
            assert_eq!(Dated::parse(text).unwrap().at_ms, at_ms);
        }
        assert!(Dated::parse("0001-01-01").is_some());
        assert_eq!(Dated::parse("Tuesday"), None);
    }

    #[test]
    fn states_and_views_read_back_what_they_print() {
        for state in [
            ArticleState::Queued,
            ArticleState::Ready,
            ArticleState::Failed,
        ] {
            assert_eq!(ArticleState::parse(state.as_str()), Some(state));
        }
        for view in View::ALL {
            assert_eq!(View::parse(view.as_str()), Some(view));
        }
        assert_eq!(View::parse("deleted"), None);
    }
}
