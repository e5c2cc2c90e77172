//! `/api/v1/highlights` and `/api/v1/articles/{id}/highlights`: list, add, read,
//! change, remove and bring back.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use cuttings_library::highlights;
use cuttings_model::{Anchor, ArticleId, Colour, Highlight, MAX_ID};
use cuttings_store::HighlightFilter;
use serde::{Deserialize, Serialize};

use super::articles::limit;
use crate::app::App;
use crate::body::{ArticlePath, HighlightPath, JsonBody, Query};
use crate::dates::rfc3339;
use crate::error::HttpError;
use crate::pages::highlights::{colour, position, read_position};
use crate::problems;
use crate::session::Caller;

/// A highlight as the API gives it.
#[derive(Serialize)]
pub(super) struct HighlightJson {
    id: i64,
    article_id: i64,
    capture_id: Option<i64>,
    exact: String,
    prefix: String,
    suffix: String,
    start: usize,
    end: usize,
    orphan: bool,
    colour: Colour,
    note: String,
    created_at: String,
    updated_at: String,
}

impl From<Highlight> for HighlightJson {
    fn from(highlight: Highlight) -> Self {
        Self {
            id: highlight.id.0,
            article_id: highlight.article_id.0,
            capture_id: highlight.capture_id.map(|id| id.0),
            exact: highlight.anchor.exact,
            prefix: highlight.anchor.prefix,
            suffix: highlight.anchor.suffix,
            start: highlight.anchor.start,
            end: highlight.anchor.end,
            orphan: highlight.is_orphan,
            colour: highlight.colour,
            note: highlight.note,
            created_at: rfc3339(highlight.created_at_ms),
            updated_at: rfc3339(highlight.updated_at_ms),
        }
    }
}

#[derive(Serialize)]
struct ListJson {
    highlights: Vec<HighlightJson>,
    /// Give it back as `cursor` to go on; null at the end.
    next: Option<String>,
}

/// Query of the list of all highlights.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    #[serde(default)]
    q: String,
    colour: Option<String>,
    article: Option<String>,
    orphan: Option<String>,
    noted: Option<String>,
    cursor: Option<String>,
    limit: Option<String>,
}

/// Body of a new highlight: the words, and as much of their place as is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddJson {
    exact: String,
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    suffix: String,
    #[serde(default)]
    start: usize,
    #[serde(default)]
    end: usize,
    #[serde(default)]
    colour: Colour,
    #[serde(default)]
    note: String,
}

/// Body of a change. What is missing stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeJson {
    colour: Option<Colour>,
    note: Option<String>,
}

/// `GET /api/v1/highlights`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, HttpError> {
    let article = match query.article.as_deref() {
        None => None,
        Some(id) => Some(ArticleId(
            id.parse()
                .ok()
                .filter(|id| (1..=MAX_ID).contains(id))
                .ok_or_else(|| HttpError::bad_request("article is not the number of one."))?,
        )),
    };
    let after = match query.cursor.as_deref() {
        None => None,
        Some(cursor) => Some(read_position(cursor).ok_or_else(|| {
            HttpError::bad_request(
                "cursor is not one this list has given out. Leave it out to begin at the newest.",
            )
        })?),
    };
    let filter = HighlightFilter {
        words: query.q,
        colour: query.colour.as_deref().map(colour).transpose()?,
        article,
        orphan: yes_or_no("orphan", query.orphan.as_deref())?,
        noted: yes_or_no("noted", query.noted.as_deref())?,
    };
    let limit = limit(query.limit.as_deref())?;
    let mut found = app
        .library
        .store
        .search_highlights(caller.user_id(), &filter, after, limit + 1)
        .await?;
    let next = if found.len() as i64 > limit {
        found.truncate(limit as usize);
        found.last().map(|last| position(&last.highlight))
    } else {
        None
    };
    let highlights = found
        .into_iter()
        .map(|found| found.highlight.into())
        .collect();
    Ok(Json(ListJson { highlights, next }).into_response())
}

fn yes_or_no(name: &str, typed: Option<&str>) -> Result<Option<bool>, HttpError> {
    match typed {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(HttpError::bad_request(format!("{name} is true or false."))),
    }
}

/// `GET /api/v1/articles/{id}/highlights`: all of an article's, as they stand
/// in its text, orphans last.
pub(crate) async fn of_article(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<Response, HttpError> {
    let store = &app.library.store;
    store
        .article(caller.user_id(), id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or_else(HttpError::no_such_article)?;
    let found = store.highlights_of(caller.user_id(), id).await?;
    let highlights = found.into_iter().map(HighlightJson::from).collect();
    Ok(Json(ListJson {
        highlights,
        next: None,
    })
    .into_response())
}

/// `POST /api/v1/articles/{id}/highlights`.
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    JsonBody(body): JsonBody<AddJson>,
) -> Result<Response, HttpError> {
    let anchor = Anchor {
        exact: body.exact,
        prefix: body.prefix,
        suffix: body.suffix,
        start: body.start,
        end: body.end,
    };
    let kept = highlights::add(
        &app.library,
        caller.user_id(),
        id,
        &anchor,
        body.colour,
        &body.note,
    )
    .await?;
    let location = app.link(&format!("/api/v1/highlights/{}", kept.id));
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Json(HighlightJson::from(kept)),
    )
        .into_response())
}

/// `GET /api/v1/highlights/{id}`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    HighlightPath(id): HighlightPath,
) -> Result<Response, HttpError> {
    let found = app
        .library
        .store
        .highlight(caller.user_id(), id)
        .await?
        .filter(|highlight| highlight.deleted_at_ms.is_none())
        .ok_or_else(HttpError::no_such_highlight)?;
    Ok(Json(HighlightJson::from(found)).into_response())
}

/// `PATCH /api/v1/highlights/{id}`.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    HighlightPath(id): HighlightPath,
    JsonBody(body): JsonBody<ChangeJson>,
) -> Result<Response, HttpError> {
    if body.colour.is_none() && body.note.is_none() {
        return Err(HttpError::new(
            problems::BAD_FIELD,
            "Nothing to change: give colour or note.",
        ));
    }
    let kept = highlights::change(
        &app.library,
        caller.user_id(),
        id,
        body.colour,
        body.note.as_deref(),
    )
    .await?;
    Ok(Json(HighlightJson::from(kept)).into_response())
}

/// `DELETE /api/v1/highlights/{id}`. Can be undone.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    HighlightPath(id): HighlightPath,
) -> Result<StatusCode, HttpError> {
    highlights::remove(&app.library, caller.user_id(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/highlights/{id}/restore`.
pub(crate) async fn restore(
    State(app): State<App>,
    caller: Caller,
    HighlightPath(id): HighlightPath,
) -> Result<Response, HttpError> {
    let kept = highlights::restore(&app.library, caller.user_id(), id).await?;
    Ok(Json(HighlightJson::from(kept)).into_response())
}
