//! Making the weights: `cargo xtask train` reads the corpora and calls [`train`].
//!
//! The averaged perceptron of Collins (2002): go through the sentences, tag each
//! word with the weights so far, and where the tag is wrong, raise the right one's
//! weights and lower the wrong one's. What is kept is the mean of all weights that
//! were, which errs less on what was not seen. Same corpora, same weights, to the
//! byte.

use std::collections::{BTreeMap, HashMap};

use super::features::{self, Context, Looks, Memory};
use super::perceptron::{cut, pack};
use super::{NameTag, TAGS, Tag, Tagger, best};

/// A sentence of words with their parts of speech.
pub type Spoken = Vec<(String, Tag)>;
/// A sentence of words with the names among them.
pub type Named = Vec<(String, NameTag)>;

/// How often the corpora are gone through.
const PASSES: usize = 8;
/// Features that stand in fewer places are left out.
const MIN_COUNT: u32 = 2;
/// Weights nearer to zero than this are left out.
const MIN_WEIGHT: f32 = 0.2;
/// How often a word must have been seen, and how often in a hundred with the same
/// tag, to be certain.
const CERTAIN_COUNT: u32 = 10;
const CERTAIN_PERCENT: u32 = 99;

/// Makes weights, packed as [`Tagger::unpack`] reads them. `articles` are lists of
/// sentences that belong together.
pub fn train(spoken: &[Spoken], articles: &[Vec<Named>]) -> Vec<u8> {
    let certain = certain(spoken);
    let speech = speech(spoken, &certain);
    let mut packed = Vec::new();
    pack(&speech, &mut packed);
    let listed: BTreeMap<u32, u8> = certain
        .into_iter()
        .map(|(hash, tag)| (cut(hash), tag))
        .collect();
    let listed: Vec<_> = listed
        .into_iter()
        .map(|(feature, tag)| (feature, vec![(tag, 1)]))
        .collect();
    pack(&listed, &mut packed);
    let tagger = Tagger::unpack(&packed);
    pack(&names(articles, &tagger), &mut packed);
    packed
}

/// Words whose tag needs no thought.
fn certain(spoken: &[Spoken]) -> HashMap<u64, u8> {
    let mut counts: HashMap<u64, BTreeMap<u8, u32>> = HashMap::new();
    for (word, tag) in spoken.iter().flatten() {
        let tags = counts.entry(Looks::of(word).word).or_default();
        *tags.entry(tag.0).or_default() += 1;
    }
    counts
        .into_iter()
        .filter_map(|(word, tags)| {
            let all: u32 = tags.values().sum();
            let (tag, most) = tags.into_iter().max_by_key(|(_, count)| *count)?;
            (all >= CERTAIN_COUNT && most * 100 >= all * CERTAIN_PERCENT).then_some((word, tag))
        })
        .collect()
}

fn speech(spoken: &[Spoken], certain: &HashMap<u64, u8>) -> Vec<(u32, Vec<(u8, i8)>)> {
    let sentences: Vec<(Vec<Looks>, Vec<u8>)> = spoken
        .iter()
        .map(|sentence| {
            let looks = sentence.iter().map(|(word, _)| Looks::of(word)).collect();
            (looks, sentence.iter().map(|(_, tag)| tag.0).collect())
        })
        .collect();
    let mut trainer = Trainer::new(TAGS.len());
    let mut order = Order::new(sentences.len());
    let mut found = Vec::new();
    for _ in 0..PASSES {
        for index in order.shuffled() {
            let (looks, right) = &sentences[*index];
            let mut tags: Vec<Tag> = Vec::new();
            for (at, right) in right.iter().enumerate() {
                let tag = certain.get(&looks[at].word).copied().unwrap_or_else(|| {
                    features::speech(looks, at, &tags, &mut found);
                    trainer.learn(&found, *right, |_| true)
                });
                tags.push(Tag(tag));
            }
        }
    }
    trainer.averaged()
}

fn names(articles: &[Vec<Named>], tagger: &Tagger) -> Vec<(u32, Vec<(u8, i8)>)> {
    struct Read {
        looks: Vec<Looks>,
        tags: Vec<Tag>,
        right: Vec<NameTag>,
    }
    let mut found = Vec::new();
    let articles: Vec<Vec<Read>> = articles
        .iter()
        .map(|article| {
            article
                .iter()
                .map(|sentence| {
                    let looks: Vec<Looks> =
                        sentence.iter().map(|(word, _)| Looks::of(word)).collect();
                    Read {
                        tags: tagger.speech(&looks, &mut found),
                        right: sentence.iter().map(|(_, name)| *name).collect(),
                        looks,
                    }
                })
                .collect()
        })
        .collect();
    let mut trainer = Trainer::new(NameTag::COUNT);
    let mut order = Order::new(articles.len());
    for _ in 0..PASSES {
        for index in order.shuffled() {
            let mut memory = Memory::default();
            for sentence in &articles[*index] {
                let context = Context::new(&sentence.looks, &sentence.tags);
                let mut given: Vec<NameTag> = Vec::new();
                for (at, right) in sentence.right.iter().enumerate() {
                    let before = given.last().copied().unwrap_or_default();
                    let name = if context.is_never_name(at) {
                        NameTag::Outside
                    } else {
                        context.names(at, &given, &memory, &mut found);
                        let may = |index| NameTag::from_index(index).may_follow(before);
                        // After a mistake the best that is left: a name of this kind.
                        let right = match *right {
                            NameTag::Inside(kind) if !right.may_follow(before) => {
                                NameTag::Begins(kind)
                            }
                            right => right,
                        };
                        let learnt = trainer.learn(&found, right.index() as u8, may);
                        NameTag::from_index(usize::from(learnt))
                    };
                    memory.note(&sentence.looks[at], name);
                    given.push(name);
                }
            }
        }
    }
    trainer.averaged()
}

/// A weight while it is learnt.
#[derive(Debug, Clone, Copy)]
struct Weight {
    class: u8,
    now: f32,
    /// The sum over all steps until `since`.
    total: f64,
    since: u32,
}

struct Trainer {
    scores: Vec<i32>,
    weights: HashMap<u32, (u32, Vec<Weight>)>,
    step: u32,
}

impl Trainer {
    fn new(classes: usize) -> Self {
        Self {
            scores: vec![0; classes],
            weights: HashMap::new(),
            step: 0,
        }
    }

    /// Decides, learns from the mistake if it was one, and gives what was decided.
    fn learn(&mut self, features: &[u32], right: u8, may_be: impl Fn(usize) -> bool) -> u8 {
        self.step += 1;
        self.scores.fill(0);
        for feature in features {
            let (count, weights) = self.weights.entry(*feature).or_default();
            *count += 1;
            for weight in weights {
                self.scores[usize::from(weight.class)] += weight.now as i32;
            }
        }
        let decided = best(&self.scores, may_be).unwrap_or_default() as u8;
        if decided != right {
            for feature in features {
                let step = self.step;
                if let Some((_, weights)) = self.weights.get_mut(feature) {
                    change(weights, right, 1.0, step);
                    change(weights, decided, -1.0, step);
                }
            }
        }
        decided
    }

    /// The means of all weights, as whole numbers of which the largest fits.
    fn averaged(self) -> Vec<(u32, Vec<(u8, i8)>)> {
        let steps = f64::from(self.step.max(1));
        let last = self.step;
        let means: BTreeMap<u32, Vec<(u8, f32)>> = self
            .weights
            .into_iter()
            .filter(|(_, (count, _))| *count >= MIN_COUNT * PASSES as u32)
            .map(|(feature, (_, weights))| {
                let mean = |weight: Weight| {
                    let until = f64::from(last - weight.since);
                    let mean = (weight.total + until * f64::from(weight.now)) / steps;
                    (weight.class, mean as f32)
                };
                (feature, weights.into_iter().map(mean).collect())
            })
            .collect();
        let most = means
            .values()
            .flatten()
            .fold(1.0_f32, |most, (_, mean)| most.max(mean.abs()));
        let scale = 127.0 / most;
        means
            .into_iter()
            .filter_map(|(feature, weights)| {
                let mut kept: Vec<(u8, i8)> = weights
                    .into_iter()
                    .filter(|(_, mean)| mean.abs() >= MIN_WEIGHT)
                    .map(|(class, mean)| (class, (mean * scale).round() as i8))
                    .filter(|(_, weight)| *weight != 0)
                    .collect();
                kept.sort_unstable();
                (!kept.is_empty()).then_some((feature, kept))
            })
            .collect()
    }
}

fn change(weights: &mut Vec<Weight>, class: u8, by: f32, step: u32) {
    let found = weights.iter_mut().find(|weight| weight.class == class);
    if let Some(weight) = found {
        weight.total += f64::from(weight.now) * f64::from(step - weight.since);
        weight.since = step;
        weight.now += by;
    } else {
        weights.push(Weight {
            class,
            now: by,
            total: 0.0,
            since: step,
        });
    }
}

/// An order, new for each pass and the same for each training.
struct Order {
    places: Vec<usize>,
    state: u64,
}

impl Order {
    fn new(count: usize) -> Self {
        Self {
            places: (0..count).collect(),
            state: 0x2545_f491_4f6c_dd1d,
        }
    }

    fn shuffled(&mut self) -> &[usize] {
        for at in (1..self.places.len()).rev() {
            // xorshift*
            self.state ^= self.state >> 12;
            self.state ^= self.state << 25;
            self.state ^= self.state >> 27;
            let drawn = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
            self.places.swap(at, drawn as usize % (at + 1));
        }
        &self.places
    }
}
