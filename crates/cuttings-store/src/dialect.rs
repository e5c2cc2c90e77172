//! Where the two engines need different words: both texts, side by side.

use cuttings_text::query::Forms;

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

/// Drops the search index and makes an empty one, in the words of its migration.
pub(crate) fn new_search_index(engine: Engine) -> String {
    let made = match engine {
        Engine::Sqlite => include_str!("../migrations/0001_search.sqlite.sql"),
        Engine::Postgres => include_str!("../migrations/0001_search.postgres.sql"),
    };
    format!("DROP TABLE IF EXISTS search_index;\n{made}")
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

/// The forms in which [`ranked`] wants the words of a query as `$3`, beside their
/// stems as `$2`.
pub(crate) fn ranked_by(engine: Engine) -> Forms {
    match engine {
        Engine::Sqlite => Forms::Exact,
        Engine::Postgres => Forms::Both,
    }
}

/// The articles in the library of user `$1` that match `$2` and pass the
/// conditions on `a`, ranked: `most` of them, the newest. Columns `id` and `rank`
/// (smaller is better).
///
/// A word in the headline counts ten times a word in the body, one in the dek,
/// byline or publication four times; one as it was typed twice what another form
/// of it counts. Ranking costs more than finding, so no more are ranked than
/// anybody will look at.
pub(crate) fn ranked(engine: Engine, conditions: &str, most: &str) -> String {
    let newest = if conditions.is_empty() {
        format!("LIMIT {most}")
    } else {
        String::new()
    };
    match engine {
        // The index gives its rows from the newest; CROSS JOIN keeps it in front.
        // Words as they were typed are part of what is found, so the newest that
        // have them are among the newest that are found, unless filters take
        // articles out of between.
        Engine::Sqlite => format!(
            "SELECT a.id, a.saved_at,
                    bm25(search_index, 10.0, 10.0, 4.0, 4.0, 1.0, 1.0)
                      * (1 + (search_index.rowid IN (
                          SELECT x.rowid FROM search_index x
                          WHERE x.search_index MATCH $3
                            AND x.rowid BETWEEN $1 * 2147483648 AND $1 * 2147483648 + 2147483647
                          ORDER BY x.rowid DESC {newest}))) AS rank
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
                    -CAST(ts_rank('{{0.1, 0.1, 0.4, 1.0}}', i.words, CAST($3 AS tsquery), 1)
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

/// Tables, columns and indexes: `kind`, `name`, and `how` each is made, the same
/// for equal parts wherever they stand.
pub(crate) fn parts(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "SELECT type AS kind, name,
                    CASE type WHEN 'index' THEN sql ELSE '' END AS how
             FROM sqlite_schema
             WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite_%'
             UNION ALL
             SELECT 'column', m.name || '.' || c.name,
                    c.type || ' ' || c.\"notnull\" || ' ' || c.pk
             FROM sqlite_schema m, pragma_table_info(m.name) c
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
               AND m.name NOT LIKE 'search_index%'"
        }
        Engine::Postgres => {
            "SELECT 'table' AS kind, CAST(c.relname AS TEXT) AS name, '' AS how
             FROM pg_class c WHERE c.relkind = 'r' AND pg_table_is_visible(c.oid)
               AND c.relnamespace <> CAST('pg_catalog' AS regnamespace)
             UNION ALL
             SELECT 'column', c.relname || '.' || a.attname,
                    format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
             FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
             WHERE c.relkind = 'r' AND pg_table_is_visible(c.oid)
               AND c.relnamespace <> CAST('pg_catalog' AS regnamespace)
               AND a.attnum > 0 AND NOT a.attisdropped
             UNION ALL
             SELECT 'index', CAST(i.relname AS TEXT),
                    regexp_replace(pg_get_indexdef(i.oid), ' ON [^ (]+[.]', ' ON ')
             FROM pg_class i JOIN pg_index x ON x.indexrelid = i.oid
             WHERE pg_table_is_visible(i.oid) AND x.indisvalid
               AND i.relnamespace <> CAST('pg_catalog' AS regnamespace)
             UNION ALL
             SELECT 'constraint', CAST(conname AS TEXT), pg_get_constraintdef(k.oid)
             FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
             WHERE k.contype IN ('f', 'p', 'u') AND pg_table_is_visible(c.oid)
               AND c.relnamespace <> CAST('pg_catalog' AS regnamespace)"
        }
    }
}

/// Every declared reference from table to table: `child`, `parent`, their
/// `columns` and `parent_columns` (joined by commas), and the column of the child
/// that names an `article`, or NULL.
pub(crate) fn references(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "SELECT m.name AS child, f.\"table\" AS parent,
                    group_concat(f.\"from\", ',' ORDER BY f.seq) AS columns,
                    group_concat(f.\"to\", ',' ORDER BY f.seq) AS parent_columns,
                    CASE WHEN m.name IN ('articles', 'article_bodies') THEN 'c.id'
                         WHEN EXISTS (SELECT 1 FROM pragma_table_info(m.name) c
                                      WHERE c.name = 'article_id') THEN 'c.article_id'
                         ELSE 'NULL' END AS article
             FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
             WHERE m.type = 'table'
             GROUP BY m.name, f.id, f.\"table\""
        }
        Engine::Postgres => {
            "SELECT CAST(c.relname AS TEXT) AS child, CAST(p.relname AS TEXT) AS parent,
                    (SELECT string_agg(a.attname, ',' ORDER BY n.place)
                     FROM unnest(k.conkey) WITH ORDINALITY AS n (num, place)
                     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = n.num) AS columns,
                    (SELECT string_agg(a.attname, ',' ORDER BY n.place)
                     FROM unnest(k.confkey) WITH ORDINALITY AS n (num, place)
                     JOIN pg_attribute a ON a.attrelid = p.oid AND a.attnum = n.num)
                        AS parent_columns,
                    CASE WHEN c.relname IN ('articles', 'article_bodies') THEN 'c.id'
                         WHEN EXISTS (SELECT 1 FROM pg_attribute a
                                      WHERE a.attrelid = c.oid AND a.attname = 'article_id')
                         THEN 'c.article_id'
                         ELSE 'CAST(NULL AS BIGINT)' END AS article
             FROM pg_constraint k
             JOIN pg_class c ON c.oid = k.conrelid
             JOIN pg_class p ON p.oid = k.confrelid
             WHERE k.contype = 'f' AND pg_table_is_visible(c.oid)"
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
