//! `GET /feeds/lists`: OPML in and out.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use cuttings_library::feeds::lists::{self, Imported, Verdict};

use crate::app::App;
use crate::body::FileBody;
use crate::card::shortened;
use crate::error::HttpError;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

/// Refused rows that are shown; a page stays under 60 KB.
const ROWS_SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "feed_lists.html")]
struct ListsPage {
    shell: Shell,
    told: Option<String>,
    left_out: Option<String>,
    wrong: Option<&'static str>,
    refused: Vec<Refused>,
}

struct Refused {
    url: String,
    why: String,
}

/// `GET /feeds/lists`.
pub(crate) async fn lists(
    caller: Caller,
    OriginalUri(here): OriginalUri,
) -> Result<Response, HttpError> {
    page(&caller, &here, None, None)
}

/// `POST /feeds/lists`: imports a file and says what became of each feed in it.
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    FileBody(file): FileBody,
) -> Result<Response, HttpError> {
    if file.is_empty() {
        return page(&caller, &here, None, Some(ENGLISH.feeds.no_file));
    }
    let imported = lists::import(&app.library, caller.user_id(), Bytes::from(file)).await?;
    let wrong = imported
        .rows
        .is_empty()
        .then_some(ENGLISH.feeds.nothing_in_file);
    page(&caller, &here, Some(imported), wrong)
}

fn page(
    caller: &Caller,
    here: &Uri,
    imported: Option<Imported>,
    wrong: Option<&'static str>,
) -> Result<Response, HttpError> {
    let text = &ENGLISH.feeds;
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let told = imported
        .as_ref()
        .filter(|_| wrong.is_none())
        .map(|imported| {
            let (added, already, refused) = imported.counts();
            (text.imported)(added, already, refused)
        });
    let imported = imported.unwrap_or_default();
    show(
        status,
        &ListsPage {
            shell: Shell::of(caller, text.lists_title, Place::Feeds, here),
            told,
            left_out: (imported.left_out > 0).then(|| (text.left_out)(imported.left_out)),
            wrong,
            refused: imported
                .rows
                .into_iter()
                .filter_map(|row| match row.verdict {
                    Verdict::Refused(why) => Some(Refused {
                        url: shortened(&row.url, 200),
                        why: shortened(&why, 200),
                    }),
                    _ => None,
                })
                .take(ROWS_SHOWN)
                .collect(),
        },
    )
}

/// `GET /feeds/export.opml`.
pub(crate) async fn export(State(app): State<App>, caller: Caller) -> Result<Response, HttpError> {
    let list = lists::export(&app.library, caller.user_id()).await?;
    Ok((
        [
            (header::CONTENT_TYPE, "text/x-opml; charset=utf-8"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"cuttings-feeds.opml\"",
            ),
        ],
        list,
    )
        .into_response())
}
