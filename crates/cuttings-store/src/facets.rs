//! Facets: what the articles a search found have in common, counted.
//!
//! Searches count the same articles over and over, so what they are counted by is
//! kept in memory, in step with the clock of each library ([`crate::users::tick`]).

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

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
struct Tally<'v>(HashMap<&'v str, i64>);

impl<'v> Tally<'v> {
    fn add(&mut self, value: &'v str) {
        *self.0.entry(value).or_default() += 1;
    }

    fn values(self) -> Vec<FacetValue> {
        let mut values: Vec<FacetValue> = self
            .0
            .into_iter()
            .map(|(value, article_count)| FacetValue {
                value: value.to_owned(),
                article_count,
            })
            .collect();
        values.sort_by(|one, other| {
            (other.article_count, &one.value).cmp(&(one.article_count, &other.value))
        });
        values
    }

    fn in_order(self, order: &[&str]) -> Vec<FacetValue> {
        let mut values = self.values();
        values.sort_by_key(|value| order.iter().position(|known| *known == value.value));
        values
    }
}

/// What is read of an article to count it: its number, publication, authors as
/// JSON, language, words, minutes to read, when it is dated, archived and starred,
/// state.
#[derive(serde::Deserialize)]
struct Read(
    i64,
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

/// What an article is counted by.
#[derive(Debug)]
struct Counted {
    publication: Option<Arc<str>>,
    authors: Box<[Arc<str>]>,
    tags: Box<[Arc<str>]>,
    language: Option<Arc<str>>,
    year: Option<Arc<str>>,
    length: Option<&'static str>,
    /// Those of [`STATES`] that it is in.
    states: Vec<&'static str>,
}

/// What was read of each user's articles. While a library's clock stands, nothing
/// that is counted has changed; when it has moved, what changed is read again.
pub(crate) type Known = Arc<Mutex<HashMap<UserId, KnownLibrary>>>;

#[derive(Debug, Default)]
pub(crate) struct KnownLibrary {
    clock: i64,
    articles: HashMap<ArticleId, Arc<Counted>>,
    /// Names that many articles share, each once.
    names: HashSet<Arc<str>>,
}

/// Most articles of all users that are known at a time, at about 200 bytes each;
/// beyond, all are forgotten.
const MOST_KNOWN: usize = 150_000;

/// When more articles than this have changed, all of that library are forgotten.
const MOST_CHANGED: i64 = 2_000;

impl KnownLibrary {
    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        self.names.insert(Arc::clone(&name));
        name
    }

    fn counted(&mut self, read: &Read) -> Result<Counted, StoreError> {
        let Read(_, publication, written, language, words, minutes, dated_at, ..) = read;
        let authors: Vec<String> =
            serde_json::from_str(written).map_err(|_| nonsense("articles.authors", written))?;
        let length = Length::ALL.into_iter().find(|length| {
            let (least, most) = length.minutes();
            *minutes >= least && most.is_none_or(|most| *minutes <= most)
        });
        let year = Timestamp::from_millisecond(*dated_at)
            .ok()
            .map(|at| Offset::UTC.to_datetime(at).year().to_string());
        let language = language
            .as_ref()
            .map(|tag| tag.split('-').next().unwrap_or_default().to_lowercase());
        let mut states = vec![if read.7.is_some() {
            "archived"
        } else {
            "unread"
        }];
        if read.8.is_some() {
            states.push("starred");
        }
        if read.9 == "failed" {
            states.push("failed");
        }
        Ok(Counted {
            publication: publication.as_ref().map(|name| self.name(name)),
            authors: authors.iter().map(|name| self.name(name)).collect(),
            tags: Box::default(),
            language: language.map(|tag| self.name(&tag)),
            year: year.map(|year| self.name(&year)),
            length: length.filter(|_| *words > 0).map(Length::as_str),
            states,
        })
    }
}

fn nonsense(what: &str, found: &str) -> StoreError {
    StoreError::Nonsense {
        what: format!("{what} is {found:?}"),
    }
}

const STATES: [&str; 5] = ["unread", "archived", "starred", "highlighted", "failed"];

impl Store {
    /// Counts what the articles with these numbers have in common.
    pub async fn facets(&self, user_id: UserId, ids: &[ArticleId]) -> Result<Facets, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (clock, mut counted) = self.known(user_id, ids).await?;
        let missing: Vec<ArticleId> = ids
            .iter()
            .zip(&counted)
            .filter(|(_, known)| known.is_none())
            .map(|(id, _)| *id)
            .collect();
        if !missing.is_empty() {
            let read = self.read_counted(user_id, &missing, clock).await?;
            for (id, known) in ids.iter().zip(&mut counted) {
                if known.is_none() {
                    *known = read.get(id).cloned();
                }
            }
        }
        Ok(tally(counted.iter().flatten()))
    }

    /// What is known of these articles, and the clock it is known at.
    async fn known(
        &self,
        user_id: UserId,
        ids: &[ArticleId],
    ) -> Result<(i64, Vec<Option<Arc<Counted>>>), StoreError> {
        let clock: i64 = self
            .db
            .one(
                "SELECT updated_at FROM counters WHERE user_id = $1",
                args![user_id.0],
            )
            .await?
            .get("updated_at")?;
        let known_at = {
            let mut known = self.known.lock().expect("no holder panics");
            let library = known.entry(user_id).or_default();
            (!library.articles.is_empty()).then_some(library.clock)
        };
        let changed = if let Some(known_at) = known_at.filter(|known_at| *known_at < clock) {
            self.db
                .all(
                    "SELECT id FROM articles WHERE user_id = $1 AND updated_at > $2 LIMIT $3",
                    args![user_id.0, known_at, MOST_CHANGED + 1],
                )
                .await?
                .iter()
                .map(|row| row.get("id").map(ArticleId))
                .collect::<Result<Vec<_>, _>>()?
        } else {
            Vec::new()
        };
        let mut known = self.known.lock().expect("no holder panics");
        let library = known.entry(user_id).or_default();
        // Others may have brought it forward meanwhile, even beyond this clock.
        if library.clock < clock {
            // What was put here meanwhile, under a clock before the one that the
            // changes were looked for from, may be older than they are.
            let is_covered = known_at.is_some_and(|known_at| known_at <= library.clock);
            if !is_covered || changed.len() as i64 > MOST_CHANGED {
                *library = KnownLibrary::default();
            }
            for id in &changed {
                library.articles.remove(id);
            }
            library.clock = clock;
        }
        let found = ids.iter().map(|id| library.articles.get(id).cloned());
        Ok((library.clock, found.collect()))
    }

    /// Reads what is not known, and knows it from now on.
    async fn read_counted(
        &self,
        user_id: UserId,
        missing: &[ArticleId],
        clock: i64,
    ) -> Result<HashMap<ArticleId, Arc<Counted>>, StoreError> {
        let ids = numbers(missing);
        let (articles, tags, highlighted) = tokio::try_join!(
            self.db.one(
                AssertSqlSafe(format!(
                    "SELECT {} AS counted FROM articles a WHERE a.user_id = $1 AND a.id IN ({ids})",
                    // In one row: a row for each article takes longer to hand
                    // over than to read. See `Read`.
                    dialect::rows_as_json(
                        self.engine(),
                        "a.id, a.publication, a.authors, a.language, a.word_count, \
                         a.reading_minutes, coalesce(a.published_at, a.saved_at), \
                         a.archived_at, a.starred_at, a.state"
                    )
                )),
                args![user_id.0],
            ),
            self.db.all(
                AssertSqlSafe(format!(
                    "SELECT x.article_id, t.name FROM article_tags x
                     JOIN tags t ON t.user_id = x.user_id AND t.id = x.tag_id
                     WHERE x.user_id = $1 AND x.article_id IN ({ids})"
                )),
                args![user_id.0],
            ),
            self.db.all(
                AssertSqlSafe(format!(
                    "SELECT DISTINCT h.article_id FROM highlights h
                     WHERE h.user_id = $1 AND h.deleted_at IS NULL AND h.article_id IN ({ids})"
                )),
                args![user_id.0],
            ),
        )?;
        let json: String = articles.get("counted")?;
        let rows: Vec<Read> =
            serde_json::from_str(&json).map_err(|_| nonsense("what is counted", &json))?;
        let mut tags_of: HashMap<i64, Vec<String>> = HashMap::new();
        for row in &tags {
            tags_of
                .entry(row.get("article_id")?)
                .or_default()
                .push(row.get("name")?);
        }
        let highlighted: HashSet<i64> = highlighted
            .iter()
            .map(|row| row.get("article_id"))
            .collect::<Result<_, _>>()?;

        let mut known = self.known.lock().expect("no holder panics");
        if known.values().map(|of| of.articles.len()).sum::<usize>() + rows.len() > MOST_KNOWN {
            known.clear();
        }
        let library = known.entry(user_id).or_default();
        let mut read = HashMap::with_capacity(rows.len());
        for row in &rows {
            let mut counted = library.counted(row)?;
            counted.tags = tags_of
                .get(&row.0)
                .into_iter()
                .flatten()
                .map(|name| library.name(name))
                .collect();
            if highlighted.contains(&row.0) {
                counted.states.push("highlighted");
            }
            let counted = Arc::new(counted);
            // What was read under an earlier clock may be out of date by now.
            if library.clock == clock {
                library
                    .articles
                    .insert(ArticleId(row.0), Arc::clone(&counted));
            }
            read.insert(ArticleId(row.0), counted);
        }
        Ok(read)
    }
}

fn tally<'c>(articles: impl Iterator<Item = &'c Arc<Counted>>) -> Facets {
    let mut tallies: [Tally; 7] = Default::default();
    let [
        publications,
        authors,
        tags,
        languages,
        years,
        lengths,
        states,
    ] = &mut tallies;
    for article in articles {
        for (tally, value) in [
            (&mut *publications, &article.publication),
            (&mut *languages, &article.language),
            (&mut *years, &article.year),
        ] {
            if let Some(value) = value {
                tally.add(value);
            }
        }
        article.authors.iter().for_each(|name| authors.add(name));
        article.tags.iter().for_each(|name| tags.add(name));
        if let Some(length) = article.length {
            lengths.add(length);
        }
        article.states.iter().for_each(|state| states.add(state));
    }
    let [
        publications,
        authors,
        tags,
        languages,
        years,
        lengths,
        states,
    ] = tallies;
    let mut years = years.values();
    years.sort_by(|one, other| other.value.cmp(&one.value));
    let mut facets = vec![
        (Facet::Publication, publications.values()),
        (Facet::Author, authors.values()),
        (Facet::Tag, tags.values()),
        (Facet::Language, languages.values()),
        (Facet::Year, years),
        (
            Facet::Length,
            lengths.in_order(&Length::ALL.map(Length::as_str)),
        ),
        (Facet::State, states.in_order(&STATES)),
    ];
    facets.retain(|(_, values)| !values.is_empty());
    facets
}
