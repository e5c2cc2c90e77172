//! Outside formats to and from the nouns of Cuttings.
//!
//! Pure: bytes and values in, bytes and values out. The [`exchange`] is the
//! form in which a visit's headers are kept; [`warc`] and [`tar`] read pages
//! out of archives, as [`archive`] describes them. Feeds, books, citations and
//! imports join them here.

pub mod archive;
pub mod exchange;
mod stream;
pub mod tar;
pub mod warc;
