//! Marking words from the shell.

use crate::rig::{Rig, page};

#[test]
fn words_are_marked_listed_removed_and_brought_back() {
    let rig = Rig::with_user();
    let file = rig.file("ferry.html", page("Ferry timetable is out"));
    rig.run(&["save", &file, "--url", "https://lantern.example/ferry"]);

    let added = rig.run(&[
        "highlight",
        "add",
        "1",
        "forty\n bicycles",
        "--colour",
        "green",
        "--note",
        "Whose?",
        "--json",
    ]);
    assert_eq!(added.code, 0, "{}", added.err);
    let added = &added.json()[0];
    assert_eq!(added["exact"], "forty bicycles");
    assert_eq!(added["colour"], "green");
    assert_eq!(added["orphan"], false);
    let article = &rig.run(&["read", "1", "--json"]).json()[0];
    let (start, end) = (&added["start"], &added["end"]);
    let words: String = article["text"]
        .as_str()
        .expect("a text")
        .chars()
        .skip(start.as_u64().expect("a place") as usize)
        .take((end.as_u64().expect("a place") - start.as_u64().expect("a place")) as usize)
        .collect();
    assert_eq!(words, "forty bicycles");

    let list = rig.run(&["highlight", "list", "whos"]).out;
    assert!(
        list.contains("“forty bicycles”") && list.contains("Ferry timetable is out"),
        "{list}"
    );
    assert_eq!(
        rig.run(&["highlight", "list", "--colour", "red", "--json"])
            .out,
        ""
    );
    assert_eq!(
        rig.run(&["highlight", "list", "--article", "1", "--noted", "--json"])
            .json()
            .len(),
        1
    );
    assert_eq!(
        rig.run(&["highlight", "list", "--orphan", "--json"]).out,
        ""
    );

    let partly = rig.run(&["highlight", "remove", "1", "77"]);
    assert_eq!(partly.code, 1, "77 is none");
    assert!(partly.err.contains("77"), "{}", partly.err);
    assert_eq!(rig.run(&["highlight", "list", "--json"]).out, "");
    assert_eq!(rig.run(&["highlight", "remove", "1", "--undo"]).code, 0);
    assert_eq!(rig.run(&["highlight", "list", "--json"]).json().len(), 1);
}

#[test]
fn words_that_are_not_there_or_stand_in_several_places_are_not_marked() {
    let rig = Rig::with_user();
    let file = rig.file("ferry.html", page("Ferry timetable is out"));
    rig.run(&["save", &file, "--url", "https://lantern.example/ferry"]);
    let missing = rig.run(&["highlight", "add", "1", "fifty zeppelins"]);
    assert_eq!(missing.code, 1);
    let many = rig.run(&["highlight", "add", "1", "e"]);
    assert_eq!(many.code, 1);
    assert!(many.err.contains("places"), "{}", many.err);
    assert_eq!(rig.run(&["highlight", "add", "9", "forty"]).code, 1);
    assert_eq!(rig.run(&["highlight", "list", "--json"]).out, "");
}
