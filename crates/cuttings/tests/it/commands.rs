//! Saving, listing, reading and searching from the shell, without a server.

use crate::rig::{Rig, answer, corpora, html, origin, page};

#[test]
fn a_page_on_disk_is_saved_listed_read_and_found() {
    let rig = Rig::with_user();
    let file = rig.file("ferry.html", page("Ferry timetable is out"));
    let saved = rig.run(&[
        "save",
        &file,
        "--url",
        "https://lantern.example/ferry",
        "--json",
    ]);
    assert_eq!(saved.code, 0, "{}", saved.err);
    let saved = &saved.json()[0];
    assert_eq!(saved["id"], 1);
    assert_eq!(saved["state"], "ready");
    assert_eq!(saved["url"], "https://lantern.example/ferry");

    let list = rig.run(&["list"]);
    assert!(list.out.contains("Ferry timetable is out") && list.out.contains("The Lantern"));
    let read = rig.run(&["read", "1", "--width", "40"]);
    assert!(read.out.contains("forty bicycles"), "{}", read.out);
    assert!(
        read.out
            .lines()
            .all(|line| line.chars().count() <= 40 || line.contains("://"))
    );
    let found = rig.run(&["search", "bicycle", "--json"]);
    assert_eq!(found.json()[0]["id"], 1);
    assert!(
        found.json()[0]["snippet"]
            .as_str()
            .unwrap()
            .contains("bicycles")
    );
    assert_eq!(rig.run(&["search", "zeppelin", "--json"]).out, "");
}

#[test]
fn pages_are_saved_from_addresses_and_a_failed_one_does_not_keep_others_back() {
    let rig = Rig::with_user();
    let base = origin(vec![
        ("/a", html(&page("First boat"))),
        ("/b", html(&page("Second boat"))),
    ]);
    let (a, b, gone) = (
        format!("{base}/a"),
        format!("{base}/b"),
        format!("{base}/gone"),
    );
    let args = [
        "save",
        "--allow-private-network",
        "127.0.0.0/8",
        "--wait",
        "--json",
        &a,
        "no address",
        &gone,
        &b,
    ];
    let saved = rig.run(&args);
    assert_eq!(saved.code, 1, "some failed");
    let states: Vec<_> = saved
        .json()
        .iter()
        .map(|line| line["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        states.iter().filter(|state| *state == "ready").count(),
        2,
        "{states:?}"
    );
    assert_eq!(
        states.iter().filter(|state| *state == "failed").count(),
        2,
        "{states:?}"
    );
    assert!(
        saved.err.contains("“no address” is not a web address"),
        "{}",
        saved.err
    );
    assert!(
        saved.err.contains("404") && saved.err.contains("/gone"),
        "{}",
        saved.err
    );
}

#[test]
fn f01_the_shell_may_not_reach_private_addresses_unless_allowed() {
    let rig = Rig::with_user();
    let base = origin(vec![("/a", html(&page("Secret")))]);
    let saved = rig.run(&["save", "--wait", "--json", &format!("{base}/a")]);
    assert_eq!(saved.code, 1);
    assert_eq!(saved.json()[0]["reason_code"], "private_address");
    assert_eq!(saved.json()[0]["id"], 1, "the address is kept");
}

#[test]
fn f19_a_proxy_that_is_down_stops_what_the_shell_saves_and_its_password_is_not_shown() {
    let rig = Rig::with_user();
    let base = origin(vec![("/a", html(&page("Direct")))]);
    // Port 1 of this machine: nothing listens there.
    let proxy = ["--egress-proxy", "http://ada:hunter2@127.0.0.1:1"];
    let page = format!("{base}/a");
    let open = ["--allow-private-network", "127.0.0.0/8"];
    let saved = rig.run(&[&["save", "--json", "--wait", &page], &proxy[..], &open[..]].concat());
    assert_eq!(saved.json()[0]["reason_code"], "proxy", "{}", saved.out);
    let shown = rig.run(&[&["config"], &proxy[..]].concat());
    assert!(shown.out.contains("127.0.0.1:1"), "{}", shown.out);
    let wrong = rig.run(&[
        "config",
        "--egress-proxy",
        "socks5://ada:hunter2@127.0.0.1:1",
    ]);
    assert_ne!(wrong.code, 0);
    assert!(wrong.err.contains("http://host:port"), "{}", wrong.err);
    for text in [saved.out, saved.err, shown.out, wrong.err] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_file_without_an_address_uses_its_own_or_says_what_is_missing() {
    let rig = Rig::with_user();
    let bare = rig.file("bare.html", page("Bare"));
    let ran = rig.run(&["save", &bare]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("--url"), "{}", ran.err);
    let own = String::from_utf8(page("Own")).unwrap().replace(
        "</head>",
        "<link rel=canonical href='https://lantern.example/own'></head>",
    );
    let own = rig.file("own.html", own);
    let ran = rig.run(&["save", &own, "--json"]);
    assert_eq!(
        ran.json()[0]["url"],
        "https://lantern.example/own",
        "{}",
        ran.err
    );
    let piped = String::from_utf8(page("Piped")).unwrap();
    let ran = rig.run_with(
        &[
            "save",
            "-",
            "--url",
            "https://lantern.example/piped",
            "--json",
        ],
        &piped,
    );
    assert_eq!(ran.json()[0]["headline"], "Piped", "{}", ran.err);
}

#[test]
fn the_sample_page_brings_its_three_pictures_from_disk() {
    let Some(corpora) = corpora() else { return };
    let rig = Rig::with_user();
    let file = corpora.join("sample/site/article-hard.html");
    let saved = rig.run(&["save", file.to_str().unwrap(), "--json"]);
    assert_eq!(saved.json()[0]["state"], "ready", "{}", saved.err);
    let read = rig.run(&["read", "1", "--json"]);
    let value = &read.json()[0];
    let html = value["html"].as_str().unwrap();
    assert_eq!(html.matches("/articles/1/pictures/").count(), 3, "{html}");
    assert_eq!(html.matches("<figcaption").count(), 3, "{html}");
    let text = value["text"].as_str().unwrap();
    assert_eq!(text.split("\n\n").count(), 13, "{text}");
    for gone in [
        "Show all",
        "Your support",
        "Trump",
        "Subscribe",
        "Recommended",
        "Advertisement",
    ] {
        assert!(
            !text.contains(gone) && !html.contains(gone),
            "{gone} is not the story"
        );
    }
}

#[test]
fn a_bad_query_points_at_the_fault() {
    let rig = Rig::with_user();
    let ran = rig.run(&["search", "boat auhtor:ada"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("     ^^^^^^") && ran.err.contains("author:"),
        "{}",
        ran.err
    );
}

#[test]
fn with_several_users_the_command_asks_whose() {
    let rig = Rig::with_user();
    let added = rig.run_with(
        &["user", "add", "charles", "--password-stdin"],
        "another password",
    );
    assert_eq!(added.code, 0, "{}", added.err);
    let ran = rig.run(&["list"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--user") && ran.err.contains("ada") && ran.err.contains("charles"));
    assert_eq!(rig.run(&["list", "--user", "Charles"]).code, 0);
    assert_eq!(rig.run(&["list", "--user", "nobody"]).code, 2);
}

#[test]
fn names_and_passwords_are_checked_where_they_are_typed() {
    let rig = Rig::with_user();
    for (name, password, word) in [
        ("ada", "a long password", "already"),
        ("a b", "a long password", "letters"),
        ("grace", "short", "shorter"),
        ("grace", "", "no password"),
    ] {
        let ran = rig.run_with(&["user", "add", name, "--password-stdin"], password);
        assert_eq!(ran.code, 2, "{name} {password}");
        assert!(ran.err.contains(word), "{}", ran.err);
    }
}

#[test]
fn a_library_without_users_says_how_to_add_one() {
    let rig = Rig::empty();
    let ran = rig.run(&["save", "https://example.org/"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cuttings user add"), "{}", ran.err);
}

#[test]
fn every_kind_of_bad_page_is_told_on_the_command_line_and_nothing_is_lost() {
    let wall = b"<html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1>
        <p>Please log in or create an account to continue reading.</p><form action=/login>
        <input type=email name=e><input type=password name=p><button>Log in</button></form></body></html>";
    let rig = Rig::with_user();
    let base = origin(vec![
        ("/500", answer("500 Oops", "", b"")),
        ("/loop", answer("302 Found", "Location: /loop\r\n", b"")),
        (
            "/ftp",
            answer("302 Found", "Location: ftp://example.org/\r\n", b""),
        ),
        (
            "/inside",
            answer("302 Found", "Location: http://10.0.0.1/\r\n", b""),
        ),
        (
            "/pdf",
            answer("200 OK", "Content-Type: application/pdf\r\n", b"%PDF-1.7"),
        ),
        (
            "/gif",
            answer(
                "200 OK",
                "Content-Type: image/gif\r\n",
                b"GIF89a\x01\x00\x01\x00",
            ),
        ),
        ("/empty", html(b"")),
        ("/wall", html(wall)),
        ("/huge", html(&vec![b'x'; 50 << 20])),
        ("/silent", Vec::new()),
    ]);
    let wanted = [
        ("/404", "not_found"),
        ("/500", "server_error"),
        ("/loop", "redirect_loop"),
        ("/ftp", "scheme"),
        ("/inside", "private_address"),
        ("/pdf", "not_html"),
        ("/gif", "not_html"),
        ("/empty", "empty"),
        ("/wall", "login_wall"),
        ("/huge", "too_large"),
        ("/silent", "timeout"),
    ];
    let urls: Vec<String> = wanted
        .iter()
        .map(|(path, _)| format!("{base}{path}"))
        .collect();
    let mut args = vec![
        "save",
        "--allow-private-network",
        "127.0.0.0/8",
        "--wait",
        "--json",
    ];
    args.extend(urls.iter().map(String::as_str));
    let ran = rig.run(&args);
    assert_eq!(ran.code, 1);
    let lines = ran.json();
    assert_eq!(lines.len(), wanted.len());
    for (line, (path, code)) in lines.iter().zip(wanted) {
        assert_eq!(line["reason_code"], code, "{path}: {line}");
        assert_eq!(line["state"], "failed");
        assert!(line["id"].is_i64() && line["url"].as_str().unwrap().ends_with(path));
        let reason = line["reason"].as_str().unwrap();
        assert!(
            reason.ends_with('.') && ran.err.contains(reason),
            "{path}: {reason}"
        );
    }
    assert_eq!(
        rig.run(&["list", "all", "--json"]).json().len(),
        wanted.len(),
        "each is kept"
    );
}

#[test]
fn a_dek_is_read_once_whether_it_stands_alone_or_opens_the_story() {
    let dek = "The council bought back the boat it sold, to everybody's surprise.";
    let described = format!("<meta name=description content=\"{dek}\"></head>");
    let rig = Rig::with_user();
    for (number, marked) in [("1", "<p class=standfirst>"), ("2", "<p>")] {
        let html = String::from_utf8(page("Boat bought back"))
            .unwrap()
            .replace("</head>", &described)
            .replace("</h1>", &format!("</h1>{marked}{dek}</p>"));
        let file = rig.file("dek.html", html);
        let url = format!("https://lantern.example/{number}");
        assert_eq!(rig.run(&["save", &file, "--url", &url]).code, 0);
        let read = rig.run(&["read", number, "--width", "200"]);
        assert_eq!(read.out.matches(dek).count(), 1, "{}", read.out);
    }
}

#[test]
fn a_site_rule_in_the_data_folder_decides_how_a_page_is_read_and_can_be_tried() {
    let rig = Rig::with_user();
    rig.file(
        "data/rules/lantern.example.txt",
        "body: //article\nstrip: //p[contains(., 'stove')]\ntitle: //h1\nboddy: //x\n\
         test_url: https://lantern.example/ferry\ntest_contains: forty bicycles\n",
    );
    let file = rig.file("ferry.html", page("Ferry timetable is out"));
    let saved = rig.run(&["save", &file, "--url", "https://lantern.example/ferry"]);
    assert_eq!(saved.code, 0, "{}", saved.err);
    assert!(
        saved.err.contains("boddy"),
        "the wrong line is named: {}",
        saved.err
    );
    let read = rig.run(&["read", "1"]);
    assert!(
        read.out.contains("forty bicycles") && !read.out.contains("stove"),
        "{}",
        read.out
    );

    let checked = rig.run(&["rules", "check"]);
    assert_eq!(checked.code, 1);
    assert!(
        checked.err.contains("lantern.example.txt:4"),
        "{}",
        checked.err
    );
    let tried = rig.run(&["rules", "test", "lantern.example", "--json"]);
    assert_eq!(tried.code, 0, "{}", tried.err);
    assert_eq!(tried.json()[0]["body_matched"], true);
    assert_eq!(rig.run(&["rules", "test", "elsewhere.example"]).code, 2);
}
