//! Weights: by feature and class, packed in a file and quick to ask.
//!
//! A feature is a hash of 24 bits. Features stand sorted, so that what is packed
//! are the distances between them; the upper 16 bits lead to the few that share
//! them, the lower eight tell these apart.

/// Bits of a feature.
const BITS: u32 = 24;

/// The hash of a feature, cut to what is kept of it.
pub(super) fn cut(hash: u64) -> u32 {
    (hash >> (64 - BITS)) as u32
}

/// Weights for a number of classes.
#[derive(Debug, Default)]
pub(super) struct Perceptron {
    /// Where the features begin that have these upper bits.
    begins: Vec<u32>,
    /// The lower bits of each feature.
    lows: Vec<u8>,
    /// Where the weights of each feature begin.
    weights_at: Vec<u32>,
    /// Class and weight.
    weights: Vec<(u8, i8)>,
}

impl Perceptron {
    /// Reads what [`pack`] wrote, and leaves `packed` behind it. What is cut off
    /// or out of place is left out.
    pub(super) fn unpack(packed: &mut &[u8], classes: usize) -> Self {
        let mut all = Self {
            begins: Vec::with_capacity((1 << (BITS - 8)) + 1),
            ..Self::default()
        };
        let count = number(packed);
        let mut feature = 0;
        all.begins.push(0);
        for _ in 0..count {
            if packed.is_empty() {
                break;
            }
            feature += number(packed);
            let upper = (feature >> 8) as usize;
            if upper >> (BITS - 8) != 0 {
                break;
            }
            while all.begins.len() <= upper {
                all.begins.push(all.lows.len() as u32);
            }
            all.lows.push(feature as u8);
            all.weights_at.push(all.weights.len() as u32);
            for _ in 0..number(packed) {
                let Some(([class, weight], rest)) = packed.split_first_chunk() else {
                    break;
                };
                *packed = rest;
                if usize::from(*class) < classes {
                    all.weights.push((*class, weight.cast_signed()));
                }
            }
        }
        while all.begins.len() <= 1 << (BITS - 8) {
            all.begins.push(all.lows.len() as u32);
        }
        all.weights_at.push(all.weights.len() as u32);
        all
    }

    fn weights_of(&self, feature: u32) -> &[(u8, i8)] {
        let upper = (feature >> 8) as usize;
        let (from, to) = (self.begins[upper] as usize, self.begins[upper + 1] as usize);
        let low = feature as u8;
        self.lows[from..to]
            .iter()
            .position(|one| *one == low)
            .map_or(&[], |found| {
                let (begin, end) = (
                    self.weights_at[from + found] as usize,
                    self.weights_at[from + found + 1] as usize,
                );
                &self.weights[begin..end]
            })
    }

    /// Adds up the weights of some features.
    pub(super) fn score(&self, features: &[u32], scores: &mut [i32]) {
        scores.fill(0);
        for feature in features {
            for (class, weight) in self.weights_of(*feature) {
                scores[usize::from(*class)] += i32::from(*weight);
            }
        }
    }

    /// The class of a feature that has but one.
    pub(super) fn only(&self, hash: u64) -> Option<usize> {
        match self.weights_of(cut(hash)) {
            [(class, _)] => Some(usize::from(*class)),
            _ => None,
        }
    }
}

/// Writes weights: how many features; for each the distance from the one before,
/// how many weights, and these.
pub(super) fn pack(features: &[(u32, Vec<(u8, i8)>)], packed: &mut Vec<u8>) {
    write(features.len() as u32, packed);
    let mut before = 0;
    for (feature, weights) in features {
        write(feature - before, packed);
        before = *feature;
        write(weights.len() as u32, packed);
        for (class, weight) in weights {
            packed.extend([*class, weight.cast_unsigned()]);
        }
    }
}

/// Seven bits a byte, the lowest first.
fn write(mut number: u32, packed: &mut Vec<u8>) {
    while number >= 0x80 {
        packed.push(number as u8 | 0x80);
        number >>= 7;
    }
    packed.push(number as u8);
}

fn number(packed: &mut &[u8]) -> u32 {
    let mut number = 0;
    for shift in [0, 7, 14, 21, 28] {
        let Some((byte, rest)) = packed.split_first() else {
            break;
        };
        *packed = rest;
        number |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_read_back() {
        let features = [
            (0, vec![(1, -5)]),
            (255, vec![(0, 1), (2, 127)]),
            (256, vec![(1, 2)]),
            (0x00ff_ffff, vec![(2, -128)]),
        ];
        let mut packed = Vec::new();
        pack(&features, &mut packed);
        pack(&[], &mut packed);
        let mut rest = &packed[..];
        let read = Perceptron::unpack(&mut rest, 3);
        assert_eq!(rest.len(), 1);
        for (feature, weights) in &features {
            assert_eq!(read.weights_of(*feature), weights, "{feature}");
        }
        assert_eq!(read.weights_of(1), []);
        let mut scores = [9; 3];
        read.score(&[0, 255, 7], &mut scores);
        assert_eq!(scores, [1, -5, 127]);
        let none = Perceptron::unpack(&mut rest, 3);
        assert_eq!(none.weights_of(0x00ff_ffff), []);
    }

    #[test]
    fn what_is_cut_off_is_left_out() {
        let mut packed = Vec::new();
        pack(
            &[(5, vec![(1, 1), (9, 1)]), (600, vec![(0, 1)])],
            &mut packed,
        );
        for length in 0..packed.len() {
            let read = Perceptron::unpack(&mut &packed[..length], 3);
            read.score(&[5, 600], &mut [0; 3]);
        }
    }
}
