//! The characters a page is written in: which fonts it can use.
//!
//! A large font comes as a hundred files, each for some characters, and a
//! browser takes those it needs. So do we.

/// The characters of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Letters {
    /// Ascending, each once.
    points: Vec<u32>,
}

impl Letters {
    /// The characters of `text`, and those of plain English, which style sheets
    /// may add.
    pub fn of(text: &str) -> Self {
        let mut points: Vec<u32> = (0x20..0x7f)
            .chain(text.chars().map(u32::from).filter(|point| *point >= 0x7f))
            .collect();
        points.sort_unstable();
        points.dedup();
        Self { points }
    }

    /// Whether one of them is in a `unicode-range`, as it stands in a style
    /// sheet. A range that cannot be read holds everything.
    pub(crate) fn meet(&self, unicode_range: &str) -> bool {
        unicode_range.split(',').any(|range| {
            let Some((first, last)) = bounds(range) else {
                return true;
            };
            let at = self.points.partition_point(|point| *point < first);
            self.points.get(at).is_some_and(|point| *point <= last)
        })
    }
}

/// The ends of `U+26`, `U+0-7F` or `U+4??`.
fn bounds(range: &str) -> Option<(u32, u32)> {
    let range = range.trim();
    let range = range.strip_prefix(['U', 'u'])?.strip_prefix('+')?;
    let hex = |text: &str| u32::from_str_radix(text, 16).ok();
    match range.split_once('-') {
        Some((first, last)) => Some((hex(first)?, hex(last)?)),
        None => Some((
            hex(&range.replace('?', "0"))?,
            hex(&range.replace('?', "F"))?,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_met_by_a_letter_in_it() {
        let letters = Letters::of("Köln");
        assert!(letters.meet("U+0-7F"));
        assert!(letters.meet("u+00F?"));
        assert!(letters.meet("U+4E00-9FFF, U+F6"));
        assert!(!letters.meet("U+0400-045F, U+0490-0491"));
        assert!(!letters.meet("U+26f"));
        assert!(letters.meet("what is this"));
    }
}
