//! Searching a library: from a typed query to hits with marked snippets, what
//! they have in common, highlights, and what may have been meant instead.
//!
//! A proposal ([`Suggestion`]) never takes the place of what was typed. It is
//! looked for when a search finds few articles, among words of the library
//! itself, and only made when it finds more.

use std::ops::Range;
use std::sync::Arc;

use cuttings_model::{Article, ArticleId, UserId};
use cuttings_store::{Facets, FoundHighlight, Neighbour, Neighbours, SearchHit, StoreError};
use cuttings_text::highlight::{self, Piece};
use cuttings_text::query::{self, Expression, Query, QueryError, typed_words};

use crate::Library;

/// Hits on one page of results.
pub const HITS_A_PAGE: i64 = 20;
/// Characters of a snippet.
const SNIPPET_CHARS: usize = 280;
/// Last page that is served: nobody reads further.
pub const LAST_PAGE: i64 = 50;
/// Hits that are ranked and counted by facets, those of all pages: the newest,
/// where more match.
pub const MOST_COUNTED: i64 = LAST_PAGE * HITS_A_PAGE;
/// Highlights shown beside the hits.
pub const HIGHLIGHTS_SHOWN: usize = 4;
/// Fewer hits than this make us look for what else was meant.
const FEW: i64 = 3;
/// Words of a query that are looked at for a better spelling.
const MOST_WORDS: usize = 8;
/// Words like one of them that are tried.
const MOST_LIKE: usize = 12;

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

/// What a search found.
#[derive(Debug)]
pub struct Found {
    /// At most [`HITS_A_PAGE`] hits, best first.
    pub hits: Vec<Hit>,
    /// Which page this is, from 1.
    pub page: i64,
    /// Whether there is a next page.
    pub has_more: bool,
    /// How many articles match, at most [`MOST_COUNTED`].
    pub count: i64,
    /// Whether more match than were ranked and counted.
    pub more_than_counted: bool,
    /// What the counted ones have in common.
    pub facets: Facets,
    /// On the first page, at most [`HIGHLIGHTS_SHOWN`] highlights that match.
    pub highlights: Vec<HighlightHit>,
    /// Whether more highlights match.
    pub more_highlights: bool,
    /// What may have been meant instead.
    pub suggestion: Option<Suggestion>,
}

impl Found {
    fn nothing(page: i64) -> Self {
        Self {
            hits: Vec::new(),
            page,
            has_more: false,
            count: 0,
            more_than_counted: false,
            facets: Vec::new(),
            highlights: Vec::new(),
            more_highlights: false,
            suggestion: None,
        }
    }
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

/// A highlight that matches by its words or its note.
#[derive(Debug)]
pub struct HighlightHit {
    /// The highlight and its article.
    pub found: FoundHighlight,
    /// Its words, or the passage of them that fits best, query words marked.
    pub words: Vec<Piece>,
    /// Its note, the same way.
    pub note: Vec<Piece>,
}

/// Another query that finds more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The whole query.
    pub query: String,
    /// The same with what differs marked.
    pub pieces: Vec<Piece>,
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
        return Ok(Found::nothing(page));
    }
    let start = (page - 1) * HITS_A_PAGE;
    // What does not wait for the other runs beside it.
    let (ranked, (highlights, more_highlights)) =
        tokio::try_join!(ranked(library, user_id, &query, start), async {
            if page == 1 {
                highlights(library, user_id, &query).await
            } else {
                Ok((Vec::new(), false))
            }
        })?;
    let count = ranked.count;
    let suggestion = if count < FEW {
        suggestion(library, user_id, typed, count).await?
    } else {
        None
    };
    Ok(Found {
        has_more: count > start + HITS_A_PAGE,
        hits: ranked.hits,
        page,
        count,
        more_than_counted: ranked.more_than_counted,
        facets: ranked.facets,
        highlights,
        more_highlights,
        suggestion,
    })
}

/// The articles that match: one page of them, and what all have in common.
struct Ranked {
    hits: Vec<Hit>,
    count: i64,
    more_than_counted: bool,
    facets: Facets,
}

/// Ranks what matches; `start` is how many hits stand on the pages before.
async fn ranked(
    library: &Library,
    user_id: UserId,
    query: &Query,
    start: i64,
) -> Result<Ranked, StoreError> {
    let store = &library.store;
    let mut ids = store.matches(user_id, query, MOST_COUNTED + 1).await?;
    let more_than_counted = ids.len() as i64 > MOST_COUNTED;
    ids.truncate(MOST_COUNTED as usize);
    let shown: Vec<ArticleId> = ids
        .iter()
        .skip(start as usize)
        .take(HITS_A_PAGE as usize)
        .copied()
        .collect();
    let (facets, hits) = tokio::try_join!(store.facets(user_id, &ids), async {
        let found = store.hits(user_id, &shown).await?;
        Ok(all_marked(found, query).await)
    })?;
    Ok(Ranked {
        hits,
        count: ids.len() as i64,
        more_than_counted,
        facets,
    })
}

/// Marks hits on several processors: reading twenty texts for their best passages
/// takes longer than anything else that is left to do by then.
async fn all_marked(mut hits: Vec<SearchHit>, query: &Query) -> Vec<Hit> {
    let query = Arc::new(query.clone());
    let parts = std::thread::available_parallelism().map_or(1, usize::from);
    let length = hits.len().div_ceil(parts).max(1);
    let mut under_way = Vec::new();
    while !hits.is_empty() {
        let rest = hits.split_off(length.min(hits.len()));
        let (part, query) = (std::mem::replace(&mut hits, rest), Arc::clone(&query));
        under_way.push(tokio::task::spawn_blocking(move || {
            part.into_iter()
                .map(|hit| marked(hit, &query))
                .collect::<Vec<_>>()
        }));
    }
    let mut marked = Vec::new();
    for part in under_way {
        marked.extend(part.await.expect("marking words does not panic"));
    }
    marked
}

fn marked(hit: SearchHit, query: &Query) -> Hit {
    let language = hit.article.language.as_deref();
    Hit {
        headline: highlight::mark(hit.article.title(), language, query),
        snippet: highlight::snippet(&hit.text, language, query, SNIPPET_CHARS),
        article: hit.article,
    }
}

/// What lies beside an article among the hits of a search, best first.
///
/// # Errors
///
/// [`StoreError::Query`] when `typed` cannot be read.
pub async fn neighbours(
    library: &Library,
    user_id: UserId,
    typed: &str,
    id: ArticleId,
) -> Result<Neighbours, StoreError> {
    let query = query::parse(typed).map_err(StoreError::Query)?;
    if query.is_empty() {
        return Ok(Neighbours::default());
    }
    let ids = library.store.matches(user_id, &query, MOST_COUNTED).await?;
    let Some(at) = ids.iter().position(|hit| *hit == id) else {
        return Ok(Neighbours::default());
    };
    let beside =
        [at.checked_sub(1), at.checked_add(1)].map(|at| at.and_then(|at| ids.get(at)).copied());
    let wanted: Vec<ArticleId> = beside.into_iter().flatten().collect();
    let articles = library.store.articles(user_id, &wanted).await?;
    let [previous, next] = beside.map(|id| {
        let article = articles.iter().find(|article| Some(article.id) == id)?;
        Some(Neighbour {
            id: article.id,
            title: article.title().to_owned(),
        })
    });
    Ok(Neighbours { previous, next })
}

/// The newest highlights that match, and whether there are more.
async fn highlights(
    library: &Library,
    user_id: UserId,
    query: &Query,
) -> Result<(Vec<HighlightHit>, bool), StoreError> {
    let mut found = library
        .store
        .matching_highlights(user_id, query, HIGHLIGHTS_SHOWN + 1)
        .await?;
    let more = found.len() > HIGHLIGHTS_SHOWN;
    found.truncate(HIGHLIGHTS_SHOWN);
    let marked = |text: &str, language: Option<&str>| {
        highlight::snippet(text, language, query, SNIPPET_CHARS)
    };
    let hits = found
        .into_iter()
        .map(|found| {
            let language = found.article.language.as_deref();
            HighlightHit {
                words: marked(&found.highlight.anchor.exact, language),
                note: marked(&found.highlight.note, language),
                found,
            }
        })
        .collect();
    Ok((hits, more))
}

/// The query with words of the library in the place of words that it hardly
/// holds, when that finds more than `count` articles.
async fn suggestion(
    library: &Library,
    user_id: UserId,
    typed: &str,
    count: i64,
) -> Result<Option<Suggestion>, StoreError> {
    let mut better = Vec::new();
    for word in typed_words(typed).into_iter().take(MOST_WORDS) {
        if let Some(spelt) = better_word(library, user_id, &word.exact).await? {
            better.push((word.at, spelt));
        }
    }
    if better.is_empty() {
        return Ok(None);
    }
    let suggestion = replaced(typed, &better);
    // Replacing words by words leaves a query that can be read.
    let Ok(query) = query::parse(&suggestion.query) else {
        return Ok(None);
    };
    let more = library
        .store
        .count_matches(user_id, &query, count + 1)
        .await?;
    Ok((more > count).then_some(suggestion))
}

/// A word of the library that is like this one and stands in many more articles:
/// the one with the fewest slips, of those the most frequent.
async fn better_word(
    library: &Library,
    user_id: UserId,
    exact: &str,
) -> Result<Option<String>, StoreError> {
    const MOST: i64 = 1_000;
    let count = async |word: &str, most: i64| {
        let query = Query {
            expression: Some(Expression::Term(word.to_owned())),
            filters: Vec::new(),
        };
        library.store.count_matches(user_id, &query, most).await
    };
    let own = count(exact, FEW).await?;
    if own >= FEW {
        return Ok(None);
    }
    // Rare words are no mistakes merely because they are rare.
    let enough = own * 10 + 1;
    let mut best: Option<(usize, i64, String)> = None;
    for like in library.store.words_like(user_id, exact, MOST_LIKE).await? {
        if best.as_ref().is_some_and(|(slips, ..)| *slips < like.slips) {
            break;
        }
        let many = count(&like.word, MOST).await?;
        if many >= enough && best.as_ref().is_none_or(|(_, most, _)| many > *most) {
            best = Some((like.slips, many, like.spelt));
        }
    }
    Ok(best.map(|(_, _, spelt)| spelt))
}

/// A query with words put in the place of others, which are marked.
fn replaced(typed: &str, better: &[(Range<usize>, String)]) -> Suggestion {
    let characters: Vec<char> = typed.chars().collect();
    let mut pieces = Vec::new();
    let mut push = |text: String, marked: bool| {
        if !text.is_empty() {
            pieces.push(Piece { text, marked });
        }
    };
    let mut at = 0;
    for (place, word) in better {
        push(characters[at..place.start].iter().collect(), false);
        push(word.clone(), true);
        at = place.end;
    }
    push(characters[at..].iter().collect(), false);
    Suggestion {
        query: pieces.iter().map(|piece| piece.text.as_str()).collect(),
        pieces,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_words_take_the_place_of_what_was_typed() {
        let suggestion = replaced(
            "é harbuor \"fery\"",
            &[(2..9, "harbour".into()), (11..15, "ferry".into())],
        );
        assert_eq!(suggestion.query, "é harbour \"ferry\"");
        let marked: Vec<&str> = suggestion
            .pieces
            .iter()
            .filter(|piece| piece.marked)
            .map(|piece| piece.text.as_str())
            .collect();
        assert_eq!(marked, ["harbour", "ferry"]);
    }
}
