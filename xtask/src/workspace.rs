//! The workspace as cargo sees it: members, their dependencies, and every
//! package behind them.
//!
//! The house rules read this instead of guessing from files. One thing to know:
//! `cargo metadata` unites the features that all members ask for, so a question
//! about one crate's own tree goes to [`Workspace::normal_tree`], which asks
//! `cargo tree` for that crate alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// All packages the lock file resolves to, and where the workspace lies.
pub struct Workspace {
    /// The folder that holds the root `Cargo.toml`.
    pub root: PathBuf,
    /// Where cargo puts what it builds.
    pub target: PathBuf,
    /// Members and outside packages, in cargo's order.
    pub packages: Vec<Package>,
}

/// One package of the resolved tree.
pub struct Package {
    /// Name as published.
    pub name: String,
    /// Version, for example `0.41.2+build`.
    pub version: String,
    /// SPDX expression of its manifest; none when it gives only a file.
    pub licence: Option<String>,
    /// Where it came from; none for a member of the workspace.
    pub source: Option<String>,
    /// The folder of its `Cargo.toml`.
    pub folder: PathBuf,
    /// What its manifest asks for, of every kind and for every platform.
    pub dependencies: Vec<Declared>,
}

/// A dependency as the manifest declares it.
pub struct Declared {
    /// Name of the package that is asked for.
    pub name: String,
    /// Which builds need it.
    pub kind: Kind,
    /// Features named in the manifest.
    pub features: Vec<String>,
}

/// Which builds a declared dependency belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Part of the product.
    Normal,
    /// Tests and benches only.
    Dev,
    /// Build scripts only.
    Build,
}

impl Workspace {
    /// Reads the workspace this program was built in.
    ///
    /// Needs no network when every package is in cargo's cache already; on an
    /// empty cache `cargo fetch` fills it first.
    ///
    /// # Errors
    ///
    /// A sentence, when cargo cannot be run or answers something unexpected.
    pub fn load() -> Result<Self, String> {
        let root = root();
        let answer = cargo(&root, METADATA).or_else(|_| {
            cargo(&root, &["fetch", "--locked"])?;
            cargo(&root, METADATA)
        })?;
        let value: Value = serde_json::from_str(&answer)
            .map_err(|error| format!("cargo metadata answered no JSON: {error}"))?;
        Self::from_metadata(&value)
    }

    /// Reads the answer of `cargo metadata --format-version 1`.
    ///
    /// # Errors
    ///
    /// A sentence naming the field that is missing.
    pub fn from_metadata(value: &Value) -> Result<Self, String> {
        let packages = value["packages"]
            .as_array()
            .ok_or("cargo metadata names no packages")?;
        Ok(Self {
            root: PathBuf::from(text(value, "workspace_root")?),
            target: PathBuf::from(text(value, "target_directory")?),
            packages: packages
                .iter()
                .map(package)
                .collect::<Result<Vec<_>, _>>()?,
        })
    }

    /// The packages that live in this workspace.
    pub fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|one| one.source.is_none())
    }

    /// Names of every package that is compiled into `member` itself, its own
    /// name included: normal dependencies, with the features it asks for when
    /// built alone, on every platform.
    ///
    /// # Errors
    ///
    /// What cargo said, when `member` is no member or the tree cannot be resolved.
    pub fn normal_tree(&self, member: &str) -> Result<Vec<String>, String> {
        let answer = cargo(
            &self.root,
            &[
                "tree",
                "--locked",
                "--offline",
                "--package",
                member,
                "--edges",
                "normal",
                "--target",
                "all",
                "--prefix",
                "none",
                "--format",
                "{p}",
            ],
        )?;
        let mut names: Vec<String> = answer
            .lines()
            .filter_map(|line| line.split_whitespace().next())
            .map(str::to_owned)
            .collect();
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// Text of a file of the workspace, by its path from the root.
    ///
    /// # Errors
    ///
    /// A sentence, when it is not there or is no UTF-8.
    pub fn read(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(self.root.join(path))
            .map_err(|error| format!("{path} cannot be read: {error}"))
    }
}

impl Package {
    /// The first three numbers of the version; a missing one is 0.
    pub fn numbers(&self) -> [u64; 3] {
        numbers(&self.version)
    }
}

/// The first three numbers of a version such as `0.4.16` or `1.2-rc.1`.
pub fn numbers(version: &str) -> [u64; 3] {
    let plain = version.split(['-', '+']).next().unwrap_or_default();
    let mut parts = plain.split('.').map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

/// The workspace's root: the folder above this crate.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

const METADATA: &[&str] = &["metadata", "--format-version", "1", "--locked", "--offline"];

/// Runs cargo in `folder`; gives its standard output, or its complaint.
fn cargo(folder: &Path, args: &[&str]) -> Result<String, String> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program)
        .args(args)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!(
            "cargo {} failed: {}",
            args.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        ))
    }
}

fn package(value: &Value) -> Result<Package, String> {
    let manifest = PathBuf::from(text(value, "manifest_path")?);
    Ok(Package {
        name: text(value, "name")?,
        version: text(value, "version")?,
        licence: value["license"].as_str().map(str::to_owned),
        source: value["source"].as_str().map(str::to_owned),
        folder: manifest.parent().unwrap_or(&manifest).to_path_buf(),
        dependencies: list(value, "dependencies")
            .iter()
            .map(declared)
            .collect::<Result<Vec<_>, _>>()?,
    })
}

fn declared(value: &Value) -> Result<Declared, String> {
    Ok(Declared {
        name: text(value, "name")?,
        kind: match value["kind"].as_str() {
            Some("dev") => Kind::Dev,
            Some("build") => Kind::Build,
            _ => Kind::Normal,
        },
        features: list(value, "features")
            .iter()
            .filter_map(|feature| feature.as_str().map(str::to_owned))
            .collect(),
    })
}

fn text(value: &Value, key: &str) -> Result<String, String> {
    value[key]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("cargo metadata leaves out `{key}`"))
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_up_to_its_third_number() {
        assert_eq!(numbers("0.4.16"), [0, 4, 16]);
        assert_eq!(numbers("1.2-rc.1"), [1, 2, 0]);
        assert_eq!(numbers("1.2.1+spec-1.1.0"), [1, 2, 1]);
        assert!(numbers("0.10.0") > numbers("0.9.9"));
    }

    #[test]
    fn the_tree_of_a_member_begins_with_itself_and_holds_its_dependencies() {
        let workspace = Workspace::load().unwrap();
        let names = workspace.normal_tree("xtask").unwrap();
        assert!(names.iter().any(|name| name == "xtask"));
        assert!(names.iter().any(|name| name == "serde_json"));
        assert!(workspace.normal_tree("no-such-crate").is_err());
    }
}
