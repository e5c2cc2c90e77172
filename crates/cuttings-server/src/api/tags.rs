//! `/api/v1/tags`: all tags, renaming, merging and deleting one; and
//! `/api/v1/filters`, the filters somebody gave a name.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cuttings_library::{LibraryError, tags};
use cuttings_model::{TagId, TagName};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::body::{JsonBody, NumberPath};
use crate::error::HttpError;
use crate::session::Caller;

#[derive(Serialize)]
struct TagJson {
    id: TagId,
    name: String,
    article_count: i64,
}

/// `GET /api/v1/tags`.
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Response, HttpError> {
    let tags: Vec<TagJson> = app
        .library
        .store
        .tags(caller.user_id())
        .await?
        .into_iter()
        .map(|tag| TagJson {
            id: tag.id,
            name: tag.name,
            article_count: tag.article_count,
        })
        .collect();
    Ok(Json(json!({ "tags": tags })).into_response())
}

/// Body of a new name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenameJson {
    name: String,
}

/// `PATCH /api/v1/tags/{tag}`.
pub(crate) async fn rename(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
    JsonBody(body): JsonBody<RenameJson>,
) -> Result<StatusCode, HttpError> {
    let name = TagName::parse(&body.name).map_err(LibraryError::from)?;
    tags::rename(&app.library, caller.user_id(), TagId(id), &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Body of a merge.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeJson {
    into: TagId,
}

/// `POST /api/v1/tags/{tag}/merge`.
pub(crate) async fn merge(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
    JsonBody(body): JsonBody<MergeJson>,
) -> Result<StatusCode, HttpError> {
    tags::merge(&app.library, caller.user_id(), TagId(id), body.into).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/v1/tags/{tag}`.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<StatusCode, HttpError> {
    tags::delete(&app.library, caller.user_id(), TagId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/filters`.
pub(crate) async fn filters(State(app): State<App>, caller: Caller) -> Result<Response, HttpError> {
    let filters: Vec<_> = app
        .library
        .store
        .filters(caller.user_id())
        .await?
        .into_iter()
        .map(|filter| json!({ "id": filter.id, "name": filter.name, "query": filter.query }))
        .collect();
    Ok(Json(json!({ "filters": filters })).into_response())
}
