//! `cuttings save`: pages by address or from files.
//!
//! A file goes the same way as a fetched page, as an upload. Pictures that lie
//! beside it, where the page's relative links point, come along.

use std::io::Read as _;
use std::path::{Component, Path};

use anyhow::{Context as _, anyhow};
use cuttings_library::save::{self, Saved, Upload};
use cuttings_library::{Library, LibraryError, tags, worker};
use cuttings_model::{Article, ArticleId, ArticleState, PageAddress, TagName, UserId, address};
use cuttings_store::TagChange;
use serde_json::json;
use url::Url;

use crate::args::Save;
use crate::config::Config;
use crate::{Failure, open, print};

/// Saves each page; one that cannot be saved does not keep the others back.
pub async fn run(config: &Config, asked: &Save, json: bool) -> Result<(), Failure> {
    if asked.url.is_some() && asked.pages.len() > 1 {
        return Err(Failure::wrong_use(
            "--url belongs to one file; save several one by one",
        ));
    }
    let library = open::library(config).await?;
    let user = open::user(&library, asked.whose.user.as_deref()).await?;
    let mut failed = false;
    let mut saved: Vec<ArticleId> = Vec::new();
    for typed in &asked.pages {
        let outcome = match page(typed, asked.url.as_deref()) {
            Ok((address, upload)) => keep(&library, user.id, &address, upload, &asked.tag)
                .await
                .map_err(|error| anyhow!(error.explain())),
            Err(error) => Err(error),
        };
        match outcome {
            Ok(outcome) => {
                if outcome.already {
                    eprintln!(
                        "{} is in the library already, as article {}",
                        outcome.article.given_url, outcome.article.id
                    );
                }
                if !saved.contains(&outcome.article.id) {
                    saved.push(outcome.article.id);
                }
            }
            Err(error) => {
                failed = true;
                eprintln!("cuttings: {typed}: {error:#}");
                if json {
                    print::line(json!({
                        "id": null, "url": typed, "state": "failed", "reason": format!("{error:#}"),
                    }))?;
                }
            }
        }
    }

    // Without a server nobody else would capture what was just queued.
    if asked.wait || !open::somebody_captures(config, &library) {
        let mut ended = Vec::new();
        worker::run_for(&library, user.id, &saved, |id| ended.push(id))
            .await
            .context("the pages are saved, but capturing them stopped")?;
    }
    for id in saved {
        let article = article(&library, user.id, id).await?;
        failed |= report(&article, json)?;
    }
    library.store.close().await;
    if failed {
        Err(Failure::SomeFailed)
    } else {
        Ok(())
    }
}

/// Saves a page and puts tags on it.
async fn keep(
    library: &Library,
    user_id: UserId,
    address: &PageAddress,
    upload: Option<Upload>,
    names: &[TagName],
) -> Result<Saved, LibraryError> {
    let mut saved = save::save(library, user_id, address, upload).await?;
    if !names.is_empty() {
        let (id, add) = (saved.article.id, TagChange::Add(names));
        saved.article = tags::change(library, user_id, id, add).await?;
    }
    Ok(saved)
}

async fn article(library: &Library, user_id: UserId, id: ArticleId) -> anyhow::Result<Article> {
    library
        .store
        .article(user_id, id)
        .await
        .context("cannot read what was saved")?
        .with_context(|| format!("article {id} was deleted meanwhile"))
}

/// Prints where an article stands; true when it failed.
fn report(article: &Article, json: bool) -> anyhow::Result<bool> {
    if json {
        print::line(print::article_json(article))?;
    } else {
        print::line(format_args!(
            "{:>6}  {}  {}",
            article.id,
            article.state.as_str(),
            article.title()
        ))?;
    }
    let failed = article.state == ArticleState::Failed;
    if let (true, Some(reason)) = (failed, &article.reason) {
        eprintln!("cuttings: article {}: {}", article.id, reason.text);
    }
    Ok(failed)
}

/// What was typed, as an address and perhaps a page.
fn page(typed: &str, url: Option<&str>) -> anyhow::Result<(PageAddress, Option<Upload>)> {
    let path = Path::new(typed);
    let body = if typed == "-" {
        let mut body = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut body)
            .context("cannot read standard input")?;
        body
    } else if path.is_file() {
        std::fs::read(path).with_context(|| format!("cannot read {typed}"))?
    } else {
        let address = address::parse(typed).map_err(|error| {
            let missing = !typed.contains("://") && path.extension().is_some();
            let advice = if missing {
                "There is no such file."
            } else {
                error.advice()
            };
            anyhow!("{error}. {advice}")
        })?;
        if url.is_some() {
            return Err(anyhow!(
                "--url says where a file came from, but this is an address"
            ));
        }
        return Ok((address, None));
    };
    let decoded = cuttings_html::decode::decode(&body, None);
    let address = match url {
        Some(url) => address::parse(url).map_err(|error| anyhow!("--url: {error}"))?,
        None => own_address(&decoded.text)?,
    };
    let pictures = pictures_beside(path, &decoded.text, address.url());
    let upload = Upload {
        body: body.into(),
        content_type: None,
        pictures,
    };
    Ok((address, Some(upload)))
}

/// The address a page calls its own.
fn own_address(html: &str) -> anyhow::Result<PageAddress> {
    cuttings_extract::extract(html, None)
        .ok()
        .and_then(|extraction| extraction.canonical_url)
        .and_then(|url| PageAddress::new(url).ok())
        .ok_or_else(|| anyhow!("the page does not say where it is from; tell with --url https://…"))
}

/// The page's pictures that lie where its relative links point, below the
/// page's own folder. Others are left to the capture.
fn pictures_beside(page: &Path, html: &str, base: &Url) -> Vec<(String, bytes::Bytes)> {
    let Some(folder) = page.parent() else {
        return Vec::new();
    };
    let Ok(extraction) = cuttings_extract::extract(html, Some(base)) else {
        return Vec::new();
    };
    let lead = extraction.lead_image.as_deref();
    let sources = extraction
        .images
        .iter()
        .map(|picture| picture.src.as_str())
        .chain(lead);
    let mut pictures: Vec<(String, bytes::Bytes)> = Vec::new();
    for source in sources {
        if pictures.iter().any(|(known, _)| known == source) {
            continue;
        }
        let Some(relative) = Url::parse(source)
            .ok()
            .and_then(|url| base.make_relative(&url))
        else {
            continue;
        };
        let relative = relative.split(['?', '#']).next().unwrap_or_default();
        let below = Path::new(relative);
        let stays_below = below
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if stays_below && let Ok(bytes) = std::fs::read(folder.join(below)) {
            pictures.push((source.to_owned(), bytes.into()));
        }
    }
    pictures
}
