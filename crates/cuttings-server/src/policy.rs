//! Who may use which route. Every route is added through [`Routes::add`],
//! which takes a [`Policy`]; there is no other way to add one.
//!
//! One function, [`enforce`], stands in front of every handler and holds the
//! rules. The list of routes is kept beside the router, so that tests can walk
//! all of them.

use std::convert::Infallible;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use cuttings_library::{accounts, tickets};
use cuttings_model::Scope;

use crate::app::App;
use crate::error::HttpError;
use crate::once::{is_keyed, once};
use crate::session::{Caller, Credential, identify, not_signed_in};
use crate::texts::ENGLISH;
use crate::{body, origin, problems};

/// Largest form we read, in bytes: an address of the longest kind, every byte
/// percent-encoded, fits twice.
pub(crate) const MAX_FORM_BYTES: usize = 64 * 1024;

/// Names the user whose answer it is, by number.
const USER: HeaderName = HeaderName::from_static("cuttings-user");

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Anybody, at any time.
    Public,
    /// Anybody, while the library has no user.
    Setup,
    /// Anybody, once the library has a user.
    SignIn,
    /// Who holds a ticket for one capture, in the path. No cookie and no token
    /// is looked at. Nothing changes.
    Ticket,
    /// Who is signed in, or has a token. Nothing changes.
    Read,
    /// The same, with a token of scope save or full; with proof of origin when
    /// it is by cookie.
    Save,
    /// The same, with a token of scope full; with proof of origin when it is by
    /// cookie.
    Change,
}

/// What form a route's answers have, errors included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// A page for people.
    Page,
    /// JSON; errors as problem documents.
    Api,
    /// Saved bytes, in a sandbox.
    Bytes,
    /// A saved page as it looked and what belongs to it, in a sandbox.
    Replay,
}

impl Answers {
    /// The form for an address that may have no route.
    pub(crate) fn by_path(path: &str) -> Self {
        if path.starts_with("/api/") {
            Self::Api
        } else if path.starts_with("/replay/") {
            Self::Replay
        } else {
            Self::Page
        }
    }
}

/// One route.
#[derive(Debug, Clone)]
pub struct Route {
    /// Its method. Routes of GET answer HEAD too.
    pub method: Method,
    /// Its path, with parameters in braces.
    pub path: &'static str,
    /// The form of its answers.
    pub answers: Answers,
    /// Who may use it.
    pub policy: Policy,
}

/// A router in the making, and the list of what is in it.
pub(crate) struct Routes {
    app: App,
    router: Router<App>,
    list: Vec<Route>,
}

#[derive(Clone)]
struct Guard {
    app: App,
    answers: Answers,
    policy: Policy,
}

impl Routes {
    pub fn new(app: App) -> Self {
        Self {
            app,
            router: Router::new(),
            list: Vec::new(),
        }
    }

    /// Adds a route.
    ///
    /// # Panics
    ///
    /// When a GET route is given a policy for changes: GET changes nothing.
    pub fn add<H, T>(
        mut self,
        method: Method,
        path: &'static str,
        answers: Answers,
        policy: Policy,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let changes = matches!(policy, Policy::Save | Policy::Change);
        assert!(
            method != Method::GET || !changes,
            "GET {path} must not change anything"
        );
        let filter =
            MethodFilter::try_from(method.clone()).expect("only standard methods are routed");
        let guard = Guard {
            app: self.app.clone(),
            answers,
            policy,
        };
        let guarded: MethodRouter<App, Infallible> =
            on(filter, handler).route_layer(from_fn_with_state(guard, enforce));
        self.router = self.router.route(path, guarded);
        self.list.push(Route {
            method,
            path,
            answers,
            policy,
        });
        self
    }

    /// The router, and the list of its routes.
    pub fn finish(self) -> (Router<App>, Vec<Route>) {
        (self.router, self.list)
    }
}

/// Stands in front of every handler.
async fn enforce(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let mut response = match admit(&guard, request).await {
        Ok(request) => {
            let caller = request.extensions().get::<Caller>().cloned();
            match caller {
                Some(caller) => {
                    let user_id = caller.user_id();
                    let mut response =
                        if is_keyed(request.method(), guard.answers, request.headers()) {
                            once(guard.app.clone(), caller, request, next).await
                        } else {
                            next.run(request).await
                        };
                    // What a browser keeps for reading without a network, it
                    // keeps for one user; see static/worker/.
                    response
                        .headers_mut()
                        .insert(USER, HeaderValue::from(user_id.0));
                    response
                }
                None => next.run(request).await,
            }
        }
        Err(refusal) => refusal,
    };
    response.extensions_mut().insert(guard.answers);
    response
}

/// Lets a request through, with its [`Caller`] if it has one, or says why not.
async fn admit(guard: &Guard, mut request: Request) -> Result<Request, Response> {
    let refuse = IntoResponse::into_response;
    if guard.policy == Policy::Public {
        return Ok(request);
    }
    let app = &guard.app;
    if guard.policy == Policy::Ticket {
        let ticket = request.uri().path().split('/').nth(2).unwrap_or_default();
        let ticket = tickets::check(&app.library, ticket)
            .await
            .map_err(|cause| refuse(cause.into()))?
            .ok_or_else(|| refuse(HttpError::not_found(ENGLISH.replay.over)))?;
        request.extensions_mut().insert(ticket);
        return Ok(request);
    }
    let changes = request.method() != Method::GET && request.method() != Method::HEAD;
    if let Some(caller) = identify(app, request.headers(), guard.answers)
        .await
        .map_err(HttpError::into_response)?
    {
        match guard.policy {
            Policy::Setup => return Err(setup_is_closed(changes)),
            Policy::SignIn if changes && origin::is_foreign(app, request.headers()) => {
                return Err(refuse(no_proof()));
            }
            Policy::Public | Policy::Ticket | Policy::SignIn => {}
            Policy::Read => reaches(&caller, Scope::Read)?,
            Policy::Save => reaches(&caller, Scope::Save)?,
            Policy::Change => reaches(&caller, Scope::Full)?,
        }
        if matches!(guard.policy, Policy::Save | Policy::Change) {
            request = prove(app, &caller, request)
                .await
                .map_err(IntoResponse::into_response)?;
        }
        request.extensions_mut().insert(caller);
        return Ok(request);
    }

    let open = accounts::has_users(&app.library)
        .await
        .map_err(|cause| refuse(cause.into()))?;
    match (guard.policy, open) {
        (Policy::Setup, false) | (Policy::SignIn, true) => {
            if changes && origin::is_foreign(app, request.headers()) {
                return Err(refuse(no_proof()));
            }
            Ok(request)
        }
        (Policy::Setup, true) => Err(setup_is_closed(changes)),
        (_, false) if guard.answers == Answers::Page => Err(Redirect::to("/setup").into_response()),
        (_, false) => Err(refuse(HttpError::new(
            problems::NOT_SET_UP,
            "Open the library's page in a browser and choose a name and password, or run cuttings user add.",
        ))),
        (_, true) if guard.answers == Answers::Page && !changes => {
            let wanted = request
                .uri()
                .path_and_query()
                .map_or("/", |wanted| wanted.as_str());
            let next: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
            Err(Redirect::to(&format!("/signin?next={next}")).into_response())
        }
        (_, true) => Err(refuse(not_signed_in())),
    }
}

fn setup_is_closed(changes: bool) -> Response {
    if changes {
        setup_closed().into_response()
    } else {
        Redirect::to("/").into_response()
    }
}

/// The answer to whoever comes second to the first run.
pub(crate) fn setup_closed() -> HttpError {
    HttpError::new(
        problems::SETUP_CLOSED,
        "Somebody has opened this library already. Sign in; more users are added with cuttings user add.",
    )
}

fn no_proof() -> HttpError {
    HttpError::new(
        problems::NO_PROOF,
        "Load the page again and repeat what you did. If you came here from another site, that site tried to change your library; nothing was changed.",
    )
}

#[expect(clippy::result_large_err, reason = "a refusal is the answer itself")]
fn reaches(caller: &Caller, needed: Scope) -> Result<(), Response> {
    if caller.scope >= needed {
        return Ok(());
    }
    Err(HttpError::new(
        problems::SCOPE,
        format!(
            "This needs a token with the scope {}; the one you sent has {}.",
            needed.as_str(),
            caller.scope.as_str()
        ),
    )
    .into_response())
}

/// Checks that a change by cookie comes from a page of ours. Reads the body of
/// a form for its field `csrf` and puts it back.
async fn prove(app: &App, caller: &Caller, request: Request) -> Result<Request, HttpError> {
    let Credential::Cookie { csrf } = &caller.by else {
        return Ok(request);
    };
    if origin::is_foreign(app, request.headers())
        && !is_null_origin_over_http(app, request.headers())
    {
        return Err(no_proof());
    }
    if let Some(given) = request.headers().get("x-csrf-token") {
        return if given.to_str().is_ok_and(|given| csrf.matches(given)) {
            Ok(request)
        } else {
            Err(no_proof())
        };
    }
    let boundary = body::boundary(request.headers());
    if !is_form(request.headers()) && boundary.is_none() {
        return Err(no_proof());
    }
    let (parts, body) = request.into_parts();
    let limit = if boundary.is_some() {
        body::MAX_FILE_BYTES
    } else {
        MAX_FORM_BYTES
    };
    let body: Bytes = to_bytes(body, limit)
        .await
        .map_err(|_| HttpError::too_large())?;
    let proven = match boundary {
        Some(boundary) => body::part(&body, &boundary, "csrf")
            .and_then(|given| std::str::from_utf8(given).ok())
            .is_some_and(|given| csrf.matches(given)),
        None => form_urlencoded::parse(&body)
            .any(|(name, value)| name == "csrf" && csrf.matches(&value)),
    };
    if proven {
        Ok(Request::from_parts(parts, Body::from(body)))
    } else {
        Err(no_proof())
    }
}

/// Privacy settings make some browsers send `Origin: null` with our own forms.
/// Over plain http, where they do not tell the site either, the proof in the
/// form decides alone.
fn is_null_origin_over_http(app: &App, headers: &HeaderMap) -> bool {
    !app.settings.is_secure()
        && !headers.contains_key("sec-fetch-site")
        && headers
            .get(header::ORIGIN)
            .is_some_and(|origin| origin == "null")
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| {
            kind.to_ascii_lowercase()
                .starts_with("application/x-www-form-urlencoded")
        })
}
