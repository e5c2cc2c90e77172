//! From a printed byline to the people in it.
//!
//! [`super`] calls [`authors`] with a byline in any of its shapes: a meta tag,
//! a name in linked data, or the line the page shows. The one thing not to
//! guess: a single word is a name (an agency, a pseudonym), but a single word
//! that is a role or an address is not.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::agency;

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
    "作者", "文", "記者", "記事", "记者", "authors", "author(s)", "autorinnen", "autora", "autores", "auteurs",
    "autori", "started by", "thread starter", "original poster", "this post was written by",
    "this is a guest post by", "a guest post by", "guest post by", "ein artikel von",
    "ein interview von", "ein gastbeitrag von", "eine reportage von", "eine analyse von",
    "ein kommentar von", "un article de", "redaktion:", "interview:", "contributor",
    "contributors", "责任编辑", "autor/in", "alles von", "alle artikel von", "alle beiträge von",
    "beiträge von", "all posts by", "posts by", "all articles by", "mehr von",
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
    " in category", " kategorie", " categories:", " category:", " under ", " on ", " in ",
];

/// Words that never stand alone as an author.
#[rustfmt::skip]
const NOBODY: &[&str] = &[
    "admin", "administrator", "author", "editor", "staff", "webmaster", "user", "guest", "unknown",
    "anonymous", "null", "undefined", "none", "about", "contact", "share", "home", "redakcja",
    "facebook", "twitter", "comments", "comment", "updated", "published", "posted", "by", "the",
    "root", "superuser", "n/a", "default", "cc by", "quelle", "source", "login", "bio",
];

/// How a line begins whose rest is its author.
#[rustfmt::skip]
const LINE_LEADS: &[&str] = &[
    "by", "von", "par", "por", "door", "av", "af", "written by", "posted by", "words by",
    "story by", "authored by", "started by", "thread starter", "original poster", "author",
    "authors", "author(s)", "autor", "autorin", "autoren", "autorinnen", "auteur", "auteurs",
    "autore", "autori", "autora", "autores", "written and photographed by", "a guest post by",
    "guest post by", "this is a guest post by", "this post was written by", "ein artikel von",
    "ein beitrag von", "ein interview von", "eine kolumne von", "ein kommentar von",
    "ein gastbeitrag von", "eine reportage von", "eine analyse von", "un article de",
    "автор", "作者", "contributor", "contributors",
];

/// The longest text that can be a lead alone, in letters and spaces.
pub const LONGEST_LEAD: u32 = 24;

/// Labels that make the rest of a line its author wherever the line stands.
#[rustfmt::skip]
const LABELS: &[&str] = &[
    "author:", "authors:", "autor:", "autorin:", "autoren:", "autorinnen:", "autor/in:",
    "auteur:", "auteurs:", "autore:", "autora:", "text:", "texte:", "texto:", "redaktion:",
    "interview:", "written by:", "contributor:", "contributors:", "автор:", "责任编辑：",
    "责任编辑:", "作者：", "作者:",
];

static LABEL: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::new(LABELS).expect("the list above is fixed and far below the automaton's limits")
});

/// The same at the start of a line, without a colon.
const LEADING_LABELS: &[&str] = &[
    "written by ",
    "words by ",
    "thread starter ",
    "started by ",
    "autoren ",
];

/// What alone says nothing, but with nothing than full names behind it.
const BARE_LEADS: &[&str] = &["by ", "von ", "par ", "por "];

/// What stands between a date and the author in one line.
const BETWEEN: &[&str] = &[" by ", " von ", " par ", " por ", " door ", " av ", " af "];

/// Whether a text is only a lead: the author comes next.
pub fn is_lead(text: &str) -> bool {
    if text.len() > 2 * LONGEST_LEAD as usize {
        return false;
    }
    let lower = text
        .trim()
        .trim_end_matches([':', '：'])
        .trim_end()
        .to_lowercase();
    LINE_LEADS.contains(&lower.as_str())
}

/// The authors in a line beside the headline: behind "By" and its like at the
/// start, or behind a date. `None` for any other line.
pub fn of_line(line: &str) -> Option<Vec<String>> {
    let lower = line.to_lowercase();
    let leads = LINE_LEADS.iter().any(|lead| {
        lower
            .strip_prefix(lead)
            .is_some_and(|rest| rest.starts_with([' ', ':', '\u{a0}', '：']))
    });
    if leads {
        return Some(plausible(authors(line), line));
    }
    if lower.len() != line.len()
        || super::dates::from_text(line, super::dates::Order::DayFirst).is_none()
    {
        return None;
    }
    let (at, mark) = BETWEEN
        .iter()
        .filter_map(|mark| Some((lower.find(mark)?, *mark)))
        .min()?;
    let behind = &line[at + mark.len()..];
    let behind = behind.split(['|', '·', '•', '–', '/']).next()?;
    Some(plausible(authors(behind), behind))
}

/// Whether a piece of a line may make it one that [`of_labelled_line`] reads.
pub fn may_be_labelled(piece: &str) -> bool {
    let piece = piece.trim_start();
    piece.contains([':', '：'])
        || LEADING_LABELS
            .iter()
            .chain(BARE_LEADS)
            .any(|lead| begins(piece, lead.trim_end()))
}

fn begins(line: &str, lead: &str) -> bool {
    line.get(..lead.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(lead))
}

/// The authors in a line that says itself that it names them: "Autorin: Anna
/// Blume", also behind something else; or a line that is nothing but "By" and
/// full names.
pub fn of_labelled_line(line: &str) -> Option<Vec<String>> {
    let leading = LEADING_LABELS.iter().find(|lead| begins(line, lead));
    let is_bare = BARE_LEADS.iter().any(|lead| begins(line, lead)) && line.chars().count() <= 60;
    let lower = line.to_lowercase();
    if lower.len() != line.len() {
        return None;
    }
    let labelled = leading.map(|label| label.len()).or_else(|| {
        LABEL
            .find_overlapping_iter(&lower)
            .filter(|hit| hit.start() == 0 || lower[..hit.start()].ends_with(' '))
            .min_by_key(|hit| (hit.pattern(), hit.start()))
            .map(|hit| hit.end())
    });
    if let Some(at) = labelled {
        let rest = &line[at..];
        // Up to the next label in the same line.
        let rest = rest
            .find(':')
            .and_then(|colon| rest[..colon].rfind(' '))
            .map_or(rest, |end| &rest[..end]);
        return Some(plausible(authors(rest), rest));
    }
    let names = is_bare.then(|| authors(line))?;
    names.iter().all(|name| is_personal(name)).then_some(names)
}

/// The person in a line that holds a date and a full name, with a mark between.
pub fn beside_date(line: &str) -> Option<String> {
    super::dates::from_text(line, super::dates::Order::DayFirst)?;
    line.split(['|', '·', '•', '–', '—', '-'])
        .map(str::trim)
        .filter(|piece| !piece.chars().any(|c| c.is_ascii_digit()))
        .flat_map(authors)
        .find(|name| is_personal(name))
}

/// Drops all of them if one has a word in lower case: the line went on as a
/// sentence. In a line of few words it may be the name of an account.
fn plausible(names: Vec<String>, line: &str) -> Vec<String> {
    let is_account =
        matches!(names.as_slice(), [only] if !only.contains(' ')) && line.split(' ').count() <= 4;
    let is_sentence = names.iter().any(|name| {
        name.split(' ')
            .any(|word| word.starts_with(char::is_lowercase) && !PARTICLES.contains(&word))
    });
    if is_sentence && !is_account {
        Vec::new()
    } else {
        names
    }
}

/// Whether a name reads as that of a person: two to four words, each with a
/// capital letter but those that family names begin with.
pub fn is_personal(name: &str) -> bool {
    let words: Vec<&str> = name.split(' ').collect();
    (2..=4).contains(&words.len())
        && words
            .iter()
            .all(|word| word.starts_with(char::is_uppercase) || PARTICLES.contains(word))
        && !name.chars().any(|c| c.is_ascii_digit())
}

/// What family names begin with in lower case.
const PARTICLES: &[&str] = &[
    "von", "van", "de", "del", "della", "di", "da", "du", "el", "al", "ter", "zu",
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
        let (person, agency) = match agency::part(piece) {
            Some((person, agency)) => (person, Some(agency)),
            None => (piece, None),
        };
        for name in [Some(person), agency].into_iter().flatten() {
            let name = clean_name(name);
            if is_name(&name) && !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

/// Drops "By", "Written by:", "Von" and their like from the front.
fn without_lead(line: &str) -> &str {
    let mut line = line.trim_start_matches(['-', '–', '—', '|', '•', '·', ' ', ':', '/', '*']);
    for _ in 0..3 {
        let lower: String = line.chars().take(32).flat_map(char::to_lowercase).collect();
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
        ";", "|", " / ", " & ", " and ", " und ", " AND ", " et ", " y ", "•", "·", "⋅", "、", "\n",
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
        c.is_whitespace()
            || matches!(
                c,
                ',' | ':' | '-' | '–' | '—' | '"' | '“' | '”' | '*' | '@' | '~' | '&'
            )
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
        && !lower.contains("newsletter")
        && !lower.contains("cookie")
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
            "share ",
            "alle ",
            "view ",
            "click ",
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
            (
                "By Ada Byron, Associated Press",
                vec!["Ada Byron", "Associated Press"],
            ),
            ("By Ada Byron (Reuters)", vec!["Ada Byron", "Reuters"]),
            (
                "By Ada Byron and C. Babbage of AFP",
                vec!["Ada Byron", "C. Babbage", "AFP"],
            ),
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

    #[test]
    fn a_line_names_its_authors_behind_a_lead_or_a_date() {
        for (line, names) in [
            ("By: Ada Byron", Some(vec!["Ada Byron"])),
            ("Ein Gastbeitrag von Anna Blume", Some(vec!["Anna Blume"])),
            ("03/01/2017 by Agatha Caleo", Some(vec!["Agatha Caleo"])),
            ("Thread starter rain_man", Some(vec!["rain_man"])),
            ("By following the tips below, you stay dry", Some(vec![])),
            ("Von der Planung bis zum Fest", Some(vec![])),
            ("By five in the morning the square is swept.", Some(vec![])),
            ("Rain by the sea", None),
        ] {
            let names =
                names.map(|names: Vec<&str>| names.into_iter().map(str::to_owned).collect());
            assert_eq!(of_line(line), names, "{line}");
        }
    }

    #[test]
    fn a_label_makes_a_line_a_byline_anywhere() {
        assert_eq!(
            of_labelled_line("Autorin: Anna Blume").unwrap(),
            ["Anna Blume"]
        );
        assert_eq!(
            of_labelled_line("Datum: 19.11.2021 Autor: Fritz Imhof Quelle: Livenet").unwrap(),
            ["Fritz Imhof"]
        );
        assert_eq!(
            of_labelled_line("Von Cosima Künzel").unwrap(),
            ["Cosima Künzel"]
        );
        for line in [
            "By a thread",
            "Von Rosen und Dornen weiß Anna zu erzählen",
            "Rain",
        ] {
            assert_eq!(of_labelled_line(line), None, "{line}");
        }
    }

    #[test]
    fn a_full_name_in_the_line_of_the_date_is_the_author() {
        for line in [
            "11.12.2019 - Amelie Loevenich",
            "04.02.2022 | 13:10 Uhr | Uta Helkenberg",
        ] {
            assert!(beside_date(line).is_some(), "{line}");
        }
        for line in [
            "Weather | 3 May 2023",
            "Ada Byron | Rain",
            "3 May 2023 - 5 min read",
        ] {
            assert_eq!(beside_date(line), None, "{line}");
        }
    }
}
