//! Facets: what the articles a search found have in common, counted.

use std::collections::HashMap;

use cuttings_model::{ArticleId, Length, UserId};
use jiff::{Timestamp, tz::Offset};
use sqlx::AssertSqlSafe;

use crate::db::args;
use crate::list::numbers;
use crate::{Store, StoreError};

/// What articles are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet {
    /// The outlet's name.
    Publication,
    /// Each of the writers.
    Author,
    /// Each of the tags.
    Tag,
    /// Primary tag of the language.
    Language,
    /// Year of publication; without a date, of saving.
    Year,
    /// A [`Length`], by its word.
    Length,
    /// `unread`, `archived`, `starred`, `highlighted` and `failed`.
    State,
}

/// A value and how many articles have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /// The value.
    pub value: String,
    /// How many.
    pub article_count: i64,
}

/// The values of each facet that any article has, the most frequent first; years
/// newest first, lengths shortest first, states in their order.
pub type Facets = Vec<(Facet, Vec<FacetValue>)>;

/// Values of one facet being counted.
#[derive(Default)]
struct Tally(HashMap<String, i64>);

impl Tally {
    fn add(&mut self, value: impl Into<String>) {
        *self.0.entry(value.into()).or_default() += 1;
    }

    fn values(self) -> Vec<FacetValue> {
        let mut values: Vec<FacetValue> = self
            .0
            .into_iter()
            .map(|(value, article_count)| FacetValue {
                value,
                article_count,
            })
            .collect();
        values.sort_by(|one, other| {
            (other.article_count, &one.value).cmp(&(one.article_count, &other.value))
        });
        values
    }
}

const STATES: [&str; 5] = ["unread", "archived", "starred", "highlighted", "failed"];

impl Store {
    /// Counts what the articles with these numbers have in common.
    pub async fn facets(&self, user_id: UserId, ids: &[ArticleId]) -> Result<Facets, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = numbers(ids);
        let (articles, tags, highlighted) = tokio::try_join!(
            self.db.all(
                AssertSqlSafe(format!(
                    "SELECT a.publication, a.authors, a.language, a.reading_minutes, a.word_count,
                            a.state, coalesce(a.published_at, a.saved_at) AS dated_at,
                            a.archived_at, a.starred_at
                     FROM articles a WHERE a.user_id = $1 AND a.id IN ({ids})"
                )),
                args![user_id.0],
            ),
            self.db.all(
                AssertSqlSafe(format!(
                    "SELECT t.name, count(*) AS many FROM article_tags x
                     JOIN tags t ON t.user_id = x.user_id AND t.id = x.tag_id
                     WHERE x.user_id = $1 AND x.article_id IN ({ids})
                     GROUP BY t.name"
                )),
                args![user_id.0],
            ),
            self.db.one(
                AssertSqlSafe(format!(
                    "SELECT count(DISTINCT h.article_id) AS many FROM highlights h
                     WHERE h.user_id = $1 AND h.deleted_at IS NULL AND h.article_id IN ({ids})"
                )),
                args![user_id.0],
            ),
        )?;
        let (mut publications, mut authors, mut languages) =
            (Tally::default(), Tally::default(), Tally::default());
        let (mut years, mut lengths, mut states) =
            (Tally::default(), Tally::default(), Tally::default());
        for row in &articles {
            if let Some(publication) = row.get::<Option<String>>("publication")? {
                publications.add(publication);
            }
            let written: String = row.get("authors")?;
            let names: Vec<String> =
                serde_json::from_str(&written).map_err(|_| StoreError::Nonsense {
                    what: format!("articles.authors is {written:?}"),
                })?;
            for name in names {
                authors.add(name);
            }
            if let Some(tag) = row.get::<Option<String>>("language")? {
                languages.add(tag.split('-').next().unwrap_or_default().to_lowercase());
            }
            if let Ok(at) = Timestamp::from_millisecond(row.get("dated_at")?) {
                years.add(Offset::UTC.to_datetime(at).year().to_string());
            }
            if row.get::<i64>("word_count")? > 0 {
                let minutes: i64 = row.get("reading_minutes")?;
                let length = Length::ALL.into_iter().find(|length| {
                    let (least, most) = length.minutes();
                    minutes >= least && most.is_none_or(|most| minutes <= most)
                });
                if let Some(length) = length {
                    lengths.add(length.as_str());
                }
            }
            let archived = row.get::<Option<i64>>("archived_at")?.is_some();
            states.add(if archived { "archived" } else { "unread" });
            if row.get::<Option<i64>>("starred_at")?.is_some() {
                states.add("starred");
            }
            if row.get::<String>("state")? == "failed" {
                states.add("failed");
            }
        }
        let many: i64 = highlighted.get("many")?;
        if many > 0 {
            states.0.insert("highlighted".to_owned(), many);
        }
        let mut tagged = Tally::default();
        for row in &tags {
            tagged.0.insert(row.get("name")?, row.get("many")?);
        }
        let mut years = years.values();
        years.sort_by(|one, other| other.value.cmp(&one.value));
        let in_order = |tally: Tally, order: &[&str]| {
            let mut values = tally.values();
            values.sort_by_key(|value| order.iter().position(|known| *known == value.value));
            values
        };
        let mut facets = vec![
            (Facet::Publication, publications.values()),
            (Facet::Author, authors.values()),
            (Facet::Tag, tagged.values()),
            (Facet::Language, languages.values()),
            (Facet::Year, years),
            (
                Facet::Length,
                in_order(lengths, &Length::ALL.map(Length::as_str)),
            ),
            (Facet::State, in_order(states, &STATES)),
        ];
        facets.retain(|(_, values)| !values.is_empty());
        Ok(facets)
    }
}
