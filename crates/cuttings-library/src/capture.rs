//! Capturing: from a queued article to one that can be read and found.
//!
//! A worker calls [`capture`] with a leased job. The page is fetched (or read
//! from the upload that came with the save), its bytes and the exchange are
//! kept, the story is taken out, its pictures are kept, and one transaction
//! shows it all. A visit that fails is kept as a failed capture, and the
//! article says why and what to do next.
//!
//! What is shown never gets poorer: a further capture of a page that was read
//! before goes by [`crate::judge`]. Where the site's rule says that the story stands on other pages
//! too, [`crate::parts`] asks for them.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use cuttings_extract::{EXTRACTOR_VERSION, ExtractError, Extraction, NoArticle, SafeHtml};
use cuttings_fetch::{FetchError, Fetched, Fetcher, Validators, Want};
use cuttings_formats::exchange::{self, Exchange};
use cuttings_formats::sent_page::Purpose;
use cuttings_model::{
    Article, ArticleState, Capture, CaptureId, Dated, Job, JobKind, Origin, Picture, PictureRole,
    Reason, job,
};
use cuttings_store::{CaptureResult, FailedVisit, NewCapture, NewPart, ShownArticle, StoreError};
use url::Url;

use crate::again::{Earlier, Judged};
use crate::error::reason_of;
use crate::parts::{self, Whole};
use crate::sent::{self, Inside};
use crate::site_access::{UserFetcher, fetcher_for};
use crate::{Library, again, now_ms, pictures};

/// What a visit brought, before anything is made of it.
pub(crate) struct Page {
    /// The visit to be written; none when the capture is in the store already.
    pub(crate) new_capture: Option<NewCapture>,
    pub(crate) earlier_capture: Option<CaptureId>,
    pub(crate) body: Bytes,
    pub(crate) content_type: Option<String>,
    /// Where it was read, after redirects.
    pub(crate) base: Url,
    /// Pictures that came with the page, by address.
    pub(crate) at_hand: HashMap<String, Picture>,
    /// Pictures inside the page, when a browser sent it.
    pub(crate) inside: Option<Inside>,
    /// How the page came.
    pub(crate) origin: Origin,
}

/// Does a leased job to its end: the article is ready or says why it is not.
///
/// # Errors
///
/// Only of the store, when the end could not be written: the job stays open
/// and comes due again when its lease runs out.
pub async fn capture(library: &Library, job: &Job) -> Result<(), StoreError> {
    const WORN_OUT: &str = "Reading this page stopped the program several times, so it is not tried \
        again by itself. The address is kept; you can try again by hand.";
    if library
        .store
        .park_if_spent(job, "worn_out", WORN_OUT, now_ms())
        .await?
    {
        return Ok(());
    }
    let article = library
        .store
        .article(job.user_id, job.article_id)
        .await?
        .ok_or_else(|| StoreError::Nonsense {
            what: format!("job {} is for an article that is not there", job.id),
        })?;
    let ours = fetcher_for(library, job.user_id).await?;
    let done = Box::pin(capture_with(library, job, &article, &ours)).await;
    ours.note_used(library).await?;
    done
}

async fn capture_with(
    library: &Library,
    job: &Job,
    article: &Article,
    ours: &UserFetcher,
) -> Result<(), StoreError> {
    let fetcher = &ours.fetcher;
    let earlier = again::earlier(library, article).await?;
    let visit = match job.kind {
        JobKind::Fetch => {
            let known = match &earlier {
                Some(earlier) => earlier.validators(library, ours).await?,
                None => Validators::default(),
            };
            visit(library, fetcher, &given_url(article)?, &known).await?
        }
        JobKind::Extract => read_upload(library, article).await?,
        JobKind::Resources => return Err(no_capture(job)),
    };
    let page = match visit {
        Ok(page) => page,
        Err(failed) => match failed.not_before {
            Some(wait) => {
                let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                let run_at_ms = now_ms().saturating_add(wait_ms);
                return library.store.hand_back(job, run_at_ms).await;
            }
            None => return fail(library, job, article, *failed).await,
        },
    };
    if let (Some(earlier), Some(visit)) = (&earlier, &page.new_capture)
        && let Some(same) = earlier.unchanged(visit)
    {
        return library.store.end_unchanged(job, &same, now_ms()).await;
    }
    match extract(library, &page).await {
        Ok(extraction) => {
            let whole = match job.kind {
                JobKind::Fetch => parts::follow(library, fetcher, page, extraction).await?,
                JobKind::Extract => parts::as_handed_over(page, extraction),
                JobKind::Resources => return Err(no_capture(job)),
            };
            Box::pin(show(library, job, article, fetcher, earlier, whole)).await
        }
        Err((reason, may_pass)) => {
            let capture = page
                .new_capture
                .unwrap_or_else(|| reread(article, page.origin, page.content_type));
            fail(
                library,
                job,
                article,
                Failed {
                    capture,
                    reason,
                    retry_after_ms: may_pass.then_some(0),
                    not_before: None,
                },
            )
            .await
        }
    }
}

fn no_capture(job: &Job) -> StoreError {
    StoreError::Nonsense {
        what: format!("job {} is no capture", job.id),
    }
}

/// A visit that gave no page.
pub(crate) struct Failed {
    pub(crate) capture: NewCapture,
    pub(crate) reason: Reason,
    /// How long to wait at least, for failures that may pass by themselves.
    pub(crate) retry_after_ms: Option<i64>,
    /// The site was not asked at all, since it is not its turn before that.
    pub(crate) not_before: Option<Duration>,
}

async fn fail(
    library: &Library,
    job: &Job,
    article: &Article,
    failed: Failed,
) -> Result<(), StoreError> {
    let now = now_ms();
    // What can be read already and has a schedule is visited again by that.
    let has_next = article.state == ArticleState::Ready
        && library
            .store
            .schedule(job.user_id, job.article_id)
            .await?
            .is_some();
    let retry_at_ms = failed
        .retry_after_ms
        .filter(|_| !has_next)
        .and_then(|least| job::retry_delay_ms(job.attempt).map(|delay| now + delay.max(least)));
    tracing::info!(
        article.id = job.article_id.0,
        reason = failed.reason.code,
        "a page could not be captured"
    );
    let visit = FailedVisit {
        capture: failed.capture,
        reason: failed.reason,
        retry_at_ms,
        wait_until_ms: failed.retry_after_ms.map(|wait| now.saturating_add(wait)),
    };
    library.store.fail_capture(job, visit, now).await
}

fn given_url(article: &Article) -> Result<Url, StoreError> {
    Url::parse(&article.given_url).map_err(|_| StoreError::Nonsense {
        what: format!("articles.given_url of article {} is no URL", article.id),
    })
}

/// Where a page that was handed over is from: its own address, which may be
/// another than that of its article.
fn read_from(article: &Article, capture: &Capture) -> Result<Url, StoreError> {
    match capture.final_url.as_deref().map(Url::parse) {
        Some(Ok(url)) => Ok(url),
        _ => given_url(article),
    }
}

/// Visits an address and keeps what came. When nothing has changed since the
/// answer that `known` comes from, the capture has the status 304 and no body.
pub(crate) async fn visit(
    library: &Library,
    fetcher: &Fetcher,
    url: &Url,
    known: &Validators,
) -> Result<Result<Page, Box<Failed>>, StoreError> {
    let visited = NewCapture {
        origin: Origin::Fetched,
        captured_at_ms: now_ms(),
        requested_url: url.to_string(),
        final_url: None,
        status: None,
        content_type: None,
        body: None,
        exchange: None,
        same_as: None,
    };
    let fetched = match fetcher.get_if_changed(url, Want::Page, known).await {
        Ok(fetched) => fetched,
        Err(error) => {
            let status = match &error {
                FetchError::Status { status, .. } => Some(i64::from(*status)),
                _ => None,
            };
            let asked_to_wait_ms = match &error {
                FetchError::Status {
                    retry_after: Some(wait),
                    ..
                } => wait.as_millis() as i64,
                _ => 0,
            };
            return Ok(Err(Box::new(Failed {
                capture: NewCapture { status, ..visited },
                reason: reason_of(&error),
                not_before: match &error {
                    FetchError::Wait { wait, .. } => Some(*wait),
                    _ => None,
                },
                retry_after_ms: error.is_temporary().then_some(asked_to_wait_ms),
            })));
        }
    };
    let blobs = library.store.blobs();
    let content_type = fetched.content_type().map(str::to_owned);
    let capture = NewCapture {
        final_url: Some(fetched.final_url.to_string()),
        status: Some(i64::from(fetched.status)),
        content_type: content_type.clone(),
        exchange: Some(blobs.put(Bytes::from(exchange_of(url, &fetched))).await?),
        body: match fetched.status {
            304 => None,
            _ => Some(blobs.put(fetched.body.clone()).await?),
        },
        ..visited
    };
    if fetched.status != 304
        && let Some(kind) = other_than_html(&fetched.body, content_type.as_deref())
    {
        return Ok(Err(Box::new(Failed {
            reason: Reason {
                code: "not_html".to_owned(),
                text: format!(
                    "{} is {kind}, not a web page, so there is no story to read. The file is kept \
                     and can be downloaded; to read it here, save a page that carries its text.",
                    fetched.final_url
                ),
            },
            capture,
            retry_after_ms: None,
            not_before: None,
        })));
    }
    Ok(Ok(Page {
        new_capture: Some(capture),
        earlier_capture: None,
        body: fetched.body,
        content_type,
        base: fetched.final_url,
        at_hand: HashMap::new(),
        inside: None,
        origin: Origin::Fetched,
    }))
}

/// The steps of a visit in the form that is kept.
pub(crate) fn exchange_of(asked: &Url, fetched: &Fetched) -> String {
    let mut steps: Vec<Exchange> = fetched
        .redirects
        .iter()
        .map(|hop| Exchange {
            url: hop.url.to_string(),
            version: fetched.version.clone(),
            status: hop.status,
            headers: vec![("location".to_owned(), hop.location.to_string())],
        })
        .collect();
    steps.push(Exchange {
        url: if steps.is_empty() {
            asked.to_string()
        } else {
            fetched.final_url.to_string()
        },
        version: fetched.version.clone(),
        status: fetched.status,
        headers: fetched.headers.clone(),
    });
    exchange::write(&steps)
}

/// What a body is when it is not HTML: by its first bytes, then by its declared
/// type. `None` for HTML, and for what may be HTML.
pub(crate) fn other_than_html(body: &[u8], content_type: Option<&str>) -> Option<String> {
    if body.starts_with(b"%PDF-") {
        return Some("a PDF file".to_owned());
    }
    if let Some(kind) = pictures::kind_of(body) {
        return Some(format!("a picture ({kind})"));
    }
    if body.starts_with(b"PK\x03\x04") || body.starts_with(b"\x1f\x8b") {
        return Some("a packed file".to_owned());
    }
    let declared = content_type?.split(';').next()?.trim().to_ascii_lowercase();
    let may_be_html = declared.is_empty()
        || declared.contains("html")
        || matches!(declared.as_str(), "text/plain" | "application/octet-stream")
        || looks_like_html(body);
    (!may_be_html).then(|| format!("of the type {declared}"))
}

/// Servers that send HTML under a wrong type are believed less than the page.
fn looks_like_html(body: &[u8]) -> bool {
    let start: String = String::from_utf8_lossy(&body[..body.len().min(1024)])
        .trim_start()
        .to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<body"]
        .iter()
        .any(|tag| start.starts_with(tag))
}

/// Reads the page that came with the save: the newest upload.
async fn read_upload(
    library: &Library,
    article: &Article,
) -> Result<Result<Page, Box<Failed>>, StoreError> {
    let captures = library.store.captures(article.user_id, article.id).await?;
    let newest = captures
        .into_iter()
        .find(|capture| capture.origin.is_handed_over() && capture.failure.is_none());
    let Some((capture, digest)) = newest.and_then(|capture| Some((capture.clone(), capture.body?)))
    else {
        return Err(StoreError::Nonsense {
            what: format!(
                "article {} has a job for an upload but no upload",
                article.id
            ),
        });
    };
    let base = read_from(article, &capture)?;
    let (body, inside) = if capture.origin.is_from_browser() {
        match sent::open(library, &digest, &base, Purpose::Reading).await? {
            Ok((html, inside)) => (html, Some(inside)),
            Err(error) => {
                return Ok(Err(Box::new(Failed {
                    reason: Reason {
                        code: "unreadable".to_owned(),
                        text: format!(
                            "The file sent for {base} could not be read: {error}. It is kept and \
                             can be downloaded."
                        ),
                    },
                    capture: reread(article, capture.origin, capture.content_type),
                    not_before: None,
                    retry_after_ms: None,
                })));
            }
        }
    } else {
        (library.store.blobs().get(&digest).await?, None)
    };
    if let Some(kind) = other_than_html(&body, capture.content_type.as_deref()) {
        return Ok(Err(Box::new(Failed {
            reason: Reason {
                code: "not_html".to_owned(),
                text: format!(
                    "The file saved as {} is {kind}, not a web page, so there is no story to read. \
                     The file is kept and can be downloaded.",
                    article.given_url
                ),
            },
            capture: reread(article, capture.origin, capture.content_type),
            retry_after_ms: None,
            not_before: None,
        })));
    }
    let at_hand = library
        .store
        .pictures(article.user_id, article.id)
        .await?
        .into_iter()
        .filter(|picture| picture.capture_id == capture.id && picture.role == PictureRole::Story)
        .map(|picture| (picture.url.clone(), picture))
        .collect();
    Ok(Ok(Page {
        new_capture: None,
        earlier_capture: Some(capture.id),
        body,
        origin: capture.origin,
        content_type: capture.content_type,
        base,
        at_hand,
        inside,
    }))
}

/// A failed look at an upload that is kept already.
fn reread(article: &Article, origin: Origin, content_type: Option<String>) -> NewCapture {
    NewCapture {
        origin,
        captured_at_ms: now_ms(),
        requested_url: article.given_url.clone(),
        final_url: None,
        status: None,
        content_type,
        body: None,
        exchange: None,
        same_as: None,
    }
}

/// Takes the story out of the page, in a process that can do nothing else. Where
/// nothing came of it: why, and whether it may go well at another time.
pub(crate) async fn extract(library: &Library, page: &Page) -> Result<Extraction, (Reason, bool)> {
    let extracted = library
        .parser
        .extract(
            page.body.clone(),
            page.content_type.clone(),
            page.base.clone(),
        )
        .await
        .map_err(|failure| failure.reason(&page.base))?;
    extracted.map_err(|error| (unreadable(&error, &page.base), false))
}

fn unreadable(error: &ExtractError, base: &Url) -> Reason {
    Reason {
        code: match error {
            ExtractError::TooLarge { .. } => "too_large",
            _ => "unreadable",
        }
        .to_owned(),
        text: format!("{base} could not be read: {error}. Its original is kept."),
    }
}

/// Keeps the pictures and writes everything in one transaction.
async fn show(
    library: &Library,
    job: &Job,
    article: &Article,
    fetcher: &Fetcher,
    earlier: Option<Earlier>,
    whole: Whole,
) -> Result<(), StoreError> {
    let (state, reason) = verdict(&whole);
    let reason = reason.or_else(|| whole.missing.clone());
    // What came to its end meanwhile counts too, such as a page sent by a browser
    // while its address was being asked for.
    let meanwhile = library.store.article(job.user_id, job.article_id).await?;
    let article = meanwhile.as_ref().unwrap_or(article);
    let earlier = match earlier {
        None => again::earlier(library, article).await?,
        earlier => earlier,
    };
    let judged = match &earlier {
        Some(earlier) => again::judge(library, article, earlier, &whole).await?,
        None => Judged::Show { edit: None },
    };
    let Whole {
        page,
        address,
        extraction,
        parts,
        ..
    } = whole;
    let kept = if matches!(judged, Judged::Same { .. }) {
        // They are kept with the capture that has the same words.
        pictures::Kept::default()
    } else {
        let fetcher = fetcher.on_page(&page.base);
        let sources = pictures::Sources {
            at_hand: &page.at_hand,
            inside: page.inside.as_ref(),
            // What a browser sent as a whole is all there is of it.
            web: (page.origin != Origin::Sent).then_some(&fetcher),
        };
        let blobs = library.store.blobs();
        pictures::keep(&sources, &library.parser, blobs, &extraction).await?
    };
    let details = details(&extraction, &kept.missing, &parts);
    tracing::info!(
        article.id = job.article_id.0,
        words = extraction.word_count,
        pictures = kept.pictures.len(),
        "captured"
    );
    let (show_it, not_shown, edit) = match judged {
        Judged::Show { edit } => (true, None, edit),
        Judged::Keep { why, edit } => (false, Some(why), edit),
        Judged::Same { why } => (false, Some(why), None),
    };
    let (state, reason) = if show_it {
        (state, reason)
    } else {
        (article.state, article.reason.clone())
    };
    let shown = if show_it {
        // A picture that cannot be had any more was perhaps kept before.
        let mut paths = picture_paths(&library.store.pictures(job.user_id, article.id).await?);
        paths.extend(
            kept.pictures
                .iter()
                .filter(|picture| picture.role == PictureRole::Story)
                .map(|picture| (picture.url.clone(), picture.body.digest().to_string())),
        );
        Some(shown(article, &address, &extraction, &paths))
    } else {
        None
    };
    let result = CaptureResult {
        new_capture: page.new_capture,
        earlier_capture: page.earlier_capture,
        parts,
        pictures: kept.pictures,
        extractor_version: i64::from(EXTRACTOR_VERSION),
        details,
        shown,
        state,
        reason,
        not_shown,
        edit,
    };
    library.store.finish_capture(job, result, now_ms()).await
}

/// What the extractor found besides text, as JSON.
pub(crate) fn details(
    extraction: &Extraction,
    missing_pictures: &[String],
    parts: &[NewPart],
) -> String {
    serde_json::json!({
        "no_article": extraction.no_article.as_ref().map(NoArticle::reason),
        "access": extraction.access,
        "warnings": extraction.warnings,
        "missing_pictures": missing_pictures,
        "parts": parts.iter().map(|part| serde_json::json!({
            "url": part.capture.requested_url,
            "missing": part.failure,
        })).collect::<Vec<_>>(),
    })
    .to_string()
}

/// Digests of kept pictures of a story by their addresses; of several with one
/// address the first.
pub(crate) fn picture_paths(pictures: &[Picture]) -> HashMap<String, String> {
    let mut paths = HashMap::new();
    for picture in pictures
        .iter()
        .filter(|picture| picture.role == PictureRole::Story)
    {
        paths
            .entry(picture.url.clone())
            .or_insert_with(|| picture.digest.to_string());
    }
    paths
}

/// Whether the page can be read, and what to know about it.
///
/// A page that is only a wall, an error or nothing at all is a failed capture.
/// A front page, and a story cut short by a paywall, can be kept and opened.
pub(crate) fn verdict(whole: &Whole) -> (ArticleState, Option<Reason>) {
    let (extraction, base) = (&whole.extraction, &whole.page.base);
    let Some(no_article) = &extraction.no_article else {
        return (ArticleState::Ready, None);
    };
    let state = match no_article {
        NoArticle::FrontPage => ArticleState::Ready,
        NoArticle::Paywall { .. } if extraction.word_count > 0 => ArticleState::Ready,
        _ => ArticleState::Failed,
    };
    let reason = Reason {
        code: no_article.reason().to_owned(),
        text: format!(
            "{base}: {} The page as it came is kept.",
            no_article.explain()
        ),
    };
    (state, Some(reason))
}

/// What is shown of an extraction. `pictures` are digests of kept pictures by
/// their addresses.
pub(crate) fn shown(
    article: &Article,
    address: &Url,
    extraction: &Extraction,
    pictures: &HashMap<String, String>,
) -> ShownArticle {
    let html: SafeHtml = extraction
        .html
        .with_pictures(|source| Some(picture_path(article, pictures.get(source)?)));
    ShownArticle {
        final_url: address.to_string(),
        canonical_url: extraction.canonical_url.as_ref().map(ToString::to_string),
        headline: extraction.headline.clone(),
        dek: extraction.dek.clone(),
        byline: extraction.byline.clone(),
        authors: extraction.authors.clone(),
        publication: extraction.publication.clone(),
        section: extraction.section.clone(),
        language: extraction.language.clone(),
        right_to_left: extraction.direction == cuttings_extract::Direction::Rtl,
        published: extraction.published.as_deref().and_then(Dated::parse),
        modified: extraction.modified.as_deref().and_then(Dated::parse),
        word_count: extraction.word_count as i64,
        reading_minutes: i64::from(cuttings_text::count::reading_minutes(
            extraction.word_count,
            extraction.language.as_deref(),
        )),
        text: extraction.text.clone(),
        html: html.as_str().to_owned(),
    }
}

/// Where the server serves a kept picture of an article.
fn picture_path(article: &Article, digest: &str) -> String {
    format!("/articles/{}/pictures/{digest}", article.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_html_is_named_by_its_bytes_first() {
        let named = |body: &[u8], declared| other_than_html(body, declared);
        assert_eq!(
            named(b"%PDF-1.7 ...", Some("text/html")),
            Some("a PDF file".to_owned())
        );
        assert!(named(b"GIF89a....", None).unwrap().contains("image/gif"));
        assert_eq!(
            named(b"{}", Some("application/json")),
            Some("of the type application/json".to_owned())
        );
        assert_eq!(
            named(b"<!DOCTYPE html><p>x", Some("application/json")),
            None
        );
        assert_eq!(named(b"<p>x", Some("text/html; charset=utf-8")), None);
        assert_eq!(named(b"", None), None);
    }
}
