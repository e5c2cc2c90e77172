//! The JSON API, version 1: for programs, and for the scripts of our own pages.
//!
//! Bodies have types of their own here, so the nouns stay free to change.

pub(crate) mod articles;
pub(crate) mod bulk;
pub(crate) mod captures;
pub(crate) mod entries;
pub(crate) mod events;
pub(crate) mod feed_rules;
pub(crate) mod feeds;
pub(crate) mod highlights;
pub(crate) mod search;
pub(crate) mod sent;
pub(crate) mod session;
pub(crate) mod site_access;
pub(crate) mod tags;

use cuttings_model::{Article, ArticleBody, ArticleState, EditKind, Reason, Stopped, StoryEdit};
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
    /// Where its reader stopped; null before they have begun.
    position: Option<PositionJson>,
    tags: Vec<String>,
    /// The older article that seems to hold the same page.
    twin_of: Option<i64>,
    /// The capture that is shown.
    capture_id: Option<i64>,
    /// Whether the user chose it; then no visit changes what is shown.
    capture_chosen: bool,
    /// That the outlet edited the story since it was saved.
    edited: Option<EditedJson>,
    /// With `include=text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// With `include=html`.
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
}

/// Where a reader stopped.
#[derive(Serialize)]
struct PositionJson {
    /// The block at the top of the window: blocks of the text are parted by
    /// blank lines and counted from 0. In the reader page it is `#b` and this
    /// number.
    block: i64,
    /// How much of the story is read, 0 to 100.
    percent: i64,
    read_at: String,
}

/// An edit by the outlet, between two captures.
#[derive(Serialize)]
struct EditedJson {
    from: i64,
    to: i64,
    found_at: String,
    /// What the page says of it: noted, dated or silent.
    kind: EditKind,
    seen_at: Option<String>,
}

impl From<StoryEdit> for EditedJson {
    fn from(edit: StoryEdit) -> Self {
        Self {
            from: edit.from.0,
            to: edit.to.0,
            found_at: rfc3339(edit.at_ms),
            kind: edit.kind,
            seen_at: edit.seen_at_ms.map(rfc3339),
        }
    }
}

impl From<Stopped> for PositionJson {
    fn from(stopped: Stopped) -> Self {
        Self {
            block: stopped.position.block,
            percent: stopped.position.percent,
            read_at: rfc3339(stopped.at_ms),
        }
    }
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
            position: article.stopped.map(PositionJson::from),
            tags: article.tags,
            twin_of: article.twin_of.map(|id| id.0),
            capture_id: article.capture_id.map(|id| id.0),
            capture_chosen: article.is_capture_chosen,
            edited: article.edited.map(EditedJson::from),
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
