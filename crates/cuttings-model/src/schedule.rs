//! Schedules: how often a page is captured again by itself, and until when.

use crate::{ArticleId, UserId};

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Every {
    /// Once a day.
    Day,
    /// Once a week.
    Week,
    /// Once in 30 days.
    Month,
}

impl Every {
    /// All of them, the most frequent first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The word in the database, in forms and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|every| every.as_str() == word)
    }

    /// How long that is.
    pub fn interval_ms(self) -> i64 {
        match self {
            Self::Day => DAY_MS,
            Self::Week => 7 * DAY_MS,
            Self::Month => 30 * DAY_MS,
        }
    }

    /// How long to wait after so many failures in a row: twice as long with
    /// each, up to 30 days.
    pub fn wait_ms(self, failures: i64) -> i64 {
        let doubled = failures.clamp(0, 5);
        (self.interval_ms() << doubled).min(Self::Month.interval_ms())
    }
}

/// The longest a schedule may be told to last, in weeks.
pub const MAX_WEEKS: i64 = 520;

/// The end of a schedule that lasts so many weeks. `None` for more than
/// [`MAX_WEEKS`] and less than one.
pub fn until_ms(weeks: i64, now_ms: i64) -> Option<i64> {
    (1..=MAX_WEEKS)
        .contains(&weeks)
        .then(|| now_ms.saturating_add(weeks * 7 * DAY_MS))
}

/// When an article is captured again by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Whose library.
    pub user_id: UserId,
    /// Which article.
    pub article_id: ArticleId,
    /// How often.
    pub every: Every,
    /// When it ends by itself, if it does.
    pub until_ms: Option<i64>,
    /// When the next visit is due.
    pub next_at_ms: i64,
    /// How many visits in a row have failed.
    pub failures: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_make_the_wait_longer_but_never_longer_than_a_month() {
        let days = |every: Every, failures| every.wait_ms(failures) / DAY_MS;
        assert_eq!(
            (0..8)
                .map(|failed| days(Every::Day, failed))
                .collect::<Vec<_>>(),
            [1, 2, 4, 8, 16, 30, 30, 30]
        );
        assert_eq!((days(Every::Week, 1), days(Every::Week, 9)), (14, 30));
        assert_eq!(days(Every::Month, i64::MAX), 30);
    }

    #[test]
    fn a_schedule_lasts_a_sensible_time() {
        assert_eq!(until_ms(1, 5), Some(5 + 7 * DAY_MS));
        for weeks in [0, -1, MAX_WEEKS + 1, i64::MAX] {
            assert_eq!(until_ms(weeks, 0), None);
        }
        for every in Every::ALL {
            assert_eq!(Every::parse(every.as_str()), Some(every));
        }
    }
}
