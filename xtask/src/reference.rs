//! `cargo xtask train` and `cargo xtask eval`: the weights of the reference
//! engine, and its scores. Both need optimised code and the corpora, so they are
//! a program of their own, `bench/reference`.

use std::process::Command;

/// Builds and starts the program with these words.
pub fn run(words: &[&str]) -> Result<bool, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args([
            "run",
            "--release",
            "--quiet",
            "--package",
            "bench-reference",
            "--",
        ])
        .args(words)
        .status()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    Ok(status.success())
}
