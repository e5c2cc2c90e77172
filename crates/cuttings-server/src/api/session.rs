//! `GET /api/v1/session`: who is asking. A page that was kept on a device asks
//! before it sends what waited, because the session it was made for may be over.

use axum::Json;
use serde::Serialize;

use crate::session::Caller;

#[derive(Serialize)]
pub(crate) struct SessionJson {
    user: UserJson,
    /// What changes by cookie carry as `X-CSRF-Token`; empty for a token.
    csrf: String,
}

#[derive(Serialize)]
struct UserJson {
    id: i64,
    name: String,
}

/// `GET /api/v1/session`.
pub(crate) async fn session(caller: Caller) -> Json<SessionJson> {
    Json(SessionJson {
        csrf: caller.csrf(),
        user: UserJson {
            id: caller.user_id().0,
            name: caller.user.name,
        },
    })
}
