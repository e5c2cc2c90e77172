//! `/api/v1/articles/{id}/captures`: what was kept of a page, capturing it again,
//! holding two captures against each other, and the schedule of an article.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cuttings_library::compare::{self as library_compare, Compared, HeadChange, Side};
use cuttings_library::evidence::evidence;
use cuttings_library::{again, schedule as library_schedule};
use cuttings_model::{Article, Capture, Every, Origin, Schedule};
use cuttings_text::compare::{Passage, Piece};
use serde::{Deserialize, Serialize};

use super::ArticleJson;
use crate::app::App;
use crate::body::{ArticlePath, CapturePath, JsonBody, Query, capture_number};
use crate::dates::rfc3339;
use crate::error::HttpError;
use crate::session::Caller;

#[derive(Serialize)]
struct CapturesJson {
    captures: Vec<CaptureJson>,
}

/// A capture.
#[derive(Serialize)]
struct CaptureJson {
    id: i64,
    origin: Origin,
    captured_at: String,
    requested_url: String,
    final_url: Option<String>,
    status: Option<i64>,
    content_type: Option<String>,
    /// BLAKE3 digest and size of the bytes; null when the visit brought none.
    digest: Option<String>,
    size: i64,
    /// Why the visit failed.
    failure: Option<String>,
    /// Why it is kept but not shown.
    not_shown: Option<String>,
    /// The capture whose page this visit found unchanged.
    same_as: Option<i64>,
    /// The capture it is a further page of.
    part_of: Option<i64>,
    /// Whether the reader shows it.
    shown: bool,
}

impl CaptureJson {
    fn of(capture: Capture, article: &Article) -> Self {
        Self {
            id: capture.id.0,
            origin: capture.origin,
            captured_at: rfc3339(capture.captured_at_ms),
            shown: article.capture_id == Some(capture.id),
            requested_url: capture.requested_url,
            final_url: capture.final_url,
            status: capture.status,
            content_type: capture.content_type,
            digest: capture.body.map(|digest| digest.to_string()),
            size: capture.body_size,
            failure: capture.failure,
            not_shown: capture.not_shown,
            same_as: capture.same_as.map(|id| id.0),
            part_of: capture.part_of.map(|id| id.0),
        }
    }
}

/// `GET /api/v1/articles/{id}/captures`: newest first.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<Response, HttpError> {
    let store = &app.library.store;
    let article = store
        .article(caller.user_id(), id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or_else(HttpError::no_such_article)?;
    let captures = store.captures(caller.user_id(), id).await?;
    Ok(Json(CapturesJson {
        captures: captures
            .into_iter()
            .map(|capture| CaptureJson::of(capture, &article))
            .collect(),
    })
    .into_response())
}

/// A capture with everything that proves it.
#[derive(Serialize)]
struct EvidenceJson {
    #[serde(flatten)]
    capture: CaptureJson,
    /// SHA-256 of the bytes; null when there are none, or when they are damaged.
    sha256: Option<String>,
    /// Whether the bytes are not those that were kept.
    damaged: bool,
    /// What was asked for and answered, redirects first.
    steps: Vec<StepJson>,
    extractor_version: Option<i64>,
    pictures: Vec<KeptJson>,
    resources: Vec<KeptJson>,
}

#[derive(Serialize)]
struct StepJson {
    url: String,
    version: String,
    status: u16,
    /// Name and value, in the order they came.
    headers: Vec<(String, String)>,
}

#[derive(Serialize)]
struct KeptJson {
    url: String,
    content_type: Option<String>,
    digest: Option<String>,
    size: i64,
    failure: Option<String>,
}

/// `GET /api/v1/articles/{id}/captures/{capture}`.
pub(crate) async fn one(
    State(app): State<App>,
    caller: Caller,
    CapturePath(id, capture_id): CapturePath,
) -> Result<Response, HttpError> {
    let known = evidence(&app.library, caller.user_id(), id, capture_id)
        .await?
        .ok_or_else(|| HttpError::not_found("Nothing was kept under this number."))?;
    let sha256 = known.body.as_ref().and_then(|body| body.sha256.clone());
    Ok(Json(EvidenceJson {
        damaged: known.body.is_some() && sha256.is_none(),
        sha256,
        capture: CaptureJson::of(known.capture, &known.article),
        steps: known
            .steps
            .into_iter()
            .map(|step| StepJson {
                url: step.url,
                version: step.version,
                status: step.status,
                headers: step.headers,
            })
            .collect(),
        extractor_version: known.extracted.map(|(version, _)| version),
        pictures: known
            .pictures
            .into_iter()
            .map(|picture| KeptJson {
                url: picture.url,
                content_type: Some(picture.content_type),
                digest: Some(picture.digest.to_string()),
                size: picture.size,
                failure: None,
            })
            .collect(),
        resources: known
            .resources
            .into_iter()
            .map(|resource| KeptJson {
                url: resource.url,
                content_type: resource.content_type,
                digest: resource.digest.map(|digest| digest.to_string()),
                size: resource.size,
                failure: resource.failure,
            })
            .collect(),
    })
    .into_response())
}

/// `POST /api/v1/articles/{id}/captures`: 202, the visit is in line.
pub(crate) async fn again(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<Response, HttpError> {
    let article = again::capture_again(&app.library, caller.user_id(), id).await?;
    Ok((StatusCode::ACCEPTED, Json(ArticleJson::from(article))).into_response())
}

/// `POST /api/v1/articles/{id}/captures/{capture}/show`.
pub(crate) async fn choose(
    State(app): State<App>,
    caller: Caller,
    CapturePath(id, capture_id): CapturePath,
) -> Result<Response, HttpError> {
    let shown = again::show_capture(&app.library, caller.user_id(), id, capture_id).await?;
    Ok(Json(ArticleJson::from(shown.article)).into_response())
}

/// Query of a comparison; without it the newest capture and the one before.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompareQuery {
    from: Option<String>,
    to: Option<String>,
}

#[derive(Serialize)]
struct ComparedJson {
    from: SideJson,
    to: SideJson,
    counts: CountsJson,
    /// What is different above the text.
    heads: Vec<HeadJson>,
    /// All of both texts, in reading order.
    passages: Vec<PassageJson>,
}

#[derive(Serialize)]
struct SideJson {
    id: i64,
    captured_at: String,
    headline: Option<String>,
    word_count: usize,
}

#[derive(Serialize)]
struct CountsJson {
    words_added: usize,
    words_cut: usize,
    reworded: usize,
    added: usize,
    cut: usize,
    moved: usize,
}

#[derive(Serialize)]
struct HeadJson {
    field: &'static str,
    before: Option<String>,
    after: Option<String>,
    pieces: Vec<PieceJson>,
}

/// A passage of one or both texts.
#[derive(Serialize)]
struct PassageJson {
    /// same, added, cut, reworded, moved_away or moved_here.
    kind: &'static str,
    /// Numbers of the paragraphs in the earlier text, the second one past the
    /// last; counted from 0.
    old: [usize; 2],
    /// The same in the later text.
    new: [usize; 2],
    /// The place in this list of the other place of a moved paragraph.
    other: Option<usize>,
    pieces: Vec<PieceJson>,
}

#[derive(Serialize)]
struct PieceJson {
    /// same, added or cut.
    kind: &'static str,
    text: String,
}

fn pieces(pieces: Vec<Piece>) -> Vec<PieceJson> {
    pieces
        .into_iter()
        .map(|piece| PieceJson {
            kind: piece.kind.as_str(),
            text: piece.text,
        })
        .collect()
}

impl From<Side> for SideJson {
    fn from(side: Side) -> Self {
        Self {
            id: side.capture.id.0,
            captured_at: rfc3339(side.capture.captured_at_ms),
            headline: side.version.headline,
            word_count: side.version.word_count,
        }
    }
}

impl From<HeadChange> for HeadJson {
    fn from(change: HeadChange) -> Self {
        Self {
            field: change.head.as_str(),
            before: change.before,
            after: change.after,
            pieces: pieces(change.pieces),
        }
    }
}

impl From<Passage> for PassageJson {
    fn from(passage: Passage) -> Self {
        Self {
            kind: passage.kind.as_str(),
            old: [passage.old.start, passage.old.end],
            new: [passage.new.start, passage.new.end],
            other: passage.other,
            pieces: pieces(passage.pieces),
        }
    }
}

impl From<Compared> for ComparedJson {
    fn from(found: Compared) -> Self {
        let counts = found.text.counts();
        Self {
            from: found.from.into(),
            to: found.to.into(),
            counts: CountsJson {
                words_added: counts.words_added,
                words_cut: counts.words_cut,
                reworded: counts.reworded,
                added: counts.added,
                cut: counts.cut,
                moved: counts.moved,
            },
            heads: found.heads.into_iter().map(HeadJson::from).collect(),
            passages: found
                .text
                .passages
                .into_iter()
                .map(PassageJson::from)
                .collect(),
        }
    }
}

/// `GET /api/v1/articles/{id}/captures/compare?from=&to=`.
pub(crate) async fn compare(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    Query(query): Query<CompareQuery>,
) -> Result<Response, HttpError> {
    let found = library_compare::compare(
        &app.library,
        caller.user_id(),
        id,
        capture_number(query.from.as_deref())?,
        capture_number(query.to.as_deref())?,
    )
    .await?;
    Ok(Json(ComparedJson::from(found)).into_response())
}

/// A schedule.
#[derive(Serialize)]
struct ScheduleJson {
    every: Every,
    until: Option<String>,
    next_at: String,
    /// Visits in a row that failed.
    failures: i64,
}

impl From<Schedule> for ScheduleJson {
    fn from(schedule: Schedule) -> Self {
        Self {
            every: schedule.every,
            until: schedule.until_ms.map(rfc3339),
            next_at: rfc3339(schedule.next_at_ms),
            failures: schedule.failures,
        }
    }
}

/// Body of a schedule. Without `weeks` it has no end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetScheduleJson {
    every: Every,
    weeks: Option<i64>,
}

/// `GET /api/v1/articles/{id}/schedule`: null when there is none.
pub(crate) async fn schedule(
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
    let schedule = store.schedule(caller.user_id(), id).await?;
    Ok(Json(schedule.map(ScheduleJson::from)).into_response())
}

/// `PUT /api/v1/articles/{id}/schedule`.
pub(crate) async fn set_schedule(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    JsonBody(body): JsonBody<SetScheduleJson>,
) -> Result<Response, HttpError> {
    let set = library_schedule::set(&app.library, caller.user_id(), id, body.every, body.weeks);
    Ok(Json(ScheduleJson::from(set.await?)).into_response())
}

/// `DELETE /api/v1/articles/{id}/schedule`.
pub(crate) async fn end_schedule(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<StatusCode, HttpError> {
    library_schedule::end(&app.library, caller.user_id(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}
