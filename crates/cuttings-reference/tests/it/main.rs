//! What the engine makes of texts.

mod frame;
mod stories;
mod tagger;
