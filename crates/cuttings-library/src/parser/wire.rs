//! Requests and answers on a pipe: a frame is the length of a head, the length
//! of a body (four bytes each, little-endian), the head as JSON, and the body.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// The longest head that is believed. An extraction says most of a page's text
/// twice, and a page has 20 MiB at most.
const MAX_HEAD: usize = 256 << 20;
/// The longest body: a page or a picture, as large as it is fetched.
const MAX_BODY: usize = 64 << 20;

fn head_of(value: &impl Serialize) -> io::Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(io::Error::other)
}

fn lengths(head: usize, body: usize) -> io::Result<[u8; 8]> {
    let length = |bytes: usize| u32::try_from(bytes).map_err(io::Error::other);
    let mut both = [0; 8];
    both[..4].copy_from_slice(&length(head)?.to_le_bytes());
    both[4..].copy_from_slice(&length(body)?.to_le_bytes());
    Ok(both)
}

fn read_lengths(both: [u8; 8]) -> io::Result<(usize, usize)> {
    let [h0, h1, h2, h3, b0, b1, b2, b3] = both;
    let head = u32::from_le_bytes([h0, h1, h2, h3]) as usize;
    let body = u32::from_le_bytes([b0, b1, b2, b3]) as usize;
    if head > MAX_HEAD || body > MAX_BODY {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a frame is longer than any can be",
        ));
    }
    Ok((head, body))
}

/// Reads a frame; `None` where the pipe has ended.
pub(super) fn read<T: DeserializeOwned>(pipe: &mut impl Read) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut both = [0; 8];
    match pipe.read_exact(&mut both) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let (head, body) = read_lengths(both)?;
    let mut bytes = vec![0; head + body];
    pipe.read_exact(&mut bytes)?;
    let value = serde_json::from_slice(&bytes[..head]).map_err(io::Error::other)?;
    bytes.drain(..head);
    Ok(Some((value, bytes)))
}

/// Writes a frame.
pub(super) fn write(pipe: &mut impl Write, value: &impl Serialize, body: &[u8]) -> io::Result<()> {
    let head = head_of(value)?;
    pipe.write_all(&lengths(head.len(), body.len())?)?;
    pipe.write_all(&head)?;
    pipe.write_all(body)?;
    pipe.flush()
}

/// [`read`] for the side that does not stand still meanwhile. An end is an error.
pub(super) async fn receive<T: DeserializeOwned>(
    pipe: &mut (impl AsyncRead + Unpin),
) -> io::Result<(T, Vec<u8>)> {
    let mut both = [0; 8];
    pipe.read_exact(&mut both).await?;
    let (head, body) = read_lengths(both)?;
    let mut bytes = vec![0; head + body];
    pipe.read_exact(&mut bytes).await?;
    let value = serde_json::from_slice(&bytes[..head]).map_err(io::Error::other)?;
    bytes.drain(..head);
    Ok((value, bytes))
}

/// [`write`] for the side that does not stand still meanwhile.
pub(super) async fn send(
    pipe: &mut (impl AsyncWrite + Unpin),
    value: &impl Serialize,
    body: &[u8],
) -> io::Result<()> {
    let head = head_of(value)?;
    pipe.write_all(&lengths(head.len(), body.len())?).await?;
    pipe.write_all(&head).await?;
    pipe.write_all(body).await?;
    pipe.flush().await
}
