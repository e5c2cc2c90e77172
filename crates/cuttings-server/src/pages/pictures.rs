//! Kept pictures: `GET /articles/{id}/pictures/{digest}` and
//! `GET /articles/{id}/thumbnail`.
//!
//! The type is the one the bytes showed when they were kept, and only picture
//! types are ever sent as what they are. A browser may keep them, but under the
//! cookie they were asked for with, so that a next user of the same browser
//! finds nothing.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cuttings_model::Picture;

use crate::app::App;
use crate::body::{ArticlePath, PicturePath};
use crate::error::HttpError;
use crate::session::Caller;

/// Types that are sent as what they are; all others only as a file. SVG is not
/// among them: it is a document.
const SHOWN: &[&str] = &[
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
];

/// `GET /articles/{id}/pictures/{digest}`.
pub(crate) async fn picture(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    PicturePath(article_id, digest): PicturePath,
) -> Result<Response, HttpError> {
    let picture = app
        .library
        .store
        .picture(caller.user_id(), article_id, &digest)
        .await?;
    send(&app, &headers, picture).await
}

/// `GET /articles/{id}/thumbnail`.
pub(crate) async fn thumbnail(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ArticlePath(article_id): ArticlePath,
) -> Result<Response, HttpError> {
    let picture = app
        .library
        .store
        .thumbnail(caller.user_id(), article_id)
        .await?;
    send(&app, &headers, picture).await
}

async fn send(
    app: &App,
    headers: &HeaderMap,
    picture: Option<Picture>,
) -> Result<Response, HttpError> {
    let picture = picture.ok_or_else(|| HttpError::not_found("No such picture is kept."))?;
    let tag = format!("\"{}\"", picture.digest);
    let common = [
        (
            header::CACHE_CONTROL,
            "private, max-age=31536000, immutable".to_owned(),
        ),
        (header::VARY, "Cookie, Authorization".to_owned()),
        (header::ETAG, tag.clone()),
    ];
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes())
    {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let bytes = app.library.store.blobs().get(&picture.digest).await?;
    let (content_type, disposition) = if SHOWN.contains(&picture.content_type.as_str()) {
        (picture.content_type.as_str(), "inline")
    } else {
        ("application/octet-stream", "attachment")
    };
    Ok((
        common,
        [
            (header::CONTENT_TYPE, content_type.to_owned()),
            (header::CONTENT_DISPOSITION, disposition.to_owned()),
        ],
        bytes,
    )
        .into_response())
}
