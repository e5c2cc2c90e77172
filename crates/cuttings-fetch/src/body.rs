//! Reading the body of an answer: as far as the limits go, and no longer silent
//! than they allow.
//!
//! Called by [`crate::fetcher`]; what comes out has been through [`crate::decode`].

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;
use tokio_util::io::StreamReader;

use crate::decode::{self, PastLimit};

/// What goes wrong while a body arrives, inside an [`io::Error`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("nothing came for too long")]
    Silent,
    #[error("the connection ended early")]
    Cut,
}

/// How far a body has come, in transit.
#[derive(Default)]
pub(crate) struct Progress {
    /// Bytes so far.
    pub(crate) received: AtomicU64,
    /// The end was reached as the protocol has it.
    pub(crate) ended: AtomicBool,
}

/// The body in transit: at most `limit` bytes, no silence longer than `idle`.
pub(crate) fn arriving(
    incoming: Incoming,
    idle: Duration,
    limit: u64,
    progress: Arc<Progress>,
) -> decode::Body {
    let chunks = stream::try_unfold(incoming.into_data_stream(), move |mut chunks| {
        let progress = Arc::clone(&progress);
        async move {
            match timeout(idle, chunks.next()).await {
                Err(_) => Err(io::Error::other(BodyError::Silent)),
                Ok(None) => {
                    progress.ended.store(true, Ordering::Relaxed);
                    Ok(None)
                }
                Ok(Some(Err(error))) => {
                    tracing::debug!(%error, "a body broke off");
                    Err(io::Error::other(BodyError::Cut))
                }
                Ok(Some(Ok(chunk))) => {
                    let came = chunk.len() as u64;
                    let before = progress.received.fetch_add(came, Ordering::Relaxed);
                    if before + came > limit {
                        return Err(io::Error::other(PastLimit));
                    }
                    Ok(Some((chunk, chunks)))
                }
            }
        }
    });
    Box::new(StreamReader::new(Box::pin(chunks)))
}

/// The body, and whether more of it was left unread. A body over the limit is an
/// error, unless `takes_the_beginning`.
pub(crate) async fn read_up_to(
    body: decode::Body,
    encodings: &[decode::Encoding],
    limit: u64,
    takes_the_beginning: bool,
) -> io::Result<(Bytes, bool)> {
    let mut body = decode::decode(body, encodings, limit).await?;
    let mut whole = BytesMut::new();
    loop {
        whole.reserve(16 * 1024);
        match body.read_buf(&mut whole).await {
            Ok(0) => return Ok((whole.freeze(), false)),
            Ok(_) => {}
            Err(error)
                if takes_the_beginning
                    && error
                        .get_ref()
                        .is_some_and(|inner| inner.downcast_ref::<PastLimit>().is_some()) =>
            {
                return Ok((whole.freeze(), true));
            }
            Err(error) => return Err(error),
        }
    }
}
