//! Which paragraphs of two texts belong together though they are not the same.

use std::collections::{HashMap, HashSet};

use super::{Link, words};
use crate::scan::is_unspaced;

/// Share of their letters, in thousandths, that two paragraphs must have in
/// common to be one that was reworded.
const ALIKE: usize = 450;
/// The same for two that do not even stand at the same place.
const ALIKE_ELSEWHERE: usize = 700;
/// Share of its letters that a part must have in common with the whole it was
/// split from.
const PART: usize = 700;
/// Letters of a paragraph that can be called moved; shorter ones repeat by
/// chance.
const MOVED_LETTERS: usize = 20;
/// Most words that are looked at while paragraphs of one stretch are paired.
const MAX_LOOKS: usize = 7_000_000;

/// The words of a paragraph without their order: the number of each word and
/// how many letters of it there are, by number.
struct Bag {
    letters: Vec<(u32, u32)>,
    weight: usize,
}

impl Bag {
    fn of(text: &str, numbers: &mut words::Numbers) -> Self {
        let mut counted: HashMap<u32, u32> = HashMap::new();
        let mut last: Option<&str> = None;
        for token in words::tokens(text) {
            let unspaced = token.chars().next().is_some_and(is_unspaced);
            if unspaced {
                // Single characters say little; two neighbours are like a word.
                if let Some(before) = last {
                    let pair = format!("{before}{token}");
                    *counted.entry(numbers.of(&pair)).or_default() += 3;
                }
                last = Some(token);
                continue;
            }
            last = None;
            if token.chars().any(char::is_alphanumeric) {
                let letters = u32::try_from(token.chars().count()).unwrap_or(u32::MAX);
                *counted
                    .entry(numbers.of(&token.to_lowercase()))
                    .or_default() += letters;
            }
        }
        Self::counted(counted.into_iter().collect())
    }

    fn counted(mut letters: Vec<(u32, u32)>) -> Self {
        letters.sort_unstable();
        let weight = letters.iter().map(|(_, letters)| *letters as usize).sum();
        Self { letters, weight }
    }

    fn with(&self, other: &Self) -> Self {
        let mut both: HashMap<u32, u32> = self.letters.iter().copied().collect();
        for (word, letters) in &other.letters {
            *both.entry(*word).or_default() += letters;
        }
        Self::counted(both.into_iter().collect())
    }

    /// Letters of words that both have.
    fn shared(&self, other: &Self) -> usize {
        let mut theirs = other.letters.iter().peekable();
        let mut shared = 0;
        for (word, letters) in &self.letters {
            while theirs.next_if(|(their, _)| their < word).is_some() {}
            if let Some((their, count)) = theirs.peek()
                && their == word
            {
                shared += (*letters).min(*count) as usize;
            }
        }
        shared
    }

    fn is_alike(&self, other: &Self, shared: usize, enough: usize) -> bool {
        shared > 0 && shared * 2_000 >= enough * (self.weight + other.weight)
    }
}

fn bags(blocks: &[String], numbers: &mut words::Numbers) -> Vec<Bag> {
    blocks.iter().map(|block| Bag::of(block, numbers)).collect()
}

/// Paragraphs that stand word for word at another place, from the earlier to the
/// later text.
pub(super) fn moved_whole(
    old: &[String],
    new: &[String],
    old_keys: &[u32],
    new_keys: &[u32],
    same: &[(usize, usize)],
) -> HashMap<usize, usize> {
    let old_taken: HashSet<usize> = same.iter().map(|(at, _)| *at).collect();
    let new_taken: HashSet<usize> = same.iter().map(|(_, at)| *at).collect();
    let mut waiting: HashMap<u32, Vec<usize>> = HashMap::new();
    for at in (0..new.len()).rev().filter(|at| !new_taken.contains(at)) {
        waiting.entry(new_keys[at]).or_default().push(at);
    }
    let long = |text: &str| text.chars().filter(|sign| sign.is_alphanumeric()).count();
    (0..old.len())
        .filter(|at| !old_taken.contains(at))
        .filter(|at| {
            let text = &old[*at];
            long(text) >= MOVED_LETTERS || (text.contains(is_unspaced) && long(text) >= 8)
        })
        .filter_map(|at| Some((at, waiting.get_mut(&old_keys[at])?.pop()?)))
        .collect()
}

/// Paragraphs at other places that were reworded as well, added to those that
/// were moved as they are.
pub(super) fn moved_nearly(
    old: &[String],
    new: &[String],
    links: &[Link],
    mut moved: HashMap<usize, usize>,
) -> HashMap<usize, usize> {
    let mut old_free: Vec<bool> = vec![true; old.len()];
    let mut new_free: Vec<bool> = vec![true; new.len()];
    for link in links {
        old_free[link.old.clone()].fill(false);
        new_free[link.new.clone()].fill(false);
    }
    for (away, here) in &moved {
        old_free[*away] = false;
        new_free[*here] = false;
    }
    let rest = |free: &[bool]| -> Vec<usize> { (0..free.len()).filter(|at| free[*at]).collect() };
    let (old_rest, new_rest) = (rest(&old_free), rest(&new_free));
    if old_rest.is_empty() || new_rest.is_empty() {
        return moved;
    }
    let mut numbers = words::Numbers::default();
    let chosen = |blocks: &[String], places: &[usize]| -> Vec<String> {
        places.iter().map(|at| blocks[*at].clone()).collect()
    };
    let old_bags = bags(&chosen(old, &old_rest), &mut numbers);
    let new_bags = bags(&chosen(new, &new_rest), &mut numbers);
    if looks(&old_bags, &new_bags) > MAX_LOOKS {
        return moved;
    }
    let mut alike: Vec<(usize, usize, usize)> = Vec::new();
    for (at, bag) in old_bags.iter().enumerate() {
        if bag.weight < 2 * MOVED_LETTERS {
            continue;
        }
        for (there, other) in new_bags.iter().enumerate() {
            let shared = bag.shared(other);
            if bag.is_alike(other, shared, ALIKE_ELSEWHERE) {
                alike.push((shared, at, there));
            }
        }
    }
    // The most alike first, then in reading order.
    alike.sort_unstable_by_key(|(shared, at, there)| (std::cmp::Reverse(*shared), *at, *there));
    let (mut left, mut right) = (HashSet::new(), HashSet::new());
    for (_, at, there) in alike {
        if !left.contains(&at) && !right.contains(&there) {
            left.insert(at);
            right.insert(there);
            moved.insert(old_rest[at], new_rest[there]);
        }
    }
    moved
}

/// All paragraphs that belong together at their place: those that are the same,
/// and in between those that were reworded, split or joined.
pub(super) fn pairs(
    old: &[String],
    new: &[String],
    same: &[(usize, usize)],
    moved: &HashMap<usize, usize>,
) -> Vec<Link> {
    let moved_here: HashSet<usize> = moved.values().copied().collect();
    let mut links = Vec::new();
    let (mut from, mut to) = (0, 0);
    for (at, there) in same.iter().copied().chain([(old.len(), new.len())]) {
        let olds: Vec<usize> = (from..at).filter(|at| !moved.contains_key(at)).collect();
        let news: Vec<usize> = (to..there).filter(|at| !moved_here.contains(at)).collect();
        links.extend(in_gap(old, new, &olds, &news));
        if at < old.len() {
            links.push(Link {
                old: at..at + 1,
                new: there..there + 1,
            });
        }
        (from, to) = (at + 1, there + 1);
    }
    links
}

fn looks(old: &[Bag], new: &[Bag]) -> usize {
    let words = |bags: &[Bag]| -> usize { bags.iter().map(|bag| bag.letters.len() + 1).sum() };
    words(old)
        .saturating_mul(new.len())
        .saturating_add(words(new).saturating_mul(old.len()))
}

/// Pairs the paragraphs between two that are the same, in order, so that they
/// have the most in common.
fn in_gap(old: &[String], new: &[String], olds: &[usize], news: &[usize]) -> Vec<Link> {
    if olds.is_empty() || news.is_empty() {
        return Vec::new();
    }
    let mut numbers = words::Numbers::default();
    let mut of = |blocks: &[String], places: &[usize]| -> Vec<Bag> {
        places
            .iter()
            .map(|at| Bag::of(&blocks[*at], &mut numbers))
            .collect()
    };
    let (old_bags, new_bags) = (of(old, olds), of(new, news));
    // Each pair is looked at up to three times.
    if looks(&old_bags, &new_bags) > MAX_LOOKS {
        return Vec::new();
    }
    let neighbours = |bags: &[Bag], places: &[usize]| -> Vec<Option<Bag>> {
        (1..bags.len())
            .map(|at| (places[at] == places[at - 1] + 1).then(|| bags[at - 1].with(&bags[at])))
            .collect()
    };
    let (old_twos, new_twos) = (neighbours(&old_bags, olds), neighbours(&new_bags, news));
    let width = news.len() + 1;
    let mut best = vec![0_usize; (olds.len() + 1) * width];
    let mut steps = vec![(0_u8, 1_u8); best.len()];
    for at in 1..=olds.len() {
        steps[at * width] = (1, 0);
        for there in 1..=news.len() {
            let (bag, other) = (&old_bags[at - 1], &new_bags[there - 1]);
            let shared = bag.shared(other);
            let old_two = (at > 1).then(|| old_twos[at - 2].as_ref()).flatten();
            let new_two = (there > 1).then(|| new_twos[there - 2].as_ref()).flatten();
            let linked = [
                (1, 1, bag.is_alike(other, shared, ALIKE).then_some(shared)),
                (
                    2,
                    1,
                    old_two.and_then(|two| split(other, shared, [&old_bags[at - 2], bag], two)),
                ),
                (
                    1,
                    2,
                    new_two.and_then(|two| split(bag, shared, [&new_bags[there - 2], other], two)),
                ),
            ];
            // What is not linked is taken first where it costs nothing, the
            // later text before the earlier: steps are read from the end.
            let mut choice = (best[at * width + there - 1], (0, 1));
            let without = best[(at - 1) * width + there];
            if without > choice.0 {
                choice = (without, (1, 0));
            }
            for (some, others, worth) in linked {
                if let Some(worth) = worth {
                    let score = best
                        [(at - usize::from(some)) * width + there - usize::from(others)]
                        + worth;
                    if score > choice.0 {
                        choice = (score, (some, others));
                    }
                }
            }
            best[at * width + there] = choice.0;
            steps[at * width + there] = choice.1;
        }
    }
    let mut links = Vec::new();
    let (mut at, mut there) = (olds.len(), news.len());
    while at > 0 && there > 0 {
        let (some, others) = steps[at * width + there];
        let (some, others) = (usize::from(some), usize::from(others));
        (at, there) = (at - some, there - others);
        if some > 0 && others > 0 {
            links.push(Link {
                old: olds[at]..olds[at + some - 1] + 1,
                new: news[there]..news[there + others - 1] + 1,
            });
        }
    }
    links.reverse();
    links
}

/// What a paragraph and two neighbours have in common, when it is both of them:
/// split into two, or joined from them. `shared` is what it has in common with
/// the second.
fn split(whole: &Bag, shared: usize, parts: [&Bag; 2], both: &Bag) -> Option<usize> {
    let is_part =
        |part: &Bag, shared: usize| part.weight > 0 && shared * 1_000 >= PART * part.weight;
    if !is_part(parts[1], shared) || !is_part(parts[0], whole.shared(parts[0])) {
        return None;
    }
    let together = whole.shared(both);
    whole.is_alike(both, together, ALIKE).then_some(together)
}
