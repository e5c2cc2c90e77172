//! `cuttings list`: articles, newest first.

use anyhow::Context as _;

use crate::args::List;
use crate::config::Config;
use crate::{Failure, open, print};

/// Prints an article in two lines, or as a JSON object a line.
pub async fn run(config: &Config, list: &List, json: bool) -> Result<(), Failure> {
    let library = open::library(config).await?;
    let user = open::user(&library, list.whose.user.as_deref()).await?;
    let articles = library
        .store
        .list(user.id, list.which.into(), None, list.limit)
        .await
        .context("cannot read the list")?;
    for article in &articles {
        if json {
            print::line(print::article_json(article))?;
        } else {
            print::line(print::article_lines(article))?;
        }
    }
    if articles.is_empty() && !json {
        eprintln!("nothing here; `cuttings save URL` keeps a page");
    }
    Ok(())
}
