//! `GET /offline`: what this device keeps and what waits on it to be sent.
//!
//! The server knows neither; the page is a frame that `static/kept.js` fills. A
//! device keeps the page itself too, and shows it wherever it has nothing else.

use askama::Template;
use axum::extract::OriginalUri;
use axum::http::StatusCode;
use axum::response::Response;

use crate::error::HttpError;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

#[derive(Template)]
#[template(path = "offline.html")]
struct OfflinePage {
    shell: Shell,
}

/// `GET /offline`.
pub(crate) async fn page(
    caller: Caller,
    OriginalUri(here): OriginalUri,
) -> Result<Response, HttpError> {
    let shell = Shell::of(&caller, ENGLISH.offline.title, Place::Elsewhere, &here);
    show(StatusCode::OK, &OfflinePage { shell })
}
