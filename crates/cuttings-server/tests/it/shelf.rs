//! The library in order: filters in the address, tags, many at once with undo,
//! corrections, twins, failed captures.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Browser, on_each_database};

async fn save(browser: &Browser<'_>, path: &str) -> i64 {
    let body = json!({ "url": format!("https://e.org/{path}") });
    let saved = browser
        .api(Method::POST, "/api/v1/articles", Some(body))
        .await;
    saved.json()["id"].as_i64().expect("a number")
}

async fn patch(browser: &Browser<'_>, id: i64, body: Value) -> Value {
    let path = format!("/api/v1/articles/{id}");
    let answer = browser.api(Method::PATCH, &path, Some(body)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

/// Ids that the API lists for a query.
async fn listed(browser: &Browser<'_>, query: &str) -> Vec<i64> {
    let list = browser
        .get(&format!("/api/v1/articles?{query}"))
        .await
        .json();
    let articles = list["articles"].as_array().expect("a list");
    articles
        .iter()
        .map(|article| article["id"].as_i64().expect("a number"))
        .collect()
}

#[tokio::test]
async fn the_page_states_the_count_and_each_chip_takes_itself_away() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        for path in ["a", "b", "c"] {
            let id = save(&browser, path).await;
            patch(&browser, id, json!({ "tags": ["Sea walls"] })).await;
        }
        let page = browser
            .get("/?tag=sea+walls&publication=e.org&sort=title")
            .await
            .text();
        assert!(page.contains("data-live>3 articles</p>"), "{page}");
        assert!(page.contains("aria-label=\"Remove the filter Tag: sea walls\""));
        assert!(page.contains("href=\"/?publication=e.org&#38;sort=title\""));
        assert!(page.contains("All 3 that match"));
        // A form sends empty values; the address that stays has none.
        let sent = browser
            .get("/?q=&tag=sea+walls&tag=&author=&length=short&state=")
            .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        assert_eq!(sent.location(), "/?tag=sea+walls&length=short");
        let nothing = browser.get(sent.location()).await.text();
        assert!(nothing.contains("0 articles") && nothing.contains("Nothing matches"));
        let wrong = browser.get("/?q=is:nothing").await;
        assert_eq!(wrong.status, StatusCode::OK);
        assert!(wrong.text().contains("These words cannot be read:"));
    })
    .await;
}

#[tokio::test]
async fn the_api_filters_sorts_and_counts_as_the_page_does() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let story = browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let queued = save(&browser, "a").await;
        patch(
            &browser,
            story,
            json!({ "tags": ["sea", "SEA", "Money"], "archived": true }),
        )
        .await;
        assert_eq!(listed(&browser, "").await, [queued, story]);
        assert_eq!(listed(&browser, "view=unread").await, [queued]);
        assert_eq!(
            listed(&browser, "tag=sea&tag=money&author=ellery").await,
            [story]
        );
        assert_eq!(listed(&browser, "sort=oldest").await, [story, queued]);
        assert_eq!(
            listed(&browser, "q=harbour&published_to=2023-06-13").await,
            [story]
        );
        let list = browser
            .get("/api/v1/articles?limit=1&count=yes")
            .await
            .json();
        assert_eq!(list["count"], 2);
        assert_eq!(list["articles"][0]["tags"], json!([]));
        for query in [
            "length=huge",
            "saved_from=June",
            "sort=best",
            "q=is:nothing",
            "cursor=x",
        ] {
            let answer = browser.get(&format!("/api/v1/articles?{query}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        }
        for query in ["colour=red", "limit=1&limit=2"] {
            let answer = browser.get(&format!("/api/v1/articles?{query}")).await;
            assert_eq!(answer.problem(), "bad-field", "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn tags_are_put_on_by_form_and_api_renamed_merged_and_deleted() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let body = json!({ "url": "https://e.org/a", "tags": ["harbour"] });
        let saved = browser
            .api(Method::POST, "/api/v1/articles", Some(body))
            .await;
        assert_eq!(saved.json()["tags"], json!(["harbour"]));
        let added = browser
            .post(
                "/articles/1/tags",
                &[("add", "Sea walls, money"), ("back", "/?view=all")],
            )
            .await;
        assert_eq!(added.location(), "/?view=all");
        browser
            .post("/articles/1/tags", &[("remove", "HARBOUR")])
            .await;
        let article = browser.get("/api/v1/articles/1").await.json();
        assert_eq!(article["tags"], json!(["money", "Sea walls"]));
        let changed = patch(
            &browser,
            1,
            json!({ "add_tags": ["ports"], "remove_tags": ["money"] }),
        )
        .await;
        assert_eq!(changed["tags"], json!(["ports", "Sea walls"]));

        let tags = browser.get("/api/v1/tags").await.json();
        assert_eq!(
            tags["tags"][3],
            json!({ "id": 2, "name": "Sea walls", "article_count": 1 })
        );
        let page = browser.get("/tags").await.text();
        assert!(page.contains("/?view=all&#38;tag=Sea+walls"), "{page}");
        let taken = browser.post("/tags/2/rename", &[("name", "Ports")]).await;
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(taken.text().contains("There is a tag “Ports” already."));
        assert!(taken.text().contains("value=\"ports\""), "offers to merge");
        let merged = browser.post("/tags/2/merge", &[("name", "ports")]).await;
        assert_eq!(merged.location(), "/tags");
        let renamed = browser
            .api(
                Method::PATCH,
                "/api/v1/tags/4",
                Some(json!({ "name": "Harbours" })),
            )
            .await;
        assert_eq!(renamed.status, StatusCode::NO_CONTENT);
        let article = browser.get("/api/v1/articles/1").await.json();
        assert_eq!(article["tags"], json!(["Harbours"]));
        browser.post("/tags/4/delete", &[]).await;
        let article = browser.get("/api/v1/articles/1").await.json();
        assert_eq!(article["tags"], json!([]));
        assert_eq!(
            browser.post("/tags/4/delete", &[]).await.status,
            StatusCode::NOT_FOUND
        );
        let wrong = browser
            .api(
                Method::PATCH,
                "/api/v1/articles/1",
                Some(json!({ "tags": ["a,b"] })),
            )
            .await;
        assert_eq!(wrong.problem(), "bad-field");
    })
    .await;
}

#[tokio::test]
async fn what_is_done_to_many_is_stated_with_its_count_and_undone() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        for path in ["a", "b", "c"] {
            save(&browser, path).await;
        }
        let bulk = async |fields: &[(&str, &str)]| {
            let answer = browser.post("/bulk", fields).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
            answer.location().to_owned()
        };
        let done = bulk(&[
            ("action", "archive"),
            ("id", "1"),
            ("id", "3"),
            ("back", "/?view=all"),
        ])
        .await;
        assert_eq!(done, "/?view=all&done=1");
        let page = browser.get(&done).await.text();
        assert!(
            page.contains("2 articles archived.") && page.contains("/bulk/1/undo"),
            "{page}"
        );
        assert_eq!(listed(&browser, "view=archived").await, [3, 1]);
        let undone = browser
            .post("/bulk/1/undo", &[("back", "/?view=all")])
            .await;
        let page = browser.get(undone.location()).await.text();
        assert!(
            page.contains("Undone: 2 articles are as they were."),
            "{page}"
        );
        assert!(!page.contains("/bulk/1/undo"));
        assert_eq!(listed(&browser, "view=archived").await, [0; 0]);
        assert_eq!(
            browser.post("/bulk/1/undo", &[]).await.status,
            StatusCode::NOT_FOUND
        );

        let all = |count| {
            [
                ("action", "delete"),
                ("which", "all"),
                ("query", ""),
                ("count", count),
            ]
        };
        let moved = bulk(&all("2")).await;
        assert_eq!(moved, "/?done=moved&now=3");
        assert!(
            browser
                .get(&moved)
                .await
                .text()
                .contains("Nothing was changed: 3 articles match now.")
        );
        let done = bulk(&all("3")).await;
        assert!(
            browser
                .get(&done)
                .await
                .text()
                .contains("3 articles deleted.")
        );
        assert_eq!(listed(&browser, "").await, [0; 0]);
        let none = bulk(&[("action", "star")]).await;
        assert!(
            browser
                .get(&none)
                .await
                .text()
                .contains("Nothing was chosen")
        );
        let tag = bulk(&[("action", "tag"), ("id", "1"), ("tag", " ")]).await;
        assert!(
            browser
                .get(&tag)
                .await
                .text()
                .contains("type the tag first")
        );
    })
    .await;
}

#[tokio::test]
async fn the_api_changes_many_by_filter_only_while_the_count_holds() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        for path in ["a", "b"] {
            save(&browser, path).await;
        }
        let bulk = async |body: Value| browser.api(Method::POST, "/api/v1/bulk", Some(body)).await;
        let moved =
            bulk(json!({ "action": "tag", "tag": "x", "filter": "view=all", "count": 5 })).await;
        assert_eq!(moved.problem(), "moved");
        assert_eq!(moved.json()["count"], 2);
        let done =
            bulk(json!({ "action": "tag", "tag": "x", "filter": "view=all", "count": 2 })).await;
        assert_eq!(done.json(), json!({ "id": 1, "changed": 2 }));
        assert_eq!(listed(&browser, "tag=x").await, [2, 1]);
        let undone = browser.api(Method::POST, "/api/v1/bulk/1/undo", None).await;
        assert_eq!(undone.json()["changed"], 2);
        assert_eq!(listed(&browser, "tag=x").await, [0; 0]);
        for body in [
            json!({ "action": "star" }),
            json!({ "action": "star", "ids": [1], "filter": "", "count": 1 }),
            json!({ "action": "star", "filter": "colour=red", "count": 1 }),
            json!({ "action": "tag", "ids": [1] }),
        ] {
            assert_eq!(bulk(body.clone()).await.problem(), "bad-field", "{body}");
        }
        assert_eq!(
            bulk(json!({ "action": "burn", "ids": [1] }))
                .await
                .problem(),
            "bad-request"
        );
    })
    .await;
}

#[tokio::test]
async fn a_filter_is_kept_under_a_name_shown_with_its_count_and_managed() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = save(&browser, "a").await;
        let kept = browser
            .post(
                "/filters",
                &[("name", "By the sea"), ("query", "view=all&tag=sea")],
            )
            .await;
        assert_eq!(kept.location(), "/?view=all&tag=sea");
        let shown = async || {
            let page = browser.get("/").await.text();
            page.contains("<bdi>By the sea</bdi> <span>1</span>")
        };
        assert!(!shown().await);
        patch(&browser, id, json!({ "tags": ["sea"] })).await;
        assert!(shown().await, "it stays live");
        browser
            .post("/filters/1/rename", &[("name", "Shore")])
            .await;
        assert!(
            browser
                .get("/filters")
                .await
                .text()
                .contains("<bdi>Shore</bdi>")
        );
        let list = browser.get("/api/v1/filters").await.json();
        assert_eq!(list["filters"][0]["query"], "view=all&tag=sea");
        browser.post("/filters/1/delete", &[]).await;
        assert!(!browser.get("/").await.text().contains("Shore"));
        let nameless = browser.post("/filters", &[("name", " ")]).await;
        assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn a_correction_is_shown_with_what_the_page_says_and_taken_back() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let id = browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let path = format!("/articles/{id}/edit");
        let page = browser.get(&path).await.text();
        assert!(page.contains("value=\"The one story\"") && !page.contains("The page says"));
        let saved = browser
            .post(
                &path,
                &[
                    ("headline", "The first story"),
                    ("authors", "Ruth Ellery\r\nThe Desk"),
                ],
            )
            .await;
        assert_eq!(saved.location(), format!("/articles/{id}"));
        let page = browser.get(&path).await.text();
        assert!(page.contains("The page says: The one story"), "{page}");
        assert!(browser.get("/").await.text().contains("The first story"));
        let article = browser.get(&format!("/api/v1/articles/{id}")).await.json();
        assert_eq!(article["authors"], json!(["Ruth Ellery", "The Desk"]));

        let wrong = browser
            .post(&path, &[("published", "soon"), ("dek", "Mine")])
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.text().contains("Published: a day such as"),
            "{}",
            wrong.text()
        );
        assert!(
            wrong.text().contains("value=\"soon\""),
            "what was typed stays"
        );
        browser
            .post(&path, &[("headline", "x"), ("reset_headline", "yes")])
            .await;
        let article = patch(
            &browser,
            id,
            json!({ "edit": { "authors": null, "section": "Coast" } }),
        )
        .await;
        assert_eq!(article["headline"], "The one story");
        assert_eq!(article["authors"], json!(["Ruth Ellery"]));
        assert_eq!(article["section"], "Coast");
        for edit in [
            json!({ "text": "x" }),
            json!({ "language": "not a tag" }),
            json!({ "dek": ["x"] }),
        ] {
            let answer = browser
                .api(
                    Method::PATCH,
                    &format!("/api/v1/articles/{id}"),
                    Some(json!({ "edit": edit })),
                )
                .await;
            assert_eq!(answer.problem(), "bad-field");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_saved_under_two_addresses_is_asked_about_on_its_card() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let older = browser
            .save_and_capture(&app.origin.url("/story/one"))
            .await;
        let newer = browser
            .save_and_capture(&app.origin.url("/to/story/one"))
            .await;
        assert_ne!(older, newer);
        let page = browser.get("/").await.text();
        assert!(
            page.contains("This seems to be a page you saved on"),
            "{page}"
        );
        let joined = browser.post(&format!("/articles/{newer}/join"), &[]).await;
        assert_eq!(joined.location(), format!("/articles/{older}"));
        assert_eq!(listed(&browser, "").await, [older]);
        let page = browser.get(&format!("/articles/{older}")).await;
        assert_eq!(page.status, StatusCode::OK);
        // Its pictures are served under the number that is left.
        let text = page.text();
        let picture = text.split("src=\"/articles/").nth(1).expect("a picture");
        let picture = picture.split('"').next().expect("an address");
        let answer = browser.get(&format!("/articles/{picture}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{picture}");
    })
    .await;
}

#[tokio::test]
async fn failed_captures_stand_together_by_reason_and_are_tried_again() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        for path in ["/broken", "/nowhere/1", "/nowhere/2"] {
            let body = json!({ "url": app.origin.url(path) });
            let saved = browser
                .api(Method::POST, "/api/v1/articles", Some(body))
                .await;
            let id = saved.json()["id"].as_i64().expect("a number");
            app.capture(browser.user_id(), &[id]).await;
        }
        assert!(browser.get("/").await.text().contains("Failed (3)"));
        let page = browser.get("/?state=failed").await.text();
        assert!(
            page.contains("The page is gone") && page.contains("The site had a failure"),
            "{page}"
        );
        assert!(page.contains("Try all 3 again"));
        let query = "state=failed&reason=not_found";
        assert_eq!(listed(&browser, query).await, [3, 2]);
        let tried = browser
            .post(
                "/bulk",
                &[
                    ("action", "retry"),
                    ("which", "all"),
                    ("query", query),
                    ("count", "2"),
                    ("back", "/?state=failed"),
                ],
            )
            .await;
        let page = browser.get(tried.location()).await.text();
        assert!(
            page.contains("2 articles to be tried again.") && page.contains("Failed (1)"),
            "{page}"
        );
    })
    .await;
}

#[tokio::test]
async fn i04_another_users_tags_filters_and_actions_are_not_there() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let ben = app.signed_in("ben").await;
        save(&ada, "a").await;
        patch(&ada, 1, json!({ "tags": ["secret"] })).await;
        ada.post("/filters", &[("name", "secret"), ("query", "tag=secret")])
            .await;
        ada.post("/bulk", &[("action", "star"), ("id", "1")]).await;
        for (path, fields) in [
            ("/tags/1/rename", &[("name", "mine")][..]),
            ("/tags/1/merge", &[("name", "secret")]),
            ("/tags/1/delete", &[]),
            ("/filters/1/rename", &[("name", "mine")]),
            ("/filters/1/delete", &[]),
            ("/bulk/1/undo", &[]),
        ] {
            let answer = ben.post(path, fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let merge = ben
            .api(
                Method::POST,
                "/api/v1/tags/1/merge",
                Some(json!({ "into": 1 })),
            )
            .await;
        assert_eq!(merge.status, StatusCode::NOT_FOUND);
        for path in [
            "/tags",
            "/tags?edit=1",
            "/filters",
            "/?done=1",
            "/?tag=secret",
            "/api/v1/tags",
        ] {
            let text = ben.get(path).await.text();
            assert!(
                !text.replace("secret\"", "").contains("<bdi>secret"),
                "{path}: {text}"
            );
            assert!(!text.contains("1 article starred"), "{path}");
        }
        assert_eq!(listed(&ada, "tag=secret&view=starred").await, [1]);
    })
    .await;
}

#[tokio::test]
async fn every_layout_shows_every_article_and_stays_under_sixty_kilobytes() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        for number in 0..42 {
            let id = save(&browser, &format!("{number}-{}", "very-long-".repeat(30))).await;
            patch(
                &browser,
                id,
                json!({ "tags": ["a tag of some length", "money", "sea walls"] }),
            )
            .await;
        }
        for (layout, many) in [("list", 24), ("dense", 40), ("cards", 24)] {
            let page = browser.get(&format!("/?layout={layout}&tag=money")).await;
            let text = page.text();
            assert_eq!(
                text.matches("<article class=\"card").count(),
                many,
                "{layout}"
            );
            assert!(text.contains(&format!("<div class=\"articles {layout}\">")));
            assert!(text.contains("rel=\"next\""), "{layout}");
            assert!(
                page.body.len() < 60_000,
                "{layout}: {} bytes",
                page.body.len()
            );
        }
        // The settings say how lists are laid out when the address does not.
        let saved = browser.post("/settings", &[("list_layout", "dense")]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER);
        let page = browser.get("/").await.text();
        assert!(page.contains("<div class=\"articles dense\">"), "{page}");
        assert!(page.contains("href=\"/?layout=list\""), "{page}");
        assert!(!page.contains("href=\"/?layout=dense\""), "{page}");
    })
    .await;
}

#[tokio::test]
async fn where_nothing_matches_each_filter_can_be_dropped_and_says_what_comes_then() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let first = save(&ada, "one").await;
        save(&ada, "two").await;
        patch(&ada, first, json!({"tags": ["sea"]})).await;
        let page = ada.get("/?tag=sea&length=long&sort=title").await.text();
        let list = page.split("class=\"ways\"").nth(1).expect("the ways out");
        let list = list.split("</ul>").next().expect("its end");
        let length = list.find("/?tag=sea").expect("without the length");
        assert!(list[length..].contains("1 article"), "{list}");
        assert!(!list.contains("/?length=long"), "nothing is there: {list}");
        // Where dropping one is not enough, the page does not promise it.
        let none = ada.get("/?author=nobody&length=long").await.text();
        assert!(none.contains("to drop one of them is not enough"), "{none}");
        assert!(!none.contains("Without “"), "{none}");
    })
    .await;
}

#[tokio::test]
async fn a_library_without_articles_says_how_to_begin_and_offers_nothing_to_sort() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        let empty = ada.get("/").await.text();
        assert!(empty.contains("Your library is empty"));
        assert!(empty.contains("href=\"/feeds/add\""));
        assert!(!empty.contains("shelf-bar"), "{empty}");
        let id = save(&ada, "one").await;
        assert!(ada.get("/").await.text().contains("shelf-bar"));
        // A shelf without articles of a library with some says so, and no more.
        let starred = ada.get("/?view=starred").await.text();
        assert!(starred.contains("No stars yet") && !starred.contains("shelf-bar"));
        patch(&ada, id, json!({"archived": true})).await;
        assert!(ada.get("/").await.text().contains("Nothing to read"));
    })
    .await;
}
