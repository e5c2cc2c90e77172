//! What a person may correct in an article: the fields of its metadata.

/// A field that can be corrected. Each has a value as text: writers stand a
/// line each, dates are RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Headline.
    Headline,
    /// The sentence under it.
    Dek,
    /// The line that names the writers.
    Byline,
    /// The writers, a line each.
    Authors,
    /// The outlet.
    Publication,
    /// The part of the outlet.
    Section,
    /// When it was published.
    Published,
    /// When it was last changed.
    Modified,
    /// BCP 47 tag.
    Language,
    /// `ltr` or `rtl`.
    Direction,
    /// The address of the page.
    FinalUrl,
    /// The address the page calls its own.
    CanonicalUrl,
}

impl Field {
    /// All fields, in the order of the form.
    pub const ALL: [Self; 12] = [
        Self::Headline,
        Self::Dek,
        Self::Byline,
        Self::Authors,
        Self::Publication,
        Self::Section,
        Self::Published,
        Self::Modified,
        Self::Language,
        Self::Direction,
        Self::FinalUrl,
        Self::CanonicalUrl,
    ];

    /// The word in the database, in forms and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Headline => "headline",
            Self::Dek => "dek",
            Self::Byline => "byline",
            Self::Authors => "authors",
            Self::Publication => "publication",
            Self::Section => "section",
            Self::Published => "published",
            Self::Modified => "modified",
            Self::Language => "language",
            Self::Direction => "direction",
            Self::FinalUrl => "final_url",
            Self::CanonicalUrl => "canonical_url",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == word)
    }

    /// Most characters of a value.
    pub fn max_chars(self) -> usize {
        match self {
            Self::Dek | Self::Authors => 4_000,
            Self::FinalUrl | Self::CanonicalUrl => crate::address::MAX_URL_BYTES,
            _ => 1_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_read_back_what_they_print() {
        for field in Field::ALL {
            assert_eq!(Field::parse(field.as_str()), Some(field));
        }
        assert_eq!(Field::parse("text"), None);
    }
}
