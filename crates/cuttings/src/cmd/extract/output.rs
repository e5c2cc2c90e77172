//! Where the results go: standard output or a file, which is only ever
//! appended to, or cut back to what was noted before a stop.

use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};
use std::os::fd::AsFd as _;
use std::path::Path;

use anyhow::Context as _;

use crate::Failure;

const BUFFER_BYTES: usize = 256 * 1024;

pub struct Output {
    out: BufWriter<File>,
    /// Whether it is a file on disk, which has a length and can be cut.
    is_file: bool,
}

impl Output {
    /// Opens a file for appending, or standard output.
    pub fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let file = match path {
            Some(path) => File::options()
                .append(true)
                .create(true)
                .open(path)
                .with_context(|| format!("cannot write {}", path.display()))?,
            None => File::from(
                std::io::stdout()
                    .as_fd()
                    .try_clone_to_owned()
                    .context("cannot write to standard output")?,
            ),
        };
        let is_file = file
            .metadata()
            .context("cannot ask for the length of the output")?
            .is_file();
        Ok(Self {
            out: BufWriter::with_capacity(BUFFER_BYTES, file),
            is_file,
        })
    }

    pub fn write(&mut self, text: &str) -> anyhow::Result<()> {
        self.out.write_all(text.as_bytes()).context("cannot write")
    }

    pub fn flush(&mut self) -> anyhow::Result<()> {
        self.out.flush().context("cannot write")
    }

    /// Writes all and, on disk, waits until it is there. Gives the length of
    /// the file; nothing for a pipe or a terminal.
    pub fn settle(&mut self) -> anyhow::Result<Option<u64>> {
        self.flush()?;
        if !self.is_file {
            return Ok(None);
        }
        let file = self.out.get_ref();
        file.sync_data().context("cannot write")?;
        let length = file.metadata().context("cannot write")?.len();
        Ok(Some(length))
    }

    /// Cuts a file back to a length it had before, and goes on behind it.
    /// False when it is shorter, or no file.
    pub fn cut_to(&mut self, length: u64) -> anyhow::Result<bool> {
        if !self.is_file {
            return Ok(false);
        }
        let file = self.out.get_mut();
        if file.metadata().context("cannot read the output")?.len() < length {
            return Ok(false);
        }
        file.set_len(length).context("cannot cut the output")?;
        file.seek(SeekFrom::End(0))
            .context("cannot go to the end of the output")?;
        Ok(true)
    }
}
