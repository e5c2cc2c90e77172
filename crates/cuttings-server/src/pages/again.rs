//! Buttons of captures: `POST /articles/{id}/captures` captures a page again,
//! others choose which capture is shown, set a schedule, and note that an edit
//! was seen.

use axum::extract::State;
use axum::response::Redirect;
use cuttings_library::{again, schedule};
use cuttings_model::Every;

use crate::app::App;
use crate::body::{ArticlePath, CapturePath, FormBody};
use crate::error::HttpError;
use crate::pages::articles::ActionForm;
use crate::session::Caller;

/// `POST /articles/{id}/captures`: captures the page again.
pub(crate) async fn capture(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<Redirect, HttpError> {
    again::capture_again(&app.library, caller.user_id(), id).await?;
    Ok(Redirect::to(&format!("/articles/{id}/captures")))
}

/// `POST /articles/{id}/captures/{capture}/show`: shows this capture. The page it
/// goes to offers to undo it.
pub(crate) async fn choose(
    State(app): State<App>,
    caller: Caller,
    CapturePath(id, capture_id): CapturePath,
) -> Result<Redirect, HttpError> {
    let shown = again::show_capture(&app.library, caller.user_id(), id, capture_id).await?;
    let before = shown
        .before
        .filter(|before| *before != capture_id)
        .map(|before| format!("?before={before}"))
        .unwrap_or_default();
    Ok(Redirect::to(&format!("/articles/{id}/captures{before}")))
}

/// The form of a schedule: how often, and for how many weeks.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleForm {
    /// `day`, `week` or `month`; empty to end it.
    #[serde(default)]
    every: String,
    /// Empty for no end.
    #[serde(default)]
    weeks: String,
}

/// `POST /articles/{id}/schedule`.
pub(crate) async fn schedule(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    FormBody(form): FormBody<ScheduleForm>,
) -> Result<Redirect, HttpError> {
    let (library, user_id) = (&app.library, caller.user_id());
    if form.every.is_empty() {
        schedule::end(library, user_id, id).await?;
    } else {
        let every = Every::parse(&form.every)
            .ok_or_else(|| HttpError::bad_request("every is one of day, week and month."))?;
        let weeks = match form.weeks.trim() {
            "" => None,
            weeks => Some(
                weeks
                    .parse()
                    .map_err(|_| HttpError::bad_request("weeks is not a whole number."))?,
            ),
        };
        schedule::set(library, user_id, id, every, weeks).await?;
    }
    Ok(Redirect::to(&format!("/articles/{id}/captures")))
}

/// `POST /articles/{id}/edit-seen`.
pub(crate) async fn seen(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    again::mark_edit_seen(&app.library, caller.user_id(), id, true).await?;
    Ok(Redirect::to(&form.back()))
}
