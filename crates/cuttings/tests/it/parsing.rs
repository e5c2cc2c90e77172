//! Pages are read by processes that can do nothing else: what they are refused,
//! and that a page which breaks one costs its own article alone.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use cuttings_model::{ArticleId, UserId};
use serde_json::Value;

use crate::rig::{Rig, Server, html, origin, page};

/// Asks until `found` gives something.
fn wait_for<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let limit = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(Instant::now() < limit, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The processes a server has started and not ended.
fn children(server: &Server) -> Vec<u32> {
    let tasks = format!("/proc/{}/task", server.child.id());
    let Ok(tasks) = std::fs::read_dir(tasks) else {
        return Vec::new();
    };
    tasks
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<u32>>()
        })
        .collect()
}

/// Processor time a process has used, in hundredths of a second.
fn processor_ticks(process: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let behind_name = stat.rsplit_once(") ")?.1;
    behind_name.split(' ').nth(11)?.parse().ok()
}

fn end(process: u32) {
    let killed = std::process::Command::new("kill")
        .args(["-KILL", &process.to_string()])
        .status();
    assert!(killed.expect("kill runs").success());
}

/// Far more text than a debug build reads in a second, but not too much to keep.
fn long_page() -> Vec<u8> {
    let paragraph = "<p>The ferry left at seven, half empty, <b>and <i>nobody</i> waved</b>.</p>\n";
    let mut page = b"<!DOCTYPE html><title>Long</title><article><h1>Long</h1>".to_vec();
    while page.len() < 15_000_000 {
        page.extend_from_slice(paragraph.as_bytes());
    }
    page
}

/// A server, and a token to save with.
pub struct Saving {
    token: String,
    server: Server,
}

impl Saving {
    pub fn start(rig: &Rig, settings: &str) -> Self {
        std::fs::write(rig.data().join("cuttings.toml"), settings).expect("a settings file");
        let token = rig.run(&["token", "add", "test"]).out.trim().to_owned();
        Self {
            token,
            server: rig.serve(),
        }
    }

    fn ask(&self, request_line: &str, body: &str) -> Value {
        let headers = [
            ("Authorization", format!("Bearer {}", self.token)),
            ("Content-Type", "application/json".to_owned()),
        ];
        let headers = headers
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let (head, body) = self.server.ask(request_line, &headers, body);
        assert!(head.starts_with("HTTP/1.1 2"), "{head}\n{body}");
        serde_json::from_str(&body).expect("JSON")
    }

    pub fn save(&self, url: &str) -> i64 {
        let body = serde_json::json!({ "url": url }).to_string();
        let saved = self.ask("POST /api/v1/articles", &body);
        saved["id"].as_i64().expect("a number")
    }

    /// The article once it is no longer queued.
    pub fn ended(&self, id: i64) -> Value {
        wait_for("an article that is ready or failed", || {
            let article = self.ask(&format!("GET /api/v1/articles/{id}"), "");
            (article["state"] != "queued").then_some(article)
        })
    }

    /// The most memory the server has held so far, in kB.
    pub fn peak_kb(&self) -> u64 {
        let status = format!("/proc/{}/status", self.server.child.id());
        let status = std::fs::read_to_string(status).expect("a running server");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.expect("a number of kB")
    }
}

#[test]
fn s08_a_parser_can_do_nothing_but_read_and_answer() {
    let rig = Rig::empty();
    let ran = rig.run(&["parser", "--try-walls", "--json"]);
    let tried = &ran.json()[0];
    for attempt in tried["attempts"].as_array().expect("a list") {
        assert_eq!(attempt["refused"], true, "{attempt}");
    }
    let walls = &tried["walls"];
    assert_eq!(
        walls,
        &serde_json::json!({ "limits": true, "landlock": "wholly", "seccomp": true })
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn s09_a_parser_has_pipes_and_nothing_of_its_surroundings() {
    let rig = Rig::with_user();
    let base = origin(vec![("/page", html(&page("Read apart")))]);
    let saving = Saving::start(&rig, "");
    let article = saving.ended(saving.save(&format!("{base}/page")));
    assert_eq!(article["state"], "ready");

    let parsers = children(&saving.server);
    assert!(!parsers.is_empty(), "no parser is kept for the next page");
    for parser in parsers {
        let of = |name: &str| PathBuf::from(format!("/proc/{parser}/{name}"));
        assert_eq!(std::fs::read(of("environ")).unwrap(), b"");
        for descriptor in std::fs::read_dir(of("fd")).unwrap() {
            let leads_to = std::fs::read_link(descriptor.unwrap().path()).unwrap();
            let leads_to = leads_to.to_string_lossy();
            // What started the server may have left it nothing, opened.
            let is_harmless = leads_to.starts_with("pipe:") || leads_to == "/dev/null";
            assert!(is_harmless, "{leads_to}");
        }
        let limits = std::fs::read_to_string(of("limits")).unwrap();
        let limit = |name: &str| {
            let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
            let value = line[name.len()..].split_whitespace().next().unwrap();
            value.to_owned()
        };
        assert_eq!(limit("Max core file size"), "0");
        assert_eq!(limit("Max address space"), (1_u64 << 30).to_string());
        assert_eq!(limit("Max open files"), "32");
        assert_eq!(limit("Max cpu time"), "40");
    }
}

#[test]
fn r21_a_page_over_a_limit_costs_its_own_article_and_keeps_its_bytes() {
    let long = long_page();
    let base = origin(vec![
        ("/long", html(&long)),
        ("/page", html(&page("The next one"))),
    ]);
    for (settings, says) in [
        ("parser_seconds = 1", "longer than 1 seconds"),
        ("parser_memory_mib = 128", "more than 128 MiB of memory"),
    ] {
        let rig = Rig::with_user();
        let saving = Saving::start(&rig, settings);
        let first = saving.save(&format!("{base}/long"));
        let article = saving.ended(first);
        assert_eq!(article["state"], "failed", "{article}");
        assert_eq!(article["reason"]["code"], "too_costly", "{article}");
        let reason = article["reason"]["text"].as_str().unwrap();
        assert!(reason.contains(says), "{reason}");

        let article = saving.ended(saving.save(&format!("{base}/page")));
        assert_eq!(article["state"], "ready", "{article}");
        assert_eq!(article["headline"], "The next one");
        assert_eq!(
            kept_sizes(&rig, first),
            [i64::try_from(long.len()).unwrap()]
        );
    }
}

#[test]
fn r21_a_parser_that_dies_is_replaced() {
    let base = origin(vec![
        ("/long", html(&long_page())),
        ("/page", html(&page("The next one"))),
    ]);
    let rig = Rig::with_user();
    let saving = Saving::start(&rig, "");

    // In mid-work: that page says so.
    let broken = saving.save(&format!("{base}/long"));
    let parser = wait_for("a parser at work", || {
        let parser = children(&saving.server).pop()?;
        (processor_ticks(parser)? > 20).then_some(parser)
    });
    end(parser);
    let article = saving.ended(broken);
    assert_eq!(article["state"], "failed", "{article}");
    assert_eq!(article["reason"]["code"], "extractor", "{article}");

    // While it waits: nobody notices.
    let ready = |query: &str| {
        let article = saving.ended(saving.save(&format!("{base}/page?{query}")));
        assert_eq!(article["state"], "ready", "{article}");
    };
    ready("first");
    for parser in children(&saving.server) {
        end(parser);
    }
    ready("second");

    // And the first one is read when it is tried again.
    saving.ask(&format!("POST /api/v1/articles/{broken}/retry"), "");
    assert_eq!(saving.ended(broken)["state"], "ready");
}

/// The sizes of what was kept of an article's page, newest first.
pub fn kept_sizes(rig: &Rig, article: i64) -> Vec<i64> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let places = cuttings_store::Places {
            data: rig.data(),
            database: None,
            blobs: None,
        };
        let store = cuttings_store::Store::open(&places).await.unwrap();
        let article = ArticleId(article);
        let captures = store.captures(UserId(1), article).await.unwrap();
        captures.iter().map(|capture| capture.body_size).collect()
    })
}
