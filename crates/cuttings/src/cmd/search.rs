//! `cuttings search`: articles that match, best first.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use cuttings_library::search::{self, SearchError};
use cuttings_text::highlight::Piece;
use cuttings_text::query::QueryError;

use crate::args::Search;
use crate::config::Config;
use crate::{Failure, open, print};

/// Prints hits with a snippet each; on a terminal the words found are bold.
pub async fn run(config: &Config, asked: &Search, json: bool) -> Result<(), Failure> {
    let library = open::library(config).await?;
    let user = open::user(&library, asked.whose.user.as_deref()).await?;
    let query = asked.query.join(" ");
    let found = match search::search(&library, user.id, &query, asked.page).await {
        Ok(found) => found,
        Err(SearchError::Query(error)) => {
            return Err(Failure::wrong_use(explained(&query, &error)));
        }
        Err(error) => return Err(Failure::Other(error.into())),
    };
    let bold = std::io::stdout().is_terminal();
    for hit in &found.hits {
        if json {
            let mut value = print::article_json(&hit.article);
            value["snippet"] = plain(&hit.snippet).into();
            print::line(value)?;
        } else {
            let snippet = if bold {
                marked(&hit.snippet)
            } else {
                plain(&hit.snippet)
            };
            let options = textwrap::Options::new(print::columns(None))
                .initial_indent("        ")
                .subsequent_indent("        ");
            print::line(print::article_lines(&hit.article))?;
            print::line(textwrap::fill(&snippet.replace('\n', " "), options))?;
        }
    }
    if found.hits.is_empty() && !json {
        eprintln!("nothing matches {query}");
    }
    if found.has_more && !json {
        eprintln!("more with --page {}", found.page + 1);
    }
    Ok(())
}

/// The query with the place that is wrong pointed out.
fn explained(query: &str, error: &QueryError) -> String {
    let mut text = format!("{}\n  {query}\n  ", error.message);
    text.extend(std::iter::repeat_n(' ', error.at.start));
    text.extend(std::iter::repeat_n('^', error.at.len().max(1)));
    if let Some(hint) = &error.hint {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {hint}");
    }
    text
}

fn plain(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

fn marked(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| {
            if piece.marked {
                format!("\u{1b}[1m{}\u{1b}[0m", piece.text)
            } else {
                piece.text.clone()
            }
        })
        .collect()
}
