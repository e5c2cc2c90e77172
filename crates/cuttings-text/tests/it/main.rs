//! Tests of the crate through its public face.

mod analyse;
mod highlight;
mod index;
mod language;
mod matching;
mod properties;
mod query;
