//! `GET /healthz` and `GET /readyz`: for whoever watches the process.
//!
//! The first says that it answers, the second that it can work: that the
//! database can be reached. It also says when the library was last verified.

use axum::extract::State;

use crate::app::App;
use crate::error::HttpError;

/// `GET /healthz`.
pub(crate) async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`.
pub(crate) async fn ready(State(app): State<App>) -> Result<String, HttpError> {
    let store = &app.library.store;
    let verified = async {
        store.ping().await?;
        store.last_verified().await
    }
    .await
    .map_err(|cause| HttpError::unavailable(&cause))?;
    Ok(match verified {
        Some((at_ms, faults)) => {
            let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
            format!("ready\nverified {at:.0}, {faults} faults\n")
        }
        None => "ready\nnever verified\n".to_owned(),
    })
}
