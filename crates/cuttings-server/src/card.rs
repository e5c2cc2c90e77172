//! [`Card`]: one article as lists and the reader's head show it.
//!
//! Everything here was decided before the template: what stands in for a
//! missing headline, how long a dek may be, which day is printed.

use cuttings_model::{Article, ArticleState};
use cuttings_text::highlight::Piece;

use crate::dates::{self, Day};

/// Longest dek in a list, in characters, so that a page stays under its 60 KB
/// whatever the pages said. Two printed lines hold fewer.
const MAX_DEK_CHARS: usize = 240;
/// Longest headline or byline in a list, in characters.
const MAX_LINE_CHARS: usize = 200;

/// One article, ready to be printed.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub id: i64,
    /// The outlet's name, or the host of the address.
    pub outlet: String,
    pub section: Option<String>,
    pub headline: Option<String>,
    /// The headline, or the address while there is none.
    pub title: String,
    /// The same cut short, for the names of buttons.
    pub short_title: String,
    pub dek: Option<String>,
    pub byline: Option<String>,
    pub published: Option<Day>,
    /// Minutes to read it; none when there is nothing to read.
    pub minutes: Option<i64>,
    pub language: Option<String>,
    pub right_to_left: bool,
    /// Path of the thumbnail, if one is kept.
    pub thumbnail: Option<String>,
    pub state: ArticleState,
    /// Why it failed, or what to know about it.
    pub reason: Option<String>,
    /// When a failed capture is tried again by itself.
    pub retry_at: Option<String>,
    pub archived: bool,
    pub starred: bool,
    /// The address a reader would open.
    pub source_url: String,
    /// The day it was saved, on the first card of that day.
    pub day: Option<Day>,
    /// Headline and passage with what a search found marked; empty elsewhere.
    pub marked_headline: Vec<Piece>,
    pub snippet: Vec<Piece>,
}

impl Card {
    pub fn of(article: &Article) -> Self {
        let cut = |text: &Option<String>, limit| text.as_deref().map(|text| shortened(text, limit));
        let failed = article.state == ArticleState::Failed;
        Self {
            id: article.id.0,
            outlet: shortened(&article.outlet(), 80),
            section: cut(&article.section, 60),
            headline: cut(&article.headline, MAX_LINE_CHARS),
            title: shortened(article.title(), MAX_LINE_CHARS),
            short_title: shortened(article.title(), 60),
            dek: cut(&article.dek, MAX_DEK_CHARS),
            byline: cut(&article.byline, MAX_LINE_CHARS),
            published: article
                .published
                .as_ref()
                .and_then(|dated| dates::printed_day(&dated.text)),
            minutes: Some(article.reading_minutes).filter(|minutes| *minutes > 0),
            language: article.language.clone(),
            right_to_left: article.right_to_left,
            thumbnail: thumbnail_path(article),
            state: article.state,
            reason: article.reason.as_ref().map(|reason| reason.text.clone()),
            retry_at: article.retry_at_ms.filter(|_| failed).map(dates::moment),
            archived: article.archived_at_ms.is_some(),
            starred: article.starred_at_ms.is_some(),
            source_url: article.source_url().to_owned(),
            day: None,
            marked_headline: Vec::new(),
            snippet: Vec::new(),
        }
    }

    /// Whether its page has not been fetched yet.
    pub fn queued(&self) -> bool {
        self.state == ArticleState::Queued
    }

    /// Whether its page could not be read.
    pub fn failed(&self) -> bool {
        self.state == ArticleState::Failed
    }

    /// Whether there is a byline, a date or a reading time to print.
    pub fn has_line(&self) -> bool {
        self.byline.is_some() || self.published.is_some() || self.minutes.is_some()
    }
}

/// The cards of a list, with the day each run of them was saved.
pub(crate) fn cards_by_day(articles: &[Article]) -> Vec<Card> {
    let mut last = None;
    articles
        .iter()
        .map(|article| {
            let mut card = Card::of(article);
            let day = dates::day(article.saved_at_ms);
            if last.as_ref() != Some(&day) {
                card.day = Some(day.clone());
                last = Some(day);
            }
            card
        })
        .collect()
}

/// A thumbnail's address names the capture it was made from, so that a browser
/// may keep it and still sees a new one.
fn thumbnail_path(article: &Article) -> Option<String> {
    let version = article.capture_id.filter(|_| article.has_thumbnail)?;
    Some(format!("/articles/{}/thumbnail?v={version}", article.id))
}

/// `text` with at most `limit` characters, cut at a blank where one is near.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(limit) else {
        return text.to_owned();
    };
    let cut = &text[..end];
    let cut = match cut.rfind(char::is_whitespace) {
        Some(blank) if blank > end / 2 => &cut[..blank],
        _ => cut,
    };
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_at_a_blank() {
        assert_eq!(shortened("one two three", 9), "one two…");
        assert_eq!(shortened("one two", 7), "one two");
        assert_eq!(shortened("ééééééééé", 4), "éééé…");
    }
}
