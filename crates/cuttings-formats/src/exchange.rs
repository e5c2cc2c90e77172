//! The exchange of a visit: what was asked, where it led, what the server
//! declared.
//!
//! Written by the capture, kept as a blob beside the page's own bytes. The form
//! is that of HTTP itself: message heads as they stand in `message/http` and in
//! WARC records, one after the other, so that any tool (and any person) can
//! read it. The body is not part of it.

/// One step of a visit: a request and the head of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The address that was asked for.
    pub url: String,
    /// `HTTP/1.1` or `HTTP/2`.
    pub version: String,
    /// Status code.
    pub status: u16,
    /// Header fields in the order they came, values as text.
    pub headers: Vec<(String, String)>,
}

impl Exchange {
    /// The value of the first header field called `name`, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Writes the steps of a visit, one message head a step, each ended by an empty
/// line. The address asked for comes first, as a request line.
///
/// Line ends inside values are written as blanks, so that a server cannot
/// forge further lines.
///
/// ```
/// # use cuttings_formats::exchange::{Exchange, write};
/// let step = Exchange {
///     url: "https://example.org/a".into(),
///     version: "HTTP/1.1".into(),
///     status: 200,
///     headers: vec![("content-type".into(), "text/html".into())],
/// };
/// assert_eq!(
///     write(&[step]),
///     "GET https://example.org/a\r\n\r\nHTTP/1.1 200\r\ncontent-type: text/html\r\n\r\n"
/// );
/// ```
pub fn write(steps: &[Exchange]) -> String {
    let mut text = String::new();
    for step in steps {
        text += &format!("GET {}\r\n\r\n", one_line(&step.url));
        text += &format!("{} {}\r\n", one_line(&step.version), step.status);
        for (name, value) in &step.headers {
            text += &format!("{}: {}\r\n", one_line(name), one_line(value));
        }
        text += "\r\n";
    }
    text
}

/// Reads what [`write`] wrote. What does not read as a step is passed over.
///
/// ```
/// # use cuttings_formats::exchange::{Exchange, read, write};
/// let step = Exchange {
///     url: "https://example.org/a".into(),
///     version: "HTTP/2".into(),
///     status: 200,
///     headers: vec![("content-type".into(), "text/html".into())],
/// };
/// assert_eq!(read(&write(&[step.clone()])), [step]);
/// ```
pub fn read(text: &str) -> Vec<Exchange> {
    let mut steps = Vec::new();
    let mut url = None;
    for head in text.split("\r\n\r\n") {
        let mut lines = head.split("\r\n");
        let first = lines.next().unwrap_or_default();
        if let Some(asked) = first.strip_prefix("GET ") {
            url = Some(asked.to_owned());
        } else if let Some((version, status)) = first.split_once(' ')
            && let (Ok(status), Some(url)) = (status.trim().parse(), url.take())
        {
            steps.push(Exchange {
                url,
                version: version.to_owned(),
                status,
                headers: lines
                    .filter_map(|line| line.split_once(": "))
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect(),
            });
        }
    }
    steps
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_with_line_ends_stays_one_line() {
        let step = Exchange {
            url: "https://example.org/".into(),
            version: "HTTP/1.1".into(),
            status: 200,
            headers: vec![("x".into(), "a\r\nset-cookie: b".into())],
        };
        assert_eq!(
            write(&[step])
                .lines()
                .filter(|line| line.starts_with("set-cookie"))
                .count(),
            0
        );
    }

    #[test]
    fn a_header_is_found_in_any_case_and_no_other_line_is_taken_for_it() {
        let text = "GET http://e.example/\r\n\r\nHTTP/1.1 200\r\nx: etag: 1\r\n\
                    etag: \"7\"\r\nETag: \"8\"\r\n\r\n";
        let steps = read(text);
        assert_eq!(steps[0].header("ETag"), Some("\"7\""));
        assert_eq!(steps[0].header("last-modified"), None);
    }

    #[test]
    fn what_was_written_reads_back_with_its_redirects() {
        let step = |url: &str, status, value: &str| Exchange {
            url: url.into(),
            version: "HTTP/1.1".into(),
            status,
            headers: vec![
                ("location".into(), value.into()),
                ("empty".into(), String::new()),
            ],
        };
        let steps = [
            step("http://a.example/", 301, "https://a.example/"),
            step("https://a.example/", 200, "a: b: c"),
        ];
        assert_eq!(read(&write(&steps)), steps);
        for nonsense in [
            "",
            "\r\n\r\n",
            "HTTP/1.1 200\r\n\r\n",
            "GET x\r\n\r\nHTTP/1.1 two",
        ] {
            assert_eq!(read(nonsense), [], "{nonsense:?}");
        }
    }

    #[test]
    fn redirects_are_written_in_the_order_they_were_followed() {
        let step = |url: &str, status| Exchange {
            url: url.into(),
            version: "HTTP/1.1".into(),
            status,
            headers: Vec::new(),
        };
        let text = write(&[
            step("http://a.example/", 301),
            step("https://a.example/", 200),
        ]);
        assert!(text.find("GET http://a.example/").unwrap() < text.find("GET https://").unwrap());
        assert!(text.find(" 301").unwrap() < text.find(" 200").unwrap());
    }
}
