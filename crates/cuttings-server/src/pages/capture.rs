//! One capture, with everything that proves it:
//! `GET /articles/{id}/captures/{capture}`.
//!
//! What others wrote (addresses, header lines) is shown as text.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use cuttings_library::evidence::{Evidence, evidence};
use cuttings_library::replay;
use cuttings_library::sent::INSIDE;
use cuttings_model::{ArticleId, Origin, Picture, Resource};

use super::captures::{note, size};
use crate::app::App;
use crate::body::CapturePath;
use crate::dates;
use crate::error::HttpError;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

/// More pictures or resources than this are left to the API: a page stays small.
const MOST_LISTED: usize = 100;

#[derive(Template)]
#[template(path = "capture.html")]
struct CapturePage {
    shell: Shell,
    article_id: i64,
    /// The path of this capture.
    folder: String,
    /// Whether it can be seen as it looked.
    is_page: bool,
    outlet: String,
    headline: String,
    number: i64,
    part_of: Option<i64>,
    when: String,
    machine: String,
    shown: bool,
    how: &'static str,
    requested_url: String,
    redirects: Vec<Hop>,
    final_url: Option<String>,
    status: Option<i64>,
    note: Option<String>,
    failure: Option<String>,
    content_type: Option<String>,
    kept: Option<Kept>,
    headers: Vec<Header>,
    answer_lost: bool,
    made: Option<Made>,
    lists: Vec<List>,
}

struct Hop {
    status: u16,
    to: String,
}

struct Kept {
    size: String,
    blake3: String,
    sha256: Option<String>,
    check: String,
}

struct Header {
    name: String,
    value: String,
}

struct Made {
    version: i64,
    when: String,
}

/// Pictures, or resources.
struct List {
    id: &'static str,
    title: &'static str,
    items: Vec<Item>,
    more: Option<String>,
}

struct Item {
    url: String,
    /// Where its bytes are, if they may be looked at.
    path: Option<String>,
    about: String,
    digest: Option<String>,
}

/// `GET /articles/{id}/captures/{capture}`.
pub(crate) async fn capture(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    CapturePath(id, capture_id): CapturePath,
) -> Result<Response, HttpError> {
    let Evidence {
        article,
        capture,
        body,
        mut steps,
        extracted,
        pictures,
        resources,
    } = evidence(&app.library, caller.user_id(), id, capture_id)
        .await?
        .ok_or_else(|| HttpError::not_found("Nothing was kept under this number."))?;
    let text = &ENGLISH.capture;
    let answer_lost = capture.exchange.is_some() && steps.is_empty();
    let answer = steps.pop();
    let next = steps.iter().skip(1).map(|step| step.url.clone());
    let last = answer.as_ref().map(|answer| answer.url.clone());
    let redirects = steps
        .iter()
        .zip(next.chain(last))
        .map(|(step, to)| Hop {
            status: step.status,
            to,
        })
        .collect();
    let is_text = super::captures::is_text(&capture);
    let name = super::captures::download_name(id, capture.id, is_text);
    show(
        StatusCode::OK,
        &CapturePage {
            shell: Shell::of(&caller, text.title, Place::Elsewhere, &here),
            article_id: id.0,
            folder: format!("/articles/{id}/captures/{capture_id}"),
            is_page: replay::is_shown(&capture),
            outlet: article.outlet(),
            headline: article.title().to_owned(),
            number: capture.id.0,
            part_of: capture.part_of.map(|whole| whole.0),
            when: dates::moment(capture.captured_at_ms),
            machine: dates::rfc3339(capture.captured_at_ms),
            shown: article.capture_id == Some(capture.id),
            how: match capture.origin {
                Origin::Fetched => ENGLISH.captures.fetched,
                Origin::Uploaded => ENGLISH.captures.uploaded,
                Origin::Sent => ENGLISH.captures.sent,
                Origin::Extension => ENGLISH.captures.extension,
            },
            redirects,
            note: note(&capture),
            final_url: capture
                .final_url
                .filter(|url| *url != capture.requested_url),
            requested_url: capture.requested_url,
            status: capture.status,
            failure: capture.failure,
            content_type: capture.content_type,
            kept: body.map(|body| Kept {
                size: size(body.size),
                blake3: body.blake3.to_string(),
                sha256: body.sha256,
                check: (text.how_to_check)(&name),
            }),
            headers: answer
                .map(|answer| answer.headers)
                .unwrap_or_default()
                .into_iter()
                .map(|(name, value)| Header { name, value })
                .collect(),
            answer_lost,
            made: extracted.map(|(version, at_ms)| Made {
                version,
                when: dates::moment(at_ms),
            }),
            lists: vec![
                list("pictures", text.pictures, pictures, |picture| {
                    picture_item(id, picture)
                }),
                list("resources", text.resources, resources, resource_item),
            ],
        },
    )
}

fn list<T>(id: &'static str, title: &'static str, all: Vec<T>, item: impl Fn(T) -> Item) -> List {
    let left_out = all.len().saturating_sub(MOST_LISTED);
    List {
        id,
        title,
        items: all.into_iter().take(MOST_LISTED).map(item).collect(),
        more: (left_out > 0).then(|| (ENGLISH.capture.more)(&left_out)),
    }
}

fn picture_item(id: ArticleId, picture: Picture) -> Item {
    let pixels = picture
        .width
        .zip(picture.height)
        .map(|(width, height)| format!(", {width} × {height}"))
        .unwrap_or_default();
    Item {
        path: Some(format!("/articles/{id}/pictures/{}", picture.digest)),
        about: format!("{}{pixels}, {}", picture.content_type, size(picture.size)),
        digest: Some(picture.digest.to_string()),
        url: if picture.url.starts_with(INSIDE) {
            ENGLISH.captures.inside.to_owned()
        } else {
            picture.url
        },
    }
}

fn resource_item(resource: Resource) -> Item {
    Item {
        about: match (&resource.digest, resource.failure) {
            (Some(_), _) => {
                let kind = resource.content_type.as_deref();
                let kind = kind.unwrap_or(resource.kind.as_str());
                format!("{kind}, {}", size(resource.size))
            }
            (None, Some(failure)) => format!("{}: {failure}", ENGLISH.capture.not_kept),
            (None, None) => ENGLISH.capture.not_kept.to_owned(),
        },
        path: None,
        digest: resource.digest.map(|digest| digest.to_string()),
        url: resource.url,
    }
}
