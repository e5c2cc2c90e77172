//! From tokens to a [`Query`]: precedence, negation, limits.
//!
//! Called by [`super::parse`].
//!
//! Filters stand outside the expression, since the store asks for them in its
//! own columns. They may therefore not be one side of an `OR` or part of a
//! negated group; side by side with words, in parentheses or not, they are fine.

use std::ops::Range;

use super::lex::{Kind, Token, tokens};
use super::operator::{self, Operator};
use super::{Expression, MAX_CHARS, MAX_DEPTH, MAX_TERMS, Query, QueryError};
use crate::scan::{is_paired, scan};

pub(super) fn parse(input: &str) -> Result<Query, QueryError> {
    let characters: Vec<char> = input.chars().take(MAX_CHARS + 1).collect();
    if characters.len() > MAX_CHARS {
        return Err(QueryError {
            at: MAX_CHARS..MAX_CHARS + 1,
            message: format!("a query can have at most {MAX_CHARS} characters"),
            hint: Some("shorten it to the words that matter".to_owned()),
        });
    }
    let tokens = tokens(&characters)?;
    if tokens.is_empty() {
        return Ok(Query::default());
    }
    let mut parser = Parser {
        tokens: &tokens,
        next: 0,
        length: characters.len(),
        query: Query::default(),
        terms: 0,
    };
    let expression = parser.either(0, None)?;
    if let Some(token) = parser.peek() {
        // Only a closing parenthesis can be left over.
        return Err(QueryError {
            at: token.at.clone(),
            message: "this parenthesis was never opened".to_owned(),
            hint: Some("remove it, or add an opening one before".to_owned()),
        });
    }
    let mut query = parser.query;
    query.expression = expression;
    let whole = 0..characters.len();
    if query.is_empty() {
        return Err(QueryError {
            at: whole,
            message: "there is no word here to search for".to_owned(),
            hint: Some("type at least one letter or digit".to_owned()),
        });
    }
    if query.filters.is_empty() && query.negative_only() {
        return Err(QueryError {
            at: whole,
            message: "this only says what not to find".to_owned(),
            hint: Some("add a word to look for, or a filter such as is:unread".to_owned()),
        });
    }
    Ok(query)
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
    /// Characters of the whole query.
    length: usize,
    query: Query,
    terms: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Option<&'a Token> {
        let token = self.peek();
        self.next += 1;
        token
    }

    /// Groups joined by `OR`, up to a closing parenthesis or the end. `None`
    /// when there were only filters and signs in it.
    ///
    /// `barred` is the reason why filters may not stand here, if there is one.
    fn either(
        &mut self,
        depth: usize,
        barred: Option<&str>,
    ) -> Result<Option<Expression>, QueryError> {
        let barred = if self.has_or() {
            Some("beside OR")
        } else {
            barred
        };
        let mut sides = Vec::new();
        sides.extend(self.all(depth, barred)?);
        while let Some(token) = self.peek()
            && token.kind == Kind::Or
        {
            self.next += 1;
            sides.extend(self.all(depth, barred)?);
        }
        Ok(match sides.len() {
            0 | 1 => sides.pop(),
            _ => Some(Expression::Or(sides)),
        })
    }

    /// Whether the group that starts here has an `OR` of its own, other than
    /// between nothing but `site:` filters, which any-of means anyway.
    fn has_or(&self) -> bool {
        let mut depth = 0_usize;
        let mut found = false;
        let mut only_sites = true;
        for token in &self.tokens[self.next.min(self.tokens.len())..] {
            match &token.kind {
                Kind::Open => depth += 1,
                Kind::Close if depth == 0 => break,
                Kind::Close => depth -= 1,
                Kind::Or if depth == 0 => found = true,
                _ => {}
            }
            only_sites &= matches!(&token.kind, Kind::Or | Kind::Filter(Operator::Site, _));
        }
        found && !only_sites
    }

    /// Things side by side, or joined by `AND`: at least one.
    fn all(
        &mut self,
        depth: usize,
        barred: Option<&str>,
    ) -> Result<Option<Expression>, QueryError> {
        let mut parts = Vec::new();
        let mut read = 0;
        loop {
            match self.peek() {
                Some(token) if token.kind == Kind::And => {
                    if read == 0 {
                        return Err(dangling("AND", token.at.clone()));
                    }
                    self.next += 1;
                    if !self.begins_operand() {
                        return Err(dangling("AND", token.at.clone()));
                    }
                }
                Some(token) if !matches!(token.kind, Kind::Or | Kind::Close) => {
                    parts.extend(self.operand(depth, barred)?);
                    read += 1;
                }
                end => {
                    if read > 0 {
                        break;
                    }
                    return Err(self.nothing_here(end));
                }
            }
        }
        Ok(match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(Expression::And(parts)),
        })
    }

    /// The error for a side of `OR`, or a pair of parentheses, with nothing in it.
    fn nothing_here(&self, end: Option<&Token>) -> QueryError {
        let before = self
            .next
            .checked_sub(1)
            .and_then(|index| self.tokens.get(index));
        match (before, end) {
            (Some(or), _) | (_, Some(or)) if or.kind == Kind::Or => dangling("OR", or.at.clone()),
            (Some(open), Some(close)) if open.kind == Kind::Open => QueryError {
                at: open.at.start..close.at.end,
                message: "there is nothing between these parentheses".to_owned(),
                hint: Some("remove them, or put words between".to_owned()),
            },
            (Some(open), None) if open.kind == Kind::Open => never_closed(open.at.clone()),
            (_, Some(close)) => QueryError {
                at: close.at.clone(),
                message: "this parenthesis was never opened".to_owned(),
                hint: Some("remove it, or add an opening one before".to_owned()),
            },
            (_, None) => QueryError {
                at: 0..self.length,
                message: "there is no word here to search for".to_owned(),
                hint: None,
            },
        }
    }

    fn begins_operand(&self) -> bool {
        self.peek()
            .is_some_and(|token| !matches!(token.kind, Kind::And | Kind::Or | Kind::Close))
    }

    /// One word, phrase, filter or group, with the negations before it.
    fn operand(
        &mut self,
        depth: usize,
        barred: Option<&str>,
    ) -> Result<Option<Expression>, QueryError> {
        let mut negated = false;
        let mut start = None;
        while let Some(token) = self.peek()
            && token.kind == Kind::Not
        {
            self.next += 1;
            negated = !negated;
            start.get_or_insert(token.at.start);
            if !self.begins_operand() {
                return Err(QueryError {
                    at: token.at.clone(),
                    message: "nothing follows to be left out".to_owned(),
                    hint: Some("put a word right after it, or the word NOT in quotes".to_owned()),
                });
            }
        }
        let Some(token) = self.take() else {
            return Ok(None);
        };
        let expression = match &token.kind {
            Kind::Word(text) => self.word(text, &token.at)?,
            Kind::Phrase(text) => self
                .count(text, &token.at)?
                .then(|| Expression::Phrase(text.trim().to_owned())),
            Kind::Filter(operator, value) => {
                let at = start.unwrap_or(token.at.start)..token.at.end;
                if let Some(place) = barred {
                    return Err(QueryError {
                        at,
                        message: format!("a filter cannot stand {place}"),
                        hint: Some(
                            "put filters at the end of the query; several site: count as either"
                                .to_owned(),
                        ),
                    });
                }
                operator::apply(&mut self.query.filters, *operator, value, !negated, &at)?;
                return Ok(None);
            }
            Kind::Open => self.group(depth, negated, barred, &token.at)?,
            // Handled by the callers, which never come here with one of them.
            Kind::Close | Kind::And | Kind::Or | Kind::Not => None,
        };
        Ok(expression.map(|expression| {
            if negated {
                Expression::Not(Box::new(expression))
            } else {
                expression
            }
        }))
    }

    /// What stands in parentheses, after the opening one.
    fn group(
        &mut self,
        depth: usize,
        negated: bool,
        barred: Option<&str>,
        open: &Range<usize>,
    ) -> Result<Option<Expression>, QueryError> {
        if depth >= MAX_DEPTH {
            return Err(QueryError {
                at: open.clone(),
                message: format!("parentheses can be nested {MAX_DEPTH} deep at most"),
                hint: Some("remove the ones that change nothing".to_owned()),
            });
        }
        let barred = if negated {
            Some("in a group that is left out")
        } else {
            barred
        };
        let inside = self.either(depth + 1, barred)?;
        match self.take() {
            Some(token) if token.kind == Kind::Close => Ok(inside),
            _ => Err(never_closed(open.clone())),
        }
    }

    /// A bare word or a prefix. Words without a letter or digit are passed over.
    fn word(&mut self, text: &str, at: &Range<usize>) -> Result<Option<Expression>, QueryError> {
        let Some(star) = text.chars().position(|character| character == '*') else {
            return Ok(self
                .count(text, at)?
                .then(|| Expression::Term(text.to_owned())));
        };
        let start = text.trim_end_matches('*');
        let star_at = at.start + star..at.start + star + 1;
        if start.is_empty() {
            return Err(QueryError {
                at: at.clone(),
                message: "a star by itself matches everything".to_owned(),
                hint: Some("write the start of a word before it, such as econ*".to_owned()),
            });
        }
        if start.contains('*') {
            return Err(QueryError {
                at: star_at,
                message: "a star can only stand at the end of a word".to_owned(),
                hint: Some("write the start of the word, such as econ*".to_owned()),
            });
        }
        let any = self.count(start, at)?;
        let mut last = String::new();
        let mut end = 0;
        scan(start, |word| {
            word.exact.clone_into(&mut last);
            end = word.end;
        });
        let letters = last.chars().count();
        // The star must follow a letter, or it would speak of an empty word.
        let touches = start[end..].is_empty();
        if !any || !touches || (letters < 2 && !is_paired(&last)) {
            return Err(QueryError {
                at: at.clone(),
                message: "the start of a word needs at least two letters before the star"
                    .to_owned(),
                hint: Some("write more of the word, such as econ*".to_owned()),
            });
        }
        Ok(Some(Expression::Prefix(start.to_owned())))
    }

    /// Counts the terms of a text against the limit; false when it has none.
    fn count(&mut self, text: &str, at: &Range<usize>) -> Result<bool, QueryError> {
        let before = self.terms;
        scan(text, |_| self.terms += 1);
        if self.terms > MAX_TERMS {
            return Err(QueryError {
                at: at.clone(),
                message: format!("a query can have at most {MAX_TERMS} words"),
                hint: Some("leave out the words that matter least".to_owned()),
            });
        }
        Ok(self.terms > before)
    }
}

fn dangling(word: &str, at: Range<usize>) -> QueryError {
    QueryError {
        at,
        message: format!("{word} needs something on both sides"),
        hint: Some(format!(
            "to search for the word itself, write \"{}\"",
            word.to_lowercase()
        )),
    }
}

fn never_closed(at: Range<usize>) -> QueryError {
    QueryError {
        at,
        message: "this parenthesis is never closed".to_owned(),
        hint: Some("add a closing one, or remove this one".to_owned()),
    }
}
