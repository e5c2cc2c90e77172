//! `kill -9` while saves run: every acknowledged one is there afterwards. And
//! while changes under a key are made: sent again, each is made once.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use cuttings_model::UserId;
use cuttings_store::{Begun, Places, Store};

use crate::rig::{Rig, exchange, html, origin, page};

/// Times the server is killed. Each round ends in the middle of its saves.
const ROUNDS: u64 = 6;
/// Clients that save at the same time.
const CLIENTS: usize = 10;

#[test]
fn d01_every_acknowledged_save_survives_kill_nine() {
    let rig = Rig::with_user();
    let base = origin(vec![("/page", html(&page("Kept through it all")))]);
    let token = rig.run(&["token", "add", "test"]).out.trim().to_owned();
    assert_eq!(token.len(), 64);
    let acknowledged = Mutex::new(BTreeSet::new());

    for round in 0..ROUNDS {
        let mut server = rig.serve();
        let address = server.address.clone();
        let killed = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (address, token, base) = (&address, &token, &base);
                let (acknowledged, killed) = (&acknowledged, &killed);
                scope.spawn(move || {
                    for number in 0..10_000 {
                        let url = format!("{base}/page?r={round}&c={client}&n={number}");
                        let answer = exchange(
                            address,
                            "POST /api/v1/articles",
                            &[
                                ("Authorization", &format!("Bearer {token}")),
                                ("Content-Type", "application/json"),
                            ],
                            &serde_json::json!({ "url": url }).to_string(),
                        );
                        match answer {
                            Ok((head, _)) if head.starts_with("HTTP/1.1 201") => {
                                acknowledged.lock().unwrap().insert(url);
                            }
                            Ok((head, body)) => panic!("{head}\n{body}"),
                            // Cut off: unknown, so either is right.
                            Err(_) if killed.load(Ordering::Relaxed) => return,
                            Err(_) => std::thread::sleep(Duration::from_millis(1)),
                        }
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(300 + 170 * round));
            killed.store(true, Ordering::Relaxed);
            server.child.kill().expect("the server can be killed");
        });
    }

    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(
        acknowledged.len() >= 50,
        "only {} saves got through",
        acknowledged.len()
    );
    let list = rig.run(&["list", "all", "--json", "--limit", "1000000"]);
    assert_eq!(list.code, 0, "{}", list.err);
    let kept: BTreeSet<String> = list
        .json()
        .iter()
        .map(|line| line["url"].as_str().unwrap().to_owned())
        .collect();
    let lost: Vec<&String> = acknowledged.difference(&kept).collect();
    assert!(
        lost.is_empty(),
        "{} of {} lost: {lost:?}",
        lost.len(),
        acknowledged.len()
    );
    println!(
        "{} acknowledged saves, none lost in {ROUNDS} kills",
        acknowledged.len()
    );
}

/// Articles that are starred while the server is killed, each by a client.
const STARRED: usize = 8;

#[test]
fn a_change_is_made_once_when_the_server_is_killed_before_its_answer() {
    let rig = Rig::with_user();
    let base = origin(vec![("/page", html(&page("Starred once")))]);
    let token = rig.run(&["token", "add", "test"]).out.trim().to_owned();
    let authorization = format!("Bearer {token}");
    let headers = [
        ("Authorization", authorization.as_str()),
        ("Content-Type", "application/json"),
    ];
    let star = serde_json::json!({"starred": true}).to_string();
    let unstar = serde_json::json!({"starred": false}).to_string();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mut gaps, mut not_made) = (0, 0);

    let server = rig.serve();
    for number in 0..STARRED {
        let body = serde_json::json!({"url": format!("{base}/page?n={number}")}).to_string();
        server.ask("POST /api/v1/articles", &headers, &body);
    }
    drop(server);
    for round in 0..ROUNDS {
        let mut server = rig.serve();
        let address = server.address.clone();
        // The last change of each client, whose answer may be lost.
        let last: Vec<(String, String)> = std::thread::scope(|scope| {
            let clients: Vec<_> = (1..=STARRED)
                .map(|article| {
                    let (address, headers, star) = (&address, &headers, &star);
                    scope.spawn(move || {
                        let path = format!("/api/v1/articles/{article}");
                        for number in 0.. {
                            let key = format!("{round} {article} {number}");
                            let mut headers = headers.to_vec();
                            headers.push(("Idempotency-Key", &key));
                            let line = format!("PATCH {path}");
                            if exchange(address, &line, &headers, star).is_err() {
                                return (path, key);
                            }
                        }
                        unreachable!("it goes on until the server is gone")
                    })
                })
                .collect();
            std::thread::sleep(Duration::from_millis(400 + 70 * round));
            server.child.kill().expect("the server can be killed");
            clients
                .into_iter()
                .map(|client| client.join().unwrap())
                .collect()
        });
        drop(server);

        let server = rig.serve();
        for (path, key) in last {
            server.ask(&format!("PATCH {path}"), &headers, &unstar);
            let steps = grow_old(&runtime, &rig, &path, &key, &star);
            let mut keyed = headers.to_vec();
            keyed.push(("Idempotency-Key", &key));
            let (head, body) = server.ask(&format!("PATCH {path}"), &keyed, &star);
            assert!(head.starts_with("HTTP/1.1 200"), "{head}\n{body}");
            let (_, article) = server.ask(&format!("GET {path}"), &headers, "");
            let article: serde_json::Value = serde_json::from_str(&article).unwrap();
            let is_starred = article["starred_at"].is_string();
            assert_eq!(is_starred, steps == Some(0), "{path} {key}: {steps:?}");
            gaps += u32::from(steps == Some(1));
            not_made += u32::from(steps == Some(0));
        }
    }
    println!("{gaps} changes whose answer was lost, {not_made} that were not made");
    assert!(gaps > 0, "no kill came between a change and its answer");
}

/// Lets two minutes go by for a change under a key; gives how many of its steps
/// are made, or none when its answer is kept.
fn grow_old(
    runtime: &tokio::runtime::Runtime,
    rig: &Rig,
    path: &str,
    key: &str,
    body: &str,
) -> Option<i64> {
    let mut hasher = blake3::Hasher::new();
    for part in ["PATCH", path] {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    hasher.update(body.as_bytes());
    let fingerprint = hasher.finalize().to_hex();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let begun_at_ms = i64::try_from(now.unwrap().as_millis()).unwrap() - 3 * 60 * 1000;
    runtime.block_on(async {
        let store = Store::open(&Places::folder(rig.data())).await.unwrap();
        let found = store
            .begin_change(UserId(1), key, &fingerprint, begun_at_ms, i64::MAX, 0)
            .await
            .unwrap();
        store.close().await;
        match found {
            Begun::Yours(change) => Some(change.steps_made),
            Begun::Done(_) => None,
            other => panic!("{other:?}"),
        }
    })
}
