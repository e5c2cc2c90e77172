//! Reading across devices: where a reader stopped.

use cuttings_model::{Article, ArticleId, ReadPosition, UserId};

use crate::shelf::still_here;
use crate::{Library, LibraryError, now_ms};

/// Keeps where the reader of an article stopped. Whoever reports last wins,
/// even from further up: somebody who reads again begins again.
pub async fn stop_at(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    position: ReadPosition,
) -> Result<Article, LibraryError> {
    let article = library
        .store
        .put_position(user_id, id, position, now_ms())
        .await?;
    still_here(article, id)
}
