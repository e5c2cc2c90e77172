//! Search: a parsed query against the index and the article rows.
//!
//! The words are matched by the engine's own index, fed with terms that
//! `cuttings-text` made; sites, authors, dates and states are conditions on
//! the article rows. Both engines give the same hits.

use cuttings_model::{Article, UserId};
use cuttings_text::query::{Query, State};
use sqlx::AssertSqlSafe;

use crate::articles::{COLUMNS, article};
use crate::db::{Value, args};
use crate::{Engine, Store, StoreError, dialect};

const NEWEST_FIRST: &str = "a.saved_at DESC, a.id DESC";

/// An article that matches, with the text that a snippet is cut from.
#[derive(Debug)]
pub struct SearchHit {
    /// The article.
    pub article: Article,
    /// Its clean text; empty while there is none.
    pub text: String,
}

impl Store {
    /// Articles of the user that match, best first; without words to match,
    /// newest first. `offset` counts hits, `limit` caps them.
    pub async fn search(
        &self,
        user_id: UserId,
        query: &Query,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<SearchHit>, StoreError> {
        let engine = self.engine();
        let languages = self.languages(user_id).await?;
        let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
        let words = match engine {
            Engine::Sqlite => query.fts5(&languages),
            Engine::Postgres => query.tsquery(&languages),
        };
        let mut values = args![user_id.0];
        let mut conditions = String::new();
        let (matches, order) = match words {
            Some(words) if query.negative_only() => {
                values.push(Value::from(words));
                let matches = dialect::matches(engine);
                conditions += &format!(" AND a.id NOT IN (SELECT id FROM ({matches}) m)");
                (String::new(), NEWEST_FIRST)
            }
            Some(words) => {
                values.push(Value::from(words));
                (
                    format!("JOIN ({}) m ON m.id = a.id", dialect::matches(engine)),
                    "m.rank, a.saved_at DESC, a.id DESC",
                )
            }
            None => (String::new(), NEWEST_FIRST),
        };
        conditions += &filters(query, &mut values);
        values.extend(args![limit, offset]);
        // Numbers first, rows of the one page after: sorting whole articles
        // by rank would read the text of every match.
        let sql = format!(
            "SELECT a.id FROM articles a {matches}
             WHERE a.user_id = $1 AND a.deleted_at IS NULL {conditions}
             ORDER BY {order}
             LIMIT ${} OFFSET ${}",
            values.len() - 1,
            values.len()
        );
        let mut ids = Vec::new();
        for row in self.db.all(AssertSqlSafe(sql), values).await? {
            ids.push(row.get::<i64>("id")?);
        }
        self.hits(user_id, &ids).await
    }

    /// The articles with these numbers and their text, in this order.
    async fn hits(&self, user_id: UserId, ids: &[i64]) -> Result<Vec<SearchHit>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let list = ids
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        let mut hits = self
            .db
            .all(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS}, coalesce(b.text, '') AS text
                     FROM articles a
                     LEFT JOIN article_bodies b ON b.user_id = a.user_id AND b.id = a.id
                     WHERE a.user_id = $1 AND a.id IN ({list})"
                )),
                args![user_id.0],
            )
            .await?
            .iter()
            .map(|row| {
                Ok(SearchHit {
                    article: article(row)?,
                    text: row.get("text")?,
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        hits.sort_by_key(|hit| ids.iter().position(|id| *id == hit.article.id.0));
        Ok(hits)
    }

    /// The languages a user's articles are in, by primary tag.
    pub(crate) async fn languages(&self, user_id: UserId) -> Result<Vec<String>, StoreError> {
        // A skip scan: one index look-up a language instead of a row a article.
        let mut languages: Vec<String> = self
            .db
            .all(
                "WITH RECURSIVE steps (language) AS (
                     SELECT min(language) FROM articles WHERE user_id = $1
                     UNION ALL
                     SELECT (SELECT min(language) FROM articles
                             WHERE user_id = $1 AND language > steps.language)
                     FROM steps WHERE steps.language IS NOT NULL
                 )
                 SELECT language FROM steps WHERE language IS NOT NULL",
                args![user_id.0],
            )
            .await?
            .iter()
            .map(|row| {
                let tag: String = row.get("language")?;
                Ok(tag.split('-').next().unwrap_or_default().to_lowercase())
            })
            .collect::<Result<_, StoreError>>()?;
        languages.sort_unstable();
        languages.dedup();
        Ok(languages)
    }
}

/// The conditions that a query's filters put on the article rows; their values
/// are added to `values`.
pub(crate) fn filters(query: &Query, values: &mut Vec<Value>) -> String {
    let mut sql = String::new();
    let mut bind = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let filters = &query.filters;
    for (sites, not) in [(&filters.sites, ""), (&filters.not_sites, "NOT ")] {
        // One of the sites is enough; none of those to be left out may be it.
        let any: Vec<String> = sites
            .iter()
            .map(|site| {
                let exact = bind(Value::from(site));
                let below = bind(Value::from(format!("%.{}", escape_like(site))));
                format!("a.site = {exact} OR a.site LIKE {below} ESCAPE '\\'")
            })
            .collect();
        if !any.is_empty() {
            sql += &format!(" AND {not}({})", any.join(" OR "));
        }
    }
    for (authors, not) in [(&filters.authors, ""), (&filters.not_authors, "NOT ")] {
        for author in authors {
            let pattern = bind(Value::from(format!(
                "%{}%",
                escape_like(&between_blanks(author))
            )));
            sql += &format!(" AND {not}a.author_key LIKE {pattern} ESCAPE '\\'");
        }
    }
    // An article without a publication date is searched by when it was saved.
    if let Some(before) = filters.before {
        let instant = bind(Value::from(start_ms(before)));
        sql += &format!(" AND coalesce(a.published_at, a.saved_at) < {instant}");
    }
    if let Some(after) = filters.after {
        let instant = bind(Value::from(start_ms(after)));
        sql += &format!(" AND coalesce(a.published_at, a.saved_at) >= {instant}");
    }
    for state in &filters.states {
        sql += condition(*state);
    }
    for state in &filters.not_states {
        sql += match state {
            State::Unread => condition(State::Archived),
            State::Archived => condition(State::Unread),
            State::Starred => " AND a.starred_at IS NULL",
        };
    }
    sql
}

fn condition(state: State) -> &'static str {
    match state {
        State::Unread => " AND a.archived_at IS NULL",
        State::Archived => " AND a.archived_at IS NOT NULL",
        State::Starred => " AND a.starred_at IS NOT NULL",
    }
}

pub(crate) fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// Midnight UTC at the start of a day, in milliseconds since 1970.
pub(crate) fn start_ms(day: jiff::civil::Date) -> i64 {
    const EPOCH: jiff::civil::Date = jiff::civil::date(1970, 1, 1);
    i64::from((day - EPOCH).get_days()) * 86_400_000
}

/// The words of a name, folded as the index folds them, between blanks:
/// ` ada byron `. So a search for `byron` finds her and not Ada Byrony. Empty
/// for a name without words.
pub(crate) fn between_blanks(name: &str) -> String {
    let key = cuttings_text::analyse::key(name);
    if key.is_empty() {
        key
    } else {
        format!(" {key} ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_is_found_by_whole_words_only() {
        assert_eq!(between_blanks("Ada  Byron"), " ada byron ");
        assert!(!between_blanks("Ada Byrony").contains(&between_blanks("byron")));
        assert_eq!(between_blanks("—"), "");
    }

    #[test]
    fn w05_wildcards_in_a_filter_are_plain_characters() {
        assert_eq!(escape_like(r"50%_\"), r"50\%\_\\");
    }
}
