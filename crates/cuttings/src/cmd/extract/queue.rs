//! The queue between the thread that reads, those that extract, and the one
//! that writes.
//!
//! Pages leave it in the order they came, whichever is extracted first. It
//! holds a bounded number of pages and bytes, from reading to writing: when it
//! is full the reader waits, so that memory does not grow with the input or
//! with a slow page at the front.
//!
//! After [`Queue::stop`] nothing new is taken. What was taken is a stretch
//! without gaps, so what is written after a stop has none either.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::inputs::Position;
use super::page::Page;
use super::tally::Failed;

/// Pages in the queue for each that is being extracted: enough that a page
/// that takes fifty times as long as the others holds nobody up.
const PAGES_PER_JOB: usize = 64;

/// Bytes of pages in the queue; a page over it waits until it is alone.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// What the reader found.
pub struct Item {
    /// Where the inputs are when this is done.
    pub reached: Position,
    /// Records that are no pages, passed over since the item before.
    pub others: u64,
    pub found: Found,
}

pub enum Found {
    Page(Page),
    Failure(Failed),
    /// Nothing but a new position.
    Nothing,
}

/// What became of an item.
pub struct Done {
    pub reached: Position,
    pub others: u64,
    /// The size of the page as it was read.
    pub bytes: u64,
    pub outcome: Reached,
}

pub enum Reached {
    /// Text to be written.
    Page(String),
    Failure(Failed),
    Nothing,
}

/// What [`Queue::next`] gives.
pub enum Next {
    Done(Done),
    /// Nothing was done in the time given.
    Idle,
    /// Nothing more will come.
    Ended {
        /// Whether the inputs were read to their end.
        is_all: bool,
    },
}

pub struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    most_pages: usize,
}

#[derive(Default)]
struct State {
    slots: VecDeque<Slot>,
    /// The number of the first slot.
    first: u64,
    /// The number of the next slot that may be taken.
    untaken: u64,
    bytes: u64,
    is_closed: bool,
    is_stopped: bool,
}

enum Slot {
    Waiting(Position, u64, Page),
    Taken(Position, u64, u64),
    Done(Done),
}

impl Queue {
    pub fn new(jobs: usize) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            most_pages: PAGES_PER_JOB * jobs,
        }
    }

    /// Puts an item at the end; waits while the queue is full. False after a
    /// stop.
    pub fn put(&self, item: Item) -> bool {
        let Item {
            reached,
            others,
            found,
        } = item;
        let slot = match found {
            Found::Page(page) => Slot::Waiting(reached, others, page),
            found => Slot::Done(Done {
                reached,
                others,
                bytes: 0,
                outcome: match found {
                    Found::Failure(failed) => Reached::Failure(failed),
                    Found::Nothing | Found::Page(_) => Reached::Nothing,
                },
            }),
        };
        let bytes = slot.bytes();
        let mut state = self.lock();
        while !state.is_stopped
            && !state.slots.is_empty()
            && (state.slots.len() >= self.most_pages || state.bytes + bytes > MOST_BYTES)
        {
            state = self.wait(state);
        }
        if state.is_stopped {
            return false;
        }
        state.bytes += bytes;
        state.slots.push_back(slot);
        self.changed.notify_all();
        true
    }

    /// Says that nothing more will be put.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Ends it after the pages that are under way.
    pub fn stop(&self) {
        self.lock().is_stopped = true;
        self.changed.notify_all();
    }

    /// The next page to extract, with its number; nothing when there will be
    /// no more.
    pub fn take(&self) -> Option<(u64, Page)> {
        let mut state = self.lock();
        loop {
            if state.is_stopped {
                return None;
            }
            let index = (state.untaken - state.first) as usize;
            if let Some(slot) = state.slots.get_mut(index) {
                let taken = slot.take();
                let number = state.untaken;
                state.untaken += 1;
                if let Some(page) = taken {
                    return Some((number, page));
                }
            } else if state.is_closed {
                return None;
            } else {
                state = self.wait(state);
            }
        }
    }

    /// Gives back what became of a page that was taken.
    pub fn finish(&self, number: u64, outcome: Result<String, Failed>) {
        let mut state = self.lock();
        let index = (number - state.first) as usize;
        let slot = &mut state.slots[index];
        if let Slot::Taken(reached, others, bytes) = slot {
            *slot = Slot::Done(Done {
                reached: reached.clone(),
                others: *others,
                bytes: *bytes,
                outcome: match outcome {
                    Ok(text) => Reached::Page(text),
                    Err(failed) => Reached::Failure(failed),
                },
            });
        }
        self.changed.notify_all();
    }

    /// What is done next in order; waits for it no longer than `patience`.
    pub fn next(&self, patience: Duration) -> Next {
        let mut state = self.lock();
        loop {
            match state.slots.front() {
                Some(Slot::Done(_)) => {
                    let Some(Slot::Done(done)) = state.slots.pop_front() else {
                        continue;
                    };
                    state.first += 1;
                    state.untaken = state.untaken.max(state.first);
                    state.bytes -= done.bytes;
                    self.changed.notify_all();
                    return Next::Done(done);
                }
                Some(Slot::Waiting(..)) if state.is_stopped => {
                    return Next::Ended { is_all: false };
                }
                None if state.is_closed => {
                    return Next::Ended {
                        is_all: !state.is_stopped,
                    };
                }
                None if state.is_stopped => return Next::Ended { is_all: false },
                Some(_) | None => {}
            }
            let (held, timeout) = self
                .changed
                .wait_timeout(state, patience)
                .unwrap_or_else(PoisonError::into_inner);
            state = held;
            let is_ready = matches!(state.slots.front(), Some(Slot::Done(_)));
            if timeout.timed_out() && !is_ready {
                return Next::Idle;
            }
        }
    }

    /// No code that can panic runs while the lock is held, so a poisoned one
    /// holds a state that makes sense.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'q>(&self, state: MutexGuard<'q, State>) -> MutexGuard<'q, State> {
        self.changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    fn bytes(&self) -> u64 {
        match self {
            Self::Waiting(_, _, page) => page.size_bytes(),
            Self::Taken(_, _, bytes) => *bytes,
            Self::Done(done) => done.bytes,
        }
    }

    /// Takes the page out, if one is waiting.
    fn take(&mut self) -> Option<Page> {
        let bytes = self.bytes();
        let Self::Waiting(reached, others, _) = self else {
            return None;
        };
        let taken = Self::Taken(reached.clone(), *others, bytes);
        match std::mem::replace(self, taken) {
            Self::Waiting(_, _, page) => Some(page),
            Self::Taken(..) | Self::Done(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(number: u64) -> Item {
        Item {
            reached: Position {
                record: Some(number),
                ..Position::default()
            },
            others: 0,
            found: Found::Page(Page::of_bytes("p", vec![b'x'; 10])),
        }
    }

    fn numbers(queue: &Queue) -> Vec<u64> {
        std::iter::from_fn(|| match queue.next(Duration::from_millis(10)) {
            Next::Done(done) => done.reached.record,
            Next::Idle | Next::Ended { .. } => None,
        })
        .collect()
    }

    #[test]
    fn pages_leave_in_the_order_they_came() {
        let queue = Queue::new(1);
        (1..=3).for_each(|number| assert!(queue.put(item(number))));
        let taken: Vec<u64> = (0..3).map(|_| queue.take().unwrap().0).collect();
        queue.finish(taken[2], Ok(String::new()));
        queue.finish(taken[1], Ok(String::new()));
        assert_eq!(numbers(&queue), [0; 0]);
        queue.finish(taken[0], Ok(String::new()));
        assert_eq!(numbers(&queue), [1, 2, 3]);
        queue.close();
        assert!(queue.take().is_none());
        assert!(matches!(
            queue.next(Duration::ZERO),
            Next::Ended { is_all: true }
        ));
    }

    #[test]
    fn after_a_stop_what_was_taken_comes_and_no_more() {
        let queue = Queue::new(1);
        (1..=3).for_each(|number| assert!(queue.put(item(number))));
        let (number, _) = queue.take().unwrap();
        queue.stop();
        assert!(queue.take().is_none());
        assert!(!queue.put(item(4)));
        queue.finish(number, Ok(String::new()));
        assert_eq!(numbers(&queue), [1]);
        assert!(matches!(
            queue.next(Duration::ZERO),
            Next::Ended { is_all: false }
        ));
    }

    #[test]
    fn a_full_queue_makes_the_reader_wait() {
        let queue = Queue::new(1);
        (0..PAGES_PER_JOB as u64).for_each(|number| assert!(queue.put(item(number))));
        std::thread::scope(|scope| {
            let late = scope.spawn(|| queue.put(item(99)));
            std::thread::sleep(Duration::from_millis(50));
            assert!(!late.is_finished());
            let (number, _) = queue.take().unwrap();
            queue.finish(number, Ok(String::new()));
            assert_eq!(numbers(&queue), [0]);
            assert!(late.join().unwrap());
        });
    }
}
