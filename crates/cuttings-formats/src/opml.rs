//! OPML: lists of subscriptions, to and from every feed reader.
//!
//! The library imports with [`read`] and exports with [`write`]. Reading never
//! fails: a file without a subscription gives an empty list.

use std::fmt::Write as _;

use crate::xml::{Reader, Token, attribute, escape, local_name};

/// Subscriptions read from one file; what is behind them is counted.
pub const MAX_OUTLINES: usize = 10_000;
/// Folders inside each other that become part of a folder's name.
const MAX_DEPTH: usize = 16;

/// One subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The feed's address as written.
    pub feed_url: String,
    /// The page it belongs to.
    pub site_url: Option<String>,
    /// What it is called.
    pub title: Option<String>,
    /// The folder it is in; those inside others are joined with ` / `.
    pub folder: String,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlines {
    /// The subscriptions, in order.
    pub feeds: Vec<Outline>,
    /// How many more there were than [`MAX_OUTLINES`].
    pub left_out: usize,
}

/// Reads a file.
///
/// ```
/// let file = cuttings_formats::opml::read(
///     "<opml><body><outline text='News'>
///      <outline type='rss' text='The Lantern' xmlUrl='https://l.example/feed'/></outline>",
/// );
/// assert_eq!(file.feeds[0].folder, "News");
/// ```
pub fn read(text: &str) -> Outlines {
    let mut found = Outlines::default();
    // A name for each open outline; empty for one that is no folder.
    let mut folders: Vec<String> = Vec::new();
    // Outlines deeper than that, which only have to be closed again.
    let mut deeper = 0_usize;
    for token in Reader::new(text) {
        match token {
            Token::Start { name, attributes } if is_outline(name) => {
                let title = attribute(&attributes, "title")
                    .or_else(|| attribute(&attributes, "text"))
                    .map(str::to_owned);
                let feed_url = attribute(&attributes, "xmlUrl").map(str::to_owned);
                let site_url = attribute(&attributes, "htmlUrl").map(str::to_owned);
                let own_name = match feed_url {
                    Some(_) => String::new(),
                    None => title.clone().unwrap_or_default(),
                };
                if let Some(feed_url) = feed_url {
                    if found.feeds.len() < MAX_OUTLINES {
                        found.feeds.push(Outline {
                            feed_url,
                            site_url,
                            title,
                            folder: joined(&folders),
                        });
                    } else {
                        found.left_out += 1;
                    }
                }
                if folders.len() < MAX_DEPTH {
                    folders.push(own_name);
                } else {
                    deeper += 1;
                }
            }
            Token::End { name } if is_outline(name) => {
                if deeper > 0 {
                    deeper -= 1;
                } else {
                    folders.pop();
                }
            }
            _ => {}
        }
    }
    found
}

fn is_outline(name: &str) -> bool {
    local_name(name).eq_ignore_ascii_case("outline")
}

fn joined(folders: &[String]) -> String {
    let named: Vec<&str> = folders
        .iter()
        .map(String::as_str)
        .filter(|name| !name.is_empty())
        .collect();
    named.join(" / ")
}

/// Writes OPML 2.0. Feeds of one folder must stand side by side.
pub fn write(title: &str, feeds: &[Outline]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n<head><title>",
    );
    escape(&mut out, title);
    out.push_str("</title></head>\n<body>\n");
    let mut open: Option<&str> = None;
    for feed in feeds {
        let folder = Some(feed.folder.as_str()).filter(|folder| !folder.is_empty());
        if open != folder {
            if open.is_some() {
                out.push_str("</outline>\n");
            }
            if let Some(folder) = folder {
                out.push_str("<outline");
                put(&mut out, "text", folder);
                put(&mut out, "title", folder);
                out.push_str(">\n");
            }
            open = folder;
        }
        let name = feed.title.as_deref().unwrap_or(&feed.feed_url);
        out.push_str("<outline type=\"rss\"");
        put(&mut out, "text", name);
        put(&mut out, "title", name);
        put(&mut out, "xmlUrl", &feed.feed_url);
        if let Some(site) = &feed.site_url {
            put(&mut out, "htmlUrl", site);
        }
        out.push_str("/>\n");
    }
    if open.is_some() {
        out.push_str("</outline>\n");
    }
    out.push_str("</body>\n</opml>\n");
    out
}

fn put(out: &mut String, name: &str, value: &str) {
    // Writing to a string does not fail.
    let _ = write!(out, " {name}=\"");
    escape(out, value);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m08_folders_are_kept_however_deep() {
        let deep = "<outline text='a'>".repeat(10_000)
            + "<outline xmlUrl='https://l.example/feed'/>"
            + &"</outline>".repeat(10_000)
            + "<outline xmlurl='https://m.example/feed' text='M'/>";
        let found = read(&format!("<opml><body>{deep}</body></opml>"));
        assert_eq!(found.feeds.len(), 2);
        assert_eq!(found.feeds[0].folder, ["a"; 16].join(" / "));
        assert_eq!(found.feeds[1].folder, "");
        assert_eq!(found.feeds[1].title.as_deref(), Some("M"));
    }

    #[test]
    fn m08_a_long_list_is_bounded_and_what_is_left_out_is_counted() {
        let list = "<outline xmlUrl='https://l.example/feed'/>".repeat(MAX_OUTLINES + 5);
        let found = read(&list);
        assert_eq!((found.feeds.len(), found.left_out), (MAX_OUTLINES, 5));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let outline = |title: &str, folder: &str| Outline {
            feed_url: format!("https://l.example/?a=1&b={title}"),
            site_url: Some("https://l.example/".to_owned()),
            title: Some(title.to_owned()),
            folder: folder.to_owned(),
        };
        let feeds = vec![
            outline("One", ""),
            outline("\"Two\" <&>", "News & more"),
            outline("Three", "News & more"),
            outline("Four", "Other"),
        ];
        assert_eq!(read(&write("My feeds", &feeds)).feeds, feeds);
    }
}
