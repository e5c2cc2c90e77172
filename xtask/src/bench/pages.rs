//! `cargo xtask bench pages`: the pages of a library of 100,000 articles,
//! against their budgets.
//!
//! The library is made up once (`bench/pages`) and kept under `target/bench`.
//! The release server serves it, and `bench/pages/measure.mjs` asks for its
//! pages over one connection and looks at them in Chromium.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use super::succeed;

const USE: &str = "cargo xtask bench pages [--articles N]";

/// Name and password of the made-up library.
const NAME: &str = "bench";
const PASSWORD: &str = "a bench is for sitting on";

/// Pages stay under this, in bytes, without pictures.
const SIZE_BUDGET: f64 = 60_000.0;

/// How long a page may take to be served, in milliseconds: half of the
/// requests, and all but one in a hundred.
fn budget(page: &str) -> (f64, f64) {
    if page.starts_with("search") {
        (10.0, 50.0)
    } else {
        (25.0, 25.0)
    }
}

/// Runs what follows `bench pages`.
///
/// # Errors
///
/// A sentence that says what is missing or went wrong.
pub fn run(args: &[String]) -> Result<(), String> {
    let count: u64 = match args {
        [] => 100_000,
        [flag, value] if flag == "--articles" => value
            .parse()
            .map_err(|_| format!("--articles wants a number, not {value}"))?,
        _ => return Err(USE.to_owned()),
    };
    let root = xtask::workspace::root();
    let out = root.join("target/bench");
    let mut build = cargo();
    build.current_dir(&root).args([
        "build",
        "--quiet",
        "--release",
        "-p",
        "cuttings",
        "-p",
        "bench-pages",
    ]);
    succeed(build, "building the release binary")?;
    let built = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), PathBuf::from)
        .join("release");
    let library = out.join(format!("library-{count}"));
    fill(&built, &library, count)?;
    install_driver(&root, &out)?;

    let begun = Instant::now();
    let mut server = Server::start(&built.join("cuttings"), &library)?;
    let started_ms = begun.elapsed().as_millis();
    let idle_kb = server.resident_kb();
    let measured = measure(&root, &out, &server.url, count)?;
    let loaded_kb = server.resident_kb();
    server.stop();

    println!("| page | p50 ms | p99 ms | of budget | KB | first paint ms | shift |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for page in &measured {
        let name = page["name"].as_str().unwrap_or_default();
        let number = |key: &str| page[key].as_f64().unwrap_or(f64::NAN);
        let (p50, p99) = budget(name);
        let share = (number("p50") / p50).max(number("p99") / p99);
        println!(
            "| {name} | {:.1} | {:.1} | {share:.2} × | {:.1}{} | {:.0} | {:.3} |",
            number("p50"),
            number("p99"),
            number("size") / 1000.0,
            if number("size") > SIZE_BUDGET {
                " (!)"
            } else {
                ""
            },
            number("first"),
            number("shift"),
        );
    }
    println!(
        "\n{count} articles; started in {started_ms} ms (budget 300); resident {} MB at rest, {} MB after the run (budget 200)",
        idle_kb / 1024,
        loaded_kb / 1024,
    );
    Ok(())
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Makes the library up to `count` articles, so far as it is not there.
fn fill(built: &Path, library: &Path, count: u64) -> Result<(), String> {
    let stamp = library.join("filled");
    if stamp.exists() {
        return Ok(());
    }
    if !library.join("cuttings.db").exists() {
        fs::create_dir_all(library)
            .map_err(|error| format!("{} could not be made: {error}", library.display()))?;
        let mut add = Command::new(built.join("cuttings"))
            .args(["user", "add", NAME, "--password-stdin", "--data"])
            .arg(library)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("cuttings user add could not be started: {error}"))?;
        if let Some(mut input) = add.stdin.take() {
            input
                .write_all(PASSWORD.as_bytes())
                .map_err(|error| format!("cuttings user add took no password: {error}"))?;
        }
        let status = add.wait().map_err(|error| error.to_string())?;
        if !status.success() {
            return Err(format!("cuttings user add ended with {status}"));
        }
    }
    eprintln!("making up {count} articles; this is done once and takes minutes");
    let mut generator = Command::new(built.join("bench-pages"));
    generator.arg(library).arg(count.to_string());
    succeed(generator, "making up the library")?;
    fs::write(stamp, b"").map_err(|error| error.to_string())
}

/// Puts the measuring script beside the browser driver the tests have pinned.
fn install_driver(root: &Path, out: &Path) -> Result<(), String> {
    let folder = out.join("driver");
    fs::create_dir_all(&folder)
        .map_err(|error| format!("{} could not be made: {error}", folder.display()))?;
    for (from, name) in [
        ("tests/browser", "package.json"),
        ("tests/browser", "package-lock.json"),
        ("bench/pages", "measure.mjs"),
    ] {
        fs::copy(root.join(from).join(name), folder.join(name))
            .map_err(|error| format!("{from}/{name} could not be copied: {error}"))?;
    }
    if folder.join("node_modules").exists() {
        return Ok(());
    }
    let mut install = Command::new("npm");
    install
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder);
    succeed(install, "installing the browser driver with npm")
}

/// The lines the measuring script prints.
fn measure(root: &Path, out: &Path, url: &str, count: u64) -> Result<Vec<Value>, String> {
    let output = Command::new("node")
        .arg(out.join("driver/measure.mjs"))
        .args([url, &count.to_string()])
        .envs([("BENCH_NAME", NAME), ("BENCH_PASSWORD", PASSWORD)])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("node could not be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("measuring ended with {}", output.status));
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).map_err(|error| format!("{line}: {error}")))
        .collect()
}

/// A running `cuttings serve`, ended when dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(binary: &Path, library: &Path) -> Result<Self, String> {
        let mut child = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(library)
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the server could not be started: {error}"))?;
        let errors = child.stderr.take().ok_or("the server has no output")?;
        let mut lines = BufReader::new(errors).lines();
        let url = loop {
            match lines.next() {
                Some(Ok(line)) => {
                    if let Some((_, url)) = line.split_once("listening on ") {
                        break url.trim().trim_end_matches('/').to_owned();
                    }
                }
                _ => return Err("the server ended before it listened".to_owned()),
            }
        };
        // The rest is read, so that the server never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, url })
    }

    /// Resident memory in KB, from the kernel; 0 where there is no `/proc`.
    fn resident_kb(&self) -> u64 {
        fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .unwrap_or_default()
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok())
            .unwrap_or(0)
    }

    fn stop(&mut self) {
        // It holds nothing that an end by force could lose.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
