//! Captures: writing what a visit brought, whole or not at all.
//!
//! [`Store::finish_capture`] and [`Store::fail_capture`] end a job. Both check
//! its fencing number in the same transaction, so a worker that lost its lease
//! writes nothing.

use cuttings_model::{
    ArticleId, ArticleState, Capture, CaptureId, Digest, EditKind, Job, JobKind, Origin, Picture,
    PictureRole, Reason, UserId,
};
use sqlx::AssertSqlSafe;

use crate::blobs::{self, Stored};
use crate::db::{Row, Tx, args};
use crate::shown::{ShownArticle, show};
use crate::users::{Counted, next_id, tick};
use crate::{Store, StoreError, again, highlights, jobs, schedules, seals, twins};

/// The columns that make a [`Capture`], in the table called `c`
/// with its extraction, if there is one, in `x`.
pub(crate) const COLUMNS: &str = "c.id, c.article_id, c.origin, c.captured_at, c.requested_url, \
    c.final_url, c.status, c.content_type, c.body_digest, c.body_size, c.exchange_digest, \
    c.failure, c.part_of, c.same_as, x.not_shown";

/// A capture to be written.
#[derive(Debug, Clone)]
pub struct NewCapture {
    /// How it came.
    pub origin: Origin,
    /// When.
    pub captured_at_ms: i64,
    /// The address that was asked for.
    pub requested_url: String,
    /// The address that answered.
    pub final_url: Option<String>,
    /// HTTP status.
    pub status: Option<i64>,
    /// Declared type.
    pub content_type: Option<String>,
    /// The original bytes.
    pub body: Option<Stored>,
    /// The exchange, as text.
    pub exchange: Option<Stored>,
    /// The capture whose page this visit found unchanged.
    pub same_as: Option<CaptureId>,
}

/// A picture to be kept with a capture.
#[derive(Debug, Clone)]
pub struct NewPicture {
    /// Its address on the page.
    pub url: String,
    /// What it is for.
    pub role: PictureRole,
    /// Its bytes.
    pub body: Stored,
    /// The type its first bytes show.
    pub content_type: String,
    /// Width in pixels.
    pub width: Option<i64>,
    /// Height in pixels.
    pub height: Option<i64>,
}

/// A further page that was asked for on behalf of a capture.
#[derive(Debug, Clone)]
pub struct NewPart {
    /// The visit to it.
    pub capture: NewCapture,
    /// Why it is missing from the story; none when it was read.
    pub failure: Option<String>,
}

/// What a finished job brought.
#[derive(Debug)]
pub struct CaptureResult {
    /// The visit; none when the job read a capture that was there already.
    pub new_capture: Option<NewCapture>,
    /// That earlier capture.
    pub earlier_capture: Option<CaptureId>,
    /// The other pages the story stands on, in the order they were asked for.
    pub parts: Vec<NewPart>,
    /// Pictures kept with it.
    pub pictures: Vec<NewPicture>,
    /// Version of the extractor.
    pub extractor_version: i64,
    /// What the extractor found besides text, as JSON.
    pub details: String,
    /// What to show from now on; none to leave what is shown as it is.
    pub shown: Option<ShownArticle>,
    /// State of the article from now on.
    pub state: ArticleState,
    /// Why it failed, or what to know about it.
    pub reason: Option<Reason>,
    /// Why it is kept but not shown, for people.
    pub not_shown: Option<String>,
    /// That the story was edited: since which capture, and what the outlet says
    /// of it.
    pub edit: Option<(CaptureId, EditKind)>,
}

/// What a failed visit is remembered by.
#[derive(Debug)]
pub struct FailedVisit {
    /// The visit, with what little came back.
    pub capture: NewCapture,
    /// Why it failed.
    pub reason: Reason,
    /// When to try again; none to leave it to the user, or to a schedule.
    pub retry_at_ms: Option<i64>,
    /// The site asked not to be visited before this.
    pub wait_until_ms: Option<i64>,
}

impl Store {
    /// Ends a job with what it brought: capture, pictures, extraction, article,
    /// search index, in one transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError::LostLease`] when another worker has the job now; nothing
    /// is written then.
    pub async fn finish_capture(
        &self,
        job: &Job,
        result: CaptureResult,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let (user_id, article_id) = (job.user_id, job.article_id);
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        jobs::end(&mut tx, job).await?;
        let capture_id = match (&result.new_capture, result.earlier_capture) {
            (Some(new), _) => insert(&mut tx, user_id, article_id, new, None, None, now_ms).await?,
            (None, Some(earlier)) => earlier,
            (None, None) => {
                return Err(StoreError::Nonsense {
                    what: "a job that read no capture".to_owned(),
                });
            }
        };
        for part in &result.parts {
            insert(
                &mut tx,
                user_id,
                article_id,
                &part.capture,
                part.failure.as_deref(),
                Some(capture_id),
                now_ms,
            )
            .await?;
        }
        insert_pictures(
            &mut tx,
            user_id,
            article_id,
            capture_id,
            &result.pictures,
            now_ms,
        )
        .await?;
        put_extraction(
            &mut tx,
            user_id,
            capture_id,
            result.extractor_version,
            &result.details,
            result.not_shown.as_deref(),
            now_ms,
        )
        .await?;
        if let Some(shown) = &result.shown {
            let has_thumbnail = result
                .pictures
                .iter()
                .any(|picture| picture.role == PictureRole::Thumbnail);
            highlights::carry(
                &mut tx,
                user_id,
                article_id,
                capture_id,
                &shown.text,
                tick_ms,
            )
            .await?;
            show(
                &mut tx,
                user_id,
                article_id,
                capture_id,
                shown,
                has_thumbnail,
            )
            .await?;
            twins::look(&mut tx, user_id, article_id, shown).await?;
        }
        if let Some((from, kind)) = result.edit {
            again::note_edit(&mut tx, user_id, article_id, from, capture_id, kind, now_ms).await?;
        }
        schedules::visited(&mut tx, user_id, article_id).await?;
        let (code, text) = split(result.reason.as_ref());
        tx.run(
            "UPDATE articles
             SET state = $3, reason_code = $4, reason_text = $5, retry_at = NULL, updated_at = $6
             WHERE user_id = $1 AND id = $2",
            args![
                user_id.0,
                article_id.0,
                result.state.as_str(),
                code,
                text,
                tick_ms
            ],
        )
        .await?;
        tx.commit().await
    }

    /// Ends a job's try with a failed visit. An article that could be read
    /// before stays as it was; one that could not says why.
    ///
    /// # Errors
    ///
    /// [`StoreError::LostLease`] as for [`Store::finish_capture`].
    pub async fn fail_capture(
        &self,
        job: &Job,
        visit: FailedVisit,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let (user_id, article_id) = (job.user_id, job.article_id);
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        match visit.retry_at_ms {
            Some(run_at_ms) => {
                jobs::put_off(&mut tx, job, run_at_ms, &visit.reason.text).await?;
            }
            None => jobs::end(&mut tx, job).await?,
        }
        insert(
            &mut tx,
            user_id,
            article_id,
            &visit.capture,
            Some(&visit.reason.text),
            None,
            now_ms,
        )
        .await?;
        schedules::failed(&mut tx, user_id, article_id, visit.wait_until_ms, now_ms).await?;
        tx.run(
            "UPDATE articles
             SET state = $3, reason_code = $4, reason_text = $5, retry_at = $6
             WHERE user_id = $1 AND id = $2 AND state <> 'ready'",
            args![
                user_id.0,
                article_id.0,
                ArticleState::Failed.as_str(),
                &visit.reason.code,
                &visit.reason.text,
                visit.retry_at_ms
            ],
        )
        .await?;
        // The attempt can be seen among the captures, whatever is shown.
        tx.run(
            "UPDATE articles SET updated_at = $3 WHERE user_id = $1 AND id = $2",
            args![user_id.0, article_id.0, tick_ms],
        )
        .await?;
        tx.commit().await
    }

    /// The captures of an article, newest first.
    pub async fn captures(
        &self,
        user_id: UserId,
        article_id: ArticleId,
    ) -> Result<Vec<Capture>, StoreError> {
        self.db
            .all(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS} FROM captures c
                     LEFT JOIN extractions x ON x.user_id = c.user_id AND x.capture_id = c.id
                     WHERE c.user_id = $1 AND c.article_id = $2 ORDER BY c.id DESC"
                )),
                args![user_id.0, article_id.0],
            )
            .await?
            .iter()
            .map(capture)
            .collect()
    }

    /// The version of the extractor that read a capture, and when.
    pub async fn extracted(
        &self,
        user_id: UserId,
        capture_id: CaptureId,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        self.db
            .optional(
                "SELECT extractor_version, extracted_at FROM extractions
                 WHERE user_id = $1 AND capture_id = $2",
                args![user_id.0, capture_id.0],
            )
            .await?
            .map(|row| Ok((row.get("extractor_version")?, row.get("extracted_at")?)))
            .transpose()
    }

    /// The pages that are shown of a site and the hosts below it, newest first:
    /// their addresses and their original bytes.
    pub async fn pages_of_site(
        &self,
        user_id: UserId,
        site: &str,
        limit: i64,
    ) -> Result<Vec<(String, Digest)>, StoreError> {
        self.db
            .all(
                "SELECT coalesce(c.final_url, a.final_url, a.given_url) AS url, c.body_digest
                 FROM articles a
                 JOIN captures c ON c.user_id = a.user_id AND c.id = a.capture_id
                 WHERE a.user_id = $1 AND a.deleted_at IS NULL AND c.body_digest IS NOT NULL
                   AND (a.site = $2 OR a.site LIKE $3 ESCAPE '\\')
                 ORDER BY a.saved_at DESC LIMIT $4",
                args![
                    user_id.0,
                    site,
                    format!("%.{}", crate::search::escape_like(site)),
                    limit
                ],
            )
            .await?
            .iter()
            .map(|row| Ok((row.get("url")?, digest(&row.get::<String>("body_digest")?)?)))
            .collect()
    }

    /// The pictures kept for an article, of all its captures.
    pub async fn pictures(
        &self,
        user_id: UserId,
        article_id: ArticleId,
    ) -> Result<Vec<Picture>, StoreError> {
        // By an expression: an order that an index has would lead the planner there,
        // through the pictures of all articles.
        self.db
            .all(
                "SELECT capture_id, url, role, digest, content_type, size, width, height
                 FROM pictures WHERE user_id = $1 AND article_id = $2
                 ORDER BY -capture_id, url",
                args![user_id.0, article_id.0],
            )
            .await?
            .iter()
            .map(picture)
            .collect()
    }

    /// A kept picture of this article with these bytes.
    pub async fn picture(
        &self,
        user_id: UserId,
        article_id: ArticleId,
        digest: &Digest,
    ) -> Result<Option<Picture>, StoreError> {
        self.db
            .optional(
                "SELECT capture_id, url, role, digest, content_type, size, width, height
                 FROM pictures WHERE user_id = $1 AND article_id = $2 AND digest = $3 LIMIT 1",
                args![user_id.0, article_id.0, digest.to_string()],
            )
            .await?
            .as_ref()
            .map(picture)
            .transpose()
    }

    /// The thumbnail of the capture that is shown.
    pub async fn thumbnail(
        &self,
        user_id: UserId,
        article_id: ArticleId,
    ) -> Result<Option<Picture>, StoreError> {
        self.db
            .optional(
                "SELECT p.capture_id, p.url, p.role, p.digest, p.content_type, p.size, p.width,
                        p.height
                 FROM pictures p
                 JOIN articles a ON a.user_id = p.user_id AND a.id = p.article_id
                 WHERE p.user_id = $1 AND p.article_id = $2 AND p.role = 'thumbnail'
                   AND p.capture_id = a.capture_id
                 LIMIT 1",
                args![user_id.0, article_id.0],
            )
            .await?
            .as_ref()
            .map(picture)
            .transpose()
    }
}

pub(crate) fn digest(text: &str) -> Result<Digest, StoreError> {
    Digest::parse(text).map_err(|error| StoreError::Nonsense {
        what: error.to_string(),
    })
}

pub(crate) fn capture(row: &Row) -> Result<Capture, StoreError> {
    let origin: String = row.get("origin")?;
    Ok(Capture {
        id: CaptureId(row.get("id")?),
        article_id: ArticleId(row.get("article_id")?),
        origin: Origin::parse(&origin).ok_or_else(|| StoreError::Nonsense {
            what: format!("captures.origin is {origin:?}"),
        })?,
        captured_at_ms: row.get("captured_at")?,
        requested_url: row.get("requested_url")?,
        final_url: row.get("final_url")?,
        status: row.get("status")?,
        content_type: row.get("content_type")?,
        body: row
            .get::<Option<String>>("body_digest")?
            .map(|text| digest(&text))
            .transpose()?,
        body_size: row.get("body_size")?,
        exchange: row
            .get::<Option<String>>("exchange_digest")?
            .map(|text| digest(&text))
            .transpose()?,
        failure: row.get("failure")?,
        part_of: row.get::<Option<i64>>("part_of")?.map(CaptureId),
        same_as: row.get::<Option<i64>>("same_as")?.map(CaptureId),
        not_shown: row.get("not_shown")?,
    })
}

pub(crate) fn picture(row: &Row) -> Result<Picture, StoreError> {
    let role: String = row.get("role")?;
    Ok(Picture {
        capture_id: CaptureId(row.get("capture_id")?),
        url: row.get("url")?,
        role: match role.as_str() {
            "story" => PictureRole::Story,
            "thumbnail" => PictureRole::Thumbnail,
            other => {
                return Err(StoreError::Nonsense {
                    what: format!("pictures.role is {other:?}"),
                });
            }
        },
        digest: digest(&row.get::<String>("digest")?)?,
        content_type: row.get("content_type")?,
        size: row.get("size")?,
        width: row.get("width")?,
        height: row.get("height")?,
    })
}

/// Writes what the extractor made of a capture.
pub(crate) async fn put_extraction(
    tx: &mut Tx,
    user_id: UserId,
    capture_id: CaptureId,
    extractor_version: i64,
    details: &str,
    not_shown: Option<&str>,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO extractions
             (user_id, capture_id, extractor_version, extracted_at, details, not_shown)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (user_id, capture_id) DO UPDATE
         SET extractor_version = excluded.extractor_version,
             extracted_at = excluded.extracted_at, details = excluded.details,
             not_shown = excluded.not_shown",
        args![
            user_id.0,
            capture_id.0,
            extractor_version,
            now_ms,
            details,
            not_shown.map(str::to_owned)
        ],
    )
    .await
    .map(|_| ())
}

/// Writes a capture, and that its bytes are in the blob store.
pub(crate) async fn insert(
    tx: &mut Tx,
    user_id: UserId,
    article_id: ArticleId,
    new: &NewCapture,
    failure: Option<&str>,
    part_of: Option<CaptureId>,
    now_ms: i64,
) -> Result<CaptureId, StoreError> {
    for stored in [&new.body, &new.exchange].into_iter().flatten() {
        blobs::note(tx, stored, now_ms).await?;
    }
    let capture = Capture {
        id: CaptureId(next_id(tx, user_id, Counted::Capture).await?),
        article_id,
        origin: new.origin,
        captured_at_ms: new.captured_at_ms,
        requested_url: new.requested_url.clone(),
        final_url: new.final_url.clone(),
        status: new.status,
        content_type: new.content_type.clone(),
        body: new.body.map(|stored| stored.digest()),
        body_size: new.body.map_or(0, |stored| stored.size()),
        exchange: new.exchange.map(|stored| stored.digest()),
        failure: failure.map(str::to_owned),
        part_of,
        same_as: new.same_as,
        not_shown: None,
    };
    tx.run(
        "INSERT INTO captures
             (user_id, id, article_id, origin, captured_at, requested_url, final_url, status,
              content_type, body_digest, body_size, exchange_digest, failure, part_of, same_as,
              seal)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
                 $16)",
        args![
            user_id.0,
            capture.id.0,
            article_id.0,
            capture.origin.as_str(),
            capture.captured_at_ms,
            &capture.requested_url,
            &capture.final_url,
            capture.status,
            &capture.content_type,
            capture.body.map(|digest| digest.to_string()),
            capture.body_size,
            capture.exchange.map(|digest| digest.to_string()),
            &capture.failure,
            part_of.map(|whole| whole.0),
            new.same_as.map(|same| same.0),
            seals::of_capture(user_id, &capture)
        ],
    )
    .await?;
    // What an upload looks like came with it: that is what somebody saw. What a
    // page looks like that we fetched is gone for once it can be read, and what
    // our extension could not reach in the browser too.
    if matches!(new.origin, Origin::Fetched | Origin::Extension) && new.body.is_some() {
        jobs::insert(
            tx,
            user_id,
            article_id,
            JobKind::Resources,
            Some(capture.id),
            now_ms,
        )
        .await?;
    }
    Ok(capture.id)
}

pub(crate) async fn insert_pictures(
    tx: &mut Tx,
    user_id: UserId,
    article_id: ArticleId,
    capture_id: CaptureId,
    pictures: &[NewPicture],
    now_ms: i64,
) -> Result<(), StoreError> {
    for picture in pictures {
        blobs::note(tx, &picture.body, now_ms).await?;
        tx.run(
            "INSERT INTO pictures
                 (user_id, article_id, capture_id, role, url, digest, content_type, size, width,
                  height)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (user_id, capture_id, role, url) DO NOTHING",
            args![
                user_id.0,
                article_id.0,
                capture_id.0,
                picture.role.as_str(),
                &picture.url,
                picture.body.digest().to_string(),
                &picture.content_type,
                picture.body.size(),
                picture.width,
                picture.height
            ],
        )
        .await?;
    }
    Ok(())
}

fn split(reason: Option<&Reason>) -> (Option<String>, Option<String>) {
    reason
        .map(|reason| (reason.code.clone(), reason.text.clone()))
        .unzip()
}
