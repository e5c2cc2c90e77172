//! Bodies and queries of requests, read into types; what cannot be read is an
//! [`HttpError`] that names the part.
//!
//! Handlers take [`FormBody`], [`JsonBody`], [`Query`] and [`ArticlePath`].
//! The types behind them refuse unknown fields.

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use cuttings_model::{ArticleId, CaptureId, Digest, HighlightId, MAX_ID};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::app::App;
use crate::error::HttpError;
use crate::policy::MAX_FORM_BYTES;
use crate::problems;

/// Largest JSON body we read, in bytes.
pub(crate) const MAX_JSON_BYTES: usize = 2 * 1024 * 1024;

/// A form, without its field `csrf`, which [`crate::policy`] has checked.
pub(crate) struct FormBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for FormBody<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, _: &App) -> Result<Self, HttpError> {
        fields(&form_bytes(request).await?, "form").map(Self)
    }
}

async fn form_bytes(request: Request) -> Result<Bytes, HttpError> {
    if !has_type(&request, "application/x-www-form-urlencoded") {
        return Err(HttpError::new(
            problems::UNSUPPORTED_TYPE,
            "Send a form: Content-Type application/x-www-form-urlencoded.",
        ));
    }
    to_bytes(request.into_body(), MAX_FORM_BYTES)
        .await
        .map_err(|_| HttpError::too_large())
}

/// Largest file that a form may send along, in bytes.
pub(crate) const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;

/// The file that a form sends, in its field `file`. Empty when none was chosen.
pub(crate) struct FileBody(pub Vec<u8>);

impl FromRequest<App> for FileBody {
    type Rejection = HttpError;

    async fn from_request(request: Request, _: &App) -> Result<Self, HttpError> {
        let boundary = boundary(request.headers()).ok_or_else(|| {
            HttpError::new(
                problems::UNSUPPORTED_TYPE,
                "Send a form with a file: Content-Type multipart/form-data.",
            )
        })?;
        let body = to_bytes(request.into_body(), MAX_FILE_BYTES)
            .await
            .map_err(|_| HttpError::too_large())?;
        Ok(Self(
            part(&body, &boundary, "file")
                .map(<[u8]>::to_vec)
                .unwrap_or_default(),
        ))
    }
}

/// What stands between the parts of a form that sends files.
pub(crate) fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let (kind, parameters) = kind.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("boundary")
            .then(|| value.trim().trim_matches('"').to_owned())
    })?;
    // RFC 2046 allows no more.
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

/// The part called `name` of a form that sends files.
pub(crate) fn part<'b>(body: &'b [u8], boundary: &str, name: &str) -> Option<&'b [u8]> {
    let edge = format!("--{boundary}");
    let wanted = format!("name=\"{name}\"");
    let mut rest = &body[find(body, edge.as_bytes())? + edge.len()..];
    loop {
        rest = rest.strip_prefix(b"\r\n")?;
        let head_end = find(rest, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&rest[..head_end]);
        let content = &rest[head_end + 4..];
        let end = find(content, format!("\r\n{edge}").as_bytes())?;
        let is_wanted = head.lines().any(|line| {
            line.to_ascii_lowercase()
                .starts_with("content-disposition:")
                && line.split(';').any(|parameter| parameter.trim() == wanted)
        });
        if is_wanted {
            return Some(&content[..end]);
        }
        rest = &content[end + 2 + edge.len()..];
    }
}

fn find(within: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(within, wanted)
}

/// The query of an address.
pub(crate) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, HttpError> {
        fields(parts.uri.query().unwrap_or_default().as_bytes(), "address").map(Self)
    }
}

/// The query of an address pair by pair, where a name may come several times.
pub(crate) struct QueryPairs(pub Vec<(String, String)>);

impl FromRequestParts<App> for QueryPairs {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, HttpError> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(pairs(query.as_bytes())))
    }
}

/// A form pair by pair, where a name may come several times; without `csrf`.
pub(crate) struct FormPairs(pub Vec<(String, String)>);

impl FormPairs {
    /// The first value of a name; empty when there is none.
    pub fn value(&self, wanted: &str) -> &str {
        self.0
            .iter()
            .find(|(name, _)| name == wanted)
            .map_or("", |(_, value)| value)
    }
}

impl FromRequest<App> for FormPairs {
    type Rejection = HttpError;

    async fn from_request(request: Request, _: &App) -> Result<Self, HttpError> {
        form_bytes(request).await.map(|body| Self(pairs(&body)))
    }
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text)
        .filter(|(name, _)| name != "csrf")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// Reads `name=value` pairs into a type whose fields are all strings.
fn fields<T: DeserializeOwned>(pairs: &[u8], whole: &str) -> Result<T, HttpError> {
    let mut map = Map::new();
    for (name, value) in form_urlencoded::parse(pairs) {
        if name == "csrf" {
            continue;
        }
        if map
            .insert(name.clone().into_owned(), Value::String(value.into_owned()))
            .is_some()
        {
            return Err(HttpError::new(
                problems::BAD_FIELD,
                format!("The {whole} holds “{name}” twice."),
            ));
        }
    }
    serde_json::from_value(Value::Object(map)).map_err(|error| {
        HttpError::new(
            problems::BAD_FIELD,
            format!("The {whole} cannot be read: {error}."),
        )
    })
}

/// A JSON body.
pub(crate) struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, _: &App) -> Result<Self, HttpError> {
        if !has_type(&request, "application/json") {
            return Err(HttpError::new(
                problems::UNSUPPORTED_TYPE,
                "Send JSON: Content-Type application/json.",
            ));
        }
        let body: Bytes = to_bytes(request.into_body(), MAX_JSON_BYTES)
            .await
            .map_err(|_| HttpError::too_large())?;
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            if error.is_data() {
                HttpError::new(
                    problems::BAD_FIELD,
                    format!("The body cannot be taken: {error}."),
                )
            } else {
                HttpError::bad_request(format!("The body is not JSON: {error}."))
            }
        })
    }
}

fn has_type(request: &Request, wanted: &str) -> bool {
    request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wanted))
}

/// The `{id}` of an article in a path.
pub(crate) struct ArticlePath(pub ArticleId);

impl FromRequestParts<App> for ArticlePath {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, HttpError> {
        number(&path_parameter(parts, app, "id").await?).map(|id| Self(ArticleId(id)))
    }
}

/// The number of something else in a path, which is its one parameter.
pub(crate) struct NumberPath(pub i64);

impl FromRequestParts<App> for NumberPath {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, HttpError> {
        let parameters = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| HttpError::nothing_here())?;
        parameters
            .iter()
            .next()
            .and_then(|(_, value)| number(value).ok())
            .map(Self)
            .ok_or_else(HttpError::nothing_here)
    }
}

/// The `{id}` of a highlight in a path.
pub(crate) struct HighlightPath(pub HighlightId);

impl FromRequestParts<App> for HighlightPath {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, HttpError> {
        number(&path_parameter(parts, app, "id").await?)
            .map(|id| Self(HighlightId(id)))
            .map_err(|_| HttpError::no_such_highlight())
    }
}

/// The `{id}` of an article and the `{capture}` of a capture in a path.
pub(crate) struct CapturePath(pub ArticleId, pub CaptureId);

impl FromRequestParts<App> for CapturePath {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, HttpError> {
        let ArticlePath(article) = ArticlePath::from_request_parts(parts, app).await?;
        let capture = number(&path_parameter(parts, app, "capture").await?)?;
        Ok(Self(article, CaptureId(capture)))
    }
}

/// The number of a capture in the query of an address; none when it is left out.
///
/// # Errors
///
/// 404 for what is no number, as for one that is not there.
pub(crate) fn capture_number(typed: Option<&str>) -> Result<Option<CaptureId>, HttpError> {
    typed.map(|typed| number(typed).map(CaptureId)).transpose()
}

/// The `{id}` of an article and the `{digest}` of a picture in a path.
pub(crate) struct PicturePath(pub ArticleId, pub Digest);

impl FromRequestParts<App> for PicturePath {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, HttpError> {
        let ArticlePath(article) = ArticlePath::from_request_parts(parts, app).await?;
        let digest = path_parameter(parts, app, "digest").await?;
        let digest = Digest::parse(&digest).map_err(|_| HttpError::no_such_article())?;
        Ok(Self(article, digest))
    }
}

async fn path_parameter(parts: &mut Parts, app: &App, name: &str) -> Result<String, HttpError> {
    let parameters = RawPathParams::from_request_parts(parts, app)
        .await
        .map_err(|_| HttpError::no_such_article())?;
    parameters
        .iter()
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.to_owned())
        .ok_or_else(HttpError::no_such_article)
}

/// A number an id may have: plain digits, 1 to 2^31 - 1. Anything else names
/// nothing, just as an unknown number does.
fn number(text: &str) -> Result<i64, HttpError> {
    Some(text)
        .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .filter(|number| (1..=MAX_ID).contains(number))
        .ok_or_else(HttpError::no_such_article)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Typed {
        url: String,
    }

    #[test]
    fn w02_unknown_and_repeated_fields_are_refused() {
        assert_eq!(
            fields::<Typed>(b"csrf=x&url=a%20b", "form").unwrap().url,
            "a b"
        );
        for pairs in ["url=a&user_id=2", "url=a&url=b", "", "role=admin"] {
            let error = fields::<Typed>(pairs.as_bytes(), "form").unwrap_err();
            assert_eq!(error.status().as_u16(), 422, "{pairs}");
        }
    }

    #[test]
    fn the_parts_of_a_form_with_a_file_are_told_apart() {
        let body = b"--xx\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n\
            --xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"name=\"\r\n\
            Content-Type: text/xml\r\n\r\n<a>\r\n--x</a>\r\n--xx--\r\n";
        assert_eq!(part(body, "xx", "csrf"), Some(&b"abc"[..]));
        assert_eq!(part(body, "xx", "file"), Some(&b"<a>\r\n--x</a>"[..]));
        assert_eq!(part(body, "xx", "other"), None);
        assert_eq!(part(&body[..90], "xx", "file"), None);
        assert_eq!(part(b"", "xx", "file"), None);
        let typed = |kind: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            boundary(&headers)
        };
        assert_eq!(
            typed("multipart/form-data; boundary=\"xx\"").as_deref(),
            Some("xx")
        );
        assert_eq!(typed("multipart/form-data"), None);
        assert_eq!(typed("multipart/mixed; boundary=xx"), None);
    }

    #[test]
    fn ids_are_plain_numbers_below_two_to_the_31() {
        assert_eq!(number("7").unwrap(), 7);
        for text in [
            "0",
            "-1",
            "+1",
            "2147483648",
            "99999999999999999999",
            "1.0",
            "",
            "x",
            "٣",
        ] {
            assert!(number(text).is_err(), "{text}");
        }
    }
}
