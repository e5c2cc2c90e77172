//! Archives of captures to be downloaded: `/articles/{id}/captures.wacz` and
//! `.warc.gz`, the same below `/api/v1`, and of a search or of everything at
//! `/api/v1/captures.wacz?q=…`.
//!
//! An archive is written into a file of its own first, so that its length is known
//! and a part of it can be asked for. The same captures give the same bytes, and
//! the tag is of these, so parts asked for one after the other fit together.

use std::io::{Read as _, Seek as _, SeekFrom};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cuttings_library::export::{self, About, ExportError, Format};
use cuttings_model::{ArticleId, UserId};
use serde::Deserialize;
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use crate::app::App;
use crate::body::{ArticlePath, Query};
use crate::error::HttpError;
use crate::range::{Asked, asked};
use crate::session::Caller;

/// Query of an archive of many articles.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ManyQuery {
    /// What the articles match; everything without it.
    q: Option<String>,
}

/// `GET /articles/{id}/captures.wacz`.
pub(crate) async fn wacz(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ArticlePath(id): ArticlePath,
) -> Result<Response, HttpError> {
    one(&app, caller.user_id(), id, Format::Wacz, &headers).await
}

/// `GET /articles/{id}/captures.warc.gz`.
pub(crate) async fn warc(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ArticlePath(id): ArticlePath,
) -> Result<Response, HttpError> {
    one(&app, caller.user_id(), id, Format::Warc, &headers).await
}

/// `GET /api/v1/captures.wacz`.
pub(crate) async fn wacz_of_many(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<ManyQuery>,
) -> Result<Response, HttpError> {
    many(&app, caller.user_id(), query, Format::Wacz, &headers).await
}

/// `GET /api/v1/captures.warc.gz`.
pub(crate) async fn warc_of_many(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<ManyQuery>,
) -> Result<Response, HttpError> {
    many(&app, caller.user_id(), query, Format::Warc, &headers).await
}

async fn one(
    app: &App,
    user_id: UserId,
    id: ArticleId,
    format: Format,
    headers: &HeaderMap,
) -> Result<Response, HttpError> {
    let article = app
        .library
        .store
        .article(user_id, id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or_else(HttpError::no_such_article)?;
    let about = About {
        title: article.title().to_owned(),
        description: article.source_url().to_owned(),
        created_ms: article.updated_at_ms,
    };
    let name = format!("cutting-{id}");
    send(app, user_id, vec![id], format, about, &name, headers).await
}

async fn many(
    app: &App,
    user_id: UserId,
    query: ManyQuery,
    format: Format,
    headers: &HeaderMap,
) -> Result<Response, HttpError> {
    let (ids, title) = match &query.q {
        Some(q) => (
            export::found(&app.library, user_id, q)
                .await
                .map_err(failed)?,
            format!("Articles that match {q}"),
        ),
        None => (
            export::all(&app.library, user_id).await.map_err(failed)?,
            "A library".to_owned(),
        ),
    };
    let about = About {
        title,
        description: "From Cuttings".to_owned(),
        created_ms: app.library.store.clock_ms(user_id).await?,
    };
    send(app, user_id, ids, format, about, "cuttings", headers).await
}

fn failed(error: ExportError) -> HttpError {
    match error {
        ExportError::Store(error) => error.into(),
        ExportError::Query(error) => HttpError::bad_request(error.message),
        other => HttpError::unavailable(&other),
    }
}

/// Writes the archive and sends it, or the part of it that was asked for.
async fn send(
    app: &App,
    user_id: UserId,
    ids: Vec<ArticleId>,
    format: Format,
    about: About,
    name: &str,
    headers: &HeaderMap,
) -> Result<Response, HttpError> {
    let library = app.library.clone();
    let runtime = tokio::runtime::Handle::current();
    // Packing keeps a processor busy.
    let written = tokio::task::spawn_blocking(move || {
        let file = tempfile::tempfile()?;
        let (mut file, _) = runtime.block_on(export::export(
            &library,
            user_id,
            &ids,
            format,
            &about,
            file,
            &mut |_| {},
        ))?;
        let length = file.stream_position()?;
        file.seek(SeekFrom::Start(0))?;
        let mut hash = blake3::Hasher::new();
        std::io::copy(&mut file.by_ref().take(length), &mut hash)?;
        Ok::<_, ExportError>((file, length, format!("\"{}\"", hash.finalize().to_hex())))
    })
    .await
    .map_err(|error| HttpError::unavailable(&error))?;
    let (mut file, length, tag) = written.map_err(failed)?;

    let (content_type, ending) = match format {
        Format::Wacz => ("application/wacz", "wacz"),
        Format::Warc => ("application/gzip", "warc.gz"),
    };
    let common = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.{ending}\""),
        ),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::ETAG, tag.clone()),
    ];
    let (from, until, status) = match asked(headers, &tag, length) {
        Asked::Whole => (0, length, StatusCode::OK),
        Asked::Part(from, until) => (from, until, StatusCode::PARTIAL_CONTENT),
        Asked::Nothing => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, common, range).into_response());
        }
    };
    file.seek(SeekFrom::Start(from))
        .map_err(|error| HttpError::unavailable(&error))?;
    let file = tokio::fs::File::from_std(file).take(until - from);
    let mut answer = (
        status,
        common,
        [(header::CONTENT_LENGTH, (until - from).to_string())],
        Body::from_stream(ReaderStream::with_capacity(file, 64 << 10)),
    )
        .into_response();
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(range) = format!("bytes {from}-{}/{length}", until - 1).parse()
    {
        answer.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    Ok(answer)
}
