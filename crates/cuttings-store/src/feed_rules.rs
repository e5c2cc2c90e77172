//! Rules that save what feeds bring.

use cuttings_model::{FeedId, FeedRule, FeedRuleId, UserId};
use sqlx::AssertSqlSafe;

use crate::db::{Row, args};
use crate::users::{Counted, next_id};
use crate::{Store, StoreError};

const SELECT: &str = "SELECT r.id, r.feed_id, r.query, r.tags, r.created_at,
        (SELECT count(*) FROM feed_saves s WHERE s.user_id = $1 AND s.rule_id = r.id) AS saved
    FROM feed_rules r WHERE r.user_id = $1";

fn rule(row: &Row) -> Result<FeedRule, StoreError> {
    let tags: String = row.get("tags")?;
    Ok(FeedRule {
        id: FeedRuleId(row.get("id")?),
        feed_id: row.get::<Option<i64>>("feed_id")?.map(FeedId),
        query: row.get("query")?,
        tags: serde_json::from_str(&tags).map_err(|_| StoreError::Nonsense {
            what: format!("feed_rules.tags is {tags:?}"),
        })?,
        created_at_ms: row.get("created_at")?,
        saved_count: row.get("saved")?,
    })
}

/// What a rule looks for and does.
#[derive(Debug, Clone, Copy)]
pub struct RuleWords<'a> {
    /// The feed it is for; any if there is none.
    pub feed_id: Option<FeedId>,
    /// What is looked for, in the language of the search.
    pub query: &'a str,
    /// The tags what it saves is given.
    pub tags: &'a [String],
}

fn tags_text(tags: &[String]) -> String {
    serde_json::Value::from(tags).to_string()
}

impl Store {
    /// A user's rules, in the order they were made.
    pub async fn feed_rules(&self, user_id: UserId) -> Result<Vec<FeedRule>, StoreError> {
        self.db
            .all(
                AssertSqlSafe(format!("{SELECT} ORDER BY r.id")),
                args![user_id.0],
            )
            .await?
            .iter()
            .map(rule)
            .collect()
    }

    /// One rule.
    pub async fn feed_rule(
        &self,
        user_id: UserId,
        id: FeedRuleId,
    ) -> Result<Option<FeedRule>, StoreError> {
        self.db
            .optional(
                AssertSqlSafe(format!("{SELECT} AND r.id = $2")),
                args![user_id.0, id.0],
            )
            .await?
            .as_ref()
            .map(rule)
            .transpose()
    }

    /// Makes a rule; gives its number.
    pub async fn put_feed_rule(
        &self,
        user_id: UserId,
        words: RuleWords<'_>,
        now_ms: i64,
    ) -> Result<FeedRuleId, StoreError> {
        let mut tx = self.db.begin().await?;
        let id = next_id(&mut tx, user_id, Counted::FeedRule).await?;
        tx.run(
            "INSERT INTO feed_rules (user_id, id, feed_id, query, tags, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            args![
                user_id.0,
                id,
                words.feed_id.map(|feed| feed.0),
                words.query,
                tags_text(words.tags),
                now_ms
            ],
        )
        .await?;
        tx.commit().await?;
        Ok(FeedRuleId(id))
    }

    /// Changes a rule; gives whether there is one.
    pub async fn change_feed_rule(
        &self,
        user_id: UserId,
        id: FeedRuleId,
        words: RuleWords<'_>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let found = tx
            .run(
                "UPDATE feed_rules SET feed_id = $3, query = $4, tags = $5
                 WHERE user_id = $1 AND id = $2",
                args![
                    user_id.0,
                    id.0,
                    words.feed_id.map(|feed| feed.0),
                    words.query,
                    tags_text(words.tags)
                ],
            )
            .await?;
        tx.commit().await?;
        Ok(found == 1)
    }

    /// Deletes a rule; gives whether there was one. What it saved stays.
    pub async fn delete_feed_rule(
        &self,
        user_id: UserId,
        id: FeedRuleId,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "UPDATE entries SET rule_id = NULL
             WHERE user_id = $1 AND rule_id = $2 AND article_id IS NULL",
            args![user_id.0, id.0],
        )
        .await?;
        let gone = tx
            .run(
                "DELETE FROM feed_rules WHERE user_id = $1 AND id = $2",
                args![user_id.0, id.0],
            )
            .await?;
        tx.commit().await?;
        Ok(gone == 1)
    }
}
