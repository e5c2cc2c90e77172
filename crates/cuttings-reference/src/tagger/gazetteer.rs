//! Lists of names: places of the world, first names and surnames.
//!
//! Kept as hashes, sorted: all that is asked is whether a word is in them.

use std::sync::LazyLock;

use super::features::{hash_of, lower_hash_of};

/// What lists know of a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known(u8);

impl Known {
    const WOMAN: u8 = 1;
    const MAN: u8 = 2;
    const SURNAME: u8 = 4;
    const COMMON_SURNAME: u8 = 8;

    pub(super) fn bits(self) -> u8 {
        self.0
    }

    /// Whether it is a first name of women.
    pub fn is_woman(self) -> bool {
        self.0 & Self::WOMAN != 0
    }

    /// Whether it is a first name of men.
    pub fn is_man(self) -> bool {
        self.0 & Self::MAN != 0
    }

    /// Whether it is a first name.
    pub fn is_first_name(self) -> bool {
        self.is_woman() || self.is_man()
    }

    /// Whether it is a surname.
    pub fn is_surname(self) -> bool {
        self.0 & Self::SURNAME != 0
    }
}

/// What a name of a place is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum PlaceKind {
    /// A town of 15,000 people or more.
    Town = 1,
    /// A state of the United States.
    State = 2,
    /// A country.
    Country = 3,
    /// A continent.
    Continent = 4,
}

/// Most words of the name of a place that are looked at.
const MOST_WORDS: usize = 4;

struct Lists {
    people: Vec<(u32, u8)>,
    places: Vec<(u32, u8)>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut packed: &[u8] = include_bytes!("gazetteer.bin");
    Lists {
        people: unpack(&mut packed),
        places: unpack(&mut packed),
    }
});

/// What lists know of a word, however it is written.
pub fn known(word: &str) -> Known {
    if !word.starts_with(char::is_uppercase) {
        return Known::default();
    }
    find(&LISTS.people, lower_hash_of(word)).map_or(Known::default(), Known)
}

/// What place goes by this name, as it is written; the largest if several do.
pub fn place(name: &str) -> Option<PlaceKind> {
    let mut words = name.split(' ').map(hash_of);
    let mut state = words.next()?;
    for word in words {
        state = join(state, word);
    }
    find(&LISTS.places, state).and_then(PlaceKind::of)
}

impl PlaceKind {
    fn of(number: u8) -> Option<Self> {
        [Self::Town, Self::State, Self::Country, Self::Continent]
            .into_iter()
            .find(|kind| *kind as u8 == number)
    }
}

/// Of each word, given by its hash and whether it is capital, the kind of the
/// longest place it is part of, plus 8 when it is not its first word; 0 when it
/// is part of none.
pub(super) fn places(words: impl Iterator<Item = (u64, bool)>) -> Vec<u8> {
    let words: Vec<(u64, bool)> = words.collect();
    let mut found = vec![0; words.len()];
    let mut at = 0;
    while at < words.len() {
        if !words[at].1 {
            at += 1;
            continue;
        }
        let mut longest = 0;
        let mut state = 0;
        for length in 1..=MOST_WORDS.min(words.len() - at) {
            let word = words[at + length - 1].0;
            state = if length == 1 { word } else { join(state, word) };
            if let Some(kind) = find(&LISTS.places, state) {
                longest = length;
                found[at] = kind;
                for other in &mut found[at + 1..at + length] {
                    *other = kind + 8;
                }
            }
        }
        at += longest.max(1);
    }
    found
}

fn join(state: u64, word: u64) -> u64 {
    (state.rotate_left(17) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn find(list: &[(u32, u8)], hash: u64) -> Option<u8> {
    let key = (hash >> 32) as u32;
    list.binary_search_by_key(&key, |(known, _)| *known)
        .ok()
        .map(|at| list[at].1)
}

/// How often a first name must be given to one sex, for each time it is given to
/// the other, to be a name of that sex alone.
const CLEARLY: f32 = 20.0;

/// How many in a hundred bear a common surname: one of the first two thousand.
const COMMON_SHARE: f32 = 0.006;

/// Packs lists. `people`: list of the census (`female.first`, `male.first`,
/// `last`), name, how many in a hundred bear it. `places`: kind (`country`,
/// `continent`, `state`, any other), name.
pub fn pack(people: &[(&str, &str, f32)], places: &[(&str, &str)]) -> Vec<u8> {
    let mut shares = std::collections::BTreeMap::<u32, [f32; 3]>::new();
    for (list, name, share) in people {
        let list = match *list {
            "female.first" => 0,
            "male.first" => 1,
            _ => 2,
        };
        shares
            .entry((lower_hash_of(name) >> 32) as u32)
            .or_default()[list] = *share;
    }
    let known: std::collections::BTreeMap<u32, u8> = shares
        .into_iter()
        .map(|(hash, [woman, man, last])| {
            let bits = [
                (woman > 0.0 && woman * CLEARLY >= man, Known::WOMAN),
                (man > 0.0 && man * CLEARLY >= woman, Known::MAN),
                (last > 0.0, Known::SURNAME),
                (last >= COMMON_SHARE, Known::COMMON_SURNAME),
            ]
            .into_iter()
            .filter(|(holds, _)| *holds)
            .fold(0, |bits, (_, bit)| bits | bit);
            (hash, bits)
        })
        .collect();
    let mut kinds = std::collections::BTreeMap::<u32, u8>::new();
    for (kind, name) in places {
        let kind = match *kind {
            "continent" => PlaceKind::Continent,
            "country" => PlaceKind::Country,
            "state" => PlaceKind::State,
            _ => PlaceKind::Town,
        };
        let mut words = name.split(' ').map(hash_of);
        let Some(mut state) = words.next() else {
            continue;
        };
        for word in words {
            state = join(state, word);
        }
        let entry = kinds.entry((state >> 32) as u32).or_default();
        *entry = (*entry).max(kind as u8);
    }
    let mut packed = Vec::new();
    for list in [known, kinds] {
        packed.extend((list.len() as u32).to_le_bytes());
        for (hash, bits) in list {
            packed.extend(hash.to_le_bytes());
            packed.push(bits);
        }
    }
    packed
}

fn unpack(packed: &mut &[u8]) -> Vec<(u32, u8)> {
    let Some((count, rest)) = packed.split_first_chunk() else {
        return Vec::new();
    };
    *packed = rest;
    let mut list = Vec::new();
    for _ in 0..u32::from_le_bytes(*count) {
        let Some(([a, b, c, d, bits], rest)) = packed.split_first_chunk() else {
            break;
        };
        *packed = rest;
        list.push((u32::from_le_bytes([*a, *b, *c, *d]), *bits));
    }
    list
}
