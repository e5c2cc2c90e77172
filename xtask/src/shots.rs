//! `cargo xtask shots`: every page as pictures, through `tests/browser/shots.mjs`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::tools;

/// Builds the program, fills a library, and photographs every page into
/// `test-output/shots`.
///
/// # Errors
///
/// A sentence that says what is missing or went wrong.
pub fn run() -> Result<(), String> {
    let root = xtask::workspace::root();
    let folder = root.join("tests/browser");
    let chromium = tools::chromium()
        .ok_or("there is no Chromium: `cargo xtask test --only tools` says how to install it")?;
    let mut install = Command::new("npm");
    install
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder);
    run_to_end(install, "npm ci")?;
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build
        .args(["build", "--quiet", "-p", "cuttings"])
        .current_dir(&root);
    run_to_end(build, "the build of cuttings")?;
    let binary = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), PathBuf::from)
        .join("debug/cuttings");
    let output = root.join("test-output");
    let mut shots = Command::new("node");
    shots
        .arg("shots.mjs")
        .current_dir(&folder)
        .env("CUTTINGS_BINARY", binary)
        .env("CUTTINGS_CHROMIUM", chromium)
        .env("CUTTINGS_TEST_OUTPUT", &output);
    run_to_end(shots, "taking the pictures")?;
    println!("{}", output.join("shots").display());
    Ok(())
}

fn run_to_end(mut command: Command, what: &str) -> Result<(), String> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("{what} could not be started: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{what} ended with {status}"))
    }
}
