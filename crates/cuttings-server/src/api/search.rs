//! `GET /api/v1/search`: the search of the page, for programs.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cuttings_library::search::{self, SearchError};
use cuttings_text::highlight::Piece;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ArticleJson;
use crate::app::App;
use crate::body::Query;
use crate::error::HttpError;
use crate::pages::signin::sentence;
use crate::problems;
use crate::session::Caller;

/// Query of the search; `page` counts from 1.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchQuery {
    q: String,
    page: Option<String>,
}

#[derive(Serialize)]
struct FoundJson {
    query: String,
    page: i64,
    has_more: bool,
    hits: Vec<HitJson>,
}

#[derive(Serialize)]
struct HitJson {
    article: ArticleJson,
    headline: Vec<PieceJson>,
    snippet: Vec<PieceJson>,
}

#[derive(Serialize)]
struct PieceJson {
    text: String,
    marked: bool,
}

/// `GET /api/v1/search`.
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> Result<Response, HttpError> {
    let page = match query.page.as_deref() {
        None => 1,
        Some(page) => page
            .parse()
            .map_err(|_| HttpError::bad_request("page is not a whole number."))?,
    };
    let found = search::search(&app.library, caller.user_id(), &query.q, page)
        .await
        .map_err(|error| match error {
            SearchError::Query(error) => {
                HttpError::new(problems::BAD_QUERY, sentence(&error.message))
                    .with("at", json!([error.at.start, error.at.end]))
                    .with("hint", json!(error.hint))
            }
            SearchError::Store(error) => error.into(),
            error => HttpError::internal(&error),
        })?;
    let pieces = |pieces: Vec<Piece>| {
        pieces
            .into_iter()
            .map(|piece| PieceJson {
                text: piece.text,
                marked: piece.marked,
            })
            .collect()
    };
    Ok(Json(FoundJson {
        query: query.q,
        page: found.page,
        has_more: found.has_more,
        hits: found
            .hits
            .into_iter()
            .map(|hit| HitJson {
                article: hit.article.into(),
                headline: pieces(hit.headline),
                snippet: pieces(hit.snippet),
            })
            .collect(),
    })
    .into_response())
}
