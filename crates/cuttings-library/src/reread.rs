//! Reading a kept page again: no socket is touched.
//!
//! Comparing two captures, showing another one and `cuttings reextract` come
//! through here. What a capture's text was is not stored: it is made again from
//! its bytes when it is asked for. That costs some milliseconds and no space, and
//! two captures are always read by the same extractor, so that what it learned in
//! between never looks like an edit of the outlet.

use std::collections::HashMap;

use cuttings_formats::sent_page::Purpose;
use cuttings_model::{Article, Capture, Origin, Reason};
use cuttings_store::{NewCapture, StoreError};
use url::Url;

use crate::Library;
use crate::capture::{Failed, Page, extract, other_than_html};
use crate::parts::{self, Whole};
use crate::sent;

/// Reads a capture of an article as it would be read if it had just come.
/// `captures` are all of the article's.
///
/// # Errors
///
/// Only of the database. Bytes that are missing, damaged or no page are a
/// [`Reason`].
pub(crate) async fn reread(
    library: &Library,
    article: &Article,
    capture: &Capture,
    captures: &[Capture],
) -> Result<Result<Whole, Reason>, StoreError> {
    let kept: Vec<&Capture> = captures
        .iter()
        .filter(|part| part.part_of == Some(capture.id) && part.failure.is_none())
        .chain([capture])
        .collect();
    // Where the site's rule led to a page with the whole story, that stands for
    // the capture, and the way to it begins at the address that was saved.
    let first = kept
        .iter()
        .find(|part| part.requested_url == article.given_url)
        .unwrap_or(&capture);
    let page = match page(library, first).await? {
        Ok(page) => page,
        Err(reason) => return Ok(Err(reason)),
    };
    let extraction = match extract(library, &page).await {
        Ok(extraction) => extraction,
        Err((reason, _)) => return Ok(Err(reason)),
    };
    Ok(Ok(match capture.origin {
        Origin::Fetched => parts::follow_kept(library, &kept, page, extraction).await?,
        Origin::Uploaded | Origin::Sent | Origin::Extension => {
            parts::as_handed_over(page, extraction)
        }
    }))
}

/// The kept page that was asked for under an address.
pub(crate) async fn page_at(
    library: &Library,
    kept: &[&Capture],
    address: &str,
) -> Result<Result<Page, Box<Failed>>, StoreError> {
    let found = kept.iter().find(|capture| {
        Url::parse(&capture.requested_url).is_ok_and(|url| parts::key(&url) == address)
    });
    let read = match found {
        Some(capture) => page(library, capture).await?,
        None => Err(Reason {
            code: "part_missing".to_owned(),
            text: format!("{address} was not kept."),
        }),
    };
    Ok(read.map_err(|reason| Box::new(Failed::of_kept(reason))))
}

impl Failed {
    /// A kept page that cannot be read. Nothing of it is written.
    fn of_kept(reason: Reason) -> Self {
        Self {
            capture: NewCapture {
                origin: Origin::Fetched,
                captured_at_ms: 0,
                requested_url: String::new(),
                final_url: None,
                status: None,
                content_type: None,
                body: None,
                exchange: None,
                same_as: None,
            },
            reason,
            retry_after_ms: None,
            not_before: None,
        }
    }
}

async fn page(library: &Library, capture: &Capture) -> Result<Result<Page, Reason>, StoreError> {
    let read_from = capture
        .final_url
        .as_deref()
        .unwrap_or(&capture.requested_url);
    let lost = |why: &str| {
        Ok(Err(Reason {
            code: "bytes_missing".to_owned(),
            text: format!("The page kept as capture {} {why}.", capture.id),
        }))
    };
    let Ok(base) = Url::parse(read_from) else {
        return lost("has no address that can be read");
    };
    let Some(digest) = &capture.body else {
        return lost("has no bytes");
    };
    let opened = if capture.origin.is_from_browser() {
        match sent::open(library, digest, &base, Purpose::Reading).await {
            Ok(Ok((html, inside))) => Ok((html, Some(inside))),
            Ok(Err(error)) => {
                return Ok(Err(Reason {
                    code: "unreadable".to_owned(),
                    text: format!(
                        "The page kept as capture {} cannot be read: {error}.",
                        capture.id
                    ),
                }));
            }
            Err(error) => Err(error),
        }
    } else {
        library
            .store
            .blobs()
            .get(digest)
            .await
            .map(|body| (body, None))
    };
    let (body, inside) = match opened {
        Ok(opened) => opened,
        Err(StoreError::Damaged { .. }) => return lost("is damaged on the disk"),
        Err(error @ StoreError::Blob { .. }) => {
            tracing::warn!(capture.id = capture.id.0, error = %error, "kept bytes cannot be read");
            return lost("cannot be found on the disk");
        }
        Err(error) => return Err(error),
    };
    if let Some(kind) = other_than_html(&body, capture.content_type.as_deref()) {
        return lost(&format!("is {kind}, not a web page"));
    }
    Ok(Ok(Page {
        new_capture: None,
        earlier_capture: Some(capture.id),
        body,
        content_type: capture.content_type.clone(),
        base,
        at_hand: HashMap::new(),
        inside,
        origin: capture.origin,
    }))
}
