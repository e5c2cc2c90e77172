//! A data folder, the built binary, and a small web server on loopback.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A data folder that goes away with the test.
pub struct Rig {
    folder: TempDir,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub out: String,
    pub err: String,
    pub code: i32,
}

impl Ran {
    /// Standard output, a JSON value a line.
    pub fn json(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
            .collect()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
            code: output.status.code().unwrap_or(-1),
        }
    }
}

impl Rig {
    /// An empty folder.
    pub fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// A library with the user ada.
    pub fn with_user() -> Self {
        let rig = Self::empty();
        let ran = rig.run_with(
            &["user", "add", "ada", "--password-stdin"],
            "a long password\n",
        );
        assert_eq!(ran.code, 0, "{}", ran.err);
        rig
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A file beside the data folder.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, content).expect("a file");
        path.display().to_string()
    }

    /// The command, in this data folder and in no other surroundings.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuttings"));
        for (name, _) in std::env::vars() {
            if name.starts_with("CUTTINGS_") {
                command.env_remove(name);
            }
        }
        command.env("CUTTINGS_DATA", self.data()).args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, "")
    }

    /// Runs the command with `input` on its standard input.
    pub fn run_with(&self, args: &[&str], input: &str) -> Ran {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        // A command that reads nothing may have gone before this is written.
        let _ = child
            .stdin
            .take()
            .expect("a pipe")
            .write_all(input.as_bytes());
        child.wait_with_output().expect("the binary ends").into()
    }

    /// Starts a server on a free port.
    pub fn serve(&self) -> Server {
        let child = self
            .command(&[
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--allow-private-network",
                "127.0.0.0/8",
            ])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut server = Server {
            child,
            address: String::new(),
        };
        let mut err = BufReader::new(server.child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        while err
            .read_line(&mut line)
            .expect("standard error can be read")
            > 0
        {
            if let Some(address) = line.trim().strip_prefix("listening on http://") {
                address.clone_into(&mut server.address);
                // Keep reading, so that the server never waits for us.
                std::thread::spawn(move || std::io::copy(&mut err, &mut std::io::sink()));
                return server;
            }
            line.clear();
        }
        panic!("the server ended before it listened");
    }
}

/// A running server; killed when dropped.
pub struct Server {
    pub child: Child,
    pub address: String,
}

impl Server {
    /// One HTTP/1.1 exchange: head and body of the answer.
    pub fn ask(
        &self,
        request_line: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (String, String) {
        exchange(&self.address, request_line, headers, body).expect("the server answers")
    }

    /// Asks the system to end it; gives the exit code.
    pub fn terminate(mut self) -> Option<i32> {
        let ended = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(ended.success());
        let limit = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.child.try_wait().expect("the child can be asked") {
                return status.code();
            }
            assert!(Instant::now() < limit, "the server did not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One HTTP/1.1 exchange with `address`; an error when the connection breaks.
pub fn exchange(
    address: &str,
    request_line: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<(String, String)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut request = format!(
        "{request_line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{request}\r\n{body}").as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) => Ok((head.to_owned(), body.to_owned())),
        None => Err(std::io::Error::new(
            std::io::ErrorKind::UnexpectedEof,
            "no whole answer",
        )),
    }
}

/// A whole HTTP answer: status line, header lines, body.
pub fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// A page that is there.
pub fn html(body: &[u8]) -> Vec<u8> {
    answer("200 OK", "Content-Type: text/html\r\n", body)
}

/// Serves `answers` by path on loopback, whatever the query; gives the base
/// address. A path with an empty answer stays silent. Ends with the test's
/// process.
pub fn origin(answers: Vec<(&'static str, Vec<u8>)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let answers = std::sync::Arc::new(answers);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answers = std::sync::Arc::clone(&answers);
            std::thread::spawn(move || {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let path = head.split([' ', '?']).nth(1).unwrap_or_default();
                let found = answers.iter().find(|(known, _)| *known == path);
                let missing = answer("404 Not Found", "", b"no such page");
                match found {
                    Some((_, answer)) if answer.is_empty() => {
                        std::thread::sleep(Duration::from_mins(1));
                    }
                    // The client may have gone.
                    Some((_, answer)) => drop(stream.write_all(answer)),
                    None => drop(stream.write_all(&missing)),
                }
            });
        }
    });
    base
}

/// An invented page.
pub fn page(headline: &str) -> Vec<u8> {
    format!(
        "<!DOCTYPE html><html lang=en><head><title>{headline} | The Lantern</title>
        <meta property='og:site_name' content='The Lantern'></head><body><article><h1>{headline}</h1>
        <p>The ferry company has put its summer timetable online, a month later than promised, and
        the first sailing now leaves before the bakery opens.</p>
        <p>Passengers on the quay on Monday said that they would rather have the old boat back, which
        at least had a stove and a captain who waited for latecomers.</p>
        <p>The company answered that the new boat is faster, holds forty bicycles, and that nobody
        has been left behind since the spring.</p></article></body></html>"
    )
    .into_bytes()
}

/// The shared corpora, or `None` with a word about it. In CI their absence is
/// a failure.
pub fn corpora() -> Option<PathBuf> {
    let folder = std::env::var_os("CUTTINGS_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "the corpora are missing: set CUTTINGS_CORPORA"
    );
    println!(
        "skipped: the corpora, since {} is not there",
        folder.display()
    );
    None
}
