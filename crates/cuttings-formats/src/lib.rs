//! Outside formats to and from the nouns of Cuttings.
//!
//! Pure: bytes and values in, bytes and values out. The [`exchange`] is the form
//! in which a visit's headers are kept; [`warc`] and [`tar`] read archives of
//! pages, and [`answer`] what a web archive keeps of one. Feeds, books,
//! citations and imports join them here.

pub mod answer;
pub mod exchange;
mod retain;
pub mod tar;
mod unpack;
pub mod warc;

pub use unpack::is_gzip;
