//! `GET /api/v1/search`: the search of the page, for programs, with all that the
//! page shows beside the hits.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cuttings_library::search::{self, SearchError};
use cuttings_store::{Facet, FacetValue};
use cuttings_text::highlight::Piece;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ArticleJson;
use super::highlights::HighlightJson;
use crate::app::App;
use crate::body::Query;
use crate::error::HttpError;
use crate::pages::search::filter_of;
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
    /// How many match, counted up to 1,000.
    count: i64,
    /// Whether more match than were counted.
    more_than_counted: bool,
    /// Another query that finds more; null when there is none.
    suggestion: Option<String>,
    hits: Vec<HitJson>,
    highlights: Vec<HighlightHitJson>,
    facets: Vec<FacetJson>,
}

#[derive(Serialize)]
struct HighlightHitJson {
    highlight: HighlightJson,
    article: ArticleJson,
    words: Vec<PieceJson>,
    note: Vec<PieceJson>,
}

#[derive(Serialize)]
struct FacetJson {
    facet: &'static str,
    values: Vec<ValueJson>,
}

#[derive(Serialize)]
struct ValueJson {
    value: String,
    articles: i64,
    /// The filter that narrows a query to it; null when no query can name it.
    filter: Option<String>,
}

fn facet_json((facet, values): (Facet, Vec<FacetValue>)) -> FacetJson {
    FacetJson {
        facet: match facet {
            Facet::Publication => "publication",
            Facet::Author => "author",
            Facet::Tag => "tag",
            Facet::Language => "language",
            Facet::Year => "year",
            Facet::Length => "length",
            Facet::State => "state",
        },
        values: values
            .into_iter()
            .map(|value| {
                let (operator, written) = filter_of(facet, &value.value);
                ValueJson {
                    filter: operator.with(&written),
                    value: value.value,
                    articles: value.article_count,
                }
            })
            .collect(),
    }
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
        count: found.count,
        more_than_counted: found.more_than_counted,
        suggestion: found.suggestion.map(|suggestion| suggestion.query),
        facets: found.facets.into_iter().map(facet_json).collect(),
        highlights: found
            .highlights
            .into_iter()
            .map(|hit| HighlightHitJson {
                highlight: hit.found.highlight.into(),
                article: hit.found.article.into(),
                words: pieces(hit.words),
                note: pieces(hit.note),
            })
            .collect(),
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
