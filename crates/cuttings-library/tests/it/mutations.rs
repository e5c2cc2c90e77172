//! The mutation script: plants one fault of each kind into a copy of a library.

use std::path::{Path, PathBuf};

use cuttings_model::{Digest, PictureRole, UserId};
use cuttings_store::{FaultKind, Places, Store};
use sqlx::AssertSqlSafe;

use crate::durability::run;

/// What the bytes of a blob are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobOf {
    Page,
    Upload,
    Exchange,
    Picture,
    Thumbnail,
}

pub const BLOBS: [BlobOf; 5] = [
    BlobOf::Page,
    BlobOf::Upload,
    BlobOf::Exchange,
    BlobOf::Picture,
    BlobOf::Thumbnail,
];

/// Finds a blob of a kind in a furnished library.
pub async fn blob(store: &Store, user_id: UserId, of: BlobOf) -> Digest {
    for id in 1.. {
        let id = cuttings_model::ArticleId(id);
        let article = store.article(user_id, id).await.unwrap();
        assert!(article.is_some(), "no article has a blob like {of:?}");
        let captures = store.captures(user_id, id).await.unwrap();
        let pictures = store.pictures(user_id, id).await.unwrap();
        let picture = |role| {
            pictures
                .iter()
                .find(|picture| picture.role == role)
                .map(|picture| picture.digest)
        };
        let page = |origin| {
            captures
                .iter()
                .find(|capture| capture.origin == origin)
                .and_then(|capture| capture.body)
        };
        let found = match of {
            BlobOf::Page => page(cuttings_model::Origin::Fetched),
            BlobOf::Upload => page(cuttings_model::Origin::Uploaded),
            BlobOf::Exchange => captures.iter().find_map(|capture| capture.exchange),
            BlobOf::Picture => picture(PictureRole::Story),
            BlobOf::Thumbnail => picture(PictureRole::Thumbnail),
        };
        if let Some(found) = found {
            return found;
        }
    }
    unreachable!("the loop returns or panics")
}

/// Where a blob's bytes are.
pub fn file_of(places: &Places, digest: &Digest) -> PathBuf {
    let hex = digest.to_string();
    places
        .data
        .join("blobs/blake3")
        .join(&hex[..2])
        .join(format!("{hex}.zst"))
}

/// Flips one bit in the middle of a file.
pub fn flip_bit(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1 << (middle % 8);
    std::fs::write(file, bytes).unwrap();
}

/// A fault in the rows: what it is, the statements that plant it on SQLite and on
/// PostgreSQL (nothing where the engine cannot be brought to it), and how it is to
/// be told.
pub struct RowFault {
    pub what: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
    pub kind: FaultKind,
}

const fn on_both(what: &'static str, sql: &'static str, kind: FaultKind) -> RowFault {
    RowFault {
        what,
        sqlite: sql,
        postgres: sql,
        kind,
    }
}

pub const ROW_FAULTS: &[RowFault] = &[
    RowFault {
        what: "an index is gone",
        sqlite: "DROP INDEX articles_by_update",
        postgres: "DROP INDEX articles_by_update",
        kind: FaultKind::Table,
    },
    RowFault {
        what: "an index is another one under its name",
        sqlite: "DROP INDEX jobs_due; CREATE INDEX jobs_due ON jobs (created_at)",
        postgres: "DROP INDEX jobs_due; CREATE INDEX jobs_due ON jobs (created_at)",
        kind: FaultKind::Table,
    },
    on_both(
        "a column is gone",
        "ALTER TABLE keyed_changes DROP COLUMN steps",
        FaultKind::Table,
    ),
    RowFault {
        what: "a row is missing from an index",
        sqlite: "PRAGMA writable_schema = ON;
                 UPDATE sqlite_schema SET sql = 'CREATE INDEX articles_by_site ON articles (user_id, site, id) WHERE id < 0'
                 WHERE name = 'articles_by_site';",
        postgres: "",
        kind: FaultKind::Table,
    },
    RowFault {
        what: "a NULL where none may be",
        sqlite: "PRAGMA writable_schema = ON;
                 UPDATE sqlite_schema SET sql = replace(sql, 'page_key            TEXT   NOT NULL', 'page_key            TEXT')
                 WHERE name = 'articles';
                 PRAGMA writable_schema = RESET;
                 UPDATE articles SET page_key = NULL WHERE id = 2;
                 PRAGMA writable_schema = ON;
                 UPDATE sqlite_schema SET sql = replace(sql, 'page_key            TEXT', 'page_key            TEXT   NOT NULL')
                 WHERE name = 'articles';
                 PRAGMA writable_schema = RESET;",
        postgres: "ALTER TABLE articles ALTER COLUMN page_key DROP NOT NULL;
                   UPDATE articles SET page_key = NULL WHERE id = 2",
        kind: FaultKind::Database,
    },
    RowFault {
        what: "a reference leads nowhere",
        sqlite: "PRAGMA foreign_keys = OFF; UPDATE article_tags SET tag_id = 99",
        postgres: "SET session_replication_role = replica; UPDATE article_tags SET tag_id = 99",
        kind: FaultKind::Reference,
    },
    RowFault {
        what: "a capture of an article that is not there",
        sqlite: "PRAGMA foreign_keys = OFF; UPDATE captures SET article_id = 4711 WHERE id = 1",
        postgres: "SET session_replication_role = replica;
                   UPDATE captures SET article_id = 4711 WHERE id = 1",
        kind: FaultKind::Reference,
    },
    on_both(
        "an article without words",
        "DELETE FROM article_bodies WHERE id = 1",
        FaultKind::Row,
    ),
    on_both(
        "an article that shows a capture of another one",
        "UPDATE articles SET capture_id = capture_id + 1 WHERE id = 1",
        FaultKind::Row,
    ),
    on_both(
        "a capture that names no bytes",
        "UPDATE captures SET body_digest = NULL, body_size = 0 WHERE id = 1",
        FaultKind::Row,
    ),
    on_both(
        "a capture that was not taken apart",
        "DELETE FROM extractions WHERE capture_id = 1",
        FaultKind::Row,
    ),
    on_both(
        "a counter that would give out a number twice",
        "UPDATE counters SET next_capture = 1",
        FaultKind::Row,
    ),
    on_both(
        "a clock that went back",
        "UPDATE counters SET updated_at = 5",
        FaultKind::Row,
    ),
    on_both(
        "an article that waits for nothing",
        "DELETE FROM jobs",
        FaultKind::Row,
    ),
    on_both(
        "a job nobody takes",
        "UPDATE jobs SET state = 'taken'",
        FaultKind::Row,
    ),
    on_both(
        "a job that waits forever",
        "UPDATE jobs SET run_at = 253402300799000",
        FaultKind::Row,
    ),
    on_both(
        "a job of no kind",
        "UPDATE jobs SET kind = 'juggle'",
        FaultKind::Row,
    ),
    on_both(
        "bytes nobody noted",
        "DELETE FROM blobs WHERE digest = (SELECT body_digest FROM captures WHERE id = 1)",
        FaultKind::Row,
    ),
    on_both(
        "a size that is not that of the bytes",
        "UPDATE blobs SET size = size + 1 WHERE digest = (SELECT body_digest FROM captures WHERE id = 1)",
        FaultKind::Row,
    ),
    on_both(
        "a digest that is none",
        "UPDATE captures SET body_digest = 'unknown' WHERE id = 1",
        FaultKind::Row,
    ),
    on_both(
        "an origin that is none",
        "UPDATE captures SET origin = 'dreamt' WHERE id = 1",
        FaultKind::Row,
    ),
    on_both(
        "another time of a capture",
        "UPDATE captures SET captured_at = captured_at - 86400000 WHERE id = 1",
        FaultKind::Seal,
    ),
    on_both(
        "another status of a capture",
        "UPDATE captures SET status = 201 WHERE id = 1",
        FaultKind::Seal,
    ),
    on_both(
        "other words of an article",
        "UPDATE article_bodies SET text = replace(text, 'sea wall', 'sea ball') WHERE id = 1",
        FaultKind::Seal,
    ),
    on_both(
        "other markup of an article",
        "UPDATE article_bodies SET html = html || '<p>And more.</p>' WHERE id = 1",
        FaultKind::Seal,
    ),
    on_both(
        "another address of an article",
        "UPDATE articles SET given_url = 'https://news.example/forged' WHERE id = 1",
        FaultKind::Seal,
    ),
    on_both(
        "authors that cannot be read",
        "UPDATE articles SET authors = 'Ada' WHERE id = 1",
        FaultKind::Row,
    ),
    on_both(
        "a highlight at another place",
        "UPDATE highlights SET start_at = start_at + 3, end_at = end_at + 3 WHERE state = 'anchored'",
        FaultKind::Row,
    ),
    on_both(
        "a highlight of no colour",
        "UPDATE highlights SET colour = 'infrared' WHERE id = 1",
        FaultKind::Row,
    ),
    on_both(
        "words of a highlight that are not found",
        "DELETE FROM highlight_words",
        FaultKind::Index,
    ),
    on_both(
        "a word that is not proposed any more",
        "DELETE FROM words WHERE word = 'ferry'",
        FaultKind::Index,
    ),
    on_both(
        "a word that cannot be found by its end",
        "UPDATE words SET backwards = 'yref' WHERE word = 'ferry'",
        FaultKind::Index,
    ),
    on_both(
        "an edit up to a capture of another article",
        "UPDATE articles SET edited_to = 99 WHERE id = 1",
        FaultKind::Row,
    ),
    on_both(
        "a thumbnail that is said to be missing",
        "UPDATE articles SET has_thumbnail = 0",
        FaultKind::Row,
    ),
    on_both(
        "a picture with another article than its capture",
        "UPDATE pictures SET article_id = 2 WHERE article_id = 1",
        FaultKind::Row,
    ),
    on_both(
        "another headline behind the index",
        "UPDATE articles SET headline = 'Ferry cancelled' WHERE id = 1",
        FaultKind::Index,
    ),
    RowFault {
        what: "an index row that is gone",
        sqlite: "DELETE FROM search_index WHERE rowid = 2147483648 + 1",
        postgres: "DELETE FROM search_index WHERE user_id = 1 AND id = 1",
        kind: FaultKind::Index,
    },
    RowFault {
        what: "an index row that is another one",
        sqlite: "DELETE FROM search_index WHERE rowid = 2147483648 + 1;
                 INSERT INTO search_index (rowid, body_exact, body_stem) VALUES (2147483649, 'drift', 'drift')",
        postgres: "UPDATE search_index SET words = CAST('''edrift/'':1' AS tsvector) WHERE id = 1",
        kind: FaultKind::Index,
    },
    RowFault {
        what: "an index row of nothing",
        sqlite: "INSERT INTO search_index (rowid, body_exact, body_stem) VALUES (2147483648 + 999, 'drift', 'drift')",
        postgres: "INSERT INTO search_index VALUES (1, 999, CAST('''edrift/'':1' AS tsvector))",
        kind: FaultKind::Index,
    },
    RowFault {
        what: "an index that lost its insides",
        sqlite: "DELETE FROM search_index_data WHERE id > 10",
        postgres: "",
        kind: FaultKind::Index,
    },
    on_both(
        "an index that is gone altogether",
        "DROP TABLE search_index",
        FaultKind::Index,
    ),
];

/// Plants a fault in the rows of a library that nobody has open; false when this
/// engine cannot be brought to it.
pub async fn plant(places: &Places, fault: &RowFault) -> bool {
    let sql = if places.database.is_some() {
        fault.postgres
    } else {
        fault.sqlite
    };
    if sql.is_empty() {
        return false;
    }
    run(places, AssertSqlSafe(sql)).await;
    true
}
