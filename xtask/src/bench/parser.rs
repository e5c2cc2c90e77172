//! `cargo xtask bench parser`: what it costs to read pages in a process of their
//! own, on the pages of `bench extraction`.

use std::path::PathBuf;
use std::process::Command;

use super::{lay_out_pages, place, read_text, write};
use crate::tools;

/// Builds the program and the driver, and runs it.
///
/// # Errors
///
/// A sentence that says what is missing or went wrong.
pub fn run() -> Result<(), String> {
    let place = place()?;
    std::fs::create_dir_all(&place.out)
        .map_err(|error| format!("{} could not be made: {error}", place.out.display()))?;
    let (list, _) = lay_out_pages(&place, None)?;
    let mut paths = String::new();
    for line in read_text(&list)?.lines() {
        paths.push_str(line.rsplit('\t').next().unwrap_or(line));
        paths.push('\n');
    }
    let paths_list = place.out.join("pages.txt");
    write(&paths_list, paths.as_bytes())?;

    let root = xtask::workspace::root();
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.current_dir(&root).args([
        "build",
        "--quiet",
        "--release",
        "-p",
        "cuttings",
        "-p",
        "cuttings-library",
        "--bins",
        "--example",
        "parser_cost",
    ]);
    tools::succeed(build, "building the release binary")?;
    let built = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), PathBuf::from)
        .join("release");
    let mut driver = Command::new(built.join("examples/parser_cost"));
    driver.arg(built.join("cuttings")).arg(paths_list);
    tools::succeed(driver, "reading the pages")
}
