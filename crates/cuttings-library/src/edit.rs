//! Correcting what a page says of itself: headline, writers, dates, addresses.

use cuttings_model::{Article, ArticleId, Dated, Field, UserId, address};
use cuttings_store::EditChange;

use crate::shelf::still_here;
use crate::{Library, LibraryError, now_ms};

/// Corrects fields of an article, or takes corrections back. They are the
/// user's own and survive every further capture.
///
/// # Errors
///
/// [`LibraryError::Field`] names the first field that cannot be taken; nothing
/// is changed then.
pub async fn edit(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    changes: &[(Field, EditChange)],
) -> Result<Article, LibraryError> {
    let changes = changes
        .iter()
        .map(|(field, change)| {
            let change = match change {
                EditChange::Reset => EditChange::Reset,
                EditChange::Say(typed) => {
                    EditChange::Say(checked(*field, typed.as_deref().unwrap_or_default())?)
                }
            };
            Ok((*field, change))
        })
        .collect::<Result<Vec<_>, LibraryError>>()?;
    let article = library
        .store
        .put_edits(user_id, id, &changes, now_ms())
        .await?;
    still_here(article, id)
}

/// What was typed, in the form that is kept; none for nothing.
fn checked(field: Field, typed: &str) -> Result<Option<String>, LibraryError> {
    let wrong = |expected: &'static str| LibraryError::Field { field, expected };
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    if typed.chars().count() > field.max_chars() {
        return Err(wrong("shorter"));
    }
    let text = match field {
        Field::Authors => typed
            .lines()
            .map(line)
            .filter(|name| !name.is_empty())
            .collect::<Vec<_>>()
            .join("\n"),
        _ => line(typed),
    };
    if text.is_empty() {
        return match field {
            Field::FinalUrl => Err(wrong("an address that starts with https://")),
            _ => Ok(None),
        };
    }
    match field {
        Field::Published | Field::Modified if Dated::parse(&text).is_none() => {
            return Err(wrong(
                "a day such as 2023-06-13, or a time such as 2023-06-13T16:42:00+01:00",
            ));
        }
        Field::Language => {
            let fits = |part: &str| {
                (1..=8).contains(&part.len())
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            };
            let primary = text.split('-').next().unwrap_or_default();
            let letters = primary.bytes().all(|byte| byte.is_ascii_alphabetic());
            if !letters || primary.len() < 2 || !text.split('-').all(fits) {
                return Err(wrong("a language tag such as en or pt-BR"));
            }
        }
        Field::Direction if !matches!(text.as_str(), "ltr" | "rtl") => {
            return Err(wrong("ltr or rtl"));
        }
        Field::FinalUrl | Field::CanonicalUrl => {
            return address::parse(&text)
                .map(|address| Some(address.as_str().to_owned()))
                .map_err(|_| wrong("an address that starts with https://"));
        }
        _ => {}
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_tidied_or_refused_by_name() {
        let taken = |field, typed| checked(field, typed).unwrap();
        assert_eq!(
            taken(Field::Headline, "  Sea \n walls "),
            Some("Sea walls".to_owned())
        );
        assert_eq!(taken(Field::Dek, "  "), None);
        assert_eq!(
            taken(Field::Authors, "Ada Byron\n\n  C.  Babbage "),
            Some("Ada Byron\nC. Babbage".to_owned())
        );
        assert_eq!(taken(Field::Language, "pt-BR"), Some("pt-BR".to_owned()));
        assert_eq!(
            taken(Field::FinalUrl, "example.org/a#part"),
            Some("https://example.org/a".to_owned())
        );
        for (field, typed) in [
            (Field::Published, "last Tuesday"),
            (Field::Modified, "2023-13-01"),
            (Field::Language, "English language"),
            (Field::Direction, "up"),
            (Field::FinalUrl, ""),
            (Field::CanonicalUrl, "javascript:alert(1)"),
            (Field::Section, &"x".repeat(1_001)),
        ] {
            let error = checked(field, typed).unwrap_err();
            assert!(matches!(error, LibraryError::Field { field: named, .. } if named == field));
        }
    }
}
