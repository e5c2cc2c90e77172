//! From a printed byline to the people in it.
//!
//! [`super`] calls [`authors`] with a byline in any of its shapes: a meta tag,
//! a name in linked data, or the line the page shows. The one thing not to
//! guess: a single word is a name (an agency, a pseudonym), but a single word
//! that is a role or an address is not.

/// Lead words before the names, lower case.
#[rustfmt::skip]
const LEADS: &[&str] = &[
    "written by", "posted by", "reported by", "published by", "story by", "words by", "article by",
    "authored by", "reviewed by", "submitted by", "created by", "compiled by", "about the author",
    "author", "authors", "autor", "autorin", "autoren", "auteur", "autore", "by", "von", "par",
    "por", "di", "door", "av", "af", "text", "texte", "texto", "veröffentlicht von",
    "publiziert von", "beitrag von", "scritto da", "publicado por", "publié par", "écrit par",
    "geschrieben von", "ein beitrag von", "erstellt von", "pressemitteilung von", "kommentar von",
    "interview von", "eine kolumne von", "gastbeitrag von", "a cura di", "от", "автор", "przez",
    "作者", "文", "記者", "記事", "记者",
];

/// What ends a byline: everything from here on is not a name.
#[rustfmt::skip]
const ENDS: &[&str] = &[
    " updated ", " published ", " posted ", " last updated", " on january", " | updated",
    " min read", " minutes read", " minute read", " follow ", " is a ", " ist ", " am ", " @",
    " http", " email ", " photography by", " photographs by", " photos by", " illustrated by",
    " veröffentlicht", " aktualisiert", ". reviewed by", " reviewed by", " | reviewed",
    " medically reviewed", " on monday", " on tuesday", " on wednesday", " on thursday",
    " on friday", " on saturday", " on sunday", " senior ", " staff writer", " staff reporter",
    " usa today", " special to ", " contributing ", " correspondent", " founder", " freelance",
    " head of ", " ceo", " co-founder", " reporter", " journalist", " content writer",
    " editor-in-chief", " associate editor", " managing editor", " comments", " view all posts",
    " in category",
];

/// Words that never stand alone as an author.
#[rustfmt::skip]
const NOBODY: &[&str] = &[
    "admin", "administrator", "author", "editor", "staff", "webmaster", "user", "guest", "unknown",
    "anonymous", "null", "undefined", "none", "about", "contact", "share", "home", "redakcja",
    "facebook", "twitter", "comments", "comment", "updated", "published", "posted", "by", "the",
    "root", "superuser", "n/a", "default", "cc by",
];

/// Splits a byline into its authors, in printed order.
///
/// `line` is one line of visible text as the page shows it. The lead word
/// ("By", "Von", "Par") is dropped; an agency counts as an author.
/// The list is empty when the line names nobody.
///
/// ```
/// # use cuttings_extract::authors;
/// assert_eq!(authors("By Ada Byron and C. Babbage"), ["Ada Byron", "C. Babbage"]);
/// assert!(authors("Updated 3 May").is_empty());
/// ```
pub fn authors(line: &str) -> Vec<String> {
    let mut line = line.trim();
    if line.len() > 400 || line.contains("://") || line.contains("{{") {
        return Vec::new();
    }
    let lower_line = line.to_lowercase();
    if lower_line.len() == line.len()
        && let Some(end) = ENDS.iter().filter_map(|end| lower_line.find(end)).min()
        && let Some(kept) = line.get(..end)
        && (kept.split_whitespace().count() >= 2 || !lower_line[end..].starts_with(" reporter"))
    {
        line = kept;
    }
    line = without_lead(line);
    let mut found: Vec<String> = Vec::new();
    for piece in split_names(line) {
        let name = clean_name(piece);
        if is_name(&name) && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// Drops "By", "Written by:", "Von" and their like from the front.
fn without_lead(line: &str) -> &str {
    let mut line = line.trim_start_matches(['-', '–', '—', '|', '•', '·', ' ', ':', '/', '*']);
    for _ in 0..3 {
        let lower: String = line.chars().take(24).flat_map(char::to_lowercase).collect();
        let Some(lead) = LEADS.iter().find(|lead| {
            lower
                .strip_prefix(**lead)
                .is_some_and(|rest| rest.starts_with([' ', ':', '\u{a0}', '\n', '：', '/', '|']))
        }) else {
            break;
        };
        let rest: String = lead.chars().collect();
        let skip = rest.chars().count();
        line = line
            .char_indices()
            .nth(skip)
            .map_or("", |(at, _)| &line[at..])
            .trim_start_matches([' ', ':', '\u{a0}', '\n', '：', '/', '|']);
    }
    line
}

fn split_names(line: &str) -> Vec<&str> {
    let mut pieces = vec![line];
    for mark in [
        ";", "|", " / ", " & ", " and ", " und ", " AND ", " et ", " y ", "•", "·", "、", "\n",
    ] {
        // "et" and "y" may stand inside a name in other languages only with
        // spaces around, which is how they are matched here.
        pieces = pieces.iter().flat_map(|piece| piece.split(mark)).collect();
    }
    // A comma parts names, but not a name from its rank ("Jr.", "MD").
    pieces
        .iter()
        .flat_map(|piece| piece.split(','))
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
        .collect()
}

fn clean_name(piece: &str) -> String {
    let piece = without_lead(piece);
    let piece = piece.split(['(', '[', '<', '\t']).next().unwrap_or("");
    let piece = piece.split(" - ").next().unwrap_or(piece);
    let piece = piece.split(" – ").next().unwrap_or(piece);
    let piece = piece.split(" — ").next().unwrap_or(piece);
    let piece = piece.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ':' | '-' | '–' | '—' | '"' | '“' | '”' | '*' | '@')
    });
    piece.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Ranks and roles that follow a name after a comma.
#[rustfmt::skip]
const RANKS: &[&str] = &[
    "jr", "jr.", "sr", "sr.", "md", "m.d.", "phd", "ph.d.", "ph.d", "mba", "rd", "cpa", "esq",
    "esq.", "iii", "ii", "rn", "dr", "dr.", "mph", "ms", "cfp", "cfp®", "cfa", "jd", "rdn", "ld",
    "do", "dds", "dvm", "facs", "facc", "np", "pa-c", "msc", "m.sc.", "ba", "ma", "m.a.", "lcsw",
    "pharmd", "dmd", "founder", "editor", "writer", "reporter",
];

fn is_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let words = name.split_whitespace().count();
    letters >= 2
        && digits <= letters
        && words <= 7
        && name.chars().count() <= 60
        && !(digits > 0 && words > 2)
        && !NOBODY.contains(&lower.as_str())
        && !RANKS.contains(&lower.as_str())
        && !name.contains(['@', '{', '}', '=', '?', '!'])
        && !lower.starts_with("updated")
        && !lower.starts_with("published")
        && !lower.starts_with("posted")
        && !lower.starts_with("in ")
        && !lower.contains(" ago")
        && !lower.contains("min read")
        && !lower.contains(".com/")
        && !ends_in_date(&lower)
        && ![
            "using ",
            "email",
            "your ",
            "press release",
            "view all",
            "all posts",
            "more from",
            "read ",
            "sponsored",
            "skip ",
        ]
        .iter()
        .any(|lead| lower.starts_with(lead))
        && !LEADS.contains(&lower.as_str())
        && ![
            "publiziert am",
            "veröffentlicht",
            "stand",
            "profil bearbeiten",
            "no author",
        ]
        .contains(&lower.as_str())
        && super::dates::from_text(name, super::dates::Order::DayFirst).is_none()
}

/// "March 12" and "29 August", left over where a line was cut at a comma.
fn ends_in_date(lower: &str) -> bool {
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.len() == 2
        && words
            .iter()
            .any(|word| word.bytes().all(|b| b.is_ascii_digit()))
        && super::dates::from_text(&format!("{lower} 2020"), super::dates::Order::DayFirst)
            .is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parted_and_lead_words_dropped() {
        for (line, names) in [
            ("By Ada Byron", vec!["Ada Byron"]),
            (
                "Von Anna Blume und Karl Kraus",
                vec!["Anna Blume", "Karl Kraus"],
            ),
            ("Written by: Ada Byron | 3 May 2023", vec!["Ada Byron"]),
            ("Ada Byron, Ph.D.", vec!["Ada Byron"]),
            ("Author: Reuters", vec!["Reuters"]),
            ("by Ada Byron (The Paper)", vec!["Ada Byron"]),
        ] {
            assert_eq!(authors(line), names, "{line}");
        }
    }

    #[test]
    fn a_line_that_names_nobody_gives_nobody() {
        for line in [
            "",
            "admin",
            "3 May 2023",
            "https://example.org/ada",
            "Updated 3 May",
            "By",
        ] {
            assert!(authors(line).is_empty(), "{line}");
        }
    }
}
