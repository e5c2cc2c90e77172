//! `cuttings highlight`: marked words of articles.

use anyhow::Context as _;
use cuttings_library::highlights;
use cuttings_model::{Anchor, ArticleId, Highlight, HighlightId, MAX_ID};
use cuttings_store::HighlightFilter;
use serde_json::{Value, json};

use crate::args::{self, HighlightAction};
use crate::config::Config;
use crate::{Failure, open, print};

/// Marks words, lists what is marked, removes it and brings it back.
pub async fn run(config: &Config, highlight: &args::Highlight, json: bool) -> Result<(), Failure> {
    let library = open::library(config).await?;
    match &highlight.action {
        HighlightAction::Add {
            id,
            words,
            colour,
            note,
            before,
            behind,
            whose,
        } => {
            let user = open::user(&library, whose.user.as_deref()).await?;
            let anchor = Anchor {
                prefix: before.clone(),
                suffix: behind.clone(),
                ..Anchor::of_words(words)
            };
            let id = ArticleId(*id);
            let kept = highlights::add(&library, user.id, id, &anchor, (*colour).into(), note)
                .await
                .map_err(|error| Failure::Other(error.into()))?;
            show(&kept, None, json)?;
        }
        HighlightAction::List {
            words,
            article,
            colour,
            noted,
            orphan,
            limit,
            whose,
        } => {
            let user = open::user(&library, whose.user.as_deref()).await?;
            let filter = HighlightFilter {
                words: words.join(" "),
                colour: colour.map(Into::into),
                article: article.map(ArticleId),
                orphan: orphan.then_some(true),
                noted: noted.then_some(true),
            };
            let found = library
                .store
                .search_highlights(user.id, &filter, None, *limit)
                .await
                .context("cannot read the highlights")?;
            for one in &found {
                show(&one.highlight, Some(one.article.title()), json)?;
            }
            if found.is_empty() && !json {
                eprintln!("no highlights; `cuttings highlight add ID WORDS` marks some");
            }
        }
        HighlightAction::Remove { ids, undo, whose } => {
            let user = open::user(&library, whose.user.as_deref()).await?;
            let mut has_failed = false;
            for id in ids {
                let done = if !(1..=MAX_ID).contains(id) {
                    Err(anyhow::anyhow!("{id} is not the number of a highlight"))
                } else if *undo {
                    let back = highlights::restore(&library, user.id, HighlightId(*id)).await;
                    back.map_err(Into::into)
                } else {
                    let gone = highlights::remove(&library, user.id, HighlightId(*id)).await;
                    gone.map_err(Into::into)
                };
                match done {
                    Ok(highlight) if json => print::line(highlight_json(&highlight))?,
                    Ok(_) if *undo => eprintln!("highlight {id} is back"),
                    Ok(_) => eprintln!("highlight {id} is removed; --undo brings it back"),
                    Err(error) => {
                        has_failed = true;
                        eprintln!("cuttings: {error:#}");
                    }
                }
            }
            if has_failed {
                return Err(Failure::SomeFailed);
            }
        }
    }
    Ok(())
}

/// Prints a highlight in one line, its note and its article below, or as a JSON
/// object.
fn show(highlight: &Highlight, title: Option<&str>, json: bool) -> anyhow::Result<()> {
    if json {
        return print::line(highlight_json(highlight));
    }
    let words = one_line(&highlight.anchor.exact);
    print::line(format_args!("{:>6}  “{words}”", highlight.id))?;
    if !highlight.note.is_empty() {
        print::line(format_args!("        {}", one_line(&highlight.note)))?;
    }
    let mut about = vec![highlight.colour.as_str().to_owned()];
    about.push(format!("article {}", highlight.article_id));
    about.extend(title.map(str::to_owned));
    about.push(print::day(highlight.created_at_ms));
    if highlight.is_orphan {
        about.push("no longer in the text".to_owned());
    }
    print::line(format_args!("        {}", about.join(" · ")))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A highlight as the API has it.
fn highlight_json(highlight: &Highlight) -> Value {
    json!({
        "id": highlight.id,
        "article_id": highlight.article_id,
        "capture_id": highlight.capture_id,
        "exact": highlight.anchor.exact,
        "prefix": highlight.anchor.prefix,
        "suffix": highlight.anchor.suffix,
        "start": highlight.anchor.start,
        "end": highlight.anchor.end,
        "orphan": highlight.is_orphan,
        "colour": highlight.colour,
        "note": highlight.note,
        "created_at": print::instant(Some(highlight.created_at_ms)),
        "updated_at": print::instant(Some(highlight.updated_at_ms)),
    })
}
