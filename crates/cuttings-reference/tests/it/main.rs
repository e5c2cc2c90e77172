//! What the engine makes of texts.

mod frame;
mod statements;
mod stories;
mod tagger;
