//! The only way to addresses that others name.
