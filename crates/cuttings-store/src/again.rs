//! Capturing again: queueing a further visit, writing one that found nothing
//! new, showing another capture, and noting that a story was edited.

use cuttings_model::{
    Article, ArticleId, ArticleState, CaptureId, EditKind, Job, JobKind, Reason, UserId,
};

use crate::articles::{by_id, requeue};
use crate::captures::{insert, put_extraction};
use crate::db::{Tx, args};
use crate::shown::{ShownArticle, show};
use crate::users::tick;
use crate::{NewCapture, Store, StoreError, highlights, jobs, schedules, twins};

/// What a capture gives when it is read again.
#[derive(Debug)]
pub struct Reread {
    /// Whose article.
    pub article_id: ArticleId,
    /// The capture.
    pub capture_id: CaptureId,
    /// The capture that was shown when it was read; none for none. When another
    /// one is shown by now, nothing is written.
    pub instead_of: Option<CaptureId>,
    /// What to show from now on; none to leave what is shown and only note that
    /// it was read.
    pub shown: Option<ShownArticle>,
    /// Version of the extractor.
    pub extractor_version: i64,
    /// What the extractor found besides text, as JSON.
    pub details: String,
    /// State of the article from now on.
    pub state: ArticleState,
    /// What to know about it.
    pub reason: Option<Reason>,
    /// Whether the user chose this capture; none to leave that as it is.
    pub chosen: Option<bool>,
}

impl Store {
    /// Queues a further visit to a page that can be read, or tries a failed one
    /// again. An article whose page is waiting to be fetched stays as it is.
    pub async fn queue_capture(
        &self,
        user_id: UserId,
        id: ArticleId,
        now_ms: i64,
    ) -> Result<Option<Article>, StoreError> {
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        let Some(found) = by_id(&mut tx, user_id, id).await? else {
            return Ok(None);
        };
        if found.deleted_at_ms.is_none() {
            match found.state {
                ArticleState::Queued => {}
                ArticleState::Failed => {
                    requeue(&mut tx, user_id, id, tick_ms).await?;
                    jobs::insert(&mut tx, user_id, id, JobKind::Fetch, None, now_ms).await?;
                }
                ArticleState::Ready => {
                    jobs::hurry(&mut tx, user_id, id, now_ms).await?;
                    tx.run(
                        "UPDATE articles SET updated_at = $3 WHERE user_id = $1 AND id = $2",
                        args![user_id.0, id.0, tick_ms],
                    )
                    .await?;
                }
            }
        }
        let article = by_id(&mut tx, user_id, id).await?;
        tx.commit().await?;
        Ok(article)
    }

    /// Ends a job whose visit found the page as it was. What is shown stays.
    ///
    /// # Errors
    ///
    /// [`StoreError::LostLease`] as for [`Store::finish_capture`].
    pub async fn end_unchanged(
        &self,
        job: &Job,
        visit: &NewCapture,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let (user_id, id) = (job.user_id, job.article_id);
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        jobs::end(&mut tx, job).await?;
        insert(&mut tx, user_id, id, visit, None, None, now_ms).await?;
        schedules::visited(&mut tx, user_id, id).await?;
        tx.run(
            "UPDATE articles SET updated_at = $3 WHERE user_id = $1 AND id = $2",
            args![user_id.0, id.0, tick_ms],
        )
        .await?;
        tx.commit().await
    }

    /// Shows a capture as it was read again: text, index and highlights, in one
    /// transaction. `false` when something else is shown by now, or the article
    /// was deleted; nothing is written then.
    pub async fn reshow(
        &self,
        user_id: UserId,
        read: &Reread,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let (id, capture_id) = (read.article_id, read.capture_id);
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        let still = by_id(&mut tx, user_id, id).await?.is_some_and(|article| {
            article.deleted_at_ms.is_none() && article.capture_id == read.instead_of
        });
        if !still {
            return Ok(false);
        }
        put_extraction(
            &mut tx,
            user_id,
            capture_id,
            read.extractor_version,
            &read.details,
            None,
            now_ms,
        )
        .await?;
        if let Some(shown) = &read.shown {
            let has_thumbnail = tx
                .optional(
                    "SELECT 1 AS one FROM pictures
                     WHERE user_id = $1 AND capture_id = $2 AND role = 'thumbnail' LIMIT 1",
                    args![user_id.0, capture_id.0],
                )
                .await?
                .is_some();
            highlights::carry(&mut tx, user_id, id, capture_id, &shown.text, tick_ms).await?;
            show(&mut tx, user_id, id, capture_id, shown, has_thumbnail).await?;
            twins::look(&mut tx, user_id, id, shown).await?;
            tx.run(
                "UPDATE articles
                 SET state = $3, reason_code = $4, reason_text = $5, retry_at = NULL,
                     capture_chosen = coalesce($6, capture_chosen), updated_at = $7
                 WHERE user_id = $1 AND id = $2",
                args![
                    user_id.0,
                    id.0,
                    read.state.as_str(),
                    read.reason.as_ref().map(|reason| reason.code.clone()),
                    read.reason.as_ref().map(|reason| reason.text.clone()),
                    read.chosen.map(i64::from),
                    tick_ms
                ],
            )
            .await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Notes that the user has seen how a story was edited, or has not.
    pub async fn mark_edit_seen(
        &self,
        user_id: UserId,
        id: ArticleId,
        seen: bool,
        now_ms: i64,
    ) -> Result<Option<Article>, StoreError> {
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        tx.run(
            "UPDATE articles SET edit_seen_at = $3, updated_at = $4
             WHERE user_id = $1 AND id = $2 AND edited_at IS NOT NULL AND deleted_at IS NULL",
            args![user_id.0, id.0, seen.then_some(now_ms), tick_ms],
        )
        .await?;
        let article = by_id(&mut tx, user_id, id).await?;
        tx.commit().await?;
        Ok(article)
    }

    /// Articles to be read again, by number: those that are shown by a version of
    /// the extractor below `below`, or by `since` and any later one; failed ones
    /// with a kept page too, where nothing can be read yet.
    pub async fn to_read_again(
        &self,
        user_id: UserId,
        below: Option<i64>,
        since: Option<i64>,
        after: ArticleId,
        limit: i64,
    ) -> Result<Vec<ArticleId>, StoreError> {
        self.db
            .all(
                "SELECT a.id FROM articles a
                 LEFT JOIN extractions x ON x.user_id = a.user_id AND x.capture_id = a.capture_id
                 WHERE a.user_id = $1 AND a.id > $2 AND a.deleted_at IS NULL
                   AND a.state <> 'queued'
                   AND coalesce(x.extractor_version, 0) < coalesce($3, 2147483648)
                   AND coalesce(x.extractor_version, 0) >= coalesce($4, 0)
                   AND EXISTS (SELECT 1 FROM captures c
                               WHERE c.user_id = a.user_id AND c.article_id = a.id
                                 AND c.body_digest IS NOT NULL)
                 ORDER BY a.id LIMIT $5",
                args![user_id.0, after.0, below, since, limit],
            )
            .await?
            .iter()
            .map(|row| row.get("id").map(ArticleId))
            .collect()
    }
}

/// Notes an edit. One that nobody has looked at yet goes on from where it began,
/// and stays silent when a part of it was.
pub(crate) async fn note_edit(
    tx: &mut Tx,
    user_id: UserId,
    id: ArticleId,
    from: CaptureId,
    to: CaptureId,
    kind: EditKind,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.run(
        "UPDATE articles
         SET edited_from = CASE WHEN edited_at IS NOT NULL AND edit_seen_at IS NULL
                                THEN edited_from ELSE $3 END,
             edited_how = CASE WHEN edited_at IS NOT NULL AND edit_seen_at IS NULL
                                    AND edited_how = 'silent'
                               THEN edited_how ELSE $5 END,
             edited_to = $4, edited_at = $6, edit_seen_at = NULL
         WHERE user_id = $1 AND id = $2",
        args![user_id.0, id.0, from.0, to.0, kind.as_str(), now_ms],
    )
    .await
    .map(|_| ())
}
