//! A cue in its clause: who it belongs to, and what it takes. The noun phrases
//! beside it are found in [`super::phrases`].

use super::cues::{self, Verb};
use super::units::{Unit, quotation_at};
use super::{Found, Kind};
use crate::frame::Frame;
use crate::marks::{self, Quotation};
use crate::names::At;
use crate::tagger::Tag;

/// What a cue at a token says, if one begins there.
pub(super) fn cue_at(
    frame: &Frame,
    quotations: &[Quotation],
    unit: &Unit,
    at: usize,
    taken_until: usize,
    index: usize,
) -> Option<Found> {
    let reading = Reading {
        frame,
        quotations,
        unit,
        taken_until,
        index,
    };
    if frame.word(at).eq_ignore_ascii_case("according") && frame.word(at + 1) == "to" {
        return reading.according_to(at);
    }
    if frame.word(at) == ":" {
        return reading.colon(at);
    }
    let tag = frame.tokens[at].tag;
    let word = frame.word(at);
    let is_plain = matches!(
        word,
        "said" | "says" | "told" | "added" | "claims" | "warns" | "adds" | "tells"
    );
    if !(tag.is_verb() || is_plain || tag.is_noun() && word.ends_with('s')) {
        return None;
    }
    let base = cues::base(word);
    if tag.is_verb() && cues::is_stance(&base, frame.word(at + 1)) && reading.is_outside(at + 1) {
        let next = frame.word(at + 2);
        if matches!(next, "that" | "in" | "about" | "over" | "at") {
            return reading.clause_behind(
                at,
                at + 2,
                false,
                Kind::Indirect,
                0.75,
                "a noun of stance with a clause",
            );
        }
    }
    if base == "make" || word == "made" || word == "makes" {
        if frame.word(at + 1) == "the"
            && frame.word(at + 2) == "case"
            && matches!(frame.word(at + 3), "for" | "that")
        {
            return reading.clause_behind(
                at,
                at + 4,
                false,
                Kind::Position,
                0.6,
                "“made the case” with what it is for",
            );
        }
        return None;
    }
    let verb = cues::verb(&base)?;
    if !tag.is_verb() && !is_plain && !reading.may_be_verb(at) {
        return None;
    }
    if cues::may_want(&base)
        && frame.word(at + 1) == "to"
        && frame.tokens[at + 1].sentence == frame.tokens[at].sentence
    {
        return reading.infinitive(at);
    }
    match verb {
        Verb::Wanting => None,
        Verb::WithMarks => reading.quoted(at, &base),
        Verb::Saying { tells } => reading
            .quoted(at, &base)
            .or_else(|| reading.reported(at, &base, tells)),
    }
}

pub(super) struct Reading<'f> {
    frame: &'f Frame,
    quotations: &'f [Quotation],
    pub(super) unit: &'f Unit,
    taken_until: usize,
    index: usize,
}

impl Reading<'_> {
    pub(super) fn word(&self, at: usize) -> &str {
        if at < self.unit.last {
            self.frame.word(at)
        } else {
            ""
        }
    }

    pub(super) fn tag(&self, at: usize) -> Tag {
        self.frame.tokens[at.min(self.frame.tokens.len() - 1)].tag
    }

    /// The quotation a token is in or a mark of.
    fn quotation_of(&self, at: usize) -> Option<&Quotation> {
        marks::around(self.quotations, at)
    }

    pub(super) fn is_outside(&self, at: usize) -> bool {
        self.quotation_of(at).is_none()
    }

    /// Whether something tagged as a noun can be the verb of its clause: it follows
    /// a name or pronoun and no verb comes before it.
    fn may_be_verb(&self, at: usize) -> bool {
        at > self.unit.first
            && self.is_outside(at - 1)
            && (self.frame.tokens[at - 1].name.kind().is_some()
                || self.tag(at - 1) == Tag::PRP
                || self.word(at - 1) == "," && self.word(at + 1) == "to")
            && !(self.unit.first..at)
                .any(|before| self.tag(before).is_finite() && self.is_outside(before))
    }

    /// The quotation that ends right before a token, a comma between allowed.
    fn quotation_before(&self, at: usize) -> Option<&Quotation> {
        let mut before = at;
        if before > self.unit.first && matches!(self.word(before - 1), "," | "—" | "–" | "--") {
            before -= 1;
        }
        let found = self.quotation_of(before.checked_sub(1)?)?;
        let is_free = found.open >= self.taken_until.max(self.unit.first);
        (is_free && found.end == before).then_some(found)
    }

    /// The quotation that begins at a token, behind a comma or colon or the like.
    fn quotation_behind(&self, at: usize) -> Option<&Quotation> {
        let mut next = at;
        while next < self.unit.last
            && matches!(self.word(next), "," | ":" | "that" | "—" | "–" | ";")
        {
            next += 1;
        }
        quotation_at(self.quotations, next)
    }

    /// Where the unit's words end, its closing full stop left out.
    fn end(&self) -> usize {
        let mut last = self.unit.last;
        while last > self.unit.first
            && self.is_outside(last - 1)
            && matches!(self.word(last - 1), "." | "!" | "?" | "…" | ";")
        {
            last -= 1;
        }
        last
    }

    fn found(&self, kind: Kind, content: Vec<At>, confidence: f32, why: &'static str) -> Found {
        Found {
            kind,
            source: None,
            cue: None,
            content,
            addressee: None,
            confidence,
            why,
            unit: self.index,
        }
    }

    fn kind_of(&self, content: At) -> Kind {
        let holds = self
            .unit
            .quotations(self.quotations)
            .any(|one| content.first <= one.open && one.end <= content.last);
        if holds { Kind::Mixed } else { Kind::Indirect }
    }

    /// A cue with what is between marks before or behind it.
    fn quoted(&self, cue: usize, base: &str) -> Option<Found> {
        let whole = |one: &Quotation| At {
            first: one.open,
            last: one.end,
        };
        // “…,” he said. “…,” said the man.
        let before = self.subject_before(cue);
        let at_clause = before.map_or(cue, |subject| subject.first);
        let (source, quoted, cue_first) =
            if let (Some(subject), Some(quoted)) = (before, self.quotation_before(at_clause)) {
                (Some(subject), Some(quoted), cue)
            } else if let Some(quoted) = self.quotation_before(cue) {
                let source = self.phrase_behind(cue + 1);
                // “…” has said nothing.
                let is_inverted = source.is_some() || before.is_none();
                (source, is_inverted.then_some(quoted), cue)
            } else {
                (before, None, cue)
            };
        if let Some(quoted) = quoted {
            source?;
            let mut parts: Vec<At> = self
                .unit
                .quotations(self.quotations)
                .filter(|one| one.open >= self.taken_until && one.end <= quoted.end)
                .map(whole)
                .collect();
            if parts.is_empty() {
                return None;
            }
            // A clause before the marks that belongs to what is said: the content
            // begins with it when it has no end before the marks.
            let lead = self.lead_in(parts[0].first, base);
            let mut kind = Kind::Direct;
            if let Some(lead) = lead {
                parts = vec![At {
                    first: lead,
                    last: quoted.end,
                }];
                kind = Kind::Mixed;
            }
            let after = source.map_or(cue + 1, |source| source.last.max(cue + 1));
            parts.extend(self.parts_behind(after));
            let mut found = self.found(kind, parts, 0.95, "marks before the attribution");
            found.source = source;
            found.cue = Some(At {
                first: cue_first,
                last: cue + 1,
            });
            return Some(found);
        }
        // He said: “…”
        let source = before?;
        let mut next = cue + 1;
        let mut addressee = None;
        if let Some(object) = self.phrase_behind(next)
            && self.quotation_behind(object.last).is_some()
        {
            addressee = Some(self.without_place(object));
            next = object.last;
        }
        let quoted = self.quotation_behind(next).or_else(|| {
            // He said on Monday: “…”
            let colon = (next..self.unit.last.min(next + 14))
                .find(|at| matches!(self.word(*at), ":" | ",") && self.is_outside(*at))?;
            let no_verb = !(next..colon).any(|at| self.tag(at).is_finite());
            let ends = quotation_at(self.quotations, colon + 1)?;
            no_verb.then_some(ends)
        })?;
        let begins_clause = self
            .frame
            .word(quoted.first)
            .starts_with(|one: char| one.is_uppercase() || one.is_numeric());
        let is_parted = quoted.open > next && matches!(self.word(quoted.open - 1), "," | ":");
        let goes_on = quoted.end < self.end()
            && !matches!(self.word(quoted.end), "," | "." | ";" | "—" | "–");
        let content = if (begins_clause || is_parted) && !goes_on {
            let mut parts = vec![whole(quoted)];
            parts.extend(self.parts_behind(quoted.end));
            (Kind::Direct, parts)
        } else {
            let mut last = self.end();
            if !goes_on {
                last = quoted.end;
            }
            (
                Kind::Mixed,
                vec![At {
                    first: quoted.open,
                    last,
                }],
            )
        };
        let mut found = self.found(content.0, content.1, 0.9, "marks behind the attribution");
        found.source = Some(source);
        found.addressee = addressee;
        found.cue = Some(At {
            first: cue,
            last: cue + 1,
        });
        Some(found)
    }

    /// Where what is said begins, when words before the first mark belong to it:
    /// `It was “a disgrace,” he said.`
    fn lead_in(&self, open: usize, base: &str) -> Option<usize> {
        if cues::is_thinking(base) || open <= self.taken_until {
            return None;
        }
        let first = self.taken_until.max(self.unit.first);
        let before = self.word(open - 1);
        // The night before, “he was up.”
        if matches!(before, "," | ":" | ";" | "—" | "–") {
            return None;
        }
        let has_words = (first..open).any(|at| self.word(at).chars().any(char::is_alphanumeric));
        let is_lower = self.frame.word(open + 1).starts_with(char::is_lowercase);
        (has_words && is_lower).then_some(first)
    }

    /// Further quotations of the same unit behind a token, with nothing between
    /// that could be somebody else's.
    fn parts_behind(&self, after: usize) -> Vec<At> {
        let mut parts = Vec::new();
        let mut from = after;
        for one in self
            .unit
            .quotations(self.quotations)
            .filter(|one| one.open >= after)
        {
            let has_cue = (from..one.open).any(|at| {
                self.tag(at).is_verb() && cues::verb(&cues::base(self.word(at))).is_some()
            });
            if has_cue {
                break;
            }
            parts.push(At {
                first: one.open,
                last: one.end,
            });
            from = one.end;
        }
        parts
    }

    /// A cue with a clause.
    fn reported(&self, cue: usize, base: &str, tells: bool) -> Option<Found> {
        let source = self.subject_before(cue);
        // A clause that ends in its attribution: “It will rain, the mayor said.”
        if let Some(subject) = source
            && subject.first > self.unit.first + 2
            && self.word(subject.first - 1) == ","
            && self.is_outside(subject.first - 1)
            && !self.takes_clause(cue + 1, tells)
        {
            return self.clause_before(cue, subject);
        }
        if source.is_none()
            && cue > self.unit.first + 2
            && self.word(cue - 1) == ","
            && let Some(subject) = self.phrase_behind(cue + 1)
        {
            return self.clause_before_from(cue, subject, cue - 1);
        }
        let source = source.or_else(|| self.same_subject(cue))?;
        // Of what it is said is not what is said: “were told”.
        let is_passive = (source.last..cue).any(|at| {
            matches!(
                self.word(at),
                "was" | "were" | "been" | "is" | "are" | "be" | "being"
            )
        }) && self.tag(cue) == Tag::VBN;
        if is_passive && !tells {
            return None;
        }
        let mut first = cue + 1;
        let mut addressee = None;
        if tells && let Some(object) = self.phrase_behind(first) {
            addressee = Some(self.without_place(object));
            first = object.last;
        }
        let found = self.clause_behind(
            cue,
            first,
            tells,
            Kind::Indirect,
            if cues::is_thinking(base) { 0.7 } else { 0.85 },
            "a verb of saying with a clause",
        )?;
        Some(Found {
            source: Some(source),
            addressee,
            ..found
        })
    }

    /// The subject of the cue before, when this one is joined to it: `said A and
    /// claimed B`.
    fn same_subject(&self, cue: usize) -> Option<At> {
        let mut before = cue.checked_sub(1)?;
        while before > self.unit.first && self.tag(before) == Tag::RB {
            before -= 1;
        }
        if !matches!(self.word(before), "and" | "but") || !self.is_outside(before) {
            return None;
        }
        let other = (self.unit.first..before).rev().find(|at| {
            self.is_outside(*at)
                && self.tag(*at).is_verb()
                && matches!(
                    cues::verb(&cues::base(self.word(*at))),
                    Some(Verb::Saying { .. })
                )
        })?;
        self.subject_before(other)
    }

    /// Where the clause of a cue ends: where another cue with a subject of its own,
    /// or the same subject, is joined to it, or with the unit.
    fn end_of_clause(&self, cue: usize) -> usize {
        let end = self.end();
        for at in cue + 2..end {
            if !matches!(self.word(at), "and" | "but" | "while") || !self.is_outside(at) {
                continue;
            }
            let other = (at + 1..end.min(at + 16)).find(|verb| {
                self.is_outside(*verb)
                    && self.tag(*verb).is_verb()
                    && matches!(
                        cues::verb(&cues::base(self.word(*verb))),
                        Some(Verb::Saying { .. })
                    )
            });
            let Some(other) = other else {
                continue;
            };
            let is_joined = (at + 1..other).all(|between| self.tag(between) == Tag::RB)
                && self.tag(other) != Tag::VB
                && self.tag(other) == self.tag(cue);
            let has_subject = self
                .subject_before(other)
                .is_some_and(|subject| subject.first == at + 1);
            if is_joined || has_subject && self.word(at - 1) == "," {
                return if self.word(at - 1) == "," { at - 1 } else { at };
            }
        }
        end
    }

    fn clause_before(&self, cue: usize, subject: At) -> Option<Found> {
        let found = self.clause_before_from(cue, subject, subject.first - 1)?;
        Some(found)
    }

    fn clause_before_from(&self, cue: usize, subject: At, end: usize) -> Option<Found> {
        let content = At {
            first: self.taken_until.max(self.unit.first),
            last: end,
        };
        if content.first + 2 > content.last || !self.has_verb(content) {
            return None;
        }
        let mut found = self.found(
            self.kind_of(content),
            vec![content],
            0.85,
            "a clause with its attribution behind it",
        );
        found.source = Some(subject);
        found.cue = Some(At {
            first: cue,
            last: cue + 1,
        });
        Some(found)
    }

    fn has_verb(&self, content: At) -> bool {
        (content.first..content.last).any(|at| self.tag(at).is_finite())
    }

    /// Whether a clause begins at a token.
    fn takes_clause(&self, at: usize, tells: bool) -> bool {
        if at >= self.end() {
            return false;
        }
        if matches!(
            self.word(at),
            "that" | "how" | "why" | "whether" | "what" | "if"
        ) {
            return true;
        }
        if tells || matches!(self.word(at), "." | "," | ";") {
            return false;
        }
        // A subject and a verb, before any preposition that would be its own.
        let tag = self.tag(at);
        let may_begin = tag.is_noun()
            || matches!(
                tag.name(),
                "DT" | "PRP" | "PRP$" | "JJ" | "CD" | "EX" | "VBG" | "JJR" | "WP"
            )
            || !self.is_outside(at);
        may_begin
            && !self.is_day(at)
            && (at..self.end().min(at + 30)).any(|at| self.tag(at).is_finite())
    }

    /// A cue whose content is the clause behind it; `first` is where to look from.
    fn clause_behind(
        &self,
        cue: usize,
        first: usize,
        tells: bool,
        kind: Kind,
        confidence: f32,
        why: &'static str,
    ) -> Option<Found> {
        let source = self
            .subject_before(cue)
            .or_else(|| self.same_subject(cue))?;
        let end = self.end_of_clause(cue);
        let mut begin = first;
        // told … at a meeting on Tuesday that
        let that = (first..end.min(first + 18)).find(|at| {
            self.word(*at) == "that" && self.is_outside(*at) && self.tag(*at) != Tag::DT
        });
        let is_free = |to: usize| !(first..to).any(|at| self.tag(at).is_finite());
        if let Some(that) = that.filter(|that| is_free(*that)) {
            begin = that + 1;
        } else if kind == Kind::Position
            || cues::is_stance(&cues::base(self.word(cue)), self.word(cue + 1))
        {
            if matches!(self.word(begin), "that" | "in" | "about" | "over" | "at") {
                begin += 1;
            }
        } else if !self.takes_clause(first, false) {
            return None;
        } else if matches!(self.word(first), "that") {
            begin += 1;
        }
        let _ = tells;
        if begin >= end {
            return None;
        }
        let content = At {
            first: begin,
            last: end,
        };
        if begin >= end || kind != Kind::Position && !self.has_verb(content) {
            return None;
        }
        let kind = if kind == Kind::Indirect {
            self.kind_of(content)
        } else {
            kind
        };
        let cue_last = if self.word(cue + 1).chars().all(char::is_lowercase)
            && cues::is_stance(&cues::base(self.word(cue)), self.word(cue + 1))
        {
            cue + 2
        } else if kind == Kind::Position {
            first
        } else {
            cue + 1
        };
        let mut found = self.found(kind, vec![content], confidence, why);
        found.source = Some(source);
        found.cue = Some(At {
            first: cue,
            last: cue_last,
        });
        Some(found)
    }

    /// What somebody wants, in the infinitive.
    fn infinitive(&self, cue: usize) -> Option<Found> {
        let source = self.subject_before(cue)?;
        let end = self.end();
        if cue + 2 >= end || self.tag(cue + 2) != Tag::VB {
            return None;
        }
        let content = At {
            first: cue + 1,
            last: end,
        };
        let mut found = self.found(
            Kind::Position,
            vec![content],
            0.6,
            "a verb of wanting with an infinitive",
        );
        found.source = Some(source);
        found.cue = Some(At {
            first: cue,
            last: cue + 1,
        });
        Some(found)
    }

    /// `According to the ministry, …` and `…, according to the ministry.`
    fn according_to(&self, at: usize) -> Option<Found> {
        let source = self.phrase_behind(at + 2)?;
        let mut behind = source.last;
        // According to its coach, Ada Byron, …
        let mut source = source;
        if self.word(behind) == ","
            && let Some(more) = self.phrase_behind(behind + 1)
            && self.word(more.last) == ","
            && self.frame.tokens[more.first].name.kind().is_some()
        {
            source.last = more.last;
            behind = more.last;
        }
        let end = self.end();
        let mut before_end = at;
        if at > self.unit.first && self.word(at - 1) == "," {
            before_end -= 1;
        }
        let is_first = at <= self.unit.first + 1 || before_end <= self.taken_until;
        let content = if is_first {
            if self.word(behind) == "," {
                behind += 1;
            }
            At {
                first: behind,
                last: end,
            }
        } else {
            At {
                first: self.taken_until.max(self.unit.first),
                last: before_end,
            }
        };
        if content.first + 1 > content.last {
            return None;
        }
        let mut found = self.found(self.kind_of(content), vec![content], 0.85, "“according to”");
        found.source = Some(source);
        found.cue = Some(At {
            first: at,
            last: at + 2,
        });
        Some(found)
    }

    /// `Stoltenberg: “…”`, and a line of talk.
    fn colon(&self, at: usize) -> Option<Found> {
        let quoted = quotation_at(self.quotations, at + 1)?;
        let source = self.phrase_before(at)?;
        let is_all = source.first == self.unit.first;
        if !is_all {
            return None;
        }
        let mut found = self.found(
            Kind::Direct,
            vec![At {
                first: quoted.open,
                last: quoted.end,
            }],
            0.8,
            "a name and a colon before marks",
        );
        found.source = Some(source);
        found.cue = Some(At {
            first: at,
            last: at + 1,
        });
        Some(found)
    }
}
