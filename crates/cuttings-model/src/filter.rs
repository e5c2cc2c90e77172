//! Filters: which articles a list shows and in which order, and the query of an
//! address that says so.
//!
//! The library page, the API and saved filters all speak it:
//! `view=all&tag=harbour&length=short&sort=title`. [`Filter::set`] takes one
//! pair, [`Filter::query`] prints them all back, always in the same order.

use jiff::civil::Date;
use url::form_urlencoded;

use crate::{ArticleState, View};

crate::id! {
    /// Number of a filter that somebody gave a name.
    FilterId
}

/// Longest value of a pair, in bytes.
const MAX_VALUE_BYTES: usize = 1_000;
/// Most tags in one filter.
const MAX_TAGS: usize = 10;
/// Longest reading time that can be asked for, in minutes.
const MAX_MINUTES: i64 = 10_000;

/// How long an article takes to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Up to five minutes.
    Short,
    /// Six to fifteen minutes.
    Medium,
    /// Longer.
    Long,
}

impl Length {
    /// All lengths, shortest first.
    pub const ALL: [Self; 3] = [Self::Short, Self::Medium, Self::Long];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Medium => "medium",
            Self::Long => "long",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|length| length.as_str() == word)
    }

    /// The fewest and the most minutes it means.
    pub fn minutes(self) -> (i64, Option<i64>) {
        match self {
            Self::Short => (1, Some(5)),
            Self::Medium => (6, Some(15)),
            Self::Long => (16, None),
        }
    }
}

/// Which of the stories that their outlets edited since they were saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditedWhich {
    /// All.
    All,
    /// Those whose edit the user has not seen.
    Unseen,
    /// Those whose page does not say so.
    Silent,
}

impl EditedWhich {
    /// All of them, the widest first.
    pub const ALL: [Self; 3] = [Self::All, Self::Unseen, Self::Silent];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "yes",
            Self::Unseen => "unseen",
            Self::Silent => "silent",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|which| which.as_str() == word)
    }
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Saved last first.
    #[default]
    Newest,
    /// Saved first first.
    Oldest,
    /// Published last first; without a date, by when it was saved.
    Published,
    /// Published first first.
    PublishedOldest,
    /// Fewest words first; what cannot be read yet comes last.
    Shortest,
    /// Most words first.
    Longest,
    /// By headline, as a library sorts.
    Title,
    /// Read last first; never read comes last.
    Read,
}

impl Sort {
    /// All orders.
    pub const ALL: [Self; 8] = [
        Self::Newest,
        Self::Oldest,
        Self::Published,
        Self::PublishedOldest,
        Self::Shortest,
        Self::Longest,
        Self::Title,
        Self::Read,
    ];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Published => "published",
            Self::PublishedOldest => "published-oldest",
            Self::Shortest => "shortest",
            Self::Longest => "longest",
            Self::Title => "title",
            Self::Read => "read",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == word)
    }
}

/// Which articles, in which order. All conditions hold at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// The shelf. Not given, it is [`View::Unread`], or [`View::All`] where a
    /// state is asked for.
    pub view: Option<View>,
    /// Where its capture stands.
    pub state: Option<ArticleState>,
    /// Code of the reason it failed for.
    pub reason: Option<String>,
    /// All of these tags.
    pub tags: Vec<String>,
    /// Name of the outlet, or its host.
    pub publication: Option<String>,
    /// Words of a writer's name.
    pub author: Option<String>,
    /// Primary language tag, such as `en`.
    pub language: Option<String>,
    /// A length.
    pub length: Option<Length>,
    /// At least so many minutes to read.
    pub min_minutes: Option<i64>,
    /// At most so many minutes to read.
    pub max_minutes: Option<i64>,
    /// Saved on this day (UTC) or later.
    pub saved_from: Option<Date>,
    /// Saved on this day or earlier.
    pub saved_to: Option<Date>,
    /// Published on this day or later; without a date, saved.
    pub published_from: Option<Date>,
    /// Published on this day or earlier; without a date, saved.
    pub published_to: Option<Date>,
    /// Only articles with highlights.
    pub highlighted: bool,
    /// Only stories that were edited since they were saved.
    pub edited: Option<EditedWhich>,
    /// Only articles that are captured again by themselves.
    pub scheduled: bool,
    /// Words, in the language of the search.
    pub words: Option<String>,
    /// The order.
    pub sort: Sort,
}

/// A pair that is none of a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {expected}")]
pub struct FilterError {
    /// Name of the pair.
    pub name: String,
    /// What its value may be.
    pub expected: &'static str,
}

impl From<View> for Filter {
    fn from(view: View) -> Self {
        Self {
            view: Some(view),
            ..Self::default()
        }
    }
}

impl Filter {
    /// The names of all pairs that [`Filter::set`] knows.
    pub const NAMES: [&str; 19] = [
        "view",
        "state",
        "reason",
        "tag",
        "publication",
        "author",
        "language",
        "length",
        "min_minutes",
        "max_minutes",
        "saved_from",
        "saved_to",
        "published_from",
        "published_to",
        "highlights",
        "edited",
        "scheduled",
        "q",
        "sort",
    ];

    /// The shelf in force.
    pub fn shelf(&self) -> View {
        self.view.unwrap_or(if self.state.is_some() {
            View::All
        } else {
            View::Unread
        })
    }

    /// Takes one pair of a query. An empty value is no condition. `false` for
    /// a name that is none of [`Filter::NAMES`].
    ///
    /// # Errors
    ///
    /// [`FilterError`] when the value makes no sense; the filter stays as it was.
    pub fn set(&mut self, name: &str, value: &str) -> Result<bool, FilterError> {
        if !Self::NAMES.contains(&name) {
            return Ok(false);
        }
        let value = value.trim();
        if value.is_empty() {
            return Ok(true);
        }
        let wrong = |expected| FilterError {
            name: name.to_owned(),
            expected,
        };
        if value.len() > MAX_VALUE_BYTES || value.contains('\0') {
            return Err(wrong("too long"));
        }
        let text = || Some(value.to_owned());
        let date = || {
            value
                .parse::<Date>()
                .ok()
                .filter(|date| (1000..=9999).contains(&date.year()))
                .ok_or_else(|| wrong("a day such as 2023-06-13"))
                .map(Some)
        };
        let minutes = || {
            value
                .parse::<i64>()
                .ok()
                .filter(|minutes| (0..=MAX_MINUTES).contains(minutes))
                .ok_or_else(|| wrong("a whole number of minutes"))
                .map(Some)
        };
        match name {
            "view" => {
                self.view = Some(
                    View::parse(value)
                        .ok_or_else(|| wrong("one of unread, archived, starred and all"))?,
                );
            }
            "state" => {
                self.state = Some(
                    ArticleState::parse(value)
                        .ok_or_else(|| wrong("one of queued, ready and failed"))?,
                );
            }
            "reason" => self.reason = text(),
            "tag" => {
                let known = |tag: &String| tag.to_lowercase() == value.to_lowercase();
                if self.tags.len() == MAX_TAGS {
                    return Err(wrong("given more than ten times"));
                }
                if !self.tags.iter().any(known) {
                    self.tags.push(value.to_owned());
                }
            }
            "publication" => self.publication = text(),
            "author" => self.author = text(),
            "language" => {
                let primary = value.split('-').next().unwrap_or_default();
                let letters = primary.bytes().all(|byte| byte.is_ascii_alphabetic());
                if !letters || !(2..=8).contains(&primary.len()) {
                    return Err(wrong("a language tag such as en"));
                }
                self.language = Some(primary.to_ascii_lowercase());
            }
            "length" => {
                self.length = Some(
                    Length::parse(value).ok_or_else(|| wrong("one of short, medium and long"))?,
                );
            }
            "min_minutes" => self.min_minutes = minutes()?,
            "max_minutes" => self.max_minutes = minutes()?,
            "saved_from" => self.saved_from = date()?,
            "saved_to" => self.saved_to = date()?,
            "published_from" => self.published_from = date()?,
            "published_to" => self.published_to = date()?,
            "highlights" => match value {
                "yes" => self.highlighted = true,
                _ => return Err(wrong("yes, or left out")),
            },
            "edited" => {
                self.edited = Some(
                    EditedWhich::parse(value)
                        .ok_or_else(|| wrong("one of yes, unseen and silent, or left out"))?,
                );
            }
            "scheduled" => match value {
                "yes" => self.scheduled = true,
                _ => return Err(wrong("yes, or left out")),
            },
            "q" => self.words = text(),
            _ => self.sort = Sort::parse(value).ok_or_else(|| {
                wrong("one of newest, oldest, published, published-oldest, shortest, longest, title and read")
            })?,
        }
        Ok(true)
    }

    /// Reads a query back, as far as it makes sense: people edit addresses,
    /// and a filter that was kept may be older than the program.
    pub fn read(query: &str) -> Self {
        let mut filter = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            // What makes no sense counts as missing.
            let _ = filter.set(&name, &value);
        }
        filter
    }

    /// The conditions as pairs, in a fixed order; the order of the list last.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs: Vec<(&'static str, String)> = Vec::new();
        let mut push = |name, value: Option<String>| {
            if let Some(value) = value {
                pairs.push((name, value));
            }
        };
        let word = |text: &str| Some(text.to_owned());
        let default_view = Self {
            view: None,
            ..self.clone()
        }
        .shelf();
        push(
            "view",
            self.view
                .filter(|view| *view != default_view)
                .and_then(|view| word(view.as_str())),
        );
        push("state", self.state.and_then(|state| word(state.as_str())));
        push("reason", self.reason.clone());
        for tag in &self.tags {
            push("tag", Some(tag.clone()));
        }
        push("publication", self.publication.clone());
        push("author", self.author.clone());
        push("language", self.language.clone());
        push(
            "length",
            self.length.and_then(|length| word(length.as_str())),
        );
        push("min_minutes", self.min_minutes.map(|n| n.to_string()));
        push("max_minutes", self.max_minutes.map(|n| n.to_string()));
        push("saved_from", self.saved_from.map(|day| day.to_string()));
        push("saved_to", self.saved_to.map(|day| day.to_string()));
        push(
            "published_from",
            self.published_from.map(|day| day.to_string()),
        );
        push("published_to", self.published_to.map(|day| day.to_string()));
        push("highlights", self.highlighted.then(|| "yes".to_owned()));
        push("edited", self.edited.and_then(|which| word(which.as_str())));
        push("scheduled", self.scheduled.then(|| "yes".to_owned()));
        push("q", self.words.clone());
        push(
            "sort",
            Some(self.sort)
                .filter(|sort| *sort != Sort::default())
                .and_then(|sort| word(sort.as_str())),
        );
        pairs
    }

    /// The conditions besides shelf, state and order: what the page shows as chips.
    pub fn narrowing(&self) -> Vec<(&'static str, String)> {
        let mut pairs = self.pairs();
        pairs.retain(|(name, _)| !matches!(*name, "view" | "state" | "sort"));
        pairs
    }

    /// The query of an address, without question mark; empty for the default.
    pub fn query(&self) -> String {
        write_query(&self.pairs())
    }
}

/// Pairs as the query of an address.
pub fn write_query(pairs: &[(&'static str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_reads_back_as_it_was_printed() {
        let query = "view=all&state=failed&reason=status&tag=Sea+walls&tag=caf%C3%A9\
            &publication=The+Lantern&author=Byron&language=en&length=long&min_minutes=3\
            &max_minutes=40&saved_from=2023-06-01&saved_to=2023-06-30\
            &published_from=2020-01-01&published_to=2023-01-01&highlights=yes\
            &edited=silent&scheduled=yes&q=harbour+-port&sort=title";
        let filter = Filter::read(query);
        // All is the shelf of a state anyway.
        assert_eq!(filter.query(), query.replacen("view=all&", "", 1));
        assert_eq!(Filter::read(&filter.query()).query(), filter.query());
        assert_eq!(filter.pairs().len(), Filter::NAMES.len());
        assert_eq!(Filter::default().query(), "");
    }

    #[test]
    fn w04_what_makes_no_sense_is_refused_by_name_and_missing_in_an_address() {
        for (name, value) in [
            ("view", "nothing"),
            ("state", "lost"),
            ("language", "english language"),
            ("length", "huge"),
            ("min_minutes", "-1"),
            ("max_minutes", "99999999999999999999"),
            ("saved_from", "June"),
            ("published_to", "2023-13-40"),
            ("highlights", "perhaps"),
            ("edited", "no"),
            ("scheduled", "daily"),
            ("sort", "best"),
        ] {
            let mut filter = Filter::default();
            let error = filter.set(name, value).unwrap_err();
            assert_eq!(error.name, name);
            assert_eq!(filter, Filter::default(), "{name}");
            assert_eq!(Filter::read(&format!("{name}={value}")), filter);
        }
        assert_eq!(Filter::default().set("after", "x"), Ok(false));
        assert_eq!(Filter::read("tag=&q=+&author="), Filter::default());
    }

    #[test]
    fn a_tag_is_asked_for_once_and_failed_captures_are_on_all_shelves() {
        assert_eq!(Filter::read("tag=Sea&tag=sea").tags, ["Sea"]);
        assert_eq!(Filter::read("").shelf(), View::Unread);
        assert_eq!(Filter::read("state=failed").shelf(), View::All);
        assert_eq!(
            Filter::read("state=failed&view=unread").query(),
            "view=unread&state=failed"
        );
        assert_eq!(Filter::from(View::Unread).query(), "");
    }
}
