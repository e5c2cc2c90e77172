//! `cuttings rules`: checking site rules, and trying them on kept pages.

use std::path::Path;

use anyhow::Context as _;
use cuttings_extract::rules::{Rules, check};
use cuttings_html::decode::decode;
use serde_json::json;

use crate::args::{Rules as Asked, RulesAction};
use crate::config::Config;
use crate::{Failure, open, print};

/// Checks a folder of rules, or tries a rule.
pub async fn run(config: &Config, asked: &Asked, json: bool) -> Result<(), Failure> {
    match &asked.action {
        RulesAction::Check { folder } => {
            let (rules, faults) = read(config, folder.as_deref())?;
            if json {
                print::line(json!({ "sites": rules.len(), "faults": faults }))?;
            } else {
                eprintln!("rules for {} sites, {faults} faults", rules.len());
            }
            if faults > 0 {
                Err(Failure::SomeFailed)
            } else {
                Ok(())
            }
        }
        RulesAction::Test {
            site,
            rules,
            pages,
            whose,
        } => {
            let (rules, _) = read(config, rules.as_deref())?;
            let rule = rules
                .for_host(site)
                .ok_or_else(|| Failure::wrong_use(format!("there is no rule for {site}")))?;
            let library = open::library(config).await?;
            let user = open::user(&library, whose.user.as_deref()).await?;
            let kept = library
                .store
                .pages_of_site(user.id, site.trim_start_matches("www."), *pages)
                .await
                .context("cannot read the kept pages")?;
            let mut tried = Vec::new();
            for (url, digest) in kept {
                let bytes = library
                    .store
                    .blobs()
                    .get(&digest)
                    .await
                    .context(url.clone())?;
                tried.push((url, decode(&bytes, None).text));
            }
            if tried.is_empty() {
                return Err(Failure::wrong_use(format!(
                    "no page of {site} is kept; save one and try again"
                )));
            }
            let report = check(rule, tried);
            if json {
                for page in &report.pages {
                    print::line(json!({
                        "url": page.url, "body_matched": page.body_matched, "words": page.words,
                        "missing": page.missing, "other_pages": page.other_pages,
                        "notes": page.notes,
                    }))?;
                }
            } else {
                print::line(&report)?;
            }
            if report.is_good() {
                Ok(())
            } else {
                Err(Failure::SomeFailed)
            }
        }
    }
}

/// The folder that was named, or the one in the data folder.
fn read(config: &Config, folder: Option<&Path>) -> Result<(Rules, usize), Failure> {
    read_folder(folder.unwrap_or(&config.places.data.join("rules")))
}

/// Reads a folder and names each fault on standard error; gives how many.
pub fn read_folder(folder: &Path) -> Result<(Rules, usize), Failure> {
    let (rules, faults) = Rules::read_folder(folder)
        .with_context(|| format!("cannot read the folder of rules {}", folder.display()))
        .map_err(Failure::Use)?;
    for fault in &faults {
        eprintln!("cuttings: {fault}");
    }
    Ok((rules, faults.len()))
}
