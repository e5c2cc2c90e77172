//! `GET /healthz` and `GET /readyz`: for whoever watches the process.
//!
//! The first says that it answers, the second that it can work: that the
//! database can be reached.

use axum::extract::State;

use crate::app::App;
use crate::error::HttpError;

/// `GET /healthz`.
pub(crate) async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`.
pub(crate) async fn ready(State(app): State<App>) -> Result<&'static str, HttpError> {
    app.library
        .store
        .ping()
        .await
        .map_err(|cause| HttpError::unavailable(&cause))?;
    Ok("ready\n")
}
