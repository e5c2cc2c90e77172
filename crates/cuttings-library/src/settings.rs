//! How a user wants to read: changing settings.
//!
//! They are read straight from the store, with the caller of a page.

use cuttings_model::{Setting, Settings, UserId};

use crate::{Library, LibraryError};

/// Changes some settings and gives all of them back.
pub async fn change(
    library: &Library,
    user_id: UserId,
    changes: &[Setting],
) -> Result<Settings, LibraryError> {
    library.store.put_settings(user_id, changes).await?;
    Ok(library.store.settings(user_id).await?)
}
