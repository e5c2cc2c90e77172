//! Outside formats to and from the nouns of Cuttings.
//!
//! Pure: bytes and values in, bytes and values out. The [`exchange`] is the form
//! in which a visit's headers are kept; [`warc`] and [`tar`] read archives of
//! pages, and [`answer`] what a web archive keeps of one; [`warc_writer`] and
//! [`wacz`] write them. [`feed`] reads feeds of
//! every kind, [`opml`] lists of them. [`sent_page`] opens pages that a browser
//! sent whole. Books, citations and imports join them
//! here.

pub mod answer;
pub mod exchange;
pub mod feed;
pub mod opml;
mod retain;
pub mod sent_page;
pub mod surt;
pub mod tar;
mod unpack;
pub mod wacz;
pub mod warc;
pub mod warc_writer;
mod xml;
mod zip;

pub use unpack::is_gzip;
