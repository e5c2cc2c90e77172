//! Stems: the Snowball stemmer of a language, with a memory.
//!
//! [`crate::analyse`], [`crate::index`], [`crate::highlight`] and the printer of
//! queries make one [`Stemmer`] for each text they go through.
//!
//! The stemmer is given the word *with* its diacritics, since Snowball's rules
//! are written for them (Russian `-ий`, French `-é`), and the diacritics are
//! dropped from what it returns. Only languages that have none of their own get
//! the folded word: to the English stemmer an é is no vowel.

use crate::fold;
use crate::word_map::WordMap;

/// Words remembered before the memory starts anew: about 1 MB at most.
const MAX_REMEMBERED: usize = 16_384;

/// Stems the words of one language; without one, every word is its own stem.
pub(crate) struct Stemmer {
    snowball: Option<frostem::Stemmer>,
    /// Whether the language is written without diacritics.
    plain: bool,
    keeps_initials: bool,
    /// Where the stem of a word starts and ends in `stems`.
    remembered: WordMap<(u32, u32)>,
    stems: String,
    spare: String,
}

impl Stemmer {
    /// For a BCP 47 tag such as `en-GB`; only its first part counts.
    pub(crate) fn new(language: Option<&str>) -> Self {
        let algorithm = language.and_then(algorithm);
        Self {
            snowball: algorithm.map(frostem::Stemmer::new),
            plain: matches!(
                algorithm,
                Some(frostem::Algorithm::English | frostem::Algorithm::Indonesian)
            ),
            keeps_initials: algorithm.is_none_or(|one| ENDS_ONLY.contains(&one)),
            remembered: WordMap::default(),
            stems: String::new(),
            spare: String::new(),
        }
    }

    /// Whether a stem begins with the letter its word begins with, folded: for
    /// sure of a language whose rules work on the ends of words alone.
    pub(crate) fn keeps_initials(&self) -> bool {
        self.keeps_initials
    }

    /// The stem of a word, given lower-cased and, as `exact`, also folded.
    ///
    /// Words of fewer than three bytes and words with a digit are their own stem.
    /// The stem is never empty and holds no ASCII but lower-case letters and digits.
    pub(crate) fn stem<'a>(&'a mut self, lower: &str, exact: &'a str) -> &'a str {
        let Some(snowball) = self.snowball else {
            return exact;
        };
        if exact.len() < 3 || lower.bytes().any(|byte| byte.is_ascii_digit()) {
            return exact;
        }
        let lower = if self.plain { exact } else { lower };
        if let Some(&(start, end)) = self.remembered.get(lower) {
            return &self.stems[start as usize..end as usize];
        }
        if self.remembered.len() >= MAX_REMEMBERED {
            self.remembered.clear();
            self.stems.clear();
        }
        let stem = snowball.stem(lower);
        fold::drop_diacritics(&stem, &mut self.spare);
        let usable = !self.spare.is_empty()
            && self
                .spare
                .bytes()
                .all(|byte| byte >= 0x80 || byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let start = self.stems.len();
        self.stems
            .push_str(if usable { self.spare.as_str() } else { exact });
        let end = self.stems.len();
        self.remembered
            .insert(lower.into(), (start as u32, end as u32));
        &self.stems[start..end]
    }
}

/// Algorithms that touch nothing but the ends of words.
const ENDS_ONLY: [frostem::Algorithm; 12] = {
    use frostem::Algorithm as A;
    [
        A::Danish,
        A::English,
        A::Finnish,
        A::French,
        A::German,
        A::Italian,
        A::Norwegian,
        A::Portuguese,
        A::Romanian,
        A::Russian,
        A::Spanish,
        A::Swedish,
    ]
};

/// The Snowball algorithm for a BCP 47 tag.
fn algorithm(language: &str) -> Option<frostem::Algorithm> {
    use frostem::Algorithm as A;
    let primary = language.split(['-', '_']).next()?.to_ascii_lowercase();
    Some(match primary.as_str() {
        "ar" => A::Arabic,
        "ca" => A::Catalan,
        "cs" => A::Czech,
        "da" => A::Danish,
        "de" => A::German,
        "el" => A::Greek,
        "en" => A::English,
        "eo" => A::Esperanto,
        "es" => A::Spanish,
        "et" => A::Estonian,
        "eu" => A::Basque,
        "fa" => A::Persian,
        "fi" => A::Finnish,
        "fr" => A::French,
        "ga" => A::Irish,
        "hi" => A::Hindi,
        "hu" => A::Hungarian,
        "hy" => A::Armenian,
        "id" => A::Indonesian,
        "it" => A::Italian,
        "lt" => A::Lithuanian,
        "ne" => A::Nepali,
        "nl" => A::Dutch,
        "no" | "nb" | "nn" => A::Norwegian,
        "pl" => A::Polish,
        "pt" => A::Portuguese,
        "ro" => A::Romanian,
        "ru" => A::Russian,
        "sr" => A::Serbian,
        "st" => A::Sesotho,
        "sv" => A::Swedish,
        "ta" => A::Tamil,
        "tr" => A::Turkish,
        "uk" => A::Ukrainian,
        "yi" => A::Yiddish,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn where_it_is_said_a_stem_begins_as_its_word_does(
            word in "[a-zàâäåæçèéêëíîïñóôöøùúüßăîșțœÿ]{1,14}|[а-яё]{1,14}",
        ) {
            for language in ["da", "en", "fi", "fr", "de", "it", "nb", "pt", "ro", "ru", "es", "sv"] {
                let mut stemmer = Stemmer::new(Some(language));
                prop_assert!(stemmer.keeps_initials(), "{}", language);
                let mut exact = String::new();
                fold::drop_diacritics(&word, &mut exact);
                let first = exact.chars().next();
                let stem = stemmer.stem(&word, &exact).to_owned();
                prop_assert_eq!(stem.chars().next(), first, "{}: {}", language, word);
            }
        }
    }

    #[test]
    fn where_words_begin_otherwise_too_nothing_is_promised() {
        for language in ["ar", "ga", "nl", "tr"] {
            assert!(!Stemmer::new(Some(language)).keeps_initials(), "{language}");
        }
    }
}
