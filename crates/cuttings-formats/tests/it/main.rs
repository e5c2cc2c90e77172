//! Archives of pages, feeds and lists of them, whole and broken.

mod feeds;
mod sent_pages;
mod tars;
mod warcs;
