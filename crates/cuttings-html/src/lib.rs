//! HTML into an arena tree: decoding, guarding, parsing.
