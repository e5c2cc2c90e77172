//! The value of an expression at a node.
//!
//! [`super::XPath::evaluate`] starts here. Every node looked at is charged to
//! the tree's steps, so no expression runs on for ever; the calls nest as deep
//! as the expression's brackets, never as deep as the page.

use std::borrow::Cow;

use cuttings_html::NodeKind;

use super::functions::call;
use super::parse::{Axis, Expression, Operator, Path, Start, Step, Test};
use super::values::Value;
use super::{Item, OutOfSteps, Tree};

/// Where an expression is evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    pub(super) item: Item,
    /// `position()`, from 1.
    pub(super) position: usize,
    /// `last()`
    pub(super) size: usize,
}

impl Context {
    pub(super) const fn of_root() -> Self {
        Self {
            item: Item::node(0),
            position: 1,
            size: 1,
        }
    }
}

pub(super) fn evaluate<'a>(
    tree: &'a Tree<'_>,
    expression: &'a Expression,
    context: Context,
) -> Result<Value<'a>, OutOfSteps> {
    tree.charge(1)?;
    match expression {
        Expression::Number(number) => Ok(Value::Number(*number)),
        Expression::Text(text) => Ok(Value::Text(Cow::Borrowed(text))),
        Expression::Negative(inner) => {
            let value = evaluate(tree, inner, context)?;
            Ok(Value::Number(-tree.value_number(&value)?))
        }
        Expression::Call(function, arguments) => call(tree, *function, arguments, context),
        Expression::Chain(first, more) => operate(tree, first, more, context),
        Expression::Path(path) => Ok(Value::Nodes(walk(tree, path, context)?)),
    }
}

fn operate<'a>(
    tree: &'a Tree<'_>,
    first: &'a Expression,
    more: &'a [(Operator, Expression)],
    context: Context,
) -> Result<Value<'a>, OutOfSteps> {
    let mut left = evaluate(tree, first, context)?;
    for (operator, part) in more {
        match operator {
            Operator::Or | Operator::And => {
                let decided = *operator == Operator::Or;
                if left.is_true() == decided {
                    return Ok(Value::Boolean(decided));
                }
                left = Value::Boolean(evaluate(tree, part, context)?.is_true());
                continue;
            }
            _ => {}
        }
        let right = evaluate(tree, part, context)?;
        left = match operator {
            Operator::Union => match (left, right) {
                (Value::Nodes(mut items), Value::Nodes(others)) => {
                    items.extend(others);
                    in_order(&mut items);
                    Value::Nodes(items)
                }
                // What is no set of nodes adds none.
                (Value::Nodes(items), _) | (_, Value::Nodes(items)) => Value::Nodes(items),
                _ => Value::Nodes(Vec::new()),
            },
            Operator::Plus
            | Operator::Minus
            | Operator::Times
            | Operator::Divide
            | Operator::Remainder => {
                let (a, b) = (tree.value_number(&left)?, tree.value_number(&right)?);
                Value::Number(match operator {
                    Operator::Plus => a + b,
                    Operator::Minus => a - b,
                    Operator::Times => a * b,
                    Operator::Divide => a / b,
                    _ => a % b,
                })
            }
            _ => Value::Boolean(tree.compare(*operator, &left, &right)?),
        };
    }
    Ok(left)
}

fn in_order(items: &mut Vec<Item>) {
    if !items.is_sorted_by(|a, b| a < b) {
        items.sort_unstable();
        items.dedup();
    }
}

fn walk(tree: &Tree<'_>, path: &Path, context: Context) -> Result<Vec<Item>, OutOfSteps> {
    let mut items = match &path.start {
        Start::Root => vec![Item::node(0)],
        Start::Here => vec![context.item],
        Start::Value(value) => match evaluate(tree, value, context)? {
            Value::Nodes(items) => items,
            _ => Vec::new(),
        },
    };
    for predicate in &path.predicates {
        filter(tree, &mut items, predicate)?;
    }
    for step in &path.steps {
        items = take_step(tree, step, &items)?;
    }
    Ok(items)
}

fn take_step(tree: &Tree<'_>, step: &Step, from: &[Item]) -> Result<Vec<Item>, OutOfSteps> {
    let mut found: Vec<Item> = Vec::new();
    let mut reached = Vec::new();
    // The same node may be reached from many; keep memory within the page's size.
    let mut sort_at = 4 * tree.ids.len() + 1024;
    for item in from {
        reached.clear();
        along(tree, step.axis, *item, &mut |item| {
            tree.charge(1)?;
            if fits(tree, step, item) {
                reached.push(item);
            }
            Ok(())
        })?;
        for predicate in &step.predicates {
            filter(tree, &mut reached, predicate)?;
        }
        found.extend(&reached);
        if found.len() > sort_at {
            found.sort_unstable();
            found.dedup();
            sort_at = 2 * found.len() + 4 * tree.ids.len() + 1024;
        }
    }
    in_order(&mut found);
    Ok(found)
}

/// Leaves the items for which `predicate` holds; they stand in the order in
/// which they are counted.
fn filter(
    tree: &Tree<'_>,
    items: &mut Vec<Item>,
    predicate: &Expression,
) -> Result<(), OutOfSteps> {
    let size = items.len();
    let mut kept = 0;
    for at in 0..size {
        let context = Context {
            item: items[at],
            position: at + 1,
            size,
        };
        #[allow(clippy::float_cmp, reason = "a place is a whole number")]
        let holds = match evaluate(tree, predicate, context)? {
            Value::Number(number) => number == (at + 1) as f64,
            other => other.is_true(),
        };
        if holds {
            items[kept] = items[at];
            kept += 1;
        }
    }
    items.truncate(kept);
    Ok(())
}

/// Visits the nodes of an axis, nearest first.
fn along(
    tree: &Tree<'_>,
    axis: Axis,
    item: Item,
    visit: &mut dyn FnMut(Item) -> Result<(), OutOfSteps>,
) -> Result<(), OutOfSteps> {
    let place = item.place;
    let end = tree.ends[place as usize];
    let parent = |place: u32| {
        let above = tree.parents[place as usize];
        (above != place).then_some(above)
    };
    let around = |from: u32| std::iter::successors(Some(from), move |at| parent(*at));
    if item.is_attribute() {
        // An attribute has no children and no siblings; its element is above it,
        // and what is inside the element comes after it.
        return match axis {
            Axis::Itself | Axis::DescendantOrSelf => visit(item),
            Axis::Parent => visit(Item::node(place)),
            Axis::Ancestor => around(place).map(Item::node).try_for_each(visit),
            Axis::AncestorOrSelf => {
                visit(item)?;
                around(place).map(Item::node).try_for_each(visit)
            }
            Axis::Following => (place + 1..tree.ids.len() as u32)
                .map(Item::node)
                .try_for_each(visit),
            Axis::Preceding => preceding(tree, place, visit),
            Axis::Attribute
            | Axis::Child
            | Axis::Descendant
            | Axis::FollowingSibling
            | Axis::PrecedingSibling => Ok(()),
        };
    }
    match axis {
        Axis::Itself => visit(item),
        Axis::Parent => parent(place).map_or(Ok(()), |above| visit(Item::node(above))),
        Axis::Ancestor => around(place).skip(1).map(Item::node).try_for_each(visit),
        Axis::AncestorOrSelf => around(place).map(Item::node).try_for_each(visit),
        Axis::Descendant => (place + 1..end).map(Item::node).try_for_each(visit),
        Axis::DescendantOrSelf => (place..end).map(Item::node).try_for_each(visit),
        Axis::Following => (end..tree.ids.len() as u32)
            .map(Item::node)
            .try_for_each(visit),
        Axis::Preceding => preceding(tree, place, visit),
        Axis::Child => siblings(tree, place + 1, end, visit),
        Axis::FollowingSibling => match parent(place) {
            Some(above) => siblings(tree, end, tree.ends[above as usize], visit),
            None => Ok(()),
        },
        Axis::PrecedingSibling => {
            let first = tree.parents[place as usize] + 1;
            let mut at = place;
            while at > first {
                at = sibling_before(tree, at)?;
                visit(Item::node(at))?;
            }
            Ok(())
        }
        Axis::Attribute => {
            let count = tree.doc.attrs(tree.ids[place as usize]).count() as u32;
            (1..=count)
                .map(|attribute| Item { place, attribute })
                .try_for_each(visit)
        }
    }
}

fn siblings(
    tree: &Tree<'_>,
    first: u32,
    end: u32,
    visit: &mut dyn FnMut(Item) -> Result<(), OutOfSteps>,
) -> Result<(), OutOfSteps> {
    let mut at = first;
    while at < end {
        visit(Item::node(at))?;
        at = tree.ends[at as usize];
    }
    Ok(())
}

/// The place of the sibling that ends where the node at `place` starts; there
/// is one.
fn sibling_before(tree: &Tree<'_>, place: u32) -> Result<u32, OutOfSteps> {
    let above = tree.parents[place as usize];
    let mut at = place - 1;
    while tree.parents[at as usize] != above {
        tree.charge(1)?;
        at = tree.parents[at as usize];
    }
    Ok(at)
}

/// What ends before `place`, backwards.
fn preceding(
    tree: &Tree<'_>,
    place: u32,
    visit: &mut dyn FnMut(Item) -> Result<(), OutOfSteps>,
) -> Result<(), OutOfSteps> {
    for at in (0..place).rev() {
        if tree.ends[at as usize] <= place {
            visit(Item::node(at))?;
        } else {
            tree.charge(1)?;
        }
    }
    Ok(())
}

fn fits(tree: &Tree<'_>, step: &Step, item: Item) -> bool {
    if let Some((name, _)) = tree.attribute(item) {
        // On other axes an attribute is a node, but has not the axis' kind.
        return match &step.test {
            Test::Node => true,
            Test::Any | Test::Name(_) | Test::Prefix(_) if step.axis != Axis::Attribute => false,
            test => name_fits(test, name),
        };
    }
    let id = tree.id(item);
    let kind = tree.doc.kind(id);
    match &step.test {
        Test::Node => true,
        Test::Text => kind == NodeKind::Text,
        Test::Comment => kind == NodeKind::Comment,
        Test::Nothing => false,
        test => kind == NodeKind::Element && name_fits(test, tree.doc.name(id)),
    }
}

fn name_fits(test: &Test, name: &str) -> bool {
    match test {
        Test::Any => true,
        Test::Name(wanted) => name.eq_ignore_ascii_case(wanted),
        Test::Prefix(wanted) => name
            .get(..wanted.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(wanted)),
        Test::Node | Test::Text | Test::Comment | Test::Nothing => false,
    }
}
