//! Discovery: from the address of any page to the feeds it names.
//!
//! The address may be a feed itself. A page names its feeds in its head; only
//! when it names none are the usual places on its site tried.

use cuttings_fetch::{Fetched, Fetcher, Want};
use cuttings_formats::feed;
use cuttings_html::{Attr, Limits, Tag};
use cuttings_model::{PageAddress, UserId, address};
use url::Url;

use super::{FeedError, name};
use crate::Library;
use crate::error::reason_of;
use crate::site_access::fetcher_for;

/// Most feeds that are offered of one page.
const MAX_CANDIDATES: usize = 20;

/// Where feeds stand on sites that do not say.
const USUAL_PLACES: [&str; 6] = [
    "/feed",
    "/rss",
    "/feed.xml",
    "/rss.xml",
    "/atom.xml",
    "/feed.json",
];

/// A feed one could subscribe to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where it is read.
    pub url: String,
    /// What it is called; empty when nobody says.
    pub title: String,
}

/// Finds the feeds of a page.
///
/// `typed` is the address of a page or of a feed, as a person types it; `feed:`
/// in front is understood.
///
/// # Errors
///
/// [`FeedError::Unreadable`] when the page cannot be fetched,
/// [`FeedError::Address`] when it is no address. A page without feeds gives an
/// empty list.
pub async fn discover(
    library: &Library,
    user_id: UserId,
    typed: &str,
) -> Result<Vec<Candidate>, FeedError> {
    let ours = fetcher_for(library, user_id).await?;
    let found = discover_with(&ours.fetcher, typed).await;
    ours.note_used(library).await?;
    found
}

async fn discover_with(fetcher: &Fetcher, typed: &str) -> Result<Vec<Candidate>, FeedError> {
    let page = address_of(typed)?;
    let url = Url::parse(page.as_str()).map_err(|_| FeedError::NoSuchFeed)?;
    let answer = fetcher
        .get(&url, Want::Feed)
        .await
        .map_err(|error| FeedError::Unreadable(reason_of(&error)))?;
    if let Some(found) = as_feed(&answer).await {
        return Ok(vec![found]);
    }
    let named = named(&answer).await;
    if !named.is_empty() {
        return Ok(named);
    }
    let mut found: Vec<Candidate> = Vec::new();
    for place in USUAL_PLACES {
        let Ok(url) = answer.final_url.join(place) else {
            continue;
        };
        // A site that has no such page has no such feed; that is no failure.
        let Ok(answer) = fetcher.get(&url, Want::Feed).await else {
            continue;
        };
        if let Some(candidate) = as_feed(&answer).await
            && !found.iter().any(|known| known.url == candidate.url)
        {
            found.push(candidate);
        }
    }
    Ok(found)
}

/// The address of a page or feed, as a person or a browser gives it.
pub fn address_of(typed: &str) -> Result<PageAddress, FeedError> {
    let typed = typed.trim();
    let bare = ["feed:", "FEED:"]
        .iter()
        .find_map(|scheme| typed.strip_prefix(scheme))
        .map_or(typed, |rest| rest.trim_start_matches("//"));
    Ok(address::parse(bare)?)
}

/// What was fetched, if it is a feed.
async fn as_feed(answer: &Fetched) -> Option<Candidate> {
    let text = text_of(answer).await?;
    let feed = tokio::task::spawn_blocking(move || feed::read(&text).ok())
        .await
        .ok()??;
    let title = feed.title.map(|title| name(&title.text));
    Some(Candidate {
        url: address::parse(answer.final_url.as_str())
            .ok()?
            .as_str()
            .to_owned(),
        title: title.unwrap_or_default(),
    })
}

async fn text_of(answer: &Fetched) -> Option<String> {
    let body = answer.body.clone();
    let content_type = answer.content_type().map(str::to_owned);
    tokio::task::spawn_blocking(move || {
        cuttings_html::decode::decode(&body, content_type.as_deref()).text
    })
    .await
    .ok()
}

/// The feeds a page names.
async fn named(answer: &Fetched) -> Vec<Candidate> {
    let Some(text) = text_of(answer).await else {
        return Vec::new();
    };
    let base = answer.final_url.clone();
    tokio::task::spawn_blocking(move || feeds_in(&text, &base))
        .await
        .unwrap_or_default()
}

fn feeds_in(page: &str, base: &Url) -> Vec<Candidate> {
    let document = cuttings_html::parse(page, &Limits::default());
    let mut base = base.clone();
    let mut found: Vec<Candidate> = Vec::new();
    for node in document.descendants(document.root()) {
        let tag = document.tag(node);
        if tag == Tag::Base {
            if let Some(given) = document
                .attr(node, Attr::Href)
                .and_then(|href| base.join(href).ok())
            {
                base = given;
            }
            continue;
        }
        if !matches!(tag, Tag::Link | Tag::A) || !names_a_feed(&document, node) {
            continue;
        }
        let Some(address) = document
            .attr(node, Attr::Href)
            .map(|href| href.trim().trim_start_matches("feed:"))
            .and_then(|href| base.join(href).ok())
            .and_then(|url| address::parse(url.as_str()).ok())
        else {
            continue;
        };
        if found.len() < MAX_CANDIDATES && !found.iter().any(|known| known.url == address.as_str())
        {
            found.push(Candidate {
                url: address.as_str().to_owned(),
                title: name(document.attr(node, Attr::Title).unwrap_or_default()),
            });
        }
    }
    found
}

/// `<link rel=alternate type=application/rss+xml>` and its relatives; an `<a>`
/// counts only when it says the same.
fn names_a_feed(document: &cuttings_html::Document, node: cuttings_html::NodeId) -> bool {
    let relations = document.attr(node, Attr::Rel).unwrap_or_default();
    let is = |wanted: &str| {
        relations
            .split_ascii_whitespace()
            .any(|relation| relation.eq_ignore_ascii_case(wanted))
    };
    let kind = document
        .attr(node, Attr::Type)
        .and_then(|kind| kind.split(';').next())
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let is_feed = matches!(
        kind.as_str(),
        "application/rss+xml"
            | "application/atom+xml"
            | "application/rdf+xml"
            | "application/feed+json"
            | "application/xml"
            | "text/xml"
    );
    (is("alternate") && is_feed && !is("stylesheet"))
        || (is("feed") && (kind.is_empty() || is_feed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_feeds_in_its_head() {
        let page = "<head><base href='/news/'>\
            <link rel=alternate type='application/rss+xml; charset=utf-8' title='All &amp; more' href='rss'>\
            <link rel='alternate' type='application/atom+xml' href='/atom'>\
            <link rel='alternate' type='application/rss+xml' href='rss'>\
            <link rel='alternate' hreflang=de href='/de'>\
            <link rel='alternate' type='application/json' href='/wp-json/1'>\
            <link rel='alternate' type='application/rss+xml' href='javascript:alert(1)'>";
        let base = Url::parse("https://l.example/front").unwrap();
        let found = feeds_in(page, &base);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].url, "https://l.example/news/rss");
        assert_eq!(found[0].title, "All & more");
        assert_eq!(found[1].url, "https://l.example/atom");
    }

    #[test]
    fn the_scheme_feed_is_understood() {
        for typed in [
            "feed:https://l.example/f",
            "feed://l.example/f",
            " l.example/f",
        ] {
            assert_eq!(
                address_of(typed).unwrap().as_str(),
                "https://l.example/f",
                "{typed}"
            );
        }
        assert!(address_of("feed:").is_err());
    }
}
