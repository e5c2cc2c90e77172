//! Sealing what must not be read from the database: under a key that stands in a
//! file of its own, `instance.key` in the data folder unless the operator says
//! otherwise.
//!
//! [`crate::site_access`] uses it. The file is made when something is to be sealed
//! and there is none. It is read anew each time, so that a key that was put back
//! works without a restart. Several nodes on one database must share the file.
//!
//! What is sealed is bound to what it is about: moved to another row, it does not
//! open.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

const KEY_BYTES: usize = 32;

/// Where the key of this installation is.
#[derive(Debug, Clone, Default)]
pub struct InstanceKey(Option<PathBuf>);

/// Why there is no key to work with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// This program was started without a place for a key.
    #[error("there is no place for the key of this installation")]
    NoPlace,
    /// The file cannot be read or made.
    #[error("the key {path} cannot be used")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{path} is not a key: a key is 64 hexadecimal digits")]
    NoKey {
        /// The file.
        path: PathBuf,
    },
}

impl InstanceKey {
    /// The key in the file at `path`, which need not be there yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(Some(path.into()))
    }

    /// The key, if there is one.
    pub(crate) fn read(&self) -> Result<Option<Sealer>, KeyError> {
        let path = self.0.as_deref().ok_or(KeyError::NoPlace)?;
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(Sealer::new(&parse(path, &text)?))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(KeyError::File {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// The key, made if there is none.
    pub(crate) fn read_or_make(&self) -> Result<Sealer, KeyError> {
        if let Some(sealer) = self.read()? {
            return Ok(sealer);
        }
        let path = self.0.as_deref().ok_or(KeyError::NoPlace)?;
        make(path).map_err(|source| KeyError::File {
            path: path.to_owned(),
            source,
        })?;
        tracing::info!(key = %path.display(), "made the key of this installation");
        // Another process may have been first; then its key counts.
        self.read()?.ok_or_else(|| KeyError::File {
            path: path.to_owned(),
            source: io::ErrorKind::NotFound.into(),
        })
    }
}

fn parse(path: &Path, text: &str) -> Result<[u8; KEY_BYTES], KeyError> {
    from_hex(text.trim())
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| KeyError::NoKey {
            path: path.to_owned(),
        })
}

/// Makes a key file whole or not at all, and never in the place of another.
fn make(path: &Path) -> io::Result<()> {
    let mut random = [0; KEY_BYTES + 8];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let (key, name) = random.split_at(KEY_BYTES);
    let unfinished = path.with_extension(format!("{}.new", hex(name)));
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    let made = writeln!(file, "{}", hex(key))
        .and_then(|()| file.sync_all())
        .and_then(|()| match std::fs::hard_link(&unfinished, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    let removed = std::fs::remove_file(&unfinished);
    made.and(removed)?;
    // A name is on disk when its folder is.
    match path.parent() {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Seals and opens with one key.
pub(crate) struct Sealer {
    key: LessSafeKey,
    mark: String,
}

impl Sealer {
    fn new(instance_key: &[u8; KEY_BYTES]) -> Self {
        // One key for each purpose, so that no use of one tells about another.
        let parent = hmac::Key::new(hmac::HMAC_SHA256, instance_key);
        let child = hmac::sign(&parent, b"cuttings 1: seal");
        let mark = hmac::sign(&parent, b"cuttings 1: mark");
        let key = UnboundKey::new(&CHACHA20_POLY1305, child.as_ref())
            .expect("a hash of 32 bytes is a key of 32 bytes");
        Self {
            key: LessSafeKey::new(key),
            mark: hex(&mark.as_ref()[..8]),
        }
    }

    /// Tells this key from others, and nothing else about it.
    pub(crate) fn mark(&self) -> &str {
        &self.mark
    }

    /// Seals `plain`; it opens only for the same `about`.
    pub(crate) fn seal(&self, about: &str, plain: &[u8]) -> String {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).expect("the system gives random bytes");
        let mut sealed = plain.to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(about),
                &mut sealed,
            )
            .expect("what a user types is shorter than a cipher can take");
        hex(&nonce) + &hex(&sealed)
    }

    /// Opens what was sealed. `None` when it was sealed by another key, is about
    /// something else, or was changed.
    pub(crate) fn open(&self, about: &str, sealed: &str) -> Option<Vec<u8>> {
        let mut bytes = from_hex(sealed)?;
        let nonce: [u8; NONCE_LEN] = bytes.get(..NONCE_LEN)?.try_into().ok()?;
        let plain = self
            .key
            .open_within(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(about),
                &mut bytes,
                NONCE_LEN..,
            )
            .ok()?;
        Some(plain.to_vec())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_for_what_it_is_about() {
        let (one, other) = (Sealer::new(&[1; KEY_BYTES]), Sealer::new(&[2; KEY_BYTES]));
        let sealed = one.seal("ada at news.example", b"hunter2");
        assert_ne!(sealed, one.seal("ada at news.example", b"hunter2"));
        assert!(!sealed.contains(&hex(b"hunter2")));
        let open = |sealer: &Sealer, about, text: &str| sealer.open(about, text);
        assert_eq!(
            open(&one, "ada at news.example", &sealed).as_deref(),
            Some(&b"hunter2"[..])
        );
        assert_eq!(open(&one, "charles at news.example", &sealed), None);
        assert_eq!(open(&other, "ada at news.example", &sealed), None);
        assert_ne!(one.mark(), other.mark());
        let last = if sealed.ends_with('0') { "1" } else { "0" };
        let changed = format!("{}{last}", &sealed[..sealed.len() - 1]);
        for broken in [changed.as_str(), "", "00", "zz", "é", &sealed[..30]] {
            assert_eq!(open(&one, "ada at news.example", broken), None, "{broken}");
        }
    }

    #[test]
    fn s06_a_key_is_made_once_and_belongs_to_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let key = InstanceKey::at(folder.path().join("instance.key"));
        assert!(key.read().unwrap().is_none());
        let marks: Vec<String> = std::thread::scope(|scope| {
            let made: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| key.read_or_make().unwrap().mark().to_owned()))
                .collect();
            made.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(marks.iter().all(|mark| *mark == marks[0]), "{marks:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let file = std::fs::metadata(folder.path().join("instance.key")).unwrap();
            assert_eq!(file.permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_that_is_no_key_is_named_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("instance.key");
        std::fs::write(&path, "hello").unwrap();
        let error = InstanceKey::at(&path).read_or_make().err().unwrap();
        assert!(error.to_string().contains("instance.key"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "hello");
    }
}
