//! Verifying: every stored byte and row looked at, each fault told with the
//! articles and the people it touches; and mending what can be mended.
//!
//! [`verify`] only reads. [`repair`] makes again what is derived (search index,
//! thumbnails, counters) and sets damaged bytes aside; it deletes nothing. What
//! is looked at, and what would mend it, is in `cuttings_store`'s `verify`.

use std::collections::BTreeMap;

use cuttings_model::{ArticleId, UserId};
use cuttings_store::{BlobTally, Cure, Fault, StoreError};

use crate::{Library, now_ms, pictures};

/// A fault with the names of what it touches.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What is wrong.
    pub fault: Fault,
    /// The articles it touches, or libraries when it touches no one article.
    pub touches: Vec<Touches>,
}

/// An article, or a whole library, that a fault touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touches {
    /// Name of the user whose it is; the number when it cannot be read.
    pub user: String,
    /// Number of the article.
    pub article: Option<i64>,
    /// Its headline, or its address while it has none.
    pub headline: Option<String>,
    /// Number of the capture.
    pub capture: Option<i64>,
}

/// How far a look is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// Articles looked at.
    pub articles: u64,
    /// What was looked at of the blobs.
    pub blobs: BlobTally,
    /// Blobs there are to look at.
    pub blobs_in_all: u64,
    /// Faults found.
    pub faults: u64,
}

/// Looks at everything. Each fault is told as it is found, `progress` often.
///
/// # Errors
///
/// When the database or the blobs cannot be reached; what is damaged in them is
/// told instead.
pub async fn verify(
    library: &Library,
    progress: &mut (dyn FnMut(&Progress) + Send),
    tell: &mut (dyn FnMut(Finding) + Send),
) -> Result<Progress, StoreError> {
    let store = &library.store;
    let names = Names::read(library).await;
    let mut so_far = Progress {
        // A table that cannot be counted is a fault that is told below.
        blobs_in_all: store.count_blobs().await.unwrap_or(0),
        ..Progress::default()
    };
    let mut faults = Vec::new();
    let mut articles = 0;
    store
        .examine_rows(
            now_ms(),
            &mut || {
                articles += 1;
                progress(&Progress { articles, ..so_far });
            },
            &mut |fault| faults.push(fault),
        )
        .await?;
    so_far.articles = articles;
    so_far.faults = faults.len() as u64;
    for fault in std::mem::take(&mut faults) {
        tell(names.name(library, fault).await);
    }
    so_far.blobs = store
        .examine_blobs(
            now_ms(),
            &mut |blobs| {
                progress(&Progress {
                    blobs: *blobs,
                    ..so_far
                });
            },
            &mut |fault| faults.push(fault),
        )
        .await?;
    so_far.faults += faults.len() as u64;
    for fault in faults {
        tell(names.name(library, fault).await);
    }
    store.note_verified(now_ms(), so_far.faults).await?;
    Ok(so_far)
}

/// Mends what [`verify`] found. Gives what could not be mended, and why.
///
/// # Errors
///
/// When the database cannot be written.
pub async fn repair(
    library: &Library,
    faults: &[Fault],
) -> Result<Vec<(Cure, StoreError)>, StoreError> {
    let cures: Vec<Cure> = faults
        .iter()
        .filter_map(|fault| fault.cure.clone())
        .collect();
    let failed = library.store.cure(&cures, now_ms()).await?;
    for fault in faults {
        if let Some(digest) = fault.digest {
            for (user_id, _, thumbnail, source) in library.store.thumbnails_of(&digest).await? {
                // Of a damaged picture no thumbnail can be made.
                let Ok(picture) = library.store.blobs().get(&source).await else {
                    continue;
                };
                let made = pictures::thumbnail(
                    &library.parser,
                    &thumbnail.url,
                    picture,
                    library.store.blobs(),
                )
                .await?;
                let Some(made) = made else { continue };
                let size = (made.width.unwrap_or(0), made.height.unwrap_or(0));
                library
                    .store
                    .replace_thumbnail(
                        user_id,
                        thumbnail.capture_id,
                        &thumbnail.url,
                        &made.body,
                        size,
                        now_ms(),
                    )
                    .await?;
            }
        }
    }
    Ok(failed)
}

/// The users of a library, by number.
struct Names(BTreeMap<UserId, String>);

impl Names {
    async fn read(library: &Library) -> Self {
        // Names that cannot be read leave numbers; the damage is told elsewhere.
        let users = library.store.users().await.unwrap_or_default();
        Self(users.into_iter().map(|user| (user.id, user.name)).collect())
    }

    async fn name(&self, library: &Library, fault: Fault) -> Finding {
        let mut touches = Vec::new();
        for touched in &fault.touched {
            touches.push(Touches {
                user: self
                    .0
                    .get(&touched.user_id)
                    .cloned()
                    .unwrap_or_else(|| format!("user {}", touched.user_id)),
                article: touched.article_id.map(|id| id.0),
                headline: match touched.article_id {
                    Some(id) => headline(library, touched.user_id, id).await,
                    None => None,
                },
                capture: touched.capture_id.map(|id| id.0),
            });
        }
        Finding { fault, touches }
    }
}

async fn headline(library: &Library, user_id: UserId, id: ArticleId) -> Option<String> {
    let article = library.store.article(user_id, id).await.ok()??;
    Some(article.title().to_owned())
}
