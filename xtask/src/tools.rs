//! Finding the programs that the tests need, and installing what is missing.
//!
//! Called first by `cargo xtask test`. On Debian and Ubuntu as root, packages are
//! installed; anywhere else the exact command is printed and the run fails. A
//! missing program never turns into a skipped test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Lowest PostgreSQL the store is tested on.
const POSTGRES_FLOOR: u32 = 15;

/// Lowest Node the browser tests run on.
const NODE_FLOOR: u32 = 20;

/// A program the tests start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// `cargo fmt`, from the toolchain.
    Rustfmt,
    /// `cargo clippy`, from the toolchain.
    Clippy,
    /// `cargo nextest`.
    Nextest,
    /// `python3`, for scripts that check our output with others' libraries.
    Python,
    /// `python3` with the modules that make an environment of its own.
    Venv,
    /// `initdb` and `postgres`, version 15 or newer.
    Postgres,
    /// `node` 20 or newer and `npm`.
    Node,
    /// `ip`, `nft` and `openssl`, for the lab. Without root they are of no use, so
    /// then they are not asked for.
    Namespaces,
    /// Chromium, at `CUTTINGS_CHROMIUM` or where Debian puts it.
    Chromium,
}

/// Makes sure that each tool is there.
///
/// # Errors
///
/// Which tools are missing, and the commands that install them.
pub fn ensure(tools: &[Tool]) -> Result<(), String> {
    let mut missing = absent(tools);
    if missing.is_empty() {
        return Ok(());
    }
    if missing.contains(&Tool::Nextest) {
        println!("installing cargo-nextest");
        run("cargo", &["install", "cargo-nextest", "--locked"]);
    }
    let packages = packages(&missing);
    if !packages.is_empty() && is_root() && answers("apt-get", &["--version"]).is_some() {
        println!("installing {}", packages.join(" "));
        run("apt-get", &["update"]);
        let mut args = vec!["install", "--yes", "--no-install-recommends"];
        args.extend(&packages);
        run("apt-get", &args);
    }
    missing = absent(&missing);
    if missing.is_empty() {
        return Ok(());
    }
    let needs: Vec<String> = missing.iter().map(|tool| needs(*tool)).collect();
    Err(format!(
        "these are missing or too old:\n  {}\ninstall them with:\n  {}",
        needs.join("\n  "),
        commands(&missing).join("\n  ")
    ))
}

/// The folder with `initdb` and `postgres` of PostgreSQL 15 or newer: from PATH,
/// else the newest under Debian's `/usr/lib/postgresql`.
pub fn postgres_folder() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect::<Vec<_>>())
        .unwrap_or_default();
    let mut debian: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let major = entry.file_name().to_string_lossy().parse().ok()?;
            Some((major, entry.path().join("bin")))
        })
        .collect();
    debian.sort_unstable();
    on_path
        .into_iter()
        .chain(debian.into_iter().rev().map(|(_, folder)| folder))
        .find(|folder| {
            folder.join("initdb").is_file()
                && answers(folder.join("postgres"), &["--version"])
                    .and_then(|said| first_number(&said))
                    .is_some_and(|major| major >= POSTGRES_FLOOR)
        })
}

/// Chromium: `CUTTINGS_CHROMIUM` when it is set, else where Debian puts it.
pub fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("CUTTINGS_CHROMIUM")
        .map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from);
    path.is_file().then_some(path)
}

/// Whether the environment says that this is a run without a person: `CI` set to
/// `true` or `1`.
pub fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// Whether this program runs as root.
pub fn is_root() -> bool {
    answers("id", &["-u"]).is_some_and(|said| said.trim() == "0")
}

/// What a program says on standard output when it runs well; none when it is
/// missing or fails.
pub fn answers(program: impl AsRef<Path>, args: &[&str]) -> Option<String> {
    let output = Command::new(program.as_ref())
        .args(args)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn absent(tools: &[Tool]) -> Vec<Tool> {
    tools
        .iter()
        .copied()
        .filter(|tool| !present(*tool))
        .collect()
}

fn present(tool: Tool) -> bool {
    match tool {
        Tool::Rustfmt => answers("cargo", &["fmt", "--version"]).is_some(),
        Tool::Clippy => answers("cargo", &["clippy", "--version"]).is_some(),
        Tool::Nextest => answers("cargo", &["nextest", "--version"]).is_some(),
        Tool::Python => answers("python3", &["--version"]).is_some(),
        Tool::Venv => answers("python3", &["-c", "import venv, ensurepip"]).is_some(),
        Tool::Postgres => postgres_folder().is_some(),
        Tool::Node => {
            answers("node", &["--version"])
                .and_then(|said| first_number(&said))
                .is_some_and(|major| major >= NODE_FLOOR)
                && answers("npm", &["--version"]).is_some()
        }
        Tool::Chromium => chromium().is_some(),
        Tool::Namespaces => {
            !is_root()
                || [("ip", "-V"), ("nft", "--version"), ("openssl", "version")]
                    .iter()
                    .all(|(program, version)| answers(program, &[version]).is_some())
        }
    }
}

fn needs(tool: Tool) -> String {
    match tool {
        Tool::Rustfmt => "rustfmt".to_owned(),
        Tool::Clippy => "clippy".to_owned(),
        Tool::Nextest => "cargo-nextest".to_owned(),
        Tool::Python => "python3".to_owned(),
        Tool::Venv => "python3 with venv".to_owned(),
        Tool::Postgres => format!(
            "PostgreSQL {POSTGRES_FLOOR} or newer: initdb and postgres, on PATH or under /usr/lib/postgresql"
        ),
        Tool::Namespaces => "ip, nft and openssl".to_owned(),
        Tool::Node => format!("Node {NODE_FLOOR} or newer, with npm"),
        Tool::Chromium => {
            "Chromium, at /usr/bin/chromium or where CUTTINGS_CHROMIUM says".to_owned()
        }
    }
}

/// Debian's packages for the tools that have one.
fn packages(tools: &[Tool]) -> Vec<&'static str> {
    tools
        .iter()
        .flat_map(|tool| match tool {
            Tool::Rustfmt | Tool::Clippy | Tool::Nextest => [].as_slice(),
            Tool::Python => ["python3"].as_slice(),
            Tool::Venv => ["python3", "python3-venv"].as_slice(),
            Tool::Postgres => ["postgresql"].as_slice(),
            Tool::Node => ["nodejs", "npm"].as_slice(),
            Tool::Chromium => ["chromium"].as_slice(),
            Tool::Namespaces => ["iproute2", "nftables", "openssl"].as_slice(),
        })
        .copied()
        .collect()
}

/// The command lines that install the tools.
fn commands(tools: &[Tool]) -> Vec<String> {
    let mut lines = Vec::new();
    let packages = packages(tools);
    if !packages.is_empty() {
        lines.push(format!(
            "sudo apt-get update && sudo apt-get install --no-install-recommends {}",
            packages.join(" ")
        ));
    }
    let components: Vec<&str> = [(Tool::Rustfmt, "rustfmt"), (Tool::Clippy, "clippy")]
        .into_iter()
        .filter(|(tool, _)| tools.contains(tool))
        .map(|(_, name)| name)
        .collect();
    if !components.is_empty() {
        lines.push(format!("rustup component add {}", components.join(" ")));
    }
    if tools.contains(&Tool::Nextest) {
        lines.push("cargo install cargo-nextest --locked".to_owned());
    }
    lines
}

/// Runs an installer with its output shown. Whether it worked shows afterwards,
/// when the tool is looked for again.
fn run(program: &str, args: &[&str]) {
    let ended = Command::new(program)
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .status();
    match ended {
        Ok(status) if status.success() => {}
        Ok(status) => eprintln!("xtask: {program} {} ended with {status}", args.join(" ")),
        Err(error) => eprintln!("xtask: {program} could not be started: {error}"),
    }
}

/// The first whole number in a text such as `v20.1.0`.
pub fn first_number(text: &str) -> Option<u32> {
    text.split(|c: char| !c.is_ascii_digit())
        .find(|part| !part.is_empty())?
        .parse()
        .ok()
}

/// Makes a Python environment at `venv` with the packages of `requirements`,
/// unless it has just these.
///
/// # Errors
///
/// What could not be done; the network is needed the first time.
pub fn python_environment(venv: &Path, requirements: &Path) -> Result<(), String> {
    let wanted = std::fs::read_to_string(requirements)
        .map_err(|error| format!("{} cannot be read: {error}", requirements.display()))?;
    let stamp = venv.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(venv);
    succeed(make, "making a Python environment")?;
    let mut install = Command::new(venv.join("bin/pip"));
    install
        .args(["install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(requirements);
    succeed(
        install,
        &format!(
            "installing {} (pip has to reach the Python registry)",
            requirements.display()
        ),
    )?;
    std::fs::write(&stamp, wanted)
        .map_err(|error| format!("{} cannot be written: {error}", stamp.display()))
}

/// Runs a command to its end, with its output shown.
///
/// # Errors
///
/// A sentence that begins with `what`, when it cannot be started or fails.
pub fn succeed(mut command: Command, what: &str) -> Result<(), String> {
    let status = command
        .stdin(std::process::Stdio::null())
        .status()
        .map_err(|error| format!("{what} could not be started: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{what} ended with {status}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(first_number("v20.20.2\n"), Some(20));
        assert_eq!(
            first_number("postgres (PostgreSQL) 15.14 (Debian)"),
            Some(15)
        );
        assert_eq!(first_number("unknown"), None);
    }

    #[test]
    fn what_cannot_be_installed_is_told_as_a_command() {
        assert_eq!(
            commands(&[Tool::Postgres, Tool::Clippy, Tool::Nextest]),
            [
                "sudo apt-get update && sudo apt-get install --no-install-recommends postgresql",
                "rustup component add clippy",
                "cargo install cargo-nextest --locked",
            ]
        );
    }

    #[test]
    fn a_program_that_is_missing_or_fails_gives_no_answer() {
        assert_eq!(answers("no-such-program-here", &[]), None);
        assert_eq!(answers("false", &[]), None);
        assert!(answers("true", &[]).is_some());
    }
}
