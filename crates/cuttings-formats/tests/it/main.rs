//! Archives of pages, feeds and lists of them, whole and broken.

mod feeds;
mod tars;
mod warcs;
