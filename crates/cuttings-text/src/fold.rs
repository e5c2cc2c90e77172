//! Folding one word: compatibility forms, case and diacritics.
//!
//! Called by [`crate::scan`] for every word that is not plain ASCII, and by
//! [`crate::stem`] for what a stemmer returns.
//!
//! Diacritics are not the same as combining marks. A mark is dropped only where
//! readers treat it as optional: accents of Latin and Greek, vowel points of
//! Hebrew and Arabic. Indic vowel signs, Japanese voicing marks and the breve of
//! Cyrillic й make other letters and stay.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Puts the NFKC and lower-case form of `raw`, diacritics kept, into `lower`.
///
/// A character whose compatibility form holds more than letters, digits and
/// marks (`½` is `1⁄2`) is kept as it is, so that a term never gains
/// punctuation.
pub(crate) fn lower_case(raw: &str, lower: &mut String) {
    lower.clear();
    let mut apart = String::with_capacity(raw.len() + 8);
    for character in raw.chars() {
        let kept = apart.len();
        let mut clean = true;
        decompose_compatible(character, |part| {
            clean &= part.is_alphanumeric() || is_combining_mark(part);
            apart.extend(part.to_lowercase());
        });
        if !clean {
            apart.truncate(kept);
            apart.extend(character.to_lowercase());
        }
    }
    // Lower-casing İ leaves a dot above that no stemmer knows.
    let mut previous = '\0';
    let undotted = apart.chars().filter(|&character| {
        let dot = character == '\u{307}' && previous == 'i';
        previous = character;
        !dot
    });
    lower.extend(undotted.nfc());
}

/// Puts `lower`, which must already be lower case, without its diacritics into
/// `folded`. Folding twice changes nothing more.
pub(crate) fn drop_diacritics(lower: &str, folded: &mut String) {
    folded.clear();
    if lower.is_ascii() {
        folded.push_str(lower);
        return;
    }
    let mut plain = String::with_capacity(lower.len());
    let mut base = '\0';
    for character in lower.nfd() {
        if is_optional_mark(character, base) {
            continue;
        }
        if !is_combining_mark(character) {
            base = character;
        }
        match character {
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'þ' => plain.push_str("th"),
            'ø' => plain.push('o'),
            'đ' | 'ð' | 'ɖ' => plain.push('d'),
            'ł' => plain.push('l'),
            'ħ' => plain.push('h'),
            'ı' => plain.push('i'),
            'ŧ' => plain.push('t'),
            'ŋ' => plain.push('n'),
            'ĸ' => plain.push('k'),
            'ς' => plain.push('σ'),
            // Persian and Arabic keyboards write the same letters apart.
            'ی' | 'ى' => plain.push('ي'),
            'ک' => plain.push('ك'),
            other => plain.push(other),
        }
    }
    folded.extend(plain.nfc());
}

/// Whether `mark` on the letter `base` is one that readers leave out at will.
fn is_optional_mark(mark: char, base: char) -> bool {
    let accent = matches!(
        mark,
        '\u{300}'..='\u{36F}'
            | '\u{1AB0}'..='\u{1AFF}'
            | '\u{1DC0}'..='\u{1DFF}'
            | '\u{20D0}'..='\u{20FF}'
    );
    let makes_another_letter =
        (mark == '\u{306}' && is_cyrillic(base)) || (mark == '\u{308}' && base == 'і');
    let hebrew_point = matches!(
        mark,
        '\u{591}'
            ..='\u{5BD}' | '\u{5BF}' | '\u{5C1}' | '\u{5C2}' | '\u{5C4}' | '\u{5C5}' | '\u{5C7}'
    );
    // Vowel signs, hamza and madda as marks, and the stretching stroke.
    let arabic_sign = matches!(
        mark,
        '\u{610}'..='\u{61A}'
            | '\u{640}'
            | '\u{64B}'..='\u{65F}'
            | '\u{670}'
            | '\u{6D6}'..='\u{6DC}'
            | '\u{6DF}'..='\u{6E8}'
            | '\u{6EA}'..='\u{6ED}'
    );
    (accent && !makes_another_letter) || hebrew_point || arabic_sign
}

fn is_cyrillic(letter: char) -> bool {
    matches!(letter, '\u{400}'..='\u{52F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(raw: &str) -> String {
        let (mut lower, mut out) = (String::new(), String::new());
        lower_case(raw, &mut lower);
        drop_diacritics(&lower, &mut out);
        out
    }

    #[test]
    fn accents_of_latin_and_greek_are_dropped() {
        for (raw, expected) in [
            ("Élysée", "elysee"),
            ("Straße", "strasse"),
            ("Łódź", "lodz"),
            ("Ærø", "aero"),
            ("İstanbul", "istanbul"),
            ("Αθήνα", "αθηνα"),
            ("ΟΔΟΣ", "οδοσ"),
            ("Việt", "viet"),
        ] {
            assert_eq!(folded(raw), expected, "{raw}");
        }
    }

    #[test]
    fn marks_that_make_another_letter_stay() {
        for (raw, expected) in [
            ("Йод", "йод"),
            ("Київ", "київ"),
            ("ёлка", "елка"),
            ("がっこう", "がっこう"),
            ("हिन्दी", "हिन्दी"),
            ("한국", "한국"),
        ] {
            assert_eq!(folded(raw), expected, "{raw}");
        }
    }

    #[test]
    fn vowel_points_and_keyboard_variants_are_dropped() {
        assert_eq!(folded("שָׁלוֹם"), "שלום");
        assert_eq!(folded("مُحَمَّد"), "محمد");
        assert_eq!(folded("أحمد"), "احمد");
        assert_eq!(folded("ایران"), folded("ايران"));
        assert_eq!(folded("العـــربية"), "العربية");
    }

    #[test]
    fn compatibility_forms_become_plain_unless_they_hold_punctuation() {
        assert_eq!(folded("ﬁnal"), "final");
        assert_eq!(folded("Ｆｕｌｌ"), "full");
        assert_eq!(folded("ｶﾞ"), "ガ");
        assert_eq!(folded("½"), "½");
        assert_eq!(folded("⑴"), "⑴");
    }
}
