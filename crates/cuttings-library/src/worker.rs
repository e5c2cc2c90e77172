//! The worker: leases due jobs and captures, several at a time, until it is
//! told to stop.
//!
//! `cuttings serve` runs one in its own process; any number may run beside each
//! other on one database. A save in this process wakes it at once, others are
//! seen within a second.

use std::sync::Arc;
use std::time::Duration;

use cuttings_model::{ArticleId, Job, JobKind, UserId};
use cuttings_store::StoreError;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::{Library, capture, now_ms, resources, schedule};

/// Captures under way at the same time; most of them wait for the network.
const CAPTURES_AT_ONCE: usize = 8;
/// Of these, how many may go for what captured pages look like with: the rest is
/// for stories that somebody waits to read.
const RESOURCES_AT_ONCE: usize = 4;
/// How long a lease holds without being renewed. A job whose worker died is
/// picked up by another one after this.
const LEASE_MS: i64 = 30_000;
const RENEW_LEASE_EVERY: Duration = Duration::from_secs(10);
/// Longest a capture may take.
const CAPTURE_LIMIT: Duration = Duration::from_mins(3);
/// How often to look for jobs that another process has queued.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long captures under way may go on after the word to stop.
const STOP_WITHIN: Duration = Duration::from_secs(8);

/// Works until `stop` says true, then lets captures under way end, or hands
/// their jobs back.
pub async fn run(library: Library, mut stop: watch::Receiver<bool>) {
    let owner = owner();
    let places = Arc::new(Semaphore::new(CAPTURES_AT_ONCE));
    let resource_places = Arc::new(Semaphore::new(RESOURCES_AT_ONCE));
    let mut under_way = JoinSet::new();
    let mut looked_at = 0;
    while !*stop.borrow() {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => {
                place.expect("the semaphore is never closed")
            }
            _ = stop.changed() => break,
        };
        while under_way.try_join_next().is_some() {}
        let now = now_ms();
        if now - looked_at >= schedule::LOOK_EVERY_MS {
            looked_at = now;
            if let Err(error) = schedule::queue_due(&library, now).await {
                log(&error, "visits that are due could not be queued");
            }
        }
        let resource_place = Arc::clone(&resource_places).try_acquire_owned().ok();
        let leased = if resource_place.is_some() {
            library
                .store
                .lease_job(&owner, now, now + LEASE_MS, None)
                .await
        } else {
            library
                .store
                .lease_job_but(&owner, now, now + LEASE_MS, JobKind::Resources)
                .await
        };
        match leased {
            Ok(Some(job)) => {
                let library = library.clone();
                let resource_place = resource_place.filter(|_| job.kind == JobKind::Resources);
                under_way.spawn(async move {
                    work(&library, job).await;
                    drop((place, resource_place));
                });
            }
            nothing => {
                drop(place);
                if let Err(error) = nothing {
                    log(&error, "the worker cannot look for work");
                }
                tokio::select! {
                    () = library.saved.notified() => {}
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    _ = stop.changed() => break,
                }
            }
        }
    }
    let ended = async { while under_way.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_WITHIN, ended).await.is_err() {
        // Their leases run out and another worker takes the jobs up.
        under_way.shutdown().await;
    }
}

/// Works on the jobs of these articles until each has come to an end of its
/// own: ready, failed, or put off to a later try. Then goes for what their pages
/// look like with.
///
/// For `cuttings save --wait`: jobs leased by another worker are waited for.
pub async fn run_for(
    library: &Library,
    user_id: UserId,
    articles: &[ArticleId],
    mut ended: impl FnMut(ArticleId),
) -> Result<(), StoreError> {
    let owner = owner();
    let mut open: Vec<ArticleId> = articles.to_vec();
    open.dedup();
    let mut under_way: JoinSet<()> = JoinSet::new();
    while !open.is_empty() {
        while under_way.len() < CAPTURES_AT_ONCE {
            let now = now_ms();
            let only = Some((user_id, open.as_slice()));
            match library
                .store
                .lease_job(&owner, now, now + LEASE_MS, only)
                .await?
            {
                Some(job) => {
                    let library = library.clone();
                    under_way.spawn(async move { work(&library, job).await });
                }
                None => break,
            }
        }
        if under_way.is_empty() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        } else {
            under_way.join_next().await;
        }
        let mut still_open = Vec::new();
        for id in open {
            let queued = library.store.has_work(user_id, id, now_ms()).await?
                || library
                    .store
                    .article(user_id, id)
                    .await?
                    .is_some_and(|article| {
                        article.state == cuttings_model::ArticleState::Queued
                            && article.deleted_at_ms.is_none()
                    });
            if queued {
                still_open.push(id);
            } else {
                ended(id);
            }
        }
        open = still_open;
    }
    while let Some(job) = {
        let now = now_ms();
        let only = Some((user_id, articles));
        library
            .store
            .lease_job(&owner, now, now + LEASE_MS, only)
            .await?
    } {
        let library = library.clone();
        under_way.spawn(async move { work(&library, job).await });
        if under_way.len() >= RESOURCES_AT_ONCE {
            under_way.join_next().await;
        }
    }
    while under_way.join_next().await.is_some() {}
    Ok(())
}

/// Captures under a lease that is renewed as long as it takes.
async fn work(library: &Library, job: Job) {
    let mut renew = tokio::time::interval(RENEW_LEASE_EVERY);
    renew.tick().await;
    let mut done = Box::pin(tokio::time::timeout(CAPTURE_LIMIT, async {
        match job.kind {
            JobKind::Fetch | JobKind::Extract => capture::capture(library, &job).await,
            JobKind::Resources => resources::keep(library, &job).await,
        }
    }));
    let outcome = loop {
        tokio::select! {
            outcome = &mut done => break outcome,
            _ = renew.tick() => {
                match library.store.extend_lease(&job, now_ms() + LEASE_MS).await {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => log(&error, "a lease could not be renewed"),
                }
            }
        }
    };
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(StoreError::LostLease { job })) => {
            tracing::info!(job.id = job, "another worker took the job over");
        }
        Ok(Err(error)) => log(
            &error,
            "a capture could not be written; it will be tried again",
        ),
        Err(_) => {
            tracing::warn!(
                article.id = job.article_id.0,
                "a capture took longer than {} s; it will be tried again",
                CAPTURE_LIMIT.as_secs()
            );
        }
    }
}

/// A name for this worker in the jobs it leases.
fn owner() -> String {
    let mut random = [0; 4];
    getrandom::fill(&mut random).expect("the system gives random bytes");
    format!("{}-{:08x}", std::process::id(), u32::from_ne_bytes(random))
}

fn log(error: &StoreError, what: &str) {
    let cause = std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default();
    tracing::error!(error = %error, cause = %cause, "{what}");
}
