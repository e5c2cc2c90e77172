//! Static files: style sheet, scripts, typefaces and icon, all in the binary.
//!
//! Templates name a file with `shell.asset`; `GET /static/{file}` and
//! `GET /favicon.svg` hand it out. An address carries a digest of the bytes
//! (`?v=`), so a browser may keep the file for good and still sees a new
//! edition at once.

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::error::HttpError;

/// One file, ready to be sent.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: Cow<'static, [u8]>,
    /// First 16 digits of the BLAKE3 digest of the bytes.
    version: String,
}

const STYLE: &str = concat!(
    include_str!("../static/tokens.css"),
    include_str!("../static/page.css"),
    // Before list.css, whose rules for narrow windows are about both.
    include_str!("../static/shelf.css"),
    include_str!("../static/list.css"),
    include_str!("../static/reader.css"),
    include_str!("../static/highlights.css"),
    include_str!("../static/feeds.css"),
    include_str!("../static/search.css"),
    include_str!("../static/compare.css"),
    include_str!("../static/offline.css"),
    include_str!("../static/save.css"),
    include_str!("../static/replay.css"),
    // Last: it gives what the others lay out its size for thumbs.
    include_str!("../static/touch.css"),
);

macro_rules! font {
    ($name:literal) => {
        Asset::new(
            $name,
            "font/woff2",
            Cow::Borrowed(include_bytes!(concat!("../static/fonts/", $name))),
        )
    };
}

macro_rules! icon {
    ($name:literal) => {
        Asset::new(
            $name,
            "image/png",
            Cow::Borrowed(include_bytes!(concat!("../static/icons/", $name))),
        )
    };
}

macro_rules! script {
    ($name:literal) => {
        Asset::new(
            $name,
            "text/javascript; charset=utf-8",
            Cow::Borrowed(include_bytes!(concat!("../static/", $name))),
        )
    };
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut assets = vec![
        font!("newsreader-latin.woff2"),
        font!("newsreader-latin-ext.woff2"),
        font!("newsreader-latin-italic.woff2"),
        font!("newsreader-latin-ext-italic.woff2"),
        font!("public-sans-latin.woff2"),
        font!("public-sans-latin-ext.woff2"),
        font!("atkinson-latin.woff2"),
        font!("atkinson-latin-ext.woff2"),
        font!("atkinson-latin-italic.woff2"),
        font!("atkinson-latin-ext-italic.woff2"),
        Asset::new(
            "favicon.svg",
            "image/svg+xml",
            Cow::Borrowed(include_bytes!("../static/favicon.svg")),
        ),
        icon!("icon-192.png"),
        icon!("icon-512.png"),
        icon!("icon-maskable-512.png"),
        icon!("icon-touch-180.png"),
        script!("device.js"),
        script!("choose.js"),
        script!("entries.js"),
        script!("compare.js"),
        script!("complete.js"),
        script!("names.js"),
        script!("keys.js"),
        script!("live.js"),
        script!("marked.js"),
        script!("looks.js"),
        script!("reader.js"),
        script!("save.js"),
        script!("footnotes.js"),
        script!("gallery.js"),
        script!("focus.js"),
        script!("aloud.js"),
        script!("words.js"),
    ];
    // The style sheet names typefaces by file; each gets its version here.
    let mut style = STYLE.to_owned();
    for font in &assets {
        style = style.replace(
            &format!("url(\"{}\")", font.name),
            &format!("url(\"{}\")", font.path()),
        );
    }
    // These name another script by file.
    for (name, text) in [
        ("offline.js", include_str!("../static/offline.js")),
        ("kept.js", include_str!("../static/kept.js")),
        ("keeping.js", include_str!("../static/keeping.js")),
        ("highlights.js", include_str!("../static/highlights.js")),
    ] {
        let device = assets.iter().find(|asset| asset.name == "device.js");
        let device = device.map(Asset::path).unwrap_or_default();
        assets.push(Asset::new(
            name,
            "text/javascript; charset=utf-8",
            Cow::Owned(text.replace("./device.js", &device).into_bytes()),
        ));
    }
    assets.push(Asset::new(
        "cuttings.css",
        "text/css; charset=utf-8",
        Cow::Owned(style.into_bytes()),
    ));
    assets
});

impl Asset {
    fn new(name: &'static str, content_type: &'static str, bytes: Cow<'static, [u8]>) -> Self {
        let version = blake3::hash(&bytes).to_hex()[..16].to_owned();
        Self {
            name,
            content_type,
            bytes,
            version,
        }
    }

    fn path(&self) -> String {
        format!("/static/{}?v={}", self.name, self.version)
    }

    fn answer(&self) -> Response {
        let body: Cow<'static, [u8]> = self.bytes.clone();
        (
            [
                (header::CONTENT_TYPE, self.content_type),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ],
            body,
        )
            .into_response()
    }
}

fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// `GET /static/{file}`.
pub(crate) async fn file(Path(name): Path<String>) -> Result<Response, HttpError> {
    find(&name)
        .map(Asset::answer)
        .ok_or_else(|| HttpError::not_found("There is no such file."))
}

/// `GET /favicon.svg`, for browsers that guess.
pub(crate) async fn favicon() -> Result<Response, HttpError> {
    file(Path("favicon.svg".to_owned())).await
}

/// The address of a static file, with its version, for templates.
///
/// # Panics
///
/// When there is no such file: a template names one that is not in the list.
pub(crate) fn address(name: &str) -> String {
    find(name)
        .unwrap_or_else(|| panic!("there is no static file {name}"))
        .path()
}

/// The addresses of all static files.
pub(crate) fn addresses() -> Vec<String> {
    ASSETS.iter().map(Asset::path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_typeface_the_style_names_is_there_with_its_version() {
        let style = String::from_utf8(find("cuttings.css").unwrap().bytes.to_vec()).unwrap();
        let named: Vec<&str> = style
            .split("url(\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert_eq!(named.len(), 10);
        for path in named {
            let (file, version) = path
                .trim_start_matches("/static/")
                .split_once("?v=")
                .unwrap_or_else(|| panic!("{path} has no version"));
            assert_eq!(find(file).unwrap().version, version);
        }
    }

    #[test]
    fn style_and_scripts_load_nothing_from_elsewhere() {
        for asset in ASSETS
            .iter()
            .filter(|asset| asset.content_type.starts_with("text/"))
        {
            let text = std::str::from_utf8(&asset.bytes).unwrap();
            assert!(!text.contains("://"), "{}", asset.name);
            assert!(!text.contains("@import"), "{}", asset.name);
        }
    }

    #[test]
    fn typefaces_stay_under_half_a_megabyte() {
        let fonts: usize = ASSETS
            .iter()
            .filter(|asset| asset.content_type == "font/woff2")
            .map(|asset| asset.bytes.len())
            .sum();
        assert!(fonts < 500_000, "{fonts} bytes");
    }
}
