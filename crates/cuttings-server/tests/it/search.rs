//! Search: hits with marks, and queries that say what is wrong with them.

use axum::http::StatusCode;
use cuttings_library::{highlights, save, shelf, tags};
use cuttings_model::{Anchor, ArticleId, Colour, TagName, address};
use cuttings_store::TagChange;
use serde_json::{Value, json};

use crate::app::{Browser, TestApp, on_each_database};

#[tokio::test]
async fn a_hit_shows_why_it_was_found() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        browser
            .save_and_capture(&app.origin.url("/story/ferry"))
            .await;
        browser
            .save_and_capture(&app.origin.url("/story/tram"))
            .await;
        let page = browser.get("/search?q=ferry").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            page.text().contains("<mark>ferry</mark>"),
            "{}",
            page.text()
        );
        assert!(!page.text().contains("tram"), "{}", page.text());
        let found = browser.get("/api/v1/search?q=ferry").await.json();
        assert_eq!(found["hits"][0]["article"]["headline"], "The ferry story");
        let marked = found["hits"][0]["headline"]
            .as_array()
            .expect("pieces")
            .iter()
            .any(|piece| piece["marked"] == json!(true) && piece["text"] == json!("ferry"));
        assert!(marked, "{found}");
        assert_eq!(found["has_more"], json!(false));

        let form = "action=\"/api/v1/captures.wacz\"";
        assert!(page.text().contains(form), "{}", page.text());
        let archive = browser.get("/api/v1/captures.wacz?q=ferry").await;
        assert_eq!(archive.status, StatusCode::OK);
        assert!(archive.body.starts_with(b"PK"), "a ZIP");

        let nothing = browser.get("/search?q=zeppelin").await.text();
        assert!(nothing.contains("Nothing found"), "{nothing}");
        assert!(!nothing.contains(form), "{nothing}");
        let wide = browser
            .get("/search?q=story&page=99999999999999999999")
            .await;
        assert_eq!(wide.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_bad_query_says_what_is_wrong_and_where() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        let page = browser.get("/search?q=ships+auhtor%3AConrad").await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        let text = page.text();
        assert!(
            text.contains("ships <mark>auhtor</mark>:Conrad")
                || text.contains("ships <mark>auhtor:"),
            "{text}"
        );
        assert!(text.contains("Did you mean author:"), "{text}");
        assert!(text.contains("value=\"ships auhtor:Conrad\""), "{text}");
        let problem = browser.get("/api/v1/search?q=ships+auhtor%3AConrad").await;
        assert_eq!(problem.problem(), "bad-query");
        assert_eq!(problem.json()["at"][0], 6);
        assert!(problem.json()["hint"].is_string());
        for query in ["%22open", "before%3Ayesterday", "%3Cscript%3E(", "%2A"] {
            let page = browser.get(&format!("/search?q={query}")).await;
            assert_ne!(page.status, StatusCode::INTERNAL_SERVER_ERROR, "{query}");
            assert!(!page.text().contains("<script>("), "{query}");
        }
        assert_eq!(browser.get("/api/v1/search").await.problem(), "bad-field");
    })
    .await;
}

/// A story of a named outlet.
struct Story {
    url: &'static str,
    language: &'static str,
    outlet: &'static str,
    author: &'static str,
    published: &'static str,
    headline: &'static str,
    words: &'static str,
}

const STORIES: [Story; 3] = [
    Story {
        url: "https://news.example.org/festival",
        language: "en",
        outlet: "The Lantern",
        author: "Ada Byron",
        published: "2023-06-13",
        headline: "Talks behind the tents",
        words: "The harbour festival was opened while the talks were making progress, as negotiators \
                said, and the ferry ran late because nobody had told its captain of the crowd. They \
                will meet again when the tents have been taken down and the grass has been cut.",
    },
    Story {
        url: "https://gazette.example/strike",
        language: "en",
        outlet: "Quay Gazette",
        author: "Charles Babbage",
        published: "2024-02-01",
        headline: "Nothing moved for a day",
        words: "The port was closed for a whole day, and so were the harbour office and the ferry \
                that leaves beside it. Nobody could say when the cranes would be working again, or \
                who was going to pay the crews that had been waiting outside since the morning.",
    },
    Story {
        url: "https://zeitung.example/bad",
        language: "de",
        outlet: "Stadtzeitung",
        author: "Maike Brandes",
        published: "2023-07-01",
        headline: "Das Wasser ist kalt",
        words: "Nach drei Jahren des Umbaus wird das alte Bad am Samstag wieder geöffnet, und wer in \
                dem Becken schwimmen will, der braucht Mut und zwei Euro. Die Stadt hat versprochen, \
                dass der Eintritt in diesem Jahr nicht mehr teurer werden wird als bisher.",
    },
];

/// Saves the stories as articles 1, 2 and 3: the first is tagged, starred and
/// has a highlight, the second is archived.
async fn stock(app: &TestApp, browser: &Browser<'_>) {
    let (library, user) = (&app.library, browser.user_id());
    for story in &STORIES {
        let html = format!(
            "<!DOCTYPE html><html lang={}><head><title>{headline}</title>
             <meta property='og:site_name' content='{}'><meta name=author content='{}'>
             <meta property='article:published_time' content='{}T08:00:00Z'></head>
             <body><article><h1>{headline}</h1>{}</article></body></html>",
            story.language,
            story.outlet,
            story.author,
            story.published,
            format!("<p>{}</p>", story.words).repeat(3),
            headline = story.headline,
        );
        let upload = save::Upload {
            body: html.into(),
            content_type: None,
            pictures: Vec::new(),
        };
        let address = address::parse(story.url).expect("an address");
        let saved = save::save(library, user, &address, Some(upload))
            .await
            .expect("a save");
        app.capture(user, &[saved.article.id.0]).await;
    }
    let tag = TagName::parse("Sea walls").expect("a tag");
    tags::change(library, user, ArticleId(1), TagChange::Add(&[tag]))
        .await
        .expect("a tag is put on");
    shelf::star(library, user, ArticleId(1), true)
        .await
        .expect("starred");
    shelf::archive(library, user, ArticleId(2), true)
        .await
        .expect("archived");
    let mut anchor = Anchor::of_words("as negotiators said");
    anchor.start = 0;
    let text = app
        .library
        .store
        .article_body(user, ArticleId(1))
        .await
        .expect("the store works")
        .expect("there is a text")
        .text;
    let at = text
        .find("as negotiators said")
        .map(|at| text[..at].chars().count())
        .expect("the words stand there");
    (anchor.start, anchor.end) = (at, at + "as negotiators said".len());
    highlights::add(
        library,
        user,
        ArticleId(1),
        &anchor,
        Colour::Blue,
        "Ask who walked on the pier",
    )
    .await
    .expect("the words stand there");
}

fn encoded(query: &str) -> String {
    form_urlencoded::byte_serialize(query.as_bytes()).collect()
}

async fn found(browser: &Browser<'_>, query: &str) -> Value {
    browser
        .get(&format!("/api/v1/search?q={}", encoded(query)))
        .await
        .json()
}

/// The numbers of the articles a query finds, from the least.
async fn ids(browser: &Browser<'_>, query: &str) -> Vec<i64> {
    let found = found(browser, query).await;
    let mut ids: Vec<i64> = found["hits"]
        .as_array()
        .unwrap_or_else(|| panic!("{query}: {found}"))
        .iter()
        .map(|hit| hit["article"]["id"].as_i64().expect("a number"))
        .collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn every_example_on_the_page_finds_what_it_says() {
    let wanted: [(&str, &[i64]); 19] = [
        ("harbour festival", &[1]),
        ("\"making progress\"", &[1]),
        ("negotiat*", &[1]),
        ("harbour -festival", &[2]),
        ("harbour OR port", &[1, 2]),
        ("(harbour OR port) ferry", &[1, 2]),
        ("tag:\"sea walls\"", &[1]),
        ("publication:lantern", &[1]),
        ("site:example.org", &[1]),
        ("author:byron", &[1]),
        ("language:de", &[3]),
        ("is:unread", &[1, 3]),
        ("minutes:<5", &[1, 2, 3]),
        ("published:2023-06", &[1]),
        ("after:2023-06 before:2023-07-15", &[1, 3]),
        ("saved:>=2023", &[1, 2, 3]),
        ("highlight:pier", &[1]),
        ("harbour -tag:\"sea walls\"", &[2]),
        ("is:starred OR author:byron", &[1]),
    ];
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        stock(&app, &browser).await;
        let page = browser.get("/search").await.text();
        let examples: Vec<String> = page
            .split("<dt><code>")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once("</code>")?.0))
            .map(|example| {
                example
                    .replace("&#34;", "\"")
                    .replace("&#60;", "<")
                    .replace("&#62;", ">")
                    .replace("&quot;", "\"")
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
            })
            .collect();
        let expected: Vec<&str> = wanted.iter().map(|(example, _)| *example).collect();
        assert_eq!(examples, expected);
        for (example, articles) in wanted {
            assert_eq!(ids(&browser, example).await, articles, "{example}");
        }
    })
    .await;
}

#[tokio::test]
async fn facets_narrow_a_search_and_let_go_again() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        stock(&app, &browser).await;
        let page = browser.get("/search?q=harbour+OR+port").await.text();
        let narrowed = "/search?q=%28harbour+OR+port%29+publication%3A%22Quay+Gazette%22";
        assert!(page.contains(&format!("href=\"{narrowed}\"")), "{page}");
        assert!(page.contains("Sea walls"), "{page}");
        assert!(!page.contains(">en</bdi>"), "all hits share it: {page}");
        let page = browser.get(narrowed).await.text();
        assert!(page.contains("Nothing moved for a day"), "{page}");
        assert!(!page.contains("Talks behind the tents"), "{page}");
        assert!(
            page.contains("href=\"/search?q=%28harbour+OR+port%29\" aria-current=\"true\""),
            "{page}"
        );
        let found = found(&browser, "harbour").await;
        let facets = found["facets"].as_array().expect("facets");
        let lengths = facets
            .iter()
            .find(|facet| facet["facet"] == "length")
            .expect("lengths are counted");
        assert_eq!(
            lengths["values"],
            json!([{"value": "short", "articles": 2, "filter": "minutes:1..5"}])
        );
        for facet in facets {
            for value in facet["values"].as_array().expect("values") {
                let filter = value["filter"].as_str().expect("a filter");
                let narrowed = ids(&browser, &format!("harbour {filter}")).await;
                assert_eq!(json!(narrowed.len()), value["articles"], "{filter}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn highlights_stand_in_their_own_group_with_their_place() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        stock(&app, &browser).await;
        let page = browser.get("/search?q=pier").await.text();
        assert!(page.contains("In your highlights"), "{page}");
        assert!(page.contains("hl-blue"), "{page}");
        assert!(page.contains("on the <mark>pier</mark>"), "{page}");
        assert!(page.contains("Talks behind the tents"), "{page}");
        assert!(!page.contains("Nothing found"), "{page}");
        let found = found(&browser, "pier").await;
        assert_eq!(found["highlights"][0]["highlight"]["colour"], "blue");
        assert_eq!(found["highlights"][0]["article"]["id"], 1);
        assert_eq!(found["hits"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_better_spelling_is_a_link_and_is_not_searched_unasked() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        stock(&app, &browser).await;
        let page = browser.get("/search?q=fesitval").await.text();
        assert!(page.contains("Did you mean"), "{page}");
        assert!(page.contains("href=\"/search?q=festival\""), "{page}");
        assert!(page.contains("Nothing found"), "{page}");
        assert!(page.contains("value=\"fesitval\""), "{page}");
        let api = found(&browser, "fesitval").await;
        assert_eq!(api["suggestion"], "festival");
        assert_eq!(api["hits"], json!([]));
        let other = app.signed_in("ben").await;
        assert_eq!(found(&other, "fesitval").await["suggestion"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn the_field_is_completed_from_ones_own_library() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        stock(&app, &browser).await;
        let answer = browser
            .get(&format!(
                "/search/complete?q={}&at=8",
                encoded("x tag:se y")
            ))
            .await;
        assert_eq!(answer.status, StatusCode::OK);
        let json = answer.json();
        assert_eq!(json["at"], json!([2, 8]));
        assert_eq!(json["choices"][0]["text"], "tag:\"Sea walls\"");
        assert_eq!(json["choices"][0]["label"], "Sea walls");
        assert_eq!(json["choices"][0]["hint"], "tag, 1 article");
        for path in [
            "/search/complete",
            "/search/complete?q=&at=5",
            "/search/complete?q=tag:&at=x",
            "/search/complete?q=%22%28-&at=99999999999999999999",
        ] {
            assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
        }
        let other = app.signed_in("ben").await;
        let json = other.get("/search/complete?q=tag:se&at=6").await.json();
        assert_eq!(json["choices"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_search_is_kept_as_a_filter_and_read_on_from() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        stock(&app, &browser).await;
        let page = browser.get("/search?q=harbour+is%3Aunread").await.text();
        let filter = page
            .split_once("name=\"query\" value=\"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(filter, _)| filter.replace("&amp;", "&").replace("&#38;", "&"))
            .expect("the search can be kept");
        let kept = browser
            .post("/filters", &[("name", "Harbour"), ("query", &filter)])
            .await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER);
        let library = browser.get("/").await.text();
        assert!(
            library.contains("<bdi>Harbour</bdi> <span>1</span>"),
            "{library}"
        );
        // A list of the library leads back to the library, whatever it asks for.
        let reader = browser
            .get(&format!("/articles/1?in={}", encoded(&filter)))
            .await
            .text();
        assert!(
            reader.contains("<a href=\"/?view=all&#38;q=harbour+is%3Aunread\""),
            "{reader}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_hit_leads_on_through_the_hits_in_their_order_and_back_to_the_search() {
    on_each_database(async |app| {
        let browser = app.signed_in("ada").await;
        stock(&app, &browser).await;
        let found = found(&browser, "harbour OR talks").await;
        let hits: Vec<i64> = found["hits"]
            .as_array()
            .expect("hits")
            .iter()
            .filter_map(|hit| hit["article"]["id"].as_i64())
            .collect();
        let page = browser.get("/search?q=harbour+OR+talks").await.text();
        assert!(hits.len() >= 2, "{page}");
        for (at, hit) in hits.iter().enumerate() {
            let path = format!("/articles/{hit}?q=harbour+OR+talks");
            assert!(page.contains(&format!("href=\"{path}\"")), "{path}: {page}");
            let reader = browser.get(&path).await.text();
            assert!(
                reader.contains("<a href=\"/search?q=harbour+OR+talks\""),
                "{reader}"
            );
            let next = hits.get(at + 1).map(|next| {
                format!("<a href=\"/articles/{next}?q=harbour+OR+talks\" rel=\"next\"")
            });
            match next {
                Some(next) => assert!(reader.contains(&next), "{next}: {reader}"),
                None => assert!(!reader.contains("rel=\"next\""), "{reader}"),
            }
        }
        let broken = browser.get("/articles/1?q=%22").await;
        assert_eq!(broken.status, StatusCode::OK);
    })
    .await;
}
