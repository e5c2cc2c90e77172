//! Trains and scores `cuttings-reference` on the shared corpora.
//!
//! `cargo xtask train` and `cargo xtask eval` build and start this program. The
//! corpora are found through `CUTTINGS_CORPORA`; nothing of them is kept.

mod corpora;
mod dates;
mod names;
mod statements;
mod stories;
mod train;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "bench-reference train | eval [tagger|dates|stories|statements [--show]] | \
                     speed | analyse FILE | show FILE";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["train"] => train::write(&folder()),
        ["eval", "stories"] => stories::evaluate(&folder()),
        ["eval", "statements"] => statements::evaluate(&folder(), false),
        ["eval", "statements", "--show"] => statements::evaluate(&folder(), true),
        ["speed"] => speed(&folder()),
        ["analyse", path] => analyse(Path::new(path)),
        ["show", path] => show(Path::new(path)),
        ["eval"] | ["eval", "tagger"] => train::evaluate(&folder()),
        ["eval", "dates"] => dates::evaluate(&folder()),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// How many articles of 600 words are read in a second, on one core.
fn speed(folder: &Path) -> Result<(), String> {
    const WORDS: usize = 600;
    const SECONDS: u64 = 5;
    let texts: Vec<String> = ["gum_news", "meantime"]
        .iter()
        .map(|name| corpora::objects(&folder.join(format!("{name}.dev.jsonl"))))
        .collect::<Result<Vec<_>, String>>()?
        .into_iter()
        .flatten()
        .filter_map(|document| Some(document["text"].as_str()?.to_owned()))
        .collect();
    let (mut words, mut found) = (0, 0);
    let begun = std::time::Instant::now();
    while begun.elapsed().as_secs() < SECONDS {
        for text in &texts {
            let analysis = cuttings_reference::analyse(&cuttings_reference::Document {
                text,
                ..cuttings_reference::Document::default()
            });
            found += analysis.statements.len() + analysis.names.len();
            words += text.split_whitespace().count();
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{:.0} articles of {WORDS} words a second ({found} results)",
        (words / WORDS) as f64 / seconds
    );
    Ok(())
}

/// Prints what is found in a text.
fn analyse(path: &Path) -> Result<(), String> {
    let text = corpora::read(path)?;
    let found = cuttings_reference::analyse(&cuttings_reference::Document {
        text: &text,
        ..cuttings_reference::Document::default()
    });
    let characters: Vec<char> = text.chars().collect();
    let said = |span: &cuttings_reference::Span| {
        characters[span.start as usize..span.end as usize]
            .iter()
            .collect::<String>()
    };
    for one in &found.statements {
        println!(
            "{:?} {:?} by {:?} cue {:?} to {:?}\n    {:?}\n    verbatim {:?}",
            one.kind,
            one.source.as_ref().map(said),
            one.speaker.as_ref().map(|one| (&one.name, &one.role)),
            one.cue.as_ref().map(said),
            one.addressee.as_ref().map(said),
            one.content.iter().map(said).collect::<Vec<_>>(),
            one.verbatim.iter().map(said).collect::<Vec<_>>(),
        );
    }
    for name in &found.names {
        let mentions: Vec<String> = name.mentions.iter().map(|one| said(&one.span)).collect();
        println!(
            "{:?} {} {:?} {mentions:?} {}",
            name.kind, name.name, name.roles, name.explanation
        );
    }
    Ok(())
}

/// Prints the tokens of a text with their tags.
fn show(path: &Path) -> Result<(), String> {
    use cuttings_reference::Document;
    use cuttings_reference::frame::Frame;

    let text = corpora::read(path)?;
    let frame = Frame::new(&Document {
        text: &text,
        ..Document::default()
    });
    for (sentence, _) in frame.sentences.iter().enumerate() {
        let words: Vec<String> = frame
            .tokens_of(sentence)
            .map(|at| {
                let token = frame.tokens[at];
                let name = token
                    .name
                    .kind()
                    .map_or(String::new(), |kind| format!("/{kind:?}"));
                format!("{}_{}{name}", frame.word(at), token.tag.name())
            })
            .collect();
        println!("{}", words.join(" "));
    }
    Ok(())
}

/// The folder of the reference corpora.
fn folder() -> PathBuf {
    let corpora = std::env::var_os("CUTTINGS_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    corpora.join("reference")
}
