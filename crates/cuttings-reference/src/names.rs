//! People, organisations and places, each once, with all their mentions.
//!
//! The tagger says which tokens are names; here mentions of the same one are
//! brought together: by full name, by surname, by letters in brackets. A bare
//! surname that two people of the article bear goes to whoever has been called by
//! it, never to both.

pub(crate) mod roles;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::document::Span;
use crate::frame::Frame;
use crate::marks::Quotation;
use crate::tagger::gazetteer::{self, PlaceKind, known};
use crate::tagger::{NameKind, NameTag, Tag};

/// Somebody or something with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// Its number within the article, from 0.
    pub id: u32,
    /// What it is.
    pub kind: NameKind,
    /// The fullest form in the article.
    pub name: String,
    /// What the article says a person is, in its words.
    pub roles: Vec<String>,
    /// In the order of the article.
    pub mentions: Vec<Mention>,
    /// Why its mentions were brought together.
    pub explanation: String,
}

/// A place where a name is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Where.
    #[serde(flatten)]
    pub span: Span,
    /// How.
    pub how: How,
}

/// How a name is mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// By itself or a part of it.
    Name,
    /// By `he`, `she`, `they`.
    Pronoun,
    /// By an office: `the president`.
    Description,
}

/// A mention in tokens, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At {
    pub first: usize,
    pub last: usize,
}

/// Names while they are gathered.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub list: Vec<Gathered>,
    /// Of each token, the name it is part of.
    of_token: HashMap<usize, usize>,
}

#[derive(Debug)]
pub(crate) struct Gathered {
    pub kind: NameKind,
    pub words: Vec<String>,
    pub roles: Vec<String>,
    pub mentions: Vec<(At, How)>,
    pub is_woman: Option<bool>,
    why: Vec<String>,
}

/// Gathers the names of an article.
pub(crate) fn gather(frame: &Frame, quotations: &[Quotation]) -> Names {
    let mut mentions = mentions(frame);
    mend_kinds(frame, &mut mentions);
    let mut names = Names::default();
    // Full names first, so that a headline's surname finds them.
    let is_full = |kind: NameKind, at: At| kind != NameKind::Person || at.last - at.first > 1;
    for (kind, at) in &mentions {
        if is_full(*kind, *at) {
            names.add(frame, *kind, *at);
        }
    }
    for (kind, at) in &mentions {
        if !is_full(*kind, *at) {
            names.add_bare(frame, *at);
        }
    }
    for name in 0..names.list.len() {
        names.list[name].mentions.sort_by_key(|(at, _)| at.first);
        names.describe(frame, name);
    }
    names
        .list
        .sort_by_key(|name| name.mentions.first().map_or(0, |(at, _)| at.first));
    names.of_token = names
        .list
        .iter()
        .enumerate()
        .flat_map(|(index, name)| {
            name.mentions
                .iter()
                .flat_map(move |(at, _)| (at.first..at.last).map(move |token| (token, index)))
        })
        .collect();
    names.find_offices(frame, quotations);
    names
}

/// The stretches of tokens that are names, put right where tags are wrong by rule.
fn mentions(frame: &Frame) -> Vec<(NameKind, At)> {
    let mut found: Vec<(NameKind, At)> = Vec::new();
    for (at, token) in frame.tokens.iter().enumerate() {
        match token.name {
            NameTag::Outside => {}
            NameTag::Begins(kind) => found.push((
                kind,
                At {
                    first: at,
                    last: at + 1,
                },
            )),
            NameTag::Inside(_) => {
                if let Some((_, name)) = found.last_mut()
                    && name.last == at
                {
                    name.last = at + 1;
                }
            }
        }
    }
    for (kind, at) in &mut found {
        if *kind == NameKind::Person {
            // An office before a name is no part of it.
            while at.last - at.first > 1 && roles::is_role(frame.word(at.first)) {
                at.first += 1;
            }
        } else {
            // European Commission.
            let before = at.first.wrapping_sub(1);
            if *kind == NameKind::Organisation
                && frame.tokens.get(before).is_some_and(|token| {
                    token.sentence == frame.tokens[at.first].sentence
                        && matches!(token.tag, Tag::JJ | Tag::NNP)
                        && token.name == NameTag::Outside
                })
                && frame.word(before).starts_with(char::is_uppercase)
                && !frame.word(at.first).chars().all(char::is_uppercase)
            {
                at.first = before;
            }
        }
        while at.last - at.first > 1
            && !frame.word(at.last - 1).chars().any(char::is_alphanumeric)
            && frame.word(at.last - 1) != "."
        {
            at.last -= 1;
        }
    }
    found.retain(|(kind, at)| {
        let word = frame.word(at.first);
        let is_single = at.last - at.first == 1;
        let is_office = *kind == NameKind::Person && is_single && roles::is_role(word);
        // A people is no person.
        let is_people = is_single && frame.tokens[at.first].tag == Tag::NNPS && word.ends_with('s');
        let has_letters = word.chars().any(char::is_alphabetic);
        has_letters && !is_office && !(is_people && *kind != NameKind::Organisation)
    });
    found
}

/// Countries are places, and a surname that goes with a first name elsewhere in
/// the article is a person's.
fn mend_kinds(frame: &Frame, mentions: &mut [(NameKind, At)]) {
    let surnames: std::collections::HashSet<&str> = mentions
        .iter()
        .filter(|(kind, at)| *kind == NameKind::Person && at.last - at.first > 1)
        .map(|(_, at)| frame.word(at.last - 1))
        .collect();
    let places: std::collections::HashSet<&str> = mentions
        .iter()
        .filter(|(kind, at)| *kind == NameKind::Place && at.last - at.first > 1)
        .map(|(_, at)| frame.word(at.last - 1))
        .collect();
    for (kind, at) in mentions {
        let text = frame.slice(frame.tokens[at.first].start, frame.tokens[at.last - 1].end);
        let is_single = at.last - at.first == 1;
        if is_single && surnames.contains(text) && !places.contains(text) {
            *kind = NameKind::Person;
        } else if *kind == NameKind::Person
            && matches!(
                gazetteer::place(text),
                Some(PlaceKind::Country | PlaceKind::Continent)
            )
            && !known(text).is_first_name()
        {
            *kind = NameKind::Place;
        }
    }
}

/// The words of a name as they are compared: without dots, in lower case.
fn key(words: &[String]) -> String {
    words
        .join(" ")
        .chars()
        .filter(|one| *one != '.')
        .flat_map(char::to_lowercase)
        .collect()
}

impl Names {
    /// The name that a token is part of.
    pub fn of(&self, token: usize) -> Option<usize> {
        self.of_token.get(&token).copied()
    }

    fn words(frame: &Frame, at: At) -> Vec<String> {
        (at.first..at.last)
            .map(|token| frame.word(token).to_owned())
            .collect()
    }

    /// Adds a full name.
    fn add(&mut self, frame: &Frame, kind: NameKind, at: At) {
        let words = Self::words(frame, at);
        let found = self.list.iter().position(|name| {
            name.kind == kind
                && (key(&name.words) == key(&words)
                    || kind == NameKind::Person && is_same_person(&name.words, &words)
                    || kind == NameKind::Organisation && is_short_for(frame, name, at, &words))
        });
        if let Some(found) = found {
            let name = &mut self.list[found];
            if words.len() > name.words.len() {
                name.words = words;
            }
            name.mentions.push((at, How::Name));
        } else {
            self.list.push(Gathered {
                kind,
                words,
                roles: Vec::new(),
                mentions: vec![(at, How::Name)],
                is_woman: None,
                why: Vec::new(),
            });
        }
    }

    /// Adds a person called by one word.
    fn add_bare(&mut self, frame: &Frame, at: At) {
        let word = frame.word(at.first);
        let bears = |name: &Gathered, place: fn(&[String]) -> Option<&String>| {
            name.kind == NameKind::Person
                && name.words.len() > 1
                && place(&name.words).is_some_and(|one| one == word)
        };
        let by_surname: Vec<usize> = (0..self.list.len())
            .filter(|index| bears(&self.list[*index], <[String]>::last))
            .collect();
        let by_first_name: Vec<usize> = (0..self.list.len())
            .filter(|index| bears(&self.list[*index], <[String]>::first))
            .collect();
        let chosen = match (by_surname.as_slice(), by_first_name.as_slice()) {
            ([one], _) | ([], [one]) => Some((*one, "by its only bearer in the article")),
            ([], _) => None,
            // Two of a family: whoever was named first is meant.
            (several, _) => several
                .iter()
                .min_by_key(|index| self.list[**index].mentions[0].0.first)
                .map(|index| (*index, "of several bearers, by the one named first")),
        };
        if let Some((index, why)) = chosen {
            let name = &mut self.list[index];
            name.mentions.push((at, How::Name));
            let why = format!("“{word}” {why}");
            if !name.why.contains(&why) {
                name.why.push(why);
            }
        } else {
            self.add(frame, NameKind::Person, at);
        }
    }

    /// Reads what stands before and behind the mentions of a person: offices, and
    /// whether it is a woman.
    fn describe(&mut self, frame: &Frame, index: usize) {
        let name = &self.list[index];
        if name.kind != NameKind::Person {
            return;
        }
        let mut found: Vec<String> = Vec::new();
        let mut is_woman = None;
        for (at, _) in &name.mentions {
            let roles = [role_before(frame, at.first), role_behind(frame, at.last)];
            for role in roles.into_iter().flatten() {
                for word in role.split([' ', '-']) {
                    is_woman = is_woman.or(roles::is_of_woman(word));
                }
                if !roles::is_address(&role) && !found.contains(&role) {
                    found.push(role);
                }
            }
        }
        let first = known(&name.words[0]);
        if name.words.len() > 1 && first.is_woman() != first.is_man() {
            is_woman = is_woman.or(Some(first.is_woman()));
        }
        self.list[index].roles = found;
        self.list[index].is_woman = is_woman;
    }

    /// Finds people called by their office alone: `the president`.
    fn find_offices(&mut self, frame: &Frame, quotations: &[Quotation]) {
        for at in 0..frame.tokens.len().saturating_sub(1) {
            if !frame.word(at).eq_ignore_ascii_case("the") {
                continue;
            }
            let office = frame.word(at + 1);
            let next = at + 2;
            let is_alone = frame.tokens.get(next).is_none_or(|token| {
                token.sentence != frame.tokens[at].sentence
                    || !(token.tag.is_noun() || matches!(frame.word(next), "of" | "-"))
            });
            let is_quoted = quotations
                .iter()
                .any(|one| (one.first..one.last).contains(&at));
            if !is_alone || is_quoted || !roles::is_role(office) || self.of(at + 1).is_some() {
                continue;
            }
            let office = office.to_lowercase();
            let holders: Vec<usize> = (0..self.list.len())
                .filter(|index| {
                    let name = &self.list[*index];
                    name.mentions.iter().any(|(one, _)| one.first < at)
                        && name
                            .roles
                            .iter()
                            .any(|role| role.to_lowercase().ends_with(&office))
                })
                .collect();
            let last_named = |index: &&usize| {
                self.list[**index]
                    .mentions
                    .iter()
                    .map(|(one, _)| one.first)
                    .filter(|first| *first < at)
                    .max()
            };
            if let Some(holder) = holders.iter().max_by_key(last_named).copied() {
                let place = At {
                    first: at,
                    last: at + 2,
                };
                self.list[holder].mentions.push((place, How::Description));
                self.list[holder].mentions.sort_by_key(|(at, _)| at.first);
                self.of_token.extend([(at, holder), (at + 1, holder)]);
            }
        }
    }

    /// Whom a pronoun means: of those it can mean, whoever was last the subject of
    /// a clause or said something, then whoever was named last.
    pub fn meant_by(
        &self,
        frame: &Frame,
        token: usize,
        quotations: &[Quotation],
        spoke_last: Option<usize>,
    ) -> Option<usize> {
        let is_woman = roles::is_of_woman(frame.word(token))?;
        let fits = |index: usize| {
            let name = &self.list[index];
            name.kind == NameKind::Person && name.is_woman.is_none_or(|one| one == is_woman)
        };
        let sentence = frame.tokens[token].sentence;
        let is_quoted = |at: usize| {
            quotations
                .iter()
                .any(|one| (one.first..one.last).contains(&at))
        };
        let mut back = sentence as usize + 1;
        let mut looked = 0;
        while back > 0 && looked < 6 {
            back -= 1;
            looked += 1;
            let mut named: Option<usize> = None;
            for at in frame.tokens_of(back) {
                if at >= token {
                    break;
                }
                let Some(index) = self.of(at).filter(|index| fits(*index) && !is_quoted(at)) else {
                    continue;
                };
                let is_subject = frame
                    .tokens
                    .get(at + 1)
                    .is_some_and(|next| next.tag.is_finite());
                if is_subject || spoke_last == Some(index) {
                    return Some(index);
                }
                named = named.or(Some(index));
            }
            if named.is_some() {
                return named;
            }
        }
        spoke_last.filter(|index| fits(*index))
    }

    /// The names as they are given to callers.
    pub fn finish(self, frame: &Frame) -> Vec<Name> {
        self.list
            .into_iter()
            .enumerate()
            .map(|(id, name)| Name {
                id: id as u32,
                kind: name.kind,
                name: text_of(frame, &name),
                roles: name.roles,
                mentions: name
                    .mentions
                    .iter()
                    .map(|(at, how)| Mention {
                        span: frame
                            .span(frame.tokens[at.first].start, frame.tokens[at.last - 1].end),
                        how: *how,
                    })
                    .collect(),
                explanation: name.why.join("; "),
            })
            .collect()
    }

    /// The fullest form of a name.
    pub fn text(&self, frame: &Frame, index: usize) -> String {
        text_of(frame, &self.list[index])
    }
}

fn text_of(frame: &Frame, name: &Gathered) -> String {
    name.mentions
        .iter()
        .filter(|(_, how)| *how == How::Name)
        .max_by_key(|(at, _)| (at.last - at.first, std::cmp::Reverse(at.first)))
        .map_or_else(String::new, |(at, _)| {
            frame
                .slice(frame.tokens[at.first].start, frame.tokens[at.last - 1].end)
                .to_owned()
        })
}

/// Whether two names of several words are one person's: the same surname, and
/// first names that can be the same.
fn is_same_person(one: &[String], other: &[String]) -> bool {
    if one.len() < 2 || other.len() < 2 || one.last() != other.last() {
        return false;
    }
    let (first, second) = (one[0].trim_end_matches('.'), other[0].trim_end_matches('.'));
    let is_initial = |word: &str| word.chars().count() == 1;
    first == second
        || (is_initial(first) || is_initial(second))
            && first.chars().next() == second.chars().next()
}

/// Whether letters in brackets stand for the name before them.
fn is_short_for(frame: &Frame, name: &Gathered, at: At, words: &[String]) -> bool {
    let [letters] = words else {
        return false;
    };
    let is_in_brackets = at.first > 1 && frame.word(at.first - 1) == "(";
    let initials: String = name
        .words
        .iter()
        .filter(|word| word.starts_with(char::is_uppercase))
        .filter_map(|word| word.chars().next())
        .collect();
    let is_short = letters
        .chars()
        .filter(|one| *one != '.')
        .eq(initials.chars());
    is_short
        && name.words.len() > 1
        && (is_in_brackets
            && name
                .mentions
                .iter()
                .any(|(one, _)| one.last + 1 == at.first)
            || letters.chars().count() > 2)
}

/// The office right before a name: `Russian President`.
fn role_before(frame: &Frame, name: usize) -> Option<String> {
    let sentence = frame.tokens[name].sentence;
    let belongs = |at: usize| {
        let token = &frame.tokens[at];
        let word = frame.word(at);
        token.sentence == sentence
            && (token.tag.is_noun()
                || matches!(token.tag.name(), "JJ" | "HYPH" | "POS" | "JJS")
                || roles::is_role(word)
                || matches!(word, "of" | "first"))
            && !matches!(word, "\"" | "“" | "”")
    };
    let mut first = name;
    while first > 0 && name - first < 8 && belongs(first - 1) {
        first -= 1;
    }
    while first < name && matches!(frame.word(first), "of" | "-") {
        first += 1;
    }
    // The last word must be an office, or a word of one: Secretary of State.
    let has_office = (first..name).any(|at| roles::is_role(frame.word(at)));
    let ends_well = name.checked_sub(1).is_some_and(|at| {
        roles::is_role(frame.word(at)) || (first..at).any(|of| frame.word(of) == "of")
    });
    (has_office && ends_well).then(|| {
        frame
            .slice(frame.tokens[first].start, frame.tokens[name - 1].end)
            .to_owned()
    })
}

/// The office in an apposition: `, a former Norwegian prime minister,`.
fn role_behind(frame: &Frame, behind: usize) -> Option<String> {
    if frame.word(behind) != "," {
        return None;
    }
    let sentence = frame.tokens[behind].sentence;
    let mut first = behind + 1;
    if matches!(
        frame.word(first),
        "a" | "an" | "the" | "another" | "one" | "his" | "her" | "who"
    ) {
        if frame.word(first) == "who" {
            return None;
        }
        first += 1;
    }
    let mut last = first;
    while last - first < 14
        && frame
            .tokens
            .get(last)
            .is_some_and(|token| token.sentence == sentence)
        && !matches!(
            frame.word(last),
            "," | "." | ";" | "—" | "–" | "(" | "\"" | "“" | "”" | "who" | "which"
        )
        && !frame.tokens[last].tag.is_finite()
    {
        last += 1;
    }
    let ends = frame.tokens.get(last).is_none_or(|token| {
        token.sentence != sentence || matches!(frame.word(last), "," | "." | "who" | "—" | "–")
    });
    // The office is the head: before the first preposition.
    let head = (first..last)
        .take_while(|at| frame.tokens[*at].tag != Tag::IN)
        .last()?;
    (ends && roles::is_role(frame.word(head))).then(|| {
        frame
            .slice(frame.tokens[first].start, frame.tokens[last - 1].end)
            .to_owned()
    })
}
