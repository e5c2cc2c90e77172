//! Where pages to extract come from: files, folders, tar and WARC archives.
//!
//! Files are read by the worker that extracts them; archives by one thread in
//! their order, because they cannot be read otherwise.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use cuttings_extract::MAX_HTML_BYTES;
use cuttings_formats::archive::{Entry, Page, Place, is_page_name};
use cuttings_formats::{tar, warc};
use url::Url;

/// A page on its way to be extracted.
pub struct Source {
    /// The file's path as given, `archive.tar/path/in/it`, or for a WARC record
    /// the address.
    pub id: String,
    /// The address, where the source knows it.
    pub url: Option<Url>,
    pub content_type: Option<String>,
    pub bytes: Bytes,
}

/// The bytes of a page, or how to get them.
pub enum Bytes {
    File(PathBuf),
    Archived(Box<Page>),
}

impl Bytes {
    /// The page's own bytes, with packing and codings undone.
    pub fn read(self) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::File(path) => file(&path),
            Self::Archived(page) => Ok(page.content(MAX_HTML_BYTES)?),
        }
    }
}

/// What reading a source gives.
pub enum Found {
    Page(Source),
    /// Something that could not be read: what, and why.
    Fault {
        id: String,
        why: String,
    },
}

/// What a path given on the command line is, by its name.
enum Kind {
    Page,
    Folder,
    Tar,
    Warc,
}

fn kind(path: &Path) -> Kind {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if path.is_dir() {
        Kind::Folder
    } else if ends(&[".tar", ".tar.gz", ".tgz"]) {
        Kind::Tar
    } else if ends(&[".warc", ".warc.gz"]) {
        Kind::Warc
    } else {
        Kind::Page
    }
}

/// Whether a path is a page by itself.
pub fn is_one_page(given: &str) -> bool {
    given == "-" || matches!(kind(Path::new(given)), Kind::Page)
}

/// Gives every page of `given` to `found`, until that says false.
pub fn read(given: &str, max_page_bytes: usize, found: &mut dyn FnMut(Found) -> bool) {
    let path = Path::new(given);
    let mut fault = |id: &str, why: String| {
        found(Found::Fault {
            id: id.to_owned(),
            why,
        })
    };
    match kind(path) {
        Kind::Page if given == "-" => {
            fault(
                given,
                "standard input is read only when it is the one page".to_owned(),
            );
        }
        Kind::Page => {
            found(Found::Page(of_file(path)));
        }
        Kind::Folder => match pages_below(path) {
            Ok(pages) => {
                for page in pages {
                    if !found(Found::Page(of_file(&page))) {
                        return;
                    }
                }
            }
            Err(error) => {
                fault(given, format!("cannot read the folder: {error}"));
            }
        },
        Kind::Tar | Kind::Warc => match File::open(path) {
            Ok(file) => {
                let reader = BufReader::with_capacity(1 << 16, file);
                if matches!(kind(path), Kind::Tar) {
                    entries(given, true, tar::Tar::new(reader, max_page_bytes), found);
                } else {
                    entries(given, false, warc::Warc::new(reader, max_page_bytes), found);
                }
            }
            Err(error) => {
                fault(given, format!("cannot read the archive: {error}"));
            }
        },
    }
}

fn of_file(path: &Path) -> Source {
    Source {
        id: path.display().to_string(),
        url: None,
        content_type: None,
        bytes: Bytes::File(path.to_owned()),
    }
}

/// Goes through an archive. In a tar the name is a path, in a WARC an address.
fn entries(
    archive: &str,
    is_tar: bool,
    entries: impl Iterator<Item = Entry>,
    found: &mut dyn FnMut(Found) -> bool,
) {
    let place = |place: &Place| {
        let name = place.name.as_deref().unwrap_or("a record without a name");
        format!(
            "{archive}, record {} at byte {} ({name})",
            place.number, place.offset
        )
    };
    for entry in entries {
        let goes_on = match entry {
            Entry::Page(page) => {
                let name = page.place.name.clone().unwrap_or_default();
                let (id, url) = if is_tar {
                    (format!("{archive}/{name}"), None)
                } else {
                    let url = Url::parse(&name).ok();
                    (name, url)
                };
                found(Found::Page(Source {
                    id,
                    url,
                    content_type: page.content_type.clone(),
                    bytes: Bytes::Archived(Box::new(page)),
                }))
            }
            Entry::TooLarge { place: at, bytes } => found(Found::Fault {
                id: place(&at),
                why: format!(
                    "the page is {bytes} bytes, more than the {MAX_HTML_BYTES} that are read"
                ),
            }),
            Entry::Broken { place: at, fault } => found(Found::Fault {
                id: place(&at),
                why: format!("{:#}", anyhow::Error::new(fault)),
            }),
        };
        if !goes_on {
            return;
        }
    }
}

/// A file's bytes; one whose name ends in `.gz` is unpacked.
pub fn file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let failed = || format!("cannot read {}", path.display());
    let limit = MAX_HTML_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let opened = File::open(path).with_context(failed)?;
    if path.extension().is_some_and(|extension| extension == "gz") {
        flate2::read::MultiGzDecoder::new(BufReader::new(opened))
            .take(limit)
            .read_to_end(&mut bytes)
            .with_context(failed)?;
    } else {
        opened
            .take(limit)
            .read_to_end(&mut bytes)
            .with_context(failed)?;
    }
    if bytes.len() > MAX_HTML_BYTES {
        bail!(
            "{} is larger than the {MAX_HTML_BYTES} bytes that are read",
            path.display()
        );
    }
    Ok(bytes)
}

/// HTML files below `folder`, packed ones too, by path.
fn pages_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut folders = vec![folder.to_owned()];
    let mut found: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if is_page_name(&entry.file_name().to_string_lossy()) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
