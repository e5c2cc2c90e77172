//! Finding the longest row of items that two sequences share, in bounded time.
//!
//! Small stretches are solved exactly. A stretch that is too large for that is
//! cut at items that stand once on either side (as in Bram Cohen's "patience
//! diff"), and its parts are looked at again.

use std::collections::HashMap;

/// How often a stretch may be cut again.
const MAX_DEPTH: usize = 24;
/// Largest stretch that is solved exactly, in cells.
const MAX_CELLS: usize = 1_000_000;

/// Pairs of places with equal items, rising on both sides, that weigh the most
/// together as far as `budget` cells allow.
pub(super) fn align(
    old: &[u32],
    new: &[u32],
    weight: impl Fn(u32) -> u32,
    budget: &mut usize,
) -> Vec<(usize, usize)> {
    let mut aligned = Vec::new();
    let mut stretches = vec![Stretch {
        old: (0, old.len()),
        new: (0, new.len()),
        depth: 0,
    }];
    // The last one first, so that the stretches come in order.
    while let Some(stretch) = stretches.pop() {
        let Stretch {
            old: (mut from, mut to),
            new: (mut new_from, mut new_to),
            depth,
        } = stretch;
        while from < to && new_from < new_to && old[from] == new[new_from] {
            aligned.push((from, new_from));
            (from, new_from) = (from + 1, new_from + 1);
        }
        while from < to && new_from < new_to && old[to - 1] == new[new_to - 1] {
            aligned.push((to - 1, new_to - 1));
            (to, new_to) = (to - 1, new_to - 1);
        }
        if from == to || new_from == new_to {
            continue;
        }
        let cells = (to - from).saturating_mul(new_to - new_from);
        if cells <= MAX_CELLS.min(*budget) {
            *budget -= cells;
            let exact = exactly(&old[from..to], &new[new_from..new_to], &weight);
            aligned.extend(exact.into_iter().map(|(a, b)| (from + a, new_from + b)));
        } else if depth < MAX_DEPTH {
            let anchors = unique(&old[from..to], &new[new_from..new_to]);
            if anchors.is_empty() {
                continue;
            }
            let (mut a, mut b) = (from, new_from);
            for (anchor, new_anchor) in anchors {
                let (anchor, new_anchor) = (from + anchor, new_from + new_anchor);
                aligned.push((anchor, new_anchor));
                stretches.push(Stretch {
                    old: (a, anchor),
                    new: (b, new_anchor),
                    depth: depth + 1,
                });
                (a, b) = (anchor + 1, new_anchor + 1);
            }
            stretches.push(Stretch {
                old: (a, to),
                new: (b, new_to),
                depth: depth + 1,
            });
        }
    }
    aligned.sort_unstable();
    aligned
}

struct Stretch {
    old: (usize, usize),
    new: (usize, usize),
    depth: usize,
}

/// The heaviest common row, by a table.
fn exactly(old: &[u32], new: &[u32], weight: &impl Fn(u32) -> u32) -> Vec<(usize, usize)> {
    const TAKE: u8 = 0;
    const DROP_OLD: u8 = 1;
    const DROP_NEW: u8 = 2;
    let width = new.len();
    let mut ways = vec![DROP_NEW; old.len() * width];
    let mut above = vec![0_u32; width + 1];
    let mut row = vec![0_u32; width + 1];
    for (at, item) in old.iter().enumerate() {
        let worth = weight(*item);
        for (there, other) in new.iter().enumerate() {
            let (best, way) = if item == other {
                (above[there].saturating_add(worth), TAKE)
            } else if above[there + 1] >= row[there] {
                (above[there + 1], DROP_OLD)
            } else {
                (row[there], DROP_NEW)
            };
            row[there + 1] = best;
            ways[at * width + there] = way;
        }
        std::mem::swap(&mut above, &mut row);
    }
    let mut found = Vec::new();
    let (mut at, mut there) = (old.len(), width);
    while at > 0 && there > 0 {
        match ways[(at - 1) * width + there - 1] {
            TAKE => {
                (at, there) = (at - 1, there - 1);
                found.push((at, there));
            }
            DROP_OLD => at -= 1,
            _ => there -= 1,
        }
    }
    found.reverse();
    found
}

/// Items that stand once on either side, the longest rising row of them.
fn unique(old: &[u32], new: &[u32]) -> Vec<(usize, usize)> {
    let once = |items: &[u32]| {
        let mut places: HashMap<u32, Option<usize>> = HashMap::new();
        for (at, item) in items.iter().enumerate() {
            places
                .entry(*item)
                .and_modify(|place| *place = None)
                .or_insert(Some(at));
        }
        places
    };
    let (old_once, new_once) = (once(old), once(new));
    let shared: Vec<(usize, usize)> = old
        .iter()
        .enumerate()
        .filter(|(_, item)| old_once.get(item).copied().flatten().is_some())
        .filter_map(|(at, item)| Some((at, new_once.get(item).copied().flatten()?)))
        .collect();
    rising(&shared)
}

/// The longest row of pairs that rises on the right side too; the left one rises
/// already.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The pair that ends the shortest row of each length, and what came before.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; pairs.len()];
    for (at, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < pair.1);
        before[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut row = Vec::new();
    let mut next = ends.last().copied();
    while let Some(at) = next {
        row.push(pairs[at]);
        next = before[at];
    }
    row.reverse();
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_common_row_is_found() {
        let mut budget = 1_000;
        assert_eq!(
            align(&[1, 2, 3, 4], &[2, 9, 4, 3], |_| 1, &mut budget).len(),
            2
        );
        let heavy = |item| if item == 3 { 5 } else { 1 };
        assert_eq!(
            align(&[1, 2, 3, 4], &[2, 9, 4, 3], heavy, &mut budget),
            [(1, 0), (2, 3)]
        );
    }

    #[test]
    fn without_a_budget_what_stands_once_leads_through() {
        let old: Vec<u32> = (0..3_000).collect();
        let mut new = old.clone();
        new.remove(1_500);
        new.insert(20, 9_000);
        new.push(9_001);
        new.insert(0, 9_002);
        let aligned = align(&old, &new, |_| 1, &mut 0);
        assert_eq!(aligned.len(), 2_999);
        assert!(aligned.iter().all(|(a, b)| old[*a] == new[*b]));
    }
}
