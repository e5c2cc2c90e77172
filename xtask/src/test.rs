//! `cargo xtask test`: every check there is, in one command.
//!
//! Run by developers and by `.ci/run`. It sets up what the tests need, runs the
//! steps of [`crate::steps`] in order, stops at the first that fails, and closes
//! with one line that sums them all up. A test that did not run is named; with
//! `CI=true` it makes the whole run fail.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::steps::{NEEDS, STEPS, Shared, Step};
use crate::tally::Tally;
use crate::tools::{self, Tool};

/// Runs the command with what follows `test` on its line. The exit code is 0
/// when all went well, 1 when a step failed, 2 on wrong use.
pub fn run(args: &[String]) -> ExitCode {
    let chosen = match chosen(args) {
        Ok(Some(chosen)) => chosen,
        Ok(None) => {
            for step in STEPS {
                println!("{:10} {}", step.name, step.about);
            }
            return ExitCode::SUCCESS;
        }
        Err(reason) => {
            eprintln!("xtask: {reason}");
            return ExitCode::from(2);
        }
    };
    let in_ci = tools::in_ci();
    let mut total = Tally::default();
    let mut times = Vec::new();
    let ended = run_steps(&chosen, in_ci, &mut total, &mut times);

    println!();
    let spent: Vec<String> = times
        .iter()
        .map(|(name, time)| format!("{name} {:.1} s", time.as_secs_f64()))
        .collect();
    println!("time: {}", spent.join(", "));
    for name in &total.skipped {
        println!("skipped: {name}");
    }
    let mut failed = false;
    if let Err((name, reason)) = ended {
        failed = true;
        println!("stopped at {name}: {reason}");
        if name != "tools" {
            println!("once mended, try it alone: cargo xtask test --only {name}");
        }
    } else if in_ci && !total.skipped.is_empty() {
        failed = true;
        println!("a skipped test fails here, because CI is set");
    }
    println!("{}", total.line());
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

type Stopped = (&'static str, String);

fn run_steps(
    chosen: &[&Step],
    in_ci: bool,
    total: &mut Tally,
    times: &mut Vec<(&'static str, Duration)>,
) -> Result<(), Stopped> {
    let root = xtask::workspace::root();
    let corpora = std::env::var_os("CUTTINGS_CORPORA")
        .map_or_else(|| root.join("../shared"), |folder| root.join(folder));
    let mut shared = Shared {
        root,
        corpora,
        postgres: None,
    };

    let started = Instant::now();
    header("tools", "programs the tests need");
    let mut wanted: Vec<Tool> = Vec::new();
    for tool in chosen.iter().flat_map(|step| step.tools) {
        if !wanted.contains(tool) {
            wanted.push(*tool);
        }
    }
    if let Err(reason) = tools::ensure(&wanted) {
        total.failed += 1;
        return Err(("tools", reason));
    }
    if chosen.iter().any(|step| step.name == "nextest") && !shared.corpora.is_dir() {
        let reason = format!(
            "every test on the public corpora: no folder {} (CUTTINGS_CORPORA)",
            shared.corpora.display()
        );
        // Said now, not after half an hour of other tests.
        if in_ci {
            total.failed += 1;
            return Err(("tools", format!("skipped would be {reason}")));
        }
        total.skipped.push(reason);
    }
    done("tools", started, times);

    for step in chosen {
        let started = Instant::now();
        header(step.name, step.about);
        let result = (step.run)(&mut shared);
        done(step.name, started, times);
        match result {
            Ok(tally) => total.add(tally),
            Err(failure) => {
                total.add(failure.tally);
                return Err((step.name, failure.reason));
            }
        }
    }
    Ok(())
}

fn header(name: &str, about: &str) {
    println!("\n== {name}: {about}");
}

fn done(name: &'static str, started: Instant, times: &mut Vec<(&'static str, Duration)>) {
    let time = started.elapsed();
    println!("== {name} took {:.1} s", time.as_secs_f64());
    times.push((name, time));
}

/// The steps asked for, those they need included, in order; none for `--list`.
///
/// # Errors
///
/// What is wrong with the arguments.
fn chosen(args: &[String]) -> Result<Option<Vec<&'static Step>>, String> {
    let mut only: Vec<String> = Vec::new();
    let mut is_limited = false;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let list = match arg.as_str() {
            "--list" => return Ok(None),
            "--only" => args.next().ok_or("--only needs the names of steps")?,
            other => other
                .strip_prefix("--only=")
                .ok_or_else(|| format!("`{other}` is not known; --only and --list are"))?,
        };
        is_limited = true;
        only.extend(list.split(',').map(str::to_owned));
    }
    if !is_limited {
        return Ok(Some(STEPS.iter().collect()));
    }
    for name in &only {
        if !STEPS.iter().any(|step| step.name == name) {
            let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
            return Err(format!("no step `{name}`; there are {}", names.join(", ")));
        }
    }
    let asked = |name: &str| only.iter().any(|one| one == name);
    Ok(Some(
        STEPS
            .iter()
            .filter(|step| {
                asked(step.name)
                    || NEEDS
                        .iter()
                        .any(|(later, before)| *before == step.name && asked(later))
            })
            .collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(args: &[&str]) -> Result<Vec<&'static str>, String> {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        let steps = chosen(&args)?.ok_or("the list")?;
        Ok(steps.iter().map(|step| step.name).collect())
    }

    #[test]
    fn without_arguments_every_step_runs() {
        assert_eq!(names(&[]).unwrap().len(), STEPS.len());
    }

    #[test]
    fn steps_run_in_their_own_order_with_what_they_need() {
        assert_eq!(
            names(&["--only", "nextest,fmt"]).unwrap(),
            ["fmt", "postgres", "nextest"]
        );
        assert_eq!(names(&["--only=doc"]).unwrap(), ["doc"]);
    }

    #[test]
    fn an_unknown_step_or_option_is_refused() {
        assert!(
            names(&["--only", "fnt"])
                .unwrap_err()
                .contains("no step `fnt`")
        );
        assert!(names(&["--only", ""]).is_err());
        assert!(names(&["--only"]).is_err());
        assert!(names(&["--fast"]).is_err());
    }
}
