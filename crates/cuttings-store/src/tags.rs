//! Tags: putting them on articles, renaming, merging, deleting.
//!
//! Everything here moves the `updated_at` of the articles it changes.

use std::collections::HashMap;

use cuttings_model::{Article, ArticleId, Tag, TagId, TagName, UserId};

use crate::articles::by_id;
use crate::db::{Tx, args};
use crate::list::touch;
use crate::users::{Counted, next_id, tick};
use crate::{Store, StoreError};

/// What is done with the tags of an article.
#[derive(Debug, Clone, Copy)]
pub enum TagChange<'a> {
    /// These and no others.
    Set(&'a [TagName]),
    /// These too.
    Add(&'a [TagName]),
    /// Not these.
    Remove(&'a [TagName]),
}

/// What [`Store::rename_tag`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renamed {
    /// It has the new name.
    Done,
    /// Another tag has this name; the two could be merged.
    Taken(TagId),
    /// There is no such tag.
    NoSuchTag,
}

const WITH_TAG: &str =
    "SELECT x.article_id AS id FROM article_tags x WHERE x.user_id = $1 AND x.tag_id = $2";

impl Store {
    /// All tags of a user, by name.
    pub async fn tags(&self, user_id: UserId) -> Result<Vec<Tag>, StoreError> {
        // Deleted articles keep their tags. They are few, so they are taken
        // off, instead of looking at every article for every tag.
        let mut deleted: HashMap<i64, i64> = HashMap::new();
        for row in self
            .db
            .all(
                "SELECT x.tag_id FROM article_tags x
                 WHERE x.user_id = $1 AND x.article_id IN
                     (SELECT a.id FROM articles a
                      WHERE a.user_id = $1 AND a.deleted_at IS NOT NULL)",
                args![user_id.0],
            )
            .await?
        {
            *deleted.entry(row.get("tag_id")?).or_default() += 1;
        }
        let mut tags = self
            .db
            .all(
                "SELECT t.id, t.name, t.name_key,
                        (SELECT count(*) FROM article_tags x
                         WHERE x.user_id = $1 AND x.tag_id = t.id) AS many
                 FROM tags t WHERE t.user_id = $1",
                args![user_id.0],
            )
            .await?
            .iter()
            .map(|row| {
                let key: String = row.get("name_key")?;
                let id: i64 = row.get("id")?;
                let tag = Tag {
                    id: TagId(id),
                    name: row.get("name")?,
                    article_count: row.get::<i64>("many")?
                        - deleted.get(&id).copied().unwrap_or_default(),
                };
                Ok((key, tag))
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        tags.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(tags.into_iter().map(|(_, tag)| tag).collect())
    }

    /// The names of the `limit` tags made last, by name: what somebody who is
    /// typing a tag is offered.
    pub async fn newest_tags(
        &self,
        user_id: UserId,
        limit: i64,
    ) -> Result<Vec<String>, StoreError> {
        let mut names = self
            .db
            .all(
                "SELECT name FROM tags WHERE user_id = $1 ORDER BY id DESC LIMIT $2",
                args![user_id.0, limit],
            )
            .await?
            .iter()
            .map(|row| row.get("name"))
            .collect::<Result<Vec<String>, StoreError>>()?;
        names.sort_by_key(|name| name.to_lowercase());
        Ok(names)
    }

    /// The name of a tag.
    pub async fn tag_name(&self, user_id: UserId, id: TagId) -> Result<Option<String>, StoreError> {
        self.db
            .optional(
                "SELECT name FROM tags WHERE user_id = $1 AND id = $2",
                args![user_id.0, id.0],
            )
            .await?
            .map(|row| row.get("name"))
            .transpose()
    }

    /// Changes the tags of an article. A deleted article stays as it is.
    pub async fn change_tags(
        &self,
        user_id: UserId,
        id: ArticleId,
        change: TagChange<'_>,
        now_ms: i64,
    ) -> Result<Option<Article>, StoreError> {
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        let Some(before) = by_id(&mut tx, user_id, id).await? else {
            return Ok(None);
        };
        if before.deleted_at_ms.is_some() {
            return Ok(Some(before));
        }
        if matches!(change, TagChange::Set(_)) {
            tx.run(
                "DELETE FROM article_tags WHERE user_id = $1 AND article_id = $2",
                args![user_id.0, id.0],
            )
            .await?;
        }
        match change {
            TagChange::Set(names) | TagChange::Add(names) => {
                for name in names {
                    let tag = put_tag(&mut tx, user_id, name, now_ms).await?;
                    tx.run(
                        "INSERT INTO article_tags (user_id, article_id, tag_id)
                         VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                        args![user_id.0, id.0, tag.0],
                    )
                    .await?;
                }
            }
            TagChange::Remove(names) => {
                for name in names {
                    tx.run(
                        "DELETE FROM article_tags WHERE user_id = $1 AND article_id = $2
                         AND tag_id = (SELECT id FROM tags WHERE user_id = $1 AND name_key = $3)",
                        args![user_id.0, id.0, name.key()],
                    )
                    .await?;
                }
            }
        }
        let after = by_id(&mut tx, user_id, id).await?;
        if after
            .as_ref()
            .is_some_and(|after| after.tags == before.tags)
        {
            // Nothing a client could see; the clock need not move.
            return Ok(after);
        }
        tx.run(
            "UPDATE articles SET updated_at = $3 WHERE user_id = $1 AND id = $2",
            args![user_id.0, id.0, tick_ms],
        )
        .await?;
        let after = by_id(&mut tx, user_id, id).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Gives a tag another name.
    pub async fn rename_tag(
        &self,
        user_id: UserId,
        id: TagId,
        name: &TagName,
        now_ms: i64,
    ) -> Result<Renamed, StoreError> {
        let mut tx = self.db.begin().await?;
        // Taken first: it makes two changes of one user follow one another.
        tick(&mut tx, user_id, now_ms).await?;
        match find(&mut tx, user_id, name).await? {
            Some(other) if other != id => return Ok(Renamed::Taken(other)),
            _ => {}
        }
        let done = tx
            .run(
                "UPDATE tags SET name = $3, name_key = $4 WHERE user_id = $1 AND id = $2",
                args![user_id.0, id.0, name.as_str(), name.key()],
            )
            .await?;
        if done == 0 {
            return Ok(Renamed::NoSuchTag);
        }
        touch(&mut tx, user_id, WITH_TAG, args![user_id.0, id.0], now_ms).await?;
        tx.commit().await?;
        Ok(Renamed::Done)
    }

    /// Gives all articles of the tag `from` the tag `into` instead, and deletes
    /// `from`. `false` when one of the two is not there or both are one.
    pub async fn merge_tags(
        &self,
        user_id: UserId,
        from: TagId,
        into: TagId,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let there: i64 = tx
            .one(
                "SELECT count(*) AS many FROM tags WHERE user_id = $1 AND id IN ($2, $3)",
                args![user_id.0, from.0, into.0],
            )
            .await?
            .get("many")?;
        if there != 2 {
            return Ok(false);
        }
        touch(&mut tx, user_id, WITH_TAG, args![user_id.0, from.0], now_ms).await?;
        tx.run(
            "INSERT INTO article_tags (user_id, article_id, tag_id)
             SELECT x.user_id, x.article_id, $3 FROM article_tags x
             WHERE x.user_id = $1 AND x.tag_id = $2
             ON CONFLICT DO NOTHING",
            args![user_id.0, from.0, into.0],
        )
        .await?;
        remove_tag(&mut tx, user_id, from).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Deletes a tag; its articles stay. `false` when it is not there.
    pub async fn delete_tag(
        &self,
        user_id: UserId,
        id: TagId,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        touch(&mut tx, user_id, WITH_TAG, args![user_id.0, id.0], now_ms).await?;
        let done = remove_tag(&mut tx, user_id, id).await?;
        tx.commit().await?;
        Ok(done)
    }
}

async fn remove_tag(tx: &mut Tx, user_id: UserId, id: TagId) -> Result<bool, StoreError> {
    tx.run(
        "DELETE FROM article_tags WHERE user_id = $1 AND tag_id = $2",
        args![user_id.0, id.0],
    )
    .await?;
    let gone = tx
        .run(
            "DELETE FROM tags WHERE user_id = $1 AND id = $2",
            args![user_id.0, id.0],
        )
        .await?;
    Ok(gone == 1)
}

async fn find(tx: &mut Tx, user_id: UserId, name: &TagName) -> Result<Option<TagId>, StoreError> {
    tx.optional(
        "SELECT id FROM tags WHERE user_id = $1 AND name_key = $2",
        args![user_id.0, name.key()],
    )
    .await?
    .map(|row| row.get("id").map(TagId))
    .transpose()
}

/// The tag of this name, made if there is none. One that is there keeps its
/// spelling.
pub(crate) async fn put_tag(
    tx: &mut Tx,
    user_id: UserId,
    name: &TagName,
    now_ms: i64,
) -> Result<TagId, StoreError> {
    if let Some(id) = find(tx, user_id, name).await? {
        return Ok(id);
    }
    let id = next_id(tx, user_id, Counted::Tag).await?;
    tx.run(
        "INSERT INTO tags (user_id, id, name, name_key, created_at) VALUES ($1, $2, $3, $4, $5)",
        args![user_id.0, id, name.as_str(), name.key(), now_ms],
    )
    .await?;
    Ok(TagId(id))
}
