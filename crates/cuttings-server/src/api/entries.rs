//! `/api/v1/entries`: the stream of what feeds bring, what was seen, saving.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cuttings_library::feeds::{FeedError, entries};
use cuttings_library::now_ms;
use cuttings_model::{Entry, EntryId, FeedId};
use cuttings_store::{EntryView, Stream};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ArticleJson;
use super::articles::limit;
use crate::app::App;
use crate::body::{JsonBody, NumberPath, Query};
use crate::dates::rfc3339;
use crate::error::HttpError;
use crate::pages::entries::{position, read_position};
use crate::problems;
use crate::session::Caller;

/// An entry as the API gives it.
#[derive(Serialize)]
struct EntryJson {
    id: i64,
    feed_id: i64,
    feed_title: String,
    url: Option<String>,
    title: String,
    author: Option<String>,
    language: Option<String>,
    word_count: i64,
    published_at: Option<String>,
    received_at: String,
    seen_at: Option<String>,
    /// The article it was saved as.
    article_id: Option<i64>,
    /// The rule that saved it.
    rule_id: Option<i64>,
    /// In lists, the beginning.
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
}

impl From<Entry> for EntryJson {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id.0,
            feed_id: entry.feed_id.0,
            feed_title: entry.feed_name,
            url: entry.url,
            title: entry.title,
            author: entry.author,
            language: entry.language,
            word_count: entry.word_count,
            published_at: entry.published_at_ms.map(rfc3339),
            received_at: rfc3339(entry.received_at_ms),
            seen_at: entry.seen_at_ms.map(rfc3339),
            article_id: entry.article_id.map(|id| id.0),
            rule_id: entry.rule_id.map(|id| id.0),
            text: entry.text,
            html: None,
        }
    }
}

/// Query of the list. `limit` is brought into 1 to 100.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    feed: Option<String>,
    folder: Option<String>,
    view: Option<String>,
    cursor: Option<String>,
    limit: Option<String>,
}

/// `GET /api/v1/entries`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, HttpError> {
    let view = match query.view.as_deref() {
        None | Some("all") => EntryView::All,
        Some("unseen") => EntryView::Unseen,
        Some("saved") => EntryView::Saved,
        Some(_) => {
            return Err(HttpError::bad_request(
                "view is one of unseen, saved and all.",
            ));
        }
    };
    let feed_id = match query.feed.as_deref() {
        None => None,
        Some(feed) => Some(FeedId(feed.parse().map_err(|_| {
            HttpError::bad_request("feed is not the number of a feed.")
        })?)),
    };
    let after = match query.cursor.as_deref() {
        None => None,
        Some(cursor) => Some(read_position(cursor).ok_or_else(|| {
            HttpError::bad_request(
                "cursor is not one this list has given out. Leave it out to begin at the newest.",
            )
        })?),
    };
    let limit = limit(query.limit.as_deref())?;
    let stream = Stream {
        feed_id,
        folder: query.folder,
    };
    let mut found = app
        .library
        .store
        .entries(caller.user_id(), &stream, view, after, limit + 1)
        .await?;
    let more = found.len() as i64 > limit;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(position);
    let entries: Vec<EntryJson> = found.into_iter().map(EntryJson::from).collect();
    Ok(Json(json!({ "entries": entries, "next": next })).into_response())
}

/// `GET /api/v1/entries/{entry}`, with its whole text and HTML.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<Response, HttpError> {
    let (entry, html) = app
        .library
        .store
        .entry(caller.user_id(), EntryId(id))
        .await?
        .ok_or(FeedError::NoSuchEntry)?;
    Ok(Json(EntryJson {
        html: Some(html),
        ..EntryJson::from(entry)
    })
    .into_response())
}

/// Body of a change.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeJson {
    seen: bool,
}

/// `PATCH /api/v1/entries/{entry}`.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
    JsonBody(body): JsonBody<ChangeJson>,
) -> Result<Response, HttpError> {
    entries::set_seen(&app.library, caller.user_id(), EntryId(id), body.seen).await?;
    read(State(app), caller, NumberPath(id)).await
}

/// `POST /api/v1/entries/{entry}/save`: gives the article.
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<Response, HttpError> {
    let article = entries::save(&app.library, caller.user_id(), EntryId(id)).await?;
    Ok(Json(ArticleJson::from(article)).into_response())
}

/// Body of marking everything. `until` is RFC 3339; now unless given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllSeenJson {
    feed: Option<i64>,
    folder: Option<String>,
    until: Option<String>,
}

/// `POST /api/v1/entries/seen`.
pub(crate) async fn all_seen(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<AllSeenJson>,
) -> Result<Response, HttpError> {
    let until_ms = match body.until.as_deref() {
        None => now_ms(),
        Some(until) => until
            .parse::<jiff::Timestamp>()
            .map_err(|_| HttpError::new(problems::BAD_FIELD, "until is not RFC 3339."))?
            .as_millisecond(),
    };
    let stream = Stream {
        feed_id: body.feed.map(FeedId),
        folder: body.folder,
    };
    let marked = entries::set_all_seen(&app.library, caller.user_id(), &stream, until_ms).await?;
    Ok(Json(json!({ "count": marked.count })).into_response())
}
