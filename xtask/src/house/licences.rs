//! Rules on licences, sources and banned packages, read from `deny.toml`.
//!
//! The file has the form that cargo-deny reads, so both agree; these rules need
//! nothing installed and no network. One thing cargo-deny would not tell a
//! newcomer: the old form `MIT/Apache-2.0` means `OR`.

use std::collections::BTreeMap;

use crate::workspace::Workspace;

/// The parts of `deny.toml` that are held here.
struct Policy {
    /// Licences any package may have; an exception is part of the name, as in
    /// `Apache-2.0 WITH LLVM-exception`.
    allowed: Vec<String>,
    /// Further licences, by package.
    exceptions: BTreeMap<String, Vec<String>>,
    /// Packages that may not be in the tree, with the reason.
    banned: Vec<(String, String)>,
}

/// Each outside package can be taken under licences on the list.
///
/// # Errors
///
/// A sentence, when `deny.toml` cannot be read.
pub fn licences_are_allowed(workspace: &Workspace) -> Result<Vec<String>, String> {
    let policy = policy(workspace)?;
    Ok(workspace
        .packages
        .iter()
        .filter(|package| package.source.is_some())
        .filter_map(|package| {
            let own = policy.exceptions.get(&package.name);
            let Some(expression) = &package.licence else {
                return Some(format!(
                    "{} {} names no licence",
                    package.name, package.version
                ));
            };
            let accepts = |licence: &str| {
                let listed = |list: &[String]| list.iter().any(|one| one == licence);
                listed(&policy.allowed) || own.is_some_and(|list| listed(list))
            };
            match satisfied(expression, &accepts) {
                Ok(true) => None,
                Ok(false) => Some(format!(
                    "{} {} is under {expression}",
                    package.name, package.version
                )),
                Err(reason) => Some(format!(
                    "{} {}: {expression}: {reason}",
                    package.name, package.version
                )),
            }
        })
        .collect())
}

/// Outside packages come from the public Rust registry, none from git or elsewhere.
///
/// # Errors
///
/// None; the signature is that of every rule.
pub fn sources_are_known(workspace: &Workspace) -> Result<Vec<String>, String> {
    Ok(workspace
        .packages
        .iter()
        .filter_map(|package| Some((package, package.source.as_deref()?)))
        .filter(|(_, source)| {
            !(source.starts_with("registry+") && source.ends_with("/crates.io-index"))
        })
        .map(|(package, source)| format!("{} comes from {source}", package.name))
        .collect())
}

/// None of the packages under `[bans] deny` is in the tree.
///
/// # Errors
///
/// A sentence, when `deny.toml` cannot be read.
pub fn bans_hold(workspace: &Workspace) -> Result<Vec<String>, String> {
    let policy = policy(workspace)?;
    Ok(workspace
        .packages
        .iter()
        .flat_map(|package| {
            policy
                .banned
                .iter()
                .filter(|(name, _)| *name == package.name)
                .map(|(name, reason)| format!("{name} {}: {reason}", package.version))
        })
        .collect())
}

fn policy(workspace: &Workspace) -> Result<Policy, String> {
    parse_policy(&workspace.read("deny.toml")?)
}

fn parse_policy(text: &str) -> Result<Policy, String> {
    let table: toml::Table = text
        .parse()
        .map_err(|error| format!("deny.toml is no TOML: {error}"))?;
    let part = |section: &str, key: &str| -> Result<Vec<toml::Value>, String> {
        table
            .get(section)
            .and_then(|section| section.get(key))
            .and_then(toml::Value::as_array)
            .cloned()
            .ok_or_else(|| format!("deny.toml has no list `{key}` under [{section}]"))
    };
    let word = |value: &toml::Value, key: &str| -> Result<String, String> {
        value
            .get(key)
            .and_then(toml::Value::as_str)
            .map(str::to_owned)
            .ok_or_else(|| format!("an entry of deny.toml has no `{key}`"))
    };
    let mut exceptions = BTreeMap::new();
    for entry in part("licenses", "exceptions")? {
        let licences = entry.get("allow").and_then(toml::Value::as_array);
        exceptions.insert(
            word(&entry, "crate")?,
            strings(licences.ok_or("an exception of deny.toml has no `allow`")?),
        );
    }
    let mut banned = Vec::new();
    for entry in part("bans", "deny")? {
        banned.push((word(&entry, "crate")?, word(&entry, "reason")?));
    }
    Ok(Policy {
        allowed: strings(&part("licenses", "allow")?),
        exceptions,
        banned,
    })
}

fn strings(values: &[toml::Value]) -> Vec<String> {
    values
        .iter()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

/// Whether an SPDX expression can be met with licences that `accepts` takes.
///
/// `WITH` binds closest, then `AND`, then `OR`; `/` counts as `OR`, `+` after a
/// licence ("or later") is read as that licence.
///
/// # Errors
///
/// A sentence, when the expression is not well formed.
pub fn satisfied(expression: &str, accepts: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = either(&words, &mut at, accepts)?;
    match words.get(at) {
        None => Ok(met),
        Some(word) => Err(format!("`{word}` is out of place")),
    }
}

fn either(words: &[&str], at: &mut usize, accepts: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let mut met = both(words, at, accepts)?;
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(words, at, accepts)?;
    }
    Ok(met)
}

fn both(words: &[&str], at: &mut usize, accepts: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let mut met = one(words, at, accepts)?;
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, accepts)?;
    }
    Ok(met)
}

fn one(words: &[&str], at: &mut usize, accepts: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let word = *words.get(*at).ok_or("it ends too early")?;
    *at += 1;
    match word {
        "(" => {
            let met = either(words, at, accepts)?;
            if words.get(*at) != Some(&")") {
                return Err("a bracket stays open".to_owned());
            }
            *at += 1;
            Ok(met)
        }
        ")" | "AND" | "OR" | "WITH" => Err(format!("`{word}` is out of place")),
        licence => {
            let licence = licence.trim_end_matches('+');
            if words.get(*at) != Some(&"WITH") {
                return Ok(accepts(licence));
            }
            let exception = words.get(*at + 1).ok_or("it ends after WITH")?;
            *at += 2;
            // An exception only gives rights away, so the licence alone will do.
            Ok(accepts(&format!("{licence} WITH {exception}")) || accepts(licence))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::sources::made_up;

    fn met(expression: &str) -> Result<bool, String> {
        satisfied(expression, &|licence| {
            ["MIT", "Apache-2.0", "ISC"].contains(&licence)
        })
    }

    #[test]
    fn one_accepted_choice_is_enough() {
        assert_eq!(met("MIT OR GPL-3.0-only"), Ok(true));
        assert_eq!(met("GPL-3.0-only/MIT"), Ok(true));
        assert_eq!(met("GPL-3.0-only OR AGPL-3.0-only"), Ok(false));
    }

    #[test]
    fn every_part_of_a_conjunction_must_be_accepted() {
        assert_eq!(met("Apache-2.0 AND ISC"), Ok(true));
        assert_eq!(met("(MIT OR Apache-2.0) AND GPL-3.0-only"), Ok(false));
    }

    #[test]
    fn and_binds_closer_than_or() {
        assert_eq!(met("MIT OR GPL-3.0-only AND GPL-2.0-only"), Ok(true));
        assert_eq!(met("GPL-3.0-only AND MIT OR GPL-2.0-only"), Ok(false));
    }

    #[test]
    fn an_exception_does_not_hide_the_licence_before_it() {
        assert_eq!(met("Apache-2.0 WITH LLVM-exception"), Ok(true));
        assert_eq!(met("GPL-3.0-only WITH GCC-exception-3.1"), Ok(false));
    }

    #[test]
    fn a_broken_expression_is_an_error_and_not_a_yes() {
        for broken in [
            "", "MIT OR", "(MIT", "MIT)", "AND MIT", "MIT ISC", "MIT WITH",
        ] {
            assert!(met(broken).is_err(), "{broken:?} was taken");
        }
    }

    #[test]
    fn a_package_from_git_is_named() {
        let workspace = made_up(
            r#"[{"name":"odd","version":"1.0.0","manifest_path":"/r/a/Cargo.toml",
                 "source":"git+https://example.org/odd"}]"#,
        );
        assert_eq!(
            sources_are_known(&workspace).unwrap(),
            ["odd comes from git+https://example.org/odd"]
        );
    }

    #[test]
    fn a_list_that_is_missing_from_deny_toml_is_an_error() {
        assert!(parse_policy("[licenses]\nallow = []").is_err());
    }
}
