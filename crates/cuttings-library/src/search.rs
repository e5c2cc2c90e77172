//! Searching a library: from a typed query to hits with marked snippets.

use cuttings_model::{Article, UserId};
use cuttings_store::StoreError;
use cuttings_text::highlight::{self, Piece};
use cuttings_text::query::{self, QueryError};

use crate::Library;

/// Hits on one page of results.
pub const HITS_A_PAGE: i64 = 20;
/// Characters of a snippet.
const SNIPPET_CHARS: usize = 280;
/// Last page that is served: nobody reads further, and each page costs more.
pub const LAST_PAGE: i64 = 50;

/// Why a search gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The query says something we do not understand, with the place.
    #[error("{}", .0.message)]
    Query(QueryError),

    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One page of hits, best first.
#[derive(Debug)]
pub struct Found {
    /// At most [`HITS_A_PAGE`] hits.
    pub hits: Vec<Hit>,
    /// Which page this is, from 1.
    pub page: i64,
    /// Whether there is a next page.
    pub has_more: bool,
}

/// An article that matches.
#[derive(Debug)]
pub struct Hit {
    /// The article.
    pub article: Article,
    /// Its headline, query words marked.
    pub headline: Vec<Piece>,
    /// The passage that fits the query best, query words marked.
    pub snippet: Vec<Piece>,
}

/// Searches the library of `user_id`.
///
/// `typed` is in the language of `docs/guide/search.md`; an empty query finds
/// nothing. `page` counts from 1 and is brought into its range.
///
/// # Errors
///
/// [`SearchError::Query`] says what is wrong with the query and where.
pub async fn search(
    library: &Library,
    user_id: UserId,
    typed: &str,
    page: i64,
) -> Result<Found, SearchError> {
    let page = page.clamp(1, LAST_PAGE);
    let query = query::parse(typed).map_err(SearchError::Query)?;
    if query.is_empty() {
        return Ok(Found {
            hits: Vec::new(),
            page,
            has_more: false,
        });
    }
    let mut found = library
        .store
        .search(user_id, &query, (page - 1) * HITS_A_PAGE, HITS_A_PAGE + 1)
        .await?;
    let has_more = found.len() as i64 > HITS_A_PAGE && page < LAST_PAGE;
    found.truncate(HITS_A_PAGE as usize);
    let hits = found
        .into_iter()
        .map(|hit| {
            let language = hit.article.language.as_deref();
            Hit {
                headline: highlight::mark(hit.article.title(), language, &query),
                snippet: highlight::snippet(&hit.text, language, &query, SNIPPET_CHARS),
                article: hit.article,
            }
        })
        .collect();
    Ok(Found {
        hits,
        page,
        has_more,
    })
}
