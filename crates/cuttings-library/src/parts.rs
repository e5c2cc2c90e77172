//! A story that stands on several pages, as its site's rule says.
//!
//! [`follow`] asks for the page that holds the whole story (`single_page_link`),
//! or else for the next pages one after the other (`next_page_link`), through the
//! same guarded fetcher and with the same limits as for any page, and joins what
//! is read. Every page asked for is kept as a capture of its own that names the
//! one it belongs to.
//!
//! [`follow_kept`] goes the same way through the pages that were kept, offline.
//!
//! What was read is never lost to what could not be: the story ends there, and
//! the article says which part is missing.

use std::collections::HashSet;
use std::time::Duration;

use cuttings_extract::Extraction;
use cuttings_fetch::{Fetcher, Validators};
use cuttings_model::{Capture, Reason};
use cuttings_store::{NewCapture, NewPart, StoreError};
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use crate::Library;
use crate::capture::{Failed, Page, extract, visit};
use crate::reread;

/// Most pages of one story that are asked for, the first one not counted.
const MAX_PARTS: usize = 20;
/// Longest the other pages of a story may take together. Well below what a
/// capture may take as a whole, so that what is there by then is kept.
const FOLLOW_LIMIT: Duration = Duration::from_secs(75);

/// A story and all pages it was read from.
pub(crate) struct Whole {
    /// The page that stands for the capture: the first of the story, or the one
    /// that holds all of it.
    pub(crate) page: Page,
    /// Where the address that was saved led.
    pub(crate) address: Url,
    pub(crate) extraction: Extraction,
    pub(crate) parts: Vec<NewPart>,
    /// What is missing, for people.
    pub(crate) missing: Option<Reason>,
}

/// A page that was handed over is taken as it is: it is what somebody saw, and
/// nothing further is asked for. If the story goes on elsewhere, it says so.
pub(crate) fn as_handed_over(page: Page, extraction: Extraction) -> Whole {
    let elsewhere = &extraction.other_pages;
    let missing = elsewhere
        .single_page
        .as_ref()
        .or(elsewhere.next_page.as_ref())
        .map(|url| Reason {
            code: "part_missing".to_owned(),
            text: format!(
                "Only the page that was handed over is here. By the rule of its site the story \
                 goes on at {url}."
            ),
        });
    Whole {
        address: page.base.clone(),
        page,
        extraction,
        parts: Vec::new(),
        missing,
    }
}

/// Reads the other pages of a story that was begun.
///
/// # Errors
///
/// Only of the store. A page that cannot be had is said in [`Whole::missing`].
pub(crate) async fn follow(
    library: &Library,
    fetcher: &Fetcher,
    page: Page,
    extraction: Extraction,
) -> Result<Whole, StoreError> {
    go_on(library, Pages::Web(fetcher), page, extraction).await
}

/// Reads the other pages of a story from those that were kept with it.
///
/// # Errors
///
/// As [`follow`].
pub(crate) async fn follow_kept(
    library: &Library,
    kept: &[&Capture],
    page: Page,
    extraction: Extraction,
) -> Result<Whole, StoreError> {
    go_on(library, Pages::Kept(kept), page, extraction).await
}

/// Where the further pages come from.
#[derive(Clone, Copy)]
enum Pages<'l> {
    /// They are asked for, by their user's fetcher.
    Web(&'l Fetcher),
    /// They were kept.
    Kept(&'l [&'l Capture]),
}

async fn go_on(
    library: &Library,
    pages: Pages<'_>,
    page: Page,
    extraction: Extraction,
) -> Result<Whole, StoreError> {
    let mut following = Following {
        library,
        pages,
        deadline: Instant::now() + FOLLOW_LIMIT,
        seen: HashSet::from([key(&page.base)]),
        parts: Vec::new(),
    };
    if let Some(capture) = &page.new_capture
        && let Ok(asked) = Url::parse(&capture.requested_url)
    {
        following.seen.insert(key(&asked));
    }
    let mut whole = Whole {
        address: page.base.clone(),
        page,
        extraction,
        parts: Vec::new(),
        missing: None,
    };
    following.single_page(&mut whole).await?;
    following.next_pages(&mut whole).await?;
    whole.parts = following.parts;
    Ok(whole)
}

struct Following<'l> {
    library: &'l Library,
    pages: Pages<'l>,
    deadline: Instant,
    /// Addresses asked for or answered by, so that no page is read twice.
    seen: HashSet<String>,
    parts: Vec<NewPart>,
}

impl Following<'_> {
    /// Puts the page with the whole story in the place of the one that led to it.
    async fn single_page(&mut self, whole: &mut Whole) -> Result<(), StoreError> {
        let Some(url) = whole.extraction.other_pages.single_page.clone() else {
            return Ok(());
        };
        if self.is_seen(&url) {
            return Ok(());
        }
        match self.read(&whole.page.base, &url).await? {
            Ok((page, mut extraction)) => {
                extraction.complete_from(&whole.extraction);
                let led_here = std::mem::replace(&mut whole.page, page);
                self.keep(led_here.new_capture, None);
                whole.extraction = extraction;
            }
            Err(why) => {
                whole.missing = Some(Reason {
                    code: "part_missing".to_owned(),
                    text: format!(
                        "The page with the whole story could not be read, so parts of it may be \
                         missing here. {why}"
                    ),
                });
            }
        }
        Ok(())
    }

    /// Puts the next pages at the end of the first, as long as each names one.
    async fn next_pages(&mut self, whole: &mut Whole) -> Result<(), StoreError> {
        // What is behind a wall, or is no story, does not go on.
        if whole.extraction.no_article.is_some() {
            return Ok(());
        }
        let mut from = whole.page.base.clone();
        let mut next = whole.extraction.other_pages.next_page.clone();
        let mut texts = HashSet::from([whole.extraction.text.clone()]);
        for part in 2.. {
            let Some(url) = next.filter(|url| !self.is_seen(url)) else {
                return Ok(());
            };
            let read = if part > MAX_PARTS + 1 {
                Err(format!(
                    "A story is read over {} pages at most, and this one goes on at {url}.",
                    MAX_PARTS + 1
                ))
            } else {
                self.read(&from, &url).await?
            };
            let (page, extraction) = match read {
                Ok(read) => read,
                Err(why) => {
                    whole.missing = Some(Reason {
                        code: "part_missing".to_owned(),
                        text: format!(
                            "The end of this story is missing, from its page {part} on. {why} What \
                             comes before is here."
                        ),
                    });
                    return Ok(());
                }
            };
            self.keep(page.new_capture, None);
            // Some sites answer the address after the last with a page there was.
            if !texts.insert(extraction.text.clone()) {
                return Ok(());
            }
            whole.extraction.join(&extraction, part);
            from = page.base;
            next = extraction.other_pages.next_page;
        }
        Ok(())
    }

    fn is_seen(&self, url: &Url) -> bool {
        self.seen.contains(&key(url))
    }

    fn keep(&mut self, capture: Option<NewCapture>, failure: Option<String>) {
        if let Some(capture) = capture {
            self.parts.push(NewPart { capture, failure });
        }
    }

    /// Visits a page and reads it. What failed is kept, and why is given back
    /// for people.
    async fn read(
        &mut self,
        from: &Url,
        url: &Url,
    ) -> Result<Result<(Page, Extraction), String>, StoreError> {
        self.seen.insert(key(url));
        if !self.may_lead(from, url) {
            return Ok(Err(elsewhere(url)));
        }
        let brought = match self.pages {
            Pages::Kept(kept) => reread::page_at(self.library, kept, &key(url)).await?,
            Pages::Web(fetcher) => {
                let fetcher = fetcher.on_page(from);
                let visit = visit_in_turn(self.library, &fetcher, url);
                let Ok(visited) = timeout_at(self.deadline, visit).await else {
                    return Ok(Err(format!(
                        "{url} was not there after {} seconds of reading further pages.",
                        FOLLOW_LIMIT.as_secs()
                    )));
                };
                visited?
            }
        };
        let page = match brought {
            Ok(page) => page,
            Err(failed) => {
                let why = failed.reason.text;
                self.keep(Some(failed.capture), Some(why.clone()));
                return Ok(Err(why));
            }
        };
        self.seen.insert(key(&page.base));
        let why = if self.may_lead(from, &page.base) {
            match extract(self.library, &page).await {
                Ok(extraction) => match &extraction.no_article {
                    None => return Ok(Ok((page, extraction))),
                    Some(no_article) => format!("{url}: {}", no_article.explain()),
                },
                Err((reason, _)) => reason.text,
            }
        } else {
            elsewhere(&page.base)
        };
        self.keep(page.new_capture, Some(why.clone()));
        Ok(Err(why))
    }

    /// Whether a page may send us on to an address: one of the same site, or of
    /// a site whose name is written in the rule.
    fn may_lead(&self, from: &Url, to: &Url) -> bool {
        let (Some(from), Some(to)) = (from.host_str(), to.host_str()) else {
            return false;
        };
        is_same_site(from, to)
            || self
                .library
                .rules
                .for_host(from)
                .is_some_and(|rule| rule.names_host(to))
    }
}

/// Visits a page, and waits for the site's turn for as long as that takes.
async fn visit_in_turn(
    library: &Library,
    fetcher: &Fetcher,
    url: &Url,
) -> Result<Result<Page, Box<Failed>>, StoreError> {
    let nothing = Validators::default();
    loop {
        match visit(library, fetcher, url, &nothing).await? {
            Err(failed) if let Some(wait) = failed.not_before => sleep(wait).await,
            visited => return Ok(visited),
        }
    }
}

fn elsewhere(url: &Url) -> String {
    format!(
        "It is said to be at {url}, which is another site, and the rule does not name that site."
    )
}

/// Whether two hosts are one, but for `www.`, or one stands below the other.
fn is_same_site(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|host| host.strip_prefix("www.").unwrap_or(host));
    let is_below = |host: &str, above: &str| {
        host.strip_suffix(above)
            .is_some_and(|rest| rest.ends_with('.') && above.contains('.'))
    };
    one == other || is_below(one, other) || is_below(other, one)
}

/// What makes an address another page: all of it but the place on the page.
pub(crate) fn key(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_one_site_are_told_from_those_of_another() {
        for (one, other, same) in [
            ("www.news.example", "news.example", true),
            ("news.example", "print.news.example", true),
            ("m.news.example", "news.example", true),
            ("news.example", "oldnews.example", false),
            ("news.example", "example", false),
            ("127.0.0.1", "127.0.0.2", false),
        ] {
            assert_eq!(is_same_site(one, other), same, "{one} {other}");
        }
    }
}
