//! A form that sends files, read as it comes: nothing of it is in memory but a
//! few kilobytes.
//!
//! [`crate::api::sent`] reads pages from browsers by it. (Small forms of our own
//! pages are read whole, in [`crate::body`].)
//!
//! Everything is bounded: the whole, the number of parts, what stands above each,
//! fields of text, and how long the sender may be silent.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::header;
use futures_util::StreamExt as _;
use tokio::time::timeout;

use crate::body::boundary;
use crate::error::HttpError;
use crate::problems;

/// Most parts of a form.
const MAX_PARTS: usize = 100;
/// Most bytes that stand above a part.
const MAX_HEAD_BYTES: usize = 8 * 1024;
/// Largest field of text.
const MAX_TEXT_BYTES: usize = 64 * 1024;
/// Longest silence.
const MAX_SILENCE: Duration = Duration::from_secs(30);
/// How long a form that is too large is read on, so that its sender hears why.
const MAX_LINGER: Duration = Duration::from_secs(10);

/// A form in the course of arriving.
pub(crate) struct Form {
    body: BodyDataStream,
    /// What stands between two parts.
    edge: Vec<u8>,
    /// What has come and is not given out.
    buffer: Vec<u8>,
    /// How many more bytes may come.
    left: u64,
    limit: u64,
    parts: usize,
    in_part: bool,
}

/// What stands above a part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub name: String,
    pub content_type: Option<String>,
}

impl Form {
    /// Begins to read the body of a request, of at most `limit` bytes.
    pub async fn read(request: Request, limit: u64) -> Result<Self, HttpError> {
        let boundary = boundary(request.headers()).ok_or_else(|| {
            HttpError::new(
                problems::UNSUPPORTED_TYPE,
                "Send a form with a file: Content-Type multipart/form-data, with its boundary.",
            )
        })?;
        let announced: Option<u64> = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse().ok());
        let mut form = Self {
            body: Body::into_data_stream(request.into_body()),
            edge: format!("\r\n--{boundary}").into_bytes(),
            // So that the first edge looks like the others.
            buffer: b"\r\n".to_vec(),
            left: limit,
            limit,
            parts: 0,
            in_part: true,
        };
        if announced.is_some_and(|announced| announced > limit) {
            return Err(form.too_large().await);
        }
        Ok(form)
    }

    /// The next part; what is left of the one before is passed over.
    pub async fn next(&mut self) -> Result<Option<Part>, HttpError> {
        while self.in_part {
            self.chunk().await?;
        }
        while self.buffer.len() < 2 {
            self.fill().await?;
        }
        if self.buffer.starts_with(b"--") {
            return Ok(None);
        }
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(HttpError::bad_request(format!(
                "The form has more than {MAX_PARTS} parts."
            )));
        }
        let end = loop {
            let searched = self.buffer.len().min(MAX_HEAD_BYTES);
            if let Some(end) = memchr::memmem::find(&self.buffer[..searched], b"\r\n\r\n") {
                break end;
            }
            if self.buffer.len() >= MAX_HEAD_BYTES {
                return Err(HttpError::bad_request(
                    "A part of the form has a head that is too long.",
                ));
            }
            self.fill().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..end + 4);
        self.in_part = true;
        Ok(Some(part(&head)))
    }

    /// The next piece of the part; none when it is over.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        if !self.in_part {
            return Ok(None);
        }
        loop {
            let ready = match memchr::memmem::find(&self.buffer, &self.edge) {
                Some(0) => {
                    self.buffer.drain(..self.edge.len());
                    self.in_part = false;
                    return Ok(None);
                }
                Some(at) => at,
                None => self.buffer.len().saturating_sub(self.edge.len() - 1),
            };
            if ready > 0 {
                return Ok(Some(self.buffer.drain(..ready).collect::<Vec<u8>>().into()));
            }
            self.fill().await?;
        }
    }

    /// The whole part as text.
    pub async fn text(&mut self) -> Result<String, HttpError> {
        let mut text = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if text.len() + chunk.len() > MAX_TEXT_BYTES {
                return Err(HttpError::new(
                    problems::BAD_FIELD,
                    format!("A field of the form is longer than {MAX_TEXT_BYTES} bytes."),
                ));
            }
            text.extend_from_slice(&chunk);
        }
        String::from_utf8(text).map_err(|_| {
            HttpError::new(problems::BAD_FIELD, "A field of the form is no UTF-8 text.")
        })
    }

    async fn fill(&mut self) -> Result<(), HttpError> {
        let chunk = timeout(MAX_SILENCE, self.body.next()).await.map_err(|_| {
            HttpError::bad_request(format!(
                "Nothing came for {} seconds, so nothing was kept.",
                MAX_SILENCE.as_secs()
            ))
        })?;
        match chunk {
            Some(Ok(chunk)) => {
                let Some(left) = self.left.checked_sub(chunk.len() as u64) else {
                    return Err(self.too_large().await);
                };
                self.left = left;
                self.buffer.extend_from_slice(&chunk);
                Ok(())
            }
            Some(Err(_)) | None => Err(HttpError::bad_request(
                "The form was cut off before its end, so nothing was kept.",
            )),
        }
    }

    /// Reads on for a while and says that the form is too large. A sender that is
    /// still sending does not listen.
    async fn too_large(&mut self) -> HttpError {
        self.buffer = Vec::new();
        let mut more = self.limit;
        let rest = async {
            while let Some(Ok(chunk)) = self.body.next().await {
                let Some(left) = more.checked_sub(chunk.len() as u64) else {
                    break;
                };
                more = left;
            }
        };
        // It says the same when there was no time to read all.
        let _ = timeout(MAX_LINGER, rest).await;
        HttpError::new(
            problems::TOO_LARGE,
            format!(
                "The page is larger than the {} MB that this library takes. Whoever runs it can \
                 raise the setting upload_limit_mb.",
                self.limit / 1_000_000
            ),
        )
    }
}

/// Reads what stands above a part.
fn part(head: &str) -> Part {
    let field = |wanted: &str| {
        head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim()
                .eq_ignore_ascii_case(wanted)
                .then(|| value.trim().to_owned())
        })
    };
    Part {
        name: field("content-disposition")
            .and_then(|value| parameter(&value, "name"))
            .unwrap_or_default(),
        content_type: field("content-type"),
    }
}

/// A parameter of a header's value, such as `x` of `form-data; name="x"`.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (text, next) = match after.strip_prefix('"') {
            Some(quoted) => {
                let end = quoted.find('"')?;
                (&quoted[..end], quoted[end + 1..].split_once(';'))
            }
            None => match after.split_once(';') {
                Some((text, next)) => (text.trim(), Some(("", next))),
                None => (after.trim(), None),
            },
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(text.to_owned());
        }
        rest = next?.1;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn form(body: &[u8], step: usize) -> Request {
        let pieces: Vec<Result<Bytes, std::io::Error>> = body
            .chunks(step)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        Request::builder()
            .header("content-type", "multipart/form-data; boundary=xx")
            .body(Body::from_stream(stream::iter(pieces)))
            .unwrap()
    }

    async fn read(body: &[u8], step: usize) -> Result<Vec<(String, String)>, HttpError> {
        let mut form = Form::read(form(body, step), 1 << 20).await?;
        let mut parts = Vec::new();
        while let Some(part) = form.next().await? {
            parts.push((part.name, form.text().await?));
        }
        Ok(parts)
    }

    const BODY: &[u8] = b"before\r\n--xx\r\nContent-Disposition: form-data; name=\"file\"; \
        filename=\"a; name=b.html\"\r\nContent-Type: text/html\r\n\r\n<p>\r\n--x</p>\r\n--xx\r\n\
        content-disposition:form-data;name=url\r\n\r\nhttps://e.org/\r\n--xx\r\n\
        Content-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--xx--\r\n";

    #[tokio::test]
    async fn w11_parts_are_told_apart_however_they_come() {
        for step in 1..BODY.len() {
            let parts = read(BODY, step).await.unwrap();
            let parts: Vec<(&str, &str)> = parts
                .iter()
                .map(|(name, text)| (&**name, &**text))
                .collect();
            assert_eq!(
                parts,
                [
                    ("file", "<p>\r\n--x</p>"),
                    ("url", "https://e.org/"),
                    ("empty", "")
                ],
                "in steps of {step}"
            );
        }
    }

    #[tokio::test]
    async fn w11_what_is_cut_off_anywhere_is_refused() {
        let end = BODY.len() - 4;
        for cut in 0..end {
            assert!(read(&BODY[..cut], 7).await.is_err(), "cut at {cut}");
        }
    }

    #[tokio::test]
    async fn w11_many_parts_long_heads_and_long_fields_are_refused() {
        let many = "--xx\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n".repeat(10_000);
        let head = format!(
            "--xx\r\nContent-Disposition: form-data; name=\"{}",
            "n".repeat(900_000)
        );
        let field = format!("--xx\r\n\r\n\r\n{}\r\n--xx--", "n".repeat(900_000));
        for body in [many + "--xx--", head, field] {
            let error = read(body.as_bytes(), 4096).await.unwrap_err();
            assert!(error.status().is_client_error());
        }
    }

    #[tokio::test]
    async fn w03_a_form_over_its_limit_is_refused_with_a_sentence() {
        let body = vec![b'x'; 3 << 20];
        let error = read(&body, 4096).await.unwrap_err();
        assert_eq!(error.status().as_u16(), 413);
        assert!(error.to_string().contains("upload_limit_mb"), "{error}");
    }

    #[test]
    fn names_are_read_from_what_stands_above_a_part() {
        for (head, name) in [
            (
                "Content-Disposition: form-data; filename=\"x\"; name=\"a b\"",
                "a b",
            ),
            ("Content-Disposition: form-data; name=", ""),
            ("Content-Disposition: form-data; name=\"open", ""),
            ("Content-Disposition: form-data", ""),
            ("", ""),
        ] {
            assert_eq!(part(head).name, name, "{head}");
        }
    }
}
