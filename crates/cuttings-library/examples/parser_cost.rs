//! What it costs to read pages in a process of their own: each page of a list is
//! read in this process and in a parser process, and the medians compared.
//!
//! `cargo run --release -p cuttings-library --example parser_cost -- PROGRAM LIST`,
//! where PROGRAM is the built `cuttings` and LIST a file with a path a line.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cuttings_library::Parser;
use cuttings_library::parser::{ParserLimits, Program};
use url::Url;

/// How often each page is read; the best time counts.
const PASSES: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(path), Some(list)) = (arguments.next(), arguments.next()) else {
        return Err("usage: parser_cost PROGRAM LIST".into());
    };
    let mut pages = Vec::new();
    for line in std::fs::read_to_string(list)?.lines() {
        pages.push(Bytes::from(std::fs::read(line)?));
    }
    let program = Program {
        path: path.into(),
        arguments: vec!["parser".into()],
        limits: ParserLimits::default(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let begun = Instant::now();
        let apart = Parser::apart(program);
        let page = Bytes::from_static(b"<p>The first page starts a process.</p>");
        read(&apart, &page).await?;
        let started = begun.elapsed();
        let here = Parser::here(Arc::default());
        let mut times: [Vec<Duration>; 2] = [Vec::new(), Vec::new()];
        for page in &pages {
            let mut best = [Duration::MAX; 2];
            for _ in 0..PASSES {
                for (parser, best) in [&here, &apart].into_iter().zip(&mut best) {
                    let begun = Instant::now();
                    read(parser, page).await?;
                    *best = begun.elapsed().min(*best);
                }
            }
            times[0].push(best[0]);
            times[1].push(best[1]);
        }
        let mut costs: Vec<f64> = times[0]
            .iter()
            .zip(&times[1])
            .map(|(here, apart)| (apart.as_secs_f64() - here.as_secs_f64()) * 1e6)
            .collect();
        costs.sort_by(f64::total_cmp);
        let [here, apart] = times.map(|times| times.iter().sum::<Duration>().as_secs_f64());
        println!("{} pages, best of {PASSES} passes each", pages.len());
        println!("in this process {:.0} ms, apart {:.0} ms, ratio {:.3}", here * 1e3, apart * 1e3, apart / here);
        println!(
            "cost of a page: median {:.0} µs, worst of a hundred {:.0} µs; starting a process {:.1} ms",
            costs[costs.len() / 2],
            costs[costs.len() * 99 / 100],
            started.as_secs_f64() * 1e3
        );
        Ok(())
    })
}

async fn read(parser: &Parser, page: &Bytes) -> Result<(), Box<dyn std::error::Error>> {
    let base = Url::parse("https://pages.example/story")?;
    parser.extract(page.clone(), None, base).await??;
    Ok(())
}
