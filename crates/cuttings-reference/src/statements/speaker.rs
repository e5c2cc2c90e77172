//! Whom the words mean that name who says something.

use crate::frame::Frame;
use crate::marks::Quotation;
use crate::names::{At, Names, roles};
use crate::tagger::{NameKind, Tag};

/// Whom a source means.
pub(super) fn meant(
    frame: &Frame,
    quotations: &[Quotation],
    names: &Names,
    source: At,
    spoke_last: Option<usize>,
) -> Option<usize> {
    let is_person = |index: usize| names.list[index].kind == NameKind::Person;
    let named: Vec<usize> = (source.first..source.last)
        .filter_map(|at| names.of(at))
        .collect();
    // The head stands before any preposition that is not part of an office.
    if let Some(person) = named.iter().copied().find(|index| is_person(*index)) {
        return Some(person);
    }
    let pronoun = (source.first..source.last).find(|at| {
        frame.tokens[*at].tag == Tag::PRP && roles::is_of_woman(frame.word(*at)).is_some()
    });
    if let Some(pronoun) = pronoun {
        return names.meant_by(frame, pronoun, quotations, spoke_last);
    }
    // They, who have a name together, said it before.
    if source.last - source.first == 1
        && matches!(
            frame.word(source.first).to_lowercase().as_str(),
            "they" | "it"
        )
    {
        return spoke_last.filter(|index| names.list[*index].kind == NameKind::Organisation);
    }
    // Officials of a ministry are not the ministry.
    let head = head(frame, source);
    names.of(head)
}

/// The head of a noun phrase: its last noun before a preposition or comma.
fn head(frame: &Frame, phrase: At) -> usize {
    (phrase.first..phrase.last)
        .take_while(|at| frame.tokens[*at].tag != Tag::IN && frame.word(*at) != ",")
        .last()
        .unwrap_or(phrase.first)
}
