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
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let is_same = text(header::IF_RANGE).is_none_or(|known| known == tag);
    let asked = text(header::RANGE)
        .filter(|_| is_same)
        .map_or(Asked::Whole, |range| asked(range, length));
    let (from, until, status) = match asked {
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

/// What a `Range` asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    /// From here up to there, the end not included.
    Part(u64, u64),
    /// Only what is not there.
    Nothing,
}

/// One range is honoured; several, or what is none, get the whole.
fn asked(range: &str, length: u64) -> Asked {
    let Some((first, last)) = range
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return Asked::Whole;
    };
    let number = |text: &str| -> Option<u64> {
        let is_number = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    match (number(first.trim()), number(last.trim())) {
        (Some(first), Some(last)) if first > last => Asked::Whole,
        (Some(first), _) if first >= length => Asked::Nothing,
        (Some(first), Some(last)) => Asked::Part(first, last.saturating_add(1).min(length)),
        (Some(first), None) if last.trim().is_empty() => Asked::Part(first, length),
        (None, Some(0)) if first.is_empty() => Asked::Nothing,
        (None, Some(last)) if first.is_empty() => Asked::Part(length.saturating_sub(last), length),
        _ => Asked::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w16_at_most_one_range_is_honoured() {
        for (range, wanted) in [
            ("bytes=0-9", Asked::Part(0, 10)),
            ("bytes=90-", Asked::Part(90, 100)),
            ("bytes=-10", Asked::Part(90, 100)),
            ("bytes=-1000", Asked::Part(0, 100)),
            ("bytes=50-99999999999999999999999", Asked::Part(50, 100)),
            ("bytes=100-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=0-1,5-6", Asked::Whole),
            ("bytes=9-2", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("lines=0-1", Asked::Whole),
            ("bytes=-", Asked::Whole),
        ] {
            assert_eq!(asked(range, 100), wanted, "{range}");
        }
    }
}
