//! The text of an article as blocks, sentences and tokens.
//!
//! Everything else reads this and nothing reads the raw text: [`Frame::new`]
//! puts headline, dek and body into one string, so that there is one kind of
//! offset inside the crate (bytes of [`Frame::text`]); [`Frame::span`] turns
//! bytes into what callers are given.
//!
//! Tokens are those of the Penn Treebank as GUM and EWT write them: `do n't`,
//! `Stoltenberg 's`, `33 %`, and hyphens stand alone.

mod sentences;
mod tokens;

use crate::document::{Document, Part, Span};
use crate::tagger::{NameTag, Tag};

/// An article, read once.
#[derive(Debug)]
pub struct Frame {
    /// Headline, dek and body, a line each for every block.
    pub text: String,
    /// In order.
    pub blocks: Vec<Block>,
    /// In order; none goes over the end of a block.
    pub sentences: Vec<Sentence>,
    /// In order.
    pub tokens: Vec<Token>,
    /// Code points before every 64th byte of `text`.
    code_points: Vec<u32>,
    dek_at: u32,
    body_at: u32,
}

/// A paragraph, a heading, an item: whatever stood on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The text it is in.
    pub part: Part,
    /// Where it begins, in bytes of [`Frame::text`].
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// Its sentences.
    pub sentences: (u32, u32),
}

/// A sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// The block it is in.
    pub block: u32,
    /// Where it begins, in bytes of [`Frame::text`].
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// Its tokens.
    pub tokens: (u32, u32),
}

/// A word, a number, a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Where it begins, in bytes of [`Frame::text`].
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// The sentence it is in.
    pub sentence: u32,
    /// Its part of speech.
    pub tag: Tag,
    /// Whether it is part of a name.
    pub name: NameTag,
}

impl Frame {
    /// Reads and tags a document. Takes time linear in its length.
    pub fn new(document: &Document<'_>) -> Self {
        let mut frame = Self::untagged(document);
        crate::tagger::tag(&mut frame);
        frame
    }

    /// Reads a document without tagging it: every token is a noun and no name.
    pub fn untagged(document: &Document<'_>) -> Self {
        let Document {
            headline,
            dek,
            text,
            ..
        } = document;
        let mut whole = String::with_capacity(headline.len() + dek.len() + text.len() + 2);
        whole.push_str(headline);
        whole.push('\n');
        let dek_at = whole.len() as u32;
        whole.push_str(dek);
        whole.push('\n');
        let body_at = whole.len() as u32;
        whole.push_str(text);
        let mut frame = Self {
            code_points: code_points(&whole),
            text: whole,
            blocks: Vec::new(),
            sentences: Vec::new(),
            tokens: Vec::new(),
            dek_at,
            body_at,
        };
        frame.read();
        frame
    }

    fn read(&mut self) {
        let mut at = 0;
        let text = std::mem::take(&mut self.text);
        for line in text.split('\n') {
            let start = at + (line.len() - line.trim_start().len());
            let end = start + line.trim().len();
            at += line.len() + 1;
            if start >= end {
                continue;
            }
            let first_sentence = self.sentences.len() as u32;
            let first_token = self.tokens.len();
            tokens::read(&text, start, end, &mut self.tokens);
            sentences::read(&text, first_token, &mut self.tokens, |tokens| {
                self.sentences.push(Sentence {
                    block: self.blocks.len() as u32,
                    start: 0,
                    end: 0,
                    tokens,
                });
            });
            for index in first_sentence as usize..self.sentences.len() {
                let sentence = &mut self.sentences[index];
                let (first, last) = sentence.tokens;
                sentence.start = self.tokens[first as usize].start;
                sentence.end = self.tokens[last as usize - 1].end;
                for token in &mut self.tokens[first as usize..last as usize] {
                    token.sentence = index as u32;
                }
            }
            self.blocks.push(Block {
                part: self.part(start as u32),
                start: start as u32,
                end: end as u32,
                sentences: (first_sentence, self.sentences.len() as u32),
            });
        }
        self.text = text;
    }

    fn part(&self, byte: u32) -> Part {
        if byte < self.dek_at {
            Part::Headline
        } else if byte < self.body_at {
            Part::Dek
        } else {
            Part::Text
        }
    }

    /// The place of some bytes of [`Frame::text`] in the document. `start` and
    /// `end` are borders of characters.
    pub fn span(&self, start: u32, end: u32) -> Span {
        let part = self.part(start);
        let before = match part {
            Part::Headline => 0,
            Part::Dek => self.code_point(self.dek_at),
            Part::Text => self.code_point(self.body_at),
        };
        Span {
            part,
            start: self.code_point(start) - before,
            end: self.code_point(end) - before,
        }
    }

    /// The bytes of [`Frame::text`] at a place in the document; `None` when it
    /// is outside of it.
    pub fn bytes(&self, span: Span) -> Option<(u32, u32)> {
        let (from, to) = match span.part {
            Part::Headline => (0, self.dek_at),
            Part::Dek => (self.dek_at, self.body_at),
            Part::Text => (self.body_at, self.text.len() as u32),
        };
        let before = self.code_point(from);
        let start = self.byte(before + span.start)?;
        let end = self.byte(before + span.end)?;
        (start <= end && end <= to).then_some((start, end))
    }

    /// Code points before a byte.
    fn code_point(&self, byte: u32) -> u32 {
        let byte = byte as usize;
        let step = byte / STEP;
        let counted = self.code_points[step];
        let rest = &self.text.as_bytes()[step * STEP..byte];
        counted + begun(rest)
    }

    /// The byte at which a code point begins.
    fn byte(&self, code_point: u32) -> Option<u32> {
        let step = self
            .code_points
            .partition_point(|counted| *counted <= code_point)
            .checked_sub(1)?;
        let mut counted = self.code_points[step];
        let bytes = self.text.as_bytes();
        for (at, byte) in bytes.iter().enumerate().skip(step * STEP) {
            if begins(*byte) {
                if counted == code_point {
                    return Some(at as u32);
                }
                counted += 1;
            }
        }
        (counted == code_point).then_some(bytes.len() as u32)
    }

    /// The text of a token.
    pub fn word(&self, token: usize) -> &str {
        self.tokens
            .get(token)
            .map_or("", |token| self.slice(token.start, token.end))
    }

    /// Some bytes of the text.
    pub fn slice(&self, start: u32, end: u32) -> &str {
        &self.text[start as usize..end as usize]
    }

    /// The tokens of a sentence, as indices.
    pub fn tokens_of(&self, sentence: usize) -> std::ops::Range<usize> {
        let (first, last) = self.sentences[sentence].tokens;
        first as usize..last as usize
    }
}

const STEP: usize = 64;

/// Whether a byte is the first of a character.
fn begins(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

/// How many characters begin in these bytes.
fn begun(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| begins(**byte)).count() as u32
}

fn code_points(text: &str) -> Vec<u32> {
    let mut counted = 0;
    let mut all = Vec::with_capacity(text.len() / STEP + 1);
    for chunk in text.as_bytes().chunks(STEP) {
        all.push(counted);
        counted += begun(chunk);
    }
    if text.len().is_multiple_of(STEP) {
        all.push(counted);
    }
    all
}
