//! `cargo xtask fuzz TARGET [--seconds N]`: libFuzzer, led by coverage, on stable
//! Rust.
//!
//! The compiler counts which code an input reaches when it is asked to by the
//! flags below; that takes no nightly toolchain, since no sanitizer is linked.
//! libFuzzer itself is C++, so a C++ compiler is needed. What it finds worth
//! trying again goes to `fuzz/found/TARGET`, inputs that fail to
//! `fuzz/artifacts/TARGET`; neither is committed.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// Has LLVM count the edges an input takes and show libFuzzer what is compared,
/// so that it learns the words a parser looks for.
const COVERAGE_FLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 --cfg fuzzing";

/// How long a target runs unless told.
const SECONDS: u32 = 300;

/// Builds a target with coverage and runs it until its time is up or an input
/// fails. Gives whether none did.
///
/// # Errors
///
/// A sentence that says what is wrong with `args`, or what could not be run.
pub fn run(args: &[String]) -> Result<bool, String> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let targets = targets(&fuzz)?;
    let (target, seconds) = read(args, &targets)?;
    let host = host()?;
    let folder = env::var_os("CARGO_TARGET_DIR").map_or_else(
        || fuzz.join("target"),
        |shared| Path::new(&shared).join("fuzz"),
    );
    // Naming the host keeps the flags away from build scripts and macros.
    let built = Command::new("cargo")
        .args(["build", "--release", "--target", &host, "--bin", &target])
        .arg("--manifest-path")
        .arg(fuzz.join("Cargo.toml"))
        .env("RUSTFLAGS", COVERAGE_FLAGS)
        .env("CARGO_TARGET_DIR", &folder)
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !built.success() {
        return Err(format!("the target {target} could not be built"));
    }
    let found = fuzz.join("found").join(&target);
    let artifacts = fuzz.join("artifacts").join(&target);
    for folder in [&found, &artifacts] {
        fs::create_dir_all(folder)
            .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    }
    let ended = Command::new(folder.join(&host).join("release").join(&target))
        .arg(&found)
        .arg(fuzz.join("corpus").join(&target))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args(["-max_len=65536", "-timeout=20", "-rss_limit_mb=2048"])
        .arg("-print_final_stats=1")
        .status()
        .map_err(|error| format!("cannot run the target {target}: {error}"))?;
    Ok(ended.success())
}

/// The names of the targets: the files of `fuzz_targets/`.
fn targets(fuzz: &Path) -> Result<Vec<String>, String> {
    let folder = fuzz.join("fuzz_targets");
    let unreadable = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        names.extend(
            path.file_stem()
                .map(|name| name.to_string_lossy().into_owned()),
        );
    }
    names.sort();
    Ok(names)
}

/// The target and the seconds that were asked for.
fn read(args: &[String], targets: &[String]) -> Result<(String, u32), String> {
    let (target, rest) = args
        .split_first()
        .filter(|(target, _)| targets.contains(target))
        .ok_or_else(|| format!("name one of the targets {}", targets.join(", ")))?;
    let seconds = match rest {
        [] => SECONDS,
        [option, number] if option == "--seconds" => number
            .parse()
            .map_err(|_| format!("--seconds wants a number, not {number}"))?,
        _ => return Err("after the target, only --seconds N is known".to_owned()),
    };
    Ok((target.clone(), seconds))
}

/// The platform rustc builds for.
fn host() -> Result<String, String> {
    let told = Command::new("rustc")
        .arg("-vV")
        .output()
        .map_err(|error| format!("cannot run rustc: {error}"))?;
    String::from_utf8_lossy(&told.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
        .ok_or_else(|| "rustc -vV names no host".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_not_there_is_refused_with_the_names_of_those_that_are() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
        let targets = targets(&fuzz).unwrap();
        let asked = |words: &[&str]| {
            let args: Vec<String> = words.iter().map(ToString::to_string).collect();
            read(&args, &targets)
        };
        assert_eq!(asked(&["html"]), Ok(("html".to_owned(), SECONDS)));
        assert_eq!(
            asked(&["warc", "--seconds", "9"]),
            Ok(("warc".to_owned(), 9))
        );
        let refused = asked(&["nothing"]).unwrap_err();
        assert!(
            refused.contains("feed, html, metadata, rules, warc"),
            "{refused}"
        );
        assert!(asked(&["html", "--seconds", "x"]).is_err());
        assert!(asked(&[]).is_err());
    }

    #[test]
    fn every_target_that_is_checked_has_a_program() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
        let checks = fs::read_to_string(fuzz.join("src/checks.rs")).unwrap();
        for target in targets(&fuzz).unwrap() {
            assert!(
                checks.contains(&format!("(\"{target}\", {target})")),
                "{target}"
            );
        }
    }
}
