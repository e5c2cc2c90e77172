//! What the engine makes of texts.

mod dates;
mod frame;
mod tagger;
