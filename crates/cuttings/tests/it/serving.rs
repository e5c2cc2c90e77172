//! `cuttings serve`: starting, stopping, one server a folder, and a save that
//! the shell hands to it.

use std::time::{Duration, Instant};

use crate::rig::{Rig, html, origin, page};

#[test]
fn an_empty_folder_becomes_a_library_that_answers() {
    let rig = Rig::empty();
    let server = rig.serve();
    let (head, _) = server.ask("GET /healthz", &[], "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let (head, _) = server.ask("GET /", &[], "");
    assert!(
        head.contains("/setup"),
        "an empty library asks for its first user: {head}"
    );
    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn d15_a_second_server_on_the_folder_is_refused_with_the_first_ones_number() {
    let rig = Rig::with_user();
    let server = rig.serve();
    let ran = rig.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.err.contains(&server.child.id().to_string()),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("--data"), "{}", ran.err);
    // A lock left by a crash is no obstacle.
    drop(server);
    let server = rig.serve();
    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn the_shell_saves_beside_a_running_server_which_captures() {
    let rig = Rig::with_user();
    let base = origin(vec![("/a", html(&page("Beside")))]);
    let server = rig.serve();
    let saved = rig.run(&["save", "--json", &format!("{base}/a")]);
    assert_eq!(saved.code, 0, "{}", saved.err);
    let limit = Instant::now() + Duration::from_secs(20);
    loop {
        let list = rig.run(&["list", "--json"]);
        if list.json()[0]["state"] == "ready" {
            break;
        }
        assert!(Instant::now() < limit, "{}", list.out);
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn a_port_in_use_is_named() {
    let rig = Rig::with_user();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = rig.run(&["serve", "--listen", &address]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains(&address) && ran.err.contains("--listen"),
        "{}",
        ran.err
    );
}
