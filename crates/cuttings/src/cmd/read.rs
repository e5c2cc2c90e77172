//! `cuttings read`: an article as wrapped text.

use anyhow::Context as _;
use cuttings_model::{ArticleId, ArticleState};

use crate::args::Read;
use crate::config::Config;
use crate::{Failure, open, print};

/// Prints headline, dek, byline, date and text.
pub async fn run(config: &Config, read: &Read, json: bool) -> Result<(), Failure> {
    let library = open::library(config).await?;
    let user = open::user(&library, read.whose.user.as_deref()).await?;
    let id = ArticleId(read.id);
    let article = library
        .store
        .article(user.id, id)
        .await
        .context("cannot read the article")?
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or_else(|| {
            Failure::Other(anyhow::anyhow!(
                "there is no article {id}; `cuttings list all` shows what there is"
            ))
        })?;
    let body = library
        .store
        .article_body(user.id, id)
        .await
        .context("cannot read the article")?;
    let text = body
        .as_ref()
        .map(|body| body.text.as_str())
        .unwrap_or_default();
    if json {
        let mut value = print::article_json(&article);
        value["text"] = text.into();
        value["html"] = body.as_ref().map(|body| body.html.as_str()).into();
        print::line(value)?;
        return Ok(());
    }

    let columns = print::columns(read.width);
    let wrapped = |text: &str| textwrap::fill(text, columns);
    let mut blocks = vec![article.outlet().to_uppercase(), wrapped(article.title())];
    blocks.extend(article.dek_above(text).map(wrapped));
    let mut about: Vec<String> = article.byline.iter().cloned().collect();
    about.extend(
        article
            .published
            .as_ref()
            .map(|published| print::day(published.at_ms)),
    );
    if article.reading_minutes > 0 {
        about.push(format!("{} min", article.reading_minutes));
    }
    if !about.is_empty() {
        blocks.push(wrapped(&about.join(" · ")));
    }
    blocks.extend(article.reason.as_ref().map(|reason| wrapped(&reason.text)));
    if article.state == ArticleState::Queued {
        blocks.push("This page has not been captured yet.".to_owned());
    }
    blocks.extend(
        text.split("\n\n")
            .filter(|block| !block.is_empty())
            .map(|block| block.lines().map(wrapped).collect::<Vec<_>>().join("\n")),
    );
    blocks.push(article.source_url().to_owned());
    print::line(blocks.join("\n\n"))?;
    Ok(())
}
