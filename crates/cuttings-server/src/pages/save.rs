//! Saving from another page: `GET /save`, a small form that the bookmarklet and
//! the share target open, `POST /save`, which saves, and `POST /share`, by which
//! a phone hands over what somebody shared.
//!
//! Other sites can open the form and fill it in; only its button saves. A share
//! saves nothing either: it leads to the form.

use askama::Template;
use axum::extract::{OriginalUri, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use cuttings_library::{LibraryError, highlights, save, tags};
use cuttings_model::{Article, ArticleId, PageAddress, TagName, address};
use cuttings_store::TagChange;

use crate::app::App;
use crate::body::{FormBody, Query};
use crate::dates::{self, Day};
use crate::error::HttpError;
use crate::multipart::Form;
use crate::policy::MAX_FORM_BYTES;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

#[derive(Template)]
#[template(path = "save.html")]
struct SavePage {
    shell: Shell,
    /// The address in the field.
    url: String,
    /// What the page calls itself, when whoever opened the form said so.
    title: String,
    /// The tags in the field.
    typed: String,
    /// Words that were chosen on the page, to be marked.
    words: String,
    wrong: Option<String>,
    /// The article that holds this page already.
    already: Option<Held>,
    /// The article that was just saved.
    saved: Option<Held>,
    /// Names for completion.
    all_tags: Vec<String>,
}

/// An article that holds the page.
struct Held {
    id: ArticleId,
    title: String,
    on: Day,
    tags: Vec<String>,
}

impl From<Article> for Held {
    fn from(article: Article) -> Self {
        Self {
            id: article.id,
            title: article.title().to_owned(),
            on: dates::day(article.saved_at_ms),
            tags: article.tags,
        }
    }
}

/// Query of the form: what a bookmarklet or a share knows of the page.
#[derive(serde::Deserialize)]
pub(crate) struct SaveQuery {
    #[serde(default)]
    url: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    text: String,
    /// Number of the article that was just saved.
    saved: Option<String>,
}

/// The form.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaveForm {
    url: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    tags: String,
    #[serde(default)]
    words: String,
}

/// `GET /save`.
pub(crate) async fn form(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    Query(query): Query<SaveQuery>,
) -> Result<Response, HttpError> {
    let saved = match query.saved.as_deref().map(str::parse) {
        Some(Ok(id)) => held(&app, &caller, ArticleId(id)).await?,
        _ => None,
    };
    let url = first_address(&[&query.url, &query.text, &query.title]).unwrap_or(query.url.clone());
    // What carries the address is no words of the page.
    let words = match address::parse(&query.url) {
        Ok(_) => query.text.trim().to_owned(),
        Err(_) => String::new(),
    };
    let already = match address::parse(&url) {
        Ok(page) if saved.is_none() => already(&app, &caller, &page).await?,
        _ => None,
    };
    let shell = Shell::of(&caller, ENGLISH.save.title, Place::Elsewhere, &here);
    show(
        StatusCode::OK,
        &SavePage {
            shell,
            url,
            title: query.title,
            typed: String::new(),
            words,
            wrong: None,
            already,
            saved,
            all_tags: all_tags(&app, &caller).await?,
        },
    )
}

/// `POST /save`: saves the page, puts the tags on it, keeps the words to be marked,
/// and shows the article.
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    FormBody(form): FormBody<SaveForm>,
) -> Result<Response, HttpError> {
    let read = address::parse(&form.url)
        .map_err(LibraryError::from)
        .and_then(|page| Ok((page, TagName::parse_list(&form.tags)?)))
        .and_then(|read| highlights::check_words(&form.words).map(|()| read));
    let (page, names) = match read {
        Ok(read) => read,
        Err(error) => {
            return show(
                StatusCode::UNPROCESSABLE_ENTITY,
                &SavePage {
                    shell: Shell::of(&caller, ENGLISH.save.title, Place::Elsewhere, &here),
                    url: form.url,
                    title: form.title,
                    typed: form.tags,
                    words: form.words,
                    wrong: Some(error.explain()),
                    already: None,
                    saved: None,
                    all_tags: all_tags(&app, &caller).await?,
                },
            );
        }
    };
    let saved = save::save(&app.library, caller.user_id(), &page, None).await?;
    let id = saved.article.id;
    if !names.is_empty() {
        tags::change(&app.library, caller.user_id(), id, TagChange::Add(&names)).await?;
    }
    let words = form.words.trim();
    if !words.is_empty() {
        highlights::chosen_on_page(&app.library, caller.user_id(), id, words).await?;
    }
    Ok(Redirect::to(&format!("/save?saved={id}")).into_response())
}

/// `POST /share`: leads to the form, which asks whoever is not signed in to do so
/// first. A share carries no proof; it changes nothing, and other sites may not
/// send one.
pub(crate) async fn share(request: Request) -> Result<Redirect, HttpError> {
    let mut form = Form::read(request, MAX_FORM_BYTES as u64).await?;
    let mut fields = [
        ("url", String::new()),
        ("text", String::new()),
        ("title", String::new()),
    ];
    while let Some(part) = form.next().await? {
        if let Some((_, value)) = fields.iter_mut().find(|(name, _)| *name == part.name) {
            *value = form.text().await?;
        }
    }
    let [(_, url), (_, text), (_, title)] = &fields;
    let mut query = form_urlencoded::Serializer::new(String::new());
    match first_address(&[url, text, title]) {
        Some(address) => query.append_pair("url", &address),
        None => query.append_pair("url", url.trim()),
    };
    query.append_pair("title", &title.chars().take(300).collect::<String>());
    Ok(Redirect::to(&format!("/save?{}", query.finish())))
}

/// The first address in several texts. Phones put it into any of them, with
/// words around it.
fn first_address(texts: &[&str]) -> Option<String> {
    texts
        .iter()
        .flat_map(|text| text.split_whitespace())
        .find_map(|word| {
            let at = ["https://", "http://"]
                .iter()
                .filter_map(|scheme| word.find(scheme))
                .min()?;
            let found = word[at..].trim_end_matches([')', ']', '>', '"', '\'', ',', '.', ';', '!']);
            address::parse(found).ok().map(|_| found.to_owned())
        })
}

async fn already(
    app: &App,
    caller: &Caller,
    page: &PageAddress,
) -> Result<Option<Held>, HttpError> {
    let found = app
        .library
        .store
        .article_of_page(caller.user_id(), page)
        .await?;
    Ok(found.map(Held::from))
}

async fn held(app: &App, caller: &Caller, id: ArticleId) -> Result<Option<Held>, HttpError> {
    let found = app.library.store.article(caller.user_id(), id).await?;
    Ok(found
        .filter(|article| article.deleted_at_ms.is_none())
        .map(Held::from))
}

async fn all_tags(app: &App, caller: &Caller) -> Result<Vec<String>, HttpError> {
    let tags = app.library.store.tags(caller.user_id()).await?;
    Ok(tags.into_iter().map(|tag| tag.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_address_is_found_wherever_a_phone_puts_it() {
        for (texts, found) in [
            (
                ["https://e.org/a", "https://e.org/b", ""],
                Some("https://e.org/a"),
            ),
            (
                ["", "Read this: (https://e.org/a?b=c#d).", ""],
                Some("https://e.org/a?b=c#d"),
            ),
            (["", "", "Rain\nhttp://e.org/"], Some("http://e.org/")),
            (
                ["", "“Rain” https://e.org/x, https://e.org/y", ""],
                Some("https://e.org/x"),
            ),
            (["javascript:alert(1)", "no address", "https://"], None),
        ] {
            assert_eq!(first_address(&texts).as_deref(), found, "{texts:?}");
        }
    }
}
