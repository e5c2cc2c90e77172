//! Stopping in order: the first SIGINT or SIGTERM ends the run after the pages
//! under way, a second one at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

use super::queue::Queue;
use crate::Failure;

/// The signal that came, if one did.
pub struct Received(Arc<AtomicU8>);

impl Received {
    /// Its number: 2 for SIGINT, 15 for SIGTERM.
    pub fn received(&self) -> Option<u8> {
        match self.0.load(Ordering::SeqCst) {
            0 => None,
            number => Some(number),
        }
    }
}

/// Stops `queue` when a signal comes. Signals count from the moment this has
/// returned.
pub fn on_signal(queue: &Arc<Queue>) -> Result<Received, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot wait for signals")?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (
            signal(SignalKind::interrupt()).context("cannot wait for signals")?,
            signal(SignalKind::terminate()).context("cannot wait for signals")?,
        )
    };
    let received = Received(Arc::default());
    let number = Arc::clone(&received.0);
    let queue = Arc::clone(queue);
    std::thread::spawn(move || {
        runtime.block_on(async {
            loop {
                let which = tokio::select! {
                    _ = interrupt.recv() => 2,
                    _ = terminate.recv() => 15,
                };
                if number.swap(which, Ordering::SeqCst) != 0 {
                    // What was noted is never ahead of what was written.
                    std::process::exit(128 + i32::from(which));
                }
                queue.stop();
            }
        });
    });
    Ok(received)
}
