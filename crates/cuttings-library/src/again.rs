//! Capturing a page again, and which of its captures is shown.
//!
//! "Capture again", the API and the command line call [`capture_again`]; the
//! visit itself is made by [`crate::capture`], which asks here what is known of
//! the page ([`earlier`]), what the visit means ([`judge`]) and whether the site
//! said that nothing has changed. [`show_capture`] shows another capture by hand.
//!
//! No visit is lost: one that found nothing new is a capture without bytes that
//! names the one whose page it confirms, with the exchange as proof.

use std::sync::Arc;

use cuttings_extract::EXTRACTOR_VERSION;
use cuttings_fetch::Validators;
use cuttings_formats::exchange;
use cuttings_model::{
    Article, ArticleId, ArticleState, Capture, CaptureId, EditKind, Origin, UserId,
};
use cuttings_store::{NewCapture, Reread, StoreError};
use url::Url;

use crate::judge::{self, Judgement, Version};
use crate::parts::Whole;
use crate::reread::reread;
use crate::shelf::still_here;
use crate::site_access::UserFetcher;
use crate::{Library, LibraryError, capture, now_ms};

/// A page is fetched whole after this long even where the site could say that
/// nothing has changed: some say so wrongly.
const BELIEVED_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// Captures a page again, now. One that could not be read is tried again; one
/// whose first visit is still to come stays in line.
pub async fn capture_again(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
) -> Result<Article, LibraryError> {
    let article = library.store.queue_capture(user_id, id, now_ms()).await?;
    let article = still_here(article, id)?;
    library.saved.notify_one();
    Ok(article)
}

/// What [`show_capture`] did.
#[derive(Debug)]
pub struct ShownByHand {
    /// The article as it is now.
    pub article: Article,
    /// The capture that was shown before: showing that one undoes it.
    pub before: Option<CaptureId>,
}

/// Shows a capture that the user chose. Further visits are kept but do not change
/// what is shown, until the newest capture is chosen.
///
/// # Errors
///
/// [`LibraryError::NoSuchCapture`]; [`LibraryError::NothingToShow`] when there is
/// no story in it, or its bytes cannot be read.
pub async fn show_capture(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    capture_id: CaptureId,
) -> Result<ShownByHand, LibraryError> {
    let store = &library.store;
    let article = still_here(store.article(user_id, id).await?, id)?;
    let captures = store.captures(user_id, id).await?;
    let capture = find(&captures, capture_id)?;
    let before = article.capture_id;
    let whole = reread(library, &article, capture, &captures)
        .await?
        .map_err(|reason| LibraryError::NothingToShow(reason.text))?;
    let (_, reason) = capture::verdict(&whole);
    if whole.extraction.text.is_empty() {
        let why = reason.map_or_else(|| "There is no story in it.".to_owned(), |why| why.text);
        return Err(LibraryError::NothingToShow(why));
    }
    let is_newest = captures
        .iter()
        .find(|capture| capture.is_whole())
        .is_some_and(|newest| newest.id == capture.id);
    let read = Reread {
        article_id: id,
        capture_id: capture.id,
        instead_of: before,
        shown: Some(shown_of(library, &article, capture, &whole).await?),
        extractor_version: i64::from(EXTRACTOR_VERSION),
        details: capture::details(&whole.extraction, &[], &[]),
        state: ArticleState::Ready,
        reason: reason.or_else(|| whole.missing.clone()),
        chosen: Some(!is_newest),
    };
    if !store.reshow(user_id, &read, now_ms()).await? {
        return Err(LibraryError::NothingToShow(
            "Another capture was shown meanwhile. Look at the list again.".to_owned(),
        ));
    }
    Ok(ShownByHand {
        article: still_here(store.article(user_id, id).await?, id)?,
        before,
    })
}

/// Notes that the user has seen how a story was edited, or has not.
pub async fn mark_edit_seen(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    seen: bool,
) -> Result<Article, LibraryError> {
    let article = library
        .store
        .mark_edit_seen(user_id, id, seen, now_ms())
        .await?;
    still_here(article, id)
}

/// A capture that holds a page; one that found a page unchanged stands for the
/// capture of that page.
pub(crate) fn find(captures: &[Capture], id: CaptureId) -> Result<&Capture, LibraryError> {
    let by_id = |id: CaptureId| captures.iter().find(|capture| capture.id == id);
    let found = by_id(id).ok_or(LibraryError::NoSuchCapture(id))?;
    let found = match (found.body, found.same_as) {
        (None, Some(same)) => by_id(same).ok_or(LibraryError::NoSuchCapture(id))?,
        _ => found,
    };
    if found.part_of.is_some() || found.body.is_none() {
        return Err(LibraryError::NoSuchCapture(id));
    }
    Ok(found)
}

/// What is shown of a capture: pictures kept with it, else those that another
/// capture of the article keeps under the same address.
pub(crate) async fn shown_of(
    library: &Library,
    article: &Article,
    capture: &Capture,
    whole: &Whole,
) -> Result<cuttings_store::ShownArticle, StoreError> {
    let mut pictures = library.store.pictures(article.user_id, article.id).await?;
    pictures.sort_by_key(|picture| picture.capture_id != capture.id);
    Ok(capture::shown(
        article,
        &whole.address,
        &whole.extraction,
        &capture::picture_paths(&pictures),
    ))
}

/// What is known of a page that could be read before.
pub(crate) struct Earlier {
    captures: Vec<Capture>,
    /// The capture that is shown.
    shown: CaptureId,
}

/// What is known of an article's page, if it could be read before.
pub(crate) async fn earlier(
    library: &Library,
    article: &Article,
) -> Result<Option<Earlier>, StoreError> {
    let Some(shown) = article
        .capture_id
        .filter(|_| article.state == ArticleState::Ready)
    else {
        return Ok(None);
    };
    let captures = library.store.captures(article.user_id, article.id).await?;
    Ok(Some(Earlier { captures, shown }))
}

impl Earlier {
    /// The last page that came whole from the site and stands alone: of a story
    /// on several pages the site knows only the first.
    fn last(&self) -> Option<&Capture> {
        self.captures
            .iter()
            .find(|capture| capture.is_whole() && capture.origin == Origin::Fetched)
            .filter(|capture| {
                !self
                    .captures
                    .iter()
                    .any(|part| part.part_of == Some(capture.id))
            })
    }

    /// What the site can tell its page apart by.
    pub(crate) async fn validators(
        &self,
        library: &Library,
        ours: &UserFetcher,
    ) -> Result<Validators, StoreError> {
        let Some(last) = self
            .last()
            .filter(|last| now_ms() - last.captured_at_ms < BELIEVED_MS)
        else {
            return Ok(Validators::default());
        };
        let Some(digest) = &last.exchange else {
            return Ok(Validators::default());
        };
        let text = match library.store.blobs().get(digest).await {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            // Then the page is fetched whole, and all is well again.
            Err(StoreError::Damaged { .. } | StoreError::Blob { .. }) => {
                return Ok(Validators::default());
            }
            Err(error) => return Err(error),
        };
        let Some(answer) = exchange::read(&text).pop() else {
            return Ok(Validators::default());
        };
        let Some(url) = Url::parse(&answer.url)
            .ok()
            .filter(|url| !ours.shows_more_since(url, last.captured_at_ms))
        else {
            return Ok(Validators::default());
        };
        let header = |name| answer.header(name).map(str::to_owned);
        Ok(Validators {
            url: Some(url),
            etag: header("etag"),
            last_modified: header("last-modified"),
        })
    }

    /// The visit to be written when it found the page as it was: the site said
    /// so, or sent the same bytes.
    pub(crate) fn unchanged(&self, visit: &NewCapture) -> Option<NewCapture> {
        let last = self.last()?;
        let is_same = match &visit.body {
            None => visit.status == Some(304),
            Some(body) => last.body == Some(body.digest()),
        };
        is_same.then(|| NewCapture {
            same_as: Some(last.same_as.unwrap_or(last.id)),
            ..visit.clone()
        })
    }
}

/// What is done with a page that came.
pub(crate) enum Judged {
    /// It is shown.
    Show {
        /// That the story was edited.
        edit: Option<(CaptureId, EditKind)>,
    },
    /// It is kept and not shown, because of this.
    Keep {
        /// For people.
        why: String,
        /// That the story was edited.
        edit: Option<(CaptureId, EditKind)>,
    },
    /// The same words are shown already.
    Same {
        /// For people.
        why: String,
    },
}

/// Judges a page by the capture that is shown.
pub(crate) async fn judge(
    library: &Library,
    article: &Article,
    earlier: &Earlier,
    whole: &Whole,
) -> Result<Judged, StoreError> {
    let shown = earlier.shown;
    let capture = earlier.captures.iter().find(|capture| capture.id == shown);
    let read = match capture {
        Some(capture) => reread(library, article, capture, &earlier.captures)
            .await?
            .ok(),
        None => None,
    };
    let old = if let Some(read) = &read {
        Version::of(read)
    } else {
        // Its bytes are lost; what was made of them is still there.
        let body = library
            .store
            .article_body(article.user_id, article.id)
            .await?;
        Version::shown(article, body.map(|body| body.text).unwrap_or_default())
    };
    let new = Version::of(whole);
    let judgement = on_a_thread(library, move || judge::judge(&old, &new)).await;
    let chosen = article
        .is_capture_chosen
        .then(|| format!("You chose capture {shown} to be shown, so this one is kept beside it."));
    Ok(match (judgement, chosen) {
        (Judgement::Same, _) => Judged::Same {
            why: format!("It says word for word what capture {shown} says."),
        },
        (Judgement::Poorer(why), _) | (Judgement::Unedited, Some(why)) => {
            Judged::Keep { why, edit: None }
        }
        (Judgement::Unedited, None) => Judged::Show { edit: None },
        (Judgement::Edited(kind), Some(why)) => Judged::Keep {
            why,
            edit: Some((shown, kind)),
        },
        (Judgement::Edited(kind), None) => Judged::Show {
            edit: Some((shown, kind)),
        },
    })
}

/// Does what keeps a processor busy, beside everything else that does.
pub(crate) async fn on_a_thread<T: Send + 'static>(
    library: &Library,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    let permit = Arc::clone(&library.extracting)
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    let done = tokio::task::spawn_blocking(work)
        .await
        .expect("comparing texts does not panic");
    drop(permit);
    done
}
