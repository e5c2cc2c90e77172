//! Articles: keeping one, finding one, listing them, and the states a user
//! puts them in.

use cuttings_model::address::{sha1_decoded, sha1_raw};
use cuttings_model::{
    Article, ArticleBody, ArticleId, ArticleState, CaptureId, Dated, EditKind, JobKind, Origin,
    PageAddress, Reason, StoryEdit, UserId,
};
use sqlx::AssertSqlSafe;

use crate::blobs::Stored;
use crate::captures::{self, NewCapture};
use crate::db::{Row, Tx, args};
use crate::list::title_key;
use crate::users::{Counted, next_id, tick};
use crate::{Store, StoreError, dialect, jobs, reading};

/// The columns that make an [`Article`], in the table called `a`.
pub(crate) const COLUMNS: &str = "a.user_id, a.id, a.given_url, a.final_url, a.canonical_url, \
    a.headline, a.dek, a.byline, a.authors, a.publication, a.section, a.language, \
    a.right_to_left, a.published, a.published_at, a.modified, a.modified_at, a.word_count, \
    a.reading_minutes, a.state, a.reason_code, a.reason_text, a.retry_at, a.capture_id, \
    a.has_thumbnail, a.saved_at, a.updated_at, a.archived_at, a.starred_at, a.deleted_at, \
    a.read_block, a.read_percent, a.read_at, a.twin_of, a.capture_chosen, a.edited_at, \
    a.edited_from, a.edited_to, a.edited_how, a.edit_seen_at, \
    (SELECT string_agg(t.name, '\n' ORDER BY t.name_key) FROM article_tags x \
     JOIN tags t ON t.user_id = x.user_id AND t.id = x.tag_id \
     WHERE x.user_id = a.user_id AND x.article_id = a.id) AS tags";

pub(crate) fn article(row: &Row) -> Result<Article, StoreError> {
    let nonsense = |column: &str, found: &str| StoreError::Nonsense {
        what: format!("articles.{column} is {found:?}"),
    };
    let state: String = row.get("state")?;
    let authors: String = row.get("authors")?;
    let dated = |text: &str, at: &str| -> Result<Option<Dated>, StoreError> {
        let (text, at_ms): (Option<String>, Option<i64>) = (row.get(text)?, row.get(at)?);
        Ok(text.zip(at_ms).map(|(text, at_ms)| Dated { text, at_ms }))
    };
    let reason_code: Option<String> = row.get("reason_code")?;
    let reason_text: Option<String> = row.get("reason_text")?;
    Ok(Article {
        user_id: UserId(row.get("user_id")?),
        id: ArticleId(row.get("id")?),
        given_url: row.get("given_url")?,
        final_url: row.get("final_url")?,
        canonical_url: row.get("canonical_url")?,
        headline: row.get("headline")?,
        dek: row.get("dek")?,
        byline: row.get("byline")?,
        authors: serde_json::from_str(&authors).map_err(|_| nonsense("authors", &authors))?,
        publication: row.get("publication")?,
        section: row.get("section")?,
        language: row.get("language")?,
        right_to_left: row.get::<i64>("right_to_left")? != 0,
        published: dated("published", "published_at")?,
        modified: dated("modified", "modified_at")?,
        word_count: row.get("word_count")?,
        reading_minutes: row.get("reading_minutes")?,
        state: ArticleState::parse(&state).ok_or_else(|| nonsense("state", &state))?,
        reason: reason_code
            .zip(reason_text)
            .map(|(code, text)| Reason { code, text }),
        retry_at_ms: row.get("retry_at")?,
        capture_id: row.get::<Option<i64>>("capture_id")?.map(CaptureId),
        saved_at_ms: row.get("saved_at")?,
        updated_at_ms: row.get("updated_at")?,
        archived_at_ms: row.get("archived_at")?,
        starred_at_ms: row.get("starred_at")?,
        deleted_at_ms: row.get("deleted_at")?,
        has_thumbnail: row.get::<i64>("has_thumbnail")? != 0,
        stopped: reading::stopped(row)?,
        twin_of: row.get::<Option<i64>>("twin_of")?.map(ArticleId),
        is_capture_chosen: row.get::<i64>("capture_chosen")? != 0,
        edited: story_edit(row)?,
        tags: row
            .get::<Option<String>>("tags")?
            .map(|names| names.lines().map(str::to_owned).collect())
            .unwrap_or_default(),
    })
}

fn story_edit(row: &Row) -> Result<Option<StoryEdit>, StoreError> {
    let Some(at_ms) = row.get::<Option<i64>>("edited_at")? else {
        return Ok(None);
    };
    let kind: String = row.get("edited_how")?;
    Ok(Some(StoryEdit {
        at_ms,
        from: CaptureId(row.get("edited_from")?),
        to: CaptureId(row.get("edited_to")?),
        kind: EditKind::parse(&kind).ok_or_else(|| StoreError::Nonsense {
            what: format!("articles.edited_how is {kind:?}"),
        })?,
        seen_at_ms: row.get("edit_seen_at")?,
    }))
}

/// A page to keep.
#[derive(Debug)]
pub struct NewArticle<'a> {
    /// Whose library.
    pub user_id: UserId,
    /// The address, as it was saved.
    pub address: &'a PageAddress,
    /// The page itself, when it was handed over with the address.
    pub upload: Option<NewUpload>,
    /// Now.
    pub now_ms: i64,
}

/// A page that was handed over, already in the blob store.
#[derive(Debug)]
pub struct NewUpload {
    /// How it came.
    pub origin: Origin,
    /// When it was seen.
    pub captured_at_ms: i64,
    /// Whether to leave alone an article that can be read as a whole and holds a
    /// page from a browser already.
    pub only_if_wanting: bool,
    /// The page's bytes.
    pub body: Stored,
    /// The declared type, if any.
    pub content_type: Option<String>,
    /// Pictures that came along: their addresses on the page, types and bytes.
    pub pictures: Vec<captures::NewPicture>,
}

/// What [`Store::put_article`] did.
#[derive(Debug)]
pub struct PutArticle {
    /// The article, new or found.
    pub article: Article,
    /// Whether it was in the library before.
    pub already: bool,
    /// Whether a page that was handed over was kept with it.
    pub is_kept: bool,
}

/// Where a user puts an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// In the archive.
    Archived,
    /// Among the starred.
    Starred,
    /// Deleted, to be brought back for 30 days.
    Deleted,
}

impl Mark {
    /// The column that holds since when.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Archived => "archived_at",
            Self::Starred => "starred_at",
            Self::Deleted => "deleted_at",
        }
    }
}

impl Store {
    /// Keeps a page for a user, or finds the article that already holds it.
    ///
    /// One transaction makes the article, the capture if a page was handed
    /// over, and the job. A page that is here already stays as it is, except:
    /// a deleted article comes back, a failed one is tried again, and a page
    /// handed over is kept as a further capture.
    pub async fn put_article(&self, new: NewArticle<'_>) -> Result<PutArticle, StoreError> {
        let NewArticle {
            user_id,
            address,
            upload,
            now_ms,
        } = new;
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        let found = by_page(&mut tx, user_id, &address.page_key()).await?;
        let already = found
            .as_ref()
            .is_some_and(|found| found.deleted_at_ms.is_none());
        let id = match &found {
            Some(found) => {
                if found.deleted_at_ms.is_some() {
                    tx.run(
                        "UPDATE articles
                         SET deleted_at = NULL, archived_at = NULL, saved_at = $3, updated_at = $4
                         WHERE user_id = $1 AND id = $2",
                        args![user_id.0, found.id.0, now_ms, tick_ms],
                    )
                    .await?;
                }
                found.id
            }
            None => insert(&mut tx, user_id, address, now_ms, tick_ms).await?,
        };
        let failed = found
            .as_ref()
            .is_some_and(|found| found.state == ArticleState::Failed);
        let is_whole = match &found {
            Some(found) if already => is_whole_as_sent(&mut tx, found).await?,
            _ => false,
        };
        let upload = upload.filter(|upload| !(upload.only_if_wanting && is_whole));
        let is_kept = upload.is_some();
        let kind = match upload {
            Some(upload) => {
                let capture = NewCapture {
                    origin: upload.origin,
                    captured_at_ms: upload.captured_at_ms,
                    requested_url: address.as_str().to_owned(),
                    final_url: Some(address.as_str().to_owned()),
                    status: None,
                    content_type: upload.content_type,
                    body: Some(upload.body),
                    exchange: None,
                    same_as: None,
                };
                let capture_id =
                    captures::insert(&mut tx, user_id, id, &capture, None, None, now_ms).await?;
                captures::insert_pictures(
                    &mut tx,
                    user_id,
                    id,
                    capture_id,
                    &upload.pictures,
                    now_ms,
                )
                .await?;
                Some(JobKind::Extract)
            }
            None if found.is_none() || failed => Some(JobKind::Fetch),
            None => None,
        };
        if let Some(kind) = kind {
            if failed {
                requeue(&mut tx, user_id, id, tick_ms).await?;
            }
            jobs::insert(&mut tx, user_id, id, kind, None, now_ms).await?;
        }
        let article = by_id(&mut tx, user_id, id)
            .await?
            .ok_or_else(|| StoreError::Nonsense {
                what: format!("article {id} vanished in its own transaction"),
            })?;
        tx.commit().await?;
        Ok(PutArticle {
            article,
            already,
            is_kept,
        })
    }

    /// An article, deleted or not.
    pub async fn article(
        &self,
        user_id: UserId,
        id: ArticleId,
    ) -> Result<Option<Article>, StoreError> {
        self.db
            .optional(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS} FROM articles a WHERE a.user_id = $1 AND a.id = $2"
                )),
                args![user_id.0, id.0],
            )
            .await?
            .as_ref()
            .map(article)
            .transpose()
    }

    /// The article that holds a page, unless it is deleted.
    pub async fn article_of_page(
        &self,
        user_id: UserId,
        page: &PageAddress,
    ) -> Result<Option<Article>, StoreError> {
        let found = self
            .db
            .optional(AssertSqlSafe(of_page()), args![user_id.0, page.page_key()])
            .await?
            .as_ref()
            .map(article)
            .transpose()?;
        Ok(found.filter(|article| article.deleted_at_ms.is_none()))
    }

    /// The numbers of all articles of a user that are not deleted.
    pub async fn article_ids(&self, user_id: UserId) -> Result<Vec<ArticleId>, StoreError> {
        self.db
            .all(
                "SELECT id FROM articles WHERE user_id = $1 AND deleted_at IS NULL ORDER BY id",
                args![user_id.0],
            )
            .await?
            .iter()
            .map(|row| Ok(ArticleId(row.get("id")?)))
            .collect()
    }

    /// The words of an article.
    pub async fn article_body(
        &self,
        user_id: UserId,
        id: ArticleId,
    ) -> Result<Option<ArticleBody>, StoreError> {
        self.db
            .optional(
                "SELECT text, html FROM article_bodies WHERE user_id = $1 AND id = $2",
                args![user_id.0, id.0],
            )
            .await?
            .map(|row| {
                Ok(ArticleBody {
                    text: row.get("text")?,
                    html: row.get("html")?,
                })
            })
            .transpose()
    }

    /// Puts a mark on an article, or takes it off. Doing so twice keeps the
    /// first instant. A deleted article takes no mark, but its deletion can be
    /// taken back.
    pub async fn set_mark(
        &self,
        user_id: UserId,
        id: ArticleId,
        mark: Mark,
        on: bool,
        now_ms: i64,
    ) -> Result<Option<Article>, StoreError> {
        let column = mark.column();
        let still_here = match mark {
            Mark::Deleted => "",
            Mark::Archived | Mark::Starred => "AND deleted_at IS NULL",
        };
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        tx.run(
            AssertSqlSafe(format!(
                "UPDATE articles
                 SET {column} = CASE WHEN $3 IS NULL THEN NULL ELSE coalesce({column}, $3) END,
                     updated_at = $4
                 WHERE user_id = $1 AND id = $2 {still_here}"
            )),
            args![user_id.0, id.0, on.then_some(now_ms), tick_ms],
        )
        .await?;
        let article = by_id(&mut tx, user_id, id).await?;
        tx.commit().await?;
        Ok(article)
    }

    /// Queues a failed article's capture again. An article that is not failed
    /// stays as it is.
    pub async fn retry(
        &self,
        user_id: UserId,
        id: ArticleId,
        now_ms: i64,
    ) -> Result<Option<Article>, StoreError> {
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        let found = by_id(&mut tx, user_id, id).await?;
        if found.is_some_and(|found| {
            found.state == ArticleState::Failed && found.deleted_at_ms.is_none()
        }) {
            requeue(&mut tx, user_id, id, tick_ms).await?;
            jobs::insert(&mut tx, user_id, id, JobKind::Fetch, None, now_ms).await?;
        }
        let article = by_id(&mut tx, user_id, id).await?;
        tx.commit().await?;
        Ok(article)
    }
}

async fn insert(
    tx: &mut Tx,
    user_id: UserId,
    address: &PageAddress,
    now_ms: i64,
    tick_ms: i64,
) -> Result<ArticleId, StoreError> {
    let id = next_id(tx, user_id, Counted::Article).await?;
    let url = address.as_str();
    tx.run(
        "INSERT INTO articles
             (user_id, id, page_key, given_url, given_sha1_raw, given_sha1_decoded, site, authors,
              author_key, right_to_left, word_count, reading_minutes, state, has_thumbnail,
              saved_at, updated_at, title_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, '[]', '', 0, 0, 0, $8, 0, $9, $10, $11)",
        args![
            user_id.0,
            id,
            address.page_key(),
            url,
            sha1_raw(url),
            sha1_decoded(url),
            site(url),
            ArticleState::Queued.as_str(),
            now_ms,
            tick_ms,
            title_key(None, url)
        ],
    )
    .await?;
    Ok(ArticleId(id))
}

/// The host that `site:` searches, without a leading `www.`.
pub(crate) fn site(url: &str) -> String {
    url::Url::parse(url)
        .ok()
        .and_then(|url| {
            url.host_str()
                .map(|host| host.trim_start_matches("www.").to_owned())
        })
        .unwrap_or_default()
}

/// Puts a failed article back to queued and drops its waiting jobs, which the
/// caller replaces by one that is due now.
pub(crate) async fn requeue(
    tx: &mut Tx,
    user_id: UserId,
    id: ArticleId,
    tick_ms: i64,
) -> Result<(), StoreError> {
    tx.run(
        "UPDATE articles
         SET state = $3, reason_code = NULL, reason_text = NULL, retry_at = NULL, updated_at = $4
         WHERE user_id = $1 AND id = $2",
        args![user_id.0, id.0, ArticleState::Queued.as_str(), tick_ms],
    )
    .await?;
    tx.run(
        "DELETE FROM jobs WHERE user_id = $1 AND article_id = $2 AND kind <> 'resources'",
        args![user_id.0, id.0],
    )
    .await
    .map(|_| ())
}

pub(crate) async fn by_id(
    tx: &mut Tx,
    user_id: UserId,
    id: ArticleId,
) -> Result<Option<Article>, StoreError> {
    tx.optional(
        AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM articles a WHERE a.user_id = $1 AND a.id = $2"
        )),
        args![user_id.0, id.0],
    )
    .await?
    .as_ref()
    .map(article)
    .transpose()
}

/// The words of an article, inside a transaction.
pub(crate) async fn body_in(
    tx: &mut Tx,
    user_id: UserId,
    id: ArticleId,
) -> Result<Option<ArticleBody>, StoreError> {
    tx.optional(
        "SELECT text, html FROM article_bodies WHERE user_id = $1 AND id = $2",
        args![user_id.0, id.0],
    )
    .await?
    .map(|row| {
        Ok(ArticleBody {
            text: row.get("text")?,
            html: row.get("html")?,
        })
    })
    .transpose()
}

/// Whether an article can be read, with nothing to know about it, and holds a page
/// that a browser sent. What was only fetched may be less than its reader saw.
async fn is_whole_as_sent(tx: &mut Tx, found: &Article) -> Result<bool, StoreError> {
    if found.state != ArticleState::Ready || found.reason.is_some() {
        return Ok(false);
    }
    let sent = tx
        .optional(
            "SELECT 1 AS one FROM captures
             WHERE user_id = $1 AND article_id = $2 AND origin IN ($3, $4)
               AND body_digest IS NOT NULL LIMIT 1",
            args![
                found.user_id.0,
                found.id.0,
                Origin::Sent.as_str(),
                Origin::Extension.as_str()
            ],
        )
        .await?;
    Ok(sent.is_some())
}

/// Finds the article that holds a page: the one saved under its address, else the
/// one that an article of this address was joined to, else the oldest whose
/// address led there.
fn of_page() -> String {
    format!(
        "SELECT {COLUMNS} FROM articles a
         WHERE a.user_id = $1 AND a.id = (
             SELECT id FROM (
                 SELECT id, 0 AS place FROM articles
                 WHERE user_id = $1 AND page_key = $2
                 UNION ALL
                 SELECT article_id, 1 FROM article_addresses
                 WHERE user_id = $1 AND page_key = $2
                 UNION ALL
                 SELECT id, 2 FROM articles
                 WHERE user_id = $1 AND final_page_key = $2) found
             ORDER BY place, id
             LIMIT 1)"
    )
}

async fn by_page(
    tx: &mut Tx,
    user_id: UserId,
    page_key: &str,
) -> Result<Option<Article>, StoreError> {
    tx.optional(AssertSqlSafe(of_page()), args![user_id.0, page_key])
        .await?
        .as_ref()
        .map(article)
        .transpose()
}

/// Takes an article's words out of the index.
pub(crate) async fn delete_words(
    tx: &mut Tx,
    user_id: UserId,
    id: ArticleId,
) -> Result<(), StoreError> {
    let sql = dialect::delete_words(tx.engine());
    tx.run(sql, args![user_id.0, id.0]).await.map(|_| ())
}
