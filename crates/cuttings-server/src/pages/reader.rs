//! `GET /articles/{id}`: the reader, one story and nothing beside it.
//!
//! The words come from the store as the extractor's safe HTML, pictures
//! pointing to our own kept copies. An article that cannot be read yet, or
//! could not be read, gets a page that says so and what to do.
//!
//! `?in=` holds the filter of the list it was opened from, `?q=` the search; the
//! page then leads back there and on to what lies beside the article.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use cuttings_extract::SafeHtml;
use cuttings_library::{replay, search as library_search};
use cuttings_model::{Article, ArticleState, Colour, Filter, Stopped};
use cuttings_store::{Neighbour, Neighbours, StoreError};

use crate::app::App;
use crate::body::{ArticlePath, Query};
use crate::card::{Card, Within, compare_path, reader_path};
use crate::dates::{self, Day};
use crate::error::HttpError;
use crate::margin::{Margin, margin};
use crate::pages::library_query::LibraryQuery;
use crate::pages::search;
use crate::pages::settings::{Choice, looks};
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::story::{self, Printed, Words};
use crate::texts::ENGLISH;

#[derive(Template)]
#[template(path = "reader.html")]
struct ReaderPage {
    shell: Shell,
    card: Card,
    /// The whole dek; the card's may be cut.
    dek: Option<String>,
    direction: &'static str,
    body: Kept,
    /// Where its reader stopped, when that is neither the beginning nor the end.
    stopped: Option<StoppedHere>,
    /// How much of it is read, if somebody has begun.
    percent: Option<i64>,
    margin: Margin,
    source: Source,
    list: ListLinks,
    looks: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage {
    shell: Shell,
    card: Card,
    source: Source,
    list: ListLinks,
    looks: Vec<Choice>,
}

/// Query of the page. Others may stand in the address.
#[derive(serde::Deserialize)]
pub(crate) struct ReaderQuery {
    r#in: Option<String>,
    q: Option<String>,
}

/// A place to go on at: a block of this page and how far down it is.
struct StoppedHere {
    block: usize,
    percent: i64,
}

/// Where the article's list leads.
struct ListLinks {
    /// The list itself.
    back: String,
    previous: Option<Beside>,
    next: Option<Beside>,
}

/// An article beside this one.
struct Beside {
    path: String,
    title: String,
}

/// Safe HTML as a template prints it: as it is. The one type here that askama
/// does not escape.
pub(crate) struct Kept(pub SafeHtml);

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl HtmlSafe for Kept {}

/// Where an article comes from, for the foot of its page.
struct Source {
    /// The address it was saved as, when that is not where it was read from.
    given_url: Option<String>,
    saved: String,
    modified: Option<Day>,
    /// An edit that was found by capturing again.
    edited: Option<FoundEdit>,
    /// When the shown copy was kept.
    kept: Option<String>,
    /// The number of that copy, when it can be seen as the page it was.
    capture: Option<i64>,
    /// The feed it came from and the rule that saved it.
    came: Option<Came>,
}

/// When an edit was found, and the comparison that shows it.
struct FoundEdit {
    day: String,
    path: String,
}

/// How an article came from a feed.
struct Came {
    told: String,
    path: String,
}

/// `GET /articles/{id}`.
pub(crate) async fn reader(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    ArticlePath(id): ArticlePath,
    Query(query): Query<ReaderQuery>,
) -> Result<Response, HttpError> {
    let store = &app.library.store;
    let article = store
        .article(caller.user_id(), id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or_else(HttpError::no_such_article)?;
    let source = source(&app, &caller, &article).await?;
    let within = match (query.r#in, query.q) {
        (Some(filter), _) => Some(Within::List(Filter::read(&filter))),
        (None, Some(words)) => Some(Within::Search(words)),
        (None, None) => None,
    };
    let list = list_links(&app, &caller, &article, within).await?;
    let looks = looks(caller.settings, &ENGLISH.settings);
    let shell = Shell::of(&caller, article.title(), Place::Elsewhere, &here);
    let mut card = Card::of(&article);
    article.title().clone_into(&mut card.title);

    let body = match article.state {
        ArticleState::Ready => store.article_body(caller.user_id(), id).await?,
        ArticleState::Queued | ArticleState::Failed => None,
    };
    let Some(body) = body else {
        return show(
            StatusCode::OK,
            &WaitingPage {
                shell,
                card,
                source,
                list,
                looks,
            },
        );
    };
    let dek = article.dek_above(&body.text).map(str::to_owned);
    let words = body.text.clone();
    let (margin, marked) = margin(&app, &caller, &article, body, &here).await?;
    let text = &ENGLISH.reader;
    let sizes = store
        .pictures(caller.user_id(), id)
        .await?
        .into_iter()
        .filter_map(|picture| {
            let path = format!("/articles/{id}/pictures/{}", picture.digest);
            Some((path, (picture.width?, picture.height?)))
        })
        .collect();
    let printed = story::print(
        &marked,
        &words,
        Words {
            table: text.table,
            enlarge: text.enlarge,
            enlarge_named: text.enlarge_named,
        },
        &sizes,
    );
    show(
        StatusCode::OK,
        &ReaderPage {
            shell,
            card,
            dek,
            direction: if article.right_to_left { "rtl" } else { "ltr" },
            stopped: article
                .stopped
                .and_then(|stopped| stopped_here(stopped, &printed)),
            percent: article.stopped.map(|stopped| stopped.position.percent),
            body: Kept(printed.html),
            margin,
            source,
            list,
            looks,
        },
    )
}

/// The place to go on at. The story may have been read anew since and its
/// blocks be others: then it is the nearest one before.
fn stopped_here(stopped: Stopped, printed: &Printed) -> Option<StoppedHere> {
    let wanted = usize::try_from(stopped.position.block).ok()?;
    let block = printed
        .blocks
        .iter()
        .copied()
        .take_while(|block| *block <= wanted)
        .last()?;
    (block > 0 && !stopped.position.is_end()).then_some(StoppedHere {
        block,
        percent: stopped.position.percent,
    })
}

async fn list_links(
    app: &App,
    caller: &Caller,
    article: &Article,
    within: Option<Within>,
) -> Result<ListLinks, HttpError> {
    let (library, user_id) = (&app.library, caller.user_id());
    let beside = match &within {
        None => Ok(Neighbours::default()),
        Some(Within::List(filter)) => library.store.neighbours(user_id, filter, article.id).await,
        Some(Within::Search(query)) => {
            library_search::neighbours(library, user_id, query, article.id).await
        }
    };
    let beside = match beside {
        Ok(beside) => beside,
        // The list says what is wrong with its words; the story is here.
        Err(StoreError::Query(_)) => Neighbours::default(),
        Err(error) => return Err(error.into()),
    };
    let link = |neighbour: Neighbour| Beside {
        path: reader_path(neighbour.id, within.as_ref()),
        title: neighbour.title,
    };
    Ok(ListLinks {
        previous: beside.previous.map(link),
        next: beside.next.map(link),
        back: match within {
            None => "/".to_owned(),
            Some(Within::List(filter)) => LibraryQuery::default().under(filter),
            Some(Within::Search(query)) => search::path(&query, 1),
        },
    })
}

async fn source(app: &App, caller: &Caller, article: &Article) -> Result<Source, HttpError> {
    let captures = app
        .library
        .store
        .captures(caller.user_id(), article.id)
        .await?;
    let shown = captures
        .iter()
        .find(|capture| Some(capture.id) == article.capture_id);
    let kept = shown.map(|capture| dates::moment(capture.captured_at_ms));
    let capture = shown
        .filter(|capture| replay::is_shown(capture))
        .map(|capture| capture.id.0);
    let given_url = Some(&article.given_url)
        .filter(|given| *given != article.source_url())
        .cloned();
    Ok(Source {
        given_url,
        saved: dates::moment(article.saved_at_ms),
        modified: article
            .modified
            .as_ref()
            .and_then(|dated| dates::printed_day(&dated.text)),
        edited: article.edited.map(|edit| FoundEdit {
            day: dates::day(edit.at_ms).text,
            path: compare_path(article.id, &edit),
        }),
        kept,
        capture,
        came: app
            .library
            .store
            .feed_save(caller.user_id(), article.id)
            .await?
            .map(|save| Came {
                told: match &save.rule_query {
                    Some(query) => (ENGLISH.feeds.from_rule)(&save.feed_title, query),
                    None => (ENGLISH.feeds.from_feed_title)(&save.feed_title),
                },
                path: format!("/feeds/{}?show=all", save.feed_id),
            }),
    })
}
