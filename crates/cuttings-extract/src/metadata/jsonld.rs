//! Linked data: what a page says about itself in `application/ld+json`.
//!
//! [`super`] reads it first, because it names its fields. Graphs come in every
//! shape (a list, `@graph`, nested, by reference) and often not quite as JSON;
//! the thing described is the first that is some kind of article, else the
//! first that is some kind of page.

use serde_json::{Map, Value};

/// Objects looked at in one page; the rest is not read.
const MAX_OBJECTS: usize = 4000;

/// Keys under which stands what readers and buyers wrote.
const READERS: &[&str] = &[
    "review",
    "reviews",
    "comment",
    "comments",
    "suggestedAnswer",
];

/// What the linked data of a page says about its article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkedData {
    /// The type that was taken, such as `NewsArticle`.
    pub kind: String,
    /// Whether that type is an article and not only a page.
    pub is_article: bool,
    pub headline: Option<String>,
    pub description: Option<String>,
    pub authors: Vec<String>,
    /// Whether the authors are organisations and no people.
    pub is_by_organisation: bool,
    pub published: Option<String>,
    pub modified: Option<String>,
    pub publication: Option<String>,
    pub section: Option<String>,
    pub language: Option<String>,
    pub image: Option<String>,
    /// The licence it is under, mostly an address.
    pub licence: Option<String>,
    pub address: Option<String>,
    pub is_free: Option<bool>,
    /// Class names of the parts that are not free (`hasPart`/`cssSelector`).
    pub walled_parts: Vec<String>,
    /// The name of the site, where a `WebSite` is described.
    pub site: Option<String>,
}

/// Bytes of scripts that are read. Values take up to fifty times the memory of
/// the text they are written in.
const MAX_BYTES: usize = 1024 * 1024;

/// Reads all scripts of a page together; a script there is no room left for is
/// passed over.
pub fn read(scripts: &[String]) -> LinkedData {
    let mut room = MAX_BYTES;
    let documents: Vec<Value> = scripts
        .iter()
        .filter(|script| {
            let left = room.checked_sub(script.len());
            room = left.unwrap_or(room);
            left.is_some()
        })
        .filter_map(|script| parse(script))
        .collect();
    let mut objects: Vec<&Map<String, Value>> = Vec::new();
    let mut ranks: Vec<u8> = Vec::new();
    // With each value, whether it is by a reader and not by the page.
    let mut open: Vec<(&Value, bool)> = documents.iter().rev().map(|v| (v, false)).collect();
    while let Some((value, by_reader)) = open.pop() {
        if objects.len() >= MAX_OBJECTS {
            break;
        }
        match value {
            Value::Array(items) => open.extend(items.iter().rev().map(|item| (item, by_reader))),
            Value::Object(object) => {
                objects.push(object);
                ranks.push(if by_reader { 0 } else { rank(object) });
                open.extend(
                    object
                        .iter()
                        .rev()
                        .filter(|(_, v)| v.is_array() || v.is_object())
                        .map(|(key, v)| (v, by_reader || READERS.contains(&key.as_str()))),
                );
            }
            _ => {}
        }
    }
    let mut data = LinkedData::default();
    let best = objects
        .iter()
        .zip(&ranks)
        .enumerate()
        .max_by_key(|(at, (_, rank))| (**rank, std::cmp::Reverse(*at)));
    if let Some((_, (object, _))) = best.filter(|(_, (_, rank))| **rank > 0) {
        fill(&mut data, object, &objects);
    }
    data.site = objects
        .iter()
        .find(|object| types(object).any(|kind| kind == "WebSite"))
        .and_then(|object| text(object.get("name")));
    if data.publication.is_none() {
        data.publication = objects
            .iter()
            .find(|object| types(object).any(|kind| kind == "NewsMediaOrganization"))
            .and_then(|object| text(object.get("name")));
    }
    data
}

/// Parses one script, mending what pages commonly get wrong: comment marks
/// around it, bare line ends in strings, a semicolon behind it.
fn parse(script: &str) -> Option<Value> {
    let mut script = script.trim();
    for wrap in ["<!--", "//<![CDATA[", "/*<![CDATA[*/", "<![CDATA["] {
        script = script.strip_prefix(wrap).unwrap_or(script).trim_start();
    }
    for wrap in ["-->", "//]]>", "/*]]>*/", "]]>", ";"] {
        script = script.strip_suffix(wrap).unwrap_or(script).trim_end();
    }
    if let Ok(value) = serde_json::from_str(script) {
        return Some(value);
    }
    let mended: String = script
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if let Ok(value) = serde_json::from_str(&mended) {
        return Some(value);
    }
    // A comma before a closing bracket, outside of strings.
    let mut without = String::with_capacity(mended.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in mended.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '}' | ']' if !quoted => {
                let kept = without.trim_end();
                if kept.ends_with(',') {
                    without.truncate(kept.len() - 1);
                }
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        without.push(c);
    }
    let mut values = serde_json::Deserializer::from_str(&without).into_iter::<Value>();
    values.next()?.ok()
}

fn types(object: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let kinds = match object.get("@type") {
        Some(Value::Array(kinds)) => kinds.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    kinds
        .iter()
        .filter_map(Value::as_str)
        .map(|kind| kind.rsplit(['/', '#', ':']).next().unwrap_or(kind))
}

/// How much an object is the article: 3 for articles, 2 for what is like one,
/// 1 for pages, 0 for the rest.
fn rank(object: &Map<String, Value>) -> u8 {
    let dated = object.contains_key("headline") || object.contains_key("datePublished");
    types(object)
        .map(|kind| match kind {
            "NewsArticle"
            | "Article"
            | "BlogPosting"
            | "ReportageNewsArticle"
            | "Report"
            | "AnalysisNewsArticle"
            | "OpinionNewsArticle"
            | "BackgroundNewsArticle"
            | "AdvertiserContentArticle"
            | "ScholarlyArticle"
            | "TechArticle"
            | "LiveBlogPosting"
            | "SatiricalArticle"
            | "SocialMediaPosting"
            | "ReviewNewsArticle"
            | "MedicalScholarlyArticle"
            | "DiscussionForumPosting"
            | "APIReference" => 3 + u8::from(dated),
            "Recipe" | "HowTo" | "QAPage" | "Question" | "VideoObject" | "PodcastEpisode"
            | "CreativeWork" | "Review"
                if dated =>
            {
                2
            }
            "WebPage" | "ItemPage" | "MedicalWebPage" | "FAQPage" | "AboutPage" | "Recipe" => 1,
            _ => 0,
        })
        .max()
        .unwrap_or(0)
}

fn fill(data: &mut LinkedData, object: &Map<String, Value>, all: &[&Map<String, Value>]) {
    types(object)
        .next()
        .unwrap_or_default()
        .clone_into(&mut data.kind);
    data.is_article = rank(object) >= 2;
    data.headline = text(object.get("headline")).or_else(|| text(object.get("name")));
    data.description = text(object.get("description"));
    for key in ["author", "creator"] {
        if data.authors.is_empty()
            && let Some(value) = object.get(key)
        {
            names(value, all, &mut data.authors);
            data.is_by_organisation = are_organisations(value, all);
        }
    }
    data.published = text(object.get("datePublished"))
        .or_else(|| text(object.get("dateCreated")))
        .or_else(|| text(object.get("uploadDate")));
    data.modified = text(object.get("dateModified"));
    let mut publishers = Vec::new();
    for key in ["publisher", "sourceOrganization", "isPartOf"] {
        if publishers.is_empty()
            && let Some(value) = object.get(key)
        {
            names(value, all, &mut publishers);
        }
    }
    data.publication = publishers.into_iter().next();
    data.section = match object.get("articleSection") {
        Some(Value::Array(sections)) => sections.first().and_then(|value| text(Some(value))),
        other => text(other),
    };
    data.language = match object.get("inLanguage") {
        Some(Value::Object(language)) => text(language.get("alternateName")),
        other => text(other),
    };
    data.image = image(object.get("image"), all).or_else(|| image(object.get("thumbnailUrl"), all));
    data.licence = match object.get("license") {
        Some(Value::Object(licence)) => text(
            licence
                .get("url")
                .or(licence.get("@id"))
                .or(licence.get("name")),
        ),
        other => text(other),
    };
    data.address = text(object.get("url")).or_else(|| match object.get("mainEntityOfPage") {
        Some(Value::Object(page)) => text(page.get("@id")),
        other => text(other),
    });
    data.is_free = object.get("isAccessibleForFree").and_then(truth);
    let parts = match object.get("hasPart") {
        Some(Value::Array(parts)) => parts.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    for part in parts.iter().filter_map(Value::as_object) {
        if part.get("isAccessibleForFree").and_then(truth) == Some(false)
            && let Some(selector) = text(part.get("cssSelector"))
        {
            data.walled_parts
                .push(selector.trim_start_matches('.').to_owned());
        }
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(word) if word.eq_ignore_ascii_case("true") => Some(true),
        Value::String(word) if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => return items.iter().find_map(|item| text(Some(item))),
        Value::Object(object) => return text(object.get("@value").or(object.get("name"))),
        _ => return None,
    };
    let text = super::plain(&text);
    (!text.is_empty()).then_some(text)
}

/// Names in a value: a string, an object with `name`, a reference to one, or a
/// list of these.
fn names(value: &Value, all: &[&Map<String, Value>], found: &mut Vec<String>) {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    for item in items.iter().take(30) {
        let name = match item {
            Value::String(_) => text(Some(item)),
            Value::Object(object) => text(object.get("name")).or_else(|| {
                let id = object.get("@id")?;
                let named = all
                    .iter()
                    .find(|other| other.get("@id") == Some(id) && other.contains_key("name"))?;
                text(named.get("name"))
            }),
            _ => None,
        };
        if let Some(name) = name
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
}

/// Whether everybody in a value that [`names`] reads is an organisation.
fn are_organisations(value: &Value, all: &[&Map<String, Value>]) -> bool {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    !items.is_empty()
        && items.iter().all(|item| {
            let Some(object) = item.as_object() else {
                return false;
            };
            let object = if object.contains_key("@type") {
                object
            } else {
                all.iter()
                    .find(|other| {
                        object.contains_key("@id")
                            && other.get("@id") == object.get("@id")
                            && other.contains_key("@type")
                    })
                    .map_or(object, |other| *other)
            };
            let mut kinds = types(object).peekable();
            kinds.peek().is_some() && kinds.all(|kind| kind.ends_with("Organization"))
        })
}

fn image(value: Option<&Value>, all: &[&Map<String, Value>]) -> Option<String> {
    match value? {
        Value::Array(items) => items.iter().find_map(|item| image(Some(item), &[])),
        Value::Object(object) => text(object.get("url"))
            .or_else(|| text(object.get("contentUrl")))
            .or_else(|| {
                let id = object.get("@id")?;
                let other = all
                    .iter()
                    .find(|other| other.get("@id") == Some(id) && other.contains_key("url"))?;
                text(other.get("url"))
            }),
        other => text(Some(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(script: &str) -> LinkedData {
        read(&[script.to_owned()])
    }

    #[test]
    fn an_article_in_a_graph_finds_its_author_by_reference() {
        let data = read_one(
            r##"{"@graph":[{"@type":"WebSite","name":"The Site"},
            {"@type":["Article","Thing"],"headline":"H &amp; K","author":{"@id":"#p"},
             "datePublished":"2023-01-02","publisher":{"@id":"#o"},"isAccessibleForFree":"False"},
            {"@type":"Person","@id":"#p","name":"Ada Byron"},
            {"@type":"Organization","@id":"#o","name":"The Paper"}]}"##,
        );
        assert_eq!(data.headline.as_deref(), Some("H & K"));
        assert_eq!(data.authors, ["Ada Byron"]);
        assert_eq!(data.publication.as_deref(), Some("The Paper"));
        assert_eq!(data.site.as_deref(), Some("The Site"));
        assert_eq!(data.is_free, Some(false));
    }

    #[test]
    fn common_mistakes_in_the_json_are_mended() {
        let data = read_one("<!-- {\"@type\":\"NewsArticle\",\"headline\":\"two\nlines\",} -->;");
        assert_eq!(data.headline.as_deref(), Some("two lines"));
    }

    #[test]
    fn a_review_by_a_buyer_is_not_what_the_page_is_about() {
        let data = read_one(
            r#"{"@type":"Product","name":"Kettle","review":[{"@type":"Review",
            "datePublished":"2015-08-07","author":{"@type":"Person","name":"Scott B."}}]}"#,
        );
        assert_eq!(data.published, None);
        assert!(data.authors.is_empty());
    }

    #[test]
    fn an_author_that_is_an_organisation_is_known_as_one() {
        let by = |author: &str| {
            let script = format!(r#"{{"@type":"Article","headline":"H","author":{author}}}"#);
            read_one(&script).is_by_organisation
        };
        assert!(by(
            r#"{"@type":"NewsMediaOrganization","name":"The Paper"}"#
        ));
        assert!(!by(r#"{"@type":"Person","name":"Ada Byron"}"#));
        assert!(!by(r#""Ada Byron""#));
    }

    #[test]
    fn what_is_no_json_gives_nothing() {
        assert_eq!(read_one("var a = 1"), LinkedData::default());
        assert_eq!(read_one(""), LinkedData::default());
    }
}
