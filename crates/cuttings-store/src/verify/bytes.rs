//! The blobs: every stored byte read and held against the name it is stored
//! under, and every file against the rows.
//!
//! One of the 256 folders is looked at after the other, so memory does not grow
//! with the library; its blobs are unpacked in pieces, on all cores.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use cuttings_model::{ArticleId, CaptureId, Digest, UserId};
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{GetResultPayload, ObjectMeta, ObjectStore, ObjectStoreExt as _};
use sqlx::AssertSqlSafe;
use tokio::task::JoinSet;
use zstd::stream::raw::{Decoder, Operation as _};

use super::rules::NAMES_BLOBS;
use super::{Cure, Fault, FaultKind, Touched};
use crate::blobs::path;
use crate::db::args;
use crate::{Store, StoreError, captures};

/// A file that no row names counts as spare after this time; before, its row may
/// be on its way.
pub const SPARE_GRACE_MS: i64 = 24 * 3_600_000;

/// More than this is unpacked of no blob: an upload may have 200 MiB, and damage
/// may claim anything.
const MOST_BYTES: u64 = 1 << 30;

/// What was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BlobTally {
    /// Blobs that rows name.
    pub blobs: u64,
    /// Bytes read, as they are stored.
    pub bytes: u64,
    /// Files that no row names, left by captures that did not come to an end.
    pub spare: u64,
    /// Files among the blobs that are none.
    pub strangers: u64,
    /// Damaged blobs that were set aside earlier.
    pub set_aside: u64,
}

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Bytes with this digest and size.
    Bytes(Digest, u64),
    Empty,
    Truncated,
    Damaged,
    Missing,
    Unreadable,
}

/// What the rows say of a blob.
struct Noted {
    size: i64,
    /// Its file, when the folder lists one.
    is_listed: bool,
}

impl Store {
    /// How many blobs the rows name.
    pub async fn count_blobs(&self) -> Result<u64, StoreError> {
        let row = self
            .db
            .one("SELECT count(*) AS blobs FROM blobs", args![])
            .await?;
        Ok(u64::try_from(row.get::<i64>("blobs")?).unwrap_or(0))
    }

    /// Reads every blob and tells each fault as it is found; `progress` hears how
    /// far it is.
    ///
    /// # Errors
    ///
    /// When the database or the folder of blobs cannot be read at all.
    pub async fn examine_blobs(
        &self,
        now_ms: i64,
        progress: &mut (dyn FnMut(&BlobTally) + Send),
        tell: &mut (dyn FnMut(Fault) + Send),
    ) -> Result<BlobTally, StoreError> {
        let mut tally = BlobTally::default();
        let objects = Arc::clone(&self.blobs.objects);
        let top = list(&objects, None).await?;
        tally.strangers += top.objects.len() as u64;
        for folder in &top.common_prefixes {
            match folder.as_ref() {
                "blake3" => {}
                "damaged" => {
                    tally.set_aside = list(&objects, Some(folder)).await?.objects.len() as u64;
                }
                _ => tally.strangers += 1,
            }
        }
        let below = list(&objects, Some(&Path::from("blake3"))).await?;
        tally.strangers += below.objects.len() as u64;
        tally.strangers += below
            .common_prefixes
            .iter()
            .filter(|folder| !is_folder_of_blobs(folder))
            .count() as u64;
        let mut extra = Vec::new();
        let mut faults: Vec<Fault> = Vec::new();
        for number in 0..=255_u8 {
            let found = self
                .examine_folder(&format!("{number:02x}"), &mut tally, &mut extra, progress)
                .await?;
            faults.extend(found);
            if faults.len() > 500 {
                self.name_and_tell(std::mem::take(&mut faults), &mut extra, tell)
                    .await?;
            }
        }
        self.name_and_tell(faults, &mut extra, tell).await?;
        tally.spare += extra
            .iter()
            .filter(|file| now_ms - file.modified_ms >= SPARE_GRACE_MS)
            .count() as u64;
        progress(&tally);
        Ok(tally)
    }

    async fn examine_folder(
        &self,
        folder: &str,
        tally: &mut BlobTally,
        extra: &mut Vec<Extra>,
        progress: &mut (dyn FnMut(&BlobTally) + Send),
    ) -> Result<Vec<Fault>, StoreError> {
        // Files first: a blob is stored before its row, so each file of a row read
        // later is in the list or was written since.
        let files: Vec<ObjectMeta> = list(
            &self.blobs.objects,
            Some(&Path::from(format!("blake3/{folder}"))),
        )
        .await?
        .objects;
        let mut noted: BTreeMap<Digest, Noted> = BTreeMap::new();
        for row in self
            .db
            .all(
                "SELECT digest, size FROM blobs WHERE digest >= $1 AND digest < $2",
                args![folder, format!("{folder}g")],
            )
            .await?
        {
            let digest = captures::digest(&row.get::<String>("digest")?)?;
            let size = row.get("size")?;
            let is_listed = false;
            noted.insert(digest, Noted { size, is_listed });
        }
        for file in files {
            let name = file.location.filename().unwrap_or_default();
            let digest = name
                .strip_suffix(".zst")
                .and_then(|hex| Digest::parse(hex).ok())
                .filter(|digest| path(digest) == file.location);
            match digest.and_then(|digest| noted.get_mut(&digest)) {
                Some(known) => known.is_listed = true,
                None if name.strip_suffix(".zst").is_none() => tally.strangers += 1,
                None => extra.push(Extra {
                    location: file.location,
                    modified_ms: file.last_modified.timestamp_millis(),
                    holds: None,
                }),
            }
        }
        let mut faults = Vec::new();
        let mut looks = JoinSet::new();
        let at_once = std::thread::available_parallelism().map_or(2, usize::from);
        for (digest, known) in noted {
            if looks.len() >= at_once
                && let Some(done) = looks.join_next().await
            {
                self.note_look(done, tally, &mut faults).await?;
                progress(tally);
            }
            let objects = Arc::clone(&self.blobs.objects);
            looks.spawn(async move {
                let (found, read) = look(&objects, &path(&digest)).await;
                (digest, known, found, read)
            });
        }
        while let Some(done) = looks.join_next().await {
            self.note_look(done, tally, &mut faults).await?;
            progress(tally);
        }
        Ok(faults)
    }

    async fn note_look(
        &self,
        done: Result<(Digest, Noted, Found, u64), tokio::task::JoinError>,
        tally: &mut BlobTally,
        faults: &mut Vec<Fault>,
    ) -> Result<(), StoreError> {
        let (digest, known, found, read) = done.map_err(|error| StoreError::Nonsense {
            what: format!("looking at a blob broke off: {error}"),
        })?;
        tally.blobs += 1;
        tally.bytes += read;
        let (kind, what, cure) = match found {
            Found::Bytes(is, size) if is == digest => {
                if size == u64::try_from(known.size).unwrap_or(u64::MAX) {
                    return Ok(());
                }
                let what = format!("has {size} bytes, and the library noted {}", known.size);
                (FaultKind::Row, what, None)
            }
            Found::Bytes(holds, _) => {
                let is_known = self
                    .db
                    .optional(
                        "SELECT 1 AS one FROM blobs WHERE digest = $1",
                        args![holds.to_string()],
                    )
                    .await?
                    .is_some();
                if is_known {
                    let file = path(&digest).to_string();
                    (
                        FaultKind::SwappedBlob,
                        format!("holds the bytes of {holds}"),
                        Some(Cure::GiveBack { file, holds }),
                    )
                } else {
                    (
                        FaultKind::DamagedBlob,
                        "holds other bytes than its name says".to_owned(),
                        Some(Cure::SetAside(digest)),
                    )
                }
            }
            Found::Empty => (
                FaultKind::EmptyBlob,
                "is an empty file".to_owned(),
                Some(Cure::SetAside(digest)),
            ),
            Found::Truncated => (
                FaultKind::TruncatedBlob,
                "is cut off before its end".to_owned(),
                Some(Cure::SetAside(digest)),
            ),
            Found::Damaged => (
                FaultKind::DamagedBlob,
                "is damaged: it cannot be unpacked".to_owned(),
                Some(Cure::SetAside(digest)),
            ),
            Found::Unreadable => (
                FaultKind::UnreadableBlob,
                "cannot be read from the disk".to_owned(),
                None,
            ),
            Found::Missing if self.blobs.is_aside(&digest).await => (
                FaultKind::SetAside,
                "was damaged and has been set aside".to_owned(),
                // A thumbnail can be made again still.
                None,
            ),
            Found::Missing => (
                FaultKind::MissingBlob,
                if known.is_listed {
                    "vanished while it was looked at".to_owned()
                } else {
                    "is missing".to_owned()
                },
                None,
            ),
        };
        faults.push(Fault {
            digest: Some(digest),
            cure,
            ..Fault::new(kind, format!("the blob {digest} {what}"))
        });
        Ok(())
    }

    /// Says whose things damaged blobs are, finds missing ones under other names,
    /// and tells them.
    async fn name_and_tell(
        &self,
        mut faults: Vec<Fault>,
        extra: &mut [Extra],
        tell: &mut (dyn FnMut(Fault) + Send),
    ) -> Result<(), StoreError> {
        if faults.is_empty() {
            return Ok(());
        }
        if faults
            .iter()
            .any(|fault| fault.kind == FaultKind::MissingBlob)
        {
            for file in extra.iter_mut().filter(|file| file.holds.is_none()) {
                file.holds = Some(look(&self.blobs.objects, &file.location).await.0);
            }
        }
        for fault in &mut faults {
            let Some(digest) = fault.digest else { continue };
            if fault.kind == FaultKind::MissingBlob
                && let Some(file) = extra.iter().find(
                    |file| matches!(file.holds, Some(Found::Bytes(holds, _)) if holds == digest),
                )
            {
                fault.kind = FaultKind::RenamedBlob;
                fault.what = format!("the blob {digest} was renamed to {}", file.location);
                fault.cure = Some(Cure::GiveBack {
                    file: file.location.to_string(),
                    holds: digest,
                });
            }
        }
        let mut holders = self.holders(&faults).await?;
        for mut fault in faults {
            if let Some((what, touched)) = fault.digest.and_then(|digest| holders.remove(&digest)) {
                fault.what = format!("{} ({what})", fault.what);
                fault.touched = touched;
            }
            tell(fault);
        }
        Ok(())
    }

    /// What the blobs of these faults are, and whose.
    async fn holders(
        &self,
        faults: &[Fault],
    ) -> Result<BTreeMap<Digest, (String, Vec<Touched>)>, StoreError> {
        let digests: Vec<String> = faults
            .iter()
            .filter_map(|fault| fault.digest)
            .map(|digest| format!("'{digest}'"))
            .collect();
        let mut holders: BTreeMap<Digest, (String, Vec<Touched>)> = BTreeMap::new();
        if digests.is_empty() {
            return Ok(holders);
        }
        for (table, column, what) in NAMES_BLOBS {
            let (capture, what) = match *table {
                "captures" => ("id", format!("'{what}'")),
                // A thumbnail says so itself.
                "pictures" => (
                    "capture_id",
                    "CASE role WHEN 'thumbnail' THEN role ELSE 'picture' END".to_owned(),
                ),
                _ => ("capture_id", format!("'{what}'")),
            };
            let sql = format!(
                "SELECT DISTINCT user_id, article_id, {capture} AS capture_id, {column} AS digest,
                        {what} AS what
                 FROM {table} WHERE {column} IN ({})",
                digests.join(", ")
            );
            let rows = match self.db.all(AssertSqlSafe(sql), args![]).await {
                Ok(rows) => rows,
                Err(error) => {
                    // A table that cannot be read is a fault of its own.
                    tracing::warn!(%error, "cannot say whose a damaged blob is");
                    continue;
                }
            };
            for row in rows {
                let digest = captures::digest(&row.get::<String>("digest")?)?;
                let (says, touched) = holders.entry(digest).or_default();
                if says.is_empty() {
                    *says = row.get("what")?;
                }
                touched.push(Touched {
                    user_id: UserId(row.get("user_id")?),
                    article_id: Some(ArticleId(row.get("article_id")?)),
                    capture_id: Some(CaptureId(row.get("capture_id")?)),
                });
            }
        }
        Ok(holders)
    }
}

/// A file that no row names.
struct Extra {
    location: Path,
    modified_ms: i64,
    /// What it turned out to be, once somebody looked.
    holds: Option<Found>,
}

fn is_folder_of_blobs(folder: &Path) -> bool {
    folder.filename().is_some_and(|name| {
        name.len() == 2
            && name
                .bytes()
                .all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
    })
}

async fn list(
    objects: &Arc<dyn ObjectStore>,
    folder: Option<&Path>,
) -> Result<object_store::ListResult, StoreError> {
    objects
        .list_with_delimiter(folder)
        .await
        .map_err(|source| StoreError::Blob {
            doing: "list",
            digest: Digest::of(b""),
            source,
        })
}

/// Reads a file to its end. Gives what it is and how many bytes it has as stored.
pub(super) async fn look(objects: &Arc<dyn ObjectStore>, location: &Path) -> (Found, u64) {
    let got = match objects.get(location).await {
        Ok(got) => got,
        Err(object_store::Error::NotFound { .. }) => return (Found::Missing, 0),
        Err(_) => return (Found::Unreadable, 0),
    };
    let size = got.meta.size;
    let found = match got.payload {
        GetResultPayload::File(file, _) => {
            tokio::task::spawn_blocking(move || unpacked(file)).await
        }
        GetResultPayload::Stream(stream) => {
            let reader =
                tokio_util::io::StreamReader::new(stream.map_err(std::io::Error::other).boxed());
            let reader = tokio_util::io::SyncIoBridge::new(reader);
            tokio::task::spawn_blocking(move || unpacked(reader)).await
        }
    };
    (found.unwrap_or(Found::Damaged), size)
}

/// Unpacks what is stored, in pieces, and says what it is.
fn unpacked(mut stored: impl Read) -> Found {
    let Ok(mut decoder) = Decoder::new() else {
        return Found::Unreadable;
    };
    let mut hasher = blake3::Hasher::new();
    let mut input = vec![0; 64 << 10];
    let mut output = vec![0; 256 << 10];
    let (mut read_any, mut ended) = (false, false);
    let mut size: u64 = 0;
    loop {
        let filled = match stored.read(&mut input) {
            Ok(0) if !read_any => return Found::Empty,
            Ok(0) if !ended => return Found::Truncated,
            Ok(0) => return Found::Bytes(Digest::from(hasher.finalize()), size),
            Ok(filled) => filled,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => return Found::Unreadable,
        };
        // Of one frame alone: whatever comes behind it is not ours.
        if ended || (!read_any && !is_as_we_pack(&input[..filled])) {
            return Found::Damaged;
        }
        read_any = true;
        let mut from = 0;
        loop {
            let Ok(step) = decoder.run_on_buffers(&input[from..filled], &mut output) else {
                return Found::Damaged;
            };
            from += step.bytes_read;
            size += step.bytes_written as u64;
            hasher.update(&output[..step.bytes_written]);
            if size > MOST_BYTES {
                return Found::Damaged;
            }
            if step.remaining == 0 {
                if from < filled {
                    return Found::Damaged;
                }
                ended = true;
                break;
            }
            if from == filled && step.bytes_written < output.len() {
                break;
            }
        }
    }
}

/// One bit of a frame's head means nothing to the decoder. We never set it, so
/// one that is set was not written by us.
fn is_as_we_pack(start: &[u8]) -> bool {
    start.get(4).is_none_or(|descriptor| descriptor & 0x10 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        zstd::bulk::compress(bytes, crate::blobs::COMPRESSION_LEVEL).unwrap()
    }

    #[test]
    fn n01_a_flipped_bit_is_noticed_wherever_it_means_anything() {
        // A dozen bits mean nothing (they fill up the last byte of a stream, or a
        // table that is not used): what is unpacked is
        // right with either.
        let page = "The ferry leaves at nine, and the ferry comes back at ten past four. ";
        for bytes in [
            page.repeat(40).into_bytes(),
            (0..800_u32).flat_map(|n| (n * n).to_le_bytes()).collect(),
        ] {
            let whole = packed(&bytes);
            let right = Found::Bytes(Digest::of(&bytes), bytes.len() as u64);
            assert_eq!(unpacked(&whole[..]), right);
            let mut unnoticed = Vec::new();
            for bit in 0..whole.len() * 8 {
                let mut flipped = whole.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                if unpacked(&flipped[..]) == right {
                    unnoticed.push(bit);
                }
            }
            assert!(
                unnoticed.len() < 24,
                "{unnoticed:?} of {} bytes",
                whole.len()
            );
        }
    }

    #[test]
    fn n02_what_is_cut_off_empty_or_longer_is_told_apart() {
        let bytes = "one line after the other\n".repeat(100).into_bytes();
        let whole = packed(&bytes);
        assert_eq!(unpacked(&[][..]), Found::Empty);
        for length in 1..whole.len() {
            assert_eq!(unpacked(&whole[..length]), Found::Truncated, "{length}");
        }
        let mut longer = whole.clone();
        longer.push(0);
        assert_eq!(unpacked(&longer[..]), Found::Damaged);
        assert_eq!(unpacked(&b"not packed at all"[..]), Found::Damaged);
        let twice = [whole.clone(), whole].concat();
        assert_eq!(unpacked(&twice[..]), Found::Damaged);
    }
}
