//! What the tests stand on: a library on each database, and an origin that
//! serves invented pages on loopback.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cuttings_fetch::{FetchConfig, FetchLimits, Fetcher};
use cuttings_library::seal::InstanceKey;
use cuttings_library::{Library, save, worker};
use cuttings_model::{Article, ArticleId, Role, User, address};
use cuttings_store::{Places, Store};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A library of its own for one test.
pub struct Rig {
    pub library: Library,
    pub user: User,
    pub places: Places,
}

/// Runs `test` on SQLite, and on PostgreSQL when the run has one.
///
/// Without PostgreSQL it says so; in CI that is a failure.
pub fn on_both<F, T>(test: F)
where
    F: Fn(Rig) -> T,
    T: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        // Held here: the test's own future keeps only the parts it names.
        let (rig, _folder) = Rig::new(None).await;
        test(rig).await;
        let in_ci = std::env::var("CI").as_deref() == Ok("true");
        if let Ok(server) = std::env::var("CUTTINGS_TEST_POSTGRES") {
            let (rig, _folder) = Rig::new(Some(&fresh_database(&server).await)).await;
            test(rig).await;
        } else if in_ci {
            panic!("CUTTINGS_TEST_POSTGRES is not set, and in CI the tests run on PostgreSQL too");
        } else {
            println!("skipped: PostgreSQL, since CUTTINGS_TEST_POSTGRES is not set");
        }
    });
}

async fn fresh_database(server: &str) -> String {
    make_database(server, "").await
}

/// Makes a database beside the one that `server` names; gives its address.
async fn make_database(server: &str, like: &str) -> String {
    use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("library_{}_{number}", std::process::id());
    let mut connection = sqlx::PgConnection::connect(server)
        .await
        .expect("PostgreSQL answers");
    connection
        .execute(AssertSqlSafe(format!("CREATE DATABASE {name} {like}")))
        .await
        .expect("a database can be made");
    let base = server
        .rsplit_once('/')
        .expect("the address names a database")
        .0;
    format!("{base}/{name}")
}

/// A copy of a library that nobody has open, in a folder of its own.
pub async fn copy(places: &Places) -> (Places, TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    copy_folder(&places.data, &data);
    let database = match (&places.database, std::env::var("CUTTINGS_TEST_POSTGRES")) {
        (Some(url), Ok(server)) => {
            let name = url
                .rsplit('/')
                .next()
                .expect("the address names a database");
            Some(make_database(&server, &format!("TEMPLATE {name}")).await)
        }
        _ => None,
    };
    let places = Places {
        database,
        ..Places::folder(data)
    };
    (places, folder)
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("a folder can be read") {
        let entry = entry.expect("a folder can be read");
        let to = to.join(entry.file_name());
        if entry.file_type().expect("a file has a type").is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("a file can be copied");
        }
    }
}

impl Rig {
    async fn new(database: Option<&str>) -> (Self, TempDir) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let places = Places {
            database: database.map(str::to_owned),
            ..Places::folder(folder.path().join("data"))
        };
        let store = Store::open(&places).await.expect("an empty library opens");
        let library = Library::new(store, fetcher())
            .with_instance_key(InstanceKey::at(places.data.join("instance.key")));
        let user = library
            .store
            .put_user("ada", "no password", Role::Admin, true, 1)
            .await
            .expect("a user can be added")
            .expect("the first user is new");
        (
            Self {
                library,
                user,
                places,
            },
            folder,
        )
    }

    /// A second user of the same library.
    pub async fn other_user(&self) -> User {
        self.library
            .store
            .put_user("charles", "no password", Role::Member, false, 2)
            .await
            .expect("a user can be added")
            .expect("the name is free")
    }

    /// Saves `url` and captures it.
    pub async fn capture(&self, url: &str) -> Article {
        let address = address::parse(url).expect("an address");
        let saved = save::save(&self.library, self.user.id, &address, None)
            .await
            .expect("a save");
        self.work_on(saved.article.id).await
    }

    /// Saves a page handed over, and captures it.
    pub async fn upload(&self, url: &str, html: &str) -> Article {
        let address = address::parse(url).expect("an address");
        let upload = save::Upload {
            body: html.to_owned().into(),
            content_type: None,
            pictures: Vec::new(),
        };
        let saved = save::save(&self.library, self.user.id, &address, Some(upload))
            .await
            .expect("a save");
        self.work_on(saved.article.id).await
    }

    /// Works until the article's jobs have come to an end.
    pub async fn work_on(&self, id: ArticleId) -> Article {
        tokio::time::timeout(
            Duration::from_secs(30),
            worker::run_for(&self.library, self.user.id, &[id], |_| {}),
        )
        .await
        .expect("the capture comes to an end")
        .expect("the store works");
        self.article(id).await
    }

    pub async fn article(&self, id: ArticleId) -> Article {
        self.library
            .store
            .article(self.user.id, id)
            .await
            .expect("the store works")
            .expect("the article is there")
    }

    /// Drops what waits to be tried again, as if nobody worked any more.
    pub async fn forget_jobs(&self, id: ArticleId) {
        self.read(&format!(
            "DELETE FROM jobs WHERE article_id = {id} RETURNING id"
        ))
        .await;
    }

    /// When the jobs that wait are to run.
    pub async fn run_times(&self) -> Vec<i64> {
        self.read("SELECT run_at FROM jobs").await
    }

    /// The first column of what a statement gives, past the store.
    pub async fn read(&self, sql: &str) -> Vec<i64> {
        use sqlx::{AssertSqlSafe, Connection as _, Row as _};
        let sql = AssertSqlSafe(sql.to_owned());
        if let Some(url) = &self.places.database {
            let mut connection = sqlx::PgConnection::connect(url)
                .await
                .expect("a connection");
            let rows = sqlx::query(sql)
                .fetch_all(&mut connection)
                .await
                .expect("rows");
            rows.iter().map(|row| row.get(0)).collect()
        } else {
            let file = format!(
                "sqlite://{}",
                self.places.data.join("cuttings.db").display()
            );
            let mut connection = sqlx::SqliteConnection::connect(&file)
                .await
                .expect("a file");
            let rows = sqlx::query(sql)
                .fetch_all(&mut connection)
                .await
                .expect("rows");
            rows.iter().map(|row| row.get(0)).collect()
        }
    }

    pub async fn text(&self, id: ArticleId) -> String {
        self.library
            .store
            .article_body(self.user.id, id)
            .await
            .expect("the store works")
            .map(|body| body.text)
            .unwrap_or_default()
    }
}

/// A fetcher that may reach loopback and loses patience quickly.
pub fn fetcher() -> Fetcher {
    Fetcher::new(FetchConfig {
        allow_private: vec!["127.0.0.0/8".parse().expect("a network")],
        limits: FetchLimits {
            first_byte: Duration::from_secs(1),
            idle: Duration::from_secs(1),
            // All origins are one host here; the tests of the fetcher are about this.
            spacing: Duration::ZERO,
            page_spacing: Duration::ZERO,
            ..FetchLimits::default()
        },
        ..FetchConfig::default()
    })
    .expect("a fetcher")
}

/// An answer of the origin: status, header lines, body.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn html(body: impl Into<Vec<u8>>) -> Self {
        Self::typed("text/html; charset=utf-8", body)
    }

    pub fn typed(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: vec![("Content-Type".into(), content_type.into())],
            body: body.into(),
        }
    }

    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: b"nothing to see".to_vec(),
        }
    }

    pub fn redirect(to: &str) -> Self {
        Self {
            status: 302,
            headers: vec![("Location".into(), to.into())],
            body: Vec::new(),
        }
    }
}

/// A web server on loopback with pages that can be changed while it runs.
#[derive(Clone)]
pub struct Origin {
    base: String,
    answers: Arc<Mutex<HashMap<String, Answer>>>,
    asked: Arc<Mutex<Vec<String>>>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Origin {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = Self {
            base: format!("http://{}", listener.local_addr().expect("an address")),
            answers: Arc::default(),
            asked: Arc::default(),
            heads: Arc::default(),
        };
        let serving = origin.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        origin
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn put(&self, path: &str, answer: Answer) {
        self.answers
            .lock()
            .expect("no test panics here")
            .insert(path.to_owned(), answer);
    }

    /// Paths asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no test panics here").clone()
    }

    /// All requests, their header lines in lower case.
    pub fn requests(&self) -> Vec<String> {
        let heads = self.heads.lock().expect("no test panics here");
        heads.iter().map(|head| head.to_lowercase()).collect()
    }

    /// The last request, its header lines in lower case.
    pub fn last_request(&self) -> String {
        let heads = self.heads.lock().expect("no test panics here");
        heads.last().cloned().unwrap_or_default().to_lowercase()
    }

    async fn serve(self, mut stream: tokio::net::TcpStream) {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => request.push(byte),
                Err(_) => return,
            }
        }
        let request = String::from_utf8_lossy(&request).into_owned();
        self.heads
            .lock()
            .expect("no test panics here")
            .push(request.clone());
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        self.asked
            .lock()
            .expect("no test panics here")
            .push(path.clone());
        let answer = self
            .answers
            .lock()
            .expect("no test panics here")
            .get(&path)
            .cloned();
        let Some(answer) = answer else {
            let _ = stream
                .write_all(
                    b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                )
                .await;
            return;
        };
        if answer.status == 0 {
            // Silence: hold the connection until the client gives up.
            tokio::time::sleep(Duration::from_mins(1)).await;
            return;
        }
        let mut head = format!(
            "HTTP/1.1 {} X\r\nContent-Length: {}\r\nConnection: close\r\n",
            answer.status,
            answer.body.len()
        );
        for (name, value) in &answer.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.write_all(&answer.body).await;
    }
}

/// An invented news page with `words` as its second paragraph.
pub fn page(headline: &str, words: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=en><head><title>{headline} - The Lantern</title>
        <meta property='og:site_name' content='The Lantern'>
        <meta name=author content='Ada Byron'>
        <meta property='article:published_time' content='2024-05-03T08:00:00Z'></head>
        <body><nav><a href=/>Front</a> <a href=/news>News</a></nav><article><h1>{headline}</h1>
        <p>The town council met on Thursday evening to hear from the engineers who had walked the
        length of the sea wall, and the hall was full before the doors had been closed.</p>
        <p>{words}</p>
        <p>Residents asked how long the work would take and who would pay for it, and the chair
        promised an answer in writing before the end of the month, to some laughter.</p>
        <p>The next meeting is planned for the first week of June, in the same hall, and will be
        open to everyone who lives along the shore or keeps a boat in the harbour.</p>
        </article><footer>About us</footer></body></html>"
    )
}

/// A PNG of one colour.
pub fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(width, height, image::Rgb([shade, 90, 120]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("a picture can be written");
    bytes.into_inner()
}
