//! Users: people with an account, and the rules for their names and passwords.

crate::id! {
    /// Number of a user within the library, counted from 1.
    UserId
}

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May also manage users. The first user is one.
    Admin,
    /// Has a library.
    Member,
}

impl Role {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Admin, Self::Member]
            .into_iter()
            .find(|role| role.as_str() == word)
    }
}

/// What an app token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Read articles and search.
    Read,
    /// Also save new ones.
    Save,
    /// Anything the user may do.
    Full,
}

impl Scope {
    /// The word in the database and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Save => "save",
            Self::Full => "full",
        }
    }

    /// Reads [`Self::as_str`] back; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Read, Self::Save, Self::Full]
            .into_iter()
            .find(|scope| scope.as_str() == word)
    }
}

/// A person with an account. The password hash stays in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Number within the library.
    pub id: UserId,
    /// Name to sign in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// When the account was made.
    pub created_at_ms: i64,
}

/// Why a name cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but blanks.
    #[error("the name is empty")]
    Empty,
    /// More than 64 characters.
    #[error("the name is longer than 64 characters")]
    TooLong,
    /// A character that would confuse people or programs.
    #[error("the name holds {0:?}; use letters, digits, and . _ - @ +")]
    Character(char),
}

/// Checks a user name and gives it back trimmed.
///
/// Letters and digits of any script, and `.` `_` `-` `@` `+`; at most 64
/// characters. Names differ only if they differ in lower case.
pub fn check_name(name: &str) -> Result<&str, NameError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.chars().count() > 64 {
        return Err(NameError::TooLong);
    }
    match name
        .chars()
        .find(|c| !c.is_alphanumeric() && !"._-@+".contains(*c))
    {
        Some(bad) => Err(NameError::Character(bad)),
        None => Ok(name),
    }
}

/// Fewest characters of a password.
pub const MIN_PASSWORD_CHARS: usize = 8;
/// Most bytes of a password: enough for any phrase, too few to keep us busy.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// Why a password cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than [`MIN_PASSWORD_CHARS`] characters.
    #[error("the password is shorter than {MIN_PASSWORD_CHARS} characters")]
    TooShort,
    /// More than [`MAX_PASSWORD_BYTES`] bytes.
    #[error("the password is longer than {MAX_PASSWORD_BYTES} bytes")]
    TooLong,
}

/// Checks the length of a new password. Nothing is trimmed or folded.
pub fn check_password(password: &str) -> Result<(), PasswordError> {
    if password.len() > MAX_PASSWORD_BYTES {
        Err(PasswordError::TooLong)
    } else if password.chars().count() < MIN_PASSWORD_CHARS {
        Err(PasswordError::TooShort)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_are_taken_and_odd_characters_named() {
        assert_eq!(check_name(" ada "), Ok("ada"));
        assert_eq!(
            check_name("Ada.Byron@example.org"),
            Ok("Ada.Byron@example.org")
        );
        assert_eq!(check_name("лев"), Ok("лев"));
        assert_eq!(check_name("a b"), Err(NameError::Character(' ')));
        assert_eq!(
            check_name("a\u{202e}b"),
            Err(NameError::Character('\u{202e}'))
        );
        assert_eq!(check_name(" "), Err(NameError::Empty));
        assert_eq!(check_name(&"a".repeat(65)), Err(NameError::TooLong));
    }

    #[test]
    fn a08_passwords_are_counted_in_characters_and_capped_in_bytes() {
        assert_eq!(check_password("1234567"), Err(PasswordError::TooShort));
        assert_eq!(check_password("éééééééé"), Ok(()));
        assert_eq!(
            check_password(&"a".repeat(1025)),
            Err(PasswordError::TooLong)
        );
    }
}
