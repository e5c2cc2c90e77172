//! Resources: what a captured page looks like with.
//!
//! A job goes for them after the capture is shown; [`Store::finish_resources`]
//! ends it and writes all rows in one transaction. Reads are by capture, or by
//! one address of it.

use cuttings_model::{
    ArticleId, CaptureId, Digest, Job, Resource, ResourceKind, ResourceRound, UserId,
};

use crate::blobs::{self, Stored};
use crate::db::{Row, Tx, args};
use crate::{Store, StoreError, captures, jobs};

/// A resource to be written.
#[derive(Debug, Clone)]
pub struct NewResource {
    /// The address the page or style sheet names, whole, without fragment.
    pub url: String,
    /// The address that answered, after redirects.
    pub final_url: Option<String>,
    /// What the page uses it as.
    pub kind: ResourceKind,
    /// HTTP status.
    pub status: Option<i64>,
    /// What it is.
    pub content_type: Option<String>,
    /// The bytes as they came.
    pub body: Option<Stored>,
    /// The exchange, as text.
    pub exchange: Option<Stored>,
    /// Why it is not kept, for people.
    pub failure: Option<String>,
}

/// What going for the resources of a capture brought.
#[derive(Debug, Default)]
pub struct ResourcesResult {
    /// One an address.
    pub resources: Vec<NewResource>,
    /// Addresses past the largest number that is listed.
    pub unlisted: i64,
    /// Why there are none at all, for people.
    pub failure: Option<String>,
}

impl Store {
    /// Ends a job that went for the resources of a capture, and writes them.
    ///
    /// Addresses that are there already stay as they are.
    ///
    /// # Errors
    ///
    /// [`StoreError::LostLease`] when another worker has the job now; nothing
    /// is written then.
    pub async fn finish_resources(
        &self,
        job: &Job,
        capture_id: CaptureId,
        result: ResourcesResult,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        jobs::end(&mut tx, job).await?;
        for resource in &result.resources {
            insert(
                &mut tx,
                job.user_id,
                job.article_id,
                capture_id,
                resource,
                now_ms,
            )
            .await?;
        }
        tx.run(
            "INSERT INTO resource_rounds
                 (user_id, capture_id, article_id, ended_at, unlisted, failure)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (user_id, capture_id) DO UPDATE
             SET ended_at = excluded.ended_at, unlisted = excluded.unlisted,
                 failure = excluded.failure",
            args![
                job.user_id.0,
                capture_id.0,
                job.article_id.0,
                now_ms,
                result.unlisted,
                &result.failure
            ],
        )
        .await?;
        tx.commit().await
    }

    /// The resources of a capture, by address.
    pub async fn resources(
        &self,
        user_id: UserId,
        capture_id: CaptureId,
    ) -> Result<Vec<Resource>, StoreError> {
        self.db
            .all(
                "SELECT capture_id, url, final_url, kind, status, content_type, digest, size,
                        exchange_digest, failure
                 FROM resources WHERE user_id = $1 AND capture_id = $2 ORDER BY url",
                args![user_id.0, capture_id.0],
            )
            .await?
            .iter()
            .map(resource)
            .collect()
    }

    /// The resource of a capture at one address.
    pub async fn resource(
        &self,
        user_id: UserId,
        capture_id: CaptureId,
        url: &str,
    ) -> Result<Option<Resource>, StoreError> {
        self.db
            .optional(
                "SELECT capture_id, url, final_url, kind, status, content_type, digest, size,
                        exchange_digest, failure
                 FROM resources WHERE user_id = $1 AND capture_id = $2 AND url = $3",
                args![user_id.0, capture_id.0, url],
            )
            .await?
            .as_ref()
            .map(resource)
            .transpose()
    }

    /// Whether the resources of a capture were gone for, and how that ended.
    pub async fn resource_round(
        &self,
        user_id: UserId,
        capture_id: CaptureId,
    ) -> Result<Option<ResourceRound>, StoreError> {
        self.db
            .optional(
                "SELECT ended_at, unlisted, failure FROM resource_rounds
                 WHERE user_id = $1 AND capture_id = $2",
                args![user_id.0, capture_id.0],
            )
            .await?
            .map(|row| {
                Ok(ResourceRound {
                    ended_at_ms: row.get("ended_at")?,
                    unlisted: row.get("unlisted")?,
                    failure: row.get("failure")?,
                })
            })
            .transpose()
    }

    /// Whether a job to go for the resources of a capture is in line or under
    /// way.
    pub async fn awaits_resources(
        &self,
        user_id: UserId,
        article_id: ArticleId,
        capture_id: CaptureId,
    ) -> Result<bool, StoreError> {
        Ok(self
            .db
            .optional(
                "SELECT 1 AS one FROM jobs
                 WHERE user_id = $1 AND article_id = $2 AND capture_id = $3
                   AND kind = 'resources' LIMIT 1",
                args![user_id.0, article_id.0, capture_id.0],
            )
            .await?
            .is_some())
    }
}

async fn insert(
    tx: &mut Tx,
    user_id: UserId,
    article_id: ArticleId,
    capture_id: CaptureId,
    new: &NewResource,
    now_ms: i64,
) -> Result<(), StoreError> {
    for stored in [&new.body, &new.exchange].into_iter().flatten() {
        blobs::note(tx, stored, now_ms).await?;
    }
    tx.run(
        "INSERT INTO resources
             (user_id, article_id, capture_id, url, final_url, kind, status, content_type,
              digest, size, exchange_digest, failure)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (user_id, capture_id, url) DO NOTHING",
        args![
            user_id.0,
            article_id.0,
            capture_id.0,
            &new.url,
            &new.final_url,
            new.kind.as_str(),
            new.status,
            &new.content_type,
            new.body.map(|stored| stored.digest().to_string()),
            new.body.map_or(0, |stored| stored.size()),
            new.exchange.map(|stored| stored.digest().to_string()),
            &new.failure
        ],
    )
    .await
    .map(|_| ())
}

fn resource(row: &Row) -> Result<Resource, StoreError> {
    let kind: String = row.get("kind")?;
    let digest = |column: &str| -> Result<Option<Digest>, StoreError> {
        row.get::<Option<String>>(column)?
            .map(|text| captures::digest(&text))
            .transpose()
    };
    Ok(Resource {
        capture_id: CaptureId(row.get("capture_id")?),
        url: row.get("url")?,
        final_url: row.get("final_url")?,
        kind: ResourceKind::parse(&kind).ok_or_else(|| StoreError::Nonsense {
            what: format!("resources.kind is {kind:?}"),
        })?,
        status: row.get("status")?,
        content_type: row.get("content_type")?,
        digest: digest("digest")?,
        size: row.get("size")?,
        exchange: digest("exchange_digest")?,
        failure: row.get("failure")?,
    })
}
