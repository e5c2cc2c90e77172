//! What a tag is decided from.

use super::gazetteer::{self, Known};
use super::perceptron::cut;
use super::{NameTag, Tag};

/// What a token looks like, seen once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looks {
    /// The word as it stands.
    pub word: u64,
    lower: u64,
    /// Its first letter, and its last ones: one, two, three, four.
    first: u64,
    lasts: [u64; 3],
    /// Its first three letters.
    firsts: u64,
    shape: Shape,
    known: Known,
    is_short: bool,
}

/// Kinds of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Shape {
    Lower,
    Capital,
    Capitals,
    Initial,
    Mixed,
    Digits,
    WithDigits,
    Mark,
}

/// FNV-1a, its halves mixed at the end: the hash of a word must be the same for
/// ever, because weights are kept under it.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    (state ^ (state >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The hash of a word.
pub(super) fn hash_of(word: &str) -> u64 {
    hash(word.bytes())
}

/// The hash of a word in lower case.
pub(super) fn lower_hash_of(word: &str) -> u64 {
    if word.is_ascii() {
        hash(word.bytes().map(|byte| byte.to_ascii_lowercase()))
    } else {
        hash(word.to_lowercase().bytes())
    }
}

impl Looks {
    pub(super) fn of(word: &str) -> Self {
        let shape = Shape::of(word);
        let lower = lower_hash_of(word);
        let ending = |letters: usize| {
            let from = word
                .char_indices()
                .rev()
                .nth(letters - 1)
                .map_or(0, |(at, _)| at);
            lower_hash_of(&word[from..])
        };
        let beginning = |letters: usize| {
            let to = word
                .char_indices()
                .nth(letters)
                .map_or(word.len(), |(at, _)| at);
            hash_of(&word[..to])
        };
        Self {
            // Numbers stand for one another.
            word: if shape == Shape::Digits {
                hash(
                    word.bytes()
                        .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte }),
                )
            } else {
                hash_of(word)
            },
            lower,
            first: beginning(1),
            lasts: [ending(2), ending(3), ending(4)],
            firsts: beginning(3),
            shape,
            known: gazetteer::known(word),
            is_short: word.len() < 3,
        }
    }

    fn is_capital(&self) -> bool {
        matches!(
            self.shape,
            Shape::Capital | Shape::Capitals | Shape::Initial | Shape::Mixed
        )
    }
}

impl Shape {
    fn of(word: &str) -> Self {
        let (mut upper, mut lower, mut digits, mut others) = (0, 0, 0, 0);
        let mut starts_upper = false;
        for (at, character) in word.chars().enumerate() {
            if character.is_uppercase() {
                upper += 1;
                starts_upper |= at == 0;
            } else if character.is_alphabetic() {
                lower += 1;
            } else if character.is_numeric() {
                digits += 1;
            } else {
                others += 1;
            }
        }
        match (upper, lower, digits) {
            (0, 0, 0) => Self::Mark,
            (0, 0, _) => Self::Digits,
            (_, _, 1..) => Self::WithDigits,
            (0, _, _) => Self::Lower,
            (1, 0, _) => Self::Initial,
            (_, 0, _) if others == 0 || upper > 1 => Self::Capitals,
            (1, _, _) if starts_upper => Self::Capital,
            _ => Self::Mixed,
        }
    }
}

/// Mixes the number of a feature, and what it is about, to its hash.
fn feature(number: u64, about: u64) -> u32 {
    let mixed =
        (about ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    cut((mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53))
}

/// Mixes two things into one.
fn both(one: u64, other: u64) -> u64 {
    one.rotate_left(23) ^ other.wrapping_mul(0xa24b_aed4_963e_e407)
}

/// What stands outside of the sentence.
const BEFORE: u64 = 1;
const AFTER: u64 = 2;

fn tag_before(tags: &[Tag], at: usize, back: usize) -> u64 {
    at.checked_sub(back)
        .map_or(99, |at| tags[at].index() as u64)
}

/// What the part of speech of a token is decided from.
pub(super) fn speech(looks: &[Looks], at: usize, tags: &[Tag], features: &mut Vec<u32>) {
    let token = &looks[at];
    let beside = |step: isize| at.checked_add_signed(step).and_then(|at| looks.get(at));
    let word = |step: isize, outside: u64| beside(step).map_or(outside, |one| one.lower);
    let ending = |step: isize, outside: u64| beside(step).map_or(outside, |one| one.lasts[1]);
    let (one, two) = (tag_before(tags, at, 1), tag_before(tags, at, 2));
    features.clear();
    features.extend([
        feature(1, 0),
        feature(2, token.word),
        feature(3, token.lower),
        feature(4, token.lasts[0]),
        feature(5, token.lasts[1]),
        feature(6, token.lasts[2]),
        feature(7, token.first),
        feature(8, token.firsts),
        feature(9, both(token.shape as u64, u64::from(at == 0))),
        feature(10, one),
        feature(11, both(one, two)),
        feature(12, both(one, token.lower)),
        feature(13, word(-1, BEFORE)),
        feature(14, word(-2, BEFORE)),
        feature(15, word(1, AFTER)),
        feature(16, word(2, AFTER)),
        feature(17, ending(-1, BEFORE)),
        feature(18, ending(1, AFTER)),
        feature(19, both(token.lower, word(1, AFTER))),
        feature(20, both(token.lasts[1], one)),
        feature(21, both(token.shape as u64, one)),
        feature(22, beside(1).map_or(77, |next| next.shape as u64)),
    ]);
}

/// What was decided earlier in the same article.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// By word, open addressing; grows with the article.
    seen:
        std::collections::HashMap<u64, [u16; NameTag::COUNT], std::hash::BuildHasherDefault<Same>>,
}

/// Hashes what is a hash already.
#[derive(Debug, Default)]
pub(super) struct Same(u64);

impl std::hash::Hasher for Same {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Memory {
    /// Remembers what a word was.
    pub(super) fn note(&mut self, looks: &Looks, name: NameTag) {
        if looks.is_capital() && !looks.is_short {
            let counts = self.seen.entry(looks.word).or_default();
            counts[name.index()] = counts[name.index()].saturating_add(1);
        }
    }

    /// What a word mostly was, from 1; 0 when it was not seen.
    fn mostly(&self, looks: &Looks) -> u64 {
        self.seen.get(&looks.word).map_or(0, |counts| {
            let mut best = 0;
            for (index, count) in counts.iter().enumerate() {
                if *count > counts[best] {
                    best = index;
                }
            }
            best as u64 + 1
        })
    }
}

/// A sentence whose parts of speech are known.
pub(super) struct Context<'s> {
    looks: &'s [Looks],
    tags: &'s [Tag],
    /// Of each token, the run of capital words it is in: first and last.
    runs: Vec<(u32, u32)>,
    /// Of each token, what is known of the places it is part of.
    places: Vec<u8>,
    /// Whether most words begin with a capital, as in a headline.
    is_headline: bool,
}

impl<'s> Context<'s> {
    pub(super) fn new(looks: &'s [Looks], tags: &'s [Tag]) -> Self {
        let mut runs = vec![(0, 0); looks.len()];
        let mut at = 0;
        while at < looks.len() {
            let mut end = at + 1;
            if looks[at].is_capital() {
                while end < looks.len() && looks[end].is_capital() {
                    end += 1;
                }
            }
            for run in &mut runs[at..end] {
                *run = (at as u32, end as u32 - 1);
            }
            at = end;
        }
        let words = looks.iter().filter(|one| one.shape != Shape::Mark).count();
        let capitals = looks.iter().filter(|one| one.is_capital()).count();
        Self {
            looks,
            tags,
            runs,
            places: gazetteer::places(looks.iter().map(|one| (one.word, one.is_capital()))),
            is_headline: words > 3 && capitals * 3 > words * 2,
        }
    }

    /// Whether a token is no part of any name: most are not, and need no thought.
    pub(super) fn is_never_name(&self, at: usize) -> bool {
        let token = &self.looks[at];
        match token.shape {
            Shape::Lower => {
                // Bank of England, Médecins sans Frontières, al Qaeda.
                let near = |step: isize| {
                    at.checked_add_signed(step)
                        .and_then(|at| self.looks.get(at))
                        .is_some_and(Looks::is_capital)
                };
                !((near(1) || near(2)) && (near(-1) || near(-2) || token.is_short))
            }
            Shape::Mark => at == 0 || at + 1 == self.looks.len(),
            _ => false,
        }
    }

    /// What the name tag of a token is decided from.
    pub(super) fn names(
        &self,
        at: usize,
        names: &[NameTag],
        memory: &Memory,
        features: &mut Vec<u32>,
    ) {
        let token = &self.looks[at];
        let beside = |step: isize| {
            at.checked_add_signed(step)
                .and_then(|at| self.looks.get(at))
        };
        let word = |step: isize, outside: u64| beside(step).map_or(outside, |one| one.lower);
        let shape = |step: isize| beside(step).map_or(77, |one| one.shape as u64);
        let tag = |step: isize| {
            at.checked_add_signed(step)
                .and_then(|at| self.tags.get(at))
                .map_or(99, |tag| tag.index() as u64)
        };
        let known = |step: isize| beside(step).map_or(0, |one| u64::from(one.known.bits()));
        let before = names.last().map_or(9, |one| one.index() as u64);
        let second = names
            .len()
            .checked_sub(2)
            .map_or(9, |at| names[at].index() as u64);
        let (run_first, run_last) = self.runs[at];
        let (run_first, run_last) = (run_first as usize, run_last as usize);
        let run = |at: usize| self.looks[at].lower;
        let before_run = run_first
            .checked_sub(1)
            .map_or(BEFORE, |at| self.looks[at].lower);
        let after_run = self.looks.get(run_last + 1).map_or(AFTER, |one| one.lower);
        let length = (run_last - run_first).min(5) as u64;
        let place = u64::from(self.places[at]);
        let mostly = memory.mostly(token);
        let opening = u64::from(at == 0) + 2 * u64::from(self.is_headline);
        features.clear();
        features.extend([
            feature(101, 0),
            feature(102, token.word),
            feature(103, token.lower),
            feature(104, token.lasts[1]),
            feature(105, token.lasts[2]),
            feature(106, token.firsts),
            feature(107, both(token.shape as u64, opening)),
            feature(108, tag(0)),
            feature(109, both(tag(0), tag(1))),
            feature(110, both(tag(-1), tag(0))),
            feature(111, before),
            feature(112, both(before, second)),
            feature(113, both(before, token.lower)),
            feature(114, word(-1, BEFORE)),
            feature(115, both(word(-1, BEFORE), before)),
            feature(116, word(-2, BEFORE)),
            feature(117, word(1, AFTER)),
            feature(118, word(2, AFTER)),
            feature(119, both(token.shape as u64, both(shape(-1), shape(1)))),
            feature(120, both(before, token.shape as u64)),
            feature(121, both(known(0), before)),
            feature(122, both(known(0), both(known(1), before))),
            feature(123, both(known(-1), known(0))),
            feature(124, both(place, before)),
            feature(125, both(place, known(0))),
            feature(126, both(run(run_last), before)),
            feature(127, both(run(run_first), before)),
            feature(128, both(before_run, before)),
            feature(129, both(after_run, before)),
            feature(
                130,
                both(length, both((at - run_first).min(5) as u64, before)),
            ),
            feature(131, both(mostly, before)),
            feature(132, both(mostly, known(0))),
            feature(
                133,
                both(beside(1).map_or(AFTER, |one| one.lasts[1]), before),
            ),
            feature(134, both(tag(0), both(before, opening))),
            feature(135, both(tag(1), word(1, AFTER))),
            feature(136, both(token.shape as u64, both(before_run, after_run))),
        ]);
    }
}
