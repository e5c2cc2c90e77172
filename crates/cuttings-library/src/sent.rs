//! Pages that a browser sent, as their reader saw them.
//!
//! [`save`] keeps the file as it came and queues it; the capture then reads it
//! through [`open`], which gives the page without its pictures, and the pictures
//! one by one; so does replay, which wants its fonts as well. Nothing of a page that is complete is asked for again.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use cuttings_extract::MAX_HTML_BYTES;
pub use cuttings_formats::sent_page::INSIDE;
use cuttings_formats::sent_page::{self, Purpose, SentPage, SentPageError};
use cuttings_model::{Article, Digest, Origin, TagName, UserId, address};
use cuttings_store::{NewArticle, NewUpload, StoreError, TagChange};
use url::Url;

use crate::{Library, LibraryError, now_ms, tags};

/// A page from a browser, not kept yet.
#[derive(Debug)]
pub struct Sent {
    /// The file, as [`cuttings_store::Blobs::spool`] gives them.
    pub file: File,
    /// Where the page was; without it the file must say so itself.
    pub url: Option<String>,
    /// When it was seen; without it what the file says, or now.
    pub seen_at_ms: Option<i64>,
    /// The declared type, if one was declared.
    pub content_type: Option<String>,
    /// What sent it: [`Origin::Sent`] or [`Origin::Extension`].
    pub origin: Origin,
    /// Whether to leave alone an article that can be read as a whole and holds a
    /// page from a browser already.
    pub only_if_wanting: bool,
    /// Tags to put on the article.
    pub tags: Vec<TagName>,
}

/// What [`save`] did.
#[derive(Debug, Clone)]
pub struct SavedSent {
    /// The article, new or found.
    pub article: Article,
    /// Whether this library held the page before.
    pub already: bool,
    /// Whether the file was kept as a capture of it.
    pub is_kept: bool,
}

/// Keeps a page from a browser. When this returns the save is safe, as for
/// [`crate::save::save`].
///
/// # Errors
///
/// [`LibraryError::Upload`] when the file is empty, says nowhere where it is
/// from, or is packed in a way that cannot be read; [`LibraryError::Address`]
/// when where it is from is no address.
pub async fn save(
    library: &Library,
    user_id: UserId,
    sent: Sent,
) -> Result<SavedSent, LibraryError> {
    let refused = |error: &dyn std::fmt::Display| {
        LibraryError::Upload(format!("the file was not kept, because {error}"))
    };
    let file = sent.file.try_clone().map_err(|error| refused(&error))?;
    let (head, is_empty) = blocking(move || {
        let is_empty = file.metadata()?.len() == 0;
        sent_page::head(&file).map(|head| (head, is_empty))
    })
    .await
    .map_err(|error| refused(&error))?;
    if is_empty {
        return Err(refused(&"it is empty"));
    }
    let url = sent.url.filter(|url| !url.trim().is_empty()).or(head.url);
    let url = url.ok_or_else(|| refused(&"neither it nor the form says where it is from"))?;
    let address = address::parse(&url)?;
    let now = now_ms();
    // A clock that goes wrong somewhere else must not put a capture in the future.
    let seen_at_ms = sent.seen_at_ms.or(head.saved_at_ms);
    let captured_at_ms = seen_at_ms.filter(|at| (0..now).contains(at)).unwrap_or(now);
    let put = library
        .store
        .put_article(NewArticle {
            user_id,
            address: &address,
            upload: Some(NewUpload {
                origin: sent.origin,
                captured_at_ms,
                only_if_wanting: sent.only_if_wanting,
                body: library.store.blobs().put_file(&sent.file).await?,
                content_type: sent.content_type,
                pictures: Vec::new(),
            }),
            now_ms: now,
        })
        .await?;
    library.saved.notify_one();
    let article = if sent.tags.is_empty() {
        put.article
    } else {
        tags::change(library, user_id, put.article.id, TagChange::Add(&sent.tags)).await?
    };
    Ok(SavedSent {
        article,
        already: put.already,
        is_kept: put.is_kept,
    })
}

/// What is inside a page that a browser sent.
#[derive(Debug, Clone)]
pub(crate) struct Inside {
    page: Arc<Mutex<SentPage>>,
    /// By absolute address: the addresses in the file.
    names: Arc<HashMap<String, String>>,
}

/// Opens a kept page: the HTML, and what was inside it. Why it cannot be read,
/// when it cannot.
pub(crate) async fn open(
    library: &Library,
    digest: &Digest,
    base: &Url,
    purpose: Purpose,
) -> Result<Result<(Bytes, Inside), SentPageError>, StoreError> {
    let file = library.store.blobs().get_file(digest).await?;
    let base = base.clone();
    let opened = blocking(move || {
        let mut page = sent_page::open(file, MAX_HTML_BYTES, purpose)?;
        let html = Bytes::from(std::mem::take(&mut page.html));
        let names = page
            .addresses()
            .into_iter()
            .filter_map(|name| Some((base.join(&name).ok()?.to_string(), name)))
            .collect();
        let inside = Inside {
            page: Arc::new(Mutex::new(page)),
            names: Arc::new(names),
        };
        Ok((html, inside))
    })
    .await;
    if let (Ok((_, inside)), Purpose::Replay) = (&opened, purpose) {
        library.shown.put(*digest, inside);
    }
    Ok(opened)
}

/// What is inside a page that is looked at.
pub(crate) async fn shown(
    library: &Library,
    digest: &Digest,
    base: &Url,
) -> Result<Result<Inside, SentPageError>, StoreError> {
    if let Some(inside) = library.shown.get(digest) {
        return Ok(Ok(inside));
    }
    let opened = open(library, digest, base, Purpose::Replay).await?;
    Ok(opened.map(|(_, inside)| inside))
}

impl Inside {
    /// The absolute addresses of what is in the file.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// The bytes at an absolute address, if they are in the file.
    pub async fn bytes_at(&self, address: &str) -> Option<Bytes> {
        let name = self.names.get(address)?.clone();
        let page = Arc::clone(&self.page);
        let read = tokio::task::spawn_blocking(move || {
            page.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .bytes_at(&name)
        });
        match read.await.map_err(io::Error::other).flatten() {
            Ok(bytes) => bytes.map(Bytes::from),
            Err(error) => {
                tracing::warn!(%error, "what is inside a page could not be read");
                None
            }
        }
    }
}

/// Pages that were looked at last: a browser asks for a page, and then for each
/// picture in it, which would mean to unpack the page anew each time. Files that
/// are open, not memory; those that are packed are opened anew.
#[derive(Debug, Default)]
pub(crate) struct Shown(Mutex<VecDeque<(Digest, Inside)>>);

impl Shown {
    const MOST: usize = 4;

    fn get(&self, digest: &Digest) -> Option<Inside> {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = shown.iter().find(|(known, _)| known == digest);
        found.map(|(_, inside)| inside.clone())
    }

    fn put(&self, digest: Digest, inside: &Inside) {
        let is_packed = inside
            .page
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_packed();
        if is_packed {
            return;
        }
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.retain(|(known, _)| *known != digest);
        shown.truncate(Self::MOST - 1);
        shown.push_front((digest, inside.clone()));
    }
}

async fn blocking<T: Send + 'static>(
    run: impl FnOnce() -> Result<T, SentPageError> + Send + 'static,
) -> Result<T, SentPageError> {
    tokio::task::spawn_blocking(run)
        .await
        .map_err(io::Error::other)?
}
