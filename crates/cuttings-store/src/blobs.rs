//! Blobs: stored bytes named by their BLAKE3 digest, compressed with zstd.
//!
//! Everything goes through an object store, today a folder. A blob's path is
//! `blake3/ab/abcdef….zst`. Writing the same bytes again is free, and nothing
//! depends on conditional writes, which not every object store keeps.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use cuttings_model::Digest;
use futures_util::StreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};

use crate::db::{Db, Tx, args};
use crate::{Places, StoreError};

/// zstd level: fast enough to be free beside a fetch, small enough for text.
pub(crate) const COMPRESSION_LEVEL: i32 = 6;

/// How much of a large file is handed on at once.
const PART_BYTES: u64 = 8 << 20;

/// The bytes of a library. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    pub(crate) objects: Arc<dyn ObjectStore>,
    db: Db,
    /// Where files lie that have no name and go with their last user.
    spool: PathBuf,
}

/// Proof that bytes are safely stored: only [`Blobs::put`] makes one, and rows
/// that name a blob are written from it, so no row can come before its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    digest: Digest,
    size: i64,
}

impl Stored {
    /// The name of the bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// How many bytes, before compression.
    pub fn size(&self) -> i64 {
        self.size
    }
}

impl Blobs {
    pub(crate) fn open(places: &Places, db: Db) -> Result<Self, StoreError> {
        let folder = match places.blobs.as_deref() {
            None => places.data.join("blobs"),
            Some(url) => match url::Url::parse(url) {
                Ok(url) if url.scheme() == "file" => {
                    url.to_file_path().map_err(|()| StoreError::Address {
                        what: url.to_string(),
                        advice: "a folder is written file:///path/to/folder",
                    })?
                }
                Ok(url) if url.scheme().len() > 1 => {
                    return Err(StoreError::Address {
                        what: crate::db::without_password(url.as_str()),
                        advice: "this version keeps blobs in a folder: give a path or file:///path",
                    });
                }
                _ => url.into(),
            },
        };
        crate::make_private_folder(&folder)?;
        let files = LocalFileSystem::new_with_prefix(&folder)
            .map_err(|source| StoreError::Folder {
                folder: folder.clone(),
                source: std::io::Error::other(source),
            })?
            .with_fsync(true);
        Ok(Self {
            objects: Arc::new(files),
            db,
            spool: places.data.clone(),
        })
    }

    /// Makes `bytes` last. When this returns they survive a power cut.
    pub async fn put(&self, bytes: Bytes) -> Result<Stored, StoreError> {
        let (digest, packed) = tokio::task::spawn_blocking({
            let bytes = bytes.clone();
            move || {
                (
                    Digest::of(&bytes),
                    zstd::bulk::compress(&bytes, COMPRESSION_LEVEL),
                )
            }
        })
        .await
        .expect("hashing and compressing do not panic");
        let stored = Stored {
            digest,
            size: bytes.len() as i64,
        };
        if self.is_stored(&digest).await? {
            return Ok(stored);
        }
        let failed = |source| StoreError::Blob {
            doing: "write",
            digest,
            source,
        };
        let packed = packed.map_err(|error| {
            failed(object_store::Error::Generic {
                store: "zstd",
                source: Box::new(error),
            })
        })?;
        self.objects
            .put(&path(&digest), PutPayload::from(packed))
            .await
            .map_err(failed)?;
        Ok(stored)
    }

    /// Whether these bytes are safe already. A row in `blobs` is written only
    /// after its bytes were synced, so it spares the second write; a file alone
    /// would not prove that. Bytes that were lost or set aside since are not.
    async fn is_stored(&self, digest: &Digest) -> Result<bool, StoreError> {
        let noted = self
            .db
            .optional(
                "SELECT 1 AS one FROM blobs WHERE digest = $1",
                args![digest.to_string()],
            )
            .await?;
        Ok(noted.is_some()
            && (self.objects.head(&path(digest)).await).is_ok_and(|file| file.size > 0))
    }

    /// A file without a name for what comes in and is too large for memory. It
    /// goes when it is closed, even by a crash.
    pub fn spool(&self) -> Result<File, StoreError> {
        tempfile::tempfile_in(&self.spool).map_err(|source| self.unspoolable(source))
    }

    fn unspoolable(&self, source: io::Error) -> StoreError {
        StoreError::Folder {
            folder: self.spool.clone(),
            source,
        }
    }

    /// Makes the bytes of a file last, in bounded memory. When this returns they
    /// survive a power cut.
    pub async fn put_file(&self, file: &File) -> Result<Stored, StoreError> {
        let cloned = |file: &File| file.try_clone().map_err(|error| self.unspoolable(error));
        let (mut plain, mut packed) = (cloned(file)?, self.spool()?);
        let (digest, size) = blocking({
            let mut plain = cloned(file)?;
            move || {
                plain.rewind()?;
                Digest::of_reader(plain)
            }
        })
        .await
        .map_err(|error| self.unspoolable(error))?;
        let stored = Stored {
            digest,
            size: size as i64,
        };
        if self.is_stored(&digest).await? {
            return Ok(stored);
        }
        packed = blocking(move || {
            plain.rewind()?;
            zstd::stream::copy_encode(plain, &mut packed, COMPRESSION_LEVEL)?;
            packed.rewind()?;
            Ok(packed)
        })
        .await
        .map_err(|error| self.unspoolable(error))?;
        let failed = |source| StoreError::Blob {
            doing: "write",
            digest,
            source,
        };
        let mut upload = self
            .objects
            .put_multipart(&path(&digest))
            .await
            .map_err(failed)?;
        loop {
            let part = blocking({
                let packed = cloned(&packed)?;
                move || {
                    let mut part = Vec::new();
                    packed.take(PART_BYTES).read_to_end(&mut part)?;
                    Ok(part)
                }
            })
            .await
            .map_err(|error| self.unspoolable(error))?;
            if part.is_empty() {
                break;
            }
            if let Err(error) = upload.put_part(PutPayload::from(part)).await {
                // What is left of it is of no use; the first error is what counts.
                let _ = upload.abort().await;
                return Err(failed(error));
            }
        }
        upload.complete().await.map_err(failed)?;
        Ok(stored)
    }

    /// The bytes called `digest` as a file without a name, checked against their
    /// name, in bounded memory.
    ///
    /// # Errors
    ///
    /// As for [`Blobs::get`].
    pub async fn get_file(&self, digest: &Digest) -> Result<File, StoreError> {
        let digest = *digest;
        let failed = |source| StoreError::Blob {
            doing: "read",
            digest,
            source,
        };
        let (mut packed, mut plain) = (self.spool()?, self.spool()?);
        let mut parts = self
            .objects
            .get(&path(&digest))
            .await
            .map_err(failed)?
            .into_stream();
        while let Some(part) = parts.next().await {
            let part = part.map_err(failed)?;
            packed = blocking(move || {
                packed.write_all(&part)?;
                Ok(packed)
            })
            .await
            .map_err(|error| self.unspoolable(error))?;
        }
        let is_whole = blocking({
            let mut plain = plain.try_clone().map_err(|error| self.unspoolable(error))?;
            move || {
                packed.rewind()?;
                if zstd::stream::copy_decode(packed, &mut plain).is_err() {
                    return Ok(false);
                }
                plain.rewind()?;
                let (found, _) = Digest::of_reader(&plain)?;
                Ok(found == digest)
            }
        })
        .await
        .map_err(|error| self.unspoolable(error))?;
        if !is_whole {
            return Err(StoreError::Damaged { digest });
        }
        plain.rewind().map_err(|error| self.unspoolable(error))?;
        Ok(plain)
    }

    /// The bytes called `digest`, checked against their name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] when the bytes are not what their name says:
    /// they are never given out.
    pub async fn get(&self, digest: &Digest) -> Result<Bytes, StoreError> {
        let digest = *digest;
        let failed = |source| StoreError::Blob {
            doing: "read",
            digest,
            source,
        };
        let packed = self
            .objects
            .get(&path(&digest))
            .await
            .map_err(|source| match source {
                // A row names it, so it was here.
                object_store::Error::NotFound { .. } => StoreError::Damaged { digest },
                source => failed(source),
            })?
            .bytes()
            .await
            .map_err(failed)?;
        tokio::task::spawn_blocking(move || {
            let bytes = zstd::stream::decode_all(&packed[..])
                .map_err(|_| StoreError::Damaged { digest })?;
            if Digest::of(&bytes) == digest {
                Ok(Bytes::from(bytes))
            } else {
                Err(StoreError::Damaged { digest })
            }
        })
        .await
        .expect("decompressing and hashing do not panic")
    }

    /// Moves a file to the folder of damaged ones, beside what was set aside
    /// under the same name before. One that is not there is no failure.
    pub(crate) async fn set_aside(&self, file: &Path) -> Result<(), StoreError> {
        let name = file.filename().unwrap_or_default();
        let mut to = Path::from(format!("damaged/{name}"));
        for number in 2.. {
            match self.objects.rename_if_not_exists(file, &to).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => break,
                Err(object_store::Error::AlreadyExists { .. }) => {
                    to = Path::from(format!("damaged/{name}.{number}"));
                }
                Err(source) => {
                    return Err(StoreError::Blob {
                        doing: "set aside",
                        digest: Digest::of(b""),
                        source,
                    });
                }
            }
        }
        Ok(())
    }

    /// Whether a blob was set aside.
    pub(crate) async fn is_aside(&self, digest: &Digest) -> bool {
        let name = path(digest);
        let name = name.filename().unwrap_or_default();
        self.objects
            .head(&Path::from(format!("damaged/{name}")))
            .await
            .is_ok()
    }

    /// Stores what a file that was set aside holds under its right name, unless
    /// that is stored already.
    pub(crate) async fn give_back(&self, file: &Path, holds: &Digest) -> Result<(), StoreError> {
        if self.get(holds).await.is_ok() {
            return Ok(());
        }
        let from = Path::from(format!("damaged/{}", file.filename().unwrap_or_default()));
        self.objects
            .copy(&from, &path(holds))
            .await
            .map_err(|source| StoreError::Blob {
                doing: "give back",
                digest: *holds,
                source,
            })
    }
}

/// Runs what waits for a disk where it stops nobody else.
async fn blocking<T: Send + 'static>(
    run: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(run)
        .await
        .map_err(io::Error::other)?
}

/// Notes in the database that `stored` is safe, in the transaction that first
/// names it.
pub(crate) async fn note(tx: &mut Tx, stored: &Stored, now_ms: i64) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO blobs (digest, size, stored_at) VALUES ($1, $2, $3)
         ON CONFLICT (digest) DO NOTHING",
        args![stored.digest.to_string(), stored.size, now_ms],
    )
    .await
    .map(|_| ())
}

pub(crate) fn path(digest: &Digest) -> Path {
    let hex = digest.to_string();
    Path::from(format!("blake3/{}/{hex}.zst", &hex[..2]))
}
