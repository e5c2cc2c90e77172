//! The nouns of Cuttings and their rules.
