//! Reading the corpora.

use std::path::Path;

use cuttings_reference::tagger::{NameKind, NameTag, Tag};
use serde_json::Value;

/// One document of a file of tab-separated words.
pub struct Document {
    /// Its name.
    pub id: String,
    /// Its sentences: the columns of each word.
    pub sentences: Vec<Vec<Vec<String>>>,
}

pub fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The lines of a file of JSON objects.
pub fn objects(path: &Path) -> Result<Vec<Value>, String> {
    read(path)?
        .lines()
        .map(|line| {
            serde_json::from_str(line).map_err(|error| format!("{}: {error}", path.display()))
        })
        .collect()
}

/// The documents of a file of words, tab-separated, sentences parted by empty
/// lines.
pub fn words(path: &Path) -> Result<Vec<Document>, String> {
    let mut documents: Vec<Document> = Vec::new();
    for line in read(path)?.lines() {
        if let Some(id) = line.strip_prefix("# doc ") {
            documents.push(Document {
                id: id.to_owned(),
                sentences: vec![Vec::new()],
            });
        } else if let Some(document) = documents.last_mut() {
            if line.is_empty() {
                document.sentences.push(Vec::new());
            } else if let Some(sentence) = document.sentences.last_mut() {
                sentence.push(line.split('\t').map(str::to_owned).collect());
            }
        }
    }
    for document in &mut documents {
        document.sentences.retain(|sentence| !sentence.is_empty());
    }
    Ok(documents)
}

/// The words and parts of speech of a document; words with unknown tags are
/// nouns.
pub fn spoken(document: &Document) -> Vec<Vec<(String, Tag)>> {
    document
        .sentences
        .iter()
        .map(|sentence| {
            sentence
                .iter()
                .map(|columns| {
                    (
                        columns[0].clone(),
                        Tag::parse(&columns[1]).unwrap_or_default(),
                    )
                })
                .collect()
        })
        .collect()
}

/// The words and names of a document, the name in this column. Where there are two
/// columns only, words are parted as the engine parts them: at hyphens.
pub fn named(document: &Document, column: usize) -> Vec<Vec<(String, NameTag)>> {
    document
        .sentences
        .iter()
        .map(|sentence| {
            let mut words = Vec::new();
            for columns in sentence {
                let name = name(&columns[column]);
                let parts = if column == 1 {
                    parts(&columns[0])
                } else {
                    vec![columns[0].as_str()]
                };
                for (index, part) in parts.into_iter().enumerate() {
                    let name = match name {
                        NameTag::Begins(kind) if index > 0 => NameTag::Inside(kind),
                        name => name,
                    };
                    words.push((part.to_owned(), name));
                }
            }
            words
        })
        .collect()
}

/// A word parted at its hyphens.
fn parts(word: &str) -> Vec<&str> {
    if !word.chars().any(char::is_alphabetic) || word.contains("://") {
        return vec![word];
    }
    let mut parts = Vec::new();
    let mut rest = word;
    while let Some(at) = rest.find('-') {
        if at > 0 {
            parts.push(&rest[..at]);
        }
        parts.push(&rest[at..=at]);
        rest = &rest[at + 1..];
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

/// A name tag as the corpora write it, fine kinds brought to ours.
fn name(written: &str) -> NameTag {
    let Some((border, kind)) = written.split_once('-') else {
        return NameTag::Outside;
    };
    let kind = match kind {
        "PER" | "person" | "politician" | "writer" | "musicalartist" | "scientist"
        | "researcher" => NameKind::Person,
        "ORG" | "organisation" | "politicalparty" | "university" | "band" | "corporation"
        | "group" => NameKind::Organisation,
        "LOC" | "location" | "country" => NameKind::Place,
        _ => return NameTag::Outside,
    };
    if border == "B" {
        NameTag::Begins(kind)
    } else {
        NameTag::Inside(kind)
    }
}
