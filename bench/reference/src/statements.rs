//! Scores of statements against the attributions of GUM's news and interviews.
//!
//! As in the issue: *content overlap* counts a gold statement as found when one of
//! ours shares at least half of its characters with it, *exact* when the spans are
//! the same but for marks, a leading “that” and closing marks; *with speaker* when
//! overlapping and said by the same person. Gold holds thoughts too.

use std::collections::HashSet;
use std::path::Path;

use cuttings_reference::{Document, Part, Span, Statement, analyse};
use serde_json::Value;

use crate::corpora;

struct Gold {
    content: Vec<(u32, u32)>,
    speaker: Option<String>,
    kind: String,
}

#[derive(Default)]
struct Score {
    gold: usize,
    ours: usize,
    overlap: usize,
    ours_overlap: usize,
    exact: usize,
    with_speaker: usize,
    named: usize,
    named_found: usize,
}

/// Prints the scores; with `show`, what was missed and what nobody asked for.
pub fn evaluate(folder: &Path, show: bool) -> Result<(), String> {
    let (mut all, mut quoted) = (Score::default(), Score::default());
    for document in corpora::objects(&folder.join("gum_news.dev.jsonl"))? {
        if document["genre"] != "news" {
            continue;
        }
        let text = document["text"].as_str().unwrap_or_default();
        let characters: Vec<char> = text.chars().collect();
        let gold: Vec<Gold> = document["attributions"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| Gold {
                content: spans(&one["content"]),
                speaker: one["speaker"].as_str().map(str::to_owned),
                kind: one["kind"].as_str().unwrap_or_default().to_owned(),
            })
            .collect();
        let ours = analyse(&Document {
            text,
            ..Document::default()
        })
        .statements;
        add(
            &mut all,
            &gold.iter().collect::<Vec<_>>(),
            &ours.iter().collect::<Vec<_>>(),
            &characters,
        );
        let with_marks: Vec<&Gold> = gold.iter().filter(|one| one.kind != "indirect").collect();
        let ours_with: Vec<&Statement> =
            ours.iter().filter(|one| !one.verbatim.is_empty()).collect();
        add(&mut quoted, &with_marks, &ours_with, &characters);
        if show {
            println!("## {}", document["id"]);
            for one in &gold {
                let found = ours
                    .iter()
                    .find(|our| overlaps(&one.content, &content(our)));
                let verdict = match found {
                    None => "MISSED".to_owned(),
                    Some(our) if is_exact(&one.content, &content(our), &characters) => {
                        "exact".to_owned()
                    }
                    Some(our) => format!("near [{}]", said(&content(our), &characters)),
                };
                let speaker = found
                    .and_then(|our| our.speaker.as_ref())
                    .map(|one| one.name.clone());
                println!(
                    "{verdict} {} {:?}/{:?}: {}",
                    one.kind,
                    one.speaker,
                    speaker,
                    said(&one.content, &characters)
                );
            }
            for our in &ours {
                if !gold.iter().any(|one| overlaps(&one.content, &content(our))) {
                    println!(
                        "EXTRA {:?} {:?} {}: {}",
                        our.kind,
                        our.speaker.as_ref().map(|one| &one.name),
                        our.explanation,
                        said(&content(our), &characters)
                    );
                }
            }
        }
    }
    for (name, score) in [("all", &all), ("with marks", &quoted)] {
        let f1 = |right: usize| 200.0 * right as f64 / (score.gold + score.ours).max(1) as f64;
        println!(
            "{name:<10} gold {} ours {}: overlap F1 {:.1} (recall {:.1}, precision {:.1}), exact F1 {:.1}, with speaker F1 {:.1}, named speakers found {:.1}",
            score.gold,
            score.ours,
            f1(score.overlap),
            100.0 * score.overlap as f64 / score.gold.max(1) as f64,
            100.0 * score.ours_overlap as f64 / score.ours.max(1) as f64,
            f1(score.exact),
            f1(score.with_speaker),
            100.0 * score.named_found as f64 / score.named.max(1) as f64,
        );
    }
    Ok(())
}

fn add(score: &mut Score, gold: &[&Gold], ours: &[&Statement], characters: &[char]) {
    score.gold += gold.len();
    score.ours += ours.len();
    for one in gold {
        score.named += usize::from(one.speaker.is_some());
        let Some(our) = ours
            .iter()
            .find(|our| overlaps(&one.content, &content(our)))
        else {
            continue;
        };
        score.overlap += 1;
        score.exact += usize::from(is_exact(&one.content, &content(our), characters));
        let speaker = our.speaker.as_ref().map(|one| one.name.as_str());
        let is_same = match (&one.speaker, speaker) {
            (None, _) => true,
            (Some(gold), Some(ours)) => last(gold) == last(ours),
            (Some(_), None) => false,
        };
        score.with_speaker += usize::from(is_same);
        score.named_found += usize::from(is_same && one.speaker.is_some());
    }
    score.ours_overlap += ours
        .iter()
        .filter(|our| gold.iter().any(|one| overlaps(&one.content, &content(our))))
        .count();
}

fn last(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

fn spans(value: &Value) -> Vec<(u32, u32)> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|pair| Some((pair[0].as_u64()? as u32, pair[1].as_u64()? as u32)))
        .collect()
}

fn content(statement: &Statement) -> Vec<(u32, u32)> {
    statement
        .content
        .iter()
        .filter(|span: &&Span| span.part == Part::Text)
        .map(|span| (span.start, span.end))
        .collect()
}

fn places(spans: &[(u32, u32)]) -> HashSet<u32> {
    spans.iter().flat_map(|(start, end)| *start..*end).collect()
}

/// Whether at least half of each is in the other.
fn overlaps(one: &[(u32, u32)], other: &[(u32, u32)]) -> bool {
    let (one, other) = (places(one), places(other));
    let both = one.intersection(&other).count();
    both * 2 >= one.len() && both > 0
}

fn said(spans: &[(u32, u32)], characters: &[char]) -> String {
    spans
        .iter()
        .map(|(start, end)| {
            characters[*start as usize..(*end as usize).min(characters.len())]
                .iter()
                .collect::<String>()
        })
        .collect::<Vec<_>>()
        .join(" … ")
}

fn is_exact(one: &[(u32, u32)], other: &[(u32, u32)], characters: &[char]) -> bool {
    let bare = |spans: &[(u32, u32)]| {
        let said: String = said(spans, characters)
            .chars()
            .filter(|one| one.is_alphanumeric() || *one == ' ')
            .collect();
        let words: Vec<&str> = said.split_whitespace().collect();
        words.join(" ").trim_start_matches("that ").to_owned()
    };
    bare(one) == bare(other)
}
