//! The language of a page and the direction it is read in.
//!
//! [`super::gather`] asks. What the page declares wins; where it declares
//! nothing, the script and the commonest words of the text decide, and where
//! these do not, nothing is claimed.

use serde::{Deserialize, Serialize};

use super::source::Source;

/// The direction lines run in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Left to right.
    #[default]
    Ltr,
    /// Right to left.
    Rtl,
}

/// A declared tag in the shape of BCP 47: `en_gb` as `en-GB`. `None` for what
/// is no tag.
pub fn tag(declared: &str) -> Option<String> {
    let declared = declared.split([',', ';', '.']).next()?.trim();
    let mut parts = declared.split(['-', '_']);
    let primary = parts.next()?;
    if !(2..=3).contains(&primary.len()) || !primary.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let mut out = primary.to_ascii_lowercase();
    for part in parts.take(3) {
        if part.is_empty() || part.len() > 8 || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
            break;
        }
        out.push('-');
        match part.len() {
            2 => out.push_str(&part.to_ascii_uppercase()),
            4 => {
                let lower = part.to_ascii_lowercase();
                out.push_str(&lower[..1].to_ascii_uppercase());
                out.push_str(&lower[1..]);
            }
            _ => out.push_str(&part.to_ascii_lowercase()),
        }
    }
    Some(out)
}

/// The language a text seems to be in, by its script and its commonest words.
pub fn guess(text: &str) -> Option<&'static str> {
    let mut scripts = [0_usize; 9];
    for c in text.chars().take(4000) {
        let at = match c as u32 {
            0x41..=0x5A | 0x61..=0x7A | 0xC0..=0x24F => 0,
            0x3040..=0x30FF => 1,
            0x4E00..=0x9FFF => 2,
            0xAC00..=0xD7A3 => 3,
            0x400..=0x4FF => 4,
            0x590..=0x5FF => 5,
            0x600..=0x6FF => 6,
            0x370..=0x3FF => 7,
            0x900..=0x97F => 8,
            _ => continue,
        };
        scripts[at] += 1;
    }
    let all: usize = scripts.iter().sum();
    if all < 40 {
        return None;
    }
    if scripts[1] * 20 > all {
        return Some("ja");
    }
    let (most, count) = scripts
        .iter()
        .enumerate()
        .max_by_key(|(_, count)| **count)?;
    if count * 3 < all * 2 {
        return None;
    }
    match most {
        0 => by_words(text),
        2 => Some("zh"),
        3 => Some("ko"),
        4 => Some(if text.contains(['і', 'ї', 'є']) {
            "uk"
        } else {
            "ru"
        }),
        5 => Some("he"),
        6 => Some(if text.contains(['پ', 'چ', 'گ', 'ژ']) {
            "fa"
        } else {
            "ar"
        }),
        7 => Some("el"),
        8 => Some("hi"),
        _ => None,
    }
}

/// Words that are common in one language and rare in the others.
const COMMON: &[(&str, &str)] = &[
    ("en", " the and of to that with for was is this from have "),
    (
        "de",
        " der die das und ist nicht mit von den auf für ein eine ",
    ),
    (
        "fr",
        " les des est une dans pour qui que pas sur avec du au ",
    ),
    (
        "es",
        " los las del una por con para que como pero más su el ",
    ),
    (
        "it",
        " della che di il per una sono con non più gli nel alla ",
    ),
    (
        "pt",
        " não uma dos das com para que os como mais foi em ao ",
    ),
    (
        "nl",
        " het een van en niet dat voor met zijn op ook maar wordt ",
    ),
    ("sv", " och att det som är på för inte med den av till har "),
    ("da", " og at det er på til af ikke med der den som har "),
    ("pl", " nie się na jest że do oraz jak przez dla jego w z "),
    ("tr", " bir ve bu için ile olarak daha çok olan gibi da de "),
];

fn by_words(text: &str) -> Option<&'static str> {
    let mut counts = [0_usize; COMMON.len()];
    let mut all = 0;
    for word in text.split_whitespace().take(400) {
        let word = format!(
            " {} ",
            word.trim_matches(|c: char| !c.is_alphabetic())
                .to_lowercase()
        );
        all += 1;
        for (at, (_, words)) in COMMON.iter().enumerate() {
            counts[at] += usize::from(word.len() > 2 && words.contains(&word));
        }
    }
    let (best, count) = counts.iter().enumerate().max_by_key(|(_, count)| **count)?;
    let second = counts
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != best)
        .map(|(_, count)| *count)
        .max()?;
    (*count * 12 > all && *count > second).then(|| COMMON[best].0)
}

/// The direction of a page by its declaration, its language and its letters.
/// Without a source it is that of its language.
pub fn direction(
    declared: Option<&str>,
    language: Option<&str>,
    text: &str,
) -> (Direction, Option<Source>) {
    match declared.map(str::to_ascii_lowercase).as_deref() {
        Some("rtl") => return (Direction::Rtl, Some(Source::Attribute)),
        Some("ltr") => return (Direction::Ltr, Some(Source::Attribute)),
        _ => {}
    }
    let primary = language.and_then(|tag| tag.split('-').next()).unwrap_or("");
    if matches!(
        primary,
        "ar" | "he" | "iw" | "fa" | "ur" | "yi" | "ps" | "sd" | "ug" | "dv" | "ckb"
    ) {
        return (Direction::Rtl, None);
    }
    let (mut left, mut right) = (0, 0);
    for c in text.chars().take(2000) {
        match c as u32 {
            0x590..=0x8FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFF => right += 1,
            _ if c.is_alphabetic() => left += 1,
            _ => {}
        }
    }
    if right > left {
        (Direction::Rtl, Some(Source::StoryText))
    } else {
        (Direction::Ltr, (left > 0).then_some(Source::StoryText))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_tags_are_brought_into_one_shape() {
        for (given, shaped) in [
            ("en_gb", "en-GB"),
            ("EN", "en"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("de-DE,en", "de-DE"),
        ] {
            assert_eq!(tag(given).as_deref(), Some(shaped));
        }
        assert_eq!(tag("english"), None);
        assert_eq!(tag(""), None);
    }

    #[test]
    fn a_language_is_guessed_only_from_enough_text() {
        assert_eq!(
            guess("Der Rat hat die Frage nicht beraten und das Ergebnis ist für den Ort offen."),
            Some("de")
        );
        assert_eq!(
            guess("The council has put off the question and that is the end of it for now."),
            Some("en")
        );
        assert_eq!(
            guess(
                "議会はこの問題を先送りした。結果はまだわからないという。町の人々は来週の会議を待っている。"
            ),
            Some("ja")
        );
        assert_eq!(guess("ok"), None);
    }

    #[test]
    fn letters_tell_the_direction_where_nothing_is_declared() {
        assert_eq!(
            direction(None, None, "ישיבת המועצה נדחתה").0,
            Direction::Rtl
        );
        assert_eq!(direction(None, Some("fa"), "").0, Direction::Rtl);
        assert_eq!(direction(None, Some("en"), "plain").0, Direction::Ltr);
        assert_eq!(
            direction(Some("RTL"), Some("en"), "plain").0,
            Direction::Rtl
        );
    }
}
