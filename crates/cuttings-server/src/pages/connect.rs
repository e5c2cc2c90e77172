//! Other programs and this library: `GET /connect`, with the bookmarklet,
//! what to tell SingleFile and a phone, and the app tokens they need;
//! `POST /connect/tokens` makes one, `POST /connect/tokens/{token}/revoke` ends
//! one.
//!
//! A token is shown once, in the answer to the form that made it: nowhere else is
//! it to be had again.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Redirect, Response};
use cuttings_library::accounts;
use cuttings_model::Scope;
use url::Url;

use crate::api::sent;
use crate::app::App;
use crate::body::{FormBody, NumberPath};
use crate::dates;
use crate::error::HttpError;
use crate::problems;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

/// Longest name of a token, in characters.
const MAX_NAME_CHARS: usize = 60;

#[derive(Template)]
#[template(path = "connect.html")]
struct ConnectPage {
    shell: Shell,
    /// Where the library is, as the extension is told it.
    address: String,
    /// Where SingleFile sends pages, and what it calls the parts of its form.
    singlefile: String,
    /// The same, to keep each version that is sent.
    singlefile_again: String,
    archive_field: &'static str,
    url_field: &'static str,
    /// Where an address is saved by a program.
    articles: String,
    bookmarklet: String,
    upload_mb: u64,
    /// A token that was just made.
    made: Option<Made>,
    tokens: Vec<TokenLine>,
}

struct Made {
    name: String,
    secret: String,
}

struct TokenLine {
    id: i64,
    name: String,
    scope: &'static str,
    made_on: String,
    used_on: Option<String>,
}

/// The form that makes a token.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenForm {
    name: String,
    scope: String,
}

/// The form that revokes one has no field of its own.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevokeForm {}

/// `GET /connect`.
pub(crate) async fn page(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    OriginalUri(here): OriginalUri,
) -> Result<Response, HttpError> {
    connect(&app, &caller, &headers, &here, None).await
}

/// `POST /connect/tokens`.
pub(crate) async fn make(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    FormBody(form): FormBody<TokenForm>,
) -> Result<Response, HttpError> {
    let name = form.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
        return Err(HttpError::new(
            problems::BAD_FIELD,
            format!(
                "A token needs a name of at most {MAX_NAME_CHARS} characters, by which you know it again."
            ),
        ));
    }
    let scope = Scope::parse(&form.scope).ok_or_else(|| {
        HttpError::new(
            problems::BAD_FIELD,
            "A token may read, save, or do everything.",
        )
    })?;
    let (token, secret) = accounts::add_token(&app.library, caller.user_id(), &name, scope).await?;
    let made = Made {
        name: token.name,
        secret: secret.reveal().to_owned(),
    };
    connect(
        &app,
        &caller,
        &headers,
        &Uri::from_static("/connect"),
        Some(made),
    )
    .await
}

/// `POST /connect/tokens/{token}/revoke`.
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
    FormBody(RevokeForm {}): FormBody<RevokeForm>,
) -> Result<Redirect, HttpError> {
    if accounts::revoke_token(&app.library, caller.user_id(), id).await? {
        Ok(Redirect::to("/connect#tokens"))
    } else {
        Err(HttpError::nothing_here())
    }
}

async fn connect(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    here: &Uri,
    made: Option<Made>,
) -> Result<Response, HttpError> {
    let site = site(app, headers);
    let tokens = app.library.store.tokens(caller.user_id()).await?;
    let text = &ENGLISH.connect;
    show(
        StatusCode::OK,
        &ConnectPage {
            shell: Shell::of(caller, text.title, Place::Settings, here),
            bookmarklet: bookmarklet(&site),
            singlefile: format!("{site}/api/v1/singlefile"),
            singlefile_again: format!("{site}/api/v1/singlefile?ifexists=append"),
            archive_field: sent::FILE,
            url_field: sent::URL,
            articles: format!("{site}/api/v1/articles"),
            address: site,
            upload_mb: app.settings.upload_limit_bytes / 1_000_000,
            made,
            tokens: tokens
                .into_iter()
                .map(|token| TokenLine {
                    id: token.id,
                    name: token.name,
                    scope: match token.scope {
                        Scope::Read => text.scope_read,
                        Scope::Save => text.scope_save,
                        Scope::Full => text.scope_full,
                    },
                    made_on: dates::day(token.created_at_ms).text,
                    used_on: token.seen_at_ms.map(|at| dates::day(at).text),
                })
                .collect(),
        },
    )
}

/// The address of this library: the one that is set, else the one the reader has
/// opened. It is printed for that reader alone and nothing is led there.
fn site(app: &App, headers: &HeaderMap) -> String {
    let named = || {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        let url = Url::parse(&format!("http://{host}/")).ok()?;
        (url.path() == "/").then(|| url.origin().ascii_serialization())
    };
    match &app.settings.public_url {
        Some(public) => public.as_str().trim_end_matches('/').to_owned(),
        None => named().unwrap_or_default(),
    }
}

/// A bookmark that opens the form for the page it is pressed on. In a window of
/// its own, or in the same one where the browser opens none.
fn bookmarklet(site: &str) -> String {
    format!(
        "javascript:(()=>{{const e=encodeURIComponent,u='{site}/save?url='+e(location.href)\
         +'&title='+e(document.title)+'&text='+e(String(getSelection()).slice(0,2000));\
         if(!open(u,'_blank','popup,width=520,height=640'))location.href=u}})()"
    )
}
