//! Every seed of the fuzz targets, in every test run.
//!
//! The targets are a workspace of their own that only fuzzers build, so their
//! checks are taken in here by path. An input that ever failed is kept among the
//! seeds, with a name that says what it was.

#[path = "../../fuzz/src/checks.rs"]
mod checks;

use std::fs;
use std::path::Path;

#[test]
fn no_seed_of_a_fuzz_target_breaks_its_check() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (name, check) in checks::TARGETS {
        let folder = corpus.join(name);
        let mut seeds = 0;
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{name}: {error}")) {
            let path = entry.unwrap().path();
            // Shown only when a check panics.
            println!("{}", path.display());
            check(&fs::read(&path).unwrap());
            seeds += 1;
        }
        assert!(seeds >= 5, "{name} has {seeds} seeds");
    }
}
