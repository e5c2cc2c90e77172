//! From tokens to a [`Query`]: precedence, negation, limits.
//!
//! Called by [`super::parse`].
//!
//! Filters stand outside the expression, since the store asks for them in its
//! own columns. They may therefore not stand beside words in an `OR`, or in a
//! negated group; side by side with words, in parentheses or not, and several
//! of them joined by `OR`, they are fine.

use std::ops::Range;

use super::lex::{Kind, Token, tokens};
use super::operator;
use super::{
    AnyOf, Condition, Expression, MAX_CHARS, MAX_DEPTH, MAX_TERMS, Query, QueryError, Test,
};
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
        if barred.is_none() && self.only_filters() {
            return self.alternatives().map(|()| None);
        }
        let barred = if self.has_or() {
            Some("beside words in an OR")
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

    /// The tokens of the group that starts here which stand in no further
    /// parentheses; those are told by their opening one.
    fn group_tokens(&self) -> impl Iterator<Item = &'a Kind> {
        let mut depth = 0_usize;
        self.tokens[self.next.min(self.tokens.len())..]
            .iter()
            .map(|token| &token.kind)
            .map_while(move |kind| {
                let outside = depth == 0;
                match kind {
                    Kind::Open => depth += 1,
                    Kind::Close if depth == 0 => return None,
                    Kind::Close => depth -= 1,
                    _ => {}
                }
                Some(outside.then_some(kind))
            })
            .flatten()
    }

    /// Whether the group that starts here has an `OR` of its own.
    fn has_or(&self) -> bool {
        self.group_tokens().any(|kind| *kind == Kind::Or)
    }

    /// Whether the group that starts here is nothing but filters with `OR`
    /// between each two.
    fn only_filters(&self) -> bool {
        let mut expects_filter = true;
        let mut joined = false;
        for kind in self.group_tokens() {
            match kind {
                Kind::Not if expects_filter => {}
                Kind::Filter(..) if expects_filter => expects_filter = false,
                Kind::Or if !expects_filter => {
                    expects_filter = true;
                    joined = true;
                }
                _ => return false,
            }
        }
        joined && !expects_filter
    }

    /// Reads a group of [`Self::only_filters`].
    fn alternatives(&mut self) -> Result<(), QueryError> {
        let mut any = Vec::new();
        let mut start = None;
        let mut wanted = true;
        while let Some(token) = self.peek()
            && token.kind != Kind::Close
        {
            self.next += 1;
            match &token.kind {
                Kind::Not => {
                    start.get_or_insert(token.at.start);
                    wanted = !wanted;
                }
                Kind::Filter(operator, value) => {
                    let at = start.take().unwrap_or(token.at.start)..token.at.end;
                    any.push(operator::test(*operator, value, wanted, &at)?);
                    wanted = true;
                }
                // An `OR`.
                _ => {}
            }
        }
        self.query.filters.push(AnyOf(any));
        Ok(())
    }

    /// Adds a filter that stands beside others. An article has only one site,
    /// publication and language, so several of them mean any of these.
    fn filter(&mut self, test: Test, at: &Range<usize>) -> Result<(), QueryError> {
        let only_one = |test: &Test| {
            test.wanted
                && matches!(
                    test.condition,
                    Condition::Site(_) | Condition::Publication(_) | Condition::Language(_)
                )
        };
        let alike = |other: &Test| {
            only_one(other)
                && std::mem::discriminant(&other.condition)
                    == std::mem::discriminant(&test.condition)
        };
        let filters = &mut self.query.filters;
        if filters.iter().any(|known| known.0 == [test.clone()]) {
            return Ok(());
        }
        if only_one(&test)
            && let Some(AnyOf(any)) = filters.iter_mut().find(|known| known.0.iter().all(alike))
        {
            if !any.contains(&test) {
                any.push(test);
            }
            return Ok(());
        }
        filters.push(AnyOf(vec![test]));
        nothing_left(filters).map_or(Ok(()), |message| {
            Err(QueryError {
                at: at.clone(),
                message,
                hint: Some("change one of the two".to_owned()),
            })
        })
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
                            "put words joined by OR in parentheses, and filters behind them"
                                .to_owned(),
                        ),
                    });
                }
                let test = operator::test(*operator, value, !negated, &at)?;
                self.filter(test, &at)?;
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

/// Says why no article can pass spans that must all hold.
fn nothing_left(filters: &[AnyOf]) -> Option<String> {
    let (mut published, mut saved) = ((None, None), (None, None));
    let (mut least, mut most) = (None, None);
    for AnyOf(any) in filters {
        let [
            Test {
                condition,
                wanted: true,
            },
        ] = &any[..]
        else {
            continue;
        };
        match condition {
            Condition::Published(days) | Condition::Saved(days) => {
                let (from, before) = if matches!(condition, Condition::Saved(_)) {
                    &mut saved
                } else {
                    &mut published
                };
                *from = (*from).max(days.from);
                *before = narrower(*before, days.before);
            }
            Condition::Minutes(minutes) => {
                least = least.max(minutes.least);
                most = narrower(most, minutes.most);
            }
            _ => {}
        }
    }
    for (from, before) in [published, saved] {
        if let (Some(from), Some(before)) = (from, before)
            && from >= before
        {
            return Some(format!("no day is from {from} on and before {before}"));
        }
    }
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        return Some(format!(
            "nothing takes at least {least} and at most {most} minutes"
        ));
    }
    None
}

/// The lower of two upper ends, of which one that is not given is endless.
fn narrower<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
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
