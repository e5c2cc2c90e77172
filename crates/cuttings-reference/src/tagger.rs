//! Parts of speech, and which tokens are names: two averaged perceptrons.
//!
//! [`tag`] goes through a frame once for each. A token's tag is decided from its
//! own letters, its neighbours' and the tags already given, best first and for
//! good, so the time is linear. The weights are in the binary; `cargo xtask
//! train` makes them anew ([`train`]).

mod features;
pub mod gazetteer;
mod perceptron;
pub mod train;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::frame::Frame;
use features::{Context, Looks, Memory};
use perceptron::Perceptron;

/// A part of speech of the Penn Treebank.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Tag(u8);

/// The names of the tags; a [`Tag`] is a place in here.
const TAGS: [&str; 50] = [
    "NN", "NNP", "NNS", "NNPS", "IN", "DT", "JJ", "JJR", "JJS", "RB", "RBR", "RBS", "PRP", "PRP$",
    "VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "MD", "TO", "CC", "CD", "WDT", "WP", "WP$", "WRB",
    "EX", "PDT", "POS", "RP", "UH", "FW", "LS", "SYM", "$", "#", ".", ",", ":", "-LRB-", "-RRB-",
    "``", "''", "HYPH", "NFP", "ADD", "AFX", "GW",
];

impl Tag {
    /// A singular noun, which a word is until it is tagged.
    pub const NN: Self = Self(0);
    /// A name in the singular.
    pub const NNP: Self = Self(1);
    /// A noun in the plural.
    pub const NNS: Self = Self(2);
    /// A name in the plural.
    pub const NNPS: Self = Self(3);
    /// A preposition, or a conjunction that opens a clause.
    pub const IN: Self = Self(4);
    /// An article or the like.
    pub const DT: Self = Self(5);
    /// An adjective.
    pub const JJ: Self = Self(6);
    /// An adverb.
    pub const RB: Self = Self(9);
    /// A pronoun.
    pub const PRP: Self = Self(12);
    /// A possessive pronoun.
    pub const PRP_POSSESSIVE: Self = Self(13);
    /// A verb in its base form.
    pub const VB: Self = Self(14);
    /// A verb in the past.
    pub const VBD: Self = Self(15);
    /// A verb with `-ing`.
    pub const VBG: Self = Self(16);
    /// A past participle.
    pub const VBN: Self = Self(17);
    /// A verb in the present, not third person singular.
    pub const VBP: Self = Self(18);
    /// A verb in the present, third person singular.
    pub const VBZ: Self = Self(19);
    /// `will`, `could` and the like.
    pub const MD: Self = Self(20);
    /// `to`.
    pub const TO: Self = Self(21);
    /// `and`, `or`, `but`.
    pub const CC: Self = Self(22);
    /// A number.
    pub const CD: Self = Self(23);
    /// `which`, `that` of a relative clause.
    pub const WDT: Self = Self(24);
    /// `who`, `what`.
    pub const WP: Self = Self(25);
    /// `when`, `where`, `why`, `how`.
    pub const WRB: Self = Self(27);
    /// The `'s` of a possessor.
    pub const POS: Self = Self(30);
    /// A particle of a verb: `up`, `out`.
    pub const RP: Self = Self(31);

    /// Reads a tag by its name in the Treebank; none for other words.
    pub fn parse(name: &str) -> Option<Self> {
        let at = TAGS.iter().position(|known| *known == name)?;
        Some(Self(at as u8))
    }

    /// Its name in the Treebank.
    pub fn name(self) -> &'static str {
        TAGS[usize::from(self.0)]
    }

    /// Whether it is a verb in a form that can stand alone in a clause.
    pub fn is_finite(self) -> bool {
        matches!(self, Self::VBD | Self::VBP | Self::VBZ | Self::MD)
    }

    /// Whether it is any form of a verb, modal verbs apart.
    pub fn is_verb(self) -> bool {
        (Self::VB.0..=Self::VBZ.0).contains(&self.0)
    }

    /// Whether it is a noun or a name.
    pub fn is_noun(self) -> bool {
        self.0 <= Self::NNPS.0
    }

    /// Whether it is a name.
    pub fn is_proper(self) -> bool {
        matches!(self, Self::NNP | Self::NNPS)
    }

    /// Its place in the list of tags.
    fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameKind {
    /// A person.
    Person,
    /// A company, a party, a ministry, an alliance.
    Organisation,
    /// A country, a town, a river, a building.
    Place,
}

/// Whether a token begins a name, goes on with one, or is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum NameTag {
    /// No part of a name.
    #[default]
    Outside,
    /// The first token of a name.
    Begins(NameKind),
    /// A further token of a name.
    Inside(NameKind),
}

impl NameTag {
    /// How many there are.
    const COUNT: usize = 7;

    /// What the name is the name of.
    pub fn kind(self) -> Option<NameKind> {
        match self {
            Self::Outside => None,
            Self::Begins(kind) | Self::Inside(kind) => Some(kind),
        }
    }

    fn index(self) -> usize {
        match self {
            Self::Outside => 0,
            Self::Begins(kind) => 1 + 2 * kind as usize,
            Self::Inside(kind) => 2 + 2 * kind as usize,
        }
    }

    fn from_index(index: usize) -> Self {
        let kind = match index.wrapping_sub(1) / 2 {
            0 => NameKind::Person,
            1 => NameKind::Organisation,
            _ => NameKind::Place,
        };
        match index {
            0 => Self::Outside,
            odd if odd % 2 == 1 => Self::Begins(kind),
            _ => Self::Inside(kind),
        }
    }

    /// Whether it may stand behind `before`.
    fn may_follow(self, before: Self) -> bool {
        match self {
            Self::Inside(kind) => before.kind() == Some(kind),
            Self::Outside | Self::Begins(_) => true,
        }
    }
}

/// What is taken from the score of being no name when a token is tagged as one:
/// the corpora leave out kinds of names that we count among these.
const DOUBT: i32 = 40;

/// Weights, ready to be asked.
#[derive(Debug)]
pub struct Tagger {
    speech: Perceptron,
    /// Words that nearly always have the same tag.
    certain: Perceptron,
    names: Perceptron,
}

static TAGGER: LazyLock<Tagger> =
    LazyLock::new(|| Tagger::unpack(include_bytes!("tagger/weights.bin")));

/// Tags all tokens of a frame by the weights in the binary.
pub fn tag(frame: &mut Frame) {
    TAGGER.tag(frame);
}

impl Tagger {
    /// Reads the weights that [`train::train`] packed.
    pub fn unpack(mut packed: &[u8]) -> Self {
        Self {
            speech: Perceptron::unpack(&mut packed, TAGS.len()),
            certain: Perceptron::unpack(&mut packed, TAGS.len()),
            names: Perceptron::unpack(&mut packed, NameTag::COUNT),
        }
    }

    /// Tags all tokens of a frame.
    pub fn tag(&self, frame: &mut Frame) {
        let words: Vec<&str> = (0..frame.tokens.len()).map(|at| frame.word(at)).collect();
        let lengths = frame
            .sentences
            .iter()
            .map(|one| (one.tokens.1 - one.tokens.0) as usize);
        let tagged = self.tag_words(&words, lengths);
        for (token, (tag, name)) in frame.tokens.iter_mut().zip(tagged) {
            token.tag = tag;
            token.name = name;
        }
    }

    /// Tags the words of an article, given the lengths of its sentences.
    pub fn tag_words(
        &self,
        words: &[&str],
        lengths: impl Iterator<Item = usize>,
    ) -> Vec<(Tag, NameTag)> {
        let looks: Vec<Looks> = words.iter().map(|word| Looks::of(word)).collect();
        let mut tagged = Vec::with_capacity(words.len());
        let mut memory = Memory::default();
        let mut found = Vec::with_capacity(64);
        let mut rest = &looks[..];
        for length in lengths {
            let (sentence, after) = rest.split_at(length.min(rest.len()));
            rest = after;
            let tags = self.speech(sentence, &mut found);
            let names = self.names(sentence, &tags, &mut memory, &mut found);
            tagged.extend(tags.into_iter().zip(names));
        }
        tagged
    }

    /// The parts of speech of a sentence. `found` is room for features.
    fn speech(&self, looks: &[Looks], found: &mut Vec<u32>) -> Vec<Tag> {
        let mut tags: Vec<Tag> = Vec::with_capacity(looks.len());
        let mut scores = [0; TAGS.len()];
        for at in 0..looks.len() {
            let tag = self.certain.only(looks[at].word).unwrap_or_else(|| {
                features::speech(looks, at, &tags, found);
                self.speech.score(found, &mut scores);
                best(&scores, |_| true).unwrap_or_default()
            });
            tags.push(Tag(tag as u8));
        }
        tags
    }

    /// The names of a sentence.
    fn names(
        &self,
        looks: &[Looks],
        tags: &[Tag],
        memory: &mut Memory,
        found: &mut Vec<u32>,
    ) -> Vec<NameTag> {
        let context = Context::new(looks, tags);
        let mut names: Vec<NameTag> = Vec::with_capacity(looks.len());
        let mut scores = [0; NameTag::COUNT];
        for (at, look) in looks.iter().enumerate() {
            let before = names.last().copied().unwrap_or_default();
            let name = if context.is_never_name(at) {
                NameTag::Outside
            } else {
                context.names(at, &names, memory, found);
                self.names.score(found, &mut scores);
                if tags[at].is_proper() {
                    scores[NameTag::Outside.index()] -= DOUBT;
                }
                best(&scores, |index| {
                    NameTag::from_index(index).may_follow(before)
                })
                .map_or(NameTag::Outside, NameTag::from_index)
            };
            memory.note(look, name);
            names.push(name);
        }
        names
    }
}

/// The place of the highest score among those that may be; the first of equals.
fn best(scores: &[i32], may_be: impl Fn(usize) -> bool) -> Option<usize> {
    let mut found: Option<(i32, usize)> = None;
    for (index, score) in scores.iter().enumerate() {
        if may_be(index) && found.is_none_or(|(most, _)| *score > most) {
            found = Some((*score, index));
        }
    }
    found.map(|(_, index)| index)
}
