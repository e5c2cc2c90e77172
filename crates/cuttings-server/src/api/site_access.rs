//! `/api/v1/site-access`: what single sites are shown in this user's name.
//!
//! Values go in and never come out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cuttings_library::site_access::{self, GivenAccess, NewAccess};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::body::{JsonBody, Query};
use crate::dates::rfc3339;
use crate::error::HttpError;
use crate::session::Caller;

#[derive(Serialize)]
struct AccessJson {
    site: String,
    subdomains: bool,
    plain_http: bool,
    header_names: Vec<String>,
    changed_at: String,
    used_at: Option<String>,
    opens: bool,
}

impl From<GivenAccess> for AccessJson {
    fn from(given: GivenAccess) -> Self {
        Self {
            site: given.site,
            subdomains: given.subdomains,
            plain_http: given.plain_http,
            header_names: given.names,
            changed_at: rfc3339(given.changed_at_ms),
            used_at: given.used_at_ms.map(rfc3339),
            opens: given.opens,
        }
    }
}

/// `GET /api/v1/site-access`.
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Response, HttpError> {
    let sites: Vec<AccessJson> = site_access::list(&app.library, caller.user_id())
        .await?
        .into_iter()
        .map(AccessJson::from)
        .collect();
    Ok(Json(json!({ "sites": sites })).into_response())
}

/// Body of what is given. It is secret, so it has no `Debug`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GiveJson {
    site: String,
    #[serde(default)]
    subdomains: bool,
    #[serde(default)]
    plain_http: bool,
    #[serde(default)]
    headers: Vec<HeaderJson>,
    #[serde(default)]
    cookie: String,
}

/// One header.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderJson {
    name: String,
    value: String,
}

/// `PUT /api/v1/site-access`.
pub(crate) async fn give(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<GiveJson>,
) -> Result<Response, HttpError> {
    let new = NewAccess {
        site: body.site,
        subdomains: body.subdomains,
        plain_http: body.plain_http,
        headers: body
            .headers
            .into_iter()
            .map(|header| (header.name, header.value))
            .collect(),
        cookie: body.cookie,
    };
    let given = site_access::give(&app.library, caller.user_id(), &new, app.own_host()).await?;
    Ok(Json(AccessJson::from(given)).into_response())
}

/// Query of a removal.
#[derive(Deserialize)]
pub(crate) struct SiteQuery {
    #[serde(default)]
    site: String,
}

/// `DELETE /api/v1/site-access?site=`.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SiteQuery>,
) -> Result<StatusCode, HttpError> {
    site_access::take_back(&app.library, caller.user_id(), &query.site).await?;
    Ok(StatusCode::NO_CONTENT)
}
