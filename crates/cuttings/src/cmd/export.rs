//! `cuttings export`: what was kept of articles, as an archive other programs
//! open.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cuttings_library::export::{self, About, ExportError, Exported};
use cuttings_library::{Library, now_ms};
use cuttings_model::{ArticleId, User};
use serde_json::json;

use crate::args::{Export, ExportFormat};
use crate::config::Config;
use crate::{Failure, open, print};

/// Writes the archive beside its place and moves it there when it is whole.
pub async fn run(config: &Config, asked: &Export, json: bool) -> Result<(), Failure> {
    let library = open::library(config).await?;
    let user = open::user(&library, asked.whose.user.as_deref()).await?;
    let (ids, about) = chosen(&library, &user, asked).await?;
    let folder = match asked.output.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let file = tempfile::NamedTempFile::new_in(folder)
        .with_context(|| format!("cannot write into {}", folder.display()))?;
    let format = match asked.format {
        ExportFormat::Warc => export::Format::Warc,
        ExportFormat::Wacz => export::Format::Wacz,
    };
    let mut told = Instant::now();
    let is_terminal = std::io::stderr().is_terminal();
    let all = ids.len();
    let (file, done) = export::export(&library, user.id, &ids, format, &about, file, &mut |done| {
        if is_terminal && told.elapsed() > Duration::from_millis(250) {
            told = Instant::now();
            show(&format!("\r\x1b[K{} of {all} articles", done.articles));
        }
    })
    .await
    .context("the export did not come to its end")?;
    if is_terminal {
        show("\r\x1b[K");
    }
    file.as_file()
        .sync_all()
        .context("cannot write the archive")?;
    file.persist(&asked.output)
        .with_context(|| format!("cannot write {}", asked.output.display()))?;
    for what in &done.left_out {
        eprintln!("cuttings: left out: {what}");
    }
    tell(&done, &asked.output, json)?;
    if done.left_out.is_empty() {
        Ok(())
    } else {
        Err(Failure::SomeFailed)
    }
}

async fn chosen(
    library: &Library,
    user: &User,
    asked: &Export,
) -> Result<(Vec<ArticleId>, About), Failure> {
    let about = |title: String, description: &str| About {
        title,
        description: description.to_owned(),
        created_ms: now_ms(),
    };
    let cannot = "cannot read the library";
    if let Some(id) = asked.article {
        let id = ArticleId(id);
        let article = library
            .store
            .article(user.id, id)
            .await
            .context(cannot)?
            .filter(|article| article.deleted_at_ms.is_none())
            .ok_or_else(|| Failure::wrong_use(format!("there is no article {id}")))?;
        let about = about(article.title().to_owned(), article.source_url());
        return Ok((vec![id], about));
    }
    if let Some(query) = &asked.search {
        let ids = match export::found(library, user.id, query).await {
            Err(ExportError::Query(error)) => return Err(Failure::wrong_use(error.message)),
            other => other.context(cannot)?,
        };
        let about = about(
            format!("Articles that match {query}"),
            "A search in Cuttings",
        );
        return Ok((ids, about));
    }
    let ids = export::all(library, user.id).await.context(cannot)?;
    let about = about(
        format!("The library of {}", user.name),
        "Everything in Cuttings",
    );
    Ok((ids, about))
}

fn tell(done: &Exported, output: &Path, json: bool) -> anyhow::Result<()> {
    if json {
        return print::line(json!({
            "file": output, "articles": done.articles, "captures": done.captures,
            "left_out": done.left_out,
        }));
    }
    eprintln!(
        "{} articles with {} captures are in {}",
        done.articles,
        done.captures,
        output.display()
    );
    Ok(())
}

fn show(text: &str) {
    let mut err = std::io::stderr().lock();
    // A terminal that has gone needs no progress.
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
