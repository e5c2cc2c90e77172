//! What a character is, told without a search where that is easy.
//!
//! The standard library looks every character beyond ASCII up in compressed
//! tables. Whoever reads all text of a page asks here: typographic marks, Latin
//! and Cyrillic letters and the scripts of East Asia are known by their ranges.
//! The answers are those of the standard library; a test compares them all.

/// As [`char::is_alphanumeric`].
#[inline]
pub fn is_alphanumeric(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric(),
        // Dashes, quotation marks, spaces.
        '\u{2000}'..='\u{206f}' => false,
        '\u{c0}'..='\u{24f}' => c != '×' && c != '÷',
        // Cyrillic, kana, Han, Hangul.
        '\u{400}'..='\u{481}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{30fc}'..='\u{30ff}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' => true,
        _ => c.is_alphanumeric(),
    }
}

/// Appends `c` as [`char::to_lowercase`] has it.
#[inline]
pub fn push_lower(out: &mut String, c: char) {
    match c {
        '\0'..='\u{7f}' => out.push(c.to_ascii_lowercase()),
        // Small already, or of a script without capitals.
        'ß'..='ÿ' | 'а'..='џ' | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => {
            out.push(c);
        }
        _ => out.extend(c.to_lowercase()),
    }
}

/// Signs of scripts written without spaces, which say more each.
#[inline]
pub fn is_wide(c: char) -> bool {
    c >= '\u{2e80}'
        && matches!(c as u32,
            0x2E80..=0x9FFF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFF00..=0xFF60 | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_what_the_standard_library_says() {
        let mut lower = String::new();
        for c in '\0'..=char::MAX {
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
            lower.clear();
            push_lower(&mut lower, c);
            assert!(lower.chars().eq(c.to_lowercase()), "{c:?}");
        }
    }
}
