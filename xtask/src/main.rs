//! Developer commands: `cargo xtask test`, `house`, `corpus`, `bench`, `fuzz`,
//! `train`, `eval`.
//!
//! Nothing the product needs at run time is here. The alias `xtask` stands in
//! `.cargo/config.toml`; the rules themselves are in the library beside this
//! file, so that a test can hold them too.

mod bench;
mod corpus;
mod extension;
mod floors;
mod fuzz;
mod reference;
mod shots;
mod steps;
mod tally;
mod test;
mod tools;

/// Starting and stopping a PostgreSQL of our own.
mod postgres;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask COMMAND

  test [--only STEP,STEP] [--list]   sets up what is missing and runs every check
  house                              house rules and licences alone
  corpus [SET…] [--worst N]          scores on the public corpora, against their floors
  corpus --raise                     the same, and raises the floors that can go up
  bench extraction [--pages N] [--peers NAME,NAME]
                                     our extractor and others' on the same pages
  fuzz TARGET [--seconds N]          feeds a parser what nobody would write, led by coverage
  extension                          the browser extension as the file that stores take
  shots                              every page as pictures, light and dark, wide and narrow
  bench pages [--articles N]         times and sizes of pages in a made-up library of 100,000
  bench parser                       what reading pages in a process of their own costs
  train                              makes the weights of the reference engine anew
  eval [tagger|statements|dates|stories]
                                     scores of the reference engine on the public corpora";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.split_first() {
        Some((command, rest)) if command == "test" => test::run(rest),
        Some((command, rest)) if command == "house" && rest.is_empty() => house(),
        Some((command, rest)) if command == "corpus" => match corpus::run(rest) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(reason) => refuse(&reason),
        },
        Some((command, rest)) if command == "fuzz" => match fuzz::run(rest) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(reason) => refuse(&reason),
        },
        Some((command, rest)) if command == "bench" => match bench::run(rest) {
            Ok(()) => ExitCode::SUCCESS,
            Err(reason) => refuse(&reason),
        },
        Some((command, rest)) if command == "train" || command == "eval" => {
            let words: Vec<&str> = std::iter::once(command)
                .chain(rest)
                .map(String::as_str)
                .collect();
            match reference::run(&words) {
                Ok(true) => ExitCode::SUCCESS,
                Ok(false) => ExitCode::FAILURE,
                Err(reason) => refuse(&reason),
            }
        }
        Some((command, rest)) if command == "shots" && rest.is_empty() => match shots::run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(reason) => refuse(&reason),
        },
        Some((command, rest)) if command == "extension" && rest.is_empty() => {
            match extension::run() {
                Ok(()) => ExitCode::SUCCESS,
                Err(reason) => refuse(&reason),
            }
        }
        Some((command, _)) if command == "help" || command == "--help" => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Says why a command could not do its work; exit code 2.
fn refuse(reason: &str) -> ExitCode {
    eprintln!("xtask: {reason}");
    ExitCode::from(2)
}

/// Runs every house rule; exit code 1 when one is broken.
fn house() -> ExitCode {
    let tally = match steps::house_rules() {
        Ok(tally) => tally,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", tally.line());
    if tally.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
