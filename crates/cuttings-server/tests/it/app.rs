//! [`TestApp`]: a library in a fresh folder and the server in front of it.
//!
//! Requests go straight into the router, with a client address as `serve` would
//! give them. Pages to save come from an [`Origin`] on this machine. Every test
//! runs on SQLite and, where `CUTTINGS_TEST_POSTGRES` names a server, on a fresh
//! database there.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::IntoResponse;
use cuttings_fetch::{FetchConfig, FetchLimits, Fetcher};
use cuttings_library::seal::InstanceKey;
use cuttings_library::{Library, accounts, worker};
use cuttings_model::{ArticleId, Role, Scope, User, UserId, View};
use cuttings_server::{App, Route, ServerSettings, route_list, router};
use cuttings_store::{EntryView, Places, Store, Stream};
use http_body_util::BodyExt as _;
use serde_json::Value;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// The password of every user in these tests.
pub const PASSWORD: &str = "difference engine";

/// A library and the server in front of it.
pub struct TestApp {
    pub library: Library,
    pub origin: Origin,
    settings: ServerSettings,
    router: Router,
    folder: TempDir,
}

/// Runs a test on SQLite, and on PostgreSQL where there is one.
pub async fn on_each_database(test: impl AsyncFn(TestApp)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    test(TestApp::open(folder, None).await).await;

    let Ok(server) = std::env::var("CUTTINGS_TEST_POSTGRES") else {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "CUTTINGS_TEST_POSTGRES is not set, and CI runs on both databases"
        );
        println!("not run on PostgreSQL: CUTTINGS_TEST_POSTGRES is not set");
        return;
    };
    let database = FreshDatabase::create(&server).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = TestApp::open(folder, Some(database.url.clone())).await;
    let store = app.library.store.clone();
    test(app).await;
    store.close().await;
    database.drop().await;
}

/// A database of one test's own.
struct FreshDatabase {
    server: String,
    name: String,
    url: String,
}

impl FreshDatabase {
    async fn create(server: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "cuttings_server_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let mut url: url::Url = server
            .parse()
            .expect("CUTTINGS_TEST_POSTGRES is an address");
        url.set_path(&name);
        let made = Self {
            server: server.to_owned(),
            name,
            url: url.into(),
        };
        made.run("CREATE").await;
        made
    }

    async fn drop(self) {
        self.run("DROP").await;
    }

    async fn run(&self, verb: &str) {
        let mut connection = PgConnection::connect(&self.server)
            .await
            .expect("the test PostgreSQL answers");
        let statement = format!("{verb} DATABASE {}", self.name);
        connection
            .execute(sqlx::AssertSqlSafe(statement))
            .await
            .expect("may make databases");
    }
}

impl TestApp {
    async fn open(folder: TempDir, database: Option<String>) -> Self {
        let places = Places {
            database,
            ..Places::folder(folder.path())
        };
        let store = Store::open(&places).await.expect("the library opens");
        let config = FetchConfig {
            allow_private: vec!["127.0.0.0/8".parse().expect("a network")],
            limits: FetchLimits {
                first_byte: Duration::from_secs(1),
                spacing: Duration::ZERO,
                page_spacing: Duration::ZERO,
                ..FetchLimits::default()
            },
            ..FetchConfig::default()
        };
        let library = Library::new(store, Fetcher::new(config).expect("a fetcher"))
            .with_instance_key(InstanceKey::at(places.data.join("instance.key")));
        let settings = ServerSettings::default();
        Self {
            router: router(App {
                library: library.clone(),
                settings: settings.clone(),
                stopping: CancellationToken::new(),
            }),
            origin: Origin::start().await,
            library,
            settings,
            folder,
        }
    }

    /// The same library, reached under another address.
    pub fn reached_at(mut self, public_url: &str) -> Self {
        self.settings = ServerSettings {
            public_url: Some(public_url.parse().expect("an address")),
            ..ServerSettings::default()
        };
        self.router = router(self.state());
        self
    }

    /// The same library, which takes pages of so many bytes from browsers.
    pub fn taking(mut self, upload_limit_bytes: u64) -> Self {
        self.settings.upload_limit_bytes = upload_limit_bytes;
        self.router = router(self.state());
        self
    }

    fn state(&self) -> App {
        App {
            library: self.library.clone(),
            settings: self.settings.clone(),
            stopping: CancellationToken::new(),
        }
    }

    /// What lies in the data folder.
    pub fn files(&self) -> Vec<std::ffi::OsString> {
        let folder = std::fs::read_dir(self.folder.path()).expect("a folder");
        let mut names: Vec<_> = folder
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        names.sort();
        names
    }

    /// All routes of the server.
    pub fn routes(&self) -> Vec<Route> {
        route_list(self.state())
    }

    /// The data folder.
    pub fn data(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Makes a user; the first one opens the library.
    pub async fn add_user(&self, name: &str) -> User {
        if accounts::has_users(&self.library)
            .await
            .expect("the store answers")
        {
            accounts::add_user(&self.library, name, PASSWORD, Role::Member)
                .await
                .expect("a new user")
        } else {
            accounts::open_first(&self.library, name, PASSWORD)
                .await
                .expect("the first user")
        }
    }

    /// A new user in a browser, signed in.
    pub async fn signed_in(&self, name: &str) -> Browser<'_> {
        let user = self.add_user(name).await;
        let session = accounts::begin_session(&self.library, user.id)
            .await
            .expect("a session");
        let mut browser = self.nobody();
        browser.user = Some(user.id);
        browser.cookie = Some(format!("cuttings_session={}", session.reveal()));
        browser.csrf = browser.get("/").await.csrf();
        browser
    }

    /// A browser without a session.
    pub fn nobody(&self) -> Browser<'_> {
        Browser {
            app: self,
            user: None,
            cookie: None,
            csrf: String::new(),
            client: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        }
    }

    /// A bearer token for a user.
    pub async fn token(&self, user: UserId, scope: Scope) -> String {
        let (_, secret) = accounts::add_token(&self.library, user, "test", scope)
            .await
            .expect("a token");
        secret.reveal().to_owned()
    }

    /// Sends one request as it is.
    pub async fn send(&self, mut request: Request<Body>, client: IpAddr) -> Answer {
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::new(client, 50_000)));
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router answers");
        let (parts, mut body) = response.into_parts();
        let goes_on = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind == "text/event-stream");
        let body = if goes_on {
            // It ends with the session; its first event is enough.
            match body.frame().await {
                Some(frame) => frame
                    .expect("a whole event")
                    .into_data()
                    .unwrap_or_default(),
                None => Bytes::new(),
            }
        } else {
            body.collect().await.expect("the whole body").to_bytes()
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Sends one request and gives the body as it comes, for answers that go on.
    pub async fn stream(&self, mut request: Request<Body>) -> Body {
        let client = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 50_000);
        request.extensions_mut().insert(ConnectInfo(client));
        let response = self.router.clone().oneshot(request).await;
        response.expect("the router answers").into_body()
    }

    /// Captures these articles now, as the worker would.
    pub async fn capture(&self, user: UserId, articles: &[i64]) {
        let ids: Vec<ArticleId> = articles.iter().copied().map(ArticleId).collect();
        worker::run_for(&self.library, user, &ids, |_| {})
            .await
            .expect("the worker works");
    }

    /// Writes over all stored bytes.
    pub fn damage_blobs(&self) {
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "zst") {
                    std::fs::write(path, "not what it was").expect("a file");
                }
            }
        }
    }

    /// All that one user's requests could change, as text to be compared.
    pub async fn everything_of(&self, user: UserId) -> String {
        let store = &self.library.store;
        let mut all = String::new();
        for id in 1..=12 {
            let article = store
                .article(user, ArticleId(id))
                .await
                .expect("the store answers");
            let captures = store
                .captures(user, ArticleId(id))
                .await
                .expect("the store answers");
            all += &format!("{article:?} {captures:?}\n");
        }
        let listed = store
            .list(user, &View::All.into(), None, 100)
            .await
            .expect("the store answers");
        for listed in store.feeds(user).await.expect("the store answers") {
            all += &format!("{listed:?}\n");
        }
        let entries = store
            .entries(user, &Stream::default(), EntryView::All, None, 100)
            .await
            .expect("the store answers");
        let rules = store.feed_rules(user).await.expect("the store answers");
        all += &format!("{entries:?} {rules:?}\n");
        let settings = store.settings(user).await.expect("the store answers");
        all + &format!("{} {settings:?}", listed.articles.len())
    }
}

/// Somebody's browser: keeps a cookie, and the proof of the page it has open.
#[derive(Clone)]
pub struct Browser<'a> {
    pub app: &'a TestApp,
    pub user: Option<UserId>,
    pub cookie: Option<String>,
    pub csrf: String,
    pub client: IpAddr,
}

impl Browser<'_> {
    /// The user's number.
    pub fn user_id(&self) -> UserId {
        self.user.expect("somebody is signed in")
    }

    /// A request as this browser sends it, to be completed.
    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "cuttings.test");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        self.app.send(request, self.client).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(
            self.request(Method::GET, path)
                .body(Body::empty())
                .expect("a request"),
        )
        .await
    }

    /// Sends a form of a page of ours, with its proof.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        if !self.csrf.is_empty() {
            form.append_pair("csrf", &self.csrf);
        }
        let request = self
            .request(Method::POST, path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.finish()))
            .expect("a request");
        self.send(request).await
    }

    /// Calls the API as a script of our pages does.
    pub async fn api(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self
            .request(method, path)
            .header("x-csrf-token", &self.csrf);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).expect("a request")).await
    }

    /// Saves a page through the API and captures it.
    pub async fn save_and_capture(&self, url: &str) -> i64 {
        let saved = self
            .api(
                Method::POST,
                "/api/v1/articles",
                Some(serde_json::json!({ "url": url })),
            )
            .await;
        assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.text());
        let id = saved.json()["id"].as_i64().expect("a number");
        self.app.capture(self.user_id(), &[id]).await;
        id
    }
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The proof that the page's forms carry.
    pub fn csrf(&self) -> String {
        let text = self.text();
        let (_, rest) = text
            .split_once("name=\"csrf\" value=\"")
            .unwrap_or_else(|| panic!("no form in {text}"));
        rest.split('"').next().expect("a value").to_owned()
    }

    /// The last part of the `type` of a problem document.
    pub fn problem(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text()
        );
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16(), "{problem}");
        let kind = problem["type"].as_str().expect("a type");
        kind.rsplit('/').next().expect("a name").to_owned()
    }
}

/// A site on this machine whose pages can be saved.
pub struct Origin {
    address: SocketAddr,
    asked: Arc<AtomicU32>,
}

impl Origin {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&asked);
        let router = Router::new().fallback(async move |request: Request<Body>| {
            counter.fetch_add(1, Ordering::Relaxed);
            answer(request).await
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, asked }
    }

    /// How many requests came.
    pub fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }

    /// The address of a page of this site. `/story/NAME` is a story called
    /// NAME, with a picture; any other page is a fault called by its name.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

async fn answer(request: Request<Body>) -> axum::response::Response {
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    let path = request.uri().path();
    if let Some(name) = path.strip_prefix("/story/") {
        return (html, story(name)).into_response();
    }
    if let Some(rest) = path.strip_prefix("/to/") {
        let to = format!("/{rest}");
        return (StatusCode::FOUND, [(header::LOCATION, to)]).into_response();
    }
    match path {
        "/picture.png" => ([(header::CONTENT_TYPE, "image/png")], picture()).into_response(),
        "/broken" => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        "/report.pdf" => (
            [(header::CONTENT_TYPE, "application/pdf")],
            "%PDF-1.7 not a page of HTML",
        )
            .into_response(),
        "/feed" => (
            [(header::CONTENT_TYPE, "application/rss+xml")],
            feed(request.uri().query().unwrap_or("secret")),
        )
            .into_response(),
        "/front" => (
            html,
            "<!doctype html><title>Front</title><link rel=alternate type=application/rss+xml \
             title='Harbour Gazette' href='/feed'><p>The front page.",
        )
            .into_response(),
        "/empty" => (html, "").into_response(),
        "/huge" => (html, vec![b'x'; 50 << 20]).into_response(),
        "/wall" => (html, WALL).into_response(),
        "/silent" => std::future::pending().await,
        // The page is UTF-8 whatever its header says.
        "/mislabelled" => (
            [(header::CONTENT_TYPE, "text/html; charset=iso-8859-1")],
            story("na\u{ef}ve caf\u{e9}"),
        )
            .into_response(),
        "/loop" => (StatusCode::FOUND, [(header::LOCATION, "/loop")]).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A feed of three entries that hold `word`; the first can be saved.
fn feed(word: &str) -> String {
    let item = |number: u8, link: &str| {
        format!(
            "<item><title>Harbour {word} {number}</title><link>{link}</link>\
             <guid isPermaLink='false'>{word}{number}</guid>\
             <description>&lt;p&gt;What the {word} says.&lt;script&gt;x()&lt;/script&gt;\
             &lt;img src='https://elsewhere.example/p.png' alt='A wall'&gt;</description></item>"
        )
    };
    format!(
        "<rss version='2.0'><channel><title>The {word} Gazette</title><language>en</language>\
         {}{}{}</channel></rss>",
        item(1, "/story/one"),
        item(2, "/story/two"),
        item(3, "/broken"),
    )
}

const WALL: &str = "<!doctype html><title>Sign in</title><h1>Sign in to continue</h1>\
    <p>Please log in or create an account to continue reading.</p><form action=/login method=post>\
    <input type=email name=email><input type=password name=password><button>Log in</button></form>";

fn story(name: &str) -> String {
    let paragraphs = [1, 2, 3, 4, 5, 6]
        .map(|number| {
            format!(
                "<p>Paragraph {number} of the story called {name}. The council met on Monday evening and \
                 spoke for three hours about the harbour, its walls, and the money that neither the town \
                 nor the county has set aside for them.</p>"
            )
        })
        .concat();
    format!(
        "<!doctype html><html lang=\"en\"><head><title>The {name} story | Harbour Gazette</title>\
         <meta property=\"og:type\" content=\"article\">\
         <meta property=\"og:site_name\" content=\"Harbour Gazette\">\
         <meta property=\"og:title\" content=\"The {name} story\">\
         <meta property=\"article:published_time\" content=\"2023-06-13T16:42:00+01:00\"></head>\
         <body><article><h1>The {name} story</h1><p class=\"byline\">By Ruth Ellery</p>\
         <figure><img src=\"/picture.png\" alt=\"A wall\" width=\"600\" height=\"400\">\
         <figcaption>The wall at low water.</figcaption></figure>{paragraphs}\
         <script>alert(1)</script></article></body></html>"
    )
}

/// A PNG of 600 by 400 grey pixels, large enough to count as a picture of a
/// story.
fn picture() -> Vec<u8> {
    include_bytes!("picture.png").to_vec()
}
