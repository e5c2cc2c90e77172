//! A scripted web server, a canary, and scripted name look-ups.
//!
//! The server speaks raw TCP, so that it can say what no HTTP library would.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cuttings_fetch::{Answer, FetchConfig, FetchLimits, Fetcher, Lookup, Surroundings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// One thing a server does while it answers.
#[derive(Clone)]
pub enum Step {
    Send(Vec<u8>),
    /// The same bytes until the other side has enough.
    Endless(Vec<u8>),
    /// Bytes one by one with a pause before each.
    Drip(Vec<u8>, Duration),
    /// Nothing more, with the connection open.
    Silence,
    /// The connection is reset, not closed.
    Reset,
    /// Wait for another request on the same connection.
    KeepOpen,
}

pub fn send(text: &str) -> Vec<Step> {
    vec![Step::Send(text.as_bytes().to_vec())]
}

/// A whole answer with a length, as a good server gives it.
pub fn ok(headers: &str, body: &[u8]) -> Vec<Step> {
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    vec![Step::Send(bytes)]
}

pub fn redirect(status: u16, location: &str) -> Vec<Step> {
    send(&format!(
        "HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    ))
}

/// A server that answers each request with the steps its script gives for the
/// path, and remembers what it was sent.
pub struct Origin {
    pub addr: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
}

impl Origin {
    pub async fn start(script: impl Fn(&str) -> Vec<Step> + Send + Sync + 'static) -> Self {
        Self::start_on("127.0.0.1:0", script).await
    }

    pub async fn start_on(
        at: &str,
        script: impl Fn(&str) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(at).await.unwrap();
        let origin = Self {
            addr: listener.local_addr().unwrap(),
            requests: Arc::default(),
            connections: Arc::default(),
            open: Arc::default(),
        };
        let (requests, connections) = (origin.requests.clone(), origin.connections.clone());
        let open = origin.open.clone();
        let script = Arc::new(script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                open.fetch_add(1, Ordering::SeqCst);
                let (script, requests) = (Arc::clone(&script), Arc::clone(&requests));
                let open = Arc::clone(&open);
                // The client going away in the middle is what many tests are about.
                tokio::spawn(async move {
                    answer(stream, &*script, &requests).await.ok();
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        origin
    }

    /// A listener that nothing may connect to.
    pub async fn canary(at: &str) -> Self {
        Self::start_on(at, |_| ok("", b"canary")).await
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.addr)).unwrap()
    }

    pub fn port(&self) -> u16 {
        self.addr.port()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Whether the other side lets go of every connection within a second.
    pub async fn is_let_go(&self) -> bool {
        for _ in 0..100 {
            if self.open.load(Ordering::SeqCst) == 0 {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// Heads of the requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn answer(
    mut stream: TcpStream,
    script: &(dyn Fn(&str) -> Vec<Step> + Send + Sync),
    requests: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        requests.lock().unwrap().push(head);
        let mut open = false;
        for step in script(&path) {
            match step {
                Step::Send(bytes) => stream.write_all(&bytes).await?,
                Step::Endless(bytes) => loop {
                    stream.write_all(&bytes).await?;
                },
                Step::Drip(bytes, pause) => {
                    for byte in bytes {
                        tokio::time::sleep(pause).await;
                        stream.write_all(&[byte]).await?;
                    }
                }
                Step::Silence => tokio::time::sleep(Duration::from_secs(30)).await,
                Step::Reset => {
                    stream.set_zero_linger()?;
                    return Ok(());
                }
                Step::KeepOpen => open = true,
            }
        }
        if !open {
            return stream.shutdown().await;
        }
    }
}

/// Answers for names, one after the other; the last one stays. Names without a
/// script are unknown.
#[derive(Default)]
pub struct Names {
    answers: HashMap<String, Vec<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    pub fn with(mut self, name: &str, answers: &[&[&str]]) -> Self {
        let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        self.answers
            .insert(name.to_owned(), answers.iter().map(parse).collect());
        self
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Lookup for Names {
    fn addresses(&self, name: &str) -> Answer {
        let mut asked = self.asked.lock().unwrap();
        let turn = asked.iter().filter(|before| *before == name).count();
        asked.push(name.to_owned());
        let answers = self.answers.get(name).cloned().unwrap_or_default();
        let answer = answers.get(turn).or(answers.last()).cloned();
        Box::pin(std::future::ready(Ok(answer.unwrap_or_default())))
    }
}

/// Settings that reach `open` (and nothing else that is not public), with
/// limits short enough for a test.
pub fn config(open: &[&str]) -> FetchConfig {
    FetchConfig {
        allow_private: open.iter().map(|net| net.parse().unwrap()).collect(),
        limits: FetchLimits {
            dns: Duration::from_secs(1),
            connect: Duration::from_secs(2),
            first_byte: Duration::from_millis(1500),
            idle: Duration::from_secs(1),
            total_page: Duration::from_secs(10),
            // Most tests ask one host several times; those of the gate say so.
            spacing: Duration::ZERO,
            page_spacing: Duration::ZERO,
            ..FetchLimits::default()
        },
        ..FetchConfig::default()
    }
}

/// A fetcher that reaches all of loopback.
pub fn fetcher() -> Fetcher {
    fetcher_with(config(&["127.0.0.0/8"]), Names::default())
}

/// A fetcher with scripted names and no root certificates.
pub fn fetcher_with(config: FetchConfig, names: Names) -> Fetcher {
    let surroundings = Surroundings {
        lookup: Arc::new(names),
        roots: Vec::new(),
    };
    Fetcher::in_surroundings(config, surroundings).unwrap()
}
