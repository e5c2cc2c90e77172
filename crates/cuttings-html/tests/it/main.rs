//! Tests of decoding and parsing as a whole: conformance, hostile pages, any input.

use std::path::{Path, PathBuf};

mod any_input;
mod encoding;
mod hostile;
mod html5lib;

/// A folder of the public corpora, or none when it is not here; in CI it must be.
fn corpus(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CUTTINGS_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = folder.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {name} is not here; set CUTTINGS_CORPORA");
    assert!(std::env::var_os("CI").is_none(), "CI has the corpora");
    None
}
