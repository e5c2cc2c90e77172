//! Saving and changing articles: `POST /articles`, the save form, and
//! `POST /articles/{id}/…`, the buttons.
//!
//! The main path begins here: the form's address goes to
//! [`cuttings_library::save`], and once that has returned the save is safe and
//! the browser is sent to the library, where the new article stands on top.

use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Redirect, Response};
use cuttings_library::{LibraryError, save, shelf, tags};
use cuttings_model::{TagName, address};
use cuttings_store::TagChange;

use crate::app::App;
use crate::body::{ArticlePath, FormBody};
use crate::error::HttpError;
use crate::origin::local_path;
use crate::pages::library::{self, SaveBox, SaveError};
use crate::pages::library_query::LibraryQuery;
use crate::session::Caller;

/// The save form.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaveForm {
    url: String,
}

/// A button's form.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionForm {
    /// Where to go afterwards; a path on our site.
    #[serde(default)]
    back: String,
}

impl ActionForm {
    pub(crate) fn back(&self) -> String {
        local_path(&self.back).unwrap_or_else(|| "/".to_owned())
    }
}

/// `POST /articles`: the save form.
///
/// What is no address comes back in the form, with what is wrong with it.
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    FormBody(form): FormBody<SaveForm>,
) -> Result<Response, HttpError> {
    let page = match address::parse(&form.url) {
        Ok(page) => page,
        Err(error) => {
            let wrong = SaveError {
                what: error.to_string(),
                advice: error.advice().to_owned(),
            };
            let save = SaveBox {
                typed: form.url,
                error: Some(wrong),
            };
            return library::page(&app, &caller, &here, LibraryQuery::default(), save).await;
        }
    };
    let saved = save::save(&app.library, caller.user_id(), &page, None).await?;
    let next = if saved.already {
        format!("/?here={}", saved.article.id)
    } else {
        "/".to_owned()
    };
    Ok(Redirect::to(&next).into_response())
}

/// `POST /articles/{id}/archive`.
pub(crate) async fn archive(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    shelf::archive(&app.library, caller.user_id(), id, true).await?;
    Ok(Redirect::to(&form.back()))
}

/// `POST /articles/{id}/unarchive`.
pub(crate) async fn unarchive(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    shelf::archive(&app.library, caller.user_id(), id, false).await?;
    Ok(Redirect::to(&form.back()))
}

/// `POST /articles/{id}/star`.
pub(crate) async fn star(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    shelf::star(&app.library, caller.user_id(), id, true).await?;
    Ok(Redirect::to(&form.back()))
}

/// `POST /articles/{id}/unstar`.
pub(crate) async fn unstar(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    shelf::star(&app.library, caller.user_id(), id, false).await?;
    Ok(Redirect::to(&form.back()))
}

/// `POST /articles/{id}/delete`. The list it goes back to offers to undo it.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    shelf::delete(&app.library, caller.user_id(), id).await?;
    let back = form.back();
    // Only the library page has the undo bar; the article's own page is gone.
    let list = if back == "/" || back.starts_with("/?") {
        back
    } else {
        "/".to_owned()
    };
    let joint = if list.contains('?') { '&' } else { '?' };
    Ok(Redirect::to(&format!("{list}{joint}deleted={id}")))
}

/// `POST /articles/{id}/undelete`.
pub(crate) async fn undelete(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    shelf::undelete(&app.library, caller.user_id(), id).await?;
    Ok(Redirect::to(&form.back()))
}

/// `POST /articles/{id}/retry`.
pub(crate) async fn retry(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    shelf::retry(&app.library, caller.user_id(), id).await?;
    Ok(Redirect::to(&form.back()))
}

/// The form of an article's tags.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagsForm {
    /// Tags to put on, with commas between them.
    #[serde(default)]
    add: String,
    /// A tag to take off.
    #[serde(default)]
    remove: String,
    #[serde(default)]
    back: String,
}

/// `POST /articles/{id}/tags`: puts tags on an article and takes one off.
pub(crate) async fn tag(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    FormBody(form): FormBody<TagsForm>,
) -> Result<Redirect, HttpError> {
    let read = |typed: &str| TagName::parse_list(typed).map_err(LibraryError::from);
    let (add, remove) = (read(&form.add)?, read(&form.remove)?);
    tags::change(
        &app.library,
        caller.user_id(),
        id,
        TagChange::Remove(&remove),
    )
    .await?;
    tags::change(&app.library, caller.user_id(), id, TagChange::Add(&add)).await?;
    let back = ActionForm { back: form.back }.back();
    Ok(Redirect::to(&back))
}

/// `POST /articles/{id}/join`: makes one of an article and the older one it
/// repeats.
pub(crate) async fn join(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<Redirect, HttpError> {
    let joined = save::join_twin(&app.library, caller.user_id(), id).await?;
    Ok(Redirect::to(&format!("/articles/{}", joined.id)))
}

/// `POST /articles/{id}/keep`: keeps an article beside the one it seems to
/// repeat.
pub(crate) async fn keep(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    save::keep_twin(&app.library, caller.user_id(), id).await?;
    Ok(Redirect::to(&form.back()))
}
