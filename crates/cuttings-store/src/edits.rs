//! What people correct in an article: a layer of their own over what the page
//! says.
//!
//! The article's columns hold what is shown. An edit keeps both what the user
//! says and what the page says; a further capture changes only the latter, so
//! a correction survives it and can be taken back at any time.

use cuttings_model::{Article, ArticleId, Dated, Field, UserId};

use crate::articles::{body_in, by_id};
use crate::db::{Row, Tx, args};
use crate::shown::{ShownArticle, index, write_metadata};
use crate::users::tick;
use crate::{Store, StoreError};

/// A field that a person corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Which.
    pub field: Field,
    /// What the person says; none for nothing.
    pub value: Option<String>,
    /// What the page says.
    pub extracted: Option<String>,
}

/// What is done with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditChange {
    /// It is this from now on.
    Say(Option<String>),
    /// It is what the page says.
    Reset,
}

impl Store {
    /// What the user corrected in an article.
    pub async fn edits(&self, user_id: UserId, id: ArticleId) -> Result<Vec<Edit>, StoreError> {
        self.db
            .all(EDITS, args![user_id.0, id.0])
            .await?
            .iter()
            .map(edit)
            .collect()
    }

    /// Corrects fields of an article, or takes corrections back; the search
    /// index follows. Values have been checked by the caller. A deleted article
    /// stays as it is.
    pub async fn put_edits(
        &self,
        user_id: UserId,
        id: ArticleId,
        changes: &[(Field, EditChange)],
        now_ms: i64,
    ) -> Result<Option<Article>, StoreError> {
        let mut tx = self.db.begin().await?;
        let tick_ms = tick(&mut tx, user_id, now_ms).await?;
        let Some(article) = by_id(&mut tx, user_id, id).await? else {
            return Ok(None);
        };
        if article.deleted_at_ms.is_some() {
            return Ok(Some(article));
        }
        let edits = edits_in(&mut tx, user_id, id).await?;
        let body = body_in(&mut tx, user_id, id).await?;
        let mut shown = ShownArticle::of(&article, body);
        let mut final_url = article.final_url.clone();
        for (field, change) in changes {
            let known = edits.iter().find(|edit| edit.field == *field);
            let current = match field {
                Field::FinalUrl => final_url.clone(),
                field => text_of(&shown, *field),
            };
            let extracted = known.map_or(current, |edit| edit.extracted.clone());
            let value = match change {
                EditChange::Say(value) if *value != extracted => {
                    tx.run(
                        "INSERT INTO article_edits
                             (user_id, article_id, field, value, extracted, edited_at)
                         VALUES ($1, $2, $3, $4, $5, $6)
                         ON CONFLICT (user_id, article_id, field)
                         DO UPDATE SET value = excluded.value, edited_at = excluded.edited_at",
                        args![user_id.0, id.0, field.as_str(), value, &extracted, now_ms],
                    )
                    .await?;
                    value.clone()
                }
                EditChange::Say(_) | EditChange::Reset => {
                    tx.run(
                        "DELETE FROM article_edits
                         WHERE user_id = $1 AND article_id = $2 AND field = $3",
                        args![user_id.0, id.0, field.as_str()],
                    )
                    .await?;
                    extracted
                }
            };
            if *field == Field::FinalUrl {
                final_url.clone_from(&value);
                shown.final_url = value.unwrap_or_else(|| article.given_url.clone());
            } else {
                put_text(&mut shown, *field, value);
            }
        }
        write_metadata(&mut tx, user_id, id, &shown, final_url.as_deref()).await?;
        index(&mut tx, user_id, id, &shown).await?;
        tx.run(
            "UPDATE articles SET updated_at = $3 WHERE user_id = $1 AND id = $2",
            args![user_id.0, id.0, tick_ms],
        )
        .await?;
        let article = by_id(&mut tx, user_id, id).await?;
        tx.commit().await?;
        Ok(article)
    }
}

/// Notes what a capture says of the corrected fields, and gives what is shown:
/// the capture under the corrections.
pub(crate) async fn lay_over(
    tx: &mut Tx,
    user_id: UserId,
    id: ArticleId,
    mut shown: ShownArticle,
) -> Result<ShownArticle, StoreError> {
    for edit in edits_in(tx, user_id, id).await? {
        tx.run(
            "UPDATE article_edits SET extracted = $4
             WHERE user_id = $1 AND article_id = $2 AND field = $3",
            args![
                user_id.0,
                id.0,
                edit.field.as_str(),
                text_of(&shown, edit.field)
            ],
        )
        .await?;
        put_text(&mut shown, edit.field, edit.value);
    }
    Ok(shown)
}

const EDITS: &str = "SELECT field, value, extracted FROM article_edits
    WHERE user_id = $1 AND article_id = $2 ORDER BY field";

async fn edits_in(tx: &mut Tx, user_id: UserId, id: ArticleId) -> Result<Vec<Edit>, StoreError> {
    tx.all(EDITS, args![user_id.0, id.0])
        .await?
        .iter()
        .map(edit)
        .collect()
}

fn edit(row: &Row) -> Result<Edit, StoreError> {
    let field: String = row.get("field")?;
    Ok(Edit {
        field: Field::parse(&field).ok_or_else(|| StoreError::Nonsense {
            what: format!("article_edits.field is {field:?}"),
        })?,
        value: row.get("value")?,
        extracted: row.get("extracted")?,
    })
}

/// A field as text; none for nothing.
fn text_of(shown: &ShownArticle, field: Field) -> Option<String> {
    let dated = |dated: &Option<Dated>| dated.as_ref().map(|dated| dated.text.clone());
    match field {
        Field::Headline => shown.headline.clone(),
        Field::Dek => shown.dek.clone(),
        Field::Byline => shown.byline.clone(),
        Field::Authors => Some(shown.authors.join("\n")).filter(|names| !names.is_empty()),
        Field::Publication => shown.publication.clone(),
        Field::Section => shown.section.clone(),
        Field::Published => dated(&shown.published),
        Field::Modified => dated(&shown.modified),
        Field::Language => shown.language.clone(),
        Field::Direction => Some(if shown.right_to_left { "rtl" } else { "ltr" }.to_owned()),
        Field::FinalUrl => Some(shown.final_url.clone()),
        Field::CanonicalUrl => shown.canonical_url.clone(),
    }
}

/// Puts back what [`text_of`] gives.
fn put_text(shown: &mut ShownArticle, field: Field, value: Option<String>) {
    match field {
        Field::Headline => shown.headline = value,
        Field::Dek => shown.dek = value,
        Field::Byline => shown.byline = value,
        Field::Authors => {
            shown.authors = value
                .unwrap_or_default()
                .lines()
                .map(str::to_owned)
                .collect();
        }
        Field::Publication => shown.publication = value,
        Field::Section => shown.section = value,
        Field::Published => shown.published = value.as_deref().and_then(Dated::parse),
        Field::Modified => shown.modified = value.as_deref().and_then(Dated::parse),
        Field::Language => shown.language = value,
        Field::Direction => shown.right_to_left = value.as_deref() == Some("rtl"),
        Field::FinalUrl => {
            if let Some(value) = value {
                shown.final_url = value;
            }
        }
        Field::CanonicalUrl => shown.canonical_url = value,
    }
}
