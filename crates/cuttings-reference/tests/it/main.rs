//! What the engine makes of texts.

mod dates;
mod frame;
mod statements;
mod stories;
mod tagger;
