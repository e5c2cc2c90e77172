//! JSON Feed 1.0 and 1.1.

use serde_json::Value;

use super::{Entry, Feed, Newest, NotAFeed, Words, instant_ms, line};

/// Reads a JSON Feed. Members of a wrong type count as missing.
pub(super) fn read(text: &str) -> Result<Feed, NotAFeed> {
    let document: Value = serde_json::from_str(text).map_err(|_| NotAFeed::Other)?;
    let is_feed = document["version"]
        .as_str()
        .is_some_and(|version| version.contains("jsonfeed.org"))
        || (document["items"].is_array() && document["title"].is_string());
    if !is_feed {
        return Err(NotAFeed::Other);
    }
    let mut newest = Newest::default();
    for item in document["items"].as_array().into_iter().flatten() {
        newest.push(entry(item));
    }
    let (entries, left_out) = newest.finish();
    Ok(Feed {
        title: plain(&document["title"]),
        site: text_of(&document["home_page_url"]),
        language: text_of(&document["language"]),
        entries,
        left_out,
        ..Feed::default()
    })
}

fn entry(item: &Value) -> Entry {
    let id = match &item["id"] {
        Value::Number(number) => Some(number.to_string()),
        other => text_of(other),
    };
    let authors: Vec<String> = item["authors"]
        .as_array()
        .into_iter()
        .flatten()
        .chain([&item["author"]])
        .filter_map(|author| text_of(&author["name"]))
        .collect();
    let html = text_of(&item["content_html"]).map(|text| Words {
        text,
        is_html: true,
    });
    Entry {
        id,
        link: text_of(&item["url"]).or_else(|| text_of(&item["external_url"])),
        title: plain(&item["title"]),
        author: line(&authors.join(", ")),
        summary: plain(&item["summary"]),
        content: html.or_else(|| plain(&item["content_text"])),
        base: None,
        published_at_ms: item["date_published"].as_str().and_then(instant_ms),
        updated_at_ms: item["date_modified"].as_str().and_then(instant_ms),
    }
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().and_then(line)
}

fn plain(value: &Value) -> Option<Words> {
    text_of(value).map(|text| Words {
        text,
        is_html: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_feed_is_read() {
        let feed = read(
            r#"{"version": "https://jsonfeed.org/version/1.1", "title": "The Lantern",
                "home_page_url": "https://lantern.example/",
                "items": [
                  {"id": 7, "url": "https://lantern.example/7", "title": "Ferry <late>",
                   "content_html": "<p>Late.</p>", "authors": [{"name": "Ada"}, {"name": "Ben"}],
                   "date_published": "2024-05-03T08:00:00Z"},
                  {"id": "8", "content_text": "A note", "title": 3, "tags": "x"},
                  {"nothing": true}, 9 ]}"#,
        )
        .unwrap();
        assert_eq!(feed.title.unwrap().text, "The Lantern");
        assert_eq!(feed.entries.len(), 2, "what says nothing is no entry");
        let first = &feed.entries[0];
        assert_eq!(first.id.as_deref(), Some("7"));
        assert_eq!(first.author.as_deref(), Some("Ada, Ben"));
        assert_eq!(first.title.as_ref().unwrap().text, "Ferry <late>");
        assert!(!first.title.as_ref().unwrap().is_html);
        assert!(first.content.as_ref().unwrap().is_html);
        assert_eq!(first.published_at_ms, Some(1_714_723_200_000));
        assert_eq!(feed.entries[1].title, None);
    }
}
