//! The extractor from outside: golden pages, the acceptance pages, properties.

mod edges;
mod golden;
mod properties;
mod rules;
mod sample;
mod structure;
mod xpath;
