//! Many sketches, and the stories they make.
//!
//! Articles come and go one at a time. What a new one is compared with is found
//! by the smallest of its fingerprints, which every version of a text shares, and
//! by its marks; what too many articles have says nothing and is passed over.
//! Which article came first makes no difference, apart from fingerprints that
//! become common only later.

use std::collections::{BTreeMap, BTreeSet};

use super::sketch::{hash_of, shared};
use super::{CONTAINED, Likeness, Relation, Sketch, compare, stretches};

/// Fingerprints of an article by which it is found.
const LOOKED_UP: usize = 64;
/// In how many articles a fingerprint or a mark may be and still say something.
const COMMON: usize = 100;
/// Fingerprints an article shares with one that is worth comparing.
const WORTH: usize = 2;
/// Rare marks it shares with one that may be about the same thing.
const WORTH_MARKS: usize = 4;
/// Most articles that are compared with a new one.
const MOST_COMPARED: usize = 200;
/// Least share of a round-up that is one of its parts.
const PART: f32 = 0.08;
/// Fingerprints in a row that are a passage: some 15 words.
const PASSAGE: usize = 6;

/// The sketches of many articles, each under a number of the caller's.
#[derive(Debug, Default)]
pub struct Index {
    articles: BTreeMap<u32, Article>,
    /// A hash, and the number of an article that has it below it.
    prints: BTreeSet<(u32, u32)>,
    marks: BTreeSet<(u32, u32)>,
}

#[derive(Debug)]
struct Article {
    sketch: Sketch,
    /// What it is to others, itself being the first.
    links: BTreeMap<u32, Likeness>,
}

/// Articles that are one story.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// Rising.
    pub articles: Vec<u32>,
    /// Why they are one: each of them but the first was joined by one of these.
    pub joins: Vec<Join>,
}

/// Two articles that are the same story, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Join {
    /// The one with the smaller number, unless the story was found from the other.
    pub first: u32,
    /// The other one.
    pub second: u32,
    /// What they have in common.
    pub likeness: Likeness,
}

/// An article that holds parts of two stories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roundup {
    /// An article one part is in.
    pub one: u32,
    /// An article of another story another part is in.
    pub other: u32,
}

impl Index {
    /// An empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many articles there are.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    /// Whether there is no article.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }

    /// Adds an article, in place of one with the same number.
    pub fn add(&mut self, number: u32, sketch: Sketch) {
        self.remove(number);
        let mut links = BTreeMap::new();
        for other in self.candidates(&sketch) {
            let Some(article) = self.articles.get_mut(&other) else {
                continue;
            };
            let likeness = compare(&sketch, &article.sketch);
            if likeness.relation != Relation::None {
                links.insert(other, likeness);
                article.links.insert(number, likeness.exchanged());
            }
        }
        self.prints
            .extend(looked_up(&sketch).map(|hash| (hash, number)));
        self.marks
            .extend(sketch.marks().iter().map(|mark| (*mark, number)));
        self.articles.insert(number, Article { sketch, links });
    }

    /// Takes an article out; `false` when there was none.
    pub fn remove(&mut self, number: u32) -> bool {
        let Some(article) = self.articles.remove(&number) else {
            return false;
        };
        for hash in looked_up(&article.sketch) {
            self.prints.remove(&(hash, number));
        }
        for mark in article.sketch.marks() {
            self.marks.remove(&(*mark, number));
        }
        for other in article.links.keys() {
            if let Some(other) = self.articles.get_mut(other) {
                other.links.remove(&number);
            }
        }
        true
    }

    /// The articles worth comparing with one, those that share most first.
    pub fn candidates(&self, sketch: &Sketch) -> Vec<u32> {
        let by_prints = found(&self.prints, looked_up(sketch));
        let by_marks = found(&self.marks, sketch.marks().iter().copied());
        let worth = WORTH.min(sketch.prints().len());
        let mut ranked: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
        for (number, count) in by_prints {
            if count >= worth {
                ranked.entry(number).or_default().0 = count;
            }
        }
        for (number, count) in by_marks {
            if count >= WORTH_MARKS {
                ranked.entry(number).or_default().1 = count;
            }
        }
        let mut ranked: Vec<(u32, (usize, usize))> = ranked.into_iter().collect();
        ranked.sort_unstable_by_key(|(number, counts)| (std::cmp::Reverse(*counts), *number));
        ranked.truncate(MOST_COMPARED);
        ranked.into_iter().map(|(number, _)| number).collect()
    }

    /// What an article is to others, by their numbers; it is the first of each
    /// likeness. A pair that is the same text is only related when one of them is
    /// a round-up.
    pub fn links(&self, number: u32) -> Vec<(u32, Likeness)> {
        let Some(article) = self.articles.get(&number) else {
            return Vec::new();
        };
        let is_roundup = self.roundup(number).is_some();
        article
            .links
            .iter()
            .map(|(other, likeness)| {
                let mut likeness = *likeness;
                if likeness.relation == Relation::Same
                    && (is_roundup || self.roundup(*other).is_some())
                {
                    likeness.relation = Relation::Related;
                }
                (*other, likeness)
            })
            .collect()
    }

    /// Whether an article holds parts of two stories: two others that do not share
    /// their text with each other each have passages of it, not the same ones, and
    /// no version of the article has both.
    pub fn roundup(&self, number: u32) -> Option<Roundup> {
        let article = self.articles.get(&number)?;
        let prints = article.sketch.prints();
        let mut parts: Vec<Shared> = Vec::new();
        for (other, likeness) in &article.links {
            let Some(there) = self.articles.get(other) else {
                continue;
            };
            let found: Vec<usize> = shared(prints, there.sketch.prints())
                .into_iter()
                .map(|(here, _)| here)
                .collect();
            // Whole passages: phrases alone are the habit of an outlet.
            let passages = stretches(prints, &found, PASSAGE, |is_found| is_found);
            parts.push(Shared {
                other: *other,
                is_same: likeness.relation == Relation::Same,
                is_part: passages.len() as f32 >= PART * prints.len() as f32
                    && !passages.is_empty(),
                found,
            });
        }
        for (at, one) in parts.iter().enumerate().filter(|(_, one)| one.is_part) {
            for other in parts[at + 1..].iter().filter(|other| other.is_part) {
                let is_apart = one.common(other) * 10 <= one.found.len().min(other.found.len());
                if is_apart
                    && !self.is_shared(one.other, other.other)
                    && !parts
                        .iter()
                        .any(|version| version.is_same && version.has(one) && version.has(other))
                {
                    return Some(Roundup {
                        one: one.other,
                        other: other.other,
                    });
                }
            }
        }
        None
    }

    /// Whether two articles share their text, or one of the subjects.
    fn is_shared(&self, one: u32, other: u32) -> bool {
        self.articles
            .get(&one)
            .and_then(|article| article.links.get(&other))
            .is_some_and(|likeness| {
                likeness.first_in_second.max(likeness.second_in_first) >= CONTAINED / 3.0
            })
    }

    /// The story an article belongs to; of itself alone when there is no other.
    pub fn story(&self, number: u32) -> Option<Story> {
        self.articles.get(&number)?;
        let mut articles = BTreeSet::from([number]);
        let mut joins = Vec::new();
        let mut waiting = vec![number];
        while let Some(first) = waiting.pop() {
            for (second, likeness) in self.links(first) {
                if likeness.relation == Relation::Same && articles.insert(second) {
                    joins.push(Join {
                        first,
                        second,
                        likeness,
                    });
                    waiting.push(second);
                }
            }
        }
        Some(Story {
            articles: articles.into_iter().collect(),
            joins,
        })
    }

    /// All stories, those of one article too, by their smallest number.
    pub fn stories(&self) -> Vec<Story> {
        let mut done = BTreeSet::new();
        let mut stories = Vec::new();
        for number in self.articles.keys() {
            if !done.contains(number)
                && let Some(story) = self.story(*number)
            {
                done.extend(story.articles.iter().copied());
                stories.push(story);
            }
        }
        stories
    }
}

/// What an article shares with another one.
struct Shared {
    other: u32,
    is_same: bool,
    /// Whether it is enough to be a part of a round-up.
    is_part: bool,
    /// Which fingerprints of the article, rising.
    found: Vec<usize>,
}

impl Shared {
    fn common(&self, other: &Self) -> usize {
        self.found
            .iter()
            .filter(|at| other.found.binary_search(at).is_ok())
            .count()
    }

    /// Whether most of what is shared with another one is shared here too.
    fn has(&self, other: &Self) -> bool {
        2 * self.common(other) > other.found.len()
    }
}

/// The hashes by which an article is found.
fn looked_up(sketch: &Sketch) -> impl Iterator<Item = u32> {
    sketch
        .prints()
        .iter()
        .take(LOOKED_UP)
        // The low bits: the high ones of the smallest hashes are all nought.
        .map(|print| hash_of(*print) as u32)
}

/// How many of these hashes each article has, leaving out those that are common.
fn found(all: &BTreeSet<(u32, u32)>, hashes: impl Iterator<Item = u32>) -> BTreeMap<u32, usize> {
    let mut counts = BTreeMap::new();
    let mut having = Vec::new();
    for hash in hashes {
        having.clear();
        having.extend(
            all.range((hash, 0)..=(hash, u32::MAX))
                .take(COMMON + 1)
                .map(|(_, number)| *number),
        );
        if having.len() <= COMMON {
            for number in &having {
                *counts.entry(*number).or_default() += 1;
            }
        }
    }
    counts
}

impl Likeness {
    /// The same with the articles exchanged.
    #[must_use]
    pub fn exchanged(self) -> Self {
        Self {
            first_in_second: self.second_in_first,
            second_in_first: self.first_in_second,
            own_of_first: self.own_of_second,
            own_of_second: self.own_of_first,
            ..self
        }
    }
}
