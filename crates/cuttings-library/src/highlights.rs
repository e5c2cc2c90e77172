//! Marking words of an article, and what is done with a highlight.
//!
//! Pages, the API and the command line come here. Where the words stand is
//! found by the store, in the transaction that keeps them; how, is told in
//! [`cuttings_model::anchor`].

use cuttings_model::highlight::{MAX_NOTE_CHARS, MAX_WORDS_CHARS};
use cuttings_model::{Anchor, ArticleId, Colour, Highlight, HighlightId, UserId};
use cuttings_store::{NewHighlight, PutHighlight};

use crate::{Library, LibraryError, now_ms};

/// Marks words of an article. Marking the same words again gives them the new
/// colour, and the new note if there is one.
///
/// # Errors
///
/// - [`LibraryError::NotInText`] when the words do not stand in the article.
/// - [`LibraryError::Ambiguous`] when they stand in several places and nothing
///   says which is meant.
/// - [`LibraryError::TooLong`] when words or note are longer than we keep.
pub async fn add(
    library: &Library,
    user_id: UserId,
    article_id: ArticleId,
    anchor: &Anchor,
    colour: Colour,
    note: &str,
) -> Result<Highlight, LibraryError> {
    check_words(&anchor.exact)?;
    let note = tidy(note)?;
    let new = NewHighlight {
        article_id,
        anchor,
        colour,
        note: &note,
        may_wait: false,
    };
    match library.store.put_highlight(user_id, &new, now_ms()).await? {
        PutHighlight::Kept(highlight) => Ok(highlight),
        PutHighlight::NoArticle => Err(LibraryError::NoSuchArticle(article_id)),
        PutHighlight::Nowhere => Err(LibraryError::NotInText),
        PutHighlight::Ambiguous(places) => Err(LibraryError::Ambiguous(places)),
    }
}

/// Keeps words that somebody chose on a page while they saved it: marked at once if
/// the article holds them, otherwise when a capture brings them.
///
/// # Errors
///
/// [`LibraryError::TooLong`] when they are longer than we keep.
pub async fn chosen_on_page(
    library: &Library,
    user_id: UserId,
    article_id: ArticleId,
    words: &str,
) -> Result<(), LibraryError> {
    check_words(words)?;
    let new = NewHighlight {
        article_id,
        anchor: &Anchor::of_words(words),
        colour: Colour::default(),
        note: "",
        may_wait: true,
    };
    library.store.put_highlight(user_id, &new, now_ms()).await?;
    Ok(())
}

/// Whether words are short enough to be marked.
pub fn check_words(words: &str) -> Result<(), LibraryError> {
    check("highlight", words, MAX_WORDS_CHARS)
}

/// Changes colour and note of a highlight; what is `None` stays.
pub async fn change(
    library: &Library,
    user_id: UserId,
    id: HighlightId,
    colour: Option<Colour>,
    note: Option<&str>,
) -> Result<Highlight, LibraryError> {
    let note = note.map(tidy).transpose()?;
    library
        .store
        .change_highlight(user_id, id, colour, note.as_deref(), now_ms())
        .await?
        .ok_or(LibraryError::NoSuchHighlight(id))
}

/// Removes a highlight. It can be brought back.
pub async fn remove(
    library: &Library,
    user_id: UserId,
    id: HighlightId,
) -> Result<Highlight, LibraryError> {
    library
        .store
        .set_highlight_deleted(user_id, id, true, now_ms())
        .await?
        .ok_or(LibraryError::NoSuchHighlight(id))
}

/// Brings a removed highlight back, as it was.
pub async fn restore(
    library: &Library,
    user_id: UserId,
    id: HighlightId,
) -> Result<Highlight, LibraryError> {
    library
        .store
        .set_highlight_deleted(user_id, id, false, now_ms())
        .await?
        .ok_or(LibraryError::NoSuchHighlight(id))
}

/// A note without blank edges, its line ends as everywhere.
fn tidy(note: &str) -> Result<String, LibraryError> {
    check("note", note, MAX_NOTE_CHARS)?;
    Ok(note.replace("\r\n", "\n").trim().to_owned())
}

fn check(what: &'static str, text: &str, limit: usize) -> Result<(), LibraryError> {
    if text.chars().count() > limit {
        return Err(LibraryError::TooLong { what, limit });
    }
    Ok(())
}
