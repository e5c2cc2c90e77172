//! `GET /entries` and `GET /feeds/{feed}`: the stream of entries, of all feeds,
//! of a folder or of one; `GET /entries/{entry}`: reading one.
//!
//! Looking changes nothing: an entry is marked as seen by a button, or by
//! `entries.js` when it is opened.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri};
use axum::response::{Redirect, Response};
use cuttings_extract::SafeHtml;
use cuttings_library::feeds::{FeedError, entries};
use cuttings_library::now_ms;
use cuttings_model::{Entry, EntryId, Feed, FeedId};
use cuttings_store::{EntryPosition, EntryView, Stream};

use crate::app::App;
use crate::body::{FormBody, NumberPath, Query};
use crate::card::shortened;
use crate::dates::{self, Day};
use crate::error::HttpError;
use crate::origin::local_path;
use crate::pages::articles::ActionForm;
use crate::pages::feeds::own_feed;
use crate::pages::reader::Kept;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

/// Entries on a page. With the longest texts an entry may have, a page stays
/// under 60 KB.
const ENTRIES_A_PAGE: usize = 30;
/// Longest excerpt in the list, in characters. Two printed lines hold fewer.
const MAX_EXCERPT_CHARS: usize = 220;

#[derive(Template)]
#[template(path = "entries.html")]
struct EntriesPage {
    shell: Shell,
    view: EntryView,
    tabs: Vec<Tab>,
    /// The feed this is the stream of.
    feed: Option<FeedHead>,
    /// The folder, for the button that marks everything in it.
    folder: Option<String>,
    entries: Vec<Line>,
    marked: Option<Marked>,
    /// What is there by this instant is marked by the button.
    until_ms: i64,
    next: Option<String>,
    newest: String,
    first: bool,
}

struct Tab {
    path: String,
    label: &'static str,
    current: bool,
}

/// What stands over the stream of one feed.
struct FeedHead {
    id: FeedId,
    site_url: Option<String>,
    reason: Option<String>,
    is_failing: bool,
    next_try: Option<String>,
}

struct Marked {
    told: String,
    at_ms: i64,
}

/// An entry in the stream.
struct Line {
    id: EntryId,
    feed: Option<String>,
    feed_id: FeedId,
    headline: String,
    short: String,
    excerpt: String,
    author: Option<String>,
    day: Day,
    minutes: Option<i64>,
    language: Option<String>,
    url: Option<String>,
    article: Option<i64>,
    by_rule: bool,
    seen: bool,
    path: String,
}

/// Query of a stream. What makes no sense counts as missing, because people edit
/// addresses.
#[derive(Default, serde::Deserialize)]
pub(crate) struct StreamQuery {
    show: Option<String>,
    folder: Option<String>,
    after: Option<String>,
    marked: Option<String>,
    many: Option<String>,
}

/// `GET /entries`.
pub(crate) async fn stream(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    Query(query): Query<StreamQuery>,
) -> Result<Response, HttpError> {
    page(&app, &caller, &here, &query, None).await
}

/// `GET /feeds/{feed}`.
pub(crate) async fn of_feed(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    NumberPath(id): NumberPath,
    Query(query): Query<StreamQuery>,
) -> Result<Response, HttpError> {
    let feed = own_feed(&app, &caller, FeedId(id)).await?;
    page(&app, &caller, &here, &query, Some(feed)).await
}

async fn page(
    app: &App,
    caller: &Caller,
    here: &Uri,
    query: &StreamQuery,
    feed: Option<Feed>,
) -> Result<Response, HttpError> {
    let until_ms = now_ms();
    let text = &ENGLISH.feeds;
    let view = view_of(query.show.as_deref());
    let stream = Stream {
        feed_id: feed.as_ref().map(|feed| feed.id),
        folder: query.folder.clone().filter(|_| feed.is_none()),
    };
    let after = query.after.as_deref().and_then(read_position);
    let mut found = app
        .library
        .store
        .entries(
            caller.user_id(),
            &stream,
            view,
            after,
            ENTRIES_A_PAGE as i64 + 1,
        )
        .await?;
    let more = found.len() > ENTRIES_A_PAGE;
    found.truncate(ENTRIES_A_PAGE);
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| stream_path(&stream, view, Some(&position(last))));
    let title = match (&feed, &stream.folder) {
        (Some(feed), _) => feed.name().to_owned(),
        (None, Some(folder)) if folder.is_empty() => text.no_folder.to_owned(),
        (None, Some(folder)) => folder.clone(),
        (None, None) => text.everything.to_owned(),
    };
    let many: i64 = query
        .many
        .as_deref()
        .and_then(|many| many.parse().ok())
        .unwrap_or(0);
    let mut shell = Shell::of(caller, title, Place::Feeds, here);
    shell.here = stream_path(
        &stream,
        view,
        query.after.as_deref().filter(|_| after.is_some()),
    );
    show(
        StatusCode::OK,
        &EntriesPage {
            shell,
            view,
            tabs: [
                (EntryView::Unseen, text.unseen),
                (EntryView::All, text.all),
                (EntryView::Saved, text.saved),
            ]
            .map(|(tab, label)| Tab {
                path: stream_path(&stream, tab, None),
                label,
                current: tab == view,
            })
            .into(),
            entries: found
                .iter()
                .map(|entry| line(entry, &stream, view))
                .collect(),
            feed: feed.map(|feed| FeedHead {
                id: feed.id,
                is_failing: feed.failures > 0,
                next_try: (feed.failures > 0)
                    .then(|| (text.next_try)(&dates::moment(feed.poll_at_ms))),
                site_url: feed.site_url,
                reason: feed.reason.map(|reason| reason.text),
            }),
            marked: query
                .marked
                .as_deref()
                .and_then(|at| at.parse().ok())
                .map(|at_ms| Marked {
                    told: (text.marked)(many),
                    at_ms,
                }),
            until_ms,
            next,
            newest: stream_path(&stream, view, None),
            first: after.is_none(),
            folder: stream.folder,
        },
    )
}

fn line(entry: &Entry, stream: &Stream, view: EntryView) -> Line {
    let headline = shortened(entry.headline(), 200);
    let excerpt = entry.text.split_whitespace().collect::<Vec<_>>().join(" ");
    Line {
        id: entry.id,
        feed: stream
            .feed_id
            .is_none()
            .then(|| shortened(&entry.feed_name, 80)),
        feed_id: entry.feed_id,
        short: shortened(&headline, 60),
        // A text that stands in for a missing headline is not said twice.
        excerpt: if entry.title.is_empty() {
            String::new()
        } else {
            shortened(&excerpt, MAX_EXCERPT_CHARS)
        },
        author: entry.author.as_deref().map(|author| shortened(author, 80)),
        day: dates::day(entry.sort_at_ms),
        minutes: minutes(entry),
        language: entry.language.clone(),
        url: entry.url.clone(),
        article: entry.article_id.map(|id| id.0),
        by_rule: entry.rule_id.is_some(),
        seen: entry.seen_at_ms.is_some(),
        path: entry_path(entry.id, stream, view),
        headline,
    }
}

/// Minutes to read what the feed says; none for a teaser.
fn minutes(entry: &Entry) -> Option<i64> {
    const TEASER_WORDS: i64 = 150;
    let words = usize::try_from(entry.word_count).unwrap_or(0);
    (entry.word_count > TEASER_WORDS).then(|| {
        i64::from(cuttings_text::count::reading_minutes(
            words,
            entry.language.as_deref(),
        ))
    })
}

pub(crate) fn view_of(word: Option<&str>) -> EntryView {
    match word {
        Some("all") => EntryView::All,
        Some("saved") => EntryView::Saved,
        _ => EntryView::Unseen,
    }
}

fn word_of(view: EntryView) -> &'static str {
    match view {
        EntryView::Unseen => "unseen",
        EntryView::All => "all",
        EntryView::Saved => "saved",
    }
}

/// The stream of a folder.
pub(crate) fn folder_path(folder: &str) -> String {
    let stream = Stream {
        feed_id: None,
        folder: Some(folder.to_owned()),
    };
    stream_path(&stream, EntryView::Unseen, None)
}

fn stream_path(stream: &Stream, view: EntryView, after: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(folder) = &stream.folder {
        query.append_pair("folder", folder);
    }
    if view != EntryView::Unseen {
        query.append_pair("show", word_of(view));
    }
    if let Some(after) = after {
        query.append_pair("after", after);
    }
    let base = match stream.feed_id {
        Some(feed) => format!("/feeds/{feed}"),
        None => "/entries".to_owned(),
    };
    match query.finish() {
        query if query.is_empty() => base,
        query => format!("{base}?{query}"),
    }
}

/// An entry, read as part of a stream.
fn entry_path(id: EntryId, stream: &Stream, view: EntryView) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(feed) = stream.feed_id {
        query.append_pair("feed", &feed.to_string());
    }
    if let Some(folder) = &stream.folder {
        query.append_pair("folder", folder);
    }
    if view != EntryView::Unseen {
        query.append_pair("show", word_of(view));
    }
    match query.finish() {
        query if query.is_empty() => format!("/entries/{id}"),
        query => format!("/entries/{id}?{query}"),
    }
}

/// A place in the stream as an address holds it.
pub(crate) fn position(entry: &Entry) -> String {
    format!("{}.{}", entry.sort_at_ms, entry.id)
}

/// Reads [`position`] back; `None` when it is none.
pub(crate) fn read_position(text: &str) -> Option<EntryPosition> {
    let (sort_at_ms, id) = text.split_once('.')?;
    let number = |text: &str| text.parse().ok().filter(|number: &i64| *number >= 0);
    Some(EntryPosition {
        sort_at_ms: number(sort_at_ms)?,
        id: number(id)?,
    })
}

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryPage {
    shell: Shell,
    entry: Line,
    feed: String,
    body: Kept,
    has_words: bool,
    direction: &'static str,
    /// The stream it is read in.
    back: String,
    next: Option<Beside>,
}

struct Beside {
    path: String,
    title: String,
}

/// Query of an entry: the stream it is read in.
#[derive(Default, serde::Deserialize)]
pub(crate) struct EntryQuery {
    show: Option<String>,
    folder: Option<String>,
    feed: Option<String>,
}

/// `GET /entries/{entry}`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    NumberPath(id): NumberPath,
    Query(query): Query<EntryQuery>,
) -> Result<Response, HttpError> {
    let store = &app.library.store;
    let (entry, html) = store
        .entry(caller.user_id(), EntryId(id))
        .await?
        .ok_or(FeedError::NoSuchEntry)?;
    let view = view_of(query.show.as_deref());
    let stream = Stream {
        feed_id: query
            .feed
            .as_deref()
            .and_then(|feed| feed.parse().ok())
            .map(FeedId),
        folder: query.folder,
    };
    let here_ms = EntryPosition {
        sort_at_ms: entry.sort_at_ms,
        id: entry.id.0,
    };
    let next = store
        .entries(caller.user_id(), &stream, view, Some(here_ms), 1)
        .await?;
    let line = line(&entry, &stream, view);
    // Pictures stay where they are: showing them would tell their site who
    // reads, and when. The saved article has copies.
    let body = SafeHtml::from_kept(html).with_pictures(|_| None);
    let right_to_left = entry
        .language
        .as_deref()
        .is_some_and(cuttings_text::language::is_rtl);
    show(
        StatusCode::OK,
        &EntryPage {
            shell: Shell::of(&caller, line.headline.clone(), Place::Feeds, &here),
            feed: shortened(&entry.feed_name, 80),
            has_words: !entry.text.trim().is_empty(),
            body: Kept(body),
            direction: if right_to_left { "rtl" } else { "ltr" },
            back: stream_path(&stream, view, None),
            next: next.first().map(|next| Beside {
                path: entry_path(next.id, &stream, view),
                title: shortened(next.headline(), 80),
            }),
            entry: line,
        },
    )
}

/// `POST /entries/{entry}/seen`.
pub(crate) async fn seen(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    entries::set_seen(&app.library, caller.user_id(), EntryId(id), true).await?;
    Ok(Redirect::to(&form.back()))
}

/// `POST /entries/{entry}/unseen`.
pub(crate) async fn unseen(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    entries::set_seen(&app.library, caller.user_id(), EntryId(id), false).await?;
    Ok(Redirect::to(&form.back()))
}

/// `POST /entries/{entry}/save`: fetches its whole story into the library.
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    entries::save(&app.library, caller.user_id(), EntryId(id)).await?;
    Ok(Redirect::to(&form.back()))
}

/// Which part of the stream is marked.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllSeenForm {
    until: Option<String>,
    feed: Option<String>,
    folder: Option<String>,
    #[serde(default)]
    back: String,
}

/// `POST /entries/seen`: marks everything that was there when the page was made.
pub(crate) async fn all_seen(
    State(app): State<App>,
    caller: Caller,
    FormBody(form): FormBody<AllSeenForm>,
) -> Result<Redirect, HttpError> {
    let until_ms = form
        .until
        .as_deref()
        .and_then(|until| until.parse().ok())
        .ok_or_else(|| HttpError::bad_request("until is not an instant in milliseconds."))?;
    let stream = Stream {
        feed_id: form
            .feed
            .as_deref()
            .and_then(|feed| feed.parse().ok())
            .map(FeedId),
        folder: form.folder,
    };
    let marked = entries::set_all_seen(&app.library, caller.user_id(), &stream, until_ms).await?;
    let back = local_path(&form.back).unwrap_or_else(|| "/entries".to_owned());
    let joint = if back.contains('?') { '&' } else { '?' };
    Ok(Redirect::to(&format!(
        "{back}{joint}marked={}&many={}",
        marked.at_ms, marked.count
    )))
}

/// What is to be taken back.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeBackForm {
    #[serde(default)]
    at: String,
    #[serde(default)]
    back: String,
}

/// `POST /entries/unseen`: takes back that everything was marked.
pub(crate) async fn take_back(
    State(app): State<App>,
    caller: Caller,
    FormBody(form): FormBody<TakeBackForm>,
) -> Result<Redirect, HttpError> {
    if let Ok(at_ms) = form.at.parse() {
        entries::take_back(&app.library, caller.user_id(), at_ms).await?;
    }
    let back = local_path(&form.back).unwrap_or_else(|| "/entries".to_owned());
    Ok(Redirect::to(&back))
}
