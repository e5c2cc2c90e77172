//! Mends a site with a rule, and shows what the rule did.
//!
//! `cargo run -p cuttings-extract --example rule`

use cuttings_extract::rules::{SiteRule, check};
use cuttings_extract::{Options, explain_with, extract_with};
use url::Url;

const PAGE: &str = "<title>Rain</title><h2>Rain</h2>
    <div id=text><p>It rained for a third day, and the river rose over its banks.</p>
    <p class=offer>Buy an umbrella.</p></div>
    <p>Elsewhere, the sun shone on everybody, and nobody wrote to us about it.</p>
    <a rel=next href='?page=2'>The second day</a>";

const RULE: &str = "body: //div[@id = 'text']
title: //h2
strip_id_or_class: offer
next_page_link: //a[@rel = 'next']
test_url: https://courier.example/rain
test_contains: over its banks";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (rule, errors) = SiteRule::parse("courier.example", RULE);
    for error in errors {
        eprintln!("{error}");
    }
    let address = Url::parse("https://courier.example/rain")?;
    let options = Options { rule: Some(&rule) };
    let found = extract_with(PAGE, Some(&address), &options)?;
    println!("{}\n\n{}\n", found.headline.unwrap_or_default(), found.text);
    if let Some(next) = found.other_pages.next_page {
        println!("goes on at {next}\n");
    }
    println!("{}", explain_with(PAGE, Some(&address), &options)?);
    println!("{}", check(&rule, [(address.as_str(), PAGE)]));
    Ok(())
}
