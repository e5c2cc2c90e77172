//! `GET /search`: full text with operators, best matches first, with what they
//! have in common beside them; and `GET /search/complete`, for who is typing.
//!
//! A query that cannot be read comes back with the wrong part marked and a hint;
//! the page then has status 400, and nothing was searched. What may have been
//! meant instead is a link, and never searched unasked.

use std::ops::Range;

use askama::Template;
use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use cuttings_library::complete::{self, Choice};
use cuttings_library::search::{self, Found, Hit, SearchError};
use cuttings_model::filter::write_query;
use cuttings_model::{ArticleState, Filter, Length, View};
use cuttings_store::{Facet, Facets};
use cuttings_text::highlight::Piece;
use cuttings_text::query::{Operator, QueryError, with_filter, without_filter};
use serde::Serialize;

use crate::app::App;
use crate::body::Query;
use crate::card::{Card, Within, reader_path, shortened};
use crate::error::HttpError;
use crate::margin::Item;
use crate::pages::signin::sentence;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::Search;

/// Values shown of one facet.
const VALUES_OF_A_FACET: usize = 6;

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    shell: Shell,
    query: String,
    /// Whether anything was asked at all.
    asked: bool,
    wrong: Option<Wrong>,
    suggestion: Option<Suggested>,
    count: i64,
    more_than_counted: bool,
    highlights: Vec<HighlightLine>,
    /// Path of all highlights with these words, when there are more.
    all_highlights: Option<String>,
    cards: Vec<Card>,
    facets: Vec<FacetList>,
    /// The search as the query of a library page, to be kept.
    filter: String,
    page: i64,
    first_page: String,
    previous: Option<String>,
    next: Option<String>,
}

/// Another query that finds more.
struct Suggested {
    path: String,
    pieces: Vec<Piece>,
}

/// A highlight that matches.
struct HighlightLine {
    item: Item,
    words: Vec<Piece>,
    note: Vec<Piece>,
    title: String,
    article_path: String,
    language: Option<String>,
}

/// The values of a facet, each a link that adds it to the query or takes it out.
struct FacetList {
    facet: Facet,
    values: Vec<FacetLink>,
}

struct FacetLink {
    label: String,
    count: String,
    path: String,
    /// Whether the query asks for it; the link then takes it out.
    current: bool,
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
    let mut shell = Shell::of(&caller, "", Place::Search, &here);
    let text = &shell.text.search;
    shell.title = if query.is_empty() {
        text.title.to_owned()
    } else {
        (text.titled)(&query)
    };
    let mut view = SearchPage {
        shell,
        asked: !query.is_empty(),
        wrong: None,
        suggestion: None,
        count: 0,
        more_than_counted: false,
        highlights: Vec::new(),
        all_highlights: None,
        cards: Vec::new(),
        facets: Vec::new(),
        filter: as_filter(&query).query(),
        page: 1,
        first_page: path(&query, 1),
        previous: None,
        next: None,
        query,
    };
    let status = match search::search(&app.library, caller.user_id(), &view.query, page).await {
        Ok(found) => {
            view.fill(found);
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

impl SearchPage {
    fn fill(&mut self, found: Found) {
        self.page = found.page;
        self.previous = (found.page > 1).then(|| path(&self.query, found.page - 1));
        self.next = found.has_more.then(|| path(&self.query, found.page + 1));
        self.count = found.count;
        self.more_than_counted = found.more_than_counted;
        self.suggestion = found.suggestion.map(|suggestion| Suggested {
            path: path(&suggestion.query, 1),
            pieces: suggestion.pieces,
        });
        if found.more_highlights {
            let pairs = [("q", words_of(&self.query))];
            self.all_highlights = Some(format!("/highlights?{}", write_query(&pairs)));
        }
        self.highlights = found
            .highlights
            .into_iter()
            .map(|hit| {
                let article = &hit.found.article;
                HighlightLine {
                    item: Item::of(&hit.found.highlight, article, None),
                    title: shortened(article.title(), 120),
                    article_path: reader_path(article.id, None),
                    language: article.language.clone(),
                    words: hit.words,
                    note: hit.note,
                }
            })
            .collect();
        let within = Within::Search(self.query.clone());
        self.cards = found
            .hits
            .into_iter()
            .map(|hit| card(hit, &within))
            .collect();
        self.facets = facets(
            &self.query,
            found.facets,
            found.count,
            &self.shell.text.search,
        );
    }
}

/// A search as a filter of the library: everything that matches.
fn as_filter(query: &str) -> Filter {
    Filter {
        view: Some(View::All),
        words: Some(query.to_owned()).filter(|query| !query.is_empty()),
        ..Filter::default()
    }
}

/// The words a query looks for, as the page of highlights takes them.
fn words_of(query: &str) -> String {
    let characters: Vec<char> = query.chars().collect();
    let words: Vec<String> = cuttings_text::query::typed_words(query)
        .into_iter()
        .map(|word| characters[word.at].iter().collect())
        .collect();
    words.join(" ")
}

/// Facets as lists of links. What all hits share says nothing and is left out,
/// unless the query asks for it.
fn facets(query: &str, facets: Facets, count: i64, text: &Search) -> Vec<FacetList> {
    let mut lists = Vec::new();
    for (facet, values) in facets {
        let mut links: Vec<FacetLink> = Vec::new();
        for value in values {
            let (operator, written) = filter_of(facet, &value.value);
            let Some(filter) = operator.with(&written) else {
                continue;
            };
            let rest = without_filter(query, operator, &written);
            if rest.is_none() && value.article_count == count {
                continue;
            }
            links.push(FacetLink {
                label: label(facet, &value.value, text),
                count: (crate::texts::ENGLISH.library.number)(&value.article_count),
                current: rest.is_some(),
                path: path(&rest.unwrap_or_else(|| with_filter(query, &filter)), 1),
            });
        }
        // What is asked for stays in sight, however rare.
        links.sort_by_key(|link| !link.current);
        links.truncate(VALUES_OF_A_FACET);
        if !links.is_empty() {
            lists.push(FacetList {
                facet,
                values: links,
            });
        }
    }
    lists
}

/// The filter that a value of a facet stands for.
pub(crate) fn filter_of(facet: Facet, value: &str) -> (Operator, String) {
    let operator = match facet {
        Facet::Publication => Operator::Publication,
        Facet::Author => Operator::Author,
        Facet::Tag => Operator::Tag,
        Facet::Language => Operator::Language,
        Facet::Year => Operator::Published,
        Facet::Length => Operator::Minutes,
        Facet::State => Operator::Is,
    };
    let written = match (facet, Length::parse(value)) {
        (Facet::Length, Some(length)) => match length.minutes() {
            (least, Some(most)) => format!("{least}..{most}"),
            (least, None) => format!(">={least}"),
        },
        _ => value.to_owned(),
    };
    (operator, written)
}

fn label(facet: Facet, value: &str, text: &Search) -> String {
    match facet {
        Facet::State => text.state(value),
        Facet::Length => match Length::parse(value) {
            Some(Length::Short) => text.short,
            Some(Length::Medium) => text.medium,
            _ => text.long,
        }
        .to_owned(),
        _ => shortened(value, 60),
    }
}

fn card(hit: Hit, within: &Within) -> Card {
    let mut card = Card::of(&hit.article);
    card.path = reader_path(hit.article.id, Some(within));
    if card.headline.is_some() {
        card.marked_headline = hit.headline;
    }
    if card.state == ArticleState::Ready {
        card.snippet = hit.snippet;
    }
    card
}

/// What is being typed, and where the caret stands in it, in characters.
#[derive(serde::Deserialize)]
pub(crate) struct CompleteQuery {
    #[serde(default)]
    q: String,
    at: Option<String>,
}

/// Longest query that is completed, in characters.
const MAX_COMPLETED_CHARS: usize = 500;

/// What the search field offers.
#[derive(Serialize)]
struct CompletionJson {
    /// The characters that a choice takes the place of.
    at: [usize; 2],
    choices: Vec<ChoiceJson>,
    /// How many there are, in words.
    offered: String,
}

#[derive(Serialize)]
struct ChoiceJson {
    text: String,
    label: String,
    hint: String,
}

/// `GET /search/complete`.
pub(crate) async fn complete(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<CompleteQuery>,
) -> Result<Response, HttpError> {
    let length = asked.q.chars().count();
    let caret = asked
        .at
        .as_deref()
        .and_then(|at| at.parse().ok())
        .unwrap_or(length)
        .min(length);
    let found = if length > MAX_COMPLETED_CHARS {
        None
    } else {
        complete::complete(&app.library, caller.user_id(), &asked.q, caret).await?
    };
    let text = &crate::texts::ENGLISH.search;
    let json = match found {
        Some(found) => CompletionJson {
            at: [found.at.start, found.at.end],
            offered: (text.offered)(&found.choices.len()),
            choices: found
                .choices
                .into_iter()
                .map(|choice| choice_json(choice, text))
                .collect(),
        },
        None => CompletionJson {
            at: [caret, caret],
            offered: String::new(),
            choices: Vec::new(),
        },
    };
    // Somebody who takes a letter back is answered by the browser itself.
    Ok(([(header::CACHE_CONTROL, "private, max-age=30")], Json(json)).into_response())
}

fn choice_json(choice: Choice, text: &Search) -> ChoiceJson {
    let meaning = text.operator(choice.operator);
    ChoiceJson {
        label: choice.value.unwrap_or_else(|| choice.text.clone()),
        hint: match choice.article_count {
            Some(count) => format!("{meaning}, {}", (text.articles_with)(&count)),
            None => meaning.to_owned(),
        },
        text: choice.text,
    }
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

/// The path of a page of hits.
pub(crate) fn path(query: &str, page: i64) -> String {
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
