//! What was kept of a page: `GET /articles/{id}/captures`, and
//! `GET /articles/{id}/captures/{capture}/original`, the bytes as they came.
//!
//! The bytes are somebody else's page. They are only ever downloaded, as plain
//! text or as a nameless file, so no browser shows them in our name.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use cuttings_library::{now_ms, replay};
use cuttings_model::{Article, ArticleId, ArticleState, Capture, CaptureId, Every, Origin};

use crate::app::App;
use crate::body::{ArticlePath, CapturePath, Query, capture_number};
use crate::dates;
use crate::error::HttpError;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

#[derive(Template)]
#[template(path = "captures.html")]
struct CapturesPage {
    shell: Shell,
    article_id: i64,
    outlet: String,
    headline: String,
    captures: Vec<CaptureView>,
    again: AgainView,
}

/// What can be done about further captures.
struct AgainView {
    /// Whether a visit is due or under way.
    waiting: bool,
    /// What the schedule says, if there is one.
    schedule: Option<String>,
    every: Option<Every>,
    /// The capture that was shown before another was chosen just now.
    before: Option<i64>,
    /// That the user chose the capture that is shown.
    chosen: bool,
}

struct CaptureView {
    number: i64,
    /// The capture it is a further page of.
    part_of: Option<i64>,
    when: String,
    /// Whether the reader shows this one.
    shown: bool,
    how: &'static str,
    status: Option<i64>,
    failure: Option<String>,
    /// That the page was found unchanged, or why it is not shown.
    note: Option<String>,
    /// The size of its bytes, if it brought some.
    size: Option<String>,
    /// Where it can be seen as it looked, if it is a page.
    replay: Option<String>,
    /// Whether it can be shown instead of the one that is.
    can_be_shown: bool,
    /// The comparison with the one before.
    compare: Option<String>,
}

/// Query of the page. Others may stand in the address.
#[derive(serde::Deserialize)]
pub(crate) struct CapturesQuery {
    /// The capture that was shown before another was chosen.
    before: Option<String>,
}

/// `GET /articles/{id}/captures`.
pub(crate) async fn captures(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    ArticlePath(id): ArticlePath,
    Query(query): Query<CapturesQuery>,
) -> Result<Response, HttpError> {
    let store = &app.library.store;
    let article = store
        .article(caller.user_id(), id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or_else(HttpError::no_such_article)?;
    let captures = store.captures(caller.user_id(), id).await?;
    let before = capture_number(query.before.as_deref())?.map(|before| before.0);
    show(
        StatusCode::OK,
        &CapturesPage {
            shell: Shell::of(&caller, ENGLISH.captures.title, Place::Elsewhere, &here),
            article_id: id.0,
            outlet: article.outlet(),
            headline: article.title().to_owned(),
            again: again_view(&app, &caller, &article, before).await?,
            captures: captures
                .iter()
                .map(|capture| view(&article, &captures, capture.clone()))
                .collect(),
        },
    )
}

async fn again_view(
    app: &App,
    caller: &Caller,
    article: &Article,
    before: Option<i64>,
) -> Result<AgainView, HttpError> {
    let store = &app.library.store;
    let (user_id, id) = (caller.user_id(), article.id);
    let schedule = store.schedule(user_id, id).await?;
    let text = &ENGLISH.captures;
    Ok(AgainView {
        waiting: article.state == ArticleState::Queued
            || store.has_work(user_id, id, now_ms()).await?,
        every: schedule.as_ref().map(|schedule| schedule.every),
        schedule: schedule.map(|schedule| {
            let until = schedule.until_ms.map(|until| dates::day(until).text);
            (text.scheduled)(
                schedule.every.as_str(),
                &dates::day(schedule.next_at_ms).text,
                until.as_deref().unwrap_or_default(),
                &schedule.failures,
            )
        }),
        before,
        chosen: article.is_capture_chosen,
    })
}

/// What a visit found that brought nothing new to show.
pub(super) fn note(capture: &Capture) -> Option<String> {
    let text = &ENGLISH.captures;
    match capture.same_as {
        Some(same) if capture.status == Some(304) => Some((text.unchanged)(&same.0)),
        Some(same) => Some((text.same_bytes)(&same.0)),
        None => capture.not_shown.clone(),
    }
}

fn view(article: &Article, all: &[Capture], capture: Capture) -> CaptureView {
    let is_new = capture.is_whole() && capture.same_as.is_none();
    let before = all
        .iter()
        .find(|other| other.is_whole() && other.same_as.is_none() && other.id < capture.id);
    let folder = format!("/articles/{}/captures/{}", article.id, capture.id);
    let is_page = replay::is_shown(&capture);
    CaptureView {
        note: note(&capture),
        can_be_shown: is_new
            && article.capture_id != Some(capture.id)
            && article.state == ArticleState::Ready,
        compare: before.filter(|_| is_new).map(|before| {
            format!(
                "/articles/{}/captures/compare?from={}&to={}",
                article.id, before.id, capture.id
            )
        }),
        number: capture.id.0,
        part_of: capture.part_of.map(|whole| whole.0),
        when: dates::moment(capture.captured_at_ms),
        shown: article.capture_id == Some(capture.id),
        how: match capture.origin {
            Origin::Fetched => ENGLISH.captures.fetched,
            Origin::Uploaded => ENGLISH.captures.uploaded,
            Origin::Sent => ENGLISH.captures.sent,
            Origin::Extension => ENGLISH.captures.extension,
        },
        status: capture.status,
        failure: capture.failure,
        size: capture.body.map(|_| size(capture.body_size)),
        replay: is_page.then(|| format!("{folder}/replay")),
    }
}

/// A number of bytes for people: `317 bytes`, `16.2 kB`, `3.4 MB`.
pub(super) fn size(bytes: i64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// `GET /articles/{id}/captures/{capture}/original`.
pub(crate) async fn original(
    State(app): State<App>,
    caller: Caller,
    CapturePath(article_id, capture_id): CapturePath,
) -> Result<Response, HttpError> {
    let nothing = || HttpError::not_found("Nothing was kept under this number.");
    let store = &app.library.store;
    store
        .article(caller.user_id(), article_id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or_else(nothing)?;
    let capture = store
        .captures(caller.user_id(), article_id)
        .await?
        .into_iter()
        .find(|capture| capture.id == capture_id)
        .ok_or_else(nothing)?;
    let bytes = store
        .blobs()
        .get(&capture.body.ok_or_else(nothing)?)
        .await?;
    let is_text = is_text(&capture);
    let content_type = if is_text {
        "text/plain"
    } else {
        "application/octet-stream"
    };
    let name = download_name(article_id, capture_id, is_text);
    let name = format!("attachment; filename=\"{name}\"");
    Ok((
        [
            (header::CONTENT_TYPE, content_type.to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        bytes,
    )
        .into_response())
}

/// Whether the bytes are text, which browsers may show as such.
pub(super) fn is_text(capture: &Capture) -> bool {
    capture
        .content_type
        .as_deref()
        .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/"))
}

/// What the bytes of a capture are called when they are downloaded.
pub(super) fn download_name(article: ArticleId, capture: CaptureId, is_text: bool) -> String {
    let ending = if is_text { "txt" } else { "bin" };
    format!("cutting-{article}-{capture}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_write_them() {
        assert_eq!(size(317), "317 bytes");
        assert_eq!(size(16_234), "16.2 kB");
        assert_eq!(size(3_400_000), "3.4 MB");
    }
}
