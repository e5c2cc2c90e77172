//! A PostgreSQL of our own for one test run: made, started, stopped, removed.
//!
//! `cargo xtask test` starts one and hands its address to the tests. Everything
//! lies in one folder under the folder for temporary files, and the server
//! listens on 127.0.0.1 alone.
//!
//! The server ends with this program whatever happens to it: a small shell holds
//! the other end of a pipe, and when the pipe closes (an orderly end, Ctrl-C, or
//! a kill) it stops the server and removes the folder.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::tools;

/// How long the server may take to be ready.
const START_LIMIT: Duration = Duration::from_mins(1);

/// How long the server may take to stop before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// Stops process `$1` and removes folder `$2` when standard input closes.
const GUARD: &str = r#"
trap '' INT TERM HUP
read -r _
kill -INT "$1" 2>/dev/null
tries=0
while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 250 ]; do sleep 0.1; tries=$((tries + 1)); done
rm -rf -- "$2"
"#;

/// A running server. Dropping it stops the server and removes its folder.
pub struct Postgres {
    server: Child,
    guard: Child,
    port: u16,
}

/// The user a server runs as when we are root, who may not run one.
#[derive(Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

impl Postgres {
    /// Makes a new cluster and starts it on a free port.
    ///
    /// - `programs`: the folder with `initdb` and `postgres`.
    ///
    /// # Errors
    ///
    /// A sentence with what the server said.
    pub fn start(programs: &Path) -> Result<Self, String> {
        let account = if tools::is_root() {
            Some(account()?)
        } else {
            None
        };
        // Root's own folder for temporary files may be closed to that user.
        let parent = if account.is_some() {
            PathBuf::from("/tmp")
        } else {
            std::env::temp_dir()
        };
        let port = free_port()?;
        let folder = parent.join(format!("cuttings-postgres-{}-{port}", std::process::id()));
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
        Self::start_in(programs, &folder, port, account).inspect_err(|_| {
            // After a failed start no guard looks after the folder.
            if let Err(error) = fs::remove_dir_all(&folder)
                && error.kind() != io::ErrorKind::NotFound
            {
                eprintln!("xtask: {} is left behind: {error}", folder.display());
            }
        })
    }

    fn start_in(
        programs: &Path,
        folder: &Path,
        port: u16,
        account: Option<Account>,
    ) -> Result<Self, String> {
        if let Some(account) = account {
            std::os::unix::fs::chown(folder, Some(account.user), Some(account.group))
                .map_err(|error| format!("{} cannot be given away: {error}", folder.display()))?;
        }
        let data = folder.join("data");
        let made = as_user(programs.join("initdb"), folder, account)
            .args(["--no-sync", "--auth=trust", "--username=postgres"])
            .args(["--encoding=UTF8", "--locale=C", "--pgdata"])
            .arg(&data)
            .output()
            .map_err(|error| format!("initdb could not be started: {error}"))?;
        if !made.status.success() {
            return Err(format!(
                "initdb failed: {}",
                String::from_utf8_lossy(&made.stderr).trim()
            ));
        }

        let log = folder.join("log");
        let out = fs::File::create(&log).map_err(|error| format!("no log file: {error}"))?;
        let err = out
            .try_clone()
            .map_err(|error| format!("no log file: {error}"))?;
        let mut server = as_user(programs.join("postgres"), folder, account);
        server.arg("-D").arg(&data).arg("-p").arg(port.to_string());
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=200",
            // Nothing here outlives the run.
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
        ] {
            server.args(["-c", setting]);
        }
        let mut server = server
            .stdout(out)
            .stderr(err)
            .process_group(0)
            .spawn()
            .map_err(|error| format!("postgres could not be started: {error}"))?;
        let guard = match guard(server.id(), folder) {
            Ok(guard) => guard,
            Err(reason) => {
                kill(&mut server);
                return Err(reason);
            }
        };
        let mut running = Self {
            server,
            guard,
            port,
        };
        running.wait_until_ready(&log)?;
        Ok(running)
    }

    /// Where tests reach it, as its superuser.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&mut self, log: &Path) -> Result<(), String> {
        let started = Instant::now();
        loop {
            let said = fs::read_to_string(log).unwrap_or_default();
            if said.contains("database system is ready to accept connections") {
                return Ok(());
            }
            let ended = self
                .server
                .try_wait()
                .map_err(|error| format!("postgres cannot be watched: {error}"))?;
            if let Some(status) = ended {
                return Err(format!("postgres ended with {status}: {}", said.trim()));
            }
            if started.elapsed() > START_LIMIT {
                return Err(format!(
                    "postgres was not ready after {} s: {}",
                    START_LIMIT.as_secs(),
                    said.trim()
                ));
            }
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let asked = Instant::now();
        while matches!(self.server.try_wait(), Ok(None)) {
            if asked.elapsed() > STOP_LIMIT {
                eprintln!("xtask: postgres did not stop and is killed");
                kill(&mut self.server);
                break;
            }
            sleep(Duration::from_millis(20));
        }
        if let Err(error) = self.guard.wait() {
            eprintln!("xtask: the folder of postgres may be left behind: {error}");
        }
    }
}

fn guard(server: u32, folder: &Path) -> Result<Child, String> {
    Command::new("sh")
        .args(["-c", GUARD, "postgres-guard"])
        .arg(server.to_string())
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("sh could not be started: {error}"))
}

fn kill(child: &mut Child) {
    if let Err(error) = child.kill().and_then(|()| child.wait().map(drop)) {
        eprintln!("xtask: process {} may be left running: {error}", child.id());
    }
}

/// A command that runs in `folder`, as `account` when there is one, with the
/// server's messages in English.
fn as_user(program: PathBuf, folder: &Path, account: Option<Account>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .env("HOME", folder)
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    if let Some(account) = account {
        command.uid(account.user).gid(account.group);
    }
    command
}

/// The first of the users `postgres` and `nobody` that exists.
fn account() -> Result<Account, String> {
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| {
            let number = |what| tools::answers("id", &[what, name])?.trim().parse().ok();
            Some(Account {
                user: number("-u")?,
                group: number("-g")?,
            })
        })
        .ok_or_else(|| {
            "PostgreSQL may not run as root, and there is no user `postgres` or `nobody`".to_owned()
        })
}

fn free_port() -> Result<u16, String> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port on 127.0.0.1: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_started_server_takes_connections_and_leaves_nothing_behind() {
        let programs = tools::postgres_folder().expect("PostgreSQL is installed");
        let server = Postgres::start(&programs).unwrap();
        let port = server.port;
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        drop(server);
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
        let ending = format!("-{port}");
        let left = fs::read_dir("/tmp")
            .into_iter()
            .chain(fs::read_dir(std::env::temp_dir()))
            .flatten()
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with("cuttings-postgres-") && name.ends_with(&ending))
            .count();
        assert_eq!(left, 0);
    }
}
