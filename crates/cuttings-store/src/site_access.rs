//! What users have given us to show to single sites. Only the sealed form of it
//! comes here; sealing and opening is `cuttings-library`'s.

use cuttings_model::UserId;

use crate::db::{Row, args};
use crate::{Store, StoreError};

/// What a user has given for one site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedAccess {
    /// The site: host, and port if it is not the usual one.
    pub site: String,
    /// Whether hosts below it are shown it too.
    pub subdomains: bool,
    /// Whether it may go over http.
    pub plain_http: bool,
    /// Names of the headers.
    pub names: Vec<String>,
    /// Their values, sealed.
    pub sealed: String,
    /// Tells the key that sealed them from others.
    pub key_mark: String,
    /// When it was given.
    pub changed_at_ms: i64,
    /// When it was last shown to the site.
    pub used_at_ms: Option<i64>,
}

fn sealed_access(row: &Row) -> Result<SealedAccess, StoreError> {
    let names: String = row.get("names")?;
    Ok(SealedAccess {
        site: row.get("site")?,
        subdomains: row.get::<i64>("subdomains")? != 0,
        plain_http: row.get::<i64>("plain_http")? != 0,
        names: serde_json::from_str(&names).map_err(|_| StoreError::Nonsense {
            what: format!("site_access.names is {names:?}"),
        })?,
        sealed: row.get("sealed")?,
        key_mark: row.get("key_mark")?,
        changed_at_ms: row.get("changed_at")?,
        used_at_ms: row.get("used_at")?,
    })
}

impl Store {
    /// All that a user has given, by site.
    pub async fn site_access(&self, user_id: UserId) -> Result<Vec<SealedAccess>, StoreError> {
        self.db
            .all(
                "SELECT site, subdomains, plain_http, names, sealed, key_mark, changed_at, used_at
                 FROM site_access WHERE user_id = $1 ORDER BY site",
                args![user_id.0],
            )
            .await?
            .iter()
            .map(sealed_access)
            .collect()
    }

    /// Keeps what a user gives for a site, instead of what was given before.
    pub async fn put_site_access(
        &self,
        user_id: UserId,
        access: &SealedAccess,
    ) -> Result<(), StoreError> {
        let names = serde_json::Value::from(access.names.clone()).to_string();
        let mut tx = self.db.begin().await?;
        tx.run(
            "INSERT INTO site_access (user_id, site, subdomains, plain_http, names, sealed,
                 key_mark, changed_at, used_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (user_id, site) DO UPDATE SET
                 subdomains = excluded.subdomains, plain_http = excluded.plain_http,
                 names = excluded.names, sealed = excluded.sealed, key_mark = excluded.key_mark,
                 changed_at = excluded.changed_at, used_at = excluded.used_at",
            args![
                user_id.0,
                &access.site,
                access.subdomains,
                access.plain_http,
                names,
                &access.sealed,
                &access.key_mark,
                access.changed_at_ms,
                access.used_at_ms
            ],
        )
        .await?;
        tx.commit().await
    }

    /// Notes that what was given for a site has been shown to it. What was taken
    /// back meanwhile stays so.
    pub async fn note_site_access_used(
        &self,
        user_id: UserId,
        site: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.run(
            "UPDATE site_access SET used_at = $3 WHERE user_id = $1 AND site = $2",
            args![user_id.0, site, now_ms],
        )
        .await?;
        tx.commit().await
    }

    /// Forgets what a user has given for a site. `false` when there is nothing.
    pub async fn delete_site_access(
        &self,
        user_id: UserId,
        site: &str,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let done = tx
            .run(
                "DELETE FROM site_access WHERE user_id = $1 AND site = $2",
                args![user_id.0, site],
            )
            .await?;
        tx.commit().await?;
        Ok(done == 1)
    }
}
