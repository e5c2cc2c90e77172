//! Text of a page inside of Markdown: escaped, so that it stays text.
//!
//! [`super::markdown`] writes every word through here.

use cuttings_html::Tag;

/// Signs that stand around text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Emphasis,
    Strong,
    Strike,
}

impl Mark {
    pub(super) fn of(tag: Tag) -> Option<Self> {
        match tag {
            Tag::Em | Tag::I | Tag::Cite | Tag::Dfn => Some(Self::Emphasis),
            Tag::Strong | Tag::B => Some(Self::Strong),
            Tag::S | Tag::Del => Some(Self::Strike),
            _ => None,
        }
    }

    /// The sign, and the element that means the same.
    fn signs(self) -> (&'static str, &'static str) {
        match self {
            Self::Emphasis => ("*", "em"),
            Self::Strong => ("**", "strong"),
            Self::Strike => ("~~", "del"),
        }
    }
}

/// Puts the signs of a mark around text, or the element where the signs would
/// not be read as such: next to a letter on one side and a quotation mark on
/// the other, say. `before` and `after` are the characters around.
pub(super) fn wrapped(
    inner: &str,
    mark: Mark,
    before: Option<char>,
    after: Option<char>,
) -> String {
    // Spaces and line breaks at the edges go outside.
    let is_edge = |text: &str| text.trim_start().len() < text.len() || text.starts_with("\\\n");
    let mut text = inner;
    while is_edge(text) {
        text = text.strip_prefix("\\\n").unwrap_or(text).trim_start();
    }
    let lead = &inner[..inner.len() - text.len()];
    let whole = text;
    loop {
        let shorter = text.trim_end();
        let is_break = shorter.len() < text.len()
            && shorter.ends_with('\\')
            && text[shorter.len()..].starts_with('\n');
        let shorter = if is_break {
            &shorter[..shorter.len() - 1]
        } else {
            shorter
        };
        if shorter.len() == text.len() {
            break;
        }
        text = shorter;
    }
    let trail = &whole[text.len()..];
    let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else {
        return inner.to_owned();
    };
    let before = lead.chars().next_back().or(before);
    let after = trail.chars().next().or(after);
    let (sign, element) = mark.signs();
    let is_sign = |c: Option<char>| c.is_some_and(|c| sign.contains(c));
    let reads = |inside: char, outside: Option<char>| {
        inside.is_alphanumeric() || outside.is_none_or(|outside| !outside.is_alphanumeric())
    };
    if reads(first, before) && reads(last, after) && !is_sign(before) && !is_sign(after) {
        format!("{lead}{sign}{text}{sign}{trail}")
    } else {
        format!("{lead}<{element}>{text}</{element}>{trail}")
    }
}

/// An address between the parentheses of a link.
pub(super) fn destination(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for c in address.trim().chars() {
        match c {
            ' ' | '(' | ')' | '<' | '>' | '\\' | '|' => out.push_str(&format!("%{:02X}", c as u32)),
            c if c.is_ascii_control() => out.push_str(&format!("%{:02X}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

/// Text in one line, escaped.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_ascii_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        escape(&mut out, word, false);
    }
    out
}

/// Writes a stretch of text so that nothing in it is read as markup, except
/// for what is only markup where a line begins.
pub(super) fn escape(out: &mut String, text: &str, in_cell: bool) {
    let mut before: Option<char> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let is_markup = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '~' => true,
            '|' => in_cell,
            '_' => !(is_letter(before) && is_letter(next)),
            '&' => is_reference(&text[at..]),
            _ => false,
        };
        if is_markup {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
}

/// Whether text begins like `&amp;` or `&#38;`.
fn is_reference(text: &str) -> bool {
    text[1..].find(';').is_some_and(|end| {
        let name = &text[1..=end];
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
    })
}

/// Escapes what would make a list, a heading or a quote of a line of text.
pub(super) fn starts_plain(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(line_starts_plain).collect();
    lines.join("\n")
}

fn line_starts_plain(line: &str) -> String {
    // A backslash at the end breaks the line and is not part of it.
    let is_end = |rest: &str| rest.is_empty() || rest == "\\" || rest.starts_with([' ', '\t']);
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let after_digits = &line[digits..];
    let signs = line.len() - line.trim_start_matches('#').len();
    let bare = line.strip_suffix('\\').unwrap_or(line);
    let is_rule = |sign: char| !bare.is_empty() && bare.chars().all(|c| c == sign);
    if (1..=9).contains(&digits)
        && after_digits.starts_with(['.', ')'])
        && is_end(&after_digits[1..])
    {
        return format!("{}\\{after_digits}", &line[..digits]);
    }
    let is_markup = line.starts_with('>')
        || ((1..=6).contains(&signs) && is_end(&line[signs..]))
        || (line.starts_with(['+', '-']) && is_end(&line[1..]))
        || is_rule('-')
        || is_rule('=');
    if is_markup {
        format!("\\{line}")
    } else {
        line.to_owned()
    }
}

/// The longest run of a character.
pub(super) fn longest_run(text: &str, sign: char) -> usize {
    text.split(|c| c != sign).map(str::len).max().unwrap_or(0)
}
