//! The library after it was closed, damaged, or written by a newer program.

use cuttings_library::search::search;
use cuttings_library::{Library, highlights, save};
use cuttings_model::{Anchor, ArticleState, Colour, Digest, View, address};
use cuttings_store::{Store, StoreError};

use sqlx::Connection as _;

use crate::rig::{Rig, fetcher, on_both, page};

#[test]
fn p1_what_was_acknowledged_is_there_after_opening_again() {
    on_both(|rig| async move {
        let article = rig
            .upload("https://news.example/a", &page("Kept", "Still here."))
            .await;
        let address = address::parse("https://news.example/queued").unwrap();
        save::save(&rig.library, rig.user.id, &address, None)
            .await
            .unwrap();
        rig.library.store.close().await;

        let store = Store::open(&rig.places).await.unwrap();
        let library = Library::new(store, fetcher());
        let list = library
            .store
            .list(rig.user.id, &View::All.into(), None, 10)
            .await
            .unwrap()
            .articles;
        assert_eq!(list.len(), 2);
        assert_eq!(list[1], article);
        assert_eq!(list[0].state, ArticleState::Queued);
        assert_eq!(
            library.store.open_jobs().await.unwrap(),
            1,
            "an article never without its job"
        );
    });
}

#[test]
fn n01_damaged_bytes_are_never_given_out() {
    on_both(|rig| async move {
        let article = rig
            .upload("https://news.example/a", &page("Kept", "Whole."))
            .await;
        let captures = rig
            .library
            .store
            .captures(rig.user.id, article.id)
            .await
            .unwrap();
        let digest = captures[0].body.unwrap();
        let hex = digest.to_string();
        let path = rig
            .places
            .data
            .join("blobs/blake3")
            .join(&hex[..2])
            .join(format!("{hex}.zst"));
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let outcome = rig.library.store.blobs().get(&digest).await;
        assert!(
            matches!(outcome, Err(StoreError::Damaged { .. })),
            "{outcome:?}"
        );
        let missing = rig
            .library
            .store
            .blobs()
            .get(&Digest::of(b"never stored"))
            .await;
        assert!(
            matches!(missing, Err(StoreError::Damaged { .. })),
            "{missing:?}"
        );
    });
}

/// Runs statements on the library's database behind its back.
pub async fn run(places: &cuttings_store::Places, sql: impl sqlx::SqlSafeStr) {
    if let Some(url) = &places.database {
        let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    } else {
        let file = format!("sqlite://{}", places.data.join("cuttings.db").display());
        let mut connection = sqlx::SqliteConnection::connect(&file).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

#[test]
fn highlights_of_an_older_library_are_found_by_their_words() {
    on_both(|rig| async move {
        let page = "<title>Sea wall</title><article><h1>Sea wall</h1><p>The harbour master said \
                    \"so be it\" \\ and signed the plan for the new wall on Monday morning, in \
                    front of the whole council of the town.</p></article>";
        let article = rig.upload("https://lantern.example/wall", page).await;
        let words = Anchor::of_words("The harbour master said \"so be it\" \\ and signed");
        highlights::add(
            &rig.library,
            rig.user.id,
            article.id,
            &words,
            Colour::Green,
            "Ask: “which ‘plan’?”",
        )
        .await
        .unwrap();
        rig.library.store.close().await;
        // As the library was before the tenth change of its tables.
        run(
            &rig.places,
            "DROP TABLE resources; DROP TABLE resource_rounds; DROP INDEX sessions_by_user;
             ALTER TABLE jobs DROP COLUMN capture_id; DROP TABLE highlight_words;
             ALTER TABLE keyed_changes DROP COLUMN steps;
             DROP TABLE schedules; DROP INDEX articles_edited;
             ALTER TABLE captures DROP COLUMN same_as;
             ALTER TABLE extractions DROP COLUMN not_shown;
             ALTER TABLE articles DROP COLUMN capture_chosen;
             ALTER TABLE articles DROP COLUMN edited_at;
             ALTER TABLE articles DROP COLUMN edited_from;
             ALTER TABLE articles DROP COLUMN edited_to;
             ALTER TABLE articles DROP COLUMN edited_how;
             ALTER TABLE articles DROP COLUMN edit_seen_at;
             DROP TABLE site_access; ALTER TABLE captures DROP COLUMN seal; ALTER TABLE article_bodies DROP COLUMN seal;
             UPDATE meta SET value = '9' WHERE name = 'tables_version'",
        )
        .await;
        let store = Store::open(&rig.places).await.unwrap();
        let library = Library::new(store, fetcher());
        for word in ["signed", "harbours", "which", "plan"] {
            let found = search(&library, rig.user.id, word, 1).await.unwrap();
            assert_eq!(found.highlights.len(), 1, "{word}");
        }
    });
}

#[test]
fn u06_a_library_of_a_newer_program_is_refused_and_left_alone() {
    on_both(|rig| async move {
        let Rig {
            library, places, ..
        } = &rig;
        library.store.close().await;
        run(
            places,
            "UPDATE meta SET value = '99' WHERE name = 'tables_version'",
        )
        .await;
        let outcome = Store::open(places).await;
        assert!(
            matches!(outcome, Err(StoreError::TooNew { found: 99, .. })),
            "{outcome:?}"
        );
    });
}

#[test]
fn u07_two_programs_may_open_an_empty_library_at_once() {
    on_both(|rig| async move {
        // Whether they meet at the wrong moment is chance, so they meet often.
        for round in 0..25 {
            let folder = rig.places.data.join(format!("fresh-{round}"));
            let places = cuttings_store::Places::folder(&folder);
            let openers: Vec<_> = (0..6)
                .map(|_| {
                    let places = places.clone();
                    tokio::spawn(async move { Store::open(&places).await.map(|_| ()) })
                })
                .collect();
            for opener in openers {
                opener.await.unwrap().unwrap();
            }
        }
    });
}

#[cfg(unix)]
#[test]
fn s06_the_data_folder_belongs_to_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    on_both(|rig| async move {
        let mode = std::fs::metadata(&rig.places.data)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
        if rig.places.database.is_none() {
            let database = rig.places.data.join("cuttings.db");
            let mode = std::fs::metadata(database).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    });
}
