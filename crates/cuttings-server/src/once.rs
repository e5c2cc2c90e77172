//! `Idempotency-Key`: a change of the API that is sent again is made once and
//! answered twice.
//!
//! [`crate::policy`] leads every change of the API that carries the header
//! through [`once`]. The change goes on when its client has hung up, so that the
//! answer is there when it comes back.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cuttings_library::once::{begin, end, under_key};
use cuttings_model::UserId;
use cuttings_store::{Begun, KeptAnswer, KeyedChange};
use tokio::time::{Instant, sleep};

use crate::app::App;
use crate::body::{MAX_JSON_BYTES, boundary};
use crate::error::HttpError;
use crate::policy::Answers;
use crate::problems;
use crate::session::Caller;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Says that an answer is one that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Longest key, in bytes.
const MAX_KEY_BYTES: usize = 200;

/// How long a second request waits for the answer of the first.
const WAIT: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);

/// Whether a request is to be made once only. One that sends a file is not read
/// whole for that; its handler calls [`once_for`] when it knows what it holds.
pub(crate) fn is_keyed(method: &Method, answers: Answers, headers: &HeaderMap) -> bool {
    answers == Answers::Api
        && method != Method::GET
        && method != Method::HEAD
        && headers.contains_key(KEY)
        && boundary(headers).is_none()
}

/// Makes a change under its key, or gives the answer it had.
pub(crate) async fn once(app: App, caller: Caller, request: Request, next: Next) -> Response {
    // A task of its own: the server drops what it does for a client that hangs
    // up, and a key that was begun and not ended would be in nobody's hands.
    let change = tokio::spawn(keyed(app, caller.user_id(), request, next));
    let answer = change
        .await
        .unwrap_or_else(|error| Err(HttpError::internal(&error)));
    answer.unwrap_or_else(IntoResponse::into_response)
}

async fn keyed(
    app: App,
    user_id: UserId,
    request: Request,
    next: Next,
) -> Result<Response, HttpError> {
    let key = key(request.headers())?;
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_JSON_BYTES)
        .await
        .map_err(|_| HttpError::too_large())?;
    let fingerprint = fingerprint(
        &parts.method,
        parts.uri.path_and_query().map_or("", |path| path.as_str()),
        &body,
    );
    let request = Request::from_parts(parts, Body::from(body));
    under(&app, user_id, &key, &fingerprint, next.run(request)).await
}

/// Makes a change that `fingerprint` describes: under its key if the request has
/// one, and to its end even if the client hangs up.
pub(crate) async fn once_for(
    app: App,
    user_id: UserId,
    headers: &HeaderMap,
    fingerprint: String,
    change: impl Future<Output = Result<Response, HttpError>> + Send + 'static,
) -> Result<Response, HttpError> {
    let key = headers
        .contains_key(KEY)
        .then(|| key(headers))
        .transpose()?;
    let made = tokio::spawn(async move {
        let change = async { change.await.unwrap_or_else(IntoResponse::into_response) };
        match key {
            Some(key) => under(&app, user_id, &key, &fingerprint, change).await,
            None => Ok(change.await),
        }
    });
    made.await
        .unwrap_or_else(|error| Err(HttpError::internal(&error)))
}

async fn under(
    app: &App,
    user_id: UserId,
    key: &str,
    fingerprint: &str,
    run: impl Future<Output = Response>,
) -> Result<Response, HttpError> {
    let until = Instant::now() + WAIT;
    let change = loop {
        match begin(&app.library, user_id, key, fingerprint).await? {
            Begun::Yours(change) => break change,
            Begun::Done(answer) => return again(&answer),
            Begun::Other => {
                return Err(HttpError::new(
                    problems::KEY_USED,
                    "This Idempotency-Key came before with another request. Use a new key for each change.",
                ));
            }
            Begun::UnderWay if Instant::now() >= until => {
                return Err(HttpError::under_way());
            }
            Begun::UnderWay => sleep(LOOK).await,
        }
    };
    make(app, &change, run).await
}

/// Makes the change and keeps its answer.
async fn make(
    app: &App,
    change: &KeyedChange,
    run: impl Future<Output = Response>,
) -> Result<Response, HttpError> {
    let (parts, body) = under_key(change.clone(), run).await.into_parts();
    let bytes: Bytes = to_bytes(body, usize::MAX)
        .await
        .map_err(|error| HttpError::internal(&error))?;
    let answer = parts.status.is_success().then(|| KeptAnswer {
        status: i64::from(parts.status.as_u16()),
        content_type: text(&parts.headers, &header::CONTENT_TYPE),
        location: text(&parts.headers, &header::LOCATION),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    });
    // The change is made, so its client is told so even if this fails.
    if let Err(error) = end(&app.library, change, answer.as_ref()).await {
        tracing::error!(cause = %error, "the answer to a change could not be kept");
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

/// A kept answer as a response.
fn again(answer: &KeptAnswer) -> Result<Response, HttpError> {
    let status = u16::try_from(answer.status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body.clone()).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    for (name, value) in [
        (header::CONTENT_TYPE, &answer.content_type),
        (header::LOCATION, &answer.location),
    ] {
        if let Some(value) = value {
            let value =
                HeaderValue::from_str(value).map_err(|error| HttpError::internal(&error))?;
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

fn key(headers: &HeaderMap) -> Result<String, HttpError> {
    let mut keys = headers.get_all(KEY).iter();
    let key = keys.next().and_then(|key| key.to_str().ok());
    key.filter(|key| (1..=MAX_KEY_BYTES).contains(&key.len()) && keys.next().is_none())
        .map(str::to_owned)
        .ok_or_else(|| {
            HttpError::bad_request(format!(
                "Idempotency-Key is one key of 1 to {MAX_KEY_BYTES} visible characters."
            ))
        })
}

fn fingerprint(method: &Method, path: &str, body: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [method.as_str().as_bytes(), path.as_bytes()] {
        hasher.update(part);
        hasher.update(&[0]);
    }
    hasher.update(body);
    hasher.finalize().to_hex().to_string()
}
