//! `cuttings feed`: subscriptions, reading them now, OPML in and out.

use std::io::Read as _;

use anyhow::{Context as _, anyhow};
use cuttings_library::Library;
use cuttings_library::feeds::lists::{self, Verdict};
use cuttings_library::feeds::poll::{self, Polled};
use cuttings_library::feeds::{self, FeedError, discover};
use cuttings_model::{Feed, FeedId, FeedState, User};
use serde_json::{Value, json};

use crate::args::{FeedAction, FeedArgs};
use crate::config::Config;
use crate::{Failure, open, print};

/// Does one of the actions.
pub async fn run(config: &Config, args: &FeedArgs, json: bool) -> Result<(), Failure> {
    let library = open::library(config).await?;
    let user = open::user(&library, args.user.as_deref()).await?;
    match &args.action {
        FeedAction::Add { url, folder, title } => {
            add(&library, &user, url, folder, title, json).await
        }
        FeedAction::List => list(&library, &user, json).await,
        FeedAction::Remove { feed } => remove(&library, &user, feed, json).await,
        FeedAction::Poll { feeds } => poll(&library, &user, feeds, json).await,
        FeedAction::Import { file } => import(&library, &user, file, json).await,
        FeedAction::Export => {
            let list = lists::export(&library, user.id).await.map_err(failed)?;
            if json {
                print::line(json!({ "opml": list }))?;
            } else {
                print::line(list.trim_end())?;
            }
            Ok(())
        }
    }
}

async fn add(
    library: &Library,
    user: &User,
    url: &str,
    folder: &str,
    title: &str,
    json: bool,
) -> Result<(), Failure> {
    let mut found = discover::discover(library, user.id, url)
        .await
        .map_err(failed)?;
    let candidate = match found.len() {
        0 => {
            return Err(Failure::Other(anyhow!(
                "{url} names no feed; give the address of the feed itself"
            )));
        }
        1 => found.remove(0),
        _ => {
            for candidate in &found {
                eprintln!("{}  {}", candidate.url, candidate.title);
            }
            return Err(Failure::wrong_use(
                "there are several feeds; give the address of one of them",
            ));
        }
    };
    let address = discover::address_of(&candidate.url).map_err(failed)?;
    let done = feeds::subscribe(library, user.id, &address, title, folder)
        .await
        .map_err(failed)?;
    if json {
        print::line(feed_json(&done.feed, None))?;
    } else {
        let said = if done.already {
            "already there"
        } else {
            "subscribed"
        };
        eprintln!("{said}");
        print::line(format_args!("{:>4}  {}", done.feed.id, done.feed.name()))?;
    }
    Ok(())
}

async fn list(library: &Library, user: &User, json: bool) -> Result<(), Failure> {
    let feeds = library
        .store
        .feeds(user.id)
        .await
        .context("cannot read the feeds")?;
    if feeds.is_empty() && !json {
        eprintln!("no feeds yet; `cuttings feed add URL` subscribes to one");
    }
    for listed in &feeds {
        let feed = &listed.feed;
        if json {
            print::line(feed_json(feed, Some(listed.unseen_count)))?;
            continue;
        }
        let folder = match feed.folder.as_str() {
            "" => String::new(),
            folder => format!("  [{folder}]"),
        };
        print::line(format_args!(
            "{:>4}  {}{folder}  {} new",
            feed.id,
            feed.name(),
            listed.unseen_count
        ))?;
        print::line(format_args!("      {}", feed.url))?;
        let state = match feed.state {
            FeedState::Active => None,
            FeedState::Paused => Some("paused"),
            FeedState::Gone => Some("gone"),
        };
        let reason = feed.reason.as_ref().map(|reason| reason.text.as_str());
        for about in [state, reason].into_iter().flatten() {
            print::line(format_args!("      {about}"))?;
        }
    }
    Ok(())
}

async fn remove(library: &Library, user: &User, wanted: &str, json: bool) -> Result<(), Failure> {
    let id = find(library, user, wanted).await?;
    let feed = feeds::unsubscribe(library, user.id, id)
        .await
        .map_err(failed)?;
    if json {
        print::line(feed_json(&feed, None))?;
    } else {
        eprintln!("unsubscribed from {}", feed.name());
    }
    Ok(())
}

async fn poll(
    library: &Library,
    user: &User,
    wanted: &[String],
    json: bool,
) -> Result<(), Failure> {
    let mut ids = Vec::new();
    for wanted in wanted {
        ids.push(find(library, user, wanted).await?);
    }
    if ids.is_empty() {
        ids = library
            .store
            .feeds(user.id)
            .await
            .context("cannot read the feeds")?
            .into_iter()
            .filter(|listed| listed.feed.state == FeedState::Active)
            .map(|listed| listed.feed.id)
            .collect();
    }
    let mut all_read = true;
    for id in ids {
        let polled = poll::poll_now(library, user.id, id).await.map_err(failed)?;
        let (outcome, new, saved, reason) = match polled {
            Polled::Read { new, saved } => ("read", new, saved, None),
            Polled::Unchanged => ("unchanged", 0, 0, None),
            Polled::Failed(reason) => ("failed", 0, 0, Some(reason)),
            Polled::Waits(reason) => ("waiting", 0, 0, Some(reason)),
            Polled::Lost => ("busy", 0, 0, None),
        };
        if let Some(reason) = &reason {
            all_read &= outcome == "waiting";
            eprintln!("feed {id}: {}", reason.text);
        }
        if json {
            print::line(json!({
                "id": id, "outcome": outcome, "new": new, "saved": saved,
                "reason": reason.as_ref().map(|reason| &reason.text),
                "reason_code": reason.as_ref().map(|reason| &reason.code),
            }))?;
        } else if reason.is_none() {
            print::line(format_args!("{id:>4}  {outcome}  {new} new, {saved} saved"))?;
        }
    }
    if all_read {
        Ok(())
    } else {
        Err(Failure::SomeFailed)
    }
}

async fn import(library: &Library, user: &User, file: &str, json: bool) -> Result<(), Failure> {
    let bytes = if file == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .take(lists::MAX_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .context("cannot read standard input")?;
        bytes
    } else {
        std::fs::read(file).with_context(|| format!("cannot read {file}"))?
    };
    let imported = lists::import(library, user.id, bytes.into())
        .await
        .map_err(failed)?;
    if imported.rows.is_empty() {
        return Err(Failure::Other(anyhow!("there are no feeds in {file}")));
    }
    for row in &imported.rows {
        let (verdict, id, reason) = match &row.verdict {
            Verdict::Added(id) => ("added", Some(id), None),
            Verdict::Already(id) => ("already", Some(id), None),
            Verdict::Refused(why) => ("refused", None, Some(why)),
        };
        if let Some(why) = reason {
            eprintln!("{}: {why}", row.url);
        }
        if json {
            print::line(json!({
                "url": row.url, "title": row.title, "verdict": verdict, "id": id, "reason": reason,
            }))?;
        }
    }
    let (added, already, refused) = imported.counts();
    eprintln!("{added} added, {already} here already, {refused} refused");
    if imported.left_out > 0 {
        eprintln!("{} more were left out; split the file", imported.left_out);
    }
    if refused == 0 && imported.left_out == 0 {
        Ok(())
    } else {
        Err(Failure::SomeFailed)
    }
}

/// A feed by its number or its address.
async fn find(library: &Library, user: &User, wanted: &str) -> Result<FeedId, Failure> {
    let feeds = library
        .store
        .feeds(user.id)
        .await
        .context("cannot read the feeds")?;
    let number = wanted.parse().ok().map(FeedId);
    feeds
        .iter()
        .map(|listed| &listed.feed)
        .find(|feed| Some(feed.id) == number || feed.url == wanted)
        .map(|feed| feed.id)
        .ok_or_else(|| Failure::wrong_use(format!("{} has no feed {wanted}", user.name)))
}

fn feed_json(feed: &Feed, unseen_count: Option<i64>) -> Value {
    json!({
        "id": feed.id,
        "url": feed.url,
        "site_url": feed.site_url,
        "title": feed.name(),
        "folder": feed.folder,
        "state": feed.state,
        "reason": feed.reason.as_ref().map(|reason| &reason.text),
        "reason_code": feed.reason.as_ref().map(|reason| &reason.code),
        "failures": feed.failures,
        "polled_at": print::instant(feed.polled_at_ms),
        "changed_at": print::instant(feed.changed_at_ms),
        "unseen_count": unseen_count,
    })
}

fn failed(error: FeedError) -> Failure {
    match error {
        FeedError::Store(_) | FeedError::Save(_) => Failure::Other(error.into()),
        error => Failure::Other(anyhow!("{}", error.explain())),
    }
}
