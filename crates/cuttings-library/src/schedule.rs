//! Schedules: pages that are captured again by themselves.
//!
//! Pages and the API set them with [`set`]; the worker calls [`queue_due`], which
//! makes ordinary jobs of what is due. Visits are spread out by chance, so that
//! pages saved together are not asked for together, and what was missed while
//! nobody worked is made up for once.

use cuttings_model::{ArticleId, Every, Schedule, UserId, schedule};
use cuttings_store::StoreError;

use crate::feeds::poll::jittered;
use crate::shelf::still_here;
use crate::{Library, LibraryError, now_ms};

/// How often the worker looks what is due.
pub(crate) const LOOK_EVERY_MS: i64 = 60_000;
/// How many visits are queued at one look; the rest waits for the next.
const AT_ONCE: i64 = 30;
/// Over how long the visits of one look are spread.
const SPREAD_MS: i64 = 10 * 60_000;

/// Has a page captured again by itself from now on, for so many weeks or without
/// an end. The first visit is one interval away.
///
/// # Errors
///
/// [`LibraryError::Weeks`] for a time that makes no sense.
pub async fn set(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    every: Every,
    weeks: Option<i64>,
) -> Result<Schedule, LibraryError> {
    let now = now_ms();
    let until_ms = match weeks {
        None => None,
        Some(weeks) => Some(schedule::until_ms(weeks, now).ok_or(LibraryError::Weeks)?),
    };
    let new = Schedule {
        user_id,
        article_id: id,
        every,
        until_ms,
        next_at_ms: now + jittered(every.interval_ms()),
        failures: 0,
    };
    if !library
        .store
        .put_schedule(user_id, id, Some(&new), now)
        .await?
    {
        return Err(LibraryError::NoSuchArticle(id));
    }
    Ok(new)
}

/// Ends the schedule of an article. One that has none stays without.
pub async fn end(library: &Library, user_id: UserId, id: ArticleId) -> Result<(), LibraryError> {
    still_here(library.store.article(user_id, id).await?, id)?;
    library
        .store
        .put_schedule(user_id, id, None, now_ms())
        .await?;
    Ok(())
}

/// Queues the visits that are due, some at a time. Gives how many schedules were
/// looked at.
pub async fn queue_due(library: &Library, now_ms: i64) -> Result<usize, StoreError> {
    library
        .store
        .queue_due(
            now_ms,
            AT_ONCE,
            |_| now_ms + by_chance(SPREAD_MS),
            |due| jittered(due.every.wait_ms(due.failures)),
        )
        .await
}

/// A number from 0 up to `most`.
fn by_chance(most: i64) -> i64 {
    jittered(most * 10) - most * 10
}
