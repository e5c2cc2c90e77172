//! Evidence: everything that is known of one capture, with digests others can
//! check.
//!
//! The page of a capture and its API read it. The bytes are held against their
//! name on the way; where they are damaged, that is what is said of them.

use cuttings_formats::exchange::{self, Exchange};
use cuttings_formats::warc_writer::sha256_hex;
use cuttings_model::{
    Article, ArticleId, Capture, CaptureId, Digest, Picture, PictureRole, Resource, UserId,
};
use cuttings_store::StoreError;

use crate::Library;

/// What is known of a capture.
#[derive(Debug)]
pub struct Evidence {
    /// The article it belongs to.
    pub article: Article,
    /// The capture.
    pub capture: Capture,
    /// The bytes; none when the visit brought none.
    pub body: Option<Body>,
    /// The steps of the visit, redirects first; empty for what was handed over.
    pub steps: Vec<Exchange>,
    /// Version of the extractor that read it, and when, in milliseconds since
    /// 1970.
    pub extracted: Option<(i64, i64)>,
    /// The pictures of the story that were kept with it.
    pub pictures: Vec<Picture>,
    /// What else the page looks like with.
    pub resources: Vec<Resource>,
}

/// The bytes of a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// BLAKE3, the name they are kept under.
    pub blake3: Digest,
    /// SHA-256 in hexadecimal digits; none when the bytes are damaged.
    pub sha256: Option<String>,
    /// How many bytes.
    pub size: i64,
}

/// Gathers what is known of a capture; `None` when the article (deleted ones
/// included) or the capture is not there.
///
/// # Errors
///
/// When the library cannot be read. Damaged bytes are no failure.
pub async fn evidence(
    library: &Library,
    user_id: UserId,
    article_id: ArticleId,
    capture_id: CaptureId,
) -> Result<Option<Evidence>, StoreError> {
    let store = &library.store;
    let Some(article) = store
        .article(user_id, article_id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
    else {
        return Ok(None);
    };
    let captures = store.captures(user_id, article_id).await?;
    let Some(capture) = captures.into_iter().find(|known| known.id == capture_id) else {
        return Ok(None);
    };
    let body = match capture.body {
        None => None,
        Some(blake3) => Some(Body {
            blake3,
            size: capture.body_size,
            sha256: match store.blobs().get(&blake3).await {
                Ok(bytes) => Some(
                    tokio::task::spawn_blocking(move || sha256_hex(&bytes))
                        .await
                        .expect("hashing does not panic"),
                ),
                Err(StoreError::Damaged { .. }) => None,
                Err(error) => return Err(error),
            },
        }),
    };
    let steps = match capture.exchange {
        None => Vec::new(),
        Some(digest) => match store.blobs().get(&digest).await {
            Ok(bytes) => exchange::read(&String::from_utf8_lossy(&bytes)),
            Err(StoreError::Damaged { .. }) => Vec::new(),
            Err(error) => return Err(error),
        },
    };
    Ok(Some(Evidence {
        body,
        steps,
        extracted: store.extracted(user_id, capture_id).await?,
        pictures: store
            .pictures(user_id, article_id)
            .await?
            .into_iter()
            .filter(|picture| {
                picture.capture_id == capture_id && picture.role == PictureRole::Story
            })
            .collect(),
        resources: store.resources(user_id, capture_id).await?,
        article,
        capture,
    }))
}
