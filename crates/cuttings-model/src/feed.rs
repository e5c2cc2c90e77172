//! Feeds a user is subscribed to, their entries, and the rules that save some
//! of them.

use crate::{ArticleId, Reason, UserId, id};

id! {
    /// Number of a feed, counted per user.
    FeedId
}
id! {
    /// Number of an entry, counted per user.
    EntryId
}
id! {
    /// Number of a rule, counted per user.
    FeedRuleId
}

/// Longest title or folder name we keep, in characters.
pub const MAX_NAME_CHARS: usize = 200;

/// Entries kept of one feed. Those the feed offered last are kept; an article
/// saved from one stays in the library whatever becomes of the entry.
pub const ENTRIES_KEPT: i64 = 500;

/// What is to be done with a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedState {
    /// Asked again and again.
    Active,
    /// Left alone until its user says otherwise.
    Paused,
    /// The site said that it is gone for good.
    Gone,
}

impl FeedState {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Gone => "gone",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Active, Self::Paused, Self::Gone]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// A feed a user is subscribed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Whose.
    pub user_id: UserId,
    /// Number within that library.
    pub id: FeedId,
    /// Where it is read.
    pub url: String,
    /// The page it belongs to.
    pub site_url: Option<String>,
    /// What it calls itself.
    pub title: String,
    /// What its user calls it.
    pub own_title: Option<String>,
    /// The folder it is in; empty for none.
    pub folder: String,
    /// What is to be done with it.
    pub state: FeedState,
    /// The headers of the last whole answer, to ask for changes by.
    pub etag: Option<String>,
    /// See `etag`.
    pub last_modified: Option<String>,
    /// When it is asked next.
    pub poll_at_ms: i64,
    /// Fencing number of the poll under way.
    pub fence: i64,
    /// When it was last asked.
    pub polled_at_ms: Option<i64>,
    /// When it was last read whole.
    pub read_at_ms: Option<i64>,
    /// When it last brought something new.
    pub changed_at_ms: Option<i64>,
    /// How often in a row it could not be read.
    pub failures: i64,
    /// What is wrong with it, or was at the last poll.
    pub reason: Option<Reason>,
    /// When the user subscribed.
    pub created_at_ms: i64,
    /// When the user unsubscribed; it can be undone for a while.
    pub deleted_at_ms: Option<i64>,
}

impl Feed {
    /// What it is called: by its user, by itself, or by its address.
    pub fn name(&self) -> &str {
        self.own_title
            .as_deref()
            .or(Some(self.title.as_str()))
            .filter(|title| !title.is_empty())
            .unwrap_or(&self.url)
    }
}

/// One entry of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Number within the library.
    pub id: EntryId,
    /// The feed that brought it.
    pub feed_id: FeedId,
    /// What that feed is called.
    pub feed_name: String,
    /// The page it is about; none when the feed gives no address that could be
    /// saved.
    pub url: Option<String>,
    /// Its headline; empty when it has none.
    pub title: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// The language of its text.
    pub language: Option<String>,
    /// What the feed says of it, as clean text.
    pub text: String,
    /// Words in `text`.
    pub word_count: i64,
    /// When it says it was published.
    pub published_at_ms: Option<i64>,
    /// When it came in.
    pub received_at_ms: i64,
    /// Its place in the stream.
    pub sort_at_ms: i64,
    /// When the user marked it as seen.
    pub seen_at_ms: Option<i64>,
    /// The article it was saved as.
    pub article_id: Option<ArticleId>,
    /// The rule that saved it, if one did.
    pub rule_id: Option<FeedRuleId>,
}

impl Entry {
    /// Its headline, or what stands in for it: the start of its text, its
    /// address.
    pub fn headline(&self) -> &str {
        if !self.title.is_empty() {
            return &self.title;
        }
        let start = self.text.lines().next().unwrap_or_default();
        let end = start
            .char_indices()
            .nth(100)
            .map_or(start.len(), |(end, _)| end);
        match start[..end].trim() {
            "" => self.url.as_deref().unwrap_or(&self.feed_name),
            start => start,
        }
    }
}

/// A rule: entries of a feed, or of any, that match a query are saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRule {
    /// Number within the library.
    pub id: FeedRuleId,
    /// The feed it is for; any feed if there is none.
    pub feed_id: Option<FeedId>,
    /// What is looked for, in the language of the search.
    pub query: String,
    /// The tags what it saves is given.
    pub tags: Vec<String>,
    /// When it was made.
    pub created_at_ms: i64,
    /// How many articles it has saved.
    pub saved_count: i64,
}

/// How an article came from a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedSave {
    /// The feed that brought it.
    pub feed_id: FeedId,
    /// What it was called then.
    pub feed_title: String,
    /// What the rule that saved it looked for; none when it was saved by hand.
    pub rule_query: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_back() {
        for state in [FeedState::Active, FeedState::Paused, FeedState::Gone] {
            assert_eq!(FeedState::parse(state.as_str()), Some(state));
        }
        assert_eq!(FeedState::parse("deleted"), None);
    }
}
