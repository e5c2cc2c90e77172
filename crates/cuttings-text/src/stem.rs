//! Stems: the Snowball stemmer of a language, with a memory.
//!
//! [`crate::analyse`], [`crate::index`], [`crate::highlight`] and the printer of
//! queries make one [`Stemmer`] for each text they go through.
//!
//! The stemmer is given the word *with* its diacritics, since Snowball's rules
//! are written for them (Russian `-ий`, French `-é`), and the diacritics are
//! dropped from what it returns.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::fold;

/// Words remembered before the memory starts anew: about 1 MB at most.
const MAX_REMEMBERED: usize = 16_384;

/// Stems the words of one language; without one, every word is its own stem.
pub(crate) struct Stemmer {
    snowball: Option<frostem::Stemmer>,
    remembered: HashMap<Box<str>, Box<str>, BuildHasherDefault<WordHasher>>,
    spare: String,
}

impl Stemmer {
    /// For a BCP 47 tag such as `en-GB`; only its first part counts.
    pub(crate) fn new(language: Option<&str>) -> Self {
        Self {
            snowball: language.and_then(algorithm).map(frostem::Stemmer::new),
            remembered: HashMap::default(),
            spare: String::new(),
        }
    }

    /// The stem of a word, given lower-cased and, as `exact`, also folded.
    ///
    /// Words of fewer than three bytes and words with a digit are their own stem.
    /// The stem is never empty and holds no ASCII but lower-case letters and digits.
    pub(crate) fn stem<'a>(&'a mut self, lower: &str, exact: &'a str) -> &'a str {
        let Some(snowball) = self.snowball else {
            return exact;
        };
        if lower.len() < 3 || lower.bytes().any(|byte| byte.is_ascii_digit()) {
            return exact;
        }
        if !self.remembered.contains_key(lower) {
            if self.remembered.len() >= MAX_REMEMBERED {
                self.remembered.clear();
            }
            let stem = snowball.stem(lower);
            fold::drop_diacritics(&stem, &mut self.spare);
            let usable = !self.spare.is_empty()
                && self
                    .spare
                    .bytes()
                    .all(|byte| byte >= 0x80 || byte.is_ascii_lowercase() || byte.is_ascii_digit());
            let kept = if usable { self.spare.as_str() } else { exact };
            self.remembered.insert(lower.into(), kept.into());
        }
        self.remembered.get(lower).map_or(exact, |stem| &**stem)
    }
}

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

/// FNV-1a: words are short, and the memory is cleared before an attacker's
/// colliding words could make it slow.
#[derive(Default)]
struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut hash = self.0 ^ 0xcbf2_9ce4_8422_2325;
        for &byte in bytes {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.0 = hash;
    }
}
