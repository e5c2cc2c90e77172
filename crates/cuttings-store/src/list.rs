//! Lists: the articles a filter lets through, in its order, page by page.
//!
//! A page goes on behind a [`ListPosition`], the sort key and number of the
//! last article shown, so nothing is skipped or shown twice while articles
//! come in. Numbers are found first, from an index that holds all a filter can
//! ask for; the rows of the one page come after.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cuttings_model::{Article, ArticleId, ArticleState, EditedWhich, Filter, Sort, UserId, View};
use cuttings_text::{analyse, query};
use jiff::civil::Date;
use sqlx::AssertSqlSafe;

use crate::articles::{COLUMNS, article};
use crate::db::{Row, Tx, Value, args};
use crate::search::{SCHEDULED, between_blanks, escape_like, start_ms};
use crate::{Store, StoreError};

/// What an article is sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SortKey {
    /// An instant or a count.
    Number(i64),
    /// A folded headline.
    Text(String),
}

/// A place in a list: what comes behind the article with this key and number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPosition {
    /// Sort key of the last article shown.
    pub key: SortKey,
    /// Its number.
    pub id: i64,
}

impl std::fmt::Display for ListPosition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.key {
            SortKey::Number(key) => write!(f, "{key}.{}", self.id),
            SortKey::Text(key) => write!(f, "{key}.{}", self.id),
        }
    }
}

impl ListPosition {
    /// Reads back what was printed for a list in this order; `None` when it is
    /// none.
    pub fn parse(text: &str, sort: Sort) -> Option<Self> {
        let (key, id) = text.rsplit_once('.')?;
        let number = |text: &str| text.parse().ok().filter(|number: &i64| *number >= 0);
        Some(Self {
            key: match sort {
                Sort::Title => SortKey::Text(key.to_owned()),
                // Some articles were published before 1970.
                Sort::Published | Sort::PublishedOldest => SortKey::Number(key.parse().ok()?),
                _ => SortKey::Number(number(key)?),
            },
            id: number(id)?,
        })
    }
}

/// One page of a list.
#[derive(Debug)]
pub struct ListPage {
    /// The articles.
    pub articles: Vec<Article>,
    /// Where the next page begins; none at the end.
    pub next: Option<ListPosition>,
}

/// What was counted, with the clock of the library at that time. While the
/// clock stands, nothing that could be counted has changed.
pub(crate) type Counts = Arc<Mutex<HashMap<Counted, (i64, i64)>>>;

/// Whose articles, which, and the most that are counted.
type Counted = (UserId, String, Option<i64>);

/// Most counts that are kept; beyond, all are forgotten.
const MOST_COUNTS: usize = 1_000;

/// Failed captures of one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureGroup {
    /// Code of the reason.
    pub code: String,
    /// How many.
    pub article_count: i64,
}

/// The conditions of a filter in SQL, and their values. `$1` is the user.
pub(crate) struct Conditions {
    /// Begins with `AND`, or is empty.
    pub sql: String,
    pub values: Vec<Value>,
}

impl Conditions {
    pub fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }
}

/// What an order sorts by, and whether the greatest comes first.
pub(crate) fn order(sort: Sort) -> (&'static str, bool) {
    match sort {
        Sort::Newest => ("a.saved_at", true),
        Sort::Oldest => ("a.saved_at", false),
        Sort::Published => ("coalesce(a.published_at, a.saved_at)", true),
        Sort::PublishedOldest => ("coalesce(a.published_at, a.saved_at)", false),
        Sort::Shortest => (
            "CASE WHEN a.word_count > 0 THEN a.word_count ELSE 2147483647 END",
            false,
        ),
        Sort::Longest => ("a.word_count", true),
        Sort::Title => ("a.title_key", false),
        Sort::Read => ("coalesce(a.read_at, 0)", true),
    }
}

impl Store {
    /// Up to `limit` articles that `filter` lets through, in its order, behind
    /// `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Query`] when the filter's words cannot be read.
    pub async fn list(
        &self,
        user_id: UserId,
        filter: &Filter,
        after: Option<&ListPosition>,
        limit: i64,
    ) -> Result<ListPage, StoreError> {
        let mut conditions = self.conditions(user_id, filter).await?;
        let (key, descending) = order(filter.sort);
        let (direction, behind) = if descending {
            ("DESC", "<")
        } else {
            ("ASC", ">")
        };
        let from = match after {
            None => String::new(),
            Some(after) => {
                let at = conditions.bind(match &after.key {
                    SortKey::Number(key) => Value::from(*key),
                    SortKey::Text(key) => Value::from(key),
                });
                let id = conditions.bind(after.id);
                format!("AND ({key}, a.id) {behind} ({at}, {id})")
            }
        };
        let limited = conditions.bind(limit + 1);
        let sql = format!(
            "SELECT a.id, {key} AS sort_key FROM articles a
             WHERE a.user_id = $1 AND a.deleted_at IS NULL {} {from}
             ORDER BY {key} {direction}, a.id {direction}
             LIMIT {limited}",
            conditions.sql
        );
        let mut rows = self.db.all(AssertSqlSafe(sql), conditions.values).await?;
        let more = rows.len() as i64 > limit;
        rows.truncate(limit as usize);
        let ids = rows
            .iter()
            .map(|row| row.get("id").map(ArticleId))
            .collect::<Result<Vec<_>, _>>()?;
        let next = match rows.last() {
            Some(last) if more => Some(position(last, filter.sort)?),
            _ => None,
        };
        Ok(ListPage {
            articles: self.articles(user_id, &ids).await?,
            next,
        })
    }

    /// How many articles a filter lets through; with `most`, no more than that
    /// are counted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Query`] when the filter's words cannot be read.
    pub async fn count(
        &self,
        user_id: UserId,
        filter: &Filter,
        most: Option<i64>,
    ) -> Result<i64, StoreError> {
        let asked = Filter {
            sort: Sort::default(),
            ..filter.clone()
        };
        let key = (user_id, asked.query(), most);
        // Read before counting: a change in between makes the count too new
        // for its clock, and it is counted again, never too old.
        let clock_ms = self.clock_ms(user_id).await?;
        let known = self.counts().get(&key).copied();
        if let Some((_, count)) = known.filter(|(at_ms, _)| *at_ms == clock_ms) {
            return Ok(count);
        }
        let count = self.count_anew(user_id, filter, most).await?;
        let mut counts = self.counts();
        if counts.len() >= MOST_COUNTS {
            counts.clear();
        }
        counts.insert(key, (clock_ms, count));
        Ok(count)
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Counted, (i64, i64)>> {
        // Nothing that holds it can leave it half changed.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn count_anew(
        &self,
        user_id: UserId,
        filter: &Filter,
        most: Option<i64>,
    ) -> Result<i64, StoreError> {
        let mut conditions = self.conditions(user_id, filter).await?;
        let rows = format!(
            "FROM articles a WHERE a.user_id = $1 AND a.deleted_at IS NULL {}",
            conditions.sql
        );
        let sql = match most {
            None => format!("SELECT count(*) AS many {rows}"),
            Some(most) => {
                let most = conditions.bind(most);
                format!("SELECT count(*) AS many FROM (SELECT a.id {rows} LIMIT {most}) counted")
            }
        };
        self.db
            .one(AssertSqlSafe(sql), conditions.values)
            .await?
            .get("many")
    }

    /// The articles with these numbers, in this order; those that are not there
    /// are left out.
    pub async fn articles(
        &self,
        user_id: UserId,
        ids: &[ArticleId],
    ) -> Result<Vec<Article>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut articles = self
            .db
            .all(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS} FROM articles a WHERE a.user_id = $1 AND a.id IN ({})",
                    numbers(ids)
                )),
                args![user_id.0],
            )
            .await?
            .iter()
            .map(article)
            .collect::<Result<Vec<_>, StoreError>>()?;
        articles.sort_by_key(|article| ids.iter().position(|id| *id == article.id));
        Ok(articles)
    }

    /// Failed captures by reason, the most frequent first.
    pub async fn failure_groups(&self, user_id: UserId) -> Result<Vec<FailureGroup>, StoreError> {
        let mut groups = self
            .db
            .all(
                "SELECT coalesce(a.reason_code, '') AS code, count(*) AS many FROM articles a
                 WHERE a.user_id = $1 AND a.deleted_at IS NULL
                   AND a.state = 'failed' AND a.state <> 'ready'
                 GROUP BY coalesce(a.reason_code, '')",
                args![user_id.0],
            )
            .await?
            .iter()
            .map(|row| {
                Ok(FailureGroup {
                    code: row.get("code")?,
                    article_count: row.get("many")?,
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        groups.sort_by(|a, b| (b.article_count, &a.code).cmp(&(a.article_count, &b.code)));
        Ok(groups)
    }

    /// The outlets of a user's articles, by name.
    pub async fn publications(&self, user_id: UserId) -> Result<Vec<String>, StoreError> {
        // A skip scan: one index look-up an outlet instead of a row an article.
        self.db
            .all(
                "WITH RECURSIVE steps (publication) AS (
                     SELECT min(publication) FROM articles WHERE user_id = $1
                     UNION ALL
                     SELECT (SELECT min(publication) FROM articles
                             WHERE user_id = $1 AND publication > steps.publication)
                     FROM steps WHERE steps.publication IS NOT NULL
                 )
                 SELECT publication FROM steps WHERE publication IS NOT NULL",
                args![user_id.0],
            )
            .await?
            .iter()
            .map(|row| row.get("publication"))
            .collect()
    }

    /// A filter's conditions, for lists, counts and actions on all that match.
    pub(crate) async fn conditions(
        &self,
        user_id: UserId,
        filter: &Filter,
    ) -> Result<Conditions, StoreError> {
        let mut conditions = Conditions {
            sql: shelf(filter),
            values: args![user_id.0],
        };
        if let Some(reason) = &filter.reason {
            let code = conditions.bind(reason);
            conditions.sql += &format!(" AND a.reason_code = {code}");
        }
        for tag in &filter.tags {
            let key = conditions.bind(tag.to_lowercase());
            conditions.sql += &format!(
                " AND a.id IN (SELECT x.article_id FROM article_tags x WHERE x.user_id = $1
                   AND x.tag_id = (SELECT t.id FROM tags t
                                   WHERE t.user_id = $1 AND t.name_key = {key}))"
            );
        }
        if let Some(publication) = &filter.publication {
            self.with_publication(user_id, publication, &mut conditions)
                .await?;
        }
        if let Some(author) = &filter.author {
            let pattern = format!("%{}%", escape_like(&between_blanks(author)));
            let pattern = conditions.bind(pattern);
            conditions.sql += &format!(
                " AND a.id IN (SELECT w.id FROM articles w WHERE w.user_id = $1
                   AND w.author_key LIKE {pattern} ESCAPE '\\')"
            );
        }
        if let Some(language) = &filter.language {
            let exact = conditions.bind(language);
            let below = conditions.bind(format!("{}-%", escape_like(language)));
            conditions.sql +=
                &format!(" AND (a.language = {exact} OR a.language LIKE {below} ESCAPE '\\')");
        }
        numeric(filter, &mut conditions);
        if filter.highlighted {
            conditions.sql += " AND a.id IN (SELECT h.article_id FROM highlights h
                WHERE h.user_id = $1 AND h.deleted_at IS NULL)";
        }
        if let Some(edited) = filter.edited {
            conditions.sql += match edited {
                EditedWhich::All => " AND a.edited_at IS NOT NULL",
                EditedWhich::Unseen => " AND a.edited_at IS NOT NULL AND a.edit_seen_at IS NULL",
                EditedWhich::Silent => " AND a.edited_at IS NOT NULL AND a.edited_how = 'silent'",
            };
        }
        if filter.scheduled {
            conditions.sql += &format!(" AND {SCHEDULED}");
        }
        if let Some(words) = &filter.words {
            let query = query::parse(words).map_err(StoreError::Query)?;
            self.with_query(user_id, &query, &mut conditions).await?;
        }
        Ok(conditions)
    }

    /// By the outlet's name, whatever its capitals, else by its host.
    async fn with_publication(
        &self,
        user_id: UserId,
        typed: &str,
        conditions: &mut Conditions,
    ) -> Result<(), StoreError> {
        let exact = self
            .db
            .optional(
                "SELECT id FROM articles WHERE user_id = $1 AND publication = $2 LIMIT 1",
                args![user_id.0, typed],
            )
            .await?;
        let names = if exact.is_some() {
            vec![typed.to_owned()]
        } else {
            let wanted = analyse::key(typed);
            let mut names = self.publications(user_id).await?;
            names.retain(|name| !wanted.is_empty() && analyse::key(name) == wanted);
            names
        };
        if names.is_empty() {
            let host = typed.to_lowercase();
            let exact = conditions.bind(host.trim_start_matches("www."));
            let below = conditions.bind(format!("%.{}", escape_like(&host)));
            conditions.sql += &format!(
                " AND a.id IN (SELECT s.id FROM articles s WHERE s.user_id = $1
                   AND (s.site = {exact} OR s.site LIKE {below} ESCAPE '\\'))"
            );
        } else {
            let names: Vec<String> = names
                .into_iter()
                .map(|name| conditions.bind(name))
                .collect();
            conditions.sql += &format!(" AND a.publication IN ({})", names.join(", "));
        }
        Ok(())
    }
}

/// The conditions that hold no value, in words that the conditions of partial
/// indexes are made of, so that both engines see that they fit.
fn shelf(filter: &Filter) -> String {
    let shelf = match filter.shelf() {
        View::All => "",
        View::Unread => " AND a.archived_at IS NULL",
        View::Archived => " AND a.archived_at IS NOT NULL",
        View::Starred => " AND a.starred_at IS NOT NULL",
    };
    let state = match filter.state {
        None => "",
        Some(ArticleState::Ready) => " AND a.state = 'ready'",
        Some(ArticleState::Queued) => " AND a.state = 'queued' AND a.state <> 'ready'",
        Some(ArticleState::Failed) => " AND a.state = 'failed' AND a.state <> 'ready'",
    };
    format!("{shelf}{state}")
}

/// Conditions on minutes and days.
fn numeric(filter: &Filter, conditions: &mut Conditions) {
    let (least, most) = filter.length.map_or((None, None), |length| {
        let (least, most) = length.minutes();
        (Some(least), most)
    });
    let saved = "a.saved_at";
    let published = "coalesce(a.published_at, a.saved_at)";
    let start = |day: Option<Date>| day.map(start_ms);
    // Up to a day is before the next one.
    let end = |day: Option<Date>| day.map(|day| start_ms(day) + 86_400_000);
    for (column, compared, value) in [
        ("a.reading_minutes", ">=", least),
        ("a.reading_minutes", "<=", most),
        ("a.reading_minutes", ">=", filter.min_minutes),
        ("a.reading_minutes", "<=", filter.max_minutes),
        (saved, ">=", start(filter.saved_from)),
        (saved, "<", end(filter.saved_to)),
        (published, ">=", start(filter.published_from)),
        (published, "<", end(filter.published_to)),
    ] {
        if let Some(value) = value {
            let value = conditions.bind(value);
            conditions.sql += &format!(" AND {column} {compared} {value}");
        }
    }
}

fn position(row: &Row, sort: Sort) -> Result<ListPosition, StoreError> {
    Ok(ListPosition {
        key: if sort == Sort::Title {
            SortKey::Text(row.get("sort_key")?)
        } else {
            SortKey::Number(row.get("sort_key")?)
        },
        id: row.get("id")?,
    })
}

/// Numbers as SQL has them between parentheses.
pub(crate) fn numbers(ids: &[ArticleId]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.join(", ")
}

/// What lists are sorted by: the headline folded, or the address, cut short.
pub(crate) fn title_key(headline: Option<&str>, url: &str) -> String {
    let key = analyse::key(headline.unwrap_or_default());
    let key = if key.is_empty() {
        url.to_lowercase()
    } else {
        key
    };
    key.chars().take(80).collect()
}

/// Gives each article that `chosen` selects (a column `id`) a tick of its own,
/// so that every client sees that it changed. `values` are those of `chosen`.
pub(crate) async fn touch(
    tx: &mut Tx,
    user_id: UserId,
    chosen: &str,
    mut values: Vec<Value>,
    now_ms: i64,
) -> Result<i64, StoreError> {
    let many: i64 = tx
        .one(
            AssertSqlSafe(format!("SELECT count(*) AS many FROM ({chosen}) chosen")),
            values.clone(),
        )
        .await?
        .get("many")?;
    if many == 0 {
        return Ok(0);
    }
    let first = crate::users::ticks(tx, user_id, many, now_ms).await?;
    values.push(Value::from(first));
    tx.run(
        AssertSqlSafe(format!(
            "UPDATE articles SET updated_at = ${} + places.place
             FROM (SELECT chosen.id, row_number() OVER (ORDER BY chosen.id) - 1 AS place
                   FROM ({chosen}) chosen) places
             WHERE articles.user_id = $1 AND articles.id = places.id",
            values.len()
        )),
        values,
    )
    .await?;
    Ok(many)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w04_a_forged_position_is_none() {
        let position = ListPosition::parse("1686674520000.7", Sort::Newest).unwrap();
        assert_eq!(position.key, SortKey::Number(1_686_674_520_000));
        assert_eq!(
            (position.id, position.to_string().as_str()),
            (7, "1686674520000.7")
        );
        let titled = ListPosition::parse("sea walls 3.5.7", Sort::Title).unwrap();
        assert_eq!(titled.key, SortKey::Text("sea walls 3.5".to_owned()));
        for text in [
            "",
            "7",
            ".",
            "1.",
            "1.-7",
            "1.x",
            "-1.7",
            "99999999999999999999.1",
            "1.2.3",
        ] {
            assert_eq!(ListPosition::parse(text, Sort::Newest), None, "{text}");
        }
    }

    #[test]
    fn a_title_is_sorted_without_capitals_and_accents() {
        assert_eq!(
            title_key(Some("Élections: the Harbour"), "x"),
            "elections the harbour"
        );
        assert_eq!(title_key(None, "https://E.org/A"), "https://e.org/a");
        assert_eq!(title_key(Some("—"), "https://e.org"), "https://e.org");
    }
}
