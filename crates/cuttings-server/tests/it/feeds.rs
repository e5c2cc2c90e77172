//! Feeds on pages and in the API: finding, reading, saving, rules, OPML.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use cuttings_model::Scope;
use cuttings_server::Answers;
use serde_json::{Value, json};

use crate::app::{Browser, on_each_database};

impl Browser<'_> {
    /// Subscribes to the feed of the origin whose entries hold `word`.
    async fn subscribe(&self, word: &str) -> i64 {
        let url = self.app.origin.url(&format!("/feed?{word}"));
        let answer = self
            .api(
                Method::POST,
                "/api/v1/feeds",
                Some(json!({ "url": url, "folder": "News" })),
            )
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        answer.json()["id"].as_i64().expect("a number")
    }

    async fn entries(&self, query: &str) -> Vec<Value> {
        let answer = self.get(&format!("/api/v1/entries{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()["entries"].as_array().expect("a list").clone()
    }
}

#[tokio::test]
async fn the_address_of_a_page_leads_to_a_subscription_without_script() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let front = app.origin.url("/front");
        let form = ada.get(&format!("/feeds/add?url={front}")).await.text();
        assert!(form.contains(&front), "{form}");
        let found = ada.post("/feeds/add", &[("url", &front)]).await;
        assert_eq!(found.status, StatusCode::OK);
        assert!(found.text().contains("Harbour Gazette"), "{}", found.text());
        let feed = app.origin.url("/feed");
        let done = ada
            .post("/feeds", &[("url", &feed), ("folder", "News")])
            .await;
        assert_eq!(done.location(), "/feeds/1", "{}", done.text());
        let page = ada.get("/feeds/1").await.text();
        assert!(page.contains("Harbour secret 1"), "{page}");
        let list = ada.get("/feeds").await.text();
        assert!(
            list.contains("The secret Gazette") && list.contains("News"),
            "{list}"
        );
        assert!(list.contains("3 new entries"), "{list}");
        // What is no feed, no page or no address comes back with the reason.
        for wrong in ["not an address", &app.origin.url("/nothing")] {
            let answer = ada.post("/feeds/add", &[("url", wrong)]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(answer.text().contains("role=\"alert\""), "{wrong}");
        }
        let answer = ada.post("/feeds", &[("url", &front)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.text().contains("web page instead of a feed"),
            "{}",
            answer.text()
        );
    })
    .await;
}

#[tokio::test]
async fn an_entry_is_read_saved_and_marked_and_its_pictures_are_not_fetched() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let feed = ada.subscribe("word").await;
        let first = ada.entries("").await[0]["id"].as_i64().unwrap();
        let page = ada.get(&format!("/entries/{first}")).await.text();
        assert!(page.contains("What the word says."), "{page}");
        assert!(
            !page.contains("elsewhere.example/p.png") && !page.contains("x()"),
            "{page}"
        );
        // Looking changes nothing.
        assert_eq!(ada.entries("?view=unseen").await.len(), 3);
        ada.post(&format!("/entries/{first}/seen"), &[("back", "/entries")])
            .await;
        assert_eq!(ada.entries("?view=unseen").await.len(), 2);
        ada.post(&format!("/entries/{first}/unseen"), &[]).await;

        let saved = ada
            .post(&format!("/entries/{first}/save"), &[("back", "/entries")])
            .await;
        assert_eq!(saved.location(), "/entries");
        app.capture(ada.user_id(), &[1]).await;
        let reader = ada.get("/articles/1").await.text();
        assert!(
            reader.contains("From the feed The word Gazette"),
            "{reader}"
        );
        let entry = ada.get(&format!("/api/v1/entries/{first}")).await.json();
        assert_eq!(entry["article_id"], 1);
        assert!(entry["seen_at"].is_string());
        assert_eq!(ada.entries("?view=saved").await.len(), 1);

        let until = cuttings_library::now_ms().to_string();
        let marked = ada
            .post(
                "/entries/seen",
                &[
                    ("until", &until),
                    ("feed", &feed.to_string()),
                    ("back", "/feeds/1"),
                ],
            )
            .await;
        assert!(
            marked.location().starts_with("/feeds/1?marked="),
            "{}",
            marked.location()
        );
        assert!(ada.entries("?view=unseen").await.is_empty());
        let told = ada.get(marked.location()).await.text();
        assert!(told.contains("2 entries are marked as seen."), "{told}");
        let at = marked.location().split(['=', '&']).nth(1).unwrap();
        ada.post("/entries/unseen", &[("at", at)]).await;
        assert_eq!(ada.entries("?view=unseen").await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_feed_is_named_filed_paused_given_up_and_taken_back() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let id = ada.subscribe("word").await;
        let settings = format!("/feeds/{id}/settings");
        assert_eq!(ada.get(&settings).await.status, StatusCode::OK);
        ada.post(
            &settings,
            &[
                ("title", " My   <Gazette> "),
                ("folder", "Local"),
                ("paused", "1"),
            ],
        )
        .await;
        let feed = ada.get(&format!("/api/v1/feeds/{id}")).await.json();
        assert_eq!(feed["title"], "My <Gazette>");
        assert_eq!(
            (&feed["folder"], &feed["state"]),
            (&json!("Local"), &json!("paused"))
        );
        let list = ada.get("/feeds").await.text();
        assert!(list.contains("My &#60;Gazette&#62;"), "{list}");
        let polled = ada
            .api(Method::POST, &format!("/api/v1/feeds/{id}/poll"), None)
            .await
            .json();
        assert_eq!(polled, json!({ "outcome": "read", "new": 0, "saved": 0 }));
        assert_eq!(
            ada.get(&format!("/api/v1/feeds/{id}")).await.json()["state"],
            "paused"
        );

        let left = ada.post(&format!("/feeds/{id}/unsubscribe"), &[]).await;
        assert_eq!(left.location(), format!("/feeds?left={id}"));
        assert!(
            ada.get(left.location())
                .await
                .text()
                .contains("resubscribe")
        );
        assert!(ada.entries("").await.is_empty());
        for path in [
            format!("/feeds/{id}"),
            settings,
            format!("/api/v1/feeds/{id}"),
        ] {
            assert_eq!(ada.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        ada.post(&format!("/feeds/{id}/resubscribe"), &[]).await;
        assert_eq!(ada.entries("").await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn rules_are_made_on_a_page_and_say_what_is_wrong_with_them() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        ada.subscribe("word").await;
        let rules = "/feeds/rules";
        assert_eq!(ada.get(rules).await.status, StatusCode::OK);
        for wrong in [
            ("query", ""),
            ("query", "\"open"),
            ("query", "x is:unread"),
            ("feed", "9"),
        ] {
            let answer = ada.post(rules, &[wrong]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
            assert!(answer.text().contains("role=\"alert\""), "{wrong:?}");
        }
        let made = ada
            .post(
                rules,
                &[("query", "harbour"), ("tags", "sea, walls"), ("old", "1")],
            )
            .await;
        assert_eq!(made.location(), "/feeds/rules?saved=3");
        let page = ada.get("/feeds/rules?saved=3&edit=1").await.text();
        assert!(
            page.contains("3 entries were saved") && page.contains("sea, walls"),
            "{page}"
        );
        assert!(page.contains("Has saved 3 articles"), "{page}");
        let article = ada.get("/api/v1/articles/1").await.json();
        assert_eq!(article["tags"], json!(["sea", "walls"]));
        ada.post("/feeds/rules/1", &[("query", "ferry"), ("feed", "1")])
            .await;
        let listed = ada.get("/api/v1/feed-rules").await.json();
        assert_eq!(listed["rules"][0]["query"], "ferry");
        assert_eq!(listed["rules"][0]["feed_id"], 1);
        ada.post("/feeds/rules/1/delete", &[]).await;
        assert_eq!(
            ada.get("/api/v1/feed-rules").await.json()["rules"],
            json!([])
        );
    })
    .await;
}

#[tokio::test]
async fn lists_go_in_as_a_file_of_a_form_and_out_again() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let file = "<opml><body><outline text='News'><outline text='One &amp; <2>' \
            xmlUrl='https://one.example/feed'/></outline><outline xmlUrl='javascript:x()'/></body></opml>"
            .replace("<2>", "&lt;2&gt;");
        let upload = |proof: &str, file: &str| {
            let body = format!(
                "--edge\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{proof}\r\n\
                 --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.opml\"\r\n\
                 Content-Type: text/xml\r\n\r\n{file}\r\n--edge--\r\n"
            );
            ada.request(Method::POST, "/feeds/lists")
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
                .body(Body::from(body))
                .expect("a request")
        };
        let refused = ada.send(upload("wrong", &file)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let done = ada.send(upload(&ada.csrf, &file)).await.text();
        assert!(done.contains("1 added, 0 here already, 1 not taken."), "{done}");
        assert!(done.contains("javascript:x()"), "{done}");
        for nothing in ["", "<opml/>"] {
            let answer = ada.send(upload(&ada.csrf, nothing)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let out = ada.get("/feeds/export.opml").await;
        assert!(out.header("content-disposition").starts_with("attachment"));
        assert!(out.text().contains("text=\"One &amp; &lt;2&gt;\""), "{}", out.text());
        let token = app.token(ada.user_id(), Scope::Full).await;
        let request = app.nobody().request(Method::POST, "/api/v1/feeds/opml")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(out.text()))
            .expect("a request");
        let again = ada.send(request).await.json();
        assert_eq!((&again["added"], &again["already"]), (&json!(0), &json!(1)));
        assert_eq!(again["rows"][0]["verdict"], "already");
    })
    .await;
}

#[tokio::test]
async fn i01_i02_anothers_feeds_entries_and_rules_are_answered_like_none() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let ben = app.signed_in("ben").await;
        ada.subscribe("secret").await;
        let rule = json!({ "query": "nothing" });
        ada.api(Method::POST, "/api/v1/feed-rules", Some(rule))
            .await;
        let before = app.everything_of(ada.user_id()).await;
        let token = app.token(ben.user_id(), Scope::Full).await;
        let mut walked = 0;
        for route in app.routes() {
            if !["{feed}", "{entry}", "{rule}"]
                .iter()
                .any(|part| route.path.contains(part))
            {
                continue;
            }
            walked += 1;
            let mut answers = Vec::new();
            for id in ["1", "777"] {
                let path = route
                    .path
                    .replace("{feed}", id)
                    .replace("{entry}", id)
                    .replace("{rule}", id);
                let answer = if route.answers == Answers::Page && route.method != "GET" {
                    ben.post(&path, &[]).await
                } else {
                    let body = match route.path {
                        path if path.contains("/entries/") => "{\"seen\": true}",
                        path if path.contains("/feed-rules/") => "{\"query\": \"mine\"}",
                        _ => "{\"folder\": \"mine\"}",
                    };
                    let request = ben
                        .request(route.method.clone(), &path)
                        .header(header::AUTHORIZATION, format!("Bearer {token}"))
                        .header(header::CONTENT_TYPE, "application/json")
                        .body(Body::from(body))
                        .expect("a request");
                    ben.send(request).await
                };
                assert_eq!(
                    answer.status,
                    StatusCode::NOT_FOUND,
                    "{} {path}: {}",
                    route.method,
                    answer.text()
                );
                assert!(!answer.text().contains("secret"), "{}", answer.text());
                answers.push(answer.text());
            }
            assert_eq!(answers[0], answers[1], "{} {}", route.method, route.path);
        }
        assert!(walked > 15, "{walked} routes");
        let until = (cuttings_library::now_ms() + 1_000).to_string();
        ben.post("/entries/seen", &[("until", &until), ("feed", "1")])
            .await;
        ben.post("/entries/seen", &[("until", &until)]).await;
        for path in [
            "/feeds",
            "/entries?show=all",
            "/feeds/rules?feed=1&edit=1",
            "/feeds?left=1",
            "/feeds/export.opml",
        ] {
            let page = ben.get(path).await.text();
            assert!(
                !page.contains("secret") && !page.contains("nothing"),
                "{path}: {page}"
            );
        }
        assert_eq!(app.everything_of(ada.user_id()).await, before);
    })
    .await;
}
