//! `GET /filters`: the filters somebody gave a name; keeping, renaming and
//! deleting one.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use cuttings_library::filters;
use cuttings_model::{Filter, FilterId};

use crate::app::App;
use crate::body::{FormBody, NumberPath};
use crate::error::HttpError;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};

#[derive(Template)]
#[template(path = "filters.html")]
struct FiltersPage {
    shell: Shell,
    filters: Vec<FilterLine>,
}

struct FilterLine {
    id: FilterId,
    name: String,
    path: String,
}

/// A form about a filter.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilterForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    query: String,
}

/// `GET /filters`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
) -> Result<Response, HttpError> {
    let title = crate::texts::ENGLISH.tags.filters;
    let filters = app.library.store.filters(caller.user_id()).await?;
    show(
        StatusCode::OK,
        &FiltersPage {
            shell: Shell::of(&caller, title, Place::Library, &here),
            filters: filters
                .into_iter()
                .map(|filter| FilterLine {
                    id: filter.id,
                    name: filter.name,
                    path: path(&filter.query),
                })
                .collect(),
        },
    )
}

fn path(query: &str) -> String {
    if query.is_empty() {
        "/".to_owned()
    } else {
        format!("/?{query}")
    }
}

/// `POST /filters`: keeps the filter `query` under `name`, and shows it.
pub(crate) async fn keep(
    State(app): State<App>,
    caller: Caller,
    FormBody(form): FormBody<FilterForm>,
) -> Result<Redirect, HttpError> {
    let filter = Filter::read(&form.query);
    filters::save(&app.library, caller.user_id(), &form.name, &filter).await?;
    Ok(Redirect::to(&path(&filter.query())))
}

/// `POST /filters/{filter}/rename`.
pub(crate) async fn rename(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
    FormBody(form): FormBody<FilterForm>,
) -> Result<Redirect, HttpError> {
    filters::rename(&app.library, caller.user_id(), FilterId(id), &form.name).await?;
    Ok(Redirect::to("/filters"))
}

/// `POST /filters/{filter}/delete`.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<Redirect, HttpError> {
    filters::delete(&app.library, caller.user_id(), FilterId(id)).await?;
    Ok(Redirect::to("/filters"))
}
