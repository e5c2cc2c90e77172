//! What SingleFile, and programs that do as it does, write at the top of a file:
//!
//! ```text
//! <!--
//!  Page saved with SingleFile
//!  url: https://news.example/story
//!  saved date: Tue Nov 24 2026 03:01:36 GMT+0000 (Coordinated Universal Time)
//! -->
//! ```

/// So much of a file is looked at for the comment.
pub(super) const HEAD_BYTES: usize = 16 * 1024;

/// What the first comment of a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// Where the page was.
    pub url: Option<String>,
    /// When it was saved, in milliseconds since 1970 (UTC).
    pub saved_at_ms: Option<i64>,
}

/// Reads the first comment, if it is of this kind.
pub(super) fn read(html: &[u8]) -> Head {
    let start = String::from_utf8_lossy(&html[..html.len().min(HEAD_BYTES)]);
    let Some((comment, _)) = start
        .split_once("<!--")
        .and_then(|(_, rest)| rest.split_once("-->"))
    else {
        return Head::default();
    };
    let field = |name: &str| {
        comment
            .lines()
            .filter_map(|line| line.trim().strip_prefix(name))
            .map(|value| value.trim().to_owned())
            .find(|value| !value.is_empty())
    };
    Head {
        url: field("url:"),
        saved_at_ms: field("saved date:").and_then(|date| instant(&date)),
    }
}

/// Reads a date as JavaScript prints it, the name of the zone left out.
fn instant(date: &str) -> Option<i64> {
    let date = date.split(" (").next()?;
    jiff::fmt::strtime::parse("%a %b %d %Y %H:%M:%S GMT%z", date)
        .ok()?
        .to_timestamp()
        .ok()
        .map(jiff::Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_and_time_are_read_from_the_first_comment() {
        let head = read(
            b"<!DOCTYPE html> <html lang=en><!--\n Page saved with SingleFile \n \
              url: https://news.example/a?b=c#d \n saved date: Tue Nov 24 2026 03:01:36 \
              GMT+0100 (Central European Standard Time)\n--><meta charset=utf-8>",
        );
        assert_eq!(head.url.as_deref(), Some("https://news.example/a?b=c#d"));
        assert_eq!(head.saved_at_ms, Some(1_795_485_696_000));
        for other in [
            &b"<p>url: https://news.example/"[..],
            b"<!-- a comment --><!--\nurl: https://news.example/\n-->",
            b"<!--\nurl:\nsaved date: yesterday-->",
            b"",
        ] {
            assert_eq!(read(other), Head::default());
        }
    }
}
