//! A reader that can go back a little.
//!
//! [`crate::unpack`] and [`crate::warc`] read through it, so that after a
//! damaged record the search for the next one starts where the damage may have
//! begun, and not where it was noticed.
//!
//! What stands before the mark is forgotten as reading goes on. So is the part
//! of a long record that is further back than the reader was told to retain:
//! memory stays the same however large the file.

use std::io::{self, Read};

/// What is read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

pub(crate) struct Retained<R> {
    pub(crate) inner: R,
    /// How far back one can go at most, in bytes.
    retained_bytes: usize,
    buffer: Vec<u8>,
    /// The position in the stream of the first byte of `buffer`.
    offset: u64,
    /// Index in `buffer` of the next byte to be read.
    at: usize,
    /// Index in `buffer` of the mark; at most `at`.
    mark: usize,
    /// What went wrong behind the bytes that are here.
    failed: Option<io::Error>,
}

impl<R: Read> Retained<R> {
    pub(crate) fn new(inner: R, retained_bytes: usize) -> Self {
        Self {
            inner,
            retained_bytes,
            buffer: Vec::new(),
            offset: 0,
            at: 0,
            mark: 0,
            failed: None,
        }
    }

    /// How many bytes have been read so far.
    pub(crate) fn position(&self) -> u64 {
        self.offset + self.at as u64
    }

    /// The bytes that are here already and not read yet.
    pub(crate) fn available(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    /// Bytes not read yet; none only when the stream has ended (or, where the
    /// stream comes in parts, this part of it).
    pub(crate) fn fill(&mut self) -> io::Result<&[u8]> {
        if self.at == self.buffer.len() {
            self.read_more()?;
        }
        Ok(&self.buffer[self.at..])
    }

    /// At least `wanted` bytes not read yet, or all there are.
    pub(crate) fn fill_to(&mut self, wanted: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.at < wanted && self.read_more()? > 0 {}
        Ok(&self.buffer[self.at..])
    }

    /// Marks `bytes` of what [`Retained::available`] gave as read.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.buffer.len());
    }

    /// All bytes behind the mark that are here, read or not.
    pub(crate) fn behind_mark(&self) -> &[u8] {
        &self.buffer[self.mark..]
    }

    /// Remembers this position for [`Retained::back_to_mark`].
    pub(crate) fn set_mark(&mut self) {
        self.mark = self.at;
    }

    /// Goes back to `past` bytes behind the mark, or as far as is retained.
    /// Never goes forward.
    pub(crate) fn back_to_mark(&mut self, past: usize) {
        self.at = (self.mark + past).min(self.at);
    }

    fn read_more(&mut self) -> io::Result<usize> {
        self.mark = self.mark.max(self.at.saturating_sub(self.retained_bytes));
        // Moving what is left is paid for by the bytes that go.
        if self.mark >= CHUNK_BYTES && self.mark * 4 >= self.buffer.len() {
            self.buffer.drain(..self.mark);
            self.offset += self.mark as u64;
            self.at -= self.mark;
            self.mark = 0;
        }
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        // Always a whole chunk: where damage is noticed, and so the number of
        // every record behind it, must not depend on how a pipe hands out bytes.
        let start = self.buffer.len();
        let mut filled = start;
        self.buffer.resize(start + CHUNK_BYTES, 0);
        while filled < self.buffer.len() {
            match self.inner.read(&mut self.buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            }
        }
        self.buffer.truncate(filled);
        match self.failed.take() {
            Some(error) if filled == start => Err(error),
            later => {
                self.failed = later;
                Ok(filled - start)
            }
        }
    }
}

impl<R: Read> Read for Retained<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill()?;
        let bytes = available.len().min(into.len());
        into[..bytes].copy_from_slice(&available[..bytes]);
        self.consume(bytes);
        Ok(bytes)
    }
}

impl<R: Read> io::BufRead for Retained<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.fill()
    }

    fn consume(&mut self, bytes: usize) {
        Retained::consume(self, bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives bytes one by one, then fails once, then ends.
    struct Dripping(Vec<u8>, bool);

    impl Read for Dripping {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            match self.0.pop() {
                Some(byte) => {
                    into[0] = byte;
                    Ok(1)
                }
                None if std::mem::replace(&mut self.1, true) => Ok(0),
                None => Err(io::Error::other("the disk is gone")),
            }
        }
    }

    #[test]
    fn bytes_before_a_failure_are_given_before_it_is_told() {
        let mut reader = Retained::new(Dripping(vec![3, 2, 1], false), 1 << 20);
        assert_eq!(reader.fill().unwrap(), &[1, 2, 3]);
        reader.consume(3);
        assert!(reader.fill().is_err());
        assert!(reader.fill().unwrap().is_empty());
    }

    #[test]
    fn goes_back_to_the_mark_and_reads_the_same_again() {
        let bytes: Vec<u8> = (0..300_000_u32).map(|n| n as u8).collect();
        let mut reader = Retained::new(&bytes[..], 1 << 20);
        let mut first = vec![0; 100_000];
        reader.read_exact(&mut first).unwrap();
        reader.set_mark();
        let mut second = vec![0; 150_000];
        reader.read_exact(&mut second).unwrap();
        assert_eq!(reader.position(), 250_000);
        reader.back_to_mark(0);
        assert_eq!(reader.position(), 100_000);
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, bytes[100_000..]);
    }

    #[test]
    fn memory_stays_bounded_behind_an_old_mark() {
        const BACK: usize = 1 << 20;
        let mut reader = Retained::new(io::repeat(7).take(64 * BACK as u64), BACK);
        io::copy(&mut reader, &mut io::sink()).unwrap();
        assert!(reader.buffer.capacity() < 4 * BACK);
        reader.back_to_mark(0);
        let back = 64 * BACK as u64 - reader.position();
        assert!(back <= (BACK + CHUNK_BYTES) as u64, "{back}");
        assert!(back >= (BACK - CHUNK_BYTES) as u64, "{back}");
    }
}
