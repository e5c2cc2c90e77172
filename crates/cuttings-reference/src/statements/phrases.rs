//! The noun phrases beside a cue: who says it, and who is told.

use super::clause::Reading;
use crate::names::{At, roles};
use crate::tagger::Tag;

impl Reading<'_> {
    /// The words before a verb that name its subject.
    pub(super) fn subject_before(&self, verb: usize) -> Option<At> {
        let mut end = verb;
        while end > self.unit.first && self.is_outside(end - 1) {
            let tag = self.tag(end - 1);
            let word = self.word(end - 1);
            let is_helper = tag == Tag::RB
                || tag == Tag::MD
                || matches!(
                    word,
                    "has"
                        | "have"
                        | "had"
                        | "'s"
                        | "’s"
                        | "is"
                        | "was"
                        | "been"
                        | "'ve"
                        | "’ve"
                        | "be"
                        | "are"
                        | "were"
                        | "being"
                ) && tag != Tag::POS;
            if !is_helper {
                break;
            }
            end -= 1;
        }
        if end == self.unit.first {
            return None;
        }
        if self.word(end - 1) == "," && self.is_outside(end - 1) {
            // Turkey, another member of the alliance, has objected.
            let comma = (self.unit.first..end - 1)
                .rev()
                .find(|at| self.word(*at) == ",")?;
            let inside = end - 1 - comma;
            let is_apposition = inside < 25
                && self.is_outside(comma)
                && !(comma + 1..end - 1).any(|at| matches!(self.word(at), "said" | "says"));
            return is_apposition.then(|| self.phrase_before(comma)).flatten();
        }
        // He and others who said.
        if matches!(self.word(end - 1), "who" | "which" | "that") {
            let mut behind = end - 1;
            if behind > self.unit.first && self.word(behind - 1) == "," {
                behind -= 1;
            }
            return self.phrase_before(behind);
        }
        self.phrase_before(end)
    }

    /// The noun phrase that ends right before a token.
    pub(super) fn phrase_before(&self, end: usize) -> Option<At> {
        let mut first = end;
        while first > self.unit.first && self.is_outside(first - 1) && end - first < 20 {
            let at = first - 1;
            let (tag, word) = (self.tag(at), self.word(at));
            let joins = matches!(
                word,
                "of" | "for" | "at" | "from" | "in" | "on" | "with" | "to"
            ) && first < end
                && at > self.unit.first
                && self.tag(at - 1).is_noun()
                && !self.is_day(first);
            let is_part = is_of_phrase(tag, word)
                || joins
                || word == "and"
                    && at > self.unit.first
                    && (self.tag(at - 1).is_proper() && self.tag(first).is_proper());
            if !is_part {
                break;
            }
            first = at;
        }
        while first < end
            && (matches!(self.word(first), "of" | "and" | "'s" | "’s" | "-")
                || self.tag(first) == Tag::CC)
        {
            first += 1;
        }
        let has_head = (first..end).any(|at| {
            self.tag(at).is_noun()
                || self.tag(at) == Tag::PRP
                || matches!(self.word(at), "some" | "many" | "others" | "one" | "all")
        });
        let phrase = At { first, last: end };
        (first < end && has_head && !self.is_day(end - 1)).then_some(phrase)
    }

    /// The noun phrase that begins at a token, with what stands in apposition.
    pub(super) fn phrase_behind(&self, first: usize) -> Option<At> {
        let mut last = first;
        while last < self.unit.last && self.is_outside(last) && last - first < 20 {
            let (tag, word) = (self.tag(last), self.word(last));
            let is_office = last > first && roles::is_role(self.word(last - 1));
            let joins = (matches!(word, "of" | "for" | "at" | "from" | "with")
                || word == "to" && is_office)
                && last > first
                && last + 1 < self.unit.last
                && !self.is_day(last + 1);
            let is_part = is_of_phrase(tag, word)
                || joins
                || word == "and"
                    && last > first
                    && self.tag(last - 1).is_proper()
                    && self.tag(last + 1).is_proper();
            if !is_part || self.is_day(last) {
                break;
            }
            last += 1;
        }
        while last > first
            && matches!(
                self.word(last - 1),
                "of" | "for" | "at" | "from" | "in" | "with" | "and" | "-"
            )
        {
            last -= 1;
        }
        let has_head = (first..last).any(|at| self.tag(at).is_noun() || self.tag(at) == Tag::PRP);
        (first < last && has_head).then_some(At { first, last })
    }

    /// A phrase up to its first preposition, `of` apart: whom somebody told, but
    /// not where.
    pub(super) fn without_place(&self, phrase: At) -> At {
        let last = (phrase.first + 1..phrase.last)
            .find(|at| self.tag(*at) == Tag::IN && self.word(*at) != "of")
            .unwrap_or(phrase.last);
        At { last, ..phrase }
    }

    pub(super) fn is_day(&self, at: usize) -> bool {
        matches!(
            self.word(at),
            "Monday"
                | "Tuesday"
                | "Wednesday"
                | "Thursday"
                | "Friday"
                | "Saturday"
                | "Sunday"
                | "yesterday"
                | "today"
                | "tomorrow"
        )
    }
}

fn is_of_phrase(tag: Tag, word: &str) -> bool {
    tag.is_noun()
        || matches!(
            tag.name(),
            "DT" | "JJ"
                | "JJS"
                | "JJR"
                | "CD"
                | "PRP"
                | "PRP$"
                | "POS"
                | "HYPH"
                | "PDT"
                | "VBG"
                | "$"
        ) && word != "that"
        || matches!(word, "first" | "&" | ".")
}
