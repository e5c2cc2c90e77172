//! The verbs of Cuttings: save, capture, read, search.
