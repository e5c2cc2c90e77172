//! Rules on versions: floors under which a dependency has a known hole.
//!
//! A floor is looked at for every version in the lock file, since two of them
//! may be compiled in side by side.

use std::fs;

use crate::workspace::{Workspace, numbers};

/// Name, lowest version, and what was wrong below it.
const FLOORS: &[(&str, &str, &str)] = &[
    ("ammonia", "4.2.4", "script through svg, math and style"),
    ("h2", "0.4.16", "empty DATA frames without end"),
    (
        "html5ever",
        "0.40.1",
        "older than what ammonia 4.2.4 is built on",
    ),
    ("idna", "1.0.3", "two names for one host"),
    ("quick-xml", "0.41.0", "two ways to hang on hostile XML"),
    ("rustls", "0.23.18", "a panic on a crafted handshake"),
    ("time", "0.3.47", "a stack overflow on crafted dates"),
    ("zip", "2.3.0", "links out of the folder"),
];

/// SQLite below this can corrupt a database in WAL mode in a rare race.
const SQLITE_FLOOR: &str = "3.51.3";

/// Every version of a package in [`FLOORS`] is at its floor or above.
///
/// # Errors
///
/// None; the signature is that of every rule.
pub fn floors_hold(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut places = Vec::new();
    for package in &workspace.packages {
        for (name, floor, hole) in FLOORS {
            if package.name == *name && package.numbers() < numbers(floor) {
                places.push(format!(
                    "{name} {} is below {floor}: {hole}",
                    package.version
                ));
            }
        }
    }
    Ok(places)
}

/// The header of the SQLite that is compiled in says [`SQLITE_FLOOR`] or newer.
///
/// # Errors
///
/// A sentence, when the header of `libsqlite3-sys` is not where it should be.
pub fn bundled_sqlite_is_new(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut places = Vec::new();
    let mut seen = 0;
    for package in &workspace.packages {
        if package.name != "libsqlite3-sys" {
            continue;
        }
        seen += 1;
        let path = package.folder.join("sqlite3/sqlite3.h");
        let header = fs::read_to_string(&path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        let version = header_version(&header)
            .ok_or_else(|| format!("{} names no version", path.display()))?;
        if numbers(version) < numbers(SQLITE_FLOOR) {
            places.push(format!(
                "libsqlite3-sys {} bundles SQLite {version}",
                package.version
            ));
        }
    }
    if seen == 0 {
        places.push("no bundled SQLite in the tree".to_owned());
    }
    Ok(places)
}

/// The version in `#define SQLITE_VERSION "3.51.3"`.
fn header_version(header: &str) -> Option<&str> {
    header.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some("#define") && words.next() == Some("SQLITE_VERSION"))
            .then(|| words.next())
            .flatten()
            .map(|quoted| quoted.trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::sources::made_up;

    #[test]
    fn an_old_version_is_named_beside_a_new_one() {
        let workspace = made_up(
            r#"[{"name":"h2","version":"0.4.20","manifest_path":"/r/a/Cargo.toml"},
                {"name":"h2","version":"0.3.27","manifest_path":"/r/b/Cargo.toml"}]"#,
        );
        let places = floors_hold(&workspace).unwrap();
        assert_eq!(places.len(), 1);
        assert!(places[0].starts_with("h2 0.3.27 is below 0.4.16"));
    }

    #[test]
    fn a_tree_without_a_bundled_sqlite_breaks_the_rule() {
        assert_eq!(bundled_sqlite_is_new(&made_up("[]")).unwrap().len(), 1);
    }

    #[test]
    fn the_version_is_read_from_the_header() {
        let header =
            "#define SQLITE_VERSION_NUMBER 3051003\n#define SQLITE_VERSION        \"3.51.3\"\n";
        assert_eq!(header_version(header), Some("3.51.3"));
        assert_eq!(header_version("/* nothing */"), None);
    }
}
