//! The extractor from outside: golden pages, the acceptance pages, properties.

mod edges;
mod golden;
mod marks;
mod properties;
mod rules;
mod sample;
mod xpath;
