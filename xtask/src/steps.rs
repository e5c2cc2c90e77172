//! What each step of `cargo xtask test` does.
//!
//! [`crate::test`] chooses the steps and keeps the time; here is what they run.
//! A step that runs tests shows their output as it comes and counts it as well.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::postgres::Postgres;
use crate::tally::{self, Tally};
use crate::tools::{self, Tool};

/// One step: its name for `--only`, what it does, what it needs, how it runs.
pub struct Step {
    /// Name on the command line.
    pub name: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// Programs it needs.
    pub tools: &'static [Tool],
    /// Runs it.
    pub run: fn(&mut Shared) -> Result<Tally, Failure>,
}

/// What steps hand to those after them.
pub struct Shared {
    /// The workspace's root.
    pub root: PathBuf,
    /// Folder of the public corpora.
    pub corpora: PathBuf,
    /// The server the tests use, once its step has run.
    pub postgres: Option<Postgres>,
}

/// Why a step failed, and what it had counted by then.
pub struct Failure {
    /// A sentence for the person who reads the end of the output.
    pub reason: String,
    /// Counts so far.
    pub tally: Tally,
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self {
            reason,
            tally: Tally {
                failed: 1,
                ..Tally::default()
            },
        }
    }
}

/// All steps, in the order in which they run.
pub const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        about: "formatting",
        tools: &[Tool::Rustfmt],
        run: |shared| quiet(shared, &["fmt", "--all", "--check"]),
    },
    Step {
        name: "clippy",
        about: "lints, warnings denied",
        tools: &[Tool::Clippy],
        run: |shared| quiet(shared, CLIPPY),
    },
    Step {
        name: "house",
        about: "house rules and licences",
        tools: &[],
        run: house,
    },
    Step {
        name: "postgres",
        about: "a PostgreSQL of our own",
        tools: &[Tool::Postgres],
        run: postgres,
    },
    Step {
        name: "nextest",
        about: "unit and integration tests",
        tools: &[Tool::Nextest, Tool::Python],
        run: nextest,
    },
    Step {
        name: "doc",
        about: "examples in the documentation",
        tools: &[],
        run: doc,
    },
    Step {
        name: "corpus",
        about: "quality floors on the public page sets",
        tools: &[Tool::Python],
        run: corpus,
    },
    Step {
        name: "archives",
        about: "exports, opened in warcio, wacz, pywb and ReplayWeb.page",
        tools: &[Tool::Python, Tool::Venv, Tool::Node, Tool::Chromium],
        run: archives,
    },
    Step {
        name: "lab",
        about: "attacks on the real server, in a network of their own",
        tools: &[Tool::Python, Tool::Namespaces],
        run: lab,
    },
    Step {
        name: "browser",
        about: "the main path in Chromium",
        tools: &[Tool::Node, Tool::Chromium],
        run: browser,
    },
];

/// Steps that another step cannot do without.
pub const NEEDS: &[(&str, &str)] = &[("nextest", "postgres")];

const CLIPPY: &[&str] = &[
    "clippy",
    "--locked",
    "--workspace",
    "--all-targets",
    "--",
    "-D",
    "warnings",
];

/// Runs the house rules and prints those that are broken.
///
/// # Errors
///
/// When the workspace cannot be read at all.
pub fn house_rules() -> Result<Tally, String> {
    let mut tally = Tally::default();
    for (sentence, places) in xtask::house::inspect()? {
        if places.is_empty() {
            tally.passed += 1;
            continue;
        }
        tally.failed += 1;
        println!("not true: {sentence}");
        for place in places {
            println!("    {place}");
        }
    }
    Ok(tally)
}

fn house(_: &mut Shared) -> Result<Tally, Failure> {
    let tally = house_rules()?;
    if tally.failed == 0 {
        return Ok(tally);
    }
    Err(Failure {
        reason: format!("{} house rules are broken", tally.failed),
        tally,
    })
}

fn postgres(shared: &mut Shared) -> Result<Tally, Failure> {
    let programs = tools::postgres_folder().ok_or_else(|| "PostgreSQL is gone".to_owned())?;
    let server = Postgres::start(&programs)?;
    println!("{} at {}", programs.display(), server.url());
    shared.postgres = Some(server);
    Ok(Tally::default())
}

fn nextest(shared: &mut Shared) -> Result<Tally, Failure> {
    let mut command = cargo(shared);
    command.args(["nextest", "run", "--locked", "--workspace"]);
    command.args(["--final-status-level", "skip"]);
    // What CI tries is the same every time; elsewhere the dice are thrown anew.
    if std::env::var("CI").as_deref() == Ok("true") {
        command.env("PROPTEST_RNG_SEED", "20261124");
    }
    // Under the root whatever CARGO_TARGET_DIR says: `store.dir` of nextest.toml.
    let report = shared.root.join("target/nextest/default/junit.xml");
    match std::fs::remove_file(&report) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(format!("{} cannot be removed: {error}", report.display()).into());
        }
        _ => {}
    }
    let mut tally = counted(command, "tests", tally::of_nextest)?;
    let junit = std::fs::read_to_string(&report)
        .map_err(|error| format!("{} cannot be read: {error}", report.display()))?;
    tally.skipped.extend(tally::confessed(&junit));
    Ok(tally)
}

fn doc(shared: &mut Shared) -> Result<Tally, Failure> {
    let mut command = cargo(shared);
    command.args(["test", "--locked", "--workspace", "--doc"]);
    counted(
        command,
        "examples in the documentation",
        tally::of_cargo_test,
    )
}

/// Scores the extractor on the page sets, where they are, and holds it to
/// `corpus/floors.toml`. Outside CI it raises the floors that can go up.
fn corpus(shared: &mut Shared) -> Result<Tally, Failure> {
    let sets = shared.corpora.join("extraction");
    if !sets.join("score.py").is_file() {
        let reason = format!(
            "quality floors: no page sets in {} (CUTTINGS_CORPORA)",
            sets.display()
        );
        if tools::in_ci() {
            return Err(format!("skipped would be {reason}").into());
        }
        println!("skipped: {reason}");
        return Ok(Tally {
            skipped: vec![reason],
            ..Tally::default()
        });
    }
    let mut command = cargo(shared);
    command.args(["run", "--locked", "--quiet", "--profile", "ci"]);
    command.args(["--package", "xtask", "--", "corpus"]);
    if !tools::in_ci() {
        command.arg("--raise");
    }
    counted(command, "quality floors", crate::floors::tally)
}

/// Opens exports in programs nobody here wrote. They come from the Python registry
/// the first time; where that cannot be reached, the step is skipped outside CI.
fn archives(shared: &mut Shared) -> Result<Tally, Failure> {
    let folder = shared.root.join("tests/archives");
    let binary = built(shared)?;
    let target = xtask::workspace::Workspace::load()?.target;
    let venv = target.join("archives-venv");
    let installed = tools::python_environment(&venv, &folder.join("requirements.txt"))
        .and_then(|()| npm_packages(&folder));
    if let Err(reason) = installed {
        if tools::in_ci() {
            return Err(reason.into());
        }
        let reason = format!("exports in other programs: {reason}");
        println!("skipped: {reason}");
        return Ok(Tally {
            skipped: vec![reason],
            ..Tally::default()
        });
    }
    let chromium = tools::chromium().ok_or_else(|| "Chromium is gone".to_owned())?;
    let mut command = Command::new(venv.join("bin/python"));
    command
        .arg(folder.join("check.py"))
        .env("CUTTINGS_BINARY", binary)
        .env("CUTTINGS_CHROMIUM", chromium);
    counted(command, "checks of archives", tally::of_node)
}

/// Runs the server among hostile sites. Where namespaces cannot be made, the lab
/// says so and counts as skipped, which CI does not take.
fn lab(shared: &mut Shared) -> Result<Tally, Failure> {
    let binary = built(shared)?;
    let mut command = Command::new("python3");
    command
        .arg("-B")
        .arg(shared.root.join("tests/lab/run.py"))
        .env("CUTTINGS_BINARY", binary);
    counted(command, "lab cases", tally::of_node)
}

/// Builds the binary that other programs are held against, and says where it is.
fn built(shared: &Shared) -> Result<PathBuf, String> {
    let mut build = cargo(shared);
    build.args(["build", "--locked", "--profile", "ci", "-p", "cuttings"]);
    tools::succeed(build, "the build of cuttings")?;
    Ok(xtask::workspace::Workspace::load()?
        .target
        .join("ci/cuttings"))
}

fn browser(shared: &mut Shared) -> Result<Tally, Failure> {
    let folder = shared.root.join("tests/browser");
    npm_packages(&folder)?;
    // The service worker is a world of its own, without pages; the extension is
    // another, with the browser's interface for extensions.
    for project in [".", "tsconfig.worker.json", "tsconfig.extension.json"] {
        let mut types = Command::new("node");
        types
            .args(["node_modules/typescript/bin/tsc", "--project", project])
            .current_dir(&folder);
        tools::succeed(types, "the type check of the scripts")?;
    }
    let binary = built(shared)?;
    let chromium = tools::chromium().ok_or_else(|| "Chromium is gone".to_owned())?;
    let output = shared.root.join("test-output");
    let mut command = Command::new("node");
    command
        .args(["--test", "--test-reporter=spec"])
        .current_dir(&folder)
        .env("CUTTINGS_BINARY", binary)
        .env("CUTTINGS_CHROMIUM", chromium)
        .env("CUTTINGS_TEST_OUTPUT", &output);
    let tally = counted(command, "browser tests", tally::of_node)?;
    println!("screenshots are in {}", output.display());
    Ok(tally)
}

/// Installs what the lockfile of a folder names; nothing of it runs.
fn npm_packages(folder: &Path) -> Result<(), String> {
    let mut install = Command::new("npm");
    install
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder);
    tools::succeed(install, "npm ci")
}

/// Runs cargo with its output shown; one check that passes or fails.
fn quiet(shared: &mut Shared, args: &[&str]) -> Result<Tally, Failure> {
    let mut command = cargo(shared);
    command.args(args);
    tools::succeed(command, &format!("cargo {}", args[0]))?;
    Ok(Tally::one())
}

/// Cargo in the root, with what tests are told by the environment.
fn cargo(shared: &Shared) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(&shared.root)
        .env("CUTTINGS_CORPORA", &shared.corpora);
    // `cargo run` describes xtask itself in these. Handed on, they would make
    // build scripts that watch them run again after every change of hands.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    if let Some(server) = &shared.postgres {
        command.env("CUTTINGS_TEST_POSTGRES", server.url());
    }
    command
}

/// Runs a test runner and counts what it reports with `read`.
///
/// A runner that fails, reports a failure, or ends well without a summary makes
/// the step fail: no news is not good news.
fn counted(
    command: Command,
    what: &str,
    read: fn(&str) -> Option<Tally>,
) -> Result<Tally, Failure> {
    let (succeeded, output) = shown(command, what)?;
    match read(&output) {
        Some(tally) if succeeded && tally.failed == 0 => Ok(tally),
        Some(mut tally) => {
            tally.failed = tally.failed.max(1);
            Err(Failure {
                reason: format!("{} of the {what} failed", tally.failed),
                tally,
            })
        }
        None if succeeded => Err(format!("the {what} ended without a summary").into()),
        None => Err(format!("the {what} could not be run to their end").into()),
    }
}

/// Runs a command, passing both its outputs on line by line while keeping them.
/// Gives whether it succeeded, and what it said.
fn shown(mut command: Command, what: &str) -> Result<(bool, String), String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the {what} could not be started: {error}"))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let errors = thread::spawn(move || err.map(|err| pass_on(err, &mut std::io::stderr())));
    let mut output = out.map_or_else(String::new, |out| pass_on(out, &mut std::io::stdout()));
    match errors.join() {
        Ok(said) => output.push_str(&said.unwrap_or_default()),
        Err(_) => return Err(format!("the output of the {what} could not be read")),
    }
    let status = child
        .wait()
        .map_err(|error| format!("the {what} cannot be waited for: {error}"))?;
    Ok((status.success(), output))
}

/// Copies `from` to `to` until it ends, and gives all of it. Bytes that are no
/// UTF-8 come out as replacement characters.
fn pass_on(from: impl Read, to: &mut impl Write) -> String {
    let mut kept = String::new();
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    // A closed terminal must not stop the tests, so a failed write is no error.
    while matches!(reader.read_until(b'\n', &mut line), Ok(read) if read > 0) {
        to.write_all(&line).and_then(|()| to.flush()).ok();
        kept.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_outputs_of_a_runner_are_kept() {
        let (succeeded, output) = shown(sh("echo one; echo two >&2; exit 3"), "script").unwrap();
        assert!(!succeeded);
        assert!(output.contains("one\n") && output.contains("two\n"));
    }

    #[test]
    fn a_runner_that_counts_nothing_fails_even_when_it_ends_well() {
        let failure = counted(sh("true"), "tests", tally::of_node).err().unwrap();
        assert!(failure.reason.contains("without a summary"));
        assert_eq!(failure.tally.failed, 1);
    }

    #[test]
    fn a_runner_that_ends_badly_fails_even_when_all_it_counted_passed() {
        let script = "echo '# pass 2'; echo '# fail 0'; exit 1";
        let failure = counted(sh(script), "tests", tally::of_node).err().unwrap();
        assert_eq!((failure.tally.passed, failure.tally.failed), (2, 1));
    }

    #[test]
    fn every_need_names_steps_in_order() {
        let at = |name: &str| STEPS.iter().position(|step| step.name == name).unwrap();
        assert!(NEEDS.iter().all(|(step, before)| at(before) < at(step)));
    }
}
