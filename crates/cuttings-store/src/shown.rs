//! What is shown of an article: its words and what is known about them.
//!
//! Captures bring it ([`show`]), people correct it ([`crate::edits`]), joining
//! two articles moves it ([`crate::twins`]). All of them write through
//! [`write_metadata`] and [`index`], so that rows and index never part.

use cuttings_model::address::{PageAddress, sha1_decoded, sha1_raw};
use cuttings_model::{Article, ArticleBody, ArticleId, CaptureId, Dated, UserId};
use cuttings_text::index::{IndexFields, fts5_row, tsvector};

use crate::articles::{delete_words, site};
use crate::db::{Tx, args};
use crate::list::title_key;
use crate::{Engine, StoreError, edits, seals, words};

/// What a capture gave to read.
#[derive(Debug, Clone)]
pub struct ShownArticle {
    /// The address the page was read from.
    pub final_url: String,
    /// The address the page calls its own.
    pub canonical_url: Option<String>,
    /// Headline.
    pub headline: Option<String>,
    /// Dek.
    pub dek: Option<String>,
    /// Byline as printed.
    pub byline: Option<String>,
    /// Writers.
    pub authors: Vec<String>,
    /// Outlet.
    pub publication: Option<String>,
    /// Section.
    pub section: Option<String>,
    /// Language tag.
    pub language: Option<String>,
    /// Whether the text runs from right to left.
    pub right_to_left: bool,
    /// Publication date.
    pub published: Option<Dated>,
    /// Date of the last change by the outlet.
    pub modified: Option<Dated>,
    /// Words of the text.
    pub word_count: i64,
    /// Minutes to read it.
    pub reading_minutes: i64,
    /// Clean text.
    pub text: String,
    /// Allow-listed HTML.
    pub html: String,
}

impl ShownArticle {
    /// What is shown of an article now. One that was never captured is shown
    /// under the address it was saved as.
    pub(crate) fn of(article: &Article, body: Option<ArticleBody>) -> Self {
        let body = body.unwrap_or(ArticleBody {
            text: String::new(),
            html: String::new(),
        });
        Self {
            final_url: article.source_url().to_owned(),
            canonical_url: article.canonical_url.clone(),
            headline: article.headline.clone(),
            dek: article.dek.clone(),
            byline: article.byline.clone(),
            authors: article.authors.clone(),
            publication: article.publication.clone(),
            section: article.section.clone(),
            language: article.language.clone(),
            right_to_left: article.right_to_left,
            published: article.published.clone(),
            modified: article.modified.clone(),
            word_count: article.word_count,
            reading_minutes: article.reading_minutes,
            text: body.text,
            html: body.html,
        }
    }
}

/// Shows what a capture brought, under what the user corrected, and feeds the
/// search index.
pub(crate) async fn show(
    tx: &mut Tx,
    user_id: UserId,
    article_id: ArticleId,
    capture_id: CaptureId,
    extracted: &ShownArticle,
    has_thumbnail: bool,
) -> Result<(), StoreError> {
    let shown = &edits::lay_over(tx, user_id, article_id, extracted.clone()).await?;
    write_metadata(tx, user_id, article_id, shown, Some(&shown.final_url)).await?;
    tx.run(
        "UPDATE articles
         SET word_count = $3, reading_minutes = $4, capture_id = $5, has_thumbnail = $6
         WHERE user_id = $1 AND id = $2",
        args![
            user_id.0,
            article_id.0,
            shown.word_count,
            shown.reading_minutes,
            capture_id.0,
            has_thumbnail
        ],
    )
    .await?;
    tx.run(
        "INSERT INTO article_bodies (user_id, id, text, html, seal) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, id) DO UPDATE
         SET text = excluded.text, html = excluded.html, seal = excluded.seal",
        args![
            user_id.0,
            article_id.0,
            &shown.text,
            &shown.html,
            seals::of_body(&shown.text, &shown.html)
        ],
    )
    .await?;
    index(tx, user_id, article_id, shown).await
}

/// Writes what is known about an article. `final_url` is none while nobody
/// knows where its address leads.
pub(crate) async fn write_metadata(
    tx: &mut Tx,
    user_id: UserId,
    article_id: ArticleId,
    shown: &ShownArticle,
    final_url: Option<&str>,
) -> Result<(), StoreError> {
    let authors = serde_json::to_string(&shown.authors).map_err(|error| StoreError::Nonsense {
        what: format!("authors: {error}"),
    })?;
    tx.run(
        "UPDATE articles
         SET final_url = $3, final_page_key = $4, final_sha1_raw = $5, final_sha1_decoded = $6,
             canonical_url = $7, canonical_page_key = $8, site = $9, headline = $10, dek = $11,
             byline = $12, authors = $13, author_key = $14, publication = $15, section = $16,
             language = $17, right_to_left = $18, published = $19, published_at = $20,
             modified = $21, modified_at = $22, title_key = $23
         WHERE user_id = $1 AND id = $2",
        args![
            user_id.0,
            article_id.0,
            final_url.map(str::to_owned),
            final_url.and_then(page_key),
            final_url.map(sha1_raw),
            final_url.map(sha1_decoded),
            &shown.canonical_url,
            canonical_key(shown),
            site(&shown.final_url),
            &shown.headline,
            &shown.dek,
            &shown.byline,
            authors,
            author_key(shown),
            &shown.publication,
            &shown.section,
            &shown.language,
            shown.right_to_left,
            shown.published.as_ref().map(|dated| dated.text.clone()),
            shown.published.as_ref().map(|dated| dated.at_ms),
            shown.modified.as_ref().map(|dated| dated.text.clone()),
            shown.modified.as_ref().map(|dated| dated.at_ms),
            title_key(shown.headline.as_deref(), &shown.final_url)
        ],
    )
    .await
    .map(|_| ())
}

/// The key of a page by its address; none when it is no address.
pub(crate) fn page_key(url: &str) -> Option<String> {
    url::Url::parse(url)
        .ok()
        .and_then(|url| PageAddress::new(url).ok())
        .map(|address| address.page_key())
}

/// The key of the address a page calls its own. A story that claims to be a
/// front page is not believed: many sites put one line into all their pages.
pub(crate) fn canonical_key(shown: &ShownArticle) -> Option<String> {
    let claimed = url::Url::parse(shown.canonical_url.as_deref()?).ok()?;
    let is_front_page = claimed.path() == "/" && claimed.query().is_none();
    (!is_front_page)
        .then(|| page_key(claimed.as_str()))
        .flatten()
}

/// The names that `author:` searches.
fn author_key(shown: &ShownArticle) -> String {
    let mut names = shown.authors.join(" ");
    if names.is_empty() {
        names = shown.byline.clone().unwrap_or_default();
    }
    crate::search::between_blanks(&names)
}

/// What the index holds around the story of an article.
pub(crate) fn about(shown: &ShownArticle) -> String {
    [&shown.dek, &shown.byline, &shown.publication]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The words of an article as the index holds them; `about` is [`about`] of it.
pub(crate) fn index_fields<'a>(shown: &'a ShownArticle, about: &'a str) -> IndexFields<'a> {
    IndexFields {
        headline: shown.headline.as_deref().unwrap_or_default(),
        about,
        body: &shown.text,
        language: shown.language.as_deref(),
    }
}

/// Puts an article's words into the index, anew.
pub(crate) async fn index(
    tx: &mut Tx,
    user_id: UserId,
    article_id: ArticleId,
    shown: &ShownArticle,
) -> Result<(), StoreError> {
    let about = about(shown);
    let fields = index_fields(shown, &about);
    delete_words(tx, user_id, article_id).await?;
    words::add(tx, user_id, &[fields.headline, fields.about, fields.body]).await?;
    match tx.engine() {
        Engine::Sqlite => {
            let row = fts5_row(&fields);
            tx.run(
                "INSERT INTO search_index
                     (rowid, headline_exact, headline_stem, about_exact, about_stem, body_exact,
                      body_stem)
                 VALUES ($1 * 2147483648 + $2, $3, $4, $5, $6, $7, $8)",
                args![
                    user_id.0,
                    article_id.0,
                    row.headline_exact,
                    row.headline_stem,
                    row.about_exact,
                    row.about_stem,
                    row.body_exact,
                    row.body_stem
                ],
            )
            .await?;
        }
        Engine::Postgres => {
            let words = tsvector(&fields);
            if words.truncated {
                tracing::warn!(
                    article.id = article_id.0,
                    "a long article is indexed in part"
                );
            }
            tx.run(
                "INSERT INTO search_index (user_id, id, words)
                 VALUES ($1, $2, CAST($3 AS tsvector))",
                args![user_id.0, article_id.0, words.literal],
            )
            .await?;
        }
    }
    Ok(())
}
