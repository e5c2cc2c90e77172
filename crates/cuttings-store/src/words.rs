//! The words of a library, and those like a word that nothing was found for.
//!
//! [`crate::shown::index`] adds an article's words with its index row. They are
//! kept apart from the index because neither engine can list the words of one
//! user's articles.
//!
//! A word with one slip in it is whole before or behind the slip. So words like
//! it begin or end as it does, and both can be looked up in an index; those with
//! two slips are found when both lie on one side.

use std::collections::BTreeMap;

use cuttings_model::UserId;
use cuttings_text::spelling::{forgiven, slips, words};

use crate::db::{Tx, args};
use crate::{Store, StoreError, dialect};

/// Most words that are looked at for each end.
const MOST_ALIKE: i64 = 20_000;

/// Adds the words of an article's texts.
pub(crate) async fn add(tx: &mut Tx, user_id: UserId, texts: &[&str]) -> Result<(), StoreError> {
    // Sorted, as in every transaction, so that two cannot wait for each other.
    let rows: Vec<[String; 3]> = of(texts)
        .into_iter()
        .map(|(word, spelt)| [word.clone(), backwards(&word), spelt])
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let rows = serde_json::to_string(&rows).map_err(|error| StoreError::Nonsense {
        what: format!("words: {error}"),
    })?;
    let sql = dialect::add_words(tx.engine());
    tx.run(sql, args![user_id.0, rows]).await.map(|_| ())
}

/// The words of an article's texts, each with how it was first spelt.
pub(crate) fn of(texts: &[&str]) -> BTreeMap<String, String> {
    words(&texts.join("\n"))
}

/// How a word is looked up by its end.
pub(crate) fn backwards(word: &str) -> String {
    word.chars().rev().collect()
}

/// A word of the library that is like another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WordLike {
    /// Slips between the two.
    pub slips: usize,
    /// The word, folded.
    pub word: String,
    /// How it was first spelt.
    pub spelt: String,
}

impl Store {
    /// Words of the library that somebody who typed `word` may have meant; those
    /// with the fewest slips first, at most `limit`.
    ///
    /// `word` is folded, as the index holds it. Articles may be gone since, so a
    /// word given may be in none.
    pub async fn words_like(
        &self,
        user_id: UserId,
        word: &str,
        limit: usize,
    ) -> Result<Vec<WordLike>, StoreError> {
        const SQL: &str = "
            SELECT word, spelt FROM (
                SELECT word, spelt FROM words
                WHERE user_id = $1 AND word >= $2 AND word < $3
                  AND length(word) BETWEEN $6 AND $7
                LIMIT $8
            ) begins
            UNION
            SELECT word, spelt FROM (
                SELECT word, spelt FROM words
                WHERE user_id = $1 AND backwards >= $4 AND backwards < $5
                  AND length(word) BETWEEN $6 AND $7
                LIMIT $8
            ) ends";
        let letters: Vec<char> = word.chars().collect();
        let most = forgiven(letters.len());
        if most == 0 {
            return Ok(Vec::new());
        }
        // One letter less than all: two that changed places may stand astride.
        let first = (letters.len() - 1) / 2;
        let last = letters.len() - 1 - first;
        let begin: String = letters[..first].iter().collect();
        let end: String = letters[letters.len() - last..].iter().rev().collect();
        let (shortest, longest) = (letters.len() - most, letters.len() + most);
        let beyond = |start: &str| format!("{start}\u{10FFFF}");
        let mut alike = Vec::new();
        for row in self
            .db
            .all(
                SQL,
                args![
                    user_id.0,
                    &begin,
                    beyond(&begin),
                    &end,
                    beyond(&end),
                    shortest as i64,
                    longest as i64,
                    MOST_ALIKE
                ],
            )
            .await?
        {
            let known: String = row.get("word")?;
            let slips = slips(word, &known);
            if (1..=most).contains(&slips) {
                alike.push(WordLike {
                    slips,
                    word: known,
                    spelt: row.get("spelt")?,
                });
            }
        }
        alike.sort();
        alike.truncate(limit);
        Ok(alike)
    }
}
