//! The JSON API, version 1: for programs, and for the scripts of our own pages.
//!
//! Bodies have types of their own here, so the nouns stay free to change.

pub(crate) mod articles;
pub(crate) mod highlights;
pub(crate) mod search;

use cuttings_model::{Article, ArticleBody, ArticleState, Reason};
use serde::Serialize;

use crate::dates::rfc3339;

/// An article as the API gives it. Every instant is RFC 3339 in UTC;
/// `published` and `modified` are as precise as the outlet was.
#[derive(Serialize)]
pub(crate) struct ArticleJson {
    id: i64,
    /// The address as it was saved.
    url: String,
    final_url: Option<String>,
    canonical_url: Option<String>,
    state: ArticleState,
    reason: Option<Reason>,
    headline: Option<String>,
    dek: Option<String>,
    byline: Option<String>,
    authors: Vec<String>,
    publication: Option<String>,
    section: Option<String>,
    language: Option<String>,
    published: Option<String>,
    modified: Option<String>,
    word_count: i64,
    reading_minutes: i64,
    saved_at: String,
    updated_at: String,
    archived_at: Option<String>,
    starred_at: Option<String>,
    /// With `include=text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// With `include=html`.
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
}

impl From<Article> for ArticleJson {
    fn from(article: Article) -> Self {
        Self {
            id: article.id.0,
            url: article.given_url,
            final_url: article.final_url,
            canonical_url: article.canonical_url,
            state: article.state,
            reason: article.reason,
            headline: article.headline,
            dek: article.dek,
            byline: article.byline,
            authors: article.authors,
            publication: article.publication,
            section: article.section,
            language: article.language,
            published: article.published.map(|dated| dated.text),
            modified: article.modified.map(|dated| dated.text),
            word_count: article.word_count,
            reading_minutes: article.reading_minutes,
            saved_at: rfc3339(article.saved_at_ms),
            updated_at: rfc3339(article.updated_at_ms),
            archived_at: article.archived_at_ms.map(rfc3339),
            starred_at: article.starred_at_ms.map(rfc3339),
            text: None,
            html: None,
        }
    }
}

impl ArticleJson {
    fn with_body(mut self, body: Option<ArticleBody>, text: bool, html: bool) -> Self {
        if let Some(body) = body {
            self.text = text.then_some(body.text);
            self.html = html.then_some(body.html);
        }
        self
    }
}
