//! Reading: where a reader stopped, and what lies before and behind an article
//! in the list it was opened from.

use cuttings_model::{Article, ArticleId, Filter, ReadPosition, Stopped, UserId};
use sqlx::AssertSqlSafe;

use crate::articles::by_id;
use crate::db::{Row, args};
use crate::list::order;
use crate::users::tick;
use crate::{Store, StoreError};

/// What lies beside an article in a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Neighbours {
    /// The one above it.
    pub previous: Option<Neighbour>,
    /// The one below it.
    pub next: Option<Neighbour>,
}

/// An article beside another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its number.
    pub id: ArticleId,
    /// Its headline, or its address while it has none.
    pub title: String,
}

/// Where a reader stopped, from the columns of an article.
pub(crate) fn stopped(row: &Row) -> Result<Option<Stopped>, StoreError> {
    let block: Option<i64> = row.get("read_block")?;
    let percent: Option<i64> = row.get("read_percent")?;
    let at_ms: Option<i64> = row.get("read_at")?;
    let (Some(block), Some(percent), Some(at_ms)) = (block, percent, at_ms) else {
        return Ok(None);
    };
    let position = ReadPosition::new(block, percent).ok_or_else(|| StoreError::Nonsense {
        what: format!("articles.read_block is {block} and read_percent is {percent}"),
    })?;
    Ok(Some(Stopped { position, at_ms }))
}

impl Store {
    /// Keeps where a reader stopped. Stopping again at the same place changes
    /// nothing, so that apps which ask what is new are told nothing.
    pub async fn put_position(
        &self,
        user_id: UserId,
        id: ArticleId,
        position: ReadPosition,
        now_ms: i64,
    ) -> Result<Option<Article>, StoreError> {
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        tx.run(
            "UPDATE articles
             SET read_block = $3, read_percent = $4, read_at = $5, updated_at = $6
             WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL
               AND (read_block IS DISTINCT FROM $3 OR read_percent IS DISTINCT FROM $4)",
            args![
                user_id.0,
                id.0,
                position.block,
                position.percent,
                now_ms,
                tick_ms
            ],
        )
        .await?;
        let article = by_id(&mut tx, user_id, id).await?;
        tx.commit().await?;
        Ok(article)
    }

    /// What lies beside an article in a list. The article itself need not be in
    /// it any more: one that was just archived keeps its place among the unread.
    ///
    /// # Errors
    ///
    /// [`StoreError::Query`] when the filter's words cannot be read.
    pub async fn neighbours(
        &self,
        user_id: UserId,
        filter: &Filter,
        id: ArticleId,
    ) -> Result<Neighbours, StoreError> {
        let (key, descending) = order(filter.sort);
        let (before, behind) = if descending {
            ((">", "ASC"), ("<", "DESC"))
        } else {
            (("<", "DESC"), (">", "ASC"))
        };
        let beside = async |(than, direction): (&str, &str)| {
            let mut conditions = self.conditions(user_id, filter).await?;
            let here = conditions.bind(id.0);
            let row = self
                .db
                .optional(
                    AssertSqlSafe(format!(
                        "SELECT a.id, coalesce(a.headline, a.given_url) AS title FROM articles a
                         WHERE a.user_id = $1 AND a.deleted_at IS NULL {conditions}
                           AND ({key}, a.id) {than} (
                               (SELECT {key} FROM articles a
                                WHERE a.user_id = $1 AND a.id = {here}), {here})
                         ORDER BY {key} {direction}, a.id {direction}
                         LIMIT 1",
                        conditions = conditions.sql
                    )),
                    conditions.values,
                )
                .await?;
            row.map(|row| {
                Ok::<_, StoreError>(Neighbour {
                    id: ArticleId(row.get("id")?),
                    title: row.get("title")?,
                })
            })
            .transpose()
        };
        Ok(Neighbours {
            previous: beside(before).await?,
            next: beside(behind).await?,
        })
    }
}
