//! `GET /feeds`: the feeds somebody is subscribed to; finding and adding one,
//! its settings, giving it up.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use cuttings_library::feeds::{self, FeedError, discover, poll};
use cuttings_model::feed::ENTRIES_KEPT;
use cuttings_model::{Feed, FeedId, FeedState};
use cuttings_store::{FeedChange, ListedFeed};

use crate::app::App;
use crate::body::{FormBody, NumberPath, Query};
use crate::card::shortened;
use crate::dates;
use crate::error::HttpError;
use crate::pages::articles::ActionForm;
use crate::pages::entries::folder_path;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

/// Feeds on the page; with more, the others are reached by their folders'
/// streams, and the page stays under 60 KB.
const FEEDS_A_PAGE: usize = 120;
/// Longest reason in the list, in characters.
const MAX_REASON_CHARS: usize = 220;

#[derive(Template)]
#[template(path = "feeds.html")]
struct FeedsPage {
    shell: Shell,
    folders: Vec<Folder>,
    unseen_count: i64,
    /// A feed that was given up just now.
    left: Option<Left>,
    /// Whether there is anything to list.
    any: bool,
}

struct Folder {
    name: String,
    path: String,
    unseen_count: i64,
    feeds: Vec<Line>,
}

struct Left {
    id: FeedId,
    name: String,
}

/// A feed in the list.
struct Line {
    id: FeedId,
    name: String,
    unseen_count: i64,
    /// When it last brought something.
    changed: Option<String>,
    state: Option<&'static str>,
    /// What is wrong with it.
    reason: Option<String>,
    is_failing: bool,
}

/// Query of the page.
#[derive(Default, serde::Deserialize)]
pub(crate) struct FeedsQuery {
    left: Option<String>,
}

/// `GET /feeds`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    Query(query): Query<FeedsQuery>,
) -> Result<Response, HttpError> {
    let store = &app.library.store;
    let feeds = store.feeds(caller.user_id()).await?;
    let left = match query.left.as_deref().and_then(|id| id.parse().ok()) {
        Some(id) => store.feed(caller.user_id(), FeedId(id)).await?,
        None => None,
    };
    let text = &ENGLISH.feeds;
    let mut folders: Vec<Folder> = Vec::new();
    for (at, listed) in feeds.iter().enumerate() {
        let name = listed.feed.folder.as_str();
        if folders.last().is_none_or(|last| last.name != name) {
            folders.push(Folder {
                name: name.to_owned(),
                path: folder_path(name),
                unseen_count: 0,
                feeds: Vec::new(),
            });
        }
        if let Some(folder) = folders.last_mut() {
            folder.unseen_count += listed.unseen_count;
            if at < FEEDS_A_PAGE {
                folder.feeds.push(line(listed));
            }
        }
    }
    show(
        StatusCode::OK,
        &FeedsPage {
            shell: Shell::of(&caller, text.feeds, Place::Feeds, &here),
            unseen_count: feeds.iter().map(|listed| listed.unseen_count).sum(),
            any: !feeds.is_empty(),
            folders,
            left: left
                .filter(|feed| feed.deleted_at_ms.is_some())
                .map(|feed| Left {
                    id: feed.id,
                    name: feed.name().to_owned(),
                }),
        },
    )
}

fn line(listed: &ListedFeed) -> Line {
    let feed = &listed.feed;
    let text = &ENGLISH.feeds;
    let is_failing = feed.failures > 0 && feed.state == FeedState::Active;
    Line {
        id: feed.id,
        name: shortened(feed.name(), 120),
        unseen_count: listed.unseen_count,
        changed: feed
            .changed_at_ms
            .map(|at| (text.changed)(&dates::day(at).text)),
        state: match feed.state {
            FeedState::Paused => Some(text.paused),
            FeedState::Gone => Some(text.gone),
            FeedState::Active if is_failing => Some(text.failing),
            FeedState::Active => None,
        },
        reason: feed
            .reason
            .as_ref()
            .map(|reason| shortened(&reason.text, MAX_REASON_CHARS))
            .or_else(|| feed.polled_at_ms.is_none().then(|| text.waiting.to_owned())),
        is_failing: is_failing || feed.state == FeedState::Gone,
    }
}

#[derive(Template)]
#[template(path = "feed_add.html")]
struct AddPage {
    shell: Shell,
    typed: String,
    wrong: Option<String>,
    /// What was found; none before anything was looked for.
    candidates: Option<Vec<Offer>>,
    folders: Vec<String>,
}

struct Offer {
    url: String,
    title: String,
    /// The subscription, if there is one.
    known: Option<FeedId>,
}

/// Query of the page: an address to begin with.
#[derive(Default, serde::Deserialize)]
pub(crate) struct AddQuery {
    #[serde(default)]
    url: String,
}

/// The form that looks for feeds.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindForm {
    #[serde(default)]
    url: String,
}

/// `GET /feeds/add`. Nothing is fetched before somebody says so.
pub(crate) async fn add_form(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    Query(query): Query<AddQuery>,
) -> Result<Response, HttpError> {
    add_page(&app, &caller, &here, query.url, None, None).await
}

/// `POST /feeds/add`: looks for the feeds of a page.
pub(crate) async fn find(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    FormBody(form): FormBody<FindForm>,
) -> Result<Response, HttpError> {
    match discover::discover(&app.library, caller.user_id(), &form.url).await {
        Ok(found) => add_page(&app, &caller, &here, form.url, Some(found), None).await,
        Err(FeedError::Store(error)) => Err(error.into()),
        Err(error) => {
            let wrong = Some(error.explain());
            add_page(&app, &caller, &here, form.url, None, wrong).await
        }
    }
}

async fn add_page(
    app: &App,
    caller: &Caller,
    here: &Uri,
    typed: String,
    found: Option<Vec<discover::Candidate>>,
    wrong: Option<String>,
) -> Result<Response, HttpError> {
    let feeds = app.library.store.feeds(caller.user_id()).await?;
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let text = &ENGLISH.feeds;
    show(
        status,
        &AddPage {
            shell: Shell::of(caller, text.add_title, Place::Feeds, here),
            candidates: found.map(|found| {
                found
                    .into_iter()
                    .map(|candidate| Offer {
                        known: feeds
                            .iter()
                            .find(|listed| listed.feed.url == candidate.url)
                            .map(|listed| listed.feed.id),
                        title: match candidate.title.as_str() {
                            "" => text.untitled.to_owned(),
                            title => shortened(title, 120),
                        },
                        url: candidate.url,
                    })
                    .collect()
            }),
            folders: folder_names(&feeds),
            typed,
            wrong,
        },
    )
}

/// The folders there are, for whoever types one.
fn folder_names(feeds: &[ListedFeed]) -> Vec<String> {
    let mut names: Vec<String> = feeds
        .iter()
        .map(|listed| listed.feed.folder.clone())
        .filter(|folder| !folder.is_empty())
        .collect();
    names.dedup();
    names.truncate(100);
    names
}

/// The form that subscribes.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubscribeForm {
    #[serde(default)]
    url: String,
    #[serde(default)]
    folder: String,
}

/// `POST /feeds`.
pub(crate) async fn subscribe(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    FormBody(form): FormBody<SubscribeForm>,
) -> Result<Response, HttpError> {
    let subscribed = match discover::address_of(&form.url) {
        Ok(address) => {
            feeds::subscribe(&app.library, caller.user_id(), &address, "", &form.folder).await
        }
        Err(error) => Err(error),
    };
    match subscribed {
        Ok(done) => Ok(Redirect::to(&format!("/feeds/{}", done.feed.id)).into_response()),
        Err(FeedError::Store(error)) => Err(error.into()),
        Err(error) => {
            let wrong = Some(error.explain());
            add_page(&app, &caller, &here, form.url, None, wrong).await
        }
    }
}

#[derive(Template)]
#[template(path = "feed_settings.html")]
struct SettingsPage {
    shell: Shell,
    id: FeedId,
    name: String,
    own_title: String,
    title: String,
    folder: String,
    folders: Vec<String>,
    paused: bool,
    url: String,
    site_url: Option<String>,
    polled: Option<String>,
    changed: Option<String>,
    next: Option<String>,
    kept: String,
    reason: Option<String>,
    failures: Option<String>,
}

/// A feed that its user has not given up.
pub(crate) async fn own_feed(app: &App, caller: &Caller, id: FeedId) -> Result<Feed, HttpError> {
    app.library
        .store
        .feed(caller.user_id(), id)
        .await?
        .filter(|feed| feed.deleted_at_ms.is_none())
        .ok_or_else(|| FeedError::NoSuchFeed.into())
}

/// `GET /feeds/{feed}/settings`.
pub(crate) async fn settings(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    NumberPath(id): NumberPath,
) -> Result<Response, HttpError> {
    let feed = own_feed(&app, &caller, FeedId(id)).await?;
    let feeds = app.library.store.feeds(caller.user_id()).await?;
    let text = &ENGLISH.feeds;
    let name = feed.name().to_owned();
    show(
        StatusCode::OK,
        &SettingsPage {
            shell: Shell::of(&caller, (text.settings_of)(&name), Place::Feeds, &here),
            id: feed.id,
            own_title: feed.own_title.clone().unwrap_or_default(),
            title: feed.title.clone(),
            folders: folder_names(&feeds),
            paused: feed.state == FeedState::Paused,
            polled: feed.polled_at_ms.map(dates::moment),
            changed: feed.changed_at_ms.map(dates::moment),
            next: (feed.state == FeedState::Active).then(|| dates::moment(feed.poll_at_ms)),
            kept: (text.entries_kept)(ENTRIES_KEPT),
            failures: (feed.failures > 0).then(|| (text.failing_since)(feed.failures)),
            reason: feed.reason.map(|reason| reason.text),
            name,
            url: feed.url,
            site_url: feed.site_url,
            folder: feed.folder,
        },
    )
}

/// The settings of a feed. A box that is not ticked is not sent.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsForm {
    #[serde(default)]
    title: String,
    #[serde(default)]
    folder: String,
    #[serde(default)]
    paused: String,
}

/// `POST /feeds/{feed}/settings`.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
    FormBody(form): FormBody<SettingsForm>,
) -> Result<Redirect, HttpError> {
    let id = FeedId(id);
    let feed = own_feed(&app, &caller, id).await?;
    let paused = !form.paused.is_empty();
    let change = FeedChange {
        own_title: Some(&form.title),
        folder: Some(&form.folder),
        // A feed that is gone stays so, unless it is paused or asked for.
        paused: (paused != (feed.state == FeedState::Paused)).then_some(paused),
    };
    feeds::change(&app.library, caller.user_id(), id, change).await?;
    Ok(Redirect::to(&format!("/feeds/{id}")))
}

/// `POST /feeds/{feed}/poll`: reads it now.
pub(crate) async fn poll(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    poll::poll_now(&app.library, caller.user_id(), FeedId(id)).await?;
    Ok(Redirect::to(&form.back()))
}

/// `POST /feeds/{feed}/unsubscribe`. The list it goes back to offers to undo it.
pub(crate) async fn unsubscribe(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<Redirect, HttpError> {
    feeds::unsubscribe(&app.library, caller.user_id(), FeedId(id)).await?;
    Ok(Redirect::to(&format!("/feeds?left={id}")))
}

/// `POST /feeds/{feed}/resubscribe`.
pub(crate) async fn resubscribe(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<Redirect, HttpError> {
    feeds::resubscribe(&app.library, caller.user_id(), FeedId(id)).await?;
    Ok(Redirect::to("/feeds"))
}
