//! Words: analyser, query language, highlighter, language detection.
//!
//! The store calls [`index`] when it writes an article and prints a
//! [`query::Query`] when it searches; the pages call [`highlight`]; extraction
//! calls [`language`] and [`count`], and rules of feeds call [`matches`](matches::matches). All of it is pure.
//!
//! What a newcomer would not guess: neither search engine ever sees raw text.
//! Both are fed the terms of [`analyse`], already folded and stemmed, and both
//! are asked with terms made the same way. That is why SQLite and PostgreSQL
//! find the same articles.

pub mod analyse;
pub mod compare;
pub mod count;
mod fold;
pub mod highlight;
pub mod index;
pub mod language;
pub mod matches;
pub mod query;
mod scan;
pub mod spelling;
mod stem;
mod word_map;

/// Version of the terms that [`analyse`] makes and [`index`] lays out.
///
/// It goes up with every change that gives the same text other terms (a rule
/// here, or another release of the stemmers), and the store keeps it beside its
/// index: rows of an older version must be rebuilt from the kept text, or words
/// of a query and words of the index no longer meet.
pub const ANALYSER_VERSION: u32 = 1;
