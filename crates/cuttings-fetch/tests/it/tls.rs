//! https: trust, and what goes wrong with it, over HTTP/1.1 and HTTP/2.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use cuttings_fetch::{FetchError, Fetched, Fetcher, Surroundings, Want};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::origin::{Names, Origin, config, send};

pub type Authority = CertifiedIssuer<'static, KeyPair>;

pub fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A TLS server for `name` that greets over the protocol agreed on.
pub async fn serve(
    authority: &Authority,
    name: &str,
    years: (i32, i32),
    protocols: &[&str],
) -> SocketAddr {
    serve_counting(authority, name, years, protocols).await.0
}

/// The same, and how many connections were made to it.
async fn serve_counting(
    authority: &Authority,
    name: &str,
    years: (i32, i32),
    protocols: &[&str],
) -> (SocketAddr, Arc<AtomicUsize>) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    tls.alpn_protocols = protocols.iter().map(|p| p.as_bytes().to_vec()).collect();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            // A client that turns the certificate down ends the handshake here.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                tokio::spawn(async move {
                    let mut connection = h2::server::handshake(stream).await.unwrap();
                    while let Some(Ok((request, mut respond))) = connection.accept().await {
                        let mut response = http::Response::new(());
                        if request.uri().path() == "/flood" {
                            let flood = "a".repeat(20_000).parse().unwrap();
                            for index in 0..5 {
                                let name = format!("x-{index}");
                                let name = http::HeaderName::try_from(name).unwrap();
                                response
                                    .headers_mut()
                                    .insert(name, http::HeaderValue::clone(&flood));
                            }
                        }
                        let mut body = respond.send_response(response, false).unwrap();
                        body.send_data(Bytes::from_static(b"over two"), true)
                            .unwrap();
                    }
                });
            } else {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nover one";
                stream.write_all(answer).await.unwrap();
                stream.shutdown().await.ok();
            }
        }
    });
    (addr, connections)
}

fn fetcher(roots: Vec<CertificateDer<'static>>) -> Fetcher {
    let names = Names::default().with("site.example", &[&["127.0.0.1"]]);
    let surroundings = Surroundings {
        lookup: Arc::new(names),
        roots,
    };
    Fetcher::in_surroundings(config(&["127.0.0.0/8"]), surroundings).unwrap()
}

pub async fn get(fetcher: &Fetcher, addr: SocketAddr, path: &str) -> Result<Fetched, FetchError> {
    let url = Url::parse(&format!("https://site.example:{}{path}", addr.port())).unwrap();
    fetcher.get(&url, Want::Page).await
}

pub const VALID: (i32, i32) = (2020, 2400);

#[tokio::test]
async fn a_trusted_site_is_read_over_http_1_and_2() {
    let authority = authority("ours");
    let fetcher = fetcher(vec![authority.der().clone()]);
    for (protocols, version, body) in [
        (&["http/1.1"][..], "HTTP/1.1", &b"over one"[..]),
        (&[], "HTTP/1.1", b"over one"),
        (&["h2", "http/1.1"], "HTTP/2", b"over two"),
    ] {
        let addr = serve(&authority, "site.example", VALID, protocols).await;
        let fetched = get(&fetcher, addr, "/").await.unwrap();
        assert_eq!(fetched.version, version);
        assert_eq!(&fetched.body[..], body);
        assert_eq!(fetched.peer.to_string(), "127.0.0.1");
    }
}

#[tokio::test]
async fn the_pictures_of_a_page_come_over_its_one_http_2_connection() {
    let authority = authority("ours");
    let fetcher = fetcher(vec![authority.der().clone()]);
    let (addr, connections) =
        serve_counting(&authority, "site.example", VALID, &["h2", "http/1.1"]).await;
    get(&fetcher, addr, "/").await.unwrap();
    let pictures = (0..20).map(|number| {
        let url = format!("https://site.example:{}/{number}.png", addr.port());
        let (fetcher, url) = (fetcher.clone(), Url::parse(&url).unwrap());
        async move { fetcher.get(&url, Want::Picture).await }
    });
    for fetched in futures_util::future::join_all(pictures).await {
        assert_eq!(fetched.unwrap().version, "HTTP/2");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn r05_a_header_flood_over_http_2_gives_no_page() {
    let authority = authority("ours");
    let fetcher = fetcher(vec![authority.der().clone()]);
    let addr = serve(&authority, "site.example", VALID, &["h2"]).await;
    let error = get(&fetcher, addr, "/flood").await.unwrap_err();
    assert_eq!(error.code(), "headers_too_large");
}

#[tokio::test]
async fn f20_bad_certificates_are_refused_with_their_reason() {
    let ours = authority("ours");
    let fetcher = fetcher(vec![ours.der().clone()]);
    for (issuer, name, years, reason) in [
        (&ours, "site.example", (2001, 2002), "has expired"),
        (&ours, "site.example", (2300, 2400), "not valid yet"),
        (&ours, "other.example", VALID, "another name"),
        (
            &authority("theirs"),
            "site.example",
            VALID,
            "nobody this machine trusts",
        ),
    ] {
        let addr = serve(issuer, name, years, &[]).await;
        let error = get(&fetcher, addr, "/").await.unwrap_err();
        assert_eq!(error.code(), "tls", "{reason}: {error}");
        assert!(error.explain().contains(reason), "{}", error.explain());
        assert!(!error.is_temporary());
    }
}

#[tokio::test]
async fn without_root_certificates_https_says_what_is_missing() {
    let addr = serve(&authority("theirs"), "site.example", VALID, &[]).await;
    let error = get(&fetcher(Vec::new()), addr, "/").await.unwrap_err();
    assert!(
        error.explain().contains("ca-certificates"),
        "{}",
        error.explain()
    );
}

#[tokio::test]
async fn f20_a_server_that_does_not_speak_tls_is_told() {
    let origin = Origin::start(|_| send("HTTP/1.1 400 Bad\r\n\r\n")).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .await
                .ok();
        }
    });
    let error = get(&fetcher(Vec::new()), plain, "/").await.unwrap_err();
    assert_eq!(error.code(), "tls", "{error}");
    // And one that waits for a request that never comes.
    let error = get(&fetcher(Vec::new()), origin.addr, "/")
        .await
        .unwrap_err();
    assert!(matches!(error.code(), "timeout" | "unreachable"), "{error}");
}
