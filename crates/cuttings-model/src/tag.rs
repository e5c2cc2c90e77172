//! Tags: what a person calls a pile of articles.
//!
//! A tag is kept as it was typed; two names that differ only in capitals or
//! blanks are one tag.

crate::id! {
    /// Number of a tag within its user's library.
    TagId
}

/// Longest tag, in characters.
pub const MAX_TAG_CHARS: usize = 60;
/// Most tags of one article.
pub const MAX_TAGS: usize = 50;

/// Why a name cannot be a tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TagError {
    /// Nothing but blanks.
    #[error("a tag needs a name")]
    Empty,
    /// Longer than [`MAX_TAG_CHARS`].
    #[error("a tag has at most {MAX_TAG_CHARS} characters")]
    TooLong,
    /// A comma, which stands between tags where several are typed, or a
    /// character that cannot be seen.
    #[error("a tag holds no commas and no control characters")]
    Character,
    /// More than [`MAX_TAGS`] on one article.
    #[error("an article has at most {MAX_TAGS} tags")]
    TooMany,
}

/// The name of a tag: trimmed, blanks inside brought to one, not empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TagName(String);

impl TagName {
    /// Reads a tag as a person types it.
    ///
    /// # Errors
    ///
    /// See [`TagError`].
    pub fn parse(typed: &str) -> Result<Self, TagError> {
        let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            Err(TagError::Empty)
        } else if name.chars().count() > MAX_TAG_CHARS {
            Err(TagError::TooLong)
        } else if name.contains(',') || name.chars().any(char::is_control) {
            Err(TagError::Character)
        } else {
            Ok(Self(name))
        }
    }

    /// Reads tags typed in one line, with commas between them. What is there
    /// twice counts once.
    ///
    /// # Errors
    ///
    /// See [`TagError`].
    pub fn parse_list(typed: &str) -> Result<Vec<Self>, TagError> {
        let mut names: Vec<Self> = Vec::new();
        for part in typed.split(',').filter(|part| !part.trim().is_empty()) {
            let name = Self::parse(part)?;
            if !names.iter().any(|known| known.key() == name.key()) {
                names.push(name);
            }
        }
        if names.len() > MAX_TAGS {
            return Err(TagError::TooMany);
        }
        Ok(names)
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two names have in common that are one tag.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// A tag and how many articles have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its number.
    pub id: TagId,
    /// Its name.
    pub name: String,
    /// Articles that have it and are not deleted.
    pub article_count: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_kept_as_typed_and_compared_without_capitals() {
        let tag = TagName::parse("  Sea   Walls ").unwrap();
        assert_eq!(tag.as_str(), "Sea Walls");
        assert_eq!(tag.key(), TagName::parse("sea walls").unwrap().key());
        assert_eq!(TagName::parse("ÉTUDES").unwrap().key(), "études");
    }

    #[test]
    fn what_cannot_be_a_tag_is_refused() {
        assert_eq!(TagName::parse(" "), Err(TagError::Empty));
        assert_eq!(TagName::parse("a,b"), Err(TagError::Character));
        assert_eq!(TagName::parse("a\u{7}b"), Err(TagError::Character));
        assert_eq!(TagName::parse(&"x".repeat(61)), Err(TagError::TooLong));
        assert!(TagName::parse(&"é".repeat(60)).is_ok());
    }

    #[test]
    fn a_line_of_tags_is_taken_apart_at_commas() {
        let names = TagName::parse_list("Sea, walls,, SEA ,").unwrap();
        let names: Vec<_> = names.iter().map(TagName::as_str).collect();
        assert_eq!(names, ["Sea", "walls"]);
        let many: Vec<String> = (0..51).map(|n| n.to_string()).collect();
        assert_eq!(TagName::parse_list(&many.join(",")), Err(TagError::TooMany));
    }
}
