//! A text in units: sentences, and sentences that a pair of marks holds together.

use crate::frame::Frame;
use crate::marks::Quotation;

/// A sentence, or several that a pair of marks holds together. In tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    pub first: usize,
    pub last: usize,
    pub block: u32,
}

impl Unit {
    /// The quotations that open in it.
    pub fn quotations<'q>(
        &self,
        quotations: &'q [Quotation],
    ) -> impl Iterator<Item = &'q Quotation> + use<'q> {
        let (first, last) = (self.first, self.last);
        let from = quotations.partition_point(|one| one.open < first);
        quotations[from..]
            .iter()
            .take_while(move |one| one.open < last)
    }
}

/// The quotation that opens at a token.
pub(super) fn quotation_at(quotations: &[Quotation], at: usize) -> Option<&Quotation> {
    quotations
        .binary_search_by_key(&at, |one| one.open)
        .ok()
        .map(|found| &quotations[found])
}

/// Most tokens that a pair of marks holds together.
const MOST_TOKENS: usize = 1_500;

/// The units of a text.
pub(super) fn units(frame: &Frame, quotations: &[Quotation]) -> Vec<Unit> {
    let mut all: Vec<Unit> = Vec::new();
    for sentence in &frame.sentences {
        let (first, last) = (sentence.tokens.0 as usize, sentence.tokens.1 as usize);
        let from = quotations.partition_point(|one| one.end <= first);
        let is_inside = quotations.get(from).is_some_and(|one| one.open < first);
        match all.last_mut() {
            Some(unit)
                if is_inside
                    && unit.block == sentence.block
                    && last - unit.first <= MOST_TOKENS =>
            {
                unit.last = last;
            }
            _ => all.push(Unit {
                first,
                last,
                block: sentence.block,
            }),
        }
    }
    all
}
