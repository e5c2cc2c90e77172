//! What a captured page looks like with: found, fetched and kept.
//!
//! A job of its own, queued in the transaction that shows the capture. So the
//! story can be read as soon as it is there, however slow the fonts of its page
//! are, and a crash in between loses nothing: the job is in the database until
//! everything it brought is, in one transaction.
//!
//! What is looked for is what replay asks for: both walk the page through
//! `cuttings-replay`. Style sheets come first, because they name further
//! resources. Every address that could not be had is kept with the reason.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use cuttings_fetch::{Fetched, Fetcher, Want};
use cuttings_model::job::MAX_ATTEMPTS;
use cuttings_model::{Capture, Job, PictureRole, ResourceKind};
use cuttings_replay::{Letters, style};
use cuttings_store::{NewResource, ResourcesResult, StoreError};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::capture::exchange_of;
use crate::replay::{ReplayError, Wanted, opened};
use crate::sent::Inside;
use crate::site_access::fetcher_for;
use crate::{Library, now_ms, pictures};

/// Most addresses that are fetched for one capture.
const MAX_RESOURCES: usize = 1_000;
/// Most addresses that are listed for one capture, with what became of them;
/// the rest is counted.
const MAX_LISTED: usize = 2_000;
/// Most bytes that are kept with one capture.
const MAX_TOTAL_BYTES: usize = 256 << 20;
/// Most style sheets, those that other sheets import among them.
const MAX_SHEETS: usize = 150;
/// How deep one style sheet may be imported by another.
const MAX_IMPORT_DEPTH: u8 = 8;
/// Longest that fetching may take, so that what is there by then is kept before
/// the worker gives the job up.
const FETCH_LIMIT: Duration = Duration::from_secs(150);
/// Fetched at the same time; a site has its own, smaller share.
const FETCHES_AT_ONCE: usize = 6;
/// How long to wait with a job whose article is deleted and may come back.
const DELETED_WAIT_MS: i64 = 7 * 24 * 3_600_000;

/// Does a leased job to its end: what the capture looks like with is kept, or
/// it says why not.
///
/// # Errors
///
/// Only of the store, when the end could not be written: the job stays open
/// and comes due again when its lease runs out.
pub async fn keep(library: &Library, job: &Job) -> Result<(), StoreError> {
    let store = &library.store;
    let nonsense = |what: &str| StoreError::Nonsense {
        what: format!("job {}: {what}", job.id),
    };
    let capture_id = job.capture_id.ok_or_else(|| nonsense("no capture"))?;
    let article = store
        .article(job.user_id, job.article_id)
        .await?
        .ok_or_else(|| nonsense("its article is not there"))?;
    let capture = store
        .captures(job.user_id, job.article_id)
        .await?
        .into_iter()
        .find(|capture| capture.id == capture_id)
        .ok_or_else(|| nonsense("its capture is not there"))?;
    let result = if job.attempt > MAX_ATTEMPTS {
        given_up("Going for what this page looks like with stopped the program several times.")
    } else if article.deleted_at_ms.is_some() {
        return store
            .put_off_job(job, now_ms() + DELETED_WAIT_MS, "the article is deleted")
            .await;
    } else {
        gather(library, job, &capture).await?
    };
    tracing::info!(
        article.id = job.article_id.0,
        kept = result
            .resources
            .iter()
            .filter(|one| one.body.is_some())
            .count(),
        missing = result
            .resources
            .iter()
            .filter(|one| one.body.is_none())
            .count(),
        "kept what a page looks like with"
    );
    store
        .finish_resources(job, capture_id, result, now_ms())
        .await
}

fn given_up(why: &str) -> ResourcesResult {
    ResourcesResult {
        failure: Some(why.to_owned()),
        ..ResourcesResult::default()
    }
}

/// An address that is looked for, or several of which one will do.
#[derive(Debug)]
struct Need {
    kind: ResourceKind,
    /// Best first; never empty.
    addresses: Vec<Url>,
    /// How many style sheets imported one another to name it.
    depth: u8,
}

async fn gather(
    library: &Library,
    job: &Job,
    capture: &Capture,
) -> Result<ResourcesResult, StoreError> {
    if capture.body.is_none() {
        return Ok(given_up("No page was kept of this visit."));
    }
    let address = capture
        .final_url
        .as_deref()
        .unwrap_or(&capture.requested_url);
    let Ok(base) = Url::parse(address) else {
        return Ok(given_up("The page has no address."));
    };
    let (body, inside) = match opened(library, capture, &base).await {
        Ok(opened) => opened,
        Err(ReplayError::Store(error)) => return Err(error),
        Err(error) => return Ok(given_up(&format!("Of the page nothing is known: {error}."))),
    };
    // The pictures of the story are kept already.
    let mut at_hand: HashSet<String> = library
        .store
        .pictures(job.user_id, job.article_id)
        .await?
        .into_iter()
        .filter(|picture| picture.capture_id == capture.id && picture.role == PictureRole::Story)
        .map(|picture| picture.url)
        .collect();
    at_hand.extend(inside.iter().flat_map(Inside::addresses).map(str::to_owned));
    let ours = fetcher_for(library, job.user_id).await?;
    let page = base.clone();
    let content_type = capture.content_type.clone();
    let needs = match library.parser.page_needs(body, content_type, base).await {
        Ok(needs) => needs,
        Err(failure) => {
            return Ok(given_up(&format!(
                "Of the page nothing is known: {failure}."
            )));
        }
    };
    let mut gathering = Gathering {
        library,
        fetcher: ours.fetcher.on_page(&page),
        letters: needs.letters,
        seen: at_hand,
        sheets: VecDeque::new(),
        others: VecDeque::new(),
        sheet_count: 0,
        asked: 0,
        total_bytes: 0,
        deadline: Instant::now() + FETCH_LIMIT,
        result: ResourcesResult::default(),
    };
    gathering.want(needs.addresses, 0);
    let done = gathering.run().await;
    ours.note_used(library).await?;
    done?;
    Ok(gathering.result)
}

struct Gathering<'l> {
    library: &'l Library,
    /// The user's, for what this page names.
    fetcher: Fetcher,
    letters: Letters,
    /// Addresses that are kept already, looked for or listed.
    seen: HashSet<String>,
    sheets: VecDeque<Need>,
    others: VecDeque<Need>,
    sheet_count: usize,
    asked: usize,
    total_bytes: usize,
    deadline: Instant,
    result: ResourcesResult,
}

/// What came of looking for something.
struct Answer {
    need: Need,
    /// The address that answered as it should, what came, and what it is; or
    /// why none did.
    found: Result<(Url, Fetched, String), String>,
}

impl Gathering<'_> {
    /// Puts in line what is not there yet.
    fn want(&mut self, needs: Vec<Wanted>, depth: u8) {
        for Wanted { kind, addresses } in needs {
            if addresses.iter().any(|url| self.seen.contains(url.as_str())) {
                continue;
            }
            self.seen.insert(addresses[0].to_string());
            let is_sheet = kind == ResourceKind::Style;
            let need = Need {
                kind,
                addresses,
                depth,
            };
            let refusal = if self.asked >= MAX_RESOURCES {
                Some("Left out: of one page at most 1,000 addresses are kept.")
            } else if is_sheet && self.sheet_count >= MAX_SHEETS {
                Some("Left out: of one page at most 150 style sheets are kept.")
            } else if is_sheet && depth > MAX_IMPORT_DEPTH {
                Some("Left out: this style sheet is imported through too many others.")
            } else {
                None
            };
            if let Some(why) = refusal {
                self.miss(&need, why);
                continue;
            }
            self.asked += 1;
            if is_sheet {
                self.sheet_count += 1;
                self.sheets.push_back(need);
            } else {
                self.others.push_back(need);
            }
        }
    }

    /// Lists what could not be had.
    fn miss(&mut self, need: &Need, why: &str) {
        if self.result.resources.len() >= MAX_LISTED {
            self.result.unlisted += 1;
            return;
        }
        self.result.resources.push(NewResource {
            url: need.addresses[0].to_string(),
            final_url: None,
            kind: need.kind,
            status: None,
            content_type: None,
            body: None,
            exchange: None,
            failure: Some(why.to_owned()),
        });
    }

    async fn run(&mut self) -> Result<(), StoreError> {
        let fetcher = self.fetcher.clone();
        let deadline = self.deadline;
        let mut under_way = FuturesUnordered::new();
        loop {
            while under_way.len() < FETCHES_AT_ONCE {
                let Some(need) = self.sheets.pop_front().or_else(|| self.others.pop_front()) else {
                    break;
                };
                under_way.push(look(&fetcher, need, deadline));
            }
            let Some(answer) = under_way.next().await else {
                return Ok(());
            };
            self.take(answer).await?;
        }
    }

    /// Keeps what came, and reads a style sheet for what it names.
    async fn take(&mut self, answer: Answer) -> Result<(), StoreError> {
        let Answer { need, found } = answer;
        let (url, fetched, content_type) = match found {
            Ok(found) => found,
            Err(why) => {
                self.miss(&need, &why);
                return Ok(());
            }
        };
        if self.total_bytes + fetched.body.len() > MAX_TOTAL_BYTES {
            self.miss(&need, "Left out: with one page at most 256 MiB are kept.");
            return Ok(());
        }
        self.total_bytes += fetched.body.len();
        let blobs = self.library.store.blobs();
        let exchange = blobs.put(Bytes::from(exchange_of(&url, &fetched))).await?;
        let body = blobs.put(fetched.body.clone()).await?;
        if need.kind == ResourceKind::Style {
            let needs = self
                .library
                .parser
                .sheet_needs(
                    fetched.body.clone(),
                    Some(content_type.clone()),
                    fetched.final_url.clone(),
                    self.letters.clone(),
                )
                .await;
            match needs {
                Ok(needs) => self.want(needs.addresses, need.depth + 1),
                // It is kept all the same; what it names is missing.
                Err(failure) => tracing::warn!(%url, %failure, "a style sheet could not be read"),
            }
        }
        self.seen.insert(url.to_string());
        self.result.resources.push(NewResource {
            url: url.to_string(),
            final_url: Some(fetched.final_url.to_string()),
            kind: need.kind,
            status: Some(i64::from(fetched.status)),
            content_type: Some(content_type),
            body: Some(body),
            exchange: Some(exchange),
            failure: None,
        });
        Ok(())
    }
}

/// Fetches the first address that gives what is looked for.
async fn look(fetcher: &Fetcher, need: Need, deadline: Instant) -> Answer {
    let want = match need.kind {
        ResourceKind::Style => Want::Style,
        ResourceKind::Font => Want::Font,
        _ => Want::Picture,
    };
    let mut why = None;
    for url in &need.addresses {
        let Ok(fetched) = timeout_at(deadline, fetcher.get(url, want)).await else {
            why.get_or_insert(format!(
                "{url} was not there after {} seconds of fetching what this page looks like with.",
                FETCH_LIMIT.as_secs()
            ));
            break;
        };
        match fetched {
            Ok(fetched) => match content_type(need.kind, &fetched) {
                Ok(content_type) => {
                    let url = url.clone();
                    return Answer {
                        need,
                        found: Ok((url, fetched, content_type)),
                    };
                }
                Err(wrong) => {
                    why.get_or_insert(format!("{url} {wrong}"));
                }
            },
            Err(error) => {
                // It is not: this visit is over.
                let text = error.explain();
                let text = text.trim_end_matches(" It will be tried again.");
                why.get_or_insert(text.to_owned());
            }
        }
    }
    Answer {
        found: Err(why.unwrap_or_default()),
        need,
    }
}

/// What came, by its first bytes; of a style sheet, as it was declared.
fn content_type(kind: ResourceKind, fetched: &Fetched) -> Result<String, &'static str> {
    let body = &fetched.body;
    match kind {
        ResourceKind::Style => {
            if body.len() > style::MAX_SHEET_BYTES {
                return Err("is a style sheet of more than 8 MiB.");
            }
            let start = body.iter().find(|byte| !byte.is_ascii_whitespace());
            let is_page = start == Some(&b'<') && !body.trim_ascii_start().starts_with(b"<!--");
            if is_page {
                return Err("is a page, not a style sheet.");
            }
            let declared = fetched.content_type().unwrap_or_default();
            // As browsers do, which take no script for a style sheet.
            let kind = declared.split(';').next().unwrap_or_default().trim();
            let may_be_css = ["", "text/css", "text/plain", "application/octet-stream"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(kind));
            if !may_be_css {
                return Err("is not sent as a style sheet.");
            }
            Ok(if declared.is_empty() {
                "text/css".to_owned()
            } else {
                declared.to_owned()
            })
        }
        ResourceKind::Font => font(body).map(str::to_owned).ok_or("is no font."),
        _ => picture(body).map(str::to_owned).ok_or("is no picture."),
    }
}

/// The type of a font or picture, by its first bytes.
pub(crate) fn type_of(body: &[u8]) -> Option<&'static str> {
    font(body).or_else(|| picture(body))
}

/// The type of a font, by its first bytes.
fn font(body: &[u8]) -> Option<&'static str> {
    Some(match body.get(..4)? {
        b"wOF2" => "font/woff2",
        b"wOFF" => "font/woff",
        b"OTTO" => "font/otf",
        b"\0\x01\0\0" | b"true" => "font/ttf",
        b"ttcf" => "font/collection",
        _ => return None,
    })
}

/// The type of a picture, by its first bytes. Pages are also drawn with SVG and
/// icons, which the reader does not show.
fn picture(body: &[u8]) -> Option<&'static str> {
    if let Some(kind) = pictures::kind_of(body) {
        return Some(kind);
    }
    match body {
        [0, 0, 1, 0, ..] => Some("image/x-icon"),
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Some("image/bmp"),
        _ => is_svg(body).then_some("image/svg+xml"),
    }
}

fn is_svg(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&body[..body.len().min(4096)]).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    let markup_only = ["<svg", "<?xml", "<!--", "<!doctype svg"]
        .iter()
        .any(|first| start.starts_with(first));
    markup_only && start.contains("<svg") && !start.contains("<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v13_a_resource_is_what_its_first_bytes_say() {
        assert_eq!(font(b"wOF2...."), Some("font/woff2"));
        assert_eq!(font(b"<html>"), None);
        assert_eq!(font(b"wO"), None);
        assert_eq!(picture(b"\0\0\x01\0\x01\0"), Some("image/x-icon"));
        assert_eq!(picture(b"GIF89a\x01\0\x01\0"), Some("image/gif"));
        for svg in [
            "<svg xmlns='http://www.w3.org/2000/svg'/>",
            "\u{feff}\n<?xml version='1.0'?><!-- made by hand --><SVG>",
        ] {
            assert_eq!(picture(svg.as_bytes()), Some("image/svg+xml"), "{svg}");
        }
        for other in [
            "<html><svg></svg>",
            "<!doctype html><svg>",
            "<?xml version='1.0'?><html><svg/>",
            "svg",
            "",
        ] {
            assert_eq!(picture(other.as_bytes()), None, "{other}");
        }
    }
}
