//! Exporting: what was kept of articles as a web archive, WARC or WACZ.
//!
//! The command, the buttons and the API come here with the numbers of articles
//! ([`one`], [`found`] or [`all`]) and a file to write to. One capture is in memory
//! at a time, whatever the size of the library. Bytes that are damaged are named
//! in [`Exported::left_out`] and never written as good.

use std::collections::HashMap;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use bytes::Bytes;
use cuttings_formats::exchange::{self, Exchange};
use cuttings_formats::warc_writer::{Entry, warc_date};
use cuttings_formats::{wacz, warc_writer};
use cuttings_model::{
    Article, ArticleBody, ArticleId, Capture, CaptureId, Digest, Highlight, PictureRole, UserId,
};
use cuttings_store::StoreError;
use cuttings_text::query::{self, QueryError};
use serde_json::{Value, json};

use crate::Library;

/// The form of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// WARC 1.1, one gzip member a record.
    Warc,
    /// WACZ 1.1.1: the same with an index, a list of pages and our own data.
    Wacz,
}

/// What an archive is about.
#[derive(Debug, Clone)]
pub struct About {
    /// Its title.
    pub title: String,
    /// What is in it.
    pub description: String,
    /// When it is said to be made, in milliseconds since 1970. An archive of the
    /// same captures made at the same instant has the same bytes.
    pub created_ms: i64,
}

/// What an export came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// Articles written.
    pub articles: u64,
    /// Captures whose bytes were written.
    pub captures: u64,
    /// What could not be written, and why: a sentence each.
    pub left_out: Vec<String>,
}

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The file cannot be written.
    #[error("the archive cannot be written")]
    Write(#[from] io::Error),
    /// The library cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The query cannot be read.
    #[error("{}", .0.message)]
    Query(QueryError),
}

/// The articles that match a query.
///
/// # Errors
///
/// [`ExportError::Query`] when it cannot be read.
pub async fn found(
    library: &Library,
    user_id: UserId,
    query: &str,
) -> Result<Vec<ArticleId>, ExportError> {
    let query = query::parse(query).map_err(ExportError::Query)?;
    let mut ids = library.store.matches(user_id, &query, i64::MAX).await?;
    ids.sort_unstable();
    Ok(ids)
}

/// All articles of a library that are not deleted.
///
/// # Errors
///
/// When the library cannot be read.
pub async fn all(library: &Library, user_id: UserId) -> Result<Vec<ArticleId>, ExportError> {
    Ok(library.store.article_ids(user_id).await?)
}

/// Writes an archive of what was kept of articles to `out`; `progress` hears of
/// each. Deleted ones are passed over.
///
/// # Errors
///
/// When `out` cannot be written or the library cannot be read.
pub async fn export<W: Write + Seek + Send>(
    library: &Library,
    user_id: UserId,
    ids: &[ArticleId],
    format: Format,
    about: &About,
    out: W,
    progress: &mut (dyn FnMut(&Exported) + Send),
) -> Result<(W, Exported), ExportError> {
    let mut run = Run {
        library,
        user_id,
        archive: Archive::begin(BufWriter::with_capacity(1 << 20, out), format, about)?,
        articles: BufWriter::new(tempfile::tempfile()?),
        written: HashMap::new(),
        done: Exported::default(),
    };
    for id in ids {
        run.article(*id).await?;
        progress(&run.done);
    }
    let mut articles = run.articles.into_inner().map_err(io::Error::from)?;
    articles.seek(SeekFrom::Start(0))?;
    let out = run.archive.finish(&mut articles)?;
    Ok((out.into_inner().map_err(io::Error::from)?, run.done))
}

/// An export under way.
struct Run<'a, W: Write + Seek> {
    library: &'a Library,
    user_id: UserId,
    archive: Archive<BufWriter<W>>,
    /// What we know of each article, a line each.
    articles: BufWriter<std::fs::File>,
    /// Where the pages of the article at hand stand.
    written: HashMap<CaptureId, Entry>,
    done: Exported,
}

impl<W: Write + Seek + Send> Run<'_, W> {
    async fn article(&mut self, id: ArticleId) -> Result<(), ExportError> {
        let store = &self.library.store;
        let Some(article) = store
            .article(self.user_id, id)
            .await?
            .filter(|article| article.deleted_at_ms.is_none())
        else {
            return Ok(());
        };
        let body = store.article_body(self.user_id, id).await?;
        let highlights = store.highlights_of(self.user_id, id).await?;
        let mut captures = store.captures(self.user_id, id).await?;
        captures.reverse();
        self.archive.forget();
        self.written.clear();
        for capture in &captures {
            self.capture(&article, capture, body.as_ref()).await?;
        }
        let line = record(&article, &captures, &highlights, body.as_ref());
        writeln!(self.articles, "{line}")?;
        self.done.articles += 1;
        Ok(())
    }

    async fn capture(
        &mut self,
        article: &Article,
        capture: &Capture,
        body: Option<&ArticleBody>,
    ) -> Result<(), ExportError> {
        let what = format!("capture {} of article {}", capture.id, article.id);
        let Some(digest) = capture.body else {
            return self.unchanged(capture, &what).await;
        };
        let Some(bytes) = self.bytes(&digest, &what).await? else {
            return Ok(());
        };
        let steps = self.steps(capture.exchange, &what).await?;
        let url = capture
            .final_url
            .as_deref()
            .unwrap_or(&capture.requested_url);
        let at_ms = capture.captured_at_ms;
        let content_type = capture.content_type.as_deref().unwrap_or("text/html");
        let page = if steps.is_empty() || capture.origin.is_handed_over() {
            self.archive.resource(at_ms, url, content_type, &bytes)?
        } else {
            self.archive.fetch(at_ms, &steps, &bytes)?
        };
        drop(bytes);
        self.written.insert(capture.id, page.clone());
        self.done.captures += 1;
        let is_shown = article.capture_id == Some(capture.id);
        let text = body
            .filter(|_| is_shown)
            .map_or("", |body| body.text.as_str());
        if !text.is_empty() {
            self.archive.clean_text(at_ms, &page, text)?;
        }
        if capture.part_of.is_none() && capture.failure.is_none() {
            self.archive.page(&wacz::Page {
                url: page.url,
                at_ms,
                title: article.title().to_owned(),
                text: text.to_owned(),
            })?;
        }
        self.surroundings(article.id, capture.id, at_ms).await
    }

    /// A visit to which the site said that nothing has changed.
    async fn unchanged(&mut self, capture: &Capture, what: &str) -> Result<(), ExportError> {
        let Some(same) = capture.same_as else {
            return Ok(());
        };
        let Some(first) = self.written.get(&same).cloned() else {
            let why = format!("{what}: capture {same}, whose page it found again, is left out");
            self.done.left_out.push(why);
            return Ok(());
        };
        let steps = self.steps(capture.exchange, what).await?;
        self.archive
            .not_modified(capture.captured_at_ms, &steps, &first)?;
        Ok(())
    }

    /// The pictures and resources that were kept with a capture.
    async fn surroundings(
        &mut self,
        article_id: ArticleId,
        capture_id: CaptureId,
        at_ms: i64,
    ) -> Result<(), ExportError> {
        let store = &self.library.store;
        let resources = store.resources(self.user_id, capture_id).await?;
        let pictures = store.pictures(self.user_id, article_id).await?;
        for resource in &resources {
            let Some(digest) = resource.digest else {
                continue;
            };
            let what = format!("{} of capture {capture_id}", resource.url);
            let Some(bytes) = self.bytes(&digest, &what).await? else {
                continue;
            };
            let steps = self.steps(resource.exchange, &what).await?;
            if steps.is_empty() {
                let kind = resource.content_type.as_deref();
                let kind = kind.unwrap_or("application/octet-stream");
                self.archive.resource(at_ms, &resource.url, kind, &bytes)?;
            } else {
                self.archive.fetch(at_ms, &steps, &bytes)?;
            }
        }
        for picture in &pictures {
            if picture.capture_id != capture_id
                || picture.role != PictureRole::Story
                || resources
                    .iter()
                    .any(|known| known.url == picture.url && known.digest.is_some())
            {
                continue;
            }
            let what = format!("{} of capture {capture_id}", picture.url);
            if let Some(bytes) = self.bytes(&picture.digest, &what).await? {
                self.archive
                    .resource(at_ms, &picture.url, &picture.content_type, &bytes)?;
            }
        }
        Ok(())
    }

    /// The bytes of a blob; none when they are damaged, which is noted.
    async fn bytes(&mut self, digest: &Digest, what: &str) -> Result<Option<Bytes>, StoreError> {
        match self.library.store.blobs().get(digest).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error @ StoreError::Damaged { .. }) => {
                self.done.left_out.push(format!("{what}: {error}"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The steps of a visit, as far as they were kept.
    async fn steps(
        &mut self,
        digest: Option<Digest>,
        what: &str,
    ) -> Result<Vec<Exchange>, StoreError> {
        let Some(digest) = digest else {
            return Ok(Vec::new());
        };
        let what = format!("the answer to {what}");
        let bytes = self.bytes(&digest, &what).await?;
        Ok(bytes.map_or_else(Vec::new, |bytes| {
            exchange::read(&String::from_utf8_lossy(&bytes))
        }))
    }
}

/// Either kind of archive.
enum Archive<W: Write + Seek> {
    Warc(warc_writer::Writer<W>),
    Wacz(Box<wacz::Writer<W>>),
}

impl<W: Write + Seek> Archive<W> {
    fn begin(out: W, format: Format, about: &About) -> io::Result<Self> {
        let software = concat!("Cuttings ", env!("CARGO_PKG_VERSION"));
        Ok(match format {
            Format::Warc => Self::Warc(warc_writer::Writer::new(out, software, about.created_ms)?),
            Format::Wacz => {
                let about = wacz::About {
                    title: about.title.clone(),
                    description: about.description.clone(),
                    created_ms: about.created_ms,
                    software: software.to_owned(),
                };
                let scratch: wacz::NewScratch = Box::new(|| {
                    let file: Box<dyn wacz::Scratch> = Box::new(tempfile::tempfile()?);
                    Ok(file)
                });
                Self::Wacz(Box::new(wacz::Writer::new(out, about, scratch)?))
            }
        })
    }

    /// Writes a visit and gives the entry of its last answer.
    fn fetch(&mut self, at_ms: i64, steps: &[Exchange], body: &[u8]) -> io::Result<Entry> {
        let entries = match self {
            Self::Warc(warc) => warc.fetch(at_ms, steps, body),
            Self::Wacz(wacz) => wacz.fetch(at_ms, steps, body),
        }?;
        entries
            .into_iter()
            .next_back()
            .ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }

    fn not_modified(&mut self, at_ms: i64, steps: &[Exchange], first: &Entry) -> io::Result<()> {
        match self {
            Self::Warc(warc) => warc.not_modified(at_ms, steps, first),
            Self::Wacz(wacz) => wacz.not_modified(at_ms, steps, first),
        }
        .map(|_| ())
    }

    fn resource(&mut self, at_ms: i64, url: &str, kind: &str, body: &[u8]) -> io::Result<Entry> {
        match self {
            Self::Warc(warc) => warc.resource(at_ms, url, kind, body),
            Self::Wacz(wacz) => wacz.resource(at_ms, url, kind, body),
        }
    }

    fn clean_text(&mut self, at_ms: i64, page: &Entry, text: &str) -> io::Result<()> {
        match self {
            Self::Warc(warc) => warc.clean_text(at_ms, page, text),
            Self::Wacz(wacz) => wacz.clean_text(at_ms, page, text),
        }
    }

    fn page(&mut self, page: &wacz::Page) -> io::Result<()> {
        match self {
            Self::Warc(_) => Ok(()),
            Self::Wacz(wacz) => wacz.page(page),
        }
    }

    fn forget(&mut self) {
        match self {
            Self::Warc(warc) => warc.forget(),
            Self::Wacz(wacz) => wacz.forget(),
        }
    }

    fn finish(self, articles: &mut dyn Read) -> io::Result<W> {
        match self {
            Self::Warc(warc) => warc.finish(),
            Self::Wacz(wacz) => wacz.finish(&mut [("cuttings/articles.jsonl", articles)]),
        }
    }
}

/// What we know of an article: its metadata, its captures and its highlights.
fn record(
    article: &Article,
    captures: &[Capture],
    highlights: &[Highlight],
    body: Option<&ArticleBody>,
) -> Value {
    let at = |at_ms: Option<i64>| at_ms.map(warc_date);
    let captures: Vec<Value> = captures
        .iter()
        .map(|capture| {
            json!({
                "id": capture.id, "origin": capture.origin,
                "captured_at": warc_date(capture.captured_at_ms),
                "requested_url": capture.requested_url, "final_url": capture.final_url,
                "status": capture.status, "content_type": capture.content_type,
                "blake3": capture.body, "size": capture.body_size, "failure": capture.failure,
                "part_of": capture.part_of, "same_as": capture.same_as,
            })
        })
        .collect();
    let highlights: Vec<Value> = highlights
        .iter()
        .filter(|highlight| highlight.deleted_at_ms.is_none())
        .map(|highlight| {
            json!({
                "exact": highlight.anchor.exact, "prefix": highlight.anchor.prefix,
                "suffix": highlight.anchor.suffix, "start": highlight.anchor.start,
                "end": highlight.anchor.end, "is_orphan": highlight.is_orphan,
                "colour": highlight.colour, "note": highlight.note,
                "created_at": warc_date(highlight.created_at_ms),
            })
        })
        .collect();
    json!({
        "id": article.id, "url": article.given_url, "final_url": article.final_url,
        "canonical_url": article.canonical_url, "headline": article.headline,
        "dek": article.dek, "byline": article.byline, "authors": article.authors,
        "publication": article.publication, "section": article.section,
        "language": article.language,
        "published": article.published.as_ref().map(|dated| &dated.text),
        "modified": article.modified.as_ref().map(|dated| &dated.text),
        "tags": article.tags, "saved_at": warc_date(article.saved_at_ms),
        "archived_at": at(article.archived_at_ms), "starred_at": at(article.starred_at_ms),
        "shown_capture": article.capture_id, "html": body.map(|body| &body.html),
        "captures": captures, "highlights": highlights,
    })
}
