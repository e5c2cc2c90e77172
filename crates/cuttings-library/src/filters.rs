//! Saved filters: a filter under a name, which stays live.

use cuttings_model::{Filter, FilterId, UserId};

use crate::{Library, LibraryError, now_ms};

/// Longest name, in characters.
pub const MAX_NAME_CHARS: usize = 60;
/// Most saved filters of one user: each is counted whenever the library opens.
pub const MAX_FILTERS: usize = 40;

/// Keeps a filter under a name.
///
/// # Errors
///
/// [`LibraryError::FilterName`] when the name is empty or too long,
/// [`LibraryError::TooManyFilters`] when there is no more room.
pub async fn save(
    library: &Library,
    user_id: UserId,
    name: &str,
    filter: &Filter,
) -> Result<FilterId, LibraryError> {
    let name = checked(name)?;
    if library.store.filters(user_id).await?.len() >= MAX_FILTERS {
        return Err(LibraryError::TooManyFilters);
    }
    Ok(library
        .store
        .put_filter(user_id, &name, &filter.query(), now_ms())
        .await?)
}

/// Gives a saved filter another name.
pub async fn rename(
    library: &Library,
    user_id: UserId,
    id: FilterId,
    name: &str,
) -> Result<(), LibraryError> {
    let name = checked(name)?;
    let done = library.store.rename_filter(user_id, id, &name).await?;
    done.then_some(()).ok_or(LibraryError::NoSuchFilter)
}

/// Deletes a saved filter. No article changes.
pub async fn delete(library: &Library, user_id: UserId, id: FilterId) -> Result<(), LibraryError> {
    let done = library.store.delete_filter(user_id, id).await?;
    done.then_some(()).ok_or(LibraryError::NoSuchFilter)
}

fn checked(name: &str) -> Result<String, LibraryError> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=MAX_NAME_CHARS).contains(&name.chars().count());
    if fits && !name.chars().any(char::is_control) {
        Ok(name)
    } else {
        Err(LibraryError::FilterName)
    }
}
