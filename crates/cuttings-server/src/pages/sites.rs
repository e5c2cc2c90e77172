//! `GET /settings/sites`: what single sites are shown in this user's name; giving
//! it and taking it back.
//!
//! Values go one way. No page holds one, not even the form that was refused.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use cuttings_library::site_access::{self, NewAccess, SiteAccessError};

use crate::app::App;
use crate::body::{FormBody, Query};
use crate::dates::moment;
use crate::error::HttpError;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

#[derive(Template)]
#[template(path = "sites.html")]
struct SitesPage {
    shell: Shell,
    sites: Vec<Line>,
    draft: Draft,
    /// Why what was sent was not kept.
    wrong: Option<String>,
    /// What the last change did.
    told: Option<&'static str>,
}

struct Line {
    site: String,
    subdomains: bool,
    plain_http: bool,
    names: String,
    changed: String,
    used: String,
    opens: bool,
}

/// What the form holds: everything but the secrets.
#[derive(Default)]
struct Draft {
    site: String,
    subdomains: bool,
    plain_http: bool,
    /// Whether something is there already, to be replaced.
    known: bool,
}

/// Query of the page: a site to give something new, and what the last change did.
#[derive(Default, serde::Deserialize)]
pub(crate) struct SitesQuery {
    site: Option<String>,
    done: Option<String>,
}

/// The form. Its texts are secrets, so it has no `Debug`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteForm {
    site: String,
    #[serde(default)]
    cookie: String,
    #[serde(default)]
    headers: String,
    #[serde(default)]
    subdomains: String,
    #[serde(default)]
    plain_http: String,
}

/// The form that takes something back.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemoveForm {
    site: String,
}

/// `GET /settings/sites`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    Query(query): Query<SitesQuery>,
) -> Result<Response, HttpError> {
    let told = match query.done.as_deref() {
        Some("given") => Some(ENGLISH.sites.given),
        Some("removed") => Some(ENGLISH.sites.removed),
        _ => None,
    };
    let draft = Draft {
        site: query.site.unwrap_or_default(),
        ..Draft::default()
    };
    page(&app, &caller, &here, draft, None, told).await
}

async fn page(
    app: &App,
    caller: &Caller,
    here: &Uri,
    mut draft: Draft,
    wrong: Option<String>,
    told: Option<&'static str>,
) -> Result<Response, HttpError> {
    let text = &ENGLISH.sites;
    let sites = site_access::list(&app.library, caller.user_id()).await?;
    if let Some(known) = sites.iter().find(|known| known.site == draft.site) {
        draft.known = true;
        if wrong.is_none() {
            draft.subdomains = known.subdomains;
            draft.plain_http = known.plain_http;
        }
    }
    let status = match wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    show(
        status,
        &SitesPage {
            shell: Shell::of(caller, text.title, Place::Settings, here),
            sites: sites
                .into_iter()
                .map(|given| Line {
                    names: given.names.join(", "),
                    changed: (text.changed)(&moment(given.changed_at_ms)),
                    used: match given.used_at_ms {
                        Some(at_ms) => (text.used)(&moment(at_ms)),
                        None => text.never_used.to_owned(),
                    },
                    opens: given.opens,
                    subdomains: given.subdomains,
                    plain_http: given.plain_http,
                    site: given.site,
                })
                .collect(),
            draft,
            wrong,
            told,
        },
    )
}

/// `POST /settings/sites`: gives a site something, instead of what it had.
pub(crate) async fn give(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    FormBody(form): FormBody<SiteForm>,
) -> Result<Response, HttpError> {
    let draft = Draft {
        site: form.site.clone(),
        subdomains: !form.subdomains.is_empty(),
        plain_http: !form.plain_http.is_empty(),
        known: false,
    };
    let mut headers = Vec::new();
    for (at, line) in form.headers.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let Some((name, value)) = line.split_once(':') else {
            let wrong = Some((ENGLISH.sites.line)(at + 1));
            return page(&app, &caller, &here, draft, wrong, None).await;
        };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let new = NewAccess {
        site: form.site,
        subdomains: draft.subdomains,
        plain_http: draft.plain_http,
        headers,
        cookie: form.cookie,
    };
    match site_access::give(&app.library, caller.user_id(), &new, app.own_host()).await {
        Ok(_) => Ok(Redirect::to("/settings/sites?done=given").into_response()),
        Err(SiteAccessError::Store(error)) => Err(error.into()),
        Err(error) => page(&app, &caller, &here, draft, Some(error.explain()), None).await,
    }
}

/// `POST /settings/sites/remove`.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    FormBody(form): FormBody<RemoveForm>,
) -> Result<Redirect, HttpError> {
    site_access::take_back(&app.library, caller.user_id(), &form.site).await?;
    Ok(Redirect::to("/settings/sites?done=removed"))
}
