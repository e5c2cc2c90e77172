//! Made-up prose whose word frequencies are those of real text.
//!
//! Words are built of syllables and drawn by rank so that the n-th word comes
//! about 1/n as often as the first (Zipf, "Human Behavior and the Principle of
//! Least Effort", 1949). The most frequent hundred are English function words,
//! so that language detection and stop words see what they would see.

/// How many words the language has.
const VOCABULARY: u64 = 40_000;

const COMMON: &[&str] = &[
    "the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "was", "on", "with", "as",
    "be", "by", "at", "from", "his", "are", "this", "have", "an", "had", "not", "but", "they",
    "her", "which", "or", "we", "she", "said", "one", "all", "their", "there", "been", "would",
    "were", "more", "when", "who", "will", "no", "if", "out", "so", "what", "up", "about", "into",
    "than", "them", "can", "only", "other", "time", "new", "some", "could", "two", "may", "first",
    "then", "do", "any", "like", "my", "now", "over", "such", "our", "man", "me", "even", "most",
    "made", "after", "also", "did", "many", "off", "before", "must", "well", "back", "through",
    "years", "much", "where", "your", "way", "down", "should", "because", "long", "each",
];

const SYLLABLES: &[&str] = &[
    "ba", "ren", "ti", "lo", "mar", "sel", "ko", "vin", "da", "pur", "es", "ton", "gra", "li",
    "mo", "ther", "cal", "ne", "sto", "ri", "fen", "wa", "lin", "bor", "sha", "de", "pol", "ju",
    "cre", "mis", "tan", "ver", "ho", "ple", "qua", "sim", "dra", "ul", "ge", "nor",
];

const GIVEN: &[&str] = &[
    "Ada", "Bela", "Carmen", "Dmitri", "Esi", "Farah", "Goran", "Hana", "Ines", "Jonas", "Keiko",
    "Lars", "Marta", "Nadia", "Omar", "Piet",
];

const SECTIONS: &[&str] = &[
    "world", "politics", "business", "science", "culture", "sport",
];

/// Where a made-up article appeared.
#[derive(Clone, Copy)]
pub struct Outlet {
    pub name: &'static str,
    pub host: &'static str,
}

const OUTLETS: &[Outlet] = &[
    Outlet {
        name: "The Tideway Post",
        host: "tideway.example",
    },
    Outlet {
        name: "Northern Ledger",
        host: "ledger.example",
    },
    Outlet {
        name: "Harbour Gazette",
        host: "gazette.example",
    },
    Outlet {
        name: "The Inland Review",
        host: "review.example",
    },
    Outlet {
        name: "Morning Signal",
        host: "signal.example",
    },
    Outlet {
        name: "The Orchard Weekly",
        host: "orchard.example",
    },
    Outlet {
        name: "Capital Observer",
        host: "observer.example",
    },
];

/// A source of prose; equal seeds give equal prose.
pub struct Prose(u64);

impl Prose {
    pub fn seeded(seed: u64) -> Self {
        let mut prose = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        prose.next();
        prose
    }

    /// The next number of an xorshift generator (Marsaglia, 2003).
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from 0 to `limit - 1`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len() as u64) as usize]
    }

    pub fn outlet(&mut self) -> Outlet {
        self.one_of(OUTLETS)
    }

    pub fn section(&mut self) -> &'static str {
        self.one_of(SECTIONS)
    }

    pub fn author(&mut self) -> String {
        let rank = 200 + self.below(300);
        format!("{} {}", self.one_of(GIVEN), capital(&word(rank)))
    }

    pub fn headline(&mut self) -> String {
        let words = 6 + self.below(6);
        capital(&self.words(words))
    }

    pub fn sentence(&mut self) -> String {
        let words = 8 + self.below(18);
        format!("{}.", capital(&self.words(words)))
    }

    /// About 600 words.
    pub fn paragraphs(&mut self) -> Vec<String> {
        let count = 8 + self.below(9);
        (0..count)
            .map(|_| {
                let sentences = 2 + self.below(3);
                let sentences: Vec<String> = (0..sentences).map(|_| self.sentence()).collect();
                sentences.join(" ")
            })
            .collect()
    }

    fn words(&mut self, count: u64) -> String {
        let words: Vec<String> = (0..count).map(|_| word(self.rank())).collect();
        words.join(" ")
    }

    /// A rank from 0, drawn so that rank n comes about 1/n as often as rank 1:
    /// its logarithm is even.
    fn rank(&mut self) -> u64 {
        let even = self.next() as f64 / u64::MAX as f64;
        (even * (VOCABULARY as f64).ln()).exp() as u64 - 1
    }
}

/// The word of a rank.
fn word(rank: u64) -> String {
    if let Some(common) = COMMON.get(rank as usize) {
        return (*common).to_owned();
    }
    let base = SYLLABLES.len() as u64;
    let mut rest = rank;
    let mut word = String::new();
    for _ in 0..2 + rank % 3 {
        word.push_str(SYLLABLES[(rest % base) as usize]);
        rest = rest / base + rank % 7;
    }
    word
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_word_is_the_and_rare_words_are_many() {
        let text = Prose::seeded(7).paragraphs().join(" ").to_lowercase();
        let count = |wanted: &str| {
            text.split([' ', '.'])
                .filter(|word| *word == wanted)
                .count()
        };
        assert!(count("the") > count("because"));
        assert!(
            text.split([' ', '.'])
                .any(|word| !COMMON.contains(&word) && !word.is_empty())
        );
    }

    #[test]
    fn equal_seeds_give_equal_prose_and_others_do_not() {
        assert_eq!(Prose::seeded(3).headline(), Prose::seeded(3).headline());
        assert_ne!(Prose::seeded(3).headline(), Prose::seeded(4).headline());
    }
}
