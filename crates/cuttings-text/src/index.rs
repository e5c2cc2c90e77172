//! What the store writes into its search index: one row for SQLite, one literal
//! for PostgreSQL, both from the same terms.
//!
//! The store calls [`fts5_row`] or [`tsvector`] whenever an article's text
//! changes, and asks with what [`crate::query::Query`] prints.
//!
//! # The FTS5 table
//!
//! The printed queries count on a table with the six columns of [`Fts5Row`], in
//! that order and by those names, made with `content=''`,
//! `contentless_delete=1` and `tokenize='ascii'`. The plain `ascii` tokenizer
//! is on purpose: it takes every character outside ASCII as part of a word, and
//! ours are words already. `unicode61` would judge them by the tables of Unicode
//! 6.1 and tear some apart.
//!
//! # The tsvector
//!
//! Written with a cast (`$1::tsvector`), asked with a cast (`$1::tsquery`); the
//! `to_…` functions would analyse again. A lexeme is a letter for its face (`e`
//! exact, `s` stem), the term, and a stroke: `'eharbours/'`, `'sharbour/'`.
//! PostgreSQL keeps 256 positions of a lexeme, so those of a frequent one go on in
//! `'ethe/1'`, `'ethe/2'`; phrases ask for `'ethe/':*`, which finds them all.

use std::fmt::Write;

use crate::scan::{Word, scan};
use crate::stem::Stemmer;
use crate::word_map::WordMap;

/// The searched text of one article.
#[derive(Clone, Copy, Debug, Default)]
pub struct IndexFields<'a> {
    /// The headline.
    pub headline: &'a str,
    /// What stands around the story: dek, byline and publication, a line each.
    pub about: &'a str,
    /// The clean text.
    pub body: &'a str,
    /// Language of the article as a BCP 47 tag.
    pub language: Option<&'a str>,
}

/// The six columns of the FTS5 table: terms joined by spaces. A word's exact
/// term and its stem have the same position in their columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it, and the type says the rest")]
pub struct Fts5Row {
    pub headline_exact: String,
    pub headline_stem: String,
    pub about_exact: String,
    pub about_stem: String,
    pub body_exact: String,
    pub body_stem: String,
}

/// The row of an article for SQLite.
///
/// ```
/// use cuttings_text::index::{IndexFields, fts5_row};
///
/// let row = fts5_row(&IndexFields {
///     headline: "Harbours reopen",
///     language: Some("en"),
///     ..IndexFields::default()
/// });
/// assert_eq!(row.headline_exact, "harbours reopen");
/// assert_eq!(row.headline_stem, "harbour reopen");
/// assert_eq!(row.body_stem, "");
/// ```
pub fn fts5_row(fields: &IndexFields) -> Fts5Row {
    let mut stemmer = Stemmer::new(fields.language);
    let (headline_exact, headline_stem) = columns(fields.headline, &mut stemmer);
    let (about_exact, about_stem) = columns(fields.about, &mut stemmer);
    let (body_exact, body_stem) = columns(fields.body, &mut stemmer);
    Fts5Row {
        headline_exact,
        headline_stem,
        about_exact,
        about_stem,
        body_exact,
        body_stem,
    }
}

/// The exact terms and the stems of one field.
fn columns(text: &str, stemmer: &mut Stemmer) -> (String, String) {
    let mut exact = String::with_capacity(text.len());
    let mut stem = String::with_capacity(text.len());
    scan(text, |word| {
        if !exact.is_empty() {
            exact.push(' ');
            stem.push(' ');
        }
        exact.push_str(word.exact);
        stem.push_str(stemmer.stem(word.lower, word.exact));
    });
    (exact, stem)
}

/// The searched text of one article as PostgreSQL takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TsVector {
    /// The text of a `tsvector` literal, without the quotes SQL would put around it.
    pub literal: String,
    /// Whether the article was too long for PostgreSQL's limits. Beyond word
    /// [`LAST_POSITION`] words are still found, but no phrases; beyond
    /// [`MAX_VECTOR_BYTES`] words that have not come up before are not found.
    pub truncated: bool,
}

/// Last word position that phrases can use. PostgreSQL puts everything beyond
/// 16,383 on 16,383; staying clear of it keeps the words from seeming neighbours.
pub const LAST_POSITION: u32 = 16_381;

/// Where words go that come after [`LAST_POSITION`].
const BEYOND: u32 = 16_383;

/// Positions we give one lexeme: PostgreSQL keeps 256.
const MAX_POSITIONS: usize = 250;

/// Bytes of a vector, by PostgreSQL's own count, before no new lexeme is added.
/// PostgreSQL refuses a vector of 1,048,576.
pub const MAX_VECTOR_BYTES: usize = 1_000_000;

/// Positions left free between two fields, so that no phrase runs across.
const FIELD_GAP: u32 = 8;

/// The vector of an article for PostgreSQL: weight A for the headline, B for
/// what stands around the story, D for the body.
///
/// ```
/// use cuttings_text::index::{IndexFields, tsvector};
///
/// let vector = tsvector(&IndexFields {
///     headline: "Boats",
///     body: "a boat",
///     language: Some("en"),
///     ..IndexFields::default()
/// });
/// assert_eq!(
///     vector.literal,
///     "'ea/':18 'eboat/':19 'eboats/':1A 'sa/':18 'sboat/':1A,19"
/// );
/// assert!(!vector.truncated);
/// ```
pub fn tsvector(fields: &IndexFields) -> TsVector {
    let mut stemmer = Stemmer::new(fields.language);
    let mut vector = Vector::default();
    for (text, weight) in [
        (fields.headline, Weight::A),
        (fields.about, Weight::B),
        (fields.body, Weight::D),
    ] {
        scan(text, |word| vector.add(&word, &mut stemmer, weight));
        vector.position += FIELD_GAP;
    }
    TsVector {
        truncated: vector.truncated,
        literal: vector.print(),
    }
}

/// What PostgreSQL ranks by; there is C, too, which we have no use for.
#[derive(Clone, Copy)]
enum Weight {
    A,
    B,
    /// Of a position that names none.
    D,
}

/// A vector while its words come in.
#[derive(Default)]
struct Vector {
    /// Indexes into `lexemes` of the two faces of a word, by its lower-case form.
    words: WordMap<[usize; 2]>,
    /// Index into `lexemes` by name.
    names: WordMap<usize>,
    lexemes: Vec<Lexeme>,
    position: u32,
    bytes: usize,
    truncated: bool,
}

/// A lexeme without its stroke.
struct Lexeme {
    name: String,
    places: Vec<(u32, Weight)>,
}

/// Stands for a lexeme that found no room.
const NO_ROOM: usize = usize::MAX;

impl Vector {
    fn add(&mut self, word: &Word, stemmer: &mut Stemmer, weight: Weight) {
        self.position += 1;
        let faces = if let Some(&faces) = self.words.get(word.lower) {
            faces
        } else {
            let exact = self.lexeme('e', word.exact);
            let stem = self.lexeme('s', stemmer.stem(word.lower, word.exact));
            self.words.insert(word.lower.into(), [exact, stem]);
            [exact, stem]
        };
        for index in faces {
            self.place(index, weight);
        }
    }

    /// The index of a lexeme, which is made where it is new and there is room.
    fn lexeme(&mut self, face: char, term: &str) -> usize {
        let mut name = String::with_capacity(term.len() + 1);
        name.push(face);
        name.push_str(term);
        if let Some(&index) = self.names.get(name.as_str()) {
            return index;
        }
        // Name, stroke, padding, count of positions.
        let needed = name.len() + 1 + 1 + 2;
        if self.bytes + needed + 2 > MAX_VECTOR_BYTES {
            self.truncated = true;
            return NO_ROOM;
        }
        self.bytes += needed;
        let index = self.lexemes.len();
        self.names.insert(name.as_str().into(), index);
        self.lexemes.push(Lexeme {
            name,
            places: Vec::new(),
        });
        index
    }

    /// Adds the present position to a lexeme.
    fn place(&mut self, index: usize, weight: Weight) {
        let beyond = self.position > LAST_POSITION;
        self.truncated |= beyond;
        let Some(lexeme) = self.lexemes.get_mut(index) else {
            return;
        };
        // Beyond the last position one mention is enough to be found.
        if beyond && !lexeme.places.is_empty() {
            return;
        }
        let begins_next = !lexeme.places.is_empty() && lexeme.places.len() % MAX_POSITIONS == 0;
        let needed = 2 + if begins_next {
            lexeme.name.len() + 16
        } else {
            0
        };
        if self.bytes + needed > MAX_VECTOR_BYTES && !lexeme.places.is_empty() {
            self.truncated = true;
            return;
        }
        self.bytes += needed;
        lexeme.places.push((self.position.min(BEYOND), weight));
    }

    fn print(mut self) -> String {
        self.lexemes
            .sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let mut literal = String::with_capacity(self.bytes * 2);
        for Lexeme { name, places } in &self.lexemes {
            for (number, chunk) in places.chunks(MAX_POSITIONS).enumerate() {
                if !literal.is_empty() {
                    literal.push(' ');
                }
                literal.push('\'');
                literal.push_str(name);
                literal.push('/');
                if number > 0 {
                    write_number(&mut literal, number as u32);
                }
                literal.push('\'');
                for (index, (position, weight)) in chunk.iter().enumerate() {
                    literal.push(if index == 0 { ':' } else { ',' });
                    write_number(&mut literal, *position);
                    match weight {
                        Weight::A => literal.push('A'),
                        Weight::B => literal.push('B'),
                        Weight::D => {}
                    }
                }
            }
        }
        literal
    }
}

fn write_number(literal: &mut String, number: u32) {
    // Writing to a String cannot fail.
    let _ = write!(literal, "{number}");
}
