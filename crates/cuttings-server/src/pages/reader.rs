//! `GET /articles/{id}`: the reader, one story and nothing beside it.
//!
//! The words come from the store as the extractor's safe HTML, pictures
//! pointing to our own kept copies. An article that cannot be read yet, or
//! could not be read, gets a page that says so and what to do.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use cuttings_extract::SafeHtml;
use cuttings_model::{Article, ArticleState, Colour};

use crate::app::App;
use crate::body::ArticlePath;
use crate::card::Card;
use crate::dates::{self, Day};
use crate::error::HttpError;
use crate::margin::{Margin, margin};
use crate::session::Caller;
use crate::shell::{Place, Shell, show};

#[derive(Template)]
#[template(path = "reader.html")]
struct ReaderPage {
    shell: Shell,
    card: Card,
    /// The whole dek; the card's may be cut.
    dek: Option<String>,
    direction: &'static str,
    body: Kept,
    margin: Margin,
    source: Source,
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage {
    shell: Shell,
    card: Card,
    source: Source,
}

/// Safe HTML as a template prints it: as it is. The one type here that askama
/// does not escape.
struct Kept(SafeHtml);

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl HtmlSafe for Kept {}

/// Where an article comes from, for the foot of its page.
struct Source {
    /// The address it was saved as, when that is not where it was read from.
    given_url: Option<String>,
    saved: String,
    modified: Option<Day>,
    /// When the shown copy was kept.
    kept: Option<String>,
}

/// `GET /articles/{id}`.
pub(crate) async fn reader(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    ArticlePath(id): ArticlePath,
) -> Result<Response, HttpError> {
    let store = &app.library.store;
    let article = store
        .article(caller.user_id(), id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or_else(HttpError::no_such_article)?;
    let source = source(&app, &caller, &article).await?;
    let shell = Shell::of(&caller, article.title(), Place::Elsewhere, &here);
    let mut card = Card::of(&article);
    article.title().clone_into(&mut card.title);

    let body = match article.state {
        ArticleState::Ready => store.article_body(caller.user_id(), id).await?,
        ArticleState::Queued | ArticleState::Failed => None,
    };
    let Some(body) = body else {
        return show(
            StatusCode::OK,
            &WaitingPage {
                shell,
                card,
                source,
            },
        );
    };
    let dek = article.dek_above(&body.text).map(str::to_owned);
    let (margin, html) = margin(&app, &caller, &article, body, &here).await?;
    show(
        StatusCode::OK,
        &ReaderPage {
            shell,
            card,
            dek,
            direction: if article.right_to_left { "rtl" } else { "ltr" },
            body: Kept(html),
            margin,
            source,
        },
    )
}

async fn source(app: &App, caller: &Caller, article: &Article) -> Result<Source, HttpError> {
    let captures = app
        .library
        .store
        .captures(caller.user_id(), article.id)
        .await?;
    let kept = captures
        .iter()
        .find(|capture| Some(capture.id) == article.capture_id)
        .map(|capture| dates::moment(capture.captured_at_ms));
    let given_url = Some(&article.given_url)
        .filter(|given| *given != article.source_url())
        .cloned();
    Ok(Source {
        given_url,
        saved: dates::moment(article.saved_at_ms),
        modified: article
            .modified
            .as_ref()
            .and_then(|dated| dates::printed_day(&dated.text)),
        kept,
    })
}
