//! `cuttings recapture`: pages captured again.

use anyhow::{Context as _, anyhow};
use cuttings_library::{Library, again, worker};
use cuttings_model::{ArticleId, Capture, UserId};
use serde_json::json;

use crate::args::Recapture;
use crate::config::Config;
use crate::{Failure, open, print};

/// Visits each page again and says what that brought; one that is not there does
/// not keep the others back.
pub async fn run(config: &Config, asked: &Recapture, json: bool) -> Result<(), Failure> {
    let library = open::library(config).await?;
    let user = open::user(&library, asked.whose.user.as_deref()).await?;
    let mut failed = false;
    let mut queued: Vec<ArticleId> = Vec::new();
    for id in asked.ids.iter().copied().map(ArticleId) {
        match again::capture_again(&library, user.id, id).await {
            Ok(_) => queued.push(id),
            Err(error) => {
                failed = true;
                eprintln!("cuttings: {}", error.explain());
            }
        }
    }
    let waits = asked.wait || !open::somebody_captures(config, &library);
    if waits {
        worker::run_for(&library, user.id, &queued, |_| {})
            .await
            .context("the visits are queued, but making them stopped")?;
    }
    for id in queued {
        if waits {
            failed |= report(&library, user.id, id, json).await?;
        } else if json {
            print::line(json!({ "id": id, "state": "queued" }))?;
        } else {
            print::line(format_args!("{id:>6}  queued"))?;
        }
    }
    library.store.close().await;
    if failed {
        return Err(Failure::SomeFailed);
    }
    Ok(())
}

/// Prints what the last visit brought; true when it failed.
async fn report(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    json: bool,
) -> anyhow::Result<bool> {
    let store = &library.store;
    let article = store
        .article(user_id, id)
        .await
        .context("cannot read the article")?
        .ok_or_else(|| anyhow!("article {id} was deleted meanwhile"))?;
    let captures = store.captures(user_id, id).await?;
    let Some(last) = captures.iter().find(|capture| capture.part_of.is_none()) else {
        return Err(anyhow!("article {id} has no capture"));
    };
    let is_edited = article.edited.is_some_and(|edit| edit.to == last.id);
    let (word, why) = told(last, is_edited);
    if json {
        print::line(json!({
            "id": id, "capture_id": last.id, "outcome": word, "reason": why,
        }))?;
    } else {
        print::line(format_args!("{id:>6}  {word}  {}", article.title()))?;
        if let Some(why) = why {
            print::line(format_args!("        {why}"))?;
        }
    }
    Ok(last.failure.is_some())
}

/// A word for what a visit brought, and why if there is more to say.
fn told(capture: &Capture, is_edited: bool) -> (&'static str, Option<String>) {
    match (&capture.failure, &capture.not_shown, capture.same_as) {
        (Some(failure), _, _) => ("failed", Some(failure.clone())),
        (None, _, Some(_)) => ("unchanged", None),
        (None, Some(why), None) => ("kept, not shown", Some(why.clone())),
        (None, None, None) if is_edited => ("edited", None),
        (None, None, None) => ("captured", None),
    }
}
