//! Spelling: how far two words are apart, and which words of a text are worth
//! being proposed.
//!
//! The query language asks about its operators, the library about words that
//! nothing was found for.

use std::collections::BTreeMap;

use crate::scan::{is_unspaced, scan};

/// Slips between two words: letters added, left out, changed, or swapped with
/// their neighbour (optimal string alignment). Letters are code points.
///
/// ```
/// use cuttings_text::spelling::slips;
///
/// assert_eq!(slips("harbuor", "harbour"), 1);
/// assert_eq!(slips("fery", "ferry"), 1);
/// assert_eq!(slips("élan", "plan"), 1);
/// ```
pub fn slips(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let changed = usize::from(one[i - 1] != other[j - 1]);
            let mut least = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + changed);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(before_last[j - 2] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[other.len()]
}

/// Most slips that are forgiven in a word of so many letters: none in a short
/// one, where each slip makes another word of the language.
pub fn forgiven(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// Shortest word that is worth being proposed: a slip in a shorter one makes
/// another word.
const MIN_LETTERS: usize = 4;
/// Longest one; what is longer is an address or a mistake.
const MAX_LETTERS: usize = 24;

/// The words of a text that are worth being proposed, folded as in the index,
/// each with how it was first spelt: small letters, with its accents. Words of
/// letters alone, of scripts that put spaces between words.
///
/// ```
/// use cuttings_text::spelling::words;
///
/// let found = words("The Élysée, 1848: l'Élysée and the 東京都 of old");
/// assert_eq!(found.into_iter().collect::<Vec<_>>(), [("elysee".into(), "élysée".into())]);
/// ```
pub fn words(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    scan(text, |word| {
        let letters = word.exact.chars().count();
        let proper = (MIN_LETTERS..=MAX_LETTERS).contains(&letters)
            && word
                .exact
                .chars()
                .all(|letter| letter.is_alphabetic() && !is_unspaced(letter));
        if proper && !found.contains_key(word.exact) {
            found.insert(word.exact.to_owned(), word.lower.to_owned());
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_slip_counts_one() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "ab", 2),
            ("ferry", "ferry", 0),
            ("ferry", "fery", 1),
            ("fery", "ferry", 1),
            ("ferry", "furry", 1),
            ("ferry", "frery", 1),
            ("harbour", "hrabuor", 2),
            ("кит", "кот", 1),
        ] {
            assert_eq!(slips(one, other), expected, "{one} {other}");
            assert_eq!(slips(other, one), expected, "{other} {one}");
        }
    }
}
