//! Search: a parsed query against the index and the article rows.
//!
//! The words are matched by the engine's own index, fed with terms that
//! `cuttings-text` made; filters are conditions on the article rows. Both
//! engines give the same hits.

use cuttings_model::{Article, ArticleId, UserId};
use cuttings_text::analyse;
use cuttings_text::query::{AnyOf, Condition, Days, Forms, Query, State, Test};
use sqlx::AssertSqlSafe;

use crate::articles::{COLUMNS, article};
use crate::db::args;
use crate::list::{Conditions, numbers};
use crate::{Engine, Store, StoreError, dialect};

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
    /// newest first. At most `most`: where more match, the newest of them.
    pub async fn matches(
        &self,
        user_id: UserId,
        query: &Query,
        most: i64,
    ) -> Result<Vec<ArticleId>, StoreError> {
        let mut conditions = Conditions {
            sql: String::new(),
            values: args![user_id.0],
        };
        let words = self.words(user_id, query, Forms::Stems).await?;
        // Numbers only, and all in one row: each row crosses threads, which costs
        // more than ranking it. The rows of the page that is shown come after.
        let (found, order) = if let Some(words) = words.filter(|_| !query.negative_only()) {
            // What `dialect::ranked` knows as `$2` and `$3`.
            conditions.bind(words);
            let forms = dialect::ranked_by(self.engine());
            conditions.bind(self.words(user_id, query, forms).await?);
            self.with_filters(user_id, query, &mut conditions).await?;
            let most = conditions.bind(most);
            (
                dialect::ranked(self.engine(), &conditions.sql, &most),
                "rank, saved_at DESC, id DESC",
            )
        } else {
            self.with_query(user_id, query, &mut conditions).await?;
            let most = conditions.bind(most);
            (
                format!(
                    "SELECT a.id, a.saved_at FROM articles a
                     WHERE a.user_id = $1 AND a.deleted_at IS NULL {}
                     ORDER BY a.saved_at DESC, a.id DESC
                     LIMIT {most}",
                    conditions.sql
                ),
                "saved_at DESC, id DESC",
            )
        };
        let sql = format!(
            "SELECT string_agg(CAST(id AS TEXT), ',' ORDER BY {order}) AS ids FROM ({found}) found"
        );
        let row = self.db.one(AssertSqlSafe(sql), conditions.values).await?;
        let ids: Option<String> = row.get("ids")?;
        ids.iter()
            .flat_map(|ids| ids.split(','))
            .map(|id| {
                id.parse().map(ArticleId).map_err(|_| StoreError::Nonsense {
                    what: format!("the number of an article is {id:?}"),
                })
            })
            .collect()
    }

    /// How many articles match, counted up to `most`.
    pub async fn count_matches(
        &self,
        user_id: UserId,
        query: &Query,
        most: i64,
    ) -> Result<i64, StoreError> {
        let mut conditions = Conditions {
            sql: String::new(),
            values: args![user_id.0],
        };
        self.with_query(user_id, query, &mut conditions).await?;
        let most = conditions.bind(most);
        let sql = format!(
            "SELECT count(*) AS many FROM (
                 SELECT a.id FROM articles a
                 WHERE a.user_id = $1 AND a.deleted_at IS NULL {}
                 LIMIT {most}) counted",
            conditions.sql
        );
        self.db
            .one(AssertSqlSafe(sql), conditions.values)
            .await?
            .get("many")
    }

    /// The words of a query as the engine's index takes them.
    async fn words(
        &self,
        user_id: UserId,
        query: &Query,
        forms: Forms,
    ) -> Result<Option<String>, StoreError> {
        if query.expression.is_none() {
            return Ok(None);
        }
        let languages = self.languages(user_id).await?;
        let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
        Ok(match self.engine() {
            Engine::Sqlite => query.fts5(forms, &languages),
            Engine::Postgres => query.tsquery(forms, &languages),
        })
    }

    /// Adds the conditions of a whole query, words included, to those on the
    /// table called `a`.
    pub(crate) async fn with_query(
        &self,
        user_id: UserId,
        query: &Query,
        conditions: &mut Conditions,
    ) -> Result<(), StoreError> {
        if let Some(words) = self.words(user_id, query, Forms::Stems).await? {
            let place = conditions.bind(words);
            let matches = dialect::matching_ids(self.engine()).replace("$2", &place);
            let not = if query.negative_only() { "NOT" } else { "" };
            conditions.sql += &format!(" AND a.id {not} IN ({matches})");
        }
        self.with_filters(user_id, query, conditions).await
    }

    /// Adds the conditions of a query's filters.
    pub(crate) async fn with_filters(
        &self,
        user_id: UserId,
        query: &Query,
        conditions: &mut Conditions,
    ) -> Result<(), StoreError> {
        // With words, rows are read one by one anyway. Without, names are looked
        // for in an index that holds nothing else, instead of in every row.
        let in_index = query.expression.is_none();
        for AnyOf(any) in &query.filters {
            let mut sides = Vec::new();
            for Test { condition, wanted } in any {
                let sql = match condition {
                    Condition::Publication(typed) => {
                        self.of_publication(user_id, typed, conditions).await?
                    }
                    other => condition_sql(other, in_index, conditions),
                };
                sides.push(if *wanted { sql } else { format!("NOT {sql}") });
            }
            conditions.sql += &format!(" AND ({})", sides.join(" OR "));
        }
        Ok(())
    }

    /// By the words of the outlet's name: those that are called exactly so, else
    /// those that hold the words; where none does, by host.
    async fn of_publication(
        &self,
        user_id: UserId,
        typed: &str,
        conditions: &mut Conditions,
    ) -> Result<String, StoreError> {
        let wanted = between_blanks(typed);
        let known = self.publications(user_id).await?;
        let mut names: Vec<&String> = known
            .iter()
            .filter(|name| between_blanks(name) == wanted)
            .collect();
        if names.is_empty() {
            names = known
                .iter()
                .filter(|name| between_blanks(name).contains(&wanted))
                .collect();
        }
        if names.is_empty() {
            return Ok(on_site(&typed.to_lowercase(), conditions));
        }
        let names: Vec<String> = names
            .into_iter()
            .map(|name| conditions.bind(name))
            .collect();
        Ok(format!(
            "coalesce(a.publication, '') IN ({})",
            names.join(", ")
        ))
    }

    /// The articles with these numbers and their text, in this order.
    pub async fn hits(
        &self,
        user_id: UserId,
        ids: &[ArticleId],
    ) -> Result<Vec<SearchHit>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut hits = self
            .db
            .all(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS}, coalesce(b.text, '') AS text
                     FROM articles a
                     LEFT JOIN article_bodies b ON b.user_id = a.user_id AND b.id = a.id
                     WHERE a.user_id = $1 AND a.id IN ({})",
                    numbers(ids)
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
        hits.sort_by_key(|hit| ids.iter().position(|id| *id == hit.article.id));
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

/// A condition in SQL, in parentheses or binding as tightly; never NULL, so that
/// `NOT` turns it around.
fn condition_sql(condition: &Condition, in_index: bool, conditions: &mut Conditions) -> String {
    match condition {
        Condition::Site(site) if in_index => {
            let here = on_site(site, conditions).replace("a.site", "s.site");
            format!("a.id IN (SELECT s.id FROM articles s WHERE s.user_id = $1 AND {here})")
        }
        Condition::Site(site) => on_site(site, conditions),
        Condition::Author(name) => {
            let pattern = format!("%{}%", escape_like(&between_blanks(name)));
            let pattern = conditions.bind(pattern);
            if in_index {
                format!(
                    "a.id IN (SELECT w.id FROM articles w
                              WHERE w.user_id = $1 AND w.author_key LIKE {pattern} ESCAPE '\\')"
                )
            } else {
                format!("(a.author_key LIKE {pattern} ESCAPE '\\')")
            }
        }
        Condition::Tag(name) => {
            let key = conditions.bind(name.to_lowercase());
            format!(
                "a.id IN (SELECT x.article_id FROM article_tags x WHERE x.user_id = $1
                   AND x.tag_id = (SELECT t.id FROM tags t
                                   WHERE t.user_id = $1 AND t.name_key = {key}))"
            )
        }
        Condition::Language(tag) => {
            let exact = conditions.bind(tag);
            let below = conditions.bind(format!("{tag}-%"));
            format!(
                "(lower(coalesce(a.language, '')) = {exact}
                  OR lower(coalesce(a.language, '')) LIKE {below})"
            )
        }
        Condition::Highlight(words) => {
            let pattern = format!("% {}%", escape_like(&analyse::key(words)));
            let pattern = conditions.bind(pattern);
            format!(
                "a.id IN (SELECT h.article_id FROM highlights h
                          WHERE h.user_id = $1 AND h.deleted_at IS NULL
                            AND h.words_key LIKE {pattern} ESCAPE '\\')"
            )
        }
        // An article without a publication date is searched by when it was saved.
        Condition::Published(days) => {
            within(days, "coalesce(a.published_at, a.saved_at)", conditions)
        }
        Condition::Saved(days) => within(days, "a.saved_at", conditions),
        Condition::Minutes(minutes) => {
            let mut sql = String::from("(a.word_count > 0");
            for (compared, count) in [(">=", minutes.least), ("<=", minutes.most)] {
                if let Some(count) = count {
                    let count = conditions.bind(count);
                    sql += &format!(" AND a.reading_minutes {compared} {count}");
                }
            }
            sql + ")"
        }
        Condition::Is(state) => state_sql(*state).to_owned(),
        Condition::Publication(_) => unreachable!("looked up by name before"),
    }
}

/// Articles that are captured again by themselves.
pub(crate) const SCHEDULED: &str =
    "a.id IN (SELECT s.article_id FROM schedules s WHERE s.user_id = $1)";

fn state_sql(state: State) -> &'static str {
    match state {
        State::Unread => "(a.archived_at IS NULL)",
        State::Archived => "(a.archived_at IS NOT NULL)",
        State::Starred => "(a.starred_at IS NOT NULL)",
        State::Highlighted => {
            "a.id IN (SELECT h.article_id FROM highlights h
                      WHERE h.user_id = $1 AND h.deleted_at IS NULL)"
        }
        // The second half is that of an index.
        State::Failed => "(a.state = 'failed' AND a.state <> 'ready')",
        State::Edited => "(a.edited_at IS NOT NULL)",
        State::Scheduled => SCHEDULED,
    }
}

fn on_site(site: &str, conditions: &mut Conditions) -> String {
    let site = site.trim_start_matches("www.");
    let exact = conditions.bind(site);
    let below = conditions.bind(format!("%.{}", escape_like(site)));
    format!("(a.site = {exact} OR a.site LIKE {below} ESCAPE '\\')")
}

fn within(days: &Days, column: &str, conditions: &mut Conditions) -> String {
    let sides: Vec<String> = [(">=", days.from), ("<", days.before)]
        .into_iter()
        .filter_map(|(compared, day)| {
            let instant = conditions.bind(start_ms(day?));
            Some(format!("{column} {compared} {instant}"))
        })
        .collect();
    format!("({})", sides.join(" AND "))
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
