//! `cuttings extract` on archives, with damage, and stopped in the middle.

use std::io::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::rig::{Rig, page};

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A WARC record of an answer with these headers.
fn answer(number: usize, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}\r\n");
    record("response", number, &[head.as_bytes(), body].concat())
}

fn record(kind: &str, number: usize, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://lantern.example/{number}\r\n\
         Content-Type: application/http\r\nContent-Length: {}\r\n\r\n",
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

fn headline(number: usize) -> String {
    format!("Boat number {number}")
}

/// The page with this number as a plain record.
fn plain(number: usize) -> Vec<u8> {
    answer(number, "", &page(&headline(number)))
}

/// A tar archive of files.
fn tar(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (path, content) in files {
        let mut header = [0; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[257..262].copy_from_slice(b"ustar");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        archive.extend_from_slice(&header);
        archive.extend_from_slice(content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

fn ids(lines: &[Value]) -> Vec<&str> {
    lines
        .iter()
        .map(|line| line["id"].as_str().unwrap())
        .collect()
}

#[test]
fn web_archives_give_a_line_a_page_by_its_address_in_order() {
    let rig = Rig::empty();
    let whole = page(&headline(3));
    let (first, rest) = whole.split_at(200);
    let chunked = [
        format!("{:x}\r\n", first.len()).as_bytes(),
        first,
        format!("\r\n{:X};x=y\r\n", rest.len()).as_bytes(),
        rest,
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    let latin = String::from_utf8(page("Bateau"))
        .unwrap()
        .replace("stove", "po\u{ea}le");
    let latin: Vec<u8> = latin.chars().map(|c| c as u8).collect();
    let latin = [
        &b"HTTP/1.0 200 OK\nContent-Type: text/html; charset=iso-8859-1\n\n"[..],
        &latin,
    ]
    .concat();
    let records = [
        record("warcinfo", 0, b"software: test\r\n"),
        record("request", 1, b"GET /1 HTTP/1.1\r\n\r\n"),
        plain(1),
        answer(2, "Content-Encoding: gzip\r\n", &gzip(&page(&headline(2)))),
        answer(3, "Transfer-Encoding: chunked\r\n", &chunked),
        record("response", 4, &latin),
        record(
            "response",
            5,
            b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG",
        ),
        record(
            "response",
            6,
            b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>No",
        ),
    ];
    let each: Vec<u8> = records.iter().flat_map(|record| gzip(record)).collect();
    for (name, archive) in [
        ("a.warc", records.concat()),
        ("b.warc.gz", gzip(&records.concat())),
        ("c.warc.gz", each.clone()),
        // Told by its first bytes.
        ("archive", each),
    ] {
        let ran = rig.run(&["extract", &rig.file(name, archive)]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.err);
        let lines = ran.json();
        assert_eq!(
            ids(&lines),
            ["1", "2", "3", "4"].map(|number| format!("https://lantern.example/{number}"))
        );
        assert_eq!(lines[0]["url"], lines[0]["id"]);
        assert_eq!(lines[2]["headline"], headline(3));
        assert!(lines[3]["text"].as_str().unwrap().contains("po\u{ea}le"));
        assert!(
            ran.err.contains("4 pages, 0 failed, 4 other records"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn folders_tar_archives_and_packed_pages_can_be_mixed() {
    let rig = Rig::empty();
    let one = rig.file("folder/one.html.gz", gzip(&page("One")));
    let folder = one.trim_end_matches("/one.html.gz").to_owned();
    rig.file("folder/two.warc", plain(2));
    rig.file("folder/three.css", "p {}");
    let files = [
        ("site/four.html", page("Four")),
        ("site/x.css", b"p {}".to_vec()),
        ("site/five.htm.gz", gzip(&page("Five"))),
    ];
    let packed = rig.file("site.tar.gz", gzip(&tar(&files)));
    let archive = rig.file("site", tar(&files));
    let ran = rig.run(&["extract", &folder, &packed, &archive]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines = ran.json();
    let in_tar = ["site/four.html", "site/five.htm.gz"];
    assert_eq!(
        ids(&lines),
        [
            &[one.as_str(), "https://lantern.example/2"][..],
            &in_tar,
            &in_tar
        ]
        .concat()
    );
    assert!(
        ran.err.contains("6 pages, 0 failed, 2 other records"),
        "{}",
        ran.err
    );
}

#[test]
fn standard_input_may_be_an_archive_and_its_format_may_be_said() {
    let rig = Rig::empty();
    let archive = String::from_utf8([plain(1), plain(2)].concat()).unwrap();
    let ran = rig.run_with(&["extract"], &archive);
    assert_eq!((ran.code, ran.json().len()), (0, 2), "{}", ran.err);
    let ran = rig.run_with(&["extract", "-", "--input-format", "html"], &archive);
    assert!(ran.out.starts_with("{\n"), "one object: {}", ran.out);
    let ran = rig.run_with(&["extract", "--input-format", "tar"], &archive);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("no header that makes sense"),
        "{}",
        ran.err
    );
    let ran = rig.run_with(&["extract", "--input-format", "zip"], "");
    assert_eq!(ran.code, 2);
}

#[test]
fn an_unknown_format_is_refused_with_a_way_out() {
    let rig = Rig::empty();
    let pdf = rig.file("paper.pdf", b"%PDF-1.7\n");
    let good = rig.file("good.html", page("Good"));
    for args in [vec!["extract", &pdf], vec!["extract", &pdf, &good]] {
        let ran = rig.run(&args);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains("paper.pdf"), "{}", ran.err);
        assert!(ran.err.contains("--input-format"), "{}", ran.err);
        assert_eq!(ran.out.lines().count(), args.len() - 2);
    }
}

#[test]
fn broken_and_huge_records_are_named_and_counted_and_cost_no_other() {
    let rig = Rig::empty();
    let huge = answer(3, "", &vec![b'x'; 21 << 20]);
    let bomb = answer(
        5,
        "Content-Encoding: gzip\r\n",
        &gzip(&vec![b' '; 21 << 20]),
    );
    let mut broken = gzip(&plain(4));
    let middle = broken.len() / 2;
    broken[middle..middle + 4].fill(0);
    let cut = gzip(&plain(7));
    let archive = [
        gzip(&plain(1)),
        gzip(&plain(2)),
        gzip(&huge),
        broken,
        gzip(&bomb),
        gzip(&plain(6)),
        cut[..cut.len() / 2].to_vec(),
    ]
    .concat();
    let path = rig.file("a.warc.gz", archive);
    let ran = rig.run(&["extract", &path]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ids(&ran.json()),
        ["1", "2", "6"].map(|number| format!("https://lantern.example/{number}"))
    );
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(told.len(), 5, "{}", ran.err);
    for (line, words) in told.iter().zip([
        ["record 3 at byte ", "at most"],
        ["record 4 at byte ", "damaged gzip"],
        ["record 5 at byte ", "larger than 20 MiB"],
        ["record 7 at byte ", "damaged gzip"],
        ["3 pages, 4 failed", "(2 damaged, 2 too large)"],
    ]) {
        assert!(words.iter().all(|words| line.contains(words)), "{line}");
    }
    assert!(
        told[..4].iter().all(|line| line.contains(&path)),
        "{}",
        ran.err
    );
}

#[test]
fn one_page_over_the_limit_is_refused() {
    let rig = Rig::empty();
    let path = rig.file("huge.html", vec![b'x'; (20 << 20) + 1]);
    let ran = rig.run(&["extract", &path]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("larger than 20 MiB"), "{}", ran.err);
}

#[test]
fn other_formats_are_printed_whole_and_apart() {
    let rig = Rig::empty();
    let one = rig.file("one.html", page("One & only"));
    let two = rig.file("two.html", page("Two"));
    let text = "The ferry company has put";
    for (format, start, apart) in [
        (
            "markdown",
            "# One & only\n\nThe Lantern\n\n",
            format!("<!-- {two} -->\n\n# Two"),
        ),
        (
            "text",
            "One & only\n\nThe Lantern\n\n",
            format!("==> {two} <==\n\nTwo\n\n"),
        ),
        (
            "html",
            "<article lang=\"en\">\n<h1>One &amp; only</h1>\n",
            format!("<article data-id=\"{two}\" lang=\"en\">\n<h1>Two</h1>"),
        ),
        ("jsonl", "{\"id\":\"", format!("{{\"id\":\"{two}\"")),
    ] {
        let ran = rig.run(&["extract", "--format", format, &one]);
        assert!(ran.out.starts_with(start), "{}", ran.out);
        assert!(ran.out.contains(text), "{}", ran.out);
        let ran = rig.run(&["extract", "--format", format, &one, &two]);
        assert!(ran.out.contains(&apart), "{}", ran.out);
        assert_eq!(
            ran.out.matches(text).count(),
            if format == "jsonl" { 4 } else { 2 }
        );
    }
}

/// A folder, an archive of many pages with a broken one, and another folder.
fn many(rig: &Rig, pages: usize) -> Vec<String> {
    let first = rig.file("first/1.html", page("First"));
    rig.file("first/2.html", page("Second"));
    let last = rig.file("last/1.html", page("Last"));
    let mut archive: Vec<u8> = (1..=pages)
        .flat_map(|number| gzip(&plain(number)))
        .collect();
    let middle = archive.len() / 2;
    archive[middle..middle + 10].fill(0);
    vec![
        first.trim_end_matches("/1.html").to_owned(),
        rig.file("many.warc.gz", archive),
        last.trim_end_matches("/1.html").to_owned(),
    ]
}

fn start(rig: &Rig, inputs: &[String], options: &[&str]) -> Child {
    let mut args = vec!["extract"];
    args.extend(inputs.iter().map(String::as_str));
    args.extend(options);
    rig.command(&args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts")
}

fn lines_in(path: &str) -> usize {
    std::fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

/// Waits until the file has this many lines, or the command has ended.
fn wait_for_lines(path: &str, lines: usize, child: &mut Child) {
    let limit = Instant::now() + Duration::from_mins(1);
    while lines_in(path) < lines && child.try_wait().expect("it can be asked").is_none() {
        assert!(Instant::now() < limit, "nothing was written");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn stopped_and_resumed_is_the_same_as_one_run() {
    let rig = Rig::empty();
    let inputs = many(&rig, 1500);
    let whole = rig.file("whole.jsonl", "");
    let ran = start(&rig, &inputs, &["--output", &whole])
        .wait_with_output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1));
    let summary = String::from_utf8(ran.stderr)
        .unwrap()
        .lines()
        .last()
        .unwrap()
        .to_owned();
    assert!(
        summary.contains("1502 pages, 1 failed (1 damaged)"),
        "{summary}"
    );

    let out = rig.file("parts.jsonl", "");
    let state = format!("{out}.state");
    let mut stops = 0;
    let last = loop {
        let before = lines_in(&out);
        let mut child = start(&rig, &inputs, &["--output", &out, "--resume", &state]);
        wait_for_lines(&out, before + 200, &mut child);
        let signal = ["-KILL", "-TERM", "-INT"][stops % 3];
        let id = child.id().to_string();
        // It may have ended already.
        let _ = std::process::Command::new("kill")
            .args([signal, &id])
            .output();
        let ran = child.wait_with_output().unwrap();
        match ran.status.code() {
            Some(1) => break String::from_utf8(ran.stderr).unwrap(),
            Some(code @ (130 | 143)) => {
                assert_eq!(code == 143, signal == "-TERM");
                let err = String::from_utf8(ran.stderr).unwrap();
                assert!(err.contains("again to go on"), "{err}");
            }
            None => assert_eq!(signal, "-KILL"),
            other => panic!("{other:?}"),
        }
        stops += 1;
        assert!(stops < 50, "it never ends");
    };
    assert!(stops >= 3, "stopped {stops} times only");
    assert_eq!(last.lines().last().unwrap(), summary);
    let (whole, parts) = (std::fs::read(&whole).unwrap(), std::fs::read(&out).unwrap());
    assert!(whole == parts, "the outputs differ");

    // Once more changes nothing and ends alike.
    let ran = start(&rig, &inputs, &["--output", &out, "--resume", &state])
        .wait_with_output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1));
    assert!(std::fs::read(&out).unwrap() == parts);
}

#[test]
fn a_torn_line_behind_what_was_noted_is_cut_off() {
    let rig = Rig::empty();
    let inputs = many(&rig, 300);
    let whole = rig.file("whole.jsonl", "");
    let ran = start(&rig, &inputs, &["--output", &whole])
        .wait_with_output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1));

    let out = rig.file("parts.jsonl", "");
    let state = format!("{out}.state");
    let mut child = start(&rig, &inputs, &["--output", &out, "--resume", &state]);
    wait_for_lines(&out, 1, &mut child);
    let _ = std::process::Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .output();
    child.wait().unwrap();
    let mut file = std::fs::File::options().append(true).open(&out).unwrap();
    file.write_all(b"{\"id\":\"torn").unwrap();
    drop(file);
    let ran = start(&rig, &inputs, &["--output", &out, "--resume", &state])
        .wait_with_output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1));
    assert!(std::fs::read(&out).unwrap() == std::fs::read(&whole).unwrap());
}

#[test]
fn a_state_file_of_something_else_or_for_a_lost_output_is_refused() {
    let rig = Rig::empty();
    let one = rig.file("one.html", page("One"));
    let two = rig.file("two.html", page("Two"));
    let out = rig.file("out.jsonl", "");
    let state = format!("{out}.state");
    let args = ["extract", &one, "--output", &out, "--resume", &state];
    let ran = rig.run(&args);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(lines_in(&out), 1);
    let ran = rig.run(&["extract", &two, "--output", &out, "--resume", &state]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("belongs to another command"),
        "{}",
        ran.err
    );
    std::fs::write(&out, "").unwrap();
    let ran = rig.run(&args);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--output"), "{}", ran.err);
    let ran = rig.run(&["extract", &one, "--output", &out, "--resume", &one]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("name another file"), "{}", ran.err);
    assert_eq!(
        std::fs::read(&one).unwrap(),
        page("One"),
        "the page is left alone"
    );
}

#[test]
fn waiting_for_more_input_does_not_keep_it_from_stopping() {
    let rig = Rig::empty();
    let mut child = rig
        .command(&["extract", "--input-format", "warc"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // Larger than what is read at a time.
    let filling = record("metadata", 9, &vec![b'x'; 200_000]);
    input.write_all(&[plain(1), filling].concat()).unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    assert!(
        line.contains(&headline(1)),
        "written while input is awaited"
    );
    let ended = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(ended.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(input);
}
