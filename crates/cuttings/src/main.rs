//! The binary: arguments, configuration, wiring, exit codes.
//!
//! Each command is a file in `cmd/`. Data goes to standard output, everything
//! else to standard error. Exit codes: 0 done; 1 some items failed, each named
//! on standard error; 2 wrong use; 3 the library cannot be opened; 130 and 143
//! `extract` was stopped by SIGINT or SIGTERM.

mod args;
mod cmd;
mod config;
mod open;
mod print;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use args::{Args, Command};
use config::Config;

/// How a command ended when it could not do all it was asked.
#[derive(Debug)]
pub enum Failure {
    /// Some items failed, and each has been named.
    SomeFailed,
    /// A signal, by its number, stopped it before the end.
    Stopped(u8),
    /// The command was used wrongly.
    Use(anyhow::Error),
    /// The library cannot be opened.
    Library(anyhow::Error),
    /// Something else went wrong.
    Other(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl Failure {
    /// A wrong use, in words.
    fn wrong_use(words: impl std::fmt::Display) -> Self {
        Self::Use(anyhow::anyhow!("{words}"))
    }

    fn report(&self) -> ExitCode {
        let (error, code) = match self {
            Self::SomeFailed => return ExitCode::from(1),
            Self::Stopped(signal) => return ExitCode::from(128 + signal),
            Self::Other(error) => (error, 1),
            Self::Use(error) => (error, 2),
            Self::Library(error) => (error, 3),
        };
        // A reader that closed the pipe early is no failure of ours.
        let broken_pipe = error.chain().any(|cause| {
            cause
                .downcast_ref::<std::io::Error>()
                .is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
        });
        if broken_pipe {
            return ExitCode::SUCCESS;
        }
        eprintln!("cuttings: {error:#}");
        ExitCode::from(code)
    }
}

fn main() -> ExitCode {
    let matches = Args::command().get_matches();
    let args = match Args::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(error) => error.exit(),
    };
    match run(args, &matches) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(args: Args, matches: &clap::ArgMatches) -> Result<(), Failure> {
    if let Command::Extract(extract) = args.command {
        return cmd::extract::run(&extract);
    }
    if let Command::Reference(reference) = args.command {
        return cmd::reference::run(&reference);
    }
    let config = Config::load(&args.settings, matches).map_err(Failure::Use)?;
    if let Command::Parser(parser) = args.command {
        return cmd::parser::run(&parser, config.parser, args.settings.json);
    }
    start_logging(&config.log);
    let json = args.settings.json;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Other(error.into()))?;
    runtime.block_on(async {
        match args.command {
            Command::Serve => cmd::serve::run(&config).await,
            Command::Save(save) => cmd::save::run(&config, &save, json).await,
            Command::List(list) => cmd::list::run(&config, &list, json).await,
            Command::Read(read) => cmd::read::run(&config, &read, json).await,
            Command::Recapture(asked) => cmd::recapture::run(&config, &asked, json).await,
            Command::Compare(asked) => cmd::compare::run(&config, &asked, json).await,
            Command::Reextract(asked) => cmd::reextract::run(&config, &asked, json).await,
            Command::Search(search) => cmd::search::run(&config, &search, json).await,
            Command::Highlight(highlight) => cmd::highlight::run(&config, &highlight, json).await,
            Command::Feed(feed) => cmd::feed::run(&config, &feed, json).await,
            Command::Rules(rules) => cmd::rules::run(&config, &rules, json).await,
            Command::User(user) => cmd::user::run(&config, &user, json).await,
            Command::Token(token) => cmd::token::run(&config, &token, json).await,
            Command::Export(export) => cmd::export::run(&config, &export, json).await,
            Command::Verify(verify) => cmd::verify::run(&config, &verify, json).await,
            Command::Config => cmd::config::run(&config, json),
            Command::Extract(_) | Command::Reference(_) | Command::Parser(_) => {
                unreachable!("these need no library and ran above")
            }
        }
    })
}

fn start_logging(filter: &str) {
    let filter = tracing_subscriber::EnvFilter::try_new(filter)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}
