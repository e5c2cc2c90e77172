//! Saving a page: from what the user typed to a queued article.
//!
//! The save form, the API, `cuttings save` and every importer come through
//! [`save`]. The capture itself, made later by a worker, is in
//! [`crate::capture`].
//!
//! Two users may hold the same page; one user never holds it twice. Where an
//! address leads shows after the capture only: if it leads to a page that is
//! here already, the user is asked, and [`join_twin`] makes the two one.

use bytes::Bytes;
use cuttings_extract::MAX_HTML_BYTES;
use cuttings_model::{Article, ArticleId, Origin, PageAddress, PictureRole, UserId};
use cuttings_store::{NewArticle, NewPicture, NewUpload};

use crate::shelf::still_here;
use crate::{Library, LibraryError, now_ms, pictures};

/// A page handed over with its address, as a file. What browsers send is in
/// [`crate::sent`].
#[derive(Debug, Clone)]
pub struct Upload {
    /// The page's bytes, in whatever charset.
    pub body: Bytes,
    /// The declared type, if one was declared.
    pub content_type: Option<String>,
    /// Pictures that came along. Each is named by the absolute address the page
    /// has for it; what is not a picture is left out.
    pub pictures: Vec<(String, Bytes)>,
}

/// What [`save`] did.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The article, new or found.
    pub article: Article,
    /// Whether this library held the page before.
    pub already: bool,
}

/// Keeps `address` in the library of `user_id`.
///
/// When this returns the save is safe: bytes handed over are synced to the blob
/// store first, then article, capture and job are committed in one transaction.
/// Reading the page from the web comes later, and so do its failures; they are
/// shown at the article.
///
/// # Errors
///
/// [`LibraryError::Upload`] when the page handed over is too large;
/// [`LibraryError::Store`] when the store could not write. Nothing is kept then.
pub async fn save(
    library: &Library,
    user_id: UserId,
    address: &PageAddress,
    upload: Option<Upload>,
) -> Result<Saved, LibraryError> {
    let upload = match upload {
        Some(upload) => Some(store_upload(library, upload).await?),
        None => None,
    };
    let put = library
        .store
        .put_article(NewArticle {
            user_id,
            address,
            upload,
            now_ms: now_ms(),
        })
        .await?;
    library.saved.notify_one();
    Ok(Saved {
        article: put.article,
        already: put.already,
    })
}

/// Joins an article to the older one that holds the same page, and gives that:
/// captures, tags, star and highlights go there, and the addresses lead there.
///
/// # Errors
///
/// [`LibraryError::NoTwin`] when the article repeats none.
pub async fn join_twin(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
) -> Result<Article, LibraryError> {
    library
        .store
        .join_twin(user_id, id, now_ms())
        .await?
        .ok_or(LibraryError::NoTwin)
}

/// Says that an article and the older one it seems to repeat are two.
pub async fn keep_twin(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
) -> Result<Article, LibraryError> {
    let article = library.store.keep_twin(user_id, id, now_ms()).await?;
    still_here(article, id)
}

async fn store_upload(library: &Library, upload: Upload) -> Result<NewUpload, LibraryError> {
    if upload.body.len() > MAX_HTML_BYTES {
        return Err(LibraryError::Upload(format!(
            "the page is {} MB, more than the {} MB that can be read",
            upload.body.len() / 1_000_000,
            MAX_HTML_BYTES / 1_000_000
        )));
    }
    let blobs = library.store.blobs();
    let mut kept = Vec::new();
    for (url, bytes) in upload.pictures {
        let Some(look) = pictures::look(&library.parser, &bytes).await else {
            continue;
        };
        kept.push(NewPicture {
            url,
            role: PictureRole::Story,
            body: blobs.put(bytes).await?,
            content_type: look.content_type.to_owned(),
            width: look.width,
            height: look.height,
        });
    }
    Ok(NewUpload {
        origin: Origin::Uploaded,
        captured_at_ms: now_ms(),
        only_if_wanting: false,
        body: blobs.put(upload.body).await?,
        content_type: upload.content_type,
        pictures: kept,
    })
}
