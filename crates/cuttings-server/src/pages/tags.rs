//! `GET /tags`: all tags with the number of their articles; renaming, merging
//! and deleting one.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use cuttings_library::{LibraryError, tags};
use cuttings_model::filter::write_query;
use cuttings_model::{Tag, TagId, TagName};

use crate::app::App;
use crate::body::{FormBody, NumberPath, Query};
use crate::error::HttpError;
use crate::pages::library::TAGS_OFFERED;
use crate::pages::signin::sentence;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};

/// Tags on a page, which stays under 60 KB with them.
const TAGS_A_PAGE: usize = 150;

#[derive(Template)]
#[template(path = "tags.html")]
struct TagsPage {
    shell: Shell,
    /// What the list was narrowed to.
    wanted: String,
    tags: Vec<TagLine>,
    /// Whether there are more than shown.
    more: bool,
    editing: Option<Editing>,
    offered: Vec<String>,
}

struct TagLine {
    id: TagId,
    name: String,
    count: String,
    /// Its articles.
    path: String,
}

/// The tag that is being changed, and what was wrong with the change.
struct Editing {
    id: TagId,
    name: String,
    typed: String,
    wrong: Option<String>,
    /// A tag of the wanted name, to merge with.
    merge: Option<String>,
}

/// Query of the tags page.
#[derive(Default, serde::Deserialize)]
pub(crate) struct TagsQuery {
    #[serde(default)]
    q: String,
    edit: Option<String>,
}

/// `GET /tags`.
pub(crate) async fn tags(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    Query(query): Query<TagsQuery>,
) -> Result<Response, HttpError> {
    let editing = query.edit.as_deref().and_then(|id| id.parse().ok());
    let editing = editing.map(|id| (TagId(id), String::new(), None));
    page(&app, &caller, &here, &query.q, editing).await
}

async fn page(
    app: &App,
    caller: &Caller,
    here: &Uri,
    wanted: &str,
    editing: Option<(TagId, String, Option<LibraryError>)>,
) -> Result<Response, HttpError> {
    let shell = Shell::of(
        caller,
        crate::texts::ENGLISH.tags.tags,
        Place::Library,
        here,
    );
    let text = shell.text;
    let store = &app.library.store;
    let all = store.tags(caller.user_id()).await?;
    let offered = store.newest_tags(caller.user_id(), TAGS_OFFERED).await?;
    let mut status = StatusCode::OK;
    let editing = editing.and_then(|(id, typed, error)| {
        let tag = all.iter().find(|tag| tag.id == id)?;
        let merge = match &error {
            Some(LibraryError::TagTaken { other, .. }) => all
                .iter()
                .find(|tag| tag.id == *other)
                .map(|tag| tag.name.clone()),
            _ => None,
        };
        let wrong = error.map(|error| match error {
            LibraryError::TagTaken { name, .. } => (text.tags.merge_offer)(&name),
            LibraryError::NoSuchTag => text.tags.no_such_tag.to_owned(),
            error => format!("{}.", sentence(&error.to_string())),
        });
        if wrong.is_some() {
            status = StatusCode::UNPROCESSABLE_ENTITY;
        }
        Some(Editing {
            id,
            name: tag.name.clone(),
            typed: if typed.is_empty() {
                tag.name.clone()
            } else {
                typed
            },
            wrong,
            merge,
        })
    });
    let matching: Vec<&Tag> = all
        .iter()
        .filter(|tag| {
            tag.name
                .to_lowercase()
                .contains(&wanted.trim().to_lowercase())
        })
        .collect();
    let page = TagsPage {
        wanted: wanted.to_owned(),
        more: matching.len() > TAGS_A_PAGE,
        tags: matching
            .into_iter()
            .take(TAGS_A_PAGE)
            .map(|tag| TagLine {
                id: tag.id,
                name: tag.name.clone(),
                count: (text.library.number)(&tag.article_count),
                path: tag_path(&tag.name),
            })
            .collect(),
        editing,
        offered,
        shell,
    };
    show(status, &page)
}

/// The articles of a tag.
pub(crate) fn tag_path(name: &str) -> String {
    let pairs = [("view", "all".to_owned()), ("tag", name.to_owned())];
    format!("/?{}", write_query(&pairs))
}

/// A form about a tag.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagForm {
    #[serde(default)]
    name: String,
}

/// `POST /tags/{tag}/rename`.
pub(crate) async fn rename(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    NumberPath(id): NumberPath,
    FormBody(form): FormBody<TagForm>,
) -> Result<Response, HttpError> {
    let outcome = match TagName::parse(&form.name) {
        Ok(name) => tags::rename(&app.library, caller.user_id(), TagId(id), &name).await,
        Err(error) => Err(error.into()),
    };
    answer(&app, &caller, &here, TagId(id), form.name, outcome).await
}

/// `POST /tags/{tag}/merge`: into the tag called `name`.
pub(crate) async fn merge(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    NumberPath(id): NumberPath,
    FormBody(form): FormBody<TagForm>,
) -> Result<Response, HttpError> {
    let wanted = form.name.trim().to_lowercase();
    let all = app.library.store.tags(caller.user_id()).await?;
    let outcome = match all.iter().find(|tag| tag.name.to_lowercase() == wanted) {
        Some(into) => tags::merge(&app.library, caller.user_id(), TagId(id), into.id).await,
        None => Err(LibraryError::NoSuchTag),
    };
    answer(&app, &caller, &here, TagId(id), String::new(), outcome).await
}

/// `POST /tags/{tag}/delete`.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<Redirect, HttpError> {
    tags::delete(&app.library, caller.user_id(), TagId(id)).await?;
    Ok(Redirect::to("/tags"))
}

/// Back to the list, or the form again with what was wrong.
async fn answer(
    app: &App,
    caller: &Caller,
    here: &Uri,
    id: TagId,
    typed: String,
    outcome: Result<(), LibraryError>,
) -> Result<Response, HttpError> {
    let store = &app.library.store;
    match outcome {
        Ok(()) => Ok(Redirect::to("/tags").into_response()),
        Err(LibraryError::Store(error)) => Err(error.into()),
        Err(error) if store.tag_name(caller.user_id(), id).await?.is_none() => Err(error.into()),
        Err(error) => page(app, caller, here, "", Some((id, typed, Some(error)))).await,
    }
}
