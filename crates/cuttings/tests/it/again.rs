//! Capturing again, comparing and reading again, from the shell.

use crate::rig::{Rig, html, origin, page};

#[test]
fn a_page_is_captured_again_compared_and_read_again() {
    let rig = Rig::with_user();
    let old = page("Ferry timetable is out");
    let new = String::from_utf8(old.clone())
        .expect("text")
        .replace("forty bicycles", "fifty bicycles");
    let base = origin(vec![("/ferry", html(new.as_bytes()))]);
    let file = rig.file("ferry.html", old);
    let url = format!("{base}/ferry");
    assert_eq!(rig.run(&["save", &file, "--url", &url]).code, 0);
    let open = ["--allow-private-network", "127.0.0.0/8"];
    let with = |args: &[&str]| rig.run(&[args, &open].concat());

    let only_one = rig.run(&["compare", "1"]);
    assert_eq!(only_one.code, 1, "{}", only_one.out);
    assert!(only_one.err.contains("no page kept"), "{}", only_one.err);

    let again = with(&["recapture", "1", "--json"]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert_eq!(again.json()[0]["outcome"], "edited");
    let same = with(&["recapture", "1", "77"]);
    assert_eq!(same.code, 1, "there is no 77");
    assert!(same.out.contains("unchanged"), "{}", same.out);
    // What is refused is recorded, and nothing that is shown changes.
    let refused = rig.run(&["recapture", "1"]);
    assert_eq!(refused.code, 1);
    assert!(refused.out.contains("failed"), "{}", refused.out);

    let compared = rig.run(&["compare", "1", "1", "2"]).out;
    assert!(compared.contains("[-forty-]{+fifty+}"), "{compared}");
    assert!(compared.contains("+1 −1 words"), "{compared}");
    let json = &rig.run(&["compare", "1", "1", "2", "--json"]).json()[0];
    assert_eq!(json["counts"]["reworded"], 1);
    assert_eq!(rig.run(&["compare", "1", "1", "9"]).code, 1);
    assert!(rig.run(&["read", "1"]).out.contains("fifty bicycles"));

    let nothing = rig.run(&["reextract"]);
    assert!(nothing.err.starts_with("0 read"), "{}", nothing.err);
    let all = rig.run(&["reextract", "--since-version", "1"]);
    assert_eq!((all.code, all.out.as_str()), (0, ""), "{}", all.err);
    assert!(all.err.starts_with("1 read: 1 the same"), "{}", all.err);
    let one = rig
        .run(&["reextract", "--article", "1", "--apply", "--json"])
        .json();
    assert_eq!(one[0]["outcome"], "same");
}
