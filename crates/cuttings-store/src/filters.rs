//! Filters that somebody gave a name. Each is kept as the query it stands for
//! and asked anew whenever it is opened, so it stays live.

use cuttings_model::{FilterId, UserId};

use crate::db::args;
use crate::users::{Counted, next_id};
use crate::{Store, StoreError};

/// A filter with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFilter {
    /// Its number.
    pub id: FilterId,
    /// Its name.
    pub name: String,
    /// The query of the library page it stands for.
    pub query: String,
}

impl Store {
    /// A user's saved filters, oldest first.
    pub async fn filters(&self, user_id: UserId) -> Result<Vec<SavedFilter>, StoreError> {
        self.db
            .all(
                "SELECT id, name, query FROM filters WHERE user_id = $1 ORDER BY id",
                args![user_id.0],
            )
            .await?
            .iter()
            .map(|row| {
                Ok(SavedFilter {
                    id: FilterId(row.get("id")?),
                    name: row.get("name")?,
                    query: row.get("query")?,
                })
            })
            .collect()
    }

    /// Keeps a filter under a name.
    pub async fn put_filter(
        &self,
        user_id: UserId,
        name: &str,
        query: &str,
        now_ms: i64,
    ) -> Result<FilterId, StoreError> {
        let mut tx = self.db.begin().await?;
        let id = next_id(&mut tx, user_id, Counted::Filter).await?;
        tx.run(
            "INSERT INTO filters (user_id, id, name, query, created_at)
             VALUES ($1, $2, $3, $4, $5)",
            args![user_id.0, id, name, query, now_ms],
        )
        .await?;
        tx.commit().await?;
        Ok(FilterId(id))
    }

    /// Gives a filter another name. `false` when it is not there.
    pub async fn rename_filter(
        &self,
        user_id: UserId,
        id: FilterId,
        name: &str,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let done = tx
            .run(
                "UPDATE filters SET name = $3 WHERE user_id = $1 AND id = $2",
                args![user_id.0, id.0, name],
            )
            .await?;
        tx.commit().await?;
        Ok(done == 1)
    }

    /// Deletes a filter; no article changes. `false` when it is not there.
    pub async fn delete_filter(&self, user_id: UserId, id: FilterId) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let done = tx
            .run(
                "DELETE FROM filters WHERE user_id = $1 AND id = $2",
                args![user_id.0, id.0],
            )
            .await?;
        tx.commit().await?;
        Ok(done == 1)
    }
}
