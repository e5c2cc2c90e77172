//! The list of house rules, and running them.
//!
//! `cargo xtask test`, `cargo xtask house` and `xtask/tests/house.rs` all come
//! through [`RULES`]. A rule returns the places where it is broken, so one run
//! shows all of them; it fails outright only when it cannot look.

pub mod crates;
pub mod licences;
pub mod sources;
pub mod versions;
mod words;

use crate::workspace::Workspace;

/// One rule: a sentence that is true of a sound workspace, and its check.
pub struct Rule {
    /// The sentence, without a final stop.
    pub sentence: &'static str,
    /// Gives the places where the sentence is false, each a line of text.
    pub check: fn(&Workspace) -> Result<Vec<String>, String>,
}

/// Every rule of the house.
pub const RULES: &[Rule] = &[
    Rule {
        sentence: "pure crates hold no runtime, socket or driver",
        check: crates::pure_crates_stay_pure,
    },
    Rule {
        sentence: "dependence runs down the list of crates, never up",
        check: crates::dependence_runs_down,
    },
    Rule {
        sentence: "only the fetch crate speaks HTTP to others",
        check: crates::one_way_out,
    },
    Rule {
        sentence: "only the store talks to a database driver",
        check: crates::one_driver,
    },
    Rule {
        sentence: "every crate takes the workspace's lints",
        check: crates::lints_are_shared,
    },
    Rule {
        sentence: "every crate is described in ARCHITECTURE.md",
        check: crates::architecture_names_every_crate,
    },
    Rule {
        sentence: "every dependency has its reason in docs/decisions/0008-dependencies.md",
        check: crates::dependencies_have_reasons,
    },
    Rule {
        sentence: "every dependency shared in Cargo.toml is used",
        check: crates::shared_dependencies_are_used,
    },
    Rule {
        sentence: "SQL stands only in the store",
        check: sources::sql_stands_in_the_store,
    },
    Rule {
        sentence: "no source file is longer than 700 lines",
        check: sources::files_stay_short,
    },
    Rule {
        sentence: "templates use no safe filter, inline script or inline style",
        check: sources::templates_hold_no_inline_code,
    },
    Rule {
        sentence: "what the interface says stands in the catalogue, not in templates",
        check: words::templates_say_nothing,
    },
    Rule {
        sentence: "no lock file names a registry host",
        check: sources::lock_files_name_no_host,
    },
    Rule {
        sentence: "dependencies with known holes are past them",
        check: versions::floors_hold,
    },
    Rule {
        sentence: "the bundled SQLite is 3.51.3 or newer",
        check: versions::bundled_sqlite_is_new,
    },
    Rule {
        sentence: "every licence is on the list in deny.toml",
        check: licences::licences_are_allowed,
    },
    Rule {
        sentence: "every package comes from the public Rust registry",
        check: licences::sources_are_known,
    },
    Rule {
        sentence: "no package banned in deny.toml is in the tree",
        check: licences::bans_hold,
    },
];

/// Runs every rule. For each, its sentence and where it is broken.
///
/// # Errors
///
/// When the workspace cannot be read at all. A single rule that cannot look
/// counts as broken, with the reason as its place.
pub fn inspect() -> Result<Vec<(&'static str, Vec<String>)>, String> {
    let workspace = Workspace::load()?;
    Ok(RULES
        .iter()
        .map(|rule| {
            let places = (rule.check)(&workspace).unwrap_or_else(|reason| vec![reason]);
            (rule.sentence, places)
        })
        .collect())
}
