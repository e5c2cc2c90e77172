//! One page: from its bytes as they were kept to the text that is printed.
//!
//! Runs on all cores at once, so everything costly about a page is done here:
//! reading its file, unpacking, decoding, extracting, writing.

use std::io::Read as _;
use std::path::PathBuf;

use cuttings_extract::rules::{Rules, SiteRule};
use cuttings_extract::{Extraction, MAX_HTML_BYTES, NoArticle, Options};
use cuttings_formats::answer::{self, AnswerError};
use cuttings_formats::is_gzip;
use serde::Serialize;
use url::Url;

use super::tally::{Failed, Kind};
use crate::args::OutputFormat;

/// A page that was found and not read.
pub struct Page {
    /// What the results call it: a path, or the address of a record.
    pub id: String,
    /// What messages call it.
    pub name: String,
    /// The address it was read from, where the archive says.
    pub url: Option<Url>,
    pub content: Content,
}

/// Where the bytes of a page are.
pub enum Content {
    /// In a file of this length.
    File(PathBuf, u64),
    /// Here; gzip is unpacked.
    Bytes(Vec<u8>),
    /// Here, with the media type the archive gives.
    Typed(Vec<u8>, Option<String>),
    /// Here, with the head of the server's answer.
    Answer(Vec<u8>),
}

/// How results are written.
#[derive(Clone, Copy)]
pub struct Style<'a> {
    pub format: OutputFormat,
    /// Rules of sites, by the host of a page's address.
    pub rules: &'a Rules,
    /// Whether there is only one, which needs no id.
    pub is_one: bool,
}

impl Page {
    #[cfg(test)]
    pub fn of_bytes(id: &str, bytes: Vec<u8>) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            url: None,
            content: Content::Bytes(bytes),
        }
    }

    /// How many bytes it takes until it is written.
    pub fn size_bytes(&self) -> u64 {
        match &self.content {
            Content::File(_, bytes) => (*bytes).min(MAX_HTML_BYTES as u64),
            Content::Bytes(bytes) | Content::Typed(bytes, _) | Content::Answer(bytes) => {
                bytes.len() as u64
            }
        }
    }

    fn failed(&self, kind: Kind, reason: impl std::fmt::Display) -> Failed {
        Failed::new(self.name.clone(), kind, reason)
    }

    fn too_large(&self) -> Failed {
        let mebibytes = MAX_HTML_BYTES / (1024 * 1024);
        let reason = format!("larger than {mebibytes} MiB, the most that is read of a page");
        self.failed(Kind::TooLarge, reason)
    }

    fn of_answer(&self, error: &AnswerError) -> Failed {
        match error {
            AnswerError::TooLarge(_) => self.too_large(),
            AnswerError::Encoding(_) => self.failed(Kind::UnknownFormat, error),
            _ => self.failed(Kind::Damaged, error),
        }
    }

    /// The page as text.
    fn text(&self) -> Result<String, Failed> {
        let read;
        let unpacked;
        let (bytes, content_type) = match &self.content {
            Content::File(path, _) => {
                read = self.read_file(path)?;
                (&read[..], None)
            }
            Content::Bytes(bytes) => (&bytes[..], None),
            Content::Typed(bytes, content_type) => (&bytes[..], content_type.clone()),
            Content::Answer(block) => {
                let answer = answer::read(block).map_err(|error| self.of_answer(&error))?;
                unpacked = answer
                    .body(MAX_HTML_BYTES)
                    .map_err(|error| self.of_answer(&error))?;
                let content_type = answer.header("content-type").map(str::to_owned);
                (&*unpacked, content_type)
            }
        };
        let is_packed = !matches!(self.content, Content::Answer(_)) && is_gzip(bytes);
        let plain;
        let bytes = if is_packed {
            plain =
                answer::gunzip(bytes, MAX_HTML_BYTES).map_err(|error| self.of_answer(&error))?;
            &plain[..]
        } else {
            bytes
        };
        if bytes.len() > MAX_HTML_BYTES {
            return Err(self.too_large());
        }
        Ok(cuttings_html::decode::decode(bytes, content_type.as_deref()).text)
    }

    fn read_file(&self, path: &PathBuf) -> Result<Vec<u8>, Failed> {
        let mut bytes = Vec::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(MAX_HTML_BYTES as u64 + 1).read_to_end(&mut bytes))
            .map_err(|error| self.failed(Kind::Unreadable, format!("cannot read it: {error}")))?;
        Ok(bytes)
    }
}

/// As [`extract`], and a fault of ours costs one page and not the run.
pub fn extract_guarded(
    page: &Page,
    base: Option<&Url>,
    style: Style<'_>,
) -> Result<String, Failed> {
    let extracting = std::panic::AssertUnwindSafe(|| extract(page, base, style));
    std::panic::catch_unwind(extracting).unwrap_or_else(|_| {
        Err(page.failed(
            Kind::Fault,
            "the extractor broke on this page; please report it",
        ))
    })
}

/// Extracts a page and writes the result as `style` says. `base` is the address
/// of pages that have none of their own.
pub fn extract(page: &Page, base: Option<&Url>, style: Style<'_>) -> Result<String, Failed> {
    let text = page.text()?;
    let base = page.url.as_ref().or(base);
    let rule = rule_for(base, style.rules);
    let extraction = cuttings_extract::extract_with(&text, base, &Options { rule })
        // Decoding may have made it longer.
        .map_err(|_| page.too_large())?;
    written(page, &extraction, style)
        .map_err(|error| page.failed(Kind::Fault, format!("cannot write JSON: {error}")))
}

/// Says what the rule of a page's site did, and of every line of the page why
/// it is kept or dropped.
pub fn explain(page: &Page, base: Option<&Url>, rules: &Rules) -> Result<String, Failed> {
    let text = page.text()?;
    let base = page.url.as_ref().or(base);
    let rule = rule_for(base, rules);
    let mut told = match (rule, base) {
        (None, Some(base)) if !rules.is_empty() => format!("no site rule for {base}\n"),
        (None, None) if !rules.is_empty() => {
            "no site rule: the address of the page is not known, --url says it\n".to_owned()
        }
        _ => String::new(),
    };
    told += &cuttings_extract::explain_with(&text, base, &Options { rule })
        .map_err(|_| page.too_large())?;
    Ok(told)
}

/// The rule for the site of an address.
fn rule_for<'r>(address: Option<&Url>, rules: &'r Rules) -> Option<&'r SiteRule> {
    rules.for_host(address?.host_str()?)
}

/// An extraction with what it is of.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a Url>,
    #[serde(flatten)]
    extraction: &'a Extraction,
}

fn written(page: &Page, found: &Extraction, style: Style<'_>) -> serde_json::Result<String> {
    let Page { id, url, .. } = page;
    Ok(match (style.format, style.is_one) {
        (OutputFormat::Jsonl, true) => serde_json::to_string_pretty(found)? + "\n",
        (OutputFormat::Jsonl, false) => {
            let line = Line {
                id,
                url: url.as_ref(),
                extraction: found,
            };
            serde_json::to_string(&line)? + "\n"
        }
        (OutputFormat::Markdown, true) => cuttings_extract::markdown(found),
        (OutputFormat::Markdown, false) => {
            // Nothing in an address may end the comment.
            let id = id.replace("--", "%2D%2D").replace(['\n', '\r'], " ");
            format!("<!-- {id} -->\n\n{}\n", cuttings_extract::markdown(found))
        }
        (OutputFormat::Text, true) => plain(found),
        (OutputFormat::Text, false) => format!("==> {id} <==\n\n{}\n", plain(found)),
        (OutputFormat::Html, is_one) => html(found, (!is_one).then_some(id)),
    })
}

/// Headline, dek, what is known of it, and text; blocks joined by a blank line.
fn plain(found: &Extraction) -> String {
    let about: Vec<&str> = [&found.byline, &found.published, &found.publication]
        .into_iter()
        .filter_map(|one| one.as_deref())
        .collect();
    let about = about.join(" · ");
    let reason = found.no_article.as_ref().map(NoArticle::explain);
    let blocks = [
        found.headline.as_deref(),
        found.dek.as_deref(),
        Some(about.as_str()),
        reason.as_deref(),
        Some(found.text.as_str()),
    ];
    let mut text = String::new();
    for block in blocks.into_iter().flatten().filter(|one| !one.is_empty()) {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(block);
    }
    text.push('\n');
    text
}

/// An `<article>` element with headline, dek and what is known of it.
fn html(found: &Extraction, id: Option<&String>) -> String {
    let mut out = String::from("<article");
    let language = found.language.as_ref();
    for (name, value) in [("data-id", id), ("lang", language)] {
        if let Some(value) = value {
            out += &format!(" {name}=\"{}\"", escaped(value));
        }
    }
    if found.direction == cuttings_extract::Direction::Rtl {
        out += " dir=\"rtl\"";
    }
    out += ">\n";
    if let Some(headline) = &found.headline {
        out += &format!("<h1>{}</h1>\n", escaped(headline));
    }
    let about: Vec<String> = [&found.byline, &found.published, &found.publication]
        .into_iter()
        .flatten()
        .map(|one| escaped(one))
        .collect();
    let reason = found.no_article.as_ref().map(NoArticle::explain);
    for (class, text) in [
        ("dek", found.dek.as_deref().map(escaped)),
        ("about", (!about.is_empty()).then(|| about.join(" · "))),
        ("no-article", reason.as_deref().map(escaped)),
    ] {
        if let Some(text) = text {
            out += &format!("<p class=\"{class}\">{text}</p>\n");
        }
    }
    out += found.html.as_str();
    out += "\n</article>\n";
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
