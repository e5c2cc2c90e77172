//! `cuttings verify`: what scripts rely on.

use std::path::{Path, PathBuf};

use crate::rig::{Rig, page};

/// The largest blob of a library.
fn largest_blob(folder: &Path) -> PathBuf {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((std::fs::metadata(&path).expect("a file").len(), path));
            }
        }
    }
    found.sort();
    found.pop().expect("a blob").1
}

#[test]
fn n01_verify_ends_with_0_1_or_3_and_names_articles_and_owners() {
    let empty = Rig::empty();
    let ran = empty.run(&["verify"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("there is no library"), "{}", ran.err);
    assert!(!empty.data().exists(), "a look makes no library");

    let rig = Rig::with_user();
    let file = rig.file("boat.html", page("The new boat"));
    let saved = rig.run(&[
        "save",
        &file,
        "--url",
        "https://lantern.example/boat",
        "--wait",
    ]);
    assert_eq!(saved.code, 0, "{}", saved.err);
    let ran = rig.run(&["verify"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.ends_with("all whole\n"), "{}", ran.out);

    let blob = largest_blob(&rig.data().join("blobs"));
    let mut bytes = std::fs::read(&blob).expect("a blob");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&blob, bytes).expect("a blob");
    let ran = rig.run(&["verify"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.out.contains("article 1 of ada: The new boat"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("--repair sets the damaged bytes aside"),
        "{}",
        ran.out
    );
    let lines = rig.run(&["verify", "--json"]).json();
    assert_eq!(lines[0]["touches"][0]["user"], "ada");
    assert_eq!(lines[1]["faults"], 1);
    assert!(blob.exists(), "a look changes nothing");

    let ran = rig.run(&["verify", "--repair"]);
    assert_eq!(ran.code, 1, "the page is lost all the same: {ran:?}");
    assert!(rig.data().join("blobs/damaged").is_dir());
    let ran = rig.run(&["verify", "--json"]);
    assert_eq!(
        (ran.code, ran.json()[0]["fault"].as_str()),
        (1, Some("set_aside"))
    );
}

#[test]
fn n03_a_file_that_is_no_database_is_told_and_left_alone() {
    let rig = Rig::with_user();
    let database = rig.data().join("cuttings.db");
    for file in ["cuttings.db-wal", "cuttings.db-shm"] {
        // They may be gone already.
        let _ = std::fs::remove_file(rig.data().join(file));
    }
    std::fs::write(&database, b"this was a library once").expect("a file");
    let ran = rig.run(&["verify"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(
        std::fs::read(&database).expect("a file"),
        b"this was a library once"
    );
}
