//! `kill -9` while saves run: every acknowledged one is there afterwards.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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
