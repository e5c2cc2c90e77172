//! `cuttings reference`: the acceptance article, and how the command behaves.

use std::process::Stdio;

use serde_json::Value;

use crate::rig::{Rig, corpora};

/// What must be found in the story, wherever it is read from: kind, speaker, how
/// the content begins, what is verbatim in it.
const MUST: &[(&str, &str, &str)] = &[
    (
        "mixed",
        "Jens Stoltenberg",
        "Ukrainians are \"making progress” with their counteroffensive",
    ),
    (
        "direct",
        "Jens Stoltenberg",
        "“The support that we are providing together",
    ),
    ("direct", "Jens Stoltenberg", "“It's still early days"),
    ("mixed", "Joe Biden", "NATO has grown more unified"),
    (
        "indirect",
        "Vladimir Putin",
        "Ukraine is suffering setbacks and the loss of tanks and armored vehicles",
    ),
    ("indirect", "Joe Biden", "the issue will be sorted out"),
    ("direct", "Jill Biden", "“he was up all night in pain,”"),
];

fn reference(rig: &Rig, words: &[&str], input: &str) -> (Value, String) {
    let mut command = rig.command(&[&["reference"], words].concat());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    std::io::Write::write_all(child.stdin.as_mut().expect("a pipe"), input.as_bytes())
        .expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let found = serde_json::from_slice(&output.stdout).expect("JSON");
    (found, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn said(text: &str, span: &Value) -> String {
    let place = |key: &str| span[key].as_u64().expect("a number") as usize;
    text.chars()
        .skip(place("start"))
        .take(place("end") - place("start"))
        .collect()
}

/// Checks what must be in the story, except what this copy of it leaves out.
fn assert_must(found: &Value, text: &str, left_out: usize) {
    let statements = found["statements"].as_array().expect("a list");
    let all: Vec<String> = statements
        .iter()
        .map(|one| {
            let content: Vec<String> = one["content"]
                .as_array()
                .expect("a list")
                .iter()
                .filter(|span| span.get("part").is_none())
                .map(|span| said(text, span))
                .collect();
            format!(
                "{} {}: {}",
                one["kind"].as_str().unwrap_or_default(),
                one["speaker"]["name"].as_str().unwrap_or_default(),
                content.join(" … ")
            )
        })
        .collect();
    let missing: Vec<_> = MUST
        .iter()
        .filter(|(kind, speaker, begins)| {
            let wanted = format!("{kind} {speaker}: {begins}");
            !all.iter().any(|one| one.starts_with(&wanted))
        })
        .collect();
    assert_eq!(missing.len(), left_out, "{missing:#?} in {all:#?}");
    let parts = statements
        .iter()
        .find(|one| {
            one["content"]
                .as_array()
                .is_some_and(|parts| parts.len() == 2)
        })
        .expect("one that its attribution parts");
    assert!(said(text, &parts["content"][1]).contains("Because the offensive"));
    for wrong in ["procedure", "consensus", "polls"] {
        assert!(
            !all.iter().any(|one| one.contains(wrong)),
            "{wrong}: {all:#?}"
        );
    }
    let people: Vec<&str> = found["names"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|name| name["kind"] == "person")
        .filter_map(|name| name["name"].as_str())
        .collect();
    for wanted in [
        "Jens Stoltenberg",
        "Joe Biden",
        "Vladimir Putin",
        "Jill Biden",
    ] {
        let is_there = people.contains(&wanted) || left_out > 0 && wanted == "Jill Biden";
        assert!(is_there, "{wanted} in {people:?}");
    }
    assert!(
        !people.contains(&"Biden") && !people.contains(&"Stoltenberg"),
        "{people:?}"
    );
    assert!(
        !people
            .iter()
            .any(|one| one.contains("Trump") || one.contains("Harris"))
    );
}

/// What must be dated in the story of 13 June 2023: the words, first and last day.
const DATES: &[(&str, &str, &str)] = &[
    ("Tuesday", "2023-06-13", "2023-06-13"),
    ("July 11 and 12", "2023-07-11", "2023-07-12"),
    ("the end of September", "2023-09-21", "2023-09-30"),
    ("2014", "2014-01-01", "2014-12-31"),
    ("Last week", "2023-06-05", "2023-06-11"),
    ("Monday", "2023-06-12", "2023-06-12"),
    ("the weekend", "2023-06-10", "2023-06-11"),
    ("Monday evening", "2023-06-12", "2023-06-12"),
];

fn assert_dates(found: &Value, text: &str) {
    let dates = found["dates"].as_array().expect("a list");
    let all: Vec<(String, &str, &str)> = dates
        .iter()
        .filter(|date| date.get("part").is_none())
        .map(|date| {
            let day = |key: &str| date[key].as_str().unwrap_or_default();
            (said(text, date), day("from"), day("to"))
        })
        .collect();
    for (words, from, to) in DATES {
        let wanted = ((*words).to_owned(), *from, *to);
        assert!(all.contains(&wanted), "{wanted:?} in {all:#?}");
    }
    let war = dates
        .iter()
        .find(|date| said(text, date).ends_with("year and a half ago"))
        .expect("the beginning of the war");
    assert_eq!(war["approximate"], true);
    let from = war["from"].as_str().expect("a day");
    assert!(("2021-12-01".."2022-04-01").contains(&from), "{war}");
}

#[test]
fn every_statement_of_the_acceptance_article_is_found_from_its_text() {
    let Some(corpora) = corpora() else { return };
    let whole = std::fs::read_to_string(corpora.join("sample/article.txt")).expect("the article");
    let story: String = whole.chars().skip(978).take(3548 - 978).collect();
    let rig = Rig::empty();
    let (found, _) = reference(&rig, &["-", "--published", "2023-06-13"], &story);
    assert_must(&found, &story, 0);
    assert_dates(&found, &story);
}

#[test]
fn every_statement_of_the_acceptance_article_is_found_from_its_pages() {
    let Some(corpora) = corpora() else { return };
    let rig = Rig::empty();
    for (page, left_out) in [
        ("article.html", 0),
        ("article-hard.html", 0),
        ("gazette.html", 2),
    ] {
        let html = std::fs::read_to_string(corpora.join("sample/site").join(page)).expect("a page");
        let (found, _) = reference(&rig, &["-", "--html", "--meta"], &html);
        let article = cuttings_extract::extract(&html, None).expect("a page");
        assert_must(&found, &article.text, left_out);
        if left_out == 0 {
            assert_dates(&found, &article.text);
        }
    }
}

#[test]
fn several_articles_are_a_line_each_and_what_cannot_be_read_is_named() {
    let rig = Rig::empty();
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..3 {
        let text = format!("“It rains,” Ada Byron said {number} times.");
        std::fs::write(folder.path().join(format!("{number}.txt")), text).expect("a file");
    }
    let given = folder.path().to_str().expect("a name");
    let output = rig
        .command(&["reference", given, "/nowhere/article.txt"])
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 3);
    for (number, found) in lines.iter().enumerate() {
        let id = found["id"].as_str().expect("an id");
        assert!(id.ends_with(&format!("{number}.txt")), "{id}");
        assert_eq!(found["statements"][0]["speaker"]["name"], "Ada Byron");
        assert!(found["statements"][0].get("explanation").is_none());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("/nowhere/article.txt: it could not be opened"),
        "{said}"
    );
    let (explained, _) = reference(&rig, &["--explain"], "“It rains,” Ada Byron said.");
    assert_eq!(
        explained["statements"][0]["explanation"],
        "marks before the attribution"
    );
    let wrong = rig
        .command(&["reference", "--published", "soon"])
        .stdin(Stdio::null())
        .output()
        .expect("it runs");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("“soon” is neither a day"));
}
