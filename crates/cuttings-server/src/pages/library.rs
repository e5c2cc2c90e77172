//! `GET /`: the library, with the save box on top, its shelves, filters and
//! orders.
//!
//! The address says it all (see [`crate::pages::library_query`]). The list is
//! paged by position, not by number, so nothing is skipped or shown twice while
//! articles come in. The save form shows this page again when it has something
//! to say (see [`crate::pages::articles`]).

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use cuttings_model::settings::ListLayout;
use cuttings_model::{
    Article, ArticleId, ArticleState, EditedWhich, Filter, Length, MAX_ID, Sort, View,
};
use cuttings_store::{DoneAction, ListPosition};

use crate::app::App;
use crate::body::QueryPairs;
use crate::card::{Card, CardDay, Twin, Within, reader_path};
use crate::dates;
use crate::error::HttpError;
use crate::pages::library_query::{Chip, Choice, FilterForm, LibraryQuery};
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::Texts;

/// Articles on a page. With the longest texts a card may have, a page stays
/// under 60 KB.
const ARTICLES_A_PAGE: i64 = 24;
/// Rows on a page, which are shorter.
const ROWS_A_PAGE: i64 = 40;
/// Tags that are offered for completion: those made last.
pub(crate) const TAGS_OFFERED: i64 = 60;
/// Saved filters are counted up to this, and show a plus sign from there.
const MOST_COUNTED: i64 = 1_000;

#[derive(Template)]
#[template(path = "library.html")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is something the template shows by itself"
)]
struct LibraryPage {
    shell: Shell,
    shelves: Vec<Choice>,
    saved_filters: Vec<SavedLink>,
    save: SaveBox,
    notices: Vec<Notice>,
    words_wrong: Option<String>,
    orders: Vec<Choice>,
    order: String,
    layouts: Vec<Choice>,
    layout: ListLayout,
    chips: Vec<Chip>,
    cleared: String,
    form: FilterForm,
    /// The filter as a query, for forms.
    query: String,
    /// Whether it is worth a name: more than a shelf alone.
    can_be_kept: bool,
    count: i64,
    failures: Vec<Failures>,
    empty: Empty,
    /// Whether there is nothing to sort or to filter.
    bare: bool,
    /// Where nothing matches: the same list under one filter less.
    loosened: Vec<Loosened>,
    cards: Vec<Card>,
    tags: Vec<String>,
    /// Path of the next page.
    next: Option<String>,
    /// Path of the first page of this list.
    start: String,
    /// Whether this is the first page.
    first: bool,
    newest_first: bool,
    /// Whether an article on this page is still being fetched.
    waiting: bool,
}

/// A saved filter in its row.
struct SavedLink {
    path: String,
    name: String,
    count: String,
    current: bool,
}

/// Something to say above the list, perhaps with a link and a button.
struct Notice {
    text: String,
    /// A title that stands behind the text, and where it leads.
    title: Option<String>,
    link: Option<String>,
    /// Where the button sends to, to undo it.
    undo: Option<String>,
}

/// Failed captures of one reason.
struct Failures {
    label: String,
    count: i64,
    path: String,
    /// The filter that lets them through, as a query.
    query: String,
    current: bool,
}

/// Which words an empty list has.
#[derive(PartialEq, Eq)]
enum Empty {
    End,
    NoMatch,
    Failed,
    Shelf(View),
    /// There is no article at all.
    Library,
}

/// A list under one filter less.
struct Loosened {
    label: String,
    path: String,
    count: i64,
}

/// The save box: what was typed, and what was wrong with it.
#[derive(Default)]
pub(crate) struct SaveBox {
    pub typed: String,
    pub error: Option<SaveError>,
}

/// Why what was typed was not saved.
pub(crate) struct SaveError {
    /// What is wrong, without a final stop.
    pub what: String,
    /// What to do next, a sentence.
    pub advice: String,
}

/// `GET /`.
pub(crate) async fn library(
    State(app): State<App>,
    caller: Caller,
    axum::extract::OriginalUri(here): axum::extract::OriginalUri,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, HttpError> {
    let query = LibraryQuery::read(&pairs);
    if query.has_empty {
        // A form was sent: the address that stays says only what it must.
        return Ok(Redirect::to(&query.path_here()).into_response());
    }
    page(&app, &caller, &here, query, SaveBox::default()).await
}

/// The library page with a save box that has something to say, or has not.
pub(crate) async fn page(
    app: &App,
    caller: &Caller,
    here: &Uri,
    mut query: LibraryQuery,
    save: SaveBox,
) -> Result<Response, HttpError> {
    let (store, user_id) = (&app.library.store, caller.user_id());
    let form = FilterForm::of(&query);
    let words_wrong = wrong_words(&mut query.filter);
    let filter = &query.filter;
    let after = query
        .after
        .as_deref()
        .and_then(|after| ListPosition::parse(after, filter.sort));
    let usual = caller.settings.list_layout;
    let layout = query.layout.unwrap_or(usual);
    let on_a_page = match layout {
        ListLayout::Dense => ROWS_A_PAGE,
        ListLayout::List | ListLayout::Cards => ARTICLES_A_PAGE,
    };
    let (list, count, groups, tags, saved_filters) = tokio::try_join!(
        store.list(user_id, filter, after.as_ref(), on_a_page),
        store.count(user_id, filter, None),
        store.failure_groups(user_id),
        store.newest_tags(user_id, TAGS_OFFERED),
        store.filters(user_id),
    )?;
    let mut shell = Shell::of(caller, "", Place::Library, here);
    let text = shell.text;
    let failed = groups.iter().map(|group| group.article_count).sum();
    let shelves = query.shelves(failed, text);
    shell.title = shelves
        .iter()
        .find(|shelf| shelf.current)
        .map_or(text.library.all, |shelf| &shelf.label)
        .to_owned();
    shell.here = query.path_here();

    let mut saved_links = Vec::new();
    for saved in saved_filters {
        let kept = Filter::read(&saved.query);
        // A filter whose words cannot be read any more shows no count.
        let count = match store.count(user_id, &kept, Some(MOST_COUNTED)).await {
            Ok(MOST_COUNTED..) => format!("{}+", MOST_COUNTED - 1),
            Ok(count) => count.to_string(),
            Err(cuttings_store::StoreError::Query(_)) => String::new(),
            Err(error) => return Err(error.into()),
        };
        saved_links.push(SavedLink {
            current: kept == *filter,
            path: query.under(kept),
            name: saved.name,
            count,
        });
    }
    let failures = if filter.state == Some(ArticleState::Failed) {
        groups
            .into_iter()
            .map(|group| {
                let of_reason = Filter {
                    state: Some(ArticleState::Failed),
                    reason: Some(group.code.clone()),
                    ..Filter::default()
                };
                Failures {
                    label: (text.library.failure)(&group.code),
                    count: group.article_count,
                    path: query.under(of_reason.clone()),
                    query: of_reason.query(),
                    current: filter.reason.as_ref() == Some(&group.code),
                }
            })
            .collect()
    } else {
        Vec::new()
    };
    let status = if save.error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let notices = notices(app, caller, &query, text).await?;
    let cards = cards(app, caller, &list.articles, filter).await?;
    let chips = query.chips(text);
    let mut empty = empty(&query, after.is_none());
    let mut loosened = Vec::new();
    if cards.is_empty() {
        match empty {
            Empty::NoMatch => loosened = loosen(app, caller, &query, &chips, text).await?,
            Empty::Shelf(_) if store.count(user_id, &View::All.into(), Some(1)).await? == 0 => {
                empty = Empty::Library;
            }
            _ => {}
        }
    }
    show(
        status,
        &LibraryPage {
            shelves,
            saved_filters: saved_links,
            save,
            notices,
            words_wrong,
            orders: query.orders(text),
            order: (text.library.order)(filter.sort.as_str()),
            layouts: query.layouts(usual, text),
            layout,
            chips,
            cleared: query.cleared(),
            form,
            query: filter.query(),
            can_be_kept: !filter.narrowing().is_empty()
                || filter.sort != Sort::default()
                || filter.state.is_some(),
            count,
            failures,
            bare: cards.is_empty() && matches!(empty, Empty::Shelf(_) | Empty::Library),
            empty,
            loosened,
            waiting: list
                .articles
                .iter()
                .any(|article| article.state == ArticleState::Queued),
            cards,
            tags,
            next: list.next.map(|next| query.path_after(&next.to_string())),
            start: query.path(),
            first: after.is_none(),
            newest_first: filter.sort == Sort::Newest,
            shell,
        },
    )
}

/// Takes words that are no query out of the filter; gives what is wrong.
fn wrong_words(filter: &mut Filter) -> Option<String> {
    let wrong = cuttings_text::query::parse(filter.words.as_deref()?).err()?;
    filter.words = None;
    Some(wrong.message)
}

fn empty(query: &LibraryQuery, first: bool) -> Empty {
    if !first {
        Empty::End
    } else if !query.filter.narrowing().is_empty() {
        Empty::NoMatch
    } else {
        match query.filter.state {
            Some(ArticleState::Failed) => Empty::Failed,
            Some(_) => Empty::NoMatch,
            None => Empty::Shelf(query.filter.shelf()),
        }
    }
}

/// The list without each of its filters, where there is something in it then.
async fn loosen(
    app: &App,
    caller: &Caller,
    query: &LibraryQuery,
    chips: &[Chip],
    text: &Texts,
) -> Result<Vec<Loosened>, HttpError> {
    let mut ways: Vec<(String, Filter)> = chips
        .iter()
        .map(|chip| ((text.library.dropped)(&chip.label), chip.left.clone()))
        .collect();
    if query.filter.state.is_some() {
        let left = Filter {
            state: None,
            ..query.filter.clone()
        };
        ways.push((text.library.any_state.to_owned(), left));
    } else if query.filter.shelf() != View::All {
        let left = Filter {
            view: Some(View::All),
            ..query.filter.clone()
        };
        ways.push((text.library.any_shelf.to_owned(), left));
    }
    let mut loosened = Vec::new();
    for (label, left) in ways {
        let count = app
            .library
            .store
            .count(caller.user_id(), &left, None)
            .await?;
        if count > 0 {
            loosened.push(Loosened {
                label,
                path: query.under(left),
                count,
            });
        }
    }
    Ok(loosened)
}

/// The cards of a list, with the day of each run of them where days are what
/// it is sorted by, and what each seems to repeat.
async fn cards(
    app: &App,
    caller: &Caller,
    articles: &[Article],
    filter: &Filter,
) -> Result<Vec<Card>, HttpError> {
    let older: Vec<ArticleId> = articles
        .iter()
        .filter_map(|article| article.twin_of)
        .collect();
    let older = app.library.store.articles(caller.user_id(), &older).await?;
    let within = Within::List(filter.clone());
    let mut last = None;
    let mut cards = Vec::new();
    for article in articles {
        let mut card = Card::of(article);
        card.pick = true;
        card.path = reader_path(article.id, Some(&within));
        card.twin = older
            .iter()
            .find(|older| Some(older.id) == article.twin_of && older.deleted_at_ms.is_none())
            .map(Twin::of);
        let day = match filter.sort {
            Sort::Newest | Sort::Oldest => Some(CardDay::Saved(dates::day(article.saved_at_ms))),
            Sort::Published | Sort::PublishedOldest => card
                .published
                .clone()
                .map(|day| CardDay::Published(dates::printed_day(&day.machine).unwrap_or(day))),
            _ => None,
        };
        let label = day.as_ref().map(CardDay::text);
        if label.is_some() && label != last {
            card.day = day;
        }
        last = label;
        cards.push(card);
    }
    Ok(cards)
}

/// What has just been done, or could not be done.
async fn notices(
    app: &App,
    caller: &Caller,
    query: &LibraryQuery,
    text: &'static crate::texts::Texts,
) -> Result<Vec<Notice>, HttpError> {
    let text = &text.library;
    let plain = |text: String| Notice {
        text,
        title: None,
        link: None,
        undo: None,
    };
    let mut notices = Vec::new();
    let deleted = named(app, caller, query.deleted.as_deref()).await?;
    if let Some(article) = deleted.filter(|article| article.deleted_at_ms.is_some()) {
        notices.push(Notice {
            undo: Some(format!("/articles/{}/undelete", article.id)),
            title: Some(article.title().to_owned()),
            ..plain(text.deleted.to_owned())
        });
    }
    let here = named(app, caller, query.here.as_deref()).await?;
    if let Some(article) = here.filter(|article| article.deleted_at_ms.is_none()) {
        let saved = dates::day(article.saved_at_ms).text;
        let sentence = if article.archived_at_ms.is_some() {
            (text.here_archived)(&saved)
        } else {
            (text.here)(&saved)
        };
        notices.push(Notice {
            title: Some(article.title().to_owned()),
            link: Some(format!("/articles/{}", article.id)),
            ..plain(sentence)
        });
    }
    match query.done.as_deref() {
        None => {}
        Some("chosen") => notices.push(plain(text.nothing_chosen.to_owned())),
        Some("nothing") => notices.push(plain(text.nothing_to_do.to_owned())),
        Some("tag") => notices.push(plain(text.no_tag.to_owned())),
        Some("moved") => {
            if let Some(now) = query.now {
                notices.push(plain((text.moved)(&now)));
            }
        }
        Some(id) => {
            if let Some(done) = done_action(app, caller, id).await? {
                let tag = done.tag.as_deref().unwrap_or_default();
                notices.push(if done.undone {
                    plain((text.undone)(&done.article_count))
                } else {
                    Notice {
                        undo: done
                            .can_be_undone()
                            .then(|| format!("/bulk/{}/undo", done.id)),
                        ..plain((text.done)(&done.action, &done.article_count, tag))
                    }
                });
            }
        }
    }
    Ok(notices)
}

async fn done_action(
    app: &App,
    caller: &Caller,
    id: &str,
) -> Result<Option<DoneAction>, HttpError> {
    let Some(id) = number(id) else {
        return Ok(None);
    };
    Ok(app.library.store.done_action(caller.user_id(), id).await?)
}

fn number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|id| (1..=MAX_ID).contains(id))
}

/// The article an address names by number, if it is in the caller's library.
async fn named(app: &App, caller: &Caller, id: Option<&str>) -> Result<Option<Article>, HttpError> {
    let Some(id) = id.and_then(number) else {
        return Ok(None);
    };
    Ok(app
        .library
        .store
        .article(caller.user_id(), ArticleId(id))
        .await?)
}
