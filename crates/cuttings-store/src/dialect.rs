//! Where the two engines need different words: both texts, side by side.

use crate::Engine;

/// The shared text of a migration in the words of `engine`.
///
/// The shared text says `BIGINT` and `STRICT`. SQLite's strict tables know
/// only `INTEGER`, which holds 64 bits there; PostgreSQL is always strict.
/// `COLLATE BINARY`, comparing by bytes, is called `"C"` by PostgreSQL.
pub(crate) fn migration(engine: Engine, shared: &str) -> String {
    match engine {
        Engine::Sqlite => shared.replace("BIGINT", "INTEGER"),
        Engine::Postgres => shared
            .replace(") STRICT;", ");")
            .replace("COLLATE BINARY", "COLLATE \"C\""),
    }
}

/// Keeps everyone else from migrating until the transaction ends. SQLite's
/// write transactions already do.
pub(crate) fn lock_for_migration(engine: Engine) -> Option<&'static str> {
    match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some("LOCK TABLE meta IN ACCESS EXCLUSIVE MODE"),
    }
}

/// Follows the inner SELECT that picks a job. SQLite has one writer, so nobody
/// else is picking.
pub(crate) fn skip_locked(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "",
        Engine::Postgres => "FOR UPDATE SKIP LOCKED",
    }
}

/// Takes an article's words out of the index: `$1` user, `$2` article.
pub(crate) fn delete_words(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "DELETE FROM search_index WHERE rowid = $1 * 2147483648 + $2",
        Engine::Postgres => "DELETE FROM search_index WHERE user_id = $1 AND id = $2",
    }
}

/// All rows as one text: a JSON array that holds an array of `columns` a row.
pub(crate) fn rows_as_json(engine: Engine, columns: &str) -> String {
    match engine {
        Engine::Sqlite => format!("json_group_array(json_array({columns}))"),
        Engine::Postgres => {
            format!("CAST(coalesce(json_agg(json_build_array({columns})), '[]') AS TEXT)")
        }
    }
}

/// The articles in the library of user `$1` that match `$2` and pass the
/// conditions on `a`, ranked: `most` of them, the newest. Columns `id` and `rank`
/// (smaller is better).
///
/// A word in the headline counts ten times a word in the body, one in the dek,
/// byline or publication four times; stems and exact words alike. Ranking costs
/// more than finding, so no more are ranked than anybody will look at.
pub(crate) fn ranked(engine: Engine, conditions: &str, most: &str) -> String {
    match engine {
        // The index gives its rows from the newest; CROSS JOIN keeps it in front.
        Engine::Sqlite => format!(
            "SELECT a.id, a.saved_at,
                    bm25(search_index, 10.0, 10.0, 4.0, 4.0, 1.0, 1.0) AS rank
             FROM search_index
             CROSS JOIN articles a ON a.user_id = $1
                                  AND a.id = search_index.rowid - $1 * 2147483648
             WHERE search_index MATCH $2
               AND search_index.rowid BETWEEN $1 * 2147483648 AND $1 * 2147483648 + 2147483647
               AND a.deleted_at IS NULL {conditions}
             ORDER BY search_index.rowid DESC
             LIMIT {most}"
        ),
        Engine::Postgres => format!(
            "SELECT newest.id, newest.saved_at,
                    -CAST(ts_rank('{{0.1, 0.1, 0.4, 1.0}}', i.words, CAST($2 AS tsquery), 1)
                      AS double precision) AS rank
             FROM (SELECT a.id, a.saved_at FROM search_index w
                   JOIN articles a ON a.user_id = w.user_id AND a.id = w.id
                   WHERE w.user_id = $1 AND w.words @@ CAST($2 AS tsquery)
                     AND a.deleted_at IS NULL {conditions}
                   ORDER BY a.id DESC
                   LIMIT {most}) newest
             JOIN search_index i ON i.user_id = $1 AND i.id = newest.id"
        ),
    }
}

/// The numbers of the articles that match `$2` in the library of user `$1`.
pub(crate) fn matching_ids(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "SELECT rowid - $1 * 2147483648 FROM search_index
             WHERE search_index MATCH $2
               AND rowid BETWEEN $1 * 2147483648 AND $1 * 2147483648 + 2147483647"
        }
        Engine::Postgres => {
            "SELECT id FROM search_index WHERE user_id = $1 AND words @@ CAST($2 AS tsquery)"
        }
    }
}

/// Adds words to the library of user `$1`; `$2` is a JSON array of arrays: the
/// word, the word backwards, how it was spelt.
pub(crate) fn add_words(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "INSERT INTO words (user_id, word, backwards, spelt)
             SELECT $1, value ->> 0, value ->> 1, value ->> 2 FROM json_each($2)
             WHERE true
             ON CONFLICT DO NOTHING"
        }
        Engine::Postgres => {
            "INSERT INTO words (user_id, word, backwards, spelt)
             SELECT $1, given ->> 0, given ->> 1, given ->> 2
             FROM jsonb_array_elements(CAST($2 AS jsonb)) AS given
             ON CONFLICT DO NOTHING"
        }
    }
}

/// Notes the words of highlight `$2` of user `$1`; `$3` is a JSON array of them.
pub(crate) fn add_highlight_words(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "INSERT INTO highlight_words (user_id, word, highlight_id)
             SELECT $1, value, $2 FROM json_each($3)"
        }
        Engine::Postgres => {
            "INSERT INTO highlight_words (user_id, word, highlight_id)
             SELECT $1, word, $2 FROM jsonb_array_elements_text(CAST($3 AS jsonb)) AS word"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_reads_as_each_engine_wants_it() {
        let shared = "CREATE TABLE t (id BIGINT NOT NULL\n) STRICT;";
        assert_eq!(
            migration(Engine::Sqlite, shared),
            "CREATE TABLE t (id INTEGER NOT NULL\n) STRICT;"
        );
        assert_eq!(
            migration(Engine::Postgres, shared),
            "CREATE TABLE t (id BIGINT NOT NULL\n);"
        );
    }
}
