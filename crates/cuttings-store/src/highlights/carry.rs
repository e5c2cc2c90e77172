//! Highlights in a text that changes: anchored anew when a page is captured
//! again, and when two articles become one.

use cuttings_model::{ArticleId, CaptureId, Highlight, Letters, UserId};
use sqlx::AssertSqlSafe;

use super::{ANCHORED, COLUMNS, ORPHAN, highlight};
use crate::StoreError;
use crate::db::{Tx, args};

/// All highlights of an article, removed ones too.
async fn of_article(
    tx: &mut Tx,
    user_id: UserId,
    article_id: ArticleId,
) -> Result<Vec<Highlight>, StoreError> {
    tx.all(
        AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM highlights h WHERE h.user_id = $1 AND h.article_id = $2"
        )),
        args![user_id.0, article_id.0],
    )
    .await?
    .iter()
    .map(highlight)
    .collect()
}

/// Anchors the highlights of an article in the text that is about to be shown.
/// Those whose words are gone become orphans and keep their anchor; an orphan
/// whose words are back is none any more.
pub(crate) async fn carry(
    tx: &mut Tx,
    user_id: UserId,
    article_id: ArticleId,
    capture_id: CaptureId,
    text: &str,
    tick_ms: i64,
) -> Result<(), StoreError> {
    let highlights = of_article(tx, user_id, article_id).await?;
    if highlights.is_empty() {
        return Ok(());
    }
    let old = text_of(tx, user_id, article_id).await?;
    let (old, new) = (Letters::of(&old), Letters::of(text));
    for highlight in highlights {
        let now = highlight.carried(&old, &new, Some(capture_id));
        write_anchor(tx, user_id, &now, tick_ms).await?;
    }
    Ok(())
}

/// Moves the highlights of an article to another one and anchors them in the
/// text that is shown there; those whose words are not in it become orphans.
pub(crate) async fn join(
    tx: &mut Tx,
    user_id: UserId,
    from: ArticleId,
    to: ArticleId,
    tick_ms: i64,
) -> Result<(), StoreError> {
    let highlights = of_article(tx, user_id, from).await?;
    if highlights.is_empty() {
        return Ok(());
    }
    let old = Letters::of(&text_of(tx, user_id, from).await?);
    let new = Letters::of(&text_of(tx, user_id, to).await?);
    let shown = tx
        .optional(
            "SELECT capture_id FROM articles WHERE user_id = $1 AND id = $2",
            args![user_id.0, to.0],
        )
        .await?;
    let capture_id = match shown {
        Some(row) => row.get::<Option<i64>>("capture_id")?.map(CaptureId),
        None => None,
    };
    for highlight in highlights {
        let mut now = highlight.carried(&old, &new, capture_id);
        now.article_id = to;
        write_anchor(tx, user_id, &now, tick_ms).await?;
    }
    Ok(())
}

async fn text_of(
    tx: &mut Tx,
    user_id: UserId,
    article_id: ArticleId,
) -> Result<String, StoreError> {
    let row = tx
        .optional(
            "SELECT text FROM article_bodies WHERE user_id = $1 AND id = $2",
            args![user_id.0, article_id.0],
        )
        .await?;
    match row {
        Some(row) => row.get("text"),
        None => Ok(String::new()),
    }
}

async fn write_anchor(
    tx: &mut Tx,
    user_id: UserId,
    now: &Highlight,
    tick_ms: i64,
) -> Result<(), StoreError> {
    let anchor = &now.anchor;
    tx.run(
        "UPDATE highlights
         SET capture_id = $3, exact = $4, prefix = $5, suffix = $6, start_at = $7, end_at = $8,
             state = $9, article_id = $10, updated_at = $11
         WHERE user_id = $1 AND id = $2",
        args![
            user_id.0,
            now.id.0,
            now.capture_id.map(|id| id.0),
            &anchor.exact,
            &anchor.prefix,
            &anchor.suffix,
            anchor.start as i64,
            anchor.end as i64,
            if now.is_orphan { ORPHAN } else { ANCHORED },
            now.article_id.0,
            tick_ms
        ],
    )
    .await
    .map(|_| ())
}
