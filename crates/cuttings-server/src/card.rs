//! [`Card`]: one article as lists and the reader's head show it.
//!
//! Everything here was decided before the template: what stands in for a
//! missing headline, how long a dek may be, which day is printed.

use cuttings_model::filter::write_query;
use cuttings_model::{Article, ArticleId, ArticleState, Filter, StoryEdit};
use cuttings_text::highlight::Piece;

use crate::dates::{self, Day};
use crate::pages::tags::tag_path;
use crate::texts::ENGLISH;

/// Longest dek in a list, in characters, so that a page stays under its 60 KB
/// whatever the pages said. Two printed lines hold fewer.
const MAX_DEK_CHARS: usize = 240;
/// Longest headline or byline in a list, in characters.
const MAX_LINE_CHARS: usize = 200;

/// One article, ready to be printed.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is something the template shows by itself"
)]
pub(crate) struct Card {
    pub id: i64,
    /// Path of its reader, with the list it is shown in.
    pub path: String,
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
    /// How much of it is read, in hundredths, once somebody has begun.
    pub percent_read: Option<i64>,
    /// The address a reader would open.
    pub source_url: String,
    /// The day it was saved or published, on the first card of that day.
    pub day: Option<CardDay>,
    /// Its outlet's articles.
    pub outlet_path: String,
    pub tags: Vec<TagLink>,
    /// The older article it seems to repeat.
    pub twin: Option<Twin>,
    /// That the outlet edited it, while nobody has looked.
    pub edited: Option<EditedMark>,
    /// Whether it can be chosen, to be changed with others.
    pub pick: bool,
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
            path: reader_path(article.id, None),
            outlet: shortened(&article.outlet(), 80),
            section: cut(&article.section, 60),
            headline: cut(&article.headline, MAX_LINE_CHARS),
            title: shortened(article.title(), MAX_LINE_CHARS),
            short_title: shortened(article.title(), 40),
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
            percent_read: article
                .stopped
                .map(|stopped| {
                    if stopped.position.is_end() {
                        100
                    } else {
                        stopped.position.percent
                    }
                })
                .filter(|percent| *percent > 0),
            source_url: article.source_url().to_owned(),
            day: None,
            outlet_path: outlet_path(article),
            tags: article.tags.iter().map(|name| TagLink::of(name)).collect(),
            twin: None,
            edited: EditedMark::of(article),
            pick: false,
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

/// A day that stands above cards.
#[derive(Debug, Clone)]
pub(crate) enum CardDay {
    Saved(Day),
    Published(Day),
}

impl CardDay {
    /// `Saved 13 June 2023`.
    pub fn text(&self) -> String {
        match self {
            Self::Saved(day) => (ENGLISH.library.saved_on)(&day.text),
            Self::Published(day) => (ENGLISH.library.published_on)(&day.text),
        }
    }
}

/// A tag on a card.
#[derive(Debug, Clone)]
pub(crate) struct TagLink {
    pub name: String,
    pub path: String,
}

impl TagLink {
    fn of(name: &str) -> Self {
        Self {
            path: tag_path(name),
            name: name.to_owned(),
        }
    }
}

/// The older article that holds the same page.
#[derive(Debug, Clone)]
pub(crate) struct Twin {
    pub id: i64,
    pub title: String,
    /// The day it was saved.
    pub saved: String,
}

impl Twin {
    pub fn of(article: &Article) -> Self {
        Self {
            id: article.id.0,
            title: shortened(article.title(), MAX_LINE_CHARS),
            saved: dates::day(article.saved_at_ms).text,
        }
    }
}

/// The mark on a story that its outlet edited since it was saved.
#[derive(Debug, Clone)]
pub(crate) struct EditedMark {
    /// What it says.
    pub text: String,
    /// The day it was found.
    pub day: String,
    /// The comparison that shows it.
    pub path: String,
}

impl EditedMark {
    fn of(article: &Article) -> Option<Self> {
        let edit = article.edited.filter(|edit| edit.seen_at_ms.is_none())?;
        Some(Self {
            text: (ENGLISH.compare.edited_short)(edit.kind.as_str()),
            day: dates::day(edit.at_ms).text,
            path: compare_path(article.id, &edit),
        })
    }
}

/// The comparison that shows an edit.
pub(crate) fn compare_path(id: ArticleId, edit: &StoryEdit) -> String {
    format!(
        "/articles/{id}/captures/compare?from={}&to={}",
        edit.from, edit.to
    )
}

/// The list of everything from an article's outlet.
fn outlet_path(article: &Article) -> String {
    let pairs = [
        ("view", "all".to_owned()),
        ("publication", article.outlet()),
    ];
    format!("/?{}", write_query(&pairs))
}

/// What an article was opened from.
pub(crate) enum Within {
    /// A list of the library.
    List(Filter),
    /// A search.
    Search(String),
}

/// Path of an article's reader: it leads on to what lies beside the article in
/// what it was opened from.
pub(crate) fn reader_path(id: ArticleId, within: Option<&Within>) -> String {
    match within {
        Some(Within::List(filter)) => {
            format!("/articles/{id}?{}", write_query(&[("in", filter.query())]))
        }
        Some(Within::Search(query)) => {
            format!("/articles/{id}?{}", write_query(&[("q", query.clone())]))
        }
        None => format!("/articles/{id}"),
    }
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
