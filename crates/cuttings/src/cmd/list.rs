//! `cuttings list`: articles, newest first or as a filter says.

use anyhow::Context as _;
use cuttings_model::{Filter, View};

use crate::args::List;
use crate::config::Config;
use crate::{Failure, open, print};

/// Prints an article in two lines, or as a JSON object a line.
pub async fn run(config: &Config, list: &List, json: bool) -> Result<(), Failure> {
    let library = open::library(config).await?;
    let user = open::user(&library, list.whose.user.as_deref()).await?;
    let filter = filter(list)?;
    let articles = library
        .store
        .list(user.id, &filter, None, list.limit)
        .await
        .context("cannot read the list")?
        .articles;
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

/// What the arguments ask for. What makes no sense is wrong use.
fn filter(list: &List) -> Result<Filter, Failure> {
    let mut filter = Filter::from(View::from(list.which));
    let tags = list.tag.iter().map(|tag| ("tag".into(), tag.into()));
    let query = list.filter.as_deref().unwrap_or_default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()).chain(tags) {
        match filter.set(&name, &value) {
            Ok(true) => {}
            Ok(false) => {
                return Err(Failure::wrong_use(format!(
                    "--filter: no “{name}” is known"
                )));
            }
            Err(error) => return Err(Failure::wrong_use(format!("--filter: {error}"))),
        }
    }
    Ok(filter)
}
