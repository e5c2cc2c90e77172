//! Values, their conversions, and comparison.
//!
//! [`super::evaluate`] works with these. A comparison of sets holds when it
//! holds for any pair; nothing here looks at all pairs to find out.

use std::borrow::Cow;
use std::collections::HashSet;

use cuttings_html::NodeKind;

use super::parse::Operator;
use super::{Item, OutOfSteps, Tree};

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nodes in document order, each once.
    Nodes(Vec<Item>),
    /// A text.
    Text(Cow<'a, str>),
    /// A number; there may be none (`NaN`).
    Number(f64),
    /// True or false.
    Boolean(bool),
}

impl Value<'_> {
    /// As a text: of nodes, the text of the first.
    pub fn to_text(&self, tree: &Tree<'_>) -> String {
        match self {
            Self::Nodes(items) => items
                .first()
                .map(|item| tree.text(*item))
                .unwrap_or_default(),
            Self::Text(text) => text.clone().into_owned(),
            Self::Number(number) => text_of(*number),
            Self::Boolean(truth) => truth.to_string(),
        }
    }

    /// As a truth value: whether there are nodes, characters, or a number that
    /// is not 0.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Nodes(items) => !items.is_empty(),
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Boolean(truth) => *truth,
        }
    }
}

/// How many characters are looked at for the price of one step.
const BYTES_A_STEP: usize = 32;

impl<'d> Tree<'d> {
    pub(super) fn charge_text(&self, bytes: usize) -> Result<(), OutOfSteps> {
        self.charge(1 + bytes / BYTES_A_STEP)
    }

    /// The text of an item, at its price.
    pub(super) fn text_at(&self, item: Item) -> Result<Cow<'d, str>, OutOfSteps> {
        if let Some((_, value)) = self.attribute(item) {
            self.charge_text(value.len())?;
            return Ok(Cow::Borrowed(value));
        }
        let start = item.place as usize;
        let kind = self.doc.kind(self.ids[start]);
        if matches!(kind, NodeKind::Text | NodeKind::Comment) {
            let text = self.doc.text(self.ids[start]);
            self.charge_text(text.len())?;
            return Ok(Cow::Borrowed(text));
        }
        let end = self.ends[start] as usize;
        self.charge(end - start)?;
        let mut found = Cow::Borrowed("");
        for id in &self.ids[start..end] {
            if self.doc.is_text(*id) {
                let text = self.doc.text(*id);
                self.charge_text(text.len())?;
                found += text;
            }
        }
        Ok(found)
    }

    pub(super) fn value_text<'a>(&self, value: Value<'a>) -> Result<Cow<'a, str>, OutOfSteps>
    where
        'd: 'a,
    {
        Ok(match value {
            Value::Nodes(items) => match items.first() {
                Some(item) => self.text_at(*item)?,
                None => Cow::Borrowed(""),
            },
            Value::Text(text) => text,
            Value::Number(number) => Cow::Owned(text_of(number)),
            Value::Boolean(truth) => Cow::Borrowed(if truth { "true" } else { "false" }),
        })
    }

    pub(super) fn value_number(&self, value: &Value<'_>) -> Result<f64, OutOfSteps> {
        Ok(match value {
            Value::Number(number) => *number,
            Value::Boolean(truth) => f64::from(u8::from(*truth)),
            Value::Text(text) => number_of(text),
            Value::Nodes(items) => match items.first() {
                Some(item) => number_of(&self.text_at(*item)?),
                None => f64::NAN,
            },
        })
    }

    fn numbers(&self, items: &[Item]) -> Result<Vec<f64>, OutOfSteps> {
        items
            .iter()
            .map(|item| Ok(number_of(&self.text_at(*item)?)))
            .collect()
    }

    /// `=`, `!=`, `<` and the like.
    pub(super) fn compare(
        &self,
        operator: Operator,
        left: &Value<'_>,
        right: &Value<'_>,
    ) -> Result<bool, OutOfSteps> {
        let equality = matches!(operator, Operator::Equal | Operator::Unequal);
        let with_truth = matches!(left, Value::Boolean(_)) || matches!(right, Value::Boolean(_));
        if equality && with_truth {
            return Ok((left.is_true() == right.is_true()) == (operator == Operator::Equal));
        }
        if !equality {
            if with_truth {
                let number = |value: &Value<'_>| match value {
                    Value::Nodes(_) => Ok(f64::from(u8::from(value.is_true()))),
                    other => self.value_number(other),
                };
                return Ok(holds(operator, number(left)?, number(right)?));
            }
            let numbers = |value: &Value<'_>| match value {
                Value::Nodes(items) => self.numbers(items),
                other => Ok(vec![self.value_number(other)?]),
            };
            return Ok(any_ordered(operator, &numbers(left)?, &numbers(right)?));
        }
        match (left, right) {
            (Value::Nodes(left), Value::Nodes(right)) => self.any_equal(operator, left, right),
            (Value::Nodes(items), Value::Number(number))
            | (Value::Number(number), Value::Nodes(items)) => {
                let found = self.numbers(items)?;
                Ok(found.iter().any(|other| holds(operator, *other, *number)))
            }
            (Value::Nodes(items), Value::Text(text)) | (Value::Text(text), Value::Nodes(items)) => {
                for item in items {
                    if (self.text_at(*item)? == *text) == (operator == Operator::Equal) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            (Value::Number(_), _) | (_, Value::Number(_)) => Ok(holds(
                operator,
                self.value_number(left)?,
                self.value_number(right)?,
            )),
            _ => {
                let (left, right) = (
                    self.value_text(left.clone())?,
                    self.value_text(right.clone())?,
                );
                Ok((left == right) == (operator == Operator::Equal))
            }
        }
    }

    fn any_equal(
        &self,
        operator: Operator,
        left: &[Item],
        right: &[Item],
    ) -> Result<bool, OutOfSteps> {
        let mut seen = HashSet::new();
        for item in left {
            seen.insert(self.text_at(*item)?);
        }
        for item in right {
            let text = self.text_at(*item)?;
            let found = match operator {
                Operator::Equal => seen.contains(&text),
                // Differs from some text on the left unless that is the only one.
                _ => seen.len() > 1 || (seen.len() == 1 && !seen.contains(&text)),
            };
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[allow(clippy::float_cmp, reason = "XPath compares numbers exactly")]
fn holds(operator: Operator, left: f64, right: f64) -> bool {
    match operator {
        Operator::Equal => left == right,
        Operator::Unequal => left != right,
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::More => left > right,
        Operator::MoreOrEqual => left >= right,
        _ => false,
    }
}

/// Whether an order holds for any pair: it then holds for the extremes.
fn any_ordered(operator: Operator, left: &[f64], right: &[f64]) -> bool {
    // `f64::min` and `max` leave NaN out; with nothing else it stays NaN.
    let least = |of: &[f64]| of.iter().copied().fold(f64::NAN, f64::min);
    let most = |of: &[f64]| of.iter().copied().fold(f64::NAN, f64::max);
    match operator {
        Operator::Less | Operator::LessOrEqual => holds(operator, least(left), most(right)),
        _ => holds(operator, most(left), least(right)),
    }
}

/// A number as XPath writes it: no exponent, no fraction where there is none.
pub(super) fn text_of(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}

/// A text as a number: digits with at most one point and a minus before them,
/// space around it. Anything else is `NaN`.
pub(super) fn number_of(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return f64::NAN;
    }
    text.parse().unwrap_or(f64::NAN)
}
