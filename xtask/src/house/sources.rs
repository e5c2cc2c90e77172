//! Rules on the text of files: SQL, length, templates, lock files.
//!
//! Files are found by walking the source folders, so a file is looked at before
//! it is ever committed. Words are compared, not a parsed language: the rules
//! look for what cannot be meant otherwise, and stay quiet in doubt.

use std::fs;
use std::path::Path;

use crate::workspace::Workspace;

/// Longest file of our own, in lines.
const MOST_LINES: usize = 700;

/// Folders that hold source of our own, from the root.
const SOURCE_FOLDERS: &[&str] = &["crates", "xtask", "bench", "tests", "extension"];

/// Endings of files that a person writes.
const SOURCE_ENDINGS: &[&str] = &["rs", "mjs", "js", "ts", "css", "html", "sql"];

/// Folders that hold data, not source.
const DATA_FOLDERS: &[&str] = &[
    "node_modules",
    "target",
    "corpus",
    "snapshots",
    "test-output",
];

/// Longer files, each with the reason it is not cut: path and reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// How many words may stand between `SELECT` and its `FROM`.
const SELECT_REACH: usize = 60;

/// No crate but the store holds an SQL statement in capitals.
///
/// Folders of integration tests are left out: a test of damage or of a newer
/// program has to tamper with a database behind the store's back.
///
/// The store is also the only crate with a driver ([`super::crates::one_driver`]),
/// so a statement written in small letters elsewhere could not be run.
///
/// # Errors
///
/// A sentence, when a file cannot be read.
pub fn sql_stands_in_the_store(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut places = Vec::new();
    for (path, text) in files(&workspace.root, &["crates"])? {
        if path.starts_with("crates/cuttings-store/") || path.contains("/tests/") {
            continue;
        }
        if let Some(line) = first_sql(&text) {
            places.push(format!("{path}:{line}"));
        }
    }
    Ok(places)
}

/// No file is longer than [`MOST_LINES`].
///
/// # Errors
///
/// A sentence, when a file cannot be read.
pub fn files_stay_short(workspace: &Workspace) -> Result<Vec<String>, String> {
    Ok(files(&workspace.root, SOURCE_FOLDERS)?
        .into_iter()
        .filter(|(path, _)| !LONG_FILES.iter().any(|(long, _)| long == path))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(path, lines)| format!("{path} has {lines} lines"))
        .collect())
}

/// Templates show markup from outside only through a type that the sanitiser
/// makes, and hold nothing that the Content-Security-Policy would stop.
///
/// # Errors
///
/// A sentence, when a file cannot be read.
pub fn templates_hold_no_inline_code(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut places = Vec::new();
    for (path, text) in files(&workspace.root, &["crates"])? {
        if !path.contains("/templates/") || ending(&path) != "html" {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            if let Some(what) = inline_code(line) {
                places.push(format!("{path}:{}: {what}", number + 1));
            }
        }
    }
    Ok(places)
}

/// Lock files pin versions and digests and name no host but the two public
/// registries' own names for themselves, so that they work with whatever mirror
/// cargo and npm are set up for.
///
/// In a `package-lock.json` every `resolved` is an address of a registry. In a
/// `Cargo.lock` and in lists for pip, every address but that of the public Rust
/// registry is one.
///
/// # Errors
///
/// A sentence, when a file cannot be read.
pub fn lock_files_name_no_host(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut places = Vec::new();
    let locks = files_where(&workspace.root, &["."], |name| LOCK_FILES.contains(&name))?;
    for (path, text) in locks {
        for (number, line) in text.lines().enumerate() {
            if names_host(&path, line) {
                places.push(format!("{path}:{}", number + 1));
            }
        }
    }
    Ok(places)
}

/// Files in which package managers keep what they found.
const LOCK_FILES: &[&str] = &[
    "Cargo.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "requirements.txt",
    "poetry.lock",
    "uv.lock",
    "yarn.lock",
    "pnpm-lock.yaml",
];

/// How a `Cargo.lock` names the public registry, wherever packages come from.
const PUBLIC_RUST: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Whether a line of a lock file says where a package was fetched from.
fn names_host(path: &str, line: &str) -> bool {
    if ending(path) == "json" {
        // Other addresses are where a package's authors want to be paid.
        return line.contains("\"resolved\"") && line.contains("://");
    }
    line.replace(PUBLIC_RUST, "").contains("://")
}

/// The line, counted from 1, on which the first SQL statement begins.
fn first_sql(text: &str) -> Option<usize> {
    let words: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .flat_map(|(number, line)| {
            line.split(|c: char| !c.is_alphanumeric() && c != '_')
                .filter(|word| !word.is_empty())
                .map(move |word| (number + 1, word))
        })
        .collect();
    words.iter().enumerate().find_map(|(at, (line, word))| {
        let after = |steps: usize| words.get(at + steps).map(|(_, word)| *word);
        let is_statement = match *word {
            "INSERT" => after(1) == Some("INTO"),
            "DELETE" => after(1) == Some("FROM"),
            "CREATE" => matches!(after(1), Some("TABLE" | "INDEX")),
            "UPDATE" => after(2) == Some("SET"),
            "SELECT" => (2..=SELECT_REACH).any(|steps| after(steps) == Some("FROM")),
            _ => false,
        };
        is_statement.then_some(*line)
    })
}

/// What a line of a template holds that it may not.
fn inline_code(line: &str) -> Option<&'static str> {
    let tight: String = line.split_whitespace().collect();
    if tight.contains("|safe}") || tight.contains("|safe|") || tight.contains("|safe-}") {
        return Some("a safe filter");
    }
    let small = line.to_ascii_lowercase();
    if let Some((_, after)) = small.split_once("<script")
        && !after.split('>').next().unwrap_or_default().contains("src=")
    {
        return Some("an inline script");
    }
    if small.contains("<style") || small.contains(" style=") {
        return Some("an inline style");
    }
    let has_event = small.split(' ').any(|part| {
        part.strip_prefix("on")
            .and_then(|rest| rest.split_once('='))
            .is_some_and(|(name, value)| {
                !name.is_empty()
                    && name.bytes().all(|byte| byte.is_ascii_lowercase())
                    && value.starts_with(['"', '\''])
            })
    });
    has_event.then_some("an event attribute")
}

/// Source files under `folders` as (path from the root with `/`, text), sorted.
fn files(root: &Path, folders: &[&str]) -> Result<Vec<(String, String)>, String> {
    files_where(root, folders, |name| SOURCE_ENDINGS.contains(&ending(name)))
}

/// The same of files by their names.
fn files_where(
    root: &Path,
    folders: &[&str],
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for folder in folders {
        let start = root.join(folder);
        if start.is_dir() {
            walk(root, &start, &wanted, &mut found)?;
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn walk(
    root: &Path,
    folder: &Path,
    wanted: &impl Fn(&str) -> bool,
    found: &mut Vec<(String, String)>,
) -> Result<(), String> {
    let complain =
        |path: &Path, error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    for entry in fs::read_dir(folder).map_err(|error| complain(folder, error))? {
        let entry = entry.map_err(|error| complain(folder, error))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| complain(&path, error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() {
            if !DATA_FOLDERS.contains(&name.as_str()) && name != ".git" {
                walk(root, &path, wanted, found)?;
            }
        } else if kind.is_file() && wanted(&name) {
            let text = fs::read_to_string(&path).map_err(|error| complain(&path, error))?;
            let short = path.strip_prefix(root).unwrap_or(&path);
            let short = short.to_string_lossy().replace('\\', "/");
            found.push((short.trim_start_matches("./").to_owned(), text));
        }
    }
    Ok(())
}

fn ending(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// A workspace out of a JSON list of packages, for tests of rules.
#[cfg(test)]
pub(crate) fn made_up(packages: &str) -> Workspace {
    let json = format!(
        r#"{{"workspace_root":"/w","target_directory":"/w/target","packages":{packages}}}"#
    );
    Workspace::from_metadata(&serde_json::from_str(&json).unwrap()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_found_by_its_first_line() {
        assert_eq!(first_sql("let a = 1;\nlet q = \"INSERT INTO t\";"), Some(2));
        assert_eq!(first_sql("\"SELECT id,\n url\n FROM articles\""), Some(1));
        assert_eq!(first_sql("\"UPDATE articles SET a = 1\""), Some(1));
        assert_eq!(first_sql("\"CREATE TABLE t (a INTEGER)\""), Some(1));
    }

    #[test]
    fn prose_about_choosing_is_no_statement() {
        assert_eq!(first_sql("/// Select one from the list."), None);
        assert_eq!(first_sql("enum Verb { SELECT, DELETE, UPDATE }"), None);
        assert_eq!(first_sql("insert into the map, delete from the set"), None);
    }

    #[test]
    fn inline_code_in_a_template_is_named() {
        assert_eq!(inline_code("{{ body | safe }}"), Some("a safe filter"));
        assert_eq!(
            inline_code("<script>run()</script>"),
            Some("an inline script")
        );
        assert_eq!(
            inline_code("<p style=\"color:red\">"),
            Some("an inline style")
        );
        assert_eq!(
            inline_code("<a onclick=\"go()\">"),
            Some("an event attribute")
        );
    }

    #[test]
    fn a_script_file_and_plain_words_pass() {
        assert_eq!(
            inline_code("<script type=module src=/a.mjs></script>"),
            None
        );
        assert_eq!(inline_code("<a href=\"/?on=1\">save one=two</a>"), None);
        assert_eq!(inline_code("<p class=\"safe\">{{ safe }}</p>"), None);
    }

    #[test]
    fn a_lock_file_that_names_a_mirror_is_told() {
        let npm = r#""resolved": "https://mirror.example/a.tgz","#;
        assert!(names_host("tests/browser/package-lock.json", npm));
        let funding = r#""url": "https://pay.example/somebody""#;
        assert!(!names_host("bench/package-lock.json", funding));
        let public = format!("source = \"{PUBLIC_RUST}\"");
        assert!(!names_host("Cargo.lock", &public));
        let mirror = "source = \"registry+https://mirror.example/index\"";
        assert!(names_host("fuzz/Cargo.lock", mirror));
        assert!(names_host(
            "bench/requirements.txt",
            "--index-url https://mirror.example/simple"
        ));
        assert!(!names_host("bench/requirements.txt", "html-text==0.7.1"));
    }

    #[test]
    fn every_lock_file_is_looked_at() {
        let root = crate::workspace::root();
        let found = files_where(&root, &["."], |name| LOCK_FILES.contains(&name)).unwrap();
        let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
        for path in [
            "Cargo.lock",
            "fuzz/Cargo.lock",
            "bench/extraction/package-lock.json",
            "bench/extraction/peers-rs/Cargo.lock",
            "bench/extraction/requirements.txt",
            "tests/browser/package-lock.json",
        ] {
            assert!(paths.contains(&path), "{path} is not among {paths:?}");
        }
    }

    #[test]
    fn this_file_is_among_the_files_that_are_looked_at() {
        let root = crate::workspace::root();
        let found = files(&root, SOURCE_FOLDERS).unwrap();
        assert!(
            found
                .iter()
                .any(|(path, _)| path == "xtask/src/house/sources.rs")
        );
        assert!(found.iter().all(|(path, _)| !path.contains("node_modules")));
    }
}
