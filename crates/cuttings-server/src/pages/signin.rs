//! Signing in and out: `GET|POST /signin`, `POST /signout`.
//!
//! Signing in always begins a new session and ends the one the browser came
//! with, so a cookie planted before is worth nothing after.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use cuttings_library::accounts::{self, AccountError, SignedIn};

use crate::app::App;
use crate::body::{FormBody, Query};
use crate::error::HttpError;
use crate::origin::local_path;
use crate::session::{self, Caller};
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

#[derive(Template)]
#[template(path = "signin.html")]
struct SignInPage {
    shell: Shell,
    name: String,
    next: String,
    wrong: Option<String>,
}

/// Query of the sign-in page.
#[derive(serde::Deserialize)]
pub(crate) struct SignInQuery {
    #[serde(default)]
    next: String,
}

/// The sign-in form.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInForm {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// The form of signing out has no field of its own.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignOutForm {}

/// `GET /signin`. Who is signed in already goes on.
pub(crate) async fn form(
    caller: Result<Caller, HttpError>,
    Query(query): Query<SignInQuery>,
) -> Result<Response, HttpError> {
    let next = local_path(&query.next).unwrap_or_else(|| "/".to_owned());
    if caller.is_ok() {
        return Ok(Redirect::to(&next).into_response());
    }
    page(StatusCode::OK, String::new(), next, None)
}

/// `POST /signin`.
pub(crate) async fn sign_in(
    State(app): State<App>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    FormBody(form): FormBody<SignInForm>,
) -> Result<Response, HttpError> {
    let next = local_path(&form.next).unwrap_or_else(|| "/".to_owned());
    match accounts::sign_in(&app.library, &form.name, &form.password, client.ip()).await {
        Ok(opened) => {
            if let Some(old) = session::cookie(&app.settings, &headers) {
                accounts::sign_out(&app.library, old).await?;
            }
            Ok(signed_in(&app, &opened, &next))
        }
        Err(error) => {
            let Some(wrong) = what_to_say(&error) else {
                return Err(error.into());
            };
            let retry_after = match error {
                AccountError::SlowDown { seconds } => Some(seconds),
                _ => None,
            };
            let status = if retry_after.is_some() {
                StatusCode::TOO_MANY_REQUESTS
            } else {
                StatusCode::FORBIDDEN
            };
            let mut response = page(status, form.name, next, Some(wrong))?;
            if let Some(seconds) = retry_after {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, seconds.into());
            }
            Ok(response)
        }
    }
}

/// `POST /signout`. Ends the session on our side and in the browser.
pub(crate) async fn sign_out(
    State(app): State<App>,
    headers: HeaderMap,
    FormBody(SignOutForm {}): FormBody<SignOutForm>,
) -> Result<Response, HttpError> {
    if let Some(token) = session::cookie(&app.settings, &headers) {
        accounts::sign_out(&app.library, token).await?;
    }
    Ok((
        [(header::SET_COOKIE, session::clear_cookie(&app.settings))],
        Redirect::to("/signin"),
    )
        .into_response())
}

/// The answer that hands out the cookie of a new session.
pub(crate) fn signed_in(app: &App, opened: &SignedIn, next: &str) -> Response {
    let cookie = session::set_cookie(&app.settings, opened.session.reveal());
    ([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response()
}

/// What to tell the person about an account error; none when it is ours.
pub(crate) fn what_to_say(error: &AccountError) -> Option<String> {
    Some(match error {
        AccountError::WrongNameOrPassword => {
            "Name or password is wrong. Capital letters count in passwords.".to_owned()
        }
        AccountError::SlowDown { seconds: 1 } => {
            "That was wrong too often. Wait a second, then try again.".to_owned()
        }
        AccountError::SlowDown { seconds } => {
            format!("That was wrong too often. Wait {seconds} seconds, then try again.")
        }
        AccountError::Name(error) => sentence(&error.to_string()),
        AccountError::Password(error) => sentence(&error.to_string()),
        AccountError::NameTaken(_) => {
            "Somebody here has that name already. Choose another.".to_owned()
        }
        _ => return None,
    })
}

/// A message as a sentence: a capital in front, a stop behind.
pub(crate) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let stop = if message.ends_with(['.', '!', '?', ':']) {
        ""
    } else {
        "."
    };
    format!("{}{}{stop}", first.to_uppercase(), letters.as_str())
}

fn page(
    status: StatusCode,
    name: String,
    next: String,
    wrong: Option<String>,
) -> Result<Response, HttpError> {
    show(
        status,
        &SignInPage {
            shell: Shell::for_nobody(ENGLISH.frame.sign_in, Place::Elsewhere),
            name,
            next,
            wrong,
        },
    )
}
