//! The words that "did you mean" proposes, against the articles they are from.
//!
//! A word stays when its last article goes, so that there are more of them than
//! the articles have is no fault.

use std::collections::HashSet;

use cuttings_model::{ArticleId, UserId};

use super::{Cure, Fault, FaultKind, Look};
use crate::db::args;
use crate::{StoreError, words};

/// The words of one library.
#[derive(Default)]
pub(super) struct Spellings {
    /// Whose.
    pub(super) user_id: Option<UserId>,
    /// None when they cannot be read, which was told.
    words: Option<HashSet<String>>,
}

impl Look<'_> {
    /// Reads the words of a library, and looks at each.
    pub(super) async fn spellings(&mut self, user_id: UserId) -> Result<Spellings, StoreError> {
        let mut found = HashSet::new();
        let mut wrong = Vec::new();
        let outcome = self
            .snapshot
            .each(
                "SELECT word, backwards FROM words WHERE user_id = $1",
                args![user_id.0],
                |row| {
                    let word: String = row.get("word")?;
                    if words::backwards(&word) != row.get::<String>("backwards")? {
                        wrong.push(word.clone());
                    }
                    found.insert(word);
                    Ok(())
                },
            )
            .await;
        let words = outcome.is_ok().then_some(found);
        self.part("the words of a library", outcome)?;
        for word in wrong {
            let what = format!("the word {word:?} cannot be found by its end");
            self.tell(
                Fault::new(FaultKind::Index, what)
                    .of(user_id, None)
                    .with(Cure::Backwards(user_id, word)),
            );
        }
        Ok(Spellings {
            user_id: Some(user_id),
            words,
        })
    }

    /// Tells when words of an article are not among those of its library.
    pub(super) fn spelt(
        &mut self,
        user_id: UserId,
        id: ArticleId,
        texts: &[&str],
        spellings: &Spellings,
    ) {
        let Some(known) = &spellings.words else {
            return;
        };
        let missing = words::of(texts)
            .keys()
            .filter(|word| !known.contains(*word))
            .count();
        if missing > 0 {
            let what = format!("{missing} words of article {id} are not among those proposed");
            self.tell(
                Fault::new(FaultKind::Index, what)
                    .of(user_id, Some(id))
                    .with(Cure::Index(user_id, id)),
            );
        }
    }
}
