//! Parser processes: started when there is work, asked one thing at a time,
//! ended when they do not answer, replaced when they have worked long.

use std::io;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use super::child::Hello;
use super::work::{Answer, Request};
use super::{IDLE, ParseFailure, Program, wire};

/// A process that has used this much processor time is replaced by a fresh one.
pub(super) const SPENT_AFTER_SECONDS: u64 = 10;
/// Longest a process may take to start.
const START_LIMIT: Duration = Duration::from_secs(10);
/// Longest to wait for the end of a process that has closed its pipe.
const END_LIMIT: Duration = Duration::from_secs(5);

pub(super) struct Pool {
    program: Program,
    places: Semaphore,
    idle: Arc<Idle>,
    told_of_walls: AtomicBool,
}

#[derive(Default)]
struct Idle {
    processes: Mutex<Vec<(Process, Instant)>>,
    is_swept: AtomicBool,
}

impl Pool {
    pub(super) fn new(program: Program, at_once: usize) -> Self {
        Self {
            program,
            places: Semaphore::new(at_once),
            idle: Arc::default(),
            told_of_walls: AtomicBool::new(false),
        }
    }

    pub(super) async fn ask(
        &self,
        request: &Request,
        body: &[u8],
    ) -> Result<(Answer, Bytes), ParseFailure> {
        let _place = self.places.acquire().await.expect("it is never closed");
        // One that waited may have been ended by others meanwhile: that is not
        // the fault of this page, which is read by a fresh one then.
        if let Some(process) = self.idle.take() {
            match self.ask_one(process, request, body).await {
                Err(ParseFailure::Broken { how }) => {
                    tracing::debug!(how, "a parser process that had waited is replaced");
                }
                answered => return answered,
            }
        }
        let process = self.start().await.map_err(|error| {
            tracing::error!(%error, "no parser process could be started");
            ParseFailure::NoProcess(error)
        })?;
        self.ask_one(process, request, body).await
    }

    async fn ask_one(
        &self,
        mut process: Process,
        request: &Request,
        body: &[u8],
    ) -> Result<(Answer, Bytes), ParseFailure> {
        let limits = self.program.limits;
        let limit = Duration::from_secs(limits.seconds);
        match timeout(limit, process.ask(request, body)).await {
            // Dropping the process ends it.
            Err(_) => Err(ParseFailure::TooLong {
                seconds: limits.seconds,
            }),
            Ok(Err(error)) => Err(process.post_mortem(&error, limits.memory_mib).await),
            Ok(Ok((answer, spent, body))) => {
                if spent < SPENT_AFTER_SECONDS && !matches!(answer, Answer::Panicked(_)) {
                    self.idle.put(process);
                }
                Ok((answer.completed(), body.into()))
            }
        }
    }

    async fn start(&self) -> io::Result<Process> {
        let mut command = Command::new(&self.program.path);
        command
            .args(&self.program.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn()?;
        let no_pipe = || io::Error::other("it has no pipes");
        let mut process = Process {
            input: child.stdin.take().ok_or_else(no_pipe)?,
            output: child.stdout.take().ok_or_else(no_pipe)?,
            errors: child.stderr.take().ok_or_else(no_pipe)?,
            child,
        };
        let hello = timeout(START_LIMIT, wire::receive::<Hello>(&mut process.output)).await;
        let walls = match hello {
            Ok(Ok((Hello { walls }, _))) => walls,
            Ok(Err(error)) => {
                let said = process.last_words().await;
                return Err(io::Error::other(format!("{error}; it said {said:?}")));
            }
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        };
        if !self.told_of_walls.swap(true, Ordering::Relaxed) {
            if walls.all_stand() {
                tracing::info!("pages are read in processes without files, sockets or programs");
            } else {
                tracing::warn!(
                    ?walls,
                    "this system cannot wall off the processes that read pages as it should; \
                     a Linux kernel from 6.12 on with Landlock and seccomp can"
                );
            }
        }
        Ok(process)
    }
}

impl Idle {
    fn take(&self) -> Option<Process> {
        let mut processes = self.processes.lock().expect("no holder panics");
        processes.pop().map(|(process, _)| process)
    }

    /// Keeps a process for the next page, or for [`IDLE`].
    fn put(self: &Arc<Self>, process: Process) {
        let mut processes = self.processes.lock().expect("no holder panics");
        processes.push((process, Instant::now()));
        drop(processes);
        if self.is_swept.swap(true, Ordering::AcqRel) {
            return;
        }
        let idle = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(IDLE).await;
                let Some(idle) = idle.upgrade() else { return };
                let mut processes = idle.processes.lock().expect("no holder panics");
                processes.retain(|(_, since)| since.elapsed() < IDLE);
                if processes.is_empty() {
                    idle.is_swept.store(false, Ordering::Release);
                    return;
                }
            }
        });
    }
}

/// One process and its pipes. Dropping it ends it.
struct Process {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    errors: ChildStderr,
}

impl Process {
    async fn ask(&mut self, request: &Request, body: &[u8]) -> io::Result<(Answer, u64, Vec<u8>)> {
        wire::send(&mut self.input, request, body).await?;
        let ((answer, spent), body) = wire::receive(&mut self.output).await?;
        Ok((answer, spent, body))
    }

    /// Why a process gave no answer.
    async fn post_mortem(mut self, error: &io::Error, mib: u64) -> ParseFailure {
        let said = self.last_words().await;
        if said.contains("memory allocation of") {
            return ParseFailure::TooMuchMemory { mib };
        }
        let end = match timeout(END_LIMIT, self.child.wait()).await {
            Ok(Ok(status)) => status.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("it does not end: {error}"),
        };
        let said = said.lines().next().unwrap_or_default();
        let how = if said.is_empty() {
            end
        } else {
            format!("{end}: {said}")
        };
        tracing::warn!(how, "a parser process ended in mid-work");
        ParseFailure::Broken { how }
    }

    /// What it wrote to its standard error, at most the first 4 kB.
    async fn last_words(&mut self) -> String {
        let mut said = Vec::new();
        let mut errors = (&mut self.errors).take(4096);
        let reading = errors.read_to_end(&mut said);
        // What was read until then is said either way.
        let _ = timeout(END_LIMIT, reading).await;
        String::from_utf8_lossy(&said).into_owned()
    }
}
