//! Outside formats to and from the nouns of Cuttings.
//!
//! Pure: bytes and values in, bytes and values out. The first of them is the
//! [`exchange`], the form in which a visit's headers are kept; archives,
//! feeds, books, citations and imports join it here.

pub mod exchange;
