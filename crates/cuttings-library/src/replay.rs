//! A kept page as it looked: from kept bytes only.
//!
//! The server calls [`page`] for the page, and [`resource`] for each style
//! sheet, font and picture in it. Both are rewritten when they are looked at, in
//! the process that reads what strangers wrote: what is kept stays as it came.
//!
//! An address that is kept becomes `resource?url=…`, relative to the page. So
//! the rewritten page knows neither where it is served nor to whom.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::Path;

use bytes::Bytes;
use cuttings_formats::sent_page::{Purpose, SentPageError};
use cuttings_model::{
    ArticleId, Capture, CaptureId, Digest, Picture, PictureRole, ResourceKind, UserId,
};
use cuttings_replay::{Letters, style};
use cuttings_store::StoreError;
use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded};

use crate::parser::ParseFailure;
use crate::sent::{self, Inside};
use crate::{Library, resources};

/// Of a picture or font that may be had at several addresses, how many are
/// looked for.
const MAX_TRIES: usize = 3;
/// Most addresses that are noted of a page or a style sheet. Far more than are
/// ever fetched, so that what is left out can be counted.
const MAX_NOTED: usize = 50_000;

/// What a page or style sheet looks like with.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Needs {
    /// In the order they are named, each once.
    pub addresses: Vec<Wanted>,
    /// What the page is written in.
    pub letters: Letters,
}

/// Something a page looks like with.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// What it is used as.
    pub kind: ResourceKind,
    /// Where it may be had, best first; never empty.
    pub addresses: Vec<Url>,
}

/// What a page lost on the way into a replay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// Scripts taken out.
    pub scripts: usize,
    /// Frames and embedded things taken out.
    pub frames: usize,
    /// Style sheets, fonts and pictures that are not kept.
    pub not_found: usize,
}

/// The answer while addresses are only noted: what is written then is not used.
const TAKEN: Option<String> = Some(String::new());

/// Finds what a page looks like with.
pub(crate) fn page_needs(text: &str, base: &Url) -> Needs {
    let mut noted = Noted::default();
    cuttings_replay::page(text, base, &mut |kind, urls| {
        noted.note(kind, urls);
        TAKEN
    });
    Needs {
        addresses: noted.addresses,
        letters: Letters::of(text),
    }
}

/// Finds what a style sheet names.
pub(crate) fn sheet_needs(css: &str, base: &Url, letters: &Letters) -> Needs {
    let mut noted = Noted::default();
    style::sheet(css, base, Some(letters), &mut |kind, urls| {
        noted.note(kind, urls);
        TAKEN
    });
    Needs {
        addresses: noted.addresses,
        letters: Letters::default(),
    }
}

#[derive(Default)]
struct Noted {
    addresses: Vec<Wanted>,
    seen: HashSet<String>,
}

impl Noted {
    fn note(&mut self, kind: ResourceKind, urls: &[Url]) {
        if self.addresses.len() < MAX_NOTED && self.seen.insert(urls[0].to_string()) {
            self.addresses.push(Wanted {
                kind,
                addresses: urls.iter().take(MAX_TRIES).cloned().collect(),
            });
        }
    }
}

/// Finds what is kept, for `cuttings_replay`.
pub(crate) fn from_kept(
    kept: &HashSet<String>,
) -> impl FnMut(ResourceKind, &[Url]) -> Option<String> {
    |_, urls| {
        let found = urls.iter().find(|url| kept.contains(url.as_str()))?;
        let url: String = form_urlencoded::byte_serialize(found.as_str().as_bytes()).collect();
        Some(format!("resource?url={url}"))
    }
}

/// Why a kept page cannot be shown as it looked.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no such capture, or no page was kept of it.
    #[error("there is nothing to show")]
    Nothing,
    /// The page could not be read.
    #[error(transparent)]
    Parse(#[from] ParseFailure),
    /// What a browser sent could not be opened.
    #[error(transparent)]
    Sent(#[from] SentPageError),
    /// The database or the bytes.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A page or a resource as it is sent.
#[derive(Debug)]
pub struct Replayed {
    /// The bytes.
    pub body: Bytes,
    /// Their type, from a list of our own; none when a browser is not to show
    /// them.
    pub content_type: Option<&'static str>,
}

/// Whether a capture can be shown as a page: one was kept, and is said to be one.
pub fn is_shown(capture: &Capture) -> bool {
    let kind = capture.content_type.as_deref().unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let may_be_page = kind.is_empty()
        || kind.to_ascii_lowercase().contains("html")
        || ["text/plain", "application/octet-stream"]
            .iter()
            .any(|vague| vague.eq_ignore_ascii_case(kind));
    capture.body.is_some() && may_be_page
}

/// A kept page as it looked, and what it lost.
///
/// # Errors
///
/// [`ReplayError`].
pub async fn page(
    library: &Library,
    user_id: UserId,
    article_id: ArticleId,
    capture_id: CaptureId,
) -> Result<(Lost, Bytes), ReplayError> {
    let capture = capture(library, user_id, article_id, capture_id).await?;
    let base = base_of(&capture)?;
    let mut kept = kept(library, user_id, article_id, capture_id).await?;
    let (body, inside) = opened(library, &capture, &base).await?;
    kept.extend(inside.iter().flat_map(Inside::addresses).map(str::to_owned));
    Ok(library
        .parser
        .replay_page(body, capture.content_type, base, kept)
        .await?)
}

/// The page of a capture, and what a browser sent inside it.
pub(crate) async fn opened(
    library: &Library,
    capture: &Capture,
    base: &Url,
) -> Result<(Bytes, Option<Inside>), ReplayError> {
    let digest = capture.body.ok_or(ReplayError::Nothing)?;
    if !capture.origin.is_from_browser() {
        return Ok((library.store.blobs().get(&digest).await?, None));
    }
    let (html, inside) = sent::open(library, &digest, base, Purpose::Replay).await??;
    Ok((html, Some(inside)))
}

/// A style sheet, font or picture that the page of a capture names by `url`.
///
/// # Errors
///
/// [`ReplayError`].
pub async fn resource(
    library: &Library,
    user_id: UserId,
    article_id: ArticleId,
    capture_id: CaptureId,
    url: &str,
) -> Result<Replayed, ReplayError> {
    let store = &library.store;
    let found = store
        .resource(user_id, capture_id, url)
        .await?
        .and_then(|resource| Some((resource.digest?, resource)));
    let Some((digest, resource)) = found else {
        let picture = pictures(library, user_id, article_id, capture_id)
            .await?
            .into_iter()
            .find(|picture| picture.url == url);
        let Some(picture) = picture else {
            return from_inside(library, user_id, article_id, capture_id, url).await;
        };
        return Ok(Replayed {
            body: store.blobs().get(&picture.digest).await?,
            content_type: shown_as(&picture.content_type),
        });
    };
    let body = store.blobs().get(&digest).await?;
    if resource.kind != ResourceKind::Style {
        return Ok(Replayed {
            body,
            content_type: resource.content_type.as_deref().and_then(shown_as),
        });
    }
    let base = resource.final_url.as_deref().unwrap_or(&resource.url);
    let base = Url::parse(base).map_err(|_| ReplayError::Nothing)?;
    let kept = kept(library, user_id, article_id, capture_id).await?;
    let css = library
        .parser
        .replay_sheet(body, resource.content_type, base, kept)
        .await?;
    Ok(Replayed {
        body: css,
        content_type: Some(STYLE),
    })
}

/// What a browser sent inside a page.
async fn from_inside(
    library: &Library,
    user_id: UserId,
    article_id: ArticleId,
    capture_id: CaptureId,
    url: &str,
) -> Result<Replayed, ReplayError> {
    let capture = capture(library, user_id, article_id, capture_id).await?;
    let digest = capture.body.ok_or(ReplayError::Nothing)?;
    if !capture.origin.is_from_browser() {
        return Err(ReplayError::Nothing);
    }
    let page = base_of(&capture)?;
    let inside = sent::shown(library, &digest, &page).await??;
    let body = inside.bytes_at(url).await.ok_or(ReplayError::Nothing)?;
    let base = Url::parse(url).map_err(|_| ReplayError::Nothing)?;
    let is_style = Path::new(base.path()).extension() == Some(OsStr::new("css"));
    if !is_style {
        let content_type = resources::type_of(&body).and_then(shown_as);
        return Ok(Replayed { body, content_type });
    }
    let mut kept = kept(library, user_id, article_id, capture_id).await?;
    kept.extend(inside.addresses().map(str::to_owned));
    let css = library.parser.replay_sheet(body, None, base, kept).await?;
    Ok(Replayed {
        body: css,
        content_type: Some(STYLE),
    })
}

/// What rewritten style sheets are sent as.
const STYLE: &str = "text/css; charset=utf-8";

/// Types that are sent as what they are.
fn shown_as(content_type: &str) -> Option<&'static str> {
    [
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/avif",
        "image/svg+xml",
        "image/x-icon",
        "image/bmp",
        "font/woff2",
        "font/woff",
        "font/otf",
        "font/ttf",
        "font/collection",
    ]
    .into_iter()
    .find(|known| *known == content_type)
}

async fn capture(
    library: &Library,
    user_id: UserId,
    article_id: ArticleId,
    capture_id: CaptureId,
) -> Result<Capture, ReplayError> {
    library
        .store
        .captures(user_id, article_id)
        .await?
        .into_iter()
        .find(|capture| capture.id == capture_id)
        .ok_or(ReplayError::Nothing)
}

fn base_of(capture: &Capture) -> Result<Url, ReplayError> {
    let address = capture.final_url.as_ref().unwrap_or(&capture.requested_url);
    Url::parse(address).map_err(|_| ReplayError::Nothing)
}

/// The addresses that are kept with a capture.
async fn kept(
    library: &Library,
    user_id: UserId,
    article_id: ArticleId,
    capture_id: CaptureId,
) -> Result<HashSet<String>, StoreError> {
    let resources = library.store.resources(user_id, capture_id).await?;
    let pictures = pictures(library, user_id, article_id, capture_id).await?;
    Ok(resources
        .into_iter()
        .filter(|resource| resource.digest.is_some())
        .map(|resource| resource.url)
        .chain(pictures.into_iter().map(|picture| picture.url))
        .collect())
}

async fn pictures(
    library: &Library,
    user_id: UserId,
    article_id: ArticleId,
    capture_id: CaptureId,
) -> Result<Vec<Picture>, StoreError> {
    let mut pictures = library.store.pictures(user_id, article_id).await?;
    pictures
        .retain(|picture| picture.capture_id == capture_id && picture.role == PictureRole::Story);
    Ok(pictures)
}

/// What makes a replay another one: the page, and whether what it looks like
/// with is there yet.
///
/// # Errors
///
/// [`ReplayError`].
pub async fn edition(
    library: &Library,
    user_id: UserId,
    article_id: ArticleId,
    capture_id: CaptureId,
) -> Result<Digest, ReplayError> {
    let capture = capture(library, user_id, article_id, capture_id).await?;
    let body = capture.body.ok_or(ReplayError::Nothing)?;
    let round = library.store.resource_round(user_id, capture_id).await?;
    let ended_at_ms = round.map_or(0, |round| round.ended_at_ms);
    let edition = format!("{EDITION} {body} {ended_at_ms}");
    Ok(Digest::of(edition.as_bytes()))
}

/// Raised when pages are rewritten differently, so that browsers ask again.
const EDITION: u32 = 2;
