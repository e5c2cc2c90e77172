//! `cuttings parser`: the process that reads what strangers wrote. Cuttings starts
//! it itself; `--try-walls` shows to people that it can do nothing else.

use std::path::PathBuf;

use anyhow::Context as _;
use cuttings_extract::rules::Rules;
use cuttings_library::parser::{ParserLimits, child};

use crate::{Failure, print};

/// How a parser process is started.
#[derive(Debug, clap::Args)]
pub struct Parser {
    /// Folder of site rules
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,

    /// Try to do what a parser may not do, and print what was refused
    #[arg(long)]
    pub try_walls: bool,
}

/// Reads requests until standard input ends. Starts no thread.
pub fn run(args: &Parser, limits: ParserLimits, json: bool) -> Result<(), Failure> {
    if args.try_walls {
        return try_walls(limits, json);
    }
    let rules = match &args.rules {
        // What is wrong with a rule was said by the process that started this.
        Some(folder) => {
            Rules::read_folder(folder)
                .with_context(|| format!("cannot read the folder of rules {}", folder.display()))?
                .0
        }
        None => Rules::default(),
    };
    child::run(&rules, limits).context("the parser ends")?;
    Ok(())
}

/// Prints what stands around a parser, and what it was refused.
fn try_walls(limits: ParserLimits, json: bool) -> Result<(), Failure> {
    let (walls, attempts) = child::try_walls(limits).context("a limit cannot be set")?;
    let all_refused = attempts.iter().all(|attempt| attempt.refused);
    if json {
        print::line(serde_json::json!({ "walls": walls, "attempts": attempts }))?;
    } else {
        for attempt in &attempts {
            let verdict = if attempt.refused {
                "refused"
            } else {
                "ALLOWED"
            };
            print::line(format_args!(
                "{verdict:<8} {:<30} {}",
                attempt.what, attempt.answer
            ))?;
        }
    }
    if all_refused && walls.all_stand() {
        return Ok(());
    }
    eprintln!(
        "not all walls stand on this system: {}",
        serde_json::json!(walls)
    );
    Err(Failure::SomeFailed)
}
