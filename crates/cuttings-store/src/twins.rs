//! Twins: two articles that turn out to hold one page.
//!
//! Saving an address finds the article that holds it. But where an address
//! leads, and which one the page calls its own, is known only after the
//! capture. [`look`] then notes the older article, and the user decides: the
//! two are joined, or both are kept.

use cuttings_model::{Article, ArticleId, CaptureId, UserId};

use crate::articles::{body_in, by_id, delete_words};
use crate::db::{Tx, args};
use crate::highlights;
use crate::shown::{ShownArticle, canonical_key, page_key, show};
use crate::users::ticks;
use crate::{Store, StoreError};

/// Notes the oldest other article whose address, or the one it leads to or
/// calls its own, is that of this page. Nothing is noted against the user's
/// word.
pub(crate) async fn look(
    tx: &mut Tx,
    user_id: UserId,
    id: ArticleId,
    shown: &ShownArticle,
) -> Result<(), StoreError> {
    let reached = page_key(&shown.final_url);
    let claimed = canonical_key(shown).or_else(|| reached.clone());
    // One look into each of the three indexes; a comparison of ids among the
    // conditions would lead the planner through all that are older.
    tx.run(
        "UPDATE articles SET twin_of = (
             SELECT min(o.id) FROM (
                 SELECT id, deleted_at FROM articles
                 WHERE user_id = $1 AND page_key IN ($3, $4)
                 UNION ALL
                 SELECT id, deleted_at FROM articles
                 WHERE user_id = $1 AND final_page_key IN ($3, $4)
                 UNION ALL
                 SELECT id, deleted_at FROM articles
                 WHERE user_id = $1 AND canonical_page_key IN ($3, $4)) o
             WHERE o.deleted_at IS NULL
             HAVING min(o.id) < $2)
         WHERE user_id = $1 AND id = $2 AND twin_kept = 0",
        args![user_id.0, id.0, reached, claimed],
    )
    .await
    .map(|_| ())
}

impl Store {
    /// Says that an article and the older one it seems to repeat are two.
    pub async fn keep_twin(
        &self,
        user_id: UserId,
        id: ArticleId,
        now_ms: i64,
    ) -> Result<Option<Article>, StoreError> {
        let mut tx = self.db.begin().await?;
        let tick_ms = ticks(&mut tx, user_id, 1, now_ms).await?;
        tx.run(
            "UPDATE articles SET twin_of = NULL, twin_kept = 1, updated_at = $3
             WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL",
            args![user_id.0, id.0, tick_ms],
        )
        .await?;
        let article = by_id(&mut tx, user_id, id).await?;
        tx.commit().await?;
        Ok(article)
    }

    /// Joins an article to the older one it repeats, and gives the older one.
    ///
    /// Its captures, pictures, tags and highlights go there, its star too, and
    /// its addresses lead there from now on. The older article shows the newer
    /// text, unless that has less than half the words; the highlights of both
    /// are anchored in the text that is shown. `None` when the article
    /// is not there or repeats none.
    pub async fn join_twin(
        &self,
        user_id: UserId,
        id: ArticleId,
        now_ms: i64,
    ) -> Result<Option<Article>, StoreError> {
        let mut tx = self.db.begin().await?;
        let first_tick_ms = ticks(&mut tx, user_id, 2, now_ms).await?;
        let Some(newer) = by_id(&mut tx, user_id, id).await? else {
            return Ok(None);
        };
        let older = match newer.twin_of {
            Some(older) if newer.deleted_at_ms.is_none() => by_id(&mut tx, user_id, older).await?,
            _ => None,
        };
        let Some(older) = older.filter(|older| older.deleted_at_ms.is_none()) else {
            return Ok(None);
        };
        let pair = || args![user_id.0, id.0, older.id.0];
        for sql in [
            "UPDATE resources SET article_id = $3 WHERE user_id = $1 AND capture_id IN
                 (SELECT id FROM captures WHERE user_id = $1 AND article_id = $2)",
            "UPDATE resource_rounds SET article_id = $3 WHERE user_id = $1 AND capture_id IN
                 (SELECT id FROM captures WHERE user_id = $1 AND article_id = $2)",
            "UPDATE jobs SET article_id = $3
             WHERE user_id = $1 AND article_id = $2 AND kind = 'resources'",
            "UPDATE captures SET article_id = $3 WHERE user_id = $1 AND article_id = $2",
            "UPDATE pictures SET article_id = $3 WHERE user_id = $1 AND article_id = $2",
            "INSERT INTO article_tags (user_id, article_id, tag_id)
             SELECT x.user_id, $3, x.tag_id FROM article_tags x
             WHERE x.user_id = $1 AND x.article_id = $2
             ON CONFLICT DO NOTHING",
            "INSERT INTO article_addresses (user_id, page_key, article_id)
             SELECT a.user_id, a.page_key, $3 FROM articles a
             WHERE a.user_id = $1 AND a.id = $2
             ON CONFLICT (user_id, page_key) DO UPDATE SET article_id = excluded.article_id",
            "UPDATE article_addresses SET article_id = $3 WHERE user_id = $1 AND article_id = $2",
            // One that was waiting for an answer about the newer article.
            "UPDATE articles SET twin_of = $3 WHERE user_id = $1 AND twin_of = $2 AND id <> $3",
            "UPDATE schedules SET article_id = $3 WHERE user_id = $1 AND article_id = $2
               AND NOT EXISTS (SELECT 1 FROM schedules o
                               WHERE o.user_id = $1 AND o.article_id = $3)",
        ] {
            tx.run(sql, pair()).await?;
        }
        tx.run(
            "DELETE FROM schedules WHERE user_id = $1 AND article_id = $2",
            args![user_id.0, id.0],
        )
        .await?;
        tx.run(
            "DELETE FROM jobs WHERE user_id = $1 AND article_id = $2",
            args![user_id.0, id.0],
        )
        .await?;
        if let (Some(capture_id), true) =
            (newer.capture_id, newer.word_count * 2 >= older.word_count)
        {
            show_newer(&mut tx, &newer, &older, capture_id, first_tick_ms + 1).await?;
        }
        highlights::join(&mut tx, user_id, id, older.id, first_tick_ms + 1).await?;
        // A tombstone is left, so that apps that keep a copy learn of it. Its
        // address is free for the older article to answer to.
        tx.run(
            "UPDATE articles SET deleted_at = $3, updated_at = $3, page_key = $4,
                 final_page_key = NULL, canonical_page_key = NULL, twin_of = NULL,
                 capture_id = NULL, has_thumbnail = 0
             WHERE user_id = $1 AND id = $2",
            args![user_id.0, id.0, first_tick_ms, format!("joined:{id}")],
        )
        .await?;
        delete_words(&mut tx, user_id, id).await?;
        tx.run(
            "DELETE FROM article_bodies WHERE user_id = $1 AND id = $2",
            args![user_id.0, id.0],
        )
        .await?;
        tx.run(
            "UPDATE articles SET archived_at = NULL, starred_at = coalesce(starred_at, $3),
                 saved_at = $4, updated_at = $5
             WHERE user_id = $1 AND id = $2",
            args![
                user_id.0,
                older.id.0,
                newer.starred_at_ms,
                newer.saved_at_ms,
                first_tick_ms + 1
            ],
        )
        .await?;
        let older = by_id(&mut tx, user_id, older.id).await?;
        tx.commit().await?;
        Ok(older)
    }
}

/// Shows the newer article's text at the older one. Pictures are served by the
/// number of their article, which changes.
async fn show_newer(
    tx: &mut Tx,
    newer: &Article,
    older: &Article,
    capture_id: CaptureId,
    tick_ms: i64,
) -> Result<(), StoreError> {
    let Some(mut body) = body_in(tx, newer.user_id, newer.id).await? else {
        return Ok(());
    };
    body.html = body.html.replace(
        &format!("/articles/{}/pictures/", newer.id),
        &format!("/articles/{}/pictures/", older.id),
    );
    highlights::carry(tx, older.user_id, older.id, capture_id, &body.text, tick_ms).await?;
    let shown = ShownArticle::of(newer, Some(body));
    show(
        tx,
        older.user_id,
        older.id,
        capture_id,
        &shown,
        newer.has_thumbnail,
    )
    .await?;
    tx.run(
        "UPDATE articles SET state = $3, reason_code = $4, reason_text = $5, retry_at = NULL
         WHERE user_id = $1 AND id = $2",
        args![
            older.user_id.0,
            older.id.0,
            newer.state.as_str(),
            newer.reason.as_ref().map(|reason| reason.code.clone()),
            newer.reason.as_ref().map(|reason| reason.text.clone())
        ],
    )
    .await
    .map(|_| ())
}
