//! Statements: who said what, in which words.
//!
//! A statement has a cue (`said`, `according to`, `expressed confidence`), a
//! source (the words that name who says it), a speaker (whom they mean), and its
//! content in one or more parts. It is direct when the content is between marks,
//! mixed when part of it is, and indirect when nothing is.
//!
//! Text is read in *units*: a sentence, or several that a pair of marks holds
//! together. In each unit cues are looked for outside of marks; what is quoted
//! and taken by no cue goes to whoever spoke right before.

mod clause;
mod cues;
mod phrases;
mod speaker;
mod units;

use serde::{Deserialize, Serialize};

use crate::document::Span;
use crate::frame::Frame;
use crate::marks::{self, Quotation};
use crate::names::{At, How, Names};
use crate::tagger::Tag;
use units::{Unit, quotation_at, units};

/// What kind of statement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// In the speaker's words.
    Direct,
    /// In the reporter's words.
    Indirect,
    /// In both.
    Mixed,
    /// What somebody wants or means to do.
    Position,
}

/// Who is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speaker {
    /// The full name.
    pub name: String,
    /// The office nearest to the statement, if the article tells one.
    pub role: Option<String>,
    /// [`crate::Name::id`].
    pub name_id: u32,
}

/// Something that somebody says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// Direct, indirect, mixed or a position.
    pub kind: Kind,
    /// Who says it; none when the article does not tell.
    pub speaker: Option<Speaker>,
    /// The words that name who says it.
    pub source: Option<Span>,
    /// The words that say that it is said; none for a quotation that goes on.
    pub cue: Option<Span>,
    /// What is said, in one or more parts.
    pub content: Vec<Span>,
    /// The parts of it that are in the speaker's words, without marks.
    pub verbatim: Vec<Span>,
    /// Who is told.
    pub addressee: Option<Span>,
    /// How sure this is, from 0 to 1.
    pub confidence: f32,
    /// Why it was taken for a statement.
    pub explanation: String,
}

/// A statement in tokens.
#[derive(Debug)]
struct Found {
    kind: Kind,
    source: Option<At>,
    cue: Option<At>,
    content: Vec<At>,
    addressee: Option<At>,
    confidence: f32,
    why: &'static str,
    /// The unit of its last part.
    unit: usize,
}

/// Finds the statements of an article.
pub(crate) fn statements(
    frame: &Frame,
    quotations: &[Quotation],
    names: &mut Names,
) -> Vec<Statement> {
    let units = units(frame, quotations);
    let mut found: Vec<Found> = Vec::new();
    for index in 0..units.len() {
        read(frame, quotations, &units, index, &mut found);
    }
    let mut spoke_last = None;
    found
        .into_iter()
        .map(|one| finish(frame, quotations, names, &one, &mut spoke_last))
        .collect()
}

/// Reads a unit.
fn read(
    frame: &Frame,
    quotations: &[Quotation],
    units: &[Unit],
    index: usize,
    found: &mut Vec<Found>,
) {
    let unit = &units[index];
    let before = found.len();
    let mut at = unit.first;
    let mut taken_until = unit.first;
    while at < unit.last {
        if let Some(quoted) = quotation_at(quotations, at) {
            at = quoted.end.max(at + 1);
            continue;
        }
        let Some(one) = clause::cue_at(frame, quotations, unit, at, taken_until, index) else {
            at += 1;
            continue;
        };
        // What was taken by one cue is not another's.
        let overlaps = found[before..].iter().any(|other| {
            other.content.iter().any(|part| {
                one.content
                    .iter()
                    .any(|mine| mine.first < part.last && part.first < mine.last)
            })
        });
        let cue_end = one.cue.map_or(at + 1, |cue| cue.last);
        if !overlaps {
            taken_until = one
                .content
                .iter()
                .map(|part| part.last)
                .chain([cue_end])
                .filter(|last| *last <= unit.last)
                .max()
                .unwrap_or(cue_end);
            found.push(one);
        }
        at = cue_end.max(at + 1);
    }
    if found.len() == before {
        go_on(frame, quotations, units, index, found);
    }
}

/// A unit without a cue: quotations in it belong to whoever spoke right before,
/// when nothing else stands in it.
fn go_on(
    frame: &Frame,
    quotations: &[Quotation],
    units: &[Unit],
    index: usize,
    found: &mut Vec<Found>,
) {
    let unit = &units[index];
    let parts: Vec<At> = unit
        .quotations(quotations)
        .map(|quoted| At {
            first: quoted.open,
            last: quoted.end,
        })
        .collect();
    let is_quoted = |at: usize| {
        parts
            .iter()
            .any(|part| (part.first..part.last).contains(&at))
    };
    let holds_more = (unit.first..unit.last)
        .any(|at| !is_quoted(at) && frame.word(at).chars().any(char::is_alphanumeric));
    if parts.is_empty() || holds_more {
        return;
    }
    let Some(last) = found.last_mut() else {
        return;
    };
    let (block, last_block) = (unit.block, units[last.unit].block);
    let is_next = last.unit + 1 == index;
    let goes_on = last
        .content
        .last()
        .and_then(|part| marks::around(quotations, part.last - 1))
        .is_some_and(|quoted| quoted.goes_on);
    if is_next
        && (block == last_block || goes_on)
        && last.kind != Kind::Indirect
        && last.kind != Kind::Position
    {
        // “…,” she said. “…”
        last.content.extend(parts);
        last.unit = index;
    } else if is_next || block <= last_block + 1 {
        // A paragraph of its own that says no more than what is quoted.
        let source = last.source;
        found.push(Found {
            kind: Kind::Direct,
            source,
            cue: None,
            content: parts,
            addressee: None,
            confidence: 0.6,
            why: "a quotation by itself, behind one whose speaker is known",
            unit: index,
        });
    }
}

/// Says whom the source means, and turns tokens into places.
fn finish(
    frame: &Frame,
    quotations: &[Quotation],
    names: &mut Names,
    found: &Found,
    spoke_last: &mut Option<usize>,
) -> Statement {
    let span = |at: &At| frame.span(frame.tokens[at.first].start, frame.tokens[at.last - 1].end);
    let speaker = if found.cue.is_none() {
        *spoke_last
    } else {
        found
            .source
            .and_then(|source| speaker::meant(frame, quotations, names, source, *spoke_last))
    };
    *spoke_last = speaker;
    if let (Some(index), Some(source)) = (speaker, found.source)
        && found.cue.is_some()
        && source.last - source.first == 1
        && frame.tokens[source.first].tag == Tag::PRP
    {
        names.mention(index, source, How::Pronoun);
    }
    let speaker = speaker.map(|index| {
        let name = &names.list[index];
        Speaker {
            name: name.text.clone(),
            role: name.roles.first().cloned(),
            name_id: index as u32,
        }
    });
    let verbatim: Vec<Span> = found
        .content
        .iter()
        .flat_map(|part| {
            let from = quotations.partition_point(|quoted| quoted.open < part.first);
            let behind = part.last;
            quotations[from..]
                .iter()
                .take_while(move |quoted| quoted.end <= behind)
        })
        .map(|quoted| {
            span(&At {
                first: quoted.first,
                last: quoted.last,
            })
        })
        .collect();
    Statement {
        kind: found.kind,
        speaker,
        source: found.source.as_ref().map(span),
        cue: found.cue.as_ref().map(span),
        content: found.content.iter().map(span).collect(),
        verbatim,
        addressee: found.addressee.as_ref().map(span),
        confidence: found.confidence,
        explanation: found.why.to_owned(),
    }
}
