//! What `cuttings reference` takes.

use std::num::NonZeroUsize;

use clap::Args as ClapArgs;

#[derive(Debug, ClapArgs)]
pub struct Reference {
    /// Articles as plain text, one block a line; folders of them; or - for
    /// standard input
    #[arg(default_value = "-", value_name = "FILE|DIR|-")]
    pub articles: Vec<String>,

    /// Day or instant of publication, such as 2026-11-24 or 2026-11-24T20:15
    #[arg(long, value_name = "DATE")]
    pub published: Option<String>,

    /// Take publication, headline, dek and language from the page itself
    #[arg(long, requires = "html")]
    pub meta: bool,

    /// The inputs are pages: the article is taken out first, and offsets count in
    /// its text
    #[arg(long)]
    pub html: bool,

    /// Language of the articles, such as en-GB
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,

    /// Say of every result why it is one
    #[arg(long)]
    pub explain: bool,

    /// Articles to read at the same time [default: number of cores]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
}
