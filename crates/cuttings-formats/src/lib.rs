//! Outside formats to and from the nouns of Cuttings.
