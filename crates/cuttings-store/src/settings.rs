//! Settings of one user: a row for each that is not as it comes.

use cuttings_model::{Setting, Settings, UserId};

use crate::db::args;
use crate::{Store, StoreError};

impl Store {
    /// A user's settings. A row that a newer edition wrote and this one does
    /// not know counts for nothing: a page in the wrong colour is better than
    /// none.
    pub async fn settings(&self, user_id: UserId) -> Result<Settings, StoreError> {
        let rows = self
            .db
            .all(
                "SELECT name, value FROM settings WHERE user_id = $1",
                args![user_id.0],
            )
            .await?;
        let mut settings = Settings::default();
        for row in &rows {
            let (name, value): (String, String) = (row.get("name")?, row.get("value")?);
            if let Some(setting) = Setting::parse(&name, &value) {
                settings = settings.with(setting);
            }
        }
        Ok(settings)
    }

    /// Changes these settings of a user and leaves the others.
    pub async fn put_settings(
        &self,
        user_id: UserId,
        changes: &[Setting],
    ) -> Result<(), StoreError> {
        let as_they_come = Settings::default().all();
        let mut tx = self.db.begin().await?;
        for setting in changes {
            if as_they_come.contains(setting) {
                tx.run(
                    "DELETE FROM settings WHERE user_id = $1 AND name = $2",
                    args![user_id.0, setting.name()],
                )
                .await?;
            } else {
                tx.run(
                    "INSERT INTO settings (user_id, name, value) VALUES ($1, $2, $3)
                     ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value",
                    args![user_id.0, setting.name(), setting.value()],
                )
                .await?;
            }
        }
        tx.commit().await
    }
}
