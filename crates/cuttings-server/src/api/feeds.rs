//! `/api/v1/feeds`: subscriptions, finding feeds, OPML in and out.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use cuttings_library::feeds::lists::{self, Verdict};
use cuttings_library::feeds::poll::{self, Polled};
use cuttings_library::feeds::{self, FeedError, discover};
use cuttings_model::{Feed, FeedId, FeedState, Reason};
use cuttings_store::FeedChange;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::body::{JsonBody, NumberPath};
use crate::dates::rfc3339;
use crate::error::HttpError;
use crate::pages::feeds::own_feed;
use crate::problems;
use crate::session::Caller;

/// A feed as the API gives it.
#[derive(Serialize)]
struct FeedJson {
    id: i64,
    url: String,
    site_url: Option<String>,
    /// What it is called: by its user, else by itself.
    title: String,
    folder: String,
    state: FeedState,
    /// What is wrong with it, or was at the last poll.
    reason: Option<Reason>,
    failures: i64,
    polled_at: Option<String>,
    changed_at: Option<String>,
    poll_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unseen_count: Option<i64>,
}

impl From<Feed> for FeedJson {
    fn from(feed: Feed) -> Self {
        Self {
            id: feed.id.0,
            title: feed.name().to_owned(),
            url: feed.url,
            site_url: feed.site_url,
            folder: feed.folder,
            state: feed.state,
            reason: feed.reason,
            failures: feed.failures,
            polled_at: feed.polled_at_ms.map(rfc3339),
            changed_at: feed.changed_at_ms.map(rfc3339),
            poll_at: rfc3339(feed.poll_at_ms),
            unseen_count: None,
        }
    }
}

/// `GET /api/v1/feeds`.
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Response, HttpError> {
    let feeds: Vec<FeedJson> = app
        .library
        .store
        .feeds(caller.user_id())
        .await?
        .into_iter()
        .map(|listed| FeedJson {
            unseen_count: Some(listed.unseen_count),
            ..FeedJson::from(listed.feed)
        })
        .collect();
    Ok(Json(json!({ "feeds": feeds })).into_response())
}

/// Body of a subscription.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubscribeJson {
    url: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    folder: String,
}

/// `POST /api/v1/feeds`: 201 with the new feed, or 200 with the one that is
/// there already.
pub(crate) async fn subscribe(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<SubscribeJson>,
) -> Result<Response, HttpError> {
    let address = discover::address_of(&body.url)?;
    let done = feeds::subscribe(
        &app.library,
        caller.user_id(),
        &address,
        &body.title,
        &body.folder,
    )
    .await?;
    let status = if done.already {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let location = app.link(&format!("/api/v1/feeds/{}", done.feed.id));
    Ok((
        status,
        [(header::LOCATION, location)],
        Json(FeedJson::from(done.feed)),
    )
        .into_response())
}

/// Body of a search for feeds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiscoverJson {
    url: String,
}

/// `POST /api/v1/feeds/discover`.
pub(crate) async fn discover(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<DiscoverJson>,
) -> Result<Response, HttpError> {
    let found: Vec<_> = discover::discover(&app.library, caller.user_id(), &body.url)
        .await?
        .into_iter()
        .map(|candidate| json!({ "url": candidate.url, "title": candidate.title }))
        .collect();
    Ok(Json(json!({ "candidates": found })).into_response())
}

/// `GET /api/v1/feeds/{feed}`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<Response, HttpError> {
    let feed = own_feed(&app, &caller, FeedId(id)).await?;
    Ok(Json(FeedJson::from(feed)).into_response())
}

/// Body of a change. What is missing stays; an empty title is the feed's own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeJson {
    title: Option<String>,
    folder: Option<String>,
    paused: Option<bool>,
}

/// `PATCH /api/v1/feeds/{feed}`.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
    JsonBody(body): JsonBody<ChangeJson>,
) -> Result<Response, HttpError> {
    if body.title.is_none() && body.folder.is_none() && body.paused.is_none() {
        return Err(HttpError::new(
            problems::BAD_FIELD,
            "Nothing to change: give title, folder or paused.",
        ));
    }
    let change = FeedChange {
        own_title: body.title.as_deref(),
        folder: body.folder.as_deref(),
        paused: body.paused,
    };
    let feed = feeds::change(&app.library, caller.user_id(), FeedId(id), change).await?;
    Ok(Json(FeedJson::from(feed)).into_response())
}

/// `DELETE /api/v1/feeds/{feed}`. Can be undone for 30 days.
pub(crate) async fn unsubscribe(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<StatusCode, HttpError> {
    feeds::unsubscribe(&app.library, caller.user_id(), FeedId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/feeds/{feed}/resubscribe`.
pub(crate) async fn resubscribe(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<Response, HttpError> {
    let feed = feeds::resubscribe(&app.library, caller.user_id(), FeedId(id)).await?;
    Ok(Json(FeedJson::from(feed)).into_response())
}

/// `POST /api/v1/feeds/{feed}/poll`: reads it now and says what came of it.
pub(crate) async fn poll(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<Response, HttpError> {
    let polled = poll::poll_now(&app.library, caller.user_id(), FeedId(id)).await?;
    Ok(Json(match polled {
        Polled::Read { new, saved } => json!({ "outcome": "read", "new": new, "saved": saved }),
        Polled::Unchanged => json!({ "outcome": "unchanged", "new": 0, "saved": 0 }),
        Polled::Failed(reason) => json!({ "outcome": "failed", "reason": reason }),
        Polled::Waits(reason) => json!({ "outcome": "waiting", "reason": reason }),
        Polled::Lost => json!({ "outcome": "busy" }),
    })
    .into_response())
}

/// `GET /api/v1/feeds/opml`.
pub(crate) async fn export(State(app): State<App>, caller: Caller) -> Result<Response, HttpError> {
    let list = lists::export(&app.library, caller.user_id()).await?;
    Ok(([(header::CONTENT_TYPE, "text/x-opml; charset=utf-8")], list).into_response())
}

/// `POST /api/v1/feeds/opml`: the body is the file.
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, HttpError> {
    let imported = lists::import(&app.library, caller.user_id(), body).await?;
    if imported.rows.is_empty() {
        return Err(FeedError::Words("There are no feeds in what was sent").into());
    }
    let (added, already, refused) = imported.counts();
    let rows: Vec<_> = imported
        .rows
        .iter()
        .map(|row| {
            let (verdict, id, reason) = match &row.verdict {
                Verdict::Added(id) => ("added", Some(id.0), None),
                Verdict::Already(id) => ("already", Some(id.0), None),
                Verdict::Refused(why) => ("refused", None, Some(why)),
            };
            json!({ "url": row.url, "title": row.title, "verdict": verdict, "id": id,
                    "reason": reason })
        })
        .collect();
    Ok(Json(json!({
        "added": added, "already": already, "refused": refused,
        "left_out": imported.left_out, "rows": rows,
    }))
    .into_response())
}
