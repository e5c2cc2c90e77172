//! First run: `GET|POST /setup` asks for a name and password and opens the
//! library with them.
//!
//! There is no session to prove anything with yet, so the policy of these
//! routes goes by where the request comes from. Of two people who open the
//! library at once, one wins and the other is told so.

use askama::Template;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::Response;
use cuttings_library::accounts::{self, AccountError};
use std::net::SocketAddr;

use crate::app::App;
use crate::body::FormBody;
use crate::error::HttpError;
use crate::pages::signin::{signed_in, what_to_say};
use crate::policy::setup_closed;
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    shell: Shell,
    name: String,
    wrong: Option<String>,
}

/// The form of the first run.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupForm {
    name: String,
    password: String,
    password_again: String,
}

/// `GET /setup`.
pub(crate) async fn form() -> Result<Response, HttpError> {
    page(StatusCode::OK, String::new(), None)
}

/// `POST /setup`: makes the first user and signs them in.
pub(crate) async fn open(
    State(app): State<App>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    FormBody(form): FormBody<SetupForm>,
) -> Result<Response, HttpError> {
    if form.password != form.password_again {
        let wrong = ENGLISH.frame.passwords_differ.to_owned();
        return page(StatusCode::UNPROCESSABLE_ENTITY, form.name, Some(wrong));
    }
    match accounts::open_first(&app.library, &form.name, &form.password).await {
        Ok(_) => {}
        Err(AccountError::AlreadyOpen) => return Err(setup_closed()),
        Err(error) => {
            let wrong = what_to_say(&error).ok_or_else(|| HttpError::from(error))?;
            return page(StatusCode::UNPROCESSABLE_ENTITY, form.name, Some(wrong));
        }
    }
    let opened = accounts::sign_in(&app.library, &form.name, &form.password, client.ip()).await?;
    Ok(signed_in(&app, &opened, "/"))
}

fn page(status: StatusCode, name: String, wrong: Option<String>) -> Result<Response, HttpError> {
    show(
        status,
        &SetupPage {
            shell: Shell::for_nobody(ENGLISH.frame.open_title, Place::Elsewhere),
            name,
            wrong,
        },
    )
}
