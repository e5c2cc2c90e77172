//! `/api/v1/articles`: list, save, read, change, delete and bring back.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use cuttings_library::{LibraryError, again, edit, reading, save, shelf, tags};
use cuttings_model::tag::MAX_TAGS;
use cuttings_model::{Field, Filter, ReadPosition, TagError, TagName, View, address};
use cuttings_store::{EditChange, ListPosition, TagChange};
use serde::{Deserialize, Serialize};

use super::ArticleJson;
use crate::app::App;
use crate::body::{ArticlePath, JsonBody, Query, QueryPairs};
use crate::error::HttpError;
use crate::problems;
use crate::session::Caller;

const DEFAULT_LIMIT: i64 = 30;
const MAX_LIMIT: i64 = 100;

#[derive(Serialize)]
struct ListJson {
    articles: Vec<ArticleJson>,
    /// Give it back as `cursor` to go on; null at the end.
    next: Option<String>,
    /// With `count=yes`: how many match.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
}

/// Body of a save.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaveJson {
    url: String,
    #[serde(default)]
    tags: Vec<String>,
}

/// Body of a change. What is missing stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeJson {
    archived: Option<bool>,
    starred: Option<bool>,
    /// These and no others.
    tags: Option<Vec<String>>,
    add_tags: Option<Vec<String>>,
    remove_tags: Option<Vec<String>>,
    /// Corrections by field; null takes one back.
    edit: Option<BTreeMap<String, Option<EditJson>>>,
    /// Whether the user has seen how the outlet edited the story.
    edit_seen: Option<bool>,
}

/// A correction: text, or a list for the authors.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum EditJson {
    Text(String),
    List(Vec<String>),
}

/// Body of a position.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StopJson {
    block: i64,
    percent: i64,
}

/// Query of one article: `include` is a list of `text` and `html`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadQuery {
    #[serde(default)]
    include: String,
}

/// `GET /api/v1/articles`: the pairs of a filter, and `cursor`, `limit`, `count`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, HttpError> {
    // The page shows what is unread; programs get everything unless they ask.
    let mut filter = Filter::from(View::All);
    let (mut cursor, mut wanted, mut counted) = (None, None, false);
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in &pairs {
        if name != "tag" && seen.contains(&name.as_str()) {
            return Err(bad_field(format!("The address holds “{name}” twice.")));
        }
        seen.push(name);
        if filter
            .set(name, value)
            .map_err(|error| HttpError::bad_request(format!("{error}.")))?
        {
            continue;
        }
        match name.as_str() {
            "cursor" => cursor = Some(value),
            "limit" => wanted = Some(value.as_str()),
            "count" => counted = value == "yes",
            _ => {
                return Err(bad_field(format!(
                    "The address holds “{name}”, which is not known."
                )));
            }
        }
    }
    let after = match cursor {
        None => None,
        Some(cursor) => Some(ListPosition::parse(cursor, filter.sort).ok_or_else(|| {
            HttpError::bad_request(
                "cursor is not one this list has given out. Leave it out to begin at the start.",
            )
        })?),
    };
    let store = &app.library.store;
    let list = store
        .list(caller.user_id(), &filter, after.as_ref(), limit(wanted)?)
        .await?;
    let count = if counted {
        Some(store.count(caller.user_id(), &filter, None).await?)
    } else {
        None
    };
    Ok(Json(ListJson {
        articles: list.articles.into_iter().map(ArticleJson::from).collect(),
        next: list.next.map(|next| next.to_string()),
        count,
    })
    .into_response())
}

fn bad_field(detail: String) -> HttpError {
    HttpError::new(problems::BAD_FIELD, detail)
}

/// Names of tags, each once.
fn tag_names(typed: &[String]) -> Result<Vec<TagName>, HttpError> {
    let mut names: Vec<TagName> = Vec::new();
    for typed in typed {
        let name = TagName::parse(typed).map_err(LibraryError::from)?;
        if !names.iter().any(|known| known.key() == name.key()) {
            names.push(name);
        }
    }
    if names.len() > MAX_TAGS {
        return Err(LibraryError::from(TagError::TooMany).into());
    }
    Ok(names)
}

/// A whole number of any size, brought into 1 to 100.
pub(crate) fn limit(typed: Option<&str>) -> Result<i64, HttpError> {
    let Some(typed) = typed else {
        return Ok(DEFAULT_LIMIT);
    };
    let digits = typed.strip_prefix('-').unwrap_or(typed);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(HttpError::bad_request("limit is not a whole number."));
    }
    let beyond = if typed.starts_with('-') { 1 } else { MAX_LIMIT };
    Ok(typed.parse().unwrap_or(beyond).clamp(1, MAX_LIMIT))
}

/// `POST /api/v1/articles`: 201 with the new article, or 200 with the one that
/// holds the page already.
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<SaveJson>,
) -> Result<Response, HttpError> {
    let page = address::parse(&body.url).map_err(LibraryError::from)?;
    let names = tag_names(&body.tags)?;
    let mut saved = save::save(&app.library, caller.user_id(), &page, None).await?;
    if !names.is_empty() {
        let (id, add) = (saved.article.id, TagChange::Add(&names));
        saved.article = tags::change(&app.library, caller.user_id(), id, add).await?;
    }
    let status = if saved.already {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let location = app.link(&format!("/api/v1/articles/{}", saved.article.id));
    Ok((
        status,
        [(header::LOCATION, location)],
        Json(ArticleJson::from(saved.article)),
    )
        .into_response())
}

/// `GET /api/v1/articles/{id}`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    Query(query): Query<ReadQuery>,
) -> Result<Response, HttpError> {
    let (mut text, mut html) = (false, false);
    for word in query
        .include
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
    {
        match word {
            "text" => text = true,
            "html" => html = true,
            other => {
                return Err(HttpError::bad_request(format!(
                    "include is a list of text and html; “{other}” is neither."
                )));
            }
        }
    }
    let article = app
        .library
        .store
        .article(caller.user_id(), id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or_else(HttpError::no_such_article)?;
    let body = if text || html {
        app.library.store.article_body(caller.user_id(), id).await?
    } else {
        None
    };
    Ok(Json(ArticleJson::from(article).with_body(body, text, html)).into_response())
}

/// `PATCH /api/v1/articles/{id}`.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    JsonBody(body): JsonBody<ChangeJson>,
) -> Result<Response, HttpError> {
    let (library, user_id) = (&app.library, caller.user_id());
    let mut article = None;
    // What can be refused comes first, so that nothing is changed in part.
    let read = |typed: &Option<Vec<String>>| typed.as_deref().map(tag_names).transpose();
    let set = read(&body.tags)?;
    let add = read(&body.add_tags)?;
    let remove = read(&body.remove_tags)?;
    if let Some(fields) = body.edit {
        let changes = edit_changes(fields)?;
        article = Some(edit::edit(library, user_id, id, &changes).await?);
    }
    for change in [
        set.as_deref().map(TagChange::Set),
        add.as_deref().map(TagChange::Add),
        remove.as_deref().map(TagChange::Remove),
    ]
    .into_iter()
    .flatten()
    {
        article = Some(tags::change(library, user_id, id, change).await?);
    }
    if let Some(on) = body.archived {
        article = Some(shelf::archive(library, user_id, id, on).await?);
    }
    if let Some(seen) = body.edit_seen {
        article = Some(again::mark_edit_seen(library, user_id, id, seen).await?);
    }
    if let Some(on) = body.starred {
        article = Some(shelf::star(library, user_id, id, on).await?);
    }
    let article = article.ok_or_else(|| {
        bad_field(
            "Nothing to change: give archived, starred or edit_seen as true or false, tags, or edit."
                .to_owned(),
        )
    })?;
    Ok(Json(ArticleJson::from(article)).into_response())
}

/// `PUT /api/v1/articles/{id}/position`: where the reader stopped.
pub(crate) async fn stop_at(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    JsonBody(body): JsonBody<StopJson>,
) -> Result<Response, HttpError> {
    let position = ReadPosition::new(body.block, body.percent).ok_or_else(|| {
        HttpError::new(
            problems::BAD_FIELD,
            "block is the number of a block, counted from 0; percent is 0 to 100.",
        )
    })?;
    let article = reading::stop_at(&app.library, caller.user_id(), id, position).await?;
    Ok(Json(ArticleJson::from(article)).into_response())
}

fn edit_changes(
    fields: BTreeMap<String, Option<EditJson>>,
) -> Result<Vec<(Field, EditChange)>, HttpError> {
    fields
        .into_iter()
        .map(|(name, value)| {
            let field = Field::parse(&name)
                .ok_or_else(|| bad_field(format!("“{name}” is no field that can be corrected.")))?;
            let change = match value {
                None => EditChange::Reset,
                Some(EditJson::Text(text)) => EditChange::Say(Some(text)),
                Some(EditJson::List(list)) if field == Field::Authors => {
                    EditChange::Say(Some(list.join("\n")))
                }
                Some(EditJson::List(_)) => {
                    return Err(bad_field(format!("{name} is a text, not a list.")));
                }
            };
            Ok((field, change))
        })
        .collect()
}

/// `POST /api/v1/articles/{id}/join`: with the older article it repeats.
pub(crate) async fn join(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<Response, HttpError> {
    let article = save::join_twin(&app.library, caller.user_id(), id).await?;
    Ok(Json(ArticleJson::from(article)).into_response())
}

/// `POST /api/v1/articles/{id}/keep`: beside the older article it repeats.
pub(crate) async fn keep(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<Response, HttpError> {
    let article = save::keep_twin(&app.library, caller.user_id(), id).await?;
    Ok(Json(ArticleJson::from(article)).into_response())
}

/// `DELETE /api/v1/articles/{id}`. Can be undone for 30 days.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<StatusCode, HttpError> {
    shelf::delete(&app.library, caller.user_id(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/articles/{id}/undelete`.
pub(crate) async fn undelete(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<Response, HttpError> {
    let article = shelf::undelete(&app.library, caller.user_id(), id).await?;
    Ok(Json(ArticleJson::from(article)).into_response())
}

/// `POST /api/v1/articles/{id}/retry`.
pub(crate) async fn retry(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
) -> Result<Response, HttpError> {
    let article = shelf::retry(&app.library, caller.user_id(), id).await?;
    Ok(Json(ArticleJson::from(article)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w04_limits_are_brought_into_range() {
        for (typed, expected) in [
            (None, 30),
            (Some("7"), 7),
            (Some("0"), 1),
            (Some("-1"), 1),
            (Some("5000"), 100),
            (Some("99999999999999999999"), 100),
            (Some("-99999999999999999999"), 1),
        ] {
            assert_eq!(limit(typed).unwrap(), expected, "{typed:?}");
        }
        for typed in ["", "-", "ten", "1.5"] {
            assert!(limit(Some(typed)).is_err(), "{typed}");
        }
    }
}
