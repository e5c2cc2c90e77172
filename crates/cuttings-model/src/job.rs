//! Jobs: work to be done, kept in the database until it is.
//!
//! A job is leased, not taken: a worker that dies loses the lease and another
//! one does the work. Each lease raises the fencing number, and results are
//! written only under the number they were begun with, so a worker that slept
//! through its lease cannot write over newer work.

use crate::{ArticleId, CaptureId, UserId};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// Fetch the article's page, keep it and make it readable.
    Fetch,
    /// Make the newest kept page readable: an upload, or a page whose
    /// extraction was cut short.
    Extract,
    /// Go for what a captured page looks like with, after it can be read.
    Resources,
}

impl JobKind {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Extract => "extract",
            Self::Resources => "resources",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Fetch, Self::Extract, Self::Resources]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// A job under lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Whose library.
    pub user_id: UserId,
    /// Number within that library.
    pub id: i64,
    /// What is to be done.
    pub kind: JobKind,
    /// To which article.
    pub article_id: ArticleId,
    /// To which capture of it, where the job is about one.
    pub capture_id: Option<CaptureId>,
    /// How many leases there were, this one included.
    pub attempt: i64,
    /// Fencing number of this lease.
    pub fence: i64,
}

/// Most leases a job gets before it is parked as failed.
pub const MAX_ATTEMPTS: i64 = 6;

/// How long to wait before the next try after `attempt` tries, in milliseconds:
/// 1 minute, 10 minutes, 1 hour, 12 hours, then 2 days; about three days in
/// all. `None` when there is no next try.
pub fn retry_delay_ms(attempt: i64) -> Option<i64> {
    const MINUTE: i64 = 60_000;
    match attempt {
        ..=1 => Some(MINUTE),
        2 => Some(10 * MINUTE),
        3 => Some(60 * MINUTE),
        4 => Some(12 * 60 * MINUTE),
        5 => Some(48 * 60 * MINUTE),
        MAX_ATTEMPTS.. => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_end_after_six_tries_and_about_three_days() {
        let delays: Vec<i64> = (1..).map_while(retry_delay_ms).collect();
        assert_eq!(delays.len() as i64 + 1, MAX_ATTEMPTS);
        let days = delays.iter().sum::<i64>() as f64 / 86_400_000.0;
        assert!((2.4..3.1).contains(&days), "{days} days");
    }
}
