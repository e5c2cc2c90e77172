//! Highlights drawn into the story: [`draw`] puts `<mark>` around the words.
//!
//! The reader calls it for every article that has highlights, so they are there
//! without script and in print, and whatever is made of the HTML has them too.
//!
//! Positions count code points of the clean text. The HTML holds the same
//! letters in the same order, since `write` makes both from the same lines; it
//! also holds captions, pull quotes and the like, which are passed over, and
//! its white space is its own. So letters are counted, and white space belongs
//! to a mark when the letters on both sides of it do.

use std::collections::HashMap;

use crate::safe::{SafeHtml, tag_end};

/// A stretch of the clean text to be marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Number of the highlight; the first piece gets the id `h` with it.
    pub id: i64,
    /// Its first code point.
    pub start: usize,
    /// One past its last.
    pub end: usize,
    /// Class names of its pieces, besides `hl`. Ours, not from outside.
    pub classes: &'static str,
}

/// Elements that do not break a line.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd",
    "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time",
    "u", "var", "wbr",
];
/// Elements without an end.
const VOID: &[&str] = &["br", "col", "hr", "img", "wbr"];
/// Classes of what is in the HTML and not in the clean text, besides figures.
const NOT_IN_TEXT: &[&str] = &["pull-quote", "embed", "missing-picture"];
/// Letters of a line that is not taken for another, when a text and its HTML do
/// not go together letter by letter.
const LINE_LETTERS: usize = 8;

/// A story with marks in it.
#[derive(Debug)]
pub struct Drawn {
    /// The story.
    pub html: SafeHtml,
    /// Numbers of the marks that are not in it, because the HTML lacks some of
    /// their words.
    pub left_out: Vec<i64>,
}

/// `html` with the words of `marks` in `<mark>` elements; without the marks it
/// is the same, byte by byte.
///
/// `text` is the clean text that belongs to `html`. A mark runs over element
/// borders in pieces; where marks overlap, pieces are nested. Letters of
/// `html` that are not in `text` are never marked, and a mark whose words are
/// not all in `html` is left out: other words than its own are never shown for
/// it, nor a part of them.
#[must_use]
pub fn draw(html: &SafeHtml, text: &str, marks: &[Mark]) -> Drawn {
    if marks.is_empty() {
        return Drawn {
            html: html.clone(),
            left_out: Vec::new(),
        };
    }
    let parts = parts(html.as_str());
    let places = places(&parts, text);
    let (whole, rest): (Vec<&Mark>, Vec<&Mark>) =
        marks.iter().partition(|mark| is_whole(mark, text, &places));
    let mut pen = Pen {
        out: String::with_capacity(html.as_str().len() + 96 * marks.len()),
        drawn: vec![false; whole.len()],
        marks: whole,
        open: Vec::new(),
    };
    let mut letter = 0;
    for part in &parts {
        match part {
            Part::Markup(markup) => pen.out.push_str(markup),
            Part::Text { pieces, .. } => {
                for piece in pieces {
                    let next = places.get(letter).copied().flatten();
                    if piece.is_letter {
                        pen.hold(next, next);
                        letter += 1;
                    } else {
                        let before = letter.checked_sub(1).and_then(|at| places[at]);
                        let is_inside = piece.has_letter_before && piece.has_letter_behind;
                        pen.hold(before.filter(|_| is_inside), next);
                    }
                    pen.out.push_str(piece.source);
                }
                pen.hold(None, None);
            }
        }
    }
    Drawn {
        html: SafeHtml::from_kept(pen.out),
        left_out: rest.into_iter().map(|mark| mark.id).collect(),
    }
}

/// Whether `text` is what is read in `html`: the same letters in the same order,
/// without captions, pull quotes and the like. So it is for what
/// [`crate::extract`] gives; what a person changed may differ.
#[must_use]
pub fn is_text_of(html: &SafeHtml, text: &str) -> bool {
    let parts = parts(html.as_str());
    let letters = text.chars().filter(|c| !c.is_whitespace());
    lines(&parts).into_iter().flatten().eq(letters)
}

/// Whether the HTML has all letters of a mark.
fn is_whole(mark: &Mark, text: &str, places: &[Option<usize>]) -> bool {
    let words = text
        .chars()
        .skip(mark.start)
        .take(mark.end.saturating_sub(mark.start));
    let there = places.iter().flatten();
    words.filter(|c| !c.is_whitespace()).count()
        == there
            .filter(|at| (mark.start..mark.end).contains(at))
            .count()
}

/// A part of the HTML: markup (with all text that is not of the story), or text.
enum Part<'h> {
    Markup(&'h str),
    Text {
        pieces: Vec<Piece<'h>>,
        /// Whether a line starts here.
        starts_line: bool,
    },
}

/// A letter, or a stretch of white space.
struct Piece<'h> {
    /// As it is written, which may be an entity.
    source: &'h str,
    sign: char,
    is_letter: bool,
    /// Whether the line has letters on this side of it.
    has_letter_before: bool,
    has_letter_behind: bool,
}

fn parts(html: &str) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut rest = html;
    let mut starts_line = true;
    let mut has_letter_before = false;
    // Elements open inside one that is passed over, itself included.
    let mut passed_over = 0_usize;
    while !rest.is_empty() {
        if !rest.starts_with('<') {
            let (text, behind) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            rest = behind;
            if passed_over > 0 {
                parts.push(Part::Markup(text));
                continue;
            }
            let pieces = pieces(text, &mut has_letter_before);
            parts.push(Part::Text {
                pieces,
                starts_line: std::mem::take(&mut starts_line),
            });
            continue;
        }
        let (tag, behind) = rest.split_at(tag_end(rest));
        rest = behind;
        parts.push(Part::Markup(tag));
        let is_end = tag.starts_with("</");
        let name = tag
            .trim_start_matches(['<', '/'])
            .split(|c: char| c == '>' || c == '/' || c.is_whitespace())
            .next()
            .unwrap_or_default();
        if !VOID.contains(&name) {
            match (is_end, passed_over) {
                (true, _) => passed_over = passed_over.saturating_sub(1),
                (false, 0) => passed_over = usize::from(is_not_in_text(name, tag)),
                (false, _) => passed_over += 1,
            }
        }
        if !INLINE.contains(&name) {
            starts_line = true;
            has_letter_before = false;
        }
    }
    look_behind(&mut parts);
    parts
}

fn pieces<'h>(text: &'h str, has_letter_before: &mut bool) -> Vec<Piece<'h>> {
    let mut pieces: Vec<Piece<'h>> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((sign, length)) = first_sign(rest) {
        let (source, behind) = rest.split_at(length);
        rest = behind;
        let is_letter = !sign.is_whitespace();
        pieces.push(Piece {
            source,
            sign,
            is_letter,
            has_letter_before: *has_letter_before,
            has_letter_behind: false,
        });
        *has_letter_before |= is_letter;
    }
    pieces
}

/// The first sign of an escaped text and the number of bytes it takes. Text is
/// written by the sanitizer, which knows these entities only.
fn first_sign(text: &str) -> Option<(char, usize)> {
    const ENTITIES: [(&str, char); 5] = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&nbsp;", '\u{a0}'),
        ("&quot;", '"'),
    ];
    let sign = text.chars().next()?;
    let entity = ENTITIES
        .into_iter()
        .find(|(entity, _)| sign == '&' && text.starts_with(entity));
    Some(entity.map_or((sign, sign.len_utf8()), |(entity, sign)| {
        (sign, entity.len())
    }))
}

/// Tells each piece whether letters follow in its line.
fn look_behind(parts: &mut [Part<'_>]) {
    let mut has_letter_behind = false;
    for part in parts.iter_mut().rev() {
        let Part::Text {
            pieces,
            starts_line,
        } = part
        else {
            continue;
        };
        for piece in pieces.iter_mut().rev() {
            piece.has_letter_behind = has_letter_behind;
            has_letter_behind |= piece.is_letter;
        }
        if *starts_line {
            has_letter_behind = false;
        }
    }
}

fn is_not_in_text(name: &str, tag: &str) -> bool {
    let classes = || {
        let (_, value) = tag.split_once(" class=\"")?;
        value.split('"').next()
    };
    name == "figure"
        || classes()
            .is_some_and(|classes| classes.split(' ').any(|class| NOT_IN_TEXT.contains(&class)))
}

/// For each letter of the HTML, which code point of the text it is.
fn places(parts: &[Part<'_>], text: &str) -> Vec<Option<usize>> {
    let lines = lines(parts);
    let (at, signs): (Vec<usize>, Vec<char>) = text
        .chars()
        .enumerate()
        .filter(|(_, c)| !c.is_whitespace())
        .unzip();
    if lines.iter().flatten().eq(&signs) {
        return at.into_iter().map(Some).collect();
    }
    // They do not go together letter by letter: whole lines are held against
    // each other, and what has no counterpart is no part of the text.
    let mut first = 0;
    let theirs: Vec<(usize, Vec<char>)> = text
        .split(['\n', '\t'])
        .map(|line| {
            let letters: Vec<char> = line.chars().filter(|c| !c.is_whitespace()).collect();
            first += letters.len();
            (first - letters.len(), letters)
        })
        .filter(|(_, letters)| !letters.is_empty())
        .collect();
    let counterparts = counterparts(&lines, &theirs);
    let places = lines
        .iter()
        .zip(counterparts)
        .flat_map(|(line, counterpart)| {
            let first = counterpart.map(|line| theirs[line].0);
            let at = &at;
            (0..line.len()).map(move |nth| first.map(|first| at[first + nth]))
        });
    places.collect()
}

/// Which line of the text each line of the HTML is: long lines that stand once
/// in both are sure, and those beside them are what they are in both.
fn counterparts(ours: &[Vec<char>], theirs: &[(usize, Vec<char>)]) -> Vec<Option<usize>> {
    /// Where a line stands, as long as it is only one.
    fn once<'l>(lines: impl Iterator<Item = &'l Vec<char>>) -> HashMap<&'l [char], Option<usize>> {
        let mut once = HashMap::new();
        for (at, line) in lines.enumerate() {
            once.entry(line.as_slice())
                .and_modify(|at| *at = None)
                .or_insert(Some(at));
        }
        once
    }
    let their_once = once(theirs.iter().map(|(_, line)| line));
    let mut sure: Vec<(usize, usize)> = once(ours.iter())
        .into_iter()
        .filter(|(line, _)| line.len() >= LINE_LETTERS)
        .filter_map(|(line, at)| Some((at?, (*their_once.get(line)?)?)))
        .collect();
    sure.sort_unstable();
    let mut found = vec![None; ours.len()];
    let (mut our_next, mut their_next) = (0, 0);
    for (our_end, their_end) in in_order(&sure)
        .into_iter()
        .chain([(ours.len(), theirs.len())])
    {
        let (mut our_last, mut their_last) = (our_end, their_end);
        while our_next < our_last
            && their_next < their_last
            && ours[our_next] == theirs[their_next].1
        {
            found[our_next] = Some(their_next);
            our_next += 1;
            their_next += 1;
        }
        while our_next < our_last
            && their_next < their_last
            && ours[our_last - 1] == theirs[their_last - 1].1
        {
            our_last -= 1;
            their_last -= 1;
            found[our_last] = Some(their_last);
        }
        if our_end < ours.len() {
            found[our_end] = Some(their_end);
        }
        (our_next, their_next) = (our_end + 1, their_end + 1);
    }
    found
}

/// The longest row of pairs in which both sides go up; `pairs` are sorted by
/// their first side.
fn in_order(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The last pair of the best row of each length, and what stands before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < pair.1);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut row: Vec<(usize, usize)> =
        std::iter::successors(ends.last().copied(), |at| before[*at])
            .map(|at| pairs[at])
            .collect();
    row.reverse();
    row
}

/// The letters of each line. Lines end where an element does that is not in a
/// line, and as in the text at line breaks, of which code and verse have some.
fn lines(parts: &[Part<'_>]) -> Vec<Vec<char>> {
    let mut lines: Vec<Vec<char>> = vec![Vec::new()];
    for part in parts {
        let (pieces, starts_line) = match part {
            Part::Text {
                pieces,
                starts_line,
            } => (pieces.as_slice(), *starts_line),
            Part::Markup(tag) => (&[][..], tag.starts_with("<br")),
        };
        if starts_line {
            lines.push(Vec::new());
        }
        for piece in pieces {
            if piece.sign == '\n' {
                lines.push(Vec::new());
            } else if let (true, Some(line)) = (piece.is_letter, lines.last_mut()) {
                line.push(piece.sign);
            }
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Writes the HTML, with the marks that hold what is written next.
struct Pen<'m> {
    out: String,
    marks: Vec<&'m Mark>,
    /// Which have a piece already.
    drawn: Vec<bool>,
    /// Indices of the open ones, outermost first.
    open: Vec<usize>,
}

impl Pen<'_> {
    /// Opens and closes marks, so that those which hold the code points from
    /// `first` to `last` are open, and no others.
    fn hold(&mut self, first: Option<usize>, last: Option<usize>) {
        let wanted: Vec<usize> = match (first, last) {
            (Some(first), Some(last)) => (0..self.marks.len())
                .filter(|at| {
                    let mark = self.marks[*at];
                    mark.start <= first && last < mark.end
                })
                .collect(),
            _ => Vec::new(),
        };
        if wanted == self.open {
            return;
        }
        for _ in 0..self.open.len() {
            self.out.push_str("</mark>");
        }
        for at in &wanted {
            let mark = self.marks[*at];
            let id = if std::mem::replace(&mut self.drawn[*at], true) {
                String::new()
            } else {
                format!(" id=\"h{}\"", mark.id)
            };
            self.out.push_str(&format!(
                "<mark class=\"hl {}\"{id} data-highlight=\"{}\">",
                mark.classes, mark.id
            ));
        }
        self.open = wanted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(id: i64, text: &str, words: &str) -> Mark {
        let (before, _) = text.split_once(words).expect("the words are there");
        let start = before.chars().count();
        Mark {
            id,
            start,
            end: start + words.chars().count(),
            classes: "hl-red",
        }
    }

    fn drawn(html: &str, text: &str, marks: &[Mark]) -> String {
        draw(&SafeHtml::sanitize(html), text, marks)
            .html
            .as_str()
            .to_owned()
    }

    #[test]
    fn a_mark_runs_over_element_borders_in_pieces() {
        let text = "The old wall & more.";
        assert_eq!(
            drawn(
                "<p id=\"b1\">The <em>old</em> wall &amp; more.</p>",
                text,
                &[mark(7, text, "old wall &")]
            ),
            "<p id=\"b1\">The <em><mark class=\"hl hl-red\" id=\"h7\" data-highlight=\"7\">old</mark></em>\
             <mark class=\"hl hl-red\" data-highlight=\"7\"> wall &amp;</mark> more.</p>"
        );
    }

    #[test]
    fn white_space_between_blocks_is_never_marked() {
        let text = "One\n\nTwo\tThree";
        let html = "<p>One</p>\n<table><tbody><tr><td>Two</td> <td>Three</td></tr></tbody></table>";
        let out = drawn(html, text, &[mark(1, text, text)]);
        assert_eq!(out.matches("<mark").count(), 3, "{out}");
        assert!(out.contains("</mark></p>\n<table>"), "{out}");
    }

    #[test]
    fn marks_that_overlap_are_nested_where_they_do() {
        let text = "one two three";
        let out = drawn(
            "<p>one two three</p>",
            text,
            &[mark(1, text, "one two"), mark(2, text, "two three")],
        );
        assert!(
            out.contains("data-highlight=\"1\"><mark class=\"hl hl-red\" id=\"h2\" data-highlight=\"2\">two</mark></mark>"),
            "{out}"
        );
        assert_eq!(out.matches("id=\"h2\"").count(), 1);
    }

    #[test]
    fn what_is_not_in_the_text_is_passed_over() {
        let text = "First words.\n\nThe same.\n\nLast.";
        let html = "<p>First words.</p><figure><img src=\"https://e.org/a\" alt=\"\"><figcaption>The same.</figcaption></figure>\
            <blockquote class=\"pull-quote\"><p>The same.</p></blockquote><p>The same.</p><p>Last.</p>";
        let out = drawn(html, text, &[mark(3, text, "The same.")]);
        assert_eq!(out.matches("<mark").count(), 1, "{out}");
        assert!(out.contains("</blockquote><p><mark"), "{out}");
    }

    #[test]
    fn a_line_that_is_not_in_the_text_costs_no_other_line() {
        let text = "The first line of the story.\n\nThe second line of the story.\n\nNo.";
        let html =
            "<p>· The first line of the story.</p><p>The second line of the story.</p><p>No.</p>";
        let out = drawn(
            html,
            text,
            &[mark(1, text, "second line"), mark(2, text, "No.")],
        );
        assert!(
            out.contains("<p>The <mark class=\"hl hl-red\" id=\"h1\""),
            "{out}"
        );
        assert!(
            out.contains("<p><mark class=\"hl hl-red\" id=\"h2\""),
            "{out}"
        );
    }

    #[test]
    fn a_mark_that_lacks_words_in_the_html_is_left_out_and_named() {
        let text = "The first line of the story.\n\nThe second line of the story.";
        let html = "<p>· The first line of the story.</p><p>The second line of the story.</p>";
        let marks = [
            mark(1, text, text),
            mark(2, text, "first"),
            mark(3, text, "second"),
        ];
        let drawn = draw(&SafeHtml::sanitize(html), text, &marks);
        assert_eq!(drawn.left_out, [1, 2]);
        assert_eq!(drawn.html.as_str().matches("<mark").count(), 1);
    }

    #[test]
    fn lines_said_twice_are_not_taken_for_each_other() {
        let said = "They all knew it and nobody spoke.";
        let text = format!("One.\n\n{said}\n\nThe night was long and cold.\n\n{said}\n\nTwo.");
        // The HTML has lost the first, and something else stands there.
        let html = format!(
            "<p>One.</p><p>An advertisement.</p><p>The night was long and cold.</p><p>{said}</p><p>Two.</p>"
        );
        let first = mark(1, &text, said);
        let second = Mark {
            id: 2,
            start: text.rfind(said).unwrap(),
            end: text.rfind(said).unwrap() + said.len(),
            classes: "",
        };
        let drawn = draw(&SafeHtml::sanitize(&html), &text, &[first, second]);
        assert_eq!(drawn.left_out, [1]);
        assert!(
            drawn
                .html
                .as_str()
                .contains("cold.</p><p><mark class=\"hl \" id=\"h2\"")
        );
    }
}
