//! The operator's proxy: used for everything when it is configured, for nothing
//! when it is not, and judged by the same rules as the way without it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use cuttings_fetch::{FetchConfig, FetchError, Fetcher, Proxy, Surroundings, Want};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::origin::{Names, Origin, config, fetcher_with, ok, redirect};
use crate::tls;

/// What a proxy does with a request.
#[derive(Clone, Copy)]
enum Does {
    Connect,
    Answer(&'static str),
    Silence,
    Flood,
}

/// A proxy on 127.0.0.1, which nobody has opened, and what it was asked.
struct Relay {
    addr: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    async fn start(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heads = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Connections that end early are what some tests are about.
                tokio::spawn(relay(stream, does, Arc::clone(&heads)));
            }
        });
        Self { addr, asked }
    }

    /// The heads of the requests so far.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Where it was asked to connect to.
    fn targets(&self) -> Vec<String> {
        let target = |head: &String| head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.asked().iter().map(target).collect()
    }

    fn proxy(&self) -> Proxy {
        Proxy::parse(&format!("http://ada:hunter2@{}", self.addr)).unwrap()
    }
}

async fn relay(
    mut stream: TcpStream,
    does: Does,
    asked: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().unwrap().push(head);
    match does {
        Does::Connect => match TcpStream::connect(&target).await {
            Ok(mut to) => {
                let stands = b"HTTP/1.1 200 Connection established\r\nVia: relay\r\n\r\n";
                stream.write_all(stands).await?;
                copy_bidirectional(&mut stream, &mut to).await?;
            }
            Err(_) => stream.write_all(b"HTTP/1.1 502 No\r\n\r\n").await?,
        },
        Does::Answer(text) => stream.write_all(text.as_bytes()).await?,
        Does::Silence => std::future::pending().await,
        Does::Flood => loop {
            stream.write_all(b"HTTP/1.1 200 OK\r\nX: y\r\n").await?;
        },
    }
    Ok(())
}

/// Goes out by `proxy`, to 127.0.0.2 alone.
fn by(proxy: Proxy) -> FetchConfig {
    FetchConfig {
        proxy: Some(proxy),
        ..config(&["127.0.0.2/32"])
    }
}

async fn origin() -> Origin {
    Origin::start_on("127.0.0.2:0", |path| match path {
        "/moved" => redirect(302, "/page"),
        "/inside" => redirect(302, "http://127.0.0.1:8080/"),
        _ => ok("Connection: close\r\n", b"hello"),
    })
    .await
}

#[tokio::test]
async fn f19_everything_goes_through_the_proxy_that_is_configured() {
    let (relay, origin) = (Relay::start(Does::Connect).await, origin().await);
    let names = Names::default().with("site.example", &[&["127.0.0.2"]]);
    let fetcher = fetcher_with(by(relay.proxy()), names);
    let url = format!("http://site.example:{}/moved", origin.port());
    let url = Url::parse(&url).unwrap();
    let fetched = fetcher.get(&url, Want::Page).await.unwrap();
    assert_eq!(&fetched.body[..], b"hello");
    assert_eq!(fetched.peer.to_string(), "127.0.0.2");
    fetcher
        .on_page(&url)
        .get(&url.join("/picture").unwrap(), Want::Picture)
        .await
        .unwrap();
    // An address and no name, which could lead elsewhere when it is looked up again.
    assert_eq!(relay.targets(), vec![origin.addr.to_string(); 3]);
    assert_eq!(origin.connections(), 3);
    for asked in relay.asked() {
        assert!(asked.starts_with("CONNECT "), "{asked}");
        // “ada:hunter2”.
        assert!(
            asked.contains("Proxy-Authorization: Basic YWRhOmh1bnRlcjI=\r\n"),
            "{asked}"
        );
    }
    // The site is told nothing of the proxy.
    for request in origin.requests() {
        assert!(!request.to_lowercase().contains("proxy"), "{request}");
        assert!(request.contains("site.example"), "{request}");
    }
}

#[tokio::test]
async fn f19_certificates_are_checked_behind_the_proxy_as_before_it() {
    let relay = Relay::start(Does::Connect).await;
    let (ours, theirs) = (tls::authority("ours"), tls::authority("theirs"));
    let surroundings = Surroundings {
        lookup: Arc::new(Names::default().with("site.example", &[&["127.0.0.1"]])),
        roots: vec![ours.der().clone()],
    };
    let config = FetchConfig {
        proxy: Some(relay.proxy()),
        ..config(&["127.0.0.0/8"])
    };
    let fetcher = Fetcher::in_surroundings(config, surroundings).unwrap();
    let addr = tls::serve(&ours, "site.example", tls::VALID, &["h2"]).await;
    let fetched = tls::get(&fetcher, addr, "/").await.unwrap();
    assert_eq!(fetched.version, "HTTP/2");
    let addr = tls::serve(&theirs, "site.example", tls::VALID, &["h2"]).await;
    let error = tls::get(&fetcher, addr, "/").await.unwrap_err();
    assert_eq!(error.code(), "tls");
    assert_eq!(relay.asked().len(), 2);
}

#[tokio::test]
async fn f19_the_proxy_is_asked_for_no_address_that_is_not_public() {
    let (relay, origin) = (Relay::start(Does::Connect).await, origin().await);
    let names = Names::default()
        .with("private.example", &[&["10.0.0.1", "::1"]])
        .with("rebind.example", &[&["127.0.0.2"], &["127.0.0.1"]]);
    let fetcher = fetcher_with(by(relay.proxy()), names);
    let get = async |text: &str| fetcher.get(&Url::parse(text).unwrap(), Want::Page).await;
    for refused in [
        "http://private.example/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "https://[::ffff:127.0.0.1]/".to_owned(),
        // The proxy itself is a way and no site.
        format!("http://{}/", relay.addr),
    ] {
        let error = get(&refused).await.unwrap_err();
        assert_eq!(error.code(), "private_address", "{refused}");
    }
    assert_eq!(relay.asked().len(), 0);
    let rebind = format!("http://rebind.example:{}/", origin.port());
    get(&rebind).await.unwrap();
    for refused in [rebind, origin.url("/inside").to_string()] {
        let error = get(&refused).await.unwrap_err();
        assert_eq!(error.code(), "private_address", "{refused}");
    }
    assert_eq!(relay.targets(), vec![origin.addr.to_string(); 2]);
}

#[tokio::test]
async fn f19_a_proxy_that_is_down_is_told_and_not_gone_round() {
    let origin = origin().await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let down = free.local_addr().unwrap();
    drop(free);
    let unknown = Proxy::parse("http://nowhere.example:3128").unwrap();
    let down = Proxy::parse(&format!("http://{down}")).unwrap();
    for (proxy, why) in [(down, "nothing answers"), (unknown, "name is not known")] {
        let error = fetcher_with(by(proxy), Names::default())
            .get(&origin.url("/"), Want::Page)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "proxy", "{error}");
        assert!(error.is_temporary());
        let told = error.explain();
        assert!(told.contains("proxy") && told.contains(why), "{told}");
        // Where it stands is nobody's business but the operator's.
        assert!(
            !told.contains("127.0.0.1") && !told.contains("nowhere"),
            "{told}"
        );
    }
    assert_eq!(origin.connections(), 0);
}

#[tokio::test]
async fn f19_whatever_a_proxy_answers_is_told_and_not_gone_round() {
    let origin = origin().await;
    for (does, code, temporary) in [
        (Does::Answer("HTTP/1.1 407 Who\r\n\r\n"), "proxy", true),
        (
            Does::Answer("HTTP/1.1 403 No\r\n\r\n"),
            "proxy_refused",
            false,
        ),
        (
            Does::Answer("HTTP/1.1 302 Found\r\nLocation: http://a/\r\n\r\n"),
            "proxy_refused",
            false,
        ),
        (Does::Answer("HTTP/1.1 503 No\r\n\r\n"), "unreachable", true),
        (Does::Answer("HTTP/1.1 200 OK"), "proxy", true),
        (Does::Answer("SSH-2.0-OpenSSH\r\n\r\n"), "proxy", true),
        (Does::Answer(""), "proxy", true),
        (Does::Flood, "proxy", true),
        (Does::Silence, "timeout", true),
    ] {
        let relay = Relay::start(does).await;
        let error = fetcher_with(by(relay.proxy()), Names::default())
            .get(&origin.url("/"), Want::Page)
            .await
            .unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(error.is_temporary(), temporary, "{error}");
        for text in [error.explain(), error.to_string(), format!("{error:?}")] {
            assert!(
                !text.contains("hunter2") && !text.contains("YWRh"),
                "{text}"
            );
        }
    }
    assert_eq!(origin.connections(), 0);
}

#[tokio::test]
async fn f19_the_next_address_is_asked_for_when_the_proxy_cannot_reach_one() {
    let (relay, origin) = (Relay::start(Does::Connect).await, origin().await);
    let names = Names::default().with("two.example", &[&["127.0.0.3", "127.0.0.2"]]);
    let config = FetchConfig {
        proxy: Some(relay.proxy()),
        ..config(&["127.0.0.2/31"])
    };
    let url = Url::parse(&format!("http://two.example:{}/", origin.port())).unwrap();
    let fetched = fetcher_with(config, names)
        .get(&url, Want::Page)
        .await
        .unwrap();
    assert_eq!(fetched.peer.to_string(), "127.0.0.2");
    assert_eq!(relay.asked().len(), 2);
}

#[test]
fn f19_what_is_no_proxy_is_refused_before_anything_is_fetched() {
    let refused = Proxy::parse("ftp://ada:hunter2@proxy.example");
    assert!(matches!(refused, Err(FetchError::Config { .. })));
}
