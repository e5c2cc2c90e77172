//! Trains and scores `cuttings-reference` on the shared corpora.
//!
//! `cargo xtask train` and `cargo xtask eval` build and start this program. The
//! corpora are found through `CUTTINGS_CORPORA`; nothing of them is kept.

mod corpora;
mod dates;
mod names;
mod train;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "bench-reference train | eval [tagger|dates]";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["train"] => train::write(&folder()),
        ["eval"] | ["eval", "tagger"] => train::evaluate(&folder()),
        ["eval", "dates"] => dates::evaluate(&folder()),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the reference corpora.
fn folder() -> PathBuf {
    let corpora = std::env::var_os("CUTTINGS_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    corpora.join("reference")
}
