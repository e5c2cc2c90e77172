//! What must hold between rows: one query a rule, which gives the rows that
//! break it.

use cuttings_model::{ArticleId, JobKind, UserId};
use sqlx::AssertSqlSafe;

use super::tables::MOST;
use super::{Cure, Fault, FaultKind, Look};
use crate::StoreError;
use crate::db::args;

/// A rule: what is said of a row that breaks it, and the query for such rows with
/// `user_id`, `article_id` and a `number` to be said.
struct Rule {
    says: &'static str,
    sql: &'static str,
    cure: Option<fn(UserId, ArticleId) -> Cure>,
}

const fn rule(says: &'static str, sql: &'static str) -> Rule {
    Rule {
        says,
        sql,
        cure: None,
    }
}

const RULES: &[Rule] = &[
    rule(
        "article {} is ready to be read and has no words",
        "SELECT a.user_id, a.id AS article_id, a.id AS number FROM articles a
         WHERE a.state = 'ready' AND a.deleted_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM article_bodies b WHERE b.user_id = a.user_id AND b.id = a.id)",
    ),
    rule(
        "an article shows capture {}, which is not among its captures",
        "SELECT a.user_id, a.id AS article_id, a.capture_id AS number FROM articles a
         WHERE a.capture_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM captures c WHERE c.user_id = a.user_id
                           AND c.id = a.capture_id AND c.article_id = a.id)",
    ),
    rule(
        "article {} shows words of no capture",
        "SELECT a.user_id, a.id AS article_id, a.id AS number FROM articles a
         JOIN article_bodies b ON b.user_id = a.user_id AND b.id = a.id
         WHERE a.capture_id IS NULL",
    ),
    rule(
        "capture {} is shown and was never read by the extractor",
        "SELECT a.user_id, a.id AS article_id, a.capture_id AS number FROM articles a
         WHERE a.capture_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM extractions e WHERE e.user_id = a.user_id
                           AND e.capture_id = a.capture_id)",
    ),
    rule(
        "a capture is a further page of capture {}, which is not among those of its article",
        "SELECT c.user_id, c.article_id, c.part_of AS number FROM captures c
         WHERE c.part_of IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM captures w WHERE w.user_id = c.user_id
                           AND w.id = c.part_of AND w.article_id = c.article_id)",
    ),
    rule(
        "capture {} holds no bytes and says of no failure",
        "SELECT c.user_id, c.article_id, c.id AS number FROM captures c
         WHERE c.body_digest IS NULL AND c.failure IS NULL AND c.same_as IS NULL",
    ),
    rule(
        "a capture found the page of capture {} unchanged, which is not there",
        "SELECT c.user_id, c.article_id, c.same_as AS number FROM captures c
         WHERE c.same_as IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM captures s WHERE s.user_id = c.user_id
                           AND s.id = c.same_as AND s.article_id = c.article_id)",
    ),
    rule(
        "capture {} says another size than its bytes have",
        "SELECT c.user_id, c.article_id, c.id AS number FROM captures c
         JOIN blobs b ON b.digest = c.body_digest WHERE b.size <> c.body_size",
    ),
    rule(
        "a picture of capture {} says another size than its bytes have",
        "SELECT p.user_id, p.article_id, p.capture_id AS number FROM pictures p
         JOIN blobs b ON b.digest = p.digest WHERE b.size <> p.size",
    ),
    rule(
        "a resource of capture {} says another size than its bytes have",
        "SELECT r.user_id, r.article_id, r.capture_id AS number FROM resources r
         JOIN blobs b ON b.digest = r.digest WHERE b.size <> r.size",
    ),
    rule(
        "a resource of capture {} is kept for another article than the capture",
        "SELECT r.user_id, r.article_id, r.capture_id AS number FROM resources r
         JOIN captures c ON c.user_id = r.user_id AND c.id = r.capture_id
         WHERE c.article_id <> r.article_id",
    ),
    rule(
        "a resource of capture {} holds no bytes and says of no failure",
        "SELECT r.user_id, r.article_id, r.capture_id AS number FROM resources r
         WHERE r.digest IS NULL AND r.failure IS NULL",
    ),
    rule(
        "a resource of capture {} is of no kind this version knows",
        "SELECT r.user_id, r.article_id, r.capture_id AS number FROM resources r
         WHERE r.kind NOT IN ('style', 'font', 'picture', 'frame', 'other')",
    ),
    rule(
        "what capture {} looks like with is noted for another article than the capture",
        "SELECT r.user_id, r.article_id, r.capture_id AS number FROM resource_rounds r
         JOIN captures c ON c.user_id = r.user_id AND c.id = r.capture_id
         WHERE c.article_id <> r.article_id",
    ),
    rule(
        "article {} is captured again at no distance this version knows",
        "SELECT s.user_id, s.article_id, s.article_id AS number FROM schedules s
         WHERE s.every NOT IN ('day', 'week', 'month')",
    ),
    rule(
        "an article was edited up to capture {}, which is not among its captures",
        "SELECT a.user_id, a.id AS article_id, a.edited_to AS number FROM articles a
         WHERE a.edited_to IS NOT NULL AND a.deleted_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM captures c WHERE c.user_id = a.user_id
                           AND c.id = a.edited_to AND c.article_id = a.id)",
    ),
    rule(
        "a picture of capture {} is kept for another article than the capture",
        "SELECT p.user_id, p.article_id, p.capture_id AS number FROM pictures p
         JOIN captures c ON c.user_id = p.user_id AND c.id = p.capture_id
         WHERE c.article_id <> p.article_id",
    ),
    rule(
        "a picture of capture {} is for nothing this version knows",
        "SELECT p.user_id, p.article_id, p.capture_id AS number FROM pictures p
         WHERE p.role NOT IN ('story', 'thumbnail')",
    ),
    Rule {
        says: "article {} says wrongly whether it has a thumbnail",
        sql: "SELECT a.user_id, a.id AS article_id, a.id AS number FROM articles a
              WHERE a.has_thumbnail <> CASE WHEN EXISTS (
                  SELECT 1 FROM pictures p WHERE p.user_id = a.user_id
                    AND p.capture_id = a.capture_id AND p.role = 'thumbnail') THEN 1 ELSE 0 END",
        cure: Some(Cure::ThumbnailFlag),
    },
    Rule {
        says: "article {} waits to be captured and nothing is in line for it",
        sql: "SELECT a.user_id, a.id AS article_id, a.id AS number FROM articles a
              WHERE a.deleted_at IS NULL AND (a.state = 'queued' OR a.retry_at IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.user_id = a.user_id
                                AND j.article_id = a.id)",
        cure: Some(Cure::Queue),
    },
    rule(
        "job {} is in a state that no worker takes it from",
        "SELECT j.user_id, j.article_id, j.id AS number FROM jobs j WHERE j.state <> 'open'",
    ),
    rule(
        "an article repeats article {}, which is not there",
        "SELECT a.user_id, a.id AS article_id, a.twin_of AS number FROM articles a
         WHERE a.twin_of IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM articles o WHERE o.user_id = a.user_id AND o.id = a.twin_of)",
    ),
    rule(
        "an entry of a feed was saved as article {}, which is not there",
        "SELECT e.user_id, CAST(NULL AS BIGINT) AS article_id, e.article_id AS number FROM entries e
         WHERE e.article_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.user_id = e.user_id AND a.id = e.article_id)",
    ),
    rule(
        "a rule is for feed {}, which is not there",
        "SELECT r.user_id, CAST(NULL AS BIGINT) AS article_id, r.feed_id AS number FROM feed_rules r
         WHERE r.feed_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM feeds f WHERE f.user_id = r.user_id AND f.id = r.feed_id)",
    ),
    rule(
        "an action that can be undone holds article {}, which is not there",
        "SELECT u.user_id, CAST(NULL AS BIGINT) AS article_id, u.article_id AS number
         FROM undo_articles u
         WHERE NOT EXISTS (SELECT 1 FROM articles a WHERE a.user_id = u.user_id AND a.id = u.article_id)",
    ),
    rule(
        "a highlight was anchored in capture {}, which is not among those of its article",
        "SELECT h.user_id, h.article_id, h.capture_id AS number FROM highlights h
         WHERE h.capture_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM captures c WHERE c.user_id = h.user_id
                           AND c.id = h.capture_id)",
    ),
    rule(
        "user {} has no counters",
        "SELECT u.id AS user_id, CAST(NULL AS BIGINT) AS article_id, u.id AS number FROM users u
         WHERE NOT EXISTS (SELECT 1 FROM counters c WHERE c.user_id = u.id)",
    ),
    rule(
        "article {} changed after the clock of its library",
        "SELECT a.user_id, a.id AS article_id, a.id AS number FROM articles a
         JOIN counters c ON c.user_id = a.user_id WHERE a.updated_at > c.updated_at",
    ),
];

/// Counters, and the table whose numbers each gives out.
const COUNTERS: &[(&str, &str)] = &[
    ("next_article", "articles"),
    ("next_capture", "captures"),
    ("next_job", "jobs"),
    ("next_token", "tokens"),
    ("next_tag", "tags"),
    ("next_filter", "filters"),
    ("next_undo", "undos"),
    ("next_highlight", "highlights"),
    ("next_feed", "feeds"),
    ("next_entry", "entries"),
    ("next_feed_rule", "feed_rules"),
];

/// Columns that name blobs: the table, the column, and what the bytes are.
pub(super) const NAMES_BLOBS: &[(&str, &str, &str)] = &[
    ("captures", "body_digest", "page"),
    ("captures", "exchange_digest", "exchange"),
    ("pictures", "digest", "picture"),
    ("resources", "digest", "resource"),
    ("resources", "exchange_digest", "exchange"),
];

/// How far ahead a job may be due. Failed fetches are tried again for days, and
/// nobody plans a capture for more than a year.
const MOST_AHEAD_MS: i64 = 400 * 86_400_000;

impl Look<'_> {
    pub(super) async fn rules(&mut self, now_ms: i64) -> Result<(), StoreError> {
        for rule in RULES {
            let outcome = self.rule(rule).await;
            self.part("a table", outcome)?;
        }
        let outcome = self.counters().await;
        self.part("the counters", outcome)?;
        let outcome = self.jobs(now_ms).await;
        self.part("the jobs", outcome)?;
        for (table, column, what) in NAMES_BLOBS {
            let outcome = self.noted(table, column, what).await;
            self.part(&format!("the table {table}"), outcome)?;
        }
        Ok(())
    }

    async fn rule(&mut self, rule: &Rule) -> Result<(), StoreError> {
        let sql = format!("{} LIMIT {MOST}", rule.sql);
        let mut faults = Vec::new();
        let outcome = self
            .snapshot
            .each(AssertSqlSafe(sql), args![], |row| {
                let user_id = UserId(row.get("user_id")?);
                let article_id = row.get::<Option<i64>>("article_id")?.map(ArticleId);
                let number: i64 = row.get("number")?;
                let fault =
                    Fault::new(FaultKind::Row, rule.says.replace("{}", &number.to_string()))
                        .of(user_id, article_id);
                faults.push(Fault {
                    cure: rule
                        .cure
                        .zip(article_id)
                        .map(|(cure, id)| cure(user_id, id)),
                    ..fault
                });
                Ok(())
            })
            .await;
        for fault in faults {
            self.tell(fault);
        }
        outcome
    }

    async fn counters(&mut self) -> Result<(), StoreError> {
        for (counter, table) in COUNTERS {
            let sql = format!(
                "SELECT c.user_id, c.{counter} AS says, t.highest FROM counters c
                 JOIN (SELECT user_id, max(id) AS highest FROM {table} GROUP BY user_id) t
                   ON t.user_id = c.user_id
                 WHERE c.{counter} <= t.highest"
            );
            for row in self.snapshot.all(AssertSqlSafe(sql), args![]).await? {
                let user_id = UserId(row.get("user_id")?);
                let (says, highest): (i64, i64) = (row.get("says")?, row.get("highest")?);
                self.tell(
                    Fault::new(
                        FaultKind::Row,
                        format!(
                            "{counter} is {says}, though number {highest} of {table} is given out"
                        ),
                    )
                    .of(user_id, None)
                    .with(Cure::RaiseCounter {
                        user_id,
                        counter,
                        to: highest + 1,
                    }),
                );
            }
        }
        Ok(())
    }

    async fn jobs(&mut self, now_ms: i64) -> Result<(), StoreError> {
        let rows = self
            .snapshot
            .all(
                "SELECT user_id, article_id, id, kind, run_at FROM jobs WHERE state = 'open'",
                args![],
            )
            .await?;
        for row in rows {
            let (id, kind): (i64, String) = (row.get("id")?, row.get("kind")?);
            let run_at_ms: i64 = row.get("run_at")?;
            let what = if JobKind::parse(&kind).is_none() {
                format!("job {id} is of the kind {kind:?}, which no worker knows")
            } else if run_at_ms > now_ms + MOST_AHEAD_MS {
                format!("job {id} is due so late that it waits forever")
            } else {
                continue;
            };
            self.tell(Fault::new(FaultKind::Row, what).of(
                UserId(row.get("user_id")?),
                Some(ArticleId(row.get("article_id")?)),
            ));
        }
        Ok(())
    }

    /// Rows that name bytes nobody noted as stored.
    async fn noted(&mut self, table: &str, column: &str, what: &str) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT t.user_id, t.article_id, t.{column} AS digest FROM {table} t
             WHERE t.{column} IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM blobs b WHERE b.digest = t.{column})
             LIMIT {MOST}"
        );
        for row in self.snapshot.all(AssertSqlSafe(sql), args![]).await? {
            let digest: String = row.get("digest")?;
            self.tell(
                Fault::new(
                    FaultKind::Row,
                    format!("the bytes of a {what}, {digest}, were never noted as stored"),
                )
                .of(
                    UserId(row.get("user_id")?),
                    Some(ArticleId(row.get("article_id")?)),
                ),
            );
        }
        Ok(())
    }
}
