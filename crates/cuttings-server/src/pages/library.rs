//! `GET /`: the library, newest first, with the save box on top.
//!
//! The list is paged by position, not by number: `after=SAVED_AT.ID` goes on
//! behind that article, so nothing is skipped or shown twice while articles
//! come in at the top. The save form shows this page again when it has
//! something to say (see [`crate::pages::articles`]).

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use cuttings_model::{Article, ArticleId, ArticleState, MAX_ID, View};
use cuttings_store::ListPosition;

use crate::app::App;
use crate::body::Query;
use crate::card::{Card, cards_by_day};
use crate::dates::{self, Day};
use crate::error::HttpError;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};

/// Articles on a page. With the longest texts a card may have, a page stays
/// under 60 KB.
const ARTICLES_A_PAGE: usize = 24;

#[derive(Template)]
#[template(path = "library.html")]
struct LibraryPage {
    shell: Shell,
    view: View,
    tabs: Vec<Tab>,
    save: SaveBox,
    undo: Option<Undo>,
    here: Option<AlreadyHere>,
    cards: Vec<Card>,
    /// Path of the next page.
    next: Option<String>,
    /// Path of the first page of this view.
    newest: String,
    /// Whether this is the first page.
    first: bool,
    /// Whether an article on this page is still being fetched.
    waiting: bool,
}

struct Tab {
    path: String,
    label: &'static str,
    current: bool,
}

/// The save box: what was typed, and what was wrong with it.
#[derive(Default)]
pub(crate) struct SaveBox {
    pub typed: String,
    pub error: Option<SaveError>,
}

/// Why what was typed was not saved.
pub(crate) struct SaveError {
    /// What is wrong, without a final stop.
    pub what: String,
    /// What to do next, a sentence.
    pub advice: String,
}

struct Undo {
    id: ArticleId,
    title: String,
}

struct AlreadyHere {
    id: ArticleId,
    title: String,
    saved: Day,
    archived: bool,
}

/// Query of the library page. All of it may be missing; what makes no sense
/// counts as missing, because people edit addresses.
#[derive(Default, serde::Deserialize)]
pub(crate) struct LibraryQuery {
    view: Option<String>,
    after: Option<String>,
    deleted: Option<String>,
    here: Option<String>,
}

/// `GET /`.
pub(crate) async fn library(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    Query(query): Query<LibraryQuery>,
) -> Result<Response, HttpError> {
    page(&app, &caller, &here, &query, SaveBox::default()).await
}

/// The library page with a save box that has something to say, or has not.
pub(crate) async fn page(
    app: &App,
    caller: &Caller,
    here: &Uri,
    query: &LibraryQuery,
    save: SaveBox,
) -> Result<Response, HttpError> {
    let view = query
        .view
        .as_deref()
        .and_then(View::parse)
        .unwrap_or_default();
    let after = query.after.as_deref().and_then(read_position);
    let mut articles = app
        .library
        .store
        .list(caller.user_id(), view, after, ARTICLES_A_PAGE as i64 + 1)
        .await?;
    let next = if articles.len() > ARTICLES_A_PAGE {
        articles.truncate(ARTICLES_A_PAGE);
        articles
            .last()
            .map(|last| format!("/?view={}&after={}", view.as_str(), position(last)))
    } else {
        None
    };
    let undo = named(app, caller, query.deleted.as_deref())
        .await?
        .filter(|article| article.deleted_at_ms.is_some())
        .map(|article| Undo {
            id: article.id,
            title: article.title().to_owned(),
        });
    let already = named(app, caller, query.here.as_deref())
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .map(|article| AlreadyHere {
            id: article.id,
            title: article.title().to_owned(),
            saved: dates::day(article.saved_at_ms),
            archived: article.archived_at_ms.is_some(),
        });
    let mut shell = Shell::of(caller, label(view), Place::Library, here);
    shell.here = path_of(view, query.after.as_deref().filter(|_| after.is_some()));
    let status = if save.error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    show(
        status,
        &LibraryPage {
            shell,
            view,
            tabs: tabs(view),
            save,
            undo,
            here: already,
            waiting: articles
                .iter()
                .any(|article| article.state == ArticleState::Queued),
            cards: cards_by_day(&articles, view),
            next,
            newest: path_of(view, None),
            first: after.is_none(),
        },
    )
}

/// The article an address names by number, if it is in the caller's library.
async fn named(app: &App, caller: &Caller, id: Option<&str>) -> Result<Option<Article>, HttpError> {
    let Some(id) = id
        .and_then(|id| id.parse().ok())
        .filter(|id| (1..=MAX_ID).contains(id))
    else {
        return Ok(None);
    };
    Ok(app
        .library
        .store
        .article(caller.user_id(), ArticleId(id))
        .await?)
}

pub(crate) fn path_of(view: View, after: Option<&str>) -> String {
    match (view, after) {
        (View::Unread, None) => "/".to_owned(),
        (view, None) => format!("/?view={}", view.as_str()),
        (view, Some(after)) => format!("/?view={}&after={after}", view.as_str()),
    }
}

fn tabs(current: View) -> Vec<Tab> {
    View::ALL
        .into_iter()
        .map(|view| Tab {
            path: path_of(view, None),
            label: label(view),
            current: view == current,
        })
        .collect()
}

fn label(view: View) -> &'static str {
    match view {
        View::Unread => "Unread",
        View::Archived => "Archive",
        View::Starred => "Starred",
        View::All => "All",
    }
}

/// Where a list stands behind `article`: `SAVED_AT.ID`.
pub(crate) fn position(article: &Article) -> String {
    format!("{}.{}", article.saved_at_ms, article.id)
}

/// Reads [`position`] back; `None` when it is none.
pub(crate) fn read_position(text: &str) -> Option<ListPosition> {
    let (saved_at_ms, id) = text.split_once('.')?;
    let number = |text: &str| text.parse().ok().filter(|number: &i64| *number >= 0);
    Some(ListPosition {
        saved_at_ms: number(saved_at_ms)?,
        id: number(id)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w04_a_forged_position_is_none() {
        assert_eq!(
            read_position("1686674520000.7"),
            Some(ListPosition {
                saved_at_ms: 1_686_674_520_000,
                id: 7
            })
        );
        for text in [
            "",
            "7",
            ".",
            "1.",
            "-1.7",
            "1.x",
            "99999999999999999999.1",
            "1.2.3",
        ] {
            assert_eq!(read_position(text), None, "{text}");
        }
    }
}
