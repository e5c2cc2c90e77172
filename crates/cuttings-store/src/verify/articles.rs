//! Each article with what belongs to it: its words and their seal, the keys made
//! of its addresses, its place in the search index, its captures, its highlights.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use cuttings_model::address::{sha1_decoded, sha1_raw};
use cuttings_model::{Anchor, Article, ArticleBody, ArticleId, CaptureId, HighlightId, UserId};
use cuttings_text::index::{Fts5Row, fts5_row, tsvector};
use sqlx::AssertSqlSafe;

use super::spellings::Spellings;
use super::{Cure, Fault, FaultKind, Look, Touched, with_source};
use crate::db::{Row, args};
use crate::shown::{ShownArticle, about, index_fields};
use crate::{Engine, StoreError, articles, captures, highlights, seals};

/// Rows read at once.
const PAGE: i64 = 200;
/// Articles of one user have numbers below this, and SQLite's index counts
/// `user * 2^31 + article`.
const USER_STEP: i64 = 1 << 31;

/// What the index of SQLite holds of each article: a sum over its words and their
/// places, the same in whatever order they come.
#[derive(Default)]
struct Indexed {
    sums: HashMap<i64, u64>,
    rows: BTreeSet<i64>,
}

impl Look<'_> {
    pub(super) async fn articles(
        &mut self,
        with_index: bool,
        each: &mut (dyn FnMut() + Send),
    ) -> Result<(), StoreError> {
        let mut indexed = None;
        if with_index {
            let outcome = match self.snapshot.engine() {
                Engine::Sqlite => self.indexed_in_sqlite().await,
                Engine::Postgres => self.indexed_in_postgres().await,
            };
            match outcome {
                Ok(found) => indexed = Some(found),
                Err(error) => {
                    self.part("the search index", Err(error))?;
                    self.tell(
                        Fault::new(FaultKind::Index, "the search index cannot be read")
                            .with(Cure::RebuildIndex),
                    );
                }
            }
        }
        let outcome = self.each_article(&mut indexed, each).await;
        self.part("the articles", outcome)?;
        for row in indexed.into_iter().flat_map(|indexed| indexed.rows) {
            let (user_id, id) = (UserId(row / USER_STEP), ArticleId(row % USER_STEP));
            self.tell(
                Fault::new(
                    FaultKind::Index,
                    format!("the search index holds words of article {id}, which is not there"),
                )
                .of(user_id, None)
                .with(Cure::Unindex(user_id, id)),
            );
        }
        let outcome = self.each_capture().await;
        self.part("the captures", outcome)?;
        let outcome = self.each_highlight().await;
        self.part("the highlights", outcome)
    }

    async fn indexed_in_sqlite(&mut self) -> Result<Indexed, StoreError> {
        let mut indexed = Indexed::default();
        self.snapshot
            .each("SELECT id FROM search_index_docsize", args![], |row| {
                indexed.rows.insert(row.get("id")?);
                Ok(())
            })
            .await?;
        self.snapshot
            .each(
                "SELECT doc, term, col, offset AS place FROM temp.indexed_words",
                args![],
                |row| {
                    let term: &str = row.get("term")?;
                    let column: &str = row.get("col")?;
                    let sum = indexed.sums.entry(row.get("doc")?).or_default();
                    *sum = sum.wrapping_add(word_sum(term, column, row.get("place")?));
                    Ok(())
                },
            )
            .await?;
        // Words of a row that is not there are words of nothing, too.
        indexed.rows.extend(indexed.sums.keys());
        Ok(indexed)
    }

    async fn indexed_in_postgres(&mut self) -> Result<Indexed, StoreError> {
        let mut indexed = Indexed::default();
        self.snapshot
            .each("SELECT user_id, id FROM search_index", args![], |row| {
                let (user_id, id): (i64, i64) = (row.get("user_id")?, row.get("id")?);
                indexed.rows.insert(user_id * USER_STEP + id);
                Ok(())
            })
            .await?;
        Ok(indexed)
    }

    async fn each_article(
        &mut self,
        indexed: &mut Option<Indexed>,
        each: &mut (dyn FnMut() + Send),
    ) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT {}, a.given_sha1_raw, a.given_sha1_decoded, a.final_sha1_raw,
                    a.final_sha1_decoded, b.text AS body_text, b.html AS body_html,
                    b.seal AS body_seal
             FROM articles a
             LEFT JOIN article_bodies b ON b.user_id = a.user_id AND b.id = a.id
             WHERE (a.user_id, a.id) > ($1, $2) ORDER BY a.user_id, a.id LIMIT $3",
            articles::COLUMNS
        );
        let mut behind = (-1, -1);
        let mut spellings = Spellings::default();
        loop {
            let rows = self
                .snapshot
                .all(AssertSqlSafe(sql.clone()), args![behind.0, behind.1, PAGE])
                .await?;
            for row in &rows {
                behind = (row.get("user_id")?, row.get("id")?);
                let (user_id, id) = (UserId(behind.0), ArticleId(behind.1));
                if indexed.is_some() && spellings.user_id != Some(user_id) {
                    spellings = self.spellings(user_id).await?;
                }
                self.article(row, user_id, id, indexed, &spellings).await?;
                each();
            }
            if (rows.len() as i64) < PAGE {
                return Ok(());
            }
        }
    }

    async fn article(
        &mut self,
        row: &Row,
        user_id: UserId,
        id: ArticleId,
        indexed: &mut Option<Indexed>,
        spellings: &Spellings,
    ) -> Result<(), StoreError> {
        let place = user_id.0 * USER_STEP + id.0;
        let is_indexed = indexed
            .as_mut()
            .is_some_and(|indexed| indexed.rows.remove(&place));
        let read = || -> Result<(Article, Option<ArticleBody>), StoreError> {
            let text: Option<String> = row.get("body_text")?;
            let html: Option<String> = row.get("body_html")?;
            Ok((
                articles::article(row)?,
                text.zip(html)
                    .map(|(text, html)| ArticleBody { text, html }),
            ))
        };
        let (article, body) = match read() {
            Ok(read) => read,
            Err(error) => {
                let what = format!("article {id} cannot be read: {}", with_source(&error));
                self.tell(Fault::new(FaultKind::Row, what).of(user_id, Some(id)));
                return Ok(());
            }
        };
        if let (Some(body), Some(seal)) = (&body, row.get::<Option<String>>("body_seal")?)
            && seals::of_body(&body.text, &body.html) != seal
        {
            let what = format!("the words of article {id} are not those that were written");
            self.tell(Fault::new(FaultKind::Seal, what).of(user_id, Some(id)));
        }
        if !addresses_are_right(&article, row)? {
            let what = format!("the address of article {id} is not the one its keys were made of");
            self.tell(Fault::new(FaultKind::Seal, what).of(user_id, Some(id)));
        }
        let Some(indexed) = indexed else {
            return Ok(());
        };
        let has_words = body.is_some();
        let shown = ShownArticle::of(&article, body);
        let about = about(&shown);
        let fields = index_fields(&shown, &about);
        let is_right = match (is_indexed, self.snapshot.engine()) {
            (false, _) => !has_words,
            (true, Engine::Sqlite) => {
                sum_of(&fts5_row(&fields)) == indexed.sums.get(&place).copied().unwrap_or(0)
            }
            (true, Engine::Postgres) => {
                let rows = self
                    .snapshot
                    .all(
                        "SELECT CASE WHEN words = CAST($3 AS tsvector) THEN 1 ELSE 0 END AS same
                         FROM search_index WHERE user_id = $1 AND id = $2",
                        args![user_id.0, id.0, tsvector(&fields).literal],
                    )
                    .await?;
                rows.first().map(|row| row.get::<i32>("same")).transpose()? == Some(1)
            }
        };
        if is_right && is_indexed {
            let texts = [fields.headline, fields.about, fields.body];
            self.spelt(user_id, id, &texts, spellings);
        } else if !is_right {
            let what = if is_indexed {
                format!("the search index holds other words than article {id}")
            } else {
                format!("article {id} is not in the search index")
            };
            self.tell(
                Fault::new(FaultKind::Index, what)
                    .of(user_id, Some(id))
                    .with(Cure::Index(user_id, id)),
            );
        }
        Ok(())
    }

    /// Each capture against its seal.
    async fn each_capture(&mut self) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT {}, c.user_id, c.seal FROM captures c
             LEFT JOIN extractions x ON x.user_id = c.user_id AND x.capture_id = c.id",
            captures::COLUMNS
        );
        let mut faults = Vec::new();
        let outcome = self
            .snapshot
            .each(AssertSqlSafe(sql), args![], |row| {
                let user_id = UserId(row.get("user_id")?);
                let (id, article_id): (i64, i64) = (row.get("id")?, row.get("article_id")?);
                let (kind, what) = match captures::capture(&row) {
                    Err(error) => (
                        FaultKind::Row,
                        format!("capture {id} cannot be read: {}", with_source(&error)),
                    ),
                    Ok(capture) => match row.get::<Option<String>>("seal")? {
                        Some(seal) if seal != seals::of_capture(user_id, &capture) => (
                            FaultKind::Seal,
                            format!("capture {id} says something else than when it was written"),
                        ),
                        _ => return Ok(()),
                    },
                };
                faults.push(Fault {
                    touched: vec![Touched {
                        user_id,
                        article_id: Some(ArticleId(article_id)),
                        capture_id: Some(CaptureId(id)),
                    }],
                    ..Fault::new(kind, what)
                });
                Ok(())
            })
            .await;
        for fault in faults {
            self.tell(fault);
        }
        outcome
    }

    /// Each highlight against the text it is anchored in, and the words it is
    /// found by.
    async fn each_highlight(&mut self) -> Result<(), StoreError> {
        let mut known: BTreeMap<(i64, i64), BTreeSet<String>> = BTreeMap::new();
        self.snapshot
            .each(
                "SELECT user_id, highlight_id, word FROM highlight_words",
                args![],
                |row| {
                    known
                        .entry((row.get("user_id")?, row.get("highlight_id")?))
                        .or_default()
                        .insert(row.get("word")?);
                    Ok(())
                },
            )
            .await?;
        let sql = format!(
            "SELECT {}, h.user_id, h.id, b.text AS body_text FROM highlights h
             LEFT JOIN article_bodies b ON b.user_id = h.user_id AND b.id = h.article_id",
            highlights::COLUMNS
        );
        let mut faults = Vec::new();
        let outcome = self
            .snapshot
            .each(AssertSqlSafe(sql), args![], |row| {
                let (user, id): (i64, i64) = (row.get("user_id")?, row.get("id")?);
                let article_id = Some(ArticleId(row.get("article_id")?));
                let mut say = |fault: Fault| faults.push(fault.of(UserId(user), article_id));
                let highlight = match highlights::highlight(&row) {
                    Ok(highlight) => highlight,
                    Err(error) => {
                        let what =
                            format!("highlight {id} cannot be read: {}", with_source(&error));
                        say(Fault::new(FaultKind::Row, what));
                        return Ok(());
                    }
                };
                let anchor = &highlight.anchor;
                let text: Option<String> = row.get("body_text")?;
                let stands = text
                    .as_deref()
                    .and_then(|text| Anchor::of(text, anchor.start..anchor.end));
                if !highlight.is_orphan && stands.as_ref() != Some(anchor) {
                    let what = format!(
                        "highlight {} does not stand where it says in the text of its article",
                        HighlightId(id)
                    );
                    say(Fault::new(FaultKind::Row, what));
                }
                let words = highlights::words_of(&anchor.exact, &highlight.note);
                if known.remove(&(user, id)).unwrap_or_default() != words {
                    let what = format!("highlight {id} is found by other words than its own");
                    let cure = Cure::HighlightWords(UserId(user), id);
                    say(Fault::new(FaultKind::Index, what).with(cure));
                }
                Ok(())
            })
            .await;
        for fault in faults {
            self.tell(fault);
        }
        outcome
    }
}

/// Whether the keys that apps look addresses up by are those of the addresses.
fn addresses_are_right(article: &Article, row: &Row) -> Result<bool, StoreError> {
    let of = |url: &Option<String>| {
        (
            url.as_deref().map(sha1_raw),
            url.as_deref().map(sha1_decoded),
        )
    };
    let key = |column: &str| row.get::<Option<String>>(column);
    Ok(
        of(&Some(article.given_url.clone()))
            == (key("given_sha1_raw")?, key("given_sha1_decoded")?)
            && of(&article.final_url) == (key("final_sha1_raw")?, key("final_sha1_decoded")?),
    )
}

/// What one word at one place adds to the sum of its article.
fn word_sum(term: &str, column: &str, place: i64) -> u64 {
    // Its keys are fixed, so that two sums can be compared.
    let mut hasher = DefaultHasher::new();
    (term, column, place).hash(&mut hasher);
    hasher.finish()
}

/// The sum over a whole row, split as the tokenizer `ascii` does.
fn sum_of(row: &Fts5Row) -> u64 {
    /// Longer words are cut off there by FTS5.
    const LONGEST_TERM: usize = 32_768;
    let mut sum: u64 = 0;
    for (column, text) in [
        ("headline_exact", &row.headline_exact),
        ("headline_stem", &row.headline_stem),
        ("about_exact", &row.about_exact),
        ("about_stem", &row.about_stem),
        ("body_exact", &row.body_exact),
        ("body_stem", &row.body_stem),
    ] {
        let words = text
            .split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty());
        for (place, word) in words.enumerate() {
            let mut term = word.to_ascii_lowercase();
            term.truncate(term.floor_char_boundary(LONGEST_TERM));
            sum = sum.wrapping_add(word_sum(&term, column, place as i64));
        }
    }
    sum
}
