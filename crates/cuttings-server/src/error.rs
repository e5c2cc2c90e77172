//! [`HttpError`]: every answer that is an error, for browsers and programs.
//!
//! Handlers return one; [`present`], outermost of all, turns it into a page, a
//! problem document (RFC 9457) or plain text, as the route answers. Errors
//! that axum makes by itself (404, 405) pass there too.
//!
//! A 5xx is logged here, once, and answers with a number, never with its cause.

use std::sync::atomic::{AtomicU64, Ordering};

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cuttings_library::LibraryError;
use cuttings_library::accounts::AccountError;
use cuttings_library::feeds::FeedError;
use cuttings_library::site_access::SiteAccessError;
use cuttings_store::StoreError;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::policy::Answers;
use crate::problems::{self, ProblemType};
use crate::session::identify;
use crate::shell::{Place, Shell};

/// An answer that is an error.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {detail}", .problem.title)]
pub(crate) struct HttpError {
    problem: &'static ProblemType,
    /// What happened this time and what to do next, in whole sentences.
    detail: String,
    /// More members of the problem document.
    members: Map<String, Value>,
    retry_after_seconds: Option<u64>,
    /// For the log only.
    cause: Option<String>,
}

impl HttpError {
    pub fn new(problem: &'static ProblemType, detail: impl Into<String>) -> Self {
        Self {
            problem,
            detail: detail.into(),
            members: Map::new(),
            retry_after_seconds: None,
            cause: None,
        }
    }

    /// Adds a member to the problem document.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    pub fn not_found(detail: &str) -> Self {
        Self::new(problems::NOT_FOUND, detail)
    }

    /// The answer for a number that names nothing of the caller's.
    pub fn nothing_here() -> Self {
        Self::not_found("There is no such thing in your library. It may have been deleted.")
    }

    /// The answer for an id that is not in the caller's library, whether or
    /// not it is in somebody else's.
    pub fn no_such_article() -> Self {
        Self::not_found("There is no such article in your library. It may have been deleted.")
    }

    /// The same for a highlight.
    pub fn no_such_highlight() -> Self {
        Self::not_found("There is no such highlight in your library. It may have been removed.")
    }

    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(problems::BAD_REQUEST, detail)
    }

    /// A failure of our own. `cause` goes to the log only.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        Self {
            cause: Some(chain(cause)),
            ..Self::new(
                problems::INTERNAL,
                "The server failed to do this. Nothing that was saved is lost; try again, and if it happens again look into the server's log.",
            )
        }
    }

    /// The database or the stored bytes are out of reach. `cause` goes to the
    /// log only.
    pub fn unavailable(cause: &(dyn std::error::Error + 'static)) -> Self {
        Self {
            cause: Some(chain(cause)),
            ..Self::new(
                problems::UNAVAILABLE,
                "The library's storage cannot be reached at the moment. Nothing that was saved is lost; try again in a little while.",
            )
        }
        .retry_after(5)
    }

    /// What an answer of this status means that nobody described further.
    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found("There is no such page. Check the address."),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(
                problems::METHOD_NOT_ALLOWED,
                "This address exists, but not for that method; the header Allow names those it takes.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(
                problems::UNSUPPORTED_TYPE,
                "Set the header Content-Type to what this address takes.",
            ),
            StatusCode::UNPROCESSABLE_ENTITY => {
                Self::new(problems::BAD_FIELD, "A field of the request is wrong.")
            }
            status if status.is_client_error() => {
                Self::bad_request("The request is not in the right form.")
            }
            status => Self {
                cause: Some(format!("a bare {status}")),
                ..Self::new(problems::INTERNAL, "The server failed to do this.")
            },
        }
    }

    /// The same change is being made by another request.
    pub fn under_way() -> Self {
        Self::new(
            problems::UNDER_WAY,
            "The same change was sent before and is not done yet. Send it again in a little while.",
        )
        .retry_after(30)
    }

    pub fn too_large() -> Self {
        Self::new(
            problems::TOO_LARGE,
            "The request is larger than this address takes: 2 MiB of JSON, 64 KiB of a form, or 4 MiB of a file.",
        )
    }

    pub fn status(&self) -> StatusCode {
        self.problem.status
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let mut response = self.problem.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for HttpError {
    fn from(error: StoreError) -> Self {
        if let StoreError::Query(query) = &error {
            Self::new(problems::BAD_QUERY, format!("{}.", query.message))
        } else if matches!(error, StoreError::TakenOver) {
            Self::under_way()
        } else if matches!(error, StoreError::Damaged { .. }) {
            tracing::error!(%error, "kept bytes are damaged; cuttings verify says which others are");
            Self::new(
                problems::DAMAGED,
                "What was kept here is damaged, so it is not given out. Run cuttings verify to see \
                 what can be done.",
            )
        } else if error.is_temporary() || error.is_disk_full() {
            Self::unavailable(&error)
        } else {
            Self::internal(&error)
        }
    }
}

impl From<LibraryError> for HttpError {
    fn from(error: LibraryError) -> Self {
        let code = error.code();
        match error {
            LibraryError::NoSuchArticle(_) => Self::no_such_article(),
            LibraryError::Address(_) => {
                Self::new(problems::BAD_ADDRESS, error.explain()).with("code", code)
            }
            LibraryError::NoSuchHighlight(_) => Self::no_such_highlight(),
            LibraryError::Upload(_)
            | LibraryError::NothingToShow(_)
            | LibraryError::Weeks
            | LibraryError::NotInText
            | LibraryError::Ambiguous(_)
            | LibraryError::TooLong { .. }
            | LibraryError::Tag(_)
            | LibraryError::TagTaken { .. }
            | LibraryError::FilterName
            | LibraryError::TooManyFilters
            | LibraryError::Field { .. } => {
                Self::new(problems::BAD_FIELD, error.explain()).with("code", code)
            }
            LibraryError::NoSuchTag
            | LibraryError::NoSuchCapture(_)
            | LibraryError::NoSuchFilter
            | LibraryError::NoTwin
            | LibraryError::NothingToUndo => Self::not_found(&error.explain()).with("code", code),
            LibraryError::Store(store) => store.into(),
            error => Self::internal(&error),
        }
    }
}

impl From<FeedError> for HttpError {
    fn from(error: FeedError) -> Self {
        let code = error.code().to_owned();
        let problem = match &error {
            FeedError::NoSuchFeed | FeedError::NoSuchEntry | FeedError::NoSuchRule => {
                return Self::not_found(&error.explain());
            }
            FeedError::Query(_) | FeedError::Words(_) => problems::BAD_QUERY,
            FeedError::Address(_) | FeedError::NoPage => problems::BAD_ADDRESS,
            FeedError::Unreadable(_) => problems::NO_FEED,
            FeedError::Save(_) | FeedError::Store(_) => {
                return match error {
                    FeedError::Save(error) => error.into(),
                    FeedError::Store(error) => error.into(),
                    error => Self::internal(&error),
                };
            }
            _ => problems::BAD_FIELD,
        };
        Self::new(problem, error.explain()).with("code", code)
    }
}

impl From<SiteAccessError> for HttpError {
    fn from(error: SiteAccessError) -> Self {
        let code = error.code();
        match error {
            SiteAccessError::NoSuchSite(_) => Self::not_found(&error.explain()),
            SiteAccessError::Key(_) => Self::internal(&error),
            SiteAccessError::Store(store) => store.into(),
            _ => Self::new(problems::BAD_FIELD, error.explain()).with("code", code),
        }
    }
}

impl From<AccountError> for HttpError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(store) => store.into(),
            error => Self::internal(&error),
        }
    }
}

/// An error and all its sources, in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        line.push_str(": ");
        line.push_str(&error.to_string());
        source = error.source();
    }
    line
}

/// Gives every error its final form.
pub(crate) async fn present(State(app): State<App>, request: Request, next: Next) -> Response {
    let by_path = Answers::by_path(request.uri().path());
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let cookies = cookies(request.headers());
    let mut response = next.run(request).await;
    let answers = response.extensions_mut().remove().unwrap_or(by_path);
    response.extensions_mut().insert(answers);

    let error = match response.extensions_mut().remove::<HttpError>() {
        Some(error) => error,
        None if is_bare_error(&response) => HttpError::of_status(response.status()),
        None => return response,
    };
    let number = error.status().is_server_error().then(failure_number);
    if let Some(number) = &number {
        tracing::error!(
            failure = number,
            %method,
            path = uri.path(),
            cause = error.cause.as_deref().unwrap_or_default(),
            "answered {}", error.status()
        );
    }
    let mut presented = match answers {
        Answers::Page => {
            // Forms of the page lead back here, where it can be asked for again.
            let here = if method == Method::GET {
                uri
            } else {
                Uri::from_static("/")
            };
            page(
                &error,
                number.as_deref(),
                shell(&app, &cookies, &error, &here).await,
            )
        }
        Answers::Api => document(&app, &error, number.as_deref()),
        Answers::Bytes | Answers::Replay => plain(&error),
    };
    *presented.status_mut() = error.status();
    let headers = presented.headers_mut();
    for name in [header::ALLOW, header::WWW_AUTHENTICATE] {
        if let Some(value) = response.headers().get(&name) {
            headers.insert(name, value.clone());
        }
    }
    if error.problem == problems::NOT_SIGNED_IN {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = error.retry_after_seconds {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    presented.extensions_mut().insert(answers);
    presented
}

/// Whether this is an error answer that nobody gave a page or a document.
fn is_bare_error(response: &Response) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error())
        && response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// An error as a page.
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    shell: Shell,
    status: u16,
    detail: &'a str,
    number: Option<&'a str>,
    problem: String,
}

/// What a request says about its session.
fn cookies(headers: &HeaderMap) -> HeaderMap {
    let mut cookies = HeaderMap::new();
    for cookie in headers.get_all(header::COOKIE) {
        cookies.append(header::COOKIE, cookie.clone());
    }
    cookies
}

/// The frame of the error's page: that of whoever is signed in. It says nothing
/// of where the error happened, so that it tells nothing of others.
async fn shell(app: &App, cookies: &HeaderMap, error: &HttpError, here: &Uri) -> Shell {
    match identify(app, cookies, Answers::Page).await {
        Ok(Some(caller)) => Shell::of(&caller, error.problem.title, Place::Elsewhere, here),
        Ok(None) => Shell::for_nobody(error.problem.title, Place::Elsewhere),
        Err(cause) => {
            // The database may be what failed; the page is for nobody then.
            tracing::warn!(%cause, "an error page does not know its reader");
            Shell::for_nobody(error.problem.title, Place::Elsewhere)
        }
    }
}

fn page(error: &HttpError, number: Option<&str>, shell: Shell) -> Response {
    let page = ErrorPage {
        shell,
        status: error.status().as_u16(),
        detail: &error.detail,
        number,
        problem: format!("/problems/{}", error.problem.name),
    };
    match page.render() {
        Ok(html) => axum::response::Html(html).into_response(),
        Err(cause) => {
            tracing::error!(%cause, "the error page could not be made");
            plain(error)
        }
    }
}

fn document(app: &App, error: &HttpError, number: Option<&str>) -> Response {
    let mut problem = error.members.clone();
    problem.insert(
        "type".to_owned(),
        json!(app.link(&format!("/problems/{}", error.problem.name))),
    );
    problem.insert("title".to_owned(), json!(error.problem.title));
    problem.insert("status".to_owned(), json!(error.status().as_u16()));
    problem.insert("detail".to_owned(), json!(error.detail));
    if let Some(number) = number {
        problem.insert(
            "instance".to_owned(),
            json!(format!("urn:cuttings:failure:{number}")),
        );
    }
    (
        [(header::CONTENT_TYPE, "application/problem+json")],
        Value::Object(problem).to_string(),
    )
        .into_response()
}

fn plain(error: &HttpError) -> Response {
    (
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        format!("{}. {}\n", error.problem.title, error.detail),
    )
        .into_response()
}

/// A number to find one failure by: ten hexadecimal digits, not guessable from
/// the one before and not repeated.
fn failure_number() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&cuttings_library::now_ms().to_le_bytes());
    hasher.update(&std::process::id().to_le_bytes());
    hasher.update(&COUNT.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    hasher.finalize().to_hex()[..10].to_owned()
}
