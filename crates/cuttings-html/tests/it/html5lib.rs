//! The public tree-construction cases of html5lib, without limits.
//!
//! A case that fails has to stand in `html5lib_expected_failures.txt` with a
//! reason, and a case that stands there has to fail.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use cuttings_html::{
    Document, Limits, Namespace, NodeId, NodeKind, ParseOptions, Tag, parse_fragment_with,
    parse_with,
};

use crate::corpus;

const EXPECTED_FAILURES: &str = include_str!("html5lib_expected_failures.txt");

#[derive(Default)]
struct Case {
    data: String,
    /// Vocabulary and name of the context element of a fragment.
    context: Option<(Namespace, String)>,
    /// Set when the case holds for one mode only.
    scripting: Option<bool>,
    document: String,
}

fn cases(file: &str) -> Vec<Case> {
    let text = format!("\n{file}");
    text.split("\n#data\n")
        .skip(1)
        .map(|text| {
            let mut case = Case::default();
            let mut section = "data";
            let mut sections: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for line in text.split('\n') {
                match line {
                    "#errors" | "#new-errors" | "#document-fragment" | "#document" => {
                        section = &line[1..];
                        sections.entry(section).or_default();
                    }
                    "#script-on" => case.scripting = Some(true),
                    "#script-off" => case.scripting = Some(false),
                    _ => sections.entry(section).or_default().push(line),
                }
            }
            let joined = |name: &str| sections.get(name).map(|lines| lines.join("\n"));
            case.data = joined("data").unwrap_or_default();
            let tree = joined("document").unwrap_or_default();
            tree.trim_end().clone_into(&mut case.document);
            case.context =
                joined("document-fragment").map(|context| match context.trim().split_once(' ') {
                    Some(("svg", name)) => (Namespace::Svg, name.to_owned()),
                    Some(("math", name)) => (Namespace::MathMl, name.to_owned()),
                    _ => (Namespace::Html, context.trim().to_owned()),
                });
            case
        })
        .collect()
}

/// The tree in the notation of the test files.
fn dump(document: &Document, top: NodeId) -> String {
    let mut lines = String::new();
    let mut depths = vec![0; document.len()];
    for node in document.descendants(top) {
        let parent = document.parent(node).expect("a descendant has a parent");
        let mut depth = depths[parent.index()];
        if document.tag(parent) == Tag::Template {
            if document.first_child(parent) == Some(node) {
                let _ = writeln!(lines, "| {}content", "  ".repeat(depth));
            }
            depth += 1;
        }
        depths[node.index()] = depth + 1;
        let indent = "  ".repeat(depth);
        let _ = match document.kind(node) {
            NodeKind::Element => {
                let prefix = match document.namespace(node) {
                    Namespace::Html => "",
                    Namespace::Svg => "svg ",
                    Namespace::MathMl => "math ",
                };
                let _ = writeln!(lines, "| {indent}<{prefix}{}>", document.name(node));
                let is_foreign = document.namespace(node) != Namespace::Html;
                let mut attrs: Vec<(String, &str)> = document
                    .attrs(node)
                    .map(|(name, value)| {
                        let has_prefix = is_foreign
                            && (name.starts_with("xlink:")
                                || matches!(name, "xml:lang" | "xml:space" | "xmlns:xlink"));
                        let separator = if has_prefix { " " } else { ":" };
                        (name.replacen(':', separator, 1), value)
                    })
                    .collect();
                attrs.sort();
                for (name, value) in attrs {
                    let _ = writeln!(lines, "| {indent}  {name}=\"{value}\"");
                }
                if document.tag(node) == Tag::Template && document.first_child(node).is_none() {
                    writeln!(lines, "| {indent}  content")
                } else {
                    Ok(())
                }
            }
            NodeKind::Text => writeln!(lines, "| {indent}\"{}\"", document.text(node)),
            NodeKind::Comment => writeln!(lines, "| {indent}<!-- {} -->", document.text(node)),
            NodeKind::Doctype => {
                let ids = match document.doctype_ids(node) {
                    ("", "") => String::new(),
                    (public, system) => format!(" \"{public}\" \"{system}\""),
                };
                writeln!(lines, "| {indent}<!DOCTYPE {}{ids}>", document.name(node))
            }
            NodeKind::Document | NodeKind::ProcessingInstruction => Ok(()),
        };
    }
    lines.trim_end().to_owned()
}

fn run(case: &Case, limits: &Limits, scripting: bool) -> String {
    let options = ParseOptions {
        limits: limits.clone(),
        scripting,
    };
    match &case.context {
        None => {
            let document = parse_with(&case.data, &options);
            dump(&document, document.root())
        }
        Some((namespace, name)) => {
            let document = parse_fragment_with(&case.data, *namespace, name, &options);
            let holder = document.document_element().expect("a fragment's holder");
            dump(&document, holder)
        }
    }
}

#[test]
fn trees_are_those_of_the_public_conformance_cases() {
    let Some(folder) = corpus("html5lib/tree-construction") else {
        return;
    };
    let expected: BTreeMap<&str, &str> = EXPECTED_FAILURES
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split_once(": ").expect("a name, a colon, a reason"))
        .collect();

    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "dat"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "the folder has cases");

    let mut ran = 0;
    let mut passed = 0;
    let mut failures = BTreeMap::new();
    for path in files {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let text = std::fs::read_to_string(&path).expect("the cases are UTF-8");
        for (index, case) in cases(&text).iter().enumerate() {
            for scripting in [false, true] {
                if case.scripting.is_some_and(|only| only != scripting) {
                    continue;
                }
                // The product's limits must not show on pages of any shape but
                // a hostile one.
                for limits in [Limits::none(), Limits::default()] {
                    ran += 1;
                    let tree = run(case, &limits, scripting);
                    if tree == case.document {
                        passed += 1;
                    } else {
                        failures.insert(format!("{file}#{index}"), (case.data.clone(), tree));
                    }
                }
            }
        }
    }
    println!(
        "html5lib tree construction: {ran} ran, {passed} passed, {} cases failed, {} expected",
        failures.len(),
        expected.len()
    );
    for (name, (data, tree)) in &failures {
        if !expected.contains_key(name.as_str()) {
            println!("{name} failed\n{data}\ngave\n{tree}\n");
        }
    }
    let failed: Vec<&str> = failures.keys().map(String::as_str).collect();
    let listed: Vec<&str> = expected.keys().copied().collect();
    assert_eq!(failed, listed);
}
