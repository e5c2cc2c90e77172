//! One guarded connection: look-up, judgement, TCP, TLS.
//!
//! The HTTP client in [`crate::fetcher`] asks [`Guarded`] whenever it needs a
//! connection; there is no other way to get one.
//!
//! Names and hosts written as addresses take the same path here, so neither
//! can miss the judgement. The address judged is the address connected to, and
//! the far end is judged once more before a byte is sent.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::address::may_reach;
use crate::error::{FetchError, Stage};
use crate::lookup::{Lookup, allowed_addresses};
use crate::proxy::Proxy;
use crate::tls;

/// Why there is no connection; a [`FetchError`] that does not know its URL yet.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("{addr} is not a public address")]
    NotPublic { addr: IpAddr },
    #[error("no such name")]
    NoSuchName,
    #[error("{why}")]
    Refused { why: String },
    #[error("{why}")]
    Tls { why: String },
    #[error("the proxy fails: {why}")]
    Proxy { why: String },
    #[error("the proxy refuses with status {status}")]
    ProxyRefused { status: u16 },
    #[error("too slow: {what}")]
    Slow { what: Stage, after: Duration },
}

impl ConnectError {
    /// The same, about `url`.
    pub(crate) fn about(self, url: url::Url) -> FetchError {
        match self {
            Self::NotPublic { addr } => FetchError::PrivateAddress { url, addr },
            Self::NoSuchName => FetchError::NameNotFound { url },
            Self::Refused { why } => FetchError::Unreachable { url, why },
            Self::Tls { why } => FetchError::Tls { url, why },
            Self::Proxy { why } => FetchError::Proxy { url, why },
            Self::ProxyRefused { status } => FetchError::ProxyRefused { url, status },
            Self::Slow { what, after } => FetchError::Timeout { url, what, after },
        }
    }
}

/// Makes connections to where we may go, and to nowhere else.
#[derive(Clone)]
pub(crate) struct Guarded(pub(crate) Arc<Rules>);

/// What every connection of one fetcher goes by.
#[derive(Clone)]
pub(crate) struct Rules {
    pub(crate) allow: Vec<IpNet>,
    /// Hosts that may lead to any address, in their one form.
    pub(crate) allow_hosts: Vec<String>,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) no_roots: bool,
    pub(crate) dns_limit: Duration,
    pub(crate) connect_limit: Duration,
}

impl tower_service::Service<Uri> for Guarded {
    type Response = TokioIo<Wire>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let rules = Arc::clone(&self.0);
        Box::pin(async move { connect(&rules, &target).await.map(TokioIo::new) })
    }
}

/// Opens a connection to the host and port of `target`, with TLS for https.
async fn connect(rules: &Rules, target: &Uri) -> Result<Wire, ConnectError> {
    let encrypted = target.scheme_str() == Some("https");
    let host = target.host().ok_or(ConnectError::NoSuchName)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = target
        .port_u16()
        .unwrap_or(if encrypted { 443 } else { 80 });

    // The operator opened this host by its name, wherever it leads.
    let everywhere = [Ipv4Net::default().into(), Ipv6Net::default().into()];
    let is_open = rules
        .allow_hosts
        .iter()
        .any(|open| open == host.trim_end_matches('.'));
    let allow: &[IpNet] = if is_open { &everywhere } else { &rules.allow };

    let addresses = if let Ok(addr) = host.parse::<IpAddr>() {
        let addr = addr.to_canonical();
        if !may_reach(addr, &rules.allow) {
            return Err(ConnectError::NotPublic { addr });
        }
        vec![addr]
    } else {
        allowed_addresses(&*rules.lookup, host, allow, rules.dns_limit).await?
    };

    let (stream, peer) = match &rules.proxy {
        Some(proxy) => proxy.connect(rules, &addresses, port).await?,
        None => directly(rules, &addresses, port).await?,
    };
    if !may_reach(peer, allow) {
        return Err(ConnectError::NotPublic { addr: peer });
    }
    // Only delays small writes when it fails.
    let _ = stream.set_nodelay(true);

    if !encrypted {
        return Ok(Wire {
            stream: Box::new(stream),
            peer,
            http2: false,
        });
    }
    let name = ServerName::try_from(host.trim_end_matches('.').to_owned()).map_err(|_| {
        ConnectError::Tls {
            why: "no certificate can be made out to such a name".to_owned(),
        }
    })?;
    let handshake = TlsConnector::from(Arc::clone(&rules.tls)).connect(name, stream);
    let stream = timeout(rules.connect_limit, handshake)
        .await
        .map_err(|_| ConnectError::Slow {
            what: Stage::Tls,
            after: rules.connect_limit,
        })?
        .map_err(|error| tls::why(&error, rules.no_roots))?;
    let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    Ok(Wire {
        stream: Box::new(stream),
        peer,
        http2,
    })
}

/// A connection to one of `addresses`, and who is at its far end.
async fn directly(
    rules: &Rules,
    addresses: &[IpAddr],
    port: u16,
) -> Result<(TcpStream, IpAddr), ConnectError> {
    let stream = timeout(rules.connect_limit, first_to_answer(addresses, port))
        .await
        .map_err(|_| ConnectError::Slow {
            what: Stage::Connection,
            after: rules.connect_limit,
        })?
        .map_err(|error| refused(&error))?;
    let peer = stream.peer_addr().map_err(|error| refused(&error))?;
    Ok((stream, peer.ip().to_canonical()))
}

/// A name may list any number of addresses; nobody needs more tries.
pub(crate) const MOST_TRIED: usize = 8;

/// The first connection that stands, to one of `addresses`.
///
/// The next address is tried when one fails, and also beside it when one has
/// not answered after a quarter of a second, so that a dead IPv6 route costs
/// little (the idea of RFC 8305).
pub(crate) async fn first_to_answer(addresses: &[IpAddr], port: u16) -> io::Result<TcpStream> {
    const HEAD_START: Duration = Duration::from_millis(250);

    let mut waiting = addresses.iter().take(MOST_TRIED);
    let mut attempts = FuturesUnordered::new();
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    loop {
        let more = waiting.next();
        if let Some(addr) = more {
            attempts.push(TcpStream::connect(SocketAddr::new(*addr, port)));
        }
        tokio::select! {
            done = attempts.next() => match done {
                Some(Ok(stream)) => return Ok(stream),
                Some(Err(error)) => last = error,
                None => return Err(last),
            },
            () = tokio::time::sleep(HEAD_START), if waiting.len() > 0 => {}
        }
    }
}

/// A failed connection in plain words.
fn refused(error: &io::Error) -> ConnectError {
    let why = match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing answers there",
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => {
            "the connection was closed at once"
        }
        io::ErrorKind::TimedOut => "it did not answer in time",
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "there is no way to its network"
        }
        _ => "the connection failed",
    };
    tracing::debug!(%error, "a connection failed");
    ConnectError::Refused {
        why: why.to_owned(),
    }
}

/// The address at the far end, carried along with each answer.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// A connection that stands, encrypted or not.
pub(crate) struct Wire {
    stream: Box<dyn Stream>,
    peer: IpAddr,
    http2: bool,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Connection for Wire {
    fn connected(&self) -> Connected {
        let connected = Connected::new().extra(Peer(self.peer));
        if self.http2 {
            connected.negotiated_h2()
        } else {
            connected
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
