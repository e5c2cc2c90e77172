//! Extracts one page from a file and prints what was found as JSON.
//!
//! `cargo run -p cuttings-extract --example page -- FILE [URL]`; with `--why`
//! instead of an address, the fate of every part of the page.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: page FILE [URL]")?;
    let second = arguments.next();
    let html = std::fs::read_to_string(file)?;
    if second.as_deref() == Some("--why") {
        print!("{}", cuttings_extract::explain(&html, None)?);
        return Ok(());
    }
    let base = second.map(|url| url::Url::parse(&url)).transpose()?;
    let found = cuttings_extract::extract(&html, base.as_ref())?;
    println!("{}", serde_json::to_string_pretty(&found)?);
    Ok(())
}
