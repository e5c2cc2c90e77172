//! An archive's bytes, unpacked when they are gzip, with a way on after damage.
//!
//! The [`crate::warc`] and [`crate::tar`] readers look at the bytes through
//! [`Stream::fill`] and take them with [`Stream::consume`]; what is held at a
//! time is what they ask for and at most a few hundred KiB more.
//!
//! A gzip file may be many members one after the other, as `.warc.gz` has one
//! a record. Damage in one of them is an error once; [`Stream::recover`] then
//! finds the start of the next. The bytes just read are kept for that, since
//! the inflater notices damage only some way behind it.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// How much is asked of the source at a time, and kept behind the place read.
const CHUNK: usize = 64 * 1024;

/// How far [`Stream::recover`] goes back when the member before was itself
/// only guessed: bounds the work that made-up member starts can cause.
const SHORT_WAY_BACK: u64 = 4 * 1024;

/// What a piece begins with that must not be read as the end of the one before.
const PIECE: &[u8] = b"WARC/";

/// Unpacked bytes of an archive.
#[derive(Debug)]
pub(crate) struct Stream<R: Read> {
    source: Source<R>,
    buffer: Vec<u8>,
    at: usize,
    /// How many unpacked bytes were taken.
    taken: u64,
    /// Where the next piece starts in `buffer`, when its start was read.
    boundary: Option<usize>,
    stops_at_pieces: bool,
    is_damaged: bool,
}

#[derive(Debug)]
enum Source<R: Read> {
    Unknown(Option<Window<R>>),
    Plain(Window<R>),
    Packed(Box<Members<R>>),
}

impl<R: Read> Stream<R> {
    /// Reads `source`, which is gzip if it starts like gzip.
    ///
    /// With `stops_at_pieces`, a gzip member that starts with `WARC/` is only
    /// entered by [`Stream::next_piece`].
    pub fn new(source: R, stops_at_pieces: bool) -> Self {
        Self {
            source: Source::Unknown(Some(Window::new(source))),
            buffer: Vec::new(),
            at: 0,
            taken: 0,
            boundary: None,
            stops_at_pieces,
            is_damaged: false,
        }
    }

    /// The bytes at hand: at least `want`, or all there are before the end of
    /// the stream or of the piece.
    pub fn fill(&mut self, want: usize) -> io::Result<&[u8]> {
        while self.in_piece() < want && self.boundary.is_none() && self.read_more()? {}
        Ok(&self.buffer[self.at..self.at + self.in_piece()])
    }

    fn in_piece(&self) -> usize {
        self.boundary.unwrap_or(self.buffer.len()) - self.at
    }

    /// Takes `count` of the bytes that [`Stream::fill`] gave.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.in_piece());
        self.at += count;
        self.taken += count as u64;
    }

    /// Gives bytes back, to be read again.
    pub fn give_back(&mut self, bytes: &[u8]) {
        let rest = self.buffer.split_off(self.at);
        if let Some(boundary) = &mut self.boundary {
            *boundary = *boundary - self.at + bytes.len();
        }
        self.buffer.clear();
        self.buffer.extend_from_slice(bytes);
        self.buffer.extend_from_slice(&rest);
        self.at = 0;
        self.taken = self.taken.saturating_sub(bytes.len() as u64);
    }

    /// Passes over up to `count` bytes; gives how many there were.
    pub fn skip(&mut self, count: u64) -> io::Result<u64> {
        let mut left = count;
        while left > 0 {
            let here = self
                .fill(1)?
                .len()
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            if here == 0 {
                break;
            }
            self.consume(here);
            left -= here as u64;
        }
        Ok(count - left)
    }

    /// Takes up to `count` bytes and puts them behind `into`.
    pub fn take(&mut self, count: u64, into: &mut Vec<u8>) -> io::Result<u64> {
        let mut left = count;
        while left > 0 {
            let bytes = self.fill(1)?;
            let here = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            if here == 0 {
                break;
            }
            into.extend_from_slice(&bytes[..here]);
            self.consume(here);
            left -= here as u64;
        }
        Ok(count - left)
    }

    /// Enters the next piece, if the stream stopped before one.
    pub fn next_piece(&mut self) -> bool {
        if self.in_piece() > 0 {
            return false;
        }
        self.boundary.take().is_some()
    }

    /// Unpacked bytes taken so far.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Where in the file the reader is: the byte, or the start of the gzip
    /// member read last.
    pub fn offset(&self) -> u64 {
        match &self.source {
            Source::Packed(members) if self.boundary.is_none() => members.start,
            Source::Packed(members) => members.start_before,
            _ => self.taken,
        }
    }

    /// Whether the last error was damage to the gzip packing.
    pub fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    /// After damage: goes to what looks like the next gzip member. False when
    /// there is none, or the source itself cannot be read.
    pub fn recover(&mut self, is_lost: bool) -> io::Result<bool> {
        self.buffer.clear();
        self.at = 0;
        self.boundary = None;
        self.is_damaged = false;
        match &mut self.source {
            Source::Packed(members) => members.recover(is_lost),
            _ => Ok(false),
        }
    }

    /// False at the end.
    fn read_more(&mut self) -> io::Result<bool> {
        if let Source::Unknown(window) = &mut self.source {
            let Some(mut window) = window.take() else {
                return Ok(false);
            };
            let is_packed = match window.peek(2) {
                Ok(start) => start.starts_with(&[0x1f, 0x8b]),
                Err(error) => {
                    self.source = Source::Unknown(Some(window));
                    return Err(error);
                }
            };
            self.source = if is_packed {
                Source::Packed(Box::new(Members::new(window)))
            } else {
                Source::Plain(window)
            };
        }
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        let held = self.buffer.len();
        self.buffer.resize(held + CHUNK, 0);
        let read = match &mut self.source {
            Source::Plain(window) => window.read(&mut self.buffer[held..]).map(|n| (n, false)),
            Source::Packed(members) => members.read(&mut self.buffer[held..], self.stops_at_pieces),
            Source::Unknown(_) => Ok((0, false)),
        };
        match read {
            Ok((count, is_new)) => {
                self.buffer.truncate(held + count);
                let is_piece = count == 0 || self.buffer[held..].starts_with(PIECE);
                if is_new && self.stops_at_pieces && is_piece {
                    self.boundary = Some(held);
                }
                Ok(count > 0)
            }
            Err(error) => {
                self.buffer.truncate(held);
                self.is_damaged =
                    matches!(&self.source, Source::Packed(members) if !members.source_failed());
                Err(error)
            }
        }
    }
}

/// The members of a gzip file, one after the other.
#[derive(Debug)]
struct Members<R: Read> {
    member: Option<GzDecoder<Window<R>>>,
    /// What is read when no member is open.
    between: Option<Window<R>>,
    /// Where the member being read starts in the file.
    start: u64,
    /// Where the one before it did.
    start_before: u64,
    /// What went wrong at the very start of a member: told when it is entered.
    held_back: Option<io::Error>,
}

impl<R: Read> Members<R> {
    fn new(window: Window<R>) -> Self {
        Self {
            start: window.offset(),
            start_before: window.offset(),
            member: None,
            between: Some(window),
            held_back: None,
        }
    }

    fn source_failed(&self) -> bool {
        let window = self.member.as_ref().map(GzDecoder::get_ref);
        window
            .or(self.between.as_ref())
            .is_some_and(|window| window.has_failed)
    }

    /// Reads from one member only; tells whether it is a new one. Zero bytes
    /// are the end, or with `holds_back` a new member that cannot be read.
    fn read(&mut self, out: &mut [u8], holds_back: bool) -> io::Result<(usize, bool)> {
        if let Some(error) = self.held_back.take() {
            return Err(error);
        }
        let mut is_new = false;
        loop {
            if let Some(member) = &mut self.member {
                let mut count = 0;
                loop {
                    match member.read(&mut out[count..]) {
                        Ok(0) => break,
                        Ok(more) => count += more,
                        Err(error) if is_new && holds_back => {
                            self.held_back = Some(error);
                            return Ok((count, true));
                        }
                        Err(error) => return Err(error),
                    }
                    if !is_new || count >= PIECE.len() {
                        break;
                    }
                }
                if count > 0 {
                    return Ok((count, is_new));
                }
            }
            if let Some(ended) = self.member.take() {
                self.between = Some(ended.into_inner());
                is_new = true;
            }
            let Some(window) = &mut self.between else {
                return Ok((0, false));
            };
            // Tapes and some writers fill up with zeros.
            while window.peek(1)?.first() == Some(&0) {
                window.consume(1);
            }
            let start = window.peek(2)?;
            if start.is_empty() {
                return Ok((0, false));
            }
            if !start.starts_with(&[0x1f, 0x8b]) {
                let error = io::Error::new(
                    io::ErrorKind::InvalidData,
                    "what follows a gzip member is not gzip",
                );
                if is_new && holds_back {
                    self.held_back = Some(error);
                    return Ok((0, true));
                }
                return Err(error);
            }
            self.open();
            is_new = true;
        }
    }

    fn open(&mut self) {
        if let Some(window) = self.between.take() {
            self.start_before = self.start;
            self.start = window.offset();
            self.member = Some(GzDecoder::new(window));
        }
    }

    fn recover(&mut self, is_lost: bool) -> io::Result<bool> {
        self.held_back = None;
        if let Some(ended) = self.member.take() {
            let mut window = ended.into_inner();
            let way_back = if is_lost {
                SHORT_WAY_BACK
            } else {
                CHUNK as u64
            };
            window.back_to((self.start + 1).max(window.offset().saturating_sub(way_back)));
            self.between = Some(window);
        }
        let Some(window) = &mut self.between else {
            return Ok(false);
        };
        loop {
            let bytes = window.peek(10)?;
            if bytes.len() < 10 {
                return Ok(false);
            }
            if looks_like_member(bytes) {
                self.open();
                return Ok(true);
            }
            let next = bytes[1..].iter().position(|byte| *byte == 0x1f);
            let step = next.map_or(bytes.len(), |at| at + 1);
            window.consume(step);
        }
    }
}

/// Magic, deflate, known flags, usual speed and system (RFC 1952, 2.3).
fn looks_like_member(bytes: &[u8]) -> bool {
    matches!(bytes, [0x1f, 0x8b, 8, flags, _, _, _, _, speed, system, ..]
        if flags & 0xe0 == 0 && matches!(speed, 0 | 2 | 4) && (*system <= 13 || *system == 255))
}

/// A source with the last bytes it gave.
#[derive(Debug)]
struct Window<R> {
    source: R,
    bytes: Vec<u8>,
    at: usize,
    /// The place of `bytes[0]` in the source.
    first: u64,
    has_failed: bool,
}

impl<R: Read> Window<R> {
    fn new(source: R) -> Self {
        Self {
            source,
            bytes: Vec::new(),
            at: 0,
            first: 0,
            has_failed: false,
        }
    }

    fn offset(&self) -> u64 {
        self.first + self.at as u64
    }

    /// At least `want` bytes, or all there are; taken by `consume`.
    fn peek(&mut self, want: usize) -> io::Result<&[u8]> {
        while self.bytes.len() - self.at < want {
            let drop = self.at.saturating_sub(CHUNK);
            self.bytes.drain(..drop);
            self.at -= drop;
            self.first += drop as u64;
            let held = self.bytes.len();
            self.bytes.resize(held + CHUNK, 0);
            let read = loop {
                match self.source.read(&mut self.bytes[held..]) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read,
                }
            };
            self.bytes.truncate(held + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    self.has_failed = true;
                    return Err(error);
                }
            }
        }
        Ok(&self.bytes[self.at..])
    }

    /// Goes back to `offset`, or as far as bytes are kept.
    fn back_to(&mut self, offset: u64) {
        let back = offset.saturating_sub(self.first) as usize;
        self.at = self.at.min(back);
    }
}

impl<R: Read> Read for Window<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let bytes = self.peek(1)?;
        let count = bytes.len().min(out.len());
        out[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Window<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.peek(1)
    }

    fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.bytes.len());
    }
}
