//! Doing a change once, however often it is sent.
//!
//! A client that may lose our answer (a phone in a tunnel) names its change by a
//! key. [`begin`] says whether the change is to be made, was made, or is being
//! made; [`end`] keeps the answer.
//!
//! Between a change and its kept answer the power may fail. [`under_key`] keeps
//! with each transaction of a change that it was made; whoever sends such a
//! change again gets an answer from what is there, and only what had not been
//! made yet is made.

use cuttings_model::UserId;
pub use cuttings_store::under_key;
use cuttings_store::{Begun, KeptAnswer, KeyedChange};

use crate::{Library, LibraryError, now_ms};

/// How long an answer is kept. A device that was away for longer sends its
/// changes as new ones.
const KEPT_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// A change without an answer after so long will never have one: its server is
/// gone.
const ABANDONED_MS: i64 = 2 * 60 * 1000;

/// Begins the change called `key`. `fingerprint` says what the change is, so
/// that a key which is used twice is noticed.
pub async fn begin(
    library: &Library,
    user_id: UserId,
    key: &str,
    fingerprint: &str,
) -> Result<Begun, LibraryError> {
    let now = now_ms();
    Ok(library
        .store
        .begin_change(
            user_id,
            key,
            fingerprint,
            now,
            now - ABANDONED_MS,
            now - KEPT_MS,
        )
        .await?)
}

/// Ends a change: with its answer, or with none when it was refused and may be
/// tried again under the same key.
pub async fn end(
    library: &Library,
    change: &KeyedChange,
    answer: Option<&KeptAnswer>,
) -> Result<(), LibraryError> {
    let store = &library.store;
    match answer {
        Some(answer) => store.end_change(change, answer).await?,
        None => store.drop_change(change).await?,
    }
    Ok(())
}
