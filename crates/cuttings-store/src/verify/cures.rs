//! Mending: what is derived is made again, damaged bytes are set aside. Nothing
//! is ever deleted that could not be made again at once.

use std::collections::HashSet;

use cuttings_model::{ArticleId, CaptureId, Digest, HighlightId, JobKind, Picture, UserId};
use object_store::path::Path;
use sqlx::AssertSqlSafe;

use super::Cure;
use crate::articles::{body_in, by_id, delete_words};
use crate::blobs::{Stored, note, path};
use crate::db::args;
use crate::shown::{ShownArticle, index};
use crate::{Engine, Store, StoreError, captures, dialect, highlights, jobs, words};

impl Store {
    /// Applies cures, in an order that lets each see what those before it did.
    /// Gives those that failed, with the reason.
    pub async fn cure(
        &self,
        cures: &[Cure],
        now_ms: i64,
    ) -> Result<Vec<(Cure, StoreError)>, StoreError> {
        let mut failed = Vec::new();
        let rebuild = cures.contains(&Cure::RebuildIndex);
        let mut once = HashSet::new();
        // Files first, all of them aside before any is given back: two that were
        // exchanged stand in each other's way.
        for cure in cures {
            let moved = match cure {
                Cure::SetAside(digest) => self.blobs.set_aside(&path(digest)).await,
                Cure::GiveBack { file, .. } => {
                    self.blobs.set_aside(&Path::from(file.as_str())).await
                }
                _ => continue,
            };
            if let Err(error) = moved {
                failed.push((cure.clone(), error));
            }
        }
        if rebuild && let Err(error) = self.rebuild_index().await {
            failed.push((Cure::RebuildIndex, error));
        }
        for cure in cures {
            if !once.insert(format!("{cure:?}")) {
                continue;
            }
            let done = match cure {
                Cure::GiveBack { file, holds } => {
                    self.blobs
                        .give_back(&Path::from(file.as_str()), holds)
                        .await
                }
                // Done above.
                Cure::SetAside(_) | Cure::RebuildIndex => Ok(()),
                Cure::Index(..) | Cure::Unindex(..) if rebuild => Ok(()),
                // Those of the search index came with it.
                Cure::MakeIndex { name, .. } if rebuild && name.starts_with("search_index") => {
                    Ok(())
                }
                other => self.cure_rows(other, now_ms).await,
            };
            if let Err(error) = done {
                failed.push((cure.clone(), error));
            }
        }
        Ok(failed)
    }

    async fn cure_rows(&self, cure: &Cure, now_ms: i64) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        match cure {
            Cure::Index(user_id, id) => {
                if let Some(article) = by_id(&mut tx, *user_id, *id).await? {
                    let body = body_in(&mut tx, *user_id, *id).await?;
                    let shown = ShownArticle::of(&article, body);
                    index(&mut tx, *user_id, *id, &shown).await?;
                }
            }
            Cure::Unindex(user_id, id) => delete_words(&mut tx, *user_id, *id).await?,
            Cure::MakeIndex { name, sql } => {
                tx.script(AssertSqlSafe(format!("DROP INDEX IF EXISTS {name}; {sql}")))
                    .await?;
            }
            Cure::Reindex => {
                if tx.engine() == Engine::Sqlite {
                    tx.script("REINDEX").await?;
                }
            }
            Cure::RaiseCounter {
                user_id,
                counter,
                to,
            } => {
                let sql = format!(
                    "UPDATE counters SET {counter} = $2 WHERE user_id = $1 AND {counter} < $2"
                );
                tx.run(AssertSqlSafe(sql), args![user_id.0, *to]).await?;
            }
            Cure::ThumbnailFlag(user_id, id) => {
                tx.run(
                    "UPDATE articles SET has_thumbnail = CASE WHEN EXISTS (
                         SELECT 1 FROM pictures p WHERE p.user_id = articles.user_id
                           AND p.capture_id = articles.capture_id AND p.role = 'thumbnail')
                         THEN 1 ELSE 0 END
                     WHERE user_id = $1 AND id = $2",
                    args![user_id.0, id.0],
                )
                .await?;
            }
            Cure::Queue(user_id, id) => {
                jobs::insert(&mut tx, *user_id, *id, JobKind::Fetch, None, now_ms).await?;
            }
            Cure::HighlightWords(user_id, id) => {
                let row = tx
                    .optional(
                        "SELECT exact, note FROM highlights WHERE user_id = $1 AND id = $2",
                        args![user_id.0, *id],
                    )
                    .await?;
                if let Some(row) = row {
                    let (exact, words): (String, String) = (row.get("exact")?, row.get("note")?);
                    highlights::note_words(&mut tx, *user_id, HighlightId(*id), &exact, &words)
                        .await?;
                }
            }
            Cure::Backwards(user_id, word) => {
                tx.run(
                    "UPDATE words SET backwards = $3 WHERE user_id = $1 AND word = $2",
                    args![user_id.0, word, words::backwards(word)],
                )
                .await?;
            }
            Cure::SetAside(_) | Cure::GiveBack { .. } | Cure::RebuildIndex => {}
        }
        tx.commit().await
    }

    /// Drops the search index and fills a new one from the articles.
    async fn rebuild_index(&self) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.script(AssertSqlSafe(dialect::new_search_index(tx.engine())))
            .await?;
        let rows = tx
            .all("SELECT user_id, id FROM article_bodies", args![])
            .await?;
        for row in &rows {
            let (user_id, id) = (UserId(row.get("user_id")?), ArticleId(row.get("id")?));
            if let Some(article) = by_id(&mut tx, user_id, id).await? {
                let body = body_in(&mut tx, user_id, id).await?;
                index(&mut tx, user_id, id, &ShownArticle::of(&article, body)).await?;
            }
        }
        tx.commit().await
    }

    /// Thumbnails whose bytes are these, with the picture each was made of.
    pub async fn thumbnails_of(
        &self,
        digest: &Digest,
    ) -> Result<Vec<(UserId, ArticleId, Picture, Digest)>, StoreError> {
        self.db
            .all(
                "SELECT p.user_id, p.article_id, p.capture_id, p.url, p.role, p.digest,
                        p.content_type, p.size, p.width, p.height, s.digest AS source
                 FROM pictures p
                 JOIN pictures s ON s.user_id = p.user_id AND s.capture_id = p.capture_id
                                AND s.url = p.url AND s.role = 'story'
                 WHERE p.digest = $1 AND p.role = 'thumbnail'",
                args![digest.to_string()],
            )
            .await?
            .iter()
            .map(|row| {
                Ok((
                    UserId(row.get("user_id")?),
                    ArticleId(row.get("article_id")?),
                    captures::picture(row)?,
                    captures::digest(&row.get::<String>("source")?)?,
                ))
            })
            .collect()
    }

    /// Puts a thumbnail that was made again in the place of a damaged one.
    pub async fn replace_thumbnail(
        &self,
        user_id: UserId,
        capture_id: CaptureId,
        url: &str,
        made: &Stored,
        (width, height): (i64, i64),
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        note(&mut tx, made, now_ms).await?;
        tx.run(
            "UPDATE pictures SET digest = $4, size = $5, width = $6, height = $7
             WHERE user_id = $1 AND capture_id = $2 AND url = $3 AND role = 'thumbnail'",
            args![
                user_id.0,
                capture_id.0,
                url,
                made.digest().to_string(),
                made.size(),
                width,
                height
            ],
        )
        .await?;
        tx.commit().await
    }

    /// Notes when the library was last verified and how many faults were found.
    pub async fn note_verified(&self, at_ms: i64, faults: u64) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "INSERT INTO meta (name, value) VALUES ('verified', $1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            args![format!("{at_ms} {faults}")],
        )
        .await?;
        tx.commit().await
    }

    /// When the library was last verified, and how many faults were found.
    pub async fn last_verified(&self) -> Result<Option<(i64, u64)>, StoreError> {
        let row = self
            .db
            .optional("SELECT value FROM meta WHERE name = 'verified'", args![])
            .await?;
        let Some(row) = row else { return Ok(None) };
        let text: String = row.get("value")?;
        Ok(text
            .split_once(' ')
            .and_then(|(at, faults)| Some((at.parse().ok()?, faults.parse().ok()?))))
    }
}
