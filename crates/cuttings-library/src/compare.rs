//! Comparing two captures of an article: what its outlet added, cut, reworded
//! and moved, and which headline, dek, byline and dates it gave it.
//!
//! Both pages are read again from their kept bytes (see `reread`), so the
//! comparison shows what the outlet changed and nothing else.

use cuttings_model::{Article, ArticleId, Capture, CaptureId, UserId};
use cuttings_text::compare::{Comparison, Piece, compare as compare_texts, compare_lines};

use crate::again::{find, on_a_thread};
use crate::judge::Version;
use crate::reread::reread;
use crate::shelf::still_here;
use crate::{Library, LibraryError};

/// One of the two captures.
#[derive(Debug)]
pub struct Side {
    /// The capture.
    pub capture: Capture,
    /// What it says.
    pub version: Version,
}

/// What stands above the text, in the order it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// Headline.
    Headline,
    /// Dek.
    Dek,
    /// Byline.
    Byline,
    /// When it was published.
    Published,
    /// When it was last changed.
    Modified,
}

impl Head {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Headline => "headline",
            Self::Dek => "dek",
            Self::Byline => "byline",
            Self::Published => "published",
            Self::Modified => "modified",
        }
    }
}

/// A line above the text that is another now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadChange {
    /// Which.
    pub head: Head,
    /// As it was.
    pub before: Option<String>,
    /// As it is.
    pub after: Option<String>,
    /// Its words.
    pub pieces: Vec<Piece>,
}

/// Two captures held against each other.
#[derive(Debug)]
pub struct Compared {
    /// The article.
    pub article: Article,
    /// The captures that can be compared, newest first.
    pub captures: Vec<Capture>,
    /// The earlier one.
    pub from: Side,
    /// The later one.
    pub to: Side,
    /// What is different above the text.
    pub heads: Vec<HeadChange>,
    /// The texts.
    pub text: Comparison,
}

/// Holds two captures of an article against each other. Without `to` the newest
/// is meant, without `from` the one before `to`.
///
/// # Errors
///
/// [`LibraryError::NoSuchCapture`], also when there is only one;
/// [`LibraryError::NothingToShow`] when the bytes of one cannot be read.
pub async fn compare(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    from: Option<CaptureId>,
    to: Option<CaptureId>,
) -> Result<Compared, LibraryError> {
    let store = &library.store;
    let article = still_here(store.article(user_id, id).await?, id)?;
    let all = store.captures(user_id, id).await?;
    let whole: Vec<Capture> = all
        .iter()
        .filter(|capture| capture.is_whole())
        .cloned()
        .collect();
    let newest = whole.first().map(|capture| capture.id);
    let to = to
        .or(newest)
        .ok_or(LibraryError::NoSuchCapture(CaptureId(0)))?;
    let to = find(&all, to)?.clone();
    let from = match from {
        Some(from) => find(&all, from)?.clone(),
        None => whole
            .iter()
            .find(|capture| capture.id < to.id)
            .cloned()
            .ok_or(LibraryError::NoSuchCapture(to.id))?,
    };
    let from = side(library, &article, from, &all).await?;
    let to = side(library, &article, to, &all).await?;
    let (old, new) = (from.version.clone(), to.version.clone());
    let (heads, text) = on_a_thread(library, move || {
        (heads(&old, &new), compare_texts(&old.text, &new.text))
    })
    .await;
    Ok(Compared {
        article,
        captures: whole,
        from,
        to,
        heads,
        text,
    })
}

async fn side(
    library: &Library,
    article: &Article,
    capture: Capture,
    all: &[Capture],
) -> Result<Side, LibraryError> {
    let whole = reread(library, article, &capture, all)
        .await?
        .map_err(|reason| LibraryError::NothingToShow(reason.text))?;
    Ok(Side {
        version: Version::of(&whole),
        capture,
    })
}

fn heads(old: &Version, new: &Version) -> Vec<HeadChange> {
    [
        (Head::Headline, &old.headline, &new.headline),
        (Head::Dek, &old.dek, &new.dek),
        (Head::Byline, &old.byline, &new.byline),
        (Head::Published, &old.published, &new.published),
        (Head::Modified, &old.modified, &new.modified),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .map(|(head, before, after)| HeadChange {
        head,
        before: before.clone(),
        after: after.clone(),
        pieces: compare_lines(
            before.as_deref().unwrap_or_default(),
            after.as_deref().unwrap_or_default(),
        ),
    })
    .collect()
}
