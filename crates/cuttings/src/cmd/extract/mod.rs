//! `cuttings extract`: pages in, articles out. Opens no library.
//!
//! One page is read and printed here. For several, one thread reads the inputs
//! ([`inputs`]), as many as there are cores extract ([`page`]), and this thread
//! writes in the order of the inputs ([`write`]). Between them is a queue of
//! bounded size ([`queue`]), so memory does not grow with the input. What was
//! written can be noted in a file, to go on from after a stop ([`resume`]).

mod inputs;
mod output;
mod page;
mod queue;
mod resume;
mod stop;
mod tally;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cuttings_extract::rules::Rules;
use url::Url;

use crate::Failure;
use crate::args::{Extract, InputFormat, OutputFormat};

use inputs::{Inputs, Opened};
use output::Output;
use page::Style;
use queue::{Done, Next, Queue, Reached};
use resume::{Notes, Progress};
use tally::{Failed, Teller};

/// How often it is noted what was written.
const NOTE_EVERY: Duration = Duration::from_secs(1);

/// How often the line on the terminal changes.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// Extracts what is given and prints it.
///
/// One page gives one object (or one article), without more. Otherwise each
/// page is a line with its `id`, failures are named on standard error, and a
/// line there counts them at the end.
pub fn run(extract: &Extract) -> Result<(), Failure> {
    let base = match &extract.url {
        Some(url) => Some(
            Url::parse(url)
                .with_context(|| format!("--url: “{url}” is not an address"))
                .map_err(Failure::Use)?,
        ),
        None => None,
    };
    let rules = match &extract.rules {
        Some(folder) => super::rules::read_folder(folder)?.0,
        None => Rules::default(),
    };
    let mut first = None;
    if let [only] = extract.pages.as_slice()
        && (only == "-" || !Path::new(only).is_dir())
        && extract.resume.is_none()
    {
        let opened = Opened::open(only, extract.input_format);
        let format = extract.format.unwrap_or(OutputFormat::Jsonl);
        let style = Style {
            format,
            rules: &rules,
            is_one: true,
        };
        match opened {
            Ok(opened)
                if opened.format == InputFormat::Html
                    && extract.format != Some(OutputFormat::Jsonl) =>
            {
                let write = if extract.explain {
                    page::explain(
                        &opened.into_page().map_err(|failed| told(&failed))?,
                        base.as_ref(),
                        &rules,
                    )
                } else {
                    page::extract(
                        &opened.into_page().map_err(|failed| told(&failed))?,
                        base.as_ref(),
                        style,
                    )
                };
                return one(
                    &write.map_err(|failed| told(&failed))?,
                    extract.output.as_deref(),
                );
            }
            Ok(opened) => first = Some(opened),
            Err(failed) => return Err(told(&failed)),
        }
    }
    if extract.explain {
        return Err(Failure::wrong_use("--explain takes one page"));
    }
    several(extract, base.as_ref(), &rules, first)
}

/// The failure of the one page there is.
fn told(failed: &Failed) -> Failure {
    Failure::Other(anyhow::anyhow!("{failed}"))
}

/// Prints what came of the one page there is.
fn one(text: &str, output: Option<&Path>) -> Result<(), Failure> {
    let mut out = Output::open(output)?;
    out.write(text)?;
    out.flush()?;
    Ok(())
}

/// Reads, extracts and writes side by side until the inputs end or somebody
/// stops it.
fn several(
    extract: &Extract,
    base: Option<&Url>,
    rules: &Rules,
    first: Option<Opened>,
) -> Result<(), Failure> {
    let mut out = Output::open(extract.output.as_deref())?;
    let (mut notes, progress) = match &extract.resume {
        Some(path) => {
            let (notes, progress) = Notes::open(path, extract, &mut out)?;
            (Some(notes), progress)
        }
        None => (None, Progress::default()),
    };
    let jobs = extract.jobs.map_or_else(
        || std::thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    );
    let queue = Arc::new(Queue::new(jobs));
    let signal = stop::on_signal(&queue)?;
    if progress.is_finished {
        queue.close();
    } else {
        let inputs = Inputs {
            given: extract.pages.clone(),
            format: extract.input_format,
            from: progress.reached.clone(),
        };
        let queue = Arc::clone(&queue);
        // Not waited for: it may be reading from somebody who never ends.
        std::thread::spawn(move || {
            inputs.read(first, &mut |item| queue.put(item));
            queue.close();
        });
    }
    let style = Style {
        format: extract.format.unwrap_or(OutputFormat::Jsonl),
        rules,
        is_one: false,
    };
    let (written, progress) = std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some((number, page)) = queue.take() {
                    let outcome = page::extract_guarded(&page, base, style);
                    // Large pages are given back before the next is taken.
                    drop(page);
                    queue.finish(number, outcome);
                }
            });
        }
        let mut progress = progress;
        let written = write(&queue, &mut out, notes.as_mut(), &mut progress);
        if written.is_err() {
            queue.stop();
        }
        (written, progress)
    });
    written?;
    let tally = &progress.tally;
    if let Some(signal) = signal.received() {
        let advice = match notes {
            Some(_) => "; run the same command again to go on",
            None => "",
        };
        eprintln!("cuttings: stopped after {tally}{advice}");
        return Err(Failure::Stopped(signal));
    }
    eprintln!("cuttings: {tally}");
    if tally.has_failures() {
        Err(Failure::SomeFailed)
    } else {
        Ok(())
    }
}

/// Writes what is done, in order, and says how it goes.
fn write(
    queue: &Queue,
    out: &mut Output,
    mut notes: Option<&mut Notes>,
    progress: &mut Progress,
) -> Result<(), Failure> {
    let mut teller = Teller::new();
    let mut last_note = Instant::now();
    loop {
        let next = queue.next(TELL_EVERY);
        match next {
            Next::Done(done) => {
                let Done {
                    reached,
                    outcome,
                    others,
                    bytes,
                } = done;
                match outcome {
                    Reached::Page(text) => {
                        out.write(&text)?;
                        progress.tally.pages += 1;
                    }
                    Reached::Failure(failed) => {
                        teller.clear();
                        eprintln!("cuttings: {failed}");
                        progress.tally.count(&failed);
                    }
                    Reached::Nothing => {}
                }
                progress.tally.others += others;
                progress.reached = reached;
                teller.tell(&progress.tally, bytes);
            }
            Next::Idle => {
                out.flush()?;
                teller.tell(&progress.tally, 0);
            }
            Next::Ended { is_all } => {
                teller.clear();
                out.flush()?;
                progress.is_finished |= is_all;
                if let Some(notes) = notes {
                    notes.write(out, progress)?;
                }
                return Ok(());
            }
        }
        if let Some(notes) = &mut notes
            && last_note.elapsed() >= NOTE_EVERY
        {
            notes.write(out, progress)?;
            last_note = Instant::now();
        }
    }
}
