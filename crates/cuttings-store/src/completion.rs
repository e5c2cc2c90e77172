//! What can be completed while a query is typed: names that are in the library.

use cuttings_model::UserId;
use cuttings_text::analyse;

use crate::db::args;
use crate::search::escape_like;
use crate::{FacetValue, Store, StoreError};

impl Store {
    /// Tags with a word that begins with `start`, those on most articles first.
    pub async fn tags_starting(
        &self,
        user_id: UserId,
        start: &str,
        limit: i64,
    ) -> Result<Vec<FacetValue>, StoreError> {
        let begins = escape_like(&start.to_lowercase());
        self.db
            .all(
                "SELECT t.name AS value,
                        (SELECT count(*) FROM article_tags x
                         WHERE x.user_id = $1 AND x.tag_id = t.id) AS many
                 FROM tags t
                 WHERE t.user_id = $1
                   AND (t.name_key LIKE $2 ESCAPE '\\' OR t.name_key LIKE $3 ESCAPE '\\')
                 ORDER BY many DESC, t.name_key
                 LIMIT $4",
                args![
                    user_id.0,
                    format!("{begins}%"),
                    format!("% {begins}%"),
                    limit
                ],
            )
            .await?
            .iter()
            .map(value)
            .collect()
    }

    /// Publications with a word that begins with `start`, by name. They are not
    /// counted: that would read every article.
    pub async fn publications_starting(
        &self,
        user_id: UserId,
        start: &str,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let wanted = format!(" {}", analyse::key(start));
        let mut names = self.publications(user_id).await?;
        names.retain(|name| format!(" {}", analyse::key(name)).contains(&wanted));
        names.truncate(limit);
        Ok(names)
    }

    /// Authors with a word that begins with `start`, those with most articles
    /// first.
    pub async fn authors_starting(
        &self,
        user_id: UserId,
        start: &str,
        limit: usize,
    ) -> Result<Vec<FacetValue>, StoreError> {
        // Names that stand together are one row here, so more are asked for.
        const ROWS: i64 = 40;
        let wanted = format!(" {}", analyse::key(start));
        let rows = self
            .db
            .all(
                "SELECT w.many, a.authors FROM (
                     SELECT author_key, count(*) AS many, max(id) AS id FROM articles
                     WHERE user_id = $1 AND author_key LIKE $2 ESCAPE '\\'
                     GROUP BY author_key
                     ORDER BY count(*) DESC, author_key
                     LIMIT $3
                 ) w
                 JOIN articles a ON a.user_id = $1 AND a.id = w.id",
                args![user_id.0, format!("%{}%", escape_like(&wanted)), ROWS],
            )
            .await?;
        let mut found: Vec<FacetValue> = Vec::new();
        for row in &rows {
            let written: String = row.get("authors")?;
            let many: i64 = row.get("many")?;
            let names: Vec<String> =
                serde_json::from_str(&written).map_err(|_| StoreError::Nonsense {
                    what: format!("articles.authors is {written:?}"),
                })?;
            for name in names {
                if !format!(" {}", analyse::key(&name)).contains(&wanted) {
                    continue;
                }
                match found.iter_mut().find(|known| known.value == name) {
                    Some(known) => known.article_count += many,
                    None => found.push(FacetValue {
                        value: name,
                        article_count: many,
                    }),
                }
            }
        }
        found.sort_by(|one, other| {
            (other.article_count, &one.value).cmp(&(one.article_count, &other.value))
        });
        found.truncate(limit);
        Ok(found)
    }

    /// The languages of the library that begin with `start`, as primary tags.
    pub async fn languages_starting(
        &self,
        user_id: UserId,
        start: &str,
    ) -> Result<Vec<String>, StoreError> {
        let start = start.to_lowercase();
        let mut tags = self.languages(user_id).await?;
        tags.retain(|tag| tag.starts_with(&start));
        Ok(tags)
    }
}

fn value(row: &crate::db::Row) -> Result<FacetValue, StoreError> {
    Ok(FacetValue {
        value: row.get("value")?,
        article_count: row.get("many")?,
    })
}
