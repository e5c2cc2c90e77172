//! `cargo xtask corpus`: runs the public corpora and prints scores.
//!
//! Not in this build: it says so and leaves with 2, so that no script takes
//! its silence for a score.

/// Says that the command is missing and leaves with exit code 2.
pub fn run(_args: &[String]) {
    eprintln!("xtask: `corpus` is not built in");
    std::process::exit(2);
}
