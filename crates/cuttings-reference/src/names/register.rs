//! By what a name is found again: its words, a surname, initials.
//!
//! Everything is looked up, nothing walked through: a page can hold ten thousand
//! names.

use std::collections::HashMap;

use crate::tagger::NameKind;

/// The names gathered so far, by what they can be called.
#[derive(Debug, Default)]
pub(super) struct Register {
    by_words: HashMap<(NameKind, String), usize>,
    by_first_and_last: HashMap<(String, String), usize>,
    /// People by the initial of their first name, and their surname: whoever was
    /// named first, and whoever of them is called by an initial alone.
    by_initial: HashMap<(char, String), usize>,
    by_initial_alone: HashMap<(char, String), usize>,
    by_surname: HashMap<String, Bearers>,
    by_first_name: HashMap<String, Bearers>,
    /// Organisations by the initials of their words.
    by_letters: HashMap<String, usize>,
}

/// How many bear a name, and which of them was named first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bearers {
    pub count: usize,
    pub first: usize,
}

/// The words of a name as they are compared: without dots, in lower case.
fn key(words: &[String]) -> String {
    words
        .join(" ")
        .chars()
        .filter(|one| *one != '.')
        .flat_map(char::to_lowercase)
        .collect()
}

/// A first name without its dot, its initial, and the surname.
fn parts(words: &[String]) -> Option<(String, char, String)> {
    let [first, .., last] = words else {
        return None;
    };
    let first = first.trim_end_matches('.');
    Some((first.to_owned(), first.chars().next()?, last.clone()))
}

impl Register {
    /// The name that these words are another form of.
    pub fn find(&self, kind: NameKind, words: &[String]) -> Option<usize> {
        let same = self.by_words.get(&(kind, key(words)));
        let other = || match kind {
            NameKind::Person => {
                let (first, initial, last) = parts(words)?;
                let is_initial = first.chars().count() == 1;
                let place = (initial, last.clone());
                self.by_first_and_last.get(&(first, last)).or_else(|| {
                    if is_initial {
                        self.by_initial.get(&place)
                    } else {
                        self.by_initial_alone.get(&place)
                    }
                })
            }
            _ => None,
        };
        same.or_else(other).copied()
    }

    /// The organisation whose initials these letters are.
    pub fn by_letters(&self, letters: &str) -> Option<usize> {
        let letters: String = letters.chars().filter(|one| *one != '.').collect();
        self.by_letters.get(&letters).copied()
    }

    /// Whoever bears this surname; failing that, this first name.
    pub fn bearers(&self, word: &str) -> Option<Bearers> {
        let by_first_name = || self.by_first_name.get(word).filter(|one| one.count == 1);
        self.by_surname.get(word).or_else(by_first_name).copied()
    }

    /// Notes a form of a name, a new one or one that was found.
    pub fn note(&mut self, kind: NameKind, words: &[String], index: usize, is_new: bool) {
        self.by_words.entry((kind, key(words))).or_insert(index);
        if kind == NameKind::Organisation && words.len() > 1 {
            let letters: String = words
                .iter()
                .filter(|word| word.starts_with(char::is_uppercase))
                .filter_map(|word| word.chars().next())
                .collect();
            self.by_letters.entry(letters).or_insert(index);
        }
        let Some((first, initial, last)) = parts(words).filter(|_| kind == NameKind::Person) else {
            return;
        };
        let place = (initial, last.clone());
        self.by_initial.entry(place.clone()).or_insert(index);
        if first.chars().count() == 1 {
            self.by_initial_alone.entry(place).or_insert(index);
        }
        if is_new {
            for (map, word) in [
                (&mut self.by_surname, &last),
                (&mut self.by_first_name, &words[0]),
            ] {
                map.entry(word.clone())
                    .and_modify(|bearers| bearers.count += 1)
                    .or_insert(Bearers {
                        count: 1,
                        first: index,
                    });
            }
        }
        self.by_first_and_last.entry((first, last)).or_insert(index);
    }
}
