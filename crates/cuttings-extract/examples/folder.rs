//! Reads all HTML files of a folder on all cores: a line of words and headline
//! for each.
//!
//! `cargo run --release -p cuttings-extract --example folder -- FOLDER`

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: folder FOLDER")?;
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|end| end == "html"));
    files.sort();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    println!("{}: {}", file.display(), told(file));
                }
            });
        }
    });
    Ok(())
}

/// What is in a file, or why nothing is.
fn told(file: &PathBuf) -> String {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => return format!("cannot be read: {error}"),
    };
    // The encoding is told by the bytes; a server's header would go here.
    let page = cuttings_html::decode::decode(&bytes, None);
    match cuttings_extract::extract(&page.text, None) {
        Ok(found) => match &found.no_article {
            Some(reason) => reason.explain(),
            None => format!(
                "{} words, {}",
                found.word_count,
                found.headline.as_deref().unwrap_or("without a headline")
            ),
        },
        Err(error) => error.to_string(),
    }
}
