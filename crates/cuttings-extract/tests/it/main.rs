//! The extractor from outside: golden pages, the acceptance pages, properties.

mod edges;
mod golden;
mod kept;
mod links;
mod marks;
mod metadata;
mod pages;
mod properties;
mod rules;
mod sample;
mod structure;
mod xpath;
