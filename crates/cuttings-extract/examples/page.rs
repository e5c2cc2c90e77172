//! Extracts one page from a file and prints what was found as JSON.
//!
//! `cargo run -p cuttings-extract --example page -- FILE [URL]`

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: page FILE [URL]")?;
    let base = arguments.next().map(|url| url::Url::parse(&url)).transpose()?;
    let html = std::fs::read_to_string(file)?;
    let found = cuttings_extract::extract(&html, base.as_ref())?;
    println!("{}", serde_json::to_string_pretty(&found)?);
    Ok(())
}
