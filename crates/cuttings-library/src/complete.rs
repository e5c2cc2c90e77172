//! Completing a query while it is typed: operators, and the names that are in the
//! library.
//!
//! The search field asks through `GET /search/complete`. Names are matched by the
//! start of any of their words, as `author:` and `publication:` find them.

use std::ops::Range;

use cuttings_model::UserId;
use cuttings_store::StoreError;
use cuttings_text::query::{Operator, State, Unfinished, unfinished};

use crate::Library;

/// Most choices that are given.
const MOST_CHOICES: usize = 8;
/// Choices of one kind for a bare word, which may be the start of anything.
const MOST_OF_A_KIND: usize = 3;

/// What the piece of a query at the caret can become.
#[derive(Debug, PartialEq, Eq)]
pub struct Completion {
    /// The characters of the query that a choice takes the place of.
    pub at: Range<usize>,
    /// The choices, best first.
    pub choices: Vec<Choice>,
}

/// One choice.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// What takes the place of the piece: `tag:`, or `tag:"Sea walls"`.
    pub text: String,
    /// The operator it is about.
    pub operator: Operator,
    /// The value; none for an operator alone, which wants one.
    pub value: Option<String>,
    /// Articles that have the value, where they are counted.
    pub article_count: Option<i64>,
}

impl Choice {
    /// None for a value that no query can name.
    fn value(operator: Operator, value: String, article_count: Option<i64>) -> Option<Self> {
        Some(Self {
            text: operator.with(&value)?,
            operator,
            value: Some(value),
            article_count,
        })
    }
}

/// Completes `typed` at the caret, which stands before the character of that
/// number. `None` where there is nothing to complete.
///
/// # Errors
///
/// [`StoreError`] when the library cannot be read.
pub async fn complete(
    library: &Library,
    user_id: UserId,
    typed: &str,
    caret: usize,
) -> Result<Option<Completion>, StoreError> {
    let (at, mut choices) = match unfinished(typed, caret) {
        None => return Ok(None),
        Some(Unfinished::Value {
            at,
            operator,
            start,
        }) => {
            let choices = values(library, user_id, operator, &start, MOST_CHOICES).await?;
            (at, choices)
        }
        Some(Unfinished::Word { at, start }) => (at, anything(library, user_id, &start).await?),
    };
    choices.truncate(MOST_CHOICES);
    Ok((!choices.is_empty()).then_some(Completion { at, choices }))
}

/// What a bare word may be the start of.
async fn anything(
    library: &Library,
    user_id: UserId,
    start: &str,
) -> Result<Vec<Choice>, StoreError> {
    let lower = start.to_lowercase();
    let mut choices: Vec<Choice> = Operator::ALL
        .into_iter()
        .filter(|operator| operator.name().starts_with(&lower))
        .map(|operator| Choice {
            text: format!("{}:", operator.name()),
            operator,
            value: None,
            article_count: None,
        })
        .take(MOST_OF_A_KIND)
        .collect();
    // One letter begins too many names.
    if start.chars().count() > 1 {
        for operator in [Operator::Tag, Operator::Publication, Operator::Author] {
            choices.extend(values(library, user_id, operator, start, MOST_OF_A_KIND).await?);
        }
    }
    Ok(choices)
}

/// Values of an operator that begin so.
async fn values(
    library: &Library,
    user_id: UserId,
    operator: Operator,
    start: &str,
    most: usize,
) -> Result<Vec<Choice>, StoreError> {
    let store = &library.store;
    let fixed = |values: &[&str]| -> Vec<(String, Option<i64>)> {
        values
            .iter()
            .filter(|value| value.starts_with(&start.to_lowercase()))
            .map(|value| ((*value).to_owned(), None))
            .collect()
    };
    let counted = |values: Vec<cuttings_store::FacetValue>| {
        values
            .into_iter()
            .map(|value| (value.value, Some(value.article_count)))
            .collect()
    };
    let values: Vec<(String, Option<i64>)> = match operator {
        Operator::Tag => counted(store.tags_starting(user_id, start, most as i64).await?),
        Operator::Author => counted(store.authors_starting(user_id, start, most).await?),
        Operator::Publication => store
            .publications_starting(user_id, start, most)
            .await?
            .into_iter()
            .map(|name| (name, None))
            .collect(),
        Operator::Language => store
            .languages_starting(user_id, start)
            .await?
            .into_iter()
            .map(|tag| (tag, None))
            .collect(),
        Operator::Is => fixed(&State::ALL.map(State::as_str)),
        Operator::Minutes => fixed(&["<5", "5..15", ">15"]),
        Operator::Site
        | Operator::Published
        | Operator::Before
        | Operator::After
        | Operator::Saved
        | Operator::Highlight => Vec::new(),
    };
    // A piece that is whole already needs no completion.
    let typed = operator.with(start);
    Ok(values
        .into_iter()
        .take(most)
        .filter_map(|(value, count)| Choice::value(operator, value, count))
        .filter(|choice| Some(&choice.text) != typed.as_ref())
        .collect())
}
