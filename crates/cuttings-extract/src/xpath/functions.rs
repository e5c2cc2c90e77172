//! The functions of XPath 1.0.
//!
//! [`super::evaluate`] calls them; their numbers of arguments were checked when
//! the expression was read. Characters are counted, never bytes.

use std::borrow::Cow;
use std::collections::HashMap;

use cuttings_html::{Attr, NodeKind};

use super::evaluate::{Context, evaluate};
use super::parse::{Expression, Function};
use super::values::{Value, number_of};
use super::{Item, OutOfSteps, Tree};

pub(super) fn call<'a>(
    tree: &'a Tree<'_>,
    function: Function,
    arguments: &'a [Expression],
    context: Context,
) -> Result<Value<'a>, OutOfSteps> {
    let value = |at: usize| evaluate(tree, &arguments[at], context);
    let text = |at: usize| match arguments.get(at) {
        Some(argument) => tree.value_text(evaluate(tree, argument, context)?),
        None => tree.text_at(context.item),
    };
    let number = |at: usize| tree.value_number(&value(at)?);
    let nodes = |at: usize| {
        Ok::<_, OutOfSteps>(match value(at)? {
            Value::Nodes(items) => items,
            Value::Text(_) | Value::Number(_) | Value::Boolean(_) => Vec::new(),
        })
    };
    Ok(match function {
        Function::True => Value::Boolean(true),
        Function::False => Value::Boolean(false),
        Function::Boolean => Value::Boolean(value(0)?.is_true()),
        Function::Not => Value::Boolean(!value(0)?.is_true()),
        Function::Position => Value::Number(context.position as f64),
        Function::Last => Value::Number(context.size as f64),
        Function::Count => Value::Number(nodes(0)?.len() as f64),
        Function::Sum => {
            let mut sum = 0.0;
            for item in nodes(0)? {
                sum += number_of(&tree.text_at(item)?);
            }
            Value::Number(sum)
        }
        Function::Number => Value::Number(if arguments.is_empty() {
            number_of(&text(0)?)
        } else {
            number(0)?
        }),
        Function::Floor => Value::Number(number(0)?.floor()),
        Function::Ceiling => Value::Number(number(0)?.ceil()),
        Function::Round => Value::Number(round(number(0)?)),
        Function::Name | Function::LocalName => {
            let item = if arguments.is_empty() {
                Some(context.item)
            } else {
                nodes(0)?.first().copied()
            };
            let name = item.map_or("", |item| name_of(tree, item));
            Value::Text(Cow::Borrowed(match name.rsplit_once(':') {
                Some((_, local)) if function == Function::LocalName => local,
                _ => name,
            }))
        }
        Function::Id => Value::Nodes(by_id(tree, value(0)?)?),
        Function::String => Value::Text(text(0)?),
        Function::StringLength => {
            let text = text(0)?;
            tree.charge_text(text.len())?;
            Value::Number(text.chars().count() as f64)
        }
        Function::NormalizeSpace => {
            let text = text(0)?;
            tree.charge_text(text.len())?;
            Value::Text(Cow::Owned(words(&text).collect::<Vec<_>>().join(" ")))
        }
        Function::Concat => {
            let mut whole = String::new();
            for at in 0..arguments.len() {
                whole.push_str(&text(at)?);
            }
            tree.charge_text(whole.len())?;
            Value::Text(Cow::Owned(whole))
        }
        Function::Contains => {
            let (whole, part) = (text(0)?, text(1)?);
            tree.charge_text(whole.len())?;
            Value::Boolean(whole.contains(&*part))
        }
        Function::StartsWith => Value::Boolean(text(0)?.starts_with(&*text(1)?)),
        Function::SubstringBefore => {
            let (whole, part) = (text(0)?, text(1)?);
            tree.charge_text(whole.len())?;
            let found = whole.find(&*part).unwrap_or(0);
            Value::Text(Cow::Owned(whole[..found].to_owned()))
        }
        Function::SubstringAfter => {
            let (whole, part) = (text(0)?, text(1)?);
            tree.charge_text(whole.len())?;
            let found = whole.find(&*part).map_or(whole.len(), |at| at + part.len());
            Value::Text(Cow::Owned(whole[found..].to_owned()))
        }
        Function::Substring => {
            let whole = text(0)?;
            tree.charge_text(whole.len())?;
            let first = round(number(1)?);
            let end = match arguments.get(2) {
                Some(_) => first + round(number(2)?),
                None => f64::INFINITY,
            };
            let part = whole
                .chars()
                .zip(1_u32..)
                .filter(|(_, place)| {
                    let place = f64::from(*place);
                    place >= first && place < end
                })
                .map(|(c, _)| c)
                .collect();
            Value::Text(Cow::Owned(part))
        }
        Function::Translate => {
            let (whole, from, to) = (text(0)?, text(1)?, text(2)?);
            tree.charge_text(whole.len() + from.len())?;
            let mut to = to.chars();
            let mut signs = HashMap::new();
            for sign in from.chars() {
                let other = to.next();
                // The first mention of a sign counts.
                signs.entry(sign).or_insert(other);
            }
            let changed = whole
                .chars()
                .filter_map(|sign| signs.get(&sign).copied().unwrap_or(Some(sign)))
                .collect();
            Value::Text(Cow::Owned(changed))
        }
    })
}

/// White space as XPath knows it, which leaves a no-break space alone.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t', '\n', '\r'])
        .filter(|word| !word.is_empty())
}

/// To the nearest whole number, halves up.
fn round(number: f64) -> f64 {
    if number.is_finite() {
        (number + 0.5).floor()
    } else {
        number
    }
}

fn name_of<'d>(tree: &Tree<'d>, item: Item) -> &'d str {
    match tree.attribute(item) {
        Some((name, _)) => name,
        None if tree.doc.kind(tree.id(item)) == NodeKind::Element => tree.doc.name(tree.id(item)),
        None => "",
    }
}

/// The elements whose id is among the words of a text, or of the nodes' texts.
fn by_id(tree: &Tree<'_>, value: Value<'_>) -> Result<Vec<Item>, OutOfSteps> {
    let mut wanted = String::new();
    if let Value::Nodes(items) = &value {
        for item in items {
            wanted.push_str(&tree.text_at(*item)?);
            wanted.push(' ');
        }
    } else {
        wanted = tree.value_text(value)?.into_owned();
    }
    let wanted: std::collections::HashSet<&str> = words(&wanted).collect();
    tree.charge(tree.ids.len())?;
    Ok((0..tree.ids.len() as u32)
        .filter(|place| {
            tree.doc
                .attr(tree.ids[*place as usize], Attr::Id)
                .is_some_and(|id| wanted.contains(id))
        })
        .map(Item::node)
        .collect())
}
