//! Pages that a browser sends, as its reader sees them: `POST /api/v1/singlefile`
//! and the addresses other programs have for it, and `POST /api/v1/pages`, by
//! which our extension sends.
//!
//! The form comes with the file first and the address behind it, so the file is
//! put aside before anybody knows what it is. It lies in a file without a name,
//! which goes with the request.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cuttings_library::LibraryError;
use cuttings_library::sent::{self, Sent};
use cuttings_model::{Digest, Origin, TagName, address};
use serde::Serialize;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::ArticleJson;
use crate::app::App;
use crate::body::{Query, QueryPairs};
use crate::error::HttpError;
use crate::multipart::Form;
use crate::once::once_for;
use crate::problems;
use crate::session::Caller;

/// The names that programs have for the file, and for the address.
pub(crate) const FILE: &str = "file";
pub(crate) const URL: &str = "url";

/// The answer: the article, and what became of the file.
#[derive(Serialize)]
struct SentJson {
    #[serde(flatten)]
    article: ArticleJson,
    /// Whether the page was in the library before.
    already: bool,
    /// Whether the file was kept, as a further capture if it was.
    kept: bool,
}

/// The query of [`kept`].
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    url: String,
}

/// The answer of [`kept`].
#[derive(Serialize)]
struct KeptJson {
    /// The article that holds the page; null when none does.
    article: Option<ArticleJson>,
}

/// `GET /api/v1/pages?url=`: whether a page is in the library.
pub(crate) async fn kept(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, HttpError> {
    let page = address::parse(&query.url).map_err(LibraryError::from)?;
    let found = app
        .library
        .store
        .article_of_page(caller.user_id(), &page)
        .await?;
    let article = found.map(ArticleJson::from);
    Ok(Json(KeptJson { article }).into_response())
}

/// What a form held.
struct Fields {
    file: std::fs::File,
    content_type: Option<String>,
    url: Option<String>,
    tags: Vec<TagName>,
    seen_at_ms: Option<i64>,
}

/// `POST /api/v1/singlefile`: a complete page as one file. 201 with a new article,
/// 202 when the file is kept as a further capture of one, 200 when the article
/// was left as it is.
pub(crate) async fn singlefile(
    State(app): State<App>,
    caller: Caller,
    QueryPairs(query): QueryPairs,
    request: Request,
) -> Result<Response, HttpError> {
    // Nothing is ever overwritten here, so all but the first add a capture.
    let if_exists = query
        .iter()
        .find(|(name, _)| name == "ifexists")
        .map_or("skip", |(_, value)| value.as_str());
    let only_if_wanting = match if_exists {
        "skip" => true,
        "overwrite" | "overwrite-recrawl" | "append" | "append-recrawl" => false,
        other => {
            return Err(HttpError::bad_request(format!(
                "ifexists is skip, append, append-recrawl, overwrite or overwrite-recrawl; \
                 “{other}” is none of them."
            )));
        }
    };
    keep(app, caller, request, Origin::Sent, only_if_wanting).await
}

/// `POST /api/v1/pages`: a page as it stands in a browser, from our extension.
/// Always kept; answers as [`singlefile`] does.
pub(crate) async fn page(
    State(app): State<App>,
    caller: Caller,
    request: Request,
) -> Result<Response, HttpError> {
    keep(app, caller, request, Origin::Extension, false).await
}

async fn keep(
    app: App,
    caller: Caller,
    request: Request,
    origin: Origin,
    only_if_wanting: bool,
) -> Result<Response, HttpError> {
    let headers = request.headers().clone();
    let path = request.uri().to_string();
    let fields = read(&app, request).await?;
    let fingerprint = fingerprint(&headers, &path, &fields).await?;
    let user_id = caller.user_id();
    let change = {
        let app = app.clone();
        async move {
            let sent = Sent {
                file: fields.file,
                url: fields.url,
                seen_at_ms: fields.seen_at_ms,
                content_type: fields.content_type,
                origin,
                only_if_wanting,
                tags: fields.tags,
            };
            let saved = sent::save(&app.library, user_id, sent).await?;
            let status = match (saved.already, saved.is_kept) {
                (false, _) => StatusCode::CREATED,
                (true, true) => StatusCode::ACCEPTED,
                (true, false) => StatusCode::OK,
            };
            let location = app.link(&format!("/api/v1/articles/{}", saved.article.id));
            let answer = SentJson {
                article: saved.article.into(),
                already: saved.already,
                kept: saved.is_kept,
            };
            Ok((status, [(header::LOCATION, location)], Json(answer)).into_response())
        }
    };
    once_for(app, user_id, &headers, fingerprint, change).await
}

/// Reads the form, the file to a place of its own.
async fn read(app: &App, request: Request) -> Result<Fields, HttpError> {
    let mut form = Form::read(request, app.settings.upload_limit_bytes).await?;
    let mut file: Option<(std::fs::File, Option<String>)> = None;
    let (mut url, mut tags, mut seen_at_ms) = (None, Vec::new(), None);
    while let Some(part) = form.next().await? {
        match part.name.as_str() {
            FILE if file.is_some() => {
                return Err(bad_field(
                    "The form holds two files; send one page at a time.",
                ));
            }
            FILE => {
                let mut spool = File::from_std(app.library.store.blobs().spool()?);
                while let Some(chunk) = form.chunk().await? {
                    spool.write_all(&chunk).await.map_err(spool_failed)?;
                }
                spool.flush().await.map_err(spool_failed)?;
                file = Some((spool.into_std().await, part.content_type));
            }
            URL => url = Some(form.text().await?),
            "tags" => {
                let typed = form.text().await?;
                tags.extend(TagName::parse_list(&typed).map_err(LibraryError::from)?);
            }
            "seen_at" => {
                let typed = form.text().await?;
                let at: jiff::Timestamp = typed.trim().parse().map_err(|_| {
                    bad_field("seen_at is an instant such as 2026-11-24T20:15:00Z.")
                })?;
                seen_at_ms = Some(at.as_millisecond());
            }
            // Programs add fields that we have no use for.
            _ => {}
        }
    }
    let (file, content_type) = file.ok_or_else(|| {
        bad_field("The form holds no file: the page belongs into the field “file”.")
    })?;
    Ok(Fields {
        file,
        content_type,
        url,
        tags,
        seen_at_ms,
    })
}

/// Says what a form holds, so that a key that is used twice is noticed.
async fn fingerprint(
    headers: &HeaderMap,
    path: &str,
    fields: &Fields,
) -> Result<String, HttpError> {
    if !headers.contains_key("idempotency-key") {
        return Ok(String::new());
    }
    let mut file = fields.file.try_clone().map_err(spool_failed)?;
    let digest = tokio::task::spawn_blocking(move || {
        std::io::Seek::rewind(&mut file)?;
        Digest::of_reader(file)
    })
    .await
    .map_err(|error| HttpError::internal(&error))?
    .map_err(spool_failed)?
    .0;
    let tags: Vec<String> = fields.tags.iter().map(TagName::key).collect();
    let (url, seen) = (&fields.url, fields.seen_at_ms);
    let all = format!("{path}\n{digest}\n{url:?}\n{tags:?}\n{seen:?}");
    Ok(Digest::of(all.as_bytes()).to_string())
}

fn bad_field(detail: &str) -> HttpError {
    HttpError::new(problems::BAD_FIELD, detail)
}

#[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
fn spool_failed(error: std::io::Error) -> HttpError {
    HttpError::unavailable(&error)
}
