//! Tests of parsing as a whole: conformance, hostile pages, any input.

mod any_input;
mod hostile;
mod html5lib;
