//! What the engine makes of texts.

mod frame;
mod tagger;
