//! Facets: what the articles a search found have in common, counted.

use std::collections::HashMap;

use cuttings_model::{ArticleId, Length, UserId};
use jiff::{Timestamp, tz::Offset};
use sqlx::AssertSqlSafe;

use crate::db::args;
use crate::list::numbers;
use crate::{Store, StoreError, dialect};

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

/// What is counted of an article: publication, authors as JSON, language, words,
/// minutes to read, when it is dated, archived and starred, state.
#[derive(serde::Deserialize)]
struct Counted(
    Option<String>,
    String,
    Option<String>,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    String,
);

const STATES: [&str; 5] = ["unread", "archived", "starred", "highlighted", "failed"];

impl Store {
    /// Counts what the articles with these numbers have in common.
    pub async fn facets(&self, user_id: UserId, ids: &[ArticleId]) -> Result<Facets, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = numbers(ids);
        let (articles, tags, highlighted) = tokio::try_join!(
            self.db.one(
                AssertSqlSafe(format!(
                    "SELECT {} AS counted FROM articles a WHERE a.user_id = $1 AND a.id IN ({ids})",
                    // In one row: a row for each article takes longer to hand
                    // over than to read. See `Counted`.
                    dialect::rows_as_json(
                        self.engine(),
                        "a.publication, a.authors, a.language, a.word_count, a.reading_minutes, \
                         coalesce(a.published_at, a.saved_at), a.archived_at, a.starred_at, a.state"
                    )
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
        let counted: String = articles.get("counted")?;
        let nonsense = |what: &str, found: &str| StoreError::Nonsense {
            what: format!("{what} is {found:?}"),
        };
        let counted: Vec<Counted> =
            serde_json::from_str(&counted).map_err(|_| nonsense("what is counted", &counted))?;
        for article in counted {
            let Counted(
                publication,
                written,
                language,
                words,
                minutes,
                dated_at,
                archived_at,
                starred_at,
                state,
            ) = article;
            if let Some(publication) = publication {
                publications.add(publication);
            }
            let names: Vec<String> = serde_json::from_str(&written)
                .map_err(|_| nonsense("articles.authors", &written))?;
            for name in names {
                authors.add(name);
            }
            if let Some(tag) = language {
                languages.add(tag.split('-').next().unwrap_or_default().to_lowercase());
            }
            if let Ok(at) = Timestamp::from_millisecond(dated_at) {
                years.add(Offset::UTC.to_datetime(at).year().to_string());
            }
            if words > 0 {
                let length = Length::ALL.into_iter().find(|length| {
                    let (least, most) = length.minutes();
                    minutes >= least && most.is_none_or(|most| minutes <= most)
                });
                if let Some(length) = length {
                    lengths.add(length.as_str());
                }
            }
            states.add(if archived_at.is_some() {
                "archived"
            } else {
                "unread"
            });
            if starred_at.is_some() {
                states.add("starred");
            }
            if state == "failed" {
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
