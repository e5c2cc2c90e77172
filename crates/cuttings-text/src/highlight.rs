//! Showing why an article was found: the words of a query, marked in its text.
//!
//! The pages and the command line call [`mark`] for headlines and [`snippet`]
//! for texts.
//!
//! Nothing is read from the search engine: the text is analysed again with the
//! rules it was indexed by. What a query leaves out is never marked.

use crate::query::{Expression, Query};
use crate::scan::{Kind, scan, unit_length};
use crate::stem::Stemmer;
use crate::word_map::WordMap;

/// A stretch of text, marked or not. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text as written.
    pub text: String,
    /// Whether it is what the query asked for.
    pub marked: bool,
}

/// The whole text with the words of the query marked. The pieces put together
/// are the text.
///
/// - `language`: the language the text was indexed with, as a BCP 47 tag.
///
/// ```
/// use cuttings_text::{highlight::mark, query::parse};
///
/// let query = parse("harbour").unwrap();
/// let pieces = mark("Two harbours reopen", Some("en"), &query);
/// let marked: Vec<_> = pieces.iter().filter(|piece| piece.marked).collect();
/// assert_eq!(marked.len(), 1);
/// assert_eq!(marked[0].text, "harbours");
/// ```
pub fn mark(text: &str, language: Option<&str>, query: &Query) -> Vec<Piece> {
    let spots = Patterns::new(query, language).find(text, language);
    let mut pieces = Pieces::default();
    let mut at = 0;
    for (start, end) in merged(&spots) {
        pieces.push(&text[at..start], false);
        pieces.push(&text[start..end], true);
        at = end;
    }
    pieces.push(&text[at..], false);
    pieces.0
}

/// Whether a text fits the words of a query, by the rules of the index: for short
/// texts that are in no index. True of a query without words.
///
/// - `language`: as for [`mark`].
///
/// ```
/// use cuttings_text::{highlight::fits, query::parse};
///
/// let query = parse("harbours -ferry").unwrap();
/// assert!(fits("the old harbour", Some("en"), &query));
/// assert!(!fits("the ferry in the harbour", Some("en"), &query));
/// ```
pub fn fits(text: &str, language: Option<&str>, query: &Query) -> bool {
    query
        .expression
        .as_ref()
        .is_none_or(|expression| fits_expression(text, language, expression))
}

fn fits_expression(text: &str, language: Option<&str>, expression: &Expression) -> bool {
    let fits = |part: &Expression| fits_expression(text, language, part);
    match expression {
        Expression::And(parts) => parts.iter().all(fits),
        Expression::Or(parts) => parts.iter().any(fits),
        Expression::Not(inner) => !fits(inner),
        Expression::Term(_) | Expression::Prefix(_) | Expression::Phrase(_) => {
            let mut patterns = Patterns::none();
            patterns.collect(expression, true, language);
            !patterns.find(text, language).is_empty()
        }
    }
}

/// The passage of `text` with the most different words of the query, the rarest
/// of them and those closest together, at most `max_chars` characters long,
/// ellipses included.
///
/// It is cut between words and marked like [`mark`]; runs of white space become
/// one space. Where nothing matches, it is the beginning of the text.
///
/// ```
/// use cuttings_text::{highlight::snippet, query::parse};
///
/// let text = "The council met on Monday. The ferry will leave from the old harbour.";
/// let pieces = snippet(text, Some("en"), &parse("harbour ferry").unwrap(), 40);
/// let shown: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
/// assert_eq!(shown, "…ferry will leave from the old harbour.");
/// ```
pub fn snippet(text: &str, language: Option<&str>, query: &Query, max_chars: usize) -> Vec<Piece> {
    let ellipsis = if max_chars >= MIN_CHARS_FOR_ELLIPSES {
        "…"
    } else {
        ""
    };
    let spots = Patterns::new(query, language).find(text, language);
    let text_end = text.trim_end().len();
    let text_start = text_end - text[..text_end].trim_start().len();
    if max_chars == 0 || text_start == text_end {
        return Vec::new();
    }
    let chars = text[text_start..text_end].chars().count();
    let (start, end) = if chars <= max_chars {
        (text_start, text_end)
    } else {
        passage(text, (text_start, text_end), &spots, max_chars)
    };

    let mut pieces = Pieces::default();
    if start > text_start {
        pieces.push(ellipsis, false);
    }
    let mut at = start;
    for (from, to) in merged(&spots) {
        if to <= start || from >= end {
            continue;
        }
        let (from, to) = (from.max(start), to.min(end));
        pieces.push_collapsed(&text[at..from], false);
        pieces.push_collapsed(&text[from..to], true);
        at = to;
    }
    pieces.push_collapsed(&text[at..end], false);
    if end < text_end {
        pieces.push(ellipsis, false);
    }
    pieces.0
}

/// Whether a word, prefix or phrase stands in one of these texts: whether a
/// search of them would find it.
pub(crate) fn is_in_any(texts: &[&str], language: Option<&str>, sought: &Expression) -> bool {
    let query = Query {
        expression: Some(sought.clone()),
        ..Query::default()
    };
    let patterns = Patterns::new(&query, language);
    texts
        .iter()
        .any(|text| !patterns.find(text, language).is_empty())
}

/// A snippet shorter than this has no ellipses: they would be most of it.
const MIN_CHARS_FOR_ELLIPSES: usize = 8;

/// Where a snippet starts and ends, in bytes, given that the text (`whole`) is
/// longer than `max_chars`.
fn passage(text: &str, whole: (usize, usize), spots: &[Spot], max_chars: usize) -> (usize, usize) {
    // Room for an ellipsis at either end.
    let room = if max_chars >= MIN_CHARS_FOR_ELLIPSES {
        max_chars - 2
    } else {
        max_chars
    };
    let Some((first, last)) = densest(text, spots, room) else {
        return (whole.0, cut_back(text, whole, whole.0, whole.0, room));
    };
    let wanted = text[first..last].chars().count();
    // A third of what is left goes before the first hit, and what the text does
    // not need after the last one as well.
    let left = room.saturating_sub(wanted);
    let after = text[last..whole.1].chars().take(left).count();
    let before = (left / 3).max(left - after);
    let start = cut_forward(text, whole.0, first, before);
    let end = cut_back(text, whole, start, last, room);
    (start, end)
}

/// The stretch of at most `room` characters, from the start of one spot to the end
/// of another, that shows best why the text was found: it holds the most
/// different patterns; of those with as many, the rarest in this text; then those
/// closest together; then the most spots; the earliest of equals. `None` without
/// spots.
fn densest(text: &str, spots: &[Spot], room: usize) -> Option<(usize, usize)> {
    // Character offsets of the spots, which are in the order of their starts.
    let mut chars = CharCounter::new(text);
    let starts: Vec<usize> = spots.iter().map(|spot| chars.at(spot.start)).collect();
    let ends: Vec<usize> = spots
        .iter()
        .zip(&starts)
        .map(|(spot, start)| start + text[spot.start..spot.end].chars().count())
        .collect();
    let mut everywhere = [0_usize; 64];
    for spot in spots {
        everywhere[spot.pattern] += 1;
    }
    let mut best: Option<(Score, (usize, usize))> = None;
    for (first, spot) in spots.iter().enumerate() {
        let mut held = 0_u64;
        let mut rarity = 0;
        let mut end = spot.end;
        let mut tight = ends[first];
        let mut many = 0;
        for (at, other) in spots.iter().enumerate().skip(first) {
            if starts[at] > starts[first] + room {
                break;
            }
            // A spot longer than the room is still better than none.
            if at > first && ends[at] > starts[first] + room {
                continue;
            }
            many += 1;
            if held & (1 << other.pattern) == 0 {
                held |= 1 << other.pattern;
                rarity += RARITY / everywhere[other.pattern];
                tight = tight.max(ends[at]);
            }
            end = end.max(other.end);
        }
        let score = Score {
            patterns: held.count_ones(),
            rarity,
            closeness: usize::MAX - (tight - starts[first]),
            spots: many,
        };
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, (spot.start, end)));
        }
    }
    best.map(|(_, stretch)| stretch)
}

/// How well a stretch shows why a text was found; what comes first counts first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    patterns: u32,
    rarity: usize,
    closeness: usize,
    spots: usize,
}

/// Rarity of a pattern that comes up once in a text. One that comes up `n` times
/// has an `n`-th of it.
const RARITY: usize = 1 << 16;

/// Goes back from `first` by up to `chars` characters, then forward to a word.
fn cut_forward(text: &str, floor: usize, first: usize, chars: usize) -> usize {
    let back = text[floor..first]
        .char_indices()
        .rev()
        .take(chars)
        .last()
        .map_or(first, |(at, _)| floor + at);
    if back == floor {
        return floor;
    }
    // The cut may already lie between two words.
    if text[..back].ends_with(char::is_whitespace) {
        return back;
    }
    text[back..first]
        .char_indices()
        .find(|(_, character)| character.is_whitespace())
        .map_or_else(
            || {
                // No spaces: any border before the hit will do, except inside a character.
                let mut at = back;
                while at < first
                    && text[at..].starts_with(unicode_normalization::char::is_combining_mark)
                {
                    at += text[at..].chars().next().map_or(1, char::len_utf8);
                }
                if is_inside_word(text, at) { first } else { at }
            },
            |(space, character)| back + space + character.len_utf8(),
        )
}

/// Goes `room` characters on from `start`, then back to a word, but not before
/// `last` when that lies within the room.
fn cut_back(text: &str, whole: (usize, usize), start: usize, last: usize, room: usize) -> usize {
    let Some((length, _)) = text[start..whole.1].char_indices().nth(room) else {
        return whole.1;
    };
    let limit = start + length;
    if text[limit..].starts_with(char::is_whitespace) || !is_inside_word(text, limit) {
        return start + text[start..limit].trim_end().len();
    }
    let floor = last.clamp(start, limit);
    let space = text[floor..limit].rfind(char::is_whitespace);
    match space {
        Some(space) if floor + space > start => start + text[start..floor + space].trim_end().len(),
        // One endless word, or the hit itself reaches up to here.
        _ if floor > start => floor,
        _ => limit,
    }
}

/// Whether a cut at `at` would part a word of a script with spaces, or a
/// character from its marks.
fn is_inside_word(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at..].chars().next();
    let (Some(before), Some(after)) = (before, after) else {
        return false;
    };
    if unicode_normalization::char::is_combining_mark(after) {
        return true;
    }
    let spaced = |letter: char| letter.is_alphanumeric() && !crate::scan::is_unspaced(letter);
    spaced(before) && spaced(after)
}

/// Byte offsets, asked in rising order, to character offsets.
struct CharCounter<'a> {
    text: &'a str,
    byte: usize,
    chars: usize,
}

impl<'a> CharCounter<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            byte: 0,
            chars: 0,
        }
    }

    fn at(&mut self, byte: usize) -> usize {
        self.chars += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.chars
    }
}

/// A place in the text where a pattern matches.
#[derive(Clone, Copy, Debug)]
struct Spot {
    start: usize,
    end: usize,
    pattern: usize,
}

/// Spots as stretches that neither overlap nor touch.
fn merged(spots: &[Spot]) -> Vec<(usize, usize)> {
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for spot in spots {
        match stretches.last_mut() {
            Some(last) if spot.start <= last.1 => last.1 = last.1.max(spot.end),
            _ => stretches.push((spot.start, spot.end)),
        }
    }
    stretches
}

/// What a query looks for, as sequences of slots. A slot is a bit of a `u64`;
/// [`crate::query::MAX_TERMS`] keeps them within it.
struct Patterns {
    /// First slot and number of slots of each.
    sequences: Vec<(usize, usize)>,
    exact: WordMap<u64>,
    stems: WordMap<u64>,
    /// The letters that stems begin with.
    initials: Vec<char>,
    /// Starts of words.
    prefixes: Vec<(String, u64)>,
}

impl Patterns {
    fn none() -> Self {
        Self {
            sequences: Vec::new(),
            exact: WordMap::default(),
            stems: WordMap::default(),
            initials: Vec::new(),
            prefixes: Vec::new(),
        }
    }

    fn new(query: &Query, language: Option<&str>) -> Self {
        let mut patterns = Self::none();
        if let Some(expression) = &query.expression {
            patterns.collect(expression, true, language);
        }
        patterns
    }

    fn collect(&mut self, expression: &Expression, wanted: bool, language: Option<&str>) {
        match expression {
            Expression::And(parts) | Expression::Or(parts) => {
                for part in parts {
                    self.collect(part, wanted, language);
                }
            }
            Expression::Not(inner) => self.collect(inner, !wanted, language),
            _ if !wanted => {}
            Expression::Term(text) => self.add(text, false, true, language),
            Expression::Prefix(text) => self.add(text, true, false, language),
            Expression::Phrase(text) => self.add(text, false, false, language),
        }
    }

    fn add(&mut self, text: &str, prefix: bool, stemmed: bool, language: Option<&str>) {
        let sought = crate::query::Sought::new(text, prefix);
        let first = self
            .sequences
            .last()
            .map_or(0, |(first, count)| first + count);
        let count = sought.exact.len();
        if count == 0 || first + count > crate::query::MAX_TERMS {
            return;
        }
        self.sequences.push((first, count));
        if stemmed && !sought.prefix {
            for (index, stem) in sought.stems(language).into_iter().enumerate() {
                self.initials.extend(stem.chars().next());
                *self.stems.entry(stem.into()).or_default() |= 1 << (first + index);
            }
        }
        for (index, exact) in sought.exact.into_iter().enumerate() {
            let slot = 1 << (first + index);
            if sought.prefix && index + 1 == count {
                self.prefixes.push((exact, slot));
            } else {
                *self.exact.entry(exact.into()).or_default() |= slot;
            }
        }
    }

    /// Where the patterns match, in the order of their starts.
    fn find(&self, text: &str, language: Option<&str>) -> Vec<Spot> {
        if self.sequences.is_empty() {
            return Vec::new();
        }
        let stems = if self.stems.is_empty() {
            None
        } else {
            language
        };
        let mut stemmer = Stemmer::new(stems);
        let mut words: Vec<Seen> = Vec::new();
        scan(text, |word| {
            let mut exact = self.exact.get(word.exact).copied().unwrap_or(0);
            let mut short = 0;
            for (prefix, slot) in &self.prefixes {
                if word.exact.starts_with(prefix.as_str()) {
                    exact |= slot;
                    if matches!(word.kind, Kind::Pair) && word.exact.len() > prefix.len() {
                        short |= slot;
                    }
                }
            }
            // Stemming is what takes long, and most words begin with other letters.
            let may_fit = !self.stems.is_empty()
                && (!stemmer.keeps_initials()
                    || self
                        .initials
                        .iter()
                        .any(|initial| word.exact.starts_with(*initial)));
            let stem = if may_fit {
                let stem = stemmer.stem(word.lower, word.exact);
                self.stems.get(stem).copied().unwrap_or(0)
            } else {
                0
            };
            words.push(Seen {
                start: word.start,
                end: word.end,
                exact,
                stem,
                short,
            });
        });
        self.spots(text, &words)
    }

    fn spots(&self, text: &str, words: &[Seen]) -> Vec<Spot> {
        let mut spots = Vec::new();
        for (index, word) in words.iter().enumerate() {
            if word.exact | word.stem == 0 {
                continue;
            }
            for (pattern, &(first, count)) in self.sequences.iter().enumerate() {
                let Some(run) = words.get(index..index + count) else {
                    continue;
                };
                let matches = |slots: fn(&Seen) -> u64| {
                    run.iter()
                        .enumerate()
                        .all(|(step, seen)| slots(seen) & (1 << (first + step)) != 0)
                };
                if matches(|seen| seen.exact) || matches(|seen| seen.stem) {
                    let last = run[count - 1];
                    // Of a pair found by its first character, mark just that.
                    let short = last.short & (1 << (first + count - 1)) != 0;
                    spots.push(Spot {
                        start: word.start,
                        end: if short {
                            last.start + unit_length(&text[last.start..])
                        } else {
                            last.end
                        },
                        pattern,
                    });
                }
            }
        }
        spots
    }
}

/// A word of the text and the slots it fits.
#[derive(Clone, Copy)]
struct Seen {
    start: usize,
    end: usize,
    exact: u64,
    stem: u64,
    short: u64,
}

/// Pieces being put together.
#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn push(&mut self, text: &str, marked: bool) {
        if text.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.marked == marked => last.text.push_str(text),
            _ => self.0.push(Piece {
                text: text.to_owned(),
                marked,
            }),
        }
    }

    /// Pushes the text with each run of white space, across pieces too, as one space.
    fn push_collapsed(&mut self, text: &str, marked: bool) {
        let mut collapsed = String::with_capacity(text.len());
        let mut spaced = self.0.last().is_some_and(|piece| piece.text.ends_with(' '));
        for character in text.chars() {
            if character.is_whitespace() {
                if !spaced {
                    collapsed.push(' ');
                }
                spaced = true;
            } else {
                collapsed.push(character);
                spaced = false;
            }
        }
        self.push(&collapsed, marked);
    }
}
