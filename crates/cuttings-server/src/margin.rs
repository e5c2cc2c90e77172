//! [`Margin`]: the highlights of an article beside its story, and the story
//! with them drawn in.
//!
//! The reader's page calls [`margin`] and prints `_margin.html`. A highlight as
//! pages list it is an [`Item`]; the page of all highlights uses the same.

use axum::http::Uri;
use cuttings_extract::SafeHtml;
use cuttings_extract::marks::{Mark, draw};
use cuttings_model::{
    Article, ArticleBody, Colour, Highlight, HighlightId, Letters, MAX_ID, Placed, text_fragment,
};

use crate::app::App;
use crate::card::shortened;
use crate::dates;
use crate::error::HttpError;
use crate::session::Caller;

/// Words this long are taken to stand once in a page when its text is not at
/// hand.
const SURELY_UNIQUE_CHARS: usize = 40;

/// Longest words and note in a list, in characters; the page of a highlight has
/// all of them.
const MAX_ITEM_CHARS: usize = 480;

/// The highlights of an article.
pub(crate) struct Margin {
    pub article_id: i64,
    /// What a quotation is followed by.
    pub source: String,
    /// Those in the text, in its order.
    pub items: Vec<Item>,
    /// Those whose words are gone.
    pub orphans: Vec<Item>,
    /// The highlight that was just removed.
    pub removed: Option<i64>,
}

/// One highlight, ready to be printed.
pub(crate) struct Item {
    pub id: i64,
    pub colour: Colour,
    pub words: String,
    pub note: String,
    pub is_orphan: bool,
    /// Whether its words stand in the text and the page cannot show them
    /// marked, see [`draw`].
    pub is_undrawn: bool,
    /// Its place in the story.
    pub path: String,
    /// The original page, at these words.
    pub original: String,
    /// What a quotation is followed by: author, outlet, date, address.
    pub source: String,
    /// The day it was made.
    pub day: dates::Day,
}

impl Item {
    /// `is_unique`: whether its words stand once in the text, where that is
    /// known.
    pub fn of(highlight: &Highlight, article: &Article, is_unique: Option<bool>) -> Self {
        let anchor = &highlight.anchor;
        let is_unique =
            is_unique.unwrap_or_else(|| anchor.exact.chars().count() >= SURELY_UNIQUE_CHARS);
        Self {
            id: highlight.id.0,
            colour: highlight.colour,
            words: shortened(&anchor.exact, MAX_ITEM_CHARS),
            note: shortened(&highlight.note, MAX_ITEM_CHARS),
            is_orphan: highlight.is_orphan,
            is_undrawn: false,
            path: if highlight.is_orphan {
                format!("/articles/{}#margin", article.id)
            } else {
                format!("/articles/{}#h{}", article.id, highlight.id)
            },
            original: text_fragment::address(article.source_url(), anchor, is_unique),
            source: source(article),
            day: dates::day(highlight.created_at_ms),
        }
    }
}

/// Author, outlet, date and address, as far as they are known.
fn source(article: &Article) -> String {
    let author = match article.authors.as_slice() {
        [] => article.byline.clone(),
        authors => Some(authors.join(", ")),
    };
    let day = article
        .published
        .as_ref()
        .and_then(|dated| dates::printed_day(&dated.text))
        .map(|day| day.text);
    [
        author,
        Some(article.outlet()),
        day,
        Some(article.source_url().to_owned()),
    ]
    .into_iter()
    .flatten()
    .filter(|part| !part.is_empty())
    .collect::<Vec<_>>()
    .join(", ")
}

/// The margin of an article, and its story with the highlights drawn in. `here`
/// is the address of the page; `?removed=12` in it offers to undo.
pub(crate) async fn margin(
    app: &App,
    caller: &Caller,
    article: &Article,
    body: ArticleBody,
    here: &Uri,
) -> Result<(Margin, SafeHtml), HttpError> {
    let store = &app.library.store;
    let highlights = store.highlights_of(caller.user_id(), article.id).await?;
    let removed = match removed_in(here) {
        Some(id) => store.highlight(caller.user_id(), id).await?,
        None => None,
    };
    let html = SafeHtml::from_kept(body.html);
    let marks: Vec<Mark> = highlights
        .iter()
        .filter(|highlight| !highlight.is_orphan)
        .map(|highlight| Mark {
            id: highlight.id.0,
            start: highlight.anchor.start,
            end: highlight.anchor.end,
            classes: class(highlight.colour, !highlight.note.is_empty()),
        })
        .collect();
    let drawn = draw(&html, &body.text, &marks);
    let letters = Letters::of(if marks.is_empty() { "" } else { &body.text });
    let (orphans, items): (Vec<Item>, Vec<Item>) = highlights
        .iter()
        .map(|highlight| {
            let alone = cuttings_model::Anchor::of_words(&highlight.anchor.exact);
            let is_unique = matches!(alone.place(&letters), Placed::At(_));
            let is_unique = (!highlight.is_orphan).then_some(is_unique);
            let mut item = Item::of(highlight, article, is_unique);
            if drawn.left_out.contains(&item.id) {
                item.is_undrawn = true;
                item.path = format!("/articles/{}#margin", article.id);
            }
            item
        })
        .partition(|item| item.is_orphan);
    let margin = Margin {
        article_id: article.id.0,
        source: source(article),
        items,
        orphans,
        removed: removed
            .filter(|gone| gone.deleted_at_ms.is_some() && gone.article_id == article.id)
            .map(|gone| gone.id.0),
    };
    Ok((margin, drawn.html))
}

fn removed_in(here: &Uri) -> Option<HighlightId> {
    let (_, id) =
        form_urlencoded::parse(here.query()?.as_bytes()).find(|(name, _)| name == "removed")?;
    let id = id.parse().ok()?;
    (1..=MAX_ID).contains(&id).then_some(HighlightId(id))
}

/// The class names of a highlight's pieces.
fn class(colour: Colour, is_noted: bool) -> &'static str {
    match (colour, is_noted) {
        (Colour::Yellow, false) => "hl-yellow",
        (Colour::Yellow, true) => "hl-yellow hl-noted",
        (Colour::Red, false) => "hl-red",
        (Colour::Red, true) => "hl-red hl-noted",
        (Colour::Green, false) => "hl-green",
        (Colour::Green, true) => "hl-green hl-noted",
        (Colour::Blue, false) => "hl-blue",
        (Colour::Blue, true) => "hl-blue hl-noted",
        (Colour::Purple, false) => "hl-purple",
        (Colour::Purple, true) => "hl-purple hl-noted",
    }
}
