//! The clause a date stands in: where it looks, what happens, and where.

use super::Event;
use crate::frame::Frame;
use crate::tagger::{NameKind, NameTag, Tag};

/// How far a clause is read from its date, so that no text takes long.
const REACH: usize = 60;

/// A clause, by its tokens.
pub(super) struct Clause {
    start: usize,
    end: usize,
    verb: Option<usize>,
}

/// The clause around the tokens from `first` to before `behind`.
pub(super) fn around(frame: &Frame, first: usize, behind: usize) -> Clause {
    let tokens = frame.tokens_of(frame.tokens[first].sentence as usize);
    let from = tokens.start.max(first.saturating_sub(REACH));
    let to = tokens.end.min(behind + REACH);
    let is_finite = |at: &usize| frame.tokens[*at].tag.is_finite();
    let verb = (from..first)
        .rev()
        .find(is_finite)
        .or_else(|| (behind..to).find(is_finite))
        // "Smith plans to leave", where "plans" was taken for a noun.
        .or_else(|| {
            (from + 1..first)
                .rev()
                .find(|at| begins_infinitive(frame, *at))
                .map(|at| at - 1)
        });
    let pivot = verb.unwrap_or(first);
    let left = if pivot < first {
        from
    } else {
        behind.min(pivot)
    };
    let mut start = (left..pivot)
        .rev()
        .find(|at| is_border(frame, *at))
        .map_or(left, |at| at + 1);
    if start > from && matches!(frame.tokens[start - 1].tag, Tag::WDT | Tag::WP) {
        start = noun_before(frame, start - 1, from);
    }
    let right = pivot.max(behind);
    let end = (right..to).find(|at| is_border(frame, *at)).unwrap_or(to);
    Clause { start, end, verb }
}

fn begins_infinitive(frame: &Frame, at: usize) -> bool {
    let next = frame.tokens.get(at + 1);
    frame.tokens[at].tag == Tag::TO && next.is_some_and(|next| next.tag == Tag::VB)
}

fn is_border(frame: &Frame, at: usize) -> bool {
    let tag = frame.tokens[at].tag;
    matches!(
        tag.name(),
        "," | ":" | "." | "``" | "''" | "WDT" | "WP" | "WRB" | "-LRB-" | "-RRB-"
    ) || tag == Tag::IN
        && matches!(
            frame.word(at),
            "that" | "because" | "while" | "although" | "if" | "after"
        )
}

/// Where the nouns begin that end before `at`.
fn noun_before(frame: &Frame, at: usize, from: usize) -> usize {
    let mut start = at;
    while start > from {
        let tag = frame.tokens[start - 1].tag;
        if !(tag.is_noun() || matches!(tag, Tag::DT | Tag::JJ | Tag::PRP_POSSESSIVE)) {
            break;
        }
        start -= 1;
    }
    start
}

impl Clause {
    /// Whether the clause looks ahead: `will`, `plans to`, `is due to`. A present
    /// tense does where the date itself may lie ahead (`holds its summit on …`).
    pub(super) fn looks_ahead(&self, frame: &Frame, present_may: bool) -> bool {
        let Some(verb) = self.verb else {
            return false;
        };
        let token = frame.tokens[verb];
        if token.tag == Tag::MD {
            let word = frame.word(verb).to_lowercase();
            return matches!(
                word.as_str(),
                "will" | "'ll" | "’ll" | "shall" | "wo" | "can" | "may"
            );
        }
        let near = verb + 1..self.end.min(verb + 5).max(verb + 1);
        let to_do = near.clone().any(|at| begins_infinitive(frame, at));
        let planned = near.clone().any(|at| {
            matches!(
                frame.word(at),
                "due" | "scheduled" | "expected" | "set" | "going" | "planned"
            )
        });
        if token.tag == Tag::VBD {
            return false;
        }
        let perfect = near.into_iter().any(|at| frame.tokens[at].tag == Tag::VBN)
            && matches!(
                frame.word(verb),
                "has" | "have" | "'s" | "’s" | "'ve" | "’ve"
            );
        !perfect && (to_do || planned || present_may)
    }

    /// What happens, without the date; `None` when the clause has no verb.
    pub(super) fn event(&self, frame: &Frame, first: usize, behind: usize) -> Option<Event> {
        self.verb?;
        let mut before = first;
        while before > self.start
            && matches!(frame.tokens[before - 1].tag, Tag::IN | Tag::DT | Tag::TO)
        {
            before -= 1;
        }
        let piece = |from: usize, to: usize| {
            if from >= to {
                return "";
            }
            frame
                .slice(frame.tokens[from].start, frame.tokens[to - 1].end)
                .trim_matches([' ', ','])
        };
        let left = piece(self.start, before);
        let right = piece(behind.max(self.start), self.end);
        let text = [left, right].join(" ").trim().to_owned();
        let place = (self.start..self.end).find_map(|at| {
            let begins = frame.tokens[at].name == NameTag::Begins(NameKind::Place);
            let led = at > 0 && matches!(frame.word(at - 1), "in" | "at" | "In" | "At");
            (begins && led).then(|| {
                let mut behind = at + 1;
                while behind < self.end
                    && frame.tokens[behind].name == NameTag::Inside(NameKind::Place)
                {
                    behind += 1;
                }
                piece(at, behind).to_owned()
            })
        });
        (!text.is_empty()).then_some(Event { text, place })
    }
}
