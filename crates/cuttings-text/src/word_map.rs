//! Maps from words, quick for short ones.
//!
//! [`crate::stem`] remembers stems in one, [`crate::index`] collects lexemes.
//!
//! Every map has a seed of its own, so that a page cannot be written to fill one
//! bucket.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

pub(crate) type WordMap<T> = HashMap<Box<str>, T, Seed>;

/// Makes the hashers of one map.
#[derive(Clone)]
pub(crate) struct Seed(u64);

impl Default for Seed {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0_u8))
    }
}

impl BuildHasher for Seed {
    type Hasher = WordHasher;

    fn build_hasher(&self) -> WordHasher {
        WordHasher(self.0)
    }
}

/// Multiplies eight bytes at a time into the state and folds both halves of the
/// product together.
pub(crate) struct WordHasher(u64);

impl WordHasher {
    fn mix(&mut self, bytes: u64) {
        // Digits of π, odd: any number without pattern would do.
        let product =
            u128::from(self.0 ^ bytes).wrapping_mul(u128::from(0x243F_6A88_85A3_08D3_u64));
        self.0 = (product as u64) ^ ((product >> 64) as u64) ^ 0x1319_8A2E_0370_7344;
    }
}

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (chunks, rest) = bytes.as_chunks::<8>();
        for chunk in chunks {
            self.mix(u64::from_le_bytes(*chunk));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(last) ^ ((bytes.len() as u64) << 56));
    }

    fn write_u8(&mut self, byte: u8) {
        // The end mark of a str; its length is in the hash already.
        self.0 ^= u64::from(byte);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_kind_spread_over_the_buckets() {
        let seed = Seed::default();
        let mut buckets = [0_u32; 64];
        let mut tops = [0_u32; 64];
        for number in 0..6_400 {
            let hash = seed.hash_one(format!("word{number}"));
            buckets[(hash % 64) as usize] += 1;
            tops[(hash >> 58) as usize] += 1;
        }
        // A hundred are expected in each; the odds of one this far off are nil.
        assert!(
            buckets
                .iter()
                .chain(&tops)
                .all(|&count| (30..220).contains(&count))
        );
    }

    #[test]
    fn two_maps_hash_the_same_word_differently() {
        let hashes: Vec<u64> = (0..8)
            .map(|_| Seed::default().hash_one("harbour"))
            .collect();
        assert!(hashes.iter().any(|&hash| hash != hashes[0]));
    }
}
