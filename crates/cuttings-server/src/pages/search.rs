//! `GET /search`: full text with operators, best matches first.
//!
//! A query that cannot be read comes back with the wrong part marked and a hint;
//! the page then has status 400, and nothing was searched.

use std::ops::Range;

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use cuttings_library::search::{self, Hit, SearchError};
use cuttings_model::ArticleState;
use cuttings_text::query::QueryError;

use crate::app::App;
use crate::body::Query;
use crate::card::Card;
use crate::error::HttpError;
use crate::pages::signin::sentence;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    shell: Shell,
    query: String,
    /// Whether anything was asked at all.
    asked: bool,
    wrong: Option<Wrong>,
    cards: Vec<Card>,
    page: i64,
    first_page: String,
    previous: Option<String>,
    next: Option<String>,
}

/// A query that cannot be read: the part before, the wrong part, the rest.
struct Wrong {
    message: String,
    hint: Option<String>,
    before: String,
    part: String,
    behind: String,
}

/// Query of the search page.
#[derive(serde::Deserialize)]
pub(crate) struct SearchQuery {
    #[serde(default)]
    q: String,
    page: Option<String>,
}

/// `GET /search`.
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    Query(asked): Query<SearchQuery>,
) -> Result<Response, HttpError> {
    let page = asked
        .page
        .as_deref()
        .and_then(|page| page.parse().ok())
        .unwrap_or(1);
    let query = asked.q.trim().to_owned();
    let title = if query.is_empty() {
        "Search".to_owned()
    } else {
        format!("Search: {query}")
    };
    let mut view = SearchPage {
        shell: Shell::of(&caller, title, Place::Search, &here),
        asked: !query.is_empty(),
        wrong: None,
        cards: Vec::new(),
        page: 1,
        first_page: path(&query, 1),
        previous: None,
        next: None,
        query,
    };
    let status = match search::search(&app.library, caller.user_id(), &view.query, page).await {
        Ok(found) => {
            view.page = found.page;
            view.previous = (found.page > 1).then(|| path(&view.query, found.page - 1));
            view.next = found.has_more.then(|| path(&view.query, found.page + 1));
            view.cards = found.hits.into_iter().map(card).collect();
            StatusCode::OK
        }
        Err(SearchError::Query(error)) => {
            view.wrong = Some(wrong(&view.query, &error));
            StatusCode::BAD_REQUEST
        }
        Err(SearchError::Store(error)) => return Err(error.into()),
        Err(error) => return Err(HttpError::internal(&error)),
    };
    show(status, &view)
}

fn card(hit: Hit) -> Card {
    let mut card = Card::of(&hit.article);
    if card.headline.is_some() {
        card.marked_headline = hit.headline;
    }
    if card.state == ArticleState::Ready {
        card.snippet = hit.snippet;
    }
    card
}

fn wrong(query: &str, error: &QueryError) -> Wrong {
    let [before, part, behind] = cut_out(query, &error.at);
    let message = sentence(&error.message);
    Wrong {
        message: message.trim_end_matches('.').to_owned(),
        hint: error.hint.as_deref().map(sentence),
        before,
        // Something must be there to be marked, even where something is missing.
        part: if part.is_empty() {
            " ".to_owned()
        } else {
            part
        },
        behind,
    }
}

/// `text` before, in and behind a range of characters.
fn cut_out(text: &str, at: &Range<usize>) -> [String; 3] {
    let take = |from: usize, to: usize| {
        text.chars()
            .skip(from)
            .take(to.saturating_sub(from))
            .collect()
    };
    [
        take(0, at.start),
        take(at.start, at.end),
        take(at.end.max(at.start), usize::MAX),
    ]
}

fn path(query: &str, page: i64) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.append_pair("q", query);
    if page > 1 {
        pairs.append_pair("page", &page.to_string());
    }
    format!("/search?{}", pairs.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrong_part_is_cut_out_by_characters() {
        assert_eq!(cut_out("é is:x ü", &(2..6)), ["é ", "is:x", " ü"]);
        assert_eq!(cut_out("abc", &(3..3)), ["abc", "", ""]);
        assert_eq!(cut_out("abc", &(9..12)), ["abc", "", ""]);
    }
}
