//! Feeds from the shell: subscribing, listing, reading, leaving, OPML.

use crate::rig::{Rig, answer, html, origin};

const FEED: &[u8] = b"<rss version='2.0'><channel><title>The Lantern</title>
    <item><title>Harbour reopens</title><link>/a</link><guid>a</guid></item>
    <item><title>Ferry late</title><link>/b</link><guid>b</guid></item></channel></rss>";

#[test]
fn a_feed_is_found_listed_read_given_and_left() {
    let rig = Rig::with_user();
    let base = origin(vec![
        (
            "/",
            html(b"<link rel=alternate type=application/rss+xml href=/feed><p>Front"),
        ),
        (
            "/feed",
            answer("200 OK", "Content-Type: application/rss+xml\r\n", FEED),
        ),
    ]);
    let run = |args: &[&str]| {
        let mut all = vec!["feed"];
        all.extend(args);
        all.extend(["--allow-private-network", "127.0.0.0/8"]);
        rig.run(&all)
    };
    let front = format!("{base}/");
    let added = run(&["add", &front, "--folder", "News", "--json"]);
    assert_eq!(added.code, 0, "{}", added.err);
    assert_eq!(added.json()[0]["title"], "The Lantern");
    assert_eq!(added.json()[0]["url"], format!("{base}/feed"));

    let list = run(&["list"]);
    assert!(
        list.out.contains("The Lantern  [News]  2 new"),
        "{}",
        list.out
    );
    assert_eq!(run(&["list", "--json"]).json()[0]["unseen_count"], 2);
    let polled = run(&["poll", "--json"]);
    assert_eq!(polled.json()[0]["outcome"], "read");
    assert_eq!(polled.json()[0]["new"], 0);

    let out = run(&["export"]).out;
    assert!(
        out.contains("<opml") && out.contains("The Lantern"),
        "{out}"
    );
    assert_eq!(run(&["remove", "1"]).code, 0);
    assert_eq!(run(&["list", "--json"]).out, "");
    let file = rig.file("feeds.opml", &out);
    let imported = run(&["import", &file, "--json"]);
    assert_eq!(imported.code, 0, "{}", imported.err);
    assert_eq!(imported.json()[0]["verdict"], "added");
}

#[test]
fn what_goes_wrong_with_a_feed_is_named_and_told_by_the_code() {
    let rig = Rig::with_user();
    let base = origin(vec![("/", html(b"<p>No feed here"))]);
    let open = ["--allow-private-network", "127.0.0.0/8"];
    let run = |args: &[&str]| rig.run(&[args, &open].concat());
    let none = run(&["feed", "add", &base]);
    assert_ne!(none.code, 0);
    assert!(none.err.contains("names no feed"), "{}", none.err);
    assert_eq!(run(&["feed", "remove", "7"]).code, 2);

    let file = rig.file(
        "feeds.opml",
        format!("<opml><outline xmlUrl='{base}/gone'/><outline xmlUrl='ftp://a/b'/></opml>"),
    );
    let imported = run(&["feed", "import", &file]);
    assert_eq!(imported.code, 1, "one was refused");
    assert!(imported.err.contains("ftp://a/b"), "{}", imported.err);
    let polled = run(&["feed", "poll", "--json"]);
    assert_eq!(polled.code, 1);
    assert_eq!(polled.json()[0]["reason_code"], "not_found");
    let list = run(&["feed", "list"]).out;
    assert!(list.contains("does not exist"), "{list}");
    let empty = rig.file("empty.opml", "<opml/>");
    assert_ne!(run(&["feed", "import", &empty]).code, 0);
}
