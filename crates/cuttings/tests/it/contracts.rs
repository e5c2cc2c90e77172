//! What scripts rely on: JSON keys, exit codes, settings.

use serde_json::Value;

use crate::rig::{Rig, corpora, page};

const KEYS: [&str; 22] = [
    "headline",
    "dek",
    "byline",
    "authors",
    "published",
    "modified",
    "publication",
    "section",
    "language",
    "canonical_url",
    "text",
    "html",
    "images",
    "word_count",
    "access",
    "no_article",
    "warnings",
    "lead_image",
    "direction",
    "amp_url",
    "licence",
    "sources",
];

#[test]
fn extract_prints_one_object_for_one_page_with_all_its_keys() {
    let rig = Rig::empty();
    let html = String::from_utf8(page("Boat")).unwrap();
    for args in [vec!["extract"], vec!["extract", "-"]] {
        let ran = rig.run_with(&args, &html);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let value: Value = serde_json::from_str(&ran.out).expect("one object");
        for key in KEYS {
            assert!(value.get(key).is_some(), "{key} is missing");
        }
        assert_eq!(value["headline"], "Boat");
        assert!(value["no_article"].is_null());
    }
    assert!(!rig.data().exists(), "extract opens no library");
}

#[test]
fn extract_prints_a_line_a_page_with_its_path_for_several() {
    let rig = Rig::empty();
    let first = rig.file("pages/a.html", page("One"));
    let second = rig.file("pages/below/b.HTM", page("Two"));
    rig.file("pages/notes.txt", "not a page");
    let folder = std::path::Path::new(&first)
        .parent()
        .unwrap()
        .display()
        .to_string();
    let ran = rig.run(&["extract", &folder]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut ids: Vec<String> = ran
        .json()
        .iter()
        .map(|line| line["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    assert_eq!(ids, [first.clone(), second]);
    let ran = rig.run(&["extract", &first, "/no/such/page.html"]);
    assert_eq!(ran.code, 1, "one of two failed");
    assert_eq!(ran.json().len(), 1);
    assert!(ran.err.contains("/no/such/page.html"), "{}", ran.err);
}

#[test]
fn the_acceptance_pages_come_out_right() {
    let Some(corpora) = corpora() else { return };
    let rig = Rig::empty();
    for name in ["article.html", "article-hard.html"] {
        let path = corpora.join("sample/site").join(name);
        let ran = rig.run(&["extract", path.to_str().unwrap()]);
        let value: Value = serde_json::from_str(&ran.out).expect("one object");
        assert_eq!(
            value["headline"],
            "NATO leader says Ukrainians are making progress and advancing against Russian forces"
        );
        assert_eq!(value["published"], "2023-06-13T19:05:47Z");
        assert_eq!(value["publication"], "The Independent");
        assert_eq!(value["language"], "en-GB");
        let blocks: Vec<&str> = value["text"].as_str().unwrap().split("\n\n").collect();
        assert_eq!(blocks.len(), 13, "{name}: {blocks:#?}");
        assert!(blocks[0].starts_with("NATO Secretary-General Jens Stoltenberg told"));
        assert!(blocks[12].ends_with("on Monday evening."));
        assert_eq!(value["images"].as_array().unwrap().len(), 3, "{name}");
    }
}

#[test]
fn wrong_use_ends_with_two_and_a_library_that_cannot_be_opened_with_three() {
    let rig = Rig::empty();
    assert_eq!(rig.run(&["frobnicate"]).code, 2);
    assert_eq!(rig.run(&["save"]).code, 2);
    let ran = rig.run(&["list", "--database", "mysql://somewhere/x"]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("postgres://"), "{}", ran.err);
    let ran = rig.run(&["list", "--blobs", "s3://bucket"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    let in_the_way = rig.file("in-the-way", "a file");
    let ran = rig.run(&["list", "--data", &format!("{in_the_way}/data")]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("in-the-way"), "{}", ran.err);
}

#[test]
fn u09_an_unknown_setting_is_refused_with_a_suggestion() {
    let rig = Rig::empty();
    rig.file(
        "data/cuttings.toml",
        "log = \"info\"\nlistn = \"127.0.0.1:1\"\n",
    );
    let ran = rig.run(&["config"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("line 2") && ran.err.contains("“listen”"),
        "{}",
        ran.err
    );
}

#[test]
fn config_shows_each_value_and_where_it_came_from() {
    let rig = Rig::empty();
    rig.file(
        "data/cuttings.toml",
        "listen = \"127.0.0.1:7000\"\npublic_url = \"https://c.example\"\n",
    );
    let ran = rig.run(&["config", "--json", "--public-url", "https://d.example"]);
    let setting = |key: &str| {
        ran.json()
            .into_iter()
            .find(|line| line["key"] == key)
            .unwrap_or_else(|| panic!("{key}"))
    };
    assert_eq!(setting("listen")["value"], "127.0.0.1:7000");
    assert!(
        setting("listen")["source"]
            .as_str()
            .unwrap()
            .ends_with("cuttings.toml")
    );
    assert_eq!(setting("public_url")["value"], "https://d.example");
    assert_eq!(setting("public_url")["source"], "command line");
    assert_eq!(setting("data")["source"], "environment CUTTINGS_DATA");
    assert_eq!(setting("log")["source"], "default");
}

#[test]
fn w15_a_reader_that_leaves_early_is_no_failure() {
    let rig = Rig::with_user();
    let ran: crate::rig::Ran = std::process::Command::new("sh")
        .args([
            "-c",
            "\"$0\" list --json all | true",
            env!("CARGO_BIN_EXE_cuttings"),
        ])
        .env("CUTTINGS_DATA", rig.data())
        .output()
        .unwrap()
        .into();
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

/// A page of the guide.
fn guide(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/guide")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_command_and_every_setting_stands_in_the_guide() {
    let rig = Rig::empty();
    let commands = guide("commands.md");
    let help = rig.run(&["help"]).out;
    let listed: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(listed.len() >= 9, "{help}");
    for name in listed {
        assert!(
            commands.contains(&format!("| `{name}")),
            "docs/guide/commands.md lacks {name}"
        );
    }
    let settings = guide("settings.md");
    for line in rig.run(&["config", "--json"]).json() {
        let key = line["key"].as_str().unwrap();
        assert!(settings.contains(key), "docs/guide/settings.md lacks {key}");
        let variable = format!("CUTTINGS_{}", key.to_uppercase());
        assert!(
            settings.contains(&variable),
            "docs/guide/settings.md lacks {variable}"
        );
    }
}

#[test]
fn extract_explains_the_fate_of_every_line_and_obeys_a_rule() {
    let rig = Rig::empty();
    let html = String::from_utf8(page("Boat")).unwrap().replace(
        "</article>",
        "<p>Support our journalism: subscribe today for full access.</p></article>",
    );
    let ran = rig.run_with(&["extract", "--explain"], &html);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let line = |words: &str| {
        ran.out
            .lines()
            .find(|line| line.contains(words))
            .unwrap_or_else(|| panic!("{}", ran.out))
    };
    assert!(line("forty bicycles").contains("kept"), "{}", ran.out);
    assert!(
        !line("Support our journalism").contains("kept"),
        "{}",
        ran.out
    );

    let rule = rig.file(
        "rules/lantern.example.txt",
        "strip: //p[contains(., 'stove')]\nnext_page_link: string('/boat/2')\n",
    );
    let folder = std::path::Path::new(&rule)
        .parent()
        .unwrap()
        .display()
        .to_string();
    let args = [
        "extract",
        "--url",
        "https://lantern.example/",
        "--rules",
        &folder,
    ];
    let ran = rig.run_with(&args, &html);
    assert!(
        !ran.out.contains("stove") && ran.out.contains("forty bicycles"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("https://lantern.example/boat/2"),
        "{}",
        ran.out
    );

    let ran = rig.run_with(&[&args[..], &["--explain"]].concat(), &html);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("lantern.example:1 strip") && ran.out.contains("(matches 1 time)"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("the story goes on at https://lantern.example/boat/2"),
        "{}",
        ran.out
    );
    let ran = rig.run_with(&["extract", "--rules", &folder, "--explain"], &html);
    assert!(
        ran.out.starts_with("no site rule: the address"),
        "{}",
        ran.out
    );
}
