//! A kept page as it looked: `GET /articles/{id}/captures/{capture}/replay` is a
//! page of ours with the kept page in a frame, `GET /replay/{ticket}/page` what
//! is in the frame, `GET /replay/{ticket}/resource?url=…` what belongs to it.
//!
//! The kept page is somebody else's. It has no script, an origin of its own, no
//! cookie, and by the policy in [`crate::headers`] nothing to load but what these
//! routes give out: of the capture on the ticket, and of no other.

use askama::Template;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cuttings_library::replay::{self, Lost, ReplayError};
use cuttings_library::tickets::{self, Ticket};
use cuttings_model::{ArticleId, Capture, CaptureId, Origin, UserId};
use serde::Deserialize;

use crate::app::App;
use crate::body::CapturePath;
use crate::dates;
use crate::error::HttpError;
use crate::headers::FramesReplay;
use crate::range::{Asked, asked};
use crate::session::{Caller, cookie};
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

/// Most missing things that are listed with their reason.
const MOST_LISTED: usize = 50;

#[derive(Template)]
#[template(path = "replay.html")]
struct ReplayPage {
    shell: Shell,
    article_id: i64,
    heading: String,
    address: String,
    /// Where the frame's page is.
    frame: String,
    earlier: Option<String>,
    later: Option<String>,
    missing: Missing,
}

/// What the replay lacks, in whole sentences.
struct Missing {
    /// In one line.
    summary: String,
    notes: Vec<String>,
    not_kept: Option<String>,
    listed: Vec<Unkept>,
    more: Option<String>,
}

struct Unkept {
    /// Its address, when the reason does not name it.
    url: Option<String>,
    why: String,
}

/// `GET /articles/{id}/captures/{capture}/replay`.
pub(crate) async fn frame(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    OriginalUri(here): OriginalUri,
    CapturePath(article_id, capture_id): CapturePath,
) -> Result<Response, HttpError> {
    let store = &app.library.store;
    let article = store
        .article(caller.user_id(), article_id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or_else(HttpError::no_such_article)?;
    let shown: Vec<Capture> = store
        .captures(caller.user_id(), article_id)
        .await?
        .into_iter()
        .filter(replay::is_shown)
        .collect();
    let place = shown
        .iter()
        .position(|capture| capture.id == capture_id)
        .ok_or_else(no_page)?;
    let capture = &shown[place];
    let path = |capture: &Capture| format!("/articles/{article_id}/captures/{}/replay", capture.id);
    // Pages know the cookie only, so there is a session.
    let session = cookie(&app.settings, &headers).ok_or_else(crate::session::not_signed_in)?;
    let ticket = tickets::issue(
        Ticket {
            user_id: caller.user_id(),
            article_id,
            capture_id,
        },
        session,
    );
    let (lost, _) = replay::page(&app.library, caller.user_id(), article_id, capture_id)
        .await
        .map_err(failed)?;
    let missing = missing(&app, caller.user_id(), article_id, capture, lost).await?;
    let mut response = show(
        StatusCode::OK,
        &ReplayPage {
            shell: Shell::of(
                &caller,
                format!("{}: {}", ENGLISH.replay.title, article.title()),
                Place::Elsewhere,
                &here,
            ),
            article_id: article_id.0,
            heading: (ENGLISH.replay.heading)(&dates::moment(capture.captured_at_ms)),
            address: capture
                .final_url
                .clone()
                .unwrap_or_else(|| capture.requested_url.clone()),
            frame: format!("/replay/{ticket}/page"),
            // The list is newest first.
            earlier: shown.get(place + 1).map(path),
            later: place.checked_sub(1).map(|before| path(&shown[before])),
            missing,
        },
    )?;
    response.extensions_mut().insert(FramesReplay);
    Ok(response)
}

async fn missing(
    app: &App,
    user_id: UserId,
    article_id: ArticleId,
    capture: &Capture,
    lost: Lost,
) -> Result<Missing, HttpError> {
    let text = &ENGLISH.replay;
    let store = &app.library.store;
    let round = store.resource_round(user_id, capture.id).await?;
    let unlisted = round.as_ref().map_or(0, |round| round.unlisted);
    let unkept: Vec<Unkept> = store
        .resources(user_id, capture.id)
        .await?
        .into_iter()
        .filter_map(|resource| {
            let why = resource.failure?;
            Some(Unkept {
                url: (!why.contains(&resource.url)).then_some(resource.url),
                why,
            })
        })
        .collect();
    let not_kept = unkept.len() + usize::try_from(unlisted).unwrap_or_default();
    // What the page names is asked for once in a round, so it is told from what
    // was asked for in vain only where there was none.
    let not_there = if round.is_some() { 0 } else { lost.not_found };
    let mut notes = Vec::new();
    if matches!(capture.origin, Origin::Uploaded | Origin::Sent) {
        if not_there > 0 {
            notes.push(text.handed_over.to_owned());
        }
    } else if round.is_none() {
        let awaits = store
            .awaits_resources(user_id, article_id, capture.id)
            .await?;
        notes.push(if awaits { text.waiting } else { text.never }.to_owned());
    }
    notes.extend(round.and_then(|round| round.failure));
    for (many, sentence) in [
        (not_there, text.not_there),
        (lost.scripts, text.scripts),
        (lost.frames, text.frames),
    ] {
        if many > 0 {
            notes.push(sentence(many));
        }
    }
    let listed: Vec<Unkept> = unkept.into_iter().take(MOST_LISTED).collect();
    let more = i64::try_from(not_kept - listed.len()).unwrap_or(i64::MAX);
    // Scripts are not counted: every page has some, and none would run.
    let count = not_kept + not_there + lost.frames;
    Ok(Missing {
        summary: match count {
            0 if notes.is_empty() => text.complete.to_owned(),
            0 => text.missing.to_owned(),
            many => (text.count)(many),
        },
        notes,
        not_kept: (not_kept > 0).then(|| (text.not_kept)(not_kept)),
        listed,
        more: (more > 0).then(|| (text.more)(more)),
    })
}

/// `GET /replay/{ticket}/page`.
pub(crate) async fn page(
    State(app): State<App>,
    Extension(ticket): Extension<Ticket>,
) -> Result<Response, HttpError> {
    is_there(&app, ticket).await?;
    let (_, html) = replay::page(
        &app.library,
        ticket.user_id,
        ticket.article_id,
        ticket.capture_id,
    )
    .await
    .map_err(failed)?;
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

#[derive(Deserialize)]
pub(crate) struct ResourceQuery {
    /// The address the page or style sheet names.
    url: String,
}

/// `GET /replay/{ticket}/resource?url=…`.
pub(crate) async fn resource(
    State(app): State<App>,
    Extension(ticket): Extension<Ticket>,
    headers: HeaderMap,
    Query(ResourceQuery { url }): Query<ResourceQuery>,
) -> Result<Response, HttpError> {
    is_there(&app, ticket).await?;
    let (user_id, article_id, CaptureId(capture)) =
        (ticket.user_id, ticket.article_id, ticket.capture_id);
    let edition = replay::edition(&app.library, user_id, article_id, CaptureId(capture))
        .await
        .map_err(failed)?;
    let tag = format!("\"{edition}\"");
    let common = [
        (header::CACHE_CONTROL, "private, max-age=3600".to_owned()),
        (header::ETAG, tag.clone()),
        // Fonts are only given to whom they are allowed; to the page itself, whose
        // origin has no name.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
    ];
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes())
    {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let replayed = replay::resource(&app.library, user_id, article_id, CaptureId(capture), &url)
        .await
        .map_err(failed)?;
    let whole = replayed.body;
    let length = whole.len();
    // Who plays a film asks for its parts.
    let (status, range, body) = match asked(&headers, &tag, length as u64) {
        Asked::Whole => (StatusCode::OK, None, whole),
        Asked::Part(from, until) => (
            StatusCode::PARTIAL_CONTENT,
            Some(format!("bytes {from}-{}/{length}", until - 1)),
            whole.slice(from as usize..until as usize),
        ),
        Asked::Nothing => (
            StatusCode::RANGE_NOT_SATISFIABLE,
            Some(format!("bytes */{length}")),
            Bytes::new(),
        ),
    };
    Ok((
        status,
        common,
        range.map(|range| [(header::CONTENT_RANGE, range)]),
        [
            (header::ACCEPT_RANGES, "bytes"),
            (
                header::CONTENT_TYPE,
                replayed.content_type.unwrap_or("application/octet-stream"),
            ),
            // Within a page this says nothing; opened by itself it is a file.
            (header::CONTENT_DISPOSITION, "attachment"),
        ],
        body,
    )
        .into_response())
}

/// A ticket ends with its article.
async fn is_there(app: &App, ticket: Ticket) -> Result<(), HttpError> {
    app.library
        .store
        .article(ticket.user_id, ticket.article_id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .map(|_| ())
        .ok_or_else(HttpError::no_such_article)
}

fn no_page() -> HttpError {
    HttpError::not_found(ENGLISH.replay.no_page)
}

fn failed(error: ReplayError) -> HttpError {
    match error {
        ReplayError::Nothing => no_page(),
        ReplayError::Store(error) => error.into(),
        ReplayError::Parse(_) | ReplayError::Sent(_) => {
            tracing::warn!(%error, "a kept page could not be rewritten");
            HttpError::not_found(ENGLISH.replay.broken)
        }
    }
}
