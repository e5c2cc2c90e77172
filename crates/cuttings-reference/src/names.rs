//! People, organisations and places, each once, with all their mentions.
//!
//! The tagger says which tokens are names; here mentions of the same one are
//! brought together: by full name, by surname, by letters in brackets. A bare
//! surname that two people of the article bear goes to whoever has been called by
//! it, never to both.

mod register;
pub(crate) mod roles;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::document::Span;
use crate::frame::Frame;
use crate::marks::{self, Quotation};
use crate::tagger::gazetteer::{self, PlaceKind, known};
use crate::tagger::{NameKind, NameTag, Tag};
use register::Register;

/// Most offices that are told of one person.
const MOST_ROLES: usize = 8;

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
    register: Register,
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
    /// The fullest form.
    pub text: String,
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
        names.list[name].text = text_of(frame, &names.list[name]);
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
    add_untagged(frame, &mut found);
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
        let is_office = *kind == NameKind::Person && roles::is_role(frame.word(at.last - 1));
        // A people is no person.
        let is_people = is_single && frame.tokens[at.first].tag == Tag::NNPS && word.ends_with('s');
        let has_letters = word.chars().any(char::is_alphabetic);
        has_letters && !is_office && !(is_people && *kind != NameKind::Organisation)
    });
    found
}

/// Adds what the tagger passes over: two capital words behind an office are a
/// person, the surname of a person is that person's, letters in brackets behind an
/// organisation stand for it, and so do they later on.
fn add_untagged(frame: &Frame, found: &mut Vec<(NameKind, At)>) {
    let is_free = |at: usize| {
        frame
            .tokens
            .get(at)
            .is_some_and(|token| token.name == NameTag::Outside && token.tag.is_proper())
            && frame.word(at).starts_with(char::is_uppercase)
    };
    let mut letters: std::collections::HashSet<&str> = std::collections::HashSet::new();
    for (kind, at) in found.iter() {
        let short = frame.word(at.last + 1);
        let initials = (at.first..at.last)
            .map(|word| frame.word(word))
            .filter(|word| word.starts_with(char::is_uppercase))
            .filter_map(|word| word.chars().next());
        if *kind == NameKind::Organisation
            && frame.word(at.last) == "("
            && frame.word(at.last + 2) == ")"
            && short.chars().count() > 1
            && short.chars().eq(initials)
        {
            letters.insert(short);
        }
    }
    let surnames: std::collections::HashSet<&str> = found
        .iter()
        .filter(|(kind, at)| *kind == NameKind::Person && at.last - at.first > 1)
        .map(|(_, at)| frame.word(at.last - 1))
        .filter(|word| word.len() > 2 && word.starts_with(char::is_uppercase))
        .collect();
    let mut more = Vec::new();
    let mut at = 0;
    while at < frame.tokens.len() {
        let mut last = at;
        while last - at < 3 && is_free(last) && !roles::is_role(frame.word(last)) {
            last += 1;
        }
        let follows_office = at > 0
            && roles::is_role(frame.word(at - 1))
            && frame.tokens[at - 1].sentence == frame.tokens[at].sentence;
        let is_person = last - at > 1
            && follows_office
            && (at..last).all(|word| frame.word(word).chars().any(char::is_lowercase));
        if is_person {
            more.push((NameKind::Person, At { first: at, last }));
        } else if frame.tokens[at].name == NameTag::Outside {
            let word = frame.word(at);
            let alone = At {
                first: at,
                last: at + 1,
            };
            if letters.contains(word) {
                more.push((NameKind::Organisation, alone));
            } else if surnames.contains(word) && frame.tokens[at].tag.is_noun() {
                more.push((NameKind::Person, alone));
            }
        }
        at = last.max(at + 1);
    }
    found.extend(more);
    found.sort_by_key(|(_, at)| at.first);
}

/// Countries by their letters, which the list of places has by their names alone.
const SHORT_COUNTRIES: [&str; 7] = ["U.S.", "US", "U.S.A.", "USA", "U.K.", "UK", "UAE"];

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
        } else if SHORT_COUNTRIES.contains(&text)
            || *kind == NameKind::Person
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
        let found = self
            .register
            .find(kind, &words)
            .or_else(|| self.short_for(frame, kind, at, &words));
        let index = found.unwrap_or(self.list.len());
        self.register.note(kind, &words, index, found.is_none());
        if let Some(name) = self.list.get_mut(index) {
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
                text: String::new(),
                why: Vec::new(),
            });
        }
    }

    /// The organisation that letters stand for: right behind it in brackets, or
    /// three and more anywhere.
    fn short_for(&self, frame: &Frame, kind: NameKind, at: At, words: &[String]) -> Option<usize> {
        let [letters] = words else {
            return None;
        };
        let index = self.register.by_letters(letters)?;
        let is_behind = frame.word(at.first.wrapping_sub(1)) == "("
            && self.list[index]
                .mentions
                .last()
                .is_some_and(|(one, _)| one.last + 1 == at.first);
        let is_meant = is_behind || letters.chars().count() > 2;
        (kind == NameKind::Organisation && is_meant).then_some(index)
    }

    /// Adds a person called by one word. Where two of a family are named, whoever
    /// was named first is meant.
    fn add_bare(&mut self, frame: &Frame, at: At) {
        let word = frame.word(at.first);
        let Some(bearers) = self.register.bearers(word) else {
            self.add(frame, NameKind::Person, at);
            return;
        };
        let why = if bearers.count == 1 {
            format!("“{word}” by its only bearer in the article")
        } else {
            format!("“{word}” of several bearers, by the one named first")
        };
        let name = &mut self.list[bearers.first];
        name.mentions.push((at, How::Name));
        if !name.why.contains(&why) {
            name.why.push(why);
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
                if found.len() < MOST_ROLES && !roles::is_address(&role) && !found.contains(&role) {
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

    /// Finds people called by their office alone: `the president` is whoever of its
    /// holders was named last.
    fn find_offices(&mut self, frame: &Frame, quotations: &[Quotation]) {
        let mut named: Vec<(usize, usize)> = self
            .list
            .iter()
            .enumerate()
            .filter(|(_, name)| !name.roles.is_empty())
            .flat_map(|(index, name)| name.mentions.iter().map(move |(at, _)| (at.first, index)))
            .collect();
        named.sort_unstable();
        let mut named = named.into_iter().peekable();
        let mut holders: HashMap<String, usize> = HashMap::new();
        for at in 0..frame.tokens.len().saturating_sub(1) {
            while let Some((_, index)) = named.next_if(|(first, _)| *first < at) {
                let offices = self.list[index].roles.iter().flat_map(|role| offices(role));
                holders.extend(offices.map(|office| (office, index)));
            }
            if holders.is_empty() || !frame.word(at).eq_ignore_ascii_case("the") {
                continue;
            }
            let next = at + 2;
            let is_alone = frame.tokens.get(next).is_none_or(|token| {
                token.sentence != frame.tokens[at].sentence
                    || !(token.tag.is_noun() || matches!(frame.word(next), "of" | "-"))
            });
            let office = frame.word(at + 1).to_lowercase();
            let is_free = is_alone && self.of(at + 1).is_none() && roles::is_role(&office);
            if let Some(holder) = holders.get(&office).copied()
                && is_free
                && marks::around(quotations, at).is_none()
            {
                let place = At {
                    first: at,
                    last: at + 2,
                };
                self.mention(holder, place, How::Description);
                self.of_token.extend([(at, holder), (at + 1, holder)]);
            }
        }
    }

    /// Adds a mention of a name.
    pub fn mention(&mut self, index: usize, at: At, how: How) {
        self.list[index].mentions.push((at, how));
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
        let is_quoted = |at: usize| marks::around(quotations, at).is_some();
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
            .map(|(id, mut name)| {
                name.mentions.sort_by_key(|(at, _)| at.first);
                (id, name)
            })
            .map(|(id, name)| Name {
                id: id as u32,
                kind: name.kind,
                name: name.text,
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
}

/// The fullest form of a name.
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

/// What holders of an office are called: `Secretary of State` is the secretary,
/// a `former prime minister` the minister.
fn offices(role: &str) -> impl Iterator<Item = String> {
    let lower = role.to_lowercase();
    let head = lower.split(" of ").next().unwrap_or_default();
    let last = |words: &str| {
        words
            .rsplit([' ', '-'])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    [last(head), last(&lower)].into_iter()
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
