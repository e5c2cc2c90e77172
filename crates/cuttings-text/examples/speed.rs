//! How fast the analyser is: megabytes of a text file a second, best of five.
//!
//! `cargo run --release -p cuttings-text --example speed -- FILE [LANGUAGE]`
//!
//! The text is cut into pieces of the size of an article, since a stem is
//! remembered within one text only.

use std::time::Instant;

use cuttings_text::index::{IndexFields, fts5_row, tsvector};
use cuttings_text::{analyse, count, highlight, language, query};

/// Bytes of an article of about a thousand words.
const ARTICLE_BYTES: usize = 6_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("which text file?")?;
    let spoken = arguments.next();
    let spoken = spoken.as_deref();
    let text = std::fs::read_to_string(file)?;
    let mut articles = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (article, after) = rest.split_at(rest.floor_char_boundary(ARTICLE_BYTES));
        articles.push(article);
        rest = after;
    }
    let query = query::parse("harbour council \"new york\" minister*")?;

    let measure = |what: &str, work: &dyn Fn(&str) -> usize| {
        let mut best = f64::MAX;
        let mut made = 0;
        for _ in 0..5 {
            let started = Instant::now();
            made = articles.iter().map(|article| work(article)).sum();
            best = best.min(started.elapsed().as_secs_f64());
        }
        let rate = text.len() as f64 / best / 1e6;
        println!("{what:<18} {rate:>7.1} MB/s   ({made} made)");
    };
    measure("terms", &|article| analyse::terms(article, spoken).len());
    measure("key", &|article| analyse::key(article).len());
    measure("FTS5 row", &|article| {
        fts5_row(&fields(article, spoken)).body_stem.len()
    });
    measure("tsvector", &|article| {
        tsvector(&fields(article, spoken)).literal.len()
    });
    measure("snippet", &|article| {
        highlight::snippet(article, spoken, &query, 240).len()
    });
    measure("words", &count::words);
    measure("language", &|article| {
        usize::from(language::detect(article).is_some())
    });
    Ok(())
}

/// An article of which only the text counts.
fn fields<'a>(body: &'a str, language: Option<&'a str>) -> IndexFields<'a> {
    IndexFields {
        body,
        language,
        ..IndexFields::default()
    }
}
