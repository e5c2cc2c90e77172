//! Archives of pages, whole and broken.

mod tars;
mod warcs;
