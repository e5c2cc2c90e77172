//! `/api/v1/articles`: list, save, read, change, delete and bring back.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use cuttings_library::{LibraryError, save, shelf};
use cuttings_model::{View, address};
use serde::{Deserialize, Serialize};

use super::ArticleJson;
use crate::app::App;
use crate::body::{ArticlePath, JsonBody, Query};
use crate::error::HttpError;
use crate::pages::library::{position, read_position};
use crate::problems;
use crate::session::Caller;

const DEFAULT_LIMIT: i64 = 30;
const MAX_LIMIT: i64 = 100;

/// Query of the list. `limit` is brought into 1 to 100.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    view: Option<String>,
    cursor: Option<String>,
    limit: Option<String>,
}

#[derive(Serialize)]
struct ListJson {
    articles: Vec<ArticleJson>,
    /// Give it back as `cursor` to go on; null at the end.
    next: Option<String>,
}

/// Body of a save.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaveJson {
    url: String,
}

/// Body of a change. What is missing stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeJson {
    archived: Option<bool>,
    starred: Option<bool>,
}

/// Query of one article: `include` is a list of `text` and `html`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadQuery {
    #[serde(default)]
    include: String,
}

/// `GET /api/v1/articles`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, HttpError> {
    let view = match query.view.as_deref() {
        None => View::All,
        Some(word) => View::parse(word).ok_or_else(|| {
            HttpError::bad_request("view is one of unread, archived, starred and all.")
        })?,
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
    let mut articles = app
        .library
        .store
        .list(caller.user_id(), view, after, limit + 1)
        .await?;
    let next = if articles.len() as i64 > limit {
        articles.truncate(limit as usize);
        articles.last().map(position)
    } else {
        None
    };
    let articles = articles.into_iter().map(ArticleJson::from).collect();
    Ok(Json(ListJson { articles, next }).into_response())
}

/// A whole number of any size, brought into 1 to 100.
pub(crate) fn limit(typed: Option<&str>) -> Result<i64, HttpError> {
    let Some(typed) = typed else {
        return Ok(DEFAULT_LIMIT);
    };
    let digits = typed.strip_prefix('-').unwrap_or(typed);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(HttpError::bad_request("limit is not a whole number."));
    }
    let beyond = if typed.starts_with('-') { 1 } else { MAX_LIMIT };
    Ok(typed.parse().unwrap_or(beyond).clamp(1, MAX_LIMIT))
}

/// `POST /api/v1/articles`: 201 with the new article, or 200 with the one that
/// holds the page already.
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<SaveJson>,
) -> Result<Response, HttpError> {
    let page = address::parse(&body.url).map_err(LibraryError::from)?;
    let saved = save::save(&app.library, caller.user_id(), &page, None).await?;
    let status = if saved.already {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let location = app.link(&format!("/api/v1/articles/{}", saved.article.id));
    Ok((
        status,
        [(header::LOCATION, location)],
        Json(ArticleJson::from(saved.article)),
    )
        .into_response())
}

/// `GET /api/v1/articles/{id}`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    Query(query): Query<ReadQuery>,
) -> Result<Response, HttpError> {
    let (mut text, mut html) = (false, false);
    for word in query
        .include
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
    {
        match word {
            "text" => text = true,
            "html" => html = true,
            other => {
                return Err(HttpError::bad_request(format!(
                    "include is a list of text and html; “{other}” is neither."
                )));
            }
        }
    }
    let article = app
        .library
        .store
        .article(caller.user_id(), id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or_else(HttpError::no_such_article)?;
    let body = if text || html {
        app.library.store.article_body(caller.user_id(), id).await?
    } else {
        None
    };
    Ok(Json(ArticleJson::from(article).with_body(body, text, html)).into_response())
}

/// `PATCH /api/v1/articles/{id}`.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    JsonBody(body): JsonBody<ChangeJson>,
) -> Result<Response, HttpError> {
    let mut article = None;
    if let Some(on) = body.archived {
        article = Some(shelf::archive(&app.library, caller.user_id(), id, on).await?);
    }
    if let Some(on) = body.starred {
        article = Some(shelf::star(&app.library, caller.user_id(), id, on).await?);
    }
    let article = article.ok_or_else(|| {
        HttpError::new(
            problems::BAD_FIELD,
            "Nothing to change: give archived or starred as true or false.",
        )
    })?;
    Ok(Json(ArticleJson::from(article)).into_response())
}

/// `DELETE /api/v1/articles/{id}`. Can be undone for 30 days.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<StatusCode, HttpError> {
    shelf::delete(&app.library, caller.user_id(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/articles/{id}/undelete`.
pub(crate) async fn undelete(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<Response, HttpError> {
    let article = shelf::undelete(&app.library, caller.user_id(), id).await?;
    Ok(Json(ArticleJson::from(article)).into_response())
}

/// `POST /api/v1/articles/{id}/retry`.
pub(crate) async fn retry(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<Response, HttpError> {
    let article = shelf::retry(&app.library, caller.user_id(), id).await?;
    Ok(Json(ArticleJson::from(article)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w04_limits_are_brought_into_range() {
        for (typed, expected) in [
            (None, 30),
            (Some("7"), 7),
            (Some("0"), 1),
            (Some("-1"), 1),
            (Some("5000"), 100),
            (Some("99999999999999999999"), 100),
            (Some("-99999999999999999999"), 1),
        ] {
            assert_eq!(limit(typed).unwrap(), expected, "{typed:?}");
        }
        for typed in ["", "-", "ten", "1.5"] {
            assert!(limit(Some(typed)).is_err(), "{typed}");
        }
    }
}
