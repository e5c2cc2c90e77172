//! Rules of the nouns that hold for any input.

mod anchors;
