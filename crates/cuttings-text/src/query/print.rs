//! Printing the words of a query for a search engine.
//!
//! Called by [`super::Query::fts5`] and [`super::Query::tsquery`]. One walk
//! decides what is asked; an [`Engine`] only knows how to write it, so the two
//! cannot come to mean different things.
//!
//! FTS5 has no "not" by itself, only "this but not that". So every expression is
//! first brought to a positive one or to the negation of one, which is always
//! possible: `a OR -b` is not (`b` but not `a`).

use super::{Expression, Forms};
use crate::scan::{Kind, is_paired, scan};
use crate::stem::Stemmer;

/// How an engine writes what is asked. Terms hold nothing that needs escaping.
pub(super) trait Engine {
    /// One term, or several side by side; the last may be only the start of a word.
    fn phrase(&self, face: Face, terms: &[String], prefix: bool) -> String;
    /// Writes `all` of these. Two or more.
    fn all(&self, parts: &[String]) -> String;
    /// Writes `any` of these. Two or more.
    fn any(&self, parts: &[String]) -> String;
    /// Writes `this` without `that`.
    fn without(&self, this: &str, that: &str) -> String;
}

/// Which of the two forms of a word is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Exact,
    Stem,
}

/// SQLite's FTS5.
pub(super) struct Fts5;

impl Engine for Fts5 {
    fn phrase(&self, face: Face, terms: &[String], prefix: bool) -> String {
        let columns = match face {
            Face::Exact => "{headline_exact about_exact body_exact}",
            Face::Stem => "{headline_stem about_stem body_stem}",
        };
        let star = if prefix { " *" } else { "" };
        format!("{columns} : \"{}\"{star}", terms.join(" "))
    }

    fn all(&self, parts: &[String]) -> String {
        format!("({})", parts.join(" AND "))
    }

    fn any(&self, parts: &[String]) -> String {
        format!("({})", parts.join(" OR "))
    }

    fn without(&self, this: &str, that: &str) -> String {
        format!("({this} NOT {that})")
    }
}

/// PostgreSQL's tsquery.
pub(super) struct TsQuery;

impl Engine for TsQuery {
    fn phrase(&self, face: Face, terms: &[String], prefix: bool) -> String {
        let face = match face {
            Face::Exact => 'e',
            Face::Stem => 's',
        };
        let last = terms.len() - 1;
        let written: Vec<String> = terms
            .iter()
            .enumerate()
            .map(|(index, term)| {
                if prefix && index == last {
                    format!("'{face}{term}':*")
                } else if last > 0 {
                    // All lexemes that its positions are spread over.
                    format!("'{face}{term}/':*")
                } else {
                    format!("'{face}{term}/'")
                }
            })
            .collect();
        if last == 0 {
            written.concat()
        } else {
            format!("({})", written.join(" <-> "))
        }
    }

    fn all(&self, parts: &[String]) -> String {
        format!("({})", parts.join(" & "))
    }

    fn any(&self, parts: &[String]) -> String {
        format!("({})", parts.join(" | "))
    }

    fn without(&self, this: &str, that: &str) -> String {
        format!("({this} & !{that})")
    }
}

/// An expression without "not", or what must not match.
enum Asked {
    Matching(String),
    Excluding(String),
}

/// Writes the expression; what to leave out when it [`is_negative`].
pub(super) fn print(
    engine: &impl Engine,
    expression: Option<&Expression>,
    forms: Forms,
    languages: &[&str],
) -> Option<String> {
    match asked(engine, expression?, forms, languages)? {
        Asked::Matching(text) | Asked::Excluding(text) => Some(text),
    }
}

/// Whether the expression comes out as the negation of another.
pub(super) fn is_negative(expression: Option<&Expression>) -> bool {
    let Some(expression) = expression else {
        return false;
    };
    match expression {
        Expression::Term(_) | Expression::Prefix(_) | Expression::Phrase(_) => false,
        Expression::Not(inner) => !is_negative(Some(inner)),
        Expression::And(parts) => {
            !parts.is_empty() && parts.iter().all(|part| is_negative(Some(part)))
        }
        Expression::Or(parts) => parts.iter().any(|part| is_negative(Some(part))),
    }
}

fn asked(
    engine: &impl Engine,
    expression: &Expression,
    forms: Forms,
    languages: &[&str],
) -> Option<Asked> {
    match expression {
        Expression::Term(text) => Some(Asked::Matching(word(engine, text, forms, languages)?)),
        Expression::Prefix(text) => exactly(engine, &Sought::new(text, true)).map(Asked::Matching),
        Expression::Phrase(text) => exactly(engine, &Sought::new(text, false)).map(Asked::Matching),
        // What must not be there must not be there in any form.
        Expression::Not(inner) => Some(match asked(engine, inner, Forms::Stems, languages)? {
            Asked::Matching(text) => Asked::Excluding(text),
            Asked::Excluding(text) => Asked::Matching(text),
        }),
        Expression::And(parts) => {
            let (matching, excluding) = sides(engine, parts, forms, languages);
            match (matching.is_empty(), excluding.is_empty()) {
                (true, true) => None,
                (true, false) => Some(Asked::Excluding(any(engine, excluding))),
                (false, true) => Some(Asked::Matching(all(engine, matching))),
                (false, false) => Some(Asked::Matching(
                    engine.without(&all(engine, matching), &any(engine, excluding)),
                )),
            }
        }
        Expression::Or(parts) => {
            let (matching, excluding) = sides(engine, parts, forms, languages);
            match (matching.is_empty(), excluding.is_empty()) {
                (true, true) => None,
                (true, false) => Some(Asked::Excluding(all(engine, excluding))),
                (false, true) => Some(Asked::Matching(any(engine, matching))),
                (false, false) => Some(Asked::Excluding(
                    engine.without(&all(engine, excluding), &any(engine, matching)),
                )),
            }
        }
    }
}

/// The parts that must match, and those that must not.
fn sides(
    engine: &impl Engine,
    parts: &[Expression],
    forms: Forms,
    languages: &[&str],
) -> (Vec<String>, Vec<String>) {
    let (mut matching, mut excluding) = (Vec::new(), Vec::new());
    for part in parts {
        match asked(engine, part, forms, languages) {
            Some(Asked::Matching(text)) => matching.push(text),
            Some(Asked::Excluding(text)) => excluding.push(text),
            None => {}
        }
    }
    (matching, excluding)
}

fn all(engine: &impl Engine, parts: Vec<String>) -> String {
    one_or(parts, |parts| engine.all(parts))
}

fn any(engine: &impl Engine, parts: Vec<String>) -> String {
    one_or(parts, |parts| engine.any(parts))
}

fn one_or(mut parts: Vec<String>, join: impl FnOnce(&[String]) -> String) -> String {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        join(&parts)
    }
}

/// What was typed as it was typed.
fn exactly(engine: &impl Engine, sought: &Sought) -> Option<String> {
    (!sought.exact.is_empty()).then(|| engine.phrase(Face::Exact, &sought.exact, sought.prefix))
}

/// A word by the forms that are asked for.
fn word(engine: &impl Engine, text: &str, forms: Forms, languages: &[&str]) -> Option<String> {
    let sought = Sought::new(text, false);
    let exact = exactly(engine, &sought)?;
    // Pairs of unspaced script have no stems.
    let has_stems = !sought.prefix && !sought.exact.iter().all(|term| is_paired(term));
    if forms == Forms::Exact || !has_stems {
        return Some(exact);
    }
    let mut stems: Vec<Vec<String>> = Vec::new();
    for language in languages {
        let more = sought.stems(Some(language));
        if !stems.contains(&more) {
            stems.push(more);
        }
    }
    // An article of a language without a stemmer has its words as their stems.
    // Where exact words are asked for too, these find them already.
    if forms == Forms::Stems && !stems.contains(&sought.exact) {
        stems.push(sought.exact);
    }
    let by_stems = stems
        .iter()
        .map(|stems| engine.phrase(Face::Stem, stems, false));
    let by_word = (forms == Forms::Both).then_some(exact);
    Some(any(engine, by_word.into_iter().chain(by_stems).collect()))
}

/// The terms by which a word or phrase of a query is looked for.
pub(crate) struct Sought {
    /// Folded terms, in order.
    pub(crate) exact: Vec<String>,
    /// Whether the last one is only the start of a word.
    pub(crate) prefix: bool,
    lower: Vec<String>,
}

impl Sought {
    /// Analyses what was typed. The end of a run of unspaced script is treated so
    /// that it is also found inside a longer run: the index has `東京`, `京都`, `都`
    /// for 東京都, and asking for 東京 must not ask for a lone `京` after it.
    pub(crate) fn new(text: &str, prefix: bool) -> Self {
        let mut sought = Self {
            exact: Vec::new(),
            prefix,
            lower: Vec::new(),
        };
        let mut last = Kind::Word;
        scan(text, |word| {
            sought.exact.push(word.exact.to_owned());
            sought.lower.push(word.lower.to_owned());
            last = word.kind;
        });
        match last {
            Kind::Last => {
                sought.exact.pop();
                sought.lower.pop();
            }
            // A pair that starts with it, or itself at the end of a run.
            Kind::Single => sought.prefix = true,
            Kind::Word | Kind::Pair => {}
        }
        sought
    }

    /// The terms as stems of a language.
    pub(crate) fn stems(&self, language: Option<&str>) -> Vec<String> {
        let mut stemmer = Stemmer::new(language);
        self.exact
            .iter()
            .zip(&self.lower)
            .map(|(exact, lower)| stemmer.stem(lower, exact).to_owned())
            .collect()
    }
}
