//! The extractor from outside: golden pages, the acceptance pages, properties.

mod edges;
mod golden;
mod links;
mod metadata;
mod properties;
mod rules;
mod sample;
mod xpath;
