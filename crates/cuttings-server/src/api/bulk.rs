//! `POST /api/v1/bulk`: one thing done to many articles, and undoing it.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cuttings_library::shelf;
use cuttings_model::{ArticleId, Filter};
use cuttings_store::{BulkOutcome, Chosen};
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::body::{JsonBody, NumberPath};
use crate::error::HttpError;
use crate::pages::bulk::{MAX_CHOSEN, action};
use crate::problems;
use crate::session::Caller;

/// Body of an action: either `ids`, or `filter` as a query with the `count` of
/// what matches.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkJson {
    action: String,
    #[serde(default)]
    tag: String,
    ids: Option<Vec<ArticleId>>,
    filter: Option<String>,
    count: Option<i64>,
}

/// `POST /api/v1/bulk`.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<BulkJson>,
) -> Result<Response, HttpError> {
    let bad = |detail: &str| HttpError::new(problems::BAD_FIELD, detail);
    let action = action(&body.action, &body.tag)?
        .map_err(|_| bad("tag is missing: it says which tag to put on or take off."))?;
    let mut filter = Filter::default();
    let chosen = match (&body.ids, &body.filter, body.count) {
        (Some(ids), None, None) if ids.len() <= MAX_CHOSEN => Chosen::These(ids),
        (Some(_), None, None) => return Err(bad("ids holds more than 1,000 articles.")),
        (None, Some(query), Some(count)) => {
            for (name, value) in form_urlencoded::parse(query.as_bytes()) {
                let known = filter
                    .set(&name, &value)
                    .map_err(|error| bad(&format!("{error}.")))?;
                if !known {
                    return Err(bad(&format!("filter holds “{name}”, which is not known.")));
                }
            }
            Chosen::Matching(&filter, count)
        }
        _ => return Err(bad("Give ids, or filter with the count of what matches.")),
    };
    let outcome = shelf::change_many(&app.library, caller.user_id(), chosen, &action).await?;
    match outcome {
        BulkOutcome::Done { id, changed } => {
            Ok(Json(json!({ "id": id, "changed": changed })).into_response())
        }
        BulkOutcome::Nothing => Ok(Json(json!({ "id": null, "changed": 0 })).into_response()),
        BulkOutcome::Moved(now) => Err(HttpError::new(
            problems::MOVED,
            format!("{now} articles match now. Nothing was changed; look again and repeat."),
        )
        .with("count", now)),
    }
}

/// `POST /api/v1/bulk/{action}/undo`.
pub(crate) async fn undo(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<Response, HttpError> {
    let done = shelf::undo(&app.library, caller.user_id(), id).await?;
    Ok(Json(json!({ "id": id, "changed": done.article_count })).into_response())
}
