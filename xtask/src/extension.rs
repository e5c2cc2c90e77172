//! `cargo xtask extension`: the browser extension as the file that the stores take.
//!
//! Equal sources give an equal file, byte for byte: members are sorted and all have
//! the same time. So anybody can see that what a store gives out is what lies here.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The version of the workspace, which is that of the extension.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The first moment a ZIP can tell, 1980 in UTC, as seconds of Unix.
const EARLIEST: i64 = 315_532_800;

/// Endings of files that belong to the extension.
const ENDINGS: &[&str] = &["json", "js", "html", "css", "png"];

/// Packs the extension into the target folder and prints where it lies.
///
/// # Errors
///
/// A sentence that says what is missing or wrong.
pub fn run() -> Result<(), String> {
    let workspace = xtask::workspace::Workspace::load()?;
    let folder = workspace.root.join("extension");
    hold_version(&folder)?;
    let packed = pack(&folder)?;
    let file = workspace
        .target
        .join(format!("cuttings-extension-{VERSION}.zip"));
    fs::create_dir_all(&workspace.target)
        .and_then(|()| fs::write(&file, packed))
        .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    println!("{}", file.display());
    Ok(())
}

/// That the manifest has the version of the workspace.
fn hold_version(folder: &Path) -> Result<(), String> {
    let manifest = read(&folder.join("manifest.json"))?;
    let manifest: serde_json::Value = serde_json::from_slice(&manifest)
        .map_err(|error| format!("the manifest of the extension is no JSON: {error}"))?;
    match manifest["version"].as_str() {
        Some(VERSION) => Ok(()),
        other => Err(format!(
            "the manifest of the extension has the version {other:?}, the workspace {VERSION}"
        )),
    }
}

/// The folder as a ZIP.
fn pack(folder: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, path) in members(folder)? {
        let content = read(&path)?;
        add(&mut archive, &name, &content)
            .map_err(|error| format!("{name} cannot be packed: {error}"))?;
    }
    archive
        .finish()
        .map_err(|error| format!("the extension cannot be packed: {error}"))?;
    Ok(bytes)
}

fn add<W: io::Write>(
    archive: &mut rawzip::ZipArchiveWriter<W>,
    name: &str,
    content: &[u8],
) -> Result<(), Box<dyn std::error::Error>> {
    let (mut entry, config) = archive
        .new_file(name)
        .compression_method(rawzip::CompressionMethod::DEFLATE)
        .last_modified(rawzip::time::UtcDateTime::from_unix(EARLIEST))
        .start()?;
    let packer = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::best());
    let mut writer = config.wrap(packer);
    writer.write_all(content)?;
    let (packer, descriptor) = writer.finish()?;
    packer.finish()?;
    entry.finish(descriptor)?;
    Ok(())
}

/// The files of the extension by their names in the ZIP, sorted.
fn members(folder: &Path) -> Result<Vec<(String, PathBuf)>, String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let listed = fs::read_dir(&next)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .map_err(|error| format!("{} cannot be read: {error}", next.display()))?;
        for path in listed.iter().map(fs::DirEntry::path) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let ending = path.extension().unwrap_or_default().to_string_lossy();
            if !ENDINGS.contains(&&*ending) {
                return Err(format!(
                    "{} is no file of an extension; nothing else belongs there",
                    path.display()
                ));
            }
            let name = path.strip_prefix(folder).unwrap_or(&path);
            found.push((name.to_string_lossy().replace('\\', "/"), path.clone()));
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> PathBuf {
        xtask::workspace::root().join("extension")
    }

    #[test]
    fn the_extension_has_the_version_of_the_workspace() {
        assert_eq!(hold_version(&folder()), Ok(()));
    }

    #[test]
    fn packing_twice_gives_the_same_bytes() {
        assert_eq!(pack(&folder()).unwrap(), pack(&folder()).unwrap());
    }

    #[test]
    fn every_file_is_in_the_zip_under_its_own_name() {
        let packed = pack(&folder()).unwrap();
        let archive = rawzip::ZipArchive::from_slice(&packed).unwrap();
        let mut names = Vec::new();
        for entry in archive.entries() {
            let entry = entry.unwrap();
            names.push(String::from_utf8(entry.file_path().as_ref().to_vec()).unwrap());
            let content = fs::read(folder().join(names.last().unwrap())).unwrap();
            let kept = archive.get_entry(entry.wayfinder()).unwrap();
            let mut unpacked = Vec::new();
            let mut reader = kept.verifying_reader(flate2::read::DeflateDecoder::new(kept.data()));
            io::copy(&mut reader, &mut unpacked).unwrap();
            assert_eq!(unpacked, content);
        }
        let listed: Vec<String> = members(&folder())
            .unwrap()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, listed);
        assert!(names.contains(&"manifest.json".to_owned()));
    }
}
