//! `GET /articles/{id}/edit`: correcting what a page says of itself, and the
//! article's tags; `POST` to the same address keeps it.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use cuttings_library::{LibraryError, edit};
use cuttings_model::{Article, ArticleId, Field};
use cuttings_store::{Edit, EditChange};

use crate::app::App;
use crate::body::{ArticlePath, FormPairs};
use crate::card::Card;
use crate::error::HttpError;
use crate::pages::library::TAGS_OFFERED;
use crate::pages::signin::sentence;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};

#[derive(Template)]
#[template(path = "edit.html")]
struct EditPage {
    shell: Shell,
    card: Card,
    given_url: String,
    wrong: Option<String>,
    fields: Vec<FieldLine>,
    tags: Vec<String>,
}

/// One field of the form.
struct FieldLine {
    name: &'static str,
    label: String,
    value: String,
    kind: Kind,
    /// What the page says, where that is something else.
    extracted: Option<String>,
    edited: bool,
}

/// What a field is typed into.
#[derive(PartialEq, Eq)]
enum Kind {
    Line,
    Lines,
    Direction,
}

/// `GET /articles/{id}/edit`.
pub(crate) async fn form(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    ArticlePath(id): ArticlePath,
) -> Result<Response, HttpError> {
    let article = article(&app, &caller, id).await?;
    page(&app, &caller, &here, &article, None).await
}

/// `POST /articles/{id}/edit`: what differs from what is shown is kept.
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    ArticlePath(id): ArticlePath,
    form: FormPairs,
) -> Result<Response, HttpError> {
    let article = article(&app, &caller, id).await?;
    let typed = |field: Field| {
        let name = field.as_str();
        form.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.replace("\r\n", "\n"))
    };
    let reset = |field: Field| form.value(&format!("reset_{}", field.as_str())) == "yes";
    let changes: Vec<(Field, EditChange)> = Field::ALL
        .into_iter()
        .filter_map(|field| {
            if reset(field) {
                return Some((field, EditChange::Reset));
            }
            let typed = typed(field)?;
            (typed.trim() != shown(&article, field))
                .then_some((field, EditChange::Say(Some(typed))))
        })
        .collect();
    if changes.is_empty() {
        return Ok(Redirect::to(&format!("/articles/{id}")).into_response());
    }
    match edit::edit(&app.library, caller.user_id(), id, &changes).await {
        Ok(_) => Ok(Redirect::to(&format!("/articles/{id}")).into_response()),
        Err(error @ LibraryError::Field { .. }) => {
            page(&app, &caller, &here, &article, Some((&error, &form))).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn article(app: &App, caller: &Caller, id: ArticleId) -> Result<Article, HttpError> {
    app.library
        .store
        .article(caller.user_id(), id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or_else(HttpError::no_such_article)
}

async fn page(
    app: &App,
    caller: &Caller,
    here: &Uri,
    article: &Article,
    refused: Option<(&LibraryError, &FormPairs)>,
) -> Result<Response, HttpError> {
    let store = &app.library.store;
    let edits = store.edits(caller.user_id(), article.id).await?;
    let tags = store.newest_tags(caller.user_id(), TAGS_OFFERED).await?;
    let mut shell = Shell::of(caller, "", Place::Elsewhere, here);
    shell.title = format!("{}: {}", shell.text.edit.title, article.title());
    shell.here = format!("/articles/{}/edit", article.id);
    let fields = Field::ALL
        .into_iter()
        .map(|field| {
            line(
                &shell,
                article,
                field,
                &edits,
                refused.map(|(_, form)| form),
            )
        })
        .collect();
    let status = if refused.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let wrong = refused.map(|(error, _)| match error {
        LibraryError::Field { field, expected } => {
            format!("{}: {expected}.", (shell.text.edit.label)(field.as_str()))
        }
        error => format!("{}.", sentence(&error.to_string())),
    });
    show(
        status,
        &EditPage {
            card: Card::of(article),
            given_url: article.given_url.clone(),
            wrong,
            fields,
            tags,
            shell,
        },
    )
}

fn line(
    shell: &Shell,
    article: &Article,
    field: Field,
    edits: &[Edit],
    typed: Option<&FormPairs>,
) -> FieldLine {
    let edit = edits.iter().find(|edit| edit.field == field);
    FieldLine {
        name: field.as_str(),
        label: (shell.text.edit.label)(field.as_str()),
        value: typed.map_or_else(
            || shown(article, field),
            |form| form.value(field.as_str()).to_owned(),
        ),
        kind: match field {
            Field::Dek | Field::Authors => Kind::Lines,
            Field::Direction => Kind::Direction,
            _ => Kind::Line,
        },
        extracted: edit.map(|edit| match &edit.extracted {
            Some(said) => (shell.text.edit.page_says)(&said.replace('\n', ", ")),
            None => shell.text.edit.page_says_nothing.to_owned(),
        }),
        edited: edit.is_some(),
    }
}

/// What is shown of a field, as it is typed.
fn shown(article: &Article, field: Field) -> String {
    let text = match field {
        Field::Headline => &article.headline,
        Field::Dek => &article.dek,
        Field::Byline => &article.byline,
        Field::Publication => &article.publication,
        Field::Section => &article.section,
        Field::Language => &article.language,
        Field::CanonicalUrl => &article.canonical_url,
        Field::Authors => &Some(article.authors.join("\n")),
        Field::Published => &article.published.as_ref().map(|dated| dated.text.clone()),
        Field::Modified => &article.modified.as_ref().map(|dated| dated.text.clone()),
        Field::Direction => &Some(if article.right_to_left { "rtl" } else { "ltr" }.to_owned()),
        Field::FinalUrl => &Some(article.source_url().to_owned()),
    };
    text.clone().unwrap_or_default()
}
