//! [`router`]: all routes, grouped by page, each with who may use it.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::net::TcpListener;

use crate::api;
use crate::app::App;
use crate::archive;
use crate::assets;
use crate::body::MAX_JSON_BYTES;
use crate::error::present;
use crate::headers::guard;
use crate::install;
use crate::pages::{
    again, articles, bulk, capture, captures, compare, connect, edit, entries, feed_lists,
    feed_rules, feeds, filters, health, highlights, library, offline, pictures, problems, reader,
    replay, save, search, settings, setup, signin, sites, tags,
};
use crate::policy::Answers::{Api, Bytes, Page, Replay};
use crate::policy::Policy::{Change, Public, Read, Save, Setup, SignIn, Ticket};
use crate::policy::{Route, Routes};

/// The server: every page, the API, static files. Requests must carry the
/// client's address as `ConnectInfo<SocketAddr>`, as [`serve`] arranges.
pub fn router(app: App) -> Router {
    let (router, _) = routes(app.clone()).finish();
    router
        .layer(DefaultBodyLimit::max(MAX_JSON_BYTES))
        .layer(from_fn_with_state(app.clone(), present))
        .layer(from_fn(guard))
        .with_state(app)
}

/// All routes with their policies, for tests that walk them.
pub fn route_list(app: App) -> Vec<Route> {
    routes(app).finish().1
}

fn routes(app: App) -> Routes {
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    Routes::new(app)
        // The library and what is done with one article.
        .add(GET, "/", Page, Read, library::library)
        .add(POST, "/articles", Page, Save, articles::save)
        .add(GET, "/articles/{id}", Page, Read, reader::reader)
        .add(
            POST,
            "/articles/{id}/archive",
            Page,
            Change,
            articles::archive,
        )
        .add(
            POST,
            "/articles/{id}/unarchive",
            Page,
            Change,
            articles::unarchive,
        )
        .add(POST, "/articles/{id}/star", Page, Change, articles::star)
        .add(
            POST,
            "/articles/{id}/unstar",
            Page,
            Change,
            articles::unstar,
        )
        .add(
            POST,
            "/articles/{id}/delete",
            Page,
            Change,
            articles::delete,
        )
        .add(
            POST,
            "/articles/{id}/undelete",
            Page,
            Change,
            articles::undelete,
        )
        .add(POST, "/articles/{id}/retry", Page, Change, articles::retry)
        .add(POST, "/articles/{id}/tags", Page, Change, articles::tag)
        .add(POST, "/articles/{id}/join", Page, Change, articles::join)
        .add(POST, "/articles/{id}/keep", Page, Change, articles::keep)
        .add(GET, "/articles/{id}/edit", Page, Read, edit::form)
        .add(POST, "/articles/{id}/edit", Page, Change, edit::save)
        // Many articles at once, tags, saved filters.
        .add(POST, "/bulk", Page, Change, bulk::change)
        .add(POST, "/bulk/{action}/undo", Page, Change, bulk::undo)
        .add(GET, "/tags", Page, Read, tags::tags)
        .add(POST, "/tags/{tag}/rename", Page, Change, tags::rename)
        .add(POST, "/tags/{tag}/merge", Page, Change, tags::merge)
        .add(POST, "/tags/{tag}/delete", Page, Change, tags::delete)
        .add(GET, "/filters", Page, Read, filters::list)
        .add(POST, "/filters", Page, Change, filters::keep)
        .add(
            POST,
            "/filters/{filter}/rename",
            Page,
            Change,
            filters::rename,
        )
        .add(
            POST,
            "/filters/{filter}/delete",
            Page,
            Change,
            filters::delete,
        )
        // What was kept.
        .add(
            GET,
            "/articles/{id}/captures",
            Page,
            Read,
            captures::captures,
        )
        .add(
            POST,
            "/articles/{id}/captures",
            Page,
            Change,
            again::capture,
        )
        .add(
            GET,
            "/articles/{id}/captures/compare",
            Page,
            Read,
            compare::compare,
        )
        .add(
            POST,
            "/articles/{id}/captures/{capture}/show",
            Page,
            Change,
            again::choose,
        )
        .add(
            POST,
            "/articles/{id}/schedule",
            Page,
            Change,
            again::schedule,
        )
        .add(POST, "/articles/{id}/edit-seen", Page, Change, again::seen)
        .add(
            GET,
            "/articles/{id}/captures/{capture}",
            Page,
            Read,
            capture::capture,
        )
        .add(
            GET,
            "/articles/{id}/captures.wacz",
            Bytes,
            Read,
            archive::wacz,
        )
        .add(
            GET,
            "/articles/{id}/captures.warc.gz",
            Bytes,
            Read,
            archive::warc,
        )
        .add(
            GET,
            "/articles/{id}/captures/{capture}/original",
            Bytes,
            Read,
            captures::original,
        )
        .add(
            GET,
            "/articles/{id}/captures/{capture}/replay",
            Page,
            Read,
            replay::frame,
        )
        .add(GET, "/replay/{ticket}/page", Replay, Ticket, replay::page)
        .add(
            GET,
            "/replay/{ticket}/resource",
            Replay,
            Ticket,
            replay::resource,
        )
        .add(
            GET,
            "/articles/{id}/pictures/{digest}",
            Bytes,
            Read,
            pictures::picture,
        )
        .add(
            GET,
            "/articles/{id}/thumbnail",
            Bytes,
            Read,
            pictures::thumbnail,
        )
        // Highlights.
        .add(GET, "/highlights", Page, Read, highlights::list)
        .add(GET, "/highlights/{id}", Page, Read, highlights::one)
        .add(
            POST,
            "/articles/{id}/highlights",
            Page,
            Change,
            highlights::add,
        )
        .add(POST, "/highlights/{id}", Page, Change, highlights::change)
        .add(
            POST,
            "/highlights/{id}/remove",
            Page,
            Change,
            highlights::remove,
        )
        .add(
            POST,
            "/highlights/{id}/restore",
            Page,
            Change,
            highlights::restore,
        )
        // Feeds, what they bring, and what is done with it.
        .add(GET, "/feeds", Page, Read, feeds::list)
        .add(POST, "/feeds", Page, Change, feeds::subscribe)
        .add(GET, "/feeds/add", Page, Read, feeds::add_form)
        .add(POST, "/feeds/add", Page, Change, feeds::find)
        .add(GET, "/feeds/rules", Page, Read, feed_rules::list)
        .add(POST, "/feeds/rules", Page, Change, feed_rules::add)
        .add(
            POST,
            "/feeds/rules/{rule}",
            Page,
            Change,
            feed_rules::change,
        )
        .add(
            POST,
            "/feeds/rules/{rule}/delete",
            Page,
            Change,
            feed_rules::delete,
        )
        .add(GET, "/feeds/lists", Page, Read, feed_lists::lists)
        .add(POST, "/feeds/lists", Page, Change, feed_lists::import)
        .add(GET, "/feeds/export.opml", Page, Read, feed_lists::export)
        .add(GET, "/feeds/{feed}", Page, Read, entries::of_feed)
        .add(GET, "/feeds/{feed}/settings", Page, Read, feeds::settings)
        .add(POST, "/feeds/{feed}/settings", Page, Change, feeds::change)
        .add(POST, "/feeds/{feed}/poll", Page, Change, feeds::poll)
        .add(
            POST,
            "/feeds/{feed}/unsubscribe",
            Page,
            Change,
            feeds::unsubscribe,
        )
        .add(
            POST,
            "/feeds/{feed}/resubscribe",
            Page,
            Change,
            feeds::resubscribe,
        )
        .add(GET, "/entries", Page, Read, entries::stream)
        .add(POST, "/entries/seen", Page, Change, entries::all_seen)
        .add(POST, "/entries/unseen", Page, Change, entries::take_back)
        .add(GET, "/entries/{entry}", Page, Read, entries::read)
        .add(POST, "/entries/{entry}/seen", Page, Change, entries::seen)
        .add(
            POST,
            "/entries/{entry}/unseen",
            Page,
            Change,
            entries::unseen,
        )
        .add(POST, "/entries/{entry}/save", Page, Save, entries::save)
        // Search.
        .add(GET, "/search", Page, Read, search::search)
        .add(GET, "/search/complete", Page, Read, search::complete)
        // What a device keeps.
        .add(GET, "/offline", Page, Read, offline::page)
        // Settings.
        .add(GET, "/settings", Page, Read, settings::page)
        .add(POST, "/settings", Page, Change, settings::change)
        .add(GET, "/settings/sites", Page, Read, sites::list)
        .add(POST, "/settings/sites", Page, Change, sites::give)
        .add(POST, "/settings/sites/remove", Page, Change, sites::remove)
        // Saving from elsewhere, and the programs that do.
        .add(GET, "/save", Page, Read, save::form)
        .add(POST, "/save", Page, Save, save::save)
        .add(POST, "/share", Page, SignIn, save::share)
        .add(GET, "/connect", Page, Read, connect::page)
        .add(POST, "/connect/tokens", Page, Change, connect::make)
        .add(
            POST,
            "/connect/tokens/{token}/revoke",
            Page,
            Change,
            connect::revoke,
        )
        // Coming in and going out.
        .add(GET, "/setup", Page, Setup, setup::form)
        .add(POST, "/setup", Page, Setup, setup::open)
        .add(GET, "/signin", Page, SignIn, signin::form)
        .add(POST, "/signin", Page, SignIn, signin::sign_in)
        .add(POST, "/signout", Page, Change, signin::sign_out)
        // The API.
        .add(GET, "/api/v1/session", Api, Read, api::session::session)
        .add(GET, "/api/v1/articles", Api, Read, api::articles::list)
        .add(POST, "/api/v1/articles", Api, Save, api::articles::save)
        // Pages from browsers: ours, and the addresses SingleFile has for others.
        .add(GET, "/api/v1/pages", Api, Read, api::sent::kept)
        .add(POST, "/api/v1/pages", Api, Save, api::sent::page)
        .add(POST, "/api/v1/singlefile", Api, Save, api::sent::singlefile)
        .add(
            POST,
            "/api/v1/bookmarks/singlefile",
            Api,
            Save,
            api::sent::singlefile,
        )
        .add(
            POST,
            "/api/bookmarks/singlefile/",
            Api,
            Save,
            api::sent::singlefile,
        )
        .add(
            POST,
            "/linkding/api/bookmarks/singlefile/",
            Api,
            Save,
            api::sent::singlefile,
        )
        .add(GET, "/api/v1/articles/{id}", Api, Read, api::articles::read)
        .add(
            Method::PATCH,
            "/api/v1/articles/{id}",
            Api,
            Change,
            api::articles::change,
        )
        .add(
            Method::PUT,
            "/api/v1/articles/{id}/position",
            Api,
            Change,
            api::articles::stop_at,
        )
        .add(
            Method::DELETE,
            "/api/v1/articles/{id}",
            Api,
            Change,
            api::articles::delete,
        )
        .add(
            POST,
            "/api/v1/articles/{id}/undelete",
            Api,
            Change,
            api::articles::undelete,
        )
        .add(
            POST,
            "/api/v1/articles/{id}/retry",
            Api,
            Change,
            api::articles::retry,
        )
        .add(
            POST,
            "/api/v1/articles/{id}/join",
            Api,
            Change,
            api::articles::join,
        )
        .add(
            POST,
            "/api/v1/articles/{id}/keep",
            Api,
            Change,
            api::articles::keep,
        )
        .add(POST, "/api/v1/bulk", Api, Change, api::bulk::change)
        .add(
            POST,
            "/api/v1/bulk/{action}/undo",
            Api,
            Change,
            api::bulk::undo,
        )
        .add(GET, "/api/v1/tags", Api, Read, api::tags::list)
        .add(
            Method::PATCH,
            "/api/v1/tags/{tag}",
            Api,
            Change,
            api::tags::rename,
        )
        .add(
            POST,
            "/api/v1/tags/{tag}/merge",
            Api,
            Change,
            api::tags::merge,
        )
        .add(
            Method::DELETE,
            "/api/v1/tags/{tag}",
            Api,
            Change,
            api::tags::delete,
        )
        .add(GET, "/api/v1/filters", Api, Read, api::tags::filters)
        .add(GET, "/api/v1/feeds", Api, Read, api::feeds::list)
        .add(POST, "/api/v1/feeds", Api, Change, api::feeds::subscribe)
        .add(
            POST,
            "/api/v1/feeds/discover",
            Api,
            Change,
            api::feeds::discover,
        )
        .add(GET, "/api/v1/feeds/opml", Api, Read, api::feeds::export)
        .add(POST, "/api/v1/feeds/opml", Api, Change, api::feeds::import)
        .add(GET, "/api/v1/feeds/{feed}", Api, Read, api::feeds::read)
        .add(
            Method::PATCH,
            "/api/v1/feeds/{feed}",
            Api,
            Change,
            api::feeds::change,
        )
        .add(
            Method::DELETE,
            "/api/v1/feeds/{feed}",
            Api,
            Change,
            api::feeds::unsubscribe,
        )
        .add(
            POST,
            "/api/v1/feeds/{feed}/resubscribe",
            Api,
            Change,
            api::feeds::resubscribe,
        )
        .add(
            POST,
            "/api/v1/feeds/{feed}/poll",
            Api,
            Change,
            api::feeds::poll,
        )
        .add(GET, "/api/v1/entries", Api, Read, api::entries::list)
        .add(
            POST,
            "/api/v1/entries/seen",
            Api,
            Change,
            api::entries::all_seen,
        )
        .add(
            GET,
            "/api/v1/entries/{entry}",
            Api,
            Read,
            api::entries::read,
        )
        .add(
            Method::PATCH,
            "/api/v1/entries/{entry}",
            Api,
            Change,
            api::entries::change,
        )
        .add(
            POST,
            "/api/v1/entries/{entry}/save",
            Api,
            Save,
            api::entries::save,
        )
        .add(GET, "/api/v1/feed-rules", Api, Read, api::feed_rules::list)
        .add(
            POST,
            "/api/v1/feed-rules",
            Api,
            Change,
            api::feed_rules::add,
        )
        .add(
            Method::PUT,
            "/api/v1/feed-rules/{rule}",
            Api,
            Change,
            api::feed_rules::change,
        )
        .add(
            Method::DELETE,
            "/api/v1/feed-rules/{rule}",
            Api,
            Change,
            api::feed_rules::delete,
        )
        .add(
            GET,
            "/api/v1/site-access",
            Api,
            Read,
            api::site_access::list,
        )
        .add(
            Method::PUT,
            "/api/v1/site-access",
            Api,
            Change,
            api::site_access::give,
        )
        .add(
            Method::DELETE,
            "/api/v1/site-access",
            Api,
            Change,
            api::site_access::remove,
        )
        .add(
            GET,
            "/api/v1/articles/{id}/captures",
            Api,
            Read,
            api::captures::list,
        )
        .add(
            POST,
            "/api/v1/articles/{id}/captures",
            Api,
            Change,
            api::captures::again,
        )
        .add(
            GET,
            "/api/v1/articles/{id}/captures/{capture}",
            Api,
            Read,
            api::captures::one,
        )
        .add(
            GET,
            "/api/v1/articles/{id}/captures.wacz",
            Bytes,
            Read,
            archive::wacz,
        )
        .add(
            GET,
            "/api/v1/articles/{id}/captures.warc.gz",
            Bytes,
            Read,
            archive::warc,
        )
        .add(
            GET,
            "/api/v1/captures.wacz",
            Bytes,
            Read,
            archive::wacz_of_many,
        )
        .add(
            GET,
            "/api/v1/captures.warc.gz",
            Bytes,
            Read,
            archive::warc_of_many,
        )
        .add(
            GET,
            "/api/v1/articles/{id}/captures/compare",
            Api,
            Read,
            api::captures::compare,
        )
        .add(
            POST,
            "/api/v1/articles/{id}/captures/{capture}/show",
            Api,
            Change,
            api::captures::choose,
        )
        .add(
            GET,
            "/api/v1/articles/{id}/schedule",
            Api,
            Read,
            api::captures::schedule,
        )
        .add(
            Method::PUT,
            "/api/v1/articles/{id}/schedule",
            Api,
            Change,
            api::captures::set_schedule,
        )
        .add(
            Method::DELETE,
            "/api/v1/articles/{id}/schedule",
            Api,
            Change,
            api::captures::end_schedule,
        )
        .add(GET, "/api/v1/events", Api, Read, api::events::events)
        .add(GET, "/api/v1/search", Api, Read, api::search::search)
        .add(GET, "/api/v1/highlights", Api, Read, api::highlights::list)
        .add(
            GET,
            "/api/v1/articles/{id}/highlights",
            Api,
            Read,
            api::highlights::of_article,
        )
        .add(
            POST,
            "/api/v1/articles/{id}/highlights",
            Api,
            Change,
            api::highlights::add,
        )
        .add(
            GET,
            "/api/v1/highlights/{id}",
            Api,
            Read,
            api::highlights::read,
        )
        .add(
            Method::PATCH,
            "/api/v1/highlights/{id}",
            Api,
            Change,
            api::highlights::change,
        )
        .add(
            Method::DELETE,
            "/api/v1/highlights/{id}",
            Api,
            Change,
            api::highlights::remove,
        )
        .add(
            POST,
            "/api/v1/highlights/{id}/restore",
            Api,
            Change,
            api::highlights::restore,
        )
        // For everybody.
        .add(GET, "/problems/{name}", Page, Public, problems::problem)
        .add(GET, "/static/{file}", Page, Public, assets::file)
        .add(
            GET,
            "/manifest.webmanifest",
            Page,
            Public,
            install::manifest,
        )
        .add(GET, "/sw.js", Page, Public, install::worker)
        .add(GET, "/favicon.svg", Page, Public, assets::favicon)
        .add(GET, "/healthz", Page, Public, health::alive)
        .add(GET, "/readyz", Page, Public, health::ready)
}

/// Answers requests on `listener` until `shutdown` is done and the requests
/// under way have been answered.
pub async fn serve(
    listener: TcpListener,
    app: App,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(shutdown)
        .await
}
