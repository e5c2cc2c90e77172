//! What the engine says of its own file, and whether tables, indexes and
//! references are those this version makes.

use std::collections::{BTreeMap, BTreeSet};

use cuttings_model::{ArticleId, UserId};
use sqlx::{AssertSqlSafe, Connection as _};

use super::{Cure, Fault, FaultKind, Look};
use crate::db::{Db, Row, args};
use crate::{Engine, StoreError, dialect, migrate};

/// Most faults of one kind that the engine is asked for.
pub(super) const MOST: usize = 1000;

/// A table, index or reference: its kind and name, and how it is made.
type Parts = BTreeMap<(String, String), String>;

impl Look<'_> {
    /// Asks the engine, and compares the tables with new ones. Gives the names of
    /// tables that are missing.
    pub(super) async fn tables(&mut self, db: &Db) -> Result<BTreeSet<String>, StoreError> {
        if self.snapshot.engine() == Engine::Sqlite {
            let outcome = self.integrity().await;
            self.part("the database file", outcome)?;
        }
        let expected = expected_parts(db).await?;
        let mut found = Parts::new();
        let outcome = self
            .snapshot
            .each(dialect::parts(self.snapshot.engine()), args![], |row| {
                let (key, how) = part(&row)?;
                found.insert(key, how);
                Ok(())
            })
            .await;
        if outcome.is_err() {
            self.part("the list of tables", outcome)?;
            return Ok(BTreeSet::new());
        }
        let mut missing = BTreeSet::new();
        for ((kind, name), how) in &expected {
            let there = found.get(&(kind.clone(), name.clone()));
            if there == Some(how) {
                continue;
            }
            let wrong = if there.is_some() {
                "is not as this version makes it"
            } else {
                "is missing"
            };
            let fault = Fault::new(FaultKind::Table, format!("the {kind} {name} {wrong}"));
            if kind == "index" {
                self.tell(fault.with(Cure::MakeIndex {
                    name: name.clone(),
                    sql: how.clone(),
                }));
            } else {
                if there.is_none() && kind == "table" {
                    missing.insert(name.clone());
                }
                self.tell(fault);
            }
        }
        Ok(missing)
    }

    /// SQLite's own look at its pages, indexes, NOT NULL and types; its search
    /// index looks at itself in it too.
    async fn integrity(&mut self) -> Result<(), StoreError> {
        let mut said = Vec::new();
        let outcome = self
            .snapshot
            .each("PRAGMA integrity_check(1000)", args![], |row| {
                said.push(row.get::<String>("integrity_check")?);
                Ok(())
            })
            .await;
        for line in said.into_iter().filter(|line| line != "ok") {
            let fault = Fault::new(FaultKind::Database, format!("SQLite says: {line}"));
            let cure = if line.contains("search_index") || line.contains("FTS5") {
                Some(Cure::RebuildIndex)
            } else if line.contains(" missing from index ")
                || line.starts_with("wrong # of entries in index")
                || line.starts_with("non-unique entry in index")
            {
                Some(Cure::Reindex)
            } else {
                None
            };
            self.tell(Fault { cure, ..fault });
        }
        outcome
    }

    /// Rows that name rows which are not there, by every reference the tables
    /// declare.
    pub(super) async fn references(&mut self) -> Result<(), StoreError> {
        let mut declared = Vec::new();
        let sql = dialect::references(self.snapshot.engine());
        let outcome = self
            .snapshot
            .each(sql, args![], |row| {
                let text = |column: &str| row.get::<String>(column);
                let list = |column: &str| -> Result<Vec<String>, StoreError> {
                    Ok(text(column)?.split(',').map(str::to_owned).collect())
                };
                declared.push(Reference {
                    child: text("child")?,
                    parent: text("parent")?,
                    columns: list("columns")?,
                    parent_columns: list("parent_columns")?,
                    article: text("article")?,
                });
                Ok(())
            })
            .await;
        self.part("the list of references", outcome)?;
        for reference in declared {
            let outcome = self.reference(&reference).await;
            self.part(&format!("the table {}", reference.child), outcome)?;
        }
        Ok(())
    }

    async fn reference(&mut self, reference: &Reference) -> Result<(), StoreError> {
        let Reference {
            child,
            parent,
            columns,
            parent_columns,
            article,
        } = reference;
        let same: Vec<String> = columns
            .iter()
            .zip(parent_columns)
            .map(|(ours, theirs)| format!("p.{theirs} = c.{ours}"))
            .collect();
        let given: Vec<String> = columns
            .iter()
            .map(|column| format!("c.{column} IS NOT NULL"))
            .collect();
        let number = columns.last().map_or("user_id", String::as_str);
        let sql = format!(
            "SELECT c.user_id, {article} AS article_id, CAST(c.{number} AS TEXT) AS number
             FROM {child} c
             WHERE {} AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE {})
             LIMIT {MOST}",
            given.join(" AND "),
            same.join(" AND ")
        );
        let mut faults = Vec::new();
        let outcome = self
            .snapshot
            .each(AssertSqlSafe(sql), args![], |row| {
                let number: String = row.get("number")?;
                faults.push(
                    Fault::new(
                        FaultKind::Reference,
                        format!(
                            "a row of {child} names {} {number} of {parent}, which is not there",
                            columns.last().map_or("", String::as_str)
                        ),
                    )
                    .of(
                        UserId(row.get("user_id")?),
                        row.get::<Option<i64>>("article_id")?.map(ArticleId),
                    ),
                );
                Ok(())
            })
            .await;
        for fault in faults {
            self.tell(fault);
        }
        outcome
    }
}

struct Reference {
    child: String,
    parent: String,
    columns: Vec<String>,
    parent_columns: Vec<String>,
    /// The child's column that names an article, or NULL.
    article: String,
}

fn part(row: &Row) -> Result<((String, String), String), StoreError> {
    Ok(((row.get("kind")?, row.get("name")?), row.get("how")?))
}

/// The parts of an empty library that was made just now, of which nothing is
/// kept.
async fn expected_parts(db: &Db) -> Result<Parts, StoreError> {
    let statements = AssertSqlSafe(migrate::all_statements(db.engine()));
    let rows = match db {
        Db::Sqlite { .. } => {
            let failed = |source| StoreError::database("make tables to compare with", source);
            let mut memory = sqlx::SqliteConnection::connect("sqlite::memory:")
                .await
                .map_err(failed)?;
            sqlx::raw_sql(statements)
                .execute(&mut memory)
                .await
                .map_err(failed)?;
            sqlx::query(dialect::parts(Engine::Sqlite))
                .fetch_all(&mut memory)
                .await
                .map_err(failed)?
                .into_iter()
                .map(Row::Sqlite)
                .collect()
        }
        Db::Postgres(_) => {
            // Temporary tables of a transaction that is given up.
            let mut tx = db.begin().await?;
            tx.script("SET LOCAL search_path = pg_temp").await?;
            tx.script(statements).await?;
            tx.all(dialect::parts(Engine::Postgres), args![]).await?
        }
    };
    rows.iter().map(part).collect()
}
