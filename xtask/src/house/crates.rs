//! Rules on crates: what may depend on what.
//!
//! The order of [`ORDER`] is the order of the table in `ARCHITECTURE.md`. Build
//! tools (`xtask`, `bench`) stand outside: they may use any crate and no crate
//! may use them.

use std::collections::BTreeSet;

use crate::workspace::{Declared, Kind, Package, Workspace};

/// The crates from the binary down to the nouns. A crate may use those after it.
pub const ORDER: &[&str] = &[
    "cuttings",
    "cuttings-server",
    "cuttings-library",
    "cuttings-store",
    "cuttings-fetch",
    "cuttings-extract",
    "cuttings-replay",
    "cuttings-html",
    "cuttings-reference",
    "cuttings-text",
    "cuttings-formats",
    "cuttings-model",
];

/// Rooms beside the house.
const SIDE_ROOMS: &[&str] = &["xtask", "bench-pages", "bench-reference"];

/// Crates other people can use without taking a runtime, socket or database.
pub const PURE: &[&str] = &[
    "cuttings-extract",
    "cuttings-replay",
    "cuttings-html",
    "cuttings-reference",
    "cuttings-text",
    "cuttings-formats",
    "cuttings-model",
];

/// What a pure crate may not hold. A name ending in `*` stands for every name
/// that begins so.
const IMPURE: &[&str] = &[
    "tokio*",
    "async-std",
    "async-io",
    "smol",
    "mio",
    "socket2",
    "hyper*",
    "reqwest",
    "ureq",
    "curl*",
    "sqlx*",
    "rusqlite",
    "libsqlite3-sys",
    "postgres*",
    "object_store",
    "hickory*",
];

/// Crates that send HTTP requests.
const CLIENTS: &[&str] = &["reqwest", "ureq", "isahc", "attohttpc", "curl", "surf"];

/// Crates with a server and a client side; only the client side is a way out.
const BOTH_SIDES: &[&str] = &["hyper", "hyper-util"];

/// Direct use of a client elsewhere, with the reason it is not a way out.
const CLIENT_EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "cuttings-store",
    "reqwest",
    "turns on TLS for object_store's own client, which goes to the operator's store only",
)];

/// Database drivers. One crate uses them.
const DRIVERS: &[&str] = &["sqlx", "rusqlite", "postgres", "tokio-postgres", "diesel"];

/// No package of [`IMPURE`] is compiled into a crate of [`PURE`].
///
/// # Errors
///
/// What cargo said, when a tree cannot be resolved.
pub fn pure_crates_stay_pure(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut places = Vec::new();
    let present = workspace.members().map(|member| member.name.as_str());
    for member in present.filter(|name| PURE.contains(name)) {
        for name in workspace.normal_tree(member)? {
            if IMPURE.iter().any(|pattern| matches(pattern, &name)) {
                places.push(format!("{member} holds {name}"));
            }
        }
    }
    Ok(places)
}

/// A member uses only members that come after it in [`ORDER`], tests included.
///
/// # Errors
///
/// None; the signature is that of every rule.
pub fn dependence_runs_down(workspace: &Workspace) -> Result<Vec<String>, String> {
    let members: Vec<&Package> = workspace.members().collect();
    let names: Vec<&str> = members.iter().map(|one| one.name.as_str()).collect();
    let mut places = Vec::new();
    for member in &members {
        if SIDE_ROOMS.contains(&member.name.as_str()) {
            continue;
        }
        let Some(own) = rank(&member.name) else {
            places.push(format!("{} has no place in the order", member.name));
            continue;
        };
        for used in &member.dependencies {
            if names.contains(&used.name.as_str()) && rank(&used.name).is_none_or(|at| at <= own) {
                places.push(format!("{} uses {}", member.name, used.name));
            }
        }
    }
    Ok(places)
}

/// Only `cuttings-fetch` depends on an HTTP client. Tests may use one.
///
/// # Errors
///
/// None; the signature is that of every rule.
pub fn one_way_out(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut places = Vec::new();
    for (member, used) in direct(workspace, "cuttings-fetch") {
        let name = used.name.as_str();
        let is_client = CLIENTS.contains(&name)
            || BOTH_SIDES.contains(&name)
                && used
                    .features
                    .iter()
                    .any(|feature| feature.starts_with("client") || feature == "full");
        let is_excepted = CLIENT_EXCEPTIONS
            .iter()
            .any(|(crate_name, client, _)| *crate_name == member && *client == name);
        if is_client && !is_excepted {
            places.push(format!("{member} depends on {name}"));
        }
    }
    Ok(places)
}

/// Only `cuttings-store` depends on a database driver. Tests may use one.
///
/// # Errors
///
/// None; the signature is that of every rule.
pub fn one_driver(workspace: &Workspace) -> Result<Vec<String>, String> {
    Ok(direct(workspace, "cuttings-store")
        .filter(|(_, used)| DRIVERS.contains(&used.name.as_str()))
        .map(|(member, used)| format!("{member} depends on {}", used.name))
        .collect())
}

/// Each member's manifest has `[lints] workspace = true`.
///
/// # Errors
///
/// A sentence, when a manifest cannot be read.
pub fn lints_are_shared(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut places = Vec::new();
    for member in workspace.members() {
        let path = member.folder.join("Cargo.toml");
        let manifest = toml(&path.to_string_lossy(), &read(&path)?)?;
        let shared = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace"))
            .and_then(toml::Value::as_bool);
        if shared != Some(true) {
            places.push(format!("{} has lints of its own", member.name));
        }
    }
    Ok(places)
}

/// `ARCHITECTURE.md` names each member in code quotes.
///
/// # Errors
///
/// A sentence, when the page cannot be read.
pub fn architecture_names_every_crate(workspace: &Workspace) -> Result<Vec<String>, String> {
    let page = workspace.read("ARCHITECTURE.md")?;
    Ok(workspace
        .members()
        .filter(|member| {
            !page.contains(&format!("`{}`", member.name))
                && !page.contains(&format!("`{}/`", member.name))
        })
        .map(|member| format!("ARCHITECTURE.md leaves out `{}`", member.name))
        .collect())
}

/// `docs/decisions/0008-dependencies.md` has a row for each outside package that
/// a manifest names, and none for one that is gone.
///
/// # Errors
///
/// A sentence, when the page or a manifest cannot be read.
pub fn dependencies_have_reasons(workspace: &Workspace) -> Result<Vec<String>, String> {
    const PAGE: &str = "docs/decisions/0008-dependencies.md";
    let page = workspace.read(PAGE)?;
    let told: Vec<&str> = page.lines().filter_map(row_name).collect();
    let mut wanted = used_outside(workspace);
    wanted.extend(browser_packages(workspace)?);
    let mut places: Vec<String> = wanted
        .iter()
        .filter(|name| !told.contains(&name.as_str()))
        .map(|name| format!("{PAGE} has no row for `{name}`"))
        .collect();
    for name in told {
        if !wanted.contains(name) {
            places.push(format!("{PAGE} tells of `{name}`, which nothing uses"));
        }
    }
    Ok(places)
}

/// Each entry of `[workspace.dependencies]` is used by a member.
///
/// # Errors
///
/// A sentence, when the manifest cannot be read.
pub fn shared_dependencies_are_used(workspace: &Workspace) -> Result<Vec<String>, String> {
    let manifest = toml("Cargo.toml", &workspace.read("Cargo.toml")?)?;
    let used = used_outside(workspace);
    Ok(manifest
        .get("workspace")
        .and_then(|table| table.get("dependencies"))
        .and_then(toml::Value::as_table)
        .ok_or("Cargo.toml has no [workspace.dependencies]")?
        .keys()
        .filter(|name| rank(name).is_none() && !used.contains(name.as_str()))
        .map(|name| format!("Cargo.toml lists `{name}`, which no crate uses"))
        .collect())
}

/// Names of outside packages that members ask for, tests included.
fn used_outside(workspace: &Workspace) -> BTreeSet<String> {
    let members: Vec<&str> = workspace.members().map(|one| one.name.as_str()).collect();
    workspace
        .members()
        .flat_map(|member| &member.dependencies)
        .map(|used| used.name.clone())
        .filter(|name| !members.contains(&name.as_str()))
        .collect()
}

/// Names of the packages that the browser tests ask npm for.
fn browser_packages(workspace: &Workspace) -> Result<Vec<String>, String> {
    const PATH: &str = "tests/browser/package.json";
    let manifest: serde_json::Value = serde_json::from_str(&workspace.read(PATH)?)
        .map_err(|error| format!("{PATH} is no JSON: {error}"))?;
    Ok(["dependencies", "devDependencies"]
        .iter()
        .filter_map(|section| manifest[*section].as_object())
        .flat_map(|section| section.keys().cloned())
        .collect())
}

/// The name in a table row that begins with a code-quoted word.
fn row_name(line: &str) -> Option<&str> {
    line.strip_prefix("| `")?
        .split_once('`')
        .map(|(name, _)| name)
}

/// Normal and build dependencies of every crate of the house but `owner`.
fn direct<'a>(
    workspace: &'a Workspace,
    owner: &'a str,
) -> impl Iterator<Item = (&'a str, &'a Declared)> {
    workspace
        .members()
        .filter(move |member| member.name != owner && !SIDE_ROOMS.contains(&member.name.as_str()))
        .flat_map(|member| {
            member
                .dependencies
                .iter()
                .filter(|used| used.kind != Kind::Dev)
                .map(|used| (member.name.as_str(), used))
        })
}

fn rank(name: &str) -> Option<usize> {
    ORDER.iter().position(|one| *one == name)
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

fn read(path: &std::path::Path) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

fn toml(path: &str, text: &str) -> Result<toml::Table, String> {
    text.parse()
        .map_err(|error| format!("{path} is no TOML: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::sources::made_up;

    fn with(dependencies: &str) -> Workspace {
        made_up(&format!(
            r#"[{{"name":"cuttings-text","version":"0.1.0","manifest_path":"/w/crates/text/Cargo.toml",
                 "source":null,"license":"MIT","dependencies":[{dependencies}]}},
                {{"name":"cuttings-store","version":"0.1.0","manifest_path":"/w/crates/store/Cargo.toml",
                 "source":null,"license":"MIT","dependencies":[]}}]"#
        ))
    }

    #[test]
    fn a_crate_that_uses_one_above_it_is_named() {
        let workspace = with(r#"{"name":"cuttings-store","kind":"dev","features":[]}"#);
        assert_eq!(
            dependence_runs_down(&workspace).unwrap(),
            ["cuttings-text uses cuttings-store"]
        );
        assert!(dependence_runs_down(&with("")).unwrap().is_empty());
    }

    #[test]
    fn a_client_outside_fetch_is_named_but_not_in_tests() {
        let normal = with(r#"{"name":"reqwest","kind":null,"features":[]}"#);
        assert_eq!(
            one_way_out(&normal).unwrap(),
            ["cuttings-text depends on reqwest"]
        );
        let dev = with(r#"{"name":"reqwest","kind":"dev","features":[]}"#);
        assert!(one_way_out(&dev).unwrap().is_empty());
    }

    #[test]
    fn hyper_counts_as_a_client_only_with_its_client_side() {
        let server = with(r#"{"name":"hyper-util","kind":null,"features":["server"]}"#);
        assert!(one_way_out(&server).unwrap().is_empty());
        let client = with(r#"{"name":"hyper-util","kind":null,"features":["client-legacy"]}"#);
        assert_eq!(one_way_out(&client).unwrap().len(), 1);
    }

    #[test]
    fn a_driver_outside_the_store_is_named() {
        let workspace = with(r#"{"name":"sqlx","kind":null,"features":[]}"#);
        assert_eq!(
            one_driver(&workspace).unwrap(),
            ["cuttings-text depends on sqlx"]
        );
    }

    #[test]
    fn a_pattern_with_a_star_matches_by_its_beginning() {
        assert!(matches("sqlx*", "sqlx-core"));
        assert!(!matches("smol", "smol_str"));
    }

    #[test]
    fn the_name_of_a_row_is_its_first_quoted_word() {
        assert_eq!(row_name("| `axum` | MIT | routes |"), Some("axum"));
        assert_eq!(row_name("| Crate | Licence |"), None);
        assert_eq!(row_name("`axum` in a sentence"), None);
    }
}
