//! HTML in, article out: text, safe HTML, metadata.
