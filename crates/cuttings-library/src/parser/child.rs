//! The life of a parser process: give everything up, then answer requests from
//! standard input on standard output until it ends.

use std::io::{self, BufReader, BufWriter};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cuttings_extract::rules::Rules;
use serde::{Deserialize, Serialize};

use super::work::{self, Answer, Request};
use super::{ParserLimits, walls, wire};

pub use super::walls::{Attempt, Held, Walls};

/// The first thing a process says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    /// What holds it.
    pub(super) walls: Walls,
}

/// Runs to the end of standard input. Call it before any thread is started:
/// what is given up, is given up for the calling thread and its descendants.
///
/// # Errors
///
/// When a limit cannot be set, or the other side closes its end in mid-answer.
pub fn run(rules: &Rules, limits: ParserLimits) -> io::Result<()> {
    let walls = walls::raise(limits)?;
    let mut input = BufReader::new(io::stdin().lock());
    let mut output = BufWriter::new(io::stdout().lock());
    wire::write(&mut output, &Hello { walls }, &[])?;

    let last_panic = Arc::new(Mutex::new(String::new()));
    let noted = Arc::clone(&last_panic);
    std::panic::set_hook(Box::new(move |panic| {
        if let Ok(mut noted) = noted.lock() {
            *noted = panic.to_string();
        }
    }));
    while let Some((request, body)) = wire::read::<Request>(&mut input)? {
        let done = catch_unwind(AssertUnwindSafe(|| work::answer(rules, &request, &body)));
        let (answer, body) = done.unwrap_or_else(|_| {
            let how = last_panic.lock().map(|how| how.clone()).unwrap_or_default();
            (Answer::Panicked(how), Bytes::new())
        });
        let spent = walls::processor_seconds();
        wire::write(&mut output, &(answer, spent), &body)?;
    }
    Ok(())
}

#[cfg(unix)]
fn parent_id() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent_id() -> u32 {
    0
}

/// Gives everything up and tries all the same to do what a parser may not: what
/// was refused, and what not.
///
/// # Errors
///
/// When a limit cannot be set.
pub fn try_walls(limits: ParserLimits) -> io::Result<(Walls, Vec<Attempt>)> {
    // Afterwards even this may not be asked.
    let parent = parent_id();
    let walls = walls::raise(limits)?;
    Ok((walls, walls::attempts(limits, parent)))
}
