//! A stream that may be gzip, read as what is in it.
//!
//! [`crate::warc`] and [`crate::tar`] read through it. Gzip files come as one
//! member, as a member for each record (the custom of web archives), or as
//! members of any size one after the other.
//!
//! Reading stops at the end of each member until [`Unpacked::next_member`] is
//! called: that a record starts where a member does is the best help there is
//! in finding the way again after damage.

use std::io::{self, Read};

use flate2::bufread::GzDecoder;

use crate::retain::Retained;

/// The first bytes of a gzip member.
const GZIP_MAGIC: [u8; 3] = [0x1f, 0x8b, 8];

/// How far the search for the next member goes back from where damage was
/// noticed.
const RETAINED_BYTES: usize = 4 * 1024 * 1024;

/// How much of a file that is not packed is kept, in case that it is a packed
/// one whose start is damaged.
const START_BYTES: u64 = 256 * 1024;

/// Whether these first bytes are those of a gzip file.
pub fn is_gzip(start: &[u8]) -> bool {
    start.starts_with(&GZIP_MAGIC)
}

/// Whether an error means that the bytes are damaged, rather than that they
/// could not be read.
pub(crate) fn is_damage(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof
    )
}

/// The content of a stream that is gzip or not.
pub(crate) struct Unpacked<R: Read> {
    state: State<R>,
    /// Where the member that is being read begins in the file.
    member_start: u64,
    /// Damaged members that start before this were searched already.
    searched_to: u64,
}

enum State<R: Read> {
    /// Nothing was looked at.
    New(Retained<R>),
    Plain(Retained<R>),
    Member(Box<GzDecoder<Retained<R>>>),
    /// Behind a member; what follows was not looked at.
    Between(Retained<R>),
    /// Only for the moment in which one of the others is made.
    Empty,
}

/// What stands behind a gzip member.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Another member.
    Member,
    /// Nothing, or only filling.
    End,
    /// Something that is no gzip.
    Garbage,
}

impl<R: Read> Unpacked<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self {
            state: State::New(Retained::new(inner, RETAINED_BYTES)),
            member_start: 0,
            searched_to: 0,
        }
    }

    /// Whether the content comes in gzip members. Known after the first read.
    pub(crate) fn is_packed(&self) -> bool {
        matches!(self.state, State::Member(_) | State::Between(_))
    }

    /// Where the member that is being read begins in the file, in bytes.
    pub(crate) fn member_start(&self) -> u64 {
        self.member_start
    }

    /// Turns to the member behind the one that was read to its end.
    pub(crate) fn next_member(&mut self) -> io::Result<Next> {
        let State::Between(raw) = &mut self.state else {
            return Ok(Next::End);
        };
        loop {
            let filling = raw.fill()?.iter().take_while(|byte| **byte == 0).count();
            raw.consume(filling);
            if raw.available().is_empty() {
                if raw.fill()?.is_empty() {
                    return Ok(Next::End);
                }
            } else {
                break;
            }
        }
        if !is_gzip(raw.fill_to(GZIP_MAGIC.len())?) {
            raw.set_mark();
            self.member_start = raw.position();
            return Ok(Next::Garbage);
        }
        self.open();
        Ok(Next::Member)
    }

    /// After damage: goes to the next member whose content starts with
    /// `expected`. Gives false when there is none.
    pub(crate) fn find_member(&mut self, expected: &[u8]) -> io::Result<bool> {
        let mut raw = match std::mem::replace(&mut self.state, State::Empty) {
            State::Member(decoder) => decoder.into_inner(),
            State::Between(raw) => raw,
            other => {
                self.state = other;
                return Ok(false);
            }
        };
        // Each byte is searched at most twice, whatever the damage.
        if self.member_start >= self.searched_to {
            self.searched_to = raw.position();
            raw.back_to_mark(1);
        }
        loop {
            if !seek_magic(&mut raw)? {
                self.state = State::Between(raw);
                return Ok(false);
            }
            raw.set_mark();
            let at = raw.position();
            let mut decoder = GzDecoder::new(raw);
            let mut start = vec![0; expected.len()];
            let found = match decoder.read_exact(&mut start) {
                Ok(()) => start == expected,
                Err(error) if is_damage(&error) => false,
                Err(error) => {
                    self.state = State::Between(decoder.into_inner());
                    return Err(error);
                }
            };
            raw = decoder.into_inner();
            raw.back_to_mark(usize::from(!found));
            if found {
                debug_assert_eq!(raw.position(), at);
                self.state = State::Between(raw);
                self.open();
                return Ok(true);
            }
        }
    }

    /// For a file that did not begin like gzip and makes no sense: goes to the
    /// first gzip member near its start whose content begins with `expected`.
    /// Gives false, and changes nothing, when there is none or when a line
    /// before it begins so.
    pub(crate) fn find_packed_start(&mut self, expected: &[u8]) -> bool {
        let State::Plain(raw) = &mut self.state else {
            return false;
        };
        if raw.position() > START_BYTES {
            return false;
        }
        let bytes = raw.behind_mark();
        let plain = memchr::memmem::find_iter(bytes, expected)
            .find(|at| *at > 0 && bytes[at - 1] == b'\n')
            .unwrap_or(bytes.len());
        let found = memchr::memmem::find_iter(&bytes[..plain], &GZIP_MAGIC).find(|at| {
            let mut start = vec![0; expected.len()];
            GzDecoder::new(&bytes[*at..]).read_exact(&mut start).is_ok() && start == expected
        });
        let Some(at) = found else { return false };
        raw.back_to_mark(at);
        if let State::Plain(raw) = std::mem::replace(&mut self.state, State::Empty) {
            self.state = State::Between(raw);
            self.open();
        }
        true
    }

    /// Opens the member that starts here.
    fn open(&mut self) {
        match std::mem::replace(&mut self.state, State::Empty) {
            State::New(mut raw) | State::Between(mut raw) => {
                raw.set_mark();
                self.member_start = raw.position();
                self.state = State::Member(Box::new(GzDecoder::new(raw)));
            }
            other => self.state = other,
        }
    }
}

/// Goes to the next bytes that look like the head of a gzip member.
fn seek_magic<R: Read>(raw: &mut Retained<R>) -> io::Result<bool> {
    loop {
        let bytes = raw.fill_to(10)?;
        if bytes.len() < 10 {
            return Ok(false);
        }
        let found = memchr::memmem::find(bytes, &GZIP_MAGIC);
        let Some(at) = found else {
            let seen = bytes.len() - (GZIP_MAGIC.len() - 1);
            raw.consume(seen);
            continue;
        };
        raw.consume(at);
        let head = raw.fill_to(10)?;
        // Reserved flags are zero, the level is one of three, and systems are
        // numbered up to 13.
        if head.len() >= 10
            && head[3] & 0xe0 == 0
            && matches!(head[8], 0 | 2 | 4)
            && (head[9] <= 13 || head[9] == 255)
        {
            return Ok(true);
        }
        raw.consume(1);
    }
}

impl<R: Read> Read for Unpacked<R> {
    /// Gives 0 at the end of each member; see [`Unpacked::next_member`].
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let State::New(raw) = &mut self.state {
            if is_gzip(raw.fill_to(GZIP_MAGIC.len())?) {
                self.open();
            } else {
                let State::New(raw) = std::mem::replace(&mut self.state, State::Empty) else {
                    return Ok(0);
                };
                self.state = State::Plain(raw);
            }
        }
        match &mut self.state {
            State::Plain(raw) => {
                let read = raw.read(into)?;
                // The start is kept for `find_packed_start`.
                if raw.position() > START_BYTES {
                    raw.set_mark();
                }
                Ok(read)
            }
            State::Member(decoder) => {
                let read = decoder.read(into)?;
                if read == 0
                    && !into.is_empty()
                    && let State::Member(decoder) = std::mem::replace(&mut self.state, State::Empty)
                {
                    self.state = State::Between(decoder.into_inner());
                }
                Ok(read)
            }
            State::New(_) | State::Between(_) | State::Empty => Ok(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn stops_between_members_and_goes_on_when_told() {
        let file = [gzip(b"one"), vec![0; 5], gzip(b"two"), vec![0; 7]].concat();
        let mut content = Unpacked::new(&file[..]);
        let mut text = String::new();
        content.read_to_string(&mut text).unwrap();
        assert_eq!(text, "one");
        assert_eq!(content.next_member().unwrap(), Next::Member);
        content.read_to_string(&mut text).unwrap();
        assert_eq!(text, "onetwo");
        assert_eq!(content.next_member().unwrap(), Next::End);
    }

    #[test]
    fn finds_the_next_good_member_when_bytes_are_missing_from_one() {
        let one = gzip(&[b"at one ".repeat(90), (0..=255).collect()].concat());
        let two = gzip(b"at two");
        let file = [&one[..one.len() / 2], &two].concat();
        let mut content = Unpacked::new(&file[..]);
        let error = content.read_to_end(&mut Vec::new()).unwrap_err();
        assert!(is_damage(&error), "{error}");
        assert!(content.find_member(b"at ").unwrap());
        assert_eq!(content.member_start(), one.len() as u64 / 2);
        let mut text = String::new();
        content.read_to_string(&mut text).unwrap();
        assert_eq!(text, "at two");
        assert!(!content.find_member(b"at ").unwrap());
    }

    #[test]
    fn what_is_no_gzip_is_given_as_it_is() {
        let mut content = Unpacked::new(&b"plain"[..]);
        let mut text = String::new();
        content.read_to_string(&mut text).unwrap();
        assert_eq!(text, "plain");
        assert!(!content.is_packed());
    }
}
