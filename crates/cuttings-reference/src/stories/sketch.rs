//! An article in a few hundred numbers.
//!
//! Every three words in a row are hashed, and of every few hashes in a row the
//! smallest is kept (winnowing, after Schleimer, Wilkerson and Aiken): texts that
//! share a passage of [`SHINGLE`] + [`WINDOW`] − 1 words share a fingerprint,
//! wherever it stands.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::document::Part;
use crate::frame::Frame;

/// Words in a row that are hashed together.
const SHINGLE: usize = 3;
/// Hashes in a row of which one is kept at least.
const WINDOW: usize = 5;
/// Most fingerprints of an article: of longer ones the smallest are kept, which
/// are the same ones in every version.
const MOST: usize = 400;
/// Most marks of an article.
const MOST_MARKS: usize = 40;
/// Letters of a word that may be a mark without being a name.
const LONG: usize = 8;
/// Bits of a fingerprint that are its place.
const PLACE: u32 = 16;

/// What is kept of an article to know it again: about 200 fingerprints of 64
/// bits for 600 words, 400 at most, and 40 marks of 32 bits at most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch {
    /// Rising: 48 bits of hash, 16 bits of place in words.
    prints: Vec<u64>,
    /// Rising: hashes of names, numbers and rare words.
    marks: Vec<u32>,
}

impl Sketch {
    /// The sketch of an article. The headline is left out, for every outlet
    /// writes its own, unless there is no body.
    pub fn new(frame: &Frame) -> Self {
        let body: Vec<usize> = (0..frame.tokens.len())
            .filter(|token| part(frame, *token) == Part::Text)
            .collect();
        let tokens = if body.is_empty() {
            (0..frame.tokens.len()).collect()
        } else {
            body
        };
        let words: Vec<(usize, String)> = tokens
            .into_iter()
            .map(|token| (token, plain(frame.word(token))))
            .filter(|(_, word)| !word.is_empty())
            .collect();
        Self {
            prints: prints(&words),
            marks: marks(frame, &words),
        }
    }

    /// How many numbers it is made of.
    pub fn size(&self) -> usize {
        self.prints.len() + self.marks.len()
    }

    /// The fingerprints, rising.
    pub(super) fn prints(&self) -> &[u64] {
        &self.prints
    }

    /// The marks, rising.
    pub(super) fn marks(&self) -> &[u32] {
        &self.marks
    }

    /// The largest fingerprint that is kept for certain.
    pub(super) fn bound(&self) -> u64 {
        match self.prints.last() {
            Some(last) if self.prints.len() == MOST => *last | ((1 << PLACE) - 1),
            _ => u64::MAX,
        }
    }

    /// The fingerprints that are not over a bound.
    pub(super) fn below(&self, bound: u64) -> &[u64] {
        &self.prints[..self.prints.partition_point(|print| *print <= bound)]
    }

    /// How many marks both have.
    pub(super) fn shared_marks(&self, other: &Self) -> usize {
        self.marks
            .iter()
            .filter(|mark| other.marks.binary_search(mark).is_ok())
            .count()
    }
}

/// The hash of a fingerprint.
pub(super) fn hash_of(print: u64) -> u64 {
    print >> PLACE
}

/// Where a fingerprint stands, in words.
pub(super) fn place(print: u64) -> u16 {
    (print & ((1 << PLACE) - 1)) as u16
}

/// Which fingerprints two rising rows share, as places in both rows.
pub(super) fn shared(first: &[u64], second: &[u64]) -> Vec<(usize, usize)> {
    let (mut a, mut b) = (0, 0);
    let mut found = Vec::new();
    while let (Some(one), Some(other)) = (first.get(a), second.get(b)) {
        match hash_of(*one).cmp(&hash_of(*other)) {
            std::cmp::Ordering::Less => a += 1,
            std::cmp::Ordering::Greater => b += 1,
            std::cmp::Ordering::Equal => {
                found.push((a, b));
                (a, b) = (a + 1, b + 1);
            }
        }
    }
    found
}

fn part(frame: &Frame, token: usize) -> Part {
    let sentence = frame.sentences[frame.tokens[token].sentence as usize];
    frame.blocks[sentence.block as usize].part
}

/// A word as it is compared: letters and digits alone, in small letters, so that
/// `U.K.` is `UK` and one kind of quotation mark is as good as another.
fn plain(word: &str) -> String {
    word.chars()
        .filter(|sign| sign.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn prints(words: &[(usize, String)]) -> Vec<u64> {
    let hashes: Vec<u64> = words.iter().map(|(_, word)| hash(word)).collect();
    let shingles: Vec<u64> = if hashes.len() < SHINGLE {
        Vec::from_iter((!hashes.is_empty()).then(|| shingle(&hashes)))
    } else {
        hashes.windows(SHINGLE).map(shingle).collect()
    };
    // A passage that comes again counts where it comes first.
    let mut kept: BTreeMap<u64, u16> = BTreeMap::new();
    for first in 0..(shingles.len() + 1).saturating_sub(WINDOW).max(1) {
        let window = &shingles[first..shingles.len().min(first + WINDOW)];
        let least = (first..).zip(window).min_by_key(|(_, hash)| **hash);
        if let Some((at, hash)) = least {
            kept.entry(hash >> PLACE)
                .or_insert(u16::try_from(at).unwrap_or(u16::MAX));
        }
    }
    kept.into_iter()
        .take(MOST)
        .map(|(hash, place)| hash << PLACE | u64::from(place))
        .collect()
}

/// The names and numbers of an article and its longer words, those first that
/// come most often.
fn marks(frame: &Frame, words: &[(usize, String)]) -> Vec<u32> {
    let mut counted: HashMap<&str, (usize, usize)> = HashMap::new();
    for (token, word) in words {
        let is_name = frame.tokens[*token].name.kind().is_some();
        let letters = word.chars().count();
        let is_number = letters > 1 && word.chars().all(char::is_numeric);
        if is_name && letters > 2 || is_number || letters >= LONG {
            let (count, names) = counted.entry(word).or_default();
            *count += 1;
            *names += usize::from(is_name || is_number);
        }
    }
    let mut ranked: Vec<(&str, (usize, usize))> = counted.into_iter().collect();
    ranked.sort_unstable_by_key(|(word, (count, names))| {
        let is_named = 2 * names >= *count;
        (std::cmp::Reverse((is_named, *count)), *word)
    });
    let mut marks: Vec<u32> = ranked
        .into_iter()
        .take(MOST_MARKS)
        .map(|(word, _)| (hash(word) >> 32) as u32)
        .collect();
    marks.sort_unstable();
    marks.dedup();
    marks
}

/// The same number for the same word for ever, since sketches are kept: FNV-1a,
/// then mixed so that small hashes are as likely as any.
fn hash(word: &str) -> u64 {
    mix(word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    }))
}

fn shingle(words: &[u64]) -> u64 {
    words.iter().fold(words.len() as u64, |hash, word| {
        mix(hash.rotate_left(5) ^ word)
    })
}

/// The finishing steps of `SplitMix64`.
fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
