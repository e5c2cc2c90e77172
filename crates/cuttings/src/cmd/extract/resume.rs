//! Going on after a stop: a small file that says how far a run came.
//!
//! It is written whole or not at all (to a neighbour, then renamed), and only
//! after the results it speaks of are on disk. So it may be behind the output,
//! never ahead; what is ahead of it is cut off before going on, a line that was
//! torn by a crash included.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::inputs::Position;
use super::output::Output;
use super::tally::Tally;
use crate::Failure;
use crate::args::{Extract, InputFormat, OutputFormat};

/// How far a run came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub reached: Position,
    pub tally: Tally,
    /// Whether all inputs were read to their end.
    pub is_finished: bool,
}

/// What must be the same when a run goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Order {
    inputs: Vec<String>,
    url: Option<String>,
    format: Option<OutputFormat>,
    input_format: Option<InputFormat>,
}

#[derive(Serialize, Deserialize)]
struct Content {
    /// The form of this file.
    version: u32,
    order: Order,
    progress: Progress,
    /// The length of the output, where it is a file.
    output_bytes: Option<u64>,
}

const VERSION: u32 = 1;

/// The file that says how far a run came.
pub struct Notes {
    path: PathBuf,
    order: Order,
}

impl Notes {
    /// Reads what an earlier run of the same command noted, and cuts `out` back
    /// to where it was then.
    pub fn open(
        path: &Path,
        extract: &Extract,
        out: &mut Output,
    ) -> Result<(Self, Progress), Failure> {
        let order = Order {
            inputs: extract.pages.clone(),
            url: extract.url.clone(),
            format: extract.format,
            input_format: extract.input_format,
        };
        let notes = Self {
            path: path.to_owned(),
            order,
        };
        let shown = path.display();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                // Noted before anything is written, so that a crash in the first
                // second leaves nothing that would come twice.
                notes.write(out, &Progress::default())?;
                return Ok((notes, Progress::default()));
            }
            Err(error) => {
                let error = anyhow::Error::new(error).context(format!("cannot read {shown}"));
                return Err(Failure::Use(error));
            }
        };
        let content: Content = serde_json::from_str(&text)
            .with_context(|| {
                format!(
                    "{shown} is not from `cuttings extract --resume`; \
                     name another file, which need not exist"
                )
            })
            .map_err(Failure::Use)?;
        if content.version != VERSION || content.order != notes.order {
            return Err(Failure::wrong_use(format!(
                "{shown} belongs to another command; give the same inputs and options, \
                 or another file to begin anew"
            )));
        }
        if let Some(length) = content.output_bytes
            && !out.cut_to(length)?
        {
            return Err(Failure::wrong_use(format!(
                "the output is shorter than the {length} bytes that {shown} counts; append with \
                 `>>` or use --output, or remove {shown} to begin anew"
            )));
        }
        Ok((notes, content.progress))
    }

    /// Notes how far the run came, once the output has come as far.
    pub fn write(&self, out: &mut Output, progress: &Progress) -> anyhow::Result<()> {
        let content = Content {
            version: VERSION,
            order: self.order.clone(),
            progress: progress.clone(),
            output_bytes: out.settle()?,
        };
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        write_whole(&beside, &serde_json::to_vec_pretty(&content)?)
            .and_then(|()| std::fs::rename(&beside, &self.path))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
