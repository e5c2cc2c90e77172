//! What a reader does to one article costs the same in a library of ten as in
//! one of a hundred thousand: no statement walks through the user's rows.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use cuttings_library::{highlights, reading, shelf, tags};
use cuttings_model::{Anchor, Colour, ReadPosition, TagName};
use cuttings_store::TagChange;
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::rig::{Rig, on_both};

/// Keeps every statement that the driver says it ran.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<BTreeSet<String>>>);

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut statement = Statement::default();
        event.record(&mut statement);
        self.0.lock().expect("a lock").insert(statement.sql());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The driver gives a long statement whole beside its first words.
#[derive(Default)]
struct Statement {
    summary: String,
    whole: String,
}

impl Statement {
    fn sql(self) -> String {
        let whole = self.whole.trim();
        if whole.is_empty() {
            self.summary
        } else {
            whole.to_owned()
        }
    }
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// The steps of a plan that walk through rows instead of looking one up: whole
/// tables, and all that is the user's or a half of it.
fn walks(step: &str) -> bool {
    let table = step.split(' ').nth(1).unwrap_or_default();
    // Made by the statement itself; a row of the search index found by number.
    let is_derived = ["found", "o", "json_each", "steps"].contains(&table)
        || step == "SCAN search_index VIRTUAL TABLE INDEX 0:=";
    // What a user gave for sites is needed whole, and a few rows at most.
    if table == "site_access" {
        return false;
    }
    (step.starts_with("SCAN") && !is_derived)
        || step.ends_with("(user_id=?)")
        || step.ends_with("(user_id=? AND id<?)")
        || step.ends_with("(user_id=? AND id>?)")
}

#[test]
fn what_is_done_to_one_article_walks_through_no_others() {
    let statements = Statements::default();
    tracing::subscriber::set_global_default(statements.clone()).expect("the only subscriber");
    on_both(|rig| {
        let statements = statements.clone();
        async move {
            statements.0.lock().expect("a lock").clear();
            use_an_article(&rig).await;
            if rig.places.database.is_some() {
                return;
            }
            let ran = statements.0.lock().expect("a lock").clone();
            assert!(ran.len() > 20, "only {} statements were seen", ran.len());
            let mut file = SqliteConnection::connect(&format!(
                "sqlite://{}",
                rig.places.data.join("cuttings.db").display()
            ))
            .await
            .expect("the library can be opened");
            let mut found = String::new();
            for sql in ran.iter().filter(|sql| !is_about_the_file(sql)) {
                let steps = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
                    .fetch_all(&mut file)
                    .await
                    .unwrap_or_else(|error| panic!("{error}: {sql}"));
                for step in steps {
                    let step: String = step.get("detail");
                    if walks(&step) {
                        writeln!(found, "{step}\n    of {sql}").expect("a string takes it");
                    }
                }
            }
            assert!(found.is_empty(), "{found}");
        }
    });
}

fn is_about_the_file(sql: &str) -> bool {
    ["BEGIN", "COMMIT", "ROLLBACK", "PRAGMA"]
        .iter()
        .any(|word| sql.starts_with(word))
}

async fn use_an_article(rig: &Rig) {
    let (library, user_id) = (&rig.library, rig.user.id);
    let page = "<html lang=en><title>Sea wall</title><article><h1>Sea wall</h1><p>The town \
                council agreed on Monday to mend the old sea wall before the winter storms \
                arrive, and to ask the harbour master for a plan.</p><p>Work begins in June, \
                when the boats are out, and should end before the herring come, said the \
                engineers who had walked along it twice.</p></article></html>";
    let article = rig.upload("https://lantern.example/wall", page).await;
    assert_eq!(article.state.as_str(), "ready", "{:?}", article.reason);
    let id = article.id;
    rig.upload("https://lantern.example/wall", page).await;
    shelf::archive(library, user_id, id, true).await.unwrap();
    shelf::star(library, user_id, id, true).await.unwrap();
    let tag = TagName::parse("Walls").unwrap();
    tags::change(library, user_id, id, TagChange::Add(&[tag]))
        .await
        .unwrap();
    let stopped = ReadPosition::new(1, 50).unwrap();
    reading::stop_at(library, user_id, id, stopped)
        .await
        .unwrap();
    let words = Anchor::of_words("the old sea wall");
    highlights::add(library, user_id, id, &words, Colour::Green, "Which?")
        .await
        .unwrap();
    library.store.article_body(user_id, id).await.unwrap();
    library.store.captures(user_id, id).await.unwrap();
    library.store.pictures(user_id, id).await.unwrap();
    library.store.thumbnail(user_id, id).await.unwrap();
    library.store.highlights_of(user_id, id).await.unwrap();
    shelf::delete(library, user_id, id).await.unwrap();
    shelf::undelete(library, user_id, id).await.unwrap();
}
