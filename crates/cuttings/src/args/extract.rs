//! What `cuttings extract` takes.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use serde::{Deserialize, Serialize};

#[derive(Debug, ClapArgs)]
pub struct Extract {
    /// HTML files, folders of them, tar or WARC archives (also .gz), or - for
    /// standard input
    #[arg(default_value = "-", value_name = "FILE|DIR|-")]
    pub pages: Vec<String>,

    /// Address the page was read from, for its links and pictures; records of
    /// WARC archives bring their own
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,

    /// How to print articles [default: JSON, an object for one page, else a
    /// line each]
    #[arg(long, value_enum)]
    pub format: Option<OutputFormat>,

    /// What the inputs are [default: told by their names and first bytes]
    #[arg(long, value_enum)]
    pub input_format: Option<InputFormat>,

    /// Pages to extract at the same time [default: number of cores]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,

    /// File to append the results to, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// File to note progress in; the same command again goes on from there
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,

    /// Folder of site rules; a page's rule is found by the host of its address
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,

    /// Say of every line of one page why it is kept or dropped, and what a site
    /// rule did, instead of printing the article
    #[arg(long, conflicts_with_all = ["format", "resume"])]
    pub explain: bool,
}

/// How articles are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputFormat {
    /// A JSON object a line
    Jsonl,
    /// Markdown
    Markdown,
    /// Clean HTML, an <article> each
    Html,
    /// Text alone
    Text,
}

/// What inputs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputFormat {
    /// HTML pages
    Html,
    /// Tar archives of HTML pages
    Tar,
    /// Web archives
    Warc,
}
