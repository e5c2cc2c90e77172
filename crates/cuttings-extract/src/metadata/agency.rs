//! News agencies in bylines.
//!
//! [`super::byline::authors`] asks for every piece of a byline: "Ada Byron
//! (Reuters)" names a person and an agency, and neither is a part of the other.

/// Agencies by the names they sign with, in lower case; longer ones first.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "australian associated press", "united press international", "deutsche presse-agentur",
    "tribune news service", "the canadian press", "the associated press", "agence france-presse",
    "agence france presse", "associated press", "press association", "canadian press",
    "thomson reuters", "bloomberg news", "agencia efe", "europa press", "keystone-sda",
    "kyodo news", "pa media", "interfax", "ritzau", "yonhap", "xinhua", "reuters", "belga",
];

/// What they are called for short, as printed: in other letters these are words
/// and names.
#[rustfmt::skip]
const SHORT_NAMES: &[&str] = &[
    "AP", "AFP", "UPI", "AAP", "EFE", "ANSA", "PTI", "ANI", "IANS", "TASS", "APA", "SDA", "ANP",
    "NTB", "KNA", "dpa", "epd", "sid",
];

/// What stands between a person and an agency.
#[rustfmt::skip]
const BETWEEN: &[&str] = &[
    " mit material von", " with", " for", " from", " of", " at", " via", " für", " mit", " von",
    " pour", " avec", " para", " con", " per",
];

const MARKS: &[char] = &[' ', '(', ')', '[', ']', '/', '|', '-', '–', '—', '\u{a0}'];

/// The person and the agency in a piece of a byline that names both.
pub fn part(piece: &str) -> Option<(&str, &str)> {
    let piece = piece.trim_matches(MARKS);
    if is_agency(piece) {
        return None;
    }
    if let Some((first, last)) = piece.split_once('/') {
        let (first, last) = (first.trim(), last.trim());
        if is_agency(first) && !last.is_empty() {
            return Some((last, first));
        }
    }
    let starts = piece.char_indices().filter(|(at, _)| {
        *at > 0 && piece[..*at].ends_with(|c: char| !c.is_alphanumeric() && c != '.')
    });
    let (person, agency) = starts
        .map(|(at, _)| piece.split_at(at))
        .find(|(_, agency)| is_agency(agency))?;
    let mut person = person.trim_end_matches(MARKS);
    while let Some(kept) = BETWEEN.iter().find_map(|word| {
        let at = person.len().checked_sub(word.len())?;
        let end = person.get(at..)?;
        end.eq_ignore_ascii_case(word).then(|| &person[..at])
    }) {
        person = kept.trim_end_matches(MARKS);
    }
    (!person.is_empty()).then_some((person, agency))
}

fn is_agency(text: &str) -> bool {
    SHORT_NAMES.contains(&text) || NAMES.iter().any(|name| name.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_and_an_agency_are_told_apart() {
        for (piece, person, agency) in [
            ("Ada Byron (Reuters)", "Ada Byron", "Reuters"),
            (
                "Ada Byron of The Associated Press",
                "Ada Byron",
                "The Associated Press",
            ),
            (
                "ADA BYRON Associated Press",
                "ADA BYRON",
                "Associated Press",
            ),
            ("Ada Byron - AFP", "Ada Byron", "AFP"),
            ("Anna Blume, dpa", "Anna Blume,", "dpa"),
            ("dpa/Anna Blume", "Anna Blume", "dpa"),
            ("Anna Blume mit Material von dpa", "Anna Blume", "dpa"),
        ] {
            assert_eq!(part(piece), Some((person, agency)), "{piece}");
        }
        for piece in [
            "Reuters",
            "The Associated Press",
            "(AP)",
            "Ada Byron",
            "Vito Ansa",
            "",
        ] {
            assert_eq!(part(piece), None, "{piece}");
        }
    }
}
