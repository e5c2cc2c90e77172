//! What makes the pages an app on a device: `GET /manifest.webmanifest`, which
//! browsers install it by, and `GET /sw.js`, the service worker that answers
//! when there is no network.
//!
//! The worker is the files of `static/worker/` one behind the other, under a
//! few constants that only the server knows: which static files there are, a
//! version that changes with any of them, and the words it puts into pages.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::assets;
use crate::texts::ENGLISH;

const WORKER: &str = concat!(
    include_str!("../static/worker/memory.js"),
    include_str!("../static/worker/queue.js"),
    include_str!("../static/worker/keep.js"),
    include_str!("../static/worker/answer.js"),
);

static WORKER_WITH_CONSTANTS: LazyLock<String> = LazyLock::new(|| {
    let files = assets::addresses();
    let texts = json!({
        "copy": ENGLISH.offline.copy,
        "from": ENGLISH.offline.copy_from,
    });
    let mut hasher = blake3::Hasher::new();
    for part in files.iter().map(String::as_str).chain([WORKER]) {
        hasher.update(part.as_bytes());
    }
    let version = &hasher.finalize().to_hex()[..16];
    format!(
        "const FILES = {};\nconst VERSION = {};\nconst TEXTS = {texts};\n{WORKER}",
        json!(files),
        json!(version)
    )
});

/// `GET /sw.js`. Asked for anew each time, so that a new edition is seen.
pub(crate) async fn worker() -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        WORKER_WITH_CONSTANTS.as_str(),
    )
        .into_response()
}

/// `GET /manifest.webmanifest`. By `share_target` the app stands among those that
/// a page can be shared with; what comes there only fills in a form.
pub(crate) async fn manifest() -> Response {
    let icon = |name: &str, kind: &str, sizes: &str, purpose: &str| json!({"src": assets::address(name), "type": kind, "sizes": sizes, "purpose": purpose});
    let shortcut = |name: &str, url: &str| json!({"name": name, "url": url});
    let manifest = json!({
        "id": "/",
        "name": "Cuttings",
        "short_name": "Cuttings",
        "description": ENGLISH.offline.app_description,
        "lang": "en",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        // The paper of the pages by day; each page says its own colour.
        "background_color": "#fbf9f4",
        "theme_color": "#fbf9f4",
        "icons": [
            icon("favicon.svg", "image/svg+xml", "any", "any"),
            icon("icon-192.png", "image/png", "192x192", "any"),
            icon("icon-512.png", "image/png", "512x512", "any"),
            icon("icon-maskable-512.png", "image/png", "512x512", "maskable"),
        ],
        "share_target": {
            "action": "/share",
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": { "title": "title", "text": "text", "url": "url" },
        },
        "shortcuts": [
            shortcut(ENGLISH.frame.library, "/"),
            shortcut(ENGLISH.frame.search, "/search"),
            shortcut(ENGLISH.frame.highlights, "/highlights"),
            shortcut(ENGLISH.offline.title, "/offline"),
        ],
    });
    (
        [
            (header::CONTENT_TYPE, "application/manifest+json"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        manifest.to_string(),
    )
        .into_response()
}
