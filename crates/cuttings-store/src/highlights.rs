//! Highlights: keeping them, changing them, listing and searching them, and
//! carrying them over when an article's text is replaced.
//!
//! Every change moves the article's `updated_at`: who reads an article again
//! because it changed gets its highlights with it.

mod carry;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cuttings_model::{
    Anchor, Article, ArticleId, CaptureId, Colour, Highlight, HighlightId, Letters, Placed, UserId,
};
use cuttings_text::analyse::{key, terms};
use cuttings_text::highlight::fits;
use cuttings_text::query::{Expression, Query};
use sqlx::AssertSqlSafe;

pub(crate) use carry::{carry, join};

use crate::articles::{self, article};
use crate::db::{Row, Tx, Value, args};
use crate::list::Conditions;
use crate::search::escape_like;
use crate::users::{Counted, next_id, tick};
use crate::{Store, StoreError, dialect};

/// The columns that make a [`Highlight`], in the table called `h`, under names
/// that an article beside it does not have.
pub(crate) const COLUMNS: &str = "h.id AS highlight_id, h.article_id, h.capture_id AS anchored_in, h.exact, \
    h.prefix, h.suffix, h.start_at, h.end_at, h.state AS anchor_state, h.colour, h.note, \
    h.created_at AS marked_at, h.updated_at AS changed_at, h.deleted_at AS removed_at";

const ANCHORED: &str = "anchored";
const ORPHAN: &str = "orphan";

/// A highlight to keep.
#[derive(Debug)]
pub struct NewHighlight<'a> {
    /// The article.
    pub article_id: ArticleId,
    /// The words, with what is known of their place.
    pub anchor: &'a Anchor,
    /// Its colour.
    pub colour: Colour,
    /// A note on it, or nothing.
    pub note: &'a str,
    /// Whether to keep it as an orphan when the words cannot be found yet: a
    /// capture that brings them anchors it.
    pub may_wait: bool,
}

/// What [`Store::put_highlight`] did.
#[derive(Debug)]
pub enum PutHighlight {
    /// Kept; or it was there, on the same words, and has this colour now.
    Kept(Highlight),
    /// There is no such article, or nothing to read in it.
    NoArticle,
    /// The words do not stand in the text, or not there.
    Nowhere,
    /// The words stand in this many places.
    Ambiguous(usize),
}

/// Which highlights a list holds. Those that were removed, and those of deleted
/// articles, are in none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HighlightFilter {
    /// Words that stand in the highlight or in its note, each of them; the
    /// start of a word is enough.
    pub words: String,
    /// Of this colour only.
    pub colour: Option<Colour>,
    /// Of this article only.
    pub article: Option<ArticleId>,
    /// Only orphans, or only those that are none.
    pub orphan: Option<bool>,
    /// Only those with a note, or only those without.
    pub noted: Option<bool>,
}

/// A place in a list, newest first: what comes after this highlight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HighlightPosition {
    /// When the last highlight shown was made.
    pub created_at_ms: i64,
    /// Its number.
    pub id: i64,
}

/// A highlight in a list, with its article.
#[derive(Debug)]
pub struct FoundHighlight {
    /// The highlight.
    pub highlight: Highlight,
    /// The article it is in.
    pub article: Article,
}

impl Store {
    /// Keeps a highlight, anchored in the text as it is now.
    ///
    /// The words are looked for in the same transaction, so a capture that
    /// shows another text meanwhile cannot come between.
    pub async fn put_highlight(
        &self,
        user_id: UserId,
        new: &NewHighlight<'_>,
        now_ms: i64,
    ) -> Result<PutHighlight, StoreError> {
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        let shown = tx
            .optional(
                "SELECT b.text, a.capture_id FROM articles a
                 JOIN article_bodies b ON b.user_id = a.user_id AND b.id = a.id
                 WHERE a.user_id = $1 AND a.id = $2 AND a.deleted_at IS NULL",
                args![user_id.0, new.article_id.0],
            )
            .await?;
        let (text, capture_id) = match &shown {
            Some(shown) => (shown.get("text")?, shown.get("capture_id")?),
            None if new.may_wait => (String::new(), None::<i64>),
            None => return Ok(PutHighlight::NoArticle),
        };
        let text = Letters::of(&text);
        let (anchor, state) = match new.anchor.place(&text) {
            Placed::At(range) => (text.anchor(range), ANCHORED),
            Placed::Nowhere | Placed::Ambiguous(_) if new.may_wait => {
                (Some(new.anchor.clone()), ORPHAN)
            }
            Placed::Nowhere => (None, ANCHORED),
            Placed::Ambiguous(places) => return Ok(PutHighlight::Ambiguous(places)),
        };
        let Some(anchor) = anchor else {
            return Ok(PutHighlight::Nowhere);
        };
        let there = tx
            .optional(
                "SELECT id, note FROM highlights
                 WHERE user_id = $1 AND article_id = $2 AND start_at = $3 AND end_at = $4
                   AND state = $5 AND exact = $6 AND deleted_at IS NULL
                 ORDER BY -id DESC LIMIT 1",
                args![
                    user_id.0,
                    new.article_id.0,
                    anchor.start as i64,
                    anchor.end as i64,
                    state,
                    &anchor.exact
                ],
            )
            .await?;
        let id = if let Some(there) = there {
            let id = HighlightId(there.get("id")?);
            let note: String = there.get("note")?;
            let note = if new.note.is_empty() { &note } else { new.note };
            write_over(&mut tx, user_id, id, new.colour, note, tick_ms).await?;
            id
        } else {
            let id = next_id(&mut tx, user_id, Counted::Highlight).await?;
            tx.run(
                "INSERT INTO highlights
                     (user_id, id, article_id, capture_id, exact, prefix, suffix, start_at, end_at,
                      state, colour, note, words_key, created_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
                args![
                    user_id.0,
                    id,
                    new.article_id.0,
                    capture_id,
                    &anchor.exact,
                    &anchor.prefix,
                    &anchor.suffix,
                    anchor.start as i64,
                    anchor.end as i64,
                    state,
                    new.colour.as_str(),
                    new.note,
                    words_key(&anchor.exact, new.note),
                    now_ms,
                    tick_ms
                ],
            )
            .await?;
            let id = HighlightId(id);
            note_words(&mut tx, user_id, id, &anchor.exact, new.note).await?;
            id
        };
        touch(&mut tx, user_id, new.article_id, tick_ms).await?;
        let kept = by_id(&mut tx, user_id, id).await?;
        tx.commit().await?;
        kept.map(PutHighlight::Kept)
            .ok_or_else(|| StoreError::Nonsense {
                what: format!("highlight {id} vanished in its own transaction"),
            })
    }

    /// Changes colour and note; what is `None` stays. Gives the highlight, or
    /// `None` when there is none or it was removed.
    pub async fn change_highlight(
        &self,
        user_id: UserId,
        id: HighlightId,
        colour: Option<Colour>,
        note: Option<&str>,
        now_ms: i64,
    ) -> Result<Option<Highlight>, StoreError> {
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        let found = by_id(&mut tx, user_id, id).await?;
        let Some(found) = found.filter(|found| found.deleted_at_ms.is_none()) else {
            return Ok(None);
        };
        let colour = colour.unwrap_or(found.colour);
        let note = note.unwrap_or(&found.note);
        write_over(&mut tx, user_id, id, colour, note, tick_ms).await?;
        touch(&mut tx, user_id, found.article_id, tick_ms).await?;
        let changed = by_id(&mut tx, user_id, id).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// Removes a highlight, or brings it back. Removing twice keeps the first
    /// instant.
    pub async fn set_highlight_deleted(
        &self,
        user_id: UserId,
        id: HighlightId,
        on: bool,
        now_ms: i64,
    ) -> Result<Option<Highlight>, StoreError> {
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        tx.run(
            "UPDATE highlights
             SET deleted_at = CASE WHEN $3 IS NULL THEN NULL ELSE coalesce(deleted_at, $3) END,
                 updated_at = $4
             WHERE user_id = $1 AND id = $2",
            args![user_id.0, id.0, on.then_some(now_ms), tick_ms],
        )
        .await?;
        let changed = by_id(&mut tx, user_id, id).await?;
        if let Some(changed) = &changed {
            touch(&mut tx, user_id, changed.article_id, tick_ms).await?;
        }
        tx.commit().await?;
        Ok(changed)
    }

    /// A highlight, removed or not.
    pub async fn highlight(
        &self,
        user_id: UserId,
        id: HighlightId,
    ) -> Result<Option<Highlight>, StoreError> {
        self.db
            .optional(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS} FROM highlights h WHERE h.user_id = $1 AND h.id = $2"
                )),
                args![user_id.0, id.0],
            )
            .await?
            .as_ref()
            .map(highlight)
            .transpose()
    }

    /// The highlights of an article as they stand in its text; orphans behind
    /// the others.
    pub async fn highlights_of(
        &self,
        user_id: UserId,
        article_id: ArticleId,
    ) -> Result<Vec<Highlight>, StoreError> {
        self.db
            .all(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS} FROM highlights h
                     WHERE h.user_id = $1 AND h.article_id = $2 AND h.deleted_at IS NULL
                     ORDER BY h.state, h.start_at, h.end_at, h.id"
                )),
                args![user_id.0, article_id.0],
            )
            .await?
            .iter()
            .map(highlight)
            .collect()
    }

    /// Up to `limit` highlights that pass a filter, newest first, after `after`.
    pub async fn search_highlights(
        &self,
        user_id: UserId,
        filter: &HighlightFilter,
        after: Option<HighlightPosition>,
        limit: i64,
    ) -> Result<Vec<FoundHighlight>, StoreError> {
        let after = after.unwrap_or(HighlightPosition {
            created_at_ms: i64::MAX,
            id: i64::MAX,
        });
        let mut values = args![user_id.0, after.created_at_ms, after.id, limit];
        let conditions = conditions(filter, &mut values);
        self.db
            .all(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS}, {} FROM highlights h
                     JOIN articles a ON a.user_id = h.user_id AND a.id = h.article_id
                     WHERE h.user_id = $1 AND h.deleted_at IS NULL AND a.deleted_at IS NULL
                       AND (h.created_at, h.id) < ($2, $3) {conditions}
                     ORDER BY h.created_at DESC, h.id DESC
                     LIMIT $4",
                    articles::COLUMNS
                )),
                values,
            )
            .await?
            .iter()
            .map(found)
            .collect()
    }

    /// Up to `limit` highlights whose words or note fit the words of a query, in
    /// articles that pass its filters, newest first. None for a query that asks
    /// for no words. Of those that may fit, the newest 500 are looked at.
    pub async fn matching_highlights(
        &self,
        user_id: UserId,
        query: &Query,
        limit: usize,
    ) -> Result<Vec<FoundHighlight>, StoreError> {
        let Some(expression) = query.expression.as_ref().filter(|_| !query.negative_only()) else {
            return Ok(Vec::new());
        };
        let languages = self.languages(user_id).await?;
        let mut conditions = Conditions {
            sql: String::new(),
            values: args![user_id.0],
        };
        let candidates = candidates(expression, &languages, &mut conditions);
        self.with_filters(user_id, query, &mut conditions).await?;
        let most = conditions.bind(0);
        let place = conditions.values.len() - 1;
        // By expressions: the order of an index would lead through all highlights.
        let sql = format!(
            "SELECT h.id, h.exact, h.note, a.language FROM highlights h
             JOIN articles a ON a.user_id = h.user_id AND a.id = h.article_id
             WHERE h.user_id = $1 AND h.deleted_at IS NULL AND a.deleted_at IS NULL
               AND {candidates} {}
             ORDER BY -h.created_at, -h.id
             LIMIT {most}",
            conditions.sql
        );
        let mut ids: Vec<HighlightId> = Vec::new();
        // Most candidates fit, so the first few are nearly always enough.
        for most in [40, 500] {
            ids.clear();
            conditions.values[place] = Value::from(most);
            let rows = self
                .db
                .all(AssertSqlSafe(sql.clone()), conditions.values.clone())
                .await?;
            for row in &rows {
                let exact: String = row.get("exact")?;
                let note: String = row.get("note")?;
                let language: Option<String> = row.get("language")?;
                if fits(&format!("{exact}\n{note}"), language.as_deref(), query) {
                    ids.push(HighlightId(row.get("id")?));
                }
            }
            ids.truncate(limit);
            if ids.len() == limit || (rows.len() as i64) < most {
                break;
            }
        }
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        self.db
            .all(
                AssertSqlSafe(format!(
                    "SELECT {COLUMNS}, {} FROM highlights h
                     JOIN articles a ON a.user_id = h.user_id AND a.id = h.article_id
                     WHERE h.user_id = $1 AND h.id IN ({})
                     ORDER BY h.created_at DESC, h.id DESC",
                    articles::COLUMNS,
                    ids.join(", ")
                )),
                args![user_id.0],
            )
            .await?
            .iter()
            .map(found)
            .collect()
    }
}

/// A condition that all highlights pass which fit an expression, and few others.
fn candidates(
    expression: &Expression,
    languages: &[String],
    conditions: &mut Conditions,
) -> String {
    let (text, stemmed) = match expression {
        Expression::And(parts) | Expression::Or(parts) => {
            let join = if matches!(expression, Expression::And(_)) {
                " AND "
            } else {
                " OR "
            };
            let parts: Vec<String> = parts
                .iter()
                .map(|part| candidates(part, languages, conditions))
                .collect();
            return format!("({})", parts.join(join));
        }
        // What else stands in a highlight is seen when it is looked at.
        Expression::Not(_) => return "1 = 1".to_owned(),
        Expression::Term(text) => (text, true),
        Expression::Prefix(text) | Expression::Phrase(text) => (text, false),
    };
    // All forms of its first word begin as that word and its stems all do.
    let mut start: Option<String> = None;
    let tags = languages.iter().map(|tag| Some(tag.as_str()));
    for language in tags.chain([None]) {
        if let Some(term) = terms(text, language).first() {
            let known = start.unwrap_or_else(|| term.exact.clone());
            let other = if stemmed { &term.stem } else { &term.exact };
            let common = known
                .chars()
                .zip(other.chars())
                .take_while(|(one, other)| one == other)
                .map(|(letter, _)| letter);
            start = Some(common.collect());
        }
    }
    let Some(start) = start.filter(|start| !start.is_empty()) else {
        return "1 = 1".to_owned();
    };
    let end = conditions.bind(format!("{start}\u{10ffff}"));
    let start = conditions.bind(start);
    format!(
        "h.id IN (SELECT w.highlight_id FROM highlight_words w
                  WHERE w.user_id = $1 AND w.word >= {start} AND w.word < {end})"
    )
}

fn conditions(filter: &HighlightFilter, values: &mut Vec<Value>) -> String {
    let mut sql = String::new();
    let mut bind = |value: Value| {
        values.push(value);
        values.len()
    };
    // Writing to a string cannot fail.
    for word in key(&filter.words).split_whitespace() {
        let at = bind(Value::from(format!("% {}%", escape_like(word))));
        let _ = write!(sql, " AND h.words_key LIKE ${at} ESCAPE '\\'");
    }
    if let Some(colour) = filter.colour {
        let at = bind(Value::from(colour.as_str()));
        let _ = write!(sql, " AND h.colour = ${at}");
    }
    if let Some(article) = filter.article {
        let at = bind(Value::from(article.0));
        let _ = write!(sql, " AND h.article_id = ${at}");
    }
    if let Some(orphan) = filter.orphan {
        let at = bind(Value::from(if orphan { ORPHAN } else { ANCHORED }));
        let _ = write!(sql, " AND h.state = ${at}");
    }
    sql += match filter.noted {
        Some(true) => " AND h.note <> ''",
        Some(false) => " AND h.note = ''",
        None => "",
    };
    sql
}

/// A highlight and its article, from a row of both.
fn found(row: &Row) -> Result<FoundHighlight, StoreError> {
    Ok(FoundHighlight {
        highlight: highlight(row)?,
        article: article(row)?,
    })
}

async fn by_id(
    tx: &mut Tx,
    user_id: UserId,
    id: HighlightId,
) -> Result<Option<Highlight>, StoreError> {
    tx.optional(
        AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM highlights h WHERE h.user_id = $1 AND h.id = $2"
        )),
        args![user_id.0, id.0],
    )
    .await?
    .as_ref()
    .map(highlight)
    .transpose()
}

async fn write_over(
    tx: &mut Tx,
    user_id: UserId,
    id: HighlightId,
    colour: Colour,
    note: &str,
    tick_ms: i64,
) -> Result<(), StoreError> {
    let exact: String = tx
        .one(
            "SELECT exact FROM highlights WHERE user_id = $1 AND id = $2",
            args![user_id.0, id.0],
        )
        .await?
        .get("exact")?;
    tx.run(
        "UPDATE highlights SET colour = $3, note = $4, words_key = $5, updated_at = $6
         WHERE user_id = $1 AND id = $2",
        args![
            user_id.0,
            id.0,
            colour.as_str(),
            note,
            words_key(&exact, note),
            tick_ms
        ],
    )
    .await?;
    note_words(tx, user_id, id, &exact, note).await
}

/// Writes down which words a highlight is found by.
pub(crate) async fn note_words(
    tx: &mut Tx,
    user_id: UserId,
    id: HighlightId,
    exact: &str,
    note: &str,
) -> Result<(), StoreError> {
    tx.run(
        "DELETE FROM highlight_words WHERE user_id = $1 AND highlight_id = $2",
        args![user_id.0, id.0],
    )
    .await?;
    let words =
        serde_json::to_string(&words_of(exact, note)).map_err(|error| StoreError::Nonsense {
            what: format!("words of a highlight: {error}"),
        })?;
    let sql = dialect::add_highlight_words(tx.engine());
    tx.run(sql, args![user_id.0, id.0, words]).await.map(|_| ())
}

async fn touch(
    tx: &mut Tx,
    user_id: UserId,
    article_id: ArticleId,
    tick_ms: i64,
) -> Result<(), StoreError> {
    tx.run(
        "UPDATE articles SET updated_at = $3 WHERE user_id = $1 AND id = $2",
        args![user_id.0, article_id.0, tick_ms],
    )
    .await
    .map(|_| ())
}

/// The words a highlight is searched by, folded, each behind a blank.
/// The words a highlight is found by.
pub(crate) fn words_of(exact: &str, note: &str) -> BTreeSet<String> {
    words_key(exact, note)
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

fn words_key(exact: &str, note: &str) -> String {
    format!(" {} {}", key(exact), key(note))
}

pub(crate) fn highlight(row: &Row) -> Result<Highlight, StoreError> {
    let nonsense = |column: &str, found: &str| StoreError::Nonsense {
        what: format!("highlights.{column} is {found:?}"),
    };
    let place = |column: &str| -> Result<usize, StoreError> {
        let at: i64 = row.get(column)?;
        usize::try_from(at).map_err(|_| nonsense(column, &at.to_string()))
    };
    let colour: String = row.get("colour")?;
    let state: String = row.get("anchor_state")?;
    Ok(Highlight {
        id: HighlightId(row.get("highlight_id")?),
        article_id: ArticleId(row.get("article_id")?),
        capture_id: row.get::<Option<i64>>("anchored_in")?.map(CaptureId),
        anchor: Anchor {
            exact: row.get("exact")?,
            prefix: row.get("prefix")?,
            suffix: row.get("suffix")?,
            start: place("start_at")?,
            end: place("end_at")?,
        },
        is_orphan: match state.as_str() {
            ANCHORED => false,
            ORPHAN => true,
            other => return Err(nonsense("state", other)),
        },
        colour: Colour::parse(&colour).ok_or_else(|| nonsense("colour", &colour))?,
        note: row.get("note")?,
        created_at_ms: row.get("marked_at")?,
        updated_at_ms: row.get("changed_at")?,
        deleted_at_ms: row.get("removed_at")?,
    })
}
