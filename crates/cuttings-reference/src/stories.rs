//! Which articles are the same story, printed by several outlets.
//!
//! An article is brought to a [`Sketch`], small enough to be kept with it: the
//! fingerprints of its text and the marks of what it is about. [`compare`] holds
//! two sketches against each other, in time linear in their size; an [`Index`]
//! finds what is worth comparing among many and unites articles into stories.
//!
//! An outlet cuts a text, gives it another headline, edits it, puts its own lines
//! around it: it stays the same story, for most of what one of the two has is in
//! the other, in the same order. A round-up holds parts of two stories and is
//! neither: beside the part it shares it has a long one that it does not share,
//! and so has the story it took that part from. Where it took a story as a whole,
//! the pair alone does not show it, but the index does: it knows the other story.
//!
//! Bad at: a round-up that gives its second story a sentence only, and one whose
//! other story is not in the index and that has the first one as a whole; the
//! printed round-up of several outlets, when it holds nearly all of one story;
//! translations and texts that were written anew, which are related at best.
//!
//! What was changed between two versions of a text, paragraph by paragraph, is
//! told by `cuttings_text::compare`.

mod index;
mod sketch;

pub use index::{Index, Join, Roundup, Story};
pub use sketch::Sketch;

use serde::{Deserialize, Serialize};

/// Least share of one text that is in the other one. Two reports of one market
/// by one outlet share up to half of the shorter one; the same text cut by one
/// hand and edited by another rarely shares less.
const CONTAINED: f32 = 0.45;
/// Least share of what two texts have in common that stands in the same order.
/// Round-ups of the same two stories, the other one first, have half.
const IN_ORDER: f32 = 0.75;
/// From which share of either text in long stretches of its own two texts are
/// not one story with something added.
const OWN: f32 = 0.15;
/// Fingerprints in a row that make a stretch long: a sentence of some 20 words.
const STRETCH: usize = 7;
/// Fewer shared fingerprints are a phrase, or a line printed below every article.
const FEWEST: usize = 5;
/// Marks two articles share at least when they are about one thing.
const FEWEST_MARKS: usize = 4;
/// And which share of the marks of the one that has fewer.
const MARKS: f32 = 0.35;

/// What two articles are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Nothing that is known.
    None,
    /// They share a part, or are about the same thing.
    Related,
    /// They are the same text, cut or edited.
    Same,
}

/// How much two articles have in common. With the articles exchanged it is the
/// same, with the sides exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Likeness {
    /// What they are to each other.
    pub relation: Relation,
    /// How many fingerprints they share.
    pub shared: usize,
    /// Share of the first text that is in the second one.
    pub first_in_second: f32,
    /// Share of the second text that is in the first one.
    pub second_in_first: f32,
    /// Share of what is in both that stands in the same order in both.
    pub in_order: f32,
    /// Share of the first text in long stretches that the second one has not.
    pub own_of_first: f32,
    /// Share of the second text in long stretches that the first one has not.
    pub own_of_second: f32,
    /// How many names, numbers and words of their subject they share.
    pub marks: usize,
}

/// Holds two articles against each other.
pub fn compare(first: &Sketch, second: &Sketch) -> Likeness {
    let bound = first.bound().min(second.bound());
    let (first_prints, second_prints) = (first.below(bound), second.below(bound));
    let shared = sketch::shared(first_prints, second_prints);
    let share = |part: usize, whole: usize| part as f32 / whole.max(1) as f32;
    let own = |prints: &[u64], side: fn(&(usize, usize)) -> usize| {
        let found: Vec<usize> = shared.iter().map(side).collect();
        share(in_own_stretches(prints, &found), prints.len())
    };
    let marks = first.shared_marks(second);
    let mut likeness = Likeness {
        relation: Relation::None,
        shared: shared.len(),
        first_in_second: share(shared.len(), first_prints.len()),
        second_in_first: share(shared.len(), second_prints.len()),
        in_order: share(in_order(first_prints, second_prints, &shared), shared.len()),
        own_of_first: own(first_prints, |pair| pair.0),
        own_of_second: own(second_prints, |pair| pair.1),
        marks,
    };
    let fewer_marks = first.marks().len().min(second.marks().len());
    // Texts of a line or two have few fingerprints: then nearly all must agree.
    let fewest = FEWEST.min(first_prints.len().max(second_prints.len()).max(1));
    let contained = likeness.first_in_second.max(likeness.second_in_first);
    likeness.relation = if shared.len() >= fewest
        && contained >= CONTAINED
        && likeness.in_order >= IN_ORDER
        && likeness.own_of_first.min(likeness.own_of_second) < OWN
    {
        Relation::Same
    } else if shared.len() >= 2 * FEWEST && contained >= CONTAINED / 3.0
        || marks >= FEWEST_MARKS && share(marks, fewer_marks) >= MARKS
    {
        Relation::Related
    } else {
        Relation::None
    };
    likeness
}

/// How many of the shared fingerprints stand in the same order in both texts:
/// the longest row that rises in both.
fn in_order(first: &[u64], second: &[u64], shared: &[(usize, usize)]) -> usize {
    let mut places: Vec<(u16, u16)> = shared
        .iter()
        .map(|(a, b)| (sketch::place(first[*a]), sketch::place(second[*b])))
        .collect();
    places.sort_unstable();
    // The last place of the shortest-ending row of each length.
    let mut ends: Vec<u16> = Vec::new();
    for (_, place) in places {
        let length = ends.partition_point(|end| *end < place);
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    ends.len()
}

/// How many fingerprints are in long stretches of which none is `found`.
fn in_own_stretches(prints: &[u64], found: &[usize]) -> usize {
    stretches(prints, found, STRETCH, |is_found| !is_found).len()
}

/// Which fingerprints stand in rows of at least `least`, in the order of the text,
/// that are all found or all not found, as `wanted` says. Rising.
fn stretches(
    prints: &[u64],
    found: &[usize],
    least: usize,
    wanted: fn(bool) -> bool,
) -> Vec<usize> {
    let mut places: Vec<(u16, usize, bool)> = prints
        .iter()
        .enumerate()
        .map(|(at, print)| (sketch::place(*print), at, false))
        .collect();
    for at in found {
        places[*at].2 = true;
    }
    places.sort_unstable();
    let mut all: Vec<usize> = places
        .split(|(_, _, is_found)| !wanted(*is_found))
        .filter(|row| row.len() >= least)
        .flatten()
        .map(|(_, at, _)| *at)
        .collect();
    all.sort_unstable();
    all
}
