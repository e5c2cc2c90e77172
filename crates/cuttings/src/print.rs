//! What several commands print alike.

use std::io::Write as _;

use cuttings_model::Article;
use serde_json::{Value, json};

/// Writes one line to standard output.
pub fn line(text: impl std::fmt::Display) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(())
}

/// An article as the commands' JSON has it.
pub fn article_json(article: &Article) -> Value {
    json!({
        "id": article.id,
        "url": article.given_url,
        "final_url": article.final_url,
        "canonical_url": article.canonical_url,
        "state": article.state,
        "reason": article.reason.as_ref().map(|reason| &reason.text),
        "reason_code": article.reason.as_ref().map(|reason| &reason.code),
        "headline": article.headline,
        "dek": article.dek,
        "byline": article.byline,
        "authors": article.authors,
        "publication": article.publication,
        "section": article.section,
        "language": article.language,
        "published": article.published.as_ref().map(|dated| &dated.text),
        "modified": article.modified.as_ref().map(|dated| &dated.text),
        "word_count": article.word_count,
        "reading_minutes": article.reading_minutes,
        "saved_at": instant(Some(article.saved_at_ms)),
        "archived_at": instant(article.archived_at_ms),
        "starred_at": instant(article.starred_at_ms),
        "tags": article.tags,
    })
}

/// An instant in RFC 3339.
pub fn instant(at_ms: Option<i64>) -> Option<String> {
    jiff::Timestamp::from_millisecond(at_ms?)
        .ok()
        .map(|instant| instant.to_string())
}

/// The day of an instant, `2023-06-13`, in UTC.
pub fn day(at_ms: i64) -> String {
    instant(Some(at_ms))
        .unwrap_or_default()
        .chars()
        .take(10)
        .collect()
}

/// An article as two lines of a list.
pub fn article_lines(article: &Article) -> String {
    let mut about = vec![article.outlet()];
    about.extend(article.byline.clone());
    about.push(match &article.published {
        Some(published) => day(published.at_ms),
        None => format!("saved {}", day(article.saved_at_ms)),
    });
    if article.reading_minutes > 0 {
        about.push(format!("{} min", article.reading_minutes));
    }
    if article.starred_at_ms.is_some() {
        about.push("starred".to_owned());
    }
    if article.archived_at_ms.is_some() {
        about.push("archived".to_owned());
    }
    if !article.tags.is_empty() {
        about.push(format!("tags: {}", article.tags.join(", ")));
    }
    match (&article.reason, article.state.as_str()) {
        (Some(reason), _) => about.push(format!("{}: {}", article.state.as_str(), reason.text)),
        (None, "ready") => {}
        (None, state) => about.push(state.to_owned()),
    }
    format!(
        "{:>6}  {}\n        {}",
        article.id,
        article.title(),
        about.join(" · ")
    )
}

/// Columns a text may take: the terminal's, but no more than reads well.
pub fn columns(asked: Option<u16>) -> usize {
    let terminal = textwrap::termwidth();
    asked.map_or_else(|| terminal.clamp(20, 76), usize::from)
}
